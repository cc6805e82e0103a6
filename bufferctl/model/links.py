"""Where a link leads, and where it ends in a text: one answer for whoever looks at links."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

_SCHEME = re.compile(r"(?:https?:)?/*", re.IGNORECASE)
#: What ends a sentence sooner than a link.
_AFTER = ".,;:!?…'\u2019*_~"
_CLOSING = {")": "(", "]": "[", "}": "{"}


def trimmed(link: str, *, after: str = _AFTER) -> str:
    """The link without what belongs to the sentence around it. `after`: signs that end the sentence, not the link."""
    opened = {closing: link.count(opening) for closing, opening in _CLOSING.items()}
    closed = {closing: link.count(closing) for closing in _CLOSING}
    end = len(link)
    while end:
        last = link[end - 1]
        if last in _CLOSING and closed[last] > opened[last]:
            closed[last] -= 1
        elif last not in after:
            break
        end -= 1
    return link[:end]


@lru_cache(maxsize=1024)
def host_of(url: str) -> str:
    """The domain that a link leads to, as `normal_host` writes it; empty if there is none."""
    parts = split(url)
    return normal_host(parts.hostname or "") if parts else ""


def split(url: str) -> SplitResult | None:
    """The parts of a link, read as browsers do; None if it is none."""
    url = url.replace("\\", "/")
    try:
        return urlsplit(_SCHEME.sub("https://", url, count=1))
    except ValueError:
        return None


@lru_cache(maxsize=256)
def normal_host(host: str) -> str:
    """A domain in the one way that all its ways to write it have in common: small letters, in ASCII (IDNA)."""
    host = unicodedata.normalize("NFKC", host).casefold().replace("。", ".").strip(".")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def within(host: str, domain: str) -> bool:
    """Whether a host is a domain, or below it; both as `normal_host` writes them."""
    return host == domain or host.endswith(f".{domain}")
