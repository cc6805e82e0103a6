"""GitLab: notes, merge requests, artifacts of jobs and issues (REST API, version 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

import httpx2
from pydantic import AwareDatetime, BaseModel

from bufferctl import DOCS
from bufferctl.ci import gitlab_reviews, settings
from bufferctl.ci.forge import (
    Authors,
    ChangeRequest,
    Comment,
    Forge,
    Issue,
    KeptPlan,
    Review,
    first_parents,
    variable,
)
from bufferctl.ci.http import Api
from bufferctl.ci.settings import Found
from bufferctl.errors import ForgeError
from bufferctl.render.markdown_posts import FileLinks
from bufferctl.render.markdown_text import code

#: The source of the pipelines that plan a merge request.
_SOURCE = "merge_request_event"
_HINT = f"Check GITLAB_TOKEN: a project access token with the scopes api and write_repository; see {DOCS}/run/ci.md"


class _User(BaseModel):
    id: int


class _Note(BaseModel):
    id: int
    body: str | None = None
    author: _User


class _Commit(BaseModel):
    id: str
    parent_ids: list[str] = []


class _Branch(BaseModel):
    commit: _Commit


class _Compared(BaseModel):
    commits: list[_Commit]


class _MergeRequest(BaseModel):
    iid: int
    state: str
    merged_at: AwareDatetime | None = None
    sha: str | None = None
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None
    target_branch: str
    target_project_id: int
    source_project_id: int | None = None  # a fork that was deleted
    diff_refs: dict[str, str] | None = None  # the three commits that a line of its diff is between


class _Pipeline(BaseModel):
    id: int
    sha: str
    ref: str | None = None
    source: str
    project_id: int


class _Job(BaseModel):
    id: int
    name: str
    finished_at: AwareDatetime | None = None


class _Issue(BaseModel):
    iid: int
    description: str | None = None


class GitLab(Forge):
    """A project on GitLab. `environment`: as GitLab CI sets it, with GITLAB_TOKEN.

    GITLAB_TOKEN is a project access token with the scope `api`: CI_JOB_TOKEN may write neither notes nor issues.
    """

    brand = "GitLab"
    noun, sign, suggestion = "merge request", "!", "suggestion:-0+0"
    ACTOR, EVENT, BRANCH = "GITLAB_USER_LOGIN", "CI_PIPELINE_SOURCE", "CI_COMMIT_BRANCH"
    BY_HAND = ("web", "")
    COMMENTS = "merge_requests/{number}/notes"
    COMMENT = SUGGESTION = "merge_requests/{number}/notes/{comment}"
    EDIT, TEXT, CLOSED, IN_NAMES = "PUT", "description", {"state_event": "close"}, " /"
    _PIPELINE = "Choose Run pipeline on the tab Pipelines of the merge request."

    def __init__(self, environment: Mapping[str, str], *, transport: httpx2.BaseTransport | None = None) -> None:
        self._environment = environment
        self._address = variable(environment, "CI_API_V4_URL")
        self._project = variable(environment, "CI_PROJECT_ID")
        here = f"{self._address}/projects/{self._project}"
        self._api = Api(here, {"PRIVATE-TOKEN": environment.get("GITLAB_TOKEN", "")}, hint=_HINT, transport=transport)

    @property
    def run_url(self) -> str:
        return self._environment.get("CI_JOB_URL", "")

    @property
    def key_place(self) -> str:
        name = self._environment.get("CI_ENVIRONMENT_NAME", "")
        which = f"the environment scope {name}" if name else "the environment scope of this job"
        return f"the variable `BUFFER_API_KEY` of {which} (Settings, CI/CD, Variables)"

    def page_url(self, path: str) -> str:
        return f"{self.run_url}/artifacts/{'browse' if path.startswith('/') else f'file/{quote(path)}'}"

    def new_file_url(self, branch: str, path: str, text: str) -> str:
        project = self._environment.get("CI_PROJECT_URL", "")
        filled = f"file_name={quote(path, safe='')}&content={quote(text, safe='')}"
        return f"{project}/-/new/{quote(branch)}?{filled}" if project else ""

    def files_at(self, commit: str) -> FileLinks:
        project = self._environment.get("CI_PROJECT_URL", "")
        if not project:
            return FileLinks()
        return FileLinks(line=f"{project}/-/blob/{commit}/{{path}}#L{{line}}", raw=f"{project}/-/raw/{commit}/{{path}}")

    def diff_of(self, request: ChangeRequest) -> str:
        project = self._environment.get("CI_PROJECT_URL", "")
        return f"{project}/-/merge_requests/{request.number}/diffs#{{sha1}}" if project else ""

    def request(self, number: int = 0) -> ChangeRequest | None:
        """Like the base. The variables are from when the pipeline began; without a token there is nothing newer."""
        given = self._environment
        iid = given.get("CI_MERGE_REQUEST_IID", "")
        if number:
            raise ForgeError("On GitLab, a merge request is planned again by its own pipeline", hint=self._PIPELINE)
        if not iid.isdecimal():
            return None
        head = given.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or given.get("CI_COMMIT_SHA", "")
        branch, base = (given.get(f"CI_MERGE_REQUEST_{name}", "") for name in ("TARGET_BRANCH_NAME", "DIFF_BASE_SHA"))
        if not given.get("GITLAB_TOKEN"):
            return ChangeRequest(int(iid), head, branch, base)
        now = self._api.get(f"merge_requests/{iid}", _MergeRequest)
        return ChangeRequest(int(iid), head, now.target_branch, base, now.merged_at)

    def common_base(self, request: ChangeRequest) -> str:
        return request.base

    def tested_base(self) -> str:
        """Like the base: a merge train runs the pipeline of a merge request."""
        return ""

    def decide(self, decision: str = "", *, publishes: bool = True) -> str:  # noqa: ARG002 - one file has both
        given = f"set to {code(decision)}" if decision else "set to a decision"
        return f"run a pipeline of the published branch with the variable `BUFFERCTL_DECISION` {given}"

    @property
    def starter(self) -> str:
        person = self._environment.get("GITLAB_USER_ID", "")
        is_person = (
            person.isdecimal() and not self._api.get(f"{self._address}/users/{person}", gitlab_reviews.ForgeAccount).bot
        )
        return person if is_person else ""

    def reviews(self, request: ChangeRequest) -> list[Review]:
        return gitlab_reviews.reviews(self._api, self._addresses, request)

    def may_write(self, review: Review) -> bool:
        return gitlab_reviews.may_write(self._api, review)

    def authors(self, request: ChangeRequest) -> Authors:
        return gitlab_reviews.authors(self._api, self._addresses, request.number)

    @property
    def _addresses(self) -> gitlab_reviews.Addresses:
        graphql = self._environment.get("CI_API_GRAPHQL_URL", f"{self._address.removesuffix('/v4')}/graphql")
        project = variable(self._environment, "CI_PROJECT_PATH")
        return gitlab_reviews.Addresses(f"{self._address}/users", graphql, project)

    def plan_again(self, number: int) -> str:  # noqa: ARG002 - the pipeline belongs to the merge request
        return self._PIPELINE[0].lower() + self._PIPELINE[1:].removesuffix(".")

    def post_check(self, request: ChangeRequest, name: str, *, passed: bool) -> None:
        """Nothing to do: a merge request's pipeline is its check."""

    def comments(self, number: int) -> Iterator[Comment]:
        me = self._me()
        for each in self._api.pages(self.COMMENTS.format(number=number), _Note, sort="asc"):
            yield Comment(each.id, each.body or "", each.author.id == me)

    def suggestions(self, number: int) -> Iterator[Comment]:
        return self.comments(number)  # notes on lines are among them

    def add_suggestion(self, request: ChangeRequest, path: str, line: int, body: str) -> None:
        here = f"merge_requests/{request.number}"
        refs = self._api.get(here, _MergeRequest).diff_refs
        if refs is None:
            raise ForgeError("The merge request has no diff yet")
        position = {"position_type": "text", **refs, "new_path": path, "old_path": path, "new_line": line}
        self._api.write("POST", f"{here}/discussions", body=body, position=position)

    def newest(self, branch: str) -> str:
        return self._api.get(f"repository/branches/{quote(branch, safe='')}", _Branch).commit.id

    def history(self, since: str, commit: str) -> list[str]:
        compared = self._api.get("repository/compare", _Compared, **{"from": since, "to": commit})
        return first_parents({each.id: each.parent_ids for each in compared.commits}, commit)

    def has(self, branch: str, commit: str) -> bool:
        try:
            return not self._api.get("repository/compare", _Compared, **{"from": branch, "to": commit}).commits
        except ForgeError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise

    def merged(self, commit: str, branch: str) -> list[ChangeRequest]:
        found = self._api.get(f"repository/commits/{commit}/merge_requests", list[_MergeRequest])
        return [self._merged(each, branch) for each in found if self._is_into(each, branch)]

    def _is_into(self, found: _MergeRequest, branch: str) -> bool:
        """Whether it was merged into a branch of this project."""
        here = str(found.target_project_id) == self._project
        return found.state == "merged" and found.target_branch == branch and here

    @staticmethod
    def _merged(found: _MergeRequest, branch: str) -> ChangeRequest:
        return ChangeRequest(found.iid, found.sha or "", branch, merged_at=found.merged_at)

    def line(self, commit: str, since: datetime) -> list[str]:
        query = {"ref_name": commit, "since": since.isoformat()}
        found = self._api.pages("repository/commits", _Commit, **query)
        return first_parents({each.id: each.parent_ids for each in found}, commit)

    def merged_lately(self, branch: str, since: datetime) -> dict[str, list[ChangeRequest]]:
        query = {"state": "merged", "target_branch": branch, "updated_after": since.isoformat()}
        found: dict[str, list[ChangeRequest]] = {}
        for each in self._api.pages("merge_requests", _MergeRequest, **query):
            commit = each.merge_commit_sha or each.squash_commit_sha or each.sha
            if self._is_into(each, branch) and each.merged_at and each.merged_at >= since and commit:
                found.setdefault(commit, []).append(self._merged(each, branch))
        return found

    def _kept_plans(self, request: ChangeRequest, name: str) -> Iterator[KeptPlan]:
        """As the base: those that the job `name` kept in pipelines of this merge request, in a folder `name`.

        A merge request from a fork has none: a pipeline that its members start in this project runs the fork's own
        files.
        """
        merge_request = self._api.get(f"merge_requests/{request.number}", _MergeRequest)
        if str(merge_request.source_project_id) != self._project:
            name = f"{self.sign}{request.number}"
            yield KeptPlan(name, "it comes from another project", None, lambda _: None)
            return
        for pipeline in self._api.pages(f"merge_requests/{request.number}/pipelines", _Pipeline):
            if reason := self._foreign(pipeline, request):
                yield KeptPlan(f"pipeline {pipeline.id}", reason, None, lambda _: None)
                continue
            jobs = self._api.pages(f"pipelines/{pipeline.id}/jobs", _Job, include_retried="true")
            for job in sorted(jobs, key=lambda each: each.id, reverse=True):
                if job.name == name:
                    yield KeptPlan(f"job {job.id}", "", job.finished_at, partial(self._artifact, job.id, name))

    def _foreign(self, pipeline: _Pipeline, request: ChangeRequest) -> str:
        """Why what a pipeline kept is not this merge request's plan; empty if it is."""
        if str(pipeline.project_id) != self._project:
            return "it ran in another project"
        if pipeline.source != _SOURCE:
            return f"it was started by {pipeline.source}, not {_SOURCE}"
        if pipeline.ref and not pipeline.ref.startswith(f"refs/merge-requests/{request.number}/"):
            return f"it ran for {pipeline.ref}"
        if pipeline.sha != request.head and request.head not in self._parents(pipeline.sha):
            return "it ran for another commit"
        return ""

    def _parents(self, commit: str) -> list[str]:
        """The parents of a commit, if it still exists: a pipeline of merged results runs on a merge of the head."""
        try:
            return self._api.get(f"repository/commits/{commit}", _Commit).parent_ids
        except ForgeError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return []
            raise

    def settings(self) -> Iterator[Found]:
        return settings.on_gitlab(self._api, self._project)

    def _issues(self) -> Iterator[Issue]:
        for each in self._api.pages("issues", _Issue, state="opened", author_id=self._me()):
            yield Issue(each.iid, each.description or "")

    def _me(self) -> int:
        return self._api.get(f"{self._address}/user", _User).id

    def _artifact(self, job: int, folder: str, file: str) -> bytes | None:
        try:
            return self._api.download(f"jobs/{job}/artifacts/{quote(f'{folder}/{file}')}")
        except ForgeError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
