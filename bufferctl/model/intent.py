"""Writes that are about to leave, and what became of them: what the journal and a shared record keep of a run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bufferctl.model.state import Binding, Slot
from bufferctl.model.writing import Write


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to leave. `number` orders the intents of a machine.

    `at`: when it was recorded, `until`: when sending it had surely ended, both aware and by the server's clock.
    `before`: of an edit, the `standing` of the post; of a create, the id that state held in its place, empty for none.
    `run`: the id of the run that sends it, where the record is shared; it has at most one intent a slot at a time.
    """

    number: int
    slot: Slot
    write: Write
    at: datetime
    until: datetime
    before: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an intent for good: `done` or not. `binding` is what state is to hold of it, None: nothing."""

    number: int
    slot: Slot
    done: bool
    binding: Binding | None = None
    run: str = ""


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """An intent as a shared record lists it, for whichever machine has to settle it; its number means nothing there.

    `listed`: ids that its home held before. `held`: a person was asked about it, and the ids that it might be.
    """

    intent: Intent
    listed: Collection[str] = ()
    held: tuple[str, ...] | None = None

    @property
    def key(self) -> tuple[str, Slot]:
        """What tells it from every other one."""
        return self.intent.run, self.intent.slot
