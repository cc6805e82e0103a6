"""A project with the fullest posts of a service, and the content last sent for each of them."""

from __future__ import annotations

import json
from typing import Any

from bufferctl.config import load
from bufferctl.model import Service
from bufferctl.sandbox import Sandbox
from tests.cli.conftest import Project, open_account
from tests.networks.cases import Data, as_yaml, fullest, posts_of
from tests.networks.direct import Direct

Json = dict[str, Any]

#: It matters only when a post is created, and an edit does not repeat it: the draft is gone by then.
AT_CREATION = ": draft_id"


class Life:
    """Create the posts with `begin`, change `posts`, `apply`; `end` removes them from the file."""

    def __init__(self, project: Project, direct: Direct, service: Service) -> None:
        self.project = project
        self.direct = direct
        self.service = service
        self.data = fullest(service)
        self.posts = posts_of(self.data)
        self.sent: list[Json] = []
        self._ids: dict[str, int] = {}
        self._requests = 0
        people(project.sandbox, service)
        self._before = account(project.sandbox)

    def begin(self) -> None:
        """Create the posts, and check that each was created."""
        written = [each for each in self.apply() if each[0] != "createIdea"]
        assert [operation for operation, _ in written] == ["createPost"] * len(self.posts)
        self.sent = [sent for _, sent in written]
        recorded = json.loads(self.project("state", "list", "--json").out)["objects"]
        ids = {each["address"].rpartition("/")[2]: each["id"] for each in recorded}
        self._ids = {ids[post["key"]]: index for index, post in enumerate(self.posts)}

    def end(self) -> None:
        """Delete the posts; then the account is as before, including `updatedAt`."""
        number = len(self.posts)
        self.posts.clear()
        written = self.apply("--max-deletes", str(number))  # otherwise the suddenly empty file holds them
        assert [operation for operation, _ in written] == ["deletePost"] * number
        assert account(self.project.sandbox) == self._before

    def takes(self, index: int, post: Data) -> bool:
        """Whether `validate` accepts the files with another post at `index`; Buffer must agree.

        Not about the place of a mention in its text (BC119): whether Buffer refuses a wrong one is not known.
        """
        before, self.posts[index] = self.posts[index], post
        file = self.project.write("buffer.yaml", as_yaml(self.data))
        self.posts[index] = before
        ran = self.project("validate")
        if desired := load(file, file.parent).desired:
            refusals = self.direct.refused(each for each in desired.posts if each.address.key == post["key"])
            assert (ran.code != 0) == bool(refusals) or "[BC119]" in ran.out, f"{refusals}\n{ran.out}"
        return ran.code == 0

    def apply(self, *options: str) -> list[tuple[str, Json]]:
        """Apply the files, and check that a second plan is empty; returns each write as its operation and input."""
        self.project.write("buffer.yaml", as_yaml(self.data))
        ran = self.project.apply(*options)
        assert ran.code == 0, ran.out + ran.err
        requests = self.project.sandbox.requests[self._requests :]
        self._requests += len(requests)
        return [
            (field, seen.variables[f"input{number}"])
            for seen in requests
            if seen.kind == "mutation"
            for number, (_, field) in enumerate(seen.fields)
        ]

    def edit(self, edits: dict[int, str]) -> None:
        """Apply edited posts, `edits` by index; check that each was sent with content not sent before."""
        written = self.apply()
        assert [operation for operation, _ in written] == ["editPost"] * len(edits), edits
        sent_by_index = {self._ids[sent["id"]]: sent for _, sent in written}
        for index, what in edits.items():
            after = {**self.sent[index], **sent_by_index[index]}
            says_more = {**after, "id": ""} != {**self.sent[index], "id": ""}
            assert says_more or what.endswith(AT_CREATION), f"{what}: nothing new was sent"
            self.sent[index] = after

    def there(self) -> list[Json]:
        """The content of the channel's posts, without their times and origins."""
        return _content(self.project.sandbox, self.service)

    def afresh(self) -> list[Json]:
        """The same for another account with the current files."""
        folder = self.project.folder / "afresh"
        with open_account([self.service]) as other:
            people(other, self.service)
            files = Project(folder, other)
            files.write("buffer.yaml", as_yaml(self.data))
            ran = files("apply", "--auto-approve", "--settle", "0", "--api-url", other.url)
            assert ran.code == 0, ran.out + ran.err
            return _content(other, self.service)


def _content(sandbox: Sandbox, service: Service) -> list[Json]:
    own = {"id", "createdAt", "updatedAt", "via", "ideaId"}
    posts = sandbox.posts(sandbox.channel(service)["id"])
    found = [{name: value for name, value in post.items() if name not in own} for post in posts]
    return sorted(found, key=lambda post: str(post["text"]))


def people(sandbox: Sandbox, service: Service) -> None:
    """Posts by people on the channel: drafted, timed, sent. The draft makes the tags known."""
    channel = sandbox.channel(service)["id"]
    tags = [tag["id"] for tag in sandbox.organization()["tags"]]
    made: list[Json] = [
        {"status": "draft", "text": "Somebody's draft", "tagIds": tags},
        {"status": "scheduled", "text": "Somebody's plan", "dueAt": "2029-12-19T12:00:00Z"},
        {"status": "sent", "text": "Somebody's past", "dueAt": "2029-12-01T12:00:00Z"},
    ]
    sandbox.seed(posts=[{"channelId": channel, "createdAt": "2029-11-30T09:00:00Z", **each} for each in made])


def account(sandbox: Sandbox) -> Json:
    """The content of the account without ideas, which are never deleted."""
    account = sandbox.dump()
    for organization in account["organizations"]:
        del organization["ideas"]
    return account
