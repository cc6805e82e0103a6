"""What apply asks api to write, and what came of it: data that both rooms know.

A write carries resolved ids. Only a `Done` is a success and only a `Refused` is a definite no; everything else is
`Unknown`, and the object may or may not exist (design: Applying; notes: Errors).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bufferctl.model.desired import Idea, Post
from bufferctl.model.live import LiveIdea, LivePost, LiveTag


@dataclass(frozen=True, slots=True)
class CreatePost:
    """`post.metadata` has its board id resolved; `tag_ids` and `idea_id` are Buffer's."""

    post: Post
    channel_id: str
    tag_ids: tuple[str, ...] = ()
    idea_id: str | None = None


@dataclass(frozen=True, slots=True)
class EditPost:
    """The whole content always; schedule fields only with `reschedule` (notes: Writing).

    `scheduled_by_hand`: the file calls it a draft and a person has scheduled it, so that an edit that is not about the
    schedule leaves it there.
    """

    id: str
    post: Post
    channel_id: str
    tag_ids: tuple[str, ...] = ()
    idea_id: str | None = None
    reschedule: bool = False
    scheduled_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class DeletePost:
    """Delete an unsent post."""

    id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class CreateIdea:
    """Ideas take whole tags, not ids (schema: TagInput)."""

    idea: Idea
    organization_id: str
    tags: tuple[LiveTag, ...] = ()


Write = CreatePost | EditPost | DeletePost | CreateIdea


class Refusal(StrEnum):
    """Why Buffer did not do it. `LIMIT` is the plan's limit, `INVALID` needs the file changed."""

    INVALID = "invalid"
    NOT_FOUND = "not-found"
    UNAUTHORIZED = "unauthorized"
    LIMIT = "limit"
    REPEAT = "repeat"
    """"You've posted that one recently" and its kin: evidence to look, neither a success nor a plain no."""
    KEPT = "kept"
    """"Sent posts cannot be deleted" and its kin; the type it comes with also says nothing at all, so one looks too."""

    @property
    def definite(self) -> bool:
        """Whether it need not be looked into."""
        return self not in {Refusal.REPEAT, Refusal.KEPT}


@dataclass(frozen=True, slots=True)
class Done:
    """It was written. `live` is what came back; None for a delete."""

    live: LivePost | LiveIdea | None


@dataclass(frozen=True, slots=True)
class Refused:
    """It was definitely not written; `message` is Buffer's."""

    why: Refusal
    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been written; `why` says what happened, for people."""

    why: str


Result = Done | Refused | Unknown
