"""Commands that a run prints work when they are pasted: they name the root file that the run was given."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection

import click
import pytest

from bufferctl.cli import COMMANDS, cli
from bufferctl.said import WITH_FILE, pasted

from .conftest import Project, run_in
from .test_suspended import ROOT, apply, post

FILE = "the north.yaml"
ADDRESS = "Acme/twitter:acme/launch"
#: One of each command, in an order in which each finds something.
RUNS: tuple[tuple[str, ...], ...] = (
    ("validate",),
    ("doctor",),
    ("fmt", "--check"),
    ("list",),
    ("preview",),
    ("plan",),
    ("plan", "-o", "plan.json"),
    ("plan", "--target", "x"),
    ("drift",),
    ("pull", "--dry-run"),
    ("import", "--dry-run"),
    ("import", ADDRESS, "70b61b902a95e0c02c01cc49"),
    ("init",),
    ("new", "another", "--channel", "twitter", "--at", "2029-12-24 09:00"),
    ("shift", "+1d", "--auto-approve"),
    ("apply", "plan.json"),
    ("apply",),
    ("state", "list"),
    ("state", "show", "x"),
    ("state", "mv", "x", "y"),
    ("state", "rm", "x"),
    ("state", "log"),
    ("state", "restore", "x"),
    ("state", "unlock"),
    ("state", "migrate"),
    ("state", "begin"),
    ("state", "begin", "--auto-approve"),
    ("suspend", "no"),
    ("suspend", "Quake"),
    ("suspend", "Quake", "--channel", "twitter"),
    ("resume", "--channel", "twitter"),
    ("resume", "--missed", "+1w"),
    ("resume",),
)
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


def test_every_printed_command_names_it(drifted: Project) -> None:
    """Whichever command ran, and whether it worked: on stdout as in notes and hints."""
    missing = {shlex.join(run): found for run in RUNS if (found := _without_file(drifted, run))}
    assert not missing


def _without_file(project: Project, run: tuple[str, ...]) -> list[str]:
    """The commands that this run prints without its root file."""
    ran = project(*run, "-f", FILE)
    printed = re.findall(r"\bbufferctl (?:" + "|".join(WITH_FILE) + r")\b[^`\n]*", ran.out + ran.err)
    return [each for each in printed if not {"--file", "--help"} & {*each.split()}]


def test_a_saved_plan_is_named_as_a_shell_needs_it(drifted: Project) -> None:
    """The command works as it was printed, although there is a space in the name."""
    another = ENTRY.removesuffix("]\n") + ", {key: b, channels: [twitter], due_at: 2029-12-21 09:00, text: Second}]\n"
    drifted.write(FILE, ROOT.format(line="include: []", twitter="") + another)
    (printed,) = commands(drifted("plan", "-f", FILE, "-o", "to review.json").err)
    drifted(*shlex.split(printed)[1:], "--auto-approve", "--settle", "0")
    assert post(drifted, "Second")["status"] == "scheduled"


def test_what_a_suspension_prints_works_from_another_folder(drifted: Project) -> None:
    """The post is made a draft, and comes back, by the commands as they were printed."""
    drifted("apply", "-f", FILE, "--auto-approve", "--reapply", ADDRESS, "--settle", "0")
    elsewhere, file = drifted.folder / "elsewhere", str(drifted.folder / FILE)
    elsewhere.mkdir()
    for run, status in ((("suspend", "Quake"), "draft"), (("resume",), "scheduled")):
        printed = commands(run_in(elsewhere, *run, "-f", file).out)[-1]
        assert run_in(elsewhere, *shlex.split(printed)[1:], "--auto-approve", "--settle", "0").code == 0
        assert post(drifted, "We are live")["status"] == status


def test_two_posts_that_a_person_swapped_are_sent_by_one_command(project: Project) -> None:
    """One alone would repeat a text that Buffer still has, so the command that is printed names both."""
    other = "{key: other, channels: [twitter], due_at: 2029-12-21 09:00, text: Another}"
    project.write("buffer.yaml", ROOT.format(line="include: []", twitter="") + ENTRY.replace("}]", "}, " + other + "]"))
    project.apply()
    first, second = post(project, "We are live")["id"], post(project, "Another")["id"]
    project.sandbox.person.edit_post(first, text="Another")
    project.sandbox.person.edit_post(second, text="We are live")
    _, printed = commands(project("plan").out)
    assert project.apply(*shlex.split(printed)[2:]).code == 0
    texts = {each["id"]: each["text"] for each in project.sandbox.posts()}
    assert texts == {first: "We are live", second: "Another"}


@pytest.mark.parametrize("number", [2, 3])
def test_what_a_person_swapped_is_sent_back_together(project: Project, number: int) -> None:
    """Without one of them it would repeat a text; the command that is printed then does it for the whole circle."""
    keys = [f"k{each}" for each in range(number)]
    entry = "{{key: {0}, channels: [twitter], due_at: 2029-12-2{1} 09:00, text: Text {0}}}"
    entries = ", ".join(entry.format(key, day) for day, key in enumerate(keys))
    project.write("buffer.yaml", ROOT.format(line="include: []", twitter="") + f"posts: [{entries}]\n")
    project.apply()
    ids = [post(project, f"Text {key}")["id"] for key in keys]
    for id_, key in zip(ids, [*keys[1:], keys[0]], strict=True):
        project.sandbox.person.edit_post(id_, text=f"Text {key}")
    some = [part for key in keys[:-1] for part in ("--reapply", f"Acme/twitter:acme/{key}")]
    ran = project("apply", *some, "--auto-approve", "--settle", "0")
    assert ran.code == 1
    said = " ".join(ran.out.split())
    assert "Somebody changed that in Buffer, too. To send the files' versions together, run" in said
    printed = commands(ran.out)[0]
    assert printed.count("--reapply") == number
    assert project.apply(*shlex.split(printed)[2:]).code == 0
    assert {each["id"]: each["text"] for each in project.sandbox.posts()} == dict(
        zip(ids, (f"Text {key}" for key in keys), strict=True)
    )


def test_without_one_nothing_is_added(project: Project) -> None:
    """Also after a run of this process that had one."""
    project.write("buffer.yaml", ROOT.format(line="include: []", twitter="") + ENTRY)
    apply(project)
    project("plan", "-f", "buffer.yaml")
    project.sandbox.person.edit_post(post(project, "We are live")["id"], text="Theirs")
    assert "--file" not in project("plan").out


def test_commands_that_take_a_root_file_are_known() -> None:
    """The list is what click says."""
    context = click.Context(cli)
    found = set()
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        inner = list(command.commands.values()) if isinstance(command, click.Group) else [command]
        if any("-f" in each.opts for one in inner for each in one.params):
            found.add(name)
    assert found == WITH_FILE


def test_nothing_of_a_run_stays_in_the_process(drifted: Project) -> None:
    """What this process words after a run is about no root file."""
    drifted("plan", "-f", FILE)
    assert pasted("bufferctl apply") == "bufferctl apply"


def test_a_hint_for_programs_names_it(drifted: Project) -> None:
    """As the same hint for people: the command of an error that `--json` prints."""
    printed = drifted("apply", "-f", FILE, "--target", "x", "--auto-approve", "--json")
    assert "`bufferctl plan --file 'the north.yaml'`" in json.dumps(json.loads(printed.out or printed.err))
