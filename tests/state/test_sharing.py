"""A shared state during one run: a lease as lock, few swaps, lost answers; without renewal nothing more is sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from bufferctl.errors import OvertakenError, PartWayError, StateError
from bufferctl.model import Binding, CreatePost, Intent, Origin, Slot, State
from bufferctl.state import Lease, SavedState, StateFile, Store, Stored
from bufferctl.state.document import parse
from bufferctl.state.state_file import LockedState
from tests.apply.fake import post

ENDPOINT = "https://api.buffer.com"
NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
LANDING = 60.0
SLOT = Slot("org", "c0", "a")
STATE = State({SLOT: Binding("p1", Origin.CREATED)})


@dataclass
class Memory:
    """A store in memory. `loses`: how many swaps are done although their answer is lost; `away`: no answers at all.

    `full`: no swap is done; `silent`: no reading is answered. `interrupts`: a signal arrives after the next swap was
    done. `ends`: which swaps ended a run. `then`: what happens right after a swap whose answer is lost.
    """

    document: bytes | None = None
    number: int = 0
    loses: int = 0
    away: bool = False
    full: bool = False
    silent: bool = False
    then: Callable[[], object] = lambda: None
    messages: list[str] = field(default_factory=list)
    ends: list[bool] = field(default_factory=list)
    reads: int = 0
    interrupts: bool = False
    place = address = "the state"
    is_shared = True

    def check_writable(self) -> None:
        """As `Store`."""

    def others(self) -> dict[str, bytes]:
        """None."""
        return {}

    def beside(self, path: str) -> Memory:
        """None."""
        raise AssertionError(path)

    def read(self) -> Stored:
        """As `Store`."""
        self.reads += 1
        if self.away or self.silent:
            raise StateError("The store cannot be reached")
        return Stored(self.document, str(self.number))

    def swap(self, document: bytes, version: str, message: str, *, squash: bool = False) -> str:
        """As `Store`."""
        if self.away or self.full:
            raise StateError("The store is full" if self.full else "The store cannot be reached")
        if version != str(self.number):
            raise OvertakenError("Somebody was faster")
        self.document, self.number = document, self.number + 1
        self.messages.append(message)
        self.ends.append(squash)
        if self.interrupts:
            self.interrupts = False
            raise KeyboardInterrupt
        if self.loses:
            self.loses -= 1
            self.then()
            raise StateError("The answer was lost")
        return str(self.number)

    @property
    def now(self) -> SavedState:
        """Its content."""
        return parse(self.document or b"", self.place, ENDPOINT, remedy="")

    @property
    def lease(self) -> Lease:
        """The lock in its document."""
        lease = self.now.lease
        assert lease is not None
        return lease


@dataclass
class Clock:
    """Three stopped clocks: one that counts sleep, the machine's, and Buffer's as of its last answer."""

    steady: float = 1000.0
    wall: float = 5_000_000.0
    server: datetime = NOW

    def advance(self, seconds: float, *, steady: bool = True, wall: bool = True, server: bool = True) -> None:
        """Let time pass, by all of them or only by some."""
        self.steady += seconds * steady
        self.wall += seconds * wall
        self.server += timedelta(seconds=seconds * server)


@pytest.fixture
def clock() -> Clock:
    """Stopped clocks."""
    return Clock()


@pytest.fixture(autouse=True)
def _ticking(clock: Clock) -> object:
    with (
        patch.object(time, "clock_gettime", lambda _: clock.steady),
        patch.object(time, "time", lambda: clock.wall),
    ):
        yield


@pytest.fixture
def store() -> Memory:
    """An empty store."""
    return Memory()


def locked(store: Store, clock: Clock | None = None) -> LockedState:
    """A run with the lock."""
    record = LockedState(store, ENDPOINT, commit="5f" * 20)
    record.load()
    clock = clock or Clock()
    record.lock(lambda: clock.server, LANDING)
    return record


def announced(record: LockedState) -> Intent:
    """The writes that it is about to send."""
    return Intent(0, SLOT, CreatePost(post("a"), "c0"), NOW, NOW, run=record.run, listed=frozenset({"p0"}))


def test_the_lock_is_a_lease_by_buffers_clock(store: Memory) -> None:
    """5 minutes, with its holder; a minute after the end it is dead."""
    record = locked(store)
    assert record.is_locked
    lease = store.lease
    assert (lease.run, lease.until, lease.landing) == (record.run, NOW + timedelta(minutes=5), LANDING)
    assert lease.dead_at == NOW + timedelta(minutes=6)


def test_two_that_read_the_same_cannot_both_lock(store: Memory) -> None:
    """The second is refused, and writes nothing."""
    second = LockedState(store, ENDPOINT)
    second.load()
    first = locked(store)
    with pytest.raises(OvertakenError):
        second.lock(lambda: NOW, LANDING)
    assert store.lease.run == first.run


def test_an_apply_takes_three_swaps(store: Memory) -> None:
    """The lock, the announced writes, and at the end all of it: state, commit, no lock, nothing open."""
    record = locked(store)
    record.complete = True
    assert record.begin(State(), [announced(record)])
    assert store.now.intents[0].until == NOW + timedelta(minutes=5)
    assert not record.save(STATE)
    assert record.close([], "apply: 1 created")
    assert (len(store.messages), store.ends) == (3, [False, False, True])
    found = store.now
    assert (found.state.bindings, found.lease, found.intents) == (STATE.bindings, None, ())
    assert (found.commit, found.run, found.state.serial) == ("5f" * 20, record.run, 1)


def stop(store: Memory) -> None:
    """A run that saves the state, and leaves something out."""
    record = locked(store)
    record.save(STATE)
    record.close([], "apply: stopped")


def complete(store: Memory) -> int:
    """A complete run without changes; how often it stored something after it had the lock."""
    record, swaps = locked(store), len(store.messages)
    record.complete = True
    record.close([], "apply: nothing sent")
    return len(store.messages) - swaps


def test_a_run_that_left_something_out_keeps_the_earlier_commit(store: Memory) -> None:
    """None, where there is no earlier one; what it saved is there."""
    stop(store)
    assert (store.now.commit, store.now.state.serial) == ("", 1)


def test_a_complete_run_names_its_commit(store: Memory) -> None:
    """Even without changes."""
    stop(store)
    complete(store)
    assert (store.now.commit, store.now.state.bindings, store.now.state.serial) == ("5f" * 20, STATE.bindings, 2)


def test_another_complete_run_of_the_same_commit_changes_nothing(store: Memory) -> None:
    """It gives back the lock, in one swap, and the serial stays."""
    stop(store)
    complete(store)
    assert (complete(store), store.now.state.serial) == (1, 2)


def test_what_was_stored_before_sending_is_this_runs(store: Memory) -> None:
    """Though nothing came of it afterwards: by its run a lost answer of the last swap is recognized."""
    record = locked(store)
    record.begin(STATE, [announced(record)])
    record.close([], "apply: nothing sent")
    assert (store.now.run, store.now.state.serial) == (record.run, 1)


def test_what_is_announced_is_of_no_run_yet(store: Memory) -> None:
    """Nor is it of a later one that changes nothing."""
    record = locked(store)
    record.begin(STATE, [announced(record)])
    announced_by = store.now.run
    record.close([], "apply: nothing sent")
    locked(store).close([], "nothing changed")
    assert (announced_by, store.now.run) == ("", record.run)


def test_what_stays_open_is_listed_for_whoever_comes_next(store: Memory) -> None:
    """With the ids that existed before, and the latest time at which it may have been sent."""
    record = locked(store)
    record.begin(State(), [announced(record)])
    record.save(STATE)
    record.close(record.document.intents, "apply: stopped")
    (left,) = store.now.intents
    assert (left.run, set(left.listed), left.until) == (record.run, {"p0"}, NOW + timedelta(minutes=5))


def test_a_run_that_changed_nothing_leaves_the_document_as_it_was(store: Memory) -> None:
    """To the byte, in any format: a minor version may write it otherwise."""
    first = locked(store)
    first.save(STATE)
    first.close([], "apply")
    store.document = before = json.dumps(json.loads(store.document or b"")).encode()
    second = locked(store)
    second.save(second.saved)
    second.close([], "nothing changed")
    assert store.document == before


def test_a_lease_is_renewed_before_it_is_too_short(store: Memory, clock: Clock) -> None:
    """Not while it outlasts any request; after that once, together with the end of this run's intents."""
    record = locked(store, clock)
    record.begin(State(), [announced(record)])
    clock.advance(5 * 60 - LANDING - 1)
    record.ensure_lock()
    assert len(store.messages) == 2
    clock.advance(1)
    record.ensure_lock()
    until = NOW + timedelta(minutes=9)
    assert store.lease.until == until
    assert store.now.intents[0].until == until


def test_while_waiting_it_is_renewed_at_half(store: Memory, clock: Clock) -> None:
    """Two and a half minutes after it was taken."""
    record = locked(store, clock)
    clock.advance(149)
    record.keep_lock()
    assert len(store.messages) == 1
    clock.advance(1)
    record.keep_lock()
    assert len(store.messages) == 2


def test_while_a_person_is_asked_it_is_renewed_at_half(store: Memory, clock: Clock) -> None:
    """By itself, as often as needed, until the answer; an answer at once renews nothing."""
    record = locked(store, clock)
    waits: list[float] = []

    def wait(event: threading.Event, seconds: float) -> bool:
        waits.append(seconds)
        clock.advance(seconds)
        return len(waits) > 2

    joined: list[threading.Thread] = []

    def join(thread: threading.Thread) -> None:
        joined.append(thread)

    with (
        patch.object(threading.Event, "wait", wait),
        patch.multiple(threading.Thread, start=threading.Thread.run, join=join),
        record.keeping_lock(),
    ):
        assert joined == []
    assert (waits, len(joined)) == ([150.0, 150.0, 150.0], 1), "no renewal is left under way"
    assert store.lease.until == NOW + timedelta(seconds=300 + 300)
    with record.keeping_lock():
        pass
    assert len(store.messages) == 3


def test_after_a_sleep_a_lease_that_nobody_took_is_renewed(store: Memory, clock: Clock) -> None:
    """An hour later the document still belongs to this run."""
    record = locked(store, clock)
    clock.advance(3600)
    record.ensure_lock()
    assert store.lease.until == NOW + timedelta(hours=1, minutes=5)


@pytest.mark.parametrize("stands", ["steady", "wall", "both"])
@pytest.mark.parametrize("seconds", [10, 3600])
def test_after_a_suspension_that_a_clock_slept_through_the_lock_is_read_again(
    store: Memory, clock: Clock, stands: str, seconds: int
) -> None:
    """A suspended guest's clocks stand still; once they part from Buffer's Date by 10 s, the run finds out."""
    record = locked(store, clock)
    locked(store, clock)  # another run, while it was suspended
    clock.advance(seconds, steady=stands == "wall", wall=stands == "steady")
    with pytest.raises(PartWayError, match="took over"):
        record.ensure_lock()


def test_a_lock_that_was_not_touched_for_100_seconds_is_read_again(store: Memory, clock: Clock) -> None:
    """Though all clocks agree; reading or writing it counts, and within that time nothing is read."""
    record = locked(store, clock)
    for seconds in (99, 1, 99, 1):
        clock.advance(seconds)
        record.ensure_lock()
        assert store.reads == (1 if seconds == 99 else 2)
        store.reads = 1
    locked(store, clock)
    clock.advance(100)
    with pytest.raises(PartWayError, match="took over"):
        record.ensure_lock()


@pytest.mark.parametrize("which", ["steady", "wall", "server"])
def test_clocks_that_part_by_less_than_10_seconds_agree(store: Memory, clock: Clock, which: str) -> None:
    """Buffer's Date has whole seconds, and system clocks are corrected now and then."""
    record = locked(store, clock)
    reads = store.reads
    clock.advance(9.9, **{each: each == which for each in ("steady", "wall", "server")})
    record.ensure_lock()
    assert store.reads == reads
    clock.advance(0.1, **{each: each == which for each in ("steady", "wall", "server")})
    record.ensure_lock()
    assert store.reads == reads + 1, "by ten seconds they disagree"


def test_a_suspended_run_whose_lock_nobody_took_renews_it_by_buffers_clock(store: Memory, clock: Clock) -> None:
    """Its own clocks say that the lease is still long enough; Buffer's says that it is over."""
    record = locked(store, clock)
    clock.advance(3600, steady=False, wall=False)
    record.ensure_lock()
    assert store.lease.until == NOW + timedelta(hours=1, minutes=5)


def test_a_lock_that_cannot_be_read_again_stops_the_run(store: Memory, clock: Clock) -> None:
    """Nobody knows whose it is by now."""
    record = locked(store, clock)
    store.away = True
    clock.advance(100)
    with pytest.raises(PartWayError, match="could not be read again, so nothing more is sent"):
        record.ensure_lock()


def test_after_a_sleep_a_run_that_was_taken_over_sends_nothing_more(store: Memory, clock: Clock) -> None:
    """Exit code 5, again and again, for one reading; the other run's lock stays."""
    record = locked(store, clock)
    clock.advance(6 * 60)
    other, reads = locked(store, clock), store.reads
    for _ in range(2):
        with pytest.raises(PartWayError, match="took over") as raised:
            record.ensure_lock()
        assert (raised.value.exit_code, store.reads) == (5, reads + 1)
    assert not record.close([], "apply")
    assert store.lease.run == other.run


def test_where_the_store_is_away_nothing_more_is_sent(store: Memory, clock: Clock) -> None:
    """The lease cannot be renewed."""
    record = locked(store, clock)
    store.away = True
    clock.advance(5 * 60)
    with pytest.raises(PartWayError, match="could not be renewed, so nothing more is sent"):
        record.keep_lock()


@pytest.mark.parametrize("swap", [0, 1, 2])
def test_a_swap_whose_answer_is_lost_counts_where_it_was_done(store: Memory, swap: int) -> None:
    """The lock, the intents, the end: read back, with this run's document in place."""
    record = LockedState(store, ENDPOINT)
    record.load()
    store.loses = int(swap == 0)
    record.lock(lambda: NOW, LANDING)
    store.loses = int(swap == 1)
    record.begin(State(), [announced(record)])
    record.save(STATE)
    store.loses = int(swap == 2)
    record.close([], "apply")
    assert (store.now.state.bindings, store.now.lease) == (STATE.bindings, None)


def test_a_swap_that_a_signal_cut_short_does_not_keep_the_lock(store: Memory) -> None:
    """It was done, and the run never learned of it: the lock in it is still this run's, and is released."""
    record = locked(store)
    store.interrupts = True
    with pytest.raises(KeyboardInterrupt):
        record.begin(State(), [announced(record)])
    assert record.close([announced(record)], "stopped")
    assert (store.now.lease, len(store.now.intents)) == (None, 1)


def test_a_lock_that_another_run_took_is_not_released(store: Memory, clock: Clock) -> None:
    """It is that run's."""
    record = locked(store)
    clock.advance(3600)
    other = locked(store, clock)
    with pytest.raises(PartWayError, match="took over"):
        record.close([], "stopped")
    assert store.lease.run == other.run


def test_a_store_that_fails_at_the_end_loses_nothing(store: Memory) -> None:
    """The message says where it is kept, and that the next run from this machine stores it."""
    record = locked(store)
    record.begin(State(), [announced(record)])
    record.save(STATE)
    store.away = True
    with pytest.raises(PartWayError, match="are in this machine's journal") as raised:
        record.close([], "apply")
    assert "on this machine" in raised.value.hint


def test_a_store_that_fails_where_nothing_was_done_keeps_the_lock(store: Memory) -> None:
    """There is nothing to bring in: the message says until when other runs have to wait."""
    record = locked(store)
    store.away = True
    with pytest.raises(PartWayError, match="The lock stays until 09:06:00 UTC") as raised:
        record.close([], "stopped")
    assert not raised.value.hint


def test_intents_that_cannot_be_stored_are_not_sent(store: Memory) -> None:
    """The message says so."""
    record = locked(store)
    store.away = True
    with pytest.raises(PartWayError, match="Nothing was sent"):
        record.begin(State(), [announced(record)])


def test_a_lease_is_longer_than_what_a_request_may_take(store: Memory) -> None:
    """With a timeout of 20 minutes, twice that."""
    record = LockedState(store, ENDPOINT)
    record.load()
    record.lock(lambda: NOW, 1200)
    assert store.lease.until == NOW + timedelta(minutes=40)


def test_who_only_looks_takes_no_lock(store: Memory) -> None:
    """A single read."""
    locked(store).close([], "")
    before = store.number
    StateFile(store, ENDPOINT).load()
    assert store.number == before


def test_a_change_without_a_run_stands_alone_in_the_history(store: Memory) -> None:
    """Such as `state rm`: it ends no run, whose swaps would be shown as one."""
    record = StateFile(store, ENDPOINT)
    record.load()
    record.save(STATE)
    assert store.ends == [False]


def test_a_lock_keeps_the_lineage(store: Memory) -> None:
    """A state that is there stays itself; a new one gets a lineage with its first lock."""
    record = locked(store)
    first = store.now.state.lineage
    record.save(STATE)
    record.close([], "apply")
    locked(store)
    assert (bool(first), store.now.state.lineage) == (True, first)


def test_what_a_shared_history_says(store: Memory) -> None:
    """Who locked it, how many of this run's writes were about to be sent, and what came of them."""
    record = locked(store)
    lock = f"lock: {store.lease.user} on {store.lease.host}"
    record.begin(STATE, [announced(record), announced(record), replace(announced(record), run="r0")])
    record.close([], "apply: 1 created")
    assert store.messages == [lock, "about to send: 2", "apply: 1 created"]


def test_before_sending_a_state_that_stays_keeps_its_serial(store: Memory) -> None:
    """Only the open writes are added; a state that changes is the next one."""
    record = locked(store)
    record.begin(State(), [announced(record)])
    assert store.now.state.serial == 0
    record.begin(STATE, [announced(record)])
    assert store.now.state.serial == 1


def later(store: Memory) -> LockedState:
    """A run that has read the document, and takes the lock only once it sends something."""
    record = LockedState(store, ENDPOINT)
    record.read()
    record.lock_later(lambda: NOW, LANDING)
    return record


def test_the_lock_and_what_is_about_to_be_sent_in_one_swap(store: Memory) -> None:
    """Both are in the document that replaces the one that was read; announced again, nothing is stored."""
    locked(store).close([], "apply")
    store.messages.clear()
    record = later(store)
    record.ensure_lock()
    record.keep_lock()
    with record.keeping_lock():
        assert store.messages == []
    assert record.begin(State(), [announced(record)]) is True
    assert (store.lease.run, [each.run for each in store.now.intents]) == (record.run, [record.run])
    assert record.begin(record.saved, [announced(record)]) is False
    assert store.messages == ["about to send: 1"]
    assert record.close([], "apply: 1 created") is True
    assert (store.now.lease, store.now.intents) == (None, ())


def test_what_is_about_to_be_sent_replaces_only_the_document_that_was_read(store: Memory) -> None:
    """Another run in between, whatever it did: overtaken, and nothing is stored."""
    locked(store).close([], "apply")
    record = later(store)
    other = later(store)
    other.begin(STATE, [announced(other)])
    other.close([], "apply: 1 created")
    before = store.document
    with pytest.raises(OvertakenError):
        record.begin(State(), [announced(record)])
    last = later(store)
    locked(store).close([], "stopped")
    with pytest.raises(OvertakenError):
        last.lock()
    assert store.document == before


def test_a_run_that_sent_something_never_leaves_the_document_as_it_was(store: Memory) -> None:
    """All of it refused, so that the state stays: its id tells whoever read before it that something was tried."""
    first = locked(store)
    first.begin(STATE, [announced(first)])
    first.close([], "apply: 1 created")
    before = store.document
    run = later(store)
    run.begin(run.saved, [announced(run)])
    run.close([], "apply: nothing sent")
    assert store.document != before
    assert (store.now.run, store.now.state) == (run.run, parse(before or b"", "", ENDPOINT, remedy="").state)


def test_a_run_that_sent_nothing_leaves_the_document_as_it_was(store: Memory) -> None:
    """To the byte: what was read before it still holds, since nothing was sent meanwhile."""
    first = locked(store)
    first.begin(STATE, [announced(first)])
    first.close([], "apply: 1 created")
    before = store.document
    locked(store).close([], "stopped")
    assert store.document == before


def test_a_run_with_nothing_to_send_and_nothing_new_stores_nothing(store: Memory) -> None:
    """Not even the lock."""
    locked(store).close([], "apply")
    record = later(store)
    store.messages.clear()
    assert (record.close([], "apply: nothing sent"), store.messages) == (False, [])


def test_a_run_with_nothing_to_send_stores_what_it_read_without_a_lock(store: Memory) -> None:
    """In one swap."""
    locked(store).close([], "apply")
    record = later(store)
    store.messages.clear()
    record.save(STATE)
    assert (record.close([], "apply: nothing sent"), store.messages) == (True, ["apply: nothing sent"])
    assert (store.now.run, store.now.state.bindings) == (record.run, STATE.bindings)


def test_a_run_with_nothing_to_send_stores_nothing_over_another_run(store: Memory) -> None:
    """OvertakenError: another one came in between."""
    locked(store).close([], "apply")
    other, slow = later(store), later(store)
    other.save(STATE)
    other.close([], "apply: nothing sent")
    slow.save(STATE)
    with pytest.raises(OvertakenError):
        slow.close([], "apply: nothing sent")


def test_a_person_who_answers_late_finds_the_lock_renewed(store: Memory, clock: Clock) -> None:
    """Four minutes later the lease no longer outlasts a request: it is longer before what is sent is listed."""
    record = locked(store, clock)
    clock.advance(240)
    record.begin(State(), [announced(record)])
    until = NOW + timedelta(minutes=9)
    assert (store.lease.until, store.now.intents[0].until, len(store.messages)) == (until, until, 3)


def test_what_an_earlier_run_left_open_keeps_its_time(store: Memory, clock: Clock) -> None:
    """Only this run's own writes may still be sent until its lease ends."""
    record = locked(store, clock)
    left = replace(announced(record), run="r0", slot=SLOT._replace(key="b"))
    record.begin(State(), [announced(record), left])
    clock.advance(240)
    record.ensure_lock()
    assert [each.until for each in store.now.intents] == [NOW + timedelta(minutes=9), NOW]


def test_a_run_that_left_something_out_keeps_the_commit_of_the_last_one(store: Memory) -> None:
    """The older commit is the one that was applied in full."""
    record = locked(store)
    record.complete = True
    record.save(STATE)
    record.close([], "apply")
    record = LockedState(store, ENDPOINT, commit="6f" * 20)
    record.load()
    record.lock(lambda: NOW, LANDING)
    record.save(State())
    record.close([], "apply: stopped")
    assert (store.now.commit, store.now.state.bindings) == ("5f" * 20, {})


def test_a_run_that_finds_out_while_it_waits_sends_nothing_more(store: Memory, clock: Clock) -> None:
    """Its lock was taken over: said when it renews, and again before the next request."""
    record = locked(store, clock)
    clock.advance(6 * 60)
    locked(store, clock)
    for use in (record.keep_lock, record.ensure_lock):
        with pytest.raises(PartWayError, match="took over"):
            use()


def test_by_which_clock_the_lock_was_not_touched_for_long(store: Memory, clock: Clock) -> None:
    """The one that counts sleep: 100 s, though the other two say 95."""
    record = locked(store, clock)
    reads = store.reads
    clock.advance(95)
    clock.advance(5, wall=False, server=False)
    record.ensure_lock()
    assert store.reads == reads + 1


@pytest.mark.parametrize("silent", [False, True])
def test_a_swap_that_was_not_done_says_why(store: Memory, silent: bool) -> None:
    """The reason of the swap, also where the store does not even answer what it has; nothing is locked."""
    record = LockedState(store, ENDPOINT)
    record.load()
    store.full, store.silent = True, silent
    with pytest.raises(StateError, match="The store is full"):
        record.lock(lambda: NOW, LANDING)
    assert not record.is_locked


def test_an_end_that_was_stored_counts_though_the_next_run_was_quick(store: Memory, clock: Clock) -> None:
    """The answer was lost, and another run has locked the state that this one left: it has this run's results."""
    record = locked(store, clock)
    record.save(STATE)
    store.loses, store.then = 1, lambda: locked(store, clock)
    assert record.close([], "apply")
    assert (store.now.state.bindings, store.lease.run != record.run) == (STATE.bindings, True)


def test_a_lock_that_was_lost_on_the_way_does_not_count_as_stored(store: Memory, clock: Clock) -> None:
    """The intents were stored, then the lock was taken over: what this run stored before says nothing for it."""
    record = locked(store, clock)
    clock.advance(3600)
    store.loses, store.then = 1, lambda: locked(store, clock)
    with pytest.raises(PartWayError):
        record.begin(STATE, [announced(record)])
    with pytest.raises(PartWayError):
        record.ensure_lock()


def test_what_needs_a_lock_says_so() -> None:
    """ValueError: a mistake of the caller."""
    with pytest.raises(ValueError, match="lock first"):
        LockedState(Memory(), ENDPOINT).keep_lock()


def test_a_state_that_was_not_read(store: Memory) -> None:
    """It is named as at the beginning of a sentence, and has no version."""
    record = StateFile(store, None)
    assert (record.name, record.endpoint, record.version, record.exists) == ("The state", "", "", False)


def test_a_state_that_is_not_shared_needs_no_lock(store: Memory) -> None:
    """It is written at once, in one swap, and has its own serial and lineage from then on."""
    record = StateFile(store, None)
    record.load()
    was_there = record.exists
    with record.keeping_lock():
        assert record.save(State(lineage="l"))
    assert (was_there, record.exists, record.saved.lineage, store.messages) == (False, True, "l", ["save"])
    assert record.with_next_serial(State(lineage="other")).lineage == "other"
