"""What changed in a text, word by word, readable without colour: `Our [-autumn-]{+winter+} release`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from bufferctl.render.paint import Paint

#: Texts that have less than this in common are shown one after the other: nothing would be read between the marks.
ALIKE = 0.4
#: Texts of more parts are not compared word by word: that would take seconds.
LONGEST = 4000

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
#: A link, a word, a wide character, white space, or any other mark.
_PARTS = re.compile(rf"https?://\S+|[{_WIDE}]|[^\W{_WIDE}]+(?:['\u2019-][^\W{_WIDE}]+)*|\n|[^\S\n]+|.", re.DOTALL)
_MARK = re.compile(r"\[-|-\]|\{\+|\+\}")


def inline(before: str, after: str) -> str | None:
    """Both texts in one, what goes as `[-…-]`, what comes as `{+…+}`; None where that would not be readable."""
    if _MARK.search(before) or _MARK.search(after):
        return None
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if max(len(old), len(new)) > LONGEST:
        return None
    start = _common(old, new)
    end = _common(old[: start - len(old) - 1 : -1], new[: start - len(new) - 1 : -1])
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    middle = SequenceMatcher(None, old, new, autojunk=False)
    shared = sum(len("".join(old[block.a : block.a + block.size])) for block in middle.get_matching_blocks())
    if 2 * (len(head) + shared + len(tail)) < ALIKE * (len(before) + len(after)):
        return None
    return f"{head}{''.join(_marked(middle.get_opcodes(), old, new))}{tail}"


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


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts both begin with."""
    number = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        number += 1
    return number


def _marked(steps: Iterable[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for kind, a, b, c, d in steps:
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            yield gone
        else:
            yield (f"[-{_shown(gone)}-]" if gone else "") + (f"{{+{_shown(come)}+}}" if come else "")


def _shown(text: str) -> str:
    """What is marked; a line end that comes or goes alone is seen by its sign."""
    return text if text.strip() else text.replace("\n", "⏎\n")
