"""Saved plans: what was reviewed, complete, and whether it still holds.

A file holds the plan to be looked at, the full inputs that it was made from, and for each change the live facts that it
rests on. Applying it makes the plan anew from those inputs and today's account, and does of it what is the same:
nothing unrelated makes a saved plan stale, and neither does its own first half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from bufferctl import __version__
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model import (
    Channel,
    Desired,
    Idea,
    Organization,
    Post,
    Settings,
    Slot,
)
from bufferctl.model.serial import dump_item, load_item
from bufferctl.plan import Action, Plan
from bufferctl.planfile.changes import dump_change, dump_plan, load_change, load_plan

FORMAT_MAJOR, FORMAT_MINOR = 1, 0

_ORGANIZATIONS = TypeAdapter(tuple[Organization, ...])
_CHANNELS = TypeAdapter(tuple[Channel, ...])
_SETTINGS = TypeAdapter(Settings)


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
    changes = [dump_change(change) for change in plan.changes if change.action is not Action.NO_OP]
    body = {
        "plan": dump_plan(plan),
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
    return SavedPlan(
        plan=load_plan(data["plan"], tuple(map(load_change, data["changes"]))),
        desired=desired,
        choices=inputs["choices"],
        rests_on={Slot(**values["slot"]): values["rests_on"] for values in data["changes"]},
        created_at=datetime.fromisoformat(data["created_at"]),
        expires_at=datetime.fromisoformat(data["expires_at"]),
        digest=data["digest"],
    )


def _digest(body: Mapping[str, Any]) -> str:
    return blake2b(to_json(body), digest_size=16).hexdigest()
