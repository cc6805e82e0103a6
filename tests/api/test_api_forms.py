"""Writes as the API's inputs: each form is valid under the published schema and complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from graphql import GraphQLInputType, GraphQLSchema
from graphql.utilities import coerce_input_value, validate_input_value
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.api.wire_forms import moment, operation_and_input
from bufferctl.diagnostics import Place
from bufferctl.model import (
    Address,
    Asset,
    CreateIdea,
    CreatePost,
    DeletePost,
    EditPost,
    Idea,
    Metadata,
    Post,
    SchedulingType,
    Service,
    ShareMode,
    Tag,
    Write,
)
from bufferctl.model.desired import IdeaGroup, IdeaMedia
from tests.sources import published

ROOT = Path(__file__).parents[2]
BERLIN = ZoneInfo("Europe/Berlin")
DUE = datetime(2026, 12, 1, 9, 0, tzinfo=BERLIN)
POST = Post(Address("Acme", "twitter:acme", "launch"), Service.TWITTER, Place("buffer.yaml", 1, 1), text="We are live")
IDEA = Idea(Address("Acme", "ideas", "hiring"), Place("buffer.yaml", 1, 1))
INPUTS = {
    "create_post": "CreatePostInput",
    "edit_post": "EditPostInput",
    "delete_post": "DeletePostInput",
    "create_idea": "CreateIdeaInput",
}

LINK = {"url": "https://acme.example", "title": "Acme", "thumbnail": {"url": "https://acme.example/t.png"}}
PICTURE = {
    "image": {
        "url": "https://acme.example/a.png",
        "alt_text": "The console",
        "dimensions": {"height": 3, "width": 4},
        "user_tags": [{"handle": "ann", "x": 0.5, "y": 0}],
    }
}
THREAD = [{"text": "We are live", "assets": [PICTURE]}, {"text": "And more"}]
#: Every field of every network, as files have them after zones are resolved.
NETWORKS: dict[str, dict[str, Any]] = {
    "bluesky": {"link_attachment": LINK, "thread": THREAD},
    "substack": {"link_attachment": LINK},
    "facebook": {
        "type": "reel",
        "annotations": [{"content": "c", "indices": [0, 3], "text": "Ann", "url": "https://f.example/ann"}],
        "first_comment": "First",
        "link_attachment": LINK,
    },
    "googlebusiness": {
        "type": "event",
        "title": "Open day",
        "details_event": {
            "title": "Open day",
            "start_date": DUE,
            "end_date": DUE + timedelta(hours=2),
            "is_full_day_event": False,
            "button": "learn_more",
            "link": "https://acme.example",
        },
        "details_offer": {
            "title": "Half",
            "code": "X",
            "terms": "t",
            "start_date": DUE,
            "link": "https://acme.example",
        },
        "details_whats_new": {"button": "call"},
    },
    "instagram": {
        "type": "story",
        "should_share_to_feed": False,
        "first_comment": "First",
        "geolocation": {"id": "g", "text": "Berlin"},
        "is_ai_generated": True,
        "link": "https://acme.example",
        "sticker_fields": {"music": "m", "topics": "t"},
    },
    "linkedin": {
        "annotations": [
            {
                "id": "1",
                "entity": "e",
                "length": 3,
                "link": "l",
                "localized_name": "Ann",
                "start": 0,
                "vanity_name": "ann",
            }
        ],
        "first_comment": "First",
        "link_attachment": LINK,
    },
    "mastodon": {"spoiler_text": "Spoiler", "thread": THREAD},
    "pinterest": {"board": "Recipes", "board_service_id": "b1", "title": "Pin", "url": "https://acme.example"},
    "threads": {
        "type": "thread",
        "link_attachment": LINK,
        "location_id": "1",
        "location_name": "Berlin",
        "topic": "news",
        "thread": THREAD,
    },
    "tiktok": {"is_ai_generated": False, "title": "Clip"},
    "twitter": {"is_ai_generated": True, "retweet": {"id": "1", "comment": "this"}, "thread": THREAD},
    "youtube": {
        "title": "Film",
        "category_id": "22",
        "embeddable": True,
        "is_ai_generated": False,
        "license": "creativeCommon",
        "made_for_kids": False,
        "notify_subscribers": True,
        "privacy": "unlisted",
    },
}


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    return published()


def form(write: Write) -> dict[str, Any]:
    return operation_and_input(write)[1]


def on(service: str) -> Post:
    network = getattr(Metadata.model_validate({service: NETWORKS[service]}), service)
    return replace(POST, service=Service(service), metadata=network)


def assets(*raw: dict[str, Any]) -> tuple[Asset, ...]:
    return tuple(Asset.model_validate(each) for each in raw)


def test_every_network_that_has_metadata_is_tried_here(schema: GraphQLSchema) -> None:
    """Those of the schema, with `google` under the service's name; and every field of its input."""
    inputs = schema.type_map["PostInputMetaData"].fields  # type: ignore[attr-defined]  # an input object, as published
    assert {"google" if name == "googlebusiness" else name for name in NETWORKS} == set(inputs)
    for name, network in NETWORKS.items():
        sent = form(CreatePost(on(name), "c1"))["metadata"]
        key = "google" if name == "googlebusiness" else name
        assert set(sent[key]) == set(inputs[key].type.fields), f"NETWORKS above has to have each field: {network}"


@pytest.mark.parametrize("service", NETWORKS)
def test_metadata_is_what_the_schema_takes(service: str, schema: GraphQLSchema) -> None:
    """No problems, for a new post and for an edit."""
    for write in CreatePost(on(service), "c1"), EditPost("p1", on(service), "c1", reschedule=True):
        assert problems(write, schema) == []


def problems(write: Write, schema: GraphQLSchema) -> list[str]:
    operation, value = operation_and_input(write)
    kind = schema.type_map[INPUTS[operation]]
    found: list[str] = []
    assert isinstance(kind, GraphQLInputType)
    validate_input_value(value, kind, lambda error, path: found.append(f"{path}: {error.message}"))
    assert found or coerce_input_value(value, kind)
    return found


def test_a_wrong_form_is_found(schema: GraphQLSchema) -> None:
    """A problem for an empty asset, so the test above can fail."""
    kind = schema.type_map["CreatePostInput"]
    found: list[str] = []
    assert isinstance(kind, GraphQLInputType)
    validate_input_value({"channelId": "c1", "assets": [{}]}, kind, lambda error, _: found.append(error.message))
    assert found


def test_the_least_post_says_no_more_than_it_must() -> None:
    """Channel, text, no assets, and the schedule; nothing that is absent, false or empty."""
    assert form(CreatePost(POST, "c1")) == {
        "channelId": "c1",
        "text": "We are live",
        "assets": [],
        "mode": "addToQueue",
        "schedulingType": "automatic",
    }


def test_a_full_post_says_everything(schema: GraphQLSchema) -> None:
    """Every field of CreatePostInput but `draftId`, which is never sent, and no unknown ones."""
    post = replace(
        on("twitter"),
        mode=ShareMode.CUSTOM_SCHEDULED,
        due_at=DUE,
        scheduling_type=SchedulingType.NOTIFICATION,
        draft=True,
        needs_approval=True,
        assets=assets(PICTURE),
        ai_assisted=False,
        source="import",
        draft_id="d1",
    )
    write = CreatePost(post, "c1", tag_ids=("t1", "t2"), idea_id="i1")
    sent = form(write)
    metadata = sent.pop("metadata")
    assert sent == {
        "channelId": "c1",
        "text": "We are live",
        "assets": [
            {
                "image": {
                    "url": "https://acme.example/a.png",
                    "metadata": {
                        "altText": "The console",
                        "dimensions": {"height": 3, "width": 4},
                        "userTags": [{"handle": "ann", "x": 0.5, "y": 0.0}],
                    },
                }
            }
        ],
        "mode": "customScheduled",
        "schedulingType": "notification",
        "dueAt": "2026-12-01T08:00:00.000Z",
        "saveToDraft": True,
        "needsApproval": True,
        "tagIds": ["t1", "t2"],
        "ideaId": "i1",
        "aiAssisted": False,
        "source": "import",
        "draftId": "d1",
    }
    assert [item["text"] for item in metadata["twitter"]["thread"]] == ["We are live", "And more"]
    assert metadata["twitter"]["thread"][0]["assets"] == sent["assets"]
    assert problems(write, schema) == []
    assert {*sent, "metadata"} == set(schema.type_map["CreatePostInput"].fields)  # type: ignore[attr-defined]  # an input


@pytest.mark.parametrize("mode", [ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT, ShareMode.SHARE_NOW])
def test_only_a_custom_scheduled_post_has_a_time(mode: ShareMode) -> None:
    """No `dueAt`: the other modes ignore it, although it reads back."""
    assert "dueAt" not in form(CreatePost(replace(POST, mode=mode, due_at=DUE), "c1"))


@pytest.mark.parametrize(
    ("asset", "expected"),
    [
        ({"image": {"url": "https://a.example/1"}}, {"image": {"url": "https://a.example/1"}}),
        (
            {"image": {"url": "https://a.example/1", "thumbnail_url": "https://a.example/2", "alt_text": ""}},
            {
                "image": {
                    "url": "https://a.example/1",
                    "thumbnailUrl": "https://a.example/2",
                    "metadata": {"altText": ""},
                }
            },
        ),
        (
            {"video": {"url": "https://a.example/1", "thumbnail_offset": 0, "title": "Film"}},
            {"video": {"url": "https://a.example/1", "metadata": {"thumbnailOffset": 0, "title": "Film"}}},
        ),
        ({"video": {"url": "https://a.example/1"}}, {"video": {"url": "https://a.example/1"}}),
        (
            {"document": {"url": "https://a.example/1", "title": "Slides", "thumbnail_url": "https://a.example/2"}},
            {"document": {"url": "https://a.example/1", "title": "Slides", "thumbnailUrl": "https://a.example/2"}},
        ),
    ],
)
def test_asset_details_go_where_the_api_has_them(
    asset: dict[str, Any], expected: dict[str, Any], schema: GraphQLSchema
) -> None:
    """Alt text, offset and an image's tags in the nested `metadata`, a document's title beside its URL."""
    write = CreatePost(replace(POST, assets=assets(asset)), "c1")
    assert form(write)["assets"] == [expected]
    assert problems(write, schema) == []


@pytest.mark.parametrize("service", ["bluesky", "threads"])
def test_a_link_preview_in_a_thread_goes_into_the_metadata_of_its_item(service: str) -> None:
    """Of the item's network, and nowhere else in the item."""
    thread = [{"text": "One"}, {"text": "Two", "link_attachment": {"url": "https://a.example/1", "title": "t"}}]
    metadata = getattr(Metadata.model_validate({service: {"thread": thread}}), service)
    post = replace(POST, service=Service(service), text="One", metadata=metadata, assets=())
    (_, second) = form(CreatePost(post, "c1"))["metadata"][service]["thread"]
    attachment = {"linkAttachment": {"url": "https://a.example/1", "title": "t"}}
    assert second == {"text": "Two", "metadata": {service: attachment}}


def test_a_board_goes_by_its_id() -> None:
    """`boardServiceId`; the name that people write is not sent."""
    assert form(CreatePost(on("pinterest"), "c1"))["metadata"] == {
        "pinterest": {"boardServiceId": "b1", "title": "Pin", "url": "https://acme.example"}
    }


def test_googles_dates_are_instants() -> None:
    """UTC, under the API's name for the network."""
    event = form(CreatePost(on("googlebusiness"), "c1"))["metadata"]["google"]["detailsEvent"]
    assert (event["startDate"], event["endDate"]) == ("2026-12-01T08:00:00.000Z", "2026-12-01T10:00:00.000Z")


def test_an_edit_says_the_whole_content_and_leaves_the_schedule() -> None:
    """Text, assets, tags and metadata, including empty ones; no mode, no time, no draft."""
    post = replace(POST, mode=ShareMode.CUSTOM_SCHEDULED, due_at=DUE)
    assert form(EditPost("p1", post, "c1")) == {
        "id": "p1",
        "text": "We are live",
        "assets": [],
        "tagIds": [],
        "metadata": {"twitter": {}},
    }


def test_an_edit_of_the_schedule_says_it_whole() -> None:
    """Mode, time, who publishes, and that it is no longer a draft."""
    post = replace(POST, mode=ShareMode.CUSTOM_SCHEDULED, due_at=DUE)
    assert form(EditPost("p1", post, "c1", tag_ids=("t1",), reschedule=True)) == {
        "id": "p1",
        "text": "We are live",
        "assets": [],
        "tagIds": ["t1"],
        "metadata": {"twitter": {}},
        "mode": "customScheduled",
        "schedulingType": "automatic",
        "dueAt": "2026-12-01T08:00:00.000Z",
        "saveToDraft": False,
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        (
            {"link_attachment": {"url": "https://acme.example"}},
            {"linkAttachment": {"url": "https://acme.example", "title": None}},
        ),
    ],
)
def test_an_edit_without_a_field_that_it_had(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """It is emptied, unless what it was in is not sent either."""
    metadata = Metadata.model_validate({"linkedin": given}).linkedin
    post = replace(POST, service=Service.LINKEDIN, metadata=metadata)
    edit = EditPost("p1", post, "c1", restores={"metadata.link_attachment.title": None})
    assert form(edit)["metadata"] == {"linkedin": expected}


@pytest.mark.parametrize("service", list(Service))
def test_an_edit_without_metadata_is_what_the_schema_takes(service: Service, schema: GraphQLSchema) -> None:
    """No problems: empty if the network requires no metadata, otherwise omitted."""
    edit = EditPost("p1", replace(POST, service=service, metadata=None), "c1")
    assert problems(edit, schema) == []
    requires = {Service.FACEBOOK, Service.GOOGLEBUSINESS, Service.INSTAGRAM, Service.STARTPAGE, Service.WHATSAPP}
    assert form(edit).get("metadata") == (None if service in requires else {service.value: {}})


def test_an_edited_draft_stays_one() -> None:
    """`saveToDraft` though the schedule does not change: an edit must not publish."""
    assert form(EditPost("p1", replace(POST, draft=True), "c1"))["saveToDraft"] is True


def test_a_draft_that_a_person_scheduled_is_left_scheduled() -> None:
    """No draft fields, unless the file's own schedule was edited."""
    draft = replace(POST, draft=True)
    assert "saveToDraft" not in form(EditPost("p1", draft, "c1", was_scheduled=True))
    assert form(EditPost("p1", draft, "c1", reschedule=True, was_scheduled=True))["saveToDraft"] is True


@pytest.mark.parametrize("reschedule", [False, True])
def test_what_needs_approval_asks_for_it_with_every_edit(reschedule: bool) -> None:
    """`approvalChange: request`, and no field that would schedule it without approval."""
    made = form(EditPost("p1", replace(POST, needs_approval=True), "c1", reschedule=reschedule))
    assert made["approvalChange"] == "request"
    assert "saveToDraft" not in made


def test_approval_of_a_scheduled_post_makes_it_a_draft() -> None:
    """Only drafts can have approval (notes: Writing)."""
    made = form(EditPost("p1", replace(POST, needs_approval=True), "c1", was_scheduled=True))
    assert (made["approvalChange"], made["saveToDraft"]) == ("request", True)


def test_a_delete_is_an_id() -> None:
    """Only the id."""
    assert operation_and_input(DeletePost("p1", "c1")) == ("delete_post", {"id": "p1"})


def test_the_least_idea() -> None:
    """Organization and title."""
    assert form(CreateIdea(replace(IDEA, title="How we hire"), "o1")) == {
        "organizationId": "o1",
        "content": {"title": "How we hire"},
    }


def test_a_full_idea_says_everything(schema: GraphQLSchema) -> None:
    """Every field of CreateIdeaInput and of its content, tags in full."""
    medium = {
        "url": "https://a.example/1",
        "type": "image",
        "alt": "a",
        "size": 3,
        "source": {"name": "n", "author_url": "https://a.example"},
    }
    idea = replace(
        IDEA,
        title="How we hire",
        text="…",
        services=(Service.LINKEDIN, Service.STARTPAGE),
        date=DUE,
        media=(IdeaMedia.model_validate(medium),),
        group=IdeaGroup.model_validate({"group_id": "g1", "place_after_id": "i0"}),
        ai_assisted=True,
        cta="Apply",
        template_id="t9",
    )
    write = CreateIdea(idea, "o1", tags=(Tag("t1", "launch", "#fff"),))
    assert form(write) == {
        "organizationId": "o1",
        "content": {
            "title": "How we hire",
            "text": "…",
            "services": ["linkedin", "startPage"],
            "tags": [{"id": "t1", "name": "launch", "color": "#fff"}],
            "date": "2026-12-01T08:00:00.000Z",
            "media": [
                {
                    "url": "https://a.example/1",
                    "type": "image",
                    "alt": "a",
                    "size": 3,
                    "source": {"name": "n", "authorUrl": "https://a.example"},
                }
            ],
            "aiAssisted": True,
        },
        "group": {"groupId": "g1", "placeAfterId": "i0"},
        "cta": "Apply",
        "templateId": "t9",
    }
    assert problems(write, schema) == []
    assert set(form(write)) == set(schema.type_map["CreateIdeaInput"].fields)  # type: ignore[attr-defined]  # an input


@given(st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - the zone is set below
def test_instants_keep_their_moment(naive: datetime, minutes: int) -> None:
    """The same instant in UTC, to the millisecond, in the API's own form."""
    when = naive.replace(microsecond=naive.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=minutes)))
    text = moment(when)
    assert datetime.fromisoformat(text) == when
    assert text.endswith("Z")
    assert len(text) == len("2026-12-01T08:00:00.000Z")
