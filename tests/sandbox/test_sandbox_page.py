"""The page at `/` and its data. tests/browser covers its behavior in a browser."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import httpx2
import pytest

from bufferctl.sandbox import Sandbox
from tests.sandbox.asking import Asker

BROWSER = {"User-Agent": "Mozilla/5.0", "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
KEY = {"User-Agent": "Mozilla/5.0", "Authorization": "Bearer sandbox"}


def board(sandbox: Sandbox) -> Any:
    """The data of the page."""
    answer = httpx2.get(f"{sandbox.url}/_sandbox/board", headers=KEY)
    assert answer.status_code == 200
    return answer.json()


def channel(sandbox: Sandbox, name: str) -> Any:
    """A channel of the board, by name."""
    found = [each for o in board(sandbox)["organizations"] for each in o["channels"] if each["name"] == name]
    return found[0]


def test_a_browser_gets_the_page(sandbox: Sandbox) -> None:
    """HTML whose policy names its own style and script; it does not count as an API request."""
    answer = httpx2.get(sandbox.url, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        assert f"{tag}-src 'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'")
    assert sandbox.requests == []


def test_a_client_of_the_api_does_not(buffer: Asker) -> None:
    """GET without asking for HTML is 405, and so is GET on the other address; POST stays GraphQL."""
    assert buffer.send("", method="GET").status == 405
    assert httpx2.get(f"{buffer.sandbox.url}/graphql", headers={**BROWSER, **KEY}).status_code == 405
    assert httpx2.post(buffer.sandbox.url, headers={**BROWSER, **KEY}, json={"query": "{ account { id } }"}).is_success


def test_the_key_cannot_break_out_of_the_page() -> None:
    """It is escaped."""
    with Sandbox(key='"><b>') as sandbox:
        assert 'content="&quot;&gt;&lt;b&gt;"' in httpx2.get(sandbox.url, headers=BROWSER).text


def test_the_board_shows_what_is_there(buffer: Asker) -> None:
    """A post with its status, time, text, picture and alt text, an idea, and the number of API requests."""
    image = {"url": "https://acme.example/a.png", "metadata": {"altText": "A picture"}}
    buffer.create(
        "twitter", text="Hello", mode="customScheduled", dueAt="2026-12-01T09:00:00Z", assets=[{"image": image}]
    )
    buffer.sandbox.person.create_idea(buffer.sandbox.organization()["id"], title="Hire", services=["linkedin"])
    found = board(buffer.sandbox)
    (post,) = channel(buffer.sandbox, "acme")["posts"]
    assert (post["status"], post["dueAt"], post["text"]) == ("scheduled", "2026-12-01T09:00:00.000Z", "Hello")
    assert post["assets"] == [{"image": image}]
    assert found["organizations"][0]["ideas"][0]["content"]["title"] == "Hire"
    assert found["writes"] == 1


def test_the_board_follows_a_posts_life(buffer: Asker) -> None:
    """Due posts are published, refused ones show the reason, deleted ones are gone, a paused queue is marked."""
    sandbox = buffer.sandbox
    ids = [
        buffer.create("twitter", text=text, mode="customScheduled", dueAt="2026-11-02T10:00:00Z")["post"]["id"]
        for text in ("First", "Second", "Third")
    ]
    sandbox.person.delete_post(ids[1])
    sandbox.person.set_error(ids[2], "Refused.")
    sandbox.person.set_channel(sandbox.channel("linkedin")["id"], isQueuePaused=True)
    sandbox.clock.advance(hours=4)
    found = channel(sandbox, "acme")
    assert [(each["text"], each["status"], (each["error"] or {}).get("message")) for each in found["posts"]] == [
        ("Third", "error", "Refused."),
        ("First", "sent", None),
    ]
    assert (found["waiting"], found["out"]) == (1, 1)
    assert channel(sandbox, "acme-inc")["isQueuePaused"]


def test_the_board_stays_small(buffer: Asker) -> None:
    """The first forty posts of a long queue in publication order, and the total."""
    twitter = buffer.sandbox.channel("twitter")["id"]
    due = [
        {"channelId": twitter, "text": str(n), "dueAt": f"2027-01-01T{n // 60:02}:{n % 60:02}:00Z"} for n in range(90)
    ]
    buffer.sandbox.seed([*reversed(due)])
    found = channel(buffer.sandbox, "acme")
    assert [each["text"] for each in found["posts"]] == [str(n) for n in range(40)]
    assert found["waiting"] == 90


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_the_board_wants_the_key(sandbox: Sandbox, headers: dict[str, str]) -> None:
    """401 without it: other pages in the browser do not know it."""
    assert httpx2.get(f"{sandbox.url}/_sandbox/board", headers={**BROWSER, **headers}).status_code == 401
