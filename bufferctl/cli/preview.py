"""`bufferctl preview`: the files alone as a page, offline."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from bufferctl.choices import Choices
from bufferctl.cli import examples, options


@click.command(
    epilog=examples(
        ("bufferctl preview", "write preview.html"),
        ("bufferctl preview posts/2030-w03.yaml", "only the posts of one file"),
    )
)
@options.paths_argument
@options.root_option
@options.file_option(
    "-o", "--output", "out", default=Path("preview.html"), show_default=True, help_text="File to write."
)
@options.console_options
def preview(paths: tuple[Path, ...], file: Path | None, out: Path, console: options.Console) -> None:
    """Write an HTML page that shows the posts in a calendar, much as their networks would.

    It needs no API key and no network. PATHs limit it to those files or folders.
    """
    from bufferctl.cli import outputs
    from bufferctl.model import State
    from bufferctl.model.plain_text import visible
    from bufferctl.reconcile import offline
    from bufferctl.render.html import preview_html
    from bufferctl.run.files import open_project
    from bufferctl.run.narrowing import narrow
    from bufferctl.run.secrets import write_whole

    outputs.check_writable("-o", out)
    files = open_project(file, paths, console)
    everything = offline(files.desired, State(), endpoint="", now=datetime.now(UTC))
    shown = narrow(everything, files, Choices())
    report = outputs.report_of(shown, files.desired, problems=files.warnings)
    report = outputs.with_pictures(report, files.root, [Path("preview.html")])
    write_whole(out, preview_html(report).encode())
    console.note(f"Wrote {visible(str(out))}; open it in a browser.")
