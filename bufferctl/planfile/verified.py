"""A saved plan compared with the one that the files give now: it is still valid, or it is refused.

The plan file only selects: what apply sends comes from a plan that it makes from the files.
"""

from __future__ import annotations

from collections.abc import Mapping

from bufferctl.diagnostics import all_of
from bufferctl.digests import change_digest, facts
from bufferctl.model import (
    Slot,
    State,
    Suspended,
)
from bufferctl.plan import STATE_ONLY, WRITING, Action, Cause, Change, Plan, Reason
from bufferctl.planfile.agreement import (
    DONE,
    PLAN_AGAIN,
    differing_fields,
    digest_as_agreed,
    last_suspension,
    missing_freeze,
    not_reviewed,
    overtaken,
    resolved_otherwise,
    was_made_since,
    was_only_shown,
    was_too_late_to_suspend,
)
from bufferctl.planfile.saved import SavedPlan
from bufferctl.value import replace, value

#: Holds that mean "no longer possible" rather than "something changed": skipping the reviewed change does no harm.
_OVERTAKEN = frozenset({Reason.SENT, Reason.MISSED, Reason.LAG, Reason.UNSETTLED, Reason.ERROR})
#: Actions that leave nothing to be done now.
_NOTHING_TO_DO_NOW = frozenset({Action.NO_OP, Action.KEEP, Action.DONE, Action.PAST, Action.WAITING})
#: Actions that a saved plan shows, and that are not carried out.
_SHOWN = frozenset({Action.HOLD, Action.WAITING})


@value()
class Verified:
    """A saved plan compared with the current one.

    `plan` has the changes still to make, and holds; `moved` has addresses and why they changed.
    """

    plan: Plan
    moved: tuple[str, ...]


def verify(saved: SavedPlan, now: Plan, state: State) -> Verified:
    """Compare a saved plan with the plan that the files give now, of all files.

    What is suspended now is taken off the schedule, whatever the saved plan has. `state` is the one before this run. A
    saved plan of all files that has every current change counts as the plan of the files.
    """
    today = {change.slot: change for change in now.changes}
    addresses = {change.address for change in now.changes if change.desired}
    kept: dict[Slot, Change] = {}
    moved = []
    for then in saved.plan.changes:
        current = today.get(then.slot)
        change = _with_room(then, current)
        if current and {change.action, current.action} <= _SHOWN:
            kept[change.slot] = current  # it blocks nothing, but it counts for the exit code like any other hold
        if change.action not in WRITING | STATE_ONLY:
            continue
        why = _was_suspended(change, current, state.suspended, saved) or _revoked(change, current)
        if current is None:  # where nothing moved, an earlier run of this plan deleted or forgot it
            if change.address in addresses:
                why = "its channel is another one in Buffer than when the plan was made"
        elif not why and change.action in WRITING and _channel(change, saved.plan) != _channel(change, now):
            why = "its channel has another name or time zone than the plan shows"
        elif not why and (_same(change, current) or _is_over(change, current, state)):
            kept[change.slot] = overtaken(change, current, state)
        elif not why and current.action not in {Action.NO_OP, Action.KEEP, Action.DONE}:
            why = _moved(change, current)
        if why:
            moved.append(f"{change.address}: {why}")
    others = [change for change in now.changes if change.slot not in kept]
    is_part = saved.plan.narrowed or any(change.action not in _NOTHING_TO_DO_NOW for change in others)
    own = {**kept, **_only_shown(saved, today)}
    left = [own.get(each.slot, each) for each in now.changes if each.slot in own or each.is_never_left_out]
    changes = (*left, *(() if is_part else others))
    return Verified(replace(now, changes=changes, narrowed=is_part), tuple(moved))


def _only_shown(saved: SavedPlan, today: Mapping[Slot, Change]) -> Mapping[Slot, Change]:
    """What today's plan would send and the saved plan only shows, held."""
    found = {}
    for then in saved.plan.changes:
        current = today.get(then.slot)
        if current and current.action in WRITING and not current.takes_off:
            why = was_only_shown(then, current, "the plan")
            if why:
                found[then.slot] = not_reviewed(current, why, PLAN_AGAIN)
    return found


def _was_suspended(
    change: Change, current: Change | None, suspended: Mapping[Slot, Suspended], saved: SavedPlan
) -> str:
    """Why a plan that was made before a suspension does not agree to what would be sent; empty if it does."""
    if current is None or current.action not in WRITING - {Action.DELETE}:
        return ""
    if current.takes_off:
        return "" if change.takes_off else _SUSPENDED_SINCE
    began = last_suspension(suspended, current)
    return _SUSPENDED_SINCE if began and not was_made_since(began, current, saved, saved.created_at) else ""


_SUSPENDED_SINCE = "it was suspended after the plan was made"


def _with_room(change: Change, current: Change | None) -> Change:
    """The change of a saved plan; a post that waits for room there is created or scheduled as soon as there is room."""
    sends = Action.CREATE if change.live is None else Action.UPDATE
    has_room = change.waits_for_room and current and current.action is sends and not current.takes_off
    return replace(change, action=sends) if has_room else change


def _revoked(change: Change, current: Change | None) -> str:
    """How the files have changed what a saved plan does, since it was made; empty if they have not."""
    item = current.desired if current and not (current.desired and current.desired.cancelled) else None
    if change.action in {Action.DELETE, Action.FORGET}:
        return "the files declare it again" if item else ""
    if item is None:
        return "the files no longer declare it"
    fields = differing_fields(change.desired, item)
    return f"its {all_of(fields)} changed in the files" if fields else ""


def _channel(change: Change, plan: Plan) -> tuple[str, ...]:
    """The details that a plan shows for the channel of a change; nothing for ideas."""
    channel = plan.channels.get(change.slot.channel_id)
    return (channel.name, channel.timezone) if channel else ()


def _same(change: Change, current: Change) -> bool:
    """Whether today's plan makes the same change to the same version in Buffer."""
    if current.action is not change.action or missing_freeze(change, current):
        return False
    if digest_as_agreed(change, current) != change_digest(change):
        return False
    if change.write is None or current.write is None:
        return change.live_id == current.live_id
    there, here = ((write.home, write.target) for write in (change.write, current.write))
    return there == here and facts(current) == facts(change)


def _is_over(change: Change, current: Change, state: State) -> bool:
    """Whether the change is already made (and its object was found), or its time passed with no change by anybody."""
    if change.action is Action.CREATE and current.action is Action.ADOPT:
        return True
    if change.action is Action.DELETE and current.action is Action.FORGET:
        return True
    if current.action is Action.PAST or (current.action is Action.DONE and current.cause is Cause.EDITED):
        return True
    if was_too_late_to_suspend(change, current, state):
        return True
    return current.action is Action.HOLD and current.reason in _OVERTAKEN


def _moved(change: Change, current: Change) -> str:
    """Why today's plan no longer has a change, where the files are not the reason (`_revoked`) and it is not `_same`.

    So the same action on something else means that Buffer has something else.
    """
    if resolved := resolved_otherwise(change, current):
        return f"{resolved} than when the plan was made"
    if unseen := missing_freeze(change, current):
        return f"in the plan {unseen}"
    if current.action is change.action or current.reason in {Reason.CHANGED, Reason.CONFLICT}:
        return "it was changed in Buffer since the plan was made"
    if current.action is Action.HOLD:
        return current.message
    if current.reason is Reason.SUSPENDED:
        return "it is suspended now"
    return f"it was to be {DONE[change.action]}, and would now be {DONE[current.action]}"
