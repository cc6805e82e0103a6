"""Days and times of a column, in the one form that all of them have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from bufferctl.config.format import probably_meant, with_offset
from bufferctl.model.base import UnfitError, When
from bufferctl.model.day_names import MONTHS_OF_DATES, WEEKDAYS_OF_DATES, any_of


class Order(StrEnum):
    """Which of two numbers before a year is the day."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


_CLOCK = r"(?:,|:)? +(?:at +|um +)?\d{1,2}(?:[:.h]\d\d| ?uhr\b| ?h\b| ?[ap]\.?m\b)"
_NUMERIC = re.compile(
    r"(?<![\d/])(?P<first>\d{1,2})/(?P<second>\d{1,2})"
    rf"(?:/(?P<year>\d{{4}}|\d{{2}})(?!\d)|(?={_CLOCK}))",
    re.IGNORECASE,
)
_MONTHS = 12
_WHEN: TypeAdapter[datetime] = TypeAdapter(When)


def orders_of(values: Iterable[str]) -> set[Order]:
    """The orders that a column of dates may have; none if it has no dates like `5/1/2030`.

    Both if no number is certainly a day, or if numbers in both places are.
    """
    found = list(filter(None, map(_NUMERIC.search, values)))
    if not found:
        return set()
    sure = {Order.DAY_FIRST for match in found if int(match["first"]) > _MONTHS}
    sure |= {Order.MONTH_FIRST for match in found if int(match["second"]) > _MONTHS}
    return sure if len(sure) == 1 else {*Order}


def order_of(orders: set[Order], said: Order | None) -> Order | None:
    """The order of a column: the one that it shows, else what somebody said."""
    return next(iter(orders)) if len(orders) == 1 else said


_MONTH = any_of(MONTHS_OF_DATES)
_DAY = re.compile(
    rf"(?i)\b\d{{4}}-\d{{1,2}}-\d{{1,2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|er|\.)? +(?:of +|de +)?(?:{_MONTH})\b|\b(?:{_MONTH})\.? +\d{{1,2}}\b"
    # without a year only with a time, or else it may be the number of a chapter
    rf"|\b\d{{1,2}}(?:/\d{{1,2}}|\.\d{{1,2}}\.?){_CLOCK}"
)
_WEEKDAY = re.compile(rf"(?i)^\W*(?P<name>{any_of(WEEKDAYS_OF_DATES)})\b")
#: A day without its year that was within so many days is as likely that one as the next one.
_LATELY = 60
_NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def has_day(text: str) -> bool:
    """Whether a text has a day with its month."""
    return _DAY.search(text) is not None


def read_time(day: str, time: str, order: Order | None, today: date | None) -> datetime | None:
    """The time that a day and a time of day mean; with an offset if they have one. None if they mean none.

    `order`: of days such as `5/1/2030`; `today`: for a day without its year, which is the next one. Raises UnfitError
    for a day that does not exist, and where it is unclear which year is meant.
    """
    plain = _NUMERIC.sub(lambda match: _year_first(match, order), day.strip()).split("\u2192")[0].strip()
    plain = re.sub(r"(\d{4})-(\d\d)-(\d\d)[T ]00:00(?::00)?$", r"\1-\2-\3", plain) if time else plain
    given = re.sub(r"\((GMT|UTC)([+-]\d{1,2}(?::\d\d)?)\)$", r"\1\2", f"{plain} {time}".strip())
    if exact := re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:\d\d)", given):
        return datetime.fromisoformat(f"{exact[1]}T{exact[2]}{exact[3].replace('Z', '+00:00')}")
    zoned = with_offset(given)
    meant = probably_meant(given, today) or (zoned[0] if zoned else None)
    if meant is None:
        return None
    numbers = {int(number) for number in re.findall(r"\d+", plain)}
    if numbers and int(meant[8:10]) not in numbers:  # the last day of the month is proposed instead
        raise UnfitError("is a day that does not exist")
    weekday = _WEEKDAY.match(plain)
    expected = WEEKDAYS_OF_DATES[weekday["name"].lower()] if weekday else None
    named_year = zoned is not None or probably_meant(given) is not None
    if numbers and today and not named_year:
        meant = _in_its_year(meant, today, expected)
    actual = date.fromisoformat(meant[:10]).weekday()
    if numbers and expected not in {None, actual}:
        raise UnfitError(f"is a {_NAMES[actual]}{'' if named_year else f' in {meant[:4]}'}")
    try:
        return _WHEN.validate_python(meant)
    except ValidationError:
        return None


def _in_its_year(meant: str, today: date, weekday: int | None) -> str:
    """The next such day, or that of the year before if it was lately and has the weekday that is named.

    Raises UnfitError if it was lately and no weekday tells.
    """
    try:
        before = date.fromisoformat(meant[:10]).replace(year=int(meant[:4]) - 1)
    except ValueError:  # a 29 February
        return meant
    ago = (today - before).days
    if not 0 <= ago <= _LATELY or weekday == date.fromisoformat(meant[:10]).weekday():
        return meant
    if ago and weekday != before.weekday():
        raise UnfitError(f"has no year, and {before:%Y-%m-%d} is past")
    return f"{before}{meant[10:]}"


def _year_first(match: re.Match[str], order: Order | None) -> str:
    first, second = int(match["first"]), int(match["second"])
    if order is None:
        order = Order.DAY_FIRST if first > _MONTHS else Order.MONTH_FIRST
    day, month = (first, second) if order is Order.DAY_FIRST else (second, first)
    if match["year"] is None:
        return f"{day}.{month}."
    year = match["year"] if len(match["year"]) > len("30") else f"20{match['year']}"
    return f"{year}-{month:02}-{day:02}"
