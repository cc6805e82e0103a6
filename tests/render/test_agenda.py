"""What is published when: weeks, and texts cut to one line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.model import Binding, Live, LiveOrganization, Origin, PostStatus, SchedulingType
from bufferctl.plan import Action, Cause
from bufferctl.render.agenda import Span, agenda_ics, agenda_json, agenda_text, listed, week, within_days
from bufferctl.render.lines import Paint, cells, clipped
from tests.render.rich import NOW, PLAN, change, live, post, removed

TODAY = date(2026, 12, 30)  # a Wednesday in the last week of the ISO year
THIS, NEXT = Span(date(2026, 12, 28), date(2027, 1, 3)), Span(date(2027, 1, 4), date(2027, 1, 10))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("this", THIS),
        ("2026-W53", THIS),
        ("2026w53", THIS),
        ("2027-01-03", THIS),
        ("next", NEXT),
        ("2027-W01", NEXT),
        ("2027-W1", NEXT),
    ],
)
def test_week(name: str, expected: Span) -> None:
    """Monday to Sunday, by the ISO calendar, even across the turn of the year."""
    assert week(name, TODAY) == expected


@pytest.mark.parametrize("name", ["", "last", "2027-W53", "2027-W00", "W3", "2027-02-30"])
def test_no_week(name: str) -> None:
    """Anything else is an error, including weeks and days that a year does not have."""
    with pytest.raises(ValueError):  # noqa: PT011 - the command adds the message
        week(name, TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("short", "short"), ("one two three", "one two…"), ("abcdefghijkl", "abcdefghi…"), ("日本語日本語", "日本語日…")],
)
def test_clipped(text: str, expected: str) -> None:
    """At most ten columns, cut after a word if one ends in the second half."""
    assert clipped(text, 10) == expected


@given(st.text(), st.integers(2, 60))
def test_clipped_fits(text: str, width: int) -> None:
    """Never wider than the limit, and a text that fits is unchanged."""
    assert cells(clipped(text, width)) <= width
    if cells(text) <= width:
        assert clipped(text, width) == text


@pytest.mark.parametrize("link", ["https://x.example/\n1", "<div>\n</div>", "javascript:alert(1)"])
def test_calendar_leaves_out_what_is_not_a_link(link: str) -> None:
    """Buffer's link of a published post becomes the URL of its event only if it is one."""
    at = datetime(2026, 12, 30, 9, tzinfo=UTC)
    there = live("ch-x", 1, "Out", status=PostStatus.SENT, sent_at=at, external_link=link)
    published = change(post("ch-x", "a", 1, text="Out"), Action.DONE, Cause.UNCHANGED, there)
    calendar = agenda_ics(replace(PLAN, changes=(published,)))
    assert "SUMMARY:X: Out" in calendar
    assert "URL" not in calendar


FIRST, SECOND = NOW.date(), NOW.date() + timedelta(days=1)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(), ["today", "tomorrow", "later", "queued"]),
        (Span(FIRST, FIRST), ["today"]),
        (Span(SECOND, SECOND), ["tomorrow"]),
        (Span(None, SECOND), ["today", "tomorrow"]),
        (Span(SECOND), ["tomorrow", "later", "queued"]),
        (Span(FIRST - timedelta(days=1), FIRST), ["yesterday", "today"]),
    ],
)
def test_within_days(span: Span, expected: list[str]) -> None:
    """Both days are in it; without a first day it begins today, and without a last one it has what has no time."""
    days = {"yesterday": -1, "today": 0, "tomorrow": 1, "later": 9}
    timed = [post("ch-x", key, 1, due_at=NOW + timedelta(days=days[key])) for key in days]
    creates = [change(each, Action.CREATE, Cause.NEW) for each in (*timed, post("ch-x", "queued", 5))]
    kept = within_days(replace(PLAN, changes=tuple(creates), queue_times={}), span)
    assert [each.address.key for each in kept.changes] == expected


def test_a_list_tells_queued_posts_from_drafts() -> None:
    """Without a known slot, a queued post is in the queue; what nothing publishes is unscheduled and comes last."""
    drafted, queued = post("ch-x", "drafted", 1, text="A", draft=True), post("ch-x", "queued", 2, text="B")
    changes = (
        change(drafted, Action.NO_OP, Cause.UNCHANGED, live("ch-x", 1, "A", status=PostStatus.DRAFT)),
        change(queued, Action.NO_OP, Cause.UNCHANGED, live("ch-x", 2, "B")),
    )
    said = agenda_text(replace(PLAN, changes=changes, queue_times={}), Span(), Paint(), is_live=True)
    assert re.findall(r"^\w[^.\n]*$", said, re.MULTILINE) == ["In the queue", "Unscheduled"]
    assert said.index("queued  X, scheduled") < said.index("drafted  X, draft")


def test_what_nobody_declares_is_listed_if_buffer_was_read() -> None:
    """What Buffer will publish for others, by its id; not what is in the plan anyway, and not what is published."""
    mine, sent = live("ch-x", 1, "Mine"), live("ch-x", 2, "Sent", status=PostStatus.SENT)
    other, draft = live("ch-bs", 3, "Other"), live("ch-x", 4, "Draft", status=PostStatus.DRAFT)
    plan = replace(PLAN, changes=(change(post("ch-x", "a", 1, text="Mine"), Action.NO_OP, Cause.UNCHANGED, mine),))
    organizations = (LiveOrganization("org-globex", "Globex"),)
    found = listed(plan, Live(NOW, organizations, posts=(mine, sent, other, draft)))
    assert [str(each.address) for each in found.changes] == [
        "Acme/twitter:acme/a",
        "Globex/bluesky:globex.example/post-3",
        "org-acme/twitter:acme/post-4",
    ]
    assert listed(plan).changes == plan.changes


def test_status_without_buffer() -> None:
    """That of the state, as a reminder if it is one; what is done was published."""
    reminder = post("ch-x", "a", 1, text="A", due_at=NOW, scheduling_type=SchedulingType.NOTIFICATION)
    changes = [
        change(each, action, Cause.UNCHANGED, binding=Binding("post-1", Origin.CREATED, status=PostStatus.SCHEDULED))
        for each, action in (
            (reminder, Action.NO_OP),
            (post("ch-li", "b", 2, text="B", due_at=NOW), Action.NO_OP),
            (post("ch-ig", "c", 3, text="C", due_at=NOW), Action.DONE),
        )
    ]
    plan = replace(PLAN, changes=tuple(changes))
    text = agenda_text(plan, Span(), Paint(), is_live=False)
    assert re.findall(r"(?:X|LinkedIn|Instagram), [\w ]+", text) == [
        "X, scheduled as a reminder",
        "LinkedIn, scheduled",
        "Instagram, published",
    ]
    posts = json.loads(agenda_json(plan, Span(), is_live=False))["posts"]
    assert {each["text"]: each["status"] for each in posts} == {"A": "scheduled", "B": "scheduled", "C": "sent"}


def test_an_event_is_at_the_time_of_its_post() -> None:
    """In UTC, for a quarter of an hour; where it goes, and its text, are its title."""
    one = change(post("ch-li", "a", 1, text="Come in", due_at=NOW + timedelta(hours=2)), Action.CREATE, Cause.NEW)
    calendar = agenda_ics(replace(PLAN, changes=(one,)))
    assert "DTSTART:20291203T110000Z" in calendar
    assert "DTEND:20291203T111500Z" in calendar
    assert "SUMMARY:LinkedIn: Come in" in calendar


def test_what_is_still_in_buffer_is_no_cancelled_event() -> None:
    """Although its entry was removed."""
    there = live("ch-x", 1, "Still there", due_at=NOW + timedelta(days=1))
    calendar = agenda_ics(replace(PLAN, changes=(removed("ch-x", "a", Action.DELETE, there),)))
    assert ("SUMMARY:X: Still there" in calendar, "CANCELLED" in calendar) == (True, False)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (PostStatus.SCHEDULED, "CONFIRMED"),
        (PostStatus.SENDING, "CONFIRMED"),
        (PostStatus.SENT, "CONFIRMED"),
        (PostStatus.DRAFT, "TENTATIVE"),
        (PostStatus.NEEDS_APPROVAL, "TENTATIVE"),
    ],
)
def test_what_surely_goes_out(status: PostStatus, said: str) -> None:
    """What Buffer has on its schedule; a draft, and what waits for an approval, may stay away."""
    there = live("ch-x", 1, "Out", status=status, due_at=NOW + timedelta(days=1))
    one = change(post("ch-x", "a", 1, text="Out"), Action.NO_OP, Cause.UNCHANGED, there)
    assert f"STATUS:{said}" in agenda_ics(replace(PLAN, changes=(one,)))
