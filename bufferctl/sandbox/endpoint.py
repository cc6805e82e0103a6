"""The endpoint: from an HTTP request to its answer, in the order in which Buffer refuses (NOTES: Endpoint, Errors)."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from typing import Any

from ariadne import graphql_sync
from graphql import DocumentNode, GraphQLError

from bufferctl.sandbox.choices import LIBRARY_AGENTS
from bufferctl.sandbox.documents import read_document, root_fields
from bufferctl.sandbox.exchange import Exchange, Request, Response, Seen
from bufferctl.sandbox.schema import executable_schema
from bufferctl.sandbox.store import Doc

PATHS = ("/", "/graphql")
_QUIET = logging.getLogger("bufferctl.sandbox.graphql")
_QUIET.disabled = True  # errors are answers here; ariadne would log each with its traceback
_LOG = logging.getLogger("bufferctl.sandbox")


def refusal(request: Request, key: str, key_code: str) -> Response | None:
    """Return what answers a request that never reaches GraphQL: no own User-Agent, no key, not a POST."""
    product = re.match(r"[^/\s]*", request.headers.get("user-agent", "").strip().lower())
    if product is None or product[0] in {"", *LIBRARY_AGENTS}:
        return Response(403, b"error code: 1010", [("content-type", "text/plain; charset=UTF-8")])
    if request.headers.get("authorization", "") != f"Bearer {key}":
        return Response.of_error(401, "An authentication JWT or Access Token is required", key_code)
    if request.method != "POST":
        response = Response.of_error(405, "GraphQL only supports POST requests", "BAD_REQUEST")
        response.headers.append(("allow", "POST"))
        return response
    return None


@dataclass(frozen=True)
class Asked:
    """A GraphQL request that may run."""

    data: Doc
    document: DocumentNode


def read_request(request: Request, seen: Seen) -> Asked | Response:
    """Return what is asked, or the 400 that refuses the body or the document; `seen` is told what it asks for."""
    data = _read_body(request)
    if isinstance(data, Response):
        return data
    document = read_document(data["query"])
    if document.node is None or document.errors:
        return Response.of_json(400, {"errors": document.errors})
    seen.operation, seen.kind, seen.fields = root_fields(document.node, data.get("operationName") or None)
    seen.variables = data.get("variables") or {}
    return Asked(data, document.node)


def execute(exchange: Exchange, asked: Asked) -> Response:
    """Run a request and answer it. Mutations run in order; the first that throws ends them and nulls `data`."""
    _, answer = graphql_sync(
        executable_schema(), asked.data, context_value=exchange, query_document=asked.document,
        query_validator=lambda *_given, **_named: [], error_formatter=_format_error, logger=_QUIET,
    )  # fmt: skip
    return _respond(answer)


def _read_body(request: Request) -> Doc | Response:
    """Return the GraphQL request, or the 400 for a body that is none."""
    try:
        data = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return Response.of_error(400, "The body is not JSON", "BAD_REQUEST")
    if not isinstance(data, dict):
        return Response.of_error(
            400, "The body must be an object with a query; arrays are not supported", "BAD_REQUEST"
        )
    data = _without_surrogates(data) if b"\\u" in request.body else data
    if not isinstance(data.get("query"), str) or not data["query"]:
        return Response.of_error(400, "The body must have a query", "BAD_REQUEST")
    if not isinstance(data.get("variables") or {}, dict):
        return Response.of_error(400, "variables must be an object", "BAD_REQUEST")
    if not isinstance(data.get("operationName") or "", str):
        return Response.of_error(400, "operationName must be a string", "BAD_REQUEST")
    return data


def _respond(answer: Any) -> Response:
    """Choose the status: a request that never ran has no `data` and is a 400, what ran is a 200 whatever it says."""
    errors = answer.get("errors")
    if errors and answer.get("data") is None and all("path" not in error for error in errors):
        return Response.of_json(400, {"errors": errors})
    return Response.of_json(200, answer)


def _format_error(error: GraphQLError, debug: bool = False) -> dict[str, Any]:  # noqa: ARG001 - ariadne's signature
    """Show an error as Buffer does; what no resolver meant to raise is UNEXPECTED, and is logged."""
    shown: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError) and error.path:
        _LOG.error("a resolver failed at %s", error.path, exc_info=cause)
        shown["message"] = "An unexpected error occurred"
        shown["extensions"] = {"code": "UNEXPECTED"}
    shown.setdefault("extensions", {"code": "BAD_USER_INPUT"})
    return shown


def _without_surrogates(value: Any) -> Any:
    """Replace half characters, which JSON can spell and no storage can keep, as JavaScript's encoders do."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(part) for name, part in value.items()}
    return [_without_surrogates(part) for part in value] if isinstance(value, list) else value
