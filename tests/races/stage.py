"""The stage of races: machines with separate homes, one account, one store, and one clock for all of them.

Every command runs in a fork of this process. Each of its accesses (to Buffer or the store) is a *contact*, at
which it waits until this process lets it continue. So at any point another machine can run, time can pass, or the
command can be killed. `tests/lives` provides the account and its answers.
"""

from __future__ import annotations

import http.client
import io
import json
import mmap
import os
import queue
import signal
import socket
import struct
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bufferctl.cli import run as bufferctl
from bufferctl.errors import StateError
from bufferctl.run.files import Files
from bufferctl.state import Store, Stored
from tests.lives import world as lives
from tests.lives.account import Account
from tests.lives.endpoint import Cut, Endpoint, Fault

#: Seconds to wait for a contact before checking whether the command is still alive.
_PATIENCE = 0.05
#: Creates the store of a machine; a wrapper may drop data.
Opens = Callable[[], Store]


@dataclass
class Machine:
    """A machine. `opens`: opens its store."""

    name: str
    folder: Path
    opens: Opens

    @property
    def checkout(self) -> Path:
        """Its checkout of the project."""
        return self.folder / "checkout"

    def write(self, files: dict[str, str]) -> None:
        """Set the content of the files in its checkout."""
        for path in self.checkout.rglob("*.yaml"):
            path.unlink()
        for name, text in files.items():
            path = self.checkout / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Contact:
    """A command is about to access something, or has just done so.

    `what`: `read` or `write` (Buffer), `fetch` or `swap` (the store); `after`: it is done, and the answer is in flight.
    """

    number: int
    what: str
    after: bool


@dataclass(frozen=True)
class Ran:
    """A command's output and exit code; negative: the signal that killed it."""

    machine: str
    arguments: tuple[str, ...]
    code: int
    out: str = ""
    err: str = ""

    def __str__(self) -> str:
        return f"{self.machine}{lives.Ran(self.arguments, self.code, self.out, self.err, killed=self.code < 0)}"

    @property
    def json(self) -> dict[str, Any]:
        """The output as JSON, empty if it is not JSON."""
        try:
            return dict(json.loads(self.out))
        except ValueError:
            return {}


#: The reply to a contact: `go`; `still` (the clocks of the machine stood still); for the store `fail` (it cannot be
#: reached) and `lose` (done, but the answer is lost). A signal is sent to the command, which goes on.
Answer = str
#: Decides at each contact of a command, and may run other commands before it answers.
Decide = Callable[[Contact], Answer | signal.Signals]


class Killed(Exception):  # noqa: N818 - an event of a command, not an error of ours
    """The command must die at this contact."""


@dataclass
class _Running:
    """A running command."""

    machine: Machine
    endpoint: Endpoint
    #: Seconds during which the machine's clocks stood still, as the process sees them.
    still: mmap.mmap
    contacts: queue.Queue[tuple[str, bool, queue.Queue[str]]] = field(default_factory=queue.Queue)
    number: int = 0


class Stage:
    """The server for all commands, and the clock. One race at a time."""

    def __init__(self) -> None:
        handler = type("Handler", (_Handler,), {"stage": self})
        self._http = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self._clock = mmap.mmap(-1, 16)
        self.failures: list[BaseException] = []
        self.account = Account([])
        self._later: list[Any] = []
        self._running: dict[str, _Running] = {}
        self._lock = threading.RLock()

    def begin(self, account: Account) -> None:
        """A new account."""
        self.account, self._later, self._running, self.failures = account, [], {}, []
        self._show()

    def warm_up(self, machine: Machine) -> None:
        """Run a command in this process, so that no fork has to repeat slow first-time work."""
        names = self._environment(machine)
        with patch.dict(os.environ, names), chdir(machine.checkout), redirect_stdout(io.StringIO()):
            for _ in range(2):
                bufferctl(["apply", "--auto-approve", "--json"])

    def stop(self) -> None:
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()

    def pass_time(self, seconds: float) -> None:
        """Let time pass, for the account and every machine."""
        with self._lock:
            self._endpoint("").pass_time(seconds)
            self._show()

    def run(self, machine: Machine, *arguments: str, decide: Decide | None = None, fault: Fault | None = None) -> Ran:
        """Run a command on a machine to its end; `decide` answers each of its contacts."""
        endpoint = self._endpoint(machine.name)
        endpoint.begin("one", fault)
        running = self._running[machine.name] = _Running(machine, endpoint, mmap.mmap(-1, 8))
        child, printed = self._fork(machine, arguments, running.still)
        endpoint.kill = lambda: os.kill(child, signal.SIGKILL)
        status = None
        while status is None:
            try:
                what, after, reply = running.contacts.get(timeout=_PATIENCE)
            except queue.Empty:
                done, code = os.waitpid(child, os.WNOHANG)
                status = code if done else None
                continue
            if what == "end":
                reply.put("go")
                status = os.waitpid(child, 0)[1]
                continue
            running.number += 1
            try:
                answer = decide(Contact(running.number, what, after)) if decide else "go"
                if isinstance(answer, signal.Signals):
                    os.kill(child, answer)
                    answer = "go"
                reply.put(answer)
            except Killed:
                os.kill(child, signal.SIGKILL)
                reply.put("go")
        del self._running[machine.name]
        if self.failures:
            raise self.failures.pop()
        if os.WIFSIGNALED(status):
            return Ran(machine.name, arguments, -os.WTERMSIG(status))
        code, out, err = json.loads(printed.read_text(encoding="utf-8"))
        return Ran(machine.name, arguments, code, out, err)

    def document(self, opens: Opens) -> dict[str, Any]:
        """The document in the store, read by a separate process; empty if there is none."""
        read, write = os.pipe()
        child = _forked()
        if child == 0:
            try:
                with os.fdopen(write, "wb") as stream:
                    stream.write(opens().read().document or b"{}")
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as stream:
            raw = stream.read()
        os.waitpid(child, 0)
        return dict(json.loads(raw))

    def contact(self, name: str, what: str, *, after: bool) -> Answer:
        """Wait until the command may continue."""
        running = self._running.get(name)
        if running is None:
            return "go"
        reply: queue.Queue[str] = queue.Queue()
        before = self._now()
        running.contacts.put((what, after, reply))
        answer = reply.get()
        if answer == "still":
            running.still[:] = struct.pack("d", _seconds(running.still) + self._now() - before)
            return "go"
        return answer

    def answer(self, name: str, body: bytes) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Buffer's answer: status, headers and JSON. Raises Cut."""
        what = "write" if b"mutation" in body[:40] else "read"
        if self.contact(name, what, after=False) == "drop":
            raise Cut
        with self._lock:
            answer = self._endpoint(name).answer(body)
            self._show()
        self.contact(name, what, after=True)
        return answer

    def _endpoint(self, name: str) -> Endpoint:
        """The endpoint as one machine sees it: with its own faults, and everybody's late writes."""
        endpoint = Endpoint(self.account)
        endpoint._later = self._later
        running = self._running.get(name)
        return running.endpoint if running else endpoint

    def _show(self) -> None:
        self._clock[:8] = struct.pack("d", self.account.now.timestamp())

    def _now(self) -> float:
        return _seconds(self._clock)

    def _fork(self, machine: Machine, arguments: tuple[str, ...], still: mmap.mmap) -> tuple[int, Path]:
        printed = machine.folder / "printed.json"
        child = _forked()
        if child == 0:
            try:
                self._in_the_fork(machine, arguments, printed, still)
            except BaseException:  # noqa: BLE001 - it must not continue as the parent
                traceback.print_exc()
            finally:
                os._exit(9)
        return child, printed

    def _in_the_fork(self, machine: Machine, arguments: tuple[str, ...], printed: Path, still: mmap.mmap) -> None:
        out, err = io.StringIO(), io.StringIO()
        line = _Line(self.url, machine.name)
        os.environ.update(self._environment(machine))
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the program begins
        with (
            chdir(machine.checkout),
            redirect_stdout(out),
            redirect_stderr(err),
            self._clocks(line, still),
            patch.object(Files, "store", lambda files, named, listener: _Watched(machine.opens(), line)),
        ):
            code = bufferctl(list(arguments))
        printed.write_text(json.dumps([code, out.getvalue(), err.getvalue()]), encoding="utf-8")
        line.say("end")
        os._exit(0)

    def _environment(self, machine: Machine) -> dict[str, str]:
        return {
            "XDG_STATE_HOME": str(machine.folder / "home"), "BUFFER_API_URL": self.url,
            "BUFFER_API_KEY": machine.name, "COLUMNS": "100", "NO_COLOR": "1",
        }  # fmt: skip

    @contextmanager
    def _clocks(self, line: _Line, still: mmap.mmap) -> Iterator[None]:
        """Clocks that follow the account's, two that count sleep and one that does not; waiting moves them all."""
        began, real_wait, real_monotonic, real_time = self._now(), threading.Event.wait, time.monotonic, time.time
        main = threading.get_ident()

        def sleep(seconds: float) -> None:
            line.say(f"sleep {seconds}")

        def wait(event: threading.Event, timeout: float | None = None) -> bool:
            if timeout is None or threading.get_ident() != main:
                return real_wait(event, timeout)
            if not event.is_set():
                sleep(timeout)
            return event.is_set()

        def passed() -> float:
            return self._now() - began - _seconds(still)

        def gettime(clock: int) -> float:
            return real_monotonic() + passed()

        with (
            patch.object(time, "sleep", sleep),
            patch.object(time, "monotonic", lambda: real_monotonic() + passed() - line.asleep),
            patch.object(time, "clock_gettime", gettime),
            patch.object(time, "time", lambda: real_time() + passed()),
            patch.object(threading.Event, "wait", wait),
        ):
            yield


def _seconds(memory: mmap.mmap) -> float:
    seconds: float = struct.unpack("d", memory[:8])[0]
    return seconds


class _Line:
    """A command's connection to this process. `asleep`: seconds during which its machine slept."""

    def __init__(self, url: str, name: str) -> None:
        self._address, self._name = url.removeprefix("http://"), name
        self.asleep = 0.0

    def say(self, what: str) -> Answer:
        """Report an event, and wait for the reply."""
        connection = http.client.HTTPConnection(self._address)
        connection.request("POST", f"/{self._name}", what)
        answer = connection.getresponse().read().decode()
        connection.close()
        answer, _, asleep = answer.partition(" ")
        self.asleep += float(asleep or 0)
        return answer


class _Watched:
    """A store whose every use is a contact; the race can make it unreachable or lose its answer."""

    is_shared = True

    def __init__(self, store: Store, line: _Line) -> None:
        self._store, self._line = store, line
        self.place = store.place

    def check_writable(self) -> None:
        """As `Store`."""

    def others(self) -> Mapping[str, bytes]:
        """As `Store`."""
        return self._store.others()

    def read(self) -> Stored:
        """As `Store`."""
        self._contact("fetch before")
        stored = self._store.read()
        self._contact("fetch after")
        return stored

    def swap(self, document: bytes, version: str, message: str, *, squash: bool = False) -> str:
        """As `Store`."""
        self._contact("swap before")
        new = self._store.swap(document, version, message, squash=squash)
        self._contact("swap after")
        return new

    def _contact(self, what: str) -> None:
        if self._line.say(what) != "go":
            raise StateError("The store cannot be reached", hint="Try again.")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore errors: a killed command's connections end with it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    stage: Stage

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            if self.path == "/":
                self._buffer(body)
            else:
                self._line(self.path[1:], body.decode())
        except Cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # the command was killed
            self.close_connection = True
        except Exception as failure:
            self.stage.failures.append(failure)
            raise

    def _buffer(self, body: bytes) -> None:
        name = self.headers["Authorization"].removeprefix("Bearer ")
        status, headers, answer = self.stage.answer(name, body)
        limits = '"100-in-15min"; r=90; t=600, "500-in-1day"; r=400; t=32871'
        policy = '"100-in-15min"; q=100; w=900, "500-in-1day"; q=500; w=86400'
        now = format_datetime(self.stage.account.now, usegmt=True)
        given = {"Date": now, "Content-Type": "application/json", "RateLimit": limits, "RateLimit-Policy": policy}
        self._send(status, given | headers, json.dumps(answer).encode())

    def _line(self, name: str, what: str) -> None:
        word, _, rest = what.partition(" ")
        before = self.stage._now()
        answer = "go"
        if word == "sleep":
            self.stage.pass_time(float(rest))
        else:
            answer = self.stage.contact(name, word, after=rest == "after")
        slept = 0.0 if word == "sleep" else self.stage._now() - before
        self._send(200, {}, f"{answer} {slept}".encode())

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        head = "".join(f"{k}: {v}\r\n" for k, v in {**headers, "Content-Length": str(len(content))}.items())
        self.wfile.write(f"HTTP/1.1 {status} Answer\r\n{head}\r\n".encode() + content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""


def _forked() -> int:
    with warnings.catch_warnings():  # other threads only serve; the fork needs none of them
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()
