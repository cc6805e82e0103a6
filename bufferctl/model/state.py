"""The state: the live object of each declared one, and the instant up to which it is complete (design: The state).

For each *home* (a channel, or an organization's ideas) the state has a *horizon*: the instant, by Buffer's clock, up
to which everything that bufferctl created there is bound or was let go. Anything created later may be ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from bufferctl.model.address import IDEAS, Address
from bufferctl.model.base import WrittenInstant
from bufferctl.model.desired import Freeze
from bufferctl.model.enums import PostStatus
from bufferctl.value import field, replace, value


class Origin(StrEnum):
    """How a binding was made (design: Matching).

    `RECOVERED`: found by its content after the state was lost, and most likely created by bufferctl.
    """

    CREATED = "created"
    RECOVERED = "recovered"
    ADOPTED = "adopted"
    IMPORTED = "imported"

    @property
    def is_ours(self) -> bool:
        """Whether bufferctl may edit, suspend and delete such an object: not if it only found it there."""
        return self is not Origin.ADOPTED

    @property
    def once_claimed(self) -> Origin:
        """What it becomes when a person says that the files manage the object."""
        return self if self.is_ours else Origin.IMPORTED


class Slot(NamedTuple):
    """The key of a binding, made of ids, so that renaming an organization or a handle loses nothing.

    `channel_id` is `ideas` for ideas. A tuple, since slots are looked up many times for each object.
    """

    organization_id: str
    channel_id: str
    key: str

    @property
    def home(self) -> str:
        """The id of its object's home: the channel, or the organization for ideas."""
        return home_id(self.organization_id, self.channel_id)


def home_id(organization_id: str, channel_id: str) -> str:
    """The id of a home: the channel's, or the organization's if `channel_id` is `ideas`."""
    return organization_id if channel_id == IDEAS else channel_id


#: Where a suspension took a post from that had no time of its own.
QUEUE = "queue"
#: Of how many earlier versions of an object the state keeps the fingerprint.
_VERSIONS = 5


def back_at(place: str) -> datetime | None:
    """The time that a post had before a suspension took it off the schedule; None if it was in the queue."""
    return None if place == QUEUE else datetime.fromisoformat(place)


def _checked(place: str) -> str:
    at = back_at(place) if place else None
    if at is not None and at.tzinfo is None:
        raise ValueError("it has no time zone")
    return place


def _freezes(value: Any) -> Any:
    """Nobody knows which freezes `true` meant, which was written before they were kept."""
    return () if isinstance(value, bool) else value


#: Freezes during which a post goes out, although a freeze stops others.
Exempt = Annotated[tuple[Freeze, ...], BeforeValidator(_freezes)]
#: Where a suspension took a post from: `QUEUE`, or the instant of a time of its own; empty if it took it from nowhere.
TakenFrom = Annotated[str, AfterValidator(_checked)]


class AsPulled(NamedTuple):
    """What pull wrote of an object, and the version in Buffer: `applied`, `seen`, `due_at` are those of a binding."""

    version: str = ""  # the fingerprint of what it wrote, empty if an edit of the file is still to be sent
    applied: str = ""
    seen: str = ""
    due_at: str = ""
    fields: tuple[str, ...] = ()  # the names of those that it wrote

    @property
    def flat(self) -> tuple[str, ...]:
        """As a binding keeps it."""
        return self.version, self.applied, self.seen, self.due_at, *self.fields


_WITHOUT_FIELDS = 4


@value()
class Binding:
    """A declared object and its live one. Texts are empty where nothing is known."""

    id: str  # of the live object
    origin: Origin  # how this was made
    applied: str = ""  # fingerprint of the desired object when last applied
    text: str = ""  # digest of its title and text at that time
    #: Fingerprint of an edit after publication; `applied`, `text` and `media` stay those of what was published.
    noted: str = ""
    seen: str = ""  # digest of the live content when it last matched what was applied; empty: never
    due_at: WrittenInstant = ""  # the instant last seen for a timed post, ISO 8601 in UTC
    status: str = ""  # the status last seen
    created_at: WrittenInstant = ""  # when Buffer created it, ISO 8601 in UTC
    address: str = ""  # as last declared; the files may have changed since
    file: str = ""  # as last declared
    protect: bool = False  # as last declared
    retired: bool = False  # no longer declared, its object out or left in Buffer; kept so that nothing creates it again
    reconnected: bool = False  # its channel was reconnected before it was seen published, so its id is gone
    media: tuple[str, ...] = ()  # the attachments when last applied, each an address or a `MediaFile.summary`
    unmerged: bool = False  # imported into a file that no apply has seen yet
    pulled: tuple[str, ...] = ()  # an `AsPulled`, flat, until an apply sees what pull wrote
    #: What was last applied, of an idea or an unsent post, of fields that Buffer does not return or fills in itself, by
    #: path, for showing alone (`model/unsaid.py`); None: not known.
    given: Mapping[str, str] | None = None
    commit: str = ""  # the checkout that last wrote it
    #: Checkouts that lack that commit, and declared it just so when they were applied; newest last.
    alike: tuple[str, ...] = ()
    before: tuple[str, ...] = ()  # the fingerprints that it had before, newest last
    mentioning: str = ""  # digest of what was last applied, apart from its handles; empty if it mentions nobody
    #: Where a suspension took it from: `queue`, or the time of its own that it had; empty: it took it from nowhere.
    taken_from: TakenFrom = ""
    exempt: Exempt = ()  # the freezes during which it goes out, as was agreed to and applied
    guessed: bool = False  # by its time, or its place in a series, alone: `existing` may correct it
    parts: tuple[str, ...] = ()  # as `text`, of the parts of its thread that tell something (`part_digests`)

    @property
    def is_ours(self) -> bool:
        """Whether bufferctl may edit, suspend and delete its object."""
        return self.origin.is_ours

    def may_be_out(self, now: datetime) -> bool:
        """Whether it may have been published before it was gone: its time had come, or it was in the queue."""
        is_due = not self.due_at or datetime.fromisoformat(self.due_at) <= now
        return self.status == PostStatus.SCHEDULED and is_due

    @property
    def as_pulled(self) -> AsPulled:
        """What pull wrote; empty if it wrote nothing since the last apply."""
        if len(self.pulled) < _WITHOUT_FIELDS:
            return AsPulled()
        version, applied, seen, due_at, *fields = self.pulled
        return AsPulled(version, applied, seen, due_at, tuple(fields))

    def written_by(self, commit: str, old: Binding | None) -> Binding:
        """The binding as written by a checkout, in the place of `old`."""
        if old is None:
            return replace(self, commit=commit, alike=())
        earlier = old.before if old.applied == self.applied else (*old.before, old.applied)
        return replace(self, commit=commit, alike=(), before=earlier[-_VERSIONS:])

    def is_in(self, commits: Collection[str]) -> bool:
        """Whether a checkout that contains these commits had a part in what was applied last."""
        return self.commit in commits or any(each in commits for each in self.alike)

    def declared_by(self, commit: str) -> Binding:
        """The binding, once a checkout that lacks the commit that wrote it has declared the same."""
        return replace(self, alike=(*self.alike, commit)[-_VERSIONS:])

    def address_in(self, slot: Slot) -> Address:
        """The address as last declared; made of ids if that cannot be read."""
        try:
            return Address.parse(self.address)
        except ValueError:
            return Address(*slot)

    @property
    def created(self) -> datetime | None:
        """When Buffer created it, None if unknown."""
        return datetime.fromisoformat(self.created_at) if self.created_at else None


@value()
class Home:
    """A channel, or an organization's ideas (`channel_id` is `ideas`), as listed in the state.

    `horizon`: aware, None until an apply, an import or `state begin` first moves it. `service` and `handle` identify
    the channel if it was reconnected under a new id. `only_reminds`: as for the live channel.
    """

    organization_id: str
    channel_id: str
    horizon: datetime | None = None
    service: str = ""
    handle: str = ""
    only_reminds: bool = False

    @property
    def id(self) -> str:
        return home_id(self.organization_id, self.channel_id)


class Likeness(StrEnum):
    """Why a live object might be the declared one (design: Matching, 4)."""

    SAME_TEXT = "same-text"
    SAME_TIME = "same-time"
    SIMILAR_TEXT = "similar-text"
    NO_TEXT = "no-text"
    REWRITTEN_LINKS = "rewritten-links"
    SAME_TITLE = "same-title"
    LET_GO = "let-go"
    EDITED = "edited-since"
    LOST = "lost"
    UNANSWERED = "unanswered"


@value()
class Question:
    """An address that is held until a person decides whether one of `candidates` is its object.

    `candidates` has their creation times by id. `may_be_ours`: one of them was unexplained when the question came up,
    so editing the entry does not answer it; otherwise an edit does, detected by `content`, the digest of the entry's
    content at that time. `postponed`: the post's time is past, so nobody is asked until it has another one.
    """

    rule: Likeness
    candidates: Mapping[str, AwareDatetime]
    may_be_ours: bool = True
    content: str = ""
    postponed: bool = False


#: Any address: the `key` of what a person took from an address that it had been guessed for.
ANY = "*"


@value()
class LetGo:
    """A live object that bufferctl no longer manages because a person said so (`state rm`, `import`, `state begin`).

    `key` is that of its former address, whose object it may still be; empty if it had no address, `ANY` if it may be
    the object of every address.
    """

    home: str
    created_at: datetime
    key: str = ""


@value()
class Claim:
    """The entry for a live object in the state of another root file, at that path.

    `is_here`: the root file is in this checkout.
    """

    root_file: str
    slot: Slot
    binding: Binding
    is_here: bool = True

    @property
    def id(self) -> str:
        return self.binding.id


@value()
class Horizon:
    """How far the state of a home is complete: up to `since`, None for the beginning of time.

    `recorded`: set by an apply, an import or `state begin`; otherwise `since` is `managed_since` of the root file.
    """

    since: datetime | None
    recorded: bool


@value()
class Suspended:
    """An entry that is suspended, or was when it was last applied (design: Suspended).

    `since` is when an apply first saw it suspended for that reason; earlier plans agree to nothing about it. `is_over`:
    it is no longer suspended, but not in Buffer as declared yet. `reason` is empty if it was not kept.
    """

    since: AwareDatetime
    is_over: bool = False
    reason: str = ""

    def still(self, reason: str) -> bool:
        """Whether it is suspended for that reason without having gone out meanwhile; another one began since."""
        return not self.is_over and self.reason in {"", reason}


@value()
class State:
    """The state of one API endpoint. An id has at most one slot."""

    bindings: Mapping[Slot, Binding] = field(default_factory=dict)  # the live object of each declared one
    homes: Mapping[str, Home] = field(default_factory=dict)  # by their id; none is ever removed
    questions: Mapping[Slot, Question] = field(default_factory=dict)  # to a person, about the address in the slot
    #: By id, until the horizon passes it; with a key, until that address (of `ANY`, one) has it, or it is gone.
    let_go: Mapping[str, LetGo] = field(default_factory=dict)
    past: frozenset[Slot] = frozenset()  # slots of posts whose time had passed when they were first seen
    #: The horizon of the last apply of every declared home; homes not listed start from there.
    complete_at: datetime | None = None
    lineage: str = ""  # created by the first write
    serial: int = 0  # grows with each write
    public: frozenset[str] = frozenset()  # URLs of uploaded files that have answered, as long as a file still uses them
    #: Slots that objects had before they were renamed, with their ids.
    former: Mapping[Slot, str] = field(default_factory=dict)
    #: Digests that reviewers agreed to and that were sent, and when.
    spent: Mapping[str, datetime] = field(default_factory=dict)
    #: What is suspended, or waits for a plan that was made after the suspension began.
    suspended: Mapping[Slot, Suspended] = field(default_factory=dict)

    @cached_property
    def tracked(self) -> Mapping[Slot, Binding]:
        """The bindings that a plan covers: all except retired ones."""
        return {slot: binding for slot, binding in self.bindings.items() if not binding.retired}

    @property
    def unsent(self) -> dict[str, list[datetime]]:
        """When the posts of each channel that were last seen unpublished were created."""
        found: dict[str, list[datetime]] = {}
        for slot, binding in self.tracked.items():
            if binding.status != PostStatus.SENT and (created := binding.created):
                found.setdefault(slot.channel_id, []).append(created)
        return found

    @property
    def has_begun(self) -> bool:
        """Whether any home has been recorded in full."""
        return self.complete_at is not None or any(home.horizon for home in self.homes.values())

    def horizon(self, home: str, managed_since: datetime | None) -> Horizon:
        """How far the state is complete for a home, by its id."""
        listed = self.homes.get(home)
        if listed is not None and listed.horizon is not None:
            return Horizon(listed.horizon, recorded=True)
        if listed is None and self.complete_at is not None:
            return Horizon(self.complete_at, recorded=True)
        return Horizon(managed_since, recorded=False)

    def unrecorded(self) -> State:
        """The state's bindings without a horizon, for a state that is older than another one of its lineage."""
        homes = {name: replace(home, horizon=None) for name, home in self.homes.items()}
        return replace(self, homes=homes, complete_at=None)

    @cached_property
    def in_question(self) -> frozenset[str]:
        """Ids of live objects that may be ours until a person answers, for any address."""
        asked = (each for each in self.questions.values() if each.may_be_ours and not each.postponed)
        return frozenset(id_ for question in asked for id_ in question.candidates)
