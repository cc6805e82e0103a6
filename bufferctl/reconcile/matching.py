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
    ids = scene.claimed.keys() | {each.live.id for each in matching.found.values() if each.live}
    unclaimed = [item for item in scene.live.items if item.id not in ids]
    matching.by_content(pools_of(unclaimed, scene))
    found, released = matching.found, matching.released
    taken = {each.live.id for each in found.values() if each.live}
    left = tuple(item for item in unclaimed if item.id not in taken)
    in_question = {suspect.id for matched in found.values() for suspect in matched.suspects}
    return Matches(
        tuple(found[each.slot] for each in matching.declared),
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
        slots = {each.slot for each in declared}
        self.released = {slot: binding for slot, binding in scene.state.bindings.items() if slot not in slots}
        self.found: Found = {}
        self.kept: frozenset[Slot] = frozenset()

    @property
    def claims(self) -> Claims:
        """What addresses claim by now."""
        return Claims(self.found.values(), self.released, self.scene.by_id)

    @property
    def _left(self) -> list[Declared]:
        return [each for each in self.declared if each.slot not in self.found]

    @property
    def _tracked(self) -> dict[Slot, Binding]:
        """The released claims of entries that the files had at the last apply."""
        return {slot: binding for slot, binding in self.released.items() if not binding.retired}

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
        lost = frozenset(slot for slot, matched in self.found.items() if self._is_gone(matched.binding))
        rest = [each for each in self.declared if each.slot in lost or each.slot not in self.found]
        if not rest:
            return
        self._by_count(pools)
        rest = [each for each in rest if each.slot in lost or each.slot not in self.found]
        exact = self._exact(rest, lost, pools)
        self._reworded(pools)
        rest = [each for each in rest if each.slot not in exact and (each.slot in lost or each.slot not in self.found)]
        self.found |= questions(rest, lost, pools, self.claims, self.scene)
        self._new()

    def _known(self) -> None:
        """By address, except for objects that were removed from the files and from Buffer, and cannot be public."""
        bindings, by_id = self.scene.state.bindings, self.scene.by_id
        for declared in self.declared:
            binding = bindings.get(declared.slot)
            if binding is None:
                continue
            live = by_id.get(binding.id)
            is_removed = binding.retired and self._is_gone(binding)
            if not is_removed or binding.may_be_out(self.scene.now):
                self.found[declared.slot] = Match(declared, How.KNOWN, live, self._as_declared(declared, binding))

    def _hold_taken_keys(self) -> None:
        """Slots that the state has for published objects, but that now declare an object that had another key.

        The previous slots of that object, by `was` or by equal content, are kept: neither side is deleted. If the
        published one was declared until now, as where rows of a calendar moved up, only what is unpublished counts, and
        by its text, too; but one that still declares the text that is published has got another time, as where a
        series moved on, and all of it may have one text.
        """
        tracked = self._tracked
        if not tracked:
            return
        for slot, matched in self.found.items():
            binding = self.scene.state.bindings[slot]
            content, text = str(matched.declared.fingerprint), text_digest(matched.declared.content)
            if content == binding.applied or not (binding.retired or is_out(binding, matched.live)):
                continue
            of_home = {old: binding for old, binding in tracked.items() if old.home == slot.home}
            if binding.retired:
                equal = {old for old, binding in of_home.items() if binding.applied == content}
            elif text and binding.text == text:
                equal = set()
            else:
                unsent = {
                    old: binding
                    for old, binding in of_home.items()
                    if not is_out(binding, self.scene.by_id.get(binding.id))
                }
                equal = {
                    old
                    for old, binding in unsent.items()
                    if binding.applied == content or (text and binding.text == text)
                }
            if olds := tracked.keys() & {*matched.declared.slots[1:], *equal}:
                self.kept |= olds
                suspects = tuple(Suspect.recorded(old, tracked[old]) for old in tracked if old in olds)
                self.found[slot] = Match(matched.declared, How.KEY_TAKEN, None, matched.binding, suspects=suspects)

    def _renamed(self) -> None:
        """Claims whose address was removed from the files, for the objects that have it in `was`, or had it before.

        A claim on what is deleted in Buffer waits: `existing` may name what is there instead.
        """
        slots = {binding.id: slot for slot, binding in self.released.items()}
        for declared in self._left:
            olds = (*declared.slots[1:], slots.get(self.scene.state.former.get(declared.slot, "")))
            old = next((old for old in olds if old in self.released), None)
            if old and not (self._is_gone(self.released[old]) and self._other_named(declared)):
                self._take(old, declared)

    def _named(self) -> None:
        """Objects that `existing` names, as if a person had imported them. Those of released claims are moved."""
        for declared in self.declared:
            known, item = self.found.get(declared.slot), self._other_named(declared)
            if item is None or (known and not self._is_gone(known.binding)):
                continue
            old = self.scene.claimed.get(item.id)
            if old is None:
                self.found[declared.slot] = Match(declared, How.NAMED, item, imported(declared.item, item))
            elif known is None:
                self._take(old, declared)

    def _other_named(self, declared: Declared) -> LiveItem | None:
        """The object on its home that `existing` names and that no declared address has."""
        id_ = declared.item.existing
        if id_ not in self.scene.by_id:
            return None
        item, owner = self.scene.by_id[id_], self.scene.claimed.get(id_)
        is_free = owner is None or owner in self.released
        return item if is_free and item.home == declared.slot.home else None

    def _take(self, old: Slot, declared: Declared) -> None:
        """Give a released claim to `declared`."""
        binding = self.released.pop(old)
        self.found[declared.slot] = Match(
            declared, How.MOVED, self.scene.by_id.get(binding.id), self._as_declared(declared, binding), old
        )

    def _not_there(self) -> None:
        """Objects without a claim, or whose own is gone, and whose `existing` names nothing that they can be."""
        for declared in self.declared:
            id_, known = declared.item.existing, self.found.get(declared.slot)
            binding = known.binding if known else None
            if not id_ or (binding and binding.id == id_):
                continue
            if known is None:
                self.found[declared.slot] = Match(declared, How.NOT_THERE)
            elif known.how in {How.KNOWN, How.MOVED} and self._is_gone(binding):
                self.found[declared.slot] = known._replace(how=How.NOT_THERE)

    def _taken_over(self) -> None:
        """Posts of entries that were moved here from another root file, as that one had them: published, or deleted."""
        for declared in self._left:
            claim = next((self.scene.moved[slot] for slot in declared.slots if slot in self.scene.moved), None)
            if claim is None or claim.id in self.scene.claimed:
                continue
            binding, live = replace(claim.binding, retired=False), self.scene.by_id.get(claim.id)
            is_same = binding.text == text_digest(declared.content) or is_over(declared.item, self.scene.now)
            if is_same and is_out(binding, live):
                self.found[declared.slot] = Match(declared, How.NAMED, live, binding)
            elif self._is_gone(binding):
                self.found[declared.slot] = Match(declared, How.KNOWN, None, binding)

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
        wanted_first = sorted(self._left, key=lambda each: each.item.cancelled)
        for declared in wanted_first:
            equal = declared.slot.home, str(declared.fingerprint)
            self._take_equal(declared, by_print.get(equal, []))
            if past and declared.slot not in self.found and is_over(declared.item, self.scene.now):
                self._take_equal(declared, past.get(equal, []))
        for declared in wanted_first if by_text else ():
            if declared.slot in self.found:
                continue
            there = by_text.get((declared.slot.home, linkless_text(declared.content)), ())
            self._take_equal(declared, [old for old in there if old in self.released and self._is_there(declared, old)])

    def _take_equal(self, declared: Declared, equals: list[Slot]) -> None:
        """Give `declared` the first of the claims that are still released and that it does not say to be others."""
        for old in equals:
            binding = self.released.get(old)
            if binding and not {old.key, binding.id}.intersection(declared.item.repeat_of):
                self._take(old, declared)
                return

    def _is_there(self, declared: Declared, old: Slot) -> bool:
        """Whether what Buffer has for a released claim is `declared`, exactly."""
        live = self.scene.by_id[self.released[old].id]
        candidate = Candidate(live, content_of_live(live), explained=True, horizon=self.scene.horizon(old.home))
        return is_exact(declared, candidate, self.scene)

    def _is_gone(self, binding: Binding | None) -> bool:
        """Whether a known post was deleted before it was published, in which case only its id may have changed."""
        return binding is not None and binding.id in self.scene.live.gone and binding.status != PostStatus.SENT

    def _exact(self, open_: Iterable[Declared], lost: Collection[Slot], pools: Pools) -> set[Slot]:
        """Exact matches as a multiset.

        `lost`: known objects that are gone; only unexplained candidates can match them.
        """
        exact: set[Slot] = set()
        for declared in sorted(open_, key=_claims_first):
            pool = pools[declared.slot.home]
            equals = [
                each
                for each in pool.like(declared.content, self.scene.had_address(declared))
                if each.item.id not in declared.item.repeat_of
                and not (declared.slot in lost and each.explained and not declared.item.cancelled)
                and not _may_be_another(declared, each, self.scene)
                and is_exact(declared, each, self.scene)
            ]
            if equals:
                best = min(equals, key=lambda each: _taken_first(declared, each)).item
                del pool.left[best.id]
                matched = Match(declared, How.EXACT, best, origin=self.scene.origin(best))
                if declared.item.cancelled and not matched.origin.is_ours:  # it goes out until a person decides
                    matched = self.scene.ask(declared, Likeness.SAME_TEXT, [Suspect.of(best)])
                self.found[declared.slot] = matched
                exact.add(declared.slot)
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
            there = [each for each in pools[home].like(first.content, ()) if is_equal_post(first, each, scene)]
            wanted = {instant(each.item.due_at) for each in of_series}
            given = {instant(when(each.item)) for each in there}
            if len(there) > len(of_series) or given <= wanted or wanted <= given:
                continue
            in_order = sorted(of_series, key=lambda each: (each.item.due_at or scene.now, each.item.number))
            oldest_first = sorted(there, key=lambda each: (when(each.item), each.item.created_at))
            for declared, candidate in zip(in_order, oldest_first, strict=False):
                del pools[home].left[candidate.item.id]
                binding = replace(
                    imported(declared.item, candidate.item), origin=scene.origin(candidate.item), guessed=True
                )
                self.found[declared.slot] = Match(declared, How.COUNTED, candidate.item, binding)

    def _alone(self) -> Iterator[list[Declared]]:
        """The timed occurrences that are left of each series on an unrecorded home, if all of it has one text.

        Not if another entry has that text, an occurrence is cancelled or edited: some of the posts may be those.
        """
        series: dict[tuple[Place, str, str], list[Declared]] = defaultdict(list)
        for declared in self._left:
            is_timed_occurrence = declared.item.number and declared.item.due_at
            is_recorded = self.scene.horizon(declared.slot.home).recorded
            if is_timed_occurrence and declared.content.text and not is_recorded:
                series[declared.item.place, declared.slot.home, linkless_text(declared.content)].append(declared)
        if not series:
            return
        sharing = Counter((each.slot.home, linkless_text(each.content)) for each in self._left)
        texts: dict[tuple[Place, str], set[str]] = defaultdict(set)
        for declared in self.declared:
            text = "" if declared.item.cancelled else linkless_text(declared.content)
            texts[declared.item.place, declared.slot.home].add(text)
        for (place, home, text), of_series in series.items():
            if sharing[home, text] == len(of_series) > 1 and texts[place, home] == {text}:
                yield of_series

    def _reworded(self, pools: Pools) -> None:
        """Past addresses on unrecorded homes, each with the one published API post at its instant: edited since.

        Not if another declared address has the text of that post, nor if its own text is among what was read.
        """
        scene = self.scene
        past: dict[tuple[str, str], list[Declared]] = defaultdict(list)
        for declared in self._left:
            if is_over(declared.item, scene.now) and not scene.horizon(declared.slot.home).recorded:
                past[declared.slot.home, instant(declared.item.due_at)].append(declared)
        published: dict[tuple[str, str], list[LivePost]] = defaultdict(list)
        for home in {home for home, _ in past}:
            for live in (each.item for each in pools[home].left.values() if not each.explained):
                if isinstance(live, LivePost) and live.by_api and live.status is PostStatus.SENT:
                    published[home, instant(live.due_at or live.sent_at)].append(live)
        for moment, entries in past.items():
            there = published[moment]
            if len(entries) != 1 or len(there) != 1:
                continue
            declared, live = entries[0], there[0]
            is_other = declared.item.cancelled or live.id in declared.item.repeat_of
            if is_other or scene.question(declared) or self._is_denied_by_texts(declared, live):
                continue
            del pools[declared.slot.home].left[live.id]
            self.found[declared.slot] = Match(
                declared, How.NAMED, live, as_published(declared, live, scene.origin(live))
            )

    def _as_declared(self, declared: Declared, binding: Binding) -> Binding:
        """The binding as the files have it by now; if only the key of its idea has changed since, nothing has."""
        binding = _as_pulled(declared, binding)
        post = declared.item
        if not isinstance(post, Post) or not post.idea or binding.applied == str(declared.fingerprint):
            return binding
        for key in self._former_ideas.get(replace(post.address, channel=IDEAS, key=post.idea), ()):
            if binding.applied == str(fingerprint(replace(post, idea=key), declared.content)):
                return replace(binding, applied=str(declared.fingerprint))
        return binding

    @cached_property
    def _former_ideas(self) -> dict[Address, tuple[str, ...]]:
        """The keys that declared ideas had before."""
        ideas = self.scene.desired.ideas
        return {idea.address: idea.previous_keys for idea in ideas if idea.previous_keys}

    def _is_denied_by_texts(self, declared: Declared, live: LivePost) -> bool:
        """Whether another declared address has the text of a live object, or another live object that of `declared`."""
        home, own, text = declared.slot.home, linkless_text(declared.content), linkless_text(content_of_live(live))
        if text.strip() and self._owners[home, text] - {declared.slot}:
            return True
        return own != text and bool(own.strip()) and (home, own) in self._read

    @cached_property
    def _owners(self) -> Mapping[tuple[str, str], set[Slot]]:
        """The declared addresses with a text, by home and text."""
        owners: dict[tuple[str, str], set[Slot]] = defaultdict(set)
        for declared in self.declared:
            owners[declared.slot.home, linkless_text(declared.content)].add(declared.slot)
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
        for slot, binding in self._tracked.items():
            homes[slot.home][slot] = binding
        asked: list[tuple[Declared, list[Suspect]]] = []
        for declared in self._left:
            gone = homes[declared.slot.home]
            may_be = {slot: each for slot, each in gone.items() if _may_have_been(each, declared)}
            is_renamed = declared.item.previous_keys and not self._was_applied(declared)
            if not may_be and is_renamed and not declared.item.number:  # a series may grow after it was renamed
                may_be = gone
            is_asked = not (declared.item.repeat_of or declared.item.cancelled)
            if may_be and is_asked:
                by_id = self.scene.by_id
                suspects = [Suspect.recorded(slot, each, by_id.get(each.id)) for slot, each in may_be.items()]
                asked.append((declared, suspects))
            else:
                self.found[declared.slot] = Match(declared, How.NEW)
        for declared, suspects in _each_its_own(asked, {binding.id: binding for binding in self.released.values()}):
            self.found[declared.slot] = Match(declared, How.PERHAPS_RENAMED, suspects=tuple(suspects))

    def _was_applied(self, declared: Declared) -> bool:
        """Whether an earlier apply renamed its entry on another channel, so that `was` might as well be gone by now."""
        state, (organization, _, key) = self.scene.state, declared.slot
        old = (
            each
            for each in state.former
            if each.organization_id == organization and each.key in declared.item.previous_keys
        )
        ids = ((state.former[each], state.bindings.get(each._replace(key=key))) for each in old)
        return any(binding is not None and binding.id == id_ for id_, binding in ids)


def _as_pulled(declared: Declared, binding: Binding) -> Binding:
    """The binding; if pull wrote Buffer's version into the files, that version counts as applied.

    If the files name an adopted object, it was imported.
    """
    if declared.item.existing == binding.id and (binding.guessed or not binding.is_ours):
        binding = replace(binding, origin=binding.origin.once_claimed, guessed=False)
    pulled = binding.as_pulled
    if pulled.version != str(declared.fingerprint):
        return binding
    return replace(
        binding,
        applied=pulled.applied,
        seen=pulled.seen,
        due_at=pulled.due_at,
        text=text_digest(declared.content),
        parts=part_digests(declared.content),
        media=sources_of(declared.item),
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
    has_its_time = {
        declared.slot: [each for each in suspects if _has_time_of(declared, bindings[each.id])]
        for declared, suspects in asked
    }
    timed_alike = Counter(each.id for suspects in has_its_time.values() for each in suspects)
    in_all = Counter(each.id for _, suspects in asked for each in suspects)
    for declared, suspects in asked:
        its_own = [each for each in has_its_time[declared.slot] if timed_alike[each.id] == 1]
        if len(has_its_time[declared.slot]) == len(its_own) == 1:
            yield declared, sorted(suspects, key=lambda each: each.id != its_own[0].id)
        elif len(suspects) == 1 and in_all[suspects[0].id] == 1:
            yield declared, suspects
        else:
            yield declared, [replace(suspects[0], is_anyones=True), *suspects[1:]]


def _has_time_of(declared: Declared, binding: Binding) -> bool:
    """Whether a claim was last seen at the time that the file gives `declared`, or both are for a queue."""
    return binding.due_at == instant(declared.item.due_at)


def _may_be_another(declared: Declared, equal: Candidate, scene: Scene) -> bool:
    """Whether a person still has to say that `declared` is none of the other candidates, one of which may be ours."""
    question, undecided = scene.question(declared), scene.undecided(declared)
    if question is None or not question.may_be_ours or (equal.item.id in undecided and equal.item.by_api):
        return False
    return bool(undecided.keys() - {equal.item.id, *declared.item.repeat_of})


def _may_have_been(binding: Binding, declared: Declared) -> bool:
    """Whether a claim may be on the object of `declared`: imported with its file, or last seen with its content."""
    is_of_its_file = binding.unmerged and binding.file == declared.item.place.file
    return is_of_its_file or (bool(binding.noted) and _was_noted_as(binding, declared))


def _was_noted_as(binding: Binding, declared: Declared) -> bool:
    """Whether the entry of a published object said what `declared` says when it was last seen, under another key."""
    noted = Fingerprint.read(binding.noted)
    return noted is not None and noted.content == declared.fingerprint.content


def when(live: LiveItem) -> datetime:
    """When a live object was published, will be, or was created."""
    goes_out_at = live.due_at or live.sent_at if isinstance(live, LivePost) else None
    return goes_out_at or live.created_at


def _claims_first(declared: Declared) -> tuple[bool, int, bool]:
    """Wanted before cancelled, then the furthest along, then timed before queued.

    A queued post must not claim a timed post's match.
    """
    return declared.item.cancelled, -stage(declared.item), declared.item.due_at is None


def _taken_first(declared: Declared, candidate: Candidate) -> tuple[bool, bool, datetime, str]:
    """Sort key: sent before unsent, queued before timed if `declared` is for the queue, oldest first."""
    own_time = declared.item.due_at is None and isinstance(candidate.item, LivePost) and candidate.item.has_own_time
    return not candidate.item.is_out, own_time, candidate.item.created_at, candidate.item.id


def imported(item: Item, live: LiveItem) -> Binding:
    """The binding of a declared object to the live one that a person named; the next plan shows how they differ."""
    binding = bind(item, live, Origin.IMPORTED)
    there = comparable.content_of_live(live)
    if comparable.contents_match(comparable.content_of_desired(item), there) and not schedule_differences(item, live):
        return binding
    return replace(binding, applied="", text=text_digest(there), parts=part_digests(there))


def as_published(declared: Declared, live: LivePost, origin: Origin) -> Binding:
    """The binding of a published post whose entry was edited since: the applied content is that in Buffer."""
    was = comparable.content_of_live(live)
    applied = declared.fingerprint._replace(content=comparable.digest(was))
    binding = bind(declared.item, live, origin)
    is_guessed = linkless_text(was) != linkless_text(declared.content)
    texts = text_digest(was), part_digests(was)
    return replace(binding, applied=str(applied), text=texts[0], parts=texts[1], guessed=is_guessed)
