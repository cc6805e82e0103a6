"""State between runs, on a branch that holds nothing else and that one job at a time writes.

Why a branch: it outlives caches and artifacts, its history shows what changed when, and a push that is not a
fast-forward is refused, so no run can overwrite another's. The journal of an interrupted run is on it too, so that the
next run, on another machine, first checks what happened to what was being sent.
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, rmtree

from bufferctl.ci.forge import variable
from bufferctl.errors import StateError
from bufferctl.git import git

_AUTHOR = {"NAME": "bufferctl", "EMAIL": "bufferctl@localhost.invalid"}
_ATTEMPTS = 3
_NO_SUCH_BRANCH = 2
#: Locks and their holders belong to a machine; backups are in the branch's history.
_NOT_KEPT = "*.lock\n*.holder\n*.backup\n"
#: git's name for the tree without files.
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class StateBranch:
    """The branch `name`. `work`: a folder of this run. `directory`: this project's folder on the branch."""

    def __init__(self, name: str, work: Path, directory: str, environment: Mapping[str, str]) -> None:
        self._name = name
        self._clone = work / "state-branch"
        self._directory = directory
        self._remote, login = _remote(environment)
        self._environment = {**environment, **_git_environment(self._remote, login)}
        self._base = ""

    @property
    def folder(self) -> Path:
        """This project's part of the branch, in this run."""
        return self._clone / self._directory

    def restore(self) -> None:
        """Fetch the branch; where it does not exist yet, state is empty. Raises StateError."""
        self._clone.mkdir(parents=True)
        self._git("init", "--quiet", "--initial-branch", self._name)
        (self._clone / ".git" / "info").mkdir(exist_ok=True)
        (self._clone / ".git" / "info" / "exclude").write_text(_NOT_KEPT, encoding="utf-8")
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
            pushed = self._run("push", "--quiet", self._remote, f"HEAD:refs/heads/{self._name}")
            if pushed.returncode == 0:
                return
            if attempt < _ATTEMPTS:
                self._rebase()
        raise StateError(
            f"State cannot be pushed to the branch {self._name}: {_last_line(pushed.stderr)}",
            hint="Let this job write contents, and do not protect the branch against it (docs/ci.md).",
        )

    def _rebase(self) -> None:
        """Put this project's files on top of what other projects' runs pushed meanwhile."""
        self._fetch()
        base = self._base or _EMPTY_TREE
        if self._git("diff", "--name-only", base, "FETCH_HEAD", "--", self._directory):
            raise StateError(
                f"Another run changed {self._directory} on the branch {self._name}; its state is not overwritten",
                hint="Run the job again: it finds by their content the posts that this run created. Let only one "
                "apply run at a time.",
            )
        kept = self._clone.with_name("state-kept")
        rmtree(kept, ignore_errors=True)
        copytree(self.folder, kept, symlinks=True)
        self._git("reset", "--quiet", "--hard", "FETCH_HEAD")
        self._base = self._git("rev-parse", "HEAD").strip()
        rmtree(self.folder, ignore_errors=True)
        copytree(kept, self.folder, symlinks=True)

    def _exists(self) -> bool:
        found = self._run("ls-remote", "--exit-code", "--heads", self._remote, f"refs/heads/{self._name}")
        if found.returncode not in {0, _NO_SUCH_BRANCH}:
            raise StateError(
                f"The branch {self._name} cannot be read: {_last_line(found.stderr)}",
                hint="Without state, posts are not recognised as bufferctl's own, so nothing is done.",
            )
        return found.returncode == 0

    def _fetch(self) -> None:
        self._git("fetch", "--quiet", "--depth", "1", self._remote, f"refs/heads/{self._name}")

    def _git(self, *arguments: str) -> str:
        ran = self._run(*arguments)
        if ran.returncode:
            reason = _last_line(ran.stderr) or f"exit code {ran.returncode}"
            raise StateError(f"`git {arguments[0]}` failed for the branch {self._name}: {reason}")
        return ran.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return git(self._clone, *arguments, environment=self._environment)


def _remote(environment: Mapping[str, str]) -> tuple[str, str]:
    """The address of the repository, and `user:token`."""
    if environment.get("GITLAB_CI"):
        address = f"{variable(environment, 'CI_SERVER_URL')}/{variable(environment, 'CI_PROJECT_PATH')}.git"
        return address, f"oauth2:{environment.get('GITLAB_TOKEN', '')}"
    address = f"{variable(environment, 'GITHUB_SERVER_URL')}/{variable(environment, 'GITHUB_REPOSITORY')}"
    return address, f"x-access-token:{environment.get('GITHUB_TOKEN', '')}"


def _git_environment(remote: str, login: str) -> dict[str, str]:
    """The token as git's configuration in the environment, where no list of processes and no file shows it."""
    secret = base64.b64encode(login.encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{remote}.extraheader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {secret}",
        **{f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _AUTHOR.items()},
    }


def _last_line(text: str) -> str:
    return next(reversed(text.strip().splitlines()), "")
