"""One HTTP request and its response, and the quotas that may refuse the request.

Quotas are rolling windows, with headers in every form seen so far, and the 429 (notes: Limits).
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal

from bufferctl.sandbox.clock import iso
from bufferctl.sandbox.store import Doc

_MINUTE, _DAY = 60, 86_400
#: By plan: how many requests there are in a day, and in 30.
_PLANS = {"free": (250, 3000), "essentials": (250, 7500), "team": (500, 15_000)}
Style = Literal["joined", "repeated", "old"]


@dataclass(frozen=True)
class Request:
    """An incoming request; header names are lowercase."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Response:
    """An outgoing response, or what becomes of the connection instead."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)  # one may be repeated
    how: Literal["send", "cut", "hang"] = "send"  # cut the connection, or send nothing until the client gives up

    @classmethod
    def of_json(cls, status: int, data: Any) -> Response:
        body = json.dumps(data, separators=(",", ":")).encode()
        return cls(status, body, [("content-type", "application/json; charset=utf-8")])

    @classmethod
    def of_error(cls, status: int, message: str, code: str, **extensions: Any) -> Response:
        """Return a GraphQL answer with one error and no data."""
        return cls.of_json(status, {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]})


@dataclass
class RequestRecord:
    """The record of a request."""

    at: datetime  # by the sandbox's clock
    operation: str | None = None  # its name
    kind: str | None = None  # query or mutation
    fields: list[tuple[str, str]] = field(default_factory=list)  # its root fields as (alias, field)
    variables: Doc = field(default_factory=dict)  # as sent
    status: int | None = None  # None when no answer was sent (a cut or a timeout)
    fault: str | None = None  # the one that hit it

    @property
    def writes(self) -> bool:
        return self.kind == "mutation"


@dataclass
class Window:
    """A limit: `quota` requests in any `seconds`; `name` is used in the headers, `label` in the 429."""

    name: str
    label: str
    quota: int
    seconds: int
    taken: deque[datetime] = field(default_factory=deque)

    def forget(self, now: datetime) -> None:
        """Drop the requests that have left the window."""
        while self.taken and self.taken[0] + timedelta(seconds=self.seconds) <= now:
            self.taken.popleft()

    @property
    def left(self) -> int:
        return self.quota - len(self.taken)

    def frees(self, now: datetime) -> int:
        """Return the seconds, rounded up, until the oldest request leaves; the full window if it is empty."""
        if not self.taken:
            return self.seconds
        rest = self.taken[0] + timedelta(seconds=self.seconds) - now
        return -int(-rest.total_seconds() // 1)


class Quota:
    """The windows of a plan. Every request counts in each window, even if it fails; a 429 does not count."""

    def __init__(self, plan: str = "free", style: Style = "joined") -> None:
        """`plan`: free, essentials or team (KeyError for any other); `style`: the form of the headers."""
        self.style = style
        day, month = _PLANS[plan]
        self.windows = [
            Window("100-in-15min", "15m", 100, 15 * _MINUTE),
            Window(f"{day}-in-1day", "1d", day, _DAY),
            Window(f"{month}-in-30days", "30d", month, 30 * _DAY),
        ]

    def take(self, now: datetime) -> Response | None:
        """Count a request, or return a 429 if a window is full."""
        for window in self.windows:
            window.forget(now)
        full = [window for window in self.windows if window.left <= 0]
        if full:
            return refused(max(full, key=lambda window: window.frees(now)), now, self.style)
        for window in self.windows:
            window.taken.append(now)
        return None

    def headers(self, now: datetime, status: int = 200) -> list[tuple[str, str]]:
        """Return the headers for an answer; a 429 was seen with the two shorter windows only (notes: Limits)."""
        windows = self.windows[:2] if status == HTTPStatus.TOO_MANY_REQUESTS else self.windows
        if self.style == "old":
            tightest = min(self.windows, key=lambda window: window.left)
            resets = iso(now + timedelta(seconds=tightest.frees(now)))
            values = {"limit": tightest.quota, "remaining": max(tightest.left, 0), "reset": resets}
            return [(f"ratelimit-{name}", str(value)) for name, value in values.items()]
        left = [f'"{one.name}"; r={max(one.left, 0)}; t={one.frees(now)}' for one in windows]
        policies = [f'"{one.name}"; q={one.quota}; w={one.seconds}; pk=:c2FuZGJveA==:' for one in windows]
        if self.style == "joined":
            return [("ratelimit", ", ".join(left)), ("ratelimit-policy", ", ".join(policies))]
        spaceless = [("ratelimit", value.replace("; ", ";")) for value in left]
        return [*spaceless, *(("ratelimit-policy", value.replace("; ", ";")) for value in policies)]


def refused(window: Window, now: datetime, style: Style = "joined", *, after: float = 0) -> Response:
    """Return a 429 that names the window and when to retry: `after` seconds, 0 for when the window has room."""
    wait = round(after) or window.frees(now)
    older = {"retryAfter": wait} if style == "old" else {}
    message = "Too many requests from this client. Please try again later."
    response = Response.of_error(429, message, "RATE_LIMIT_EXCEEDED", window=window.label, **older)
    response.headers.append(("retry-after", str(wait)))
    return response
