"""Where bufferctl runs: machines with a user's state folder, checkouts with files, and a clock that sleeping moves.

A command runs in this process, which loads everything once; one that is to be killed runs in a fork, which the
endpoint ends with SIGKILL at the chosen request. State and journal are real files, which steps copy, delete and
restore.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import shutil
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bufferctl.cli import run as bufferctl
from tests.lives.account import Account
from tests.lives.endpoint import Endpoint, Fault, Server
from tests.waiting import without_waiting

#: Seconds, the users' default; sleeping costs nothing here.
SETTLE = 30


@dataclass(frozen=True)
class Ran:
    """A command's output and exit code; `killed`: it was ended by a signal."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str
    killed: bool = False

    @property
    def json(self) -> dict[str, Any]:
        """The output as JSON, empty if it is not JSON."""
        with suppress(ValueError):
            return dict(json.loads(self.out))
        return {}

    @property
    def shown(self) -> str:
        """The whole output, as a terminal shows it."""
        printed = without_waiting(self.err)
        errors = f"--- stderr\n{printed}" if printed else ""
        return f"$ bufferctl {' '.join(self.arguments)}\n{self.out}{errors}--- exit code {self.code}\n"

    def __str__(self) -> str:
        end = "killed" if self.killed else f"exit {self.code}"
        lines = [f"$ bufferctl {' '.join(self.arguments)}: {end}"]
        report = self.json
        lines += [self.out[-4000:]] if not report else []
        for title, part in (("", report), ("plan: ", report.get("plan")), ("left: ", report.get("left"))):
            lines += [f"  {title}{_line(each)}" for each in (part or {}).get("changes", ())]
        lines += [f"  outcome: {_line(each)}" for each in report.get("outcomes") or ()]
        lines += [f"  stopped: {report['stopped']}"] if report.get("stopped") else []
        return "\n".join([*lines, self.err[-2000:]])


def _line(change: dict[str, Any]) -> str:
    said = [change.get(name) for name in ("address", "action", "status", "cause", "reason", "id", "message")]
    return " ".join(str(each) for each in said if each)


@dataclass
class Checkout:
    """A project's files on a machine: `home` is the user's folder, with journal and lock."""

    project: str
    folder: Path
    home: Path

    def write(self, files: dict[str, str]) -> None:
        """Set the content of the files; the state stays."""
        for path in [*self.folder.glob("*.yaml"), *self.folder.glob("posts/*.yaml")]:
            if str(path.relative_to(self.folder)) not in files:
                path.unlink()
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    @property
    def state(self) -> Path:
        """The folder of the state file."""
        return self.folder / ".bufferctl"

    @property
    def journal(self) -> Path:
        """The user's state folder."""
        return self.home / "bufferctl"

    def recorded(self) -> str:
        """State and journal as one text, to search for ids."""
        files = [*self.state.rglob("*"), *self.journal.rglob("*")]
        return "\n".join(path.read_text("utf-8", "replace") for path in files if path.is_file())

    def bytes(self) -> dict[str, bytes]:
        """The content of every file of state and journal, by path, but for the note of where a project's state is."""
        files = [*self.state.rglob("*"), *self.journal.rglob("*")]
        return {str(path): path.read_bytes() for path in files if path.is_file() and path.parent.name != "places"}


@dataclass
class World:
    """An account, its endpoint, and its checkouts."""

    folder: Path
    server: Server
    endpoint: Endpoint
    log: list[Ran] = field(default_factory=list)
    _child: int = 0
    _ready: threading.Event = field(default_factory=threading.Event)

    @property
    def account(self) -> Account:
        """The account."""
        return self.endpoint.account

    def checkout(self, project: str, machine: str) -> Checkout:
        """The project's checkout on a machine, created if missing."""
        made = Checkout(project, self.folder / machine / project, self.folder / machine / "home")
        made.folder.mkdir(parents=True, exist_ok=True)
        return made

    def run(self, at: Checkout, *arguments: str, fault: Fault | None = None) -> Ran:
        """Run a command in a checkout."""
        self.endpoint.begin(at.project, fault)
        environment = {
            "XDG_STATE_HOME": str(at.home), "BUFFER_API_URL": self.server.url, "BUFFER_API_KEY": "oracle",
            "COLUMNS": "100", "NO_COLOR": "1",
        }  # fmt: skip
        with patch.dict(os.environ, environment), chdir(at.folder):
            ran = self._forked(arguments) if fault and fault.kind == "kill" else self._here(arguments)
        self.log.append(ran)
        if self.server.failures:
            raise self.server.failures.pop()
        return ran

    def _here(self, arguments: tuple[str, ...]) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), _sleeping(self.endpoint.pass_time):
            code = bufferctl(list(arguments))
        return Ran(arguments, code, out.getvalue(), err.getvalue())

    def _forked(self, arguments: tuple[str, ...]) -> Ran:
        printed = self.folder / "printed.json"
        printed.unlink(missing_ok=True)
        begin, go = os.pipe()
        with warnings.catch_warnings():  # other threads only serve; the fork needs none of them
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            self._in_the_fork(arguments, begin, printed)
        self.endpoint.kill = lambda: os.kill(child, signal.SIGKILL)
        os.write(go, b"!")
        _, status = os.waitpid(child, 0)
        os.close(begin)
        os.close(go)
        if os.WIFSIGNALED(status):
            return Ran(arguments, -os.WTERMSIG(status), "", "", killed=True)
        code, out, err = json.loads(printed.read_text(encoding="utf-8"))
        return Ran(arguments, code, out, err)

    def _in_the_fork(self, arguments: tuple[str, ...], begin: int, printed: Path) -> None:
        """Never returns."""
        try:
            os.read(begin, 1)
            out, err = io.StringIO(), io.StringIO()
            with redirect_stdout(out), redirect_stderr(err), _sleeping(self._sleep_from_afar):
                code = bufferctl(list(arguments))
            printed.write_text(json.dumps([code, out.getvalue(), err.getvalue()]), encoding="utf-8")
        finally:
            os._exit(0)

    def _sleep_from_afar(self, seconds: float) -> None:
        connection = http.client.HTTPConnection(self.server.url.removeprefix("http://"))
        connection.request("POST", "/sleep", str(seconds))
        connection.getresponse().read()
        connection.close()


@contextmanager
def _sleeping(pass_time: Callable[[float], None]) -> Iterator[None]:
    """Make sleeping, and waiting for an event with a timeout, move the account's clock instead."""
    real_wait, slept = threading.Event.wait, [0.0]
    real_monotonic, real_gettime, main = time.monotonic, time.clock_gettime, threading.get_ident()

    def sleep(seconds: float) -> None:
        slept[0] += seconds
        pass_time(seconds)

    def wait(event: threading.Event, timeout: float | None = None) -> bool:
        if timeout is None or threading.get_ident() != main:
            return real_wait(event, timeout)
        if not event.is_set():
            sleep(timeout)
        return event.is_set()

    def monotonic() -> float:
        return real_monotonic() + slept[0]

    with (
        patch.object(time, "sleep", sleep),
        patch.object(time, "monotonic", monotonic),
        patch.object(time, "clock_gettime", lambda clock: real_gettime(clock) + slept[0]),
        patch.object(threading.Event, "wait", wait),
    ):
        yield


def copy_folder(source: Path, target: Path) -> None:
    """Replace a folder with a copy of another; does nothing if there is no source."""
    shutil.rmtree(target, ignore_errors=True)
    if source.exists():
        shutil.copytree(source, target)
