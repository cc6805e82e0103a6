"""When planned changes are sent and published: their order, Buffer's room for them, and times of queued posts.

Daily limits are requested only for busy days. Posts beyond a limit wait (design: Applying; notes: Limits). The times of
queued posts come from their channels' weekly slots (notes: Writing); they are shown, but no decision depends on them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import TypeVar

from bufferctl.model import (
    EditPost,
    Idea,
    Item,
    Live,
    LiveChannel,
    LiveIdea,
    LiveItem,
    LivePost,
    Post,
    ShareMode,
    Slot,
    dates,
    thread_of,
)
from bufferctl.plan import WRITING, Action, Change, Plan, idea_of
from bufferctl.reconcile import holds
from bufferctl.reconcile.repeats import freeing
from bufferctl.said import Answer, Said, Way
from bufferctl.value import replace

K = TypeVar("K", bound=Hashable)

_FAR = float("inf")
_AFTER_CREATES = {Action.UPDATE: 2, Action.DELETE: 3}
#: The number of posts on one channel and day from which a limit may matter; Buffer's limits are well above.
BUSY = 10
_QUEUED = frozenset({ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT})


def in_order(changes: Iterable[Change], live: Live) -> list[Change]:
    """Ideas, timed posts that join the schedule by due time, those of queues in file order, other updates, deletes.

    Updates of timed posts go by when they are due, so that an old text does not go out meanwhile. What frees a text is
    sent before what takes it. All deletes are sent first if creates need their room.
    """
    ordered = sorted(changes, key=_order)
    freed_by = freeing(ordered)
    frees = {slot for slots in freed_by.values() for slot in slots}
    needed = Counter(each for change in ordered for each in _needs(change))
    all_first = bool(needed) and any(needed[each] > left for each, left in _room(live).items())

    def is_later(change: Change) -> bool:
        return change.slot not in frees and not (all_first and change.action is Action.DELETE)

    return _freed_first(sorted(ordered, key=is_later), freed_by)


def _freed_first(changes: list[Change], freed_by: Mapping[Slot, Collection[Slot]]) -> list[Change]:
    """The changes in this order, but what takes a text follows what frees it.

    Of several that take each other's texts, the first in this order is sent first: the others are due later.
    """
    if not freed_by:
        return changes
    numbers = {change.slot: number for number, change in enumerate(changes)}
    after = {
        number: {numbers[each] for each in freed_by.get(change.slot, ())} - {number}
        for number, change in enumerate(changes)
    }
    return [changes[number] for number in _ordered(after)]


def _ordered(after: Mapping[int, set[int]]) -> list[int]:
    """The numbers, each behind those that it comes after, else by size; a circle begins with its least number."""
    while True:
        sorter = TopologicalSorter(after)
        try:
            sorter.prepare()
            break
        except CycleError as error:
            circle = set(error.args[1])
            first = min(circle)
            after = {**after, first: after[first] - circle}
    found: list[int] = []
    ready: list[int] = []
    while sorter:
        for number in sorter.get_ready():
            heappush(ready, number)
        found.append(heappop(ready))
        sorter.done(found[-1])
    return found


def _order(change: Change) -> tuple[int, float, bool]:
    """The key of a stable sort. Where a draft and a new post join one queue, the new one does first."""
    if not _joins_schedule(change):
        return _AFTER_CREATES.get(change.action, 1), _due_there(change), False
    due = change.due_at.timestamp() if change.due_at else _FAR
    return 0 if isinstance(change.desired, Idea) else 1, due, change.action is Action.UPDATE


def _due_there(change: Change) -> float:
    """When Buffer publishes a timed post that an update changes, with its old text or its new one; else nothing."""
    live = change.live
    if change.action is not Action.UPDATE or not isinstance(live, LivePost) or not live.is_custom_scheduled:
        return _FAR
    times = [each.timestamp() for each in (live.due_at, change.due_at) if each]
    return min(times, default=_FAR)


def _joins_schedule(change: Change) -> bool:
    """Whether it is new, or a draft that becomes a scheduled post: both need room."""
    return change.action is Action.CREATE or (change.action is Action.UPDATE and change.was_draft)


def within_limits(changes: Iterable[Change], live: Live) -> list[Change]:
    """The changes; what joins the schedule beyond the limits of the Buffer plan waits, and posts of waiting ideas do.

    A scheduled post that is deleted, or becomes a draft because it is suspended, makes room. `changes` are in the order
    in which they will be sent: ideas first.
    """
    changes = list(changes)
    if not any(map(_joins_schedule, changes)):
        return changes
    room = _room(live)
    leaving = (change for change in changes if change.action is Action.DELETE or change.takes_off)
    room.update(each for change in leaving for each in _takes(change.slot.home, change.live) if each in room)
    first_out = _first_out(changes, live, room)
    changes = _within(changes, room, _needs, lambda change, short: _full(change, short, first_out.get(short)))
    late = {change.slot for change in changes if change.action is Action.WAITING}
    kept = []
    for change in changes:
        idea = idea_of(change) if change.action is Action.CREATE else None
        if idea and idea in late:
            change = replace(  # noqa: PLW2901 - the same change
                change, action=Action.WAITING, why=replace(_WAITS_FOR_IDEA, own={"idea": idea.key})
            )
        kept.append(change)
    return kept


def hold_without_idea(changes: Iterable[Change], doing: Collection[Slot] | None = None) -> list[Change]:
    """Hold the posts of ideas that the run does not add. `doing`: the slots whose writes are part of it, or all."""
    changes = list(changes)
    added = {each.slot for each in changes if each.action is Action.CREATE and (doing is None or each.slot in doing)}
    ideas = {change.slot: idea_of(change) for change in changes if change.action in WRITING}
    lacking = {slot for slot, idea in ideas.items() if idea and idea not in added}
    return [holds.WITHOUT_IDEA.on(change) if change.slot in lacking else change for change in changes]


#: What is limited, by the names of `Limits`, and the id of the home that it is limited for.
_Room = tuple[str, str]


def _room(live: Live) -> Counter[_Room]:
    """How many more objects each home takes, by the plan of its organization (notes: Limits).

    What is missing has no limit. If Buffer counts by organization after all, it refuses the posts that are too many,
    and a later apply sends them.
    """
    limits: dict[_Room, int] = {}
    for organization in live.organizations:
        for kind, limit in organization.limits._asdict().items():
            homes = [organization.id] if kind == "ideas" else [channel.id for channel in organization.channels]
            limits |= {(kind, home): limit for home in homes if limit is not None}
    taken = Counter(each for item in live.items for each in _takes(item.home, item)) if limits else Counter()
    return Counter({each: max(0, limit - taken[each]) for each, limit in limits.items()})


def _needs(change: Change) -> tuple[_Room, ...]:
    """The limits that a change counts against."""
    if not _joins_schedule(change):
        return ()
    item = change.desired
    if change.action is Action.UPDATE and isinstance(item, Post):
        item = replace(item, draft=False)  # one that a person had scheduled goes back although its file says draft
    return _takes(change.slot.home, item)


def _takes(home: str, item: Item | LiveItem | None) -> tuple[_Room, ...]:
    """The limits that an object counts against: drafts and posts published at once against none."""
    if isinstance(item, Idea | LiveIdea):
        return (("ideas", home),)
    if isinstance(item, LivePost):
        counts, thread, kind = item.is_scheduled, len(item.thread), item.metadata.get("type")
    elif item:
        counts = not (item.draft or item.needs_approval or item.mode is ShareMode.SHARE_NOW)
        thread, kind = len(thread_of(item.metadata)), getattr(item.metadata, "type", None)
    else:
        return ()
    kinds = {"posts": True, "threads": thread > 1, "stories": kind == "story"}
    return tuple((each, home) for each, is_one in kinds.items() if counts and is_one)


#: Why a change waits.
_WAITS_FOR_IDEA = Said("It waits for its idea `{idea}`")
_NO_ROOM = Said("Your Buffer plan has no room for more scheduled {kind}; it is sent once earlier ones are published")
_NO_ROOM_IN_TIME = Said(
    "Your Buffer plan has no room for more scheduled {kind} before {when}, when the first of them is published, so it "
    "will not go out in time"
)
_LATER_OR_ROOM = Said(
    "Move it to a later time, or make room: delete a scheduled one, or make it a draft.",
    beside=(Answer(Way.EDIT, "due_at"),),
)
_NO_ROOM_FOR_IDEAS = Said("Your Buffer plan has no room for more ideas; it is sent once some are deleted in Buffer")
_DAY_IS_FULL = Said("Buffer accepts no more posts on this channel that day")
_ANOTHER_DAY = Said("Move it to another day.", beside=(Answer(Way.EDIT, "due_at"),))


def _first_out(changes: Iterable[Change], live: Live, room: Mapping[_Room, int]) -> Mapping[_Room, datetime]:
    """When the first post is published that takes each room, so that there is room again; only where that is certain.

    `room`: what is left before these changes are sent.
    """
    changed = {change.live_id: change for change in changes if change.action in WRITING and change.live_id}
    times: dict[_Room, list[datetime | None]] = defaultdict(list)
    for item in live.items:
        change = changed.get(item.id)
        if change and (change.action is Action.DELETE or change.takes_off):
            continue
        due_at = change.due_at if change else item.due_at if isinstance(item, LivePost) else None
        for each in _takes(item.home, item):
            times[each].append(due_at)
    for change in changes:
        for each in _needs(change):
            if room.get(each):
                times[each].append(change.due_at)
    return {each: min(filter(None, found)) for each, found in times.items() if found and all(found)}


def _full(change: Change, room: _Room, first_out: datetime | None) -> tuple[Said, Said | None]:
    """Why a change waits that takes a room which is full, and what to do if that passes too late for it."""
    if room[0] == "ideas":
        return _NO_ROOM_FOR_IDEAS, None
    if first_out and change.due_at and change.due_at <= first_out:
        when = dates.moment(first_out.astimezone(change.due_at.tzinfo))
        return replace(_NO_ROOM_IN_TIME, facts={"kind": room[0], "when": when}), _LATER_OR_ROOM
    return replace(_NO_ROOM, facts={"kind": room[0]}), None


def _within(
    changes: Iterable[Change],
    room: Mapping[K, int],
    takes: Callable[[Change], Iterable[K]],
    full: Callable[[Change, K], tuple[Said, Said | None]],
) -> list[Change]:
    """The changes, of which those wait that take something that has no room left.

    What `room` lacks has no limit. `full`: why one waits for what has no room, and what to do about it.
    """
    left = Counter(room)
    kept = []
    for change in changes:
        needed = [each for each in takes(change) if each in room]
        if short := next((each for each in needed if not left[each]), None):
            why, todo = full(change, short)
            if change.why:
                why = why + Said(". ") + change.why
            kept.append(replace(change, action=Action.WAITING, why=why, todo=todo))
        else:
            left.subtract(needed)
            kept.append(change)
    return kept


def busy_days(plan: Plan, live: Live) -> dict[datetime, set[str]]:
    """Channels by noon of the day on which they come to `BUSY` posts or more."""
    new = Counter(day for day in (_day(change, plan) for change in plan.changes) if day)
    if not new:
        return {}
    existing = Counter(
        (each.channel_id, _noon(each.due_at, plan, each.channel_id)) for each in live.posts if each.due_at
    )
    days: dict[datetime, set[str]] = defaultdict(set)
    for (channel, noon), count in new.items():
        if count + existing[channel, noon] >= BUSY:
            days[noon].add(channel)
    return dict(days)


def within_daily_limits(plan: Plan, room: Mapping[tuple[str, datetime], int]) -> Plan:
    """The plan; what joins a day beyond its room waits, and the earliest due go first."""
    changes = _within(
        plan.changes,
        room,
        lambda change: filter(None, [_day(change, plan)]),
        lambda _, __: (_DAY_IS_FULL, _ANOTHER_DAY),
    )
    return replace(plan, changes=tuple(changes))


def _day(change: Change, plan: Plan) -> tuple[str, datetime] | None:
    """Channel and noon of the day on which a change schedules a post; None for a post without its own time."""
    post = change.desired
    stays_draft = isinstance(post, Post) and post.draft and not change.was_draft
    if not isinstance(post, Post) or change.due_at is None or stays_draft or not _joins_schedule(change):
        return None
    return change.slot.channel_id, _noon(change.due_at, plan, change.slot.channel_id)


def _noon(moment: datetime, plan: Plan, channel_id: str) -> datetime:
    """Noon, in UTC, of the day in the channel's time zone: an instant of that day in nearly every zone."""
    channel = plan.channels.get(channel_id)
    local = moment.astimezone(channel.zone if channel else UTC)
    return local.replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


def queue_times(changes: Collection[Change], live: Live, channels: Mapping[str, LiveChannel]) -> dict[Slot, datetime]:
    """By slot, the times of posts that join the end of a queue; `changes` in the order in which they are sent.

    Empty for channels whose queue is paused or has no slots. A post added to the front moves the others back by one,
    and a post that leaves the queue moves those behind it up.
    """
    by_channel: dict[str, list[Change]] = defaultdict(list)
    for change in filter(_joins, changes):
        by_channel[change.slot.channel_id].append(change)
    found: dict[Slot, datetime] = {}
    for id_, joining in by_channel.items():
        channel = channels.get(id_)
        if channel and channel.posting_times and not channel.is_queue_paused:
            free = _free(channel, live, [each for each in changes if each.slot.channel_id == id_])
            at = {change.slot: next(free) for change in joining}
            found |= {each.slot: at[each.slot] for each in joining if _joins(each) is ShareMode.ADD_TO_QUEUE}
    return found


def _joins(change: Change) -> ShareMode | None:
    """How a post joins its queue, new or put there by an edit; None if it does not."""
    post, write = change.desired, change.write
    is_moved = isinstance(write, EditPost) and write.reschedule and not write.back_to
    is_joining = change.action is Action.CREATE or (change.action is Action.UPDATE and is_moved)
    if not is_joining or not isinstance(post, Post) or post.draft or post.needs_approval:
        return None
    return post.mode if post.mode in _QUEUED else None


def _free(channel: LiveChannel, live: Live, changes: Iterable[Change]) -> Iterator[datetime]:
    """The slots from now on that will stay free."""
    there = [post for post in live.posts if post.channel_id == channel.id and post.is_scheduled]
    queue = sorted(post.due_at for post in there if post.due_at and not post.is_custom_scheduled)
    timed = {post.due_at for post in there if post.is_custom_scheduled}
    leaving = 0
    for change in changes:
        post = change.live
        if isinstance(post, LivePost) and post.is_scheduled and not post.is_custom_scheduled:
            is_moved = isinstance(change.write, EditPost) and change.write.reschedule
            leaving += change.action is Action.DELETE or is_moved
        if change.action is Action.CREATE and change.desired:
            timed.add(change.desired.due_at)
    taken = {*timed, *queue[: len(queue) - leaving]}
    return (slot for slot in _slots(channel, live.at) if slot not in taken)


def _slots(channel: LiveChannel, after: datetime) -> Iterator[datetime]:
    """All slots of a channel, an infinite sequence."""
    day = after.astimezone(channel.zone).date()
    while True:
        times = sorted({at for weekday, at in channel.posting_times if weekday == day.weekday()})
        slots = (datetime.combine(day, at, channel.zone).astimezone(UTC) for at in times)
        yield from (slot for slot in slots if slot > after)
        day += timedelta(days=1)
