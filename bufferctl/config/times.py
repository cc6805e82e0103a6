"""Times as spreadsheets and people write them, in the form of the files."""

from __future__ import annotations

import re
from calendar import monthrange

_CLOCK = (
    r"[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?P<second>:\d\d)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?"
)
#: Year first, as Buffer has it, and with dots, where the day comes first everywhere.
_TIMES = (
    re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_CLOCK}"),
    re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_CLOCK}"),
)
#: As people write them, for hints: month first with slashes, and years of two digits.
_AMERICAN = re.compile(rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}}){_CLOCK}")
_SHORT_YEAR = re.compile(r"^(\d{1,2}[./]\d{1,2}[./])(\d\d)(?!\d)")
_NOON = 12
_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"
#: What word processors make of quotes, dashes and spaces.
_TYPESET = str.maketrans(
    {**dict.fromkeys(_QUOTES), **dict.fromkeys("\u2010\u2011\u2013\u2014", "-"), "\u00a0": " ", "\u202f": " "}
)


def in_our_form(given: str) -> str | None:
    """The time as files write it; None where it is no time, or could be several. It may not exist all the same."""
    found = next((match for pattern in _TIMES if (match := pattern.fullmatch(given))), None)
    return _written(found) if found else None


def _written(found: re.Match[str]) -> str:
    """A match in the form of the files, with hour 99 for one that no half of a day has."""
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"] in "pP" else 0) if 1 <= hour <= _NOON else 99
    date = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    return f"{date} {hour:02}:{found['minute']}{found['second'] or ''}{found['zone'] or ''}"


def probably_meant(given: str) -> str | None:
    """The time that somebody meant who wrote `given`, for a hint; a day after the end of its month becomes the last."""
    plain = given.translate(_TYPESET).strip()
    plain = re.sub(r"(?<=\d)[.h](?=\d\d$)", ":", plain)
    plain = re.sub(r"(?<= )(\d{1,2})(?= ?[AaPp]\.?[Mm]\.?$)", r"\1:00", plain)
    plain = _SHORT_YEAR.sub(r"\g<1>20\2", plain)
    found = in_our_form(plain)
    if found is None and (american := _AMERICAN.fullmatch(plain)) and int(american["day"]) > _NOON:
        found = _written(american)  # of smaller numbers nobody can tell which is the month
    return _existing(found) if found else None


def _existing(written: str) -> str | None:
    year, month, day = map(int, written[:10].split("-"))
    if not (1 <= month <= _NOON and year and day and int(written[11:13]) <= _LAST_HOUR):
        return None
    return f"{written[:8]}{min(day, monthrange(year, month)[1]):02}{written[10:]}"


_LAST_HOUR = 23
