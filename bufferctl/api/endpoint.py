"""Where the key may be sent: only over https or to this machine (design: Contracts)."""

from __future__ import annotations

import ipaddress

import httpx2

from bufferctl.errors import KeyRefusedError, UsageError

#: Where Buffer's API is (notes: Endpoint).
BUFFER = "https://api.buffer.com"

_HINT = f"Set BUFFER_API_URL (or --api-url) to an https URL, or unset it for {BUFFER}."


def check_url(url: str) -> httpx2.URL:
    """The parsed URL of the endpoint. Raises UsageError if it is not a URL, or must not get the key."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise UsageError("the API endpoint is not a URL", hint=_HINT) from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        shown = f" ({_shown(parsed)})" if parsed.host else ""
        raise UsageError(f"the API endpoint does not start with https://{shown}", hint=_HINT)
    if parsed.userinfo:
        raise UsageError(f"the API endpoint contains a user name or password ({_shown(parsed)})", hint=_HINT)
    if parsed.scheme == "http" and not is_loopback(parsed.host):
        raise UsageError(
            f"the API endpoint is plain http ({_shown(parsed)}), so anyone on the network could read the key;"
            " nothing was sent",
            hint=_HINT,
        )
    return parsed


def endpoint_of(url: str | None) -> str:
    """The URL that identifies state, journal and lock; None stands for Buffer's own.

    Raises UsageError like `check_url`.
    """
    return str(check_url(url or BUFFER)).rstrip("/")


def check_key(key: str | None) -> str:
    """The key without surrounding whitespace. Raises KeyRefusedError if it is missing or cannot be a key."""
    stripped = (key or "").strip()
    if not stripped:
        raise KeyRefusedError(
            "no API key found",
            hint="Create one in Buffer (Settings, API) and set BUFFER_API_KEY, or name its file with --api-key-file.",
        )
    if not (stripped.isascii() and stripped.isprintable() and " " not in stripped):
        raise KeyRefusedError(
            "the API key contains spaces, line breaks or non-ASCII characters, which no key has",
            hint="Copy it again: BUFFER_API_KEY, or the file of --api-key-file, must contain only the key.",
        )
    return stripped


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(url: httpx2.URL) -> str:
    """The address for use in messages: without user, password and query."""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme or 'no scheme'}://{url.host}{port}"
