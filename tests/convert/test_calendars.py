"""Content calendars and documents as the programs write them that teams keep them in: what they say is what comes out.

Every case of tests/cases/calendars and tests/cases/documents has an export, and in `meant.txt` what it means; its keys
do not matter. `expected.txt` begins with the command; `pytest tests/convert --update` rewrites the rest.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from bufferctl.config import load
from bufferctl.diagnostics import Place
from bufferctl.model import Address, Post
from bufferctl.value import replace
from tests.case_folders import cases_of, lay_out
from tests.cli.conftest import Project, run_in
from tests.cli.test_asking import Terminal
from tests.conftest import Expect

EXPORTS = cases_of("calendars") | cases_of("documents")
each_export = pytest.mark.parametrize("case", EXPORTS.values(), ids=EXPORTS)


def posts(folder: Path) -> list[Post]:
    """What the files of a project declare, without keys and places."""
    loaded = load(None, folder)
    assert loaded.desired, loaded.diagnostics
    assert loaded.diagnostics == ()
    return [
        replace(post, address=Address(post.address.organization, post.address.channel, "k"), place=Place(""))
        for post in loaded.desired.posts
    ]


def test_it_asks_once(project: Project, program: list[str]) -> None:
    """On a terminal: what a date means for the whole column, and each status of the team's own."""
    lay_out(cases_of("convert")["calendar-asks"], project.folder)
    terminal = Terminal([*program, "convert", "calendar.csv", "-o", "posts/january.yaml"], project)
    for question, answer in (
        (b"Is 05/01/2030 written with the day or the month first?", "day\n"),
        (b"With legal (1 row): draft, scheduled, or skip?", "draft\n"),
        (b"Go (1 row): draft, scheduled, or skip?", "scheduled\n"),
    ):
        terminal.until(question)
        terminal.type(answer)
    code, shown = terminal.end()
    assert (code, "Wrote posts/january.yaml with 2 posts." in shown) == (0, True)
    days = {f"{post.due_at:%d %b}": post.draft for post in posts(project.folder) if post.due_at}
    assert days == {"05 Jan": True, "06 Jan": False}


def test_what_was_left_is_converted_once_fixed(project: Project) -> None:
    """The file with a column `Problem` is a calendar again; nothing is overwritten by what is left of it."""
    lay_out(EXPORTS["rows-left"], project.folder)
    assert project("convert", "calendar.csv", "-o", "posts/one.yaml").code == 1
    left = project.folder / "calendar.left.csv"
    text = left.read_text(encoding="utf-8").replace("2030-01-17,,", "2030-01-17,9:00,").replace("MySpace", "Facebook")
    left.write_text(text, encoding="utf-8")
    again = project("convert", "calendar.left.csv", "-o", "posts/two.yaml")
    assert (again.code, again.out) == (1, "Wrote posts/two.yaml with 2 posts. Next: bufferctl validate\n")
    assert "Not read: Owner.\n5 posts could not be placed. Fix them in calendar.left-2.csv" in again.err
    assert left.read_text(encoding="utf-8") == text


@each_export
def test_what_it_says(case: Path, tmp_path: Path, environment: Path, expect: Expect) -> None:
    """The posts that come out are those that are meant; messages and the exit code are as recorded."""
    project = tmp_path / "calendar"
    lay_out(case, project)
    command, _, _ = (case / "expected.txt").read_text(encoding="utf-8").partition("\n")
    ran = run_in(project, *shlex.split(command.removeprefix("$ bufferctl ")))
    left = "".join(f"{path.name}:\n{path.read_text(encoding='utf-8-sig')}" for path in sorted(project.glob("*.left.*")))
    expect(case / "expected.txt", f"{command}\n{ran.err}{ran.out}exit {ran.code}\n{left}")
    found = posts(project)
    shutil.rmtree(project / "posts", ignore_errors=True)
    (project / "posts").mkdir()
    (project / "meant.txt").rename(project / "posts/meant.yaml")
    assert found == posts(project)
