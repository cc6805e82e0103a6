"""Posts whose time passed during a suspension, from the files and the state alone."""

from __future__ import annotations

from datetime import UTC, datetime

from bufferctl.limits import LEAD
from bufferctl.model import Post, State
from bufferctl.plan import Change
from bufferctl.reconcile import offline
from bufferctl.reconcile.suspending import goes_back_at
from bufferctl.run.files import Files
from bufferctl.state import StateFile, Store


def missed(files: Files, store: Store) -> list[tuple[Post, datetime]]:
    """The posts that a suspension took off the schedule, or kept from it, and that are too late now, with their times.

    Posts that are still suspended count as well. Raises StateError.
    """
    stored, now = StateFile(store, None), datetime.now(UTC)
    state = stored.load()
    plan = offline(files.desired, state, endpoint=stored.endpoint, now=now)
    found: list[tuple[Post, datetime]] = []
    for change in plan.changes:
        post = change.desired
        was_off = _is_known(change, state) or change.is_off
        if not isinstance(post, Post) or post.cancelled or not was_off:
            continue
        due_at = goes_back_at(post, change.binding)  # a person may have given one of a queue its own time
        if due_at and due_at - now < LEAD:
            found.append((post, due_at))
    return found


def _is_known(change: Change, state: State) -> bool:
    """Whether the state has its entry as suspended. Only bindings tell the id of a channel, so else its name counts."""
    slots = {slot for slot in state.suspended if slot.key == change.slot.key}
    homes = [state.homes[slot.channel_id] for slot in slots if slot.channel_id in state.homes]
    names = {f"{home.service}:{home.handle}" for home in homes if home.service}
    return change.slot in slots or (change.binding is None and change.address.channel in names)
