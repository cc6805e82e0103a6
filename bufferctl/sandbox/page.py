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
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.exchange import Request, Response
from bufferctl.sandbox.media import kind_of
from bufferctl.sandbox.networks import NETWORKS
from bufferctl.sandbox.service import Service
from bufferctl.sandbox.store import Doc, in_queue

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
        "organizations": [_organization(core, each) for each in core.store.organizations.values()],
        "requests": len(service.requests),
        "writes": sum(seen.writes for seen in service.requests),
    }


def _organization(core: Core, organization: Doc) -> Doc:
    own = (organization["id"],)
    tags = {tag["id"]: tag["name"] for tag in organization["tags"]}
    return {
        "id": organization["id"],
        "name": organization["name"],
        "channels": [_channel(core, each, tags) for each in core.store.channels_of(organization["id"])],
        "ideas": [_idea(each) for each in reversed(core.store.rows("ideas", "organization = ?", own)[-SHOWN:])],
        "ideaCount": core.store.count("ideas", "organization = ?", own),
    }


def _channel(core: Core, channel: Doc, tags: dict[str, str]) -> Doc:
    store, own = core.store, (channel["id"],)
    waiting = store.rows("posts", _WAITING, own, "due IS NULL, due, seq", SHOWN)
    out = store.rows("posts", _OUT, own, "coalesce(sent, due) DESC, seq DESC", _ENDED)
    states = [("isDisconnected", "disconnected"), ("isLocked", "locked"), ("isQueuePaused", "queue paused")]
    return {
        "id": channel["id"],
        "network": NETWORKS[channel["service"]].label,
        "name": channel["name"],
        "timezone": channel["timezone"],
        "state": ", ".join(said for field, said in states if channel[field]),
        "waiting": store.count("posts", _WAITING, own),
        "out": store.count("posts", _OUT, own),
        "posts": [_post(each, tags) for each in (*waiting, *out)],
    }


def _post(post: Doc, tags: dict[str, str]) -> Doc:
    thread = (post["metadata"] or {}).get("thread") or []
    return {
        "id": post["id"],
        "status": post["status"],
        "text": post["text"],
        "title": (post["metadata"] or {}).get("title") or "",
        "at": post["sentAt"] or post["dueAt"],
        "queued": in_queue(post),
        "media": [_medium(each) for each in post["assets"]],
        "thread": len(thread),
        "tags": [tags.get(tag, tag) for tag in post["tagIds"]],
        "via": post["via"],
        "error": (post["error"] or {}).get("message") or "",
    }


def _medium(asset: Doc) -> Doc:
    kind, value = kind_of(asset)
    picture = value.get("thumbnailUrl") or (value["url"] if kind == "image" else None)
    metadata = value.get("metadata") or {}
    return {"kind": kind, "picture": picture, "alt": metadata.get("altText") or "", "url": value["url"]}


def _idea(idea: Doc) -> Doc:
    content = idea["content"]
    return {
        "id": idea["id"],
        "title": content.get("title") or "",
        "text": content.get("text") or "",
        "services": [NETWORKS[each].label for each in content["services"] if each in NETWORKS],
    }


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
