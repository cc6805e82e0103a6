"""The rules of each network, row by row of the notes' table, in the service's words."""

from __future__ import annotations

from typing import Any

import pytest

from bufferctl.sandbox import Sandbox
from bufferctl.sandbox.networks import graphemes, length
from tests.sandbox.asking import Asker

IMAGE = {"image": {"url": "https://acme.example/a.png"}}
VIDEO = {"video": {"url": "https://acme.example/v.mp4"}}
DOCUMENT = {
    "document": {"url": "https://acme.example/d.pdf", "title": "D", "thumbnailUrl": "https://acme.example/d.png"}
}
LINK = {"link": {"url": "https://acme.example"}}
INSTAGRAM = {"instagram": {"type": "post", "shouldShareToFeed": True}}
FACEBOOK = {"facebook": {"type": "post"}}
BOARD = {"pinterest": {"boardServiceId": "9001"}}
YOUTUBE = {"youtube": {"title": "T", "categoryId": "22"}}
NEWS = {"google": {"type": "whats_new", "detailsWhatsNew": {"button": "none"}}}
EVENT = {"title": "E", "isFullDayEvent": True, "startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}
URL = "https://acme.example/" + "x" * 79

ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("twitter", {"text": "x" * 280, "assets": [IMAGE] * 4}),
    ("twitter", {"text": "", "assets": [VIDEO]}),
    ("instagram", {"text": "x" * 2196, "assets": [IMAGE] * 9 + [VIDEO], "metadata": INSTAGRAM}),
    ("facebook", {"text": "x" * 5000, "assets": [IMAGE] * 10, "metadata": FACEBOOK}),
    ("linkedin", {"text": "x" * 2975 + " " + URL, "assets": [DOCUMENT]}),
    ("linkedin", {"assets": [IMAGE] * 20, "metadata": {"linkedin": {"firstComment": "x" * 1250}}}),
    ("threads", {"text": "x" * 500, "assets": [IMAGE, VIDEO] * 10, "metadata": {"threads": {"topic": "x" * 50}}}),
    ("bluesky", {"text": "\U0001f469\u200d\U0001f680" * 250, "assets": [IMAGE] * 4}),
    ("mastodon", {"text": "x" * 476 + " " + URL, "assets": [IMAGE] * 4}),
    ("pinterest", {"text": "x" * 500, "assets": [IMAGE], "metadata": BOARD}),
    ("tiktok", {"text": "x" * 4000, "assets": [IMAGE] * 35}),
    ("tiktok", {"text": "x" * 2200, "assets": [VIDEO]}),
    ("youtube", {"text": "x" * 5000, "assets": [VIDEO], "metadata": YOUTUBE}),
    ("googlebusiness", {"text": "x" * 4000, "assets": [IMAGE], "metadata": NEWS}),
    ("googlebusiness", {"metadata": {"google": {"type": "event", "detailsEvent": EVENT}}}),
    ("substack", {"text": "x" * 9000, "assets": [IMAGE]}),
    ("substack", {"text": "", "metadata": {"substack": {"linkAttachment": {"url": "https://acme.example"}}}}),
    ("bluesky", {"text": "x" * 271 + " https://acme.example/" + "x" * 500}),
    ("tiktok", {"text": "#1 #2 #3 #4 #5", "assets": [IMAGE], "metadata": {"tiktok": {"title": "T"}}}),
    ("tiktok", {"assets": [{"video": {"url": "https://acme.example/v.mp4", "metadata": {"thumbnailOffset": 5}}}]}),
    (
        "instagram",
        {
            "assets": [
                {
                    "image": {
                        **IMAGE["image"],
                        "metadata": {"altText": "", "userTags": [{"handle": "ada", "x": 0, "y": 1}]},
                    }
                }
            ],
            "metadata": INSTAGRAM,
        },
    ),
    ("bluesky", {"assets": [LINK]}),
]
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("twitter", {"text": "x" * 281}, "Twitter / X posts cannot exceed 280 characters."),
    ("twitter", {"text": "\U0001f389" * 141}, "Twitter / X posts cannot exceed 280 characters."),
    ("twitter", {"text": "x" * 200 + " " + URL}, "Twitter / X posts cannot exceed 280 characters."),
    ("twitter", {"text": "x" * 260 + " http://a.io"}, "Twitter / X posts cannot exceed 280 characters."),
    ("twitter", {"assets": [IMAGE] * 5}, "Twitter / X posts cannot have more than 4 images."),
    (
        "twitter",
        {"assets": [IMAGE, VIDEO]},
        "Twitter / X posts cannot have more than 1 video, nor a video beside images.",
    ),
    ("twitter", {"assets": [DOCUMENT]}, "Twitter / X posts do not support documents."),
    ("twitter", {"assets": [LINK]}, "Twitter / X posts do not support link attachments."),
    (
        "instagram",
        {},
        "Instagram posts require at least one image or video., Instagram posts require a type (post, story, or reel).",
    ),
    (
        "instagram",
        {"text": "x" * 2194 + "\n\n", "assets": [IMAGE], "metadata": INSTAGRAM},
        "Instagram posts cannot exceed 2196 characters.",
    ),
    (
        "instagram",
        {"assets": [IMAGE] * 11, "metadata": INSTAGRAM},
        "Instagram posts cannot have more than 10 images or videos.",
    ),
    (
        "instagram",
        {"assets": [IMAGE], "metadata": {"instagram": {"type": "event", "shouldShareToFeed": True}}},
        "Instagram posts require a type (post, story, or reel).",
    ),
    ("facebook", {}, "Facebook posts require a type (post, story, or reel)."),
    (
        "facebook",
        {"metadata": {"facebook": {"type": "post", "firstComment": "x" * 5001}}},
        "Facebook first comments cannot exceed 5000 characters.",
    ),
    (
        "facebook",
        {
            "assets": [IMAGE],
            "metadata": {"facebook": {"type": "post", "linkAttachment": {"url": "https://acme.example"}}},
        },
        "Link attachment and assets cannot be used together.",
    ),
    ("linkedin", {"text": "x" * 2976 + " " + URL}, "LinkedIn posts cannot exceed 3000 characters."),
    ("linkedin", {"assets": [DOCUMENT, IMAGE]}, "A document cannot be combined with other media."),
    ("threads", {"metadata": {"threads": {"topic": "x" * 51}}}, "Threads topics cannot exceed 50 characters."),
    ("bluesky", {"text": "x" * 301}, "Bluesky posts cannot exceed 300 characters."),
    ("bluesky", {"text": ("\U0001f469\u200d" * 3 + "\U0001f469") * 150}, "Bluesky posts cannot exceed 3000 bytes."),
    ("mastodon", {"text": "x" * 477 + " " + URL}, "Mastodon posts cannot exceed 500 characters."),
    ("pinterest", {"metadata": BOARD}, "Pinterest posts require an image."),
    ("pinterest", {"assets": [IMAGE]}, "Pinterest posts require a board."),
    (
        "pinterest",
        {"assets": [IMAGE], "metadata": {"pinterest": {"boardServiceId": "1"}}},
        "Pinterest board not found.",
    ),
    ("pinterest", {"assets": [IMAGE] * 2, "metadata": BOARD}, "Pinterest posts cannot have more than 1 image."),
    ("tiktok", {}, "TikTok posts require at least one image or video."),
    ("tiktok", {"text": "x" * 2201, "assets": [VIDEO]}, "TikTok posts cannot exceed 2200 characters."),
    ("youtube", {"assets": [VIDEO]}, "YouTube posts require a title., YouTube posts require a category."),
    ("youtube", {"metadata": YOUTUBE}, "YouTube posts require a video."),
    (
        "youtube",
        {"assets": [VIDEO], "metadata": {"youtube": {"title": "x" * 101, "categoryId": "22"}}},
        "YouTube titles cannot exceed 100 characters.",
    ),
    ("googlebusiness", {}, "Google Business posts require a type (what's new, offer, or event)."),
    (
        "googlebusiness",
        {"metadata": {"google": {"type": "offer"}}},
        "Google Business offer posts require their details (detailsOffer).",
    ),
    (
        "googlebusiness",
        {"metadata": {"google": {"type": "event", "detailsEvent": {"isFullDayEvent": True, "title": "E"}}}},
        "Google Business event posts require startDate, endDate.",
    ),
    (
        "googlebusiness",
        {"metadata": {"google": {"type": "event", "detailsEvent": EVENT | {"title": "x" * 59}}}},
        "Google Business event titles cannot exceed 58 characters.",
    ),
    (
        "twitter",
        {"text": "1", "metadata": {"twitter": {"thread": [{"text": "2"}, {"text": ""}]}}},
        "The first item of a thread must equal the text of the post., Thread items must have either text or media.",
    ),
    (
        "mastodon",
        {"text": "1", "metadata": {"mastodon": {"thread": [{"text": "1"}, {"text": "x" * 501}]}}},
        "Mastodon posts cannot exceed 500 characters.",
    ),
    ("twitter", {"assets": [{"image": {"url": "http://acme.example/a.png"}}]}, "Image could not be read from its URL."),
    ("twitter", {"assets": [{"image": {"url": "https://127.0.0.1/a.png"}}]}, "Image could not be read from its URL."),
    ("twitter", {"assets": [{"image": {"url": "https://[/a.png"}}]}, "Image could not be read from its URL."),
    (
        "twitter",
        {"assets": [{"video": {"url": "https://dead.invalid/v.mp4"}}]},
        "Video could not be read from its URL.",
    ),
    (
        "twitter",
        {"assets": [{"video": {"url": "https://acme.example/v.mp4", "thumbnailUrl": "https://acme.example/v.png"}}]},
        "The thumbnail of a video cannot be set by thumbnailUrl.",
    ),
    (
        "twitter",
        {"assets": [{"image": {"url": "https://acme.example/a.png", "thumbnailUrl": "nothing"}}]},
        "Thumbnail could not be read from its URL.",
    ),
    (
        "twitter",
        {"assets": [{"video": {"url": "https://acme.example/v.mp4", "metadata": {"thumbnailOffset": 0}}}]},
        "Twitter / X posts do not support thumbnailOffset.",
    ),
    (
        "instagram",
        {
            "assets": [
                {
                    "image": {
                        **IMAGE["image"],
                        "metadata": {"altText": "", "userTags": [{"handle": "ada", "x": 1.1, "y": 0}]},
                    }
                }
            ],
            "metadata": INSTAGRAM,
        },
        "User tags need x and y from 0 to 1.",
    ),
    (
        "bluesky",
        {"text": "x" * 272 + " https://acme.example/" + "x" * 500},
        "Bluesky posts cannot exceed 300 characters.",
    ),
    ("tiktok", {"text": "#1 #2 #3 #4 #5 #6", "assets": [IMAGE]}, "TikTok posts cannot have more than 5 hashtags."),
    (
        "tiktok",
        {"assets": [VIDEO], "metadata": {"tiktok": {"title": "T"}}},
        "TikTok posts support a title on photos only.",
    ),
    (
        "threads",
        {
            "text": "1",
            "metadata": {
                "threads": {
                    "thread": [
                        {"text": "1"},
                        {
                            "assets": [IMAGE],
                            "metadata": {"threads": {"linkAttachment": {"url": "https://acme.example"}}},
                        },
                    ]
                }
            },
        },
        "Link attachment and assets cannot be used together.",
    ),
    ("substack", {}, "Substack posts require a link attachment or media."),
    ("startPage", {}, "Start Page channels do not support posts."),
    ("whatsapp", {}, "WhatsApp channels do not support posts."),
]


@pytest.mark.parametrize(("service", "fields"), ACCEPTED)
def test_accepted(buffer: Asker, service: str, fields: dict[str, Any]) -> None:
    """Exactly at the limit, with the network's required fields."""
    made = buffer.create(service, **fields)
    assert made["__typename"] == "PostActionSuccess", made


@pytest.mark.parametrize(("service", "fields", "message"), REFUSED)
def test_refused(buffer: Asker, service: str, fields: dict[str, Any], message: str) -> None:
    """One over the limit, or without a required field: InvalidInputError in these words."""
    made = buffer.create(service, **fields)
    assert made == {"__typename": "InvalidInputError", "message": f"Invalid post: {message}"}


@pytest.mark.parametrize(
    ("service", "metadata", "most"),
    [
        ("twitter", {"subscriptionType": "Premium"}, 25_000),
        ("mastodon", {"maxCharacters": 1000, "serverUrl": "https://social.example"}, 1000),
        ("mastodon", {"maxCharacters": 50_000, "serverUrl": "https://social.example"}, 20_000),
    ],
)
def test_limits_that_the_channel_sets(
    buffer: Asker, sandbox: Sandbox, service: str, metadata: dict[str, Any], most: int
) -> None:
    """A premium account on twitter and a generous Mastodon server allow more; Buffer takes 20,000 at most."""
    sandbox.person.set_channel(sandbox.channel(service)["id"], metadata=metadata)
    assert "post" in buffer.create(service, text="x" * most)
    assert str(most) in buffer.create(service, text="x" * (most + 1))["message"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("e\u0301", 1),
        ("\U0001f44d\U0001f3fd", 1),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 2),
        ("\u2764\ufe0f", 1),
    ],
)
def test_graphemes(text: str, count: int) -> None:
    """A letter with its accent, a hand with its skin tone, a flag, an emoji with its selector: one each."""
    assert graphemes(text) == count


def test_counting() -> None:
    """A line break counts 2 on instagram, a URL 24 on linkedin and 23 on mastodon; elsewhere UTF-16 units."""
    assert length("instagram", "a\nb") == 4
    assert length("linkedin", f"a {URL}") == 26
    assert length("mastodon", f"a {URL}") == 25
    assert length("facebook", "\U0001d5d4\n") == 3
