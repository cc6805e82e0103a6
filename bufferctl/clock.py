"""A clock that runs steadily, keeps counting while the machine sleeps, and ignores changes to the system clock."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta


def awake() -> float:
    """Seconds that never go backwards and include the time the machine was asleep."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None and sys.platform == "darwin":  # on macOS it counts sleep; `monotonic` does so on Windows only
        clock = time.CLOCK_MONOTONIC
    if sys.platform != "win32" and clock is not None:
        return time.clock_gettime(clock)
    return time.monotonic()


_STARTED, _AT_START = awake(), datetime.now(UTC)


def now() -> datetime:
    """The system time when the program started plus the time elapsed since; aware."""
    return _AT_START + timedelta(seconds=awake() - _STARTED)
