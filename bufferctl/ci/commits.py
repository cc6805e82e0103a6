"""The commits of a job's checkout and the files in them; git fetches from the forge what the checkout lacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from subprocess import CompletedProcess

from bufferctl.errors import ForgeError
from bufferctl.git import DIFF, git, git_bytes, protocols_of
from bufferctl.model.desired import GIT_REMOTE
from bufferctl.value import value

#: How many digits of a commit are shown to people.
SHORT = 7


@value()
class Commits:
    """The commits of a checkout."""

    checkout: Path
    below: str  # the folder of the files, below the checkout
    work: Path  # a folder outside it, for the files of other commits
    environment: Mapping[str, str]  # for git where it contacts nobody
    access: Mapping[str, str]  # the same with access to the forge
    is_offline: bool = False  # nobody is contacted

    @property
    def folder(self) -> Path:
        return (self.checkout / self.below).resolve()

    @cached_property
    def _checked_out(self) -> list[str]:
        """The commit that is checked out, and its parents, as far as the checkout has them. Raises ForgeError."""
        only = ("--parents", "--max-count=1")
        ran = git(self.folder, "rev-list", *only, operands=["HEAD"], environment=self.environment)
        if ran.returncode:
            raise ForgeError(
                f"{self.folder} is not in a git checkout: {ran.stderr.strip()}", hint="Check the repository out first."
            )
        return ran.stdout.split()

    @property
    def head(self) -> str:
        """The commit that is checked out. Raises ForgeError."""
        return self._checked_out[0]

    @property
    def parents(self) -> list[str]:
        """The parents of the checked-out commit, as far as they are here; without any, the commit itself.

        Raises ForgeError.
        """
        return self._checked_out[1:] or [self.head]

    def first_parent(self, commit: str) -> str:
        """The first parent of a commit, even if the checkout ends there; empty if unknown."""
        if not commit or not self.can_read(commit):
            return ""
        ran = git(self.folder, "cat-file", "commit", operands=[commit], environment=self.environment)
        found = re.search(r"^parent (\w+)$", ran.stdout.partition("\n\n")[0], re.MULTILINE)
        return found[1] if found else ""

    def can_read(self, commit: str) -> bool:
        """Whether the checkout has the files of a commit, now that those that it lacked were fetched."""
        return not self.why_not_fetched(commit)

    def why_not_fetched(self, commit: str) -> str:
        """Fetch the files of a commit that the checkout may lack. Returns why that failed, or an empty string."""
        if commit in self._there:
            return ""
        found = git(self.folder, "cat-file", "-e", operands=[f"{commit}^{{commit}}"], environment=self.environment)
        if found.returncode == 0:
            self._there.add(commit)
            return ""
        if self.is_offline:
            return "--offline contacts nobody"
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--depth=1")
        wanted, given = [GIT_REMOTE, commit], self.access
        ran = git(self.folder, "fetch", *options, operands=wanted, protocols=self._protocols, environment=given)
        return "" if ran.returncode == 0 else (ran.stderr.strip() or "git gave no reason").splitlines()[-1]

    def text_at(self, commit: str, name: str) -> str:
        """The text of a file in a commit that the checkout has, as far as it can be read."""
        return self.show(commit, name).stdout.decode("utf-8", "replace")

    def show(self, commit: str, name: str) -> CompletedProcess[bytes]:
        """What `git show` says of a file in a commit: its bytes, or why there are none."""
        wanted, given = [f"{commit}:{name}"], self.access
        return git_bytes(self.checkout, "show", operands=wanted, protocols=self._protocols, environment=given)

    def changed_files(self, base: str, until: str = "") -> dict[str, bool] | None:
        """The files of the folder that differ between two commits, and whether each is gone; None if unknown.

        The folder's own commit is `until`, if that is empty.
        """
        only = ("--name-status", "--no-renames", "--relative", "-z")
        commits = [base, until] if until else [base]
        ran = git(self.folder, *DIFF, *only, operands=[*commits, "--"], environment=self.environment)
        if ran.returncode != 0:
            return None
        parts = ran.stdout.split("\0")
        return {path: status == "D" for status, path in zip(parts[::2], parts[1::2], strict=False)}

    def unpacked(self, commit: str) -> Path:
        """The folder with the files of a commit, unpacked once; empty if the commit had none.

        Raises ForgeError if the commit cannot be read.
        """
        folder, part = (self.work / f"at-{commit}{end}" for end in ("", ".part"))
        if folder.exists():
            return folder
        if why := self.why_not_fetched(commit):
            raise ForgeError(f"the commit {commit[:SHORT]} cannot be fetched: {why}")
        tree = f"{commit}^{{tree}}" if self.below == "." else f"{commit}:{self.below}"
        protocols, given = self._protocols, self.access
        if git(self.checkout, "cat-file", "-e", operands=[tree], protocols=protocols, environment=given).returncode:
            folder.mkdir()
            return folder
        part.mkdir()
        only = (f"--work-tree={part}", "read-tree", "--reset", "-u", "--no-sparse-checkout")
        own = self._worktree_of(commit)
        ran = git(self.checkout, *only, operands=[tree], protocols=protocols, environment=given, repository=own)
        leaving = [path for path in part.rglob("*") if not path.resolve().is_relative_to(part.resolve())]
        if ran.returncode or leaving:
            why = ran.stderr.strip() or f"{leaving[0].relative_to(part)} links to a place outside the files"
            raise ForgeError(f"the commit {commit[:SHORT]} cannot be unpacked: {why}")
        return part.rename(folder)

    def _worktree_of(self, commit: str) -> Path:
        """What git keeps of another working tree: an index of its own, beside the objects and settings of the checkout.

        `git archive` would leave out, and change, what the commit's own attributes say (`export-ignore`).
        """
        common = git(self.checkout, "rev-parse", "--git-common-dir", environment=self.environment).stdout.strip()
        own = self.work / f"worktree-{commit}"
        own.mkdir(exist_ok=True)
        (own / "HEAD").write_text(f"{commit}\n", encoding="utf-8")
        (own / "commondir").write_text(f"{(self.checkout / common).resolve()}\n", encoding="utf-8")
        return own

    @cached_property
    def _there(self) -> set[str]:
        """Commits that the checkout is known to have; none of them goes while the job runs."""
        return set(self._checked_out)

    @cached_property
    def _protocols(self) -> str:
        """Those by which git gets what the checkout lacks, as a partial clone does; none with --offline."""
        return "" if self.is_offline else protocols_of(self.folder, GIT_REMOTE)
