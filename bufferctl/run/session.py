"""A run on one project and one account: what it has read, the state, the journal, and how all of it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bufferctl.apply import FileJournal, Revision, save_state
from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.errors import StateError
from bufferctl.limits import lead_time
from bufferctl.model import Account, Live, State
from bufferctl.render.lines import count
from bufferctl.run.files import Files
from bufferctl.run.listener import Listener, Stop
from bufferctl.run.standing import find_standing
from bufferctl.state import StateFile
from bufferctl.state.checkout import Relation

if TYPE_CHECKING:
    from bufferctl.api import Buffer


@dataclass
class Session:
    """A run on one account and one project, with the lock of a shared state if it may change anything."""

    files: Files  # the project
    buffer: Buffer  # the account
    store: StateFile  # where the state is kept; a shared one has the lock, one of this machine needs none
    journal: FileJournal  # what this machine sent, and what came of it
    listener: Listener  # who hears what happens
    stop: Stop  # whether somebody asked to stop, and the clock
    settle: float  # seconds until Buffer's lists certainly show a write
    #: After `find_homes` with what the journal knows, and under the ids that channels have now.
    state: State = field(init=False)
    live: Live | None = None  # what the last plan was made from
    warnings: tuple[Diagnostic, ...] = ()  # what the plan is to warn of
    relation: Relation = Relation.SAME  # how the checkout relates to the commit that was applied last
    account: Account | None = None  # read just now, and how many requests that took; it serves once
    account_requests: int = 0  # requests that `account` took
    #: Texts that are too long for their channels; what was reported is not reported again.
    too_long: tuple[Diagnostic, ...] = ()
    is_finished: bool = False  # `finish` was called

    def __post_init__(self) -> None:
        """After the state was read. Raises StateError if it contradicts itself."""
        _check_apart(self.store.saved, self.store.name)
        self.state = self._without_unsafe_horizons(self.store.saved)
        if self.store.is_shared:
            self.journal.follow_document(self.store.document.intents)
            self.relation, self.warnings = find_standing(self.files, self.store)

    def _without_unsafe_horizons(self, state: State) -> State:
        """The state; without its horizons where this machine saved a later one, or another one of the same serial."""
        if not self.journal.is_older(Revision(state.lineage, state.serial, self.store.digest)):
            return state
        older = Diagnostic(
            Severity.WARNING,
            f"{self.store.name} is older than the state that this machine saved last, or is a different one, so "
            "bufferctl does not know what it has created since",
            hint="Restore the newest version of the file (git pull, or a backup) if there is one.",
        )
        self.listener.diagnostics([older])
        last = self.journal.last(state.lineage)
        return replace(state.unrecorded(), serial=max(state.serial, last.serial if last else 0))

    @property
    def lead(self) -> timedelta:
        """The least time between a write and the instant it schedules a post for."""
        return lead_time(self.buffer.timeout, self.settle)

    @property
    def clock(self) -> Stop:
        """The clock to wait by, which renews the lock of a shared state."""
        return _RenewingClock(self.stop, self.store) if self.store.run else self.stop

    def save(self, state: State) -> None:
        """Save the state with the journal's results. Raises StateError."""
        self.state = save_state(state, self.journal, self.store)

    def finish(self, message: str) -> None:
        """Store a shared state, with `message` for its history, and release its lock. Once; raises PartWayError."""
        if self.is_finished:
            return
        self.is_finished = True
        with self.stop.undisturbed():
            if self.store.close(self.journal.unsettled, message):
                self.journal.end(self.store.run)
                self.journal.compact((), Revision(self.store.saved.lineage, self.store.saved.serial, self.store.digest))

    def note_leftovers(self) -> None:
        """Say that an earlier run left writes whose outcome is not known."""
        number = len(self.journal.open)
        if number and self.store.document.lease and not self.store.run:
            self.listener.notice(f"that run has {count(number, 'write')} without an answer so far")
        elif number:
            self.listener.notice(
                f"an earlier apply was cut off and left {count(number, 'write')} without an answer; the next apply "
                "first checks what happened to them"
            )


def _check_apart(state: State, name: str) -> None:
    """Raises StateError if one object has two addresses: a change to one would also change the other."""
    seen: dict[str, str] = {}
    for binding in state.bindings.values():
        if binding.id in seen:
            raise StateError(
                f"{name} gives {binding.id} two addresses, {seen[binding.id]} and {binding.address}, "
                "which merging two state files can cause; a change to one would also change the other",
                hint="To remove the wrong one, run `bufferctl state rm ADDRESS`.",
            )
        seen[binding.id] = binding.address


def find_organizations(files: Files, state: State, journal: FileJournal) -> set[str]:
    """Names or ids of the organizations to ask about: those that are declared, recorded, or have open intents."""
    declared = {organization.id or organization.name or "" for organization in files.desired.organizations}
    return declared | {slot.organization_id for slot in state.tracked} | set(journal.organizations)


class _RenewingClock(Stop):
    """A clock that waits in pieces, between which the lock is renewed once half of its time is over."""

    def __init__(self, clock: Stop, store: StateFile) -> None:
        self._clock, self._store = clock, store

    def now(self) -> float:
        return self._clock.now()

    def asked(self) -> bool:
        return self._clock.asked()

    def wait(self, seconds: float) -> None:
        for piece in _pieces(seconds):
            self._clock.wait(piece)
            self._store.keep_lock()
            if self.asked():
                return

    def sleep(self, seconds: float) -> None:
        for piece in _pieces(seconds):
            self._clock.sleep(piece)
            self._store.keep_lock()


def _pieces(seconds: float, piece: float = 60.0) -> Iterator[float]:
    """Parts of a wait, each short beside a lease."""
    while seconds > 0:
        yield min(piece, seconds)
        seconds -= piece
