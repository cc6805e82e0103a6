"""A life that breaks a promise is told as its shortest story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lives import obeying, obeying_lives
from tests.lives.account import START, stamp
from tests.lives.endpoint import Server
from tests.lives.judge import Broken
from tests.lives.obeying_steps import OTHERS
from tests.lives.shrink import lived, promise, shortest


@given(st.sets(st.integers(0, 40), min_size=1, max_size=10), st.integers(41, 60))
def test_what_a_failure_needs_is_left(needed: set[int], length: int) -> None:
    """Those steps in their order, and no other, wherever they are."""
    assert shortest(range(length), lambda steps: needed <= set(steps)) == sorted(needed)


def test_a_step_that_can_go_once_a_later_one_did() -> None:
    """Steps are tried again until none can be left out: 0 is needed as long as 1 is there."""

    def fails(steps: Sequence[int]) -> bool:
        return 2 in steps and (0 in steps or 1 not in steps)

    assert shortest(range(3), fails) == [2]


@dataclass(frozen=True)
class Script:
    """A script of numbers."""

    steps: tuple[int, ...]


def live(script: Script) -> None:
    """Two promises: 7 breaks one after 3, 9 another one at once."""
    seen: set[int] = set()
    for step in script.steps:
        seen.add(step)
        if {3, 7} <= seen:
            raise Broken(f"one, of {sorted(seen)}")
        if step == 9 and 5 not in seen:
            raise Broken("another")


def test_another_promise_is_another_story() -> None:
    """Without 5 the life would break one earlier, which nobody asked about."""
    with pytest.raises(Broken, match=r"^one, of \[3, 5, 7, 9\]\nthe same: .* --steps 0,3,5,6$"):
        lived(Script((5, 1, 2, 9, 4, 3, 7, 8)), live_with_nine)


def live_with_nine(script: Script) -> None:
    """As `live`, where 7 breaks nothing without 9."""
    live(script if 9 in script.steps else Script(()))


def test_a_promise_is_known_by_where_it_was_noticed() -> None:
    """Whatever the words say, and whoever adds to them."""
    found = []
    for steps in ((9,), (1, 9), (3, 7)):
        with pytest.raises(Broken) as raised:
            live(Script(steps))
        told = Broken(f"{raised.value}\nin a life")
        told.__cause__ = raised.value
        found.append((promise(raised.value), promise(told)))
    assert found[0] == found[1] != found[2]
    assert all(one == more for one, more in found)


def test_a_life_that_keeps_its_promises_is_lived_once() -> None:
    """There is no story."""
    scripts: list[Script] = []
    lived(Script((1, 2)), scripts.append)
    assert scripts == [Script((1, 2))]


def made_twice(life: obeying.Obeying) -> str:
    """Somebody else's fault: a post of ours is made a second time."""
    ours = [post for post in life.unsent() if obeying.tokens_in(post.says)]
    for post in ours[:1]:
        due = stamp(START + timedelta(days=9))
        given = {"channelId": post.channel.id, "text": post.text, "assets": [], "mode": "customScheduled", "dueAt": due}
        life.account.create("one", "api", given)
    return f"a post is there twice: {len(ours) > 0}"


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_the_story_of_a_whole_life_has_at_most_ten_steps(
    server: Server, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Of thirty, in one of which something is made twice."""
    monkeypatch.setattr("tests.lives.obeying_lives.OTHERS", [*OTHERS, made_twice])
    drawn = obeying_lives.draw(seed)
    script = replace(drawn, steps=(*drawn.steps[:10], ("made_twice", 1), *drawn.steps[10:]))
    with pytest.raises(Broken) as raised:
        lived(script, partial(obeying_lives.live, server=server))
    story = str(raised.value)
    assert story.startswith("twice in Buffer")
    assert len(story.rpartition("--steps ")[2].split(",")) <= 10
    assert "made_twice" in story
