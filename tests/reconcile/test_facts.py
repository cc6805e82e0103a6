"""Whether file and Buffer agree, even if Buffer does not show every field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bufferctl.diagnostics import Place
from bufferctl.model import (
    Address,
    Expansion,
    LivePost,
    Origin,
    Post,
    PostStatus,
    SchedulingType,
    Service,
    ShareMode,
    Slot,
    bind,
    content_of_desired,
    fingerprint,
)
from bufferctl.model.desired import Variable
from bufferctl.plan import Reason
from bufferctl.reconcile.facts import Facts, facts_of
from bufferctl.reconcile.matches import Declared, How, Match

DUE = datetime(2030, 1, 15, 9, tzinfo=UTC)
MADE = datetime(2030, 1, 1, tzinfo=UTC)
POST = Post(
    Address("Acme", "twitter:acme", "a"),
    Service.TWITTER,
    Place("b"),
    "We are live",
    ShareMode.CUSTOM_SCHEDULED,
    DUE,
)
LIVE = LivePost(
    "p1",
    "c1",
    PostStatus.SCHEDULED,
    "We are live",
    MADE,
    due_at=DUE,
    share_mode="customScheduled",
    is_custom_scheduled=True,
)


def facts(before: Post, then: LivePost, now: Post, live: LivePost) -> Facts:
    """The facts: `before` was applied and read back as `then`; the file now has `now` and Buffer has `live`."""
    content = content_of_desired(now)
    declared = Declared(now, Slot("o1", "c1", "a"), None, content, fingerprint(now, content))
    return facts_of(Match(declared, How.KNOWN, live, bind(before, then, Origin.CREATED)))


REMINDER = replace(POST, scheduling_type=SchedulingType.NOTIFICATION)
ASKS = replace(POST, needs_approval=True)
WAITS = replace(LIVE, status=PostStatus.NEEDS_APPROVAL)
QUEUED = replace(POST, mode=ShareMode.ADD_TO_QUEUE, due_at=None)
IN_QUEUE = replace(LIVE, share_mode="addToQueue", is_custom_scheduled=False)


@pytest.mark.parametrize(
    ("before", "then", "now", "live", "agree"),
    [
        pytest.param(
            REMINDER, LIVE, POST, LIVE, False, id="Buffer does not tell of the reminder, so it may still be one"
        ),
        pytest.param(POST, LIVE, REMINDER, LIVE, False, id="no reminder yet"),
        pytest.param(ASKS, LIVE, POST, LIVE, True, id="approved before, and no approval is needed any more"),
        pytest.param(ASKS, WAITS, POST, WAITS, False, id="still waits for an approval that nobody needs"),
        pytest.param(POST, LIVE, ASKS, LIVE, False, id="goes out without the approval that it needs"),
        pytest.param(QUEUED, IN_QUEUE, POST, LIVE, True, id="a person gave it the time that the file says"),
        pytest.param(QUEUED, IN_QUEUE, replace(QUEUED, mode=ShareMode.SHARE_NOW), IN_QUEUE, False, id="not out yet"),
        pytest.param(POST, LIVE, replace(POST, draft=True), LIVE, False, id="no draft"),
        pytest.param(
            POST, LIVE, QUEUED, replace(IN_QUEUE, share_mode="shareNext"), False, id="at another place in the queue"
        ),
    ],
)
def test_agree(before: Post, then: LivePost, now: Post, live: LivePost, agree: bool) -> None:
    """Only if Buffer shows every field that the file asks for now; otherwise the edit is sent."""
    found = facts(before, then, now, live)
    assert found.edited
    assert found.rescheduled
    assert found.agree == agree


def test_a_place_in_the_queue_is_no_approval_that_was_taken_back() -> None:
    """A person moved it to the front, and made the edit that the file has now, too: nothing is left to do."""
    moved = replace(IN_QUEUE, text="New", share_mode="shareNext")
    assert facts(QUEUED, IN_QUEUE, replace(QUEUED, text="New"), moved).agree


@pytest.mark.parametrize(
    ("before", "then", "live", "expected"),
    [
        (ASKS, WAITS, LIVE, Reason.APPROVED),
        (ASKS, WAITS, replace(LIVE, status=PostStatus.SENDING), Reason.APPROVED),
        (ASKS, WAITS, replace(LIVE, status=PostStatus.SENT, sent_at=DUE), Reason.APPROVED),
        (ASKS, WAITS, replace(LIVE, status=PostStatus.ERROR), None),
        (replace(POST, draft=True), replace(LIVE, status=PostStatus.DRAFT), LIVE, Reason.SCHEDULED),
        (POST, LIVE, replace(LIVE, status=PostStatus.SENT, sent_at=DUE - timedelta(days=1)), Reason.SHARED),
        (
            POST,
            LIVE,
            replace(LIVE, status=PostStatus.SENT, sent_at=DUE - timedelta(days=1), shared_now=True),
            Reason.SHARED,
        ),
        (POST, LIVE, replace(LIVE, status=PostStatus.SENT, sent_at=DUE - timedelta(seconds=61)), Reason.SHARED),
        (POST, LIVE, replace(LIVE, status=PostStatus.SENT, sent_at=DUE - timedelta(seconds=60)), None),
        (POST, LIVE, replace(LIVE, status=PostStatus.SENT, sent_at=DUE), None),
        (QUEUED, IN_QUEUE, replace(IN_QUEUE, status=PostStatus.SENT, sent_at=MADE, due_at=None), None),
        (POST, LIVE, LIVE, None),
        (POST, LIVE, replace(LIVE, status=PostStatus.ERROR), None),
        (POST, LIVE, replace(LIVE, status=PostStatus.ERROR, shared_now=True), None),
    ],
)
def test_progress(before: Post, then: LivePost, live: LivePost, expected: Reason | None) -> None:
    """Changes by a person, not by time or the network."""
    assert facts(before, then, before, live).progress == expected


REWORDED = replace(POST, text="New")
OUT = replace(LIVE, status=PostStatus.SENT, sent_at=DUE)


@pytest.mark.parametrize(
    ("before", "then", "now", "live", "paths"),
    [
        pytest.param(ASKS, WAITS, replace(ASKS, text="New"), LIVE, ["text", "needs_approval"], id="approved before"),
        pytest.param(POST, WAITS, REWORDED, WAITS, ["text"], id="its channel lets every post wait"),
        pytest.param(POST, LIVE, REWORDED, LIVE, ["text"], id="only the text"),
        pytest.param(POST, LIVE, POST, WAITS, ["needs_approval"], id="sent back"),
        pytest.param(
            POST, OUT, replace(POST, due_at=MADE), replace(OUT, text="Theirs"), ["due_at"], id="out, with another text"
        ),
        pytest.param(POST, OUT, REWORDED, OUT, ["text"], id="out, and edited"),
        pytest.param(
            QUEUED,
            replace(IN_QUEUE, status=PostStatus.DRAFT),
            replace(QUEUED, text="New"),
            LIVE,
            ["text"],
            id="a person gave it a time and scheduled it",
        ),
        pytest.param(
            QUEUED,
            IN_QUEUE,
            QUEUED,
            replace(IN_QUEUE, text="Theirs", share_mode="shareNext", scheduling_type=SchedulingType.NOTIFICATION),
            ["text", "scheduling_type"],
            id="a person moved it to the front, reworded it, and publishes it",
        ),
    ],
)
def test_what_differs(before: Post, then: LivePost, now: Post, live: LivePost, paths: list[str]) -> None:
    """What an edit changes and what a person changed, but not what a person approved or wrote after publication."""
    assert [each.path for each in facts(before, then, now, live).differences] == paths


def test_an_edit_that_a_person_made_too_agrees_unless_it_was_sent_back() -> None:
    """A post that waited before may wait."""
    for then, agree in ((WAITS, True), (LIVE, False)):
        assert facts(POST, then, REWORDED, replace(WAITS, text="New")).agree == agree


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"text": "Thanks, @ada_l"}, True),
        ({"text": "Thank you, @ada_l"}, False),
        ({"text": "Thanks, @ada_l", "due_at": DUE + timedelta(days=1)}, False),
    ],
    ids=["another handle", "other words", "another time"],
)
def test_a_handle_that_changed_in_the_files_is_no_new_text(now: dict[str, Any], expected: bool) -> None:
    """What a published post means stays the same, as long as nothing else has changed."""
    before, after = (
        replace(POST, expansion=Expansion(variables=(Variable("@ada", handle),))) for handle in ("@ada", "@ada_l")
    )
    before = replace(before, text="Thanks, @ada")
    live = replace(LIVE, text="Thanks, @ada")
    assert facts(before, live, replace(after, **now), live).has_new_handles is expected
