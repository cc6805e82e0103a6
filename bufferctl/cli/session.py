"""What plan, apply and import share: the files, the account, the state, and the way from them to a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.cli.console import Console
from bufferctl.cli.files import Files
from bufferctl.diagnostics import Diagnostic, has_errors
from bufferctl.errors import ConfigError, StateError
from bufferctl.model import IDEAS, Account, Live, LivePost, Slot, State
from bufferctl.plan import Plan

if TYPE_CHECKING:
    from bufferctl.api import Buffer
    from bufferctl.apply import FileJournal
    from bufferctl.reconcile import Options, Targets
    from bufferctl.state import StateFile

#: From how many scheduled posts on a plan's limit is not worth reading channels that no file speaks of.
SCARCE = 1000


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, and the plan that follows from it."""

    plan: Plan
    live: Live

    def listed(self) -> dict[str, set[str]]:
        """Ids by home: a channel's, or an organization's for ideas."""
        homes: dict[str, set[str]] = {}
        for item in self.live.items:
            home = item.channel_id if isinstance(item, LivePost) else item.organization_id
            homes.setdefault(home, set()).add(item.id)
        return homes


@dataclass(frozen=True, slots=True)
class Found:
    """The account as it is, and what the files mean in it. `slots`: where the declared objects are remembered."""

    account: Account
    targets: Targets
    slots: frozenset[Slot]


@dataclass
class Session:
    """One account and one set of files. `state` is what is remembered; with `find`, what the journal knows included."""

    files: Files
    buffer: Buffer
    store: StateFile
    journal: FileJournal
    console: Console
    state: State
    _told: tuple[Diagnostic, ...] = ()

    def find(self) -> Found:
        """Ask the account which organizations and channels the files mean, and claim what is theirs in the journal.

        Raises ApiError, and ConfigError for names that the account does not have and for texts that are longer than
        their channel says that it takes (each is printed with its place).
        """
        from bufferctl.reconcile import find_targets, slots_of

        desired = self.files.desired
        known = {slot.organization_id for slot in self.state.bindings}
        declared = {o.id or o.name or "" for o in desired.organizations}
        account = self.buffer.account(declared | known | self.journal.organizations)
        targets, problems = find_targets(desired, account, self.state)
        self.console.diagnostics(problems)
        if has_errors(problems):
            raise ConfigError(
                "The files name what the account does not have, so nothing more was asked of Buffer",
                hint="Fix the names, then try again.",
            )
        self._check_account(account, known)
        if self.files.by_rules:
            self._check_lengths(targets)
        slots = slots_of(desired, targets)
        self.journal.claim(slots | set(self.state.bindings), account.homes)
        self.state = remembered(self.state, self.journal)
        return Found(account, targets, slots)

    def look(self, options: Options, found: Found | None = None) -> Look:
        """Read the account and compare: the plan. Raises as `find`, which it does where that was not done just now."""
        from bufferctl.reconcile import busy_days, reconcile, unlisted, within_daily_limits

        requests = self.buffer.requests - (2 if found else 0)
        found = found or self.find()
        desired, targets = self.files.desired, found.targets
        channels = self._channels(found.account, {c.id for c in targets.channels.values()})
        ideas = {targets.organizations[item.address.organization].id for item in desired.ideas}
        ideas |= {slot.organization_id for slot in self.state.bindings if slot.channel_id == IDEAS}
        live = self.buffer.read(found.account, channels, ideas=ideas)
        live = self._ask_for(unlisted(live, self.state), live)
        plan = reconcile(desired, live, self.state, targets, endpoint=self.store.endpoint, options=options)
        if days := busy_days(plan, live):
            plan = within_daily_limits(plan, self.buffer.daily_room(days))
        plan = replace(plan, read_requests=self.buffer.requests - requests, quota=self.buffer.quota)
        return Look(plan, live)

    def _check_account(self, account: Account, known: set[str]) -> None:
        """State of organizations that the account does not have is another account's (design: State)."""
        strange = known - {organization.id for organization in account.organizations}
        if strange:
            raise StateError(
                f"The state file {self.store.path} is of an organization that this key does not reach "
                f"({', '.join(sorted(strange))})",
                hint="Use the key of that account, or name another file with --state.",
            )

    def _check_lengths(self, targets: Targets) -> None:
        """What only the account knows of how long a text may be (Mastodon's server, an X account that pays)."""
        from bufferctl.cli.annotating import annotate
        from bufferctl.cli.checking import few, judged_by_account

        problems = judged_by_account(self.files.root, self.files.desired, targets.channels)
        self.console.diagnostics(few(each for each in problems if each not in self._told))
        self._told = problems
        if has_errors(problems):
            annotate(problems, self.files.root)
            raise ConfigError(
                "Texts are longer than their channels take, so nothing was sent to Buffer",
                hint="Shorten them, then try again.",
            )

    def _channels(self, account: Account, declared: set[str]) -> dict[str, set[str]]:
        """The channels to read, by organization: those declared and those that state speaks of.

        All of them where Buffer's plan has few posts to give, since every channel takes of them.
        """
        wanted = declared | {slot.channel_id for slot in self.state.bindings}
        found = {
            o.id: {c.id for c in o.channels if c.id in wanted or (o.scheduled_posts_limit or SCARCE) < SCARCE}
            for o in account.organizations
            if any(c.id in wanted for c in o.channels)
        }
        return {organization: ids for organization, ids in found.items() if ids}

    def _ask_for(self, ids: Sequence[str], live: Live) -> Live:
        """Known posts that no list showed, each asked for by itself."""
        found, gone = [], set()
        for post_id in ids:
            post = self.buffer.post(post_id)
            if post is None:
                gone.add(post_id)
            else:
                found.append(post)
        return replace(live, posts=(*live.posts, *found), gone=frozenset(gone)) if ids else live


@contextmanager
def opened(files: Files, buffer: Buffer, state_file: Path | None, console: Console) -> Iterator[Session]:
    """The session of these files and this account, for looking only. Raises StateError."""
    from bufferctl.apply import FileJournal
    from bufferctl.state import StateFile

    store = StateFile(files.state_path(state_file), buffer.endpoint)
    state = store.load()
    journal = FileJournal(journal_folder(), buffer.endpoint, files.root_file, state.lineage)
    _check_apart(state, store.path)
    try:
        yield Session(files, buffer, store, journal, console, state)
    finally:
        journal.close()


def _check_apart(state: State, path: Path) -> None:
    """Raises StateError where one object has two addresses: what is done to the one would befall the other."""
    seen: dict[str, str] = {}
    for binding in state.bindings.values():
        if binding.id in seen:
            raise StateError(
                f"The state file {path} gives {binding.id} two addresses, {seen[binding.id]} and {binding.address}, "
                "as a merge of two such files may; a change of one would befall the other",
                hint="`bufferctl state rm ADDRESS` forgets the one that is wrong.",
            )
        seen[binding.id] = binding.address


@contextmanager
def opened_for_change(
    files: Files, buffer: Buffer, state_file: Path | None, console: Console, *, lock_timeout: float
) -> Iterator[Session]:
    """The same with the lock held from before anything is read, and the state known to be writable.

    Raises LockedError where another run holds the lock for longer than `lock_timeout` seconds, StateError.
    """
    with locked(buffer.endpoint, lock_timeout, console), opened(files, buffer, state_file, console) as session:
        session.store.check_writable()
        yield session


@contextmanager
def locked(endpoint: str, timeout: float, console: Console) -> Iterator[None]:
    """Hold the lock of the endpoint; says so where a dead run's is taken over. Raises LockedError."""
    from bufferctl.state import Lock

    with Lock(journal_folder(), endpoint).held(timeout) as died:
        if died:
            console.note(f"{console.err.change('note:')} took over the lock of a run that ended without a word: {died}")
        yield


def journal_folder() -> Path:
    """The user's state folder, outside every project."""
    from platformdirs import user_state_path

    return user_state_path("bufferctl")


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
