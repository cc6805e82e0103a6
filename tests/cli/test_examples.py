"""Every command shows its usage, its examples are valid commands, and docs/reference/commands.md contains them all."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bufferctl.cli import COMMANDS, GROUPS, cli, load_command
from tests.conftest import Expect

ROOT = Path(__file__).parents[2]


def commands() -> dict[str, click.Command]:
    """Every command and subcommand, as typed."""
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = load_command(name)
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": each for below, each in command.commands.items()}
    return found


def examples() -> list[tuple[str, str]]:
    """Each example with its command."""
    shown = []
    for name, command in commands().items():
        lines = (command.epilog or "").partition("Exit codes:")[0].splitlines()
        shown += [(name, line.strip()) for line in lines if line.startswith("  ")]
    return shown


@pytest.mark.parametrize("name", commands())
def test_every_command_has_examples(name: str) -> None:
    """At least one."""
    assert name in {command for command, _ in examples()}


@pytest.mark.parametrize(("name", "line"), examples())
def test_examples_are_taken(name: str, line: str) -> None:
    """The example belongs to the command that shows it, and its options and arguments are valid."""
    match = re.search(r"bufferctl [^)|>]*", re.split(r"  +", line)[0])
    assert match
    quoted = match[0].count('"') % 2 == 0
    _, *words = shlex.split(match[0] if quoted else match[0].rstrip('")'))
    context = click.Context(cli, info_name="bufferctl", **cli.context_settings)
    while isinstance(context.command, click.Group):
        command = context.command.get_command(context, words[0])
        assert command, line
        context = click.Context(command, parent=context, info_name=words.pop(0))
    assert context.command_path.startswith(f"bufferctl {name}")
    context.command.parse_args(context, words)


def test_every_command_is_in_one_group() -> None:
    """No command is in two groups."""
    assert sum(map(len, GROUPS.values())) == len(COMMANDS)


def test_the_page_is_generated(expect: Expect) -> None:
    """docs/reference/commands.md matches the output of `make schemas`."""
    made = subprocess.run([sys.executable, "tools/make_commands.py"], cwd=ROOT, check=True, capture_output=True)
    expect(ROOT / "docs" / "reference" / "commands.md", made.stdout.decode())
