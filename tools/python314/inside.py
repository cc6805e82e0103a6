"""What `make test-314` does on Python 3.14: imports every module, and runs the tests of the rooms that are pure Python.

This Python is compiled to WebAssembly. It has no threads, processes or sockets, and of the libraries that are not
pure Python it has only pydantic's: a test that uses another one is skipped where it does, and says so.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import pytest
import yaml

ROOMS = [
    "tests/model",
    "tests/config",
    "tests/config_write",
    "tests/convert",
    "tests/checks",
    "tests/planfile",
    "tests/reconcile",
    "tests/render",
]
#: The fewest tests that may pass: of 2,700.
FEWEST = 2300
#: What is compiled, and has no wheel for this Python.
COMPILED = {"PIL", "cachebox", "cmarkgfm", "comrak", "obstore", "regex", "resource", "rpds"}
#: Tests that cannot pass here, and why.
ELSEWHERE = {
    "tests/config/test_hostile_files.py::test_a_version_that_yaml_does_not_have": "libyaml refuses it",
    "tests/config/test_load.py::test_a_name_that_is_not_utf_8_is_refused": "the file system has no such names",
    "tests/config/test_validate_cases.py::test_case[unreadable-link]": "the system words its error in another way",
    "tests/config/test_writers.py::test_each_hint_works[image-in-markdown]": "libyaml reads `![` in another way",
}


def needs(what: str) -> Callable[..., NoReturn]:
    """What skips the test that calls it."""

    def skip(*_: Any, **__: Any) -> NoReturn:
        pytest.skip(f"needs {what}", allow_module_level=True)

    return skip


class Missing(ModuleType):
    """A library that can be imported and not used."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # asked for by whoever looks at all modules
            raise AttributeError(name)
        needs(self.__name__)()


class Finder(MetaPathFinder, Loader):
    """Finds the libraries that are compiled."""

    def find_spec(self, fullname: str, *_: Any) -> Any:
        """Found before Python looks for it in the packages."""
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in COMPILED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty one."""
        return Missing(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is in it."""


class Here:
    """What pytest has to know of this machine."""

    def __init__(self, *, is_part: bool) -> None:
        self.is_part = is_part  # of the tests
        self.passed = 0

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """The setting of pytest-timeout, which needs a timer."""
        parser.addini("timeout", "has no effect here")

    def pytest_configure(self, config: pytest.Config) -> None:
        """Its marker."""
        config.addinivalue_line("markers", "timeout(seconds): has no effect here")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Skip what cannot pass."""
        left = dict(ELSEWHERE)
        for item in items:
            for name in {item.nodeid, item.nodeid.partition("[")[0]} & ELSEWHERE.keys():
                item.add_marker(pytest.mark.skip(reason=ELSEWHERE[name]))
                left.pop(name, None)
        if left and not self.is_part:
            raise pytest.UsageError(f"ELSEWHERE names tests that there are not: {', '.join(left)}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what passes."""
        self.passed += report.when == "call" and report.passed


class Travel:
    """In place of time_machine's: another clock for a while."""

    def __init__(self, to: Any, *, tick: bool = True) -> None:
        del tick  # it always goes on
        self.to = to

    def start(self) -> None:
        """The clock of all tests, which run.mjs has set."""

    def __enter__(self) -> None:
        """Set the clock."""
        self.before = datetime.now(UTC)
        self._set(self.to)

    def __exit__(self, *_: object) -> None:
        """Set it back."""
        self._set(self.before)

    @staticmethod
    def _set(to: datetime) -> None:
        importlib.import_module("js").setClock(to.timestamp() * 1000)


def prepare() -> None:
    """Let a test that uses what is missing here be skipped."""
    sys.meta_path.insert(0, Finder())
    sys.modules["time_machine"] = SimpleNamespace(travel=Travel)  # type: ignore[assignment]  # a module of one name
    for owner, name, what in (
        (threading.Thread, "start", "threads"),
        (subprocess, "Popen", "processes"),
        (socket.socket, "bind", "sockets"),
        (socket.socket, "connect", "sockets"),
        (os, "mkfifo", "pipes"),
        (yaml.error.MarkedYAMLError, "__init__", "libyaml, which words errors in its own way"),
    ):
        setattr(owner, name, needs(what))


def main(args: Sequence[str]) -> int:
    """The exit code."""
    print(f"Python {sys.version.partition(' ')[0]}")
    prepare()
    bufferctl = importlib.import_module("bufferctl")
    modules = [each.name for each in pkgutil.walk_packages(bufferctl.__path__, "bufferctl.")]
    for name in modules:
        importlib.import_module(name)
    print(f"{len(modules)} modules imported.")
    paths = [each for each in args if not each.startswith("-")]
    here = Here(is_part=bool(paths))
    # What a test that is skipped half-way leaves open is found later, in another test, whose output is read there.
    sys.unraisablehook = lambda _: None
    options = [
        "-p",
        "_hypothesis_pytestplugin",
        "-p",
        "no:unraisableexception",
        "-W",
        "ignore:It looks like `register_random`",
    ]
    code = pytest.main([*options, "-r", "fE", *args, *([] if paths else ROOMS)], plugins=[here])
    if not here.is_part and here.passed < FEWEST:
        print(f"Only {here.passed} tests passed, and {FEWEST} should.")
        return 1
    return int(code)
