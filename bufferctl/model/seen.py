"""The part of a live object that the state keeps, so that a later run notices people's changes.

`seen` of a binding is `2:CONTENT:DETAILS:CARDS`: digests of the comparable content, of the details
(`model/details.py`), and of each field of a card that the file gave and Buffer kept. In an older version, `seen` is
only the first digest: it is compared as it was then, and the next apply replaces it. So an upgrade that compares more
causes no questions.
"""

from __future__ import annotations

from datetime import UTC
from typing import NamedTuple

from bufferctl.model.attached import sources_of
from bufferctl.model.comparable import (
    FINGERPRINT_VERSION,
    UNKNOWN,
    Content,
    Fingerprint,
    content_of_desired,
    content_of_live,
    digest,
    fingerprint,
    hash_of,
    instant,
    mentioning,
    part_digests,
    text_digest,
    with_board_of,
)
from bufferctl.model.desired import Item, Post
from bufferctl.model.details import Details
from bufferctl.model.enums import PostStatus, ShareMode
from bufferctl.model.live import LiveIdea, LiveItem, LivePost
from bufferctl.model.state import Binding, Origin, back_at
from bufferctl.model.unsaid import Given
from bufferctl.value import replace

#: Changes when more is compared; an older one is then compared as its version did.
SEEN_VERSION = "2"
#: Of how many digits the digest of a card's fact is: only those of one post are compared with each other.
_SHORT = 8


class Seen(NamedTuple):
    """The parts of a binding's `seen`; without `details` it is of an older version."""

    content: str
    details: str | None = None
    cards: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> Seen:
        """Parse a `seen`; an empty one matches nothing."""
        version, *parts = text.split(":")
        if version != SEEN_VERSION or len(parts) != len(cls._fields):
            return cls(text)
        content, details, cards = parts
        return cls(content, details, frozenset(cards.split(".")) - {""})

    def __str__(self) -> str:
        if self.details is None:
            return self.content
        return f"{SEEN_VERSION}:{self.content}:{self.details}:{'.'.join(sorted(self.cards))}"

    @property
    def is_older(self) -> bool:
        """Whether an earlier version, which compared less, wrote it."""
        return self.details is None

    def matches(self, there: Content, content: str = "") -> bool:
        """Whether an object with this content is as it was seen. `content` is its digest, if known."""
        if self.content != (content or digest(there)):
            return False
        return self.details is None or (self.details == details_digest(there.details) and self.has_cards(there))

    def has_cards(self, there: Content) -> bool:
        """Whether Buffer still has the fields of its cards that it had kept."""
        return self.cards <= frozenset(_facts(there.cards))


def seen_of(there: Content, declared: Content | None = None) -> Seen:
    """The `seen` of an object. Of cards, it has only fields that were `declared` and kept."""
    given = declared.cards if declared else {}
    kept = {path: value for path, value in given.items() if there.cards.get(path) == value}
    return Seen(digest(there), details_digest(there.details), frozenset(_facts(kept)))


def details_digest(details: Details) -> str:
    """A digest of details; empty if there are none."""
    return hash_of(details) if details else ""


def _facts(cards: Details) -> list[str]:
    return [hash_of([path, value])[:_SHORT] for path, value in cards.items()]


def standing(live: LiveItem) -> str:
    """A short text that changes when a write changes the live object, as far as the API returns the change.

    The time of a queued post does not count, since it moves when other posts do.
    """
    return _standing(live, content_standing(content_of_live(live)))


def content_standing(there: Content) -> str:
    """The part of a `standing` that depends on the content."""
    return ".".join(filter(None, [digest(there), details_digest(there.details)]))


def stood_so(live: LiveItem, before: str) -> bool:
    """Whether the live object has that `standing`, which may be from a version that ignored details."""
    if standing(live) == before:
        return True
    is_older = "." not in before.partition(" ")[0]
    return is_older and _standing(live, digest(content_of_live(live))) == before


def _standing(live: LiveItem, content: str) -> str:
    if isinstance(live, LiveIdea):
        return content
    due = instant(live.due_at) if live.is_custom_scheduled else ""
    return f"{content} {live.status.value} {due}{' reminds' if live.reminds else ''}"


def has_renamed_board(item: Item, live: LiveItem, seen: str) -> bool:
    """Whether nothing but the name of its board has changed since the live object was `seen`."""
    named = with_board_of(item, live)
    return named is not live and Seen.read(seen).matches(content_of_live(named))


def due_seen(item: Item, live: LiveItem) -> str:
    """The instant to store in state: the time of a timed post, or a time that a person set in Buffer; else empty.

    The time of a queued post is not stored, since it moves when other posts do.
    """
    if not isinstance(item, Post) or not isinstance(live, LivePost):
        return ""
    return instant(live.due_at) if item.due_at or live.has_own_time else ""


def as_it_was(binding: Binding, live: LiveItem | None) -> LiveItem | None:
    """A draft that a suspension made, as the post was before, so that only a person's later changes count as changes.

    If the draft has a time, it keeps that one.
    """
    if not binding.taken_from or not isinstance(live, LivePost) or live.status is not PostStatus.DRAFT:
        return live
    was_at = back_at(binding.taken_from)
    due_at = live.due_at if live.has_own_time else None
    due_at = due_at or was_at
    mode = ShareMode.CUSTOM_SCHEDULED if due_at else ShareMode.ADD_TO_QUEUE
    return replace(
        live,
        status=PostStatus.SCHEDULED,
        due_at=due_at,
        share_mode=mode.value,
        is_custom_scheduled=due_at is not None,
    )


def is_untouched(binding: Binding, live: LiveItem) -> bool:
    """Whether a live object is as last seen: nobody has changed it since, or moved it on."""
    if not Seen.read(binding.seen).matches(content_of_live(live)):
        return False
    if isinstance(live, LiveIdea):
        return True
    on_time = instant(live.due_at) == binding.due_at if binding.due_at else not live.has_own_time
    return on_time and live.status == binding.status


def perhaps_edited(old: Binding, *, reschedule: bool) -> Binding:
    """The binding after an edit that may have been carried out and cannot be read back, so the file is sent again.

    `reschedule`: it changed the schedule, too.
    """
    applied = Fingerprint.read(old.applied) or Fingerprint(FINGERPRINT_VERSION, UNKNOWN, UNKNOWN, UNKNOWN)
    schedule = UNKNOWN if reschedule else applied.schedule
    return replace(old, applied=str(applied._replace(hidden=UNKNOWN, schedule=schedule))).written_by("", old)


def bind(
    item: Item, live: LiveItem, origin: Origin, *, as_declared: bool = True, given: Given | None = None
) -> Binding:
    """The binding of a declared object to `live`.

    Without `as_declared` the live object differs from the declared one, so its content cannot serve as a baseline.
    `given`: as in `Binding`; it goes once the post is published.
    """
    wanted = content_of_desired(item)
    return Binding(
        id=live.id,
        origin=origin,
        applied=str(fingerprint(item, wanted)),
        text=text_digest(wanted),
        parts=part_digests(wanted),
        seen=str(seen_of(content_of_live(live), wanted)) if as_declared else "",
        due_at=due_seen(item, live),
        status=live.status.value if isinstance(live, LivePost) else "",
        created_at=live.created_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        address=str(item.address),
        file=item.place.file,
        protect=item.protect,
        media=sources_of(item),
        mentioning=mentioning(item, wanted),
        given=None if live.is_out else given,
    )
