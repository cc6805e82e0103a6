"""`bufferctl list --report FILE.ics`: what goes out when, as a calendar (RFC 5545).

The UID of an event comes from the address of its post, so a calendar that reads the file again moves the event instead
of adding one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event

from bufferctl.model import PostStatus
from bufferctl.model.invisible import visible
from bufferctl.render.agenda import Row

#: How long an event lasts in the calendar; one without a length is hard to see there.
_LENGTH = timedelta(minutes=15)
#: Characters of a text in the title of its event.
_TITLE = 60
_CERTAIN = frozenset({PostStatus.SCHEDULED, PostStatus.SENDING, PostStatus.SENT})


def agenda_ics(rows: Iterable[Row], at: datetime) -> str:
    """An event for each row with a time; cancelled posts are cancelled events. `at`: when it was made."""
    calendar = Calendar()
    calendar.add("prodid", "-//bufferctl//list//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Buffer")
    for row in rows:
        if row.when is not None:
            calendar.add_component(_event(row, row.when, at))
    data: bytes = calendar.to_ical()
    return data.decode()


def _event(row: Row, when: datetime, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{sha256(str(row.address or row.id).encode()).hexdigest()[:32]}@bufferctl")
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", when.astimezone(UTC))
    event.add("dtend", when.astimezone(UTC) + _LENGTH)
    text = visible(row.text)
    event.add("summary", visible(f"{row.channel}: {_title(text)}"))
    event.add("description", "\n\n".join(filter(None, (text, f"{row.address or row.id}: {row.standing}"))))
    event.add("status", "CANCELLED" if row.cancelled else "CONFIRMED" if _is_certain(row) else "TENTATIVE")
    event.add("transp", "TRANSPARENT")  # nobody is busy while a post goes out
    if row.tags:
        event.add("categories", list(map(visible, row.tags)))
    if row.link:
        event.add("url", row.link)
    return event


def _title(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1].rstrip()}…"


def _is_certain(row: Row) -> bool:
    return row.status in _CERTAIN
