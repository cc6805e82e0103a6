"""Digests of what a reviewer approves: one for each change, one for the plan.

A digest covers the address, the action, and everything that becomes public: text, thread, title, assets, metadata,
tags, and the schedule; for a file in the repository, the digest of its bytes. If a change destroys the current content
(a delete, or an update that overwrites somebody's edit), the digest covers that content too. It does not cover ids,
messages, places in files, or the time of planning, so planning again gives the same digest.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from pydantic_core import to_json

from bufferctl.model import Idea, Post
from bufferctl.model.comparable import instant, standing
from bufferctl.model.serial import identity
from bufferctl.plan import STATE_ONLY, WRITING, Action, Cause, Change, Plan

#: How many hexadecimal digits of a digest are shown to people.
SHORT = 8
#: Actions that a reviewer approves. A later apply sends waiting posts as they were shown.
REVIEWED = WRITING | {Action.WAITING}
#: Actions with a digest; the others change nothing.
_DIGESTED = REVIEWED | STATE_ONLY | {Action.HOLD}
#: Fields of a declared object that are neither public nor part of its schedule.
_PRIVATE = frozenset({"address", "place", "was", "repeat_of", "protect", "cancelled", "was_single", "expansion"})


def change_digest(change: Change) -> str:
    """The digest of one change, 20 hexadecimal digits; empty if it changes nothing.

    A waiting post has the same digest as its creation.
    """
    if change.action not in _DIGESTED:
        return ""
    action = Action.CREATE if change.action is Action.WAITING else change.action
    parts: list[Any] = [str(change.address), action.value]
    parts.append(what_it_says(change.desired) if action is not Action.DELETE else None)
    if action is Action.DELETE or (action is Action.UPDATE and change.cause is Cause.DRIFT):
        parts.append(standing(change.live) if change.live else None)
    return _hash(parts)


def plan_digest(plan: Plan) -> str:
    """The digest of everything a reviewer of `plan` approves, in any order; 20 hexadecimal digits."""
    return digest_of(change_digest(change) for change in plan.changes if change.action in REVIEWED)


def digest_of(digests: Iterable[str]) -> str:
    """The digest of a plan, from the digests of its reviewed changes."""
    return _hash(sorted(digests))


def facts(change: Change) -> dict[str, str | None]:
    """The live facts a change rests on: its `id` (even if it is gone) and its `standing`, None if there is none."""
    return {"id": change.live_id, "standing": standing(change.live) if change.live else None}


def what_it_says(item: Post | Idea | None) -> dict[str, Any]:
    """What a declared object makes public, and when, by field name in the file; tags sorted, instants in UTC."""
    if item is None:
        return {}
    public = identity(item, without=_PRIVATE)
    if item.tags:
        public["tags"] = sorted(item.tags)
    if isinstance(item, Idea) and item.date:
        public["date"] = instant(item.date)
    if isinstance(item, Post) and item.due_at:
        public["due_at"] = instant(item.due_at)
    return public


def _hash(value: Any) -> str:
    return blake2b(to_json(value), digest_size=10).hexdigest()
