"""Answers are lost, the run is killed, and the channel is connected to Buffer again, which gives it another id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.conftest import long
from tests.lives.endpoint import Fault, Server
from tests.lives.projects import TWITTER
from tests.lives.scene import Scene, queued, scene, timed
from tests.never_twice.campaign import serving

__all__ = ["serving"]  # a fixture, used here by name

ENTRIES = [timed("a", "The first of them"), timed("b", "The second of them", 4), queued("c", "Whenever there is room")]
KEYS = [each.key for each in ENTRIES]


@pytest.fixture
def cut_off(server: Server) -> Iterator[Scene]:
    """All of it is in Buffer, and nobody knows."""
    with scene(server) as s:
        s.pass_time(hours=1)
        s.declare(timed("before", "Applied before", 9))
        assert s.apply().code == 0
        s.declare(timed("before", "Applied before", 9), *ENTRIES)
        assert s.apply(fault=Fault("kill")).killed
        yield s


def made(s: Scene) -> Counter[str]:
    """How often each text was ever created."""
    return Counter(w.after.content["text"] for w in s.account.writes if w.kind == "create" and w.after)


@pytest.mark.parametrize("is_away", [True, *long(False)], ids=["a run in between finds no channel", "at once"])
def test_they_are_named_and_held(cut_off: Scene, is_away: bool) -> None:
    """By plan and by apply, however often; nothing is created again before a person answers."""
    s = cut_off
    if is_away:
        kept = s.account.channels.pop(TWITTER.id)
        assert s.apply().code == 1
        s.account.channels[TWITTER.id] = kept
    s.account.connect_again("twitter", "c9" * 12)
    once = made(s)
    assert "3 writes without an answer" in " ".join(s.run("plan").err.split())
    for _ in range(3):
        assert s.apply().code == 1
        assert {key: s.actions()[key] for key in KEYS} == dict.fromkeys(KEYS, "hold: unsettled")
        s.pass_time(hours=1)
    assert made(s) == once


def test_both_answers(cut_off: Scene) -> None:
    """What a person says was published is left alone, what was not is sent once, and nothing is asked again."""
    s = cut_off
    s.pass_time(days=3, hours=1)  # the first is published
    s.account.connect_again("twitter", "c9" * 12)
    assert s.apply().code == 1
    a, b, c = ENTRIES
    s.declare(timed("before", "Applied before", 9), replace(a, cancelled=True), b, c)
    assert s.apply("--recreate", b.address, "--recreate", c.address).code == 1  # for `before`, which is gone
    assert made(s) == {"Applied before": 1, a.text: 1, b.text: 2, c.text: 2}
    s.declare(replace(a, cancelled=True), b, c)
    assert s.apply().code == 0
    assert s.actions() == dict.fromkeys(KEYS, "no-op")
    assert sum(made(s).values()) == 6
