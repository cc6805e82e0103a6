"""A scripted scenario: one or two projects, an account, and what tests do and check."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.lives.account import PERSON, START, TOOL, Account, Channel, Post, stamp
from tests.lives.endpoint import Fault, Server
from tests.lives.life import Life, Setting, begin
from tests.lives.projects import LINKEDIN, TWITTER, Entry, Project
from tests.lives.steps import ON_ITS_WAY
from tests.lives.world import Ran, copy_folder

IDS = {"twitter": TWITTER.id, "linkedin": LINKEDIN.id}


@dataclass
class Scene:
    """Acts in the first project of a life, unless another one is given."""

    life: Life

    @property
    def account(self) -> Account:
        """The account."""
        return self.life.account

    @property
    def project(self) -> Project:
        """The project under test."""
        return self.life.projects[0]

    @property
    def other(self) -> Project:
        """The second project of the same user, with the same account."""
        return self.life.projects[1]

    def declare(self, *entries: Entry, project: Project | None = None) -> None:
        """Set the content of the files to exactly these entries."""
        (project or self.project).put(entries)

    def run(self, *arguments: str, fault: Fault | None = None, project: Project | None = None) -> Ran:
        """Run a command."""
        return self.life.world.run((project or self.project).checkout, *arguments, fault=fault)

    def apply(self, *more: str, fault: Fault | None = None, project: Project | None = None) -> Ran:
        """Apply without asking."""
        return self.run("apply", "--auto-approve", "--json", *more, fault=fault, project=project)

    def plan(self, *more: str, project: Project | None = None) -> dict[str, dict[str, Any]]:
        """The changes of a plan, by address."""
        ran = self.run("plan", "--json", *more, project=project)
        assert ran.code == 0, ran
        return {change["address"]: change for change in ran.json["changes"]}

    def actions(self, project: Project | None = None) -> dict[str, str]:
        """The action of each key, with the reason if it is held."""
        changes = self.plan(project=project)
        return {
            each["key"]: f"{each['action']}: {each['reason']}" if each["action"] == "hold" else each["action"]
            for each in changes.values()
        }

    def pass_time(self, **by: float) -> None:
        """Let time pass."""
        self.life.world.endpoint.pass_time(timedelta(**by).total_seconds())

    def lose_the_record(self) -> None:
        """Let time pass, and remove state and journal, as on a fresh machine."""
        self.pass_time(seconds=ON_ITS_WAY)
        shutil.rmtree(self.project.checkout.state, ignore_errors=True)
        shutil.rmtree(self.project.checkout.journal, ignore_errors=True)

    def keep_the_state(self) -> None:
        """Copy the state, to be restored later."""
        copy_folder(self.project.checkout.state, self.life.world.folder / "kept")

    def put_the_state_back(self, *, journal: bool = True) -> None:
        """Restore the copy; without the journal, nothing shows that it is older."""
        copy_folder(self.life.world.folder / "kept", self.project.checkout.state)
        if not journal:
            self.pass_time(seconds=ON_ITS_WAY)
            shutil.rmtree(self.project.checkout.journal, ignore_errors=True)

    def make(self, maker: str, text: str, due: datetime | None = None, channel: str = "twitter", **more: Any) -> Post:
        """A post by a person or another tool: timed, or in the queue."""
        given = {"channelId": IDS[channel], "text": text, "assets": [], "mode": "addToQueue"}
        given |= {"mode": "customScheduled", "dueAt": stamp(due)} if due else {}
        return self.account.create(maker, "api" if maker == TOOL else "buffer", given | more)

    def others_publish(self, number: int) -> None:
        """Publish so many posts of a person, a second apart."""
        for count in range(number):
            self.account.now += timedelta(seconds=1)
            self.make(PERSON, f"Other words {count} of somebody", mode="shareNow")

    def ours(self, text: str, project: Project | None = None) -> list[Post]:
        """Posts that bufferctl made with this text."""
        name = (project or self.project).name
        return [p for p in self.account.posts.values() if p.maker == name and p.content.get("text") == text]


@contextmanager
def scene(
    server: Server, *, page: int = 100, projects: int = 1, since: bool = True, linkedin: Channel | None = None
) -> Iterator[Scene]:
    """An empty account; `since`: buffer.yaml has `managed_since`, as written by init."""
    setting = Setting(0, page=page, projects=projects, managed_since=since)
    with begin(setting, server, linkedin) as life:
        yield Scene(life)


def queued(key: str, text: str, **more: Any) -> Entry:
    """A queue post."""
    return replace(Entry("twitter", key, key, text), **more)


def timed(key: str, text: str, days: float = 3, **more: Any) -> Entry:
    """A timed post, some days after the start."""
    return replace(queued(key, text), due=START + timedelta(days=days), **more)
