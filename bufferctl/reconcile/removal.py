"""Objects that were removed from the files or cancelled: deleted if ours and unpublished, else forgotten.

The guards against deleting by accident are here too: `protect`, `prune: false`, `max_deletes`, a file that is
suddenly empty or gone. They guard objects that disappeared from the files; `cancelled` is always intended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bufferctl.model import (
    IDEAS,
    Binding,
    DeletePost,
    Item,
    LiveItem,
    LivePost,
    Origin,
    PostStatus,
    Slot,
    content_of_desired,
    content_of_live,
    fingerprint,
)
from bufferctl.model.comparable import Fingerprint
from bufferctl.model.seen import Seen, as_it_was
from bufferctl.plan import WRITING, Action, Cause, Change
from bufferctl.reconcile import holds
from bufferctl.reconcile.facts import was_moved
from bufferctl.reconcile.matches import Matches
from bufferctl.reconcile.scene import Divergence, Options, Scene
from bufferctl.said import Said
from bufferctl.value import replace

#: Why something that the files no longer want stays.
_IS_PUBLISHED = Said("It is already published, which cannot be undone")
_IS_IDEA = Said("Buffer's API cannot delete ideas, so it stays there")
_THEIRS = Said("{whose}, so it stays there")
_THEIRS_GOES_OUT = Said("{whose}, so it stays there and will be published")
_DECLARED_ELSEWHERE = Said("{root_file} declares it now, so it stays in Buffer")


def called_off(item: Item, slot: Slot, binding: Binding, live: LiveItem | None, scene: Scene) -> Change:
    """The change for an object that the files declare as cancelled."""
    change = Change(item.address, Action.FORGET, Cause.CANCELLED, slot, item.place, item, live, binding=binding)
    if at_rest := _at_rest(change, binding, scene):
        return at_rest
    if not binding.is_ours:
        return holds.CANCELLED_BUT_THEIRS.on(change)
    return holds.PROTECTED.on(change) if item.protect else _deleted(change, binding)


def no_longer_declared(slot: Slot, binding: Binding, scene: Scene) -> Change:
    """The change for an object that the files no longer declare."""
    address, live, elsewhere = binding.address_in(slot), scene.by_id.get(binding.id), scene.elsewhere
    change = Change(address, Action.FORGET, Cause.REMOVED, slot, live=live, binding=binding)
    is_out = binding.status == PostStatus.SENT or (live and live.is_out)
    if binding.id in scene.options.declared_elsewhere and binding.id not in elsewhere and not is_out:
        return replace(change, action=Action.KEEP)  # which has not taken it over yet
    if at_rest := _at_rest(change, binding, scene):
        return at_rest
    if binding.unmerged:
        return replace(change, action=Action.KEEP)
    if binding.id in elsewhere:
        root_file = elsewhere[binding.id].root_file
        return _stays(change, binding, replace(_DECLARED_ELSEWHERE, facts={"root_file": root_file}))
    if binding.id in scene.out_of_sight and str(address) not in scene.options.confirmed:
        return holds.out_of_sight(scene.out_of_sight[binding.id]).on(change)
    if not binding.is_ours:
        sentence = _THEIRS_GOES_OUT if change.goes_out else _THEIRS
        return _stays(change, binding, replace(sentence, facts={"whose": holds.whose(live)}))
    if binding.protect:
        return holds.PROTECTED_AND_REMOVED.on(change)
    if not scene.desired.settings.prune:
        return replace(change, action=Action.KEEP)
    if slot.organization_id not in scene.organizations and str(address) not in scene.options.confirmed:
        return holds.NO_ORGANIZATION.on(change)
    return _deleted(change, binding)


def kept_in_question(slot: Slot, binding: Binding, scene: Scene) -> Change | None:
    """What stays in Buffer without an entry while a person is asked whether another entry has it; None if it is out.

    It is a change like any other: it can be suspended, keeps its text, and is named if it goes out.
    """
    live = scene.by_id.get(binding.id)
    if live is None or live.is_out:
        return None
    return Change(binding.address_in(slot), Action.KEEP, Cause.REMOVED, slot, live=live, binding=binding)


def _at_rest(change: Change, binding: Binding, scene: Scene) -> Change | None:
    """The change for an object that cannot be deleted: an idea, a published post, or one that Buffer does not show.

    What may have been published before it was gone stays in the state: declared again, it is asked about.
    """
    live = change.live
    if change.slot.channel_id == IDEAS:
        return _stays(change, binding, _IS_IDEA) if live else change
    if isinstance(live, LivePost) and live.status is PostStatus.SENDING:
        return holds.BEING_PUBLISHED.on(change)
    if binding.status == PostStatus.SENT or (live and live.is_out):
        why = _IS_PUBLISHED if change.desired else None
        return _stays(change, replace(binding, status=PostStatus.SENT), why)
    if live is None and binding.id not in scene.live.gone:
        return holds.NOT_READ.on(change)
    if live is None:
        return _stays(change, binding, None) if binding.may_be_out(scene.now) else change
    return None


def _stays(change: Change, binding: Binding, why: Said | None) -> Change:
    """Keep an object that stays in Buffer in the state, so that declaring it again does not create it again."""
    return replace(change, binding=replace(binding, retired=True), why=why)


#: What is special about something that is deleted.
_IMPORTED = Said("It was imported. {whose}")
_RECOVERED = Said("It was matched by its content, so another tool may have created it")
_CHANGED_SINCE = Said("Somebody changed it in Buffer since the last apply; that version is deleted")


def _deleted(change: Change, binding: Binding) -> Change:
    why = None
    if binding.origin is Origin.IMPORTED:
        why = replace(_IMPORTED, facts={"whose": holds.whose(change.live)})
    elif binding.origin is Origin.RECOVERED:
        why = _RECOVERED
    live = as_it_was(binding, change.live)
    if live and (
        was_moved(binding, live) or (binding.seen and not Seen.read(binding.seen).matches(content_of_live(live)))
    ):
        why = _CHANGED_SINCE
    return replace(change, action=Action.DELETE, write=DeletePost(binding.id, change.slot.channel_id), why=why)


def guard_deletes(changes: list[Change], scene: Scene, matches: Matches) -> list[Change]:
    """Hold deletes that look like an accident, unless the command line confirms them, or how many are intended.

    A number in the options overrides the guards and `max_deletes` of the files. Both count entries, or their
    occurrences, once for all their channels.
    """
    desired, options, allowed = scene.desired, scene.options, scene.options.max_deletes
    if options.review and allowed is None:
        return changes  # each delete was agreed to by itself, or is held as not reviewed
    removed = [each for each in changes if each.action is Action.DELETE and each.cause is Cause.REMOVED]
    deletes = [each for each in removed if str(each.address) not in options.confirmed]
    count = _entries(deletes)
    limit = desired.settings.max_deletes if allowed is None else allowed
    if count > limit:
        goes_out = any(each.goes_out for each in deletes)
        declared = {(each.declared.slot.organization_id, each.declared.slot.key) for each in matches.matches}
        dropped = [each.address for each in deletes if (each.slot.organization_id, each.slot.key) in declared]
        channels = sorted(set(map(desired.reference, dropped))) if len(dropped) == len(deletes) else []
        cut = _shortened(deletes, matches)
        lost = bool(_of_lost_files(deletes, scene, matches))
        hold = holds.too_many_deletes(count, len(deletes), limit, cut, channels, goes_out=goes_out, of_lost_files=lost)
        held = {change.slot: hold.on(change) for change in deletes}
    else:
        held = _of_lost_files(deletes, scene, matches) if allowed is None else {}
    return [held.get(change.slot, change) if change.action is Action.DELETE else change for change in changes]


def _entries(deletes: Iterable[Change]) -> int:
    return len({(change.slot.organization_id, change.slot.key) for change in deletes})


def hold_what_diverged(changes: list[Change], options: Options) -> list[Change]:
    """Hold changes that exist only because the checkout lacks what was applied last, or reverses it.

    Only a person who names the address can confirm such a change; no number of deletes, and no review, does.
    """
    diverged = options.diverged
    if diverged is None:
        return changes
    lacked = [each.binding for each in changes if each.binding and not each.binding.is_in(diverged.contained)]
    replaced = {version for binding in lacked for version in binding.before}

    def held(change: Change) -> Change:
        if change.action not in WRITING or str(change.address) in options.confirmed:
            return change
        if change.binding is None or change.binding.is_in(diverged.contained):
            return _held_if_old(change, diverged, replaced)
        return _held_if_lacking(change, change.binding, diverged)

    return [held(change) for change in changes]


def _held_if_old(change: Change, diverged: Divergence, replaced: Collection[str]) -> Change:
    """A change to what the checkout has, or to what is new: held if a newer commit has another version of it.

    `replaced`: the versions that the commits which the checkout lacks replaced.
    """
    if _is_of_outdated_file(change, diverged) or _version(change) in replaced:
        return holds.OUTDATED_HERE.on(change)
    if change.action is Action.CREATE and change.desired and diverged.had(change.desired):
        return holds.PERHAPS_CANCELLED_ELSEWHERE.on(change)
    return change


def _held_if_lacking(change: Change, binding: Binding, diverged: Divergence) -> Change:
    """A change to what a commit that the checkout lacks has applied: held if it takes that back."""
    if change.cause is Cause.REMOVED:
        return holds.ONLY_ELSEWHERE.on(change)
    if not diverged.known and binding.commit == diverged.applied:
        return holds.PERHAPS_OUTDATED.on(change)
    if _is_of_outdated_file(change, diverged) or _reverses(change, binding):
        return holds.OUTDATED_HERE.on(change)
    if change.action is Action.CREATE and change.desired and diverged.had(change.desired):
        return holds.PERHAPS_CANCELLED_ELSEWHERE.on(change)
    if change.action is not Action.CREATE and not binding.before:
        return holds.ADDED_ELSEWHERE.on(change)
    return change


def _is_of_outdated_file(change: Change, diverged: Divergence) -> bool:
    return change.place is not None and change.place.file in diverged.outdated_files


def _reverses(change: Change, binding: Binding) -> bool:
    """Whether a write would bring back the content, the hidden fields or the schedule that a version before had."""
    now, new = Fingerprint.read(binding.applied), Fingerprint.read(_version(change))
    if now is None or new is None:
        return False
    earlier = [before for before in map(Fingerprint.read, binding.before) if before]
    return any(now[part] != new[part] == before[part] for before in earlier for part in range(1, len(new)))


def _version(change: Change) -> str:
    """The version that a write brings about, as bindings name those that another checkout may have replaced."""
    item = change.desired
    return "" if item is None or item.cancelled else str(fingerprint(item, content_of_desired(item)))


def _shortened(deletes: Iterable[Change], matches: Matches) -> dict[str, tuple[int, int]]:
    """For each repeated entry that lost its last occurrences: how many it had and has."""
    series: dict[tuple[str, str], int] = {}
    for match in matches.matches:
        item = match.declared.item
        if item.expansion and item.number:
            for key in filter(None, (item.address.key, item.was)):
                series[match.declared.slot.home, key.rpartition("-")[0]] = item.expansion.times
    found: dict[str, tuple[int, int]] = {}
    for change in deletes:
        key, _, number = change.slot.key.rpartition("-")
        times = series.get((change.slot.home, key))
        if times is not None and number.isdecimal() and int(number) > times:
            had = int(number), times
            found[key] = max(had, found.get(key, had))
    return found


def _of_lost_files(deletes: list[Change], scene: Scene, matches: Matches) -> dict[Slot, Change]:
    """The objects of files that have disappeared with everything in them, unless a commit deleted the file."""
    files = {item.place.file for item in scene.desired.items} | scene.options.deleted_files
    files |= {each.binding.file for each in matches.matches if each.binding}
    lost: dict[str, list[Change]] = {}
    for change in deletes:
        if change.binding and change.binding.file not in files:
            lost.setdefault(change.binding.file, []).append(change)
    held: dict[Slot, Change] = {}
    for file, of_it in lost.items():
        hold = holds.file_emptied(file, len(of_it), _entries(deletes), goes_out=any(each.goes_out for each in of_it))
        held |= {change.slot: hold.on(change) for change in of_it}
    return held
