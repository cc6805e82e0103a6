"""Matches each declared object with its live object (design: Matching), before anything is decided about it.

In order: known (the address is in the state), released (a claim whose address was removed from the files), exact,
near, new. Only objects that no address claims are offered to a new one, and equal objects match as a multiset. Whether
to ask a person is decided here, so that no later rule can lift a question.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property

from bufferctl.diagnostics import Place
from bufferctl.model import (
    IDEAS,
    Address,
    Binding,
    Item,
    Likeness,
    LiveItem,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Slot,
    bind,
    comparable,
    content_of_live,
    fingerprint,
    instant,
)
from bufferctl.model.attached import sources_of
from bufferctl.model.comparable import Fingerprint, part_digests, text_digest
from bufferctl.model.state import ANY
from bufferctl.reconcile.corrections import without_corrected
from bufferctl.reconcile.differences import schedule_differences
from bufferctl.reconcile.likeness import Candidate, Pools, is_equal_post, is_exact, pools_of, stage
from bufferctl.reconcile.matches import (
    Claims,
    Declared,
    Found,
    How,
    Match,
    Matches,
    Suspect,
    is_out,
    is_over,
    linkless_text,
)
from bufferctl.reconcile.questions import questions
from bufferctl.reconcile.scene import Scene
from bufferctl.value import replace


def match(declared: Iterable[Declared], scene: Scene) -> Matches:
    """Find the live object of each declared object: by the claims of the state, then by content."""
    declared = tuple(declared)
    scene, corrected = without_corrected(scene, declared)
    matching = _Matching(declared, scene)
    matching.by_claims()
    ids = scene.claimed.keys() | {m.live.id for m in matching.found.values() if m.live}
    unclaimed = [item for item in scene.live.items if item.id not in ids]
    matching.by_content(pools_of(unclaimed, scene))
    found, released = matching.found, matching.released
    taken = {m.live.id for m in found.values() if m.live}
    left = tuple(item for item in unclaimed if item.id not in taken)
    in_question = {s.id for m in found.values() for s in m.suspects}
    return Matches(
        tuple(found[d.slot] for d in matching.declared),
        released,
        kept=matching.kept.union(slot for slot, binding in released.items() if binding.id in in_question),
        unclaimed=left,
        unexplained=frozenset(item.id for item in left if not scene.is_explained(item)),
        claims=matching.claims,
        corrected=corrected,
        freed={id_: each for id_, each in scene.state.let_go.items() if each.key == ANY},
    )


class _Matching:
    """Matches, `found` rule by rule; claims that no address took are `released`, some of which are `kept`."""

    def __init__(self, declared: tuple[Declared, ...], scene: Scene) -> None:
        self.declared, self.scene = declared, scene
        slots = {d.slot for d in declared}
        self.released = {slot: b for slot, b in scene.state.bindings.items() if slot not in slots}
        self.found: Found = {}
        self.kept: frozenset[Slot] = frozenset()

    @property
    def claims(self) -> Claims:
        """What addresses claim by now."""
        return Claims(self.found.values(), self.released, self.scene.by_id)

    @property
    def _left(self) -> list[Declared]:
        return [d for d in self.declared if d.slot not in self.found]

    def by_claims(self) -> None:
        """Match by address, by `was`, and by equal content of a claim whose address was removed from the files."""
        self._known()
        self._hold_taken_keys()
        self._renamed()
        self._named()
        self._taken_over()
        self._moved()
        self._not_there()

    def by_content(self, pools: Pools) -> None:
        """Match with unclaimed objects exactly, then ask a person about others; what is left is new.

        A known object that is gone and found nowhere else is none of these: it keeps the match by its address.
        """
        lost = frozenset(slot for slot, m in self.found.items() if self._is_gone(m.binding))
        rest = [d for d in self.declared if d.slot in lost or d.slot not in self.found]
        if not rest:
            return
        self._by_count(pools)
        rest = [d for d in rest if d.slot in lost or d.slot not in self.found]
        exact = self._exact(rest, lost, pools)
        self._reworded(pools)
        rest = [d for d in rest if d.slot not in exact and (d.slot in lost or d.slot not in self.found)]
        self.found |= questions(rest, lost, pools, self.claims, self.scene)
        self._new()

    def _known(self) -> None:
        """By address, except for objects that were removed from the files and from Buffer, and cannot be public."""
        bindings, by_id = self.scene.state.bindings, self.scene.by_id
        for d in self.declared:
            binding = bindings.get(d.slot)
            if binding is None:
                continue
            live = by_id.get(binding.id)
            is_removed = binding.retired and self._is_gone(binding)
            if not is_removed or binding.may_be_out(self.scene.now):
                self.found[d.slot] = Match(d, How.KNOWN, live, self._as_declared(d, binding))

    def _hold_taken_keys(self) -> None:
        """Slots that the state has for published objects, but that now declare an object that had another key.

        The previous slots of that object, by `was` or by equal content, are kept: neither side is deleted. If the
        published one was declared until now, as where rows of a calendar moved up, only what is unpublished counts, and
        by its text, too; but one that still declares the text that is published has got another time, as where a
        series moved on, and all of it may have one text.
        """
        tracked = {slot: binding for slot, binding in self.released.items() if not binding.retired}
        if not tracked:
            return
        for slot, m in self.found.items():
            binding = self.scene.state.bindings[slot]
            content, text = str(m.declared.fingerprint), text_digest(m.declared.content)
            if content == binding.applied or not (binding.retired or is_out(binding, m.live)):
                continue
            of_home = {old: b for old, b in tracked.items() if old.home == slot.home}
            if binding.retired:
                equal = {old for old, b in of_home.items() if b.applied == content}
            elif text and binding.text == text:
                equal = set()
            else:
                unsent = {old: b for old, b in of_home.items() if not is_out(b, self.scene.by_id.get(b.id))}
                equal = {old for old, b in unsent.items() if b.applied == content or (text and b.text == text)}
            if olds := tracked.keys() & {*m.declared.slots[1:], *equal}:
                self.kept |= olds
                suspects = tuple(Suspect.recorded(old, tracked[old]) for old in tracked if old in olds)
                self.found[slot] = Match(m.declared, How.KEY_TAKEN, None, m.binding, suspects=suspects)

    def _renamed(self) -> None:
        """Claims whose address was removed from the files, for the objects that have it in `was`, or had it before.

        A claim on what is deleted in Buffer waits: `existing` may name what is there instead.
        """
        slots = {binding.id: slot for slot, binding in self.released.items()}
        for d in self._left:
            olds = (*d.slots[1:], slots.get(self.scene.state.former.get(d.slot, "")))
            old = next((old for old in olds if old in self.released), None)
            if old and not (self._is_gone(self.released[old]) and self._names_another(d)):
                self._take(old, d)

    def _named(self) -> None:
        """Objects that `existing` names, as if a person had imported them. Those of released claims are moved."""
        for d in self.declared:
            known = self.found.get(d.slot)
            if (known and not self._is_gone(known.binding)) or not self._names_another(d):
                continue
            item = self.scene.by_id[d.item.existing or ""]
            old = self.scene.claimed.get(item.id)
            if old is None:
                self.found[d.slot] = Match(d, How.NAMED, item, imported(d.item, item))
            elif known is None:
                self._take(old, d)

    def _names_another(self, d: Declared) -> bool:
        """Whether `existing` names an object on its home that no declared address has."""
        item, owner = self.scene.by_id.get(d.item.existing or ""), self.scene.claimed.get(d.item.existing or "")
        return item is not None and item.home == d.slot.home and (owner is None or owner in self.released)

    def _take(self, old: Slot, d: Declared) -> None:
        """Give a released claim to `d`."""
        binding = self.released.pop(old)
        self.found[d.slot] = Match(d, How.MOVED, self.scene.by_id.get(binding.id), self._as_declared(d, binding), old)

    def _not_there(self) -> None:
        """Objects without a claim, or whose own is gone, and whose `existing` names nothing that they can be."""
        for d in self.declared:
            id_, known = d.item.existing, self.found.get(d.slot)
            binding = known.binding if known else None
            if not id_ or (binding and binding.id == id_):
                continue
            if known is None:
                self.found[d.slot] = Match(d, How.NOT_THERE)
            elif known.how in {How.KNOWN, How.MOVED} and self._is_gone(binding):
                self.found[d.slot] = known._replace(how=How.NOT_THERE)

    def _taken_over(self) -> None:
        """Posts of entries that were moved here from another root file, as that one had them: published, or deleted."""
        for d in self._left:
            claim = next((self.scene.moved[slot] for slot in d.slots if slot in self.scene.moved), None)
            if claim is None or claim.id in self.scene.claimed:
                continue
            binding, live = replace(claim.binding, retired=False), self.scene.by_id.get(claim.id)
            is_same = binding.text == text_digest(d.content) or is_over(d.item, self.scene.now)
            if is_same and is_out(binding, live):
                self.found[d.slot] = Match(d, How.NAMED, live, binding)
            elif self._is_gone(binding):
                self.found[d.slot] = Match(d, How.KNOWN, None, binding)

    def _moved(self) -> None:
        """Offer unpublished claims whose address was removed from the files to objects that equal them exactly.

        First as they were applied, then as Buffer has them: the state may be older. Published ones are offered to
        objects whose time, which is theirs, is past: those cannot be meant to go out again.
        """
        by_print: dict[tuple[str, str], list[Slot]] = defaultdict(list)
        past: dict[tuple[str, str], list[Slot]] = defaultdict(list)
        by_text: dict[tuple[str, str], list[Slot]] = defaultdict(list)
        for slot, binding in self.released.items():
            live = self.scene.by_id.get(binding.id)
            if not is_out(binding, live):
                by_print[slot.home, binding.applied].append(slot)
                if live is not None and not binding.retired:
                    by_text[slot.home, linkless_text(content_of_live(live))].append(slot)
            elif not binding.retired:
                past[slot.home, binding.applied].append(slot)
        wanted_first = sorted(self._left, key=lambda d: d.item.cancelled)
        for d in wanted_first:
            equal = d.slot.home, str(d.fingerprint)
            self._take_equal(d, by_print.get(equal, []))
            if past and d.slot not in self.found and is_over(d.item, self.scene.now):
                self._take_equal(d, past.get(equal, []))
        for d in wanted_first if by_text else ():
            if d.slot in self.found:
                continue
            there = by_text.get((d.slot.home, linkless_text(d.content)), ())
            self._take_equal(d, [old for old in there if old in self.released and self._is_there(d, old)])

    def _take_equal(self, d: Declared, equals: list[Slot]) -> None:
        """Give `d` the first of the claims that are still released and that it does not say to be others."""
        for old in equals:
            binding = self.released.get(old)
            if binding and not {old.key, binding.id}.intersection(d.item.repeat_of):
                self._take(old, d)
                return

    def _is_there(self, d: Declared, old: Slot) -> bool:
        """Whether what Buffer has for a released claim is `d`, exactly."""
        live = self.scene.by_id[self.released[old].id]
        candidate = Candidate(live, content_of_live(live), explained=True, horizon=self.scene.horizon(old.home))
        return is_exact(d, candidate, self.scene)

    def _is_gone(self, binding: Binding | None) -> bool:
        """Whether a known post was deleted before it was published, in which case only its id may have changed."""
        return binding is not None and binding.id in self.scene.live.gone and binding.status != PostStatus.SENT

    def _exact(self, open_: Iterable[Declared], lost: Collection[Slot], pools: Pools) -> set[Slot]:
        """Exact matches as a multiset.

        `lost`: known objects that are gone; only unexplained candidates can match them.
        """
        exact: set[Slot] = set()
        for d in sorted(open_, key=_claims_first):
            pool = pools[d.slot.home]
            equals = [
                c
                for c in pool.like(d.content, self.scene.had_address(d))
                if c.item.id not in d.item.repeat_of
                and not (d.slot in lost and c.explained and not d.item.cancelled)
                and not _may_be_another(d, c, self.scene)
                and is_exact(d, c, self.scene)
            ]
            if equals:
                best = min(equals, key=lambda c: _taken_first(d, c)).item
                del pool.left[best.id]
                m = Match(d, How.EXACT, best, origin=self.scene.origin(best))
                if d.item.cancelled and not m.origin.is_ours:  # it will be published until a person decides
                    m = self.scene.ask(d, Likeness.SAME_TEXT, [Suspect.of(best)])
                self.found[d.slot] = m
                exact.add(d.slot)
        return exact

    def _by_count(self, pools: Pools) -> None:
        """Equal texts of one series on unrecorded homes, where instants do not tell: the oldest belong to the first.

        A series whose dates moved has the instants of its own earlier posts, so an equal instant alone proves nothing.
        """
        scene = self.scene
        for of_series in self._alone():
            first, home = of_series[0], of_series[0].slot.home
            if any(map(scene.question, of_series)):
                continue
            there = [c for c in pools[home].like(first.content, ()) if is_equal_post(first, c, scene)]
            wanted = {instant(d.item.due_at) for d in of_series}
            given = {instant(when(c.item)) for c in there}
            if len(there) > len(of_series) or given <= wanted or wanted <= given:
                continue
            in_order = sorted(of_series, key=lambda d: (d.item.due_at or scene.now, d.item.number))
            for d, c in zip(in_order, sorted(there, key=lambda c: (when(c.item), c.item.created_at)), strict=False):
                del pools[home].left[c.item.id]
                binding = replace(imported(d.item, c.item), origin=scene.origin(c.item), guessed=True)
                self.found[d.slot] = Match(d, How.COUNTED, c.item, binding)

    def _alone(self) -> Iterator[list[Declared]]:
        """The timed occurrences that are left of each series on an unrecorded home, if all of it has one text.

        Not if another entry has that text, an occurrence is cancelled or edited: some of the posts may be those.
        """
        series: dict[tuple[Place, str, str], list[Declared]] = defaultdict(list)
        for d in self._left:
            if d.item.number and d.item.due_at and d.content.text and not self.scene.horizon(d.slot.home).recorded:
                series[d.item.place, d.slot.home, linkless_text(d.content)].append(d)
        if not series:
            return
        sharing = Counter((d.slot.home, linkless_text(d.content)) for d in self._left)
        texts: dict[tuple[Place, str], set[str]] = defaultdict(set)
        for d in self.declared:
            texts[d.item.place, d.slot.home].add("" if d.item.cancelled else linkless_text(d.content))
        for (place, home, text), of_series in series.items():
            if sharing[home, text] == len(of_series) > 1 and texts[place, home] == {text}:
                yield of_series

    def _reworded(self, pools: Pools) -> None:
        """Past addresses on unrecorded homes, each with the one published API post at its instant: edited since.

        Not if another declared address has the text of that post, nor if its own text is among what was read.
        """
        scene = self.scene
        past: dict[tuple[str, str], list[Declared]] = defaultdict(list)
        for d in self._left:
            if is_over(d.item, scene.now) and not scene.horizon(d.slot.home).recorded:
                past[d.slot.home, instant(d.item.due_at)].append(d)
        published: dict[tuple[str, str], list[LivePost]] = defaultdict(list)
        for home in {home for home, _ in past}:
            for live in (c.item for c in pools[home].left.values() if not c.explained):
                if isinstance(live, LivePost) and live.by_api and live.status is PostStatus.SENT:
                    published[home, instant(live.due_at or live.sent_at)].append(live)
        for moment, declared in past.items():
            (d, *more), there = declared, published[moment]
            if more or len(there) != 1 or d.item.cancelled or there[0].id in d.item.repeat_of or scene.question(d):
                continue
            if self._is_denied_by_texts(d, there[0]):
                continue
            del pools[d.slot.home].left[there[0].id]
            self.found[d.slot] = Match(d, How.NAMED, there[0], as_published(d, there[0], scene.origin(there[0])))

    def _as_declared(self, d: Declared, binding: Binding) -> Binding:
        """The binding as the files have it by now; if only the key of its idea has changed since, nothing has."""
        binding = _as_declared(d, binding)
        post = d.item
        if not isinstance(post, Post) or not post.idea or binding.applied == str(d.fingerprint):
            return binding
        for key in self._former_ideas.get(replace(post.address, channel=IDEAS, key=post.idea), ()):
            if binding.applied == str(fingerprint(replace(post, idea=key), d.content)):
                return replace(binding, applied=str(d.fingerprint))
        return binding

    @cached_property
    def _former_ideas(self) -> dict[Address, tuple[str, ...]]:
        """The keys that declared ideas had before."""
        ideas = self.scene.desired.ideas
        return {idea.address: idea.previous_keys for idea in ideas if idea.previous_keys}

    def _is_denied_by_texts(self, d: Declared, live: LivePost) -> bool:
        """Whether another declared address has the text of a live object, or another live object that of `d`."""
        home, own, text = d.slot.home, linkless_text(d.content), linkless_text(content_of_live(live))
        if text.strip() and self._owners[home, text] - {d.slot}:
            return True
        return own != text and bool(own.strip()) and (home, own) in self._read

    @cached_property
    def _owners(self) -> Mapping[tuple[str, str], set[Slot]]:
        """The declared addresses with a text, by home and text."""
        owners: dict[tuple[str, str], set[Slot]] = defaultdict(set)
        for d in self.declared:
            owners[d.slot.home, linkless_text(d.content)].add(d.slot)
        return owners

    @cached_property
    def _read(self) -> frozenset[tuple[str, str]]:
        """The texts of everything that was read, with their homes."""
        return frozenset((item.home, linkless_text(content_of_live(item))) for item in self.scene.live.items)

    def _new(self) -> None:
        """New, unless it may be an object whose entry is gone from its home: just imported, or with unknown `was`.

        A cancelled one asks nothing: whichever of them it may be, what is gone from the files is deleted as well.
        """
        homes: dict[str, dict[Slot, Binding]] = defaultdict(dict)
        for slot, binding in self.released.items():
            if not binding.retired:
                homes[slot.home][slot] = binding
        asked: list[tuple[Declared, list[Suspect]]] = []
        for d in self._left:
            gone = homes[d.slot.home]
            may_be = {slot: b for slot, b in gone.items() if b.unmerged and b.file == d.item.place.file}
            may_be |= {slot: b for slot, b in gone.items() if b.noted and _was_noted_as(b, d)}
            # a series may grow after it was renamed
            if gone and not may_be and d.item.previous_keys and not d.item.number and not self._was_applied(d):
                may_be = gone
            is_asked = not (d.item.repeat_of or d.item.cancelled)
            if may_be and is_asked:
                asked.append(
                    (d, [Suspect.recorded(*each, self.scene.by_id.get(each[1].id)) for each in may_be.items()])
                )
            else:
                self.found[d.slot] = Match(d, How.NEW)
        for d, suspects in _each_its_own(asked, {binding.id: binding for binding in self.released.values()}):
            self.found[d.slot] = Match(d, How.PERHAPS_RENAMED, suspects=tuple(suspects))

    def _was_applied(self, d: Declared) -> bool:
        """Whether an earlier apply renamed its entry on another channel, so that `was` might as well be gone by now."""
        state, (organization, _, key) = self.scene.state, d.slot
        old = (
            each for each in state.former if each.organization_id == organization and each.key in d.item.previous_keys
        )
        ids = ((state.former[each], state.bindings.get(each._replace(key=key))) for each in old)
        return any(binding is not None and binding.id == id_ for id_, binding in ids)


def _as_declared(d: Declared, binding: Binding) -> Binding:
    """The binding; if pull wrote Buffer's version into the files, that version counts as applied.

    If the files name an adopted object, it was imported.
    """
    if d.item.existing == binding.id and (binding.guessed or not binding.is_ours):
        binding = replace(binding, origin=binding.origin.once_claimed, guessed=False)
    pulled = binding.as_pulled
    if pulled.version != str(d.fingerprint):
        return binding
    return replace(
        binding,
        applied=pulled.applied,
        seen=pulled.seen,
        due_at=pulled.due_at,
        text=text_digest(d.content),
        parts=part_digests(d.content),
        media=sources_of(d.item),
        pulled=(),
    )


def _each_its_own(
    asked: Iterable[tuple[Declared, list[Suspect]]], bindings: Mapping[str, Binding]
) -> Iterator[tuple[Declared, list[Suspect]]]:
    """Entries with what each may have been, of which the one is first that is offered to it.

    That is the only one, or the one that has its time (or no time, either), if no other entry may be offered it as
    well. Where nothing tells, a person has to look at all of them.
    """
    asked = list(asked)
    has_its_time = {d.slot: [each for each in suspects if _has_time_of(d, bindings[each.id])] for d, suspects in asked}
    timed_alike = Counter(each.id for suspects in has_its_time.values() for each in suspects)
    in_all = Counter(each.id for _, suspects in asked for each in suspects)
    for d, suspects in asked:
        its_own = [each for each in has_its_time[d.slot] if timed_alike[each.id] == 1]
        if len(has_its_time[d.slot]) == len(its_own) == 1:
            yield d, sorted(suspects, key=lambda each: each.id != its_own[0].id)
        elif len(suspects) == 1 and in_all[suspects[0].id] == 1:
            yield d, suspects
        else:
            yield d, [replace(suspects[0], is_anyones=True), *suspects[1:]]


def _has_time_of(d: Declared, binding: Binding) -> bool:
    """Whether a claim was last seen at the time that the file gives `d`, or both are for a queue."""
    return binding.due_at == instant(d.item.due_at)


def _may_be_another(d: Declared, equal: Candidate, scene: Scene) -> bool:
    """Whether a person still has to confirm that `d` is none of the other candidates, one of which may be ours."""
    question, undecided = scene.question(d), scene.undecided(d)
    if question is None or not question.may_be_ours or (equal.item.id in undecided and equal.item.by_api):
        return False
    return bool(undecided.keys() - {equal.item.id, *d.item.repeat_of})


def _was_noted_as(binding: Binding, d: Declared) -> bool:
    """Whether the entry of a published object said what `d` says when it was last seen, under another key."""
    noted = Fingerprint.read(binding.noted)
    return noted is not None and noted.content == d.fingerprint.content


def when(live: LiveItem) -> datetime:
    """When a live object was published, will be, or was created."""
    return (isinstance(live, LivePost) and (live.due_at or live.sent_at)) or live.created_at


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
    binding = bind(item, live, Origin.IMPORTED)
    there = comparable.content_of_live(live)
    if comparable.contents_match(comparable.content_of_desired(item), there) and not schedule_differences(item, live):
        return binding
    return replace(binding, applied="", text=text_digest(there), parts=part_digests(there))


def as_published(d: Declared, live: LivePost, origin: Origin) -> Binding:
    """The binding of a published post whose entry was edited since: the applied content is that in Buffer."""
    was = comparable.content_of_live(live)
    applied = d.fingerprint._replace(content=comparable.digest(was))
    binding = bind(d.item, live, origin)
    is_guessed = linkless_text(was) != linkless_text(d.content)
    texts = text_digest(was), part_digests(was)
    return replace(binding, applied=str(applied), text=texts[0], parts=texts[1], guessed=is_guessed)
