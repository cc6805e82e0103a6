"""A team's year: 24 ordinary pull requests a month, and how many questions they raise that the docs do not announce."""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import NOW, Project

ROOT = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""
#: The gate's year has three months; `make soak` runs all twelve.
MONTHS, REQUESTS = int(os.environ.get("MONTHS", "3")), 24
#: The time from one pull request to the next.
STEP = timedelta(days=365) / (12 * REQUESTS)
NETWORKS = ("twitter", "linkedin")


@dataclass
class Entry:
    """One entry of a file. `due`: an instant, or days from `starts` if the file has it; `times`: weekly, if above 0."""

    key: str
    due: datetime | int
    text: str
    channels: tuple[str, ...] = NETWORKS
    times: int = 0
    extra: str = ""

    def written(self) -> str:
        """As YAML."""
        due = f"{self.due:%Y-%m-%d %H:%M}" if isinstance(self.due, datetime) else f"start+{self.due}d 10:00"
        text = json.dumps(self.text + (" $(number)" if self.times else ""))
        repeat = f"\n    repeat: {{every: 1 week, times: {self.times}}}" if self.times else ""
        head = f"  - key: {self.key}\n    due_at: {due}\n    channels: [{', '.join(self.channels)}]\n"
        return f"{head}    text: {text}{repeat}{self.extra}\n"


@dataclass
class Team:
    """The files of a team, and what came of its pull requests, by month."""

    project: Project
    rng: random.Random
    now: datetime
    files: dict[str, list[Entry]] = field(default_factory=dict)
    starts: dict[str, date] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    table: list[Counter[str]] = field(default_factory=list)
    number: int = 0

    def new_key(self, word: str) -> str:
        """A key that no other entry has."""
        self.number += 1
        return f"{word}-{self.number}"

    def add(self, name: str, entry: Entry) -> None:
        """Add an entry to a file."""
        self.files.setdefault(name, []).append(entry)

    def open_entries(self, *, published: bool) -> list[tuple[str, Entry]]:
        """Entries with a time of their own that are published, or that are not and have an hour left."""
        found = [(name, entry) for name, entries in self.files.items() for entry in entries]
        timed = [(name, entry) for name, entry in found if isinstance(entry.due, datetime) and not entry.times]
        if published:
            return [each for each in timed if each[1].due < self.now]  # type: ignore[operator]  # timed posts have a time
        return [each for each in timed if each[1].due > self.now + timedelta(hours=1)]  # type: ignore[operator]  # as above

    def merge(self, what: str) -> None:
        """Write the files and apply them, as the merge of a pull request does."""
        self.project.write("buffer.yaml", ROOT)
        for path in (self.project.folder / "posts").glob("*.yaml"):
            if path.stem not in self.files:
                path.unlink()
        for name, entries in self.files.items():
            starts = f"starts: {self.starts[name]}\n" if name in self.starts else ""
            posts = "".join(entry.written() for entry in entries)
            self.project.write(f"posts/{name}.yaml", f"{starts}posts:\n{posts}" if posts else "posts: []\n")
        ran = self.project("apply", "--auto-approve", "--settle", "0", "--json")
        assert ran.out, ran.err
        changes: list[dict[str, Any]] = json.loads(ran.out)["plan"]["changes"]
        held = [each for each in changes if each["action"] == "hold"]
        self.asked += [f"{what}: {each['address']}: {each['reason']}: {each['message']}" for each in held]
        row = self.table[-1]
        row["requests"] += 1
        row["questions"] += bool(held)
        row["warnings"] += ran.err.count("already published on")
        row["writes"] += sum(each["action"] in {"create", "update", "delete"} for each in changes)
        self.now += STEP
        self.project.sandbox.clock.advance(seconds=STEP.total_seconds())

    def report(self) -> str:
        """The table."""
        names = ("requests", "writes", "warnings", "questions")
        rows = [f"{month:5}  " + "  ".join(f"{row[n]:9}" for n in names) for month, row in enumerate(self.table, 1)]
        total = sum(self.table, Counter[str]())
        head = "month  " + "  ".join(f"{n:>9}" for n in names)
        return "\n".join([head, *rows, "total  " + "  ".join(f"{total[n]:9}" for n in names), *self.asked])


def single_posts(team: Team) -> str:
    """One ordinary pull request of a team that writes single posts; what it does."""
    rng, name = team.rng, f"month-{len(team.table)}"
    unsent, sent = team.open_entries(published=False), team.open_entries(published=True)
    what = rng.choices(
        ["add", "reword", "fix a published one", "move", "cancel", "rename", "one network less", "clean up", "repeat"],
        [14, 3, 2, 2, 1, 1, 1, 0.5, 0.5],
    )[0]
    if what == "reword" and unsent:
        rng.choice(unsent)[1].text += " (edited)"
    elif what == "fix a published one" and sent:
        rng.choice(sent)[1].text += " (corrected)"
    elif what == "move" and unsent:
        entry = rng.choice(unsent)[1]
        assert isinstance(entry.due, datetime)
        entry.due += timedelta(hours=rng.choice([1, 24, 48]))
    elif what == "cancel" and unsent:
        rng.choice(unsent)[1].extra = "\n    cancelled: true"
    elif what == "rename" and unsent:
        entry = rng.choice(unsent)[1]
        if not entry.extra:
            entry.extra, entry.key = f"\n    was: {entry.key}", team.new_key("renamed")
    elif what == "one network less" and unsent:
        rng.choice(unsent)[1].channels = NETWORKS[:1]
    elif what == "clean up" and sent:
        there, entry = rng.choice(sent)
        team.files[there].remove(entry)
    elif what == "repeat" and sent:
        old = rng.choice(sent)[1]
        extra = f"\n    repeat_of: {old.key}"
        key = team.new_key("again")
        team.add(name, Entry(key, _soon(team), old.text, old.channels, extra=extra))
    else:
        key = team.new_key("post")
        team.add(name, Entry(key, _soon(team), f"News of {key}"))
    return what


def _soon(team: Team) -> datetime:
    at = team.now + timedelta(days=team.rng.randint(2, 14), minutes=5 * team.rng.randint(0, 200))
    return at.replace(second=0, microsecond=0)


def campaigns(team: Team) -> str:
    """One ordinary pull request of a team that writes campaigns; what it does."""
    rng = team.rng
    running = [name for name in team.files if name in team.starts and _runs(team, name)]
    what = rng.choices(["begin", "slip", "reword", "drop a network", "add a network", "move"], [2, 4, 6, 2, 2, 2])[0]
    if what == "begin" or not running:
        name = team.new_key("campaign")
        team.starts[name] = (team.now + timedelta(days=rng.randint(5, 12))).date()
        for word, day in (("teaser", 0), ("launch", 3), ("recap", 9)):
            team.add(name, Entry(team.new_key(word), day, f"{word.title()} of {name}"))
        team.add(name, Entry(team.new_key("tip"), 1, f"Tip of {name}", times=4))
        return "begin"
    name = rng.choice(running)
    series = next(entry for entry in team.files[name] if entry.times)
    if what == "slip":
        team.starts[name] += timedelta(days=rng.choice([1, 2, 7]))
    elif what == "reword":
        rng.choice([series, *team.files[name]]).text += " (edited)"
    elif what == "drop a network":
        series.channels = NETWORKS[:1]
    elif what == "add a network":
        series.channels = NETWORKS
    else:
        other = team.new_key("moved")
        team.files[other], team.starts[other] = team.files.pop(name), team.starts.pop(name)
    return what


def _runs(team: Team, name: str) -> bool:
    """Whether a campaign has a post that is still to come."""
    last = team.starts[name] + timedelta(days=22)
    return last > (team.now + timedelta(days=1)).date()


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("pull_request", [single_posts, campaigns])
def test_a_year_raises_at_most_one_question(project: Project, pull_request: Callable[[Team], str]) -> None:
    """At most one; every entry is published once on each of its channels, and the last plan is empty."""
    team = Team(project, random.Random(11), datetime.fromisoformat(NOW).replace(tzinfo=None))  # noqa: S311 - which posts a team writes is no secret
    for _ in range(MONTHS):
        team.table.append(Counter())
        for _ in range(REQUESTS):
            team.merge(pull_request(team))
    sys.stdout.write(f"\n{team.report()}\n")
    assert project("plan", "--detailed-exitcode").code == 0
    posts = Counter((post["channelId"], post["text"], post["dueAt"]) for post in project.sandbox.posts())
    assert max(posts.values()) == 1
    assert len(team.asked) <= 1, team.report()
