"""The time that passes on this machine: evenly, also while it sleeps, and whatever somebody does to its clock."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta


def awake() -> float:
    """Seconds that only ever grow, and that count the time in which the machine was asleep."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None and sys.platform == "darwin":  # there it goes on while the machine sleeps; `monotonic` does not
        clock = time.CLOCK_MONOTONIC
    return time.monotonic() if clock is None else time.clock_gettime(clock)


_STARTED, _AT_START = awake(), datetime.now(UTC)


def now() -> datetime:
    """This machine's time as it was when the program started, and what has passed since; aware."""
    return _AT_START + timedelta(seconds=awake() - _STARTED)
