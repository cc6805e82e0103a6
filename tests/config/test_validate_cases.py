"""Every folder of tests/cases/validate: the whole output of `bufferctl validate` in it, and its exit code.

`expected.txt` begins with the command. `pytest tests/config --update` rewrites what follows: look at the diff.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from bufferctl.cli import run

CASES = Path(__file__).parents[1] / "cases/validate"


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case(case: Path, update: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Problems go to stderr and the verdict to stdout; both, and the exit code, are as recorded."""
    expected = case / "expected.txt"
    recorded = expected.read_text(encoding="utf-8")
    command, _, _ = recorded.partition("\n")
    monkeypatch.chdir(case)
    code = run(shlex.split(command.removeprefix("$ bufferctl ")))
    printed = capsys.readouterr()
    actual = f"{command}\n{printed.err}{printed.out}exit {code}\n".replace(str(case), "<folder>")
    if update:
        expected.write_text(actual, encoding="utf-8")
    assert recorded == actual or update
