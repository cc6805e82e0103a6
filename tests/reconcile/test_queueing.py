"""Estimated times of posts that join a queue: the channel's slots that will be free."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from bufferctl.model import Post, ShareMode

from .builders import TWITTER, World, in_buffer, post, queued, record

#: 9:00 and 17:00 in Berlin, Monday to Friday; the current time is Tuesday 15 January 2030, 13:00 there.
WEEKLY = tuple((day, time(hour)) for day in range(5) for hour in (9, 17))
CHANNEL = replace(TWITTER, timezone="Europe/Berlin", posting_times=WEEKLY)


def at(day: int, hour: int) -> datetime:
    """A time of January 2030 in Berlin."""
    return datetime(2030, 1, day, hour - 1, tzinfo=UTC)


def times(*items: Post, world: World | None = None, **channel: Any) -> dict[str, datetime]:
    """The times of the plan, by key."""
    world = replace(world or World(), channels=(replace(CHANNEL, **channel),))
    return {slot.key: when for slot, when in world.plan(*items).queue_times.items()}


def in_slot(key: str, when: datetime, **fields: Any) -> Any:
    """A queue post of ours in a slot, and Buffer's version of it."""
    item = queued(key, f"Text of {key}")
    return item, in_buffer(item, f"id-{key}", due_at=when, is_custom_scheduled=False, **fields)


def test_the_next_free_slots_in_file_order() -> None:
    """The 9:00 slot of today is over; the weekend has none."""
    found = times(*(queued(f"k{n}", f"Text {n}") for n in range(8)))
    assert list(found.values()) == [at(15, 17), *(at(d, h) for d in (16, 17, 18) for h in (9, 17)), at(21, 9)]


def test_a_slot_that_is_now_is_over() -> None:
    """The same time next week."""
    assert times(queued(), posting_times=((1, time(13)),)) == {"a": at(22, 13)}


def test_what_stands_in_a_slot_has_it() -> None:
    """A person's queue post, a timed post, and one that this plan creates there; not one that has no slot."""
    theirs = in_buffer(queued("theirs", "By hand"), "p1", due_at=at(15, 17), is_custom_scheduled=False)
    timed = in_buffer(post("timed", "By hand too"), "p2", due_at=at(16, 9))
    timeless = in_buffer(queued("nowhere", "Without a slot"), "p3", due_at=None, is_custom_scheduled=False)
    found = times(queued(), post("new", "New", at(16, 17)), world=World(live=[theirs, timed, timeless]))
    assert found == {"a": at(17, 9)}


def test_a_draft_takes_no_slot() -> None:
    """Not even if it shows a time."""
    draft = in_buffer(queued("x", "A draft", draft=True), "p1", due_at=at(15, 17), is_custom_scheduled=True)
    assert times(queued(), world=World(live=[draft])) == {"a": at(15, 17)}


def test_what_is_held_takes_no_slot() -> None:
    """A timed post with a tag that Buffer does not have."""
    assert times(queued(), post("held", "Held", at(15, 17), tags=("nowhere",))) == {"a": at(15, 17)}


def test_a_queue_closes_ranks() -> None:
    """If one of the plan's deletes leaves the queue, the later posts move up."""
    keep, gone = in_slot("keep", at(16, 9)), in_slot("gone", at(15, 17))
    found = times(queued(), keep[0], world=World(live=[keep[1], gone[1]], state=record(keep, gone)))
    assert found == {"a": at(16, 9)}
    timed = in_buffer(post("timed", "By hand"), "p9", due_at=at(16, 9))
    assert times(queued(), world=World(live=[gone[1], timed], state=record(gone))) == {"a": at(15, 17)}


def test_a_delete_of_a_timed_post_moves_no_queue() -> None:
    """Its slot is still taken when the new post arrives, since deletes are sent last."""
    keep, timed = in_slot("keep", at(15, 17)), post("timed", "Timed", at(16, 9))
    world = World(live=[keep[1], in_buffer(timed, "p9")], state=record(keep, (timed, in_buffer(timed, "p9"))))
    assert times(queued(), keep[0], world=world) == {"a": at(16, 17)}


def test_a_draft_leaves_no_queue() -> None:
    """Its delete moves nothing up."""
    keep, draft = in_slot("keep", at(15, 17)), queued("draft", "A draft", draft=True)
    world = World(live=[keep[1], in_buffer(draft, "p9")], state=record(keep, (draft, in_buffer(draft, "p9"))))
    assert times(queued(), keep[0], world=world) == {"a": at(16, 9)}


def test_an_edit_keeps_its_place_in_the_queue() -> None:
    """Of the text; one that gets a time of its own leaves, and the later posts move up."""
    keep, last = in_slot("keep", at(15, 17)), in_slot("last", at(16, 9))
    world = World(live=[keep[1], last[1]], state=record(keep, last))
    assert times(queued(), replace(keep[0], text="Edited"), last[0], world=world) == {"a": at(16, 17)}
    timed = post("keep", keep[0].text, at(20, 9))
    assert times(queued(), timed, last[0], world=world) == {"a": at(16, 9)}


@pytest.mark.parametrize("status", ["scheduled", "draft"])
def test_an_edit_that_puts_a_post_into_the_queue(status: str) -> None:
    """Of a timed post that loses its time, and of a draft: the next free slot, after what is new there."""
    timed = post("timed", "Timed", at(31, 9), draft=status == "draft")
    live = in_buffer(timed, "p9")
    world = World(live=[live], state=record((timed, live)))
    moved = queued("timed", "Timed")
    assert times(moved, world=world) == {"timed": at(15, 17)}
    assert times(moved, queued(), world=world) == {"a": at(15, 17), "timed": at(16, 9)}


def test_the_front_of_the_queue_moves_the_rest_back() -> None:
    """Its own time depends on the posts sent after it, so it is not shown."""
    first = queued("first", "First of all", mode=ShareMode.SHARE_NEXT)
    assert times(first, queued()) == {"a": at(16, 9)}


@pytest.mark.parametrize("channel", [{"posting_times": ()}, {"is_queue_paused": True}])
def test_no_slots_no_times(channel: dict[str, Any]) -> None:
    """A queue without slots, or paused."""
    assert times(queued(), **channel) == {}


def test_drafts_and_timed_posts_have_none() -> None:
    """None of these is in the queue, nor is a post that waits for approval."""
    assert times(queued(draft=True), queued("waits", "Waits", needs_approval=True), post("timed", "Timed")) == {}


def test_narrowed_plans_close_ranks_too() -> None:
    """Posts excluded from the run take no slot."""
    plan = replace(World(), channels=(CHANNEL,)).plan(queued("one", "One"), queued("two", "Two"))
    narrowed = plan.narrow(lambda change: change.address.key == "two")
    assert list(narrowed.queue_times.values()) == [at(15, 17)]
