"""Words below an address; and hints, whose commands stand on lines of their own where they end a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bufferctl.model.invisible import visible
from bufferctl.render.columns import wrapped
from bufferctl.render.paint import Paint

INDENT = "      "

#: A command that ends a sentence, in backquotes; or one that has a line of its own already.
_COMMAND = re.compile(r"`(bufferctl [^`]+)`(?:[.;]\s*|$)|\n *(bufferctl [^\n]+)\n?")


class Step(NamedTuple):
    """Some of a hint."""

    text: str
    is_command: bool


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
