"""Mutations: what is made, changed and deleted, and the typed errors with the service's own words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bufferctl.sandbox import Sandbox
from tests.sandbox.asking import CREATE, EDIT, Asker

DUE = "2026-12-01T09:00:00.000Z"
IMAGE = {"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "The console"}}}
BLUE = "66a0000000000000000001a1"


def test_a_post_reads_back(buffer: Asker) -> None:
    """Text as sent, the time asked for, `schedulingType` null for automatic, made over the API."""
    post = buffer.create(
        text="One\n\ntwo 🎉 https://acme.example", mode="customScheduled", dueAt="2026-12-01T10:00:00+01:00"
    )["post"]
    assert (post["text"], post["dueAt"]) == ("One\n\ntwo 🎉 https://acme.example", DUE)
    assert (post["status"], post["shareMode"], post["isCustomScheduled"]) == ("scheduled", "customScheduled", True)
    assert (post["via"], post["schedulingType"], post["error"], post["sentAt"]) == ("api", None, None, None)
    assert post["author"] == {"name": "Ada Example", "isDeleted": False}
    assert {"updatePost", "deletePost"} <= set(post["allowedActions"])


def test_the_scheduling_type_may_read_back(make: Any) -> None:
    """Without `automatic_reads_null` it is what was sent."""
    assert make(automatic_reads_null=False).create()["post"]["schedulingType"] == "automatic"


def test_nothing_is_idempotent(buffer: Asker, sandbox: Sandbox) -> None:
    """The same createPost and createIdea twice make two of each."""
    for _ in range(2):
        buffer.create()
        buffer.idea(title="Twice")
    assert (len(sandbox.posts()), len(sandbox.ideas())) == (2, 2)


def test_assets_move_to_buffers_storage(buffer: Asker) -> None:
    """`source` is another URL, the same for the same picture; `id` is null; alt text and plausible sizes are there."""
    first, second = (buffer.create(assets=[IMAGE])["post"]["assets"][0] for _ in range(2))
    assert first == second
    assert first["source"].startswith("https://buffer-media.example/")
    assert (first["id"], first["type"], first["mimeType"]) == (None, "image", "image/png")
    assert first["image"]["altText"] == "The console"
    assert first["image"]["width"] > 0 < first["image"]["height"]
    again = buffer.create(assets=[{"image": {"url": first["source"]}}])["post"]["assets"][0]
    assert again["source"] == first["source"]


def test_other_kinds_of_assets(buffer: Asker) -> None:
    """A video keeps title and thumbnail offset, a document its title; a link becomes the post's linkAttachment."""
    video = {"url": "https://acme.example/v.mp4", "metadata": {"title": "Tour", "thumbnailOffset": 1500}}
    made = buffer.create(assets=[{"video": video}])["post"]["assets"][0]
    assert (made["video"]["title"], made["video"]["thumbnailOffset"]) == ("Tour", 1500)
    document = {"url": "https://acme.example/d.pdf", "title": "Report", "thumbnailUrl": "https://acme.example/d.png"}
    made = buffer.create("linkedin", assets=[{"document": document}])["post"]["assets"][0]
    assert made["document"] == {"title": "Report", "numPages": 1}
    made = buffer.create(
        "facebook", assets=[{"link": {"url": "https://acme.example"}}], metadata={"facebook": {"type": "post"}}
    )
    assert made["post"]["assets"] == []
    assert made["post"]["metadata"]["linkAttachment"]["url"] == "https://acme.example"


def test_threads_and_metadata(buffer: Asker) -> None:
    """A thread reads back whole; without metadata the network's defaults do; another network's metadata is ignored."""
    thread = [{"text": "1"}, {"text": "2", "assets": [IMAGE]}]
    made = buffer.create(text="1", metadata={"twitter": {"thread": thread}, "facebook": {"type": "reel"}})["post"][
        "metadata"
    ]
    assert (made["type"], made["threadCount"], [item["text"] for item in made["thread"]]) == ("thread", 2, ["1", "2"])
    plain = buffer.create()["post"]["metadata"]
    assert plain == {
        "__typename": "TwitterPostMetadata",
        "type": "post",
        "annotations": [],
        "threadCount": 0,
        "thread": [],
    }
    assert buffer.create("startPage")["post"]["metadata"] is None


@pytest.mark.parametrize(
    ("fields", "typename", "message"),
    [
        ({"channelId": "nope"}, "NotFoundError", "Channel not found"),
        ({"text": None}, "InvalidInputError", "Invalid post: Post must have either text or media."),
        ({"text": " \n"}, "InvalidInputError", "Invalid post: Post must have either text or media."),
        ({"mode": "customScheduled"}, "InvalidInputError", "Invalid post: Custom scheduled posts require dueAt."),
        ({"tagIds": ["nope"]}, "InvalidInputError", "Invalid post: Tag nope not found."),
        (
            {"text": "x" * 281, "assets": [{"image": {"url": "https://dead.invalid/a.png"}}]},
            "InvalidInputError",
            "Invalid post: Twitter / X posts cannot exceed 280 characters., Image could not be read from its URL.",
        ),
    ],
)
def test_typed_errors(buffer: Asker, fields: dict[str, Any], typename: str, message: str) -> None:
    """HTTP 200, the member of the union, the service's words, several problems in one message; nothing is made."""
    wanted = {"channelId": buffer.sandbox.channel("twitter")["id"], "mode": "addToQueue", "schedulingType": "automatic"}
    assert buffer.it(CREATE, i={**wanted, "text": "Hello", **fields}) == {"__typename": typename, "message": message}
    assert buffer.sandbox.posts() == []


def test_typed_errors_stay_with_their_alias(buffer: Asker, sandbox: Sandbox) -> None:
    """One alias refused, its neighbours done, in order, one request."""
    channel = sandbox.channel("twitter")["id"]
    wanted = {"channelId": channel, "mode": "addToQueue", "schedulingType": "automatic"}
    query = """mutation($a: CreatePostInput!, $b: CreatePostInput!) {
      a: createPost(input: $a) { __typename } b: createPost(input: $b) { __typename }
      c: createPost(input: $a) { __typename } }"""
    answer = buffer.ask(query, a={**wanted, "text": "fine"}, b={**wanted, "text": ""})
    names = [answer.data[alias]["__typename"] for alias in "abc"]
    assert names == ["PostActionSuccess", "InvalidInputError", "PostActionSuccess"]
    assert len(sandbox.requests) == 1


def test_a_concrete_error_outside_the_union_is_refused(buffer: Asker) -> None:
    """Validation, HTTP 400: VoidMutationError is no member of createPost's payload."""
    query = CREATE.replace("... on MutationError", "... on VoidMutationError")
    assert buffer.ask(query, i={}).code == "GRAPHQL_VALIDATION_FAILED"


def test_the_plans_limit(buffer: Asker) -> None:
    """Globex is on the free plan: ten scheduled posts, then LimitReachedError; drafts and shareNow still go."""
    for n in range(10):
        assert buffer.create(organization="Globex", text=str(n))["__typename"] == "PostActionSuccess"
    refused = buffer.create(organization="Globex", text="eleven")
    assert refused == {"__typename": "LimitReachedError", "message": "Scheduled posts limit reached."}
    draft = buffer.create(organization="Globex", text="draft", saveToDraft=True)["post"]
    assert draft["status"] == "draft"
    assert buffer.create(organization="Globex", text="now", mode="shareNow")["post"]["status"] == "sent"
    assert buffer.edit(draft["id"], text="draft", saveToDraft=False)["__typename"] == "LimitReachedError"


def test_a_daily_limit(buffer: Asker, sandbox: Sandbox) -> None:
    """A channel that takes two posts a day refuses the third for that day, not for the next one."""
    sandbox.person.set_channel(sandbox.channel("twitter")["id"], dailyPostingLimit=2)
    same_day = {"mode": "customScheduled", "dueAt": DUE}
    for _ in range(2):
        buffer.create(**same_day)
    assert buffer.create(**same_day)["message"] == "Daily posting limit reached."
    assert "post" in buffer.create(mode="customScheduled", dueAt="2026-12-02T09:00:00Z")


def test_first_comments_need_a_paid_plan(buffer: Asker) -> None:
    """On the free plan they are refused in the service's words; on another they read back."""
    metadata = {"linkedin": {"firstComment": "More"}}
    refused = buffer.create("linkedin", organization="Globex", metadata=metadata)["message"]
    assert refused == "Invalid post: First comment requires a paid plan. Please upgrade to use this feature."
    assert "post" in buffer.create("linkedin", metadata=metadata)


def test_locked_and_disconnected_channels(buffer: Asker, sandbox: Sandbox) -> None:
    """A locked channel refuses, a disconnected one accepts and fails when the post falls due."""
    channel = sandbox.channel("twitter")["id"]
    sandbox.person.set_channel(channel, isLocked=True)
    assert buffer.create()["__typename"] == "UnauthorizedError"
    sandbox.person.set_channel(channel, isLocked=False, isDisconnected=True)
    buffer.create(mode="customScheduled", dueAt=DUE)
    sandbox.clock.set(DUE)
    post = buffer.page()["edges"][0]["node"]
    assert (post["status"], post["sentAt"]) == ("error", None)
    assert "reconnect" in post["error"]["message"]


def test_duplicates_are_refused_only_on_request(make: Any) -> None:
    """With refuse_duplicates: a text that is scheduled or was sent within the hour, on the same channel."""
    buffer = make(refuse_duplicates=True)
    buffer.create(mode="customScheduled", dueAt="2026-11-02T09:00:00Z")
    assert "you've already got this one scheduled" in buffer.create()["message"]
    assert "post" in buffer.create("linkedin")
    assert "post" in buffer.create(saveToDraft=True)
    buffer.sandbox.clock.advance(hours=1)
    assert "you've posted that one recently" in buffer.create()["message"]
    buffer.sandbox.clock.advance(hours=1)
    assert "post" in buffer.create()


def test_links_may_be_shortened(make: Any) -> None:
    """Only with shorten_links, and only on a channel that has it switched on; edits too."""
    buffer = make(shorten_links=True)
    text = "Read https://acme.example/a and\nhttps://acme.example/b"
    assert buffer.create(text=text)["post"]["text"] == text
    buffer.sandbox.person.set_channel(buffer.sandbox.channel("twitter")["id"], linkShortening=True)
    made = buffer.create(text=text)["post"]
    assert re.fullmatch(r"Read https://buff\.ly/\w{7} and\nhttps://buff\.ly/\w{7}", made["text"])
    assert buffer.edit(made["id"], text=text)["post"]["text"] == made["text"]


def test_drafts_and_approvals(buffer: Asker) -> None:
    """A draft keeps a time asked for and has none in the queue; drafts read back as made in Buffer."""
    draft = buffer.create(saveToDraft=True, mode="customScheduled", dueAt=DUE)["post"]
    assert (draft["status"], draft["dueAt"], draft["via"]) == ("draft", DUE, "buffer")
    waiting = buffer.create(needsApproval=True)["post"]
    assert (waiting["status"], waiting["dueAt"]) == ("needs_approval", None)
    assert "approvePost" in waiting["allowedActions"]
    assert buffer.sandbox.person.approve(waiting["id"])["dueAt"] == "2026-11-02T16:00:00.000Z"
    assert buffer.sandbox.person.approve(draft["id"])["status"] == "scheduled"


def test_an_edit_replaces_the_whole_content(buffer: Asker) -> None:
    """Text, assets, metadata and tags that an edit leaves out are gone; the schedule stays."""
    made = buffer.create(
        "facebook", text="old", assets=[IMAGE], tagIds=[BLUE], mode="customScheduled", dueAt=DUE,
        metadata={"facebook": {"type": "story"}},
    )["post"]  # fmt: skip
    assert [tag["name"] for tag in made["tags"]] == ["launch"]
    edited = buffer.edit(made["id"], text="new", metadata={"facebook": {"type": "post"}})["post"]
    assert (edited["text"], edited["assets"], edited["tags"]) == ("new", [], [])
    assert (edited["dueAt"], edited["id"], edited["metadata"]["type"]) == (DUE, made["id"], "post")
    refused = buffer.edit(made["id"], text="new", assets=[IMAGE])["message"]
    assert refused == "Invalid post: Facebook posts require a type (post, story, or reel)."


def test_an_edit_may_keep_what_it_omits(make: Any) -> None:
    """With `edits_keep`, as the reference says: all stays but what is named, and what is named empty goes."""
    buffer = make(edits_keep=True)
    made = buffer.create(
        "linkedin", text="old", assets=[IMAGE], tagIds=[BLUE], mode="customScheduled", dueAt=DUE,
    )["post"]  # fmt: skip
    later = buffer.edit(made["id"], dueAt="2026-12-02T09:00:00Z")["post"]
    assert later == {**made, "dueAt": "2026-12-02T09:00:00.000Z", "updatedAt": later["updatedAt"]}
    emptied = buffer.edit(made["id"], assets=[], tagIds=[])["post"]
    assert (emptied["text"], emptied["assets"], emptied["tags"]) == ("old", [], [])
    linked = buffer.edit(made["id"], metadata={"linkedin": {"linkAttachment": {"url": "https://acme.example"}}})["post"]
    assert (linked["text"], bool(linked["metadata"]["linkAttachment"])) == ("old", True)
    bare = buffer.edit(made["id"], metadata={"linkedin": {}})["post"]
    assert (bare["text"], bare["metadata"]["linkAttachment"]) == ("old", None)


def test_an_edit_of_the_time_alone_is_refused(buffer: Asker) -> None:
    """As live reports have it: without text and assets there is no post left."""
    made = buffer.create(mode="customScheduled", dueAt=DUE)["post"]["id"]
    refused = buffer.edit(made, dueAt="2026-12-02T09:00:00Z")
    assert refused == {
        "__typename": "InvalidInputError",
        "message": "Invalid post: Post must have either text or media.",
    }
    assert buffer.edit(made, text="Hello", dueAt="2026-12-02T09:00:00Z")["post"]["dueAt"] == "2026-12-02T09:00:00.000Z"


def test_an_edit_of_the_schedule(buffer: Asker) -> None:
    """From timed to queue and back, to draft and back; a queued post keeps its slot when no mode is named."""
    made = buffer.create()["post"]
    first_slot = made["dueAt"]
    assert buffer.edit(made["id"], text="a", dueAt=DUE)["post"]["dueAt"] == first_slot
    timed = buffer.edit(made["id"], text="b", mode="customScheduled", dueAt=DUE)["post"]
    assert (timed["dueAt"], timed["isCustomScheduled"]) == (DUE, True)
    draft = buffer.edit(made["id"], text="b", saveToDraft=True)["post"]
    assert (draft["status"], draft["dueAt"]) == ("draft", DUE)
    assert buffer.edit(made["id"], text="c")["post"]["status"] == "draft"
    assert buffer.edit(made["id"], text="c", saveToDraft=False)["post"]["status"] == "scheduled"
    assert buffer.edit(made["id"], text="c", mode="addToQueue")["post"]["dueAt"] == first_slot
    assert buffer.edit(made["id"], text="c", approvalChange="request")["post"]["status"] == "needs_approval"
    assert buffer.edit(made["id"], text="d")["post"]["status"] == "needs_approval"
    assert buffer.edit(made["id"], text="d", approvalChange="revert")["post"]["status"] == "draft"
    assert buffer.edit(made["id"], text="d", mode="customScheduled", dueAt=None)["__typename"] == "InvalidInputError"


def test_sent_posts_stay(buffer: Asker) -> None:
    """A sent post can be neither edited nor deleted, and its allowedActions say so."""
    sent = buffer.create(mode="shareNow")["post"]
    assert (sent["status"], sent["sharedNow"], sent["sentAt"]) == ("sent", True, "2026-11-02T08:30:00.000Z")
    assert sent["externalLink"].startswith("https://twitter.example/acme/")
    assert not {"updatePost", "deletePost"} & set(sent["allowedActions"])
    assert buffer.edit(sent["id"], text="x")["message"] == "Invalid post: Sent posts cannot be edited."
    assert buffer.delete(sent["id"])["__typename"] == "VoidMutationError"


def test_deleting(buffer: Asker) -> None:
    """The id comes back; a second time, and any edit, finds nothing."""
    made = buffer.create()["post"]["id"]
    assert buffer.delete(made) == {"__typename": "DeletePostSuccess", "id": made}
    assert buffer.delete(made) == {"__typename": "VoidMutationError", "message": "Document not found"}
    assert buffer.edit(made, text="x") == {"__typename": "NotFoundError", "message": "Document not found"}


def test_ideas(buffer: Asker) -> None:
    """All that an idea takes reads back; media move to Buffer's storage; the answer is an IdeaResponse."""
    group = buffer.sandbox.organization()["ideaGroups"][0]["id"]
    media = [{"url": "https://acme.example/a.png", "type": "image", "alt": "A"}]
    tags = [{"id": BLUE, "name": "launch", "color": "#2C4BFF"}]
    made = buffer.idea(title="T", text="x", date=DUE, services=["linkedin"], media=media, tags=tags, group=group)
    assert made["__typename"] == "IdeaResponse"
    content = made["idea"].pop("content")
    assert content["media"][0]["url"].startswith("https://buffer-media.example/")
    assert (content["title"], content["date"], content["services"]) == ("T", DUE, ["linkedin"])
    assert content["tags"] == [{"name": "launch"}]
    assert (made["idea"]["groupId"], made["idea"]["createdAt"]) == (group, 1793608200)


def test_ideas_may_answer_bare(make: Any) -> None:
    """`idea_response=False` answers `Idea` itself, the other member that the notes name."""
    made = make(idea_response=False).idea(title="T")
    assert (made["__typename"], made["content"]["title"]) == ("Idea", "T")


def test_ideas_that_are_refused(buffer: Asker) -> None:
    """Empty, unknown tag or group, dead media, another organization, over the limit: typed errors."""
    tags = [{"id": "x", "name": "x", "color": "x"}]
    media = [{"url": "http://acme.example/a.png", "type": "image"}]
    refused = buffer.idea(tags=tags, group="x", media=media)
    assert refused["__typename"] == "InvalidInputError"
    assert (
        refused["message"]
        == "Invalid idea: Tag x not found., Image could not be read from its URL., Idea group not found."
    )
    assert buffer.idea(text="")["message"] == "Invalid idea: Idea must have a title, text or media."
    globex = buffer.sandbox.organization("Globex")
    globex["limits"]["ideas"] = 1
    buffer.sandbox.core.store.put_organization(globex)
    buffer.idea("Globex", title="one")
    assert buffer.idea("Globex", title="two")["__typename"] == "LimitReachedError"


def test_an_idea_stays_with_its_post(buffer: Asker) -> None:
    """`ideaId` reads back, also after an edit that does not name it."""
    idea = buffer.idea(title="T")["idea"]["id"]
    made = buffer.create(ideaId=idea)["post"]
    assert made["ideaId"] == buffer.edit(made["id"], text="x")["post"]["ideaId"] == idea


def test_bad_values_never_reach_a_resolver(buffer: Asker) -> None:
    """A number as a time, a time that is none, two kinds in one asset: HTTP 400 BAD_USER_INPUT."""
    wanted = {"channelId": "x", "mode": "customScheduled", "schedulingType": "automatic"}
    assets = [{"image": {"url": "x"}, "link": {"url": "x"}}]
    for bad in ({"dueAt": 1764579600}, {"dueAt": "tomorrow"}, {"dueAt": "9999-12-31T23:59:59Z"}, {"assets": assets}):
        answer = buffer.ask(CREATE, i=wanted | bad)
        assert (answer.status, answer.code) == (400, "BAD_USER_INPUT")
    assert buffer.ask(EDIT, i={"id": "x", "mode": "someday"}).code == "BAD_USER_INPUT"
