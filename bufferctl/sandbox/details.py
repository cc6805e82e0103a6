"""What each network wants in a post's metadata (NOTES: the column "needs", and lengths of titles and comments)."""

from __future__ import annotations

from collections.abc import Iterator

from bufferctl.sandbox.networks import GOOGLE_EVENT_TITLE, NETWORKS, utf16
from bufferctl.sandbox.store import Doc

_GOOGLE_DETAILS = {
    "whats_new": ("detailsWhatsNew", ()),
    "offer": ("detailsOffer", ("title", "startDate", "endDate")),
    "event": ("detailsEvent", ("title", "startDate", "endDate")),
}
METADATA_KEYS = {service: service for service in NETWORKS if service != "startPage"} | {"googlebusiness": "google"}


def metadata_problems(metadata: Doc, channel: Doc) -> Iterator[str]:
    """Yield what is missing in, or too long for, the metadata of a post on this channel."""
    service = channel["service"]
    network = NETWORKS[service]
    if service in {"instagram", "facebook"} and not metadata.get("type"):
        yield f"{network.label} posts require a type (post, story, or reel)."
    if service == "instagram" and metadata.get("type") not in {None, "post", "story", "reel"}:
        yield f"{network.label} posts require a type (post, story, or reel)."
    if service == "pinterest":
        yield from _board(metadata, channel)
    if service == "youtube":
        yield from (
            f"YouTube posts require a {word}." for word in _missing(metadata, title="title", categoryId="category")
        )
    if service == "googlebusiness":
        yield from _google(metadata)
    for field, limit, what in (
        ("firstComment", network.first_comment, "first comments"),
        ("title", network.title, "titles"),
        ("topic", network.topic, "topics"),
    ):
        if limit is not None and utf16(metadata.get(field) or "") > limit:
            yield f"{network.label} {what} cannot exceed {limit} characters."


def _missing(metadata: Doc, **words: str) -> list[str]:
    return [word for field, word in words.items() if not (metadata.get(field) or "").strip()]


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
    key, required = _GOOGLE_DETAILS[metadata["type"]]
    details = metadata.get(key)
    words = metadata["type"].replace("_", " ")
    if details is None:
        yield f"Google Business {words} posts require their details ({key})."
        return
    missing = [field for field in required if not details.get(field)]
    if missing:
        yield f"Google Business {words} posts require {', '.join(missing)}."
    if metadata["type"] == "event" and utf16(details.get("title") or "") > GOOGLE_EVENT_TITLE:
        yield f"Google Business event titles cannot exceed {GOOGLE_EVENT_TITLE} characters."
