"""Every hold, with its answers, in every form in which people and programs read it."""

from __future__ import annotations

import pytest

from bufferctl.model import Idea, Post
from bufferctl.plan import Change, Outcome, Status
from bufferctl.render.annotations import annotations_text
from bufferctl.render.grouped import problems_of
from bufferctl.render.html import report_html
from bufferctl.render.json_documents import receipt_json, report_json
from bufferctl.render.lines import Paint
from bufferctl.render.markdown import Context, comment, issue
from bufferctl.render.report import Report
from bufferctl.render.sarif import report_sarif
from bufferctl.render.text import plan_text, receipt_text
from bufferctl.said import Answer
from bufferctl.value import replace
from tests.reconcile.builders import idea, post
from tests.reconcile.test_holds import HOLDS, change_of
from tests.render.rich import NOW, PLAN

BY_HAND = Context(decide="start the job")


def held(name: str) -> list[Change]:
    """The hold in every form, of posts and ideas."""
    items: tuple[Post | Idea, ...] = (post(), idea())
    return [hold.on(change_of(item)) for hold in HOLDS[name] for item in items]


def forms(change: Change) -> dict[str, str]:
    """A plan that holds this one, and the receipt of its apply, in every form."""
    planned = Report(replace(PLAN, changes=(change,), warnings=()))
    outcome = Outcome(change, Status.HELD, change.live_id, change.reason or "", change.why, change.todo, at=NOW)
    applied = replace(planned, outcomes=(outcome,))
    paint = Paint()
    return {
        "text": plan_text(planned, paint),
        "comment": comment(planned, BY_HAND),
        "issue": issue(planned, BY_HAND),
        "page": report_html(planned),
        "json": report_json(planned),
        "sarif": report_sarif(planned),
        "annotations": annotations_text(problems_of(planned)),
        "receipt as text": receipt_text(applied, NOW, paint),
        "receipt as a comment": comment(applied, BY_HAND),
        "receipt as a page": report_html(applied),
        "receipt as json": receipt_json(applied, NOW, {}),
    }


@pytest.mark.parametrize("name", sorted(HOLDS))
def test_each_form_shows_each_hold(name: str) -> None:
    """None of them is empty, whatever its answers are."""
    for change in held(name):
        assert [form for form, shown in forms(change).items() if not shown] == []


@pytest.mark.parametrize("name", sorted(HOLDS))
def test_what_a_run_by_hand_takes_is_data(name: str) -> None:
    """An option that it takes as a word is not hidden among the words of a command, where no word is made of it."""
    words = {"--reapply", "--recreate", "--max-deletes"}
    answers = [each for change in held(name) if change.todo for each in change.todo.answers]
    assert [each for each in answers if isinstance(each, Answer) and words & {*each.command}] == []
