"""Writes docs/reference/commands.md from the help of every command (`make schemas`); a test compares the page."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from bufferctl.cli import EXIT_CODES, GROUPS, cli, load_command

_HEAD = """\
# Commands

For people who run bufferctl in a terminal or in CI; `bufferctl COMMAND --help` shows the same. Data goes to stdout, everything else to
stderr. Output is colored only on a terminal; `NO_COLOR` and `--no-color` turn color off, `FORCE_COLOR` turns it on.

## Variables

| variable | meaning |
|---|---|
| `BUFFER_API_KEY` | the API key; it is never printed, logged or saved |
| `BUFFER_API_URL` | an endpoint other than Buffer's, such as the sandbox |
| `NO_COLOR`, `FORCE_COLOR` | never use color; use it even without a terminal |
| `XDG_STATE_HOME` | the folder that contains `bufferctl/`, with the journal and the lock |

## Exit codes

If several apply, the first of 4, 3, 130, 5 and 1 counts.

| exit code | meaning |
|---|---|
"""


def page() -> Iterator[str]:
    """The page, piece by piece."""
    yield _HEAD + "".join(f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES.items()) + "\n"
    for title, group in GROUPS.items():
        yield f"## {title}\n"
        for name in group:
            yield from _command(name, load_command(name), None)
    yield "<!-- Generated from the commands' help by tools/make_commands.py; edit the help instead. -->\n"


def _command(name: str, command: click.Command, parent: click.Context | None) -> Iterator[str]:
    """One command, and those below it."""
    above = parent or click.Context(cli, info_name="bufferctl", **cli.context_settings)
    context = click.Context(command, info_name=name, parent=above)
    yield f"{'####' if parent else '###'} {context.command_path}\n"
    yield f"```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for below, each in command.commands.items():
            yield from _command(below, each, context)


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    click.echo("\n".join(page()), nl=False)
