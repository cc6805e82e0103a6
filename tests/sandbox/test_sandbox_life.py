"""Changes of posts by time, and by people in the web application."""

from __future__ import annotations

from typing import Any

import pytest

from bufferctl.sandbox import Clock, Sandbox
from tests.sandbox.asking import Asker
from tests.sandbox.conftest import Make

DUE = "2026-12-01T09:00:00.000Z"


def _timed(buffer: Asker, **more: Any) -> Any:
    return buffer.create(mode="customScheduled", dueAt=DUE, **more)["post"]


def _read(buffer: Asker) -> Any:
    return buffer.page()["edges"][0]["node"]


def test_a_due_post_is_sent_when_anybody_looks(buffer: Asker, sandbox: Sandbox) -> None:
    """Scheduled until the instant, then sent at that instant with a link, whenever it is read."""
    _timed(buffer)
    sandbox.clock.set("2026-12-01T08:59:59.999Z")
    assert _read(buffer)["status"] == "scheduled"
    sandbox.clock.set("2026-12-05T00:00:00Z")
    post = _read(buffer)
    assert (post["status"], post["sentAt"], post["externalLink"][:8]) == ("sent", DUE, "https://")
    assert "deletePost" not in post["allowedActions"]


def test_sending_comes_before_sent(make: Make) -> None:
    """With `sending_seconds` a post is `sending` in between, and cannot be edited."""
    buffer = make(sending_seconds=30)
    made = _timed(buffer)
    buffer.sandbox.clock.set(DUE)
    assert _read(buffer)["status"] == "sending"
    assert "cannot be edited" in buffer.edit(made["id"], text="x")["message"]
    buffer.sandbox.clock.advance(30)
    assert (_read(buffer)["status"], _read(buffer)["sentAt"]) == ("sent", "2026-12-01T09:00:30.000Z")


def test_a_time_in_the_past_is_refused(buffer: Asker) -> None:
    """In Buffer's words, for a new post and for an edit; nothing is created."""
    past = {"mode": "customScheduled", "dueAt": "2026-11-01T09:00:00Z"}
    assert buffer.create(**past)["message"] == "Invalid post input: dueAt must be in the future"
    assert buffer.sandbox.posts() == []
    made = _timed(buffer)
    assert buffer.edit(made["id"], text="Hello", **past)["__typename"] == "InvalidInputError"


@pytest.fixture
def paused(buffer: Asker, sandbox: Sandbox) -> str:
    """The id of a channel whose queue is paused, with a queued and a timed post that are overdue."""
    channel: str = sandbox.channel("twitter")["id"]
    sandbox.person.set_channel(channel, isQueuePaused=True)
    buffer.create(text="queued")
    _timed(buffer, text="timed")
    sandbox.clock.set("2026-12-24T00:00:00Z")
    return channel


def test_a_paused_queue_accepts_and_never_publishes(sandbox: Sandbox, paused: str) -> None:
    """Queued and timed posts wait."""
    assert [post["status"] for post in sandbox.posts()] == ["scheduled", "scheduled"]


def test_a_paused_queue_publishes_what_is_shared_now(buffer: Asker, paused: str) -> None:
    """That needs no queue."""
    assert buffer.create(text="now", mode="shareNow")["post"]["status"] == "sent"


def test_a_resumed_queue_publishes_what_is_overdue(sandbox: Sandbox, paused: str) -> None:
    """From then on."""
    sandbox.person.set_channel(paused, isQueuePaused=False)
    assert [post["sentAt"] for post in sandbox.posts()] == ["2026-12-24T00:00:00.000Z"] * 2


def test_a_notification_only_reminds(buffer: Asker, sandbox: Sandbox) -> None:
    """`schedulingType` reads back; when due, the post is notified without a link, and people may mark it published."""
    made = _timed(buffer, schedulingType="notification")
    assert made["schedulingType"] == "notification"
    sandbox.clock.set(DUE)
    post = _read(buffer)
    assert (post["status"], post["notificationStatus"], post["externalLink"]) == ("sent", "notified", None)
    sandbox.person.edit_post(made["id"], notificationStatus="markedAsPublished")
    assert _read(buffer)["notificationStatus"] == "markedAsPublished"


def test_drafts_never_go_out(buffer: Asker, sandbox: Sandbox) -> None:
    """Neither drafts nor posts that need approval, at any time."""
    sandbox.person.set_channel(sandbox.channel("twitter")["id"], requiresApproval=True)
    _timed(buffer, saveToDraft=True)
    _timed(buffer, needsApproval=True)
    sandbox.clock.advance(days=365)
    assert [post["status"] for post in sandbox.posts()] == ["draft", "needs_approval"]


def test_a_network_refuses_later(buffer: Asker, sandbox: Sandbox) -> None:
    """A post can turn to `error` with a message after it was accepted; an edit of its time retries it."""
    made = _timed(buffer)
    sandbox.person.set_error(made["id"], "The image is too large.")
    post = _read(buffer)
    assert (post["status"], post["error"]["message"]) == ("error", "The image is too large.")
    again = buffer.edit(made["id"], text="x", mode="customScheduled", dueAt="2026-12-02T09:00:00Z")["post"]
    assert (again["status"], again["error"]) == ("scheduled", None)


@pytest.fixture
def by_hand(sandbox: Sandbox) -> str:
    """The id of a person's post."""
    return str(sandbox.person.create_post(sandbox.channel("twitter")["id"], "by hand", dueAt=DUE)["id"])


def test_a_persons_post_reads_back_as_made_in_buffer(buffer: Asker, by_hand: str) -> None:
    """`via: buffer`."""
    assert _read(buffer)["via"] == "buffer"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"text": "by hand, better"}, ("by hand, better", DUE)),
        ({"dueAt": "2026-12-03T09:00:00Z"}, ("by hand", "2026-12-03T09:00:00.000Z")),
    ],
)
def test_people_edit_a_single_field(
    buffer: Asker, sandbox: Sandbox, by_hand: str, change: dict[str, str], expected: tuple[str, str]
) -> None:
    """The other one stays."""
    sandbox.person.edit_post(by_hand, **change)
    post = _read(buffer)
    assert (post["text"], post["dueAt"]) == expected


def test_people_delete_even_sent_posts(sandbox: Sandbox, by_hand: str) -> None:
    """It is gone."""
    assert sandbox.person.share_now(by_hand)["status"] == "sent"
    sandbox.person.delete_post(by_hand)
    assert sandbox.posts() == []


def test_people_meet_refusals_too(sandbox: Sandbox) -> None:
    """ValueError with the service's words."""
    with pytest.raises(ValueError, match="either text or media"):
        sandbox.person.create_post(sandbox.channel("twitter")["id"], "")


def test_people_cannot_change_a_post_that_is_not_there(sandbox: Sandbox) -> None:
    """KeyError for its id."""
    with pytest.raises(KeyError):
        sandbox.person.edit_post("nope", text="x")


@pytest.fixture
def queued(sandbox: Sandbox) -> str:
    """The id of a post in the queue."""
    made: str = sandbox.person.create_post(sandbox.channel("twitter")["id"], "x")["id"]
    return made


def test_people_cannot_change_a_field_that_is_not_there(sandbox: Sandbox, queued: str) -> None:
    """ValueError with its name."""
    with pytest.raises(ValueError, match="no colour"):
        sandbox.person.edit_post(queued, colour="red")


def test_people_cannot_approve_what_nobody_asked_for(sandbox: Sandbox, queued: str) -> None:
    """ValueError with its status."""
    with pytest.raises(ValueError, match="scheduled"):
        sandbox.person.approve(queued)


def _ideas(sandbox: Sandbox) -> list[tuple[str, str]]:
    """The title and text of each idea."""
    return [(one["content"]["title"], one["content"]["text"]) for one in sandbox.ideas()]


def test_people_have_ideas(sandbox: Sandbox) -> None:
    """They are added, changed and removed; one that is not there is a KeyError."""
    idea = sandbox.person.create_idea(sandbox.organization()["id"], title="By hand")
    added = _ideas(sandbox)
    sandbox.person.edit_idea(idea["id"], text="And longer")
    changed = _ideas(sandbox)
    sandbox.person.delete_idea(idea["id"])
    assert ([title for title, _ in added], changed, _ideas(sandbox)) == (["By hand"], [("By hand", "And longer")], [])
    with pytest.raises(KeyError):
        sandbox.person.edit_idea("nope", text="x")


def test_people_rename_and_add_channels(buffer: Asker, sandbox: Sandbox) -> None:
    """A renamed handle keeps the channel's id; a new channel appears at once."""
    organization = sandbox.organization()["id"]
    before = sandbox.channel("twitter")["id"]
    sandbox.person.set_channel(before, name="acme2")
    sandbox.person.add_channel(organization, "mastodon", "new")
    channels = buffer.it(
        "query($i: ChannelsInput!) { it: channels(input: $i) { id name } }", i={"organizationId": organization}
    )
    assert {"id": before, "name": "acme2"} in channels
    assert "new" in {one["name"] for one in channels}


def test_the_clock_stops_at_an_instant() -> None:
    """Until it is told to go on."""
    clock = Clock.at("2026-11-02T09:30:00+01:00")
    assert clock.now().isoformat() == "2026-11-02T08:30:00+00:00"


def test_the_clock_goes_forward_and_back() -> None:
    """By minutes."""
    clock = Clock.at("2026-11-02T09:30:00+01:00")
    clock.advance(minutes=-30)
    assert clock.now().isoformat() == "2026-11-02T08:00:00+00:00"


def test_the_clock_jumps_while_it_runs() -> None:
    """And stops there."""
    clock = Clock.at("2026-11-02T09:30:00+01:00")
    clock.run()
    clock.set("2030-01-01")
    assert f"{clock.now():%Y-%m-%d}" == "2030-01-01"
    clock.stop()
    assert clock.now() == clock.now()


@pytest.mark.parametrize(
    "bad", ["", "now", "2026-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59"]
)
def test_what_is_no_time_for_the_clock(bad: str) -> None:
    """ValueError."""
    with pytest.raises(ValueError, match=r"ISO 8601|out of range|month"):
        Clock.at("2026-11-02T09:30:00+01:00").set(bad)


def test_people_and_programs_have_made_posts_before(buffer: Asker, sandbox: Sandbox) -> None:
    """`at` makes a post in the past: created then, published since; `via` sets another program."""
    channel = sandbox.channel("twitter")["id"]
    published = {"text": "by hand", "dueAt": "2026-09-02T09:00:00Z", "at": "2026-09-01T09:00:00Z"}
    made = sandbox.person.create_post(channel, **published)
    assert (made["status"], made["sentAt"]) == ("sent", "2026-09-02T09:00:00.000Z")
    sandbox.person.create_post(channel, "by a tool", via="api", at="2026-10-01T09:00:00Z", dueAt=DUE)
    nodes = [edge["node"] for edge in buffer.page()["edges"]]
    assert [(one["text"], one["createdAt"], one["status"], one["via"]) for one in nodes] == [
        ("by a tool", "2026-10-01T09:00:00.000Z", "scheduled", "api"),
        ("by hand", "2026-09-01T09:00:00.000Z", "sent", "buffer"),
    ]
