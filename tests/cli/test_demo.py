"""`bufferctl demo` as a stranger runs it, in a process of its own."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bufferctl.cli import COMMANDS, load_command
from bufferctl.cli.demo import how_to_install

from .conftest import Ran


def demo(program: list[str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it; nobody watches, so no browser opens."""
    command = [*program, "demo", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_from_nothing_to_no_changes(program: list[str], environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three commands, the last of which says "No changes."; files, page and local Buffer stay in the folder.

    Whatever options of these commands the variables of the shell set.
    """
    options = [each for name in COMMANDS for each in load_command(name).params]
    variables = [each.envvar for each in options if isinstance(each.envvar, str)]
    assert "BUFFER_API_URL" in variables
    for variable in variables:
        monkeypatch.setenv(variable, "another")
    ran = demo(program, environment)
    assert (ran.returncode, "error" in ran.stderr) == (0, False)
    assert re.findall(r"^\$ bufferctl (\w+)", ran.stdout, re.MULTILINE) == ["validate", "apply", "plan"]
    assert "\n$ bufferctl plan\nNo changes.\nBuffer matches your files: 27 unchanged.\n" in ran.stdout
    assert ran.stdout.count("Plan: 9 new posts on 3 networks") == 1
    folder = environment / "bufferctl-demo"
    assert {"buffer.yaml", "applied.html", "posts"} <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("is_there", "by_uv", "line"),
    [
        (True, {}, ""),
        (True, {"UV": "/usr/bin/uv", "VIRTUAL_ENV": "/home/ada/.venv"}, ""),
        (True, {"UV": "/usr/bin/uv"}, "uv tool install git+https://github.com/bufferctl/bufferctl"),
        (False, {}, "pipx install git+https://github.com/bufferctl/bufferctl"),
    ],
    ids=["installed", "uv run", "uvx", "pipx run"],
)
def test_the_line_that_installs(
    is_there: bool, by_uv: dict[str, str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only for people who have bufferctl for this run alone: uvx puts it on the PATH of that run."""
    for name in ("UV", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    for name, value in by_uv.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(tmp_path))
    if is_there:
        executable = tmp_path / ("bufferctl.exe" if sys.platform == "win32" else "bufferctl")
        executable.touch(0o755)
    assert "".join(how_to_install()[1:]).strip() == line


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file with the steps that were run, each with its Buffer: by a program that does nothing, in place of Python.

    The command that the file `failing` beside it names fails.
    """
    python, ran = tmp_path / "python", tmp_path / "steps"
    line = f'echo "$BUFFER_API_URL $*" >> {ran}; case "$3" in "$(cat {tmp_path}/failing)") exit 3;; esac'
    python.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    (tmp_path / "failing").write_text("", encoding="utf-8")
    yield ran
    gc.disable()  # as for other tests


@pytest.mark.parametrize(
    ("failing", "code", "expected"),
    [
        ("", 0, [["validate"], ["apply", "--auto-approve", "--report", "applied.html"], ["plan"]]),
        ("validate", 3, [["validate"]]),
    ],
)
def test_its_steps(steps: Path, failing: str, code: int, expected: list[list[str]], run: Callable[..., Ran]) -> None:
    """Up to the one that fails, whose exit code it has."""
    steps.with_name("failing").write_text(failing, encoding="utf-8")
    ran = run("demo")
    written = [line.split()[3:] for line in steps.read_text(encoding="utf-8").splitlines()]
    assert (written, ran.code, "What to try next" in ran.out) == (expected, code, not failing)


def test_what_it_says_to_try_next(steps: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands to copy, beside those that install it."""
    monkeypatch.setenv("PATH", "")
    shown = run("demo", "here").out.partition("What to try next:\n")[2]
    assert [line.strip() for line in shown.splitlines() if line.startswith("      ")] == [
        *(line.strip() for line in how_to_install()[1:]),
        "bufferctl demo here",
        "bufferctl demo --crash",
        "export BUFFER_API_KEY=…; bufferctl init",
    ]


def test_a_crash_has_a_folder_of_its_own(steps: Path, run: Callable[..., Ran]) -> None:
    """So the README's two commands follow each other."""
    run("demo")
    assert "Wrote a project to bufferctl-demo-crash" in run("demo", "--crash").out


def test_what_is_missing_after_a_crash(steps: Path, run: Callable[..., Ran]) -> None:
    """It is counted at last, and is an error: here, nothing was sent, although no step says so."""
    ran = run("demo", "--crash", "here")
    written = [line.split()[3:] for line in steps.read_text(encoding="utf-8").splitlines()]
    assert written == [["validate"], ["apply", "--auto-approve", "--settle", "1", "--timeout", "5"], ["plan"]]
    assert "run  1: finished" in ran.out
    assert "0 posts, 0 kills, 0 lost answers: 0 too many, and 115 missing" in ran.err
    assert ran.code == 1


def test_its_buffer_stays_at_its_address(steps: Path, run: Callable[..., Ran]) -> None:
    """The state belongs to it. Its port was any that was free, and none of the system's."""
    for _ in range(2):
        run("demo")
    (address,) = {line.split()[0] for line in steps.read_text(encoding="utf-8").splitlines()}
    assert int(address.rpartition(":")[2]) >= 1024


@pytest.mark.long
def test_it_goes_on_with_what_was_edited(program: list[str], environment: Path) -> None:
    """The second time the plan shows the edit alone, since the local Buffer and the state are still there."""
    demo(program, environment)
    posts = environment / "bufferctl-demo" / "posts" / "launch.yaml"
    posts.write_text(posts.read_text(encoding="utf-8").replace("Bring your questions", "Ask us"), encoding="utf-8")
    ran = demo(program, environment)
    assert ran.returncode == 0
    assert "Plan: 1 changed post on 3 networks" in ran.stdout


def test_it_overwrites_nothing(program: list[str], environment: Path) -> None:
    """A folder with other files is refused, and named."""
    (environment / "mine").mkdir()
    (environment / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    ran = demo(program, environment, "mine")
    assert ran.returncode == 1
    assert "There is already a folder mine, so nothing was written." in ran.stderr
    assert [path.name for path in (environment / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.long
def test_a_crash_at_any_time(program: list[str], environment: Path) -> None:
    """Every post is there once, whatever was killed and lost, counted on the sandbox."""
    ran = demo(program, environment, "--crash")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"^115 posts, \d kills?, \d+ lost answers?: each once\.$", ran.stdout, re.MULTILINE)
    assert "\nNo changes.\nBuffer matches your files: 115 unchanged.\n" in ran.stdout
