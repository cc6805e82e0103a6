"""Mutations: creating, changing and deleting, and the typed errors in the service's own words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bufferctl.sandbox import Sandbox
from bufferctl.sandbox.views import MEDIA_HOST, stored_url
from tests.sandbox.asking import CREATE, EDIT, Asker
from tests.sandbox.conftest import Make

DUE = "2026-12-01T09:00:00.000Z"
IMAGE = {"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "The console"}}}
BLUE = "66a0000000000000000001a1"


def test_a_post_reads_back(buffer: Asker) -> None:
    """Text as sent, the requested time, `schedulingType` null for automatic, made through the API."""
    post = buffer.create(
        text="One\n\ntwo 🎉 https://acme.example", mode="customScheduled", dueAt="2026-12-01T10:00:00+01:00"
    )["post"]
    assert (post["text"], post["dueAt"]) == ("One\n\ntwo 🎉 https://acme.example", DUE)
    assert (post["status"], post["shareMode"], post["isCustomScheduled"]) == ("scheduled", "customScheduled", True)
    assert (post["via"], post["schedulingType"], post["error"], post["sentAt"]) == ("api", None, None, None)
    assert post["author"] == {"name": "Ada Example", "isDeleted": False}
    assert {"updatePost", "deletePost"} <= set(post["allowedActions"])


def test_the_scheduling_type_may_read_back(make: Make) -> None:
    """Without `automatic_reads_null` it reads back as sent."""
    assert make(automatic_reads_null=False).create()["post"]["schedulingType"] == "automatic"


@pytest.mark.parametrize("wins", [True, False])
def test_a_channel_that_defaults_to_reminders(make: Make, wins: bool) -> None:
    """An automatic post becomes a reminder, unless `reminders_win` is off; nowhere else."""
    buffer = make(reminders_win=wins, automatic_reads_null=False)
    channel = buffer.sandbox.channel("tiktok")
    buffer.sandbox.person.set_channel(channel["id"], metadata={"defaultToReminders": True})
    assert buffer.create("tiktok", assets=[IMAGE])["post"]["schedulingType"] == (
        "notification" if wins else "automatic"
    )
    assert buffer.create()["post"]["schedulingType"] == "automatic"


_ON_INSTAGRAM: dict[str, Any] = {
    "assets": [IMAGE],
    "metadata": {"instagram": {"type": "post", "shouldShareToFeed": True}},
}
_ONLY_REMINDERS = (
    "Invalid post: Instagram personal profile channels require notification scheduling. "
    "Use notification scheduling instead."
)


@pytest.fixture
def personal(sandbox: Sandbox) -> None:
    """The instagram channel is a person's."""
    sandbox.person.set_channel(sandbox.channel("instagram")["id"], type="profile")


def test_a_business_instagram_takes_automatic_posts(buffer: Asker) -> None:
    """As every other channel."""
    assert "post" in buffer.create("instagram", **_ON_INSTAGRAM)


def test_a_personal_instagram_takes_reminders_only(buffer: Asker, personal: None) -> None:
    """Automatic posts are refused in Buffer's words."""
    assert buffer.create("instagram", **_ON_INSTAGRAM)["message"] == _ONLY_REMINDERS


@pytest.mark.parametrize(("more", "message"), [({}, None), ({"schedulingType": "automatic"}, _ONLY_REMINDERS)])
def test_a_reminder_on_a_personal_instagram_stays_one(
    buffer: Asker, personal: None, more: dict[str, str], message: str | None
) -> None:
    """It can be edited, and not made automatic."""
    made = buffer.create("instagram", **_ON_INSTAGRAM, schedulingType="notification")["post"]
    assert buffer.edit(made["id"], text="Edited", **more).get("message") == message


@pytest.mark.parametrize("is_lost", [True, False])
def test_instagrams_first_comment(make: Make, is_lost: bool) -> None:
    """It is not kept, unless `comments_lost` is off; LinkedIn's is."""
    buffer = make(comments_lost=is_lost)
    metadata = {"type": "post", "shouldShareToFeed": True, "firstComment": "First!"}
    buffer.create("instagram", assets=[IMAGE], metadata={"instagram": metadata})
    buffer.create("linkedin", metadata={"linkedin": {"firstComment": "First!"}})
    kept = [(post["metadata"] or {}).get("firstComment") for post in buffer.sandbox.posts()]
    assert kept == [None if is_lost else "First!", "First!"]


def test_nothing_is_idempotent(buffer: Asker, sandbox: Sandbox) -> None:
    """The same createPost and createIdea twice make two of each."""
    for _ in range(2):
        buffer.create()
        buffer.idea(title="Twice")
    assert (len(sandbox.posts()), len(sandbox.ideas())) == (2, 2)


def test_assets_move_to_buffers_storage(buffer: Asker) -> None:
    """`source` is another URL, the same for the same picture; `id` is null; alt text and plausible sizes are set."""
    first, second = (buffer.create(assets=[IMAGE])["post"]["assets"][0] for _ in range(2))
    assert first == second
    assert first["source"].startswith("https://buffer-media.example/")
    assert (first["id"], first["type"], first["mimeType"]) == (None, "image", "image/png")
    assert first["image"]["altText"] == "The console"
    assert first["image"]["width"] > 0 < first["image"]["height"]
    again = buffer.create(assets=[{"image": {"url": first["source"]}}])["post"]["assets"][0]
    assert again["source"] == first["source"]


def test_a_video_keeps_title_and_thumbnail_offset(buffer: Asker) -> None:
    """As they were given."""
    video = {"url": "https://acme.example/v.mp4", "metadata": {"title": "Tour", "thumbnailOffset": 1500}}
    made = buffer.create("tiktok", assets=[{"video": video}])["post"]["assets"][0]
    assert (made["video"]["title"], made["video"]["thumbnailOffset"]) == ("Tour", 1500)


def test_a_document_keeps_its_title(buffer: Asker) -> None:
    """With a number of pages."""
    document = {"url": "https://acme.example/d.pdf", "title": "Report", "thumbnailUrl": "https://acme.example/d.png"}
    made = buffer.create("linkedin", assets=[{"document": document}])["post"]["assets"][0]
    assert made["document"] == {"title": "Report", "numPages": 1}


@pytest.mark.parametrize(
    ("url", "ending"),
    [
        ("https://acme.example/a.png", ".png"),
        ("https://acme.example/A.PNG?size=1.2", ".png"),
        ("https://acme.example/film.tar", ".tar"),
        ("https://acme.example/v1.0/raw", ""),
        ("https://acme.example/image.download", ""),
        ("https://acme.example", ""),
    ],
)
def test_a_copy_keeps_the_kind_of_its_file(url: str, ending: str) -> None:
    """As the end of its URL, if the original one tells."""
    copy = stored_url(url)
    assert copy.startswith(f"https://{MEDIA_HOST}/")
    assert copy.removeprefix(f"https://{MEDIA_HOST}/").lstrip("0123456789abcdef") == ending


def test_a_link_becomes_the_posts_link_attachment(buffer: Asker) -> None:
    """It is no asset any more."""
    made = buffer.create(
        "facebook", assets=[{"link": {"url": "https://acme.example"}}], metadata={"facebook": {"type": "post"}}
    )
    assert made["post"]["assets"] == []
    shown = made["post"]["metadata"]["linkAttachment"]
    assert (shown["url"], shown["title"]) == ("https://acme.example", "A page on acme.example")


def test_a_thread_reads_back_whole(buffer: Asker) -> None:
    """Metadata of other networks is ignored."""
    thread = [{"text": "1"}, {"text": "2", "assets": [IMAGE]}]
    made = buffer.create(text="1", metadata={"twitter": {"thread": thread}, "facebook": {"type": "reel"}})["post"][
        "metadata"
    ]
    assert (made["type"], made["threadCount"], [item["text"] for item in made["thread"]]) == ("thread", 2, ["1", "2"])


def test_without_metadata_the_networks_defaults_apply(buffer: Asker) -> None:
    """As on twitter."""
    assert buffer.create()["post"]["metadata"] == {
        "__typename": "TwitterPostMetadata",
        "type": "post",
        "annotations": [],
        "threadCount": 0,
        "thread": [],
    }


def test_metadata_has_its_networks_type(buffer: Asker) -> None:
    """As on Substack."""
    substack = buffer.create("substack", metadata={"substack": {"linkAttachment": {"url": "https://acme.example"}}})
    assert substack["post"]["metadata"]["__typename"] == "SubstackPostMetadata"


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
    """HTTP 200, the member of the union, the service's words, several problems in one message; nothing is created."""
    wanted = {"channelId": buffer.sandbox.channel("twitter")["id"], "mode": "addToQueue", "schedulingType": "automatic"}
    assert buffer.it(CREATE, i={**wanted, "text": "Hello", **fields}) == {"__typename": typename, "message": message}
    assert buffer.sandbox.posts() == []


def test_typed_errors_stay_with_their_alias(buffer: Asker, sandbox: Sandbox) -> None:
    """One alias is refused, the others are done, in order, in one request."""
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
    """Validation, HTTP 400: VoidMutationError is not a member of createPost's payload."""
    query = CREATE.replace("... on MutationError", "... on VoidMutationError")
    assert buffer.ask(query, i={}).code == "GRAPHQL_VALIDATION_FAILED"


@pytest.fixture
def full(buffer: Asker) -> None:
    """Globex, on the free plan, with ten scheduled posts."""
    made = [buffer.create(organization="Globex", text=str(n))["__typename"] for n in range(10)]
    assert made == ["PostActionSuccess"] * 10


def test_the_plans_limit(buffer: Asker, full: None) -> None:
    """The eleventh is a LimitReachedError in Buffer's words."""
    words = "Scheduled posts limit reached. You have 10 scheduled posts out of 10 allowed."
    refused = buffer.create(organization="Globex", text="eleven")
    assert refused == {"__typename": "LimitReachedError", "message": words}


@pytest.mark.parametrize(("fields", "status"), [({"saveToDraft": True}, "draft"), ({"mode": "shareNow"}, "sent")])
def test_what_does_not_count_for_the_plans_limit(
    buffer: Asker, full: None, fields: dict[str, Any], status: str
) -> None:
    """Drafts, and what is published at once."""
    assert buffer.create(organization="Globex", text="more", **fields)["post"]["status"] == status


def test_a_draft_that_is_scheduled_counts_for_the_plans_limit(buffer: Asker, full: None) -> None:
    """Like a new post."""
    draft = buffer.create(organization="Globex", text="draft", saveToDraft=True)["post"]
    assert buffer.edit(draft["id"], text="draft", saveToDraft=False)["__typename"] == "LimitReachedError"


_THREAD: dict[str, Any] = {"metadata": {"twitter": {"thread": [{"text": "1"}, {"text": "2"}]}}, "text": "1"}


def test_the_free_plan_allows_one_scheduled_thread_on_a_channel(buffer: Asker) -> None:
    """Other posts and drafts of threads do not count."""
    assert "post" in buffer.create(organization="Globex", **_THREAD)
    refused = buffer.create(organization="Globex", **_THREAD)["message"]
    assert refused == "Scheduled threads limit reached. You have 1 scheduled threads out of 1 allowed."
    assert "post" in buffer.create(organization="Globex", text="no thread")
    assert "post" in buffer.create(organization="Globex", **_THREAD, saveToDraft=True)


def test_the_free_plans_limits(sandbox: Sandbox) -> None:
    """100 ideas, 3 tags, and a thread a channel."""
    limits = sandbox.organization("Globex")["limits"]
    assert (limits["ideas"], limits["tags"], limits["scheduledThreadsPerChannel"]) == (100, 3, 1)


def test_a_limit_of_stories(buffer: Asker, sandbox: Sandbox) -> None:
    """One on the channel; the second is refused."""
    sandbox.person.set_limit(sandbox.organization()["id"], scheduledStoriesPerChannel=1)
    story: dict[str, Any] = {
        "metadata": {"instagram": {"type": "story", "shouldShareToFeed": False}},
        "assets": [IMAGE],
    }
    assert "post" in buffer.create("instagram", **story)
    refused = buffer.create("instagram", **story)["message"]
    assert refused == "Scheduled stories limit reached. You have 1 scheduled stories out of 1 allowed."


def test_a_limit_of_ideas(buffer: Asker, sandbox: Sandbox) -> None:
    """One; the second is refused."""
    sandbox.person.set_limit(sandbox.organization()["id"], ideas=1)
    buffer.idea(title="One")
    assert buffer.idea(title="Two")["message"] == "Ideas limit reached. You have 1 ideas out of 1 allowed."


def test_a_daily_limit(buffer: Asker, sandbox: Sandbox) -> None:
    """A channel limited to two posts a day refuses the third for that day, not for the next one."""
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


@pytest.fixture
def choosy(make: Make) -> Asker:
    """A sandbox with refuse_duplicates, and a post on twitter in half an hour."""
    buffer = make(refuse_duplicates=True)
    buffer.create(mode="customScheduled", dueAt="2026-11-02T09:00:00Z")
    return buffer


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "you've already got this one scheduled"), (1, "you've posted that one recently")],
    ids=["scheduled", "sent within the hour"],
)
def test_duplicates_are_refused_on_request(choosy: Asker, hours: int, words: str) -> None:
    """With refuse_duplicates: a text that is scheduled or was sent within the hour, on the same channel."""
    choosy.sandbox.clock.advance(hours=hours)
    assert words in choosy.create()["message"]


@pytest.mark.parametrize(
    ("hours", "service", "is_draft"),
    [(0, "linkedin", False), (0, "twitter", True), (2, "twitter", False)],
    ids=["another channel", "a draft", "later"],
)
def test_what_is_no_duplicate(choosy: Asker, hours: int, service: str, is_draft: bool) -> None:
    """It is taken."""
    choosy.sandbox.clock.advance(hours=hours)
    assert "post" in choosy.create(service, saveToDraft=is_draft)


def test_links_may_be_shortened(make: Make) -> None:
    """Only with shorten_links, and only on a channel with the setting on; edits too."""
    buffer = make(shorten_links=True)
    text = "Read https://acme.example/a and\nhttps://acme.example/b"
    assert buffer.create(text=text)["post"]["text"] == text
    buffer.sandbox.person.set_channel(buffer.sandbox.channel("twitter")["id"], linkShortening=True)
    made = buffer.create(text=text)["post"]
    assert re.fullmatch(r"Read https://buff\.ly/\w{7} and\nhttps://buff\.ly/\w{7}", made["text"])
    assert buffer.edit(made["id"], text=text)["post"]["text"] == made["text"]


def test_a_draft_keeps_a_requested_time(buffer: Asker, strict: None) -> None:
    """It reads back as made in Buffer."""
    draft = buffer.create(saveToDraft=True, mode="customScheduled", dueAt=DUE)["post"]
    assert (draft["status"], draft["dueAt"], draft["via"]) == ("draft", DUE, "buffer")


def test_a_draft_with_a_time_is_approved(buffer: Asker, sandbox: Sandbox, strict: None) -> None:
    """It is scheduled."""
    draft = buffer.create(saveToDraft=True, mode="customScheduled", dueAt=DUE)["post"]
    assert sandbox.person.approve(draft["id"])["status"] == "scheduled"


def test_what_waits_for_approval_has_no_time_in_the_queue(buffer: Asker, strict: None) -> None:
    """Somebody may approve it."""
    waiting = buffer.create(needsApproval=True)["post"]
    assert (waiting["status"], waiting["dueAt"]) == ("needs_approval", None)
    assert "approvePost" in waiting["allowedActions"]


def test_what_is_approved_takes_a_place_in_the_queue(buffer: Asker, sandbox: Sandbox, strict: None) -> None:
    """The next free one."""
    waiting = buffer.create(needsApproval=True)["post"]
    assert sandbox.person.approve(waiting["id"])["dueAt"] == "2026-11-02T16:00:00.000Z"


_NO_APPROVAL = "Invalid post: Posts to this channel do not require approval."


@pytest.fixture
def strict(sandbox: Sandbox) -> None:
    """The twitter channel requires approval."""
    sandbox.person.set_channel(sandbox.channel("twitter")["id"], requiresApproval=True)


def test_approval_is_refused_where_the_channel_does_not_require_it(buffer: Asker) -> None:
    """For a new post and for a draft, which has no such action."""
    assert buffer.create(needsApproval=True) == {"__typename": "InvalidInputError", "message": _NO_APPROVAL}
    draft = buffer.create(saveToDraft=True)["post"]
    assert "requestPostApproval" not in draft["allowedActions"]
    assert buffer.edit(draft["id"], approvalChange="request")["message"] == _NO_APPROVAL


def test_approval_is_asked_for_where_the_channel_requires_it(buffer: Asker, strict: None) -> None:
    """Of a draft, or of what becomes one."""
    draft, timed = buffer.create(saveToDraft=True)["post"], buffer.create(mode="customScheduled", dueAt=DUE)["post"]
    assert buffer.edit(draft["id"], approvalChange="request")["post"]["status"] == "needs_approval"
    asked = buffer.edit(timed["id"], approvalChange="request", saveToDraft=True)["post"]
    assert (asked["status"], asked["dueAt"]) == ("needs_approval", DUE)


def test_save_to_draft_false_conflicts_with_asking_for_approval(buffer: Asker, strict: None) -> None:
    """Of a new post, and of a draft."""
    draft = buffer.create(saveToDraft=True)["post"]
    assert "saveToDraft" in buffer.create(needsApproval=True, saveToDraft=False)["message"]
    assert "saveToDraft" in buffer.edit(draft["id"], approvalChange="request", saveToDraft=False)["message"]


def test_approval_is_for_drafts(buffer: Asker, strict: None) -> None:
    """A scheduled post neither asks for it nor takes it back."""
    timed = buffer.create(mode="customScheduled", dueAt=DUE)["post"]["id"]
    assert buffer.edit(timed, approvalChange="revert")["__typename"] == "InvalidInputError"
    assert "for drafts" in buffer.edit(timed, approvalChange="request")["message"]


def test_drafts_may_read_back_as_the_apis(make: Make) -> None:
    """Without `drafts_via_buffer`."""
    assert make(drafts_via_buffer=False).create(saveToDraft=True)["post"]["via"] == "api"


@pytest.fixture
def made(buffer: Asker) -> dict[str, Any]:
    """A timed post with an image and a tag."""
    post: dict[str, Any] = buffer.create(
        "linkedin", text="old", assets=[IMAGE], tagIds=[BLUE], mode="customScheduled", dueAt=DUE
    )["post"]
    return post


def test_an_edit_keeps_what_it_omits(buffer: Asker, made: dict[str, Any]) -> None:
    """Everything but the time of the edit."""
    later = buffer.edit(made["id"], dueAt="2026-12-02T09:00:00Z")["post"]
    assert later == {**made, "dueAt": "2026-12-02T09:00:00.000Z", "updatedAt": later["updatedAt"]}


def test_an_edit_with_null_clears_the_text_alone(buffer: Asker, made: dict[str, Any]) -> None:
    """Assets and tags stay."""
    bare = buffer.edit(made["id"], text=None, assets=None, tagIds=None)["post"]
    assert (bare["text"], bare["assets"], bare["tags"]) == ("", made["assets"], made["tags"])


def test_an_edit_with_nothing_clears_assets_and_tags(buffer: Asker, made: dict[str, Any]) -> None:
    """By empty lists."""
    emptied = buffer.edit(made["id"], text="new", assets=[], tagIds=[])["post"]
    assert (emptied["text"], emptied["assets"], emptied["tags"]) == ("new", [], [])


def test_an_edit_with_empty_metadata_clears_it(buffer: Asker, made: dict[str, Any]) -> None:
    """The text, which it omits, stays."""
    link = {"linkAttachment": {"url": "https://acme.example"}}
    linked = buffer.edit(made["id"], assets=[], metadata={"linkedin": link})["post"]
    bare = buffer.edit(made["id"], metadata={"linkedin": {}})["post"]
    assert (linked["text"], bool(linked["metadata"]["linkAttachment"])) == ("old", True)
    assert (bare["text"], bare["metadata"]["linkAttachment"]) == ("old", None)


@pytest.mark.parametrize(
    ("service", "given", "edit", "kept"),
    [
        (
            "youtube",
            {
                "assets": [{"video": {"url": "https://acme.example/v.mp4"}}],
                "metadata": {"youtube": {"title": "T", "categoryId": "22", "privacy": "private"}},
            },
            {"youtube": {"embeddable": False}},
            {"embeddable": False, "privacy": "public"},
        ),
        (
            "pinterest",
            {"assets": [IMAGE], "metadata": {"pinterest": {"boardServiceId": "9001"}}},
            {"pinterest": {"title": "T"}},
            {"board": {"name": "Products"}},
        ),
        (
            "googlebusiness",
            {"metadata": {"google": {"type": "whats_new", "detailsWhatsNew": {"button": "none"}}}},
            {"google": {"type": "whats_new"}},
            {"type": "whats_new"},
        ),
    ],
    ids=["youtube", "pinterest", "google"],
)
def test_an_edit_of_metadata_keeps_what_the_network_needs(
    buffer: Asker, service: str, given: dict[str, Any], edit: dict[str, Any], kept: dict[str, Any]
) -> None:
    """YouTube's title and category, Pinterest's board, Google's details; the rest of the metadata is replaced."""
    made = buffer.create(service, **given)["post"]["id"]
    edited = buffer.edit(made, metadata=edit)["post"]["metadata"]
    assert {name: edited[name] for name in kept} == kept
    assert service != "youtube" or edited["category"]["categoryId"] == "22"


@pytest.fixture
def replacing(make: Make) -> tuple[Asker, str]:
    """A Buffer with `edits_replace`, and a timed story with a text, an image and a tag."""
    buffer = make(edits_replace=True)
    made = buffer.create(
        "facebook", text="old", assets=[IMAGE], tagIds=[BLUE], mode="customScheduled", dueAt=DUE,
        metadata={"facebook": {"type": "story"}},
    )["post"]  # fmt: skip
    assert [tag["name"] for tag in made["tags"]] == ["launch"]
    return buffer, made["id"]


def test_an_edit_may_replace_the_whole_content(replacing: tuple[Asker, str]) -> None:
    """With `edits_replace`, omitted text, assets, metadata and tags are removed; the schedule stays."""
    buffer, made = replacing
    edited = buffer.edit(made, text="new", metadata={"facebook": {"type": "post"}})["post"]
    assert (edited["text"], edited["assets"], edited["tags"]) == ("new", [], [])
    assert (edited["dueAt"], edited["id"], edited["metadata"]["type"]) == (DUE, made, "post")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"text": "new", "assets": [IMAGE]}, "Facebook posts require a type (post, story, or reel)."),
        (
            {"dueAt": "2026-12-02T09:00:00Z", "metadata": {"facebook": {"type": "post"}}},
            "Post must have either text or media.",
        ),
    ],
)
def test_an_edit_that_replaces_must_say_what_the_network_needs(
    replacing: tuple[Asker, str], edit: dict[str, Any], message: str
) -> None:
    """What it omits is not there."""
    buffer, made = replacing
    assert buffer.edit(made, **edit)["message"] == f"Invalid post: {message}"


def test_a_queued_post_keeps_its_slot_if_an_edit_gives_no_mode(buffer: Asker) -> None:
    """Even with another time."""
    made = buffer.create()["post"]
    assert buffer.edit(made["id"], text="a", dueAt=DUE)["post"]["dueAt"] == made["dueAt"]


def test_an_edit_takes_a_post_out_of_the_queue_and_back(buffer: Asker) -> None:
    """Back into its slot, which nobody took meanwhile."""
    made = buffer.create()["post"]
    timed = buffer.edit(made["id"], text="b", mode="customScheduled", dueAt=DUE)["post"]
    queued = buffer.edit(made["id"], text="c", mode="addToQueue")["post"]
    assert (timed["dueAt"], timed["isCustomScheduled"]) == (DUE, True)
    assert (queued["dueAt"], queued["isCustomScheduled"]) == (made["dueAt"], False)


def test_an_edit_makes_a_post_a_draft_and_back(buffer: Asker) -> None:
    """It keeps its time, and stays a draft until it is said."""
    made = buffer.create(mode="customScheduled", dueAt=DUE)["post"]
    draft = buffer.edit(made["id"], text="b", saveToDraft=True)["post"]
    still = buffer.edit(made["id"], text="c")["post"]
    back = buffer.edit(made["id"], text="c", saveToDraft=False)["post"]
    assert (draft["status"], draft["dueAt"]) == ("draft", DUE)
    assert (still["status"], back["status"]) == ("draft", "scheduled")


def test_an_edit_of_what_waits_for_approval(buffer: Asker, strict: None) -> None:
    """It still waits, until that is taken back; then it is a draft."""
    made = buffer.create(saveToDraft=True)["post"]
    changes: tuple[dict[str, str], ...] = {"approvalChange": "request"}, {}, {"approvalChange": "revert"}
    statuses = [buffer.edit(made["id"], text="d", **each)["post"]["status"] for each in changes]
    assert statuses == ["needs_approval", "needs_approval", "draft"]


def test_an_edit_to_a_time_of_its_own_needs_one(buffer: Asker) -> None:
    """InvalidInputError."""
    made = buffer.create()["post"]
    assert buffer.edit(made["id"], text="d", mode="customScheduled", dueAt=None)["__typename"] == "InvalidInputError"


@pytest.fixture
def shared(buffer: Asker) -> dict[str, Any]:
    """A post that is out."""
    post: dict[str, Any] = buffer.create(mode="shareNow")["post"]
    return post


def test_a_sent_post(shared: dict[str, Any]) -> None:
    """When it was sent, its URL, and nothing that changes it."""
    assert (shared["status"], shared["sharedNow"], shared["sentAt"]) == ("sent", True, "2026-11-02T08:30:00.000Z")
    assert shared["externalLink"].startswith("https://twitter.example/acme/")
    assert not {"updatePost", "deletePost"} & set(shared["allowedActions"])


def test_a_sent_post_cannot_be_edited(buffer: Asker, shared: dict[str, Any]) -> None:
    """A message says so."""
    assert buffer.edit(shared["id"], text="x")["message"] == "Invalid post: Sent posts cannot be edited."


def test_a_sent_post_cannot_be_deleted(buffer: Asker, shared: dict[str, Any]) -> None:
    """It stays."""
    assert buffer.delete(shared["id"])["__typename"] == "VoidMutationError"


def test_deleting(buffer: Asker) -> None:
    """The id is returned; a second delete, and any edit, does not find it."""
    made = buffer.create()["post"]["id"]
    assert buffer.delete(made) == {"__typename": "DeletePostSuccess", "id": made}
    assert buffer.delete(made) == {"__typename": "VoidMutationError", "message": "Document not found"}
    assert buffer.edit(made, text="x") == {"__typename": "NotFoundError", "message": "Document not found"}


def test_ideas(buffer: Asker) -> None:
    """Every field of an idea reads back; media move to Buffer's storage; the answer is an IdeaResponse."""
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


def test_ideas_may_answer_bare(make: Make) -> None:
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
    """`ideaId` reads back, also after an edit that omits it."""
    idea = buffer.idea(title="T")["idea"]["id"]
    made = buffer.create(ideaId=idea)["post"]
    assert made["ideaId"] == buffer.edit(made["id"], text="x")["post"]["ideaId"] == idea


def test_bad_values_never_reach_a_resolver(buffer: Asker) -> None:
    """A number as a time, an invalid time, two kinds in one asset: HTTP 400 BAD_USER_INPUT."""
    wanted = {"channelId": "x", "mode": "customScheduled", "schedulingType": "automatic"}
    assets = [{"image": {"url": "x"}, "link": {"url": "x"}}]
    for bad in ({"dueAt": 1764579600}, {"dueAt": "tomorrow"}, {"dueAt": "9999-12-31T23:59:59Z"}, {"assets": assets}):
        answer = buffer.ask(CREATE, i=wanted | bad)
        assert (answer.status, answer.code) == (400, "BAD_USER_INPUT")
    assert buffer.ask(EDIT, i={"id": "x", "mode": "someday"}).code == "BAD_USER_INPUT"


@pytest.mark.parametrize("service", ["facebook", "linkedin", "threads", "bluesky"])
def test_link_assets_end(buffer: Asker, sandbox: Sandbox, service: str) -> None:
    """Accepted until 2026-12-15 and refused from then on; existing ones stay."""
    link: dict[str, Any] = {"assets": [{"link": {"url": "https://acme.example"}}]}
    more: dict[str, Any] = {"metadata": {"facebook": {"type": "post"}}} if service == "facebook" else {}
    sandbox.clock.set("2026-12-14T23:59:59.999Z")
    made = buffer.create(service, saveToDraft=True, **link, **more)["post"]
    sandbox.clock.set("2026-12-15T00:00:00Z")
    for refused in (buffer.create(service, **link, **more), buffer.edit(made["id"], **link)):
        assert "Use the linkAttachment of the network's metadata." in refused["message"]
    assert buffer.edit(made["id"], text="new")["post"]["metadata"] == made["metadata"]


def test_link_assets_of_threads_end(buffer: Asker, sandbox: Sandbox) -> None:
    """In the items of a thread, too."""
    thread = [{"text": "1"}, {"text": "2", "assets": [{"link": {"url": "https://acme.example"}}]}]
    wanted: dict[str, Any] = {"text": "1", "metadata": {"bluesky": {"thread": thread}}}
    assert "post" in buffer.create("bluesky", **wanted)
    sandbox.clock.set("2026-12-15T00:00:00Z")
    assert buffer.create("bluesky", **wanted)["__typename"] == "InvalidInputError"


@pytest.mark.parametrize("service", ["bluesky", "facebook", "linkedin", "substack", "threads"])
def test_link_attachments(buffer: Asker, sandbox: Sandbox, service: str) -> None:
    """They read back on each network that has them, with the data that Buffer scraped; they have no end date."""
    sandbox.clock.set("2027-01-01T00:00:00Z")
    metadata = {service: {"linkAttachment": {"url": "https://acme.example", "title": "Acme"}}}
    if service == "facebook":
        metadata["facebook"]["type"] = "post"  # type: ignore[assignment] # an additional field
    made = buffer.create(service, metadata=metadata)["post"]["id"]
    kind = {"linkedin": "LinkedIn"}.get(service, service.capitalize())
    query = f"""query($i: PostInput!) {{ it: post(input: $i) {{ metadata {{
      ... on {kind}PostMetadata {{ linkAttachment {{ url title }} }} }} }} }}"""
    link = {"url": "https://acme.example", "title": "Acme"}
    assert buffer.it(query, i={"id": made}) == {"metadata": {"linkAttachment": link}}


@pytest.mark.parametrize("service", ["bluesky", "threads"])
def test_link_attachments_of_threads(buffer: Asker, service: str) -> None:
    """An item has one in its own metadata, even without text, and it reads back in both places."""
    item = {"metadata": {service: {"linkAttachment": {"url": "https://acme.example"}}}}
    made = buffer.create(service, text="1", metadata={service: {"thread": [{"text": "1"}, item]}})["post"]["id"]
    query = f"""query($i: PostInput!) {{ it: post(input: $i) {{ metadata {{ ... on ThreadedPostMetadata {{ thread {{
      linkAttachment {{ url }} metadata {{ {service} {{ linkAttachment {{ url }} }} }} }} }} }} }} }}"""
    link = {"linkAttachment": {"url": "https://acme.example"}}
    thread = buffer.it(query, i={"id": made})["metadata"]["thread"]
    assert thread[1] == {**link, "metadata": {service: link}}
    assert thread[0]["linkAttachment"] is None


def test_sent_posts_may_be_deleted(make: Make) -> None:
    """With `delete_sent`, as described in a guide."""
    buffer = make(delete_sent=True)
    made = buffer.create(mode="shareNow")["post"]["id"]
    assert buffer.delete(made)["__typename"] == "DeletePostSuccess"


def test_the_plans_limit_is_each_channels(buffer: Asker) -> None:
    """Ten posts on one channel do not count for another."""
    for n in range(10):
        buffer.create(organization="Globex", text=str(n))
    assert buffer.create(organization="Globex", text="eleven")["__typename"] == "LimitReachedError"
    assert "post" in buffer.create("linkedin", organization="Globex")


def test_the_plans_limit_may_be_the_organizations(make: Make) -> None:
    """Without `limit_per_channel`, ten posts on one channel leave none for another."""
    buffer = make(limit_per_channel=False)
    for n in range(10):
        buffer.create(organization="Globex", text=str(n))
    assert buffer.create("linkedin", organization="Globex")["__typename"] == "LimitReachedError"


def test_one_text_on_two_x_channels_may_be_refused(make: Make) -> None:
    """With `refuse_x_repeats`; another network and another text are fine."""
    buffer = make(refuse_x_repeats=True)
    second = buffer.sandbox.person.add_channel(buffer.sandbox.organization()["id"], "twitter", "acme2")["id"]
    buffer.create()
    buffer.create("linkedin")
    assert "already got this one scheduled" in buffer.create(channelId=second)["message"]
    assert "post" in buffer.create(channelId=second, text="Other")


def test_ideas_take_no_videos(buffer: Asker, sandbox: Sandbox) -> None:
    """Media of type video is not supported there; nothing is created."""
    refused = buffer.idea(title="T", media=[{"url": "https://acme.example/v.mp4", "type": "video"}])
    assert refused == {
        "__typename": "InvalidInputError",
        "message": "Invalid idea: Videos are not supported in ideas.",
    }
    assert sandbox.ideas() == []


def test_dimensions_of_an_image_are_ignored(buffer: Asker) -> None:
    """`dimensions` in the request does not read back."""
    given = {"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "", "dimensions": {
        "width": 3, "height": 2}}}}  # fmt: skip
    assert buffer.create(assets=[given])["post"]["assets"][0]["image"]["width"] > 100


_TAG = "__typename ... on TagActionSuccess { tag { id name color colorName } }"


def _create_tag(buffer: Asker, sandbox: Sandbox, name: str, color: str = "#123456") -> Any:
    """The answer to a new tag of the organization."""
    create = f"mutation($i: CreateTagInput!) {{ it: createTag(input: $i) {{ {_TAG} }} }}"
    own = sandbox.organization()["id"]
    return buffer.it(create, i={"organizationId": own, "tag": {"name": name, "color": color}})


@pytest.fixture
def tag(buffer: Asker, sandbox: Sandbox) -> dict[str, Any]:
    """`Launch`, beside the `launch` that is there."""
    made: dict[str, Any] = _create_tag(buffer, sandbox, "Launch")["tag"]
    return made


def test_a_tag_is_created(tag: dict[str, Any]) -> None:
    """Its color is #RRGGBB; names are case-sensitive."""
    assert (tag["name"], tag["color"], tag["colorName"]) == ("Launch", "#123456", None)


@pytest.mark.parametrize(
    ("name", "color", "answer"),
    [
        ("launch", "#123456", "DuplicateError"),
        ("", "#123456", "InvalidInputError"),
        ("x" * 101, "#123456", "InvalidInputError"),
        ("x", "red", "InvalidInputError"),
    ],
)
def test_what_is_no_new_tag(buffer: Asker, sandbox: Sandbox, name: str, color: str, answer: str) -> None:
    """A name that is there, none, or too long; another form of a color."""
    assert _create_tag(buffer, sandbox, name, color)["__typename"] == answer


def test_tags_are_listed_by_name(buffer: Asker, sandbox: Sandbox, tag: dict[str, Any]) -> None:
    """In pages."""
    names = "query($i: TagsInput!, $first: Int, $after: String) { it: tagsV2(input: $i, first: $first, after: $after) {"
    names += " edges { node { name colorName } } pageInfo { hasNextPage endCursor } } }"
    own = sandbox.organization()["id"]
    page = buffer.it(names, i={"organizationId": own}, first=3)
    rest = buffer.it(names, i={"organizationId": own}, first=3, after=page["pageInfo"]["endCursor"])
    found = [[edge["node"]["name"] for edge in each["edges"]] for each in (page, rest)]
    assert found == [["Launch", "event", "hiring"], ["launch"]]
    assert (page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


def test_a_tag_is_changed(buffer: Asker, tag: dict[str, Any]) -> None:
    """Its id stays."""
    update = f"mutation($i: UpdateTagInput!) {{ it: updateTag(input: $i) {{ {_TAG} }} }}"
    renamed = buffer.it(update, i={"id": tag["id"], "tag": {"name": "Start", "color": "#654321"}})["tag"]
    assert (renamed["id"], renamed["name"], renamed["color"]) == (tag["id"], "Start", "#654321")


def test_a_deleted_tag_leaves_the_posts(buffer: Asker, tag: dict[str, Any]) -> None:
    """It is gone."""
    post = buffer.create(tagIds=[tag["id"]])["post"]
    delete = "mutation($i: DeleteTagInput!) { it: deleteTag(input: $i) { __typename } }"
    assert buffer.it(delete, i={"id": tag["id"]}) == {"__typename": "DeleteTagActionSuccess"}
    gone = buffer.ask("query($i: TagByIdInput!) { tag(input: $i) { id } }", i={"id": tag["id"]}).json["data"]
    assert gone == {"tag": None}
    assert buffer.it(f'{{ it: post(input: {{id: "{post["id"]}"}}) {{ tags {{ id }} }} }}') == {"tags": []}
