"""A report as data in a file, in which a run of `bufferctl plan` hands its plan to the job that comments on it.

The comment is rendered from it once everything else is known, such as the suggestions that the forge accepted.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, PlainValidator
from pydantic_core import to_json

from bufferctl.diagnostics import Diagnostic, FilesError, RuleHelp
from bufferctl.errors import ForgeError
from bufferctl.model import Address, TextLength
from bufferctl.model.base import Aware
from bufferctl.model.serial import adapter
from bufferctl.plan import Plan
from bufferctl.planfile.saved import DAMAGE, dump_change, dump_plan, load_plan
from bufferctl.render.report import HoldIdentity, Report
from bufferctl.value import replace

#: The fields of a report that are kept as they are.
_KEPT = ("expires_at", "selection", "is_offline", "folder", "page", "earlier", "is_planned")


class _Values(BaseModel):
    """A report, and the moments and lengths that it knows by change."""

    plan: Annotated[Plan, PlainValidator(load_plan)]
    diagnostics: tuple[Diagnostic, ...]
    worth_a_look: tuple[Diagnostic, ...]
    rules: tuple[RuleHelp, ...]
    public: frozenset[str]
    lengths: list[tuple[Address, TextLength]]
    queue_times: list[tuple[int, Aware]]
    expires_at: Aware | None
    selection: str
    is_offline: bool
    folder: str
    page: str
    earlier: str
    is_planned: bool
    changed: frozenset[Address] | None
    held_before: frozenset[HoldIdentity] | None = None


def dump_report(report: Report) -> bytes:
    """The report of a plan; without pictures, which a comment does not show."""
    plan, many = report.plan, adapter(tuple[Diagnostic, ...])
    lengths = ((change.address, report.lengths(change.address)) for change in plan.changes)
    values: dict[str, Any] = {
        "plan": dump_plan(plan, dump_change, is_whole=True),
        "diagnostics": many.dump_python(report.diagnostics, mode="json"),
        "worth_a_look": many.dump_python(report.worth_a_look, mode="json"),
        "rules": adapter(tuple[RuleHelp, ...]).dump_python(report.rules, mode="json"),
        "public": sorted(report.public),
        "lengths": adapter(list[tuple[Address, TextLength]]).dump_python(
            [(address, each) for address, each in lengths if each]
        ),
        "queue_times": [
            (number, plan.queue_times[change.slot])
            for number, change in enumerate(plan.changes)
            if change.slot in plan.queue_times
        ],
    }
    if report.changed is None:
        values["changed"] = None
    else:
        values["changed"] = adapter(list[Address]).dump_python(sorted(report.changed), mode="json")
    if report.held_before is not None:
        held = sorted(report.held_before, key=str)
        values["held_before"] = adapter(list[HoldIdentity]).dump_python(held, mode="json")
    return to_json(values | {name: getattr(report, name) for name in _KEPT})


def load_report(path: Path) -> Report:
    """Read the output of `dump_report`. Raises ForgeError."""
    try:
        read = _Values.model_validate_json(path.read_bytes())
    except (OSError, *DAMAGE) as error:
        raise ForgeError(f"{path.name} cannot be read: {error}") from error
    queue_times = {read.plan.changes[number].slot: at for number, at in read.queue_times}
    kept = {name: getattr(read, name) for name in _KEPT}
    return Report(
        replace(read.plan, queue_times=queue_times),
        read.diagnostics,
        dict(read.lengths).get,
        rules=read.rules,
        public=read.public,
        worth_a_look=read.worth_a_look,
        changed=read.changed,
        held_before=read.held_before,
        **kept,
    )


def dump_problems(error: FilesError, folder: str, now: datetime) -> bytes:
    """The report of files that cannot be planned."""
    return dump_report(Report(Plan(now, endpoint=""), error.problems, folder=folder, is_planned=False))
