"""`bufferctl plan`: what would change, and nothing written, state included."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options, outputs
from bufferctl.limits import MOST_DAYS

if TYPE_CHECKING:
    from bufferctl.cli.files import Files
    from bufferctl.model import State
    from bufferctl.plan import Plan

#: Changes are pending, with --detailed-exitcode only (design: Contracts).
PENDING = 2


@click.command(
    epilog=examples(
        ("bufferctl plan", "what would change"),
        ("bufferctl plan posts/2030-w03.yaml", "only that file"),
        ("bufferctl plan -o plan.json --report plan.md", "to review, then apply"),
    ),
)
@options.paths_argument
@options.root_option
@options.state_option
@options.choice_options
@options.json_option
@options.file_option("-o", "--out", help_text="Save the plan; `apply FILE` then applies exactly that.")
@outputs.report_option
@click.option(
    "--expires",
    type=options.Number(min=0, min_open=True, max=MOST_DAYS),
    default=7,
    show_default=True,
    metavar="DAYS",
    help="Days until the saved plan expires.",
)
@click.option("--offline", is_flag=True, help="Plan from files and local state; contact nobody.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if changes are pending.")
@click.option("--strict", is_flag=True, help="Exit with 1 if anything needs a person.")
@options.connection_options
@options.full_option
@click.option("-v", "--verbose", is_flag=True, help="Show how each post was made from its entry.")
@options.console_options
def plan(
    paths: tuple[Path, ...],
    file: Path | None,
    state_file: Path | None,
    choices: options.Choices,
    as_json: bool,
    out: Path | None,
    report_files: tuple[Path, ...],
    expires: float,
    offline: bool,
    detailed_exitcode: bool,
    strict: bool,
    connection: options.Connection,
    console: options.Console,
) -> int:
    """Show what apply would change in Buffer. Nothing is changed.

    PATHs limit the plan to those files or folders.
    """
    from bufferctl.cli import annotating, plan_options, saved
    from bufferctl.cli.files import load_files
    from bufferctl.cli.sources import check_plan_name
    from bufferctl.plan import Action

    outputs.check_writable("--out", out)
    check_plan_name(out)
    outputs.check_writable("--report", *report_files)
    outputs.check_apart(out, *report_files)
    if offline:
        plan_options.check_offline(choices)
    files = load_files(file, paths, console, as_json=as_json)
    plan_options.check_named(choices, files)
    made, state = (
        (plan_options.offline_plan(files, state_file, choices, asks_store=False), None)
        if offline
        else _compared_with_buffer(files, state_file, choices, connection, console)
    )
    shown = plan_options.narrowed(made, files, choices)
    console.diagnostics(shown.warnings)
    report = outputs.report_of(shown, files.desired, problems=files.warnings)
    report = replace(report, is_offline=offline, selection=plan_options.selection(files, choices))
    expires_at = shown.at + timedelta(days=expires)
    report = replace(annotating.located(report, files.root), expires_at=expires_at if out else None)
    outputs.write_reports(report_files, outputs.with_pictures(report, files.root, report_files, state))
    annotating.tell(report, files.root, console)
    outputs.show_plan(report, console, as_json=as_json)
    if out is not None:
        saved.save(out, shown, files.desired, choices, expires_at, offline=offline)
        form = (
            f"apply --reviewed {out}` applies what it agrees to"
            if offline
            else f"apply {out}` applies exactly this plan"
        )
        console.note(f"Saved to {out}. `bufferctl {form}.")
    if strict and shown.of(Action.HOLD):
        return 1
    return PENDING if detailed_exitcode and shown.writes else 0


def _compared_with_buffer(
    files: Files,
    state_file: Path | None,
    choices: options.Choices,
    connection: options.Connection,
    console: options.Console,
) -> tuple[Plan, State]:
    from bufferctl.cli import api_key, plan_options, session
    from bufferctl.cli.attachments import check_reachable

    with (
        api_key.connected(connection, console) as buffer,
        session.opened(files, buffer, state_file, console) as opened,
    ):
        check_reachable(files, buffer.endpoint)
        made = opened.plan(plan_options.planning_options(choices, connection))
        opened.note_leftovers()
        return made, opened.state
