"""Suspensions: our posts leave the schedule first, and other changes of suspended entries wait (design: Suspended).

Suspending only takes away, so nothing holds it: it is decided after every pass that holds, from the objects in Buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from bufferctl.model import (
    IDEAS,
    Binding,
    Desired,
    DraftPost,
    EditPost,
    LiveItem,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Slot,
    Suspended,
    content_of_live,
    instant,
)
from bufferctl.model.desired import NOWHERE
from bufferctl.model.from_live import NotExpressibleError, post_from_live
from bufferctl.model.seen import Seen
from bufferctl.model.state import QUEUE, back_at
from bufferctl.model.unsaid import is_hidden
from bufferctl.plan import Action, Cause, Change, GoesOut, Reason, Suspension, TakenOver
from bufferctl.reconcile import holds
from bufferctl.reconcile.matches import Match, Matches
from bufferctl.reconcile.scene import Scene
from bufferctl.reconcile.writes import Resolver
from bufferctl.said import Said
from bufferctl.value import replace

#: Why what is suspended is not sent.
_WAITS = Said("Suspended: {reason}")
#: Holds that mean nothing while it is suspended; they come back when it ends.
_MOOT_WHILE_SUSPENDED = frozenset(
    {
        Reason.MISSED,
        Reason.POLICY,
        Reason.FREEZE,
        Reason.INTO_FREEZE,
        Reason.NOT_REVIEWED,
        Reason.UNRESOLVED,
        Reason.LEGAL,
        Reason.CHANNEL,
    }
)
#: Actions that leave nothing to be sent of an entry, now or later.
_NOTHING_TO_SEND = frozenset({Action.NO_OP, Action.KEEP, Action.DONE, Action.PAST, Action.ADOPT, Action.MOVE})
#: Stands for the binding of a channel, or of an object that no entry has, to find why it is suspended.
_NO_ENTRY = Binding("", Origin.ADOPTED)


def suspend(changes: list[Change], scene: Scene, matches: Matches) -> list[Change]:
    """The changes, with suspended posts taken off the schedule, and their other writes waiting."""
    if not scene.desired.suspends:
        return changes
    found = {match.declared.slot: match for match in matches.matches}
    resolver = Resolver(scene, matches.matches)
    why = _Why(scene)
    return [_suspended(change, why(change), found.get(change.slot), resolver, scene) for change in changes]


def off_instead(changes: Iterable[Change], scene: Scene, matches: Matches) -> dict[Slot, Change]:
    """For each suspended post that would be deleted, what takes it off the schedule where that delete is left out."""
    if not scene.desired.suspends:
        return {}
    found = {match.declared.slot: match for match in matches.matches}
    resolver, why = Resolver(scene, matches.matches), _Why(scene)
    off: dict[Slot, Change] = {}
    for change in changes:
        live, binding = change.live, change.binding
        if change.action is not Action.DELETE or not isinstance(live, LivePost) or not live.is_scheduled:
            continue
        if binding and _is_ours(binding, live) and why(change):
            off[change.slot] = _taken_off(change, live, found.get(change.slot), resolver, scene)
    return {slot: change for slot, change in off.items() if change.takes_off}


class _Why:
    """Why an entry, or what an entry was, is suspended: the nearest line decides."""

    def __init__(self, scene: Scene) -> None:
        self._desired = desired = scene.desired
        targets = scene.targets
        found = ((targets.channels.get((each.organization, each.label)), each) for each in desired.channels)
        self._channels = {live.id: each.suspended for live, each in found if live}
        self._labels = {(each.organization, each.label): each.suspended for each in desired.channels}
        self._organizations = {each.label: each.suspended for each in desired.organizations}
        self._root_file = desired.files[0] if desired.files else ""

    def __call__(self, change: Change) -> str:
        """The reason; empty if it goes out."""
        if change.desired is not None:
            return change.desired.suspended
        return self.of(change.slot, change.binding) if change.binding else ""

    def of(self, slot: Slot, binding: Binding) -> str:
        """The reason for an object whose entry is missing in the files, or has errors."""
        lines, series = self._desired.suspended, slot.key.rpartition("-")[0]
        keys = [slot.key, series] if series else [slot.key]
        for line in [(binding.file, key) for key in keys]:
            if line in lines:
                return lines[line]
        if (binding.file, "") in lines and binding.file != self._root_file:
            return lines[binding.file, ""]
        if NOWHERE in lines:
            return lines[NOWHERE]
        address = binding.address_in(slot)
        label = (address.organization, address.channel)
        reasons = (
            self._channels.get(slot.channel_id),
            self._labels.get(label),
            self._organizations.get(address.organization),
        )
        return next((each for each in reasons if each is not None), self._desired.settings.suspended)


def _suspended(change: Change, reason: str, match: Match | None, resolver: Resolver, scene: Scene) -> Change:
    """A change to an entry that is suspended for that reason; unchanged if there is no reason."""
    if not reason:
        return change
    binding = match.binding if match and match.binding else change.binding
    live = change.live
    if binding and isinstance(live, LivePost) and live.is_scheduled and _is_ours(binding, live):
        is_deleted = change.action is Action.DELETE and not scene.options.only_suspends
        # another root file has it now, and lets it out
        is_let_out = binding.taken_from and change.action is Action.FORGET
        if is_deleted or is_let_out:
            return change
        if binding.taken_from:
            back = replace(change, binding=binding)
            hold = holds.SCHEDULED_WHILE_SUSPENDED if change.desired else holds.REMOVED_WHILE_SUSPENDED
            return hold.filled({"suspension": reason}).on(back)
        kept = replace(change.binding or binding, retired=False)
        return _taken_off(replace(change, binding=kept), live, match, resolver, scene)
    return _waiting(change, reason, binding)


def _waiting(change: Change, reason: str, binding: Binding | None) -> Change:
    """The change, put off until the suspension ends, since its post is not scheduled, or bufferctl did not make it."""
    waits = replace(change, reason=Reason.SUSPENDED, why=replace(_WAITS, facts={"reason": reason}), todo=None)
    is_new = binding is None
    if change.action in {Action.CREATE, Action.WAITING} or (is_new and change.reason is Reason.MISSED):
        return replace(waits, action=Action.WAITING, write=None, candidates=())
    if change.action is Action.FORGET and binding and binding.taken_from and _is_draft(change.live):
        kept = replace(binding, retired=False)  # so that the root file that has it now knows who suspended it
        return replace(waits, action=Action.KEEP, binding=kept)
    if change.action is Action.UPDATE or (change.action is Action.HOLD and change.reason in _MOOT_WHILE_SUSPENDED):
        action = Action.NO_OP if change.desired else Action.KEEP
        return replace(waits, action=action, write=None, binding=binding, differences=(), candidates=())
    return change


def _is_draft(live: LiveItem | None) -> bool:
    return isinstance(live, LivePost) and live.status is PostStatus.DRAFT


def _is_ours(binding: Binding, live: LivePost) -> bool:
    return binding.id == live.id and binding.is_ours


def _taken_off(change: Change, live: LivePost, match: Match | None, resolver: Resolver, scene: Scene) -> Change:
    """The change that makes a post a draft, with what Buffer has; held if that cannot be read in full."""
    if change.binding is None:
        return change
    taken_from = instant(live.due_at) if live.is_custom_scheduled and live.due_at else QUEUE
    write = _with_what_is_there(change, change.binding, live, scene)
    if write is None and match and Seen.read(change.binding.seen).matches(content_of_live(live)):
        made = resolver(match, reschedule=False)  # nobody changed it, so a person's words are not lost
        if isinstance(made, EditPost):
            write = DraftPost(made.id, made.item, made.channel_id, made.tag_ids, made.idea_id)
    if write is None:
        return holds.CANNOT_BE_STOPPED.on(change)
    return replace(
        change,
        action=Action.UPDATE,
        cause=Cause.SUSPENDED,
        write=replace(write, taken_from=taken_from),
        differences=(),
        reason=None,
        why=None,
        todo=None,
        candidates=(),
    )


def _with_what_is_there(change: Change, binding: Binding, live: LivePost, scene: Scene) -> DraftPost | None:
    """The edit with the content that Buffer has; None if Buffer does not return all of it."""
    channel = scene.channels.get(live.channel_id)
    if channel is None or any(map(is_hidden, binding.given or ())):
        return None
    try:
        post = post_from_live(live, channel, change.address)
    except NotExpressibleError:
        return None
    return DraftPost(live.id, post, live.channel_id, tuple(tag.id for tag in live.tags), live.idea_id)


def first_off(changes: Iterable[Change]) -> list[Change]:
    """Puts changes that unschedule posts first: timed posts, the earliest first, then each queue from its end.

    A queue closes ranks, so the next post must not move into the slot of one that left. Deletes follow, then the rest.
    """
    changes = list(changes)
    off = [change for change in changes if change.takes_off]
    if not off:
        return changes
    timed = [each for each in off if _taken_from(each) != QUEUE]
    queued = [each for each in off if _taken_from(each) == QUEUE]
    deletes = [each for each in changes if each.action is Action.DELETE]
    rest = [each for each in changes if not each.takes_off and each.action is not Action.DELETE]
    by_slot = sorted(queued, key=_slot_time, reverse=True)
    return [*sorted(timed, key=_slot_time), *by_slot, *deletes, *rest]


def _taken_from(change: Change) -> str:
    return change.write.taken_from if isinstance(change.write, DraftPost) else ""


def _slot_time(change: Change) -> float:
    """When it would go out; at the end of everything if Buffer does not say that."""
    due_at = change.live.due_at if isinstance(change.live, LivePost) else None
    return due_at.timestamp() if due_at else float("inf")


def suspension_of(changes: Iterable[Change], scene: Scene, matches: Matches) -> Suspension | None:
    """The first part of a plan, about the suspension; None if nothing is suspended."""
    desired, changes, why = scene.desired, tuple(changes), _Why(scene)
    taken_over = tuple(_taken_over(changes, scene))
    if not desired.suspends:
        return Suspension(taken_over=taken_over) if taken_over else None
    return Suspension(
        reasons=tuple(dict.fromkeys(desired.suspended_for)),
        let_out=tuple(each.address for each in changes if _is_let_out(each, scene.desired)),
        going_out=(*_ours(changes, why), *_theirs(changes, why, scene, matches)),
        unread=tuple(_unread(scene)),
        taken_over=taken_over,
    )


def _taken_over(changes: Iterable[Change], scene: Scene) -> Iterator[TakenOver]:
    """Drafts that a suspension of another root file made, and that this plan puts back on the schedule."""
    for change in changes:
        claim, post = scene.suspended_elsewhere.get(change.live_id or ""), change.desired
        is_sent = change.action is Action.UPDATE and not change.takes_off and _is_draft(change.live)
        if claim and is_sent and isinstance(post, Post) and not post.draft:
            yield TakenOver(change.address, claim.root_file)


def _is_let_out(change: Change, desired: Desired) -> bool:
    item = change.desired
    if not isinstance(item, Post) or item.suspended or change.action in {Action.DONE, Action.PAST}:
        return False
    around = [each.suspended for each in desired.organizations if each.label == item.address.organization]
    return item.let_out or any([desired.settings.suspended, *around])  # else its channel or organization lets it out


def _ours(changes: Iterable[Change], why: Callable[[Change], str]) -> Iterator[GoesOut]:
    """Our suspended posts that this plan does not take off the schedule."""
    left = [each for each in changes if each.action is not Action.DELETE and not each.takes_off and why(each)]
    found = [
        (each.live, str(each.address))
        for each in left
        if each.is_ours and isinstance(each.live, LivePost) and each.live.may_go_out
    ]
    yield from sorted((_going_out(*each) for each in found), key=_when)


def _theirs(changes: Iterable[Change], why: _Why, scene: Scene, matches: Matches) -> Iterator[GoesOut]:
    """Posts that bufferctl did not make, on suspended channels or in suspended entries, by time."""
    adopted = (each for each in changes if each.binding and not each.is_ours and why(each))
    posts = [each.live for each in adopted if isinstance(each.live, LivePost) and each.live.may_go_out]
    for post in matches.unclaimed:
        if isinstance(post, LivePost) and post.may_go_out:
            organization = scene.channels[post.channel_id].organization_id
            if why.of(Slot(organization, post.channel_id, ""), _NO_ENTRY):
                posts.append(post)
    asked = {
        id_: str(change.address) for change in changes if change.action is Action.HOLD for id_ in change.candidates
    }
    yield from sorted((_going_out(post)._replace(perhaps=asked.get(post.id, "")) for post in posts), key=_when)


def _going_out(post: LivePost, address: str = "") -> GoesOut:
    return GoesOut(post.id, post.channel_id, post.due_at, post.text, address, not post.is_scheduled)


def _when(post: GoesOut) -> float:
    return post.due_at.timestamp() if post.due_at else float("inf")


def _unread(scene: Scene) -> Iterator[str]:
    """Channels of suspended organizations that no file names, so they were not read."""
    read = {home.channel_id for home in scene.homes}
    for declared in scene.desired.organizations:
        live = scene.targets.organizations.get(declared.label)
        if live and declared.suspended:
            yield from (f"{declared.label}/{each.label}" for each in live.channels if each.id not in read)


def still_suspended(changes: Iterable[Change], scene: Scene, matches: Matches) -> Mapping[Slot, Suspended]:
    """The state's data about suspensions: since when each entry is suspended, and which ones still wait afterwards."""
    before, now = scene.state.suspended, scene.now
    if not before and not scene.desired.suspends:
        return {}
    kept: dict[Slot, Suspended] = dict(before) if scene.options.only_suspends else {}
    waits = {each.slot for each in changes if each.action not in _NOTHING_TO_SEND}
    for match in matches.matches:
        item, slot = match.declared.item, match.declared.slot
        old = next((before[each] for each in match.declared.slots if each in before), None)
        if item.suspended:
            kept[slot] = _since(old, item.suspended, now)
        elif old and slot in waits:
            kept[slot] = replace(old, is_over=True)
    return kept | dict(_homes_suspended(scene))


def _since(old: Suspended | None, reason: str, now: datetime) -> Suspended:
    """Since when an entry is suspended for that reason.

    With another reason it begins anew, so plans made since the first one no longer count.
    """
    return replace(old, reason=reason) if old and old.still(reason) else Suspended(now, reason=reason)


def _homes_suspended(scene: Scene) -> Iterator[tuple[Slot, Suspended]]:
    """The same for whole channels, for entries that no apply has seen meanwhile; never dropped."""
    before, why = scene.state.suspended, _Why(scene)
    slots = {Slot(home.organization_id, home.channel_id, "") for home in scene.homes if home.channel_id != IDEAS}
    for slot in slots | {each for each in before if not each.key}:
        old = before.get(slot)
        reason = why.of(slot, _NO_ENTRY) if slot in slots else ""
        if reason:
            yield slot, _since(old, reason, scene.now)
        elif old:
            yield slot, replace(old, is_over=slot in slots or old.is_over)


def returns_to(item: Post, binding: Binding) -> str:
    """Where a post goes back to, if its file does not say that: its queue, or a time that a person gave it.

    One that needs an approval is submitted again: an approval was for its place then.
    """
    if item.needs_approval or (item.due_at and not item.draft):
        return ""
    return binding.taken_from


def goes_back_at(item: Post, binding: Binding | None) -> datetime | None:
    """The time at which a post is published that goes back on the schedule; None for its place in a queue."""
    place = returns_to(item, binding) if binding else ""
    return back_at(place) if place else item.due_at
