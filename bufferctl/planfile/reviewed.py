"""What of today's plan was reviewed is done, the rest is held: for merges, where other changes come between.

A change was reviewed where the reviewed plan has one of the same address and digest (digests.py), and of the same
object in Buffer. Nothing that writes to Buffer happens without; what concerns state alone makes nothing public and
needs no review.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from bufferctl.digests import REVIEWED, change_digest, what_it_says
from bufferctl.model import Idea, Post
from bufferctl.plan import WRITING, Action, Change, Plan, Reason

_SAYS = {Action.CREATE: "created", Action.WAITING: "created", Action.UPDATE: "changed", Action.DELETE: "deleted"}
#: Actions of what Buffer has, and nothing is to be done about it there.
_THERE = frozenset({Action.NO_OP, Action.DONE, Action.ADOPT, Action.MOVE})


class Reviewed:
    """A plan that was reviewed; `name` is that of its file."""

    def __init__(self, plan: Plan, name: str) -> None:
        self._name = name
        self._changes = {change.slot: change for change in plan.changes}
        self._digests = {c.slot: change_digest(c) for c in plan.changes if c.action in REVIEWED}

    def hold(self, change: Change) -> Change:
        """The change as it is where it was reviewed or writes nothing, else held."""
        then = self._changes.get(change.slot)
        if change.action not in WRITING or (then and self._agreed(change, then)):
            return change
        why = self._why(change, then)
        return replace(
            change,
            action=Action.HOLD,
            reason=Reason.NOT_REVIEWED,
            message=f"Not reviewed: {why}, so {_consequence(change)}",
            hint="To have it reviewed, run `bufferctl plan -o FILE`.",
            write=None,
        )

    def _agreed(self, change: Change, then: Change) -> bool:
        """Whether it is what was reviewed, done to the same one in Buffer, or in place of the same that is gone."""
        return self._digests.get(change.slot) == change_digest(change) and change.live_id == then.live_id

    def _why(self, change: Change, then: Change | None) -> str:
        if then is None:
            return f"{self._name} does not have this change"
        if then.action is Action.HOLD:
            return f"it needed a person when {self._name} was made, and this version has not been reviewed"
        if then.action not in _SAYS:
            return f"in {self._name} it has nothing to do"
        if _SAYS[then.action] != _SAYS[change.action]:
            return f"in {self._name} it would be {_SAYS[then.action]}, and now it would be {_SAYS[change.action]}"
        fields = _differing(then.desired, change.desired) if change.action is not Action.DELETE else ()
        if not fields:
            return f"it changed in Buffer after {self._name} was made"
        *most, last = fields
        fields_differ = f"{', '.join(most)} and {last} differ" if most else f"{last} differs"
        return f"its {fields_differ} from {self._name}"

    def undone(self, now: Plan) -> Iterator[str]:
        """What was reviewed and is not done although nobody is asked about it: address and why, for people."""
        today = {change.slot: change for change in now.changes}
        elsewhere = {change.address for change in now.changes if change.desired}
        for slot in self._digests:
            then, current = self._changes[slot], today.get(slot)
            if then.action is Action.DELETE:  # else it is gone already, or in today's plan
                if current and current.action in _THERE and current.desired and not current.desired.cancelled:
                    yield f"{then.address}: the files declare it again, so it is not deleted"
                continue
            if current is None and then.address in elsewhere:
                yield f"{then.address}: it now belongs to another channel in Buffer"
            elif current is None or (current.action is Action.FORGET and current.live is None):
                yield f"{then.address}: it was removed from the files"
            elif current.action is Action.PAST:
                yield f"{then.address}: its time is over"
            elif current.action in _THERE and _differing(then.desired, current.desired):
                yield f"{then.address}: the files have a newer version, and so does Buffer"

    def organizations(self) -> dict[str, str]:
        """The id of each organization by what the files called it."""
        return {change.address.organization: slot.organization_id for slot, change in self._changes.items()}


def _differing(then: Post | Idea | None, now: Post | Idea | None) -> tuple[str, ...]:
    """The fields in which what becomes public differs."""
    before, after = what_it_says(then), what_it_says(now)
    return tuple(dict.fromkeys(n for n in chain(after, before) if before.get(n) != after.get(n)))


def _consequence(change: Change) -> str:
    """What follows where nothing is sent."""
    if change.action is Action.DELETE:
        return f"it is not deleted and {'will be published' if change.goes_out else 'stays in Buffer'}"
    return "it is not sent" if change.action is Action.CREATE else "Buffer keeps its version"
