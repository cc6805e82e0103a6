"""bufferctl as a child process, without the forge's tokens; what it prints shows in the log as it comes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from bufferctl.git import without_secrets

#: The one secret that bufferctl needs.
_KEY = "BUFFER_API_KEY"


@dataclass(frozen=True)
class Ran:
    """The exit code of a command, and what it printed to stdout and stderr, without annotations."""

    code: int
    printed: str


def bufferctl(
    folder: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    is_shown: bool = True,
    without: str = "",
) -> Ran:
    """Run a command in `folder`. `is_shown`: whether the log shows what it prints.

    `without`: how lines begin that are left out of the log and of the result, if not empty.
    """
    key = {_KEY: environment[_KEY]} if _KEY in environment else {}
    printed = []
    process = subprocess.Popen(  # no shell in between, so that signals reach it
        [sys.executable, "-I", "-m", "bufferctl", *arguments],  # -I: nothing in the folder is ever imported
        cwd=folder,
        env={**without_secrets(environment), **key},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    with process, _forwarding_signals(process):
        for line in process.stdout or ():
            if without and line.startswith(without):
                continue
            if is_shown:
                print(line, end="", flush=True)
            if not line.startswith("::"):  # annotations are for GitHub's log
                printed.append(line)
        process.wait()
    return Ran(process.returncode, "".join(printed))


@contextmanager
def _forwarding_signals(process: subprocess.Popen[str]) -> Iterator[None]:
    """Forward the signals of a cancelled job, so that bufferctl records what it did and this process saves it."""

    def forward(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
