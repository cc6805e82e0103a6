"""What is said of a write, by its result: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bufferctl.apply import outcomes
from bufferctl.model import EditPost, LivePost, Origin, PostStatus, Refusal, Refused
from bufferctl.model.enums import SchedulingType
from bufferctl.plan import Action, Cause, Change, Difference, Status
from tests.apply.fake import START, post
from tests.apply.machine import slot

A = post("a", due=START + timedelta(days=1))
LIVE = LivePost("p1", "c0", PostStatus.SCHEDULED, A.text, START, START, due_at=A.due_at, is_custom_scheduled=True)
AS_IT_SAYS = "Fix it in the file as Buffer's message says."
EDIT = Change(
    A.address, Action.UPDATE, Cause.EDITED, slot(A), desired=A, live=LIVE, write=EditPost("p1", A, "c0"),
    differences=(Difference("text", "before", "after"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("live", "declared", "fields"),
    [
        (SchedulingType.AUTOMATIC, SchedulingType.AUTOMATIC, ()),
        (SchedulingType.NOTIFICATION, SchedulingType.AUTOMATIC, ("scheduling_type",)),
        (SchedulingType.NOTIFICATION, SchedulingType.NOTIFICATION, ()),
    ],
)
def test_a_post_that_came_back_as_a_reminder_differs(
    live: SchedulingType, declared: SchedulingType, fields: tuple[str, ...]
) -> None:
    """Unless it was declared as one."""
    item, there = replace(A, scheduling_type=declared), replace(LIVE, scheduling_type=live.value)
    _, found = outcomes.bound(item, there, Origin.CREATED, links_may_differ=False)
    assert found == fields


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        (
            "Invalid post: Twitter / X posts cannot exceed 280 characters.",
            AS_IT_SAYS,
        ),
        ("Invalid post: Instagram posts require a type (post, story, or reel).", "This edit leaves `type` as it is"),
        (
            "Invalid post: YouTube posts require a title., a category.",
            "`category_id` and `title`",
        ),
        ("Invalid post: Something else.", AS_IT_SAYS),
    ],
)
def test_a_refused_edit_names_what_it_left_as_it_is(message: str, hint: str) -> None:
    """Buffer checks the whole post again; where the message names what was edited, it says enough."""
    outcome = outcomes.refused(EDIT, Refused(Refusal.INVALID, message), START)
    assert (outcome.status, outcome.message) == (Status.REFUSED, message)
    assert hint in outcome.hint
