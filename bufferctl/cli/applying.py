"""One apply from end to end: settle open writes, plan, run, verify; then keep and print the result."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl import DOCS
from bufferctl.apply import (
    MARGIN,
    Ledger,
    Pacer,
    Published,
    Publisher,
    Recovered,
    Run,
    Settler,
    Timer,
    publish,
    recover,
    save_state,
)
from bufferctl.cli import annotating, outputs, saved
from bufferctl.cli.console import Console
from bufferctl.cli.outputs import with_pictures
from bufferctl.cli.session import Names, Session
from bufferctl.cli.watching import Stopping, Watching
from bufferctl.errors import BufferctlError, InterruptError, worst
from bufferctl.model import Live
from bufferctl.model.attached import files_of
from bufferctl.model.live import ids_by_home
from bufferctl.model.plain_text import visible
from bufferctl.plan import WRITING, Action, Outcome, Plan, Reason, Status
from bufferctl.reconcile import Options, begin_run, move_on
from bufferctl.render.report import Report
from bufferctl.render.text import applied_text, left_text

if TYPE_CHECKING:
    from bufferctl.planfile import Reviewed


@dataclass
class Applying:
    """`settle` and `max_wait` in seconds; `quiet`: outcomes are not printed as they come; `clock`: else our own.

    `not_created`: addresses that a person says, in this very run, an earlier one did not create. `publisher`: makes
    files public; None if none is declared. `reviewed`: the plans that people agreed to, if any.
    """

    session: Session
    options: Options
    settle: float
    max_wait: float
    quiet: bool
    clock: Timer | None = None
    not_created: frozenset[str] = frozenset()
    publisher: Publisher | None = None
    reviewed: Reviewed | None = None
    #: Whether the last plan held what the checkout lacks or reverses of what was applied last.
    is_diverged: bool = False
    _shortening: frozenset[str] = frozenset()
    _skew: timedelta = timedelta()
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = Stopping(self.session.console)
        self._clock: Timer = self.session.clock(self.clock or self._stopping)

    def plan(self) -> Plan:
        """Settle the writes that an earlier run left open, then plan."""
        session = self.session
        with self._stopping.listening(patient=False), self._watching(0) as watching:
            self._keep_pace(watching)
            names = session.read_names()
            channels = (each for organization in names.account.organizations for each in organization.channels)
            self._shortening = frozenset(each.id for each in channels if each.link_shortening)
            if session.journal.open:
                bindings = dict(session.state.bindings)
                found = recover(session.journal, self._settler(watching), bindings, give_up=self.not_created)
                session.state = save_state(replace(session.state, bindings=bindings), session.journal, session.store)
                self.options = replace(self.options, unsettled=found.unsettled)
                self._report_recovered(found)
            return self._plan(self.options, names)

    def _plan(self, options: Options, names: Names | None = None) -> Plan:
        plan = self.session.plan(options, names)
        self.is_diverged = any(change.reason is Reason.DIVERGED for change in plan.changes)
        return plan

    def run(self, plan: Plan) -> BufferctlError | None:
        """Carry out `plan`, or as much of it as possible; the error that stopped it, if one did."""
        session, live = self.session, self.live
        session.state = begin_run(session.state, plan)
        with self._stopping.listening(patient=True), self._watching(len(plan.writes)) as watching:
            self._keep_pace(watching)
            try:
                published = self._publish(plan, watching)
            except BufferctlError as error:
                self.outcomes.extend(Outcome(change, Status.NOT_SENT) for change in plan.writes)
                return error
            bindings = dict(session.state.bindings)
            ledger = Ledger(
                session.journal,
                session.store,
                watching,
                bindings,
                session.state,
                self.outcomes,
                session.run,
                session.commit,
            )
            settler = self._settler(watching)
            run = Run(
                session.buffer,
                ledger,
                settler,
                self._clock,
                lead=self.options.lead,
                max_wait=self.max_wait,
            )
            try:
                for outcome in published.held:
                    ledger.report(outcome)
                run.apply(published.plan, ids_by_home(live.items))
            except BufferctlError as error:
                return error
            finally:
                session.state = replace(session.state, bindings=ledger.bindings)
                self._skew = settler.skew or timedelta()
                if self._skew > MARGIN:
                    session.console.warning(
                        f"Buffer dated new posts {self._skew.total_seconds():.0f} s away from its own clock; bufferctl "
                        "allows for that when an answer is lost"
                    )
        return None

    def _publish(self, plan: Plan, watching: Watching) -> Published:
        """Make the files of what will be sent public; the record then knows which are."""
        session = self.session
        with session.kept():
            published = publish(plan, self.publisher, session.state.public, self._clock, watching, self.max_wait)
        declared = {each.file.url for item in session.files.desired.items for each in files_of(item) if each.file}
        public = (session.state.public | published.public) & declared
        session.state = replace(session.state, public=public)
        if published.listed:
            console = session.console
            console.warning(
                f"everybody can list the bucket at {published.listed}, and so find files "
                f"before their posts are out; let people read its objects only ({DOCS}/write/media.md)"
            )
        return published

    def verify(self) -> Plan:
        """Read and plan again; once more after the settle time if Buffer's lists lag behind what it confirmed."""
        once = frozenset[str]()
        options = replace(self.options, recreate=once, reapply=once)
        plan = self._plan(options)
        if any(change.reason is Reason.LAG for change in plan.changes):
            with self._watching(0) as watching:
                watching.waiting(self.settle, "Buffer does not show everything yet; reading once more")
                self._clock.sleep(self.settle)
            plan = self._plan(options)
        return plan

    @property
    def live(self) -> Live:
        """The last reading. Raises ValueError before the first."""
        if self.session.live is None:
            raise ValueError("plan first")
        return self.session.live

    def move_horizon(self, plan: Plan) -> None:
        """Note in the record how far the account was read, by the plan that followed from the last reading.

        Raises StateError if it cannot be written; the record then only reaches less far.
        """
        session = self.session
        session.state = move_on(
            session.state,
            plan,
            self.live,
            settle=timedelta(seconds=self.settle) + self._skew,
            open_homes={intent.slot.home for intent in session.journal.open},
        )
        session.save(session.state)

    def spend(self) -> None:
        """Note in the record which reviewed changes were sent. Raises StateError if it cannot be written."""
        if self.reviewed:
            session = self.session
            sent = {each.change.address for each in self.outcomes if each.change.action in WRITING and each.was_done}
            session.save(self.reviewed.spend(session.state, sent, session.buffer.server_time()))

    @property
    def changed_anything(self) -> bool:
        """Whether any write was tried, so that reading again is worth its requests."""
        return any(outcome.change.action in WRITING for outcome in self.outcomes)

    def _report_recovered(self, found: Recovered) -> None:
        console = self.session.console
        console.note(
            f"An earlier apply was cut off. Of its unanswered writes, {found.written} were carried out, "
            f"{found.not_written} were not, {len(found.unsettled)} are unclear."
        )
        for slot, fields in found.differing.items():
            address = visible(self.session.state.bindings[slot].address)
            console.warning(
                f"Buffer took {address}, but its {' and '.join(fields)} came back different; plan shows both versions"
            )

    def _settler(self, watching: Watching) -> Settler:
        buffer, journal = self.session.buffer, self.session.journal
        return Settler(buffer, journal, self._clock, watching, self.settle, self._shortening, self.max_wait)

    def _keep_pace(self, watching: Watching) -> None:
        buffer = self.session.buffer
        pacer = Pacer(lambda: buffer.quota, buffer.server_time, self._clock, watching, self.max_wait)

        def pace() -> None:
            pacer.pace()
            self.session.hold()

        buffer.keep_pace(pace)

    def _watching(self, total: int) -> Watching:
        bar = sys.stderr.isatty() and not self.quiet
        return Watching(self.session.console, self._stopping, total=total, quiet=self.quiet, bar=bar)


@dataclass
class Finish:
    """The second half of the command: run the plan of `report`, verify, write files, print.

    `receipt` and `reports`: the files to write; one that cannot be written is an error, and undoes nothing.
    """

    applying: Applying
    report: Report
    console: Console
    receipt: Path | None
    reports: Sequence[Path]
    _codes: list[int] = field(default_factory=list)

    def run(self, *, as_json: bool) -> int:
        """Do everything; the exit code. Files are written before anything is printed, even when interrupted."""
        plan = self.report.plan
        try:
            error = self.applying.run(plan)
        except BaseException:
            self._write(self._result("It was interrupted", None))
            raise
        self._write_receipt(self._result(error.message if error else "", None))  # in case verifying is interrupted
        with self._reporting():
            self.applying.spend()
        left: Plan | None = None
        if error:
            self._report(error)
        else:
            left = self._verify()
            self._move_horizon(left)
        if not error and not self.report.selection and not self.applying.is_diverged:
            self.applying.session.complete()
        with self._reporting():
            self.applying.session.finish(summary(self.applying.outcomes))
        if left and plan.narrowed:
            slots = {change.slot for change in plan.changes}
            left = left.narrow(lambda change: change.slot in slots)
        if left:
            self.console.diagnostics(each for each in left.warnings if each not in plan.warnings)
        report = self._result(error.message if error else "", left)
        self._write(report)
        self._print(report, as_json=as_json)
        return worst([*self._codes, *self._needs_person(left)])

    def _verify(self) -> Plan | None:
        """What is left of the plan; None if nothing was changed, or if the account could not be read again."""
        left: Plan | None = None
        if self.applying.changed_anything:
            try:
                with self._reporting("The changes above were made and saved, but could not be verified: "):
                    left = self.applying.verify()
            except KeyboardInterrupt:
                self._report(InterruptError("Interrupted; the changes above were made and saved, but not verified"))
        return left

    def _move_horizon(self, left: Plan | None) -> None:
        """Move the record's horizon, unless part of the account was left out or could not be read again."""
        plan = self.report.plan
        if plan.narrowed or (left is None and self.applying.changed_anything):
            return
        with self._reporting():
            self.applying.move_horizon(left or plan)

    def _needs_person(self, left: Plan | None) -> list[int]:
        """Exit code 1 for each outcome that a person must see, and for what the second plan still holds."""
        bad = {Status.REFUSED, Status.DIFFERS, Status.HELD}
        sent = {outcome.change.slot for outcome in self.applying.outcomes}
        changes = left.changes if left else ()
        open_ = [each for each in changes if each.action is Action.HOLD or (each.awaits_approval and each.slot in sent)]
        return [1 for outcome in self.applying.outcomes if outcome.status in bad] + [1 for _ in open_]

    def _result(self, stopped: str, left: Plan | None) -> Report:
        return replace(self.report, outcomes=tuple(self.applying.outcomes), stopped=stopped, left=left)

    def _write(self, report: Report) -> None:
        session = self.applying.session
        self._write_receipt(report)
        with self._reporting():
            outputs.write_reports(self.reports, with_pictures(report, session.files.root, self.reports, session.state))
        annotating.tell(report, session.files.root, self.console)

    def _write_receipt(self, report: Report) -> None:
        if self.receipt:
            with self._reporting():
                saved.write_receipt(self.receipt, report, self.applying.session.buffer.server_time())

    @contextmanager
    def _reporting(self, what: str = "") -> Iterator[None]:
        """Report an error, after `what` failed, and go on."""
        try:
            yield
        except BufferctlError as error:
            self._report(error, what)

    def _report(self, error: BufferctlError, what: str = "") -> None:
        self.console.error(f"{what}{error.message}", error.hint)
        self._codes.append(error.exit_code)

    def _print(self, report: Report, *, as_json: bool) -> None:
        outcomes, left = report.outcomes or (), report.left
        if as_json:
            outputs.show_plan(report, self.console, as_json=True)
            return
        if outcomes:
            self.console.data("\n" + applied_text(outcomes, self.console.out))
        if left:
            self.console.data(left_text(left, report.plan, outcomes, self.console.out))


def summary(outcomes: Iterable[Outcome]) -> str:
    """What an apply did, for the history of a shared record: `apply: 4 created, 1 changed`."""
    done = Counter(each.change.action for each in outcomes if each.was_done)
    counts = [f"{done[action]} {verb}" for action, verb in _VERBS.items() if done[action]]
    return f"apply: {', '.join(counts) or 'nothing sent'}"


_VERBS = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.DELETE: "deleted",
    Action.ADOPT: "already there",
    Action.MOVE: "renamed",
    Action.FORGET: "forgotten",
}
