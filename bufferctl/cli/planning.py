"""What the commands that make a plan share: what it is told, narrowed to, and shown as."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bufferctl.cli.console import Console
from bufferctl.cli.files import Files
from bufferctl.cli.options import Choices, Connection
from bufferctl.diagnostics import Diagnostic, Severity, nearest
from bufferctl.errors import UsageError
from bufferctl.limits import SETTLE, lead_time
from bufferctl.model.invisible import visible
from bufferctl.plan import Action, Change, Plan
from bufferctl.render.lines import count

if TYPE_CHECKING:
    from bufferctl.cli.session import Session
    from bufferctl.model import Desired, Slot
    from bufferctl.reconcile import Options
    from bufferctl.render.report import Report


def planning_options(choices: Choices, connection: Connection, *, settle: float = SETTLE) -> Options:
    """The options of planning, from those of the command line."""
    from bufferctl.reconcile import Options

    return Options(
        recreate=choices.recreate,
        reapply=choices.reapply,
        max_deletes=choices.max_deletes,
        planned_at=choices.planned_at,
        lead=lead_time(connection.timeout, settle),
    )


def narrowed(plan: Plan, files: Files, choices: Choices) -> Plan:
    """The plan, narrowed to the files and addresses named. Raises UsageError where a glob fits no address."""
    addresses = [str(change.address) for change in plan.changes]
    check_globs("--target", choices.targets, addresses)
    check_globs("--exclude", choices.excludes, addresses)
    if not (choices.targets or choices.excludes or files.named is not None):
        return plan
    keeps = files.keeps(choices.targets, choices.excludes)
    doing = {change.slot for change in filter(keeps, plan.writes)}
    left = [c for c in plan.of(Action.DELETE) if c.slot not in doing and c.goes_out]
    plan = replace(plan, warnings=(*plan.warnings, *([_not_deleted(left)] if left else [])))
    return without_repeating(plan, doing).narrow(keeps)


def check_globs(option: str, globs: Iterable[str], addresses: Collection[str]) -> None:
    """Raises UsageError where a glob given to `option` fits no address."""
    for glob in globs:
        if not any(fnmatchcase(address, glob) for address in addresses):
            raise UsageError(
                f"No address matches {option} {glob}",
                hint=nearest(glob, addresses) or "Run `bufferctl plan` to see addresses.",
            )


def _not_deleted(changes: Sequence[Change]) -> Diagnostic:
    """What the files no longer say, and narrowing leaves where it is."""
    first, more = str(changes[0].address), len(changes) - 1
    return Diagnostic(
        Severity.WARNING,
        f"{first}{f' and {more} more are' if more else ' is'} removed from the files or cancelled, and will be "
        "published all the same: deletes are not part of this selection",
        hint="To delete what no file declares any more, run it without PATH, --target and --exclude.",
    )


def without_repeating(plan: Plan, doing: Collection[Slot]) -> Plan:
    """The plan with what would repeat a post held, if only the writes of the slots `doing` are part of the run."""
    from bufferctl.reconcile import hold_repeats

    return replace(plan, changes=tuple(hold_repeats(plan.changes, plan.channels, doing=doing)))


def check_named(choices: Choices, files: Files) -> None:
    """Raises UsageError where --recreate or --reapply names what no file declares."""
    if not choices.recreate | choices.reapply:
        return
    declared = {str(item.address) for item in files.desired.items}
    for address in sorted((choices.recreate | choices.reapply) - declared):
        raise UsageError(
            f"No file declares {address}", hint=nearest(address, declared) or "Run `bufferctl plan` to see addresses."
        )


def note_leftovers(session: Session, console: Console) -> None:
    """Say what an earlier run left: writes whose outcome is not known, and posts that no file declares any more."""
    if number := len(session.journal.open):
        console.note(
            f"{console.err.change('note:')} an earlier apply was cut off and left {count(number, 'write')} without an "
            "answer; the next apply first checks what happened to them"
        )
    for address in session.journal.stray:
        console.note(
            f"{console.err.bad('warning:')} {visible(address)} was sent by an apply that was cut off, and no file here "
            "declares it; if it is in Buffer, it will be published"
        )


def report_of(plan: Plan, desired: Desired, *, problems: tuple[Diagnostic, ...] = ()) -> Report:
    """The plan with what every form of it shows. `problems`: those of the files."""
    from bufferctl.checks import text_lengths
    from bufferctl.digests import plan_digest
    from bufferctl.render.report import Report

    channels = ((change.address, plan.channels.get(change.slot.channel_id)) for change in plan.changes)
    limits = {address: channel.max_characters for address, channel in channels if channel and channel.max_characters}
    return Report(plan, problems, text_lengths(desired, limits), plan_digest(plan))


def show(report: Report, console: Console, *, as_json: bool) -> None:
    """Print a plan, or what became of it, to stdout."""
    if as_json:
        from bufferctl.render.json import report_json

        console.data(report_json(report))
    else:
        from bufferctl.render.text import plan_text

        console.data(plan_text(report.plan, console.out, report.lengths, is_offline=report.is_offline))
