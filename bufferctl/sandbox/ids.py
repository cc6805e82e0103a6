"""Ids, cursors and made-up facts about media: all of them look like Buffer's and mean nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
import json
import secrets
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

MEDIA_HOST = "buffer-media.example"
_MACHINE = secrets.token_hex(5)
_COUNTER = itertools.count(secrets.randbelow(0x100000))


def new_id(moment: datetime) -> str:
    """Return a fresh 24-hex id in the manner of MongoDB: seconds, machine, counter."""
    return f"{int(moment.timestamp()) & 0xFFFFFFFF:08x}{_MACHINE}{next(_COUNTER) & 0xFFFFFF:06x}"


def stable_id(*parts: str) -> str:
    """Return the 24-hex id that belongs to these names, the same in every run."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:24]


def cursor_of(key: list[int]) -> str:
    """Wrap a sort key into an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def key_of(cursor: str, length: int) -> list[int] | None:
    """Unwrap a cursor of `length` parts; None if it is not one."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
    except (ValueError, binascii.Error, RecursionError):
        return None
    fits = isinstance(key, list) and len(key) == length and all(type(part) is int and abs(part) < 2**62 for part in key)
    return key if fits else None


def split_url(url: str) -> SplitResult | None:
    """Return the parts of a URL that has a host, None for what is no such URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.hostname else None


def stored_url(url: str, extension: str = "") -> str:
    """Return where Buffer's own storage keeps a copy of `url`; its own URLs stay as they are (NOTES: Reading)."""
    if (parts := split_url(url)) and parts.hostname == MEDIA_HOST:
        return url
    return f"https://{MEDIA_HOST}/{stable_id(url)}{extension or _extension(url)}"


def dimensions(url: str) -> tuple[int, int]:
    """Return a plausible width and height of the picture at `url`, always the same ones."""
    shapes = [(1080, 1080), (1200, 675), (1080, 1350), (1920, 1080), (1200, 628)]
    return shapes[hashlib.sha256(url.encode()).digest()[0] % len(shapes)]


def _extension(url: str) -> str:
    parts = split_url(url)
    name = parts.path.rsplit("/", 1)[-1] if parts else ""
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return f".{extension}" if extension.isascii() and extension.isalnum() and len(extension) < 5 else ""  # noqa: PLR2004 - jpeg is the longest
