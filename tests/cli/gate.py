"""A gate in front of the sandbox: it passes requests on, and can act before or after one that writes."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

#: Headers of an answer that belong to one connection only.
_OWN = {"connection", "content-length", "transfer-encoding", "server"}


class Gate:
    """Listens on `url` while entered, and passes every request on to `target`.

    `before_write` and `after_write` are called in the thread of a request that holds a mutation: before it reaches the
    target, and when the target has answered but the client does not know yet; `before_read` for any other request.
    """

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self.before_read: Callable[[], None] = _nothing
        self.before_write: Callable[[], None] = _nothing
        self.after_write: Callable[[], None] = _nothing
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status, headers, answer = gate._pass_on(self.path, dict(self.headers), body)
                try:
                    self.send_response_only(status)
                    for name, value in headers:
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        Handler.protocol_version = "HTTP/1.1"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False  # so that the end waits for every request in progress
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _pass_on(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        writes = b"mutation" in body
        (self.before_write if writes else self.before_read)()
        connection = http.client.HTTPConnection(self._target.netloc, timeout=300)
        connection.request("POST", path, body, {k: v for k, v in headers.items() if k.lower() != "host"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if writes:
            self.after_write()
        return response.status, [(k, v) for k, v in response.getheaders() if k.lower() not in _OWN], answer

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class Hold:
    """A place to wait: each thread that arrives sets `arrived`, then waits for `go_on`."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self._go_on = threading.Event()

    def __call__(self) -> None:
        self.arrived.set()
        self._go_on.wait(300)

    def go_on(self) -> None:
        """Release the waiting threads and all that arrive later."""
        self._go_on.set()


def _nothing() -> None:
    pass
