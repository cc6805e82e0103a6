"""Receipts: the results of an apply, stored so that they can be shown again in every form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from bufferctl.errors import UsageError
from bufferctl.model import IDEAS, Slot
from bufferctl.model.base import Aware
from bufferctl.plan import Action, Outcome, Plan, Status
from bufferctl.planfile.documents import DamagedError, dump_change, dump_plan, load_plan, read_head, undamaged

KIND = "receipt"
_FORMAT_MAJOR = 2


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


class _Outcome(BaseModel):
    """The fields of an outcome that are read back from JSON."""

    organization_id: str
    channel_id: str | None
    key: str
    status: Status
    id: str | None
    message: str
    hint: str
    link: str | None
    at: Aware | None


class _Receipt(BaseModel):
    """The fields of a receipt that are read back from JSON, besides its plans."""

    outcomes: tuple[_Outcome, ...]
    stopped: str | None
    finished_at: Aware


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
        return undamaged(lambda: _load(values))
    except DamagedError as error:
        raise UsageError(f"The receipt {name} is damaged", hint="Use the file that `apply --receipt` wrote.") from error


def _dump(plan: Plan) -> dict[str, Any]:
    return dump_plan(plan, [dump_change(change) for change in plan.changes if change.action is not Action.NO_OP])


def _load(values: Mapping[str, Any]) -> Receipt:
    read, details = _Receipt.model_validate(values), values["details"]
    plan = load_plan(details["plan"])
    changes = {change.slot: change for change in plan.changes}
    return Receipt(
        plan=plan,
        outcomes=tuple(
            Outcome(
                change=changes[Slot(each.organization_id, each.channel_id or IDEAS, each.key)],
                status=each.status,
                id=each.id,
                message=each.message,
                hint=each.hint,
                link=each.link,
                at=each.at,
            )
            for each in read.outcomes
        ),
        left=load_plan(details["left"]) if details["left"] else None,
        stopped=read.stopped or "",
        finished_at=read.finished_at,
    )
