"""Writes docs/reference/commands.md from the help of every command (`make schemas`); a test compares the page."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import click

from bufferctl.cli import EXIT_CODES, GROUPS, cli, load_command
from bufferctl.diagnostics import all_of
from bufferctl.errors import EXIT_PRECEDENCE

_HEAD = f"""\
# Commands

For people who run bufferctl in a terminal or in CI; `bufferctl COMMAND --help` shows the same. Data goes to stdout, everything else to
stderr. Output is colored only on a terminal.

## Variables

| variable | meaning |
|---|---|
| `BUFFER_API_KEY` | the API key; it is never printed, logged or saved |
| `BUFFER_API_URL` | an endpoint other than Buffer's, such as the sandbox |
| `NO_COLOR`, `FORCE_COLOR` | never use color (as `--no-color`); use it even without a terminal |
| `XDG_STATE_HOME` | the folder that contains `bufferctl/`, with the journal and the lock |

## Exit codes

If several apply, the first of {all_of(map(str, EXIT_PRECEDENCE))} counts.

| exit code | meaning |
|---|---|
"""
_COMMON = """
## Common options

Most commands take some of these. Below each command are the ones that it takes.

| option | meaning |
|---|---|
"""
#: An option that this many commands have, with the same help, is explained once.
_MANY = 6


def page() -> Iterator[str]:
    """The page, piece by piece."""
    yield _HEAD + "".join(f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES.items()).rstrip("\n")
    common = _common()
    yield _COMMON + "".join(f"| `{flags}` | {meaning} |\n" for flags, meaning in common.items())
    for title, group in GROUPS.items():
        yield f"## {title}\n"
        for name in group:
            yield from _command(name, load_command(name), None, common)
    yield "<!-- Generated from the commands' help by tools/make_commands.py; edit the help instead. -->\n"


def _common() -> dict[str, str]:
    """The options of many commands, by their flags: what they mean."""
    commands = [load_command(name) for group in GROUPS.values() for name in group]
    below = [each for command in commands if isinstance(command, click.Group) for each in command.commands.values()]
    options = [each for command in commands + below for each in command.params if isinstance(each, click.Option)]
    counted = Counter(map(_record, options))
    return dict(record for record, number in counted.items() if record and number >= _MANY)


def _record(option: click.Option) -> tuple[str, str] | None:
    """Its flags and help, as click prints them; None if it is hidden."""
    return option.get_help_record(click.Context(cli))


def _command(name: str, command: click.Command, parent: click.Context | None, common: dict[str, str]) -> Iterator[str]:
    """One command, and those below it. Its help, without the options that are explained above."""
    above = parent or click.Context(cli, info_name="bufferctl", **cli.context_settings)
    context = click.Context(command, info_name=name, parent=above, help_option_names=[])
    yield f"{'####' if parent else '###'} {context.command_path}\n"
    known = set(common.items())
    shared = [each for each in command.params if isinstance(each, click.Option) and _record(each) in known]
    command.params = [each for each in command.params if each not in shared]
    text = command.get_help(context).partition("\n\n  Exit codes:")[0]
    yield f"```text\n{text}\n```\n"
    if shared:
        yield f"Also {', '.join(f'`{max(each.opts, key=len)}`' for each in shared)}.\n"
    if isinstance(command, click.Group):
        for below, each in command.commands.items():
            yield from _command(below, each, context, common)


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    click.echo("\n".join(page()), nl=False)
