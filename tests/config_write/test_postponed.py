"""A later day for posts that are late: only where one line of the file is the time of these posts alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bufferctl.config import load
from bufferctl.config.write import SourceFiles, postponed
from bufferctl.model import Post

ROOT = """\
version: 1
timezone: Europe/Berlin
organizations: [{name: Acme, channels: [{service: twitter, name: acme}, {service: linkedin, name: acme}]}]
"""
#: As if it were an hour after the plan.
UNTIL = datetime(2029, 12, 3, 10, tzinfo=UTC)
MADE = {
    "the next day, as it is written": ("{due_at: '2029-12-02 09:00'}", ["{due_at: '2029-12-04 09:00'}"]),
    "today, if that is still to come": ("{due_at: 2029-12-01 12:00}", ["{due_at: 2029-12-03 12:00}"]),
    "with an offset": ("{due_at: 2029-12-02T23:30:00-08:00}", ["{due_at: 2029-12-03T23:30:00-08:00}"]),
    "counted": ("{due_at: start+1d 09:00}", ["{due_at: start+3d 09:00}"]),
    "of one occurrence": (
        "{due_at: 2030-01-01 09:00, repeat: {times: 2, every: 1 week, each: {2: {due_at: 2029-12-02 09:00}}}}",
        ["{due_at: 2030-01-01 09:00, repeat: {times: 2, every: 1 week, each: {2: {due_at: 2029-12-04 09:00}}}}"],
    ),
    "of one channel": (
        "{due_at: 2030-01-01 09:00, overrides: {linkedin: {due_at: 2029-12-02 09:00}}}",
        ["{due_at: 2030-01-01 09:00, overrides: {linkedin: {due_at: 2029-12-04 09:00}}}"],
    ),
    "not of a series": ("{due_at: 2029-12-02 09:00, repeat: {times: 2, every: 1 week}}", []),
    "not at a time that the clocks skip": ("{due_at: 2029-03-24 02:30}", []),
    "not at the time of another": ("{due_at: 2029-12-02 08:00}", []),
    "not without a time": ("{}", []),
}


@pytest.mark.parametrize(("fields", "lines"), MADE.values(), ids=MADE)
def test_lines(tmp_path: Path, fields: str, lines: list[str]) -> None:
    """Each as it would be in place of its own."""
    until = UNTIL.replace(month=3, day=24) if "03-24" in fields else UNTIL
    fields = fields.replace("{", "{key: late, text: Late $(key), ", 1)
    lines = [line.replace("{", "  - {key: late, text: Late $(key), ", 1) for line in lines]
    other = "  - {key: other, text: Other, due_at: 2029-12-04 08:00}\n"
    text = f"starts: 2029-12-01\nchannels: [twitter, linkedin]\nposts:\n{other}  - {fields}\n"
    assert [each[2:] for each in _postponed(tmp_path, text, until)] == [(5, line) for line in lines]


def test_two_that_are_counted(tmp_path: Path) -> None:
    """Moved one by one they would lose their distances: what moves all of them is `starts`."""
    text = "starts: 2029-12-01\nchannels: [twitter]\nposts:\n" + "".join(
        f"  - {{key: {key}, text: The {key}, due_at: {due} 09:00}}\n"
        for key, due in (("a", "start+0d"), ("b", "start+1d"), ("c", "2029-12-02"))
    )
    assert [post.address.key for post, *_ in _postponed(tmp_path, text, UNTIL)] == ["c"]


def _postponed(folder: Path, text: str, until: datetime) -> list[tuple[Post, datetime, int, str]]:
    (folder / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (folder / "posts").mkdir()
    (folder / "posts" / "a.yaml").write_text(text, encoding="utf-8")
    desired = load(None, folder).sound
    assert desired
    late = [str(post.address) for post in desired.posts if post.due_at and post.due_at < until]
    return [*postponed(SourceFiles(folder, desired), late, until)]
