"""The queue: which slot a post takes, and what moves other posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.sandbox import Clock, Sandbox
from bufferctl.sandbox.schedule import next_free_slot, slots_after
from tests.fuzzing import examples
from tests.sandbox.asking import MOVE, Asker

SLOTS = ["2026-11-02T16:00:00.000Z", "2026-11-03T08:00:00.000Z", "2026-11-03T16:00:00.000Z", "2026-11-04T08:00:00.000Z"]
"""The next slots of the default schedule: 09:00 and 17:00 in Berlin, on weekdays."""


def _queue(buffer: Asker) -> list[tuple[str, str]]:
    nodes = [edge["node"] for edge in buffer.page(sort=[{"field": "dueAt", "direction": "asc"}])["edges"]]
    return [(node["text"], node["dueAt"]) for node in nodes]


def test_add_to_queue_takes_the_next_free_slot(buffer: Asker) -> None:
    """In order, for any `dueAt`."""
    made = [buffer.create(text=text, dueAt="2027-01-01T09:00:00Z")["post"] for text in "abc"]
    assert [post["dueAt"] for post in made] == SLOTS[:3]
    assert {post["isCustomScheduled"] for post in made} == {False}


@pytest.fixture
def six(buffer: Asker) -> dict[str, str]:
    """Six posts in the queue, `a` to `f`: their ids."""
    return {text: buffer.create(text=text)["post"]["id"] for text in "abcdef"}


@pytest.mark.parametrize(
    "leave",
    [
        lambda buffer, first: buffer.delete(first),
        lambda buffer, first: buffer.edit(first, mode="customScheduled", dueAt="2027-01-01T09:00:00Z"),
        lambda buffer, first: buffer.edit(first, saveToDraft=True),
        lambda buffer, first: buffer.sandbox.person.share_now(first),
        lambda buffer, first: buffer.sandbox.person.edit_post(first, dueAt="2027-01-02T09:00:00Z"),
    ],
    ids=["deleted", "timed", "a draft", "published early", "timed by a person"],
)
def test_a_queue_closes_ranks(buffer: Asker, six: dict[str, str], leave: Callable[[Asker, str], object]) -> None:
    """A post that is deleted, becomes timed, becomes a draft or is published early moves the later ones up."""
    leave(buffer, six["a"])
    waiting = [each for each in _queue(buffer) if each[0] in "bcdef"]
    assert waiting[:4] == list(zip("bcde", SLOTS[:4], strict=True))


def test_an_empty_queue_begins_anew(buffer: Asker, six: dict[str, str]) -> None:
    """The next post has the first slot."""
    for each in six.values():
        buffer.sandbox.person.delete_post(each)
    assert buffer.create(text="g")["post"]["dueAt"] == SLOTS[0]


def test_the_last_in_the_queue_stays_there(buffer: Asker) -> None:
    """A post that is queued again goes to the end, and those before it move up."""
    made = {text: buffer.create(text=text)["post"]["id"] for text in "abc"}
    assert buffer.edit(made["a"], mode="addToQueue")["post"]["dueAt"] == SLOTS[2]
    assert _queue(buffer) == list(zip("bca", SLOTS[:3], strict=True))


def test_share_next_pushes_the_others_down(buffer: Asker) -> None:
    """The new post takes the first slot, and each other one the slot after its own."""
    for text in "ab":
        buffer.create(text=text)
    assert buffer.create(text="first", mode="shareNext")["post"]["dueAt"] == SLOTS[0]
    assert _queue(buffer) == list(zip(["first", "a", "b"], SLOTS[:3], strict=True))
    made = buffer.page()["edges"][1]["node"]
    buffer.edit(made["id"], text="b", mode="shareNext")
    assert [text for text, _ in _queue(buffer)] == ["b", "first", "a"]


@pytest.mark.parametrize(("key", "position", "order"), [("c", "top", "cab"), ("a", "bottom", "bca")])
def test_moving_in_the_queue(buffer: Asker, key: str, position: str, order: str) -> None:
    """Top and bottom; the slots in use stay the same, the others close up."""
    made = {text: buffer.create(text=text)["post"]["id"] for text in "abc"}
    moved = buffer.it(MOVE, i={"id": made[key], "position": position})["post"]
    assert _queue(buffer) == list(zip(order, SLOTS[:3], strict=True))
    assert moved["dueAt"] == dict(_queue(buffer))[key]


def test_what_is_not_in_the_queue_cannot_move_there(buffer: Asker) -> None:
    """A timed post, and one that is not there."""
    timed = buffer.create(mode="customScheduled", dueAt="2027-01-01T09:00:00Z")["post"]["id"]
    assert buffer.it(MOVE, i={"id": timed, "position": "top"})["message"] == "Post is not in the queue"
    assert buffer.it(MOVE, i={"id": "nope", "position": "top"})["message"] == "Document not found"


def test_a_channel_without_slots(buffer: Asker, sandbox: Sandbox) -> None:
    """The post is accepted, has no time, and never goes out."""
    sandbox.person.set_channel(sandbox.channel("twitter")["id"], postingSchedule=[])
    post = buffer.create()["post"]
    assert (post["status"], post["dueAt"]) == ("scheduled", None)
    sandbox.clock.advance(days=365)
    assert sandbox.posts()[0]["status"] == "scheduled"


def test_paused_days_have_no_slots(buffer: Asker, sandbox: Sandbox) -> None:
    """A paused day is skipped."""
    schedule = [{"day": "mon", "paused": True, "times": ["23:00"]}, {"day": "tue", "paused": False, "times": ["07:15"]}]
    sandbox.person.set_channel(sandbox.channel("twitter")["id"], postingSchedule=schedule)
    assert buffer.create()["post"]["dueAt"] == "2026-11-03T06:15:00.000Z"


@pytest.mark.parametrize(
    ("zone", "moment", "slots"),
    [
        ("Europe/Berlin", "2026-03-28T12:00", ["2026-03-29T01:30", "2026-03-30T00:30"]),
        ("Europe/Berlin", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("Pacific/Kiritimati", "2026-11-02T12:00", ["2026-11-02T12:30", "2026-11-03T12:30"]),
    ],
)
def test_slots_are_local_times(zone: str, moment: str, slots: list[str]) -> None:
    """02:30 each day, across clock changes and in zones far from UTC."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    channel = {"timezone": zone, "postingSchedule": [{"day": day, "times": ["02:30"]} for day in days]}
    found = islice(slots_after(channel, datetime.fromisoformat(moment).replace(tzinfo=UTC)), 2)
    assert [f"{slot:%Y-%m-%dT%H:%M}" for slot in found] == slots


def test_each_day_has_its_own_times() -> None:
    """A week's slots, by the names of its days."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    schedule = [{"day": day, "times": [f"1{number}:00"]} for number, day in enumerate(days)]
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    found = islice(slots_after({"timezone": "UTC", "postingSchedule": schedule}, monday), 7)
    assert [f"{slot:%d %H}" for slot in found] == ["02 10", "03 11", "04 12", "05 13", "06 14", "07 15", "08 16"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "next", "timed", "delete", "draft", "later"]), st.integers(0, 30)), max_size=25
)


@given(steps=STEPS)
@settings(max_examples=examples(30))
def test_no_two_queued_posts_share_a_slot(steps: list[tuple[str, int]]) -> None:
    """After any adds, moves, edits and deletes: no slot is used twice, and the next free one is the first."""
    running = Sandbox(clock=Clock.at("2026-11-02T08:30:00Z"))
    channel = running.channel("twitter")
    person = running.person
    for step, number in steps:
        posts = [post for post in running.posts() if post["status"] == "scheduled"]
        if step in {"add", "next"} or not posts:
            person.create_post(channel["id"], f"{number}", mode="shareNext" if step == "next" else "addToQueue")
        elif step == "timed":
            person.edit_post(posts[number % len(posts)]["id"], dueAt=SLOTS[number % 4])
        elif step == "delete":
            person.delete_post(posts[number % len(posts)]["id"])
        elif step == "draft":
            person.share_now(posts[number % len(posts)]["id"])
        else:
            running.clock.advance(hours=number)
        _check(running, channel)
    running.stop()


def _check(running: Sandbox, channel: dict[str, Any]) -> None:
    scheduled = [post for post in running.posts() if post["status"] == "scheduled"]
    queued = [post["dueAt"] for post in scheduled if not post["isCustomScheduled"]]
    assert len(queued) == len(set(queued))
    taken = {post["dueAt"] for post in scheduled}
    now = running.clock.now()
    free = next(slot for slot in slots_after(channel, now) if f"{slot:%Y-%m-%dT%H:%M:%S}.000Z" not in taken)
    assert next_free_slot(running.core.store, channel, now) == free
    assert free - now < timedelta(days=60)
