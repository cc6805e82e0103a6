"""The page at `/`: each channel's queue and the ideas, updated every second, for people who watch posts arrive.

Browsers that open the sandbox's URL get this page; all other requests to that URL are GraphQL. The page fetches
`/_sandbox/board` every second and renders it; the page itself contains no data from the account.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib import resources

from bufferctl.sandbox.clock import iso
from bufferctl.sandbox.exchange import Request, Response
from bufferctl.sandbox.networks import NETWORKS
from bufferctl.sandbox.service import Service
from bufferctl.sandbox.store import Doc, Store, in_queue

SHOWN = 40
"""How many posts per channel and ideas per organization the page shows; the others are only counted."""

_ENDED = 5
_WAITING = "channel = ? AND status NOT IN ('sent', 'sending')"
_OUT = "channel = ? AND status IN ('sent', 'sending')"


class BoardPage:
    """Serves browsers. The page contains the key for fetching the board; only its own style and script are allowed."""

    def __init__(self, key: str) -> None:
        text = resources.files("bufferctl.sandbox").joinpath("page.html").read_text(encoding="utf-8")
        style, script = (text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0] for tag in ("style", "script"))
        policy = (
            f"default-src 'none'; style-src {_hashed(style)}; script-src {_hashed(script)}; connect-src 'self'; "
            "img-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        self._body = text.replace("@KEY@", escape(key)).encode()
        self._headers = [
            ("content-type", "text/html; charset=utf-8"), ("content-security-policy", policy),
            ("cache-control", "no-store"), ("referrer-policy", "no-referrer"),
        ]  # fmt: skip

    def __call__(self, request: Request) -> Response | None:
        """Return the page if a browser asks for it; None for an API client."""
        if (request.method, request.path) != ("GET", "/") or "text/html" not in request.headers.get("accept", ""):
            return None
        return Response(200, self._body, [*self._headers])


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
    waiting = store.rows("posts", _WAITING, own, "due IS NULL, due, seq", SHOWN)
    out = store.rows("posts", _OUT, own, "coalesce(sent, due) DESC, seq DESC", _ENDED)
    return {
        **channel,
        "waiting": store.count("posts", _WAITING, own),
        "out": store.count("posts", _OUT, own),
        "posts": [{**each, "isQueued": in_queue(each)} for each in (*waiting, *out)],
    }


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
