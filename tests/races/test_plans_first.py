"""Two machines on purpose: one plans without the lock, and another one's run happens at each moment in between.

What was read counts only if nobody had the lock from before it was read until the writes were announced.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from bufferctl.state import LocalStore
from tests.conftest import long
from tests.lives.account import Account
from tests.lives.projects import LINKEDIN, TWITTER
from tests.races.race import APPLY, DEAD, Race
from tests.races.stage import Answer, Contact, Decide, Ran, Stage


@pytest.fixture
def race(stage: Stage, tmp_path: Path) -> Race:
    """Some entries were applied, and more are declared."""
    stage.begin(Account([TWITTER, LINKEDIN]))
    store = tmp_path / "shared" / "state.json"
    race = Race(stage, random.Random(3), tmp_path, lambda: lambda: LocalStore(store))  # noqa: S311 - no secret
    race.edit_files()
    assert race.apply(race.machine("first")).code == 0
    race.edit_files()
    return race


def watched(seen: list[str], at: str = "", act: Callable[[], object] = lambda: None, *, after: bool = True) -> Decide:
    """Note each contact of a run, and do something once: before or after its first contact of the kind `at`."""
    done: list[str] = []

    def decide(contact: Contact) -> Answer:
        if not contact.after:
            seen.append(contact.what)
        if (contact.what, contact.after) == (at, after) and not done:
            done.append(at)
            act()
        return "go"

    return decide


def kill_after_a_write(contact: Contact) -> Answer | signal.Signals:
    return signal.SIGKILL if contact.what == "write" and contact.after else "go"


def test_the_lock_is_taken_with_what_is_about_to_be_sent(race: Race) -> None:
    """Fetch and read, then one swap before anything is written, and one at the end."""
    machine, seen = race.machine("ann"), list[str]()
    assert race.stage.run(machine, *APPLY, decide=watched(seen)).code == 0
    sent = [each for each in seen if each != "read"]
    assert (sent[:2], sent[-1], set(sent[2:-1])) == (["fetch", "swap"], "swap", {"write"})
    race.end(machine)


def test_a_run_with_nothing_to_send_takes_no_lock(race: Race) -> None:
    """It reads the state and the account, once each, and writes neither."""
    machine, seen = race.machine("ann"), list[str]()
    assert race.apply(machine).code == 0
    assert race.stage.run(machine, *APPLY, decide=watched(seen)).code == 0
    assert seen == ["fetch", "read"]
    race.end(machine)


@pytest.mark.parametrize(
    ("at", "after", "plans_again"),
    [
        ("read", True, True),
        *long(("fetch", False, False), ("fetch", True, True), ("read", False, True), ("swap", False, True)),
    ],
)
def test_another_run_comes_and_goes_meanwhile(race: Race, at: str, after: bool, plans_again: bool) -> None:
    """Each entry once. The run whose document was replaced since it was read plans again."""
    ann, ben, others = race.machine("ann"), race.machine("ben"), list[Ran]()
    decide = watched([], at, lambda: others.append(race.apply(ben)), after=after)
    ran = race.stage.run(ann, *APPLY, decide=decide)
    assert ([each.code for each in others], ran.code) == ([0], 0), ran
    assert ("so this one plans again" in ran.err) is plans_again
    race.end(ann, ben)


@pytest.mark.parametrize("at", long("fetch", "read"))
def test_another_run_dies_meanwhile_with_the_lock(race: Race, at: str) -> None:
    """Nothing is sent while the other run's lease lasts; after that, each entry once."""
    ann, ben, seen = race.machine("ann"), race.machine("ben"), list[str]()
    others: list[Ran] = []
    decide = watched(seen, at, lambda: others.append(race.stage.run(ben, *APPLY, decide=kill_after_a_write)))
    ran = race.stage.run(ann, *APPLY, decide=decide)
    assert ([each.code for each in others], ran.code, "write" in seen) == ([-9], 1, False), ran
    assert "Another run holds the lock" in ran.err
    race.stage.pass_time(DEAD)
    race.end(ann, ben)


def test_a_run_dies_once_it_has_announced_what_it_sends(race: Race) -> None:
    """Its own machine goes on at once, another one after the lease: what was read before either is not used."""
    ann, ben = race.machine("ann"), race.machine("ben")

    def decide(contact: Contact) -> Answer | signal.Signals:
        return signal.SIGKILL if contact.what == "swap" and contact.after else "go"

    assert race.stage.run(ann, *APPLY, decide=decide).code == -9
    assert race.apply(ben).code == 1
    assert race.apply(ann).code == 0
    race.end(ann, ben)


@pytest.mark.long
def test_a_run_with_nothing_to_send_is_overtaken_where_it_records_its_reading(race: Race) -> None:
    """A day later there is a newer horizon to store. Whoever comes second stores it on what the first one left."""
    ann, ben, others = race.machine("ann"), race.machine("ben"), list[Ran]()
    assert race.apply(ann).code == race.apply(ben).code == 0
    race.stage.pass_time(36 * 3600)
    ran = race.stage.run(ann, *APPLY, decide=watched([], "swap", lambda: others.append(race.apply(ben)), after=False))
    assert (others[0].code, ran.code, "so this one plans again" in ran.err) == (0, 0, True), ran
    race.end(ann, ben)


@pytest.mark.parametrize("answer", ["lose", *long("fail")])
def test_the_store_answers_nothing_when_the_lock_is_taken(race: Race, answer: Answer) -> None:
    """Lost on the way back: it is read, is there, and the run goes on. Not there: nothing is sent. Each entry once."""
    machine, seen, met = race.machine("ann"), list[str](), list[str]()
    note = watched(seen)

    def decide(contact: Contact) -> Answer | signal.Signals:
        note(contact)
        if contact.what == "swap" and contact.after is (answer == "lose") and not met:
            met.append(answer)
            return answer
        return "go"

    ran = race.stage.run(machine, *APPLY, decide=decide)
    assert (ran.code, "write" in seen) == ((0, True) if answer == "lose" else (1, False)), ran
    race.end(machine)
