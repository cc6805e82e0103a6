"""An account with everything people make in Buffer: each network's fullest post, drafts, queues, ideas."""

from __future__ import annotations

from typing import Any

from bufferctl.sandbox import Sandbox

DUE = "2029-12-20T09:00:00Z"
TAGS = ["66a0000000000000000001a1", "66a0000000000000000001a3"]
IMAGE = {
    "image": {
        "url": "https://acme.example/a.png",
        "metadata": {"altText": "The console: #1", "userTags": [{"handle": "ada", "x": 0.5, "y": 0.25}]},
    }
}
PLAIN = {"image": {"url": "https://acme.example/b.png"}}
VIDEO = {"video": {"url": "https://acme.example/a.mp4", "metadata": {"thumbnailOffset": 1500, "title": "How it works"}}}
FILM = {"video": {"url": "https://acme.example/a.mp4", "metadata": {"title": "How it works"}}}
PAGES = {
    "document": {"url": "https://acme.example/a.pdf", "title": "Slides", "thumbnailUrl": "https://acme.example/t.png"}
}
LINK = {"url": "https://acme.example/post"}
EVENT = {
    "title": "Open day",
    "startDate": "2029-12-21T09:00:00Z",
    "endDate": "2029-12-21T17:00:00Z",
    "isFullDayEvent": False,
    "button": "learn_more",
    "link": "https://acme.example/event",
}
OFFER = {
    "title": "A tenth off",
    "startDate": "2029-12-21T09:00:00Z",
    "endDate": "2029-12-28T09:00:00Z",
    "code": "ACME10",
    "terms": "Once each",
    "link": "https://acme.example/offer",
}
MENTION = {"content": "Acme", "indices": [6, 10], "text": "Acme", "url": "https://facebook.example/acme"}


def thread(*texts: str) -> list[dict[str, Any]]:
    """A thread; the second item has a picture."""
    return [{"text": text, "assets": [IMAGE] if place == 1 else []} for place, text in enumerate(texts)]


#: Service: its fullest posts, each as its text and the other fields of CreatePostInput.
FULLEST: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "twitter": [
        ("One of two", {"metadata": {"twitter": {"thread": thread("One of two", "Two: #b"), "isAiGenerated": True}}}),
        ("Look", {"metadata": {"twitter": {"retweet": {"id": "1234567"}}}}),
    ],
    "bluesky": [
        ("A link", {"metadata": {"bluesky": {"linkAttachment": LINK}}}),
        ("First", {"metadata": {"bluesky": {"thread": thread("First", "Second", "Third")}}}),
    ],
    "mastodon": [("Behind", {"assets": [IMAGE, PLAIN], "metadata": {"mastodon": {"spoilerText": "Careful: loud"}}})],
    "threads": [
        ("A topic", {"metadata": {"threads": {"topic": "launch", "locationId": "1", "locationName": "Berlin"}}}),
        ("Here", {"metadata": {"threads": {"linkAttachment": LINK}}}),
    ],
    "linkedin": [
        ("Pages", {"assets": [PAGES], "metadata": {"linkedin": {"firstComment": "First!"}}}),
        ("A link", {"metadata": {"linkedin": {"linkAttachment": LINK}}}),
    ],
    "facebook": [
        ("Hello Acme", {"metadata": {"facebook": {"type": "post", "annotations": [MENTION], "firstComment": "1st"}}}),
        ("A reel", {"assets": [FILM], "metadata": {"facebook": {"type": "reel"}}}),
    ],
    "instagram": [
        (
            "A reel",
            {
                "assets": [VIDEO],
                "metadata": {
                    "instagram": {
                        "type": "reel",
                        "shouldShareToFeed": False,
                        "firstComment": "#a #b",
                        "geolocation": {"id": "9", "text": "Berlin"},
                        "isAiGenerated": True,
                        "link": "https://acme.example/shop",
                    }
                },
            },
        ),
        (
            "A story",
            {
                "assets": [IMAGE],
                "schedulingType": "notification",
                "metadata": {
                    "instagram": {
                        "type": "story",
                        "shouldShareToFeed": True,
                        "stickerFields": {"music": "Bach", "text": "Now", "topics": "a, b"},
                    }
                },
            },
        ),
    ],
    "pinterest": [
        (
            "A pin",
            {
                "assets": [IMAGE],
                "metadata": {
                    "pinterest": {"boardServiceId": "9002", "title": "A title", "url": "https://acme.example/pin"}
                },
            },
        )
    ],
    "tiktok": [
        ("A film", {"assets": [VIDEO], "metadata": {"tiktok": {"isAiGenerated": True}}}),
        ("Photos", {"assets": [PLAIN], "metadata": {"tiktok": {"title": "In pictures"}}}),
    ],
    "youtube": [
        (
            "A film",
            {
                "assets": [FILM],
                "metadata": {
                    "youtube": {
                        "title": "A film: 1",
                        "categoryId": "22",
                        "embeddable": False,
                        "license": "creativeCommon",
                        "madeForKids": True,
                        "notifySubscribers": False,
                        "privacy": "unlisted",
                    }
                },
            },
        )
    ],
    "googlebusiness": [
        ("An event", {"assets": [PLAIN], "metadata": {"google": {"type": "event", "detailsEvent": EVENT}}}),
        ("An offer", {"metadata": {"google": {"type": "offer", "detailsOffer": OFFER}}}),
        ("News", {"metadata": {"google": {"type": "whats_new", "detailsWhatsNew": {"button": "none"}}}}),
    ],
}
#: Text that people may write and that files may have trouble with.
ODD_TEXTS = (
    "We are live: #launch",
    "Two\n\nparagraphs \nand  # a comment?",
    "- a list?\n- of two",
    "  'quoted' \"twice\" & *starred* %percent @acme `code`",
    "yes",
    "2029-12-20",
    "Привет, мир 🎉\u200d🎈",
    "a\u2028b \ufeff c",
    "\ttabbed\n\ttwice",
    "{curly: [square]}",
    "---\nnot a document\n...",
)


def fill(sandbox: Sandbox) -> list[str]:
    """Create all of them in organization Acme; returns the posts' ids."""
    person, organization = sandbox.person, sandbox.organization()["id"]
    ids = []
    for service, posts in FULLEST.items():
        channel = sandbox.channel(service)["id"]
        for text, fields in posts:
            ids.append(person.create_post(channel, text, **{"dueAt": DUE, "tagIds": TAGS, **fields})["id"])
            ids.append(person.create_post(channel, f"{text}", **{"saveToDraft": True, **fields})["id"])
    twitter = sandbox.channel("twitter")["id"]
    ids += [person.create_post(twitter, text)["id"] for text in ODD_TEXTS]
    person.set_channel(twitter, requiresApproval=True)
    ids.append(person.create_post(twitter, "Later", needsApproval=True, dueAt=DUE)["id"])
    ids.append(person.create_post(twitter, "At the front", mode="shareNext")["id"])
    idea = person.create_idea(
        organization,
        title="How we hire: a talk",
        text="# One\n\n- two",
        services=["linkedin", "twitter"],
        date=DUE,
        tags=[{"id": TAGS[0]}],
        media=[
            {"url": "https://acme.example/c.png", "type": "image", "alt": "A desk", "size": 5},
            {"url": "https://acme.example/d.gif", "type": "gif", "source": {"name": "Giphy", "author": "Ada"}},
        ],
        aiAssisted=True,
    )
    person.create_idea(organization, text="Only a text")
    ids.append(person.create_post(twitter, "From an idea", ideaId=idea["id"])["id"])
    return ids
