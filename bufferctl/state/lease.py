"""The lock of a shared record: a lease in the document, by Buffer's clock, since machines' clocks may be minutes apart.

Whoever holds it sends only while the lease outlives a request and its consequences. Whoever finds one that ended that
long ago knows that nothing more of that run can arrive, and takes it over (design: Applying).
"""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime

from bufferctl.errors import LockedError

#: How long a lease is, unless a request and its consequences take longer than half of it.
LEASE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lease:
    """The lock as a document holds it. `run`: the id of the run that holds it; `since`: aware.

    `until`: when it ends, aware, by Buffer's clock. `landing`: seconds within which what that run sends is answered
    and shown (its timeout and settle time together).
    """

    run: str
    user: str
    host: str
    pid: int
    since: AwareDatetime
    until: AwareDatetime
    landing: float

    @property
    def dead_at(self) -> datetime:
        """From when on another run may take it over: nothing of its holder's can arrive any more."""
        return self.until + timedelta(seconds=self.landing)

    def as_dict(self) -> dict[str, Any]:
        """Its fields, as the document has them."""
        return asdict(self)

    def __str__(self) -> str:
        since = self.since.astimezone(UTC)
        return f"{self.user} on {self.host} (process {self.pid}, since {since:%Y-%m-%d %H:%M} UTC)"


def length(landing: float) -> timedelta:
    """How long a lease is for a run whose writes are answered and shown within `landing` seconds."""
    return max(LEASE, 2 * timedelta(seconds=landing))


def is_mine(lease: Lease, began_here: frozenset[str]) -> bool:
    """Whether the holder was a run on this machine. It is dead: this run holds the machine's own lock.

    `began_here`: ids of runs that the journal of this machine knows.
    """
    return lease.run in began_here and lease.host == platform.node()


def locked(lease: Lease, *, tells_time: bool) -> LockedError:
    """The refusal while another run holds the lock. `tells_time`: Buffer's answers carry its time."""
    dead_at = f"{lease.dead_at.astimezone(UTC):%H:%M:%S} UTC"
    if tells_time:
        hint = (
            f"Wait for it with --lock-timeout SECONDS. If it crashed, the next run takes over after {dead_at}; "
            "sooner, if you are sure: bufferctl state unlock"
        )
    else:
        hint = "Wait for it with --lock-timeout SECONDS. If it crashed, run `bufferctl state unlock`."
    return LockedError(f"Another run holds the lock of the state, so nothing was done: {lease}", hint=hint)
