"""The time of a post was moved, the state is lost, and what bufferctl proposes is done to the letter."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import ADDRESS, apply, declare, lose_state, texts

LAUNCH = "key: launch, text: We are live"


@pytest.fixture
def late(project: Project) -> Project:
    """Published by a person's hand a day later than the file says, before the state was lost."""
    declare(project, f"{LAUNCH}, due_at: 2029-12-05 09:00")
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], dueAt="2029-12-06T09:00:00Z")
    project.sandbox.core.clock.set("2029-12-07T09:00:00Z")
    lose_state(project)
    return project


def test_the_post_is_named_instead_of_another_time(late: Project) -> None:
    """Past or missed, without the proposal of a later time; once it has one, a question."""
    apply(late)
    late.sandbox.core.clock.advance(days=1)
    apply(late)
    ran = late("plan")
    assert "later `due_at`" not in ran.out + ran.err
    for due in ("2029-12-20 09:00", "2029-12-30 09:00"):
        declare(late, f"{LAUNCH}, due_at: {due}")
        assert apply(late) == 1
        late.sandbox.core.clock.advance(days=1)
    assert texts(late) == {"We are live": 1}


def test_a_draft_needs_no_time(late: Project) -> None:
    """A question, though the time of a draft may be past."""
    apply(late)
    declare(late, f"{LAUNCH}, due_at: 2029-12-06 12:00, draft: true")
    assert apply(late) == 1
    assert texts(late) == {"We are live": 1}


def test_the_answer_is_in_the_files(late: Project) -> None:
    """`existing`, as the plan proposes it, binds the post and leaves nothing to do."""
    apply(late)
    declare(late, f"{LAUNCH}, due_at: 2029-12-20 09:00")
    hint = re.search(r"`(existing: \{twitter: \w+\})`", " ".join(late("plan").out.split()))
    assert hint
    declare(late, f"{LAUNCH}, due_at: 2029-12-06 09:00, {hint[1]}")
    late.apply()
    declare(late, f"{LAUNCH}, due_at: 2029-12-06 09:00")
    late.apply()
    assert texts(late) == {"We are live": 1}
    assert late("state", "show", ADDRESS).code == 0
