"""Opens a session: to read, or to change with the locks held, that of this machine and that of a shared state.

The lock of a shared state is taken before anything is read, and released at the end of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.apply import FileJournal
from bufferctl.errors import BufferctlError, LockedError, OvertakenError, StateError
from bufferctl.limits import SETTLE, landing_time
from bufferctl.machine import state_folder
from bufferctl.model.plain_text import visible
from bufferctl.run.files import Files
from bufferctl.run.listener import NEVER, SILENT, Listener, Stop
from bufferctl.run.session import Session, find_organizations
from bufferctl.run.standing import MOVE, find_predecessor, find_unmoved, refuse_older
from bufferctl.state import Lease, Lock, StateFile, Store
from bufferctl.state.checkout import head
from bufferctl.state.lock import PARTED, Holder, is_mine, locked_by, same_process
from bufferctl.state.state_file import LockedState
from bufferctl.state.succession import hand_over

if TYPE_CHECKING:
    from bufferctl.api import Buffer

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

    `state`: the state file, by default what the files name. Raises StateError.
    """
    store = StateFile(files.store(state, listener), buffer.endpoint)
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
    listener: Listener = SILENT,
    stop: Stop = NEVER,
) -> Iterator[Session]:
    """The same with the lock held from before anything is read, and the state known to be writable.

    `wait`: seconds to wait for another run that holds the lock, on this machine or of a shared state; LockedError
    after that. `settle`: seconds until Buffer's lists certainly show a write. `message`: for the history of a shared
    state, unless `finish` says more. `afresh`: there need not be a state, though a root file that is gone has one of
    the same channels. Raises StateError.
    """
    store = files.store(state, listener)
    with hold_lock(buffer.endpoint, wait, listener) as crashed:
        if store.is_shared:
            waiting = Waiting(buffer, listener, stop, wait, settle)
            with _open_shared(files, store, waiting, crashed, message=message, afresh=afresh) as session:
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
    files: Files, place: Store, waiting: Waiting, crashed: Holder | None, *, message: str, afresh: bool
) -> Iterator[Session]:
    """A session with the lock of the state in `place`. Raises LockedError, StateError, ApiError.

    `crashed`: the run that the lock of this machine was taken over from, which was said already.
    """
    buffer, listener = waiting.buffer, waiting.listener
    store = LockedState(place, buffer.endpoint, commit=head(files.root))
    store.read()
    if wrong := find_unmoved(files, store):
        raise StateError(f"{wrong}, so nothing was done", hint=MOVE)
    old = find_predecessor(files, store, buffer, listener, afresh=afresh)
    refuse_older(files, store)
    known = old.document.state if old else store.saved
    with closing(FileJournal(state_folder(), store.endpoint, files.root_file, known.lineage)) as journal:
        wanted, before = find_organizations(files, known, journal), buffer.requests
        account = buffer.account(wanted)  # for Buffer's clock, too
        used = buffer.requests - before
        if old:
            there = StateFile(store.store.beside(old.path), store.endpoint)
            there.read()
            waiting.until_free(there, lambda: hand_over(there, store), journal.runs)
            store.load()
            refuse_older(files, store)
        commit = store.document.commit
        journal.begin(store.run)
        landing = landing_time(buffer.timeout, waiting.settle)
        try:
            dead = waiting.until_free(store, lambda: store.lock(buffer.server_time, landing), journal.runs)
            if dead is not None and not same_process(crashed, dead):
                listener.notice(f"took over the lock of a run that did not release it: {visible(str(dead))}")
            if store.document.commit != commit:
                refuse_older(files, store)
            session = Session(files, buffer, store, journal, listener, waiting.stop, waiting.settle)
        except BaseException:
            with suppress(BufferctlError), waiting.stop.undisturbed():
                if store.is_locked:
                    store.close(store.document.intents, "stopped")
            raise
        if find_organizations(files, session.state, journal) <= wanted:  # no other run added more of them meanwhile
            session.account, session.account_requests = account, used
        try:
            yield session
        except BaseException:
            try:
                session.finish("stopped")
            except BufferctlError as error:  # the first error is the one that ends the run
                listener.error(error.message, error.hint)
            raise
        session.finish(message)


@dataclass(frozen=True)
class Waiting:
    """Waits for a lock, up to `timeout` seconds. `settle`: seconds between the two looks at a lock that ran out."""

    buffer: Buffer
    listener: Listener
    stop: Stop
    timeout: float
    settle: float

    def until_free(self, store: StateFile, take: Callable[[], None], runs: frozenset[str]) -> Lease | None:
        """Call `take` once no living run holds the lock; the lease of a dead run that held it.

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
