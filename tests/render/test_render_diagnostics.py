"""Problems as text: the caret under the right spot on any line, and no control sequences for the terminal."""

from __future__ import annotations

import unicodedata

import pytest

from bufferctl.diagnostics import Diagnostic, Place, Related, Severity
from bufferctl.model import visible
from bufferctl.render.diagnostics import diagnostics_text, summary_text
from bufferctl.render.lines import Paint


def problem(source: str, spot: str, *, message: str = "no", hint: str = "") -> Diagnostic:
    """A problem at `spot`, which occurs once in `source`."""
    return Diagnostic(Severity.ERROR, message, Place("a.yaml", 7, source.index(spot) + 1), hint, source, len(spot))


def cells(text: str) -> int:
    """Terminal cells, counted independently of the code under test: these tests only use wide and narrow letters."""
    return sum(2 if unicodedata.east_asian_width(letter) == "W" else 1 for letter in text)


@pytest.mark.parametrize(
    "source", ["text: xx", "日本語: xx", "a\tb\t: xx", "😀: xx", "e\u0301: xx", "\x1b[0m xx", "x" * 500 + " xx "]
)
def test_caret_is_under_the_spot(source: str) -> None:
    """Two carets begin in the column of the spot, after wide letters, tabs, accents and cut lines."""
    spot = " xx" if source.startswith("xxx") else "xx"
    _, line, carets = diagnostics_text([problem(source, spot)], Paint()).splitlines()
    shown = line.replace("e\u0301", "e")
    assert "^" * len(spot) in carets
    assert cells(shown[: shown.rindex(spot)]) == carets.index("^")


@pytest.mark.parametrize(
    ("source", "at", "width", "expected"),
    [
        ("x" * 110, 109, 0, "x" * 110),
        ("x" * 111, 0, 0, "x" * 110 + "…"),
        ("x" * 49 + "y" * 62, 50, 0, "x" * 49 + "y" * 61 + "…"),
        ("x" * 51 + "y" * 160, 100, 0, "…x" + "y" * 109 + "…"),
        ("x" * 51 + "y" * 160, 70, 60, "…" + "x" * 6 + "y" * 44 + "…"),
        ("x" * 10 + "\u200d", 2, 0, "x" * 10 + "\u200d"),
        ("x" * 109 + "\u200dyy", 2, 0, "x" * 109 + "…"),
    ],
)
def test_which_part_of_a_line_is_shown(source: str, at: int, width: int, expected: str) -> None:
    """110 columns, or what the terminal has, with 50 or half of it before the caret; `…` stands for the rest."""
    found = Diagnostic(Severity.ERROR, "no", Place("a.yaml", 7, at + 1), source=source, width=1)
    _, line, _ = diagnostics_text([found], Paint(), width).splitlines()
    assert line == f"    7 | {visible(expected)}"


def test_a_narrow_terminal() -> None:
    """At 60 columns prose is folded, and the line is cut around the caret."""
    found = problem("key: " + "x" * 90 + " yy", " yy", message="long " * 30, hint="write " * 30)
    text = diagnostics_text([found], Paint(), 60)
    assert max(map(cells, text.splitlines())) <= 60
    line, carets = (each for each in text.splitlines() if " | " in each)
    assert line.endswith(" yy")
    assert carets.endswith("^^^")
    assert cells(line) == cells(carets)


def test_a_problem_in_full() -> None:
    """Place, severity, message, line, caret, hint and the second place, in this order."""
    found = Diagnostic(
        Severity.WARNING, "twice", Place("a.yaml", 7, 3), "keep one", "- key: a", 3, "BC001",
        (Related(Place("b.yaml", 1, 1), "first here"),),
    )  # fmt: skip
    assert diagnostics_text([found], Paint()).splitlines() == [
        "a.yaml:7:3: warning: twice [BC001]",
        "    7 | - key: a",
        "      |   ^^^",
        "  hint: keep one",
        "  b.yaml:1:1: first here",
    ]


def test_what_is_quoted_is_harmless() -> None:
    """No control character or extra line comes from the message, hint, file name or quoted line."""
    found = Diagnostic(
        Severity.ERROR,
        "no \x1b[2J\nposts/a.yaml:1:1: error: fake",
        Place("a\n\x07.yaml", 1, 1),
        "\x9b1m",
        "\x1b]0;x\x07",
    )
    text = diagnostics_text([found], Paint())
    assert [line for line in text.splitlines() if line.startswith("posts/")] == []
    assert {c for c in text if unicodedata.category(c) == "Cc"} == {"\n"}


def test_colour_is_asked_for() -> None:
    """With paint the severity is red, without it nothing is colored."""
    found = problem("a: xx", "xx")
    assert "\x1b[31merror:\x1b[0m" in diagnostics_text([found], Paint(enabled=True))
    assert "\x1b" not in diagnostics_text([found], Paint())


def test_summary_counts() -> None:
    """Errors and warnings separately, each file once."""
    error = problem("a: xx", "xx")
    warning = Diagnostic(Severity.WARNING, "hm", Place("b.yaml"))
    assert summary_text([error]) == "1 error in 1 file"
    assert summary_text([error, error, warning]) == "2 errors and 1 warning in 2 files"
    assert summary_text([]) == ""


def test_on_a_narrow_terminal_prose_is_wrapped() -> None:
    """At 60 columns no line is longer, but for the line of the file; where programs read, a problem is one line."""
    problem = Diagnostic(
        Severity.ERROR,
        "there is no field `time` here, and nothing would read it, so the post would have no time at all",
        Place("posts/w49.yaml", 14, 9),
        "write `due_at`, which takes a date and a time, and which the editor completes if the schema is set",
        "        time: 2026-12-01 09:00",
        4,
    )
    lines = diagnostics_text([problem], Paint(False), 60).split("\n")
    assert max(map(len, lines)) <= 60
    assert lines[0].startswith("posts/w49.yaml:14:9: error: there is no field")
    assert len(diagnostics_text([problem], Paint(False)).split("\n")) == 4
