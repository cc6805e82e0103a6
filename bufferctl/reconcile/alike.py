"""Is this live object the declared one, or too like it to post without asking? (design: Matching, 3 and 4)"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from bufferctl.model import Idea, LiveChannel, LiveIdea, LivePost, Post, PostStatus, ShareMode
from bufferctl.model.comparable import Content, instant, same
from bufferctl.reconcile.differences import OUT

#: A sent post is taken for the declared one only while it is this young.
SENT_AGE = timedelta(days=30)
#: Queue texts at least this alike are not posted without asking, on a channel that state does not know.
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unclaimed live object and its comparable content, made once."""

    item: LivePost | LiveIdea
    content: Content


@dataclass(frozen=True, slots=True)
class Context:
    """`now` is the server's clock; `channel_known`: whether state tells anything of the channel's past."""

    now: datetime
    channel: LiveChannel | None
    channel_known: bool


def exactness(item: Post | Idea, wanted: Content, candidate: Candidate, context: Context) -> int:
    """How well a live object is the declared one: 0 not at all; of several, the highest is taken.

    Queue posts without text never match. A match but for rewritten links needs the same instant.
    """
    live = candidate.item
    if isinstance(item, Idea) or isinstance(live, LiveIdea):
        return int(isinstance(live, LiveIdea) and isinstance(item, Idea) and same(wanted, candidate.content))
    timed = item.due_at is not None
    if not timed and not wanted.text:
        return 0
    rank = _status_rank(item, live, context)
    if not rank or (timed and instant(live.due_at or live.sent_at) != instant(item.due_at)):
        return 0
    links_may_differ = timed and context.channel is not None and context.channel.link_shortening
    if not same(wanted, candidate.content, links_may_differ=links_may_differ):
        return 0
    return rank + (0 if timed or live.is_custom_scheduled else 1)


def _status_rank(item: Post, live: LivePost, context: Context) -> int:
    """0 where the status class differs; unsent ranks above sent."""
    if item.draft:
        return 2 * (live.status is PostStatus.DRAFT)
    if item.needs_approval:
        return 2 * (live.status is PostStatus.NEEDS_APPROVAL)
    if live.status is PostStatus.SENT:
        may_be_sent = item.due_at is None or item.due_at <= context.now
        young = context.now - (live.sent_at or live.created_at) <= SENT_AGE
        return int(may_be_sent and young and not context.channel_known)
    goes_out = live.status in {PostStatus.SCHEDULED, PostStatus.SENDING}
    return 2 * ((goes_out and item.mode is not ShareMode.SHARE_NOW) or live.status is PostStatus.SENDING)


def untold(candidates: Iterable[Candidate], told_since: datetime | None) -> tuple[Candidate, ...]:
    """Those that state might not tell of although they are ours: it tells since `told_since`, None for never.

    Of a channel that it tells of, only what waits to go out (what is out was forgotten as soon as it left the files):
    what is older than that, or came by the API, which state would know unless an older one is in its place.
    """
    if told_since is None:
        return tuple(candidates)
    return tuple(c for c in candidates if _waits(c.item) and (c.item.created_at <= told_since or _by_api(c.item)))


def _waits(live: LivePost | LiveIdea) -> bool:
    return isinstance(live, LiveIdea) or live.status not in OUT


def _by_api(live: LivePost | LiveIdea) -> bool:
    """A hint only (notes: Limits), and so only a reason to ask."""
    return isinstance(live, LivePost) and live.via == "api"


def alike(
    item: Post | Idea, wanted: Content, same_text: Iterable[Candidate], untold: Iterable[Candidate], now: datetime
) -> tuple[LivePost | LiveIdea, ...]:
    """Live objects that might well be the declared one, so that posting it needs a person's word.

    An equal text at any time and status; of what state does not tell of also the same instant with any text, and a
    queue text four fifths alike; of ideas an equal title.
    """
    found = [c.item for c in same_text if wanted.text or wanted.title]
    if isinstance(item, Idea) and wanted.title:
        found += [c.item for c in untold if c.content.title == wanted.title]
    if isinstance(item, Post) and item.due_at:
        at = instant(item.due_at)
        found += [c.item for c in untold if instant(_due(c.item)) == at]
    elif isinstance(item, Post) and wanted.text:
        found += [c.item for c in untold if _queued_alike(wanted.text, c, now)]
    return tuple({item.id: item for item in found}.values())


def _due(item: LivePost | LiveIdea) -> datetime | None:
    return item.due_at if isinstance(item, LivePost) else None


def _queued_alike(text: str, candidate: Candidate, now: datetime) -> bool:
    live = candidate.item
    if isinstance(live, LiveIdea) or live.is_custom_scheduled or now - live.created_at > SENT_AGE:
        return False
    matcher = SequenceMatcher(None, candidate.content.text, text, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
