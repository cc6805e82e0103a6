"""The first lines of a plan and of an apply while something is suspended, and when it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bufferctl.plan import Action, Cause, Change, Outcome, Plan, Status, Suspension
from bufferctl.render.report import Report
from bufferctl.render.summary import applied
from bufferctl.render.suspended import opening_of
from bufferctl.value import replace
from tests.render.rich import NOW, PLAN, change, live, post

_TIMED = {"text": "A", "due_at": NOW + timedelta(hours=2)}
SUSPENDED = change(post("ch-x", "a", 1, **_TIMED), Action.UPDATE, Cause.SUSPENDED, live("ch-x", 1, "A"))
RESUMED = change(post("ch-x", "b", 2, **_TIMED), Action.UPDATE, Cause.RESUMED, live("ch-x", 2, "A"))
QUEUED = change(post("ch-x", "c", 3, text="B"), Action.UPDATE, Cause.RESUMED, live("ch-x", 3, "B"))


def plan_of(*changes: Change) -> Plan:
    """A plan of these changes, which are suspended by a line if one of them takes a post off."""
    suspension = Suspension(("Outage",)) if SUSPENDED in changes else None
    return replace(PLAN, changes=changes, warnings=(), suspension=suspension)


@pytest.mark.parametrize(
    ("changes", "is_done", "heads", "also"),
    [
        ([SUSPENDED], False, ["Suspended: Outage. 1 scheduled post becomes a draft."], []),
        ([SUSPENDED], True, ["Suspended: Outage. 1 scheduled post became a draft."], []),
        (
            [RESUMED],
            False,
            ["Resumes: 1 post goes back on the schedule; the first goes out in 2 hours."],
            [],
        ),
        (
            [QUEUED],
            False,
            ["Resumes: 1 post goes back on the schedule."],
            ["1 post without a time of its own goes to the end of its queue."],
        ),
        ([QUEUED], True, ["Resumed: 1 post went back on the schedule."], []),
    ],
)
def test_first_lines(changes: list[Change], is_done: bool, heads: list[str], also: list[str]) -> None:
    """What becomes of the posts, and where those go that have no time; after an apply, what became of them."""
    outcomes = tuple(Outcome(each, Status.DONE) for each in changes) if is_done else None
    opening = opening_of(Report(plan_of(*changes), outcomes=outcomes))
    assert opening is not None
    assert (list(opening.heads), list(opening.also)) == (heads, also)


def test_nothing_is_suspended() -> None:
    """Then there is nothing to say."""
    assert opening_of(Report(plan_of())) is None


def test_what_an_apply_did() -> None:
    """What it took off, put back and let out is counted apart from what it changed."""
    let_out = replace(RESUMED, cause=Cause.EXEMPTED)
    edited = replace(RESUMED, cause=Cause.EDITED)
    changes = (SUSPENDED, RESUMED, QUEUED, let_out, edited)
    said = applied([Outcome(each, Status.DONE) for each in changes])
    assert said.endswith(": 1 suspended, 2 resumed, 1 let out, 0 created, 1 changed, 0 deleted.")
