"""The part of GitHub's REST API that `bufferctl ci` uses, in memory, over a real git repository."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bufferctl.sandbox import Clock
from tests.ci.forges import STORAGE, TOKEN, Api, Asked, Elsewhere, RefusalError, Repository, paged, routed

NAME = "acme/posts"
OURS, FORKS = 1, 2
#: How many commits a page of GraphQL has.
COMMITS = 100
PLAN_WORKFLOW = ".github/workflows/plan.yml"
ROBOT = {"login": "github-actions[bot]", "type": "Bot"}
PERSON = {"login": "mallory", "type": "User"}
#: Accounts by the emails that they have told GitHub: who may write, and one of the public.
ACCOUNTS = {
    "ada@acme.example": {"login": "ada", "id": 11, "type": "User"},
    "bob@acme.example": {"login": "bob", "id": 12, "type": "User"},
    "cleo@acme.example": {"login": "cleo", "id": 13, "type": "User"},
    "mallory@elsewhere.example": {"login": "mallory", "id": 14, "type": "User"},
}


@dataclass
class Artifact:
    """An artifact uploaded by a run."""

    id: int
    name: str
    head: str
    packed: bytes
    repository: int = OURS
    run: int = 1
    expired: bool = False
    workflow: str = PLAN_WORKFLOW
    event: str = "pull_request"
    branch: str = "topic"
    made_at: str = ""


@dataclass
class FakeGitHub:
    """`pulls`, `comments` (by pull request) and `issues` in the API's form; `api` is the handler function."""

    repository: Repository
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    suggestions: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=lambda: {"ada": "admin", "bob": "write", "cleo": "write"})
    users: list[dict[str, Any]] = field(default_factory=lambda: [dict(each) for each in ACCOUNTS.values()])
    required_checks: list[str] | None = None  # of main; None: it is not protected
    environments: dict[str, list[str]] | None = field(default_factory=dict)  # and the branches that may use them
    uncounted: int = 0  # commits that a pull request has and the API does not list
    read_only: bool = False
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.api = Api(self._answer, self.clock)
        self._ids = 1000

    def now(self) -> str:
        """The time as GitHub writes it."""
        return f"{self.clock.now():%Y-%m-%dT%H:%M:%SZ}"

    def open_pull(self, branch: str, *, repository: str = NAME) -> int:
        """Open a pull request for a branch, here or in a fork; returns its number."""
        number = len(self.pulls) + len(self.issues) + 1
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "user": self.user("ada"),
            "merged_at": None,
            "merge_commit_sha": None,
            "head": {
                "ref": branch,
                "sha": self.repository.head(branch),
                "label": f"{repository.partition('/')[0]}:{branch}",
                "repo": {"full_name": repository, "id": OURS if repository == NAME else FORKS},
            },
            "base": {"ref": "main", "sha": self.repository.head("main"), "repo": {"full_name": NAME}},
        }
        self.comments[number], self.suggestions[number], self.reviews[number] = [], [], []
        return number

    def user(self, login: str) -> dict[str, Any]:
        """The account of a person, as the API shows it."""
        return next(each for each in self.users if each["login"] == login)

    def review(self, number: int, login: str, state: str = "APPROVED", *, commit: str = "") -> dict[str, Any]:
        """Somebody reviews a pull request as it is now; GitHub lists reviews in this order."""
        made = {
            "id": self._next(),
            "user": self.user(login) if login != "github-actions[bot]" else {**ROBOT, "id": 41898282},
            "state": state,
            "body": "",
            "commit_id": commit or self.pulls[number]["head"]["sha"],
            "submitted_at": self.now(),
        }
        self.reviews[number].append(made)
        return made

    def pushed(self, number: int) -> None:
        """The branch of a pull request moved."""
        head = self.pulls[number]["head"]
        head["sha"] = self.repository.head(head["ref"])

    def merged(self, number: int, commit: str) -> None:
        """A pull request was merged as `commit`."""
        now = self.now()
        merged = {"state": "closed", "merged_at": now, "updated_at": now, "merge_commit_sha": commit}
        self.pulls[number].update(merged)

    def upload(self, name: str, head: str, files: dict[str, bytes], **of_run: Any) -> Artifact:
        """Keep an artifact, replacing one with the same name and run."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in files.items():
                archive.writestr(path, data)
        artifact = Artifact(self._next(), name, head, packed.getvalue(), **{"made_at": self.now(), **of_run})
        self.artifacts = [each for each in self.artifacts if (each.name, each.run) != (name, artifact.run)]
        self.artifacts.append(artifact)
        return artifact

    def comment(self, number: int, body: str, user: dict[str, str]) -> None:
        """Write a comment as another user."""
        self.comments[number].append({"id": self._next(), "body": body, "user": user})

    def bodies(self, number: int) -> list[str]:
        """The comments of a pull request."""
        return [each["body"] for each in self.comments[number]]

    def _answer(self, asked: Asked) -> Any:
        if asked.headers["host"] == "storage.example":
            return self._stored(asked)
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            raise RefusalError(401, "Bad credentials")
        if asked.method != "GET" and self.read_only:
            needed = {"X-Accepted-GitHub-Permissions": "pull_requests=write"}
            raise RefusalError(403, "Resource not accessible by integration", **needed)
        here = f"/repos/{NAME}"
        return routed(
            asked,
            [
                ("GET", here, lambda _: {"default_branch": "main"}),
                ("GET", rf"{here}/environments/([^/]+)", self._environment),
                ("GET", rf"{here}/environments/([^/]+)/deployment-branch-policies", self._branches_of),
                ("GET", rf"{here}/branches/([^/]+)", self._branch),
                ("GET", rf"{here}/compare/(\w+)\.\.\.(\w+)", self._compare),
                ("GET", rf"{here}/commits", self._commits),
                ("GET", rf"{here}/commits/(\w+)/pulls", self._pulls_of),
                ("GET", rf"{here}/pulls", self._listed_pulls),
                ("GET", rf"{here}/pulls/(\d+)", lambda _, n: self._pull(int(n))),
                ("POST", rf"{here}/check-runs", self._add_check),
                ("GET", rf"{here}/issues/(\d+)/comments", lambda a, n: paged(a, self.comments[int(n)])),
                ("POST", rf"{here}/issues/(\d+)/comments", self._add_comment),
                ("PATCH", rf"{here}/issues/comments/(\d+)", self._edit_comment),
                ("GET", rf"{here}/pulls/(\d+)/comments", lambda a, n: paged(a, self.suggestions[int(n)])),
                ("POST", rf"{here}/pulls/(\d+)/comments", self._add_suggestion),
                ("DELETE", rf"{here}/pulls/comments/(\d+)", self._delete_suggestion),
                ("GET", rf"{here}/pulls/(\d+)/reviews", lambda a, n: paged(a, self.reviews[int(n)])),
                ("GET", rf"{here}/collaborators/([^/]+)/permission", self._permission),
                ("POST", "/graphql", self._authors),
                ("GET", rf"{here}/issues", self._open_issues),
                ("POST", rf"{here}/issues", self._add_issue),
                ("PATCH", rf"{here}/issues/(\d+)", self._edit_issue),
                ("GET", rf"{here}/actions/artifacts", self._listed),
                ("GET", rf"{here}/actions/runs/(\d+)/artifacts", self._listed),
                ("GET", rf"{here}/actions/runs/(\d+)", self._run),
                ("GET", rf"{here}/actions/artifacts/(\d+)/zip", lambda _, n: Elsewhere(f"{STORAGE}/{n}")),
            ],
        )

    def _stored(self, asked: Asked) -> bytes:
        if "authorization" in asked.headers:  # like the real one: two credentials at once are refused
            raise RefusalError(400, "Only one auth mechanism allowed")
        return next(each.packed for each in self.artifacts if asked.path == f"/{each.id}")

    def _branch(self, _: Asked, name: str) -> Any:
        branch = {"name": name, "commit": {"sha": self.repository.head(f"refs/heads/{name}")}}
        if self.required_checks is None:
            return {**branch, "protected": False}
        protection = {"enabled": True, "required_status_checks": {"contexts": self.required_checks}}
        return {**branch, "protected": True, "protection": protection}

    def _environment(self, _: Asked, name: str) -> Any:
        if self.environments is None:
            raise RefusalError(403, "Resource not accessible by integration")
        if name not in self.environments:
            raise RefusalError(404)
        limited = {"protected_branches": False, "custom_branch_policies": True}
        return {"name": name, "deployment_branch_policy": limited if self.environments[name] else None}

    def _branches_of(self, _: Asked, name: str) -> Any:
        return {"branch_policies": [{"name": each} for each in (self.environments or {})[name]]}

    def _compare(self, asked: Asked, since: str, commit: str) -> Any:
        self.repository.check_kept(since)
        common = self.repository.common(since, commit)
        found = [
            {"sha": each, "parents": [{"sha": parent} for parent in parents]}
            for each, parents in self.repository.between(since, commit)
        ]
        status = "identical" if since == commit else {since: "ahead", commit: "behind"}.get(common, "diverged")
        return {"status": status, "merge_base_commit": {"sha": common}, "commits": paged(asked, found)}

    def _pulls_of(self, _: Asked, commit: str) -> Any:
        self.repository.head(commit)
        return [pull for pull in self.pulls.values() if pull["merge_commit_sha"] == commit]

    def _commits(self, asked: Asked) -> Any:
        assert asked.query["since"]
        found = self.repository.line(asked.query["sha"])
        return paged(asked, [{"sha": sha, "parents": [{"sha": each} for each in parents]} for sha, parents in found])

    def _listed_pulls(self, asked: Asked) -> Any:
        found = [pull for pull in self.pulls.values() if pull["state"] == asked.query["state"]]
        if "head" in asked.query:
            return paged(asked, [pull for pull in found if pull["head"]["label"] == asked.query["head"]])
        assert (asked.query["sort"], asked.query["direction"]) == ("updated", "desc")
        into = [pull for pull in found if pull["base"]["ref"] == asked.query["base"]]
        return paged(asked, sorted(into, key=lambda pull: str(pull["updated_at"]), reverse=True))

    def _pull(self, number: int) -> Any:
        if number not in self.pulls:
            raise RefusalError(404)
        return self.pulls[number]

    def _permission(self, _: Asked, login: str) -> Any:
        found = next((each for each in self.users if each["login"] == login), None)
        if found is None:
            raise RefusalError(404)
        return {"permission": self.permissions.get(login, "read"), "role_name": "any", "user": found}

    def _authors(self, asked: Asked) -> Any:
        """As GraphQL names the authors of commits: the user of an email that nobody told GitHub is null."""
        query, given = asked.values["query"], asked.values["variables"]
        assert re.search(r"authors\(first:\s*\d+\)\s*{[^}]*email\s+user\s*{\s*databaseId", query), query
        assert (given["owner"], given["name"]) == tuple(NAME.split("/"))
        pull = self.pulls[given["number"]]
        base = pull["base"]["sha"]
        commits = self.repository.written(base, pull["head"]["sha"])
        start = int(given["after"] or 0)
        nodes = [
            {
                "commit": {
                    "oid": sha,
                    "authors": {"totalCount": 1 + len(others), "nodes": self._named([author, *others])},
                }
            }
            for sha, author, others in commits[start : start + COMMITS]
        ]
        page = {"hasNextPage": start + COMMITS < len(commits), "endCursor": str(start + COMMITS)}
        listed = {"totalCount": max(len(commits), self.uncounted), "nodes": nodes, "pageInfo": page}
        return {"data": {"repository": {"pullRequest": {"commits": listed}}}}

    def _named(self, emails: list[str]) -> list[Any]:
        ids = {email: {"databaseId": each["id"]} for email, each in ACCOUNTS.items()}
        return [{"email": email, "user": ids.get(email)} for email in emails]

    def _add_check(self, asked: Asked) -> Any:
        self.repository.head(asked.values["head_sha"])
        self.checks.append(dict(asked.values))
        return {"id": self._next(), **asked.values}

    def _add_comment(self, asked: Asked, number: str) -> Any:
        self._check(asked.values["body"])
        self.comment(int(number), asked.values["body"], ROBOT)
        return self.comments[int(number)][-1]

    def _add_suggestion(self, asked: Asked, number: str) -> Any:
        self._check(asked.values["body"])
        lines = self.repository.shown(
            self.pulls[int(number)]["base"]["ref"], asked.values["commit_id"], asked.values["path"]
        )
        if asked.values["line"] not in lines:
            raise RefusalError(422, "Validation Failed: line must be part of the diff")
        self.suggestions[int(number)].append({"id": self._next(), "user": ROBOT, **asked.values})
        return self.suggestions[int(number)][-1]

    def _delete_suggestion(self, _: Asked, number: str) -> Any:
        for found in self.suggestions.values():
            found[:] = [each for each in found if each["id"] != int(number)]
        return {}

    def _edit_comment(self, asked: Asked, number: str) -> Any:
        self._check(asked.values["body"])
        found = next(c for comments in self.comments.values() for c in comments if c["id"] == int(number))
        found["body"] = asked.values["body"]
        return found

    def _open_issues(self, asked: Asked) -> Any:
        pulls = [{"number": n, "body": "", "user": PERSON, "pull_request": {}} for n in self.pulls]
        return paged(asked, [*pulls, *(each for each in self.issues if each["state"] == "open")])

    def _add_issue(self, asked: Asked) -> Any:
        number = len(self.pulls) + len(self.issues) + 1
        self.issues.append({"number": number, "state": "open", "user": ROBOT, **asked.values})
        return self.issues[-1]

    def _edit_issue(self, asked: Asked, number: str) -> Any:
        found = next(each for each in self.issues if each["number"] == int(number))
        found.update(asked.values)
        return found

    def _listed(self, asked: Asked, run: str = "") -> Any:
        found = [
            {
                "id": each.id,
                "name": each.name,
                "expired": each.expired,
                "created_at": each.made_at,
                "workflow_run": {"id": each.run, "head_sha": each.head},
            }
            for each in reversed(self.artifacts)
            if each.name == asked.query["name"] and (not run or each.run == int(run))
        ]
        return {"total_count": len(found), "artifacts": paged(asked, found)}

    def _run(self, _: Asked, run: str) -> Any:
        found = next(each for each in self.artifacts if each.run == int(run))
        return {
            "id": found.run,
            "path": found.workflow,
            "event": found.event,
            "head_sha": found.head,
            "head_branch": found.branch,
            "repository": {"id": OURS},
            "head_repository": {"id": found.repository},
            "pull_requests": [],  # as after a merge
        }

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    @staticmethod
    def _check(body: str) -> None:
        if len(body) > 65_536:
            raise RefusalError(422, "Body is too long (maximum is 65536 characters)")


def github_at(folder: Path, clock: Clock | None = None) -> FakeGitHub:
    """A GitHub whose repository is in a folder, under its name."""
    return FakeGitHub(Repository(folder / NAME), clock=clock or Clock.at("2029-12-03T09:00:00Z"))
