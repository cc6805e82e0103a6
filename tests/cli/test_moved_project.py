"""A project with a shared state that moves to another folder, or whose root file is renamed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bufferctl.model import StateSettings
from bufferctl.state import Lease, StateFile, open_store
from tests.cli.conftest import Project
from tests.conftest import long
from tests.stores import buckets, git

ROOT = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
state: git
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""
POSTS = """\
posts:
  - key: timed
    due_at: 2029-12-20 12:00
    channels: [linkedin, twitter]
    text: Timed post
  - key: past
    due_at: 2029-12-03 12:00
    channels: [linkedin]
    text: Published post
  - key: queued
    channels: [twitter]
    text: Queue post
"""
#: Every entry with another text and, if it has a time, another time.
EDITED = (
    POSTS.replace("12-20 12:00", "12-21 15:00")
    .replace("12-03 12:00", "12-09 12:00")
    .replace("Timed post", "We moved the launch")
    .replace("Published post", "Published post, again")
    .replace("Queue post", "Queue post, in other words")
)
AFTER = ["Published post", "Queue post", "We moved the launch", "We moved the launch"]
#: Enough text for git to see a different file.
OTHER = "# Everything is new here.\n" * 40
#: The project's old place, its new one, and the root file's name for commands.
MOVES = [
    ("buffer.yaml", "social/buffer.yaml"),
    *long(("buffer.yaml", "acme.yaml"), ("acme/buffer.yaml", "brand/posts.yml")),
]


@pytest.fixture
def bare(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The remote of the project's repository."""
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    remote = git.remote(tmp_path / "remote.git")
    git.git(project.folder, "init", "--quiet")
    git.git(project.folder, "remote", "add", "origin", str(remote))
    return remote


def commit(project: Project) -> None:
    """Commit all files."""
    git.git(project.folder, "add", "--all", ".")
    git.git(project.folder, "commit", "--quiet", "--message", "Edit", "--allow-empty")


def begun(project: Project, root: str = "buffer.yaml", text: str = ROOT) -> None:
    """Apply a project, and again a day later, when its first posts are published."""
    project.write(root, text)
    project.write(str(Path(root).with_name("posts") / "x.yaml"), POSTS)
    commit(project)
    for _ in range(2):
        assert project("apply", "--file", root, "--auto-approve", "--settle", "0").code == 0
        project.sandbox.clock.advance(days=1)
    assert sorted(each["status"] for each in project.sandbox.posts()) == ["scheduled", "scheduled", "sent", "sent"]


def move(project: Project, old: str, new: str) -> None:
    """Move the root file and its posts."""
    folder, there = (Path(project.folder, name).parent for name in (old, new))
    if there != folder:
        there.mkdir(parents=True)
        (folder / "posts").rename(there / "posts")
    (project.folder / old).rename(project.folder / new)


def edit(project: Project, root: str, text: str = EDITED) -> None:
    """Replace the posts of a project."""
    project.write(str(Path(root).with_name("posts") / "x.yaml"), text)


def apply(project: Project, root: str) -> tuple[int, str]:
    """Apply; returns the exit code and the output on one line."""
    ran = project("apply", "--file", root, "--auto-approve", "--settle", "0")
    return ran.code, " ".join((ran.out + ran.err).split())


def texts(project: Project) -> list[str]:
    """The texts in Buffer."""
    return sorted(each["text"] for each in project.sandbox.posts())


def refuse(bare: Path, message: str = "") -> None:
    """Make the remote refuse pushes of commits with this in their message, or allow all pushes."""
    hook = bare / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    denied = f"git log -1 --format=%s $3 | grep -q '{message}' && exit 1" if message else ""
    hook.write_text(f"#!/bin/sh\n{denied}\nexit 0\n", encoding="utf-8")
    hook.chmod(0o755)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("old", "new"), MOVES)
def test_moved_and_edited(project: Project, old: str, new: str) -> None:
    """Unsent posts are changed, the one published early is held; nothing is created."""
    begun(project, old)
    move(project, old, new)
    edit(project, new)
    commit(project)
    ran = project("plan", "--file", new)
    assert ran.planned == ["~ timed", "! past"]
    assert f"note: {old} was moved to {new}, so its state is used" in ran.err
    assert project("drift", "--file", new).code == 0
    code, printed = apply(project, new)
    assert (code, texts(project)) == (1, AFTER), printed
    assert "0 created, 2 changed" in printed
    code, printed = apply(project, new)
    assert "was moved to" not in printed
    assert texts(project) == AFTER


@pytest.mark.usefixtures("bare")
def test_a_move_that_is_staged(project: Project) -> None:
    """The state is used before the move is committed."""
    begun(project)
    move(project, "buffer.yaml", "acme.yaml")
    edit(project, "acme.yaml")
    git.git(project.folder, "add", "--all", ".")
    assert project("plan", "--file", "acme.yaml").planned == ["~ timed", "! past"]


@pytest.mark.long
@pytest.mark.usefixtures("bare")
def test_a_root_file_that_was_rewritten(project: Project) -> None:
    """The state is used, since the posts are where they were, though git sees no move."""
    begun(project)
    (project.folder / "buffer.yaml").unlink()
    project.write("acme.yaml", OTHER + ROOT)
    edit(project, "acme.yaml")
    commit(project)
    assert apply(project, "acme.yaml")[0] == 1
    assert texts(project) == AFTER


@pytest.mark.long
@pytest.mark.usefixtures("bare")
def test_moved_and_moved_back(project: Project) -> None:
    """The state moves back, too, as after a revert."""
    begun(project)
    move(project, "buffer.yaml", "acme.yaml")
    commit(project)
    assert apply(project, "acme.yaml")[0] == 0
    move(project, "acme.yaml", "buffer.yaml")
    edit(project, "buffer.yaml")
    commit(project)
    assert apply(project, "buffer.yaml")[0] == 1
    assert texts(project) == AFTER


@pytest.mark.usefixtures("bare")
def test_an_old_checkout_does_nothing(project: Project, tmp_path: Path) -> None:
    """Exit 1 with the state's new place, and `git pull` as the hint."""
    begun(project)
    git.git(project.folder, "clone", "--quiet", ".", str(tmp_path / "old"))
    git.git(tmp_path / "old", "remote", "set-url", "origin", str(tmp_path / "remote.git"))
    move(project, "buffer.yaml", "acme.yaml")
    commit(project)
    assert apply(project, "acme.yaml")[0] == 0
    old = Project(tmp_path / "old", project.sandbox)
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "list")):
        ran = old(*command)
        assert (ran.code, "was moved to acme.state.json on the branch bufferctl-state of origin" in ran.err) == (
            1,
            True,
        )
        assert "git pull" in ran.err


@pytest.mark.long
@pytest.mark.parametrize("message", ["state: moving to", *long("state: moved from", "state: moved to")])
def test_cut_off_while_it_is_moved(project: Project, bare: Path, message: str) -> None:
    """The next run completes the move; a plan in between shows the same changes."""
    begun(project)
    move(project, "buffer.yaml", "acme.yaml")
    edit(project, "acme.yaml")
    commit(project)
    refuse(bare, message)
    code, printed = apply(project, "acme.yaml")
    assert (code, "cannot be written" in printed) == (1, True)
    refuse(bare)
    assert project("plan", "--file", "acme.yaml").planned == ["~ timed", "! past"]
    assert apply(project, "acme.yaml")[0] == 1
    assert texts(project) == AFTER
    left = json.loads(git.git(bare, "show", "bufferctl-state:state.json"))
    assert left["moved_to"] == "acme.state.json on the branch bufferctl-state of origin"
    assert left["format_version"] == "4.0"


@pytest.mark.long
@pytest.mark.parametrize("cut_off", ["", *long("state: moved from")], ids=["moved", "cut off"])
def test_two_root_files_that_may_go_on_with_it(project: Project, bare: Path, cut_off: str) -> None:
    """Exit 1 for the second of two moves, on two branches: the first has taken the state."""
    begun(project)
    git.git(project.folder, "branch", "other")
    move(project, "buffer.yaml", "acme.yaml")
    commit(project)
    refuse(bare, cut_off)
    assert apply(project, "acme.yaml")[0] == bool(cut_off)
    refuse(bare)
    git.git(project.folder, "checkout", "--quiet", "other")
    move(project, "buffer.yaml", "brand.yaml")
    edit(project, "brand.yaml")
    commit(project)
    code, printed = apply(project, "brand.yaml")
    assert (code, texts(project).count("Queue post")) == (1, 1)
    old = "buffer.yaml" if cut_off else "acme.yaml"
    assert f"There is one for {old}, which no longer exists" in printed
    assert len(texts(project)) == 4


@pytest.mark.usefixtures("bare")
def test_nothing_proves_it(project: Project) -> None:
    """Exit 1 until a person confirms the move with `state migrate --from`."""
    begun(project)
    move(project, "buffer.yaml", "social/acme.yaml")
    edit(project, "social/acme.yaml")
    options = ("--file", "social/acme.yaml")
    for command in ("plan", "drift", "apply"):
        ran = project(command, *options, *(["--auto-approve"] if command == "apply" else []))
        assert (ran.code, "There is no state for social/acme.yaml yet" in ran.err) == (1, True)
        assert "\n      bufferctl state migrate --from buffer.yaml --file social/acme.yaml\n" in ran.err
        assert "\n      bufferctl state begin --file social/acme.yaml\n" in ran.err
    ran = project("state", "migrate", "--from", "buffer.yaml", *options)
    assert (ran.code, "Moved 4 entries from state.json on" in ran.out) == (0, True)
    assert apply(project, "social/acme.yaml")[0] == 1
    assert texts(project) == AFTER
    assert "already has a state" in project("state", "migrate", "--from", "buffer.yaml", *options).err


@pytest.mark.usefixtures("bare")
def test_doctor_names_a_state_whose_root_file_is_gone(project: Project) -> None:
    """A warning while this root file has no state; the project may have been moved."""
    begun(project)
    move(project, "buffer.yaml", "acme.yaml")
    out = " ".join(project("doctor", "--file", "acme.yaml").out.split())
    assert "There is no state yet, but one for buffer.yaml, which no longer exists" in out


@pytest.mark.usefixtures("bare")
def test_a_new_root_file_without_the_ideas_of_an_old_one(project: Project) -> None:
    """Applied without a question: its state would have nothing of the old one's."""
    project.write("buffer.yaml", ROOT + "    ideas: [{key: hiring, title: We hire}]\n")
    commit(project)
    assert apply(project, "buffer.yaml")[0] == 0
    (project.folder / "buffer.yaml").unlink()
    project.write("blog.yaml", OTHER + ROOT + "posts: [{key: tip, channels: [twitter], text: A tip}]\n")
    commit(project)
    code, printed = apply(project, "blog.yaml")
    assert (code, "1 created" in printed) == (0, True), printed


@pytest.mark.usefixtures("bare")
def test_a_person_says_that_it_is_a_new_project(project: Project) -> None:
    """`state begin` confirms it, and then there are no more questions."""
    begun(project)
    (project.folder / "buffer.yaml").unlink()
    (project.folder / "posts" / "x.yaml").unlink()
    project.write("blog/buffer.yaml", OTHER + ROOT)
    commit(project)
    edit(project, "blog/buffer.yaml", "posts:\n  - {key: tip, channels: [twitter], text: A tip}\n")
    assert project("plan", "--file", "blog/buffer.yaml").code == 1
    ran = project("state", "begin", "--file", "blog/buffer.yaml", "--auto-approve")
    assert ran.code == 0, ran.err
    assert apply(project, "blog/buffer.yaml")[0] == 0
    assert texts(project) == ["A tip", "Published post", "Queue post", "Timed post", "Timed post"]


@pytest.mark.usefixtures("bare")
def test_a_new_root_file_beside_an_old_document(project: Project) -> None:
    """Applied without a question, since its channels differ, though git sees a renamed root file."""
    begun(project)
    (project.folder / "buffer.yaml").unlink()
    (project.folder / "posts" / "x.yaml").unlink()
    project.write("blog.yaml", ROOT.partition("      -")[0] + "      - {service: bluesky, name: acme.bsky.example}\n")
    edit(project, "blog.yaml", "posts:\n  - {key: tip, channels: [bluesky], text: A tip}\n")
    commit(project)
    code, printed = apply(project, "blog.yaml")
    assert (code, "1 created" in printed, "was moved to" in printed) == (0, True, False), printed
    assert len(texts(project)) == 5


@pytest.mark.long
@pytest.mark.usefixtures("bare")
def test_while_another_run_works_on_it(project: Project) -> None:
    """Exit 1 while a run holds the lock of the old document; the move continues afterwards."""
    begun(project)
    record = StateFile(open_store(StateSettings(), project.folder / "buffer.yaml"), None)
    record.load()
    now = datetime.now(UTC)
    lease = Lease("ann", "laptop", 7, now, run="r1", until=datetime(2029, 12, 5, 10, tzinfo=UTC), landing=60.0)
    record.replace(replace(record.document, lease=lease), "lock")
    move(project, "buffer.yaml", "acme.yaml")
    edit(project, "acme.yaml")
    commit(project)
    code, printed = apply(project, "acme.yaml")
    assert (code, "ann on laptop" in printed, len(texts(project))) == (1, True, 4)
    project.sandbox.clock.advance(hours=2)
    assert apply(project, "acme.yaml")[0] == 1
    assert texts(project) == AFTER


@pytest.mark.long
def test_in_a_bucket(project: Project, bare: Path) -> None:
    """The same, since git shows the move."""
    with buckets.google() as server:
        begun(project, text=ROOT.replace("git", f"{{store: 'gs://acme-state/social', endpoint: '{server.address}'}}"))
        move(project, "buffer.yaml", "social/buffer.yaml")
        edit(project, "social/buffer.yaml")
        commit(project)
        assert apply(project, "social/buffer.yaml")[0] == 1
        assert texts(project) == AFTER


def test_in_a_bucket_without_a_repository(project: Project) -> None:
    """Exit 1 until a person confirms the move, since nothing proves it."""
    with buckets.google() as server:
        text = ROOT.replace("git", f"{{store: 'gs://acme-state/social', endpoint: '{server.address}'}}")
        project.write("buffer.yaml", text)
        project.write("posts/x.yaml", POSTS)
        for _ in range(2):
            assert apply(project, "buffer.yaml")[0] == 0
            project.sandbox.clock.advance(days=1)
        move(project, "buffer.yaml", "acme.yaml")
        edit(project, "acme.yaml")
        code, printed = apply(project, "acme.yaml")
        assert (code, "state migrate --from buffer.yaml --file acme.yaml" in printed) == (1, True)
        assert project("state", "migrate", "--from", "buffer.yaml", "--file", "acme.yaml").code == 0
        assert apply(project, "acme.yaml")[0] == 1
        assert texts(project) == AFTER
