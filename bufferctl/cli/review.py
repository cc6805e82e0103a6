"""`bufferctl plan`, `show` and `apply`: show what would change, show a saved plan or receipt, and apply changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

import click

from bufferctl import limits
from bufferctl.choices import Choices
from bufferctl.cli import examples, options, outputs
from bufferctl.cli.console import Console
from bufferctl.diagnostics import Diagnostic, Severity, some_of
from bufferctl.errors import PENDING, LockedError, OvertakenError, StateError, UsageError, worst
from bufferctl.limits import MOST_DAYS
from bufferctl.value import replace

if TYPE_CHECKING:
    from bufferctl.model import State
    from bufferctl.plan import Plan
    from bufferctl.planfile import Receipt
    from bufferctl.render.report import HoldIdentity, Report
    from bufferctl.run.applying import Applied, Applying
    from bufferctl.run.files import Files
    from bufferctl.run.session import Session
    from bufferctl.run.sources import PlanSource

#: Of a plan that may not contact the store of the state.
_STATE_UNKNOWN = Diagnostic(
    Severity.WARNING,
    "--offline contacts nobody, so this plan does not know the shared state: every post looks new, and removed ones "
    "are not shown",
    hint="While you are online, run `bufferctl state pull > state.json`; then plan with --state state.json",
)


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
@options.out_option("-o", "--output", "out", help_text="Save the plan; `apply FILE` then applies exactly that.")
@outputs.report_option
@click.option(
    "--base",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    hidden=True,
    help="Folder with the files before the change; the saved plan records which entries differ.",
)
@options.data_option
@options.line_url_option
@options.diff_url_option
@options.file_option(
    "--previous", "since", hidden=True, help_text="An earlier report (.md): the new one says what changed since."
)
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
@options.full_option
@options.setup_options
def plan(
    paths: tuple[Path, ...],
    choices: Choices,
    as_json: bool,
    out: Path | None,
    report_files: tuple[Path, ...],
    base: Path | None,
    data: Path | None,
    line_url: str,
    diff_url: str,
    since: Path | None,
    expires: float,
    offline: bool,
    detailed_exitcode: bool,
    strict: bool,
    setup: options.Setup,
) -> int:
    """Show what apply would change in Buffer. Nothing is changed.

    PATHs limit the plan to those files or folders.
    """
    from bufferctl.plan import Action
    from bufferctl.run.selection import check_named, check_offline, describe_selection, narrow
    from bufferctl.run.sources import changed_since, save

    outputs.check_apart(out, *report_files)
    earlier = outputs.read_text("--previous", since) if since else ""
    if offline:
        check_offline(choices)
    console = setup.console
    with outputs.reporting_problems(report_files, setup):
        with outputs.keeping_problems(data):
            files = setup.open_files(paths)
        outputs.check_not_read(files, setup, out, *report_files)
        check_named(choices, files)
        changed = changed_since(base, files, console) if base else None
        made = _planned(setup, files, choices, base if data else None, offline=offline)
    shown = narrow(made.plan, files, choices)
    console.diagnostics(shown.warnings)
    expires_at = shown.at + timedelta(days=expires)
    report = outputs.report_of(
        shown,
        files.desired,
        files,
        selection=describe_selection(files, choices),
        expires_at=expires_at if out else None,
        is_offline=offline,
        line_url=line_url,
        diff_url=diff_url,
        earlier=earlier,
        changed=changed,
        held_before=made.held_before,
    )
    outputs.write_reports(report_files, outputs.with_pictures(report, files.root, report_files, made.state))
    outputs.write_data(data, report, report_files)
    outputs.annotate_report(report, files.root, console)
    outputs.show_plan(report, console, as_json=as_json)
    if out is not None:
        save(out, shown, files.desired, choices, expires_at, offline=offline, changed=changed)
        how, what = ("--reviewed ", "what it agrees to") if offline else ("", "exactly this plan")
        what += ", without what needs you" if shown.of(Action.HOLD) else ""
        console.note(f"Saved to {out}. `bufferctl apply {how}{quote(str(out))}` applies {what}.")
    if refused := _refused_by_freezes(shown):
        console.error(f"These would go out during a freeze: {some_of(refused)}", "The plan shows how to answer.")
    if refused or (strict and shown.of(Action.HOLD)):
        return 1
    return PENDING if detailed_exitcode and shown.writes else 0


def _refused_by_freezes(plan: Plan) -> list[str]:
    """The keys of the entries that a freeze refuses, which is an error then."""
    from bufferctl.plan import Action

    return list(dict.fromkeys(f"`{change.address.key}`" for change in plan.of(Action.HOLD) if change.is_refused))


class _Planned(NamedTuple):
    """A plan, and what is known beside it."""

    plan: Plan
    state: State | None  # if it was read with the account
    held_before: frozenset[HoldIdentity] | None  # what the files before the change hold, if anything is held now


def _planned(setup: options.Setup, files: Files, choices: Choices, base: Path | None, *, offline: bool) -> _Planned:
    """Plan, and plan the files in `base` if anything is held."""
    from bufferctl.plan import Action
    from bufferctl.render.report import hold_identity
    from bufferctl.run.compare import compare, plan_of_base, plan_offline
    from bufferctl.run.reachable import check_reachable
    from bufferctl.run.sources import files_of_base

    before = files_of_base(base, files) if base else None
    if offline:  # nobody is contacted, the store of a shared state neither
        is_elsewhere = files.desired.settings.state and setup.state_file is None
        store = None if is_elsewhere else files.store(setup.state_file, setup.console)
        made, state = plan_offline(files, store, choices), None
        if is_elsewhere:
            made = replace(made, warnings=(_STATE_UNKNOWN, *made.warnings))
        of_base = plan_offline(before, store, choices) if before and made.of(Action.HOLD) else None
    else:
        with setup.reading(files) as session:
            check_reachable(files, session.buffer.endpoint)
            ended = files.desired.exempt - before.desired.exempt if before else frozenset()
            removed = before.desired.gone_from(files.desired) if before else ()
            compared = compare(session, choices, ended=ended, removed=removed)
            session.note_leftovers()
            made, state = compared.plan, session.state
            of_base = plan_of_base(session, compared, before, choices) if before and made.of(Action.HOLD) else None
    return _Planned(made, state, frozenset(map(hold_identity, of_base.of(Action.HOLD))) if of_base else None)


@click.command(
    epilog=examples(
        ("bufferctl show plan.json", "as `plan` printed it"),
        ("bufferctl show receipt.json --report done.md", "the results, as a comment"),
    )
)
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@options.json_option
@outputs.report_option
@options.full_option
@options.console_options
def show(path: Path, as_json: bool, report_files: tuple[Path, ...], setup: options.Setup) -> None:
    """Show a plan that `plan -o` saved, or a receipt that `apply --receipt` wrote. Works offline."""
    from bufferctl.model.dates import local
    from bufferctl.render.text import receipt_text
    from bufferctl.run import sources

    outputs.check_apart(path, *report_files)
    outputs.check_not_read(sources.files_near() if report_files else None, setup, *report_files)
    console, receipt = setup.console, sources.read_receipt(path)
    if receipt:
        report = report_of_receipt(receipt)
        outputs.write_reports(report_files, report)
        if as_json:
            outputs.show_plan(report, console, as_json=True)
        else:
            console.data(receipt_text(report, receipt.finished_at, console.out))
        return
    try:
        plan = sources.read_plan(path)
    except UsageError as error:
        raise UsageError(
            error.message, hint="It shows files that `plan -o FILE` and `apply --receipt FILE` wrote."
        ) from error
    report = outputs.report_of(plan.plan, plan.desired, expires_at=plan.expires_at)
    console.diagnostics(plan.plan.warnings)
    outputs.write_reports(report_files, report)
    outputs.show_plan(report, console, as_json=as_json)
    if not as_json:
        made, until = (local(moment, "UTC") for moment in (plan.created_at, plan.expires_at))
        console.data(f"\nMade {made}; may be applied until {until}.")


def report_of_receipt(receipt: Receipt) -> Report:
    """The report of a receipt, for every format."""
    from bufferctl.model import Desired

    desired = Desired().with_items(change.desired for change in receipt.plan.changes if change.desired)
    report = outputs.report_of(receipt.plan, desired)
    return replace(report, outcomes=receipt.outcomes, left=receipt.left, stopped=receipt.stopped)


@click.command(
    epilog=examples(
        ("bufferctl apply", "show the plan, ask, apply it"),
        ("bufferctl apply plan.json", "apply exactly that plan"),
        ("bufferctl apply --reviewed plan.json", "apply what was reviewed"),
        ("bufferctl apply --receipt receipt.json", "save the results"),
        codes=(0, 1, 3, 4, 5, 64, 130),
    )
)
@options.paths_argument
@options.choice_options
@options.json_option
@options.full_option
@outputs.report_option
@options.file_option(
    "--reviewed",
    metavar="PLANFILE",
    multiple=True,
    help_text="Apply only changes that are also in this saved plan, and hold the rest. Does not ask. Repeatable: of "
    "several plans with an address, the last one counts.",
)
@options.file_option(
    "--merged",
    hidden=True,
    help_text="Apply only what merged requests agree to, and hold the rest: `bufferctl ci apply` writes FILE.",
)
@click.option(
    "--reviewed-at",
    type=options.instant,
    metavar="TIME",
    help="When the plan for --reviewed was made, to check its notice under `policy`; default: now.",
)
@click.option("--digest", default="", metavar="D", help="Refuse a saved plan with another digest.")
@options.out_option("--receipt", help_text="Write the result of each change, with id and link, even after a failure.")
@options.auto_approve_option
@options.seconds_option(
    "--settle",
    limits.SETTLE,
    "Seconds to wait before checking what happened to a request whose answer was lost; it is "
    "sent again only after five times as long.",
)
@options.seconds_option(
    "--max-wait",
    limits.MAX_WAIT,
    "Longest wait for Buffer's quota, in seconds; stop with exit code 5 if it takes longer.",
)
@options.lock_option
@options.setup_options
def apply(
    paths: tuple[Path, ...],
    choices: Choices,
    as_json: bool,
    report_files: tuple[Path, ...],
    reviewed: tuple[Path, ...],
    merged: Path | None,
    reviewed_at: datetime | None,
    digest: str,
    receipt: Path | None,
    auto_approve: bool,
    settle: float,
    max_wait: float,
    lock_timeout: float,
    setup: options.Setup,
) -> int:
    """Make Buffer match the files: show the plan, ask, send the changes, verify.

    Running it again continues where it stopped and never posts twice. PATHs limit it to those files or folders. If PATH
    is a saved plan (`plan -o FILE`), it applies exactly that plan, or exits with 3 if a new plan would differ.
    """
    from bufferctl.run.applying import Applying
    from bufferctl.run.sources import source_of

    console, choices = setup.console, replace(choices, planned_at=reviewed_at)
    source = source_of(setup.file, paths, reviewed, digest, choices, console, merged=merged)
    named = {path.resolve(): path for path in reviewed}  # a plan that is named twice is read twice
    outputs.check_apart(receipt, *named.values(), merged, source.saved_plan, *report_files)
    if as_json and source.asks and not auto_approve:
        raise UsageError(
            "With --json, the plan is printed together with its results, so nobody could read it before they agree; "
            "nothing was sent",
            hint="Review the plan, then run apply with --auto-approve. Or apply a saved plan.",
        )
    files = source.files
    outputs.check_not_read(files, setup, receipt, *report_files)

    def once(*, plans_first: bool) -> int:
        with setup.changing(files, lock_timeout, quiet=as_json, settle=settle, plans_first=plans_first) as session:
            applying = Applying(session, source, max_wait, asks=source.asks and not auto_approve)
            return _applied(applying, source, _Outputs(console, receipt, report_files, as_json=as_json))

    with _silence_first(files):
        try:
            return once(plans_first=True)
        except OvertakenError:
            console.notice("Another run changed the state in the meantime, so this one plans again.")
            return once(plans_first=False)


class _Outputs(NamedTuple):
    """Where the results of an apply go."""

    console: Console
    receipt: Path | None
    reports: Sequence[Path]
    as_json: bool


def _applied(applying: Applying, source: PlanSource, to: _Outputs) -> int:
    """Show the plan, ask, send, and show the results. Returns the exit code."""
    from bufferctl.plan import Action, Status

    session, console = applying.session, to.console
    plan = applying.plan()
    console.diagnostics(plan.warnings)
    session.note_leftovers()
    report = outputs.report_of(plan, session.files.desired, session.files, selection=source.selection)
    still_shown = (
        plan.of(Action.WAITING) or session.files.only_suspends or (plan.suspension and plan.suspension.going_out)
    )
    if plan.is_empty and source.nothing_left and not still_shown:
        console.note(source.nothing_left)
    elif not to.as_json:
        outputs.show_plan(report, console, as_json=False)
    if plan.writes and applying.asks and not _agreed(len(plan.writes), session, console):
        return 1
    applied, done = _finish(applying, report, to)
    if to.as_json:
        outputs.show_plan(done, console, as_json=True)
    else:
        _show_results(applied, plan, console)
    unsent = sum(outcome.status is Status.NOT_SENT for outcome in applied.outcomes)
    if applied.stopped and unsent:
        console.note(f"Run it again to send the other {f'{unsent:,}' if unsent > 1 else 'change'}.")
    failed = applied.needs_person or session.files.only_suspends
    return worst([*(error.exit_code for error in applying.errors), int(failed)])


def _show_results(applied: Applied, plan: Plan, console: Console) -> None:
    from bufferctl.render.text import applied_text, left_text

    if applied.outcomes:
        console.data("\n" + applied_text(applied.outcomes, console.out))
    if applied.left:
        console.data(left_text(applied.left, plan, applied.outcomes, console.out))


@contextmanager
def _silence_first(files: Files) -> Iterator[None]:
    """If something is suspended and the state cannot be used, the hint begins with how to stop everything."""
    try:
        yield
    except (StateError, LockedError) as error:
        if files.desired.suspends:
            from bufferctl.render.words import IN_BROWSER

            pause = f"Pause the channels in Buffer now, since what is suspended may still go out: {IN_BROWSER}"
            raise type(error)(error.message, hint=f"{pause}\nThen: {error.hint}") from error
        raise


def _agreed(number: int, session: Session, console: Console) -> bool:
    with session.store.keeping_lock():
        return console.confirm(
            f"Send {'this change' if number == 1 else f'these {number} changes'} to Buffer?",
            nothing_was="sent",
            hint="Review the plan, then run apply with --auto-approve.",
        )


def _finish(applying: Applying, report: Report, to: _Outputs) -> tuple[Applied, Report]:
    """Send, verify, and return the result.

    Files are written before anything is printed, even when interrupted. A file that cannot be written is an error, and
    undoes nothing.
    """
    from bufferctl.run.sources import write_receipt

    session = applying.session

    def write(stopped: str, left: Plan | None = None, *, receipt_alone: bool = False) -> Report:
        done = replace(report, outcomes=tuple(applying.outcomes), stopped=stopped, left=left)
        if to.receipt:
            with applying.reporting(about=to.receipt):
                write_receipt(to.receipt, done, session.buffer.server_time())
        if not receipt_alone:
            root = session.files.root
            with applying.reporting():
                outputs.write_reports(to.reports, outputs.with_pictures(done, root, to.reports, session.state))
            outputs.annotate_report(done, root, to.console)
        return done

    try:
        stopped = applying.send(report.plan)
    except BaseException:
        write("It was interrupted")
        raise
    write(stopped.message if stopped else "", receipt_alone=True)  # in case verifying is interrupted
    applied = applying.finish(report.plan, stopped, is_whole=not report.selection)
    return applied, write(applied.stopped, applied.left)
