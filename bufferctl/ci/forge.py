"""What GitHub and GitLab have in common: requests, comments, plans kept by runs, issues.

There is one comment for each purpose, which is found again by a hidden marker and edited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum, unique
from typing import Annotated, Protocol, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from bufferctl.ci.http import Api
from bufferctl.ci.settings import Found
from bufferctl.errors import ForgeError
from bufferctl.git import COMMIT
from bufferctl.model import dates
from bufferctl.render.markdown_posts import FileLinks
from bufferctl.render.markdown_text import code
from bufferctl.value import replace, value

#: The files of a plan's artifact that apply reads: the saved plan, and the request that it was made for.
PLAN, PLANNED_FOR = "plan.json", "request.json"
#: How long a plan may be agreed to, by the times of its run and of the merge.
PLAN_AGE = timedelta(days=7)


@value()
class ChangeRequest:
    """A pull or merge request.

    `head`: the commit of its branch that was planned. `branch`: the branch that it goes into. `base`: a commit of that
    branch to compare with, empty if the forge does not name one. `merged_at`: None while it is not merged. `before`,
    `after`: the commits of the branch around its merge, empty if nobody knows. `released_by`: who let it count in a run
    by hand, though it lacks approvals; empty if nobody did. Raises ForgeError if one is no id of a commit.
    """

    number: int
    head: str
    branch: str = ""
    base: str = ""
    merged_at: AwareDatetime | None = None
    before: str = ""
    after: str = ""
    released_by: str = ""

    def __post_init__(self) -> None:
        for commit in (self.head, self.base, self.before, self.after):
            if commit and not re.fullmatch(COMMIT, commit):
                raise ForgeError(f"{commit!r} is not a commit id, although this run names it as one")

    def seen_at(self, commit: str, moment: datetime | None) -> ChangeRequest:
        """The request as somebody saw it earlier, when `commit` was its head."""
        return replace(self, head=commit, merged_at=moment)

    def describe(self, base: str) -> bytes:
        """The content of `request.json`, which an artifact keeps beside its plan.

        `base` is the commit that the request was compared with.
        """
        return to_json({"number": self.number, "head": self.head, "branch": self.branch, "base": base})


@value()
class Comment:
    """A comment on a request. `mine`: written by this token's user, or by the forge's robot."""

    id: int
    body: str
    mine: bool


@value()
class Review:
    """Somebody's review of a request.

    `person` is the id of the account, which stays the same under another name; empty if the account is gone.
    `approves`: True for an approval, False for an objection, None for a withdrawn review. `at` is None if the forge
    does not return it. `commit` is the reviewed commit, empty if unknown. `is_robot`: no person decided this.
    """

    person: str
    name: str
    approves: bool | None
    at: datetime | None
    commit: str
    is_robot: bool


@value()
class Authors:
    """The ids of the accounts that opened a request or wrote some of it; `unknown` describes authors without one."""

    ids: frozenset[str]
    unknown: tuple[str, ...] = ()


@value()
class Issue:
    """An open issue and its text."""

    number: int
    body: str


@value()
class ReviewedPlan:
    """The plan that reviewers of a request saw, None if there is none; `ignored` says why other plans do not count.

    `made_at` is when its run kept it, by the forge's clock. `base` is the commit that the request was compared with,
    empty if the plan does not have it.
    """

    content: bytes | None
    ignored: tuple[str, ...] = ()
    made_at: datetime | None = None
    base: str = ""


@value()
class KeptPlan:
    """A plan that a run kept.

    `name` is the run's, such as `run 7`. `foreign`: why it is not the request's plan, else empty. `made_at` is when it
    was kept. `read` returns a file beside it, None if there is none.
    """

    name: str
    foreign: str
    made_at: datetime | None
    read: Callable[[str], bytes | None]


class Forge(Protocol):
    """A forge, as a job on it sees it. Every method raises ForgeError.

    `environment` has the variables that the forge sets in each job. `brand` is the forge's name, `noun` its word for a
    request (`pull request`), `sign` the character before its number (`#`), and `suggestion` the beginning of a code
    block that replaces a line. Other differences are constants in capitals: variables, paths of its API, names of
    fields.
    """

    brand: str
    noun: str
    sign: str
    suggestion: str
    ACTOR: str
    EVENT: str
    BRANCH: str
    BY_HAND: tuple[str, str]
    COMMENTS: str
    COMMENT: str
    SUGGESTION: str
    EDIT: str
    TEXT: str
    CLOSED: Mapping[str, str]
    IN_NAMES: str  # what names of artifacts may have besides letters and digits
    _environment: Mapping[str, str]
    _api: Api

    def now(self) -> datetime:
        """The forge's own time, as of its last answer."""
        return self._api.answered_at

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._api.close()

    @property
    def run_url(self) -> str:
        """Where this run is shown."""

    @property
    def key_place(self) -> str:
        """The place for this job's API key, as the end of a sentence."""

    def page_url(self, path: str) -> str:
        """The URL of the page of this run's plan, the artifact's file `path` below the checkout."""

    def new_file_url(self, branch: str, path: str, text: str) -> str:
        """The URL for writing a file in a browser: `path` on a branch, with a text filled in if the forge can."""

    def files_at(self, commit: str) -> FileLinks:
        """The URL of the files of a commit."""

    def diff_of(self, request: ChangeRequest) -> str:
        """The URL where people see and comment on a request's changes in a file: a template like `Report.diff_url`."""

    def request(self, number: int = 0) -> ChangeRequest | None:
        """The request `number`; 0 means the one that this run belongs to, None if there is none."""

    def common_base(self, request: ChangeRequest) -> str:
        """The last commit that a request and its branch have in common; empty if unknown."""

    def tested_base(self) -> str:
        """The commit that a merge queue merges into in this run; empty if this is no such run."""

    def plan_again(self, number: int) -> str:
        """How a person plans a request again without a new commit: a sentence in Markdown, without its period."""

    def decide(self, decision: str = "", *, publishes: bool = True) -> str:
        """How a person decides in a run by hand, in the form of `plan_again`; without `decision`, the decisions follow.

        `publishes`: whether this run belongs to the workflow that publishes, and not to the one that plans.
        """

    @property
    def actor(self) -> str:
        """Who started this run."""
        return self._environment.get(self.ACTOR, "")

    @property
    def is_scheduled(self) -> bool:
        """Whether a schedule started this run."""
        return self._environment.get(self.EVENT) == "schedule"

    def is_by_hand(self, branch: str) -> bool:
        """Whether a person started this run on the branch."""
        event, place = self.BY_HAND
        return (self._environment.get(self.EVENT), self._environment.get(self.BRANCH)) == (event, f"{place}{branch}")

    @property
    def starter(self) -> str:
        """The id of the account of the person who started this run; empty for a robot, or if unknown."""

    def reviews(self, request: ChangeRequest) -> list[Review]:
        """The reviews of a request, oldest first; each person's last one counts."""

    def may_write(self, review: Review) -> bool:
        """Whether somebody may write to the repository now."""

    def authors(self, request: ChangeRequest) -> Authors:
        """The people who opened a request, or wrote a commit of it, alone or with others."""

    def post_check(self, request: ChangeRequest, name: str, *, passed: bool) -> None:
        """Show the result of this run as the check `name` of the request's newest commit."""

    def comments(self, number: int) -> Iterable[Comment]:
        """The comments on a request, oldest first."""

    def add_comment(self, number: int, body: str) -> None:
        """Comment on a request."""
        self._api.write("POST", self.COMMENTS.format(number=number), body=body)

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        self._api.write(self.EDIT, self.COMMENT.format(number=number, comment=comment), body=body)

    def suggestions(self, number: int) -> Iterable[Comment]:
        """The comments on lines of a request."""

    def add_suggestion(self, request: ChangeRequest, path: str, line: int, body: str) -> None:
        """Comment on a line of a request's newest commit, which its diff has to show."""

    def delete_suggestion(self, number: int, comment: int) -> None:
        """Delete a comment on a line."""
        self._api.write("DELETE", self.SUGGESTION.format(number=number, comment=comment))

    def newest(self, branch: str) -> str:
        """The newest commit of a branch."""

    def history(self, since: str, commit: str) -> list[str]:
        """The branch's own commits from `since` to `commit`, oldest first, without those that were merged in."""

    def merged(self, commit: str, branch: str) -> list[ChangeRequest]:
        """The requests that were merged into `branch` as `commit`."""

    def line(self, commit: str, since: datetime) -> list[str]:
        """The branch's own commits since that time, up to `commit`, oldest first, without those that were merged in."""

    def merged_lately(self, branch: str, since: datetime) -> dict[str, list[ChangeRequest]]:
        """The requests that were merged into `branch` since that time, by their merge commits."""

    def reviewed_plan(self, request: ChangeRequest, name: str) -> ReviewedPlan:
        """The newest plan that the request's own check kept as the artifact `name` for this head and branch."""
        ignored = []
        for kept in self._kept_plans(request, name):
            planned = self._planned_for(kept, request)
            if isinstance(planned, str):
                ignored.append(f"the plan of {kept.name} does not count: {planned}")
                continue
            plan = kept.read(PLAN)
            missing = [] if plan else [f"{kept.name} made no plan that can be agreed to"]
            return ReviewedPlan(plan, (*ignored, *missing), kept.made_at, planned.base)
        return ReviewedPlan(None, tuple(ignored))

    def _planned_for(self, kept: KeptPlan, request: ChangeRequest) -> PlannedFor | str:
        """What a plan was made for; or why it is not the request's."""
        if reason := kept.foreign or untimely(kept.made_at, request):
            return reason
        planned = PlannedFor.read(kept.read(PLANNED_FOR))
        if isinstance(planned, str):
            return planned
        return mismatch(planned, request, self.sign) or planned

    def has(self, branch: str, commit: str) -> bool:
        """Whether `commit` is the commit `branch`, or one before it."""

    def _kept_plans(self, request: ChangeRequest, name: str) -> Iterable[KeptPlan]:
        """The plans that runs kept as the artifact `name`, the newest first."""

    def open_issue(self, marker: str) -> Issue | None:
        """Our open issue whose text begins with `marker`."""
        return next((issue for issue in self._issues() if issue.body.startswith(marker)), None)

    def settings(self) -> Iterable[Found]:
        """Whether the repository is set up as docs/start/team.md says, as far as this token may see it."""

    def _issues(self) -> Iterable[Issue]:
        """Our open issues."""

    def add_issue(self, title: str, body: str) -> None:
        """Open an issue."""
        self._api.write("POST", "issues", title=title, **{self.TEXT: body})

    def edit_issue(self, number: int, body: str, *, close: bool) -> None:
        """Replace the text of an issue, and close it if `close`."""
        self._api.write(self.EDIT, f"issues/{number}", **{self.TEXT: body}, **(self.CLOSED if close else {}))


def artifact_name(name: str, request: ChangeRequest) -> str:
    """The name of the artifact that keeps the plan of a request."""
    return f"{name}-{request.number}-{request.head}"


def variable(environment: Mapping[str, str], name: str) -> str:
    """A variable that the forge sets in each job. Raises ForgeError if it is missing."""
    try:
        return environment[name]
    except KeyError:
        by_job = "Add to the job: `env: {GITHUB_TOKEN: ${{ github.token }}}`"
        hint = by_job if name == "GITHUB_TOKEN" else "The CI service sets it."
        raise ForgeError(f"The environment variable {name} is missing", hint=hint) from None


class PlannedFor(BaseModel):
    """The content of `request.json`: which request a plan was made for.

    Anybody who may write an artifact may have written it.
    """

    model_config = ConfigDict(strict=True)

    number: int
    head: Annotated[str, Field(pattern=f"^({COMMIT})$")]
    branch: Annotated[str, Field(pattern=r"^[^\s:~^?*\[\\\x00-\x1f\x7f]{1,255}$")]  # as git takes it
    base: Annotated[str, Field(pattern=f"^({COMMIT})?$")] = ""

    @classmethod
    def read(cls, described: bytes | None) -> PlannedFor | str:
        """The content of the file, or why it cannot be read."""
        if described is None:
            return f"it has no {PLANNED_FOR}"
        try:
            return cls.model_validate_json(described)
        except ValidationError:
            return f"its {PLANNED_FOR} cannot be read"


def mismatch(planned: PlannedFor, request: ChangeRequest, sign: str) -> str:
    """Why a plan was not made for this request; empty if it was."""
    if planned.number != request.number:
        return f"it was made for {sign}{planned.number}"
    if planned.head != request.head:
        return "it was made for another commit"
    if planned.branch != request.branch:
        return f"it was made for a merge into {planned.branch}, not {request.branch}"
    return ""


def untimely(made_at: datetime | None, request: ChangeRequest) -> str:
    """Why a plan from that time cannot be the one that reviewers agreed to; empty if it can.

    Both times are the forge's.
    """
    if made_at is None:
        return "the forge does not say when it was made"
    if request.merged_at and made_at > request.merged_at:
        return "it was made after the merge"
    if request.merged_at and request.merged_at - made_at > PLAN_AGE:
        return f"it was made on {dates.day(made_at)}, more than {PLAN_AGE.days} days before the merge"
    return ""


def first_parents(parents: Mapping[str, list[str]], commit: str) -> list[str]:
    """`commit` and the commits before it on its own branch, as far as `parents` goes, oldest first."""
    line = []
    while commit in parents:
        line.append(commit)
        before = parents[commit]
        commit = before[0] if before else ""
    return line[::-1]


def is_robots(email: str) -> bool:
    """Whether nobody reads this email address, like those in commits of coding agents."""
    return re.fullmatch(r"no-?reply@.+", email, re.IGNORECASE) is not None


@unique
class CommentKind(Enum):
    """What a comment or an issue of ours is: its word in the hidden marker, and its visible heading."""

    PLAN = "plan", "Buffer plan"
    RECEIPT = "receipt", "Applied to Buffer"
    UNSENT = "unsent", "Not applied within an hour"
    SENT = "sent", "Published late"
    SUGGESTION = "suggestion", "A suggestion for Buffer"
    NEEDS_YOU = "needs-you", "Buffer needs you"
    HISTORY = "history", "The history of the published branch was replaced"

    def __init__(self, word: str, heading: str) -> None:
        self.word = word
        self.heading = heading


def marker(kind: CommentKind, directory: str = "") -> str:
    """The hidden first line of a comment or an issue.

    `directory` is the folder of the files, if a repository has several. Characters that could end the marker are
    escaped.
    """
    folder = re.sub(r"[^\w ./-]|-(?=-)", lambda each: f"%{ord(each[0]):02X}", directory)
    return f"<!-- bufferctl:{kind.word}{' ' + folder if folder else ''} -->"


def title(kind: CommentKind, directory: str = "") -> str:
    """The first visible line; `directory` as for `marker`.

    It is empty where there is no folder to name and the text says by itself what it is: a plan and a receipt in their
    first line, an issue in its title.
    """
    if directory:
        return f"### {kind.heading}: {code(directory)}"
    return f"### {kind.heading}" if kind in {CommentKind.UNSENT, CommentKind.SENT} else ""


def same_text(posted: str, text: str) -> bool:
    """Whether a forge that stores `text` shows it as `posted`: line ends and outer white space may differ."""
    return posted.replace("\r\n", "\n").strip() == text.strip()


def with_marker(first: str, body: str) -> str:
    """`body` below the marker `first`, which replaces a report's own marker."""
    return f"{first}\n{without_marker(body)}\n"


def without_marker(report: str) -> str:
    """A report of bufferctl's without the hidden marker on its first line; the visible text stays."""
    return re.sub(r"^<!-- bufferctl:(?!seen ).*-->", "", report).strip()
