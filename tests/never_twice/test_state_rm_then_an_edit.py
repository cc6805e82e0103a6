"""The entry of a post is removed from the state by name, and a word of its text changes."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import ADDRESS, apply, declare, texts

TIMED = "key: launch, due_at: 2029-12-20 09:00"


@pytest.mark.parametrize("pause", [0, *long(2)], ids=["at once", "two days later"])
@pytest.mark.parametrize(
    ("entry", "edited"),
    [
        (f"{TIMED}, text: We are live", f"{TIMED}, text: We're live"),
        ("key: launch, text: Save your work early and often", "key: launch, text: Save your work soon and often"),
    ],
    ids=["scheduled", "queued"],
)
def test_a_changed_word(project: Project, entry: str, edited: str, pause: int) -> None:
    """A question, also past the horizon: the post that had the address is still there."""
    declare(project, entry)
    project.apply()
    assert project("state", "rm", ADDRESS).code == 0
    if pause:
        declare(project, "key: other, due_at: 2029-12-30 09:00, text: Another")
        apply(project)
        project.sandbox.core.clock.advance(hours=pause)
        project.apply()
    before = texts(project)
    declare(project, edited, "key: other, due_at: 2029-12-30 09:00, text: Another")
    assert apply(project) == 1
    assert texts(project) == before | {"Another": 1}


@pytest.mark.parametrize("when", [", due_at: 2029-12-20 09:00", *long("")], ids=["scheduled", "queued"])
def test_another_text_and_then_another_time(project: Project, when: str) -> None:
    """A question after each edit, since no edit answers it; answered with `repeat_of`, both are there."""
    declare(project, f"key: launch{when}, text: We are live")
    project.apply()
    (post,) = project.sandbox.posts()
    assert project("state", "rm", ADDRESS).code == 0
    for due in (when, ", due_at: 2029-12-24 09:00"):
        declare(project, f"key: launch{due}, text: Something else altogether")
        assert apply(project) == 1
        assert texts(project) == {"We are live": 1}
    declare(project, f"key: launch, text: Something else altogether, repeat_of: {post['id']}")
    project.apply()
    assert texts(project) == {"We are live": 1, "Something else altogether": 1}


@pytest.mark.parametrize("when", [", due_at: 2029-12-20 09:00", *long("")], ids=["scheduled", "queued"])
def test_a_rename_and_then_no_was(project: Project, when: str) -> None:
    """A question under the new key, because of `was`; taking `was` away again does not answer it, `repeat_of` does."""
    declare(project, f"key: launch{when}, text: We are live")
    project.apply()
    (post,) = project.sandbox.posts()
    assert project("state", "rm", ADDRESS).code == 0
    for was in (", was: launch", "", ", due_at: 2029-12-24 09:00"):
        declare(project, f"key: start{was or when}, text: Something else altogether")
        assert apply(project) == 1
        assert texts(project) == {"We are live": 1}
    declare(project, f"key: start, text: Something else altogether, repeat_of: {post['id']}")
    project.apply()
    assert texts(project) == {"We are live": 1, "Something else altogether": 1}


def test_a_published_one(project: Project) -> None:
    """Found again although it is older than the horizon: already there, and no other time is proposed."""
    declare(project, f"{TIMED}, text: We are live")
    project.apply()
    project.sandbox.core.clock.set("2029-12-21T09:00:00Z")
    project.apply()
    project.sandbox.core.clock.advance(days=3)
    project.apply()
    assert project("state", "rm", ADDRESS).code == 0
    ran = project("plan")
    assert "later `due_at`" not in ran.out + ran.err
    declare(project, "key: launch, due_at: 2030-01-20 09:00, text: We are live")
    assert apply(project) == 1
    assert texts(project) == {"We are live": 1}


def test_a_shortened_link(project: Project) -> None:
    """A question, with a shortener that nobody knows."""
    declare(project, f"{TIMED}, text: 'See https://acme.example/launch'")
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], text="See https://go.acme.example/x")
    assert project("state", "rm", ADDRESS).code == 0
    assert apply(project) == 1
    assert sum(texts(project).values()) == 1
