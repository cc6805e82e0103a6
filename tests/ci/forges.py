"""Shared by the fakes of GitHub and GitLab: routes for HTTP requests, pages, a bare git repository."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

import httpx2

from bufferctl.sandbox import Clock

TOKEN = "ghs_the-token-that-nobody-may-see"
#: The host of artifacts, which is not the API's.
STORAGE = "https://storage.example"

Route = tuple[str, str, Callable[..., Any]]
Handler = Callable[[httpx2.Request], httpx2.Response]


class RefusalError(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, message: str = "Not Found", **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


@dataclass
class Asked:
    """A parsed request."""

    method: str
    path: str
    query: dict[str, str]
    headers: httpx2.Headers
    values: dict[str, Any]


@dataclass(frozen=True)
class Elsewhere:
    """A redirect."""

    url: str


@dataclass
class Api:
    """A handler function for httpx2's MockTransport; bytes are sent unchanged, everything else as JSON."""

    answer: Callable[[Asked], Any]
    clock: Clock
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request."""
        content = request.read()
        path = request.url.raw_path.decode().partition("?")[0]
        values = json.loads(content) if content else {}
        asked = Asked(request.method, path, dict(request.url.params), request.headers, values)
        self.asked.append(asked)
        date = {"date": format_datetime(self.clock.now(), usegmt=True)}
        try:
            found = self.answer(asked)
        except RefusalError as error:
            return httpx2.Response(error.status, json={"message": str(error)}, headers={**date, **error.headers})
        if isinstance(found, Elsewhere):
            return httpx2.Response(302, headers={**date, "location": found.url})
        body: Any = {"content": found} if isinstance(found, bytes) else {"json": found}
        return httpx2.Response(200, headers=date, **body)


class Served:
    """A handler function behind HTTP on loopback, for separate programs; the storage is below a path."""

    _storage = "/storage"

    def __init__(self, handler: Handler) -> None:
        outer = self

        class OneRequest(BaseHTTPRequestHandler):
            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):  # for every method
                    return self._answer
                raise AttributeError(name)

            def _answer(self) -> None:
                content = self.rfile.read(int(self.headers.get("content-length", 0)))
                to_storage = self.path.startswith(outer._storage)
                url = f"{STORAGE}{self.path.removeprefix(outer._storage)}" if to_storage else f"{outer.url}{self.path}"
                headers = [each for each in self.headers.items() if each[0].lower() != "host"]
                answer = handler(httpx2.Request(self.command, url, headers=headers, content=content))
                self.send_response_only(answer.status_code)  # without a Date of this machine
                for name, value in answer.headers.items():
                    self.send_header(name, value.replace(STORAGE, f"{outer.url}{outer._storage}"))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), OneRequest)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        """Start listening."""
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._server.server_port}"


def routed(asked: Asked, routes: list[Route]) -> Any:
    """The answer of the first matching route, called with the groups of the path, unquoted."""
    for method, path, answer in routes:
        match = re.fullmatch(path, asked.path)
        if match and method == asked.method:
            return answer(asked, *map(unquote, match.groups()))
    raise RefusalError(404)


def paged(asked: Asked, entries: list[Any]) -> list[Any]:
    """The requested page of a list."""
    size, page = int(asked.query.get("per_page", 30)), int(asked.query.get("page", 1))
    return entries[size * (page - 1) : size * page]


class Repository:
    """The bare git repository of a forge, and queries about it. `hides_commits`: the forge lists none of a request."""

    def __init__(self, path: Path) -> None:
        self.path, self.hides_commits = path, False
        if not path.exists():
            path.mkdir(parents=True)
            self.git("init", "--quiet", "--bare", "--initial-branch", "main")

    def git(self, *arguments: str, given: str = "") -> str:
        """The output of a git command. `given`: its standard input."""
        command = ["git", "-C", str(self.path), *arguments]
        return subprocess.run(command, input=given, check=True, capture_output=True, text=True).stdout.strip()

    def head(self, ref: str) -> str:
        """The commit at a ref. Raises RefusalError if there is none."""
        at = self.path / (ref if ref.startswith("refs/") else f"refs/heads/{ref}")
        if at.is_file():  # as every branch here is: a process of git takes 100 times as long
            return at.read_text(encoding="utf-8").strip()
        if self._object(ref).is_file():
            return ref
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        except subprocess.CalledProcessError:
            raise RefusalError(404) from None

    def parents(self, commit: str) -> list[str]:
        """The parents of a commit."""
        head, _, _ = zlib.decompress(self._object(commit).read_bytes()).decode().partition("\n\n")
        return re.findall(r"^parent (\w+)$", head, re.MULTILINE)

    def _object(self, commit: str) -> Path:
        return self.path / "objects" / commit[:2] / commit[2:]

    def shown(self, base: str, head: str, path: str) -> set[int]:
        """The lines of a file that the diff of a request shows: the changed ones and three around each."""
        diff = self.git("diff", "--unified=3", f"{base}...{head}", "--", path)
        hunks = re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", diff, re.MULTILINE)
        return {line for start, number in hunks for line in range(int(start), int(start) + int(number or 1))}

    def written(self, base: str, head: str) -> list[tuple[str, str, list[str]]]:
        """The commits of a request, oldest first: the id, the author's email, and those of its co-authors."""
        if self.hides_commits:
            return []
        form = "%H%x00%ae%x00%(trailers:key=Co-authored-by,valueonly,separator=%x01)"
        lines = self.git("log", "--reverse", f"--format={form}", f"{base}..{head}").splitlines()
        found = []
        for line in lines:
            commit, author, trailers = line.split("\0")
            found.append((commit, author, re.findall(r"<([^<>]+)>", trailers)))
        return found

    def common(self, one: str, other: str) -> str:
        """The last commit that two have in common. Raises RefusalError if there is none."""
        try:
            return self.git("merge-base", one, other)
        except subprocess.CalledProcessError:
            raise RefusalError(404) from None

    def check_kept(self, commit: str) -> None:
        """Raises RefusalError if no branch has a commit any more, as after a force push."""
        if not self.git("for-each-ref", "--contains", self.head(commit), "refs/heads"):
            raise RefusalError(404)

    def line(self, commit: str) -> list[tuple[str, list[str]]]:
        """The commits up to `commit`, newest first, with their parents; all are new, by this machine's clock."""
        lines = self.git("rev-list", "--parents", commit).splitlines()
        return [(ids[0], ids[1:]) for ids in map(str.split, lines)]

    def between(self, since: str, commit: str) -> list[tuple[str, list[str]]]:
        """The commits in `commit` that are not in `since`, oldest first, with their parents."""
        lines = self.git("rev-list", "--reverse", "--topo-order", "--parents", f"{since}..{commit}").splitlines()
        return [(ids[0], ids[1:]) for ids in map(str.split, lines)]
