"""The account over HTTP: graphql-core parses and validates each document, which is answered here, with faults.

A test sets a `Fault` for one request of the next command. Every request takes a second.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from zlib import crc32

import graphql as gq
import httpx2
from graphql.execution.values import get_variable_values

from tests.lives.account import ORGANIZATION, TAGS, Account, Channel, Idea, Post, Refusal, stamp
from tests.near import answer_near, answered
from tests.sources import published

SCHEMA = published()
_METADATA = {"twitter": "TwitterPostMetadata", "linkedin": "LinkedInPostMetadata", "mastodon": "MastodonPostMetadata"}
_ACTIONS = ("updatePost", "deletePost", "updatePostSchedule", "publishPostNow")
_TAGS = {id_: {"id": id_, "name": name, "color": "#123456", "isLocked": False} for name, id_ in TAGS.items()}


@dataclass(frozen=True)
class Fault:
    """The fault of the `number`th request of a kind that a command sends.

    `kind`: `cut` (the answer is lost), `gateway` (502 with a page in HTML), `500`, `unexpected` (a typed
    UnexpectedError), `throw` (`data: null`), `429`, `kill` (the program dies), `hidden` (answered, but lists show it
    later). `aliases`: how many writes of the request are carried out (None: all). `after`: seconds until they are, or
    until lists show them. `reads`: the fault is of a read instead of a write.
    """

    kind: str
    number: int = 1
    aliases: int | None = None
    after: float = 0
    reads: bool = False

    def __str__(self) -> str:
        carried = "all" if self.aliases is None else f"first {self.aliases}"
        later = f" {self.after:g} s later" if self.after else ""
        where = "reading" if self.reads else "write request"
        return f"{self.kind} at {where} {self.number}" + ("" if self.reads else f", {carried} carried out{later}")


class Cut(Exception):  # noqa: N818 - a network condition, not an error of ours
    """No answer is sent."""


@dataclass
class Endpoint:
    """One account at a time. `actor`: the project for which bufferctl runs; `kill`: ends the calling process."""

    account: Account
    actor: str = ""
    fault: Fault | None = None
    kill: Callable[[], None] = lambda: None
    requests: int = 0
    struck: bool = False
    idea_response: bool = False
    _seen: dict[bool, int] = field(default_factory=dict)
    _later: list[tuple[Any, Callable[[], Any]]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, actor: str, fault: Fault | None) -> None:
        """Start a command."""
        self.account.run += 1
        self.actor, self.fault, self.struck, self.requests, self._seen = actor, fault, False, 0, {}

    def pass_time(self, seconds: float) -> None:
        """Let time pass; late writes arrive at their time."""
        until = self.account.now + timedelta(seconds=seconds)
        self._later.sort(key=lambda each: each[0])
        while self._later and self._later[0][0] <= until:
            moment, write = self._later.pop(0)
            self.account.advance(seconds=max(0.0, (moment - self.account.now).total_seconds()))
            write()
        self.account.advance(seconds=max(0.0, (until - self.account.now).total_seconds()))

    def answer(self, body: bytes) -> tuple[int, dict[str, str], dict[str, Any]]:
        """The answer: status, headers and JSON. Raises Cut."""
        with self._lock:
            self.pass_time(1)
            self.requests += 1
            asked = json.loads(body)
            document = read(asked["query"])
            if isinstance(document, list):
                return 400, {}, {"errors": [{"message": each} for each in document]}
            operation = document.operation
            coerced = get_variable_values(SCHEMA, operation.variable_definitions or (), asked.get("variables") or {})
            if isinstance(coerced, list):
                return 400, {}, {"errors": [error.formatted for error in coerced]}
            fields = [_Field(node, coerced.coerced) for node in _fields(operation)]
            if operation.operation is gq.OperationType.MUTATION:
                return self._write(document, fields)
            return self._read(document, fields)

    # Reading

    def _read(self, document: Document, fields: Sequence[_Field]) -> tuple[int, dict[str, str], dict[str, Any]]:
        fault = self._strike(reads=True)
        if fault and fault.kind == "kill":
            self._die()
        if fault and fault.kind == "cut":
            raise Cut
        if fault:
            return _broken(fault)
        data: dict[str, Any] = {}
        for each in fields:
            found = self._query(each.name, each.arguments)
            if found is None:
                error = {"message": "Not found", "path": [each.key], "extensions": {"code": "NOT_FOUND"}}
                return 200, {}, {"data": None, "errors": [error]}
            data[each.key] = document.project(found, each.node, SCHEMA.query_type, each.name)
        return 200, {}, {"data": data}

    def _query(self, name: str, arguments: Mapping[str, Any]) -> Any:
        account, given = self.account, arguments.get("input") or {}
        match name:
            case "account":
                others = ("scheduledThreadsPerChannel", "scheduledStoriesPerChannel", "ideas", "tags")
                limits = {"scheduledPosts": account.limit, **dict.fromkeys(others, 10_000)}
                organization = {
                    "id": ORGANIZATION,
                    "name": "Acme",
                    "channelCount": len(account.channels),
                    "limits": limits,
                }
                return {"id": "0b" * 12, "timezone": "UTC", "organizations": [organization]}
            case "channels":
                return [_channel(channel) for channel in account.channels.values()]
            case "post":
                found = account.shown(given["id"])
                return found and _post(found)
            case "posts":
                listed = account.listed(given)
                return self._page(listed, arguments, _post)
            case "ideas":
                ideas = [idea for idea in account.ideas.values() if idea.shown_from <= account.now]
                return self._page(ideas[::-1], arguments, _idea)
            case "dailyPostingLimits":
                none = {"isAtLimit": False, "limit": None, "scheduled": 0, "sent": 0}
                return [{"channelId": each, **none} for each in given["channelIds"]]
        raise NotImplementedError(name)

    def _page(self, items: Sequence[Any], arguments: Mapping[str, Any], form: Callable[[Any], Any]) -> dict[str, Any]:
        first = min(arguments.get("first") or 20, self.account.page)
        after = arguments.get("after")
        start = next((at for at, item in enumerate(items, 1) if item.id == after), 0)
        shown = items[start : start + first]
        info = {"hasNextPage": start + first < len(items), "endCursor": shown[-1].id if shown else None}
        edges = [{"node": form(item), "cursor": item.id} for item in shown]
        return {"edges": edges, "pageInfo": {**info, "hasPreviousPage": False, "startCursor": None}}

    # Writing

    def _write(self, document: Document, fields: Sequence[_Field]) -> tuple[int, dict[str, str], dict[str, Any]]:
        fault = self._strike(reads=False)
        if fault is None:
            return 200, {}, {"data": {each.key: self._carry_out(document, each) for each in fields}}
        if fault.kind == "429":
            return _broken(fault)
        carried = fields if fault.aliases is None else fields[: fault.aliases]
        if fault.kind == "hidden":
            self.account.late = timedelta(seconds=fault.after)
            data = {each.key: self._carry_out(document, each) for each in fields}
            self.account.late = timedelta()
            return 200, {}, {"data": data}
        if fault.after and fault.kind in {"cut", "500", "kill", "gateway"}:
            moment = self.account.now + timedelta(seconds=fault.after)
            run = self.account.run
            self._later += [(moment, partial(self._late, document, each, self.actor, run)) for each in carried]
        elif fault.kind == "unexpected":
            return self._unexpected(document, fields, len(carried))
        else:
            for each in carried:
                self._carry_out(document, each)
        if fault.kind == "kill":
            self._die()
        if fault.kind == "cut":
            raise Cut
        return _broken(fault, fields[min(len(carried), len(fields) - 1)].key)

    def _unexpected(
        self, document: Document, fields: Sequence[_Field], number: int
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        """One alias answers UnexpectedError, though it was carried out; the last one if `number` covers all."""
        data = {each.key: self._carry_out(document, each) for each in fields}
        chosen = fields[min(number, len(fields) - 1)]
        return 200, {}, {"data": data | {chosen.key: {"__typename": "UnexpectedError", "message": "Unknown error"}}}

    def _late(self, document: Document, each: _Field, actor: str, run: int) -> None:
        now = self.actor, self.account.run
        self.actor, self.account.run = actor, run
        self._carry_out(document, each)
        self.actor, self.account.run = now

    def _carry_out(self, document: Document, each: _Field) -> Any:
        given = each.arguments["input"]
        try:
            answer = self._mutation(each.name, given)
        except Refusal as refusal:
            answer = refusal.answer
        return document.project(answer, each.node, SCHEMA.mutation_type, each.name)

    def _mutation(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        account = self.account
        match name:
            case "createPost":
                made = account.create(self.actor, "api", given)
                return {"__typename": "PostActionSuccess", "post": _post(made)}
            case "editPost":
                return {"__typename": "PostActionSuccess", "post": _post(account.edit(self.actor, given["id"], given))}
            case "deletePost":
                account.delete(self.actor, given["id"])
                return {"__typename": "DeletePostSuccess", "id": given["id"]}
            case "createIdea":
                idea = _idea(account.create_idea(self.actor, given))
                return {"__typename": "IdeaResponse", "idea": idea} if self.idea_response else idea
        raise NotImplementedError(name)

    def _strike(self, *, reads: bool) -> Fault | None:
        self._seen[reads] = self._seen.get(reads, 0) + 1
        fault = self.fault
        if fault is None or fault.reads != reads or fault.number != self._seen[reads]:
            return None
        self.struck = True
        return fault

    def _die(self) -> None:
        self.kill()
        raise Cut


def _broken(fault: Fault, key: str = "") -> tuple[int, dict[str, str], dict[str, Any]]:
    if fault.kind == "429":
        error = {"message": "Too many requests", "extensions": {"code": "RATE_LIMIT_EXCEEDED", "window": "15m"}}
        return 429, {"Retry-After": "60"}, {"errors": [error]}
    unexpected = {"message": "An unexpected error occurred", "extensions": {"code": "UNEXPECTED"}}
    if fault.kind == "gateway":
        return 502, {"Content-Type": "text/html"}, {}
    if fault.kind == "throw":
        return 200, {}, {"data": None, "errors": [{**unexpected, "path": [key]}]}
    return 500, {}, {"errors": [unexpected]}


# JSON forms


def _channel(channel: Channel) -> dict[str, Any]:
    flags = {"isDisconnected": False, "isLocked": False, "isQueuePaused": False, "isNew": False}
    return {
        "__typename": "Channel", "id": channel.id, "service": channel.service, "type": "profile", "name": channel.name,
        "displayName": channel.name, "timezone": "UTC", "organizationId": ORGANIZATION, **flags,
        "linkShortening": {"isEnabled": channel.shortens}, "metadata": None, "descriptor": channel.service,
        "postingSchedule": [],
    }  # fmt: skip


def _post(post: Post) -> dict[str, Any]:
    out = post.status == "sent"
    assets = [_asset(asset, number) for number, asset in enumerate(post.content.get("assets") or ())]
    named = dict(next(iter((post.content.get("metadata") or {}).values()), {}))
    service = post.channel.service
    metadata = {"__typename": _METADATA.get(service), "type": "post", "annotations": [], "thread": [], **named}
    return {
        "__typename": "Post", "id": post.id, "channelId": post.channel.id, "status": post.status, "text": post.text,
        "createdAt": stamp(post.created), "updatedAt": stamp(post.updated), "via": post.via, "shareMode": post.mode,
        "dueAt": post.due and stamp(post.due), "sentAt": post.sent and stamp(post.sent), "schedulingType": None,
        "isCustomScheduled": post.timed, "sharedNow": post.mode == "shareNow", "ideaId": None, "error": None,
        "externalLink": f"https://{service}.example/{post.id}" if out else None, "notes": [], "author": None,
        "allowedActions": ["viewPost"] if out else list(_ACTIONS), "assets": assets, "channelService": service,
        "tags": [_TAGS[each] for each in post.content.get("tagIds") or ()], "notificationStatus": None,
        "metadata": {"isAiGenerated": False, **metadata} if named else None,
    }  # fmt: skip


def _asset(asset: Mapping[str, Any], number: int) -> dict[str, Any]:
    kind, value = next(iter(asset.items()))
    copy = f"https://buffer-media.example/{crc32(value['url'].encode()):08x}-{number}"
    image = {"altText": (value.get("metadata") or {}).get("altText") or "", "userTags": None, "height": 1, "width": 1}
    typename = {"image": "ImageAsset", "video": "VideoAsset", "document": "DocumentAsset"}[kind]
    return {"__typename": typename, "type": kind, "source": copy, "thumbnail": copy, "mimeType": "", kind: image}


def _idea(idea: Idea) -> dict[str, Any]:
    content = {"aiAssisted": False, "services": [], "tags": [], "media": [], **idea.content}
    at = int(idea.created.timestamp())
    return {
        "__typename": "Idea", "id": idea.id, "organizationId": ORGANIZATION, "createdAt": at, "updatedAt": at,
        "groupId": None, "content": {**content, "__typename": "IdeaContent"},
    }  # fmt: skip


# Documents


class _Field:
    """A field of the operation: its key in the answer, its name, its arguments."""

    def __init__(self, node: gq.FieldNode, variables: Mapping[str, Any]) -> None:
        self.node = node
        self.name = node.name.value
        self.key = node.alias.value if node.alias else self.name
        self.arguments = {
            each.name.value: gq.value_from_ast_untyped(each.value, dict(variables)) for each in node.arguments or ()
        }


class Document:
    """A validated document, and the answer fields that it requests."""

    def __init__(self, node: gq.DocumentNode) -> None:
        self.operation = next(each for each in node.definitions if isinstance(each, gq.OperationDefinitionNode))
        fragments = (each for each in node.definitions if isinstance(each, gq.FragmentDefinitionNode))
        self._fragments = {each.name.value: each for each in fragments}
        self._flat: dict[tuple[int, str], list[tuple[str, gq.FieldNode, Any]]] = {}

    def project(self, value: object, node: gq.FieldNode, parent: gq.GraphQLObjectType | None, name: str) -> Any:
        """A field's value in the form that the document requests. Raises LookupError for a forbidden null."""
        if parent is None:
            raise LookupError(name)
        return self._shape(value, node, parent.fields[name].type, name)

    def _shape(self, value: Any, node: gq.FieldNode, kind: Any, name: str) -> Any:
        if isinstance(kind, gq.GraphQLNonNull):
            if value is None:
                raise LookupError(f"{name} may not be null")
            kind = kind.of_type
        if value is None or node.selection_set is None:
            return value
        if isinstance(kind, gq.GraphQLList):
            return [self._shape(each, node, kind.of_type, name) for each in value]
        typename = value.get("__typename") or kind.name
        shaped: dict[str, Any] = {}
        for key, each, inner in self._fields_of(node.selection_set, typename):
            field_name = each.name.value
            if field_name == "__typename":
                shaped[key] = typename
            else:
                shaped[key] = self._shape(value.get(field_name), each, inner, f"{typename}.{field_name}")
        return shaped

    def _fields_of(self, selections: gq.SelectionSetNode, typename: str) -> list[tuple[str, gq.FieldNode, Any]]:
        at = id(selections), typename
        if at not in self._flat:
            self._flat[at] = list(self._flatten(selections, typename))
        return self._flat[at]

    def _flatten(self, selections: gq.SelectionSetNode, typename: str) -> Iterator[tuple[str, gq.FieldNode, Any]]:
        kind = SCHEMA.type_map[typename]
        assert isinstance(kind, gq.GraphQLObjectType)
        for each in selections.selections:
            if isinstance(each, gq.FieldNode):
                name = each.name.value
                inner = None if name == "__typename" else kind.fields[name].type
                yield each.alias.value if each.alias else name, each, inner
                continue
            spread = self._fragments[each.name.value] if isinstance(each, gq.FragmentSpreadNode) else each
            assert isinstance(spread, gq.FragmentDefinitionNode | gq.InlineFragmentNode)
            if spread.type_condition is None or _is_a(typename, spread.type_condition.name.value):
                yield from self._flatten(spread.selection_set, typename)


@cache
def read(text: str) -> Document | list[str]:
    """The document, or its errors."""
    node = gq.parse(text, no_location=True)
    errors = gq.validate(SCHEMA, node)
    return [error.message for error in errors] if errors else Document(node)


@cache
def _is_a(typename: str, condition: str) -> bool:
    if typename == condition:
        return True
    kind, concrete = SCHEMA.type_map[condition], SCHEMA.type_map[typename]
    return gq.is_abstract_type(kind) and SCHEMA.is_sub_type(kind, concrete)


def _fields(operation: gq.OperationDefinitionNode) -> list[gq.FieldNode]:
    return [each for each in operation.selection_set.selections if isinstance(each, gq.FieldNode)]


# HTTP


class Server:
    """Serves one endpoint at a time on loopback, always under the same address."""

    def __init__(self) -> None:
        self.endpoint: Endpoint | None = None
        self.failures: list[BaseException] = []
        handler = type("Handler", (_Handler,), {"house": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        answer_near(self.url, self._near)

    def stop(self) -> None:
        """Stop listening."""
        answer_near(self.url, None)
        self._http.shutdown()
        self._http.server_close()

    def _near(self, request: httpx2.Request) -> httpx2.Response | None:
        endpoint = self.endpoint
        if endpoint is None or endpoint.fault:
            return None
        try:
            status, headers, content = _form(*endpoint.answer(request.read()), endpoint)
        except Exception as failure:
            self.failures.append(failure)
            raise
        return answered(status, headers.items(), content)


def _form(
    status: int, headers: Mapping[str, str], body: Mapping[str, Any], endpoint: Endpoint
) -> tuple[int, dict[str, str], bytes]:
    """An answer as status, headers and content."""
    content = json.dumps(body).encode() if body else b"<html><h1>502 Bad Gateway</h1></html>"
    limits = '"100-in-15min"; r=90; t=600, "500-in-1day"; r=400; t=32871'
    given = {
        "Date": format_datetime(endpoint.account.date, usegmt=True), "Content-Type": "application/json",
        "RateLimit": limits, "RateLimit-Policy": '"100-in-15min"; q=100; w=900, "500-in-1day"; q=500; w=86400',
        **headers,
    }  # fmt: skip
    return status, given, content


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    house: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        endpoint = self.house.endpoint
        if endpoint is None:
            return
        if self.path == "/sleep":  # a program in a separate process lets time pass
            endpoint.pass_time(float(body))
            self._send(200, {}, {}, endpoint)
            return
        try:
            self._send(*endpoint.answer(body), endpoint)
        except Cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except Exception as failure:
            self.house.failures.append(failure)
            raise

    def _send(self, status: int, headers: Mapping[str, str], body: Mapping[str, Any], endpoint: Endpoint) -> None:
        status, given, content = _form(status, headers, body, endpoint)
        head = "".join(f"{name}: {value}\r\n" for name, value in (given | {"Content-Length": len(content)}).items())
        self.wfile.write(f"HTTP/1.1 {status} Answer\r\n{head}\r\n".encode() + content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""
