"""How X weighs a text: the published algorithm of twitter-text, configuration version 3.

Most letters weigh 1; Chinese, Japanese, Korean and the like 2; an emoji 2, however it is put together; a link 23,
however long. As in twitter-text, a link is a host name that ends in a top-level domain of its list (`tlds.txt`), with
or without `https://`. The library is JavaScript, and no port to Python is maintained; its results for about 1,600 texts
are in tests/checks/vectors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

#: What a link weighs, and one of the letters outside `_LIGHT`.
LINK, HEAVY = 23, 2

#: Code points that weigh 1.
_LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_DIRECTION = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_NO_LETTER = rf"\-_/!'#%&()*+,\\.:;<=>?@\[\]^{{|}}~${_SPACES}\ufffe\ufeff\uffff{_DIRECTION}"
_LATIN = (
    "\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
    "\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_LABEL = rf"(?:[^{_NO_LETTER}]|[\-_])+"
#: How a link begins for X alone, with `https://` or without; what follows is `_AFTER_HOST`.
_HOST = re.compile(rf"(https?://)?({_LABEL}(?:\.{_LABEL})+)", re.IGNORECASE)
_SUBDOMAIN = re.compile(rf"[^{_NO_LETTER}](?:.*[^{_NO_LETTER}])?", re.DOTALL)
_PLAIN_LABELS = re.compile(rf"(?:[\-0-9A-Za-z{_LATIN}]+\.)+")
#: What may not stand right before a link, and before one without `https://`.
_NEVER_BEFORE = re.compile("[0-9A-Za-z@\uff20$#\uff03\ufffe\ufeff\uffff]")
_NOT_BEFORE_A_BARE_ONE = "-_./"
_BOUNDARY = re.compile(r"(?![0-9A-Za-z@+\-])")
_ASCII_START = re.compile("[0-9A-Za-z]*")
_PUNYCODE = re.compile(r"xn--[\-0-9a-z]+", re.IGNORECASE)
_PATH = rf"A-Za-z0-9\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&{_LATIN}"
_PARENTHESES = rf"\((?:[{_PATH}]+|[{_PATH}]*\([{_PATH}]+\)[{_PATH}]*)\)"
_AFTER_HOST = re.compile(
    r"(?::[0-9]+)?"
    rf"(?P<path>/(?:(?:[{_PATH}]|{_PARENTHESES})*(?:[+\-A-Za-z0-9\u0400-\u04ff=_#/{_LATIN}]|{_PARENTHESES}))?)?"
    r"(?:\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9\-_&=#/])?"
)
_SHORTENED = re.compile(
    r"https?://t\.co/([a-z0-9]+)(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?", re.IGNORECASE
)
#: How many starts of a link are tried in a run; only odd signs make the first ones fail.
_STARTS = 3
_LONGEST_SLUG, _LONGEST_LINK, _LONGEST_LABEL = 40, 4096, 63


def weighted_length(text: str) -> int:
    """The length of a text as X weighs it."""
    text = unicodedata.normalize("NFC", text)
    if "." not in text:  # so it has no link
        return _weight(text)
    length, rest = 0, 0
    for start, end in links(text):
        length += _weight(text[rest:start]) + LINK
        rest = end
    return length + _weight(text[rest:])


def _weight(text: str) -> int:
    if text.isascii():
        return len(text)
    emojis = 0
    if any(character >= "\u203c" for character in text):
        text, emojis = _emoji().subn("", text)
    light = len(_LIGHT.findall(text))
    return light + HEAVY * (len(text) - light + emojis)


@cache
def _emoji() -> regex.Pattern[str]:
    """An emoji with everything that joins it: skin tones, other emoji, a flag's second letter, the circle of a key."""
    import regex

    one = (
        r"(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|\p{RI}\p{RI}|\p{Emoji_Presentation}"
        r"|\p{Extended_Pictographic}(?!\ufe0e)\ufe0f?)"
    )
    signs = "(?![\xa9\xae\u2122\u265f](?!\ufe0f))"  # ©, ®, ™: letters, unless asked to be an emoji
    return regex.compile(rf"{signs}{one}(?:[\U000e0020-\U000e007f]+|(?:\u200d{one})*)|[#*0-9]\ufe0f?\u20e3")


def links(text: str) -> Iterator[tuple[int, int]]:
    """Where the links of a text start and end."""
    position = 0
    while (host := _HOST.search(text, position)) is not None:
        found = list(_from(text, host, position))
        yield from found
        position = max(found[-1][1] if found else 0, host.end())
        if not found and text.startswith("://", position):
            position = max(host.start() + 1, position - len("xhttps"))  # what ends the run may begin a link


def _from(text: str, host: re.Match[str], position: int) -> Iterator[tuple[int, int]]:
    """The links that begin in a run of letters and dots. What is before `position` belongs to another link."""
    protocol = bool(host[1]) and _may_start(text, host.start(), position)
    starts = [host.start(2)] if protocol else islice(_starts(text, host, position), _STARTS)
    at = size = 0
    for at in starts:
        size = _domain(text, at, host.end())
        if size:
            break
    if not size or _too_long(text[at : at + size]):
        return
    after = _AFTER_HOST.match(text, at + size)
    start, end = host.start() if protocol else at, after.end() if after else at + size
    if end - start > _LONGEST_LINK:
        return
    if protocol:
        if (short := _SHORTENED.match(text, start, end)) is None:
            yield start, end
        elif len(short[1]) <= _LONGEST_SLUG:
            yield start, short.end()
    elif not at or text[at - 1] not in _NOT_BEFORE_A_BARE_ONE:
        bare = list(_bare(text, at, at + size))
        if bare and after and after["path"]:
            bare[-1] = bare[-1][0], end
        yield from bare


def _may_start(text: str, at: int, position: int) -> bool:
    """Whether a link may start there: at the start, in the middle of what JavaScript takes for two, or after a sign."""
    return at == 0 or text[at] > "\uffff" or (at > position and not _NEVER_BEFORE.match(text[at - 1]))


def _starts(text: str, host: re.Match[str], position: int) -> Iterator[int]:
    """Where a link without `https://` may start: with the run, after a sign in it, after a letter that is not Latin."""
    first, dot = host.start(2), text.index(".", host.start(2))
    if first == 0 and text[0] <= "\uffff" and not _NEVER_BEFORE.match(text):
        yield 1  # at the very start, a letter that may stand before a link is first taken for that
    for at in range(first, dot):
        before = text[at - 1]
        if (at == first or before > "\x7f" or before in "-_" or text[at] > "\uffff") and _may_start(text, at, position):
            yield at


def _bare(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The host names in a run that X links without `https://`: those of Latin letters."""
    for plain in _PLAIN_LABELS.finditer(text, start, end):
        last = text.find(".", plain.end(), end)
        if size := _domain(text, plain.start(), last if last > 0 else end):
            yield plain.start(), plain.start() + size


def _domain(text: str, at: int, end: int) -> int:
    """The length of the host name in a run of letters and dots, up to its last top-level domain; 0 if there is none."""
    labels = text[at:end].split(".")
    sound = 0
    while sound < len(labels) - 1 and _SUBDOMAIN.fullmatch(labels[sound]):
        sound += 1
    start = sum(map(len, labels[: sound + 1])) + sound + 1
    for last in range(sound, 0, -1):
        start -= len(labels[last]) + 1
        size = _top_level(text, at + start, labels[last]) if "_" not in labels[last - 1] else 0
        if size:
            return start + size
    return 0


def _top_level(text: str, at: int, label: str) -> int:
    """The length of the top-level domain at the start of a label, if it may end there; 0 if there is none."""
    ascii_ones, others = _top_levels()
    start = _ASCII_START.match(label)
    sizes = [len(start[0])] if start and start[0].lower() in ascii_ones else []
    sizes += [len(each) for each in others if label.startswith(each)] if label.startswith(others) else []
    for size in sorted(sizes, reverse=True):
        if _BOUNDARY.match(text, at + size):
            return size
    punycode = _PUNYCODE.match(label)
    return punycode.end() if punycode else 0


@cache
def _top_levels() -> tuple[frozenset[str], tuple[str, ...]]:
    names = Path(__file__).with_name("tlds.txt").read_text(encoding="utf-8").split()
    return frozenset(filter(str.isascii, names)), tuple(name for name in names if not name.isascii())


def _too_long(host: str) -> bool:
    """Whether a label is longer than a host name allows, written in ASCII."""
    return any(
        len(label) > _LONGEST_LABEL
        or (not label.isascii() and len(label.encode("punycode")) + len("xn--") > _LONGEST_LABEL)
        for label in host.split(".")
    )
