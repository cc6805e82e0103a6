"""The position of everything in a YAML text, from first to last character, for edits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from bufferctl.config.parse import Attempt, attempts, doubtful
from bufferctl.errors import ConfigError

_BLOCKS = ("|", ">")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `style` is `|`, `>`, a quote, or empty if it is plain; `alias`: it is `*value`."""

    start: int
    end: int
    value: str
    style: str = ""
    anchor: str | None = None
    alias: bool = False

    @property
    def is_block(self) -> bool:
        """Whether it is on its own lines, below `|` or `>`."""
        return self.style in _BLOCKS


@dataclass(frozen=True, slots=True)
class Mapping:
    """Names and values in file order; `flow`: between braces."""

    start: int
    end: int
    flow: bool
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)
    anchor: str | None = None

    def get(self, name: str) -> Node | None:
        """The value of a name."""
        return next((value for key, value in self.pairs if key.value == name), None)

    def inside(self, *path: str) -> Mapping | None:
        """The mapping at a path below; None if there is none."""
        node: Node | None = self
        for name in path:
            node = node.get(name) if isinstance(node, Mapping) else None
        return node if isinstance(node, Mapping) else None

    def index(self, name: str) -> int | None:
        """Which pair has a name."""
        return next((index for index, (key, _) in enumerate(self.pairs) if key.value == name), None)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Values in file order; `flow`: between brackets."""

    start: int
    end: int
    flow: bool
    items: list[Node] = field(default_factory=list)
    anchor: str | None = None


Node = Scalar | Mapping | Sequence


def read_nodes(text: str) -> Mapping:
    """The nodes of a file. Raises ConfigError if it is not a YAML mapping."""
    error: YAMLError | None = None
    for attempt in attempts(text):
        try:
            root = _Reader(text, attempt).document()
        except YAMLError as failure:
            error = failure
            if not doubtful(failure):
                break
        else:
            if isinstance(root, Mapping):
                return root
            break
    raise ConfigError("This is not a YAML file of fields (`name: value`)") from error


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it, names of fields too, in file order."""
    yield node
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            yield key
            yield from walk(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from walk(item)


@dataclass(frozen=True, slots=True)
class _Reader:
    text: str
    attempt: Attempt

    def document(self) -> Node:
        following = self.attempt.following
        following()
        following()
        return self._node(following())

    def _node(self, event: Any) -> Node:
        start = event.start_mark.index
        if isinstance(event, AliasEvent):
            return Scalar(start, event.end_mark.index, event.anchor, alias=True)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event)
        return self._sequence(event)

    def _scalar(self, event: Any) -> Scalar:
        start, end, style = event.start_mark.index, event.end_mark.index, event.style or ""
        if style in _BLOCKS:
            written = self.text[start:end]
            keeps = "+" in written.split("\n", 1)[0].split("#", 1)[0]
            end = start + len(written.removesuffix("\n").removesuffix("\r") if keeps else written.rstrip())
        return Scalar(start, end, self.attempt.restored(event.value), style, event.anchor)

    def _mapping(self, start: Any) -> Mapping:
        pairs: list[tuple[Scalar, Node]] = []
        while not isinstance(event := self.attempt.following(), MappingEndEvent):
            key = self._node(event)
            value = self._node(self.attempt.following())
            if isinstance(key, Scalar):
                pairs.append((key, value))
        flow = bool(start.flow_style)
        end = event.end_mark.index if flow or not pairs else pairs[-1][1].end
        return Mapping(start.start_mark.index, end, flow, pairs, start.anchor)

    def _sequence(self, start: Any) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := self.attempt.following(), SequenceEndEvent):
            items.append(self._node(event))
        flow = bool(start.flow_style)
        end = event.end_mark.index if flow or not items else items[-1].end
        return Sequence(start.start_mark.index, end, flow, items, start.anchor)
