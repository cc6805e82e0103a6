"""A parsed file: plain data, and the position of each name and value, for reading and for writing.

Positions are packed into one array of offsets, in which each container has its part. For 10,000 posts they take about
5 MB.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bufferctl.config.read.source import Source
from bufferctl.diagnostics import Diagnostic, Kind, Place, Related

#: From this many fields on, a container has an index of them.
_LARGE = 50


@dataclass
class Tree:
    """The data of a file. `offsets`: from `first[id(container)]` on, start and end of the container, then of its parts.

    The end of a container in brackets is that of its last part, and 0 otherwise. A field has the start and end of its
    name, then of its value; an alias has those of the `*name`. Containers are shared if the file uses aliases, and live
    as long as `data`, so their ids stay unique.
    """

    source: Source
    data: Any = None
    offsets: array[int] = field(default_factory=lambda: array("I"))
    first: dict[int, int] = field(default_factory=dict)
    indexes: dict[int, dict[str, int]] = field(default_factory=dict)
    """The number of each field of a large container, made on first use."""
    empty: dict[int, set[str]] = field(default_factory=dict)
    """Fields without a value, by the id of their container; reported already and left out of `data`."""
    channels: tuple[str, ...] = ()
    """The declared channels as this file names them, for hints; empty where they are not known."""

    def add(self, container: Any, offsets: list[int]) -> None:
        """Note where a container and its parts are; the containers in it come first."""
        self.first[id(container)] = len(self.offsets)
        self.offsets.fromlist(offsets)


class Spot(NamedTuple):
    """A container of a tree, to find its fields and where they are."""

    tree: Tree
    node: Any

    @property
    def offset(self) -> int:
        return self._offset(0)

    def key(self, name: str) -> int:
        """The offset of a field's name; the container's own if it has no such field."""
        number = self._number(name)
        return self._offset(0 if number is None else 2 + 4 * number)

    def value(self, part: str | int) -> int:
        """The offset of a field's or an item's value; the container's own if there is none."""
        if isinstance(part, str):
            number = self._number(part)
            return self._offset(0 if number is None else 4 + 4 * number)
        return self._offset(2 + 2 * part if isinstance(self.node, list) and part < len(self.node) else 0)

    def _offset(self, number: int) -> int:
        """That of the container's offsets; the start of the file for what is not in it."""
        first = self.tree.first.get(id(self.node))
        return 0 if first is None else self.tree.offsets[first + number]

    def has(self, name: str) -> bool:
        return isinstance(self.node, dict) and name in self.node

    def down(self, *path: str | int) -> Spot:
        """The container at a path below, or the last one on the way that exists."""
        spot = self
        for part in path:
            child = spot.get(part)
            if not isinstance(child, dict | list):
                return spot
            spot = Spot(self.tree, child)
        return spot

    def each(self) -> Iterator[Spot]:
        """The container at each item of a list; the list itself where there is none."""
        items = self.node if isinstance(self.node, list) else ()
        return (Spot(self.tree, child) if isinstance(child, dict | list) else self for child in items)

    def get(self, part: str | int) -> Any:
        """The value of a field or an item; None if there is none."""
        if isinstance(self.node, dict) and isinstance(part, str):
            return self.node.get(part)
        if isinstance(self.node, list) and isinstance(part, int) and part < len(self.node):
            return self.node[part]
        return None

    def place(self, name: str) -> Place:
        return self.tree.source.place(self.value(name))

    def at_key(self, name: str, message: str, *, hint: str, kind: Kind = Kind.CONFLICT) -> Diagnostic:
        """A problem with a field, shown at its name."""
        return self.tree.source.diagnostic(self.key(name), message, hint=hint, width=len(name), kind=kind)

    def at(
        self,
        part: str | int,
        message: str,
        *,
        hint: str = "",
        related: tuple[Related, ...] = (),
        kind: Kind = Kind.INVALID_VALUE,
    ) -> Diagnostic:
        """A problem with a field's or an item's value, shown there (at the container's start if it is missing)."""
        value = self.get(part)
        width = len(value) if isinstance(value, str) and "\n" not in value else 1
        return self.tree.source.diagnostic(
            self.value(part), message, hint=hint, width=width, related=related, kind=kind
        )

    def at_quote(self, part: str | int, quote: str, message: str, *, hint: str = "") -> Diagnostic:
        """A problem with some words of a text, shown at these words, or at the text if it has escapes there."""
        value, offset = self.get(part), self.value(part)
        at = quoted(self.tree.source, offset, value, quote) if isinstance(value, str) else None
        if at is None:
            return self.at(part, message, hint=hint)
        return self.tree.source.diagnostic(at, message, hint=hint, width=len(quote), kind=Kind.INVALID_VALUE)

    def _number(self, name: str) -> int | None:
        """How many fields come before the one of that name; None if there is no such field."""
        node = self.node
        if not isinstance(node, dict) or name not in node:
            return None
        if len(node) < _LARGE:
            return list(node).index(name)
        if id(node) not in self.tree.indexes:
            self.tree.indexes[id(node)] = {key: index for index, key in enumerate(node)}
        return self.tree.indexes[id(node)][name]


def quoted(source: Source, offset: int, value: str, quote: str) -> int | None:
    """The offset in the file of a part of the value at `offset`, preferably not inside a longer word.

    None if the file spells it otherwise, with escapes.
    """
    lines = value.count("\n") + 1
    written = source.part(offset, offset + 2 * len(value) + 100 * lines)  # escapes and indentation
    first = quote.splitlines()[0] if quote.strip() else quote
    words = r"\s+".join(map(re.escape, quote.split()))  # the file may break a line wherever the text has a space
    for pattern in (words, re.escape(first)):
        found = pattern and (re.search(rf"(?<![\w$]){pattern}(?!\w)", written) or re.search(pattern, written))
        if found:
            return offset + found.start()
    return None


def walk(spot: Spot, loc: Sequence[str | int]) -> tuple[Spot, str | int | None]:
    """The container and the part of it that pydantic's `loc` names; parts that are not in the data are skipped."""
    part: str | int | None = None
    for step in loc:
        if part is not None and isinstance(child := spot.get(part), dict | list):
            spot, part = Spot(spot.tree, child), None
        if spot.get(step) is not None:
            part = step
    return spot, part
