"""`bufferctl fmt`: people's files in one layout."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

import click

from bufferctl.cli import examples, options


class Formatting(Enum):
    """What happens to a file. `UNUSUAL`: formatting it could change its meaning."""

    KEPT = auto()
    CHANGED = auto()
    UNUSUAL = auto()


@click.command(
    epilog=examples(
        ("bufferctl fmt", "format every file"), ("bufferctl fmt --check", "in CI: fail if a file is not formatted")
    )
)
@options.paths_argument
@click.option("--check", is_flag=True, help="Only list the files that would change; exit with 1 if there are any.")
@options.root_option
@options.console_options
def fmt(paths: tuple[Path, ...], check: bool, file: Path | None, console: options.Console) -> int:
    """Format the files: field order, two-space indentation, long texts as blocks.

    Content and comments do not change. PATHs limit it to those files or folders. Files with errors are left alone.
    """
    from bufferctl.config import load
    from bufferctl.diagnostics import has_errors
    from bufferctl.render.lines import count
    from bufferctl.run.files import named_files

    loaded = load(file, Path.cwd())
    named = named_files(paths, loaded)
    files = [name for name in loaded.files if named is None or name in named or not loaded.root_is_sound]
    wrong = [each for each in loaded.diagnostics if has_errors([each]) and each.place and each.place.file in files]
    console.diagnostics(wrong)
    refused = {each.place.file for each in wrong if each.place}
    results = {name: _lay_out(loaded.root / name, check=check) for name in files if name not in refused}
    changed = [name for name, result in results.items() if result is Formatting.CHANGED]
    for name in changed:
        console.data(name)
    for name in (name for name, result in results.items() if result is Formatting.UNUSUAL):
        console.note(f"{name} was left alone: formatting it could change its meaning.")
    if refused:
        console.note(f"{count(len(refused), 'file')} with errors left alone.")
    if changed:
        would = "would change; run `bufferctl fmt`" if check else "formatted"
        console.note(f"{len(changed)} of {count(len(files), 'file')} {would}.")
    elif results:
        console.note(f"{count(len(results), 'file')} already formatted.")
    return int(bool(refused) or (check and bool(changed)))


def _lay_out(path: Path, *, check: bool) -> Formatting:
    from bufferctl.config.write.fmt import UnusualError, formatted
    from bufferctl.config.write.yaml_files import Text, replace_file

    text = Text.read(path)
    try:
        new = formatted(text.text)
    except UnusualError:
        return Formatting.UNUSUAL
    if new == text.text:
        return Formatting.KEPT
    if not check:
        replace_file(path, text.with_text(new))
    return Formatting.CHANGED
