"""Runs a plan: state first, then batches of writes, each recorded before it leaves and after it is answered.

A write is sent again only when it is known not to have been carried out. What is not known is settled, by looking,
before anything else is sent (design: Applying).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bufferctl.apply import outcomes
from bufferctl.apply.ledger import Ledger
from bufferctl.apply.ports import Account, Clock, Intent
from bufferctl.apply.settle import Settler
from bufferctl.apply.settling import Ambiguous, Verdict, Written
from bufferctl.errors import ApiError, InterruptError, PartWayError, RateLimitedError, TooLargeError
from bufferctl.model import (
    IDEAS,
    CreatePost,
    Done,
    EditPost,
    LivePost,
    Refusal,
    Refused,
    Result,
    Write,
)
from bufferctl.model.comparable import standing
from bufferctl.plan import BATCH, Change, Outcome, Plan, Status

#: How often one write may end unknown, be found not carried out and be sent again, before the run stops.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Pending:
    """A change on its way: its write, and how often that was sent without being carried out."""

    change: Change
    write: Write
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """A write that was sent and whose outcome is not known from the answer."""

    pending: Pending
    intent: Intent
    result: Result


class Run:
    """One apply of one plan.

    `lead`: the least time between a write and the moment that it schedules for. `max_wait`: how many seconds a refusal
    for too many requests is waited out.
    """

    def __init__(
        self, account: Account, ledger: Ledger, settler: Settler, clock: Clock, *, lead: timedelta, max_wait: float
    ) -> None:
        self._account = account
        self._ledger = ledger
        self._settler = settler
        self._clock = clock
        self._lead = lead
        self._max_wait = max_wait
        self._size = BATCH
        self._queue: deque[Pending] = deque()
        self._acknowledged: dict[str, str] = {}
        self._shortening: frozenset[str] = frozenset()

    def apply(self, plan: Plan, listed: Mapping[str, Collection[str]]) -> None:
        """Carry the plan out. `listed`: ids that each home (channel id, or organization id for ideas) held when read.

        Raises InterruptError, PartWayError, StateError or ApiError when it stops early; the ledger and the saved state
        then hold what became of everything until there, and what was not sent is reported as such.
        """
        self._shortening = frozenset(c.id for c in plan.channels.values() if c.link_shortening)
        self._ledger.store.check_writable()
        try:
            self._ledger.take_state_only(plan)
            for where, ids in listed.items():
                self._ledger.journal.listed(where, ids)
            self._queue.extend(Pending(change, change.write) for change in plan.writes if change.write)
            while self._queue:
                if self._ledger.watcher.stopping():
                    raise InterruptError("Stopped as you asked, after the request in flight")
                self._account.pace()
                if batch := self._next_batch():
                    self._see_through(batch)
        except OSError as error:
            raise PartWayError(
                f"What is sent can no longer be recorded ({error.strerror}), so nothing more is sent",
                hint="Make room on the disk, then run apply again: it looks first at what Buffer has.",
            ) from error
        finally:
            for left in self._queue:
                self._ledger.report(Outcome(left.change, Status.NOT_SENT))
            self._ledger.save()

    def _next_batch(self) -> list[Pending]:
        """The next writes that go together; those whose time has come too near are held instead."""
        batch: list[Pending] = []
        now = self._account.server_time()
        while self._queue and len(batch) < self._size:
            pending = self._with_idea(self._queue[0], batch)
            if pending is None:
                break  # its idea is created by this batch
            self._queue.popleft()
            if outcome := self._unfit(pending, now):
                self._ledger.report(outcome)
            else:
                batch.append(pending)
        return batch

    def _with_idea(self, pending: Pending, batch: Sequence[Pending]) -> Pending | None:
        """The write with the id of its idea, where that was created by this plan; None while it is in `batch`."""
        write = pending.write
        if not isinstance(write, CreatePost | EditPost) or write.post.idea is None or write.idea_id:
            return pending
        slot = replace(pending.change.slot, channel_id=IDEAS, key=write.post.idea)
        if any(other.change.slot == slot for other in batch):
            return None
        binding = self._ledger.bindings.get(slot)
        return replace(pending, write=replace(write, idea_id=binding.id)) if binding else pending

    def _unfit(self, pending: Pending, now: datetime) -> Outcome | None:
        """Why a write may not leave any more: its time is too near, or its idea did not come to be."""
        write = pending.write
        if not isinstance(write, CreatePost | EditPost):
            return None
        if write.post.idea and not write.idea_id:
            return outcomes.without_idea(pending.change, write.post.idea)
        schedules = isinstance(write, CreatePost) or write.reschedule
        due = write.post.due_at
        if schedules and not write.post.draft and due is not None and due - now < self._lead:
            return outcomes.missed(pending.change)
        return None

    def _see_through(self, batch: list[Pending]) -> None:
        """Send a batch and see it through to definite outcomes."""
        at = self._account.server_time()
        first = self._ledger.journal.next_number
        intents = [
            Intent(number, pending.change.slot, pending.write, at, _before(pending.change))
            for number, pending in enumerate(batch, first)
        ]
        self._ledger.intend(intents)
        sent = self._clock.now()
        results = self._send(batch, intents)
        if results is None:
            return
        left = self._take([Open(*each) for each in zip(batch, intents, results, strict=True)])
        if left:
            wait = max(0.0, self._settler.settle - (self._clock.now() - sent))
            acknowledged = tuple(self._acknowledged.values())
            verdicts = self._settler.judge([o.intent for o in left], self._ledger.bindings, wait, acknowledged)
            self._conclude(left, verdicts)

    def _send(self, batch: list[Pending], intents: list[Intent]) -> tuple[Result, ...] | None:
        """The results; None where nothing was carried out and the batch is to be tried again.

        Only what `Account.send` raises as ApiError is known not to have been carried out; anything else leaves the
        intents open.
        """
        try:
            return self._account.send([pending.write for pending in batch])
        except ApiError as error:
            self._ledger.not_done(intents)
            self._queue.extendleft(reversed(batch))
            self._recover(error, batch)
            return None

    def _recover(self, error: ApiError, batch: list[Pending]) -> None:
        """Make the next attempt fit, wait, or raise what stops the run."""
        if isinstance(error, TooLargeError) and len(batch) > 1:
            self._size = len(batch) // 2
        elif isinstance(error, TooLargeError):
            self._queue.popleft()
            change = batch[0].change
            self._ledger.report(Outcome(change, Status.REFUSED, message=error.message, hint=error.hint))
        elif isinstance(error, RateLimitedError) and error.retry_after is not None:
            if error.retry_after > self._max_wait:
                raise error
            self._ledger.watcher.waiting(error.retry_after, error.message)
            self._clock.wait(error.retry_after)
        elif self._ledger.anything_done and error.exit_code == 1:
            raise PartWayError(error.message, hint=error.hint or "Run apply again to go on.") from error
        else:
            raise error

    def _take(self, answered: list[Open]) -> list[Open]:
        """Record and report what is definite; give back what is not."""
        at = self._account.server_time()
        done = [
            (o.intent, outcomes.written(o.pending.change, o.intent.write, o.result.live, at, links=self._links(o)))
            for o in answered
            if isinstance(o.result, Done)
        ]
        for intent, finding in done:
            if finding.binding and isinstance(intent.write, CreatePost):
                self._acknowledged[intent.write.channel_id] = finding.binding.id
        self._ledger.done(done)
        no = [o for o in answered if isinstance(o.result, Refused) and o.result.why is not Refusal.REPEAT]
        self._refuse(no, at)
        definite = {intent.number for intent, _ in done} | {o.intent.number for o in no}
        return [o for o in answered if o.intent.number not in definite]

    def _conclude(self, left: list[Open], verdicts: Mapping[int, Verdict]) -> None:
        """Record and report what settling found; what was not carried out goes to the front of the queue."""
        at = self._account.server_time()
        found = [(o, v) for o in left if isinstance(v := verdicts[o.intent.number], Written)]
        self._ledger.done(
            (o.intent, outcomes.written(o.pending.change, o.intent.write, v.live, at, links=self._links(o)))
            for o, v in found
        )
        for o in left:
            if isinstance(verdict := verdicts[o.intent.number], Ambiguous):
                self._ledger.report(outcomes.held(o.pending.change, verdict.candidates, at))
        no = [o for o in left if not isinstance(verdicts[o.intent.number], Written | Ambiguous)]
        # "You've posted that one recently" and nothing new to be seen: Buffer meant it.
        self._refuse([o for o in no if isinstance(o.result, Refused)], at)
        again = [o for o in no if not isinstance(o.result, Refused)]
        self._ledger.not_done(o.intent for o in again)
        self._queue.extendleft(replace(o.pending, tries=o.pending.tries + 1) for o in reversed(again))
        if any(o.pending.tries + 1 >= TRIES for o in again):
            raise PartWayError(
                f"Buffer failed to carry out the same change {TRIES} times",
                hint="Run apply again later; what is done is recorded.",
            )

    def _refuse(self, refused: list[Open], at: datetime) -> None:
        self._ledger.not_done(o.intent for o in refused)
        for o in refused:
            if isinstance(o.result, Refused):
                self._ledger.report(outcomes.refused(o.pending.change, o.result, at))

    def _links(self, answered: Open) -> bool:
        """Whether the channel may have rewritten the links in what came back."""
        return answered.intent.slot.channel_id in self._shortening


def _before(change: Change) -> str:
    """How an edited post stood, so that settling can tell an edit that did not happen."""
    return standing(change.live) if isinstance(change.live, LivePost) else ""
