"""Rules on what makes a post better for its readers: descriptions of pictures, links that do not frighten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bufferctl.checks.finding import Finding, Path, Rule
from bufferctl.diagnostics import Severity
from bufferctl.model import Asset, Post

NO_ALT_TEXT = Rule(
    "BC101",
    "alt-text-missing",
    Severity.WARNING,
    "an image has no `alt_text`",
    "people who cannot see it do not learn what it shows",
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

_PLAIN = re.compile(r"http://[^\s<>\"]+", re.IGNORECASE)
#: Where metadata holds texts and links, in the file's words.
_TEXTS = ("first_comment", "url", "link")
_DETAILS = ("details_event", "details_offer", "details_whats_new", "link_attachment")


def content_findings(post: Post) -> Iterator[Finding]:
    """What would make a post better."""
    if post.assets:
        yield from _without_alt_text(post, ("assets",), post.assets)
    yield from _plain_links(post, ("text",), post.text)
    for index, asset in enumerate(post.assets):
        if asset.link:
            yield from _plain_links(post, ("assets", index, "link", "url"), asset.link.url)
    if post.metadata is None:
        return
    below: Path = ("metadata", post.service.value)
    for index, item in enumerate(getattr(post.metadata, "thread", ())):
        path = (*below, "thread", index)
        yield from _without_alt_text(post, (*path, "assets"), item.assets)
        if index:
            yield from _plain_links(post, (*path, "text"), item.text)
    for name in _TEXTS:
        yield from _plain_links(post, (*below, name), getattr(post.metadata, name, None))
    for name in _DETAILS:
        details = getattr(post.metadata, name, None)
        field = "url" if name == "link_attachment" else "link"
        yield from _plain_links(post, (*below, name, field), getattr(details, field, None))


def _without_alt_text(post: Post, path: Path, assets: Sequence[Asset]) -> Iterator[Finding]:
    for index, asset in enumerate(assets):
        if asset.image and not (asset.image.alt_text and asset.image.alt_text.strip()):
            message = "this image has no `alt_text`, so people who cannot see it do not learn what it shows"
            yield Finding(NO_ALT_TEXT, post, (*path, index, "image", "alt_text"), message)


def _plain_links(post: Post, path: Path, text: str | None) -> Iterator[Finding]:
    if not text or "://" not in text:
        return
    for link in dict.fromkeys(_PLAIN.findall(text)):
        message = "this link is not https, so browsers warn whoever follows it"
        yield Finding(NOT_HTTPS, post, path, message, quote=link)
