"""When a post goes out: slots and the queue, the share modes, and the plan's limits (notes: Writing)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bufferctl.sandbox.clock import epoch_ms, iso, parse_time
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.store import Doc, Store, in_queue

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WAITING = {"draft", "needs_approval"}


def slots_after(channel: Doc, moment: datetime) -> Iterator[datetime]:
    """Yield the channel's slots after `moment`, in UTC, without end; nothing if no day has slots."""
    zone = ZoneInfo(channel["timezone"])
    times: dict[str, set[time]] = {}
    for entry in channel["postingSchedule"]:
        if not entry.get("paused"):
            times.setdefault(entry["day"], set()).update(time.fromisoformat(text) for text in entry["times"])
    if not any(times.values()):
        return
    day = moment.astimezone(zone).date()
    while True:
        slots = (datetime.combine(day, at, zone).astimezone(UTC) for at in times.get(_DAYS[day.weekday()], ()))
        yield from sorted({slot for slot in slots if slot > moment})
        day += timedelta(days=1)


def next_free_slot(store: Store, channel: Doc, now: datetime) -> datetime | None:
    """Return the first slot after `now` without a scheduled post; None for a channel without slots."""
    full_until = store.full_until.get(channel["id"])
    start = max(now, datetime.fromtimestamp(full_until / 1000, UTC)) if full_until else now
    for slot in slots_after(channel, start):
        at = int(slot.timestamp() * 1000)
        if not store.count("posts", "channel = ? AND status = 'scheduled' AND due = ?", (channel["id"], at)):
            return slot
    return None


def queue_slot(post: Doc) -> str | None:
    """Return the slot of a queued post, None for a post without a slot."""
    return post["dueAt"] if in_queue(post) else None


def save(store: Store, post: Doc, slot: str | None) -> None:
    """Save a post that was in this slot, None for none; if it has left the slot, the posts behind it move up."""
    store.put("posts", post)
    if queue_slot(post) != slot:
        _close_ranks(store, post, slot)


def delete(store: Store, post: Doc) -> None:
    """Delete a post; the posts behind it in the queue move up."""
    store.delete("posts", post["id"])
    _close_ranks(store, post, queue_slot(post))


def _close_ranks(store: Store, left: Doc, freed: str | None) -> None:
    if freed is None:
        return
    behind = [post for post in _queue(store, left) if post["dueAt"] > freed]
    _deal(store, None, behind, [freed, *(post["dueAt"] for post in behind)][: len(behind)])


def move_in_queue(store: Store, post: Doc, *, top: bool) -> None:
    """Move a queued post to the top or bottom; the slots in use stay the same. The caller saves the post itself."""
    queue = [other for other in _queue(store, post) if other["id"] != post["id"]]
    slots = sorted(slot for slot in [post["dueAt"], *(other["dueAt"] for other in queue)] if slot)
    _deal(store, post, [post, *queue] if top else [*queue, post], slots)


def schedule(
    core: Core, channel: Doc, post: Doc, mode: str, due_at: str | None, *, draft: bool = False, approval: bool = False
) -> None:
    """Set status and time of a post for a share mode. addToQueue and shareNext ignore `due_at` (notes: Writing)."""
    waits = draft or approval
    status = "scheduled"
    if waits:
        status = "draft" if draft else "needs_approval"
    custom = mode == "customScheduled"
    post.update(
        shareMode=mode,
        isCustomScheduled=custom,
        sharedNow=mode == "shareNow" and not waits,
        status=status,
        dueAt=due_at if custom else None,
        error=None,
    )
    if waits or custom:
        return
    if mode == "shareNow":
        post["dueAt"] = iso(core.now())
        return
    free = next_free_slot(core.store, channel, core.now())
    slot = [iso(free)] if free else []
    if mode == "addToQueue":
        post["dueAt"] = slot[0] if slot else None
    else:  # the post goes to the front, and the others move down by one each
        queue = [other for other in _queue(core.store, post) if other["id"] != post["id"]]
        _deal(core.store, post, [post, *queue], sorted([other["dueAt"] for other in queue] + slot))


def reschedule(core: Core, channel: Doc, post: Doc, wanted: Doc) -> None:
    """Apply the schedule fields of an EditPostInput; omitted fields stay, a queue mode means a new place."""
    status, change, mode = post["status"], wanted.get("approvalChange"), wanted.get("mode")
    draft, approval = status == "draft", status == "needs_approval"
    if wanted.get("saveToDraft") is not None:
        draft, approval = wanted["saveToDraft"], False
    if change:
        draft, approval = change == "revert", change == "request"
    waits = draft or approval
    if not (mode or wanted.get("dueAt") or change or waits != (status in _WAITING)):
        return
    stays_queued = not mode and status == "scheduled" and not waits and post["shareMode"] != "customScheduled"
    if not stays_queued:
        due_at = wanted.get("dueAt") or post["dueAt"]
        schedule(core, channel, post, mode or post["shareMode"], due_at, draft=draft, approval=approval)


def over_limit(core: Core, channel: Doc, metadata: Doc | None) -> str | None:
    """Return Buffer's refusal of one more scheduled post with this metadata, None if the plan has room for it."""
    organization = channel["organizationId"]
    limits = core.store.organizations[organization]["limits"]
    column, value = ("channel", channel["id"]) if core.options.limit_per_channel else ("organization", organization)
    taken = core.store.count("posts", f"{column} = ? AND status = 'scheduled'", (value,))
    if full := limit_reached("Scheduled posts", taken, limits["scheduledPosts"]):
        return full
    if not (kind := _kind(metadata)):
        return None
    there = core.store.rows("posts", "channel = ? AND status = 'scheduled'", (channel["id"],))
    taken = sum(_kind(post["metadata"]) == kind for post in there)
    return limit_reached(f"Scheduled {kind.lower()}", taken, limits[f"scheduled{kind}PerChannel"])


def _kind(metadata: Doc | None) -> str:
    """Return the kind of post that has a limit of its own, empty for others."""
    given = metadata or {}
    if given.get("thread"):
        return "Threads"
    return "Stories" if given.get("type") == "story" else ""


def limit_reached(what: str, taken: int, limit: int) -> str | None:
    """Return Buffer's refusal if there is no room for one more; its words were seen for posts (notes: Limits)."""
    return f"{what} limit reached. You have {taken} {what.lower()} out of {limit} allowed." if taken >= limit else None


def at_daily_limit(core: Core, channel: Doc, wanted: Doc) -> bool:
    """Return whether the channel takes no more posts on the day of a timed or immediate post."""
    limit = channel["dailyPostingLimit"]
    if limit is None or wanted["mode"] not in {"customScheduled", "shareNow"}:
        return False
    moment = parse_time(wanted["dueAt"]) if wanted["mode"] == "customScheduled" else core.now()
    return sum(day_counts(core, channel, moment)) >= int(limit)


def day_counts(core: Core, channel: Doc, moment: datetime) -> tuple[int, int]:
    """Count (scheduled, sent) posts of a channel on the local day that contains `moment`."""
    zone = ZoneInfo(channel["timezone"])
    day = moment.astimezone(zone).date()
    start, end = (epoch_ms(datetime.combine(one, datetime.min.time(), zone)) for one in (day, day + timedelta(days=1)))
    scheduled = "channel = ? AND status = 'scheduled' AND due >= ? AND due < ?"
    sent = "channel = ? AND status = 'sent' AND sent >= ? AND sent < ?"
    values = (channel["id"], start, end)
    return core.store.count("posts", scheduled, values), core.store.count("posts", sent, values)


def _queue(store: Store, post: Doc) -> list[Doc]:
    """Return the posts in the slots of the post's channel, in slot order."""
    where = "channel = ? AND status = 'scheduled' AND queued AND due IS NOT NULL"
    return store.rows("posts", where, (post["channelId"],), "due")


def _deal(store: Store, moved: Doc | None, queue: list[Doc], slots: list[str]) -> None:
    """Assign the slots in order and save each post whose slot changes, except `moved`, which the caller saves."""
    for post, slot in zip(queue, [*slots, *[None] * (len(queue) - len(slots))], strict=True):
        if post["dueAt"] != slot:
            post["dueAt"] = slot
            if post is not moved:
                store.put("posts", post)
