"""Runs a plan: the state first, then batches of writes, each recorded before it is sent and after the answer.

A write is repeated only if it was certainly not carried out. An unknown outcome is settled, by reading Buffer,
before anything else is sent (design: Applying).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from bufferctl.apply import outcomes
from bufferctl.apply.ledger import Ledger
from bufferctl.apply.ports import Buffer, Timer
from bufferctl.apply.queue import Pending, Queue
from bufferctl.apply.settling import Alike, Ambiguous, NotWritten, Settler, TooEarly, Verdict, Written
from bufferctl.errors import ApiError, BufferctlError, InterruptError, PartWayError, RateLimitedError, TooLargeError
from bufferctl.limits import MOST_ASSETS, settle_time
from bufferctl.model import Create, Done, Doubtful, Intent, Refusal, Refused, Result, Unknown, Write
from bufferctl.plan import Outcome, Plan, Status, files_fetched
from bufferctl.value import replace, value

#: How many times a write is tried if Buffer fails on it; also how many requests in a row may achieve nothing.
TRIES = 5
#: After this long, posts to be edited or deleted are read again: a person was asked, or the quota was used up.
STALE = timedelta(minutes=2)


@value()
class Answered:
    """A write that was sent, and its answer."""

    pending: Pending
    intent: Intent
    result: Result


class Run:
    """One apply of one plan.

    `lead`: the minimum time between a write and the time it schedules. `max_wait`: how many seconds to wait after a
    refusal for too many requests.
    """

    def __init__(
        self, buffer: Buffer, ledger: Ledger, settler: Settler, clock: Timer, *, lead: timedelta, max_wait: float
    ) -> None:
        self._buffer = buffer
        self._ledger = ledger
        self._settler = settler
        self._clock = clock
        self._max_wait = max_wait
        self._queue = Queue(lead, timeout=buffer.timeout, settle=settler.settle)
        self._in_flight: list[Pending] = []
        #: Writes without an answer that no list shows yet; nothing else leaves for their homes.
        self._unproved: list[Answered] = []
        self._failures = 0
        self._acknowledged: dict[str, str] = {}
        self._read_at: datetime

    def apply(self, plan: Plan, listed: Mapping[str, Collection[str]]) -> None:
        """Carry out the plan. `listed`: the ids in each home (of a channel, or an organization for ideas) as read.

        Raises InterruptError, PartWayError, StateError or ApiError when it stops early; the ledger and the saved state
        then contain every result so far, and what was not sent is reported as such.
        """
        self._read_at = plan.at
        self._ledger.store.check_writable()
        self._queue.fill(plan)
        # save what a killed run recorded before the same slots change again
        at, run = self._buffer.server_time(), self._ledger.run
        self._ledger.begin(announced(self._queue, listed, at=at, run=run, settle=self._settler.settle))
        try:
            self._ledger.record_only(plan)
            for where, ids in listed.items():
                self._ledger.journal.note_present(where, ids)
            while self._queue or self._unproved:
                self._buffer.pace()
                if self._clock.asked():  # also where that cut the wait for the quota short
                    raise InterruptError("Stopped as requested, after the request in flight")
                self._refresh()
                now, unproved = self._buffer.server_time(), [each.intent for each in self._unproved]
                if unproved and max(intent.absent_at for intent in unproved) <= now:
                    self._settle(self._unproved)
                    continue
                waiting = {intent.write.home for intent in unproved}
                not_done = {each.change.slot for each in self._ledger.outcomes if not each.was_done}
                batch, unfit = self._queue.next_batch(now, self._ledger.bindings, waiting, not_done, self._buffer.quota)
                for outcome in unfit:
                    self._ledger.report(outcome)
                if batch:
                    self._send(batch)
                elif unproved:
                    self._settler.wait_for_proof(unproved)
        finally:
            self._leave()

    def _leave(self) -> None:
        """On every way out: report what was not done, and save."""
        try:
            for lost in [*(each.pending for each in self._unproved), *self._in_flight]:
                self._ledger.report(outcomes.unanswered(lost.change))
            for left in self._queue:
                self._ledger.report(Outcome(left.change, Status.NOT_SENT))
        finally:
            self._ledger.save()

    def _refresh(self) -> None:
        """Read posts again that are about to be edited or deleted, if they were read a while ago."""
        now, changes = self._buffer.server_time(), self._queue.changes
        if now - self._read_at < STALE:
            return
        try:
            find = self._settler.finder(changes)
            self._queue.seen = {write.target: find(write.target) for _, write in changes}
        except ApiError as error:
            raise self._stopped_by(error) from error
        self._read_at = now

    def _send(self, batch: list[Pending]) -> None:
        """Send a batch and settle it; give back the writes to send again."""
        intents = self._intend(batch)
        try:
            results = self._buffer.send([pending.write for pending in batch])
        except (ApiError, PartWayError) as error:  # raised only if nothing was carried out
            self._ledger.not_done(intents)
            self._in_flight = []
            self._not_sent(error, batch)
            return
        ended = self._buffer.server_time()
        answered = [
            Answered(pending, _answered(intent, ended, result), _understood(pending.write, result))
            for pending, intent, result in zip(batch, intents, results, strict=True)
        ]
        unknown = self._record_definite(answered)
        if len(unknown) < len(batch):
            self._failures = 0
        self._in_flight = [each.pending for each in unknown]
        if unknown:
            self._settle(unknown)

    def _intend(self, batch: list[Pending]) -> list[Intent]:
        """The batch as intents, written to disk."""
        at = self._buffer.server_time()
        until = at + timedelta(seconds=self._buffer.timeout)
        settle = settle_time(self._settler.settle, sum(len(files_fetched(pending.write)) for pending in batch))
        first = self._ledger.journal.next_number
        intents = [
            Intent(
                number,
                pending.change.slot,
                pending.write,
                at,
                until,
                pending.before,
                self._ledger.run,
                settle,
                exempt=pending.change.exempt,
            )
            for number, pending in enumerate(batch, first)
        ]
        try:
            intents = self._ledger.journal.intend(intents)
        except BaseException:
            self._queue.put_back(batch)  # not recorded, so not sent
            raise
        self._in_flight = batch
        return intents

    def _not_sent(self, error: ApiError | PartWayError, batch: list[Pending]) -> None:
        """No write of the batch was carried out: make the next batch smaller, wait for the quota, or stop the run."""
        if isinstance(error, TooLargeError) and len(batch) == 1:
            self._ledger.report(outcomes.too_large(batch[0].change, error))
            return
        self._queue.put_back(batch)
        if isinstance(error, TooLargeError):
            self._queue.size = len(batch) // 2
            return
        wait = error.retry_after if isinstance(error, RateLimitedError) else None
        if wait is None or wait > self._max_wait:
            raise self._stopped_by(error)
        self._count_failure(self._stopped_by(error))
        self._ledger.watcher.waiting(wait, error.message)
        self._clock.wait(wait)

    def _send_again(self, not_written: list[Answered]) -> None:
        """Put back what was not carried out, of one request or several.

        The first write may have broken its request, so it counts a try, which makes `Queue.next_batch` send it alone.
        """
        if not not_written:
            return
        first = replace(not_written[0].pending, tries=not_written[0].pending.tries + 1)
        self._queue.put_back([each.pending for each in not_written[1:]])
        if first.tries < TRIES:
            self._queue.put_back([first])
        else:
            at = self._buffer.server_time()
            self._ledger.report(outcomes.given_up(first.change, not_written[0].result, at))

    def _count_failure(self, error: BufferctlError) -> None:
        """Raise `error` if too many requests in a row achieved nothing."""
        self._failures += 1
        if self._failures > TRIES:
            raise error

    def _stopped_by(self, error: ApiError | PartWayError) -> BufferctlError:
        """The error that stops the run partway; running it again continues."""
        if error.exit_code == 1 and (self._ledger.anything_done or self._in_flight):
            return PartWayError(error.message, hint=error.hint or "Run apply again to go on.")
        return error

    def _record_definite(self, answered: list[Answered]) -> list[Answered]:
        """Record and report definite results; give back the others."""
        at = self._buffer.server_time()
        done, refused, unknown = [], [], []
        for each in answered:
            match each.result:
                case Done(live=live):
                    write = each.intent.write
                    finding = outcomes.written(each.pending.change, write, live, at, links=self._shortens(each))
                    if live and isinstance(write, Create):
                        self._acknowledged[write.home] = live.id
                        self._settler.measure(each.intent, live.created_at)
                    done.append((each.intent, finding))
                case Refused():
                    refused.append(each)
                case _:
                    unknown.append(each)
        self._ledger.done(done)
        self._refuse(refused, at)
        return unknown

    def _settle(self, unknown: list[Answered]) -> None:
        """Settle writes without a definite answer; put back what was not carried out."""
        try:
            verdicts = self._settler.judge([each.intent for each in unknown], self._ledger.bindings, self._acknowledged)
        except ApiError as error:
            raise self._stopped_by(error) from error
        self._in_flight = []
        early = [each for each in unknown if isinstance(verdicts[each.intent.number], TooEarly)]
        self._unproved = [each for each in self._unproved if each not in unknown] + early
        decided = [each for each in unknown if each not in early]
        not_written = self._record_verdicts(decided, verdicts)
        self._send_again(not_written)
        if len(not_written) < len(decided):
            self._failures = 0
        elif decided:
            self._count_failure(
                PartWayError(
                    "Buffer is not carrying out changes now, so the rest was not sent; changes made so far are saved",
                    hint="Run apply again later.",
                )
            )

    def _record_verdicts(self, unknown: list[Answered], verdicts: Mapping[int, Verdict]) -> list[Answered]:
        """Record and report the verdicts; give back the writes that were not carried out and may be sent again."""
        at = self._buffer.server_time()
        settled, alike, closed, held, refused, again = [], [], [], [], [], []
        for each in unknown:
            change, write = each.pending.change, each.intent.write
            match verdicts[each.intent.number]:
                case Written() as verdict:
                    finding = outcomes.found(change, write, verdict, at, links=self._shortens(each))
                    settled.append((each.intent, finding))
                case Ambiguous(candidates=candidates) if isinstance(write, Create):
                    held.append(outcomes.held(change, candidates, at))
                case Ambiguous():  # an undecided edit is closed here; the next plan shows the difference
                    closed.append(each.intent)
                    held.append(outcomes.touched(change, at))
                case Alike():
                    alike.append(each.intent)
                    if isinstance(each.result, Doubtful):
                        refused.append(each)
                    else:
                        again.append(each)
                case NotWritten() if isinstance(each.result, Doubtful):
                    # "You've posted that one recently" and nothing new; "cannot be deleted" and there it is.
                    refused.append(each)
                case NotWritten():
                    closed.append(each.intent)
                    again.append(each)
        self._ledger.done(settled)
        self._ledger.perhaps_done(alike)
        self._ledger.not_done(closed)
        for outcome in held:
            self._ledger.report(outcome)
        self._refuse(refused, at)
        return again

    def _refuse(self, refused: list[Answered], at: datetime) -> None:
        self._ledger.not_done(each.intent for each in refused)
        for each in refused:
            if isinstance(each.result, Refused | Doubtful):
                self._ledger.report(outcomes.refused(each.pending.change, each.result, at))

    def _shortens(self, answered: Answered) -> bool:
        """Whether the channel may have rewritten the links in what came back."""
        return answered.intent.write.home in self._settler.shortening


def announced(
    waiting: Iterable[Pending], listed: Mapping[str, Collection[str]], *, at: datetime, run: str, settle: float
) -> list[Intent]:
    """All intents that may be sent, as the shared state lists them before the first request of that `run`.

    `listed`: the ids in each home as read. `settle`: seconds until lists show a write without media.
    """
    waiting = list(waiting)
    there = defaultdict(frozenset[str], {home: frozenset(ids) for home, ids in listed.items()})
    assets = [len(files_fetched(each.write)) for each in waiting]
    seconds = settle_time(settle, min(sum(assets), max([MOST_ASSETS, *assets])))
    return [
        Intent(
            number=0,
            slot=each.change.slot,
            write=each.write,
            at=at,
            until=at,  # nothing of it was sent yet
            before=each.before,
            run=run,
            settle=seconds,
            listed=there[each.write.home],
            exempt=each.change.exempt,
        )
        for each in waiting
    ]


def _answered(intent: Intent, ended: datetime, result: Result) -> Intent:
    """The intent once sending has ended: if Buffer answered, nothing of the request is still on its way."""
    return replace(intent, until=ended, answered=not isinstance(result, Unknown) or result.answered)


def _understood(write: Write, result: Result) -> Result:
    """Interpret a result for its write: "not found" is success for a delete, and proves nothing for other writes."""
    if write.item is None:
        gone = isinstance(result, Refused) and result.why is Refusal.NOT_FOUND
        return Done(None) if gone else result
    if isinstance(result, Done) and result.live is None:
        return Unknown("Buffer's answer does not show what it made")
    return result
