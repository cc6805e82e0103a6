"""The queue: the slots of a channel's posting schedule, and which queued post stands in which (NOTES: Writing)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bufferctl.sandbox.clock import iso, parse_time
from bufferctl.sandbox.store import Doc, Store

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def slots_after(channel: Doc, moment: datetime) -> Iterator[datetime]:
    """Yield the channel's slots after `moment`, in UTC, without end; none at all if no day has any."""
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
    """Return the first slot after `now` in which no scheduled post stands; None for a channel without slots."""
    full_until = store.full_until.get(channel["id"])
    start = max(now, datetime.fromtimestamp(full_until / 1000, UTC)) if full_until else now
    for slot in slots_after(channel, start):
        at = int(slot.timestamp() * 1000)
        if not store.count("posts", "channel = ? AND status = 'scheduled' AND due = ?", (channel["id"], at)):
            return slot
    return None


def append(store: Store, channel: Doc, post: Doc, now: datetime) -> None:
    """Give a queued post the next free slot, or none if there is none."""
    slot = next_free_slot(store, channel, now)
    post["dueAt"] = iso(slot) if slot else None


def prepend(store: Store, channel: Doc, post: Doc, now: datetime) -> None:
    """Put a post at the front of the queue: it takes the first slot, the others move down by one each.

    Like `append` and `move` it sets the post's own `dueAt` and leaves it to the caller to save that post.
    """
    queue = [other for other in queued(store, channel) if other["id"] != post["id"]]
    free = next_free_slot(store, channel, now)
    _deal(store, post, [post, *queue], sorted([other["dueAt"] for other in queue] + ([iso(free)] if free else [])))


def move(store: Store, channel: Doc, post: Doc, *, top: bool) -> None:
    """Move a queued post to the top or bottom; the slots in use stay the same ones."""
    queue = [other for other in queued(store, channel) if other["id"] != post["id"]]
    slots = sorted(slot for slot in [post["dueAt"], *(other["dueAt"] for other in queue)] if slot)
    _deal(store, post, [post, *queue] if top else [*queue, post], slots)


def queued(store: Store, channel: Doc) -> list[Doc]:
    """Return the posts that stand in the channel's slots, in their order."""
    return store.posts("channel = ? AND status = 'scheduled' AND queued AND due IS NOT NULL", (channel["id"],), "due")


def due_moment(post: Doc) -> datetime | None:
    """Return when a post is due, None for one without a time."""
    return parse_time(post["dueAt"]) if post["dueAt"] else None


def _deal(store: Store, moved: Doc, queue: list[Doc], slots: list[str]) -> None:
    """Hand the slots out in order; `moved` is left for the caller to save, others are saved where theirs changes."""
    for post, slot in zip(queue, [*slots, *[None] * (len(queue) - len(slots))], strict=True):
        if post["dueAt"] != slot:
            post["dueAt"] = slot
            if post is not moved:
                store.put_post(post)
