"""Days without a year, words for a draft, and names of columns, as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from bufferctl.config.write.convert import Order
from bufferctl.config.write.convert.columns import Role, roles_of
from bufferctl.config.write.convert.days import has_day, read_time
from bufferctl.model.base import UnfitError
from tests.cli.conftest import Project

ROOT = """\
version: 1
timezone: UTC
organizations: [{name: Acme, channels: [{service: twitter, name: acme}]}]
"""
TODAY = date(2026, 12, 2)  # a Wednesday


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("16.1. 9:00", "2027-01-16"),
        ("16.1., 9 Uhr", "2027-01-16"),
        ("Mi 27.1., 9 Uhr", "2027-01-27"),
        ("21/1 9:00", "2027-01-21"),
        ("2 December 23:00", "2026-12-02"),
        ("Tuesday 1 December 9:00", "2026-12-01"),
        ("Wednesday 1 December 9:00", "2027-12-01"),
        ("1 December 2027 9:00", "2027-12-01"),
        ("1.10. 9:00", "2027-10-01"),
        ("29 February 9:00", None),
    ],
    ids=str,
)
def test_a_day_without_its_year(given: str, expected: str | None) -> None:
    """The next one, today included; one of lately only if its weekday says so."""
    assert has_day(given)
    try:
        found = read_time(given, "", Order.DAY_FIRST, TODAY)
    except UnfitError:
        found = None
    assert (f"{found:%Y-%m-%d}" if found else None) == expected


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("1 December 9:00", "has no year, and 2026-12-01 is past"),
        ("4.10. 9:00", "has no year, and 2026-10-04 is past"),
        ("Tuesday 15 January 9:00", "is a Friday in 2027"),
    ],
)
def test_which_year_is_unclear(given: str, reason: str) -> None:
    """A day of the last 60 is not moved to the next year in silence; a weekday is judged in the year that counts."""
    with pytest.raises(UnfitError, match=f"^{reason}$"):
        read_time(given, "", None, TODAY)


@pytest.mark.parametrize("heading", ["1.2 What we offer", "24/7 for you", "2.3. Ideas", "Part 1/2 | X"])
def test_a_number_that_is_no_day(heading: str) -> None:
    """Without a time behind it, it may be a chapter's."""
    assert not has_day(heading)


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("3 January 2031 9:00 | X (Entwurf)", "We are live"),
        ("3 January 2031 9:00 (draft) | X", "We are live"),
        ("3 January 2031 9:00 | X", "(Entwurf) We are live"),
        ("3 January 2031 9:00 | X", "We are live\n\n[draft]"),
    ],
)
def test_a_draft_in_a_document(project: Project, heading: str, text: str) -> None:
    """It is one, and the word is in no text."""
    project.write("buffer.yaml", ROOT)
    project.write("posts.md", f"## {heading}\n\n{text}\n")
    out = project("convert", "posts.md").out
    assert "draft: true" in out
    assert out.endswith("text: |\n      We are live\n")


@pytest.mark.parametrize("heading", ["16.1. 9:00 | X", "16/1 9:00 | X"])
def test_a_heading_without_a_year(project: Project, heading: str) -> None:
    """It begins a post like any other."""
    project.write("buffer.yaml", ROOT)
    project.write("posts.md", f"## 15 January 2031 9:00 | X\n\nWe are live\n\n## {heading}\n\nAnd again\n")
    with time_machine.travel(datetime(2030, 12, 20, tzinfo=UTC)):
        out = project("convert", "posts.md").out
    assert "due_at: 2031-01-16 09:00" in out


@pytest.mark.parametrize(
    "name",
    ["picture url", "Photo link", "Asset URL", "Image / Video", "Image file name", "Bild-Link", "Foto", "Bilddatei"],
)
def test_a_column_of_images(name: str) -> None:
    """Whatever word it has for images, and for where they are."""
    assert roles_of(["Date", "Text", name]) == (Role.DATE, Role.TEXT, Role.IMAGE)
