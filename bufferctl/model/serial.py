"""Desired objects, writes and intents as JSON values and back, for the journal, shared states and saved plans.

`metadata` is stored under its service's name, as in files, so that it loads as the model of its network.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from bufferctl.model.desired import Idea, Item, Post
from bufferctl.model.media_file import IDENTITY
from bufferctl.model.metadata import MODELS
from bufferctl.model.writing import Intent, Write
from bufferctl.value import replace

_KINDS: dict[str, type[Write]] = {kind.kind: kind for kind in get_args(Write)}

T = TypeVar("T")

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Pydantic's reader and writer for a dataclass, built on first use, since that takes milliseconds."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def dump_item(item: Item) -> dict[str, Any]:
    """A declared object as JSON values; `load_item` restores it."""
    return {"idea": _dump(item)} if isinstance(item, Idea) else {"post": _dump(item)}


def identity(item: Item, *, without: frozenset[str]) -> dict[str, Any]:
    """A declared object as JSON values, without the fields `without`; for its files, only the digests."""
    return _dump(item, without, IDENTITY)


def _dump(
    item: Item, without: frozenset[str] = frozenset(), context: Mapping[str, bool] | None = None
) -> dict[str, Any]:
    values: dict[str, Any] = adapter(type(item)).dump_python(
        item, mode="json", exclude_defaults=True, exclude={"metadata", *without}, context=context
    )
    if isinstance(item, Post) and item.metadata is not None:
        dumped = item.metadata.model_dump(mode="json", exclude_none=True, context=context)
        values["metadata"] = {item.service.value: dumped}
    return values


def load_item(values: dict[str, Any]) -> Item:
    """Load the output of `dump_item`. Raises pydantic's ValidationError, or KeyError, for anything else."""
    if "idea" in values:
        return adapter(Idea).validate_python(values["idea"])
    given = dict(values["post"])
    by_service = given.pop("metadata", None)
    post = adapter(Post).validate_python(given)
    if by_service:
        return replace(post, metadata=MODELS[post.service].model_validate(by_service[post.service.value]))
    return post


def dump_write(write: Write) -> dict[str, Any]:
    """A write as JSON values, `kind` first; `load_write` restores it."""
    return {"kind": write.kind, **_fields(write, {"item"}), **(dump_item(write.item) if write.item else {})}


def load_write(values: dict[str, Any]) -> Write:
    """Load the output of `dump_write`. Raises ValidationError, KeyError or TypeError for anything else."""
    given = dict(values)
    if "post" in values or "idea" in values:
        given["item"] = load_item(values)
    return adapter(_KINDS[values["kind"]]).validate_python(given)


def dump_intent(intent: Intent) -> dict[str, Any]:
    """An intent as JSON values; `load_intent` restores it, but for its number and `listed`.

    Whoever keeps intents keeps those ids once for many, and counts in its own way.
    """
    values = _fields(intent, {"number", "write", "answered", "listed"})
    given = {name: value for name, value in values.items() if value not in (None, "")}
    if not intent.exempt:
        del given["exempt"]
    return given | {"write": dump_write(intent.write)}


def _fields(value: Write | Intent, without: Collection[str]) -> dict[str, Any]:
    """Its plain fields as JSON values: building adapters of these types takes longer than sending 30 posts."""
    return {
        each.name: to_jsonable_python(getattr(value, each.name)) for each in fields(value) if each.name not in without
    }


def load_intent(values: Mapping[str, Any], number: int, listed: Collection[str]) -> Intent:
    """Load the output of `dump_intent`. Raises as `load_write` does."""
    write = load_write(values["write"])
    return adapter(Intent).validate_python({**values, "number": number, "listed": frozenset(listed), "write": write})
