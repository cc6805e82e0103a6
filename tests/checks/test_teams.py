"""Worth a look, tried on 300 texts as nine teams write them: what is marked, and what is not.

`tests/cases/teams/mistakes.txt` has mistakes, each with its file, what stands there, what somebody wrote instead, and
the line that it gets.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bufferctl.diagnostics import Diagnostic
from tests.checks.test_worth_a_look import looked_at

TEAMS = Path(__file__).parents[1] / "cases" / "teams"
MISTAKES = {
    record.partition("\n")[0]: record.partition("\n")[2].strip("\n")
    for record in re.split(r"(?m)^## ", (TEAMS / "mistakes.txt").read_text(encoding="utf-8"))[1:]
}


def lines(folder: Path) -> list[Diagnostic]:
    return looked_at(folder, watch=("rival.example", "@hallworthfc"))


@pytest.mark.parametrize("team", sorted(path.parent.name for path in TEAMS.glob("*/buffer.yaml")))
def test_nothing_is_marked_without_a_mistake(team: str) -> None:
    """In none of the teams' three months; three lines in all would be the most that a reviewer forgives."""
    assert [each.message for each in lines(TEAMS / team)] == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_line(mistake: str, tmp_path: Path) -> None:
    """Its own, and no second one."""
    where, _, change = MISTAKES[mistake].partition("\n")
    right, wrong, expected = change.split("\n==\n")
    name, _, words = expected.partition(": ")
    folder = tmp_path / "team"
    shutil.copytree(TEAMS / Path(where).parts[0], folder)
    path = folder.joinpath(*Path(where).parts[1:])
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    (found,) = lines(folder)
    assert found.code == f"worth-a-look/{name}"
    assert words in found.message
