"""Colour where it is wanted, capitals, full stops, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends like a sentence already, as Buffer's own words do; empty stays empty.

    A command on a last line of its own gets none either: people paste that line.
    """
    last = text.rpartition("\n")[2].lstrip() if "\n" in text else ""
    return text if not text or text.endswith((".", "?", "!")) or last.startswith("bufferctl ") else f"{text}."


def opened(message: str) -> str:
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
    """How text is put on a terminal: in colour or without, lines of at most `width` columns, texts `full` or folded.

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
