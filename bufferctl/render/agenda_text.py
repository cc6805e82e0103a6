"""`bufferctl list` as text: by day, posts of one key at one time together; good at 80 columns and without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from bufferctl.model.invisible import visible
from bufferctl.plan import Action
from bufferctl.render.agenda import Row
from bufferctl.render.lines import clipped, wrapped
from bufferctl.render.paint import Paint, count
from bufferctl.render.words import in_zone

#: Lines of a day that are shown; a longer day is folded.
FOLD = 10
_INDENT = "      "


def agenda_text(rows: Sequence[Row], now: datetime, paint: Paint, *, is_live: bool) -> str:
    """The whole list, ending in a newline. `is_live`: Buffer was asked."""
    rows = [row for row in rows if not row.cancelled]
    several = len({row.organization for row in rows}) > 1
    lines: list[str] = []
    for day, of_day in groupby((row for row in rows if row.when), key=_day):
        group = list(of_day)
        lines += [*_heading(day, in_zone(now, group[0].timezone).date(), paint), *_day_lines(group, paint, several), ""]
    if unscheduled := [row for row in rows if row.when is None]:
        lines += [paint.strong("Unscheduled"), *_day_lines(unscheduled, paint, several), ""]
    return "\n".join([*lines, *_summary(rows, paint, is_live=is_live)]) + "\n"


def _day(row: Row) -> date:
    return row.when.date() if row.when else date.max


def _heading(day: date, today: date, paint: Paint) -> Iterator[str]:
    away = {0: ", today", 1: ", tomorrow"}.get((day - today).days, "")
    yield paint.strong(f"{day:%a} {day.day} {day:%b %Y}") + away


def _day_lines(rows: Sequence[Row], paint: Paint, several: bool) -> Iterator[str]:
    """The posts of a day. One text at one time on several channels is one entry."""
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
    return row.when, row.when and row.when.utcoffset(), row.written, key, row.standing


def _entry(rows: Sequence[Row], paint: Paint, several: bool) -> Iterator[str]:
    first = rows[0]
    channels = ", ".join(f"{row.organization}/{row.channel}" if several else row.channel for row in rows)
    when = f"{_clock(first.when)}{' (queue)' if first.in_queue else ''}  " if first.when else ""
    key = f"{first.address.key}  " if first.address else ""
    head, *more = wrapped(visible(f"{when}{key}{channels}  {first.standing}"), paint.width - len(_INDENT))
    yield "  " + _painted(head, first, paint)
    yield from (_INDENT + _painted(line, first, paint) for line in more)
    if first.written:
        yield f"{_INDENT}{first.written:%a} {first.written.day} {first.written:%b} {_clock(first.written)} in the file"
    if text := " ".join(visible(first.text).split()):
        yield _INDENT + paint.faint(clipped(text, paint.width - len(_INDENT)))


def _painted(line: str, row: Row, paint: Paint) -> str:
    """The line, with its standing in colour where it ends in it."""
    before, standing = line.removesuffix(row.standing), row.standing
    if before == line:
        return line
    if row.action is Action.HOLD or row.action is Action.DELETE:
        return before + paint.bad(standing)
    return before + (paint.good(standing) if row.action is Action.CREATE else paint.faint(standing))


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M} {moment.tzname()}" if moment else ""


def _summary(rows: Sequence[Row], paint: Paint, *, is_live: bool) -> Iterator[str]:
    parts = [f"{count(len(rows), 'post')} on {count(len(_channels(rows)), 'channel')}"] if rows else ["No posts"]
    if held := sum(row.action is Action.HOLD for row in rows):
        parts.append(f"{held} need{'s' if held == 1 else ''} you (see `bufferctl plan`)")
    if unmanaged := sum(row.address is None for row in rows):
        parts.append(f"{unmanaged} unmanaged")
    said = f"{', '.join(parts)}."
    if not is_live:
        said += " From the files and the record; --live asks Buffer."
    yield from wrapped(said, paint.width)


def _channels(rows: Iterable[Row]) -> set[tuple[str, str]]:
    return {(row.organization, row.channel) for row in rows}
