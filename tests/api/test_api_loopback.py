"""The same client over real sockets: connections kept, refused, cut, and answers that never arrive."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest

from bufferctl import api
from bufferctl.errors import UnreachableError
from bufferctl.model import DeletePost, Done, Unknown
from tests.api.scripted import KEY
from tests.conftest import long

WRITE = DeletePost("p1", "c1")
ACCOUNT: dict[str, Any] = {"data": {"account": {"organizations": []}}}
DELETED = {"data": {"a0": {"__typename": "DeletePostSuccess", "id": "p1"}}}

#: A server's action on a connection after it has read one request from it.
Behaviour = Callable[[socket.socket], None]


def answer(body: object, *, keep: bool = True, cut: bool = False) -> Behaviour:
    """A JSON answer; `keep`: the connection stays open; `cut`: only half of the answer is sent."""

    def behave(connection: socket.socket) -> None:
        content = json.dumps(body).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(head.encode() + (content[: len(content) // 2] if cut else content))
        if cut or not keep:
            connection.shutdown(socket.SHUT_RDWR)

    return behave


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def say_nothing(_: socket.socket) -> None:
    pass


def patience(behaviour: Behaviour) -> float:
    """Timeout in seconds: short only if no answer will come; what is asked next may take a while on a busy machine."""
    return 1 if behaviour is say_nothing else 30


class Server:
    """Accepts connections on loopback and handles each request by the next behavior."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)
        self.connections: list[socket.socket] = []
        self.requests = 0
        self.answered = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections.append(connection)
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError):
            while self._read(connection):
                self.requests += 1
                self.behaviours.pop(0)(connection)
                self.answered.release()

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            if not (more := connection.recv(65_536)):
                return b""
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65_536)
        return head

    def close(self) -> None:
        for each in (self._listener, *self.connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # or what waits for the next connection would keep the port open
            each.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*behaviours: Behaviour) -> Server:
        servers.append(Server(*behaviours))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def test_one_connection_carries_many_requests(serve: Callable[..., Server]) -> None:
    """Three requests over one connection."""
    server = serve(answer(ACCOUNT), answer(ACCOUNT), answer(DELETED))
    with api.connect(server.url, KEY) as buffer:
        buffer.account()
        buffer.account()
        assert buffer.send([WRITE]) == (Done(None),)
    assert (server.requests, len(server.connections)) == (3, 1)


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(serve: Callable[..., Server]) -> None:
    """Two requests, each over its own connection."""
    server = serve(answer(ACCOUNT, keep=False), answer(ACCOUNT))
    with api.connect(server.url, KEY) as buffer:
        buffer.account()
        assert server.answered.acquire(timeout=300)  # and this closes the connection
        buffer.account()
    assert server.requests == 2


def test_a_dead_server_is_said_so_and_nothing_was_sent() -> None:
    """UnreachableError for a read and for a write."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with api.connect(url, KEY) as buffer:
        with pytest.raises(UnreachableError, match="cannot be reached"):
            buffer.account()
        with pytest.raises(UnreachableError, match="cannot be reached"):
            buffer.send([WRITE])


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (hang_up, "the connection to 127.0.0.1 broke"),
        (answer(DELETED, cut=True), "the connection to 127.0.0.1 broke"),
        (say_nothing, "did not answer within 1 second."),
    ],
)
def test_a_lost_answer_leaves_the_write_open(behaviour: Behaviour, words: str, serve: Callable[..., Server]) -> None:
    """Unknown, with a description; a single request, whatever a second one would have returned."""
    server = serve(behaviour, answer(DELETED))
    with api.connect(server.url, KEY, timeout=patience(behaviour)) as buffer:
        (outcome,) = buffer.send([WRITE])
    assert isinstance(outcome, Unknown)
    assert words in f"{outcome.why}."
    assert server.requests == 1


@pytest.mark.parametrize("behaviour", [hang_up, answer(ACCOUNT, cut=True), *long(say_nothing)])
def test_a_lost_answer_is_asked_for_again(behaviour: Behaviour, serve: Callable[..., Server]) -> None:
    """The account, at the second try."""
    server = serve(behaviour, answer(ACCOUNT))
    with api.connect(server.url, KEY, timeout=patience(behaviour)) as buffer:
        assert buffer.account().organizations == ()
    assert server.requests == 2


def test_the_environments_proxies_do_not_see_what_stays_on_this_machine(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account, though a nonexistent proxy is set."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server = serve(answer(ACCOUNT))
    with api.connect(server.url, KEY) as buffer:
        assert buffer.account().organizations == ()


@pytest.mark.parametrize(
    ("verified", "url"),
    [
        (ssl.CERT_REQUIRED, "https://api.buffer.com"),
        (ssl.CERT_REQUIRED, "https://localhost:1"),
        (ssl.CERT_NONE, "http://localhost:1"),
    ],
)
def test_certificates_are_checked(verified: ssl.VerifyMode, url: str) -> None:
    """For every TLS connection, on loopback too; http has none, and loads no list of authorities."""
    with api.connect(url, "a-key-of-the-tests") as buffer:
        client = buffer._transport.client
        assert isinstance(client, httpx2.Client)
        transport = client._transport
        assert isinstance(transport, httpx2.HTTPTransport)
        context = transport._pool._ssl_context
        assert context is not None
        assert context.verify_mode == verified
