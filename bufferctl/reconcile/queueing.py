"""About when new posts of a queue go out, by the channel's weekly slots (notes: Writing). Nothing is decided by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bufferctl.model import EditPost, Live, LiveChannel, LivePost, Post, PostStatus, ShareMode, Slot
from bufferctl.plan import Action, Change

_QUEUED = frozenset({ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT})


def queue_times(changes: Iterable[Change], live: Live, channels: Mapping[str, LiveChannel]) -> dict[Slot, datetime]:
    """By slot, for what is added to the end of a queue; `changes` in the order in which they are sent.

    Empty for channels whose queue is paused or has no slots. What goes to the front moves the others back by one, and
    what leaves the queue moves those behind it up.
    """
    by_channel: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_channel[change.slot.channel_id].append(change)
    found: dict[Slot, datetime] = {}
    for id_, of_channel in by_channel.items():
        channel, joining = channels.get(id_), [change for change in of_channel if _joins(change)]
        if channel and channel.posting_times and not channel.is_queue_paused and joining:
            free = _free(channel, live, of_channel)
            at = {change.slot: next(free) for change in joining}
            found |= {c.slot: at[c.slot] for c in joining if _mode(c) is ShareMode.ADD_TO_QUEUE}
    return found


def _joins(change: Change) -> bool:
    post = change.desired
    if change.action is not Action.CREATE or not isinstance(post, Post):
        return False
    return post.mode in _QUEUED and not (post.draft or post.needs_approval)


def _mode(change: Change) -> ShareMode | None:
    return change.desired.mode if isinstance(change.desired, Post) else None


def _free(channel: LiveChannel, live: Live, changes: Iterable[Change]) -> Iterator[datetime]:
    """The slots, from now on, in which nothing will stand."""
    there = [post for post in live.posts if post.channel_id == channel.id and _is_scheduled(post) and post.due_at]
    queue = sorted(post.due_at for post in there if post.due_at and not post.is_custom_scheduled)
    timed = {post.due_at for post in there if post.is_custom_scheduled}
    leaving = 0
    for change in changes:
        leaving += _leaves(change)
        if change.action is Action.CREATE and isinstance(change.desired, Post) and change.desired.due_at:
            timed.add(change.desired.due_at)
    taken = {*timed, *queue[: len(queue) - leaving]}
    return (slot for slot in _slots(channel, live.at) if slot not in taken)


def _leaves(change: Change) -> bool:
    """Whether a queued post gets out of the queue."""
    live = change.live
    if not (isinstance(live, LivePost) and _is_scheduled(live)) or live.is_custom_scheduled:
        return False
    return change.action is Action.DELETE or (isinstance(change.write, EditPost) and change.write.reschedule)


def _is_scheduled(post: LivePost) -> bool:
    return post.status is PostStatus.SCHEDULED


def _slots(channel: LiveChannel, after: datetime) -> Iterator[datetime]:
    """All of them, without end."""
    zone = ZoneInfo(channel.timezone)
    day = after.astimezone(zone).date()
    while True:
        times = sorted({at for weekday, at in channel.posting_times if weekday == day.weekday()})
        slots = (datetime.combine(day, at, zone).astimezone(UTC) for at in times)
        yield from (slot for slot in slots if slot > after)
        day += timedelta(days=1)
