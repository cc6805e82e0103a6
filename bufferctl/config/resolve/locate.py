"""The place of a field of a declared object, found in its file as it was read, or by reading it again.

Positions are dropped once the files are checked: those of 10,000 posts are large, and most are never needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from bufferctl.config.format import REPLACED, fields_given_with
from bufferctl.config.read import Source, Spot, UnreadableError, parse, quoted, read_source
from bufferctl.config.resolve.expand.layers import first_layer_with, layer_paths
from bufferctl.config.resolve.expand.variables import names_in
from bufferctl.diagnostics import Place
from bufferctl.model import Address, Channel

Step = str | int


class Located(NamedTuple):
    """A place, its line, and how many code points to underline.

    `variables`: the names of the variables that the value uses; None if the value is in a text file.
    """

    place: Place
    line: str = ""
    width: int = 1
    variables: frozenset[str] | None = frozenset()


class Locator:
    """Finds places in the files below `root`. Finish one file before the next: only one is kept.

    `trees`: files as they were read; others are read again.
    """

    def __init__(self, root: Path, channels: Iterable[Channel], trees: Mapping[str, Spot] | None = None) -> None:
        self._root = root
        self._trees = trees or {}
        self._channels = {(each.organization, each.label): each for each in channels}
        self._file: tuple[str, Spot | None] = ("", None)
        self._entries: dict[int, Spot] = {}
        self._more: Iterator[tuple[int, Spot]] = iter(())

    def field(self, entry: Place, address: Address, path: Sequence[Step], quote: str = "") -> Located:
        """The place of a field of the object whose `key` is at `entry`; the closest one to it if it is not given.

        With `quote`, the place of these words in a text. The place of a text file's text is its `text_file`.
        """
        root = self._open(entry.file)
        spot = self._entry(root.tree.source.offset(entry)) if root else None
        if spot is None:
            return Located(entry)
        number = address.key.removeprefix(f"{spot.get('key')}-") if spot.has("repeat") else ""
        channel = self._channels.get((address.organization, address.channel))
        paths = layer_paths(spot.node, channel, int(number) if number.isdecimal() else 0)
        return _located(*find([spot.down(*each) for each in paths], path, root), quote)

    def setting(self, file: str, *path: str) -> Located:
        """The place of the name of a setting of the root file."""
        if (spot := self._open(file)) is None:
            return Located(Place(file))
        source, name = spot.tree.source, path[-1]
        offset = spot.down(*path[:-1]).key(name)
        return Located(source.place(offset), source.line(offset), len(name))

    def _open(self, name: str) -> Spot | None:
        """The file's content; None if it can no longer be read."""
        if self._file[0] != name:
            self._file, self._entries, self._more = (name, None), {}, iter(())
            if (root := self._trees.get(name)) is None:
                try:
                    tree, _ = parse(read_source(self._root / name, name))
                except UnreadableError:
                    return None
                root = Spot(tree, tree.data)
            self._file = name, root
            self._more = entries_in(root)
        return self._file[1]

    def _entry(self, offset: int) -> Spot | None:
        """What has its key there in the file, read no further than that."""
        while offset not in self._entries and (one := next(self._more, None)):
            self._entries[one[0]] = one[1]
        return self._entries.get(offset)


def entries_in(root: Spot) -> Iterator[tuple[int, Spot]]:
    """Everything with a key in a file, posts and ideas, each with the offset of the key."""
    todo = [root.node]
    for node in todo:
        if isinstance(node, dict) and "key" in node:
            entry = Spot(root.tree, node)
            yield entry.value("key"), entry
        elif isinstance(node, dict | list):
            todo += node.values() if isinstance(node, dict) else node


def find(layers: Sequence[Spot], path: Sequence[Step], top: Spot | None = None) -> tuple[Spot, Step, bool]:
    """The container and the part of it at the path, and whether the whole path exists. `top`: of the file."""
    beside = _beside_text(path) if any(layer.has("thread") for layer in layers) else ()
    for layer, (name, *below) in product(layers, [beside, path] if beside else [path]):
        names, network = fields_given_with(str(name)), str(below[0]) if name == "metadata" and below else ""
        names = ("alt", *names) if below[-1:] == ["alt_text"] else names
        if first_layer_with((layer,), *names, network=network):
            return _down(layer, (next(filter(layer.has, names)), *below))
    with_networks = [layer for layer in layers if layer.has("metadata")]
    if path == ("text",):
        for layer in with_networks:
            for network in layer.get("metadata"):
                found = _down(layer, ("metadata", network, "thread", 0, "text"))
                if found[2]:
                    return found
    if path[0] == "metadata" and with_networks:
        return with_networks[0], "metadata", False
    if top is not None and path[0] in REPLACED and top.has(str(path[0])):
        return _down(top, path)
    return layers[-1], "key", True


def _beside_text(path: Sequence[Step]) -> Sequence[Step]:
    """The path of a field of a network's thread in an entry that gives its thread next to `text`."""
    match path:
        case ("metadata", _, "thread", 0, *rest):
            return rest
        case ("metadata", _, "thread", int(number), *rest):
            return "thread", number - 1, *rest
        case _:
            return path


def _down(spot: Spot, path: Sequence[Step]) -> tuple[Spot, Step, bool]:
    """The container and the part of it at the path, as far as that exists, and whether all of it does."""
    for index, step in enumerate(path[:-1]):
        child = spot.get(step)
        below = Spot(spot.tree, child)
        if path[index + 1] == "assets" and below.has("image") and not below.has("assets"):
            return below, "alt" if path[-1] == "alt_text" and below.has("alt") else "image", True
        if not isinstance(child, dict | list) or below.get(path[index + 1]) is None:
            return spot, step, False
        spot = below
    return spot, path[-1], True


def _located(spot: Spot, part: Step, whole: bool, quote: str) -> Located:
    source, value = spot.tree.source, spot.get(part)
    offset = spot.value(part)
    if quote and isinstance(value, str) and (at := quoted(source, offset, value, quote)) is not None:
        offset, width = at, len(quote)
    elif isinstance(part, str) and not (whole and _one_line(source, offset, value)):
        offset, width = spot.key(part), len(part)
    else:
        width = len(value) if _one_line(source, offset, value) else 1
    place, line = source.place(offset), source.line(offset)
    written = str(value) if isinstance(value, str) else ""
    variables = None if part == "text_file" else frozenset(names_in(written))
    return Located(place, line, max(1, min(width, len(line) - place.column + 1)), variables)


def _one_line(source: Source, offset: int, value: Any) -> bool:
    """Whether a value is a text that begins and ends on its line."""
    return isinstance(value, str) and "\n" not in value and source.part(offset, offset + 1) not in {"|", ">"}
