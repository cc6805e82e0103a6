"""The way from desired, live and state to a plan: match, decide, remove, order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bufferctl.model import (
    IDEAS,
    Address,
    Binding,
    Desired,
    Idea,
    Live,
    LiveChannel,
    LiveOrganization,
    LivePost,
    LiveTag,
    Post,
    PostStatus,
    Slot,
    State,
    comparable,
)
from bufferctl.model.comparable import instant
from bufferctl.plan import Action, Change, Plan
from bufferctl.reconcile import table
from bufferctl.reconcile.differences import OUT
from bufferctl.reconcile.limits import needs_room, within_limits
from bufferctl.reconcile.matching import Declared, How, Match, Matches, match, owned_channels
from bufferctl.reconcile.policy import keep_to_policy
from bufferctl.reconcile.removal import Removed, address_of, remove
from bufferctl.reconcile.staying import ask_before_repeating
from bufferctl.reconcile.warnings import paused_queues, surplus_twins
from bufferctl.reconcile.writes import Resolver

#: The least time between a write and the moment that it schedules for (design: Applying).
LEAD = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Targets:
    """Which live organization and channel each declared one is, by label (and organization label)."""

    organizations: Mapping[str, LiveOrganization] = field(default_factory=dict)
    channels: Mapping[tuple[str, str], LiveChannel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about single objects and guards; addresses as text.

    `unsettled`: slots whose write an earlier run left with an unknown outcome, with the ids that it might be. `review`
    has the last word on each change before room is given out, so that what it holds takes none. `planned_at`: when what
    is applied was planned, None for now.
    """

    recreate: frozenset[str] = frozenset()
    reapply: frozenset[str] = frozenset()
    allow_share_now: bool = False
    max_deletes: int | None = None
    lead: timedelta = LEAD
    unsettled: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict)
    review: Callable[[Change], Change] | None = None
    planned_at: datetime | None = None


def reconcile(
    desired: Desired, live: Live, state: State, targets: Targets, *, endpoint: str, options: Options | None = None
) -> Plan:
    """What would have to change so that the account is what the files say. `live` covers what `targets` names."""
    options = options or Options()
    declared = [_declared(item, targets) for item in desired.items]
    scope = _in_scope(state, live)
    cancelled = {d.slot: d.item for d in declared if d.item.cancelled and d.slot in scope.bindings}
    wanted = [d for d in declared if d.slot not in cancelled]
    matches = match(wanted, live, scope)
    elsewhere = _perhaps_out(matches, live)
    channels = {c.id: c for o in live.organizations for c in o.channels}
    context = table.Context(
        now=live.at,
        lead=options.lead,
        write=Resolver(_tags(desired, live, targets), _ideas(matches.matches)),
        gone=live.gone,
        known_channels=owned_channels(scope),
        recreate=options.recreate,
        reapply=options.reapply,
        allow_share_now=options.allow_share_now,
        unsettled=options.unsettled,
        sent_since=live.sent_since,
        perhaps_out=frozenset(elsewhere.values()),
    )
    changes = [table.decide(m, context) for m in matches.matches if not _is_withdrawn(m)]
    removed = (each for each in _removed(matches, cancelled, live) if each.slot not in elsewhere)
    files = {item.place.file for item in desired.items} | {m.binding.file for m in matches.matches if m.binding}
    removals = remove(removed, desired, channels, live.gone, options.max_deletes, files)
    changes.extend(removals.changes)
    changes, against = keep_to_policy(changes, desired.settings, live.at, options.planned_at)
    if options.review:
        changes = list(map(options.review, changes))
    changes = ask_before_repeating(changes, options.recreate, strangers=matches.unmanaged)
    return Plan(
        at=live.at,
        endpoint=endpoint,
        changes=_arranged(changes, live),
        warnings=(
            *removals.warnings,
            *against,
            *paused_queues(changes, channels),
            *surplus_twins(matches.unmanaged, scope),
        ),
        channels=channels,
        unmanaged=sum(_is_unsent(item) for item in matches.unmanaged),
    )


def slots_of(desired: Desired, targets: Targets) -> frozenset[Slot]:
    """Where the declared objects are remembered, and where those were that say what they were called before."""
    slots = {_slot(item, targets): item.was for item in desired.items}
    return frozenset({*slots, *(replace(slot, key=was) for slot, was in slots.items() if was)})


def unlisted(live: Live, state: State) -> tuple[str, ...]:
    """Ids of known posts that no list shows and that are worth asking for by themselves (design: Matching, 1).

    One that was already seen sent is not: it only fell off the end of what was read.
    """
    listed = {post.id for post in live.posts}
    return tuple(
        binding.id
        for slot, binding in _in_scope(state, live).bindings.items()
        if slot.channel_id != IDEAS and binding.id not in listed and binding.status != PostStatus.SENT
    )


def _slot(item: Post | Idea, targets: Targets) -> Slot:
    organization, channel = item.address.organization, item.address.channel
    home = IDEAS if isinstance(item, Idea) else targets.channels[organization, channel].id
    return Slot(targets.organizations[organization].id, home, item.address.key)


def _declared(item: Post | Idea, targets: Targets) -> Declared:
    wanted = comparable.of_desired(item)
    channel = targets.channels.get((item.address.organization, item.address.channel))
    return Declared(item, _slot(item, targets), channel, wanted, comparable.fingerprint(item, wanted))


def _in_scope(state: State, live: Live) -> State:
    """What state holds of the organizations that were read; nothing is concluded about others."""
    read = {organization.id for organization in live.organizations}
    if all(slot.organization_id in read for slot in state.bindings):
        return state
    return State({slot: b for slot, b in state.bindings.items() if slot.organization_id in read})


def _tags(desired: Desired, live: Live, targets: Targets) -> dict[str, dict[str, LiveTag]]:
    """Tags by organization id and name: those seen in Buffer, then those that the files map."""
    owner = {c.id: o.id for o in live.organizations for c in o.channels}
    tags: dict[str, dict[str, LiveTag]] = {o.id: {} for o in live.organizations}
    for post in live.posts:
        for tag in post.tags:
            tags[owner[post.channel_id]][tag.name] = tag
    for idea in live.ideas:
        for tag in idea.tags:
            tags[idea.organization_id][tag.name] = tag
    for organization in desired.organizations:
        known = tags.setdefault(targets.organizations[organization.label].id, {})
        for declared in organization.tags:
            color = declared.color or (known[declared.name].color if declared.name in known else "")
            known[declared.name] = LiveTag(declared.id, declared.name, color)
    return tags


def _ideas(matches: Iterable[Match]) -> dict[Slot, str | None]:
    """Ids of declared ideas, None for those that are yet to be created; held ones are left out."""
    ideas: dict[Slot, str | None] = {}
    for m in matches:
        if m.declared.slot.channel_id == IDEAS:
            if m.live is not None:
                ideas[m.declared.slot] = m.live.id
            elif m.how is How.NEW:
                ideas[m.declared.slot] = None
    return ideas


def _is_withdrawn(m: Match) -> bool:
    """Cancelled under another key than the one that it is known by."""
    return m.how is How.MOVED and m.declared.item.cancelled


def _removed(matches: Matches, cancelled: Mapping[Slot, Post | Idea], live: Live) -> Iterable[Removed]:
    for m in filter(_is_withdrawn, matches.matches):
        if m.moved_from and m.binding:
            yield Removed(m.moved_from, m.binding, m.live, m.declared.item)
    by_id = {item.id: item for item in live.items}
    for slot, binding in matches.released.items():
        yield Removed(slot, binding, by_id.get(binding.id), cancelled.get(slot))


def _perhaps_out(matches: Matches, live: Live) -> dict[Slot, Slot]:
    """Where something may have been published, with where the same is new: its channel has a new id.

    A channel that was reconnected, say; the files call it by its name, or by the new id. That memory is kept, lest a
    queue post is published once more.
    """
    connected = {c.id for o in live.organizations for c in o.channels if not c.is_disconnected}
    new: dict[tuple[str, str], list[Declared]] = defaultdict(list)
    for m in matches.matches:
        if m.how in {How.NEW, How.NEAR}:
            new[m.declared.slot.organization_id, m.declared.slot.key].append(m.declared)
    there = {post.id: post for post in live.posts}
    found = {}
    for slot, binding in matches.released.items():
        for d in new.get((slot.organization_id, slot.key), ()):
            on_it = _was_on(d.item.address, address_of(slot, binding), gone=slot.channel_id not in connected)
            if on_it and slot.channel_id != d.slot.channel_id and _may_be_out(binding, there.get(binding.id), live):
                found[slot] = d.slot
    return found


def _was_on(address: Address, before: Address, *, gone: bool) -> bool:
    """Whether the channel of `before` is that of `address`; one that is `gone` may be any of its network."""
    return before == address or (gone and _network(before) == _network(address))


def _network(address: Address) -> str:
    return address.channel.partition(":")[0]


def _may_be_out(binding: Binding, post: LivePost | None, live: Live) -> bool:
    """Whether it is published, or nothing tells: Buffer forgets what was on a channel that is taken out."""
    if post is not None:
        return post.status in OUT
    return binding.status == PostStatus.SENT or binding.due_at <= instant(live.at)


def _is_unsent(item: object) -> bool:
    return not isinstance(item, LivePost) or item.status is not PostStatus.SENT


_FAR = float("inf")


def _arranged(changes: Iterable[Change], live: Live) -> tuple[Change, ...]:
    """In the order of sending, and within what Buffer's plan has room for."""
    ordered = sorted(changes, key=_order)
    if needs_room(ordered, live):  # then deletes go first
        ordered.sort(key=lambda change: change.action is not Action.DELETE)
    return tuple(within_limits(ordered, live))


def _order(change: Change) -> tuple[int, float]:
    """Ideas, timed creates by due time, queue creates in file order, updates, deletes; the sort is stable."""
    if change.action is Action.DELETE:
        return 3, 0
    if change.action is Action.UPDATE:
        return 2, 0
    if change.action is Action.CREATE and isinstance(change.desired, Idea):
        return 0, 0
    if change.action is Action.CREATE and isinstance(change.desired, Post) and change.desired.due_at:
        return 1, change.desired.due_at.timestamp()
    return 1, _FAR
