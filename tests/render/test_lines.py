"""Columns, wrapping, word diffs, time spans: the small parts of text output."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.render.lines import Paint, cells, wrapped
from bufferctl.render.pieces import Piece, compared, marked_lines
from bufferctl.render.summary import days_between
from bufferctl.render.words import away, field, is_of_text

NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
#: A line of any characters, including wide and combining ones.
lines = st.text(st.sampled_from("ab c-日本語。e\u0301 👩\u200d👧テ"), max_size=60)
texts = st.text(st.sampled_from("ab c\n日本.-"), max_size=40)


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("カ", 2), ("👩\u200d👧", 4), ("ｱ", 1)]
)
def test_cells(text: str, columns: int) -> None:
    """Two for wide characters, none for combining ones."""
    assert cells(text) == columns


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", [""]),
        ("one two three", ["one two", "three"]),
        ("日本語のテスト", ["日本語の", "テスト"]),
        ("日本語テ。ス", ["日本語", "テ。ス"]),
        ("https://acme.example/a", ["https://acme.example/a"]),
        ("日 https://acme.example/a 本", ["日", "https://acme.example/a", "本"]),
        ("é two three", ["é two", "three"]),
    ],
)
def test_wrapped(line: str, expected: list[str]) -> None:
    """At 8 columns: between words, between wide characters, never before closing punctuation; a link stays whole."""
    assert wrapped(line, 8) == expected


@given(lines, st.integers(4, 20))
def test_wrapped_loses_nothing(line: str, width: int) -> None:
    """Everything but whitespace is kept, in order, and no line is too wide unless a single word is."""
    found = wrapped(line, width)
    assert "".join("".join(found).split()) == "".join(line.split())
    assert all(cells(each) <= width or " " not in each.strip() for each in found)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("We are live", "We are live at last", "We are live{+ at last+}"),
        ("We are LIVE now", "We are live now", "We are [-LIVE-]{+live+} now"),
        ("we write here: http://a/x", "we write here: http://a/y", "we write here: [-http://a/x-]{+http://a/y+}"),
        ("one\ntwo", "one\n\ntwo", "one\n{+⏎\n+}two"),
        ("新しいコンソール", "新しい画面", "新しい[-コンソール-]{+画面+}"),
        ("it's on", "it's off", "it's [-on-]{+off+}"),
        ("no marks", "no [-marks-]", ""),
    ],
)
def test_marked_lines(before: str, after: str, expected: str) -> None:
    """Removed and added words in one text; nothing if the text contains such marks itself."""
    assert "\n".join(marked_lines(compared(before, after), Paint(), 80)) == expected


def test_what_has_little_in_common_is_not_mixed() -> None:
    """One text, then the other."""
    assert compared("nothing alike", "another thing") == (Piece("out", "nothing alike"), Piece("in", "another thing"))


@given(texts, texts)
def test_colour_changes_no_letter(before: str, after: str) -> None:
    """Color continues on the next line, and adds nothing else."""
    words = compared(before, after)
    bare = [re.sub(r"\x1b\[\d+m", "", line) for line in marked_lines(words, Paint(enabled=True), 20)]
    assert bare == marked_lines(words, Paint(), 20)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "in 59 minutes"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(hours=23, minutes=20), "in 23 hours"),
        (timedelta(hours=-23, minutes=-59), "24 hours ago"),
        (timedelta(hours=24), "tomorrow"),
        (timedelta(hours=-25), "yesterday"),
        (timedelta(hours=38, minutes=59), "tomorrow"),
        (timedelta(hours=39), "in 2 days"),
        (timedelta(days=13), "in 13 days"),
        (timedelta(days=14), "in 2 weeks"),
        (timedelta(days=60), "in 2 months"),
        (timedelta(days=-400), "13 months ago"),
        (timedelta(days=1200), "in 3 years"),
    ],
)
def test_away(later: timedelta, expected: str) -> None:
    """By the clock under a day, then in calendar days, weeks, months."""
    assert away(NOW + later, NOW, "UTC") == expected


def test_away_in_a_day_of_25_hours() -> None:
    """In hours, since it is the same day."""
    midnight = datetime.fromisoformat("2029-10-28T00:10+02:00")
    assert away(midnight + timedelta(hours=24), midnight, "Europe/Berlin") == "in 24 hours"


def test_away_by_the_channels_calendar() -> None:
    """The day after tomorrow is counted in Tokyo's days, wherever the reader is; an unknown zone is fine."""
    assert away(NOW + timedelta(hours=30, minutes=1), NOW, "Asia/Tokyo") == "in 2 days"
    assert away(NOW + timedelta(hours=30, minutes=1), NOW, "UTC") == "tomorrow"
    assert away(NOW + timedelta(hours=30, minutes=1), NOW, "Mars/Base") == "tomorrow"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("text", "text"),
        ("tags.0", "tags"),
        ("tags", "tags"),
        ("assets.1.alt_text", "asset 2, alt_text"),
        ("assets.0", "asset 1"),
        ("assets.0.video.file", "video 1"),
        ("assets.1.image.url", "image 2"),
        ("media.1.file", "media 2"),
        ("media.0.url", "media 1"),
        ("thread.1.text", "thread, part 2, text"),
        ("thread.1.assets.0.image.file", "thread, part 2, image 1"),
        ("thread.1.assets.1.video.url", "thread, part 2, video 2"),
        ("thread.1.link_attachment.url", "thread, part 2, link_attachment.url"),
        ("thread.2", "thread, part 3"),
        ("thread.1.assets.0.alt_text", "thread, part 2, asset 1, alt_text"),
        ("metadata.first_comment", "first_comment"),
        ("metadata.details_event.title", "details_event.title"),
    ],
)
def test_field(path: str, expected: str) -> None:
    """Fields as people find them in the file, counted from 1."""
    assert field(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("text", True),
        ("title", True),
        ("metadata.title", True),
        ("thread.1.text", True),
        ("metadata.thread.0", True),
        ("assets.0.video.title", False),
        ("metadata.details_event.title", False),
        ("metadata.title.0", False),
        ("metadata.first_comment", False),
        ("due_at", False),
    ],
)
def test_what_is_of_a_text(path: str, expected: bool) -> None:
    """Shown in full, as texts are: the text and the title of the post itself, and its thread."""
    assert is_of_text(path) is expected


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("3 Dec", date(2029, 12, 3), date(2029, 12, 3)),
        ("4 to 10 Dec", date(2029, 12, 4), date(2029, 12, 10)),
        ("30 Dec 2029 to 8 Mar 2030", date(2029, 12, 30), date(2030, 3, 8)),
        ("11 Jan to 9 Feb 2030", date(2030, 1, 11), date(2030, 2, 9)),
        ("2 Jan", date(2029, 1, 2), date(2029, 1, 2)),
        ("2 to 9 Mar 2031", date(2031, 3, 2), date(2031, 3, 9)),
        ("8 Dec 2029 to 16 Jan 2031", date(2029, 12, 8), date(2031, 1, 16)),
    ],
)
def test_days(said: str, first: date, last: date) -> None:
    """The year only where it is not that of the plan, and then of both days if they differ."""
    assert days_between(first, last, NOW.date()) == said
