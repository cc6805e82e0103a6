"""One thread looks what takes long (the lines that it leads to: `tests/cli/test_plan.py`)."""

from __future__ import annotations

import threading

from bufferctl.cli.patience import Patience


def test_each_wait_is_said_that_takes_long() -> None:
    """Both of two, one inside the other, and a third one that begins after they were said; each once."""
    patience, said = Patience(), list[str]()
    heard = [threading.Event() for _ in range(3)]

    def of(number: int) -> None:
        said.append(f"wait {number}")
        heard[number].set()

    with patience.lasting(lambda: of(0)), patience.lasting(lambda: of(1)):
        assert heard[0].wait(300)
        assert heard[1].wait(300)
    with patience.lasting(lambda: of(2)):
        assert heard[2].wait(300)
    assert said == ["wait 0", "wait 1", "wait 2"]


def test_all_share_one_thread_that_ends() -> None:
    """What is over is never said, and once nobody waits, no thread is left."""
    before = set(threading.enumerate())
    patience, said = Patience(), list[str]()
    for _ in range(10):
        with patience.lasting(lambda: said.append("late")):
            pass
    looking = set(threading.enumerate()) - before
    assert len(looking) <= 1
    for thread in looking:
        thread.join()
    assert said == []
