"""What became of writes whose answer was lost, judged from what Buffer lists afterwards (design: Applying). Pure.

Candidates are ids that were not there before. An exact match is ours, twins pair in creation order; a candidate that
matches nothing holds one intent of its channel, for a person may have changed our post meanwhile; what is left over was
not written. An edit is done where live equals desired, not written where it equals what was before, else held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
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
    ShareMode,
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
    before: Callable[[Intent], Collection[str]],
    find: Callable[[str], LivePost | None],
) -> dict[int, Verdict]:
    """A verdict for each intent, by its number.

    `listed`: what the homes hold now, in every status. `before`: ids that were there before a create, or are known to
    be another's. `find` looks a post up by its id, None where there is none.
    """
    verdicts: dict[int, Verdict] = {}
    creates: dict[str, list[Intent]] = defaultdict(list)
    for intent in sorted(intents, key=lambda i: i.number):
        if isinstance(intent.write, EditPost | DeletePost):
            verdicts[intent.number] = _edited_or_deleted(intent, find(intent.write.id))
        else:
            creates[home(intent.write)].append(intent)
    there: dict[str, list[LivePost | LiveIdea]] = defaultdict(list)
    for item in sorted(listed, key=lambda item: (item.created_at, item.id)):
        there[item.channel_id if isinstance(item, LivePost) else item.organization_id].append(item)
    for where, waiting in creates.items():
        verdicts |= _created([_Create.of(intent, before(intent)) for intent in waiting], there[where])
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
    if write.post.needs_approval and live.status is PostStatus.SCHEDULED:
        return False
    return write.post.due_at is None or instant(write.post.due_at) == instant(live.due_at)


@dataclass(frozen=True, slots=True)
class _Create:
    """A create whose outcome is not known. `before`: ids that it cannot be."""

    intent: Intent
    wanted: Post | Idea
    content: Content
    before: Collection[str]

    @classmethod
    def of(cls, intent: Intent, before: Collection[str]) -> _Create:
        wanted = item_of(intent.write)
        if wanted is None:
            raise ValueError("a delete creates nothing")
        return cls(intent, wanted, of_desired(wanted), before)

    def may_be(self, item: LivePost | LiveIdea) -> bool:
        """Whether the item came to be when this was sent."""
        return item.id not in self.before and item.created_at >= self.intent.at - MARGIN

    def is_(self, live: LivePost | LiveIdea, there: Content) -> bool:
        """Whether the item is what this asked for."""
        wanted = self.wanted
        if isinstance(wanted, Idea) or isinstance(live, LiveIdea):
            return same(self.content, there)
        if live.status is PostStatus.DRAFT and not wanted.draft:
            return False
        on_time = (
            wanted.draft or wanted.due_at is None or instant(wanted.due_at) == instant(live.due_at or live.sent_at)
        )
        return on_time and same(self.content, there, links_may_differ=True)

    def stands_as_sent(self, live: LivePost | LiveIdea) -> bool:
        """Whether nobody has moved the item on: approved it, scheduled a draft, given a queue post a time."""
        wanted = self.wanted
        if isinstance(wanted, Idea) or isinstance(live, LiveIdea):
            return True
        if wanted.draft or wanted.needs_approval:
            return live.status is (PostStatus.DRAFT if wanted.draft else PostStatus.NEEDS_APPROVAL)
        queued = wanted.mode is ShareMode.ADD_TO_QUEUE
        return live.status is not PostStatus.NEEDS_APPROVAL and not (queued and live.is_custom_scheduled)

    def kinship(self, live: LivePost | LiveIdea, there: Content) -> int:
        """How likely it is that the item is this, changed by somebody since: by its text, then by its time."""
        wanted = self.wanted
        due = isinstance(wanted, Post) and isinstance(live, LivePost) and instant(wanted.due_at) == instant(live.due_at)
        return 2 * (self.content.text == there.text) + due


def _created(creates: Sequence[_Create], there: Sequence[LivePost | LiveIdea]) -> dict[int, Verdict]:
    """Pair the creates of one home, in the order they were sent, with what is there, in the order it came to be.

    Where some were sent later than others, those choose first: what they can be is less.
    """
    creates = sorted(creates, key=lambda create: -len(create.before))
    verdicts: dict[int, Verdict] = {}
    left = {item.id: (item, of_live(item)) for item in there if any(create.may_be(item) for create in creates)}
    # Those that stand as they were sent first: a draft must not take the equal post that was to be scheduled.
    for moved_on in (False, True):
        for create in creates:
            number = create.intent.number
            if isinstance(verdicts.get(number), Written):
                continue
            fits = [i for i, content in left.values() if create.may_be(i) and create.is_(i, content)]
            found = next((i for i in fits if moved_on or create.stands_as_sent(i)), None)
            verdicts[number] = Written(left.pop(found.id)[0]) if found else NotWritten()
    # Strangers: most likely somebody's own, but one of them may be ours with a person's edit in it.
    unmatched = [create for create in creates if isinstance(verdicts[create.intent.number], NotWritten)]
    for item, content in left.values():
        possible = [create for create in unmatched if create.may_be(item)]
        if possible:
            likeliest = max(possible, key=lambda create: create.kinship(item, content))
            unmatched.remove(likeliest)
            verdicts[likeliest.intent.number] = Ambiguous((item.id,))
    return verdicts
