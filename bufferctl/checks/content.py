"""Rules on what makes a post better for its readers: descriptions of pictures, links that do not frighten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bufferctl.checks.finding import Finding, Path, Rule, few
from bufferctl.checks.networks import thread_of
from bufferctl.diagnostics import Severity
from bufferctl.model import Asset, NetworkMetadata, Post

NO_ALT_TEXT = Rule(
    "BC101",
    "alt-text-missing",
    Severity.WARNING,
    "an image has no `alt_text`",
    "screen-reader users will not know what it shows",
    "write in `alt_text` what the image shows",
    "the Web Content Accessibility Guidelines, 1.1.1",
)
NOT_HTTPS = Rule(
    "BC102",
    "link-not-https",
    Severity.WARNING,
    "a link begins with `http://`",
    "browsers warn readers of it, and some networks show no preview",
    "write `https://`, if the site answers there",
    "what browsers do",
)

RULES = (NO_ALT_TEXT, NOT_HTTPS)

_PLAIN = re.compile(r"http://[^\s<>\"]*[^\s<>\".,;:!?)\]}]", re.IGNORECASE)
#: Where metadata holds texts and links, in the file's words.
_LINKS: tuple[Path, ...] = (
    ("first_comment",),
    ("url",),
    ("link",),
    ("link_attachment", "url"),
    ("details_event", "link"),
    ("details_offer", "link"),
    ("details_whats_new", "link"),
)


def content_findings(post: Post) -> Iterator[Finding]:
    """What would make a post better."""
    if may_be_plain(post.text):
        yield from _plain_links(post, ("text",), post.text)
    for index, asset in enumerate(post.assets):
        yield from _of_asset(post, ("assets", index), asset)
    if post.metadata is not None:
        yield from _of_metadata(post, post.metadata)


def _of_metadata(post: Post, metadata: NetworkMetadata) -> Iterator[Finding]:
    below: Path = ("metadata", post.service.value)
    for path in _links_of(type(metadata)):
        value: object = metadata
        for name in path:
            value = getattr(value, str(name), None)
        if isinstance(value, str) and may_be_plain(value):
            yield from _plain_links(post, (*below, *path), value)
    for index, item in enumerate(thread_of(metadata)):
        path = (*below, "thread", index)
        for number, asset in enumerate(item.assets):
            yield from _of_asset(post, (*path, "assets", number), asset)
        if index and item.text and may_be_plain(item.text):
            yield from _plain_links(post, (*path, "text"), item.text)


@cache
def _links_of(kind: type[NetworkMetadata]) -> tuple[Path, ...]:
    """Those of `_LINKS` that a network has: to ask a model for what it lacks costs ten times as much."""
    return tuple(path for path in _LINKS if path[0] in kind.model_fields)


def _of_asset(post: Post, path: Path, asset: Asset) -> Iterator[Finding]:
    if asset.image and not (asset.image.alt_text and asset.image.alt_text.strip()):
        message = "this image has no `alt_text`, so screen-reader users will not know what it shows"
        yield Finding(NO_ALT_TEXT, post, (*path, "image", "alt_text"), message)


def may_be_plain(text: str) -> bool:
    """Whether there may be such a link, found quickly."""
    return "ttp://" in text or "TTP://" in text


def _plain_links(post: Post, path: Path, text: str) -> Iterator[Finding]:
    message = "this link is not https, so browsers warn whoever follows it"
    links = dict.fromkeys(_PLAIN.findall(text))
    yield from few(Finding(NOT_HTTPS, post, path, message, quote=link) for link in links)
