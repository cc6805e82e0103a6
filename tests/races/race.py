"""A race: drawn from a seed, run on a stage, and judged at its end by the content of Buffer and the store.

Nobody else acts in the account, so there are no questions: in the end every declared object was created exactly once,
every machine knows it, and no machine has anything left to do.
"""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bufferctl.state import LocalStore
from tests.lives.account import START, TAGS, Account, Idea, Post
from tests.lives.endpoint import Fault
from tests.lives.projects import IDEAS, LINKEDIN, TWITTER, Entry, sentence, words_in
from tests.races.stage import Answer, Contact, Killed, Machine, Opens, Ran, Stage

APPLY = ("apply", "--auto-approve", "--json")
#: Seconds, longer than a lease and all late effects of requests sent during it.
DEAD = 17 * 60
#: Seconds, less than the timeout of a request.
SHORT = 15
#: Creates the store opener of a machine.
Joins = Callable[[], Opens]


class Broken(AssertionError):  # noqa: N818 - a verdict
    """A promise was broken."""


@dataclass
class Race:
    """The current state. `entries`: the declarations, by address."""

    stage: Stage
    rng: random.Random
    folder: Path
    joins: Joins
    entries: dict[str, Entry] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def machine(self, name: str = "") -> Machine:
        """A new machine, with the current files."""
        name = name or f"fresh-{next(self._numbers)}"
        made = Machine(name, self.folder / name, self.joins())
        made.checkout.mkdir(parents=True)
        made.write(_files(self.entries.values()))
        return made

    def apply(self, machine: Machine, *more: str, trouble: Trouble | None = None, fault: Fault | None = None) -> Ran:
        """Apply on a machine."""
        ran = self.stage.run(machine, *APPLY, *more, decide=trouble, fault=fault)
        self.log += [f"{trouble.happened}" if trouble and trouble.happened else "", f"fault: {fault}" if fault else ""]
        self.log.append(f"{self.stage.account.now:%H:%M:%S} {ran}")
        if ran.code not in {0, 1, 5, -9, 130} or "Traceback" in ran.err:
            raise Broken(f"{ran}")
        if ran.code == 130 and self.stage.document(machine.opens).get("lock"):
            raise Broken(f"a cancelled job keeps the lock\n{ran}")
        return ran

    # Edits

    def edit_files(self, *machines: Machine) -> None:
        """Entries are added, changed and removed, and every machine pulls."""
        for _ in range(self.rng.randint(1, 5)):
            self._add()
        timed = [each for each in self.entries.values() if each.due and not each.draft]
        if timed and self.rng.random() < 0.5:
            each = self.rng.choice(timed)
            self.entries[each.address] = replace(each, text=sentence(self.rng, each.word))
        if timed and self.rng.random() < 0.3:
            gone = self.entries.pop(self.rng.choice(timed).address)
            self.removed.add(gone.word)
        for machine in machines:
            machine.write(_files(self.entries.values()))

    def _add(self) -> None:
        number = next(self._numbers)
        word = f"xqrace{number}"
        channel = self.rng.choice(["twitter", "twitter", "linkedin", IDEAS])
        due = START + timedelta(days=self.rng.randint(4, 20), minutes=self.rng.randint(0, 600))
        made = Entry(channel, f"k{number}", word, sentence(self.rng, word))
        if channel != IDEAS and self.rng.random() < 0.7:
            made = replace(made, due=due, draft=self.rng.random() < 0.2)
        self.entries[made.address] = made

    # Troubles of a run

    def trouble(self, *others: Machine) -> Trouble:
        """Trouble at one contact of a run; the machines in `others` may run in the meantime."""
        kind = self.rng.choice(["kill", "kill", "pause", "pause", "still", "still", "cancel", "store", "nothing"])
        at: int | Contact = self.rng.randint(1, 30)
        if self.rng.random() < 0.5:  # often around announcing, sending and saving, which matter most
            what, number = self.rng.choice([("swap", 1), ("swap", 2), ("swap", 2), ("swap", 3), ("write", 1)])
            at = Contact(number, what, after=self.rng.random() < 0.5)
        return Trouble(self, kind, at, others, self.rng.randint(2, 6))

    def fault(self) -> Fault | None:
        """A fault of one write request, or none."""
        if self.rng.random() < 0.5:
            return None
        kind = self.rng.choice(["cut", "cut", "500", "unexpected", "throw", "429", "hidden"])
        after = self.rng.choice([0, 10, 25]) if kind in {"cut", "500", "hidden"} else 0
        return Fault(kind, self.rng.choice([1, 1, 2]), self.rng.choice([None, None, 0, 1]), after)

    # The end

    def end(self, *machines: Machine) -> None:
        """Every machine applies once more, and then has nothing left to do. Raises Broken."""
        self.stage.pass_time(DEAD)
        everybody = [*machines, self.machine()]
        for machine in everybody:
            machine.write(_files(self.entries.values()))
        for machine in self.rng.sample(everybody, len(everybody)):
            if self.apply(machine).code != 0:
                raise Broken("an apply without any trouble failed")
        for machine in everybody:
            ran = self.stage.run(machine, "plan", "--json")
            actions = {each["address"]: each["action"] for each in ran.json.get("changes", ())}
            if ran.code or actions.keys() != self.entries.keys() or set(actions.values()) - {"no-op", "done"}:
                raise Broken(f"{machine.name} still has to do: {actions}\n{ran}")
        self._judge(self.stage.document(machines[0].opens))

    def _judge(self, document: dict[str, Any]) -> None:
        account = self.stage.account
        made = Counter(w for each in account.writes if each.before is None and each.after for w in _word(each.after))
        items: list[Post | Idea] = [*account.posts.values(), *account.ideas.values()]
        there = {word: item for item in items for word in _word(item)}
        recorded = _recorded(document)
        for entry in self.entries.values():
            if made[entry.word] != 1:
                raise Broken(f"{entry.address} was made {made[entry.word]} times")
            if entry.text not in there[entry.word].says:
                raise Broken(f"{entry.address} does not say what its file says")
            bound = recorded.get(entry.key, {})
            if bound.get("id") != there[entry.word].id:
                raise Broken(f"{entry.address} is not bound to what it became")
            if bound.get("origin", "created") != "created":
                raise Broken(f"{entry.address} was made by bufferctl, and the state says {bound['origin']}")
        if again := [word for word in self.removed if made[word] > 1 or word in there]:
            raise Broken(f"removed from the files, but made again or still there: {again}")
        if document.get("lock") or document.get("intents"):
            raise Broken("the lock or an intent stays in the state")


@dataclass
class Trouble:
    """Trouble at one contact. `at`: its number among all contacts, or a Contact with its number within its kind.

    `patience`: how many contacts later a job that was cancelled is terminated.
    """

    race: Race
    kind: str
    at: int | Contact
    others: tuple[Machine, ...]
    patience: int = 3
    happened: str = ""
    _failing: int = 0
    _signals: int = 0
    _seen: Counter[Contact] = field(default_factory=Counter)

    def __call__(self, contact: Contact) -> Answer | signal.Signals:
        """Decide whether the command continues. Raises Killed."""
        of_kind = replace(contact, number=0)
        self._seen[of_kind] += 1
        is_now = (
            replace(contact, number=self._seen[of_kind]) == self.at
            if isinstance(self.at, Contact)
            else (contact.number >= self.at)
        )
        is_store = contact.what in {"fetch", "swap"}
        if self._failing and is_store:
            self._failing -= 1
            return "fail"
        if self.kind == "cancel" and (is_now or self.happened):
            return self._cancel(where_of(contact))
        if self.happened or not is_now or self.kind == "nothing":
            return "go"
        rng, stage = self.race.rng, self.race.stage
        where = where_of(contact)
        if self.kind == "kill":
            self.happened = f"killed {where}"
            raise Killed
        if self.kind == "store":
            if not is_store:
                return "go"
            self._failing = rng.choice([0, 1, 3, 99])
            self.happened = f"the store fails {where}, and {self._failing} times more"
            return "fail"
        if self.kind == "still" and is_store:  # a request that leaves before Buffer tells the time is not promised
            return "go"
        self.happened = f"{'suspended' if self.kind == 'still' else 'paused'} {where}"
        if (
            contact.what == "write" and not contact.after
        ):  # nothing is promised for requests in flight while a machine sleeps
            stage.pass_time(rng.choice([0, SHORT]))
            self.race.apply(rng.choice(self.others or [self.race.machine()]))
            return "go"
        for other in rng.sample(self.others, rng.randint(min(1, len(self.others)), len(self.others))):
            stage.pass_time(rng.choice([0, 0, SHORT, 5 * 60, DEAD, 3600]))
            more = ("--lock-timeout", "1100") if rng.random() < 0.2 else ()
            trouble = Trouble(self.race, rng.choice(["kill", "store", "nothing", "nothing"]), rng.randint(1, 30), ())
            self.race.apply(other, *more, trouble=trouble, fault=self.race.fault())
        stage.pass_time(rng.choice([0, 0, SHORT, DEAD]))
        return "still" if self.kind == "still" else "go"

    def _cancel(self, where: str) -> Answer | signal.Signals:
        """A runner cancels the job: it interrupts it, and terminates it some contacts later."""
        self.happened = self.happened or f"cancelled {where}"
        self._signals += 1
        return {1: signal.SIGINT, self.patience: signal.SIGTERM}.get(self._signals, "go")


def where_of(contact: Contact) -> str:
    """A contact in the log."""
    return f"{'after' if contact.after else 'before'} {contact.what} {contact.number}"


def run(seed: int, stage: Stage, folder: Path, joins: Joins) -> list[str]:
    """Run the race of a seed; returns the log. Raises Broken with the log so far."""
    rng = random.Random(seed)  # noqa: S311 - a drawn race, not a secret
    stage.begin(Account([TWITTER, LINKEDIN], seed, page=rng.choice([20, 100])))
    race = Race(stage, rng, folder, joins)
    try:
        race.edit_files()
        a, b = race.machine("machine-a"), race.machine("machine-b")
        if rng.random() < 0.5:
            race.apply(a)
            race.edit_files(a, b)
        for _ in range(rng.randint(1, 2)):
            first, other = rng.sample([a, b], 2)
            if rng.random() < 0.2:
                first = race.machine()
            race.apply(first, trouble=race.trouble(other, race.machine()), fault=race.fault())
            stage.pass_time(rng.choice([0, 0, SHORT, 5 * 60, DEAD]))
            if rng.random() < 0.5:
                race.edit_files(a, b)
        race.end(a, b)
    except Broken as broken:
        happened = "\n".join(filter(None, race.log))
        raise Broken(f"seed {seed}: {broken}\n{happened}") from broken
    return race.log


def warmed(folder: Path) -> Stage:
    """A stage that is ready for races."""
    stage = Stage()
    stage.begin(Account([TWITTER, LINKEDIN]))
    race = Race(stage, random.Random(0), folder, lambda: lambda: LocalStore(folder / "state.json"))  # noqa: S311 - a seed
    race.edit_files()
    stage.warm_up(race.machine())
    return stage


def _word(item: Post | Idea) -> set[str]:
    return words_in(item.says)


def _recorded(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The bindings, by key."""
    homes = (home for homes in document.get("organizations", {}).values() for home in homes.values())
    return {key: each for home in homes for key, each in home.get("objects", {}).items()}


def _files(entries: Iterable[Entry]) -> dict[str, str]:
    posts = [entry.form() for entry in entries if entry.channel != IDEAS]
    ideas = [entry.form() for entry in entries if entry.channel == IDEAS]
    channels = [{"service": each.service, "name": each.name} for each in (TWITTER, LINKEDIN)]
    organization = {"name": "Acme", "tags": TAGS, "channels": channels, **({"ideas": ideas} if ideas else {})}
    since = (START - timedelta(seconds=30)).isoformat()
    root = {
        "version": 1, "timezone": "UTC", "max_deletes": 50, "managed_since": since, "organizations": [organization],
    }  # fmt: skip
    return {"buffer.yaml": json.dumps(root), "posts/all.yaml": json.dumps({"posts": posts})}
