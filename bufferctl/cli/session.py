"""What plan, apply and import share: the files, the account, the state, and the way from them to a plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.cli.console import Console
from bufferctl.cli.options import Choices, Connection
from bufferctl.diagnostics import has_errors
from bufferctl.errors import ConfigError, KeyRefusedError, UsageError
from bufferctl.model import IDEAS, Account, Desired, Live, LivePost, State
from bufferctl.plan import Change, Plan

if TYPE_CHECKING:
    from bufferctl.api import Buffer
    from bufferctl.apply import FileJournal
    from bufferctl.reconcile import Options, Targets
    from bufferctl.state import StateFile

#: Seconds after which Buffer's lists surely show a write, unless --settle says otherwise.
SETTLE = 30.0


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say, without errors, and the folder of the root file. `paths`: what PATH arguments narrow to."""

    root: Path
    desired: Desired
    paths: tuple[Path, ...] = ()

    def state_path(self, named: Path | None) -> Path:
        """Where the state file is."""
        return named or self.root / ".bufferctl" / "state.json"

    def narrows(self, targets: Sequence[str]) -> bool:
        """Whether a plan is to be narrowed at all."""
        return bool(self.paths or targets)

    def keeps(self, targets: Sequence[str]) -> Callable[[Change], bool]:
        """Whether a change is declared in one of the files named, and its address matches one of `targets`."""

        def keep(change: Change) -> bool:
            if targets and not any(fnmatchcase(str(change.address), target) for target in targets):
                return False
            return not self.paths or (change.place is not None and self._is_named(change.place.file))

        return keep

    def _is_named(self, file: str) -> bool:
        path = (self.root / file).resolve()
        return any(path == named or named in path.parents for named in self.paths)


def load_files(file: Path | None, paths: Sequence[Path], console: Console) -> Files:
    """Read the files; their problems are printed. Raises ConfigError where there are errors among them."""
    from bufferctl.config import load

    named = tuple(path.resolve() for path in paths)
    for given, path in zip(paths, named, strict=True):
        if not path.exists():
            raise UsageError(f"There is no {given}", hint="Name files or folders that are there.")
    loaded = load(file, Path.cwd())
    console.diagnostics(loaded.diagnostics)
    if loaded.desired is None or has_errors(loaded.diagnostics):
        raise ConfigError("The files have errors, so nothing was asked of Buffer", hint="Mend them, then try again.")
    return Files(loaded.root, loaded.desired, named)


@contextmanager
def connected(connection: Connection, console: Console) -> Iterator[Buffer]:
    """A connection to the account, with the key from the environment or from a file."""
    from bufferctl.api import connect

    tell = console.note if connection.debug else None
    with connect(connection.api_url, _key(connection), timeout=connection.timeout, debug=tell) as buffer:
        yield buffer


def _key(connection: Connection) -> str | None:
    if connection.api_key_file is None:
        return os.environ.get("BUFFER_API_KEY")
    try:
        return connection.api_key_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise KeyRefusedError(
            f"The key file {connection.api_key_file} cannot be read: {reason}",
            hint="Name a file that holds the key, or set BUFFER_API_KEY.",
        ) from error


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, and the plan that follows from it."""

    plan: Plan
    live: Live
    account: Account

    def listed(self) -> dict[str, set[str]]:
        """Ids by home: a channel's, or an organization's for ideas."""
        homes: dict[str, set[str]] = {}
        for item in self.live.items:
            home = item.channel_id if isinstance(item, LivePost) else item.organization_id
            homes.setdefault(home, set()).add(item.id)
        return homes


@dataclass
class Session:
    """One account and one set of files. `state` is what is remembered now, what the journal knows included."""

    files: Files
    buffer: Buffer
    store: StateFile
    journal: FileJournal
    console: Console
    state: State

    def find_targets(self) -> tuple[Account, Targets]:
        """The account, and which of its organizations and channels the files mean.

        Raises ApiError, and ConfigError for names that the account does not have (each is printed with its place).
        """
        from bufferctl.reconcile import find_targets

        desired = self.files.desired
        known = {slot.organization_id for slot in self.state.bindings}
        account = self.buffer.account({o.id or o.name or "" for o in desired.organizations} | known)
        targets, problems = find_targets(desired, account)
        self.console.diagnostics(problems)
        if has_errors(problems):
            raise ConfigError(
                "The files name what the account does not have, so nothing more was asked of Buffer",
                hint="Mend the names, then try again.",
            )
        return account, targets

    def look(self, options: Options) -> Look:
        """Read the account and compare: the plan. Raises as `find_targets`."""
        from bufferctl.reconcile import reconcile, unlisted

        desired = self.files.desired
        requests = self.buffer.requests
        account, targets = self.find_targets()
        channels = self._channels(account, {c.id for c in targets.channels.values()})
        ideas = {targets.organizations[item.address.organization].id for item in desired.ideas}
        ideas |= {slot.organization_id for slot in self.state.bindings if slot.channel_id == IDEAS}
        live = self.buffer.read(account, channels, ideas=ideas)
        live = self._ask_for(unlisted(live, self.state), live)
        plan = reconcile(desired, live, self.state, targets, endpoint=self.store.endpoint, options=options)
        return Look(replace(plan, read_requests=self.buffer.requests - requests), live, account)

    def _channels(self, account: Account, declared: set[str]) -> dict[str, set[str]]:
        """The channels to read, by organization: those declared and those that state speaks of."""
        wanted = declared | {slot.channel_id for slot in self.state.bindings}
        found = {o.id: {c.id for c in o.channels if c.id in wanted} for o in account.organizations}
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
def opened(
    files: Files, buffer: Buffer, state_file: Path | None, console: Console, *, changing: bool
) -> Iterator[Session]:
    """The session of these files and this account; `changing`: it writes state. Raises StateError."""
    from bufferctl.apply import FileJournal
    from bufferctl.state import StateFile

    store = StateFile(files.state_path(state_file), buffer.endpoint)
    journal = FileJournal(journal_folder(), buffer.endpoint)
    if changing:
        store.check_writable()
    try:
        yield Session(files, buffer, store, journal, console, remembered(store.load(), journal))
    finally:
        journal.close()


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
    return State(bindings)


def planning_options(choices: Choices, connection: Connection, *, settle: float = SETTLE) -> Options:
    """What planning is told, the lead time included: max(2 minutes, timeout + settle + 30 s) (design: Applying)."""
    from bufferctl.reconcile import Options

    lead = timedelta(seconds=max(120.0, connection.timeout + settle + 30.0))
    return Options(
        recreate=choices.recreate,
        reapply=choices.reapply,
        allow_share_now=choices.allow_share_now,
        max_deletes=choices.max_deletes,
        lead=lead,
    )


def narrowed(plan: Plan, files: Files, choices: Choices) -> Plan:
    """The plan, narrowed to the files and addresses named, where any are."""
    return plan.narrow(files.keeps(choices.targets)) if files.narrows(choices.targets) else plan


def note_open_intents(session: Session, console: Console) -> None:
    """Say that an earlier run left something whose outcome is not known."""
    if number := len(session.journal.open):
        console.note(
            f"{console.err.change('note:')} an earlier apply was cut off with {number} writes unanswered; "
            "the next apply looks first what Buffer did with them"
        )


def show(plan: Plan, console: Console, *, as_json: bool) -> None:
    """Print a plan to stdout."""
    if as_json:
        from bufferctl.render.json import plan_json

        console.data(plan_json(plan))
    else:
        from bufferctl.render.text import plan_text

        console.data(plan_text(plan, console.out))
