"""How posts read back: assets and links in Buffer's own storage, metadata of its network (notes: Reading)."""

from __future__ import annotations

import hashlib
from typing import Any

from bufferctl.sandbox.checks import item_link, kind_of, split_url
from bufferctl.sandbox.networks import GOOGLE_DETAILS, NETWORKS
from bufferctl.sandbox.store import Doc, stable_id

_IMAGE_TYPES = {"gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def asset_views(assets: list[Doc]) -> list[Doc]:
    """Return the Asset objects for the assets sent, except links (a link becomes the post's linkAttachment)."""
    views = {"image": _image, "video": _video, "document": _document}
    return [views[kind](value) for kind, value in map(kind_of, assets) if kind in views]


def _asset(kind: str, url: str, mime: str, thumbnail: str | None, **own: Any) -> Doc:
    source = stored_url(url)
    picture = stored_url(thumbnail) if thumbnail else source
    facts = {"id": None, "type": kind, "mimeType": mime, "source": source, "thumbnail": picture}
    return {"__typename": f"{kind.capitalize()}Asset", **facts, **own}


def _image(sent: Doc) -> Doc:
    metadata: Doc = sent.get("metadata") or {}
    shapes = [(1080, 1080), (1200, 675), (1080, 1350), (1920, 1080), (1200, 628)]
    width, height = shapes[hashlib.sha256(sent["url"].encode()).digest()[0] % len(shapes)]  # always the same
    mime = _IMAGE_TYPES.get(stored_url(sent["url"]).rsplit(".", 1)[-1], "image/jpeg")
    image = {
        "altText": metadata.get("altText") or "", "animatedThumbnail": metadata.get("animatedThumbnail"),
        "isAnimated": mime == "image/gif", "userTags": metadata.get("userTags"), "width": width, "height": height,
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
    return _asset("video", sent["url"], "video/mp4", stored_url(sent["url"], ".jpg"), video=video)


def _document(sent: Doc) -> Doc:
    pages = [stored_url(sent["thumbnailUrl"])]
    document = {"filesize": 120_000, "numPages": 1, "thumbnails": pages, "title": sent["title"]}
    return _asset("document", sent["url"], "application/pdf", sent["thumbnailUrl"], document=document)


#: How the schema spells these services in the names of its types; the others only get a capital letter.
_SPELLINGS = {"linkedin": "LinkedIn", "googlebusiness": "GoogleBusiness", "whatsapp": "WhatsApp"}
_CATEGORIES = {"22": "People & Blogs", "24": "Entertainment", "27": "Education", "28": "Science & Technology"}


def metadata_view(post: Doc, channel: Doc) -> Doc | None:
    """Return the PostMetadata object of a post; None on networks without one."""
    service = channel["service"]
    if not NETWORKS[service].takes_posts:
        return None
    sent: Doc = post["metadata"] or {}
    view: Doc = {**sent, "__typename": _type_name(service, "PostMetadata"), "annotations": _annotations(sent)}
    view["type"] = sent.get("type") or {"youtube": "short", "googlebusiness": "whats_new"}.get(service, "post")
    view["isAiGenerated"] = bool(sent.get("isAiGenerated"))
    if service in {"twitter", "threads", "bluesky", "mastodon"}:
        view.update(_thread(sent, view["type"], service))
    view["linkAttachment"] = _link(post["assets"], sent.get("linkAttachment"))
    view.update(_own(service, sent, channel))
    return view


def channel_metadata_view(channel: Doc) -> Doc | None:
    """Return the ChannelMetadata object: the fixture's fields under the service's type; two services have none."""
    service = channel["service"]
    defaults: dict[str, Doc] = {
        "instagram": {"defaultToReminders": False}, "tiktok": {"defaultToReminders": False},
        "youtube": {"defaultToReminders": False}, "pinterest": {"boards": []}, "twitter": {}, "facebook": {},
        "mastodon": {"maxCharacters": 500, "serverUrl": "https://social.example"}, "googlebusiness": {},
        "bluesky": {"serverUrl": "https://bsky.example"},
        "linkedin": {"shouldShowLinkedinAnalyticsRefreshBanner": False},
        "whatsapp": {"businessPortfolioId": "3001", "phoneNumberId": "3002", "wabaId": "3003"},
    }  # fmt: skip
    if service not in defaults:
        return None
    typename = _type_name(service, "Metadata")
    return {**defaults[service], **(channel["metadata"] or {}), "__typename": typename}


def _type_name(service: str, suffix: str) -> str:
    return _SPELLINGS.get(service, service.capitalize()) + suffix


def _own(service: str, sent: Doc, channel: Doc) -> Doc:
    match service:
        case "instagram":
            return {"shouldShareToFeed": sent.get("shouldShareToFeed", True)}
        case "twitter":
            return {"retweet": _retweet(sent["retweet"]) if sent.get("retweet") else None}
        case "pinterest":
            boards = (channel["metadata"] or {}).get("boards", [])
            return {"board": next((one for one in boards if one["serviceId"] == sent.get("boardServiceId")), None)}
        case "youtube":
            return _youtube(sent)
        case "googlebusiness":
            return {"details": _google(sent)}
        case _:
            return {}


def _thread(sent: Doc, kind: str, service: str) -> Doc:
    items = sent.get("thread") or []
    thread = [_thread_item(item, service) for item in items]
    return {"thread": thread, "threadCount": len(thread), "type": "thread" if thread else kind}


def _thread_item(item: Doc, service: str) -> Doc:
    assets = item.get("assets") or []
    link = _link(assets, item_link(item, service))
    metadata = {service: {"linkAttachment": link}} if service in {"bluesky", "threads"} else None
    return {
        "text": item.get("text") or "", "assets": asset_views(assets), "linkAttachment": link, "metadata": metadata,
    }  # fmt: skip


def _link(assets: list[Doc], attachment: Doc | None) -> Doc | None:
    """Return the LinkAttachment for a link sent as an asset or in the metadata; what was not sent, Buffer scrapes."""
    link = next((value for kind, value in map(kind_of, assets) if kind == "link"), attachment)
    if not link:
        return None
    parts = split_url(link["url"])
    host = (parts.hostname if parts else None) or link["url"]
    thumbnail = link.get("thumbnail")
    picture = thumbnail["url"] if isinstance(thumbnail, dict) else link.get("thumbnailUrl")
    return {
        "url": link["url"], "expandedUrl": link["url"], "title": link.get("title") or f"A page on {host}",
        "text": link.get("description") or f"What {host} says about itself.", "thumbnail": picture,
        "thumbnails": [picture] if picture else [],
    }  # fmt: skip


def _annotations(sent: Doc) -> list[Doc]:
    views = []
    for one in sent.get("annotations") or []:
        indices = one.get("indices") or [one["start"], one["start"] + one["length"]]
        text, url = one.get("text") or one["localizedName"], one.get("url") or one["link"]
        content = one.get("content") or one["entity"]
        views.append({"content": content, "indices": indices, "text": text, "type": "annotation", "url": url})
    return views


def _retweet(sent: Doc) -> Doc:
    user = {"avatar": "https://buffer-media.example/avatar.png", "name": "Somebody", "username": "somebody"}
    return {
        "id": sent["id"], "text": sent.get("comment") or "", "thumbnails": [], "user": user,
        "url": f"https://twitter.example/somebody/status/{stable_id(sent['id'])}",
        "createdAt": "2026-01-05T09:00:00.000Z",
    }  # fmt: skip


def _youtube(sent: Doc) -> dict[str, Any]:
    category = sent.get("categoryId")
    return {
        "category": {"categoryId": category, "title": _CATEGORIES.get(category, "Other")} if category else None,
        "embeddable": sent.get("embeddable") is not False, "madeForKids": bool(sent.get("madeForKids")),
        "notifySubscribers": sent.get("notifySubscribers") is not False,
        "license": sent.get("license"), "privacy": sent.get("privacy") or "public", "title": sent.get("title"),
    }  # fmt: skip


def _google(sent: Doc) -> Doc | None:
    key, typename, _ = GOOGLE_DETAILS.get(sent.get("type") or "whats_new", ("", "", ()))
    details = sent.get(key)
    return {**details, "button": details.get("button") or "none", "__typename": typename} if details else None


MEDIA_HOST = "buffer-media.example"


def stored_url(url: str, extension: str = "") -> str:
    """Return where Buffer's own storage keeps a copy of `url`; its own URLs stay as they are (notes: Reading).

    URLs on this machine also stay: they stand for copies that can be downloaded.
    """
    if (parts := split_url(url)) and parts.hostname in {MEDIA_HOST, "127.0.0.1", "localhost"}:
        return url
    return f"https://{MEDIA_HOST}/{stable_id(url)}{extension or _extension(url)}"


def _extension(url: str) -> str:
    parts = split_url(url)
    name = parts.path.rsplit("/", 1)[-1] if parts else ""
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return f".{extension}" if extension.isascii() and extension.isalnum() and len(extension) < 5 else ""  # noqa: PLR2004 - jpeg is the longest
