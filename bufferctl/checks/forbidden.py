"""Whether a text has words that it should not have: whole words, in any case and in any way to write the letters."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from bufferctl.checks.said import link_spans, without
from bufferctl.model.invisible import without_invisible

if TYPE_CHECKING:
    import regex

#: Apostrophes that mean the same.
_PLAIN = str.maketrans({"\u2019": "'", "\u02bc": "'"})


@lru_cache(maxsize=128)
def forbidden_in(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The forbidden words of a text as they stand in it, each once; not those in links or names of accounts."""
    if not _pattern(words).search(_plain(text)):  # most texts have none, and need no closer look
        return ()
    text = without(text, link_spans(text))
    return tuple(dict.fromkeys(match[0] for match in _pattern(words).finditer(_plain(text))))


def _plain(text: str) -> str:
    """The text without invisible characters, its bold, full-width and decomposed letters as plain ones."""
    return unicodedata.normalize("NFKC", without_invisible(text)).translate(_PLAIN)


@cache
def _pattern(words: tuple[str, ...]) -> regex.Pattern[str]:
    """The words, longest first. A word ends where Unicode says so, which also parts languages without spaces."""
    import regex

    spaced = (r"\s+".join(map(regex.escape, _plain(word).split())) for word in sorted(words, key=len, reverse=True))
    flags = regex.IGNORECASE | regex.FULLCASE | regex.WORD | regex.VERSION1
    return regex.compile(rf"(?<!@)\b(?:{'|'.join(spaced)})\b", flags)
