"""The publishing schedule: each post of a plan, and each unmanaged post, with its time in the channel's zone.

Text, JSON and calendars are made from the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from bufferctl.diagnostics import Place
from bufferctl.model import Address, Live, LiveChannel, LivePost, Post, PostStatus, ShareMode
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.render import words
from bufferctl.render.words import in_zone

#: Actions of posts that are no longer declared or were cancelled, so they go out only if Buffer still has them.
_LEAVING = frozenset({Action.DELETE, Action.HOLD})
_STATUSES = {
    PostStatus.DRAFT: "draft",
    PostStatus.NEEDS_APPROVAL: "awaiting approval",
    PostStatus.SCHEDULED: "scheduled",
    PostStatus.SENDING: "being published",
    PostStatus.SENT: "published",
    PostStatus.ERROR: "not published",
}
_QUEUED = frozenset({ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT})
_WEEKS = ("this", "next")
_WEEK = re.compile(r"(\d{4})-?[wW](\d{1,2})")
#: Actions of posts that already match the files.
_SETTLED = frozenset({Action.NO_OP, Action.ADOPT, Action.MOVE})


@dataclass(frozen=True, slots=True)
class Row:
    """One post on one channel.

    `address` is None if no file declares it. `when` is in the channel's zone, None if unknown; `written`: the same
    instant in the file's zone, if the local time differs. `in_queue`: the queue decides the time; `fixed`: it stays
    when its campaign moves. `standing`: its status in Buffer, or what apply will do, in plain words. `cancelled`: it
    does not go out.
    """

    address: Address | None
    organization: str
    channel: str
    service: str
    standing: str
    text: str = ""
    when: datetime | None = None
    written: datetime | None = None
    timezone: str = "UTC"
    in_queue: bool = False
    fixed: bool = False
    draft: bool = False
    cancelled: bool = False
    tags: tuple[str, ...] = ()
    action: Action | None = None
    status: PostStatus | None = None
    id: str | None = None
    link: str | None = None
    message: str = ""
    hint: str = ""
    place: Place | None = None


class Span(NamedTuple):
    """First and last day, both included; None leaves that end open. Days are counted in each channel's zone."""

    first: date | None = None
    last: date | None = None


def agenda(plan: Plan, live: Live | None = None) -> tuple[Row, ...]:
    """The rows of a plan by time, unscheduled ones last. `live`: adds unsent posts that are not in the plan."""
    rows = [_declared(change, plan) for change in plan.changes if _is_listed(change)]
    if live is not None:
        known = {change.live_id for change in plan.changes}
        found = (post for post in live.posts if post.id not in known and post.status is not PostStatus.SENT)
        rows += (_unmanaged(post, plan.channels[post.channel_id], live) for post in found)
    return tuple(sorted(rows, key=_order))


def within_days(rows: Iterable[Row], span: Span, now: datetime) -> tuple[Row, ...]:
    """The rows of a span of days, which begins today if it has no first day.

    Rows without a time are included only if the span has no last day and they are not published.
    """
    return tuple(row for row in rows if _is_within(row, span, now))


def before_today(rows: Iterable[Row], now: datetime) -> tuple[Row, ...]:
    """The rows of past days, which a span without a first day leaves out."""
    return tuple(row for row in rows if row.when and row.when.date() < in_zone(now, row.timezone).date())


def on_channels(rows: Iterable[Row], channels: Collection[str]) -> tuple[Row, ...]:
    """The rows on these channels, each a service or a label such as `twitter:acme`."""
    return tuple(row for row in rows if row.channel in channels or row.service in channels)


def week(name: str, today: date) -> Span:
    """A week, Monday to Sunday: `this`, `next`, `2026-W49`, or a day in it. Raises ValueError for anything else."""
    if name in _WEEKS:
        day = today + timedelta(weeks=_WEEKS.index(name))
    elif found := _WEEK.fullmatch(name):
        day = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    else:
        day = date.fromisoformat(name)
    monday = day - timedelta(days=day.weekday())
    return Span(monday, monday + timedelta(days=6))


def _is_within(row: Row, span: Span, now: datetime) -> bool:
    if row.when is None:
        return span.last is None and row.status not in {PostStatus.SENT, PostStatus.SENDING}
    day, today = row.when.date(), in_zone(now, row.timezone).date()
    return (span.first or today) <= day and (span.last is None or day <= span.last)


def _is_listed(change: Change) -> bool:
    """Whether it is a post that the files declare, or that Buffer publishes although they no longer do."""
    if change.address.is_idea:
        return False
    if isinstance(change.desired, Post):
        return change.action is not Action.FORGET
    return change.action in _LEAVING and change.goes_out


def _declared(change: Change, plan: Plan) -> Row:
    post = change.desired if isinstance(change.desired, Post) else None
    live = change.live if isinstance(change.live, LivePost) else None
    channel = plan.channels.get(change.slot.channel_id)
    zone = channel.timezone if channel else ""
    status = live.status if live else _recorded(change)
    moment = _moment(change, live, status)
    return Row(
        change.address,
        change.address.organization,
        change.address.channel,
        change.address.channel.partition(":")[0],
        _standing(change, status),
        text=(post.text or _title(post)) if post else live.text if live else "",
        when=in_zone(moment, zone) if moment else None,
        written=_elsewhere(post, zone),
        timezone=zone or "UTC",
        in_queue=post.mode in _QUEUED if post else bool(live and not live.has_own_time),
        fixed=bool(post and post.is_fixed),
        draft=bool(post and post.draft),
        cancelled=_is_cancelled(change),
        tags=post.tags if post else tuple(tag.name for tag in live.tags) if live else (),
        action=change.action,
        status=status,
        id=change.live_id,
        link=live.external_link if live else None,
        message=change.message,
        hint=change.hint,
        place=change.place,
    )


def _unmanaged(post: LivePost, channel: LiveChannel, live: Live) -> Row:
    names = {organization.id: organization.name for organization in live.organizations}
    return Row(
        None,
        names.get(channel.organization_id, channel.organization_id),
        f"{channel.service}:{channel.name}",
        channel.service.value,
        f"{_STATUSES[post.status]}, unmanaged",
        text=post.text,
        when=in_zone(post.due_at, channel.timezone) if post.due_at else None,
        timezone=channel.timezone,
        in_queue=not post.has_own_time,
        draft=post.status is PostStatus.DRAFT,
        tags=tuple(tag.name for tag in post.tags),
        status=post.status,
        id=post.id,
    )


def _standing(change: Change, status: PostStatus | None) -> str:
    if _is_cancelled(change):
        return "cancelled"
    if change.action in _SETTLED and status is not None:
        return _STATUSES[status]
    return words.describe_action(change)


def _is_cancelled(change: Change) -> bool:
    """Whether it was cancelled and Buffer will not publish it either."""
    is_called_off = isinstance(change.desired, Post) and change.desired.cancelled
    return is_called_off and change.action not in _LEAVING | {Action.DONE}


def _moment(change: Change, live: LivePost | None, status: PostStatus | None) -> datetime | None:
    """When it goes out; for a published post, when it went out, even if the file has changed since."""
    if status is not PostStatus.SENT:
        return change.due_at
    if live is not None:
        return live.sent_at or live.due_at
    due = change.binding.due_at if change.binding else ""
    return datetime.fromisoformat(due) if due else change.due_at


def _recorded(change: Change) -> PostStatus | None:
    """The status from the state, for plans that were made without Buffer."""
    if change.action is Action.DONE or change.reason is Reason.SENT:
        return PostStatus.SENT
    status = change.binding.status if change.binding else ""
    return next((each for each in PostStatus if each == status), None)


def _title(post: Post) -> str:
    return str(getattr(post.metadata, "title", None) or "")


def _elsewhere(post: Post | None, zone: str) -> datetime | None:
    """The time in the file's zone, if it differs from the local time in the channel's zone."""
    if post is None or post.due_at is None:
        return None
    there = in_zone(post.due_at, zone)
    return None if there.utcoffset() == post.due_at.utcoffset() else post.due_at


def _order(row: Row) -> tuple[bool, date, datetime, str, str]:
    moment = row.when or datetime.max.replace(tzinfo=UTC)
    return row.when is None, moment.date(), moment, row.channel, str(row.address or row.id)
