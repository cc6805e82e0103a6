"""The record: which live object each declared one became, and up to when that is all there is (design: The record).

For each *home* (a channel, or an organization's ideas) the record keeps a *horizon*: the instant, by Buffer's clock, up
to which everything that bufferctl made there is bound or was let go. What was created after it may be ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bufferctl.model.address import IDEAS


class Origin(StrEnum):
    """How a binding came about; all but adopted objects are ours to change (design: Matching).

    `RECOVERED`: found again by its content after the record was lost, as ours as far as anybody can say.
    """

    CREATED = "created"
    RECOVERED = "recovered"
    ADOPTED = "adopted"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Where a binding is kept: by ids, so that a renamed organization or handle loses nothing.

    `channel_id` is `ideas` for ideas.
    """

    organization_id: str
    channel_id: str
    key: str

    @property
    def home(self) -> str:
        """Where its object lives: its channel's id, or the organization's for ideas."""
        return home_id(self.organization_id, self.channel_id)


def home_id(organization_id: str, channel_id: str) -> str:
    """The id of a home: its channel's, or the organization's where `channel_id` is `ideas`."""
    return organization_id if channel_id == IDEAS else channel_id


@dataclass(frozen=True, slots=True)
class Binding:
    """One declared object and its live one.

    `applied`: fingerprint of the desired object when last applied; `entry`: digest of its entry as it stood in the file
    then; `text`: digest of its title and text. `seen`: digest of the live content when it was last as applied (empty:
    it never was). `due_at`: the instant last seen of a timed post, ISO 8601 in UTC, else empty. `status`: the status
    last seen. `created_at`: when Buffer created it, ISO 8601 in UTC, empty where not known. `address`, `file` and
    `protect`: as last declared; the files may have changed since.
    """

    id: str
    origin: Origin
    applied: str = ""
    entry: str = ""
    text: str = ""
    seen: str = ""
    due_at: str = ""
    status: str = ""
    created_at: str = ""
    address: str = ""
    file: str = ""
    protect: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """A channel, or an organization's ideas (`channel_id` is `ideas`), as the record lists it.

    `horizon`: aware, None until an apply, an import or `state begin` first moves it. `service` and `handle` find the
    channel again when it was reconnected under a new id. `past_before`: new posts due before that instant were left
    alone by an earlier version, which did not remember them one by one.
    """

    organization_id: str
    channel_id: str
    horizon: datetime | None = None
    service: str = ""
    handle: str = ""
    past_before: datetime | None = None

    @property
    def id(self) -> str:
        """As `Slot.home` gives it."""
        return home_id(self.organization_id, self.channel_id)


class Rule(StrEnum):
    """Why a live object might be the declared one (design: Matching, 4)."""

    SAME_TEXT = "same-text"
    SAME_TIME = "same-time"
    SIMILAR_TEXT = "similar-text"
    NO_TEXT = "no-text"
    REWRITTEN_LINKS = "rewritten-links"
    SAME_TITLE = "same-title"
    EDITED = "edited-since"


@dataclass(frozen=True, slots=True)
class Question:
    """An address that is held until a person says whether one of `candidates` is its object.

    `candidates`: when each was created, by id. `may_be_ours`: one of them was unexplained when the question came up, so
    an edit of the entry does not answer it; else `content`, the digest of the entry's content then, tells an edit.
    """

    rule: Rule
    candidates: Mapping[str, datetime]
    may_be_ours: bool = True
    content: str = ""


@dataclass(frozen=True, slots=True)
class LetGo:
    """A live object that is ours no longer, by somebody's word or because its entry left the files."""

    home: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Horizon:
    """What the record says about a home: complete up to `since`, None for the beginning of time.

    `recorded`: an apply, an import or `state begin` has said so; else `since` is `managed_since` of the root file.
    """

    since: datetime | None
    recorded: bool


@dataclass(frozen=True, slots=True)
class State:
    """The record of one API endpoint. An id has at most one slot.

    `homes` by their id; those listed stay so. `let_go` by the live object's id, until the horizon passes it. `past`:
    slots of posts whose time was over when they were first seen. `complete_at`: the horizon of the last apply that read
    and planned every declared home; a home that is not listed starts from there. `lineage`: made with the first write;
    `serial` grows with each.
    """

    bindings: Mapping[Slot, Binding] = field(default_factory=dict)
    homes: Mapping[str, Home] = field(default_factory=dict)
    questions: Mapping[Slot, Question] = field(default_factory=dict)
    let_go: Mapping[str, LetGo] = field(default_factory=dict)
    past: frozenset[Slot] = frozenset()
    complete_at: datetime | None = None
    lineage: str = ""
    serial: int = 0

    @property
    def has_begun(self) -> bool:
        """Whether anything was recorded in full yet."""
        return self.complete_at is not None or any(home.horizon for home in self.homes.values())

    def horizon(self, home: str, managed_since: datetime | None) -> Horizon:
        """How far the record is complete for a home, by its id."""
        listed = self.homes.get(home)
        if listed is not None and listed.horizon is not None:
            return Horizon(listed.horizon, recorded=True)
        if listed is None and self.complete_at is not None:
            return Horizon(self.complete_at, recorded=True)
        return Horizon(managed_since, recorded=False)

    def unrecorded(self) -> State:
        """The same bindings without a horizon: this record is known to be older than another one of its lineage."""
        homes = {name: replace(home, horizon=None) for name, home in self.homes.items()}
        return replace(self, homes=homes, complete_at=None)

    @property
    def in_question(self) -> frozenset[str]:
        """Ids of live objects that may be ours until a person answers."""
        return frozenset(id_ for q in self.questions.values() if q.may_be_ours for id_ in q.candidates)
