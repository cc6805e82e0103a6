"""What the files say, with every shorthand resolved: one `Post` a channel, instants with zones, defaults filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bufferctl.diagnostics import Place
from bufferctl.model.address import Address
from bufferctl.model.base import Model
from bufferctl.model.content import Asset
from bufferctl.model.enums import MediaType, SchedulingType, Service, ShareMode
from bufferctl.model.metadata import NetworkMetadata
from bufferctl.model.policy import Policy
from bufferctl.model.scalars import Aware, Filled, Url, Whole


class IdeaMediaSource(Model):
    """Where a medium of an idea comes from."""

    name: str
    """The name of the site or program."""
    id: str | None = None
    """The medium's id there."""
    trigger: str | None = None
    """What brought it in."""
    author: str | None = None
    """Who made it."""
    author_url: Url | None = None
    """The page of who made it."""


class IdeaMedia(Model):
    """A picture, film, link or document of an idea."""

    url: Url
    """Where it is: public, direct, https."""
    type: MediaType
    """What it is."""
    alt: str | None = None
    """What it shows, for people who cannot see it."""
    thumbnail_url: Url | None = None
    """A smaller picture of it."""
    size: Whole | None = None
    """In bytes."""
    source: IdeaMediaSource | None = None
    """Where it comes from."""


class IdeaGroup(Model):
    """The column of the ideas board that an idea goes to."""

    group_id: Filled
    """The id of the column."""
    place_after_id: str | None = None
    """The id of the idea that it follows."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that the files map to Buffer's id, since no query lists tags (notes: Limits)."""

    name: str
    id: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class Organization:
    """A declared organization; `label` is its name, or its id where the files give no name.

    `timezone`: the zone of its times without an offset, None where the files name none. So for a channel.
    """

    label: str
    name: str | None
    id: str | None
    place: Place
    tags: tuple[Tag, ...] = ()
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A declared channel; `label` is `service:name`, or `service:id` where the files give no name.

    `timezone` is the nearest one around its times; `has_own_timezone`: its entry names it.
    """

    organization: str
    label: str
    service: Service
    name: str | None
    id: str | None
    place: Place
    timezone: str | None = None
    has_own_timezone: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """One post on one channel, as it is to be.

    `due_at` is aware, in the zone that the file means. `metadata` is that of the channel's network only. `tags` are
    names. `idea` is the key of an idea of the same organization. `place` points at the `key`. `entry`: a digest of the
    entry as it stands in the file, before defaults and variables are applied; empty where there is none.
    """

    address: Address
    service: Service
    place: Place
    text: str = ""
    mode: ShareMode = ShareMode.ADD_TO_QUEUE
    due_at: Aware | None = None
    scheduling_type: SchedulingType = SchedulingType.AUTOMATIC
    draft: bool = False
    needs_approval: bool = False
    assets: tuple[Asset, ...] = ()
    metadata: NetworkMetadata | None = None
    tags: tuple[str, ...] = ()
    idea: str | None = None
    ai_assisted: bool | None = None
    source: str | None = None
    draft_id: str | None = None
    was: str | None = None
    repeat_of: str | None = None
    cancelled: bool = False
    protect: bool = False
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Idea:
    """One idea of an organization. `date` is aware; `tags` are names; `place` points at the `key`."""

    address: Address
    place: Place
    title: str | None = None
    text: str | None = None
    services: tuple[Service, ...] = ()
    tags: tuple[str, ...] = ()
    date: Aware | None = None
    media: tuple[IdeaMedia, ...] = ()
    group: IdeaGroup | None = None
    ai_assisted: bool | None = None
    cta: str | None = None
    template_id: str | None = None
    was: str | None = None
    repeat_of: str | None = None
    cancelled: bool = False
    protect: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """What the root file sets for everything (design: The files). `rules`, `policy` and `state` are kept as written.

    `managed_since` is aware: what was created before it cannot be ours (design: The record).
    """

    prune: bool = True
    max_deletes: int = 5
    rules: dict[str, Any] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    state: Any = None
    managed_since: Aware | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything declared, in file order (in which queue posts are created). `files` are those that were read."""

    settings: Settings = field(default_factory=Settings)
    organizations: tuple[Organization, ...] = ()
    channels: tuple[Channel, ...] = ()
    posts: tuple[Post, ...] = ()
    ideas: tuple[Idea, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Post | Idea, ...]:
        """Everything that can be created, ideas first (a post may name one)."""
        return (*self.ideas, *self.posts)
