"""Buffer's daily limit for a channel: requested only for busy days, and the surplus waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bufferctl.plan import Action
from bufferctl.reconcile.sending import BUSY, busy_days, within_daily_limits

from .builders import LINKEDIN, TWITTER, World, in_buffer, post, queued

#: 23:30 in UTC is the next day in Berlin.
LATE = datetime(2030, 1, 22, 23, 30, tzinfo=UTC)
NOON = datetime(2030, 1, 22, 12, tzinfo=UTC)
NEXT_NOON = datetime(2030, 1, 23, 11, tzinfo=UTC)
BERLIN = (replace(TWITTER, timezone="Europe/Berlin"), LINKEDIN)


def many(count: int) -> World:
    """Buffer has `count` posts on that day."""
    return World(live=[in_buffer(post(f"x{n}", f"Theirs {n}", LATE), f"p{n}") for n in range(count)])


@pytest.mark.parametrize(("there", "busy"), [(BUSY - 1, {NOON: {"c1"}}), (BUSY - 2, {})])
def test_a_day_is_busy_with_what_is_there_and_what_is_new(there: int, busy: dict[datetime, set[str]]) -> None:
    """Ten or more posts, by noon of the day in the channel's zone."""
    world = many(there)
    assert busy_days(world.plan(post(due=LATE)), world.reading) == busy


def test_a_day_is_the_channels() -> None:
    """The next day in Berlin; UTC if this machine does not know the zone."""
    world = replace(many(BUSY), channels=BERLIN)
    assert busy_days(world.plan(post(due=LATE)), world.reading) == {NEXT_NOON: {"c1"}}
    nowhere = replace(world, channels=(replace(TWITTER, timezone="Nowhere/At all"),))
    assert busy_days(nowhere.plan(post(due=LATE)), nowhere.reading) == {NOON: {"c1"}}


def test_only_new_posts_with_a_time_count() -> None:
    """Neither drafts nor the queue."""
    world = many(BUSY)
    world = replace(world, live=[*world.live, in_buffer(queued("x", "Without a slot"), "p99", due_at=None)])
    assert busy_days(world.plan(post(due=LATE)), world.reading) == {NOON: {"c1"}}
    plan = world.plan(queued(), post("d", "d", LATE, draft=True))
    assert busy_days(plan, world.reading) == {}


def test_the_surplus_of_a_day_waits() -> None:
    """The earliest are sent first; other days and the queue are not requested."""
    items = [post("b", "b", LATE), post("a", "a", LATE - timedelta(hours=1)), post("c", "c", LATE + timedelta(days=1))]
    plan = within_daily_limits(World().plan(*items, queued("q", "q")), {("c1", NOON): 1})
    assert {c.address.key: c.action for c in plan.changes} == {
        "a": Action.CREATE,
        "b": Action.WAITING,
        "c": Action.CREATE,
        "q": Action.CREATE,
    }
    waiting = next(c for c in plan.changes if c.action is Action.WAITING)
    assert "accepts no more posts on this channel that day" in waiting.message
