"""Finds where a post's or idea's fields are in the files: its entry, the override of its channel, its text file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from bufferctl.config.format import ONLY_ROOT, fields_given_with, zone_of
from bufferctl.config.read import Spot
from bufferctl.config.resolve import Steps, entries_in, first_layer_with, layer_paths
from bufferctl.config.write.as_yaml import moment_text
from bufferctl.config.write.edits import Edits
from bufferctl.config.write.nodes import Node
from bufferctl.config.write.yaml_files import FileChanges, Text
from bufferctl.diagnostics import Place
from bufferctl.errors import ConfigError
from bufferctl.model import Desired, Idea, Post
from bufferctl.value import value


class Owner(NamedTuple):
    """A part of an entry that sets fields of an item, and where it is in the entry."""

    path: Steps
    written: Node

    @property
    def node(self) -> Any:
        return self.written.value


@value()
class Layers:
    """The entry of a post or an idea, and everything in it that sets the item's fields."""

    file: str  # its name
    edits: Edits  # of the file
    entry: Node  # as written
    parts: tuple[Owner, ...]  # what sets the item's fields, most specific first
    reference: str = ""  # how the entry, or its file, names the item's channel, or else its label
    number: int = 0  # which occurrence of a repeated entry it is, 0 for none

    @property
    def top(self) -> Mapping[str, Any]:
        """What an included file gives its posts; nothing in a root file, whose top has settings."""
        written = self.edits.root.value
        return {} if any(name in written for name in ONLY_ROOT) else written

    def defaults(self, name: str) -> bool:
        """Whether the top of an included file gives a field to its posts."""
        return self.top.get(name) is not None

    @property
    def timezone(self) -> str | None:
        """The zone of times without an offset that the entry or the top of its file names."""
        found = self.entry.value.get("timezone") or self.top.get("timezone")
        return str(found) if found else None

    def from_start(self, when: datetime, zone: tzinfo | None) -> str | None:
        """A time counted from `starts` (`start+2d 12:00`), if the one that holds now is."""
        starts, old = self.edits.root.value.get("starts"), self.supplier("due_at").node.get("due_at")
        if not (starts and old and old.startswith("start") and zone):
            return None
        local = moment_text(when, zone)
        if "T" in local:  # it has an offset, where the clocks make it unclear
            return None
        day, time = local.split(" ")
        return f"start{(date.fromisoformat(day) - date.fromisoformat(starts)).days:+d}d {time}"

    def supplier(self, name: str) -> Owner:
        """The most specific part that sets a field, else the entry. `name` may be `metadata.SERVICE`."""
        name, _, network = name.partition(".")
        return first_layer_with(self.parts, *fields_given_with(name), network=network) or self.parts[-1]


@dataclass
class SourceFiles:
    """The files of what is declared, read when this is made. `root`: the root file's folder."""

    root: Path
    desired: Desired
    texts: dict[str, Text] = field(init=False)
    edits: dict[str, Edits] = field(init=False, default_factory=dict)
    _entries: dict[str, dict[int, Spot]] = field(init=False, default_factory=dict)
    _siblings: dict[Place, list[Post]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.texts = {name: Text.read(self.root / name) for name in self.desired.files}

    def layers(self, item: Post | Idea) -> Layers:
        """Where an item is declared. Raises ConfigError if its file has changed since it was read."""
        name = item.place.file
        edits = self._edits(name)
        spot = self._entries[name].get(edits.root.tree.source.offset(item.place))
        if spot is None:
            raise ConfigError(
                f"{item.address} is not at {item.place} any more, so nothing was written",
                hint="Run the same command again.",
            )
        entry = Node(spot.tree, spot.node, spot.offset)
        if not isinstance(item, Post):
            return Layers(name, edits, entry, (Owner((), entry),))
        home = (item.address.organization, item.address.channel)
        channel = next(each for each in self.desired.channels if (each.organization, each.label) == home)
        paths = layer_paths(entry.value, channel, item.number)
        places = [(path, entry.inside(*path)) for path in paths]
        parts = tuple(Owner(path, there) for path, there in places if there)
        given = entry.value.get("channels") or edits.root.value.get("channels") or ()
        named = [path[-1] for path in reversed(paths) if path[-2:-1] == ("overrides",)]
        reference = next((each for each in (*named, *given) if each in channel.references), channel.label)
        return Layers(name, edits, entry, parts, reference, item.number)

    def zone(self, item: Post | Idea) -> tzinfo | None:
        """The zone of times without an offset where an item is declared; None if its own time has an offset there."""
        home = (item.address.organization, item.address.channel)
        around = (each.timezone for each in self.desired.channels if (each.organization, each.label) == home)
        if item.address.is_idea:
            around = (each.timezone for each in self.desired.organizations if each.label == item.address.organization)
        zone = zone_of(self.layers(item).timezone or next(around) or "")
        written = item.due_at if isinstance(item, Post) else item.date
        return zone if written is None or written.tzinfo == zone else None

    def root_of(self, name: str) -> Node:
        return self._edits(name).root

    def put_edited(self, changes: FileChanges) -> None:
        """Put what the edits make of the files into `changes`; nothing is written."""
        for name, edits in self.edits.items():
            text = self.texts[name]
            changes.put(text.path, text.data, text.with_text(edits.result()))

    def siblings(self, item: Post) -> list[Post]:
        """The posts of the same entry: on other channels, other occurrences, and the post itself."""
        if not self._siblings:
            for post in self.desired.posts:
                self._siblings.setdefault(post.place, []).append(post)
        return self._siblings[item.place]

    def is_shared(self, item: Post) -> bool:
        """Whether its entry is for other channels, too."""
        return len({each.address.channel for each in self.siblings(item)}) > 1

    def text_file(self, item: Post | Idea, layers: Layers) -> Path | None:
        """The file that holds the item's text, None if the entry does."""
        named = layers.supplier("text").node.get("text_file")
        return (self.root / item.place.file).parent / named if named else None

    def users(self, path: Path) -> list[Post | Idea]:
        files = {item.place.file for item in self.desired.items}
        files = {name for name in files if path.name in self.texts[name].text}
        items = (item for item in self.desired.items if item.place.file in files)
        paths = ((item, self.text_file(item, self.layers(item))) for item in items)
        return [item for item, named in paths if named and named.resolve() == path.resolve()]

    def _edits(self, name: str) -> Edits:
        if name not in self.edits:
            text = self.texts[name]
            edits = self.edits[name] = Edits(text.text, text.newline)
            self._entries[name] = dict(entries_in(Spot(edits.root.tree, edits.root.value)))
        return self.edits[name]
