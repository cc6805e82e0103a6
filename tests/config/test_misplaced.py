"""An entry in the wrong column is one problem, at that entry, whose hint gives the file that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from bufferctl.config import load
from bufferctl.config.read import Source, parse
from bufferctl.diagnostics import Severity
from bufferctl.render.markdown import report_markdown
from bufferctl.render.report import Report
from tests.config.test_hints import ROOT, in_place, problems
from tests.render.rich import PLAN

HEAD = "channels: [twitter]\nposts:\n"
#: What entries end with, since YAML goes on with that: a text, a list, a group of fields.
ENDS = {
    "block": "    text: |\n      Hello {key}\n      we: are live\n",
    "text": "    text: Hello {key}\n",
    "thread": "    text: Hello {key}\n    thread:\n      - Two {key}\n",
    "part": "    text: Hello {key}\n    thread:\n      - text: Two {key}\n",
    "assets": "    text: Hello {key}\n    assets:\n      - image: {{url: https://a.example/{key}.jpg, alt_text: A}}\n",
    "overrides": "    text: Hello {key}\n    overrides:\n      twitter:\n        text: Ho {key}\n",
}
#: The columns of the dash, if there is one, and of the fields.
SLIPS = {
    "too deep": (4, 6),
    "too deep by one": (3, 5),
    "too deep in its first line": (4, 4),
    "far too deep": (6, 8),
    "as far out as the list's name": (0, 2),
    "too far out in its first line": (0, 4),
    "too far out by one": (1, 3),
    "without a dash": (None, 4),
    "without a dash, too far out": (None, 2),
    "without a dash, as far out as the list's name": (None, 0),
}


def entry(key: str, end: str) -> str:
    return f"  - key: {key}\n    due_at: 2099-12-01 0{ord(key) - ord('a')}:00\n{ENDS[end].format(key=key)}"


def slipped(text: str, dash: int | None, fields: int) -> str:
    """An entry in other columns."""
    first, *others = text.splitlines()
    name = f"{' ' * fields}{first[4:]}" if dash is None else f"{' ' * dash}{first[2:]}"
    return "\n".join([name, *(f"{' ' * fields}{line[4:]}" for line in others)]) + "\n"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("number", range(3), ids=["first", "middle", "last"])
def test_one_entry_in_the_wrong_column(tmp_path: Path, number: int, slip: str, end: str) -> None:
    """There is one problem, at its line, and its hint alone gives the right file."""
    entries = [entry(key, end) for key in "abc"]
    right = HEAD + "".join(entries)
    row = right[: right.index(entries[number])].count("\n") + 1
    entries[number] = slipped(entries[number], *SLIPS[slip])
    text = HEAD + "".join(entries)
    (found,) = problems(tmp_path, text)
    assert found.place
    assert found.place.line == row
    assert in_place(text, found) == right


@pytest.mark.parametrize("fields", [2, 3, 5, 6])
@pytest.mark.parametrize("number", range(3), ids=["first", "middle", "last"])
def test_the_fields_of_one_entry_in_the_wrong_column(tmp_path: Path, number: int, fields: int) -> None:
    """There is one problem, at the first of them, that says where they belong."""
    entries = [entry(key, "block") for key in "abc"]
    right = HEAD + "".join(entries)
    entries[number] = slipped(entries[number], 2, fields)
    text = HEAD + "".join(entries)
    (found,) = problems(tmp_path, text)
    assert found.place
    assert found.place.line == len(HEAD.splitlines()) + 5 * number + 2
    assert in_place(text, found) == right


@pytest.mark.parametrize(("dash", "fields"), [(6, 8), (6, 12), (8, 10), (8, 12), (12, 14), (12, 12)])
@pytest.mark.parametrize("number", range(3), ids=["first", "middle", "last"])
def test_in_the_root_file(tmp_path: Path, number: int, dash: int, fields: int) -> None:
    """Likewise where an entry is as far out as the channel that its list belongs to."""
    entries = [entry(key, "block").replace("\n", f"\n{' ' * 8}")[:-8] for key in "abc"]
    lines = [(" " * 8 + each).splitlines() for each in entries]
    first, *others = lines[number]
    lines[number] = [f"{' ' * dash}{first.lstrip()}", *(f"{' ' * fields}{line[12:]}" for line in others)]
    posts = "\n".join(line for each in lines for line in each)
    channel = "      - service: twitter\n        name: acme\n        posts:\n"
    (tmp_path / "buffer.yaml").write_text(
        ROOT.replace("      - {service: twitter, name: acme}\n", f"{channel}{posts}\n")
    )
    (found,) = load(None, tmp_path).diagnostics
    assert found.place
    assert found.place.line == 10 + 5 * number
    assert found.hint.startswith("write 10 spaces before its `-`")


def test_two_entries_of_a_list(tmp_path: Path) -> None:
    """The one that is two spaces further in than the list's name is taken as right."""
    text = HEAD + slipped(entry("a", "text"), 4, 6) + entry("b", "text")
    (found,) = problems(tmp_path, text)
    assert in_place(text, found) == HEAD + entry("a", "text") + entry("b", "text")


@pytest.mark.parametrize(("dash", "fields"), [(4, 6), (0, 2), (3, 5)])
def test_entries_that_begin_with_another_field(tmp_path: Path, dash: int, fields: int) -> None:
    """They are entries of the list, too: likewise."""
    entries = [f"  - text: Hello {key}\n    thread:\n      - text: Two {key}\n    key: {key}\n" for key in "abc"]
    for number in range(3):
        changed = [*entries]
        changed[number] = slipped(entries[number], dash, fields)
        (found,) = problems(tmp_path, HEAD + "".join(changed))
        assert found.place
        assert found.place.line == 3 + 4 * number
        assert [answer.content for answer in found.answers] == [entries[number].removesuffix("\n")]


def test_a_comment_and_a_blank_line_in_it(tmp_path: Path) -> None:
    """They change nothing."""
    first = "    - key: a\n      due_at: 2099-12-01 09:00\n\n# a comment\n      # and another\n      text: Hello\n"
    text = HEAD + first + entry("b", "text") + entry("c", "text")
    (found,) = problems(tmp_path, text)
    assert found.hint == "write 2 spaces before its `-`, and move its other lines 2 spaces to the left"


def test_what_else_is_wrong(tmp_path: Path) -> None:
    """The rest of the file is read as if the hint had been followed."""
    text = HEAD + entry("a", "text") + slipped(entry("b", "text"), 4, 6) + entry("c", "text") + "    txt: Again\n"
    assert [each.message for each in problems(tmp_path, text)] == [
        "this entry does not line up with the other entries, so YAML cannot tell what it belongs to",
        "there is no field `txt` here",
    ]


def test_entries_without_a_list(tmp_path: Path) -> None:
    """One problem says that `posts:` is missing."""
    (found,) = problems(tmp_path, f"channels: [twitter]\n{entry('a', 'text')}")
    assert found.message.startswith("there is no `posts:` above this entry")
    assert found.hint == "write `posts:` on a line of its own above the entries"


def test_a_key_at_the_top_of_another_file(tmp_path: Path) -> None:
    """It is a field as any other, as in the front matter of a document."""
    tree, found = parse(Source("a.md", "key: a\ntitle: A\n", tmp_path))
    assert (tree.data, found) == ({"key": "a", "title": "A"}, [])


SWALLOWED = {
    "an entry": slipped(entry("b", "block"), 6, 8),
    "in its first line": slipped(entry("b", "block"), 6, 6),
    "without a dash": slipped(entry("b", "block"), None, 6),
}


@pytest.mark.parametrize("swallowed", SWALLOWED.values(), ids=SWALLOWED)
def test_an_entry_in_a_text(tmp_path: Path, swallowed: str) -> None:
    """It would be posted: one finding at its first line, whose hint gives the file that was meant."""
    text = HEAD + entry("a", "block") + swallowed
    (found,) = problems(tmp_path, text)
    assert (found.code, found.severity) == ("BC124", Severity.WARNING)
    assert found.message == "this entry is so far in that it is part of the text of `a`, and would be posted with it"
    assert found.place
    assert found.place.line == 8
    assert in_place(text, found) == HEAD + entry("a", "block") + entry("b", "block")


@pytest.mark.parametrize("line", ["due_at: 2099-12-01 09:00", "due_at: start+2d 09:00", "channels: [twitter]"])
def test_a_field_in_a_text(tmp_path: Path, line: str) -> None:
    """It is told with the column of the entry's fields."""
    (found,) = problems(tmp_path, f"{HEAD}  - key: a\n    text: |\n      Hello\n      {line}\n")
    name = line.partition(":")[0]
    assert found.message.startswith(f"this `{name}` is so far in that it is part of the text of `a`")
    assert found.hint.startswith("write 4 spaces before it; ")


@pytest.mark.parametrize(
    "line", ["The key: patience", "key: patience", "due_at: soon", "Set `due_at: 2099-12-01` there", "channels: many"]
)
def test_words_of_the_format_in_a_text(tmp_path: Path, line: str) -> None:
    """They are no entry, and what follows the text is none of it."""
    text = f"{HEAD}  - key: a\n    text: |\n      {line}\n    due_at: 2099-12-01 09:00\n    channels: [twitter]\n"
    assert problems(tmp_path, f"{text}  - key: b\n    text: |\n      key: {line}\n  - key: c\n    text: Hi\n") == ()


def test_a_part_that_begins_with_key(tmp_path: Path) -> None:
    """It is a text with a colon, as any other."""
    text = HEAD + entry("a", "text") + "    thread:\n      - key: to all of it\n"
    (found,) = problems(tmp_path, text)
    assert found.hint == 'write `- "key: to all of it"`'


def test_the_lines_to_write(tmp_path: Path) -> None:
    """They are in the answer, which a comment shows in a block to copy."""
    text = HEAD + entry("a", "text") + slipped(entry("b", "text"), 4, 6)
    (found,) = problems(tmp_path, text)
    (answer,) = found.answers
    assert answer.content == entry("b", "text").removesuffix("\n")
    shown = report_markdown(Report(PLAN, (found,), is_planned=False))
    assert "```text\n" + "".join(f"  {line}\n" for line in answer.content.split("\n")) + "  ```" in shown


ONE = "posts:\n  - key: a\n    channels: [twitter]\n"


@pytest.mark.parametrize(
    ("before", "line", "spaces"),
    [
        ("posts:\n  - key: a\n    channels: [twitter]\n    text: Hello\n", "\tdraft: true", 4),
        ("posts:\n    - key: a\n      channels: [twitter]\n      text: Hello\n", "\tdraft: true", 6),
        (f"{ONE}    text: Hello\n    overrides:\n      twitter:\n        text: Ho\n", "\tdraft: true", 4),
        (f"{ONE}    text: Hello\n    overrides:\n", "\ttwitter: {text: Ho}", 6),
        (f"{ONE}    text: Hello\n", "\t- key: b\n    channels: [twitter]\n    text: Ho", 2),
        (f"{ONE}    text: Hello\n    thread:\n", "\t- text: Two", 6),
        (f"{ONE}    text: Hello\n", "  \tdraft: true", 4),
    ],
)
def test_a_tab(tmp_path: Path, before: str, line: str, spaces: int) -> None:
    """The hint and the line that a comment suggests have as many spaces as put it where it belongs."""
    (found,) = problems(tmp_path, f"{before}{line}\n")
    meant = " " * spaces + line.lstrip()
    assert found.hint == f"use {spaces} spaces"
    assert [each.content for each in found.answers] == [meant.splitlines()[0]]
    assert problems(tmp_path, f"{before}{meant}\n") == ()


def test_images_too_far_in_below_texts_with_backticks(tmp_path: Path) -> None:
    """Each is a problem, at once."""
    part = "      - see `x` # 3\n        image: https://acme.example/a.jpg\n"
    entries = "".join(f"  - key: {key}\n    text: One\n    thread:\n{part}" for key in "ab")
    assert [found.place.line for found in problems(tmp_path, HEAD + entries) if found.place] == [7, 12]
