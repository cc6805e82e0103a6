"""The first lines of a plan and of an apply while something is suspended, and when it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bufferctl.model import PostStatus
from bufferctl.plan import Action, Cause, Change, GoesOut, Outcome, Plan, Status, Suspension
from bufferctl.render.lines import Paint
from bufferctl.render.markdown import report_markdown
from bufferctl.render.report import Report
from bufferctl.render.summary import applied
from bufferctl.render.suspended import opening_of
from bufferctl.render.text import plan_text
from bufferctl.render.words import describe_action, describe_done, goes_public
from bufferctl.value import replace
from tests.render.rich import NOW, PLAN, change, live, post

PLAIN = Paint()
FIRST_TIMED = "the first timed one goes out in 2 hours."
_TIMED = {"text": "A", "due_at": NOW + timedelta(hours=2)}
SUSPENDED = change(post("ch-x", "a", 1, **_TIMED), Action.UPDATE, Cause.SUSPENDED, live("ch-x", 1, "A"))
RESUMED = change(post("ch-x", "b", 2, **_TIMED), Action.UPDATE, Cause.RESUMED, live("ch-x", 2, "A"))
QUEUED = change(post("ch-x", "c", 3, text="B"), Action.UPDATE, Cause.RESUMED, live("ch-x", 3, "B"))
#: Somebody has to approve it again.
APPROVED = change(
    post("ch-x", "d", 4, needs_approval=True, **_TIMED),
    Action.UPDATE,
    Cause.RESUMED,
    live("ch-x", 4, "A", status=PostStatus.DRAFT),
)


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
        (
            [RESUMED, QUEUED, QUEUED],
            False,
            ["Resumes: 2 posts (3 counting each channel) go back on the schedule; " + FIRST_TIMED],
            ["1 post (2 counting each channel) without a time of its own goes to the end of its queue."],
        ),
    ],
)
def test_first_lines(changes: list[Change], is_done: bool, heads: list[str], also: list[str]) -> None:
    """What becomes of the posts, and where those go that have no time; after an apply, what became of them."""
    outcomes = tuple(Outcome(each, Status.DONE) for each in changes) if is_done else None
    opening = opening_of(Report(plan_of(*changes), outcomes=outcomes))
    assert opening is not None
    assert (list(opening.heads), list(opening.also)) == (heads, also)


def test_posts_are_counted_as_in_the_plan() -> None:
    """An entry for several channels is one post in each line of a plan, in a comment and after an apply."""
    channels = ("ch-x", "ch-li")
    off = [
        change(post(each, "a", 9, **_TIMED), Action.UPDATE, Cause.SUSPENDED, live(each, 4, "A")) for each in channels
    ]
    plan = replace(plan_of(*off), suspension=Suspension(("Outage",)))
    outcomes = tuple(Outcome(each, Status.DONE) for each in off)
    posts = "1 scheduled post (2 counting each channel)"
    assert f"Suspended: Outage. {posts} becomes a draft." in plan_text(Report(plan), PLAIN)
    assert "Plan: 1 suspended post on 2 networks" in plan_text(Report(plan), PLAIN)
    assert f"Suspended: Outage. {posts} becomes a draft." in report_markdown(Report(plan))
    opening = opening_of(Report(plan, outcomes=outcomes))
    assert opening is not None
    assert opening.heads == (f"Suspended: Outage. {posts} became a draft.",)


def test_a_queue_post_can_be_the_first_that_goes_out() -> None:
    """Where Buffer's slots are known, the earliest of all posts counts."""
    plan = replace(plan_of(RESUMED, QUEUED), queue_times={QUEUED.slot: NOW + timedelta(hours=1)})
    opening = opening_of(Report(plan))
    assert opening is not None
    assert opening.heads == ("Resumes: 2 posts go back on the schedule; the first goes out in 1 hour.",)


@pytest.mark.parametrize(
    ("awaiting", "head"),
    [
        ([], ""),
        ([False], "Not stopped; 1 post still goes out:"),
        ([False, False, True], "Not stopped; 2 posts still go out, and 1 once somebody approves it:"),
        ([False, True, True], "Not stopped; 1 post still goes out, and 2 once somebody approves them:"),
        ([True], "Not stopped; 1 post would go out once somebody approves it:"),
    ],
)
def test_what_still_goes_out(awaiting: list[bool], head: str) -> None:
    """How many, and how many once somebody approves them."""
    going_out = tuple(GoesOut("p", "ch-x", None, "Theirs", awaits_approval=each) for each in awaiting)
    opening = opening_of(Report(replace(plan_of(), suspension=Suspension(("Outage",), going_out=going_out))))
    assert opening is not None
    assert opening.out_head == head


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (GoesOut("p", "ch-x", NOW, "A\ntext"), ("Mon 3 Dec 10:00 CET", "perhaps not made by bufferctl: A text")),
        (GoesOut("p", "ch-x", None, "A text", "Acme/twitter:acme/a"), ("in the queue", "Acme/twitter:acme/a")),
        (
            GoesOut("p", "ch-x", None, "A text", awaits_approval=True, perhaps="Acme/twitter:acme/a"),
            ("in the queue", "perhaps Acme/twitter:acme/a, once approved: A text"),
        ),
    ],
)
def test_each_that_still_goes_out(post: GoesOut, expected: tuple[str, str]) -> None:
    """When, on which channel, and whose it is."""
    opening = opening_of(Report(replace(plan_of(), suspension=Suspension(("Outage",), going_out=(post,)))))
    assert opening is not None
    assert [(each.when, each.channel, each.what) for each in opening.out] == [
        (expected[0], "twitter:acme", expected[1])
    ]


def test_nothing_is_suspended() -> None:
    """Then there is nothing to say."""
    assert opening_of(Report(plan_of())) is None


@pytest.mark.parametrize(
    ("one", "planned", "done", "is_public"),
    [
        (SUSPENDED, "will become a draft", "became a draft", False),
        (RESUMED, "will go back on the schedule", "is back on the schedule", True),
        (APPROVED, "will submit for approval (was a draft)", "changed", False),
        (replace(RESUMED, cause=Cause.EXEMPTED), "will go out during a freeze", "goes out during a freeze", False),
    ],
)
def test_what_happens_to_a_post(one: Change, planned: str, done: str, is_public: bool) -> None:
    """In words, before and after; what somebody has to approve does not go out by itself."""
    assert (describe_action(one), describe_done(one), goes_public(one)) == (planned, done, is_public)


def test_what_an_apply_did() -> None:
    """What it took off, put back and let out is counted apart from what it changed."""
    let_out = replace(RESUMED, cause=Cause.EXEMPTED)
    edited = replace(RESUMED, cause=Cause.EDITED)
    changes = (SUSPENDED, RESUMED, QUEUED, let_out, edited)
    said = applied([Outcome(each, Status.DONE) for each in changes])
    assert said.endswith(": 1 suspended, 2 resumed, 1 let out, 0 created, 1 changed, 0 deleted.")
