"""The outcome of each write: success by its type, a definite refusal by four types, everything else unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from bufferctl import api
from bufferctl.diagnostics import Place
from bufferctl.model import (
    Address,
    CreateIdea,
    CreatePost,
    DeletePost,
    Done,
    Doubtful,
    EditPost,
    Idea,
    LiveIdea,
    LivePost,
    Post,
    PostStatus,
    Refusal,
    Refused,
    Result,
    Service,
    Unknown,
    Write,
)
from tests.api.scripted import Scripted

Connected = Callable[..., api.Buffer]

PLACE = Place("buffer.yaml", 1, 1)
POST = Post(Address("Acme", "twitter:acme", "launch"), Service.TWITTER, PLACE, text="We are live")
CREATE = CreatePost(POST, "c1")
CREATE_IDEA = CreateIdea(Idea(Address("Acme", "ideas", "hiring"), PLACE, title="How we hire"), "o1")
CREATED = datetime(2026, 11, 24, 10, tzinfo=UTC)
RAW = {"id": "p1", "channelId": "c1", "status": "scheduled", "text": "x", "createdAt": "2026-11-24T10:00:00.000Z"}
RAW_IDEA = {"id": "i1", "organizationId": "o1", "createdAt": 0, "content": {"title": "How we hire"}}
LIVE = LivePost("p1", "c1", PostStatus.SCHEDULED, "x", CREATED)
LIVE_IDEA = LiveIdea("i1", "o1", datetime.fromtimestamp(0, UTC), "How we hire")
PAST = "Invalid post input: dueAt must be in the future"
POSTED = "Whoops! You've posted that one recently. Buffer can't post it again."
SCHEDULED = "It looks like you've already got this one scheduled."

UNSAID = "Buffer answered with VoidMutationError, which is neither a success nor a refusal"

PAYLOADS: list[tuple[dict[str, Any] | None, Result]] = [
    ({"__typename": "PostActionSuccess", "post": RAW}, Done(LIVE)),
    ({"__typename": "Idea", **RAW_IDEA}, Done(LIVE_IDEA)),
    ({"__typename": "IdeaResponse", "idea": RAW_IDEA}, Done(LIVE_IDEA)),
    ({"__typename": "DeletePostSuccess", "id": "p1"}, Done(None)),
    ({"__typename": "VoidMutationError", "message": "Document not found"}, Done(None)),
    ({"__typename": "InvalidInputError", "message": "Invalid post: x"}, Refused(Refusal.INVALID, "Invalid post: x")),
    ({"__typename": "InvalidInputError"}, Refused(Refusal.INVALID, "InvalidInputError")),
    ({"__typename": "NotFoundError", "message": "Channel not found"}, Refused(Refusal.NOT_FOUND, "Channel not found")),
    ({"__typename": "UnauthorizedError", "message": "No"}, Refused(Refusal.UNAUTHORIZED, "No")),
    (
        {"__typename": "LimitReachedError", "message": "Scheduled posts limit reached."},
        Refused(Refusal.LIMIT, "Scheduled posts limit reached."),
    ),
    ({"__typename": "InvalidInputError", "message": PAST}, Refused(Refusal.PAST, PAST)),
    ({"__typename": "UnexpectedError", "message": PAST}, Refused(Refusal.PAST, PAST)),
    ({"__typename": "VoidMutationError", "message": PAST}, Refused(Refusal.PAST, PAST)),
    ({"__typename": "InvalidInputError", "message": POSTED}, Doubtful(Refusal.REPEAT, POSTED)),
    ({"__typename": "UnexpectedError", "message": SCHEDULED}, Doubtful(Refusal.REPEAT, SCHEDULED)),
    (
        {"__typename": "LimitReachedError", "message": "You have this one scheduled and nine more."},
        Refused(Refusal.LIMIT, "You have this one scheduled and nine more."),
    ),
    ({"__typename": "UnexpectedError", "message": "Oops"}, Unknown("Oops (UnexpectedError)")),
    ({"__typename": "RestProxyError", "message": "Oops"}, Unknown("Oops (RestProxyError)")),
    (
        {"__typename": "VoidMutationError", "message": "Sent posts cannot be deleted"},
        Doubtful(Refusal.KEPT, "Sent posts cannot be deleted"),
    ),
    ({"__typename": "VoidMutationError", "message": ""}, Unknown(UNSAID)),
    ({"__typename": "VoidMutationError", "message": "Unknown error"}, Unknown("Unknown error (VoidMutationError)")),
    (
        {"__typename": "SomethingNew"},
        Unknown("Buffer answered with SomethingNew, which is neither a success nor a refusal"),
    ),
    ({"message": "no type"}, Unknown("no type (None)")),
    (None, Unknown("Buffer's answer does not mention it")),
    (
        {"__typename": "IdeaResponse", "idea": None},
        Unknown("Buffer did it, but its answer cannot be read (IdeaResponse)"),
    ),
    (
        {"__typename": "PostActionSuccess", "post": {"id": "p1"}},
        Unknown("Buffer did it, but its answer cannot be read (PostActionSuccess)"),
    ),
]


@pytest.mark.parametrize(("payload", "expected"), PAYLOADS)
def test_each_payload_is_one_outcome(payload: dict[str, Any] | None, expected: Result, connected: Connected) -> None:
    """Done, Refused or Unknown, with Buffer's own words if it sent any."""
    assert connected(Scripted(lambda _: {"a0": payload})).send([answered(payload)]) == (expected,)


def answered(payload: dict[str, Any] | None) -> Write:
    """A write with this answer from Buffer."""
    match (payload or {}).get("__typename"):
        case "Idea" | "IdeaResponse":
            return CREATE_IDEA
        case "DeletePostSuccess" | "VoidMutationError":
            return DeletePost("p1", "c1")
    return CREATE


@pytest.mark.parametrize(
    ("write", "payload"),
    [
        (CREATE, {"__typename": "Idea", **RAW_IDEA}),
        (CREATE, {"__typename": "DeletePostSuccess", "id": "p1"}),
        (CREATE, {"__typename": "VoidMutationError", "message": "Document not found"}),
        (CREATE_IDEA, {"__typename": "PostActionSuccess", "post": RAW}),
        (EditPost("p2", POST, "c1"), {"__typename": "PostActionSuccess", "post": RAW}),
        (DeletePost("p1", "c1"), {"__typename": "PostActionSuccess", "post": RAW}),
    ],
)
def test_success_of_something_else_is_looked_into(write: Write, payload: dict[str, Any], connected: Connected) -> None:
    """The result of another kind of write, or another post."""
    (result,) = connected(Scripted(lambda _: {"a0": payload})).send([write])
    assert isinstance(result, Unknown | Doubtful)


@pytest.mark.parametrize(("write", "why"), [(EditPost("p1", POST, "c1"), Refusal.SENT), (CREATE, Refusal.INVALID)])
def test_an_edit_of_a_published_post_is_refused_for_that(write: Write, why: Refusal, connected: Connected) -> None:
    """Buffer has no type for it; the words mean nothing for a new post."""
    message = "Invalid post: Sent posts cannot be edited."
    payload = {"__typename": "InvalidInputError", "message": message}
    assert connected(Scripted(lambda _: {"a0": payload})).send([write]) == (Refused(why, message),)


def test_writes_go_in_one_request_in_order(connected: Connected) -> None:
    """Four kinds in one mutation, inputs as variables, a result for each in order."""
    script = Scripted(
        lambda _: {
            "a3": {"__typename": "Idea", **RAW_IDEA},
            "a0": {"__typename": "PostActionSuccess", "post": RAW},
            "a1": {"__typename": "InvalidInputError", "message": "Invalid post: x"},
            "a2": {"__typename": "DeletePostSuccess", "id": "p2"},
        }
    )
    outcome = connected(script).send([CREATE, EditPost("p9", POST, "c1"), DeletePost("p2", "c1"), CREATE_IDEA])
    assert outcome == (Done(LIVE), Refused(Refusal.INVALID, "Invalid post: x"), Done(None), Done(LIVE_IDEA))
    (asked,) = script.asked
    assert asked["operationName"] == "Write"
    assert list(asked["variables"]) == ["input0", "input1", "input2", "input3"]
    assert asked["variables"]["input2"] == {"id": "p2"}
    fields = ["a0: createPost", "a1: editPost", "a2: deletePost", "a3: createIdea"]
    assert sorted(fields, key=asked["query"].index) == fields


def test_thirty_writes_are_one_request(connected: Connected) -> None:
    """30 results of 1 request."""
    script = Scripted(lambda _: {f"a{n}": {"__typename": "PostActionSuccess", "post": RAW} for n in range(30)})
    assert connected(script).send([CREATE] * 30) == (Done(LIVE),) * 30
    assert len(script.requests) == 1


def test_a_missing_alias_is_unknown_and_the_others_are_not(connected: Connected) -> None:
    """Done, unknown, done."""
    success = {"__typename": "DeletePostSuccess", "id": "p"}
    outcome = connected(Scripted(lambda _: {"a0": success, "a2": success})).send([DeletePost("p", "c1")] * 3)
    assert [type(each) for each in outcome] == [Done, Unknown, Done]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"data": None, "errors": [{"message": "Oops", "path": ["a1"]}]}, [Unknown, Unknown, Unknown]),
        ({"data": {}, "errors": [{"message": "Oops", "path": ["a1"]}]}, [Done, Unknown, Done]),
        ({"data": {}, "errors": [{"message": "Oops", "path": ["a1", "post", "tags"]}]}, [Done, Unknown, Done]),
        ({"data": {}, "errors": [{"message": "Oops"}]}, [Unknown, Unknown, Unknown]),
        ({"data": {}, "errors": [{"message": "Oops", "path": None}]}, [Unknown, Unknown, Unknown]),
        ({"data": {}, "errors": [{"message": "", "path": [["a1"]]}]}, [Done, Done, Done]),
        ({"data": {}, "errors": ["Oops"]}, [Unknown, Unknown, Unknown]),
        (
            {"data": None, "errors": [{"message": "No", "path": ["a0"], "extensions": {"code": "UNAUTHORIZED"}}]},
            [Unknown] * 3,
        ),
        ({"data": {}, "errors": []}, [Done, Done, Done]),
    ],
)
def test_an_error_leaves_open_every_write_that_it_concerns(
    body: dict[str, Any], expected: list[type[Result]], connected: Connected
) -> None:
    """All if `data` is null or there is no path, otherwise the alias in the path (notes: Limits)."""
    if body["data"] is not None:
        body = {**body, "data": {f"a{n}": {"__typename": "DeletePostSuccess", "id": "p"} for n in range(3)}}
    outcome = connected(Scripted(httpx2.Response(200, json=body))).send([DeletePost("p", "c1")] * 3)
    assert [type(each) for each in outcome] == expected
    assert all(each.why for each in outcome if isinstance(each, Unknown))
