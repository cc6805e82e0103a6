"""Gives declared objects new values in place: in the entry, in an override, or in a text file.

What applies to all channels of an entry goes into the entry; what applies to some, into their overrides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from bufferctl.config.format import Override, fields_given_with
from bufferctl.config.resolve import Steps, escaped, first_layer_with, names_in
from bufferctl.config.write.as_yaml import as_yaml, escape_variables, text_value
from bufferctl.config.write.edits import as_name
from bufferctl.config.write.nodes import walk
from bufferctl.config.write.source_files import Layers, Owner, SourceFiles
from bufferctl.config.write.yaml_files import FileChanges, Text
from bufferctl.errors import ConfigError
from bufferctl.model import Address, Idea, Post, thread_of
from bufferctl.model.content import Part
from bufferctl.model.plain_text import normal_text
from bufferctl.value import replace, value

Paths = Mapping[tuple[str, ...], Any]


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


def _set_at(fields: dict[str, Any], path: Steps, whole: Mapping[str, Any], zone: tzinfo | None) -> None:
    """Give the data of a group the value that `whole` has at a path; nothing beside the path changes."""
    name, *rest = path
    if name not in whole:
        fields.pop(name, None)
    elif rest and isinstance(fields.get(name), dict) and isinstance(whole[name], Mapping):
        _set_at(fields[name], tuple(rest), whole[name], zone)
    else:
        fields[name] = escape_variables(as_yaml(name, whole[name], zone), name)


@value()
class Revised:
    """The new values of an item, by field; None: without the field.

    `metadata` holds its network's fields by their paths, `{("details_event", "title"): "Open day"}`.
    """

    item: Post | Idea
    fields: Mapping[str, Any]


def revise(source_files: SourceFiles, revisions: list[Revised]) -> FileChanges:
    """The changes to files that give the items their new values, not made yet. Raises ConfigError."""
    return _Revising(source_files, {each.item.address: each for each in revisions}).changes()


def made_by_expansion(source_files: SourceFiles, item: Post | Idea, names: Iterable[str]) -> list[str]:
    """Which of these fields the file has with variables, or gets parameters for their links: no edit can be put there.

    Raises ConfigError if its file is no longer as it was read.
    """
    if not isinstance(item, Post) or item.expansion is None:
        return []
    layers = source_files.layers(item)
    untagged = {tagged for tagged, _ in item.expansion.untagged}
    found = []
    for name in names:
        owner = layers.supplier(f"metadata.{item.service.value}" if name == "metadata" else name).written
        parts = [owner.get(each) for each in (*fields_given_with(name), *(["thread"] if name == "metadata" else []))]
        nodes = (node for part in parts if part is not None for _, node in walk(part))
        written = [node.value for node in nodes if isinstance(node.value, str)]
        path = source_files.text_file(item, layers) if name == "text" else None
        if path is not None and path.is_file():
            written.append(Text.read(path).text)
        if any(map(names_in, written)) or (untagged and untagged & set(_texts(item, name))):
            found.append(name)
    return found


def has_own_place(item: Post | Idea, name: str) -> bool:
    """Whether a field that is made for all occurrences of an entry can be given under `each` for this one alone."""
    return name == "text" and isinstance(item, Post) and bool(item.number)


def _texts(item: Post, name: str) -> Iterator[str]:
    """The texts of a field that may hold links."""
    if name == "text":
        yield item.text
    elif name in {"metadata", "thread"} and item.metadata is not None:
        for value in (item.metadata, *thread_of(item.metadata)):
            yield from (each for each in (getattr(value, "first_comment", None), getattr(value, "text", None)) if each)


@dataclass
class _Revising:
    source_files: SourceFiles
    revisions: dict[Address, Revised]
    _files: FileChanges = field(default_factory=FileChanges)
    _entries: dict[tuple[str, int], tuple[Layers, dict[str, Any]]] = field(default_factory=dict)
    """The data of each entry, changed step by step; what differs in the end is edited in its file."""

    def changes(self) -> FileChanges:
        self.revisions = {address: self._with_parts(each) for address, each in self.revisions.items()}
        for revision in self.revisions.values():
            layers = self.source_files.layers(revision.item)
            at = layers.file, layers.entry.start
            _, entry = self._entries.setdefault(at, (layers, deepcopy(layers.entry.value)))
            for name, new in revision.fields.items():
                self._field(revision, layers, entry, name, new)
        for layers, entry in self._entries.values():
            layers.edits.update(layers.entry, entry)
        self.source_files.put_edited(self._files)
        return self._files

    def _with_parts(self, revision: Revised) -> Revised:
        """The same with a thread that the file has as `thread` changed there, and not below `metadata`."""
        item = revision.item
        owner = self.source_files.layers(item).supplier("thread")
        if not isinstance(item, Post) or item.metadata is None or "thread" not in owner.node:
            return revision
        item = replace(item, metadata=item.metadata.model_copy(update={"thread": ()}))
        fields = dict(revision.fields)
        if ("thread",) in fields.get("metadata", {}):
            items = fields["metadata"]["thread",] or ()
            parts = (Part(text=each.text, assets=each.assets) if each.assets else each.text for each in items[1:])
            fields["thread"] = tuple(parts) or None
            fields["metadata"] = {path: new for path, new in fields["metadata"].items() if path != ("thread",)}
            if not fields["metadata"]:
                del fields["metadata"]
        return replace(revision, item=item, fields=fields)

    def _field(self, revision: Revised, layers: Layers, entry: dict[Any, Any], name: str, new: Any) -> None:
        """Set a field where it is, or in the entry if nothing sets it yet, or at a more specific place."""
        item = revision.item
        part = f"metadata.{item.service.value}" if name == "metadata" and isinstance(item, Post) else name
        owner = layers.supplier(part)
        is_made = has_own_place(item, name) and bool(made_by_expansion(self.source_files, item, [name]))
        if name == "text" and (_in_thread(revision, owner) or (not is_made and self._in_text_file(revision, layers))):
            return
        counts = name == "due_at" and bool(layers.number)  # a time of the entry is that of its first occurrence
        path = self._place(revision, layers, part, name, new, only_here=is_made or counts)
        fields = entry
        for step in path:
            fields = fields.setdefault(step if step in fields else as_name(step), {})
        if name == "metadata" and isinstance(item, Post):
            _set_metadata(fields, item, new, self.source_files.zone(item))
            return
        values = {}
        if new is not None:
            values = {name: new}
        elif path or layers.defaults(name):  # what it would get without a value of its own
            values = _neutral(name)
        for each in fields_given_with(name):
            if each not in values:
                fields.pop(each, None)
        fields |= {each: self._written(revision, layers, each, what) for each, what in values.items()}

    def _place(
        self, revision: Revised, layers: Layers, part: str, name: str, new: Any, *, only_here: bool = False
    ) -> Steps:
        """The widest place for a value that is right for all posts that then take it from there.

        `only_here`: no wider than its occurrence.
        """
        item, path = revision.item, layers.supplier(part).path
        if not isinstance(item, Post):
            return path
        of_channel, of_occurrence = ("overrides", layers.reference), ("repeat", "each", str(layers.number))
        service = item.service if part != name else None
        posts = [each for each in self.source_files.siblings(item) if service in {None, each.service}]
        inside = [path, of_channel] if self.source_files.is_shared(item) else [path]
        if layers.number:
            inside += [of_occurrence, *((*of_occurrence, *each) for each in inside[1:])]
        inside = [each for each in inside if "repeat" in each or not only_here]
        for place in inside:
            if self._takes(item, item, part, place):
                takers = (each for each in posts if self._takes(each, item, part, place))
                if self._agree(takers, name, new):
                    return place
        return inside[-1]

    def _takes(self, post: Post, item: Post, part: str, place: Steps) -> bool:
        """Whether a post of the same entry would take a field from where it is given for `item`."""
        its = self.source_files.layers(post)
        is_elsewhere = "repeat" in place and its.number != item.number
        is_elsewhere |= "overrides" in place and post.address.channel != item.address.channel
        return not is_elsewhere and _width(place) <= _width(its.supplier(part).path)

    def _agree(self, posts: Iterable[Post], name: str, new: Any) -> bool:
        theirs = (self.revisions.get(each.address) for each in posts)
        return all(each is not None and name in each.fields and each.fields[name] == new for each in theirs)

    def _written(self, revision: Revised, layers: Layers, name: str, new: Any) -> Any:
        """A value as written in the file: with `$$(` for a post, counted from `starts` if the old time was."""
        zone = self.source_files.zone(revision.item)
        if name == "due_at" and isinstance(new, datetime) and (counted := layers.from_start(new, zone)):
            return counted
        written = text_value("text", new) if name == "text" else as_yaml(name, new, zone)
        return escape_variables(written, name) if isinstance(revision.item, Post) else written

    def _in_text_file(self, revision: Revised, layers: Layers) -> bool:
        """Write the text into its file, if all items that use the file get this text."""
        path, text = self.source_files.text_file(revision.item, layers), revision.fields["text"]
        if path is None or not text or text.startswith("\ufeff"):  # read as a byte order mark, and so not at all
            return False
        users = [self.revisions.get(each.address) for each in self.source_files.users(path)]
        if not all(each is not None and each.fields.get("text") == text for each in users):
            return False
        as_written = escaped if isinstance(revision.item, Post) else str
        file, written = Text.read(path), as_written(text)
        if normal_text(file.text) != normal_text(as_written(revision.item.text or "")):
            raise ConfigError(
                f"{path} changed since it was read, so nothing was written", hint="Run the same command again."
            )
        end = file.newline if file.text.endswith(("\n", "\r")) else ""
        self._files.put(path, file.data, file.with_text(written.replace("\n", file.newline) + end))
        return True


def _set_metadata(fields: dict[str, Any], post: Post, paths: Paths, zone: tzinfo | None) -> None:
    """Set fields of the post's network in the data of an entry or an override; None removes one."""
    service, whole = post.service.value, revised(post, paths)
    metadata = fields.setdefault("metadata", {})
    if not whole:
        metadata.pop(service, None)
    elif isinstance(metadata.get(service), dict):
        for path in paths:
            _set_at(metadata[service], path, whole, zone)
    else:
        metadata[service] = escape_variables(as_yaml(service, whole, zone))
    if not metadata:
        del fields["metadata"]


def _in_thread(revision: Revised, owner: Owner) -> bool:
    """Whether the text is only given by the thread, which begins with it, and stays there."""
    thread = thread_of(revision.item.metadata) if isinstance(revision.item, Post) else ()
    stays = revision.fields.get("metadata", {}).get(("thread",), thread)
    return bool(thread and stays) and first_layer_with((owner,), *fields_given_with("text")) is None


def _width(path: Steps) -> tuple[bool, bool]:
    """The order of the places in an entry: what comes first applies before what is wider."""
    return "repeat" not in path, "overrides" not in path


def _neutral(name: str) -> dict[str, Any]:
    """The value that means that a field is not set."""
    if name == "due_at":
        return {"mode": "addToQueue"}
    field = Override.model_fields.get(name)
    default = field.get_default(call_default_factory=True) if field else None
    return {name: "" if default is None else as_yaml(name, default)}
