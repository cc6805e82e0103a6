"""The output of `bufferctl list`, from the rows of an agenda: text, JSON, and a calendar (RFC 5545).

The text is readable at 80 columns and without color. An event's UID is derived from the address of its first post, so
a calendar that reads the file again moves the event instead of adding another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING

from bufferctl.model import PostStatus
from bufferctl.model.comparable import instant
from bufferctl.model.plain_text import visible
from bufferctl.plan import Action
from bufferctl.render.agenda import Row
from bufferctl.render.json import document, place_form
from bufferctl.render.json_documents import ListedForm
from bufferctl.render.lines import INDENT, Paint, clipped, count, wrapped
from bufferctl.render.pieces import web
from bufferctl.render.words import in_zone

if TYPE_CHECKING:
    from icalendar import Event

#: How many lines of a day are shown; a longer day is folded.
FOLD = 10
#: How long an event lasts in the calendar; an event without a length is hard to see there.
_LENGTH = timedelta(minutes=15)
#: How many characters of a text the title of its event has.
_TITLE = 60
_CERTAIN = frozenset({PostStatus.SCHEDULED, PostStatus.SENDING, PostStatus.SENT})


def agenda_text(rows: Sequence[Row], now: datetime, paint: Paint, *, is_live: bool, earlier: Sequence[Row] = ()) -> str:
    """The whole list, ending in a newline.

    `is_live`: Buffer was read. `earlier`: the rows before today that are not listed, by time.
    """
    rows = [row for row in rows if not row.cancelled]
    several = len({row.organization for row in rows}) > 1
    lines: list[str] = []
    for day, of_day in groupby((row for row in rows if row.when), key=_day):
        group = list(of_day)
        lines += [*_heading(day, in_zone(now, group[0].timezone).date(), paint), *_day_lines(group, paint, several), ""]
    if unscheduled := [row for row in rows if row.when is None]:
        lines += [paint.strong("Unscheduled"), *_day_lines(unscheduled, paint, several), ""]
    return "\n".join([*lines, *_summary(rows, earlier, paint, is_live=is_live)]) + "\n"


def _day(row: Row) -> date:
    return row.when.date() if row.when else date.max


def _heading(day: date, today: date, paint: Paint) -> Iterator[str]:
    away = {0: ", today", 1: ", tomorrow"}.get((day - today).days, "")
    yield paint.strong(f"{day:%a} {day.day} {day:%b %Y}") + away


def _day_lines(rows: Sequence[Row], paint: Paint, several: bool) -> Iterator[str]:
    """The posts of a day. The same text at the same time on several channels is one entry."""
    entries = [list(group) for _, group in groupby(sorted(rows, key=_moment), key=_together)]
    shown = entries if paint.full or len(entries) <= FOLD + 1 else entries[:FOLD]
    for entry in shown:
        yield from _entry(entry, paint, several)
    if left := [row for entry in entries[len(shown) :] for row in entry]:
        last = f" until {_clock(left[-1].when)}" if left[-1].when else ""
        yield paint.faint(f"  … {count(len(left), 'more post')}{last} (--full shows all)")


def _moment(row: Row) -> tuple[datetime | str, ...]:
    key = row.address.key if row.address else row.id or ""
    return (row.when, key, row.standing) if row.when else (key, row.standing)


def _together(row: Row) -> tuple[object, ...]:
    key = row.address.key if row.address else row.id
    return row.when, row.when and row.when.utcoffset(), row.written, row.fixed, key, row.standing


def _entry(rows: Sequence[Row], paint: Paint, several: bool) -> Iterator[str]:
    first = rows[0]
    channels = ", ".join(_channel(row, several) for row in rows)
    how = " (queue)" if first.in_queue else " (fixed)" if first.fixed else ""
    when = f"{_clock(first.when)}{how}  " if first.when else ""
    key = f"{first.address.key}  " if first.address else ""
    head, *more = wrapped(visible(f"{when}{key}{channels}  {first.standing}"), paint.width - len(INDENT))
    yield "  " + _painted(head, first, paint)
    yield from (INDENT + _painted(line, first, paint) for line in more)
    if first.written:
        yield f"{INDENT}{first.written:%a} {first.written.day} {first.written:%b} {_clock(first.written)} in the file"
    for text in _texts(rows, several):
        yield INDENT + paint.faint(clipped(text, paint.width - len(INDENT)))


def _channel(row: Row, several: bool) -> str:
    return f"{row.organization}/{row.channel}" if several else row.channel


def _texts(rows: Iterable[Row], several: bool) -> Iterator[str]:
    """The text of an entry on one line; if texts differ between channels, each one after the names of its channels."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(" ".join(visible(row.text).split()), []).append(visible(_channel(row, several)))
    for text, channels in texts.items():
        if text:
            yield text if len(texts) == 1 else f"{', '.join(channels)}: {text}"


def _painted(line: str, row: Row, paint: Paint) -> str:
    """The line, with its status colored if it ends in it."""
    before, standing = line.removesuffix(row.standing), row.standing
    if before == line:
        return line
    if row.action is Action.HOLD or row.action is Action.DELETE:
        return before + paint.bad(standing)
    return before + (paint.good(standing) if row.action is Action.CREATE else paint.faint(standing))


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M} {moment.tzname()}" if moment else ""


def _summary(rows: Sequence[Row], earlier: Sequence[Row], paint: Paint, *, is_live: bool) -> Iterator[str]:
    channels = {(row.organization, row.channel) for row in rows}
    parts = [f"{count(len(rows), 'post')} on {count(len(channels), 'channel')}"] if rows else ["No posts"]
    if earlier and not rows:
        parts = [f"No posts from today on, {len(earlier):,} earlier (--since {_day(earlier[0])} shows all)"]
    if held := sum(row.action is Action.HOLD for row in rows):
        parts.append(f"{held} need{'s' if held == 1 else ''} you (see `bufferctl plan`)")
    if unmanaged := sum(row.address is None for row in rows):
        parts.append(f"{unmanaged} unmanaged")
    said = f"{', '.join(parts)}."
    if not is_live:
        said += " From the files and the state; --live reads Buffer."
    yield from wrapped(said, paint.width)


def agenda_json(rows: Iterable[Row], at: datetime, *, is_live: bool) -> str:
    """The whole list as one document, ending in a newline. `is_live`: Buffer was read."""
    posts = [_listed(row) for row in rows if not row.cancelled]
    return document({"kind": "list", "at": instant(at), "live": is_live, "posts": posts})


def _listed(row: Row) -> ListedForm:
    return {
        "address": str(row.address) if row.address else None,
        "organization": row.organization,
        "channel": row.channel,
        "service": row.service,
        "standing": row.standing,
        "action": row.action,
        "status": row.status,
        "due_at": instant(row.when) or None,
        "local": row.when.isoformat(timespec="seconds") if row.when else None,
        "timezone": row.timezone,
        "in_queue": row.in_queue,
        "fixed": row.fixed,
        "draft": row.draft,
        "text": row.text,
        "tags": list(row.tags),
        "id": row.id,
        "link": row.link,
        "message": row.message,
        "hint": row.hint,
        "place": place_form(row.place),
    }


def agenda_ics(rows: Iterable[Row], at: datetime) -> str:
    """An event for each item with a time, with its networks; cancelled ones are cancelled events. `at`: made when."""
    from icalendar import Calendar  # the other forms do not need it

    calendar = Calendar()
    calendar.add("prodid", "-//bufferctl//list//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Buffer")
    items: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        if row.when is not None:
            items.setdefault((*_together(row), row.organization), []).append(row)
    for item in items.values():
        calendar.add_component(_event(item, at))
    data: bytes = calendar.to_ical()
    return data.decode()


def _event(rows: Sequence[Row], at: datetime) -> Event:
    from icalendar import Event

    row, several = rows[0], len({each.text for each in rows}) > 1
    event, when = Event(), row.when or at
    event.add("uid", f"{sha256(str(row.address or row.id).encode()).hexdigest()[:32]}@bufferctl")
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", when.astimezone(UTC))
    event.add("dtend", when.astimezone(UTC) + _LENGTH)
    event.add("summary", visible(f"{', '.join(each.channel for each in rows)}: {_title(visible(row.text))}"))
    texts = [
        visible(f"{each.channel}: {each.text}" if several else each.text) for each in rows[: None if several else 1]
    ]
    about = "\n".join(f"{each.address or each.id}: {each.standing}" for each in rows)
    event.add("description", "\n\n".join(filter(None, (*texts, about))))
    event.add("status", "CANCELLED" if row.cancelled else "CONFIRMED" if row.status in _CERTAIN else "TENTATIVE")
    event.add("transp", "TRANSPARENT")  # nobody is busy while a post goes out
    if row.tags:
        event.add("categories", list(map(visible, row.tags)))
    if link := next(filter(None, (web(each.link) for each in rows)), ""):
        event.add("url", link)
    return event


def _title(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1].rstrip()}…"
