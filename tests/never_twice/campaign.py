"""Thirty posts in one request, with the clocks of tests/lives, so that waiting costs nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.lives.conftest import serving
from tests.lives.endpoint import Server
from tests.lives.scene import Scene, queued, scene, timed

__all__ = ["serving"]  # a fixture, used here by name

POSTS = [timed(f"t{n}", f"A dated sentence, number {n}") for n in range(15)]
POSTS += [queued(f"q{n}", f"A queued sentence, number {n}") for n in range(15)]


@pytest.fixture
def campaign(server: Server) -> Iterator[Scene]:
    """The posts, declared and not applied yet."""
    with scene(server) as s:
        s.pass_time(hours=1)  # since `managed_since`
        s.declare(*POSTS)
        yield s


def ends_once(s: Scene, code: int) -> None:
    """Check the exit code, that each post was created once, and that nothing is left to do."""
    assert code == 0
    s.pass_time(minutes=5)  # whatever is still on its way arrives
    made = Counter(post.content["text"] for post in s.account.posts.values())
    assert made == Counter(entry.text for entry in POSTS)
    assert set(s.actions().values()) == {"no-op"}
