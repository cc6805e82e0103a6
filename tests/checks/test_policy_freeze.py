"""Freezes in the files, across clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.checks import check
from bufferctl.config import load

#: Zones whose clocks change at midnight, by half an hour, by a whole day, in winter, or never.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Cairo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "UTC",
)
ROOT = """\
version: 1
timezone: {zone}
policy:
  freeze:
    - from: {start}
      to: {end}
organizations:
  - name: Acme
    channels:
      - {{service: twitter, name: acme, posts: [{{key: a, due_at: "{due}", text: A}}]}}
"""


def is_frozen(folder: Path, zone: str, start: str, end: str, due: datetime) -> bool:
    """Whether validate finds the post frozen. The post's time has an offset, so it is always unambiguous."""
    file = folder / "buffer.yaml"
    file.write_text(ROOT.format(zone=zone, start=start, end=end, due=due.isoformat()), encoding="utf-8")
    loaded = load(file, folder)
    assert loaded.desired is not None, loaded.diagnostics
    return "BC201" in {finding.rule.code for finding in check(loaded.desired)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all examples."""
    return tmp_path_factory.mktemp("freeze")


@given(
    zone=st.sampled_from(ZONES),
    start=st.dates(date(2005, 1, 1), date(2040, 1, 1)),
    days=st.integers(0, 3),
    minutes=st.integers(-36 * 60, 120 * 60),
)
def test_whole_days_are_those_of_the_calendar(folder: Path, zone: str, start: date, days: int, minutes: int) -> None:
    """Frozen exactly if the local date is one of the listed days, across any clock changes."""
    end = start + timedelta(days=days)
    due = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(minutes=minutes)
    today = due.astimezone(ZoneInfo(zone)).date()
    assert is_frozen(folder, zone, str(start), str(end), due) == (start <= today <= end)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Santiago", date(2030, 9, 8)),  # begins at 01:00
        ("America/Havana", date(2030, 11, 3)),  # has two midnights
        ("Africa/Cairo", date(2030, 4, 26)),
        ("Asia/Beirut", date(2030, 3, 31)),
        ("Europe/Berlin", date(2030, 3, 31)),
        ("Europe/Berlin", date(2030, 10, 27)),
    ],
)
def test_each_minute_of_a_day_whose_clocks_change(folder: Path, zone: str, day: date) -> None:
    """The first and the last minute are frozen, the ones before and after are not."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    minutes = [at + timedelta(minutes=5 * n) for n in range(12 * 80)]
    inside = [each for each in minutes if each.astimezone(ZoneInfo(zone)).date() == day]
    before, after = inside[0] - timedelta(minutes=5), inside[-1] + timedelta(minutes=5)
    found = [is_frozen(folder, zone, str(day), str(day), each) for each in (before, inside[0], inside[-1], after)]
    assert found == [False, True, True, False]
    assert len(inside) != 12 * 24


@given(zone=st.sampled_from(ZONES), minutes=st.integers(-600, 600), length=st.integers(1, 2000))
def test_times_with_an_offset_are_instants(folder: Path, zone: str, minutes: int, length: int) -> None:
    """From the first instant until just before the last, in any file zone."""
    start = datetime(2030, 10, 27, tzinfo=UTC)
    end, due = start + timedelta(minutes=length), start + timedelta(minutes=minutes)
    assert is_frozen(folder, zone, start.isoformat(), end.isoformat(), due) == (start <= due < end)


def test_a_time_that_is_not_clear_is_an_error(folder: Path) -> None:
    """The same error as for a post: a skipped time, with its place and both possible instants."""
    due = datetime(2030, 1, 1, tzinfo=UTC).isoformat()
    text = ROOT.format(zone="Europe/Berlin", start="2030-03-31 02:30", end="2030-04-01", due=due)
    (folder / "buffer.yaml").write_text(text, encoding="utf-8")
    (problem,) = load(folder / "buffer.yaml", folder).diagnostics
    assert str(problem.place) == "buffer.yaml:5:13"
    assert "does not exist in Europe/Berlin" in problem.message
