"""A machine is suspended, and its clocks stand still meanwhile."""

from __future__ import annotations

import random
import signal
from collections import Counter
from pathlib import Path

from bufferctl.state import LocalStore
from tests.lives.account import Account
from tests.lives.projects import LINKEDIN, TWITTER
from tests.lives.scene import queued
from tests.never_twice.campaign import POSTS
from tests.races.conftest import stage
from tests.races.race import DEAD, Race
from tests.races.stage import Answer, Contact, Stage

__all__ = ["stage"]  # a fixture, used here by name


def test_a_machine_whose_clocks_stood_still(stage: Stage, tmp_path: Path) -> None:
    """Suspended with its first request; another machine takes over and sends the rest. It ends with 5 then."""
    stage.begin(Account([TWITTER, LINKEDIN]))
    store = tmp_path / "shared" / "state.json"
    race = Race(stage, random.Random(1), tmp_path, lambda: lambda: LocalStore(store))  # noqa: S311 - no secret
    race.entries = {each.address: each for each in [*POSTS, *(queued(f"r{n}", f"More words, {n}") for n in range(30))]}
    suspended, other = race.machine("suspended"), race.machine("other")
    taken_over = list[int]()

    def suspend(contact: Contact) -> Answer | signal.Signals:
        if contact.what != "write" or not contact.after or taken_over:
            return "go"
        stage.pass_time(DEAD)
        taken_over.append(race.apply(other).code)
        stage.pass_time(3600)
        return "still"

    ran = stage.run(suspended, "apply", "--auto-approve", "--json", decide=suspend)
    stage.pass_time(DEAD)
    assert taken_over == [0]
    assert (ran.code, "Another run took over the lock" in ran.err) == (5, True), ran
    made = Counter(write.after.says for write in stage.account.writes if write.after)
    assert set(made.values()) == {1}
    assert len(made) == 60
