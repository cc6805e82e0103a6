"""The days that texts name: `Friday, 13 March`, `tomorrow (Friday)`, `Valentine's Day`; in English and German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from bufferctl.model.day_names import HOLIDAYS, MONTHS, WEEKDAYS, any_of

#: Words for a day near that of the post, and how many days after it that is.
AWAY = {"today": 0, "tonight": 0, "tomorrow": 1, "heute": 0, "morgen": 1}

_DATE = (
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<m1>{any_of(MONTHS)})"
    rf"|(?P<m2>{any_of(MONTHS)})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b(?![:.,]\d)(?:,?\s+(?P<y>20\d\d))?"
)
#: `the 14th` alone is a day only where the sentence goes on to something else: `the 5th edition` is none.
_NTH = r"(?<=\bthe )(?P<nth>\d{1,2})(?:st|nd|rd|th)\b(?=[.,!?;:)]|\s*$|\s+(?:at|from|in)\b)"
_HOLIDAY = any_of(HOLIDAYS).replace("'", "['\u2019]")
_NAMED = re.compile(
    rf"\b(?P<weekday>{any_of(WEEKDAYS)})\b|\b(?P<away>{any_of(AWAY)})\b|\b(?P<holiday>{_HOLIDAY})(?!\w)"
    rf"|(?<![\d:.])\b{_DATE}|{_NTH}",
    re.IGNORECASE | re.MULTILINE,
)
#: A text without one of these words names no day; to look for them takes a tenth of the time that `_NAMED` takes.
_NAMES = frozenset({*WEEKDAYS, *AWAY, *MONTHS})
_WORD = re.compile(r"\w+")
#: Between the names of one day: `Friday, 13 March`, `tomorrow (Friday)`, `Friday, the 13th`, `Today is Friday`.
_BETWEEN = re.compile(
    r"(?:['\u2019]s)?[\s,:(\u2013\u2014-]*(?:(?:it|that)['\u2019]s|it is|is|ist|ist es)?[\s,]*"
    r"(?:already|finally|schon)?\s*(?:the|den|der|dem|am|on)?[\s,(]*",
    re.IGNORECASE,
)


class Day(NamedTuple):
    """A day as adjacent names give it. `weekday` counts from 0 for Monday; `away` is 1 for tomorrow."""

    words: str
    date: date | None
    weekday: int | None
    away: int | None


def days_in(text: str, due: datetime | None) -> Iterator[Day]:
    """Each two names of days beside each other, as if of one day: `Friday, 3 May`.

    A date without a year gets the year nearest to `due`.
    """
    for pair in pairwise(names_in(text)):
        one, other = pair
        if _BETWEEN.fullmatch(text[one.end() : other.start()]):
            weekday = next((WEEKDAYS[each["weekday"].lower()] for each in pair if each["weekday"]), None)
            away = next((AWAY[each["away"].lower()] for each in pair if each["away"]), None)
            found = next(filter(None, (_date_of(each, due) for each in pair)), None)
            words = text[one.start() : other.end()]
            yield Day(words + ")" * ("(" in words), found, weekday, away)


def names_in(text: str) -> list[re.Match[str]]:
    """The names of days in a text; `Sun` and `May 1` only with a capital letter."""
    found = () if _NAMES.isdisjoint(_WORD.findall(text.casefold())) else _NAMED.finditer(text)
    return [day for day in found if day["away"] or day[0][0].isdigit() or day[0][0].isupper()]


def dates_alone(text: str, due: datetime) -> list[tuple[str, date]]:
    """The dates that a text names without a weekday or a word such as `today`, each with its words, in order.

    Empty if the text has another year near a date, since then it is unclear which dates belong to that year.
    """
    names = names_in(text)
    paired = set()
    for one, other in pairwise(names):
        if _BETWEEN.fullmatch(text[one.end() : other.start()]):
            paired |= {one.start(), other.start()}
    found = []
    for match in names:
        if not (match["d1"] or match["d2"]) or match.start() in paired:
            continue
        if _other_year(text[max(0, match.start() - 16) : match.end() + 8], due.year):
            return []
        day = _date_of(match, due)
        if day:
            found.append((match[0], day))
    return found


def _other_year(around: str, year: int) -> bool:
    return any(int(each) != year for each in re.findall(r"\b(?:19|20)\d\d\b", around))


def _date_of(match: re.Match[str], due: datetime | None) -> date | None:
    """The date, in the year that is nearest to the post's time if it names none; None if it is not a date."""
    if match["holiday"]:
        month, day = HOLIDAYS[match["holiday"].lower().replace("\u2019", "'")]
    elif match["nth"]:
        return _nearest([(due.year, due.month)], int(match["nth"]), due) if due else None
    elif match["d1"] or match["d2"]:
        day, month = int(match["d1"] or match["d2"]), MONTHS[(match["m1"] or match["m2"]).lower()]
    else:
        return None
    years = [due.year - 1, due.year, due.year + 1] if due else []
    if match["y"]:
        years = [int(match["y"])]
    return _nearest([(year, month) for year in years], day, due)


def _nearest(months: list[tuple[int, int]], day: int, due: datetime | None) -> date | None:
    """That day of one of the months, the one nearest to the post's time; None if none of them has it."""
    found = []
    for year, month in months:
        with suppress(ValueError):
            found.append(date(year, month, day))
    return min(found, key=lambda each: abs((each - due.date()).days) if due else 0, default=None)
