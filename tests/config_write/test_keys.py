"""Keys from day and text: readable, valid, unique."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.config.format import key_for
from bufferctl.model.address import KEY_PATTERN

DAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("We are live: https://acme.example #opensource", "2026-12-01-we-are-live"),
        ("Größer, schöner — und straßennah!", "2026-12-01-grosser-schoner-und-strassennah"),
        ("It's Ærø\u2019s day", "2026-12-01-its-aeros-day"),
        ("\U0001d401\U0001d428\U0001d425\U0001d41d words", "2026-12-01-bold-words"),
        ("Привет, мир", "2026-12-01-post"),
        ("🎉🎉", "2026-12-01-post"),
        ("", "2026-12-01-post"),
        ("日本語 2026 版", "2026-12-01-2026"),
        ("one two three four five six seven eight nine ten", "2026-12-01-one-two-three-four-five-six-seven-eight"),
        (
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
            "2026-12-01-donaudampfschifffahrtselektrizitatenhaup",
        ),
    ],
)
def test_words(text: str, key: str) -> None:
    """The first words, without links and hashtags, in plain letters."""
    assert key_for(DAY, text, ()) == key


def test_without_a_day() -> None:
    """An idea without a date only has its words."""
    assert key_for(None, "How we hire", ()) == "how-we-hire"
    assert key_for(None, "!", (), "idea") == "idea"


def test_numbered() -> None:
    """The second key with the same words gets a number."""
    assert key_for(DAY, "Hi", {"2026-12-01-hi", "2026-12-01-hi-2"}) == "2026-12-01-hi-3"


@given(text=st.text(), days=st.lists(st.none() | st.dates(), max_size=5))
def test_valid_and_once(text: str, days: list[date | None]) -> None:
    """Keys are valid and unique, for any text."""
    keys: list[str] = []
    for day in days * 3:
        keys.append(key_for(day, text, keys))
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(KEY_PATTERN, key) for key in keys)
