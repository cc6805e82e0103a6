"""Measures whole processes: processor time, peak memory and wall time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

#: The command that the console script runs, with this interpreter.
BUFFERCTL = (sys.executable, "-c", "from bufferctl.cli import main; main()")
_REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of processor and wall time, peak memory in MiB, and what the process printed."""

    cpu: float
    wall: float
    peak: float
    out: str


def environment(scratch: Path) -> dict[str, str]:
    """A user's environment: compiled modules (kept in `scratch`), no key, no color."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BUFFER_", "PYTHONDONTWRITE", "FORCE_COLOR"))}
    return {
        **kept,
        "PYTHONPYCACHEPREFIX": str(scratch / "compiled"),
        "PYTHONPATH": str(_REPOSITORY),
        "XDG_STATE_HOME": str(scratch / "state"),
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
    }


def measured(command: Sequence[str], env: Mapping[str, str], cwd: Path, *, code: int = 0) -> Measured:
    """Run a command to its end. Raises RuntimeError if it exits with another code than `code`.

    A child's peak memory starts at its parent's size at the fork, so this process must stay small.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        text = _tail(out)
        if process.returncode != code:
            raise RuntimeError(f"{' '.join(command)} exited with {process.returncode}:\n{text}\n{_tail(err)}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Measured(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / scale, text)


def _tail(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 4000))
    return file.read().decode("utf-8", "replace")
