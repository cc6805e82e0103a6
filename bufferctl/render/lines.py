"""Text for a terminal: color, full stops and counts, lines that fit, hints with commands on their own lines.

Wide characters (CJK, emoji) take two columns.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from bufferctl.model import visible
from bufferctl.said import with_pasted
from bufferctl.value import value

#: The indentation of lines below an address.
INDENT = "      "
#: Closing marks, which stay on the line of the character before them.
_CLOSING = "\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\uff09\u300d\u300f\u3011\u3009\u300b\u3015\u2026\u30fc"
_WIDE = "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6"
#: White space, a wide character with its closing marks, or a word: a line may break after each. Only compiled where it
#: is needed, since that takes 4 ms and most lines have no wide characters.
_PARTS = rf"\s+|[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+"
#: A command in backquotes that ends a sentence, or a command that already has its own line.
_COMMAND = re.compile(r"`(bufferctl [^`]+)`(?:[.;]\s*|$)|\n *(bufferctl [^\n]+)\n?")


def sentence(text: str) -> str:
    """`text` with a full stop, unless it already ends like a sentence, as Buffer's messages do; empty stays empty.

    A command on its own last line does not get one either, since people paste that line.
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


@value()
class Paint:
    """How text is printed on a terminal: in color or not, lines of at most `width` columns, in `full` or folded.

    `full` also shows each post's address and digest, and how it was made from its entry.
    """

    enabled: bool = False
    width: int = 80
    full: bool = False

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and text and code else text

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


class HintStep(NamedTuple):
    """A part of a hint."""

    text: str
    is_command: bool


def cells(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    others = re.findall(r"[^\x00-\x7f]", text)
    return len(text) - len(others) + sum(map(_width, others))


def wrapped(line: str, width: int) -> list[str]:
    """`line` wrapped to `width` columns, at least one line; a longer word (such as a link) is not broken."""
    line = line.expandtabs().rstrip()
    if (taken := cells(line)) == len(line):
        return _narrow(line, width)
    if taken <= width:
        return [line]
    lines, current, taken = [], "", 0
    for part in re.findall(_PARTS, line):
        size = cells(part)
        if taken + size <= width or not current.strip():
            current += part
            taken += size
            continue
        lines.append(current.rstrip())
        current, taken = ("", 0) if part.isspace() else (part, size)
    return [*lines, current] if current else lines


def clipped(text: str, width: int) -> str:
    """`text` cut to `width` columns, with an ellipsis if it was cut, preferably after a word rather than within one."""
    if text[: width + 1].isascii():  # as most texts begin: each character takes one column
        if len(text) <= width:
            return text
        kept = text[: width - 1]
    else:
        if cells(text) <= width:
            return text
        kept = text[: bisect_right([*accumulate(map(_width, text))], width - 1)]
    words = kept.rpartition(" ")[0]
    return f"{(words if len(words) > len(kept) // 2 else kept).rstrip()}…"


def _narrow(line: str, width: int) -> list[str]:
    """Wrap a line without wide characters: this is faster, and most lines have none."""
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


def indented(text: str, paint: Paint) -> Iterator[str]:
    """Our own text below an address."""
    return (f"{INDENT}{line}" for line in wrapped(visible(text), paint.width - len(INDENT)))


def hint_lines(hint: str, paint: Paint) -> Iterator[str]:
    """A hint below an address; commands are not wrapped, so that they can be pasted."""
    for part in steps(f"→ {hint}"):
        yield from (f"{INDENT}    {visible(part.text)}",) if part.is_command else indented(part.text, paint)


def plain_lines(hint: str) -> Iterator[str]:
    """A hint as lines with commands indented and nothing wrapped."""
    return (f"    {part.text}" if part.is_command else part.text for part in steps(hint))


def steps(hint: str) -> Iterator[HintStep]:
    """The parts of a hint in order. Prose before a command ends in a colon; a command within a sentence stays in it."""
    at, hint = 0, with_pasted(hint)
    for command in _COMMAND.finditer(hint):
        if before := _opened(hint[at : command.start()], is_first=at == 0):
            yield HintStep(f"{before.rstrip(':')}:", is_command=False)
        yield HintStep(command[1] or command[2], is_command=True)
        at = command.end()
    if rest := _opened(hint[at:], is_first=at == 0):
        yield HintStep(rest, is_command=False)


def _opened(text: str, *, is_first: bool) -> str:
    """Prose that starts with a capital letter if it follows a command."""
    text = text.strip()
    return text if is_first else text[:1].upper() + text[1:]
