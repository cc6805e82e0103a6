"""Every case of tests/cases/validate: the output of `bufferctl validate` in its files, and its exit code.

The summary below the problems is not recorded: it follows from them.
`expected.txt` begins with the command. `pytest tests/config --update` rewrites the rest: look at the diff.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bufferctl.cli import run
from tests.case_folders import cases_of, lay_out
from tests.conftest import Expect

CASES = cases_of("validate")
#: `2 errors and 1 warning in 1 file`, the last line below problems.
_SUM = re.compile(r"\n(\d+ (?:error|warning)s?\b.*)\n$")
_PROBLEM = re.compile(r"^(\S[^:\n]*)(?::\d+:\d+)?: (error|warning): ", re.MULTILINE)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(
    case: Path, tmp_path: Path, expect: Expect, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The problems (or the verdict on valid files) and the exit code are as recorded; the summary counts them."""
    expected = case / "expected.txt"
    command, _, _ = expected.read_text(encoding="utf-8").partition("\n")
    lay_out(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    code = run(shlex.split(command.removeprefix("$ bufferctl ")))
    printed = capsys.readouterr()
    problems, total, _ = _SUM.split(printed.out) if _SUM.search(printed.out) else (printed.out, None, "")
    assert total is None or total == _sum(problems)
    expect(expected, f"{command}\n{printed.err}{problems}exit {code}\n".replace(str(tmp_path), "<folder>"))


def _sum(problems: str) -> str:
    """The number of problems, and of their files."""
    found = _PROBLEM.findall(problems)
    kinds = [kind for _, kind in found]
    counts = [_count(kinds.count(kind), kind) for kind in ("error", "warning") if kind in kinds]
    return f"{' and '.join(counts)} in {_count(len({file for file, _ in found}), 'file')}"


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
