"""What an intent says of the time before it: by that a later run tells its result from what was there."""

from __future__ import annotations

from dataclasses import replace

from bufferctl.apply.queue import Pending
from bufferctl.model import CreatePost, DeletePost, EditPost, LivePost, Origin, PostStatus
from bufferctl.model.comparable import bind, standing
from bufferctl.plan import Action, Cause, Change
from tests.apply.fake import START, post
from tests.apply.machine import slot

A = post("a")
LIVE = LivePost("p1", "c0", PostStatus.SCHEDULED, "Before", START, START)


def test_what_is_changed_has_its_standing_then() -> None:
    """An edit and a delete: as it stood when they were planned."""
    change = Change(A.address, Action.UPDATE, Cause.EDITED, slot(A), desired=A, live=LIVE)
    for write in (EditPost("p1", A, "c0"), DeletePost("p1", "c0")):
        assert Pending(change, write).before == standing(LIVE)
        assert Pending(replace(change, live=None), write).before == ""


def test_what_a_create_replaces_is_named() -> None:
    """The post that the state had in its place, which an import would not bring back."""
    change = Change(A.address, Action.CREATE, Cause.DRIFT, slot(A), desired=A, binding=bind(A, LIVE, Origin.CREATED))
    assert Pending(change, CreatePost(A, "c0")).before == "p1"
    assert Pending(replace(change, binding=None), CreatePost(A, "c0")).before == ""
