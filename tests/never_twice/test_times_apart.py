"""An answer is lost where Buffer dates new posts minutes apart from its own clock."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.conftest import long
from tests.lives.endpoint import Fault
from tests.lives.scene import Scene, timed
from tests.never_twice.campaign import POSTS, campaign, ends_once, serving

__all__ = ["campaign", "serving"]  # fixtures, used here by name


@pytest.mark.parametrize("seconds", [-150, 150, *long(-90, 90)])
@pytest.mark.parametrize("kind", ["cut", *long("kill")])
def test_a_lost_answer_where_creation_times_are_apart_from_the_clock(campaign: Scene, kind: str, seconds: int) -> None:
    """Thirty posts once, though Buffer dates them minutes before or after the write, by its own Date."""
    campaign.account.apart = timedelta(seconds=seconds)
    ran = campaign.apply(fault=Fault(kind))
    ends_once(campaign, ran.code if kind == "cut" else campaign.apply().code)


def test_creation_times_that_are_apart_are_reported(campaign: Scene) -> None:
    """Once, with how far; not below a minute."""
    campaign.account.apart = timedelta(seconds=-90)
    assert re.findall(r"Buffer dated new posts (\d+) s away", campaign.apply().err) == ["89"]
    campaign.account.apart = timedelta(seconds=-50)
    campaign.declare(*POSTS, timed("one", "One more sentence"))
    assert "Buffer dated" not in campaign.apply().err
