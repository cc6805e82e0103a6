"""One run at a time: the lock's holder is named, and a dead holder's lock is taken over."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import Timeout

from bufferctl.errors import LockedError
from bufferctl.state import Lease, Lock
from bufferctl.state.lock import Holder, holders, is_mine, locked_by, same_process, soft_lock, user_name

ENDPOINT = "https://api.buffer.com"
#: Holds the lock until its standard input closes.
HOLD = f"""
import sys
from pathlib import Path
from bufferctl.state import Lock
with Lock(Path(sys.argv[1]), {ENDPOINT!r}).held(0):
    print("held", flush=True)
    sys.stdin.read()
"""


def another_process(folder: Path) -> subprocess.Popen[str]:
    """A process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOGNAME": "ada", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout
    told = process.stdout.readline()
    assert told == "held\n"
    return process


def test_a_free_lock_is_taken_and_given_back(tmp_path: Path) -> None:
    """No dead holder; while it is held it names the holder; afterwards it is free again."""
    lock = Lock(tmp_path / "user", ENDPOINT)
    with lock.held(0) as died:
        assert died is None
        assert lock.holder
        assert lock.holder.pid == os.getpid()
    assert Lock(tmp_path / "user", ENDPOINT).holder is None
    with lock.held(0) as died:
        assert died is None


def test_a_run_that_holds_both_locks_is_named_once(tmp_path: Path) -> None:
    """Even if the two locks are dated by different clocks; two separate runs are both named."""
    now = datetime(2029, 12, 3, 9, tzinfo=UTC)
    lease = Lease("ann", platform.node(), os.getpid(), now, run="r1", until=now + timedelta(minutes=15), landing=60)
    lock = Lock(tmp_path, ENDPOINT)
    with lock.held(0):
        assert holders(lock, lease) == (str(lock.holder),)
        assert len(holders(lock, replace(lease, pid=1))) == 2
    assert holders(lock, lease) == (f"ann on {platform.node()} (process {os.getpid()}, since 2029-12-03 09:00 UTC)",)


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    """User, host, process, start time; and the fix."""
    process = another_process(tmp_path)
    try:
        with pytest.raises(LockedError) as raised, Lock(tmp_path, ENDPOINT).held(0):
            pass
    finally:
        process.communicate("")
    message = raised.value.message
    assert message.startswith("Another run is using this account: ada on ")
    assert f"process {process.pid}, since 20" in message
    assert "--lock-timeout" in raised.value.hint
    with Lock(tmp_path, ENDPOINT).held(0) as died:
        assert died is None


def test_being_refused_takes_nothing_from_the_holder(tmp_path: Path) -> None:
    """The holder keeps the lock and is still named, after several tries."""
    process = another_process(tmp_path)
    try:
        for _ in range(3):
            with pytest.raises(LockedError, match=f"process {process.pid}"), Lock(tmp_path, ENDPOINT).held(0):
                pass
    finally:
        process.communicate("")


def test_a_dead_holder_s_lock_is_taken_over_with_its_name(tmp_path: Path) -> None:
    """After kill -9 the next run gets the lock at once, with the name of the dead holder."""
    process = another_process(tmp_path)
    process.kill()
    process.communicate()
    with Lock(tmp_path, ENDPOINT).held(0) as died:
        assert died
        assert (died.user, died.pid) == ("ada", process.pid)
        assert f"process {process.pid}" in str(died)


def test_endpoints_lock_apart(tmp_path: Path) -> None:
    """The sandbox does not block the real account."""
    with Lock(tmp_path, ENDPOINT).held(0), Lock(tmp_path, "http://127.0.0.1:4000").held(0) as died:
        assert died is None


def test_it_is_given_back_whatever_happens(tmp_path: Path) -> None:
    """Also after an exception."""
    with pytest.raises(ZeroDivisionError), Lock(tmp_path, ENDPOINT).held(0):
        _ = 1 / 0
    assert Lock(tmp_path, ENDPOINT).holder is None
    with Lock(tmp_path, ENDPOINT).held(0):
        pass


def test_a_person_can_break_it(tmp_path: Path) -> None:
    """`state unlock` names the holder; then the lock is free. Broken again, it is free as before."""
    process = another_process(tmp_path)
    try:
        lock = Lock(tmp_path, ENDPOINT)
        assert lock.holder
        assert lock.holder.pid == process.pid
        lock.break_()
        assert lock.held_by == ""
        lock.break_()
        with lock.held(0) as died:
            assert died is None
    finally:
        process.communicate("")


def test_whoever_was_broken_takes_nothing_from_the_next(tmp_path: Path) -> None:
    """The broken holder ends; the new one keeps the lock and is still named."""
    process = another_process(tmp_path)
    lock = Lock(tmp_path, ENDPOINT)
    lock.break_()
    with lock.held(0):
        process.communicate("")
        assert lock.holder
        assert lock.holder.pid == os.getpid()
        with pytest.raises(LockedError), Lock(tmp_path, ENDPOINT).held(0):
            pass


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """The problem and the fix."""
    (tmp_path / "occupied").write_text("", encoding="utf-8")
    with (
        pytest.raises(LockedError, match="cannot be taken") as raised,
        Lock(tmp_path / "occupied" / "user", ENDPOINT).held(0),
    ):
        pass
    assert "XDG_STATE_HOME" in raised.value.hint


def _link(path: Path) -> None:
    path.symlink_to("nowhere")


def _link_to_a_folder(path: Path) -> None:
    (path.parent / "elsewhere").mkdir()
    (path.parent / "elsewhere" / "kept").touch()
    path.symlink_to("elsewhere")


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "file").write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    "leave",
    [
        lambda path: path.write_bytes(b"\xff garbage"),
        lambda path: path.write_text("4242\nanother-host\n", encoding="utf-8"),
        _link,
        _link_to_a_folder,
        _folder,
        os.mkfifo,
    ],
    ids=["garbage", "another-host", "dangling-link", "link-to-a-folder", "folder", "pipe"],
)
def test_what_blocks_is_named_and_removed(tmp_path: Path, leave: Callable[[Path], object]) -> None:
    """Its path, since no run is named there; after `state unlock` the next run has the lock."""
    lock = Lock(tmp_path, ENDPOINT)
    with lock.held(0):
        [path] = tmp_path.glob("*.lock")
    leave(path)
    with pytest.raises(LockedError, match=str(path)), lock.held(0):
        pass
    assert str(path) in lock.held_by
    lock.break_()
    assert lock.held_by == ""
    assert (tmp_path / "elsewhere" / "kept").exists() is (leave is _link_to_a_folder)
    with lock.held(0) as died:
        assert died is None


def test_whose_run_holds_a_shared_lock() -> None:
    """This machine's, if its journal knows the run and it was started here; it is dead then."""
    now = datetime(2029, 12, 3, 9, tzinfo=UTC)
    lease = Lease("ann", platform.node(), 7, now, run="r1", until=now + timedelta(minutes=5), landing=60)
    assert is_mine(lease, frozenset({"r1"}))
    assert not is_mine(lease, frozenset({"r2"}))
    assert not is_mine(replace(lease, host="elsewhere"), frozenset({"r1"}))
    assert same_process(Holder("ann", platform.node(), 7, now), lease)
    assert not same_process(Holder("ann", platform.node(), 8, now), lease)
    assert not same_process(Holder("ann", "elsewhere", 7, now), lease)
    assert not same_process(None, lease)
    assert not same_process(Holder("ann", platform.node(), 7, now), None)


@pytest.mark.parametrize(("tells_time", "says"), [(True, "takes over after 09:06:00 UTC"), (False, "bufferctl state")])
def test_a_run_that_finds_the_lock_taken_is_told_until_when(tells_time: bool, says: str) -> None:
    """Only if Buffer says what time it is."""
    now = datetime(2029, 12, 3, 9, tzinfo=UTC)
    error = locked_by(
        Lease("ann", "there", 7, now, run="r1", until=now + timedelta(minutes=5), landing=60), tells_time=tells_time
    )
    assert error.message.endswith("nothing was done: ann on there (process 7, since 2029-12-03 09:00 UTC)")
    assert says in error.hint
    assert ("09:06" in error.hint) is tells_time


def test_a_killed_run_that_nobody_reaped_holds_nothing(tmp_path: Path) -> None:
    """A container without an init process keeps it as a zombie: it is taken over, with its name."""
    process = another_process(tmp_path)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    try:
        with Lock(tmp_path, ENDPOINT).held(0) as died:
            assert died
            assert died.pid == process.pid
    finally:
        process.communicate()


def test_a_run_that_was_killed_before_it_named_itself_holds_nothing(tmp_path: Path) -> None:
    """Its lock file is empty: the next run takes it over, since a run that lives names itself at once."""
    lock = Lock(tmp_path, ENDPOINT)
    with lock.held(0):
        [path] = tmp_path.glob("*.lock")
    path.touch()
    with lock.held(0) as died:
        assert died is None
    assert lock.held_by == ""


def test_a_user_name_that_is_no_text_is_shown_as_far_as_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The holder is named, with `?` for the byte; the lock is free afterwards."""
    monkeypatch.setenv("LOGNAME", os.fsdecode(b"ad\xff"))
    lock = Lock(tmp_path, ENDPOINT)
    with lock.held(0):
        assert lock.held_by.startswith("ad? on ")
    assert lock.held_by == ""


def test_a_holder_that_cannot_be_written_holds_the_lock_all_the_same(tmp_path: Path) -> None:
    """What goes wrong meanwhile is raised as it is, and the lock is free afterwards."""
    (tmp_path / f"{NAME}.holder").mkdir()
    lock = Lock(tmp_path, ENDPOINT)
    with pytest.raises(ZeroDivisionError), lock.held(0):
        _ = 1 / 0
    assert lock.held_by == ""


NAME = "b44d73fff0cf9c14"  # a digest of the endpoint


def test_a_run_of_another_version_finds_the_same_lock(tmp_path: Path) -> None:
    """The lock and its holder keep their names; their folder is made, for its owner alone."""
    folder = tmp_path / "home" / "bufferctl"
    with Lock(folder, ENDPOINT).held(0):
        assert sorted(each.name for each in folder.iterdir()) == [f"{NAME}.holder", f"{NAME}.lock"]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_holder_that_cannot_be_read_is_nobody(tmp_path: Path) -> None:
    """A torn file: the lock is free, and is taken."""
    lock = Lock(tmp_path, ENDPOINT)
    with lock.held(0):
        (holder,) = tmp_path.glob("*.holder")
    holder.write_bytes(b'{"user": "ad')
    assert lock.holder is None
    with lock.held(0) as died:
        assert died is None


def _names_itself(path: Path) -> None:
    path.write_text(f"{os.getpid()}\n{platform.node()}\n", encoding="utf-8")


def _is_another(path: Path) -> None:
    path.rename(path.with_name("before"))  # kept, so that its inode is not used again
    path.touch()
    os.utime(path, ns=(0, 0))


def _is_touched(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def _grows(path: Path) -> None:
    path.write_text("4", encoding="utf-8")
    os.utime(path, ns=(0, 0))


@pytest.mark.parametrize("happens", [_names_itself, _is_another, _is_touched, _grows])
def test_a_run_that_is_about_to_name_itself_keeps_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Path], object]
) -> None:
    """An empty lock file is watched for a second: whatever happens to it, somebody is there."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        happens(path)

    path = tmp_path / "lock"
    path.touch()
    os.utime(path, ns=(0, 0))
    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(Timeout):
        soft_lock(path, 0).acquire()
    assert waits == [1]


@pytest.mark.parametrize(
    ("host", "more", "free"),
    [
        (platform.node(), "", True),
        (platform.node(), "a line that a later filelock adds\n", True),
        ("elsewhere", "", False),
    ],
)
def test_a_process_that_nobody_reaped_holds_nothing_here(tmp_path: Path, host: str, more: str, free: bool) -> None:
    """Its number on another host is another process."""
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        path.write_text(f"{process.pid}\n{host}\n{more}", encoding="utf-8")
        soft_lock(path, 0)
        assert path.exists() is not free


@pytest.mark.parametrize("error", [OSError, KeyError, ImportError])
def test_a_user_without_a_name_is_somebody(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    """As in a container with a user id that the system does not know; each version of Python raises another one."""

    def getuser() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", getuser)
    assert user_name() == "somebody"
