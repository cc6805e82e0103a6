"""What is served beside the API: `/_sandbox/` for tests and teachers (docs/reference/sandbox.md), and a page.

Browsers that open the sandbox's URL get the page: each channel's queue and the ideas, to watch posts arrive.
It fetches `/_sandbox/board` every second, and contains no data from the account itself.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from html import escape
from importlib import resources
from typing import Any

from pydantic import TypeAdapter

from bufferctl.sandbox.clock import iso
from bufferctl.sandbox.core import Options
from bufferctl.sandbox.exchange import Request, Response
from bufferctl.sandbox.faults import Faults
from bufferctl.sandbox.fixture import dump, seed
from bufferctl.sandbox.networks import NETWORKS
from bufferctl.sandbox.person import Person
from bufferctl.sandbox.service import Service
from bufferctl.sandbox.store import Doc, Store, in_queue

_PREFIX = "/_sandbox/"


class Control:
    """Answers the requests that are not for a service's endpoint."""

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

    def answer(self, request: Request) -> Response | None:
        """Answer a request under `/_sandbox/`, or a browser's for the page; None to an API client."""
        if request.path.startswith(_PREFIX):
            return self._controlled(request)
        is_page = (request.method, request.path) == ("GET", "/") and "text/html" in request.headers.get("accept", "")
        return _page(self._service.key) if is_page else None

    def _controlled(self, request: Request) -> Response:
        """Answer one request; 400 and 404 responses explain the problem."""
        if request.headers.get("authorization", "") != f"Bearer {self._service.key}":
            return _error(401, "The key is missing or wrong")
        what = request.path.removeprefix(_PREFIX)
        route = self._routes.get((request.method, what))
        if route is None:
            known = ", ".join(f"{method} {_PREFIX}{name}" for method, name in self._routes)
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


SHOWN = 40
"""How many posts per channel and ideas per organization the page shows; the others are only counted."""

_ENDED = 5
_UNPUBLISHED = "channel = ? AND status NOT IN ('sent', 'sending')"
_OUT = "channel = ? AND status IN ('sent', 'sending')"


def _page(key: str) -> Response:
    """Return the page, with the key for fetching the board; only its own style and script are allowed."""
    text = resources.files("bufferctl.sandbox").joinpath("page.html").read_text(encoding="utf-8")
    style, script = (text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0] for tag in ("style", "script"))
    policy = (
        f"default-src 'none'; style-src {_hashed(style)}; script-src {_hashed(script)}; connect-src 'self'; "
        "img-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = [
        ("content-type", "text/html; charset=utf-8"), ("content-security-policy", policy),
        ("cache-control", "no-store"), ("referrer-policy", "no-referrer"),
    ]  # fmt: skip
    return Response(200, text.replace("@KEY@", escape(key)).encode(), headers)


def board(service: Service) -> Doc:
    """The current account: every channel with its queue and latest sent posts, the ideas, and the requests so far."""
    core = service.core
    return {
        "now": iso(core.now()),
        "networks": {name: network.label for name, network in NETWORKS.items()},
        "organizations": [_organization(core.store, each) for each in core.store.organizations.values()],
        "requests": len(service.requests),
        "writes": sum(seen.writes for seen in service.requests),
    }


def _organization(store: Store, organization: Doc) -> Doc:
    own = (organization["id"],)
    return {
        **organization,
        "channels": [_channel(store, each) for each in store.channels_of(organization["id"])],
        "ideas": store.rows("ideas", "organization = ?", own, "seq DESC", SHOWN),
        "ideaCount": store.count("ideas", "organization = ?", own),
    }


def _channel(store: Store, channel: Doc) -> Doc:
    own = (channel["id"],)
    waiting = store.rows("posts", _UNPUBLISHED, own, "due IS NULL, due, seq", SHOWN)
    out = store.rows("posts", _OUT, own, "coalesce(sent, due) DESC, seq DESC", _ENDED)
    return {
        **channel,
        "waiting": store.count("posts", _UNPUBLISHED, own),
        "out": store.count("posts", _OUT, own),
        "posts": [{**each, "isQueued": in_queue(each)} for each in (*waiting, *out)],
    }


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
