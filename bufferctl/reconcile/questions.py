"""Asks a person about declared objects that may already be in Buffer (design: Matching, near).

A question is kept until somebody answers it, regardless of changes to its entry and its home.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from bufferctl.model import Binding, Item, LiveItem, Post, Question, Rule, Slot
from bufferctl.model.comparable import Fingerprint, content_of_live, contents_match, text_digest
from bufferctl.reconcile.likeness import Pool, Pools, text_of
from bufferctl.reconcile.matches import Declared, Found, Match, Suspect, is_out
from bufferctl.reconcile.scene import Scene


def questions(new: Sequence[Declared], lost: Collection[Slot], pools: Pools, claims: Claims, scene: Scene) -> Found:
    """The objects in `new` that may already be in Buffer, so that a person is asked.

    A question about a post that is too late to be sent is postponed: its row decides, and names the candidates.
    """
    found: Found = {}
    waiting = {d.slot for d in new if scene.waits(d.item)}
    for d in new:
        near: list[Suspect] = []
        if not (d.item.cancelled and d.slot in waiting):
            only_unexplained = d.slot in lost and not d.item.cancelled
            near = _near(d, pools[d.slot.home], claims, scene, only_unexplained=only_unexplained)
        if match := _question(d, near, claims, scene):
            found[d.slot] = match
    suspected = {
        s.live.home for slot, m in found.items() for s in m.suspects if slot not in waiting and s.live and s.live.by_api
    }
    if all(scene.horizon(home).recorded for home in claims.homes_by_api | suspected):
        return found  # nothing shows that there was a state
    return found | _edited([d for d in new if d.slot not in found and d.slot not in waiting], pools, scene)


def _near(d: Declared, pool: Pool, claims: Claims, scene: Scene, *, only_unexplained: bool) -> list[Suspect]:
    own = scene.had_address(d)
    near = [] if only_unexplained else claims.saying(d)
    near += _equal(d, pool, own, only_unexplained=only_unexplained)
    already = {each.id for each in near}
    near += (Suspect.of(c.item, rule) for c, rule in pool.near(d.item, d.content, own) if c.item.id not in already)
    return [each for each in near if not _is_meant_again(d.item, each)]


def _equal(d: Declared, pool: Pool, own: Collection[str], *, only_unexplained: bool) -> list[Suspect]:
    """Objects with the same text, then unexplained objects whose text only differs in rewritten links."""
    text = text_of(d.content)
    if not text.strip():
        return []
    alike = [c for c in pool.like(d.content, own) if not (only_unexplained and c.explained)]
    same = [Suspect.of(c.item, explained=c.explained) for c in alike if text_of(c.content) == text]
    others = (c for c in alike if not c.explained and text_of(c.content) != text)
    rewritten = (c.item for c in others if contents_match(d.content, c.content, links_may_differ=True))
    return same + [Suspect.of(item, Rule.REWRITTEN_LINKS) for item in rewritten]


def _is_meant_again(item: Item, near: Suspect) -> bool:
    """Whether `repeat_of` confirms that this is another post.

    It has an id, or a key that claims the object. It never applies to another object that may be ours.
    """
    named = item.repeat_of
    if not named:
        return False
    if named == near.id or (near.owner is not None and near.owner.key == named):
        return True
    return near.rule is Rule.SAME_TEXT and near.explained and near.owner is None


def _question(d: Declared, near: Sequence[Suspect], claims: Claims, scene: Scene) -> Match | None:
    """The question about `d`: about objects that look like it now, and those of an earlier, unanswered question.

    What a person let go from its address may be it, whatever `d` says by now, until another address claims it.
    """
    old = scene.question(d)
    suspects = {each.id: each for each in near}
    earlier = {id_: at for id_, at in scene.let_go(d).items() if id_ not in claims.ids}
    if old is not None and _still_stands(old, d):
        earlier |= {id_: at for id_, at in scene.undecided(d).items() if id_ not in claims.ids}
    for id_, created in earlier.items():
        if id_ != d.item.repeat_of:
            suspects.setdefault(id_, Suspect(id_, created, scene.by_id.get(id_)))
    if not suspects:
        return None
    carried = suspects.keys() - {each.id for each in near}
    rule = near[0].rule if near else (old.rule if old else Rule.LET_GO)
    may_be_ours = not all(each.explained for each in near) or bool(carried and (old is None or old.may_be_ours))
    return scene.ask(d, rule, suspects.values(), may_be_ours=may_be_ours, postponed=scene.waits(d.item))


def _still_stands(old: Question, d: Declared) -> bool:
    """Whether an open question remains after changes in the file: always if a candidate may be ours."""
    return old.may_be_ours or (old.content == d.fingerprint.content and not d.item.repeat_of)


def _edited(new: list[Declared], pools: Pools, scene: Scene) -> Found:
    """Questions after a state was lost: new objects may be edited versions of unmatched ones.

    Asked only if some declared object is, or may be, an object that was created through the API.
    """
    found: Found = {}
    since = scene.desired.settings.managed_since

    @cache
    def left(home: str) -> list[Suspect]:
        by_api = (c.item for c in pools[home].unexplained if c.item.by_api)
        return [Suspect.of(item) for item in by_api if since is None or item.created_at > since]

    for d in new:
        if d.item.cancelled or scene.horizon(d.slot.home).recorded:
            continue
        if suspects := [each for each in left(d.slot.home) if each.id != d.item.repeat_of]:
            found[d.slot] = scene.ask(d, Rule.EDITED, suspects)
    return found


class Claims:
    """Published objects that are claimed, by home and text: a new object may be one of them under another key.

    Unsent objects are edited or deleted by the same plan, or else the pass on repeats asks.
    """

    def __init__(self, found: Found, released: Mapping[Slot, Binding], scene: Scene) -> None:
        #: Ids that the state or this plan assigns to an address, including released ones.
        self.ids = {m.live.id for m in found.values() if m.live} | {m.binding.id for m in found.values() if m.binding}
        self.ids |= {binding.id for binding in released.values()}
        self._retired = {binding.id for binding in released.values() if binding.retired}
        #: Homes in which some declared object was created through the API.
        self.homes_by_api = {m.live.home for m in found.values() if m.live and m.live.by_api}
        self._by_text: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
        #: By applied content: objects published earlier than the posts that were read, those whose links Buffer
        #: rewrote, and objects without a text.
        self._by_mark: dict[tuple[str, str], list[Suspect]] = defaultdict(list)
        for m in found.values():
            if m.binding is not None and m.binding.id not in scene.live.gone:
                self._add(m.declared.slot, m.binding, m.live, m.declared)
        for slot, binding in released.items():
            if binding.id not in scene.live.gone:
                self._add(slot, binding, scene.by_id.get(binding.id), None)

    def _add(self, slot: Slot, binding: Binding, live: LiveItem | None, owner: Declared | None) -> None:
        if not is_out(binding, live):
            return
        suspect = Suspect.recorded(slot, binding, live, owner)
        text = text_of(content_of_live(live)) if live is not None else ""
        if text.strip() and (owner is None or text != text_of(owner.content)):  # else it is claimed by its own address
            self._by_text[slot.home, text].append(suspect)
        marks = _applied_marks(binding)
        if owner is None or not marks & _marks(owner):
            for mark in marks:
                self._by_mark[slot.home, mark].append(suspect)

    def saying(self, d: Declared) -> list[Suspect]:
        """Claimed objects with the text of `d` whose address now has another text or was removed from the files.

        If `d` has a `repeat_of`, without those removed long ago: the author knows that the text was published before.
        """
        found = [*self._by_text.get((d.slot.home, text_of(d.content)), [])]
        applied = (each for mark in sorted(_marks(d)) for each in self._by_mark.get((d.slot.home, mark), []))
        found += [each for each in applied if each.live is None or _still_says(each.live, d)]
        passed = self._retired if d.item.repeat_of else ()
        return list({suspect.id: suspect for suspect in found if suspect.id not in passed}.values())


def _still_says(live: LiveItem, d: Declared) -> bool:
    """Whether an object that was applied with the content of `d` still has it, apart from rewritten links."""
    content = content_of_live(live)
    return not text_of(content).strip() or contents_match(d.content, content, links_may_differ=True)


def _marks(d: Declared) -> set[str]:
    """Digests that identify an object without reading it; without a text, the URLs of its images."""
    if text := text_digest(d.content):
        return {text, d.fingerprint.content}
    return {d.fingerprint.hidden} if isinstance(d.item, Post) and d.item.assets else set()


def _applied_marks(binding: Binding) -> set[str]:
    """The same for the version last applied; an older state has no digest of the text alone."""
    applied = Fingerprint.read(binding.applied)
    if binding.text:
        return {binding.text}
    return {applied.content, applied.hidden} if applied else set()
