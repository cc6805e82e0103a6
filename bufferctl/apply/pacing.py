"""Asking only as often as Buffer allows, so that no request is ever refused for being too many (notes: Limits)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bufferctl.apply.ports import Timer, Watcher
from bufferctl.errors import PartWayError
from bufferctl.model.live import Quota

#: The service tells its reset, and its clock, in whole seconds.
ROUNDING = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Pacer:
    """Waits until a request may leave. `max_wait`: the longest wait at a time, in seconds."""

    quota: Callable[[], Quota]
    server_time: Callable[[], datetime]
    clock: Timer
    watcher: Watcher
    max_wait: float

    def pace(self) -> None:
        """Return once every window has a request left. Raises PartWayError where that takes longer than `max_wait`."""
        now = self.server_time()
        full = [w for w in self.quota().windows if w.left <= 0 and w.resets_at + ROUNDING > now]
        if not full:
            return
        until = max(window.resets_at for window in full) + ROUNDING
        seconds = (until - now).total_seconds()
        if seconds > self.max_wait:
            raise PartWayError(
                f"Buffer's quota is used up until {until.astimezone():%Y-%m-%d %H:%M}, "
                "so the rest was not sent; changes made so far are saved in the state",
                hint="Run apply again then, or let it wait with a longer --max-wait.",
            )
        self.watcher.waiting(seconds, "Buffer's quota is used up for now")
        self.clock.wait(seconds)
