"""The limits of networks: each rule on each network that has it, at its limit and one above."""

from __future__ import annotations

from typing import Any

import pytest

from bufferctl.checks import RULES, check_lengths
from bufferctl.model import NETWORKS, Desired, Post, SchedulingType, Service
from bufferctl.model.networks import Limit
from tests.checks.posts import DOCUMENT, NOON, VIDEO, codes, findings, image, post
from tools.make_networks import rules_of

WITH_POSTS = [service.value for service, network in NETWORKS.items() if network.takes_posts]

#: A post without problems, on networks that need more than a text.
SOUND: dict[str, dict[str, Any]] = {
    "instagram": {"assets": [image()], "metadata": {"type": "post"}},
    "pinterest": {"assets": [image()], "metadata": {"board": "Console"}},
    "tiktok": {"assets": [image()]},
    "youtube": {"assets": [VIDEO], "metadata": {"title": "T", "category_id": "22"}},
    "googlebusiness": {"metadata": {"type": "whats_new", "details_whats_new": {}}},
}
EVENT = {"title": "E", "start_date": "2030-05-01 09:00", "end_date": "2030-05-02 09:00", "is_full_day_event": "false"}
OFFER = {"title": "O", "start_date": "2030-05-01 09:00", "end_date": "2030-05-02 09:00"}
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


def sound(service: str, text: str = "", **fields: Any) -> Post:
    """A post with the required fields of the service, plus `fields`; metadata is merged."""
    needed = SOUND.get(service, {})
    metadata = {**needed.get("metadata", {}), **fields.pop("metadata", {})}
    return post(service, text, **{**needed, **fields, **({"metadata": metadata} if metadata else {})})


def texts() -> list[tuple[str, int]]:
    """The services with a text limit, and the limit."""
    return [(service.value, row.text.most) for service, row in NETWORKS.items() if row.text]


@pytest.mark.parametrize(("service", "most"), texts())
def test_text(service: str, most: int) -> None:
    """A text of the maximum length is fine, one more character is not."""
    beyond = {"twitter": "BC002", "mastodon": "BC003"}.get(service, "BC001")
    shown = ["BC009"] if service == "googlebusiness" else []
    assert codes(sound(service, "x" * most)) == shown
    assert codes(sound(service, "x" * (most + 1))) == [beyond, *shown]


@pytest.mark.parametrize("text", ["é" * 1500, "\U0001f600" * 750], ids=["two bytes each", "four bytes, two units each"])
def test_what_google_shows_of_a_text_is_counted_in_units(text: str) -> None:
    """1,500 UTF-16 units are shown whole, however many bytes they have; of one more the end is not."""
    assert codes(sound("googlebusiness", text)) == []
    assert codes(sound("googlebusiness", f"{text}x")) == ["BC009"]


@pytest.mark.parametrize(
    ("accepted", "refused"),
    [
        (post("twitter", "x" * 256 + " https://a.io"), post("twitter", "x" * 257 + " https://a.io")),
        (post("twitter", "日" * 140), post("twitter", "日" * 141)),
        (
            post("twitter", "x" * 179 + " https://acme.com/" + "x" * 83),
            post("twitter", "x" * 180 + " https://acme.com/" + "x" * 83),
        ),
        (post("twitter", "\N{ROCKET}" * 140), post("twitter", "\N{ROCKET}" * 140 + "!")),
        (post("bluesky", FAMILY * 166), post("bluesky", "é" * 301)),
        (post("linkedin", "x" * 2975 + " https://a.io"), post("linkedin", "x" * 2976 + " https://a.io")),
        (sound("instagram", "x\n" * 732), sound("instagram", "x\n" * 732 + "x")),
        (post("tiktok", "x" * 2200, assets=[VIDEO]), post("tiktok", "x" * 2201, assets=[VIDEO])),
    ],
    ids=[
        "x-short-link",
        "x-wide",
        "x-long-link",
        "x-emoji",
        "bluesky",
        "linkedin-link",
        "instagram-break",
        "tiktok-video",
    ],
)
def test_texts_as_their_network_counts(accepted: Post, refused: Post) -> None:
    """The weight of a link, a line break, an emoji or a wide letter decides."""
    assert codes(accepted) == []
    assert codes(refused) in (["BC001"], ["BC002"])


def test_bytes() -> None:
    """Bluesky allows 300 characters, and no more than 3,000 bytes of them: 166 families are 2,988, 167 are 3,006."""
    assert (codes(post("bluesky", FAMILY * 166)), codes(post("bluesky", FAMILY * 167))) == ([], ["BC004"])


def test_what_the_account_takes() -> None:
    """The limit of the server counts, higher or lower; likewise for a paid X account."""
    toot, tweet = post("mastodon", "x" * 501), post("twitter", "x" * 281)
    assert codes(toot, tweet) == ["BC003", "BC002"]
    assert check_lengths(Desired(posts=(toot, tweet)), {toot.address: 1000, tweet.address: 25_000}, NOON) == ()
    short = post("mastodon", "x" * 141)
    (found,) = check_lengths(Desired(posts=(short,)), {short.address: 140}, NOON)
    assert found.rule.code == "BC001"
    assert codes(post("twitter", "x" * 25_001)) == ["BC001"]


def test_what_no_account_takes_is_left_to_the_other_rules() -> None:
    """Without a limit of the account, only what one could change is judged: 281 letters on X, and not 25,001."""
    paid, never = post("twitter", "x" * 281, key="paid"), post("twitter", "x" * 25_001, key="never")
    found = check_lengths(Desired(posts=(paid, never)), {}, NOON)
    assert [(each.rule.code, each.item.address.key) for each in found] == [("BC002", "paid")]


def test_what_is_said_of_a_long_text() -> None:
    """The excess, and what to do."""
    (found,) = findings(post("twitter", "x" * 240 + " https://acme.com/" + "x" * 30))
    assert found.message == (
        "X allows 280 characters and this text has 288 (a link counts in full), so Buffer refuses it"
    )
    assert found.hint.startswith("shorten it by 8, or give this network a text of its own: `overrides: {twitter: ")


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (sound("instagram", "\n" * 1100), "2,200 (a line break counts 2)"),
        (post("threads", "\N{ROCKET}" * 251), "502 (an emoji or a special letter counts 2)"),
        (post("twitter", "日" * 141), "282 (as X weighs it)"),
        (post("threads", "x" * 488 + " https://a.io"), "501, so"),
    ],
)
def test_what_counts_more_than_once_is_said(item: Post, said: str) -> None:
    """A person counting letters would miss it."""
    (found,) = findings(item)
    assert said in found.message


@pytest.mark.parametrize(
    ("service", "field", "code"),
    [
        ("instagram", "first_comment", "BC005"),
        ("facebook", "first_comment", "BC005"),
        ("linkedin", "first_comment", "BC005"),
        ("pinterest", "title", "BC006"),
        ("youtube", "title", "BC006"),
        ("threads", "topic", "BC007"),
    ],
)
def test_fields(service: str, field: str, code: str) -> None:
    """A comment, a title or a topic of the maximum length is fine, one more character is not; an emoji counts 2."""
    limit: Limit = getattr(NETWORKS[Service(service)], field)
    assert codes(sound(service, "x", metadata={field: "x" * limit.most})) == []
    assert codes(sound(service, "x", metadata={field: "x" * (limit.most - 1) + "\N{ROCKET}"})) == [code]


def test_event_titles() -> None:
    """58 characters; titles of other types are not judged."""
    event = {"type": "event", "details_event": {**EVENT, "title": "x" * 58}}
    too_long = {"type": "event", "details_event": {**EVENT, "title": "x" * 59}}
    assert codes(post("googlebusiness", "x", metadata=event)) == []
    assert codes(post("googlebusiness", "x", metadata=too_long)) == ["BC008"]
    other = {"type": "offer", "details_offer": OFFER, "details_event": {**EVENT, "title": "x" * 59}}
    assert codes(post("googlebusiness", "x", metadata=other)) == []


@pytest.mark.parametrize(
    ("service", "most", "code"),
    [(service.value, row.images.most, "BC010") for service, row in NETWORKS.items() if row.images]
    + [(service.value, row.media.most, "BC011") for service, row in NETWORKS.items() if row.media],
)
def test_numbers_of_media(service: str, most: int, code: str) -> None:
    """The network's maximum, and one more."""
    assert codes(sound(service, "x", assets=[image()] * most)) == []
    (found,) = findings(sound(service, "x", assets=[image()] * (most + 1)))
    assert (found.rule.code, found.path) == (code, ("assets", most))


@pytest.mark.parametrize("service", ["instagram", "threads", "mastodon"])
def test_videos_count_where_media_are_counted(service: str) -> None:
    """Ten are ten, of any kind."""
    most = NETWORKS[Service(service)].media
    assert most is not None
    assert codes(sound(service, "x", assets=[VIDEO] + [image()] * most.most)) == ["BC011"]


@pytest.mark.parametrize("service", ["twitter", "bluesky"])
def test_a_video_stands_alone(service: str) -> None:
    """One video, and no other media with it."""
    assert codes(post(service, "x", assets=[VIDEO])) == []
    assert codes(post(service, "x", assets=[image(), VIDEO])) == ["BC012"]
    assert codes(post(service, "x", assets=[VIDEO, VIDEO])) == ["BC012"]


@pytest.mark.parametrize("service", WITH_POSTS)
def test_documents(service: str) -> None:
    """Accepted alone if the network supports them, refused elsewhere."""
    takes = "document" in NETWORKS[Service(service)].kinds
    needed = SOUND.get(service, {}).get("assets", [])
    assert codes(sound(service, "x", assets=[*needed, DOCUMENT])) == ([] if takes else ["BC013"])
    if takes:
        assert codes(sound(service, "x", assets=[DOCUMENT, image()])) == ["BC014"]


def test_the_first_document_is_named() -> None:
    """BC013 once, at the first of several that a network does not take, behind what it takes."""
    (found,) = findings(post("threads", "x", assets=[image(), DOCUMENT, DOCUMENT]))
    assert (found.rule.code, found.path) == ("BC013", ("assets", 1))
    assert "does not accept documents" in found.message


@pytest.mark.parametrize("service", WITH_POSTS)
def test_covers_of_videos(service: str) -> None:
    """A frame as the cover on Instagram, TikTok and Pinterest, refused elsewhere (notes: Writing)."""
    video = {"video": {"url": "https://acme.example/v.mp4", "thumbnail_offset": 1500}}
    assert ("BC020" in codes(sound(service, "x", assets=[video]))) == (
        service not in {"instagram", "tiktok", "pinterest"}
    )


@pytest.mark.parametrize(
    ("service", "wrong"), [("instagram", [DOCUMENT]), ("tiktok", []), ("pinterest", [VIDEO]), ("youtube", [image()])]
)
def test_media_that_a_network_needs(service: str, wrong: list[Any]) -> None:
    """Without the right kind Buffer refuses the post."""
    assert codes(sound(service, "x")) == []
    assert "BC015" in codes(sound(service, "x", assets=wrong))
    assert "BC015" in codes(sound(service, "x", assets=[]))


def test_types() -> None:
    """Instagram has posts, reels and stories; the API lists more types for other networks."""
    for kind, assets in (("post", [image()]), ("reel", [VIDEO]), ("story", [image()])):
        assert codes(post("instagram", assets=assets, metadata={"type": kind})) == []
    assert codes(sound("instagram", metadata={"type": "carousel"})) == ["BC016"]


def test_a_reel_is_a_video() -> None:
    """Advice for a reel with an image alone, on both networks that have reels; none for one with a video."""
    for service in ("instagram", "facebook"):
        assert codes(post(service, assets=[image()], metadata={"type": "reel"})) == ["BC120"]
        assert codes(post(service, assets=[VIDEO], metadata={"type": "reel"})) == []


def test_a_story_shows_no_text() -> None:
    """Advice for a text; none where a person is reminded, who reads it."""
    story: dict[str, Any] = {"assets": [image()], "metadata": {"type": "story"}}
    assert codes(post("instagram", "Nobody reads this", **story)) == ["BC121"]
    assert codes(post("instagram", "Add the music", scheduling_type=SchedulingType.NOTIFICATION, **story)) == []


@pytest.mark.parametrize(
    ("expected", "details"),
    [
        (["BC122"], {"button": "book"}),
        ([], {"button": "book", "link": "https://acme.example"}),
        ([], {"button": "call"}),
        ([], {"button": "none"}),
        ([], {}),
    ],
)
def test_a_button_leads_somewhere(expected: list[str], details: dict[str, str]) -> None:
    """Advice for a button without a link, unless it calls."""
    metadata = {"type": "whats_new", "details_whats_new": details}
    assert codes(post("googlebusiness", "Open on Sunday.", metadata=metadata)) == expected


@pytest.mark.parametrize(
    ("service", "metadata", "missing"),
    [
        ("youtube", None, ["title", "category_id"]),
        ("youtube", {"title": " ", "category_id": "22"}, ["title"]),
        ("pinterest", {}, ["board"]),
        ("pinterest", None, ["board"]),
        ("googlebusiness", None, ["type"]),
        ("googlebusiness", {"type": "whats_new"}, ["details_whats_new"]),
        ("googlebusiness", {"type": "offer"}, ["title", "start_date", "end_date"]),
        ("googlebusiness", {"type": "event", "details_event": {**EVENT, "end_date": None}}, ["end_date"]),
    ],
)
def test_what_a_network_needs(service: str, metadata: dict[str, Any] | None, missing: list[str]) -> None:
    """Each missing field is named, at its place."""
    found = findings(post(service, "x", assets=SOUND[service].get("assets", ()), metadata=metadata))
    assert [(each.rule.code, each.path[-1]) for each in found] == [("BC017", name) for name in missing]


def test_a_board_by_either_name() -> None:
    """By name or by id."""
    assert codes(post("pinterest", "x", assets=[image()], metadata={"board_service_id": "9001"})) == []


def test_threads() -> None:
    """Each part respects the limits, and has a text or media; the first one is the post's own text."""
    thread = [{"text": "1"}, {"text": "x" * 281}, {"assets": [VIDEO, image()]}, {"text": " "}]
    found = findings(post("twitter", "1", metadata={"thread": thread}))
    below = ("metadata", "twitter", "thread")
    assert [(each.rule.code, each.path) for each in found] == [
        ("BC002", (*below, 1, "text")),
        ("BC012", (*below, 2, "assets", 0)),
        ("BC018", (*below, 3)),
    ]
    for service in ("twitter", "bluesky", "mastodon", "threads"):
        assert codes(post(service, "1", metadata={"thread": [{"text": "1"}, {"assets": [image()]}]})) == []
        assert codes(post(service, "1", metadata={"thread": [{"text": "1"}, {}]})) == ["BC018"]


def test_the_first_part_of_a_thread_is_judged_once() -> None:
    """A thread whose first text is too long is one problem, not two."""
    assert codes(post("bluesky", "x" * 301, metadata={"thread": [{"text": "x" * 301}]})) == ["BC001"]


def test_every_limit_has_a_network() -> None:
    """Every rule BC0xx is used."""
    alive = {rule.code for service in Service for rule in rules_of(service)}
    assert alive == {rule.code for rule in RULES if rule.code < "BC100"}


def test_substack_needs_an_asset_or_a_link_attachment() -> None:
    """BC015 for text only; no limit is published, so none is checked."""
    assert codes(post("substack", "x")) == ["BC015"]
    assert codes(post("substack", "x", metadata={"link_attachment": {"url": "https://acme.example"}})) == []
    assert codes(post("substack", "x" * 100_000, assets=[image()] * 50)) == []


@pytest.mark.parametrize("service", ["startPage", "whatsapp"])
def test_some_networks_take_no_posts(service: str) -> None:
    """BC021 and nothing else, for any post."""
    assert codes(post(service, "x", assets=[image()])) == ["BC021"]
