"""An account is imported on one machine, and a colleague with a clone changes a word and applies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, lose_state, texts
from tests.stores import git


@pytest.fixture(autouse=True)
def _nobodys_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def imported(project: Project) -> None:
    """A person's posts, one timed and one queued, imported."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, "We are live", dueAt="2029-12-20T09:00:00Z")
    project.sandbox.person.create_post(channel, "Save your work often, and early")
    assert project("import").code == 0


def change_a_word(project: Project) -> None:
    for file in project.folder.glob("posts/**/*.yaml"):
        text = file.read_text(encoding="utf-8").replace("We are", "We're").replace("early", "soon")
        file.write_text(text, encoding="utf-8")


def test_a_clone_has_the_state(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a remote, import keeps the state on a branch and says so: the colleague's edit updates the post."""
    bare = git.remote(tmp_path / "remote.git")
    git.git(project.folder, "init", "--quiet")
    git.git(project.folder, "remote", "add", "origin", str(bare))
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, "We are live", dueAt="2029-12-20T09:00:00Z")
    ran = project("import")
    assert "Posts are tracked in the branch bufferctl-state of origin." in ran.out
    assert "state: git" in (project.folder / "buffer.yaml").read_text(encoding="utf-8")
    git.git(project.folder, "add", ".")
    git.git(project.folder, "commit", "--quiet", "-m", "import")
    git.git(project.folder, "push", "--quiet", "origin", "HEAD:main")
    git.git(tmp_path, "clone", "--quiet", "--branch", "main", str(bare), "colleague")
    colleague = Project(tmp_path / "colleague", project.sandbox)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "their-home"))
    change_a_word(colleague)
    colleague.apply()
    assert texts(project) == {"We're live": 1}


def test_a_clone_has_no_state(project: Project) -> None:
    """Without a remote, the person's posts at that minute and in the queue are asked about; nothing is created."""
    imported(project)
    before = texts(project)
    lose_state(project)
    change_a_word(project)
    assert apply(project) == 1
    assert texts(project) == before


def test_import_says_what_to_commit(project: Project) -> None:
    """The state file is named, since without it nobody else has the state."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, "We are live", dueAt="2029-12-20T09:00:00Z")
    assert "Commit these files and the state file .bufferctl/state.json." in project("import").out
