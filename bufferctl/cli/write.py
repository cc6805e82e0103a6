"""`bufferctl new`, `convert` and `shift`: start files with posts, and move their dates."""

from __future__ import annotations

import itertools
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bufferctl.cli import examples, options
from bufferctl.cli.console import Console
from bufferctl.diagnostics import FilesError, all_of, has_errors, some_of
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import visible
from bufferctl.render.lines import capitalized, count, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bufferctl.config import Loaded
    from bufferctl.config.write import FileChanges, Shift
    from bufferctl.config.write.convert import Answers, CalendarQuestion, Converted, RowFate, Started
    from bufferctl.model import Address, Desired
    from bufferctl.plan import Plan
    from bufferctl.run.files import Files

_KINDS = click.Choice(["post", "campaign"])


def _time(value: str) -> datetime:
    """A day and a time as files have them, `2026-12-01 09:00`. Raises BadParameter for anything else."""
    from bufferctl.config.format import in_our_form, probably_meant

    try:
        return datetime.fromisoformat(in_our_form(value.strip()) or "")
    except ValueError:
        meant = probably_meant(value) or "2026-12-01 09:00"
        raise click.BadParameter(f"{value} is not a time such as {meant}.") from None


@click.command(
    epilog=examples(
        ("bufferctl new", "asks for everything"),
        ("bufferctl new campaign --title Launch", "asks for everything else"),
        ("bufferctl new post --text-file draft.md", "take the text from a file"),
        ("bufferctl new post -o posts/may.yaml", "add a post to a file"),
    )
)
@click.argument("kind", type=_KINDS, required=False)
@options.channels_option("Where it goes, such as twitter:acme. Repeatable.")
@click.option("--text", metavar="TEXT", help="The post's text.")
@click.option("--at", type=_time, metavar="TIME", help="When the post goes out, 2026-12-01 09:00; default: the queue.")
@click.option("--image", metavar="FILE", help="The post's image: a URL, or a file in media/ or beside the new file.")
@click.option("--alt", metavar="TEXT", help="What the image shows.")
@click.option("--key", metavar="KEY", help="The post's key; default: from its day and its first words.")
@click.option("--title", metavar="TITLE", help="What the campaign is about.")
@click.option("--starts", type=options.day, metavar="DAY", help="The day that the campaign's times count from.")
@options.file_option(
    "--text-file", "source", help_text="Markdown file with the text; in a campaign, each section becomes a post."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The new file, or one to add the post to; default: posts/KEY.yaml.",
)
@options.root_option
@options.console_options
def new(
    kind: str | None,
    channels: tuple[str, ...],
    text: str | None,
    at: datetime | None,
    image: str | None,
    alt: str | None,
    key: str | None,
    title: str | None,
    starts: datetime | None,
    source: Path | None,
    output: Path | None,
    setup: options.Setup,
) -> None:
    """Start a file with one post, or with a campaign: posts whose times count from one day.

    It asks for whatever you do not pass as an option; without a terminal, pass everything. The posts of a new campaign
    are drafts. For Markdown with front matter, use `convert`.
    """
    from bufferctl.config.write.convert import starting

    files, console = setup.open_files(by_rules=False), setup.console
    desired = files.desired
    if not desired.channels:
        raise ConfigError("The root file has no channels yet", hint="Run `bufferctl init`, or add `channels`.")
    if kind is None and (title or starts):
        kind = "campaign"
    kind = kind or _ask(console, "`post` or `campaign`", "A post or a campaign?", type=_KINDS, default="post")
    _check_options(kind, text=text, at=at, image=image, alt=alt, key=key, title=title, starts=starts, source=source)
    markdown = _read(source) if source else None
    usual = [each.label for each in starting.usual_channels(desired)]
    if kind == "post":
        words = markdown or text or _ask(console, "--text", "Text of the post")
        where = channels or _ask_channels(console, usual, desired)
        when = at or _ask_time(console)
        if image is None and console.can_ask and starting.need_an_image(desired, where):
            image, alt = _ask_picture(console, files.root), alt or _ask_alt(console)
        started = starting.new_post(desired, where, words, when, key, image=image, alt=alt or None)
    else:
        title = title or _ask(console, "--title", "What is it about?")
        day = starts or _ask(console, "--starts", "On which day does it start?", type=options.day)
        started = starting.new_campaign(
            desired, channels or _ask_channels(console, usual, desired), title, day.date(), markdown
        )
    path = output or files.root / "posts" / f"{started.key}.yaml"
    _write_new(path, started, files, console)


def _check_options(kind: str, **given: object) -> None:
    other = {"post": ("title", "starts"), "campaign": ("text", "at", "image", "alt", "key")}[kind]
    if wrong := [f"--{name}" for name in other if given[name] is not None]:
        raise UsageError(f"{' and '.join(wrong)} cannot be used for a {kind}", hint=f"Leave out {' and '.join(wrong)}.")
    if given["source"] is not None and given["text"] is not None:
        raise UsageError("--text-file and --text both give the text", hint="Give one of them.")


def _read(path: Path) -> str:
    from bufferctl.config.read import UnreadableError, read_source
    from bufferctl.config.write.convert import has_dates

    try:
        text = read_source(path, path.name).text
    except UnreadableError as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="Name a text file in UTF-8.") from error
    if text.startswith(("---", "+++")):
        raise UsageError(
            f"{path} has front matter", hint=f"Run `bufferctl convert {shlex.quote(str(path))}`, which reads it."
        )
    if not text.strip():
        raise UsageError(f"{path} is empty", hint="Write the text first.")
    if has_dates(text):
        message = f"{path} has headings with dates, which would be lost"
        raise UsageError(message, hint=f"Run `bufferctl convert {shlex.quote(str(path))}`, which reads them.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _ask(console: Console, option: str, question: str, **prompt: Any) -> Any:
    """The answer to a question; `prompt`: as click.prompt takes it. Raises UsageError if there is nobody to ask."""
    if not console.can_ask:
        raise UsageError(
            f"{option} is missing, and bufferctl cannot ask without a terminal, so nothing was written",
            hint=f"Add {option}.",
        )
    return click.prompt(question, err=True, **prompt)


def _ask_channels(console: Console, usual: list[str], desired: Desired) -> tuple[str, ...]:
    """Channels. If there is only one of `usual`, those that accept a post without media, it is not asked for."""
    from bufferctl.config.write.convert import starting

    if len(usual) == 1 and not console.can_ask:
        return (usual[0],)

    def read(answer: str) -> tuple[str, ...]:
        names = tuple(each.strip() for each in answer.split(",") if each.strip())
        try:
            starting.need_an_image(desired, names)
        except UsageError as error:
            raise click.BadParameter(f"{sentence(error.message)} {capitalized(error.hint)}") from None
        if not names:
            raise click.BadParameter("Name at least one.")
        return names

    every = [each.label for each in starting.open_channels(desired)]
    of = f" Channels, with commas between: {', '.join(every)}" if every else ""
    found: tuple[str, ...] = _ask(console, "--channel", f"Where does it go?{of}\n", value_proc=read)
    return found


def _ask_picture(console: Console, root: Path) -> str:
    """A URL, or a file in `media`."""

    def read(answer: str) -> str:
        name = answer.strip().removeprefix("media/")
        if "://" in name or (root / "media" / name).is_file():
            return name
        raise click.BadParameter(f"There is no media/{name}; give a URL, or put the file there first.")

    found: str = _ask(console, "--image", "It needs an image: a URL, or a file in media/", value_proc=read)
    return found


def _ask_alt(console: Console) -> str:
    found: str = _ask(console, "--alt", "What does the image show? (empty: nothing)", default="", show_default=False)
    return found.strip()


def _ask_time(console: Console) -> datetime | None:
    """A time, or the queue; without a terminal the queue."""
    if not console.can_ask:
        return None

    def read(answer: str) -> datetime | None:
        return _time(answer) if answer.strip() else None

    question = "When, such as 2026-12-01 09:00? (empty: the queue)"
    found: datetime | None = _ask(console, "--at", question, value_proc=read, default="", show_default=False)
    return found


def _write_new(path: Path, started: Started, files: Files, console: Console) -> None:
    """Write the file, or add the post to one that is there. If it would not be valid, nothing changes.

    Raises ConfigError; the post is printed then, so that nothing that somebody typed is lost.
    """
    from bufferctl.config import load
    from bufferctl.config.write import FileChanges

    changes = FileChanges()
    is_there = path.exists()
    before, text = _with_entries(path, started) if is_there else (None, started.text.encode())
    changes.put(path, before, text)
    try:
        with changes.attempt():
            _check_new(load(files.root_file, Path.cwd()), path, files, console)
    except ConfigError:
        console.data(started.text)
        raise
    shown = visible(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
    done = f"Added it to {shown}." if is_there else f"Wrote {shown}. Edit it, then run:"
    console.say(f"{done} {'Next: ' if is_there else ''}bufferctl validate")


def _with_entries(path: Path, started: Started) -> tuple[bytes, bytes]:
    """The content of a file, and the same with the new post at its end. Raises ConfigError."""
    from bufferctl.config.write import Edits, Text

    if not started.entries:
        raise ConfigError(f"{path} already exists and is not overwritten", hint="Choose another file with -o FILE.")
    file = Text.read(path)
    edits = Edits(file.text, file.newline)
    edits.append(edits.root, "posts", list(started.entries))
    return file.data, file.with_text(edits.result())


def _check_new(now: Loaded, path: Path, files: Files, console: Console) -> None:
    """Raises ConfigError if a new file has errors, or is not read."""
    from bufferctl.run.files import judge_files

    name = _name_in(now, path)
    fresh = (each for each in judge_files(now) if each not in files.warnings)
    problems = [each for each in fresh if each.place and each.place.file == name]
    console.diagnostics(problems)
    if name is None:
        raise ConfigError(
            f"The root file does not include {path}, so nothing was written",
            hint="Name a file below posts/ with -o, or name it under `include`.",
        )
    if has_errors(problems):
        message = "The new file would have these errors, so nothing was written"
        raise ConfigError(message, hint="Change the options, then try again.")


def _name_in(loaded: Loaded, path: Path) -> str | None:
    """What the files call a file; None if they do not read it."""
    return next((name for name in loaded.files if (loaded.root / name).resolve() == path.resolve()), None)


def _fates(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, RowFate]:
    """`With legal=draft` as data. Raises BadParameter."""
    from bufferctl.config.write.convert import RowFate

    found = {}
    for each in given:
        status, _, fate = each.rpartition("=")
        if not status.strip() or fate not in set(RowFate):
            raise click.BadParameter(f"{each} is not such as 'With legal=draft'; there are {', '.join(RowFate)}.")
        found[status.strip().casefold()] = RowFate(fate)
    return found


def _time_of_day(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str:
    if given is not None and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", given):
        raise click.BadParameter(f"{given} is not a time of day such as 09:00.")
    return given or ""


@click.command(
    epilog=examples(
        ("bufferctl convert calendar.csv -o posts/january.yaml", "a content calendar"),
        ("bufferctl convert bulk.csv --channel twitter:acme", "a file for one channel"),
        ("bufferctl convert drafts/ -o posts/drafts.yaml", "a folder of Markdown"),
    )
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@options.channels_option("Channel of posts that name none, such as twitter:acme. Repeatable.")
@click.option("--timezone", "zone", metavar="ZONE", help="Zone of times without an offset; default: the channel's.")
@click.option(
    "--dates",
    "order",
    type=click.Choice(["day-first", "month-first"]),
    help="How to read 5/1/2030, if the file does not show it.",
)
@click.option(
    "--time", metavar="TIME", callback=_time_of_day, help="Time of posts that only have a day, such as 09:00."
)
@click.option(
    "--status",
    "fates",
    multiple=True,
    metavar="STATUS=draft",
    callback=_fates,
    help="What one of your statuses means: draft, scheduled or skip. Repeatable.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="File to write instead of printing."
)
@options.root_option
@options.console_options
def convert(
    sources: tuple[Path, ...],
    channels: tuple[str, ...],
    zone: str | None,
    order: str | None,
    time: str,
    fates: dict[str, RowFate],
    output: Path | None,
    setup: options.Setup,
) -> int:
    """Turn posts from elsewhere into YAML: a content calendar, a document with dated headings, or Markdown.

    It works offline. A calendar, as CSV or TSV, is read by the names of its columns, as Google Sheets, Excel, Notion,
    Airtable, Trello and Buffer's bulk upload write it; unknown columns are listed. Published and past posts are left
    out. Rows with a problem go into a file beside the calendar, NAME.left.csv, with a column Problem.

    In a Markdown document, each heading with a time and channels begins a post. A folder stands for its Markdown files.
    Each post gets a key from its date and first words. You can change keys now, but not after the first apply.
    """
    from bufferctl.config.write.convert import Answers, Order
    from bufferctl.config.write.convert import convert as converted
    from bufferctl.render.diagnostics import summary_text

    files, console = setup.open_files(by_rules=False), setup.console
    if output is not None and output.exists():
        raise ConfigError(f"{output} already exists and is not overwritten", hint="Choose another file with -o FILE.")
    answers = Answers(Order(order) if order else None, time, fates)
    now = datetime.now(UTC)

    def read(answers: Answers) -> Converted:
        return converted(sources, files.desired, files.root, channels=channels, zone=zone, now=now, answers=answers)

    found = read(answers)
    if found.questions:
        found = read(_answered(found.questions, answers, console))
    console.diagnostics(found.problems)
    if found.text:
        _write_converted(found, output, setup)
    if has_errors(found.problems) and not found.left:
        console.note(f"{summary_text(found.problems)}; nothing was converted.")
        return 1
    for line in _not_taken(found):
        console.note(line)
    _write_left(found, console, is_preview=output is None)
    if not (found.text or found.left):
        console.note("No post is left, so nothing was written.")
    return int(has_errors(found.problems))


def _answered(questions: Sequence[CalendarQuestion], answers: Answers, console: Console) -> Answers:
    """The answers of a person. Raises UsageError, with the options to pass, if there is nobody to ask."""
    from bufferctl.config.write.convert import Answers, Order, RowFate

    days = next((each for each in questions if not each.status), None)
    statuses = {each.status.casefold(): each for each in questions if each.status}
    if not console.can_ask:
        asked = [f"--status {shlex.quote(f'{each.status}=draft')}" for each in statuses.values()]
        wanted = [*(["--dates day-first"] if days else []), *asked]
        names = all_of(visible(each.status) for each in statuses.values())
        about = [f"whether {visible(days.example)} begins with the day"] if days else []
        about += [f"what the status {names} means"] if len(statuses) == 1 else []
        about += [f"what the statuses {names} mean"] if len(statuses) > 1 else []
        raise UsageError(
            f"It is not clear {all_of(about)}, and bufferctl cannot ask without a terminal",
            hint=f"Add {' '.join(wanted)}, or what fits (bufferctl convert --help).",
        )
    order = answers.order
    if days:
        question = f"Is {days.example} written with the day or the month first?"
        order = Order(f"{_ask(console, '--dates', question, type=click.Choice(['day', 'month']))}-first")
    fates = dict(answers.fates)
    for status, each in statuses.items():
        question = f"{each.status} ({count(each.rows, 'row')}): draft, scheduled, or skip?"
        fates[status] = RowFate(
            _ask(console, "--status", question, type=click.Choice([each.value for each in RowFate]), show_choices=False)
        )
    return Answers(order, answers.time, fates)


def _write_converted(found: Converted, output: Path | None, setup: options.Setup) -> None:
    from bufferctl.config import load
    from bufferctl.config.write import replace_file

    console = setup.console
    if output is None:
        console.data(found.text)
        return
    replace_file(output, found.text.encode())
    console.say(f"Wrote {output} with {count(found.posts, 'post')}. Next: bufferctl validate")
    if _name_in(load(setup.file, Path.cwd()), output) is None:
        console.note(f"The root file does not include {output}: put it below posts/, or name it under `include`.")


def _not_taken(found: Converted) -> Iterator[str]:
    """The lines about columns that were not read, and posts that were left out on purpose."""
    if found.unread:
        yield f"Not read: {some_of([visible(name) for name in dict.fromkeys(found.unread)], _COLUMNS)}."
    if found.out:
        yield f"Left out: {', '.join(f'{number} {visible(what)}' for what, number in found.out.items())}."


#: Columns that a message names; more are counted.
_COLUMNS = 12


def _write_left(found: Converted, console: Console, *, is_preview: bool) -> None:
    """Write what could not be placed beside the files that it is from."""
    from bufferctl.config.write import replace_file

    for path, text in found.left.items():
        left, number = _left_of(path), found.not_placed[path]
        if is_preview:
            they = "it is" if number == 1 else "they are"
            console.note(f"{count(number, 'post')} could not be placed; with -o FILE {they} written to {left}.")
            continue
        replace_file(left, text.encode())
        them = "it" if number == 1 else "them"
        console.note(f"{count(number, 'post')} could not be placed. Fix {them} in {left}, and convert that file.")


def _left_of(path: Path) -> Path:
    """The path for the rows that are left of a calendar: a file that does not exist yet."""
    stem = re.sub(r"\.left(-\d+)?$", "", path.stem)
    names = (f"{stem}.left{f'-{number}' if number > 1 else ''}{path.suffix}" for number in itertools.count(1))
    return next(left for left in map(path.with_name, names) if not left.exists())


#: Addresses that a message names; more are counted.
_NAMED = 5
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
        lines = [f"{address}: {reason}" for address, reason in found.refused[:_NAMED]]
        if (more := len(found.refused) - _NAMED) > 0:
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
    return some_of([visible(str(each)) for each in addresses], _NAMED)


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
