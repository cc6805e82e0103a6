"""GitHub: comments, merged pull requests, artifacts and issues (REST API, version 2022-11-28)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ci.forge import PLAN, Note, Request, first_parents
from ci.http import MOST_BYTES, Api, ForgeError


class GitHub:
    """`environment`: as GitHub Actions sets it, with GITHUB_TOKEN."""

    mention = "#"

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._repository = environment["GITHUB_REPOSITORY"]
        headers = {
            "Authorization": f"Bearer {environment.get('GITHUB_TOKEN', '')}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self._api = Api(environment.get("GITHUB_API_URL", "https://api.github.com"), headers)
        self._environment = environment

    @property
    def run_url(self) -> str:
        """Where this run is shown."""
        given = self._environment
        server = given.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{self._repository}/actions/runs/{given.get('GITHUB_RUN_ID', '')}"

    @property
    def event(self) -> dict[str, Any]:
        """What started the run."""
        path = self._environment.get("GITHUB_EVENT_PATH")
        told: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        return told

    def request(self) -> Request | None:
        """The pull request that this run is for."""
        pull = self.event.get("pull_request")
        return Request(pull["number"], pull["head"]["sha"]) if pull else None

    def notes(self, number: int) -> Iterator[Note]:
        """The comments of a pull request; `mine` are those of robots, since anybody else could write our marker."""
        for each in self._api.pages(self._path(f"issues/{number}/comments")):
            yield Note(each["id"], each["body"] or "", _robot(each))

    def add_note(self, number: int, body: str) -> None:
        """Comment on a pull request."""
        self._api.send("POST", self._path(f"issues/{number}/comments"), body=body)

    def edit_note(self, number: int, note: int, body: str) -> None:  # noqa: ARG002 - it is GitLab that needs the number
        """Change a comment."""
        self._api.send("PATCH", self._path(f"issues/comments/{note}"), body=body)

    def newest(self, branch: str) -> str:
        """The commit that a branch is at."""
        return str(self._api.get(self._path(f"branches/{quote(branch, safe='')}"))["commit"]["sha"])

    def history(self, since: str, commit: str) -> list[str]:
        """The commits from `since` to `commit`, without those merged in."""
        path = self._path(f"compare/{since}...{commit}")
        parents = {c["sha"]: [p["sha"] for p in c["parents"]] for c in self._api.pages(path, "commits")}
        return first_parents(parents, commit)

    def merged(self, commit: str, branch: str) -> list[Request]:
        """The pull requests that were merged into `branch` of this repository as `commit`."""
        return [
            Request(pull["number"], pull["head"]["sha"])
            for pull in self._api.get(self._path(f"commits/{commit}/pulls"))
            if pull["merged_at"]
            and pull["base"]["ref"] == branch
            and pull["base"]["repo"]["full_name"] == self._repository
        ]

    def plan(self, request: Request, name: str) -> bytes | None:
        """The plan of a pull request's head. What a fork's run uploaded is passed over: it may say anything."""
        of_head = f"{name}-{request.head}"
        found = [
            each
            for each in self._api.pages(self._path("actions/artifacts"), "artifacts", name=of_head)
            if not each["expired"]
            and each["workflow_run"]["head_sha"] == request.head
            and each["workflow_run"]["head_repository_id"] == each["workflow_run"]["repository_id"]
        ]
        if not found:
            return None
        newest = max(found, key=lambda each: int(each["id"]))
        return self._unpacked(newest["id"], PLAN)

    def artifact_of_run(self, run: int, name: str, file: str) -> bytes | None:
        """A file of an artifact of a certain run, whoever's; None where there is none."""
        for each in self._api.pages(self._path(f"actions/runs/{run}/artifacts"), "artifacts", name=name):
            return self._unpacked(each["id"], file)
        return None

    def open_request_of(self, owner: str, branch: str, head: str) -> int | None:
        """The number of the open pull request from a branch of `owner` whose head is `head`."""
        for pull in self._api.pages(self._path("pulls"), state="open", head=f"{owner}:{branch}"):
            if pull["head"]["sha"] == head:
                return int(pull["number"])
        return None

    def open_issue(self, marker: str) -> tuple[int, str] | None:
        """The open issue of ours that begins with `marker`."""
        for each in self._api.pages(self._path("issues"), state="open"):
            if (each["body"] or "").startswith(marker) and _robot(each) and "pull_request" not in each:
                return each["number"], each["body"]
        return None

    def add_issue(self, title: str, body: str) -> None:
        """Open an issue."""
        self._api.send("POST", self._path("issues"), title=title, body=body)

    def edit_issue(self, number: int, body: str, *, close: bool) -> None:
        """Change an issue's text, and close it."""
        values = {"body": body, **({"state": "closed"} if close else {})}
        self._api.send("PATCH", self._path(f"issues/{number}"), **values)

    def _path(self, below: str) -> str:
        return f"repos/{self._repository}/{below}"

    def _unpacked(self, artifact: int, file: str) -> bytes | None:
        """One file of an artifact, which comes as a zip file."""
        packed = self._api.download(self._path(f"actions/artifacts/{artifact}/zip"))
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open(file) as found:
                data = found.read(MOST_BYTES + 1)
        except KeyError:
            return None
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise ForgeError(f"artifact {artifact} cannot be unpacked: {error}") from error
        if len(data) > MOST_BYTES:
            raise ForgeError(f"{file} of artifact {artifact} is larger than {MOST_BYTES} bytes")
        return data


def _robot(entry: Mapping[str, Any]) -> bool:
    return bool(entry["user"] and entry["user"]["type"] == "Bot")
