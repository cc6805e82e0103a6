"""Would the tests notice? Small mistakes, drawn with a fixed seed, and for each whether the room's own tests fail.

`make mutate`, or `python -m tests.mutate [--draw N] [--jobs N] ROOM...`, prints a table by room and the mistakes that
nobody noticed, those that matter first: what no test runs, then lost steps and turned decisions, then values.
tests/survivors.txt has those that change nothing that anybody could see, each with its reason.
With `--tests N`, at most so many are tried of each mistake, the nearest first: the part is at least what is printed.

All modules of a room are imported, since commands import late. Then the tests run once to learn which functions each of
them runs (`_learn`). Then they are collected once, and each mistake
within a function is put in place in a fork of that process, where only tests that run the function are tried
(`_in_place`). With a mistake in what runs at import, such as a constant, a fork imports everything, and all tests are
tried (`_anew`). In both ways all tests run without a mistake, too, and must pass. A program that a test starts has no
mistake.
"""

from __future__ import annotations

import argparse
import gc
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import _lru_cache_wrapper, partial
from hashlib import blake2b
from importlib import import_module
from io import StringIO
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import pytest
import time_machine

from tests.mistaken import Finder, Function, functions_of, functions_with, put_in_place
from tests.mistakes import Kind, Mistake, mistakes_in

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
TRIAGED = ROOT / "tests" / "survivors.txt"
#: The rooms on which "never twice" depends, and the others; which part of their mistakes tests have to notice, and how
#: many are drawn.
NEVER_TWICE = ("reconcile", "apply", "state", "planfile", "model")
OTHERS = ("api", "checks", "ci", "cli", "config", "intake", "media", "render", "run", "sandbox")
NOTICED, DRAWN = {True: 0.95, False: 0.85}, {True: 300, False: 100}
#: What is held back for a while is tested by the commands, too.
_HELD_BACK = ("tests/reconcile", "tests/cli/test_freeze.py", "tests/cli/test_suspended.py")
_TAKEN_OVER = ("tests/cli/test_import*.py", "tests/cli/test_pull*.py", "tests/run/test_taking_over.py")
#: The tests of rooms and files that have them elsewhere, as patterns: the table of networks is data, with tests of its
#: own, and what commands write into files is tested by those commands.
ROOMS: dict[str, Sequence[str]] = {
    "state": ("tests/state", "tests/stores"),
    "checks": ("tests/checks", "tests/docs/test_docs.py"),
    "cli": ("tests/cli", "tests/convert"),
    "config": ("tests/config", "tests/config_write", "tests/convert"),
    "intake": ("tests/intake", *_TAKEN_OVER),
    "run": ("tests/run", "tests/cli", "tests/checks/test_account.py"),
    "sandbox": ("tests/sandbox", "tests/networks"),
}
FILES: dict[str, Sequence[str]] = {
    "bufferctl/model/networks.py": (
        "tests/model/test_networks.py",
        "tests/docs/test_docs.py",
        "tests/checks",
        "tests/networks",
    ),
    "bufferctl/config/resolve/suspending.py": ("tests/config", "tests/cli/test_suspended.py"),
    "bufferctl/config/write/convert/starting.py": ("tests/convert", "tests/cli/test_new.py"),
    "bufferctl/config/write/revise.py": ("tests/cli/test_pull*.py", "tests/cli/test_shift.py"),
    "bufferctl/config/write/shift.py": (
        "tests/config_write/test_postponed.py",
        "tests/cli/test_pull*.py",
        "tests/cli/test_shift.py",
    ),
    "bufferctl/config/write/suspending.py": ("tests/cli/test_suspended.py",),
    "bufferctl/reconcile/freezes.py": _HELD_BACK,
    "bufferctl/reconcile/suspending.py": _HELD_BACK,
}
#: Seconds of processor time for tests, besides four times what they take; of waiting for one test, more on a machine
#: that is busy at first (it may become busier, so there is room to spare); bytes of memory.
LIMIT, WAIT, MEMORY = 120, 40, 4 << 30
#: How a fork ends, unlike any crash: all tests passed, one failed, or the driver itself did.
PASSED, FAILED, BROKEN = 70, 71, 72
#: The file in the temporary folder of a fork that names the test that failed.
_FAILED = "failed"


class BrokenError(Exception):
    """The driver cannot tell."""


@dataclass(frozen=True)
class Attempt:
    """Mistakes, one but for the attempts without any, and the names of the tests to try, in their order."""

    mistakes: Sequence[Mistake]
    tests: Sequence[str]
    seconds: float = 0  # that the tests take


@dataclass(frozen=True)
class Learned:
    """What the tests do without a mistake: the seconds of each, and the lines that it runs of each function."""

    tests: dict[str, tuple[float, dict[Function, set[int]]]]
    at_import: set[Function]
    modules: Sequence[str]

    @property
    def seconds(self) -> float:
        """All tests together."""
        return sum(seconds for seconds, _ in self.tests.values())

    def attempt(self, mistake: Mistake, functions: set[Function] | None, most: int | None) -> Attempt:
        """The tests that run one of the functions, or all, at most so many.

        First those that run its line or file: of each file of tests the fastest, then the second of each.
        """
        lines = set(range(mistake.line, mistake.line + mistake.before.count("\n") + 1))
        file = str(Path.cwd() / mistake.file)
        ranked = []
        for name, (seconds, ran) in self.tests.items():
            if functions is None:
                ranked.append((file not in {each for each, _ in ran}, seconds, name))
            elif reached := functions & ran.keys():
                ranked.append((not any(lines & ran[each] for each in reached), seconds, name))
        place_in_file = Counter[tuple[bool, str]]()
        spread = []
        for far, seconds, name in sorted(ranked):
            group = far, name.partition("::")[0]
            spread.append((far, place_in_file[group], seconds, name))
            place_in_file[group] += 1
        tried = [(seconds, name) for *_, seconds, name in sorted(spread)[:most]]
        return Attempt([mistake], [name for _, name in tried], sum(seconds for seconds, _ in tried))


def missed_by(
    mistakes: Sequence[Mistake], tests: Sequence[str], jobs: int, most: int | None = None
) -> list[int | None]:
    """How many tests, at most so many, run each of the mistakes and do not notice it; None if one fails.

    Files and tests are below the working folder.
    """
    files = sorted({each.file for each in mistakes})
    learned = _told(partial(_learn, files, tests))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in learned.modules:
            with suppress(Exception):  # a module that only another one can import
                import_module(name)
    if loaded := {Path(file).parts[0] for file in files} & sys.modules.keys():
        raise BrokenError(f"The driver has imported {loaded}, which no mistake would reach.")
    right = Attempt([Mistake(file, "", 1, 0, "", "") for file in files], list(learned.tests), learned.seconds)
    in_place, anew = [], []
    for mistake in mistakes:
        functions = functions_with(mistake)
        if functions is None or functions & learned.at_import:
            anew.append(learned.attempt(mistake, None, most))
        else:
            in_place.append(learned.attempt(mistake, functions, most))
    # Without a mistake at last: it must not count for how long this has been running.
    seen = [
        *_told(partial(_in_place, tests, [*in_place, right], jobs)),
        *_verdicts([partial(_anew, tests, each, most) for each in [*anew, right]], jobs),
    ]
    for failing in (seen[len(in_place)], seen[-1]):
        if failing is not None:
            raise BrokenError(f"Tests fail without a mistake: {failing}")
    verdicts = {each.mistakes[0]: verdict for each, verdict in zip([*in_place, right, *anew, right], seen, strict=True)}
    tests_for = {each.mistakes[0]: each.tests for each in (*in_place, *anew)}
    return [len(tests_for[each]) if verdicts[each] is None else None for each in mistakes]


# Forks


def _forked(work: Callable[[], int]) -> int:
    """Its process, which ends with the number that the work returns."""
    sys.stdout.flush()
    if child := os.fork():
        return child
    code = BROKEN
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = work()
    except BaseException:  # noqa: BLE001 - whatever it is, this must not go on as its parent
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def _told(work: Callable[[], T]) -> T:
    """What the work returns in a fork."""
    reading, writing = os.pipe()

    def tell() -> int:
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe)
        return PASSED

    child = _forked(tell)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != PASSED:
        raise BrokenError("See above.")
    return pickle.loads(told)  # type: ignore[no-any-return]  # noqa: S301 - our own


def _verdicts(works: Sequence[Callable[[Collection[str]], int]], jobs: int) -> list[str | None]:
    """The test that fails in each, None if none does, in a fork of its own, so many at once.

    Each is told which tests failed last, to try those first.
    """
    running: dict[int, tuple[int, str]] = {}
    failed: list[str | None] = [None] * len(works)
    last: deque[str] = deque(maxlen=5)

    def wait() -> None:
        child, status = os.wait()
        number, folder = running.pop(child)
        with suppress(ProcessLookupError):  # what its tests started
            os.killpg(child, signal.SIGKILL)
        failing = "none of them by name, but collecting them, or their limit of processor time"
        with suppress(FileNotFoundError):
            failing = Path(folder, _FAILED).read_text(encoding="utf-8")
            last.append(failing)
        shutil.rmtree(folder, ignore_errors=True)
        code = os.waitstatus_to_exitcode(status)
        if code not in {PASSED, FAILED, -signal.SIGXCPU}:
            raise BrokenError(f"{works[number]} ended with {code}.")
        failed[number] = None if code == PASSED else failing

    for number, work in enumerate(works):
        if len(running) == jobs:
            wait()
        folder = tempfile.mkdtemp()
        running[_forked(partial(_limited, folder, partial(work, set(last))))] = number, folder
    while running:
        wait()
    return failed


def _limited(folder: str, work: Callable[[], int]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    return work()


# Tests


@dataclass(eq=False)
class _Loop:
    """What to do with the collected tests, what came of it, and what pytest said last of what failed."""

    do: Callable[[pytest.Session], Any]
    done: Any = None
    error: Exception | None = None
    failure: str = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        try:
            self.done = None if session.testsfailed else self.do(session)
        except Exception as error:  # noqa: BLE001 - pytest would print it, and go on
            self.error = error
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failure = f"{report.nodeid}\n{report.longreprtext}"


def _limit(attempt: Attempt) -> None:
    """End this process where a mistake makes its tests take for ever: at the hard limit it would end as by a crash."""
    seconds = round(time.process_time() + LIMIT + 4 * attempt.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 60))


def _import(files: Iterable[str]) -> None:
    """What commands import late: else a mistake would change nothing that is there."""
    for file in sorted(files):
        import_module(".".join(Path(file).with_suffix("").parts).removesuffix(".__init__"))


def _collected(tests: Sequence[str], do: Callable[[pytest.Session], Any]) -> _Loop:
    """What was done with them: nothing if they cannot be collected."""
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    options = ["-q", "--capture=sys", f"--timeout={WAIT * busy}", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    loop = _Loop(do)
    with redirect_stderr(StringIO()) as printed:
        pytest.main([*options, *tests], plugins=[loop])
    if loop.error:
        raise loop.error
    return replace(loop, failure=loop.failure or printed.getvalue())


def _passed(session: pytest.Session, items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Each after it ran, until one fails."""
    for place, item in enumerate(items):
        following = items[place + 1] if place + 1 < len(items) else None
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return
        yield item


def _verdict(session: pytest.Session, items: Sequence[pytest.Item]) -> int:
    passed = len(list(_passed(session, items)))
    if passed == len(items):
        return PASSED
    Path(tempfile.gettempdir(), _FAILED).write_text(items[passed].nodeid, encoding="utf-8")
    return FAILED


def _learn(files: Sequence[str], tests: Sequence[str]) -> Learned:
    """Run the tests, and see what they run."""
    there = {str(Path.cwd() / file) for file in files}
    now: dict[Function, set[int]] = {}

    def trace(frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        if (code := frame.f_code).co_filename not in there:
            return None
        now.setdefault((code.co_filename, code.co_qualname), set()).add(frame.f_lineno)
        return trace

    def learn(session: pytest.Session) -> Learned | None:
        _import(files)
        at_import = set(now)
        caches = [each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper)]
        ran = {}
        now.clear()
        start = time.perf_counter()
        for item in _passed(session, session.items):
            ran[item.nodeid] = time.perf_counter() - start, dict(now)
            now.clear()
            for cache in caches:  # what one test has computed, the next one would not run
                cache.cache_clear()
            start = time.perf_counter()
        if session.testsfailed:
            return None
        roots = {name: name.partition(".")[0] for name in sys.modules}
        return Learned(ran, at_import, [n for n, top in roots.items() if top != "__main__" and not Path(top).exists()])

    threading.settrace(trace)
    sys.settrace(trace)
    loop = _collected(tests, learn)
    if loop.done is None:
        raise BrokenError(f"Tests fail without a mistake: {loop.failure}")
    return loop.done  # type: ignore[no-any-return]  # pytest calls what is done, and keeps it untyped


def _in_place(tests: Sequence[str], attempts: Sequence[Attempt], jobs: int) -> list[str | None]:
    """Collect the tests, and make each attempt in a fork."""

    def attempts_on(session: pytest.Session) -> list[str | None]:
        _import({mistake.file for each in attempts for mistake in each.mistakes})
        functions = functions_of([mistake for each in attempts for mistake in each.mistakes])
        items = {item.nodeid: item for item in session.items}
        then = datetime.now(UTC)

        def attempt(it: Attempt, last: Collection[str]) -> int:
            time_machine.travel(then, tick=True).start()  # for the test it is the time of its import
            put_in_place(it.mistakes, functions)
            _limit(it)
            return _verdict(session, [items[name] for name in sorted(it.tests, key=lambda name: name not in last)])

        return _verdicts([partial(attempt, each) for each in attempts], jobs)

    return _collected(tests, attempts_on).done  # type: ignore[no-any-return]  # likewise


def _anew(tests: Sequence[str], attempt: Attempt, most: int | None, last: Collection[str]) -> int:
    """Import everything, and try these tests; and if all are tried, those that are there only by the mistake."""
    places = {name: place for place, name in enumerate(sorted(attempt.tests, key=lambda name: name not in last))}

    def in_order(session: pytest.Session) -> int:
        _limit(attempt)
        items = sorted(session.items, key=lambda item: places.get(item.nodeid, len(places)))
        return _verdict(session, items[:most])

    sys.meta_path.insert(0, Finder(attempt.mistakes))
    verdict = _collected(tests, in_order).done
    return FAILED if verdict is None else int(verdict)


# The table


def tests_of(mistake: Mistake) -> Sequence[str]:
    """The own tests of its room."""
    room = Path(mistake.file).parts[1]
    patterns = FILES.get(mistake.file) or ROOMS.get(room, (f"tests/{room}",))
    return tuple(str(path.relative_to(ROOT)) for each in patterns for path in sorted(ROOT.glob(each)))


def all_mistakes(room: str) -> list[Mistake]:
    """Every mistake in a room."""
    files = sorted((ROOT / "bufferctl" / room).rglob("*.py"))
    return [each for file in files for each in mistakes_in(str(file.relative_to(ROOT)), file.read_text("utf-8"))]


def drawn(room: str, number: int, seed: int) -> list[Mistake]:
    """So many of them: the same for the same seed, whatever is edited elsewhere in the code."""
    return sorted(all_mistakes(room), key=lambda each: blake2b(f"{seed} {each}".encode()).digest())[:number]


def triaged() -> Counter[str]:
    """The mistakes that change nothing, a line each, since a file may have several of one name."""
    lines = TRIAGED.read_text(encoding="utf-8").splitlines()
    return Counter(line for line in lines if line.startswith("bufferctl/"))


def judged(tried: Counter[str], unnoticed: Counter[str], alike: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """Of the mistakes that nobody noticed, those that are not triaged; and those that are, though a test notices."""
    return unnoticed - alike, (alike & tried) - unnoticed


@dataclass(frozen=True)
class Survivor:
    """A mistake that nobody noticed, and how many tests ran what differs."""

    mistake: Mistake
    tests: int

    @property
    def rank(self) -> tuple[int, str, int]:
        """What matters first: what no test runs, a lost step, a turned decision, a value."""
        kinds = {Kind.STEP: 1, Kind.DECISION: 2, Kind.VALUE: 3}
        return 0 if not self.tests else kinds[self.mistake.kind], self.mistake.file, self.mistake.line

    def __str__(self) -> str:
        where = f"line {self.mistake.line}, {self.mistake.kind.value}"
        return f"{self.mistake}\n  {where}{'' if self.tests else ', in no test'}"


def survivors(mistakes: Sequence[Mistake], jobs: int, most: int | None = None) -> Iterator[Survivor]:
    """Of these mistakes, each that no test of its room notices; at most so many are tried."""
    for tests, group in groupby(sorted(mistakes, key=lambda each: (tests_of(each), each.file, each.start)), tests_of):
        tried = list(group)
        found = zip(tried, missed_by(tried, tests, jobs, most), strict=True)
        yield from (Survivor(mistake, ran) for mistake, ran in found if ran is not None)


def _lines(
    rooms: Sequence[str], choose: Callable[[str], list[Mistake]], find: Callable[[list[Mistake]], Iterable[Survivor]]
) -> Iterator[tuple[str, bool]]:
    """The table, each line with whether it is well; after a room what was not noticed, and what is triaged in vain."""
    yield f"{'room':10} drawn noticed alike missed  part", True
    alike = triaged()
    for room in rooms:
        mistakes = choose(room)
        unnoticed = list(find(mistakes))
        names = Counter(str(each.mistake) for each in unnoticed)
        missed, in_vain = judged(Counter(map(str, mistakes)), names, alike)
        seen, more = len(mistakes) - len(unnoticed), missed.total()
        part = 1 - more / ((seen + more) or 1)
        well = part >= NOTICED[room in NEVER_TWICE]
        yield f"{room:10} {len(mistakes):5} {seen:7} {len(unnoticed) - more:5} {more:6} {part:5.0%}", well
        of_them = (each for each in sorted(unnoticed, key=lambda each: each.rank) if str(each.mistake) in missed)
        yield from ((str(each), True) for each in of_them)
        yield from ((f"{TRIAGED.name} has what a test notices: {each}", True) for each in sorted(in_vain))
    there = Counter(str(each) for room in (*NEVER_TWICE, *OTHERS) for each in all_mistakes(room))
    yield from ((f"{TRIAGED.name} has what is no longer in the code: {each}", True) for each in sorted(alike - there))


def main() -> int:
    """Exit 1 if the tests of a room notice too little."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", default=(*NEVER_TWICE, *OTHERS))
    parser.add_argument("--draw", type=int, help="mistakes in each room (300 and 100)")
    parser.add_argument("--tests", type=int, help="that are tried of each mistake (all that run it)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--triaged", action="store_true", help=f"try those of {TRIAGED.name} instead of a draw")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args()
    alike = triaged() if given.triaged else ()

    def choose(room: str) -> list[Mistake]:
        number = given.draw or DRAWN[room in NEVER_TWICE]
        return [m for m in all_mistakes(room) if str(m) in alike] if alike else drawn(room, number, given.seed)

    os.chdir(ROOT)
    memory = "/dev/shm"  # noqa: S108 - what is written there is as private as in /tmp
    is_well = True
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        for line, well in _lines(given.rooms, choose, partial(survivors, jobs=given.jobs, most=given.tests)):
            print(line, flush=True)  # noqa: T201 - a program
            is_well &= well
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main())
