"""From desired, live and the state to a plan: matching, one row of the action table for each object, then passes.

A pass is a pure function that takes all changes and returns them. It holds only changes that would be written and never
lifts a hold, so the first one that holds a change is final: the table (including questions that matching decided), then
`PASSES` in order. Only suspended posts leave the schedule despite any hold, since that publishes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from bufferctl.diagnostics import Place
from bufferctl.model import (
    IDEAS,
    Binding,
    Desired,
    Item,
    Live,
    LiveIdea,
    LivePost,
    Origin,
    PostStatus,
    Slot,
    State,
    bind,
)
from bufferctl.plan import Action, Beside, Change, Plan, Recording
from bufferctl.reconcile.freezes import end_exemptions, hold_against_policy, name_let_out, not_exempt
from bufferctl.reconcile.horizons import all_slots, without_strays
from bufferctl.reconcile.lookup import Targets
from bufferctl.reconcile.matches import How, Match, Matches, is_over
from bufferctl.reconcile.matching import match
from bufferctl.reconcile.removal import (
    called_off,
    guard_deletes,
    hold_what_diverged,
    kept_in_question,
    no_longer_declared,
)
from bufferctl.reconcile.repeats import freeing, hold_repeats, hold_replacements, published_twins
from bufferctl.reconcile.scene import Options, Scene
from bufferctl.reconcile.sending import hold_without_idea, in_order, queue_times, within_limits
from bufferctl.reconcile.suspending import first_off, off_instead, still_suspended, suspend, suspension_of
from bufferctl.reconcile.table import Table
from bufferctl.reconcile.warnings import warnings_of
from bufferctl.reconcile.writes import Resolver
from bufferctl.value import replace

Changes = list[Change]


#: The passes after the table, in order of precedence: a later pass does not change what an earlier one holds.
PASSES: Mapping[str, Callable[[Changes, Scene, Matches], Changes]] = {
    "hold what diverged": lambda changes, scene, _: hold_what_diverged(changes, scene.options),
    "guard deletes": guard_deletes,
    "hold against policy": lambda changes, scene, _: hold_against_policy(changes, scene),
    "hold unreviewed": lambda changes, scene, _: (
        [scene.options.review(change, scene.now) for change in changes] if scene.options.review else changes
    ),
    "hold repeats": lambda changes, scene, matches: hold_repeats(changes, scene.channels, matches),
    "hold replacements": lambda changes, scene, _: hold_replacements(changes, prunes=scene.desired.settings.prune),
    "hold without idea": lambda changes, _, __: hold_without_idea(changes),
    "suspend": suspend,
    "order": lambda changes, scene, _: first_off(in_order(changes, scene.live)),
    "wait for room": lambda changes, scene, _: within_limits(changes, scene.live),
    "name what is let out": lambda changes, _, __: name_let_out(changes),
    "end exemptions": lambda changes, scene, _: end_exemptions(changes, scene),
}


def reconcile(
    desired: Desired, live: Live, state: State, targets: Targets, *, endpoint: str, options: Options | None = None
) -> Plan:
    """The plan that makes the account match the files. `live` covers everything in `targets`."""
    options = options or Options()
    live = without_strays(live, state)
    read = {organization.id for organization in live.organizations}  # nothing is planned for others
    bindings = {slot: binding for slot, binding in state.bindings.items() if slot.organization_id in read}
    live = replace(live, gone=live.gone | _ideas_that_are_gone(live, bindings))
    scene = Scene(desired, live, replace(state, bindings=bindings), targets, options)
    matches = match(map(scene.declared, desired.items), scene)
    changes = [*_decided(scene, matches), *_removed(scene, matches)]
    for each in PASSES.values():
        changes = each(changes, scene, matches)
    return Plan(
        at=live.at,
        endpoint=endpoint,
        changes=tuple(changes),
        queue_times=queue_times(changes, live, scene.channels),
        freed_by=freeing(changes),
        warnings=tuple(warnings_of(changes, scene, matches)),
        channels=scene.channels,
        public=state.public,
        beside=_beside(changes, scene, matches),
        suspension=suspension_of(changes, scene, matches),
        unmanaged=sum(isinstance(each, LiveIdea) or each.status is not PostStatus.SENT for each in matches.unclaimed),
        recording=Recording(
            homes=scene.homes,
            questions=matches.questions,
            unexplained=tuple(item for item in matches.unclaimed if item.id in matches.unexplained),
            corrected=matches.corrected,
            freed=matches.freed,
            unanswered=_unanswered(changes, matches),
            suspended=still_suspended(changes, scene, matches),
            off=off_instead(changes, scene, matches),
            not_exempt=not_exempt(changes, scene),
        ),
    )


def _unanswered(changes: Changes, matches: Matches) -> dict[str, datetime]:
    """By home, the first of the published posts that have to be read again until somebody answers."""
    found = dict(matches.unanswered)
    for home, due_at in published_twins(changes, matches.unclaimed).items():
        found[home] = min(due_at, found.get(home, due_at))
    return found


def _ideas_that_are_gone(live: Live, bindings: Mapping[Slot, Binding]) -> set[str]:
    """The ids of tracked ideas that nobody has any more: they are all in one list, which was read."""
    ideas = {
        binding.id for slot, binding in bindings.items() if slot.channel_id == IDEAS and slot.home not in live.unread
    }
    return ideas - {idea.id for idea in live.ideas}


def _beside(changes: Changes, scene: Scene, matches: Matches) -> tuple[Beside, ...]:
    """The unmanaged posts that go out on the channels and days of what is sent, or waits to be, by time."""

    def day(channel_id: str, due_at: datetime) -> tuple[str, date]:
        return channel_id, due_at.astimezone(scene.channels[channel_id].zone).date()

    sending = {Action.CREATE, Action.UPDATE, Action.WAITING}
    days = {day(each.slot.channel_id, each.due_at) for each in changes if each.action in sending and each.due_at}
    posts = (each for each in matches.unclaimed if isinstance(each, LivePost) and (each.is_scheduled or each.is_out))
    found = (Beside(post.id, post.channel_id, post.due_at, post.text) for post in posts if post.due_at)
    near = (each for each in found if day(each.channel_id, each.due_at) in days)
    return tuple(sorted(near, key=lambda each: each.due_at))


def _decided(scene: Scene, matches: Matches) -> Iterable[Change]:
    """One row of the table for each declared object that is not cancelled."""
    late = _joined_late(matches.matches, scene.now)
    table = Table(scene, Resolver(scene, matches.matches), late, matches.matches, matches.unclaimed)
    return (table.decide(each) for each in matches.matches if not _is_called_off(each))


def _joined_late(matches: Iterable[Match], now: datetime) -> frozenset[Slot]:
    """Past occurrences on a channel that was added to an entry while it ran: there is nothing to make up for."""
    series: dict[Place, list[Match]] = defaultdict(list)
    for matched in matches:
        if matched.declared.item.number:
            series[matched.declared.item.place].append(matched)
    late: set[Slot] = set()
    for of_entry in series.values():
        tracked = {each.declared.slot.key for each in of_entry if each.binding}
        past = {each.declared.slot for each in of_entry if is_over(each.declared.item, now)}
        if tracked and len(past) < len(of_entry):
            late |= {slot for slot in past if slot.key in tracked}
    return frozenset(late)


def _is_called_off(matched: Match) -> bool:
    """Whether it is cancelled and our object is in Buffer: under its key or another one, or just recovered."""
    if not matched.declared.item.cancelled or (matched.binding is not None and matched.binding.retired):
        return False
    return matched.how in {How.KNOWN, How.MOVED, How.NAMED} or (
        matched.how is How.EXACT and matched.origin is Origin.RECOVERED
    )


def _removed(scene: Scene, matches: Matches) -> Iterable[Change]:
    """The changes for objects that are cancelled or were removed from the files."""
    for matched in filter(_is_called_off, matches.matches):
        binding = matched.binding or (
            bind(matched.declared.item, matched.live, matched.origin) if matched.live else None
        )
        if binding:
            yield called_off(
                matched.declared.item, matched.moved_from or matched.declared.slot, binding, matched.live, scene
            )
    for slot, binding in matches.released.items():
        if binding.retired:
            continue
        if slot not in matches.kept:
            yield no_longer_declared(slot, binding, scene)
        elif kept := kept_in_question(slot, binding, scene):
            yield kept


def by_slot(desired: Desired, targets: Targets) -> dict[Slot, Item]:
    """The declared objects by slot."""
    return {targets.slot(item): item for item in desired.items}


def slots_of(desired: Desired, targets: Targets) -> frozenset[Slot]:
    """The slots of the declared objects, and the previous slots of those that were renamed."""
    return frozenset(each for slot, item in by_slot(desired, targets).items() for each in all_slots(slot, item))
