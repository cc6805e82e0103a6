"""A plan and its outcomes for machines, in Terraform's words. `format_version`: a minor version only adds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic, Place
from bufferctl.digests import change_digest, plan_digest
from bufferctl.model import LivePost, Post
from bufferctl.model.serial import dump_item
from bufferctl.plan import Action, Change, Outcome, Plan, write_requests
from bufferctl.render.report import Report

FORMAT_VERSION = "1.1"


def report_json(report: Report) -> str:
    """A report as one JSON document: that of a plan, or after an apply that of its outcomes."""
    if report.outcomes is None:
        return plan_json(report.plan)
    return applied_json(report.plan, report.outcomes, report.left)


def plan_json(plan: Plan) -> str:
    """The plan as one JSON document, ending in a newline."""
    return document({"kind": "plan", **plan_values(plan)})


def applied_json(plan: Plan, outcomes: Iterable[Outcome], left: Plan | None) -> str:
    """What an apply did, and the plan that is left after it (None where it was not made)."""
    return document(
        {
            "kind": "apply",
            "plan": plan_values(plan),
            "outcomes": [outcome_values(outcome) for outcome in outcomes],
            "left": plan_values(left) if left else None,
        }
    )


def plan_values(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values."""
    counts = plan.count()
    return {
        "at": _instant(plan.at),
        "endpoint": plan.endpoint,
        "digest": plan_digest(plan),
        "summary": {action.value: counts[action] for action in Action},
        "not_ours": plan.not_ours,
        "requests": {"read": 2 * plan.read_requests, "write": write_requests(plan)},
        "narrowed": plan.narrowed,
        "changes": [change_values(change) for change in plan.changes],
        "warnings": [_diagnostic(each) for each in plan.warnings],
    }


def change_values(change: Change) -> dict[str, Any]:
    """One change as JSON values; what does not apply is null or empty, never left out."""
    return {
        "address": str(change.address),
        "digest": change_digest(change) or None,
        "action": change.action.value,
        "cause": change.cause.value,
        "reason": change.reason.value if change.reason else None,
        "message": change.message,
        "hint": change.hint,
        "id": change.live_id,
        "organization_id": change.slot.organization_id,
        "channel_id": None if change.address.is_idea else change.slot.channel_id,
        "due_at": _instant(change.due_at),
        "place": _place(change.place),
        "desired": dump_item(change.desired) if change.desired and change.action is not Action.NO_OP else None,
        "live_status": change.live.status.value if isinstance(change.live, LivePost) else None,
        "differences": [{"path": d.path, "before": d.before, "after": d.after} for d in change.differences],
        "candidates": list(change.candidates),
    }


def outcome_values(outcome: Outcome) -> dict[str, Any]:
    """One outcome as JSON values."""
    return {
        "address": str(outcome.change.address),
        "action": outcome.change.action.value,
        "status": outcome.status.value,
        "id": outcome.id,
        "link": outcome.link,
        "message": outcome.message,
        "hint": outcome.hint,
        "at": _instant(outcome.at),
        "kind": "post" if isinstance(outcome.change.desired, Post) or not outcome.change.address.is_idea else "idea",
    }


def document(values: dict[str, Any]) -> str:
    """One JSON document with its versions, ending in a newline; `values` begin with its `kind`."""
    head = {"format_version": FORMAT_VERSION, "bufferctl_version": __version__}
    return to_json({**head, **values}, indent=2).decode() + "\n"


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "place": _place(diagnostic.place),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    return {"file": place.file, "line": place.line, "column": place.column} if place else None


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
