"""Is this live object the declared one, or like it enough to ask? (design: Matching, 3 and 4)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from bufferctl.model import Idea, LiveChannel, LiveIdea, LivePost, Post, PostStatus, Rule, ShareMode
from bufferctl.model.comparable import Content, instant, same
from bufferctl.reconcile.differences import OUT

#: Without `managed_since`, an equal queue post that was published longer ago than this needs a person's word.
LONG_AGO = timedelta(days=30)
#: Texts of queue posts at least this alike are not posted without asking where one of them may be ours.
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unclaimed live object and its comparable content, made once. `explained`: it is not ours (design: The record).

    `is_old_match_near`: nothing says since when the account is managed, so an old equal is not simply taken.
    """

    item: LivePost | LiveIdea
    content: Content
    explained: bool
    is_old_match_near: bool = False

    @property
    def is_out(self) -> bool:
        """Whether it is published, or on its way."""
        return isinstance(self.item, LivePost) and self.item.status in OUT

    @property
    def by_api(self) -> bool:
        """As the post says; ideas do not."""
        return isinstance(self.item, LivePost) and self.item.by_api


def stage(item: Post | Idea) -> int:
    """How far on its way to publication a declared object is to be: draft, approval, scheduled, sent."""
    if isinstance(item, Idea) or item.draft:
        return 0
    if item.needs_approval:
        return 1
    return 3 if item.mode is ShareMode.SHARE_NOW else 2


_STAGES = {PostStatus.DRAFT: 0, PostStatus.NEEDS_APPROVAL: 1, PostStatus.SCHEDULED: 2}
_SENT = 3  # sending and error count as sent


def _has_reached(item: Post, candidate: Candidate, live: LivePost) -> bool:
    """At the declared stage; further on only what is unexplained, and what is explained never once it is out."""
    there = _STAGES.get(live.status, _SENT)
    if candidate.explained:
        return there == stage(item) and there != _SENT
    return there >= stage(item)


def is_exact(
    item: Post | Idea, wanted: Content, candidate: Candidate, channel: LiveChannel | None, now: datetime
) -> bool:
    """Whether a live object is the declared one. `wanted`: the declared one's content."""
    live = candidate.item
    if isinstance(item, Idea) or isinstance(live, LiveIdea):
        return isinstance(item, Idea) and isinstance(live, LiveIdea) and same(wanted, candidate.content)
    if not _has_reached(item, candidate, live):
        return False
    if item.due_at is None:  # without a text nothing tells one from another
        return bool(wanted.text) and same(wanted, candidate.content) and not _is_long_ago(candidate, live, now)
    if instant(live.due_at or live.sent_at) != instant(item.due_at):
        return False
    return same(wanted, candidate.content, links_may_differ=channel is not None and channel.link_shortening)


def _is_long_ago(candidate: Candidate, live: LivePost, now: datetime) -> bool:
    out_since = live.sent_at or live.due_at or live.created_at
    return candidate.is_old_match_near and candidate.is_out and now - out_since > LONG_AGO


class Likeness:
    """By which rule an unexplained live object may be the declared one.

    Made once for a declared object: the matcher prepares the text that many others are compared with.
    """

    def __init__(self, item: Post | Idea, wanted: Content) -> None:
        self._item = item
        self._wanted = wanted
        self._matcher = SequenceMatcher(None, b=wanted.text, autojunk=False)

    def rule(self, candidate: Candidate) -> Rule | None:
        """The first rule that fits, if any; matching itself finds equal texts and those with rewritten links."""
        live, item = candidate.item, self._item
        if isinstance(item, Idea) or isinstance(live, LiveIdea):
            same_title = bool(self._wanted.title) and candidate.content.title == self._wanted.title
            return Rule.SAME_TITLE if same_title else None
        if not self._wanted.text:
            return Rule.NO_TEXT if not candidate.content.text else self._same_time(item, candidate, live)
        if item.due_at is not None:
            return self._same_time(item, candidate, live)
        return Rule.SIMILAR_TEXT if not live.has_own_time and self._is_similar(candidate.content.text) else None

    def _same_time(self, item: Post, candidate: Candidate, live: LivePost) -> Rule | None:
        at = instant(item.due_at)
        return Rule.SAME_TIME if at and candidate.by_api and instant(live.due_at) == at else None

    def _is_similar(self, text: str) -> bool:
        matcher = self._matcher
        matcher.set_seq1(text)
        return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
