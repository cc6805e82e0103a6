"""Equality of content, and which fields of a live object are compared (design: Actions)."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.model import (
    Address,
    Asset,
    Idea,
    LiveAsset,
    LiveIdea,
    LiveMedium,
    LivePost,
    LiveThreadItem,
    Metadata,
    Origin,
    Post,
    PostStatus,
    Service,
    Tag,
    bind,
    content_of_desired,
    content_of_live,
    fingerprint,
    instant,
    standing,
)
from bufferctl.model.comparable import Fingerprint, contents_match, digest, list_differences, lost
from bufferctl.model.metadata import InstagramMetadata, PostType
from bufferctl.model.plain_text import normal_text
from tests.model.samples import METADATA, PLACE, ideas, posts, texts

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
POST = Post(Address("Acme", "twitter:acme", "a"), Service.TWITTER, PLACE, "We are live: https://acme.example/long #go")
LIVE = LivePost("1", "c", PostStatus.SCHEDULED, POST.text, NOW, due_at=NOW)


def differs(desired: Post | Idea, live: LivePost | LiveIdea, *, links: bool = False) -> list[str]:
    """The names of the differing fields."""
    return [
        name
        for name, _, _ in list_differences(content_of_desired(desired), content_of_live(live), links_may_differ=links)
    ]


@given(texts)
def test_normal_text_is_normal(text: str) -> None:
    """Normalizing twice changes nothing; line endings, outer whitespace and the form of accents make no difference."""
    normal = normal_text(text)
    assert normal_text(normal) == normal
    assert normal_text(f" \n{text}\t\r\n") == normal
    assert normal_text(unicodedata.normalize("NFD", text)) == normal_text(unicodedata.normalize("NFC", text))


def test_line_ends_are_one_kind() -> None:
    """Including those of Windows and old Macs."""
    assert normal_text("a\r\nb\rc\n") == "a\nb\nc"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "We are live"}, "text"),
        ({"assets": (LiveAsset("image", "The console"),)}, "assets"),
        ({"tags": (Tag("t", "launch"),)}, "tags"),
        ({"metadata": {"spoiler_text": "Careful"}}, "metadata"),
    ],
)
def test_what_differs_is_named(change: dict[str, object], field: str) -> None:
    """Exactly one field each."""
    assert differs(POST, LIVE) == []
    assert differs(POST, replace(LIVE, **change)) == [field]  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    "change",
    [
        {"due_at": NOW + timedelta(days=3)},
        {"scheduling_type": None},
        {"metadata": {"is_ai_generated": False, "type": "post"}},
        {"metadata": {"link_attachment": None}},
        {"text": f"{POST.text}\n"},
    ],
)
def test_what_buffer_fills_in_or_moves_is_no_difference(change: dict[str, object]) -> None:
    """Queue times, switches and types that the files leave open."""
    assert differs(POST, replace(LIVE, **change)) == []  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("kind", "there", "expected"),
    [
        ("post", {}, []),
        ("post", {"type": "story"}, ["metadata"]),
        ("post", {"type": "post", "should_share_to_feed": True, "is_ai_generated": False}, []),
        ("reel", {}, ["metadata"]),
    ],
)
def test_what_goes_without_saying_need_not_read_back(
    kind: PostType, there: dict[str, object], expected: list[str]
) -> None:
    """For a network with post types, if Buffer returns no metadata; another type, or a lost value, is a difference."""
    item = replace(POST, metadata=InstagramMetadata(type=kind))
    assert differs(item, replace(LIVE, metadata=there)) == expected


def test_a_post_of_several_pictures_may_read_back_as_a_carousel() -> None:
    """No difference from the `post` that was sent, and none from itself; a reel is one."""
    there = replace(LIVE, metadata={"type": "carousel", "should_share_to_feed": True})
    kinds = {kind: replace(POST, metadata=InstagramMetadata(type=kind)) for kind in get_args(PostType)}
    assert {kind for kind, wanted in kinds.items() if not differs(wanted, there)} == {"post", "carousel"}


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ("Berlin", ["metadata"]),
        ({"id": "1", "text": "Berlin"}, []),
        ({"id": "1", "text": "Berlin", "is_exact": False}, []),
    ],
)
def test_a_field_that_comes_back_in_another_form_is_a_difference(there: object, expected: list[str]) -> None:
    """A text where the files have a group; in a group, too, a switch that the files leave out is none."""
    placed = network(Service.INSTAGRAM, geolocation={"id": "1", "text": "Berlin"})
    assert differs(placed, replace(LIVE, metadata={"geolocation": there})) == expected


@pytest.mark.parametrize(
    ("there", "alike", "surely"),
    [
        ({"is_ai_generated": True}, True, False),
        ({"is_ai_generated": False}, True, True),
        ({"type": "reel"}, True, False),
        ({"type": "post"}, True, True),
        ({"first_comment": "More"}, False, False),
    ],
)
def test_what_somebody_set_counts_where_nothing_may_be_missed(
    there: dict[str, object], alike: bool, surely: bool
) -> None:
    """Of a field that the files leave out and Buffer fills in: its own value is none that a person set."""
    wanted, found = content_of_desired(POST), content_of_live(replace(LIVE, metadata=there))
    assert (contents_match(wanted, found), contents_match(wanted, found, unsaid=True)) == (alike, surely)


def test_a_field_that_the_files_do_not_have_is_a_difference() -> None:
    """One with a value."""
    assert differs(POST, replace(LIVE, metadata={"geolocation": {"id": "1", "text": "Berlin"}})) == ["metadata"]


def test_a_list_is_compared_by_its_values() -> None:
    """In normal form, in order."""
    there = replace(LIVE, metadata={"topics": [" one ", {"name": "", "id": "1"}], "none": []})
    assert content_of_live(there).metadata == {"topics": ("one", {"id": "1"})}


def test_tags_are_the_same_in_any_case() -> None:
    """`launch` equals Buffer's `Launch`; a different or additional tag is a difference."""
    tagged = replace(POST, tags=("hiring", "launch"))
    there = Tag("t1", "Launch"), Tag("t2", "HIRING")
    assert differs(tagged, replace(LIVE, tags=there)) == []
    assert differs(tagged, replace(LIVE, tags=there[:1])) == ["tags"]
    assert differs(tagged, replace(LIVE, tags=there, metadata={"spoiler_text": "Careful"})) == ["metadata"]


def test_shortened_links_differ_only_where_links_count() -> None:
    """A channel that shortens links returns different ones."""
    short = replace(LIVE, text="We are live: https://buff.ly/3xYz #go")
    assert differs(POST, short) == ["text"]
    assert differs(POST, short, links=True) == []
    assert differs(POST, replace(short, text="We were live: https://buff.ly/3xYz #go"), links=True) == ["text"]


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ("https://buff.ly/3xYz", []),
        ("https://acme.example/other", ["text"]),
        ("https://ACME.example/long?utm_source=x", ["text"]),
        ("", ["text"]),
    ],
    ids=["a host of its own", "a declared host", "a declared host in other case", "no link"],
)
def test_a_link_is_rewritten_only_where_its_host_is_no_declared_one(there: str, found: list[str]) -> None:
    """A shortener's link is the same post; another page of the declared site is a different post."""
    assert differs(POST, replace(LIVE, text=f"We are live: {there} #go"), links=True) == found


def test_a_link_that_is_none_is_another_text() -> None:
    """Brackets without an address in them: no crash, and no shortened link if they were declared."""
    odd = replace(POST, text="We are live: https://[acme #go")
    assert differs(odd, replace(LIVE, text="We are live: https://[other #go"), links=True) == []
    assert differs(odd, replace(LIVE, text=odd.text), links=True) == []
    assert differs(odd, replace(LIVE, text="We were live: https://[acme #go"), links=True) == ["text"]


def test_a_link_of_a_thread_may_be_rewritten() -> None:
    """Items are compared like the text, and their assets unchanged."""
    metadata = Metadata.model_validate(
        {"twitter": {"thread": [{"text": "One"}, {"text": "See https://acme.example/a"}]}}
    )
    post = replace(POST, text="One", metadata=metadata.twitter)
    items = (LiveThreadItem("One"), LiveThreadItem("See https://buff.ly/a"))
    live = replace(LIVE, text="One", thread=items)
    assert differs(post, live, links=True) == []
    assert differs(post, live) == ["thread"]
    pictured = replace(live, thread=(items[0], replace(items[1], assets=(LiveAsset("image"),))))
    assert differs(post, pictured, links=True) == ["thread"]


def test_asset_urls_are_never_compared_and_never_forgotten() -> None:
    """Buffer stores a copy; an edit of the file's URL is still an edit."""
    first = replace(POST, assets=(Asset.model_validate({"image": {"url": "https://acme.example/a.png"}}),))
    other = replace(POST, assets=(Asset.model_validate({"image": {"url": "https://acme.example/b.png"}}),))
    live = replace(LIVE, assets=(LiveAsset("image", source="https://buffer-media.example/1"),))
    assert differs(first, live) == differs(other, live) == []
    prints = [fingerprint(each, content_of_desired(each)) for each in (first, other)]
    assert prints[0].content == prints[1].content
    assert prints[0].hidden != prints[1].hidden


def test_what_buffer_does_not_return_is_no_difference() -> None:
    """Whose page a mention is of: as if it were not there, so that its post reads back; and yet an edit is one."""
    mention = {"content": "Acme", "indices": [0, 4], "text": "Acme", "url": "https://facebook.example/acme"}
    values: list[dict[str, object]] = [{"annotations": [mention]}, {"annotations": [mention | {"content": "Other"}]}]
    made = [replace(POST, metadata=Metadata.model_validate({"facebook": each}).facebook) for each in values]
    assert content_of_desired(made[0]) == content_of_desired(made[1])
    prints = [fingerprint(each, content_of_desired(each)) for each in made]
    assert prints[0].hidden != prints[1].hidden


def test_of_two_links_one_may_be_rewritten() -> None:
    """The other is as it was declared: no difference where links count for nothing."""
    two = replace(POST, text="At https://acme.example/a and https://acme.example/b")
    live = replace(LIVE, text="At https://buff.ly/1 and https://acme.example/b")
    assert differs(two, live, links=True) == []
    assert differs(two, live) == ["text"]


def test_what_buffer_did_not_keep() -> None:
    """A first comment, where it is not there."""
    commented = replace(POST, metadata=Metadata.model_validate({"instagram": {"first_comment": "First!"}}).instagram)
    kept = replace(LIVE, metadata={"first_comment": "First!"})
    assert lost(content_of_desired(commented), content_of_live(LIVE)) == ("first_comment",)
    assert lost(content_of_desired(commented), content_of_live(kept)) == ()
    idea = Idea(Address("Acme", "ideas", "i"), PLACE, "How we hire")
    assert lost(content_of_desired(idea), content_of_live(LiveIdea("1", "o", NOW, "How we hire"))) == ()


def test_a_character_that_is_none_has_a_digest() -> None:
    """Half of a pair of surrogates, as JSON can have it: no crash, and another digest than none."""
    halved = replace(LIVE, text="We are live \ud83d")
    assert digest(content_of_live(halved)) != digest(content_of_live(replace(LIVE, text="We are live")))


@given(posts | ideas)
def test_a_fingerprint_reads_back(item: Post | Idea) -> None:
    """As text, in state; one of another version is not interpreted."""
    made = fingerprint(item, content_of_desired(item))
    assert Fingerprint.read(str(made)) == made
    assert Fingerprint.read(str(made._replace(version="0"))) is None


@given(posts | ideas)
def test_equal_declarations_have_equal_digests(item: Post | Idea) -> None:
    """Independent of construction order."""
    assert digest(content_of_desired(replace(item))) == digest(content_of_desired(item))
    assert contents_match(content_of_desired(item), content_of_desired(item))


def test_a_field_that_is_not_set_is_in_no_fingerprint() -> None:
    """Nothing hidden is the same for any object, so that a new field changes no fingerprint; set, it does."""
    idea = Idea(Address("Acme", "ideas", "a"), PLACE, title="A")
    (nothing, of_idea), tagged = (
        (fingerprint(each, content_of_desired(each)).hidden for each in (POST, idea)),
        replace(POST, ai_assisted=False),
    )
    assert nothing == of_idea
    assert fingerprint(tagged, content_of_desired(tagged)).hidden != nothing


def test_a_time_is_an_instant() -> None:
    """The same moment in two zones; to the second."""
    berlin = datetime(2026, 12, 1, 9, 0, 0, 7, tzinfo=ZoneInfo("Europe/Berlin"))
    assert instant(berlin) == instant(NOW) == "2026-12-01T08:00:00Z"
    assert instant(None) == ""


TIMED = replace(LIVE, is_custom_scheduled=True)


@pytest.mark.parametrize(
    ("before", "after", "is_the_same"),
    [
        (LIVE, replace(LIVE, due_at=NOW + timedelta(hours=1)), True),
        (TIMED, replace(TIMED, due_at=NOW + timedelta(hours=1)), False),
        (LIVE, replace(LIVE, status=PostStatus.SENT), False),
        (LIVE, replace(LIVE, text="Other words"), False),
    ],
    ids=["a time of the queue", "a time of its own", "status", "text"],
)
def test_a_post_stands_where_its_content_status_and_own_time_are(
    before: LivePost, after: LivePost, is_the_same: bool
) -> None:
    """A moving queue time changes nothing; a chosen time does, and so do status and text."""
    assert (standing(after) == standing(before)) is is_the_same


@pytest.mark.parametrize(("count", "expected"), [(2, ["First", "Second"]), (1, [])])
def test_a_thread_of_one_item_is_no_thread(count: int, expected: list[str]) -> None:
    """One item repeats the text; two are a thread."""
    assert METADATA.twitter
    metadata = METADATA.twitter.model_copy(update={"thread": METADATA.twitter.thread[:count]})
    content = content_of_desired(replace(POST, text="First", metadata=metadata))
    assert [text for text, _ in content.thread] == expected


@given(st.booleans())
def test_what_is_not_as_declared_is_no_baseline(as_declared: bool) -> None:
    """State then has no digest for it."""
    binding = bind(POST, replace(LIVE, text="Other words"), Origin.CREATED, as_declared=as_declared)
    assert bool(binding.seen) is as_declared
    assert (binding.id, binding.status, binding.due_at) == ("1", "scheduled", "")


def test_a_field_that_is_not_set_is_in_no_digest() -> None:
    """Neither of a post nor of an idea, declared or live: a new field changes no stored digest."""
    idea = Idea(Address("Acme", "ideas", "i"), PLACE, "How we hire")
    assert content_of_desired(POST).others == content_of_live(LIVE).others == {}
    assert content_of_desired(idea).others == {"title": "How we hire"}
    assert content_of_live(LiveIdea("1", "o", NOW)).others == {}


def test_an_idea_is_compared_in_full() -> None:
    """Title, text, services, tags, date and media."""
    idea = Idea(
        Address("Acme", "ideas", "i"), PLACE, "How we hire", "In three steps", (Service.LINKEDIN,), ("jobs",), NOW
    )
    live = LiveIdea("1", "o", NOW, "How we hire", "In three steps", ("linkedin",), (Tag("t", "jobs"),), NOW)
    assert differs(idea, live) == []
    for change, field in (
        ({"title": ""}, "title"),
        ({"text": ""}, "text"),
        ({"services": ()}, "services"),
        ({"tags": ()}, "tags"),
        ({"date": None}, "date"),
        ({"media": (LiveMedium("image"),)}, "assets"),
    ):
        assert differs(idea, replace(live, **change)) == [field]


def network(service: Service, **fields: object) -> Post:
    """A post with metadata of a network."""
    metadata = getattr(Metadata.model_validate({service.value: fields}), service.value)
    return replace(POST, service=service, metadata=metadata)


@pytest.mark.parametrize(
    ("board", "expected"),
    [
        ({"board": "Recipes"}, []),
        ({"board_service_id": "b1"}, []),
        ({"board": "Soups"}, ["metadata"]),
        ({"board_service_id": "b2"}, ["metadata"]),
    ],
)
def test_a_board_by_its_name_or_its_id(board: dict[str, str], expected: list[str]) -> None:
    """Buffer returns both; the one in the files is compared."""
    live = replace(LIVE, metadata={"board": "Recipes", "board_service_id": "b1"})
    assert differs(network(Service.PINTEREST, **board), live) == expected


def test_the_id_that_plan_adds_to_a_boards_name_is_not_compared() -> None:
    """The post as sent is the post as declared."""
    named = network(Service.PINTEREST, board="Recipes")
    as_sent = network(Service.PINTEREST, board="Recipes", board_service_id="b1")
    assert fingerprint(as_sent, content_of_desired(as_sent)) == fingerprint(named, content_of_desired(named))


def test_of_a_link_preview_only_where_it_leads() -> None:
    """Title, description and picture come from the page, whether the files set all of them or some."""
    live = replace(LIVE, metadata={"link_attachment": {"url": "https://acme.example"}})
    for more in ({}, {"title": "Ours"}, {"title": "Ours", "thumbnail": {"url": "https://acme.example/a.png"}}):
        link = {"url": "https://acme.example", **more}
        assert differs(network(Service.LINKEDIN, link_attachment=link), live) == []
    assert differs(network(Service.LINKEDIN, link_attachment={"url": "https://acme.example/b"}), live) == ["metadata"]


def test_the_kind_of_a_thread() -> None:
    """A thread reads back as type `thread`, for any declared type."""
    thread = [{"text": POST.text}, {"text": "More"}]
    live = replace(
        LIVE, thread=(LiveThreadItem(POST.text), LiveThreadItem("More")), metadata={"type": "thread", "topic": "Go"}
    )
    assert differs(network(Service.THREADS, type="post", topic="Go", thread=thread), live) == []
