"""`bufferctl plan`: what would change, and nothing written, state included."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.choices import Choices
from bufferctl.cli import examples, options, outputs
from bufferctl.errors import UsageError
from bufferctl.limits import MOST_DAYS

if TYPE_CHECKING:
    from bufferctl.model import State
    from bufferctl.plan import Plan
    from bufferctl.run.files import Files

#: Changes are pending, with --detailed-exitcode only (design: Contracts).
PENDING = 2


@click.command(
    epilog=examples(
        ("bufferctl plan", "what would change"),
        ("bufferctl plan posts/2030-w03.yaml", "only that file"),
        ("bufferctl plan -o plan.json --report plan.md", "to review, then apply"),
        codes=(0, 1, 2, 4, 64, 130),
    )
)
@options.paths_argument
@options.choice_options
@options.json_option
@options.file_option("-o", "--output", "out", help_text="Save the plan; `apply FILE` then applies exactly that.")
@outputs.report_option
@options.file_option("--previous", "since", help_text="An earlier report (.md): the new one says what changed since.")
@click.option(
    "--expires",
    type=options.Number(min=0, min_open=True, max=MOST_DAYS),
    default=7,
    show_default=True,
    metavar="DAYS",
    help="Days until the saved plan expires.",
)
@click.option("--explain", metavar="ADDRESS", help="Show what decided about this address, instead of the plan.")
@click.option("--offline", is_flag=True, help="Plan from files and local state; contact nobody.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if changes are pending.")
@click.option("--strict", is_flag=True, help="Exit with 1 if anything needs a person.")
@options.full_option
@click.option("-v", "--verbose", is_flag=True, help="Show how each post was made from its entry.")
@options.setup_options
def plan(
    paths: tuple[Path, ...],
    choices: Choices,
    as_json: bool,
    out: Path | None,
    report_files: tuple[Path, ...],
    since: Path | None,
    expires: float,
    explain: str | None,
    offline: bool,
    detailed_exitcode: bool,
    strict: bool,
    setup: options.Setup,
) -> int:
    """Show what apply would change in Buffer. Nothing is changed.

    PATHs limit the plan to those files or folders.
    """
    from bufferctl.cli import annotating
    from bufferctl.plan import Action
    from bufferctl.run.narrowing import check_named, check_offline, describe_selection, narrow
    from bufferctl.run.plan_files import save
    from bufferctl.run.sources import check_plan_name

    outputs.check_writable("--output", out)
    check_plan_name(out)
    outputs.check_writable("--report", *report_files)
    outputs.check_apart(out, *report_files)
    earlier = outputs.read_text("--previous", since) if since else ""
    if offline:
        check_offline(choices)
        if explain:
            raise UsageError("--explain compares with Buffer, so it cannot be used with --offline")
    files, console = setup.open_project(paths), setup.console
    check_named(choices, files)
    if explain:
        return _explained(explain, files, choices, setup)
    made, state = (
        (_planned_offline(files, choices, setup), None) if offline else _compared_with_buffer(files, choices, setup)
    )
    shown = narrow(made, files, choices)
    console.diagnostics(shown.warnings)
    report = outputs.report_of(shown, files.desired, problems=files.warnings)
    report = replace(report, is_offline=offline, selection=describe_selection(files, choices), earlier=earlier)
    expires_at = shown.at + timedelta(days=expires)
    report = replace(annotating.with_repository_paths(report, files.root), expires_at=expires_at if out else None)
    outputs.write_reports(report_files, outputs.with_pictures(report, files.root, report_files, state))
    annotating.annotate_report(report, files.root, console)
    outputs.show_plan(report, console, as_json=as_json)
    if out is not None:
        save(out, shown, files.desired, choices, expires_at, offline=offline)
        form = (
            f"apply --reviewed {out}` applies what it agrees to"
            if offline
            else f"apply {out}` applies exactly this plan"
        )
        console.note(f"Saved to {out}. `bufferctl {form}.")
    if strict and shown.of(Action.HOLD):
        return 1
    return PENDING if detailed_exitcode and shown.writes else 0


def _compared_with_buffer(files: Files, choices: Choices, setup: options.Setup) -> tuple[Plan, State]:
    from bufferctl.run.compare import plan
    from bufferctl.run.reachable import check_reachable

    with setup.reading(files) as session:
        check_reachable(files, session.buffer.endpoint)
        made = plan(session, choices)
        session.note_leftovers()
        return made, session.state


def _explained(address: str, files: Files, choices: Choices, setup: options.Setup) -> int:
    """Print what decided about an address: the rule of matching, the action table, and the passes."""
    from bufferctl.model.plain_text import visible
    from bufferctl.reconcile import Trace
    from bufferctl.run.compare import plan

    trace = Trace(address)
    with setup.reading(files) as session:
        plan(session, choices, trace=trace)
    if not trace.lines:
        raise UsageError(f"Nothing has the address {address}", hint="Run `bufferctl plan -v` to see addresses.")
    setup.console.data("".join(f"{visible(line)}\n" for line in trace.lines))
    return 0


def _planned_offline(files: Files, choices: Choices, setup: options.Setup) -> Plan:
    """The plan without Buffer, and without the store of a shared state: it contacts nobody."""
    from bufferctl.run.compare import plan_offline

    is_elsewhere = files.desired.settings.state and setup.state_file is None
    return plan_offline(files, None if is_elsewhere else files.store(setup.state_file, setup.console), choices)
