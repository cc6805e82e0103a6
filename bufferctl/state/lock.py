"""One apply at a time: a lock in the user's state folder, by endpoint (all keys of an account share one quota anyhow).

A lock whose holder died on this machine is taken over; one from another machine (a shared folder) cannot be judged from
here and is left for a person (`bufferctl state unlock`).
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from filelock import SoftFileLock, Timeout

from bufferctl.errors import LockedError


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds, or last held, a lock. `since` is ISO 8601."""

    user: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"{self.user} on {self.host} (process {self.pid}, since {self.since})"


class Lock:
    """The lock of one endpoint in `folder`."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        name = blake2b(endpoint.encode(), digest_size=8).hexdigest()
        self._path = folder / f"{name}.lock"
        self._told = folder / f"{name}.holder"

    @property
    def holder(self) -> Holder | None:
        """Who holds it, or left without giving it back; None where it is free."""
        try:
            return Holder(**json.loads(self._told.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @contextmanager
    def held(self, timeout: float) -> Iterator[Holder | None]:
        """Hold the lock; yields a holder that died without giving it back, if there was one.

        Waits up to `timeout` seconds. Raises LockedError, which names who holds it.
        """
        lock = SoftFileLock(self._path, timeout=timeout)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise LockedError(
                f"Another run works on this account: {self.holder or 'it does not say who'}",
                hint="Wait for it, or give --lock-timeout SECONDS; if it is dead, run `bufferctl state unlock`.",
            ) from error
        except OSError as error:
            raise LockedError(
                f"The lock {self._path} cannot be taken: {error.strerror}",
                hint="Give write permission there, or set XDG_STATE_HOME to a folder that you may write in.",
            ) from error
        died = self.holder
        try:
            me = self._tell()
            yield died
        finally:
            if self.holder == me:  # else somebody broke the lock, and the next one holds it
                self._told.unlink(missing_ok=True)
            lock.release()

    def break_(self) -> Holder | None:
        """Take the lock away from whoever holds it; who that was, None where nobody did."""
        holder = self.holder
        for path in (self._path, self._told):
            path.unlink(missing_ok=True)
        return holder

    def _tell(self) -> Holder:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        user = os.environ.get("USER") or os.environ.get("LOGNAME") or str(getattr(os, "getuid", lambda: "")())
        holder = Holder(user, platform.node(), os.getpid(), now)
        with suppress(OSError):  # a lock that does not say whose it is still locks
            self._told.write_text(json.dumps(asdict(holder)), encoding="utf-8")
        return holder
