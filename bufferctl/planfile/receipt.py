"""Receipts: the results of an apply, stored so that they can be shown again in every form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from bufferctl.errors import UsageError
from bufferctl.model import IDEAS, Slot
from bufferctl.model.base import Aware
from bufferctl.model.serial import adapter
from bufferctl.plan import Action, Change, Outcome, Plan
from bufferctl.planfile.saved import DAMAGE, dump_change, dump_plan, load_plan, read_head

KIND = "receipt"
_FORMAT_MAJOR = 2
_AWARE = TypeAdapter[datetime](Aware)
#: The fields of an outcome that are read back from JSON, besides its change.
_RESULT = ("status", "id", "message", "hint", "link", "at")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The plan, its results, and the plan that was left (None if it was not planned again).

    `stopped`: why it ended early, empty if it did not. Times are aware.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    left: Plan | None
    stopped: str
    finished_at: datetime


def details(plan: Plan, left: Plan | None) -> dict[str, Any]:
    """The part of a receipt that `load` needs besides its outcomes."""
    return {"plan": _dump(plan), "left": _dump(left) if left else None}


def load(raw: bytes, name: str) -> Receipt:
    """Read a receipt. Raises UsageError if it is not one, has another version, or is damaged."""
    kind, major, values = read_head(raw)
    if kind != KIND:
        raise UsageError(f"There is no receipt in {name}", hint="To write one, run `bufferctl apply --receipt FILE`.")
    if major > _FORMAT_MAJOR:
        raise UsageError(f"The receipt {name} was written by a newer bufferctl", hint="Update bufferctl.")
    if major < _FORMAT_MAJOR:
        raise UsageError(f"The receipt {name} was written by an older bufferctl", hint="Show it with that version.")
    try:
        return _load(values)
    except DAMAGE as error:
        raise UsageError(f"The receipt {name} is damaged", hint="Use the file that `apply --receipt` wrote.") from error


def _dump(plan: Plan) -> dict[str, Any]:
    return dump_plan(plan, [dump_change(change) for change in plan.changes if change.action is not Action.NO_OP])


def _load(values: Mapping[str, Any]) -> Receipt:
    details = values["details"]
    plan = load_plan(details["plan"])
    changes = {change.slot: change for change in plan.changes}
    return Receipt(
        plan=plan,
        outcomes=tuple(_outcome(each, changes) for each in values["outcomes"]),
        left=load_plan(details["left"]) if details["left"] else None,
        stopped=str(values["stopped"] or ""),
        finished_at=_AWARE.validate_python(values["finished_at"]),
    )


def _outcome(values: Mapping[str, Any], changes: Mapping[Slot, Change]) -> Outcome:
    slot = Slot(values["organization_id"], values["channel_id"] or IDEAS, values["key"])
    return adapter(Outcome).validate_python({**{name: values[name] for name in _RESULT}, "change": changes[slot]})
