"""What a command puts out: a plan as a report, printed or in files by their suffix; files written whole or not at all.

A file that a user names is checked before any work.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bufferctl.errors import UsageError
from bufferctl.run.secrets import write_whole

if TYPE_CHECKING:
    from bufferctl.cli.console import Console
    from bufferctl.diagnostics import Diagnostic
    from bufferctl.intake import Downloads
    from bufferctl.model import Desired, State
    from bufferctl.plan import Plan
    from bufferctl.render.report import Report

F = TypeVar("F", bound=Callable[..., Any])
#: Suffix: the module of render that makes it, and its function from a report to text.
Forms = Mapping[str, tuple[str, str]]
FORMS: Forms = {
    ".html": ("html", "report_html"),
    ".json": ("json", "report_json"),
    ".md": ("markdown", "report_markdown"),
    ".sarif": ("sarif", "report_sarif"),
}
#: What can be made of the problems of files, without a plan.
PROBLEMS: Forms = {".md": ("markdown", "problems_markdown"), ".sarif": ("sarif", "report_sarif")}
#: What can be made of a list of posts.
CALENDARS: Forms = {".ics": ("agenda", "agenda_ics")}
#: The most characters of all thumbnails of a page; the other pictures are named with their sizes.
_PAGE = 1_000_000
_PREFIX = "data:image/jpeg;base64,"
#: The fewest bytes of a thumbnail that is worth a look.
_FEWEST = 3_000


def check_writable(option: str, *files: Path | None) -> None:
    """Before any work. Raises UsageError if a file that `option` names could not be written; None is passed over."""
    for path in filter(None, files):
        folder = path.resolve().parent
        if path.is_dir():
            problem = "is a folder"
        elif not folder.is_dir():
            problem = "would be in a folder that is not there"
        elif not os.access(folder, os.W_OK):
            problem = "would be in a folder that cannot be written to"
        else:
            continue
        raise UsageError(f"{path} {problem}, so nothing was done", hint=f"Name another file with {option}.")


def check_apart(*files: Path | None) -> None:
    """Before any work. Raises UsageError if two outputs would be the same file; None is passed over."""
    paths = [path for path in files if path]
    for path, real in zip(paths, resolved := [path.resolve() for path in paths], strict=True):
        if resolved.count(real) > 1:
            raise UsageError(
                f"{path} is named twice, and one output would overwrite the other; nothing was done",
                hint="Use a different file for each.",
            )


class ReportFile(click.Path):
    """A file whose suffix says the form; anything else is a mistake in the command line."""

    name = "file"

    def __init__(self, forms: Forms) -> None:
        super().__init__(dir_okay=False)
        self._forms = forms

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Fails if the suffix is not a known format."""
        path = Path(str(super().convert(value, param, ctx)))
        if path.suffix.lower() not in self._forms:
            *most, last = self._forms
            listed = " or ".join(filter(None, (", ".join(most), last)))
            self.fail(f"There is no report in the form of {path.name}; its name must end in {listed}.", param, ctx)
        return path


def _option(forms: Forms) -> Callable[[F], F]:
    return click.option(
        "--report",
        "report_files",
        type=ReportFile(forms),
        multiple=True,
        metavar="FILE",
        help=f"Also write a report to FILE, in the format of its suffix ({', '.join(forms)}). Repeatable.",
    )


report_option = _option(FORMS)
problems_option = _option(PROBLEMS)
calendar_option = _option(CALENDARS)


def write_reports(files: Sequence[Path], report: Report, forms: Forms = FORMS) -> None:
    """Write each report. Raises BufferctlError if one cannot be."""
    pages = [path.name for path in files if path.suffix.lower() == ".html"]
    report = replace(report, page=pages[0] if pages else "")
    for path in files:
        module, function = forms[path.suffix.lower()]
        form: Callable[[Report], str] = getattr(import_module(f"bufferctl.render.{module}"), function)
        write_whole(path, form(report).encode())


def with_pictures(report: Report, root: Path, reports: Sequence[Path], state: State | None = None) -> Report:
    """The report with the images below `root` that its formats show. Thumbnails are only made for pages.

    `reports`: the files it is written to. `state`: which pictures were applied before.
    """
    applied = {source for binding in state.bindings.values() for source in binding.media} if state else ()
    report = replace(report, public=frozenset(applied))
    if any(path.suffix.lower() == ".html" for path in reports):
        return replace(report, pictures=_thumbnails(report, root))
    return report


def _thumbnails(report: Report, root: Path) -> dict[str, str]:
    """By digest, as `data:` URLs."""
    from bufferctl.render.shown import pictures_of

    files = pictures_of(report.plan)
    if not files:
        return {}
    from bufferctl.media.thumbnails import MOST_BYTES, thumbnail

    found, room = dict[str, str](), _PAGE
    for digest, file in files.items():
        most = min(MOST_BYTES, room * 3 // 4 - len(_PREFIX))  # base64 makes four characters of three bytes
        if most >= _FEWEST and (made := thumbnail(root, file, most)):
            found[digest] = f"{_PREFIX}{b64encode(made).decode()}"
            room -= len(found[digest])
    return found


def read_text(option: str, path: Path) -> str:
    """The text of a file that `option` names. Raises UsageError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read, so nothing was done", hint=f"Name a report with {option}.") from error


def report_of(plan: Plan, desired: Desired, *, problems: tuple[Diagnostic, ...] = ()) -> Report:
    """The plan with everything that its formats show. `problems`: those of the files."""
    from bufferctl.checks import text_lengths, worth_a_look
    from bufferctl.render.report import Report

    channels = ((change.address, plan.channels.get(change.slot.channel_id)) for change in plan.changes)
    limits = {address: channel.max_characters for address, channel in channels if channel and channel.max_characters}
    look = worth_a_look(plan, desired.settings.rules)
    return Report(plan, problems, text_lengths(desired, limits), worth_a_look=look)


def show_plan(report: Report, console: Console, *, as_json: bool) -> None:
    """Print a plan, or what happened to it, to stdout."""
    if as_json:
        from bufferctl.render.json import report_json

        console.data(report_json(report))
    else:
        from bufferctl.render.text import plan_text

        console.data(plan_text(report, console.out))


def note_downloads(downloads: Downloads, console: Console) -> int:
    """Report what was downloaded and what kept its address; the exit code."""
    from bufferctl.model.plain_text import visible
    from bufferctl.render.lines import count

    if downloads.made:
        number = count(len(downloads.made), "media file")
        console.data(f"Downloaded {number} into {visible(downloads.folder.name)}; commit them too.")
    for address, url, why in downloads.kept:
        text = f"{visible(str(address))} keeps its URL {visible(url)}: it {visible(why)}"
        console.note(f"{console.err.bad('not downloaded:')} {text}")
    return 1 if downloads.kept else 0
