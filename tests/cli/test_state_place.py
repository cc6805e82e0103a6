"""A checkout that names another place for the state than the last run here used."""

from __future__ import annotations

from pathlib import Path

import pytest

from bufferctl.machine import state_folder
from tests.cli.conftest import Project
from tests.cli.test_asking import Terminal
from tests.conftest import long
from tests.stores import git

CONFIG = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
{state}organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - {{key: launch, due_at: 2029-12-20 09:00, text: We are live}}
"""
#: Places that a pull request may name, and what would get the credentials.
PLACES = [
    "state: {git: {remote: 'https://git.evil.example/state.git'}}\n",
    "state: {git: {remote: mallory}}\n",
    "state: {store: s3://evil, endpoint: https://evil.example}\n",
]
#: Runs that open the state.
COMMANDS = [("plan",), ("list",), ("drift",), ("doctor",), ("state", "list"), ("apply", "--auto-approve")]


@pytest.fixture
def project(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A clone with a remote `origin`, and a colleague's as `mallory`."""
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CI", raising=False)
    git.git(project.folder, "init", "--quiet")
    for name in ("origin", "mallory"):
        git.git(project.folder, "remote", "add", name, str(git.remote(tmp_path / f"{name}.git")))
    return project


def write(project: Project, state: str) -> None:
    """A root file with this `state`."""
    project.write("buffer.yaml", CONFIG.format(state=state))


@pytest.mark.parametrize("before", ["", *long("state: git\n")], ids=["local", "git"])
@pytest.mark.parametrize("place", PLACES)
def test_another_place_is_not_asked_without_a_terminal(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, place: str
) -> None:
    """Exit 64, with one thing to do, before git or a bucket is contacted."""
    write(project, before)
    project.apply()
    write(project, place)
    reached = git.spied(tmp_path, monkeypatch)
    for command in COMMANDS:
        ran = project(*command)
        assert ran.code == 64, command
        assert "so nothing was sent" in ran.err
        assert "Run it in a terminal" in ran.err
    assert not reached.exists()


def test_the_first_place_and_ones_own_repository_need_no_answer(project: Project) -> None:
    """A new checkout uses what the files say, and `state: git` is where the files come from."""
    write(project, "state: {git: {remote: mallory}}\n")
    project.apply()
    write(project, "state: git\n")
    project.apply()
    write(project, "state: {git: {remote: mallory}}\n")
    assert project("plan").code == 0


def test_the_places_are_for_oneself(project: Project) -> None:
    """Nobody else on this machine may read where the states of one's projects are."""
    write(project, "state: git\n")
    project.apply()
    assert (state_folder() / "places").stat().st_mode & 0o777 == 0o700


def test_migrate_is_an_answer(project: Project) -> None:
    """Whoever moves the state there means that place."""
    write(project, "")
    project.apply()
    write(project, "state: {git: {remote: mallory}}\n")
    assert project("plan").code == 64
    assert project("state", "migrate").code == 0
    assert "1 unchanged" in project("plan").out


def test_a_job_is_not_asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a runner that keeps its files, nobody could answer; `ci plan` decides there."""
    write(project, "state: git\n")
    project.apply()
    write(project, "state: {git: {remote: mallory}}\n")
    monkeypatch.setenv("CI", "true")
    assert project("plan").code == 0


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), *long(("n\n", 1))])
def test_a_person_is_asked_once(project: Project, program: list[str], typed: str, code: int) -> None:
    """The question names both places; yes counts from then on, no sends nothing."""
    write(project, "state: git\n")
    project.apply()
    write(project, "state: {git: {remote: mallory}}\n")
    terminal = Terminal([*program, "plan"], project)
    terminal.until(b"Send your credentials there? [y/N]: ")
    terminal.type(typed)
    ended, shown = terminal.end()
    assert ended == code, shown
    assert "buffer.yaml keeps the state in the branch bufferctl-state of mallory" in " ".join(shown.split())
    assert "The last run here used the branch bufferctl-state of origin" in " ".join(shown.split())
    assert project("plan").code == (0 if code == 0 else 64)
