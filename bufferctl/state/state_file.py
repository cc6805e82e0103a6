"""The state as a run reads and writes it: in its own file, or in a shared store.

A state in its own file is written at every change. A shared one is written as seldom as safety allows: it is read once,
one swap locks it, one stores all intents, and a last one stores the results and releases the lock (design: Applying). A
run that loses the lock on the way sends nothing more.
"""

from __future__ import annotations

import os
import platform
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import PurePath

from bufferctl.errors import BufferctlError, OvertakenError, PartWayError, StateError
from bufferctl.machine import awake, now
from bufferctl.model import Intent, State, dates
from bufferctl.state import document as documents
from bufferctl.state.document import SavedState, by_day
from bufferctl.state.lock import PARTED, UNREAD, Lease, lease_length, user_name
from bufferctl.state.store import Store, Stored, at_start
from bufferctl.value import replace


class StateFile:
    """The state in `store`.

    `endpoint` is the API's URL that it belongs to; None uses the one in the document, for commands that work offline.
    `run` is the id of the run that holds the lock of a shared state, else empty. `commit` is that of its checkout,
    empty if there is none. `complete`: the run applied the checkout in full, so that a shared state names `commit`.
    """

    run = commit = ""
    complete = False

    def __init__(self, store: Store, endpoint: str | None) -> None:
        self.store = store
        self.endpoint = endpoint or ""
        self._any_endpoint = endpoint is None
        self._stored: Stored | None = None
        #: The document as last read or written.
        self.document = SavedState(self.endpoint)
        #: Its digest, without what belongs to runs; empty if there is none.
        self.digest = ""

    @property
    def place(self) -> str:
        """The state's name in messages."""
        return self.store.place

    @property
    def name(self) -> str:
        """The state's name at the start of a sentence."""
        return at_start(self.place)

    @property
    def is_shared(self) -> bool:
        """Whether other machines use it too."""
        return self.store.is_shared

    @property
    def exists(self) -> bool:
        """Whether there is a document, as of the last reading or writing."""
        return self._stored is not None and self._stored.document is not None

    @property
    def version(self) -> str:
        """The store's version of the document, as of the last reading or writing."""
        return self._stored.version if self._stored else ""

    @property
    def saved(self) -> State:
        """The state in the store, as last read or written."""
        return self.document.state

    def load(self) -> State:
        """Read the state; an empty one if there is none yet.

        Raises StateError if it is damaged, newer than this bufferctl, another endpoint's, or was moved away.
        """
        self.read()
        self.refuse_moved()
        return self.document.state

    def read(self) -> None:
        """Read the document, even if its state was moved away. Raises StateError."""
        self._take(self.store.read())

    def refuse_moved(self) -> None:
        """Raises StateError if the state was moved away."""
        documents.refuse_moved(self.document, self.place)

    def stand_in(self, document: SavedState) -> None:
        """Use the state of another document, read-only."""
        self.document = replace(document, state=self.with_next_serial(document.state), moved_to="")

    def save(self, state: State) -> bool:
        """Replace the state under the next serial. Returns True: it is stored now.

        Nothing is written if only the time of day of a horizon changed. Raises StateError if it cannot be written; the
        document then stays as it was.
        """
        if self.exists and by_day(state) == by_day(self.saved):
            return True
        self.replace(replace(self.document, state=self.with_next_serial(state)), "save")
        return True

    @property
    def is_lock_due(self) -> bool:
        """Whether a shared state has to be locked before anything is sent."""
        return False

    def begin(self, state: State, intents: Sequence[Intent]) -> bool:  # noqa: ARG002 - the journal has them
        """Keep the state before `intents` are sent, like `save`."""
        return self.save(state)

    def ensure_lock(self) -> None:
        """Called right before a request, to check the lock of a shared state; a local state needs no other lock."""

    def keep_lock(self) -> None:
        """Called while waiting, like `ensure_lock`."""

    def keeping_lock(self) -> AbstractContextManager[None]:
        """A context for when a person is asked, or something else blocks this thread; otherwise like `ensure_lock`."""
        return nullcontext()

    def close(self, intents: Sequence[Intent], message: str) -> bool:  # noqa: ARG002 - all of it is stored
        """End the run. Returns False: nothing is stored now."""
        return False

    def check_writable(self) -> None:
        """Check, before anything is sent, that the state can be saved. Raises StateError."""
        self.store.check_writable()

    def with_next_serial(self, state: State) -> State:
        """`state` with the lineage of the stored one, or a new one, and a serial above both."""
        lineage = state.lineage or self.saved.lineage or uuid.uuid4().hex
        return replace(state, lineage=lineage, serial=max(state.serial, self.saved.serial) + 1)

    def replace(self, document: SavedState, message: str) -> None:
        """Replace the document that was last read or written. Raises OvertakenError, StateError."""
        self._swap(documents.dump(document), document, message)

    def _swap(self, raw: bytes, document: SavedState, message: str, *, squash: bool = False) -> None:
        self._stored = Stored(raw, self.store.swap(raw, self.version, message, squash=squash))
        self.document, self.digest = document, documents.digest(raw)

    def _take(self, stored: Stored) -> None:
        self._stored = stored
        document, digest = SavedState(self.endpoint), ""
        if stored.document is not None:
            endpoint = None if self._any_endpoint else self.endpoint
            document = documents.read(stored.document, self.place, endpoint, remedy=self._remedy)
            digest = documents.digest(stored.document)
        self.document, self.digest = document, digest
        self.endpoint = document.endpoint

    @property
    def _remedy(self) -> str:
        if self.is_shared:
            return "`bufferctl state log` lists earlier versions, and `bufferctl state restore` puts one back."
        backup = PurePath(self.place).name + ".backup"
        return f"Replace it with {backup}; or move it away, and plan matches posts by their content."


class LockedState(StateFile):
    """The shared state, and this run's lock on it."""

    def __init__(self, store: Store, endpoint: str, *, commit: str = "") -> None:
        super().__init__(store, endpoint)
        self.run = uuid.uuid4().hex
        self.commit = commit
        self._found: Stored | None = None
        self._before = self.document
        self._pending: State | None = None
        self._lost: BufferctlError | None = None
        self._server_time: Callable[[], datetime] = now
        self._landing = 0.0
        #: Whether the lock is taken only once something is to be sent, and whether anything was announced.
        self._is_later = self._has_announced = False
        #: What the clocks showed when the lock was last read or written; one thread at a time swaps.
        self._touched = self._clocks()
        self._swapping = threading.RLock()

    def lock_later(self, server_time: Callable[[], datetime], landing: float) -> None:
        """Take the lock only before something is sent, with the document as it was last read: by `lock` or `begin`.

        That document has no lock and lists nothing as open; if another one has replaced it by then, OvertakenError is
        raised. So anything read from Buffer since the last reading was read as if the lock had been held.
        """
        self._server_time, self._landing, self._is_later = server_time, landing, True

    @property
    def is_lock_due(self) -> bool:
        return self._is_later and not self.is_locked

    def lock(self, server_time: Callable[[], datetime] | None = None, landing: float | None = None) -> None:
        """Take the lock, which no living run held at the last reading. Raises OvertakenError, StateError.

        `server_time` is Buffer's clock, as of its last answer; `landing` is in seconds, see `Lease`. By default, both
        are those of `lock_later`.
        """
        self._server_time = server_time or self._server_time
        self._landing = self._landing if landing is None else landing
        lease = self._new_lease()
        state = self.saved if self.exists else replace(self.saved, lineage=uuid.uuid4().hex)
        self._take_lock(replace(self.document, state=state, lease=lease), f"lock: {lease.user} on {lease.host}")

    def _new_lease(self) -> Lease:
        since = self._server_time()
        until = since + lease_length(self._landing)
        return Lease(user_name(), platform.node(), os.getpid(), since, run=self.run, until=until, landing=self._landing)

    def _take_lock(self, document: SavedState, message: str) -> None:
        """Replace the document that was last read by one with this run's lease."""
        self._found, self._before = self._stored, self.document
        self.replace(document, message)

    def ensure_lock(self) -> None:
        """Called right before a request, to make sure that the lease is this run's and outlasts all its consequences.

        Raises PartWayError if it cannot be read or renewed: nothing may be sent then.
        """
        if self._lost is not None:
            raise self._lost
        if self.is_lock_due:  # nothing is sent before `begin`
            return
        if self._is_in_doubt:
            self._read_again()
        if self._left <= self._lease.landing:
            self._renew()

    def keep_lock(self) -> None:
        """Called while waiting, to renew the lease from half of its time on.

        Raises PartWayError as `ensure_lock` does.
        """
        if not self.is_lock_due and self._left <= lease_length(self._lease.landing).total_seconds() / 2:
            self._renew()

    @property
    def _left(self) -> float:
        """Seconds that are left of the lease, by Buffer's clock."""
        return (self._lease.until - self._server_time()).total_seconds()

    def _clocks(self) -> tuple[float, float, float]:
        """The steady clock, the wall clock, and Buffer's, as of its last answer; in seconds."""
        return awake(), time.time(), self._server_time().timestamp()

    @property
    def _is_in_doubt(self) -> bool:
        """Whether another run may hold the lock by now: the clocks of a suspended machine may have stood still."""
        passed = [there - then for there, then in zip(self._clocks(), self._touched, strict=True)]
        return passed[0] >= UNREAD or max(passed) - min(passed) >= PARTED

    def _read_again(self) -> None:
        """Make sure that the document is what this run last wrote. Raises PartWayError."""
        with self._swapping, self._stopping("read again"):
            there = self.store.read()
            if self._stored is None or there.document != self._stored.document:
                raise self._overtaken()
            self._touched = self._clocks()

    @contextmanager
    def keeping_lock(self) -> Iterator[None]:
        """Renew the lease at half of its time while a person is asked, or something else blocks this thread.

        Failures are found by the next `ensure_lock`.
        """
        if self.is_lock_due:
            yield
            return
        done, half = threading.Event(), lease_length(self._lease.landing).total_seconds() / 2

        def renew() -> None:
            with suppress(BufferctlError):
                while not done.wait(half):
                    self._renew()

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def save(self, state: State) -> bool:
        """Keep the state for the end of the run. Returns False, because it is not stored before."""
        self._pending = state
        return False

    def begin(self, state: State, intents: Sequence[Intent]) -> bool:
        """Store the state and the writes about to be sent, if there are any, with the lock.

        Returns whether it is stored now. Nothing is stored twice. Raises PartWayError if storing fails, or
        OvertakenError and StateError if the lock had yet to be taken; nothing may be sent then.
        """
        own = [each for each in intents if each.run == self.run]
        announced = {each.slot: each.write for each in self.document.intents if each.run == self.run}
        changed = by_day(state) != by_day(self.saved)
        if not own or not (changed or any(announced.get(each.slot) != each.write for each in own)):
            return self.save(state)
        document = replace(
            self.document, state=self.with_next_serial(state) if changed else self.saved, intents=tuple(intents)
        )
        message = f"about to send: {len(own)}"
        if self.is_lock_due:
            lease = self._new_lease()
            self._take_lock(self._until(replace(document, lease=lease), lease.until), message)
        else:
            if self._left <= self._lease.landing:  # a person took a while to answer, and the machine slept
                self._renew()
                document = replace(document, lease=self._lease)
            try:
                self.replace(self._until(document, self._lease.until), message)
            except StateError as error:
                raise PartWayError(f"{error.message}. Nothing was sent", hint=error.hint) from error
        self._pending, self._has_announced = None, True
        return True

    def close(self, intents: Sequence[Intent], message: str) -> bool:
        """Release the lock, and store the saved state and the open intents.

        Returns whether they are stored now. If nothing was sent and nothing changed, the document is the same as
        before, to the byte; after a run that sent anything, it differs at least in the run's id. Raises PartWayError if
        it fails; OvertakenError and StateError if nothing was to be sent, and so no lock was taken.
        """
        if self._lost is not None:  # that was reported, and the state belongs to another run by now
            return False
        had_lock, self._is_later = not self.is_lock_due, False
        state = self.saved if self._pending is None else self._pending
        commit = (self.complete and self.commit) or self.document.commit
        changed = by_day(state) != by_day(self.saved) or commit != self.document.commit
        if not had_lock and not changed:
            return False
        document = replace(self.document, lease=None, intents=tuple(intents), commit=commit)
        if changed or self._has_announced or (had_lock and self.saved.serial != self._before.state.serial):
            document = replace(document, run=self.run)
        if changed:
            document = replace(document, state=self.with_next_serial(state))
        raw = documents.dump(document)
        found = self._found.document if self._found else None
        if found and document == self._before:
            raw = found  # so that a history need not show this run
        if had_lock:
            with self._releasing():
                self._swap(raw, document, message, squash=True)
        else:
            self._swap(raw, document, message, squash=True)
        return True

    @contextmanager
    def _releasing(self) -> Iterator[None]:
        """Where the last swap fails, say what becomes of the lock and of what was done: raises PartWayError."""
        try:
            yield
        except OvertakenError as error:
            raise self._overtaken() from error
        except StateError as error:
            if self._pending is None:
                until = dates.clock_of_machine(self._lease.dead_at)
                raise PartWayError(f"{error.message}. The lock stays until {until}", hint=error.hint) from error
            raise PartWayError(
                f"{error.message}. The results are in this machine's journal", hint=self._bring_in
            ) from error

    def _renew(self) -> None:
        with self._swapping:
            until = self._server_time() + lease_length(self._lease.landing)
            document = replace(self.document, lease=replace(self._lease, until=until))
            with self._stopping("renewed"):
                self.replace(self._until(document, until), f"lock: {self._lease.user} on {self._lease.host}")

    @contextmanager
    def _stopping(self, done: str) -> Iterator[None]:
        """Where the lock cannot be `done`, this run sends nothing more: raises PartWayError."""
        try:
            yield
        except OvertakenError as error:
            raise self._overtaken() from error
        except StateError as error:
            raise PartWayError(
                f"The lock of the state could not be {done}, so nothing more is sent. {error.message}",
                hint=self._bring_in,
            ) from error

    def _until(self, document: SavedState, until: datetime) -> SavedState:
        """The document with the end of the lease in this run's own intents: until then they may be sent."""
        intents = (replace(each, until=until) if each.run == self.run else each for each in document.intents)
        return replace(document, intents=tuple(intents))

    def _swap(self, raw: bytes, document: SavedState, message: str, *, squash: bool = False) -> None:
        """As the base; a swap whose answer was lost is read back, and counts where this run's document is there."""
        with self._swapping:
            try:
                super()._swap(raw, document, message, squash=squash)
            except StateError as error:
                try:
                    there = self.store.read()
                    found = self._parsed(there)
                except StateError:
                    raise error from None
                if there.document == raw or (squash and found.run == self.run):
                    self._stored, self.document, self.digest = there, document, documents.digest(raw)
                elif found.lease and found.lease.run == self.run:  # an earlier swap, which a signal cut short
                    self._stored = there
                    super()._swap(raw, document, message, squash=squash)
                else:
                    raise
            self._touched = self._clocks()

    def _parsed(self, there: Stored) -> SavedState:
        if there.document is None:
            return SavedState(self.endpoint)
        return documents.parse(there.document, self.place, self.endpoint, remedy=self._remedy)

    @property
    def is_locked(self) -> bool:
        """Whether this run holds the lock, as of the last reading or writing."""
        return self.document.lease is not None and self.document.lease.run == self.run

    def _overtaken(self) -> PartWayError:
        self._lost = PartWayError(
            "Another run took over the lock of the state, so this one sends nothing more",
            hint="Run apply again: it continues from the state that the other run left.",
        )
        return self._lost

    @property
    def _lease(self) -> Lease:
        if self.document.lease is None:
            raise ValueError("lock first")
        return self.document.lease

    @property
    def _bring_in(self) -> str:
        return "Run apply again on this machine to save it in the state."
