"""The sandbox's clock, and the two formats that Buffer uses for times."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Self

_ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?|\d{4}-\d\d-\d\d")
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Clock:
    """The time in the sandbox: the real time unless moved or stopped. Thread-safe.

    A clock that is not stopped keeps running after `set` and `advance`.
    """

    def __init__(self, start: datetime | str | None = None, *, stopped: bool = False) -> None:
        """`start`: an aware datetime or ISO 8601 text, None for now; `stopped`: only `set` and `advance` move it."""
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._stopped_at: datetime | None = None
        if stopped:
            self.stop()
        if start is not None:
            self.set(start)

    @classmethod
    def at(cls, start: datetime | str) -> Self:
        """Return a clock that stands still at `start` until it is moved."""
        return cls(start, stopped=True)

    def now(self) -> datetime:
        """Return the sandbox's current time, aware, in UTC."""
        with self._lock:
            return self._stopped_at if self._stopped_at is not None else datetime.now(UTC) + self._offset

    def set(self, moment: datetime | str) -> None:
        """Jump to `moment`; raises ValueError for text that is not an ISO 8601 time."""
        target = parse_time(moment) if isinstance(moment, str) else moment.astimezone(UTC)
        self._move(target - self.now())

    def advance(self, seconds: float = 0, **units: float) -> None:
        """Move by seconds, or by the units of `timedelta` (minutes=5, hours=-1), forward or back."""
        self._move(timedelta(seconds=seconds, **units))

    def _move(self, step: timedelta) -> None:
        with self._lock:
            if self._stopped_at is not None:
                self._stopped_at += step
            else:
                self._offset += step

    def stop(self) -> None:
        present = self.now()
        with self._lock:
            self._stopped_at = present

    def run(self) -> None:
        """Resume from the time at which the clock stopped."""
        with self._lock:
            if self._stopped_at is not None:
                self._offset = self._stopped_at - datetime.now(UTC)
                self._stopped_at = None


def parse_time(text: str) -> datetime:
    """Parse ISO 8601 as Buffer does, as UTC if there is no offset; raises ValueError for anything else."""
    if not _ISO.fullmatch(text):
        raise ValueError(f"{text!r} is not an ISO 8601 date-time")
    moment = datetime.fromisoformat(text.upper())
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is out of range") from None
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError(f"{text!r} is out of range")
    return moment


def iso(moment: datetime) -> str:
    """Format a time as in posts: ISO 8601, milliseconds, Z (notes: Reading)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def millis(text: str | None) -> int | None:
    """Return an ISO time in milliseconds since 1970; None stays None."""
    return None if text is None else epoch_ms(parse_time(text))
