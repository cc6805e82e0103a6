"""Weekdays and months by the names that people write, in lower case: English and German, and more in dates."""

from __future__ import annotations

from collections.abc import Iterable

_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
)
_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
)
#: From Monday, 0. German has no short names here, since `die` and `mit` are words.
WEEKDAYS = {
    **{name: number for days in _DAYS for number, name in enumerate(days.split())},
    **{name[:3]: number for number, name in enumerate(_DAYS[0].split())},
    "tues": 1, "thur": 3, "thurs": 3, "sonnabend": 5,
}  # fmt: skip
#: From January, 1.
MONTHS = {
    **{name: number for months in _MONTHS for number, name in enumerate(months.split(), 1)},
    **{name[:3]: number for number, name in enumerate(_MONTHS[0].split(), 1)},
    "sept": 9, "mär": 3, "okt": 10, "dez": 12,
}  # fmt: skip

#: Months and weekdays in French, Spanish, Italian, Dutch and Portuguese, too: for what is a date, not for a text, in
#: which `mars` is a planet.
MONTHS_OF_DATES = {
    **{
        name: number
        for months in (
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
            "januari februari maart april mei juni juli augustus september oktober november december",
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        )
        for number, name in enumerate(months.split(), 1)
    },
    "janv": 1, "févr": 2, "avr": 4, "juil": 7, "août": 8, "sept": 9, "déc": 12,
    **MONTHS,
}  # fmt: skip
WEEKDAYS_OF_DATES = {
    **{
        name: number
        for days in (
            "lundi mardi mercredi jeudi vendredi samedi dimanche",
            "lunes martes miércoles jueves viernes sábado domingo",
            "lunedì martedì mercoledì giovedì venerdì sabato domenica",
            "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        )
        for number, name in enumerate(days.split())
    },
    **WEEKDAYS,
}

#: Days with a date of their own, as people name them, with the month and the day.
HOLIDAYS = {
    "new year's day": (1, 1), "neujahr": (1, 1), "dreikönig": (1, 6),
    "valentine's day": (2, 14), "valentinstag": (2, 14),
    "international women's day": (3, 8), "women's day": (3, 8), "weltfrauentag": (3, 8), "pi day": (3, 14),
    "st patrick's day": (3, 17), "st. patrick's day": (3, 17), "world water day": (3, 22),
    "april fools' day": (4, 1), "earth day": (4, 22), "may day": (5, 1), "tag der arbeit": (5, 1),
    "world environment day": (6, 5), "halloween": (10, 31), "nikolaus": (12, 6),
    "christmas eve": (12, 24), "heiligabend": (12, 24), "christmas day": (12, 25), "boxing day": (12, 26),
    "new year's eve": (12, 31), "silvester": (12, 31),
}  # fmt: skip


def any_of(names: Iterable[str]) -> str:
    """A pattern for one of the names."""
    return "|".join(sorted(names, key=len, reverse=True))
