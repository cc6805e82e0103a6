"""What the files declare, with every shorthand resolved: one `Post` per channel, zoned instants, defaults filled in.

The team's policy (`policy:` in the root file) comes first. A channel reference there is a service (`linkedin`), which
means each of its channels, or a channel's label (`twitter:acme`).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar, Self

from pydantic import model_validator

from bufferctl.diagnostics import Place, Severity, all_of
from bufferctl.model.about import About, fields_with
from bufferctl.model.address import Address
from bufferctl.model.base import Aware, Filled, Model, Url, Whole, Words
from bufferctl.model.content import Asset, Sourced
from bufferctl.model.enums import MediaType, SchedulingType, ShareMode
from bufferctl.model.media_file import MediaSettings
from bufferctl.model.metadata import NetworkMetadata
from bufferctl.model.networks import Service
from bufferctl.value import field, replace, value

#: The rules for `freeze` and `minimum_lead` that only plan can check: for immediate posts, and for new or edited ones.
FREEZE, MINIMUM_LEAD = "BC201", "BC206"
ENTRY_IN_TEXT = "BC124"

#: The file and the key of a `suspended` line that counts for entries which no file has.
NOWHERE = ("", "")

#: The remote and branch of a state in git, unless the files set others.
GIT_REMOTE, GIT_BRANCH = "origin", "bufferctl-state"


@value()
class Freeze:
    """A period without publishing: from `start` until before `end`, both aware. Empty `channels` means all channels."""

    start: Aware
    end: Aware
    reason: str = ""
    channels: tuple[str, ...] = ()

    @property
    def aside(self) -> str:
        """Its reason as it follows in a sentence: ` (product launch)`; empty if it has none."""
        return f" ({self.reason})" if self.reason else ""

    def holds(self, moment: datetime, channel: str) -> bool:
        """Whether publishing is frozen at that instant on the channel with that label."""
        return self.start <= moment < self.end and (
            not self.channels or any(means(each, channel) for each in self.channels)
        )

    def is_also(self, other: Self) -> bool:
        """Whether it is another one with other days: for the same reason, with days in common."""
        return self.reason == other.reason and self.start < other.end and other.start < self.end


def beyond(freezes: Iterable[Freeze], agreed: Iterable[Freeze]) -> tuple[Freeze, ...]:
    """The freezes that people did not agree to, if they agreed to others; each of those counts for one."""
    left, found = list(agreed), []
    for freeze in freezes:
        known = next((each for each in left if freeze.is_also(each)), None)
        if known:
            left.remove(known)
        else:
            found.append(freeze)
    return tuple(found)


def as_one(freezes: Collection[Freeze]) -> Freeze:
    """Freezes that overlap, as people read of them: from the first day to the last, with all reasons.

    It does not name its channels, so that channels with the same freeze have an equal one.
    """
    reasons = all_of(each.reason for each in freezes if each.reason)
    return Freeze(min(each.start for each in freezes), max(each.end for each in freezes), reasons)


@value()
class Utm:
    """Parameters that a link to one of `domains`, including subdomains, must have."""

    domains: tuple[str, ...]
    parameters: tuple[str, ...]


@value()
class Policy:
    """The whole policy; an empty or None field sets no limit."""

    freeze: tuple[Freeze, ...] = ()  # periods without publishing
    link_domains: tuple[str, ...] = ()  # those that links may lead to
    utm: tuple[Utm, ...] = ()  # parameters that links must have
    forbidden_words: tuple[str, ...] = ()  # words and phrases that no text may have
    per_day: int | None = None  # posts of a channel on one day
    #: The same, by channel reference; `per_day` is for all other channels.
    posts_per_day: Mapping[str, int] = field(default_factory=dict)
    minimum_lead: timedelta | None = None  # how long before its time a post must be planned
    spacing: timedelta | None = None  # between two posts of a channel
    required_tags: tuple[str, ...] = ()  # every post must have all of them
    watch: tuple[str, ...] = ()  # words, accounts and sites that reviewers want to look at
    approvals: int | None = None  # of a request, before merging it publishes anything

    def freezes(self, moment: datetime, channel: str) -> tuple[Freeze, ...]:
        """The freezes at that instant on the channel with that label, without their channels."""
        return tuple(Freeze(each.start, each.end, each.reason) for each in self.freeze if each.holds(moment, channel))

    def frozen(self, moment: datetime, channel: str) -> Freeze | None:
        """The same as one freeze; None if there is none."""
        found = self.freezes(moment, channel)
        return as_one(found) if found else None

    def most_per_day(self, channel: str) -> int | None:
        """The most posts a day for the channel with that label, None for no limit."""
        service = channel.partition(":")[0]
        return self.posts_per_day.get(channel, self.posts_per_day.get(service, self.per_day))


def means(reference: str, channel: str) -> bool:
    """Whether a channel reference includes the channel with that label."""
    return reference in {channel, channel.partition(":")[0]}


class IdeaMediaSource(Model):
    """The source of an idea's image or video."""

    name: str
    """The name of the site or app."""
    id: str | None = None
    """Its id on that site."""
    trigger: str | None = None
    """What added it."""
    author: str | None = None
    """The author."""
    author_url: Url | None = None
    """The author's page."""


class IdeaMedia(Sourced):
    """An image, link or document of an idea: a file of the repository, or a public https URL."""

    type: MediaType
    """Its kind."""
    alt: Annotated[Words | None, About("alt_text description caption")] = None
    """A description for screen-reader users."""
    thumbnail_url: Url | None = None
    """A smaller image of it."""
    size: Whole | None = None
    """Its size in bytes."""
    source: IdeaMediaSource | None = None
    """Its source."""

    @model_validator(mode="after")
    def _may_be_a_file(self) -> Self:
        if self.file and self.type not in {MediaType.IMAGE, MediaType.GIF, MediaType.DOCUMENT}:
            raise ValueError(f"only images and documents of an idea can be files, and this `type` is {self.type}")
        return self


class IdeaGroup(Model):
    """The column of the ideas board that an idea belongs to."""

    group_id: Filled
    """The id of the column."""
    place_after_id: str | None = None
    """The id of the idea to place it after."""


@value()
class Tag:
    """A tag, as seen on a post or an idea; files map names to ids, since no query lists tags (notes: Limits)."""

    id: str
    name: str
    color: str = ""


@value()
class Organization:
    """A declared organization; `label` is its name, or its id if the files give no name.

    `timezone` is the zone of its times without an offset, None if the files set none. `suspended` is why none of our
    posts go out there, by its own line or one above it; empty if it is not suspended. A channel has the same fields.
    `approvals` is that of `Policy`, for its posts; the larger number counts.
    """

    label: str
    name: str | None
    id: str | None
    place: Place
    tags: tuple[Tag, ...] = ()
    timezone: str | None = None
    approvals: int | None = None
    suspended: str = ""


@value()
class Channel:
    """A declared channel."""

    organization: str  # the label of its organization
    label: str  # `service:name`, or `service:id` if the files give no name
    service: Service  # its network
    name: str | None  # its name there
    id: str | None  # Buffer's
    place: Place  # where it is declared
    timezone: str | None = None  # the innermost zone that the files set for its times
    has_own_timezone: bool = False  # its own entry sets it
    suspended: str = ""

    @property
    def references(self) -> tuple[str, ...]:
        """The names that the files may use for it: its network if it is the only channel of it, its name, its id."""
        return (self.service.value, *(f"{self.service}:{name}" for name in (self.name, self.id) if name))


@value()
class Variable:
    """A variable that a post uses. `place`: where its value is set, None for built-in variables."""

    name: str
    value: str
    place: Place | None = None


@value()
class Expansion:
    """How a post was made from an entry that is shorter or covers more posts: for display, never compared or sent."""

    number: int = 0  # which of `times` occurrences of a repeated entry it is; 0: none
    times: int = 0  # how often the entry repeats: the number of its occurrences, and the last one's
    every: str = ""  # in plain words
    starts: date | None = None  # the day from which its time is counted
    fixed: bool = False  # the file has such a day, but its time is a date of its own
    variables: tuple[Variable, ...] = ()  # those that it uses
    parameters: tuple[str, ...] = ()  # those added to links, as `utm_source=x`
    untagged: tuple[tuple[str, str], ...] = ()  # each text to which they were added, with its original
    repeats: str | None = None  # the earlier occurrence with the same content, to which `repeat_of` then refers
    thread: bool = False  # the thread is written next to `text`

    @property
    def makes_content(self) -> bool:
        """Whether its texts or links are made, so that Buffer's version cannot be written back into the entry."""
        return bool(self.variables or self.parameters)


#: A field that Buffer does not return, or not as it was sent.
_UNREAD = About(unread=True)
#: A field that Buffer takes as it is, and returns so or not at all.
_AS_IS, _SENT = About(as_is=True), About(as_is=True, unread=True)
#: A field that is neither public nor a part of the schedule.
_PRIVATE = About(private=True)


@value()
class Post:
    """One post on one channel, as declared."""

    address: Annotated[Address, _PRIVATE]  # by which people name it
    service: Service  # its network
    place: Annotated[Place, _PRIVATE]  # where its `key` is
    text: str = ""  # what is published
    mode: ShareMode = ShareMode.ADD_TO_QUEUE  # when it is published
    due_at: Aware | None = None  # aware, in the zone that the file sets
    scheduling_type: SchedulingType = SchedulingType.AUTOMATIC  # whether Buffer publishes it, or reminds a person
    draft: bool = False  # Buffer keeps it as a draft
    needs_approval: bool = False  # somebody has to approve it in Buffer
    assets: Annotated[tuple[Asset, ...], _UNREAD] = ()  # images, videos, a document
    metadata: Annotated[NetworkMetadata | None, _UNREAD] = None  # the fields of its own network only
    tags: tuple[str, ...] = ()  # names
    idea: Annotated[str | None, _UNREAD] = None  # the key of an idea of the same organization
    ai_assisted: Annotated[bool | None, _SENT] = None  # an AI helped to write it
    source: Annotated[str | None, _SENT] = None  # where it came from
    draft_id: Annotated[str | None, _UNREAD] = None  # the draft that it was made from
    was: Annotated[str | None, _PRIVATE] = None  # the key that it had before
    existing: str | None = None  # the id of the live post that it is
    repeat_of: Annotated[tuple[str, ...], _PRIVATE] = ()  # the keys of the posts that it repeats, or their ids
    cancelled: Annotated[bool, _PRIVATE] = False  # it is to be deleted, if it is not out
    protect: Annotated[bool, _PRIVATE] = False  # it is never deleted
    suspended: Annotated[str, _PRIVATE] = ""  # why it does not go out; empty if it does
    let_out: Annotated[bool, _PRIVATE] = False  # what is around it is suspended, and it goes out all the same
    freeze: bool = True  # whether a freeze of the policy counts for it; to go out in spite of one is agreed to
    #: The key that the first occurrence may have had before the entry repeated.
    was_single: Annotated[str | None, _PRIVATE] = None
    expansion: Annotated[Expansion | None, _PRIVATE] = None  # how it was made

    @property
    def number(self) -> int:
        """Which occurrence of a repeated entry it is, 0 for none."""
        return self.expansion.number if self.expansion else 0

    @property
    def given_repeat_of(self) -> tuple[str, ...]:
        """The `repeat_of` that its entry gives: occurrences imply one, but only for different times."""
        return () if self.expansion and self.expansion.repeats else self.repeat_of

    @property
    def reminds(self) -> bool:
        """Whether Buffer only reminds a person of it, who publishes it."""
        return self.scheduling_type is SchedulingType.NOTIFICATION

    @property
    def is_counted(self) -> bool:
        """Whether its time counts from `starts`, and so moves with its campaign."""
        return self.expansion is not None and self.expansion.starts is not None

    @property
    def is_fixed(self) -> bool:
        """Whether it keeps its time when its campaign moves."""
        return self.due_at is not None and self.expansion is not None and self.expansion.fixed

    @property
    def previous_keys(self) -> tuple[str, ...]:
        """The keys that it may have had, most likely first."""
        if self.was is None and self.was_single is None:  # nearly always
            return ()
        return tuple(key for key in (self.was, self.was_single) if key)


@value()
class Idea:
    """One idea of an organization."""

    number: ClassVar = 0
    draft: ClassVar = False
    needs_approval: ClassVar = False
    is_counted: ClassVar = False
    due_at: ClassVar = None
    expansion: ClassVar = None
    suspended: ClassVar = ""
    let_out: ClassVar = False

    address: Annotated[Address, _PRIVATE]  # by which people name it
    place: Annotated[Place, _PRIVATE]  # where its `key` is
    title: Annotated[str | None, _AS_IS] = None  # its title
    text: str | None = None  # its text
    services: Annotated[tuple[Service, ...], _AS_IS] = ()  # the networks that it is for
    tags: tuple[str, ...] = ()  # names
    date: Annotated[Aware | None, _AS_IS] = None  # aware
    media: Annotated[tuple[IdeaMedia, ...], _UNREAD] = ()  # images, videos, links
    group: Annotated[IdeaGroup | None, _UNREAD] = None  # the column of the board
    ai_assisted: Annotated[bool | None, _SENT] = None  # an AI helped to write it
    cta: Annotated[str | None, _UNREAD] = None  # what readers are asked to do
    template_id: Annotated[str | None, _UNREAD] = None  # the template that it was made from
    was: Annotated[str | None, _PRIVATE] = None  # the key that it had before
    existing: str | None = None  # the id of the live idea that it is
    repeat_of: Annotated[tuple[str, ...], _PRIVATE] = ()  # the keys of the ideas that it repeats, or their ids
    cancelled: Annotated[bool, _PRIVATE] = False  # it is to be let go
    protect: Annotated[bool, _PRIVATE] = False  # it is never deleted

    @property
    def previous_keys(self) -> tuple[str, ...]:
        return (self.was,) if self.was else ()


#: What the files declare.
Item = Post | Idea

#: The fields of posts and of ideas that Buffer takes as they are, and those that it returns so, with their defaults.
AS_IS = {kind: fields_with(kind, lambda about: about.as_is) for kind in (Post, Idea)}
RETURNED = {kind: fields_with(kind, lambda about: about.as_is and not about.unread) for kind in (Post, Idea)}


@value()
class StateSettings:
    """The location of a shared state: a bucket, or a branch of a git remote.

    `store`: the bucket (`s3://bucket/prefix`, `gs://`, `az://`), empty for git; `endpoint`: its service's address if it
    is not the cloud's own. `remote`: the name of one of the repository's remotes, or an address.
    """

    store: str = ""
    endpoint: str = ""
    remote: str = GIT_REMOTE
    branch: str = GIT_BRANCH


@value()
class Settings:
    """The settings of the root file (design: The files)."""

    prune: bool = True  # delete what the files no longer have
    max_deletes: int = 5  # the most deletes of one run
    rules: dict[str, str] = field(default_factory=dict)  # the level of each rule, as written
    policy: Policy = field(default_factory=Policy)  # what the team has agreed on
    state: StateSettings | None = None  # where it is; None: in a file beside the root file
    managed_since: Aware | None = None  # aware; bufferctl created nothing before it (design: The state)
    media: MediaSettings | None = None  # how files become public; None if no file is declared
    notify: tuple[str, ...] = ()  # whom an issue of CI mentions, with `@`
    api_key_expires: date | None = None  # when the first API key does, if people wrote that down
    link_shorteners: tuple[str, ...] = ()  # domains that may replace those of links, besides the well-known ones
    handles: Mapping[str, str] = field(default_factory=dict)  # who is declared under `mentions`, by name and handle
    suspended: str = ""  # why nothing of ours goes out; empty if it does

    def level_of(self, code: str, own: Severity = Severity.ERROR) -> Severity | None:
        """The level at which a rule is reported, `own` unless the files set one; None if they turn it off."""
        level = self.rules.get(code, own)
        return None if level == "off" else Severity(level)


@value()
class Desired:
    """Everything declared, in file order (the order in which queue posts are created). `files`: all files read."""

    settings: Settings = field(default_factory=Settings)
    organizations: tuple[Organization, ...] = ()
    channels: tuple[Channel, ...] = ()
    posts: tuple[Post, ...] = ()
    ideas: tuple[Idea, ...] = ()
    files: tuple[str, ...] = ()
    #: Each `suspended` line as far as it can be read, also where the rest of its file has errors: the reason (empty for
    #: `false`), by the file and the key of the entry; the key of a line at the top of a file is empty. `NOWHERE` has
    #: that of entries which no file has any more, as they may stand in one that cannot be read.
    suspended: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def suspends(self) -> bool:
        """Whether anything is suspended."""
        return any(self.suspended_for)

    @property
    def suspended_for(self) -> tuple[str, ...]:
        """Each reason for which something is suspended, in the order of the files, some more than once."""
        found = [self.settings.suspended, *self.suspended.values()]
        for each in (self.organizations, self.channels, self.posts):
            found += [one.suspended for one in each]
        return tuple(filter(None, found))

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything that can be created, ideas first (a post may belong to one)."""
        return (*self.ideas, *self.posts)

    @property
    def exempt(self) -> frozenset[Address]:
        """The posts that their files let out of freezes."""
        return frozenset(each.address for each in self.posts if not each.freeze)

    def gone_from(self, later: Self) -> tuple[Item, ...]:
        """The posts and ideas that later files do not have under these addresses."""
        kept = {each.address for each in later.items}
        return tuple(each for each in self.items if each.address not in kept)

    def with_items(self, items: Iterable[Item]) -> Self:
        """A copy with these posts and ideas in place of its own."""
        found = tuple(items)
        posts = tuple(each for each in found if isinstance(each, Post))
        return replace(self, posts=posts, ideas=tuple(each for each in found if isinstance(each, Idea)))

    def reference(self, address: Address) -> str:
        """How files name the channel of an address: its service if it is the only one of it, else its label."""
        service = address.channel.partition(":")[0]
        same = [each for each in self.channels if each.organization == address.organization and each.service == service]
        return service if len(same) == 1 else address.channel
