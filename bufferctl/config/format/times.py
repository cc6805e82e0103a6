"""Times: the instant of a local time, and how to read the formats of people and spreadsheets."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from difflib import get_close_matches
from unicodedata import normalize
from zoneinfo import ZoneInfo, available_timezones

from bufferctl.errors import BufferctlError
from bufferctl.model.base import OFFSET_PATTERN
from bufferctl.model.day_names import MONTHS_OF_DATES, WEEKDAYS_OF_DATES, any_of
from bufferctl.value import value

#: Zones that the database has under another name, or under this name without summer time.
_ZONES = (
    ("Europe/Berlin", "cet mez cest mesz"),
    ("America/New_York", "est et edt eastern"),
    ("America/Chicago", "cst ct cdt central"),
    ("America/Denver", "mst mdt mountain"),
    ("America/Los_Angeles", "pst pt pdt pacific"),
    ("Pacific/Honolulu", "hst"),
    ("Europe/London", "bst"),
    ("Asia/Kolkata", "ist"),
    ("Asia/Tokyo", "jst"),
    ("Australia/Sydney", "aest aedt"),
    ("UTC", "utc gmt"),
)
_CALLED = {name: zone for zone, names in _ZONES for name in names.split()}
#: Names that mean a fixed offset in the database, but a place with summer time to people.
_FIXED = frozenset({"EST", "MST", "HST"})


class LocalTimeError(BufferctlError):
    """A local time that matches no instant, or two."""


def zone_of(name: str) -> tzinfo | None:
    """The zone of that name; None if there is none, or if it is only an offset (`EST`), since people mean a place."""
    if name in {"UTC", "Z"}:
        return UTC
    if name in _FIXED:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # not found, a path out of the database, a folder of it
        return None


def zone_hint(name: str) -> str:
    """The zone that was probably meant: a place, because `Etc/GMT+1` is UTC-1, and an offset has no summer time."""
    wanted = name[:64].casefold()
    if called := _CALLED.get(wanted.removesuffix(" time")):
        return f"did you mean `{called}`?"
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    places = {zone.rsplit("/", 1)[-1].casefold(): zone for zone in reversed(zones)}
    wanted = wanted.replace(" ", "_")
    by_name = {zone.casefold(): zone for zone in zones}
    near = places.get(wanted.rsplit("/", 1)[-1])
    for table in (by_name, places) if near is None else ():
        near = near or next((table[each] for each in get_close_matches(wanted, table, n=1, cutoff=0.8)), None)
    return f"did you mean `{near}`?" if near else "write a place, such as `Europe/Berlin`"


@value()
class LocalTimes:
    """The zone of times without an offset, and its name."""

    name: str
    zone: tzinfo

    def instant(self, when: datetime) -> datetime:
        """The instant that a time means. Raises LocalTimeError if a clock change skips or repeats it."""
        if when.tzinfo is not None:
            return when
        early = when.replace(tzinfo=self.zone)
        late = early.replace(fold=1)  # the second time that a clock shows it
        if early.utcoffset() != late.utcoffset():
            raise self._unclear(early, late)
        return early

    def _unclear(self, early: datetime, late: datetime) -> LocalTimeError:
        choices = " or ".join(f"`{each.isoformat(timespec='minutes')}`" for each in (early, late))
        skipped = (early.utcoffset() or timedelta()) < (late.utcoffset() or timedelta())
        what = "does not exist" if skipped else "comes twice"
        way = "forward" if skipped else "back"
        message = f"{early:%Y-%m-%d %H:%M} {what} in {self.name}: the clocks go {way} then"
        return LocalTimeError(message, hint=f"add the offset that you mean: {choices}")


def clock_named(name: str | None) -> LocalTimes | None:
    """The clock of the zone of that name; None if there is none."""
    zone = zone_of(name) if name else None
    return LocalTimes(name or "", zone) if zone else None


_CLOCK = (
    r"(?P<between>[T ,]+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?P<second>:\d\d)?"
    rf"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?P<zone>[Zz]|{OFFSET_PATTERN})?"
)
#: Year first, as Buffer has it, and with dots, where the day comes first everywhere.
_TIMES = (
    rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_CLOCK}",
    rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_CLOCK}",
)
#: As people write them, for hints: with slashes, month or day first, and years of two digits.
_WITH_SLASHES = (
    rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}}){_CLOCK}",
    rf"(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})/(?P<year>\d{{4}}){_CLOCK}",
)
_SHORT_YEAR = r"^(\d{1,2}[./]\d{1,2}[./])(\d\d)(?!\d)"
_NOON = 12
_MONTHS = 12
_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"
#: What word processors make of quotes, dashes and spaces.
_TYPESET = str.maketrans(
    {**dict.fromkeys(_QUOTES), **dict.fromkeys("\u2010\u2011\u2013\u2014", "-"), "\u00a0": " ", "\u202f": " "}
)


def in_our_form(given: str) -> str | None:
    """The time in the form of the files; None if it is not a time, or ambiguous. It may still not exist."""
    for pattern in _TIMES:
        found = re.fullmatch(pattern, given)
        if found:
            return _written(found)
    return None


def _written(found: re.Match[str]) -> str:
    """A match in the files' form; the hour is 99 if it is not valid with am or pm."""
    hour = int(found["hour"])
    if found["half"]:
        is_valid, is_afternoon = 1 <= hour <= _NOON, found["half"] in "pP"
        hour = hour % _NOON + _NOON * is_afternoon if is_valid else 99
    day = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    between = "T" if "T" in found["between"] else " "
    return f"{day}{between}{hour:02}:{found['minute']}{found['second'] or ''}{found['zone'] or ''}"


_MONTH = rf"(?P<month>{any_of(MONTHS_OF_DATES)})\.?"
_DAY_OF = (
    rf"(?i)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)? +(?:of +|de +)?{_MONTH}(?:,? +(?:de +)?(?P<year>\d{{4}}))?",
    rf"(?i){_MONTH} +(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? +(?P<year>\d{{4}}))?",
)
#: With short German names, which cannot be other words in front of a time.
_DAYS = {**WEEKDAYS_OF_DATES, "mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}
_WEEKDAY = rf"(?i)^(?:next |on |am )?(?P<name>{any_of(_DAYS)})\.?,? +(?:the |den |dem |le )?"
_NO_YEAR = r"^(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.?(?=,? +\d{1,2}:\d\d)"


def _spelled_out(given: str, today: date | None) -> str:
    """The time with its month as a number, and the next such day where it has no year or only a weekday."""
    weekday, plain = re.match(_WEEKDAY, given), re.sub(r"\b(?:at|um|à) +", "", re.sub(_WEEKDAY, "", given))
    for pattern in _DAY_OF:
        plain = re.sub(
            pattern,
            lambda match: f"{match['day']}.{MONTHS_OF_DATES[match['month'].lower()]}.{match['year'] or ''}",
            plain,
        )
    if today and weekday and re.fullmatch(r"\d{1,2}:\d\d.*", plain):
        ahead = (_DAYS[weekday["name"].lower()] - today.weekday()) % 7 or 7
        return f"{today + timedelta(days=ahead)} {plain}"
    if today and (found := re.match(_NO_YEAR, plain)):
        is_over = (int(found["month"]), int(found["day"])) <= (today.month, today.day)
        plain = f"{found['day']}.{found['month']}.{today.year + is_over}{plain[found.end() :]}"
    return plain


def _with_slashes(plain: str) -> str | None:
    """The time in the form of the files, if only one of the first two numbers can be the month."""
    for pattern in _WITH_SLASHES:
        found = re.fullmatch(pattern, plain)
        if found and int(found["month"]) <= _MONTHS < int(found["day"]):
            return _written(found)
    return None


def probably_meant(given: str, today: date | None = None) -> str | None:
    """The time that was probably meant by `given`, for a hint; a day past the end of its month becomes the last one.

    `today` is used to find the next such day for a date without a year.
    """
    plain = re.sub(r"(?<=:\d\d) ?[\u2013\u2014] ?\d{1,2}:\d\d$", "", given)  # no offset has such a dash
    plain = normalize("NFKC", plain.translate(_TYPESET)).strip(" ,;")
    plain = re.sub(r" +[-|@] +(?=\d)", " ", plain)
    for word, time in _HOURS_BY_NAME.items():
        plain = re.sub(rf"(?i)(?<=[ ,])(?:at )?{word}$", time, plain)
    plain = re.sub(rf"^({_HOUR}),? +(?:on |am )?(.*\d.*)$", r"\2 \1", plain)
    plain = re.sub(r"(?<=[ T,])(\d{1,2}) ?(?:[Uu]hr|h|heures?|o.clock)$", r"\1:00", plain)
    plain = re.sub(r"(?<=\d) ?[Uu]hr$", "", plain)
    plain = re.sub(r"(?<=\d)[.h](?=\d\d$)", ":", plain)
    plain = re.sub(r"(?<= )(\d{1,2})(?= ?[AaPp]\.?[Mm]\.?$)", r"\1:00", plain)
    plain = _spelled_out(re.sub(_SHORT_YEAR, r"\g<1>20\2", plain), today)
    found = in_our_form(plain) or in_our_form(re.sub(_END, "", plain))
    found = found or _with_slashes(plain)
    return _existing(found) if found else None


#: Hours that have a name, and a time of day in front of its day.
_HOURS_BY_NAME = {"noon": "12:00", "midday": "12:00", "mittags": "12:00", "midi": "12:00", "midnight": "00:00"}
_HOUR = r"\d{1,2}:\d\d(?: ?[AaPp]\.?[Mm]\.?)?"
#: The end of a range of times.
_END = r"(?<=:\d\d)[ -]+\d{1,2}:\d\d$"
#: A time, and behind it a zone as people name it.
_WITH_ZONE = (
    r"(?P<time>.*\d(?: ?[AaPp]\.?[Mm]\.?)?) ?"
    r"(?P<zone>[A-Za-z]+(?:[/_ ][A-Za-z]+)*|(?:UTC|GMT)? ?[+-]\d{1,2}(?::?\d\d)?)"
)
_OFFSET = r"(?:UTC|GMT)? ?([+-])(\d{1,2})(?::?(\d\d))?"


def with_offset(given: str) -> tuple[str, str] | None:
    """The time with the offset of the zone named after it, and that zone as written; None if there is none."""
    found = re.fullmatch(_WITH_ZONE, given.translate(_TYPESET).strip()[:100])  # no zone has a longer name
    time = probably_meant(found["time"]) if found else None
    if found is None or time is None or len(time) > len("2027-01-15 09:00:00"):
        return None
    zone = found["zone"].strip()
    if offset := re.fullmatch(_OFFSET, zone):
        written = f"{offset[1]}{int(offset[2]):02}:{offset[3] or '00'}"
        return (f"{time.replace(' ', 'T')}{written}", zone) if re.fullmatch(OFFSET_PATTERN, written) else None
    if (place := zone_of(_CALLED.get(zone.casefold().removesuffix(" time"), zone))) is None:
        return None
    return datetime.fromisoformat(time).replace(tzinfo=place).isoformat(timespec="minutes"), zone


def _existing(written: str) -> str | None:
    year, month, day = map(int, written[:10].split("-"))
    if not (1 <= month <= _NOON and year and day and written[11:13] < "24"):
        return None
    return f"{written[:8]}{min(day, monthrange(year, month)[1]):02}{written[10:]}"
