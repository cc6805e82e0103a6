"""The report of drift: whatever counts is in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bufferctl.plan import Action, Cause, Reason
from bufferctl.render.drift import Drift, LostMedia, drift_text
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


@pytest.mark.parametrize(("is_certain", "told"), [(True, True), (False, False)])
def test_what_to_do_about_lost_media(is_certain: bool, told: bool) -> None:
    """Only if the file is certainly gone: each URL once, with the posts that need it, then what to do."""
    url = "https://acme.example/a.png"
    lost = [LostMedia(f"Acme/twitter:acme/{key}", "", url, "gone", "is gone", is_certain) for key in "ab"]
    text = drift_text(Drift(replace(PLAN, changes=()), 2, lost), Paint())
    assert (text.count(url), "/a\n" in text, "/b\n" in text) == (1, True, True)
    assert ("Put the file back, or use another URL" in text) is told
