"""The end of an apply: carry the plan out, look again, keep what became of it, print it, say how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bufferctl.cli import annotating, receipts, reports
from bufferctl.cli.applying import Applying
from bufferctl.cli.console import Console
from bufferctl.errors import BufferctlError, worst
from bufferctl.plan import Action, Plan, Status
from bufferctl.render.report import Report


@dataclass
class Finish:
    """`report`: the plan that is to be carried out. `receipt` and `reports`: files to write what became of it to."""

    applying: Applying
    report: Report
    console: Console
    receipt: Path | None
    reports: Sequence[Path]
    _codes: list[int] = field(default_factory=list)

    def run(self, *, as_json: bool) -> int:
        """All of it; the exit code. What is kept is written before anything is printed, and when interrupted too."""
        applying, console, plan = self.applying, self.console, self.report.plan
        try:
            error = applying.run(plan)
        except BaseException:
            self._keep("It was interrupted", None)
            raise
        stopped = error.message if error else ""
        if self.receipt:
            self._keep_receipt(self._applied(stopped, None))
        if error:
            console.error(error.message, error.hint)
        left = self._look_again() if error is None else None
        if left:
            console.diagnostics(each for each in left.warnings if each not in plan.warnings)
        report = self._keep(stopped, left)
        self._print(report, as_json=as_json)
        codes = [1 for o in applying.outcomes if o.status in {Status.REFUSED, Status.DIFFERS, Status.HELD}]
        codes += [1] if left and left.of(Action.HOLD) else []
        return worst([*codes, *self._codes, *([error.exit_code] if error else [])])

    def _look_again(self) -> Plan | None:
        """What is left of the plan, where anything was changed; an error then is said but undoes nothing."""
        plan = self.report.plan
        if not self.applying.changed_anything:
            return None
        slots = {change.slot for change in plan.changes}
        try:
            left = self.applying.look_again()
        except BufferctlError as error:
            self._said(f"Everything above is done and recorded, but looking again failed: {error.message}", error)
            return None
        return left.narrow(lambda change: change.slot in slots) if plan.narrowed else left

    def _applied(self, stopped: str, left: Plan | None) -> Report:
        return replace(self.report, outcomes=tuple(self.applying.outcomes), stopped=stopped, left=left)

    def _keep(self, stopped: str, left: Plan | None) -> Report:
        """Write what was asked for; what cannot be written is said, and undoes nothing."""
        report = self._applied(stopped, left)
        if self.receipt:
            self._keep_receipt(report)
        try:
            reports.write(self.reports, report)
        except BufferctlError as error:
            self._said(error.message, error)
        annotating.tell(report, self.applying.session.files.root, self.console)
        return report

    def _keep_receipt(self, report: Report) -> None:
        try:
            receipts.write(self.receipt, report, self.applying.session.buffer.server_time()) if self.receipt else None
        except BufferctlError as error:
            self._said(error.message, error)

    def _said(self, message: str, error: BufferctlError) -> None:
        self.console.error(message, error.hint)
        self._codes.append(error.exit_code)

    def _print(self, report: Report, *, as_json: bool) -> None:
        from bufferctl.render.text_outcomes import applied_text, left_text

        outcomes, left = report.outcomes or (), report.left
        if as_json:
            from bufferctl.render.json import report_json

            self.console.data(report_json(report))
            return
        if outcomes:
            self.console.data("\n" + applied_text(outcomes, self.console.out))
        if left and self.applying.changed_anything:
            self.console.data(left_text(left, report.plan, outcomes, self.console.out))
