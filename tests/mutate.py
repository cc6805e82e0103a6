"""Would the tests notice? Small mistakes, drawn with a fixed seed, and for each whether the room's own tests fail.

`make mutate`, or `python -m tests.mutate [--draw N] [--jobs N] ROOM...`, prints a table by room and the mistakes that
nobody noticed. tests/survivors.txt has those that change nothing that anybody could see, each with its reason.
Each mistake is made in a copy of the tree, and tried in a fork of a process that has imported all libraries.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from multiprocessing.pool import Pool
from pathlib import Path

import pytest

from tests.mistakes import Mistake, mistakes_in

ROOT = Path(__file__).parents[1]
TRIAGED = ROOT / "tests" / "survivors.txt"
#: The rooms on which "never twice" depends. Others can be named, too.
NEVER_TWICE = ("reconcile", "apply", "state", "planfile", "model")
#: The tests of rooms and files that have them elsewhere: the table of networks is data, with tests of its own.
ROOMS = {"state": ("tests/state", "tests/stores")}
FILES = {
    "bufferctl/model/networks.py": (
        "tests/model/test_networks.py",
        "tests/docs/test_docs.py",
        "tests/checks",
        "tests/networks",
    ),
}
#: Seconds of processor time for the tests of a room, and of waiting for one test; bytes of memory.
LIMIT, WAIT, MEMORY = 120, 60, 4 << 30
NOTICED = 0.9


@dataclass
class Copy:
    """A copy of the tree for the mistakes of one worker.

    The tests that noticed the last mistakes of a file are tried first, before any those of the file's own name.
    """

    folder: Path
    first: dict[str, list[str]] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        """What the last run printed."""
        return self.folder.parent / "output"

    def notices(self, room: str, mistake: Mistake) -> bool:
        """Whether a test of the room fails, or does not end, with the mistake."""
        file = self.folder / mistake.file
        right = file.read_text(encoding="utf-8")
        own = [f"{folder}/test_{file.stem}.py" for folder in tests_of(room)]
        first = self.first.setdefault(mistake.file, [each for each in own if (self.folder / each).exists()])
        file.write_text(mistake.applied_to(right), encoding="utf-8")
        try:
            failed, test = self.run([*first, *FILES.get(mistake.file, tests_of(room))])
        finally:
            file.write_text(right, encoding="utf-8")
        if test:
            first[:] = [test, *(each for each in first if each != test)][:5]
        return failed

    def run(self, tests: Sequence[str]) -> tuple[bool, str]:
        """Whether a test fails, and which."""
        with tempfile.TemporaryDirectory(dir=self.folder.parent, ignore_cleanup_errors=True) as temporary:
            reading, writing = os.pipe()
            if not (child := os.fork()):
                _run(self, Path(temporary), tests, writing)
            os.close(writing)
            with os.fdopen(reading, encoding="utf-8") as pipe:
                failed = pipe.read()
            _, status = os.waitpid(child, 0)
            with suppress(ProcessLookupError):  # what its tests started
                os.killpg(child, signal.SIGKILL)
        return status != 0, failed.partition("\n")[0]


def _run(copy: Copy, temporary: Path, tests: Sequence[str], failed: int) -> None:
    """Run tests until one fails, and end this process."""
    folder = copy.folder
    os.setsid()
    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ |= {"TMPDIR": str(temporary), "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    tempfile.tempdir = None
    sys.path[:] = [str(folder), *(each for each in sys.path if Path(each).resolve() != ROOT)]
    sys.dont_write_bytecode = True
    for name in [name for name in sys.modules if name.partition(".")[0] in {"bufferctl", "tests", "__main__"}]:
        del sys.modules[name]
    options = ["-x", "-q", "--no-header", f"--timeout={WAIT}", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = 1
    with copy.output.open("w", encoding="utf-8") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        try:
            code = pytest.main([*options, *tests], plugins=[_Reports(failed)])
        finally:
            os._exit(code)


@dataclass(frozen=True)
class _Reports:
    failed: int

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell the driver which test failed."""
        if report.failed:
            os.write(self.failed, f"{report.nodeid}\n".encode())


_copy: Copy


def _open_copy(parent: Path) -> None:
    """Begin a worker."""
    global _copy  # noqa: PLW0603 - a pool's worker has no other place
    _copy = Copy(Path(tempfile.mkdtemp(dir=parent)) / "tree")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        (_copy.folder / name).parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # deleted, and not committed yet
            shutil.copy2(ROOT / name, _copy.folder / name, follow_symlinks=False)
    # By digest: a file with a mistake may have the size and the second of the file without.
    compiling = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "bufferctl", "tests"]
    subprocess.run(compiling, cwd=_copy.folder, check=True)


def _notices(room: str, mistake: Mistake) -> bool:
    return _copy.notices(room, mistake)


def _fails(room: str) -> str:
    failed, _ = _copy.run(tests_of(room))
    return _copy.output.read_text(encoding="utf-8") if failed else ""


def tests_of(room: str) -> Sequence[str]:
    """The room's own tests."""
    return ROOMS.get(room, (f"tests/{room}",))


def drawn(room: str, number: int, seed: int) -> list[Mistake]:
    """So many mistakes in a room, the same for the same code and seed."""
    files = sorted((ROOT / "bufferctl" / room).rglob("*.py"))
    every = [each for file in files for each in mistakes_in(str(file.relative_to(ROOT)), file.read_text("utf-8"))]
    return random.Random(f"{room} {seed}").sample(every, min(number, len(every)))  # noqa: S311 - no secret


def triaged() -> set[str]:
    """The mistakes that change nothing."""
    lines = TRIAGED.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line.startswith("bufferctl/")}


def _import_libraries(rooms: Sequence[str]) -> None:
    """Import what the tests import, but for what may have a mistake."""
    code = "import sys, pytest; pytest.main(['--collect-only', *sys.argv[1:]]); print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", code, *(test for room in rooms for test in tests_of(room))]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in ran.stderr.split():
        if name.partition(".")[0] not in {"bufferctl", "tests", "__main__", "__mp_main__"}:
            with suppress(Exception):
                import_module(name)


def _lines(rooms: Sequence[str], number: int, seed: int, pool: Pool) -> Iterator[tuple[str, float]]:
    """The table, each line with the part that was noticed; after it, what was not."""
    yield f"{'room':10} drawn noticed alike missed  part", 1.0
    alike, unseen = triaged(), []
    for room in rooms:
        if printed := pool.apply(_fails, (room,)):
            raise SystemExit(f"The tests of {room} fail as they are:\n{printed}")
        every = drawn(room, number, seed)
        tried = [each for each in every if str(each) not in alike]
        noticed = pool.map(partial(_notices, room), tried, chunksize=1)
        missed = [each for each, seen in zip(tried, noticed, strict=True) if not seen]
        part = sum(noticed) / (len(tried) or 1)
        numbers = f"{len(every):5} {sum(noticed):7} {len(every) - len(tried):5} {len(missed):6}"
        yield f"{room:10} {numbers} {part:5.0%}", part
        unseen += missed
    yield from ((f"{each}\n  line {each.line}", 1.0) for each in unseen)


def main() -> int:
    """Exit 1 if the tests of a room notice too little."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", default=NEVER_TWICE)
    parser.add_argument("--draw", type=int, default=300, help="mistakes in each room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args()
    _import_libraries(given.rooms)
    parts = []
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as parent,
        Pool(given.jobs, _open_copy, (Path(parent),)) as pool,
    ):
        for line, part in _lines(given.rooms, given.draw, given.seed, pool):
            print(line, flush=True)  # noqa: T201 - a program
            parts.append(part)
    return int(min(parts) < NOTICED)


if __name__ == "__main__":
    sys.exit(main())
