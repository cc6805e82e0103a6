"""Writes and deletes the `suspended` line of a root file, an organization, a channel or a campaign file.

It edits the text of that file alone, so mistakes in other files do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bufferctl.config.format import listed, nearest_value
from bufferctl.config.write.edits import Edits
from bufferctl.config.write.nodes import Node
from bufferctl.config.write.yaml_files import FileChanges, Text
from bufferctl.errors import ConfigError
from bufferctl.value import value

_FIELD = "suspended"


@value()
class Target:
    """What is suspended. Without `file` it is in the root file: the channel, else the organization, else everything."""

    organization: str = ""
    channel: str = ""
    file: Path | None = None
    name: str = ""  # of the file, as the user wrote it

    def __str__(self) -> str:
        return self.name or self.channel or self.organization or "everything"


def suspended(root_file: Path, target: Target, reason: str) -> FileChanges:
    """The edit that suspends it, not made yet. Raises ConfigError."""
    text, edits, owner = _open(root_file, target)
    edits.put_first(owner, _FIELD, reason)
    return _changes(text, edits)


def resumed(root_file: Path, target: Target) -> FileChanges:
    """The edit that deletes its line, not made yet; empty if it has none. Raises ConfigError."""
    text, edits, owner = _open(root_file, target)
    edits.remove(owner, _FIELD)
    return _changes(text, edits)


def _open(root_file: Path, target: Target) -> tuple[Text, Edits, Node]:
    text = Text.read(target.file or root_file)
    try:
        edits = Edits(text.text, text.newline)
    except ConfigError as error:
        raise ConfigError(
            f"{text.path} cannot be read as YAML, so nothing was written",
            hint=f"Write `{_FIELD}: …` there by hand at the start of a line: it counts even in a file with errors.",
        ) from error
    return text, edits, edits.root if target.file else _owner(edits.root, target)


def _changes(text: Text, edits: Edits) -> FileChanges:
    changes = FileChanges()
    changes.put(text.path, text.data, text.with_text(edits.result()))
    return changes


def _owner(root: Node, target: Target) -> Node:
    """The part of the file that gets the line. Raises ConfigError if there is not exactly one of that name."""
    if not (target.organization or target.channel):
        return root
    there = [*_each(root, "organizations")]
    organizations = [each for each in there if _is_named(each, target.organization)]
    if target.organization or not target.channel:
        owner = _only(organizations, "organization", target.organization, _names(there))
        if not target.channel:
            return owner
    there = [each for one in organizations for each in _each(one, "channels")]
    channels = [each for each in there if _is_channel(each, target.channel)]
    return _only(
        channels,
        "channel",
        target.channel,
        [f"{each.value.get('service')}:{name}" for each in there for name in _names([each])],
    )


def _each(node: Node, name: str) -> Iterator[Node]:
    below = node.get(name)
    yield from below.items if below else ()


def _is_named(node: Node, name: str) -> bool:
    return node.is_mapping and (not name or name in {node.value.get("name"), node.value.get("id")})


def _is_channel(node: Node, reference: str) -> bool:
    service, _, name = reference.partition(":")
    return node.is_mapping and node.value.get("service") == service and _is_named(node, name)


def _names(nodes: Iterable[Node]) -> list[str]:
    """The names that each of them may have."""
    return [
        name for each in nodes if each.is_mapping for name in (each.value.get("name"), each.value.get("id")) if name
    ]


def _only(found: list[Node], kind: str, name: str, names: Sequence[str]) -> Node:
    """`names`: what it could have been."""
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(
            f"There are {len(found)} {kind}s {name}, so nothing was written",
            hint="Name it as `service:name`, or with --organization.",
        )
    hint = f"There are {listed(names)}." if names else "Check its name there."
    near = nearest_value(name, names)
    if near:
        hint = f"Did you mean {near}?"
    raise ConfigError(f"The root file has no {kind} {name}, so nothing was written", hint=hint)
