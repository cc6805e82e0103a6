"""How far away a moment is, as people say it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bufferctl.render.paint import count

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
#: From how many days on weeks are said, from how many months, and from how many years.
_WEEKS, _MONTHS, _YEARS = 14, 60, 730


def in_zone(moment: datetime, zone: str) -> datetime:
    """The moment in `zone`, as it is where that is none."""
    with suppress(ZoneInfoNotFoundError, ValueError):
        return moment.astimezone(ZoneInfo(zone)) if zone else moment
    return moment


def away(moment: datetime, now: datetime, zone: str) -> str:
    """`in 3 days`, `tomorrow`, `20 minutes ago`: under a day by the clock, else by the calendar of `zone`."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < _MINUTE:
        return "now"
    return _said(*_span(moment, now, zone), later=seconds > 0)


def _span(moment: datetime, now: datetime, zone: str) -> tuple[int, str]:
    seconds = abs((moment - now).total_seconds())
    if seconds < _HOUR:
        return int(seconds // _MINUTE), "minute"
    if seconds < _DAY:
        return round(seconds / _HOUR), "hour"
    days = abs((in_zone(moment, zone).date() - in_zone(now, zone).date()).days)
    if days < _WEEKS:
        return days, "day"
    if days < _MONTHS:
        return days // 7, "week"
    return (days // 30, "month") if days < _YEARS else (days // 365, "year")


def _said(number: int, unit: str, *, later: bool) -> str:
    if (number, unit) == (1, "day"):
        return "tomorrow" if later else "yesterday"
    return f"in {count(number, unit)}" if later else f"{count(number, unit)} ago"
