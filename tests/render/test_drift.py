"""The report of drift: whatever counts is in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bufferctl.plan import Action, Cause, Reason
from bufferctl.render.drift import Drift, drift_text
from bufferctl.render.lines import Paint
from tests.render.rich import PLAN, change, live, post


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_that_is_drift_has_a_heading(reason: Reason) -> None:
    """In its text and in its numbers: a post that only counts in the verdict is one that nobody finds."""
    item = post("ch-x", "needle", 1, text="A")
    held = change(item, Action.HOLD, Cause.DRIFT, live("ch-x", 1, "B"), reason=reason, message="It differs")
    drift = Drift(replace(PLAN, changes=(held,)), recorded=1)
    number = len(drift.plan.drift) + len(drift.plan.progress)
    assert drift_text(drift, Paint()).count("needle") == number
    assert drift.numbers.get(reason, 0) == number
