"""Whether a saved plan still holds: the strict form, which does all of it or refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.digests import change_digest, facts, what_it_says
from bufferctl.model import CreatePost, Desired, EditPost, Write
from bufferctl.model.serial import dump_write
from bufferctl.plan import STATE_ONLY, WRITING, Action, Change, Plan, Reason
from bufferctl.planfile.saved import SavedPlan

#: Holds that say "not any more" rather than "something moved": what was reviewed cannot be done, and harms nobody.
_OVERTAKEN = frozenset({Reason.SENT, Reason.MISSED, Reason.LAG, Reason.UNSETTLED, Reason.ERROR})
#: What is to be done to an object, for people.
_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.DELETE: "deleted",
    Action.ADOPT: "taken for one that is there already",
    Action.MOVE: "renamed",
    Action.FORGET: "forgotten",
    Action.WAITING: "left waiting for room",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What of a saved plan is still to be done, or still needs somebody (`plan`), and what moved: address and why."""

    plan: Plan
    moved: tuple[str, ...]


def verify(saved: SavedPlan, now: Plan) -> Verified:
    """Hold a saved plan against the plan that the same inputs give now."""
    today = {change.slot: change for change in now.changes}
    kept, moved = [], []
    for change in saved.plan.changes:
        current = today.get(change.slot)
        if change.action is Action.HOLD and current and current.action is Action.HOLD:
            kept.append(current)  # it moves nothing, but a run that leaves it ends as any that leaves one
        if change.action not in WRITING | STATE_ONLY:
            continue
        if current is None:
            if change.action not in {Action.DELETE, Action.FORGET}:  # those are done and forgotten by the first half
                moved.append(f"{change.address}: its channel is another one in Buffer than when the plan was made")
            continue
        if change.action in WRITING and _channel(change, saved.plan) != _channel(change, now):
            moved.append(f"{change.address}: its channel has another name or time zone than the plan shows")
        elif _same(change, current, saved.rests_on.get(change.slot, {})) or _overtaken(change, current):
            kept.append(current)
        elif current.action not in {Action.NO_OP, Action.DONE}:
            moved.append(f"{change.address}: {_moved(change, current)}")
    return Verified(replace(now, changes=tuple(kept), narrowed=True), tuple(moved))


def overruled(plan: Plan, declared: Desired) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """Where the files have gone on since: what they take back (address and why), and what they put otherwise.

    What they take back is not done: nothing goes out that no file declares, or disappears that one does.
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
    """What a plan shows of the channel of a change; nothing for ideas."""
    channel = plan.channels.get(change.slot.channel_id)
    return (channel.service.value, channel.name, channel.timezone) if channel else ()


def _same(change: Change, current: Change, before: Mapping[str, str | None]) -> bool:
    if current.action is not change.action or change_digest(current) != change_digest(change):
        return False
    if change.write is None or current.write is None:
        return change.live_id == current.live_id
    return dump_write(change.write) == dump_write(_as_then(change.write, current.write)) and facts(current) == before


def _as_then(then: Write, now: Write) -> Write:
    """The write without the id of an idea that was yet to be created then: the plan's own first half created it."""
    if isinstance(then, CreatePost | EditPost) and isinstance(now, CreatePost | EditPost) and then.idea_id is None:
        return replace(now, idea_id=None)
    return now


def _overtaken(change: Change, current: Change) -> bool:
    """Whether the change is done (and was found again), or its time is over without anybody having moved anything."""
    if change.action is Action.CREATE and current.action is Action.ADOPT:
        return True
    if change.action is Action.DELETE and current.action is Action.FORGET:
        return True
    if current.action is Action.PAST:
        return True
    return current.action is Action.HOLD and current.reason in _OVERTAKEN


def _moved(change: Change, current: Change) -> str:
    if current.action is change.action or current.reason in {Reason.CHANGED, Reason.CONFLICT}:
        return "it was changed in Buffer since the plan was made"
    if current.action is Action.HOLD:
        return current.message
    return f"it was to be {_DONE[change.action]}, and would now be {_DONE[current.action]}"
