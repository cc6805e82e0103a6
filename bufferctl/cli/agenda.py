"""`bufferctl list` and `preview`: what goes out when. They only read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.choices import Choices
from bufferctl.cli import examples, options, outputs
from bufferctl.errors import UsageError

if TYPE_CHECKING:
    from bufferctl.plan import Change, Plan
    from bufferctl.render.agenda import Span
    from bufferctl.run.files import Files


@click.command(
    "list",
    epilog=examples(
        ("bufferctl list", "everything from today on"),
        ("bufferctl list --week next", "next week"),
        ("bufferctl list --live", "with each post's status in Buffer"),
        ("bufferctl list --report posts.ics", "write a calendar file"),
    ),
)
@options.paths_argument
@click.option(
    "--week",
    is_flag=False,
    flag_value="this",
    metavar="WEEK",
    help="Only one week: `this` (the default), `next`, 2026-W49, or a day in it.",
)
@click.option("--since", "first", type=options.day, metavar="DAY", help="Only from this day on; default: today.")
@click.option("--until", "last", type=options.day, metavar="DAY", help="Only up to and including this day.")
@options.channels_option("Only a service or a channel. Repeatable.")
@options.target_option
@click.option("--live", is_flag=True, help="Read each post's status from Buffer, and list unmanaged posts too.")
@options.json_option
@outputs.calendar_option
@options.full_option
@options.setup_options
def list_(
    paths: tuple[Path, ...],
    week: str | None,
    first: datetime | None,
    last: datetime | None,
    channels: tuple[str, ...],
    targets: tuple[str, ...],
    live: bool,
    as_json: bool,
    report_files: tuple[Path, ...],
    setup: options.Setup,
) -> None:
    """List posts by the day they go out, in each channel's time zone.

    Without --live it does not contact Buffer and needs no API key: it shows the files and the state as of the last
    apply. PATHs limit it to those files or folders. A calendar (--report FILE.ics) includes past posts, unless you
    limit the days; importing it again updates its events.
    """
    from bufferctl.render.agenda import Span, agenda_json, agenda_text, listed, within_days
    from bufferctl.run.compare import plan as make_plan
    from bufferctl.run.compare import plan_offline

    files, console = setup.open_project(paths, by_rules=False), setup.console
    if live:
        with setup.reading(files) as session:
            plan, found = make_plan(session), session.live
    else:
        plan, found = plan_offline(files, files.store(setup.state_file, console)), None
    span = _span(week, first, last, plan.at, files)
    chosen = _selected(listed(plan, found), files, channels, targets)
    for path in report_files:
        _write_calendar(path, chosen if span == Span() else within_days(chosen, span), console)
    if as_json:
        console.data(agenda_json(chosen, span, is_live=live))
    else:
        console.data(agenda_text(chosen, span, console.out, is_live=live))


def _span(week: str | None, first: datetime | None, last: datetime | None, now: datetime, files: Files) -> Span:
    from bufferctl.render import agenda
    from bufferctl.render.words import in_zone

    if week is None:
        span = agenda.Span(first and first.date(), last and last.date())
        if span.first and span.last and span.first > span.last:
            raise UsageError("--since is after --until, so there are no days between them", hint="Swap them.")
        return span
    if first or last:
        raise UsageError("--week names the days, and so do --since and --until", hint="Use one or the other.")
    zones = (each.timezone for each in files.desired.organizations if each.timezone)
    try:
        return agenda.week(week, in_zone(now, next(zones, "UTC")).date())
    except ValueError:
        raise UsageError(
            f"--week {week} is not a week such as 2026-W49, nor a day such as 2026-12-01",
            hint="Give `this`, `next`, a week or a day; a PATH goes before --week.",
        ) from None


def _selected(plan: Plan, files: Files, channels: tuple[str, ...], targets: tuple[str, ...]) -> Plan:
    """The posts that the command line names. Raises UsageError for names that fit nothing."""
    from bufferctl.diagnostics import check_known
    from bufferctl.render.words import is_unmanaged
    from bufferctl.run.narrowing import check_globs, matches

    on = {change.slot: {label := change.address.channel, label.partition(":")[0]} for change in plan.changes}
    names = {name for each in files.desired.channels for name in (each.label, each.service.value)}.union(*on.values())
    for channel in channels:
        check_known(f"There is no channel {channel}", channel, names, hint=f"There are {', '.join(sorted(names))}.")
    check_globs("--target", targets, [str(change.address) for change in plan.changes if not is_unmanaged(change)])

    def is_named(change: Change) -> bool:
        if channels and on[change.slot].isdisjoint(channels):
            return False
        if targets and (is_unmanaged(change) or not matches(str(change.address), targets)):
            return False
        return files.named is None or bool(change.place and change.place.file in files.named)

    return replace(plan, changes=tuple(filter(is_named, plan.changes)))


def _write_calendar(path: Path, plan: Plan, console: options.Console) -> None:
    from bufferctl.render.agenda import agenda_ics
    from bufferctl.render.cards import moment_of
    from bufferctl.render.lines import count
    from bufferctl.render.words import is_cancelled
    from bufferctl.run.secrets import write_whole

    write_whole(path, agenda_ics(plan).encode())
    if unscheduled := sum(moment_of(each, plan) is None and not is_cancelled(each) for each in plan.changes):
        console.note(f"{path} leaves out {count(unscheduled, 'post')} without a time.")


@click.command(
    epilog=examples(
        ("bufferctl preview", "write preview.html"),
        ("bufferctl preview posts/2030-w03.yaml", "only the posts of one file"),
    )
)
@options.paths_argument
@options.root_option
@options.out_option(
    "-o", "--output", "out", default=Path("preview.html"), show_default=True, help_text="File to write."
)
@options.console_options
def preview(paths: tuple[Path, ...], out: Path, setup: options.Setup) -> None:
    """Write an HTML page that shows the posts in a calendar, much as their networks would.

    It needs no API key and no network. PATHs limit it to those files or folders.
    """
    from bufferctl.cli import outputs
    from bufferctl.model import State
    from bufferctl.model.plain_text import visible
    from bufferctl.reconcile import offline
    from bufferctl.render.html import preview_html
    from bufferctl.run.narrowing import narrow
    from bufferctl.run.secrets import write_whole

    files, console = setup.open_project(paths), setup.console
    everything = offline(files.desired, State(), endpoint="", now=datetime.now(UTC))
    shown = narrow(everything, files, Choices())
    report = outputs.report_of(shown, files.desired, files)
    report = outputs.with_pictures(report, files.root, [Path("preview.html")])
    write_whole(out, preview_html(report).encode())
    console.note(f"Wrote {visible(str(out))}; open it in a browser.")
