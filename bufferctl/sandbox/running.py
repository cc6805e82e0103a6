"""A sandbox that runs in this process, and what a test can do with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from bufferctl.sandbox.clock import Clock
from bufferctl.sandbox.control import Control
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.exchange import RequestRecord
from bufferctl.sandbox.faults import FaultRecord, Faults, Rule
from bufferctl.sandbox.fixture import default_fixture, dump, load, read_fixture, seed
from bufferctl.sandbox.options import Options
from bufferctl.sandbox.page import BoardPage
from bufferctl.sandbox.person import Person
from bufferctl.sandbox.ratelimit import Quota, Style
from bufferctl.sandbox.schema import executable_schema
from bufferctl.sandbox.server import HOST, Server
from bufferctl.sandbox.service import Service
from bufferctl.sandbox.store import Doc, Store

KEY = "sandbox"


class Sandbox:
    """Serves on 127.0.0.1 from `start` (or `with`) to `stop`.

    `fixture`: a dict or a file in the form of fixture.py, the default account if none. `db`: a file keeps the account
    between runs, and then the fixture fills it the first time only. `port`: 0 takes a free one. `faults` and `seed`:
    see faults.py. `rate_limit`: the plan whose quotas hold (free, essentials, team), none if None; `rate_headers`:
    joined, repeated or old. Other options are those of core.Options. FixtureError, FaultError, OSError (port taken) and
    sqlite3.Error (file) say what went wrong.
    """

    def __init__(
        self, fixture: Doc | str | Path | None = None, *, db: str = ":memory:", clock: Clock | None = None,
        port: int = 0, key: str = KEY, faults: str | Sequence[Rule | dict[str, Any]] = (), seed: int = 0,
        rate_limit: str | None = None, rate_headers: Style = "joined", **options: Any,
    ) -> None:  # fmt: skip
        self.clock = clock or Clock()
        self.key = key
        self._port = port
        ordered = Faults(faults, seed)
        store = Store(db)
        try:
            if not store.organizations:
                given = read_fixture(fixture) if isinstance(fixture, str | Path) else fixture
                load(store, default_fixture() if given is None else given, self.clock.now())
        except BaseException:
            store.close()
            raise
        self.core = Core(store, self.clock, Options(**options))
        self.person = Person(self.core)
        quota = Quota(rate_limit, rate_headers) if rate_limit else None
        self.service = Service(self.core, key, faults=ordered, quota=quota)
        self.service.control = Control(self.service, self.person)
        self.service.page = BoardPage(key)
        self._server: Server | None = None

    def start(self) -> Self:
        """Begin to listen."""
        executable_schema()
        self._server = Server(self.service, self._port)
        return self

    def stop(self) -> None:
        """Stop listening, drop every connection, close the file."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.core.store.close()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        """Stop."""
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens; RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running")
        return f"http://{HOST}:{self._server.port}"

    @property
    def requests(self) -> list[RequestRecord]:
        """Every request to the endpoint so far, oldest first."""
        return self.service.requests

    @property
    def fault_log(self) -> list[FaultRecord]:
        """Every fault that happened since `faults` was last set, oldest first."""
        return self.service.faults.log

    def set_faults(self, faults: str | Sequence[Rule | dict[str, Any]] = (), seed: int = 0) -> None:
        """Replace the faults from now on; without arguments everything goes well again."""
        self.service.order_faults(Faults(faults, seed))

    def organization(self, name: str = "Acme") -> Doc:
        """Return an organization by its name; KeyError if there is none."""
        found = [one for one in self.core.store.organizations.values() if one["name"] == name]
        if not found:
            raise KeyError(name)
        return found[0]

    def channel(self, service: str, organization: str = "Acme") -> Doc:
        """Return the organization's first channel of a service; KeyError if there is none."""
        channels = self.core.store.channels_of(self.organization(organization)["id"])
        found = [one for one in channels if one["service"] == service]
        if not found:
            raise KeyError(service)
        return found[0]

    def posts(self, channel_id: str | None = None) -> list[Doc]:
        """Return posts as they are at present, oldest first, in the form of the fixture file."""
        with self._present():
            return self.core.store.posts(*(("channel = ?", (channel_id,)) if channel_id else ()))

    def ideas(self) -> list[Doc]:
        """Return ideas, oldest first, in the form of the fixture file."""
        with self._present():
            return self.core.store.ideas()

    def seed(self, posts: list[Doc] | None = None, ideas: list[Doc] | None = None) -> list[str]:
        """Add many posts and ideas at once, unchecked, in the form of the fixture file; return their ids in order."""
        return seed(self.core, posts, ideas)

    def dump(self) -> Doc:
        """Return the account as a fixture."""
        with self._present():
            return dump(self.core.store)

    @contextmanager
    def _present(self) -> Iterator[None]:
        with self.core.store.lock, self.core.at(self.core.now()):
            self.core.settle()
            yield
