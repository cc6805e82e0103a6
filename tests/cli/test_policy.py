"""The policy in the commands: violations that stop before Buffer is asked, and the clock for lead times."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.conftest import Project

ROOT = """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-01T00:00:00Z
policy:
  minimum_lead: 2h
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - key: launch
            due_at: 2029-12-03 12:30
            text: {text}
"""


def test_a_violation_stops_before_buffer_is_asked(project: Project) -> None:
    """Plan and apply exit 1 like validate, and nothing is sent."""
    text = ROOT.format(text="Cheap!").replace("minimum_lead: 2h", "forbidden_words: [cheap]")
    project.write("buffer.yaml", text)
    for command in ("validate", "plan", "apply"):
        ran = project(command)
        assert ran.code == 1
        assert "[BC204]" in ran.out + ran.err
    assert project.sandbox.posts() == []


def test_a_rule_that_is_not_there_is_shown_in_its_line(project: Project) -> None:
    """The key in the root file, as people have to correct it."""
    project.write(
        "buffer.yaml", ROOT.format(text="Look").replace("policy:\n  minimum_lead: 2h", "rules:\n  BC999: off")
    )
    ran = project("validate")
    assert "buffer.yaml:5:3: error: there is no rule `BC999`" in ran.out


def test_a_lead_is_judged_by_when_it_was_planned(project: Project) -> None:
    """At 10:00 it is 2.5 hours ahead: planned, and a saved plan still does it at 11:00; one made at 11:00 holds it."""
    project.write("buffer.yaml", ROOT.format(text="Tonight"))
    assert project("plan", "-o", "plan.json").code == 0
    project.sandbox.clock.advance(hours=1)
    late = project("plan", "--json")
    (change,) = json.loads(late.out)["changes"]
    assert (change["action"], change["reason"]) == ("hold", "policy")
    assert project("apply", "--auto-approve", "--settle", "0").code == 1
    assert project.sandbox.posts() == []
    ran = project("apply", "--settle", "0", "plan.json")
    assert ran.code == 0, ran.err
    assert [post["text"] for post in project.sandbox.posts()] == ["Tonight"]
    assert "No changes" in project("plan").out


def test_a_review_counts_as_planning(project: Project) -> None:
    """A post reviewed in time is sent with --reviewed, though by now it is late: CI knows when it was planned.

    The plan file itself is not asked.
    """
    project.write("buffer.yaml", ROOT.format(text="Tonight"))
    assert project("plan", "-o", "plan.json").code == 0
    project.sandbox.clock.advance(hours=1)
    assert project("apply", "--settle", "0", "--reviewed", "plan.json").code == 1
    assert project.sandbox.posts() == []
    at = ("--reviewed-at", "2029-12-03T09:00:00Z")
    assert project("apply", "--settle", "0", "--reviewed", "plan.json", *at).code == 0
    assert len(project.sandbox.posts()) == 1


def test_a_time_of_planning_needs_a_review(project: Project) -> None:
    """Alone, it would lift the notice: refused, with nothing sent."""
    project.write("buffer.yaml", ROOT.format(text="Tonight"))
    ran = project("apply", "--auto-approve", "--reviewed-at", "2020-01-01T00:00:00Z")
    assert (ran.code, project.sandbox.posts()) == (64, [])
    assert "--reviewed-at says when the plan of --reviewed was made" in ran.err


def test_what_is_there_is_not_late(project: Project) -> None:
    """A later policy, and the passage of time, hold no post that already matches Buffer."""
    project.write("buffer.yaml", ROOT.format(text="Tonight"))
    assert project("apply", "--auto-approve", "--settle", "0").code == 0
    project.sandbox.clock.advance(hours=2)
    assert project("plan", "--detailed-exitcode", "--strict").code == 0


def test_offline_too(project: Project) -> None:
    """A plan from files and state alone judges the lead by the clock here, which is years before."""
    project.write("buffer.yaml", ROOT.format(text="Tonight"))
    assert project("plan", "--offline", "--strict").code == 0
    project.write("buffer.yaml", ROOT.format(text="Tonight").replace("2h", "9999d"))
    assert project("plan", "--offline", "--strict").code == 1


def test_the_page_is_true(project: Project) -> None:
    """The example of docs/run/policy.md is valid, and the post that it shows is refused in the words shown."""
    page = (Path(__file__).parents[2] / "docs" / "run" / "policy.md").read_text(encoding="utf-8")
    page = page.replace("2026", "2096").replace("2027", "2097")  # rules leave the past alone
    (example,) = re.findall(r"```yaml\n# buffer\.yaml\n(.*?)```", page, re.DOTALL)
    project.write("buffer.yaml", example)
    assert project("validate").out == "Valid: 2 channels, no posts yet.\n"
    entry = "key: merry\n    due_at: 2096-12-25 09:00\n    channels: [twitter]\n    tags: [reviewed]\n    text: Merry\n"
    project.write("posts/december.yaml", f"posts:\n  - {entry}")
    shown = page.partition("```\nposts/december.yaml")[2].partition("```")[0]
    assert project("validate").out.startswith(f"posts/december.yaml{shown}")
