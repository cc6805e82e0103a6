"""`bufferctl suspend` and `resume`: the line that stops publishing, and posts that became too late meanwhile."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import visible
from bufferctl.render.lines import count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bufferctl.config.write import FileChanges, Revised, Target
    from bufferctl.model import Post

_CANCEL = "cancel"
_SPAN = re.compile(r"\+?(\d{1,4}) ?(d|days?|w|weeks?)")
#: How many posts are named before the rest is counted.
_NAMED = 10
_NEXT = "Merge it into the branch that is published, or run `bufferctl apply`."

_where = options.in_order(
    click.argument("paths", nargs=-1, type=click.Path(path_type=Path, dir_okay=False), metavar="[PATH]..."),
    click.option("--organization", metavar="NAME", default="", help="Only this organization."),
    click.option("--channel", metavar="CHANNEL", default="", help="Only this channel, such as twitter:acme."),
)


def _missed(value: str) -> int | None:
    """By how many days to move, None to cancel. Raises BadParameter."""
    if value == _CANCEL:
        return None
    found = _SPAN.fullmatch(value)
    if not found:
        raise click.BadParameter(f"{value} is neither cancel nor a number of days or weeks such as +1w.")
    return int(found[1]) * (7 if found[2].startswith("w") else 1)


@click.command(
    epilog=examples(
        ('bufferctl suspend "Earthquake; ask Dana"', "everything"),
        ('bufferctl suspend "Outage" --channel twitter', "one channel"),
        ('bufferctl suspend "Recall" posts/launch.yaml', "one campaign"),
    )
)
@click.argument("reason")
@_where
@options.root_option
@options.console_options
def suspend(reason: str, paths: tuple[Path, ...], organization: str, channel: str, setup: options.Setup) -> int:
    """Stop your posts from going out, for a REASON.

    It writes one line, `suspended: REASON`, into the root file, or only for an organization, a channel or the files
    PATH. The next apply turns scheduled posts into drafts; `bufferctl resume` deletes the line.
    """
    from bufferctl.config.write import Target, suspended

    reason = " ".join(reason.split())
    if not _suspends(reason):
        raise UsageError(
            "This is not a reason, so nothing was written", hint='Give one: bufferctl suspend "Earthquake"'
        )
    root_file = _root_file(setup)
    for target in _targets(root_file, paths, organization, channel):
        changes = suspended(root_file, target, reason)
        _write(changes, root_file, setup)
        what = "is suspended in the files, and not yet in Buffer" if changes.wanted else "was already suspended"
        named = visible(str(target)) if target != Target() else "Everything"
        setup.console.say(f"{named} {what}. {_NEXT}")
        if target == Target() and (let_out := _let_out(root_file)):
            setup.console.data(f"Let out by `suspended: false`, so not suspended: {let_out}.")
    return 0


def _let_out(root_file: Path) -> str:
    """The posts to come that a line further down lets out although the root file suspends everything."""
    from datetime import UTC, datetime

    from bufferctl.config import load
    from bufferctl.diagnostics import some_of

    found, now = load(root_file, Path.cwd()).suspending, datetime.now(UTC)
    posts = [each for each in found.posts if not (each.suspended or each.cancelled)] if found else []
    keys = dict.fromkeys(each.address.key for each in posts if each.due_at is None or each.due_at > now)
    return some_of([f"`{visible(key)}`" for key in keys], _NAMED)


@click.command(
    epilog=examples(
        ("bufferctl resume", "everything that the root file suspends"),
        ("bufferctl resume --missed +1w", "also move late posts by a week"),
    )
)
@_where
@click.option(
    "--missed", metavar="cancel|+1w", help="Cancel posts that became too late meanwhile, or move them by days or weeks."
)
@options.root_option
@options.state_option
@options.console_options
def resume(paths: tuple[Path, ...], organization: str, channel: str, missed: str | None, setup: options.Setup) -> int:
    """End a suspension.

    It deletes the line `suspended` of the root file, or only that of an organization, a channel or the files PATH. The
    next plan shows the posts that are scheduled again. --missed also decides about posts whose time is past.
    """
    from bufferctl.config.write import resumed

    root_file = _root_file(setup)
    if missed is not None:
        _answer_missed(_missed(missed), setup)
    for target in _targets(root_file, paths, organization, channel):
        changes, still = resumed(root_file, target), _still_suspended(root_file, target)
        if not changes.wanted and missed is None:
            named = visible(str(target))
            if still:
                raise ConfigError(f"There is no line `suspended` for {named}, so nothing was written", hint=still)
            raise ConfigError(
                f"There is no line `suspended` for {named}, so nothing was written",
                hint="`bufferctl plan` lists suspensions first. Name the --organization, --channel or file.",
            )
        _write(changes, root_file, setup)
        if changes.wanted:
            setup.console.data(f"Deleted the line `suspended` for {visible(str(target))}.")
            if still:
                setup.console.data(f"It is still suspended. {still}")
    setup.console.say(f"Next: `bufferctl plan`. {_NEXT}")
    return 0


def _still_suspended(root_file: Path, target: Target) -> str:
    """Which line further up suspends it as well, and what to do about that; empty if none does."""
    from bufferctl.config import load

    found = load(root_file, Path.cwd()).suspending
    if found is None or not (target.organization or target.channel or target.file):
        return ""
    reason, where = found.suspended.get((root_file.name, ""), ""), "The root file"
    if target.channel:
        for each in found.organizations:
            if target.organization in {"", each.name, each.id} and each.suspended not in {"", reason}:
                reason, where = each.suspended, f"The organization {visible(each.label)}"
    if not reason:
        return ""
    line = f"`suspended: {visible(reason)}`"
    return f"{where} has {line}, too: delete that line, or write `suspended: false` here to let this out alone."


def _suspends(reason: str) -> bool:
    """Whether a line with this reason would be read as one: `no` and `false` let out."""
    from bufferctl.config.format import suspended_reason

    try:
        return bool(reason) and reason.isprintable() and bool(suspended_reason(reason))
    except ValueError:
        return False


def _answer_missed(days: int | None, setup: options.Setup) -> None:
    """Cancel posts that became too late, or move them. Raises UsageError if that leaves one too late."""
    from bufferctl.config.write import SourceFiles, revise
    from bufferctl.run.suspending import missed

    files = setup.open_files(by_rules=False)
    late = missed(files, files.store(setup.state_file, setup.console))
    if not late:
        setup.console.note("Nothing became too late while it was suspended.")
        return
    _check_span(late, days)
    changes = revise(SourceFiles(files.root, files.desired), _revisions(late, days))
    setup.console.edits(changes, files.root)
    with changes.attempt():
        setup.open_files(by_rules=False)  # raises if they would have errors, and then they are as they were
    done = "Cancelled" if days is None else f"Moved by {count(days, 'day')}:"
    setup.console.data(f"{done} {count(len(late), 'post')} whose time passed meanwhile.")


def _check_span(late: Sequence[tuple[Post, datetime]], days: int | None) -> None:
    from datetime import UTC, datetime, timedelta

    from bufferctl.limits import LEAD

    first = min(due_at for _, due_at in late)
    least = (datetime.now(UTC) + LEAD - first) // timedelta(days=1) + 1
    if days is not None and days < least:
        raise UsageError(
            f"{count(days, 'day')} later, a post would still be too late, so nothing was written",
            hint=f"To move them by {count(least, 'day')}, run `bufferctl resume --missed +{least}d`.",
        )


def _revisions(late: Sequence[tuple[Post, datetime]], days: int | None) -> list[Revised]:
    from datetime import timedelta

    from bufferctl.config.write import Revised

    if days is None:
        return [Revised(post, {"cancelled": True}) for post, _ in late]
    later = timedelta(days=days)
    found = []
    for post, due_at in late:
        queued = {} if post.due_at else {"mode": None}  # which a time of its own takes the place of
        found.append(Revised(post, {"due_at": due_at + later, **queued}))
    return found


def _root_file(setup: options.Setup) -> Path:
    from bufferctl.config.resolve import find_root

    return find_root(setup.file, Path.cwd())


def _targets(root_file: Path, paths: tuple[Path, ...], organization: str, channel: str) -> list[Target]:
    """The targets that the command names. Raises UsageError for a file that the root file does not include."""
    from bufferctl.config import load
    from bufferctl.config.write import Target

    if paths and (organization or channel):
        raise UsageError("A file cannot be combined with --organization or --channel", hint="Run it once for each.")
    if not paths:
        return [Target(organization, channel)]
    read = {(root_file.parent / name).resolve() for name in load(root_file, Path.cwd()).files}
    for path in paths:
        if path.resolve() not in read:
            raise UsageError(
                f"The root file does not include {path}, so a line there would suspend nothing",
                hint="`include` in the root file says which files are read.",
            )
    return [Target(file=path.resolve(), name=str(path)) for path in paths]


def _write(changes: FileChanges, root_file: Path, setup: options.Setup) -> None:
    setup.console.edits(changes, root_file.parent)
    with changes.attempt():
        pass
