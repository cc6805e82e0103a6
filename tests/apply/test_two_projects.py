"""Two projects of one user in one account: neither claims the other's writes (design: The state)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bufferctl.model import Origin, Post
from tests.apply.fake import FakeBuffer, Fault, FaultKind, Killed, Mortal, post
from tests.apply.machine import Machine, slot

MINE = post("launch", "The words of the first project, about its own launch")
THEIRS = post("launch", "What the second project has to say, and nobody else does")


@pytest.fixture
def other(machine: Machine) -> Machine:
    """The second project, of the same user."""
    return Machine(machine.folder, machine.buffer, name="other")


def dies(machine: Machine, item: Post) -> None:
    """Apply on a machine that loses power; then power is back."""
    with pytest.raises(Killed):
        machine.apply(item)
    machine.buffer.mortal = Mortal()


def texts(buffer: FakeBuffer) -> dict[str, str]:
    """Texts by id."""
    return {each.id: each.text for each in buffer.posts.values()}


def bound(machine: Machine, item: Post) -> tuple[str, Origin]:
    """The id in the project's record, and its origin."""
    binding = machine.state().bindings[slot(item)]
    return binding.id, binding.origin


@pytest.mark.parametrize("kind", ["kill-before", "kill-after", "kill-late"])
def test_a_kill_in_one_is_nothing_to_the_other(
    machine: Machine, other: Machine, buffer: FakeBuffer, kind: FaultKind
) -> None:
    """With the same channel and key: no post is rewritten, orphaned or created twice, whichever runs next."""
    buffer.faults = [Fault(kind, 1, delay=10)]
    dies(machine, MINE)
    buffer.pass_time(3600)
    assert other.apply(THEIRS).error is None
    assert machine.apply(MINE).error is None
    assert sorted(texts(buffer).values()) == sorted([MINE.text, THEIRS.text])
    for each, item in ((machine, MINE), (other, THEIRS)):
        live_id, origin = bound(each, item)
        assert (texts(buffer)[live_id], origin) == (item.text, Origin.CREATED)
        assert each.apply(item).writes == 0


def test_a_kill_before_the_record_is_saved_is_nothing_to_the_other(
    machine: Machine, other: Machine, buffer: FakeBuffer
) -> None:
    """A result that is only in the journal stays with the first project."""
    buffer.dies_on = "save"
    dies(machine, MINE)
    buffer.dies_on = ""
    other.apply(THEIRS)
    assert not other.state().bindings.keys() - {slot(THEIRS)}
    assert texts(buffer)[bound(other, THEIRS)[0]] == THEIRS.text
    assert machine.apply(MINE).writes == 0
    assert bound(machine, MINE) == ("0001", Origin.CREATED)


def test_right_after_a_kill_the_other_s_post_holds_nothing(
    machine: Machine, other: Machine, buffer: FakeBuffer
) -> None:
    """It was created while ours could land and matches none of ours, but the journal knows its owner."""
    buffer.faults = [Fault("kill-before")]
    dies(machine, MINE)
    other.apply(THEIRS)
    attempt = machine.apply(MINE)
    assert [o.change.reason for o in attempt.outcomes] == [None]
    assert sorted(texts(buffer).values()) == sorted([MINE.text, THEIRS.text])


def test_an_equal_post_of_the_other_is_not_taken_for_ours(machine: Machine, other: Machine, buffer: FakeBuffer) -> None:
    """Same channel, key and words: the second project's post, made right after the kill, is never bound as created."""
    buffer.faults = [Fault("kill-before")]
    dies(machine, MINE)
    other.apply(MINE)
    machine.apply(MINE)
    assert bound(other, MINE) == ("0001", Origin.CREATED)
    assert bound(machine, MINE) != ("0001", Origin.CREATED)


def test_a_removed_entry_of_one_deletes_nothing_of_the_other(
    machine: Machine, other: Machine, buffer: FakeBuffer
) -> None:
    """The run was killed during its delete; the other project, with the same key, keeps its post."""
    machine.apply(MINE)
    other.apply(THEIRS)
    buffer.faults = [Fault("kill-after", 1)]
    with pytest.raises(Killed):
        machine.apply()
    buffer.mortal = Mortal()
    other.apply(THEIRS)
    machine.apply()
    assert list(texts(buffer).values()) == [THEIRS.text]
    assert not machine.state().bindings


def test_an_edit_of_one_is_settled_by_it_alone(machine: Machine, other: Machine, buffer: FakeBuffer) -> None:
    """The run was killed during its edit; the other project neither sends nor settles it."""
    machine.apply(MINE)
    other.apply(THEIRS)
    edited = replace(MINE, text=f"{MINE.text}, with an end of its own")
    buffer.faults = [Fault("kill-before")]
    dies(machine, edited)
    other.apply(THEIRS)
    assert sorted(texts(buffer).values()) == sorted([MINE.text, THEIRS.text])
    machine.apply(edited)
    assert sorted(texts(buffer).values()) == sorted([edited.text, THEIRS.text])
