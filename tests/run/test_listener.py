"""Who follows a run hears of every wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bufferctl.api import connect
from bufferctl.run.files import open_files
from bufferctl.run.listener import Listener, Stop
from bufferctl.run.session import open_to_change, open_to_read
from bufferctl.sandbox import Sandbox
from tests.stores import git

ROOT = "version: 1\nstate: git\norganizations: [{name: Acme, channels: [{service: twitter, name: acme}]}]\n"


class Hears(Listener):
    """Counts the waits for the state."""

    def __init__(self) -> None:
        self.heard = list[str]()

    @contextmanager
    def storing(self) -> Iterator[None]:
        """As `Listener`."""
        self.heard.append("begins")
        yield
        self.heard.append("ends")


class Delays(Stop):
    """Counts the times in which a wish to stop has to wait."""

    def __init__(self) -> None:
        self.delayed = list[str]()

    @contextmanager
    def patient(self) -> Iterator[None]:
        """As `Stop`."""
        self.delayed.append("until the answer")
        yield

    @contextmanager
    def undisturbed(self) -> Iterator[list[int]]:
        """As `Stop`."""
        self.delayed.append("until the lock is taken or released")
        yield []


@pytest.fixture
def _clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory is a checkout whose state is shared."""
    clone = git.clone(str(git.remote(tmp_path / "remote.git")), tmp_path / "clone")
    (clone / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    monkeypatch.chdir(clone)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


@pytest.mark.usefixtures("_clone")
def test_a_wait_for_the_state_is_heard() -> None:
    """Reading it once; in a run that writes, reading it, the lock, and what is stored at the end."""
    reads, writes = Hears(), Hears()
    with Sandbox() as sandbox, connect(sandbox.url, sandbox.key) as buffer:
        with open_to_read(open_files(listener=reads), buffer, listener=reads):
            assert reads.heard == ["begins", "ends"]
        with open_to_change(open_files(listener=writes), buffer, afresh=True, listener=writes) as session:
            assert not session.store.is_lock_due
    assert reads.heard == ["begins", "ends"]
    assert writes.heard == ["begins", "ends"] * 3


@pytest.mark.usefixtures("_clone")
def test_a_wish_to_stop_waits_with_a_shared_state_too() -> None:
    """The session renews the lock while it waits, and passes everything else on to the caller's `Stop`."""
    stop = Delays()
    with (
        Sandbox() as sandbox,
        connect(sandbox.url, sandbox.key) as buffer,
        open_to_change(open_files(), buffer, afresh=True, stop=stop) as session,
    ):
        stop.delayed.clear()
        with session.stop.patient(), session.stop.undisturbed():
            pass
        assert stop.delayed == ["until the answer", "until the lock is taken or released"]
