"""Daily limits of channels: requested only for busy days; posts beyond the limit wait (notes: Limits)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bufferctl.model import Live, LivePost, Post
from bufferctl.plan import Action, Change, Plan

#: The number of posts on one channel and day from which a limit may matter; Buffer's limits are well above.
BUSY = 10


def busy_days(plan: Plan, live: Live) -> dict[datetime, set[str]]:
    """Channels by noon of the day on which creating there brings them to `BUSY` posts or more."""
    new = Counter(key for change in plan.of(Action.CREATE) if (key := _day(change, plan)))
    if not new:
        return {}
    existing = Counter((p.channel_id, _noon(p.due_at, plan, p.channel_id)) for p in live.posts if p.due_at)
    days: dict[datetime, set[str]] = defaultdict(set)
    for (channel, noon), count in new.items():
        if count + existing[channel, noon] >= BUSY:
            days[noon].add(channel)
    return dict(days)


def within_daily_limits(plan: Plan, room: Mapping[tuple[str, datetime], int]) -> Plan:
    """The plan with creates beyond a day's room turned into waiting; the earliest due go first."""
    left = dict(room)
    changes = []
    for change in plan.changes:
        key = _day(change, plan) if change.action is Action.CREATE else None
        if key is None or key not in left:
            changes.append(change)
        elif left[key] > 0:
            left[key] -= 1
            changes.append(change)
        else:
            message = "Buffer accepts no more posts on this channel that day"
            hint = "Move it to another day."
            changes.append(replace(change, action=Action.WAITING, write=None, message=message, hint=hint))
    return replace(plan, changes=tuple(changes))


def _day(change: Change, plan: Plan) -> tuple[str, datetime] | None:
    """Channel and noon of the day that a timed create is for; None for a post without its own time."""
    post = change.desired
    if not isinstance(post, Post) or post.due_at is None or post.draft or isinstance(change.live, LivePost):
        return None
    return change.slot.channel_id, _noon(post.due_at, plan, change.slot.channel_id)


def _noon(moment: datetime, plan: Plan, channel_id: str) -> datetime:
    """Noon, in UTC, of the day in the channel's time zone: an instant of that day in nearly every zone."""
    channel = plan.channels.get(channel_id)
    try:
        zone: ZoneInfo | None = ZoneInfo(channel.timezone) if channel else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    local = moment.astimezone(zone or UTC)
    return local.replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)
