"""Every part of a YAML text as it is written, from its first to its last character: a view on its tree, for edits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bufferctl.config.read import Source, Tree, parse
from bufferctl.diagnostics import has_errors
from bufferctl.errors import ConfigError

#: An anchor, and what may come between it and its value.
_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)(?:\s+(?:#[^\n]*)?)*")


class Node(NamedTuple):
    """A value, or the name of a field. `value` is what was read: text, a list or fields; of an alias what it means.

    `stop`: where it ends for the parser, which is not the end of a block.
    """

    tree: Tree
    value: Any
    start: int
    stop: int = 0

    @property
    def is_alias(self) -> bool:
        """Whether it is `*name`, so that its value is written elsewhere."""
        return self.tree.source.text.startswith("*", self.start)

    @property
    def is_scalar(self) -> bool:
        """Whether it is one text, or an alias."""
        return isinstance(self.value, str) or self.is_alias

    @property
    def is_mapping(self) -> bool:
        """Whether its fields are written in it."""
        return isinstance(self.value, dict) and not self.is_alias

    @property
    def is_sequence(self) -> bool:
        """Whether its items are written in it."""
        return isinstance(self.value, list) and not self.is_alias

    @property
    def text(self) -> str:
        return self.tree.source.text[self.start : self.end]

    @property
    def anchor(self) -> str | None:
        """The name that it is given for aliases."""
        found = _ANCHOR.match(self.tree.source.text, self.start)
        return found[1] if found else None

    @property
    def style(self) -> str:
        """How a text begins: with `|`, `>` or a quote, else it is plain. Empty for a list and for fields."""
        if not self.is_scalar:
            return ""
        return self.tree.source.text[self.value_start : self.value_start + 1]

    @property
    def value_start(self) -> int:
        """Where it starts behind its anchor, if it has one."""
        found = _ANCHOR.match(self.tree.source.text, self.start)
        return found.end() if found else self.start

    @property
    def is_block(self) -> bool:
        """Whether it is a text on its own lines, below `|` or `>`."""
        return self.style in {"|", ">"}

    @property
    def flow(self) -> bool:
        """Whether its fields or items are between brackets."""
        return not self.is_scalar and bool(self.tree.offsets[self._first + 1])

    @property
    def end(self) -> int:
        """Behind its last character; a block ends with its last line or its last value."""
        if self.is_scalar:
            return self._block_end() if self.is_block else self.stop
        size, end = len(self.value), self.tree.offsets[self._first + 1]
        if end or not size:
            return end or self.stop
        if self.is_sequence:
            return self._part(self.value[-1], 2 * size - 2).end
        return self._part(next(reversed(self.value.values())), 4 * size - 2).end

    @property
    def pairs(self) -> list[tuple[Node, Node]]:
        """Names and values of its fields, in file order."""
        if not self.is_mapping:
            return []
        tree, first, last = self.tree, self._first + 2, self._first + 2 + 4 * len(self.value)
        offsets = (tree.offsets[first + at : last : 4] for at in range(4))
        fields = zip(self.value.items(), *offsets, strict=True)
        return [
            (Node(tree, name, start, stop), Node(tree, value, value_start, value_stop))
            for (name, value), start, stop, value_start, value_stop in fields
        ]

    @property
    def items(self) -> list[Node]:
        return list(map(self._part, self.value, range(0, 2 * len(self.value), 2))) if self.is_sequence else []

    def get(self, name: str) -> Node | None:
        number = self.number(name)
        return None if number is None else self._part(self.value[name], 4 * number + 2)

    def number(self, name: str) -> int | None:
        """Which field has a name."""
        return list(self.value).index(name) if self.is_mapping and name in self.value else None

    def inside(self, *path: str) -> Node | None:
        """The fields at a path below; None if there are none."""
        node: Node | None = self
        for name in path:
            node = node.get(name) if node else None
        return node if node and node.is_mapping else None

    @property
    def _first(self) -> int:
        return self.tree.first[id(self.value)]

    def _part(self, value: Any, at: int) -> Node:
        first = self.tree.first[id(self.value)] + 2 + at
        return Node(self.tree, value, self.tree.offsets[first], self.tree.offsets[first + 1])

    def _block_end(self) -> int:
        written = self.tree.source.text[self.start : self.stop]
        first_line = written.partition("\n")[0]
        keeps = "+" in first_line.partition("#")[0]
        return self.start + len(written.removesuffix("\n").removesuffix("\r") if keeps else written.rstrip())


def read_nodes(text: str) -> Node:
    """The fields of a file. Raises ConfigError if it is not YAML, or something else."""
    tree, problems = parse(Source("", text, Path()))
    if has_errors(problems) or not isinstance(tree.data, dict):
        raise ConfigError("This is not a YAML file of fields (`name: value`)")
    return Node(tree, tree.data, tree.offsets[tree.first[id(tree.data)]])


def walk(node: Node, name: str = "") -> Iterator[tuple[str, Node]]:
    """A node and everything in it, names of fields too, in file order, each with the name of its field."""
    yield name, node
    for key, value in node.pairs:
        yield "", key
        yield from walk(value, key.value)
    for item in node.items:
        yield from walk(item)
