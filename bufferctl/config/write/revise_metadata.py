"""The fields of a post's network given other values, one by one where they stand, comments beside them untouched."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from datetime import tzinfo
from typing import Any

from bufferctl.config.write.edits import Edits
from bufferctl.config.write.entries import value
from bufferctl.config.write.nodes import Mapping
from bufferctl.model import Post

Paths = AnyMapping[tuple[str, ...], Any]


def revise_metadata(edits: Edits, owner: Mapping, post: Post, paths: Paths, zone: tzinfo | None) -> None:
    """Give fields of `metadata` in an entry or an override other values; None takes one out."""
    service = post.service.value
    whole = revised(post, paths)
    metadata = owner.get("metadata")
    there = metadata.get(service) if isinstance(metadata, Mapping) else None
    if not isinstance(metadata, Mapping):
        if whole:
            edits.set(owner, "metadata", value("metadata", {service: whole}, zone))
    elif not whole:
        if there is not None:
            _take_out(edits, owner, metadata, service)
    elif isinstance(there, Mapping):
        _inside(edits, there, whole, paths, zone)
    else:
        edits.set(metadata, service, value(service, whole, zone))


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
            edits.set(there, name, value(name, whole[name], zone))


def _take_out(edits: Edits, owner: Mapping, metadata: Mapping, service: str) -> None:
    if len(metadata.pairs) > 1:
        edits.remove(metadata, service)
    else:
        edits.remove(owner, "metadata")
