"""Help texts at 80 columns, and the answers to invalid usage."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest

from bufferctl import __version__
from bufferctl.cli import COMMANDS, load_command
from bufferctl.cli.ci import ci
from bufferctl.cli.state import state
from tests.cli.conftest import Prints, Project

HELP = [("bufferctl", ()), *((f"{name}", (name,)) for name in COMMANDS)]
HELP += [(f"{group.name}-{name}", (str(group.name), name)) for group in (state, ci) for name in group.commands]


@pytest.mark.parametrize(("name", "command"), HELP)
def test_help_of_every_command(project: Project, prints: Prints, name: str, command: tuple[str, ...]) -> None:
    """Usage, what it does and every option, in lines of at most 80 columns; exit 0, with -h too."""
    ran = project(*command, "--help")
    prints(f"help/{name}", ran)
    assert max(len(line) for line in ran.out.splitlines()) <= 80
    assert project(*command, "-h") == ran


def test_every_option_is_explained(project: Project) -> None:
    """Every option of every command has a help text."""
    for command in map(load_command, COMMANDS):
        commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        options = [p for each in commands for p in each.params if isinstance(p, click.Option)]
        assert all(option.help for option in options)


#: Options whose help differs, with what they have in common.
ONE_MEANING = {
    "--channel": "a channel",
    "--organization": "an organization",
    "--file": "the root file: read, or the one to write",
    "--output": "the file to write",
    "--report": "a report, in the formats that the command has",
    "--strict": "exit with 1 where it would be 0",
    "--media-dir": "the folder for media from Buffer",
    "--since": "from that day on",
    "--request": "which one, in a run that a person started",
    "--offline": "as apply's, in a job of CI",
}


def test_a_flag_has_one_meaning() -> None:
    """The same help wherever it is, or a reason why its words differ; and the same short form."""
    helps: dict[str, set[str]] = {}
    short: dict[str, set[str]] = {}
    for command in map(load_command, COMMANDS):
        for each in command.commands.values() if isinstance(command, click.Group) else (command,):
            for option in each.params:
                if isinstance(option, click.Option):
                    name = max(option.opts, key=len)
                    helps.setdefault(name, set()).add(f"{option.metavar} {option.help}")
                    short.setdefault(name, set()).update({each for each in option.opts if not each.startswith("--")})
    assert {name for name, found in helps.items() if len(found) > 1} == set(ONE_MEANING)
    assert {name: found for name, found in short.items() if found} == {
        "--file": {"-f"}, "--output": {"-o"},
    }  # fmt: skip


@pytest.mark.parametrize(("command", "codes"), [("plan", "0 1 2 4 64 130"), ("apply", "0 1 3 4 5 64 130")])
def test_exit_codes_are_in_the_help(project: Project, command: str, codes: str) -> None:
    """Each that the command can end with, and what it means."""
    listed = project(command, "--help").out.partition("Exit codes:\n")[2]
    assert re.findall(r"^ +(\d+)  +\w", listed, re.MULTILINE) == codes.split()


def test_version(project: Project) -> None:
    """`bufferctl 1.2.3`, exit 0."""
    ran = project("--version")
    assert (ran.out, ran.err, ran.code) == (f"bufferctl {__version__}\n", "", 0)
    assert project("-V") == ran


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("no-arguments", ()),
        ("no-subcommand", ("state",)),
        ("mistyped-command", ("paln",)),
        ("mistyped-subcommand", ("state", "lst")),
        ("unlike-any-command", ("terraform",)),
        ("unknown-option", ("plan", "--destroy")),
        ("mistyped-option", ("plan", "--jsn")),
        ("option-without-value", ("plan", "--target")),
        ("option-with-wrong-value", ("apply", "--settle", "soon")),
        ("missing-argument", ("state", "show")),
        ("argument-too-many", ("init", "here")),
        ("path-that-is-not-there", ("plan", "posts/nowhere.yaml")),
    ],
)
def test_usage_that_is_not_understood(project: Project, prints: Prints, name: str, arguments: tuple[str, ...]) -> None:
    """The problem and where to look, on stderr; exit 64, never click's own 2."""
    project.write("buffer.yaml", "version: 1\norganizations: [{name: Acme}]\n")
    ran = project(*arguments)
    prints(f"usage/{name}", ran)
    assert (ran.code, ran.out) == (64, "")


def test_python_m(whole_program: list[str], tmp_path: Path) -> None:
    """`python -m bufferctl` is the same program, exit code included."""
    ran = subprocess.run([*whole_program, "paln"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (64, "")
    assert "Did you mean plan?" in ran.stderr


def test_completion(program: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that asks for completions gets an answer."""
    monkeypatch.setenv("_BUFFERCTL_COMPLETE", "zsh_complete")
    monkeypatch.setenv("COMP_WORDS", "bufferctl va")
    monkeypatch.setenv("COMP_CWORD", "1")
    ran = subprocess.run(program, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout == "plain\nvalidate\nCheck the files, offline.\n"
