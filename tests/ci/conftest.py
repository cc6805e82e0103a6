"""A team in CI: a repository on a forge, its developers, empty runners, and a Buffer."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx2
import pytest
import stamina

from bufferctl.ci.apply import apply
from bufferctl.ci.fork_comment import fork_comment
from bufferctl.ci.job import JobOptions, run_job
from bufferctl.ci.plan import comment, plan
from bufferctl.sandbox import Clock, Sandbox
from tests.ci.action import Run, run_action
from tests.ci.fake_github import NAME, PLAN_WORKFLOW, FakeGitHub
from tests.ci.forges import TOKEN, Repository, Served
from tests.ci.in_process import in_process
from tests.cli.conftest import account_kept, account_of
from tests.sandbox.near import Near

COMMANDS: dict[str, Callable[..., int]] = {
    "plan": plan,
    "apply": apply,
    "comment": comment,
    "fork-comment": fork_comment,
}
NOW = "2029-12-03T09:00:00Z"
#: The networks of the account.
CHANNELS = ("twitter", "linkedin")
FILES = """\
version: 1
timezone: Europe/Berlin
state: git
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


def post(key: str, text: str, due: str = "2029-12-20 09:00", channel: str = "twitter") -> str:
    """A file with one post."""
    return f"posts:\n  - key: {key}\n    due_at: {due}\n    channels: [{channel}]\n    text: |\n      {text}\n"


@dataclass
class Developer:
    """A clone that can push. It shares objects and branches with its remote, since processes of git take time."""

    folder: Path

    def git(self, *arguments: str) -> str:
        """Run a git command in the clone."""
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example"]
        command = ["git", *identity, "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, **files: str) -> None:
        """Write posts/NAME.yaml for each; an empty text deletes it."""
        for name, text in files.items():
            path = self.folder / "posts" / f"{name}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if not text:
                path.unlink()

    def push(self, message: str = "Write posts") -> str:
        """Commit everything and push the branch; returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.send()

    def merged(self, commit: str, message: str) -> str:
        """A commit that merges another one into main, in no branch and without files."""
        tree = self.git("merge-tree", "--write-tree", "origin/main", commit)
        return self.git("commit-tree", "-p", "origin/main", "-p", commit, "-m", message, tree)

    def send(self, ref: str = "", commit: str = "") -> str:
        """Push a commit, by default HEAD to its branch; returns the commit."""
        own = self.folder / ".git"
        head = (own / "HEAD").read_text(encoding="utf-8").strip()
        branch = head.removeprefix("ref: ")
        commit = commit or ((own / branch).read_text(encoding="utf-8").strip() if branch != head else head)
        ref = ref or branch
        at = (own / "refs" / "remotes" / "origin").resolve().parents[1] / ref
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(f"{commit}\n", encoding="utf-8")
        return commit

    def branch(self, name: str) -> None:
        """Start a branch at the current main."""
        self.git("checkout", "--quiet", "-B", name, "origin/main")


@dataclass
class Team:
    """`sandbox` is their Buffer. Every run uses a fresh checkout and nothing from the run before.

    `server`: where git reaches the repository, empty for its path.
    """

    folder: Path
    github: FakeGitHub
    sandbox: Sandbox
    ada: Developer
    runs: int = 0
    depth: int = 2
    server: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[subprocess.Popen[str]], None] | None = None

    def open(self, branch: str, **files: str) -> int:
        """A branch with posts, and a pull request for it."""
        self.ada.branch(branch)
        self.ada.write(**files)
        self.ada.push()
        return self.github.open_pull(branch)

    def edit(self, number: int, **files: str) -> None:
        """One more commit on the branch of a pull request."""
        branch = self.github.pulls[number]["head"]["ref"]
        self.ada.git("checkout", "--quiet", branch)
        self.ada.write(**files)
        self.ada.push("Change posts")
        self.github.pushed(number)

    def merge(self, number: int) -> str:
        """Merge a pull request with a merge commit, which it returns."""
        branch = self.github.pulls[number]["head"]["ref"]
        self.ada.branch("main")
        self.ada.git("merge", "--quiet", "--no-ff", "--message", f"Merge #{number}", f"origin/{branch}")
        commit = self.ada.send()
        self.github.merged(number, commit)
        return commit

    def plan(self, number: int, *, key: str | None = "sandbox", ref: str = "", **inputs: Any) -> Run:
        """The run for a pull request, on its merge commit or the one at `ref`; the plan is kept as an artifact."""
        run = self.job("plan", ref or self.try_merge(number), self.event(number), key, **inputs)
        self.keep(number, run)
        return run

    def plan_again(self, number: int, ref: str = "") -> Run:
        """The run that a person starts by hand on main, with the number of a pull request."""
        run = self.job("plan", ref or self.try_merge(number), {"inputs": {"request": str(number)}}, number=number)
        self.keep(number, run, event="workflow_dispatch", branch="main")
        return run

    def plan_branch(self, number: int) -> Run:
        """The same on the branch itself, as GitLab checks it out."""
        return self.job("plan", self.github.pulls[number]["head"]["ref"], self.event(number), "sandbox")

    def try_merge(self, number: int) -> str:
        """The merge commit that GitHub would make for the pull request; returns its ref."""
        ref = f"refs/pull/{number}/merge"
        self.ada.send(ref, self.ada.merged(self.github.pulls[number]["head"]["sha"], "Try"))
        return ref

    def event(self, number: int) -> dict[str, Any]:
        """The event that starts the run of a pull request."""
        pull = self.github.pulls[number]
        return {"pull_request": {"number": number, "head": pull["head"], "base": pull["base"]}}

    def keep(self, number: int, run: Run, **of_run: Any) -> None:
        """Upload the artifacts of a run."""
        for name, folder in run.uploads:
            files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            head = self.github.repository.head("main") if of_run else self.github.pulls[number]["head"]["sha"]
            self.github.upload(name, head, files, run=self.runs, **of_run)

    def apply(
        self, ref: str = "main", *, key: str | None = "sandbox", sent: dict[str, Any] | None = None, **inputs: Any
    ) -> Run:
        """The run of a push to main. `sent`: the event that started it."""
        return self.job("apply", ref, sent or {}, key, **inputs)

    def apply_as(self, event: str, **inputs: Any) -> Run:
        """The run of another event on main: by hand (`workflow_dispatch`), or on a schedule."""
        self.environment |= {"GITHUB_EVENT_NAME": event, "GITHUB_REF": "refs/heads/main", "GITHUB_ACTOR": "ada"}
        try:
            return self.apply(**inputs)
        finally:
            for name in ("GITHUB_EVENT_NAME", "GITHUB_REF", "GITHUB_ACTOR"):
                del self.environment[name]

    def fork_comment(self, event: dict[str, Any]) -> Run:
        """The run that shows a fork's plan: without its files or a key."""
        return self.job("fork-comment", "main", event, None)

    def job(self, command: str, ref: str, event: dict[str, Any], key: str | None = "sandbox", **inputs: Any) -> Run:
        """Run a command on its own machine, in this process, including bufferctl."""
        machine = self.machine(ref)
        (machine / "event.json").write_text(json.dumps(event), encoding="utf-8")
        own = {name: inputs.pop(name) for name in list(inputs) if name in {"directory", "file", "comment"}}
        options = JobOptions(**own)
        if command == "plan":
            inputs = {"branch": "main", "artifact": machine / "artifact", **inputs}
        if command == "apply":
            inputs = {"branch": "main", **inputs}
        environment = self.environ(key) | {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(machine / "event.json"),
            "GITHUB_OUTPUT": str(machine / "output"),
            "GITHUB_STEP_SUMMARY": str(machine / "summary"),
            "PATH": os.environ["PATH"],
            "HOME": str(machine),
        }
        log = StringIO()
        with redirect_stdout(log):
            code = run_job(
                options,
                partial(COMMANDS[command], **inputs),
                environment,
                checkout=machine / "checkout",
                transport=httpx2.MockTransport(self.github.api),
                program=in_process,
            )
        assert TOKEN not in log.getvalue()
        runs = Path(os.environ["XDG_STATE_HOME"]) / "bufferctl" / "runs"
        if list(runs.glob("*/")):
            gc.collect()  # an error holds the store and its folder, and tests collect seldom
        assert not list(runs.glob("*/")), "the work folder is gone"
        lines = (machine / "output").read_text(encoding="utf-8").splitlines() if (machine / "output").exists() else []
        outputs = dict(line.split("=", 1) for line in lines)
        uploads = [(outputs["artifact"], Path(outputs["folder"]))] if "folder" in outputs else []
        return Run(log.getvalue(), code != 0, {command: outputs}, uploads)

    def by_action(
        self, ref: str, inputs: dict[str, str], event: dict[str, Any], *, key: str | None, whole: bool = False
    ) -> Run:
        """Run action.yml's own steps as separate programs, with GitHub on loopback. `whole`: see `provide_python`."""
        machine = self.machine(ref)
        with Served(self.github.api) as github:
            environment = self.environ(key) | {"GITHUB_API_URL": github.url}
            folders = (machine / "checkout", machine / "temporary")
            run = run_action(*folders, inputs, environment, event, self.meanwhile, whole=whole)
        assert TOKEN not in run.log
        return run

    def machine(self, ref: str) -> Path:
        """A new machine with a checkout of `ref`, two commits deep."""
        self.runs += 1
        machine = self.folder / f"machine-{self.runs}"
        check_out(self.github.repository.path, ref, machine / "checkout", self.depth)
        if self.server:
            Developer(machine / "checkout").git("remote", "set-url", "origin", f"{self.server}/{NAME}")
        return machine

    def environ(self, key: str | None) -> dict[str, str]:
        """The environment of every job."""
        return {
            "BUFFER_API_URL": self.sandbox.url,
            "GITHUB_SERVER_URL": self.server or f"file://{self.github.repository.path.parents[1]}",
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_RUN_ID": str(self.runs),
            "GITHUB_WORKFLOW": "Plan posts",
            "GITHUB_WORKFLOW_REF": f"{NAME}/{PLAN_WORKFLOW}@refs/heads/main",
            "GITHUB_TOKEN": TOKEN,
            **({"BUFFER_API_KEY": key} if key else {}),
            **self.environment,
        }

    def texts(self) -> list[str]:
        """The texts in Buffer."""
        return sorted(each["text"] for each in self.sandbox.posts())


def check_out(repository: Path, ref: str, checkout: Path, depth: int = 2) -> None:
    """Check out a ref into a new folder, two commits deep (or one), as the example workflows do.

    What `git fetch --depth` would leave there is made by one process instead of its six.
    """
    shutil.copytree(repository.parents[1] / "checkout", checkout)
    own, there = checkout / ".git", Repository(repository)
    with (own / "config").open("a", encoding="utf-8") as config:
        config.write(f'[remote "origin"]\n\turl = {repository}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n')
    commit = there.head(ref)
    last = [commit] if depth == 1 else there.parents(commit)
    (own / "objects" / "pack").mkdir(exist_ok=True)
    wanted = "".join(f"--shallow {each}\n" for each in last) + commit
    there.git("pack-objects", "--quiet", "--revs", str(own / "objects" / "pack" / "pack"), given=wanted)
    if last:
        (own / "shallow").write_text("".join(f"{each}\n" for each in last), encoding="utf-8")
    if (there.path / "refs" / "heads" / ref).is_file():
        at = own / "refs" / "remotes" / "origin" / ref
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(f"{commit}\n", encoding="utf-8")
    Developer(checkout).git("checkout", "--quiet", "--detach", commit)


def shown(comment: str) -> list[str]:
    """The lines of a comment that people see."""
    return [line for line in comment.splitlines() if line and not line.startswith("<!--")]


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What tests copy: a forge's repository that declares two channels, Ada's clone, and a checkout of nothing yet."""
    forge = tmp_path_factory.mktemp("begun")
    bare, ada = Repository(forge / NAME), Developer(forge / "ada")
    bare.git("clone", "--quiet", str(bare.path), str(ada.folder))
    bare.git("init", "--quiet", str(forge / "checkout"))
    ada.git("checkout", "--quiet", "-B", "main")
    (ada.folder / "buffer.yaml").write_text(FILES, encoding="utf-8")
    _share(ada, bare)
    ada.push("Begin")
    return keep(bare, ada)


#: What a developer's repository shares with its remote: names here, and there.
SHARED = {"objects": "objects", "refs/remotes/origin": "refs/heads"}


def _share(ada: Developer, repository: Repository) -> None:
    for name, there in SHARED.items():
        own = ada.folder / ".git" / name
        shutil.rmtree(own, ignore_errors=True)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.symlink_to(repository.path / there)


def keep(repository: Repository, ada: Developer) -> Path:
    """Their folder as `begin` takes it; they are of no use any more."""
    forge = ada.folder.parent
    for name in SHARED:
        (ada.folder / ".git" / name).unlink()
    _name_remote(ada, repository.path, repository.path.rename(forge / NAME))
    return forge


def _name_remote(ada: Developer, before: Path, now: Path) -> None:
    config = ada.folder / ".git" / "config"
    config.write_text(config.read_text("utf-8").replace(str(before), str(now)), encoding="utf-8")


def begin(begun: Path, forge: Path, name: str = NAME) -> tuple[Repository, Developer]:
    """A forge's repository, and Ada's clone of it, where nothing happened since."""
    shutil.copytree(begun, forge)
    repository = Repository((forge / NAME).rename(forge / name))
    ada = Developer(forge / "ada")
    _name_remote(ada, begun / NAME, repository.path)
    _share(ada, repository)
    return repository, ada


@contextmanager
def team_in(folder: Path, begun: Path) -> Iterator[Team]:
    """A team whose repository is as in `begun`, and whose Buffer has no posts."""
    repository, ada = begin(begun, folder / "forge")
    github = FakeGitHub(repository, clock=Clock.at(NOW))
    with Near(account_of(CHANNELS), clock=github.clock) as sandbox:
        yield Team(folder, github, sandbox, ada)


@pytest.fixture
def team(tmp_path: Path, begun: Path) -> Iterator[Team]:
    """A repository whose main branch declares two channels and no posts yet."""
    with team_in(tmp_path, begun) as made:
        yield made


class Lasting(Protocol):
    """A team on either forge."""

    @property
    def folder(self) -> Path: ...
    @property
    def sandbox(self) -> Sandbox: ...


T = TypeVar("T", bound=Lasting)


def kept(team: T) -> Callable[[], T]:
    """Keep a team's folder, forge and Buffer; the function returned brings them back, each time as they are now."""
    folder, sandbox = team.folder, team.sandbox
    at = folder.with_name(f"{folder.name}-kept")
    shutil.copytree(folder, at, symlinks=True)
    of_account = account_kept(sandbox)
    same = {id(each): each for each in (sandbox, sandbox.clock)}
    before = deepcopy(team, dict(same))

    def again() -> T:
        shutil.rmtree(folder)
        shutil.copytree(at, folder, symlinks=True)
        of_account()
        sandbox.set_faults()
        sandbox.requests.clear()
        return deepcopy(before, dict(same))

    return again


Tell = Callable[[Team], None]
Beginning = Callable[[], Team]


def open_launch(team: Team) -> None:
    """Open request 1 with a post, whose plan is made."""
    assert not team.plan(team.open("launch", launch=post("launch", "We are live"))).failed


def publish_launch(team: Team) -> None:
    """Publish it."""
    open_launch(team)
    team.merge(1)
    ran = team.apply()
    assert not ran.failed, ran.log


@pytest.fixture(scope="session")
def beginnings(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Tell], Beginning]]:
    """For `planned` and `launched`, which many tests begin with: what they tell is done once."""
    with ExitStack() as opened:

        @cache
        def made(tell: Tell) -> Beginning:
            team = opened.enter_context(team_in(tmp_path_factory.mktemp("beginning"), begun))
            tell(team)
            return kept(team)

        yield made


@pytest.fixture
def planned(beginnings: Callable[[Tell], Beginning]) -> Team:
    """A team with an open request whose plan is made: request 1."""
    return beginnings(open_launch)()


@pytest.fixture
def launched(beginnings: Callable[[Tell], Beginning]) -> Team:
    """A team with a post that was reviewed, merged and published: request 1."""
    return beginnings(publish_launch)()


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retry requests without waiting."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture(autouse=True)
def _nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables of the forge on which these tests may run."""
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "CI_", "GITLAB_", "BUFFER_", "GIT_"))]:
        if name != "GIT_TEMPLATE_DIR":
            monkeypatch.delenv(name)
    assert sys.prefix != sys.base_prefix
