"""Lives in which every answer is carried out to the letter: nothing twice, nothing lost, and no question in vain.

One here; `LIVES=300` in `make test-all`. One that fails is told as its shortest story. One seed again:
`python -m tests.lives SEED --obeying`, with `--shrink`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.conftest import long
from tests.lives.account import PERSON, START, stamp
from tests.lives.endpoint import Server
from tests.lives.judge import Broken
from tests.lives.life import Setting, begin
from tests.lives.obeying import Entry, Obeying
from tests.lives.obeying_lives import asked_in_vain, draw, live
from tests.lives.projects import TWITTER
from tests.lives.shrink import lived

#: In `make test` one of 16 steps.
SEEDS = range(int(os.environ.get("LIVES", "0"))) or [10]
#: Whether to draw whole years, as `make test-all` does.
LONG = len(SEEDS) >= 100


@pytest.mark.parametrize("seed", SEEDS)
def test_a_life_that_obeys_keeps_the_promises(seed: int, server: Server) -> None:
    """After every run and every answer, by the oracle's own bookkeeping."""
    lived(draw(seed), partial(live, server=server))


@pytest.mark.parametrize("seed", range(2) if LONG else long(0))
def test_a_year_asks_at_most_one_question_a_quarter_in_vain(seed: int, server: Server) -> None:
    """With the state whole, every rename written down, and people at work in Buffer; a quarter in `make test-long`."""
    asked = asked_in_vain(seed, server, 52 if LONG else 13)
    by_quarter = Counter(each.partition(":")[0] for each in asked)
    assert not asked or max(by_quarter.values()) <= 1, "\n\n".join(asked)


@pytest.fixture
def life(server: Server) -> Iterator[Obeying]:
    """An honest life with one scheduled post."""
    with begin(Setting(0), server) as house:
        life = Obeying(house.world, "honest", random.Random(1), managed_since=True)  # noqa: S311 - not a secret
        form = {"key": "a", "channels": ["twitter"], "text": "We are xza1 live", "due_at": "2029-12-20 09:00"}
        life.entries.append(Entry("xza1", form, "one", keys=["a"]))
        life.write()
        life.apply()
        yield life


def post(text: str) -> dict[str, Any]:
    """A post for the week after next, as a write has it."""
    due = stamp(START + timedelta(days=9))
    return {"channelId": TWITTER.id, "text": text, "assets": [], "mode": "customScheduled", "dueAt": due}


def test_the_oracle_sees_a_post_that_is_there_twice(life: Obeying) -> None:
    """By its token, whatever else it says."""
    life.account.create("one", "api", post("Once more, xza1"))
    with pytest.raises(Broken, match="twice in Buffer"):
        life.judge()


def test_the_oracle_sees_what_should_not_have_been_deleted(life: Obeying) -> None:
    """What the files declare, but not what they cancel; and whatever of a person was touched."""
    (there,) = life.posts("twitter", "xza1")
    life.account.delete("one", there.id)
    with pytest.raises(Broken, match="was deleted"):
        life.judge()
    life.entries[0].form["cancelled"] = True
    life.judge()
    theirs = life.account.create(PERSON, "buffer", post("A person wrote this"))
    life.account.delete("one", theirs.id)
    with pytest.raises(Broken, match="a person's post was touched"):
        life.judge()


def test_only_what_is_true_is_answered(life: Obeying) -> None:
    """Which post an entry is, and that both are meant; not that a post is its own repeat, or was not sent."""
    (there,) = life.posts("twitter", "xza1")
    other = life.account.create(PERSON, "buffer", post("A person wrote this"))
    hold = {"address": "Acme/twitter:acme/a", "reason": "ambiguous"}

    def may(way: str, name: str, content: object = None, id_: str = "", command: tuple[str, ...] = ()) -> bool:
        answer = {"way": way, "field": name, "content": content, "id": id_, "occurrence": None, "is_open": False}
        return life.may_give(hold, answer | {"command": list(command), "later": False})

    assert may("add", "existing", {"twitter": there.id}, there.id)
    assert not may("add", "existing", {"twitter": other.id}, other.id)
    assert may("add", "repeat_of", other.id, other.id)
    assert not may("add", "repeat_of", there.id, there.id)
    assert (may("add", "was", "a"), may("add", "was", "b")) == (True, False)
    assert not may("run", "", command=("bufferctl", "apply", "--recreate", "Acme/twitter:acme/a"))
    life.persona = "careful"
    assert may("add", "existing", {"twitter": there.id}, there.id)
    assert not may("add", "repeat_of", other.id, other.id)
