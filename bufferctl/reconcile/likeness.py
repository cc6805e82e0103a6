"""Which unexplained live objects may be a declared one (design: Matching, near), without comparing each with each.

Equal instants are found by an index. Texts that are four fifths alike share as long a common subsequence, which is
computed much faster than their likeness; only texts that pass this bound are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from math import ceil

from bufferctl.model import Idea, LiveIdea, LivePost, Post, Rule
from bufferctl.model.comparable import Content, instant
from bufferctl.reconcile.matches import Candidate

#: Queue posts with texts at least this alike are not sent without asking, if one of them may be ours.
ALIKE = 0.8
#: What the bound must reach; below `ALIKE`, since both are rounded.
_BOUND = 0.79


class Near:
    """Candidates that may be ours, prepared for many declared objects."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._candidates = tuple(candidates)

    def find(self, item: Post | Idea, wanted: Content, own: Collection[str]) -> Iterator[tuple[Candidate, Rule]]:
        """Those to which a rule applies, and the first such rule. `own`: as in `Pool`.

        Matching itself finds equal texts and those with rewritten links.
        """
        if item.due_at is not None and wanted.text:
            likely: Sequence[Candidate] = self._by_instant.get(instant(item.due_at), ())
        elif isinstance(item, Post) and wanted.text:
            likely = self._perhaps_alike(wanted.text)
        else:
            likely = self._candidates
        matcher = SequenceMatcher(None, b=wanted.text, autojunk=False)
        for each in likely:
            if rule := _rule(item, wanted, each, own, matcher):
                yield each, rule

    @cached_property
    def _by_instant(self) -> dict[str, list[Candidate]]:
        found: dict[str, list[Candidate]] = defaultdict(list)
        for each in self._candidates:
            if isinstance(each.item, LivePost):
                found[instant(each.item.due_at)].append(each)
        return found

    @cached_property
    def _texts(self) -> list[str]:
        return [each.content.text for each in self._candidates]

    def _perhaps_alike(self, text: str) -> Sequence[Candidate]:
        """All that are alike, and few others: no part that both texts share in order is longer than the longest."""
        from rapidfuzz.distance.Indel import normalized_similarity  # few plans compare texts
        from rapidfuzz.process import extract_iter

        close = extract_iter(text, self._texts, scorer=normalized_similarity, score_cutoff=_BOUND)
        return [self._candidates[index] for _, _, index in close]


def _rule(
    item: Post | Idea, wanted: Content, candidate: Candidate, own: Collection[str], matcher: SequenceMatcher[str]
) -> Rule | None:
    live = candidate.item
    if isinstance(item, Idea) or isinstance(live, LiveIdea):
        same_title = bool(wanted.title) and candidate.content.title == wanted.title
        return Rule.SAME_TITLE if same_title else None
    if not wanted.text:
        return Rule.NO_TEXT if not candidate.content.text else _same_time(item, candidate, live, own)
    if item.due_at is not None:
        return _same_time(item, candidate, live, own)
    return (
        Rule.SIMILAR_TEXT
        if not live.has_own_time and _are_alike(candidate.content.text, wanted.text, matcher)
        else None
    )


def _same_time(item: Post, candidate: Candidate, live: LivePost, own: Collection[str]) -> Rule | None:
    """A person's post counts if the state cannot tell whether it was imported; a queue's slots do not."""
    at = instant(item.due_at)
    if not at or instant(live.due_at) != at:
        return None
    perhaps_imported = live.has_own_time and not candidate.horizon.recorded
    return Rule.SAME_TIME if live.by_api or live.id in own or perhaps_imported else None


def _are_alike(one: str, other: str, matcher: SequenceMatcher[str]) -> bool:
    """Whether the ratio of the matcher (of `one` and `other`) reaches `ALIKE`, as one long enough block proves."""
    both = len(one) + len(other)
    if 2.0 * min(len(one), len(other)) / both < ALIKE:
        return False
    enough = ceil(ALIKE * both / 2)
    if other[:enough] in one or other[-enough:] in one:
        return True
    matcher.set_seq1(one)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
