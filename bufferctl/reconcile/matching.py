"""Matches each declared object with its live object (design: Matching), before anything is decided about it.

In order: known (the address is in the record), released (a claim whose address was removed from the files), exact,
near, new. Only objects that no address claims are offered to a new one, and equal objects match as a multiset. Whether
to ask a person is decided here, so that no later rule can lift a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bufferctl.model import Binding, Idea, Live, LiveIdea, LivePost, Origin, Post, PostStatus, Question, Rule, Slot
from bufferctl.model.attached import sources_of
from bufferctl.model.comparable import instant, text_digest
from bufferctl.reconcile.matches import (
    Candidate,
    Declared,
    Found,
    How,
    Match,
    Matches,
    Pools,
    Suspect,
    as_published,
    imported,
    is_exact,
    is_out,
    is_over,
    pools_of,
    stage,
)
from bufferctl.reconcile.questions import Asking, Claims, questions
from bufferctl.reconcile.record import Record


class _Claimed(NamedTuple):
    """The claims of the record after matching: matches, claims that no address took, and keys that are taken.

    `renamed`: slots in `found` whose key the record keeps for an object published under it, each with the slots that
    the renamed object had before.
    """

    found: Found
    released: dict[Slot, Binding]
    renamed: dict[Slot, set[Slot]]


def match(declared: Iterable[Declared], live: Live, record: Record, lead: timedelta) -> Matches:
    """Find the live object of each declared object: by the claims of the record, then by content.

    `lead`: the time before its due time at which a post can no longer be sent, so that a question about it waits.
    """
    declared = tuple(declared)
    claimed = _by_claims(declared, live, record)
    ids = {binding.id for binding in record.state.bindings.values()}
    ids |= {m.live.id for m in claimed.found.values() if m.live}
    unclaimed = [item for item in live.items if item.id not in ids]
    open_ = [d for d in declared if d.slot not in claimed.found or _is_gone(claimed.found[d.slot], live.gone)]
    found = claimed.found | _by_content(open_, claimed, unclaimed, live, record, lead)
    taken = {m.live.id for m in found.values() if m.live}
    left = tuple(item for item in unclaimed if item.id not in taken)
    in_question = {s.id for m in found.values() for s in m.suspects}
    asked_about = (slot for slot, binding in claimed.released.items() if binding.id in in_question)
    is_explained = record.explainer()
    return Matches(
        tuple(found[d.slot] for d in declared),
        claimed.released,
        kept=frozenset(asked_about).union(*claimed.renamed.values()),
        unclaimed=left,
        unexplained=frozenset(item.id for item in left if not is_explained(item)),
    )


def _by_claims(declared: Sequence[Declared], live: Live, record: Record) -> _Claimed:
    """Matches by address, by `was`, and by equal content of a claim whose address was removed from the files."""
    by_id = {item.id: item for item in live.items}
    slots = {d.slot for d in declared}
    found = _known(declared, by_id, live, record)
    released = {slot: binding for slot, binding in record.state.bindings.items() if slot not in slots}
    renamed = _renamed_to_taken_keys(found, released, record.state.bindings)
    found |= _named(declared, found, by_id, live, record)
    found |= _published_elsewhere([d for d in declared if d.slot not in found], by_id, record, live.at)
    found |= {slot: Match(found[slot].declared, How.KEY_TAKEN, None, found[slot].binding) for slot in renamed}
    moved = _moved([d for d in declared if d.slot not in found], released, by_id, record.state.former)
    left = {m.moved_from for m in moved.values()}
    return _Claimed(found | moved, {slot: b for slot, b in released.items() if slot not in left}, renamed)


def _named(
    declared: Iterable[Declared],
    found: Found,
    by_id: Mapping[str, LivePost | LiveIdea],
    live: Live,
    record: Record,
) -> Found:
    """Objects that `existing` names, as if a person had imported them. Those of released claims are moved instead."""
    owners = {binding.id: slot for slot, binding in record.state.bindings.items()}
    named: Found = {}
    for d in declared:
        id_, known = d.item.existing, found.get(d.slot)
        if id_ is None or (known is not None and not _is_gone(known, live.gone)):
            continue
        owner, item = owners.get(id_), by_id.get(id_)
        if item is None or item.home != d.slot.home or owner in found:
            named[d.slot] = Match(d, How.NOT_THERE, None, known and known.binding)
        elif owner is None:
            named[d.slot] = Match(d, How.NAMED, item, imported(d.item, item))
    return named


def _published_elsewhere(
    declared: Iterable[Declared], by_id: Mapping[str, LivePost | LiveIdea], record: Record, now: datetime
) -> Found:
    """Published posts whose entries were moved here from another root file, as that one had them."""
    ids = {binding.id for binding in record.state.bindings.values()}
    found: Found = {}
    for d in declared if record.moved else ():
        claim = record.moved.get(d.slot)
        if claim is None or claim.id in ids or not is_out(claim.binding, live := by_id.get(claim.id)):
            continue
        if claim.binding.text == text_digest(d.content) or is_over(d.item, now):
            found[d.slot] = Match(d, How.NAMED, live, replace(claim.binding, retired=False))
    return found


def _by_content(
    open_: Sequence[Declared],
    claimed: _Claimed,
    unclaimed: Sequence[LivePost | LiveIdea],
    live: Live,
    record: Record,
    lead: timedelta,
) -> Found:
    """Exact matches among unclaimed objects, then objects that a person is asked about, then new objects.

    A known object that is gone and found nowhere else is none of these: it keeps the match by its address.
    """
    if not open_:
        return {}
    pools = pools_of(unclaimed, record)
    lost = frozenset(d.slot for d in open_ if d.slot in claimed.found)
    asking = Asking(record, {binding.id for binding in record.state.bindings.values()}, live, lead)
    exact = _exact(open_, lost, asking, pools)
    exact |= _reworded([d for d in open_ if d.slot not in {*exact, *lost}], pools, asking)
    rest = [d for d in open_ if d.slot not in exact]
    by_id = {item.id: item for item in live.items}
    claims = Claims(claimed.found | exact, claimed.released, by_id, live.gone)
    asked = questions(rest, lost, pools, claims, asking)
    gone: dict[str, dict[Slot, Binding]] = defaultdict(dict)
    for slot, binding in claimed.released.items():
        if not binding.retired:
            gone[slot.home][slot] = binding
    new = {d.slot: _new(d, gone[d.slot.home]) for d in rest if d.slot not in lost and d.slot not in asked}
    return exact | asked | new


def _known(declared: Iterable[Declared], by_id: Mapping[str, LivePost | LiveIdea], live: Live, record: Record) -> Found:
    """Matches by address, except for objects that were removed from the files and have been deleted in Buffer."""
    bindings = record.state.bindings

    def is_past(d: Declared, binding: Binding) -> bool:
        if not binding.retired or binding.status == PostStatus.SENT:
            return False
        return binding.id in live.gone or (isinstance(d.item, Idea) and binding.id not in by_id)

    return {
        d.slot: Match(d, How.KNOWN, by_id.get(binding.id), _as_declared(d, binding))
        for d in declared
        if (binding := bindings.get(d.slot)) is not None and not is_past(d, binding)
    }


def _new(d: Declared, gone: Mapping[Slot, Binding]) -> Match:
    """New, unless it may be an object whose entry is gone from its home: just imported, or with an unknown `was`."""
    if not gone or d.item.repeat_of:
        return Match(d, How.NEW)
    imported = {slot: b for slot, b in gone.items() if b.unmerged and b.file == d.item.place.file}
    is_occurrence = isinstance(d.item, Post) and d.item.expansion is not None and d.item.expansion.number
    if not imported and (is_occurrence or not d.item.previous_keys):  # a series may grow after it was renamed
        return Match(d, How.NEW)
    suspects = tuple(Suspect.recorded(slot, binding) for slot, binding in (imported or gone).items())
    return Match(d, How.PERHAPS_IMPORTED if imported else How.PERHAPS_RENAMED, suspects=suspects)


def _as_declared(d: Declared, binding: Binding) -> Binding:
    """The binding; if pull wrote Buffer's version into the files, that version counts as applied.

    If the files name an adopted object, it was imported.
    """
    if binding.origin is Origin.ADOPTED and d.item.existing == binding.id:
        binding = replace(binding, origin=Origin.IMPORTED)
    if not binding.pulled or binding.pulled[0] != str(d.fingerprint):
        return binding
    _, applied, seen, due_at = binding.pulled
    return replace(
        binding, applied=applied, seen=seen, due_at=due_at, text=text_digest(d.content),
        media=sources_of(d.item), pulled=(),
    )  # fmt: skip


def _previous(d: Declared) -> Iterator[Slot]:
    """The slots of the keys in its `was`."""
    return (d.slot._replace(key=key) for key in d.item.previous_keys)


def _renamed_to_taken_keys(
    found: Found, released: Mapping[Slot, Binding], bindings: Mapping[Slot, Binding]
) -> dict[Slot, set[Slot]]:
    """Slots that the record keeps for published objects, but that now declare an object that had another key.

    Each with the previous slots of that object, by `was` or by equal content: both sides are held, neither is deleted.
    """
    tracked = {slot: binding for slot, binding in released.items() if not binding.retired}
    taken: dict[Slot, set[Slot]] = {}
    for slot, m in found.items():
        binding = bindings[slot]
        if not binding.retired or (content := str(m.declared.fingerprint)) == binding.applied:
            continue
        olds = {*_previous(m.declared), *(s for s, b in tracked.items() if (s.home, b.applied) == (slot.home, content))}
        if olds & tracked.keys():
            taken[slot] = olds & tracked.keys()
    return taken


def _is_gone(found: Match, gone: Collection[str]) -> bool:
    """Whether a known post was deleted before it was published, in which case only its id may have changed."""
    binding = found.binding
    return binding is not None and binding.id in gone and binding.status != PostStatus.SENT


def _moved(
    new: Sequence[Declared],
    released: Mapping[Slot, Binding],
    by_id: Mapping[str, LivePost | LiveIdea],
    former: Mapping[Slot, str],
) -> Found:
    """Offer claims whose address was removed from the files to objects that have it in `was`, or had it before.

    Claims on unpublished objects are also offered to objects that equal them exactly.
    """
    left = dict(released)
    slots = {binding.id: slot for slot, binding in released.items()}
    found: Found = {}
    for d in new:
        olds = [*_previous(d), *(slots[id_] for id_ in (d.item.existing, former.get(d.slot)) if id_ in slots)]
        if (old := next((old for old in olds if old in left), None)) is not None:
            binding = left.pop(old)
            found[d.slot] = Match(d, How.MOVED, by_id.get(binding.id), _as_declared(d, binding), old)
    by_print: dict[tuple[str, str], list[Slot]] = defaultdict(list)
    for slot, binding in left.items():
        if not is_out(binding, by_id.get(binding.id)):
            by_print[slot.home, binding.applied].append(slot)
    for d in sorted(new, key=lambda d: d.item.cancelled):
        equals = by_print.get((d.slot.home, str(d.fingerprint)), [])
        free = [old for old in equals if d.item.repeat_of not in {old.key, left[old].id}]
        if d.slot not in found and free:
            equals.remove(free[0])
            binding = left.pop(free[0])
            found[d.slot] = Match(d, How.MOVED, by_id.get(binding.id), _as_declared(d, binding), free[0])
    return found


def _exact(new: Sequence[Declared], lost: Collection[Slot], asking: Asking, pools: Pools) -> Found:
    """Exact matches as a multiset.

    `lost`: known objects that are gone; only unexplained candidates can match them.
    """
    found: Found = {}
    record = asking.record
    for d in sorted(new, key=_claims_first):
        pool, shorteners = pools[d.slot.home], record.shorteners(d.channel)
        equals = [
            c
            for c in pool.like(d.content, asking.had_address(d))
            if c.item.id != d.item.repeat_of
            and not (d.slot in lost and c.explained and not d.item.cancelled)
            and not _may_be_another(d, c, asking)
            and is_exact(d.item, d.content, c, shorteners, asking.now)
        ]
        if equals:
            best = min(equals, key=lambda c: _taken_first(d, c))
            del pool.left[best.item.id]
            origin = record.origin(best.item)
            if d.item.cancelled and origin is Origin.ADOPTED:  # it stays, and will be published, until a person decides
                found[d.slot] = _about_cancelled(d, best.item, record)
            else:
                found[d.slot] = Match(d, How.EXACT, best.item, origin=origin)
    return found


def _reworded(new: Iterable[Declared], pools: Pools, asking: Asking) -> Found:
    """Past addresses on unrecorded homes, each with the one published API post at its instant: it was edited since."""
    past: dict[tuple[str, str], list[Declared]] = defaultdict(list)
    for d in new:
        if isinstance(d.item, Post) and is_over(d.item, asking.now) and not asking.record.horizon(d.slot.home).recorded:
            past[d.slot.home, instant(d.item.due_at)].append(d)
    published: dict[tuple[str, str], list[LivePost]] = defaultdict(list)
    for home in {home for home, _ in past}:
        for c in pools[home].unexplained(()):
            if isinstance(c.item, LivePost) and c.by_api and c.item.status is PostStatus.SENT:
                published[home, instant(c.item.due_at or c.item.sent_at)].append(c.item)
    found: Found = {}
    for when, declared in past.items():
        (d, *more), live = declared, published[when]
        if more or len(live) != 1 or d.item.cancelled or d.item.repeat_of == live[0].id or asking.question(d):
            continue
        del pools[d.slot.home].left[live[0].id]
        found[d.slot] = Match(d, How.NAMED, live[0], as_published(d, live[0], asking.record.origin(live[0])))
    return found


def _about_cancelled(d: Declared, item: LivePost | LiveIdea, record: Record) -> Match:
    question = Question(Rule.SAME_TEXT, {item.id: item.created_at}, content=d.fingerprint.content)
    return Match(
        d, How.IN_QUESTION, None, record.state.bindings.get(d.slot), question=question, suspects=(Suspect.of(item),)
    )


def _may_be_another(d: Declared, equal: Candidate, asking: Asking) -> bool:
    """Whether a person still has to confirm that `d` is none of the other candidates, one of which may be ours."""
    question, undecided = asking.question(d), asking.undecided(d)
    if question is None or not question.may_be_ours or (equal.item.id in undecided and equal.by_api):
        return False
    return bool(undecided.keys() - {equal.item.id, d.item.repeat_of})


def _claims_first(d: Declared) -> tuple[bool, int, bool]:
    """Wanted before cancelled, then the furthest along, then timed before queued.

    A queued post must not claim a timed post's match.
    """
    return d.item.cancelled, -stage(d.item), not (isinstance(d.item, Post) and d.item.due_at)


def _taken_first(d: Declared, c: Candidate) -> tuple[bool, bool, datetime, str]:
    """Sort key: sent before unsent, queued before timed if `d` is for the queue, oldest first."""
    timed = isinstance(d.item, Post) and d.item.due_at is not None
    own_time = not timed and isinstance(c.item, LivePost) and c.item.has_own_time
    return not c.is_out, own_time, c.item.created_at, c.item.id
