"""Whether media can be fetched: configured hosts are asked, all others are judged by their names.

Buffer fetches a file when a post is created and again when it goes out (notes: Writing). The sandbox does so only
for URLs below `Options.media_roots`, which may be on this machine; nothing else is ever fetched.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request, urlopen

from bufferctl.sandbox.store import Doc

_DEAD_HOSTS = (".invalid", "localhost")  # their media cannot be read, nor can media at private and loopback addresses
_PAGES = frozenset(
    {"www.youtube.com", "youtu.be", "vimeo.com", "unsplash.com", "imgur.com", "docs.google.com"}
)  # no files
_SECONDS = 5
_TYPES = {"image": "image/", "gif": "image/", "thumbnail": "image/", "video": "video/", "document": "application/"}


def media_problem(url: str, kind: str, roots: Sequence[str] = ()) -> str | None:
    """Return what is wrong with a media URL (it must be https, public and reachable); None if Buffer could fetch it.

    `roots`: prefixes of URLs to fetch. A link is not a medium, so its target is not checked.
    """
    if kind == "link":
        return None
    if _is_below(url, roots):
        return _fetched(url, kind)
    parts = split_url(url)
    host = (parts.hostname or "") if parts else ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and host not in _PAGES and not host.endswith(_DEAD_HOSTS)
    if parts and parts.scheme == "https" and public:
        return None
    return _unreadable(kind)


def gone(post: Doc, roots: Sequence[str]) -> str | None:
    """Return what is wrong with the media of a post that is about to go out; only URLs below `roots` are fetched."""
    if not roots:
        return None
    items = [post, *((post["metadata"] or {}).get("thread") or [])]
    media = (kind_of(asset) for item in items for asset in item.get("assets") or [])
    found = (_fetched(value["url"], kind) for kind, value in media if _is_below(value["url"], roots))
    return next(filter(None, found), None)


def kind_of(asset: Doc) -> tuple[str, Doc]:
    """Return an asset's kind (image, video, document, link) and its fields."""
    return next((kind, value) for kind, value in asset.items() if value is not None)


def split_url(url: str) -> SplitResult | None:
    """Return the parts of a URL with a host, None for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.hostname else None


def _is_below(url: str, roots: Sequence[str]) -> bool:
    return any(url.startswith(f"{root.rstrip('/')}/") for root in roots)


def _fetched(url: str, kind: str) -> str | None:
    """Return what is wrong with a URL, in Buffer's words, after asking its host."""
    try:
        with urlopen(Request(url, headers={"User-Agent": "Buffer"}), timeout=_SECONDS) as answer:  # noqa: S310 - only below a configured root
            if answer.headers.get_content_type().startswith(_TYPES[kind]) and answer.read(1):
                return None
    except HTTPError as error:
        reason = HTTPStatus(error.code).phrase if error.code in set(HTTPStatus) else error.reason
        error.close()
        return f"Failed to fetch image dimensions: {reason}" if kind == "image" else _unreadable(kind)
    except (OSError, ValueError):
        pass
    return _unreadable(kind)


def _unreadable(kind: str) -> str:
    return f"{kind.capitalize()} could not be read from its URL."
