"""Saved plans: what was reviewed, complete, and whether it still holds.

A file holds the plan to be looked at, the full inputs that it was made from, and for each change the live facts that it
rests on. Applying it makes the plan anew from those inputs and today's account, and does of it what is the same:
nothing unrelated makes a saved plan stale, and neither does its own first half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model import (
    Channel,
    CreatePost,
    Desired,
    EditPost,
    Idea,
    LiveChannel,
    LiveIdea,
    LivePost,
    Organization,
    Post,
    Settings,
    Slot,
    Write,
)
from bufferctl.model.comparable import standing
from bufferctl.model.serial import dump_item, dump_write, load_item, load_write
from bufferctl.plan import STATE_ONLY, WRITING, Action, Change, Plan, Reason

FORMAT_MAJOR, FORMAT_MINOR = 1, 0

_ORGANIZATIONS = TypeAdapter(tuple[Organization, ...])
_CHANNELS = TypeAdapter(tuple[Channel, ...])
_SETTINGS = TypeAdapter(Settings)
_LIVE_CHANNELS = TypeAdapter(dict[str, LiveChannel])
_WARNINGS = TypeAdapter(tuple[Diagnostic, ...])
_POST, _IDEA = TypeAdapter(LivePost), TypeAdapter(LiveIdea)
_CHANGE = TypeAdapter(Change)
_PLAN = TypeAdapter(Plan)

#: Holds that say "not any more" rather than "something moved": what was reviewed cannot be done, and harms nobody.
_OVERTAKEN = frozenset({Reason.SENT, Reason.MISSED, Reason.LAG, Reason.UNSETTLED, Reason.ERROR})


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a file holds.

    `choices`: what the command line said when it was made. `rests_on`: the `facts` of each change then. Times are
    aware.
    """

    plan: Plan
    desired: Desired
    choices: Mapping[str, Any]
    rests_on: Mapping[Slot, Mapping[str, str | None]]
    created_at: datetime
    expires_at: datetime
    digest: str


def dump(plan: Plan, desired: Desired, choices: Mapping[str, Any], *, expires_at: datetime) -> bytes:
    """The file's content. `choices`: JSON values that `load` gives back."""
    changes = [_dump_change(change) for change in plan.changes if change.action is not Action.NO_OP]
    body = {
        "plan": {
            **_PLAN.dump_python(replace(plan, changes=(), warnings=(), channels={}), mode="json"),
            "channels": _LIVE_CHANNELS.dump_python(dict(plan.channels), mode="json"),
            "warnings": _WARNINGS.dump_python(plan.warnings, mode="json"),
        },
        "changes": changes,
        "inputs": {
            "settings": _SETTINGS.dump_python(desired.settings, mode="json"),
            "organizations": _ORGANIZATIONS.dump_python(desired.organizations, mode="json"),
            "channels": _CHANNELS.dump_python(desired.channels, mode="json"),
            "items": [dump_item(item) for item in desired.items],
            "files": list(desired.files),
            "choices": dict(choices),
        },
    }
    times = {"created_at": plan.at.isoformat(), "expires_at": expires_at.isoformat()}
    head = {
        "format_version": f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "bufferctl_version": __version__,
        "kind": "saved-plan",
        "digest": _digest({**times, **body}),
        **times,
    }
    return to_json({**head, **body}, indent=1) + b"\n"


def load(raw: bytes, name: str) -> SavedPlan:
    """Read a saved plan. Raises UsageError where it is none, StalePlanError where it was altered or is too new."""
    try:
        data: dict[str, Any] = from_json(raw)
        kind, major = data["kind"], int(data["format_version"].split(".")[0])
    except (ValueError, KeyError, TypeError, AttributeError):
        kind, major = "", 0
    if kind != "saved-plan":
        raise UsageError(f"There is no saved plan in {name}", hint="`bufferctl plan -o FILE` writes one.")
    if major > FORMAT_MAJOR:
        raise StalePlanError(
            f"The saved plan {name} was written by a newer bufferctl", hint="Update bufferctl, or plan again."
        )
    signed = {key: data.get(key) for key in ("created_at", "expires_at", "plan", "changes", "inputs")}
    if _digest(signed) != data.get("digest"):
        raise StalePlanError(
            f"The saved plan {name} was altered since, so it is not what was reviewed", hint="Plan again."
        )
    try:
        return _load(data)
    except (ValidationError, KeyError, TypeError) as error:
        raise UsageError(f"The saved plan {name} cannot be read", hint="Plan again.") from error


def _load(data: Mapping[str, Any]) -> SavedPlan:
    inputs = data["inputs"]
    items = [load_item(values) for values in inputs["items"]]
    desired = Desired(
        settings=_SETTINGS.validate_python(inputs["settings"]),
        organizations=_ORGANIZATIONS.validate_python(inputs["organizations"]),
        channels=_CHANNELS.validate_python(inputs["channels"]),
        posts=tuple(item for item in items if isinstance(item, Post)),
        ideas=tuple(item for item in items if isinstance(item, Idea)),
        files=tuple(inputs["files"]),
    )
    values = dict(data["plan"])
    channels = _LIVE_CHANNELS.validate_python(values.pop("channels"))
    warnings = _WARNINGS.validate_python(values.pop("warnings"))
    changes = tuple(map(_load_change, data["changes"]))
    plan = replace(_PLAN.validate_python(values), changes=changes, channels=channels, warnings=warnings)
    return SavedPlan(
        plan=plan,
        desired=desired,
        choices=inputs["choices"],
        rests_on={Slot(**values["slot"]): values["rests_on"] for values in data["changes"]},
        created_at=datetime.fromisoformat(data["created_at"]),
        expires_at=datetime.fromisoformat(data["expires_at"]),
        digest=data["digest"],
    )


def _dump_change(change: Change) -> dict[str, Any]:
    bare = _CHANGE.dump_python(replace(change, desired=None, live=None, write=None), mode="json", exclude_defaults=True)
    return {
        **bare,
        "desired": dump_item(change.desired) if change.desired else None,
        "live": _dump_live(change.live),
        "write": dump_write(change.write) if change.write else None,
        "rests_on": facts(change),
    }


def _load_change(values: Mapping[str, Any]) -> Change:
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


def _digest(body: Mapping[str, Any]) -> str:
    return blake2b(to_json(body), digest_size=16).hexdigest()


def facts(change: Change) -> dict[str, str | None]:
    """The live facts that a change rests on: which live object it concerns, and how that stood."""
    live = change.live
    return {"id": live.id if live else None, "standing": standing(live) if live else None}


@dataclass(frozen=True, slots=True)
class Verified:
    """What of a saved plan is still to be done (`plan`), and what moved: address and why, for people."""

    plan: Plan
    moved: tuple[str, ...]


def verify(saved: SavedPlan, now: Plan) -> Verified:
    """Hold a saved plan against the plan that the same inputs give now."""
    today = {change.slot: change for change in now.changes}
    kept, moved = [], []
    for change in saved.plan.changes:
        if change.action not in WRITING | STATE_ONLY:
            continue
        current = today.get(change.slot)
        if current is None:  # nothing is known of it any more: deleted and forgotten by the first half
            continue
        if _same(change, current, saved.rests_on.get(change.slot, {})) or _overtaken(change, current):
            kept.append(current)
        elif current.action not in {Action.NO_OP, Action.DONE}:
            moved.append(f"{change.address}: {_moved(change, current)}")
    return Verified(replace(now, changes=tuple(kept), narrowed=True), tuple(moved))


def _same(change: Change, current: Change, before: Mapping[str, str | None]) -> bool:
    if current.action is not change.action:
        return False
    if change.write is None or current.write is None:
        return change.live_id == current.live_id
    return dump_write(change.write) == dump_write(_as_then(change.write, current.write)) and facts(current) == before


def _as_then(then: Write, now: Write) -> Write:
    """The write without the id of an idea that was yet to be created then: the plan's own first half created it."""
    if isinstance(then, CreatePost | EditPost) and isinstance(now, CreatePost | EditPost) and then.idea_id is None:
        return replace(now, idea_id=None)
    return now


def _overtaken(change: Change, current: Change) -> bool:
    """Whether the change is done (and was found again), or its time is over without anybody having moved anything."""
    if change.action is Action.CREATE and current.action is Action.ADOPT:
        return True
    if change.action is Action.DELETE and current.action is Action.FORGET:
        return True
    if current.action is Action.PAST:
        return True
    return current.action is Action.HOLD and current.reason in _OVERTAKEN


def _moved(change: Change, current: Change) -> str:
    if current.action is Action.HOLD:
        return current.message
    if current.action is change.action:
        return "it was changed in Buffer since the plan was made"
    return f"it was to {change.action.value}, and would now {current.action.value}"
