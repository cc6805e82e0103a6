"""`bufferctl list --json`: what goes out when, for machines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bufferctl.render.agenda import Row
from bufferctl.render.json import document, instant_text, place_form
from bufferctl.render.json_documents import ListedForm


def agenda_json(rows: Iterable[Row], at: datetime, *, is_live: bool) -> str:
    """The whole list as one document, ending in a newline. `is_live`: Buffer was asked."""
    posts = [_listed(row) for row in rows if not row.cancelled]
    return document({"kind": "list", "at": instant_text(at), "live": is_live, "posts": posts})


def _listed(row: Row) -> ListedForm:
    return {
        "address": str(row.address) if row.address else None,
        "organization": row.organization,
        "channel": row.channel,
        "service": row.service,
        "standing": row.standing,
        "action": row.action,
        "status": row.status,
        "due_at": instant_text(row.when),
        "local": row.when.isoformat(timespec="seconds") if row.when else None,
        "timezone": row.timezone,
        "in_queue": row.in_queue,
        "draft": row.draft,
        "text": row.text,
        "tags": list(row.tags),
        "id": row.id,
        "link": row.link,
        "message": row.message,
        "hint": row.hint,
        "place": place_form(row.place),
    }
