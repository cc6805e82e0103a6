"""What the API returns: what a channel, a post and the remaining requests say of themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bufferctl.model import (
    Account,
    Live,
    LiveChannel,
    LiveIdea,
    LiveOrganization,
    LivePost,
    PostStatus,
    Quota,
    Service,
    ShareMode,
    Wanted,
    Window,
)
from bufferctl.model.live import Unavailable, ids_by_home

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
CHANNEL = LiveChannel("c1", "o1", Service.TWITTER, "acme")
POST = LivePost("p1", "c1", PostStatus.SCHEDULED, "Hello", NOW)
IDEA = LiveIdea("i1", "o1", NOW, "An idea")


@pytest.mark.parametrize(
    ("timezone", "zone"),
    [("Europe/Berlin", ZoneInfo("Europe/Berlin")), ("Nowhere/At all", UTC), ("../Berlin", UTC), ("", UTC)],
)
def test_the_zone_of_a_channel(timezone: str, zone: object) -> None:
    """UTC where this machine lacks it, or where it is no name."""
    channel = replace(CHANNEL, timezone=timezone)
    assert (channel.zone, channel.label) == (zone, "twitter:acme")


@pytest.mark.parametrize("status", PostStatus)
def test_whether_a_post_is_out(status: PostStatus) -> None:
    """Published or being published; only one of the others is scheduled."""
    post = replace(POST, status=status)
    assert post.is_out is (status.value in {"sending", "sent"})
    assert post.is_scheduled is (status.value == "scheduled")


def test_a_time_outside_the_queue_shows_in_both_of_buffers_fields() -> None:
    """In one of them alone it is a place in the queue."""
    for custom, mode, own in (
        (True, ShareMode.CUSTOM_SCHEDULED, True),
        (True, ShareMode.ADD_TO_QUEUE, False),
        (False, ShareMode.CUSTOM_SCHEDULED, False),
    ):
        assert replace(POST, is_custom_scheduled=custom, share_mode=mode.value).has_own_time is own


def test_what_created_an_object() -> None:
    """The API for a post that says so; Buffer does not tell it of ideas, which are never out."""
    assert [replace(POST, via=via).by_api for via in ("api", "buffer", "")] == [True, False, False]
    assert (IDEA.by_api, IDEA.is_out) == (False, False)


def test_the_homes_of_an_account() -> None:
    """Its channels, for posts, and its organizations, for ideas."""
    other = LiveOrganization("o2", "Beta")
    account = Account((LiveOrganization("o1", "Acme", (CHANNEL, replace(CHANNEL, id="c2"))), other))
    assert account.homes == {"c1", "c2", "o1", "o2"}


def test_what_was_read_of_each_home() -> None:
    """Posts by their channel, ideas by their organization."""
    live = Live(NOW, posts=(POST, replace(POST, id="p2"), replace(POST, id="p3", channel_id="c2")), ideas=(IDEA,))
    assert live.items == (*live.posts, IDEA)
    assert ids_by_home(live.items) == {"c1": {"p1", "p2"}, "c2": {"p3"}, "o1": {"i1"}}


@pytest.mark.parametrize(
    ("other", "covered"),
    [
        (Wanted({"o1": ["c1", "c2"]}, ["o1"], {"c1": NOW}), True),
        (Wanted({"o1": ["c1"]}, since={"c1": NOW}), True),
        (Wanted(), True),
        (Wanted({"o1": ["c3"]}), False),
        (Wanted({"o2": ["c1"]}), False),
        (Wanted(ideas=["o2"]), False),
        (Wanted({"o1": ["c1"]}), False),
        (Wanted({"o1": ["c2"]}, since={"c2": NOW}), False),
        (Wanted({"o1": ["c2"]}, sent_pages=1), False),
    ],
    ids=[
        "equal", "less", "nothing", "another channel", "another organization", "other ideas",
        "all that was sent", "another instant", "fewer pages",
    ],
)  # fmt: skip
def test_whether_a_reading_has_what_another_one_wants(other: Wanted, covered: bool) -> None:
    """Every home of it, as far back; then it is not asked for again."""
    assert Wanted({"o1": ["c1", "c2"]}, ["o1"], {"c1": NOW}).covers(other) is covered


SHORT, LONG = Window(900, 40, 60.0, NOW, 100), Window(86400, 7, 3600.0, NOW)


def test_when_a_window_is_full_again() -> None:
    """So many seconds after the answer that said so."""
    assert SHORT.resets_at == NOW + timedelta(minutes=1)
    assert LONG.resets_at == NOW + timedelta(hours=1)


def test_the_windows_that_are_known() -> None:
    """Each in its newer state, shortest first."""
    newer = replace(SHORT, left=39)
    assert Quota((SHORT,)).updated(Quota((LONG, newer))) == Quota((newer, LONG))
    assert Quota((LONG, SHORT)).updated(Quota()) == Quota((SHORT, LONG))


def test_a_request_is_taken_from_every_window() -> None:
    """Until an answer says how many are left."""
    assert [each.left for each in Quota((SHORT, LONG)).spent().windows] == [39, 6]


LESS, EQUAL = replace(SHORT, left=6), replace(SHORT, left=7)


@pytest.mark.parametrize(
    ("windows", "expected"),
    [((SHORT, LONG), LONG), ((LESS, LONG), LESS), ((EQUAL, LONG), LONG), ((LONG, EQUAL), LONG), ((), None)],
)
def test_the_window_that_limits(windows: tuple[Window, ...], expected: Window | None) -> None:
    """The one with the fewest requests left; of equal ones the longest; none if none is known."""
    assert Quota(windows).tightest == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"is_disconnected": True, "is_locked": True}, Unavailable.DISCONNECTED),
        ({"is_locked": True}, Unavailable.LOCKED),
        ({"is_queue_paused": True}, None),
    ],
)
def test_why_nothing_is_published_on_a_channel(values: dict[str, Any], expected: Unavailable | None) -> None:
    """Reconnecting comes first; a queue that is paused takes posts, and those with a time go out."""
    assert replace(CHANNEL, **values).unavailable is expected
