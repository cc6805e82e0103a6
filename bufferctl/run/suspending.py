"""Posts whose time passed during a suspension, from the files and the state alone."""

from __future__ import annotations

from datetime import UTC, datetime

from bufferctl.limits import LEAD
from bufferctl.model import Post
from bufferctl.reconcile import offline
from bufferctl.run.files import Files
from bufferctl.state import StateFile, Store


def missed(files: Files, store: Store) -> list[Post]:
    """The posts that a suspension took off the schedule, or kept from it, and that are too late now.

    Posts that are still suspended count as well. Raises StateError.
    """
    stored, now = StateFile(store, None), datetime.now(UTC)
    state = stored.load()
    plan = offline(files.desired, state, endpoint=stored.endpoint, now=now)
    found: list[Post] = []
    for change in plan.changes:
        post = change.desired
        was_off = change.slot in state.suspended or (change.binding is not None and bool(change.binding.taken_from))
        if isinstance(post, Post) and post.due_at and post.due_at - now < LEAD and was_off and not post.cancelled:
            found.append(post)
    return found
