"""Hints: a command at the end of a sentence gets its own line for pasting, in plans, outcomes and warnings alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.plan import Outcome, Status
from bufferctl.render import words
from bufferctl.render.annotations import annotations_text
from bufferctl.render.diagnostics import diagnostics_text
from bufferctl.render.lines import Paint, steps
from bufferctl.render.markdown import problems_markdown
from bufferctl.render.report import Report
from bufferctl.render.text import outcomes_text
from bufferctl.said import prose
from tests.render.rich import PLAN

HINT = "Check in Buffer. If it is there, run `bufferctl import A b`. if not, run `bufferctl apply`."


@pytest.mark.parametrize(
    ("expected", "hint"),
    [
        (
            ["Check in Buffer. If it is there, run:", "$ bufferctl import A b", "If not, run:", "$ bufferctl apply"],
            HINT,
        ),
        (["To see them, run:", "$ bufferctl validate"], "To see them, run `bufferctl validate`"),
        (["Run `bufferctl apply` first, then import again."], "Run `bufferctl apply` first, then import again."),
        (["Restore it, or run:", "$ bufferctl state rm A"], "Restore it, or run:\n  bufferctl state rm A"),
        (["Give it a later `due_at`."], "Give it a later `due_at`."),
    ],
)
def test_steps(expected: list[str], hint: str) -> None:
    """A command at the end of a sentence is a separate step; one inside a sentence stays there, unbroken."""
    assert [f"$ {step.text}" if step.is_command else step.text for step in steps(hint)] == expected


def test_commands_of_outcomes() -> None:
    """A command has its own line below the outcome, unbroken on any terminal width."""
    (change, *_) = PLAN.changes
    report = Report(replace(PLAN, changes=()), outcomes=(Outcome(change, Status.HELD, todo=prose(HINT)),))
    shown = outcomes_text(report, Paint(width=40)).splitlines()
    assert [line.strip() for line in shown if "bufferctl" in line] == ["bufferctl import A b", "bufferctl apply"]


def test_commands_of_warnings() -> None:
    """The same below a warning."""
    shown = diagnostics_text([Diagnostic(Severity.WARNING, "Something", hint=HINT)], Paint()).splitlines()
    assert [line.strip() for line in shown if "bufferctl" in line] == ["bufferctl import A b", "bufferctl apply"]


def test_commands_of_annotations() -> None:
    """The same in a pull request's Files tab, where `%0A` ends a line."""
    (_, *lines) = annotations_text([Diagnostic(Severity.WARNING, "Something", hint=HINT)]).split("%0A")
    assert [line.strip() for line in lines if "bufferctl" in line] == ["bufferctl import A b", "bufferctl apply"]


def test_commands_in_markdown() -> None:
    """The same in a comment."""
    said = problems_markdown(Report(PLAN, (Diagnostic(Severity.WARNING, "Something", hint=HINT),)))
    shown = [line.strip(" \\") for line in said.splitlines()]
    assert [line for line in shown if "`bufferctl" in line] == ["`bufferctl import A b`", "`bufferctl apply`"]


@pytest.mark.parametrize(
    ("expected", "value", "name"),
    [
        ("", None, "text"),
        ("", (), "tags"),
        ("yes", True, "draft"),
        ("a, b", ("a", "b"), "tags"),
        ("name: A, age: 1", {"name": "A", "age": 1, "none": None}, "person"),
        ("name: A; name: B", [{"name": "A"}, {"name": "B"}], "people"),
        ("Tue 1 Dec 2026 09:00 CET", "2026-12-01T08:00:00Z", "due_at"),
        ("2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z", "text"),
        ("a⟨U+200B⟩b", "a\u200bb", "text"),
    ],
)
def test_values(expected: str, value: object, name: str) -> None:
    """A value in words is the same in every format: switches, lists, instants in the channel's zone, nothing."""
    assert words.value(value, "Europe/Berlin", name) == expected
