"""How dates are written for people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bufferctl.model import dates

AT = datetime(2026, 12, 1, 9, 0, 5, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_day() -> None:
    """Without the zero of a file's form, and with as much as is asked for."""
    assert dates.day(date(2026, 12, 1)) == "Tue 1 Dec 2026"
    assert dates.day(AT, weekday=False) == "1 Dec 2026"
    assert dates.day(AT, year=False) == "Tue 1 Dec"
    assert dates.day(AT, weekday=False, year=False) == "1 Dec"
    assert dates.day(AT, in_full=True) == "Tuesday 1 December 2026"
    assert (dates.weekday(AT), dates.weekday(AT, in_full=True)) == ("Tue", "Tuesday")
    assert (dates.month(AT), dates.month(AT, in_full=True)) == ("Dec 2026", "December 2026")


def test_a_moment() -> None:
    """In its own zone, or in another one that exists."""
    assert dates.moment(AT) == dates.local(AT, "") == dates.local(AT, "Nowhere/Land") == "Tue 1 Dec 2026 09:00 CET"
    assert dates.local(AT, "America/New_York") == "Tue 1 Dec 2026 03:00 EST"
    assert dates.moment(AT, year=False) == "Tue 1 Dec 09:00 CET"
    assert dates.moment(AT, year=False, zone=False) == "Tue 1 Dec 09:00"


def test_a_time() -> None:
    """With seconds where a wait ends then."""
    assert (dates.clock(AT), dates.clock(AT, seconds=True)) == ("09:00", "09:00:05")


def test_of_machines() -> None:
    """In UTC, as logs write it."""
    assert dates.of_machine(AT) == "2026-12-01 08:00 UTC"
    assert dates.clock_of_machine(AT.astimezone(UTC)) == "08:00:05 UTC"
