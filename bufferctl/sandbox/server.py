"""HTTP for the service: uvicorn in a thread of its own, so that a test or a command can do something else meanwhile."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bufferctl.sandbox.exchange import Request, Response
from bufferctl.sandbox.service import Service

HOST = "127.0.0.1"
MAX_BODY = 10_000_000
"""Bytes; a longer body is answered 413 (Buffer's own limit is not published)."""

_TEXT = ("content-type", "text/plain; charset=utf-8")

_Message = MutableMapping[str, Any]


class Server:
    """Serves from construction until `stop`; OSError if the port is taken."""

    def __init__(self, service: Service, port: int = 0) -> None:
        # With the protocol named, asyncio turns Nagle off; without it every answer waits 40 ms for an ACK.
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
    """Lets the application reach the connection, so that it can be cut as networks cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Uvicorn(uvicorn.Server):
    """Stops at once: uvicorn's own loop looks ten times a second whether it should, and then waits for clients."""

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
    """Tell whether a Host header names this machine: a page elsewhere could point a name of its own at the sandbox."""
    name, separator, port = host.rpartition(":")
    return (name if separator and port.isdigit() else host).lower() in {HOST, "localhost", "[::1]"}


async def _read(scope: _Message, receive: Callable[[], Awaitable[_Message]]) -> Request | Response | None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":  # half a request is none
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
