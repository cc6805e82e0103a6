"""Reviewed changes that came too late, because their post was published first."""

from __future__ import annotations

from dataclasses import replace

from bufferctl.model import PostStatus
from bufferctl.plan import WRITING, Action, Cause, Change, Reason


def overtaken(then: Change, now: Change) -> Change:
    """`now`, reported if it stands for the reviewed write `then`, which publication overtook.

    An apply records that the post is published, so this is said once.
    """
    binding = now.binding
    is_edit = now.action is Action.DONE and now.cause is Cause.EDITED
    is_delete = now.action is Action.FORGET and binding is not None and binding.status == PostStatus.SENT
    if then.action not in WRITING or not (is_delete if then.action is Action.DELETE else is_edit):
        return now
    done, do = ("deleted", "Delete it") if is_delete else ("changed", "To change what people see, edit it")
    return replace(
        now,
        reason=Reason.OVERTAKEN,
        message=f"It was published before it could be {done} as reviewed, so nothing was sent",
        hint=f"{do} on the network itself.",
    )
