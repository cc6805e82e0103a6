"""The record in a store that machines share, for one run that changes it: the lock, what is open, and in the end all.

The store is asked as seldom as safety allows: once to read, one swap to lock it, one with everything that is about to
be sent, and a last one with what came of it (design: Applying). Whoever loses the lock on the way sends nothing more.
"""

from __future__ import annotations

import getpass
import os
import platform
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bufferctl.clock import awake
from bufferctl.errors import BufferctlError, OvertakenError, PartWayError, StateError
from bufferctl.model import OpenIntent, State
from bufferctl.state import document as documents
from bufferctl.state.document import Document, by_day
from bufferctl.state.lock import Lease, lease_length
from bufferctl.state.record import StoredRecord
from bufferctl.state.store import Store, Stored


class SharedRecord(StoredRecord):
    """The record, and the lock that this run holds on it.

    `run`: the id of this run. `commit`: that of the checkout it works from, empty where there is none.
    """

    def __init__(self, store: Store, endpoint: str, *, commit: str = "") -> None:
        super().__init__(store, endpoint)
        self.run = uuid.uuid4().hex
        self.commit = commit
        self._found: Stored | None = None
        self._before = self.document
        self._pending: State | None = None
        self._lost: BufferctlError | None = None
        #: When the lease was dated, and when it ends, by `awake`; one thread at a time swaps.
        self._dated = self._ends = 0.0
        self._swapping = threading.RLock()

    def lock(self, now: datetime, landing: float) -> None:
        """Take the lock, which nobody alive holds, as of the last reading. Raises OvertakenError, StateError.

        `now`: by Buffer's clock, as of an answer that came before. `landing`: seconds, see `Lease`.
        """
        self._found, self._before = self._stored, self.document
        self._dated = awake()
        until = now + lease_length(landing)
        lease = Lease(self.run, _user(), platform.node(), os.getpid(), now, until, landing)
        state = self.saved if self.exists else replace(self.saved, lineage=uuid.uuid4().hex)
        self.put(replace(self.document, state=state, lease=lease), f"lock: {lease.user} on {lease.host}")
        self._ends = self._dated + lease_length(landing).total_seconds()

    def hold(self) -> None:
        """Immediately before a request: make sure that the lease outlives all that may come of it.

        Raises PartWayError where it cannot be renewed: nothing may be sent then.
        """
        if self._lost is not None:
            raise self._lost
        if self._ends - awake() <= self._lease.landing:
            self._renew()

    def keep(self) -> None:
        """While something is waited for: renew the lease from half of its time on. Raises PartWayError as `hold`."""
        if self._ends - awake() <= lease_length(self._lease.landing).total_seconds() / 2:
            self._renew()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease at half of its time while a person is asked, or something else holds this thread up.

        What goes wrong is found out by the `hold` that follows.
        """
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
        """Keep the state for the end of the run; False, since it is not stored before."""
        self._pending = state
        return False

    def begin(self, state: State, intents: Sequence[OpenIntent]) -> bool:
        """Store the state and the writes about to be sent, if there are any; whether it is stored now.

        Raises PartWayError where that fails: nothing may be sent then.
        """
        if not any(each.intent.run == self.run for each in intents):
            return self.save(state)
        changed = by_day(state) != by_day(self.saved)
        if self._ends - awake() <= self._lease.landing:  # a person thought about it, and the machine slept
            self._renew()
        document = replace(self.document, state=self.next(state) if changed else self.saved, intents=tuple(intents))
        number = sum(each.intent.run == self.run for each in intents)
        try:
            self.put(self._until(document, self._lease.until), f"about to send: {number}")
        except StateError as error:
            raise PartWayError(f"{error.message}. Nothing was sent", hint=error.hint) from error
        self._pending = None
        return True

    def close(self, intents: Sequence[OpenIntent], message: str) -> bool:
        """Release the lock, and store what was saved and what stays open; whether that is stored now.

        Where nothing changed the document is what it was before, to the byte. Raises PartWayError where it fails.
        """
        if self._lost is not None:  # that was reported, and the record is another run's by now
            return False
        state = self.saved if self._pending is None else self._pending
        changed = by_day(state) != by_day(self.saved)
        document = replace(self.document, lease=None, intents=tuple(intents))
        if changed or self.saved.serial != self._before.state.serial:
            document = replace(document, run=self.run, commit=self.commit or document.commit)
        if changed:
            document = replace(document, state=self.next(state))
        raw = documents.dump(document)
        found = self._found.document if self._found else None
        if found and document == self._before:
            raw = found  # so that a history need not show this run
        try:
            self._swap(raw, document, message, squash=True)
        except OvertakenError as error:
            raise self._overtaken() from error
        except StateError as error:
            if self._pending is None:
                until = f"{self._lease.dead_at.astimezone(UTC):%H:%M} UTC"
                raise PartWayError(f"{error.message}. The lock stays until {until}", hint=error.hint) from error
            raise PartWayError(
                f"{error.message}. What was done is in the journal of this machine", hint=self._bring_in
            ) from error
        return True

    def _renew(self) -> None:
        with self._swapping:
            now = awake()
            until = self._lease.until + timedelta(seconds=now - self._dated)
            document = replace(self.document, lease=replace(self._lease, until=until))
            try:
                self.put(self._until(document, until), f"lock: {self._lease.user} on {self._lease.host}")
            except OvertakenError as error:
                raise self._overtaken() from error
            except StateError as error:
                raise PartWayError(
                    f"The lock of the state could not be renewed, so nothing more is sent. {error.message}",
                    hint=self._bring_in,
                ) from error
            self._dated, self._ends = now, now + lease_length(self._lease.landing).total_seconds()

    def _until(self, document: Document, until: datetime) -> Document:
        """The document with the end of the lease in this run's own intents: until then they may be sent."""
        intents = (
            replace(each, intent=replace(each.intent, until=until)) if each.intent.run == self.run else each
            for each in document.intents
        )
        return replace(document, intents=tuple(intents))

    def _swap(self, raw: bytes, document: Document, message: str, *, squash: bool = False) -> None:
        """As the base; a swap whose answer was lost is read back, and counts where this run's document is there."""
        with self._swapping:
            try:
                super()._swap(raw, document, message, squash=squash)
            except StateError:
                try:
                    there = self.store.read()
                    is_ours = there.document == raw or (squash and self._wrote(there))
                except StateError:
                    is_ours = False
                if not is_ours:
                    raise
                self._stored, self.document, self.digest = there, document, documents.digest(raw)

    def _wrote(self, there: Stored) -> bool:
        """Whether the record in the store is what this run wrote at its end; another one may hold the lock by now."""
        if there.document is None:
            return False
        return documents.parse(there.document, self.place, self.endpoint, remedy=self._remedy).run == self.run

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


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
