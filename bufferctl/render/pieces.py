"""Text in pieces: words, links, hashtags and mentions, as networks show them; and two texts compared word by word.

A terminal shows the comparison as one text that is readable without color: `Our [-autumn-]{+winter+} release`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from bufferctl.model import visible
from bufferctl.model.plain_text import LINK, trimmed
from bufferctl.render.lines import Paint, count, wrapped

#: Texts with less in common than this share are shown one after the other.
ALIKE = 0.4
#: Texts with more pairs of equal words than this take too long to compare.
PAIRS = 20_000

_MARKED = re.compile(rf"(?P<link>{LINK.pattern})|(?<![\w&/])(?P<tag>[#@]\w[\w.@-]*)", re.IGNORECASE)
#: A whole address, without any text around it.
_WEB = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
#: A link, a word, a wide character, white space, or any other mark.
_WORDS = rf"(?s){LINK.pattern}|[{_WIDE}]|[^\W{_WIDE}]+(?:['\u2019-][^\W{_WIDE}]+)*|\n|[^\S\n]+|."
#: How many unchanged lines are shown around a changed one.
AROUND = 1
_MARK = re.compile(r"\[-|-\]|\{\+|\+\}")


class Piece(NamedTuple):
    """Some text and its kind: `text`, `link` (with `href`) or `tag`; in a comparison `same`, `out` or `in`.

    `is_own`: one network has it, and the others something else.
    """

    kind: str
    text: str
    href: str = ""
    is_own: bool = False


def pieces(text: str | None) -> tuple[Piece, ...]:
    """The text with its links, hashtags and mentions, safe to show."""
    return tuple(_pieces(shown_text(text or "")))


def shown_text(text: str) -> str:
    """`text` safe to show: no invisible characters, and one kind of line ending (browsers may send another)."""
    return visible(text.replace("\r\n", "\n"))


def web(address: str | None) -> str:
    """The address if it is http or https, else nothing."""
    return address if address and _WEB.fullmatch(address) else ""


def compared(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts combined: the unchanged, removed and added parts.

    They follow each other if they have too little in common for a readable mix, or if comparing takes too long.
    """
    before, after = shown_text(before), shown_text(after)
    parts = _merged(before, after) or [Piece("out", before), Piece("in", after)]
    return tuple(piece for piece in parts if piece.text)


def own_words(main: str, text: str) -> tuple[Piece, ...]:
    """`text` as it will be posted, with its links; the words that `main` has differently are marked as its own.

    Nothing is marked if the two have too little in common.
    """
    main, text = shown_text(main), shown_text(text)
    parts = _merged(main, text) or [Piece("same", text)]
    kept = (part for part in parts if part.kind != "out")
    return tuple(piece._replace(is_own=part.kind == "in") for part in kept for piece in _pieces(part.text))


def _merged(before: str, after: str) -> list[Piece]:
    """The parts of both in order; empty if that would not be readable, or takes too long."""
    first, old_lines, new_lines, last = _trimmed(before.splitlines(keepends=True), after.splitlines(keepends=True))
    opening, old, new, ending = _trimmed(*(_words("".join(each)) for each in (old_lines, new_lines)))
    head, tail = "".join([*first, *opening]), "".join([*ending, *last])
    if len(old) * len(new) > PAIRS:
        counts = Counter(new)
        if sum(number * counts[part] for part, number in Counter(old).items() if not part.isspace()) > PAIRS:
            return []
    parts = [Piece("same", head)]
    # Shared white space alone does not make texts alike; next to a shared word it counts.
    for kind, start, end, new_start, new_end in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[start:end]), "".join(new[new_start:new_end])
        parts += [Piece("same", gone)] if kind == "equal" else [Piece("out", gone), Piece("in", come)]
    parts.append(Piece("same", tail))
    shared = sum(len(piece.text) for piece in parts if piece.kind == "same")
    return parts if 2 * shared >= ALIKE * (len(before) + len(after)) else []


def _words(text: str) -> list[str]:
    """The parts of a text that are compared: a link without the punctuation behind it is one."""
    words = re.findall(_WORDS, text)
    if "://" not in text:
        return words
    parts = []
    for word in words:
        link = trimmed(word) if "://" in word else word
        parts += [link, word[len(link) :]]
    return [part for part in parts if part]


def _pieces(text: str) -> Iterator[Piece]:
    at = 0
    for match in _MARKED.finditer(text):
        kind, found = match.lastgroup or "text", match[0]
        found = trimmed(found) if kind == "link" else found.rstrip(".-@")
        if match.start() > at:
            yield Piece("text", text[at : match.start()])
        yield Piece(kind, found, web(found) if kind == "link" else "")
        at = match.start() + len(found)
    if at < len(text):
        yield Piece("text", text[at:])


def _trimmed(one: list[str], other: list[str]) -> tuple[list[str], list[str], list[str], list[str]]:
    """The common beginning, the rest of each, and the common end."""
    start = _common(one, other)
    shared, one, other = one[:start], one[start:], other[start:]
    end = _common(one[::-1], other[::-1])
    return shared, one[: len(one) - end], other[: len(other) - end], one[len(one) - end :]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    differ = (number for number, (part, its_other) in enumerate(zip(one, other, strict=False)) if part != its_other)
    return next(differ, min(len(one), len(other)))


def marked_lines(words: Sequence[Piece], paint: Paint, width: int) -> list[str]:
    """The changed lines, one around each, and a count of the others; empty if the texts already contain such marks."""
    if any(_MARK.search(piece.text) for piece in words):
        return []
    both = "".join(map(_marked, words))
    lines = [part for line in both.split("\n") for part in wrapped(line, width)]
    return list(_around(list(_painted(lines, paint))))


def _marked(piece: Piece) -> str:
    # an added or removed line break on its own is shown by a symbol
    text = piece.text if piece.kind == "same" or piece.text.strip() else piece.text.replace("\n", "⏎\n")
    return {"out": f"[-{text}-]", "in": f"{{+{text}+}}"}.get(piece.kind, text)


#: The color after each opening mark: out, in.
_COLORS = {"[-": "31", "{+": "32"}


def _painted(lines: Iterable[str], paint: Paint) -> Iterator[tuple[str, bool]]:
    """Each line with its marked parts in color, and whether it has any; a mark may continue on the next line."""
    color = ""
    for line in lines:
        shown, at, is_changed = "", 0, bool(color)
        for mark in _MARK.finditer(line):
            is_changed = True
            opens = mark[0] in _COLORS
            end = mark.start() if opens else mark.end()
            shown += paint(line[at:end], color)
            at, color = end, _COLORS.get(mark[0], "")
        yield shown + paint(line[at:], color), is_changed


def _around(lines: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """The changed lines and those around them; the others are counted."""
    near = {at + step for at, (_, is_changed) in enumerate(lines) if is_changed for step in range(-AROUND, AROUND + 1)}
    for is_near, group in groupby(enumerate(lines), key=lambda each: each[0] in near):
        found = [line for _, (line, _) in group]
        yield from found if is_near else [f"… {count(len(found), 'unchanged line')}"]
