"""Local times: which instant is meant, and which are not to be guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

#: What people write for a zone that the database knows by another name.
_CALLED = {
    "cet": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "est": "America/New_York",
    "et": "America/New_York",
    "edt": "America/New_York",
    "cst": "America/Chicago",
    "ct": "America/Chicago",
    "pst": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "bst": "Europe/London",
    "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo",
}


class LocalTimeError(ValueError):
    """A local time that is no instant, or two. `hint` is one thing to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo | None:
    """The zone of that name; None where there is none."""
    if name in {"UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # not found, a path out of the database, a folder of it
        return None


def zone_hint(name: str) -> str:
    """A zone that was probably meant."""
    if name.casefold() in _CALLED:
        return f"did you mean `{_CALLED[name.casefold()]}`?"
    zones = sorted(available_timezones())
    places = {zone.rsplit("/", 1)[-1].casefold(): zone for zone in reversed(zones) if "/" in zone}
    wanted = name[:64].casefold().replace(" ", "_")
    by_name = {zone.casefold(): zone for zone in zones}
    near = places.get(wanted.rsplit("/", 1)[-1]) or next(
        (table[close[0]] for table in (by_name, places) if (close := get_close_matches(wanted, table, n=1))), None
    )
    return f"did you mean `{near}`?" if near else "write it as Europe/Berlin or America/New_York"


@dataclass(frozen=True, slots=True)
class Clock:
    """The zone of times without an offset, and its name."""

    name: str
    zone: tzinfo

    def instant(self, when: datetime) -> datetime:
        """The instant that a time means. Raises LocalTimeError where a clock change skips or repeats it."""
        if when.tzinfo is not None:
            return when
        early, late = when.replace(tzinfo=self.zone), when.replace(tzinfo=self.zone, fold=1)
        if early.utcoffset() != late.utcoffset():
            raise self._unclear(early, late)
        return early

    def _unclear(self, early: datetime, late: datetime) -> LocalTimeError:
        written = f"{early:%Y-%m-%d %H:%M}"
        choices = " or ".join(f"`{early:%Y-%m-%dT%H:%M}{_offset(each)}`" for each in (early, late))
        skipped = (early.utcoffset() or timedelta()) < (late.utcoffset() or timedelta())
        what = "does not exist" if skipped else "comes twice"
        way = "forward" if skipped else "back"
        return LocalTimeError(
            f"{written} {what} in {self.name}: the clocks go {way} then", f"say which instant is meant: {choices}"
        )


def _offset(when: datetime) -> str:
    text = f"{when:%z}"
    return f"{text[:3]}:{text[3:5]}"
