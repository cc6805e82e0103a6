"""Writes, from intents to results: data that apply, api, the journal and a shared state have in common.

A write has resolved ids. Only `Done` is a success, and only `Refused` means that it was definitely not carried out.
After `Doubtful` and `Unknown` the object may or may not exist (design: Applying; notes: Errors).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, IntEnum, StrEnum, auto
from typing import Any, ClassVar

from pydantic import AwareDatetime

from bufferctl.limits import ABSENT_AFTER, ROUNDING, SETTLE
from bufferctl.model.comparable import (
    content_of_desired,
    content_of_live,
    contents_match,
    instant,
    with_board_of,
)
from bufferctl.model.desired import Freeze, Idea, Post, Tag
from bufferctl.model.enums import PostStatus, ShareMode
from bufferctl.model.live import LiveIdea, LiveItem, LivePost
from bufferctl.model.seen import content_standing, stood_so
from bufferctl.model.state import QUEUE, Binding, Slot, TakenFrom, back_at
from bufferctl.value import field, value

_WAITING = frozenset({PostStatus.DRAFT, PostStatus.NEEDS_APPROVAL})


class Fit(IntEnum):
    """How the status and time of a live object with the right content fit the create that may have made it."""

    NONE = 0
    MOVED_ON = 1
    """A person has since approved it, scheduled the draft, or given the queued post a time."""
    AS_SENT = 2


class Fate(Enum):
    """The result of a write to an existing object."""

    DONE = auto()
    NOT_DONE = auto()
    ALIKE = auto()
    """Nothing of what it changes can be read back, such as another image, so either may be the case."""
    UNCLEAR = auto()
    """The object matches neither its old nor its new version: a person changed it as well."""


class _Write:
    """What callers ask of every write, so that none has to distinguish classes."""

    __slots__ = ()

    kind: ClassVar[str]
    """Its name in the journal and in saved plans."""

    @property
    def missing_idea(self) -> str | None:
        """The key of the declared idea that must be created first; None if there is none, or if its id is set."""
        return None

    def goes_out_at(self, live: LiveItem | None) -> datetime | None:
        """When Buffer publishes the post that this leaves scheduled; None if there is no such post or no known time.

        `live`: the object that this changes.
        """
        return None

    def goes_out_early(self, live: LiveItem) -> str:
        """The field of the file that should have kept `live` from being published; empty if there is none."""
        return ""


class _PostWrite(_Write):
    """A write that has the content of a post."""

    __slots__ = ()

    item: Post
    channel_id: str
    idea_id: str | None

    @property
    def home(self) -> str:
        return self.channel_id

    @property
    def missing_idea(self) -> str | None:
        return None if self.idea_id else self.item.idea

    def goes_out_early(self, live: LiveItem) -> str:
        if isinstance(live, LiveIdea) or live.status in _WAITING:
            return ""
        if self.item.draft:
            return "draft"
        return "needs_approval" if self.item.needs_approval else ""


@value()
class CreatePost(_PostWrite):
    """A new post. Its board id is resolved; `tag_ids` and `idea_id` are Buffer's."""

    kind: ClassVar[str] = "create-post"
    target: ClassVar[None] = None

    item: Post
    channel_id: str
    tag_ids: tuple[str, ...] = ()
    idea_id: str | None = None

    def goes_out_at(self, live: LiveItem | None) -> datetime | None:
        return None if self.item.draft else self.item.due_at

    def fit(self, live: LiveItem) -> Fit:
        """How `live` fits it, content aside; with equal content, a fit proves that it was carried out."""
        post = self.item
        if isinstance(live, LiveIdea) or (live.status is PostStatus.DRAFT and not post.draft):
            return Fit.NONE
        if not post.draft and post.due_at and instant(post.due_at) != instant(live.due_at or live.sent_at):
            return Fit.NONE
        if post.draft:
            as_sent = live.status is PostStatus.DRAFT
        elif post.needs_approval:
            as_sent = live.status is PostStatus.NEEDS_APPROVAL
        else:
            got_a_time = post.mode is ShareMode.ADD_TO_QUEUE and live.is_custom_scheduled
            as_sent = live.status is not PostStatus.NEEDS_APPROVAL and not got_a_time
        return Fit.AS_SENT if as_sent else Fit.MOVED_ON


@value()
class CreateIdea(_Write):
    """A new idea. It takes whole tags, not ids (schema: TagInput)."""

    kind: ClassVar[str] = "create-idea"
    target: ClassVar[None] = None

    item: Idea
    organization_id: str
    tags: tuple[Tag, ...] = ()

    @property
    def home(self) -> str:
        return self.organization_id

    def fit(self, live: LiveItem) -> Fit:
        return Fit.AS_SENT if isinstance(live, LiveIdea) else Fit.NONE


@value()
class EditPost(_PostWrite):
    """An edit of a post, with all of its content, but schedule fields only with `reschedule` (notes: Writing).

    A draft that a person has scheduled stays scheduled in an edit that does not touch the schedule.
    """

    kind: ClassVar[str] = "edit-post"

    id: str  # of the post
    item: Post  # as declared, its board id resolved
    channel_id: str  # of its channel
    tag_ids: tuple[str, ...] = ()  # Buffer's
    idea_id: str | None = None  # Buffer's
    reschedule: bool = False  # its time or place in the queue changes
    was_scheduled: bool = False  # it was scheduled in Buffer when this was planned
    #: Fields that left the file, by path: null, or the value that Buffer gives where nothing is said.
    restores: Mapping[str, Any] = field(default_factory=dict)
    #: Where a suspension took it from, in place of what its file says: `QUEUE`, or the time that a person gave it.
    back_to: TakenFrom = ""

    @property
    def target(self) -> str:
        return self.id

    def goes_out_at(self, live: LiveItem | None) -> datetime | None:
        if self.back_to:
            return back_at(self.back_to)
        if self.item.draft and not self.stays_scheduled:
            return None
        if self.reschedule or self.item.due_at:
            return self.item.due_at
        return live.due_at if isinstance(live, LivePost) and live.is_scheduled else None

    def goes_out_early(self, live: LiveItem) -> str:
        return "" if self.stays_scheduled or self.back_to else _PostWrite.goes_out_early(self, live)

    def fate(self, live: LiveItem | None, before: str, *, links_may_differ: bool) -> Fate:
        """Whether it was carried out, judging by the current live object (None: it is gone).

        `before`: its `standing` when this was sent. `links_may_differ`: the channel shortens links.
        """
        if not isinstance(live, LivePost):
            return Fate.UNCLEAR
        content = content_of_live(with_board_of(self.item, live))
        is_as_sent = self._on_time(live) and contents_match(
            content_of_desired(self.item), content, links_may_differ=links_may_differ
        )
        if stood_so(live, before):
            return Fate.ALIKE if is_as_sent else Fate.NOT_DONE
        shows = self.reschedule or content_standing(content) != before.partition(" ")[0]
        return Fate.DONE if is_as_sent and shows else Fate.UNCLEAR

    @property
    def stays_scheduled(self) -> bool:
        """Whether it is a draft in its file that a person scheduled, and stays so."""
        return self.item.draft and self.was_scheduled and not self.reschedule

    def _on_time(self, live: LivePost) -> bool:
        if not self.reschedule:
            return True
        if self.back_to:
            at = back_at(self.back_to)
            return live.status is not PostStatus.DRAFT and (at is None or instant(at) == instant(live.due_at))
        if self.item.draft != (live.status is PostStatus.DRAFT):
            return False
        if self.item.needs_approval and live.is_scheduled:
            return False
        return self.item.due_at is None or instant(self.item.due_at) == instant(live.due_at)


@value()
class DraftPost(_PostWrite):
    """Take a post off the schedule: an edit that makes it a draft, with the content that it has (design: Suspended)."""

    kind: ClassVar[str] = "draft-post"

    id: str  # of the post
    item: Post  # with the content to send
    channel_id: str  # of its channel
    tag_ids: tuple[str, ...] = ()  # Buffer's
    idea_id: str | None = None  # Buffer's
    taken_from: TakenFrom = QUEUE  # where it was: `QUEUE`, or the instant of a time of its own

    @property
    def target(self) -> str:
        return self.id

    @property
    def missing_idea(self) -> None:
        return None

    def goes_out_early(self, live: LiveItem) -> str:
        return "" if isinstance(live, LiveIdea) or live.status in _WAITING else "draft"

    def fate(self, live: LiveItem | None, before: str, *, links_may_differ: bool) -> Fate:
        """As for an edit, except that any draft counts as done, since it does not go out."""
        if not isinstance(live, LivePost):
            return Fate.UNCLEAR
        if live.status is PostStatus.DRAFT:
            return Fate.DONE
        return Fate.NOT_DONE if stood_so(live, before) else Fate.UNCLEAR


@value()
class DeletePost(_Write):
    """Delete an unsent post."""

    kind: ClassVar[str] = "delete-post"
    item: ClassVar[None] = None

    id: str
    channel_id: str

    @property
    def home(self) -> str:
        return self.channel_id

    @property
    def target(self) -> str:
        return self.id

    def fate(self, live: LiveItem | None, before: str, *, links_may_differ: bool) -> Fate:
        return Fate.NOT_DONE if live else Fate.DONE


Create = CreatePost | CreateIdea
#: Settling finds the object of these by its id, which is not possible for ideas.
Modify = EditPost | DraftPost | DeletePost
Write = CreatePost | EditPost | DraftPost | DeletePost | CreateIdea


class Refusal(StrEnum):
    """Why Buffer refused it, as a code. `LIMIT` is the plan's limit; `INVALID` needs a change in the file."""

    INVALID = "invalid"
    NOT_FOUND = "not-found"
    UNAUTHORIZED = "unauthorized"
    LIMIT = "limit"
    PAST = "past"
    """"dueAt must be in the future"."""
    SENT = "sent"
    """"Sent posts cannot be edited": it was published between the plan and the edit."""
    REPEAT = "repeat"
    """"You've posted that one recently" and similar, also to a write that was carried out: always `Doubtful`."""
    KEPT = "kept"
    """"Sent posts cannot be deleted" and similar, with a type that unclear errors have, too: always `Doubtful`."""


@value()
class Done:
    """The write was carried out. `live` is the returned object; None for a delete."""

    live: LiveItem | None


@value()
class Refused:
    """The write was definitely not carried out; `message` is Buffer's."""

    why: Refusal
    message: str


@value()
class Doubtful:
    """The answer reads like a refusal, but only a look at Buffer shows whether it was one; `message` is Buffer's."""

    why: Refusal
    message: str


@value()
class Unknown:
    """The write may have been carried out; `why` says what happened, for people.

    `answered`: Buffer answered, so the request is over and writes nothing more.
    """

    why: str
    answered: bool = True


Result = Done | Refused | Doubtful | Unknown


@value()
class Intent:
    """A write that is about to be sent. Times are by the server's clock."""

    number: int  # orders the intents of a machine, and means nothing on another one
    slot: Slot  # of the object
    write: Write  # what is sent
    at: AwareDatetime  # when it was written down
    until: AwareDatetime  # when sending it had certainly ended
    before: str = ""  # of an edit, the `standing` of the post; of a create, the id that the state had in its place
    run: str = ""  # that sends it, if the state is shared; at most one intent per slot at a time
    settle: float = SETTLE  # seconds after the end of sending until lists show it
    answered: bool = False  # as in `Unknown`
    listed: frozenset[str] = frozenset()  # ids that its home had before, so that it did not make them
    asked: tuple[str, ...] | None = None  # the ids that it might be, once a person was asked
    exempt: tuple[Freeze, ...] = ()  # the freezes that its plan lets the post out of

    @property
    def key(self) -> tuple[str, Slot]:
        """A key that distinguishes it from other open intents of a shared state."""
        return self.run, self.slot

    @property
    def shown_at(self) -> datetime:
        """When lists usually show it."""
        return self.until + timedelta(seconds=self.settle)

    @property
    def absent_at(self) -> datetime:
        """The instant from which a list that lacks it proves that it was not carried out.

        Buffer's clock is only known to the second, when sending ended and when lists are read. With a settle time of 0,
        there is no wait.
        """
        if self.answered or not self.settle:
            return self.shown_at
        return self.until + timedelta(seconds=self.settle * ABSENT_AFTER) + ROUNDING


@value()
class Settled:
    """The final result of an intent: `done`, perhaps if it is an edit, or not.

    `binding` is the resulting one for the state, None for no binding.
    """

    number: int
    slot: Slot
    done: bool
    binding: Binding | None = None
    run: str = ""
