"""One job on one set of files: its folders, its state, its forge, and how it runs bufferctl."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING

from bufferctl.ci.child import Ran, bufferctl
from bufferctl.ci.forge import ChangeRequest, Forge, connect
from bufferctl.ci.state_branch import StateBranch
from bufferctl.errors import BufferctlError, ForgeError, UsageError
from bufferctl.git import git

if TYPE_CHECKING:
    import httpx2

#: How many digits of a commit people read.
SHORT = 7
#: Variables that make bufferctl annotate lines and write summaries, which a run behind the scenes must not do.
_FOR_GITHUB = frozenset({"GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"})


@dataclass(frozen=True)
class Options:
    """What every command takes.

    `directory`: the folder of the files, below the checkout. `file`: the root file in it, empty for buffer.yaml.
    `state_branch`: the branch that keeps state, empty where the checkout has it. `comment`: whether to comment on
    requests. `plan_workflow`: the workflow file whose plans count as reviewed (GitHub).
    """

    directory: str = "."
    file: str = ""
    state_branch: str = ""
    comment: bool = True
    plan_workflow: str = ".github/workflows/plan.yml"


@dataclass(frozen=True)
class Job:
    """`checkout`: the folder of the checkout. `work`: a folder outside it that this run alone uses."""

    options: Options
    environment: Mapping[str, str]
    checkout: Path
    work: Path
    forge: Forge

    @property
    def folder(self) -> Path:
        """The folder of the files."""
        return (self.checkout / self.options.directory).resolve()

    @property
    def about(self) -> str:
        """What tells this set of files from others in comments; empty at the root of the checkout."""
        return "" if self.options.directory == "." else self.options.directory

    @property
    def artifact(self) -> str:
        """The name of the artifact that keeps plans, without request and commit."""
        return "-".join(["bufferctl-plan", *self.about.replace("/", "-").split()])

    @cached_property
    def _branch(self) -> StateBranch | None:
        name = self.options.state_branch
        return StateBranch(name, self.work, self.options.directory, self.environment) if name else None

    @contextmanager
    def state(self, *, message: str = "") -> Iterator[Path | None]:
        """State as the last run left it, in the folder yielded; with a `message` it is saved again in any case.

        Before the first run it is what `bufferctl init` wrote and somebody committed. Raises StateError.
        """
        if self._branch is None:
            yield None
            return
        self._branch.restore()
        committed, state = self.folder / ".bufferctl" / "state.json", self._branch.folder / "state.json"
        if not state.exists() and committed.is_file() and not committed.is_symlink():
            copyfile(committed, state)
        try:
            yield self._branch.folder
        finally:
            if message:
                self._branch.save(message)

    def run(self, command: str, *arguments: str, without: str = "") -> Ran:
        """Run a command of bufferctl on these files, with their state. `without`: how lines to leave out begin."""
        return bufferctl(self.folder, self._command(command, *arguments), self._child_environment(), without=without)

    def run_silently(self, folder: Path, command: str, *arguments: str) -> Ran:
        """Run a command on the files of another `folder`, with the same state; the log does not show it."""
        unannotated = {name: value for name, value in self._child_environment().items() if name not in _FOR_GITHUB}
        return bufferctl(folder, self._command(command, *arguments), unannotated, is_shown=False)

    def _command(self, command: str, *arguments: str) -> list[str]:
        file = ["--file", self.options.file] if self.options.file else []
        state = ["--state", str(self._branch.folder / "state.json")] if self._branch else []
        return [command, *file, *state, *arguments]

    def _child_environment(self) -> dict[str, str]:
        journal = {"XDG_STATE_HOME": str(self._branch.folder)} if self._branch else {}
        return {**self.environment, **journal}

    def commit(self) -> str:
        """The commit that is checked out. Raises ForgeError."""
        ran = git(self.folder, "rev-parse", "HEAD", environment=self.environment)
        if ran.returncode:
            raise ForgeError(
                f"{self.folder} is not in a git checkout: {ran.stderr.strip()}", hint="Check the repository out first."
            )
        return ran.stdout.strip()

    def footer(self, commit: str, *more: str) -> str:
        """The last line of a comment: its commit, its run, and `more`."""
        return f"<sub>{' · '.join([f'Commit {commit[:SHORT]}', f'[run]({self.forge.run_url})', *more])}</sub>"

    def output(self, **values: str) -> None:
        """Set outputs of the step, where this is a step of GitHub Actions."""
        if path := self.environment.get("GITHUB_OUTPUT"):
            with Path(path).open("a", encoding="utf-8") as file:
                file.writelines(f"{name.replace('_', '-')}={value}\n" for name, value in values.items())


def run_job(
    options: Options,
    command: Callable[[Job], int],
    environment: Mapping[str, str] = os.environ,
    *,
    checkout: Path | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> int:
    """Run a command as a job in `checkout` (by default the working folder); its exit code.

    What fails is printed, and annotated on the page of the run. `transport` replaces the network in tests.
    """
    try:
        with _opened(options, environment, (checkout or Path()).resolve(), transport) as job:
            return command(job)
    except BufferctlError as error:
        annotate("error", f"{error.message}. {error.hint}".strip(), environment)
        return error.exit_code


@contextmanager
def _opened(
    options: Options, environment: Mapping[str, str], checkout: Path, transport: httpx2.BaseTransport | None
) -> Iterator[Job]:
    """A job with a work folder that is deleted afterwards. Raises UsageError for a folder outside the checkout."""
    directory = os.path.normpath(options.directory or ".")
    if not (checkout / directory).resolve().is_relative_to(checkout):
        raise UsageError(f"{options.directory} is not a folder of the checkout", hint="Name a folder below it.")
    with (
        tempfile.TemporaryDirectory(prefix="bufferctl-", dir=environment.get("RUNNER_TEMP")) as work,
        connect(environment, plan_workflow=options.plan_workflow, transport=transport) as forge,
    ):
        yield Job(replace(options, directory=directory), environment, checkout, Path(work).resolve(), forge)


def annotate(level: str, message: str, environment: Mapping[str, str] = os.environ) -> None:
    """Print an `error` or a `warning`, as a workflow command in GitHub Actions."""
    line = " ".join(message.split())
    in_github = environment.get("GITHUB_ACTIONS")
    print(f"::{level}::{line.replace('%', '%25')}" if in_github else f"{level}: {line}", flush=True)


def name_of(request: ChangeRequest, forge: Forge) -> str:
    """A request as people write it, `#12` or `!12`."""
    return f"{forge.sign}{request.number}"
