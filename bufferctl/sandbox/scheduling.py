"""When a post goes out: what each share mode means, what an edit does to the schedule, and the plan's limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bufferctl.sandbox import slots
from bufferctl.sandbox.clock import epoch_ms, iso, parse_time
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.store import Doc


def schedule(
    core: Core, channel: Doc, post: Doc, mode: str, due_at: str | None, *, draft: bool = False, approval: bool = False
) -> None:
    """Set status and time of a post for a share mode. addToQueue and shareNext ignore `due_at` (NOTES: Writing)."""
    waits = draft or approval
    custom = mode == "customScheduled"
    post.update(
        shareMode=mode,
        isCustomScheduled=custom,
        sharedNow=mode == "shareNow" and not waits,
        status="draft" if draft else "needs_approval" if approval else "scheduled",
        dueAt=due_at if custom else None,
        error=None,
    )
    if waits or custom:
        return
    if mode == "shareNow":
        post["dueAt"] = iso(core.now())
    elif mode == "addToQueue":
        slots.append(core.store, channel, post, core.now())
    else:
        slots.prepend(core.store, channel, post, core.now())


def reschedule(core: Core, channel: Doc, post: Doc, wanted: Doc) -> None:
    """Apply the schedule fields of an EditPostInput; what it does not name stays, a queue mode named is a new place."""
    status = post["status"]
    draft = wanted["saveToDraft"] if wanted.get("saveToDraft") is not None else status == "draft"
    approval = status == "needs_approval" and wanted.get("saveToDraft") is None
    if change := wanted.get("approvalChange"):
        draft, approval = change == "revert", change == "request"
    waits = status in {"draft", "needs_approval"}
    touched = wanted.get("mode") or wanted.get("dueAt") or (draft or approval) != waits or change
    if not touched:
        return
    mode = wanted.get("mode") or post["shareMode"]
    only_time = not wanted.get("mode") and status == "scheduled" and not (draft or approval)
    if mode == "customScheduled" or not only_time:
        due_at = wanted.get("dueAt") or post["dueAt"]
        schedule(core, channel, post, mode, due_at, draft=bool(draft), approval=approval)


def at_scheduled_limit(core: Core, channel: Doc) -> bool:
    """Tell whether the organization's plan takes no more scheduled posts."""
    organization = channel["organizationId"]
    limit = core.store.organizations[organization]["limits"]["scheduledPosts"]
    return core.store.count("posts", "organization = ? AND status = 'scheduled'", (organization,)) >= int(limit)


def at_daily_limit(core: Core, channel: Doc, wanted: Doc) -> bool:
    """Tell whether the channel takes no more posts on the day for which a timed or immediate post is wanted."""
    limit = channel["dailyPostingLimit"]
    if limit is None or wanted["mode"] not in {"customScheduled", "shareNow"}:
        return False
    moment = parse_time(wanted["dueAt"]) if wanted["mode"] == "customScheduled" else core.now()
    return sum(day_counts(core, channel, moment)) >= int(limit)


def day_counts(core: Core, channel: Doc, moment: datetime) -> tuple[int, int]:
    """Count (scheduled, sent) posts of a channel on the local day that holds `moment`."""
    zone = ZoneInfo(channel["timezone"])
    day = moment.astimezone(zone).date()
    start, end = (epoch_ms(datetime.combine(one, datetime.min.time(), zone)) for one in (day, day + timedelta(days=1)))
    scheduled = "channel = ? AND status = 'scheduled' AND due >= ? AND due < ?"
    sent = "channel = ? AND status = 'sent' AND sent >= ? AND sent < ?"
    values = (channel["id"], start, end)
    return core.store.count("posts", scheduled, values), core.store.count("posts", sent, values)
