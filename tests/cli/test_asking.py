"""Apply on a terminal: the question, yes and no, the progress bar. A pseudo-terminal and a real process."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess

import pytest

from tests.cli.conftest import Project
from tests.cli.written import HEAD
from tests.conftest import long

ONE = '          - {key: one, due_at: 2029-12-20 09:00, text: "It is live"}\n'
TWO = '          - {key: two, due_at: 2029-12-21 09:00, text: "It still is"}\n'
QUESTION = b"to Buffer? [y/N]: "


class Terminal:
    """A program on its own terminal, and what the terminal shows."""

    def __init__(self, command: list[str], project: Project) -> None:
        self._main, side = pty.openpty()
        self._process = subprocess.Popen(
            command, cwd=project.folder, stdin=side, stdout=side, stderr=side, start_new_session=True
        )
        os.close(side)
        self._shown = b""

    def until(self, text: bytes) -> None:
        """Wait until the terminal shows this text."""
        while text not in self._shown:
            assert self._read(), f"{self._shown.decode()} ends without {text.decode()}"

    def type(self, text: str) -> None:
        """Type into the terminal."""
        os.write(self._main, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, and again if the signal came just before the program began to wait for input."""
        while b"Interrupted" not in self._shown:
            self._process.send_signal(signal.SIGINT)
            while b"Interrupted" not in self._shown and select.select([self._main], [], [], 5)[0]:
                assert self._read()

    def end(self) -> tuple[int, str]:
        """Wait for the program to end: the exit code and everything shown, without cursor movements."""
        while self._read():
            pass
        os.close(self._main)
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._shown.decode()).replace("\r\n", "\n")
        return self._process.wait(300), text

    def _read(self) -> bytes:
        try:
            more = os.read(self._main, 65536)
        except OSError:  # Linux reports the closed other side like this
            return b""
        self._shown += more
        return more


@pytest.fixture
def asked(program: list[str], project: Project, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """An apply on a terminal that has just asked its question."""
    monkeypatch.setenv("TERM", "xterm")
    project.write("buffer.yaml", HEAD + ONE + TWO)
    terminal = Terminal([*program, "apply", "--settle", "0"], project)
    terminal.until(QUESTION)
    assert project.sandbox.posts() == []
    return terminal


def test_nobody_is_asked_beside_json(program: list[str], project: Project) -> None:
    """Refused also on a terminal, with nothing sent: the plan would come after the question."""
    project.write("buffer.yaml", HEAD + ONE)
    code, shown = Terminal([*program, "apply", "--json"], project).end()
    assert (code, "[y/N]" in shown, project.sandbox.posts()) == (64, False, [])
    assert "run apply with --auto-approve" in shown


def test_yes(project: Project, asked: Terminal) -> None:
    """The shown plan is sent: exit 0. Any answer but yes or no repeats the question."""
    asked.type("maybe\n")
    asked.until(b"Error: invalid input\r\nSend these 2 changes " + QUESTION)
    asked.type("y\n")
    code, shown = asked.end()
    assert code == 0
    assert "Send these 2 changes to Buffer? [y/N]: y\n" in shown
    assert re.search(r"Applying .* 2/2 ", shown), "no bar"
    assert "2 created, 0 changed, 0 deleted." in shown
    assert len(project.sandbox.posts()) == 2


@pytest.mark.parametrize("answer", ["\n", *long("n\n")])
def test_no(project: Project, asked: Terminal, answer: str) -> None:
    """No, which is also the answer of a bare Enter: nothing is sent, exit 1."""
    asked.type(answer)
    code, shown = asked.end()
    assert code == 1
    assert shown.endswith("Nothing was sent.\n")
    assert project.sandbox.posts() == []
    assert not project.state.exists()


def test_interrupted(project: Project, asked: Terminal) -> None:
    """Ctrl-C at the question: nothing is sent, exit 130."""
    asked.interrupt()
    code, shown = asked.end()
    assert code == 130
    assert shown.endswith("\nerror: Interrupted.\n")
    assert project.sandbox.posts() == []


def test_end_of_input(project: Project, asked: Terminal) -> None:
    """Ctrl-D at the question does not count as yes."""
    asked.type("\x04")
    assert asked.end()[0] == 130
    assert project.sandbox.posts() == []


def test_what_changed_while_it_asked(project: Project, asked: Terminal) -> None:
    """Buffer's plan has no room left when the answer comes: the refused posts wait, which needs nobody."""
    project.sandbox.person.set_limit(project.sandbox.organization()["id"], scheduledPosts=1)
    asked.type("y\n")
    code, shown = asked.end()
    assert re.search(r"one(\x1b\[0m)?  X, created", shown)
    assert re.search(r"two(\x1b\[0m)?  X, waiting", shown)
    assert (code, len(project.sandbox.posts())) == (0, 1)


def test_one_change(program: list[str], project: Project) -> None:
    """A single change is "this change", and the plan before the question has colors."""
    project.write("buffer.yaml", HEAD + ONE)
    terminal = Terminal([*program, "apply", "--settle", "0"], project)
    terminal.until(b"Send this change to Buffer? [y/N]: ")
    terminal.until(b"\x1b[32m+\x1b[0m")
    terminal.type("n\n")
    assert terminal.end()[0] == 1


def test_lock_is_held_while_it_asks(project: Project, asked: Terminal) -> None:
    """Nobody else can apply between the plan and the answer; the lock is free afterwards."""
    other = project("apply", "--auto-approve")
    assert (other.code, "Another run is using this account" in other.err) == (1, True)
    asked.type("n\n")
    asked.end()
    assert project("apply", "--auto-approve", "--settle", "0").code == 0


def test_unlock_asks(program: list[str], project: Project, asked: Terminal) -> None:
    """`state unlock` names the lock's holder and asks; no leaves the lock in place."""
    terminal = Terminal([*program, "state", "unlock"], project)
    terminal.until(b"Has that run crashed? [y/N]: ")
    terminal.type("n\n")
    code, _ = terminal.end()
    assert code == 1
    assert project("apply", "--auto-approve").code == 1
    asked.type("n\n")
    asked.end()
