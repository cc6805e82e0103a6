"""Text of a post in pieces, as networks show it: words, links, hashtags and mentions; and two texts word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bufferctl.model.invisible import visible
from bufferctl.render.worddiff import compared

_MARKED = re.compile(r"(?P<link>https?://[^\s<>\"]+)|(?<![\w&/])(?P<tag>[#@]\w[\w.@-]*)", re.IGNORECASE)
#: What ends a sentence, and is no part of the link before it.
_TRAILING = ".,;:!?…'\"»”)]}"
_WEB = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


class Piece(NamedTuple):
    """Some text and what it is: `text`, `link` (then with `href`) or `tag`; in a difference `same`, `out` or `in`."""

    kind: str
    text: str
    href: str = ""


def pieces(text: str | None) -> tuple[Piece, ...]:
    """The text with its links, hashtags and mentions; what would turn a terminal or a line round is shown by number."""
    return tuple(_pieces(_plain(text or "")))


def web(address: str | None) -> str:
    """The address where it is http or https, else nothing."""
    return address if address and _WEB.fullmatch(address) else ""


def changed_words(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts in one: what stays, what goes, what comes; one after the other where they have little in common."""
    before, after = _plain(before), _plain(after)
    parts = compared(before, after) or [("out", before), ("in", after)]
    return tuple(Piece(kind, text) for kind, text in parts if text)


def _plain(text: str) -> str:
    """Safe to show, lines ending in one way: a person's browser may have put another into Buffer."""
    return visible(text.replace("\r\n", "\n"))


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
