"""Any spreadsheet is read as intended, and any other input gives a message, never an exception."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bufferctl.config import load
from bufferctl.config.write.convert import Converted, convert
from bufferctl.diagnostics import has_errors

ROOT = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}]
"""
#: Contents of a cell: lines without control characters, and not only whitespace.
lines = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn"), include_characters=",;\"'#"))
words = st.lists(lines, min_size=1, max_size=3).map("\n".join).filter(lambda text: bool(text.strip()))
tags = st.lists(st.text(st.characters(categories=("L", "N", "S"), include_characters=" -#"), min_size=1), max_size=3)
#: Winter, when no clock changes; without a zone, like a cell.
MONDAY = datetime(2029, 11, 5, 9)  # noqa: DTZ001 - see above
NOW = datetime(2029, 1, 1, tzinfo=UTC)
times = st.none() | st.integers(0, 60 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
rows = st.lists(st.tuples(words, tags, times), min_size=1, max_size=6).filter(
    lambda found: len({(text.strip(), time or index) for index, (text, _, time) in enumerate(found)}) == len(found)
)


def converted(folder: Path, name: str, content: bytes) -> Converted:
    """The result of converting a file next to a root file."""
    (folder / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (folder / name).write_bytes(content)
    desired = load(None, folder).desired
    assert desired
    return convert([folder / name], desired, folder, channels=["twitter"], zone=None, now=NOW)


@given(
    rows,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig"]),
    st.permutations(["Text", "Tags", "Posting Time"]),
)
def test_spreadsheets(
    given_rows: list[tuple[str, list[str], datetime | None]],
    delimiter: str,
    ends: str,
    quoting: int,
    encoding: str,
    columns: list[str],
) -> None:
    """Each row is a post with its text, tags and time, for any separator, quotes, line endings and order."""
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, columns, delimiter=delimiter, lineterminator=ends, quoting=quoting)  # type: ignore[arg-type]  # one of csv's constants
    writer.writeheader()
    for text, labels, when in given_rows:
        time = f"{when:%Y-%m-%d %H:%M}" if when else ""
        writer.writerow({"Text": text.replace("\n", ends), "Tags": ",".join(labels), "Posting Time": time})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = converted(folder, "posts.csv", table.getvalue().encode(encoding))
        assert found.problems == ()
        (folder / "posts").mkdir()
        (folder / "posts" / "converted.yaml").write_text(found.text, encoding="utf-8")
        loaded = load(None, folder)
        assert loaded.desired, (loaded.diagnostics, found.text)
    posts = loaded.desired.posts
    assert [post.text for post in posts] == [text.strip() for text, _, _ in given_rows]
    wanted = [[label.strip() for label in labels if label.strip()] for _, labels, _ in given_rows]
    assert [list(post.tags) for post in posts] == [list(dict.fromkeys(each)) for each in wanted]
    assert [post.due_at.replace(tzinfo=None) if post.due_at else None for post in posts] == [
        w for _, _, w in given_rows
    ]


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_anything_else(content: bytes) -> None:
    """Any bytes, with either suffix, give a file that loads or problems with a place."""
    for file, head in (("posts.csv", b"Text,Tags\n"), ("posts.csv", b""), ("post.md", b"---\n"), ("post.md", b"")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            found = converted(folder, file, head + content)
            assert found.text or has_errors(found.problems)
            assert all(each.place for each in found.problems)
            if found.text:
                (folder / "posts").mkdir()
                (folder / "posts" / "converted.yaml").write_text(found.text, encoding="utf-8")
                loaded = load(None, folder)
                assert loaded.desired, (loaded.diagnostics, found.text)
