"""What a run tells the state: what changes there alone, what is about to be sent, and what cannot be saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bufferctl.apply import FileJournal, Ledger, Run, Settler
from bufferctl.errors import InterruptError, PartWayError, StateError
from bufferctl.limits import LEAD
from bufferctl.model import Asset, Binding, CreatePost, Freeze, Image, Intent, Origin, State
from bufferctl.plan import Action, Cause, Change, Plan, Reason, Status
from bufferctl.said import prose
from bufferctl.state import LocalStore, StateFile
from tests.apply.fake import SETTLE, START, FakeBuffer, post
from tests.apply.machine import ENDPOINT, Told, slot

A, B, C = post("a"), post("b"), post("c")
BOUND = Binding("p1", Origin.CREATED, "1:x:y:z", "seen", address=str(A.address))


@pytest.mark.parametrize("retired", [True, False])
def test_what_is_forgotten_leaves_the_state_unless_it_is_out(tmp_path: Path, retired: bool) -> None:
    """A published one stays as retired, so that nothing creates it again."""
    journal, told = FileJournal(tmp_path, ENDPOINT, tmp_path / "buffer.yaml"), Told()
    store = StateFile(LocalStore(tmp_path / "state.json"), ENDPOINT)
    ledger = Ledger(journal, store, told, {slot(A): BOUND}, State())
    kept = replace(BOUND, retired=retired)
    ledger.record_only(Plan(START, ENDPOINT, (Change(A.address, Action.FORGET, Cause.REMOVED, slot(A), binding=kept),)))
    assert ledger.bindings == ({slot(A): kept} if retired else {})
    assert [outcome.status for outcome in told.outcomes] == [Status.DONE]


def ledger(folder: Path, told: Told, *, commit: str = "") -> Ledger:
    """An empty one, of a checkout at `commit`."""
    journal, store = (
        FileJournal(folder, ENDPOINT, folder / "buffer.yaml"),
        StateFile(LocalStore(folder / "s"), ENDPOINT),
    )
    return Ledger(journal, store, told, {}, State(), commit=commit)


def test_what_is_adopted_was_written_by_this_checkout(tmp_path: Path) -> None:
    """Its commit is kept from then on; what only moves keeps the commit that last wrote it."""
    kept = ledger(tmp_path, Told(), commit="new")
    old = replace(BOUND, commit="old")
    moved = Change(B.address, Action.MOVE, Cause.MOVED, slot(B), binding=old, moved_from=slot(A))
    adopted = Change(A.address, Action.ADOPT, Cause.NEW, slot(A), binding=old)
    kept.record_only(Plan(START, ENDPOINT, (moved, adopted)))
    assert {each.key: binding.commit for each, binding in kept.bindings.items()} == {"b": "old", "a": "new"}


def test_a_reviewed_change_that_came_too_late_is_said(tmp_path: Path) -> None:
    """The post was published first: held, with what the plan says of it, though nothing waits for a person."""
    told = Told()
    late = Change(
        A.address, Action.DONE, Cause.EDITED, slot(A), reason=Reason.OVERTAKEN, binding=BOUND,
        why=prose("It was published before"), todo=prose("Change it there."),
    )  # fmt: skip
    quiet = Change(B.address, Action.DONE, Cause.UNCHANGED, slot(B))
    ledger(tmp_path, told).record_only(Plan(START, ENDPOINT, (late, quiet)))
    assert [(o.change.slot.key, o.status, o.id, o.message, o.hint) for o in told.outcomes] == [
        ("a", Status.HELD, "p1", "It was published before", "Change it there.")
    ]


@pytest.mark.parametrize(
    ("action", "cause", "is_kept"),
    [
        (Action.UPDATE, Cause.EXEMPTED, True),
        (Action.ADOPT, Cause.NEW, True),
        (Action.MOVE, Cause.MOVED, True),
        (Action.NO_OP, Cause.UNCHANGED, True),
        (Action.UPDATE, Cause.EDITED, False),
        (Action.HOLD, Cause.EDITED, False),
    ],
)
def test_being_let_out_of_a_freeze_is_kept_at_once_where_nothing_is_sent(
    tmp_path: Path, action: Action, cause: Cause, is_kept: bool
) -> None:
    """What is sent keeps it once Buffer has confirmed that, and what is held does not keep it."""
    freeze = Freeze(START, START + timedelta(days=1), "Mourning")
    kept = ledger(tmp_path, Told())
    change = Change(A.address, action, cause, slot(A), binding=BOUND, exempt=(freeze,))
    kept.record_only(Plan(START, ENDPOINT, (change,)))
    assert kept.bindings[slot(A)].exempt == ((freeze,) if is_kept else ())


@pytest.mark.parametrize(
    ("action", "cause", "is_said"),
    [(Action.UPDATE, Cause.EXEMPTED, True), (Action.UPDATE, Cause.EDITED, False), (Action.NO_OP, Cause.NEW, False)],
    ids=["let out", "sent", "nothing to do"],
)
def test_being_let_out_of_a_freeze_is_said_to_be_done(
    tmp_path: Path, action: Action, cause: Cause, is_said: bool
) -> None:
    """Nothing is sent that could say so; what is sent is said when Buffer has answered."""
    told = Told()
    change = Change(A.address, action, cause, slot(A), binding=BOUND)
    ledger(tmp_path, told).record_only(Plan(START, ENDPOINT, (change,)))
    assert [outcome.status for outcome in told.outcomes] == ([Status.DONE] if is_said else [])


class Full(StateFile):
    """A store on a full disk."""

    def save(self, state: State) -> bool:
        raise StateError("The state file cannot be written (No space left on device)", hint="Make room.")


def test_a_state_that_cannot_be_saved_stops_the_run_part_way(tmp_path: Path) -> None:
    """PartWayError (exit 5): what was done is in the journal, and the next run saves it."""
    full = ledger(tmp_path, Told())
    full.store = Full(LocalStore(tmp_path / "s"), ENDPOINT)
    for step in (full.save, lambda: full.begin([])):
        with pytest.raises(PartWayError, match=r"cannot be written .* The results are in the journal") as raised:
            step()
        assert raised.value.hint == "Make room."


def run_of(kept: Ledger, buffer: FakeBuffer, told: Told) -> Run:
    """One apply to this account."""
    settler = Settler(buffer, kept.journal, buffer, told, SETTLE)
    return Run(buffer, kept, settler, buffer, lead=LEAD, max_wait=0)


class ReadOnly(StateFile):
    """A store that has the state as it is, and could not take another one."""

    def check_writable(self) -> None:
        raise StateError("The state file cannot be written (Permission denied)")

    def save(self, state: State) -> bool:
        return True


def test_a_state_that_could_not_be_saved_is_found_before_anything_is_sent(tmp_path: Path) -> None:
    """Even if nothing has to be saved before."""
    buffer, told = FakeBuffer(), Told()
    kept = ledger(tmp_path, told)
    kept.store = ReadOnly(LocalStore(tmp_path / "s"), ENDPOINT)
    change = Change(A.address, Action.CREATE, Cause.NEW, slot(A), desired=A, write=CreatePost(A, "c0"))
    with pytest.raises(StateError, match="cannot be written"):
        run_of(kept, buffer, told).apply(Plan(START, ENDPOINT, (change,)), {})
    assert buffer.sent == []


class Listing(StateFile):
    """A store that remembers what it was told will be sent."""

    intents: Sequence[Intent] = ()

    def begin(self, state: State, intents: Sequence[Intent]) -> bool:
        self.intents = tuple(intents)
        return self.save(state)


@pytest.mark.parametrize(("images", "settle"), [([0], 30), ([1, 2], 45), ([8, 8], 90), ([13], 95), ([13, 13], 95)])
def test_before_the_first_request_a_shared_state_lists_all_that_may_be_sent(
    tmp_path: Path, images: list[int], settle: float
) -> None:
    """With what is still open, each with what its home had, what it replaces, and the longest settle time.

    So another machine that takes over knows what to look for, and how long to wait.
    """
    buffer, told = FakeBuffer(), Told()
    kept = ledger(tmp_path, told)
    kept.journal.limit_to_homes()
    kept.run = "r2"
    kept.store = store = Listing(LocalStore(tmp_path / "s"), ENDPOINT)
    left = Intent(1, slot(B), CreatePost(B, "c0"), START, START, run="r1")
    kept.journal.follow_document([left])
    picture = Asset(image=Image(url="https://acme.example/a.png"))
    items = [replace(item, assets=(picture,) * number) for item, number in zip((A, C), images, strict=False)]
    writes = [CreatePost(item, "c0") for item in items]
    changes = [
        Change(item.address, Action.CREATE, Cause.NEW, slot(item), desired=item, write=write, binding=BOUND)
        for item, write in zip(items, writes, strict=True)
    ]
    buffer.asked = lambda: True
    at = buffer.server_time()
    with pytest.raises(InterruptError):
        run_of(kept, buffer, told).apply(Plan(at, ENDPOINT, tuple(changes)), {"c0": ["p1"], "c1": ["p2"]})
    assert store.intents == (
        replace(left, number=0),
        *(
            Intent(0, slot(item), write, at, at, "p1", "r2", settle, listed=frozenset({"p1"}))
            for item, write in zip(items, writes, strict=True)
        ),
    )
