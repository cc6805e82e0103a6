"""A live object as the declared one that would make it: what Buffer fills in is left out, the rest comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bufferctl.model import (
    Address,
    LiveAsset,
    LiveChannel,
    LiveIdea,
    LiveMedium,
    LivePost,
    LiveThreadItem,
    PostStatus,
    SchedulingType,
    Service,
    ShareMode,
    Tag,
)
from bufferctl.model.from_live import NotExpressibleError, idea_from_live, post_from_live
from bufferctl.model.metadata import InstagramMetadata

NOW = datetime(2026, 12, 1, 8, 0, 0, 123, tzinfo=UTC)
AT = NOW.replace(microsecond=0)
ADDRESS = Address("Acme", "twitter:acme", "a")
LIVE = LivePost("1", "c", PostStatus.SCHEDULED, "Hello", NOW - timedelta(days=2), due_at=NOW)
LINK = LiveAsset(kind="image", source="https://m.example/a.png")
PARTY = {
    "title": "Party",
    "start_date": "2026-12-24T18:00:00Z",
    "end_date": "2026-12-24T23:00:00Z",
    "is_full_day_event": False,
}


def channel(service: str, **fields: Any) -> LiveChannel:
    """A channel of a network."""
    return LiveChannel(id="c", organization_id="o", service=Service(service), name="acme", **fields)


def declared(service: str = "twitter", **fields: Any) -> Any:
    """The declared post of a live one with these fields."""
    return post_from_live(replace(LIVE, **fields), channel(service), ADDRESS)


def metadata(service: str, **fields: Any) -> dict[str, Any]:
    """The metadata of the declared post."""
    found = declared(service, metadata=fields).metadata
    return found.model_dump(mode="json", exclude_unset=True) if found else {}


@pytest.mark.parametrize(
    ("due_at", "mode", "fields"),
    [
        (None, ShareMode.ADD_TO_QUEUE, {}),
        (AT, ShareMode.CUSTOM_SCHEDULED, {"is_custom_scheduled": True}),
        (AT, ShareMode.CUSTOM_SCHEDULED, {"status": PostStatus.SENDING}),
        (AT, ShareMode.CUSTOM_SCHEDULED, {"status": PostStatus.SENT, "sent_at": NOW + timedelta(days=1)}),
        (
            AT + timedelta(days=1),
            ShareMode.CUSTOM_SCHEDULED,
            {"status": PostStatus.SENT, "due_at": None, "sent_at": NOW + timedelta(days=1)},
        ),
        (AT - timedelta(days=2), ShareMode.CUSTOM_SCHEDULED, {"status": PostStatus.SENT, "due_at": None}),
        (None, ShareMode.ADD_TO_QUEUE, {"is_custom_scheduled": True, "due_at": None}),
    ],
)
def test_times(due_at: datetime | None, mode: ShareMode, fields: dict[str, Any]) -> None:
    """Its own time to the second; a slot of the queue is none; a published post keeps the time at which it was."""
    assert (declared(**fields).due_at, declared(**fields).mode) == (due_at, mode)


@pytest.mark.parametrize("status", PostStatus)
def test_drafts_and_what_waits_for_approval(status: PostStatus) -> None:
    """As such."""
    post = declared(status=status)
    assert (post.draft, post.needs_approval) == (status is PostStatus.DRAFT, status is PostStatus.NEEDS_APPROVAL)


@pytest.mark.parametrize("kind", SchedulingType)
def test_reminders(kind: SchedulingType) -> None:
    """As such."""
    assert declared(scheduling_type=kind.value).scheduling_type is kind


def test_tags() -> None:
    """Each once, by its name; one without a name is refused."""
    tags = tuple(Tag(str(number), name, "") for number, name in enumerate(("one ", "two", "one")))
    assert declared(tags=tags).tags == ("one", "two")
    with pytest.raises(NotExpressibleError, match="a tag without a name"):
        declared(tags=(Tag("1", " ", ""),))


def test_what_a_post_is_called() -> None:
    """By the address and the idea that are given; it has no place in a file."""
    post = post_from_live(LIVE, channel("twitter"), ADDRESS, idea="i")
    assert (post.address, post.service, post.idea, post.place.file) == (ADDRESS, Service.TWITTER, "i", "")


def test_texts() -> None:
    """One kind of line end, none around it, and no control characters but tabs and newlines."""
    assert declared(text=" a\r\nb\rc\td\n").text == "a\nb\nc\td"
    for code in ("00", "08", "0B", "0C", "0E", "1F", "7F", "9F", "FFFE", "FFFF"):
        with pytest.raises(NotExpressibleError, match=rf"\(U\+{code.zfill(4)}\)"):
            declared(text=f"a{chr(int(code, 16))}b")
    assert declared(text="a\xa0b").text == "a\xa0b"


HELLO, PICTURE = LiveThreadItem("Hello", ()), LiveThreadItem("", (LINK,))


@pytest.mark.parametrize(
    ("thread", "expected"),
    [
        ((HELLO, PICTURE), [("Hello", 0), (None, 1)]),
        ((HELLO, HELLO), [("Hello", 0), ("Hello", 0)]),
        ((LiveThreadItem("Other", ()),), [("Other", 0)]),
        ((HELLO,), []),
    ],
    ids=["two parts", "twice the same", "one part of another text", "one part that repeats the text"],
)
def test_the_parts_of_a_thread(thread: tuple[LiveThreadItem, ...], expected: list[tuple[str | None, int]]) -> None:
    """A single part that repeats the text is no thread."""
    metadata = declared(thread=thread).metadata
    assert [(part.text, len(part.assets)) for part in (metadata.thread if metadata else ())] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"thread": (HELLO, PICTURE)}, "Hello"),
        ({"thread": (LiveThreadItem("Other", ()),)}, "Other"),
        ({"text": "", "thread": (PICTURE, LiveThreadItem("More", ()))}, ""),
    ],
)
def test_the_text_of_a_thread(fields: dict[str, Any], expected: str) -> None:
    """That of its first part."""
    assert declared(**fields).text == expected


def test_one_part_that_repeats_the_text_is_no_metadata() -> None:
    """None at all."""
    assert declared(thread=(HELLO,)).metadata is None


def test_what_is_a_thread_needs_no_type() -> None:
    """Its parts say so."""
    parts = (HELLO, PICTURE)
    assert declared(thread=parts, metadata={"type": "thread"}) == declared(thread=parts)


@pytest.mark.parametrize(
    ("found", "service", "fields"),
    [
        ({}, "twitter", {}),
        ({}, "instagram", {"type": "post", "should_share_to_feed": True}),
        ({"type": "reel"}, "instagram", {"type": "reel", "should_share_to_feed": True}),
        ({}, "instagram", {"type": "post", "geolocation": {"id": "", "text": None}}),
        ({}, "facebook", {"annotations": []}),
        ({"should_share_to_feed": False}, "instagram", {"type": "post", "should_share_to_feed": False}),
        ({}, "instagram", {"type": "carousel", "first_comment": ""}),
        ({"first_comment": "First\nand"}, "linkedin", {"first_comment": " First\r\nand "}),
        ({"is_ai_generated": True}, "twitter", {"is_ai_generated": True}),
        ({}, "twitter", {"is_ai_generated": False}),
        ({"title": "A pin", "board": "Ideas"}, "pinterest", {"title": "A pin", "board": "Ideas"}),
        ({"board_service_id": "b1"}, "pinterest", {"board": "Ideas", "board_service_id": "b1"}),
        (
            {"type": "offer", "details_offer": {"title": "Sale"}},
            "googlebusiness",
            {"type": "offer", "details_offer": {"title": "Sale", "code": ""}},
        ),
        (
            {"type": "whats_new", "details_whats_new": {"link": "https://acme.example"}},
            "googlebusiness",
            {"type": "whats_new", "details_whats_new": {"button": "none", "link": "https://acme.example"}},
        ),
        (
            {"type": "event", "details_event": PARTY},
            "googlebusiness",
            {"type": "event", "details_event": {**PARTY, "button": "none"}},
        ),
        (
            {"type": "whats_new", "details_whats_new": {"button": "none"}},
            "googlebusiness",
            {"type": "whats_new", "details_whats_new": {"button": "none"}},
        ),
    ],
)
def test_metadata(found: dict[str, Any], service: str, fields: dict[str, Any]) -> None:
    """What Buffer fills in is left out, and what is empty."""
    assert metadata(service, **fields) == found


def test_fields_that_a_network_always_has() -> None:
    """As they usually are; none on networks without such fields."""
    assert declared("instagram").metadata == InstagramMetadata(type="post", should_share_to_feed=True)
    assert declared("twitter").metadata is None


def test_a_board_that_has_a_name() -> None:
    """By its name, if it is the channel's board with that id."""
    pins = channel("pinterest", boards={"Ideas": "b1"})
    post = post_from_live(replace(LIVE, metadata={"board": "Ideas", "board_service_id": "b1"}), pins, ADDRESS)
    assert post.metadata
    assert post.metadata.model_dump(exclude_unset=True) == {"board": "Ideas"}


def test_a_link_beside_media() -> None:
    """Buffer accepts one or the other."""
    link = {"link_attachment": {"url": "https://acme.example"}}
    assert declared("linkedin", metadata=link).metadata.link_attachment.url == "https://acme.example"
    assert declared("linkedin", metadata=link, assets=(LINK,)).metadata is None


def test_mentions() -> None:
    """LinkedIn's cannot be written back."""
    with pytest.raises(NotExpressibleError, match="mentions people"):
        metadata("linkedin", annotations=[{"id": "1"}])


@pytest.mark.parametrize(
    ("found", "service", "asset"),
    [
        ({"image": {"url": LINK.source}}, "twitter", LINK),
        ({"image": {"url": LINK.source, "alt_text": "A"}}, "twitter", replace(LINK, alt_text=" A ")),
        ({"image": {"url": LINK.source}}, "twitter", replace(LINK, thumbnail=LINK.source)),
        (
            {"image": {"url": LINK.source, "thumbnail_url": "https://m.example/t"}},
            "twitter",
            replace(LINK, thumbnail="https://m.example/t"),
        ),
        ({"video": {"url": LINK.source}}, "twitter", replace(LINK, kind="video", thumbnail="https://m.example/t")),
        ({"video": {"url": LINK.source}}, "twitter", replace(LINK, kind="video", details={"thumbnail_offset": 7})),
        (
            {"document": {"url": LINK.source, "title": "Slides", "thumbnail_url": "https://m.example/t"}},
            "linkedin",
            replace(LINK, kind="document", thumbnail="https://m.example/t", details={"title": "Slides"}),
        ),
        (
            {"video": {"url": LINK.source, "thumbnail_offset": 7}},
            "instagram",
            replace(LINK, kind="video", details={"thumbnail_offset": 7}),
        ),
        (
            {"image": {"url": LINK.source, "alt_text": "", "user_tags": [{"handle": "ada", "x": 0.5, "y": 1.0}]}},
            "instagram",
            replace(LINK, details={"user_tags": (("ada", 0.5, 1.0),)}),
        ),
        (
            {"image": {"url": LINK.source, "alt_text": "", "animated_thumbnail": "https://m.example/t"}},
            "instagram",
            replace(LINK, details={"animated_thumbnail": "https://m.example/t"}),
        ),
    ],
)
def test_assets(found: dict[str, Any], service: str, asset: LiveAsset) -> None:
    """With Buffer's copy as the address, and only what its kind and network take."""
    (made,) = declared(service, assets=(asset,)).assets
    assert made.model_dump(mode="json", exclude_unset=True) == found


@pytest.mark.parametrize(
    ("why", "asset"),
    [
        ("it has a poll attached", replace(LINK, kind="poll")),
        ("it has a file attached", replace(LINK, kind="")),
        ("does not return the URL of its image", replace(LINK, source="")),
        ("files cannot hold its `image.url`", replace(LINK, source="no address")),
    ],
)
def test_what_files_cannot_hold(why: str, asset: LiveAsset) -> None:
    """The reason completes a sentence."""
    with pytest.raises(NotExpressibleError, match=why):
        declared(assets=(asset,))


IDEA_AT = Address("Acme", "ideas", "a")
BARE = LiveIdea("1", "o", NOW)
MEDIUM = LiveMedium("gif", "Turning", "https://m.example/a.gif", "https://m.example/t", 7, {"name": "x", "id": ""})


def test_a_bare_idea() -> None:
    """Nothing is set."""
    plain = idea_from_live(BARE, IDEA_AT)
    assert (plain.title, plain.text, plain.date, plain.group, plain.ai_assisted) == (None,) * 5
    assert plain.media == ()


def test_an_idea_with_everything() -> None:
    """Everything that is set."""
    full = replace(
        BARE,
        title="T",
        text=" B ",
        services=("twitter",),
        tags=(Tag("1", "one", ""), Tag("2", "one", "")),
        date=NOW,
        media=(MEDIUM,),
        group_id="g",
        ai_assisted=True,
    )
    idea = idea_from_live(full, IDEA_AT)
    assert (idea.address, idea.title, idea.text, idea.date, idea.ai_assisted) == (IDEA_AT, "T", "B", AT, True)
    assert (idea.services, idea.tags, idea.group and idea.group.group_id) == ((Service.TWITTER,), ("one",), "g")
    assert idea.media[0].model_dump(mode="json", exclude_unset=True) == {
        "type": "gif",
        "url": "https://m.example/a.gif",
        "alt": "Turning",
        "thumbnail_url": "https://m.example/t",
        "source": {"name": "x"},
        "size": 7,
    }


@pytest.mark.parametrize(
    ("live", "why"),
    [
        (replace(BARE, media=(replace(MEDIUM, url=""),)), "files cannot hold its `url`: "),
        (replace(BARE, services=("twitter", "myspace")), "it is for myspace"),
    ],
)
def test_an_idea_that_files_cannot_hold(live: LiveIdea, why: str) -> None:
    """A medium without a URL; a network that this version does not know."""
    with pytest.raises(NotExpressibleError, match=why):
        idea_from_live(live, IDEA_AT)
