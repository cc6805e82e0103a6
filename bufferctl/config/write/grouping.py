"""Writes equal posts on several channels as one entry: shared fields once, differences in `overrides`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bufferctl.config.format import ORDER, Override


@dataclass(frozen=True, slots=True)
class Member:
    """An entry, and how it names the channels that it is for."""

    entry: CommentedMap
    references: tuple[str, ...]


def one_entry(members: Sequence[Member]) -> CommentedMap:
    """One entry for all of them, which have the same key, time and text."""
    references = [name for member in members for name in member.references]
    shared = CommentedMap()
    overrides: dict[str, CommentedMap] = {name: CommentedMap() for name in references}
    for name in ORDER:
        if name in {"channels", "metadata"}:
            continue
        values = [member.entry.get(name) for member in members]
        common = _common(name, values)
        if common is not None:
            shared[name] = common
        for member, value in zip(members, values, strict=True):
            for reference in member.references if value != common and name not in _GIVEN_ONCE else ():
                overrides[reference][name] = CommentedSeq() if value is None else value
    _metadata(members, shared, overrides)
    channels = CommentedSeq(references)
    channels.fa.set_flow_style()
    found = {"channels": channels, **shared}
    if differing := {name: fields for name, fields in overrides.items() if fields}:
        found["overrides"] = CommentedMap(differing)
    return CommentedMap({name: found[name] for name in ORDER if name in found})


#: Fields that are the same for all. A post whose thread begins with its text may leave the text out.
_GIVEN_ONCE = frozenset(ORDER) - Override.model_fields.keys() | {"due_at", "text"}
#: Fields that an override can set to none.
_LISTS = frozenset(name for name, field in Override.model_fields.items() if field.default == ())


def _common(name: str, values: Sequence[Any]) -> Any:
    """The entry's value of a field; None if it is left to overrides, because overrides cannot remove a value."""
    if name in _GIVEN_ONCE:
        return next((value for value in values if value is not None), None)
    if name in _LISTS:
        return max(values, key=values.count)
    return None if any(value is None for value in values) else values[0]


def _metadata(members: Sequence[Member], shared: CommentedMap, overrides: dict[str, CommentedMap]) -> None:
    """Options of a network go into the entry if all of its channels have the same."""
    by_service: dict[str, list[tuple[Member, Any]]] = {}
    for member in members:
        metadata = member.entry.get("metadata") or {}
        services = {name.partition(":")[0] for name in member.references} | set(metadata)
        for service in sorted(services):
            by_service.setdefault(service, []).append((member, metadata.get(service)))
    for service, found in by_service.items():
        first = found[0][1]
        if all(value == first for _, value in found):
            if first is not None:
                shared.setdefault("metadata", CommentedMap())[service] = first
            continue
        for member, value in found:
            for reference in member.references if value is not None else ():
                if reference.partition(":")[0] == service:
                    overrides[reference]["metadata"] = CommentedMap({service: value})
