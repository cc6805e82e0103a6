"""Asks a person about declared objects that may already be in Buffer (design: Matching, near).

A question is kept until somebody answers it, regardless of changes to its entry and its home.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from bufferctl.model import Item, Rule, Slot
from bufferctl.model.comparable import contents_match
from bufferctl.reconcile.likeness import Pool, Pools
from bufferctl.reconcile.matches import Claims, Declared, Found, Match, Suspect, text_of
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
    near += (Suspect.of(c.item, rule) for c, rule in pool.near(d.item, d.content, own))
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
    is_unchanged = old is not None and old.content == d.fingerprint.content and not d.item.repeat_of
    if old is not None and (old.may_be_ours or is_unchanged):
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
