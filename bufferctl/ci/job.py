"""One CI job on one set of files: its folders, its forge, its state, and how it runs bufferctl."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from posixpath import join, normpath
from urllib.parse import quote

import httpx2

from bufferctl import DOCS
from bufferctl.ci.child import Program, Ran, bufferctl, child, git_access
from bufferctl.ci.commits import SHORT, Commits
from bufferctl.ci.explain import about_key, explain
from bufferctl.ci.forge import ChangeRequest, Comment, CommentKind, Forge, marker, same_text, title, with_marker
from bufferctl.ci.log import add_to_summary, annotate, say
from bufferctl.config import Loaded, load, root_files_beside
from bufferctl.disk import work_folder
from bufferctl.errors import BufferctlError, ForgeError, KeyRefusedError, StateError, UsageError
from bufferctl.model import PostStatus, Settings, StateSettings
from bufferctl.model.desired import GIT_REMOTE
from bufferctl.reconcile.freezes import ends_exemptions
from bufferctl.render.decisions import with_root_file
from bufferctl.render.markdown import Note
from bufferctl.said import ROOT_FILE
from bufferctl.state import SavedState, Store, open_shared
from bufferctl.state.checkout import renamed_since
from bufferctl.state.document import parse
from bufferctl.value import replace, value


@value()
class JobOptions:
    """Options of every command.

    `directory` is the folder of the files, below the checkout. `file` is the root file in it, empty for buffer.yaml.
    `comment`: whether to comment on requests. `plan_workflow` is the workflow file whose plans count as reviewed
    (GitHub).
    """

    directory: str = "."
    file: str = ""
    comment: bool = True
    plan_workflow: str = ".github/workflows/plan.yml"


@value()
class Job:
    """A job of a forge."""

    options: JobOptions  # of the command
    environment: Mapping[str, str]  # the job's
    checkout: Path  # the folder of the checkout
    work: Path  # a folder outside it that this run alone uses
    forge: Forge  # where the job runs
    program: Program = child  # what runs bufferctl
    has_state: bool = True  # whether plans may use the state (state_place.py)
    is_offline: bool = False  # nobody but the forge is contacted, and plans go without the state

    @property
    def folder(self) -> Path:
        return (self.checkout / self.options.directory).resolve()

    @property
    def about(self) -> str:
        """What distinguishes this set of files in comments; empty for buffer.yaml at the root of the checkout."""
        file = "" if self.options.file == "buffer.yaml" else self.options.file
        about = normpath(join(self.options.directory, file))
        return "" if about == "." else about

    @property
    def name(self) -> str:
        """The root file with its folder, below the checkout."""
        return normpath(join(self.options.directory, self.options.file or "buffer.yaml"))

    @cached_property
    def root_files(self) -> list[str]:
        """The root files of the checkout by their names, as in `name`, this one first."""
        return [self.name, *(Path(os.path.relpath(each, self.checkout)).as_posix() for each in self._beside)]

    @cached_property
    def _beside(self) -> list[Path]:
        """The other root files of the checkout."""
        return root_files_beside(self.root_file, self.checkout) if self.folder.is_dir() else []

    @property
    def decides_for(self) -> str:
        """The root file that decisions have to name; empty if there is no other one in the checkout."""
        return self.name if len(self.root_files) > 1 else ""

    def decide(self, decision: str) -> str:
        """How a person decides for these files alone in a run by hand, as `Forge.decide` says it."""
        return self.forge.decide(with_root_file(decision, self.decides_for))

    @contextmanager
    def naming(self) -> Iterator[None]:
        """While this lasts, commands that people paste name the root file, if it is not the one at the top."""
        token = ROOT_FILE.set("" if self.name == "buffer.yaml" else self.name)
        try:
            yield
        finally:
            ROOT_FILE.reset(token)

    @property
    def artifact(self) -> str:
        """The name of the artifact that keeps plans, without request and commit; no two sets of files share one."""
        about = quote(self.about, safe=self.forge.IN_NAMES)
        return "-".join(["bufferctl-plan", *filter(None, [about])])

    @property
    def root_file(self) -> Path:
        """The root file, which may not exist."""
        return self.folder / (self.options.file or "buffer.yaml")

    @cached_property
    def loaded(self) -> Loaded | None:
        """The files as checked out; None if there is no root file, which every command reports."""
        return load_if_there(self.root_file)

    @property
    def settings(self) -> Settings:
        """The settings of the checked-out files, as far as they can be read."""
        return self.loaded.sound.settings if self.loaded and self.loaded.sound else Settings()

    @property
    def is_readable(self) -> bool:
        """Whether the files have no errors."""
        return self.loaded is not None and self.loaded.desired is not None

    @property
    def suspends(self) -> bool:
        """Whether the checked-out files suspend anything, as far as they can be read."""
        return self.loaded is not None and self.loaded.suspending is not None

    @property
    def ends_exemptions(self) -> bool:
        """Whether the state lets posts out of freezes whose `freeze: false` is gone, which an apply has to record."""
        desired = self.loaded.desired if self.loaded else None
        return desired is not None and ends_exemptions(desired, self._before.state)

    @property
    def lets_out(self) -> bool:
        """Whether the state lets posts out of freezes that are not published yet."""
        return any(each.exempt and each.status != PostStatus.SENT for each in self._before.state.bindings.values())

    @property
    def has_open_writes(self) -> bool:
        """Whether a run that was cut off left writes in the state of which nobody knows whether Buffer has them."""
        return bool(self._before.intents)

    def is_state_of(self, serial: int) -> bool:
        """Whether nobody has sent anything since the state had this serial, as far as the state says."""
        return self._before.state.serial == serial and not self.has_open_writes

    @cached_property
    def _before(self) -> SavedState:
        """The shared state before this run."""
        return self.read_state()

    def read_state(self) -> SavedState:
        """The shared state as it is now; an empty one if it cannot be read, which every command reports."""
        store = self.store("state")
        try:
            raw = store.read().document if store else None
            return parse(raw, store.place, None, remedy="") if store and raw else SavedState("")
        except StateError:
            return SavedState("")

    @cached_property
    def state_settings(self) -> StateSettings | None:
        """Where the state is according to the checked-out files; None if not in a shared place."""
        return shared_state_of(self.loaded)

    def check_state_is_kept(self) -> None:
        """Raises StateError if the state would be lost with this machine."""
        if self.is_readable and self.state_settings is None:
            raise StateError(
                f"{self.name} does not say where runs share the state, so the state of this run would be lost",
                hint=f"Add `state: git` to {self.name}. State on the branch bufferctl-state, where earlier versions of "
                "this action kept it, is used as it is; state in .bufferctl/ is moved by `bufferctl state migrate`.",
            )

    def store(self, name: str) -> Store | None:
        """The store of the document `name`, beside the shared state; None if the state is not shared."""
        settings = self.state_settings
        if settings is None:
            return None
        return open_shared(settings, self.root_file, name=name, environment=self.child_environment)

    def run(self, command: str, *arguments: str, without: str = "") -> Ran:
        """Run a bufferctl command on these files. `without`: beginnings of lines to omit."""
        file = ["--file", self.options.file] if self.options.file else []
        without_state = [] if self.has_state else ["--state", str(self.work / "state.json")]  # there is no such file
        complete = [command, *file, *arguments, *without_state]
        return bufferctl(self.folder, complete, self.child_environment, program=self.program, without=without)

    @cached_property
    def child_environment(self) -> dict[str, str]:
        """The environment of this job, with the forge's token only for git."""
        return {**self.environment, **git_access(self.environment, self.folder)}

    @cached_property
    def commits(self) -> Commits:
        below = normpath(self.options.directory)
        return Commits(self.checkout, below, self.work, self.environment, self.child_environment, self.is_offline)

    @property
    def commit(self) -> str:
        """The commit that is checked out. Raises ForgeError."""
        return self.commits.head

    def root_file_at(self, commit: str) -> Loaded | None:
        """The root file in a commit, under the name that it had there, without the files that it includes.

        None if there is none, or it cannot be read at all. Raises ForgeError if the commit cannot be fetched.
        """
        if commit not in self._root_files:
            self._root_files[commit] = self._read_root_file_at(commit)
        return self._root_files[commit]

    @cached_property
    def _root_files(self) -> dict[str, Loaded | None]:
        """The root files that were read, by commit."""
        return {}

    def _read_root_file_at(self, commit: str) -> Loaded | None:
        shown = self.commits.show(commit, self.name)
        if shown.returncode:  # the commit is not here, or the file had another name there
            if why := self.commits.why_not_fetched(commit):
                raise ForgeError(f"The commit {commit[:SHORT]} cannot be fetched: {why}")
            renamed = renamed_since(self.checkout, commit, remote=GIT_REMOTE)
            there = {new: old for old, new in renamed.items()}.get(self.name, self.name)
            shown = self.commits.show(commit, there)
        if shown.returncode:
            return None
        folder = self.work / f"root-{commit}"
        folder.mkdir(exist_ok=True)
        copy = folder / self.root_file.name
        copy.write_bytes(shown.stdout)
        return load_if_there(copy)

    def base_of(self, request: ChangeRequest) -> str:
        """The commit that a request is compared with; empty if unknown.

        In a checkout of the would-be merge it is the first parent; otherwise the forge names the last common commit.
        """
        parents = self.commits.parents
        return parents[0] if parents[1:] == [request.head] else self.forge.common_base(request)

    def is_touched(self, base: str, until: str = "") -> bool:
        """Whether the files differ from those at the commit `base`, or may: they have errors or cannot be compared.

        `until` is the commit to compare with, by default the checkout. YAML in the folder counts even if nothing
        includes it (yet), unless another root file of the checkout reads it, and so does every file that was deleted.
        """
        loaded = self.loaded
        if not base or loaded is None or loaded.desired is None:
            return True
        if not self.commits.can_read(base) or (until and not self.commits.can_read(until)):
            return True
        files = frozenset(loaded.files) | loaded.beside
        changed = self.commits.changed_files(base, until)
        if changed is None:
            return True
        for path, is_gone in changed.items():
            is_hidden = any(part.startswith(".") for part in PurePosixPath(path).parts)
            is_yaml = PurePosixPath(path).suffix in {".yaml", ".yml"}
            if is_hidden or not (is_gone or path in files or is_yaml):
                continue
            if is_gone or path in files or until or (self.folder / path).resolve() not in self.read_elsewhere:
                return True
        return False

    @cached_property
    def read_elsewhere(self) -> frozenset[Path]:
        """The files that other root files of the checkout read, those root files included."""
        found = set()
        for root_file in self._beside:
            loaded = load_if_there(root_file)
            if loaded:
                found |= {(root_file.parent / name).resolve() for name in loaded.read}
        return frozenset(found)

    def footer(self, commit: str, *more: str) -> str:
        """The last line of a comment: its commit, its run, and `more`."""
        return f"<sub>{' · '.join([f'Commit {commit[:SHORT]}', f'[run]({self.forge.run_url})', *more])}</sub>"

    def comment(
        self, kind: CommentKind, request: ChangeRequest, *parts: str, heading: CommentKind | None = None
    ) -> None:
        """Put the comment of a kind on a request, in place of an earlier one.

        `parts` follow the title; empty ones are left out. `heading` is the kind whose title the comment has, if that is
        another one. Raises ForgeError.
        """
        whole = "\n\n".join(filter(None, [title(heading or kind, self.about), *parts]))
        self.post(kind, request, with_marker(marker(kind, self.about), whole))

    def post(self, kind: CommentKind, request: ChangeRequest, text: str) -> None:
        """Put a comment with this whole text, which begins with its marker, on a request. Raises ForgeError."""
        found = self.find_comment(kind, request)
        if found is None:
            self.forge.add_comment(request.number, text)
        elif not same_text(found.body, text):
            self.forge.edit_comment(request.number, found.id, text)

    def find_comment(self, kind: CommentKind, request: ChangeRequest) -> Comment | None:
        """Our comment of a kind on a request. Raises ForgeError."""
        first = marker(kind, self.about)
        comments = self.forge.comments(request.number)
        return next((each for each in comments if each.mine and each.body.startswith(first)), None)

    def keep_issue(self, kind: CommentKind, text: str, *, is_open: bool) -> None:
        """Open, update or close our issue of a kind, whose text begins with its marker. Raises ForgeError."""
        issue = self.forge.open_issue(marker(kind, self.about))
        if issue is None and is_open:
            self.forge.add_issue(f"{kind.heading} ({self.about})" if self.about else kind.heading, text)
        elif issue and not (is_open and same_text(issue.body, text)):
            self.forge.edit_issue(issue.number, text, close=not is_open)

    def annotate(self, level: str, message: str) -> None:
        """Print an `error` or a `warning` on the page of the run."""
        annotate(level, message, self.environment)

    def summarize(self, text: str) -> None:
        """Add a paragraph to the log and the summary of the run, above the receipt."""
        say(text)
        add_to_summary(text, self.environment)

    def output(self, **values: str) -> None:
        """Set outputs of the step, where this is a step of GitHub Actions."""
        if path := self.environment.get("GITHUB_OUTPUT"):
            with Path(path).open("a", encoding="utf-8") as file:
                file.writelines(f"{name.replace('_', '-')}={value}\n" for name, value in values.items())


def load_if_there(root_file: Path) -> Loaded | None:
    """The files of a root file; None if the root file does not exist, or cannot be read at all."""
    try:
        return load(root_file, root_file.parent)
    except BufferctlError:
        return None


def shared_state_of(loaded: Loaded | None) -> StateSettings | None:
    """Where the state is according to the files; None if not in a shared place, or if the root file cannot be read."""
    found = (loaded.sound or loaded.suspending) if loaded else None
    return found.settings.state if found else None


def run_job(
    options: JobOptions,
    command: Callable[[Job], int],
    environment: Mapping[str, str] = os.environ,
    *,
    checkout: Path | None = None,
    transport: httpx2.BaseTransport | None = None,
    program: Program = child,
) -> int:
    """Run a command as a job in `checkout` (by default the working folder). Returns its exit code.

    Failures are printed, annotated on the page of the run, and added to its summary. `transport` replaces the network
    in tests, and `program` the child process.
    """
    try:
        checkout = (checkout or Path()).resolve()
        own = replace(options, directory=_folder_below(checkout, options.directory))
        with (
            work_folder() as work,
            connect(environment, plan_workflow=options.plan_workflow, transport=transport) as forge,
        ):
            code = command(Job(own, environment, checkout, work.resolve(), forge, program))
            if code == KeyRefusedError.exit_code:
                explain(about_key(forge, environment), environment)
            return code
    except BufferctlError as error:
        explain(Note(f"{error.message}.", error.hint), environment)
        return error.exit_code


def _folder_below(checkout: Path, directory: str) -> str:
    """The folder in normal form. Raises UsageError if it is outside the checkout."""
    normal = os.path.normpath(directory or ".")
    if not (checkout / normal).resolve().is_relative_to(checkout):
        raise UsageError(f"{directory} is not a folder of the checkout", hint="Name a folder below it.")
    return normal


def name_of(request: ChangeRequest, forge: Forge) -> str:
    """A request as people write it, `#12` or `!12`."""
    return f"{forge.sign}{request.number}"


def connect(
    environment: Mapping[str, str], *, plan_workflow: str, transport: httpx2.BaseTransport | None = None
) -> Forge:
    """The forge that this job runs on. Raises ForgeError if it is neither GitHub nor GitLab.

    A forge that sets another's variables, too (as Gitea does GitHub's), has to come before it, here and in `_login` of
    `child.py`, `annotate` of `log.py` and `in_job` of `machine.py`.

    `plan_workflow`: the workflow file whose plans count as reviewed on GitHub. `transport` replaces the network in
    tests.
    """
    if environment.get("GITHUB_ACTIONS"):
        from bufferctl.ci.github import GitHub

        return GitHub(environment, plan_workflow=plan_workflow, transport=transport)
    if environment.get("GITLAB_CI"):
        from bufferctl.ci.gitlab import GitLab

        return GitLab(environment, transport=transport)
    raise ForgeError(
        "`bufferctl ci` runs in GitHub Actions or GitLab CI, and this is neither",
        hint=f"Elsewhere, use `bufferctl plan` and `bufferctl apply`; see {DOCS}/run/ci.md",
    )
