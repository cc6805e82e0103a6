"""A run on one root file and one account, opened to read, or to make changes with the locks held.

The locks are this machine's and that of a shared state, which is taken before anything is read and released at the end
of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.apply import FileJournal, Revision, save_state, with_unsaved_results
from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.errors import BufferctlError, LockedError, OvertakenError, StateError
from bufferctl.limits import LEAD, SETTLE, landing_time
from bufferctl.machine import state_folder
from bufferctl.model import Account, Intent, State, visible
from bufferctl.render.lines import count
from bufferctl.run.files import Files
from bufferctl.run.listener import NEVER, SILENT, Listener, Stop
from bufferctl.run.look import Look, expected_account, look
from bufferctl.run.relation import MOVE, find_predecessor, find_relation, find_unmoved, refuse_older
from bufferctl.state import Lease, Lock, StateFile, Store
from bufferctl.state.checkout import Relation
from bufferctl.state.lock import PARTED, Holder, is_mine, locked_by, same_process
from bufferctl.state.state_file import LockedState
from bufferctl.state.succession import hand_over
from bufferctl.value import replace, value

if TYPE_CHECKING:
    from bufferctl.api import Buffer


@dataclass
class Session:
    """A run on one root file and one account, with the lock of a shared state if it may change anything."""

    files: Files  # of the root file
    buffer: Buffer  # the account
    store: StateFile  # where the state is kept; a shared one has the lock, one of this machine needs none
    journal: FileJournal  # what this machine sent, and what came of it
    listener: Listener  # who hears what happens
    stop: Stop  # the time to wait by (a wait renews the lock of a shared state), and whether somebody asked to stop
    settle: float  # seconds until Buffer's lists certainly show a write
    #: After `find_homes` with what the journal knows, and under the ids that channels have now.
    state: State = field(init=False)
    warnings: tuple[Diagnostic, ...] = ()  # what the plan is to warn of
    relation: Relation = Relation.SAME  # how the checkout relates to the commit that was applied last
    look: Look | None = None  # at the account, just now; it serves once
    account: Account | None = None  # as last read: what the next look expects
    #: Texts that are too long for their channels; what was reported is not reported again.
    too_long: tuple[Diagnostic, ...] = ()
    is_finished: bool = False  # `finish` was called

    def __post_init__(self) -> None:
        """After the state was read. Raises StateError if it contradicts itself."""
        seen: dict[str, str] = {}
        for binding in self.store.saved.bindings.values():
            if binding.id in seen:
                raise StateError(
                    f"{self.store.name} gives {binding.id} two addresses, {seen[binding.id]} and {binding.address}, "
                    "which merging two state files can cause; a change to one would also change the other",
                    hint="To remove the wrong one, run `bufferctl state rm ADDRESS`.",
                )
            seen[binding.id] = binding.address
        self.state = self._without_unsafe_horizons(self.store.saved)
        if self.store.is_shared:
            self.journal.follow_document(self.store.document.intents)
            self.relation, self.warnings = find_relation(self.files, self.store)

    def _without_unsafe_horizons(self, state: State) -> State:
        """The state; without its horizons where this machine saved a later one, or another one of the same serial."""
        if not self.journal.is_older(Revision(state.lineage, state.serial, self.store.digest)):
            return state
        older = Diagnostic(
            Severity.WARNING,
            f"{self.store.name} is older than the state that this machine saved last, or is a different one, so "
            "bufferctl does not know what it has created since",
            hint="If nobody did that on purpose, `bufferctl state log` lists the versions to restore."
            if self.store.is_shared
            else "Restore the newest version of the file (git pull, or a backup) if there is one.",
        )
        self.listener.diagnostics([older])
        last = self.journal.last(state.lineage)
        return replace(state.unrecorded(), serial=max(state.serial, last.serial if last else 0))

    @property
    def lead(self) -> timedelta:
        """The least time between a write and the instant it schedules a post for (design: Applying)."""
        return max(LEAD, timedelta(seconds=landing_time(self.buffer.timeout, self.settle)))

    def take_look(self, *, begins_reading: bool = True) -> Look:
        """Look at the account, unless that was done just now.

        Raises ApiError. `begins_reading`: with the first pages that a plan needs; not while writes are open, since the
        plan then has to read after they were settled.
        """
        found, self.look = self.look, None
        if found is None:
            begins_reading = begins_reading and not self.journal.unsettled
            names = find_organizations(self.files, self.state, self.journal)
            state = with_unsaved_results(self.state, self.journal)
            desired = self.files.desired
            expected = self.account or expected_account(desired, state)
            found = look(self.buffer, names, expected, desired, state, begins_reading=begins_reading)
        self.account = found.account
        return found

    def save(self, state: State) -> None:
        """Save the state with the journal's results. Raises StateError."""
        self.state = save_state(state, self.journal, self.store)

    def take_lock(self, intents: Sequence[Intent] = (), state: State | None = None) -> None:
        """Take the lock of a shared state, if it was left until after planning.

        `intents` are the writes about to be sent, announced in the same swap as `state`. Raises OvertakenError if
        another run had the lock meanwhile, so that this one has to plan again; StateError.
        """
        if not isinstance(self.store, LockedState) or not self.store.is_lock_due:
            return
        self.journal.begin(self.store.run)
        with self.stop.undisturbed() as heard, self.listener.storing():
            if intents:
                begin = partial(self.store.begin, intents=intents)
                self.state = save_state(state or self.state, self.journal, self.store, begin)
            else:
                self.store.lock()
        if heard:
            raise KeyboardInterrupt

    def finish(self, message: str) -> None:
        """Store a shared state, with `message` for its history, and release its lock.

        It can be called once. Raises PartWayError, or OvertakenError and StateError if there was nothing to send.
        """
        if self.is_finished:
            return
        self.is_finished = True
        with self.stop.undisturbed(), self.listener.storing():
            if self.store.close(self.journal.unsettled, message):
                self.journal.end(self.store.run)
                self.journal.compact((), Revision(self.store.saved.lineage, self.store.saved.serial, self.store.digest))

    def note_leftovers(self) -> None:
        """Say that an earlier run left writes whose outcome is not known."""
        number = len(self.journal.open) + len(self.journal.stranded)
        if number and self.store.document.lease and not self.store.run:
            self.listener.notice(f"that run has {count(number, 'write')} without an answer so far")
        elif number:
            self.listener.notice(
                f"an earlier apply was cut off and left {count(number, 'write')} without an answer; the next apply "
                "first checks what happened to them"
            )


def find_organizations(files: Files, state: State, journal: FileJournal) -> set[str]:
    """Names or ids of the organizations to read: those that are declared, recorded, or have open intents."""
    declared = {organization.id or organization.name or "" for organization in files.desired.organizations}
    return declared | {slot.organization_id for slot in state.tracked} | set(journal.organizations)


#: Seconds of a wait after which the lock is looked after; short beside a lease.
_PIECE = 60.0


class _Renewing(Stop):
    """Waits in pieces, between which the lock is renewed once half of its time is over."""

    def __init__(self, stop: Stop, store: LockedState) -> None:
        self._stop, self._store = stop, store

    def now(self) -> float:
        return self._stop.now()

    def asked(self) -> bool:
        return self._stop.asked()

    def patient(self) -> AbstractContextManager[None]:
        return self._stop.patient()

    def undisturbed(self) -> AbstractContextManager[list[int]]:
        return self._stop.undisturbed()

    def wait(self, seconds: float) -> None:
        self._pass(seconds, self._stop.wait, self.asked)

    def sleep(self, seconds: float) -> None:
        self._pass(seconds, self._stop.sleep, lambda: False)

    def _pass(self, seconds: float, wait: Callable[[float], None], is_over: Callable[[], bool]) -> None:
        while seconds > 0 and not is_over():
            wait(min(_PIECE, seconds))
            self._store.keep_lock()
            seconds -= _PIECE


#: Seconds after which another run's lock is read again; doubled each time, up to a minute.
_POLL, _SELDOM = 5.0, 60.0
#: How often another run may be faster before this one gives up.
_TRIES = 10


@contextmanager
def open_to_read(
    files: Files,
    buffer: Buffer,
    *,
    state: Path | None = None,
    settle: float = SETTLE,
    listener: Listener = SILENT,
    stop: Stop = NEVER,
) -> Iterator[Session]:
    """The session of these files and this account, for reading only.

    `state` is the state file, by default the one that the files name. Raises StateError.
    """
    store = StateFile(files.store(state, listener), buffer.endpoint)
    with listener.storing() if store.is_shared else nullcontext():
        store.read()
    if store.is_shared and (old := find_predecessor(files, store, buffer, listener)):
        store.stand_in(old.document)
    with closing(FileJournal(state_folder(), store.endpoint, files.root_file, store.saved.lineage)) as journal:
        session = Session(files, buffer, store, journal, listener, stop, settle)
        if store.is_shared and (lease := store.document.lease):
            listener.notice(f"another run is in progress, or was cut off: {visible(str(lease))}")
        yield session


@contextmanager
def open_to_change(
    files: Files,
    buffer: Buffer,
    *,
    state: Path | None = None,
    wait: float = 0.0,
    settle: float = SETTLE,
    message: str = "apply",
    afresh: bool = False,
    plans_first: bool = False,
    listener: Listener = SILENT,
    stop: Stop = NEVER,
) -> Iterator[Session]:
    """A session for changes: the lock is held from before anything is read, and the state is known to be writable.

    `plans_first`: if nobody has the lock of a shared state and nothing is open, it is taken only once something is to
    be sent (`Session.take_lock`). That raises OvertakenError if another run had it meanwhile; then read and plan again
    without this option. `wait` is how many seconds to wait for another run that holds the lock, on this machine or of a
    shared state; then LockedError is raised. `settle` is how many seconds it takes until Buffer's lists certainly show
    a write. `message` is for the history of a shared state, unless `finish` gives another one. `afresh`: a missing
    state is fine, even if a root file that is gone has one of the same channels. Raises StateError.
    """
    store = files.store(state, listener)
    with hold_lock(buffer.endpoint, wait, listener) as crashed:
        if store.is_shared:
            waiting = Waiting(buffer, listener, stop, wait, settle)
            with _open_shared(
                files, store, waiting, crashed, message=message, afresh=afresh, plans_first=plans_first
            ) as session:
                yield session
            return
        with open_to_read(files, buffer, state=state, settle=settle, listener=listener, stop=stop) as session:
            session.store.check_writable()
            yield session


@contextmanager
def hold_lock(endpoint: str, timeout: float, listener: Listener) -> Iterator[Holder | None]:
    """Hold the lock of the endpoint; yields the crashed run that it was taken over from. Raises LockedError."""
    with Lock(state_folder(), endpoint).held(timeout) as crashed:
        if crashed:
            listener.notice(f"took over the lock of a run that crashed: {crashed}")
        yield crashed


@contextmanager
def _open_shared(
    files: Files,
    place: Store,
    waiting: Waiting,
    crashed: Holder | None,
    *,
    message: str,
    afresh: bool,
    plans_first: bool,
) -> Iterator[Session]:
    """A session with the lock of the state in `place`. Raises LockedError, StateError, ApiError.

    `crashed`: the run that the lock of this machine was taken over from, which was said already.
    """
    buffer, listener = waiting.buffer, waiting.listener
    store = LockedState(place, buffer.endpoint, commit=files.commit)
    with listener.storing():
        store.read()
    if wrong := find_unmoved(files.root_file, store):
        raise StateError(f"{wrong}, so nothing was done", hint=MOVE)
    old = find_predecessor(files, store, buffer, listener, afresh=afresh)
    refuse_older(files, store)
    known = old.document.state if old else store.saved
    with closing(FileJournal(state_folder(), store.endpoint, files.root_file, known.lineage)) as journal:
        is_free = store.exists and not (old or store.document.lease or store.document.intents or journal.unsettled)
        if plans_first and is_free:
            store.lock_later(buffer.server_time, landing_time(buffer.timeout, waiting.settle))
            stop = _Renewing(waiting.stop, store)
            session = Session(files, buffer, store, journal, listener, stop, waiting.settle)
        else:
            wanted = find_organizations(files, known, journal)
            expected = expected_account(files.desired, known)  # the look is for Buffer's clock, too
            looked = look(buffer, wanted, expected, files.desired, known, begins_reading=False)
            if old:
                there = StateFile(store.store.beside(old.path), store.endpoint)
                there.read()
                waiting.until_free(there, lambda: hand_over(there, store), journal.runs)
                store.load()
                refuse_older(files, store)
            session = _locked(files, store, journal, waiting, crashed)
            if find_organizations(files, session.state, journal) <= wanted:  # no other run added more meanwhile
                session.look = looked
        with _ending(session, message):
            yield session


def _locked(
    files: Files, store: LockedState, journal: FileJournal, waiting: Waiting, crashed: Holder | None
) -> Session:
    """The session, after the lock of its state was taken. However that fails, the lock is released."""
    buffer, listener = waiting.buffer, waiting.listener
    landing = landing_time(buffer.timeout, waiting.settle)

    def lock() -> None:
        with listener.storing():
            store.lock(buffer.server_time, landing)

    commit = store.document.commit
    journal.begin(store.run)
    try:
        dead = waiting.until_free(store, lock, journal.runs)
        if dead is not None and not same_process(crashed, dead):
            listener.notice(f"took over the lock of a run that did not release it: {visible(str(dead))}")
        if store.document.commit != commit:
            refuse_older(files, store)
        return Session(files, buffer, store, journal, listener, _Renewing(waiting.stop, store), waiting.settle)
    except BaseException:
        with suppress(BufferctlError), waiting.stop.undisturbed():
            if store.is_locked:
                store.close(store.document.intents, "stopped")
        raise


@contextmanager
def _ending(session: Session, message: str) -> Iterator[None]:
    """Store a shared state and release its lock, however the block ends. Without the lock, an error stores nothing."""
    try:
        yield
    except BaseException:
        try:
            if not session.store.is_lock_due:
                session.finish("stopped")
        except BufferctlError as error:  # the first error is the one that ends the run
            session.listener.error(error.message, error.hint)
        raise
    session.finish(message)


@value()
class Waiting:
    """Waits for a lock, up to `timeout` seconds.

    `settle` is how many seconds lie between the two looks at an expired lock.
    """

    buffer: Buffer
    listener: Listener
    stop: Stop
    timeout: float
    settle: float

    def until_free(self, store: StateFile, take: Callable[[], None], runs: frozenset[str]) -> Lease | None:
        """Call `take` once no living run holds the lock. Returns the lease of a dead run that held it, if any.

        `take` raises OvertakenError if another run was faster. `runs`: ids of runs that this machine began. Raises
        LockedError after `timeout` seconds.
        """
        waited, poll, overtaken = 0.0, _POLL, 0
        while True:
            lease = store.document.lease
            if lease is None or is_mine(lease, runs) or self._stays_over(lease, store):
                try:
                    with self.stop.undisturbed() as heard:
                        take()
                except OvertakenError as error:
                    overtaken += 1
                    if overtaken > _TRIES:
                        raise LockedError(error.message, hint=error.hint) from error
                    store.read()
                    continue
                if heard:
                    raise KeyboardInterrupt
                return lease
            seconds, poll = min(poll, self.timeout - waited), min(2 * poll, _SELDOM)
            if seconds <= 0:
                raise locked_by(lease, tells_time=self.buffer.tells_time)
            self.stop.sleep(seconds)
            waited += seconds
            store.read()

    def _stays_over(self, lease: Lease, store: StateFile) -> bool:
        """Whether a lease has ended by two answers of Buffer that agree with the steady clock, and stays as it is.

        A single answer may be an old one, and this machine may have been suspended since.
        """
        buffer = self.buffer
        if not buffer.tells_time or lease.dead_at > buffer.server_time():
            return False
        if self.settle >= 1:
            self.listener.note(f"Another run did not release the lock; checking it again in {self.settle:.0f} s.")
        self.stop.sleep(self.settle)
        expected = buffer.server_time()
        buffer.account(())
        agree = abs((buffer.server_time() - expected).total_seconds()) < PARTED
        store.read()
        return agree and store.document.lease == lease and lease.dead_at <= buffer.server_time()
