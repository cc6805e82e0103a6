"""`/_sandbox/`: what tests and teachers can do over HTTP while it runs, see docs/reference/sandbox.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from pydantic import TypeAdapter

from bufferctl.sandbox.clock import iso
from bufferctl.sandbox.exchange import Request, Response
from bufferctl.sandbox.faults import Faults
from bufferctl.sandbox.fixture import dump, seed
from bufferctl.sandbox.options import Options
from bufferctl.sandbox.page import board
from bufferctl.sandbox.person import Person
from bufferctl.sandbox.service import CONTROL_PREFIX, Service
from bufferctl.sandbox.store import Doc


class Control:
    """Answers the requests under CONTROL_PREFIX for a service."""

    def __init__(self, service: Service, person: Person) -> None:
        self._service = service
        self._core = service.core
        self._routes: dict[tuple[str, str], Callable[[Doc], Any]] = {
            ("GET", "clock"): lambda _body: {"now": iso(self._core.now())},
            ("POST", "clock"): self._move_clock,
            ("GET", "faults"): lambda _body: service.faults.describe(),
            ("PUT", "faults"): self._order_faults,
            ("DELETE", "faults"): self._order_faults,
            ("GET", "options"): lambda _body: asdict(self._core.options),
            ("PUT", "options"): self._choose,
            ("GET", "requests"): lambda _body: [
                {**asdict(record), "at": iso(record.at)} for record in service.requests
            ],
            ("GET", "account"): lambda _body: dump(self._core.store),
            ("GET", "board"): lambda _body: board(service),
            ("PUT", "channels"): lambda body: person.set_channel(body.pop("id"), **body),
            ("POST", "posts"): lambda body: {"ids": seed(self._core, body.get("posts"), body.get("ideas"))},
            ("PUT", "posts"): lambda body: person.edit_post(body.pop("id"), **body),
            ("DELETE", "posts"): lambda body: person.delete_post(body["id"]),
        }

    def answer(self, request: Request) -> Response:
        """Answer one request; 400 and 404 responses explain the problem."""
        if request.headers.get("authorization", "") != f"Bearer {self._service.key}":
            return _error(401, "The key is missing or wrong")
        what = request.path.removeprefix(CONTROL_PREFIX)
        route = self._routes.get((request.method, what))
        if route is None:
            known = ", ".join(f"{method} {CONTROL_PREFIX}{name}" for method, name in self._routes)
            return _error(404, f"There is nothing to {request.method} at {request.path}; there are {known}")
        try:
            body = json.loads(request.body or b"{}")
            with self._core.store.lock:
                self._core.settle()
                return Response.of_json(200, route(dict(body)))
        except KeyError as error:
            return _error(404, f"{error} is not there")
        except (ValueError, TypeError, RecursionError) as error:
            return _error(400, str(error))

    def _move_clock(self, body: Doc) -> Doc:
        clock = self._core.clock
        if "set" in body:
            clock.set(body["set"])
        clock.advance(float(body.get("advance", 0)))
        if "stopped" in body:
            (clock.stop if body["stopped"] else clock.run)()
        self._core.settle()
        return {"now": iso(self._core.now())}

    def _order_faults(self, body: Doc) -> Doc:
        self._service.order_faults(Faults(body.get("rules", ()), int(body.get("seed", 0))))
        return self._service.faults.describe()

    def _choose(self, body: Doc) -> Doc:
        chosen = asdict(replace(self._core.options, **body))
        self._core.options = TypeAdapter(Options).validate_json(json.dumps(chosen), strict=True)
        return chosen


def _error(status: int, message: str) -> Response:
    return Response.of_json(status, {"error": message})
