"""What every script is told, and how it runs bufferctl."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ci.branch import StateBranch, StateError
from ci.forge import Forge, from_environment
from ci.http import ForgeError
from ci.program import Ran, bufferctl

#: How long the head of a commit's name is that people read.
SHORT = 7


@dataclass(frozen=True)
class Job:
    """One set of files in one run.

    `directory`: the folder of the files below the checkout. `file`: the root file in it, empty for the usual one.
    `work`: where this run keeps plans and reports. `state_branch`: empty where state is kept in the checkout.
    `comments`: whether requests are commented on.
    """

    directory: str
    file: str
    work: Path
    state_branch: str
    comments: bool

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return Path(self.directory).resolve()

    @cached_property
    def forge(self) -> Forge:
        """The forge that this runs on. Raises ForgeError."""
        return from_environment()

    @property
    def about(self) -> str:
        """What tells this set of files from others in comments; empty for the only one."""
        return "" if self.directory == "." else self.directory

    @property
    def artifact(self) -> str:
        """What the plan's artifact is called, without the commit."""
        return "-".join(["bufferctl-plan", *self.about.replace("/", "-").split()])

    @cached_property
    def _branch(self) -> StateBranch | None:
        return StateBranch(self.state_branch, self.work, self.directory) if self.state_branch else None

    @contextmanager
    def state(self, *, message: str = "") -> Iterator[Path | None]:
        """State as the last run left it, and with a `message` saved again whatever happens; the folder that it is in.

        Raises StateError.
        """
        if self._branch is None:
            yield None
            return
        self._branch.restore()
        try:
            yield self._branch.folder
        finally:
            if message:
                self._branch.save(message)

    def run(self, command: str, *arguments: str) -> Ran:
        """Run a command of bufferctl on these files, with their state."""
        where = ["--file", self.file] if self.file else []
        if self._branch is None:
            return bufferctl(self.folder, [command, *where, *arguments], {})
        folder = self._branch.folder
        state = ["--state", str(folder / "state.json")]
        return bufferctl(self.folder, [command, *where, *state, *arguments], {"XDG_STATE_HOME": str(folder)})

    def commit(self) -> str:
        """The commit that is checked out. Raises StateError."""
        command = ["git", "-C", str(self.folder), "rev-parse", "HEAD"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise StateError(f"{self.folder} is no checkout: {ran.stderr.strip()}")
        return ran.stdout.strip()

    def end_of_comment(self, commit: str) -> str:
        """Of which commit a comment is, and where the run is."""
        return f"<sub>Commit {commit[:SHORT]} · [the run]({self.forge.run_url})</sub>"


def arguments(description: str) -> argparse.ArgumentParser:
    """What every script takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--directory", default=".", help="the folder of the files, below the checkout")
    parser.add_argument("--file", default="", help="the root file in that folder")
    parser.add_argument("--work", type=Path, required=True, help="a folder for plans and reports")
    parser.add_argument("--state-branch", default="", help="the branch that state is kept on")
    parser.add_argument("--comment", choices=["true", "false"], default="true", help="comment on the request")
    return parser


def job(told: argparse.Namespace) -> Job:
    """The job that was told. Raises ForgeError where its folder is outside the checkout."""
    directory = os.path.normpath(told.directory or ".")
    if Path(directory).is_absolute() or directory.startswith(".."):
        raise ForgeError(f"{told.directory} is not a folder of the checkout")
    told.work.mkdir(parents=True, exist_ok=True)
    return Job(directory, told.file, told.work.resolve(), told.state_branch, told.comment == "true")


def tell(**outputs: str) -> None:
    """Hand values on to later steps of a GitHub workflow; elsewhere nobody asks."""
    if path := os.environ.get("GITHUB_OUTPUT"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in outputs.items())


def say(level: str, message: str) -> None:
    """Say something in the log, where GitHub shows it on the run's page too. `level`: `error` or `warning`."""
    line = " ".join(message.split())
    print(
        f"::{level}::{line.replace('%', '%25')}" if os.environ.get("GITHUB_ACTIONS") else f"{level}: {line}.",
        flush=True,
    )


def end(script: Callable[[], int]) -> None:
    """Run a script and end with its exit code; what forge and git refuse is said in a line."""
    try:
        sys.exit(script())
    except (ForgeError, StateError) as error:
        say("error", str(error))
        sys.exit(1)
