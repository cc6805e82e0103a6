"""Shared by all tests: the option that rewrites expected files, and no time limits for examples."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from ssl import SSLContext
from types import ModuleType
from typing import Any

import httpx2
import pytest
import stamina
import time_machine
from httpx2._transports import default
from hypothesis import HealthCheck, settings
from hypothesis.internal import charmap
from hypothesis.internal.constants_ast import constants_from_module

from tests import forks
from tests.fuzzing import examples
from tests.near import answering

# There is no garbage among modules and tests while they are collected, and looking for it took a third of that time.
gc.disable()

# Cases have fixed dates, so it must not matter on which day they are tested. The clock goes on from here, and programs
# that tests start have the real one.
time_machine.travel("2026-11-28T08:00:00Z", tick=True).start()

# Temporary files are in memory where the system has room for them: a disk takes 20 times as long to create one. Not
# where programs could not be run from there, as in some containers, or where somebody chose another place.
_MEMORY = Path("/dev/shm")  # noqa: S108 - what is written there is as private as in /tmp
if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK | os.X_OK):
    _there = os.statvfs(_MEMORY)
    if not _there.f_flag & os.ST_NOEXEC and _there.f_bavail * _there.f_frsize > 2**31:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)

# Between the tries of a request nobody waits; their number is as ever.
stamina.set_testing(True, attempts=100, cap=True)

# No test cuts the power, and half of the time of a test that writes went into waiting for the disk.
os.fsync = lambda fd: None

#: Compares a text with a file, or writes the file with --update.
Expect = Callable[[Path, str], None]

# No test needs a TLS context of its own: to make one took a tenth of a command's time, with certificates half of it.
_make, _made = httpx2.create_ssl_context, dict[tuple[object, ...], SSLContext]()


def _tls(*, verify: SSLContext | str | bool = True, **more: Any) -> SSLContext:
    """One for the same options and the same certificates."""
    key = (verify, *more.items(), os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    if key not in _made:
        _made[key] = _make(verify=verify, **more)
    return _made[key]


pytest.MonkeyPatch().setattr(default, "create_ssl_context", _tls)
pytest.MonkeyPatch().setattr(httpx2.HTTPTransport, "handle_request", answering(httpx2.HTTPTransport.handle_request))

# The duration of an example depends on the machine's load, so it is no test. The same commit gets the same examples
# wherever it is tested; `make soak` draws new ones (--hypothesis-profile=new). The rest is Hypothesis's default.
settings.register_profile(
    "new",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=examples(100),
    derandomize=False,
    database=None,
)
settings.register_profile("bufferctl", settings.get_profile("new"), derandomize=True)
settings.load_profile("bufferctl")

# A background job may start with Ctrl-C ignored, and so would the programs that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def long(*values: object) -> list[Any]:
    """Parameters for `make test-all` alone: more of a kind of which `make test` has one or two. A tuple: of several."""
    sets = (each if isinstance(each, tuple) else (each,) for each in values)
    return [pytest.param(*each, marks=pytest.mark.long) for each in sets]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --update."""
    parser.addoption("--update", action="store_true", help="run what expects a file, and edit it; look at the diff")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse --update with several workers: tests share pages, and would overwrite each other's.

    It is for long tests, too, or what they expect would be out of date.
    """
    if config.getoption("--update"):
        config.option.markexpr = ""
    _send_less(config)
    if not config.getoption("numprocesses", None):
        return
    if config.getoption("--update"):
        raise pytest.UsageError("--update goes without -n: tests that share a page would write over each other")
    forks.share()
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", "262144")  # with it, workers give back what was large: 40 MB of 200


def _send_less(config: pytest.Config) -> None:
    """A worker tells of a test that passed in two messages instead of six, which took longer than pytest's own work.

    Nothing is shown of its start, its end, its setup and its teardown, except durations if somebody asks for them, nor
    of the names that `-k` may ask for.
    """
    worker: Any = next((each for each in config.pluginmanager.get_plugins() if hasattr(each, "sendevent")), None)
    if worker is None or config.getoption("durations") or config.getoption("xmlpath"):
        return
    send = worker.sendevent

    def less(name: str, **values: Any) -> None:
        report = values["data"] if name == "testreport" else {}
        has_passed = report.get("outcome") == "passed"
        if name in {"logstart", "logfinish"} or (has_passed and report["when"] != "call"):
            return
        if has_passed:
            report["keywords"] = {}
        send(name, **values)

    worker.sendevent = less


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Half as many workers again as processors: a seventh of a worker's time is spent on waiting."""
    processors = yield
    return (3 * processors + 1) // 2


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """In a new checkout, what takes long to make and is kept is made once: each worker begins with modules of its own.

    pytest rewrites the assertions of a module that it imports first. Hypothesis lists all characters, in 200 MB, and
    the constants of our code: here, while the workers collect.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        charmap.intervals_from_codec("utf-8")
        has_workers = bool(session.config.getoption("numprocesses", None))
        for path in session.config.rootpath.glob("bufferctl/**/*.py") if has_workers else ():
            module = ModuleType(path.stem)
            module.__file__ = str(path)
            constants_from_module(module)
        return
    paths = sorted(path for each in session.config.args for path in Path(each).rglob("test_*.py"))
    for path in paths[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        if "browser" not in path.parts:
            with suppress(Exception):  # told when it is collected
                import_module(".".join(path.resolve().relative_to(session.config.rootpath).with_suffix("").parts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --update, only tests that expect a file run."""
    if config.getoption("--update"):
        rest = [item for item in items if "expect" not in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in set(rest)]
        config.hook.pytest_deselected(items=rest)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage seldom, and never among modules and tests: it took a sixth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 10, 20)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Look for garbage once in the end. pytest does it five times, for other Pythons, which took seconds."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test writes to the state folder of whoever runs it; new repositories have no sample hooks or upkeep."""
    template = tmp_path_factory.mktemp("template")
    config = "[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
    (template / "config").write_text(config, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state-home")))
        patch.setenv("GIT_TEMPLATE_DIR", str(template))
        yield


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """Every file of expected output is compared, and written, here."""

    def check(path: Path, made: str) -> None:
        written = path.read_bytes().decode() if path.exists() else None
        if request.config.getoption("--update") and made != written:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made.encode())
        else:
            assert made == written

    return check
