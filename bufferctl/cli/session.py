"""What plan, apply and import share: the files, the account, the state, and the way from them to a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bufferctl.apply import FileJournal, Revision, Timer, save_state
from bufferctl.cli.annotating import annotate
from bufferctl.cli.console import Console
from bufferctl.cli.files import Files
from bufferctl.diagnostics import Diagnostic, Severity, has_errors
from bufferctl.errors import ConfigError, StateError
from bufferctl.limits import SETTLE
from bufferctl.machine import state_folder
from bufferctl.model import IDEAS, Account, Claim, Live, Origin, Slot, State
from bufferctl.model.plain_text import visible
from bufferctl.plan import Action, Cause, Change, Plan
from bufferctl.reconcile import (
    Divergence,
    Options,
    Targets,
    busy_days,
    by_slot,
    find_targets,
    follow_reconnected,
    reconcile,
    slots_of,
    sought,
    within_daily_limits,
)
from bufferctl.render.lines import count
from bufferctl.state import Lock, StoredRecord, claimed_elsewhere
from bufferctl.state.checkout import Relation, contained, deleted_since, outdated_files, text_before
from bufferctl.state.lock import Holder

if TYPE_CHECKING:
    from bufferctl.api import Buffer

#: Pages of a list of sent posts, with `managed_since` as a bound, and without.
SENT_PAGES, SENT_PAGES_UNBOUNDED = 40, 10
#: Origins of what bufferctl made, as far as it knows.
CREATED = frozenset({Origin.CREATED, Origin.RECOVERED})
#: Up to this many posts that no list shows are read one by one; more are sought by their creation time.
SOUGHT_SINGLY = 3


@dataclass(frozen=True, slots=True)
class Names:
    """The account, and the organizations and channels that the files name.

    `slots`: of the declared objects. `requests`: how many this used.
    """

    account: Account
    targets: Targets
    slots: frozenset[Slot]
    requests: int
    warnings: tuple[Diagnostic, ...] = ()


@dataclass
class Session:
    """One account and one set of files.

    `state` is the record; after `read_names`, with what the journal knows and under the ids that channels have now.
    """

    files: Files
    buffer: Buffer
    store: StoredRecord
    journal: FileJournal
    console: Console
    state: State
    #: What the last plan was made from.
    live: Live | None = None
    #: What the plan is to warn of.
    warnings: tuple[Diagnostic, ...] = ()
    #: How the checkout relates to the commit that was applied last.
    relation: Relation = Relation.SAME
    #: Read just now, and how many requests that took; it serves once.
    account: Account | None = None
    account_requests: int = 0
    finished: bool = False
    _reported: tuple[Diagnostic, ...] = ()

    @property
    def run(self) -> str:
        """The id of the run that holds the lock of a shared record, else empty."""
        return ""

    def hold(self) -> None:
        """Right before a request: make sure that the lock of a shared record lasts. Raises PartWayError."""

    @property
    def commit(self) -> str:
        """The id of the checked-out commit, for a shared record, else empty."""
        return ""

    def complete(self) -> None:
        """The run applied the checkout in full, so a shared record names its commit."""

    def clock(self, clock: Timer) -> Timer:
        """The clock to wait by."""
        return clock

    def kept(self) -> AbstractContextManager[None]:
        """Keep the lock of a shared record while a person is asked, or something else takes its time."""
        return nullcontext()

    def finish(self, message: str) -> None:
        """Store the shared record, with `message` for its history, and release its lock, once.

        Raises PartWayError if that fails.
        """

    def save(self, state: State) -> None:
        """Save the record with the journal's results. Raises StateError."""
        self.state = save_state(state, self.journal, self.store)

    def read_names(self) -> Names:
        """Read which organizations and channels the files name, and claim their entries in the journal.

        Raises ApiError, and ConfigError for names that the account does not have and for texts that are longer than
        their channel says that it takes (each is printed with its place).
        """
        before, desired = self.buffer.requests, self.files.desired
        recorded = {slot.organization_id for slot in self.state.tracked}
        account = self.account or self.buffer.account(organizations(self.files, self.state, self.journal))
        used = self.account_requests + self.buffer.requests - before
        self.account, self.account_requests = None, 0
        self._check_managed_since()
        targets, problems = find_targets(desired, account, self.state)
        if has_errors(problems):
            self.console.diagnostics(problems)
            raise ConfigError(
                "Not every organization or channel that the files name is clear, so planning stopped",
                hint="Fix the names, then try again.",
            )
        self._check_account(account, recorded)
        if self.files.by_rules:
            self._check_lengths(targets)
        slots = slots_of(desired, targets)
        self.journal.claim(account.homes)
        self.state = follow_reconnected(remembered(self.state, self.journal), account)
        return Names(account, targets, slots, used, (*self.warnings, *problems))

    def plan(self, options: Options, names: Names | None = None) -> Plan:
        """Read the account and compare it with the files. Raises as `read_names`, called unless `names` is given."""
        names = names or self.read_names()
        before = self.buffer.requests
        self.live = live = self._read(names, options.lead)
        root, commit = self.files.root, self.store.document.commit
        lost = {binding.file for binding in self.state.tracked.values()} - set(self.files.desired.files)
        options = replace(
            options,
            deleted_files=deleted_since(root, commit, lost, remote=self.files.remote),
            diverged=self._divergence(),
        )
        plan = self._compared(live, names.targets, options)
        if days := busy_days(plan, live):
            plan = within_daily_limits(plan, self.buffer.daily_room(days))
        return replace(
            plan,
            warnings=(*names.warnings, *plan.warnings),
            read_requests=names.requests + self.buffer.requests - before,
            quota=self.buffer.quota,
        )

    def _divergence(self) -> Divergence | None:
        """What the checkout may lack of the commit that was applied last; None if it has it."""
        if self.relation in {Relation.SAME, Relation.NEWER}:
            return None
        root, applied = self.files.root, self.store.document.commit
        commits = {binding.commit for binding in self.state.bindings.values()} - {""}
        is_known = self.relation is not Relation.UNKNOWN
        return Divergence(
            applied, is_known, contained(root, commits), outdated_files(root, applied), text_before(root, applied)
        )

    def _read(self, names: Names, lead: timedelta) -> Live:
        """What the homes of declared and recorded objects hold, as far back as the record is not complete."""
        desired, targets = self.files.desired, names.targets
        channels = self._channels(names.account, {c.id for c in targets.channels.values()})
        ideas = {targets.organizations[item.address.organization].id for item in desired.ideas}
        ideas |= {slot.organization_id for slot in self.state.tracked if slot.channel_id == IDEAS}
        managed_since = desired.settings.managed_since
        horizons = {id_: self.state.horizon(id_, managed_since).since for ids in channels.values() for id_ in ids}
        live = self.buffer.read(
            names.account,
            channels,
            ideas=ideas,
            since={id_: since for id_, since in horizons.items() if since is not None},
            sent_pages=SENT_PAGES if managed_since else SENT_PAGES_UNBOUNDED,
        )
        wanted = sought(live, self.state, by_slot(desired, targets), lead=lead)
        return self._seek(wanted, live, channels)

    def _compared(self, live: Live, targets: Targets, options: Options) -> Plan:
        """The plan; made again if another root file manages some of what it would delete or leave to others."""
        desired, endpoint = self.files.desired, self.store.endpoint
        plan = reconcile(desired, live, self.state, targets, endpoint=endpoint, options=options)
        if elsewhere := self._elsewhere(plan):
            options = replace(options, elsewhere=elsewhere)
            plan = reconcile(desired, live, self.state, targets, endpoint=endpoint, options=options)
        return plan

    def note_leftovers(self) -> None:
        """Say that an earlier run left writes whose outcome is not known."""
        console = self.console
        number = len(self.journal.open)
        if number and self.store.document.lease and not self.run:
            console.notice(f"that run has {count(number, 'write')} without an answer so far")
        elif number:
            console.notice(
                f"an earlier apply was cut off and left {count(number, 'write')} without an answer; the next apply "
                "first checks what happened to them"
            )

    def _elsewhere(self, plan: Plan) -> tuple[Claim, ...]:
        """What other root files have of what `plan` deletes, creates or adopts: an entry may have moved."""

        def may_have_moved(change: Change) -> bool:
            if change.action is Action.ADOPT:
                return True
            is_new = change.binding is None and change.action in {Action.CREATE, Action.HOLD}
            return is_new or (change.cause is Cause.REMOVED and change.action in {Action.DELETE, Action.HOLD})

        asked = [change for change in plan.changes if may_have_moved(change)]
        ids, slots = {change.live_id for change in asked}, {slot for change in asked for slot in _slots(change)}
        claims = claimed_elsewhere(self.store, self.files.root_file) if asked else []
        return tuple(claim for claim in claims if claim.id in ids or claim.slot in slots)

    def _check_account(self, account: Account, recorded: set[str]) -> None:
        """State of organizations that the account does not have is another account's (design: The state)."""
        strange = recorded - {organization.id for organization in account.organizations}
        if strange:
            raise StateError(
                f"{self.store.name} belongs to an organization that this key cannot access "
                f"({', '.join(sorted(strange))})",
                hint="Use the key of that account, or name another file with --state.",
            )

    def _check_lengths(self, targets: Targets) -> None:
        """What only the account knows of how long a text may be (Mastodon's server, an X account that pays)."""
        from bufferctl.cli.judging import abridged, judged_by_account

        problems = judged_by_account(self.files.root, self.files.desired, targets.channels)
        self.console.diagnostics(abridged(each for each in problems if each not in self._reported))
        self._reported = problems
        if has_errors(problems):
            annotate(problems, self.files.root)
            raise ConfigError(
                "Some texts are too long for their channels, so nothing was sent to Buffer",
                hint="Shorten them, then try again.",
            )

    def _channels(self, account: Account, declared: set[str]) -> dict[str, set[str]]:
        """The channels to read, by organization: those declared and those that state speaks of."""
        wanted = declared | {slot.channel_id for slot in self.state.tracked}
        found = {o.id: {c.id for c in o.channels if c.id in wanted} for o in account.organizations}
        return {organization: ids for organization, ids in found.items() if ids}

    def _seek(self, ids: Mapping[str, datetime | None], live: Live, channels: Mapping[str, Collection[str]]) -> Live:
        """Known posts that no list showed: a few one by one, many by when they were created."""
        created = [at for at in ids.values() if at]
        left = set(ids)
        if len(ids) > SOUGHT_SINGLY and created:
            margin = timedelta(seconds=1)
            listed = self.buffer.created(channels, min(created) - margin, max(created) + margin)
            live = replace(live, posts=(*live.posts, *(post for post in listed if post.id in left)))
            left -= {post.id for post in listed}
        singly = sorted(left) if len(left) <= SOUGHT_SINGLY else [id_ for id_ in sorted(left) if ids[id_] is None]
        found = {id_: self.buffer.post(id_) for id_ in singly}
        there = [post for post in found.values() if post is not None]
        gone = left - {post.id for post in there}
        return replace(live, posts=(*live.posts, *there), gone=frozenset(gone))

    def _check_managed_since(self) -> None:
        """Raises ConfigError if the root file says a time that cannot be right."""
        since = self.files.desired.settings.managed_since
        if since is None:
            return
        if since > self.buffer.server_time():
            raise ConfigError(
                f"`managed_since` is {since.isoformat()}, which is in the future by Buffer's clock",
                hint="Set it to the date and time at which bufferctl first posted to this account.",
            )
        first = first_creation(self.state)
        if first is not None and since > first:
            raise ConfigError(
                f"`managed_since` is {since.isoformat()}, but bufferctl created a post before that, at "
                f"{first.isoformat(timespec='seconds')}; if the state were lost, that post could be published twice",
                hint=f"Set it to {(first - timedelta(minutes=1)).isoformat(timespec='seconds')} or earlier.",
            )


def first_creation(state: State) -> datetime | None:
    """When bufferctl created the oldest of what the record has; None if it created nothing."""
    return min((b.created for b in state.bindings.values() if b.origin in CREATED and b.created), default=None)


def _slots(change: Change) -> Iterator[Slot]:
    """Where its object may be recorded: under its key, and those that it may have had before."""
    yield change.slot
    for key in change.desired.previous_keys if change.desired else ():
        yield change.slot._replace(key=key)


S = TypeVar("S", bound=Session)


@contextmanager
def opened(files: Files, buffer: Buffer, state_file: Path | None, console: Console) -> Iterator[Session]:
    """The session of these files and this account, for looking only. Raises StateError."""
    store = StoredRecord(files.store(state_file), buffer.endpoint)
    store.read()
    if store.is_shared:
        from bufferctl.cli.shared_session import find_predecessor

        if old := find_predecessor(files, store, buffer, console):
            store.stand_in(old.document)
    journal = FileJournal(state_folder(), store.endpoint, files.root_file, store.saved.lineage)
    try:
        session = session_of(Session, files, buffer, store, journal, console)
        if store.is_shared:
            from bufferctl.cli.shared_session import checkout_standing

            journal.follow(store.document.intents)
            session.relation, session.warnings = checkout_standing(files, store)
            if lease := store.document.lease:
                console.notice(f"another run is in progress, or was cut off: {visible(str(lease))}")
        yield session
    finally:
        journal.close()


def session_of(
    kind: type[S], files: Files, buffer: Buffer, store: StoredRecord, journal: FileJournal, console: Console
) -> S:
    """The session of a record that was read. Raises StateError if the record contradicts itself."""
    _check_apart(store.saved, store.name)
    return kind(files, buffer, store, journal, console, _without_unsafe_horizons(store.saved, store, journal, console))


def _without_unsafe_horizons(state: State, store: StoredRecord, journal: FileJournal, console: Console) -> State:
    """The record; without its horizons where this machine saved a later one, or another one of the same serial."""
    if not journal.is_older(Revision(state.lineage, state.serial, store.digest)):
        return state
    older = Diagnostic(
        Severity.WARNING,
        f"{store.name} is older than the state that this machine saved last, or is a different one, so bufferctl does "
        "not know what it has created since",
        hint="Restore the newest version of the file (git pull, or a backup) if there is one.",
    )
    console.diagnostics([older])
    last = journal.last(state.lineage)
    return replace(state.unrecorded(), serial=max(state.serial, last.serial if last else 0))


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


@contextmanager
def opened_for_change(
    files: Files,
    buffer: Buffer,
    state_file: Path | None,
    console: Console,
    *,
    lock_timeout: float,
    settle: float = SETTLE,
    message: str = "apply",
    afresh: bool = False,
) -> Iterator[Session]:
    """The same with the lock held from before anything is read, and the record known to be writable.

    `settle`: seconds until Buffer's lists certainly show a write. `message`: for the history of a shared record, unless
    `finish` says more. `afresh`: see `shared`. Raises LockedError if another run holds the lock, on
    this machine or of a shared record, for longer than `lock_timeout` seconds, StateError.
    """
    store = files.store(state_file)
    with locked(buffer.endpoint, lock_timeout, console) as crashed:
        if store.is_shared:
            from bufferctl.cli.shared_session import shared

            with shared(
                files,
                buffer,
                store,
                console,
                lock_timeout=lock_timeout,
                settle=settle,
                message=message,
                afresh=afresh,
                crashed=crashed,
            ) as session:
                yield session
            return
        with opened(files, buffer, state_file, console) as session:
            session.store.check_writable()
            yield session


@contextmanager
def locked(endpoint: str, timeout: float, console: Console) -> Iterator[Holder | None]:
    """Hold the lock of the endpoint; yields the crashed run that it was taken over from. Raises LockedError."""
    with Lock(state_folder(), endpoint).held(timeout) as crashed:
        if crashed:
            console.notice(f"took over the lock of a run that crashed: {crashed}")
        yield crashed


def organizations(files: Files, state: State, journal: FileJournal) -> set[str]:
    """Names or ids of the organizations to ask about: those that are declared, recorded, or have open intents."""
    declared = {organization.id or organization.name or "" for organization in files.desired.organizations}
    return declared | {slot.organization_id for slot in state.tracked} | set(journal.organizations)


def remembered(stored: State, journal: FileJournal) -> State:
    """State, and what a run that was killed had recorded but not yet saved."""
    if not journal.bindings:
        return stored
    bindings = dict(stored.bindings)
    for slot, binding in journal.bindings.items():
        if binding is None:
            bindings.pop(slot, None)
        else:
            bindings[slot] = binding
    return replace(stored, bindings=bindings)
