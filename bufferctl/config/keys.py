"""Keys for what has none yet: the day and the first words of the text, `2026-12-01-we-are-live`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from itertools import count

#: Characters of the words in a key, and of a whole key (design: The files).
WORDS, LONGEST = 40, 64
_LINK = re.compile(r"https?://\S+")
_WORD = re.compile(r"[a-z0-9]+")
#: Letters that do not come apart into a plain one and a mark.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
    | {"'": "", "\N{RIGHT SINGLE QUOTATION MARK}": ""}
)


def key_for(day: date | None, text: str, taken: Collection[str], fallback: str = "post") -> str:
    """A key that is not `taken`. Words in letters that no key can hold are passed over; without any, `fallback`."""
    parts = [day.isoformat()] if day else []
    base = "-".join([*parts, _words(text) or fallback])[:LONGEST].rstrip("-")
    if base not in taken:
        return base
    numbered = (f"{base[: LONGEST - len(str(number)) - 1]}-{number}" for number in count(2))
    return next(key for key in numbered if key not in taken)


def _words(text: str) -> str:
    apart = unicodedata.normalize("NFKD", _LINK.sub(" ", text)).casefold().translate(_LETTERS)
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    found = ""
    for word in _WORD.findall(plain):
        if not found:
            found = word[:WORDS]
            continue
        if len(found) + len(word) + 1 > WORDS:
            break
        found += f"-{word}"
    return found
