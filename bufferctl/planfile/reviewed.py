"""The plans that merged requests were reviewed with: what was reviewed is made, and the rest is held.

A plan file only selects: what apply sends comes from a plan that it makes from the files, since other changes may have
come in between. Nothing is written to Buffer without a review; changes to the state alone publish nothing and need
none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from bufferctl.diagnostics import all_of
from bufferctl.digests import REVIEWED, change_digest, what_it_says
from bufferctl.limits import MOST_DAYS, UNTIMED
from bufferctl.model import (
    Address,
    Desired,
    LivePost,
    Origin,
    Post,
    State,
    content_of_desired,
    fingerprint,
)
from bufferctl.model.seen import as_it_was, is_untouched
from bufferctl.plan import WRITING, Action, Change, Difference, Plan, Reason
from bufferctl.planfile.agreement import (
    DONE,
    HAVE_IT_REVIEWED,
    HAVE_REMOVAL_REVIEWED,
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
)
from bufferctl.planfile.saved import SavedPlan
from bufferctl.said import Said
from bufferctl.value import field, replace, value

#: Actions of objects that exist in Buffer and need no change there.
_IN_PLACE = frozenset({Action.NO_OP, Action.KEEP, Action.DONE, Action.ADOPT, Action.MOVE})


def _was_held_delete(then: Change, change: Change) -> bool:
    """Whether a plan shows the delete, and holds it because of how many, or what, disappeared from the files."""
    return then.reason is Reason.DELETES and then.action is Action.HOLD and change.action is Action.DELETE


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
        """The change that reviewers of the plan agreed to, if any: one that is sent, now or once there is room."""
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
        """The addresses at which a request changes something, and for which its plan still counts.

        If nobody knows what it changes, those at which its plan agrees to a change. If its plan had nothing to do at an
        address that it changes, a later run may: a revert can be planned before what it reverts is sent.
        """
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
        return not_reviewed(changed, why, answer or self._todo(change))

    def _todo(self, change: Change) -> Said:
        """How to have a change reviewed."""
        if not any(each.name for each in self.merged):
            return PLAN_AGAIN
        return HAVE_IT_REVIEWED if change.desired else HAVE_REMOVAL_REVIEWED

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
            elif current.action in _IN_PLACE and differing_fields(then.desired, current.desired):
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
    elif why := was_only_shown(row.change, change, title):
        return why
    if then is None:
        return _why_not_as_it_was(row, change, today)
    if (then.action is Action.DELETE) != (change.action is Action.DELETE):
        return f"in {title} it would be {_says(then)}, and now it would be {_says(change)}"
    if change.action is not Action.DELETE and (fields := differing_fields(then.desired, change.desired)):
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
    if fields := differing_fields(wanted, change.desired):
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
    began = last_suspension(today.state.suspended, change) if change.action is not Action.DELETE else None
    if began and not was_made_since(began, change, row.saved, row.merged.planned_at):
        return f"{title} was made before it was suspended, and it goes out only by a plan that was made since"
    if why := _why_too_late(row, change, today.now):
        return why
    if row.saved.offline:
        return _why_not_proved(change, row, today.state, today.declared)
    if unseen := missing_freeze(then, change):
        return f"in {title} {unseen}"
    if not _agrees(then, change):
        if resolved := resolved_otherwise(then, change):
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


def _agrees(then: Change, change: Change) -> bool:
    """Whether somebody who agreed to `then` agreed to `change`, which has the same content and no other freeze.

    A create agrees to the update of our own untouched post, too: what Buffer will have there is the same. An update
    agrees to that of the same object where no person moved it on meanwhile.
    """
    is_same = digest_as_agreed(then, change) == change_digest(then)
    if change.action is Action.DELETE:
        return change.live_id == then.live_id and (is_same or _is_untouched(change))
    if not is_same:
        return False
    if change.action is Action.CREATE:
        return _creates(then) and change.live_id == then.live_id
    if _creates(then):
        return _is_created_and_untouched(change)
    return change.live_id == then.live_id and _status(change) == _status(then)


def _creates(change: Change) -> bool:
    """Whether it creates something, now or as soon as there is room."""
    return change.action is Action.CREATE or (change.action is Action.WAITING and change.live is None)


def _says(change: Change) -> str:
    """What a plan that shows the change does to its object, sooner or later."""
    if change.action is Action.WAITING:
        return DONE[Action.CREATE if _creates(change) else Action.UPDATE]
    return DONE[change.action]


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
    organizations = [
        (each.name, each.id, each.tags) for each in desired.organizations if each.label == address.organization
    ]
    channels = [
        (each.service, each.name, each.id)
        for each in desired.channels
        if (each.organization, each.label) == (address.organization, address.channel)
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
