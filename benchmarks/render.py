"""`render.py FOLDER`: seconds of processor time to render a plan as text and as JSON.

The plan has a change for each post of the project: a third each are created, edited and deleted.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bufferctl.cli.outputs import report_of
from bufferctl.config import load
from bufferctl.model import Desired, LivePost, Post, PostStatus, State
from bufferctl.plan import Action, Cause, Change, Difference, Plan
from bufferctl.reconcile import offline
from bufferctl.render.json_documents import report_json
from bufferctl.render.lines import Paint
from bufferctl.render.report import Report
from bufferctl.render.text import plan_text

_NOW = datetime(2027, 1, 1, tzinfo=UTC)


def main(folder: Path) -> None:
    """Measure both five times, and print the fastest."""
    desired = load(None, folder).desired
    if desired is None:
        raise SystemExit("the project has errors")
    made = offline(desired, State(), endpoint="", now=_NOW)
    plan = replace(made, changes=tuple(_varied(change, number) for number, change in enumerate(made.changes)))
    gc.disable()  # as the command line does
    for form in (_text, report_json):
        print(min(_took(plan, desired, form) for _ in range(5)))


def _took(plan: Plan, desired: Desired, form: Callable[[Report], str]) -> float:
    began = time.process_time()
    form(report_of(plan, desired))
    return time.process_time() - began


def _text(report: Report) -> str:
    return plan_text(report, Paint())


def _varied(change: Change, number: int) -> Change:
    """The create of a post as it is, an edit of a few of its words, or its delete."""
    post = change.desired
    if number % 3 == 0 or not isinstance(post, Post):
        return change
    text = post.text.replace("post", "note").replace("e", "E", 2)
    at = _NOW - timedelta(days=1)
    live = LivePost(f"{number:024x}", "c", PostStatus.SCHEDULED, text, at, due_at=post.due_at)
    if number % 3 == 1:
        differences = (Difference("text", text, post.text),)
        return replace(change, action=Action.UPDATE, cause=Cause.EDITED, live=live, differences=differences)
    return replace(change, action=Action.DELETE, cause=Cause.REMOVED, live=live, desired=None)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
