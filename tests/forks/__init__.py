"""bufferctl as a process of its own, without the half second in which Python loads it.

A server has everything loaded and forks for each start. What a test starts is `launch.py`: it hands arguments, folder,
environment and streams to the fork, passes signals on, and ends as it does. So streams, clock, locks and exit codes
are those of a process. Where it matters how Python loads the program or that a kill ends it at once, tests start a
whole one (`whole_program`).
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAUNCH = Path(__file__).with_name("launch.py")
#: Where workers find the server of the process that started them.
_SHARED = "BUFFERCTL_TESTS_FORKS"


def python(shim: Path | None = None) -> list[str]:
    """Takes the place of Python in `python -m bufferctl …`. `shim`: what the program then finds as its own Python."""
    return [sys.executable, "-I", "-S", str(LAUNCH), _server(), str(shim or "")]


def share() -> None:
    """Start the server for the workers that this process starts."""
    if hasattr(os, "fork"):
        os.environ[_SHARED] = _server()


@cache
def _server() -> str:
    """The address of the server, which ends with the process that started it. Who comes before it is ready waits."""
    if shared := os.environ.get(_SHARED):
        return shared
    folder = tempfile.mkdtemp(prefix="forks-")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address := f"{folder}/server")
        listening.listen(64)
        command = [sys.executable, "-m", "tests.forks", str(listening.fileno()), folder]
        started = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=[listening.fileno()], start_new_session=True
        )
    atexit.register(started.communicate)
    return address
