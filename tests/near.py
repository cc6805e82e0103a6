"""Answers of a server in the test's own process without the sockets between: they took a quarter of a command's time.

Programs that a test starts reach the server over loopback, and so does everything while a fault is ordered, since a
fault may be one of the connection. The API's own tests (`tests/api`) and the sandbox's use connections throughout.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import httpx2

Handle = Callable[[httpx2.HTTPTransport, httpx2.Request], httpx2.Response]
#: Answers a request, or None if it is to go over the connection.
Answer = Callable[[httpx2.Request], httpx2.Response | None]
#: By process, since a fork has only a copy of the server, and port.
_near: dict[tuple[int, int | None], Answer] = {}


def answer_near(url: str, answer: Answer | None) -> None:
    """Let the server at this URL answer the requests of this process by a call; None: no longer."""
    at = os.getpid(), urlsplit(url).port
    if answer:
        _near[at] = answer
    else:
        _near.pop(at, None)


def answered(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> httpx2.Response:
    """An answer as it comes from a connection: its body is not read yet."""
    length = ("content-length", str(len(body)))
    return httpx2.Response(status, headers=[*headers, length], stream=httpx2.ByteStream(body))


def answering(handle: Handle) -> Handle:
    """Requests to a server that is near are answered by it, all others by `handle`."""

    def near(transport: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
        answer = _near.get((os.getpid(), request.url.port))
        return (answer(request) if answer else None) or handle(transport, request)

    return near
