"""The checks of `bufferctl doctor`: each reports what it found, and how to fix problems."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from bufferctl import __version__
from bufferctl.api import Buffer, endpoint_of
from bufferctl.apply import FileJournal
from bufferctl.cli.api_key import connected
from bufferctl.cli.options import Setup
from bufferctl.config import Loaded
from bufferctl.config.discover import ROOT_NAME
from bufferctl.diagnostics import Diagnostic, Severity, has_errors
from bufferctl.errors import BufferctlError, ConfigError, KeyRefusedError, StateError, UsageError
from bufferctl.git import git
from bufferctl.machine import state_folder
from bufferctl.model import IDEAS, Account, LiveChannel, LiveOrganization, State
from bufferctl.model.live import Quota
from bufferctl.reconcile import find_targets
from bufferctl.render.diagnostics import summary_text
from bufferctl.render.lines import capitalized, count, posts_and_ideas, sentence
from bufferctl.run.files import load_declared
from bufferctl.run.judging import judge_files
from bufferctl.run.places import open_state
from bufferctl.run.reachable import address_problems, declared_addresses, is_local
from bufferctl.state import Lease, Lock, StateFile
from bufferctl.state.local import LocalStore
from bufferctl.state.location import has_remote
from bufferctl.state.lock import holders
from bufferctl.state.succession import name_of, predecessors

#: Clocks that differ by less count as equal: Buffer's is known to the second, and answers take a while.
ALIKE = timedelta(minutes=1)
#: Of a window's requests, the part below which little is left.
LITTLE = 0.1


class Verdict(StrEnum):
    """The verdict of a check."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check, and what to do."""

    about: str
    verdict: Verdict
    message: str
    hint: str = ""

    @property
    def exit_code(self) -> int:
        """The command's exit code if this were the only result."""
        if self.verdict is not Verdict.PROBLEM:
            return 0
        return KeyRefusedError.exit_code if self.about == "key" else BufferctlError.exit_code


@dataclass
class Checkup:
    """One look at everything; what one check finds out the later ones use."""

    setup: Setup
    with_schema: bool = False
    loaded: Loaded | None = None
    account: Account | None = None
    state: State = field(default_factory=State)

    def findings(self) -> Iterator[Check]:
        """What each check found, in the order in which people set things up."""
        yield Check("version", Verdict.OK, f"bufferctl {__version__} on Python {platform.python_version()}")
        yield from self._account()
        yield self._files()
        yield from self._media()
        remembered = list(self._remembered())  # first, since the state tells which accounts the names had
        if self.account is not None:
            yield from self._channels(self.account)
        yield from remembered

    def _account(self) -> Iterator[Check]:
        """The key, and facts that only Buffer's answer shows."""
        file = self.setup.connection.api_key_file
        try:
            with connected(self.setup.connection, self.setup.console) as buffer:
                self.account = buffer.account()
                schema = list(_schema(buffer)) if self.with_schema else []
                server, here, requests = buffer.server_time(), datetime.now(UTC), buffer.quota
        except BufferctlError as error:
            yield problem("key" if isinstance(error, KeyRefusedError) else "connection", error)
            return
        expiry = (
            "The API does not report what it may do, nor when it expires: 30 days after it was created, unless you "
            "chose longer"
        )
        yield Check("key", Verdict.OK, f"Buffer accepts the key in {file or 'BUFFER_API_KEY'}. {expiry}")
        yield _clock(server, here)
        yield from schema
        yield from _quota(requests)
        if self.account.organizations:
            access = ", ".join(map(_organization, self.account.organizations))
            yield Check("organizations", Verdict.OK, f"The key has access to {access}")
        else:
            hint = "Create an organization in Buffer, or use the key of another account."
            yield Check("organizations", Verdict.PROBLEM, "The key has no organizations", hint)

    def _files(self) -> Check:
        try:
            self.loaded = load_declared(self.setup.file)
        except (ConfigError, UsageError) as error:
            found = problem("files", error)
            return (
                found
                if self.setup.file
                else replace(found, message="There is no buffer.yaml in this folder or above it")
            )
        return _files(self.loaded, judge_files(self.loaded))

    def _media(self) -> Iterator[Check]:
        """Whether the URLs of images, videos and documents answer; only those on this machine for a local endpoint."""
        desired, url = (self.loaded.sound if self.loaded else None), self.setup.connection.api_url
        if desired and self.loaded and (number := declared_addresses(desired, only_local=is_local(url))):
            wrong = address_problems(desired, self.loaded.root, named=None, api_url=url, only_local=is_local(url))
            yield _media(number, wrong)

    def _channels(self, account: Account) -> Iterator[Check]:
        """The channels of the files, or all of the account if the files name none."""
        desired = self.loaded.desired if self.loaded else None
        if desired is None:
            yield from _channels([each for home in account.organizations for each in home.channels])
            return
        targets, wrong = find_targets(desired, account, self.state)
        yield from _names(len(targets.channels), wrong)
        yield from _channels(list(targets.channels.values()))

    def _remembered(self) -> Iterator[Check]:
        """The state file, and what lies in the user's state folder."""
        try:
            endpoint = endpoint_of(self.setup.connection.api_url)
        except BufferctlError:  # said already, of the connection
            return
        stored, project = None, Path.cwd() / ROOT_NAME
        if self.loaded is not None:
            project = self.loaded.root / self.loaded.files[0]
            desired = self.loaded.desired or self.loaded.sound
            settings = desired.settings.state if desired else None
            store = open_state(settings, _from_here(project), self.setup.console, named=self.setup.state_file)
            stored = StateFile(store, endpoint)
            yield _state(stored, project, self.account)
            self.state = stored.saved
            yield from _only_here(stored, project)
        yield _lock(state_folder(), endpoint, stored.document.lease if stored else None)
        yield from _journal(state_folder(), endpoint, project, stored)


def problem(about: str, error: BufferctlError) -> Check:
    """An error as a check that failed."""
    return Check(about, Verdict.PROBLEM, capitalized(error.message), error.hint)


def _files(loaded: Loaded, problems: Sequence[Diagnostic]) -> Check:
    """Whether the files can be used; `problems`: what validate says of them."""
    name, found, hint = loaded.files[0], summary_text(problems), "To see them, run `bufferctl validate`."
    if has_errors(problems):
        return Check("files", Verdict.PROBLEM, f"{found}, so nothing can be planned", hint)
    if problems:
        return Check("files", Verdict.WARNING, f"{name} is valid, with {found}", hint)
    desired = loaded.desired
    posts, ideas = (len(desired.posts), len(desired.ideas)) if desired else (0, 0)
    inside = f"{count(posts, 'post')}, {count(ideas, 'idea')} in {count(len(loaded.files), 'file')}"
    return Check("files", Verdict.OK, f"{name} is valid: {inside}")


def _media(number: int, problems: Sequence[Diagnostic]) -> Check:
    """Whether Buffer can fetch media from their addresses. `number`: how many addresses there are."""
    addresses = count(number, "media URL", "media URLs")
    if not problems:
        return Check("media", Verdict.OK, f"{addresses} {'answers' if number == 1 else 'answer'}")
    hint = "To see them, run `bufferctl validate --media`."
    first = f"First: {problems[0].place}: {problems[0].message}"
    if has_errors(problems):
        wrong = sum(each.severity is Severity.ERROR for each in problems)
        return Check("media", Verdict.PROBLEM, f"Buffer cannot use {wrong:,} of {addresses}. {first}", hint)
    return Check("media", Verdict.WARNING, f"{len(problems):,} of {addresses} did not answer. {first}", hint)


def _schema(buffer: Buffer) -> Iterator[Check]:
    published = files("bufferctl").joinpath("sandbox", "schema.graphql").read_text(encoding="utf-8")
    for each in (found := buffer.schema_differences(published)):
        hint = "Install the newest bufferctl; if you have it, report this."
        yield Check("schema", Verdict.PROBLEM, f"Buffer's API has changed: {each}", hint)
    if not found:
        yield Check("schema", Verdict.OK, "Buffer's API has everything that bufferctl sends and reads")


def _clock(server: datetime, here: datetime) -> Check:
    """Whether this machine's clock goes as Buffer's does, by which bufferctl goes."""
    apart = here - server
    if abs(apart) < ALIKE:
        return Check("clock", Verdict.OK, "This machine's clock agrees with Buffer's")
    side = "ahead of" if here > server else "behind"
    return Check(
        "clock",
        Verdict.WARNING,
        f"This machine's clock is {_span(abs(apart))} {side} Buffer's ({_utc(server)})",
        "Correct it. bufferctl goes by Buffer's clock, but `plan --offline` can only use this one.",
    )


def _names(number: int, wrong: Sequence[Diagnostic]) -> Iterator[Check]:
    for each in wrong:
        verdict = Verdict.PROBLEM if each.severity is Severity.ERROR else Verdict.WARNING
        message = f"{each.place}: {each.message}" if each.place else each.message
        yield Check("names", verdict, message, sentence(each.hint))
    if not wrong:
        yield Check("names", Verdict.OK, f"Buffer has every channel that the files name ({number})")


def _channels(found: Sequence[LiveChannel]) -> Iterator[Check]:
    """Whether the channels publish."""
    nothing = "so nothing is published there and its posts are held"
    for each in found:
        name = f"{each.service.value}:{each.name}"
        if each.is_disconnected:
            message = f"{name} is disconnected, {nothing}"
            yield Check("channels", Verdict.PROBLEM, message, "Reconnect it in Buffer.")
        elif each.is_locked:
            message = f"{name} is locked, {nothing}"
            yield Check("channels", Verdict.PROBLEM, message, "Unlock it in Buffer (your plan may hold fewer).")
        elif each.is_queue_paused:
            message = f"The queue of {name} is paused: it accepts posts but publishes none"
            yield Check("queue", Verdict.WARNING, message, "Resume it in Buffer.")
    if found and not any(each.is_disconnected or each.is_locked or each.is_queue_paused for each in found):
        yield Check("channels", Verdict.OK, f"{count(len(found), 'channel')}, all connected, no queue paused")


def _quota(limits: Quota) -> Iterator[Check]:
    """How many requests are left, a finding a window."""
    if not limits.windows:
        yield Check("quota", Verdict.OK, "Buffer does not report how many requests are left")
    for window in limits.windows:
        of = f" of {window.quota:,}" if window.quota else ""
        message = f"{window.left:,}{of} requests left in {_span(timedelta(seconds=window.window_seconds))}"
        if window.left <= LITTLE * (window.quota or 0):
            again = f"{message}, all of them again at {_utc(window.resets_at)}"
            yield Check("quota", Verdict.WARNING, again, "Apply later, or in parts with --target.")
        else:
            yield Check("quota", Verdict.OK, message)


def _state(stored: StateFile, root_file: Path, account: Account | None) -> Check:
    try:
        remembered = stored.load()
        if stored.exists:
            stored.check_writable()
        gone = predecessors(stored, root_file) if stored.is_shared and not stored.exists else ()
    except StateError as error:
        return problem("state", error)
    if gone:
        message = f"There is no state yet, but one for {name_of(gone[0].root_file)}, which no longer exists"
        return Check("state", Verdict.WARNING, message, "To see whether it is this project's, run `bufferctl plan`.")
    if not stored.exists:
        return Check("state", Verdict.OK, f"There is no state yet; the first apply writes {stored.place}")
    strange = {slot.organization_id for slot in remembered.tracked} - {
        each.id for each in (account.organizations if account else ())
    }
    if account and strange:
        message = f"{stored.name} belongs to an organization that the key cannot access ({', '.join(sorted(strange))})"
        return Check("state", Verdict.PROBLEM, message, "Use the key of that account, or name another --state.")
    message = f"{stored.name} tracks {posts_and_ideas(slot.channel_id == IDEAS for slot in remembered.bindings)}"
    return Check("state", Verdict.OK, message)


def _only_here(stored: StateFile, root_file: Path) -> Iterator[Check]:
    """Whether a local state reaches the other clones of the repository."""
    store = stored.store
    if not isinstance(store, LocalStore) or not stored.exists or not has_remote(root_file):
        return
    if git(store.path.absolute().parent, "ls-files", "--error-unmatch", operands=[store.path.name]).returncode:
        message = f"Nobody else has {stored.place}, so an apply on another machine has to ask what is in Buffer already"
        hint = "Commit it after each apply. Or add `state: git` to the root file and run `bufferctl state migrate`."
        yield Check("state", Verdict.WARNING, message, hint)


def _lock(folder: Path, endpoint: str, lease: Lease | None) -> Check:
    found = holders(Lock(folder, endpoint), lease)
    if not found:
        return Check("lock", Verdict.OK, "No other run is using the account")
    hint = "Wait for that run. To remove a stale lock, run `bufferctl state unlock`."
    if lease:
        until = f"{lease.dead_at.astimezone(UTC):%H:%M} UTC"
        hint = f"Wait for that run. If it crashed, apply takes the lock over, after {until} at the latest."
    return Check("lock", Verdict.WARNING, f"The lock is held by {' and by '.join(found)}", hint)


def _journal(folder: Path, endpoint: str, project: Path, stored: StateFile | None) -> Iterator[Check]:
    """What a run that was cut off left, on any machine that shares `stored`."""
    remembered = stored.saved if stored else State()
    try:
        left = FileJournal(folder, endpoint, project, remembered.lineage)
    except StateError as error:
        yield problem("journal", error)
        return
    if stored and stored.is_shared:
        left.follow_document(stored.document.intents)
    left.limit_to_homes()
    if (number := len(left.open)) and stored and stored.document.lease:
        message = f"The run that holds the lock has {count(number, 'write')} without an answer so far"
        yield Check(
            "journal", Verdict.WARNING, message, "If it was cut off, the next apply checks what became of them."
        )
    elif number := len(left.open):
        message = f"An apply was cut off and left {count(number, 'write')} without an answer"
        yield Check("journal", Verdict.WARNING, message, "To check what became of them, run `bufferctl apply`.")
    else:
        yield Check("journal", Verdict.OK, "No earlier run was cut off")


def _organization(organization: LiveOrganization) -> str:
    limit = organization.limits.posts
    most = f", at most {count(limit, 'scheduled post')} each" if limit is not None else ""
    return f"{organization.name} ({count(len(organization.channels), 'channel')}{most})"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _span(span: timedelta) -> str:
    """`15 minutes`, `3 hours`, `30 days`."""
    minutes = round(span / timedelta(minutes=1))
    for name, length in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 2 * length:
            return count(round(minutes / length), name)
    return count(minutes, "minute")


def _from_here(path: Path) -> Path:
    """The path as a person would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
