"""Dates in texts, with CLDR's letters and English names: `$(start+3d | d MMMM)`, `$(due_at | EEEE)`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from bufferctl.errors import BufferctlError

#: The names that such a date begins with; `vars` cannot set them.
RESERVED = ("start", "due_at")
_DATE = re.compile(r"\$\((?:(?P<start>start)(?:(?P<days>[+-]\d{1,4})d)?|due_at) *\| *(?P<form>\S[^)]*)\)")
#: Quoted words, a run of one letter, or what is between them.
_TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>(?P<letter>[A-Za-z])(?P=letter)*)|[^A-Za-z']+|'")
#: What each run of letters means to `strftime`; with single letters, numbers have no zero in front.
_LETTERS = {
    "d": "%d", "dd": "%d", "M": "%m", "MM": "%m", "MMM": "%b", "MMMM": "%B", "y": "%Y", "yy": "%y", "yyyy": "%Y",
    "E": "%a", "EE": "%a", "EEE": "%a", "EEEE": "%A", "H": "%H", "HH": "%H", "h": "%I", "hh": "%I", "m": "%M",
    "mm": "%M", "a": "%p",
}  # fmt: skip
_OF_TIME = frozenset("Hhma")
_EXAMPLE = "such as `$(start+3d | d MMMM)` or `$(due_at | EEEE)`"


class DateError(BufferctlError):
    """A date in a text that cannot be written."""


def date_in_text(given: str, starts: date | None, due_at: datetime | None) -> str:
    """The date that `$(…)` stands for. Raises DateError."""
    found = _DATE.fullmatch(given)
    if not found:
        raise DateError(f"`{given}` is not a date", hint=f"write one {_EXAMPLE}, or `$$(` if this is text")
    when: date | None = due_at
    if found["start"]:
        when = starts + timedelta(days=int(found["days"] or 0)) if starts else None
    if when is None and found["start"]:
        message = "this date counts from `starts`, which this file does not have"
        raise DateError(message, hint="add `starts: 2027-01-11`")
    if when is None:
        raise DateError("this post has no `due_at`", hint="give it one, or write the date out")
    return "".join(_written(when, token) for token in _TOKEN.finditer(found["form"]))


def _written(when: date, token: re.Match[str]) -> str:
    letters = token["letters"]
    if letters is None:
        return token[0] if token["quoted"] is None else token["quoted"].replace("''", "'") or "'"
    if letters[0] in _OF_TIME and not isinstance(when, datetime):
        raise DateError(f"`{letters}` is a time, and a day that counts from `starts` has none", hint="use `due_at`")
    if letters not in _LETTERS:
        hint = f"use d, M, y, E, H, h, m and a, {_EXAMPLE}; put other words in '…'"
        raise DateError(f"`{letters}` is no part of a date", hint=hint)
    written = when.strftime(_LETTERS[letters])
    return written.lstrip("0") or "0" if len(letters) == 1 and written.isdecimal() else written
