"""Imported posts get other keys and texts before the first apply: each is offered its own post, or none."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import apply, declare, texts


def imported(project: Project, *posts: tuple[str, dict[str, str]]) -> dict[str, str]:
    """Import posts that people made, and rename and reword each; their ids, by their texts."""
    declare(project)
    project.apply()
    channel = project.sandbox.channel("twitter")["id"]
    ids = {text: project.sandbox.person.create_post(channel, text, **due)["id"] for text, due in posts}
    assert project("import").code == 0
    (file,) = project.folder.glob("posts/*.yaml")
    text = file.read_text()
    for number, (words, _) in enumerate(posts):
        key = re.compile(rf"key: \S*{words.lower().replace(' ', '-')}\S*")
        text = key.sub(f"key: my-{number}", text).replace(words, f"Ours, {number}")
    file.write_text(text)
    return ids


def told(project: Project) -> str:
    """What a plan says, on one line."""
    return " ".join(project("plan").out.split())


def add(project: Project, key: str, line: str) -> None:
    """Add a line to an entry."""
    (file,) = project.folder.glob("posts/*.yaml")
    file.write_text(file.read_text().replace(f"key: {key}\n", f"key: {key}\n    {line}\n"))


@pytest.mark.parametrize("first", [*long("my-0"), "my-1"])
def test_each_is_offered_the_post_at_its_time(project: Project, first: str) -> None:
    """A timed one the timed post, and a queued one the queued one; both hints, in either order, edit the two posts."""
    ids = imported(project, ("Of the queue", {}), ("Of a day", {"dueAt": "2029-12-20T08:00:00.000Z"}))
    olds = dict(re.findall(r"(my-\d) X.*?write `(was: \S+)`", told(project)))
    assert ("of-the-queue" in olds["my-0"], "of-a-day" in olds["my-1"]) == (True, True)
    for key in sorted(olds, key=lambda key: key != first):
        add(project, key, olds[key])
    assert apply(project) == 0
    assert {post["id"]: post["text"] for post in project.sandbox.posts()} == {
        ids["Of the queue"]: "Ours, 0",
        ids["Of a day"]: "Ours, 1",
    }


def test_no_answer_is_ready_where_nothing_tells(project: Project) -> None:
    """Two of a queue: both are shown, and a person says which is which."""
    ids = imported(project, ("Of the queue", {}), ("Of it as well", {}))
    assert "`was:" not in told(project)
    assert "If it is one of" in told(project)
    add(project, "my-0", f"existing: {{twitter: {ids['Of the queue']}}}")
    add(project, "my-1", f"existing: {{twitter: {ids['Of it as well']}}}")
    assert apply(project) == 0
    assert texts(project) == {"Ours, 0": 1, "Ours, 1": 1}
