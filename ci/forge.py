"""What the scripts ask of GitHub and GitLab alike."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ci.http import ForgeError

#: The file of an artifact that is the saved plan.
PLAN = "plan.json"


@dataclass(frozen=True)
class Request:
    """A pull or merge request: its number, and the commit that is its head (and was planned)."""

    number: int
    head: str


@dataclass(frozen=True)
class Note:
    """A comment. `mine`: this token's own, or that of the forge's robot."""

    id: int
    body: str
    mine: bool


class Forge(Protocol):
    """Every method raises ForgeError."""

    @property
    def run_url(self) -> str:
        """Where this run is shown."""

    @property
    def mention(self) -> str:
        """What stands before a request's number (`#` or `!`)."""

    def request(self) -> Request | None:
        """The request that this run is for; None where it is for none."""

    def notes(self, number: int) -> Iterable[Note]:
        """The comments of a request, oldest first."""

    def add_note(self, number: int, body: str) -> None:
        """Comment on a request."""

    def edit_note(self, number: int, note: int, body: str) -> None:
        """Change a comment."""

    def newest(self, branch: str) -> str:
        """The commit that a branch is at."""

    def history(self, since: str, commit: str) -> list[str]:
        """The commits that brought a branch from `since` to `commit`, oldest first; those merged in are left out."""

    def merged(self, commit: str, branch: str) -> list[Request]:
        """The requests that were merged into `branch` as `commit`."""

    def plan(self, request: Request, name: str) -> bytes | None:
        """The saved plan that the run for a request's head left as the artifact `name`, None where there is none."""

    def open_issue(self, marker: str) -> tuple[int, str] | None:
        """Number and text of the open issue whose text begins with `marker`, and that is ours."""

    def add_issue(self, title: str, body: str) -> None:
        """Open an issue."""

    def edit_issue(self, number: int, body: str, *, close: bool) -> None:
        """Change an issue's text, and close it."""


def from_environment(environment: Mapping[str, str] = os.environ) -> Forge:
    """The forge that this runs on. Raises ForgeError where it is neither GitHub nor GitLab."""
    if environment.get("GITHUB_ACTIONS"):
        from ci.github import GitHub

        return GitHub(environment)
    if environment.get("GITLAB_CI"):
        from ci.gitlab import GitLab

        return GitLab(environment)
    raise ForgeError("this runs neither in GitHub Actions nor in GitLab CI")


def first_parents(parents: Mapping[str, list[str]], commit: str) -> list[str]:
    """`commit` and what came before it on its branch, as far as `parents` tells, oldest first."""
    line = []
    while commit in parents:
        line.append(commit)
        before = parents[commit]
        commit = before[0] if before else ""
    return line[::-1]
