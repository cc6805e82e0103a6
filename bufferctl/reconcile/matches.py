"""The data of matching: declared objects, live objects that may be theirs, their similarity, and matches.

The rules are in the design (Matching, 3 and 4); `matching.py` applies them in order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from bufferctl.model import (
    Address,
    Binding,
    Horizon,
    Idea,
    LiveChannel,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Question,
    Rule,
    ShareMode,
    Slot,
    comparable,
)
from bufferctl.model.comparable import Content, Fingerprint, contents_match, instant
from bufferctl.reconcile.differences import schedule_differences
from bufferctl.reconcile.horizons import StateView, address_of, all_slots

#: Without `managed_since`, an equal queue post that was published longer ago than this needs a person to decide.
LONG_AGO = timedelta(days=30)
_STAGES = {PostStatus.DRAFT: 0, PostStatus.NEEDS_APPROVAL: 1, PostStatus.SCHEDULED: 2}
_SENT = 3  # sending and error count as sent


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unclaimed live object and its comparable content, computed once. `explained`: the state accounts for it.

    `horizon`: of its home.
    """

    item: LivePost | LiveIdea
    content: Content
    explained: bool
    horizon: Horizon


def stage(item: Post | Idea) -> int:
    """How far a declared object should be on its way to publication: draft, approval, scheduled, sent."""
    if isinstance(item, Idea) or item.draft:
        return 0
    if item.needs_approval:
        return 1
    return 3 if item.mode is ShareMode.SHARE_NOW else 2


def _has_reached(item: Post, candidate: Candidate, live: LivePost) -> bool:
    """Whether it is at the declared stage, or beyond it if unexplained. Explained posts that are out never count."""
    there = _STAGES.get(live.status, _SENT)
    if candidate.explained:
        return there == stage(item) and there != _SENT
    return there >= stage(item)


def is_exact(
    item: Post | Idea, wanted: Content, candidate: Candidate, shorteners: Collection[str], now: datetime
) -> bool:
    """Whether a live object is the declared one. `wanted`: the declared content; `shorteners`: of its channel."""
    live = candidate.item
    if isinstance(item, Idea) or isinstance(live, LiveIdea):
        return isinstance(item, Idea) and isinstance(live, LiveIdea) and contents_match(wanted, candidate.content)
    if not _has_reached(item, candidate, live):
        return False
    if item.due_at is None:  # queue posts without a text cannot be distinguished
        return (
            bool(wanted.text) and contents_match(wanted, candidate.content) and not _is_long_ago(candidate, live, now)
        )
    if instant(live.due_at or live.sent_at) != instant(item.due_at):
        return False
    return contents_match(wanted, candidate.content, links_may_differ=True, shorteners=shorteners)


def _is_long_ago(candidate: Candidate, live: LivePost, now: datetime) -> bool:
    """Whether an equal needs confirmation, since it is not known since when the account is managed."""
    out_since = live.sent_at or live.due_at or live.created_at
    unknown = not candidate.horizon.recorded and candidate.horizon.since is None
    return unknown and live.is_out and now - out_since > LONG_AGO


class How(Enum):
    """The rule by which a declared object was matched; `existing` named the last two, or what is not there."""

    KNOWN = auto()
    MOVED = auto()
    EXACT = auto()
    KEY_TAKEN = auto()
    PERHAPS_RENAMED = auto()
    IN_QUESTION = auto()
    NAMED = auto()
    NOT_THERE = auto()
    NEW = auto()


class Declared(NamedTuple):
    """A declared object with its slot and its comparable forms, each computed once. `channel` is None for ideas."""

    item: Post | Idea
    slot: Slot
    channel: LiveChannel | None
    content: Content
    fingerprint: Fingerprint

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Its slot, and those that it may have had."""
        return all_slots(self.slot, self.item)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A live object that may be the declared one, by a `rule`. `live`: None if it exists but was not read.

    `owner`: the address that claims it; `owner_declared`: the files still have that address. `explained`: the state
    accounts for it.
    """

    id: str
    created_at: datetime
    live: LivePost | LiveIdea | None = None
    owner: Address | None = None
    owner_declared: bool = False
    rule: Rule = Rule.SAME_TEXT
    explained: bool = True

    @classmethod
    def of(cls, item: LivePost | LiveIdea, rule: Rule = Rule.SAME_TEXT, *, explained: bool = False) -> Suspect:
        """A live object that no address claims."""
        return cls(item.id, item.created_at, item, rule=rule, explained=explained)

    @classmethod
    def recorded(
        cls, slot: Slot, binding: Binding, live: LivePost | LiveIdea | None = None, declared: Declared | None = None
    ) -> Suspect:
        """The state's entry for an address, whether or not the object was read, and the address still `declared`."""
        created = binding.created or datetime(1970, 1, 1, tzinfo=UTC)
        owner = declared.item.address if declared else address_of(slot, binding)
        return cls(binding.id, live.created_at if live else created, live, owner, owner_declared=declared is not None)


class Match(NamedTuple):
    """The match of a declared object. `binding`: the one in the state, `moved_from`: the slot that it leaves.

    `origin`: how an exact match is bound. `question`: what a person is asked, with the `suspects` in question.
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

    `kept`: slots of released claims in an open question, so that they are not forgotten meanwhile. `unexplained`: the
    ids in `unclaimed` that may be ours.
    """

    matches: tuple[Match, ...]
    released: Mapping[Slot, Binding] = field(default_factory=dict)
    kept: frozenset[Slot] = frozenset()
    unclaimed: tuple[LivePost | LiveIdea, ...] = ()
    unexplained: frozenset[str] = frozenset()

    @property
    def suspected(self) -> frozenset[str]:
        """Ids of the live objects that people are asked about now."""
        asked = (m for m in self.matches if m.question is None or not m.question.postponed)
        return frozenset(suspect.id for m in asked for suspect in m.suspects)

    @property
    def questions(self) -> dict[Slot, Question]:
        """The open questions, by slot."""
        return {m.declared.slot: m.question for m in self.matches if m.question}


Found = dict[Slot, Match]


class Pool:
    """The unclaimed live objects of one home, by text; matched ones are removed.

    `own`: ids of objects that had the address of a declared one or are in question for it, so that for this one they
    count as unexplained.
    """

    def __init__(self) -> None:
        self.left: dict[str, Candidate] = {}
        self._by_text: dict[str, list[Candidate]] = defaultdict(list)

    def add(self, candidate: Candidate) -> None:
        self.left[candidate.item.id] = candidate
        self._by_text[_linkless_text(candidate.content)].append(candidate)

    def like(self, wanted: Content, own: Collection[str]) -> Iterator[Candidate]:
        """The remaining candidates with the same title and text, ignoring links."""
        found = (c for c in self._by_text.get(_linkless_text(wanted), ()) if c.item.id in self.left)
        return (_for_address(c, own) for c in found)

    def unexplained(self, own: Collection[str] = ()) -> Iterator[Candidate]:
        """The remaining candidates that may be ours."""
        return (_for_address(c, own) for c in self.left.values() if not c.explained or c.item.id in own)


def _for_address(candidate: Candidate, own: Collection[str]) -> Candidate:
    return replace(candidate, explained=False) if candidate.explained and candidate.item.id in own else candidate


Pools = defaultdict[str, Pool]


def pools_of(unclaimed: Iterable[LivePost | LiveIdea], view: StateView) -> Pools:
    """The unclaimed live objects by home."""
    is_explained = view.explainer()
    pools: Pools = defaultdict(Pool)
    for item in unclaimed:
        horizon = view.horizon(item.home)
        pools[item.home].add(Candidate(item, comparable.content_of_live(item), is_explained(item), horizon))
    return pools


def imported(item: Post | Idea, live: LivePost | LiveIdea) -> Binding:
    """The binding of a declared object to the live one that a person named; the next plan shows how they differ."""
    binding = comparable.bind(item, live, Origin.IMPORTED)
    alike = contents_match(
        comparable.content_of_desired(item), comparable.content_of_live(live)
    ) and not schedule_differences(item, live)
    return (
        binding
        if alike
        else replace(binding, applied="", text=comparable.text_digest(comparable.content_of_live(live)))
    )


def as_published(d: Declared, live: LivePost, origin: Origin) -> Binding:
    """The binding of a published post whose entry was edited since: what was applied had the content in Buffer."""
    was = comparable.content_of_live(live)
    applied = d.fingerprint._replace(content=comparable.digest(was))
    binding = comparable.bind(d.item, live, origin)
    return replace(binding, applied=str(applied), text=comparable.text_digest(was))


def is_over(item: Post | Idea, now: datetime) -> bool:
    """Whether the post's time is past."""
    return item.due_at is not None and item.due_at <= now


def is_out(binding: Binding, live: LivePost | LiveIdea | None) -> bool:
    """Whether a claimed object is published, as read or as last seen."""
    return live.is_out if live else binding.status == PostStatus.SENT


def _linkless_text(content: Content) -> str:
    return comparable.without_links(text_of(content))


def text_of(content: Content) -> str:
    """Title and text, by which equal objects are found."""
    return f"{content.title}\n{content.text}"
