"""State between runs: a branch of its own that holds nothing else, written by one job at a time.

Why a branch: it outlives caches and artifacts, tells who changed what when, and a push that is no step forward is
refused, so that no run can overwrite another's. The journal of a run that was cut off goes along: the next run, on
another machine, then looks first what became of what was sent.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, rmtree

_AUTHOR = {"NAME": "bufferctl", "EMAIL": "bufferctl@localhost.invalid"}
_ATTEMPTS = 3
_NO_SUCH_BRANCH = 2
#: Locks, who holds them, and what the branch has as history.
_OF_THIS_MACHINE = "*.lock\n*.holder\n*.backup\n"


class StateError(Exception):
    """State could not be fetched or saved; the text says why, for people."""


class StateBranch:
    """`name`: the branch. `work`: a folder that is this run's. `directory`: where on the branch this project's is."""

    def __init__(self, name: str, work: Path, directory: str, environment: Mapping[str, str] = os.environ) -> None:
        self._name = name
        self._clone = work / "state-branch"
        self._directory = directory
        self._remote, login = _remote(environment)
        self._environment = {**os.environ, **_git_environment(self._remote, login)}
        self._base = ""

    @property
    def folder(self) -> Path:
        """This project's part of the branch, in this run."""
        return self._clone / self._directory

    def restore(self) -> None:
        """Fetch the branch; where there is none yet, nothing is remembered. Raises StateError."""
        rmtree(self._clone, ignore_errors=True)
        self._clone.mkdir(parents=True)
        self._git("init", "--quiet", "--initial-branch", self._name)
        (self._clone / ".git" / "info").mkdir(exist_ok=True)
        (self._clone / ".git" / "info" / "exclude").write_text(_OF_THIS_MACHINE, encoding="utf-8")
        if self._exists():
            self._fetch()
            self._git("reset", "--quiet", "--hard", "FETCH_HEAD")
            self._base = self._git("rev-parse", "HEAD").strip()
        self.folder.mkdir(parents=True, exist_ok=True)

    def save(self, message: str) -> None:
        """Commit what changed and push it, never over what another run pushed. Raises StateError."""
        for attempt in range(1, _ATTEMPTS + 1):
            self._git("add", "--all", "--", self._directory)
            if not self._git("status", "--porcelain"):
                return
            self._git("commit", "--quiet", "--message", f"{message}\n\n[skip ci]")
            if self._run("push", "--quiet", self._remote, f"HEAD:refs/heads/{self._name}").returncode == 0:
                return
            if attempt < _ATTEMPTS:
                self._begin_anew()
        raise StateError(f"the branch {self._name} cannot be pushed to; may this job write contents?")

    def _begin_anew(self) -> None:
        """Put this project's files on top of what others pushed meanwhile."""
        self._fetch()
        base = self._base or _EMPTY_TREE
        if self._git("diff", "--name-only", base, "FETCH_HEAD", "--", self._directory):
            raise StateError(f"another run changed {self._directory} on the branch {self._name}; it is not overwritten")
        kept = self._clone.with_name("state-kept")
        rmtree(kept, ignore_errors=True)
        copytree(self.folder, kept)
        self._git("reset", "--quiet", "--hard", "FETCH_HEAD")
        self._base = self._git("rev-parse", "HEAD").strip()
        rmtree(self.folder, ignore_errors=True)
        copytree(kept, self.folder)

    def _exists(self) -> bool:
        found = self._run("ls-remote", "--exit-code", "--heads", self._remote, f"refs/heads/{self._name}")
        if found.returncode not in {0, _NO_SUCH_BRANCH}:
            raise StateError(f"the branch {self._name} cannot be looked for: {_last_line(found.stderr)}")
        return found.returncode == 0

    def _fetch(self) -> None:
        self._git("fetch", "--quiet", "--depth", "1", self._remote, f"refs/heads/{self._name}")

    def _git(self, *arguments: str) -> str:
        ran = self._run(*arguments)
        if ran.returncode:
            raise StateError(f"git {arguments[0]}: {_last_line(ran.stderr) or f'exit code {ran.returncode}'}")
        return ran.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["git", "-C", str(self._clone), *arguments]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)


#: What git calls the tree without files.
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def _remote(environment: Mapping[str, str]) -> tuple[str, str]:
    """The address of the repository, and `user:token`."""
    if environment.get("GITLAB_CI"):
        address = f"{environment['CI_SERVER_URL']}/{environment['CI_PROJECT_PATH']}.git"
        return address, f"oauth2:{environment.get('GITLAB_TOKEN', '')}"
    address = f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_REPOSITORY']}"
    return address, f"x-access-token:{environment.get('GITHUB_TOKEN', '')}"


def _git_environment(remote: str, login: str) -> dict[str, str]:
    """The token for git, where no list of processes and no file shows it."""
    secret = base64.b64encode(login.encode()).decode()
    return {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{remote}.extraheader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {secret}",
        **{f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _AUTHOR.items()},
    }


def _last_line(text: str) -> str:
    return next(reversed(text.strip().splitlines()), "")
