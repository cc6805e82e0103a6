"""What a saved plan and a reviewed one are both asked about a change of today: did people agree to it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from bufferctl.diagnostics import all_of
from bufferctl.digests import change_digest, tag_ids, what_it_says
from bufferctl.model import (
    CreatePost,
    EditPost,
    Idea,
    Post,
    PostStatus,
    Slot,
    State,
    Suspended,
    Write,
)
from bufferctl.model.desired import as_one, beyond
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.plan import WRITING, Action, Cause, Change, Reason
from bufferctl.planfile.saved import SavedPlan
from bufferctl.said import Answer, Said, Way
from bufferctl.value import replace

#: What apply does to an object, in plain words.
DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.DELETE: "deleted",
    Action.ADOPT: "taken for one that is there already",
    Action.MOVE: "renamed",
    Action.FORGET: "forgotten",
    Action.WAITING: "left waiting for room",
}
#: What became of a reviewed change whose post was published first.
_DELETE_OVERTAKEN = Said("It was published before it could be deleted as reviewed, so nothing was sent")
_EDIT_OVERTAKEN = Said("It was published before it could be changed as reviewed, so nothing was sent")
_SUSPENSION_OVERTAKEN = Said("It was published before it could be suspended as reviewed, so nothing was sent")
_DELETE_THERE = Said("Delete it on the network itself.")
_EDIT_THERE = Said("To change what people see, edit it on the network itself.")
#: A change that nobody agreed to.
_NOT_REVIEWED = Said("Not reviewed: {because}, so {consequence}")
#: What there is to do where people agree to the plans of requests, where they save plans, and of an entry that is gone.
HAVE_IT_REVIEWED = Said("To have it reviewed, change it in a pull or merge request.")
HAVE_REMOVAL_REVIEWED = Said("The plan of the next pull or merge request shows it, too, and merging that deletes it.")
PLAN_AGAIN = Said(
    "To have it reviewed, run `bufferctl plan -o FILE`.",
    beside=(Answer(Way.RUN, command=("bufferctl", "plan", "-o", "FILE")),),
)


def not_reviewed(change: Change, why: str, todo: Said) -> Change:
    """The change, held since nobody agreed to it. `todo`: what there is to do."""
    there = "Buffer's version goes out" if change.goes_out else "Buffer keeps its version"
    consequence = "it is not sent" if change.action is Action.CREATE else there
    if change.action is Action.DELETE:
        consequence = f"it is not deleted and {change.stays}"
    if change.lets_out:
        consequence = "its `freeze: false` does not count, and it still goes out during a freeze"
    return replace(
        change,
        action=Action.HOLD,
        reason=Reason.NOT_REVIEWED,
        why=replace(_NOT_REVIEWED, facts={"because": why, "consequence": consequence}),
        todo=todo,
        write=None,
    )


def overtaken(then: Change, now: Change, state: State) -> Change:
    """`now`, reported if its post was published before the reviewed write `then`. `state` is the one before this run.

    An apply records that the post is published, so this is reported once.
    """
    if was_too_late_to_suspend(then, now, state):
        return replace(now, reason=Reason.OVERTAKEN, why=_SUSPENSION_OVERTAKEN, todo=_DELETE_THERE)
    if then.action is Action.DELETE:
        was_sent = now.binding is not None and now.binding.status == PostStatus.SENT
        if now.action is Action.FORGET and was_sent:
            return replace(now, reason=Reason.OVERTAKEN, why=_DELETE_OVERTAKEN, todo=_DELETE_THERE)
    elif then.action in WRITING and now.action is Action.DONE and now.cause is Cause.EDITED:
        return replace(now, reason=Reason.OVERTAKEN, why=_EDIT_OVERTAKEN, todo=_EDIT_THERE)
    return now


def was_too_late_to_suspend(then: Change, now: Change, state: State) -> bool:
    """Whether a post was published since the last apply that a plan was to take off the schedule."""
    if not then.takes_off or now.action is not Action.DONE:
        return False
    was = state.bindings.get(then.slot)
    return was is not None and was.id == then.live_id and was.status != PostStatus.SENT and not was.taken_from


def was_only_shown(then: Change | None, change: Change, title: str) -> str:
    """Why a plan that shows an entry as held or suspended does not agree to sending it; empty if it shows neither."""
    if then and then.action is Action.HOLD:
        return f"it needed a person when {title} was made, and this version has not been reviewed"
    if then and then.reason is Reason.SUSPENDED and change.action is not Action.DELETE:
        return f"it is suspended in {title}, and it goes out only by a plan that was made since"
    return ""


def last_suspension(suspended: Mapping[Slot, Suspended], change: Change) -> Suspended | None:
    """The last suspension of an entry, under whichever key it had, or of its whole channel."""
    found = map(suspended.get, _suspended_at(change))
    return max(filter(None, found), key=lambda each: each.since, default=None)


def was_made_since(began: Suspended, change: Change, saved: SavedPlan, planned_at: datetime | None) -> bool:
    """Whether a plan was made since a suspension began: it records that one.

    Two clocks, or two readings within a second, cannot tell; only where it does not record any, its time decides.
    """
    if saved.suspended is None:
        return planned_at is None or planned_at >= began.since
    return began.since in map(saved.suspended.get, _suspended_at(change))


def _suspended_at(change: Change) -> tuple[Slot, ...]:
    """Where a suspension of an entry may be recorded: under each key that it had, and its channel's."""
    return (*change.slots, change.slot._replace(key=""))


def resolved_otherwise(then: Change, now: Change) -> str:
    """Says that names of tags or a board in a write stand for other ids now; empty if they do not."""
    before, after = _found_ids(then.write), _found_ids(now.write)
    names = [name for name in before if name in after and before[name] != after[name]]
    if not names:
        return ""
    return f"its {all_of(names)} {'stands' if names == ['board'] else 'stand'} for another id"


def _found_ids(write: Write | None) -> dict[str, Any]:
    """The ids that planning found for the names in a write, by field, to say which of them changed.

    Whether one did is decided by `change_digest`.
    """
    pin = write.item.metadata if isinstance(write, CreatePost | EditPost) else None
    board = pin.board_service_id if isinstance(pin, PinterestMetadata) else None
    return {"tags": tag_ids(write), "board": board}


def missing_freeze(then: Change, change: Change) -> str:
    """Says that an earlier plan lacks a freeze during which a post goes out; empty if it has them all."""
    freezes = beyond(change.exempt, then.exempt)
    return f"it does not go out during a freeze{as_one(freezes).aside}" if freezes else ""


def digest_as_agreed(then: Change, change: Change) -> str:
    """The digest of a change as it was agreed to: with the freezes of then, some of which may be over by now."""
    return change_digest(replace(change, exempt=then.exempt))


def differing_fields(then: Post | Idea | None, now: Post | Idea | None) -> tuple[str, ...]:
    before, after = what_it_says(then), what_it_says(now)
    return tuple(dict.fromkeys(name for name in chain(after, before) if before.get(name) != after.get(name)))
