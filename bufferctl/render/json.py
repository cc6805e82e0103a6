"""A plan and its outcomes for machines, in Terraform's words. `format_version`: a minor version only adds.

Their types are in json_documents.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from json import dumps
from typing import Any

from pydantic_core import to_json

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic, Place
from bufferctl.digests import REVIEWED, change_digest, digest_of, facts
from bufferctl.model import IDEAS, Asset, Idea, LiveAsset, LiveIdea, LivePost, Post, PostStatus
from bufferctl.model.comparable import instant
from bufferctl.model.content import TextLength
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
    PreconditionsForm,
)
from bufferctl.render.report import Report

#: Actions of unchanged objects; neither side is repeated.
_QUIET = frozenset({Action.NO_OP, Action.DONE, Action.PAST})
#: Network fields that have their own place in the form.
_PLACED = frozenset({"thread", "title"})


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
        "started_at": instant_text(report.plan.at),
        "finished_at": instant_text(finished_at),
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
    values["expires_at"] = instant_text(report.expires_at)
    values["problems"] = list(map(_diagnostic, report.diagnostics))
    return values


def plan_values(plan: Plan, lengths: Mapping[Any, TextLength] | None = None) -> PlanForm:
    """The plan as JSON values. `lengths`: text lengths by address."""
    counts, lengths = plan.count(), lengths or {}
    digests = {change.slot: change_digest(change) for change in plan.changes}
    return {
        "at": plan.at.astimezone(UTC).strftime(_SECONDS),
        "endpoint": plan.endpoint,
        "digest": digest_of(digests[change.slot] for change in plan.changes if change.action in REVIEWED),
        "offline": False,
        "expires_at": None,
        "summary": {action: counts[action] for action in Action},
        "unmanaged": plan.unmanaged,
        "uploads": {"count": len(plan.uploads), "bytes": sum(file.size for file in plan.uploads)},
        "requests": {"read": 2 * plan.read_requests, "write": write_requests(plan)},
        "quota": [
            {
                "window_seconds": window.window_seconds,
                "left": window.left,
                "quota": window.quota,
                "resets_at": window.resets_at.astimezone(UTC).strftime(_SECONDS),
            }
            for window in plan.quota.windows
        ],
        "ready_at": instant_text(ready_at(plan)),
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
        "due_at": instant_text(change.due_at),
        "place": place_form(change.place),
        "desired": dump_item(change.desired) if change.desired and change.action is not Action.NO_OP else None,
        "live_status": change.live.status if isinstance(change.live, LivePost) else None,
        "differences": [{"path": d.path, "before": d.before, "after": d.after} for d in change.differences],
        "changed_fields": list(dict.fromkeys(d.path.partition(".")[0] for d in change.differences)),
        "candidates": list(change.candidates),
        "before": content_form(change.live) if change.live and is_loud else None,
        "after": content_form(change.desired) if change.desired and is_loud else None,
        "length": LengthForm(used=length.used, limit=length.limit) if length else None,
        "preconditions": _preconditions(change) if is_loud else {"id": change.live_id, "standing": None},
        "cost": {"mutations": int(change.action in WRITING)},
    }


def _preconditions(change: Change) -> PreconditionsForm:
    found = facts(change)
    return {"id": found["id"], "standing": found["standing"]}


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
        "at": instant_text(outcome.at),
        "kind": "idea" if change.address.is_idea else "post",
        "digest": change_digest(change) or None,
        "organization_id": change.slot.organization_id,
        "channel_id": _channel_id(change),
        "key": change.slot.key,
        "due_at": instant_text(change.due_at),
    }


def content_form(item: Post | Idea | LivePost | LiveIdea) -> ContentForm:
    """The content of a declared or a live object."""
    match item:
        case Post():
            return _of_post(item)
        case LivePost():
            return _of_live_post(item)
        case Idea():
            media: list[AssetForm] = [{"kind": m.type, "url": m.address, "alt_text": m.alt or ""} for m in item.media]
            return _of_idea(item.text or "", item.title, media, item.tags, item.services, item.date)
        case LiveIdea():
            media = [{"kind": m.kind, "url": m.url, "alt_text": m.alt_text} for m in item.media]
            tags = [tag.name for tag in item.tags]
            return _of_idea(item.text, item.title or None, media, tags, item.services, item.date)


def _of_idea(
    text: str,
    title: str | None,
    media: list[AssetForm],
    tags: Iterable[str],
    services: Iterable[str],
    date: datetime | None,
) -> ContentForm:
    return {
        "text": text,
        "title": title,
        "thread": [],
        "assets": media,
        "tags": list(tags),
        "services": list(services),
        "due_at": instant(date) or None,
        "mode": None,
        "draft": False,
        "status": None,
        "metadata": {},
    }


def _of_post(post: Post) -> ContentForm:
    thread = getattr(post.metadata, "thread", ())
    metadata = post.metadata
    return {
        "text": post.text,
        "title": getattr(metadata, "title", None),
        "thread": [{"text": part.text or "", "assets": list(map(_asset, part.assets))} for part in thread],
        "assets": list(map(_asset, post.assets)),
        "tags": list(post.tags),
        "services": [],
        "due_at": instant(post.due_at) or None,
        "mode": post.mode,
        "draft": post.draft,
        "status": None,
        "metadata": metadata.model_dump(mode="json", exclude_none=True, exclude=set(_PLACED)) if metadata else {},
    }


def _of_live_post(post: LivePost) -> ContentForm:
    return {
        "text": post.text,
        "title": post.metadata.get("title"),
        "thread": [{"text": part.text, "assets": list(map(_live_asset, part.assets))} for part in post.thread],
        "assets": list(map(_live_asset, post.assets)),
        "tags": [tag.name for tag in post.tags],
        "services": [],
        "due_at": instant(post.due_at) or None,
        "mode": post.share_mode or None,
        "draft": post.status is PostStatus.DRAFT,
        "status": post.status,
        "metadata": {name: value for name, value in post.metadata.items() if name not in _PLACED},
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


_SECONDS = "%Y-%m-%dT%H:%M:%SZ"


def instant_text(moment: datetime | None) -> str | None:
    """An instant in UTC, to the second."""
    return moment.astimezone(UTC).strftime(_SECONDS) if moment else None
