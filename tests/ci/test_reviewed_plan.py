"""The reviewed plan on GitHub: workflow, event, commit, pull request and branch must all match."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bufferctl.ci.forge import ChangeRequest, ReviewedPlan
from bufferctl.ci.github import GitHub
from bufferctl.sandbox import Clock
from tests.ci.fake_github import FORKS, NAME, PLAN_WORKFLOW, FakeGitHub, github_at
from tests.ci.forges import TOKEN

HEAD = "5" * 40
MERGED_AT = datetime(2029, 12, 3, 8, tzinfo=UTC)
REQUEST = ChangeRequest(1, HEAD, "main", merged_at=MERGED_AT)
ARTIFACT = f"bufferctl-plan-1-{HEAD}"


@pytest.fixture
def github(tmp_path: Path) -> FakeGitHub:
    """A GitHub whose runs kept no artifacts."""
    return github_at(tmp_path / "forge", Clock.at(MERGED_AT))


def files(**about: Any) -> dict[str, bytes]:
    """The artifact of a run: the plan, and its pull request."""
    described = {"number": 1, "head": HEAD, "branch": "main", **about}
    return {"plan.json": b"the plan", "request.json": json.dumps(described).encode()}


def reviewed(github: FakeGitHub) -> ReviewedPlan:
    """The plan that counts as reviewed."""
    environment = {"GITHUB_REPOSITORY": NAME, "GITHUB_TOKEN": TOKEN}
    transport = httpx2.MockTransport(github.api)
    with GitHub(environment, plan_workflow=PLAN_WORKFLOW, transport=transport) as forge:
        return forge.reviewed_plan(REQUEST, "bufferctl-plan")


@pytest.mark.parametrize("workflow", [PLAN_WORKFLOW, f"{PLAN_WORKFLOW}@refs/pull/1/merge"])
def test_the_plan_of_the_check_counts(github: FakeGitHub, workflow: str) -> None:
    """Even if GitHub appends the ref to the workflow's path."""
    github.upload(ARTIFACT, HEAD, files(), workflow=workflow)
    assert reviewed(github) == ReviewedPlan(b"the plan", made_at=github.clock.now())


def test_a_plan_made_by_hand_on_the_branch_counts(github: FakeGitHub) -> None:
    """Run again on main, with the number of the pull request: the run has a commit of main, the artifact the number."""
    earlier, _ = commits(github, "main", 2)
    github.upload(ARTIFACT, earlier, files(), event="workflow_dispatch", branch="main")
    assert reviewed(github).content == b"the plan"


@pytest.mark.parametrize("where", ["topic", "nowhere"])
def test_a_plan_made_by_hand_elsewhere_does_not_count(github: FakeGitHub, where: str) -> None:
    """A tag may be called as the branch is: a commit that the branch does not have, or that is nowhere any more."""
    commits(github, "main", 1)
    head = "7" * 40 if where == "nowhere" else commits(github, where, 2)[-1]
    github.upload(ARTIFACT, head, files(), event="workflow_dispatch", branch="main")
    found = reviewed(github)
    assert (found.content, [each.partition(": ")[2] for each in found.ignored]) == (
        None,
        ["it ran on no commit of main"],
    )


def commits(github: FakeGitHub, branch: str, number: int) -> list[str]:
    """Empty commits on a branch, which begins with the first."""
    git, made = github.repository.git, list[str]()
    tree = git("mktree")
    for each in range(number):
        parent = ["-p", made[-1]] if made else []
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example"]
        made.append(git(*identity, "commit-tree", tree, *parent, "-m", f"{branch} {each}"))
    git("update-ref", f"refs/heads/{branch}", made[-1])
    return made


@pytest.mark.parametrize(
    ("of_run", "about", "why"),
    [
        ({"workflow": ".github/workflows/other.yml"}, {}, "it is a run of .github/workflows/other.yml"),
        ({"event": "workflow_dispatch", "branch": "topic"}, {}, "the run was started by workflow_dispatch"),
        ({"made_at": "2029-12-03T08:00:01Z"}, {}, "it was made after the merge"),
        ({"made_at": "2029-11-26T07:59:59Z"}, {}, "it was made on Mon 26 Nov 2029, more than 7 days before the merge"),
        ({"made_at": None}, {}, "the forge does not say when it was made"),
        ({"event": "pull_request_target"}, {}, "the run was started by pull_request_target"),
        ({"repository": FORKS}, {}, "a fork's run may upload anything"),
        ({"head": "6" * 40}, {}, "the run was of another commit"),
        ({}, {"number": 2}, "it was made for #2"),
        ({}, {"branch": "develop"}, "it was made for a merge into develop, not main"),
        ({}, {"head": "6" * 40}, "it was made for another commit"),
    ],
)
def test_other_plans_do_not_count(github: FakeGitHub, of_run: dict[str, Any], about: dict[str, Any], why: str) -> None:
    """Each is ignored with a reason, and an older valid plan is used."""
    given = {"head": HEAD, **of_run}
    github.upload(ARTIFACT, given.pop("head"), files(**about), run=7, **given)
    found = reviewed(github)
    assert found.content is None
    assert why in found.ignored[0]
    github.artifacts[-1].id = 2000
    github.upload(ARTIFACT, HEAD, files(), run=6)
    assert reviewed(github).content == b"the plan"


def test_an_artifact_that_does_not_name_its_request(github: FakeGitHub) -> None:
    """Made by an older version, or with another value in its place."""
    for number, content in enumerate([{}, {"request.json": b"["}, {"request.json": b"[]"}]):
        github.upload(ARTIFACT, HEAD, {"plan.json": b"the plan", **content}, run=number)
    found = reviewed(github)
    assert (found.content, len(found.ignored)) == (None, 3)


def test_an_expired_plan(github: FakeGitHub) -> None:
    """GitHub deleted it: the log says so, and it is not downloaded."""
    github.upload(ARTIFACT, HEAD, files()).expired = True
    said = f"the plan of artifact {github.artifacts[-1].id} does not count: it is no longer kept"
    assert reviewed(github) == ReviewedPlan(None, (said,))


def test_a_check_that_made_no_plan(github: FakeGitHub) -> None:
    """The newest run of the commit failed: an older plan is not the one that reviewers saw last."""
    github.upload(ARTIFACT, HEAD, files(), run=6)
    github.upload(ARTIFACT, HEAD, {"request.json": files()["request.json"]}, run=7)
    found = reviewed(github)
    assert (found.content, found.ignored) == (None, ("run 7 made no plan that can be agreed to",))
