"""The names of days and months that people write, each with its number."""

from __future__ import annotations

from bufferctl.model.day_names import HOLIDAYS, MONTHS, MONTHS_OF_DATES, WEEKDAYS, WEEKDAYS_OF_DATES


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


def test_months_and_weekdays_of_dates() -> None:
    """What dates alone may have besides: French, Spanish, Italian, Dutch and Portuguese."""
    more = {name: n for name, n in MONTHS_OF_DATES.items() if name not in MONTHS}
    names = [{name for name, number in more.items() if number == month} for month in range(1, 13)]
    assert names == [
        {"janvier", "janv", "enero", "gennaio", "januari", "janeiro"},
        {"février", "févr", "febrero", "febbraio", "februari", "fevereiro"},
        {"mars", "marzo", "maart", "março"},
        {"avril", "avr", "abril", "aprile"},
        {"mayo", "maggio", "mei", "maio"},
        {"juin", "junio", "giugno", "juni", "junho"} - MONTHS.keys(),
        {"juillet", "juil", "julio", "luglio", "juli", "julho"} - MONTHS.keys(),
        {"août", "agosto", "augustus"},
        {"septembre", "septiembre", "settembre", "setembro"},
        {"octobre", "octubre", "ottobre", "outubro"},
        {"novembre", "noviembre", "novembro"},
        {"décembre", "déc", "diciembre", "dicembre", "dezembro"},
    ]
    days = {name: n for name, n in WEEKDAYS_OF_DATES.items() if name not in WEEKDAYS}
    assert [{name for name, number in days.items() if number == day} for day in range(7)] == [
        {"lundi", "lunes", "lunedì", "maandag"},
        {"mardi", "martes", "martedì", "dinsdag"},
        {"mercredi", "miércoles", "mercoledì", "woensdag"},
        {"jeudi", "jueves", "giovedì", "donderdag"},
        {"vendredi", "viernes", "venerdì", "vrijdag"},
        {"samedi", "sábado", "sabato", "zaterdag"},
        {"dimanche", "domingo", "domenica", "zondag"},
    ]


def test_holidays() -> None:
    """By month and day, in both languages."""
    names = [(day, {name for name, of in HOLIDAYS.items() if of == day}) for day in sorted(set(HOLIDAYS.values()))]
    assert names == [
        ((1, 1), {"new year's day", "neujahr"}),
        ((1, 6), {"dreikönig"}),
        ((2, 14), {"valentine's day", "valentinstag"}),
        ((3, 8), {"international women's day", "women's day", "weltfrauentag"}),
        ((3, 14), {"pi day"}),
        ((3, 17), {"st patrick's day", "st. patrick's day"}),
        ((3, 22), {"world water day"}),
        ((4, 1), {"april fools' day"}),
        ((4, 22), {"earth day"}),
        ((5, 1), {"may day", "tag der arbeit"}),
        ((6, 5), {"world environment day"}),
        ((10, 31), {"halloween"}),
        ((12, 6), {"nikolaus"}),
        ((12, 24), {"christmas eve", "heiligabend"}),
        ((12, 25), {"christmas day"}),
        ((12, 26), {"boxing day"}),
        ((12, 31), {"new year's eve", "silvester"}),
    ]
