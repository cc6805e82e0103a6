"""A Buffer with scripted answers, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2

KEY = "bfr-secret-0123456789"
NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)

#: An HTTP answer, an exception to raise instead, or a function from the request's JSON to `data`.
Reply = httpx2.Response | Exception | Callable[[dict[str, Any]], dict[str, Any]]


class Scripted:
    """Answers each request with the next reply, repeating the last one forever; keeps the requests."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx2.Response):  # a copy: a response is read once
            return httpx2.Response(reply.status_code, headers=reply.headers, content=reply.content)
        return httpx2.Response(200, json={"data": reply(json.loads(request.content))})

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The JSON of each request."""
        return [json.loads(request.content) for request in self.requests]
