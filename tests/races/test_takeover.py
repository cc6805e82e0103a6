"""A run killed after its first request: who may continue, when, and with which message."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bufferctl.state import LocalStore
from tests.lives.account import Account
from tests.lives.projects import LINKEDIN, TWITTER
from tests.races.race import DEAD, Race, Trouble
from tests.races.stage import Contact, Machine, Ran, Stage


@pytest.fixture
def race(stage: Stage, tmp_path: Path) -> Race:
    """Nothing has been applied yet."""
    stage.begin(Account([TWITTER, LINKEDIN]))
    store = tmp_path / "shared" / "state.json"
    race = Race(stage, random.Random(1), tmp_path, lambda: lambda: LocalStore(store))  # noqa: S311 - a drawn race, not a secret
    race.edit_files()
    return race


def killed(race: Race) -> Machine:
    """A machine whose run was killed after its first request was carried out."""
    machine = race.machine("machine-a")
    trouble = Trouble(race, "kill", Contact(1, "write", after=True), ())
    assert race.apply(machine, trouble=trouble).code == -9
    assert race.stage.account.writes
    return machine


def done(race: Race, machine: Machine, ran: Ran) -> None:
    """Check that the killed run was taken over and reported once, and that every object exists once."""
    assert ran.code == 0, ran
    assert ran.err.count("took over the lock of a run") == 1
    race.end(machine)


def test_its_own_machine_goes_on_at_once(race: Race) -> None:
    """Exit 0 at once: the machine recognizes its own run and sees that it has ended."""
    machine = killed(race)
    done(race, machine, race.apply(machine))


def test_another_machine_waits_until_the_lease_is_over(race: Race) -> None:
    """Exit 1 until then, naming the lock and the option to wait for it; exit 0 afterwards."""
    killed(race)
    other = race.machine("machine-b")
    refused = race.apply(other)
    assert refused.code == 1
    assert "Another run holds the lock" in refused.err
    assert "--lock-timeout" in refused.err
    race.stage.pass_time(DEAD)
    done(race, other, race.apply(other))


@pytest.mark.long
def test_another_machine_can_wait_for_it(race: Race) -> None:
    """Exit 0 with a `--lock-timeout` longer than the lease."""
    killed(race)
    other = race.machine("machine-b")
    done(race, other, race.apply(other, "--lock-timeout", "1200"))
