"""A project's folder is copied for another customer, with its state, and its root file names their organization."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Project, run_in

ROOT = """\
version: 1
timezone: UTC
managed_since: 2029-01-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
"""
POSTS = """\
posts:
  - {key: a, due_at: 2029-12-20 09:00, channels: [twitter], text: Alpha}
  - {key: b, due_at: 2029-12-21 09:00, channels: [twitter], text: Beta}
"""
APPLY = ("apply", "--auto-approve", "--settle", "0")


@pytest.fixture(name="copy")
def copied(project: Project) -> Path:
    """The copy of an applied project, with a post for the other organization."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/w51.yaml", POSTS)
    project.apply()
    copy = project.folder.parent / "globex"
    shutil.copytree(project.folder, copy)
    (copy / "buffer.yaml").write_text(ROOT.replace("name: Acme", "name: Globex").replace("acme", "globex"))
    (copy / "posts/w51.yaml").write_text(POSTS.splitlines()[0] + "\n" + POSTS.splitlines()[1].replace("Alpha", "News"))
    return copy


def texts(project: Project) -> list[str]:
    return sorted(post["text"] for post in project.sandbox.posts())


def test_posts_of_the_first_project_stay(project: Project, copy: Path) -> None:
    """Held, with what to do, and nothing of the new project waits for that; the first project has nothing to do."""
    ran = run_in(copy, *APPLY)
    assert ran.code == 1
    assert "does not declare its organization" in ran.out
    assert texts(project) == ["Alpha", "Beta", "News"]
    assert project("plan", "--detailed-exitcode").code == 0


def test_the_posts_of_another_project_are_let_go_by_one_command(project: Project, copy: Path) -> None:
    """The command of the hold has the addresses of all of them."""
    run_in(copy, *APPLY)
    lines = [line.strip() for line in run_in(copy, "plan").out.splitlines()]
    (command,) = [line for line in lines if line.startswith("bufferctl state rm")]
    assert run_in(copy, *command.split()[1:]).code == 0
    assert texts(project) == ["Alpha", "Beta", "News"]
    assert run_in(copy, "plan", "--strict", "--detailed-exitcode").code == 0


def test_what_the_hold_proposes_ends_it(project: Project, copy: Path) -> None:
    """`state rm` leaves the post in Buffer, and `--confirm-removed` deletes it; then nothing is left to decide."""
    run_in(copy, *APPLY)
    assert run_in(copy, "state", "rm", "Acme/twitter:acme/a").code == 0
    assert run_in(copy, *APPLY, "--confirm-removed", "Acme/twitter:acme/b").code == 0
    assert texts(project) == ["Alpha", "News"]
    assert run_in(copy, "plan", "--strict", "--detailed-exitcode").code == 0
