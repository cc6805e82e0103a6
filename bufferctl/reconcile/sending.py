"""In which order changes leave, and what Buffer's plan has room for (design: Applying; notes: Limits)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from bufferctl.model import Idea, Live, LivePost, Post, PostStatus, ShareMode
from bufferctl.plan import Action, Change
from bufferctl.reconcile.repeats import saying

_FAR = float("inf")


def in_order(changes: Iterable[Change], live: Live) -> list[Change]:
    """Ideas, timed creates by due time, queue creates in file order, updates, deletes.

    A delete or an update leaves first where a create takes its text, and all deletes where creates need their room.
    """
    ordered = sorted(changes, key=_order)
    taken = {saying(c.slot.home, c.desired) for c in ordered if c.action is Action.CREATE and c.desired is not None}
    all_first = _needs_room(ordered, live)

    def is_later(change: Change) -> bool:
        frees = change.live is not None and saying(change.slot.home, change.live) in taken
        is_delete = change.action is Action.DELETE
        return not ((is_delete and all_first) or (frees and (is_delete or change.action is Action.UPDATE)))

    return sorted(ordered, key=is_later)


def _order(change: Change) -> tuple[int, float]:
    """The sort is stable."""
    if change.action is Action.DELETE:
        return 3, 0
    if change.action is Action.UPDATE:
        return 2, 0
    if change.action is Action.CREATE and isinstance(change.desired, Idea):
        return 0, 0
    if change.action is Action.CREATE and isinstance(change.desired, Post) and change.desired.due_at:
        return 1, change.desired.due_at.timestamp()
    return 1, _FAR


def within_limits(changes: Iterable[Change], live: Live) -> list[Change]:
    """The changes, with creates beyond a channel's limit of scheduled posts turned into waiting.

    A delete of a scheduled post makes room. `changes` are in the order in which they will be sent.
    """
    changes = list(changes)
    room = _room(live)
    if not room:
        return changes
    for change in changes:
        if change.action is Action.DELETE and _is_scheduled(change.live) and change.slot.channel_id in room:
            room[change.slot.channel_id] += 1
    return [_fitting(change, room) for change in changes]


def _needs_room(changes: Iterable[Change], live: Live) -> bool:
    """Whether some create fits only once deletes have made room, so that deletes must go first."""
    room = _room(live)
    wanted = Counter(c.slot.channel_id for c in changes if c.action is Action.CREATE and _takes_room(c))
    return any(wanted[channel] > left for channel, left in room.items())


def _room(live: Live) -> dict[str, int]:
    """By channel id: how many more posts may be scheduled, by the plan of its organization (notes: Limits).

    Channels of organizations without a limit are not in it. Should Buffer count by organization after all, it refuses
    what is too many, and a later apply sends that.
    """
    taken = Counter(post.channel_id for post in live.posts if _is_scheduled(post))
    return {
        c.id: max(0, o.scheduled_posts_limit - taken[c.id])
        for o in live.organizations
        if o.scheduled_posts_limit is not None
        for c in o.channels
    }


def _is_scheduled(live: object) -> bool:
    return isinstance(live, LivePost) and live.status is PostStatus.SCHEDULED


def _takes_room(change: Change) -> bool:
    post = change.desired
    if not isinstance(post, Post):
        return False
    return not (post.draft or post.needs_approval or post.mode is ShareMode.SHARE_NOW)


def _fitting(change: Change, room: dict[str, int]) -> Change:
    channel = change.slot.channel_id
    if change.action is not Action.CREATE or channel not in room or not _takes_room(change):
        return change
    if room[channel] > 0:
        room[channel] -= 1
        return change
    return replace(
        change,
        action=Action.WAITING,
        write=None,
        message="Your Buffer plan has no room for more scheduled posts; it is sent once earlier ones are published",
    )
