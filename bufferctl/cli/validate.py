"""`bufferctl validate`: check the files, offline."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options, outputs
from bufferctl.diagnostics import Diagnostic, has_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bufferctl.config import Loaded


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
    file: Path | None,
    as_json: bool,
    strict: bool,
    media: bool,
    report_files: tuple[Path, ...],
    console: options.Console,
) -> int:
    """Check the files. This needs no API key and no network. Problems are printed to stdout.

    --media also requests the URL of every image, video and document in unpublished posts. A URL that is dead, leads to
    an HTML page, needs a login or is too large is an error, because Buffer could not fetch it.

    PATHs limit the report to those files or folders; all files are still checked.
    """
    from bufferctl.cli import annotating
    from bufferctl.run.files import is_about, load_declared, named_files
    from bufferctl.run.judging import judge_files, shorten

    outputs.check_writable("--report", *report_files)
    loaded = load_declared(file)
    files = named_files(paths, loaded)
    shown: list[Diagnostic] = []
    elsewhere: list[Diagnostic] = []
    is_all_shown = as_json or bool(report_files) or annotating.shows_problems() or files is not None
    judged = judge_files(loaded, as_text=not is_all_shown)
    for problem in (*judged, *(_of_media(loaded, files) if media else ())):
        meant = is_about(problem, files) or not loaded.root_is_sound
        (shown if meant else elsewhere).append(problem)
    annotating.annotate_problems(shown, loaded.root, console, report_files)
    is_valid = not (shown if strict else has_errors(shown))
    if as_json:
        from bufferctl.render.json import problems_json

        console.data(problems_json(shown, valid=is_valid))
    else:
        console.data(
            _text(
                tuple(shorten(shown, as_text=True)),
                console,
                "" if has_errors(shown) else _verdict(loaded, files, elsewhere),
            )
        )
    return 0 if is_valid else 1


def _of_media(loaded: Loaded, files: frozenset[str] | None) -> tuple[Diagnostic, ...]:
    from bufferctl.run.reachable import address_problems

    if loaded.sound is None:
        return ()
    return address_problems(loaded.sound, loaded.root, named=files, api_url=os.environ.get("BUFFER_API_URL"))


def _text(shown: Sequence[Diagnostic], console: options.Console, verdict: str) -> str:
    from bufferctl.render.diagnostics import diagnostics_text, summary_text

    return "\n\n".join(filter(None, (diagnostics_text(shown, console.out), verdict or summary_text(shown))))


def _verdict(loaded: Loaded, files: frozenset[str] | None, elsewhere: list[Diagnostic]) -> str:
    """`Valid: 14 posts on 3 channels, 2 ideas.`"""
    from bufferctl.render.diagnostics import summary_text
    from bufferctl.render.lines import count

    desired = loaded.desired
    if desired is None or has_errors(elsewhere):
        return f"No problems in the selected files; {summary_text(elsewhere)} in others."
    posts = [each for each in desired.posts if files is None or each.place.file in files]
    ideas = [each for each in desired.ideas if files is None or each.place.file in files]
    channels = {(each.address.organization, each.address.channel) for each in posts}
    parts = [f"{count(len(posts), 'post')} on {count(len(channels), 'channel')}"] if posts or not ideas else []
    if not posts and not ideas:
        parts = [f"{count(len(desired.channels), 'channel')}, no posts yet"]
    if ideas:
        parts.append(count(len(ideas), "idea"))
    return f"Valid: {', '.join(parts)}."
