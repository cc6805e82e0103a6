"""What the fakes of GitHub and GitLab share: HTTP on loopback, routes, a git repository behind it."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

TOKEN = "ghs_the-token-that-nobody-may-see"

Route = tuple[str, str, Callable[..., Any]]


class RefusalError(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, message: str = "Not Found") -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    values: dict[str, Any]


@dataclass(frozen=True)
class Elsewhere:
    """An answer that leads to another address."""

    url: str


@dataclass
class Served:
    """A server on loopback whose answers come from `answer`; bytes go out as they are, all else as JSON."""

    answer: Callable[[Asked], Any]
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin to listen."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):  # whatever the method
                    return lambda: outer._one(self)
                raise AttributeError(name)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def _one(self, handler: BaseHTTPRequestHandler) -> None:
        split = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        query = dict(parse_qsl(split.query))
        asked = Asked(handler.command, split.path, query, headers, json.loads(body) if body else {})
        self.asked.append(asked)
        try:
            found = self.answer(asked)
        except RefusalError as error:
            self._send(handler, error.status, json.dumps({"message": str(error)}).encode(), {})
            return
        if isinstance(found, Elsewhere):
            self._send(handler, 302, b"", {"location": found.url})
        else:
            self._send(handler, 200, found if isinstance(found, bytes) else json.dumps(found).encode(), {})

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
        handler.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


def routed(asked: Asked, routes: list[Route]) -> Any:
    """The answer of the first route that fits; groups of its path are handed over, unquoted."""
    for method, path, answer in routes:
        match = re.fullmatch(path, asked.path)
        if match and method == asked.method:
            return answer(asked, *map(unquote, match.groups()))
    raise RefusalError(404)


def paged(asked: Asked, entries: list[Any]) -> list[Any]:
    """The page of a list that is asked for."""
    size, page = int(asked.query.get("per_page", 30)), int(asked.query.get("page", 1))
    return entries[size * (page - 1) : size * page]


class Repository:
    """The git repository of a forge, bare, and what is asked of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        """What a git command prints."""
        command = ["git", "-C", str(self.path), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def head(self, ref: str) -> str:
        """The commit that a ref is at. Raises RefusalError where there is none."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", ref)
        except subprocess.CalledProcessError:
            raise RefusalError(404) from None

    def between(self, since: str, commit: str) -> list[tuple[str, list[str]]]:
        """The commits that `commit` has and `since` has not, oldest first, with their parents."""
        lines = self.git("rev-list", "--reverse", "--topo-order", "--parents", f"{since}..{commit}").splitlines()
        return [(ids[0], ids[1:]) for ids in map(str.split, lines)]
