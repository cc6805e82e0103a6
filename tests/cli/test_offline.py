"""`plan --offline`: files and state only, without a key or any request."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from bufferctl.cli import cli
from tests.cli.conftest import Prints, Project, Ran
from tests.stores import git

FILES = """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - key: teaser
            text: {text}
            tags: [launch]
"""


@pytest.fixture
def alone(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without a key, whose Buffer cannot be reached."""
    monkeypatch.delenv("BUFFER_API_KEY")
    monkeypatch.setenv("BUFFER_API_URL", "https://127.0.0.1:1")
    (environment / "buffer.yaml").write_text(FILES.format(text="Soon"), encoding="utf-8")
    return environment


def test_without_key_and_state(alone: Path, run: Callable[..., Ran]) -> None:
    """Everything is new, and marked as unchecked; exit 0."""
    ran = run("plan", "--offline")
    assert (ran.code, ran.planned) == (0, ["+ teaser"])
    assert "Not checked against Buffer" in ran.out


def test_pending_changes_are_told(alone: Path, run: Callable[..., Ran]) -> None:
    """Exit 2 with --detailed-exitcode, like every plan."""
    assert run("plan", "--offline", "--detailed-exitcode").code == 2


def test_what_needs_the_account_is_refused(alone: Path, run: Callable[..., Ran], prints: Prints) -> None:
    """Exit 64, and nothing is written."""
    ran = run("plan", "--offline", "-o", "plan.json", "--reapply", "Acme/twitter:acme/teaser")
    assert ran.code == 64
    assert not (alone / "plan.json").exists()
    prints("offline/refused-overruled", ran)


def test_saved_for_a_review(alone: Path, run: Callable[..., Ran]) -> None:
    """It is shown like any plan."""
    assert run("plan", "--offline", "-o", "plan.json").code == 0
    assert "+ teaser  X" in run("show", "plan.json").out


def test_a_plan_for_a_review_is_not_applied_as_a_whole(alone: Path, run: Callable[..., Ran]) -> None:
    """Exit 64, with what to do instead."""
    assert run("plan", "--offline", "-o", "plan.json").code == 0
    ran = run("apply", "plan.json")
    assert (ran.code, "apply --reviewed plan.json" in ran.err) == (64, True)


def test_an_edit_is_compared_with_state(project: Project, monkeypatch: pytest.MonkeyPatch, prints: Prints) -> None:
    """After an apply nothing is left; an edit then is a change, without a key."""
    project.write("buffer.yaml", FILES.format(text="Soon").replace("            tags: [launch]\n", ""))
    assert project.apply().code == 0
    monkeypatch.delenv("BUFFER_API_KEY")
    ran = project("plan", "--offline", "--detailed-exitcode")
    assert (ran.code, "The files match what was last applied: 1 unchanged." in ran.out) == (0, True)
    assert "Not checked against Buffer" in ran.out
    assert json.loads(project("plan", "--offline", "--json").out)["offline"] is True
    project.write("buffer.yaml", FILES.format(text="Very soon").replace("            tags: [launch]\n", ""))
    prints("offline/edited", project("plan", "--offline"))


def test_every_command_with_the_option_is_walked() -> None:
    """`plan` here, `ci plan` in tests/ci/test_forks.py; another one needs such a walk, too."""

    def having(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
        if any(each.name == "offline" for each in command.params):
            yield path
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                if found := command.get_command(context, name):
                    yield from having(found, *path, name)

    assert sorted(having(cli)) == [("ci", "plan"), ("plan",)]


@pytest.fixture
def nobody(alone: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that must not be reached; Python's own sockets must not even be connected."""

    def refused(*_arguments: object) -> None:
        raise AssertionError("somebody was contacted")

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("BUFFER_API_URL", address)
        monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setattr(socket.socket, "connect", refused)
        monkeypatch.setattr(socket, "getaddrinfo", refused)
        yield address
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--report", "plan.html"), ("--report", "plan.md")])
@pytest.mark.parametrize(
    "state",
    ["state: git", "state: {git: {remote: 'https://127.0.0.1:1/x'}}", "state: {store: s3://acme, endpoint: URL}"],
)
def test_offline_contacts_nobody(
    alone: Path,
    nobody: str,
    run: Callable[..., Ran],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    arguments: tuple[str, ...],
) -> None:
    """Neither Buffer, nor the store of the state, nor a remote, nor a URL of a picture; it says what it lacks."""
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    files = FILES.format(text="Soon") + "            assets: [{image: {url: https://acme.example/a.png}}]\n"
    (alone / "buffer.yaml").write_text(f"{files}{state.replace('URL', nobody)}\n", encoding="utf-8")
    git.git(alone, "init", "--quiet")
    git.git(alone, "remote", "add", "origin", "https://127.0.0.1:1/acme.git")
    git.git(alone, "add", "--all")
    git.git(alone, "commit", "--quiet", "--message", "Begin")
    reached = git.spied(tmp_path, monkeypatch)
    ran = run("plan", "--offline", *arguments)
    assert ran.code == 0, ran.err
    assert "--offline contacts nobody, so this plan does not know the shared state" in " ".join(ran.err.split())
    assert not reached.exists()
