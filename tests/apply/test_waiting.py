"""A plan that waits before it is sent (a question, a used-up quota): changes that people make meanwhile are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bufferctl.errors import ApiError, PartWayError
from bufferctl.plan import Status
from tests.apply.fake import FakeBuffer, post
from tests.apply.machine import Machine

MANY = [post(f"k{n}") for n in range(8)]
EDITED = [replace(each, text=f"{each.text}, edited") for each in MANY[:4]]


@pytest.fixture
def applied(machine: Machine) -> Machine:
    """All posts are in Buffer."""
    machine.apply(*MANY)
    return machine


def meanwhile(buffer: FakeBuffer, seconds: float, what: Callable[[], object]) -> None:
    """Let time pass before the first request is sent, and run an action during it."""

    def wait() -> None:
        buffer.on_pace = lambda: None
        buffer.pass_time(seconds)
        what()

    buffer.on_pace = wait


def change(buffer: FakeBuffer, *numbers: int) -> None:
    """Somebody changes the posts created for these items."""
    for number in numbers:
        found = buffer.posts[f"{number + 1:04d}"]
        buffer.posts[found.id] = replace(found, text="Somebody's words")


@pytest.mark.parametrize("few", [True, False])
def test_what_somebody_changed_meanwhile_is_neither_edited_nor_deleted(
    applied: Machine, buffer: FakeBuffer, few: bool
) -> None:
    """Held, and the rest is done; the next run shows it like any drift. Checked one by one, or by list."""
    kept = [EDITED[0], *MANY[1:7]] if few else [*EDITED, MANY[4]]
    numbers = (0, 7) if few else (1, 6)
    meanwhile(buffer, 600, lambda: change(buffer, *numbers))
    attempt = applied.apply(*kept)
    held = [o.change.address.key for o in attempt.outcomes if o.status is Status.HELD]
    assert sorted(held) == [f"k{number}" for number in numbers]
    assert [p.text for p in buffer.posts.values() if p.text == "Somebody's words"] == ["Somebody's words"] * 2
    done = [o.change.address.key for o in attempt.outcomes if o.status is Status.DONE]
    assert len(done) == len(attempt.outcomes) - 2 == (0 if few else 5)


def test_nothing_is_looked_at_again_at_once(applied: Machine, buffer: FakeBuffer) -> None:
    """Within two minutes the reading is still fresh: no extra request."""
    before = buffer.reads
    applied.apply(*EDITED, *MANY[4:])
    assert buffer.reads == before


def test_what_is_gone_meanwhile(applied: Machine, buffer: FakeBuffer) -> None:
    """Somebody deleted them in between: Buffer refuses the edit, and the delete counts as done."""
    meanwhile(buffer, 600, lambda: [buffer.posts.pop(each) for each in ("0001", "0008")])
    attempt = applied.apply(EDITED[0], *MANY[1:7])
    assert {o.change.address.key: o.status for o in attempt.outcomes} == {"k0": Status.REFUSED, "k7": Status.DONE}


def test_it_cannot_be_looked_at(applied: Machine, buffer: FakeBuffer) -> None:
    """If the check fails, nothing is sent, and each change is reported as not sent."""
    meanwhile(buffer, 600, lambda: setattr(buffer, "away", True))
    sent = len(buffer.sent)
    attempt = applied.apply(*EDITED, *MANY[4:])
    assert isinstance(attempt.error, ApiError)
    assert ([o.status for o in attempt.outcomes], len(buffer.sent)) == ([Status.NOT_SENT] * 4, sent)
    buffer.away = False
    assert applied.apply(*EDITED, *MANY[4:]).error is None
    assert sum(p.text.endswith(", edited") for p in buffer.posts.values()) == 4


@pytest.mark.parametrize(("seconds", "read"), [(119.999, False), (120, True)])
def test_after_two_minutes_it_is_looked_at_again(
    applied: Machine, buffer: FakeBuffer, seconds: float, read: bool
) -> None:
    """By Buffer's clock, since the plan was read; four edits are one list."""
    before = buffer.reads
    meanwhile(buffer, seconds, lambda: None)
    applied.apply(*EDITED, *MANY[4:])
    assert buffer.reads - before == (1 if read else 0)


def test_a_queue_that_moved_up_meanwhile_sends_nothing_at_once(applied: Machine, buffer: FakeBuffer) -> None:
    """Somebody deleted the posts before it, so its slot is a minute away: an edit would keep it there."""

    def move_up() -> None:
        near = buffer.server_time() + timedelta(minutes=1)
        buffer.posts["0001"] = replace(buffer.posts["0001"], due_at=near)

    meanwhile(buffer, 600, move_up)
    sent = len(buffer.sent)
    attempt = applied.apply(EDITED[0], *MANY[1:])
    assert [(o.status, "too near" in o.message) for o in attempt.outcomes] == [(Status.HELD, True)]
    assert len(buffer.sent) == sent


def test_it_cannot_be_looked_at_in_the_middle(applied: Machine, buffer: FakeBuffer) -> None:
    """Thirty posts are out, then Buffer is away: exit 5, and what was done is saved."""
    new = [post(f"n{n:02d}") for n in range(30)]
    buffer.on_send = lambda: meanwhile(buffer, 600, lambda: setattr(buffer, "away", True))
    attempt = applied.apply(*new, *EDITED, *MANY[4:])
    assert isinstance(attempt.error, PartWayError)
    assert [o.status for o in attempt.outcomes] == [Status.DONE] * 30 + [Status.NOT_SENT] * 4
    assert len(applied.state().bindings) == 38
