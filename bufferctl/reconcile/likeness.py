"""Which live objects are, or may be, a declared one (design: Matching, 3 and 4).

Near ones are found without comparing each with each: equal instants by an index, and texts that are four fifths alike
by their longest common subsequence, which is computed much faster than their likeness.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import IntEnum, auto
from functools import cached_property
from math import ceil

from bufferctl.model import (
    Horizon,
    Idea,
    Item,
    Likeness,
    LiveIdea,
    LiveItem,
    LivePost,
    Post,
    PostStatus,
    ShareMode,
    content_of_live,
    instant,
)
from bufferctl.model.comparable import Content, contents_match
from bufferctl.reconcile.matches import Declared, linkless_text
from bufferctl.reconcile.scene import Scene
from bufferctl.value import replace, value

#: Without `managed_since`, an equal queue post that was published longer ago than this needs a person to decide.
LONG_AGO = timedelta(days=30)
#: Queue posts with texts at least this alike are not sent without asking, if one of them may be ours.
ALIKE = 0.8
#: What the bound must reach; below `ALIKE`, since both are rounded.
_BOUND = 0.79


@value()
class Candidate:
    """An unclaimed live object and its comparable content, computed once. `explained`: the state accounts for it.

    `horizon`: of its home.
    """

    item: LiveItem
    content: Content
    explained: bool
    horizon: Horizon

    @cached_property
    def linkless(self) -> str:
        """Its title and text without links; a plan compares them with those of many addresses."""
        return linkless_text(self.content)


class Stage(IntEnum):
    """How far a post is on its way to publication."""

    DRAFT = auto()
    TO_APPROVE = auto()
    SCHEDULED = auto()
    AT_ONCE = auto()
    OUT = auto()
    """It is being published, was published, or could not be: beyond whatever files declare."""


_STAGES = {
    PostStatus.DRAFT: Stage.DRAFT,
    PostStatus.NEEDS_APPROVAL: Stage.TO_APPROVE,
    PostStatus.SCHEDULED: Stage.SCHEDULED,
}


def stage(item: Item) -> Stage:
    """How far a declared object should be; what is suspended should be a draft."""
    if isinstance(item, Idea) or item.draft or item.suspended:
        return Stage.DRAFT
    if item.needs_approval:
        return Stage.TO_APPROVE
    return Stage.AT_ONCE if item.mode is ShareMode.SHARE_NOW else Stage.SCHEDULED


def _has_reached(item: Item, candidate: Candidate, live: LivePost) -> bool:
    """Whether it is at the declared stage, or beyond it if unexplained. Explained posts that are out never count."""
    there = _STAGES.get(live.status, Stage.OUT)
    return there is stage(item) if candidate.explained else there >= stage(item)


def is_exact(declared: Declared, candidate: Candidate, scene: Scene) -> bool:
    """Whether a live object is the declared one: equal in everything that can be read.

    Links may differ, since Buffer shortens them.
    """
    item, wanted, live = declared.item, declared.content, candidate.item
    if isinstance(live, LiveIdea):
        return contents_match(wanted, candidate.content, unsaid=True)
    if not _has_reached(item, candidate, live):
        return False
    if item.due_at is None:
        if not wanted.text or _is_long_ago(candidate, live, scene.now):  # without a text, they look all alike
            return False
        return contents_match(wanted, candidate.content, unsaid=True)
    if instant(live.due_at or live.sent_at) != instant(item.due_at):
        return False
    return contents_match(
        wanted, candidate.content, links_may_differ=True, shorteners=scene.shorteners(declared.channel), unsaid=True
    )


def is_equal_post(declared: Declared, candidate: Candidate, scene: Scene) -> bool:
    """Whether a live post that may be ours, created through the API, is the declared one but for its time."""
    live = candidate.item
    if not isinstance(live, LivePost) or candidate.explained or not live.by_api:
        return False
    if not _has_reached(declared.item, candidate, live):
        return False
    return contents_match(
        declared.content, candidate.content, links_may_differ=True, shorteners=scene.shorteners(declared.channel)
    )


def _is_long_ago(candidate: Candidate, live: LivePost, now: datetime) -> bool:
    """Whether an equal needs confirmation, since it is not known since when the account is managed."""
    out_since = live.sent_at or live.due_at or live.created_at
    return candidate.horizon.since is None and live.is_out and now - out_since > LONG_AGO


class Pool:
    """The unclaimed live objects of one home, prepared for many declared ones; matched ones are removed.

    `own`: ids of objects that had the address of a declared one or are in question for it, so that for this one they
    count as unexplained.
    """

    def __init__(self) -> None:
        self.left: dict[str, Candidate] = {}
        self._by_text: dict[str, list[Candidate]] = defaultdict(list)

    def add(self, candidate: Candidate) -> None:
        self.left[candidate.item.id] = candidate
        self._by_text[candidate.linkless].append(candidate)

    def like(self, wanted: Content, own: Collection[str]) -> Iterator[Candidate]:
        """The remaining candidates with the same title and text, ignoring links."""
        found = (each for each in self._by_text.get(linkless_text(wanted), ()) if each.item.id in self.left)
        return (replace(each, explained=each.explained and each.item.id not in own) for each in found)

    @cached_property
    def unexplained(self) -> tuple[Candidate, ...]:
        """The candidates that may be ours and that matched nothing, once all exact matches are removed."""
        return tuple(each for each in self.left.values() if not each.explained)

    def near(self, item: Item, wanted: Content, own: Collection[str]) -> Iterator[tuple[Candidate, Likeness]]:
        """The unexplained candidates to which a rule applies, and the first such rule.

        Matching itself finds equal texts and those with rewritten links.
        """
        if item.due_at is not None and wanted.text:
            likely: Sequence[Candidate] = self._by_instant.get(instant(item.due_at), ())
        elif isinstance(item, Post) and wanted.text:
            likely = self._perhaps_alike(wanted.text)
        else:
            likely = self.unexplained
        matcher = SequenceMatcher(None, b=wanted.text, autojunk=False)
        known = (self.left[id_] for id_ in own if id_ in self.left)
        for each in (*likely, *(each for each in known if each.explained)):
            rule = _rule(item, wanted, each, own, matcher)
            if rule:
                yield each, rule

    @cached_property
    def _by_instant(self) -> dict[str, list[Candidate]]:
        found: dict[str, list[Candidate]] = defaultdict(list)
        for each in self.unexplained:
            if isinstance(each.item, LivePost):
                found[instant(each.item.due_at)].append(each)
        return found

    @cached_property
    def _texts(self) -> list[str]:
        return [each.content.text for each in self.unexplained]

    def _perhaps_alike(self, text: str) -> Sequence[Candidate]:
        """All that are alike, and few others: no part that both texts share in order is longer than the longest."""
        return [self.unexplained[index] for index in sorted(alike(text, self._texts))]


def alike(text: str, others: Sequence[str]) -> list[int]:
    """Which of the others share four fifths of their letters with a text, in the same order; those most alike first."""
    from rapidfuzz.distance.Indel import normalized_similarity  # few plans compare texts
    from rapidfuzz.process import extract_iter

    close = [*extract_iter(text, others, scorer=normalized_similarity, score_cutoff=_BOUND)]
    return [index for _, _, index in sorted(close, key=lambda each: (-each[1], each[2]))]


Pools = defaultdict[str, Pool]


def pools_of(unclaimed: Iterable[LiveItem], scene: Scene) -> Pools:
    """The unclaimed live objects by home."""
    pools: Pools = defaultdict(Pool)
    for item in unclaimed:
        explained = scene.is_explained(item)
        pools[item.home].add(Candidate(item, content_of_live(item), explained, scene.horizon(item.home)))
    return pools


def _rule(
    item: Item, wanted: Content, candidate: Candidate, own: Collection[str], matcher: SequenceMatcher[str]
) -> Likeness | None:
    """The first rule by which a candidate may be the declared object. `matcher`: with the declared text."""
    live = candidate.item
    if isinstance(live, LiveIdea):
        same_title = bool(wanted.title) and candidate.content.title == wanted.title
        return Likeness.SAME_TITLE if same_title else None
    if not wanted.text:
        return Likeness.NO_TEXT if not candidate.content.text else _same_time(item, candidate, live, own)
    if item.due_at is not None:
        return _same_time(item, candidate, live, own)
    is_alike = not live.has_own_time and _are_alike(candidate.content.text, wanted.text, matcher)
    return Likeness.SIMILAR_TEXT if is_alike else None


def _same_time(item: Item, candidate: Candidate, live: LivePost, own: Collection[str]) -> Likeness | None:
    """A person's post counts if the state cannot tell whether it was imported; a queue's slots do not."""
    at = instant(item.due_at)
    if not at or instant(live.due_at) != at:
        return None
    perhaps_imported = live.has_own_time and not candidate.horizon.recorded
    return Likeness.SAME_TIME if live.by_api or live.id in own or perhaps_imported else None


def _are_alike(one: str, other: str, matcher: SequenceMatcher[str]) -> bool:
    """Whether the likeness of two texts reaches `ALIKE`; `matcher` has the other one.

    The likeness is the part of all letters that both have in the same order. It takes long, so what is quicker decides
    first: how long the texts are, whether one long piece is in both, and which letters they have in any order.
    """
    letters = len(one) + len(other)
    if 2.0 * min(len(one), len(other)) / letters < ALIKE:
        return False
    enough = ceil(ALIKE * letters / 2)
    if other[:enough] in one or other[-enough:] in one:
        return True
    matcher.set_seq1(one)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
