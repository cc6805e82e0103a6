"""`/_sandbox/`: the clock, the faults and the account, over HTTP while the sandbox runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bufferctl.sandbox import Sandbox
from tests.sandbox.asking import Asker


def _control(buffer: Asker, method: str, what: str, body: object = None) -> Any:
    answer = buffer.send(json.dumps(body) if body is not None else b"", method, f"/_sandbox/{what}")
    assert answer.status == 200, answer.text
    return answer.json


def test_the_clock_moves(buffer: Asker) -> None:
    """By seconds, to a time, and onwards from there; posts due in between are published."""
    buffer.create(mode="customScheduled", dueAt="2026-11-02T09:00:00Z")
    assert _control(buffer, "GET", "clock") == {"now": "2026-11-02T08:30:00.000Z"}
    assert _control(buffer, "POST", "clock", {"advance": 1800}) == {"now": "2026-11-02T09:00:00.000Z"}
    assert _control(buffer, "GET", "account")["organizations"][0]["posts"][0]["status"] == "sent"
    stopped = _control(buffer, "POST", "clock", {"set": "2030-01-01T00:00:00Z", "stopped": True})
    assert stopped == {"now": "2030-01-01T00:00:00.000Z"}


def test_faults_are_ordered_and_reported(buffer: Asker) -> None:
    """Rules in either form, with a seed; the log; and turning them off."""
    _control(buffer, "PUT", "faults", {"rules": "html-before@query#1", "seed": 4})
    assert buffer.ask("{ account { id } }").text.startswith("<!DOCTYPE")
    report = _control(buffer, "GET", "faults")
    assert (report["seed"], report["counts"]) == (4, {"html-before": 1})
    assert report["log"][0]["request"] == 1
    rules = [{"kind": "5xx-before", "on": "mutation"}]
    assert _control(buffer, "PUT", "faults", {"rules": rules})["rules"][0]["kind"] == "5xx"
    _control(buffer, "DELETE", "faults")
    assert "post" in buffer.create()


def test_the_other_side_of_what_nobody_has_shown(buffer: Asker) -> None:
    """It applies from then on; the other options do not change."""
    before = _control(buffer, "GET", "options")
    assert buffer.create()["post"]["schedulingType"] is None
    chosen = _control(buffer, "PUT", "options", {"automatic_reads_null": False})
    assert chosen == {**before, "automatic_reads_null": False} == _control(buffer, "GET", "options")
    assert buffer.create()["post"]["schedulingType"] == "automatic"


def test_the_requests_so_far(buffer: Asker) -> None:
    """Those at the API endpoint; control requests are not included."""
    buffer.ask("query Me { account { id } }")
    (seen,) = _control(buffer, "GET", "requests")
    assert (seen["operation"], seen["fields"], seen["status"]) == ("Me", [["account", "account"]], 200)


def test_acting_as_a_person(buffer: Asker, sandbox: Sandbox) -> None:
    """Channels and posts change as in the web application."""
    channel = sandbox.channel("twitter")["id"]
    assert _control(buffer, "PUT", "channels", {"id": channel, "isQueuePaused": True})["isQueuePaused"]
    made = buffer.create()["post"]["id"]
    assert _control(buffer, "PUT", "posts", {"id": made, "text": "better"})["text"] == "better"
    _control(buffer, "DELETE", "posts", {"id": made})
    assert sandbox.posts() == []


@pytest.mark.parametrize(
    ("method", "what", "body", "status"),
    [
        ("GET", "nothing", "", 404),
        ("PATCH", "clock", "", 404),
        ("POST", "clock", "{", 400),
        ("POST", "clock", '{"set": "tomorrow"}', 400),
        ("POST", "clock", "[1]", 400),
        ("PUT", "faults", '{"rules": "bogus"}', 400),
        ("PUT", "options", '{"bogus": true}', 400),
        ("PUT", "options", '{"page_max": "all"}', 400),
        ("POST", "posts", '{"posts": [{"channelId": "twitter:nobody"}]}', 400),
        ("POST", "posts", '{"posts": [{}]}', 400),
        ("PUT", "posts", '{"id": "nope", "text": "x"}', 404),
        ("DELETE", "posts", "{}", 404),
    ],
)
def test_what_cannot_be_done(buffer: Asker, method: str, what: str, body: str, status: int) -> None:
    """A message and a status, no crash."""
    answer = buffer.send(body, method, f"/_sandbox/{what}")
    assert (answer.status, list(answer.json)) == (status, ["error"])


def test_the_key_guards_it(buffer: Asker) -> None:
    """401 without it."""
    assert buffer.send("", "GET", "/_sandbox/account", Authorization="Bearer no").status == 401


def test_hundreds_of_posts_from_the_past(buffer: Asker, sandbox: Sandbox) -> None:
    """One request adds them, by a person or another program, published or not, with the given dates; returns ids."""
    posts = [
        {
            "channelId": "twitter:acme", "text": str(day), "status": "sent", "via": "api" if day % 2 else "buffer",
            "createdAt": f"2026-0{1 + day % 9}-01T09:00:00Z", "sentAt": f"2026-0{1 + day % 9}-02T09:00:00Z",
        }
        for day in range(500)
    ]  # fmt: skip
    ideas = [{"organizationId": sandbox.organization()["id"], "content": {"title": "By hand"}}]
    ids = _control(buffer, "POST", "posts", {"posts": posts, "ideas": ideas})["ids"]
    assert [one["id"] for one in (*sandbox.posts(), *sandbox.ideas())] == ids
    page = buffer.page({"createdAt": {"start": "2026-09-01T00:00:00Z"}, "status": ["sent"]}, first=100)["edges"]
    assert {edge["node"]["createdAt"] for edge in page} == {"2026-09-01T09:00:00.000Z"}
    assert {edge["node"]["via"] for edge in page} == {"api", "buffer"}


def test_ids_are_never_given_twice(sandbox: Sandbox) -> None:
    """A seeded post does not reuse the id of a deleted one."""
    post = {"channelId": sandbox.channel("twitter")["id"], "text": "Hello"}
    (first,) = sandbox.seed([post])
    sandbox.person.delete_post(first)
    assert sandbox.seed([post]) != [first]
