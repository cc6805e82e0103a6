"""Where what a post or an idea says stands in the files: its entry, the override of its channel, its text file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bufferctl.config.source import Source
from bufferctl.config.write.document import Text
from bufferctl.config.write.edits import Edits
from bufferctl.config.write.nodes import Mapping, Node, Scalar, walk
from bufferctl.errors import ConfigError
from bufferctl.model import Channel, Desired, Idea, Post

#: Fields that are given together: what an override says of one replaces what the entry says of all.
TOGETHER = {"text": ("text", "text_file"), "due_at": ("due_at", "mode")}


@dataclass(frozen=True, slots=True)
class Layers:
    """The entry of a post or an idea, and the override of its channel, with the name that this has there."""

    file: str
    edits: Edits
    entry: Mapping
    override: Mapping | None = None
    reference: str = ""

    @property
    def shared(self) -> bool:
        """Whether the entry is for several channels, so that it may have overrides."""
        return len(references(self.entry)) > 1

    def supplier(self, name: str) -> Mapping:
        """The part that says a field: the override where it does, else the entry. `name` may be `metadata.SERVICE`."""
        return self.override if self.override is not None and says(self.override, name) else self.entry


def says(owner: Mapping, name: str) -> bool:
    """Whether an entry or an override gives a field, or one that is given together with it."""
    outer, _, service = name.partition(".")
    if service:
        inside = owner.get(outer)
        return isinstance(inside, Mapping) and inside.get(service) is not None
    return any(owner.get(each) is not None for each in TOGETHER.get(name, (name,)))


def references(entry: Mapping) -> list[str]:
    """How a shared entry names its channels; nothing for a nested one."""
    channels = entry.get("channels")
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

    def __post_init__(self) -> None:
        self.texts = {name: Text.read(self.root / name) for name in self.desired.files}

    def layers(self, item: Post | Idea) -> Layers:
        """Where an item stands. Raises ConfigError where its file is no longer as it was read."""
        name = item.place.file
        edits = self._edits(name)
        entry = self._entries[name].get(self._offset(item))
        if entry is None:
            raise ConfigError(
                f"{item.address} is not at {item.place} any more, so nothing was written",
                hint="Run the same command again.",
            )
        found, reference = self._override(item, entry) if isinstance(item, Post) else (None, "")
        return Layers(name, edits, entry, found, reference)

    def text_file(self, item: Post | Idea, layers: Layers) -> Path | None:
        """The file that holds the item's text, None where the entry does."""
        named = layers.supplier("text").get("text_file")
        return (self.root / item.place.file).parent / named.value if isinstance(named, Scalar) else None

    def users(self, path: Path) -> list[Post | Idea]:
        """Everything whose text is in that file."""
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
            keys = ((each.get("key"), each) for each in walk(edits.root))
            self._entries[name] = {key.start: each for key, each in keys if key is not None}
        return self.edits[name]

    def _offset(self, item: Post | Idea) -> int:
        text = self.texts[item.place.file]
        return Source(item.place.file, text.text, text.path.parent).offset(item.place)

    def _override(self, post: Post, entry: Mapping) -> tuple[Mapping | None, str]:
        """The override of the post's channel, and what the entry calls the channel."""
        home = (post.address.organization, post.address.channel)
        channel = next(each for each in self.desired.channels if (each.organization, each.label) == home)
        overrides = entry.get("overrides")
        for name, inside in overrides.pairs if isinstance(overrides, Mapping) else ():
            if _refers(name.value, channel) and isinstance(inside, Mapping):
                return inside, name.value
        return None, next((each for each in references(entry) if _refers(each, channel)), "")


def _refers(reference: str, channel: Channel) -> bool:
    service, colon, name = reference.partition(":")
    return service == channel.service and (not colon or name in {channel.name, channel.id})


def _same(path: Path | None, other: Path) -> bool:
    return path is not None and path.resolve() == other.resolve()
