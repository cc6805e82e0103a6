"""Declared objects given other values where they stand: in the entry, in an override, or in a file with the text.

What all channels of an entry are to say goes into the entry; what only some are to say, into overrides of theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bufferctl.config.expand.variables import escaped
from bufferctl.config.write.document import FileChanges, Text
from bufferctl.config.write.edits import Edits
from bufferctl.config.write.entries import literal, text_value, value
from bufferctl.config.write.layers import TOGETHER, Layers, Project, says
from bufferctl.config.write.nodes import Mapping
from bufferctl.errors import ConfigError
from bufferctl.model import Address, Idea, Post
from bufferctl.model.comparable import normal_text

Paths = AnyMapping[tuple[str, ...], Any]


def revise_metadata(edits: Edits, owner: Mapping, post: Post, paths: Paths, zone: tzinfo | None) -> None:
    """Give fields of `metadata` in an entry or an override other values; None takes one out."""
    service = post.service.value
    whole = revised(post, paths)
    metadata = owner.get("metadata")
    there = metadata.get(service) if isinstance(metadata, Mapping) else None
    if not isinstance(metadata, Mapping):
        if whole:
            edits.set(owner, "metadata", literal(value("metadata", {service: whole}, zone)))
    elif not whole:
        if there is not None:
            _take_out(edits, owner, metadata, service)
    elif isinstance(there, Mapping):
        _inside(edits, there, whole, paths, zone)
    else:
        edits.set(metadata, service, literal(value(service, whole, zone), service))


def revised(post: Post, paths: Paths) -> dict[str, Any]:
    """All fields of the post's network, those at `paths` with their new values."""
    given = post.metadata.model_dump(exclude_defaults=True) if post.metadata else {}
    for path, new in paths.items():
        inside = given
        for step in path[:-1]:
            inside = inside.setdefault(step, {})
        if new is None:
            inside.pop(path[-1], None)
        else:
            inside[path[-1]] = new
    return {name: each for name, each in given.items() if each != {}}


def _inside(edits: Edits, there: Mapping, whole: AnyMapping[str, Any], paths: Paths, zone: tzinfo | None) -> None:
    """Edits below a mapping that stays."""
    for name in dict.fromkeys(path[0] for path in paths):
        below = {path[1:]: new for path, new in paths.items() if path[0] == name and len(path) > 1}
        inner = there.get(name)
        if name not in whole:
            edits.remove(there, name)
        elif below and isinstance(inner, Mapping) and isinstance(whole[name], AnyMapping):
            _inside(edits, inner, whole[name], below, zone)
        else:
            edits.set(there, name, literal(value(name, whole[name], zone), name))


def _take_out(edits: Edits, owner: Mapping, metadata: Mapping, service: str) -> None:
    if len(metadata.pairs) > 1:
        edits.remove(metadata, service)
    else:
        edits.remove(owner, "metadata")


#: What an override says to undo what its entry says.
_NOTHING: dict[str, Any] = {"draft": False, "needs_approval": False, "scheduling_type": "automatic", "cancelled": False}


@dataclass(frozen=True, slots=True)
class Revision:
    """What an item is to say instead, by field; None: what it says without the field.

    `metadata` holds its network's fields by their paths, `{("details_event", "title"): "Open day"}`; `zone`: of times
    without an offset where the item stands.
    """

    item: Post | Idea
    fields: AnyMapping[str, Any]
    zone: tzinfo | None = None


def revise(project: Project, revisions: list[Revision]) -> FileChanges:
    """The changes of files that make the items say it, not made yet. Raises ConfigError."""
    return _Revising(project, {each.item.address: each for each in revisions}).changes()


@dataclass
class _Revising:
    project: Project
    revisions: dict[Address, Revision]
    _files: FileChanges = field(default_factory=FileChanges)
    _overrides: dict[tuple[str, int], dict[str, CommentedMap]] = field(default_factory=lambda: defaultdict(dict))
    _done: set[tuple[str, int, str]] = field(default_factory=set)

    def changes(self) -> FileChanges:
        for revision in self.revisions.values():
            layers = self.project.layers(revision.item)
            for name, new in revision.fields.items():
                self._field(revision, layers, name, new)
        for revision in self.revisions.values():
            self._add_overrides(self.project.layers(revision.item))
        for name, edits in self.project.edits.items():
            text = self.project.texts[name]
            self._files.put(text.path, text.data, text.with_text(edits.result()))
        return self._files

    def _field(self, revision: Revision, layers: Layers, name: str, new: Any) -> None:
        item = revision.item
        part = f"metadata.{item.service.value}" if name == "metadata" and isinstance(item, Post) else name
        owner = layers.supplier(part)
        if name == "text" and (_in_thread(revision, owner) or self._in_text_file(revision, layers)):
            return
        if owner is layers.entry and layers.shared and not self._all_agree(revision, layers, part, name, new):
            self._override(revision, layers, name, new)
            return
        if (layers.file, owner.start, part) in self._done:  # another channel of the entry says the same
            return
        self._done.add((layers.file, owner.start, part))
        self._set(revision, layers, owner, name, new)

    def _set(self, revision: Revision, layers: Layers, owner: Mapping, name: str, new: Any) -> None:
        """Give a field of an entry or of an override another value."""
        edits = layers.edits
        if name == "metadata" and isinstance(revision.item, Post):
            revise_metadata(edits, owner, revision.item, new, revision.zone)
            return
        there = [each for each in TOGETHER.get(name, (name,)) if owner.get(each) is not None]
        values = {name: new}
        if new is None:
            values = _neutral(name) if owner is layers.override else {}
        for each, what in values.items():
            written = _written(each, what, revision)
            if each not in there and there:
                edits.rename(owner, there.pop(), each, written)
            else:
                edits.set(owner, each, written)
        for each in there:
            if each not in values:
                edits.remove(owner, each)

    def _all_agree(self, revision: Revision, layers: Layers, part: str, name: str, new: Any) -> bool:
        """Whether everything that takes a field from this entry is to say the same."""
        service = revision.item.service if part != name and isinstance(revision.item, Post) else None
        for other in self.project.desired.posts:
            if other.place != revision.item.place or (service and other.service is not service):
                continue
            if self.project.layers(other).supplier(part) is not layers.entry:
                continue
            theirs = self.revisions.get(other.address)
            if theirs is None or name not in theirs.fields or theirs.fields[name] != new:
                return False
        return True

    def _in_text_file(self, revision: Revision, layers: Layers) -> bool:
        """Write the text into the file that holds it, where everything whose text is in there is to say it."""
        path, text = self.project.text_file(revision.item, layers), revision.fields["text"]
        if path is None or not text or text.startswith("\ufeff"):  # read as a byte order mark, and so not at all
            return False
        users = [self.revisions.get(each.address) for each in self.project.users(path)]
        if not all(each is not None and each.fields.get("text") == text for each in users):
            return False
        file = Text.read(path)
        is_post = isinstance(revision.item, Post)
        there = file.text.replace("$$(", "$(") if is_post else file.text
        if normal_text(there) != normal_text(revision.item.text):
            raise ConfigError(
                f"{path} changed since it was read, so nothing was written", hint="Run the same command again."
            )
        written = escaped(text) if is_post else text
        end = file.newline if file.text.endswith(("\n", "\r")) else ""
        self._files.put(path, file.data, file.with_text(written.replace("\n", file.newline) + end))
        return True

    def _override(self, revision: Revision, layers: Layers, name: str, new: Any) -> None:
        """Say a field for one channel of the entry alone."""
        if name == "metadata" and isinstance(revision.item, Post):
            merged = revised(revision.item, new)
            values: dict[str, Any] = {"metadata": {revision.item.service.value: merged}}
        else:
            values = _neutral(name) if new is None else {name: new}
        written = {each: _written(each, what, revision) for each, what in values.items()}
        if layers.override is not None:
            for each, what in written.items():
                layers.edits.set(layers.override, each, what)
        else:
            self._overrides[layers.file, layers.entry.start].setdefault(layers.reference, CommentedMap()).update(
                written
            )

    def _add_overrides(self, layers: Layers) -> None:
        """Put in the overrides that an entry did not have, all of them at once."""
        new = self._overrides.pop((layers.file, layers.entry.start), None)
        if not new:
            return
        there = layers.entry.get("overrides")
        if not isinstance(there, Mapping):
            layers.edits.set(layers.entry, "overrides", CommentedMap(new))
            return
        for reference, fields in new.items():
            layers.edits.set(there, reference, fields)


def _in_thread(revision: Revision, owner: Mapping) -> bool:
    """Whether the text is given by the thread alone, which begins with it, and goes on to be."""
    thread = getattr(revision.item.metadata, "thread", ()) if isinstance(revision.item, Post) else ()
    stays = revision.fields.get("metadata", {}).get(("thread",), thread)
    return bool(thread and stays) and not says(owner, "text")


def _neutral(name: str) -> dict[str, Any]:
    """What says that a field is as if it were not there."""
    if name == "due_at":
        return {"mode": "addToQueue"}
    return {name: _NOTHING.get(name, [] if name in {"tags", "assets"} else "")}


def _written(name: str, new: Any, revision: Revision) -> Any:
    """A value as the file writes it; in posts nothing in it is taken for a variable."""
    data = text_value("text", new) if name == "text" else value(name, new, revision.zone)
    return literal(data, name) if isinstance(revision.item, Post) else data
