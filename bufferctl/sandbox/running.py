"""A sandbox that runs in this process, with methods for tests.

HTTP is served by uvicorn in a separate thread, so that a test or command can do other work meanwhile.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bufferctl.sandbox.clock import Clock
from bufferctl.sandbox.control import Control
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.exchange import Quota, Request, RequestRecord, Response, Style
from bufferctl.sandbox.faults import FaultRecord, Faults, Rule
from bufferctl.sandbox.fixture import default_fixture, dump, load, read_fixture, seed
from bufferctl.sandbox.options import Options
from bufferctl.sandbox.page import BoardPage
from bufferctl.sandbox.person import Person
from bufferctl.sandbox.schema import executable_schema
from bufferctl.sandbox.service import Service
from bufferctl.sandbox.store import Doc, Store

HOST = "127.0.0.1"
MAX_BODY = 10_000_000
"""The most bytes in a body; a longer one gets a 413 (Buffer's own limit is not published)."""

_TEXT = ("content-type", "text/plain; charset=utf-8")

_Message = MutableMapping[str, Any]
KEY = "sandbox"


class Server:
    """Serves from construction until `stop`; OSError if the port is taken."""

    def __init__(self, service: Service, port: int = 0) -> None:
        # With an explicit protocol, asyncio disables Nagle's algorithm; otherwise each response waits 40 ms for an ACK.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, port))
        except OSError:
            self._socket.close()
            raise
        self._socket.listen(128)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            _application(service), http=_Protocol, ws="none", lifespan="off", loop="asyncio", log_config=None,
            access_log=False, log_level="critical", server_header=False, date_header=False, timeout_keep_alive=60,
        )  # fmt: skip
        self._uvicorn = _Uvicorn(config)
        self._thread = threading.Thread(target=self._uvicorn.run, args=([self._socket],), name="sandbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Drop every connection and stop listening."""
        self._uvicorn.stop()
        self._thread.join()


class _Protocol(H11Protocol):
    """Gives the application access to the connection, so that it can be cut as if by the network."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Uvicorn(uvicorn.Server):
    """Stops immediately: uvicorn's own loop polls ten times a second and then waits for clients."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ready = threading.Event()
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        self._ready.wait()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _application(service: Service) -> Callable[..., Awaitable[None]]:
    async def application(
        scope: _Message, receive: Callable[[], Awaitable[_Message]], send: Callable[[_Message], Awaitable[None]]
    ) -> None:
        request = await _read(scope, receive)
        if request is None:
            return
        if isinstance(request, Request) and not _is_local(request.headers.get("host", "")):
            request = Response(421, b"The sandbox answers to 127.0.0.1 and localhost only\n", [_TEXT])
        if isinstance(request, Response):
            await _send(send, service.dated(request))
            return
        delivery = service.answer(request)
        if delivery.how == "cut":
            scope["state"]["transport"].abort()
        elif delivery.how == "hang":
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            await _send(send, delivery.response)

    return application


def _is_local(host: str) -> bool:
    """Return whether a Host header names this machine: another site could point its own name at the sandbox."""
    name, separator, port = host.rpartition(":")
    return (name if separator and port.isdigit() else host).lower() in {HOST, "localhost", "[::1]"}


async def _read(scope: _Message, receive: Callable[[], Awaitable[_Message]]) -> Request | Response | None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":  # an incomplete request is ignored
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return Response.of_error(413, "The body is too large", "BAD_REQUEST")
        if not message.get("more_body"):
            return Request(scope["method"], scope["path"], headers, bytes(body))


async def _send(send: Callable[[_Message], Awaitable[None]], response: Response) -> None:
    headers = [*response.headers, ("content-length", str(len(response.body)))]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": response.body})


class Sandbox:
    """Serves on 127.0.0.1 from `start` (or `with`) to `stop`.

    `fixture`: a dict or a file in the form of fixture.py, None for the default account. `db`: a file keeps the account
    between runs; the fixture then only fills it the first time. `port`: 0 picks a free one. `faults` and `seed`: see
    faults.py. `rate_limit`: the plan whose quotas apply (free, essentials, team), None for no quotas; `rate_headers`:
    joined, repeated or old. Other options are those of options.py. Raises FixtureError, FaultError, OSError (port
    taken) and sqlite3.Error (file).
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
        self.service.control = Control(self.service, self.person).answer
        self.service.page = BoardPage(key)
        self._server: Server | None = None

    def start(self) -> Self:
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
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The URL of the server; RuntimeError before `start`."""
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
        """Replace the faults from now on; without arguments, remove them all."""
        self.service.order_faults(Faults(faults, seed))

    def organization(self, name: str = "Acme") -> Doc:
        """Return an organization by its name; KeyError if there is none."""
        return {one["name"]: one for one in reversed(self.core.store.organizations.values())}[name]

    def channel(self, service: str, organization: str = "Acme") -> Doc:
        """Return the organization's first channel of a service; KeyError if there is none."""
        channels = self.core.store.channels_of(self.organization(organization)["id"])
        return {one["service"]: one for one in reversed(channels)}[service]

    def posts(self, channel_id: str | None = None) -> list[Doc]:
        """Return the current posts, oldest first, in the form of the fixture file."""
        with self._present():
            return self.core.store.rows("posts", *(("channel = ?", (channel_id,)) if channel_id else ()))

    def ideas(self) -> list[Doc]:
        """Return ideas, oldest first, in the form of the fixture file."""
        with self._present():
            return self.core.store.rows("ideas")

    def seed(self, posts: list[Doc] | None = None, ideas: list[Doc] | None = None) -> list[str]:
        """Add many posts and ideas at once, unchecked, in the form of the fixture file; return their ids in order."""
        return seed(self.core, posts, ideas)

    def dump(self) -> Doc:
        with self._present():
            return dump(self.core.store)

    @contextmanager
    def _present(self) -> Iterator[None]:
        with self.core.store.lock, self.core.at(self.core.now()):
            self.core.settle()
            yield
