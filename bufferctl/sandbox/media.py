"""How media and links read back: on Buffer's own storage, with made-up but stable facts (NOTES: Reading)."""

from __future__ import annotations

from typing import Any

from bufferctl.sandbox.checks import kind_of
from bufferctl.sandbox.ids import dimensions, split_url, stable_id, stored_url
from bufferctl.sandbox.store import Doc

_IMAGE_TYPES = {"gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def asset_views(assets: list[Doc]) -> list[Doc]:
    """Return the Asset objects of what was sent; an asset of kind link is none (it is the post's linkAttachment)."""
    views = {"image": _image, "video": _video, "document": _document}
    return [views[kind](value) for kind, value in map(kind_of, assets) if kind in views]


def link_view(link: Doc) -> Doc:
    """Return a LinkAttachment: what was sent, else what Buffer scraped from the page."""
    parts = split_url(link["url"])
    host = (parts.hostname if parts else None) or link["url"]
    thumbnail = link.get("thumbnail")
    picture = thumbnail["url"] if isinstance(thumbnail, dict) else link.get("thumbnailUrl")
    return {
        "url": link["url"], "expandedUrl": link["url"], "title": link.get("title") or f"A page on {host}",
        "text": link.get("description") or f"What {host} says about itself.", "thumbnail": picture,
        "thumbnails": [picture] if picture else [],
    }  # fmt: skip


def idea_media_view(media: Doc) -> Doc:
    """Return an IdeaMedia of an IdeaMediaInput."""
    return {
        "id": stable_id(media["url"]), "alt": media.get("alt"), "size": media.get("size"), "type": media["type"],
        "source": media.get("source"), "thumbnailUrl": media.get("thumbnailUrl"), "url": stored_url(media["url"]),
    }  # fmt: skip


def _asset(kind: str, url: str, mime: str, thumbnail: str | None, **own: Any) -> Doc:
    source = stored_url(url)
    picture = stored_url(thumbnail) if thumbnail else source
    facts = {"id": None, "type": kind, "mimeType": mime, "source": source, "thumbnail": picture}
    return {"__typename": f"{kind.capitalize()}Asset", **facts, **own}


def _image(sent: Doc) -> Doc:
    metadata: Doc = sent.get("metadata") or {}
    width, height = dimensions(sent["url"])
    given = metadata.get("dimensions") or {"width": width, "height": height}
    mime = _IMAGE_TYPES.get(stored_url(sent["url"]).rsplit(".", 1)[-1], "image/jpeg")
    image = {
        "altText": metadata.get("altText") or "", "animatedThumbnail": metadata.get("animatedThumbnail"),
        "isAnimated": mime == "image/gif", "userTags": metadata.get("userTags"), **given,
    }  # fmt: skip
    return _asset("image", sent["url"], mime, sent.get("thumbnailUrl"), image=image)


def _video(sent: Doc) -> Doc:
    metadata: Doc = sent.get("metadata") or {}
    seconds = 6 + int(stable_id(sent["url"])[:2], 16) % 50
    video = {
        "audioCodec": "aac", "containerFormat": "mp4", "durationMs": seconds * 1000, "fileSize": seconds * 300_000,
        "frameRate": 30, "height": 1920, "isTranscodingRequired": False, "isVideoProcessing": False,
        "rotationDegree": 0,
        "thumbnailOffset": metadata.get("thumbnailOffset"), "title": metadata.get("title"), "videoBitRate": 2_400_000,
        "videoCodec": "h264", "width": 1080,
    }  # fmt: skip
    thumbnail = sent.get("thumbnailUrl") or stored_url(sent["url"], ".jpg")
    return _asset("video", sent["url"], "video/mp4", thumbnail, video=video)


def _document(sent: Doc) -> Doc:
    pages = [stored_url(sent["thumbnailUrl"])]
    document = {"filesize": 120_000, "numPages": 1, "thumbnails": pages, "title": sent["title"]}
    return _asset("document", sent["url"], "application/pdf", sent["thumbnailUrl"], document=document)
