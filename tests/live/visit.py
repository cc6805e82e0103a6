"""A client that can do no harm: drafts on one channel, deleted again, within a fixed number of requests.

One of the drafts becomes a scheduled post for a moment, due in 2037.
"""

from __future__ import annotations

import json
import os
import ssl
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx2

ENDPOINT = "https://api.buffer.com"
#: Of the 100 in 15 minutes, so that a plan can still be made afterwards.
MOST_REQUESTS = 60
#: Reserved for deleting what was made.
_CLEANUP = 5
AGENT = "bufferctl-live/1"
#: When the only post is due that is no draft for a moment, so that nothing is published should its deletion fail.
LATER = "2037-01-01T09:00:00.000Z"
#: Networks that take no post without an image or a video.
_WITH_IMAGE = frozenset({"instagram", "pinterest", "tiktok"})
_TLS = ssl.create_default_context()

POST = """fragment P on Post {
  id status text createdAt dueAt schedulingType via isCustomScheduled allowedActions sentAt externalLink
  assets { id source type } tags { id }
  metadata { __typename ... on FacebookPostMetadata { annotations { indices } }
    ... on LinkedInPostMetadata { annotations { indices } }
    ... on InstagramPostMetadata { firstComment } ... on TwitterPostMetadata { isAiGenerated } }
}"""
PAYLOAD = "{ __typename ... on PostActionSuccess { post { ...P } } ... on MutationError { message } }"
CREATE = f"mutation Create($i: CreatePostInput!) {{ it: createPost(input: $i) {PAYLOAD} }} {POST}"
EDIT = f"mutation Edit($i: EditPostInput!) {{ it: editPost(input: $i) {PAYLOAD} }} {POST}"
READ = f"query Read($i: PostInput!) {{ it: post(input: $i) {{ ...P }} }} {POST}"
LIST = f"""query List($i: PostsInput!, $first: Int) {{
  it: posts(input: $i, first: $first) {{ edges {{ node {{ ...P }} }} pageInfo {{ hasNextPage }} }} }} {POST}"""
ITEM = """mutation ContentItem($i: CreateContentItemDraftInput!) { it: createContentItemDraft(input: $i) {
  __typename ... on CreateContentItemDraftSuccess { contentItem { id } } ... on MutationError { message } } }"""
_ITEMS = """query Items($i: ContentItemsInput!) { it: contentItems(input: $i, first: 50) {
  edges { node { id title } } } }"""
_DELETE_ITEM = "mutation ContentItem($i: DeleteContentItemInput!) { it: deleteContentItem(input: $i) { __typename } }"
_DELETED = "{ __typename ... on MutationError { message } }"


class StoppedError(Exception):
    """The visit cannot go on; the text says why."""


class NotTriedError(Exception):
    """What is missing to try a fact, such as a channel on another network."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `body` is empty if it is not a JSON object."""

    status: int
    headers: Mapping[str, str]
    text: str

    @cached_property
    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def it(self) -> Any:
        """The field `it`, None if there is none."""
        return (self.body.get("data") or {}).get("it")

    @property
    def code(self) -> str:
        """The code of the first error."""
        return str((((self.body.get("errors") or [{}])[0]).get("extensions") or {}).get("code") or "")


@dataclass
class Visit:
    """A visit to the account of `key`, for drafts on the channel with the id `channel_id`.

    `image`: the public https URL of an image, empty for none. `exchanges`: each request with its answer, for the
    recording. `left_over`: what could not be deleted again, in words.
    """

    key: str
    channel_id: str
    url: str = ENDPOINT
    image: str = ""
    exchanges: list[tuple[str, Mapping[str, Any], Answer]] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    _made: list[str] = field(default_factory=list)
    _items: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise StoppedError for a key that would leave this machine unencrypted."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
            raise StoppedError(f"{self.url} is not https, so the key is not sent there")

    def ask(self, query: str, *, headers: Mapping[str, str | None] | None = None, **variables: Any) -> Answer:
        """Send a document; `headers` replace the usual ones, None leaves one out. Raises StoppedError."""
        _refuse_harm(query, variables, self._made)
        is_cleanup = "deletePost" in query or query in {LIST, _ITEMS, _DELETE_ITEM}
        if len(self.exchanges) >= MOST_REQUESTS - (0 if is_cleanup else _CLEANUP):
            raise StoppedError(f"{len(self.exchanges)} requests were used, which is enough")
        usual = {"Authorization": f"Bearer {self.key}", "User-Agent": AGENT, "Content-Type": "application/json"}
        sent = {name: value for name, value in {**usual, **(headers or {})}.items() if value is not None}
        body = json.dumps({"query": query, "variables": variables})
        self.exchanges.append((query, variables, Answer(0, {}, "")))
        try:
            with httpx2.Client(timeout=60, verify=_TLS) as client:
                request = client.build_request("POST", self.url, content=body, headers=sent)
                for name in usual.keys() - sent.keys():
                    request.headers.pop(name, None)
                response = client.send(request)
        except httpx2.HTTPError as error:
            raise StoppedError(f"no answer from {self.url}: {error}") from None
        answer = Answer(response.status_code, dict(response.headers), response.text)
        self.exchanges[-1] = (query, variables, answer)
        if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            raise StoppedError("the account has no requests left")
        self._made += [str(post["id"]) for post in _created(answer) if post["id"] not in self._made]
        if query == ITEM and (item := (answer.it or {}).get("contentItem")):
            self._items[str(item["id"])] = variables["i"]["title"]
        return answer

    def draft(self, text: str = "", **fields: Any) -> Any:
        """The payload of a new draft on the channel, with a text of its own unless one is given."""
        return self.ask(CREATE, i=self.input(text, **fields)).it or {}

    def input(self, text: str = "", **fields: Any) -> dict[str, Any]:
        """A CreatePostInput for a draft that the channel's network accepts. Raises NotTriedError without its image."""
        usual: dict[str, Any] = {"assets": [], "metadata": {}}
        if self.service in _WITH_IMAGE:
            if not self.image:
                raise NotTriedError("needs IMAGE, the public https URL of an image")
            usual["assets"] = [self.picture]
        if self.service in {"instagram", "facebook"}:
            usual["metadata"] = {self.service: {"type": "post"}}
        if self.service == "instagram":
            usual["metadata"]["instagram"]["shouldShareToFeed"] = True
        if self.service == "pinterest" and (boards := (self.channel.get("metadata") or {}).get("boards")):
            usual["metadata"] = {"pinterest": {"boardServiceId": boards[0]["serviceId"]}}
        text = text or f"Draft {uuid.uuid4().hex[:12]}"
        wanted = {"channelId": self.channel_id, "mode": "addToQueue", "schedulingType": "automatic", "text": text}
        return {**wanted, **usual, **fields, "saveToDraft": True}

    @property
    def picture(self) -> dict[str, Any]:
        """An asset of the image."""
        return {"image": {"url": self.image, "metadata": {"altText": "A picture"}}}

    @cached_property
    def organizations(self) -> list[dict[str, Any]]:
        """The account's organizations. Raises StoppedError if the key is refused."""
        limits = "limits { scheduledPosts scheduledThreadsPerChannel scheduledStoriesPerChannel ideas tags }"
        answer = self.ask(f"query Account {{ it: account {{ organizations {{ id name {limits} }} }} }}")
        if not answer.it:
            raise StoppedError(f"the account cannot be read (HTTP {answer.status}, {answer.code or answer.text[:80]})")
        return list(answer.it["organizations"])

    @cached_property
    def channels(self) -> list[dict[str, Any]]:
        """Every channel that the key reaches, with its `organizationId`."""
        query = """query Channels($i: ChannelsInput!) { it: channels(input: $i) {
          id name service type isDisconnected isLocked linkShortening { isEnabled }
          metadata { ... on InstagramMetadata { defaultToReminders } ... on TiktokMetadata { defaultToReminders }
            ... on YoutubeMetadata { defaultToReminders } ... on PinterestMetadata { boards { serviceId } } } } }"""
        found = []
        for organization in self.organizations:
            answer = self.ask(query, i={"organizationId": organization["id"]})
            found += [{**each, "organizationId": organization["id"]} for each in answer.it or []]
        return found

    @cached_property
    def channel(self) -> dict[str, Any]:
        """The named channel. Raises StoppedError, which lists them, if there is none."""
        for each in self.channels:
            if each["id"] == self.channel_id:
                return each
        known = "\n".join(f"  {each['id']}  {each['service']}:{each['name']}" for each in self.channels)
        raise StoppedError(f"name one of these channels, for example with CHANNEL={self.channels[0]['id']}:\n{known}")

    @property
    def service(self) -> str:
        """The network of the channel."""
        return str(self.channel["service"])

    @property
    def organization_id(self) -> str:
        """The organization of the channel."""
        return str(self.channel["organizationId"])

    @cached_property
    def plain(self) -> Any:
        """The payload of a draft that most facts look at: two paragraphs and a link."""
        return self.draft(f"One {uuid.uuid4().hex[:8]}\n\ntwo \N{PARTY POPPER} https://buffer.com/resources")

    @cached_property
    def sent(self) -> Any:
        """The newest published post of the channel, None if there is none; it is only read."""
        filters = {"channelIds": [self.channel_id], "status": ["sent"]}
        answer = self.ask(LIST, i={"organizationId": self.organization_id, "filter": filters}, first=1)
        edges = (answer.it or {}).get("edges") or []
        return edges[0]["node"] if edges else None

    @cached_property
    def schema(self) -> dict[str, Any]:
        """Each type of the schema by its name, with the names of its fields; empty if there is no introspection."""
        kinds = "types { name fields(includeDeprecated: true) { name } inputFields(includeDeprecated: true) { name } }"
        answer = self.ask(f"query Schema {{ it: __schema {{ {kinds} }} }}")
        types = (answer.it or {}).get("types") or []
        return {
            each["name"]: {field["name"] for field in (each.get("fields") or each.get("inputFields") or [])}
            for each in types
        }

    def delete(self, post_id: str) -> Any:
        """The payload of deleting a draft of this visit, or of an id that nothing has."""
        answer = self.ask(
            f"mutation Delete($i: DeletePostInput!) {{ it: deletePost(input: $i) {_DELETED} }}", i={"id": post_id}
        )
        if post_id in self._made and _is_gone(answer.it or {}):
            self._made.remove(post_id)
        return answer.it or {}

    def delete_item(self, item_id: str) -> bool:
        """Whether Buffer deleted a content item of this visit."""
        answer = self.ask(_DELETE_ITEM, i={"id": item_id})
        is_gone = _is_gone(answer.it or {})
        if is_gone:
            del self._items[item_id]
        return is_gone

    def clean_up(self) -> None:
        """Delete everything that the visit made; what stays is named in `left_over`.

        What requests without an answer made is found by its text or title, which nobody else has. Tried twice, since
        answers may be lost here, too.
        """
        for _ in range(2):
            self.left_over.clear()
            self._clean_up_drafts()
            self._clean_up_items()
            if not self.left_over:
                return

    def _clean_up_drafts(self) -> None:
        """Delete the drafts, 30 in a request."""
        inputs = [
            each for query, variables, _ in self.exchanges if "createPost" in query for each in variables.values()
        ]
        texts = {each["text"] for each in inputs} - {""}
        nodes: list[dict[str, Any]] = []
        if texts:
            wanted = {"channelIds": [self.channel_id], "status": ["draft"]}
            try:
                answer = self.ask(LIST, i={"organizationId": self.organization_id, "filter": wanted}, first=50)
                nodes = [edge["node"] for edge in (answer.it or {}).get("edges", [])]
            except StoppedError as error:
                self.left_over.append(
                    f"drafts on the channel that begin with Draft, Alias or One, if there are any ({error})"
                )
        self._made += [each["id"] for each in nodes if each["text"] in texts and each["id"] not in self._made]
        made = [*self._made]
        for start in range(0, len(made), 30):
            ids = made[start : start + 30]
            names = ", ".join(f"$i{n}: DeletePostInput!" for n in range(len(ids)))
            fields = " ".join(f"a{n}: deletePost(input: $i{n}) {_DELETED}" for n in range(len(ids)))
            try:
                answer = self.ask(
                    f"mutation Delete({names}) {{ {fields} }}", **{f"i{n}": {"id": id_} for n, id_ in enumerate(ids)}
                )
            except StoppedError as error:
                self.left_over += [f"draft {id_} ({error})" for id_ in ids]
                continue
            data = answer.body.get("data") or {}
            gone = {id_ for n, id_ in enumerate(ids) if _is_gone(data.get(f"a{n}") or {})}
            self._made = [id_ for id_ in self._made if id_ not in gone]
            self.left_over += [f"draft {id_}" for id_ in ids if id_ not in gone]

    def _clean_up_items(self) -> None:
        """Delete the content items, one in a request."""
        unsure = {
            variables["i"]["title"]
            for query, variables, answer in self.exchanges
            if query == ITEM and not answer.it and answer.code != "GRAPHQL_VALIDATION_FAILED"
        }
        try:
            if unsure:
                listed = self.ask(_ITEMS, i={"organizationId": self.organization_id}).it
                nodes = [edge["node"] for edge in listed["edges"]] if listed else []
                self._items |= {each["id"]: each["title"] for each in nodes if each["title"] in unsure}
                unsure = set() if listed else unsure
            for item_id, title in list(self._items.items()):
                if not self.delete_item(item_id):
                    self.left_over.append(f"the content item {title!r}")
        except StoppedError as error:
            unsure |= set(self._items.values())
            self.left_over += [f"the content item {title!r}, if it is there ({error})" for title in sorted(unsure)]
            return
        self.left_over += [f"the content item {title!r}, if it is there" for title in sorted(unsure)]


def _is_gone(payload: Mapping[str, Any]) -> bool:
    """Whether a deletion says that the thing is deleted, or was before: then an earlier answer was lost."""
    return str(payload.get("__typename")).endswith("Success") or "not found" in str(payload.get("message"))


def _created(answer: Answer) -> Iterator[dict[str, Any]]:
    """The posts that a request created, under any alias."""
    for payload in (answer.body.get("data") or {}).values():
        if isinstance(payload, dict) and payload.get("__typename") == "PostActionSuccess":
            yield payload["post"]


def _refuse_harm(query: str, variables: Mapping[str, Any], made: list[str]) -> None:
    """Raise StoppedError for a mutation that would do more than make, edit and delete drafts of this visit.

    A draft of its own may be scheduled for 2037.
    """
    if not query.lstrip().startswith("mutation"):
        return
    for value in variables.values():
        is_draft = value.get("saveToDraft") is True and (value.get("id") in {None, *made})
        is_far_off = value.get("mode") == "customScheduled" and value.get("dueAt") == LATER
        is_draft |= is_far_off and value.get("id") in made
        is_deletion = "deletePost" in query and (value.get("id") in {*made, "000000000000000000000000"})
        if not (is_draft or is_deletion or "ContentItem" in query):
            raise StoppedError("this would change something else than a draft of this visit")


def from_environment(channel: str, image: str) -> Visit:
    """The visit that the command line asks for. Raises StoppedError without a key."""
    key = os.environ.get("BUFFER_API_KEY", "").strip()
    if not key:
        raise StoppedError("BUFFER_API_KEY is not set")
    return Visit(key, channel, os.environ.get("BUFFER_API_URL") or ENDPOINT, image)
