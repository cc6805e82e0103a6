"""The checks of `bufferctl doctor`: each reports what it found, and how to fix problems."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic, Severity, has_errors
from bufferctl.errors import BufferctlError, KeyRefusedError, StateError
from bufferctl.model import IDEAS, Account, LiveChannel, LiveOrganization, Slot, State
from bufferctl.model.live import Quota
from bufferctl.render.lines import capitalized, count, posts_and_ideas, sentence

if TYPE_CHECKING:
    from bufferctl.config import Loaded
    from bufferctl.state import Lease, StoredRecord

#: Clocks that differ by less count as equal: Buffer's is known to the second, and answers take a while.
ALIKE = timedelta(minutes=1)
#: Of a window's requests, the part below which little is left.
LITTLE = 0.1
#: How a problem ends the command, unless it is one of the key.
_TROUBLE = BufferctlError.exit_code


class Verdict(StrEnum):
    """The verdict of a check."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check, and what to do. `exit_code`: the command's exit code if this were the only result."""

    about: str
    verdict: Verdict
    message: str
    hint: str = ""
    exit_code: int = 0


def problem(about: str, error: BufferctlError) -> Check:
    """An error as a check that failed."""
    code = KeyRefusedError.exit_code if isinstance(error, KeyRefusedError) else _TROUBLE
    return Check(about, Verdict.PROBLEM, capitalized(error.message), error.hint, code)


def program() -> Check:
    """Which bufferctl this is."""
    return Check("version", Verdict.OK, f"bufferctl {__version__} on Python {platform.python_version()}")


def files(loaded: Loaded, problems: Sequence[Diagnostic]) -> Check:
    """Whether the files can be used; `problems`: what validate says of them."""
    from bufferctl.render.diagnostics import summary_text

    name, found = loaded.files[0], summary_text(problems)
    if has_errors(problems):
        hint = "To see them, run `bufferctl validate`."
        return Check("files", Verdict.PROBLEM, f"{found}, so nothing can be planned", hint, _TROUBLE)
    if problems:
        return Check(
            "files", Verdict.WARNING, f"{name} is valid, with {found}", "To see them, run `bufferctl validate`."
        )
    desired = loaded.desired
    posts, ideas = (len(desired.posts), len(desired.ideas)) if desired else (0, 0)
    inside = f"{count(posts, 'post')}, {count(ideas, 'idea')} in {count(len(loaded.files), 'file')}"
    return Check("files", Verdict.OK, f"{name} is valid: {inside}")


def media(number: int, problems: Sequence[Diagnostic]) -> Check:
    """Whether Buffer can fetch media from their addresses. `number`: how many addresses there are."""
    addresses = count(number, "media URL", "media URLs")
    if not problems:
        return Check("media", Verdict.OK, f"{addresses} {'answers' if number == 1 else 'answer'}")
    hint = "To see them, run `bufferctl validate --media`."
    first = f"First: {problems[0].place}: {problems[0].message}"
    if has_errors(problems):
        wrong = sum(each.severity is Severity.ERROR for each in problems)
        return Check("media", Verdict.PROBLEM, f"Buffer cannot use {wrong:,} of {addresses}. {first}", hint, _TROUBLE)
    return Check("media", Verdict.WARNING, f"{len(problems):,} of {addresses} did not answer. {first}", hint)


def key(source: str) -> Check:
    """That Buffer takes the key, which `source` has."""
    expiry = "The API does not report when it expires: 30 days after it was created, unless you chose longer"
    return Check("key", Verdict.OK, f"Buffer accepts the key in {source}. {expiry}")


def clock(server: datetime, here: datetime) -> Check:
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


def organizations(account: Account) -> Check:
    """What the key reaches."""
    if not account.organizations:
        hint = "Create an organization in Buffer, or use the key of another account."
        return Check("organizations", Verdict.PROBLEM, "The key has no organizations", hint, _TROUBLE)
    return Check(
        "organizations", Verdict.OK, f"The key has access to {', '.join(map(_organization, account.organizations))}"
    )


def names(number: int, wrong: Sequence[Diagnostic]) -> Iterator[Check]:
    """Whether what the files name is there, `number` channels in all; `wrong`: what was found of that."""
    for each in wrong:
        bad = each.severity is Severity.ERROR
        verdict, code = (Verdict.PROBLEM, _TROUBLE) if bad else (Verdict.WARNING, 0)
        message = f"{each.place}: {each.message}" if each.place else each.message
        yield Check("names", verdict, message, sentence(each.hint), code)
    if not wrong:
        yield Check("names", Verdict.OK, f"Buffer has every channel that the files name ({number})")


def channels(found: Sequence[LiveChannel]) -> Iterator[Check]:
    """Whether the channels publish."""
    for each in found:
        name = f"{each.service.value}:{each.name}"
        if each.is_disconnected:
            message = f"{name} is disconnected, so nothing is published there and its posts are held"
            yield Check("channels", Verdict.PROBLEM, message, "Reconnect it in Buffer.", _TROUBLE)
        elif each.is_locked:
            message = f"{name} is locked, so nothing is published there and its posts are held"
            yield Check(
                "channels", Verdict.PROBLEM, message, "Unlock it in Buffer (your plan may hold fewer).", _TROUBLE
            )
        elif each.is_queue_paused:
            message = f"The queue of {name} is paused: it accepts posts but publishes none"
            yield Check("queue", Verdict.WARNING, message, "Resume it in Buffer.")
    if found and not any(each.is_disconnected or each.is_locked or each.is_queue_paused for each in found):
        yield Check("channels", Verdict.OK, f"{count(len(found), 'channel')}, all connected, no queue paused")


def quota(limits: Quota) -> Iterator[Check]:
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


def state(record: StoredRecord, root_file: Path, account: Account | None) -> Check:
    """Whether the state can be read and written, and belongs to this account; afterwards `record` has it."""
    from bufferctl.state.succession import name_of, predecessors

    try:
        remembered = record.load()
        if record.exists:
            record.check_writable()
        gone = predecessors(record, root_file) if record.is_shared and not record.exists else ()
    except StateError as error:
        return problem("state", error)
    if gone:
        message = f"There is no state yet, but one for {name_of(gone[0].root_file)}, which no longer exists"
        return Check("state", Verdict.WARNING, message, "To see whether it is this project's, run `bufferctl plan`.")
    if not record.exists:
        return Check("state", Verdict.OK, f"There is no state yet; the first apply writes {record.place}")
    strange = {slot.organization_id for slot in remembered.tracked} - {
        each.id for each in (account.organizations if account else ())
    }
    if account and strange:
        message = f"{record.name} belongs to an organization that the key cannot access ({', '.join(sorted(strange))})"
        hint = "Use the key of that account, or name another --state."
        return Check("state", Verdict.PROBLEM, message, hint, _TROUBLE)
    message = f"{record.name} tracks {posts_and_ideas(slot.channel_id == IDEAS for slot in remembered.bindings)}"
    return Check("state", Verdict.OK, message)


def lock(folder: Path, endpoint: str, lease: Lease | None) -> Check:
    """Whether another run works on the account. `lease`: the lock of a shared record, if it is held."""
    from bufferctl.state import Lock
    from bufferctl.state.lock import holders

    found = holders(Lock(folder, endpoint).holder, lease)
    if not found:
        return Check("lock", Verdict.OK, "No other run is using the account")
    hint = "Wait for that run. To remove a stale lock, run `bufferctl state unlock`."
    if lease:
        until = f"{lease.dead_at.astimezone(UTC):%H:%M} UTC"
        hint = f"Wait for that run. If it crashed, apply takes the lock over, after {until} at the latest."
    return Check("lock", Verdict.WARNING, f"The lock is held by {' and by '.join(found)}", hint)


def journal(
    folder: Path, endpoint: str, project: Path, record: StoredRecord | None, slots: frozenset[Slot]
) -> Iterator[Check]:
    """What a run that was cut off left, on any machine that shares `record`. `slots`: those that the files declare."""
    from bufferctl.apply import FileJournal

    remembered = record.saved if record else State()
    try:
        left = FileJournal(folder, endpoint, project, remembered.lineage)
    except StateError as error:
        yield problem("journal", error)
        return
    if record and record.is_shared:
        left.follow(record.document.intents)
    left.claim(slots | set(remembered.bindings))
    if (number := len(left.open)) and record and record.document.lease:
        message = f"The run that holds the lock has {count(number, 'write')} without an answer so far"
        yield Check(
            "journal", Verdict.WARNING, message, "If it was cut off, the next apply checks what became of them."
        )
    elif number := len(left.open):
        message = f"An apply was cut off and left {count(number, 'write')} without an answer"
        yield Check("journal", Verdict.WARNING, message, "To check what became of them, run `bufferctl apply`.")
    for address in left.stray:
        message = f"{address} was sent by an apply that was cut off, and no file here declares it"
        yield Check("journal", Verdict.WARNING, message, "Check in Buffer; if it is there, it will be published.")
    if not left.open and not left.stray:
        yield Check("journal", Verdict.OK, "No earlier run was cut off")


def _organization(organization: LiveOrganization) -> str:
    limit = organization.scheduled_posts_limit
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
