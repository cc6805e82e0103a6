"""Campaigns as people use them: what plan says of a move, how posts were made, and what pull and import write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.test_plan_cases import CASES, prepare

ROOT = """version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


def campaign(project: Any, text: str) -> Path:
    """Write a root file and one file of posts."""
    project.write("buffer.yaml", ROOT)
    path: Path = project.write("posts/campaign.yaml", text)
    return path


def test_a_move_is_said_once(project: Any) -> None:
    """Forty posts that move by a day are one line; what is published is counted, and nothing is asked."""
    prepare(project, CASES / "starts-moved")
    ran = project("plan", "--strict", "--report", "plan.md")
    assert ran.code == 0
    assert "posts/campaign.yaml: 4 posts moved by 1 day" in ran.out
    assert "4 posts are already published and stay as they were" in ran.err
    assert ran.out.count("will change") == 0
    assert project("plan", "--full").out.count("will change") == 4
    report = (project.folder / "plan.md").read_text(encoding="utf-8")
    assert "~ 4 posts moved by 1 day" in report
    assert report.count("will change") == 0


def test_a_shortened_series_says_so(project: Any) -> None:
    """The hold for too many deletes names the series and both numbers."""
    prepare(project, CASES / "repeat-shortened-by-many")
    assert "`tip` was shortened from 10 to 4" in " ".join(project("plan").out.split())


def test_verbose_shows_how_a_post_was_made(project: Any) -> None:
    """The occurrence, the start, each variable with its place, and what links get; without -v nothing of it."""
    campaign(
        project,
        "starts: 2029-12-10\nchannels: [twitter]\nvars: {product: Console}\n"
        "utm: {domains: [acme.example], source: $(service)}\n"
        "posts:\n  - key: tip\n    due_at: start+0d 09:00\n    text: $(product) tip $(number) https://acme.example\n"
        "    repeat: {every: 1 week, times: 2}\n",
    )
    said = " ".join(project("plan", "-v").out.split())
    assert "occurrence 2 of 2, every 1 week (posts/campaign.yaml:6:10)" in said
    assert "its time counts from `starts`, 2029-12-10" in said
    assert "$(product) is Console (posts/campaign.yaml:3:17)" in said
    assert "links get utm_source=twitter" in said
    assert "occurrence" not in project("plan").out
