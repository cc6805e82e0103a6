"""A session on a record that machines share: its lock is taken before anything is read, and released at the end.

Also whether a root file without a record continues that of one that is gone: by proof, by a person, or not at all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from bufferctl.apply import FileJournal, Revision, Timer
from bufferctl.cli.console import Console
from bufferctl.cli.files import Files
from bufferctl.cli.session import Session, organizations, session_of
from bufferctl.cli.watching import undisturbed
from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.errors import BufferctlError, LockedError, OvertakenError, StateError
from bufferctl.limits import landing_time
from bufferctl.machine import state_folder
from bufferctl.model.plain_text import visible
from bufferctl.render.lines import capitalized
from bufferctl.state import Lease, LocalStore, Store, StoredRecord, state_path_of
from bufferctl.state.checkout import Relation, head, relation
from bufferctl.state.lock import PARTED, Holder, is_mine, locked_by, same_process
from bufferctl.state.record import SharedRecord
from bufferctl.state.succession import Predecessor, hand_over, name_of, predecessors, proves

if TYPE_CHECKING:
    from bufferctl.api import Buffer

#: Seconds after which another run's lock is read again; doubled each time, up to a minute.
_POLL, _SELDOM = 5.0, 60.0
#: How often another run may be faster before this one gives up.
_TRIES = 10
_MOVE = "Move it there: bufferctl state migrate"
#: Digits of a commit in messages.
_SHORT = 10


@dataclass
class SharedSession(Session):
    """A session that holds the lock of a shared record. `store` is that record."""

    store: SharedRecord

    @property
    def run(self) -> str:
        """The id of this run."""
        return self.store.run

    @property
    def commit(self) -> str:
        """The id of the checked-out commit, empty if there is none."""
        return self.store.commit

    def complete(self) -> None:
        """The run applied the checkout in full, so the record names its commit."""
        self.store.complete = True

    def hold(self) -> None:
        """Right before a request: make sure that the lock outlasts its consequences. Raises PartWayError."""
        self.store.hold()

    def clock(self, clock: Timer) -> Timer:
        """The clock, whose waits renew the lock."""
        return _RenewingClock(clock, self.store)

    def kept(self) -> AbstractContextManager[None]:
        """Renew the lock while a person is asked, or something else takes its time."""
        return self.store.kept()

    def finish(self, message: str) -> None:
        """Store what came of the run, and release the lock. Once; raises PartWayError if that fails."""
        if self.finished:
            return
        self.finished = True
        with undisturbed():
            if self.store.close(self.journal.unsettled, message):
                self.journal.end(self.run)
                self.journal.compact((), Revision(self.store.saved.lineage, self.store.saved.serial, self.store.digest))


@contextmanager
def shared(
    files: Files,
    buffer: Buffer,
    place: Store,
    console: Console,
    *,
    lock_timeout: float,
    settle: float,
    message: str,
    afresh: bool,
    crashed: Holder | None,
) -> Iterator[SharedSession]:
    """A session with the lock of the record in `place`. Raises LockedError, StateError, ApiError.

    `afresh`: there need not be a record, though a root file that is gone has one of the same channels.
    `crashed`: the run that the lock of this machine was taken over from, which was said already.
    """
    record = SharedRecord(place, buffer.endpoint, commit=head(files.root))
    record.read()
    if wrong := _unmoved(files, record):
        raise StateError(f"{wrong}, so nothing was done", hint=_MOVE)
    old = find_predecessor(files, record, buffer, console, afresh=afresh)
    _refuse_older(files, record)
    known = old.document.state if old else record.saved
    journal = FileJournal(state_folder(), record.endpoint, files.root_file, known.lineage)
    try:
        wanted = organizations(files, known, journal)
        waiting = _Waiting(buffer, journal, console, lock_timeout, settle)
        before = buffer.requests
        account = buffer.account(wanted)  # for Buffer's clock, too
        used = buffer.requests - before
        if old:
            _take_over(record, old.path, waiting)
            _refuse_older(files, record)
        commit = record.document.commit
        journal.begin(record.run)
        landing = landing_time(buffer.timeout, settle)
        try:
            dead = waiting.until_free(record, lambda: record.lock(buffer.server_time, landing))
            if dead is not None and not same_process(crashed, dead):
                console.notice(f"took over the lock of a run that did not release it: {visible(str(dead))}")
            if record.document.commit != commit:
                _refuse_older(files, record)
            journal.follow(record.document.intents)
            session = session_of(SharedSession, files, buffer, record, journal, console)
            session.relation, session.warnings = checkout_standing(files, record)
        except BaseException:
            with suppress(BufferctlError), undisturbed():
                if record.is_locked:
                    record.close(record.document.intents, "stopped")
            raise
        if organizations(files, session.state, journal) <= wanted:  # no other run recorded more of them meanwhile
            session.account, session.account_requests = account, used
        try:
            yield session
        except BaseException:
            try:
                session.finish("stopped")
            except BufferctlError as error:  # the first error is the one that ends the run
                console.error(error.message, error.hint)
            raise
        session.finish(message)
    finally:
        journal.close()


def _take_over(record: SharedRecord, path: str, waiting: _Waiting) -> None:
    """Move the document at `path` to that of this root file, once no other run holds its lock. Raises LockedError."""
    old = StoredRecord(record.store.beside(path), record.endpoint)
    old.read()
    waiting.until_free(old, lambda: hand_over(old, record))
    record.load()


@dataclass(frozen=True)
class _Waiting:
    """Waits for a lock, up to `timeout` seconds. `settle`: seconds between the two looks at a lock that ran out."""

    buffer: Buffer
    journal: FileJournal
    console: Console
    timeout: float
    settle: float

    def until_free(self, record: StoredRecord, take: Callable[[], None]) -> Lease | None:
        """Call `take` once no living run holds the lock; the lease of a dead run that held it.

        `take` raises OvertakenError if another run was faster. Raises LockedError after `timeout` seconds.
        """
        waited, poll, overtaken = 0.0, _POLL, 0
        while True:
            lease = record.document.lease
            if lease is None or is_mine(lease, self.journal.runs) or self._stays_over(lease, record):
                try:
                    with undisturbed() as heard:
                        take()
                except OvertakenError as error:
                    overtaken += 1
                    if overtaken > _TRIES:
                        raise LockedError(error.message, hint=error.hint) from error
                    record.read()
                    continue
                if heard:
                    raise KeyboardInterrupt
                return lease
            seconds, poll = min(poll, self.timeout - waited), min(2 * poll, _SELDOM)
            if seconds <= 0:
                raise locked_by(lease, tells_time=self.buffer.tells_time)
            time.sleep(seconds)
            waited += seconds
            record.read()

    def _stays_over(self, lease: Lease, record: StoredRecord) -> bool:
        """Whether a lease has ended by two answers of Buffer that agree with the steady clock, and stays as it is.

        A single answer may be an old one, and this machine may have been suspended since.
        """
        buffer = self.buffer
        if not buffer.tells_time or lease.dead_at > buffer.server_time():
            return False
        if self.settle >= 1:
            self.console.note(f"Another run did not release the lock; checking it again in {self.settle:.0f} s.")
        time.sleep(self.settle)
        expected = buffer.server_time()
        buffer.account(())
        agree = abs((buffer.server_time() - expected).total_seconds()) < PARTED
        record.read()
        return agree and record.document.lease == lease and lease.dead_at <= buffer.server_time()


def find_predecessor(
    files: Files, record: StoredRecord, buffer: Buffer, console: Console, *, afresh: bool = False
) -> Predecessor | None:
    """The document that this root file goes on with, None if it has its own or is new; `record` was read.

    `afresh`: what nothing proves is no reason to stop. Raises StateError if it may be one, and if the record was
    moved away; ApiError.
    """
    if record.exists and not record.document.moved_to:
        return None
    found = predecessors(record, files.root_file)
    if len(found) == 1 and found[0].document.moved_to == record.store.address:  # a run was cut off on the way
        old: Predecessor | None = found[0]
    else:
        old = _chosen(files, record, _relevant(files, found, buffer), afresh=afresh)
    if old is None:
        record.refuse_moved()
        return None
    console.notice(f"{name_of(old.root_file)} was moved to {name_of(files.root_file)}, so its state is used")
    return old


def _relevant(files: Files, found: Collection[Predecessor], buffer: Buffer) -> list[tuple[Predecessor, frozenset[str]]]:
    """Those that have objects in homes of these files, and in which; the account is asked only if there are any."""
    from bufferctl.reconcile import find_targets

    if not found:
        return []
    desired = files.desired
    account = buffer.account({each.id or each.name or "" for each in desired.organizations})
    targets, _ = find_targets(desired, account)
    with_ideas = {item.address.organization for item in desired.ideas}
    organizations = {each.id for label, each in targets.organizations.items() if label in with_ideas}
    homes = ((each, each.homes(targets.channels.values(), organizations)) for each in found)
    return [(each, ids) for each, ids in homes if ids]


def _chosen(
    files: Files, record: StoredRecord, relevant: Sequence[tuple[Predecessor, frozenset[str]]], *, afresh: bool
) -> Predecessor | None:
    """The one that is proved and has all that the others have. Raises StateError if that cannot be known."""
    proved = [each for each in relevant if proves(each[0], files.root_file, files.desired.files, remote=files.remote)]
    if len(proved) == 1 and all(homes <= proved[0][1] for _, homes in relevant):
        return proved[0][0]
    record.refuse_moved()
    if afresh or not relevant:
        return None
    here, there = name_of(files.root_file), " and ".join(name_of(each.root_file) for each, _ in relevant)
    path, old = os.path.relpath(files.root_file), os.path.relpath(relevant[0][0].root_file)
    file = "" if path == "buffer.yaml" else f" --file {quote(path)}"
    raise StateError(
        f"There is no state for {here} yet. There is one for {there}, which no longer exists, with posts on the same "
        f"channels, and git does not show that it became {here}. Without its state, posts could be published again, so "
        "nothing was done",
        hint=f"If it is the same project:\nbufferctl state migrate --from {quote(old)}{file}\n"
        f"If it is a new one:\nbufferctl state begin{file}",
    )


def checkout_standing(files: Files, record: StoredRecord) -> tuple[Relation, tuple[Diagnostic, ...]]:
    """How the checkout relates to what was applied last, and the plan's warnings about it.

    That is: state that was not moved, and a checkout that does not have all that was applied elsewhere.
    """
    if wrong := _unmoved(files, record):
        return Relation.SAME, (Diagnostic(Severity.WARNING, f"{wrong}, and apply will refuse", hint=_MOVE),)
    here, applied = head(files.root), record.document.commit
    found = relation(files.root, here, applied, remote=files.remote) if here and applied else Relation.SAME
    if found in {Relation.SAME, Relation.NEWER}:
        return found, ()
    this, last = f"this checkout ({here[:_SHORT]})", f"the last applied commit ({applied[:_SHORT]})"
    if found is Relation.UNKNOWN:
        why = f"Whether {this} is older than {last} cannot be known: the history between them is not here. What that "
        why += "commit wrote, and what these files lack, is not changed or deleted"
        hint = "Fetch that commit, or check out with more history."
    elif found is Relation.OLDER:
        why, hint = capitalized(f"{this} is older than {last}, so apply will refuse it"), "git pull"
    else:
        why = capitalized(f"{this} and {last} have diverged, so what these files lack is not deleted, or reversed")
        hint = "Merge or rebase onto it before you apply."
    return found, (Diagnostic(Severity.WARNING, why, hint=hint),)


def _unmoved(files: Files, record: StoredRecord) -> str:
    """The message if the state is still in a file beside the root file; empty if not. Raises StateError."""
    own = StoredRecord(LocalStore(state_path_of(files.root_file)), None)
    if record.exists or not own.store.read().document:
        return ""
    own.load()
    if own.endpoint != record.endpoint:
        return ""
    where = f"buffer.yaml keeps the state in {record.place}, which is empty, but there is {own.place}"
    return f"{where}; without it bufferctl does not know what it created"


def _refuse_older(files: Files, record: SharedRecord) -> None:
    """Raises StateError if the checkout is known to be older than what was applied last."""
    here, applied = record.commit, record.document.commit
    if not here or not applied:
        return
    if relation(files.root, here, applied, remote=files.remote) is Relation.OLDER:
        raise StateError(
            f"This checkout ({here[:_SHORT]}) is older than the last applied commit ({applied[:_SHORT]}), so "
            "applying it would undo later merges; nothing was done",
            hint="Run `git pull`; or if that commit is on a branch that was applied and not merged, merge it.",
        )


class _RenewingClock:
    """A clock that waits in pieces, between which the lock is renewed once half of its time is over."""

    def __init__(self, clock: Timer, record: SharedRecord) -> None:
        self._clock, self._record = clock, record

    def now(self) -> float:
        """As `Timer`."""
        return self._clock.now()

    def wait(self, seconds: float) -> None:
        """As `Timer`."""
        for piece in _pieces(seconds):
            began = self.now()
            self._clock.wait(piece)
            self._record.keep()
            if self.now() - began < piece - 1:  # somebody asked to stop
                return

    def sleep(self, seconds: float) -> None:
        """As `Timer`."""
        for piece in _pieces(seconds):
            self._clock.sleep(piece)
            self._record.keep()


def _pieces(seconds: float, piece: float = 60.0) -> Iterator[float]:
    """Parts of a wait, each short beside a lease."""
    while seconds > 0:
        yield min(piece, seconds)
        seconds -= piece
