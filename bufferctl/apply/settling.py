"""What became of writes whose answer was lost, judged from what Buffer lists afterwards (design: Applying). Pure.

Candidates are ids that were not there before. An exact match is ours, twins pair in creation order; a candidate that
matches nothing holds one intent of its channel, for a person may have changed our post meanwhile; what is left over was
not written. An edit is done where live equals desired, not written where it equals what was before, else held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bufferctl.apply.ports import Intent
from bufferctl.model import (
    CreateIdea,
    CreatePost,
    DeletePost,
    EditPost,
    Idea,
    LiveIdea,
    LivePost,
    Post,
    PostStatus,
    Write,
)
from bufferctl.model.comparable import Content, digest, instant, of_desired, of_live, same, standing

#: How much older than its intent a candidate may look: clocks differ (design: createdAt only trims).
MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Written:
    """It was carried out; `live` is the object now, None after a delete."""

    live: LivePost | LiveIdea | None


@dataclass(frozen=True, slots=True)
class NotWritten:
    """It was not carried out and may be sent again."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """It cannot be told; `candidates` are ids that it might be."""

    candidates: tuple[str, ...] = ()


Verdict = Written | NotWritten | Ambiguous


def home(write: Write) -> str:
    """Where a write's object lives: its channel's id, or the organization's for ideas."""
    return write.organization_id if isinstance(write, CreateIdea) else write.channel_id


def item_of(write: Write) -> Post | Idea | None:
    """What the write puts there, None for a delete."""
    match write:
        case CreateIdea():
            return write.idea
        case CreatePost() | EditPost():
            return write.post
        case DeletePost():
            return None


def judge(
    intents: Sequence[Intent],
    listed: Iterable[LivePost | LiveIdea],
    before: Mapping[str, Collection[str]],
    find: Callable[[str], LivePost | None],
) -> dict[int, Verdict]:
    """A verdict for each intent, by its number.

    `listed`: what the homes hold now, in every status. `before`: ids that were there already or are known by now, by
    home. `find` looks a post up by its id, None where there is none.
    """
    verdicts: dict[int, Verdict] = {}
    creates: dict[str, list[Intent]] = defaultdict(list)
    for intent in sorted(intents, key=lambda i: i.number):
        if isinstance(intent.write, EditPost | DeletePost):
            verdicts[intent.number] = _edited_or_deleted(intent, find(intent.write.id))
        else:
            creates[home(intent.write)].append(intent)
    new: dict[str, list[LivePost | LiveIdea]] = defaultdict(list)
    for item in sorted(listed, key=lambda item: (item.created_at, item.id)):
        where = item.channel_id if isinstance(item, LivePost) else item.organization_id
        if where in creates and item.id not in before.get(where, ()):
            new[where].append(item)
    for where, waiting in creates.items():
        verdicts |= _created(waiting, new[where])
    return verdicts


def _edited_or_deleted(intent: Intent, live: LivePost | None) -> Verdict:
    write = intent.write
    if isinstance(write, DeletePost):
        return NotWritten() if live else Written(None)
    if live is None or not isinstance(write, EditPost):
        return Ambiguous()
    if standing(live) == intent.before:
        return NotWritten()  # also where nothing of the edit reads back: the same edit twice is the same post
    content = of_live(live)
    shows = write.reschedule or digest(content) != intent.before.split()[0]
    if shows and _on_time(write, live) and same(of_desired(write.post), content, links_may_differ=True):
        return Written(live)
    return Ambiguous((live.id,))


def _on_time(write: EditPost, live: LivePost) -> bool:
    if not write.reschedule:
        return True
    if write.post.draft != (live.status is PostStatus.DRAFT):
        return False
    return write.post.due_at is None or instant(write.post.due_at) == instant(live.due_at)


def _created(waiting: list[Intent], new: list[LivePost | LiveIdea]) -> dict[int, Verdict]:
    """Pair the creates of one home with what is new there."""
    verdicts: dict[int, Verdict] = {}
    contents = {item.id: of_live(item) for item in new}
    left = [item for item in new if item.created_at >= min(i.at for i in waiting) - MARGIN]
    for intent in waiting:
        wanted = item_of(intent.write)
        if wanted is None:
            continue
        content = of_desired(wanted)
        found = next((item for item in left if _is(wanted, content, item, contents[item.id])), None)
        if found is not None:
            left.remove(found)
            verdicts[intent.number] = Written(found)
    unmatched = [intent for intent in waiting if intent.number not in verdicts]
    for intent in unmatched:
        verdicts[intent.number] = NotWritten()
    # Strangers: most likely somebody's own, but one of them may be ours with a person's edit in it.
    for stranger, intent in zip(left, _likeliest(unmatched, left, contents), strict=False):
        verdicts[intent.number] = Ambiguous((stranger.id,))
    return verdicts


def _is(wanted: Post | Idea, content: Content, live: LivePost | LiveIdea, there: Content) -> bool:
    timed = isinstance(wanted, Post) and wanted.due_at is not None and not wanted.draft
    if timed and isinstance(live, LivePost) and isinstance(wanted, Post):
        if instant(wanted.due_at) != instant(live.due_at or live.sent_at):
            return False
        return same(content, there, links_may_differ=True)
    return same(content, there, links_may_differ=isinstance(live, LivePost))


def _likeliest(
    unmatched: list[Intent], strangers: list[LivePost | LiveIdea], contents: Mapping[str, Content]
) -> list[Intent]:
    """For each stranger the intent that it is held against: the one with its text or its time, else the next."""
    left, chosen = list(unmatched), []
    for stranger in strangers:
        if not left:
            break
        best = max(left, key=lambda intent: _kinship(intent, stranger, contents[stranger.id]))
        left.remove(best)
        chosen.append(best)
    return chosen


def _kinship(intent: Intent, live: LivePost | LiveIdea, there: Content) -> int:
    wanted = item_of(intent.write)
    if wanted is None:
        return 0
    due = isinstance(wanted, Post) and isinstance(live, LivePost) and instant(wanted.due_at) == instant(live.due_at)
    return 2 * (of_desired(wanted).text == there.text) + due
