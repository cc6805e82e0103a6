"""A team in CI: a repository on a forge, its developers, runners that start with nothing, and a Buffer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bufferctl.sandbox import Clock, Sandbox
from tests.ci.fake_github import NAME, FakeGitHub, github_at
from tests.ci.forges import TOKEN
from tests.ci.runner import Run, run_action

NOW = "2029-12-03T09:00:00Z"
FILES = """\
version: 1
timezone: Europe/Berlin
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
    """A clone that pushes."""

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
        """Commit everything and push the branch; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        self.git("push", "--quiet", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str) -> None:
        """Begin a branch at what main is now."""
        self.git("fetch", "--quiet", "origin", "main")
        self.git("checkout", "--quiet", "-B", name, "origin/main")


@dataclass
class Team:
    """`sandbox` is their Buffer. Every run checks out anew and starts without anything of the last one."""

    folder: Path
    github: FakeGitHub
    sandbox: Sandbox
    ada: Developer
    runs: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[subprocess.Popen[str]], None] | None = None

    def open(self, branch: str, **files: str) -> int:
        """A branch with posts, and a pull request of it."""
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
        self.ada.git("push", "--quiet", "origin", "main")
        commit = self.ada.git("rev-parse", "HEAD")
        self.github.merged(number, commit)
        return commit

    def plan(self, number: int, *, key: str | None = "sandbox", **inputs: str) -> Run:
        """The run of a pull request, on what its merge would be; the plan is kept as an artifact."""
        head = self.github.pulls[number]["head"]
        self.ada.git("fetch", "--quiet", "origin")
        self.ada.git("checkout", "--quiet", "--detach", "origin/main")
        self.ada.git("merge", "--quiet", "--no-ff", "--message", "Try", head["sha"])
        self.ada.git("push", "--quiet", "--force", "origin", f"HEAD:refs/pull/{number}/merge")
        event = {"pull_request": {"number": number, "head": head}}
        run = self.run(f"refs/pull/{number}/merge", {"command": "plan", **inputs}, event, key=key)
        for name, folder in run.uploads:
            files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            self.github.upload(name, head["sha"], files, run=self.runs)
        return run

    def apply(self, ref: str = "main", *, key: str | None = "sandbox", **inputs: str) -> Run:
        """The run of a push to main."""
        return self.run(ref, {"command": "apply", **inputs}, {}, key=key)

    def run(self, ref: str, inputs: dict[str, str], event: dict[str, Any], *, key: str | None) -> Run:
        """A run on a checkout of `ref`, on a machine of its own."""
        self.runs += 1
        machine = self.folder / f"machine-{self.runs}"
        checkout = machine / "checkout"
        checkout.mkdir(parents=True)
        for command in (
            ("init", "--quiet"),
            ("fetch", "--quiet", "--depth", "1", str(self.github.repository.path), ref),
            ("checkout", "--quiet", "--detach", "FETCH_HEAD"),
        ):
            subprocess.run(["git", "-C", str(checkout), *command], check=True, capture_output=True)
        environment = {
            "BUFFER_API_URL": self.sandbox.url,
            "GITHUB_API_URL": self.github.api.url,
            "GITHUB_SERVER_URL": f"file://{self.github.repository.path.parents[1]}",
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_RUN_ID": str(self.runs),
            "GITHUB_TOKEN": TOKEN,
            **({"BUFFER_API_KEY": key} if key else {}),
            **self.environment,
        }
        run = run_action(checkout, machine / "temporary", inputs, environment, event, self.meanwhile)
        assert TOKEN not in run.log
        return run

    def texts(self) -> list[str]:
        """What Buffer has."""
        return sorted(each["text"] for each in self.sandbox.posts())


@pytest.fixture
def github(tmp_path: Path) -> Iterator[FakeGitHub]:
    """A GitHub with an empty repository."""
    fake = github_at(tmp_path / "forge")
    with fake.api, fake.storage:
        yield fake


@pytest.fixture
def team(tmp_path: Path, github: FakeGitHub) -> Iterator[Team]:
    """A repository whose main branch declares two channels and no post yet."""
    clone = tmp_path / "ada"
    subprocess.run(
        ["git", "clone", "--quiet", str(github.repository.path), str(clone)], check=True, capture_output=True
    )
    ada = Developer(clone)
    ada.git("checkout", "--quiet", "-B", "main")
    (clone / "buffer.yaml").write_text(FILES, encoding="utf-8")
    ada.push("Begin")
    with Sandbox(clock=Clock.at(NOW)) as sandbox:
        yield Team(tmp_path, github, sandbox, ada)


@pytest.fixture(autouse=True)
def _nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the forge that these tests may run on themselves."""
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "CI_", "GITLAB_", "BUFFER_", "GIT_"))]:
        monkeypatch.delenv(name)
    assert sys.prefix != sys.base_prefix
