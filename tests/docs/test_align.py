"""A page keeps what somebody wrote in it, and changes where the output did."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.align import aligned
from tests.docs.console import Document


@pytest.mark.parametrize(
    ("after", "written", "printed"),
    [
        ("a b", "a b", "a b"),
        ("a … d", "a … d", "a b c d"),
        ("… d", "… d", "d"),
        ("a … needs-you:later z", "a … needs-you:now z", "a b c needs-you:later z"),
        ("a … z", "a … gone z", "a b c z"),
        ("a new z", "a z", "a new z"),
        ("a z", "a gone z", "a z"),
        ("entirely-else z", "word z", "entirely-else z"),
        ("a …", "a …", "a"),
        ("", "", ""),
    ],
)
def test_aligned(after: str, written: str, printed: str) -> None:
    """`…` stays and hides what it hid; a changed line is changed, a new one comes in, a missing one goes."""
    assert " ".join(line for _, line in aligned(written.split(), printed.split())) == after


def test_document(tmp_path: Path) -> None:
    """One changed word is one changed line: ids and ports stay the page's own, also where commands are given them."""
    page = """\
```console
$ cat buffer
Posted 66aaaaaaaaaaaaaaaaaaaaaa at http://127.0.0.1:8000/a, digest aaaaaaaa.
…
Needs you: Not reviewed.
$ echo 66aaaaaaaaaaaaaaaaaaaaaa | tr -d b; grep -c 66bbbbbbbbbbbbbbbbbbbbbb buffer
66aaaaaaaaaaaaaaaaaaaaaa
1
```
"""
    (tmp_path / "buffer").write_text(
        "Posted 66cccccccccccccccccccccc at http://127.0.0.1:4711/a, digest 0dddddd0.\n"
        "one\n66bbbbbbbbbbbbbbbbbbbbbb\nNeeds you: Never reviewed.\n",
        encoding="utf-8",
    )
    made = Document(tmp_path).run(page)
    assert made == page.replace("Not reviewed", "Never reviewed")
    assert Document(tmp_path).run(made) == made
    other = re.sub(r"\b1\n", "66cccccccccccccccccccccc\n1\n", page)
    assert Document(tmp_path).run(other) == made
