"""`bufferctl convert`: posts from elsewhere as YAML."""

from __future__ import annotations

from pathlib import Path

import click

from bufferctl.cli import examples, options
from bufferctl.errors import ConfigError


@click.command(
    epilog=examples(
        ("bufferctl convert week3.csv --channel twitter:acme", "a CSV for one channel"),
        ("bufferctl convert drafts/ -o posts/drafts.yaml", "a folder of Markdown"),
    )
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@options.channels_option("Channel of posts that name none, such as twitter:acme. Repeatable.")
@click.option("--timezone", "zone", metavar="ZONE", help="Zone of times without an offset; default: the channel's.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="File to write instead of printing."
)
@options.root_option
@options.console_options
def convert(
    sources: tuple[Path, ...],
    channels: tuple[str, ...],
    zone: str | None,
    output: Path | None,
    file: Path | None,
    console: options.Console,
) -> int:
    """Turn posts from elsewhere into YAML: Buffer's bulk-upload CSV, or Markdown with YAML front matter.

    Works offline. A folder stands for the Markdown files in it, one post per file. Channels come from the root file; a
    CSV may name them in a `Channel` column. Equal texts at the same time on several channels become one entry. Each
    post gets a key from its date and first words (for Markdown, from the file name). You can change keys now, but not
    after the first apply.
    """
    from bufferctl.config.convert import convert as converted
    from bufferctl.config.write.yaml_files import replace_file
    from bufferctl.diagnostics import has_errors
    from bufferctl.render.diagnostics import summary_text
    from bufferctl.render.lines import count
    from bufferctl.run.files import open_project

    desired = open_project(file, (), console, by_rules=False).desired
    if output is not None and output.exists():
        raise ConfigError(f"{output} already exists and is not overwritten", hint="Choose another file with -o FILE.")
    found = converted(sources, desired, channels=channels, zone=zone)
    console.diagnostics(found.problems)
    if has_errors(found.problems):
        console.note(f"{summary_text(found.problems)}; nothing was converted.")
        return 1
    if output is None:
        console.data(found.text)
    else:
        replace_file(output, found.text.encode())
        console.data(f"Wrote {output} with {count(found.posts, 'post')}. Next: bufferctl validate")
        _note_left_out(output, file, console)
    return 0


def _note_left_out(output: Path, file: Path | None, console: options.Console) -> None:
    from bufferctl.config import load

    loaded = load(file, Path.cwd())
    if output.resolve() not in {(loaded.root / name).resolve() for name in loaded.files}:
        console.note(f"The root file does not include {output}: put it below posts/, or name it under `include`.")
