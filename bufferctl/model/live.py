"""The objects that the API returns, in snake_case, limited to the fields that bufferctl uses; and the quota.

`metadata` of a post keeps the network's fields as a plain dictionary (snake_case keys, absent ones left out): it is
compared and shown, never branched on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from bufferctl.model.base import Aware, Seconds
from bufferctl.model.desired import Tag
from bufferctl.model.enums import PostStatus, SchedulingType, ShareMode
from bufferctl.model.networks import Service
from bufferctl.value import field, replace, value


@value()
class LiveAsset:
    """One attachment; `source` is a URL on Buffer's own storage, never compared (notes: Reading).

    `details` holds the other fields that the API returned: `title`, `thumbnail_offset`,
    `animated_thumbnail`, `user_tags` (tuples of handle, x, y).
    """

    kind: str
    alt_text: str = ""
    source: str = ""
    thumbnail: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@value()
class LiveThreadItem:
    """One post of a live thread. `link_attachment`: the fields of its card, declared or scraped; empty for none."""

    text: str
    assets: tuple[LiveAsset, ...] = ()
    link_attachment: Mapping[str, str] = field(default_factory=dict)


_OUT = (PostStatus.SENDING, PostStatus.SENT)
_MAY_GO_OUT = (PostStatus.SCHEDULED, PostStatus.NEEDS_APPROVAL)


@value()
class LivePost:
    """A post in Buffer. All datetimes are aware."""

    id: str  # Buffer's
    channel_id: str  # of its channel
    status: PostStatus  # as last read
    text: str  # what is or will be published
    created_at: Aware  # by Buffer's clock
    due_at: Aware | None = None  # when it goes out; None: not known yet
    sent_at: Aware | None = None  # when it was published
    share_mode: str = ""  # how it was scheduled
    scheduling_type: str | None = None  # whether Buffer publishes it, or reminds a person
    is_custom_scheduled: bool = False  # it has its own time
    shared_now: bool = False  # it was published at once
    via: str = ""  # what created it
    idea_id: str | None = None  # of the idea that it was made from
    tags: tuple[Tag, ...] = ()  # names and ids
    assets: tuple[LiveAsset, ...] = ()  # images, videos, a document
    thread: tuple[LiveThreadItem, ...] = ()  # empty if it is not one
    metadata: Mapping[str, Any] = field(default_factory=dict)  # the fields of its own network
    error: str = ""  # the network's message
    external_link: str | None = None  # where it is published

    @property
    def home(self) -> str:
        return self.channel_id

    @property
    def by_api(self) -> bool:
        """Whether Buffer reports that an API client created it; only a hint (notes: Limits)."""
        return self.via == "api"

    @property
    def is_out(self) -> bool:
        """Whether it is published or being published."""
        return self.status in _OUT

    @property
    def is_scheduled(self) -> bool:
        return self.status is PostStatus.SCHEDULED

    @property
    def may_go_out(self) -> bool:
        """Whether Buffer publishes it, or would once somebody approves it there."""
        return self.status in _MAY_GO_OUT

    @property
    def reminds(self) -> bool:
        """Whether Buffer only reminds a person of it; an automatic post often reads back as null (notes: Reading)."""
        return self.scheduling_type == SchedulingType.NOTIFICATION

    @property
    def has_own_time(self) -> bool:
        """Whether it has its own time outside the queue, according to both of Buffer's fields for this."""
        return self.is_custom_scheduled and self.share_mode == ShareMode.CUSTOM_SCHEDULED


@value()
class LiveMedium:
    """An image, video, link or document of an idea; `url` is on Buffer's own storage, never compared; `size` in bytes.

    `source`: its origin, with the field names of the files.
    """

    kind: str
    alt_text: str = ""
    url: str = ""
    thumbnail: str = ""
    size: int | None = None
    source: Mapping[str, str] = field(default_factory=dict)


@value()
class LiveIdea:
    """An idea in Buffer. It is never published, and Buffer does not report what created it."""

    is_out: ClassVar = False
    by_api: ClassVar = False

    id: str  # Buffer's
    organization_id: str  # of its organization
    created_at: Aware  # by Buffer's clock
    title: str = ""  # its title
    text: str = ""  # its text
    services: tuple[str, ...] = ()  # the networks that it is for
    tags: tuple[Tag, ...] = ()  # names and ids
    date: Aware | None = None  # aware
    media: tuple[LiveMedium, ...] = ()  # images, videos, links
    group_id: str | None = None  # the column of the board
    ai_assisted: bool = False  # an AI helped to write it

    @property
    def home(self) -> str:
        return self.organization_id


#: What is in Buffer.
LiveItem = LivePost | LiveIdea


class Unavailable(StrEnum):
    """Why Buffer publishes nothing on a channel, in a word for people."""

    DISCONNECTED = "disconnected"
    LOCKED = "locked"


@value()
class LiveChannel:
    """A channel in Buffer."""

    id: str  # Buffer's
    organization_id: str  # of its organization
    service: Service  # its network
    name: str  # its name there
    display_name: str | None = None  # as people see it
    timezone: str = "UTC"  # of its queue
    is_disconnected: bool = False  # Buffer cannot publish there
    is_locked: bool = False  # the Buffer plan has fewer channels
    is_queue_paused: bool = False  # it takes posts and publishes none
    link_shortening: bool = False  # Buffer rewrites the links in texts
    boards: Mapping[str, str] = field(default_factory=dict)  # the service ids of Pinterest boards, by name
    #: The limit that Buffer reports for it (a Mastodon server, a paying X account), else None.
    max_characters: int | None = None
    #: The weekly slots of its queue: a day (0 is Monday) and a time in its zone.
    posting_times: tuple[tuple[int, time], ...] = ()
    only_reminds: bool = False  # Buffer refuses to publish there by itself
    reminds_by_default: bool = False  # people chose that it does not publish by itself (notes: Reading)

    @property
    def label(self) -> str:
        """How the files name it."""
        return f"{self.service.value}:{self.name}"

    @property
    def unavailable(self) -> Unavailable | None:
        """Why Buffer publishes nothing there; None if it does, though its queue may be paused."""
        if self.is_disconnected:
            return Unavailable.DISCONNECTED
        return Unavailable.LOCKED if self.is_locked else None

    @property
    def zone(self) -> tzinfo:
        """Its time zone, or UTC if this machine lacks it."""
        try:
            return ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            return UTC


class Limits(NamedTuple):
    """The most that a Buffer plan allows, None if unknown; threads and stories, on each channel, are posts too."""

    posts: int | None = None
    threads: int | None = None
    stories: int | None = None
    ideas: int | None = None


_UNLIMITED = Limits()


@value()
class LiveOrganization:
    """An organization in Buffer with its channels. `limits`: of its Buffer plan."""

    id: str
    name: str
    channels: tuple[LiveChannel, ...] = ()
    limits: Limits = _UNLIMITED


@value()
class Account:
    """The organizations that a key reaches, before any post is read."""

    organizations: tuple[LiveOrganization, ...] = ()
    timezone: str | None = None

    @property
    def homes(self) -> frozenset[str]:
        """The ids of its homes: of channels for posts, of organizations for ideas."""
        channels = {channel.id for organization in self.organizations for channel in organization.channels}
        return frozenset(channels | {organization.id for organization in self.organizations})

    @property
    def shortening(self) -> frozenset[str]:
        """The ids of channels whose links Buffer rewrites."""
        channels = (channel for organization in self.organizations for channel in organization.channels)
        return frozenset(channel.id for channel in channels if channel.link_shortening)


@value()
class Wanted:
    """What a reading covers: equal ones get the same answer. Ids that the account does not have are skipped.

    Unsent posts and ideas are read in full. Sent posts are read newest first: those created or due since the channel's
    instant in `since` (all if it has none), at most `sent_pages` (1 or more) pages for each list (see `Live.unread`).
    """

    channels: Mapping[str, Collection[str]] = field(default_factory=dict)  # ids by organization id: their posts
    ideas: Collection[str] = ()  # organization ids: their ideas
    since: Mapping[str, datetime] = field(default_factory=dict)  # by channel id
    sent_pages: int = 10
    #: When unsent posts of a channel were created, as far as is known; the more is known, the fewer requests it takes.
    created: Mapping[str, Sequence[datetime]] = field(default_factory=dict)

    def covers(self, other: Wanted) -> bool:
        """Whether a reading of this contains everything that the other one reads, as far back."""
        if self.sent_pages != other.sent_pages or not set(other.ideas) <= set(self.ideas):
            return False
        for organization, ids in other.channels.items():
            if not set(ids) <= set(self.channels.get(organization, ())):
                return False
            if any(self.since.get(each) != other.since.get(each) for each in ids):
                return False
        return True


@value()
class Live:
    """Everything read from the declared organizations."""

    at: Aware  # the server's clock at the last answer, aware
    organizations: tuple[LiveOrganization, ...] = ()  # with their channels
    posts: tuple[LivePost, ...] = ()  # of the channels that were read
    ideas: tuple[LiveIdea, ...] = ()  # of the organizations that were read
    #: Channels whose sent posts were not all read, so that a missing post proves nothing.
    unread: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()  # ids that were requested and do not exist
    #: An instant before all of it was read, by the server's clock; None if no answer told that.
    began: datetime | None = None

    @property
    def items(self) -> tuple[LiveItem, ...]:
        return (*self.posts, *self.ideas)

    def within(self, wanted: Wanted) -> Live:
        """A copy with only the objects that `wanted` names."""
        channels = {id_ for ids in wanted.channels.values() for id_ in ids}
        return replace(
            self,
            organizations=tuple(
                each for each in self.organizations if each.id in wanted.channels or each.id in wanted.ideas
            ),
            posts=tuple(post for post in self.posts if post.channel_id in channels),
            ideas=tuple(idea for idea in self.ideas if idea.organization_id in wanted.ideas),
            unread=self.unread & channels,
        )


def ids_by_home(items: Iterable[LiveItem]) -> dict[str, set[str]]:
    homes: dict[str, set[str]] = {}
    for item in items:
        homes.setdefault(item.home, set()).add(item.id)
    return homes


@value()
class Window:
    """A rolling window: `left` of `quota` requests; it is full again `reset_seconds` after `at` (the server's clock).

    `quota` is None if the answer gave only the number left.
    """

    window_seconds: int
    left: int
    reset_seconds: Seconds
    at: Aware
    quota: int | None = None

    @property
    def resets_at(self) -> datetime:
        """The instant, by the server's clock, at which the window is full again."""
        return self.at + timedelta(seconds=self.reset_seconds)


@value()
class Quota:
    """The latest state of every known window, shortest first; empty until an answer includes one."""

    windows: tuple[Window, ...] = ()

    def updated(self, newer: Quota) -> Quota:
        """The windows of both; if both have a window, the newer state of it."""
        latest = {window.window_seconds: window for window in (*self.windows, *newer.windows)}
        return Quota(tuple(latest[seconds] for seconds in sorted(latest)))

    def spent(self) -> Quota:
        """A copy with one request fewer in every window, as an estimate until the answer arrives."""
        return Quota(tuple(replace(window, left=window.left - 1) for window in self.windows))

    @property
    def tightest(self) -> Window | None:
        """The window with the fewest requests left (the longest of equal ones), None if there is none."""
        return min(self.windows, key=lambda window: (window.left, -window.window_seconds), default=None)
