"""The data of matching: declared objects, what may be theirs, and matches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple

from bufferctl.model import Address, Binding, Item, LiveChannel, LiveItem, Origin, PostStatus, Question, Rule, Slot
from bufferctl.model.comparable import Content, Fingerprint
from bufferctl.plan import Change
from bufferctl.reconcile.horizons import address_of, all_slots


class How(Enum):
    """The rule by which a declared object was matched, in the words of `plan --explain`."""

    KNOWN = "the state says which one in Buffer it is"
    MOVED = "the state has it under an earlier key (`was`)"
    EXACT = "Buffer has exactly one equal to it"
    KEY_TAKEN = "the state has its key for something else"
    PERHAPS_RENAMED = "it may be one whose entry is gone, under another key"
    IN_QUESTION = "Buffer has something that may be it"
    NAMED = "`existing` names it"
    NOT_THERE = "`existing` names something that is not there"
    NEW = "nothing in Buffer is it"


class Declared(NamedTuple):
    """A declared object with its slot and its comparable forms, each computed once. `channel` is None for ideas."""

    item: Item
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
    live: LiveItem | None = None
    owner: Address | None = None
    owner_declared: bool = False
    rule: Rule = Rule.SAME_TEXT
    explained: bool = True

    @classmethod
    def of(cls, item: LiveItem, rule: Rule = Rule.SAME_TEXT, *, explained: bool = False) -> Suspect:
        """A live object that no address claims."""
        return cls(item.id, item.created_at, item, rule=rule, explained=explained)

    @classmethod
    def recorded(
        cls, slot: Slot, binding: Binding, live: LiveItem | None = None, declared: Declared | None = None
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
    live: LiveItem | None = None
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
    unclaimed: tuple[LiveItem, ...] = ()
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


def is_over(item: Item, now: datetime) -> bool:
    """Whether the post's time is past."""
    return item.due_at is not None and item.due_at <= now


def is_out(binding: Binding, live: LiveItem | None) -> bool:
    """Whether a claimed object is published, as read or as last seen."""
    return live.is_out if live else binding.status == PostStatus.SENT


@dataclass
class Trace:
    """Follows one address through planning: the rule of matching, the action table, and the pass that decided.

    `lines`: what decided, in order.
    """

    address: str
    lines: list[str] = field(default_factory=list)
    _last: tuple[object, ...] | None = None

    def start(self, matches: Iterable[Match], changes: Iterable[Change]) -> None:
        """Tell by which rule it was matched, and what the action table made of it."""
        for each in matches:
            if str(each.declared.item.address) == self.address:
                live = f" ({each.live.id})" if each.live else ""
                asks = ", so a person is asked" if each.question else ""
                self.lines.append(f"Matching: {each.how.value}{live}{asks}.")
        self.step("Action table", changes)

    def step(self, name: str, changes: Iterable[Change]) -> None:
        """Tell what a step made of it, if anything."""
        for change in changes:
            now = change.action, change.cause, change.reason
            if str(change.address) == self.address and now != self._last:
                self._last = now
                reason = f", {change.reason.value}" if change.reason else ""
                self.lines.append(f"{name}: {change.action.value} ({change.cause.value}{reason}).")
                self.lines += [f"  {change.message}."] if change.message else []
