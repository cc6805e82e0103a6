"""What states in the wild hold of a post stays what this version makes of it, or every post would look edited.

tests/cases/model/stored.json has it for posts with all fields, on each network, and for ideas. Where it changes, raise
`FINGERPRINT_VERSION`; fingerprints of other versions are not compared.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from bufferctl.model import (
    Address,
    Idea,
    LiveAsset,
    LiveIdea,
    LiveMedium,
    LivePost,
    LiveThreadItem,
    Origin,
    Post,
    PostStatus,
    Service,
    ShareMode,
    Tag,
    bind,
    content_of_desired,
    content_of_live,
    fingerprint,
    standing,
)
from bufferctl.model.comparable import SHORTENERS, Content, Fingerprint, contents_match, digest, linkless, text_digest
from bufferctl.model.desired import IdeaGroup, IdeaMedia
from bufferctl.model.seen import due_seen
from bufferctl.model.serial import dump_item
from tests.conftest import Expect
from tests.model.samples import ASSETS, METADATA, PLACE
from tests.model.test_attached import POST as WITH_FILES

STORED = Path(__file__).parents[1] / "cases" / "model" / "stored.json"
NOW = datetime(2026, 12, 1, 8, 0, 0, 999999, tzinfo=UTC)
TEXT = " Caf\u0065\u0301 is\r\nopen: https://acme.example/a?b=1#c \n"
PLAIN = Post(Address("Acme", "twitter:acme", "a"), Service.TWITTER, PLACE, TEXT)
POSTS = {
    "plain": PLAIN,
    "empty": replace(PLAIN, text=""),
    "files": WITH_FILES,
    "timed": replace(PLAIN, due_at=NOW, mode=ShareMode.CUSTOM_SCHEDULED, draft=True, needs_approval=True, protect=True),
    "all": replace(PLAIN, assets=ASSETS, tags=("b", "a"), idea="i", ai_assisted=True, source="s", draft_id="d"),
    **{
        service.value: replace(PLAIN, service=service, text="Other", metadata=getattr(METADATA, service.value))
        for service in Service
        if getattr(METADATA, service.value, None)
    },
}
_MEDIA = IdeaMedia.model_validate({"url": "https://acme.example/a.gif", "type": "gif", "alt": "Turning", "size": 7})
IDEA = Idea(
    Address("Acme", "ideas", "i"), PLACE, title="An idea ", text=TEXT, services=(Service.TWITTER, Service.FACEBOOK)
)
IDEAS = {
    "idea": IDEA,
    "idea-all": replace(
        IDEA,
        tags=("b", "a"),
        date=NOW,
        media=(_MEDIA,),
        group=IdeaGroup(group_id="g"),
        ai_assisted=True,
        cta="c",
        template_id="t",
    ),
}
_ASSET = LiveAsset("image", " The console ", "https://m.example/a.png", details={"title": "x"})
LIVE = LivePost("1", "c", PostStatus.SCHEDULED, TEXT, NOW, due_at=NOW)
LIVES: dict[str, LivePost | LiveIdea] = {
    "plain": LIVE,
    "own-time": replace(LIVE, is_custom_scheduled=True),
    "thread": replace(LIVE, thread=(LiveThreadItem("One", (_ASSET,)), LiveThreadItem("Two"))),
    "repeated": replace(LIVE, thread=(LiveThreadItem(TEXT.strip(), ()),)),
    "all": replace(
        LIVE,
        assets=(_ASSET,),
        tags=(Tag("2", "b"), Tag("1", "a")),
        metadata={
            "type": "carousel",
            "link_attachment": {"url": "https://acme.example", "title": "Scraped"},
            "first_comment": " First ",
            "nothing": None,
            "empty": {"in": ""},
            "annotations": [{"content": "1", "indices": [0, 4], "text": "Café", "url": "https://acme.example"}],
            "details_event": {"start_date": NOW},
        },
    ),
    "idea": LiveIdea(
        "2", "o", NOW, "T ", TEXT, ("twitter", "facebook"), (Tag("1", "a"),), NOW, (LiveMedium("gif", " A "),)
    ),
}


def test_what_is_stored(expect: Expect) -> None:
    """Content as compared, fingerprints, bindings, and how a live object stands."""
    made: dict[str, Any] = {}
    for name, item in (POSTS | IDEAS).items():
        content = content_of_desired(item)
        live = LIVES["idea"] if isinstance(item, Idea) else LIVE
        made[name] = {
            "content": content._asdict(),
            "text": text_digest(content),
            "linkless": linkless(content),
            "item": dump_item(item),
            "binding": bind(item, live, Origin.CREATED),
        }
    for name, there in LIVES.items():
        made[f"live {name}"] = {"content": content_of_live(there)._asdict(), "standing": standing(there)}
    expect(STORED, json.dumps(made, indent=1, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> object:
    """A dataclass by its fields that are set, anything else as text."""
    fields = getattr(value, "__dataclass_fields__", None)
    return {name: getattr(value, name) for name in fields if getattr(value, name)} if fields else str(value)


def test_what_a_digest_is_made_of() -> None:
    """Only what the content has: a field that a later version adds changes no digest that a state holds."""
    only_text = blake2b(b'{"text":"a"}', digest_size=10).hexdigest()
    assert digest(Content(text="a")) == digest(Content(text="a", metadata={})) == only_text


def test_a_fingerprint_of_another_version() -> None:
    """It says nothing."""
    made = fingerprint(PLAIN, content_of_desired(PLAIN))
    assert Fingerprint.read(str(made)) == made
    assert Fingerprint.read(f"{made}:more") is None
    assert Fingerprint.read("0" + str(made)[1:]) is None


BY_PERSON = replace(LIVE, is_custom_scheduled=True, share_mode="customScheduled")


@pytest.mark.parametrize(
    ("item", "live", "expected"),
    [
        (replace(PLAIN, due_at=NOW), LIVE, "2026-12-01T08:00:00Z"),
        (PLAIN, BY_PERSON, "2026-12-01T08:00:00Z"),
        (PLAIN, LIVE, ""),
        (PLAIN, replace(BY_PERSON, share_mode=LIVE.share_mode), ""),
        (PLAIN, replace(BY_PERSON, is_custom_scheduled=False), ""),
        (IDEA, LIVE, ""),
        (replace(PLAIN, due_at=NOW), LIVES["idea"], ""),
    ],
    ids=["timed", "by a person", "queued", "by one field", "by the other field", "an idea", "an idea in Buffer"],
)
def test_the_time_that_is_stored(item: Post | Idea, live: LivePost | LiveIdea, expected: str) -> None:
    """Of a timed post, or one that a person timed by both of Buffer's fields; never that of a slot of the queue."""
    assert due_seen(item, live) == expected


@pytest.mark.parametrize(
    "host", ["lnkd.in", "bit.ly", "buff.ly", "t.co", "ow.ly", "tinyurl.com", "goo.gl", "dlvr.it", "t.ly"]
)
def test_known_shorteners(host: str) -> None:
    """Links of these are taken for a declared one, those of another host are not."""

    def match(text: str) -> bool:
        live = content_of_live(replace(LIVE, text=text))
        return contents_match(content_of_desired(PLAIN), live, links_may_differ=True, shorteners=SHORTENERS)

    assert match(f"Café is\nopen: https://{host}/x")
    assert not match(f"Café is\nopen: https://x{host}/x")
