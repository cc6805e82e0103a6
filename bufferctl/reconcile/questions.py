"""Asks a person about declared objects that may already be in Buffer (design: Matching, near).

A question is kept until somebody answers it, regardless of changes to its entry and its home.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from bufferctl.diagnostics import Place
from bufferctl.model import Address, Likeness, LiveItem, LivePost, Slot, content_of_live
from bufferctl.model.address import is_id
from bufferctl.model.comparable import has_rewritten_links
from bufferctl.reconcile.likeness import Candidate, Pool, Pools
from bufferctl.reconcile.matches import Claims, Declared, Found, Match, Suspect, linkless_text, text_of
from bufferctl.reconcile.scene import Scene
from bufferctl.value import replace


def questions(new: Sequence[Declared], lost: Collection[Slot], pools: Pools, claims: Claims, scene: Scene) -> Found:
    """The objects in `new` that may already be in Buffer, so that a person is asked.

    A question about a post that is too late to be sent is postponed: its row decides, and names the candidates.
    """
    found: Found = {}
    texts = _Texts(new)
    waiting = {each.slot for each in new if scene.waits(each.item)}
    near: dict[Slot, list[Suspect]] = {}
    for declared in new:
        if not (declared.item.cancelled and declared.slot in waiting):
            only_unexplained = declared.slot in lost and not declared.item.cancelled
            near[declared.slot] = _near(
                declared, pools[declared.slot.home], claims, scene, texts, only_unexplained=only_unexplained
            )
    siblings = _Siblings(new, near)
    for declared in new:
        left = near.get(declared.slot, [])
        if declared.item.repeat_of:
            left = [
                siblings.first(declared, each) for each in left if not _is_meant_again(declared, each, scene, siblings)
            ]
        may_be_renamed = declared.slot not in lost and not declared.item.cancelled and scene.question(declared) is None
        left_open = scene.left_open(declared) if may_be_renamed else {}
        match = _question(declared, left, claims, scene, texts, left_open)
        if match:
            found[declared.slot] = match
    suspected = {
        suspect.live.home
        for slot, match in found.items()
        for suspect in match.suspects
        if slot not in waiting and suspect.live and suspect.live.by_api
    }
    if all(scene.horizon(home).recorded for home in claims.homes_by_api | suspected):
        return _offered(found)  # nothing shows that there was a state
    rest = [each for each in new if each.slot not in found and each.slot not in waiting]
    return _offered(found | _edited(rest, pools, scene, texts))


def _offered(found: Found) -> Found:
    """The questions, each id offered by one of them at most.

    Where as many entries as objects may be one another, they are pairs: in the order of the files, and of creation and
    time. Where no order tells, a person has to look at all of them.
    """
    sharing: dict[frozenset[str], list[Match]] = defaultdict(list)
    asked: Counter[str] = Counter()
    for match in found.values():
        ids = frozenset(each.id for each in match.suspects if _is_offered(each))
        asked.update(ids)
        sharing[ids].append(match)
    made = dict(found)
    for ids, matches in sharing.items():
        if not any(asked[id_] > 1 for id_ in ids):
            continue
        objects = {each.id: each for match in matches for each in match.suspects if each.id in ids}
        by_creation = sorted(objects.values(), key=lambda each: (each.created_at, each.id))
        times = [each.live.due_at for each in by_creation if isinstance(each.live, LivePost) and each.live.due_at]
        are_pairs = len(matches) == len(ids) and all(asked[id_] == len(ids) for id_ in ids) and times == sorted(times)
        for number, match in enumerate(matches):
            first = by_creation[number].id if are_pairs else ""
            suspects = sorted(match.suspects, key=lambda each: each.id != first)
            if not are_pairs:  # the first says what is asked
                suspects[0] = replace(suspects[0], is_anyones=suspects[0].id in ids)
            made[match.declared.slot] = match._replace(suspects=tuple(suspects))
    return made


def _is_offered(suspect: Suspect) -> bool:
    """Whether an answer names it as the object of the entry: it has no address, and nobody else is asked first."""
    return suspect.owner is None and suspect.text_of is None and suspect.rule is not Likeness.LOST


class _Texts:
    """Which new address has a text.

    A post in Buffer with that text is asked about at that address first, whatever else the post may be.
    """

    def __init__(self, new: Iterable[Declared]) -> None:
        self._owners: dict[tuple[str, str], list[Declared]] = defaultdict(list)
        for declared in new:
            if text_of(declared.content).strip():
                self._owners[declared.slot.home, linkless_text(declared.content)].append(declared)

    def owner(self, declared: Declared, id_: str, text: str) -> Address | None:
        """Another address than `declared` that has the text of a live object, and does not say that it is not its own.

        `text`: without links.
        """
        for other in self.with_text(declared.slot.home, text):
            if other.slot != declared.slot and id_ not in other.item.repeat_of:
                return other.item.address
        return None

    def with_text(self, home: str, text: str) -> Sequence[Declared]:
        """All that have the text of a live object. `text`: without links."""
        return self._owners.get((home, text), ())

    def earlier(self, declared: Declared, id_: str, created: datetime, live: LiveItem | None) -> Suspect:
        """A candidate of an earlier question. If another address has its text by now, that one is asked first."""
        suspect = Suspect(id_, created, live)
        text = linkless_text(content_of_live(live)) if live else None
        if text is None or text == linkless_text(declared.content):
            return suspect
        return replace(suspect, text_of=self.owner(declared, id_, text))


def _near(
    declared: Declared, pool: Pool, claims: Claims, scene: Scene, texts: _Texts, *, only_unexplained: bool
) -> list[Suspect]:
    own = scene.had_address(declared)
    same = [] if only_unexplained else claims.saying(declared)
    same += _equal(declared, pool, own, only_unexplained=only_unexplained)
    near = [
        Suspect.of(each.item, rule, text_of=texts.owner(declared, each.item.id, each.linkless))
        for each, rule in pool.near(declared.item, declared.content, own)
    ]
    of_nobody = [each for each in near if each.text_of is None]
    if same:  # its own text says more than a time, or a likeness
        return same + of_nobody
    return of_nobody + [each for each in near if each.text_of is not None]


def _equal(declared: Declared, pool: Pool, own: Collection[str], *, only_unexplained: bool) -> list[Suspect]:
    """Objects with the same text, then unexplained objects whose text only differs in rewritten links."""
    text = text_of(declared.content)
    if not text.strip():
        return []
    alike = [each for each in pool.like(declared.content, own) if not (only_unexplained and each.explained)]
    same = [Suspect.of(each.item, explained=each.explained) for each in alike if text_of(each.content) == text]
    others = (each for each in alike if not each.explained and text_of(each.content) != text)
    rewritten = (each.item for each in others if has_rewritten_links(declared.content, each.content))
    return same + [Suspect.of(item, Likeness.REWRITTEN_LINKS) for item in rewritten]


class _Siblings:
    """The occurrences of each series on a channel, with what is near each of them. Their texts may differ."""

    def __init__(self, new: Iterable[Declared], near: Mapping[Slot, Sequence[Suspect]]) -> None:
        self._ids: dict[tuple[Place, str], list[tuple[Declared, frozenset[str]]]] = defaultdict(list)
        for declared in new:
            if declared.item.number:
                ids = frozenset(each.id for each in near.get(declared.slot, ()))
                self._ids[declared.item.place, declared.slot.home].append((declared, ids))

    def asked_first(self, declared: Declared, near: Suspect) -> Address | None:
        """The other occurrence that is asked about an object with the text of `declared` first; None if there is none.

        It is near that object, too, and its `repeat_of` does not name it.
        """
        if not declared.item.number or near.rule is not Likeness.SAME_TEXT or near.explained:
            return None
        others = (
            other
            for other, ids in self._ids[declared.item.place, declared.slot.home]
            if other.slot != declared.slot and near.id in ids
        )
        return next((each.item.address for each in others if near.id not in each.item.repeat_of), None)

    def are_repeated(self, declared: Declared, near: Suspect) -> bool:
        """Whether `declared` repeats another occurrence on purpose, which is asked about that object and no other.

        The object can be one of them only.
        """
        others = self._ids[declared.item.place, declared.slot.home] if declared.item.number else ()
        repeated = (
            ids
            for other, ids in others
            if other.item.address.key in declared.item.repeat_of and not other.item.cancelled
        )
        return any(ids == {near.id} for ids in repeated)

    def first(self, declared: Declared, near: Suspect) -> Suspect:
        """The suspect. If `declared` says that it is another post, the one whose post it may be is asked first."""
        return replace(near, text_of=self.asked_first(declared, near)) if near.id in declared.item.repeat_of else near


def _is_meant_again(declared: Declared, near: Suspect, scene: Scene, siblings: _Siblings) -> bool:
    """Whether `repeat_of` confirms that this is another post.

    It has an id, or a key that claims the object, or that of an occurrence that is asked whether it has it. It never
    applies to another object that may be ours, nor to one with the text of `declared` that another occurrence of its
    series may be.
    """
    named = declared.item.repeat_of
    if near.id in named:
        return siblings.asked_first(declared, near) is None
    if near.owner is not None:
        return near.owner.key in named or siblings.are_repeated(declared, near)
    has_key = any(not is_id(each) and each not in scene.by_id for each in named)
    return has_key and near.rule is Likeness.SAME_TEXT and near.explained


def _question(
    declared: Declared,
    near: Sequence[Suspect],
    claims: Claims,
    scene: Scene,
    texts: _Texts,
    left_open: Mapping[str, datetime],
) -> Match | None:
    """The question about `declared`: about objects that look like it now, and those of an earlier, unanswered question.

    `left_open`: those of an earlier one about an address that is gone, which may have got that of `declared`.
    """
    old = scene.question(declared)
    suspects = {each.id: each for each in near}
    for id_, created in _earlier(declared, claims, scene, left_open).items():
        if id_ not in declared.item.repeat_of:
            suspects.setdefault(id_, texts.earlier(declared, id_, created, scene.by_id.get(id_)))
    if not suspects:
        return None
    carried = suspects.keys() - {each.id for each in near}
    may_be_ours = not all(each.explained for each in near) or bool(carried and (old is None or old.may_be_ours))
    ordered = sorted(suspects.values(), key=lambda each: each.text_of is not None)
    if ordered[0].id not in carried:
        rule = near[0].rule
    elif old:
        rule = old.rule
    elif ordered[0].id in left_open:
        rule = Likeness.UNANSWERED
    else:
        rule = Likeness.LET_GO
    return scene.ask(declared, rule, ordered, may_be_ours=may_be_ours, postponed=scene.waits(declared.item))


def _earlier(
    declared: Declared, claims: Claims, scene: Scene, left_open: Mapping[str, datetime]
) -> dict[str, datetime]:
    """Objects that no address claims and that were asked about before, or let go from its address, by id.

    What a person let go from its address may be it, whatever `declared` says by now.
    """
    old = scene.question(declared)
    earlier = {id_: at for id_, at in scene.let_go(declared).items() if id_ not in claims.ids}
    is_unchanged = old is not None and old.content == declared.fingerprint.content and not declared.item.repeat_of
    if old is not None and (old.may_be_ours or is_unchanged):
        taken = frozenset[str]() if old.rule is Likeness.LOST else claims.ids
        earlier |= {id_: at for id_, at in scene.undecided(declared).items() if id_ not in taken}
    return earlier | {id_: at for id_, at in left_open.items() if id_ not in claims.ids}


def _edited(new: list[Declared], pools: Pools, scene: Scene, texts: _Texts) -> Found:
    """Questions after a state was lost: new objects may be edited versions of unmatched ones.

    Asked only if some declared object is, or may be, an object that was created through the API.
    """
    found: Found = {}
    since = scene.desired.settings.managed_since

    @cache
    def left(home: str) -> list[tuple[Candidate, Suspect, bool]]:
        """The unmatched objects of a home, about which any address is asked, and whether an address has their text."""
        by_api = [each for each in pools[home].unexplained if each.item.by_api]
        recent = [each for each in by_api if since is None or each.item.created_at > since]
        return [
            (each, Suspect.of(each.item, Likeness.EDITED), bool(texts.with_text(home, each.linkless)))
            for each in recent
        ]

    for declared in new:
        if declared.item.cancelled or scene.horizon(declared.slot.home).recorded:
            continue
        suspects = []
        for candidate, suspect, is_declared in left(declared.slot.home):
            if suspect.id in declared.item.repeat_of:
                continue
            if is_declared:
                suspects.append(replace(suspect, text_of=texts.owner(declared, suspect.id, candidate.linkless)))
            else:
                suspects.append(suspect)
        if suspects:
            found[declared.slot] = scene.ask(
                declared, Likeness.EDITED, sorted(suspects, key=lambda each: each.text_of is not None)
            )
    return found
