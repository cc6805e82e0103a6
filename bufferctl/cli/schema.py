"""`bufferctl schema`: the JSON Schema of the files, for editors, and those of what is printed, for machines."""

from __future__ import annotations

import click

from bufferctl.cli import examples

#: The files, and what `kind` says in JSON output.
KINDS = (
    *("files", "plan", "apply", "receipt", "list", "validate", "drift", "doctor"),
    *("state", "object", "state-log", "error"),
)


@click.command(
    epilog=examples(
        ("bufferctl schema > bufferctl.schema.json", "for an editor"),
        ("bufferctl schema plan", "what `plan --json` prints"),
    )
)
@click.argument("what", type=click.Choice(KINDS), default="files", metavar="[KIND]")
def schema(what: str) -> int:
    """Print the JSON Schema of the files, for completion and checks in editors.

    A file names it in its first line: `# yaml-language-server: $schema=FILE`. With a KIND it is the schema of what
    --json prints: plan, apply, receipt, list, validate, drift, doctor, state, object (`state show`), state-log, or
    error, for every command that fails.
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
