"""The command line as a user has it: in-process, with the sandbox over loopback and a folder for each test."""

from __future__ import annotations

import inspect
import io
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest

from bufferctl.cli import run as bufferctl
from bufferctl.model import Service
from bufferctl.sandbox import Clock, Options, Sandbox, default_fixture
from bufferctl.sandbox.fixture import load
from bufferctl.sandbox.store import Store
from tests import forks
from tests.conftest import Expect
from tests.sandbox.near import Near
from tests.waiting import without_waiting

#: The sandbox's current time in these tests.
NOW = "2029-12-03T09:00:00Z"
#: The expected output of commands, one file per output.
CASES = Path(__file__).parent.parent / "cases" / "cli"


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def planned(self) -> list[str]:
        """`+ one`, `! two-3`: each item of the printed plan, by its sign and key."""
        body, _, needs = self.out.partition("\nNeeds you\n")
        clock = r"(?:(?:about )?\d\d:\d\d \S+  )?"
        found = re.findall(rf"^  (\S) {clock}([\w.-]+(?: \d+)?)  ", body, re.MULTILINE)
        found += (("!", name) for name in re.findall(r"^(?:  !|     ) ([\w.-]+(?: \d+)?)  (?=\S)", needs, re.MULTILINE))
        return [f"{sign} {name.replace(' ', '-')}" for sign, name in found]

    @property
    def outcomes(self) -> list[str]:
        """`one created`, `two not sent`: the outcome that an apply printed for each item, by name."""
        found = re.findall(r"^\S ([\w. -]+?)  .+, ([a-z ]+)$", self.out, re.MULTILINE)
        return [" ".join(each) for each in found]

    def snapshot(self) -> str:
        """The output as one text, with this run's ids and addresses replaced by stable ones."""
        text = f"{self.out}"
        if self.err:
            text += f"--- stderr\n{self.err}"
        text += f"--- exit code {self.code}\n"
        return normal(text)


def normal(text: str) -> str:
    """`text` with ids and ports numbered in the order in which they appear."""
    seen: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        return seen.setdefault(match[0], f"<id{len(seen) + 1}>")

    text = re.sub(r"\b(?!66a0)[0-9a-f]{24}\b", name, text)
    text = re.sub(r"\bDigest [0-9a-f]+", "Digest <digest>", text)
    return re.sub(r"\b(127\.0\.0\.1|localhost):\d+", "SANDBOX", text)


def run_in(folder: Path, *arguments: str) -> Ran:
    """Run a command in a folder."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = bufferctl(list(arguments))
    return Ran(code, out.getvalue(), without_waiting(err.getvalue()))


@dataclass
class Project:
    """A folder with a buffer.yaml, and a Buffer to apply it to."""

    folder: Path
    sandbox: Sandbox

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def __call__(self, *arguments: str) -> Ran:
        """Run a command in the folder."""
        return run_in(self.folder, *arguments)

    def apply(self, *arguments: str) -> Ran:
        """Apply without asking, and check that a second plan has nothing to write."""
        ran = self("apply", "--auto-approve", "--settle", "0", *arguments)
        self.assert_converged(ran)
        return ran

    def assert_converged(self, ran: Ran) -> None:
        """After this apply, a second plan has nothing to write."""
        again = self("plan", "--detailed-exitcode")
        is_refused = "These would go out during a freeze" in again.err  # nothing is left to send all the same
        assert again.code == int(is_refused), f"did not converge:\n{ran.out}{ran.err}\n{again.out}{again.err}"

    def kept(self, at: Path) -> Callable[[], None]:
        """Keep the files, the machine's own and the account below `at`; the function returned brings them back."""
        folders = {self.folder: at / "files", Path(os.environ["XDG_STATE_HOME"]): at / "machine"}
        for here, there in folders.items():
            shutil.copytree(here, there, symlinks=True)
        of_account = account_kept(self.sandbox)

        def again() -> None:
            for here, there in folders.items():
                shutil.rmtree(here)
                shutil.copytree(there, here, symlinks=True)
            of_account()

        return again

    @property
    def machine(self) -> Path:
        """What bufferctl keeps on the machine."""
        return self.folder.with_name("state-home")

    @property
    def state(self) -> Path:
        """The state file."""
        return self.folder / ".bufferctl" / "state.json"


def account_kept(sandbox: Sandbox) -> Callable[[], None]:
    """Keep the account of a sandbox and its time; the function returned brings them back."""
    account, now = sandbox.dump(), sandbox.clock.now()

    def again() -> None:
        sandbox.clock.set(now)
        before, sandbox.core.store = sandbox.core.store, Store()
        before.close()
        load(sandbox.core.store, account, now)

    return again


#: Slots on every day, which are as many objects as the rest of an account: most tests have those of Mondays alone.
WEEK = [
    {"day": day, "paused": False, "times": ["09:00", "17:00"]}
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
]


def account_of(services: Collection[str] = ()) -> dict[str, Any]:
    """The default account, with slots on Mondays. `services`: the networks of its channels, all if empty.

    Fewer channels and slots are faster to read.
    """
    account: dict[str, Any] = json.loads(_default_account())
    for organization in account["organizations"]:
        channels = [each for each in organization["channels"] if not services or each["service"] in services]
        organization["channels"] = [{"postingSchedule": WEEK[:1], **each} for each in channels]
    return account


@cache
def _default_account() -> str:
    """The account, as text, since each test changes its own."""
    return json.dumps(default_fixture())


def open_account(services: Collection[str] = ()) -> Sandbox:
    """The account of these networks at `NOW`, with nothing that limits files: approvals, many posts a day."""
    account = account_of(services)
    for organization in account["organizations"]:
        for channel in organization["channels"]:
            channel |= {"requiresApproval": True, "dailyPostingLimit": None}
    return Near(account, clock=Clock.at(NOW))


@contextmanager
def project_apart() -> Iterator[Project]:
    """A folder and an account for one example: a fixture would be shared by every example of a property."""
    with (
        tempfile.TemporaryDirectory() as name,
        open_account() as sandbox,
        patch.dict(os.environ, {"XDG_STATE_HOME": f"{name}/home", "BUFFER_API_KEY": "sandbox", "COLUMNS": "80"}),
        patch.dict(os.environ, {"BUFFER_API_URL": sandbox.url}),
    ):
        folder = Path(name, "project")
        folder.mkdir()
        yield Project(folder, sandbox)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's environment with only a key, and a terminal of 80 columns."""
    for name in [name for name in os.environ if name.startswith(("BUFFER_", "GITHUB_", "NO_COLOR", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    monkeypatch.setenv("COLUMNS", "80")
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture(name="run")
def running(environment: Path) -> Callable[..., Ran]:
    """Run a command in the folder, with the test's Buffer."""
    return partial(run_in, environment)


@pytest.fixture
def services(request: pytest.FixtureRequest) -> Collection[str]:
    """The networks of the channels in `project`'s account: those that the test's module names, unless it gives its own.

    With all of them, a plan takes half as long again. `()` means all.
    """
    return _services_of(request.module)


@cache
def _services_of(module: ModuleType) -> list[str]:
    """The networks that a module names, or a module of tests that it takes something from; none means all."""
    origins = {str(getattr(each, "__module__", "")) for each in vars(module).values()}
    helpers = [sys.modules[each] for each in origins if each.startswith("tests.") and each != __name__]
    constants = (each for each in vars(module).values() if isinstance(each, str))
    return services_in("\n".join((*map(inspect.getsource, {module, *helpers}), *constants)))


def services_in(text: str) -> list[str]:
    """The networks that a text names."""
    return [service for service in Service if re.search(rf"\b{service}\b", text)]


def parameter(request: pytest.FixtureRequest, name: str) -> str | None:
    """The value that a test is parametrized with under this name, if any."""
    callspec = getattr(request.node, "callspec", None)
    return callspec.params.get(name) if callspec else None


@pytest.fixture
def project(environment: Path, services: Collection[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """An empty folder, the default account, and a clock stopped at `NOW`."""
    with open_account(services) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        yield Project(environment, sandbox)


#: Brings back the project that a function makes of an empty one, which it does once for a module's tests.
Begin = Callable[[Callable[[Project], object]], Project]
_Beginnings = Callable[[Callable[[Project], object], tuple[str, ...]], tuple[Project, Callable[[], None]]]


@pytest.fixture(scope="module")
def beginnings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Beginnings]:
    """For `begin`: each of these projects has a folder, a machine and a Buffer of its own."""
    with ExitStack() as opened:

        @cache
        def made(make: Callable[[Project], object], services: tuple[str, ...]) -> tuple[Project, Callable[[], None]]:
            at = tmp_path_factory.mktemp("begun")
            project = Project(at / "project", opened.enter_context(open_account(services)))
            project.folder.mkdir()
            project.machine.mkdir()
            with patch.dict(
                os.environ, {"XDG_STATE_HOME": str(project.machine), "BUFFER_API_URL": project.sandbox.url}
            ):
                make(project)
                return project, project.kept(at / "kept")

        yield made


@pytest.fixture
def begin(
    beginnings: _Beginnings, environment: Path, services: Collection[str], monkeypatch: pytest.MonkeyPatch
) -> Begin:
    """What many tests begin with: to bring it back takes a tenth of the time in which it is applied.

    Files, machine, account, time and faults are brought back, and nothing else of Buffer that a test changes.
    """

    def begun(make: Callable[[Project], object]) -> Project:
        project, again = beginnings(make, tuple(services))
        monkeypatch.setenv("XDG_STATE_HOME", str(project.machine))
        monkeypatch.setenv("BUFFER_API_URL", project.sandbox.url)
        again()
        assert project.sandbox.core.options == Options(), "a test that sets options begins with `project`"
        project.sandbox.set_faults()
        project.sandbox.requests.clear()
        return project

    return begun


@pytest.fixture
def program(environment: Path) -> list[str]:
    """The program as a process of its own, with these arguments, but quickly: see `forks`."""
    return [*forks.python(), "-m", "bufferctl"]


@pytest.fixture
def whole_program(environment: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The same with a Python of its own. It runs from this checkout, installed or not."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return [sys.executable, "-m", "bufferctl"]


Prints = Callable[[str, Ran], None]


@pytest.fixture
def prints(environment: Path, expect: Expect) -> Prints:
    """Compare a command's whole output and its exit code with tests/cases/cli/NAME.txt."""

    def check(name: str, ran: Ran) -> None:
        expect(CASES / f"{name}.txt", ran.snapshot().replace(str(environment), "PROJECT"))

    return check
