"""The part of GitLab's REST API that `bufferctl ci` uses, in memory, over a real git repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bufferctl.sandbox import Clock
from tests.ci.forges import STORAGE, TOKEN, Api, Asked, Elsewhere, RefusalError, Repository, paged, routed

PROJECT, FORK = 7, 8
ROBOT, PERSON = 100, 200
#: The ids of people by the emails that they have confirmed.
ACCOUNTS = {"ada@acme.example": 11, "bob@acme.example": 12, "cleo@acme.example": 13, "mallory@elsewhere.example": 14}
PUBLIC = {"bob@acme.example"}
NAMES = {"ada": 11, "bob": 12, "cleo": 13, "mallory": 14, "project_7_bot_1f": ROBOT}
#: A page of GraphQL.
COMMITS = 100


@dataclass
class FakeGitLab:
    """`requests`, `notes`, `pipelines` (newest first, by merge request) and `issues` in the API's form."""

    repository: Repository
    requests: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    pipelines: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    jobs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    artifacts: dict[tuple[int, str], bytes] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    approvals: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    reviewers: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    versions: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    waits: bool = False  # whether pipelines must succeed
    push_level: int | None = None  # of main; None: it is not protected
    schedules: list[dict[str, Any]] = field(default_factory=list)
    variables: list[dict[str, Any]] | None = None  # None: the token may not see them
    levels: dict[int, int] = field(default_factory=lambda: {11: 40, 12: 30, 13: 30, 14: 20, ROBOT: 30})
    blocked: set[int] = field(default_factory=set)
    clock: Clock = field(default_factory=lambda: Clock.at("2029-12-03T09:00:00Z"))

    def __post_init__(self) -> None:
        self.api = Api(self._answer, self.clock)
        self._ids = 1000

    def open_request(self, branch: str) -> int:
        """Open a merge request for a branch; returns its number."""
        number = len(self.requests) + 1
        self.requests[number] = {
            "iid": number,
            "state": "opened",
            "sha": self.repository.head(branch),
            "base": self.repository.common("main", branch),
            "source_branch": branch,
            "target_branch": "main",
            "author": {"id": NAMES["ada"], "username": "ada"},
            "target_project_id": PROJECT,
            "source_project_id": PROJECT,
            "merge_commit_sha": None,
            "merged_at": None,
        }
        self.notes[number], self.pipelines[number] = [], []
        self.approvals[number], self.reviewers[number], self.versions[number] = [], [], []
        self.pushed(number)
        return number

    def pushed(self, number: int) -> None:
        """The branch of a merge request moved."""
        request = self.requests[number]
        request["sha"] = self.repository.head(request["source_branch"])
        version = {"id": self._next(), "head_commit_sha": request["sha"], "created_at": self.now()}
        self.versions[number].insert(0, version)

    def approve(self, number: int, name: str, *, is_dated: bool = True) -> None:
        """Somebody approves a merge request, or did so long ago, before GitLab kept when."""
        user = {"id": NAMES[name], "username": name}
        dated = {"approved_at": self.now()} if is_dated else {}
        self.approvals[number] = [each for each in self.approvals[number] if each["user"] != user]
        self.approvals[number].append({"user": user, **dated})

    def reject(self, number: int, name: str) -> None:
        """Somebody requests changes, which takes an approval back."""
        user = {"id": NAMES[name], "username": name}
        self.approvals[number] = [each for each in self.approvals[number] if each["user"] != user]
        self.reviewers[number].append({"user": user, "state": "requested_changes", "created_at": self.now()})

    def merged(self, number: int, commit: str) -> None:
        """A merge request was merged as `commit`."""
        self.requests[number].update(state="merged", merge_commit_sha=commit, merged_at=self.now())

    def now(self) -> str:
        """The time as GitLab writes it."""
        return f"{self.clock.now():%Y-%m-%dT%H:%M:%S.000Z}"

    def ran(self, number: int, job: str, files: dict[str, bytes], **pipeline_values: Any) -> None:
        """A pipeline of a merge request with one job and its artifact."""
        pipeline, its_job = self._next(), self._next()
        source = "merge_request_event"
        made = {"id": pipeline, "project_id": PROJECT, "source": source, "sha": self.requests[number]["sha"]}
        made |= {"ref": f"refs/merge-requests/{number}/head", **pipeline_values}
        self.pipelines[number].insert(0, made)
        self.jobs[pipeline] = [{"id": its_job, "name": job, "status": "success", "finished_at": self.now()}]
        self.artifacts |= {(its_job, name): data for name, data in files.items()}

    def _answer(self, asked: Asked) -> Any:
        if asked.headers["host"] == "storage.example":
            return self.artifacts[self._asked_for(asked)]
        if asked.headers.get("private-token") != TOKEN:
            raise RefusalError(401, "401 Unauthorized")
        here = f"/api/v4/projects/{PROJECT}"
        return routed(
            asked,
            [
                ("GET", "/api/v4/user", lambda _: {"id": ROBOT}),
                (
                    "GET",
                    here,
                    lambda _: {"default_branch": "main", "only_allow_merge_if_pipeline_succeeds": self.waits},
                ),
                ("GET", rf"{here}/protected_branches/([^/]+)", self._protection),
                ("GET", rf"{here}/pipeline_schedules", lambda a: paged(a, self.schedules)),
                ("GET", rf"{here}/variables", self._listed_variables),
                ("GET", rf"{here}/repository/branches/([^/]+)", self._branch),
                ("GET", rf"{here}/repository/compare", self._compare),
                ("GET", rf"{here}/repository/commits", self._commits),
                ("GET", rf"{here}/repository/commits/(\w+)/merge_requests", self._requests_of),
                ("GET", rf"{here}/merge_requests", self._merged_requests),
                ("GET", rf"{here}/repository/commits/(\w+)", self._commit),
                ("GET", rf"{here}/merge_requests/(\d+)", lambda _, n: self._request(int(n))),
                ("GET", rf"{here}/merge_requests/(\d+)/notes", lambda a, n: paged(a, self.notes[int(n)])),
                ("POST", rf"{here}/merge_requests/(\d+)/notes", self._add_note),
                ("PUT", rf"{here}/merge_requests/(\d+)/notes/(\d+)", self._edit_note),
                ("DELETE", rf"{here}/merge_requests/(\d+)/notes/(\d+)", self._delete_note),
                ("POST", rf"{here}/merge_requests/(\d+)/discussions", self._add_discussion),
                ("GET", rf"{here}/merge_requests/(\d+)/approvals", self._approved_by),
                ("GET", rf"{here}/merge_requests/(\d+)/reviewers", lambda _, n: self.reviewers[int(n)]),
                ("GET", rf"{here}/merge_requests/(\d+)/versions", lambda a, n: paged(a, self.versions[int(n)])),
                ("GET", rf"{here}/members/all/(\d+)", self._member),
                ("GET", r"/api/v4/users", self._found_users),
                ("GET", r"/api/v4/users/(\d+)", lambda _, n: {"id": int(n), "bot": int(n) == ROBOT}),
                ("POST", "/api/graphql", self._authors),
                ("GET", rf"{here}/merge_requests/(\d+)/pipelines", lambda a, n: paged(a, self.pipelines[int(n)])),
                ("GET", rf"{here}/pipelines/(\d+)/jobs", lambda a, n: paged(a, self.jobs[int(n)])),
                ("GET", rf"{here}/jobs/(\d+)/artifacts/(.+)", self._artifact),
                ("GET", rf"{here}/issues", self._open_issues),
                ("POST", rf"{here}/issues", self._add_issue),
                ("PUT", rf"{here}/issues/(\d+)", self._edit_issue),
            ],
        )

    def _protection(self, _: Asked, name: str) -> Any:
        if self.push_level is None:
            raise RefusalError(404, "404 Not found")
        return {"name": name, "push_access_levels": [{"access_level": self.push_level}]}

    def _listed_variables(self, asked: Asked) -> Any:
        if self.variables is None:
            raise RefusalError(403, "403 Forbidden")
        return paged(asked, self.variables)

    def _branch(self, _: Asked, name: str) -> Any:
        return {"name": name, "commit": {"id": self.repository.head(f"refs/heads/{name}")}}

    def _commit(self, _: Asked, commit: str) -> Any:
        return {"id": self.repository.head(commit), "parent_ids": self.repository.parents(commit)}

    def _commits(self, asked: Asked) -> Any:
        assert asked.query["since"]
        found = self.repository.line(asked.query["ref_name"])
        return paged(asked, [{"id": sha, "parent_ids": parents} for sha, parents in found])

    def _merged_requests(self, asked: Asked) -> Any:
        query = (asked.query["state"], asked.query["target_branch"])
        found = [each for each in self.requests.values() if (each["state"], each["target_branch"]) == query]
        return paged(asked, [each for each in found if each["merged_at"] >= asked.query["updated_after"][:19]])

    def _compare(self, asked: Asked) -> Any:
        self.repository.check_kept(asked.query["from"])
        found = self.repository.between(asked.query["from"], asked.query["to"])
        return {"commits": [{"id": each, "parent_ids": parents} for each, parents in found]}

    def _requests_of(self, _: Asked, commit: str) -> Any:
        return [each for each in self.requests.values() if each["merge_commit_sha"] == commit]

    def _add_note(self, asked: Asked, number: str) -> Any:
        self.notes[int(number)].append({"id": self._next(), "author": {"id": ROBOT}, **asked.values})
        return self.notes[int(number)][-1]

    def _request(self, number: int) -> Any:
        found, base = self.requests[number], self.repository.head("main")
        return {**found, "diff_refs": {"base_sha": base, "start_sha": base, "head_sha": found["sha"]}}

    def _approved_by(self, _: Asked, number: str) -> Any:
        return {"approved_by": self.approvals[int(number)]}

    def _found_users(self, asked: Asked) -> Any:
        """Only a public email finds somebody."""
        found = ACCOUNTS.get(asked.query["search"]) if asked.query["search"] in PUBLIC else None
        return [{"id": found, "username": "bob"}] if found else []

    def _member(self, _: Asked, user: str) -> Any:
        if int(user) not in self.levels:
            raise RefusalError(404, "404 Not found")
        state = "blocked" if int(user) in self.blocked else "active"
        return {"id": int(user), "access_level": self.levels[int(user)], "state": state}

    def _authors(self, asked: Asked) -> Any:
        """As GraphQL names the author of each commit, from confirmed emails; co-authors are only in the message."""
        query, given = asked.values["query"], asked.values["variables"]
        assert all(each in query for each in ("commitCount", "authorEmail", "message", "author { id }")), query
        assert given["path"] == "acme/posts"
        request = self.requests[int(given["number"])]
        commits = self.repository.written(request["base"], request["sha"])
        start = int(given["after"] or 0)
        nodes = []
        for sha, author, others in commits[start : start + COMMITS]:
            trailers = "".join(f"\nCo-authored-by: Somebody <{each}>" for each in others)
            known = {"id": f"gid://gitlab/User/{ACCOUNTS[author]}"} if author in ACCOUNTS else None
            nodes.append({"sha": sha, "authorEmail": author, "message": f"Write\n{trailers}", "author": known})
        page = {"hasNextPage": start + COMMITS < len(commits), "endCursor": str(start + COMMITS)}
        found = {"commitCount": len(commits), "commits": {"nodes": nodes, "pageInfo": page}}
        return {"data": {"project": {"mergeRequest": found}}}

    def _add_discussion(self, asked: Asked, number: str) -> Any:
        at = asked.values["position"]
        if at["new_line"] not in self.repository.shown(at["base_sha"], at["head_sha"], at["new_path"]):
            raise RefusalError(400, '400 Bad request - Note {:line_code=>["can\'t be blank"]}')
        return self._add_note(asked, number)

    def _delete_note(self, _: Asked, number: str, note: str) -> Any:
        self.notes[int(number)] = [each for each in self.notes[int(number)] if each["id"] != int(note)]
        return {}

    def _edit_note(self, asked: Asked, number: str, note: str) -> Any:
        found = next(each for each in self.notes[int(number)] if each["id"] == int(note))
        found.update(asked.values)
        return found

    def _artifact(self, _: Asked, job: str, file: str) -> Any:
        if (int(job), file) not in self.artifacts:
            raise RefusalError(404)
        return Elsewhere(f"{STORAGE}/{job}/{file}")

    def _asked_for(self, asked: Asked) -> tuple[int, str]:
        if "private-token" in asked.headers:
            raise RefusalError(400)
        job, _, file = asked.path.strip("/").partition("/")
        return int(job), file

    def _open_issues(self, asked: Asked) -> Any:
        wanted = int(asked.query["author_id"])
        found = [each for each in self.issues if each["state"] == "opened" and each["author"]["id"] == wanted]
        return paged(asked, found)

    def _add_issue(self, asked: Asked) -> Any:
        number = len(self.issues) + 1
        self.issues.append({"iid": number, "state": "opened", "author": {"id": ROBOT}, **asked.values})
        return self.issues[-1]

    def _edit_issue(self, asked: Asked, number: str) -> Any:
        found = self.issues[int(number) - 1]
        values = dict(asked.values)
        if values.pop("state_event", "") == "close":
            values["state"] = "closed"
        found.update(values)
        return found

    def _next(self) -> int:
        self._ids += 1
        return self._ids
