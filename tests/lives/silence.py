"""Lives in which everything, a channel, a file or an entry is suspended and resumed.

Written from the sentences of docs/problems/suspended.md alone: between a run that suspends and a resume that was
planned after it, no post of ours leaves that is suspended, unless a person scheduled it by hand; after the resume each
is there exactly once, at its own time. Every entry has its own token in its text, by which the oracle knows its posts.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.lives.account import PERSON, START, Post, stamp
from tests.lives.endpoint import Fault, Server
from tests.lives.judge import Broken
from tests.lives.life import Setting, begin
from tests.lives.obeying import tokens_in
from tests.lives.projects import LINKEDIN, TWITTER, VOCABULARY
from tests.lives.world import Ran, World

LABELS = {"twitter": TWITTER, "linkedin": LINKEDIN}
FAULTS = ("cut", "500", "unexpected", "kill", "429", "throw")
#: How many rounds of answers a life may take at its end.
ROUNDS = 12


@dataclass
class Entry:
    """An entry: `due` is None in the queue; `dues`: every time that it ever had."""

    token: str
    service: str
    file: str
    due: datetime | None
    words: str
    edition: int = 0
    suspended: str | None = None
    existing: str = ""
    dues: list[datetime] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self.words} {self.token} number {self.edition}"

    @property
    def form(self) -> dict[str, Any]:
        """As written."""
        form: dict[str, Any] = {"key": self.token, "channels": [self.service], "text": self.text}
        form |= {"due_at": f"{self.due:%Y-%m-%d %H:%M}"} if self.due else {}
        form |= {"existing": self.existing} if self.existing else {}
        return form | ({"suspended": self.suspended or "false"} if self.suspended is not None else {})


@dataclass
class Silence:
    """A life under way. `lines`: the suspended lines by where they stand; `quiet`: what may not leave, since when."""

    world: World
    rng: random.Random
    entries: list[Entry] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)
    is_broken: bool = False
    quiet: dict[str, datetime] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)
    edited: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    used: int = 0

    def __post_init__(self) -> None:
        self.checkout = self.world.checkout("one", "machine-1")
        self.account = self.world.account

    # What the files say

    def reason(self, entry: Entry) -> str:
        """Why it is suspended: the nearest line decides; empty if it goes out."""
        for each in (entry.suspended, *(self.lines.get(name) for name in (entry.file, entry.service, "root"))):
            if each is not None:
                return each
        return ""

    def write(self) -> None:
        """Write the files; one of them has an error while it is broken."""
        channels = [
            {"service": each, "name": LABELS[each].name, **self._line(each)} for each in ("twitter", "linkedin")
        ]
        since = (START - timedelta(seconds=30)).isoformat()
        root: dict[str, Any] = {"version": 1, "timezone": "UTC", "max_deletes": 50, "managed_since": since}
        root |= self._line("root") | {"organizations": [{"name": "Acme", "channels": channels}]}
        files = {"buffer.yaml": json.dumps(root, indent=1)}
        for name in ("a", "b"):
            posts = [entry.form for entry in self.entries if entry.file == name]
            files[f"posts/{name}.yaml"] = json.dumps({**self._line(name), "posts": posts}, indent=1)
        if self.is_broken:
            files["posts/z.yaml"] = "posts:\n  - {text: no key}\n"
        self.checkout.write(files)

    def _line(self, name: str) -> dict[str, str]:
        return {"suspended": self.lines[name] or "false"} if name in self.lines else {}

    # The account

    def ours(self) -> list[Post]:
        """The posts that bufferctl made."""
        return [post for post in self.account.posts.values() if post.maker == "one"]

    def of(self, token: str) -> list[Post]:
        """Those of an entry."""
        return [post for post in self.ours() if token in tokens_in(post.says)]

    # Runs, and the oracle

    def run(self, *arguments: str, fault: Fault | None = None) -> Ran:
        """Run a command; nothing is there twice, and no person's post was touched."""
        ran = self.world.run(self.checkout, *arguments, fault=fault)
        self.log.append(str(ran).splitlines()[0] + (f", {fault}" if fault else ""))
        if not ran.killed and ran.code not in {0, 1, 3, 5}:
            raise Broken(f"unexpected exit code: {ran}")
        self.judge()
        return ran

    def judge(self) -> None:
        """Nothing that is suspended has left since; nothing is there twice; people's own posts are as they were."""
        count = Counter(token for post in self.ours() for token in tokens_in(post.says))
        if twice := {token: number for token, number in count.items() if number > 1}:
            raise Broken(f"twice in Buffer: {twice}")
        for token, since in self.quiet.items():
            left = [post for post in self.of(token) if post.sent and post.sent > since and token not in self.by_hand]
            if left:
                raise Broken(f"{token} left at {left[0].sent}, suspended since {since}")
        for write in self.account.writes:
            if write.maker == "one" and isinstance(write.before, Post) and write.before.maker == PERSON:
                raise Broken(f"a person's post was touched: {write}")

    def apply(self, *more: str, fault: Fault | None = None) -> Ran:
        """Apply the files; a run that came to its end suspends what they say, and resumes the rest."""
        resumed = {entry.token for entry in self.entries if not self.reason(entry)}
        if not self.is_broken:  # it may go out again with this run
            self.quiet = {token: at for token, at in self.quiet.items() if token not in resumed}
        ran = self.run("apply", "--auto-approve", "--json", *more, fault=fault)
        if ran.killed or ran.code == 5 or (fault and ran.code):
            return ran
        for entry in self.entries:
            if not self.reason(entry):
                continue
            scheduled = [post for post in self.of(entry.token) if post.status == "scheduled"]
            if scheduled and entry.token not in self.by_hand:
                raise Broken(f"{entry.token} is suspended and still scheduled after {ran}")
            self.quiet.setdefault(entry.token, self.account.now)
        return ran

    # Steps

    def step(self) -> None:
        """One thing that happens, and mostly a run after it."""
        choices = {
            "add": 3, "edit": 2, "move": 1, "remove": 1, "suspend": 3, "resume": 2, "let_out": 1, "break_file": 1,
            "pass_time": 4, "person_edits": 1, "person_schedules": 1, "person_posts": 1, "lose_state": 1, "old_plan": 2,
        }  # fmt: skip
        name = self.rng.choices(list(choices), list(choices.values()))[0]
        self.log.append(f"{self.account.now:%d %H:%M} {name}")
        getattr(self, name)()
        self.write()
        if name == "lose_state":
            self.apply()
        elif self.rng.random() < 0.7:
            is_faulty = self.rng.random() < 0.3
            kind = self.rng.choice(FAULTS)
            fault = Fault(kind, self.rng.randint(1, 2), self.rng.choice([None, 0, 1, 3])) if is_faulty else None
            self.apply(fault=fault)
            if fault:
                self.world.endpoint.pass_time(200)
                self.apply()

    def add(self) -> None:
        """A new entry, timed or in the queue."""
        self.used += 1
        service = self.rng.choice(["twitter", "linkedin"])
        due = self.account.now + timedelta(minutes=self.rng.randint(60, 6000)) if self.rng.random() < 0.7 else None
        due = due and due.replace(second=0, microsecond=0)
        entry = Entry(
            f"xzword{self.used}", service, self.rng.choice("ab"), due, " ".join(self.rng.sample(VOCABULARY, 6))
        )
        entry.dues += [due] if due else []
        self.entries.append(entry)

    def edit(self) -> None:
        """Another text for what is not out."""
        for entry in self._some():
            entry.edition += 1

    def move(self) -> None:
        """A later time."""
        for entry in self._some():
            self.later(entry)

    def later(self, entry: Entry) -> None:
        """Give an entry a later time, if it has one."""
        if entry.due:
            entry.due = self.account.now.replace(second=0, microsecond=0) + timedelta(
                minutes=self.rng.randint(120, 6000)
            )
            entry.dues.append(entry.due)

    def remove(self) -> None:
        """An entry leaves the files."""
        for entry in self._some():
            self.entries.remove(entry)

    def _some(self) -> list[Entry]:
        free = [
            e for e in self.entries if not any(post.sent for post in self.of(e.token)) and e.token not in self.edited
        ]
        return [self.rng.choice(free)] if free else []

    def suspend(self) -> None:
        """A line, somewhere."""
        where = self.rng.choice(["root", "root", "twitter", "a"])
        self.lines[where] = "Earthquake"

    def resume(self) -> None:
        """The lines go."""
        self.lines = {}
        for entry in self.entries:
            entry.suspended = None

    def let_out(self) -> None:
        """A line in an entry: a reason, or false."""
        for entry in self._some():
            entry.suspended = self.rng.choice(["", "Recall"])

    def break_file(self) -> None:
        """An error in another file, or its end."""
        self.is_broken = not self.is_broken

    def pass_time(self) -> None:
        """Hours or days."""
        self.world.endpoint.pass_time(self.rng.choice([600, 7200, 40_000, 90_000]))
        self.judge()

    def person_edits(self) -> None:
        """A person changes a word of a post of ours in Buffer."""
        there = [post for post in self.ours() if post.status in {"scheduled", "draft"}]
        if there:
            post = self.rng.choice(there)
            self.edited |= tokens_in(post.says)
            self.account.edit(PERSON, post.id, {"text": f"{post.content['text']} indeed"})

    def person_schedules(self) -> None:
        """A person schedules a draft of ours by hand, for a time of their own."""
        there = [post for post in self.ours() if post.status == "draft"]
        if there:
            post = self.rng.choice(there)
            self.by_hand |= tokens_in(post.says)
            self.edited |= tokens_in(post.says)
            due = stamp(self.account.now + timedelta(minutes=self.rng.randint(60, 3000)))
            given = {"mode": "customScheduled", "dueAt": due, "saveToDraft": False}
            self.account.edit(PERSON, post.id, {"text": post.content["text"], **given})

    def person_posts(self) -> None:
        """A person's own post."""
        due = stamp(self.account.now + timedelta(minutes=self.rng.randint(60, 3000)))
        given = {"channelId": TWITTER.id, "text": f"Of mine, {self.used}", "mode": "customScheduled", "dueAt": due}
        self.account.create(PERSON, "buffer", given)

    def lose_state(self) -> None:
        """State and journal are gone, unless other words in Buffer, a person's or older ones, would be a question."""
        older = any(post.content["text"] != each.text for each in self.entries for post in self.of(each.token))
        if not self.edited and not self.is_broken and not older:
            shutil.rmtree(self.checkout.state, ignore_errors=True)
            shutil.rmtree(self.checkout.journal, ignore_errors=True)

    def old_plan(self) -> None:
        """A request that is planned now, and merged later: its entry is new, and its plan may be from before."""
        if self.is_broken:
            return
        self.add()
        new = self.entries[-1]
        self.write()
        planned_quiet = bool(self.reason(new))
        self.run("plan", "-o", "plan.json")
        self.world.endpoint.pass_time(120)
        self.rng.choice([self.suspend, self.resume])()
        self.write()
        self.apply_reviewed()
        if not planned_quiet and self.reason(new):
            self.quiet.setdefault(new.token, self.account.now)
            self.world.endpoint.pass_time(600)
            self.resume()
            self.write()
            self.run("apply", "--reviewed", "plan.json", "--auto-approve")  # still quiet: the plan is from before
            if self.of(new.token):
                raise Broken(f"{new.token} went out by a plan that was made before it was suspended")

    def apply_reviewed(self) -> None:
        """What the plan agrees to; what is suspended leaves the schedule whatever it says."""
        ran = self.run("apply", "--reviewed", "plan.json", "--auto-approve")
        if ran.code == 5:
            return
        for entry in self.entries:
            scheduled = [post for post in self.of(entry.token) if post.status == "scheduled"]
            if self.reason(entry) and scheduled and entry.token not in self.by_hand:
                raise Broken(f"{entry.token} is suspended and still scheduled after {ran}")

    # The end

    def end(self) -> None:
        """Everything is resumed, and every question answered: each is there exactly once, at its own time."""
        self.resume()
        self.is_broken = False
        for _ in range(ROUNDS):
            self.write()
            self.apply()
            holds = [each for each in self.run("plan", "--json").json["changes"] if each["action"] == "hold"]
            if not holds:
                break
            for hold in holds:
                self.answer(hold)
        else:
            raise Broken(f"still held: {[(each['address'], each['message']) for each in holds]}")
        for entry in self.entries:
            there = self.of(entry.token)
            if len(there) != 1 or there[0].status not in {"scheduled", "sent"}:
                raise Broken(f"{entry.token} is there {[(post.status, post.due) for post in there]}")
            (post,) = there
            if entry.due and entry.token not in self.by_hand and post.due not in entry.dues:
                raise Broken(f"{entry.token} is due at {post.due}, and was to be at {entry.dues}")

    def answer(self, hold: dict[str, Any]) -> None:
        """What a person does about a hold."""
        token = hold["address"].rpartition("/")[2]
        entry = next((each for each in self.entries if each.token == token), None)
        if entry and hold["reason"] in {"missed", "sent"}:
            self.later(entry)
            if hold["reason"] == "sent":
                self.entries.remove(entry)
        elif entry and hold["reason"] in {"ambiguous", "adopted"} and self.of(token):
            entry.existing = self.of(token)[0].id
        elif hold["reason"] == "deletes":
            self.apply("--max-deletes", "50")
        elif hold["reason"] in {"changed-in-buffer", "conflict"}:
            if entry and entry.due and entry.due <= self.account.now + timedelta(minutes=30):
                self.later(entry)
                self.write()
            self.apply("--reapply", hold["address"])
        else:
            raise Broken(f"nobody expected {hold['address']} {hold['reason']}: {hold['message']}")


def live(seed: int, server: Server) -> None:
    """Live one. Raises Broken, with what happened."""
    rng = random.Random(seed)  # noqa: S311 - a drawn life, not a secret
    with begin(Setting(seed), server) as life:
        silence = Silence(life.world, rng)
        try:
            for _ in range(3):
                silence.add()
            silence.write()
            silence.apply()
            for _ in range(rng.randint(4, 9)):
                silence.step()
            silence.end()
        except Broken as broken:
            raise Broken("\n".join([str(broken), *silence.log])) from None
