"""What Buffer's plan leaves room for: the earliest due go first, the surplus waits (design: Actions; notes: Limits)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from bufferctl.model import Live, LivePost, Post, PostStatus, ShareMode
from bufferctl.plan import Action, Change


def within_limits(changes: Iterable[Change], live: Live) -> list[Change]:
    """The changes, with creates beyond an organization's limit of scheduled posts turned into waiting.

    A delete of a scheduled post makes room. `changes` are in the order in which they will be sent.
    """
    changes = list(changes)
    room = _room(live)
    if not room:
        return changes
    for change in changes:
        if change.action is Action.DELETE and _is_scheduled(change.live) and change.slot.organization_id in room:
            room[change.slot.organization_id] += 1
    return [_fitting(change, room) for change in changes]


def needs_room(changes: Iterable[Change], live: Live) -> bool:
    """Whether some create fits only once deletes have made room, so that deletes must go first."""
    room = _room(live)
    wanted = Counter(c.slot.organization_id for c in changes if c.action is Action.CREATE and _takes_room(c))
    return any(wanted[organization] > left for organization, left in room.items())


def _room(live: Live) -> dict[str, int]:
    """By organization id: how many more posts may be scheduled. Organizations without a limit are not in it."""
    owner = {c.id: o.id for o in live.organizations for c in o.channels}
    taken = Counter(owner.get(post.channel_id) for post in live.posts if _is_scheduled(post))
    return {
        o.id: max(0, o.scheduled_posts_limit - taken[o.id])
        for o in live.organizations
        if o.scheduled_posts_limit is not None
    }


def _is_scheduled(live: object) -> bool:
    return isinstance(live, LivePost) and live.status is PostStatus.SCHEDULED


def _takes_room(change: Change) -> bool:
    post = change.desired
    if not isinstance(post, Post):
        return False
    return not (post.draft or post.needs_approval or post.mode is ShareMode.SHARE_NOW)


def _fitting(change: Change, room: dict[str, int]) -> Change:
    organization = change.slot.organization_id
    if change.action is not Action.CREATE or organization not in room or not _takes_room(change):
        return change
    if room[organization] > 0:
        room[organization] -= 1
        return change
    return replace(
        change,
        action=Action.WAITING,
        write=None,
        message="Buffer's plan has no room for more scheduled posts; it is sent once earlier ones are out",
    )
