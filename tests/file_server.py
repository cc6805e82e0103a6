"""A file server on this machine, for fetching media: `files` and `statuses` may change while it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from threading import Thread


class FileServer(ThreadingHTTPServer):
    """Answers GET and HEAD below `url`, ranges too.

    `files`: bytes by path, such as `/a.png`. `statuses`: answered instead, by path. `requests`: method and path of
    each.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.files: dict[str, bytes] = {}
        self.statuses: dict[str, int] = {}
        self.requests: list[tuple[str, str]] = []


@contextmanager
def serving(files: dict[str, bytes] | None = None) -> Iterator[FileServer]:
    """A server for the duration of the context."""
    server = FileServer()
    server.files.update(files or {})
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requests.append((self.command, path))
        content = self.server.files.get(path)
        status = self.server.statuses.get(path) or (HTTPStatus.NOT_FOUND if content is None else HTTPStatus.OK)
        if status != HTTPStatus.OK or content is None:
            self._answer(status, b"", {"Content-Type": "text/plain"})
            return
        headers = {"Content-Type": guess_type(path)[0] or "application/octet-stream"}
        if asked := re.fullmatch(r"bytes=0-(\d+)", self.headers.get("Range", "")):
            part = content[: int(asked[1]) + 1]
            headers["Content-Range"] = f"bytes 0-{len(part) - 1}/{len(content)}"
            self._answer(HTTPStatus.PARTIAL_CONTENT, part, headers)
        else:
            self._answer(HTTPStatus.OK, content, headers)

    do_HEAD = do_GET  # noqa: N815 - http.server's name

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""
