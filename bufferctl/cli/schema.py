"""`bufferctl schema`: the JSON Schema of the files, for editors, and those of what is printed, for machines."""

from __future__ import annotations

import click

from bufferctl.cli import examples


@click.command(
    epilog=examples(
        ("bufferctl schema > bufferctl.schema.json", "for an editor"),
        ("bufferctl schema plan", "what `plan --json` prints"),
    ),
)
@click.argument("what", type=click.Choice(["files", "plan", "apply", "receipt", "list", "validate"]), default="files")
def schema(what: str) -> int:
    """Print the JSON Schema of the files, for completion and checks in editors.

    A file names it in its first line: `# yaml-language-server: $schema=FILE`. With `plan`, `apply`, `receipt`,
    `list` or `validate` it is the schema of their JSON output.
    """
    from bufferctl.cli.console import Console

    if what == "files":
        from bufferctl.config.schema import schema_text

        text = schema_text()
    else:
        from bufferctl.render.json_documents import document_schema

        text = document_schema(what)
    Console.create(no_color=True).data(text)
    return 0
