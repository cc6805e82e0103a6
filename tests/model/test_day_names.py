"""The names of days and months that people write, each with its number."""

from __future__ import annotations

from bufferctl.model.day_names import MONTHS, WEEKDAYS


def test_weekdays() -> None:
    """From Monday, 0: whole names in both languages, and the short English ones."""
    names = [[name for name, number in WEEKDAYS.items() if number == day] for day in range(7)]
    assert list(map(set, names)) == [
        {"monday", "mon", "montag"},
        {"tuesday", "tue", "tues", "dienstag"},
        {"wednesday", "wed", "mittwoch"},
        {"thursday", "thu", "thur", "thurs", "donnerstag"},
        {"friday", "fri", "freitag"},
        {"saturday", "sat", "samstag", "sonnabend"},
        {"sunday", "sun", "sonntag"},
    ]


def test_months() -> None:
    """From January, 1."""
    names = [[name for name, number in MONTHS.items() if number == month] for month in range(1, 13)]
    assert list(map(set, names)) == [
        {"january", "jan", "januar"},
        {"february", "feb", "februar"},
        {"march", "mar", "märz", "mär"},
        {"april", "apr"},
        {"may", "mai"},
        {"june", "jun", "juni"},
        {"july", "jul", "juli"},
        {"august", "aug"},
        {"september", "sep", "sept"},
        {"october", "oct", "oktober", "okt"},
        {"november", "nov"},
        {"december", "dec", "dezember", "dez"},
    ]
