"""Git remotes under test: a bare repository reached by its path, and by HTTP through `git http-backend`."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bufferctl.state.git_store import GitStore

#: Hides the git settings of the user who runs the tests.
ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
#: The committer in the projects.
ANN = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ann"), ("EMAIL", "ann@acme.example"))
}


def git(folder: Path, *arguments: str, given: str = "") -> str:
    """Run git; returns its output. `given`: its input."""
    who = [
        part
        for name in ("user.name=Ann", "user.email=ann@acme.example", "init.defaultBranch=main")
        for part in ("-c", name)
    ]
    environment = {**os.environ, **ENVIRONMENT}
    ran = subprocess.run(
        ["git", *who, *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True, input=given
    )
    return ran.stdout.strip()


def remote(folder: Path) -> Path:
    """A bare repository."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--bare")
    git(folder, "config", "http.receivepack", "true")
    return folder


def clone(address: str, folder: Path) -> Path:
    """A project whose origin is at `address`, with one unpushed commit."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", address)
    (folder / "buffer.yaml").write_text("version: 1\n", encoding="utf-8")
    git(folder, "add", "buffer.yaml")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def store(project: Path, path: str = "state.json") -> GitStore:
    """The store of a project."""
    return GitStore(project, path)


def subjects(bare: Path, branch: str = "bufferctl-state") -> list[str]:
    """The messages of a branch's commits, newest first."""
    return git(bare, "log", "--format=%s", branch).splitlines()


def spied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that gets each fetch and push of git, from a stub that then runs the real one."""
    noted, stub = tmp_path / "reached", tmp_path / "bin" / "git"
    real = shlex.quote(str(shutil.which("git")))
    stub.parent.mkdir()
    body = (
        f'for each in "$@"; do case "$each" in fetch|push|ls-remote) echo "$@" >>{shlex.quote(str(noted))};; esac; done'
    )
    stub.write_text(f'#!/bin/sh\n{body}\nexec {real} "$@"\n', encoding="utf-8")
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{stub.parent}:{os.environ['PATH']}")
    return noted


@dataclass
class Server:
    """The behavior and address of the HTTP server.

    `password`: base64 of `user:password` if one is needed; a request without one gets 401, with a wrong one 403, and
    with it twice 400, as on GitHub. `refused`: these answers.
    `lost`: how many pushes are carried out without an answer; `down`: how many are not carried out. `asked`: the
    requested services, such as `git-receive-pack`.
    """

    folder: Path
    password: str = ""
    lost: int = 0
    down: int = 0
    address: str = ""
    asked: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


class _Backend(BaseHTTPRequestHandler):
    """`git http-backend` as CGI."""

    protocol_version = "HTTP/1.1"  # several requests on a connection, as forges allow
    behaviour: Server

    def do_GET(self) -> None:
        """The first request of a fetch."""
        self._serve()

    def do_POST(self) -> None:
        """The data of fetch and push."""
        self._serve()

    def _serve(self) -> None:
        given, body = self.headers.get_all("Authorization") or [], self._body()
        if self.behaviour.password and given != [f"Basic {self.behaviour.password}"]:
            self.behaviour.refused.append((401, 403, 400)[len(given)])
            self.send_response(self.behaviour.refused[-1])
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        if self.command == "POST":
            self.behaviour.asked.append(path.rpartition("/")[2])
            if self.behaviour.down and path.endswith("git-receive-pack"):
                self.behaviour.down -= 1
                self.send_error(503)
                return
        ran = subprocess.run(
            ["git", "http-backend"],
            input=body,
            env={
                **os.environ,
                **ENVIRONMENT,
                "GIT_PROJECT_ROOT": str(self.behaviour.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": "ann",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
            check=False,
            capture_output=True,
        )
        if self.behaviour.lost and path.endswith("git-receive-pack") and self.command == "POST":
            self.behaviour.lost -= 1
            self.close_connection = True
            return
        head, _, answer = ran.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        headers["Content-Length"] = str(len(answer))
        self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Log nothing."""


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Serve the bare repositories below a folder over HTTP."""
    behaviour = Server(folder)
    handler = type("Backend", (_Backend,), {"behaviour": behaviour})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        behaviour.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield behaviour
        finally:
            server.shutdown()
            thread.join()
