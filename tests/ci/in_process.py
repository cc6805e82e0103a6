"""bufferctl for a job, without the half second of a child process; test_action.py and test_gitlab.py use one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from bufferctl.cli import run
from bufferctl.git import SECRETS


def in_process(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str], take: Callable[[str], None]
) -> int:
    """Run a command in this process, with that environment only; `take` gets each line.

    The sandbox shows a write at once, so that an apply need not wait before it looks what became of one.
    """
    assert environment.keys() & SECRETS <= {"BUFFER_API_KEY"}, "bufferctl needs none of the forge's tokens"
    waits = ["--settle", "0"] if arguments[0] == "apply" else []
    printed = StringIO()
    with (
        patch.dict(os.environ, environment, clear=True),
        chdir(folder),
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        code = run([*arguments, *waits])
    for line in printed.getvalue().splitlines(keepends=True):
        take(line)
    return code
