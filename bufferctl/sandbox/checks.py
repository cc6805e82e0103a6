"""Buffer's own checks of a post's content, as sentences in the words that the live service uses (NOTES: Errors)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from bufferctl.sandbox.choices import DEAD_HOSTS, FREE_PLAN, LINK_ASSET_SERVICES
from bufferctl.sandbox.details import metadata_problems
from bufferctl.sandbox.ids import split_url
from bufferctl.sandbox.networks import BLUESKY_BYTES, NETWORKS, length, text_limit
from bufferctl.sandbox.store import Doc

_NEEDS_MEDIA = {
    "instagram": (("image", "video"), "Instagram posts require at least one image or video."),
    "tiktok": (("image", "video"), "TikTok posts require at least one image or video."),
    "pinterest": (("image",), "Pinterest posts require an image."),
    "youtube": (("video",), "YouTube posts require a video."),
}


def problems(post: Doc, channel: Doc, organization: Doc) -> list[str]:
    """Return everything that is wrong with a post's content on its channel; nothing if Buffer would take it.

    `post` holds `text`, `assets` and `metadata` as they were sent (metadata: the channel's own network only), `tagIds`.
    """
    metadata: Doc = post["metadata"] or {}
    link = metadata.get("linkAttachment")
    found = [*_text(post, channel), *_media(post["assets"], channel["service"])]
    if not (post["text"].strip() or post["assets"] or link or metadata.get("retweet")):
        found.append("Post must have either text or media.")
    if link and post["assets"]:
        found.append("Link attachment and assets cannot be used together.")
    found += _thread(post["text"], metadata.get("thread") or [], channel)
    found += metadata_problems(metadata, channel)
    if metadata.get("firstComment") and organization.get("plan") == FREE_PLAN:
        found.append("First comment requires a paid plan. Please upgrade to use this feature.")
    known = {tag["id"] for tag in organization["tags"]}
    found += [f"Tag {tag} not found." for tag in post["tagIds"] if tag not in known]
    return list(dict.fromkeys(found))


def media_problem(url: str, kind: str) -> str | None:
    """Return what is wrong with a media URL: it must be https, public, and its host alive (NOTES: Writing).

    A link is no medium: where it leads is the reader's business.
    """
    if kind == "link":
        return None
    parts = split_url(url)
    host = (parts.hostname or "") if parts else ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith(DEAD_HOSTS)
    if parts and parts.scheme == "https" and public:
        return None
    return f"{kind.capitalize()} could not be read from its URL."


def kind_of(asset: Doc) -> tuple[str, Any]:
    """Return an asset's one kind (image, video, document, link) and what was given for it."""
    return next((kind, value) for kind, value in asset.items() if value is not None)


def _text(post: Doc, channel: Doc) -> Iterator[str]:
    service, label = channel["service"], NETWORKS[channel["service"]].label
    has_video = any(kind_of(asset)[0] == "video" for asset in post["assets"])
    limit = text_limit(channel, has_video=has_video)
    if limit is not None and length(service, post["text"]) > limit:
        yield f"{label} posts cannot exceed {limit} characters."
    if service == "bluesky" and len(post["text"].encode()) > BLUESKY_BYTES:
        yield f"{label} posts cannot exceed {BLUESKY_BYTES} bytes."


def _media(assets: list[Doc], service: str, *, thread: bool = False) -> Iterator[str]:
    kinds = [kind_of(asset)[0] for asset in assets]
    needed, message = _NEEDS_MEDIA.get(service, ((), ""))
    if needed and not thread and not set(kinds) & set(needed):
        yield message
    yield from _counts(kinds, service)
    yield from _kinds(kinds, service)
    for kind, value in map(kind_of, assets):
        if problem := media_problem(value["url"], kind):
            yield problem
        if value.get("thumbnailUrl") and (problem := media_problem(value["thumbnailUrl"], "thumbnail")):
            yield problem


def _counts(kinds: list[str], service: str) -> Iterator[str]:
    network = NETWORKS[service]
    if network.images is not None and kinds.count("image") > network.images:
        yield f"{network.label} posts cannot have more than {network.images} image{'s' * (network.images > 1)}."
    if network.media is not None and len(kinds) > network.media:
        yield f"{network.label} posts cannot have more than {network.media} images or videos."
    if network.images_or_video and "video" in kinds and len(kinds) > 1:
        yield f"{network.label} posts cannot have more than 1 video, nor a video beside images."


def _kinds(kinds: list[str], service: str) -> Iterator[str]:
    label = NETWORKS[service].label
    if "document" in kinds and not NETWORKS[service].documents:
        yield f"{label} posts do not support documents."
    if "link" in kinds and service not in LINK_ASSET_SERVICES:
        yield f"{label} posts do not support link attachments."
    for kind in ("document", "link"):
        if kind in kinds and len(kinds) > 1:
            yield f"A {kind} cannot be combined with other media."


def _thread(text: str, thread: list[Doc], channel: Doc) -> Iterator[str]:
    if thread and (thread[0].get("text") or "") != text:
        yield "The first item of a thread must equal the text of the post."
    for item in thread:
        content: Doc = {"text": item.get("text") or "", "assets": item.get("assets") or []}
        if not (content["text"].strip() or content["assets"]):
            yield "Thread items must have either text or media."
        yield from _text(content, channel)
        yield from _media(content["assets"], channel["service"], thread=True)
