"""One machine that runs apply as the command line does: read the state, settle, plan, run. It can die at every step."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bufferctl.apply import FileJournal, Ledger, Revision, Run, Settler, recover, save_state, with_unsaved_results
from bufferctl.errors import BufferctlError
from bufferctl.limits import LEAD
from bufferctl.model import Binding, Desired, Idea, Intent, Live, Origin, Post, Settled, Slot, State, bind
from bufferctl.model.live import ids_by_home
from bufferctl.plan import Outcome, Plan
from bufferctl.reconcile import Options, Targets, reconcile, slots_of
from bufferctl.reconcile.horizons import sought
from bufferctl.reconcile.planning import by_slot
from bufferctl.state import LocalStore, StateFile
from tests.apply.disk import make_room
from tests.apply.fake import ACME, CHANNELS, SETTLE, FakeBuffer

ENDPOINT = "http://127.0.0.1:1/graphql"
TARGETS = Targets({"Acme": ACME}, {("Acme", f"twitter:{c.name}"): c for c in CHANNELS})


class MortalJournal(FileJournal):
    """The journal of a process that may die before and after every line; with `tear`, in the middle of one."""

    def __init__(self, folder: Path, buffer: FakeBuffer, project: Path, lineage: str, *, tear: bool) -> None:
        super().__init__(folder, ENDPOINT, project, lineage)
        self._buffer, self._mortal, self._tear = buffer, buffer.mortal, tear

    def intend(self, intents: Sequence[Intent]) -> list[Intent]:
        self._mortal.step()
        noted = super().intend(intents)
        self._torn_step(intents)
        return noted

    def settle(self, settled: Sequence[Settled]) -> None:
        self._mortal.step()
        super().settle(settled)
        self._torn_step(settled)

    def compact(self, recorded: Collection[int] = (), revision: Revision | None = None) -> None:
        self._buffer.die_on("compact")
        self._mortal.step()
        super().compact(recorded, revision)
        self._mortal.step()

    def _torn_step(self, written: Sequence[Intent | Settled]) -> None:
        try:
            self._mortal.step()
        except BaseException:
            for path in self._folder.glob("*.journal") if self._tear and written else ():
                path.write_bytes(path.read_bytes()[:-3])
            raise


class MortalStore(StateFile):
    """The state file of a process that may die before and after it is replaced."""

    def __init__(self, path: Path, buffer: FakeBuffer) -> None:
        super().__init__(LocalStore(path), ENDPOINT)
        self._buffer, self._mortal = buffer, buffer.mortal

    def save(self, state: State) -> bool:
        self._buffer.die_on("save")
        self._mortal.step()
        stored = super().save(state)
        self._mortal.step()
        return stored


@dataclass
class Told:
    """A listener; asks to stop after `patience` outcomes. `waits`: how long it was told to wait, and why."""

    patience: int = 1_000_000
    outcomes: list[Outcome] = field(default_factory=list)
    waits: list[tuple[float, str]] = field(default_factory=list)

    def outcome(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def waiting(self, seconds: float, why: str) -> None:
        self.waits.append((seconds, why))

    def asked(self) -> bool:
        return len(self.outcomes) >= self.patience


@dataclass
class Attempt:
    """The result of one apply. `plan` is None if it stopped before making one."""

    plan: Plan | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    error: BufferctlError | None = None
    differing: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict)

    @property
    def writes(self) -> int:
        return len(self.plan.writes) if self.plan else -1


@dataclass
class Machine:
    """`folder` holds the projects with their state and, separately, the user's journal; `name` is the project.

    `shortening`: ids of channels that shorten links.
    """

    folder: Path
    buffer: FakeBuffer
    tear: bool = False
    name: str = "project"
    shortening: Collection[str] = ()

    @property
    def state_path(self) -> Path:
        return self.folder / self.name / "state.json"

    @property
    def root_file(self) -> Path:
        return self.folder / self.name / "buffer.yaml"

    def forget_project(self) -> None:
        """Delete `.bufferctl`, as a person might."""
        shutil.rmtree(self.state_path.parent, ignore_errors=True)

    def state(self) -> State:
        return StateFile(LocalStore(self.state_path), ENDPOINT).load()

    def journal(self) -> FileJournal:
        """The journal as read by a new process."""
        state = self.state()
        journal = FileJournal(self.folder / "user", ENDPOINT, self.root_file, state.lineage)
        journal.limit_to_homes()
        return journal

    def import_(self, item: Post | Idea, live_id: str) -> None:
        """A person names the matching live post."""
        bound = bind(item, self.buffer.posts[live_id], Origin.IMPORTED)
        store = StateFile(LocalStore(self.state_path), ENDPOINT)
        state = store.load()
        store.save(replace(state, bindings={**state.bindings, slot(item): bound}))

    def apply(
        self, *items: Post | Idea, options: Options | None = None, told: Told | None = None, max_wait: float = 960
    ) -> Attempt:
        """Apply once. Raises the exception that kills the process; an orderly stop is in the result."""
        attempt, told = Attempt(), told or Told()
        self.buffer.asked = told.asked
        attempt.outcomes = told.outcomes
        store = MortalStore(self.state_path, self.buffer)
        journal: FileJournal | None = None
        try:
            stored = store.load()
            journal = MortalJournal(self.folder / "user", self.buffer, self.root_file, stored.lineage, tear=self.tear)
            self._apply(items, stored, store, journal, told, attempt, options or Options(max_deletes=100), max_wait)
        except BufferctlError as error:
            attempt.error = error
        finally:
            make_room()
            if journal:
                journal.close()
        return attempt

    def _apply(
        self,
        items: Sequence[Post | Idea],
        stored: State,
        store: StateFile,
        journal: FileJournal,
        told: Told,
        attempt: Attempt,
        options: Options,
        max_wait: float,
    ) -> None:
        buffer = self.buffer
        settler = Settler(buffer, journal, buffer, told, SETTLE, self.shortening, max_wait=max_wait)
        journal.limit_to_homes()
        state = with_unsaved_results(stored, journal)
        if journal.open:
            bindings = dict(state.bindings)
            found = recover(journal, settler, bindings, give_up=options.recreate)
            state = save_state(replace(state, bindings=bindings), journal, store)
            options = replace(options, unsettled=found.unsettled)
            attempt.differing = found.differing
        attempt.plan, live = look(buffer, items, state, options)
        ledger = Ledger(journal, store, told, dict(state.bindings), state)
        settler = Settler(buffer, journal, buffer, told, SETTLE, self.shortening, max_wait=max_wait)
        run = Run(buffer, ledger, settler, buffer, lead=options.lead, max_wait=max_wait)
        run.apply(attempt.plan, ids_by_home(live.items))


def slots(items: Collection[Post | Idea]) -> frozenset[Slot]:
    return slots_of(desired(items), TARGETS)


def desired(items: Collection[Post | Idea]) -> Desired:
    posts = tuple(i for i in items if isinstance(i, Post))
    return Desired(posts=posts, ideas=tuple(i for i in items if isinstance(i, Idea)))


def look(
    buffer: FakeBuffer, items: Collection[Post | Idea], state: State, options: Options | None = None
) -> tuple[Plan, Live]:
    """Read the account and plan."""
    live = buffer.read()
    asked = {i: buffer.posts.get(i) for i in sought(live, state, by_slot(desired(items), TARGETS), lead=LEAD)}
    live = replace(
        live,
        posts=(*live.posts, *(p for p in asked.values() if p)),
        gone=frozenset(i for i, p in asked.items() if p is None),
    )
    options = options or Options(max_deletes=100)
    return reconcile(desired(items), live, state, TARGETS, endpoint=ENDPOINT, options=options), live


def slot(item: Post | Idea) -> Slot:
    (one,) = slots([item])
    return one


def binding(machine: Machine, item: Post | Idea) -> Binding | None:
    return machine.state().bindings.get(slot(item))
