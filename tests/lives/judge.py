"""Checks the promises against the account's history, using the oracle's own bookkeeping and never bufferctl's.

The announced changes and the names of holds come from `plan --json` and `apply --json`. A broken promise raises Broken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from tests.lives.account import PERSON, Idea, Post, Write
from tests.lives.projects import IDEAS, Entry, Project, words_in

if TYPE_CHECKING:
    from tests.lives.life import Life

#: Holds that only a person can resolve (design: The state; Matching 4).
QUESTIONS = {"ambiguous", "unread", "unsettled"}
PENDING = {"create", "update", "delete"}
_LINK = re.compile(r"https?://\S+")
_PUBLISHED = re.compile(r".*(?:is|are) already published.*")
_NAMED = re.compile(r"`([a-z0-9.-]+)`")
Changes = Mapping[str, Mapping[str, Any]]


class Broken(AssertionError):  # noqa: N818 - a broken promise
    """A promise of design.md was broken."""


@dataclass
class Judge:
    """Facts about each run and about the declarations.

    `budget`: how often a word was declared on a channel. `announced`: the planned changes of each run. `excused`: words
    that may exist more often than that, each with its reason from design.md.
    """

    life: Life
    budget: Counter[tuple[str, str]] = field(default_factory=Counter)
    announced: dict[int, list[Mapping[str, Any]]] = field(default_factory=dict)
    excused: dict[tuple[str, str], str] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)
    _judged: int = 0
    _heard: int = 0
    _warned: set[str] = field(default_factory=set)

    def writes(self, reapplied: bool) -> None:
        """Check every write since the last call against the promises."""
        account = self.life.account
        new = [write for write in account.writes[self._judged :] if write.run]
        self._judged = len(account.writes)
        for write in new:
            self._nobody_else_touched(write, reapplied)
            self._in_time(write)
        for run in {write.run for write in new}:
            self._announced([write for write in new if write.run == run], self.announced.get(run, []))
        self._never_twice()

    def passed_on(self) -> None:
        """Leave out the writes of a step that looked at them itself."""
        self._judged = len(self.life.account.writes)

    def _nobody_else_touched(self, write: Write, reapplied: bool) -> None:
        """No object of a person, another tool or another project is changed or deleted (design: promise 3)."""
        before = write.before
        if before is None:
            return
        if before.maker != write.maker and before.id not in self.claimed:
            raise Broken(f"{write.maker} did {write.kind} what {before.maker} made: {before}")
        changed = isinstance(before, Post) and before.touched_by[-1] == PERSON
        if changed and write.kind == "edit" and not reapplied and before.id not in self.claimed:
            raise Broken(f"{write.maker} wrote over what a person changed: {before}")

    def _in_time(self, write: Write) -> None:
        """Nothing is sent with a past time (notes: Writing)."""
        after = write.after
        if isinstance(after, Post) and after.status == "sent" and after.mode == "customScheduled":
            raise Broken(f"sent with a time in the past: {after}")

    def _announced(self, writes: Sequence[Write], plan: Sequence[Mapping[str, Any]]) -> None:
        """Every write is in the plan before it, and none happens more often than planned (design: promise 2)."""
        planned = Counter(_what(change) for change in plan if change["action"] in {"create", "unsettled"})
        made = Counter(_made(write.after) for write in writes if write.before is None and write.after)
        if surplus := made - planned:
            raise Broken(f"not in the plan, or more often than there: create of {surplus}")
        for kind, action in (("edit", "update"), ("delete", "delete")):
            ids = {change["id"] for change in plan if change["action"] == action}
            if strange := [w.before for w in writes if w.kind == kind and w.before and w.before.id not in ids]:
                raise Broken(f"not in the plan: {kind} of {strange}")

    def _never_twice(self) -> None:
        """No declared object exists, or was published, more often than declared (design: promise 1)."""
        there: Counter[tuple[str, str]] = Counter()
        for item in self.life.ever_public():
            for word in words_in(item.says):
                there[_channel(item), word] += 1
        for at, number in there.items():
            if number > self.budget[at] and at not in self.excused:
                raise Broken(f"{at} is there {number} times, declared {self.budget[at]} times")

    def forget(self, item: Post | Idea) -> None:
        """Excuse an object that a person deleted once the state is lost: nothing shows that it existed."""
        for word in words_in(item.says):
            self.excused[_channel(item), word] = "deleted by a person, record lost"

    def plan(
        self, project: Project, changes: Changes, scope: Iterable[Entry], code: int, *, narrowed: bool = False
    ) -> None:
        """Compare the plan after an apply of `scope` with the account. `code`: the exit code of that apply."""
        scope = list(scope)
        self._lost(project, changes, scope)
        if code == 0:
            named = [changes[each.address] for each in scope] if narrowed else changes.values()
            if left := [each for each in named if each["action"] in {*PENDING, "hold"}]:
                raise Broken(f"apply ended with 0, and the next plan has {[_brief(each) for each in left]}")
        self._questions(project, changes)
        late = any(
            each["reason"] == "sent" for each in changes.values()
        )  # an edit of a published post does not change its text
        if self.life.quiet and self.life.questions[project.name] and not late:
            raise Broken(f"nobody but us did anything, and it asks about {self.life.questions[project.name]}")
        if code == 0 and project.whole and not narrowed:
            self._left_over(project)

    def _lost(self, project: Project, changes: Changes, scope: Sequence[Entry]) -> None:
        """Every declared object exists as declared, or the plan lists it as still to be done."""
        matched: Counter[str] = Counter()
        for entry in scope:
            change = changes.get(entry.address)
            if change is None:
                raise Broken(f"the plan does not know {entry.address}")
            if change["action"] == "past" and entry.due and entry.due > self.life.account.now:
                raise Broken(f"{entry.address} is called past, and is due {entry.due}")
            if entry.cancelled or change["action"] not in {"no-op", "done", "adopt", "move"}:
                continue
            if change["id"] is None:
                raise Broken(f"{_brief(change)} without an id")
            matched[change["id"]] += 1
            self._as_declared(project, entry, change)
        if twice := [id_ for id_, number in matched.items() if number > 1]:
            raise Broken(f"one live object is several declared ones: {twice}")

    def _as_declared(self, project: Project, entry: Entry, change: Mapping[str, Any]) -> None:
        item = self.life.account.posts.get(change["id"]) or self.life.account.ideas.get(change["id"])
        if item is None:
            known = self.life.removed.get(change["id"])
            hidden = known is None
            sent = isinstance(known, Post) and known.sent is not None
            if hidden or not sent:
                raise Broken(f"{_brief(change)}, and nothing of that id is there")
            return
        if isinstance(item, Idea):
            if entry.word not in item.says or (item.content.get("text") or "") != entry.text:
                raise Broken(f"{_brief(change)}, and the idea says {item.content}")
            return
        if item.status == "sent" and item.touched_by[-1] == PERSON:
            return  # a post that a person changed and that is published is done (design: Actions)
        said, wanted = (item.content.get("text") or "").strip(), entry.text.strip()
        rewritten = item.channel.shortens and item.text != said and not project.whole
        if item.status == "sent" and said != wanted and self._told(entry):
            return  # what is out is a fact, and an edit of it a warning (design: Actions)
        if said != wanted and not (rewritten and _LINK.sub("", said) == _LINK.sub("", wanted)):
            raise Broken(f"{_brief(change)}, the file says {wanted!r} and Buffer {said!r}")
        if item.status != "sent" and entry.due and item.due != entry.due:
            raise Broken(f"{_brief(change)}, the file says {entry.due} and Buffer {item.due}")
        if item.status != "sent" and {*(item.content.get("tagIds") or ())} != self.life.tag_ids(entry):
            raise Broken(f"{_brief(change)}, the file says tags {entry.tags} and Buffer {item.content.get('tagIds')}")

    def _told(self, entry: Entry) -> bool:
        """Whether a run warned that the edit of a published entry changes nothing."""
        log = self.life.world.log
        for ran in log[self._heard :]:
            for line in _PUBLISHED.findall(ran.out + ran.err):
                self._warned.update(_NAMED.findall(line))
        self._heard = len(log)
        series = entry.series and f"s{entry.series.word}"  # whatever its key is by now
        return any(each in {entry.key, entry.was} or (series and each.startswith(series)) for each in self._warned)

    def _questions(self, project: Project, changes: Changes) -> None:
        """No question disappears until a person answers it (design: The state; Matching 4)."""
        questions = self.life.questions[project.name]
        declared = {entry.address: entry for entry in project.wanted()}
        there = {*self.life.account.posts, *self.life.account.ideas}
        for address, candidates in questions.items():
            change, entry = changes.get(address), declared.get(address)
            if entry is None or change is None or change["action"] == "hold":
                continue
            missed = entry.due and entry.due <= self.life.account.now
            if missed and change["action"] not in PENDING:  # an exact match is adopted at any age
                continue
            if any(id_ not in there for id_ in candidates):  # whoever deleted it
                continue
            if candidates and {*candidates} <= self.life.bound[project.name]:  # they are other entries' posts
                continue
            theirs = [post for id_ in candidates if (post := self.life.account.posts.get(id_))]
            if any(PERSON in post.touched_by[1:] and entry.word not in words_in(post.says) for post in theirs):
                continue  # a person wrote something else over it
            if change["action"] == "done" and self._told(entry):  # published meanwhile, so the edit sends nothing
                continue
            if change["id"] in candidates and change["action"] not in PENDING:  # its file matches Buffer again
                continue
            raise Broken(
                f"{address} was a question (candidates {candidates}); nobody answered, and now {_brief(change)}"
            )
        asked = [each for each in changes.values() if each["action"] == "hold" and each["reason"] in QUESTIONS]
        self.life.questions[project.name] = {each["address"]: _candidates(each) for each in asked}
        self.life.reasons[project.name] = {each["address"]: each["reason"] or "" for each in changes.values()}

    def _left_over(self, project: Project) -> None:
        """No undeclared post is still scheduled, if the state is whole (design: promise 3)."""
        wanted = {(entry.channel, entry.word) for entry in project.wanted()}
        for post in self.life.account.posts.values():
            ours = post.maker == project.name and post.status != "sent"
            words = words_in(post.says)
            if ours and not any((post.channel.service, word) in wanted for word in words):
                raise Broken(f"no file says it, and it goes out: {post}")

    def excuse(self, project: Project) -> None:
        """Note the exceptions in design.md that apply to the next run."""
        if project.whole:
            return
        recorded = project.checkout.recorded()
        unbound = [post for post in self.life.made_by(project) if post.id not in recorded]
        matched = {entry.word for entry in project.wanted() for post in unbound if _same(entry, post)}
        for entry in project.wanted():
            for post in unbound:
                if entry.word not in words_in(post.says) or _recognisable(entry, post):
                    continue
                if project.unknowingly_old:
                    self.excused[post.channel.service, entry.word] = (
                        "text and time edited under an older state that nothing shows to be older"
                    )
                elif not matched:
                    # Not in design.md's list: it asks only where something matched (Matching 4).
                    self.excused[post.channel.service, entry.word] = "all was edited while the state was lost"


def _same(entry: Entry, post: Post) -> bool:
    return entry.text == post.text and (not entry.due or entry.due == post.due)


def _recognisable(entry: Entry, post: Post) -> bool:
    """Whether an exact or a near match finds the post (design: Matching 3, 4)."""
    said = post.text
    if entry.text and _LINK.sub("", entry.text) == _LINK.sub("", said):
        return True
    if entry.due:
        return entry.due == post.due
    if not entry.text:
        return not said
    return SequenceMatcher(None, entry.text, said, autojunk=False).ratio() >= 0.8


def _what(change: Mapping[str, Any]) -> tuple[str, str, str]:
    """Place, text and time of a planned create."""
    after = change["after"] or {}
    when = after.get("due_at") or "" if after.get("mode") == "customScheduled" else ""
    text = after.get("text") or ""
    return change["channel_id"] or IDEAS, f"{after.get('title') or ''}|{text.strip()}", when


def _made(item: Post | Idea) -> tuple[str, str, str]:
    """Place, text and time of a created object."""
    if isinstance(item, Idea):
        return IDEAS, f"{item.content.get('title') or ''}|{(item.content.get('text') or '').strip()}", ""
    when = item.due.isoformat().replace("+00:00", "Z") if item.timed and item.due else ""
    return item.channel.id, f"|{(item.content.get('text') or '').strip()}", when


def _channel(item: Post | Idea) -> str:
    return item.channel.service if isinstance(item, Post) else IDEAS


def _candidates(change: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(each if isinstance(each, str) else each["id"] for each in change.get("candidates") or ())


def _brief(change: Mapping[str, Any]) -> str:
    return f"{change['address']}: {change['action']} ({change['reason'] or change['cause']}, id {change['id']})"
