"""The data of matching: declared objects, live objects that may be theirs, and matches (design: Matching)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from bufferctl.model import (
    Address,
    Binding,
    Idea,
    LiveChannel,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Question,
    Slot,
    comparable,
)
from bufferctl.model.comparable import Content, Fingerprint
from bufferctl.reconcile.alike import Candidate
from bufferctl.reconcile.differences import OUT
from bufferctl.reconcile.record import Record


class How(Enum):
    """By which rule a declared object found its live one."""

    KNOWN = auto()
    MOVED = auto()
    EXACT = auto()
    KEY_TAKEN = auto()
    IN_QUESTION = auto()
    NEW = auto()


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared object with its slot and its comparable forms, each made once. `channel` is None for ideas."""

    item: Post | Idea
    slot: Slot
    channel: LiveChannel | None
    content: Content
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Suspect:
    """A live object that may be the declared one. `live`: None if it is known to exist and was not read.

    `owner`: the address that claims it; `owner_declared`: the files still have that address.
    """

    id: str
    created_at: datetime
    live: LivePost | LiveIdea | None = None
    owner: Address | None = None
    owner_declared: bool = False

    @classmethod
    def of(cls, item: LivePost | LiveIdea) -> Suspect:
        """A live object that no address claims."""
        return cls(item.id, item.created_at, item)


@dataclass(frozen=True, slots=True)
class Match:
    """What a declared object is. `binding` is the one in the record, `moved_from` the slot that it leaves.

    Of an exact match `origin` is how it is bound. `question`: what a person is asked, with the `suspects` it is about.
    """

    declared: Declared
    how: How
    live: LivePost | LiveIdea | None = None
    binding: Binding | None = None
    moved_from: Slot | None = None
    origin: Origin = Origin.ADOPTED
    question: Question | None = None
    suspects: tuple[Suspect, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """All matches in file order; claims that no address took; and live objects that no address claims.

    `kept`: slots of released claims that a question is about, so that they are not forgotten meanwhile. `unexplained`:
    ids of those of `unclaimed` that may be ours. `postponed`: open questions about posts whose time is over: another
    time brings them back.
    """

    matches: tuple[Match, ...]
    released: Mapping[Slot, Binding] = field(default_factory=dict)
    kept: frozenset[Slot] = frozenset()
    unclaimed: tuple[LivePost | LiveIdea, ...] = ()
    unexplained: frozenset[str] = frozenset()
    postponed: Mapping[Slot, Question] = field(default_factory=dict)

    @property
    def suspected(self) -> frozenset[str]:
        """Ids of the live objects that the questions are about."""
        return frozenset(suspect.id for m in self.matches for suspect in m.suspects)

    @property
    def questions(self) -> dict[Slot, Question]:
        """The open questions, by slot."""
        return {**self.postponed, **{m.declared.slot: m.question for m in self.matches if m.question}}


Found = dict[Slot, Match]


class Pool:
    """The unclaimed live objects of one home, found by their text; those matched are taken out."""

    def __init__(self) -> None:
        self.left: dict[str, Candidate] = {}
        self._by_text: dict[str, list[Candidate]] = defaultdict(list)

    def add(self, candidate: Candidate) -> None:
        self.left[candidate.item.id] = candidate
        self._by_text[_linkless_text(candidate.content)].append(candidate)

    def like(self, wanted: Content) -> Iterator[Candidate]:
        """Those left with the same title and text, links apart."""
        return (c for c in self._by_text.get(_linkless_text(wanted), ()) if c.item.id in self.left)

    @property
    def unexplained(self) -> list[Candidate]:
        return [c for c in self.left.values() if not c.explained]


Pools = defaultdict[str, Pool]


def pools_of(
    unclaimed: Iterable[LivePost | LiveIdea],
    is_explained: Callable[[LivePost | LiveIdea], bool],
    record: Record,
) -> Pools:
    """The unclaimed live objects by home."""
    pools: Pools = defaultdict(Pool)
    for item in unclaimed:
        home = item.home
        horizon = record.horizon(home)
        pools[home].add(
            Candidate(
                item,
                comparable.of_live(item),
                is_explained(item),
                is_old_match_near=not horizon.recorded and horizon.since is None,
            )
        )
    return pools


def is_out(binding: Binding, live: LivePost | LiveIdea | None) -> bool:
    """Whether a claimed object is published, as it reads or as it was last seen."""
    if isinstance(live, LivePost):
        return live.status in OUT
    return live is None and binding.status == PostStatus.SENT


def _linkless_text(content: Content) -> str:
    return comparable.without_links(text_of(content))


def text_of(content: Content) -> str:
    """Title and text, by which equals are found."""
    return f"{content.title}\n{content.text}"
