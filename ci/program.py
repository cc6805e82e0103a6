"""bufferctl as the scripts run it: a program, without the forge's token."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

#: What bufferctl has no use for, and what nobody must find in anything that it prints.
_TOKENS = frozenset({"GITHUB_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "ACTIONS_RUNTIME_TOKEN"})


@dataclass(frozen=True)
class Ran:
    """What a command printed, on stdout and stderr as it came, and its exit code."""

    code: int
    printed: str


def bufferctl(folder: Path, arguments: list[str], environment: Mapping[str, str]) -> Ran:
    """Run a command in `folder`, with more in its environment; what it prints shows in the log as it comes."""
    given = {name: value for name, value in os.environ.items() if name not in _TOKENS}
    printed = []
    process = subprocess.Popen(  # no shell in between, so that signals reach it
        [sys.executable, "-I", "-m", "bufferctl", *arguments],  # -I: nothing of the folder is ever imported
        cwd=folder,
        env={**given, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    with process, _handing_on(process):
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if not line.startswith("::"):  # annotations are for GitHub's log
                printed.append(line)
        process.wait()
    return Ran(process.returncode, "".join(printed))


@contextmanager
def _handing_on(process: subprocess.Popen[str]) -> Iterator[None]:
    """A cancelled job's signals are for bufferctl, which records what it did; the script then saves that."""

    def hand_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
