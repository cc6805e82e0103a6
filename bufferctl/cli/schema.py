"""`bufferctl schema`: the JSON Schema of the files, for editors."""

from __future__ import annotations

import click


@click.command(short_help="Print the JSON Schema of the files, for editors.")
def schema() -> int:
    """Print the JSON Schema of the files, which makes editors complete and check them.

    A file names it in its first line: `# yaml-language-server: $schema=ADDRESS`.
    """
    from bufferctl.cli.console import Console
    from bufferctl.config.schema import schema_text

    Console.create(no_color=True).data(schema_text())
    return 0
