"""A published post's entry is edited, which only notes it, and gets another key afterwards."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, texts


@pytest.fixture
def published(project: Project) -> Project:
    """`launch` is out."""
    declare(project, "key: launch, due_at: 2029-12-10 09:00, text: We are live")
    project.apply()
    project.sandbox.core.clock.advance(days=10)
    project.apply()
    return project


def test_a_time_to_come(published: Project) -> None:
    """Its new time was noted under the old key, and `was` changes nothing about it: no question, nothing sent."""
    declare(published, "key: launch, due_at: 2029-12-30 09:00, text: We are live")
    published.apply()
    declare(published, "key: start, was: launch, due_at: 2029-12-30 09:00, text: We are live")
    for _ in range(2):
        assert apply(published) == 0
    assert texts(published) == {"We are live": 1}


REWORDED = "due_at: 2029-12-10 09:00, text: We have been live for days"


@pytest.mark.parametrize("answer", ["was: launch", "repeat_of: ID"])
def test_its_new_text(published: Project, answer: str) -> None:
    """Without `was` it is a question, since the entry that is gone said the same; both answers can be given."""
    declare(published, f"key: launch, {REWORDED}")
    published.apply()
    new = REWORDED.replace("12-10", "12-30")
    declare(published, f"key: start, {new}")
    for _ in range(2):
        assert apply(published) == 1
        assert texts(published) == {"We are live": 1}
    plan = " ".join(published("plan").out.split())
    (post,) = published.sandbox.posts()
    given = answer.replace("ID", f"{{twitter: {post['id']}}}")
    assert f"`{given}`" in plan
    time = REWORDED if given == "was: launch" else new
    declare(published, f"key: start, {time}, {given}")
    published.apply()
    assert texts(published) == Counter({"We are live": 1, **({"We have been live for days": 1} if time is new else {})})


def test_an_older_state_that_has_another_text(project: Project) -> None:
    """The text that was published is no new one, so nothing is asked and nothing is sent."""
    declare(project, "key: launch, due_at: 2029-12-10 09:00, text: We are live")
    project.apply()
    older = project.state.read_bytes()
    declare(project, "key: launch, due_at: 2029-12-10 09:00, text: We are so live")
    project.apply()
    project.sandbox.core.clock.advance(days=10)
    project.apply()
    project.state.write_bytes(older)
    declare(project, "key: launch, due_at: 2029-12-30 09:00, text: We are so live")
    for _ in range(2):
        assert apply(project) == 0
        assert texts(project) == {"We are so live": 1}


def test_the_key_alone_of_a_published_post(project: Project) -> None:
    """It is that post, as its time is past, and the next plan has nothing to do."""
    entry = "due_at: 2029-12-04 09:00, text: We are live"
    declare(project, f"key: launch, {entry}")
    project.apply()
    project.sandbox.clock.set("2029-12-05T09:00:00Z")
    project.apply()
    declare(project, f"key: start, {entry}")
    assert project("apply", "--auto-approve", "--settle", "0").code == 0
    assert "No changes." in project("plan").out
    assert texts(project) == {"We are live": 1}
