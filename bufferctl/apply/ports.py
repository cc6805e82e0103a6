"""What apply needs from outside, as protocols: the account, the store, the clock, and a watcher.

apply imports neither api nor state; the command line hands both in, and tests hand in their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bufferctl.model import Intent, Live, LivePost, MediaFile, Quota, Result, State, Write
from bufferctl.model.media_file import Obstacle
from bufferctl.plan import Outcome
from bufferctl.value import value


class Buffer(Protocol):
    """Buffer, as far as apply uses it. Every method may raise ApiError."""

    def send(self, writes: Sequence[Write]) -> tuple[Result, ...]:
        """Carry out up to 30 writes in one request, once; raises only where none of them was carried out."""

    def post(self, post_id: str) -> LivePost | None:
        """One post by its id, None if there is none."""

    def recent(self, channels: Mapping[str, Collection[str]], ideas: Collection[str], since: datetime) -> Live:
        """Posts of the channels (by organization id) created since then, in every status, and all ideas."""

    def unsent(self, channels: Mapping[str, Collection[str]]) -> Live:
        """All posts of the channels (by organization id) that are not sent, and perhaps some that are."""

    def server_time(self) -> datetime:
        """Now, by the server's clock, or by this machine's if the server sends no Date."""

    @property
    def timeout(self) -> float:
        """Seconds after which a write counts as unanswered."""

    @property
    def tells_time(self) -> bool:
        """Whether the server's answers have a Date."""

    @property
    def quota(self) -> Quota:
        """What is left of each window, as far as answers said."""

    def pace(self) -> None:
        """Wait until the quota allows a request. Raises PartWayError if that takes too long."""


@value()
class Revision:
    """Which state was saved: its lineage, its serial, and the digest of the document."""

    lineage: str
    serial: int
    digest: str


class Store(Protocol):
    """Where the state is kept. `saved`: as last read or written; `digest`: of that document."""

    digest: str

    @property
    def saved(self) -> State: ...

    def check_writable(self) -> None:
        """Raise StateError if `save` would fail."""

    def begin(self, state: State, intents: Sequence[Intent]) -> bool:
        """Keep the state before `intents` are sent; a shared state lists them. Otherwise like `save`."""

    def save(self, state: State) -> bool:
        """Keep the state. Returns whether it is stored now; if not, it is stored at the end of the run."""


class Publisher(Protocol):
    """Makes files public. Returns the reasons for files that it cannot publish, by URL."""

    def upload(self, files: Sequence[MediaFile], *, stopping: Callable[[], bool]) -> Mapping[str, Obstacle]:
        """Store each file once; existing files stay as they are. `stopping` is checked before each."""

    def ask(self, files: Sequence[MediaFile]) -> Mapping[str, Obstacle]:
        """Request the URL of each file."""

    def listed(self) -> str:
        """A URL at which everybody can list the stored files; empty if none was found."""


class Timer(Protocol):
    """This machine's time, and whether somebody asked to stop."""

    def asked(self) -> bool:
        """Whether somebody asked to stop after the request in flight."""

    def now(self) -> float:
        """Seconds that only increase."""

    def wait(self, seconds: float) -> None:
        """Wait; return early if somebody asks to stop."""

    def sleep(self, seconds: float) -> None:
        """Wait for the whole time, because checking a write too early would give a wrong answer."""


class Watcher(Protocol):
    """Follows the progress of an apply."""

    def outcome(self, outcome: Outcome) -> None:
        """A change has its final outcome in this run."""

    def waiting(self, seconds: float, why: str) -> None:
        """Nothing will happen for a while."""
