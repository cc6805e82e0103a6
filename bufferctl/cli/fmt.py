"""`bufferctl fmt`: people's files in one layout."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

import click

from bufferctl.cli import options
from bufferctl.cli.examples import examples


class Outcome(Enum):
    """What becomes of a file. `UNUSUAL`: laid out anew it would not surely say the same."""

    KEPT = auto()
    CHANGED = auto()
    UNUSUAL = auto()


@click.command(
    short_help="Give all files the same layout; what they say stays.",
    epilog=examples(
        ("bufferctl fmt", "every file"),
        ("bufferctl fmt --check", "in CI: exit code 1 where one would change"),
    ),
)
@options.paths_argument
@click.option("--check", is_flag=True, help="Change nothing; name the files that would change, and exit 1 for any.")
@options.root_option
@options.no_color_option
def fmt(paths: tuple[Path, ...], check: bool, file: Path | None, no_color: bool) -> int:
    """Give all files the same layout: order of fields, two spaces a level, long texts as blocks; every comment stays.

    What they say does not change. PATHs narrow it to those files or folders. A file with errors is left as it is.
    """
    from bufferctl.cli.console import Console
    from bufferctl.cli.files import named_files
    from bufferctl.config import load
    from bufferctl.diagnostics import has_errors
    from bufferctl.render.paint import count

    console = Console.create(no_color=no_color)
    loaded = load(file, Path.cwd())
    named = named_files(paths, loaded)
    files = [name for name in loaded.files if named is None or name in named or not loaded.root_is_sound]
    wrong = [each for each in loaded.diagnostics if has_errors([each]) and each.place and each.place.file in files]
    console.diagnostics(wrong)
    refused = {each.place.file for each in wrong if each.place}
    outcomes = {name: _lay_out(loaded.root / name, check=check) for name in files if name not in refused}
    changed = [name for name, outcome in outcomes.items() if outcome is Outcome.CHANGED]
    for name in changed:
        console.data(name)
    for name in (name for name, outcome in outcomes.items() if outcome is Outcome.UNUSUAL):
        console.note(f"{name} stays as it is: it is written in a way that a new layout could change what it says.")
    if refused:
        console.note(f"{count(len(refused), 'file')} with errors left alone.")
    if changed:
        would = "would change; `bufferctl fmt` does it" if check else "changed"
        console.note(f"{len(changed)} of {count(len(files), 'file')} {would}.")
    elif outcomes:
        console.note(f"{count(len(outcomes), 'file')} looked at, nothing to change.")
    return int(bool(refused) or (check and bool(changed)))


def _lay_out(path: Path, *, check: bool) -> Outcome:
    """Lay out one file, or with `check` only see whether it would change."""
    from bufferctl.config.write.document import Text, replace_file
    from bufferctl.config.write.fmt import UnusualError, formatted

    text = Text.read(path)
    try:
        new = formatted(text.text)
    except UnusualError:
        return Outcome.UNUSUAL
    if new == text.text:
        return Outcome.KEPT
    if not check:
        replace_file(path, text.with_text(new))
    return Outcome.CHANGED
