"""Puts results into the places that must agree: the journal at once, then the report, and the state at the end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bufferctl.apply.journal import FileJournal
from bufferctl.apply.outcomes import Conclusion
from bufferctl.apply.ports import Revision, Store, Watcher
from bufferctl.errors import PartWayError, StateError
from bufferctl.model import Binding, DraftPost, EditPost, Fate, Intent, Live, Settled, Slot, State
from bufferctl.model.seen import perhaps_edited
from bufferctl.plan import STATE_ONLY, Action, Outcome, Plan, Reason, Status
from bufferctl.value import replace


@dataclass
class Ledger:
    """The results of a run, in the journal, the state and the report, which must agree."""

    journal: FileJournal  # where results are at once
    store: Store  # where the state is at the end
    watcher: Watcher  # who hears the outcomes
    bindings: dict[Slot, Binding]  # the updated ones of the state
    state: State = field(default_factory=State)  # the rest of it
    outcomes: list[Outcome] = field(default_factory=list)  # what was reported so far
    run: str = ""  # the id of the run that holds the lock of a shared state, else empty
    commit: str = ""  # its checkout's, empty if unknown

    @property
    def anything_done(self) -> bool:
        """Whether any write was carried out in Buffer so far."""
        return any(outcome.was_done for outcome in self.outcomes)

    def record_only(self, plan: Plan) -> None:
        """Carry out changes to the state alone; report them and what is held."""
        for change in plan.changes:
            if change.moved_from:
                self.bindings.pop(change.moved_from, None)
            if change.action is Action.FORGET and not (change.binding and change.binding.retired):
                self.bindings.pop(change.slot, None)
            elif change.binding:
                binding = change.binding
                if change.exempt and (change.lets_out or change.action in STATE_ONLY | {Action.NO_OP}):
                    binding = replace(binding, exempt=change.exempt)
                is_new = change.action is Action.ADOPT
                self.bindings[change.slot] = binding.written_by(self.commit, None) if is_new else binding
        for change in plan.changes:
            if change.action is Action.HOLD or change.reason is Reason.OVERTAKEN:
                self.report(
                    Outcome(change, Status.HELD, change.live_id, str(change.reason or ""), change.why, change.todo)
                )
            elif change.action in STATE_ONLY or change.lets_out:
                self.report(Outcome(change, Status.DONE, change.live_id, why=change.why))

    def done(self, findings: Iterable[tuple[Intent, Conclusion]]) -> None:
        """Record writes that were carried out. Everything is recorded before anything is reported."""
        findings = tuple((intent, self._signed(intent, finding)) for intent, finding in findings)
        self.journal.settle(
            [Settled(intent.number, intent.slot, done=True, binding=finding.binding) for intent, finding in findings]
        )
        for intent, finding in findings:
            put_binding(self.bindings, intent.slot, finding.binding)
        for _, finding in findings:
            self.report(finding.outcome)

    def _signed(self, intent: Intent, finding: Conclusion) -> Conclusion:
        """The finding, its binding with the commit that wrote it; what is only made a draft stays that of another."""
        if finding.binding is None or isinstance(intent.write, DraftPost):
            return finding
        old = self.bindings.get(intent.slot)
        return replace(finding, binding=finding.binding.written_by(self.commit, old))

    def perhaps_done(self, intents: Iterable[Intent]) -> None:
        """Record edits that were perhaps carried out, so that the next plan sends the file; the caller reports them."""
        settled = [settled_alike(intent, self.bindings) for intent in intents]
        self.journal.settle(settled)
        for each in settled:
            if each.binding:
                self.bindings[each.slot] = each.binding

    def not_done(self, intents: Iterable[Intent]) -> None:
        """Record writes that were certainly not carried out; the caller reports them."""
        self.journal.settle([Settled(intent.number, intent.slot, done=False) for intent in intents])

    def report(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.watcher.outcome(outcome)

    def begin(self, intents: Sequence[Intent]) -> None:
        """Save the state before `intents` are sent. Raises as `save` does."""
        self._keep(lambda state: self.store.begin(state, (*self.journal.unsettled, *intents)))

    def save(self) -> None:
        """Save the state with the journal's results (also those that an interrupt kept out of `bindings`).

        Raises PartWayError if it cannot be written: the journal then still has it for the next run.
        """
        self._keep(self.store.save)

    def _keep(self, save: Callable[[State], bool]) -> None:
        try:
            self.state = save_state(replace(self.state, bindings=self.bindings), self.journal, self.store, save)
        except StateError as error:
            raise PartWayError(f"{error.message}. The results are in the journal", hint=error.hint) from error
        self.bindings = dict(self.state.bindings)


def save_state(state: State, journal: FileJournal, store: Store, save: Callable[[State], bool] | None = None) -> State:
    """Save the state with the journal's results, and only then let the journal forget them.

    `save`: the store's by default. Returns what was saved. Raises StateError.
    """
    state = with_unsaved_results(state, journal)
    numbers = [result.number for result in journal.results]
    if (save or store.save)(state):
        journal.compact(numbers, Revision(store.saved.lineage, store.saved.serial, store.digest))
    else:
        journal.leave_to_end(numbers)
    return replace(state, lineage=store.saved.lineage, serial=store.saved.serial)


def with_unsaved_results(state: State, journal: FileJournal) -> State:
    """The state with the results that a killed run had noted but not yet saved."""
    bindings = dict(state.bindings)
    for result in journal.results:
        put_binding(bindings, result.slot, result.binding)
    return replace(state, bindings=bindings)


def settled_alike(intent: Intent, bindings: Mapping[Slot, Binding]) -> Settled:
    """The result of an edit of which Buffer shows nothing: the next plan sends the file's version."""
    old, write = bindings.get(intent.slot), intent.write
    if old is None or not isinstance(write, EditPost) or old.id != write.id:
        return Settled(intent.number, intent.slot, done=False)
    binding = perhaps_edited(old, reschedule=write.reschedule)
    return Settled(intent.number, intent.slot, done=True, binding=binding)


def with_unclear_edits(
    state: State, intents: Iterable[Intent], live: Live, *, shortening: Collection[str] = ()
) -> State:
    """The state as the next apply will note it of open edits of which Buffer shows nothing.

    `live` is what Buffer has now, `shortening` are ids of channels that shorten links.
    """
    posts, bindings = {post.id: post for post in live.posts}, dict(state.bindings)
    for intent in intents:
        write = intent.write
        if not isinstance(write, EditPost):
            continue
        fate = write.fate(posts.get(write.id), intent.before, links_may_differ=write.home in shortening)
        settled = settled_alike(intent, bindings)
        if fate is Fate.ALIKE and settled.binding:
            bindings[intent.slot] = settled.binding
    return replace(state, bindings=bindings)


def put_binding(bindings: dict[Slot, Binding], slot: Slot, binding: Binding | None) -> None:
    """Put the result of a write into `bindings`; None: the object no longer exists."""
    if binding:
        bindings[slot] = binding
    else:
        bindings.pop(slot, None)
