"""Keys made from text and date."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bufferctl.config.write.keys import new_key, slug
from bufferctl.model.scalars import Key

NOON = datetime(2026, 12, 1, 12)  # noqa: DTZ001 - a key takes the date as it is written


@pytest.mark.parametrize(
    ("text", "when", "key"),
    [
        ("We are live: https://acme.example/a #go", NOON, "2026-12-01-we-are-live-go"),
        ("We are live", None, "we-are-live"),
        ("Über die Straße, Señor: don't!", None, "uber-die-strasse-senor-dont"),
        ("\U0001d5d5\U0001d5fc\U0001d5f9\U0001d5f1 news", None, "bold-news"),
        ("日本語", NOON, "2026-12-01"),
        ("🎉", None, "post"),
        (None, None, "post"),
        ("https://acme.example", None, "post"),
        ("x" * 100, None, "x" * 40),
        ("a word and some more words until it is too long", None, "a-word-and-some-more-words-until-it-is"),
    ],
)
def test_new_key(text: str | None, when: datetime | None, key: str) -> None:
    """The date, the first words in plain letters, no links; cut between words."""
    assert new_key(text, when, set()) == key


def test_taken() -> None:
    """A number behind tells equal ones apart, also from those that the files have."""
    taken = {"post"}
    assert [new_key("", None, taken), new_key("", None, taken)] == ["post-2", "post-3"]
    assert taken == {"post", "post-2", "post-3"}


@given(st.text(), st.none() | st.datetimes(), st.integers(0, 3))
def test_always_a_key(text: str, when: datetime | None, before: int) -> None:
    """Whatever the text, it is a key that the files take, and a new one."""
    taken: set[str] = set()
    keys = [new_key(text, when, taken) for _ in range(before + 1)]
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert TypeAdapter(Key).validate_python(key) == key
    assert slug(slug(text)) == slug(text)
