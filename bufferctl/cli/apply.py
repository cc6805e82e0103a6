"""`bufferctl apply`: show the plan, ask, make it so, look again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import options
from bufferctl.errors import BufferctlError, UsageError, worst

if TYPE_CHECKING:
    from bufferctl.cli.applying import Applying
    from bufferctl.cli.console import Console
    from bufferctl.plan import Plan


@click.command(short_help="Make Buffer as the files say.")
@options.paths_argument
@options.root_option
@options.state_option
@options.choice_options
@options.json_option
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
    auto_approve: bool,
    settle: float,
    max_wait: float,
    lock_timeout: float,
    connection: options.Connection,
    no_color: bool,
) -> int:
    """Make Buffer as the files say: show the plan, ask, send it, look again.

    Running it again goes on where it stopped and never posts twice. PATHs narrow it to what those files declare; a PATH
    that is a saved plan (`plan -o FILE`) does that plan, or refuses with 3 where it no longer holds.
    """
    from bufferctl.cli import connecting, planning, saved_plans, session
    from bufferctl.cli.applying import Applying
    from bufferctl.cli.console import Console
    from bufferctl.cli.files import load_files, of_saved

    console = Console.create(no_color=no_color)
    saved_file = saved_plans.named(paths)
    saved = saved_plans.read(saved_file) if saved_file else None
    if saved:
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
        applying = Applying(opened, told, settle=settle, max_wait=max_wait, quiet=as_json)
        plan = applying.plan()
        plan = (
            saved_plans.check_holds(saved, plan, str(saved_file)) if saved else planning.narrowed(plan, files, choices)
        )
        console.diagnostics(plan.warnings)
        planning.note_leftovers(opened, console)
        if saved and plan.is_empty:
            console.note(f"Nothing of {saved_file} is left to do.")
        elif not as_json:
            planning.show(plan, console, as_json=False)
        asks = plan.writes and not auto_approve and not saved
        if asks and not _agreed(len(plan.writes), console):
            console.note("Nothing was sent.")
            return 1
        return _report(applying, plan, console, as_json=as_json)


def _agreed(number: int, console: Console) -> bool:
    """Ask. Raises UsageError where there is nobody to ask."""
    if not console.can_ask:
        raise UsageError(
            "There is no terminal to ask on, so nothing was sent",
            hint="Look at the plan, then apply with --auto-approve.",
        )
    return click.confirm(f"Send {'this change' if number == 1 else f'these {number} changes'} to Buffer?", err=True)


def _report(applying: Applying, plan: Plan, console: Console, *, as_json: bool) -> int:
    """Apply the plan, print what came of it and what is left; the exit code."""
    from bufferctl.plan import Action, Status
    from bufferctl.render.text import applied_text, left_text

    error = applying.run(plan)
    if error:
        console.error(error.message, error.hint)
    left, after = _look_again(applying, plan, console) if error is None else (None, [])
    if left:
        console.diagnostics(each for each in left.warnings if each not in plan.warnings)
    if as_json:
        from bufferctl.render.json import applied_json

        console.data(applied_json(plan, applying.outcomes, left))
    else:
        if applying.outcomes:
            console.data("\n" + applied_text(applying.outcomes, console.out))
        if left and applying.changed_anything:
            console.data(left_text(left, plan, applying.outcomes, console.out))
    codes = [1 for o in applying.outcomes if o.status in {Status.REFUSED, Status.DIFFERS, Status.HELD}]
    codes += [1] if left and left.of(Action.HOLD) else []
    return worst([*codes, *after, *([error.exit_code] if error else [])])


def _look_again(applying: Applying, plan: Plan, console: Console) -> tuple[Plan | None, list[int]]:
    """What is left of the plan, where anything was changed; an error then is said but undoes nothing."""
    if not applying.changed_anything:
        return None, []
    slots = {change.slot for change in plan.changes}
    try:
        left = applying.look_again()
        return (left.narrow(lambda change: change.slot in slots) if plan.narrowed else left), []
    except BufferctlError as error:
        console.error(f"Everything above is done and recorded, but looking again failed: {error.message}", error.hint)
        return None, [error.exit_code]
