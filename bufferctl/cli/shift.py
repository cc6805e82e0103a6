"""`bufferctl shift`: move the dates of files."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.cli.console import Console
from bufferctl.diagnostics import FilesError, has_errors, some_of
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import visible
from bufferctl.render.lines import count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bufferctl.config.write import FileChanges, Shift
    from bufferctl.model import Address
    from bufferctl.plan import Plan
    from bufferctl.run.files import Files

#: Posts that get a line each in an error; more are counted.
_LINES = 5
_DAYS = re.compile(r"([+-]?\d{1,5}) ?(d|days?|w|weeks?)")


def _days(value: str) -> int:
    """A number of days or weeks, `1d`, `-2w`, as days. Raises BadParameter for anything else."""
    found = _DAYS.fullmatch(value)
    if not found:
        raise click.BadParameter(f"{value} is not a number of days or weeks such as 1d, 2w or -3d.")
    return int(found[1]) * (7 if found[2].startswith("w") else 1)


@click.command(
    epilog=examples(
        ("bufferctl shift posts/launch.yaml --by 1w", "move it a week later"),
        ("bufferctl shift posts/launch.yaml --to 2030-03-11", "start it on that day"),
        ("bufferctl shift posts/may.yaml --after tip --by 1d", "make room after it"),
    )
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--by", "days", type=_days, metavar="DAYS", help="Number of days or weeks: 1d, 2w, -3d.")
@click.option("--to", "day", type=options.day, metavar="DAY", help="Day to which the earliest date moves.")
@click.option("--after", metavar="KEY", help="Move only what is due after this post.")
@click.option("--all", "fixed_too", is_flag=True, help="Move fixed dates as well, in files with `starts`.")
@options.auto_approve_option
@options.root_option
@options.state_option
@options.console_options
def shift(
    paths: tuple[Path, ...],
    days: int | None,
    day: datetime | None,
    after: str | None,
    fixed_too: bool,
    auto_approve: bool,
    setup: options.Setup,
) -> int:
    """Move the dates of the posts in PATHs.

    In a file with `starts`, that day moves, and so do all times that count from it; other dates only move with --all.
    In other files, all dates move. Times of day stay. It shows the edits, asks, and writes the files; `apply` then
    moves the posts in Buffer. Published posts keep their dates. Nothing is written if a post with its own date would
    move into the past.
    """
    from bufferctl.config.write import SourceFiles
    from bufferctl.config.write import shift as shift_dates
    from bufferctl.run.compare import plan_offline

    if (days is None) == (day is None):
        raise UsageError("Shift needs one of --by and --to", hint="Pass --by 1d or --to 2026-12-01.")
    files, console = setup.open_files(paths, by_rules=False), setup.console
    plan = plan_offline(files, files.store(setup.state_file, console))
    published = _published(plan)
    source_files = SourceFiles(files.root, files.desired)
    by = day.date() if day else days or 0
    found = shift_dates(
        source_files, files.named or (), by, published=published, now=plan.at, after=after, fixed_too=fixed_too
    )
    _check(found)
    _note(found, console)
    if not found.changes.wanted:
        console.note("No date changes.")
        return 0
    console.edits(found.changes, files.root)
    what = f"{count(found.dates, 'date')} {count(abs(found.days), 'day')} {'later' if found.days > 0 else 'earlier'}"
    hint = "Review the changes, then run it again with --auto-approve."
    if not auto_approve and not console.confirm(f"Move {what}?", nothing_was="written", hint=hint):
        return 1
    _write_shifted(found.changes, files, console)
    console.say(f"Moved {what}. Next: bufferctl plan")
    return 0


def _published(plan: Plan) -> frozenset[Address]:
    """The posts that are published, or were due before bufferctl managed the account."""
    from bufferctl.model import PostStatus
    from bufferctl.plan import Action
    from bufferctl.render.words import status_of

    out = {PostStatus.SENT, PostStatus.SENDING}
    return frozenset(each.address for each in plan.changes if each.action is Action.PAST or status_of(each) in out)


def _check(found: Shift) -> None:
    """Raises ConfigError if posts cannot be moved, or only published ones are named."""
    if found.refused:
        lines = [f"{address}: {reason}" for address, reason in found.refused[:_LINES]]
        if (more := len(found.refused) - _LINES) > 0:
            lines.append(f"and {more} more")
        raise ConfigError(
            "\n  ".join([f"{count(len(found.refused), 'post')} cannot be moved, so nothing was written:", *lines]),
            hint="Move by fewer days, or edit these by hand.",
        )
    if found.kept and not found.dates:
        raise ConfigError(
            f"{_listed(found.kept)} {'is' if len(found.kept) == 1 else 'are'} published, so no date was moved",
            hint="Pass files with unpublished posts.",
        )


def _note(found: Shift, console: Console) -> None:
    if found.fixed:
        console.notice(f"fixed dates, which only --all moves: {_listed(found.fixed)}")
    if found.begun:
        console.notice(f"repeated posts that began before it keep their dates: {_listed(found.begun)}")
    if found.kept:
        they = "it keeps its date" if len(found.kept) == 1 else "they keep their dates"
        console.notice(f"published, so {they}: {_listed(found.kept)}")
    if found.late:
        console.warning(f"{_listed(found.late)} would be due in the past and will need you")


def _listed(addresses: Iterable[Address | str]) -> str:
    return some_of([visible(str(each)) for each in addresses])


def _write_shifted(changes: FileChanges, files: Files, console: Console) -> None:
    """Write the files. Raises FilesError, with nothing changed, if they would have errors."""
    from bufferctl.config import load

    with changes.attempt():
        problems = load(files.root_file, Path.cwd()).diagnostics
        if has_errors(problems):
            console.diagnostics(problems)
            message = "With these dates the files would have errors, so nothing was written"
            raise FilesError(
                message, problems, files.root, hint="Move by another number of days, or edit these dates by hand."
            )
