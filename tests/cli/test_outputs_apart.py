"""No output takes the place of a file that a run reads or keeps: exit 64, before anything is read or sent."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.cli.written import HEAD, ONE

FILES = {
    "buffer.yaml": HEAD + ONE,
    "posts/a.yaml": "posts:\n  - {key: a, channels: [twitter], text_file: a.md}\n",
    "posts/a.md": "A text of its own\n",
}
YAML = "has the name of a file of posts"
STATE = "would be in the folder of the state"
READ = "is one of the files that bufferctl reads here"


@pytest.fixture
def files(project: Project) -> Project:
    """A project whose posts were applied."""
    for name, text in FILES.items():
        project.write(name, text)
    project.apply()
    return project


#: Each with why it is refused.
REFUSED = [
    (["apply", "--auto-approve", "--receipt", "posts/new.yaml"], YAML),
    (["preview", "-o", "posts/a.yaml"], YAML),
    (["plan", "-o", ".bufferctl/state.json"], STATE),
    (["apply", "--auto-approve", "--receipt", ".bufferctl/state.json"], STATE),
    (["plan", "--report", "posts/a.md"], READ),
    (["apply", "--auto-approve", "--report", "posts/a.md"], READ),
    (["validate", "--report", "posts/a.md"], READ),
    (["plan", "--state", "own.json", "--report", "own.json"], READ),
    (["show", "plan.json", "--report", "posts/a.md"], READ),
    (["apply", "--auto-approve", "--receipt", "buffer.yaml"], YAML),
    (["apply", "--auto-approve", "--receipt", "posts/a.yaml"], YAML),
    (["plan", "--report", ".bufferctl/state.json"], STATE),
    (["apply", "--auto-approve", "--report", ".bufferctl/state.json"], STATE),
    (["plan", "-o", "posts/a.md"], READ),
    (["preview", "-o", "posts/a.md"], READ),
]


def test_no_output_takes_the_place_of_what_is_read(files: Project) -> None:
    """It is refused by name, and every file stays as it was."""
    assert files("plan", "-o", "plan.json").code == 0
    before = {path: path.read_bytes() for path in files.folder.rglob("*") if path.is_file()}
    for command, why in REFUSED:
        ran = files(*command)
        assert (ran.code, f"{command[-1]} {why}" in ran.err) == (64, True), command
        assert {path: path.read_bytes() for path in files.folder.rglob("*") if path.is_file()} == before, command


def test_what_cannot_be_written_is_said_once(files: Project) -> None:
    """Although a receipt is written before and after the run verifies."""
    (files.folder / "gone").mkdir()
    blocked = files.folder / "gone" / "receipt.json"
    blocked.symlink_to("/dev/full")
    ran = files("apply", "--auto-approve", "--receipt", "gone/receipt.json")
    assert (ran.code, ran.err.count("cannot be written")) == (1, 1)


def test_a_saved_plan_says_what_it_leaves_out(files: Project) -> None:
    """The command that applies it does nothing about what needs somebody."""
    files.write("buffer.yaml", FILES["buffer.yaml"].replace("2029-12-20", "2029-12-02"))
    ran = files("plan", "-o", "plan.json")
    assert "`bufferctl apply plan.json` applies exactly this plan, without what" in ran.err
