"""The journal next to a shared state: only intents listed there count, including those of other machines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bufferctl.apply import FileJournal, Revision, save_state
from bufferctl.model import CreatePost, Intent, Settled, State
from tests.apply.fake import START, post
from tests.apply.machine import ENDPOINT, slot
from tests.apply.test_journal import UNTIL, bound, results

A, B = post("a"), post("b")


class Machine:
    """A machine; each call is a new process that starts from the open intents in the shared state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *listed: Intent) -> FileJournal:
        journal = FileJournal(self.folder / "user", ENDPOINT, self.folder / "buffer.yaml", "lineage")
        journal.limit_to_homes()
        journal.follow_document(listed)
        return journal


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without a journal."""
    return Machine(tmp_path)


def sent(number: int = 1, run: str = "r1") -> Intent:
    """The create of A, as sent by a run of this machine."""
    return Intent(number, slot(A), CreatePost(A, "c0"), START, UNTIL, run=run)


def listed(run: str = "r1", asked: tuple[str, ...] | None = None) -> Intent:
    """The same create, as listed in the state."""
    return replace(sent(run=run), number=0, listed=frozenset({"p0"}), asked=asked)


def test_what_another_machine_left_open_is_open_here(machine: Machine) -> None:
    """With the ids that existed before; it is not written to this journal."""
    journal = machine(listed())
    (intent,) = journal.open
    assert (intent.slot, intent.run, set(journal.ruled_out(intent))) == (slot(A), "r1", {"p0"})
    assert journal.unsettled == (listed(),)
    assert not (machine.folder / "user").exists()


def test_what_is_bound_here_is_not_what_another_machine_sent(machine: Machine) -> None:
    """Also once its result is in the state and no longer in the journal."""
    journal = machine(listed())
    journal.intend([sent(7, run="r2")])
    journal.settle([Settled(7, slot(B), done=True, binding=bound("p1", B))])
    journal.compact([7])
    (intent,) = journal.open
    assert set(journal.ruled_out(intent)) == {"p0", "p1"}


def test_what_this_machine_sent_is_open_while_the_record_lists_it(machine: Machine) -> None:
    """Once, with its own number and time; not after another machine has settled it."""
    machine().intend([sent()])
    assert machine(listed()).open == (replace(sent(), listed=frozenset({"p0"})),)
    assert machine().open == ()


def test_a_result_counts_while_the_record_lists_its_intent(machine: Machine) -> None:
    """Another machine may have settled it since, and a person may have changed the post."""
    journal = machine()
    journal.intend([sent()])
    journal.settle([Settled(1, slot(A), done=True, binding=bound("p1"))])
    assert results(machine(listed())) == {slot(A): bound("p1")}
    assert machine(listed()).unsettled == ()
    assert results(machine()) == {}


def test_what_was_sent_without_a_shared_record_counts_on(machine: Machine) -> None:
    """The state was moved to a shared store afterwards: an open write must still be settled."""
    machine().intend([sent(run="")])
    assert machine().open == (sent(run=""),)


def test_results_stay_on_disk_until_a_record_that_holds_them_is_stored(machine: Machine) -> None:
    """Absorbed results are not added twice; if a run dies before storing them, the next one does it."""
    journal = machine()
    journal.intend([sent()])
    journal.settle([Settled(1, slot(A), done=True, binding=bound("p1"))])
    journal.leave_to_end([1])
    assert journal.results == ()
    assert [each.number for each in machine(listed()).results] == [1]
    journal.compact((), Revision("lineage", 1, "digest"))
    assert machine(listed()).results == ()


def test_what_is_stored_at_the_end_is_not_brought_in_twice(machine: Machine) -> None:
    """A store that keeps the state for later has the results; on disk they stay until it has them for good."""

    class Later:
        saved, digest = State(lineage="lineage", serial=1), "digest"

        def save(self, state: State) -> bool:
            self.kept = state
            return False

    journal, store = machine(), Later()
    journal.intend([sent()])
    journal.settle([Settled(1, slot(A), done=True, binding=bound("p1"))])
    save_state(State(), journal, store)  # type: ignore[arg-type]  # as far as it is used
    assert store.kept.bindings == {slot(A): bound("p1")}
    assert journal.results == ()
    assert results(machine(listed())) == {slot(A): bound("p1")}


def test_what_a_person_was_asked_travels_with_the_record(machine: Machine) -> None:
    """In both directions."""
    journal = machine(listed(asked=("p7",)))
    (intent,) = journal.open
    assert journal.asked == {intent.number: ("p7",)}
    asked = machine(listed())
    (intent,) = asked.open
    asked.ask({intent.number: ("p8",)})
    assert asked.unsettled == (listed(asked=("p8",)),)
    assert not (machine.folder / "user").exists()


def test_what_a_person_was_asked_here_counts_though_the_record_does_not_know(machine: Machine) -> None:
    """The run was killed before the state was stored with the question."""
    journal = machine()
    journal.intend([sent()])
    journal.ask({1: ("p9",)})
    assert machine(listed()).asked == {1: ("p9",)}
    assert machine(listed(asked=("p7",))).asked == {1: ("p9",)}


def test_what_was_settled_is_not_listed_any_more(machine: Machine) -> None:
    """Not carried out: no entry is left."""
    journal = machine(listed())
    (intent,) = journal.open
    journal.settle([Settled(intent.number, intent.slot, done=False)])
    assert journal.unsettled == ()


def test_a_machine_knows_its_own_runs(machine: Machine) -> None:
    """Including a run that died before it sent anything; a run that released the lock is forgotten."""
    machine().begin("r1")
    journal = machine()
    assert journal.runs == {"r1"}
    journal.end("r1")
    journal.compact()
    assert machine().runs == frozenset()


def test_what_this_machine_listed_and_never_noted_was_not_sent(machine: Machine) -> None:
    """Its run was killed between the two: nothing is open, nobody is asked. Another machine's run is unknown."""
    machine().begin("r1")
    assert machine(listed()).open == ()
    assert [intent.run for intent in machine(listed(), listed(run="r2")).open] == ["r2"]


def test_what_another_machine_left_open_is_never_written_here(machine: Machine) -> None:
    """Neither with what this machine sends, nor when the file is written anew."""
    journal = machine(listed(run="r2"))
    journal.intend([replace(sent(7), slot=slot(B), write=CreatePost(B, "c0"))])
    journal.compact()
    (path,) = (machine.folder / "user").rglob("*.journal")
    assert (path.read_bytes().count(b'"intent"'), b'"r2"' in path.read_bytes()) == (1, False)


def test_the_last_eight_runs_are_kept(machine: Machine) -> None:
    """Each took over the lock from the one before, which must not send any more."""
    journal = machine()
    for number in range(10):
        journal.begin(f"r{number}")
    journal.compact()
    assert machine().runs == {"r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"}
