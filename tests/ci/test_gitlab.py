"""The same story in GitLab: the jobs of examples/gitlab, run as they stand there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bufferctl.sandbox import Clock, Sandbox
from tests.ci.conftest import FILES, NOW, Developer, post
from tests.ci.fake_gitlab import FORK, PERSON, PROJECT, FakeGitLab
from tests.ci.forges import TOKEN, Repository
from tests.ci.runner import ROOT, provide_python

JOBS: dict[str, Any] = YAML(typ="safe").load((ROOT / "examples/gitlab/.gitlab-ci.yml").read_text(encoding="utf-8"))


@dataclass
class Group:
    """A project in GitLab with its developer, and a Buffer."""

    folder: Path
    gitlab: FakeGitLab
    sandbox: Sandbox
    ada: Developer
    runs: int = 0

    def open(self, branch: str, **files: str) -> int:
        """A branch with posts, and a merge request of it."""
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
        self.ada.git("push", "--quiet", "origin", "main")
        self.gitlab.merged(number, self.ada.git("rev-parse", "HEAD"))

    def plan(self, number: int) -> subprocess.CompletedProcess[str]:
        """The pipeline of a merge request."""
        sha = self.gitlab.requests[number]["sha"]
        checkout, ran = self.job("bufferctl-plan", sha, CI_MERGE_REQUEST_IID=str(number), CI_COMMIT_SHA=sha)
        (kept,) = JOBS["bufferctl-plan"]["artifacts"]["paths"]
        files = {str(p.relative_to(checkout)): p.read_bytes() for p in (checkout / kept).rglob("*") if p.is_file()}
        self.gitlab.ran(number, "bufferctl-plan", files)
        return ran

    def job(self, name: str, ref: str = "main", **variables: str) -> tuple[Path, subprocess.CompletedProcess[str]]:
        """Run a job's script on a machine of its own; its checkout, and what came of it."""
        self.runs += 1
        machine = self.folder / f"machine-{self.runs}"
        checkout = machine / "checkout"
        checkout.mkdir(parents=True)
        for command in (
            ("init", "--quiet"),
            ("remote", "add", "origin", str(self.gitlab.repository.path)),
            ("fetch", "--quiet", "--depth", "1", "origin", ref),
            ("checkout", "--quiet", "--detach", "FETCH_HEAD"),
        ):
            subprocess.run(["git", "-C", str(checkout), *command], check=True, capture_output=True)
        provide_python(machine / "python" / "bin")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(machine),
            "GITLAB_CI": "true",
            "GITLAB_TOKEN": TOKEN,
            "CI_API_V4_URL": f"{self.gitlab.api.url}/api/v4",
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_PATH": "acme/posts",
            "CI_SERVER_URL": f"file://{self.gitlab.repository.path.parents[1]}",
            "CI_DEFAULT_BRANCH": "main",
            "CI_JOB_URL": f"https://gitlab.example/acme/posts/-/jobs/{self.runs}",
            "BUFFER_API_URL": self.sandbox.url,
            "BUFFER_API_KEY": "sandbox",
            **JOBS[".bufferctl"]["variables"],
            **variables,
        }
        script = "set -e\n" + "\n".join(JOBS[name]["script"])
        ran = subprocess.run(
            ["sh", "-c", script], cwd=checkout, env=environment, capture_output=True, text=True, check=False
        )
        assert TOKEN not in ran.stdout + ran.stderr
        return checkout, ran

    def bodies(self, number: int) -> list[str]:
        """What the notes of a merge request say."""
        return [each["body"] for each in self.gitlab.notes[number]]

    def texts(self) -> list[str]:
        """What Buffer has."""
        return sorted(each["text"] for each in self.sandbox.posts())


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    """A project whose main branch declares two channels and no post yet."""
    gitlab = FakeGitLab(Repository(tmp_path / "forge" / "acme" / "posts.git"))
    clone = tmp_path / "ada"
    command = ["git", "clone", "--quiet", str(gitlab.repository.path), str(clone)]
    subprocess.run(command, check=True, capture_output=True)
    ada = Developer(clone)
    ada.git("checkout", "--quiet", "-B", "main")
    (clone / "buffer.yaml").write_text(FILES, encoding="utf-8")
    ada.push("Begin")
    with gitlab.api, gitlab.storage, Sandbox(clock=Clock.at(NOW)) as sandbox:
        yield Group(tmp_path, gitlab, sandbox, ada)


def test_the_whole_story(group: Group) -> None:
    """One note that follows the merge request; what was reviewed is published after the merge, once; then nothing."""
    number = group.open("launch", launch=post("launch", "We are live"))
    ran = group.plan(number)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    group.edit(number, launch=post("launch", "We are live at last"))
    assert group.plan(number).returncode == 0
    (note,) = group.bodies(number)
    assert "1 to create" in note
    assert "We are live at last" in note
    assert group.texts() == []

    group.merge(number)
    _, ran = group.job("bufferctl-apply")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert group.texts() == ["We are live at last"]
    assert "1 created" in group.bodies(number)[1]
    _, ran = group.job("bufferctl-apply")
    assert "was applied already" in ran.stdout
    assert group.texts() == ["We are live at last"]


def test_a_job_that_waited_takes_the_newest_files(group: Group) -> None:
    """Two merges, and the first one's job runs last: both plans are done by whichever comes first."""
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


def test_a_plan_of_a_forks_pipeline_is_passed_over(group: Group) -> None:
    """A fork's pipeline runs what the fork likes: its plan counts for nothing."""
    number = group.open("launch", launch=post("launch", "We are live"))
    group.gitlab.ran(number, "bufferctl-plan", {"bufferctl-plan/plan/plan.json": b"{}"}, project=FORK)
    group.merge(number)
    _, ran = group.job("bufferctl-apply")
    assert ran.returncode == 1
    assert "There is no plan of !1" in ran.stdout
    assert group.texts() == []


def test_a_fork_is_planned_without_key_and_token(group: Group) -> None:
    """In the log alone, and said to be unchecked."""
    number = group.open("launch", launch=post("launch", "We are live", due="2099-12-21 09:00"))
    nothing = {"GITLAB_TOKEN": "", "BUFFER_API_KEY": "", "CI_MERGE_REQUEST_IID": str(number)}
    _, ran = group.job("bufferctl-plan-of-fork", "launch", **nothing)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Not checked against Buffer" in ran.stdout
    assert group.bodies(number) == []
    assert group.sandbox.requests == []


def test_drift_opens_an_issue_and_closes_it(group: Group) -> None:
    """One, while it lasts; a person's is never taken for it."""
    number = group.open("launch", launch=post("launch", "We are live"))
    group.plan(number)
    group.merge(number)
    group.job("bufferctl-apply")
    theirs = {"iid": 1, "state": "opened", "author": {"id": PERSON}, "description": "<!-- bufferctl:drift -->"}
    group.gitlab.issues.append(dict(theirs))
    (live,) = group.sandbox.posts()
    group.sandbox.person.edit_post(live["id"], text="Somebody's own words")
    for _ in range(2):
        assert group.job("bufferctl-drift")[1].returncode == 0
    group.sandbox.person.edit_post(live["id"], text="We are live")
    assert group.job("bufferctl-drift")[1].returncode == 0
    assert group.gitlab.issues[0] == theirs
    (ours,) = group.gitlab.issues[1:]
    assert (ours["state"], "**Over.**" in ours["description"]) == ("closed", True)
