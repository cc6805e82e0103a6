"""How many columns of a terminal a text takes, and lines that fit: wide characters (CJK, emoji) take two."""

from __future__ import annotations

import re
import unicodedata

#: Closing marks stay with what they close.
_CLOSING = "\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\uff09\u300d\u300f\u3011\u3009\u300b\u3015\u2026\u30fc"
_WIDE = "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6"
#: White space, a wide character with the marks that close it, or a word: a line may end after each.
_PARTS = re.compile(rf"\s+|[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+")


def cells(text: str) -> int:
    """How many columns a text takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def clipped(text: str, width: int) -> str:
    """`text` cut to `width` columns, with an ellipsis where something was cut off, rather after a word than in one."""
    if cells(text) <= width:
        return text
    kept, taken = "", 0
    for character in text:
        taken += cells(character)
        if taken > width - 1:
            break
        kept += character
    words = kept.rpartition(" ")[0]
    return f"{(words if len(words) > len(kept) // 2 else kept).rstrip()}…"


def wrapped(line: str, width: int) -> list[str]:
    """`line` in lines of at most `width` columns, one of them at least; a word that is longer (a link) stays whole."""
    line = line.expandtabs().rstrip()
    if cells(line) == len(line):
        return _narrow(line, width)
    lines, current, taken = [], "", 0
    for part in _PARTS.findall(line):
        size = cells(part)
        if taken + size <= width or not current.strip():
            current += part
            taken += size
            continue
        lines.append(current.rstrip())
        current, taken = ("", 0) if part.isspace() else (part, size)
    return [*lines, current] if current else lines


def _narrow(line: str, width: int) -> list[str]:
    """A line whose characters take a column each: faster, and most are."""
    lines = []
    while len(line) > width:
        cut = line.rfind(" ", 0, width + 1)
        if cut < 0 or not line[:cut].strip():
            cut = line.find(" ", width)
        if cut < 0:
            break
        lines.append(line[:cut].rstrip())
        line = line[cut:].lstrip(" ")
    return [*lines, line]


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
