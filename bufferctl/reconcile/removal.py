"""What becomes of objects that left the files or are cancelled: deleted if ours and unsent, else forgotten or said.

The guards against deleting by accident stand here too: `protect`, `prune: false`, `max_deletes`, a file that is
suddenly empty or gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from bufferctl.diagnostics import Diagnostic, Place, Severity
from bufferctl.model import (
    IDEAS,
    Address,
    Binding,
    DeletePost,
    Desired,
    Idea,
    LiveChannel,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Slot,
)
from bufferctl.plan import Action, Cause, Change
from bufferctl.reconcile import holds
from bufferctl.reconcile.differences import OUT


@dataclass(frozen=True, slots=True)
class Removed:
    """A binding whose object the files no longer want. `declared` is there where they say so (`cancelled`)."""

    slot: Slot
    binding: Binding
    live: LivePost | LiveIdea | None
    declared: Post | Idea | None = None


@dataclass(frozen=True, slots=True)
class Removals:
    """The changes, and the warnings for what will be published though no file says it any more."""

    changes: tuple[Change, ...]
    warnings: tuple[Diagnostic, ...]


def remove(
    removed: Iterable[Removed],
    desired: Desired,
    channels: Mapping[str, LiveChannel],
    gone: frozenset[str],
    max_deletes: int | None,
    files: Collection[str],
) -> Removals:
    """Decide about everything removed. `max_deletes` is what the command line said, which overrules the guards.

    `files`: those that are not lost, since something of them is still declared, there or in another file.
    """
    changes, warnings = [], []
    for item in removed:
        change = _decide(item, channels.get(item.slot.channel_id), gone)
        pruned = change.action is Action.DELETE and change.cause is Cause.REMOVED
        if pruned and not desired.settings.prune:
            warnings.append(_still_published(change))
            change = replace(change, action=Action.NO_OP, write=None, message="")
        changes.append(change)
    return Removals(tuple(_guarded(changes, desired.settings.max_deletes, max_deletes, files)), tuple(warnings))


def _decide(item: Removed, channel: LiveChannel | None, gone: frozenset[str]) -> Change:
    binding, live = item.binding, item.live
    cause = Cause.CANCELLED if item.declared else Cause.REMOVED
    change = Change(
        address=item.declared.address if item.declared else address_of(item.slot, binding),
        action=Action.FORGET,
        cause=cause,
        slot=item.slot,
        place=item.declared.place if item.declared else None,
        desired=item.declared,
        live=live,
        binding=binding,
    )
    if item.slot.channel_id == IDEAS:
        return replace(change, message="Buffer's API cannot delete ideas, so it stays there") if live else change
    if not isinstance(live, LivePost):
        unread = binding.id not in gone and binding.status != PostStatus.SENT
        return holds.not_read().on(change) if unread else change
    if live.status in OUT:
        return replace(change, message="It is published, which cannot be taken back here") if item.declared else change
    if binding.origin is Origin.ADOPTED and item.declared:
        return holds.cancelled_but_theirs(live.id, goes_out=change.goes_out).on(change)
    if binding.origin is Origin.ADOPTED:
        goes_out = " and will be published" if change.goes_out else ""
        return replace(change, message=f"A person made it in Buffer, so it stays there{goes_out}")
    if item.declared.protect if item.declared else binding.protect:
        return holds.protected(declared=item.declared is not None, goes_out=change.goes_out).on(change)
    if channel is not None and (channel.is_disconnected or channel.is_locked):
        label = f"{channel.service.value}:{channel.name}"
        return holds.channel_unavailable(label, locked=not channel.is_disconnected).on(change)
    theirs = "It was imported, so a person may have made it in Buffer" if binding.origin is Origin.IMPORTED else ""
    return replace(change, action=Action.DELETE, write=DeletePost(binding.id, live.channel_id), message=theirs)


def _guarded(changes: list[Change], most: int, allowed: int | None, files: Collection[str]) -> Iterable[Change]:
    """Hold deletes that look like an accident, unless the command line says how many are meant."""
    deletes = [c for c in changes if c.action is Action.DELETE]
    limit = most if allowed is None else allowed
    if len(deletes) > limit:
        hold = holds.too_many_deletes(len(deletes), limit, goes_out=any(c.goes_out for c in deletes))
        return [hold.on(c) if c.action is Action.DELETE else c for c in changes]
    if allowed is not None:
        return changes
    lost: dict[str, list[Change]] = {}
    for change in deletes:
        if change.cause is Cause.REMOVED and change.binding and change.binding.file not in files:
            lost.setdefault(change.binding.file, []).append(change)
    held: dict[Slot, Change] = {}
    for file, of_it in lost.items():
        hold = holds.file_emptied(file, len(of_it), len(deletes), goes_out=any(c.goes_out for c in of_it))
        held |= {change.slot: hold.on(change) for change in of_it}
    return [held.get(change.slot, change) for change in changes]


def address_of(slot: Slot, binding: Binding) -> Address:
    """The address as it was last declared; by ids where that cannot be read."""
    try:
        return Address.parse(binding.address)
    except ValueError:
        return Address(slot.organization_id, slot.channel_id, slot.key)


def _still_published(change: Change) -> Diagnostic:
    where = Place(change.binding.file) if change.binding and change.binding.file else None
    goes_out = " and will be published" if change.goes_out else ""
    return Diagnostic(
        Severity.WARNING,
        f"{change.address} was removed from the files but is still in Buffer{goes_out}, since `prune` is off",
        place=where,
        hint="Delete it in Buffer, or put it back with `cancelled: true`.",
    )
