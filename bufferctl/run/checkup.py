"""The checks of `bufferctl doctor`: each reports what it found, and how to fix problems. Nothing is changed."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from bufferctl import __version__
from bufferctl.api import Buffer, endpoint_of
from bufferctl.apply import FileJournal
from bufferctl.config import Loaded
from bufferctl.config.resolve import ROOT_NAME
from bufferctl.diagnostics import Diagnostic, Severity, has_errors
from bufferctl.errors import BufferctlError, ConfigError, KeyRefusedError, StateError, UsageError
from bufferctl.git import git
from bufferctl.limits import KEY_NOTICE
from bufferctl.machine import state_folder
from bufferctl.model import IDEAS, Account, LiveChannel, State, Window, dates
from bufferctl.reconcile import find_targets
from bufferctl.render.counted import posts_counted
from bufferctl.render.diagnostics import summary_text
from bufferctl.render.lines import capitalized, count, posts_and_ideas, sentence
from bufferctl.render.words import to_publish_again
from bufferctl.run.compare import check_account
from bufferctl.run.files import judge_files, load_declared
from bufferctl.run.listener import Listener
from bufferctl.run.places import open_state
from bufferctl.run.reachable import address_problems, declared_addresses, is_local
from bufferctl.run.relation import MOVE, find_unmoved
from bufferctl.state import Lease, LocalStore, Lock, StateFile
from bufferctl.state.lock import holders
from bufferctl.state.succession import name_of, predecessors
from bufferctl.value import replace, value

#: Clocks that differ by less count as equal: Buffer's is known to the second, and answers take a while.
ALIKE = timedelta(minutes=1)
#: Of a window's requests, the part below which little is left.
LITTLE = 0.1


class CheckResult(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


OK, WARNING, PROBLEM = CheckResult


@value()
class Check:
    """The result of one check, with one thing to do."""

    about: str
    verdict: CheckResult
    message: str
    hint: str = ""

    @property
    def exit_code(self) -> int:
        """The command's exit code if this were the only result."""
        if self.verdict is not PROBLEM:
            return 0
        return KeyRefusedError.exit_code if self.about == "key" else BufferctlError.exit_code


def failed(about: str, error: BufferctlError) -> Check:
    return Check(about, PROBLEM, capitalized(error.message), error.hint)


@dataclass
class Checkup:
    """A single check of everything; later checks use the findings of earlier ones."""

    file: Path | None  # the root file, if the command line names one
    state_file: Path | None  # the state file, likewise
    api_url: str | None  # the endpoint, likewise
    key_place: str  # where the key comes from, for people
    connect: Callable[[], AbstractContextManager[Buffer]]  # opens the account; raises BufferctlError
    listener: Listener  # who is asked whether the state may be read
    with_schema: bool = False  # compare Buffer's schema, too
    loaded: Loaded | None = None  # found: the files
    account: Account | None = None  # found: what the key has access to
    state: State = field(default_factory=State)  # found: the state

    def findings(self) -> Iterator[Check]:
        """The findings of each check, in the order in which people set things up."""
        yield Check("version", OK, f"bufferctl {__version__} on Python {platform.python_version()}")
        yield from self._account()
        yield self._files()
        yield from self._expiry()
        yield from self._media()
        stored = list(self._stored())  # first, since the state tells which accounts the names had
        if self.account is not None:
            yield from self._channels(self.account)
        yield from stored

    def _account(self) -> Iterator[Check]:
        """The key, and facts that only Buffer's answer shows."""
        try:
            with self.connect() as buffer:
                self.account = buffer.account()
                schema = list(_schema(buffer)) if self.with_schema else []
                server, here = buffer.server_time() if buffer.tells_time else None, datetime.now(UTC)
                requests = buffer.quota
        except BufferctlError as error:
            yield failed("key" if isinstance(error, KeyRefusedError) else "connection", error)
            return
        expiry = (
            "The API does not report what that key may do, nor when it expires: 7 days to a year after it was created, "
            "as chosen then"
        )
        yield Check("key", OK, f"Buffer accepts the key in {self.key_place}. {expiry}")
        yield _clock(server, here)
        yield from schema
        yield from map(_quota, requests.windows)
        if not requests.windows:
            yield Check("quota", OK, "Buffer does not report how many requests are left")
        yield _organizations(self.account)

    def _files(self) -> Check:
        try:
            self.loaded = loaded = load_declared(self.file)
        except (ConfigError, UsageError) as error:
            found = failed("files", error)
            return found if self.file else replace(found, message="There is no buffer.yaml in this folder or above it")
        problems = judge_files(loaded)
        name, summary = loaded.files[0], summary_text(problems)
        hint = "To see them, run `bufferctl validate`."
        if loaded.desired is None or has_errors(problems):
            return Check("files", PROBLEM, f"{summary}, so nothing can be planned", hint)
        if problems:
            return Check("files", WARNING, f"{name} is valid, with {summary}", hint)
        posts = [(each.address, each) for each in loaded.desired.posts if not each.cancelled]
        inside = f"{posts_counted(posts) if posts else '0 posts'}, {count(len(loaded.desired.ideas), 'idea')}"
        return Check("files", OK, f"{name} is valid: {inside} in {count(len(loaded.files), 'file')}")

    def _expiry(self) -> Iterator[Check]:
        """Whether the key expires soon, if the files have the day: Buffer does not say."""
        expires = self.loaded.sound.settings.api_key_expires if self.loaded and self.loaded.sound else None
        if expires is None:
            return
        left = expires - datetime.now(UTC).date()
        day = dates.day(expires)
        hint = "Create a new key in Buffer (Settings, API), and write down when that one expires."
        if left <= timedelta():
            yield Check("key", WARNING, f"According to `api_key_expires`, the API key expired on {day}", hint)
        elif left <= KEY_NOTICE:
            yield Check("key", WARNING, f"According to `api_key_expires`, the API key expires on {day}", hint)
        else:
            yield Check("key", OK, f"According to `api_key_expires`, the API key expires on {day}")

    def _media(self) -> Iterator[Check]:
        """Whether Buffer can fetch media from their URLs; only those on this machine for a local endpoint."""
        desired, only_local = (self.loaded.sound if self.loaded else None), is_local(self.api_url)
        if not (desired and self.loaded and (number := declared_addresses(desired, only_local=only_local))):
            return
        wrong = address_problems(desired, self.loaded.root, named=None, api_url=self.api_url, only_local=only_local)
        addresses = count(number, "media URL", "media URLs")
        if not wrong:
            yield Check("media", OK, f"{addresses} {'answers' if number == 1 else 'answer'}")
            return
        hint = "To see them, run `bufferctl validate --media`."
        first = f"First: {wrong[0].place}: {wrong[0].message}"
        if errors := sum(each.severity is Severity.ERROR for each in wrong):
            yield Check("media", PROBLEM, f"Buffer cannot use {errors:,} of {addresses}. {first}", hint)
        else:
            yield Check("media", WARNING, f"{len(wrong):,} of {addresses} did not answer. {first}", hint)

    def _channels(self, account: Account) -> Iterator[Check]:
        """The channels of the files, or all of the account if the files name none."""
        desired = self.loaded.desired if self.loaded else None
        if desired is None:
            yield from _channels([each for home in account.organizations for each in home.channels])
            return
        targets, wrong = find_targets(desired, account, self.state)
        yield from map(_name, wrong)
        if not wrong:
            yield Check("names", OK, f"Buffer has every channel that the files name ({len(targets.channels)})")
        yield from _channels(list(targets.channels.values()))

    def _stored(self) -> Iterator[Check]:
        """The state, and what lies in the user's state folder."""
        try:
            endpoint = endpoint_of(self.api_url)
        except BufferctlError:  # said already, of the connection
            return
        stored, project = None, Path.cwd() / ROOT_NAME
        if self.loaded is not None:
            project = self.loaded.root / self.loaded.files[0]
            settings = self.loaded.sound.settings.state if self.loaded.sound else None
            here = Path.cwd()  # messages name it as a person would type it
            shown = project.relative_to(here) if project.is_relative_to(here) else project
            store = open_state(settings, shown, self.listener, named=self.state_file)
            stored = StateFile(store, endpoint)
            yield _state(stored, project, self.account)
            self.state = stored.saved
            yield from _only_here(stored)
        yield _lock(Lock(state_folder(), endpoint), stored.document.lease if stored else None)
        yield _journal(endpoint, project, stored)


def _schema(buffer: Buffer) -> Iterator[Check]:
    published = files("bufferctl").joinpath("sandbox", "schema.graphql").read_text(encoding="utf-8")
    for each in (found := buffer.schema_differences(published)):
        hint = "Install the newest bufferctl; if you have it, report this."
        yield Check("schema", PROBLEM, f"Buffer's API has changed: {each}", hint)
    if not found:
        yield Check("schema", OK, "Buffer's API has everything that bufferctl sends and reads")


def _clock(server: datetime | None, here: datetime) -> Check:
    """Whether this machine's clock goes as Buffer's does, by which bufferctl goes; `server`: None if it is not told."""
    if server is None:
        return Check("clock", OK, "Buffer's answers do not say what time it is, so this machine's clock is used")
    if (apart := abs(here - server)) < ALIKE:
        return Check("clock", OK, "This machine's clock agrees with Buffer's")
    return Check(
        "clock",
        WARNING,
        f"This machine's clock is {_span(apart)} {'ahead of' if here > server else 'behind'} Buffer's "
        f"({dates.of_machine(server)})",
        "Correct it. bufferctl goes by Buffer's clock, but `plan --offline` can only use this one.",
    )


def _organizations(account: Account) -> Check:
    if not account.organizations:
        hint = "Create an organization in Buffer, or use the key of another account."
        return Check("organizations", PROBLEM, "The key has no organizations", hint)
    access = []
    for each in account.organizations:
        limit = each.limits.posts
        most = f", at most {count(limit, 'scheduled post')} each" if limit is not None else ""
        access.append(f"{each.name} ({count(len(each.channels), 'channel')}{most})")
    return Check("organizations", OK, f"The key has access to {', '.join(access)}")


def _name(problem: Diagnostic) -> Check:
    verdict = PROBLEM if problem.severity is Severity.ERROR else WARNING
    message = f"{problem.place}: {problem.message}" if problem.place else problem.message
    return Check("names", verdict, message, sentence(problem.hint))


def _channels(found: Sequence[LiveChannel]) -> Iterator[Check]:
    for each in found:
        if each.unavailable:
            message = f"{each.label} is {each.unavailable}, so nothing is published there and its posts are held"
            yield Check("channels", PROBLEM, message, to_publish_again(each.unavailable))
        elif each.is_queue_paused:
            message = f"The queue of {each.label} is paused: it accepts posts but publishes none"
            yield Check("queue", WARNING, message, "Resume it in Buffer.")
    if found and not any(each.unavailable or each.is_queue_paused for each in found):
        yield Check("channels", OK, f"{count(len(found), 'channel')}, all connected, no queue paused")


def _quota(window: Window) -> Check:
    of = f" of {window.quota:,}" if window.quota else ""
    message = f"{window.left:,}{of} requests left in {_span(timedelta(seconds=window.window_seconds))}"
    if window.left > LITTLE * (window.quota or 0):
        return Check("quota", OK, message)
    again = f"{message}, all of them again at {dates.of_machine(window.resets_at)}"
    return Check("quota", WARNING, again, "Apply later, or in parts with --target.")


def _state(stored: StateFile, root_file: Path, account: Account | None) -> Check:
    try:
        state = stored.load()
        if stored.exists:
            stored.check_writable()
        if unmoved := find_unmoved(root_file, stored):
            return Check("state", PROBLEM, f"{unmoved}, and apply will refuse", f"{MOVE}.")
        gone = predecessors(stored, root_file) if stored.is_shared and not stored.exists else ()
        if account:
            check_account(stored, account, {slot.organization_id for slot in state.tracked})
    except StateError as error:
        return failed("state", error)
    if gone:
        message = f"There is no state yet, but one for {name_of(gone[0].root_file)}, which no longer exists"
        return Check("state", WARNING, message, "To see whether it is this project's, run `bufferctl plan`.")
    if not stored.exists:
        return Check("state", OK, f"There is no state yet; the first apply writes {stored.place}")
    entries = posts_and_ideas(slot.channel_id == IDEAS for slot in state.bindings)
    return Check("state", OK, f"{stored.name} tracks {entries}")


def _only_here(stored: StateFile) -> Iterator[Check]:
    """Whether a local state reaches the other clones of the repository, if it has any."""
    store = stored.store
    if not isinstance(store, LocalStore) or not stored.exists:
        return
    folder, name = store.path.absolute().parent, store.path.name
    options = ("status", "--porcelain", "--ignored", "--untracked-files")
    if git(folder, "remote").stdout and git(folder, *options, operands=[name]).stdout:
        message = f"Nobody else has the newest version of {stored.place}, so an apply elsewhere has to ask questions"
        hint = "Commit it after each apply. Or add `state: git` to the root file and run `bufferctl state migrate`."
        yield Check("state", WARNING, message, hint)


def _lock(lock: Lock, lease: Lease | None) -> Check:
    found = holders(lock, lease)
    if not found:
        return Check("lock", OK, "No other run is using the account")
    hint = "Wait for that run. To remove a stale lock, run `bufferctl state unlock`."
    if lease:
        until = dates.clock_of_machine(lease.dead_at)
        hint = f"Wait for that run. If it crashed, apply takes the lock over, after {until} at the latest."
    return Check("lock", WARNING, f"The lock is held by {' and by '.join(found)}", hint)


def _journal(endpoint: str, project: Path, stored: StateFile | None) -> Check:
    """What a run that was cut off left, on any machine that shares `stored`."""
    try:
        left = FileJournal(state_folder(), endpoint, project, stored.saved.lineage if stored else "")
    except StateError as error:
        return failed("journal", error)
    if stored and stored.is_shared:
        left.follow_document(stored.document.intents)
    left.limit_to_homes()
    if not left.open:
        return Check("journal", OK, "No earlier run was cut off")
    unanswered = f"{count(len(left.open), 'write')} without an answer"
    if stored and stored.document.lease:
        message = f"The run that holds the lock has {unanswered} so far"
        return Check("journal", WARNING, message, "If it was cut off, the next apply checks what became of them.")
    message = f"An apply was cut off and left {unanswered}"
    return Check("journal", WARNING, message, "To check what became of them, run `bufferctl apply`.")


def _span(span: timedelta) -> str:
    """`15 minutes`, `3 hours`, `30 days`."""
    minutes = round(span / timedelta(minutes=1))
    for name, length in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 2 * length:
            return count(round(minutes / length), name)
    return count(minutes, "minute")
