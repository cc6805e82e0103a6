"""`--report FILE`: the same plan in other forms, by the suffix of the file, beside what goes to stdout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bufferctl.cli.outputs import write_whole

if TYPE_CHECKING:
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
PROBLEMS: Forms = {
    ".md": ("markdown", "problems_markdown"),
    ".sarif": ("sarif", "report_sarif"),
}
#: What can be made of a list of posts.
CALENDARS: Forms = {".ics": ("agenda_forms", "agenda_ics")}


class ReportFile(click.Path):
    """A file whose suffix says the form; anything else is a mistake in the command line."""

    name = "file"

    def __init__(self, forms: Forms) -> None:
        super().__init__(dir_okay=False)
        self._forms = forms

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Fails where the suffix is none of the forms."""
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


def write(files: Sequence[Path], report: Report, forms: Forms = FORMS) -> None:
    """Write each report. Raises BufferctlError where one cannot be."""
    pages = [path.name for path in files if path.suffix.lower() == ".html"]
    report = replace(report, page=pages[0] if pages else "")
    for path in files:
        module, function = forms[path.suffix.lower()]
        form: Callable[[Report], str] = getattr(import_module(f"bufferctl.render.{module}"), function)
        write_whole(path, form(report).encode())
