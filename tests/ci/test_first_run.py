"""A first run that is red says why, and what to do, where people look: the annotation and the summary of the run."""

from __future__ import annotations

import pytest

from tests.ci.conftest import Team, post
from tests.ci.sides import OnGitLab, on_gitlab

__all__ = ["on_gitlab"]  # a fixture


def summary(team: Team) -> str:
    """What the last run added to the summary of its step."""
    return (team.folder / f"machine-{team.runs}" / "summary").read_text(encoding="utf-8")


@pytest.fixture
def number(team: Team) -> int:
    """A pull request with a post."""
    return team.open("launch", launch=post("launch", "We are live"))


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_no_secret_yet(team: Team, number: int, command: str) -> None:
    """Which secret of which environment is missing."""
    name = {"plan": "buffer-plan", "apply": "buffer-publish"}[command]
    team.environment |= {"BUFFERCTL_ENVIRONMENT": name}
    if command == "plan":
        ran = team.plan(number, key="")
    else:
        team.plan(number)
        team.merge(number)
        ran = team.apply(key="")
    assert ran.failed
    where = f"put it into the secret `BUFFER_API_KEY` of the environment {name} (Settings, Environments)"
    assert "::error::There is no API key, so nothing is planned or published. Create one in Buffer" in ran.log
    assert where in ran.log
    assert "**There is no API key**" in summary(team)
    assert name in summary(team)


def test_a_key_that_buffer_refuses(team: Team, number: int) -> None:
    """Another sentence, and the same place."""
    ran = team.plan(number, key="expired")
    assert "::error::Buffer refused the API key, so nothing is planned or published. Create a new one" in ran.log
    assert "**Buffer refused the API key**" in summary(team)


def test_no_permission(team: Team, number: int) -> None:
    """The one that GitHub names is in both, as it is written in a workflow."""
    team.github.read_only = True
    ran = team.plan(number)
    assert ran.failed
    assert "This needs the permission `pull-requests: write`. Check the `permissions` of the job" in ran.log
    assert "`pull-requests: write`" in summary(team)


def test_no_shared_state(team: Team, number: int) -> None:
    """Which file lacks it, with its folder, and the line to add."""
    team.merge(number)
    team.ada.branch("main")
    folder = team.ada.folder / "teams" / "globex"
    folder.mkdir(parents=True)
    root = (team.ada.folder / "buffer.yaml").read_text(encoding="utf-8").replace("state: git\n", "")
    (folder / "buffer.yaml").write_text(root, encoding="utf-8")
    team.ada.push()
    ran = team.apply(directory="teams/globex")
    assert ran.failed
    assert "::error::teams/globex/buffer.yaml does not say where runs share the state" in ran.log
    assert "Add `state: git` to teams/globex/buffer.yaml" in summary(team)


def test_on_gitlab(on_gitlab: OnGitLab) -> None:
    """The variable and its scope, in the log, which is all that GitLab shows."""
    ran = on_gitlab.apply(key="")
    assert ran.failed
    assert "error: There is no API key" in ran.log
    assert "the variable `BUFFER_API_KEY` of the environment scope" in ran.log
