"""How many requests are left, as the service told with its last answers (notes: Limits).

One window a policy. Windows are told apart by their length: their names change with the account's plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bufferctl.model.scalars import Aware, Seconds


@dataclass(frozen=True, slots=True)
class Window:
    """One rolling window: `left` of `quota` requests; `reset_seconds` after `at` (the server's clock) it is full again.

    `quota` is None where only what is left was told.
    """

    window_seconds: int
    left: int
    reset_seconds: Seconds
    at: Aware
    quota: int | None = None

    @property
    def resets_at(self) -> datetime:
        """The instant, by the server's clock, at which the window is full again."""
        return self.at + timedelta(seconds=self.reset_seconds)


@dataclass(frozen=True, slots=True)
class Quota:
    """The latest of every window told so far, shortest first; empty before the first answer that tells one."""

    windows: tuple[Window, ...] = ()

    def updated(self, newer: Quota) -> Quota:
        """Both together; of a window that both have, the newer."""
        latest = {window.window_seconds: window for window in (*self.windows, *newer.windows)}
        return Quota(tuple(latest[seconds] for seconds in sorted(latest)))

    def spent(self) -> Quota:
        """The same with one request less in every window: what counts of one until its answer tells."""
        return Quota(tuple(replace(window, left=window.left - 1) for window in self.windows))

    @property
    def tightest(self) -> Window | None:
        """The window with the fewest requests left (of equal ones the longest), None where nothing was told."""
        return min(self.windows, key=lambda window: (window.left, -window.window_seconds), default=None)
