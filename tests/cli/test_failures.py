"""Every failure of the API as a user sees it: one message, the fix, the right exit code, never the key."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stamina

from tests.cli.conftest import Prints, Project, Ran

#: A key that is easy to find in any output.
KEY = "bk_live_THE-KEY-THAT-NOBODY-MAY-SEE-0123456789abcdef"
CONFIG = "version: 1\norganizations:\n  - {name: Acme, channels: [{service: twitter, name: acme}]}\n"
JSON = "application/json"


@pytest.fixture
def services() -> Collection[str]:
    """All: messages name the channels that there are."""
    return ()


@dataclass
class Answer:
    """A server's answer to every request. `waits`: it does not answer until the end of the test."""

    status: int
    body: str
    type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    waits: bool = False


def refusal(message: str, code: str, **extensions: str) -> str:
    """An `errors` body in Buffer's form."""
    return json.dumps({"errors": [{"message": message, "extensions": {"code": code, **extensions}}]})


@pytest.fixture
def server(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], list[str]]]:
    """Start a server with a single answer; returns the list of keys that it receives."""
    over = threading.Event()
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> list[str]:
        keys: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                keys.append(self.headers.get("authorization", ""))
                if answer.waits:
                    over.wait(300)
                self.send_response_only(answer.status)
                body = answer.body.encode()
                headers = {"content-type": answer.type, "content-length": str(len(body)), **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                with suppress(ConnectionError):  # a client that does not wait
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        started = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=started.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(started)
        monkeypatch.setenv("BUFFER_API_URL", f"http://127.0.0.1:{started.server_port}")
        return keys

    yield start
    over.set()
    for each in servers:
        each.shutdown()
        each.server_close()


@pytest.fixture(autouse=True)
def user(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user with that key and a buffer.yaml; reads are retried without real waiting."""
    monkeypatch.setenv("BUFFER_API_KEY", KEY)
    (environment / "buffer.yaml").write_text(CONFIG, encoding="utf-8")
    with stamina.set_testing(True, attempts=2):
        yield


def fails(run: Callable[..., Ran], *arguments: str) -> Ran:
    """Run a command, again with --debug, and check what holds for every failure; returns the first run's result."""
    ran = run(*arguments)
    debugged = run(*arguments, "--debug")
    for each in (ran, debugged):
        assert KEY not in each.out + each.err
        assert KEY[8:30] not in each.out + each.err
        assert "Traceback" not in each.err
        assert each.err.count("error: ") == 1
        assert "\n  hint: " in each.err
        assert each.out == ""
    assert (debugged.code, debugged.err[-40:]) == (ran.code, ran.err[-40:])
    return ran


REFUSED = [
    ("401", Answer(401, refusal("An authentication JWT or Access Token is required", "UNAUTHENTICATED"))),
    ("401-other-code", Answer(401, refusal("Not authorized", "UNAUTHORIZED"))),
    ("401-in-200", Answer(200, refusal("Not authorized", "UNAUTHORIZED"))),
    ("403", Answer(403, refusal("You may not do this", "FORBIDDEN"))),
    ("403-not-json", Answer(403, "error code: 1010", "text/plain")),
    ("429-seconds", Answer(429, refusal("Too many requests from this client. Please try again later.",
                                        "RATE_LIMIT_EXCEEDED", window="15m"), headers={"Retry-After": "540"})),
    ("429-a-day", Answer(429, refusal("Too many requests from this client. Please try again later.",
                                      "RATE_LIMIT_EXCEEDED", window="1d"), headers={"Retry-After": "32871"})),
    ("429-bare", Answer(429, "", "text/plain")),
    ("500", Answer(500, refusal("Internal server error", "INTERNAL_SERVER_ERROR"))),
    ("502-html", Answer(502, "<html><h1>Bad Gateway</h1></html>", "text/html")),
    ("503", Answer(503, "", "text/plain")),
    ("html-for-json", Answer(200, "<!DOCTYPE html><title>Log in</title>", "text/html")),
    ("broken-json", Answer(200, '{"data": {"account": {"organi')),
    ("other-json", Answer(200, '["hello"]')),
    ("empty", Answer(200, "")),
    ("no-data", Answer(200, '{"data": null}')),
    ("graphql-validation", Answer(400, refusal('Cannot query field "organizations" on type "Account".',
                                               "GRAPHQL_VALIDATION_FAILED"))),
    ("graphql-unexpected", Answer(200, refusal("An unexpected error occurred", "UNEXPECTED"))),
    ("graphql-other", Answer(200, refusal("This is not possible at the moment", "NOT_POSSIBLE"))),
    ("404", Answer(404, "Not Found", "text/plain")),
    ("redirect", Answer(302, "", headers={"Location": "https://login.acme.example/"})),
    ("too-large", Answer(413, "Payload Too Large", "text/plain")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), REFUSED)
def test_answer(
    server: Callable[[Answer], list[str]], run: Callable[..., Ran], prints: Prints, name: str, answer: Answer
) -> None:
    """Any answer other than data. The key was sent, and is not shown anywhere."""
    keys = server(answer)
    prints(f"failures/{name}", fails(run, "plan"))
    assert set(keys) == {f"Bearer {KEY}"}


@pytest.mark.parametrize("arguments", [("apply", "--auto-approve"), ("init", "-f", "new.yaml"),
                                       ("import", "Acme/twitter:acme/x", "66a000000000000000000999")])  # fmt: skip
@pytest.mark.parametrize(("status", "code"), [(401, 4), (429, 5), (500, 1)])
def test_every_command(
    server: Callable[[Answer], list[str]],
    run: Callable[..., Ran],
    environment: Path,
    arguments: tuple[str, ...],
    status: int,
    code: int,
) -> None:
    """The same for the other commands that ask Buffer; they write nothing."""
    (environment / "buffer.yaml").write_text(CONFIG.replace("acme}]", "acme, posts: [{key: x, text: X}]}]"))
    server(Answer(status, refusal("No", {401: "UNAUTHORIZED", 429: "RATE_LIMIT_EXCEEDED"}.get(status, "UNEXPECTED"))))
    assert fails(run, *arguments).code == code
    assert sorted(path.name for path in environment.iterdir()) in (["buffer.yaml"], [".bufferctl", "buffer.yaml"])


def test_timeout(server: Callable[[Answer], list[str]], run: Callable[..., Ran], prints: Prints) -> None:
    """No answer within --timeout seconds."""
    server(Answer(200, "", waits=True))
    prints("failures/timeout", fails(run, "plan", "--timeout", "0.2"))


def test_refused_port(run: Callable[..., Ran], prints: Prints, monkeypatch: pytest.MonkeyPatch) -> None:
    """No server listens on that port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("BUFFER_API_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        prints("failures/refused-port", fails(run, "plan"))


def test_no_such_host(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that does not exist; `.invalid` never resolves. The system's wording differs."""
    monkeypatch.setenv("BUFFER_API_URL", "https://buffer.invalid")
    ran = fails(run, "plan", "--timeout", "5")
    assert (ran.code, ran.err.startswith("error: buffer.invalid cannot be reached: ")) == (1, True)


def test_connection_that_breaks(server: Callable[[Answer], list[str]], run: Callable[..., Ran], prints: Prints) -> None:
    """A server that closes the connection halfway."""
    server(Answer(200, "{", headers={"content-length": "100"}))
    prints("failures/hung-up", fails(run, "plan"))


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("plain-http", "http://api.buffer.com"),
        ("plain-http-elsewhere", "http://192.0.2.1:8080/graphql"),
        ("not-an-address", "api.buffer.com"),
        ("another-scheme", "ftp://api.buffer.com"),
        ("with-a-password", "https://ada:secret-word@api.buffer.com"),
    ],
)
def test_address_that_the_key_must_not_go_to(run: Callable[..., Ran], prints: Prints, name: str, url: str) -> None:
    """Refused as a usage error before anything is sent; a password in it is not repeated."""
    ran = fails(run, "plan", "--api-url", url)
    prints(f"failures/url-{name}", ran)
    assert ran.code == 64
    assert "secret-word" not in ran.err


@pytest.mark.parametrize(("name", "key"), [("none", None), ("empty", ""), ("blank", " \n")])
def test_no_key(
    server: Callable[[Answer], list[str]],
    run: Callable[..., Ran],
    prints: Prints,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    key: str | None,
) -> None:
    """No key at all: exit 4, where to get one, and nothing sent."""
    keys = server(Answer(200, "{}"))
    monkeypatch.delenv("BUFFER_API_KEY")
    if key is not None:
        monkeypatch.setenv("BUFFER_API_KEY", key)
    prints("failures/no-key", fails(run, "plan"))
    assert keys == []


def test_key_that_cannot_be_one(
    server: Callable[[Answer], list[str]], run: Callable[..., Ran], prints: Prints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whitespace inside the key, or non-ASCII letters: exit 4, and nothing sent."""
    keys = server(Answer(200, "{}"))
    monkeypatch.setenv("BUFFER_API_KEY", f"{KEY} {KEY}")
    prints("failures/odd-key", fails(run, "plan"))
    assert keys == []


def test_key_file(
    server: Callable[[Answer], list[str]], run: Callable[..., Ran], environment: Path, prints: Prints
) -> None:
    """--api-key-file: the content without whitespace or byte order mark is the key; exit 4 if it is empty."""
    keys = server(Answer(401, refusal("No", "UNAUTHORIZED")))
    (environment / "key").write_bytes(b"\xef\xbb\xbfbk_of_the_file\r\n")
    assert run("plan", "--api-key-file", "key").code == 4
    assert keys == ["Bearer bk_of_the_file"]
    (environment / "key").write_text("\n")
    prints("failures/no-key-file", fails(run, "plan", "--api-key-file", "nowhere"))
    prints("failures/empty-key-file", fails(run, "plan", "--api-key-file", "key"))


def test_key_is_not_an_option(run: Callable[..., Ran]) -> None:
    """There is no --api-key: it would be visible in the process list."""
    assert run("plan", "--api-key", KEY).code == 64


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("organization", "version: 1\norganizations: [{name: Amce}]\n"),
        ("organization-id", "version: 1\norganizations: [{id: 66a000000000000000000999}]\n"),
        (
            "channel",
            """\
version: 1
organizations:
  - name: Globex
    channels:
      - {service: twitter, name: globe}
      - {service: bluesky, name: globex}
""",
        ),
        (
            "channel-id",
            """\
version: 1
organizations:
  - name: Globex
    channels: [{service: twitter, id: 66a000000000000000000999}]
""",
        ),
    ],
)
def test_names_that_the_account_does_not_have(
    project: Project, prints: Prints, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    """Each one at its place, with the available names and ids; Buffer gets no further request: exit 1."""
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    project.write("buffer.yaml", text)
    prints(f"failures/unknown-{name}", project("plan"))


def test_write_of_unknown_outcome(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 502 after the write: looked up before the next request, found, and not sent again."""
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    project.write("buffer.yaml", CONFIG.replace("acme}]", "acme, posts: [{key: x, text: X}]}]"))
    project.sandbox.set_faults("5xx-after@createPost#1")
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert (ran.code, ran.outcomes) == (0, ["x created"])
    assert len(project.sandbox.posts()) == 1


def test_quota_runs_out_at_the_write(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quota runs out at the write: exit 5, nothing sent, and when to come back."""
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    project.write("buffer.yaml", CONFIG.replace("acme}]", "acme, posts: [{key: x, text: X}]}]"))
    project.sandbox.set_faults("rate-limit@createPost")
    ran = project("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    assert (ran.code, ran.outcomes) == (5, ["x not sent"])
    assert "All requests of the last 15 minutes are used up" in ran.err
    assert "Run the same command again in 15 minutes." in ran.err
    assert project.sandbox.posts() == []
