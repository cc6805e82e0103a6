"""How faults strike: around the write of an alias, and on the way of a whole answer back to the client."""

from __future__ import annotations

import json
from collections.abc import Callable

from graphql import GraphQLError

from bufferctl.sandbox.core import answer
from bufferctl.sandbox.exchange import Response, Seen
from bufferctl.sandbox.faults import Fault, Faults, Struck
from bufferctl.sandbox.store import Doc

_PAGE = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_RICH = frozenset({"createPost", "editPost"})  # the payload unions that have every error type


class RequestFaults:
    """What may strike the aliases of one mutation. `stop_after` writes it breaks off, None lets it run to its end."""

    def __init__(self, faults: Faults, seen: Seen, number: int, stop_after: int | None = None) -> None:
        self._faults = faults
        self._seen = seen
        self._number = number
        self._stop_after = stop_after
        self._written = 0
        self.missing: list[str] = []

    def around(self, name: str, alias: str, write: Callable[[], Doc]) -> Doc:
        """Do the write, or not, and answer for it, or raise what nulls the whole answer."""
        if self._stop_after is not None and self._written >= self._stop_after:
            raise unexpected_error()
        self._written += 1
        fault = self._faults.draw("mutation", [name], write=True)
        if fault is None:
            return write()
        self._faults.log.append(Struck(self._seen.at, fault.name, self._number, alias))
        if fault.kind == "duplicate":
            message = "Invalid post: It looks like you've already got this one scheduled."
            return answer("InvalidInputError" if name in _RICH else "VoidMutationError", message=message)
        truth = write() if fault.moment == "after" else None
        return self._strike(fault, name, alias, truth)

    def _strike(self, fault: Fault, name: str, alias: str, truth: Doc | None) -> Doc:
        if fault.kind == "throw":
            raise unexpected_error()
        if fault.kind == "missing-alias":
            self.missing.append(alias)
            return truth or _unknown(name)
        if fault.kind == "rest-proxy" and name in _RICH:
            return answer("RestProxyError", message="Request failed with status code 503", code=503, link=None)
        return _unknown(name)

    def without_missing(self, response: Response) -> Response:
        """Take the aliases that went missing out of the answer."""
        if not self.missing:
            return response
        data = json.loads(response.body)
        for alias in self.missing:
            (data.get("data") or {}).pop(alias, None)
        return Response(response.status, json.dumps(data).encode(), response.headers)


def unexpected_error() -> GraphQLError:
    """Return what a resolver throws that fails."""
    return GraphQLError("An unexpected error occurred", extensions={"code": "UNEXPECTED"})


def spoiled(fault: Fault, response: Response) -> Response:
    """Return what a client gets to see of an answer that a fault of kind 5xx, html or malformed befell."""
    html = [("content-type", "text/html; charset=utf-8")]
    if fault.kind == "5xx":
        return Response(502, _PAGE, html)
    if fault.kind == "html":
        return Response(200, _PAGE, html)
    return Response(response.status, response.body[: max(1, len(response.body) // 2)], response.headers)


def _unknown(name: str) -> Doc:
    """Return the answer that says nothing, in the payload union of this mutation."""
    knows_unexpected = name in _RICH or name == "createIdea"
    return answer("UnexpectedError" if knows_unexpected else "VoidMutationError", message="Unknown error")
