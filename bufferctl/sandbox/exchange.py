"""One HTTP request and its answer, and what resolvers get to know about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from graphql import GraphQLResolveInfo

from bufferctl.sandbox.core import Core
from bufferctl.sandbox.store import Doc


@dataclass(frozen=True)
class Request:
    """What came in; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Response:
    """What goes out. A header may repeat."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of_json(cls, status: int, data: Any) -> Response:
        """Return a JSON answer."""
        body = json.dumps(data, separators=(",", ":")).encode()
        return cls(status, body, [("content-type", "application/json; charset=utf-8")])

    @classmethod
    def of_error(cls, status: int, message: str, code: str, **extensions: Any) -> Response:
        """Return a GraphQL answer with one error and no data."""
        return cls.of_json(status, {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]})


@dataclass
class RequestRecord:
    """What is remembered of a request: which operation, which root fields as (alias, field), and the status.

    `status` is None when no answer was sent (a cut or a timeout).
    """

    at: datetime
    operation: str | None = None
    kind: str | None = None
    fields: list[tuple[str, str]] = field(default_factory=list)
    variables: Doc = field(default_factory=dict)
    status: int | None = None
    fault: str | None = None

    @property
    def writes(self) -> bool:
        """Whether it is a mutation."""
        return self.kind == "mutation"


class WriteFaults(Protocol):
    """What may go wrong around the write of one alias of a mutation."""

    def around(self, name: str, alias: str, write: Callable[[], Doc]) -> Doc:
        """Do the write, or not, and answer for it, or raise."""
        ...


class NoWriteFaults:
    """Everything goes well."""

    def around(self, name: str, alias: str, write: Callable[[], Doc]) -> Doc:  # noqa: ARG002 - the protocol's shape
        """Do the write and return its answer."""
        return write()


@dataclass
class Exchange:
    """The context of every resolver. `hidden_since` (ms): newer rows do not show in lists yet, None hides nothing."""

    core: Core
    faults: WriteFaults = field(default_factory=NoWriteFaults)
    hidden_since: int | None = None


Info: TypeAlias = GraphQLResolveInfo[Exchange]
"""What every resolver gets beside its parent."""
