"""Text for a terminal: color, full stops and counts, lines that fit, hints with their commands apart.

Wide characters (CJK, emoji) take two columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bufferctl.model.plain_text import visible

#: Before what stands below an address.
INDENT = "      "
#: Closing marks stay with what they close.
_CLOSING = "\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\uff09\u300d\u300f\u3011\u3009\u300b\u3015\u2026\u30fc"
_WIDE = "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6"
#: White space, a wide character with the marks that close it, or a word: a line may end after each.
_PARTS = re.compile(rf"\s+|[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+")
#: A command that ends a sentence, in backquotes; or one that has a line of its own already.
_COMMAND = re.compile(r"`(bufferctl [^`]+)`(?:[.;]\s*|$)|\n *(bufferctl [^\n]+)\n?")


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends like a sentence already, as Buffer's own words do; empty stays empty.

    A command on a last line of its own gets none either: people paste that line.
    """
    last = text.rpartition("\n")[2].lstrip() if "\n" in text else ""
    return text if not text or text.endswith((".", "?", "!")) or last.startswith("bufferctl ") else f"{text}."


def capitalized(message: str) -> str:
    """`message` with a capital letter first; a name at its start (a file, a host) stays as it is."""
    return message[:1].upper() + message[1:] if message.partition(" ")[0].isalpha() else message


def count(number: int, one: str, many: str = "") -> str:
    """`1 post`, `2 posts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def posts_and_ideas(are_ideas: Iterable[bool]) -> str:
    """`2 posts and 1 idea`, from whether each is an idea."""
    numbers = Counter(are_ideas)
    posts, ideas = count(numbers[False], "post"), count(numbers[True], "idea")
    if not numbers[True]:
        return posts
    return f"{posts} and {ideas}" if numbers[False] else ideas


@dataclass(frozen=True, slots=True)
class Paint:
    """How text is put on a terminal: in color or without, lines of at most `width` columns, texts `full` or folded.

    `verbose`: with how posts were made from their entries.
    """

    enabled: bool = False
    width: int = 80
    full: bool = False
    verbose: bool = False

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and text else text

    def good(self, text: str) -> str:
        return self(text, "32")

    def change(self, text: str) -> str:
        return self(text, "33")

    def bad(self, text: str) -> str:
        return self(text, "31")

    def strong(self, text: str) -> str:
        return self(text, "1")

    def faint(self, text: str) -> str:
        return self(text, "2")


class Step(NamedTuple):
    """Some of a hint."""

    text: str
    is_command: bool


def cells(text: str) -> int:
    """How many columns a text takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


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


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def indented(text: str, paint: Paint) -> Iterator[str]:
    """Text of ours below an address."""
    return (f"{INDENT}{line}" for line in wrapped(visible(text), paint.width - len(INDENT)))


def hint_lines(hint: str, paint: Paint) -> Iterator[str]:
    """What to do, below an address; commands are not wrapped, so that they can be pasted."""
    for part in steps(f"→ {hint}"):
        yield from (f"{INDENT}    {visible(part.text)}",) if part.is_command else indented(part.text, paint)


def plain_lines(hint: str) -> Iterator[str]:
    """A hint as lines, commands indented; nothing is wrapped."""
    return (f"    {part.text}" if part.is_command else part.text for part in steps(hint))


def steps(hint: str) -> Iterator[Step]:
    """The parts in order. Prose before a command ends in a colon; a command within a sentence stays in it."""
    at = 0
    for command in _COMMAND.finditer(hint):
        if before := _opened(hint[at : command.start()], is_first=at == 0):
            yield Step(f"{before.rstrip(':')}:", is_command=False)
        yield Step(command[1] or command[2], is_command=True)
        at = command.end()
    if rest := _opened(hint[at:], is_first=at == 0):
        yield Step(rest, is_command=False)


def _opened(text: str, *, is_first: bool) -> str:
    """Prose with a capital first where a command stands before it."""
    text = text.strip()
    return text if is_first else text[:1].upper() + text[1:]
