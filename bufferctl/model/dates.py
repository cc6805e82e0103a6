"""How days and times are written for people, in every form and message: `Tue 1 Dec 2026 09:00 CET`, or parts of it.

A line to write into a file has the file's form instead, which sorts: `2026-12-01 09:00`. A page shows some times again
in its reader's zone (`Intl` in `report.js`).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def weekday(of: date, *, in_full: bool = False) -> str:
    """`Tue`; in full, `Tuesday`."""
    return f"{of:%A}" if in_full else f"{of:%a}"


def day(of: date, *, weekday: bool = True, year: bool = True, in_full: bool = False) -> str:
    """`Tue 1 Dec 2026`, or without the first or the last; in full, `Tuesday 1 December 2026`, as texts name days."""
    name, month = (f"{of:%A}", f"{of:%B}") if in_full else (f"{of:%a}", f"{of:%b}")
    return f"{f'{name} ' if weekday else ''}{of.day} {month}{f' {of.year}' if year else ''}"


def month(of: date, *, in_full: bool = False) -> str:
    """`Dec 2026`; in full, `December 2026`."""
    return f"{of:%B %Y}" if in_full else f"{of:%b %Y}"


def clock(at: datetime, *, seconds: bool = False) -> str:
    """`09:00` or `09:00:05`, in its own zone."""
    return f"{at:%H:%M:%S}" if seconds else f"{at:%H:%M}"


def moment(at: datetime, *, year: bool = True, zone: bool = True) -> str:
    """`Tue 1 Dec 2026 09:00 CET`, `Tue 1 Dec 09:00 CET` or `Tue 1 Dec 09:00`, in its own zone."""
    return f"{day(at, year=year)} {clock(at)}{f' {at.tzname()}' if zone else ''}"


def local(at: datetime, zone: str) -> str:
    """`Tue 1 Dec 2026 09:00 CET`, in `zone`; without one, in its own."""
    return moment(in_zone(at, zone))


def in_zone(at: datetime, zone: str) -> datetime:
    """The moment in `zone`; unchanged if there is no such zone."""
    if zone:
        with suppress(ZoneInfoNotFoundError, ValueError):
            return at.astimezone(ZoneInfo(zone))
    return at


def of_machine(at: datetime) -> str:
    """`2026-12-01 09:00 UTC`: of runs and locks, as logs write it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def clock_of_machine(at: datetime) -> str:
    """`09:00:05 UTC`, of the same."""
    return f"{clock(at.astimezone(UTC), seconds=True)} UTC"
