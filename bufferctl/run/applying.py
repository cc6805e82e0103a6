"""One apply from end to end: settle open writes, plan, send, verify, and keep the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bufferctl import DOCS
from bufferctl.apply import (
    MARGIN,
    Ledger,
    Pacer,
    Published,
    Recovered,
    Run,
    Settler,
    announced,
    close_answered,
    pending_of,
    publish,
    recover,
)
from bufferctl.choices import Choices
from bufferctl.errors import BufferctlError, InterruptError, OvertakenError, StalePlanError
from bufferctl.limits import MAX_WAIT
from bufferctl.model import Live, Slot, visible
from bufferctl.model.attached import files_of
from bufferctl.model.live import ids_by_home
from bufferctl.plan import WRITING, Action, Change, Outcome, Plan, Reason, Status
from bufferctl.reconcile import begin_run, move_on
from bufferctl.reconcile.horizons import declared_alike, follow_reconnected
from bufferctl.render import words
from bufferctl.run.compare import Comparison, Homes, answered, compare, find_homes
from bufferctl.run.reachable import publisher
from bufferctl.run.relation import warn_of_uncommitted
from bufferctl.run.selection import hold_dependent
from bufferctl.run.session import Session
from bufferctl.run.sources import PlanSource
from bufferctl.value import replace, value

#: What a run may fail to write more than once.
STATE = "state"


@value()
class Applied:
    """The result of an apply; `stopped`: why it ended early."""

    outcomes: tuple[Outcome, ...]
    #: What is left to do by a second plan; None if nothing was changed, or if the account could not be read again.
    left: Plan | None = None
    stopped: str = ""

    @property
    def needs_person(self) -> bool:
        """Whether an outcome, or a hold of the second plan, needs a person."""
        bad = {Status.REFUSED, Status.DIFFERS, Status.HELD}
        sent = {outcome.change.slot for outcome in self.outcomes}
        if any(outcome.status in bad for outcome in self.outcomes):
            return True
        left = self.left.changes if self.left else ()
        return any(each.action is Action.HOLD or (each.awaits_approval and each.slot in sent) for each in left)


@dataclass
class Applying:
    """An apply under way: `plan`, then `apply` with the plan or a part of it, or `send` and `finish`."""

    session: Session  # the account, the files and the state
    source: PlanSource  # where the plan comes from
    max_wait: float = MAX_WAIT  # longest wait for Buffer's quota, in seconds
    asks: bool = False  # whether a person is asked between plan and send
    outcomes: list[Outcome] = field(default_factory=list)  # of the changes so far
    errors: list[BufferctlError] = field(default_factory=list)  # what the listener heard
    _compared: Comparison | None = None  # what the last plan was made from
    _shortening: frozenset[str] = frozenset()  # ids of channels that rewrite the links in texts
    _skew: timedelta = timedelta()  # how far Buffer's dates of new posts are from its clock
    _reported: set[Path | str] = field(default_factory=set)  # what could not be written, as people heard
    _unsettled: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict)  # what `recover` left open

    def __post_init__(self) -> None:
        session, source = self.session, self.source
        self._review = source.review(session.state, session.buffer.endpoint)
        self._agreed_at = source.reviewed.agreed_at() if source.reviewed else {}
        self._ended = source.reviewed.ended if source.reviewed else frozenset()
        whole = source.saved_plan is not None
        self._publisher = publisher(session.files, session.buffer.endpoint, whole=whole)
        buffer = session.buffer
        pacer = Pacer(lambda: buffer.quota, buffer.server_time, session.stop, session.listener, self.max_wait)
        buffer.paced_by(pacer.pace, session.store.ensure_lock)

    def plan(self) -> Plan:
        """Settle the writes that an earlier run left open, then plan.

        Raises the same errors as the source's `plan`. If there is something to send, the lock of a shared state is held
        from then on. Raises OvertakenError if another run had it since the state was read.
        """
        session = self.session
        with session.listener.progress(0):
            homes = self._find_homes()
            self._shortening = homes.account.shortening
            close_answered(session.journal, session.state.bindings, answered(session, self.source.not_created))
            if session.journal.open:
                bindings = dict(session.state.bindings)
                found = recover(session.journal, self._settler(), bindings, give_up=self.source.not_created)
                session.save(follow_reconnected(replace(session.state, bindings=bindings), homes.account))
                self._unsettled = found.unsettled
                self._report_recovered(found)
                homes = replace(homes, look=homes.look.without_reading)
            plan = self._selected(self._plan(self.source.choices, homes))
            self._claim(plan)
            return self._warning(plan)

    def _selected(self, today: Plan) -> Plan:
        """What the source selects of today's plan.

        Where nothing else may be sent, as a saved plan is out of date or the files have errors, what is suspended is
        taken off the schedule all the same. Raises StalePlanError if nothing is.
        """
        if self.session.files.only_suspends and self.source.saved_plan:
            return today
        try:
            return self.source.select(today, self.session.state)
        except StalePlanError as error:
            off = hold_dependent(today, ()).narrow(lambda change: change.takes_off)
            if not off.writes:
                raise
            self._report(error)
            return off

    def _warning(self, plan: Plan) -> Plan:
        """With the warning that other checkouts do not have what is sent, if a person sends it without a review."""
        if not plan.writes or self.source.reviewed:
            return plan
        return replace(plan, warnings=(*plan.warnings, *warn_of_uncommitted(self.session.files, self.session.store)))

    def _claim(self, plan: Plan) -> None:
        """If there is something to send, take the lock of a shared state, unless that was done before planning.

        Before a person is asked, the lock alone; else what is about to be sent goes with it, in one swap.
        """
        session = self.session
        if not plan.writes or not session.store.is_lock_due:
            return
        if self.asks:
            session.take_lock()
            return
        at, listed = session.buffer.server_time(), ids_by_home(self.live.items)
        intents = announced(pending_of(plan), listed, at=at, run=session.store.run, settle=session.settle)
        session.take_lock(intents, begin_run(session.state, plan))

    def _find_homes(self) -> Homes:
        return find_homes(self.session, may_suspend=True)

    def _plan(self, choices: Choices, homes: Homes | None = None) -> Plan:
        self._compared = compare(
            self.session,
            choices,
            homes=homes or self._find_homes(),
            review=self._review,
            agreed_at=self._agreed_at,
            unsettled=self._unsettled,
            ended=self._ended,
        )
        return self._compared.plan

    def send(self, plan: Plan) -> BufferctlError | None:
        """Carry out `plan`, or as much of it as possible. Returns the error that stopped it, if any.

        `Run` saves the state itself, before its first request and however it ends; `finish` stores it once more.
        """
        session, live = self.session, self.live
        session.state = begin_run(session.state, plan)
        with session.stop.patient(), session.listener.progress(len(plan.writes)):
            try:
                published = self._publish(plan)
            except BufferctlError as error:
                self.outcomes.extend(Outcome(change, Status.NOT_SENT) for change in plan.writes)
                return error
            ledger = Ledger(
                session.journal,
                session.store,
                session.listener,
                dict(session.state.bindings),
                session.state,
                self.outcomes,
                session.store.run,
                session.store.commit,
            )
            settler = self._settler()
            lead = session.lead
            run = Run(session.buffer, ledger, settler, session.stop, lead=lead, max_wait=self.max_wait)
            try:
                for outcome in published.held:
                    ledger.report(outcome)
                run.apply(published.plan, ids_by_home(live.items))
            except BufferctlError as error:
                return error
            finally:
                session.state = replace(session.state, bindings=ledger.bindings)
                self._skew = settler.skew or timedelta()
                if self._skew > MARGIN:
                    session.listener.warning(
                        f"Buffer dated new posts {self._skew.total_seconds():.0f} s away from its own clock; bufferctl "
                        "allows for that when an answer is lost"
                    )
        return None

    def finish(self, plan: Plan, stopped: BufferctlError | None, *, is_whole: bool = True) -> Applied:
        """After `send`: verify, note how far the account was read, and store the state.

        `stopped` is the result of `send`. `is_whole`: the plan is of all files, so a shared state names their commit.
        Raises OvertakenError if nothing was to be sent, and another run had the lock since the state was read.
        """
        session = self.session
        if reviewed := self.source.reviewed:  # the state notes which of their changes were sent
            with self.reporting(about=STATE):
                done = (each.change for each in self.outcomes if each.was_done)
                sent = {change.address for change in done if change.action in WRITING}
                session.save(reviewed.spend(session.state, sent, session.buffer.server_time()))
        left: Plan | None = None
        if stopped:
            self._report(stopped)
        else:
            left = self._verified()
            self._note_reading(plan, left)
            if is_whole and not self.is_diverged:
                self.session.store.complete = True
        try:
            self.session.finish(summary(self.outcomes))
        except OvertakenError:  # only without the lock, so that nothing was sent
            raise
        except BufferctlError as error:
            self._report(error, about=STATE)
        if left and plan.narrowed:
            slots = {change.slot for change in plan.changes if not _stays_removed(change, plan)}
            differs = left.narrowed or not left.is_empty or bool(left.of(Action.WAITING))
            left = replace(left.narrow(lambda change: change.slot in slots), narrowed=differs)
        if left:
            self.session.listener.diagnostics(each for each in left.warnings if each not in plan.warnings)
        return Applied(tuple(self.outcomes), left, stopped.message if stopped else "")

    def apply(self, plan: Plan) -> Applied:
        """Carry out `plan`, verify it, and store the state. Raises StateError if the state could not be written."""
        return self.finish(plan, self.send(plan), is_whole=not plan.narrowed)

    def verify(self) -> Plan:
        """Read and plan again; once more after the settle time if Buffer's lists lag behind what it confirmed."""
        once, session = frozenset[str](), self.session
        choices = replace(self.source.choices, recreate=once, reapply=once)
        plan = self._plan(choices)
        if any(change.reason is Reason.LAG for change in plan.changes):
            with session.listener.progress(0):
                session.listener.waiting(session.settle, "Buffer does not show everything yet, so it is read once more")
                session.stop.sleep(session.settle)
            plan = self._plan(choices)
        return plan

    def _publish(self, plan: Plan) -> Published:
        """Make the files of what will be sent public; the state then knows which are."""
        session = self.session
        with session.store.keeping_lock():
            published = publish(
                plan, self._publisher, session.state.public, session.stop, session.listener, self.max_wait
            )
        declared = {each.file.url for item in session.files.desired.items for each in files_of(item) if each.file}
        public = (session.state.public | published.public) & declared
        session.state = replace(session.state, public=public)
        if published.listed:
            session.listener.warning(
                f"everybody can list the bucket at {published.listed}, and so find files "
                f"before their posts are out; let people read its objects only ({DOCS}/write/media.md)"
            )
        return published

    @property
    def compared(self) -> Comparison:
        """What the last plan was made from. Raises ValueError before the first."""
        if self._compared is None:
            raise ValueError("plan first")
        return self._compared

    @property
    def live(self) -> Live:
        """The last reading. Raises ValueError before the first."""
        return self.compared.live

    @property
    def is_diverged(self) -> bool:
        """Whether the last plan held what the checkout lacks or reverses of what was applied last."""
        return any(change.reason is Reason.DIVERGED for change in self.compared.plan.changes)

    def _verified(self) -> Plan | None:
        left: Plan | None = None
        if self._changed_anything:
            try:
                with self.reporting("The changes above were made and saved, but could not be verified: "):
                    left = self.verify()
            except KeyboardInterrupt:
                self._report(InterruptError("Interrupted; the changes above were made and saved, but not verified"))
        return left

    def _note_reading(self, plan: Plan, left: Plan | None) -> None:
        """Move the state's horizon, unless part of the account was left out or could not be read again."""
        if plan.narrowed or (left is None and self._changed_anything):
            return
        session = self.session
        settle = timedelta(seconds=session.settle) + self._skew
        open_homes = {intent.slot.home for intent in session.journal.open}
        state, commit = session.state, session.store.commit
        if self.is_diverged and (diverged := self.compared.diverged) and commit:
            state = declared_alike(state, left or plan, commit, diverged.contained)
        with self.reporting(about=STATE):  # a state that cannot be written only reaches less far
            session.save(move_on(state, left or plan, self.live, settle=settle, open_homes=open_homes))

    @property
    def _changed_anything(self) -> bool:
        """Whether any write was tried, so that reading again is worth its requests."""
        return any(outcome.change.action in WRITING for outcome in self.outcomes)

    @contextmanager
    def reporting(self, what: str = "", *, about: Path | str = "") -> Iterator[None]:
        """Report an error, after `what` failed, and continue.

        `about`: what is written more than once, such as a receipt; people hear once that it cannot be written.
        """
        try:
            yield
        except BufferctlError as error:
            self._report(error, what, about=about)

    def _report(self, error: BufferctlError, what: str = "", *, about: Path | str = "") -> None:
        if not about or about not in self._reported:
            self.session.listener.error(f"{what}{error.message}", error.hint)
        self._reported.add(about)
        self.errors.append(error)

    def _report_recovered(self, found: Recovered) -> None:
        listener = self.session.listener
        listener.note(
            f"An earlier apply was cut off. Its unanswered writes: {found.written} carried out, "
            f"{found.not_written} not carried out, {len(found.unsettled) + found.alike} unclear."
        )
        for slot, fields in found.differing.items():
            address = visible(self.session.state.bindings[slot].address)
            listener.warning(
                f"Buffer took {address}, but its {' and '.join(fields)} came back different; plan shows both versions"
            )

    def _settler(self) -> Settler:
        session = self.session
        return Settler(
            session.buffer,
            session.journal,
            session.stop,
            session.listener,
            session.settle,
            self._shortening,
            self.max_wait,
        )


def _stays_removed(change: Change, plan: Plan) -> bool:
    """Whether it takes a post off the schedule that another run still has to delete."""
    return change.takes_off and change.slot in plan.recording.off


def summary(outcomes: Iterable[Outcome]) -> str:
    """A summary of an apply for the history of a shared state: `apply: 4 created, 1 changed`."""
    done = Counter(each.change.action for each in outcomes if each.was_done)
    counts = [f"{done[action]} {words.ACTIONS[action].done}" for action in Action if done[action]]
    return f"apply: {', '.join(counts) or 'nothing sent'}"
