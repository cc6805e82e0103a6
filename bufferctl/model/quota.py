"""The requests that are left, according to the last answers (notes: Limits).

One window for each policy. Their length identifies them, since their names change with the account's plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bufferctl.model.scalars import Aware, Seconds


@dataclass(frozen=True, slots=True)
class Window:
    """One rolling window: `left` of `quota` requests; `reset_seconds` after `at` (the server's clock) it is full again.

    `quota` is None if the answer gave only what is left.
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
    """The latest state of every known window, shortest first; empty before the first answer that has one."""

    windows: tuple[Window, ...] = ()

    def updated(self, newer: Quota) -> Quota:
        """The windows of both; the newer one where both have it."""
        latest = {window.window_seconds: window for window in (*self.windows, *newer.windows)}
        return Quota(tuple(latest[seconds] for seconds in sorted(latest)))

    def spent(self) -> Quota:
        """The same with one request fewer in every window, as an estimate until the answer arrives."""
        return Quota(tuple(replace(window, left=window.left - 1) for window in self.windows))

    @property
    def tightest(self) -> Window | None:
        """The window with the fewest requests left (the longest of equal ones), None if there is none."""
        return min(self.windows, key=lambda window: (window.left, -window.window_seconds), default=None)
