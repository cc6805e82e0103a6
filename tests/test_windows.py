"""What is different on Windows, by injection, and what only POSIX has."""

from __future__ import annotations

import ast
import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bufferctl.ci.child import forwarding_signals
from bufferctl.cli.setup import settings_to_paste
from bufferctl.config.read import UnreadableError
from bufferctl.config.resolve.file_facts import path_below
from bufferctl.git import in_git, leaves_folder, protocols_in
from bufferctl.machine import STOPS, encoding_of
from bufferctl.media.reading import open_below
from tests.sources import mentioning, nodes

PACKAGE = Path(__file__).parents[1] / "bufferctl"
#: What the standard library has on POSIX alone.
#: Places that it has not.
PLACES = ("/proc/", "/dev/", "/tmp/")  # noqa: S108 - searched for
POSIX_ONLY = {
    *("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "O_SYNC", "O_TMPFILE", "supports_dir_fd", "dir_fd"),
    *(
        "fork",
        "forkpty",
        "posix_spawn",
        "wait3",
        "wait4",
        "waitid",
        "killpg",
        "getpgid",
        "getpgrp",
        "setpgid",
        "setsid",
    ),
    *("getuid", "geteuid", "getgid", "getegid", "getgroups", "setuid", "setgid", "nice", "uname", "getloadavg"),
    *("chown", "lchown", "fchown", "fchmod", "fchdir", "chroot", "mkfifo", "mknod", "openpty", "statvfs", "sysconf"),
    *(
        "pread",
        "pwrite",
        "readv",
        "writev",
        "sendfile",
        "fdatasync",
        "lockf",
        "sched_getaffinity",
        "getxattr",
        "setxattr",
    ),
    *("SIGKILL", "SIGHUP", "SIGQUIT", "SIGPIPE", "SIGALRM", "SIGCHLD", "SIGCONT", "SIGTSTP", "SIGUSR1", "SIGUSR2"),
    *("SIGWINCH", "alarm", "setitimer", "pause", "pthread_kill", "pthread_sigmask", "sigwait", "add_signal_handler"),
    *("fcntl", "pwd", "grp", "spwd", "termios", "tty", "pty", "resource", "syslog", "readline", "curses", "AF_UNIX"),
    *("epoll", "kqueue", "tzset", "clock_gettime", "CLOCK_MONOTONIC", "CLOCK_BOOTTIME"),
    *("start_new_session", "preexec_fn", "pass_fds", "process_group"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root folder with a picture, and a secret beside it."""
    (tmp_path / "root" / "media").mkdir(parents=True)
    (tmp_path / "root" / "media" / "a.png").write_bytes(b"a")
    (tmp_path / "secret.png").write_bytes(b"secret")
    return tmp_path / "root"


@pytest.mark.parametrize("by_name", [True, False])
def test_a_file_is_opened_below_the_root(root: Path, by_name: bool) -> None:
    """Its bytes, opened by its name as on Windows, or from its folder."""
    with open_below(root, "media/a.png", by_name=by_name) as file:
        assert file.read() == b"a"


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("link", ["link.png", "media/link.png", "folder/secret.png", "inside/a.png"])
def test_a_link_is_not_followed(root: Path, link: str, by_name: bool) -> None:
    """OSError for a link to a file or a folder, also where it leads inside."""
    (root / "link.png").symlink_to(root / "media" / "a.png")
    (root / "media" / "link.png").symlink_to(root.parent / "secret.png")
    (root / "folder").symlink_to(root.parent)
    (root / "inside").symlink_to(root / "media")
    with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
        open_below(root, link, by_name=by_name)


@pytest.mark.parametrize(
    "path",
    ["../secret.png", "media\\..\\..\\secret.png", "C:/secret.png", "media/C:/x", ".git/config", ".GIT. /config"],
)
@pytest.mark.parametrize("by_name", [True, False])
def test_what_windows_would_read_as_another_folder(root: Path, path: str, by_name: bool) -> None:
    """PermissionError on every system, so that a repository means the same everywhere."""
    with pytest.raises(PermissionError, match="outside the root folder, or one of git's own files"):
        open_below(root, path, by_name=by_name)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("C:/secret.png", "it is on one computer"),
        ("C:\\Users\\ana\\secret.png", "it is on one computer"),
        ("/C:/secret.png", "outside the folder of the root file"),
        ("media/C:secret.png", "outside the folder of the root file"),
    ],
)
def test_a_drive_in_a_file_is_outside(root: Path, written: str, reason: str) -> None:
    """A drive replaces the root folder on Windows; a whole path there is somebody's own."""
    with pytest.raises(UnreadableError, match=reason):
        path_below(root, root, written)


def test_the_ways_to_write_gits_folder() -> None:
    """Windows ignores dots and spaces at the end of a name, and gives it a short one."""
    assert [name for name in (".git", ".GIT", ".git.", ".git ", "git~1", "a\\.git\\b") if not in_git(name)] == []
    assert not in_git(".github/workflows")


def test_a_pattern_with_a_drive_leaves_the_folder() -> None:
    """`C:`, a leading separator of either kind, and `..`; a colon in a time does not."""
    assert all(map(leaves_folder, ("C:/posts/*.yaml", "posts/C:x", "\\\\server\\share", "/etc", "a\\..\\b")))
    assert not leaves_folder("posts/at-09:00.yaml")


@pytest.mark.parametrize(("platform", "used"), [("linux", "ssh"), ("win32", "file")])
def test_a_drive_is_no_host(platform: str, used: str) -> None:
    """Git for Windows reads `C:/acme.git` as a path."""
    assert protocols_in(["C:/acme.git"], platform) == used
    assert protocols_in(["git@acme.example:acme.git"], platform) == "ssh"


def test_files_and_pipes_are_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, unless PYTHONIOENCODING says otherwise; elsewhere the locale's."""
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    assert (encoding_of(pipe, "win32"), encoding_of(pipe, "linux")) == ("utf-8", "cp1252")
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    assert encoding_of(pipe, "win32") == "cp1252"


@pytest.mark.parametrize(("platform", "code"), [("linux", -signal.SIGTERM), ("win32", 0)])
def test_signals_of_a_child(platform: str, code: int) -> None:
    """A signal goes to the child, except on Windows, where the console gave it one and sending one would kill it."""
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as child:
        with forwarding_signals(child, platform):
            signal.raise_signal(signal.SIGTERM)
        child.communicate("\n")
    assert child.returncode == code


def test_what_the_sandbox_prints() -> None:
    """Two lines for the shell that people have: PowerShell on Windows."""
    assert settings_to_paste("http://x", "k", "win32") == '$env:BUFFER_API_URL="http://x"\n$env:BUFFER_API_KEY="k"'
    assert settings_to_paste("http://x", "k", "linux") == "export BUFFER_API_URL=http://x\nexport BUFFER_API_KEY=k"


def test_the_signals_that_stop() -> None:
    """Ctrl-C and SIGTERM; Windows has Ctrl-Break, too."""
    assert STOPS[:2] == (signal.SIGINT, signal.SIGTERM)
    assert len(STOPS) == 2 + hasattr(signal, "SIGBREAK")


def test_what_is_posix_only() -> None:
    """Every use of what Windows lacks, each with what Windows has in its place."""
    having = mentioning("bufferctl", *POSIX_ONLY, *PLACES)
    assert {str(path.relative_to(PACKAGE)): found for path in having if (found := _posix_only(path))} == {
        "git.py": {"SIGKILL", "killpg", "start_new_session"},  # taskkill, and a new process group
        "machine.py": {"CLOCK_BOOTTIME", "CLOCK_MONOTONIC", "clock_gettime"},  # monotonic counts sleep
        "media/reading.py": {"O_DIRECTORY", "O_NOFOLLOW", "dir_fd"},  # opened by name
        "state/lock.py": {"/proc/"},  # a dead process that is not yet reaped; Windows has none
    }


def test_programs_speak_utf8() -> None:
    """What they print is not read in the code page of Windows."""
    calls = [
        (path.name, {each.arg for each in node.keywords})
        for path in mentioning("bufferctl", ".run(", ".Popen(")
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"run", "Popen"}
    ]
    assert [name for name, given in calls if given & {"text", "universal_newlines"} and "encoding" not in given] == []


def _posix_only(path: Path) -> set[str]:
    found = set[str]()
    for node in nodes(path):
        match node:
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.alias(name=name):
                found |= {name} & POSIX_ONLY
            case ast.Constant(value=str(text)):
                found |= {text} & POSIX_ONLY | {place for place in PLACES if text.startswith(place)}
    return found
