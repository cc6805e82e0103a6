"""Posts of which Buffer only reminds a person: on which channels, and what counts as changed by a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bufferctl.model import EditPost, Fate, Home, LivePost, Post, PostStatus, SchedulingType, ShareMode, standing
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.plan import Action, Reason
from bufferctl.reconcile import Options, offline

from .builders import (
    HORIZON,
    LATER,
    NOW,
    TWITTER,
    Verdict,
    World,
    in_buffer,
    post,
    published,
    record,
    verdict,
    warnings,
)

AUTOMATIC = post()
REMINDER = replace(AUTOMATIC, scheduling_type=SchedulingType.NOTIFICATION)
ADDRESS = "Acme/twitter:acme/a"


def applied(was: Post, live: LivePost, **fields: Any) -> World:
    """`was` was applied; Buffer shows `live`."""
    return World(live=[live], state=record((was, in_buffer(was))), **fields)


@pytest.mark.parametrize(
    ("was", "theirs", "now", "expected"),
    [
        (AUTOMATIC, "notification", AUTOMATIC, Reason.CHANGED),
        (REMINDER, "automatic", REMINDER, Reason.CHANGED),
        (AUTOMATIC, None, AUTOMATIC, Action.NO_OP),
        (REMINDER, None, REMINDER, Action.NO_OP),
        (REMINDER, "notification", REMINDER, Action.NO_OP),
        (AUTOMATIC, "automatic", AUTOMATIC, Action.NO_OP),
        (AUTOMATIC, "notification", replace(AUTOMATIC, text="Ours"), Reason.CONFLICT),
        (AUTOMATIC, "notification", replace(AUTOMATIC, due_at=LATER), Reason.CONFLICT),
        (AUTOMATIC, "automatic", REMINDER, Action.UPDATE),
        (REMINDER, "notification", AUTOMATIC, Action.UPDATE),
        (AUTOMATIC, "notification", REMINDER, Action.NO_OP),
        (REMINDER, "notification", replace(AUTOMATIC, due_at=LATER), Action.UPDATE),
        (REMINDER, "notification", replace(AUTOMATIC, draft=True), Action.UPDATE),
        (REMINDER, "notification", replace(AUTOMATIC, needs_approval=True), Action.UPDATE),
        (REMINDER, "notification", replace(AUTOMATIC, due_at=None, mode=ShareMode.SHARE_NEXT), Action.UPDATE),
        (AUTOMATIC, "automatic", replace(REMINDER, due_at=LATER), Action.UPDATE),
        (REMINDER, "automatic", replace(REMINDER, due_at=LATER), Reason.CONFLICT),
        (REMINDER, None, replace(AUTOMATIC, due_at=LATER), Action.UPDATE),
    ],
)
def test_who_publishes_it_is_a_persons_to_change(was: Post, theirs: str | None, now: Post, expected: Verdict) -> None:
    """Held if a person changed it, sent if the file did, nothing if both did; null says nothing."""
    assert applied(was, in_buffer(was, scheduling_type=theirs)).verdict(now) is expected


def test_the_hold_shows_both_sides_and_what_becomes_of_the_post() -> None:
    """`notification` in Buffer, `automatic` in the file; not that it will be published."""
    change = applied(AUTOMATIC, in_buffer(AUTOMATIC, scheduling_type="notification")).change(AUTOMATIC)
    (difference,) = change.differences
    assert (difference.path, difference.before, difference.after) == ("scheduling_type", "notification", "automatic")
    assert "will be published" not in change.message


def test_the_files_version_can_be_sent() -> None:
    """With --reapply an update that sends the schedule."""
    options = Options(reapply=frozenset({ADDRESS}))
    world = applied(AUTOMATIC, in_buffer(AUTOMATIC, scheduling_type="notification"), options=options)
    assert world.verdict(AUTOMATIC) is Action.UPDATE


def test_a_published_reminder_is_done() -> None:
    """Done, with nothing to decide."""
    live = published(AUTOMATIC, scheduling_type="notification")
    assert World(live=[live], state=record((AUTOMATIC, live))).verdict(AUTOMATIC) is Action.DONE


@pytest.mark.parametrize(
    ("item", "expected"), [(AUTOMATIC, Reason.CHANNEL), (REMINDER, Action.CREATE)], ids=["automatic", "reminder"]
)
def test_a_personal_profile_takes_reminders_only(item: Post, expected: Verdict) -> None:
    """Automatic posts are held with what to write, also offline once the state knows the channel."""
    channel = replace(TWITTER, only_reminds=True)
    world = World(channels=(channel,))
    change = world.change(item)
    assert verdict(change) is expected
    assert ("scheduling_type: notification" in change.hint) == (item is AUTOMATIC)

    desired = world.desired(item)
    desired = replace(desired, channels=tuple(replace(each, id=channel.id) for each in desired.channels))
    for only_reminds, then in ((True, expected), (False, Action.CREATE)):
        home = Home("o1", "c1", HORIZON, "twitter", "acme", only_reminds=only_reminds)
        state = replace(record(), homes={home.id: home})
        (offline_change,) = offline(desired, state, endpoint="https://x.example", now=NOW).changes
        assert verdict(offline_change) is then


def test_an_automatic_post_is_not_sent_again_to_a_personal_profile() -> None:
    """Held with --reapply, too: Buffer refuses it."""
    options = Options(reapply=frozenset({ADDRESS}))
    theirs = in_buffer(AUTOMATIC, text="Theirs")
    world = applied(AUTOMATIC, theirs, options=options, channels=(replace(TWITTER, only_reminds=True),))
    assert world.verdict(AUTOMATIC) is Reason.CHANNEL


def test_an_edit_of_a_reminder_on_a_personal_profile_is_sent() -> None:
    """Updated, since it stays a reminder."""
    live = in_buffer(REMINDER, scheduling_type="notification")
    world = World(live=[live], state=record((REMINDER, live)), channels=(replace(TWITTER, only_reminds=True),))
    assert world.verdict(replace(REMINDER, text="Edited")) is Action.UPDATE


@pytest.mark.parametrize(("item", "expected"), [(AUTOMATIC, True), (REMINDER, False)], ids=["automatic", "reminder"])
def test_a_default_to_reminders_warns_of_new_automatic_posts(item: Post, expected: bool) -> None:
    """Created, with a warning that Buffer may only remind a person; none for a reminder, or without the default."""
    plan = World(channels=(replace(TWITTER, reminds_by_default=True),)).plan(item)
    assert [verdict(each) for each in plan.changes] == [Action.CREATE]
    assert ("set to reminders" in warnings(plan)) == expected
    assert "set to reminders" not in warnings(World().plan(item))


def test_a_default_to_reminders_does_not_warn_of_what_is_there() -> None:
    """Buffer shows who publishes it."""
    world = applied(AUTOMATIC, in_buffer(AUTOMATIC), channels=(replace(TWITTER, reminds_by_default=True),))
    assert "set to reminders" not in warnings(world.plan(AUTOMATIC))


def test_a_draft_that_a_person_scheduled_is_progress() -> None:
    """No question, while who publishes it stays the same."""
    draft = replace(AUTOMATIC, draft=True)
    live = in_buffer(draft, status=PostStatus.SCHEDULED)
    assert applied(draft, live).verdict(draft) is Action.NO_OP


def test_who_publishes_it_is_part_of_how_a_post_stands() -> None:
    """So a person who changes it between plan and apply is noticed; null and `automatic` are the same."""
    automatic, null, reminder = (
        standing(in_buffer(AUTOMATIC, scheduling_type=kind)) for kind in ("automatic", None, "notification")
    )
    assert automatic == null != reminder


@pytest.mark.parametrize(("live_id", "expected"), [("b1", Fate.DONE), ("b2", Fate.UNCLEAR)])
def test_an_edit_without_an_answer_knows_its_board_by_the_id(live_id: str, expected: Fate) -> None:
    """Done on the board that was sent, whatever it is called by now; unclear on another one."""
    pin = replace(AUTOMATIC, metadata=PinterestMetadata(board="Old", board_service_id="b1"))
    live = in_buffer(pin, metadata={"board": "New", "board_service_id": live_id})
    assert EditPost("p1", pin, "c1").fate(live, "another", links_may_differ=False) is expected
