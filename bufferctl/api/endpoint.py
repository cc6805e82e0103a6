"""What may be sent where: the key goes to https, or to this machine, and nowhere else (design: Contracts)."""

from __future__ import annotations

import ipaddress

import httpx2

from bufferctl.errors import KeyRefusedError, UsageError

#: Where Buffer's API is (notes: Endpoint).
BUFFER = "https://api.buffer.com"

_HINT = f"Set BUFFER_API_URL (or --api-url) to an https address, or unset it for {BUFFER}."


def check_url(url: str) -> httpx2.URL:
    """The endpoint's address. Raises UsageError where it is none, or one that the key must not go to."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise UsageError("the API's address is not a web address", hint=_HINT) from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        shown = f" ({_shown(parsed)})" if parsed.host else ""
        raise UsageError(f"the API's address does not start with https://{shown}", hint=_HINT)
    if parsed.userinfo:
        raise UsageError(f"the API's address contains a user name or password ({_shown(parsed)})", hint=_HINT)
    if parsed.scheme == "http" and not is_loopback(parsed.host):
        raise UsageError(
            f"the API's address is plain http ({_shown(parsed)}), where everyone on the way could read the key;"
            " nothing was sent",
            hint=_HINT,
        )
    return parsed


def endpoint_of(url: str | None) -> str:
    """The address by which state, journal and lock are kept; None is Buffer's own. Raises as `check_url`."""
    return str(check_url(url or BUFFER)).rstrip("/")


def check_key(key: str | None) -> str:
    """The key, without white space around it. Raises KeyRefusedError where there is none, or one that cannot be."""
    stripped = (key or "").strip()
    if not stripped:
        raise KeyRefusedError(
            "there is no API key, and Buffer answers nobody without one",
            hint="Create one in Buffer (Settings, API) and set BUFFER_API_KEY, or name its file with --api-key-file.",
        )
    if not (stripped.isascii() and stripped.isprintable() and " " not in stripped):
        raise KeyRefusedError(
            "the API key contains characters that no key has (spaces, line breaks, or letters beyond ASCII)",
            hint="Copy it again: BUFFER_API_KEY, or the file of --api-key-file, holds the key and nothing else.",
        )
    return stripped


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(url: httpx2.URL) -> str:
    """An address without what it may hide: user, password and query stay out of messages."""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme or 'no scheme'}://{url.host}{port}"
