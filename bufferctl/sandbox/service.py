"""The service as a whole: a request goes in, and what shall be delivered comes out. Knows nothing of sockets.

Order of refusal: path, User-Agent, key, method, quota, body, document. Faults strike after that: before the execution,
in the middle of it, or after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from typing import Literal, Protocol

from bufferctl.sandbox.clock import epoch_ms
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.endpoint import PATHS, Asked, execute, read_request, refusal
from bufferctl.sandbox.exchange import Exchange, Request, Response, Seen
from bufferctl.sandbox.faulting import RequestFaults, spoiled
from bufferctl.sandbox.faults import Fault, Faults, Struck
from bufferctl.sandbox.ratelimit import Quota, refused

CONTROL_PREFIX = "/_sandbox/"


class Control(Protocol):
    """What answers under CONTROL_PREFIX (control.py)."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        ...


class Page(Protocol):
    """What answers a browser (page.py)."""

    def __call__(self, request: Request) -> Response | None:
        """Answer one request, or leave it to the endpoint."""
        ...


@dataclass
class Delivery:
    """What becomes of an answer: it is sent, or the connection is cut, or nothing comes until the client gives up."""

    response: Response
    how: Literal["send", "cut", "hang"] = "send"


class Service:
    """Answers requests one at a time; `requests` remembers each, `quota` None counts none, `faults` may change."""

    control: Control | None = None
    page: Page | None = None

    def __init__(self, core: Core, key: str, *, faults: Faults | None = None, quota: Quota | None = None) -> None:
        self.core = core
        self.key = key
        self.requests: list[Seen] = []
        self.quota = quota
        self.faults = Faults()
        self.order_faults(faults or self.faults)

    def order_faults(self, faults: Faults) -> None:
        """Replace the faults from now on."""
        self.faults = faults
        self.core.skew = timedelta(seconds=faults.skew)

    def answer(self, request: Request) -> Delivery:
        """Answer one request; to be called by one thread at a time."""
        if self.control and request.path.startswith(CONTROL_PREFIX):
            return Delivery(self.dated(self.control.answer(request)))
        if self.page and (page := self.page(request)):
            return Delivery(self.dated(page))
        with self.core.store.lock, self.core.at(self.core.now()):
            self.core.settle()
            delivery = self._answer(request)
            if self.quota and delivery.response.status not in {401, 403, 404}:
                delivery.response.headers += self.quota.headers(self.core.now())
            self.dated(delivery.response)
        return delivery

    def dated(self, response: Response) -> Response:
        """Add the Date header to a response, unless the options leave it out; return the response."""
        if self.core.options.sends_date:
            response.headers.append(("date", format_datetime(self.core.now(), usegmt=True)))
        return response

    def _answer(self, request: Request) -> Delivery:
        if request.path not in PATHS:
            return Delivery(Response.of_error(404, f"There is nothing at {request.path}", "NOT_FOUND"))
        seen = Seen(self.core.now())
        self.requests.append(seen)
        stranger = refusal(request, self.key, self.core.options.key_code)
        refused_by = stranger or (self.quota.take(seen.at) if self.quota else None)
        asked = refused_by or read_request(request, seen)
        delivery = Delivery(asked) if isinstance(asked, Response) else self._run(asked, seen)
        seen.status = delivery.response.status if delivery.how == "send" else None
        return delivery

    def _run(self, asked: Asked, seen: Seen) -> Delivery:
        fault = self.faults.draw(seen.kind, [name for _, name in seen.fields])
        if fault is None:
            return Delivery(self._execute(asked, seen))
        seen.fault = fault.name
        self.faults.log.append(Struck(seen.at, fault.name, len(self.requests)))
        match fault.kind:
            case "rate-limit":
                windows = (self.quota or Quota()).windows
                return Delivery(refused(windows[0], seen.at))
            case "lag":
                return Delivery(
                    self._execute(asked, seen, hidden_since=epoch_ms(seen.at - timedelta(seconds=fault.seconds)))
                )
            case "late":
                lands = seen.at + timedelta(seconds=fault.seconds)
                self.core.later.append((lands, partial(self._execute, asked, seen)))
                return Delivery(_nothing(), "cut")
            case _:
                return self._break(asked, seen, fault)

    def _break(self, asked: Asked, seen: Seen, fault: Fault) -> Delivery:
        response = _nothing()
        if fault.moment == "after" or (fault.moment == "middle" and seen.kind != "mutation"):
            response = self._execute(asked, seen)
        elif fault.moment == "middle":
            response = self._execute(asked, seen, stop_after=self._middle(len(seen.fields)))
        if fault.kind in {"cut", "timeout"}:
            return Delivery(response, "cut" if fault.kind == "cut" else "hang")
        return Delivery(spoiled(fault, response))

    def _middle(self, aliases: int) -> int:
        """Return how many aliases run: at least one, but not all; of a single one the seed decides."""
        return 1 + self.faults.choose(aliases - 1) if aliases > 1 else self.faults.choose(2)

    def _execute(
        self, asked: Asked, seen: Seen, *, hidden_since: int | None = None, stop_after: int | None = None
    ) -> Response:
        writes = RequestFaults(self.faults, seen, len(self.requests), stop_after)
        return writes.without_missing(execute(Exchange(self.core, writes, hidden_since), asked))


def _nothing() -> Response:
    """Return what stands for an answer when nothing ran."""
    return Response.of_error(503, "Service unavailable", "UNEXPECTED")
