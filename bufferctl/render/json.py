"""A plan and its outcomes for machines, in Terraform's words. `format_version`: a minor version only adds.

Their types are in json_documents.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps
from typing import Any

from pydantic_core import to_json

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic, FilesError, Place, Severity
from bufferctl.digests import REVIEWED, change_digest, digest_of
from bufferctl.errors import BufferctlError
from bufferctl.model import IDEAS, Asset, Idea, LiveAsset, LiveIdea, LivePost, Post, PostStatus
from bufferctl.model.comparable import instant, standing
from bufferctl.model.content import TextLength
from bufferctl.model.metadata import thread_of
from bufferctl.model.plain_text import replaced
from bufferctl.model.serial import dump_item
from bufferctl.plan import WRITING, Action, Change, Outcome, Plan, Status, ready_at, write_requests
from bufferctl.render.json_documents import (
    FORMAT_VERSION,
    AssetForm,
    ChangeForm,
    ContentForm,
    DiagnosticForm,
    LengthForm,
    OutcomeForm,
    PlaceForm,
    PlanForm,
)
from bufferctl.render.report import Report

#: Actions of unchanged objects; neither side is repeated.
_QUIET = frozenset({Action.NO_OP, Action.DONE, Action.PAST})


def report_json(report: Report) -> str:
    """A report as one JSON document, ending in a newline: a plan, or after an apply, its results."""
    if report.outcomes is None:
        return document({"kind": "plan", **_report_values(report)})
    values = {
        "kind": "apply",
        "plan": _report_values(report),
        "outcomes": [outcome_values(outcome) for outcome in report.outcomes],
        "left": plan_values(report.left) if report.left else None,
        "stopped": report.stopped or None,
    }
    return document(values)


def receipt_json(report: Report, finished_at: datetime, details: Mapping[str, Any]) -> str:
    """The result of an apply, for later. `details`: the data needed to read it back."""
    outcomes = report.outcomes or ()
    counts = Counter(outcome.status for outcome in outcomes)
    values = {
        "kind": "receipt",
        "started_at": instant(report.plan.at),
        "finished_at": instant(finished_at),
        "endpoint": report.plan.endpoint,
        "digest": report.digest,
        "stopped": report.stopped or None,
        "summary": {status: counts[status] for status in Status},
        "outcomes": [outcome_values(outcome) for outcome in outcomes],
        "details": details,
    }
    return document(values)


def _report_values(report: Report) -> PlanForm:
    values = plan_values(report.plan, report.lengths)
    values["offline"] = report.is_offline
    values["expires_at"] = instant(report.expires_at) or None
    values["problems"] = list(map(_diagnostic, report.diagnostics))
    return values


def plan_values(plan: Plan, lengths: Mapping[Any, TextLength] | None = None) -> PlanForm:
    """The plan as JSON values. `lengths`: text lengths by address."""
    counts, lengths = plan.count(), lengths or {}
    digests = {change.slot: change_digest(change) for change in plan.changes}
    return {
        "at": instant(plan.at),
        "endpoint": plan.endpoint,
        "digest": digest_of(digests[change.slot] for change in plan.changes if change.action in REVIEWED),
        "offline": False,
        "expires_at": None,
        "summary": {action: counts[action] for action in Action},
        "unmanaged": plan.unmanaged,
        "beside": [
            {"id": each.id, "channel_id": each.channel_id, "due_at": instant(each.due_at), "text": each.text}
            for each in plan.beside
        ],
        "uploads": {"count": len(plan.uploads), "bytes": sum(file.size for file in plan.uploads)},
        "requests": {"read": 2 * plan.read_requests, "write": write_requests(plan)},
        "quota": [
            {
                "window_seconds": window.window_seconds,
                "left": window.left,
                "quota": window.quota,
                "resets_at": instant(window.resets_at),
            }
            for window in plan.quota.windows
        ],
        "ready_at": instant(ready_at(plan)) or None,
        "narrowed": plan.narrowed,
        "channels": [
            {
                "id": channel.id,
                "organization_id": channel.organization_id,
                "service": channel.service,
                "name": channel.name,
                "timezone": channel.timezone,
            }
            for channel in plan.channels.values()
        ],
        "changes": [
            _change_values(change, plan, lengths.get(change.address), digests[change.slot]) for change in plan.changes
        ],
        "warnings": [_diagnostic(each) for each in plan.warnings],
        "problems": [],
    }


def _change_values(change: Change, plan: Plan, length: TextLength | None, digest: str) -> ChangeForm:
    channel = plan.channels.get(change.slot.channel_id)
    is_loud = change.action not in _QUIET
    return {
        "address": str(change.address),
        "digest": digest or None,
        "action": change.action,
        "cause": change.cause,
        "reason": change.reason,
        "message": change.message,
        "hint": change.hint,
        "id": change.live_id,
        "organization_id": change.slot.organization_id,
        "channel_id": _channel_id(change),
        "key": change.slot.key,
        "service": channel.service if channel else None,
        "moved_from": change.moved_from.key if change.moved_from else None,
        "due_at": instant(change.due_at) or None,
        "place": place_form(change.place),
        "desired": dump_item(change.desired) if change.desired and change.action is not Action.NO_OP else None,
        "live_status": change.live.status if isinstance(change.live, LivePost) else None,
        "differences": [{"path": d.path, "before": d.before, "after": d.after} for d in change.differences],
        "changed_fields": list(dict.fromkeys(d.path.partition(".")[0] for d in change.differences)),
        "candidates": list(change.candidates),
        "before": content_form(change.live) if change.live and is_loud else None,
        "after": content_form(change.desired) if change.desired and is_loud else None,
        "length": LengthForm(used=length.used, limit=length.limit) if length else None,
        "preconditions": {"id": change.live_id, "standing": standing(change.live) if change.live and is_loud else None},
        "cost": {"mutations": int(change.action in WRITING)},
    }


def outcome_values(outcome: Outcome) -> OutcomeForm:
    """One outcome as JSON values."""
    change = outcome.change
    return {
        "address": str(change.address),
        "action": change.action,
        "status": outcome.status,
        "id": outcome.id,
        "link": outcome.link,
        "message": outcome.message,
        "hint": outcome.hint,
        "at": instant(outcome.at) or None,
        "kind": "idea" if change.address.is_idea else "post",
        "digest": change_digest(change) or None,
        "organization_id": change.slot.organization_id,
        "channel_id": _channel_id(change),
        "key": change.slot.key,
        "due_at": instant(change.due_at) or None,
    }


#: What a declared or a live object does not have.
_NOTHING: ContentForm = {
    "text": "",
    "title": None,
    "thread": [],
    "assets": [],
    "tags": [],
    "services": [],
    "due_at": None,
    "mode": None,
    "draft": False,
    "status": None,
    "metadata": {},
}


def _others(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a network that have no place of their own in the form."""
    return {name: value for name, value in metadata.items() if name not in _NOTHING}


def content_form(item: Post | Idea | LivePost | LiveIdea) -> ContentForm:
    """The content of a declared or a live object."""
    match item:
        case Post(metadata=metadata):
            thread = thread_of(metadata)
            return {
                **_NOTHING,
                "text": item.text,
                "title": getattr(metadata, "title", None),
                "thread": [{"text": part.text or "", "assets": list(map(_asset, part.assets))} for part in thread],
                "assets": list(map(_asset, item.assets)),
                "tags": list(item.tags),
                "due_at": instant(item.due_at) or None,
                "mode": item.mode,
                "draft": item.draft,
                "metadata": _others(metadata.model_dump(mode="json", exclude_none=True)) if metadata else {},
            }
        case LivePost():
            return {
                **_NOTHING,
                "text": item.text,
                "title": item.metadata.get("title"),
                "thread": [{"text": part.text, "assets": list(map(_live_asset, part.assets))} for part in item.thread],
                "assets": list(map(_live_asset, item.assets)),
                "tags": [tag.name for tag in item.tags],
                "due_at": instant(item.due_at) or None,
                "mode": item.share_mode or None,
                "draft": item.status is PostStatus.DRAFT,
                "status": item.status,
                "metadata": _others(item.metadata),
            }
        case Idea():
            return {
                **_NOTHING,
                "text": item.text or "",
                "title": item.title,
                "assets": [{"kind": m.type, "url": m.address, "alt_text": m.alt or ""} for m in item.media],
                "tags": list(item.tags),
                "services": list(item.services),
                "due_at": instant(item.date) or None,
            }
        case LiveIdea():
            return {
                **_NOTHING,
                "text": item.text,
                "title": item.title or None,
                "assets": [{"kind": m.kind, "url": m.url, "alt_text": m.alt_text} for m in item.media],
                "tags": [tag.name for tag in item.tags],
                "services": list(item.services),
                "due_at": instant(item.date) or None,
            }


def _asset(asset: Asset) -> AssetForm:
    return {"kind": asset.kind, "url": asset.value.address, "alt_text": getattr(asset.value, "alt_text", None) or ""}


def _live_asset(asset: LiveAsset) -> AssetForm:
    return {"kind": asset.kind, "url": asset.source, "alt_text": asset.alt_text}


def document(values: Mapping[str, Any]) -> str:
    """One JSON document with its versions, ending in a newline; `values` begin with its `kind`."""
    head = {"format_version": FORMAT_VERSION, "bufferctl_version": __version__}
    text = to_json({**head, **values}, indent=2).decode()
    return replaced(text, lambda character: dumps(character)[1:-1]) + "\n"


def problems_json(problems: Sequence[Diagnostic], *, valid: bool) -> str:
    """The output of `validate --json`. `valid`: there are no errors (with --strict: and no warnings)."""
    return document({"kind": "validate", "valid": valid, "problems": [_diagnostic(each) for each in problems]})


def error_json(error: BufferctlError) -> str:
    """What a command prints with --json in place of its output if it fails: each problem of the files, or the error."""
    problems = error.problems if isinstance(error, FilesError) else ()
    own = Diagnostic(Severity.ERROR, error.message, hint=error.hint)
    found = [each for each in problems if each.severity is Severity.ERROR] or [own]
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__.removesuffix("Error")).lower()
    errors = [
        {"code": each.code or name, "message": each.message, "place": place_form(each.place), "fix": each.hint}
        for each in found
    ]
    return document({"kind": "error", "exit_code": error.exit_code, "errors": errors})


def _channel_id(change: Change) -> str | None:
    return None if change.slot.channel_id == IDEAS else change.slot.channel_id


def _diagnostic(diagnostic: Diagnostic) -> DiagnosticForm:
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "place": place_form(diagnostic.place),
    }


def place_form(place: Place | None) -> PlaceForm | None:
    """A position in a file."""
    return {"file": place.file, "line": place.line, "column": place.column} if place else None
