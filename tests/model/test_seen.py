"""What the state keeps of a live object: details and cards count, an older one compares as its version did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bufferctl.model import (
    Address,
    LiveAsset,
    LivePost,
    LiveThreadItem,
    Metadata,
    Origin,
    Post,
    PostStatus,
    Service,
    bind,
    content_of_desired,
    content_of_live,
    standing,
)
from bufferctl.model.comparable import contents_match, digest
from bufferctl.model.seen import Seen, is_untouched, seen_of, stood_so
from tests.model.samples import PLACE

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
POST = Post(Address("Acme", "facebook:acme", "a"), Service.FACEBOOK, PLACE, "We are live")
LIVE = LivePost("1", "c", PostStatus.SCHEDULED, POST.text, NOW)
IMAGE, VIDEO, SLIDES = (LiveAsset(kind, source="https://m.example/a") for kind in ("image", "video", "document"))
PARTS = (LiveThreadItem(POST.text), LiveThreadItem("More"))
MENTION = {"content": "1", "indices": [0, 2], "text": "We", "url": "https://facebook.example/we"}
CARD = {"url": "https://acme.example", "title": "Acme", "text": "All of it", "thumbnail": "https://acme.example/a.png"}

#: A live post, and the same once a person changed a detail.
TOUCHED: dict[str, tuple[LivePost, LivePost]] = {
    "a user tag": (
        replace(LIVE, assets=(IMAGE,)),
        replace(LIVE, assets=(replace(IMAGE, details={"user_tags": (("ada", 0.5, 0.5),)}),)),
    ),
    "the title of a video": (
        replace(LIVE, assets=(VIDEO,)),
        replace(LIVE, assets=(replace(VIDEO, details={"title": "Theirs"}),)),
    ),
    "the title of a document": (
        replace(LIVE, assets=(replace(SLIDES, details={"title": "Ours"}),)),
        replace(LIVE, assets=(replace(SLIDES, details={"title": "Theirs"}),)),
    ),
    "a cover frame": (
        replace(LIVE, assets=(replace(VIDEO, details={"thumbnail_offset": 100}),)),
        replace(LIVE, assets=(replace(VIDEO, details={"thumbnail_offset": 200}),)),
    ),
    "the card of a part": (
        replace(LIVE, thread=(PARTS[0], replace(PARTS[1], link_attachment=CARD))),
        replace(LIVE, thread=PARTS),
    ),
    "a mention": (replace(LIVE, metadata={"annotations": [MENTION]}), LIVE),
}


@pytest.mark.parametrize("name", TOUCHED)
def test_a_detail_that_a_person_changed_is_noticed(name: str) -> None:
    """By what was seen, by how the post stands, and in nothing that is stored besides."""
    before, after = TOUCHED[name]
    binding = bind(POST, before, Origin.CREATED)
    assert (is_untouched(binding, before), is_untouched(binding, after)) == (True, False)
    assert standing(before) != standing(after)
    assert digest(content_of_live(before)) == digest(content_of_live(after))


@pytest.mark.parametrize("name", TOUCHED)
def test_what_an_older_version_saw_compares_as_it_did(name: str) -> None:
    """An upgrade asks nothing: details did not count then. Neither does how a post stood before an open edit."""
    before, after = TOUCHED[name]
    older = digest(content_of_live(before))
    assert Seen.read(older).is_older
    assert all(Seen.read(older).matches(content_of_live(each)) for each in (before, after))
    assert not Seen.read(older).matches(content_of_live(replace(after, text="Theirs")))
    assert all(stood_so(each, f"{older} scheduled ") for each in (before, after))


def test_seen_reads_back() -> None:
    """In both versions, and whatever else stands there."""
    there, plain = Seen("a", "b", frozenset({"c", "d"})), Seen("a", "")
    assert [str(each) for each in (there, plain, Seen("a"))] == ["2:a:b:c.d", "2:a::", "a"]
    assert [Seen.read(str(each)) for each in (there, plain, Seen("a"))] == [there, plain, Seen("a")]
    assert Seen.read("3:a:b:c") == Seen("3:a:b:c")


def carded(**facts: object) -> Post:
    """The post with a card of which the file says this."""
    values = {"facebook": {"link_attachment": {"url": CARD["url"], **facts}}}
    return replace(POST, metadata=Metadata.model_validate(values).facebook)


def test_of_a_card_what_was_declared_and_kept_is_noticed() -> None:
    """The title that Buffer kept; not one that it scraped in its place, nor one that the file never gave."""
    live = replace(LIVE, metadata={"link_attachment": CARD})
    retitled = replace(LIVE, metadata={"link_attachment": CARD | {"title": "Theirs"}})
    kept = bind(carded(title="Acme"), live, Origin.CREATED)
    scraped = bind(carded(title="Ours"), live, Origin.CREATED)
    silent = bind(carded(), live, Origin.CREATED)
    assert [is_untouched(each, live) for each in (kept, scraped, silent)] == [True, True, True]
    assert [is_untouched(each, retitled) for each in (kept, scraped, silent)] == [False, True, True]
    elsewhere = replace(LIVE, metadata={"link_attachment": CARD | {"url": "https://else.example"}})
    assert [is_untouched(each, elsewhere) for each in (kept, scraped, silent)] == [False, False, False]


def test_a_card_that_was_scraped_is_as_declared() -> None:
    """Where it leads counts; its words and its picture may be the page's."""
    wanted = content_of_desired(carded(title="Ours", thumbnail={"url": "https://acme.example/b.png"}))
    assert contents_match(wanted, content_of_live(replace(LIVE, metadata={"link_attachment": CARD})))


def test_the_place_of_a_mention_counts_in_plain_text_alone() -> None:
    """In which unit Buffer counts is open, so beyond ASCII only the words do; both count for what changes in Buffer."""
    mention = {**MENTION, "indices": [3, 5]}
    for text, same in (("We are we", False), ("🚀 we are we", True)):
        desired = replace(
            POST, text=text, metadata=Metadata.model_validate({"facebook": {"annotations": [mention]}}).facebook
        )
        live = replace(LIVE, text=text, metadata={"annotations": [{**MENTION, "indices": [4, 6]}]})
        assert contents_match(content_of_desired(desired), content_of_live(live)) is same
        assert str(seen_of(content_of_live(live))) != str(seen_of(content_of_desired(desired)))
