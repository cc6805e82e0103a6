"""GitHub: comments, merged pull requests, artifacts and issues (REST API, version 2022-11-28)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import AliasPath, AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from bufferctl import DOCS
from bufferctl.ci import github_reviews, settings
from bufferctl.ci.forge import (
    Authors,
    ChangeRequest,
    Comment,
    Forge,
    Issue,
    KeptPlan,
    Review,
    artifact_name,
    first_parents,
    variable,
)
from bufferctl.ci.http import MAX_BYTES, Api
from bufferctl.ci.settings import Found
from bufferctl.errors import ForgeError
from bufferctl.render.markdown_posts import FileLinks
from bufferctl.render.markdown_text import code, plain

T = TypeVar("T")

#: The events of runs whose plan counts: a run for the pull request, and one by hand on the branch that is published.
#: `pull_request_target` and `workflow_run` run with other rights and other files.
_EVENT, _BY_HAND = "pull_request", "workflow_dispatch"
_HINT = f"Check the `permissions` of the job: {DOCS}/run/ci.md lists what each command needs."


class _Repository(BaseModel):
    full_name: str = ""
    id: int = 0


class _Ref(BaseModel):
    ref: str
    sha: str
    repo: _Repository | None = None  # a fork that was deleted


class _Pull(BaseModel):
    number: int
    merged_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    merge_commit_sha: str | None = None
    head: _Ref
    base: _Ref


class _MergeGroup(BaseModel):
    base_sha: str


class _Entry(BaseModel):
    """A comment, or an issue."""

    id: int = 0
    number: int = 0
    body: str | None = None
    author: str = Field("", validation_alias=AliasPath("user", "type"))
    pull_request: Any = None

    @property
    def by_robot(self) -> bool:
        """Whether a robot wrote it. Anybody else could write our marker, too."""
        return self.author == "Bot"


class _Sha(BaseModel):
    sha: str


class _Commit(_Sha):
    parents: list[_Sha]


class _Branch(BaseModel):
    commit: _Sha


class _Compared(BaseModel):
    """`status`: where the second commit is: `ahead`, `behind`, `identical` or `diverged`."""

    status: str
    merge_base_commit: _Sha


class _Artifact(BaseModel):
    id: int
    expired: bool
    created_at: AwareDatetime | None = None
    run: int | None = Field(None, validation_alias=AliasPath("workflow_run", "id"))


class _Run(BaseModel):
    """`path`: the workflow file, with `@REF` behind it where GitHub adds that."""

    id: int
    path: str
    event: str
    head_sha: str
    head_branch: str | None = None
    repository: _Repository
    head_repository: _Repository | None = None


class GitHub(Forge):
    """A repository on GitHub. `environment`: as GitHub Actions sets it, with GITHUB_TOKEN."""

    brand = "GitHub"
    noun, sign, suggestion = "pull request", "#", "suggestion"
    ACTOR, EVENT, BRANCH = "GITHUB_ACTOR", "GITHUB_EVENT_NAME", "GITHUB_REF"
    BY_HAND = (_BY_HAND, "refs/heads/")
    COMMENTS, COMMENT, SUGGESTION = "issues/{number}/comments", "issues/comments/{comment}", "pulls/comments/{comment}"
    EDIT, TEXT, CLOSED, IN_NAMES = "PATCH", "body", {"state": "closed"}, " "

    def __init__(
        self, environment: Mapping[str, str], *, plan_workflow: str = "", transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._environment = environment
        self._repository = variable(environment, "GITHUB_REPOSITORY")
        self._plan_workflow = plan_workflow
        headers = {
            "Authorization": f"Bearer {variable(environment, 'GITHUB_TOKEN')}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        address = environment.get("GITHUB_API_URL", "https://api.github.com")
        self._graphql = environment.get("GITHUB_GRAPHQL_URL", f"{address}/graphql")
        self._api = Api(f"{address}/repos/{self._repository}", headers, hint=_HINT, transport=transport)

    @property
    def run_url(self) -> str:
        run = self._environment.get("GITHUB_RUN_ID", "")
        return f"{self._server}/{self._repository}/actions/runs/{run}"

    @property
    def key_place(self) -> str:
        name = self._environment.get("BUFFERCTL_ENVIRONMENT", "")  # GitHub sets no variable for it
        which = f"the environment {name}" if name else "the environment of this job"
        return f"the secret `BUFFER_API_KEY` of {which} (Settings, Environments)"

    def page_url(self, path: str) -> str:  # noqa: ARG002 - an artifact has no address before it is uploaded
        return f"{self.run_url}#artifacts"

    def new_file_url(self, branch: str, path: str, text: str) -> str:
        filled = f"filename={quote(path, safe='')}&value={quote(text, safe='')}"
        return f"{self._server}/{self._repository}/new/{quote(branch)}?{filled}"

    def files_at(self, commit: str) -> FileLinks:
        blob = f"{self._server}/{self._repository}/blob/{commit}/{{path}}"
        return FileLinks(line=f"{blob}#L{{line}}", raw=f"{blob}?raw=true")

    def diff_of(self, request: ChangeRequest) -> str:
        return f"{self._server}/{self._repository}/pull/{request.number}/files#diff-{{sha256}}R{{line}}"

    @property
    def _server(self) -> str:
        return self._environment.get("GITHUB_SERVER_URL", "https://github.com")

    @property
    def _event(self) -> dict[str, Any]:
        """What started the run, as GitHub wrote it to GITHUB_EVENT_PATH."""
        path = self._environment.get("GITHUB_EVENT_PATH")
        try:
            found: Any = from_json(Path(path).read_bytes()) if path else {}
        except (OSError, ValueError) as error:
            raise ForgeError(f"The event {path} cannot be read: {error}") from error
        return found if isinstance(found, dict) else {}

    def request(self, number: int = 0) -> ChangeRequest | None:
        """Like the base.

        The event describes the checkout; meanwhile the base may have changed, and the request may be merged.
        """
        event = self.event_of(_Pull, "pull_request")
        if event is None and not number:
            return None
        pull = self._api.get(f"pulls/{event.number if event else number}", _Pull)
        if event is None and not (pull.head.repo and pull.head.repo.full_name == self._repository):
            raise ForgeError(
                f"{self.sign}{number} comes from a fork, so it is not planned with the API key",
                hint="Push its branch to this repository, and open a pull request from there.",
            )
        head = event.head.sha if event else pull.head.sha
        return ChangeRequest(pull.number, head, pull.base.ref, pull.base.sha, pull.merged_at)

    def common_base(self, request: ChangeRequest) -> str:
        if not request.base:
            return ""
        try:
            return self._api.get(f"compare/{request.base}...{request.head}", _Compared).merge_base_commit.sha
        except ForgeError as error:
            if error.status == HTTPStatus.NOT_FOUND:  # it was replaced by a force push
                return request.base
            raise

    def tested_base(self) -> str:
        group = self.event_of(_MergeGroup, "merge_group")
        return group.base_sha if group else ""

    def event_of(self, shape: type[T], name: str) -> T | None:
        """A part of the event that started the run; None if it has no such part."""
        if not (found := self._event.get(name)):
            return None
        try:
            return TypeAdapter(shape).validate_python(found)
        except ValidationError as error:
            raise ForgeError("The event of this run is not in the form that GitHub documents") from error

    def decide(self, decision: str = "", *, publishes: bool = True) -> str:
        given = f"the decision {code(decision)}" if decision else "a decision"
        if not publishes:
            return f"run the workflow that publishes, after the merge, with {given}"
        return self._run_workflow(given)

    def plan_again(self, number: int) -> str:
        return self._run_workflow(f"the number {number}")

    @property
    def starter(self) -> str:
        """Like the base. When somebody runs a run again, its event still names the person who ran it first."""
        sender = self.event_of(github_reviews.User, "sender")
        if sender is None or sender.type != github_reviews.PERSON:
            return ""
        is_again = self._environment.get("GITHUB_RUN_ATTEMPT", "1") != "1"
        is_other = self._environment.get("GITHUB_TRIGGERING_ACTOR", "").casefold() != sender.login.casefold()
        return "" if is_again and is_other else str(sender.id)

    def reviews(self, request: ChangeRequest) -> list[Review]:
        return github_reviews.reviews(self._api, request.number)

    def may_write(self, review: Review) -> bool:
        return github_reviews.may_write(self._api, review)

    def authors(self, request: ChangeRequest) -> Authors:
        return github_reviews.authors(self._api, self._graphql, self._repository, request.number)

    def _run_workflow(self, inputs: str) -> str:
        given = self._environment
        workflow = given.get("GITHUB_WORKFLOW_REF", "").partition("@")[0].rpartition("/")[2]
        url = f"{self._server}/{self._repository}/actions/workflows/{workflow}"
        return f"run [{plain(given.get('GITHUB_WORKFLOW', 'the workflow'))}]({url}) with {inputs}"

    def post_check(self, request: ChangeRequest, name: str, *, passed: bool) -> None:
        result = {"status": "completed", "conclusion": "success" if passed else "failure"}
        self._api.write("POST", "check-runs", name=name, head_sha=request.head, details_url=self.run_url, **result)

    def comments(self, number: int) -> Iterator[Comment]:
        return self._comments(self.COMMENTS.format(number=number))

    def suggestions(self, number: int) -> Iterator[Comment]:
        return self._comments(f"pulls/{number}/comments")

    def _comments(self, path: str) -> Iterator[Comment]:
        return (Comment(each.id, each.body or "", each.by_robot) for each in self._api.pages(path, _Entry))

    def add_suggestion(self, request: ChangeRequest, path: str, line: int, body: str) -> None:
        where = {"commit_id": request.head, "path": path, "line": line, "side": "RIGHT"}
        self._api.write("POST", f"pulls/{request.number}/comments", body=body, **where)

    def newest(self, branch: str) -> str:
        return self._api.get(f"branches/{quote(branch, safe='')}", _Branch).commit.sha

    def history(self, since: str, commit: str) -> list[str]:
        found = self._api.pages(f"compare/{since}...{commit}", _Commit, key="commits")
        return first_parents({each.sha: [parent.sha for parent in each.parents] for each in found}, commit)

    def merged(self, commit: str, branch: str) -> list[ChangeRequest]:
        pulls = self._api.get(f"commits/{commit}/pulls", list[_Pull])
        return [self._merged(pull, branch) for pull in pulls if self._is_into(pull, branch)]

    def _is_into(self, pull: _Pull, branch: str) -> bool:
        """Whether it was merged into a branch of this repository."""
        base = pull.base
        here = base.repo is not None and base.repo.full_name == self._repository
        return pull.merged_at is not None and base.ref == branch and here

    @staticmethod
    def _merged(pull: _Pull, branch: str) -> ChangeRequest:
        return ChangeRequest(pull.number, pull.head.sha, branch, merged_at=pull.merged_at)

    def line(self, commit: str, since: datetime) -> list[str]:
        found = self._api.pages("commits", _Commit, sha=commit, since=since.isoformat())
        return first_parents({each.sha: [parent.sha for parent in each.parents] for each in found}, commit)

    def merged_lately(self, branch: str, since: datetime) -> dict[str, list[ChangeRequest]]:
        query = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc"}
        found: dict[str, list[ChangeRequest]] = {}
        for pull in self._api.pages("pulls", _Pull, **query):
            if pull.updated_at and pull.updated_at < since:
                break
            if self._is_into(pull, branch) and pull.merged_at and pull.merged_at >= since and pull.merge_commit_sha:
                found.setdefault(pull.merge_commit_sha, []).append(self._merged(pull, branch))
        return found

    def _kept_plans(self, request: ChangeRequest, name: str) -> Iterator[KeptPlan]:
        """As the base: those that a run of the plan workflow kept for this pull request and head.

        The list of pull requests in a run is no proof: GitHub empties it after the merge, and it names every pull
        request of the head. So the artifact itself says which pull request it is for, and counts only where the run
        is one of the workflow that is expected to write it.
        """
        query = {"key": "artifacts", "name": artifact_name(name, request)}
        found = self._api.pages("actions/artifacts", _Artifact, **query)
        for each in sorted(found, key=lambda artifact: artifact.id, reverse=True):
            if each.expired or each.run is None:
                yield KeptPlan(f"artifact {each.id}", "it is no longer kept", None, lambda _: None)
                continue
            run = self._api.get(f"actions/runs/{each.run}", _Run)
            yield KeptPlan(
                f"run {run.id}", self._foreign(run, request), each.created_at, partial(self._unpacked, each.id)
            )

    def _foreign(self, run: _Run, request: ChangeRequest) -> str:
        """Why what a run kept is not this pull request's plan; empty if it is."""
        if run.head_repository is None or run.head_repository.id != run.repository.id:
            return "a fork's run may upload anything"
        workflow = run.path.partition("@")[0]
        if workflow != self._plan_workflow:
            return f"it is a run of {workflow}, not {self._plan_workflow} (input `plan-workflow`)"
        if run.event == _BY_HAND and run.head_branch == request.branch:
            is_of_branch = self.has(self.newest(request.branch), run.head_sha)  # a tag may have the branch's name
            return "" if is_of_branch else f"it ran on no commit of {request.branch}"
        if run.event != _EVENT:
            return f"the run was started by {run.event}, not {_EVENT}"
        return "" if run.head_sha == request.head else "the run was of another commit"

    def has(self, branch: str, commit: str) -> bool:
        try:
            compared = self._api.get(f"compare/{commit}...{branch}", _Compared)
        except ForgeError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return compared.status in {"ahead", "identical"}

    def artifact_of_run(self, run: int, name: str, file: str) -> bytes | None:
        """A file of an artifact of a certain run, by whomever; None if there is none."""
        found = next(self._api.pages(f"actions/runs/{run}/artifacts", _Artifact, key="artifacts", name=name), None)
        return self._unpacked(found.id, file) if found else None

    def open_request_of(self, owner: str, branch: str, head: str) -> ChangeRequest | None:
        """The open pull request from a branch of `owner` whose head is `head`."""
        pulls = self._api.pages("pulls", _Pull, state="open", head=f"{owner}:{branch}")
        return next((ChangeRequest(each.number, head, each.base.ref) for each in pulls if each.head.sha == head), None)

    def settings(self) -> Iterator[Found]:
        return settings.on_github(self._api, self._repository.rpartition("/")[2])

    def _issues(self) -> Iterator[Issue]:
        for each in self._api.pages("issues", _Entry, state="open"):
            if each.by_robot and each.pull_request is None:
                yield Issue(each.number, each.body or "")

    def _unpacked(self, artifact: int, file: str) -> bytes | None:
        """A file of an artifact, which comes as a zip file; None if it does not hold it."""
        packed = self._packed(artifact)
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                if file not in archive.namelist():
                    return None
                if (size := archive.getinfo(file).file_size) <= MAX_BYTES:
                    with archive.open(file) as opened:
                        return opened.read(size)  # what holds more is damaged
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise ForgeError(f"The artifact {artifact} cannot be unpacked: {error}") from error
        raise ForgeError(f"{file} in the artifact {artifact} is larger than {MAX_BYTES:,} bytes")

    @lru_cache(maxsize=1)  # noqa: B019 - a job has one forge
    def _packed(self, artifact: int) -> bytes:
        return self._api.download(f"actions/artifacts/{artifact}/zip")
