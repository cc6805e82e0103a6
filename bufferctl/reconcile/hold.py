"""A reason to leave an object alone and ask a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from shlex import quote

from bufferctl.model import Address
from bufferctl.plan import Action, Change, Difference, Reason


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an object is held. `differences` and `candidates` are shown with it."""

    reason: Reason
    message: str
    hint: str
    differences: tuple[Difference, ...] = ()
    candidates: tuple[str, ...] = ()

    def hint_for(self, address: Address) -> str:
        """The hint for one object, its commands as a shell takes them: addresses may hold quotes and spaces."""
        return self.hint.replace("{address}", quote(str(address)))

    def on(self, change: Change) -> Change:
        """The change, held for this reason."""
        return replace(
            change,
            action=Action.HOLD,
            reason=self.reason,
            message=self.message,
            hint=self.hint_for(change.address),
            differences=self.differences or change.differences,
            candidates=self.candidates,
            write=None,
        )


def duration(span: timedelta) -> str:
    """`2 days`, `36 hours`, `90 minutes`: in the largest unit of which there are at least two, or one whole."""
    minutes = int(span.total_seconds()) // 60
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 2 * size or minutes == size:
            return f"{minutes // size} {unit}{'s' if minutes != size else ''}"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
