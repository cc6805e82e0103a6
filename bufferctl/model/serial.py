"""Desired objects and writes as plain JSON values and back, for what outlives a run: the journal and saved plans.

`metadata` travels under its service's name, as in files, so that it comes back as the model of its network.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter

from bufferctl.model.desired import Idea, Post
from bufferctl.model.metadata import Metadata
from bufferctl.model.writing import CreateIdea, CreatePost, DeletePost, EditPost, Write

_KINDS = {CreatePost: "create-post", EditPost: "edit-post", DeletePost: "delete-post", CreateIdea: "create-idea"}

T = TypeVar("T")
Kind = Literal["create-post", "edit-post", "delete-post", "create-idea"]


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Pydantic's reader and writer of a dataclass, made when it is first needed: that takes some milliseconds."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def dump_item(item: Post | Idea, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A declared object as JSON values, but for the fields `without`; `load_item` reads the whole of it back equal."""
    if isinstance(item, Idea):
        return {"idea": adapter(Idea).dump_python(item, mode="json", exclude_defaults=True, exclude=set(without))}
    values = adapter(Post).dump_python(item, mode="json", exclude_defaults=True, exclude={"metadata", *without})
    if item.metadata is not None and "metadata" not in without:
        values["metadata"] = {item.service.value: item.metadata.model_dump(mode="json", exclude_none=True)}
    return {"post": values}


def load_item(values: dict[str, Any]) -> Post | Idea:
    """Read what `dump_item` gave. Raises pydantic's ValidationError, or KeyError, where it is something else."""
    if "idea" in values:
        return adapter(Idea).validate_python(values["idea"])
    fields = dict(values["post"])
    by_service = fields.pop("metadata", None)
    post = adapter(Post).validate_python(fields)
    if by_service:
        return replace(post, metadata=getattr(Metadata.model_validate(by_service), post.service.value))
    return post


def dump_write(write: Write) -> dict[str, Any]:
    """A write as JSON values, `kind` first."""
    kind = _KINDS[type(write)]
    match write:
        case DeletePost():
            return {"kind": kind, **adapter(DeletePost).dump_python(write, mode="json")}
        case CreateIdea():
            tags = [{"id": t.id, "name": t.name, "color": t.color} for t in write.tags]
            return {"kind": kind, "organization_id": write.organization_id, "tags": tags, **dump_item(write.idea)}
        case CreatePost() | EditPost():
            common = {"channel_id": write.channel_id, "tag_ids": list(write.tag_ids), "idea_id": write.idea_id}
            own = {"id": write.id, **_how(write)} if isinstance(write, EditPost) else {}
            return {"kind": kind, **own, **common, **dump_item(write.post)}


def load_write(values: dict[str, Any]) -> Write:
    """Read what `dump_write` gave. Raises ValidationError, KeyError or TypeError where it is something else."""
    fields = {k: v for k, v in values.items() if k not in {"kind", "post", "idea"}}
    kind: Kind = values["kind"]
    if kind == "delete-post":
        return adapter(DeletePost).validate_python(fields)
    item = load_item(values)
    if kind == "create-idea":
        return adapter(CreateIdea).validate_python({**fields, "idea": item})
    target: type[EditPost | CreatePost] = EditPost if kind == "edit-post" else CreatePost
    write = adapter(target).validate_python({**fields, "post": item})
    if not isinstance(item, Post):
        raise TypeError(kind)
    return write


def _how(write: EditPost) -> dict[str, bool]:
    return {"reschedule": write.reschedule, "scheduled_by_hand": write.scheduled_by_hand}
