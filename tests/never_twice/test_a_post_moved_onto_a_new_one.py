"""A person moves a post in Buffer to where a new entry has the same text: one of the two is a question, never sent."""

from __future__ import annotations

import json
from collections.abc import Collection

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import texts

ROOT = """version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
organizations:
  - {name: Acme, channels: [{service: twitter, name: acme}]}
"""
HERE, THERE = "2029-12-12 09:00", "2029-12-20 09:00"
SINGLE = f"  - {{key: s, due_at: {HERE}, text: Same text}}\n"
SERIES = "  - {key: s, due_at: 2029-12-05 09:00, repeat: {every: 1 week, times: 3}, text: Same text}\n"
NEW = f"  - {{key: x, due_at: {THERE}, text: Same text}}\n"


@pytest.fixture
def services() -> Collection[str]:
    """One channel is enough, but for the entry that goes to two."""
    return ("twitter", "linkedin")


def write(project: Project, *entries: str) -> None:
    """The files."""
    project.write("posts/a.yaml", "channels: [twitter]\nposts:\n" + "".join(entries))


def move(project: Project, day: str = "12") -> None:
    """A person moves the post of that day in Buffer onto the time of the new entry."""
    (there,) = (each for each in project.sandbox.posts() if each["dueAt"].startswith(f"2029-12-{day}"))
    project.sandbox.person.edit_post(there["id"], dueAt="2029-12-20T09:00:00.000Z")


def held(project: Project) -> dict[str, str]:
    """The hint of each change that is held, by its key."""
    changes = json.loads(project("plan", "--json").out)["changes"]
    return {each["address"].rpartition("/")[2]: each["hint"] for each in changes if each["action"] == "hold"}


def at_that_time(project: Project) -> int:
    """How many posts Buffer has at the time of the new entry."""
    return sum(each["dueAt"].startswith("2029-12-20T09:00") for each in project.sandbox.posts())


@pytest.fixture(params=[SINGLE, *long(SERIES)], ids=["single", "series"])
def entry(request: pytest.FixtureRequest, project: Project) -> str:
    """An entry that is applied."""
    project.write("buffer.yaml", ROOT)
    write(project, request.param)
    project.apply()
    return str(request.param)


@pytest.mark.parametrize("how", [("--auto-approve", "--settle", "0"), ("p.json",), ("--reviewed", "p.json")])
def test_is_not_sent_beside_it(project: Project, entry: str, how: tuple[str, ...]) -> None:
    """One post at that time, and exit code 1 or 3: applied as it is, as saved before the move, and as reviewed."""
    write(project, entry, NEW)
    assert project("plan", "-o", "p.json").code == 0
    move(project)
    assert project("apply", *how).code in {1, 3}
    assert at_that_time(project) == 1


@pytest.fixture
def moved(project: Project, entry: str) -> tuple[str, str]:
    """The moved one's entry and key; the new one is held, and so is the moved one."""
    move(project)
    write(project, entry, NEW)
    key = "s" if entry == SINGLE else "s-2"
    assert held(project).keys() == {key, "x"}
    return entry, key


def test_if_it_is_the_same_pull_takes_the_other_one(project: Project, moved: tuple[str, str]) -> None:
    """Both hints cancel the new entry, then pull: one post, and nothing left to ask."""
    entry, key = moved
    hints = held(project)
    assert (
        f"If it is the same, add `cancelled: [twitter:acme]`, then run `bufferctl pull Acme/twitter:acme/{key}`."
        in (hints["x"])
    )
    assert (
        f"first cancel `x`, which says the same at that time, then run `bufferctl pull Acme/twitter:acme/{key}`"
        in (hints[key])
    )
    write(project, entry, NEW.replace("text:", "cancelled: [twitter:acme], text:"))
    assert project("pull", f"Acme/twitter:acme/{key}").code == 0
    project.apply()
    assert (at_that_time(project), held(project)) == (1, {})


def test_another_time_sends_it(project: Project, moved: tuple[str, str]) -> None:
    """Sent once, at the other time; the other entry's question stays."""
    entry, key = moved
    assert "Give it another `due_at` if it is not" in held(project)["x"]
    write(project, entry, NEW.replace("12-20", "12-21"))
    project.apply()
    assert (at_that_time(project), [*held(project)]) == (1, [key])


def test_repeat_of_sends_it_beside_the_other_one(project: Project, moved: tuple[str, str]) -> None:
    """Sent, as that says; then pull takes the other one's time, too."""
    entry, key = moved
    assert f"add `repeat_of: {key}`" in held(project)["x"]
    write(project, entry, NEW.replace("text:", f"repeat_of: {key}, text:"))
    project.apply()
    assert at_that_time(project) == 2
    assert project("pull", f"Acme/twitter:acme/{key}").code == 0
    project.apply()
    assert held(project) == {}


def test_the_version_of_the_file_frees_the_time(project: Project, moved: tuple[str, str]) -> None:
    """`--reapply` moves the other one back, and the new one is sent after it."""
    _, key = moved
    project.apply("--reapply", f"Acme/twitter:acme/{key}")
    assert (at_that_time(project), held(project)) == (1, {})


def test_an_edit_is_not_sent_onto_it(project: Project, entry: str) -> None:
    """The edit of a post that is there already is held, too."""
    write(project, entry, NEW.replace("12-20", "12-27"))
    project.apply()
    move(project)
    write(project, entry, NEW)
    assert project("apply", "--auto-approve", "--settle", "0").code == 1
    assert at_that_time(project) == 1
    assert "this is not sent" in project("plan").out
    assert texts(project)["Same text"] == (2 if entry == SINGLE else 4)


def test_two_channels_have_one_hint(project: Project) -> None:
    """Both are cancelled in one line, and pulled with one command."""
    project.write("buffer.yaml", ROOT.replace("acme}]", "acme}, {service: linkedin, name: acme-inc}]"))
    both = "channels: [twitter, linkedin]\nposts:\n"
    project.write("posts/a.yaml", both + SINGLE)
    project.apply()
    for post in project.sandbox.posts():
        project.sandbox.person.edit_post(post["id"], dueAt="2029-12-20T09:00:00.000Z")
    project.write("posts/a.yaml", both + SINGLE + NEW)
    said = " ".join(project("plan").out.split())
    assert said.count("If it is the same, add `cancelled: [twitter:acme, linkedin:acme-inc]`, then run:") == 1
    assert said.count("or add `repeat_of: s`") == 1
