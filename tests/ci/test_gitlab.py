"""The same story in GitLab: the jobs of examples/gitlab, run unmodified."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from ruamel.yaml import YAML

from bufferctl.ci.forge import ChangeRequest, ReviewedPlan
from bufferctl.ci.gitlab import GitLab
from bufferctl.sandbox import Sandbox
from tests.ci.action import ROOT, provide_python
from tests.ci.conftest import CHANNELS, Developer, begin, check_out, post
from tests.ci.fake_gitlab import FORK, PERSON, PROJECT, FakeGitLab
from tests.ci.forges import TOKEN, Repository, Served
from tests.cli.conftest import account_of
from tests.sandbox.near import Near

FILE: dict[str, Any] = YAML(typ="safe").load((ROOT / "examples/gitlab/.gitlab-ci.yml").read_text(encoding="utf-8"))


def extended(job: dict[str, Any]) -> dict[str, Any]:
    """A job with what it extends, as GitLab merges them."""
    base = extended(FILE[job["extends"]]) if "extends" in job else {}
    variables = {**base.get("variables", {}), **job.get("variables", {})}
    return {**base, **job, "variables": variables}


JOBS = {name: extended(job) for name, job in FILE.items() if "extends" in job}


@dataclass
class Group:
    """A project in GitLab with its developer, and a Buffer. `whole`: see `provide_python`."""

    folder: Path
    gitlab: FakeGitLab
    sandbox: Sandbox
    ada: Developer
    runs: int = 0
    whole: bool = False

    def open(self, branch: str, **files: str) -> int:
        """A branch with posts, and a merge request for it."""
        self.ada.branch(branch)
        self.ada.write(**files)
        self.ada.push()
        return self.gitlab.open_request(branch)

    def edit(self, number: int, **files: str) -> None:
        """One more commit on the branch of a merge request."""
        request = self.gitlab.requests[number]
        self.ada.git("checkout", "--quiet", request["source_branch"])
        self.ada.write(**files)
        request["sha"] = self.ada.push("Change posts")

    def merge(self, number: int) -> None:
        """Merge a merge request."""
        self.ada.branch("main")
        branch = self.gitlab.requests[number]["source_branch"]
        self.ada.git("merge", "--quiet", "--no-ff", "--message", f"Merge !{number}", f"origin/{branch}")
        self.gitlab.merged(number, self.ada.send())

    def plan(self, number: int) -> subprocess.CompletedProcess[str]:
        """The pipeline of a merge request."""
        sha = self.gitlab.requests[number]["sha"]
        base = self.ada.git("merge-base", "origin/main", sha)
        variables = {"IID": str(number), "TARGET_BRANCH_NAME": "main", "DIFF_BASE_SHA": base}
        given = {f"CI_MERGE_REQUEST_{name}": value for name, value in variables.items()}
        checkout, ran = self.job("bufferctl-plan", sha, CI_COMMIT_SHA=sha, **given)
        (kept,) = JOBS["bufferctl-plan"]["artifacts"]["paths"]
        kept = kept.replace("$CI_JOB_NAME", "bufferctl-plan")
        files = {str(p.relative_to(checkout)): p.read_bytes() for p in (checkout / kept).rglob("*") if p.is_file()}
        self.gitlab.ran(number, "bufferctl-plan", files)
        return ran

    def job(self, name: str, ref: str = "main", **variables: str) -> tuple[Path, subprocess.CompletedProcess[str]]:
        """Run a job's script on its own machine; returns its checkout and the result."""
        self.runs += 1
        machine = self.folder / f"machine-{self.runs}"
        checkout = machine / "checkout"
        check_out(self.gitlab.repository.path, ref, checkout)
        provide_python(machine / "python" / "bin", whole=self.whole)
        with Served(self.gitlab.api) as gitlab:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(machine),
                "GITLAB_CI": "true",
                "GITLAB_TOKEN": TOKEN,
                "CI_API_V4_URL": f"{gitlab.url}/api/v4",
                "CI_PROJECT_ID": str(PROJECT),
                "CI_PROJECT_PATH": "acme/posts",
                "CI_SERVER_URL": f"file://{self.gitlab.repository.path.parents[1]}",
                "CI_DEFAULT_BRANCH": "main",
                "CI_JOB_URL": f"https://gitlab.example/acme/posts/-/jobs/{self.runs}",
                "BUFFER_API_URL": self.sandbox.url,
                "BUFFER_API_KEY": "sandbox",
                "CI_JOB_NAME": name,
                "CI_ENVIRONMENT_NAME": JOBS[name].get("environment", {}).get("name", ""),
                **JOBS[name]["variables"],
                **variables,
            }
            command = ["sh", "-c", "set -e\n" + "\n".join(JOBS[name]["script"])]
            ran = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
        assert TOKEN not in ran.stdout + ran.stderr
        return checkout, ran

    def bodies(self, number: int) -> list[str]:
        """The notes of a merge request."""
        return [each["body"] for each in self.gitlab.notes[number]]

    def texts(self) -> list[str]:
        """The texts in Buffer."""
        return sorted(each["text"] for each in self.sandbox.posts())


@pytest.fixture
def group(tmp_path: Path, begun: Path) -> Iterator[Group]:
    """A project whose main branch declares two channels and no posts yet."""
    repository, ada = begin(begun, tmp_path / "forge", "acme/posts.git")
    gitlab = FakeGitLab(repository)
    with Near(account_of(CHANNELS), clock=gitlab.clock) as sandbox:
        yield Group(tmp_path, gitlab, sandbox, ada)


def test_the_whole_story(group: Group) -> None:
    """One note, updated with the merge request; the reviewed posts are published after the merge, once only."""
    number = group.open("launch", launch=post("launch", "We are live"))
    ran = group.plan(number)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    group.edit(number, launch=post("launch", "We are live at last"))
    assert group.plan(number).returncode == 0
    (note,) = group.bodies(number)
    assert "### 1 new post on" in note
    assert "We are live at last" in note
    page = f"https://gitlab.example/acme/posts/-/jobs/2/artifacts/file/bufferctl-plan/plan-{number}-1.html"
    assert f"[the page]({page})" in note
    assert group.texts() == []

    group.merge(number)
    _, ran = group.job("bufferctl-apply")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert group.texts() == ["We are live at last"]
    assert "1 created" in group.bodies(number)[1]
    _, ran = group.job("bufferctl-apply")
    assert "is already applied" in ran.stdout
    assert group.texts() == ["We are live at last"]


@pytest.mark.long
def test_a_job_that_waited_takes_the_newest_files(group: Group) -> None:
    """Two merges, and the first one's job runs last: the job that comes first does both plans."""
    assert group.job("bufferctl-apply")[1].returncode == 0
    old = group.ada.git("rev-parse", "main")
    group.gitlab.repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    first = group.open("one", one=post("one", "First"))
    second = group.open("two", two=post("two", "Second", due="2029-12-21 09:00"))
    for number in (first, second):
        group.plan(number)
    for number in (first, second):
        group.merge(number)
    _, ran = group.job("bufferctl-apply", old)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert group.texts() == ["First", "Second"]


KEPT = {"bufferctl-plan/plan.json": b"the plan"}


def reviewed(gitlab: FakeGitLab, number: int, merged_at: datetime | None = None) -> ReviewedPlan:
    """The plan that counts as reviewed for a merge request."""
    environment = {
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": str(PROJECT),
        "GITLAB_TOKEN": TOKEN,
    }
    with GitLab(environment, transport=httpx2.MockTransport(gitlab.api)) as forge:
        request = ChangeRequest(number, gitlab.requests[number]["sha"], "main", merged_at=merged_at)
        return forge.reviewed_plan(request, "bufferctl-plan")


@pytest.fixture
def gitlab(tmp_path: Path) -> FakeGitLab:
    """A project with one commit and a merge request for it."""
    fake = FakeGitLab(Repository(tmp_path / "posts.git"))
    tree = fake.repository.git("mktree")
    commit = ("-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "commit-tree", tree, "-m", "Begin")
    fake.repository.git("branch", "main", fake.repository.git(*commit))
    fake.repository.git("branch", "launch", "main")
    fake.open_request("launch")
    return fake


def described(gitlab: FakeGitLab, number: int = 1, **values: Any) -> dict[str, bytes]:
    """The artifact of a job: the plan, and its merge request."""
    about = {"number": number, "head": gitlab.requests[1]["sha"], "branch": "main", **values}
    return {**KEPT, "bufferctl-plan/request.json": json.dumps(about).encode()}


def test_the_plan_of_the_own_pipeline_counts(gitlab: FakeGitLab) -> None:
    """The newest one for the head; with merged results it ran on a merge of the head."""
    gitlab.ran(1, "bufferctl-plan", described(gitlab))
    assert reviewed(gitlab, 1).content == b"the plan"
    head, tree = gitlab.requests[1]["sha"], gitlab.repository.git("mktree")
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@acme.example")
    base = gitlab.repository.git(*identity, "commit-tree", tree, "-m", "Base")
    merge = gitlab.repository.git(*identity, "commit-tree", tree, "-p", base, "-p", head, "-m", "Try")
    files = {**described(gitlab), "bufferctl-plan/plan.json": b"of merged results"}
    gitlab.ran(1, "bufferctl-plan", files, sha=merge, ref="refs/merge-requests/1/merge")
    assert reviewed(gitlab, 1).content == b"of merged results"


@pytest.mark.parametrize(
    ("pipeline", "about", "why"),
    [
        ({"project_id": FORK}, {}, "it ran in another project"),
        ({"source": "web"}, {}, "it was started by web"),
        ({"ref": "refs/merge-requests/2/head"}, {}, "it ran for refs/merge-requests/2/head"),
        ({"sha": "0" * 40}, {}, "it ran for another commit"),
        ({}, {"number": 2}, "it was made for !2"),
        ({}, {"branch": "develop"}, "it was made for a merge into develop, not main"),
        ({}, {"head": "0" * 40}, "it was made for another commit"),
    ],
)
def test_other_plans_do_not_count(
    gitlab: FakeGitLab, pipeline: dict[str, Any], about: dict[str, Any], why: str
) -> None:
    """Each is ignored, and the log gives the reason."""
    gitlab.ran(1, "bufferctl-plan", described(gitlab, **about), **pipeline)
    found = reviewed(gitlab, 1)
    assert found.content is None
    assert why in " ".join(found.ignored)


def test_a_job_that_is_retried_after_the_merge_does_not_count(gitlab: FakeGitLab) -> None:
    """Its first run does, which the forge still lists; one that is older than a week at the merge does not."""
    gitlab.ran(1, "bufferctl-plan", described(gitlab))
    (pipeline,) = gitlab.pipelines[1]
    (first,) = gitlab.jobs[pipeline["id"]]
    gitlab.clock.advance(minutes=5)
    merged_at = gitlab.clock.now()
    gitlab.clock.advance(minutes=5)
    gitlab.jobs[pipeline["id"]].append({**first, "id": first["id"] + 1000, "finished_at": gitlab.now()})
    found = reviewed(gitlab, 1, merged_at)
    assert (found.content, "it was made after the merge" in found.ignored[0]) == (b"the plan", True)
    found = reviewed(gitlab, 1, merged_at + timedelta(days=8))
    assert (found.content, "more than 7 days before the merge" in found.ignored[0]) == (None, True)


def test_a_forks_pipeline_in_this_project_does_not_count(gitlab: FakeGitLab) -> None:
    """A member can start a fork's pipeline in the parent project: it runs the fork's own .gitlab-ci.yml here."""
    gitlab.requests[1]["source_project_id"] = FORK
    gitlab.ran(1, "bufferctl-plan", described(gitlab))
    found = reviewed(gitlab, 1)
    assert (found.content, found.ignored) == (None, ("the plan of !1 does not count: it comes from another project",))


def test_a_committed_link_does_not_lead_the_plan_elsewhere(group: Group) -> None:
    """A link with the artifact's name is replaced by a folder, and its target stays as it is."""
    outside = group.folder / "outside"
    outside.mkdir()
    number = group.open("launch", launch=post("launch", "We are live"))
    (group.ada.folder / "bufferctl-plan").symlink_to(outside)
    group.edit(number)
    ran = group.plan(number)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert list(outside.iterdir()) == []
    assert "### 1 new post on" in group.bodies(number)[0]


@pytest.mark.long
def test_a_fork_is_planned_without_key_and_token(group: Group) -> None:
    """Only the log shows the plan, marked as unchecked."""
    number = group.open("launch", launch=post("launch", "We are live", due="2099-12-21 09:00"))
    nothing = {"GITLAB_TOKEN": "", "BUFFER_API_KEY": "", "CI_MERGE_REQUEST_IID": str(number)}
    group.whole = True
    _, ran = group.job("bufferctl-plan-of-fork", "launch", **nothing)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Not checked against Buffer" in ran.stdout
    assert group.bodies(number) == []
    assert group.sandbox.requests == []


@pytest.mark.long
def test_drift_opens_an_issue_and_closes_it(group: Group) -> None:
    """One issue while the drift lasts; a person's issue is never mistaken for it."""
    number = group.open("launch", launch=post("launch", "We are live"))
    assert group.plan(number).returncode == 0
    group.merge(number)
    hourly = {"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main"}
    assert group.job("bufferctl-apply")[1].returncode == 0
    theirs = {"iid": 1, "state": "opened", "author": {"id": PERSON}, "description": "<!-- bufferctl:needs-you -->"}
    group.gitlab.issues.append(dict(theirs))
    (live,) = group.sandbox.posts()
    group.sandbox.person.edit_post(live["id"], text="Somebody's own words")
    for _ in range(2):
        assert group.job("bufferctl-apply", **hourly)[1].returncode == 0
    group.sandbox.person.edit_post(live["id"], text="We are live")
    assert group.job("bufferctl-apply", **hourly)[1].returncode == 0
    assert group.gitlab.issues[0] == theirs
    (ours,) = group.gitlab.issues[1:]
    assert (ours["state"], "**Resolved.**" in ours["description"]) == ("closed", True)


@pytest.mark.long
def test_a_decision_by_hand(group: Group) -> None:
    """The variable of a pipeline that a person starts."""
    group.ada.branch("main")
    group.ada.write(launch=post("launch", "We are live"))
    group.ada.push()
    by_hand = {"CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BRANCH": "main"}
    ran = group.job("bufferctl-apply", **by_hand, BUFFERCTL_DECISION="everything")[1]
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert group.texts() == ["We are live"]
