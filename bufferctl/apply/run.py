"""Runs a plan: state first, then batches of writes, each recorded before it leaves and after it is answered.

A write is sent again only when it is known not to have been carried out. What is not known is settled, by looking,
before anything else is sent (design: Applying).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bufferctl.apply import outcomes
from bufferctl.apply.ledger import Ledger
from bufferctl.apply.ports import Account, Clock, Intent
from bufferctl.apply.queue import Pending, Queue
from bufferctl.apply.settle import Settler
from bufferctl.apply.settling import Ambiguous, Verdict, Written
from bufferctl.errors import ApiError, BufferctlError, InterruptError, PartWayError, RateLimitedError, TooLargeError
from bufferctl.model import CreatePost, DeletePost, Done, EditPost, Refusal, Refused, Result, Unknown, Write
from bufferctl.plan import Outcome, Plan, Status

#: How often one write is tried that Buffer breaks down over; also how many requests in a row may come to nothing.
TRIES = 5
#: After so long what is to be edited or deleted is looked at again: somebody was asked meanwhile, or the quota was out.
STALE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Open:
    """A write that was sent, and what its answer was."""

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
        self._max_wait = max_wait
        self._queue = Queue(lead)
        self._in_flight: list[Pending] = []
        self._fruitless = 0
        self._acknowledged: dict[str, str] = {}
        self._shortening: frozenset[str] = frozenset()
        self._read_at: datetime

    def apply(self, plan: Plan, listed: Mapping[str, Collection[str]]) -> None:
        """Carry the plan out. `listed`: ids that each home (channel id, or organization id for ideas) held when read.

        Raises InterruptError, PartWayError, StateError or ApiError when it stops early; the ledger and the saved state
        then hold what became of everything until there, and what was not sent is reported as such.
        """
        self._shortening = frozenset(c.id for c in plan.channels.values() if c.link_shortening)
        self._read_at = plan.at
        self._ledger.store.check_writable()
        self._ledger.save()  # what a killed run had recorded, before the same slots change again
        try:
            self._ledger.take_state_only(plan)
            for where, ids in listed.items():
                self._ledger.journal.listed(where, ids)
            self._queue.fill(plan)
            while self._queue:
                self._account.pace()
                if self._ledger.watcher.stopping():  # also where that cut the wait for the quota short
                    raise InterruptError("Stopped as you asked, after the request in flight")
                self._look_again()
                batch, unfit = self._queue.next_batch(self._account.server_time(), self._ledger.bindings)
                for outcome in unfit:
                    self._ledger.report(outcome)
                if batch:
                    self._see_through(batch)
        finally:
            self._leave()

    def _leave(self) -> None:
        """On every way out: say what was not done, and save."""
        try:
            for lost in self._in_flight:
                self._ledger.report(outcomes.unanswered(lost.change))
            for left in self._queue:
                self._ledger.report(Outcome(left.change, Status.NOT_SENT))
        finally:
            self._ledger.save()

    def _look_again(self) -> None:
        """See how what is to be edited or deleted stands by now, where that was read a while ago."""
        now, changes = self._account.server_time(), self._queue.changes
        if not changes or now - self._read_at < STALE:
            return
        try:
            find = self._settler.finder(changes)
            self._queue.seen = {write.id: find(write.id) for _, write in changes}
        except ApiError as error:
            raise self._stopped_by(error) from error
        self._read_at = now

    def _see_through(self, batch: list[Pending]) -> None:
        """Send a batch and see it through to definite outcomes."""
        at = self._account.server_time()
        first = self._ledger.journal.next_number
        intents = [
            Intent(number, pending.change.slot, pending.write, at, pending.before)
            for number, pending in enumerate(batch, first)
        ]
        try:
            self._ledger.intend(intents)
        except BaseException:
            self._queue.again(batch)  # not recorded, so not sent
            raise
        self._in_flight = batch
        sent = self._clock.now()
        results = self._send(batch, intents)
        if results is None:
            return
        answered = [
            Open(pending, intent, _understood(pending.write, result))
            for pending, intent, result in zip(batch, intents, results, strict=True)
        ]
        left = self._take(answered)
        self._in_flight = [o.pending for o in left]
        if left:
            left = self._settle(left, max(0.0, self._settler.settle - (self._clock.now() - sent)))
        self._fruitless = self._fruitless + 1 if len(left) == len(batch) else 0
        if left:
            self._again(left)

    def _send(self, batch: list[Pending], intents: list[Intent]) -> tuple[Result, ...] | None:
        """The results; None where nothing was carried out and the batch is to be tried again.

        Only what `Account.send` raises as ApiError is known not to have been carried out; anything else leaves the
        intents open.
        """
        try:
            return self._account.send([pending.write for pending in batch])
        except ApiError as error:
            self._ledger.not_done(intents)
            self._in_flight = []
            self._recover(error, batch)
            return None

    def _recover(self, error: ApiError, batch: list[Pending]) -> None:
        """Make the next attempt fit, wait, or raise what stops the run."""
        if isinstance(error, TooLargeError) and len(batch) == 1:
            self._ledger.report(Outcome(batch[0].change, Status.REFUSED, message=error.message, hint=error.hint))
            return
        self._queue.again(batch)
        if isinstance(error, TooLargeError):
            self._queue.size = len(batch) // 2
            return
        self._fruitless += 1
        wait = error.retry_after if isinstance(error, RateLimitedError) else None
        if wait is None or wait > self._max_wait or self._fruitless > TRIES:
            raise self._stopped_by(error)
        self._ledger.watcher.waiting(wait, error.message)
        self._clock.wait(wait)

    def _stopped_by(self, error: ApiError) -> BufferctlError:
        """What stops the run, as part of it is done: run again to go on."""
        if error.exit_code == 1 and (self._ledger.anything_done or self._in_flight):
            return PartWayError(error.message, hint=error.hint or "Run apply again to go on.")
        return error

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
        no = [o for o in answered if isinstance(o.result, Refused) and o.result.why.definite]
        self._refuse(no, at)
        definite = {intent.number for intent, _ in done} | {o.intent.number for o in no}
        return [o for o in answered if o.intent.number not in definite]

    def _settle(self, left: list[Open], wait: float) -> list[Open]:
        """Find out what became of writes without an answer; give back what was not carried out."""
        try:
            verdicts = self._settler.judge([o.intent for o in left], self._ledger.bindings, wait, self._acknowledged)
        except ApiError as error:
            raise self._stopped_by(error) from error
        self._in_flight = []
        return self._conclude(left, verdicts)

    def _conclude(self, left: list[Open], verdicts: Mapping[int, Verdict]) -> list[Open]:
        """Record and report what settling found; give back what was not carried out."""
        at = self._account.server_time()
        found = [(o, v) for o in left if isinstance(v := verdicts[o.intent.number], Written)]
        unclear = [(o, v) for o in left if isinstance(v := verdicts[o.intent.number], Ambiguous)]
        no = [o for o in left if not isinstance(verdicts[o.intent.number], Written | Ambiguous)]
        self._ledger.done(
            (
                o.intent,
                outcomes.written(o.pending.change, o.intent.write, v.live, at, links=self._links(o), by_looking=True),
            )
            for o, v in found
        )
        # An edit that cannot be told stays no secret of the journal: the next plan shows what differs.
        edits = [o for o, _ in unclear if isinstance(o.intent.write, EditPost)]
        self._ledger.not_done(o.intent for o in edits)
        for o, verdict in unclear:
            change = o.pending.change
            self._ledger.report(
                outcomes.touched(change, at) if o in edits else outcomes.held(change, verdict.candidates, at)
            )
        # "You've posted that one recently" and nothing new; "cannot be deleted" and there it is: Buffer meant it.
        self._refuse([o for o in no if isinstance(o.result, Refused)], at)
        again = [o for o in no if not isinstance(o.result, Refused)]
        self._ledger.not_done(o.intent for o in again)
        return again

    def _again(self, unwritten: list[Open]) -> None:
        """Send again what was not carried out; the first of it is where the request may have broken off."""
        first = replace(unwritten[0].pending, tries=unwritten[0].pending.tries + 1)
        self._queue.again([o.pending for o in unwritten[1:]])
        if first.tries < TRIES:
            self._queue.again([first])
        else:
            self._ledger.report(outcomes.given_up(first.change, unwritten[0].result, self._account.server_time()))
        if self._fruitless > TRIES:
            raise PartWayError(
                "Buffer carries nothing out at the moment, so the rest was not sent; what is done is recorded",
                hint="Run apply again later.",
            )

    def _refuse(self, refused: list[Open], at: datetime) -> None:
        self._ledger.not_done(o.intent for o in refused)
        for o in refused:
            if isinstance(o.result, Refused):
                self._ledger.report(outcomes.refused(o.pending.change, o.result, at))

    def _links(self, answered: Open) -> bool:
        """Whether the channel may have rewritten the links in what came back."""
        return answered.intent.slot.channel_id in self._shortening


def _understood(write: Write, result: Result) -> Result:
    """What a result means for its write: "not found" is what a delete wants, and no answer to anything else."""
    if isinstance(write, DeletePost):
        gone = isinstance(result, Refused) and result.why is Refusal.NOT_FOUND
        return Done(None) if gone else result
    if isinstance(result, Done) and result.live is None:
        return Unknown("Buffer's answer does not say what it made")
    return result
