"""Lives in which people answer: after each apply, one of the answers that the plan prints, carried out as data.

Written from docs/how/reliability.md and the form of answers in docs/reference/json.md, without the rules' code. Every
entry, and every occurrence of a series, has its own token in its text, which no edit removes: by it people know their
posts, and the oracle recognizes one anywhere. Honest people give every answer that is true of the texts shown; careful
ones only say which post is which; silent ones say nothing.

What reliability.md says cannot be promised is not done: files are not edited between a lost state and the next apply.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ruamel.yaml import YAML

from tests.lives.account import PERSON, START, Account, Post, stamp
from tests.lives.endpoint import Fault, Server
from tests.lives.judge import Broken
from tests.lives.life import Setting, begin
from tests.lives.projects import LINKEDIN, TWITTER, VOCABULARY
from tests.lives.world import Ran, World, copy_folder

TOKEN = re.compile(r"\bxz[a-z]+\d+(?:n\d+)?\b")
LABELS = {"twitter": "twitter:acme", "linkedin": "linkedin:acme-inc"}
SERVICES = {TWITTER.id: "twitter", LINKEDIN.id: "linkedin"}
#: Seconds after which nothing of a killed run is on its way.
GONE_BY = 200
#: How many answers a life may take at its end.
ROUNDS = 60


def tokens_in(text: str) -> set[str]:
    """The tokens of a text."""
    return set(TOKEN.findall(text))


@dataclass
class Entry:
    """An entry as written. `token`: of its text; `keys`: all that it ever had."""

    token: str
    form: dict[str, Any]
    file: str
    starts: str = ""
    keys: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key that it has now."""
        return str(self.form["key"])

    @property
    def numbers(self) -> list[int]:
        """Its occurrences, 0 for an entry that is not repeated."""
        return list(range(1, self.form["repeat"]["times"] + 1)) if "repeat" in self.form else [0]

    def token_of(self, number: int) -> str:
        """The token of an occurrence."""
        return f"{self.token}n{number}" if number else self.token

    def place(self, number: int | None) -> dict[str, Any]:
        """Where an answer stands: in the entry, or below `each`."""
        if not number:
            return self.form
        each = self.form["repeat"].setdefault("each", {})
        found: dict[str, Any] = each.setdefault(number if number in each else str(number), {})
        return found

    def named(self, number: int, service: str) -> str:
        """The id in `existing` of a channel."""
        return str(self._existing(number).get(service, ""))

    def unname(self, number: int, service: str) -> None:
        """Delete `existing` of a channel."""
        self._existing(number).pop(service, None)

    def _existing(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.place(number).get("existing", {})
        return found

    def place_of(self, name: str, number: int | None, service: str) -> dict[str, Any]:
        """Where an edit of a field stands: in its overrides for a channel if they have it, else as `place` has it."""
        place = self.place(number)
        override: dict[str, Any] = place.get("overrides", {}).get(service, {})
        return override if name in override else place

    def is_cancelled(self, number: int, service: str) -> bool:
        """Whether it is cancelled on a channel."""
        places = [self.form]
        if number:
            each = self.form["repeat"].get("each", {})
            places.append(each.get(number) or each.get(str(number)) or {})
        said = [place.get("cancelled", False) for place in places]
        return any(each is True or (isinstance(each, list) and LABELS[service] in each) for each in said)

    def due(self, number: int, service: str) -> datetime | None:
        """Its time on a channel, as the files say it."""
        place = (self.form["repeat"].get("each", {}).get(str(number), {})) if number else self.form
        place = place | place.get("overrides", {}).get(service, {})
        said = str(place.get("due_at") or self.form.get("due_at", ""))
        if not said:
            return None
        if said.startswith("start"):
            days, hour = said.removeprefix("start").split("d ")
            first = datetime.fromisoformat(f"{self.starts} {hour}") + timedelta(days=int(days))
        else:
            first = datetime.fromisoformat(said)
        is_own = not number or place.get("due_at")
        later = timedelta(0) if is_own else timedelta(weeks=number - 1)
        return first.replace(tzinfo=UTC) + later


@dataclass
class Obeying:
    """A life under way.

    `log`: what happened, a line for each step. `is_lost`: there was no apply since the state was lost. `used`: how many
    tokens and keys there are. `is_kept`: there is a copy of the state.
    """

    world: World
    persona: str
    rng: random.Random
    managed_since: bool
    entries: list[Entry] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    is_lost: bool = False
    used: int = 0
    _seen: int = 0
    is_kept: bool = False

    def __post_init__(self) -> None:
        self.checkout = self.world.checkout("one", "machine-1")

    @property
    def account(self) -> Account:
        """The account."""
        return self.world.account

    # The files

    def write(self) -> None:
        """Write the files."""
        files: dict[str, Any] = {}
        for entry in self.entries:
            said = files.setdefault(f"posts/{entry.file}.yaml", {"posts": []})
            said["posts"].append(entry.form)
            if entry.starts:
                said["starts"] = entry.starts
        channels = [{"service": each.service, "name": each.name} for each in (TWITTER, LINKEDIN)]
        since = {"managed_since": (START - timedelta(seconds=30)).isoformat()} if self.managed_since else {}
        root = {"version": 1, "timezone": "UTC", "max_deletes": 50, **since}
        files["buffer.yaml"] = root | {"organizations": [{"name": "Acme", "channels": channels}]}
        self.checkout.write({name: json.dumps(said, indent=1) + "\n" for name, said in files.items()})

    def read(self) -> None:
        """Take over what a command wrote into the files."""
        by_key = {(e.file, e.key): e for e in self.entries}
        for name in {entry.file for entry in self.entries}:
            path = self.checkout.folder / "posts" / f"{name}.yaml"
            for form in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["posts"]:
                if "repeat" in form:
                    form["repeat"]["each"] = {str(n): each for n, each in form["repeat"].get("each", {}).items()}
                by_key[name, form["key"]].form = {k: str(v) if k == "due_at" else v for k, v in form.items()}

    def words(self, token: str) -> str:
        """A text with the token in it."""
        words = self.rng.sample(VOCABULARY, 6)
        return " ".join([*words[:3], token, *words[3:]])

    def at(self, address: str) -> tuple[Entry, int, str]:
        """The entry, the occurrence and the service of an address."""
        _, label, key = address.split("/")
        service = label.partition(":")[0]
        for entry in self.entries:
            for number in entry.numbers:
                if key == entry.key + (f"-{number}" if number else ""):
                    return entry, number, service
        raise LookupError(address)

    def wanted(self) -> Iterator[tuple[Entry, int, str]]:
        """What the files declare and do not cancel: entry, occurrence and service."""
        for entry in self.entries:
            for number in entry.numbers:
                for service in entry.form["channels"]:
                    if not entry.is_cancelled(number, service):
                        yield entry, number, service

    # The account

    def posts(self, service: str, token: str) -> list[Post]:
        """The posts that bufferctl made for an entry, published or not."""
        posts = self.account.posts.values()
        return [p for p in posts if p.maker == "one" and p.channel.service == service and token in tokens_in(p.says)]

    def unsent(self) -> list[Post]:
        """Scheduled posts of bufferctl."""
        return [p for p in self.account.posts.values() if p.maker == "one" and p.status != "sent"]

    # Runs and the oracle

    def run(self, *arguments: str, fault: Fault | None = None) -> Ran:
        """Run a command; whatever it did must be right."""
        ran = self.world.run(self.checkout, *arguments, fault=fault)
        if not ran.killed and ran.code not in {0, 1, 5}:
            raise Broken(f"unexpected exit code: {ran}")
        self.judge()
        return ran

    def judge(self) -> None:
        """Check each write since the last look, and that nothing is there twice."""
        wanted = self.wanted()  # renamed without `was`, and edited, an entry is another one to everybody
        declared = {(service, e.token_of(n)) for e, n, service in wanted if len(e.keys) == 1 or "was" in e.form}
        for write in self.account.writes[self._seen :]:
            before = write.before
            if write.maker == PERSON or not isinstance(before, Post):
                continue
            if before.maker == PERSON:
                raise Broken(f"a person's post was touched: {write}")
            at = {(before.channel.service, token) for token in tokens_in(before.says)}
            if write.kind == "delete" and at & declared:
                raise Broken(f"what the files declare was deleted: {before.says!r}")
        self._seen = len(self.account.writes)
        ours = [p for p in self.account.posts.values() if p.maker == "one"]
        count = Counter((p.channel.service, token) for p in ours for token in tokens_in(p.says))
        if twice := {at: number for at, number in count.items() if number > 1}:
            raise Broken(f"twice in Buffer: {twice}")

    def plan(self) -> list[dict[str, Any]]:
        """The changes of a plan."""
        ran = self.run("plan", "--json")
        if ran.code != 0:
            raise Broken(f"no plan: {ran}")
        changes: list[dict[str, Any]] = ran.json["changes"]
        return changes

    def apply(self, *more: str, fault: Fault | None = None) -> Ran:
        """Apply; without a fault, nothing is left to send afterwards."""
        ran = self.run("apply", "--auto-approve", "--json", *more, fault=fault)
        self.log.append(
            f"  apply {' '.join(more)}: {'killed' if ran.killed else ran.code}{f', {fault}' if fault else ''}"
        )
        if fault is None:
            if ran.code == 5:
                raise Broken(f"stopped without a fault: {ran}")
            self.is_lost = False
            if left := [c["address"] for c in self.plan() if c["action"] in {"create", "update", "delete"}]:
                raise Broken(f"still to do after an apply: {left}")
        return ran

    # Answers

    def answer(self) -> bool:
        """Carry out one answer that the persona would give; whether there was one."""
        holds = [each for each in self.plan() if each["action"] == "hold"]
        given = [(hold, each) for hold in holds for each in hold["answers"] if self.may_give(hold, each)]
        if not given:
            return False
        hold, answer = self.rng.choice(given)
        self.log.append(f"  {hold['address']} ({hold['reason']}): {_line(answer)}")
        self.carry_out(hold, answer)
        after = {each["address"]: each for each in self.plan()}.get(hold["address"])
        is_asked = after is not None and after["action"] == "hold" and after["reason"] == hold["reason"]
        if after and is_asked and any(_line(each) == _line(answer) for each in after["answers"]):
            raise Broken(f"the same hold after its answer: {after['address']}: {after['message']}: {_line(answer)}")
        return True

    def may_give(self, hold: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
        """Whether an honest person may give the answer: what it says is true."""
        try:
            entry, number, service = self.at(hold["address"])
        except LookupError:  # removed from the files, on purpose
            return "--max-deletes" in answer["command"]
        token, named = entry.token_of(number), [self.account.posts.get(each) for each in self.named(answer, service)]
        there = self.posts(service, token)
        mine = any(each is not None and token in tokens_in(each.says) for each in named)
        match answer["way"], answer["field"]:
            case "add", "existing":
                return bool(there) if answer["is_open"] else mine
            case "edit", "existing":
                return entry.named(number, service) not in {each.id for each in there}
            case "add", "was":
                return str(answer["content"]) in entry.keys
            case _ if self.persona == "careful":
                return False  # who only says which post is which
            case "add", "repeat_of":  # of a whole series, it would answer for the others too
                return any(named) and not mine and (not number or bool(answer["occurrence"]))
            case "add", "cancelled":
                return not there or there[0].status == "sent"
            case "edit", name:
                is_out = bool(there) and there[0].status == "sent"
                restores = is_out and hold["reason"] == "sent" and name == ("text" if number else "key")
                return restores or (name == "due_at" and not is_out)
        return _may_run(answer["command"], is_there=bool(there))

    def named(self, answer: Mapping[str, Any], service: str) -> list[str]:
        """The ids that an answer names for a channel: what was there before does not count."""
        content = answer["content"]
        said = content.get(service, []) if isinstance(content, dict) else content
        ids = said if isinstance(said, list) else [said]
        return [each for each in map(str, ids) if each in self.account.posts] or [answer["id"] or ""]

    def carry_out(self, hold: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Give the answer, as data, and apply."""
        if answer["way"] in {"add", "edit"} or answer["later"]:
            self.edit(hold["address"], answer)
        self.write()
        command = answer["command"][1:]
        if command[:1] == ["pull"]:
            self.run(*command)
            self.read()
            self.apply()
        else:
            self.apply(*command[1:] if command[:1] == ["apply"] else ())

    def edit(self, address: str, answer: Mapping[str, Any]) -> None:
        """Edit the entry as the answer says."""
        entry, number, service = self.at(address)
        if answer["way"] == "edit" and answer["field"] == "key":
            self.split(entry, service)
        if answer["way"] == "edit" and answer["field"] == "text":
            (post,) = self.posts(service, entry.token_of(number))
            entry.place(number)["overrides"] = {service: {"text": post.says}}
        if answer["later"] or (answer["way"] == "edit" and answer["field"] == "due_at"):
            later = self.account.now + timedelta(days=self.rng.randint(1, 9), minutes=self.rng.randint(0, 900))
            entry.place_of("due_at", number, service)["due_at"] = f"{later:%Y-%m-%d %H:%M}"
        if answer["way"] == "edit" and answer["field"] == "existing":
            entry.unname(number, service)
        if answer["way"] == "add":
            place, name, content = entry.place(answer["occurrence"]), answer["field"], deepcopy(answer["content"])
            if answer["is_open"] and name == "existing":
                content = {service: self.posts(service, entry.token_of(number))[0].id}
            old = place.get(name)
            if isinstance(old, dict) and isinstance(content, dict):
                content = old | content
            if isinstance(old, list) and isinstance(content, list):
                content = old + content
            place[name] = content

    def split(self, entry: Entry, service: str) -> None:
        """Restore an entry that is published, and publish what it says now as another one."""
        (post,) = self.posts(service, entry.token)
        self.used += 1
        token, key = f"xz{self.rng.choice(VOCABULARY)}{self.used}", f"k{self.used}"
        form = {"key": key, "channels": [service], "text": self.words(token), "due_at": entry.form["due_at"]}
        self.entries.append(Entry(token, form, entry.file, keys=[key]))
        entry.form["text"], entry.form["due_at"] = post.says, f"{post.due:%Y-%m-%d %H:%M}"


def _may_run(command: list[str], *, is_there: bool) -> bool:
    """Whether an honest person may run the command for an entry whose post `is_there`, or is not."""
    if command[1:2] == ["pull"]:
        return True
    return command[1:2] == ["apply"] and ("--reapply" in command or ("--recreate" in command and not is_there))


def _line(answer: Mapping[str, Any]) -> str:
    return " ".join(str(answer[name]) for name in ("way", "field", "content", "occurrence", "command") if answer[name])


# Steps

Step = Callable[[Obeying], str]
EDITS: list[Step] = []
OTHERS: list[Step] = []


def _edit(step: Step) -> Step:
    EDITS.append(step)
    return step


def _other(step: Step) -> Step:
    OTHERS.append(step)
    return step


def _due(life: Obeying) -> str:
    moment = life.account.now + timedelta(days=life.rng.randint(0, 12), minutes=life.rng.randint(10, 1000))
    return f"{moment:%Y-%m-%d %H:%M}"


@_edit
def add(life: Obeying) -> str:
    """A post with a time, or for the queue, on one or two channels."""
    life.used += 1
    token, key = f"xz{life.rng.choice(VOCABULARY)}{life.used}", f"k{life.used}"
    channels = life.rng.choice([["twitter"], ["twitter"], ["linkedin"], ["twitter", "linkedin"]])
    form: dict[str, Any] = {"key": key, "channels": channels, "text": life.words(token)}
    if life.rng.random() < 0.7:
        form["due_at"] = _due(life)
    life.entries.append(Entry(token, form, life.rng.choice(["one", "two"]), keys=[key]))
    return key


@_edit
def add_series(life: Obeying) -> str:
    """A weekly post in a file of its own."""
    life.used += 1
    token, key = f"xz{life.rng.choice(VOCABULARY)}{life.used}", f"s{life.used}"
    channels = life.rng.choice([["twitter"], ["twitter", "linkedin"]])
    form: dict[str, Any] = {"key": key, "channels": channels, "due_at": "start+0d 09:30"}
    form["text"] = life.words(f"{token}n$(number)")
    form["repeat"] = {"every": "1 week", "times": life.rng.randint(2, 4)}
    first = life.account.now + timedelta(days=life.rng.randint(0, 5))
    life.entries.append(Entry(token, form, f"series{life.used}", f"{first:%Y-%m-%d}", [key]))
    return key


def _some(life: Obeying, *, series: bool | None = None) -> Entry | None:
    found = [each for each in life.entries if series is None or bool(each.starts) is series]
    return life.rng.choice(found) if found else None


@_edit
def reword(life: Obeying) -> str:
    """Another text for an entry."""
    if (entry := _some(life)) is None:
        return ""
    entry.form["text"] = life.words(f"{entry.token}n$(number)" if entry.starts else entry.token)
    return entry.key


@_edit
def move(life: Obeying) -> str:
    """Another time for a post that is not published, or another start for a series, by weeks."""
    entry = _some(life)
    if entry is None or (not entry.starts and "due_at" not in entry.form):
        return ""
    if entry.starts:
        weeks = life.rng.choice([-1, 1, 1, 2])
        entry.starts = f"{datetime.fromisoformat(entry.starts) + timedelta(weeks=weeks):%Y-%m-%d}"
    else:
        entry.form["due_at"] = _due(life)
    return entry.key


@_edit
def rename(life: Obeying) -> str:
    """Another key, mostly with `was`."""
    if (entry := _some(life)) is None:
        return ""
    life.used += 1
    old, entry.form["key"] = entry.form["key"], f"{'s' if entry.starts else 'k'}{life.used}"
    entry.form.pop("was", None)
    is_asked = any(each["action"] == "hold" for each in life.plan())  # a question does not follow a key silently
    if is_asked or life.rng.random() < 0.7:
        entry.form["was"] = old
    entry.keys += [entry.form["key"], *(f"{old}-{n}" for n in entry.numbers if n)]
    return f"{old} to {entry.key}{'' if 'was' in entry.form else ' without was'}"


@_edit
def put_elsewhere(life: Obeying) -> str:
    """An entry in another file."""
    if (entry := _some(life, series=False)) is None:
        return ""
    entry.file = life.rng.choice(["one", "two", "three"])
    return f"{entry.key} to {entry.file}"


@_edit
def remove(life: Obeying) -> str:
    """An entry is removed."""
    if (entry := _some(life)) is None or len(life.entries) < 3:
        return ""
    life.entries.remove(entry)
    return entry.key


@_edit
def more_or_fewer(life: Obeying) -> str:
    """A series gets longer or shorter."""
    if (entry := _some(life, series=True)) is None:
        return ""
    repeat = entry.form["repeat"]
    repeat["times"] = life.rng.randint(1, 5)
    repeat["each"] = {n: each for n, each in repeat.get("each", {}).items() if int(n) <= repeat["times"]}
    return f"{entry.key} {repeat['times']} times"


@_edit
def another_channel(life: Obeying) -> str:
    """An entry goes to both channels, or to one of them."""
    if (entry := _some(life)) is None or re.search("existing|overrides|repeat_of|cancelled", json.dumps(entry.form)):
        return ""  # what names a channel would have to go with it
    entry.form["channels"] = life.rng.choice([["twitter", "linkedin"], ["twitter"]])
    return f"{entry.key} {entry.form['channels']}"


@_other
def time_passes(life: Obeying) -> str:
    """Hours or days; what is due is published."""
    hours = life.rng.choice([1, 7, 30, 80, 200])
    life.world.endpoint.pass_time(hours * 3600)
    return f"{hours} h"


@_other
def edited_in_buffer(life: Obeying) -> str:
    """A person edits a scheduled post."""
    if not (posts := life.unsent()):
        return ""
    post = life.rng.choice(posts)
    (token, *_) = tokens_in(post.says)
    life.account.edit(PERSON, post.id, {"text": life.words(token)})
    return token


@_other
def rescheduled_in_buffer(life: Obeying) -> str:
    """A person gives a scheduled post another time."""
    if not (posts := life.unsent()):
        return ""
    post = life.rng.choice(posts)
    due = life.account.now + timedelta(days=life.rng.randint(1, 9), minutes=life.rng.randint(0, 900))
    life.account.edit(
        PERSON, post.id, {"mode": "customScheduled", "dueAt": stamp(due.replace(second=0, microsecond=0))}
    )
    return " ".join(tokens_in(post.says))


@_other
def deleted_in_buffer(life: Obeying) -> str:
    """A person deletes a scheduled post."""
    if not (posts := life.unsent()):
        return ""
    post = life.rng.choice(posts)
    life.account.delete(PERSON, post.id)
    return " ".join(tokens_in(post.says))


@_other
def posted_in_buffer(life: Obeying) -> str:
    """A person posts something of their own."""
    due = life.account.now + timedelta(days=life.rng.randint(1, 6))
    given: dict[str, Any] = {"channelId": life.rng.choice(list(SERVICES)), "text": life.words("somebody"), "assets": []}
    timed = life.rng.random() < 0.5
    given |= {"mode": "customScheduled", "dueAt": stamp(due)} if timed else {"mode": "addToQueue"}
    life.account.create(PERSON, "buffer", given)
    return ""


@_other
def an_answer_is_lost(life: Obeying) -> str:
    """An apply whose answer is lost, or that is killed."""
    if life.is_lost:
        return ""
    kind = life.rng.choice(["cut", "500", "gateway", "throw", "unexpected", "kill"])
    life.apply(fault=Fault(kind, life.rng.choice([1, 1, 2]), life.rng.choice([None, None, 0, 1])))
    return kind


@_other
def the_state_is_lost(life: Obeying) -> str:
    """State and journal are gone, once all of the files was applied."""
    life.apply()
    life.world.endpoint.pass_time(GONE_BY)
    shutil.rmtree(life.checkout.state, ignore_errors=True)
    shutil.rmtree(life.checkout.journal, ignore_errors=True)
    life.is_lost, life.is_kept = True, False
    return ""


@_other
def taken_from_the_state(life: Obeying) -> str:
    """`state rm` of an entry that the state has."""
    tracked = [each["address"] for each in life.plan() if each["action"] == "no-op" and each["id"]]
    if life.is_lost or not tracked:
        return ""
    address = life.rng.choice(tracked)
    life.run("state", "rm", address)
    return str(address)


@_other
def the_state_is_kept(life: Obeying) -> str:
    """A copy of the state, for later."""
    copy_folder(life.checkout.state, life.world.folder / "kept")
    life.is_kept = life.checkout.state.exists()
    return ""


@_other
def the_state_is_old(life: Obeying) -> str:
    """The copy is put back; the journal shows that it is older."""
    if not life.is_kept:
        return ""
    life.apply()
    copy_folder(life.world.folder / "kept", life.checkout.state)
    life.is_lost = True
    return ""


# Lives


@dataclass(frozen=True)
class Script:
    """A drawn life; each step has its own seed, so that leaving one out does not change the others."""

    seed: int
    persona: str
    managed_since: bool
    steps: tuple[tuple[str, int], ...]


def draw(seed: int) -> Script:
    """The life of a seed: 15 to 30 steps."""
    rng = random.Random(seed)  # noqa: S311 - a drawn life, not a secret
    some = (rng.choice(EDITS if rng.random() < 0.5 else OTHERS).__name__ for _ in range(rng.randint(13, 28)))
    names = ["add", "add_series", *some]
    persona = rng.choice(["honest", "honest", "honest", "careful", "silent"])
    steps = tuple((name, rng.getrandbits(32)) for name in names)
    return Script(seed, persona, rng.random() < 0.7, steps)


def live(script: Script, server: Server) -> list[str]:
    """Run a life to its end; returns the log. Raises Broken with the log so far."""
    with begin(Setting(0), server) as house:
        life = Obeying(house.world, script.persona, random.Random(script.seed), script.managed_since)  # noqa: S311 - drawn, not a secret
        try:
            for name, seed in script.steps:
                life.rng = random.Random(seed)  # noqa: S311 - drawn, not a secret
                _take(life, name)
            _end(life)
        except Broken as broken:
            happened = "\n".join([f"{script.seed}: {script.persona}, managed_since: {script.managed_since}", *life.log])
            raise Broken(f"{broken}\n{happened}\n{life.world.log[-1]}") from broken
        return life.log


def _take(life: Obeying, name: str) -> None:
    """A step, then an apply and one answer."""
    step = next(each for each in (*EDITS, *OTHERS) if each.__name__ == name)
    if step in EDITS and life.is_lost:
        life.apply()  # what was edited meanwhile could not be recognized
        if life.persona != "silent":
            life.answer()
    said = step(life)
    life.log.append(f"{name} {said}")
    life.write()
    if step in EDITS:
        life.apply()
    if life.persona != "silent" and not life.is_lost:
        life.answer()


def _end(life: Obeying) -> None:
    """All questions are answered; then each entry whose time is to come is in Buffer, once, as the files say."""
    life.log.append("the end")
    life.world.endpoint.pass_time(7200)  # what was deleted a moment ago counts as deleted
    life.apply()
    life.apply()
    if life.persona != "honest":
        return
    for _ in range(ROUNDS):
        if not life.answer():
            break
    else:
        raise Broken("no end of questions")
    held = {each["address"]: each for each in life.plan() if each["action"] == "hold"}
    for entry, number, service in life.wanted():
        due = entry.due(number, service)
        key = entry.key + (f"-{number}" if number else "")
        address = f"Acme/{LABELS[service]}/{key}"
        if (due is None or due > life.account.now + timedelta(minutes=5)) and not life.posts(
            service, entry.token_of(number)
        ):
            why = held.get(address, {}).get("message", "and nothing is said")
            raise Broken(f"{address} is not in Buffer: {why}")
    if held:
        first = next(iter(held.values()))
        raise Broken(f"no true answer to {first['address']} ({first['reason']}): {first['message']} {first['hint']}")
