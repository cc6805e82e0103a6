"""Text of a post in pieces, as networks show it: words, links, hashtags and mentions; and two texts word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from bufferctl.render.paint import safe

_MARKED = re.compile(r"(?P<link>https?://[^\s<>\"]+)|(?<![\w&/])(?P<tag>[#@]\w[\w.@-]*)", re.IGNORECASE)
#: What ends a sentence, and is no part of the link before it.
_TRAILING = ".,;:!?…'\"»”)]}"
_WEB = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
#: Texts with more pairs of equal words than this are shown one after the other: comparing them takes too long.
_PAIRS = 20_000


class Piece(NamedTuple):
    """Some text and what it is: `text`, `link` (then with `href`) or `tag`; in a difference `same`, `out` or `in`."""

    kind: str
    text: str
    href: str = ""


def pieces(text: str | None) -> tuple[Piece, ...]:
    """The text with its links, hashtags and mentions; what would turn a terminal or a line round is shown by number."""
    return tuple(_pieces(safe(text or "")))


def web(address: str | None) -> str:
    """The address where it is http or https, else nothing."""
    return address if address and _WEB.fullmatch(address) else ""


def changed_words(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts in one: what stays, what goes, what comes, by words."""
    old, new = _TOKENS.findall(safe(before)), _TOKENS.findall(safe(after))
    counts = Counter(new)
    if sum(counts[word] for word in old) > _PAIRS:
        return (Piece("out", "".join(old)), Piece("in", "".join(new)))
    found: list[Piece] = []
    # White space is never what two texts have in common, unless it stands beside a word that is.
    for tag, i, j, k, m in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        found += [Piece("out", "".join(old[i:j]))] if j > i else []
        found += [Piece("in", "".join(new[k:m]))] if m > k else []
    return tuple(found)


def _pieces(text: str) -> Iterator[Piece]:
    at = 0
    for match in _MARKED.finditer(text):
        kind, found = match.lastgroup or "text", match[0]
        found = found.rstrip(_TRAILING if kind == "link" else ".-@")
        if match.start() > at:
            yield Piece("text", text[at : match.start()])
        yield Piece(kind, found, web(found) if kind == "link" else "")
        at = match.start() + len(found)
    if at < len(text):
        yield Piece("text", text[at:])
