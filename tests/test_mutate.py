"""Of mistakes in a small program, `make mutate` tells which ones its tests notice."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest

from tests.mutate import judged

ROOT = Path(__file__).parents[1]

PROGRAM = """
from functools import cache

LIMIT = 3

def within(number):
    return number <= LIMIT

@cache
def doubled(number):
    return number * 2

def down(number):
    while number > 5:
        number = number - 1
    return number

def unused(number):
    return not number

TABLE = [within(3)]
"""
LATE = """
def late():
    return helper() + 1

def helper():
    return 1

ONE = helper()
"""
TESTS = """
from area import program
from area.program import LIMIT, TABLE, doubled, within

def test_limit():
    assert LIMIT == 3

def test_within():
    assert (within(LIMIT), within(4), TABLE) == (True, False, [True])

def test_doubled():
    assert doubled(3) > 1

def test_doubled_as_before():
    assert doubled(3) == 6

def test_down():
    assert program.down(7) == 5

def test_late(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    from area.late import ONE, late
    assert (ONE, late()) == (1, 2)
"""
ASK = """
import sys
from pathlib import Path
from tests import mutate
from tests.mistakes import mistakes_in

mutate.WAIT = 1
files = ["area/program.py", "area/late.py"]
every = [each for file in files for each in mistakes_in(file, Path(file).read_text())]
mistakes = [each for each in every if each.inside.startswith(sys.argv[1])]
for mistake, tests in zip(mistakes, mutate.missed_by(mistakes, ["checks"], 2), strict=True):
    if tests is not None:
        print(mistake.inside, mistake.before, "→", mistake.after, tests)
"""


def asked(folder: Path, tests: str, inside: str = "") -> subprocess.CompletedProcess[str]:
    """Ask about every mistake in the program, or in one of its functions."""
    texts = {"area/program.py": PROGRAM, "area/late.py": LATE, "area/__init__.py": "", "checks/test_program.py": tests}
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "TMPDIR": str(folder)}
    # Without the other plugins, which take longer to load than all else.
    environment |= {"PYTEST_ADDOPTS": "--rootdir=. -p pytest_timeout", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-c", ASK, inside]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.long
def test_what_is_not_noticed(tmp_path: Path) -> None:
    """What no test runs, or looks at; what never ends is noticed, what a test finds in a cache, or imports late."""
    assert asked(tmp_path, TESTS).stdout == dedent("""\
        down 1 → (2) 1
        unused return not number → return 0
        unused not number → (number) 0
        """)


def test_tests_that_fail_anyway(tmp_path: Path) -> None:
    """Nothing is said of mistakes, but which test fails without one."""
    ran = asked(tmp_path, TESTS.replace("== 6", "== 7"))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "test_doubled_as_before" in ran.stderr


def test_a_crash_is_not_noticing(tmp_path: Path) -> None:
    """A process that ends before its tests have told nothing."""
    ends = TESTS.replace("program.down(7) == 5", "program.down(7) == 5 or __import__('os')._exit(1)")
    ran = asked(tmp_path, ends, "down")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "BrokenError" in ran.stderr


def test_what_is_triaged_in_vain() -> None:
    """What a test notices by now; of two mistakes with one name, each counts for itself. What was not tried may be."""
    tried = Counter(["new", "old", "same", "same"])
    assert judged(tried, Counter(["new", "same", "same"]), Counter(["old", "same", "not tried"])) == (
        Counter(["new", "same"]),
        Counter(["old"]),
    )
