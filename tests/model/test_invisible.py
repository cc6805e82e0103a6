"""Invisible characters are shown by their numbers, except where they have a visible effect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.model import visible
from bufferctl.model.plain_text import has_invisible, invisible, without_invisible

HIDDEN = (
    "\u200b",  # zero-width space
    "\u2060",  # word joiner
    "\u034f",  # grapheme joiner
    "\ufeff",  # byte order mark inside a text
    "\u00ad",  # soft hyphen
    "\u200d",  # joiner between Latin letters
    "\u202e",  # right-to-left override
    "\u2066",  # isolate
    "\u061c",  # Arabic letter mark
    "\u3164",  # Hangul filler
    "\uffa0",  # the same at half width
    "\u2800",  # blank Braille pattern
    "\ufe0f",  # variation selector behind a letter
    "\U000e0100",  # another one
    "\U000e0041",  # tag
    "\x1b",  # escape
    "\x9b",  # the same in one byte
    "\u2028",  # line separator
    "\ud800",  # half of a pair
)
IN_SIGHT = (
    "Wörter, 日本語, עברית",
    "two\n\tlines",
    "a\u00a0b",  # a space that has width
    "\u2764\ufe0f",  # red heart
    "1\ufe0f\u20e3",  # keycap
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # family
    "\U0001f3f3\ufe0f\u200d\U0001f308",  # rainbow flag
    "\U0001f469\U0001f3fd\u200d\U0001f4bb",  # with a tone of skin
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # England
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian
    "\u0915\u094d\u200d\u0937",  # Hindi
)


@pytest.mark.parametrize("character", HIDDEN)
def test_hidden_is_shown(character: str) -> None:
    """⟨U+200B⟩ in its place, found at its position, and removed before the text is judged."""
    text = f"a{character}b"
    assert visible(text) == f"a⟨U+{ord(character):04X}⟩b"
    assert list(invisible(text)) == [(1, character)]
    assert without_invisible(text) == "ab"


@pytest.mark.parametrize("text", IN_SIGHT)
def test_in_sight_stays(text: str) -> None:
    """Emoji, joined scripts and other languages stay as they are."""
    assert visible(text) == text == without_invisible(text)
    assert not list(invisible(text))


def test_what_has_an_invisible_character() -> None:
    """A text in another script has none, nor have tabs and lines; an emoji may have one that is in sight."""
    found = [has_invisible(each) for each in ("Wörter, 日本語", "two\n\tlines", "a\u200bb", "\u2764\ufe0f")]
    assert found == [False, False, True, True]


def test_nothing_rides_on_an_emoji() -> None:
    """A second selector after an emoji, or a sentence in tags after a flag, has no visible effect."""
    assert visible("\u2764\ufe0f\ufe0e") == "\u2764\ufe0f⟨U+FE0E⟩"
    assert visible("\U0001f3f4" + "\U000e0041" * 2) == "\U0001f3f4" + "⟨U+E0041⟩" * 2


@given(st.text(st.sampled_from("a1#\n" + "".join({*"".join((*HIDDEN, *IN_SIGHT))}))))
def test_once_is_enough(text: str) -> None:
    """After one pass, shown or removed, nothing invisible is left."""
    assert not list(invisible(visible(text)))
    assert not list(invisible(without_invisible(text)))
