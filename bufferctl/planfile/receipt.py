"""Receipts: what an apply did, kept so that it can be shown again in every form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from bufferctl.errors import UsageError
from bufferctl.model import IDEAS, Slot
from bufferctl.plan import Action, Change, Outcome, Plan, Status
from bufferctl.planfile.changes import dump_change, dump_plan, load_change, load_plan

KIND = "receipt"
_FORMAT_MAJOR = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was planned, what became of it, and the plan that was left (None where nobody looked again).

    `stopped`: why it ended early, empty where it did not. Times are aware.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    left: Plan | None
    stopped: str
    finished_at: datetime


def details(plan: Plan, left: Plan | None) -> dict[str, Any]:
    """The part of a receipt that `load` needs beside its outcomes."""
    return {"plan": _dump(plan), "left": _dump(left) if left else None}


def load(raw: bytes, name: str) -> Receipt:
    """Read a receipt. Raises UsageError where it is none, or cannot be read."""
    try:
        data: dict[str, Any] = from_json(raw)
        kind, major = data["kind"], int(data["format_version"].split(".")[0])
    except (ValueError, KeyError, TypeError, AttributeError):
        kind, major = "", 0
    if kind != KIND:
        raise UsageError(f"There is no receipt in {name}", hint="`bufferctl apply --receipt FILE` writes one.")
    if major > _FORMAT_MAJOR:
        raise UsageError(f"The receipt {name} was written by a newer bufferctl", hint="Update bufferctl.")
    try:
        return _load(data)
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"The receipt {name} cannot be read", hint="Take the file as `apply --receipt` wrote it."
        ) from error


def _dump(plan: Plan) -> dict[str, Any]:
    changes = [dump_change(change) for change in plan.changes if change.action is not Action.NO_OP]
    return {**dump_plan(plan), "changes": changes}


def _load(data: Mapping[str, Any]) -> Receipt:
    plan, left = _plan(data["details"]["plan"]), data["details"]["left"]
    changes = {change.slot: change for change in plan.changes}
    return Receipt(
        plan=plan,
        outcomes=tuple(_outcome(values, changes) for values in data["outcomes"]),
        left=_plan(left) if left else None,
        stopped=data["stopped"] or "",
        finished_at=datetime.fromisoformat(data["finished_at"]),
    )


def _plan(values: Mapping[str, Any]) -> Plan:
    bare = {name: value for name, value in values.items() if name != "changes"}
    return load_plan(bare, tuple(map(load_change, values["changes"])))


def _outcome(values: Mapping[str, Any], changes: Mapping[Slot, Change]) -> Outcome:
    return Outcome(
        change=changes[Slot(values["organization_id"], values["channel_id"] or IDEAS, values["key"])],
        status=Status(values["status"]),
        id=values["id"],
        message=values["message"],
        hint=values["hint"],
        link=values["link"],
        at=datetime.fromisoformat(values["at"]) if values["at"] else None,
    )
