"""The posts of `bufferctl list` by day and item: a plan with its quiet posts and the unmanaged ones.

It is shown as text, as JSON, and as a calendar (RFC 5545). An event's UID is derived from the address of its first
post, so a calendar that reads the file again moves the event instead of adding another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from bufferctl.model import Address, Live, LivePost, Post, PostStatus, Slot, dates
from bufferctl.plan import Action, Cause, Change, Plan
from bufferctl.render import words
from bufferctl.render.cards import Aspect, Card, Moment, by_time, moment_of
from bufferctl.render.counted import posts_counted
from bufferctl.render.grouped import PlanItem, grouped, monday_of, networks_of
from bufferctl.render.json_documents import Listed, document
from bufferctl.render.lines import INDENT, Paint, clipped, count, indented, wrapped
from bufferctl.render.report import Report
from bufferctl.render.text import day_of, head_lines
from bufferctl.said import pasted
from bufferctl.value import replace

if TYPE_CHECKING:
    from icalendar import Event

_WEEKS = ("this", "next")
_WEEK = re.compile(r"(\d{4})-?[wW](\d{1,2})")
#: How many items of a day are shown; a longer day is folded.
FOLD = 10
#: How long an event lasts in the calendar; an event without a length is hard to see there.
_LENGTH = timedelta(minutes=15)
#: How many columns of a text the title of its event has.
_TITLE = 60
_CERTAIN = frozenset({PostStatus.SCHEDULED, PostStatus.SENDING, PostStatus.SENT})


class Span(NamedTuple):
    """First and last day, both included; None leaves that end open. Days are counted in each channel's zone."""

    first: date | None = None
    last: date | None = None


def week(name: str, today: date) -> Span:
    """A week, Monday to Sunday: `this`, `next`, `2026-W49`, or a day in it. Raises ValueError for anything else."""
    if name in _WEEKS:
        day = today + timedelta(weeks=_WEEKS.index(name))
    elif found := _WEEK.fullmatch(name):
        day = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    else:
        day = date.fromisoformat(name)
    monday = monday_of(day)
    return Span(monday, monday + timedelta(days=6))


def listed(plan: Plan, live: Live | None = None) -> Plan:
    """The plan's posts, with those that Buffer publishes although no file declares them any more.

    `live`: adds unmanaged posts that are not published yet, and gives the texts that go out as they are in Buffer.
    """
    changes = [each for each in plan.changes if isinstance(each.desired, Post) or each.goes_out]
    if live is not None:
        changes = [_with_text_there(change) for change in changes]
        known = {change.live_id for change in plan.changes}
        found = (post for post in live.posts if post.id not in known and post.status is not PostStatus.SENT)
        changes += (_unmanaged(post, plan, live) for post in found)
    return replace(plan, changes=tuple(changes))


def _with_text_there(change: Change) -> Change:
    """The change with Buffer's text, where Buffer's version goes out."""
    post, there = change.desired, change.live
    if not change.goes_out_as_it_is or not isinstance(post, Post) or not isinstance(there, LivePost):
        return change
    return replace(change, desired=replace(post, text=there.text))


def _unmanaged(post: LivePost, plan: Plan, live: Live) -> Change:
    names = {organization.id: organization.name for organization in live.organizations}
    channel = plan.channels[post.channel_id]
    home = channel.organization_id
    address = Address(names.get(home, home), f"{channel.service}:{channel.name}", post.id)
    return Change(address, Action.NO_OP, Cause.UNCHANGED, Slot(home, post.channel_id, post.id), live=post)


def within_days(plan: Plan, span: Span) -> Plan:
    """The posts of a span of days, which begins today if it has no first day.

    Posts without a time are included only if the span has no last day and they are not published.
    """

    def is_within(change: Change) -> bool:
        moment = moment_of(change, plan)
        if moment is None:
            return span.last is None and not _is_out(change)
        first = span.first or dates.in_zone(plan.at, moment.zone).date()
        return first <= moment.due.date() and (span.last is None or moment.due.date() <= span.last)

    return replace(plan, changes=tuple(filter(is_within, plan.changes)))


def _is_out(change: Change) -> bool:
    return words.status_of(change) in {PostStatus.SENT, PostStatus.SENDING}


def agenda_text(plan: Plan, span: Span, paint: Paint, *, is_live: bool) -> str:
    """The posts of a span of days, ending in a newline. `is_live`: Buffer was read."""
    plan = _going_out(plan)
    found = grouped(Report(within_days(plan, span)), among=plan.changes)
    lines = list[str]()
    for day, group in groupby(found.items, key=day_of):
        items = list(group)
        lines += [paint.strong(day) + (_near(items[0].when) if items[0].when else "")]
        shown = items if paint.full or len(items) <= FOLD + 1 else items[:FOLD]
        for item in shown:
            post = item.main.cards[0].change.desired
            fixed = ["fixed"] if isinstance(post, Post) and post.is_fixed else []
            lines += [*head_lines(item, found, paint, *fixed), *_texts(item, paint)]
        if left := items[len(shown) :]:
            last = f" until {left[-1].when.clock}" if left[-1].when else ""
            lines += [paint.faint(f"  … {count(len(left), 'more post')}{last} (--full shows all)")]
        lines += [""]
    lines += wrapped(_summary(found.report.plan, plan, span, is_live=is_live), paint.width)
    return "\n".join(lines) + "\n"


def _near(when: Moment) -> str:
    days = (when.due.date() - dates.in_zone(when.now, when.zone).date()).days
    return {0: ", today", 1: ", tomorrow"}.get(days, "")


def _going_out(plan: Plan) -> Plan:
    return replace(plan, changes=tuple(change for change in plan.changes if not words.is_cancelled(change)))


def _texts(item: PlanItem, paint: Paint) -> Iterator[str]:
    """An item's text on one line; then what differs on some networks: text, time or status."""
    said: dict[tuple[str, ...], list[Card]] = {}
    for version in item.versions:
        own = [each.after for each in version.differs if each.aspect in {Aspect.TIME, Aspect.ACTION}]
        said.setdefault((" ".join(version.text.split()), *own), []).extend(version.cards)
    for (text, *own), cards in said.items():
        on = ", ".join([networks_of(cards), *own]) if len(said) > 1 else ""
        if line := ": ".join(filter(None, [on, text])):
            lines = indented(line, paint) if paint.full else [INDENT + clipped(line, paint.width - len(INDENT))]
            yield from map(paint.faint, lines)


def _summary(shown: Plan, whole: Plan, span: Span, *, is_live: bool) -> str:
    """How many posts are shown of the whole plan, and what shows the rest."""
    changes = shown.changes
    moments = [(each, moment_of(each, whole)) for each in whole.changes]
    if changes:
        parts = [posts_counted((each.address, each.desired) for each in changes)]
    else:
        parts = ["No posts"]
        days = [moment.day for _, moment in moments if moment]
        if days and not (span.first or span.last):  # the list begins today, so all of them are earlier
            parts = [f"No posts from today on, {len(days):,} earlier (--since {min(days)} shows all)"]
    if held := len(shown.of(Action.HOLD)):
        parts.append(f"{words.need_you(held)} (see `{pasted('bufferctl plan')}`)")
    if unmanaged := sum(map(words.is_unmanaged, changes)):
        parts.append(f"{unmanaged} unmanaged")
    untimed = [each for each, moment in moments if moment is None and not _is_out(each)]
    if untimed and span.last:
        parts.append(f"{len(untimed):,} more without a time (leave out the last day to list them)")
    return f"{', '.join(parts)}.{'' if is_live else ' From the files and the state; --live reads Buffer.'}"


def agenda_json(plan: Plan, span: Span, *, is_live: bool) -> str:
    """The posts as one JSON document, ending in a newline."""
    found = (Listed(change, plan) for change in _going_out(within_days(plan, span)).changes)
    posts = sorted(found, key=lambda each: by_time(each.change, each.moment))
    return document("list", {"at": plan.at, "live": is_live, "posts": posts})


def agenda_ics(plan: Plan) -> str:
    """An event for each item with a time, with its networks; cancelled ones are cancelled events."""
    from icalendar import Calendar  # the other forms do not need it

    calendar = Calendar()
    calendar.add("prodid", "-//bufferctl//list//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Buffer")
    going_out = _going_out(plan)
    called_off = replace(plan, changes=tuple(filter(words.is_cancelled, plan.changes)))
    parts = [grouped(Report(each), among=plan.changes).items for each in (going_out, called_off)]
    for item in (item for items in parts for item in items):
        if item.when:
            calendar.add_component(_event(item, item.when.due, plan.at))
    data: bytes = calendar.to_ical()
    return data.decode()


def _event(item: PlanItem, due: datetime, at: datetime) -> Event:
    from icalendar import Event

    event = Event()
    change = item.cards[0].change
    address = min(str(card.change.address) for card in item.cards)  # in whichever order the file has its channels
    event.add("uid", f"{sha256(address.encode()).hexdigest()[:32]}@bufferctl")
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", due.astimezone(UTC))
    event.add("dtend", due.astimezone(UTC) + _LENGTH)
    event.add("summary", f"{item.networks}: {clipped(item.main.text.strip().partition(chr(10))[0], _TITLE)}")
    texts = [f"{each.networks}: {each.text}" if item.others else each.text for each in item.versions]
    about = "\n".join(f"{card.address}: {card.what}" for card in item.cards)
    event.add("description", "\n\n".join(filter(None, (*texts, about))))
    is_certain = words.status_of(change) in _CERTAIN
    status = "CONFIRMED" if is_certain else "TENTATIVE"
    event.add("status", "CANCELLED" if words.is_cancelled(change) else status)
    event.add("transp", "TRANSPARENT")  # nobody is busy while a post goes out
    if tags := item.main.shown.tags:
        event.add("categories", list(tags))
    if link := next((card.link for card in item.cards if card.link), ""):
        event.add("url", link)
    return event
