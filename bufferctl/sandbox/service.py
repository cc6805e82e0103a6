"""The service as a whole: a request goes in, and what shall be delivered comes out. Knows nothing of sockets."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from typing import Literal

from bufferctl.sandbox.core import Core
from bufferctl.sandbox.endpoint import PATHS, execute, read_body, refusal
from bufferctl.sandbox.exchange import Exchange, Request, Response, Seen


@dataclass
class Delivery:
    """What becomes of an answer: it is sent, or the connection is cut, or nothing comes until the client gives up."""

    response: Response
    how: Literal["send", "cut", "hang"] = "send"


class Service:
    """Answers requests one at a time and remembers each in `requests`."""

    def __init__(self, core: Core, key: str) -> None:
        self.core = core
        self.key = key
        self.requests: list[Seen] = []

    def answer(self, request: Request) -> Delivery:
        """Answer one request; to be called by one thread at a time."""
        delivery = self._answer(request)
        delivery.response.headers.append(("date", format_datetime(self.core.now(), usegmt=True)))
        return delivery

    def _answer(self, request: Request) -> Delivery:
        if request.path not in PATHS:
            return Delivery(Response.of_error(404, f"There is nothing at {request.path}", "NOT_FOUND"))
        seen = Seen(self.core.now())
        self.requests.append(seen)
        response = refusal(request, self.key) or self._run(request, seen)
        seen.status = response.status
        return Delivery(response)

    def _run(self, request: Request, seen: Seen) -> Response:
        data = read_body(request)
        return data if isinstance(data, Response) else execute(Exchange(self.core), data, seen)
