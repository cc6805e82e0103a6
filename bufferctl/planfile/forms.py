"""Shared by saved plans and receipts: the kind of a document, and complete plans and changes as JSON values and back.

Everything that is read goes through pydantic models: damaged data raises one of `DAMAGE`, and no other exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, Discriminator, PlainValidator, Tag
from pydantic_core import from_json

from bufferctl.diagnostics import Diagnostic
from bufferctl.model import Idea, LiveChannel, LiveIdea, LivePost, Post, Write
from bufferctl.model.attached import files_of
from bufferctl.model.serial import adapter, dump_item, dump_write, load_item, load_write
from bufferctl.plan import Change, Plan, Recording

#: What reading one of bufferctl's own files raises if it does not have the content that was written. Pydantic's
#: ValidationError is a ValueError.
DAMAGE = (LookupError, TypeError, ValueError, OverflowError, AttributeError)


def read_head(raw: bytes) -> tuple[str, int, dict[str, Any]]:
    """The kind of a document, its major version, and its values; kind "" and version 0 for any other file."""
    try:
        values = from_json(raw)
        return values["kind"], int(values["format_version"].partition(".")[0]), values
    except DAMAGE:
        return "", 0, {}


def _kind_of_live(values: Any) -> str:
    return "post" if isinstance(values, Mapping) and "channel_id" in values else "idea"


_Live = Annotated[Annotated[LivePost, Tag("post")] | Annotated[LiveIdea, Tag("idea")], Discriminator(_kind_of_live)]


class _ChangeValues(BaseModel):
    """A change; `change` has everything except the three other fields."""

    change: Change
    live: _Live | None
    desired: Annotated[Post | Idea, PlainValidator(load_item)] | None
    write: Annotated[Write, PlainValidator(load_write)] | None


class _PlanValues(BaseModel):
    """A plan; `plan` has everything except the three other fields."""

    plan: Plan
    channels: dict[str, LiveChannel]
    warnings: tuple[Diagnostic, ...]
    changes: tuple[_ChangeValues, ...]


def dump_plan(plan: Plan, changes: list[dict[str, Any]]) -> dict[str, Any]:
    """A plan with these changes, in the form of `dump_change`; without the data that its own run records."""
    files = (each.file for change in plan.writes if change.desired for each in files_of(change.desired))
    public = plan.public & {file.url for file in files if file}
    bare = replace(plan, changes=(), warnings=(), channels={}, recording=Recording(), queue_times={}, public=public)
    return {
        "plan": adapter(Plan).dump_python(bare, mode="json", exclude={"recording"}),
        "channels": adapter(dict[str, LiveChannel]).dump_python(dict(plan.channels), mode="json"),
        "warnings": adapter(tuple[Diagnostic, ...]).dump_python(plan.warnings, mode="json"),
        "changes": changes,
    }


def load_plan(values: Any) -> Plan:
    """Load the output of `dump_plan`. Raises one of `DAMAGE` for anything else."""
    read = _PlanValues.model_validate(values)
    changes = tuple(replace(c.change, desired=c.desired, live=c.live, write=c.write) for c in read.changes)
    return replace(read.plan, changes=changes, channels=read.channels, warnings=read.warnings)


def dump_change(change: Change) -> dict[str, Any]:
    bare = replace(change, desired=None, live=None, write=None)
    values = adapter(Change).dump_python(bare, mode="json", exclude_defaults=True)
    slots = {"slot": change.slot, "moved_from": change.moved_from}
    values |= {name: slot._asdict() for name, slot in slots.items() if slot}  # pydantic dumps a tuple as a list
    return {
        "change": values,
        "desired": dump_item(change.desired) if change.desired else None,
        "live": adapter(type(change.live)).dump_python(change.live, mode="json") if change.live else None,
        "write": dump_write(change.write) if change.write else None,
    }
