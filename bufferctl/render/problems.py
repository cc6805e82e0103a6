"""All that a person should see at a line of a file, in one form: problems, what needs somebody, what was refused."""

from __future__ import annotations

from collections.abc import Iterator

from bufferctl.diagnostics import Diagnostic, Place, Severity
from bufferctl.plan import Action, Change, Outcome, Status
from bufferctl.render import words
from bufferctl.render.report import Report

_TROUBLE = frozenset({Status.REFUSED, Status.DIFFERS, Status.HELD})


def problems_of(report: Report) -> tuple[Diagnostic, ...]:
    """The problems of files and plan, then what is held or went wrong, each at its line.

    What needs somebody is a warning before an apply and an error after it, as the exit code has it. The code of what is
    held is its reason, that of an outcome its status.
    """
    return (*report.diagnostics, *report.plan.warnings, *_needs_you(report))


def _needs_you(report: Report) -> Iterator[Diagnostic]:
    told = set()
    for outcome in report.outcomes or ():
        told.add(outcome.change.slot)
        if outcome.status in _TROUBLE:
            yield _of_outcome(outcome)
    severity = Severity.WARNING if report.outcomes is None else Severity.ERROR
    for change in report.plan.of(Action.HOLD):
        if change.slot not in told:
            yield _problem(change, severity, change.message, change.hint, _code(change))


def _of_outcome(outcome: Outcome) -> Diagnostic:
    change = outcome.change
    if outcome.status is Status.HELD:
        return _problem(change, Severity.ERROR, outcome.message, outcome.hint, _code(change))
    said = f"{words.OUTCOMES[outcome.status]}: {outcome.message}" if outcome.message else words.OUTCOMES[outcome.status]
    return _problem(change, Severity.ERROR, said, outcome.hint, outcome.status.value)


def _problem(change: Change, severity: Severity, message: str, hint: str, code: str) -> Diagnostic:
    file = change.binding.file if change.binding else ""
    place = change.place or (Place(file) if file else None)
    return Diagnostic(severity, f"{change.address}: {message}", place, hint, code=code)


def _code(change: Change) -> str:
    return change.reason.value if change.reason else Action.HOLD.value
