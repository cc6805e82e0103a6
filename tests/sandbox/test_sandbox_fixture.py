"""The sandbox's initial account, and how it is stored."""

from __future__ import annotations

import json
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bufferctl.sandbox import FixtureError, Sandbox, read_fixture
from tests.sandbox.asking import Asker
from tests.sandbox.conftest import Make

SMALL: dict[str, Any] = {
    "organizations": [
        {
            "name": "Tiny",
            "tags": [{"name": "launch"}],
            "channels": [{"service": "twitter", "name": "tiny"}],
            "posts": [
                {"channelId": "twitter:tiny", "text": "sent", "status": "sent", "dueAt": "2026-10-01T09:00:00Z"},
                {"channelId": "twitter:tiny", "text": "timed", "dueAt": "2026-12-01T10:00:00+01:00"},
                {
                    "channelId": "twitter:tiny",
                    "text": "queued",
                    "assets": [{"image": {"url": "https://acme.example/a.png"}}],
                },
            ],
            "ideas": [{"content": {"title": "An idea"}}],
        }
    ]
}


def of_one_channel(service: str, **more: Any) -> dict[str, Any]:
    """An organization that has only this channel."""
    return {"organizations": [{"name": "Acme", "channels": [{"service": service, "name": "tiny"}], **more}]}


def test_a_small_fixture_is_filled_out(make: Make) -> None:
    """Names are enough: ids, limits, slots and dates have defaults, and all of it reads back."""
    buffer: Asker = make(SMALL)
    nodes = [edge["node"] for edge in buffer.page(organization="Tiny")["edges"]]
    assert [(node["text"], node["status"], node["dueAt"]) for node in nodes] == [
        ("queued", "scheduled", None),
        ("timed", "scheduled", "2026-12-01T09:00:00.000Z"),
        ("sent", "sent", "2026-10-01T09:00:00.000Z"),
    ]
    assert nodes[2]["sentAt"] == "2026-10-01T09:00:00.000Z"
    assert [one["content"]["title"] for one in buffer.sandbox.ideas()] == ["An idea"]
    account = buffer.it("{ it: account { id email timezone } }")
    assert (account["email"], account["timezone"], len(account["id"])) == ("you@acme.example", "UTC", 24)


def test_what_a_channel_has_by_default() -> None:
    """Two slots each weekday, and at most as many posts a day as its network takes."""
    given = {}
    for name in ("facebook", "instagram", "tiktok", "twitter"):
        with Sandbox(of_one_channel(name)) as sandbox:
            given[name] = sandbox.channel(name)
    assert {name: channel["dailyPostingLimit"] for name, channel in given.items()} == {
        "facebook": 35, "instagram": 50, "tiktok": 25, "twitter": None,
    }  # fmt: skip
    slots = [(each["day"], each["times"]) for each in given["twitter"]["postingSchedule"]]
    assert slots == [(day, ["09:00", "17:00"]) for day in ("mon", "tue", "wed", "thu", "fri")]


def test_what_the_free_plan_allows() -> None:
    """Ten scheduled posts a channel, one thread, three tags and 100 ideas; the rest is as for other plans."""
    with (
        Sandbox(of_one_channel("twitter", plan="free")) as on_free,
        Sandbox(of_one_channel("twitter", plan="team")) as on_team,
    ):
        free, other = on_free.organization()["limits"], on_team.organization()["limits"]
    lower = {name: number for name, number in free.items() if number != other[name]}
    assert lower == {"ideas": 100, "scheduledPosts": 10, "scheduledThreadsPerChannel": 1, "tags": 3}


def test_ids_are_the_same_in_every_run(make: Make) -> None:
    """Two sandboxes from one fixture at one moment dump the same account, and a dump is a fixture for it."""
    first, second = (make(SMALL).sandbox.dump() for _ in range(2))
    assert first == second
    assert make(json.loads(json.dumps(first))).sandbox.dump() == first


def test_the_default_account_survives_a_round_trip(make: Make) -> None:
    """With a post created through the API."""
    buffer: Asker = make()
    buffer.create()
    dumped = buffer.sandbox.dump()
    assert make(dumped).sandbox.dump() == dumped


def test_a_file_keeps_the_account(tmp_path: Path, make: Make) -> None:
    """--db: the objects are there the next time, the fixture is read only the first time."""
    file = str(tmp_path / "buffer.db")
    buffer: Asker = make(db=file)
    made = buffer.create()["post"]["id"]
    buffer.sandbox.stop()
    again: Asker = make(SMALL, db=file)
    assert [post["id"] for post in again.sandbox.posts()] == [made]
    assert again.sandbox.organization()["name"] == "Acme"


def test_a_file_is_its_owners_alone(tmp_path: Path, make: Make) -> None:
    """--db: mode 0600 for SQLite's extra files, too, and for an existing file."""
    file = tmp_path / "buffer.db"
    file.touch(0o644)
    buffer: Asker = make(db=str(file))
    buffer.create()
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) > 1


@pytest.mark.parametrize(
    ("fixture", "message"),
    [
        ({}, "fixture: 'organizations' is missing"),
        ({"organizations": [{}]}, "organizations[0]: 'name' is missing"),
        (
            {"organizations": [{"name": "A", "channels": [{"service": "x", "name": "a"}]}]},
            "service 'x' is none of twitter",
        ),
        (
            {"organizations": [{"name": "A", "channels": [{"service": "twitter", "name": "a", "type": "personal"}]}]},
            "type 'personal' is none of account, business",
        ),
        ({"organizations": [{"name": "A", "posts": [{"channelId": "x"}]}]}, "posts[0]: there is no channel 'x'"),
        ({"organizations": [{"name": "A", "ideas": [{"content": {}, "createdAt": "x"}]}]}, "'x' is not an ISO 8601"),
        ({"organizations": 3}, "fixture: "),
        ({"organizations": ["A"]}, "organizations[0]: "),
    ],
)
def test_a_fixture_that_does_not_fit(fixture: dict[str, Any], message: str) -> None:
    """A FixtureError with the place and the problem."""
    with pytest.raises(FixtureError) as caught:
        Sandbox(fixture)
    assert message in str(caught.value)


def test_a_status_that_does_not_exist() -> None:
    """Named, with the valid ones."""
    posts = [{"channelId": "twitter:a", "status": "live"}]
    with pytest.raises(FixtureError, match=r"'live' is none of draft, error"):
        Sandbox({"organizations": [{"name": "A", "channels": [{"service": "twitter", "name": "a"}], "posts": posts}]})


def test_a_file_that_is_no_fixture(tmp_path: Path) -> None:
    """Missing, not JSON, not an object: a FixtureError each."""
    file = tmp_path / "account.json"
    with pytest.raises(FixtureError, match="cannot read"):
        read_fixture(file)
    for text, message in (("{", "is not JSON"), ("[]", "must be an object")):
        file.write_text(text)
        with pytest.raises(FixtureError, match=message):
            Sandbox(file)


def test_looking_things_up(sandbox: Sandbox) -> None:
    """By name and service."""
    assert sandbox.channel("twitter", "Globex")["name"] == "globex"


def test_an_organization_that_is_not_there(sandbox: Sandbox) -> None:
    """KeyError."""
    with pytest.raises(KeyError):
        sandbox.organization("Nobody")


def test_a_channel_that_is_not_there(sandbox: Sandbox) -> None:
    """KeyError, if it is only in another organization, too."""
    with pytest.raises(KeyError):
        sandbox.channel("tiktok", "Globex")


def test_the_url_of_a_sandbox_that_does_not_run() -> None:
    """RuntimeError."""
    idle = Sandbox()
    with pytest.raises(RuntimeError):
        _ = idle.url
    idle.stop()


def test_what_cannot_start_leaves_nothing_open() -> None:
    """Its file is closed: Python 3.13 and newer say so of a database that nobody closed."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        idle = Sandbox(port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            idle.start()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        idle.posts()
