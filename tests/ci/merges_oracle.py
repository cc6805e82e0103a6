"""What several merged requests may and must publish, told by someone who knows the promises and not the code.

- What a merged request changed, and no other one touched, is sent by the first run that can.
- Nothing is sent that no merged plan shows, nor anything that the merged files do not say.
- A request replaces what was said before of the entries that it changes: a revert is never undone by older words.
- What a request removes or changes is so in the end, also if its plan had nothing to do, because Buffer was so already
  (a revert that was planned before its target was sent): it is deleted, or edited back, but not created for that.
- Where several requests changed an entry, the plan of the last one counts if it shows what the files say.

An entry is followed by a token in its text, so that a new key does not hide it. This file imports nothing of bufferctl.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

PLAN_AGE, UNTIMED, KEPT = timedelta(days=7), timedelta(days=7), timedelta(days=30)


class Said(NamedTuple):
    """One post, as files declare it or as Buffer has it. `due`: empty for the queue."""

    text: str
    due: str
    draft: bool
    service: str


#: By token.
Posts = Mapping[str, Said]


@dataclass
class Shown:
    """One plan of a request. `rows`: what it shows for each entry, None for a delete.

    `kept`: what it has nothing to do with, because Buffer is so already.
    """

    at: datetime
    head: str
    before: Posts
    after: Posts
    rows: dict[str, Said | None]
    kept: dict[str, Said | None] = field(default_factory=dict)

    def shows(self, token: str, wanted: Said | None, there: Said | None, changed: frozenset[str]) -> bool:
        """Whether whoever saw it agreed that Buffer, which has `there`, is to have `wanted`."""
        if token in self.rows:
            return self.rows[token] == wanted
        is_so = there is not None and token in changed
        return is_so and self.kept.get(token, there) == wanted


@dataclass
class Request:
    """A request. `effect`: the entries that its merge changed on the branch."""

    number: int
    plan: Shown | None = None
    merged_at: datetime | None = None
    head: str = ""
    effect: frozenset[str] = frozenset()
    order: int = 0

    @property
    def counts(self) -> bool:
        """Whether its plan is the one that reviewers agreed to."""
        plan, merged_at = self.plan, self.merged_at
        if plan is None or merged_at is None:
            return False
        return plan.head == self.head and plan.at <= merged_at and merged_at - plan.at <= PLAN_AGE

    @property
    def changed(self) -> frozenset[str]:
        """The entries that it changes, as planned; as merged if nobody planned it."""
        plan = self.plan
        if plan is None or not self.counts:
            return self.effect
        return frozenset(t for t in {*plan.before, *plan.after} if plan.before.get(t) != plan.after.get(t))


@dataclass
class Oracle:
    """Follows what is merged, and judges each run."""

    requests: dict[int, Request] = field(default_factory=dict)
    main: dict[str, Said] = field(default_factory=dict)
    merges: int = 0
    #: The number of merges when Buffer last had an entry as main says it.
    agreed: dict[str, int] = field(default_factory=dict)
    #: What was sent of each entry, and after how many merges.
    sent: dict[str, list[Said | None]] = field(default_factory=dict)

    def planned(self, number: int, at: datetime, head: str, after: Posts, buffer: Posts, down: frozenset[str]) -> None:
        """A request was planned on main as it is. `down`: services whose channel is disconnected, where plans hold."""
        rows: dict[str, Said | None] = {}
        kept: dict[str, Said | None] = {}
        for token in {*self.main, *after, *buffer}:
            wanted, there = after.get(token), buffer.get(token)
            said = wanted or there
            if said is None or said.service not in down or wanted is None:
                (kept if wanted == there else rows)[token] = wanted
        self.requests[number].plan = Shown(at, head, dict(self.main), dict(after), rows, kept)

    def merged(self, number: int, at: datetime, head: str, main: Posts) -> None:
        """A request was merged; main is now that."""
        one = self.requests[number]
        self.merges += 1
        one.merged_at, one.head, one.order = at, head, self.merges
        one.effect = frozenset(t for t in {*self.main, *main} if self.main.get(t) != main.get(t))
        self.main = dict(main)

    def judged(
        self,
        before: Posts,
        after: Posts,
        now: datetime,
        down: frozenset[str],
        out: frozenset[str],
        asked: frozenset[str] = frozenset(),
        *,
        ended: bool,
    ) -> Iterator[str]:
        """What a run did wrong. `out`: what is published; `asked`: about what it asks, so that it may wait.

        `ended`: whether nothing kept the run from its work.
        """
        for token in sorted({*before, *after}):
            if before.get(token) != after.get(token):
                yield from self._of_a_write(token, before.get(token), after.get(token), now)
                self.sent.setdefault(token, []).append(after.get(token))
        may_wait = out | asked
        for token in sorted({*self.main, *after}):
            if self.main.get(token) == after.get(token):
                self.agreed[token] = self.merges
            elif ended and token not in may_wait and (must := self._must_be_sent(token, after.get(token), now, down)):
                yield f"{token}: {must}, and Buffer has {after.get(token)} where main has {self.main.get(token)}"

    def _of_a_write(self, token: str, was: Said | None, now_there: Said | None, now: datetime) -> Iterator[str]:
        if now_there != self.main.get(token):
            yield f"{token}: {now_there} was sent, and main says {self.main.get(token)}"
        last = max((each.order for each in self.requests.values() if token in each.effect), default=0)
        after_it = [each for each in self.requests.values() if each.counts and each.order >= last]
        if not any(self._shows(each, token, was, now_there, last, now) for each in after_it):
            yield f"{token}: {now_there} was sent, and no merged plan that still speaks for it shows that"

    def _shows(self, one: Request, token: str, was: Said | None, wanted: Said | None, last: int, now: datetime) -> bool:
        plan = one.plan
        if plan is None or one.merged_at is None or not plan.shows(token, wanted, was, one.changed):
            return False
        if wanted and not wanted.due and now - one.merged_at > UNTIMED:
            return False
        changer = next((each for each in self.requests.values() if each.order == last and last), None)
        knew = changer is None or changer is one or self.main.get(token) == plan.before.get(token)
        return knew or token in one.changed

    def _must_be_sent(self, token: str, there: Said | None, now: datetime, down: frozenset[str]) -> str:
        """Why an entry has to be in Buffer as main says it; empty if it may be held."""
        wanted = self.main.get(token)
        services = {each.service for each in (wanted, *self.sent.get(token, [])) if each}
        if services & down:
            return ""
        since = self.agreed.get(token, 0)
        touched = [
            each for each in self.requests.values() if each.order > since and token in {*each.changed, *each.effect}
        ]
        if not touched:
            return ""
        last = max(touched, key=lambda each: each.order)
        plan = last.plan
        if not last.counts or plan is None or last.merged_at is None or now - last.merged_at > KEPT:
            return ""
        if not plan.shows(token, wanted, there, last.changed) or token not in last.effect:
            return ""
        was_sent = wanted in self.sent.get(token, []) and token in plan.rows
        if was_sent or (wanted and not wanted.due and now - last.merged_at > UNTIMED):
            return ""
        only = "alone" if len(touched) == 1 else "last"
        return f"#{last.number} {only} changed it, and its plan shows it"
