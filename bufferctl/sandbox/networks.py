"""What each network accepts: the table in the notes ("What each network takes"), and how each counts text.

These are only the rules that Buffer itself enforces; a network's own stricter rules are not checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

from bufferctl.sandbox.store import Doc

_URL = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Network:
    """One row; None: no published limit."""

    label: str  # as Buffer writes it
    text: int | None  # in UTF-16 units
    url_weight: int | None = None  # what a link counts
    newline_weight: int = 1  # what a line break counts
    images: int | None = None  # the most
    media: int | None = None  # the most images and videos together
    images_or_video: bool = False  # not both
    documents: bool = False  # accepted
    links: bool = False  # assets of kind link are accepted
    takes_posts: bool = True  # false if no documentation says how to post to it
    first_comment: int | None = None  # in UTF-16 units
    title: int | None = None  # likewise
    topic: int | None = None  # likewise


NETWORKS = {
    "twitter": Network("Twitter / X", 280, url_weight=23, images=4, images_or_video=True),
    "instagram": Network("Instagram", 2196, newline_weight=2, media=10, first_comment=2200),
    "facebook": Network("Facebook", 5000, images=10, links=True, first_comment=5000),
    "linkedin": Network("LinkedIn", 3000, url_weight=24, images=20, documents=True, links=True, first_comment=1250),
    "threads": Network("Threads", 500, media=20, links=True, topic=50),
    "bluesky": Network("Bluesky", 300, images=4, images_or_video=True, links=True),
    "mastodon": Network("Mastodon", 500, url_weight=23, media=4),
    "pinterest": Network("Pinterest", 500, images=1, title=100),
    "tiktok": Network("TikTok", 4000, images=35),
    "youtube": Network("YouTube", 5000, title=100),
    "googlebusiness": Network("Google Business", 4000, images=1),
    "substack": Network("Substack", None),
    "whatsapp": Network("WhatsApp", None, takes_posts=False),
    "startPage": Network("Start Page", None, takes_posts=False),
}

#: By the type of a Google Business post: the field with its details, the GraphQL type of these, what they must have.
GOOGLE_DETAILS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "whats_new": ("detailsWhatsNew", "GoogleBusinessWhatsNewMetaData", ()),
    "offer": ("detailsOffer", "GoogleBusinessOfferMetaData", ("title", "startDate", "endDate")),
    "event": ("detailsEvent", "GoogleBusinessEventMetaData", ("title", "startDate", "endDate")),
}
TIKTOK_VIDEO_TEXT = 2200
TWITTER_PREMIUM_TEXT = 25_000
MASTODON_MOST = 20_000
_PREMIUM = frozenset({"premium", "premiumplus"})  # `subscriptionType` of paid X accounts, in lowercase
_BLUESKY_PATH = 16  # a URL is shown as its host and at most this many more characters


def text_limit(channel: Doc, *, has_video: bool) -> int | None:
    metadata = channel.get("metadata") or {}
    match channel["service"]:
        case "twitter" if str(metadata.get("subscriptionType")).lower() in _PREMIUM:
            return TWITTER_PREMIUM_TEXT
        case "mastodon":
            return min(int(metadata.get("maxCharacters") or 500), MASTODON_MOST)
        case "tiktok" if has_video:
            return TIKTOK_VIDEO_TEXT
        case service:
            return NETWORKS[service].text


def length(service: str, text: str) -> int:
    """Count a text as Buffer does for this network; for twitter, the larger of the weighted and the plain count."""
    network = NETWORKS[service]
    if service == "bluesky":
        return graphemes(text) - sum(_hidden(url) for url in _URL.findall(text))
    units = utf16(text) + (network.newline_weight - 1) * text.count("\n")
    if network.url_weight is None:
        return units
    weighted = units + sum(network.url_weight - utf16(url) for url in _URL.findall(text))
    return max(units, weighted) if service == "twitter" else weighted


def _hidden(url: str) -> int:
    """Return how many characters of a URL Bluesky does not show."""
    host = url.split("/", 3)[2]
    return max(0, graphemes(url) - len(host) - _BLUESKY_PATH)


def utf16(text: str) -> int:
    """Count UTF-16 code units: an emoji or a "bold" letter is 2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Count characters as a reader sees them: marks, joined emoji, skin tones and flags count with their base."""
    return len(regex.findall(r"\X", text))
