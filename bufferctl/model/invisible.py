"""Invisible characters: which they are, how to show them, and how to remove them.

A character counts as invisible if Unicode lists it as Default_Ignorable_Code_Point (spaces without width, joiners,
fillers, tags, variation selectors, bidirectional controls), or if it is a control character except tab and newline,
another line end, the blank Braille pattern, or half of a surrogate pair. Characters with a visible effect do not count:
variation selectors, joiners and tags inside an emoji, and joiners after a letter of a script that needs them (Arabic,
the scripts of India, Mongolian).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_HIDDEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: Characters with an emoji form, its presentation selector, its skin tone (UTS #51).
_EMOJI = (
    "[\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
)
_JOINED_SCRIPTS = "[\u0600-\u061b\u061d-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u180a\u1820-\u18af]"
#: Sequences with a visible effect: the flag of a region (few tags), a keycap, joined emoji, a letter with its joiner.
_IN_SIGHT = (
    "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
    "|[#*0-9]\ufe0f\u20e3"
    f"|{_EMOJI}(?:\u200d{_EMOJI})*"
    f"|{_JOINED_SCRIPTS}[\u200c\u200d]"
)
_ANY = re.compile(_HIDDEN)
_FOUND = re.compile(f"{_IN_SIGHT}|(?P<hidden>{_HIDDEN})")


def invisible(text: str) -> Iterator[tuple[int, str]]:
    """Each invisible character with its position, in order."""
    if _ANY.search(text):
        yield from ((match.start(), match[0]) for match in _FOUND.finditer(text) if match["hidden"])


def visible(text: str) -> str:
    """`text` with each invisible character as `⟨U+200B⟩`: it cannot control a terminal, and nothing is hidden."""
    return replaced(text, lambda character: f"⟨{code_point(character)}⟩")


def without_invisible(text: str) -> str:
    """`text` as a reader perceives it."""
    return replaced(text, lambda _: "")


def code_point(character: str) -> str:
    """`U+200B`."""
    return f"U+{ord(character):04X}"


def replaced(text: str, by: Callable[[str], str]) -> str:
    """`text` with each invisible character replaced by `by(character)`."""
    if not _ANY.search(text):
        return text
    return _FOUND.sub(lambda match: by(match[0]) if match["hidden"] else match[0], text)
