"""Two texts in one for a terminal, readable without colour: `Our [-autumn-]{+winter+} release`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bufferctl.render.lines import wrapped
from bufferctl.render.paint import Paint, count
from bufferctl.render.pieces import Piece

#: Unchanged lines that are shown around a changed one.
AROUND = 1
_MARK = re.compile(r"\[-|-\]|\{\+|\+\}")


def marked_lines(words: Sequence[Piece], paint: Paint, width: int) -> list[str]:
    """The changed lines and one around each, how many others there are; empty if the texts have such marks already."""
    if any(_MARK.search(piece.text) for piece in words):
        return []
    return list(_painted(list(_around("".join(map(_marked, words)), width)), paint))


def _marked(piece: Piece) -> str:
    # a line end that comes or goes alone is seen by its sign
    text = piece.text if piece.kind == "same" or piece.text.strip() else piece.text.replace("\n", "⏎\n")
    return {"out": f"[-{text}-]", "in": f"{{+{text}+}}"}.get(piece.kind, text)


def _around(both: str, width: int) -> Iterator[str]:
    lines, changed, inside = [], [], False
    for line in both.split("\n"):
        for part in wrapped(line, width):
            touched = inside or "[-" in part or "{+" in part
            opened = max(part.rfind("[-"), part.rfind("{+"))
            closed = max(part.rfind("-]"), part.rfind("+}"))
            inside = opened > closed or (inside and closed < 0)
            lines.append(part)
            changed.append(touched)
    left_out = 0
    for number, line in enumerate(lines):
        if any(changed[max(0, number - AROUND) : number + AROUND + 1]):
            if left_out:
                yield f"… {count(left_out, 'unchanged line')}"
            left_out = 0
            yield line
        else:
            left_out += 1
    if left_out:
        yield f"… {count(left_out, 'unchanged line')}"


def _painted(lines: Sequence[str], paint: Paint) -> Iterator[str]:
    """The lines with what is marked in colour, also where a mark goes on in the next line."""
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
