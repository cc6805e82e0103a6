"""A question about a published post is open, and the entry gets another key without `was`, another text and time."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import ADDRESS, apply, declare, lose_state, texts

STAYS = "key: other, due_at: 2029-12-28 09:00, text: Another"


@pytest.fixture(params=[*long("the entry was taken from the state"), "the state is lost"])
def asked(project: Project, request: pytest.FixtureRequest) -> Project:
    """`launch` is out, was reworded for a later time, and may be that post."""
    declare(project, "key: launch, due_at: 2029-12-10 09:00, text: We are live", STAYS)
    project.apply()
    project.sandbox.core.clock.advance(days=10)
    project.apply()
    if request.param == "the state is lost":
        lose_state(project)
    else:
        assert project("state", "rm", ADDRESS).code == 0
    declare(project, "key: launch, due_at: 2029-12-25 09:00, text: We have been live", STAYS)
    assert apply(project) == 1
    return project


@pytest.mark.parametrize("text", ["We have been live", *long("It has been live")])
def test_the_question_passes_to_the_new_key(asked: Project, text: str) -> None:
    """Held, whatever the text is by now, until both are said to be intended; a third key is asked, too."""
    (post,) = (each for each in asked.sandbox.posts() if each["text"] == "We are live")
    for key in ("start", "start", "begin"):
        declare(asked, f"key: {key}, due_at: 2029-12-25 09:00, text: {text}", STAYS)
        assert apply(asked) == 1
        assert texts(asked) == {"We are live": 1, "Another": 1}
    both = f"repeat_of: {{twitter: {post['id']}}}"
    assert f"`{both}`" in " ".join(asked("plan").out.split())
    declare(asked, f"key: begin, due_at: 2029-12-25 09:00, text: {text}, {both}", STAYS)
    asked.apply()
    assert texts(asked) == Counter({"We are live": 1, "Another": 1, text: 1})


def test_it_is_that_post(asked: Project) -> None:
    """With `existing` and the text and time that it had, all is quiet, and nothing is sent."""
    (post,) = (each for each in asked.sandbox.posts() if each["text"] == "We are live")
    declare(asked, "key: start, due_at: 2029-12-25 09:00, text: We have been live", STAYS)
    assert apply(asked) == 1
    same = f"existing: {{twitter: {post['id']}}}"
    assert f"`{same}`" in " ".join(asked("plan").out.split())
    declare(asked, f"key: start, due_at: 2029-12-10 09:00, text: We are live, {same}", STAYS)
    asked.apply()
    assert texts(asked) == {"We are live": 1, "Another": 1}


def test_nothing_is_asked_of_what_was_there(asked: Project) -> None:
    """The entry is removed for good: other entries are as they were."""
    declare(asked, STAYS)
    assert apply(asked) == 0
    declare(asked, STAYS, "key: start, due_at: 2029-12-25 09:00, text: We have been live")
    assert apply(asked) == 0
