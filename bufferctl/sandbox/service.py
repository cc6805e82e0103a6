"""The service as a whole: takes a request and returns what to deliver. It does not deal with sockets.

Checks, in order: path, User-Agent, key, method, quota, body, document. Faults come after that: before, in the middle
of, or after the execution.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any, Literal

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, SelectionSetNode, execute_sync, print_ast

from bufferctl.sandbox.clock import epoch_ms
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.exchange import Quota, Request, RequestRecord, Response, refused
from bufferctl.sandbox.faults import Exchange, FaultRecord, Faults, Rule, spoiled
from bufferctl.sandbox.schema import executable_schema, read_document, root_fields
from bufferctl.sandbox.store import Doc

PATHS = ("/", "/graphql")
_LOG = logging.getLogger("bufferctl.sandbox")


def refusal(request: Request, key: str, key_code: str) -> Response | None:
    """Return the response to a request that must not reach GraphQL: no User-Agent or urllib's, no key, not a POST."""
    agent = request.headers.get("user-agent", "").strip().lower()
    if not agent or agent.startswith("python-urllib"):
        return Response(403, b"error code: 1010", [("content-type", "text/plain; charset=UTF-8")])
    if request.headers.get("authorization", "") != f"Bearer {key}":
        return Response.of_error(401, "An authentication JWT or Access Token is required", key_code)
    if request.method != "POST":
        response = Response.of_error(405, "GraphQL only supports POST requests", "BAD_REQUEST")
        response.headers.append(("allow", "POST"))
        return response
    return None


@dataclass(frozen=True)
class Operation:
    """A GraphQL request that is ready to run."""

    data: Doc
    document: DocumentNode


def read_request(request: Request, record: RequestRecord) -> Operation | Response:
    """Return the operation, or the 400 that refuses the body or the document; `record` is filled in."""
    data = _read_body(request)
    if isinstance(data, Response):
        return data
    document = read_document(data["query"])
    if isinstance(document, tuple):
        return Response.of_json(400, {"errors": document})
    record.operation, record.kind, record.fields = root_fields(document, data.get("operationName") or None)
    record.variables = data.get("variables") or {}
    return Operation(data, document)


def one_by_one(operation: Operation) -> Iterator[tuple[Operation, int]]:
    """Yield each alias of a mutation as an operation of its own, and how many images, videos and documents it has."""
    (root,) = (each for each in operation.document.definitions if isinstance(each, OperationDefinitionNode))
    others = [each for each in operation.document.definitions if each is not root]
    for field in root.selection_set.selections:
        parts = {key: getattr(root, key) for key in root.keys} | {
            "selection_set": SelectionSetNode(selections=(field,))
        }
        names = re.findall(r"\$(\w+)", print_ast(field))
        media = sum(len((operation.data["variables"].get(name) or {}).get("assets") or []) for name in names)
        yield replace(operation, document=DocumentNode(definitions=(OperationDefinitionNode(**parts), *others))), media


def execute(exchange: Exchange, operation: Operation) -> Response:
    """Run a request and answer it: with 400 if it never ran (no `data`), with 200 if it ran, even with errors.

    Mutations run in order; the first one that raises ends them and nulls `data`.
    """
    data = operation.data
    ran = execute_sync(
        executable_schema(), operation.document, context_value=exchange,
        variable_values=data.get("variables"), operation_name=data.get("operationName"),
    )  # fmt: skip
    if not ran.errors:
        return Response.of_json(200, {"data": ran.data})
    errors = list(map(_shown, ran.errors))
    if ran.data is None and all(error.path is None for error in ran.errors):
        return Response.of_json(400, {"errors": errors})
    return Response.of_json(200, {"data": ran.data, "errors": errors})


def _read_body(request: Request) -> Doc | Response:
    """Return the GraphQL request, or the 400 for a body that is not one."""
    try:
        data = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return Response.of_error(400, "The body is not JSON", "BAD_REQUEST")
    data = _without_surrogates(data) if b"\\u" in request.body else data
    if not isinstance(data, dict):
        wrong = "The body must be an object with a query; arrays are not supported"
    elif not isinstance(data.get("query"), str) or not data["query"]:
        wrong = "The body must have a query"
    elif not isinstance(data.get("variables"), dict | None):
        wrong = "variables must be an object"
    elif not isinstance(data.get("operationName"), str | None):
        wrong = "operationName must be a string"
    else:
        return data
    return Response.of_error(400, wrong, "BAD_REQUEST")


def _shown(error: GraphQLError) -> dict[str, Any]:
    """Return an error as Buffer does; one that no resolver raised on purpose is UNEXPECTED and gets logged."""
    shown: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError) and error.path:
        _LOG.error("a resolver failed at %s", error.path, exc_info=cause)
        shown["message"] = "An unexpected error occurred"
        shown["extensions"] = {"code": "UNEXPECTED"}
    shown.setdefault("extensions", {"code": "BAD_USER_INPUT"})
    return shown


def _without_surrogates(value: Any) -> Any:
    """Replace lone surrogates, which JSON can express but storage cannot hold, as JavaScript's encoders do."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(part) for name, part in value.items()}
    return [_without_surrogates(part) for part in value] if isinstance(value, list) else value


class Service:
    """Answers requests one at a time. `requests` records each; `quota`: None for no limit; `faults` may change.

    `beside` answers what is no request to the endpoint, and None to others (control.py).
    """

    beside: Callable[[Request], Response | None] | None = None

    def __init__(self, core: Core, key: str, *, faults: Faults, quota: Quota | None) -> None:
        self.core = core
        self.key = key
        self.requests: list[RequestRecord] = []
        self.quota = quota
        self.order_faults(faults)

    def order_faults(self, faults: Faults) -> None:
        self.faults = faults
        self.core.skew = timedelta(seconds=faults.skew())
        self.core.created_skew = timedelta(seconds=faults.skew("created-skew"))

    def answer(self, request: Request) -> Response:
        """Answer one request, from any thread."""
        if self.beside and (found := self.beside(request)):
            return self.dated(found)
        with self.core.store.lock, self.core.at(self.core.now()):
            self.core.settle()
            response = self._answer(request)
            if self.quota and response.status not in {401, 403, 404}:
                response.headers += self.quota.headers(self.core.now(), response.status)
            return self.dated(response)

    def dated(self, response: Response) -> Response:
        """Add the Date header to a response, unless the options leave it out; return the response."""
        if self.core.options.sends_date:
            response.headers.append(("date", format_datetime(self.core.now(), usegmt=True)))
        return response

    def _answer(self, request: Request) -> Response:
        if request.path not in PATHS:
            return Response.of_error(404, f"There is nothing at {request.path}", "NOT_FOUND")
        record = RequestRecord(self.core.now())
        self.requests.append(record)
        stranger = refusal(request, self.key, self.core.options.key_code)
        no_entry = stranger or (self.quota.take(record.at) if self.quota else None)
        operation = no_entry or read_request(request, record)
        response = operation if isinstance(operation, Response) else self._run(operation, record)
        record.status = response.status if response.how == "send" else None
        return response

    def _run(self, operation: Operation, record: RequestRecord) -> Response:
        fault = self.faults.draw(record.kind, [name for _, name in record.fields])
        if fault is None:
            return self._execute(operation, record)
        record.fault = fault.name
        self.faults.log.append(FaultRecord(record.at, fault.name, len(self.requests)))
        match fault.kind:
            case "rate-limit":
                return refused((self.quota or Quota()).windows[0], record.at, after=fault.seconds)
            case "lag":
                since = epoch_ms(record.at - timedelta(seconds=fault.seconds))
                return self._execute(operation, record, hidden_since=since)
            case "late":
                lands = record.at + timedelta(seconds=fault.seconds)
                self.core.later.append((lands, partial(self._execute, operation, record)))
                return _nothing("cut")
            case "slow":
                lands = record.at
                for each, media in one_by_one(operation):
                    lands += timedelta(seconds=fault.seconds * media)
                    self.core.later.append((lands, partial(self._execute, each, record)))
                return _nothing("cut")
            case _:
                return self._break(operation, record, fault)

    def _break(self, operation: Operation, record: RequestRecord, fault: Rule) -> Response:
        response = _nothing()
        if fault.moment == "after" or (fault.moment == "middle" and record.kind != "mutation"):
            response = self._execute(operation, record)
        elif fault.moment == "middle":
            aliases = len(record.fields)  # some of them run, but not all; of a single one, the seed decides
            done = 1 + self.faults.choose(aliases - 1) if aliases > 1 else self.faults.choose(2)
            response = self._execute(operation, record, stop_after=done)
        if fault.kind in {"cut", "timeout"}:
            return _nothing("cut" if fault.kind == "cut" else "hang")
        return spoiled(fault, response)

    def _execute(self, operation: Operation, record: RequestRecord, **how: Any) -> Response:
        exchange = Exchange(self.core, self.faults, record, len(self.requests), **how)
        return exchange.without_missing(execute(exchange, operation))


def _nothing(how: Literal["send", "cut", "hang"] = "send") -> Response:
    return replace(Response.of_error(503, "Service unavailable", "UNEXPECTED"), how=how)
