"""Matches each declared object with its live object (design: Matching), before anything is decided about it.

In order: known (the address is in the state), released (a claim whose address was removed from the files), exact,
near, new. Only objects that no address claims are offered to a new one, and equal objects match as a multiset. Whether
to ask a person is decided here, so that no later rule can lift a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bufferctl.model import Binding, Idea, Item, LiveItem, LivePost, Origin, PostStatus, Rule, Slot
from bufferctl.model.attached import sources_of
from bufferctl.model.comparable import (
    bind,
    content_of_desired,
    content_of_live,
    contents_match,
    digest,
    instant,
    text_digest,
)
from bufferctl.reconcile.differences import schedule_differences
from bufferctl.reconcile.likeness import Candidate, Pools, is_exact, pools_of, stage
from bufferctl.reconcile.matches import Declared, Found, How, Match, Matches, Suspect, is_out, is_over
from bufferctl.reconcile.questions import Claims, questions
from bufferctl.reconcile.scene import Scene


class _Claimed(NamedTuple):
    """The claims of the state after matching: matches, and claims that no address took, some of which are `kept`."""

    found: Found
    released: dict[Slot, Binding]
    kept: frozenset[Slot]


def match(declared: Iterable[Declared], scene: Scene) -> Matches:
    """Find the live object of each declared object: by the claims of the state, then by content."""
    declared, live = tuple(declared), scene.live
    claimed = _by_claims(declared, scene)
    ids = scene.claimed | {m.live.id for m in claimed.found.values() if m.live}
    unclaimed = [item for item in live.items if item.id not in ids]
    open_ = [d for d in declared if d.slot not in claimed.found or _is_gone(claimed.found[d.slot], live.gone)]
    found = claimed.found | _by_content(open_, claimed, unclaimed, scene)
    taken = {m.live.id for m in found.values() if m.live}
    left = tuple(item for item in unclaimed if item.id not in taken)
    in_question = {s.id for m in found.values() for s in m.suspects}
    asked_about = (slot for slot, binding in claimed.released.items() if binding.id in in_question)
    return Matches(
        tuple(found[d.slot] for d in declared),
        claimed.released,
        kept=claimed.kept.union(asked_about),
        unclaimed=left,
        unexplained=frozenset(item.id for item in left if not scene.is_explained(item)),
    )


def _by_claims(declared: Sequence[Declared], scene: Scene) -> _Claimed:
    """Matches by address, by `was`, and by equal content of a claim whose address was removed from the files."""
    slots, bindings = {d.slot for d in declared}, scene.state.bindings
    found = _known(declared, scene)
    released = {slot: binding for slot, binding in bindings.items() if slot not in slots}
    renamed = _renamed_to_taken_keys(found, released, bindings)
    found |= _named(declared, found, scene)
    found |= _published_elsewhere([d for d in declared if d.slot not in found], scene)
    found |= {slot: Match(found[slot].declared, How.KEY_TAKEN, None, found[slot].binding) for slot in renamed}
    moved = _moved([d for d in declared if d.slot not in found], released, scene)
    left = {m.moved_from for m in moved.values()}
    released = {slot: binding for slot, binding in released.items() if slot not in left}
    return _Claimed(found | moved, released, frozenset().union(*renamed.values()))


def _named(declared: Iterable[Declared], found: Found, scene: Scene) -> Found:
    """Objects that `existing` names, as if a person had imported them. Those of released claims are moved instead."""
    owners = {binding.id: slot for slot, binding in scene.state.bindings.items()}
    named: Found = {}
    for d in declared:
        id_, known = d.item.existing, found.get(d.slot)
        if id_ is None or (known is not None and not _is_gone(known, scene.live.gone)):
            continue
        owner, item = owners.get(id_), scene.by_id.get(id_)
        if item is None or item.home != d.slot.home or owner in found:
            named[d.slot] = Match(d, How.NOT_THERE, None, known and known.binding)
        elif owner is None:
            named[d.slot] = Match(d, How.NAMED, item, imported(d.item, item))
    return named


def _published_elsewhere(declared: Iterable[Declared], scene: Scene) -> Found:
    """Published posts whose entries were moved here from another root file, as that one had them."""
    found: Found = {}
    for d in declared:
        claim = scene.moved.get(d.slot)
        if claim is None or claim.id in scene.claimed:
            continue
        live = scene.by_id.get(claim.id)
        is_same = claim.binding.text == text_digest(d.content) or is_over(d.item, scene.now)
        if is_same and is_out(claim.binding, live):
            found[d.slot] = Match(d, How.NAMED, live, replace(claim.binding, retired=False))
    return found


def _by_content(
    open_: Sequence[Declared],
    claimed: _Claimed,
    unclaimed: Sequence[LiveItem],
    scene: Scene,
) -> Found:
    """Exact matches among unclaimed objects, then objects that a person is asked about, then new objects.

    A known object that is gone and found nowhere else is none of these: it keeps the match by its address.
    """
    if not open_:
        return {}
    pools = pools_of(unclaimed, scene)
    lost = frozenset(d.slot for d in open_ if d.slot in claimed.found)
    exact = _exact(open_, lost, scene, pools)
    exact |= _reworded([d for d in open_ if d.slot not in {*exact, *lost}], pools, scene)
    rest = [d for d in open_ if d.slot not in exact]
    claims = Claims(claimed.found | exact, claimed.released, scene)
    asked = questions(rest, lost, pools, claims, scene)
    gone: dict[str, dict[Slot, Binding]] = defaultdict(dict)
    for slot, binding in claimed.released.items():
        if not binding.retired:
            gone[slot.home][slot] = binding
    new = {d.slot: _new(d, gone[d.slot.home]) for d in rest if d.slot not in lost and d.slot not in asked}
    return exact | asked | new


def _known(declared: Iterable[Declared], scene: Scene) -> Found:
    """Matches by address, except for objects that were removed from the files and have been deleted in Buffer."""
    found: Found = {}
    for d in declared:
        binding = scene.state.bindings.get(d.slot)
        if binding is None:
            continue
        live = scene.by_id.get(binding.id)
        is_deleted = binding.id in scene.live.gone or (isinstance(d.item, Idea) and live is None)
        if not (binding.retired and is_deleted and binding.status != PostStatus.SENT):
            found[d.slot] = Match(d, How.KNOWN, live, _as_declared(d, binding))
    return found


def _new(d: Declared, gone: Mapping[Slot, Binding]) -> Match:
    """New, unless it may be an object whose entry is gone from its home: just imported, or with an unknown `was`."""
    if not gone or d.item.repeat_of:
        return Match(d, How.NEW)
    imported = {slot: b for slot, b in gone.items() if b.unmerged and b.file == d.item.place.file}
    if not imported and (d.item.number or not d.item.previous_keys):  # a series may grow after it was renamed
        return Match(d, How.NEW)
    suspects = tuple(Suspect.recorded(slot, binding) for slot, binding in (imported or gone).items())
    return Match(d, How.PERHAPS_RENAMED, suspects=suspects)


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


def _renamed_to_taken_keys(
    found: Found, released: Mapping[Slot, Binding], bindings: Mapping[Slot, Binding]
) -> dict[Slot, set[Slot]]:
    """Slots that the state keeps for published objects, but that now declare an object that had another key.

    Each with the previous slots of that object, by `was` or by equal content: both sides are held, neither is deleted.
    """
    tracked = {slot: binding for slot, binding in released.items() if not binding.retired}
    taken: dict[Slot, set[Slot]] = {}
    for slot, m in found.items():
        binding = bindings[slot]
        if not binding.retired or (content := str(m.declared.fingerprint)) == binding.applied:
            continue
        olds = {*m.declared.slots[1:], *(s for s, b in tracked.items() if (s.home, b.applied) == (slot.home, content))}
        if olds & tracked.keys():
            taken[slot] = olds & tracked.keys()
    return taken


def _is_gone(found: Match, gone: Collection[str]) -> bool:
    """Whether a known post was deleted before it was published, in which case only its id may have changed."""
    binding = found.binding
    return binding is not None and binding.id in gone and binding.status != PostStatus.SENT


def _moved(new: Sequence[Declared], released: Mapping[Slot, Binding], scene: Scene) -> Found:
    """Offer claims whose address was removed from the files to objects that have it in `was`, or had it before.

    Claims on unpublished objects are also offered to objects that equal them exactly.
    """
    left = dict(released)
    slots = {binding.id: slot for slot, binding in released.items()}
    found: Found = {}

    def take(old: Slot, d: Declared) -> None:
        binding = left.pop(old)
        found[d.slot] = Match(d, How.MOVED, scene.by_id.get(binding.id), _as_declared(d, binding), old)

    for d in new:
        ids = (d.item.existing, scene.state.former.get(d.slot))
        olds = [*d.slots[1:], *(slots[id_] for id_ in ids if id_ in slots)]
        if (old := next((old for old in olds if old in left), None)) is not None:
            take(old, d)
    by_print: dict[tuple[str, str], list[Slot]] = defaultdict(list)
    for slot, binding in left.items():
        if not is_out(binding, scene.by_id.get(binding.id)):
            by_print[slot.home, binding.applied].append(slot)
    for d in sorted(new, key=lambda d: d.item.cancelled):
        equals = by_print.get((d.slot.home, str(d.fingerprint)), [])
        free = [old for old in equals if d.item.repeat_of not in {old.key, left[old].id}]
        if d.slot not in found and free:
            equals.remove(free[0])
            take(free[0], d)
    return found


def _exact(new: Sequence[Declared], lost: Collection[Slot], scene: Scene, pools: Pools) -> Found:
    """Exact matches as a multiset.

    `lost`: known objects that are gone; only unexplained candidates can match them.
    """
    found: Found = {}
    for d in sorted(new, key=_claims_first):
        pool = pools[d.slot.home]
        equals = [
            c
            for c in pool.like(d.content, scene.had_address(d))
            if c.item.id != d.item.repeat_of
            and not (d.slot in lost and c.explained and not d.item.cancelled)
            and not _may_be_another(d, c, scene)
            and is_exact(d, c, scene)
        ]
        if equals:
            best = min(equals, key=lambda c: _taken_first(d, c))
            del pool.left[best.item.id]
            origin = scene.origin(best.item)
            if d.item.cancelled and origin is Origin.ADOPTED:  # it stays, and will be published, until a person decides
                found[d.slot] = scene.ask(d, Rule.SAME_TEXT, [Suspect.of(best.item)])
            else:
                found[d.slot] = Match(d, How.EXACT, best.item, origin=origin)
    return found


def _reworded(new: Iterable[Declared], pools: Pools, scene: Scene) -> Found:
    """Past addresses on unrecorded homes, each with the one published API post at its instant: it was edited since."""
    past: dict[tuple[str, str], list[Declared]] = defaultdict(list)
    for d in new:
        if is_over(d.item, scene.now) and not scene.horizon(d.slot.home).recorded:
            past[d.slot.home, instant(d.item.due_at)].append(d)
    published: dict[tuple[str, str], list[LivePost]] = defaultdict(list)
    for home in {home for home, _ in past}:
        for live in (c.item for c in pools[home].left.values() if not c.explained):
            if isinstance(live, LivePost) and live.by_api and live.status is PostStatus.SENT:
                published[home, instant(live.due_at or live.sent_at)].append(live)
    found: Found = {}
    for when, declared in past.items():
        (d, *more), there = declared, published[when]
        if more or len(there) != 1 or d.item.cancelled or d.item.repeat_of == there[0].id or scene.question(d):
            continue
        del pools[d.slot.home].left[there[0].id]
        found[d.slot] = Match(d, How.NAMED, there[0], as_published(d, there[0], scene.origin(there[0])))
    return found


def _may_be_another(d: Declared, equal: Candidate, scene: Scene) -> bool:
    """Whether a person still has to confirm that `d` is none of the other candidates, one of which may be ours."""
    question, undecided = scene.question(d), scene.undecided(d)
    if question is None or not question.may_be_ours or (equal.item.id in undecided and equal.item.by_api):
        return False
    return bool(undecided.keys() - {equal.item.id, d.item.repeat_of})


def _claims_first(d: Declared) -> tuple[bool, int, bool]:
    """Wanted before cancelled, then the furthest along, then timed before queued.

    A queued post must not claim a timed post's match.
    """
    return d.item.cancelled, -stage(d.item), d.item.due_at is None


def _taken_first(d: Declared, c: Candidate) -> tuple[bool, bool, datetime, str]:
    """Sort key: sent before unsent, queued before timed if `d` is for the queue, oldest first."""
    own_time = d.item.due_at is None and isinstance(c.item, LivePost) and c.item.has_own_time
    return not c.item.is_out, own_time, c.item.created_at, c.item.id


def imported(item: Item, live: LiveItem) -> Binding:
    """The binding of a declared object to the live one that a person named; the next plan shows how they differ."""
    binding, there = bind(item, live, Origin.IMPORTED), content_of_live(live)
    if contents_match(content_of_desired(item), there) and not schedule_differences(item, live):
        return binding
    return replace(binding, applied="", text=text_digest(there))


def as_published(d: Declared, live: LivePost, origin: Origin) -> Binding:
    """The binding of a published post whose entry was edited since: what was applied had the content in Buffer."""
    was = content_of_live(live)
    applied = d.fingerprint._replace(content=digest(was))
    binding = bind(d.item, live, origin)
    return replace(binding, applied=str(applied), text=text_digest(was))
