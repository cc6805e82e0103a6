"""What a reviewer agrees to, as digests: one of each change, one of the plan.

A digest is over the address, the action and what becomes public: text, thread, title, assets, metadata, tags, and the
schedule; of a file of the repository, over the digest of its bytes. Of a change that takes away what is there now (a
delete, or an edit sent over somebody's own), it is over that too. It is not over ids, messages, places in files or the
time of planning, so that planning again gives it again.
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

#: Of the hexadecimal digits of a digest, those that are shown to people.
SHORT = 8
#: Actions that have something to agree to. What waits is sent by a later apply, as it was shown.
REVIEWED = WRITING | {Action.WAITING}
#: Actions with a digest; the others change nothing.
_DIGESTED = REVIEWED | STATE_ONLY | {Action.HOLD}
#: What a declared object says that is neither public nor about when it becomes so.
_PRIVATE = frozenset(
    {"address", "place", "was", "repeat_of", "protect", "cancelled", "entry"} | {"was_single", "expansion"}
)


def change_digest(change: Change) -> str:
    """The digest of one change, 20 hexadecimal digits; empty for what changes nothing.

    A post that waits for room has the digest of its creation.
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
    """The digest of all that a reviewer of `plan` agrees to, whatever its order; 20 hexadecimal digits."""
    return digest_of(change_digest(change) for change in plan.changes if change.action in REVIEWED)


def digest_of(digests: Iterable[str]) -> str:
    """The digest of a plan whose reviewed changes have these."""
    return _hash(sorted(digests))


def facts(change: Change) -> dict[str, str | None]:
    """The live facts that a change rests on: its `id` (of what is gone too) and its `standing`, None for none."""
    return {"id": change.live_id, "standing": standing(change.live) if change.live else None}


def what_it_says(item: Post | Idea | None) -> dict[str, Any]:
    """What of a declared object becomes public, and when, by the file's fields; tags in one order, instants in UTC."""
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
