"""What changed in a text, word by word, readable without colour: `Our [-autumn-]{+winter+} release`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from bufferctl.render.paint import Paint

#: Texts that have less than this in common are shown one after the other: nothing would be read between the marks.
ALIKE = 0.4
#: Texts with more pairs of equal words than this are shown one after the other too: comparing them takes too long.
PAIRS = 20_000

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
#: A link, a word, a wide character, white space, or any other mark.
_PARTS = re.compile(rf"https?://\S+|[{_WIDE}]|[^\W{_WIDE}]+(?:['\u2019-][^\W{_WIDE}]+)*|\n|[^\S\n]+|.", re.DOTALL)
_MARK = re.compile(r"\[-|-\]|\{\+|\+\}")

#: A part of two texts: what both have, what goes, what comes.
Kind = Literal["same", "out", "in"]


def compared(before: str, after: str) -> list[tuple[Kind, str]] | None:
    """Both texts in one, as parts in order; None where that would not be readable, or takes too long."""
    first, old_lines, new_lines, last = _trimmed(before.splitlines(keepends=True), after.splitlines(keepends=True))
    start, old, new, end = _trimmed(*(_PARTS.findall("".join(each)) for each in (old_lines, new_lines)))
    head, tail = "".join([*first, *start]), "".join([*end, *last])
    counts = Counter(new)
    if sum(counts[part] for part in old if not part.isspace()) > PAIRS:
        return None
    # White space alone is nothing in common; beside a word that is, it is too.
    middle = SequenceMatcher(str.isspace, old, new, autojunk=False)
    shared = sum(len("".join(old[block.a : block.a + block.size])) for block in middle.get_matching_blocks())
    if 2 * (len(head) + shared + len(tail)) < ALIKE * (len(before) + len(after)):
        return None
    parts: list[tuple[Kind, str]] = [("same", head)]
    for kind, a, b, c, d in middle.get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        parts += [("same", gone)] if kind == "equal" else [("out", gone), ("in", come)]
    return [(kind, text) for kind, text in (*parts, ("same", tail)) if text]


def inline(before: str, after: str) -> str | None:
    """Both texts in one, what goes as `[-…-]`, what comes as `{+…+}`; None where that would not be readable."""
    parts = None if _MARK.search(before) or _MARK.search(after) else compared(before, after)
    return None if parts is None else "".join(_marked(kind, text) for kind, text in parts)


def painted(lines: Sequence[str], paint: Paint) -> Iterator[str]:
    """Lines of a marked text with what is marked in colour, also where a mark goes on in the next line."""
    if not paint.enabled:
        yield from lines
        return
    color = None
    for line in lines:
        shown, at = "", 0
        for mark in _MARK.finditer(line):
            opens = mark[0] in {"[-", "{+"}
            end = mark.start() if opens else mark.end()
            shown += _in(paint, color, line[at:end])
            at, color = end, ("31" if mark[0] == "[-" else "32") if opens else None
        yield shown + _in(paint, color, line[at:])


def _in(paint: Paint, color: str | None, text: str) -> str:
    return paint(text, color) if color else text


def _trimmed(one: list[str], other: list[str]) -> tuple[list[str], list[str], list[str], list[str]]:
    """What both begin with, what is left of each, what both end with."""
    start = _common(one, other)
    shared, one, other = one[:start], one[start:], other[start:]
    end = _common(one[::-1], other[::-1])
    return shared, one[: len(one) - end], other[: len(other) - end], one[len(one) - end :]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts both begin with."""
    number = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        number += 1
    return number


def _marked(kind: Kind, text: str) -> str:
    if kind == "same":
        return text
    return f"[-{_shown(text)}-]" if kind == "out" else f"{{+{_shown(text)}+}}"


def _shown(text: str) -> str:
    """What is marked; a line end that comes or goes alone is seen by its sign."""
    return text if text.strip() else text.replace("\n", "⏎\n")
