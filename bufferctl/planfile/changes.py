"""Plans and changes as JSON values and back, complete: what saved plans and receipts have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from bufferctl.diagnostics import Diagnostic
from bufferctl.digests import facts
from bufferctl.model import LiveChannel, LiveIdea, LivePost
from bufferctl.model.serial import dump_item, dump_write, load_item, load_write
from bufferctl.plan import Change, Plan

_LIVE_CHANNELS = TypeAdapter(dict[str, LiveChannel])
_WARNINGS = TypeAdapter(tuple[Diagnostic, ...])
_POST, _IDEA = TypeAdapter(LivePost), TypeAdapter(LiveIdea)
_CHANGE = TypeAdapter(Change)
_PLAN = TypeAdapter(Plan)


def dump_plan(plan: Plan) -> dict[str, Any]:
    """A plan but for its changes."""
    return {
        **_PLAN.dump_python(replace(plan, changes=(), warnings=(), channels={}), mode="json"),
        "channels": _LIVE_CHANNELS.dump_python(dict(plan.channels), mode="json"),
        "warnings": _WARNINGS.dump_python(plan.warnings, mode="json"),
    }


def load_plan(values: Mapping[str, Any], changes: tuple[Change, ...]) -> Plan:
    """Read what `dump_plan` gave. Raises pydantic's ValidationError, or KeyError, where it is something else."""
    bare = dict(values)
    channels = _LIVE_CHANNELS.validate_python(bare.pop("channels"))
    warnings = _WARNINGS.validate_python(bare.pop("warnings"))
    return replace(_PLAN.validate_python(bare), changes=changes, channels=channels, warnings=warnings)


def dump_change(change: Change) -> dict[str, Any]:
    """A change, and the live facts that it rests on."""
    bare = _CHANGE.dump_python(replace(change, desired=None, live=None, write=None), mode="json", exclude_defaults=True)
    return {
        **bare,
        "desired": dump_item(change.desired) if change.desired else None,
        "live": _dump_live(change.live),
        "write": dump_write(change.write) if change.write else None,
        "rests_on": facts(change),
    }


def load_change(values: Mapping[str, Any]) -> Change:
    """Read what `dump_change` gave. Raises ValidationError, KeyError or TypeError where it is something else."""
    parts = {key: values[key] for key in ("desired", "live", "write")}
    bare = {k: v for k, v in values.items() if k not in {*parts, "rests_on"}}
    live = parts["live"]
    return replace(
        _CHANGE.validate_python(bare),
        desired=load_item(parts["desired"]) if parts["desired"] else None,
        live=(_POST if "channel_id" in live else _IDEA).validate_python(live) if live else None,
        write=load_write(parts["write"]) if parts["write"] else None,
    )


def _dump_live(live: LivePost | LiveIdea | None) -> dict[str, Any] | None:
    if live is None:
        return None
    values: dict[str, Any] = (
        _POST.dump_python(live, mode="json") if isinstance(live, LivePost) else _IDEA.dump_python(live, mode="json")
    )
    return values
