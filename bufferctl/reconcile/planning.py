"""From desired, live and the state to a plan: matching, one row of the action table for each object, then passes.

A pass is a pure function that takes all changes and returns them. It holds only changes that would be written and never
lifts a hold, so the first one that holds a change is final: the table (including questions that matching decided), then
`PASSES` in order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from bufferctl.diagnostics import Place
from bufferctl.model import (
    IDEAS,
    Desired,
    Home,
    Idea,
    Live,
    LiveChannel,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Slot,
    State,
    comparable,
)
from bufferctl.model.comparable import bind, text_digest
from bufferctl.plan import Action, Beside, Change, Plan, Recording
from bufferctl.reconcile import table, warnings
from bufferctl.reconcile.freezes import hold_against_policy, policy_warnings
from bufferctl.reconcile.horizons import StateView, all_slots, homes_of, without_strays
from bufferctl.reconcile.inputs import Options, Targets
from bufferctl.reconcile.matches import Declared, How, Match, Matches, is_out, is_over
from bufferctl.reconcile.matching import match
from bufferctl.reconcile.removal import called_off, guard_deletes, hold_what_diverged, left_out
from bufferctl.reconcile.repeats import hold_repeats
from bufferctl.reconcile.sending import in_order, queue_times, within_limits
from bufferctl.reconcile.writes import Resolver, ideas_of, tags_of


class Scene(NamedTuple):
    """The input of the passes besides the changes."""

    desired: Desired
    live: Live
    matches: Matches
    channels: Mapping[str, LiveChannel]
    options: Options

    @property
    def planned_at(self) -> datetime:
        """When the applied plan was made."""
        return self.options.planned_at or self.live.at


Changes = list[Change]
#: The status of posts that are not published at their time.
_NOT_GOING_OUT = frozenset({PostStatus.DRAFT, PostStatus.NEEDS_APPROVAL, PostStatus.ERROR})


def _guard_deletes(changes: Changes, scene: Scene) -> Changes:
    if scene.options.review and scene.options.max_deletes is None:
        return changes  # each delete was agreed to by itself, or is held as not reviewed
    files = {item.place.file for item in scene.desired.items}
    files |= {m.binding.file for m in scene.matches.matches if m.binding} | scene.options.deleted_files
    series = {
        (m.declared.slot.home, base): item.expansion.times
        for m in scene.matches.matches
        if (item := m.declared.item).expansion and item.number
        for base in (key.rpartition("-")[0] for key in (item.address.key, item.was) if key)
    }
    declared = {(m.declared.slot.organization_id, m.declared.slot.key) for m in scene.matches.matches}
    return guard_deletes(changes, scene.desired, scene.options, files, series, declared)


def _hold_repeats(changes: Changes, scene: Scene) -> Changes:
    recorded = [(slot, b) for slot, b in scene.matches.released.items() if b.retired or is_out(b, None)]
    recorded += [
        (m.declared.slot, b)
        for m in scene.matches.matches
        if (b := m.binding) and is_out(b, m.live) and b.text != text_digest(m.declared.content)
    ]
    return hold_repeats(changes, scene.channels, unclaimed=scene.matches.unclaimed, recorded=recorded)


#: The passes after the table, in order of precedence: a later pass does not change what an earlier one holds.
PASSES: Mapping[str, Callable[[Changes, Scene], Changes]] = {
    "hold what diverged": lambda changes, scene: hold_what_diverged(changes, scene.options),
    "guard deletes": _guard_deletes,
    "hold against policy": lambda changes, scene: hold_against_policy(
        changes, scene.desired.settings, scene.live.at, scene.planned_at
    ),
    "hold unreviewed": lambda changes, scene: (
        [*map(scene.options.review, changes)] if scene.options.review else changes
    ),
    "hold repeats": _hold_repeats,
    "order": lambda changes, scene: in_order(changes, scene.live),
    "wait for room": lambda changes, scene: within_limits(changes, scene.live),
}


def reconcile(
    desired: Desired, live: Live, state: State, targets: Targets, *, endpoint: str, options: Options | None = None
) -> Plan:
    """The plan that makes the account match the files. `live` covers everything in `targets`."""
    options = options or Options()
    live = without_strays(live, state)
    settings = desired.settings
    view = StateView(
        _in_scope(state, live),
        settings.managed_since,
        options.managed_elsewhere,
        settings.link_shorteners,
        {claim.slot: claim for claim in options.elsewhere},
    )
    matches = match((_declared(item, targets) for item in desired.items), live, view, options.lead)
    channels = {c.id: c for o in live.organizations for c in o.channels}
    scene = Scene(desired, live, matches, channels, options)
    changes = [*_decided(scene, view, targets), *_removed(scene)]
    if options.trace:
        options.trace.start(matches.matches, changes)
    for name, each in PASSES.items():
        changes = each(changes, scene)
        if options.trace:
            options.trace.step(f"Pass {name}", changes)
    return Plan(
        at=live.at,
        endpoint=endpoint,
        changes=tuple(changes),
        queue_times=queue_times(changes, live, channels),
        warnings=(
            *warnings.missing_managed_since(view),
            *warnings.unread_channels(channels, live.unread & {m.declared.slot.channel_id for m in matches.matches}),
            *warnings.past(changes, view),
            *warnings.still_published(changes),
            *warnings.unmerged(changes),
            *policy_warnings(changes, desired.settings, live.at, scene.planned_at),
            *warnings.ignored_existing(changes),
            *warnings.already_published(changes),
            *warnings.paused_queues(changes, channels),
            *warnings.unasked_approvals(changes, channels),
            *warnings.perhaps_reminders(changes, channels),
            *warnings.renamed_boards(changes),
            *warnings.recovered(changes),
            *warnings.not_compared(changes),
            *warnings.perhaps_removed(matches.unclaimed, view, matches.unexplained - matches.suspected, live.at),
            *warnings.surplus_twins(matches.unclaimed, view.state),
        ),
        channels=channels,
        public=state.public,
        beside=_beside(changes, matches.unclaimed, channels),
        unmanaged=sum(isinstance(i, LiveIdea) or i.status is not PostStatus.SENT for i in matches.unclaimed),
        recording=Recording(
            homes=_homes(desired, targets, view.state, channels),
            questions=matches.questions,
            unexplained=tuple(item for item in matches.unclaimed if item.id in matches.unexplained),
        ),
    )


def _beside(
    changes: Changes, unclaimed: Iterable[LivePost | LiveIdea], channels: Mapping[str, LiveChannel]
) -> tuple[Beside, ...]:
    """The unmanaged posts that go out on the channels and days of what is sent, or waits to be, by time."""

    def day(channel_id: str, due_at: datetime) -> tuple[str, date]:
        return channel_id, due_at.astimezone(channels[channel_id].zone).date()

    sent = (c for c in changes if c.action in {Action.CREATE, Action.UPDATE, Action.WAITING} and c.due_at)
    days = {day(change.slot.channel_id, change.due_at) for change in sent if change.due_at}
    posts = (post for post in unclaimed if isinstance(post, LivePost) and post.status not in _NOT_GOING_OUT)
    found = (Beside(post.id, post.channel_id, post.due_at, post.text) for post in posts if post.due_at)
    near = (each for each in found if day(each.channel_id, each.due_at) in days)
    return tuple(sorted(near, key=lambda each: each.due_at))


def _decided(scene: Scene, view: StateView, targets: Targets) -> Iterable[Change]:
    """One row of the table for each declared object that is not cancelled."""
    situation = table.Situation(
        live=scene.live,
        view=view,
        options=scene.options,
        write=Resolver(tags_of(scene.desired, scene.live, targets.organizations), ideas_of(scene.matches.matches)),
        joined_late=_joined_late(scene.matches.matches, scene.live.at),
    )
    return (table.decide(m, situation) for m in scene.matches.matches if not _is_called_off(m))


def _joined_late(matches: Iterable[Match], now: datetime) -> frozenset[Slot]:
    """Past occurrences on a channel that was added to an entry while it ran: there is nothing to make up for."""
    series: dict[Place, list[Match]] = defaultdict(list)
    for m in matches:
        if m.declared.item.number:
            series[m.declared.item.place].append(m)
    late: set[Slot] = set()
    for of_entry in series.values():
        tracked = {m.declared.slot.key for m in of_entry if m.binding}
        past = {m.declared.slot for m in of_entry if is_over(m.declared.item, now)}
        if tracked and len(past) < len(of_entry):
            late |= {slot for slot in past if slot.key in tracked}
    return frozenset(late)


def _is_called_off(m: Match) -> bool:
    """Whether it is cancelled and our object is in Buffer: under its key or another one, or just recovered."""
    if not m.declared.item.cancelled or (m.binding is not None and m.binding.retired):
        return False
    return m.how in {How.KNOWN, How.MOVED, How.NAMED} or (m.how is How.EXACT and m.origin is Origin.RECOVERED)


def _removed(scene: Scene) -> Iterable[Change]:
    """The changes for objects that are cancelled or were removed from the files."""
    live, matches = scene.live, scene.matches
    for m in filter(_is_called_off, matches.matches):
        binding = m.binding or (bind(m.declared.item, m.live, m.origin) if m.live else None)
        if binding:
            yield called_off(m.declared.item, m.moved_from or m.declared.slot, binding, m.live, live.gone)
    by_id = {item.id: item for item in live.items}
    prune, elsewhere = scene.desired.settings.prune, scene.options.managed_elsewhere
    for slot, binding in matches.released.items():
        if slot not in matches.kept and not binding.retired:
            yield left_out(slot, binding, by_id.get(binding.id), live.gone, elsewhere, prune=prune)


def by_slot(desired: Desired, targets: Targets) -> dict[Slot, Post | Idea]:
    """The declared objects by slot."""
    return {_slot(item, targets): item for item in desired.items}


def slots_of(desired: Desired, targets: Targets) -> frozenset[Slot]:
    """The slots of the declared objects, and the previous slots of those that were renamed."""
    return frozenset(each for slot, item in by_slot(desired, targets).items() for each in all_slots(slot, item))


def _slot(item: Post | Idea, targets: Targets) -> Slot:
    organization, channel = item.address.organization, item.address.channel
    home = IDEAS if isinstance(item, Idea) else targets.channels[organization, channel].id
    return Slot(targets.organizations[organization].id, home, item.address.key)


def _declared(item: Post | Idea, targets: Targets) -> Declared:
    wanted = comparable.content_of_desired(item)
    channel = targets.channels.get((item.address.organization, item.address.channel))
    return Declared(item, _slot(item, targets), channel, wanted, comparable.fingerprint(item, wanted))


def _homes(desired: Desired, targets: Targets, state: State, channels: Mapping[str, LiveChannel]) -> tuple[Home, ...]:
    """The homes that the plan covers: declared ones, and those that were read because they are in the state."""
    covered = {channel.id: channel for channel in targets.channels.values()}
    ideas = {targets.organizations[item.address.organization].id for item in desired.ideas}
    for slot in state.tracked:
        if slot.channel_id == IDEAS:
            ideas.add(slot.organization_id)
        elif slot.channel_id in channels:
            covered.setdefault(slot.channel_id, channels[slot.channel_id])
    return homes_of(covered.values(), sorted(ideas))


def _in_scope(state: State, live: Live) -> State:
    """The part of the state about the organizations that were read; the plan says nothing about others."""
    read = {organization.id for organization in live.organizations}
    if all(slot.organization_id in read for slot in state.bindings):
        return state
    return replace(state, bindings={slot: b for slot, b in state.bindings.items() if slot.organization_id in read})
