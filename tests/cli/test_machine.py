"""Whatever a machine hands in: no traceback, the thing is named, and the next run converges."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from bufferctl.cli import run
from bufferctl.machine import clock_ahead, take_streams, waking_clock
from bufferctl.state import Lock
from tests.cli.conftest import Project
from tests.conftest import long

FILES = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
include: ["posts/*.yaml"]
organizations:
  - {name: Acme, channels: [{service: twitter, name: acme}]}
"""
POSTS = 'channels: [twitter:acme]\nposts:\n  - {key: a, text: "Café → 日本 ✓"}\n'
APPLY = ("apply", "--auto-approve", "--settle", "0")
TO_STATE = ("plan", "apply", "state")
COMMANDS = {"validate": ("validate",), "plan": ("plan",), "apply": APPLY, "state": ("state", "list")}


@pytest.fixture
def services() -> tuple[str, ...]:
    """One channel is enough."""
    return ("twitter",)


@dataclass(frozen=True)
class Handed:
    """What a machine hands in: `environment`, what the shell does with streams, their `encoding`, or `there`, a thing.

    `named`: the commands that it stops, each with the words that must be in the message.
    """

    environment: dict[str, str] | None = None
    streams: str = ""
    encoding: str = "utf-8"
    there: Callable[[Path], object] | None = None
    named: dict[str, str] | None = None


def everywhere(words: str, *commands: str) -> dict[str, str]:
    """The same words from these commands, by default from those that talk to Buffer."""
    return dict.fromkeys(commands or ("plan", "apply"), words)


def in_state(content: bytes) -> Callable[[Path], object]:
    """A damaged state file."""
    return lambda folder: (folder / ".bufferctl" / "state.json").write_bytes(content)


def state_folder_there(folder: Path) -> None:
    """A folder in the place of the state file."""
    (folder / ".bufferctl" / "state.json").unlink()
    (folder / ".bufferctl" / "state.json").mkdir()


def linked_state(folder: Path) -> None:
    """A state file that is a link to a file elsewhere."""
    (folder / "elsewhere").mkdir()
    (folder / ".bufferctl" / "state.json").rename(folder / "elsewhere" / "kept.json")
    (folder / ".bufferctl" / "state.json").symlink_to(folder / "elsewhere" / "kept.json")


def lock_of(folder: Path) -> Path:
    """The path of the lock."""
    lock = Lock(Path(os.environ["XDG_STATE_HOME"], "bufferctl"), os.environ["BUFFER_API_URL"])
    with lock.held(0):
        [path] = Path(os.environ["XDG_STATE_HOME"], "bufferctl").glob("*.lock")
    return path


def of_api(**environment: str) -> Handed:
    """A setting that matters for hosts elsewhere, such as Buffer's, and must fail before anything is sent."""
    [name] = environment
    return Handed({"BUFFER_API_URL": "https://api.invalid", **environment}, named=everywhere(name))


MACHINES = {
    "cp1252": Handed(encoding="cp1252"),
    "latin-1": Handed(encoding="latin-1"),
    "cp932": Handed(encoding="cp932"),
    "no-stdout": Handed(streams="exec >&-;"),
    "no-stderr": Handed(streams="exec 2>&-;"),
    "no-stdin": Handed(streams="exec <&-;"),
    "no-streams": Handed(streams="exec <&- >&- 2>&-;"),
    "socks": of_api(ALL_PROXY="socks5h://localhost:1"),
    "ftp-proxy": of_api(HTTPS_PROXY="ftp://ann:secret@x"),
    "odd-proxy": of_api(https_proxy="::::"),
    "open-proxy": of_api(HTTPS_PROXY="http://["),
    "no-certificates": of_api(SSL_CERT_FILE="/nowhere.pem"),
    "certificates-are-a-folder": of_api(SSL_CERT_FILE="/tmp"),  # noqa: S108 - only named
    "linked-state": Handed(there=linked_state, named=everywhere("a symbolic link to", *TO_STATE)),
    "state-is-empty": Handed(there=in_state(b""), named=everywhere("is damaged (it is empty)", *TO_STATE)),
    "state-is-cut": Handed(there=in_state(b"{"), named=everywhere("(it is cut short or is not JSON)", *TO_STATE)),
    "state-is-a-list": Handed(there=in_state(b"[]"), named=everywhere("the format of a state)", *TO_STATE)),
    "state-without-format": Handed(there=in_state(b"{}"), named=everywhere("the format of a state)", *TO_STATE)),
    "state-of-a-number": Handed(
        there=in_state(b'{"format_version": 3}'), named=everywhere("the format of a state)", *TO_STATE)
    ),
    "state-is-a-folder": Handed(there=state_folder_there, named=everywhere("state.json", *TO_STATE)),
    "lock-is-empty": Handed(there=lambda folder: lock_of(folder).touch()),
    "lock-is-a-folder": Handed(there=lambda folder: lock_of(folder).mkdir(), named=everywhere(".lock", "apply")),
}
#: "no-streams" has them all, and the others have one like them; each takes four processes.
FURTHER = (
    "no-stdout", "no-stderr", "no-stdin", "state-is-cut", "state-is-a-list", "state-of-a-number", "odd-proxy",
    "certificates-are-a-folder", "lock-is-empty", "latin-1", "cp932", "ftp-proxy", "open-proxy", "state-is-a-folder",
)  # fmt: skip


@pytest.mark.parametrize("machine", [*(each for each in MACHINES if each not in FURTHER), *long(*FURTHER)])
def test_whatever_is_handed_in(
    machine: str, project: Project, program: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command works or says what stops it, by its name; without it, one more apply converges."""
    handed = MACHINES[machine]
    project.write("buffer.yaml", FILES)
    project.write("posts/a.yaml", POSTS.replace("key: a", "key: b").replace("Café", "Thé"))
    project.apply()
    project.write("posts/a.yaml", POSTS + '  - {key: b, text: "Thé → 日本 ✓"}\n')
    state = project.folder / ".bufferctl"
    shutil.copytree(state, project.folder / "backup")
    if handed.there:
        handed.there(project.folder)
    with monkeypatch.context() as patched:
        for name, value in (handed.environment or {}).items():
            patched.setenv(name, value)
        for name, arguments in COMMANDS.items():
            code, err = ran(project, program, handed, arguments)
            assert "Traceback" not in err
            assert "secret" not in err
            words = (handed.named or {}).get(name)
            assert (code != 0) == bool(words), f"{name}: {err}"
            assert (words or "") in err
    if handed.there:
        project("state", "unlock", "--auto-approve")
        shutil.rmtree(state)
        shutil.copytree(project.folder / "backup", state)
    project.apply()
    assert sorted(post["text"][:3] for post in project.sandbox.posts()) == ["Caf", "Thé"]


def ran(project: Project, program: list[str], handed: Handed, arguments: tuple[str, ...]) -> tuple[int, str]:
    """The exit code and stderr; in a process of its own where streams are closed."""
    if not handed.streams:
        out, err = (TextIOWrapper(BytesIO(), encoding=handed.encoding) for _ in range(2))
        with chdir(project.folder), redirect_stdout(out), redirect_stderr(err):
            take_streams()
            code = run(list(arguments))
        err.flush()
        return code, err.buffer.getvalue().decode(handed.encoding)
    shell = ["/bin/sh", "-c", f'{handed.streams} exec "$@"', "sh"]
    process = subprocess.run([*shell, *program, *arguments], cwd=project.folder, capture_output=True, check=False)
    return process.returncode, process.stderr.decode("utf-8", "replace")


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_a_user_without_a_home(arguments: tuple[str, ...], project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME is named by whatever needs the lock and the journal, and nothing is sent; validate needs neither."""

    def unknown(uid: int) -> None:
        raise KeyError(uid)

    project.write("buffer.yaml", FILES)
    project.write("posts/a.yaml", POSTS)
    with monkeypatch.context() as patched:
        patched.delenv("HOME")
        patched.delenv("XDG_STATE_HOME")
        patched.delenv("CI", raising=False)
        patched.setattr("pwd.getpwuid", unknown)
        ran = project(*arguments)
    assert ran.code == (arguments != ("validate",))
    assert ran.code == 0 or ran.err.startswith("error: HOME is not set")
    assert project.sandbox.posts() == []
    project.apply()


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 01 Jan 1666 00:00:00 GMT", "soon"])
def test_a_date_that_cannot_be_true(date: str) -> None:
    """It is no clock: the machine's own counts, and nothing that is counted from it overflows."""
    assert clock_ahead(date, datetime(2029, 12, 3, tzinfo=UTC)) is None
    assert clock_ahead("Mon, 03 Dec 2029 00:01:00 GMT", datetime(2029, 12, 3, tzinfo=UTC)) == timedelta(minutes=1)


def test_what_blocks_the_lock_is_unlocked(project: Project) -> None:
    """A lock file without a run: `state unlock` names its path, refuses to guess, and then removes it."""
    path = lock_of(project.folder)
    path.touch()
    asked = project("state", "unlock")
    assert (asked.code, f"The lock is held by an unknown run (there is {path})" in asked.err) == (64, True)
    assert project("state", "unlock", "--auto-approve").out == "Unlocked.\n"
    assert project("state", "unlock").out == "The lock is free.\n"


def test_a_channel_that_makes_posts_wait_for_approval(project: Project) -> None:
    """Apply says so instead of "Verified" and ends with 1, once; plan and drift warn until it is approved."""
    project.write("buffer.yaml", FILES)
    project.write("posts/a.yaml", POSTS)
    [channel] = [id_ for id_, each in project.sandbox.core.store.channels.items() if each["name"] == "acme"]
    project.sandbox.person.set_channel(channel, makesApprovals=True)
    words = "twitter:acme makes posts wait for approval: 1 post waits there and will not be published before"
    first = project(*APPLY)
    assert (first.code, "Verified" in first.out) == (1, False)
    assert "1 post in Buffer still to be approved." in first.out
    assert " ".join(first.err.split()).count(words) == 1
    assert project(*APPLY).code == 0
    drift = project("drift")
    assert (drift.code, drift.out.startswith("No drift.")) == (0, True)
    assert words in " ".join(drift.out.split())
    project.write("posts/a.yaml", POSTS + "  - {key: b, text: Soon}\n")
    planned = project("plan")
    assert f"{words}, and so will new ones (1)" in " ".join((planned.out + planned.err).split())
    project.write("posts/a.yaml", POSTS)
    [post] = project.sandbox.posts()
    project.sandbox.person.approve(post["id"])
    assert project("drift").code == 0
    assert project("plan", "--detailed-exitcode").code == 0


def test_a_clock_that_the_kernel_refuses_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steady clock that every system has takes its place."""
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 10**6, raising=False)  # no kernel has a clock of this number
    monkeypatch.setattr(time, "monotonic", lambda: 7.0)
    assert waking_clock()() == 7.0
