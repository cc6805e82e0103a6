"""`bufferctl apply`: show the plan, ask, make it so, look again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import options, reports
from bufferctl.cli.examples import examples
from bufferctl.errors import UsageError

if TYPE_CHECKING:
    from bufferctl.cli.console import Console


@click.command(
    short_help="Make Buffer match the files.",
    epilog=examples(
        ("bufferctl apply", "show the plan, ask, send it"),
        ("bufferctl apply plan.json", "all of that plan, or nothing"),
        ("bufferctl apply --reviewed plan.json", "what was reviewed, after a merge"),
        ("bufferctl apply --receipt receipt.json", "and keep what became of it"),
    ),
)
@options.paths_argument
@options.root_option
@options.state_option
@options.choice_options
@options.json_option
@reports.report_option
@click.option(
    "--reviewed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PLANFILE",
    help="Do only what is in this saved plan, as the files are now; hold the rest. Does not ask.",
)
@click.option(
    "--receipt",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep what became of each change, with id and link, also where it fails.",
)
@click.option("--auto-approve", is_flag=True, help="Do not ask; for CI, after the plan was reviewed.")
@click.option(
    "--settle",
    type=options.Number(min=0),
    default=30,
    show_default=True,
    metavar="S",
    help="Seconds after which Buffer's lists surely show a write whose answer was lost.",
)
@click.option(
    "--max-wait",
    type=options.Number(min=0),
    default=960,
    show_default=True,
    metavar="S",
    help="The longest wait for Buffer's quota at a time; else stop with 5.",
)
@options.lock_option
@options.connection_options
@options.no_color_option
def apply(
    paths: tuple[Path, ...],
    file: Path | None,
    state_file: Path | None,
    choices: options.Choices,
    as_json: bool,
    report_files: tuple[Path, ...],
    reviewed: Path | None,
    receipt: Path | None,
    auto_approve: bool,
    settle: float,
    max_wait: float,
    lock_timeout: float,
    connection: options.Connection,
    no_color: bool,
) -> int:
    """Make Buffer match the files: show the plan, ask, send it, look again.

    Running it again goes on where it stopped and never posts twice. PATHs narrow it to what those files declare; a PATH
    that is a saved plan (`plan -o FILE`) does that plan, or refuses with 3 where it no longer holds. With --reviewed it
    does what of the files' plan was reviewed, and holds the rest.
    """
    from bufferctl.cli import annotating, connecting, outputs, planning, saved_plans, session
    from bufferctl.cli.applying import Applying
    from bufferctl.cli.console import Console
    from bufferctl.cli.files import declared_now, load_files, of_saved
    from bufferctl.cli.finishing import Finish
    from bufferctl.cli.reviewing import Reviewing

    console = Console.create(no_color=no_color)
    outputs.check_writable("--receipt", receipt)
    outputs.check_writable("--report", *report_files)
    saved_file = saved_plans.named(paths)
    if saved_file and reviewed:
        raise UsageError(
            f"{saved_file} is a saved plan, and --reviewed names another",
            hint="Name one: a PATH to do all of it or nothing, --reviewed to do what of it the files still say.",
        )
    outputs.check_apart(receipt, reviewed, saved_file, *report_files)
    reviewing = Reviewing.of(reviewed) if reviewed else None
    saved = saved_plans.read(saved_file) if saved_file else None
    if saved:
        saved_plans.check_alone(choices, str(saved_file))
        choices = saved_plans.choices_of(saved)
        files = of_saved(file, saved.desired)
    else:
        files = load_files(file, paths, console)
        planning.check_named(choices, files)
    with (
        connecting.connected(connection, console) as buffer,
        session.opened_for_change(files, buffer, state_file, console, lock_timeout=lock_timeout) as opened,
    ):
        told = planning.planning_options(choices, connection, settle=settle)
        told = reviewing.told(told) if reviewing else told
        not_there = frozenset[str]() if saved else choices.recreate
        applying = Applying(opened, told, settle=settle, max_wait=max_wait, quiet=as_json, not_there=not_there)
        plan = applying.plan()
        if saved:
            plan = saved_plans.check_holds(saved, plan, str(saved_file), declared_now(file))
        else:
            if reviewing:
                reviewing.check(plan)
                reviewing.note_undone(plan, console)
            plan = planning.narrowed(plan, files, choices)
        console.diagnostics(plan.warnings)
        planning.note_leftovers(opened, console)
        report = planning.report_of(plan, files.desired, problems=files.warnings)
        report = annotating.located(report, files.root)
        if saved and plan.is_empty:
            console.note(f"Nothing of {saved_file} is left to do.")
        elif not as_json:
            planning.show(report, console, as_json=False)
        asks = plan.writes and not (auto_approve or saved or reviewing)
        if asks and not _agreed(len(plan.writes), console):
            console.note("Nothing was sent.")
            return 1
        return Finish(applying, report, console, receipt, report_files).run(as_json=as_json)


def _agreed(number: int, console: Console) -> bool:
    """Ask. Raises UsageError where there is nobody to ask."""
    if not console.can_ask:
        raise UsageError(
            "There is no terminal to ask on, so nothing was sent",
            hint="Look at the plan, then apply with --auto-approve.",
        )
    return click.confirm(f"Send {'this change' if number == 1 else f'these {number} changes'} to Buffer?", err=True)
