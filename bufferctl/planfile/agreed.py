"""Compares the plans that people agreed on with the current one: a saved plan as a whole, or each reviewed change.

Both begin with a plan that apply makes from the files: a plan file only selects. `verify` is the strict form: a saved
plan is still valid, or is refused. `Reviewed` is for merges, since other changes may come in between: reviewed changes
are made, the rest is held. Nothing is written to Buffer without a review; changes to state alone make nothing public
and need none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain

from bufferctl.diagnostics import all_of
from bufferctl.digests import REVIEWED, change_digest, facts, what_it_says
from bufferctl.limits import MOST_DAYS
from bufferctl.model import Address, Desired, Idea, LivePost, Origin, Post, PostStatus, Slot, State
from bufferctl.model.comparable import content_of_desired, fingerprint
from bufferctl.model.seen import is_untouched
from bufferctl.plan import STATE_ONLY, WRITING, Action, Cause, Change, Plan, Reason
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
_SAYS = {**_DONE, Action.WAITING: "created"}
#: Actions of objects that exist in Buffer and need no change there.
_THERE = frozenset({Action.NO_OP, Action.DONE, Action.ADOPT, Action.MOVE})
#: Actions that leave nothing to be done now.
_QUIET = frozenset({Action.NO_OP, Action.DONE, Action.PAST, Action.WAITING})
_CREATES = frozenset({Action.CREATE, Action.WAITING})
#: Actions that a saved plan shows, and that are not carried out.
_SHOWN = frozenset({Action.HOLD, Action.WAITING})
#: What became of a reviewed change whose post was published first.
_DELETE_OVERTAKEN = Said("It was published before it could be deleted as reviewed, so nothing was sent")
_EDIT_OVERTAKEN = Said("It was published before it could be changed as reviewed, so nothing was sent")
_DELETE_THERE = Said("Delete it on the network itself.")
_EDIT_THERE = Said("To change what people see, edit it on the network itself.")
#: A change that nobody agreed to.
_NOT_REVIEWED = Said("Not reviewed: {because}, so {consequence}")
_HAVE_IT_REVIEWED = Said(
    "To have it reviewed, change it in a pull or merge request, or run `bufferctl plan -o FILE`.",
    beside=(Answer(Way.RUN, command=("bufferctl", "plan", "-o", "FILE")),),
)


@value()
class Verified:
    """A saved plan compared with now. `plan`: changes still to make, and holds; `moved`: address and why it changed."""

    plan: Plan
    moved: tuple[str, ...]


def verify(saved: SavedPlan, now: Plan) -> Verified:
    """Compare a saved plan with the plan that the files give now, of all files.

    A saved plan of all files that has all there is to do now stays whole: it then is the plan of the files.
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
        if current is None and change.address in addresses:
            moved.append(f"{change.address}: its channel is another one in Buffer than when the plan was made")
        elif why := _revoked(change, current):
            moved.append(f"{change.address}: {why}")
        elif current is None:
            continue  # an earlier run of this plan deleted or forgot it
        elif change.action in WRITING and _channel(change, saved.plan) != _channel(change, now):
            moved.append(f"{change.address}: its channel has another name or time zone than the plan shows")
        elif _same(change, current) or _is_over(change, current):
            kept[change.slot] = overtaken(change, current)
        elif current.action not in {Action.NO_OP, Action.DONE}:
            moved.append(f"{change.address}: {_moved(change, current)}")
    others = [change for change in now.changes if change.slot not in kept]
    is_part = saved.plan.narrowed or any(change.action not in _QUIET for change in others)
    changes = (*kept.values(), *(() if is_part else others))
    return Verified(replace(now, changes=changes, narrowed=is_part), tuple(moved))


def _with_room(change: Change, current: Change | None) -> Change:
    """The change of a saved plan; a post that waits for room there is a new one as soon as there is room."""
    has_room = change.action is Action.WAITING and current and current.action is Action.CREATE
    return replace(change, action=Action.CREATE) if has_room else change


def _revoked(change: Change, current: Change | None) -> str:
    """How the files have changed what a saved plan does, since it was made; empty if they have not."""
    item = current.desired if current and not (current.desired and current.desired.cancelled) else None
    if change.action in {Action.DELETE, Action.FORGET}:
        return "the files declare it again" if item else ""
    if item is None:
        return "the files no longer declare it"
    return f"its {all_of(fields)} changed in the files" if (fields := _differing(change.desired, item)) else ""


def _channel(change: Change, plan: Plan) -> tuple[str, ...]:
    """The details that a plan shows for the channel of a change; nothing for ideas."""
    channel = plan.channels.get(change.slot.channel_id)
    return (channel.name, channel.timezone) if channel else ()


def _same(change: Change, current: Change) -> bool:
    """Whether today's plan makes the same change to the same version in Buffer."""
    if current.action is not change.action or change_digest(current) != change_digest(change):
        return False
    if change.write is None or current.write is None:
        return change.live_id == current.live_id
    there, here = ((write.home, write.target) for write in (change.write, current.write))
    return there == here and facts(current) == facts(change)


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


def overtaken(then: Change, now: Change) -> Change:
    """`now`, reported if it stands for the reviewed write `then`, which publication overtook.

    An apply records that the post is published, so this is said once.
    """
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


@value()
class _Row:
    """What a reviewed plan shows of an address. `change`: None if there was nothing to do."""

    name: str
    saved: SavedPlan
    change: Change | None

    @property
    def agreed(self) -> Change | None:
        """The change that reviewers of the plan agreed to, if any."""
        return self.change if self.change and self.change.action in REVIEWED else None


@value()
class Reviewed:
    """The plans that were reviewed, by the names of their files, in the order of the merges.

    Of several plans that show an address, the last one decides, also where it had nothing to do.
    """

    plans: Mapping[str, SavedPlan]
    _rows: dict[Address, _Row] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name, saved in self.plans.items():
            if not saved.plan.narrowed:  # a narrowed plan shows the selected objects only
                self._rows.update({item.address: _Row(name, saved, None) for item in saved.desired.items})
            self._rows.update({change.address: _Row(name, saved, change) for change in saved.plan.changes})

    def hold(self, change: Change, *, state: State, declared: Desired) -> Change:
        """The change, unmodified if it was reviewed or writes nothing, else held.

        `state`: as recorded before the run; `declared`: what the files say now.
        """
        row = self._rows.get(change.address)
        if row and row.change:
            change = overtaken(row.change, change)
        if change.action not in WRITING:
            return change
        why = self._why_not(change, state, declared)
        if not why:
            return change
        consequence = "it is not sent" if change.action is Action.CREATE else "Buffer keeps its version"
        if change.action is Action.DELETE:
            consequence = f"it is not deleted and {change.stays}"
        return replace(
            change,
            action=Action.HOLD,
            reason=Reason.NOT_REVIEWED,
            why=replace(_NOT_REVIEWED, facts={"because": why, "consequence": consequence}),
            todo=_HAVE_IT_REVIEWED,
            write=None,
        )

    def _why_not(self, change: Change, state: State, declared: Desired) -> str:
        """Why nobody agreed to the change; empty if somebody did."""
        row = self._rows.get(change.address)
        if row is None:
            one = next(iter(self.plans)) if len(self.plans) == 1 else ""
            return f"{one} does not have this change" if one else "none of the reviewed plans has this change"
        then, name = row.agreed, row.name
        if row.change and row.change.action is Action.HOLD:
            return f"it needed a person when {name} was made, and this version has not been reviewed"
        if then is None:
            return f"in {name} it has nothing to do"
        if (then.action is Action.DELETE) != (change.action is Action.DELETE):
            return f"in {name} it would be {_SAYS[then.action]}, and now it would be {_SAYS[change.action]}"
        if change.action is not Action.DELETE and (fields := _differing(then.desired, change.desired)):
            return f"its {all_of(fields)} {'differs' if len(fields) == 1 else 'differ'} from {name}"
        if then.slot.home != change.slot.home and not row.saved.offline:
            return f"{name} is for another channel in Buffer"
        sent = state.spent.get(change_digest(then))  # a version that was replaced since is not sent a second time
        if sent and sent >= row.saved.created_at and then.action is not Action.DELETE:
            return f"what {name} has of it was sent before"
        if row.saved.offline:
            return _why_not_proved(change, row, state, declared)
        if not _agrees(then, change):
            return f"it changed in Buffer after {name} was made"
        return ""

    def undone(self, now: Plan) -> Iterator[str]:
        """The reviewed changes that are dropped without asking anybody: address and why, for people."""
        today = {change.address: change for change in now.changes}
        for address, row in self._rows.items():
            then, current = row.agreed, today.get(address)
            if then is None:
                continue
            if then.action is Action.DELETE:  # otherwise it is already deleted, or in the current plan
                if current and current.action in _THERE and current.desired and not current.desired.cancelled:
                    yield f"{address}: the files declare it again, so it is not deleted"
            elif current is None or (current.action is Action.FORGET and current.live is None):
                yield f"{address}: it was removed from the files"
            elif current.slot.home != then.slot.home and not row.saved.offline:
                yield f"{address}: it now belongs to another channel in Buffer"
            elif current.action is Action.PAST:
                yield f"{address}: its time is over"
            elif current.action in _THERE and _differing(then.desired, current.desired):
                yield f"{address}: the files have a newer version, and so does Buffer"

    def spend(self, state: State, sent: Collection[Address], now: datetime) -> State:
        """The state after a run that sent `sent`: digests that Buffer has by now agree to nothing more.

        Those that an earlier run sent, and did not live to note, are added, too.
        """
        spent = {digest: at for digest, at in state.spent.items() if now - at < timedelta(days=MOST_DAYS)}
        applied = {binding.address: binding.applied for binding in state.bindings.values()}
        for saved in self.plans.values():
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
        changes = chain.from_iterable(saved.plan.changes for saved in self.plans.values() if not saved.offline)
        return {change.address.organization: change.slot.organization_id for change in changes}


def _agrees(then: Change, change: Change) -> bool:
    """Whether somebody who agreed to `then` agreed to `change`, which has the same content.

    A create agrees to the update of our own untouched post, too: what Buffer will have there is the same. An update
    agrees to that of the same object where no person moved it on meanwhile.
    """
    is_same = change_digest(change) == change_digest(then)
    if change.action is Action.DELETE:
        return change.live_id == then.live_id and (is_same or _is_untouched(change))
    if not is_same:
        return False
    if change.action is Action.CREATE:
        return then.action in _CREATES and change.live_id == then.live_id
    if then.action in _CREATES:
        return _is_ours_untouched(change)
    return change.live_id == then.live_id and _status(change) == _status(then)


def _why_not_proved(change: Change, row: _Row, state: State, declared: Desired) -> str:
    """Why an offline plan, which did not see the account, agrees to nothing here; empty if it does."""
    name = row.name
    if _declarations(row.saved.desired, change.address) != _declarations(declared, change.address):
        return f"its channel or tags are declared otherwise than in {name}"
    if change.action is Action.CREATE and state.horizon(change.slot.home, None).recorded:
        return ""
    if change.action is Action.UPDATE and _is_ours_untouched(change):
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
    return change.live is not None and change.binding is not None and is_untouched(change.binding, change.live)


def _is_ours_untouched(change: Change) -> bool:
    return change.binding is not None and change.binding.origin is Origin.CREATED and _is_untouched(change)


def _status(change: Change) -> str:
    return change.live.status if isinstance(change.live, LivePost) else ""


def _differing(then: Post | Idea | None, now: Post | Idea | None) -> tuple[str, ...]:
    before, after = what_it_says(then), what_it_says(now)
    return tuple(dict.fromkeys(n for n in chain(after, before) if before.get(n) != after.get(n)))
