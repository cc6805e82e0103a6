"""What files that anybody may propose, and a state that somebody forged, cannot make git do."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.stores import git

CONFIG = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
state: {git: {remote: REMOTE}}
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - {key: launch, due_at: 2029-12-20 09:00, text: We are live}
"""
#: Commands that open the state.
COMMANDS = [
    ("plan",),
    ("plan", "--offline"),
    ("list",),
    ("doctor",),
    ("drift",),
    ("state", "list"),
    ("state", "pull"),
    ("state", "log"),
    ("apply", "--auto-approve"),
]
#: Those that show the document as it is, damaged or not, and what does not read it.
UNHARMED = {("state", "pull"), ("state", "log"), ("plan", "--offline")}


@pytest.fixture(autouse=True)
def _nobodys_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def project(project: Project, tmp_path: Path) -> Project:
    """A clone with a remote `origin`, whose files say nothing wrong yet."""
    git.git(project.folder, "init", "--quiet")
    git.git(project.folder, "remote", "add", "origin", str(git.remote(tmp_path / "remote.git")))
    project.write("buffer.yaml", CONFIG.replace("REMOTE", "origin"))
    git.git(project.folder, "add", "buffer.yaml")
    git.git(project.folder, "commit", "--quiet", "--message", "Begin")
    git.git(project.folder, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    return project


@pytest.fixture
def trap(tmp_path: Path) -> tuple[str, Path]:
    """A command that leaves a file, and that file."""
    sprung = tmp_path / "sprung"
    return f"touch {shlex.quote(str(sprung))}", sprung


@pytest.mark.parametrize("remote", ["--upload-pack={trap};", "ext::{trap}", "--receive-pack={trap};", "-u{trap};"])
def test_a_remote_is_no_option_and_no_program(project: Project, trap: tuple[str, Path], remote: str) -> None:
    """The files are wrong, so nothing happens, whichever command reads them."""
    written, sprung = remote.format(trap=trap[0]), trap[1]
    project.write("buffer.yaml", CONFIG.replace("REMOTE", json.dumps(written)))
    for command in COMMANDS:
        ran = project(*command)
        assert not sprung.exists(), command
        assert ran.code == 1, command
    assert "`remote` must be the name of a remote (`git remote`)" in project("validate").out


@pytest.mark.parametrize(
    ("remote", "code"),
    [
        *((each, 1) for each in ("ssh://[-ox]/y", "ssh://a@-ox/y", "a@[-ox]:y", "https://a@-ox/y")),
        *((each, 0) for each in ("ssh://git@my_host:22/~a/b", "git@[::1]:a", "https://a:b@[::1]:8443/c")),
    ],
)
def test_a_host_is_no_option_either(project: Project, remote: str, code: int) -> None:
    """Refused if it begins with a dash, behind a user name or in brackets, too."""
    project.write("buffer.yaml", CONFIG.replace("REMOTE", json.dumps(remote)))
    assert project("validate").code == code


@pytest.mark.parametrize("remote", ["posts/evil", "./posts/evil", "file://{folder}/posts/evil", "{folder}/posts/evil"])
def test_a_remote_is_no_folder_of_the_checkout(project: Project, trap: tuple[str, Path], remote: str) -> None:
    """A bare repository among the files has hooks, which run where somebody pushes to it."""
    evil = git.remote(project.folder / "posts" / "evil")
    hook = evil / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{trap[0]}\n", encoding="utf-8")
    hook.chmod(0o755)
    project.write("buffer.yaml", CONFIG.replace("REMOTE", json.dumps(remote.format(folder=project.folder))))
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert not trap[1].exists()
    assert ran.code == 1
    assert "remote" in ran.err


def test_a_name_means_a_remote_that_git_has(project: Project) -> None:
    """Not a folder of that name, even if it is a repository."""
    git.remote(project.folder / "record")
    project.write("buffer.yaml", CONFIG.replace("REMOTE", "record"))
    ran = project("plan")
    assert (ran.code, "this repository has no remote record" in ran.err) == (1, True)


@pytest.mark.parametrize("commit", ["--output={file}", *long("--upload-pack={trap};")])
def test_a_commit_in_the_state_is_no_option(project: Project, trap: tuple[str, Path], commit: str) -> None:
    """State that names another kind of commit was not written by bufferctl, and is not used."""
    project.apply()
    forged = json.loads(project("state", "pull").out)
    forged["commit"] = commit.format(trap=trap[0], file=trap[1])
    forge(project, json.dumps(forged))
    for command in COMMANDS:
        ran = project(*command)
        assert list(trap[1].parent.glob(f"{trap[1].name}*")) == [], command
        assert ran.code == (0 if command in UNHARMED else 1), command
    assert "is damaged (1 of its entries cannot be read)" in project("plan").err


def forge(project: Project, document: str) -> None:
    """Replace the state on its branch, as somebody who may push can."""
    origin = Path(git.git(project.folder, "remote", "get-url", "origin"))
    written = project.folder.parent / "forged.json"
    written.write_text(document, encoding="utf-8")
    blob = git.git(origin, "hash-object", "-w", str(written))
    (name,) = git.git(origin, "ls-tree", "--name-only", "bufferctl-state").split()
    listing = project.folder.parent / "listing"
    listing.write_text(f"100644 blob {blob}\t{name}\n", encoding="utf-8")
    tree = git.git(origin, "-c", f"alias.make=!git mktree <{shlex.quote(str(listing))}", "make")
    commit = git.git(origin, "commit-tree", "-m", "forged", tree)
    git.git(origin, "update-ref", "refs/heads/bufferctl-state", commit)
