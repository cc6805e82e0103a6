"""One apply at a time: a lock in the user's state folder, by endpoint (all keys of an account share one quota anyhow).

A lock whose holder died on this machine is taken over. One from another machine (a shared folder) cannot be checked
from here, so it is left for a person (`bufferctl state unlock`).
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
        self._holder_file = folder / f"{name}.holder"

    @property
    def holder(self) -> Holder | None:
        """Who holds it, or crashed while holding it; None if it is free."""
        try:
            return Holder(**json.loads(self._holder_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @contextmanager
    def held(self, timeout: float) -> Iterator[Holder | None]:
        """Hold the lock; yields the holder that crashed while holding it, if there was one.

        Waits up to `timeout` seconds. Raises LockedError, which names the holder.
        """
        lock = SoftFileLock(self._path, timeout=timeout)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise LockedError(
                f"Another run is using this account: {self.holder or 'unknown holder'}",
                hint="Wait, or use --lock-timeout SECONDS; if that run crashed, run `bufferctl state unlock`.",
            ) from error
        except OSError as error:
            raise LockedError(
                f"The lock {self._path} cannot be taken: {error.strerror}",
                hint="Give write permission there, or set XDG_STATE_HOME to a writable folder.",
            ) from error
        crashed = self.holder
        try:
            me = self._write_holder()
            yield crashed
        finally:
            if self.holder == me:  # otherwise somebody broke the lock, and another run holds it
                self._holder_file.unlink(missing_ok=True)
            lock.release()

    def break_(self) -> Holder | None:
        """Remove the lock; returns its holder, None if there was none."""
        holder = self.holder
        for path in (self._path, self._holder_file):
            path.unlink(missing_ok=True)
        return holder

    def _write_holder(self) -> Holder:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        user = os.environ.get("USER") or os.environ.get("LOGNAME") or str(getattr(os, "getuid", lambda: "")())
        holder = Holder(user, platform.node(), os.getpid(), now)
        with suppress(OSError):  # a lock without a named holder still locks
            self._holder_file.write_text(json.dumps(asdict(holder)), encoding="utf-8")
        return holder
