"""Lives in which people answer: after each apply, one of the answers that the plan prints, carried out as data.

Written from docs/how/reliability.md and the form of answers in docs/reference/json.md, without the rules' code. Every
entry, and every occurrence of a series, has its own token in its text, which no edit removes: by it people know their
posts, and the oracle recognizes one anywhere. Honest people give every answer that is true of the texts shown; careful
ones only say which post is which; careless ones take one of the first two answers, true or not, and then nothing is
said of what these were about; silent ones say nothing.

What reliability.md says cannot be promised is not done: files are not edited between a lost state and the next apply.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ruamel.yaml import YAML

from tests.lives.account import PERSON, START, Account, Idea, Post
from tests.lives.endpoint import Fault
from tests.lives.judge import Broken
from tests.lives.projects import LINKEDIN, TWITTER, VOCABULARY
from tests.lives.world import Ran, World

TOKEN = re.compile(r"\bxz[a-z]+\d+(?:n\d+)?\b")
LABELS = {"twitter": "twitter:acme", "linkedin": "linkedin:acme-inc"}
SERVICES = {TWITTER.id: "twitter", LINKEDIN.id: "linkedin"}
#: The root files: the second one is there once an entry was moved to it.
FIRST_ROOT, SECOND_ROOT = "buffer.yaml", "second.yaml"


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
    def path(self) -> str:
        """Its file."""
        return "second/posts.yaml" if self.file == "second" else f"posts/{self.file}.yaml"

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
class Thought:
    """An idea as written; its token is in its title."""

    token: str
    form: dict[str, Any]
    keys: list[str]

    @property
    def address(self) -> str:
        """Its address."""
        return f"Acme/ideas/{self.form['key']}"


@dataclass
class Obeying:
    """A life under way.

    `log`: what happened, a line for each step. `is_lost`: there was no apply since the state was lost. `used`: how many
    tokens and keys there are. `is_kept`: there is a copy of the state. `copies`: how many more entries were written
    with the text of a token. `untrue`: tokens, and ids of people's posts, of which somebody careless said what is not
    true. `is_tidy`: every rename has its `was`.
    """

    world: World
    persona: str
    rng: random.Random
    managed_since: bool
    entries: list[Entry] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    is_lost: bool = False
    used: int = 0
    is_kept: bool = False
    ideas: list[Thought] = field(default_factory=list)
    roots: list[str] = field(default_factory=lambda: [FIRST_ROOT])
    copies: Counter[str] = field(default_factory=Counter)
    untrue: set[str] = field(default_factory=set)
    is_tidy: bool = False
    _seen: int = 0
    _taken: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.checkout = self.world.checkout("one", "machine-1")

    @property
    def account(self) -> Account:
        """The account."""
        return self.world.account

    # The files

    def write(self) -> None:
        """Write the files."""
        files: dict[str, Any] = {"second/posts.yaml": {"posts": []}} if SECOND_ROOT in self.roots else {}
        for entry in self.entries:
            said = files.setdefault(entry.path, {"posts": []})
            said["posts"].append(entry.form)
            if entry.starts:
                said["starts"] = entry.starts
        channels = [{"service": each.service, "name": each.name} for each in (TWITTER, LINKEDIN)]
        since = {"managed_since": (START - timedelta(seconds=30)).isoformat()} if self.managed_since else {}
        root = {"version": 1, "timezone": "UTC", "max_deletes": 50, **since}
        ideas = {"ideas": [each.form for each in self.ideas]} if self.ideas else {}
        organization: dict[str, Any] = {"name": "Acme", "channels": channels}
        files[FIRST_ROOT] = root | {"organizations": [organization | ideas]}
        if SECOND_ROOT in self.roots:
            files[SECOND_ROOT] = root | {"include": ["second/*.yaml"], "organizations": [organization]}
        self.checkout.write({name: json.dumps(said, indent=1) + "\n" for name, said in files.items()})

    def read(self) -> None:
        """Take over what a command wrote into the files."""
        by_key = {(e.path, e.key): e for e in self.entries}
        for name in {entry.path for entry in self.entries}:
            path = self.checkout.folder / name
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
        declared = Counter((service, e.token_of(n)) for e, n, service in wanted if len(e.keys) == 1 or "was" in e.form)
        for write in self.account.writes[self._seen :]:
            before = write.before
            if write.maker == PERSON or not isinstance(before, Post):
                continue
            if before.maker == PERSON and before.id not in self.untrue:
                raise Broken(f"a person's post was touched: {write}")
            for token in tokens_in(before.says) - self.untrue if write.kind == "delete" else ():
                service = before.channel.service
                is_left = bool(self.copies[token]) and len(self.posts(service, token)) >= declared[service, token]
                if declared[service, token] and not is_left:
                    raise Broken(f"what the files declare was deleted: {before.says!r}")
        self._seen = len(self.account.writes)
        ours = [p for p in self.account.posts.values() if p.maker == "one"]
        count = Counter((p.channel.service, token) for p in ours for token in tokens_in(p.says))
        count.update(("ideas", token) for each in self.account.ideas.values() for token in tokens_in(each.says))
        twice = {at: number for at, number in count.items() if number > 1 + self.copies[at[1]]}
        if twice := {at: number for at, number in twice.items() if at[1] not in self.untrue}:
            raise Broken(f"twice in Buffer: {twice}")

    def plan(self) -> list[dict[str, Any]]:
        """The changes of a plan of each root file, which is their `root`."""
        changes: list[dict[str, Any]] = []
        for root in self.roots:
            ran = self.run("plan", "--json", "-f", root)
            if ran.code != 0:
                raise Broken(f"no plan: {ran}")
            changes += [each | {"root": root} for each in ran.json["changes"]]
        self._taken = {each["id"]: each["address"] for each in changes if each["id"] and each["action"] != "hold"}
        return changes

    def apply(self, *more: str, fault: Fault | None = None, root: str = "") -> Ran:
        """Apply all root files, in any order; without a fault, nothing is left to send afterwards.

        `more` and `fault` are those of the first one, or of `root`.
        """
        first = root or self.rng.choice(self.roots)
        ran = self._apply(first, *more, fault=fault)
        for each in self.roots:
            if each != first:
                self._apply(each)
        if fault is None:
            self.is_lost = False
            left = self._left()
            if left and left <= _asked(ran):  # what another root file took over since answers these questions
                self._apply(first)
                left = self._left()
            if left:
                raise Broken(f"still to do after an apply: {sorted(left)}")
        return ran

    def _left(self) -> set[str]:
        """The addresses for which a plan would send something."""
        return {c["address"] for c in self.plan() if c["action"] in {"create", "update", "delete"}}

    def _apply(self, root: str, *more: str, fault: Fault | None = None) -> Ran:
        ran = self.run("apply", "--auto-approve", "--json", "-f", root, *more, fault=fault)
        ended = "killed" if ran.killed else ran.code
        self.log.append(f"  apply {' '.join([root, *more])}: {ended}{f', {fault}' if fault else ''}")
        if fault is None and ran.code == 5:
            raise Broken(f"stopped without a fault: {ran}")
        return ran

    # Answers

    def answer(self) -> bool:
        """Carry out one answer that the persona would give; whether there was one."""
        holds = [each for each in self.plan() if each["action"] == "hold"]
        given = [(hold, each) for hold in holds for each in hold["answers"] if self.may_give(hold, each)]
        if not given:
            return False
        hold, answer = self.rng.choice(given)
        is_true = self.is_true(hold, answer)
        self.log.append(f"  {hold['address']} ({hold['reason']}): {_line(answer)}{'' if is_true else ', not true'}")
        if not is_true:
            self.mislead(hold, answer)
        self.carry_out(hold, answer)
        at = hold["root"], hold["address"]
        after = {(each["root"], each["address"]): each for each in self.plan()}.get(at)
        is_asked = after is not None and after["action"] == "hold" and after["reason"] == hold["reason"]
        if after and is_asked and any(_line(each) == _line(answer) for each in after["answers"]):
            raise Broken(f"the same hold after its answer: {after['address']}: {after['message']}: {_line(answer)}")
        return True

    def may_give(self, hold: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
        """Whether the persona may give the answer."""
        if self.persona == "careless":
            return any(answer is each for each in _ready(hold["answers"])[:2])
        is_choice = answer["way"] == "add" and answer["field"] in {"existing", "was"}
        return (is_choice or self.persona == "honest") and self.is_true(hold, answer)

    def is_true(self, hold: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
        """Whether an honest person may give the answer: what it says is true."""
        if "/ideas/" in hold["address"]:
            return self._is_true_of_an_idea(hold, answer)
        try:
            entry, number, service = self.at(hold["address"])
        except LookupError:  # removed from the files, on purpose
            return "--max-deletes" in answer["command"]
        token, named = entry.token_of(number), [self.account.posts.get(each) for each in self.named(answer, service)]
        posts = self.posts(service, token)
        there = [each for each in posts if self._taken.get(each.id, hold["address"]) == hold["address"]]
        mine = any(each is not None and token in tokens_in(each.says) for each in named)
        match answer["way"], answer["field"]:
            case "add", "existing":
                return bool(there) if answer["is_open"] else mine
            case "edit", "existing":
                return entry.named(number, service) not in {each.id for each in there}
            case "add", "was":
                return str(answer["content"]) in entry.keys
            case "add", "repeat_of":  # of a whole series, it would answer for the others too
                is_another = not mine or bool(self.copies[token] and not there)
                return any(named) and is_another and (not number or bool(answer["occurrence"]))
            case "add", "cancelled":
                return not there or there[0].status == "sent"
            case "edit", name:
                is_out = bool(there) and there[0].status == "sent"
                restores = is_out and hold["reason"] == "sent" and name == ("text" if number else "key")
                return restores or (name == "due_at" and not is_out)
        return _may_run(answer["command"], is_there=bool(there))

    def _is_true_of_an_idea(self, hold: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
        thought = next((each for each in self.ideas if each.address == hold["address"]), None)
        if thought is None:
            return False
        there = self.notes(thought.token)
        mine = answer["id"] in {each.id for each in there}
        match answer["way"], answer["field"]:
            case "add", "existing":
                return mine
            case "add", "was":
                return str(answer["content"]) in thought.keys
            case "add", "repeat_of":
                return not mine
            case "in-buffer", _:
                return hold["reason"] == "idea-edited" and bool(there)
        return answer["way"] == "run" and _may_run(answer["command"], is_there=bool(there))

    def notes(self, token: str) -> list[Idea]:
        """The ideas in Buffer with a token."""
        return [each for each in self.account.ideas.values() if token in tokens_in(each.says)]

    def mislead(self, hold: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """From now on nothing is said of what an answer that is not true was about."""
        ids = {answer["id"] or "", *hold.get("candidates", ()), str(answer["content"])}
        for thought in self.ideas:
            if thought.address == hold["address"]:
                self.untrue.add(thought.token)
        try:
            entry, _, service = self.at(hold["address"])
        except LookupError:
            pass
        else:
            self.untrue.update(entry.token_of(number) for number in entry.numbers)
            ids.update(self.named(answer, service))
        self.untrue |= ids
        for id_ in ids:
            there = self.account.posts.get(id_) or self.account.ideas.get(id_)
            self.untrue |= tokens_in(there.says) if there else set()

    def named(self, answer: Mapping[str, Any], service: str) -> list[str]:
        """The ids that an answer names for a channel."""
        content = answer["content"]
        said = content.get(service, []) if isinstance(content, dict) else content
        ids = said if isinstance(said, list) else [said]
        return [each for each in map(str, ids) if each in self.account.posts] or [answer["id"] or ""]

    def carry_out(self, hold: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Give the answer, as data, and apply."""
        if "/ideas/" in hold["address"]:
            self._edit_idea(hold["address"], answer)
        elif answer["way"] in {"add", "edit"} or answer["later"]:
            self.edit(hold["address"], answer)
        self.write()
        command = answer["command"][1:]
        if command[:1] == ["pull"]:
            self.run(*command, "-f", hold["root"])
            self.read()
            self.apply()
        else:
            self.apply(*(command[1:] if command[:1] == ["apply"] else ()), root=hold["root"])

    def _edit_idea(self, address: str, answer: Mapping[str, Any]) -> None:
        thought = next(each for each in self.ideas if each.address == address)
        if answer["way"] == "add":
            thought.form[answer["field"]] = deepcopy(answer["content"])
        elif answer["way"] == "in-buffer":
            (idea,) = self.notes(thought.token)
            idea.content |= {name: thought.form[name] for name in ("title", "text")}

    def edit(self, address: str, answer: Mapping[str, Any]) -> None:
        """Edit the entry as the answer says."""
        entry, number, service = self.at(address)
        if answer["way"] == "edit" and answer["field"] == "key":
            self.split(entry, service)
        if answer["way"] == "edit" and answer["field"] == "text":
            post, *_ = self.posts(service, entry.token_of(number))
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
        post, *_ = self.posts(service, entry.token)
        self.used += 1
        token, key = f"xz{self.rng.choice(VOCABULARY)}{self.used}", f"k{self.used}"
        form = {"key": key, "channels": [service], "text": self.words(token), "due_at": entry.form["due_at"]}
        self.entries.append(Entry(token, form, entry.file, keys=[key]))
        entry.form["text"], entry.form["due_at"] = post.says, f"{post.due:%Y-%m-%d %H:%M}"


def _asked(ran: Ran) -> set[str]:
    """The addresses about which a run asked whether they are in Buffer already."""
    changes = ran.json["plan"]["changes"]
    return {c["address"] for c in changes if c["action"] == "hold" and c["reason"] == "ambiguous"}


def _may_run(command: list[str], *, is_there: bool) -> bool:
    """Whether an honest person may run the command for an entry whose post `is_there`, or is not."""
    if command[1:2] == ["pull"]:
        return True
    return command[1:2] == ["apply"] and ("--reapply" in command or ("--recreate" in command and not is_there))


def _ready(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers that can be taken as they are, as far as somebody careless can carry them out."""
    ready = []
    for each in answers:
        is_edit = each["way"] == "edit" and each["field"] == "due_at"
        command = each["command"]
        is_run = each["way"] == "run" and (_may_run(command, is_there=False) or "--max-deletes" in command)
        if not each["is_open"] and (each["way"] == "add" or is_edit or is_run):
            ready.append(each)
    return ready


def _line(answer: Mapping[str, Any]) -> str:
    return " ".join(str(answer[name]) for name in ("way", "field", "content", "occurrence", "command") if answer[name])
