"""Drawn lives of a team: requests planned, merged and applied in any order, judged by an oracle that knows no code.

Requests edit texts and times, delete, add, rename, revert, bring back, change a default of a file or a text file; two
may change one entry, one may be built on another, or take over what main has. Channels are disconnected, runs fail or
are late, plans expire or are never made.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from ruamel.yaml import YAML

from tests.ci.conftest import Team
from tests.ci.merges_oracle import Oracle, Posts, Request, Said
from tests.conftest import long
from tests.fuzzing import examples

SERVICES = ("twitter", "linkedin")
#: What `make test` draws, and `make test-all` besides.
SEEDS, MORE = (7,), (*range(1, 7), *range(8, 64))
STEPS = 16
#: What a run asks about an entry that was renamed before it was ever sent, while others are gone: its file, and the
#: answer that it is none of those, which is true in these lives.
ASKED = re.compile(
    r"^::error file=posts/([\w-]+)\.yaml,.*title=bufferctl ambiguous::.* write `(repeat_of: [^`]+)`", re.MULTILINE
)


def apart(token: str) -> str:
    """Lines between two fields, so that git merges changes of both; of this entry, so that no file looks moved."""
    return "".join(f"      # {token} {line} {token * 9}\n" for line in range(3))


def entry(key: str, token: str, version: int, day: int, service: str, text_file: str = "") -> str:
    """An entry as it is written first."""
    text = f"text_file: {text_file}" if text_file else f"text: {token} version {version}"
    due = f"due_at: 2030-06-{day:02} 09:00" if day else "mode: addToQueue"
    fields = [f"  - key: {key}", f"    channels: [{service}]", f"    {text}", f"    {due}"]
    return "".join(f"{each}\n{apart(token)}" for each in fields)


def declared(files: dict[str, str]) -> dict[str, Said]:
    """What files say, read in the simplest way."""
    found = {}
    for name, text in files.items():
        if not name.endswith(".yaml"):
            continue
        values = YAML(typ="safe").load(text)
        for each in values["posts"]:
            body = files[each["text_file"]] if "text_file" in each else each["text"]
            token = body.split()[0]
            due = str(each.get("due_at", ""))[:10]
            found[token] = Said(body.strip(), due, bool(values.get("draft")), each["channels"][0])
    return found


@dataclass
class Life:
    """One team from its first request to the last."""

    team: Team
    random: random.Random
    oracle: Oracle = field(default_factory=Oracle)
    branches: dict[int, str] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    tokens: int = 0
    versions: int = 0
    log: list[str] = field(default_factory=list)
    pasts: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The time of everybody."""
        return self.team.sandbox.clock.now()

    def files_at(self, ref: str) -> dict[str, str]:
        """The files of posts at a ref, by name."""
        git = self.team.ada.git
        names = git("ls-tree", "--name-only", f"{ref}:posts").splitlines() if self.has_posts(ref) else []
        return {name: git("show", f"{ref}:posts/{name}") + "\n" for name in names}

    def has_posts(self, ref: str) -> bool:
        """Whether there are any."""
        return "posts" in self.team.ada.git("ls-tree", "--name-only", ref).splitlines()

    def buffer(self) -> dict[str, Said]:
        """What Buffer has."""
        services = {self.team.sandbox.channel(each)["id"]: each for each in SERVICES}
        return {
            each["text"].split()[0]: Said(
                each["text"],
                each["dueAt"][:10] if each["shareMode"] == "customScheduled" and each["dueAt"] else "",
                each["status"] == "draft",
                services[each["channelId"]],
            )
            for each in self.team.sandbox.posts()
        }

    def published(self) -> frozenset[str]:
        """What is out, or failed while its channel was down, and so is not changed any more."""
        posts = self.team.sandbox.posts()
        return frozenset(each["text"].split()[0] for each in posts if each["status"] in {"sent", "sending", "error"})

    def begin(self) -> None:
        """Three posts that are in Buffer already."""
        self.team.ada.git("checkout", "--quiet", "-B", "main", "origin/main")
        files: dict[str, str] = {}
        for _ in range(3):
            self.versions += 1
            self.add(files)
        self.write({}, files)
        assert not self.team.apply(decision="everything").failed
        self.oracle.main = declared(files)
        assert self.buffer() == self.oracle.main

    # What people do

    def request(self) -> None:
        """A branch at main or on another request, with one or two changes."""
        stacked = self.random.choice(self.open) if self.open and self.random.random() < 0.3 else 0
        start = f"origin/{self.branches[stacked]}" if stacked else "origin/main"
        name = f"topic-{len(self.branches) + 1}"
        self.team.ada.git("checkout", "--quiet", "-B", name, start)
        files = self.files_at(start)
        changed = dict(files)
        said = [self.change(changed) for _ in range(self.random.choice([1, 1, 2]))]
        self.write(files, changed)
        number = self.team.github.open_pull(name)
        self.oracle.requests[number] = Request(number)
        self.branches[number] = name
        self.open.append(number)
        self.log.append(f"#{number} on {stacked or 'main'}: {', '.join(said)}")

    def write(self, files: dict[str, str], changed: dict[str, str]) -> None:
        """Commit the files in place of those that are there."""
        folder = self.team.ada.folder / "posts"
        folder.mkdir(exist_ok=True)
        for name in files.keys() - changed.keys():
            (folder / name).unlink()
        for name, text in changed.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.team.ada.push()

    def change(self, files: dict[str, str]) -> str:
        """Change the files; what was done."""
        self.versions += 1
        own = sorted(name for name in files if name.startswith("t") and name.endswith(".yaml"))
        kinds = {
            "edit a text": self.edit_text, "edit a time": self.edit_time, "delete": self.delete, "rename": self.rename,
            "a default": self.edit_default, "a text file": self.edit_text_file, "revert": self.revert,
        }  # fmt: skip
        kind = self.random.choice(["add", *kinds, "edit a text", "edit a time"]) if own else "add"
        if kind == "add":
            return self.add(files)
        name = self.random.choice(own)
        kinds[kind](files, name)
        return f"{kind} {name}"

    def add(self, files: dict[str, str]) -> str:
        """A new entry, in a file of its own."""
        self.tokens += 1
        token, service = f"T{self.tokens}", self.random.choice(SERVICES)
        key, day = token.lower(), self.random.choice([0, *range(1, 28)])
        text_file = f"{key}.txt" if self.random.random() < 0.3 else ""
        if text_file:
            files[text_file] = f"{token} version {self.versions}\n"
        head = "draft: false\n" if self.random.random() < 0.5 else ""
        files[f"{key}.yaml"] = f"{head}posts:\n{entry(key, token, self.versions, day, service, text_file)}"
        return f"add {token}"

    def delete(self, files: dict[str, str], name: str) -> None:
        """Without its text file, which nobody reads then."""
        del files[name]

    def edit_text(self, files: dict[str, str], name: str) -> None:
        """A new version."""
        if found := re.search(r"^    text: (\w+) .*$", files[name], re.MULTILINE):
            files[name] = files[name].replace(found[0], f"    text: {found[1]} version {self.versions}")

    def edit_time(self, files: dict[str, str], name: str) -> None:
        """Another day."""
        day = f"    due_at: 2030-06-{self.random.randint(1, 27):02} 09:00"
        files[name] = re.sub(r"^    due_at: .*$", day, files[name], flags=re.MULTILINE)

    def rename(self, files: dict[str, str], name: str) -> None:
        """Another key, and what it was before."""
        text = re.sub(r"^    was: .*\n", "", files[name], flags=re.MULTILINE)
        new = f"\\g<1>{name.removesuffix('.yaml')}-{self.versions}\\g<3>    was: \\g<2>\n"
        files[name] = re.sub(r"(- key: )(\S+)(\n(?: +#.*\n)+)", new, text, count=1)

    def edit_default(self, files: dict[str, str], name: str) -> None:
        """Whether all of the file are drafts."""
        text = files[name]
        if "draft: true\n" in text:
            files[name] = text.replace("draft: true\n", "draft: false\n")
        else:
            files[name] = "draft: true\n" + text.replace("draft: false\n", "")

    def edit_text_file(self, files: dict[str, str], name: str) -> None:
        """The file that an entry names."""
        other = name.replace(".yaml", ".txt")
        if other in files:
            files[other] = f"{files[other].split()[0]} version {self.versions}\n"

    def revert(self, files: dict[str, str], _name: str) -> None:
        """Undo one of the merges, or bring back what one undid, where nothing else was done to it since."""
        before, after = self.random.choice(self.pasts or [({}, {})])
        for each in {*before, *after}:
            if before.get(each) == after.get(each) or files.get(each) != after.get(each):
                continue
            if each in before:
                files[each] = before[each]
            else:
                files.pop(each)

    def plan(self, number: int) -> None:
        """The run of a request, on what its merge would be; a conflict has none."""
        try:
            ref = self.team.try_merge(number)
        except subprocess.CalledProcessError:
            self.log.append(f"#{number} conflicts")
            return
        ran = self.team.plan(number, ref=ref, strict=False)
        head = self.team.github.pulls[number]["head"]["sha"]
        if ran.uploads and (ran.uploads[0][1] / "plan.json").exists():
            after = declared(self.files_at(self.team.github.repository.head(ref)))
            self.oracle.planned(number, self.now, head, after, self.buffer(), frozenset(self.down))
        self.log.append(f"#{number} planned{' with errors' if ran.failed else ''}")

    def update(self, number: int) -> None:
        """Somebody merges main into the branch of a request."""
        branch, git = self.branches[number], self.team.ada.git
        git("checkout", "--quiet", "-B", branch, f"origin/{branch}")
        if self.merges(lambda: git("merge", "--quiet", "--no-edit", "origin/main")):
            self.team.ada.send()
            self.team.github.pushed(number)
            self.log.append(f"#{number} updated")

    def merges(self, attempt: object) -> bool:
        """Whether a merge went through; else nothing is left of it."""
        try:
            attempt()  # type: ignore[operator]  # a function without arguments
        except subprocess.CalledProcessError:
            self.team.ada.git("reset", "--quiet", "--hard")
            return False
        return True

    def merge(self, number: int) -> None:
        """Merge a request with a merge commit or squashed; one that conflicts is closed."""
        git, branch = self.team.ada.git, f"origin/{self.branches[number]}"
        before = self.files_at("origin/main")
        git("checkout", "--quiet", "-B", "main", "origin/main")
        self.open.remove(number)

        def attempt() -> None:
            if self.random.random() < 0.5:
                git("merge", "--quiet", "--no-ff", "--message", f"Merge #{number}", branch)
            else:
                git("merge", "--quiet", "--squash", branch)
                git("commit", "--quiet", "--allow-empty", "--message", f"Squash #{number}")

        if not self.merges(attempt):
            self.log.append(f"#{number} closed")
            return
        self.team.github.merged(number, self.team.ada.send())
        after = self.files_at("origin/main")
        self.pasts.append((before, after))
        head = self.team.github.pulls[number]["head"]["sha"]
        self.oracle.merged(number, self.now, head, declared(after))
        self.log.append(f"#{number} merged")
        self.team.sandbox.clock.advance(seconds=30)

    def apply(self, *, fault: str = "", scheduled: bool = False) -> None:
        """A run of main, judged."""
        before = self.buffer()
        if fault == "key":
            ran = self.team.apply(key="expired")
        else:
            if fault:
                self.team.sandbox.set_faults(fault)
            ran = self.team.apply_as("schedule") if scheduled else self.team.apply()
            self.team.sandbox.set_faults()
        self.log.append(
            f"applied{f' with {fault}' if fault else ''}: exit {ran.outputs['apply'].get('exit-code', '?')}"
        )
        assert "Traceback" not in ran.log, ran.log
        down, ended = frozenset(self.down), not fault and not scheduled
        asked = dict(ASKED.findall(ran.log))
        main = self.files_at("origin/main")
        of_them = frozenset(declared({name: text for name, text in main.items() if name.split(".")[0] in asked}))
        wrong = list(self.oracle.judged(before, self.buffer(), self.now, down, self.published(), of_them, ended=ended))
        assert not wrong, "\n".join([*wrong, *self.log, ran.log])
        if asked:
            self.answer(main, asked)

    def answer(self, files: dict[str, str], asked: dict[str, str]) -> None:
        """A request says of entries that they are none of those that are gone, as the plan prints it."""
        for name, both in asked.items():
            files[f"{name}.yaml"] = re.sub(r"(- key: .*\n)", f"\\g<1>    {both}\n", files[f"{name}.yaml"], count=1)
        self.log.append(f"answered for {', '.join(asked)}")
        number = self.with_files(files)
        self.plan(number)
        self.merge(number)
        self.apply()

    def set_connected(self, service: str, *, is_connected: bool) -> None:
        """Somebody disconnects a channel in Buffer, or connects it again."""
        (self.down.discard if is_connected else self.down.add)(service)
        channel = self.team.sandbox.channel(service)["id"]
        self.team.sandbox.person.set_channel(channel, isDisconnected=not is_connected)
        self.log.append(f"{service} is {'back' if is_connected else 'down'}")

    def with_files(self, files: dict[str, str]) -> int:
        """A request that makes main have these files."""
        name = f"topic-{len(self.branches) + 1}"
        self.team.ada.git("checkout", "--quiet", "-B", name, "origin/main")
        self.write(self.files_at("origin/main"), files)
        number = self.team.github.open_pull(name)
        self.oracle.requests[number], self.branches[number] = Request(number), name
        self.open.append(number)
        return number

    def cut(self, number: int) -> None:
        """The channels are down while its merge is applied."""
        self.plan(number)
        self.merge(number)
        down = [each for each in SERVICES if each not in self.down]
        for service in down:
            self.set_connected(service, is_connected=False)
        self.apply()
        for service in down:
            self.set_connected(service, is_connected=True)
        self.apply()

    def late(self, number: int) -> None:
        """Its merge is applied after eight days."""
        self.plan(number)
        self.merge(number)
        self.team.sandbox.clock.advance(days=8)
        self.apply()

    def to_and_fro(self, number: int) -> None:
        """Merged, reverted with a plan, and brought back without one, all before a run."""
        before = self.files_at("origin/main")
        self.plan(number)
        self.merge(number)
        after = self.files_at("origin/main")
        undo = self.with_files(before)
        self.plan(undo)
        self.merge(undo)
        self.merge(self.with_files(after))
        self.log.append(f"#{number} came back")
        self.apply()

    def step(self) -> None:
        """One thing that happens."""
        kinds = {
            self.begin_request: 22, self.cut: 4, self.late: 4, self.to_and_fro: 4, self.plan: 16, self.finish: 22,
            self.update: 6, self.run: 10, self.fail: 5, self.toggle: 4, self.wait: 3,
        }  # fmt: skip
        number = self.random.choice(self.open) if self.open else 0
        step = self.random.choices(list(kinds), list(kinds.values()))[0] if number else self.begin_request
        step(number)
        self.team.sandbox.clock.advance(minutes=3)

    def begin_request(self, _: int) -> None:
        """Which is planned at once, or later."""
        self.request()
        if self.random.random() < 0.5:
            self.plan(self.open[-1])

    def finish(self, number: int) -> None:
        """Merge a request, mostly with a plan."""
        if self.oracle.requests[number].plan is None and self.random.random() < 0.8:
            self.plan(number)
        self.merge(number)

    def run(self, _: int) -> None:
        """The run of a merge, or of the schedule."""
        self.apply(scheduled=self.random.random() < 0.2)

    def fail(self, _: int) -> None:
        """A run without a key, or without quota."""
        self.apply(fault=self.random.choice(["key", "rate-limit@posts:2h"]))

    def toggle(self, _: int) -> None:
        """A channel is disconnected or connected."""
        service = self.random.choice(SERVICES)
        self.set_connected(service, is_connected=service in self.down)

    def wait(self, _: int) -> None:
        """Days pass."""
        days = self.random.choice([1, 5, 8])
        self.team.sandbox.clock.advance(days=days)
        self.log.append(f"{days} days later")

    def end(self) -> None:
        """All channels are back, and one more request is planned and merged: now Buffer is as main says."""
        for service in sorted(self.down):
            self.set_connected(service, is_connected=True)
        self.apply()
        self.team.ada.git("checkout", "--quiet", "-B", "last", "origin/main")
        files = self.files_at("origin/main")
        last = {"last.yaml": f"posts:\n{entry('last', 'Last', 0, 28, 'twitter')}"}
        self.write(files, {**files, **last})
        number = self.team.github.open_pull("last")
        self.oracle.requests[number], self.branches[number] = Request(number), "last"
        self.open.append(number)
        self.plan(number)
        self.merge(number)
        self.apply()
        out = self.published()
        there = {token: each for token, each in self.buffer().items() if token not in out}
        main = {token: each for token, each in declared(self.files_at("origin/main")).items() if token not in out}
        assert there == main, "\n".join(self.log)


def drawn(team: Team, seed: int) -> Iterator[str]:
    """A life, step by step."""
    life = Life(team, random.Random(seed))  # noqa: S311 - a life is drawn, not a key
    life.begin()
    for _ in range(examples(STEPS, 10)):
        life.step()
    life.end()
    yield from life.log


@pytest.mark.parametrize("seed", [*SEEDS, *long(*MORE)])
def test_requests_in_any_order(team: Team, seed: int) -> None:
    """The oracle has nothing to say of any run, and in the end Buffer is as main says."""
    assert list(drawn(team, seed))


def test_the_oracle_notices() -> None:
    """What it is for: an old word after a revert, an unseen version, an edit that waits."""
    v0, v1, v2 = (Said(f"T1 version {n}", "2030-06-01", False, "twitter") for n in range(3))
    at = datetime(2029, 12, 3, 9)  # noqa: DTZ001 - no zone is needed to compare
    empty: Posts = {}

    def told(*plans: tuple[Posts, Posts, bool], there: Posts, after: Posts) -> list[str]:
        oracle = Oracle(main=dict(plans[0][0]))
        for number, (_, main, is_planned) in enumerate(plans, 1):
            oracle.requests[number] = Request(number)
            if is_planned:
                oracle.planned(number, at, "h", main, there, frozenset())
            oracle.merged(number, at, "h", main)
        return [
            each.partition(":")[2] for each in oracle.judged(there, after, at, frozenset(), frozenset(), ended=True)
        ]

    assert told((empty, {"T1": v1}, True), there=empty, after={"T1": v1}) == []
    assert "no merged plan" in told((empty, {"T1": v1}, False), there=empty, after={"T1": v1})[0]
    assert told((empty, {"T1": v1}, False), there=empty, after=empty) == []
    assert "#1 alone changed it" in told((empty, {"T1": v1}, True), there=empty, after=empty)[0]
    assert "main says" in told((empty, {"T1": v1}, True), there=empty, after={"T1": v2})[0]
    revert = (({"T1": v0}, {"T1": v1}, True), ({"T1": v1}, {"T1": v0}, True), ({"T1": v0}, {"T1": v1}, False))
    assert told(*revert, there={"T1": v0}, after={"T1": v0}) == []
    assert "no merged plan" in told(*revert, there={"T1": v0}, after={"T1": v1})[0]
    again = (*revert[:2], ({"T1": v0}, {"T1": v1}, True))
    assert told(*again, there={"T1": v0}, after={"T1": v1}) == []
    assert "#3 last changed it" in told(*again, there={"T1": v0}, after={"T1": v0})[0]


@pytest.mark.parametrize("reverted", [None, Said("T1 version 0", "2030-06-01", draft=False, service="twitter")])
def test_the_oracle_notices_what_a_revert_leaves(reverted: Said | None) -> None:
    """Planned while Buffer was so already, merged once its target was sent: it is undone, and not brought back."""
    target = Said("T1 version 1", "2030-06-01", draft=False, service="twitter")
    before: Posts = {"T1": reverted} if reverted else {}
    at = datetime(2029, 12, 3, 9)  # noqa: DTZ001 - no zone is needed to compare
    oracle = Oracle(main={"T1": target})
    oracle.requests[1] = Request(1)
    oracle.planned(1, at, "h", before, before, frozenset())
    oracle.merged(1, at, "h", before)

    def said(there: Posts, after: Posts) -> list[str]:
        return [each for each in oracle.judged(there, after, at, frozenset(), frozenset(), ended=True) if each]

    assert "#1 alone changed it" in said({"T1": target}, {"T1": target})[0]
    assert said({"T1": target}, before) == []
    if reverted:
        assert "no merged plan" in said({}, before)[0]
