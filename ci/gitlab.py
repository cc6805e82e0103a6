"""GitLab: notes, merged requests, artifacts of jobs and issues (REST API, version 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from urllib.parse import quote

from ci.forge import PLAN, Note, Request, first_parents
from ci.http import Api, ForgeError

#: Where a plan was made for a merge request, and nowhere else.
_SOURCE = "merge_request_event"


class GitLab:
    """`environment`: as GitLab CI sets it, with GITLAB_TOKEN, a project access token with the scope `api`.

    CI_JOB_TOKEN may write neither notes nor issues.
    """

    mention = "!"

    def __init__(self, environment: Mapping[str, str]) -> None:
        token, address = environment.get("GITLAB_TOKEN", ""), environment["CI_API_V4_URL"]
        self._project = environment["CI_PROJECT_ID"]
        self._api = Api(f"{address}/projects/{self._project}", {"PRIVATE-TOKEN": token})
        self._user = Api(address, {"PRIVATE-TOKEN": token})
        self._environment = environment

    @property
    def run_url(self) -> str:
        """Where this job is shown."""
        return self._environment.get("CI_JOB_URL", "")

    def request(self) -> Request | None:
        """The merge request that this job is for."""
        number = self._environment.get("CI_MERGE_REQUEST_IID")
        head = self._environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or self._environment.get("CI_COMMIT_SHA", "")
        return Request(int(number), head) if number else None

    def notes(self, number: int) -> Iterator[Note]:
        """The notes of a merge request; `mine` are those of the token's own user."""
        me = self._me()
        for each in self._api.pages(f"merge_requests/{number}/notes", sort="asc"):
            yield Note(each["id"], each["body"] or "", each["author"]["id"] == me)

    def add_note(self, number: int, body: str) -> None:
        """Comment on a merge request."""
        self._api.send("POST", f"merge_requests/{number}/notes", body=body)

    def edit_note(self, number: int, note: int, body: str) -> None:
        """Change a note."""
        self._api.send("PUT", f"merge_requests/{number}/notes/{note}", body=body)

    def newest(self, branch: str) -> str:
        """The commit that a branch is at."""
        return str(self._api.get(f"repository/branches/{quote(branch, safe='')}")["commit"]["id"])

    def history(self, since: str, commit: str) -> list[str]:
        """The commits from `since` to `commit`, without those merged in."""
        compared = self._api.get("repository/compare", **{"from": since, "to": commit})
        return first_parents({c["id"]: c["parent_ids"] for c in compared["commits"]}, commit)

    def merged(self, commit: str, branch: str) -> list[Request]:
        """The merge requests that were merged into `branch` of this project as `commit`."""
        return [
            Request(each["iid"], each["sha"])
            for each in self._api.get(f"repository/commits/{commit}/merge_requests")
            if each["state"] == "merged"
            and each["target_branch"] == branch
            and str(each["target_project_id"]) == self._project
        ]

    def plan(self, request: Request, name: str) -> bytes | None:
        """The plan that the job `name` left in the newest pipeline of a merge request; a fork's own are passed over.

        The job keeps it in a folder of its own name.
        """
        for pipeline in self._api.pages(f"merge_requests/{request.number}/pipelines"):
            if pipeline["source"] != _SOURCE or str(pipeline["project_id"]) != self._project:
                continue
            for job in self._api.pages(f"pipelines/{pipeline['id']}/jobs", scope="success"):
                if job["name"] == name:
                    return self._artifact(job["id"], f"{name}/plan/{PLAN}")
            return None
        return None

    def open_issue(self, marker: str) -> tuple[int, str] | None:
        """The open issue of ours that begins with `marker`."""
        me = self._me()
        for each in self._api.pages("issues", state="opened", author_id=me):
            if (each["description"] or "").startswith(marker):
                return each["iid"], each["description"]
        return None

    def add_issue(self, title: str, body: str) -> None:
        """Open an issue."""
        self._api.send("POST", "issues", title=title, description=body)

    def edit_issue(self, number: int, body: str, *, close: bool) -> None:
        """Change an issue's text, and close it."""
        values = {"description": body, **({"state_event": "close"} if close else {})}
        self._api.send("PUT", f"issues/{number}", **values)

    def _me(self) -> int:
        return int(self._user.get("user")["id"])

    def _artifact(self, job: int, file: str) -> bytes | None:
        try:
            return self._api.download(f"jobs/{job}/artifacts/{quote(file)}")
        except ForgeError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
