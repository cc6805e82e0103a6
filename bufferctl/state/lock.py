"""One apply at a time: this machine's lock, and that of a shared state.

*Of this machine*: a file in the user's state folder, by endpoint (all keys of an account share one quota anyhow). A
lock whose holder died on this machine is taken over. One from another machine (a shared folder) cannot be checked from
here, so it is left for a person (`bufferctl state unlock`).

*Of a shared state*: a lease in the document, by Buffer's clock, since machines' clocks may be minutes apart. A run that
holds it sends only while the lease outlives a request and its consequences. A run that finds a lease that ended that
long ago knows that nothing more of the other run can arrive, and takes it over (design: Applying).
"""

from __future__ import annotations

import getpass
import os
import platform
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import AwareDatetime
from pydantic_core import to_json

from bufferctl.errors import LockedError
from bufferctl.model import dates
from bufferctl.model.serial import adapter
from bufferctl.value import value

if TYPE_CHECKING:
    from filelock import SoftFileLock

#: The length of a lease, unless a request and its consequences may take longer than half of it.
LEASE = timedelta(minutes=5)
#: After so many seconds a holder reads its lock again before it sends anything, and where clocks part by so many.
UNREAD, PARTED = 100.0, 10.0


@value()
class Holder:
    """Who holds, or last held, a lock. `since`: aware."""

    user: str
    host: str
    pid: int
    since: AwareDatetime

    def __str__(self) -> str:
        return f"{self.user} on {self.host} (process {self.pid}, since {dates.of_machine(self.since)})"


class Lock:
    """The lock of one endpoint in `folder`."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        name = blake2b(endpoint.encode(), digest_size=8).hexdigest()
        self._path = folder / f"{name}.lock"
        self._holder_file = folder / f"{name}.holder"

    @property
    def held_by(self) -> str:
        """The holder of the lock, for messages: the run, or the path of the file that blocks it; empty if free."""
        if holder := self.holder:
            return str(holder)
        return f"an unknown run (there is {self._path})" if os.path.lexists(self._path) else ""

    @property
    def holder(self) -> Holder | None:
        """Who holds the lock, or crashed while holding it; None if it is free."""
        try:
            return adapter(Holder).validate_json(self._holder_file.read_bytes())
        except (OSError, ValueError):
            return None

    @contextmanager
    def held(self, timeout: float) -> Iterator[Holder | None]:
        """Hold the lock; yields the holder that crashed while holding it, if there was one.

        Waits up to `timeout` seconds. Raises LockedError, which names the holder.
        """
        from filelock import Timeout  # what only reads takes no lock

        lock = soft_lock(self._path, timeout)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise LockedError(
                f"Another run is using this account: {self.held_by or 'unknown run'}",
                hint="Run it again later, or wait with --lock-timeout SECONDS; if that run crashed, run "
                "`bufferctl state unlock`.",
            ) from error
        except OSError as error:
            raise LockedError(
                f"The lock {self._path} cannot be taken: {error.strerror}",
                hint="Grant write permission there, or set XDG_STATE_HOME to a writable folder. If something else "
                "is at that path, run `bufferctl state unlock`.",
            ) from error
        try:
            crashed = self.holder
            me = Holder(user_name(), platform.node(), os.getpid(), datetime.now(UTC))
            with suppress(OSError):  # a lock without a named holder still locks
                self._holder_file.write_bytes(to_json(me))
            try:
                yield crashed
            finally:
                if self.holder == me:  # otherwise somebody removed the lock, and another run holds it
                    self._holder_file.unlink(missing_ok=True)
        finally:
            lock.release()

    def break_(self) -> None:
        """Remove the lock, whoever holds it."""
        for path in (self._path, self._holder_file):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def soft_lock(path: Path, timeout: float) -> SoftFileLock:
    """A lock file that names its process. A killed run's file is removed first, since filelock would wait for it."""
    from filelock import SoftFileLock

    with suppress(OSError, ValueError):
        if path.is_file() and _is_left_behind(path):
            path.unlink()
    return SoftFileLock(path, timeout=timeout)


def _is_left_behind(path: Path) -> bool:
    """Whether the run that made the lock file was killed before it named itself, or is dead and not yet reaped."""
    before, named = path.stat(), path.read_text(encoding="utf-8").split()[:2]
    if not named:  # a run names itself at once, and another run's file is another one
        time.sleep(1)  # not by its age: the file system's clock may be another one
        now = path.stat()
        return (now.st_ino, now.st_mtime_ns, now.st_size) == (before.st_ino, before.st_mtime_ns, 0)
    pid, host = named
    process = Path(f"/proc/{pid}/stat").read_bytes()  # Linux: "PID (NAME) STATE …", and a NAME may have brackets
    return host == platform.node() and process.rpartition(b")")[2].startswith(b" Z")


@value(kw_only=True)
class Lease(Holder):
    """The lock in a document."""

    run: str  # the id of the run that holds it
    until: AwareDatetime  # when it ends, aware, by Buffer's clock
    landing: float  # seconds within which what that run sends is answered and shown

    @property
    def dead_at(self) -> datetime:
        """When another run may take over, because nothing from the holder can arrive any more."""
        return self.until + timedelta(seconds=self.landing)


def same_process(holder: Holder | None, lease: Lease | None) -> bool:
    """Whether one run held the lock of this machine and that of a shared state."""
    return holder is not None and lease is not None and (holder.host, holder.pid) == (lease.host, lease.pid)


def holders(lock: Lock, lease: Lease | None) -> tuple[str, ...]:
    """The holders of the two locks, for messages; a run that holds both is listed once."""
    if same_process(lock.holder, lease):
        lease = None
    return tuple(each for each in (lock.held_by, str(lease or "")) if each)


def user_name() -> str:
    """The user who runs this, by a name that other people recognize."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
    return name.encode(errors="replace").decode()  # a variable may hold any bytes, and JSON holds text alone


def lease_length(landing: float) -> timedelta:
    """The length of a lease for a run whose writes are answered and shown within `landing` seconds."""
    return max(LEASE, 2 * timedelta(seconds=landing))


def is_mine(lease: Lease, began_here: frozenset[str]) -> bool:
    """Whether the holder was a run on this machine; it is dead then, since this run holds the machine's own lock.

    `began_here` are ids of runs in this machine's journal.
    """
    return lease.run in began_here and lease.host == platform.node()


def locked_by(lease: Lease, *, tells_time: bool) -> LockedError:
    """The error while another run holds the lock. `tells_time`: Buffer's answers have a Date."""
    dead_at = dates.clock_of_machine(lease.dead_at)
    if tells_time:
        hint = (
            "Run it again later, or wait with --lock-timeout SECONDS. If the other run crashed, the next one takes "
            f"over after {dead_at}; sooner, if you are sure: bufferctl state unlock"
        )
    else:
        hint = (
            "Run it again later, or wait with --lock-timeout SECONDS. If the other run crashed, run `bufferctl state "
            "unlock`."
        )
    return LockedError(f"Another run holds the lock of the state, so nothing was done: {lease}", hint=hint)
