"""A sandbox that runs in this process, with methods for tests.

HTTP is served in threads of its own, so that a test or command can do other work meanwhile.
"""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any, Self

from bufferctl.sandbox.clock import Clock
from bufferctl.sandbox.control import Control
from bufferctl.sandbox.core import Core, Options
from bufferctl.sandbox.exchange import Quota, Request, RequestRecord, Response, Style
from bufferctl.sandbox.faults import FaultRecord, Faults, Rule
from bufferctl.sandbox.fixture import default_fixture, dump, load, read_fixture, seed
from bufferctl.sandbox.person import Person
from bufferctl.sandbox.schema import executable_schema
from bufferctl.sandbox.service import Service
from bufferctl.sandbox.store import Doc, Store

HOST = "127.0.0.1"
MAX_BODY = 10_000_000
"""The most bytes in a body; a longer one gets a 413 (Buffer's own limit is not published)."""

_TEXT = ("content-type", "text/plain; charset=utf-8")

KEY = "sandbox"


class Server(ThreadingTCPServer):
    """Serves from construction until `stop`; OSError if the port is taken."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service: Service, port: int = 0) -> None:
        super().__init__((HOST, port), _Connection)
        self.service = service
        self.port: int = self.server_address[1]
        self._open: set[Any] = set()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._is_stopping:
            self.handle_request()

    def stop(self) -> None:
        """Drop every connection and stop listening."""
        self._is_stopping = True
        socket.create_connection((HOST, self.port)).close()  # it waits for one
        self._thread.join()
        self.server_close()
        for connection in list(self._open):
            with suppress(OSError):  # it ends by itself
                connection.shutdown(socket.SHUT_RDWR)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - as socketserver calls it
        """Start no thread for the connection that ends the wait."""
        return not self._is_stopping

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)


class _Connection(BaseHTTPRequestHandler):
    """Reads the requests of a connection, and delivers the answers or breaks it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer is sent in one piece
    server: Server

    def handle(self) -> None:
        with suppress(ConnectionError, sqlite3.ProgrammingError):  # the client is gone, or the sandbox was stopped
            super().handle()

    def do_POST(self) -> None:
        """Answer a request with any method; an incomplete one is ignored."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        given = headers.get("content-length", "" if "transfer-encoding" in headers else "0")
        length = min(int(given), MAX_BODY + 1) if re.fullmatch("[0-9]{1,20}", given) else -1
        body = self.rfile.read(max(length, 0))
        if len(body) < length:
            self.close_connection = True
            return
        response = self._response(Request(self.command, self.path.partition("?")[0], headers, body), length)
        self.close_connection |= not 0 <= length <= MAX_BODY or response.how != "send"
        if response.how == "send":
            self._send(response)
        while response.how == "hang" and self.rfile.read(1):
            pass

    do_GET = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_POST  # noqa: N815 - http.server's names

    def _response(self, request: Request, length: int) -> Response:
        service = self.server.service
        if length < 0:
            status = 400 if "content-length" in request.headers else 411
            refusal = Response.of_error(status, "The length of the body is missing or not a number", "BAD_REQUEST")
        elif length > MAX_BODY:
            refusal = Response.of_error(413, "The body is too large", "BAD_REQUEST")
        elif not _is_local(request.headers.get("host", "")):
            refusal = Response(421, b"The sandbox answers to 127.0.0.1 and localhost only\n", [_TEXT])
        else:
            return service.answer(request)
        return service.dated(refusal)

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        ending = [("connection", "close")] * self.close_connection
        for name, value in (*response.headers, ("content-length", str(len(response.body))), *ending):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, *_: Any) -> None:
        """Nothing: `Service.requests` is the log."""


def _is_local(host: str) -> bool:
    """Return whether a Host header names this machine: another site could point its own name at the sandbox."""
    name, separator, port = host.rpartition(":")
    return (name if separator and port.isdigit() else host).lower() in {HOST, "localhost", "[::1]"}


class Sandbox:
    """Serves on 127.0.0.1 from `start` (or `with`) to `stop`.

    `fixture`: a dict or a file in the form of fixture.py, None for the default account. `db`: a file keeps the account
    between runs; the fixture then only fills it the first time. `port`: 0 picks a free one. `faults` and `seed`: see
    faults.py. `rate_limit`: the plan whose quotas apply (free, essentials, team), None for no quotas; `rate_headers`:
    joined, repeated or old. Other options are fields of `Options`. Raises FixtureError, FaultError, OSError (port
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
        self.service.beside = Control(self.service, self.person).answer
        self._server: Server | None = None

    def start(self) -> Self:
        """Listen. If that fails (OSError: the port is taken), the file is closed."""
        try:
            executable_schema()
            self._server = Server(self.service, self._port)
        except BaseException:
            self.stop()
            raise
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
