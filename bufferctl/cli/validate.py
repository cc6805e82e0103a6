"""`bufferctl validate`: check the files, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import options, reports
from bufferctl.cli.examples import examples

if TYPE_CHECKING:
    from bufferctl.config import Loaded
    from bufferctl.diagnostics import Diagnostic


@click.command(
    short_help="Check the files, offline.",
    epilog=examples(
        ("bufferctl validate", "everything"),
        ("bufferctl validate posts/2030-w03.yaml", "report on one file"),
    ),
)
@options.paths_argument
@options.root_option
@reports.problems_option
@options.no_color_option
def validate(paths: tuple[Path, ...], file: Path | None, report_files: tuple[Path, ...], no_color: bool) -> int:
    """Check the files, without a key and without asking Buffer.

    PATHs narrow what is reported to those files or folders; everything is read and checked all the same.
    """
    from bufferctl.cli import annotating, outputs
    from bufferctl.cli.checking import judged
    from bufferctl.cli.console import Console
    from bufferctl.cli.files import concerns, named_files
    from bufferctl.config import load
    from bufferctl.diagnostics import has_errors
    from bufferctl.render.diagnostics import summary_text

    console = Console.create(no_color=no_color)
    outputs.check_writable("--report", *report_files)
    loaded = load(file, Path.cwd())
    files = named_files(paths, loaded)
    problems = judged(loaded)
    shown: list[Diagnostic] = []
    elsewhere: list[Diagnostic] = []
    for problem in problems:
        meant = concerns(problem, files) or not loaded.root_is_sound
        (shown if meant else elsewhere).append(problem)
    console.diagnostics(shown)
    annotating.tell_problems(shown, loaded.root, console, report_files)
    if has_errors(shown):
        console.data(summary_text(shown))
        return 1
    console.data(_verdict(loaded, files, elsewhere))
    return 0


def _verdict(loaded: Loaded, files: frozenset[str] | None, elsewhere: list[Diagnostic]) -> str:
    """`Valid: 14 posts on 3 channels, 2 ideas.`"""
    from bufferctl.diagnostics import has_errors
    from bufferctl.render.diagnostics import summary_text
    from bufferctl.render.paint import count

    desired = loaded.desired
    if desired is None or has_errors(elsewhere):
        return f"No problems in what was named; {summary_text(elsewhere)} elsewhere."
    posts = [each for each in desired.posts if files is None or each.place.file in files]
    ideas = [each for each in desired.ideas if files is None or each.place.file in files]
    channels = {(each.address.organization, each.address.channel) for each in posts}
    parts = [f"{count(len(posts), 'post')} on {count(len(channels), 'channel')}"] if posts or not ideas else []
    if not posts and not ideas:
        parts = [f"{count(len(desired.channels), 'channel')}, no posts yet"]
    if ideas:
        parts.append(count(len(ideas), "idea"))
    return f"Valid: {', '.join(parts)}."
