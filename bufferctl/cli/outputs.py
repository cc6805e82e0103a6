"""The output of a command: reports, printed, in files by their suffix, and at lines of a pull request.

Files are written whole or not at all; one that a user names is checked before any work. In GitHub Actions, problems are
annotated at their lines, and the report is added to the summary of the step, without a switch, as reporters of pytest,
RuboCop and Vitest do if `GITHUB_ACTIONS` is `true`. Annotations go to stderr, so that stdout has only data.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bufferctl.cli import options
from bufferctl.cli.console import Console
from bufferctl.diagnostics import Diagnostic, FilesError
from bufferctl.errors import UsageError
from bufferctl.machine import in_job
from bufferctl.run.secrets import without_secrets, write_whole
from bufferctl.value import replace

if TYPE_CHECKING:
    from bufferctl.config import Loaded
    from bufferctl.model import Desired, State
    from bufferctl.plan import Plan
    from bufferctl.render.report import Report
    from bufferctl.run.files import Files

#: Suffix: the module of render that makes it, and its function from a report to text.
Forms = Mapping[str, tuple[str, str]]
FORMS: Forms = {
    ".html": ("html", "report_html"),
    ".json": ("json_documents", "report_json"),
    ".md": ("markdown", "report_markdown"),
    ".sarif": ("sarif", "report_sarif"),
}
#: What can be made of the problems of files, without a plan.
PROBLEMS: Forms = {".md": ("markdown", "problems_markdown"), ".sarif": ("sarif", "report_sarif")}
#: What can be made of a list of posts.
CALENDARS: Forms = {".ics": ("agenda", "agenda_ics")}
#: The most characters of a page with a few thumbnails, what these get at least, and the most of more than a few.
_FEW, _PAGE, _LEAST, _MANY = 4, 298_000, 40_000, 1_000_000
_PREFIX = "data:image/jpeg;base64,"
#: The fewest bytes of a thumbnail that is worth a look.
_FEWEST = 3_000


def check_apart(*files: Path | None) -> None:
    """Called before any work. Raises UsageError if two outputs would be the same file; None is skipped."""
    paths = [path for path in files if path]
    for path, real in zip(paths, resolved := [path.resolve() for path in paths], strict=True):
        if resolved.count(real) > 1:
            raise UsageError(
                f"{path} is named twice, and one output would overwrite the other; nothing was done",
                hint="Use a different file for each.",
            )


def check_not_read(read: Loaded | Files | None, setup: options.Setup, *files: Path | None) -> None:
    """Raises UsageError if an output would replace a file that was read, or that the run keeps.

    Links count as what they lead to. (`resolve` raises for a loop of them before Python 3.13.)
    """
    outputs = [path for path in files if path]
    if not outputs:  # nearly always: links of 10,000 files take a while
        return
    named = [each for each in (setup.state_file, setup.api_key_file) if each]
    declared = [read.root / name for name in read.read] if read else []
    taken = set(map(realpath, [*named, *declared]))
    for path in outputs:
        if realpath(path) in taken:
            raise UsageError(
                f"{path} is one of the files that bufferctl reads here, and would be overwritten; nothing was done",
                hint="Name another file.",
            )


class ReportFile(click.Path):
    """A file whose suffix gives the format; any other suffix is a mistake in the command line."""

    name = "file"

    def __init__(self, forms: Forms) -> None:
        super().__init__()
        self._forms = forms

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(str(super().convert(value, param, ctx)))
        if path.suffix.lower() not in self._forms:
            *most, last = self._forms
            listed = " or ".join(filter(None, (", ".join(most), last)))
            self.fail(f"There is no report in the form of {path.name}; its name must end in {listed}.", param, ctx)
        return path


def _option(forms: Forms) -> Callable[[options.F], options.F]:
    return click.option(
        "--report",
        "report_files",
        type=ReportFile(forms),
        multiple=True,
        callback=options.writable,
        metavar="FILE",
        help=f"Also write a report to FILE, in the format of its suffix ({', '.join(forms)}). Repeatable.",
    )


report_option = _option(FORMS)
problems_option = _option(PROBLEMS)
calendar_option = _option(CALENDARS)


def write_reports(files: Sequence[Path], report: Report, forms: Forms = FORMS) -> None:
    """Write each report. Raises BufferctlError if one cannot be."""
    report = _with_page(report, files)
    for path in files:
        write_whole(path, made(path, report, forms))


def made(path: Path, about: Report | Plan, forms: Forms) -> bytes:
    """The content of a file about a report or a list of posts, in the form that its suffix names."""
    module, function = forms[path.suffix.lower()]
    form: Callable[[Report | Plan], str] = getattr(import_module(f"bufferctl.render.{module}"), function)
    return form(about).encode()


def _with_page(report: Report, files: Sequence[Path]) -> Report:
    pages = [path.name for path in files if path.suffix.lower() == ".html"]
    return replace(report, page=pages[0] if pages else "")


def write_data(file: Path | None, report: Report, files: Sequence[Path]) -> None:
    """Write a report as data if `bufferctl ci` asked for it; that adds the rest and comments."""
    if file:
        from bufferctl.ci.report_file import dump_report

        write_whole(file, dump_report(_with_page(report, files)))


@contextmanager
def keeping_problems(file: Path | None) -> Iterator[None]:
    """Write the problems of files that cannot be planned in the same way."""
    try:
        yield
    except FilesError as error:
        from bufferctl.ci.report_file import dump_problems
        from bufferctl.run.files import folder_of

        if file:
            write_whole(file, dump_problems(error, folder_of(error.root), datetime.now(UTC)))
        raise


@contextmanager
def reporting_problems(files: Sequence[Path], setup: options.Setup) -> Iterator[None]:
    """Write reports on files that cannot be planned, so that nobody takes those of an earlier plan for this one's."""
    try:
        yield
    except FilesError as error:
        from bufferctl.plan import Plan
        from bufferctl.render.json_documents import error_json
        from bufferctl.render.report import Report
        from bufferctl.run.files import folder_of, load_declared

        if files:
            check_not_read(load_declared(setup.file), setup, *files)
            none = Plan(datetime.now(UTC), endpoint="")
            report = Report(none, error.problems, folder=folder_of(error.root), is_planned=False)
            write_reports([path for path in files if path.suffix.lower() != ".json"], report)
            for path in files:
                if path.suffix.lower() == ".json":
                    write_whole(path, error_json(error).encode())
        raise


def with_pictures(report: Report, root: Path, reports: Sequence[Path], state: State | None = None) -> Report:
    """The report with the images below `root` that its formats show: only a page has thumbnails.

    `reports` are the files that it is written to. `state` has the images that were applied before.
    """
    applied = {source for binding in state.bindings.values() for source in binding.media} if state else ()
    is_page = any(path.suffix.lower() == ".html" for path in reports)
    return replace(report, public=frozenset(applied), pictures=thumbnails(report, root) if is_page else {})


def thumbnails(report: Report, root: Path) -> dict[str, str]:
    """The images below `root`, small, as a page has them: data by their digest."""
    from bufferctl.render.shown import pictures_of

    files = pictures_of(report.plan)
    if not files:
        return {}
    from bufferctl.media.thumbnails import MOST_BYTES, thumbnail
    from bufferctl.render.html import report_html

    page = len(report_html(report).encode())
    room = _MANY if len(files) > _FEW else max(_PAGE - page, _LEAST)
    found: dict[str, str] = {}
    for number, (digest, file) in enumerate(files.items()):
        share = room // (len(files) - number)
        most = min(MOST_BYTES, share * 3 // 4 - len(_PREFIX))  # base64 makes four characters of three bytes
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


def report_of(plan: Plan, desired: Desired, files: Files | None = None, **more: Any) -> Report:
    """The plan with everything that its formats show, and `more` of its fields.

    With `files`, it has also their problems, their paths in their repository, and the meaning of the broken rules.
    """
    from bufferctl.checks import RULES, text_lengths, worth_a_look
    from bufferctl.render.report import Report
    from bufferctl.run.files import folder_of

    most = {id_: channel.max_characters for id_, channel in plan.channels.items() if channel.max_characters}
    limits = {change.address: most[change.slot.channel_id] for change in plan.changes if change.slot.channel_id in most}
    look = worth_a_look(plan, desired.settings)
    if files:
        more |= {"diagnostics": files.warnings, "folder": folder_of(files.root), "rules": RULES}
    return Report(plan, lengths=text_lengths(desired, limits), worth_a_look=look, **more)


def show_plan(report: Report, console: Console, *, as_json: bool) -> None:
    """Print a plan, or its outcomes, to stdout."""
    if as_json:
        from bufferctl.render.json_documents import report_json

        console.data(report_json(report))
    else:
        from bufferctl.render.text import plan_text

        console.data(plan_text(report, console.out))


#: Seconds for git to list the changes of the last commit.
_PATIENCE = 10.0


def shows_problems() -> bool:
    """Whether problems are shown in more places than in the terminal."""
    return in_job() or bool(os.environ.get("GITHUB_STEP_SUMMARY"))


def annotate_report(report: Report, root: Path, console: Console) -> None:
    """Annotate problems and posts that need somebody at their lines, and add the plan or the apply to the summary."""
    if shows_problems():
        from bufferctl.render.grouped import problems_of
        from bufferctl.render.markdown import report_markdown

        _annotate([*problems_of(report)], report_markdown(report), root, console)


def annotate_problems(problems: Sequence[Diagnostic], root: Path, console: Console, files: Sequence[Path] = ()) -> None:
    """Annotate the problems of the files in the same way, if there are any; always write them to `files`."""
    if not (files or (problems and shows_problems())):
        return
    from bufferctl.checks import RULES
    from bufferctl.plan import Plan
    from bufferctl.render.markdown import problems_markdown
    from bufferctl.render.report import Report
    from bufferctl.run.files import folder_of

    empty = Plan(datetime.now(UTC), endpoint="")
    report = Report(empty, tuple(problems), folder=folder_of(root), rules=RULES)
    write_reports(files, report, PROBLEMS)
    if problems:
        _annotate(problems, problems_markdown(report), root, console)


def _annotate(problems: Sequence[Diagnostic], summary: str, root: Path, console: Console) -> None:
    """Show problems at their lines, and add to the step's summary; a failure is only reported."""
    if in_job() and problems:
        from bufferctl.render.annotations import annotations_text
        from bufferctl.run.files import folder_of

        text = annotations_text(problems, changed=_changed(root), folder=folder_of(root))
        click.echo(without_secrets(text), err=True, nl=False)
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(without_secrets(f"{summary}\n"))
        except OSError as error:
            console.notice(f"the step's summary cannot be written: {error.strerror}")


def _changed(root: Path) -> frozenset[str]:
    """The files that a pull request or a push changed, relative to `root`; empty if git cannot tell.

    What is checked out for a pull request is its merge, whose first parent is the branch that it goes to.
    """
    import subprocess

    from bufferctl.git import DIFF_OF_COMMITS, git

    options = (*DIFF_OF_COMMITS, "--name-only", "--relative")
    try:
        ran = git(root, *options, operands=["HEAD^1", "HEAD", "--", "."], timeout=_PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(filter(None, ran.stdout.split("\0"))) if ran.returncode == 0 else frozenset()
