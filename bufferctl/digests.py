"""The digests that a reviewer agrees to: one for each change, one for the plan.

A create or an update agrees to the object that Buffer will have at its address, so both have the same digest:
organization, channel, board and tag ids, text, thread, title, assets, metadata, the schedule, `freeze: false`, and the
freezes that it lets the post out of; for a file in the repository, the digest of its bytes. If a change destroys the
current content (a delete, or an update that overwrites somebody's edit), the digest covers that content too. It does
not cover messages, places in files, or the time of planning, so planning again gives the same digest.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from pydantic_core import to_json

from bufferctl.model import CreateIdea, CreatePost, EditPost, Idea, Item, Post, Write, instant, standing
from bufferctl.model.about import fields_with
from bufferctl.model.serial import identity
from bufferctl.plan import STATE_ONLY, WRITING, Action, Cause, Change, Plan

#: How many hexadecimal digits of a digest people see, and at least have to hand over.
SHORT = 16
#: Actions that a reviewer approves. A later apply sends waiting posts as they were shown.
REVIEWED = WRITING | {Action.WAITING}
#: Actions with a digest.
_DIGESTED = REVIEWED | STATE_ONLY | {Action.HOLD}
#: Fields of a declared object that are neither public nor part of its schedule.
_PRIVATE = {kind: frozenset(fields_with(kind, lambda about: about.private)) for kind in (Post, Idea)}


def change_digest(change: Change) -> str:
    """The digest of one change, 20 hexadecimal digits; empty if nothing is sent, recorded or held.

    That of a hold tells whether another plan has the same hold.

    A create, the same create that waits for room, and an update with the same result have the same digest; one that
    waits because it is suspended has another. A post that a suspension takes off the schedule agrees to the draft of
    that post alone, and one that is let out of a freeze to that alone. Freezes count by their reasons, as their days
    may change.
    """
    if change.action not in _DIGESTED:
        return ""
    if change.takes_off:
        return _hash([str(change.address), "draft", *change.slot[:2], change.live_id])
    if change.lets_out:
        return _hash(
            [str(change.address), "let out", *change.slot[:2], change.live_id, _what_it_has(change), _reasons(change)]
        )
    has = change.waits_for_room or change.action in WRITING - {Action.DELETE}
    parts: list[Any] = [str(change.address), "have" if has else change.action.value, *change.slot[:2]]
    if change.action is not Action.DELETE:
        parts.append(_what_it_has(change))
    if isinstance(change.write, EditPost) and change.write.back_to:
        parts.append(change.write.back_to)
    if change.exempt:
        parts.append(_reasons(change))
    if change.action is Action.DELETE or (change.action is Action.UPDATE and change.cause is Cause.DRIFT):
        parts.append(standing(change.live) if change.live else None)
    return _hash(parts)


def plan_digest(plan: Plan, digests: Iterable[str] = ()) -> str:
    """The digest of everything a reviewer of `plan` approves, in any order; 20 hexadecimal digits.

    `digests` are those of the changes, if they have been made already.
    """
    made = zip(plan.changes, digests or map(change_digest, plan.changes), strict=True)
    return _hash(sorted(digest for change, digest in made if change.action in REVIEWED))


def _reasons(change: Change) -> list[str]:
    return sorted(each.reason for each in change.exempt)


def _what_it_has(change: Change) -> list[Any]:
    """The object that Buffer will have, with the ids that names of boards and tags stand for, as far as planned.

    `existing` is part of it until something was applied to what it names; then it may stay or go.
    """
    says = what_it_says(change.write.item if change.write else change.desired)
    if change.binding and change.binding.applied:
        says.pop("existing", None)
    return [says, tag_ids(change.write)]


def tag_ids(write: Write | None) -> list[str]:
    """The ids that planning found for the names of tags in a write."""
    match write:
        case CreatePost() | EditPost():
            return sorted(write.tag_ids)
        case CreateIdea():
            return sorted(tag.id for tag in write.tags)
    return []


def facts(change: Change) -> dict[str, str | None]:
    """The live facts that a change relies on: its `id` (even if it is gone), and its `standing`, None without one."""
    return {"id": change.live_id, "standing": standing(change.live) if change.live else None}


def what_it_says(item: Item | None) -> dict[str, Any]:
    """What a declared object makes public, and when, by field name in the file; tags are sorted, instants in UTC."""
    if item is None:
        return {}
    public = identity(item, without=_PRIVATE[type(item)])
    if item.tags:
        public["tags"] = sorted(item.tags)
    if isinstance(item, Idea) and item.date:
        public["date"] = instant(item.date)
    if isinstance(item, Post) and item.due_at:
        public["due_at"] = instant(item.due_at)
    return public


def _hash(value: Any) -> str:
    return blake2b(to_json(value), digest_size=10).hexdigest()
