"""The data of matching: declared objects, objects that may be theirs, and matches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from bufferctl.model import (
    Address,
    Binding,
    Item,
    LetGo,
    Likeness,
    LiveChannel,
    LiveItem,
    LivePost,
    Origin,
    PostStatus,
    Question,
    Slot,
    content_of_live,
    fingerprint,
)
from bufferctl.model.comparable import Content, Fingerprint, part_digests, text_digest, without_links
from bufferctl.reconcile.horizons import EARLIEST, all_slots
from bufferctl.value import replace, value

#: A home (a channel's id, or an organization's for ideas), and the `mark_of` an object there.
Mark = tuple[str, str]


class How(Enum):
    """The rule by which a declared object was matched, or why it was not."""

    KNOWN = "the state has its id"
    MOVED = "the state has it under an earlier key (`was`)"
    EXACT = "Buffer has an equal one"
    COUNTED = "Buffer has equal ones, of which its series has this one by their order"
    KEY_TAKEN = "the state has its key for something else"
    PERHAPS_RENAMED = "it may be an entry that is gone from the files, under another key"
    IN_QUESTION = "Buffer has something that may be it"
    NAMED = "`existing` names it"
    NOT_THERE = "`existing` names something that is not there"
    NEW = "nothing in Buffer matches it"


class Declared(NamedTuple):
    """A declared object with its slot and its comparable forms, each computed once. `channel` is None for ideas."""

    item: Item
    slot: Slot
    channel: LiveChannel | None
    content: Content
    fingerprint: Fingerprint

    @property
    def mark(self) -> str:
        """Its `mark_of`."""
        return mark_of(self.item, self.content)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The object's slot, and the slots that it may have had."""
        return all_slots(self.slot, self.item)


@value()
class Suspect:
    """A live object that may be the declared one."""

    id: str  # Buffer's
    created_at: datetime  # by Buffer's clock
    live: LiveItem | None = None  # None if it exists but was not read
    owner: Address | None = None  # the address that claims it
    owner_declared: bool = False  # the files still have that address
    rule: Likeness = Likeness.SAME_TEXT  # why it may be the declared one
    explained: bool = True  # the state accounts for it
    text_of: Address | None = None  # another address that has its text, and has to say first whether it is its post
    is_anyones: bool = False  # of the first: other addresses may have it as well, and no order tells which

    @classmethod
    def of(
        cls,
        item: LiveItem,
        rule: Likeness = Likeness.SAME_TEXT,
        *,
        explained: bool = False,
        text_of: Address | None = None,
    ) -> Suspect:
        """A live object that no address claims."""
        return cls(item.id, item.created_at, item, rule=rule, explained=explained, text_of=text_of)

    @classmethod
    def recorded(
        cls, slot: Slot, binding: Binding, live: LiveItem | None = None, declared: Declared | None = None
    ) -> Suspect:
        """The state's entry for an address, whether or not the object was read, and the address still `declared`."""
        created = binding.created or EARLIEST
        owner = declared.item.address if declared else binding.address_in(slot)
        return cls(binding.id, live.created_at if live else created, live, owner, owner_declared=declared is not None)


#: Objects in Buffer by home and content.
ByText = Mapping[Mark, list[Suspect]]


class Match(NamedTuple):
    """The match of a declared object."""

    declared: Declared  # with its slot
    how: How  # by which rule
    live: LiveItem | None = None  # what it is in Buffer
    binding: Binding | None = None  # the one in the state
    moved_from: Slot | None = None  # the slot that the binding leaves
    origin: Origin = Origin.ADOPTED  # how an exact match is bound
    question: Question | None = None  # what a person is asked
    suspects: tuple[Suspect, ...] = ()  # those in question


Found = dict[Slot, Match]


class Claims:
    """The objects that addresses claim, matched or `released`: a new object may be one of these under another key."""

    def __init__(
        self, matches: Iterable[Match], released: Mapping[Slot, Binding], by_id: Mapping[str, LiveItem]
    ) -> None:
        self._matches, self._released, self._by_id = tuple(matches), released, by_id

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids that the state or this plan assigns to an address with certainty."""
        bindings = (*(each.binding for each in self._matches if each.binding), *self._released.values())
        ids = {each.live.id for each in self._matches if each.live} | {binding.id for binding in bindings}
        return frozenset(ids - {binding.id for binding in bindings if binding.guessed})

    @property
    def homes_by_api(self) -> set[str]:
        """Homes in which some declared object was created through the API."""
        return {each.live.home for each in self._matches if each.live and each.live.by_api}

    @cached_property
    def published(self) -> ByText:
        """Published objects, by their present and their sent text, unless their own address has that text.

        Buffer may no longer list them, and rewrites links. Unsent objects are edited or deleted by the same plan, or
        the pass on repeats asks; those that are kept although their entries are gone count here.
        """
        found: dict[Mark, list[Suspect]] = defaultdict(list)
        for slot, binding, live, owner in self._out:
            marks = {applied_mark(binding), text_digest(content_of_live(live)) if live else ""}
            for mark in marks - {"", owner.mark if owner else ""}:
                suspect = Suspect.recorded(slot, binding, live, owner)
                if binding.guessed:  # it may be the post of any address
                    suspect = replace(suspect, owner=None, owner_declared=False, explained=False)
                found[slot.home, mark].append(suspect)
        return found

    @cached_property
    def published_parts(self) -> ByText:
        """Published threads by the texts of their parts, unless their own address still has that text."""
        found: dict[Mark, list[Suspect]] = defaultdict(list)
        for slot, binding, live, owner in self._out:
            parts = {*binding.parts, *(part_digests(content_of_live(live)) if live else ())}
            for part in parts.difference((owner.mark, *part_digests(owner.content)) if owner else ()):
                found[slot.home, part].append(Suspect.recorded(slot, binding, live, owner))
        return found

    @property
    def _out(self) -> Iterator[tuple[Slot, Binding, LiveItem | None, Declared | None]]:
        """The claims on published objects, and on those that stay in Buffer without an entry."""
        for match in self._matches:
            if match.binding and is_out(match.binding, match.live):
                yield match.declared.slot, match.binding, match.live, match.declared
        for slot, binding in self._released.items():
            live = self._by_id.get(binding.id)
            if is_out(binding, live) or binding.retired:
                yield slot, binding, live, None

    def saying(self, declared: Declared) -> list[Suspect]:
        """The claims with the text of `declared`.

        If `declared` has a `repeat_of`, claims removed long ago are left out: the author knows that the text was
        published before.
        """
        found = self.published.get((declared.slot.home, declared.mark), [])
        passed = {each.id for each in self._released.values() if each.retired} if declared.item.repeat_of else ()
        return [each for each in found if each.id not in passed]


@value()
class Matches:
    """All matches in file order; claims that no address took; and live objects that no address claims.

    `kept` are slots of released claims in an open question, so that they are not forgotten meanwhile. `unexplained` are
    the ids in `unclaimed` that may be ours. `corrected` has guessed claims of slots that an `existing` of the files
    ends, and `freed` the objects that no address has taken since then.
    """

    matches: tuple[Match, ...]
    released: Mapping[Slot, Binding] = field(default_factory=dict)
    kept: frozenset[Slot] = frozenset()
    unclaimed: tuple[LiveItem, ...] = ()
    unexplained: frozenset[str] = frozenset()
    claims: Claims | None = None
    corrected: Mapping[Slot, str] = field(default_factory=dict)
    freed: Mapping[str, LetGo] = field(default_factory=dict)

    @property
    def suspected(self) -> frozenset[str]:
        """Ids of the live objects that people are asked about now."""
        asked = (each for each in self.matches if each.question is None or not each.question.postponed)
        return frozenset(suspect.id for match in asked for suspect in match.suspects)

    @property
    def unanswered(self) -> dict[str, datetime]:
        """By home, the creation time of the oldest published post that no claim and no answer accounts for.

        Such a post was created through the API and has the text of a declared address without a certain claim. It may
        be that address's post, under whatever later key, so it must be read again.
        """
        is_open = ((each, each.binding.guessed if each.binding else each.live is None) for each in self.matches)
        without = [match.declared for match, without in is_open if without]
        answered = {id_ for declared in without for id_ in declared.item.repeat_of}
        texts = {(each.slot.home, linkless_text(each.content)) for each in without if each.content.text}
        if not texts:
            return {}
        found: dict[str, datetime] = {}
        for live in self.unclaimed:
            is_ours = live.id in self.unexplained and live.id not in answered
            if not (is_ours and isinstance(live, LivePost) and live.by_api and live.is_out):
                continue
            if (live.home, linkless_text(content_of_live(live))) in texts:
                found[live.home] = min(live.created_at, found.get(live.home, live.created_at))
        return found

    @property
    def questions(self) -> dict[Slot, Question]:
        """The open questions, by slot."""
        return {each.declared.slot: each.question for each in self.matches if each.question}


def mark_of(item: Item, content: Content) -> str:
    """A digest of the text or, without a text, of the images.

    The state keeps it, too (`applied_mark`), so an equal object is found without being read from Buffer.
    """
    return text_digest(content) or fingerprint(item, content).hidden


def applied_mark(binding: Binding | None) -> str:
    """The mark of the last applied version; empty if unknown."""
    applied = Fingerprint.read(binding.applied) if binding else None
    return (binding and binding.text) or (applied.hidden if applied else "")


def linkless_text(content: Content) -> str:
    """Title and text, by which equal objects are found, without links."""
    return without_links(text_of(content))


def text_of(content: Content) -> str:
    return f"{content.title}\n{content.text}"


def is_over(item: Item, now: datetime) -> bool:
    """Whether the post's time is past."""
    return item.due_at is not None and item.due_at <= now


def is_out(binding: Binding, live: LiveItem | None) -> bool:
    """Whether a claimed object is published, as read or as last seen."""
    return live.is_out if live else binding.status == PostStatus.SENT
