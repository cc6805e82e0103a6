"""Which live object each declared one is (design: Matching), before anything is decided about it.

In order: known (the address is in the record), released (a claim whose address left the files), exact, near, new. Only
what no address claims is offered to a new one, and equals match as a multiset. Whether to ask a person is decided here,
so that no later rule can lift a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, auto

from bufferctl.model import (
    Address,
    Binding,
    Idea,
    Live,
    LiveChannel,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Question,
    Rule,
    Slot,
    comparable,
)
from bufferctl.model.comparable import Content, Fingerprint, same
from bufferctl.reconcile.alike import Candidate, Likeness, is_exact, stage
from bufferctl.reconcile.differences import OUT
from bufferctl.reconcile.record import Record, address_of


class How(Enum):
    """By which rule a declared object found its live one."""

    KNOWN = auto()
    MOVED = auto()
    EXACT = auto()
    ASKED = auto()
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
    """A live object that may be the declared one. `live`: None where it is known to exist and was not read.

    `owner`: the address that claims it; `owner_declared`: the files still have that address.
    """

    id: str
    created_at: datetime
    live: LivePost | LiveIdea | None = None
    owner: Address | None = None
    owner_declared: bool = False


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
        """Ids of live objects that somebody is asked about."""
        return frozenset(suspect.id for m in self.matches for suspect in m.suspects)

    @property
    def questions(self) -> dict[Slot, Question]:
        """What is asked, by slot."""
        return {**self.postponed, **{m.declared.slot: m.question for m in self.matches if m.question}}


Found = dict[Slot, Match]


def match(declared: Iterable[Declared], live: Live, record: Record) -> Matches:
    """Find the live object of each declared one."""
    declared = tuple(declared)
    by_id = {item.id: item for item in live.items}
    bindings = record.state.bindings
    found = _known(declared, by_id, record)
    released = {slot: binding for slot, binding in bindings.items() if slot not in {d.slot for d in declared}}
    moved = _moved([d for d in declared if d.slot not in found], released, by_id)
    found |= moved
    released = {slot: b for slot, b in released.items() if slot not in {m.moved_from for m in moved.values()}}
    claimed = {binding.id for binding in bindings.values()}
    is_explained = record.explainer()
    unclaimed = [item for item in live.items if item.id not in claimed]
    open_ = [d for d in declared if d.slot not in found or _is_gone(found[d.slot], live.gone)]
    if open_:
        pools = _pools(unclaimed, is_explained, record)
        lost = frozenset(d.slot for d in open_ if d.slot in found)
        undecided = {d.slot: record.undecided(d.slot, live.gone, claimed) for d in open_}
        exact = _exact(open_, lost, undecided, pools, record, live.at)
        found |= exact
        open_ = [d for d in open_ if d.slot not in exact]
        claims = _Claims(found, released, by_id, live.gone)
        found |= _asked(open_, lost, pools, claims, record, live)
        found |= {d.slot: Match(d, How.NEW) for d in open_ if d.slot not in found}
    taken = {m.live.id for m in found.values() if m.live}
    left = tuple(item for item in unclaimed if item.id not in taken)
    asked_about = {s.id for m in found.values() for s in m.suspects}
    return Matches(
        tuple(found[d.slot] for d in declared),
        released,
        kept=frozenset(slot for slot, binding in released.items() if binding.id in asked_about),
        unclaimed=left,
        unexplained=frozenset(item.id for item in left if not is_explained(item)),
        postponed={
            d.slot: question
            for d in open_
            if _is_over(d.item, live.at) and (question := record.state.questions.get(d.slot)) is not None
        },
    )


def _known(declared: Iterable[Declared], by_id: Mapping[str, LivePost | LiveIdea], record: Record) -> Found:
    bindings = record.state.bindings
    return {
        d.slot: Match(d, How.KNOWN, by_id.get(binding.id), binding)
        for d in declared
        if (binding := bindings.get(d.slot)) is not None
    }


def _is_gone(found: Match, gone: Collection[str]) -> bool:
    """Whether a known post was deleted before it was published, so that it may only have changed its id."""
    binding = found.binding
    return binding is not None and binding.id in gone and binding.status != PostStatus.SENT


def _moved(new: list[Declared], released: Mapping[Slot, Binding], by_id: Mapping[str, LivePost | LiveIdea]) -> Found:
    """Offer claims whose address left the files: to who names it in `was`, unsent ones also to their exact equal."""
    left = dict(released)
    found: Found = {}
    for d in new:
        olds = (replace(d.slot, key=key) for key in d.item.previous_keys)
        if (old := next((old for old in olds if old in left), None)) is not None:
            binding = left.pop(old)
            found[d.slot] = Match(d, How.MOVED, by_id.get(binding.id), binding, old)
    by_print: dict[tuple[str, str], list[Slot]] = defaultdict(list)
    for slot, binding in left.items():
        if not _is_out(binding, by_id.get(binding.id)):
            by_print[slot.home, binding.applied].append(slot)
    for d in sorted(new, key=lambda d: d.item.cancelled):
        equals = by_print.get((d.slot.home, str(d.fingerprint)), [])
        free = [old for old in equals if d.item.repeat_of not in {old.key, left[old].id}]
        if d.slot not in found and free:
            equals.remove(free[0])
            binding = left.pop(free[0])
            found[d.slot] = Match(d, How.MOVED, by_id.get(binding.id), binding, free[0])
    return found


def _is_out(binding: Binding, live: LivePost | LiveIdea | None) -> bool:
    """Whether a claimed object is published, as it reads or as it was last seen."""
    if isinstance(live, LivePost):
        return live.status in OUT
    return live is None and binding.status == PostStatus.SENT


class _Pool:
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


_Pools = Mapping[str, _Pool]


def _pools(
    unclaimed: Iterable[LivePost | LiveIdea],
    is_explained: Callable[[LivePost | LiveIdea], bool],
    record: Record,
) -> defaultdict[str, _Pool]:
    pools: defaultdict[str, _Pool] = defaultdict(_Pool)
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


def _exact(
    new: list[Declared],
    lost: Collection[Slot],
    undecided: Mapping[Slot, Collection[str]],
    pools: _Pools,
    record: Record,
    now: datetime,
) -> Found:
    """Exact matches as a multiset.

    `lost`: known objects that are gone; only an unexplained one can be theirs. `undecided`: candidates of open
    questions, which go before other objects.
    """
    found: Found = {}
    for d in sorted(new, key=_claims_first):
        pool = pools[d.slot.home]
        equals = [
            c
            for c in pool.like(d.content)
            if c.item.id != d.item.repeat_of
            and not (d.slot in lost and c.explained and not d.item.cancelled)
            and not _may_be_another(d, c, undecided[d.slot], record)
            and is_exact(d.item, d.content, c, d.channel, now)
        ]
        if equals:
            best = min(equals, key=lambda c: _taken_first(d, c))
            del pool.left[best.item.id]
            origin = Origin.RECOVERED if record.is_managed(best.item) else Origin.ADOPTED
            if d.item.cancelled and origin is Origin.ADOPTED:  # it stays, and goes out, until a person decides
                found[d.slot] = _about_cancelled(d, best.item, record)
            else:
                found[d.slot] = Match(d, How.EXACT, best.item, origin=origin)
    return found


def _about_cancelled(d: Declared, item: LivePost | LiveIdea, record: Record) -> Match:
    question = Question(Rule.SAME_TEXT, {item.id: item.created_at}, content=d.fingerprint.content)
    suspect = Suspect(item.id, item.created_at, item)
    return Match(d, How.ASKED, None, record.state.bindings.get(d.slot), question=question, suspects=(suspect,))


def _may_be_another(d: Declared, equal: Candidate, undecided: Collection[str], record: Record) -> bool:
    """Whether a person still has to say that `d` is none of the other candidates, one of which may be ours."""
    question = record.state.questions.get(d.slot)
    if question is None or not question.may_be_ours or (equal.item.id in undecided and equal.by_api):
        return False
    return bool(set(undecided) - {equal.item.id, d.item.repeat_of})


def _claims_first(d: Declared) -> tuple[bool, int, bool]:
    """Wanted before cancelled; further on its way first; timed before queued, which would take a timed one's match."""
    return d.item.cancelled, -stage(d.item), not (isinstance(d.item, Post) and d.item.due_at)


def _taken_first(d: Declared, c: Candidate) -> tuple[bool, bool, datetime, str]:
    """Sent before unsent, of the queue before timed ones where it is for the queue, old before young."""
    timed = isinstance(d.item, Post) and d.item.due_at is not None
    own_time = not timed and isinstance(c.item, LivePost) and c.item.has_own_time
    return not c.is_out, own_time, c.item.created_at, c.item.id


class _Claims:
    """Published objects that addresses claim, by home and text: a new object may be one of them under another key.

    What is unsent is edited or deleted by the same plan, or the pass on repeats asks.
    """

    def __init__(
        self,
        found: Found,
        released: Mapping[Slot, Binding],
        by_id: Mapping[str, LivePost | LiveIdea],
        gone: Collection[str],
    ) -> None:
        #: Ids that the record or this plan gives to an address, released ones included.
        self.ids = {m.live.id for m in found.values() if m.live} | {m.binding.id for m in found.values() if m.binding}
        self.ids |= {binding.id for binding in released.values()}
        posts = [m.live for m in found.values() if isinstance(m.live, LivePost)]
        #: Homes in which some declared object came by the API.
        self.homes_by_api = {post.home for post in posts if post.by_api}
        self._by_text: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
        #: By what was applied: of what was published before what was read, and of what has no text.
        self._by_mark: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
        for m in found.values():
            if m.binding is not None and m.binding.id not in gone:
                self._add(m.declared.slot, m.binding, m.live, m.declared)
        for slot, binding in released.items():
            if binding.id not in gone:
                self._add(slot, binding, by_id.get(binding.id), None)

    def _add(self, slot: Slot, binding: Binding, live: LivePost | LiveIdea | None, owner: Declared | None) -> None:
        if not _is_out(binding, live):
            return
        address = owner.item.address if owner else address_of(slot, binding)
        suspect = Suspect(binding.id, _created(binding, live), live, address, owner_declared=owner is not None)
        text = _text(comparable.of_live(live)) if live is not None else ""
        if text.strip():
            if owner is None or text != _text(owner.content):  # an address with that same text claims it by right
                self._by_text[slot.home, text].append(suspect)
        elif owner is None or not _applied_marks(binding) & _marks(owner):
            for mark in _applied_marks(binding):
                self._by_mark[slot.home, mark].append(suspect)

    def saying(self, d: Declared) -> list[Suspect]:
        """Claimed objects with the text of `d`, whose address says something else, or was removed from the files."""
        found = [*self._by_text.get((d.slot.home, _text(d.content)), [])]
        found += [suspect for mark in sorted(_marks(d)) for suspect in self._by_mark.get((d.slot.home, mark), [])]
        return list({suspect.id: suspect for suspect in found}.values())


def _marks(d: Declared) -> set[str]:
    """Digests by which an object can be told without reading it; without a text, the addresses of its pictures tell."""
    if text := comparable.text_digest(d.content):
        return {text, d.fingerprint.content}
    return {d.fingerprint.hidden} if isinstance(d.item, Post) and d.item.assets else set()


def _applied_marks(binding: Binding) -> set[str]:
    """The same of what was last applied; an older record has no digest of the text alone."""
    applied = Fingerprint.read(binding.applied)
    if binding.text:
        return {binding.text}
    return {applied.content, applied.hidden} if applied else set()


def _created(binding: Binding, live: LivePost | LiveIdea | None) -> datetime:
    if live is not None:
        return live.created_at
    return datetime.fromisoformat(binding.created_at) if binding.created_at else datetime(1970, 1, 1, tzinfo=UTC)


def _asked(
    new: list[Declared],
    lost: Collection[Slot],
    pools: _Pools,
    claims: _Claims,
    record: Record,
    live: Live,
) -> Found:
    """Those of `new` that may be in Buffer already, so that a person is asked."""
    found: Found = {}
    for d in new:
        if _is_over(d.item, live.at):  # an exact match took it at any age, else its row words it
            continue
        near = _near(d, pools[d.slot.home], claims, only_unexplained=d.slot in lost and not d.item.cancelled)
        if match := _question(d, near, claims, record, live):
            found[d.slot] = replace(match, binding=record.state.bindings.get(d.slot))
    perhaps_edited = [d for d in new if d.slot not in found and not _is_over(d.item, live.at)]
    suspected = {
        s.live.home for m in found.values() for s in m.suspects if isinstance(s.live, LivePost) and s.live.by_api
    }
    if all(record.horizon(home).recorded for home in claims.homes_by_api | suspected):
        return found  # nothing says that there was a record
    return found | _edited(perhaps_edited, pools, record)


def _is_over(item: Post | Idea, now: datetime) -> bool:
    return isinstance(item, Post) and item.due_at is not None and item.due_at <= now


Near = list[tuple[Rule, Suspect, bool]]


def _near(d: Declared, pool: _Pool, claims: _Claims, *, only_unexplained: bool) -> Near:
    """Live objects that may be `d`: by which rule, and whether nothing explains them."""
    near: Near = []
    text = _text(d.content)
    near += [(Rule.SAME_TEXT, s, False) for s in claims.saying(d)] if not only_unexplained else []
    if text.strip():
        alike = [c for c in pool.like(d.content) if not (only_unexplained and c.explained)]
        near += [
            (Rule.SAME_TEXT, Suspect(c.item.id, c.item.created_at, c.item), not c.explained)
            for c in alike
            if _text(c.content) == text
        ]
        near += [
            (Rule.REWRITTEN_LINKS, Suspect(c.item.id, c.item.created_at, c.item), True)
            for c in alike
            if not c.explained and _text(c.content) != text and same(d.content, c.content, links_may_differ=True)
        ]
    already = {suspect.id for _, suspect, _ in near}
    likeness = Likeness(d.item, d.content)
    near += [
        (rule, Suspect(c.item.id, c.item.created_at, c.item), True)
        for c in pool.unexplained
        if c.item.id not in already and (rule := likeness.rule(c))
    ]
    return [each for each in near if not _is_meant_again(d.item, *each)]


def _is_meant_again(item: Post | Idea, rule: Rule, suspect: Suspect, is_unexplained: bool) -> bool:
    """Whether `repeat_of` says that this is another one.

    It names an id, or a key that claims it; it never speaks for another one that may be ours.
    """
    named = item.repeat_of
    if not named:
        return False
    if named == suspect.id or (suspect.owner is not None and suspect.owner.key == named):
        return True
    return rule is Rule.SAME_TEXT and not is_unexplained and suspect.owner is None


def _question(d: Declared, near: Near, claims: _Claims, record: Record, live: Live) -> Match | None:
    """What is asked about `d`: what looks like it now, and what an earlier plan asked and nobody answered."""
    old = record.state.questions.get(d.slot)
    suspects = {suspect.id: suspect for _, suspect, _ in near}
    if old is not None and _still_stands(old, d):
        by_id = {item.id: item for item in live.items}
        for id_, created in record.undecided(d.slot, live.gone, claims.ids).items():
            if id_ != d.item.repeat_of:
                suspects.setdefault(id_, Suspect(id_, created, by_id.get(id_)))
    if not suspects:
        return None
    carried = suspects.keys() - {suspect.id for _, suspect, _ in near}
    question = Question(
        near[0][0] if near else (old.rule if old else Rule.SAME_TEXT),
        {suspect.id: suspect.created_at for suspect in suspects.values()},
        may_be_ours=any(is_unexplained for _, _, is_unexplained in near) or bool(carried and old and old.may_be_ours),
        content=d.fingerprint.content,
    )
    return Match(d, How.ASKED, question=question, suspects=tuple(suspects.values()))


def _still_stands(old: Question, d: Declared) -> bool:
    """Whether an open question outlives what changed in the file: always where a candidate may be ours."""
    return old.may_be_ours or (old.content == d.fingerprint.content and not d.item.repeat_of)


def _edited(new: list[Declared], pools: _Pools, record: Record) -> Found:
    """One question a project: where a record was lost, what is new and what matched nothing may be one another, edited.

    Asked only where some declared object is, or may be, one that came by the API.
    """
    found: Found = {}
    for d in new:
        home = d.slot.home
        if d.item.cancelled or record.horizon(home).recorded:
            continue
        left = [c.item for c in pools[home].unexplained if c.by_api and c.item.id != d.item.repeat_of]
        since = record.managed_since
        suspects = tuple(Suspect(i.id, i.created_at, i) for i in left if since is None or i.created_at > since)
        if suspects:
            candidates = {suspect.id: suspect.created_at for suspect in suspects}
            question = Question(Rule.EDITED, candidates, content=d.fingerprint.content)
            found[d.slot] = Match(d, How.ASKED, question=question, suspects=suspects)
    return found


def _linkless_text(content: Content) -> str:
    return comparable.without_links(_text(content))


def _text(content: Content) -> str:
    return f"{content.title}\n{content.text}"
