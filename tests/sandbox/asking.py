"""A minimal client for the sandbox: documents in, answers out, independent of bufferctl's client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2

from bufferctl.sandbox import Sandbox

NOW = "2026-11-02T08:30:00Z"
"""A Monday; 09:30 in Berlin, half an hour after the first slot of the day."""

POST = """
fragment P on Post {
  id text status dueAt sentAt createdAt updatedAt shareMode isCustomScheduled sharedNow schedulingType via channelId
  channelService ideaId externalLink notificationStatus allowedActions error { message } tags { id name }
  author { name isDeleted } channel { name } notes { id }
  assets { __typename id type source thumbnail mimeType
    ... on ImageAsset { image { altText width height isAnimated userTags { handle } } }
    ... on VideoAsset { video { durationMs title thumbnailOffset } }
    ... on DocumentAsset { document { title numPages } } }
  metadata { __typename
    ... on CommonPostMetadata { type annotations { text } }
    ... on ThreadedPostMetadata { threadCount thread { text assets { source } } }
    ... on FacebookPostMetadata { linkAttachment { url title text } firstComment }
    ... on LinkedInPostMetadata { linkAttachment { url title text } }
    ... on InstagramPostMetadata { shouldShareToFeed }
    ... on PinterestPostMetadata { board { name } }
    ... on YoutubePostMetadata { category { categoryId } embeddable privacy } }
}
"""
PAYLOAD = "__typename ... on PostActionSuccess { post { ...P } } ... on MutationError { message }"
CREATE = f"mutation($i: CreatePostInput!) {{ it: createPost(input: $i) {{ {PAYLOAD} }} }} {POST}"
EDIT = f"mutation($i: EditPostInput!) {{ it: editPost(input: $i) {{ {PAYLOAD} }} }} {POST}"
MOVE = f"mutation($i: MovePostInQueueInput!) {{ it: movePostInQueue(input: $i) {{ {PAYLOAD} }} }} {POST}"
DELETE = """mutation($i: DeletePostInput!) { it: deletePost(input: $i) {
  __typename ... on DeletePostSuccess { id } ... on MutationError { message } } }"""
IDEA = """mutation($i: CreateIdeaInput!) { it: createIdea(input: $i) { __typename ... on MutationError { message }
  ... on IdeaResponse { idea { ...I } } ... on Idea { ...I } } }
fragment I on Idea { id groupId createdAt updatedAt
  content { title text date services tags { name } media { url alt } } }"""
POSTS = f"""query($i: PostsInput!, $first: Int, $after: String) {{ it: posts(input: $i, first: $first, after: $after) {{
  edges {{ cursor node {{ ...P }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} {POST}"""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `data` and `errors` of its JSON."""

    status: int
    headers: httpx2.Headers
    text: str

    @property
    def json(self) -> Any:
        """The body parsed as JSON."""
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        """The requested data."""
        return self.json.get("data")

    @property
    def code(self) -> str:
        """The code of the first error."""
        return str(self.json["errors"][0]["extensions"]["code"])

    @property
    def message(self) -> str:
        """The message of the first error."""
        return str(self.json["errors"][0]["message"])


class Asker:
    """Sends requests to a sandbox over HTTP. `timeout`: seconds; without one, a busy machine answers when it can."""

    def __init__(self, sandbox: Sandbox, timeout: float | None = None) -> None:
        self.sandbox = sandbox
        headers = {"Authorization": f"Bearer {sandbox.key}", "User-Agent": "sandbox-tests/1"}
        self.client = httpx2.Client(base_url=sandbox.url, headers=headers, timeout=timeout, verify=False)

    def ask(self, query: str, **variables: Any) -> Answer:
        """Send a document."""
        return self.send(json.dumps({"query": query, "variables": variables}))

    def send(self, body: str | bytes, method: str = "POST", path: str = "/", **headers: str) -> Answer:
        """Send a body unchanged."""
        response = self.client.request(method, path, content=body, headers=headers)
        return Answer(response.status_code, response.headers, response.text)

    def it(self, query: str, **variables: Any) -> Any:
        """Send a document that must succeed, and return its field `it`."""
        answer = self.ask(query, **variables)
        assert answer.status == 200, answer.text
        assert "errors" not in answer.json, answer.text
        return answer.data["it"]

    def create(
        self, service: str = "twitter", text: str | None = "Hello", organization: str = "Acme", **more: Any
    ) -> Any:
        """Create a post on a channel and return its payload."""
        channel = self.sandbox.channel(service, organization)["id"]
        wanted = {"channelId": channel, "mode": "addToQueue", "schedulingType": "automatic", "text": text, **more}
        return self.it(CREATE, i=wanted)

    def edit(self, post_id: str, **fields: Any) -> Any:
        """Edit a post and return its payload."""
        return self.it(EDIT, i={"id": post_id, **fields})

    def delete(self, post_id: str) -> Any:
        """Delete a post and return its payload."""
        return self.it(DELETE, i={"id": post_id})

    def idea(self, organization: str = "Acme", group: str | None = None, **content: Any) -> Any:
        """Create an idea and return its payload."""
        wanted = {"organizationId": self.sandbox.organization(organization)["id"], "content": content}
        return self.it(IDEA, i={**wanted, "group": {"groupId": group} if group else None})

    def page(self, filter: object = None, sort: object = None, organization: str = "Acme", **page: Any) -> Any:  # noqa: A002 - the API's name
        """Return one page of posts."""
        wanted = {"organizationId": self.sandbox.organization(organization)["id"], "filter": filter, "sort": sort}
        return self.it(POSTS, i=wanted, **page)

    def texts(self, filter: object = None, sort: object = None, **page: Any) -> list[str]:  # noqa: A002 - the API's name
        """Return the texts of one page of posts."""
        return [edge["node"]["text"] for edge in self.page(filter, sort, **page)["edges"]]

    def close(self) -> None:
        """Close the connection."""
        self.client.close()
