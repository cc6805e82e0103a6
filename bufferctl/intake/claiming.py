"""Objects that the files declare and a person made in Buffer: from the import on they are ours to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bufferctl.errors import ApiError, UsageError
from bufferctl.model import IDEAS, Account, Binding, Idea, LiveIdea, LivePost, Origin, Post, Slot
from bufferctl.model.comparable import bind, of_desired, of_live, same
from bufferctl.plan import Action, Change
from bufferctl.reconcile import Targets, schedule_differences

if TYPE_CHECKING:
    from bufferctl.api import Buffer

#: Actions of what Buffer has as the files declare it.
AT_REST = frozenset({Action.NO_OP, Action.DONE})


def claimed(change: Change) -> Binding | None:
    """The binding of a declared object that was adopted, or is to be; None if it is ours already or not there."""
    if change.action is Action.ADOPT and change.live is not None and change.desired is not None:
        return bind(change.desired, change.live, Origin.IMPORTED)
    if change.action in AT_REST and change.binding is not None and change.binding.origin is Origin.ADOPTED:
        return replace(change.binding, origin=Origin.IMPORTED)
    return None


def claim(
    buffer: Buffer,
    account: Account,
    targets: Targets,
    bindings: Mapping[Slot, Binding],
    item: Post | Idea,
    live_id: str,
) -> tuple[Slot, Binding]:
    """The slot of a declared object and its binding to the live one with that id (`import ADDRESS ID`).

    Where the two differ, the binding says so, and the next plan shows what. Raises ApiError if the id is not in that
    home, UsageError where the id or the address is bound otherwise.
    """
    slot, live = _find(buffer, account, targets, item, live_id)
    _refuse_bound(bindings, slot, live_id, str(item.address))
    binding = bind(item, live, Origin.IMPORTED)
    alike = same(of_desired(item), of_live(live)) and not schedule_differences(item, live)
    return slot, binding if alike else replace(binding, applied="", entry="")


def _find(
    buffer: Buffer, account: Account, targets: Targets, item: Post | Idea, live_id: str
) -> tuple[Slot, LivePost | LiveIdea]:
    organization = targets.organizations[item.address.organization]
    if isinstance(item, Idea):
        ideas = buffer.read(account, {}, ideas=[organization.id]).ideas
        idea = next((each for each in ideas if each.id == live_id), None)
        if idea is None:
            raise ApiError(f"{organization.name} has no idea {live_id}", hint="Copy the id from Buffer.")
        return Slot(organization.id, IDEAS, item.address.key), idea
    channel = targets.channels[item.address.organization, item.address.channel]
    post = buffer.post(live_id)
    if post is None or post.channel_id != channel.id:
        where = "in Buffer" if post is None else f"on {item.address.channel}; it is on another channel"
        raise ApiError(f"There is no post {live_id} {where}", hint="Copy the id from Buffer.")
    return Slot(organization.id, channel.id, item.address.key), post


def _refuse_bound(bindings: Mapping[Slot, Binding], slot: Slot, live_id: str, address: str) -> None:
    """An id has at most one address, and an address at most one id (design: The record). Raises UsageError."""
    for other, binding in bindings.items():
        if binding.id == live_id and other != slot:
            raise UsageError(
                f"{live_id} is already {binding.address}",
                hint=f"Rename it with `was: {other.key}` in the file, or remove that entry first:\n"
                f"bufferctl state rm {binding.address}",
            )
    old = bindings.get(slot)
    if old and old.id != live_id:
        raise UsageError(
            f"{address} is already {old.id}",
            hint=f"If that is wrong, remove that entry first:\nbufferctl state rm {address}",
        )
