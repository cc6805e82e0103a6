"""Ordinary use raises no questions: years of it, a lost state, the first hour.

A question is a hold that no person's action caused.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import long
from tests.lives.account import PERSON, START, TAGS, TOOL, Account, Channel
from tests.lives.endpoint import Endpoint, Fault, Server
from tests.lives.projects import Entry, sentence
from tests.lives.scene import Scene, queued, scene, timed
from tests.lives.world import World

#: Whether to run everything, as `make test-all` does; `make test` runs a part.
LONG = int(os.environ.get("LIVES", "0")) >= 100


@dataclass
class Years:
    """A team at work: two applies a week, with people and another tool posting as well."""

    scene: Scene
    rng: random.Random
    entries: list[Entry] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    number: int = 0

    def live(self, weeks: int) -> None:
        """Let weeks pass; `questions` collects the questions."""
        for _ in range(weeks * 2):
            self._others()
            self._edit()
            self._apply()
            self.scene.pass_time(days=3.5, minutes=self.rng.randint(0, 59))

    def _others(self) -> None:
        for _ in range(self.rng.choice([0, 1, 2])):
            due = self._moment() + timedelta(minutes=self.rng.randint(1, 14), seconds=self.rng.randint(1, 59))
            self.scene.make(TOOL, sentence(self.rng, "tool"), due, self._channel())
        for _ in range(self.rng.choice([0, 1, 3])):
            self.scene.make(
                PERSON, sentence(self.rng, "mine"), self.rng.choice([None, self._moment()]), self._channel()
            )

    def _edit(self) -> None:
        now = self.scene.account.now
        self.entries = [each for each in self.entries if self._kept(each)]
        for _ in range(self.rng.choice([1, 2, 3])):
            self.number += 1
            due = self.rng.choice([self._moment(), self._moment(), None])
            text = sentence(self.rng, f"word{self.number}")
            self.entries.append(Entry(self._channel(), f"k{self.number}", f"word{self.number}", text, due))
        if self.rng.random() < 0.2:
            first = self.rng.choice(self.entries)
            self.number += 1
            due = self._moment() if first.due else None
            key = first.repeat_of or first.key
            if first.due != due or not due:
                self.entries.append(replace(first, key=f"k{self.number}", repeat_of=key, due=due))
        later = [each for each in self.entries if each.due and each.due > now + timedelta(days=1)]
        if later and self.rng.random() < 0.3:
            at = self.entries.index(self.rng.choice(later))
            self.entries[at] = replace(self.entries[at], text=sentence(self.rng, self.entries[at].word))
        self.scene.declare(*self.entries)

    def _kept(self, entry: Entry) -> bool:
        """Two months of posts stay in the files."""
        return int(entry.key[1:]) > self.number - 40 or any(each.repeat_of == entry.key for each in self.entries)

    def _apply(self) -> None:
        killed = self.rng.random() < 1 / 16
        if killed:
            aliases = self.rng.choice([None, 0, 1])
            self.scene.apply(fault=Fault("kill", aliases=aliases))
            if self.rng.random() < 0.5:
                self.scene.make(PERSON, sentence(self.rng, "quick"), None, self._channel())
        ran = self.scene.apply()
        left = ran.json.get("left") or ran.json["plan"]
        held = [f"{each['address']}: {each['reason']}" for each in left["changes"] if each["action"] == "hold"]
        self.questions += [each for each in held if each not in self.questions]
        assert ran.code == (1 if held else 0), ran

    def _channel(self) -> str:
        return self.rng.choice(["twitter", "linkedin"])

    def _moment(self) -> datetime:
        day = self.scene.account.now.replace(hour=0, minute=0, second=0, microsecond=0)
        return day + timedelta(days=self.rng.randint(1, 9), minutes=15 * self.rng.randint(24, 80))


@pytest.mark.parametrize("seed", range(2) if LONG else range(1))
def test_years_of_ordinary_use_ask_at_most_once(seed: int, server: Server) -> None:
    """At most one question in five years of two applies a week; six weeks in `make test`."""
    with scene(server) as s:
        years = Years(s, random.Random(seed))  # noqa: S311 - a drawn life
        years.live(260 if LONG else 6)
        assert years.questions[1:] == []


@pytest.mark.long
def test_a_lost_record_of_unedited_files_is_adopted_whole(server: Server) -> None:
    """No question and nothing created for 300 posts, 100 of them published, and an edit works afterwards."""
    with scene(server) as s:
        entries = [timed(f"t{n}", f"Number {n} at its time", 0.5 + n / 4) for n in range(240)]
        entries += [queued(f"q{n}", f"Number {n} of the queue") for n in range(60)]
        s.declare(*entries)
        assert s.apply().code == 0
        while sum(post.status == "sent" for post in s.account.posts.values()) < 100:
            s.pass_time(hours=1)
        s.lose_the_record()
        ran = s.apply()
        assert (ran.code, len(s.account.posts)) == (0, 300)
        assert set(s.actions().values()) == {"done", "no-op"}
        unsent = next(each for each in entries if s.ours(each.text)[0].status == "scheduled")
        s.declare(*(replace(each, text="Edited afterwards") if each == unsent else each for each in entries))
        assert s.apply().code == 0
        assert (len(s.ours("Edited afterwards")), len(s.account.posts)) == (1, 300)
        states = json.loads(s.run("state", "list", "--json").out)["objects"]
        assert {each["origin"] for each in states} == {"recovered"}


def busy(scene: Scene) -> None:
    """Create 340 posts, 300 by people and 40 by another tool; most are published, some scheduled."""
    rng = random.Random(7)  # noqa: S311 - words
    account = scene.account
    account.now = START - timedelta(days=300)
    for number in range(340):
        account.advance(hours=21)
        maker = TOOL if number % 17 in {3, 9} else PERSON
        due = account.now + timedelta(days=9, minutes=rng.randint(1, 600), seconds=17)
        channel = rng.choice(["twitter", "linkedin"])
        scene.make(maker, sentence(rng, "theirs"), due if maker == TOOL else rng.choice([due, None]), channel)
    account.advance(seconds=(START - account.now).total_seconds())


FIRST = [
    timed("launch", "We are live with our very first post", 2),
    queued("hello", "Hello from the queue, nice to be here"),
    queued("silent", "", picture=True),
    timed("later", "And some more in a while", 5),
    Entry("ideas", "hiring", "hiring", "How we hire people"),
]


def test_the_first_hour_of_a_file_written_by_hand_is_not_questioned(
    server: Server, prints: Callable[[str, str], None]
) -> None:
    """Exit 0 from validate, plan and apply of five new objects, though `managed_since` is missing."""
    with scene(server, since=False) as s:
        busy(s)
        s.declare(*FIRST)
        runs = [s.run("validate"), s.run("plan"), s.run("apply", "--auto-approve"), s.run("plan")]
        prints("first-hour", "\n".join(f"{ran.shown}\n" for ran in runs))
        assert [ran.code for ran in runs] == [0, 0, 0, 0]
        assert {each.maker for each in s.account.ideas.values()} == {"one"}
        assert [len(s.ours(each.text)) for each in FIRST[:4]] == [1, 1, 1, 1]


def test_the_first_merge_after_init_is_not_questioned(server: Server, prints: Callable[[str, str], None]) -> None:
    """Exit 0 each time: init writes a file, and a fresh clone in CI applies the first posts."""
    with scene(server) as s:
        busy(s)
        (s.project.checkout.folder / "buffer.yaml").unlink()
        begun = s.run("init")
        assert begun.code == 0, begun
        ci = s.life.world.checkout("one", "ci")
        written = [path for path in s.project.checkout.folder.rglob("*") if path.is_file()]
        for path in written:
            copy = ci.folder / path.relative_to(s.project.checkout.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        posts = ci.folder / "posts" / "first.yaml"
        posts.parent.mkdir(exist_ok=True)
        posts.write_text(json.dumps({"posts": [entry.form() for entry in FIRST[:4]]}), encoding="utf-8")
        s.pass_time(hours=1)
        runs = [begun, *(s.life.world.run(ci, *each) for each in (["plan"], ["apply", "--auto-approve"], ["plan"]))]
        prints("first-merge", "\n".join(f"{ran.shown}\n" for ran in runs))
        assert [ran.code for ran in runs] == [0, 0, 0, 0]
        assert [len(s.ours(each.text)) for each in FIRST[:4]] == [1, 1, 1, 1]


@pytest.mark.parametrize(("posts", "requests"), [(1000, 5), (5000, 15)] if LONG else long((1000, 5)))
def test_a_plan_with_the_record_whole_takes_few_requests(
    posts: int, requests: int, server: Server, tmp_path: Path
) -> None:
    """At most 5 requests for 1,000 posts on four channels, and 15 for 5,000."""
    services = ["twitter", "linkedin", "mastodon", "threads"]
    channels = [Channel(f"c{n}" * 12, service, "acme") for n, service in enumerate(services)]
    account = Account(channels, limit=10_000)
    world = World(tmp_path, server, Endpoint(account))
    server.endpoint = world.endpoint
    checkout = world.checkout("one", "machine-1")
    named = [{"service": each, "name": "acme"} for each in services]
    organization = {"name": "Acme", "tags": TAGS, "channels": named}
    declared = [
        {
            "key": f"k{n}", "channels": [services[n % 4]], "text": f"Number {n} of many",
            "due_at": f"{START + timedelta(days=2, minutes=5 * n):%Y-%m-%d %H:%M}",
        }
        for n in range(posts)
    ]  # fmt: skip
    root = {"version": 1, "timezone": "UTC", "managed_since": "2029-12-03T08:59:00Z", "organizations": [organization]}
    checkout.write({"buffer.yaml": json.dumps(root), "posts/all.yaml": json.dumps({"posts": declared})})
    applied = world.run(checkout, "apply", "--auto-approve")
    assert (applied.code, len(account.posts)) == (0, posts), applied
    planned = world.run(checkout, "plan")
    assert planned.code == 0
    assert world.endpoint.requests <= requests
