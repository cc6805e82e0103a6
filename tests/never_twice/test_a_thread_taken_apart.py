"""The parts of a thread become posts of their own, or posts become a thread, while Buffer keeps what was there."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import apply, declare

FIRST, SECOND, THIRD = (
    "How we built the new console",
    "First we asked a hundred people",
    "Then we built what they asked for",
)
AT, LATER = "due_at: 2029-12-10 09:00", "due_at: 2029-12-15 09:00"
WHOLE = f"text: {FIRST}, thread: [{SECOND}, {THIRD}]"
THREAD = f"key: story, {AT}, {WHOLE}"
POST = f"key: people, {AT}, text: {SECOND}"
#: The edits, by what is published before.
APART = f"key: story, {AT}, text: {FIRST}", f"key: people, {LATER}, text: {SECOND}"
OTHER_KEYS = f"key: people, {LATER}, text: {SECOND}", f"key: built, {LATER.replace('15', '16')}, text: {THIRD}"
TOGETHER = (f"key: story, {LATER}, {WHOLE}",)
EDITS = [
    pytest.param([THREAD], APART, id="apart"),
    pytest.param([THREAD], OTHER_KEYS, id="under other keys"),
    pytest.param([POST], TOGETHER, id="together"),
]


def said(project: Project, *arguments: str) -> str:
    return " ".join(project("apply", "--auto-approve", "--settle", "0", *arguments).out.split())


def public(project: Project) -> list[str]:
    """What readers see, each part of a thread for itself."""
    posts = project.sandbox.posts()
    return [part["text"] for post in posts for part in (post["metadata"] or {}).get("thread") or [post]]


@pytest.mark.parametrize("applied_between", [True, *long(False)])
@pytest.mark.parametrize(("before", "after"), EDITS)
def test_once_it_is_published(
    project: Project, before: Iterable[str], after: Iterable[str], *, applied_between: bool
) -> None:
    """It is asked about by each run, also once Buffer's post is no longer read."""
    declare(project, *before)
    project.apply()
    project.sandbox.clock.set("2029-12-11T09:00:00Z")
    if applied_between:
        project.apply()
        project.sandbox.clock.set("2029-12-11T10:00:00Z")
    there = public(project)
    declare(project, *after)
    assert ["a part of this, in a thread or as a post of its own" in said(project) for _ in range(2)] == [True, True]
    assert public(project) == there


@pytest.mark.parametrize(("before", "after"), EDITS)
def test_while_it_is_being_published(project: Project, before: Iterable[str], after: Iterable[str]) -> None:
    """It is asked about."""
    declare(project, *before)
    project.apply()
    (there,) = project.sandbox.posts()
    project.sandbox.person.edit_post(there["id"], status="sending")
    declare(project, *after)
    assert "a part of this, in a thread or as a post of its own" in said(project)
    assert len(project.sandbox.posts()) == 1


@pytest.mark.parametrize(("before", "after"), EDITS)
def test_while_it_is_scheduled(project: Project, before: Iterable[str], after: Iterable[str]) -> None:
    """Each text is in Buffer once: nothing is asked, as the same run frees it."""
    declare(project, *before)
    project.apply()
    declare(project, *after)
    project.apply()
    assert len(set(public(project))) == len(public(project))


def test_it_is_meant(project: Project) -> None:
    """The answer that it proposes publishes it again."""
    declare(project, THREAD)
    project.apply()
    project.sandbox.clock.set("2029-12-11T09:00:00Z")
    whole, part = APART
    declare(project, whole, part)
    assert "add `repeat_of: story`" in said(project)
    declare(project, whole, f"{part}, repeat_of: story")
    project.apply()
    assert public(project).count(SECOND) == 2


def test_two_threads_with_one_part(project: Project) -> None:
    """The second is sent: a last part may be that of every thread."""
    declare(project, THREAD)
    project.apply()
    project.sandbox.clock.set("2029-12-11T09:00:00Z")
    declare(project, f"key: other, {LATER}, text: Something else, thread: [{THIRD}]")
    assert apply(project) == 0
    assert public(project).count(THIRD) == 2


def test_a_part_that_says_little(project: Project) -> None:
    """It is sent as a post of its own."""
    declare(project, f"key: story, {AT}, text: {FIRST}, thread: [It is done.]")
    project.apply()
    project.sandbox.clock.set("2029-12-11T09:00:00Z")
    declare(project, f"key: done, {LATER}, text: It is done.")
    assert apply(project) == 0
