"""Which live object each declared one is (design: Matching), before anything is decided about it.

In order: known (the address is in state), released (a claim whose address left the files), exact, near, new. Only what
is unclaimed by any address is offered to a new one, and equal twins match as a multiset.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from bufferctl.model import (
    Binding,
    Idea,
    Live,
    LiveChannel,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    Slot,
    State,
    comparable,
)
from bufferctl.model.comparable import Content, Fingerprint
from bufferctl.reconcile.alike import Candidate, Context, alike, exactness, untold


class How(Enum):
    """By which rule a declared object found its live one."""

    KNOWN = auto()
    MOVED = auto()
    EXACT = auto()
    NEAR = auto()
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
class Match:
    """What a declared object is. `binding` is the one in state, `moved_from` the slot that it leaves."""

    declared: Declared
    how: How
    live: LivePost | LiveIdea | None = None
    binding: Binding | None = None
    moved_from: Slot | None = None
    candidates: tuple[LivePost | LiveIdea, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """All matches in file order; claims that no address took; and live objects that nobody speaks of."""

    matches: tuple[Match, ...]
    released: Mapping[Slot, Binding]
    unmanaged: tuple[LivePost | LiveIdea, ...]


def match(declared: Iterable[Declared], live: Live, state: State) -> Matches:
    """Find the live object of each declared one."""
    declared = tuple(declared)
    everything = live.items
    by_id = {item.id: item for item in everything}
    slots = {d.slot for d in declared}
    released = {slot: b for slot, b in state.bindings.items() if slot not in slots}
    found: dict[Slot, Match] = {}
    for d in declared:
        if binding := state.bindings.get(d.slot):
            found[d.slot] = Match(d, How.KNOWN, by_id.get(binding.id), binding)
    new = [d for d in declared if d.slot not in found]
    if new:
        _match_released(new, released, by_id, found)
        claimed = {binding.id for binding in state.bindings.values()}
        unclaimed = [item for item in everything if item.id not in claimed]
        _match_unclaimed([d for d in new if d.slot not in found], unclaimed, live.at, state, found)
    taken = {m.live.id for m in found.values() if m.live} | {b.id for b in state.bindings.values()}
    matches = tuple(found[d.slot] for d in declared)
    return Matches(matches, released, tuple(item for item in everything if item.id not in taken))


def _match_released(
    new: list[Declared],
    released: dict[Slot, Binding],
    by_id: Mapping[str, LivePost | LiveIdea],
    found: dict[Slot, Match],
) -> None:
    """Offer claims whose address left the files: to who names it in `was`, else to its exact equal on the channel."""
    for d in new:
        old = Slot(d.slot.organization_id, d.slot.channel_id, d.item.was) if d.item.was else None
        if old and (binding := released.pop(old, None)):
            found[d.slot] = Match(d, How.MOVED, by_id.get(binding.id), binding, old)
    by_print: dict[tuple[str, str], list[Slot]] = defaultdict(list)
    for slot, binding in released.items():
        by_print[slot.channel_id, binding.applied].append(slot)
    for d in sorted(new, key=lambda d: d.item.cancelled):
        equals = by_print.get((d.slot.channel_id, str(d.fingerprint)), [])
        same = [old for old in equals if d.item.repeat_of not in {old.key, released[old].id}]
        if d.slot not in found and same:
            old = same[0]
            equals.remove(old)
            binding = released.pop(old)
            found[d.slot] = Match(d, How.MOVED, by_id.get(binding.id), binding, old)


class _Pool:
    """Unclaimed live objects of one channel (or the ideas of one organization), oldest first, found by their text."""

    def __init__(self) -> None:
        self.candidates: dict[str, Candidate] = {}
        self._by_text: dict[str, list[Candidate]] = defaultdict(list)

    def add(self, item: LivePost | LiveIdea) -> None:
        candidate = Candidate(item, comparable.of_live(item))
        self.candidates[item.id] = candidate
        self._by_text[_text_key(candidate.content)].append(candidate)

    def like(self, wanted: Content) -> Iterator[Candidate]:
        """Those left with the same text, links apart."""
        return (c for c in self._by_text.get(_text_key(wanted), ()) if c.item.id in self.candidates)

    def take(self, candidate: Candidate) -> None:
        del self.candidates[candidate.item.id]


def _match_unclaimed(
    new: list[Declared],
    unclaimed: list[LivePost | LiveIdea],
    now: datetime,
    state: State,
    found: dict[Slot, Match],
) -> None:
    """Exact, then near, then new."""
    pools: dict[str, _Pool] = defaultdict(_Pool)
    for item in sorted(unclaimed, key=lambda i: (i.created_at, i.id)):
        pools[item.channel_id if isinstance(item, LivePost) else item.organization_id].add(item)
    known = {slot.channel_id for slot in state.bindings}
    for d in sorted(new, key=_claims_first):
        pool = pools[d.slot.home]
        context = Context(now, d.channel, channel_known=d.slot.channel_id in known)
        others = (c for c in pool.like(d.content) if c.item.id != d.item.repeat_of)
        ranked = [(rank, c) for c in others if (rank := exactness(d.item, d.content, c, context))]
        if ranked:
            _, best = max(ranked, key=lambda pair: pair[0])
            pool.take(best)
            found[d.slot] = Match(d, How.EXACT, best.item)
    told = _told_since(state, now)
    strange = {home: untold(pool.candidates.values(), told.get(home)) for home, pool in pools.items()}
    for d in new:
        if d.slot in found:
            continue
        home = d.slot.home
        same_text = pools[home].like(d.content)
        near = () if d.item.repeat_of else alike(d.item, d.content, same_text, strange.get(home, ()), now)
        found[d.slot] = Match(d, How.NEAR if near else How.NEW, candidates=near)


def _claims_first(d: Declared) -> tuple[bool, bool]:
    """What is wanted before what is cancelled; timed before queued, which must not take a timed one's twin."""
    return d.item.cancelled, not (isinstance(d.item, Post) and d.item.due_at)


def owned_channels(state: State) -> frozenset[str]:
    """Channels on which something was created or imported. One where all was adopted has told nothing of the past."""
    return frozenset(slot.channel_id for slot, b in state.bindings.items() if b.origin is not Origin.ADOPTED)


def _told_since(state: State, now: datetime) -> dict[str, datetime]:
    """By home of what was created or imported: since when state tells of all that is created there, as far as it shows.

    A state that was lost tells only from the first creation on that came after.
    """
    since: dict[str, datetime] = {}
    for slot, binding in state.bindings.items():
        if binding.origin is not Origin.ADOPTED:
            created = binding.created_at if binding.origin is Origin.CREATED else ""
            home = slot.home
            since[home] = min(since.get(home, now), datetime.fromisoformat(created) if created else now)
    return since


def _text_key(wanted: Content) -> str:
    return comparable.without_links(f"{wanted.title}\n{wanted.text}")
