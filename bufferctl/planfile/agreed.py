"""Compares the plans that people agreed on with the current one: a saved plan as a whole, or each reviewed change.

Both begin with a plan that apply makes from the files: a plan file only selects. `verify` is the strict form: a saved
plan is still valid, or is refused. `Reviewed` is for merges, since other changes may come in between: reviewed changes
are made, the rest is held. Nothing is written to Buffer without a review; changes to the state alone publish nothing
and need no review.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from bufferctl.diagnostics import all_of
from bufferctl.digests import REVIEWED, change_digest, facts, tag_ids, what_it_says
from bufferctl.limits import MOST_DAYS, UNTIMED
from bufferctl.model import (
    Address,
    CreatePost,
    Desired,
    EditPost,
    Idea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Slot,
    State,
    Suspended,
    Write,
    content_of_desired,
    fingerprint,
)
from bufferctl.model.desired import as_one, beyond
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.model.seen import as_it_was, is_untouched
from bufferctl.plan import STATE_ONLY, WRITING, Action, Cause, Change, Difference, Plan, Reason
from bufferctl.planfile.saved import SavedPlan
from bufferctl.said import Answer, Said, Way
from bufferctl.value import field, replace, value

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
#: Actions of objects that exist in Buffer and need no change there.
_IN_PLACE = frozenset({Action.NO_OP, Action.KEEP, Action.DONE, Action.ADOPT, Action.MOVE})
#: Actions that leave nothing to be done now.
_NOTHING_TO_DO_NOW = frozenset({Action.NO_OP, Action.KEEP, Action.DONE, Action.PAST, Action.WAITING})
#: Actions that a saved plan shows, and that are not carried out.
_SHOWN = frozenset({Action.HOLD, Action.WAITING})
#: What became of a reviewed change whose post was published first.
_DELETE_OVERTAKEN = Said("It was published before it could be deleted as reviewed, so nothing was sent")
_EDIT_OVERTAKEN = Said("It was published before it could be changed as reviewed, so nothing was sent")
_SUSPENSION_OVERTAKEN = Said("It was published before it could be suspended as reviewed, so nothing was sent")
_DELETE_THERE = Said("Delete it on the network itself.")
_EDIT_THERE = Said("To change what people see, edit it on the network itself.")
#: A change that nobody agreed to.
_NOT_REVIEWED = Said("Not reviewed: {because}, so {consequence}")
_HAVE_IT_REVIEWED = Said(
    "To have it reviewed, change it in a pull or merge request, or run `bufferctl plan -o FILE`.",
    beside=(Answer(Way.RUN, command=("bufferctl", "plan", "-o", "FILE")),),
)
#: The same of an entry that is gone, so that nobody can change it.
_HAVE_REMOVAL_REVIEWED = Said(
    "The plan of the next pull or merge request shows it, too, and merging that deletes it. To have it reviewed now, "
    "run `bufferctl plan -o FILE`.",
    beside=_HAVE_IT_REVIEWED.beside,
)


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
            why = _was_only_shown(then, current, "the plan")
            if why:
                found[then.slot] = _not_reviewed(current, why)
    return found


def _was_suspended(
    change: Change, current: Change | None, suspended: Mapping[Slot, Suspended], saved: SavedPlan
) -> str:
    """Why a plan that was made before a suspension does not agree to what would be sent; empty if it does."""
    if current is None or current.action not in WRITING - {Action.DELETE}:
        return ""
    if current.takes_off:
        return "" if change.takes_off else _SUSPENDED_SINCE
    began = _began(suspended, current)
    return _SUSPENDED_SINCE if began and not _was_known(began, current, saved, saved.created_at) else ""


_SUSPENDED_SINCE = "it was suspended after the plan was made"


def _began(suspended: Mapping[Slot, Suspended], change: Change) -> Suspended | None:
    """The last suspension of an entry, under whichever key it had, or of its whole channel."""
    found = map(suspended.get, _suspended_at(change))
    return max(filter(None, found), key=lambda each: each.since, default=None)


def _was_known(began: Suspended, change: Change, saved: SavedPlan, planned_at: datetime | None) -> bool:
    """Whether a plan was made since a suspension began: it records that one.

    Two clocks, or two readings within a second, cannot tell; only where it does not record any, its time decides.
    """
    if saved.suspended is None:
        return planned_at is None or planned_at >= began.since
    return began.since in map(saved.suspended.get, _suspended_at(change))


def _suspended_at(change: Change) -> tuple[Slot, ...]:
    """Where a suspension of an entry may be recorded: under each key that it had, and its channel's."""
    return (*change.slots, change.slot._replace(key=""))


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
    fields = _differing(change.desired, item)
    return f"its {all_of(fields)} changed in the files" if fields else ""


def _channel(change: Change, plan: Plan) -> tuple[str, ...]:
    """The details that a plan shows for the channel of a change; nothing for ideas."""
    channel = plan.channels.get(change.slot.channel_id)
    return (channel.name, channel.timezone) if channel else ()


def _same(change: Change, current: Change) -> bool:
    """Whether today's plan makes the same change to the same version in Buffer."""
    if current.action is not change.action or _unseen(change, current):
        return False
    if _digest_after(change, current) != change_digest(change):
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
    if _was_too_late_to_suspend(change, current, state):
        return True
    return current.action is Action.HOLD and current.reason in _OVERTAKEN


def _moved(change: Change, current: Change) -> str:
    """Why today's plan no longer has a change, where the files are not the reason (`_revoked`) and it is not `_same`.

    So the same action on something else means that Buffer has something else.
    """
    if resolved := _resolved_otherwise(change, current):
        return f"{resolved} than when the plan was made"
    if unseen := _unseen(change, current):
        return f"in the plan {unseen}"
    if current.action is change.action or current.reason in {Reason.CHANGED, Reason.CONFLICT}:
        return "it was changed in Buffer since the plan was made"
    if current.action is Action.HOLD:
        return current.message
    if current.reason is Reason.SUSPENDED:
        return "it is suspended now"
    return f"it was to be {_DONE[change.action]}, and would now be {_DONE[current.action]}"


def _resolved_otherwise(then: Change, now: Change) -> str:
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


def _was_too_late_to_suspend(then: Change, now: Change, state: State) -> bool:
    """Whether a post was published since the last apply that a plan was to take off the schedule."""
    if not then.takes_off or now.action is not Action.DONE:
        return False
    was = state.bindings.get(then.slot)
    return was is not None and was.id == then.live_id and was.status != PostStatus.SENT and not was.taken_from


def overtaken(then: Change, now: Change, state: State) -> Change:
    """`now`, reported if its post was published before the reviewed write `then`. `state` is the one before this run.

    An apply records that the post is published, so this is reported once.
    """
    if _was_too_late_to_suspend(then, now, state):
        return replace(now, reason=Reason.OVERTAKEN, why=_SUSPENSION_OVERTAKEN, todo=_DELETE_THERE)
    binding = now.binding
    is_edit = now.action is Action.DONE and now.cause is Cause.EDITED
    is_delete = now.action is Action.FORGET and binding is not None and binding.status == PostStatus.SENT
    if then.action not in WRITING or not (is_delete if then.action is Action.DELETE else is_edit):
        return now
    return replace(
        now,
        reason=Reason.OVERTAKEN,
        why=_DELETE_OVERTAKEN if is_delete else _EDIT_OVERTAKEN,
        todo=_DELETE_THERE if is_delete else _EDIT_THERE,
    )


def _not_reviewed(change: Change, why: str, todo: Said | None = None) -> Change:
    """The change, held since nobody agreed to it. `todo`: what there is to do, if that is not to have it reviewed."""
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
        todo=todo or (_HAVE_IT_REVIEWED if change.desired else _HAVE_REMOVAL_REVIEWED),
        write=None,
    )


def _was_held_delete(then: Change, change: Change) -> bool:
    """Whether a plan shows the delete, and holds it because of how many, or what, disappeared from the files."""
    return then.reason is Reason.DELETES and then.action is Action.HOLD and change.action is Action.DELETE


def _was_only_shown(then: Change | None, change: Change, title: str) -> str:
    """Why a plan that shows an entry as held or suspended does not agree to sending it; empty if it shows neither."""
    if then and then.action is Action.HOLD:
        return f"it needed a person when {title} was made, and this version has not been reviewed"
    if then and then.reason is Reason.SUSPENDED and change.action is not Action.DELETE:
        return f"it is suspended in {title}, and it goes out only by a plan that was made since"
    return ""


@value()
class Merged:
    """The agreement of one merged request, or of one plan that a person names.

    `title` is people's name for its plan. `changed` are the entries that the request changes, for which earlier
    agreements no longer count; None if unknown, and then every row of the plan counts. `beside` are other entries that
    the plan shows as the last merge before left them. `made_at` and `merged_at` are by the forge's clock, None for a
    plan that a person names. `ended` are entries that it changes and then does not let out of freezes.
    """

    title: str
    plan: SavedPlan | None  # None: it has none that counts
    changed: frozenset[Address] | None = None
    beside: frozenset[Address] = frozenset()
    made_at: datetime | None = None
    merged_at: datetime | None = None
    name: str = ""  # of the request, as people write it
    ended: frozenset[Address] = frozenset()

    @property
    def planned_at(self) -> datetime | None:
        """When the plan was made: by the forge's clock if known, else by the plan's own time."""
        return self.made_at or (self.plan.created_at if self.plan else None)

    def shown(self) -> dict[Address, Change | None]:
        """The change that its plan shows at each address, None if there was nothing to do."""
        if self.plan is None:
            return {}
        shown: dict[Address, Change | None] = {}
        if not self.plan.plan.narrowed:  # a narrowed plan shows the selected objects only
            shown = dict.fromkeys(self.changed or ())
            shown |= {item.address: None for item in self.plan.desired.items}
        return shown | {change.address: change for change in self.plan.plan.changes}

    def agreed(self) -> frozenset[Address]:
        """The addresses at which its plan agrees to something."""
        changes = self.plan.plan.of(*REVIEWED) if self.plan else ()
        return frozenset(change.address for change in changes)


@value()
class _Row:
    """What the plan of a merged request shows of an address. `change`: None if there was nothing to do."""

    merged: Merged
    saved: SavedPlan
    change: Change | None

    @property
    def title(self) -> str:
        return self.merged.title

    @property
    def agreed(self) -> Change | None:
        """The change that reviewers of the plan agreed to, if any."""
        return self.change if self.change and self.change.action in REVIEWED else None


class _Agreements:
    """About one address: the rows of plans that still count, and the requests that changed it, in order of merges."""

    def __init__(self) -> None:
        self.rows: list[_Row] = []
        self.changed_by: list[Merged] = []


@value()
class Reviewed:
    """The agreements of the merged requests, in the order of the merges, or of plans that a person names.

    A request decides about the entries that it changes: earlier agreements about these no longer count, whether or not
    the request has a plan that counts. About other entries its plan takes nothing back, and it agrees to them if it was
    made after the last merge that changed them. If a request's changes are unknown, its plan counts for everything that
    it shows.
    """

    merged: Sequence[Merged]
    _agreements: dict[Address, _Agreements] = field(init=False, default_factory=dict)

    @classmethod
    def by_hand(cls, plans: Mapping[str, SavedPlan]) -> Reviewed:
        """The agreements of plans that a person names, by their files; the last plan that shows an address decides."""
        return cls(tuple(Merged(name, saved) for name, saved in plans.items()))

    def __post_init__(self) -> None:
        for each in self.merged:
            self._add(each)

    def _add(self, merged: Merged) -> None:
        shown = merged.shown()
        if merged.changed is not None:
            taken_back: Collection[Address] = merged.changed
        elif merged.plan is not None:
            taken_back = shown
        else:  # it may have changed anything
            taken_back = list(self._agreements)
        for address in taken_back:
            agreements = self._agreements.setdefault(address, _Agreements())
            agreements.rows = []
            if merged.changed is not None or merged.plan is None:
                agreements.changed_by.append(merged)
        if merged.plan is None:
            return
        for address, change in shown.items():
            agreements = self._agreements.setdefault(address, _Agreements())
            row = _Row(merged, merged.plan, change)
            if address in taken_back or (row.agreed and address in merged.beside):
                agreements.rows.append(row)

    def agreed_at(self) -> dict[Address, datetime]:
        """When the newest plan that still counts for an address was made, by the forge's clock."""
        found = {}
        for address, agreements in self._agreements.items():
            times = [row.merged.made_at for row in agreements.rows if row.agreed and row.merged.made_at]
            if times:
                found[address] = max(times)
        return found

    @property
    def ended(self) -> frozenset[Address]:
        """The entries that were merged without `freeze: false`, and that no later plan lets out of a freeze."""
        found: frozenset[Address] = frozenset()
        for each in self.merged:
            shown = each.plan.plan.of(*REVIEWED) if each.plan else ()
            found = (found | each.ended) - {change.address for change in shown if change.exempt}
        return found

    def still_agreed(self, merged: Merged) -> frozenset[Address]:
        """The addresses at which a request changes something, and for which its plan still counts."""
        own = (
            (address, row)
            for address, agreements in self._agreements.items()
            for row in agreements.rows
            if row.merged is merged
        )
        if merged.changed is None:
            return frozenset(address for address, row in own if row.agreed)
        return merged.changed.intersection(address for address, row in own if row.agreed or row.change is None)

    def hold(
        self,
        change: Change,
        now: datetime,
        *,
        state: State,
        declared: Desired,
        endpoint: str = "",
        may_delete: bool = False,
    ) -> Change:
        """The change, unmodified if it was reviewed or writes nothing, else held.

        `now` is by the server's clock. `state` is the one before the run, `declared` are the objects in the files now,
        and `endpoint` is this run's, empty if it need not be that of the plans. `may_delete`: a person says how many
        posts this run may delete, which answers what the plans held for that.
        """
        agreements = self._agreements.get(change.address, _Agreements())
        for row in agreements.rows:
            change = overtaken(row.change, change, state) if row.change else change
        if change.action not in WRITING:
            return change
        why = self._why_nobody_agreed(agreements, change, _Today(now, state, declared, endpoint, may_delete))
        if not why:
            return change
        last = agreements.rows[-1] if agreements.rows else None
        then = last.agreed if last else None
        answer = last.change.todo if last and last.change and _was_held_delete(last.change, change) else None
        changed = replace(change, differences=_since_review(then, change) or change.differences)
        return _not_reviewed(changed, why, answer)

    def _why_nobody_agreed(self, agreements: _Agreements, change: Change, today: _Today) -> str:
        """Why nobody agreed to the change, by the newest plan that has it; empty if somebody did."""
        reasons = [_why_not(row, change, today) for row in reversed(agreements.rows)]
        if not all(reasons):
            return ""
        names = [each.name for each in agreements.changed_by]
        lead = f"{all_of(names)} changed it, and " if len(names) > 1 else ""
        if reasons:
            return f"{lead}{reasons[0]}"
        if names and agreements.changed_by[-1].plan:
            return f"{lead}{agreements.changed_by[-1].title} does not have this change"
        if names:
            return f"{lead}the last of them has no plan that counts" if lead else f"{names[0]} has no plan that counts"
        one = self.merged[0].title if len(self.merged) == 1 else ""
        return f"{one} does not have this change" if one else "none of the reviewed plans has this change"

    def undone(self, now: Plan, state: State) -> Iterator[str]:
        """The reviewed changes that are dropped without asking anybody: address and why, for people."""
        today = {change.address: change for change in now.changes}
        for address, agreements in self._agreements.items():
            row = agreements.rows[-1] if agreements.rows else None
            then, current = row.agreed if row else None, today.get(address)
            if row is None or then is None or _is_spent(row, then, state):
                continue
            if then.action is Action.DELETE:  # otherwise it is already deleted, or in the current plan
                if current and current.action in _IN_PLACE and current.desired and not current.desired.cancelled:
                    yield f"{address}: the files declare it again, so it is not deleted"
            elif current is None or (current.action is Action.FORGET and current.live is None):
                yield f"{address}: it was removed from the files"
            elif current.slot.home != then.slot.home and not row.saved.offline:
                yield f"{address}: it now belongs to another channel in Buffer"
            elif current.action is Action.PAST:
                yield f"{address}: its time is over"
            elif current.action in _IN_PLACE and _differing(then.desired, current.desired):
                yield f"{address}: the files have a newer version, and so does Buffer"

    def spend(self, state: State, sent: Collection[Address], now: datetime) -> State:
        """The state after a run that sent `sent`: digests that Buffer now has agree to nothing more.

        Digests that an earlier run sent and could not note before it died are added, too.
        """
        spent = {digest: at for digest, at in state.spent.items() if now - at < timedelta(days=MOST_DAYS)}
        applied = {binding.address: binding.applied for binding in state.bindings.values()}
        for saved in self._plans():
            for change in saved.plan.of(*REVIEWED - {Action.DELETE}):
                item, digest = change.desired, change_digest(change)
                now_has = str(fingerprint(item, content_of_desired(item))) if item else ""
                if change.address in sent and applied.get(str(change.address)) == now_has:
                    spent[digest] = now
                elif applied.get(str(change.address)) == now_has != (change.binding and change.binding.applied):
                    spent.setdefault(digest, now)
        return replace(state, spent=spent)

    def organizations(self) -> dict[str, str]:
        """The id of each organization by its name in the files."""
        changes = chain.from_iterable(saved.plan.changes for saved in self._plans() if not saved.offline)
        return {change.address.organization: change.slot.organization_id for change in changes}

    def _plans(self) -> Iterator[SavedPlan]:
        return (each.plan for each in self.merged if each.plan)


@value()
class _Today:
    """What a run knows besides a change: as for `Reviewed.hold`."""

    now: datetime
    state: State
    declared: Desired
    endpoint: str
    may_delete: bool


def _is_spent(row: _Row, then: Change, state: State) -> bool:
    """Whether a plan's version for an address was sent since: a replaced version is not sent a second time."""
    sent, planned_at = state.spent.get(change_digest(then)), row.merged.planned_at
    return sent is not None and planned_at is not None and sent >= planned_at and then.action is not Action.DELETE


def _why_not(row: _Row, change: Change, today: _Today) -> str:
    """Why those who reviewed one plan did not agree to the change; empty if they did."""
    then, title = row.agreed, row.title
    if today.may_delete and row.change and _was_held_delete(row.change, change):
        then = replace(row.change, action=Action.DELETE)
    elif why := _was_only_shown(row.change, change, title):
        return why
    if then is None:
        return _why_not_as_it_was(row, change, today)
    if (then.action is Action.DELETE) != (change.action is Action.DELETE):
        return f"in {title} it would be {_says(then)}, and now it would be {_says(change)}"
    if change.action is not Action.DELETE and (fields := _differing(then.desired, change.desired)):
        return f"it differs from {title} in {all_of(fields)}"
    return _why_not_now(row, then, change, today)


def _why_not_as_it_was(row: _Row, change: Change, today: _Today) -> str:
    """Why nobody agreed to a change of an entry for which a plan had nothing to do, because Buffer matched its files.

    If the request changes the entry (for example a revert that was planned before the reverted change was sent), it
    agrees to restore our own untouched post, by a delete or an edit. Nothing is published for that reason alone.
    """
    title, saved, changed = row.title, row.saved, row.merged.changed or frozenset()
    nothing = f"in {title} it has nothing to do"
    is_another = row.change or change.lets_out  # nobody saw what the line does now
    if is_another or change.address not in changed or saved.offline or not _is_created_and_untouched(change):
        return nothing
    if why := _why_not_here(row, today):
        return why
    item = next((each for each in saved.desired.items if each.address == change.address), None)
    wanted = None if item is None or item.cancelled else item
    if change.action is Action.DELETE:
        return "" if wanted is None and saved.desired.settings.prune else nothing
    if change.action is not Action.UPDATE or wanted is None:
        return nothing
    if fields := _differing(wanted, change.desired):
        return f"it differs from {title} in {all_of(fields)}"
    return _why_too_late(row, change, today.now)


def _why_not_now(row: _Row, then: Change, change: Change, today: _Today) -> str:
    """Why those who reviewed `then` did not agree to the same change now, or there; empty if they did."""
    title = row.title
    if why := _why_not_here(row, today):
        return why
    if then.slot.home != change.slot.home and not row.saved.offline:
        return f"{title} is for another channel in Buffer"
    if _is_spent(row, then, today.state):
        return f"what {title} has of it was sent before"
    began = _began(today.state.suspended, change) if change.action is not Action.DELETE else None
    if began and not _was_known(began, change, row.saved, row.merged.planned_at):
        return f"{title} was made before it was suspended, and it goes out only by a plan that was made since"
    if why := _why_too_late(row, change, today.now):
        return why
    if row.saved.offline:
        return _why_not_proved(change, row, today.state, today.declared)
    if unseen := _unseen(then, change):
        return f"in {title} {unseen}"
    if not _agrees(then, change):
        if resolved := _resolved_otherwise(then, change):
            return f"{resolved} than in {title}"
        return f"it changed in Buffer after {title} was made"
    return ""


def _why_not_here(row: _Row, today: _Today) -> str:
    """Says that a plan is for another API than this run's; empty if it is not, or was made offline for any."""
    endpoint = row.saved.plan.endpoint
    if today.endpoint in {"", endpoint} or (row.saved.offline and not endpoint):
        return ""
    return f"{row.title} is for {endpoint}, and this run talks to {today.endpoint}"


def _why_too_late(row: _Row, change: Change, now: datetime) -> str:
    """Says that a post would go out at a time that nobody who reviewed it expects any more; empty if it would not."""
    if change.action is Action.DELETE or not isinstance(change.desired, Post) or change.desired.due_at:
        return ""
    merged_at = row.merged.merged_at
    if merged_at is None or now - merged_at <= UNTIMED:
        return ""
    return f"it has no time of its own, and {row.merged.name} was merged more than {UNTIMED.days} days ago"


def _unseen(then: Change, change: Change) -> str:
    """Says that an earlier plan lacks a freeze during which a post goes out; empty if it has them all."""
    freezes = beyond(change.exempt, then.exempt)
    return f"it does not go out during a freeze{as_one(freezes).aside}" if freezes else ""


def _agrees(then: Change, change: Change) -> bool:
    """Whether somebody who agreed to `then` agreed to `change`, which has the same content and no other freeze.

    A create agrees to the update of our own untouched post, too: what Buffer will have there is the same. An update
    agrees to that of the same object where no person moved it on meanwhile.
    """
    is_same = _digest_after(then, change) == change_digest(then)
    if change.action is Action.DELETE:
        return change.live_id == then.live_id and (is_same or _is_untouched(change))
    if not is_same:
        return False
    if change.action is Action.CREATE:
        return _creates(then) and change.live_id == then.live_id
    if _creates(then):
        return _is_created_and_untouched(change)
    return change.live_id == then.live_id and _status(change) == _status(then)


def _digest_after(then: Change, change: Change) -> str:
    """The digest of a change as it was agreed to: with the freezes of then, some of which may be over by now."""
    return change_digest(replace(change, exempt=then.exempt))


def _creates(change: Change) -> bool:
    """Whether it creates something, now or as soon as there is room."""
    return change.action is Action.CREATE or (change.action is Action.WAITING and change.live is None)


def _says(change: Change) -> str:
    """What a plan that shows the change does to its object, sooner or later."""
    if change.action is Action.WAITING:
        return _DONE[Action.CREATE if _creates(change) else Action.UPDATE]
    return _DONE[change.action]


def _why_not_proved(change: Change, row: _Row, state: State, declared: Desired) -> str:
    """Why an offline plan, which did not see the account, agrees to nothing here; empty if it does."""
    name = row.title
    if _declarations(row.saved.desired, change.address) != _declarations(declared, change.address):
        return f"its channel or tags are declared otherwise than in {name}"
    if change.action is Action.CREATE and state.horizon(change.slot.home, None).recorded:
        return ""
    if change.action is Action.UPDATE and _is_created_and_untouched(change):
        return ""
    return f"{name} was made without Buffer (--offline), which cannot show this"


def _declarations(desired: Desired, address: Address) -> tuple[object, ...]:
    """What the files say of the organization and the channel of an address, ids and tags included."""
    organizations = [(o.name, o.id, o.tags) for o in desired.organizations if o.label == address.organization]
    channels = [
        (c.service, c.name, c.id)
        for c in desired.channels
        if (c.organization, c.label) == (address.organization, address.channel)
    ]
    return (*organizations, *channels)


def _is_untouched(change: Change) -> bool:
    """Whether no person changed it since the last apply. To delete it, what a suspension of ours did does not count."""
    live, binding = change.live, change.binding
    if live is None or binding is None:
        return False
    before = as_it_was(binding, live) if change.action is Action.DELETE else live
    return before is not None and is_untouched(binding, before)


def _is_created_and_untouched(change: Change) -> bool:
    return change.binding is not None and change.binding.origin is Origin.CREATED and _is_untouched(change)


def _status(change: Change) -> str:
    return change.live.status if isinstance(change.live, LivePost) else ""


def _since_review(then: Change | None, change: Change) -> tuple[Difference, ...]:
    """Each field in which the files differ from the reviewed version of a post; empty if none was reviewed."""
    if then is None or then.desired is None or change.desired is None:
        return ()
    before, after = (dict(_leaves(what_it_says(each))) for each in (then.desired, change.desired))
    paths = [path for path in dict.fromkeys((*after, *before)) if before.get(path) != after.get(path)]
    return tuple(Difference(path, before.get(path), after.get(path), is_reviewed=True) for path in paths)


def _leaves(fields: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Each value in nested fields with its path."""
    for name, found in fields.items():
        inner = dict(enumerate(found)) if isinstance(found, list | tuple) else found
        if isinstance(inner, Mapping):
            yield from _leaves({str(key): each for key, each in inner.items()}, f"{above}{name}.")
        else:
            yield f"{above}{name}", found


def _differing(then: Post | Idea | None, now: Post | Idea | None) -> tuple[str, ...]:
    before, after = what_it_says(then), what_it_says(now)
    return tuple(dict.fromkeys(n for n in chain(after, before) if before.get(n) != after.get(n)))
