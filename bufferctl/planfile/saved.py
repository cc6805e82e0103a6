"""Saved plans: the complete plan that was reviewed, and whether it is still valid.

A file has what the files declared, and for each change the version in Buffer. The content that a change would send is
not stored again but taken from what was declared, and so is everything shown of it; the digests in the file must match
the content that would be sent. So no edit of a file can show one thing and agree to another. Applying it makes a new
plan from the files and the current account, and makes the changes that are the same in both: unrelated changes do not
make a saved plan stale, and neither does an earlier run of it that was interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from bufferctl import __version__
from bufferctl.choices import Choices
from bufferctl.digests import change_digest, plan_digest
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model import Channel, DeletePost, Desired, Idea, Organization, Post, Settings
from bufferctl.model.base import Aware
from bufferctl.model.serial import adapter, dump_item, load_item
from bufferctl.plan import Action, Change, Plan
from bufferctl.planfile.forms import DAMAGE, dump_change, dump_plan, load_plan, read_head

KIND = "saved-plan"
FORMAT_MAJOR, FORMAT_MINOR = 3, 0


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """The content of a file. Times are aware."""

    plan: Plan  # what was reviewed
    desired: Desired  # what the files declared
    choices: Choices  # what the command line overruled, and when
    created_at: datetime  # when it was made
    expires_at: datetime  # after this it is not applied
    offline: bool = False  # made from files and state alone, so nobody saw the account


class _Inputs(BaseModel):
    """What a plan is made from besides the account. `items`: in the form of `dump_item`."""

    settings: Settings
    organizations: tuple[Organization, ...]
    channels: tuple[Channel, ...]
    items: list[dict[str, dict[str, Any]]]
    files: tuple[str, ...]
    choices: Choices


class _Saved(BaseModel):
    """The values of a file besides its plan."""

    created_at: Aware
    expires_at: Aware
    offline: bool
    inputs: _Inputs


def dump(plan: Plan, desired: Desired, choices: Choices, *, expires_at: datetime, offline: bool = False) -> bytes:
    changes = [_dump(change) for change in plan.changes if change.action is not Action.NO_OP]
    body = {
        "created_at": plan.at.isoformat(),
        "expires_at": expires_at.isoformat(),
        "offline": offline,
        "digest": plan_digest(plan),
        "plan": dump_plan(plan, changes),
        "inputs": {
            "settings": adapter(Settings).dump_python(desired.settings, mode="json"),
            "organizations": [adapter(Organization).dump_python(each, mode="json") for each in desired.organizations],
            "channels": [adapter(Channel).dump_python(each, mode="json") for each in desired.channels],
            "items": [dump_item(item) for item in desired.items],
            "files": list(desired.files),
            "choices": {
                "recreate": sorted(choices.recreate),
                "reapply": sorted(choices.reapply),
                "max_deletes": choices.max_deletes,
                "confirmed": sorted(choices.confirmed),
            },
        },
    }
    head = {
        "format_version": f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "bufferctl_version": __version__,
        "kind": KIND,
        "checksum": _checksum(body),
    }
    return to_json({**head, **body}, indent=1) + b"\n"


def load(raw: bytes, name: str) -> SavedPlan:
    """Read a saved plan.

    Raises UsageError if it is not a plan or is damaged, StalePlanError if it was altered or has another version.
    """
    kind, major, values = read_head(raw)
    if kind != KIND:
        raise UsageError(f"There is no saved plan in {name}", hint="To write one, run `bufferctl plan -o FILE`.")
    if major != FORMAT_MAJOR:
        by, first = ("a newer", "Update bufferctl, or plan again.") if major > FORMAT_MAJOR else ("an older", _AGAIN)
        raise StalePlanError(f"The saved plan {name} was written by {by} bufferctl", hint=first)
    if _checksum({key: values.get(key) for key in _SIGNED}) != values.get("checksum"):
        raise StalePlanError(f"The saved plan {name} was edited after it was made", hint=_AGAIN)
    try:
        saved = _load(values)
        named = [values["digest"], *(each["digest"] for each in values["plan"]["changes"])]
    except DAMAGE as error:
        raise UsageError(f"The saved plan {name} is damaged", hint=_AGAIN) from error
    if named != [plan_digest(saved.plan), *map(change_digest, saved.plan.changes)]:
        raise StalePlanError(f"The saved plan {name} would send something else than its digests name", hint=_AGAIN)
    return saved


_AGAIN = "Plan again, and have that plan reviewed."
_SIGNED = ("created_at", "expires_at", "offline", "digest", "plan", "inputs")


def _load(values: Mapping[str, Any]) -> SavedPlan:
    read = _Saved.model_validate(values)
    inputs = read.inputs
    items = [load_item(each) for each in inputs.items]
    desired = Desired(
        settings=inputs.settings,
        organizations=inputs.organizations,
        channels=inputs.channels,
        posts=tuple(item for item in items if isinstance(item, Post)),
        ideas=tuple(item for item in items if isinstance(item, Idea)),
        files=inputs.files,
    )
    declared = {_address(each): each for each in inputs.items}
    changes = [_with_item(each, declared) for each in values["plan"]["changes"]]
    plan = load_plan({**values["plan"], "changes": changes})
    return SavedPlan(
        plan=plan,
        desired=desired,
        choices=replace(inputs.choices, planned_at=read.created_at),
        created_at=read.created_at,
        expires_at=read.expires_at,
        offline=read.offline,
    )


def _dump(change: Change) -> dict[str, Any]:
    """A change without the declared object, which is in the inputs; `declared` says whether it has one.

    Everything that the write sends is in the inputs, except the id that planning found for a Pinterest board.
    """
    values = dump_change(change)
    values |= {"digest": change_digest(change), "declared": values.pop("desired") is not None}
    for kind in _ITEMS:
        if values["write"] and kind in values["write"]:
            item = values["write"].pop(kind)
            board = item.get("metadata", {}).get("pinterest", {}).get("board_service_id")
            values["write"] |= {"board_service_id": board} if board else {}
    return values


def _with_item(values: Mapping[str, Any], declared: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The output of `_dump` in the form of `dump_change`. Raises LookupError if the inputs do not have the object."""
    if not values["declared"]:
        return {**values, "desired": None}
    desired = declared[_key(values["change"]["address"])]
    write = dict(values["write"]) if values["write"] else None
    if write and write["kind"] != DeletePost.kind:
        ((kind, item),) = desired.items()
        if board := write.pop("board_service_id", None):
            pinterest = {**item["metadata"]["pinterest"], "board_service_id": board}
            item = {**item, "metadata": {"pinterest": pinterest}}
        write[kind] = item
    return {**values, "desired": desired, "write": write}


_ITEMS = ("post", "idea")


def _address(item: Mapping[str, Mapping[str, Any]]) -> str:
    (values,) = item.values()
    return _key(values["address"])


def _key(address: Any) -> str:
    return to_json(address).decode()


def _checksum(body: Mapping[str, Any]) -> str:
    """A checksum against accidents; anybody who edits a file can compute a new one."""
    return blake2b(to_json(body), digest_size=16).hexdigest()
