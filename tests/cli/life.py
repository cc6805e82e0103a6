"""Whole lives of a project to draw: what files say, what people do in Buffer, plans, applies, faults, a lost state."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from bufferctl.sandbox.faults import Faults
from tests.cli.conftest import Project, Ran, project_apart

CHANNELS = {"twitter": "acme", "linkedin": "acme-inc"}
#: Unlike each other, so that none is taken for another one of them.
TEXTS = (
    "The autumn is here and we tell of it",
    "Winter comes with many news for you",
    "Spring is a time for clean tables",
    "Summer sees us at the seaside again",
    "Rain or shine, we are open all week",
)
TIMES = ("", "", "2029-12-10 09:00", "2029-12-11 10:00", "2029-12-03 13:00")
KEYS = "abcdef"
#: What people write, and the day that they choose: no file ever says so.
THEIRS, THEIR_DAY = "Somebody's own words", "2029-12-14"
_KINDS = ("", "", "", "draft: true", "needs_approval: true", "cancelled: true", "protect: true")


@dataclass(frozen=True)
class Entry:
    """A post as the files declare it, on one channel."""

    text: str
    due: str = ""
    kind: str = ""
    was: str = ""


Files = dict[tuple[str, str], Entry]


@dataclass(frozen=True)
class Edit:
    """Something that is done to the files: to one of the entries; `entry` is a new one, on `channel`."""

    what: str
    which: int
    channel: str
    entry: Entry

    def of(self, files: Files) -> Files:
        """What the files say then. No two keys of a channel ever have the same text."""
        new, free = dict(files), [key for key in KEYS if (self.channel, key) not in files]
        if self.what == "add" and free:
            new[self.channel, free[0]] = self.entry
        elif files:
            self._change(new, list(files)[self.which % len(files)])
        new = {at: replace(e, was="" if (at[0], e.was) in new else e.was) for at, e in new.items()}
        texts = [(channel, entry.text) for (channel, _), entry in new.items()]
        return new if len(texts) == len(set(texts)) else files

    def _change(self, new: Files, at: tuple[str, str]) -> None:
        old = new[at]
        free = [key for key in KEYS if (at[0], key) not in new]
        others = [each for each in new if each[0] == at[0] and each != at]
        match self.what:
            case "edit":
                new[at] = replace(self.entry, was=old.was)
            case "remove":
                del new[at]
            case "rename" if free:
                new[at[0], free[0]] = replace(new.pop(at), was=at[1] if self.entry.was else "")
            case "use the key again" if free:
                new[at[0], free[0]], new[at] = replace(old, was=""), replace(self.entry, was="")
            case "swap" if others:
                new[others[0]], new[at] = replace(old, was=""), replace(new[others[0]], was="")
            case "move":
                elsewhere = next(each for each in CHANNELS if each != at[0])
                new[elsewhere, at[1]] = replace(new.pop(at), was="")


entries = st.builds(
    Entry, st.sampled_from(TEXTS), st.sampled_from(TIMES), st.sampled_from(_KINDS), st.sampled_from(["", "yes"])
)
edits = st.builds(
    Edit,
    st.sampled_from(["add", "add", "add", "edit", "remove", "rename", "use the key again", "swap", "move"]),
    st.integers(0, 5),
    st.sampled_from(["twitter", "twitter", "twitter", "linkedin"]),
    entries.map(lambda entry: replace(entry, was="")) | entries,
)


@dataclass(frozen=True)
class Act:
    """What somebody does in Buffer, to one of the posts there."""

    what: str
    which: int
    text: str


acts = st.builds(
    Act,
    st.sampled_from(["write", "edit", "time", "delete", "approve", "send", "send", "send"]),
    st.integers(0, 5),
    st.sampled_from(TEXTS),
)


@dataclass(frozen=True)
class Apply:
    """An apply: of the files, of them as far as an older plan was reviewed, or of an older plan; faults strike it.

    An `option` that takes an address gets one that the files declare.
    """

    how: str
    which: int
    option: str
    faults: str


applies = st.builds(
    Apply,
    st.sampled_from(["files", "files", "files", "reviewed", "reviewed", "plan"]),
    st.integers(0, 5),
    st.sampled_from(["", "", "", "", "--target", "--recreate", "--reapply", "--max-deletes=0", "--max-deletes=99"]),
    st.sampled_from(["", "", "", "cut-after@mutation#1", "cut-before@mutation#1", "throw#1", "late@mutation#1:5s"]),
)


@dataclass
class Life:
    """A project and its account. `theirs`: ids of what people wrote; `touched`: of ours that they changed."""

    project: Project
    files: Files = field(default_factory=dict)
    plans: list[str] = field(default_factory=list)
    states: list[bytes] = field(default_factory=list)
    theirs: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    lost: bool = False

    def declare(self, files: Files) -> None:
        """Write the files."""
        self.files = files
        lines = ["version: 1", "timezone: UTC", "organizations:", "  - name: Acme", "    channels:"]
        for channel, name in CHANNELS.items():
            lines += [f"      - service: {channel}", f"        name: {name}"]
            posts = [(key, entry) for (where, key), entry in sorted(files.items()) if where == channel]
            lines += ["        posts:"] if posts else []
            for key, entry in posts:
                more = [
                    f"due_at: {entry.due}" if entry.due else "",
                    entry.kind,
                    f"was: {entry.was}" if entry.was else "",
                ]
                lines.append(
                    f"          - {{{', '.join(filter(None, [f'key: {key}', f'text: {entry.text!r}', *more]))}}}"
                )
        self.project.write("buffer.yaml", "\n".join(lines) + "\n")

    def posts(self) -> dict[str, dict[str, Any]]:
        """What the account holds."""
        return {post["id"]: dict(post) for post in self.project.sandbox.posts()}

    def channel(self, post: dict[str, Any]) -> str:
        """The service of a post's channel."""
        return next(each for each in CHANNELS if self.project.sandbox.channel(each)["id"] == post["channelId"])

    def wanted(self) -> list[tuple[str, str]]:
        """Channel and text of what the files want in Buffer."""
        return sorted((at[0], entry.text) for at, entry in self.files.items() if entry.kind != "cancelled: true")

    def act(self, act: Act) -> None:
        """Somebody does something in Buffer, if it lets them."""
        person, posts = self.project.sandbox.person, list(self.posts().values())
        if act.what == "write":
            channel = self.project.sandbox.channel(list(CHANNELS)[act.which % 2])["id"]
            self.theirs.add(person.create_post(channel, act.text, **_at(act.which))["id"])
        elif posts:
            post = posts[act.which % len(posts)]
            out = post["status"] in {"sent", "sending"}
            if act.what == "delete":
                person.delete_post(post["id"])
            elif act.what == "approve" and post["status"] in {"draft", "needs_approval"}:
                person.approve(post["id"])
            elif act.what == "send" and not out:
                person.share_now(post["id"])
            elif act.what in {"edit", "time"} and not out:
                self.touched.add(post["id"])
                number = len(self.touched)
                words = {"text": f"{THEIRS} {number}"}
                person.edit_post(
                    post["id"], **(words if act.what == "edit" else {"dueAt": f"{THEIR_DAY}T07:{number:02}:00Z"})
                )

    def plan(self) -> None:
        """Save a plan, which changes nothing."""
        before = self.project.sandbox.dump(), self._state()
        name = f"plan-{len(self.plans)}.json"
        assert self.project("plan", "-o", name).code == 0
        assert (self.project.sandbox.dump(), self._state()) == before
        self.plans.append(name)

    def apply(self, how: Apply) -> tuple[str, Ran] | None:
        """Apply until it is not cut off: the plan that it keeps to, if any, and what it printed. None: refused."""
        if how.how != "files" and not self.plans:
            return None
        plan = self.plans[how.which % len(self.plans)] if how.how != "files" else ""
        form = {"files": ["--auto-approve"], "reviewed": ["--reviewed", plan], "plan": [plan]}[how.how]
        self.project.sandbox.service.order_faults(Faults(how.faults))
        for _ in range(5):
            ran = self.project("apply", *form, "--settle", "0", *self._option(how))
            self.project.sandbox.service.order_faults(Faults())
            if ran.code != 5:
                break
            self.project.sandbox.clock.advance(seconds=10)
        self.states += [state] if (state := self._state()) else []
        return None if ran.code == 64 else (plan, ran)

    def _option(self, how: Apply) -> list[str]:
        if not how.option or how.how == "plan":
            return []
        if "=" in how.option:
            return [how.option]
        at = list(self.files)[how.which % len(self.files)] if self.files else ("twitter", "a")
        return [how.option, f"Acme/{at[0]}:{CHANNELS[at[0]]}/{at[1]}"]

    def forget(self, back: int | None) -> None:
        """The state file is gone, or an older one is in its place."""
        self.lost = True
        shutil.rmtree(self.project.state.parent, ignore_errors=True)
        if back is not None and self.states:
            self.project.state.parent.mkdir()
            self.project.state.write_bytes(self.states[-1 - back % len(self.states)])

    def _state(self) -> bytes:
        return self.project.state.read_bytes() if self.project.state.exists() else b""

    def changes(self, plan: str) -> list[dict[str, Any]]:
        """The changes of a saved plan."""
        return list(json.loads(self.project("show", plan, "--json").out)["changes"])


def _at(number: int) -> dict[str, str]:
    return {"dueAt": f"{TIMES[number % len(TIMES)].replace(' ', 'T')}:00Z"} if TIMES[number % len(TIMES)] else {}


@contextmanager
def life() -> Iterator[Life]:
    """A life that begins: an empty project, an account without posts."""
    with project_apart() as project:
        begun = Life(project)
        begun.declare({})
        yield begun
