"""Compares the plan that people agreed on with the current one: a saved plan as a whole, or each reviewed change.

`verify` is the strict form: a saved plan is still valid, or is refused. `Reviewed` is for merges, since other changes
may come in between: reviewed changes are made, the rest is held. A change was reviewed if the reviewed plan has a
change with the same address and digest (digests.py), for the same object in Buffer. Nothing is written to Buffer
without a review; changes to state alone make nothing public and need none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.digests import REVIEWED, change_digest, facts, what_it_says
from bufferctl.model import CreatePost, Desired, EditPost, Idea, Post, Write
from bufferctl.model.serial import dump_write
from bufferctl.plan import STATE_ONLY, WRITING, Action, Cause, Change, Plan, Reason
from bufferctl.planfile.overtaken import overtaken
from bufferctl.planfile.saved import SavedPlan

#: Holds that mean "no longer possible" rather than "something changed": skipping the reviewed change does no harm.
_OVERTAKEN = frozenset({Reason.SENT, Reason.MISSED, Reason.LAG, Reason.UNSETTLED, Reason.ERROR})
#: What apply does to an object, in plain words.
_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.DELETE: "deleted",
    Action.ADOPT: "taken for one that is there already",
    Action.MOVE: "renamed",
    Action.FORGET: "forgotten",
    Action.WAITING: "left waiting for room",
}
_SAYS = {Action.CREATE: "created", Action.WAITING: "created", Action.UPDATE: "changed", Action.DELETE: "deleted"}
#: Actions of objects that exist in Buffer and need no change there.
_THERE = frozenset({Action.NO_OP, Action.DONE, Action.ADOPT, Action.MOVE})


@dataclass(frozen=True, slots=True)
class Verified:
    """A saved plan compared with now. `plan`: changes still to make, and holds; `moved`: address and why it changed."""

    plan: Plan
    moved: tuple[str, ...]


def verify(saved: SavedPlan, now: Plan) -> Verified:
    """Compare a saved plan with the plan that the same inputs give now."""
    today = {change.slot: change for change in now.changes}
    kept, moved = [], []
    for change in saved.plan.changes:
        current = today.get(change.slot)
        if change.action is Action.HOLD and current and current.action is Action.HOLD:
            kept.append(current)  # it blocks nothing, but it counts for the exit code like any other hold
        if change.action not in WRITING | STATE_ONLY:
            continue
        if current is None:
            if change.action not in {Action.DELETE, Action.FORGET}:  # an earlier run of this plan made those
                moved.append(f"{change.address}: its channel is another one in Buffer than when the plan was made")
            continue
        if change.action in WRITING and _channel(change, saved.plan) != _channel(change, now):
            moved.append(f"{change.address}: its channel has another name or time zone than the plan shows")
        elif _same(change, current, saved.rests_on.get(change.slot, {})) or _is_over(change, current):
            kept.append(overtaken(change, current))
        elif current.action not in {Action.NO_OP, Action.DONE}:
            moved.append(f"{change.address}: {_moved(change, current)}")
    return Verified(replace(now, changes=tuple(kept), narrowed=True), tuple(moved))


def overruled(plan: Plan, declared: Desired) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """What the files have changed since the plan: changes that they revoke (address and why), and newer versions.

    Revoked changes are not made: nothing is published that no file declares, and nothing is deleted that one declares.
    """
    now = {item.address: item for item in declared.items}
    back, otherwise = [], []
    for change in plan.writes:
        item = now.get(change.address)
        if (item is None or item.cancelled) != (change.action is Action.DELETE):
            said = "declare it again" if change.action is Action.DELETE else "no longer declare it"
            back.append(f"{change.address}: the files {said}")
        elif item and change.action is not Action.DELETE and what_it_says(item) != what_it_says(change.desired):
            message = f"{change.address} is sent as it was planned, but the files changed since"
            hint = "To send the files' version, run `bufferctl apply` without the saved plan."
            otherwise.append(Diagnostic(Severity.WARNING, message, item.place, hint))
    return tuple(back), tuple(otherwise)


def _channel(change: Change, plan: Plan) -> tuple[str, ...]:
    """The details that a plan shows for the channel of a change; nothing for ideas."""
    channel = plan.channels.get(change.slot.channel_id)
    return (channel.service.value, channel.name, channel.timezone) if channel else ()


def _same(change: Change, current: Change, before: Mapping[str, str | None]) -> bool:
    if current.action is not change.action or change_digest(current) != change_digest(change):
        return False
    if change.write is None or current.write is None:
        return change.live_id == current.live_id
    return dump_write(change.write) == dump_write(_as_then(change.write, current.write)) and facts(current) == before


def _as_then(then: Write, now: Write) -> Write:
    """The write without the id of an idea that did not exist when planned: an earlier run of this plan created it."""
    if isinstance(then, CreatePost | EditPost) and isinstance(now, CreatePost | EditPost) and then.idea_id is None:
        return replace(now, idea_id=None)
    return now


def _is_over(change: Change, current: Change) -> bool:
    """Whether the change is already made (and its object was found), or its time passed with no change by anybody."""
    if change.action is Action.CREATE and current.action is Action.ADOPT:
        return True
    if change.action is Action.DELETE and current.action is Action.FORGET:
        return True
    if current.action is Action.PAST or (current.action is Action.DONE and current.cause is Cause.EDITED):
        return True
    return current.action is Action.HOLD and current.reason in _OVERTAKEN


def _moved(change: Change, current: Change) -> str:
    if current.action is change.action or current.reason in {Reason.CHANGED, Reason.CONFLICT}:
        return "it was changed in Buffer since the plan was made"
    if current.action is Action.HOLD:
        return current.message
    return f"it was to be {_DONE[change.action]}, and would now be {_DONE[current.action]}"


class Reviewed:
    """A plan that was reviewed; `name` is the name of its file."""

    def __init__(self, plan: Plan, name: str) -> None:
        self._name = name
        self._changes = {change.slot: change for change in plan.changes}
        self._digests = {c.slot: change_digest(c) for c in plan.changes if c.action in REVIEWED}

    def hold(self, change: Change) -> Change:
        """The change, unmodified if it was reviewed or writes nothing, else held."""
        then = self._changes.get(change.slot)
        if then is not None:
            change = overtaken(then, change)
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
        """Whether the change is the reviewed one, for the same object in Buffer, or replacing the same missing one."""
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
        """The reviewed changes that are dropped without asking anybody: address and why, for people."""
        today = {change.slot: change for change in now.changes}
        elsewhere = {change.address for change in now.changes if change.desired}
        for slot in self._digests:
            then, current = self._changes[slot], today.get(slot)
            if then.action is Action.DELETE:  # otherwise it is already deleted, or in the current plan
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
        """The id of each organization by its name in the files."""
        return {change.address.organization: slot.organization_id for slot, change in self._changes.items()}


def _differing(then: Post | Idea | None, now: Post | Idea | None) -> tuple[str, ...]:
    """The names of the public fields that differ."""
    before, after = what_it_says(then), what_it_says(now)
    return tuple(dict.fromkeys(n for n in chain(after, before) if before.get(n) != after.get(n)))


def _consequence(change: Change) -> str:
    """The consequence of not sending the change."""
    if change.action is Action.DELETE:
        return f"it is not deleted and {'will be published' if change.goes_out else 'stays in Buffer'}"
    return "it is not sent" if change.action is Action.CREATE else "Buffer keeps its version"
