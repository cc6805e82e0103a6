"""`bufferctl validate`, `list`, `preview`, `fmt`, `schema` and `completion`, which work from the files."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.choices import Choices
from bufferctl.cli import examples, options, outputs
from bufferctl.cli.console import Console
from bufferctl.diagnostics import Diagnostic, has_errors
from bufferctl.errors import UsageError
from bufferctl.model import visible
from bufferctl.render.lines import count
from bufferctl.run.secrets import write_whole
from bufferctl.value import replace

if TYPE_CHECKING:
    from bufferctl.config import Loaded
    from bufferctl.plan import Change, Plan
    from bufferctl.render.agenda import Span
    from bufferctl.run.files import Files


@click.command(
    epilog=examples(
        ("bufferctl validate", "everything"),
        ("bufferctl validate posts/2030-w03.yaml", "only report on one file"),
        ("bufferctl validate --strict", "fail on warnings too"),
        ("bufferctl validate --media", "also check media URLs"),
    )
)
@options.paths_argument
@options.root_option
@options.json_option
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@click.option("--media", is_flag=True, help="Also check the URL of every image, video and document.")
@outputs.problems_option
@options.console_options
def validate(
    paths: tuple[Path, ...],
    as_json: bool,
    strict: bool,
    media: bool,
    report_files: tuple[Path, ...],
    setup: options.Setup,
) -> int:
    """Check the files. This needs no API key and no network. Problems are printed to stdout.

    --media also requests the URL of every image, video and document in unpublished posts. A URL that is dead, leads to
    an HTML page, needs a login or is too large is an error, because Buffer could not fetch it.

    PATHs limit the report to those files or folders; all files are still checked.
    """
    from bufferctl.run.files import is_about, judge_files, load_declared, named_files, shorten

    console, loaded = setup.console, load_declared(setup.file)
    outputs.check_not_read(loaded, setup, *report_files)
    files = named_files(paths, loaded)
    shown: list[Diagnostic] = []
    elsewhere: list[Diagnostic] = []
    is_all_shown = as_json or bool(report_files) or outputs.shows_problems() or files is not None
    judged = judge_files(loaded, as_text=not is_all_shown)
    if media and loaded.sound:
        from bufferctl.run.reachable import address_problems

        api_url = os.environ.get("BUFFER_API_URL")
        judged += address_problems(loaded.sound, loaded.root, named=files, api_url=api_url)
    for problem in judged:
        meant = is_about(problem, files) or not loaded.root_is_sound
        (shown if meant else elsewhere).append(problem)
    outputs.annotate_problems(shown, loaded.root, console, report_files)
    is_valid = not (shown if strict else has_errors(shown))
    if as_json:
        from bufferctl.render.json_documents import document

        console.data(document("validate", {"valid": is_valid, "problems": shown}))
    else:
        from bufferctl.render.diagnostics import summary_text

        few = tuple(shorten(shown, as_text=True))
        verdict = _verdict(loaded, files, elsewhere) if is_valid else summary_text(few)
        console.found(few, verdict)
    return 0 if is_valid else 1


def _verdict(loaded: Loaded, files: frozenset[str] | None, elsewhere: list[Diagnostic]) -> str:
    """`Valid: 5 posts on 3 networks (14 counting each channel), 1 of them past, 2 ideas.`"""
    from bufferctl.model.entries import occurrence_of
    from bufferctl.render.counted import posts_counted
    from bufferctl.render.diagnostics import summary_text

    desired = loaded.desired
    if desired is None or has_errors(elsewhere):
        return f"No errors in the selected files; {summary_text(elsewhere)} in others."
    posts = [each for each in desired.posts if not each.cancelled and (files is None or each.place.file in files)]
    ideas = [each for each in desired.ideas if files is None or each.place.file in files]
    parts = [posts_counted((each.address, each) for each in posts)] if posts else []
    now = datetime.now(UTC)
    past = {occurrence_of(each.address, each) for each in posts if each.due_at and each.due_at < now}
    if past:
        parts.append("and it is past" if len(posts) == 1 else f"{len(past):,} of them past")
    if not posts and not ideas:
        parts = [
            f"{count(len(desired.channels), 'channel')}, no posts {'yet' if files is None else 'in the selected files'}"
        ]
    if ideas:
        parts.append(count(len(ideas), "idea"))
    return f"Valid: {', '.join(parts)}."


@click.command(
    epilog=examples(
        ("bufferctl fmt", "format every file"), ("bufferctl fmt --check", "in CI: fail if a file is not formatted")
    )
)
@options.paths_argument
@click.option("--check", is_flag=True, help="Only list the files that would change; exit with 1 if there are any.")
@options.root_option
@options.console_options
def fmt(paths: tuple[Path, ...], check: bool, setup: options.Setup) -> int:
    """Format the files: field order, two-space indentation, long texts as blocks.

    Content and comments do not change. PATHs limit it to those files or folders. Files with errors are left alone.
    """
    from bufferctl.config import load
    from bufferctl.run.files import named_files

    console, loaded = setup.console, load(setup.file, Path.cwd(), today=datetime.now(UTC).date())
    named = named_files(paths, loaded)
    if loaded.root_is_sound:
        files = [name for name in loaded.files if named is None or name in named]
    else:
        files = [*loaded.files[:1]]  # the others could not be checked
    wrong = [each for each in loaded.diagnostics if has_errors([each]) and each.place and each.place.file in files]
    console.diagnostics(wrong)
    refused = {each.place.file for each in wrong if each.place}
    results = {name: _lay_out(loaded.root / name, check=check) for name in files if name not in refused}
    changed = [name for name, result in results.items() if result]
    for name in changed:
        console.data(name)
    for name in (name for name, result in results.items() if result is None):
        console.note(f"{name} was left alone: formatting it could change its meaning.")
    if refused:
        console.note(f"{count(len(refused), 'file')} with errors left alone.")
    if changed:
        would = "would change; run `bufferctl fmt`" if check else "formatted"
        console.note(f"{len(changed)} of {count(len(files), 'file')} {would}.")
    elif results:
        console.note(f"{count(len(results), 'file')} already formatted.")
    return int(bool(refused) or (check and bool(changed)))


def _lay_out(path: Path, *, check: bool) -> bool | None:
    """Whether the file changes, or would; None if formatting it could change its meaning."""
    from bufferctl.config.write import Text, UnusualError, formatted, replace_file

    text = Text.read(path)
    try:
        new = formatted(text.text)
    except UnusualError:
        return None
    if new != text.text and not check:
        replace_file(path, text.with_text(new))
    return new != text.text


#: The files, and what `kind` says in JSON output.
KINDS = (
    *("files", "plan", "apply", "receipt", "list", "validate", "drift", "doctor"),
    *("state", "object", "state-log", "error"),
)


@click.command(
    epilog=examples(
        ("bufferctl schema > bufferctl.schema.json", "for an editor"),
        ("bufferctl schema plan", "what `plan --json` prints"),
    )
)
@click.argument("what", type=click.Choice(KINDS), default="files", metavar="[KIND]")
def schema(what: str) -> None:
    """Print the JSON Schema of the files, for completion and checks in editors.

    Name it in the first line of a file: `# yaml-language-server: $schema=FILE`. With a KIND, print the schema of the
    output of --json: plan, apply, receipt, list, validate, drift, doctor, state, object (`state show`), state-log, or
    error, for every command that fails.
    """
    if what == "files":
        from bufferctl.config.format import schema_text

        text = schema_text()
    else:
        from bufferctl.render.json_documents import document_schema

        text = document_schema(what)
    Console.create(no_color=True).data(text)


SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog=examples(
        ('eval "$(bufferctl completion bash)"', "in ~/.bashrc"),
        ('eval "$(bufferctl completion zsh)"', "in ~/.zshrc, below compinit"),
        ("bufferctl completion fish | source", "in ~/.config/fish/config.fish"),
    )
)
@click.argument("shell", type=click.Choice(SHELLS), metavar=f"[{'|'.join(SHELLS)}]")
def completion(shell: str) -> None:
    """Print a script that completes commands, options, addresses and channels in your shell."""
    from click.shell_completion import get_completion_class

    from bufferctl.cli import cli

    found = get_completion_class(shell)
    if found is None:
        raise AssertionError(shell)  # click knows all of SHELLS
    one_word = "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}  # twitter:acme is one word\n" if shell == "bash" else ""
    click.echo(one_word + found(cli, {}, "bufferctl", "_BUFFERCTL_COMPLETE").source())


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
    help="One week, Monday to Sunday: this week (--week alone, or `this`), `next`, 2026-W49, or that of a day.",
)
@click.option("--since", "first", type=options.day, metavar="DAY", help="Only from this day on; default: today.")
@click.option(
    "--until",
    "last",
    type=options.day,
    metavar="DAY",
    help="Only up to and including this day; posts without a time are counted, not listed.",
)
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
    from bufferctl.run.compare import compare, plan_offline

    files, console = setup.open_files(paths, by_rules=False), setup.console
    outputs.check_not_read(files, setup, *report_files)
    if live:
        with setup.reading(files) as session:
            compared = compare(session)
        plan, found = compared.plan, compared.live
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
    from bufferctl.model.dates import in_zone
    from bufferctl.render import agenda

    if week is None:
        span = agenda.Span(first and first.date(), last and last.date())
        if span.first and span.last and span.first > span.last:
            raise UsageError("--since is after --until, so there are no days between them", hint="Swap them.")
        return span
    if first or last:
        raise UsageError("--week cannot be combined with --since and --until", hint="Use one or the other.")
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
    from bufferctl.run.selection import check_globs, matches

    on = {change.slot: {change.address.channel, change.address.channel.partition(":")[0]} for change in plan.changes}
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


def _write_calendar(path: Path, plan: Plan, console: Console) -> None:
    from bufferctl.render.cards import moment_of
    from bufferctl.render.words import is_cancelled

    write_whole(path, outputs.made(path, plan, outputs.CALENDARS))
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
    """Write an HTML page with a calendar of the posts, which look about as they will on their networks.

    It needs no API key and no network. PATHs limit it to those files or folders.
    """
    from bufferctl.render.html import preview_html
    from bufferctl.run.compare import plan_offline
    from bufferctl.run.selection import narrow

    files, console = setup.open_files(paths), setup.console
    outputs.check_not_read(files, setup, out)
    shown = narrow(plan_offline(files, None), files, Choices())
    report = outputs.report_of(shown, files.desired, files)
    report = replace(report, pictures=outputs.thumbnails(report, files.root))
    write_whole(out, preview_html(report).encode())
    console.note(f"Wrote {visible(str(out))}; open it in a browser.")
