"""`bufferctl convert`: calendars, documents and Markdown as files of posts."""

from __future__ import annotations

import itertools
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.cli.console import Console
from bufferctl.diagnostics import all_of, has_errors, some_of
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import visible
from bufferctl.render.lines import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bufferctl.config.write.convert import Answers, CalendarQuestion, Converted, RowFate


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
        order = Order(f"{console.ask('--dates', question, type=click.Choice(['day', 'month']))}-first")
    fates = dict(answers.fates)
    for status, each in statuses.items():
        question = f"{each.status} ({count(each.rows, 'row')}): draft, scheduled, or skip?"
        fates[status] = RowFate(
            console.ask("--status", question, type=click.Choice([each.value for each in RowFate]), show_choices=False)
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
    if load(setup.file, Path.cwd()).name_of(output) is None:
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
