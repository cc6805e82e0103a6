"""A life: a list of steps drawn from a seed, run in its own world, and judged after every run of bufferctl."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.lives import steps
from tests.lives.account import PERSON, START, TAGS, TOOL, Account, Channel, Idea, Post
from tests.lives.endpoint import Endpoint, Fault, Server
from tests.lives.judge import Broken, Judge
from tests.lives.projects import LINKEDIN, SHORTENING, TWITTER, VOCABULARY, Entry, Project, sentence, words_in
from tests.lives.world import Ran, World


@dataclass(frozen=True)
class Setting:
    """The start of a life. `history`: how many posts people and another tool have made in forty days.

    `quiet`: nobody else acts and nothing fails or is lost, so there are no questions.
    """

    seed: int
    page: int = 100
    shortens: bool = False
    projects: int = 1
    managed_since: bool = True
    history: int = 0
    quiet: bool = False
    #: Seconds between creation times and Date, and by which each of them may be off.
    apart: int = 0
    jitter: float = 0


@dataclass(frozen=True)
class Script:
    """A drawn life. Each step has its own seed, so that leaving one out does not change the others."""

    setting: Setting
    steps: tuple[tuple[str, int], ...]


def draw(seed: int) -> Script:
    """The life of a seed: rounds of edits, actions and losses, each ending with a run of bufferctl."""
    rng = random.Random(seed)  # noqa: S311 - a drawn life, not a secret
    setting = Setting(
        seed,
        page=rng.choice([20, 100]),
        shortens=rng.random() < 0.5,
        projects=rng.choice([1, 1, 2]),
        managed_since=rng.random() < 0.7,
        history=rng.choice([0, 0, 6, 45]),
        apart=rng.choice([0, 0, 0, -150, -90, 90, 150]),
        jitter=rng.choice([0, 0, 2]),
    )
    chosen = ["add", "add", "apply"]
    if rng.random() < 1 / 6:
        setting = replace(setting, quiet=True, projects=1, apart=0)
        for _ in range(rng.randint(3, 6)):
            chosen += [*rng.choices([*steps.PLAIN, "minutes", "days"], k=rng.randint(1, 4)), "apply"]
        return Script(setting, tuple((name, rng.getrandbits(32)) for name in chosen))
    if rng.random() < 0.4:
        chosen += ["start_a_series", "apply", rng.choice(["days", "minutes"])]
    for _ in range(rng.randint(3, 6)):
        groups = [steps.EDITS, steps.EDITS, steps.SERIES, steps.PEOPLE, steps.TIME, steps.LOSSES]
        chosen += [_weighted(rng, rng.choice(groups)) for _ in range(rng.randint(1, 4))]
        chosen.append(_weighted(rng, steps.RUNS))
        if rng.random() < 0.3:  # a person acts quickly after an interrupted run
            chosen += [_weighted(rng, steps.PEOPLE), "apply"]
    return Script(setting, tuple((name, rng.getrandbits(32)) for name in chosen))


def _weighted(rng: random.Random, group: Mapping[str, tuple[int, steps.Step]]) -> str:
    return rng.choices(list(group), [weight for weight, _ in group.values()])[0]


@dataclass
class Life:
    """The current state. `said`: the log, one line per step; `questions`: candidates by address, a dict per project."""

    world: World
    projects: list[Project]
    said: list[str] = field(default_factory=list)
    machines: int = 1
    quiet: bool = False
    keys_used: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    questions: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=lambda: defaultdict(dict))
    reasons: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    removed: dict[str, Post | Idea] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    #: Words of entries whose key changed without `was:`; deletions under the old key do not count for the new one.
    silently: set[str] = field(default_factory=set)
    #: The key that such an entry had, by channel and word, where no other entry took it.
    former: dict[tuple[str, str], str] = field(default_factory=dict)
    bound: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _words: int = 0

    def __post_init__(self) -> None:
        self.judge = Judge(self)

    @property
    def account(self) -> Account:
        """The account."""
        return self.world.account

    def project(self, rng: random.Random) -> Project:
        """One of the projects."""
        return rng.choice(self.projects)

    def new_word(self) -> str:
        """A word that no entry uses yet."""
        self._words += 1
        return f"xq{VOCABULARY[self._words % len(VOCABULARY)]}{self._words}"

    def declared(self, project: Project, entry: Entry) -> None:
        """Note the declaration of an entry: its word may exist once more."""
        self.judge.budget[entry.channel, entry.word] += 1
        self.keys_used[project.name].add(entry.key)

    def tag_ids(self, entry: Entry) -> set[str]:
        """The ids of the entry's tags."""
        return {TAGS[tag] for tag in entry.tags}

    # The oracle's knowledge of the account

    def ever_public(self) -> list[Post | Idea]:
        """Objects of bufferctl that exist, were published, or were in the state when a person deleted them."""
        gone = [
            item for item in self.removed.values() if item.id in self.known or (isinstance(item, Post) and item.sent)
        ]
        gone = [each for each in gone if not self.silently & words_in(each.says)]
        there: list[Post | Idea] = [*self.account.posts.values(), *self.account.ideas.values(), *gone]
        return [item for item in there if item.maker not in {PERSON, TOOL} or item.id in self.judge.claimed]

    def made_by(self, project: Project) -> list[Post]:
        """Existing posts that bufferctl made for a project."""
        return [post for post in self.account.posts.values() if post.maker == project.name]

    def deleted(self, entry: Entry) -> bool:
        """Whether a person deleted the entry's object."""
        return any(entry.word in words_in(item.says) for item in self.removed.values())

    def unrecorded(self, project: Project, entry: Entry) -> list[Post]:
        """An entry's posts in Buffer that are not in the state, so that only the oracle can attribute them."""
        found = [post for post in self.made_by(project) if entry.word in words_in(post.says)]
        return [
            post for post in found if post.channel.service == entry.channel and post.id not in self.bound[project.name]
        ]

    def reason(self, project: Project, address: str) -> str:
        """The reason of a hold in the last plan."""
        return self.reasons[project.name].get(address, "")

    # Events outside bufferctl

    def gone(self, item: Post | Idea) -> None:
        """Note that a person deleted it."""
        self.removed[item.id] = item
        for project in self.projects:
            if project.name == item.maker and not project.whole:
                self.judge.forget(item)
            elif project.name == item.maker and item.id in project.checkout.recorded():
                self.known.add(item.id)

    def asked_again(self, entry: Entry) -> None:
        """Note that a person wants a deleted object again: its word may exist once more."""
        self.judge.budget[entry.channel, entry.word] += 1

    def record_changed(self, project: Project) -> None:
        """Note that the state is lost or replaced by an older one, which lacks deletions and open questions."""
        project.whole = False
        self.questions[project.name] = {}
        for item in self.removed.values():
            if item.maker == project.name:
                self.judge.forget(item)

    def journal_gone(self, project: Project) -> None:
        """Note that the journal is lost, and with it questions about what only it recorded."""
        project.whole = False
        self.questions[project.name] = {}

    def claim(self, id_: str) -> None:
        """Note that a person's or another tool's object is declared."""
        self.judge.claimed.add(id_)

    def answered(self, project: Project, address: str | None = None) -> None:
        """Note that a person answered one question, or all of a project."""
        questions = self.questions[project.name]
        for each in [address] if address else list(questions):
            questions.pop(each, None)

    # Runs of bufferctl

    def plan(self, project: Project, *more: str) -> dict[str, Any]:
        """A plan, which writes nothing, neither locally nor in Buffer."""
        before, writes = project.checkout.bytes(), len(self.account.writes)
        ran = self.world.run(project.checkout, "plan", "--json", *more)
        if ran.code != 0:
            raise Broken(f"{ran}")
        own = [write for write in self.account.writes[writes:] if write.run == self.account.run]
        if own:
            raise Broken(f"plan wrote {own}")
        after = project.checkout.bytes()
        if wrote := {path for path in {*before, *after} if before.get(path) != after.get(path)}:
            raise Broken(f"plan wrote to {sorted(wrote)}")
        return ran.json

    def save_plan(self, project: Project, name: str = "plan.json") -> dict[str, Any]:
        """A plan, saved in the checkout."""
        return self.plan(project, "-o", name)

    def apply(
        self, project: Project, *scope: str, fault: Fault | None = None, saved: Any = None, reviewed: bool = False
    ) -> str:
        """Apply, judge, and return the log line. `saved`: the plan in plan.json; `reviewed`: apply only its changes.

        `scope` may name more reviewed plans.
        """
        steps.keep_a_copy(self, project)
        self.judge.excuse(project)
        before = saved or (self.plan(project) if fault else None)
        form = ["--auto-approve"] if saved is None else ["--reviewed", "plan.json"] if reviewed else ["plan.json"]
        ran = self.world.run(project.checkout, "apply", "--json", *form, *scope, fault=fault)
        struck = f", {fault}" if self.world.endpoint.struck else ""
        end = "killed" if ran.killed else f"exit {ran.code}"
        self.said.append(f"{project.name}: apply {' '.join((*form, *scope)[0 if saved else 1 :])}{struck}: {end}")
        self.judge.announced[self.account.run] = self._announced(project, ran, before, saved)
        self.judge.writes(reapplied="--reapply" in scope)
        if not ran.killed and ran.code not in ({0, 1, 3, 5} if saved else {0, 1, 5}):
            raise Broken(f"{ran}")
        if ran.code in {0, 1} and not ran.json and not self.world.endpoint.struck:
            raise Broken(f"no report: {ran}")
        if ran.code in {0, 1} and ran.json:
            self._judge_plan(
                project, 1 if saved else ran.code, () if saved else scope
            )  # a saved plan may not cover everything
        return self.said.pop()

    def _judge_plan(self, project: Project, code: int, scope: Sequence[str]) -> None:
        changes = {change["address"]: change for change in self.plan(project)["changes"]}
        self.judge.writes(reapplied=False)
        self.bound[project.name] = {change["id"] for change in changes.values() if change["id"]}
        within = list(project.entries.values())
        if scope[:1] == ("--target",):
            within = [entry for entry in within if entry.address == scope[1]]
        elif scope and not scope[0].startswith("--"):
            within = [entry for entry in within if f"posts/{entry.file}.yaml" == scope[0] and entry.channel != "ideas"]
        self.judge.plan(project, changes, within, code, narrowed=bool(scope))

    def _announced(
        self, project: Project, ran: Ran, before: dict[str, Any] | None, saved: Any
    ) -> list[Mapping[str, Any]]:
        """The changes that a run announced: its own plan; for a killed run, the plan just before it.

        The latter may hold as unsettled an object that the run then settled and planned to create.
        """
        own = ran.json.get("plan") or ran.json
        if saved:
            return [change for plan in (saved if isinstance(saved, list) else [saved]) for change in plan["changes"]]
        if own.get("changes") is not None:
            return list(own["changes"])
        changes = list(before["changes"]) if before else []
        unsettled = {each["address"] for each in changes if each["reason"] == "unsettled"}
        ids = {each.service: each.id for each in self.account.channels.values()}
        for entry in project.wanted():
            if entry.address in unsettled:
                title = entry.word if entry.channel == "ideas" else ""
                due = entry.due and entry.due.strftime("%Y-%m-%dT%H:%M:%SZ")
                after = {"title": title, "text": entry.text, "due_at": due, "mode": due and "customScheduled"}
                changes.append({"action": "unsettled", "channel_id": ids.get(entry.channel), "after": after})
        return changes

    def command(self, project: Project, *arguments: str) -> str:
        """Run another command, which must exit with 0 or 1; `import ADDRESS ID` claims ID."""
        if arguments[0] == "import":
            self.claim(arguments[2])
        ran = self.world.run(project.checkout, *arguments)
        self.judge.announced[self.account.run] = []
        self.judge.writes(reapplied=False)
        if ran.code not in ({0, 1, 64} if arguments[:2] == ("state", "rm") else {0, 1}):  # 64: it has no such entry
            raise Broken(f"{ran}")
        return f"{project.name}: {' '.join(arguments)}: {ran.code}"


@contextmanager
def begin(setting: Setting, server: Server, linkedin: Channel | None = None) -> Iterator[Life]:
    """A life with an account that has a history, and projects without entries."""
    rng = random.Random(setting.seed)  # noqa: S311 - a drawn life, not a secret
    second = linkedin or (SHORTENING if setting.shortens else LINKEDIN)
    account = Account([TWITTER, second], setting.seed, page=setting.page)
    account.apart, account.jitter = timedelta(seconds=setting.apart), setting.jitter
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), server, Endpoint(account, idea_response=rng.random() < 0.5))
        server.endpoint = world.endpoint
        names = ["one", "two"][: setting.projects]
        life = Life(world, [Project(name, world.checkout(name, "machine-1")) for name in names])
        life.quiet = setting.quiet
        _history(life, rng, setting.history)
        for project in life.projects:
            project.managed_since = START - timedelta(seconds=30) if setting.managed_since else None
            project.write()
        if setting.apart or setting.jitter:  # `managed_since` is from an init some time ago
            world.endpoint.pass_time(3600)
        yield life


def _history(life: Life, rng: random.Random, number: int) -> None:
    """Create posts of people and of another tool, most of them already published."""
    account = life.account
    account.now = START - timedelta(days=40)
    for _ in range(number):
        account.advance(hours=40 * 24 / number)
        due = account.now + timedelta(days=rng.randint(1, 6), minutes=rng.randint(0, 600))
        maker = rng.choice([PERSON, PERSON, TOOL])
        steps.make(life, rng, maker, sentence(rng, "old"), rng.choice(["twitter", "linkedin"]), rng.choice([due, None]))
    account.advance(seconds=max(0.0, (START - account.now).total_seconds()))


def live(script: Script, server: Server) -> list[str]:
    """Run a life to its end; returns the log. Raises Broken with the log so far."""
    with begin(script.setting, server) as life:
        life.said.append(f"{script.setting}")
        number = -1
        try:
            for number, (name, seed) in enumerate(script.steps):
                said = steps.named(name)(life, random.Random(seed))  # noqa: S311 - a drawn life, not a secret
                life.said.append(f"[{number}] {said or f'({name}: cannot be now)'}")
            for project in life.projects:  # two runs are enough after any failure
                number = len(script.steps)
                life.said += [life.apply(project), life.apply(project)]
                _in_order(life, project)
        except Broken as broken:
            happened = "\n".join(life.said)
            last = "\n".join(map(str, life.world.log[-2:]))
            raise Broken(f"{broken}\nin step {number} of\n{happened}\n\nthe last commands:\n{last}") from broken
        return life.said


def _in_order(life: Life, project: Project) -> None:
    changes = life.plan(project)["changes"]
    if left := [each["address"] for each in changes if each["action"] in {"create", "update", "delete"}]:
        raise Broken(f"after two applies in a row without a fault the plan still has {left}")
