"""Buffer's own checks of a post's content and media, with the messages of the live service (notes: Errors).

Buffer fetches a file when a post is created and again when it goes out (notes: Writing). The sandbox does so only for
URLs below `Options.media_roots`, which may be on this machine; all other hosts are judged by their names.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request, urlopen

from bufferctl.sandbox.networks import GOOGLE_DETAILS, NETWORKS, length, text_limit, utf16
from bufferctl.sandbox.store import Doc

_BLUESKY_BYTES = 3000
_GOOGLE_EVENT_TITLE = 58
_TIKTOK_HASHTAGS = 5
_THUMBNAIL_OFFSETS = frozenset({"instagram", "tiktok", "pinterest"})
_HASHTAG = re.compile(r"(?<!\w)#\w+")
_NEEDS_MEDIA = {
    "instagram": (("image", "video"), "Instagram posts require at least one image or video."),
    "tiktok": (("image", "video"), "TikTok posts require at least one image or video."),
    "pinterest": (("image",), "Pinterest posts require an image."),
    "youtube": (("video",), "YouTube posts require a video."),
}
_DEAD_HOSTS = (".invalid", "localhost")  # their media cannot be read, nor can media at private and loopback addresses
_PAGES = frozenset(
    {"www.youtube.com", "youtu.be", "vimeo.com", "unsplash.com", "imgur.com", "docs.google.com"}
)  # no files
_TYPES = {"image": "image/", "gif": "image/", "thumbnail": "image/", "video": "video/", "document": "application/"}


def problems(post: Doc, channel: Doc, organization: Doc, media_roots: Sequence[str] = ()) -> list[str]:
    """Return everything that is wrong with a post's content on its channel; empty if Buffer would accept it.

    `post` holds `text`, `assets`, `metadata` (only for the channel's own network) and `tagIds` as sent.
    `media_roots`: prefixes of URLs whose media are fetched.
    """
    network = NETWORKS[channel["service"]]
    if not network.takes_posts:
        return [f"{network.label} channels do not support posts."]
    metadata: Doc = post["metadata"] or {}
    link = metadata.get("linkAttachment")
    found = [*_text(post, channel), *_media(post["assets"], channel["service"], media_roots)]
    if not (post["text"].strip() or post["assets"] or link or metadata.get("retweet")):
        found.append("Post must have either text or media.")
    if link and post["assets"]:
        found.append("Link attachment and assets cannot be used together.")
    if channel["service"] == "substack" and not (post["assets"] or link):
        found.append("Substack posts require a link attachment or media.")
    found += _thread(post["text"], metadata.get("thread") or [], channel, media_roots)
    found += _metadata(metadata, channel)
    if metadata.get("title") and any(kind_of(asset)[0] == "video" for asset in post["assets"]):
        found += ["TikTok posts support a title on photos only."] * (channel["service"] == "tiktok")
    if metadata.get("firstComment") and organization.get("plan") == "free":
        found.append("First comment requires a paid plan. Please upgrade to use this feature.")
    known = {tag["id"] for tag in organization["tags"]}
    found += [f"Tag {tag} not found." for tag in post["tagIds"] if tag not in known]
    return list(dict.fromkeys(found))


def item_link(item: Doc, service: str) -> Doc | None:
    """Return the link attachment from the network's metadata of a thread item, None if there is none."""
    link: Doc | None = ((item.get("metadata") or {}).get(service) or {}).get("linkAttachment")
    return link


def _text(post: Doc, channel: Doc) -> Iterator[str]:
    service, label = channel["service"], NETWORKS[channel["service"]].label
    has_video = any(kind_of(asset)[0] == "video" for asset in post["assets"])
    limit = text_limit(channel, has_video=has_video)
    if limit is not None and length(service, post["text"]) > limit:
        yield f"{label} posts cannot exceed {limit} characters."
    if service == "tiktok" and len(_HASHTAG.findall(post["text"])) > _TIKTOK_HASHTAGS:
        yield f"{label} posts cannot have more than {_TIKTOK_HASHTAGS} hashtags."
    if service == "bluesky" and len(post["text"].encode()) > _BLUESKY_BYTES:
        yield f"{label} posts cannot exceed {_BLUESKY_BYTES} bytes."


def _media(assets: list[Doc], service: str, roots: Sequence[str], *, thread: bool = False) -> Iterator[str]:
    kinds = [kind_of(asset)[0] for asset in assets]
    needed, message = _NEEDS_MEDIA.get(service, ((), ""))
    if needed and not thread and not set(kinds) & set(needed):
        yield message
    yield from _kinds(kinds, service)
    for kind, value in map(kind_of, assets):
        if problem := media_problem(value["url"], kind, roots):
            yield problem
        yield from _thumbnail(kind, value, service, roots)
        tags = (value.get("metadata") or {}).get("userTags") or []
        if any(not 0 <= place <= 1 for tag in tags for place in (tag["x"], tag["y"])):
            yield "User tags need x and y from 0 to 1."


def _thumbnail(kind: str, value: Doc, service: str, roots: Sequence[str]) -> Iterator[str]:
    """Yield problems with a thumbnail; a video's can only be a frame, and only on some networks (notes: Writing)."""
    url = value.get("thumbnailUrl")
    if kind == "video" and url:
        yield "The thumbnail of a video cannot be set by thumbnailUrl."
    elif url and (problem := media_problem(url, "thumbnail", roots)):
        yield problem
    offset = (value.get("metadata") or {}).get("thumbnailOffset")
    if kind == "video" and offset is not None and service not in _THUMBNAIL_OFFSETS:
        yield f"{NETWORKS[service].label} posts do not support thumbnailOffset."


def _kinds(kinds: list[str], service: str) -> Iterator[str]:
    network = NETWORKS[service]
    if network.images is not None and kinds.count("image") > network.images:
        yield f"{network.label} posts cannot have more than {network.images} image{'s' * (network.images > 1)}."
    if network.media is not None and len(kinds) > network.media:
        yield f"{network.label} posts cannot have more than {network.media} images or videos."
    if network.images_or_video and "video" in kinds and len(kinds) > 1:
        yield f"{network.label} posts cannot have more than 1 video, nor a video beside images."
    if "document" in kinds and not network.documents:
        yield f"{network.label} posts do not support documents."
    if "link" in kinds and not network.links:
        yield f"{network.label} posts do not support link attachments."
    for kind in ("document", "link"):
        if kind in kinds and len(kinds) > 1:
            yield f"A {kind} cannot be combined with other media."


def _thread(text: str, thread: list[Doc], channel: Doc, roots: Sequence[str]) -> Iterator[str]:
    if thread and (thread[0].get("text") or "") != text:
        yield "The first item of a thread must equal the text of the post."
    for item in thread:
        content: Doc = {"text": item.get("text") or "", "assets": item.get("assets") or []}
        link = item_link(item, channel["service"])
        if link and content["assets"]:
            yield "Link attachment and assets cannot be used together."
        if not (content["text"].strip() or content["assets"] or link):
            yield "Thread items must have either text or media."
        yield from _text(content, channel)
        yield from _media(content["assets"], channel["service"], roots, thread=True)


METADATA_KEYS = {service: service for service, network in NETWORKS.items() if network.takes_posts} | {
    "googlebusiness": "google"
}
"""The key in `metadata` for each network's fields."""


def _metadata(metadata: Doc, channel: Doc) -> Iterator[str]:
    service = channel["service"]
    network = NETWORKS[service]
    no_kind = service in {"instagram", "facebook"} and not metadata.get("type")
    if no_kind or (service == "instagram" and metadata["type"] not in {"post", "story", "reel"}):
        yield f"{network.label} posts require a type (post, story, or reel)."
    if service == "pinterest":
        yield from _board(metadata, channel)
    if service == "youtube":
        for field, word in (("title", "title"), ("categoryId", "category")):
            if not (metadata.get(field) or "").strip():
                yield f"YouTube posts require a {word}."
    if service == "googlebusiness":
        yield from _google(metadata)
    for field, limit, what in (
        ("firstComment", network.first_comment, "first comments"),
        ("title", network.title, "titles"),
        ("topic", network.topic, "topics"),
    ):
        if limit is not None and utf16(metadata.get(field) or "") > limit:
            yield f"{network.label} {what} cannot exceed {limit} characters."


def _board(metadata: Doc, channel: Doc) -> Iterator[str]:
    boards = {board["serviceId"] for board in (channel.get("metadata") or {}).get("boards", [])}
    if not metadata.get("boardServiceId"):
        yield "Pinterest posts require a board."
    elif metadata["boardServiceId"] not in boards:
        yield "Pinterest board not found."


def _google(metadata: Doc) -> Iterator[str]:
    if not metadata.get("type"):
        yield "Google Business posts require a type (what's new, offer, or event)."
        return
    key, _, required = GOOGLE_DETAILS[metadata["type"]]
    details = metadata.get(key)
    words = metadata["type"].replace("_", " ")
    if details is None:
        yield f"Google Business {words} posts require their details ({key})."
        return
    missing = [field for field in required if not details.get(field)]
    if missing:
        yield f"Google Business {words} posts require {', '.join(missing)}."
    if metadata["type"] == "event" and utf16(details.get("title") or "") > _GOOGLE_EVENT_TITLE:
        yield f"Google Business event titles cannot exceed {_GOOGLE_EVENT_TITLE} characters."


def media_problem(url: str, kind: str, roots: Sequence[str] = ()) -> str | None:
    """Return what is wrong with a media URL; None if Buffer could fetch it, as far as its form shows.

    It must be https and public. `roots`: prefixes of URLs that are fetched instead. A link is not a medium, so its
    target is not checked.
    """
    if kind == "link":
        return None
    if _is_below(url, roots):
        return _fetched(url, kind)
    parts = split_url(url)
    host = (parts.hostname or "") if parts else ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and host not in _PAGES and not host.endswith(_DEAD_HOSTS)
    if parts and parts.scheme == "https" and public:
        return None
    return _unreadable(kind)


def gone(post: Doc, roots: Sequence[str]) -> str | None:
    """Return what is wrong with the media of a post that is about to go out; only URLs below `roots` are fetched."""
    items = [post, *((post["metadata"] or {}).get("thread") or [])]
    media = (kind_of(asset) for item in items for asset in item.get("assets") or [])
    found = (_fetched(value["url"], kind) for kind, value in media if _is_below(value["url"], roots))
    return next(filter(None, found), None)


def kind_of(asset: Doc) -> tuple[str, Doc]:
    """Return an asset's kind (image, video, document, link) and its fields."""
    return next((kind, value) for kind, value in asset.items() if value is not None)


def split_url(url: str) -> SplitResult | None:
    """Return the parts of a URL with a host, None for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.hostname else None


def _is_below(url: str, roots: Sequence[str]) -> bool:
    return any(url.startswith(f"{root.rstrip('/')}/") for root in roots)


def _fetched(url: str, kind: str) -> str | None:
    """Return what is wrong with a URL, in Buffer's words, after asking its host."""
    try:
        with urlopen(Request(url, headers={"User-Agent": "Buffer"}), timeout=5) as answer:  # noqa: S310 - only below a configured root
            if answer.headers.get_content_type().startswith(_TYPES[kind]) and answer.read(1):
                return None
    except HTTPError as error:
        reason = HTTPStatus(error.code).phrase if error.code in set(HTTPStatus) else error.reason
        error.close()
        return f"Failed to fetch image dimensions: {reason}" if kind == "image" else _unreadable(kind)
    except (OSError, ValueError):
        pass
    return _unreadable(kind)


def _unreadable(kind: str) -> str:
    return f"{kind.capitalize()} could not be read from its URL."
