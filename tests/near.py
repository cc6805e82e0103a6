"""Answers from a sandbox in the test's own process, without the sockets between: they took a sixth of a command's time.

Programs that a test starts reach it over loopback, and so does everything while a fault is ordered, since a fault may
be one of the connection. The API's own tests (`tests/api`) and the sandbox's use connections throughout.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Self

import httpx2

from bufferctl.sandbox import Sandbox
from bufferctl.sandbox.exchange import Request

Handle = Callable[[httpx2.HTTPTransport, httpx2.Request], httpx2.Response]
_running: dict[tuple[int, int | None], Sandbox] = {}


class Near(Sandbox):
    """A sandbox that answers this process by a call."""

    def start(self) -> Self:
        """Serve over loopback, too."""
        super().start()
        self._here = os.getpid(), httpx2.URL(self.url).port
        _running[self._here] = self
        return self

    def stop(self) -> None:
        """Answer nobody."""
        if self._server is not None:
            del _running[self._here]
        super().stop()


def answering(handle: Handle) -> Handle:
    """Requests to a sandbox that is near are answered by it, all others by `handle`."""

    def near(transport: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
        sandbox = _running.get((os.getpid(), request.url.port))
        if sandbox is None or sandbox.service.faults.rules:
            return handle(transport, request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = sandbox.service.answer(Request(request.method, request.url.path, headers, request.read()))
        assert answer.how == "send", "only a fault breaks a connection"
        length = ("content-length", str(len(answer.body)))
        return httpx2.Response(answer.status, headers=[*answer.headers, length], stream=httpx2.ByteStream(answer.body))

    return near
