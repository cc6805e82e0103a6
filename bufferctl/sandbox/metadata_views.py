"""How a post's metadata reads back: the PostMetadata member of its network, with defaults where nothing was sent."""

from __future__ import annotations

from typing import Any

from bufferctl.sandbox.checks import kind_of
from bufferctl.sandbox.ids import stable_id
from bufferctl.sandbox.media import asset_views, link_view
from bufferctl.sandbox.store import Doc

_TYPENAMES = {
    "twitter": "TwitterPostMetadata", "instagram": "InstagramPostMetadata", "facebook": "FacebookPostMetadata",
    "linkedin": "LinkedInPostMetadata", "threads": "ThreadsPostMetadata", "bluesky": "BlueskyPostMetadata",
    "mastodon": "MastodonPostMetadata", "pinterest": "PinterestPostMetadata", "tiktok": "TiktokPostMetadata",
    "youtube": "YoutubePostMetadata", "googlebusiness": "GoogleBusinessPostMetadata",
}  # fmt: skip
_GOOGLE_DETAILS = {
    "whats_new": ("detailsWhatsNew", "GoogleBusinessWhatsNewMetaData"),
    "offer": ("detailsOffer", "GoogleBusinessOfferMetaData"),
    "event": ("detailsEvent", "GoogleBusinessEventMetaData"),
}
_CATEGORIES = {"22": "People & Blogs", "24": "Entertainment", "27": "Education", "28": "Science & Technology"}


def metadata_view(post: Doc, channel: Doc) -> Doc | None:
    """Return the PostMetadata object of a post; None on startPage."""
    service = channel["service"]
    if service not in _TYPENAMES:
        return None
    sent: Doc = post["metadata"] or {}
    view: Doc = {**sent, "__typename": _TYPENAMES[service], "annotations": _annotations(sent)}
    view["type"] = sent.get("type") or {"youtube": "short", "googlebusiness": "whats_new"}.get(service, "post")
    view["isAiGenerated"] = bool(sent.get("isAiGenerated"))
    if service in {"twitter", "threads", "bluesky", "mastodon"}:
        view.update(_thread(sent, view["type"]))
    view["linkAttachment"] = _link(post, sent)
    view.update(_own(service, sent, channel))
    return view


def channel_metadata_view(channel: Doc) -> Doc | None:
    """Return the ChannelMetadata object: the fixture's fields under the service's type; two services have none."""
    typename = "LinkedInMetadata" if channel["service"] == "linkedin" else f"{channel['service'].capitalize()}Metadata"
    if channel["service"] == "googlebusiness":
        typename = "GoogleBusinessMetadata"
    defaults: dict[str, Doc] = {
        "instagram": {"defaultToReminders": False}, "tiktok": {"defaultToReminders": False},
        "youtube": {"defaultToReminders": False}, "pinterest": {"boards": []}, "twitter": {}, "facebook": {},
        "mastodon": {"maxCharacters": 500, "serverUrl": "https://social.example"}, "googlebusiness": {},
        "bluesky": {"serverUrl": "https://bsky.example"},
        "linkedin": {"shouldShowLinkedinAnalyticsRefreshBanner": False},
    }  # fmt: skip
    if channel["service"] not in defaults:
        return None
    return {**defaults[channel["service"]], **(channel["metadata"] or {}), "__typename": typename}


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


def _thread(sent: Doc, kind: str) -> Doc:
    items = sent.get("thread") or []
    thread = [
        {"text": item.get("text") or "", "assets": asset_views(item.get("assets") or []), "linkAttachment": None}
        for item in items
    ]
    return {"thread": thread, "threadCount": len(thread), "type": "thread" if thread else kind}


def _link(post: Doc, sent: Doc) -> Doc | None:
    for kind, value in map(kind_of, post["assets"]):
        if kind == "link":
            return link_view(value)
    return link_view(sent["linkAttachment"]) if sent.get("linkAttachment") else None


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
        "license": sent.get("license"), "privacy": sent.get("privacy"), "title": sent.get("title"),
    }  # fmt: skip


def _google(sent: Doc) -> Doc | None:
    key, typename = _GOOGLE_DETAILS.get(sent.get("type") or "whats_new", ("", ""))
    details = sent.get(key)
    return {**details, "button": details.get("button") or "none", "__typename": typename} if details else None
