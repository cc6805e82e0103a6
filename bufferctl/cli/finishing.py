"""The second half of `bufferctl apply`: send the plan of a report, verify, write files, print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bufferctl.cli import annotating, outputs
from bufferctl.cli.console import Console
from bufferctl.errors import BufferctlError, worst
from bufferctl.plan import Plan
from bufferctl.render.report import Report
from bufferctl.render.text import applied_text, left_text
from bufferctl.run.applying import Applying
from bufferctl.run.plan_files import write_receipt


def finish_apply(results: Results, *, as_json: bool) -> int:
    """Send, verify and print; the exit code. Files are written before anything is printed, even when interrupted."""
    applying, report, console = results.applying, results.report, results.console
    try:
        stopped = applying.send(report.plan)
    except BaseException:
        results.write(results.report_of("It was interrupted"))
        raise
    results.write_receipt(results.report_of(stopped.message if stopped else ""))  # in case verifying is interrupted
    applied = applying.finish(report.plan, stopped, is_whole=not report.selection)
    done = results.report_of(applied.stopped, applied.left)
    results.write(done)
    if as_json:
        outputs.show_plan(done, console, as_json=True)
    elif applied.outcomes:
        console.data("\n" + applied_text(applied.outcomes, console.out))
    if applied.left and not as_json:
        console.data(left_text(applied.left, report.plan, applied.outcomes, console.out))
    return worst([*results.codes, *(error.exit_code for error in applied.errors), int(applied.needs_person)])


@dataclass
class Results:
    """The files that an apply writes. One that cannot be written is an error, and undoes nothing."""

    applying: Applying
    report: Report
    console: Console
    receipt: Path | None
    reports: Sequence[Path]
    codes: list[int] = field(default_factory=list)

    def report_of(self, stopped: str, left: Plan | None = None) -> Report:
        """The report with what was done so far."""
        return replace(self.report, outcomes=tuple(self.applying.outcomes), stopped=stopped, left=left)

    def write(self, report: Report) -> None:
        """Write all files, and show the report where CI shows it."""
        session = self.applying.session
        shown = outputs.with_pictures(report, session.files.root, self.reports, session.state)
        self.write_receipt(report)
        self._try(lambda: outputs.write_reports(self.reports, shown))
        annotating.annotate_report(report, session.files.root, self.console)

    def write_receipt(self, report: Report) -> None:
        """Write the receipt, if one is wanted."""
        if path := self.receipt:
            self._try(lambda: write_receipt(path, report, self.applying.session.buffer.server_time()))

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except BufferctlError as error:
            self.console.error(error.message, error.hint)
            self.codes.append(error.exit_code)
