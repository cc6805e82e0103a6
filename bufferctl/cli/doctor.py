"""`bufferctl doctor`: everything that must be well before posts go out, each with its fix. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.errors import BufferctlError, ConfigError, KeyRefusedError, UsageError, worst

if TYPE_CHECKING:
    from bufferctl.cli.checkup import Check
    from bufferctl.config import Loaded
    from bufferctl.model import Account, Slot

#: Columns that verdicts take.
_VERDICTS = 9


@click.command(
    epilog=examples(
        ("bufferctl doctor", "what to do first, or what is wrong"),
        ("bufferctl doctor --json", "the same for a program"),
    ),
)
@options.root_option
@options.state_option
@options.json_option
@options.connection_options
@options.console_options
def doctor(
    file: Path | None, state_file: Path | None, as_json: bool, connection: options.Connection, console: options.Console
) -> int:
    """Check the key, the account, the files and the state, and explain how to fix what is wrong.

    Nothing is changed. It uses two API requests, and checks the URL of every image, video and document. The exit code
    is 1 if there is a problem, 4 if the problem is the key.
    """
    found = list(_Checkup(file, state_file, connection, console).findings())
    if as_json:
        from bufferctl.render.json import document

        checks = [
            {"about": each.about, "verdict": each.verdict.value, "message": each.message, "hint": each.hint}
            for each in found
        ]
        console.data(document({"kind": "doctor", "checks": checks}))
    else:
        console.data(_text(found, console))
    return worst([each.exit_code for each in found])


@dataclass
class _Checkup:
    """One look at everything; what one check finds out the later ones use."""

    file: Path | None
    state_file: Path | None
    connection: options.Connection
    console: options.Console
    loaded: Loaded | None = None
    account: Account | None = None
    slots: frozenset[Slot] = frozenset()

    def findings(self) -> Iterator[Check]:
        """What each check found, in the order in which people set things up."""
        from bufferctl.cli import checkup

        yield checkup.program()
        yield from self._account()
        yield self._files()
        yield from self._media()
        if self.account is not None:
            yield from self._channels(self.account)
        yield from self._remembered()

    def _account(self) -> Iterator[Check]:
        """The key, and facts that only Buffer's answer shows."""
        from bufferctl.cli import checkup
        from bufferctl.cli.api_key import connected

        file = self.connection.api_key_file
        try:
            with connected(self.connection, self.console) as buffer:
                self.account = buffer.account()
                server, here, quota = buffer.server_time(), datetime.now(UTC), buffer.quota
        except BufferctlError as error:
            yield checkup.problem("key" if isinstance(error, KeyRefusedError) else "connection", error)
            return
        yield checkup.key(str(file) if file else "BUFFER_API_KEY")
        yield checkup.clock(server, here)
        yield from checkup.quota(quota)
        yield checkup.organizations(self.account)

    def _files(self) -> Check:
        from bufferctl.cli import checkup
        from bufferctl.cli.files import load_declared
        from bufferctl.cli.judging import judged

        try:
            self.loaded = load_declared(self.file)
        except (ConfigError, UsageError) as error:
            found = checkup.problem("files", error)
            return found if self.file else replace(found, message="There is no buffer.yaml in this folder or above it")
        return checkup.files(self.loaded, judged(self.loaded))

    def _media(self) -> Iterator[Check]:
        """Whether the URLs of images, videos and documents answer; only those on this machine for a local endpoint."""
        from bufferctl.cli import checkup
        from bufferctl.cli.attachments import address_problems, declared_addresses, is_local

        desired, url = (self.loaded.sound if self.loaded else None), self.connection.api_url
        if desired and self.loaded and (number := declared_addresses(desired, only_local=is_local(url))):
            wrong = address_problems(desired, self.loaded.root, named=None, api_url=url, only_local=is_local(url))
            yield checkup.media(number, wrong)

    def _channels(self, account: Account) -> Iterator[Check]:
        """The channels of the files, or all of the account if the files name none."""
        from bufferctl.cli import checkup
        from bufferctl.diagnostics import has_errors
        from bufferctl.reconcile import find_targets, slots_of

        desired = self.loaded.desired if self.loaded else None
        if desired is None:
            yield from checkup.channels([each for home in account.organizations for each in home.channels])
            return
        targets, wrong = find_targets(desired, account)
        yield from checkup.names(len(targets.channels), wrong)
        yield from checkup.channels(list(targets.channels.values()))
        if not has_errors(wrong):
            self.slots = slots_of(desired, targets)

    def _remembered(self) -> Iterator[Check]:
        """The state file, and what lies in the user's state folder."""
        from bufferctl.api import endpoint_of
        from bufferctl.cli import checkup
        from bufferctl.cli.session import journal_folder
        from bufferctl.config.discover import ROOT_NAME
        from bufferctl.state import StoredRecord, open_store

        try:
            endpoint = endpoint_of(self.connection.api_url)
        except BufferctlError:  # said already, of the connection
            return
        record, project = None, Path.cwd() / ROOT_NAME
        if self.loaded is not None:
            project = self.loaded.root / self.loaded.files[0]
            files = self.loaded.desired or self.loaded.sound
            store = open_store(files.settings.state if files else None, _from_here(project), named=self.state_file)
            record = StoredRecord(store, endpoint)
            yield checkup.state(record, project, self.account)
        yield checkup.lock(journal_folder(), endpoint, record.document.lease if record else None)
        yield from checkup.journal(journal_folder(), endpoint, project, record, self.slots)


def _from_here(path: Path) -> Path:
    """The path as a person would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _text(found: Sequence[Check], console: options.Console) -> str:
    """A line a finding with what to do below it, and what it comes to."""
    from bufferctl.cli.checkup import Verdict
    from bufferctl.model.plain_text import visible
    from bufferctl.render.lines import count, sentence, steps, wrapped

    painters = {Verdict.OK: console.out.good, Verdict.WARNING: console.out.change, Verdict.PROBLEM: console.out.bad}
    lines, width = [], console.out.width - _VERDICTS
    for each in found:
        hint = steps(f"→ {each.hint}") if each.hint else ()
        rows = wrapped(visible(sentence(each.message)), width)
        for part in hint:
            rows += [f"    {visible(part.text)}"] if part.is_command else wrapped(visible(part.text), width)
        lines.append(f"{painters[each.verdict](each.verdict.value)}{' ' * (_VERDICTS - len(each.verdict))}{rows[0]}")
        lines += [" " * _VERDICTS + row for row in rows[1:]]
    problems, warnings = (sum(each.verdict is v for each in found) for v in (Verdict.PROBLEM, Verdict.WARNING))
    counts = " and ".join(count(n, what) for n, what in ((problems, "problem"), (warnings, "warning")) if n)
    verdict = f"{counts} found." if problems else f"{counts or 'Everything is fine'}."
    return "\n".join([*lines, "", console.out.strong(verdict)])
