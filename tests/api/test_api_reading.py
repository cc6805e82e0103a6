"""The API's answers as the model's live objects: the files' names, aware instants, no absent values."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.api import Buffer
from bufferctl.api.parsing import UNREADABLE, live_channel, live_idea, live_post, read_account_form
from bufferctl.model import (
    Limits,
    LiveAsset,
    LiveChannel,
    LiveIdea,
    LiveMedium,
    LiveOrganization,
    LivePost,
    LiveThreadItem,
    PostStatus,
    Service,
    Tag,
)
from tests.api.scripted import NOW, Scripted
from tests.whole import at_default

CREATED = "2026-11-24T10:00:00.123Z"
INSTANT = datetime(2026, 11, 24, 10, 0, 0, 123_000, tzinfo=UTC)
LEAST = {"id": "p1", "channelId": "c1", "status": "scheduled", "createdAt": CREATED}
IMAGE = {
    "type": "image",
    "source": "https://buffer.example/1",
    "thumbnail": "https://buffer.example/2",
    "image": {"altText": "The console", "userTags": [{"handle": "ann", "x": 0.5, "y": 1.0}]},
}
LIVE_IMAGE = LiveAsset(
    "image",
    "The console",
    "https://buffer.example/1",
    "https://buffer.example/2",
    {"user_tags": (("ann", 0.5, 1.0),)},
)


def test_a_full_post_is_read_whole() -> None:
    """Every field of the fragment in its place."""
    raw = {
        **LEAST,
        "text": "We are live",
        "dueAt": "2026-12-01T09:00:00+01:00",
        "sentAt": "2026-12-01T08:00:03.000Z",
        "shareMode": "customScheduled",
        "schedulingType": "automatic",
        "isCustomScheduled": True,
        "sharedNow": True,
        "via": "api",
        "ideaId": "i1",
        "externalLink": "https://x.example/1",
        "error": {"message": "Token expired"},
        "tags": [{"id": "t1", "name": "launch", "color": "#fff"}],
        "assets": [IMAGE],
        "metadata": {
            "thread": [{"text": "We are live", "assets": [IMAGE]}, {"text": "More", "assets": []}],
            "isAiGenerated": False,
            "retweet": {"id": "r1"},
        },
    }
    expected = LivePost(
        id="p1",
        channel_id="c1",
        status=PostStatus.SCHEDULED,
        text="We are live",
        created_at=INSTANT,
        due_at=datetime(2026, 12, 1, 9, 0, tzinfo=timezone(timedelta(hours=1))),
        sent_at=datetime(2026, 12, 1, 8, 0, 3, tzinfo=UTC),
        share_mode="customScheduled",
        scheduling_type="automatic",
        is_custom_scheduled=True,
        shared_now=True,
        via="api",
        idea_id="i1",
        tags=(Tag("t1", "launch", "#fff"),),
        assets=(LIVE_IMAGE,),
        thread=(LiveThreadItem("We are live", (LIVE_IMAGE,)), LiveThreadItem("More")),
        metadata={"is_ai_generated": False, "retweet": {"id": "r1"}},
        error="Token expired",
        external_link="https://x.example/1",
    )
    assert at_default(expected) == []
    assert live_post(raw) == expected


def test_nulls_are_absent_whatever_the_schema_promises() -> None:
    """The least post, with null in every other field or without the field."""
    names = [
        *(
            "text",
            "dueAt",
            "sentAt",
            "shareMode",
            "schedulingType",
            "isCustomScheduled",
            "sharedNow",
            "via",
        ),
        *("ideaId", "externalLink", "error", "tags", "assets", "metadata"),
    ]
    expected = LivePost("p1", "c1", PostStatus.SCHEDULED, "", INSTANT)
    assert live_post(LEAST) == expected
    assert live_post({**LEAST, **dict.fromkeys(names)}) == expected


@pytest.mark.parametrize("zone", ["Z", "z", "+00:00", "+0000", ""])
@pytest.mark.parametrize("seconds", ["", ":00", ":00.000", ":00.000000000"])
@pytest.mark.parametrize("between", ["T", "t", " "])
def test_an_instant_is_read_in_every_form_of_iso_8601(between: str, seconds: str, zone: str) -> None:
    """The same instant; UTC if there is no offset."""
    written = f"2026-12-01{between}08:00{seconds}{zone}"
    assert live_post({**LEAST, "dueAt": written}).due_at == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def test_a_status_that_nobody_knows_is_held_for_a_person() -> None:
    """`error` with a message: never changed, never created again (design: Actions)."""
    post = live_post({**LEAST, "status": "paused"})
    assert post.status is PostStatus.ERROR
    assert "`paused`" in post.error


METADATA: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"linkAttachment": {"url": "https://a.example"}}, {"link_attachment": {"url": "https://a.example"}}),
    (
        {"linkAttachment": {"url": "https://a.example", "title": "t", "text": "", "thumbnail": None}},
        {"link_attachment": {"url": "https://a.example", "title": "t"}},
    ),
    (
        {"annotations": [{"content": "c", "indices": [0, 3], "text": "Ann", "url": "https://f.example", "more": 1}]},
        {"annotations": [{"content": "c", "indices": [0, 3], "text": "Ann", "url": "https://f.example"}]},
    ),
    ({"annotations": [], "title": "t"}, {"title": "t"}),
    (
        {"board": {"name": "Recipes", "serviceId": "b1"}, "title": "Pin", "url": None},
        {"board": "Recipes", "board_service_id": "b1", "title": "Pin"},
    ),
    ({"board": {"serviceId": "b1"}}, {"board_service_id": "b1"}),
    ({"category": {"categoryId": "22"}, "madeForKids": False}, {"category_id": "22", "made_for_kids": False}),
    ({"type": "post", "firstComment": "First"}, {"type": "post", "first_comment": "First"}),
    (
        {
            "type": "event",
            "details": {
                "__typename": "GoogleBusinessEventMetaData",
                "title": "Open day",
                "startDate": CREATED,
                "endDate": "2026-11-24T10:00:00",
                "isFullDayEvent": False,
                "button": "book",
                "link": None,
            },
        },
        {
            "type": "event",
            "details_event": {
                "title": "Open day",
                "start_date": INSTANT,
                "end_date": datetime(2026, 11, 24, 10, tzinfo=UTC),
                "is_full_day_event": False,
                "button": "book",
            },
        },
    ),
    (
        {"details": {"__typename": "GoogleBusinessOfferMetaData", "code": "X", "startDate": CREATED}},
        {"details_offer": {"code": "X", "start_date": INSTANT}},
    ),
    (
        {"details": {"__typename": "GoogleBusinessWhatsNewMetaData", "button": "none"}},
        {"details_whats_new": {"button": "none"}},
    ),
    ({"details": {"__typename": "SomethingNew"}, "title": "t"}, {"title": "t"}),
    (
        {
            "geolocation": {"id": "g", "text": None},
            "stickerFields": {"music": None, "topics": None},
            "shouldShareToFeed": True,
        },
        {"geolocation": {"id": "g"}, "should_share_to_feed": True},
    ),
    ({"spoilerText": "Spoiler", "thread": []}, {"spoiler_text": "Spoiler"}),
    (
        {"locationName": "Berlin", "topic": "news", "type": "thread"},
        {"location_name": "Berlin", "topic": "news", "type": "thread"},
    ),
]


@pytest.mark.parametrize(("raw", "expected"), METADATA)
def test_metadata_reads_under_the_names_that_files_use(raw: dict[str, Any], expected: dict[str, Any]) -> None:
    """Snake case, ids if files use ids, instants, and no nulls."""
    assert live_post({**LEAST, "metadata": raw}).metadata == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            {"type": "video", "source": "s", "thumbnail": "t", "video": {"title": "Film", "thumbnailOffset": 0}},
            LiveAsset("video", "", "s", "t", {"title": "Film", "thumbnail_offset": 0}),
        ),
        ({"type": "document", "document": {"title": "Slides"}}, LiveAsset("document", details={"title": "Slides"})),
        ({"type": "image", "image": {"altText": "", "userTags": None}}, LiveAsset("image")),
        ({"type": "video", "video": {"title": None, "thumbnailOffset": None}}, LiveAsset("video")),
    ],
)
def test_assets_keep_what_can_be_compared(raw: dict[str, Any], expected: LiveAsset) -> None:
    """Kind, alt text, title, offset and tags; absent ones are omitted."""
    assert live_post({**LEAST, "assets": [raw]}).assets == (expected,)


@pytest.mark.parametrize(
    "broken",
    [
        {"status": ...}, {"createdAt": "yesterday"}, {"createdAt": 5}, {"assets": 3},
        {"id": ...}, {"id": None}, {"id": ""}, {"id": 7}, {"channelId": None},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_so(broken: dict[str, Any]) -> None:
    """One of the errors that the package turns into a message."""
    raw = {**LEAST, **broken}
    raw = {name: value for name, value in raw.items() if value is not ...}
    with pytest.raises(UNREADABLE):
        live_post(raw)


def test_an_idea_is_read_whole() -> None:
    """Its instant from epoch seconds (notes: Reading)."""
    raw = {
        "id": "i1",
        "organizationId": "o1",
        "createdAt": 1_764_000_000,
        "groupId": "g1",
        "content": {
            "title": "How we hire",
            "text": "…",
            "services": ["linkedin"],
            "date": CREATED,
            "tags": [{"id": "t1", "name": "launch", "color": "#fff"}],
            "aiAssisted": True,
            "media": [
                {"type": "image", "alt": None, "url": "https://acme.example/a.png", "size": 7},
                {"type": "gif", "source": {"name": "Giphy", "id": None, "authorUrl": "https://acme.example"}},
            ],
        },
    }
    expected = LiveIdea(
        id="i1",
        organization_id="o1",
        created_at=datetime.fromtimestamp(1_764_000_000, UTC),
        title="How we hire",
        text="…",
        services=("linkedin",),
        tags=(Tag("t1", "launch", "#fff"),),
        date=INSTANT,
        media=(
            LiveMedium("image", url="https://acme.example/a.png", size=7),
            LiveMedium("gif", source={"name": "Giphy", "author_url": "https://acme.example"}),
        ),
        group_id="g1",
        ai_assisted=True,
    )
    assert at_default(expected) == []
    assert live_idea(raw) == expected


@pytest.mark.parametrize("created", [True, "yesterday", -1, 10**20])
def test_an_idea_whose_creation_cannot_be_read(created: object) -> None:
    """One of the errors that the package turns into a message."""
    with pytest.raises(UNREADABLE):
        live_idea({"id": "i1", "organizationId": "o1", "createdAt": created, "content": {"title": "x"}})


def test_the_least_idea_is_read() -> None:
    """Nulls count as absent."""
    content = dict.fromkeys(["title", "text", "services", "date", "tags", "media"])
    idea = live_idea({"id": "i1", "organizationId": "o1", "createdAt": 0, "groupId": None, "content": content})
    assert idea == LiveIdea("i1", "o1", datetime.fromtimestamp(0, UTC))


@pytest.mark.parametrize(
    ("metadata", "most"),
    [
        ({"subscriptionType": "PremiumPlus"}, 25_000),
        ({"subscriptionType": None}, 280),
        ({"subscriptionType": "None"}, 280),
        ({"subscriptionType": "Basic"}, None),
        (None, None),
    ],
)
def test_how_much_an_x_account_takes(metadata: dict[str, Any] | None, most: int | None) -> None:
    """25,000 with a subscription, 280 without one; none for an unknown kind."""
    channel = live_channel({"id": "c1", "service": "twitter", "metadata": metadata}, "o1")
    assert channel is not None
    assert channel.max_characters == most


def test_a_channel_is_read_with_what_its_network_tells() -> None:
    """Boards by name, the server's own limit, the states that hold posts back, and the valid slots."""
    raw = {
        "id": "c1",
        "service": "pinterest",
        "name": "acme",
        "displayName": "Acme Inc.",
        "timezone": "Europe/Berlin",
        "isDisconnected": True,
        "isLocked": True,
        "isQueuePaused": True,
        "linkShortening": {"isEnabled": True},
        "postingSchedule": [
            {"day": "tue", "paused": False, "times": ["09:00", "17:30"]},
            {"day": "wed", "paused": True, "times": ["09:00"]},
            {"day": "someday", "paused": False, "times": ["09:00"]},
            {"day": "sun", "paused": False, "times": ["noon"]},
        ],
        "metadata": {"boards": [{"name": "Recipes", "serviceId": "b1"}], "maxCharacters": 500},
    }
    expected = LiveChannel(
        id="c1",
        organization_id="o1",
        service=Service.PINTEREST,
        name="acme",
        display_name="Acme Inc.",
        timezone="Europe/Berlin",
        is_disconnected=True,
        is_locked=True,
        is_queue_paused=True,
        link_shortening=True,
        boards={"Recipes": "b1"},
        max_characters=500,
        posting_times=((1, time(9)), (1, time(17, 30))),
    )
    assert at_default(expected) == ["only_reminds", "reminds_by_default"]  # of other networks: the next test
    assert live_channel(raw, "o1") == expected


@pytest.mark.parametrize(
    ("service", "kind", "expected"),
    [("instagram", "profile", True), ("instagram", "business", False), ("twitter", "profile", False)],
)
def test_where_buffer_only_reminds(service: str, kind: str, expected: bool) -> None:
    """On personal profiles of Instagram alone; a channel's default to reminders is another thing."""
    channel = live_channel({"id": "c1", "service": service, "type": kind}, "o1")
    assert channel
    assert (channel.only_reminds, channel.reminds_by_default) == (expected, False)
    channel = live_channel({"id": "c1", "service": "tiktok", "metadata": {"defaultToReminders": True}}, "o1")
    assert channel
    assert (channel.only_reminds, channel.reminds_by_default) == (False, True)


def test_the_least_channel_is_read() -> None:
    """Connected, unlocked, in UTC."""
    assert live_channel({"id": "c1", "service": "startPage", "name": None}, "o1") == LiveChannel(
        "c1", "o1", Service.STARTPAGE, ""
    )


def test_a_channel_of_a_network_that_nobody_knows_is_left_out() -> None:
    """None: no file can name it."""
    assert live_channel({"id": "c1", "service": "hologram", "name": "acme"}, "o1") is None


def live_organization(raw: dict[str, Any]) -> LiveOrganization:
    (organization,) = read_account_form({"organizations": [raw]})["organizations"]
    assert isinstance(organization, LiveOrganization)
    return organization


def test_an_organization_tells_its_limit() -> None:
    """Ten scheduled posts, one of them a thread, two of them stories, 100 ideas; None for what is not given."""
    limits = {
        "scheduledPosts": 10, "scheduledThreadsPerChannel": 1, "scheduledStoriesPerChannel": 2, "ideas": 100,
    }  # fmt: skip
    expected = LiveOrganization("o1", "Acme", (), Limits(posts=10, threads=1, stories=2, ideas=100))
    assert at_default(expected.limits) == []
    assert live_organization({"id": "o1", "name": "Acme", "limits": limits}) == expected
    assert live_organization({"id": "o1", "name": "Acme", "limits": None}) == LiveOrganization("o1", "Acme")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["status", "text", "dueAt", "tags", "assets", "metadata", "error"]


@given(st.dictionaries(st.sampled_from(FIELDS), json))
def test_any_value_in_any_field_is_read_or_said_so(odd: dict[str, Any]) -> None:
    """A post, or one of the errors that the package turns into a message; nothing else."""
    with contextlib.suppress(*UNREADABLE):
        assert live_post({**LEAST, **odd}).id == "p1"


LIMITS: list[tuple[dict[str, Any], int | None]] = [
    ({"limit": 5, "scheduled": 2, "sent": 1}, 2),
    ({"limit": 5, "scheduled": 3, "sent": 4}, 0),
    ({"limit": 9, "isAtLimit": True, "scheduled": 2, "sent": 1}, 0),
    ({"limit": None, "isAtLimit": True, "scheduled": 2, "sent": 1}, 0),
    ({"limit": None, "isAtLimit": False, "scheduled": 2, "sent": 1}, None),
]


@pytest.mark.parametrize(("status", "expected"), LIMITS)
def test_how_many_posts_a_channel_still_takes_on_a_day(
    connected: Callable[..., Buffer], status: dict[str, Any], expected: int | None
) -> None:
    """What the limit leaves, none if the day is full; nothing is said of a channel without a limit."""
    buffer = connected(Scripted(lambda _: {"a0": [{"channelId": "c1", **status}]}))
    assert buffer.daily_room({NOW: ["c1"]}).get(("c1", NOW)) == expected


def test_a_request_asks_for_thirty_days(connected: Callable[..., Buffer]) -> None:
    """31 days take two, and each day has its own answer."""

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        days = [asked["variables"][f"input{number}"]["date"] for number in range(len(asked["variables"]))]
        full = {f"a{number}": int(day[8:10]) for number, day in enumerate(days)}
        return {alias: [{"channelId": "c1", "limit": day, "scheduled": 0, "sent": 0}] for alias, day in full.items()}

    script = Scripted(answer)
    days = [datetime(2026, 12, number, tzinfo=UTC) for number in range(1, 32)]
    room = connected(script).daily_room({day: ["c1"] for day in days})
    assert room == {("c1", day): day.day for day in days}
    assert len(script.requests) == 2
