"""One apply from end to end: settle what is open, plan, run, look again."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace

from bufferctl.apply import Clock, Ledger, Pacer, Run, Settler, recover
from bufferctl.cli.session import Look, Session
from bufferctl.cli.watching import Stopping, Watching
from bufferctl.errors import BufferctlError
from bufferctl.plan import WRITING, Outcome, Plan, Reason
from bufferctl.reconcile import Options


@dataclass
class Applying:
    """`settle` and `max_wait` in seconds; `quiet`: outcomes are not printed as they come; `clock`: else our own.

    `not_there`: addresses that a person says in this very run were not created. A saved plan cannot say so: it was made
    before its writes were sent.
    """

    session: Session
    options: Options
    settle: float
    max_wait: float
    quiet: bool
    clock: Clock | None = None
    not_there: frozenset[str] = frozenset()
    _look: Look | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = Stopping(self.session.console)
        self._clock: Clock = self.clock or self._stopping

    def plan(self) -> Plan:
        """What is to be done, after what an earlier run left open is settled."""
        session = self.session
        with self._stopping.listening(patient=False), self._watching(0) as watching:
            self._keep_pace(watching)
            known = session.find()
            if session.journal.open:
                bindings = dict(session.state.bindings)
                found = recover(session.journal, self._settler(watching), bindings, give_up=self.not_there)
                session.state = replace(session.state, bindings=bindings)
                session.store.save(session.state)
                session.journal.compact()
                self.options = replace(self.options, unsettled=found.unsettled)
                session.console.note(
                    f"An earlier apply was cut off: of its unanswered writes {found.written} were carried out, "
                    f"{found.not_written} were not, {len(found.unsettled)} cannot be told."
                )
            self._look = session.look(self.options, known)
        return self._look.plan

    def run(self, plan: Plan) -> BufferctlError | None:
        """Carry `plan` out, or as much of it as can be; the error that stopped it, if one did."""
        session = self.session
        if self._look is None:
            raise ValueError("plan first")
        with self._stopping.listening(patient=True), self._watching(len(plan.writes)) as watching:
            self._keep_pace(watching)
            ledger = Ledger(
                session.journal, session.store, watching, dict(session.state.bindings), session.state, self.outcomes
            )
            run = Run(
                session.buffer,
                ledger,
                self._settler(watching),
                self._clock,
                lead=self.options.lead,
                max_wait=self.max_wait,
            )
            try:
                run.apply(plan, self._look.listed())
            except BufferctlError as error:
                return error
            finally:
                session.state = replace(session.state, bindings=ledger.bindings)
        return None

    def look_again(self) -> Plan:
        """The plan that is left now; where Buffer does not show yet what it confirmed, the plan a settle time later."""
        once = frozenset[str]()
        options = replace(self.options, recreate=once, reapply=once)
        left = self.session.look(options).plan
        if not any(change.reason is Reason.LAG for change in left.changes):
            return left
        with self._watching(0) as watching:
            watching.waiting(self.settle, "Buffer does not show all of it yet; looking once more")
            self._clock.sleep(self.settle)
        return self.session.look(options).plan

    @property
    def changed_anything(self) -> bool:
        """Whether anything was tried that a second look should check."""
        return any(outcome.change.action in WRITING for outcome in self.outcomes)

    def _settler(self, watching: Watching) -> Settler:
        return Settler(self.session.buffer, self.session.journal, self._clock, watching, self.settle)

    def _keep_pace(self, watching: Watching) -> None:
        buffer = self.session.buffer
        pacer = Pacer(lambda: buffer.quota, buffer.server_time, self._clock, watching, self.max_wait)
        buffer.keep_pace(pacer.pace)

    def _watching(self, total: int) -> Watching:
        bar = sys.stderr.isatty() and not self.quiet
        return Watching(self.session.console, self._stopping, total=total, quiet=self.quiet, bar=bar)
