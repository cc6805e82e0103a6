"""Commands that a run prints work when they are pasted: they name the root file that the run was given."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection

import click
import pytest

from bufferctl.cli import COMMANDS, cli
from bufferctl.said import WITHOUT_FILE, pasted

from .conftest import Project
from .test_suspended import ROOT, apply, post

FILE = "the north.yaml"
ENTRY = "posts: [{key: launch, channels: [twitter], due_at: 2029-12-20 09:00, text: We are live}]\n"


@pytest.fixture
def services() -> Collection[str]:
    """Two channels."""
    return ("twitter", "mastodon")


@pytest.fixture
def drifted(project: Project) -> Project:
    """A project of another root file, whose post somebody changed in Buffer."""
    project.write("buffer.yaml", ROOT.format(line="include: []", twitter=""))
    project.write(FILE, ROOT.format(line="include: []", twitter="") + ENTRY)
    assert project("apply", "-f", FILE, "--auto-approve", "--settle", "0").code == 0
    project.sandbox.person.edit_post(post(project, "We are live")["id"], text="Theirs")
    return project


def commands(text: str) -> list[str]:
    """Those that stand on a line of their own, or between backquotes."""
    return [one or other for one, other in re.findall(r"^ *(bufferctl .*)$|`(bufferctl [^`\n]+)`", text, re.MULTILINE)]


def test_each_command_of_a_plan_names_it(drifted: Project) -> None:
    """In text, in a comment and in JSON; quoted as a shell needs it."""
    ran = drifted("plan", "-f", FILE, "--report", "r.md")
    found = commands(ran.out)
    address = "Acme/twitter:acme/launch"
    assert found == [
        f"bufferctl pull {address} --file 'the north.yaml'",
        f"bufferctl apply --reapply {address} --file 'the north.yaml'",
    ]
    report = (drifted.folder / "r.md").read_text()
    assert all(command in report for command in found)
    (change,) = json.loads(drifted("plan", "-f", FILE, "--json").out)["changes"]
    assert [shlex.join(each["command"]) for each in change["answers"]] == found


def test_it_works_as_it_is(drifted: Project) -> None:
    """A command as it was printed ends the question."""
    pull, _ = commands(drifted("plan", "-f", FILE).out)
    assert drifted(*shlex.split(pull)[1:]).code == 0
    assert "No changes" in drifted("plan", "-f", FILE).out


def test_notes_and_errors_name_it(drifted: Project) -> None:
    """What is said beside a plan, and where nothing could be done."""
    saved = drifted("plan", "-f", FILE, "-o", "plan.json").err
    assert "`bufferctl apply plan.json --file 'the north.yaml'` applies" in saved
    assert commands(drifted("apply", "-f", FILE, "--target", "x").err) == ["bufferctl plan --file 'the north.yaml'"]


def test_without_one_nothing_is_added(project: Project) -> None:
    """Also after a run of this process that had one."""
    project.write("buffer.yaml", ROOT.format(line="include: []", twitter="") + ENTRY)
    apply(project)
    project("plan", "-f", "buffer.yaml")
    project.sandbox.person.edit_post(post(project, "We are live")["id"], text="Theirs")
    assert "--file" not in project("plan").out


def test_commands_that_take_no_root_file_are_known() -> None:
    """The list is what click says."""
    context = click.Context(cli)
    found = set()
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        inner = list(command.commands.values()) if isinstance(command, click.Group) else [command]
        if not any("-f" in each.opts for one in inner for each in one.params):
            found.add(name)
    assert found == WITHOUT_FILE


def test_nothing_of_a_run_stays_in_the_process(drifted: Project) -> None:
    """What this process words after a run is about no root file."""
    drifted("plan", "-f", FILE)
    assert pasted("bufferctl apply") == "bufferctl apply"
