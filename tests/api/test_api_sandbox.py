"""The client against the sandbox over HTTP: writes read back, and refusals have the right form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bufferctl import api
from bufferctl.api.requests import Request, merged, numbered
from bufferctl.diagnostics import Place
from bufferctl.errors import KeyRefusedError, TooLargeError
from bufferctl.model import (
    Account,
    Address,
    Asset,
    CreateIdea,
    CreatePost,
    DeletePost,
    Done,
    EditPost,
    Idea,
    LiveIdea,
    LivePost,
    Metadata,
    Post,
    PostStatus,
    Refusal,
    Refused,
    Service,
    ShareMode,
    Wanted,
)
from bufferctl.sandbox import Sandbox
from tests.conftest import long

PLACE = Place("buffer.yaml", 1, 1)
POST = Post(Address("Acme", "twitter:acme", "launch"), Service.TWITTER, PLACE, text="We are live")
IDEA = Idea(Address("Acme", "ideas", "hiring"), PLACE, title="How we hire", text="…", services=(Service.LINKEDIN,))
PICTURE = Asset.model_validate({"image": {"url": "https://acme.example/a.png", "alt_text": "The console"}})
FILM = Asset.model_validate({"video": {"url": "https://acme.example/a.mp4", "title": "Film"}})

#: A post for each network: its declaration, and the minimum of its metadata on reading back.
NETWORKS: dict[str, tuple[dict[str, Any], tuple[Asset, ...], dict[str, Any]]] = {
    "bluesky": (
        {"link_attachment": {"url": "https://a.example"}},
        (),
        {"link_attachment": {"url": "https://a.example"}},
    ),
    "facebook": ({"type": "post", "first_comment": "First"}, (), {"type": "post", "first_comment": "First"}),
    "googlebusiness": (
        {"type": "whats_new", "details_whats_new": {"button": "book", "link": "https://a.example"}},
        (),
        {"type": "whats_new", "details_whats_new": {"button": "book", "link": "https://a.example"}},
    ),
    "instagram": ({"type": "post"}, (PICTURE,), {"type": "post", "should_share_to_feed": True}),
    "linkedin": ({"first_comment": "First"}, (), {"first_comment": "First"}),
    "mastodon": ({"spoiler_text": "Spoiler"}, (), {"spoiler_text": "Spoiler"}),
    "threads": ({"topic": "news"}, (), {"topic": "news"}),
    "tiktok": ({"title": "Clip"}, (PICTURE,), {"title": "Clip"}),
    "twitter": ({"is_ai_generated": True}, (), {"is_ai_generated": True}),
    "youtube": (
        {"title": "Film", "category_id": "22", "privacy": "unlisted"},
        (FILM,),
        {"title": "Film", "category_id": "22", "privacy": "unlisted"},
    ),
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def buffer(sandbox: Sandbox) -> Iterator[api.Buffer]:
    with api.connect(sandbox.url, sandbox.key) as connected:
        yield connected


def everything(buffer: api.Buffer, account: Account) -> tuple[tuple[LivePost, ...], tuple[LiveIdea, ...]]:
    channels = {each.id: [channel.id for channel in each.channels] for each in account.organizations}
    live = buffer.read(account, Wanted(channels, list(channels)))
    return live.posts, live.ideas


def test_what_is_written_on_any_network_reads_back(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """One request for all; the answers match the lists, and the metadata matches the declarations."""
    writes = []
    for name, (fields, assets, _) in NETWORKS.items():
        network = getattr(Metadata.model_validate({name: fields}), name)
        post = replace(POST, service=Service(name), metadata=network, assets=assets, draft=True)
        writes.append(CreatePost(post, sandbox.channel(name)["id"]))
    outcomes = buffer.send(writes)
    posts = [outcome.live for outcome in outcomes if isinstance(outcome, Done)]
    assert [outcome for outcome in outcomes if not isinstance(outcome, Done)] == []
    assert len(sandbox.requests) == 1
    assert {post.id: post for post in everything(buffer, buffer.account())[0]} == {
        post.id: post for post in posts if isinstance(post, LivePost)
    }
    for live, (name, (_, assets, expected)) in zip(posts, NETWORKS.items(), strict=True):
        assert isinstance(live, LivePost)
        assert live.status is PostStatus.DRAFT, name
        link = live.metadata.get("link_attachment", {})  # Buffer adds what it scrapes
        assert {**live.metadata, "link_attachment": {"url": link.get("url")}}.items() >= expected.items(), name
        assert [asset.kind for asset in live.assets] == [asset.kind for asset in assets], name


def test_a_pin_goes_to_the_board_that_the_channel_tells(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """The board's id from the account, and again in the post."""
    (acme, *_) = buffer.account(["Acme"]).organizations
    (channel,) = [each for each in acme.channels if each.service is Service.PINTEREST]
    board = next(iter(channel.boards.values()))
    network = Metadata.model_validate({"pinterest": {"board": "by name", "board_service_id": board}}).pinterest
    pin = replace(POST, service=Service.PINTEREST, metadata=network, assets=(PICTURE,))
    (outcome,) = buffer.send([CreatePost(pin, channel.id)])
    assert isinstance(outcome, Done)
    assert isinstance(outcome.live, LivePost)
    assert outcome.live.metadata["board_service_id"] == board


def test_a_thread_reads_back(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """Both items, and the picture of the second with its alt text."""
    thread = [{"text": "We are live"}, {"text": "And more", "assets": [PICTURE.model_dump(exclude_none=True)]}]
    network = Metadata.model_validate({"twitter": {"thread": thread}}).twitter
    (outcome,) = buffer.send([CreatePost(replace(POST, metadata=network), sandbox.channel("twitter")["id"])])
    assert isinstance(outcome, Done)
    assert isinstance(outcome.live, LivePost)
    read = [(item.text, [asset.alt_text for asset in item.assets]) for item in outcome.live.thread]
    assert read == [("We are live", []), ("And more", ["The console"])]


def test_an_idea_reads_back(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """The same idea from the write and from the list."""
    (outcome,) = buffer.send([CreateIdea(IDEA, sandbox.organization()["id"])])
    assert isinstance(outcome, Done)
    assert isinstance(outcome.live, LiveIdea)
    assert (outcome.live.title, outcome.live.services) == ("How we hire", ("linkedin",))
    assert everything(buffer, buffer.account())[1] == (outcome.live,)


def scheduled(sandbox: Sandbox, buffer: api.Buffer) -> tuple[Post, LivePost]:
    """A post in two days as declared, and as it was created."""
    due = (sandbox.clock.now() + timedelta(days=2)).replace(microsecond=0)
    post = replace(POST, mode=ShareMode.CUSTOM_SCHEDULED, due_at=due)
    (created,) = buffer.send([CreatePost(post, sandbox.channel("twitter")["id"])])
    assert isinstance(created, Done)
    assert isinstance(created.live, LivePost)
    return post, created.live


def test_a_post_is_scheduled(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """At the instant that was declared."""
    post, live = scheduled(sandbox, buffer)
    assert (live.due_at, live.status) == (post.due_at, PostStatus.SCHEDULED)


@pytest.mark.parametrize("way", ["read", "sent"])
@pytest.mark.parametrize(("days", "is_found"), [(1, True), (3, False)])
def test_a_published_post_is_found_by_when_it_was_due(
    sandbox: Sandbox, buffer: api.Buffer, way: str, days: int, *, is_found: bool
) -> None:
    """After an instant, although it was created before that; not after a later one."""
    _, live = scheduled(sandbox, buffer)
    organization, since = sandbox.organization()["id"], sandbox.clock.now() + timedelta(days=days)
    sandbox.clock.advance(days=4)
    channels = {organization: [live.channel_id]}
    if way == "sent":
        found = buffer.sent(channels, since)
    else:
        found = buffer.read(buffer.account(), Wanted(channels, since={live.channel_id: since})).posts
    assert [each.id for each in found] == [live.id] * is_found


def test_a_post_is_edited(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """The new text and time, in the answer and afterwards."""
    post, live = scheduled(sandbox, buffer)
    later = replace(post, text="We are live now", due_at=sandbox.clock.now().replace(microsecond=0) + timedelta(days=3))
    (edited,) = buffer.send([EditPost(live.id, later, live.channel_id, reschedule=True)])
    assert isinstance(edited, Done)
    assert isinstance(edited.live, LivePost)
    assert (edited.live.text, edited.live.due_at) == (later.text, later.due_at)
    assert buffer.post(live.id) == edited.live


def test_a_post_is_deleted(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """It is gone; where a second delete does not find it, that is done as well."""
    _, live = scheduled(sandbox, buffer)
    assert [buffer.send([DeletePost(live.id, live.channel_id)]) for _ in range(2)] == [(Done(None),)] * 2
    assert buffer.post(live.id) is None


def test_a_refused_write_leaves_the_others_of_its_request_alone(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """Done, refused with Buffer's words, done."""
    channel = sandbox.channel("twitter")["id"]
    long = replace(POST, text="x" * 300)
    outcomes = buffer.send([CreatePost(POST, channel), CreatePost(long, channel), CreatePost(POST, channel)])
    assert [type(each) for each in outcomes] == [Done, Refused, Done]
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].why is Refusal.INVALID
    assert "280" in outcomes[1].message


def test_a_wrong_key_is_refused(sandbox: Sandbox) -> None:
    """KeyRefusedError, for a read and for a write."""
    with api.connect(sandbox.url, "another-key") as buffer:
        with pytest.raises(KeyRefusedError):
            buffer.account()
        with pytest.raises(KeyRefusedError):
            buffer.send([DeletePost("p1", "c1")])


def test_too_many_aliases_are_too_large(sandbox: Sandbox, buffer: api.Buffer) -> None:
    """TooLargeError, a definite no: the post is still there."""
    (created,) = buffer.send([CreatePost(POST, sandbox.channel("twitter")["id"])])
    assert isinstance(created, Done)
    assert isinstance(created.live, LivePost)
    names = ("delete_post",) * 31
    inputs = numbered([{"input": {"id": created.live.id}}] * 31)
    with pytest.raises(TooLargeError):
        buffer.call(Request(merged("Write", names), "Write", inputs))
    assert buffer.post(created.live.id) == created.live


@pytest.mark.parametrize("channels", [*long(1), 4])
def test_a_thousand_posts_of_two_organizations_are_read_in_at_most_eight_requests(
    channels: int, sandbox: Sandbox, buffer: api.Buffer
) -> None:
    """All 1,000, on one channel each or several, created at once."""
    account = buffer.account()
    due = sandbox.clock.now() + timedelta(days=30)
    sandbox.seed(
        [
            {
                "channelId": home.channels[number % min(channels, len(home.channels))].id,
                "status": "scheduled",
                "text": f"Post {number}",
                "dueAt": (due + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            }
            for home in account.organizations[:2]
            for number in range(500)
        ]
    )
    posts, _ = everything(buffer, buffer.account())
    assert len(posts) == 1000
    assert len(sandbox.requests) - 2 <= 8
