"""The sandbox in a separate process, so that its time and memory do not count.

As a script it serves until its input ends: it prints its URL, then, for each line of input, the number of reads and
writes since the previous line.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Buffer:
    """A running sandbox with `account`. `env`: the environment for commands that use it."""

    process: subprocess.Popen[str]
    env: Mapping[str, str]

    def requests(self) -> tuple[int, int]:
        """The number of reads and writes since the last call."""
        if self.process.stdin is None:
            raise AssertionError
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        reads, writes = _line(self.process).split()
        return int(reads), int(writes)


@contextmanager
def serving(env: Mapping[str, str]) -> Iterator[Buffer]:
    """Run a sandbox; its `env` is `env` with the URL and the key."""
    command = [sys.executable, __file__]
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = _line(process)
        yield Buffer(process, {**env, "BUFFER_API_URL": url, "BUFFER_API_KEY": "sandbox"})
    finally:
        process.communicate()


def _line(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError("the sandbox ended")
    return line.strip()


def account() -> dict[str, object]:
    """The default account without the limits of a free Buffer plan."""
    from bufferctl.sandbox import default_fixture

    fixture = default_fixture()
    for organization in fixture["organizations"]:
        organization |= {"plan": "team", "limits": {}}
    return fixture


def _serve() -> None:
    from bufferctl.sandbox import Sandbox

    with Sandbox(account()) as sandbox:
        print(sandbox.url, flush=True)
        for _ in sys.stdin:
            writes = sum(seen.writes for seen in sandbox.requests)
            print(len(sandbox.requests) - writes, writes, flush=True)
            sandbox.requests.clear()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    _serve()
