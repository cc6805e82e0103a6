"""What people and jobs do alike on both forges, so that one story is told on each of them."""

from __future__ import annotations

import os
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest

from bufferctl.ci.apply import apply
from bufferctl.ci.job import JobOptions, run_job
from bufferctl.ci.plan import plan
from bufferctl.sandbox import Sandbox
from tests.ci.action import Run
from tests.ci.conftest import CHANNELS, Developer, Team, begin, check_out, post, team_in
from tests.ci.fake_github import FORKS
from tests.ci.fake_gitlab import FORK, NAMES, PROJECT, FakeGitLab
from tests.ci.forges import TOKEN, Repository
from tests.ci.in_process import in_process
from tests.cli.conftest import account_of
from tests.sandbox.near import Near


class Side(ABC):
    """A team on one forge: its developer, its repository and its Buffer."""

    folder: Path
    ada: Developer
    sandbox: Sandbox
    repository: Repository
    sign: ClassVar[str]

    def open(self, branch: str, into: str = "main", **files: str) -> int:
        """A branch with posts, and a request for it."""
        self.ada.branch(branch)
        self.ada.write(**files)
        self.ada.push()
        return self.request(branch, into)

    def edit(self, number: int, **files: str) -> None:
        """One more commit on the branch of a request."""
        self.ada.git("checkout", "--quiet", self.branch_of(number))
        self.ada.write(**files)
        self.ada.push("Change posts")
        self.pushed(number)

    def force_push(self, number: int, **files: str) -> None:
        """Other commits in the place of those of the branch."""
        self.ada.branch(self.branch_of(number))
        self.ada.write(**files)
        self.ada.git("add", "--all")
        self.ada.git("commit", "--quiet", "--message", "Anew")
        self.ada.send()
        self.pushed(number)

    def straight_to_main(self, **files: str) -> None:
        """A commit that was in no request."""
        self.ada.branch("main")
        self.ada.write(**files)
        self.ada.push()

    def land(self, number: int, way: str = "merge", into: str = "main") -> None:
        """Bring a request into a branch: with a merge commit, a squash, or a rebase."""
        branch = f"origin/{self.branch_of(number)}"
        self.ada.git("checkout", "--quiet", "-B", into, f"origin/{into}")
        if way == "merge":
            self.ada.git("merge", "--quiet", "--no-ff", "--message", "Merge", branch)
        elif way == "squash":
            self.ada.git("merge", "--quiet", "--squash", branch)
            self.ada.git("commit", "--quiet", "--message", "Squash")
        else:
            self.ada.git("cherry-pick", "--no-ff", f"origin/{into}..{branch}")
        self.landed(number, self.ada.send())

    def planned(self, branch: str, **files: str) -> int:
        """An open request whose check passed."""
        number = self.open(branch, **files)
        ran = self.plan(number)
        assert not ran.failed, ran.log
        return number

    def launched(self) -> int:
        """A request with one post that was reviewed, merged and published."""
        number = self.planned("launch", launch=post("launch", "We are live"))
        self.land(number)
        ran = self.apply()
        assert not ran.failed, ran.log
        return number

    def texts(self) -> list[str]:
        """The texts in Buffer."""
        return sorted(each["text"] for each in self.sandbox.posts())

    def later(self, **time: float) -> None:
        """Time passes for the forge and for Buffer."""
        self.sandbox.clock.advance(**time)

    def rewrite_main(self) -> None:
        """Somebody replaces the history of main by one commit with the same files."""
        commit = self.ada.git("commit-tree", "origin/main^{tree}", "-m", "All of it")
        self.ada.send("refs/heads/main", commit)

    def settings(self, lines: str) -> None:
        """Add settings to buffer.yaml on main."""
        self.ada.branch("main")
        with (self.ada.folder / "buffer.yaml").open("a", encoding="utf-8") as file:
            file.write(lines)
        self.ada.push()

    def hour(self, **inputs: Any) -> Run:
        """An hour later, the run of the schedule, which must not fail."""
        self.later(hours=1)
        ran = self.apply(scheduled=True, **inputs)
        assert not ran.failed, ran.log
        return ran

    def live(self) -> str:
        """The id of the only post in Buffer."""
        (post_,) = self.sandbox.posts()
        return str(post_["id"])

    def connect(self, service: str, *, is_connected: bool) -> None:
        """Somebody disconnects a channel in Buffer, or connects it again."""
        channel = self.sandbox.channel(service)["id"]
        self.sandbox.person.set_channel(channel, isDisconnected=not is_connected)

    def name(self, number: int) -> str:
        """A request as people write it."""
        return f"{self.sign}{number}"

    @abstractmethod
    def request(self, branch: str, into: str = "main") -> int:
        """Open a request for a branch."""

    @abstractmethod
    def branch_of(self, number: int) -> str:
        """The branch of a request."""

    @abstractmethod
    def pushed(self, number: int) -> None:
        """The branch of a request moved."""

    @abstractmethod
    def landed(self, number: int, commit: str) -> None:
        """A request was merged as a commit."""

    @abstractmethod
    def retarget(self, number: int, into: str) -> None:
        """Change the branch that a request goes into."""

    @abstractmethod
    def plan(self, number: int, *, kept: bool = True, **inputs: Any) -> Run:
        """The job of a request. `kept`: whether the forge keeps its plan."""

    @abstractmethod
    def plan_again(self, number: int) -> Run:
        """The job that a person starts again, without a commit."""

    @abstractmethod
    def in_queue(self, number: int) -> Run:
        """The job of a merge queue, on what the merge would be."""

    @abstractmethod
    def as_of_a_fork(self, number: int) -> None:
        """Whatever was kept for a request came from a fork."""

    @abstractmethod
    def forge_plan(self, number: int, content: bytes) -> None:
        """Somebody who may write puts something else in the place of the plan."""

    @abstractmethod
    def apply(self, *, key: str = "sandbox", scheduled: bool = False, **inputs: Any) -> Run:
        """The job of the published branch."""

    @abstractmethod
    def approve(self, number: int, name: str) -> None:
        """Somebody approves a request as it is now."""

    @abstractmethod
    def reject(self, number: int, name: str) -> None:
        """Somebody requests changes."""

    @abstractmethod
    def rename(self, old: str, new: str) -> None:
        """Somebody takes another name."""

    @abstractmethod
    def plan_of(self, number: int) -> bytes:
        """The plan that was kept for a request."""

    @abstractmethod
    def decide(self, decision: str, who: str = "ada", **inputs: Any) -> Run:
        """The job that a person starts by hand on the published branch."""

    @abstractmethod
    def comments(self, number: int) -> list[str]:
        """The comments on a request, oldest first."""

    @abstractmethod
    def issues(self) -> list[str]:
        """The states of the issues."""

    @abstractmethod
    def issue(self) -> tuple[str, str]:
        """The title and the text of the newest issue."""

    @abstractmethod
    def drop_plans_of(self, number: int) -> None:
        """The forge keeps no plan of a request any more."""


@dataclass
class OnGitHub(Side):
    """As `Team`, whose jobs run in this process."""

    team: Team
    sign = "#"

    def __post_init__(self) -> None:
        self.folder, self.ada, self.sandbox = self.team.folder, self.team.ada, self.team.sandbox
        self.repository = self.team.github.repository

    def request(self, branch: str, into: str = "main") -> int:
        number = self.team.github.open_pull(branch)
        self.retarget(number, into)
        return number

    def branch_of(self, number: int) -> str:
        return str(self.team.github.pulls[number]["head"]["ref"])

    def pushed(self, number: int) -> None:
        self.team.github.pushed(number)

    def approve(self, number: int, name: str) -> None:
        self.team.github.review(number, name)

    def reject(self, number: int, name: str) -> None:
        self.team.github.review(number, name, "CHANGES_REQUESTED")

    def rename(self, old: str, new: str) -> None:
        self.team.github.user(old)["login"] = new
        self.team.github.permissions[new] = self.team.github.permissions.pop(old)

    def landed(self, number: int, commit: str) -> None:
        self.team.github.merged(number, commit)

    def retarget(self, number: int, into: str) -> None:
        self.team.github.pulls[number]["base"]["ref"] = into

    def plan(self, number: int, *, kept: bool = True, **inputs: Any) -> Run:
        kept_before = list(self.team.github.artifacts)
        ran = self.team.plan(number, **inputs)
        if not kept:
            self.team.github.artifacts = kept_before
        return ran

    def plan_again(self, number: int) -> Run:
        return self.team.plan_again(number)

    def in_queue(self, number: int) -> Run:
        ref = self.team.try_merge(number)
        group = {"base_sha": self.repository.head("main"), "head_sha": self.repository.head(ref)}
        return self.team.job("plan", ref, {"merge_group": group})

    def as_of_a_fork(self, number: int) -> None:
        for artifact in self.team.github.artifacts:
            artifact.repository = FORKS

    def forge_plan(self, number: int, content: bytes) -> None:
        (kept,) = (each for each in self.team.github.artifacts if f"-{number}-" in each.name)
        described = b'{"number": %d, "head": "%s", "branch": "main"}' % (number, kept.head.encode())
        self.team.github.upload(kept.name, kept.head, {"plan.json": content, "request.json": described}, run=99)

    def apply(self, *, key: str = "sandbox", scheduled: bool = False, **inputs: Any) -> Run:
        return self.team.apply_as("schedule" if scheduled else "push", key=key, **inputs)

    def plan_of(self, number: int) -> bytes:
        (kept,) = (each for each in self.team.github.artifacts if f"-{number}-" in each.name)
        with zipfile.ZipFile(BytesIO(kept.packed)) as archive:
            return archive.read("plan.json")

    def decide(self, decision: str, who: str = "ada", **inputs: Any) -> Run:
        sender = self.team.github.user(who)
        return self.team.apply_as("workflow_dispatch", sent={"sender": sender}, decision=decision, **inputs)

    def comments(self, number: int) -> list[str]:
        return self.team.github.bodies(number)

    def issues(self) -> list[str]:
        return [each["state"] for each in self.team.github.issues]

    def issue(self) -> tuple[str, str]:
        newest = self.team.github.issues[-1]
        return newest["title"], newest["body"]

    def drop_plans_of(self, number: int) -> None:
        kept = self.team.github.artifacts
        self.team.github.artifacts = [each for each in kept if f"-{number}-" not in each.name]


@dataclass
class OnGitLab(Side):
    """A project on GitLab, whose jobs run in this process; those of examples/gitlab are tested separately."""

    folder: Path
    gitlab: FakeGitLab
    sandbox: Sandbox
    ada: Developer
    runs: int = 0
    buffer: str = ""
    sign = "!"

    def __post_init__(self) -> None:
        self.repository = self.gitlab.repository

    def request(self, branch: str, into: str = "main") -> int:
        number = self.gitlab.open_request(branch)
        self.retarget(number, into)
        return number

    def branch_of(self, number: int) -> str:
        return str(self.gitlab.requests[number]["source_branch"])

    def pushed(self, number: int) -> None:
        self.gitlab.pushed(number)

    def approve(self, number: int, name: str) -> None:
        self.gitlab.approve(number, name)

    def reject(self, number: int, name: str) -> None:
        self.gitlab.reject(number, name)

    def rename(self, old: str, new: str) -> None:
        for each in self.gitlab.approvals.values():
            for found in each:
                found["user"] = {**found["user"], "username": found["user"]["username"].replace(old, new)}

    def landed(self, number: int, commit: str) -> None:
        self.gitlab.merged(number, commit)

    def retarget(self, number: int, into: str) -> None:
        self.gitlab.requests[number]["target_branch"] = into

    def plan(self, number: int, *, kept: bool = True, **inputs: Any) -> Run:
        return self._plan(number, self.gitlab.requests[number]["sha"], "head", kept=kept, **inputs)

    def _plan(self, number: int, commit: str, ref: str, *, kept: bool, **inputs: Any) -> Run:
        request = self.gitlab.requests[number]
        base = self.ada.git("merge-base", f"origin/{request['target_branch']}", request["sha"])
        given = {"IID": str(number), "TARGET_BRANCH_NAME": request["target_branch"], "DIFF_BASE_SHA": base}
        variables = {f"CI_MERGE_REQUEST_{name}": value for name, value in given.items()}
        variables |= {"CI_COMMIT_SHA": commit, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": request["sha"]}
        job = "-".join(["bufferctl-plan", *filter(None, [inputs.get("directory", "")])])
        ran, checkout = self._job(plan, commit, variables, artifact=Path(job), **inputs)
        files = {str(p.relative_to(checkout)): p.read_bytes() for p in (checkout / job).rglob("*") if p.is_file()}
        if kept and files:
            self.gitlab.ran(number, job, files, sha=commit, ref=f"refs/merge-requests/{number}/{ref}")
        return ran

    def plan_again(self, number: int) -> Run:
        return self.plan(number)

    def in_queue(self, number: int) -> Run:
        merged = self.ada.merged(self.gitlab.requests[number]["sha"], "Train")
        return self._plan(number, self.ada.send(f"refs/merge-requests/{number}/train", merged), "train", kept=True)

    def as_of_a_fork(self, number: int) -> None:
        self.gitlab.requests[number]["source_project_id"] = FORK

    def forge_plan(self, number: int, content: bytes) -> None:
        job = self.gitlab.jobs[self.gitlab.pipelines[number][0]["id"]][0]["id"]
        self.gitlab.artifacts[job, "bufferctl-plan/plan.json"] = content

    def apply(self, *, key: str = "sandbox", scheduled: bool = False, **inputs: Any) -> Run:
        variables = {"CI_PIPELINE_SOURCE": "schedule" if scheduled else "push", "CI_COMMIT_BRANCH": "main"}
        return self._job(apply, self.repository.head("main"), variables, key, **inputs)[0]

    def plan_of(self, number: int) -> bytes:
        job = self.gitlab.jobs[self.gitlab.pipelines[number][0]["id"]][0]["id"]
        return self.gitlab.artifacts[job, "bufferctl-plan/plan.json"]

    def decide(self, decision: str, who: str = "ada", **inputs: Any) -> Run:
        variables = {"CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BRANCH": "main"}
        variables |= {"GITLAB_USER_LOGIN": who, "GITLAB_USER_ID": str(NAMES[who])}
        return self._job(apply, self.repository.head("main"), variables, decision=decision, **inputs)[0]

    def _job(
        self, command: Any, commit: str, variables: dict[str, str], key: str = "sandbox", **inputs: Any
    ) -> tuple[Run, Path]:
        self.runs += 1
        machine = self.folder / f"machine-{self.runs}"
        check_out(self.repository.path, commit, machine / "checkout")
        options = JobOptions(directory=inputs.pop("directory", "."))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(machine),
            "GITLAB_CI": "true",
            "GITLAB_TOKEN": TOKEN,
            "CI_API_V4_URL": "https://gitlab.example/api/v4",
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_PATH": "acme/posts",
            "CI_SERVER_URL": f"file://{self.repository.path.parents[1]}",
            "CI_JOB_URL": f"https://gitlab.example/acme/posts/-/jobs/{self.runs}",
            "BUFFER_API_URL": self.buffer or self.sandbox.url,
            "BUFFER_API_KEY": key,
            **variables,
        }
        log = StringIO()
        with redirect_stdout(log):
            code = run_job(
                options,
                partial(command, branch="main", **inputs),
                environment,
                checkout=machine / "checkout",
                transport=httpx2.MockTransport(self.gitlab.api),
                program=in_process,
            )
        assert TOKEN not in log.getvalue()
        return Run(log.getvalue(), code != 0), machine / "checkout"

    def comments(self, number: int) -> list[str]:
        return [each["body"] for each in self.gitlab.notes[number]]

    def issues(self) -> list[str]:
        return [each["state"].replace("opened", "open") for each in self.gitlab.issues]

    def issue(self) -> tuple[str, str]:
        newest = self.gitlab.issues[-1]
        return newest["title"], newest["description"]

    def drop_plans_of(self, number: int) -> None:
        self.gitlab.pipelines[number] = []


@contextmanager
def on_gitlab_in(folder: Path, begun: Path) -> Iterator[OnGitLab]:
    """A project whose repository is as in `begun`, and whose Buffer has no posts."""
    repository, ada = begin(begun, folder / "forge", "acme/posts.git")
    gitlab = FakeGitLab(repository)
    with Near(account_of(CHANNELS), clock=gitlab.clock) as sandbox:
        yield OnGitLab(folder, gitlab, sandbox, ada)


@contextmanager
def on_github_in(folder: Path, begun: Path) -> Iterator[OnGitHub]:
    """The same on GitHub."""
    with team_in(folder, begun) as team:
        yield OnGitHub(team)


@pytest.fixture
def on_gitlab(tmp_path: Path, begun: Path) -> Iterator[OnGitLab]:
    """A project whose main branch declares two channels and no posts yet."""
    with on_gitlab_in(tmp_path, begun) as made:
        yield made


@pytest.fixture
def side(request: pytest.FixtureRequest) -> Side:
    """A repository whose main branch declares two channels and no posts yet; `launched on`: with a published post."""
    is_launched, forge = request.param.startswith("launched on "), request.param.removeprefix("launched on ")
    if forge == "github":
        return OnGitHub(request.getfixturevalue("launched" if is_launched else "team"))
    made: OnGitLab = request.getfixturevalue("on_gitlab")
    if is_launched:
        made.launched()
    return made
