"""A lock that ran out is taken over only by two answers of Buffer that agree with the steady clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest

from bufferctl.apply import FileJournal
from bufferctl.cli.console import Console
from bufferctl.errors import LockedError
from bufferctl.run.listener import NEVER
from bufferctl.run.session import Waiting
from bufferctl.state import Lease, SavedState, StateFile

ENDPOINT = "https://api.buffer.com"
NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
#: Dead since a minute ago: it ended three minutes ago, and nothing of its run can arrive two minutes later.
LEASE = Lease(
    "ann", "laptop", 7, NOW - timedelta(minutes=8), run="other", until=NOW - timedelta(minutes=3), landing=120
)


@dataclass
class Scene:
    """Buffer and the state; `jump`: how many seconds its second answer is ahead of the steady clock."""

    jump: float = 0
    tells_time: bool = True
    renewed: Lease | None = None
    at: datetime = NOW
    slept: list[float] = field(default_factory=list)
    answers: int = 0
    document: SavedState = field(default_factory=lambda: SavedState(ENDPOINT, lease=LEASE))

    def server_time(self) -> datetime:
        """As of the last answer."""
        return self.at

    def account(self, organizations: object) -> None:
        """An answer."""
        self.answers += 1
        self.at += timedelta(seconds=self.jump)

    def sleep(self, seconds: float) -> None:
        """Time passes, by the steady clock."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    def read(self) -> None:
        """The state, as another run may have changed it."""
        if self.renewed:
            self.document = SavedState(ENDPOINT, lease=self.renewed)


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A lock that ran out."""
    made = Scene()
    with patch.object(time, "sleep", made.sleep):
        yield made


def taken(scene: Scene, folder: Path) -> list[str]:
    """Wait for the lock; what was taken. Raises LockedError."""
    took: list[str] = []
    journal = FileJournal(folder, ENDPOINT, folder / "buffer.yaml")
    waiting = Waiting(cast("Any", scene), Console.create(), NEVER, 0, 30)
    waiting.until_free(cast("StateFile", scene), lambda: took.append("lock"), journal.runs)
    return took


def test_after_a_second_look_it_is_taken(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A settle time later, by a new answer; people read why it waits."""
    assert taken(scene, tmp_path) == ["lock"]
    assert (scene.slept, scene.answers) == ([30], 1)
    assert "Another run did not release the lock; checking it again in 30 s." in capsys.readouterr().err


@pytest.mark.parametrize("jump", [-3600, -10, 10, 3600])
def test_answers_that_do_not_agree_with_the_steady_clock_take_nothing(
    scene: Scene, tmp_path: Path, jump: float
) -> None:
    """One of them was old, or this machine was suspended: it is still another run's."""
    scene.jump = jump
    with pytest.raises(LockedError):
        taken(scene, tmp_path)


def test_a_lock_that_is_renewed_meanwhile_is_not_taken(scene: Scene, tmp_path: Path) -> None:
    """Its run is alive after all."""
    scene.renewed = replace(LEASE, until=NOW + timedelta(minutes=5))
    with pytest.raises(LockedError):
        taken(scene, tmp_path)


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(seconds=119)])
def test_a_lock_that_may_still_have_an_effect_is_not_taken(scene: Scene, tmp_path: Path, until: datetime) -> None:
    """Within two minutes of its end, what its run sent may arrive; nothing is asked of Buffer."""
    scene.document = SavedState(ENDPOINT, lease=replace(LEASE, until=until))
    with pytest.raises(LockedError):
        taken(scene, tmp_path)
    assert scene.answers == 0


def test_without_a_date_a_person_decides(scene: Scene, tmp_path: Path) -> None:
    """`bufferctl state unlock`."""
    scene.tells_time = False
    with pytest.raises(LockedError) as raised:
        taken(scene, tmp_path)
    assert "bufferctl state unlock" in raised.value.hint
