"""Finds where a post's or idea's fields are in the files: its entry, the override of its channel, its text file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path

from bufferctl.config.source import Source
from bufferctl.config.write.edits import Edits
from bufferctl.config.write.entries import moment_text
from bufferctl.config.write.nodes import Mapping, Node, Scalar, walk
from bufferctl.config.write.yaml_files import Text
from bufferctl.diagnostics import Place
from bufferctl.errors import ConfigError
from bufferctl.model import Channel, Desired, Idea, Post

#: Fields that are given together: what an override says of one replaces what the entry says of all.
TOGETHER = {"text": ("text", "text_file"), "due_at": ("due_at", "mode")}


@dataclass(frozen=True, slots=True)
class Layers:
    """The entry of a post or an idea, and what is more specific: the override of its channel, what `each` says.

    `reference`: how the entry, or its file, names the channel. `number`: which occurrence of a repeated entry it is, 0
    for none; `each`: what the entry says of that occurrence, `each_override` what it says of it on this channel alone.
    """

    file: str
    edits: Edits
    entry: Mapping
    override: Mapping | None = None
    reference: str = ""
    number: int = 0
    each: Mapping | None = None
    each_override: Mapping | None = None

    @property
    def parts(self) -> tuple[Mapping, ...]:
        """Everything that sets its fields, most specific first (design: Campaigns)."""
        every = (self.each_override, self.each, self.override, self.entry)
        return tuple(part for part in every if part is not None)

    @property
    def shared(self) -> bool:
        """Whether the entry is for several channels, so that it may have overrides."""
        return len(references(self.entry, self.edits.root)) > 1

    def defaults(self, name: str) -> bool:
        """Whether the top of an included file gives a field to its posts."""
        return self.edits.root.get("organizations") is None and self.edits.root.get(name) is not None

    @property
    def timezone(self) -> str | None:
        """The zone of times without an offset that the entry or the top of its file names."""
        tops = (self.entry,) if self.edits.root.get("organizations") else (self.entry, self.edits.root)
        found = (top.get("timezone") for top in tops)
        return next((each.value for each in found if isinstance(each, Scalar)), None)

    def from_start(self, when: datetime, zone: tzinfo | None) -> str | None:
        """A time counted from `starts` (`start+2d 12:00`), if the one that holds now is."""
        starts, old = self.edits.root.get("starts"), self.supplier("due_at").get("due_at")
        if not (isinstance(starts, Scalar) and isinstance(old, Scalar) and old.value.startswith("start") and zone):
            return None
        local = moment_text(when, zone)
        if "+" in local or local.count("-") > 2:  # noqa: PLR2004 - it has an offset, where the clocks make it unclear
            return None
        day, time = local.split(" ")
        return f"start{(date.fromisoformat(day) - date.fromisoformat(starts.value)).days:+d}d {time}"

    def supplier(self, name: str) -> Mapping:
        """The most specific part that sets a field, else the entry. `name` may be `metadata.SERVICE`."""
        return next((part for part in self.parts if says(part, name)), self.entry)


def says(owner: Mapping, name: str) -> bool:
    """Whether an entry or an override has a field, or one that goes together with it."""
    outer, _, service = name.partition(".")
    if service:
        inside = owner.inside(outer)
        return inside is not None and inside.get(service) is not None
    return any(owner.get(each) is not None for each in TOGETHER.get(name, (name,)))


def references(entry: Mapping, root: Mapping) -> list[str]:
    """How a shared entry, or else its file, names its channels; nothing for a nested one."""
    channels = entry.get("channels") or root.get("channels")
    items: Iterable[Node] = (
        channels.items if channels is not None and not isinstance(channels, Scalar | Mapping) else ()
    )
    return [item.value for item in items if isinstance(item, Scalar)]


@dataclass
class Project:
    """The files of what is declared, read when this is made. `root`: the root file's folder."""

    root: Path
    desired: Desired
    texts: dict[str, Text] = field(init=False)
    edits: dict[str, Edits] = field(init=False, default_factory=dict)
    _entries: dict[str, dict[int, Mapping]] = field(init=False, default_factory=dict)
    _sources: dict[str, Source] = field(init=False, default_factory=dict)
    _siblings: dict[Place, list[Post]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.texts = {name: Text.read(self.root / name) for name in self.desired.files}

    def layers(self, item: Post | Idea) -> Layers:
        """Where an item is declared. Raises ConfigError if its file has changed since it was read."""
        name = item.place.file
        edits = self._edits(name)
        entry = self._entries[name].get(self._offset(item))
        if entry is None:
            raise ConfigError(
                f"{item.address} is not at {item.place} any more, so nothing was written",
                hint="Run the same command again.",
            )
        if not isinstance(item, Post):
            return Layers(name, edits, entry)
        home = (item.address.organization, item.address.channel)
        channel = next(each for each in self.desired.channels if (each.organization, each.label) == home)
        override, reference = _override(entry, channel)
        number = item.expansion.number if item.expansion else 0
        each = entry.inside("repeat", "each", str(number)) if number else None
        above, named = _override(each, channel) if each else (None, "")
        reference = reference or named
        if not reference:
            reference = next((name for name in references(entry, edits.root) if _refers(name, channel)), "")
        return Layers(name, edits, entry, override, reference, number, each, above)

    def root_of(self, name: str) -> Mapping:
        """The top of a file."""
        return self._edits(name).root

    def siblings(self, item: Post) -> list[Post]:
        """The posts of the same entry: on other channels, other occurrences, and the post itself."""
        if not self._siblings:
            for post in self.desired.posts:
                self._siblings.setdefault(post.place, []).append(post)
        return self._siblings[item.place]

    def text_file(self, item: Post | Idea, layers: Layers) -> Path | None:
        """The file that holds the item's text, None if the entry does."""
        named = layers.supplier("text").get("text_file")
        return (self.root / item.place.file).parent / named.value if isinstance(named, Scalar) else None

    def users(self, path: Path) -> list[Post | Idea]:
        """All items whose text is in that file."""
        found: list[Post | Idea] = []
        for name in {item.place.file for item in self.desired.items}:
            self._edits(name)
            if path.name in self.texts[name].text:
                items = [item for item in self.desired.items if item.place.file == name]
                found += [each for each in items if _same(self.text_file(each, self.layers(each)), path)]
        return found

    def _edits(self, name: str) -> Edits:
        if name not in self.edits:
            text = self.texts[name]
            edits = self.edits[name] = Edits(text.text, text.newline)
            keys = ((each.get("key"), each) for each in walk(edits.root) if isinstance(each, Mapping))
            self._entries[name] = {key.start: each for key, each in keys if key is not None}
        return self.edits[name]

    def _offset(self, item: Post | Idea) -> int:
        name = item.place.file
        if name not in self._sources:
            self._sources[name] = Source(name, self.texts[name].text, self.texts[name].path.parent)
        return self._sources[name].offset(item.place)


def _override(owner: Mapping, channel: Channel) -> tuple[Mapping | None, str]:
    """The overrides of an entry or an occurrence for a channel, and how it names the channel there."""
    overrides = owner.inside("overrides")
    for name, inside in overrides.pairs if overrides else ():
        if _refers(name.value, channel) and isinstance(inside, Mapping):
            return inside, name.value
    return None, ""


def _refers(reference: str, channel: Channel) -> bool:
    service, colon, name = reference.partition(":")
    return service == channel.service and (not colon or name in {channel.name, channel.id})


def _same(path: Path | None, other: Path) -> bool:
    return path is not None and path.resolve() == other.resolve()
