"""A write lands after the settle time, when a list has already lacked it."""

from __future__ import annotations

import pytest

from tests.conftest import long
from tests.lives.endpoint import Fault
from tests.lives.scene import Scene
from tests.never_twice.campaign import campaign, ends_once, serving

__all__ = ["campaign", "serving"]  # fixtures, used here by name


@pytest.mark.parametrize("seconds", [45, 149, *long(80)])
def test_a_write_that_lands_after_the_settle_time(campaign: Scene, seconds: int) -> None:
    """Thirty posts once, though Buffer carries them out after the first list, which lacks them."""
    ran = campaign.apply(fault=Fault("cut", after=seconds))
    ends_once(campaign, ran.code)


@pytest.mark.parametrize("seconds", [149, *long(45, 80)])
def test_a_write_that_lands_while_the_next_run_reads(campaign: Scene, seconds: int) -> None:
    """The same if the run was killed, and its state is lost."""
    assert campaign.apply(fault=Fault("kill", after=seconds)).killed
    ends_once(campaign, campaign.apply().code)


@pytest.mark.parametrize("seconds", [0.5, 1.9, *long(1.4)])
def test_whole_seconds_hide_nothing(campaign: Scene, seconds: float) -> None:
    """Thirty posts once with a settle time of 0.4 s, though the times of Buffer's answers are whole seconds."""
    ran = campaign.apply("--settle", "0.4", fault=Fault("cut", after=seconds))
    ends_once(campaign, ran.code)
