"""Mistakes of people who write posts: each hint, followed to the letter, gives a valid file at the first try."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from bufferctl.config import load
from bufferctl.diagnostics import Diagnostic, has_errors
from tests.config.test_hints import followed, in_place

CASE = Path(__file__).parents[1] / "cases/validate/writers"
MISTAKES = sorted((CASE / "posts").iterdir())
#: Times without a year, and what they mean on 1 December 2026, a Tuesday.
WITHOUT_YEAR = (
    ("15.1. 9 Uhr", "2027-01-15 09:00"),
    ("Tuesday 9:00", "2026-12-08 09:00"),
    ("next Friday at 9:30", "2026-12-04 09:30"),
    ("Dienstag, 9 Uhr", "2026-12-08 09:00"),
    ("15 December 9:00", "2026-12-15 09:00"),
)


def problems(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a file of posts, beside the case's root file and media."""
    for path in ("posts", "media"):
        (folder / path).mkdir(exist_ok=True)
    (folder / "media/console.jpg").touch()
    (folder / "buffer.yaml").write_bytes((CASE / "buffer.yaml").read_bytes())
    (folder / "posts/a.yaml").write_text(text, encoding="utf-8")
    return load(None, folder, today=date(2026, 12, 1)).diagnostics


def follow(text: str, problem: Diagnostic) -> str:  # noqa: C901, PLR0912 - a list of the forms of hints
    """The file with the hint followed, and nothing else changed."""
    assert problem.place
    lines, row, hint = text.splitlines(), problem.place.line - 1, problem.hint
    line, column = lines[row], problem.place.column - 1
    if re.search(r"spaces? before (?:it|its|the)\b", hint):
        return in_place(text, problem)
    value = re.match(r"(?P<start> *(?:- )?)(?P<name>\w+): (?P<value>.+)", line)
    if found := re.fullmatch(r"delete it and type (?:a space|(\d+) spaces)", hint):
        lines[row] = line[:column] + " " * int(found[1] or 1) + line[column + problem.width :]
    elif hint == "write `- `":
        lines[row] = f"{line[:column]}- {line[column + problem.width :].lstrip()}"
    elif found := re.fullmatch(r"write `(- )?(\w+): ?`", hint):
        start = re.findall(r"^ *(?:- )?", line)[0]
        rest = re.sub(r"^[^=:\uff1a]*[=:\uff1a]?\**", "", line).lstrip()
        lines[row] = f"{start}{found[1] or ''}{found[2]}: {rest}".rstrip()
    elif found := re.fullmatch(r"use (\d+) spaces", hint):
        lines[row] = " " * int(found[1]) + line.lstrip()
    elif hint.startswith("line it up"):
        lines[row] = "    " + line.lstrip()
    elif hint.startswith(("close it with", "close it, or")):
        lines[row] += "]" if "with" in hint else line[column]
    elif found := re.match(r"indent it by (\d+) spaces instead of tabs", hint):
        lines[row] = " " * int(found[1]) + line.lstrip()
    elif value and value["value"].startswith("{") and (found := re.match(r"write `(\w+: [^`]+)`,", hint)):
        lines[row] = value["start"] + found[1]
    elif value and not hint.startswith("write `\\\\`") and (found := re.search(r"`(\w+): \|` and the text", hint)):
        lines[row] = f"{value['start']}{found[1]}: |\n{' ' * len(value['start'])}  {value['value']}"
    elif hint.startswith("write `- |` and the text"):
        start, _, text = line.partition("- ")
        lines[row] = f"{start}- |\n{start}  {text}"
    elif hint.startswith('write `- "'):
        lines[row] = line[: line.index("- ")] + hint.split("`")[1]
    elif hint.startswith("put a text in quotes") and value:
        lines[row] = f"{value['start']}{value['name']}: {json.dumps(value['value'])}"
    elif hint.startswith("leave out the `#`"):
        lines[row] = line.replace(f" {problem.source[column : column + problem.width]}", f" {hint.split('`')[-2]}")
    elif (named := re.match(r"did you mean `([^`]+)`", hint)) and "a field" in problem.message:
        lines[row] = line[:column] + named[1] + line[column + problem.width :]
    elif hint.startswith("write what belongs to it on the lines below") and row + 1 < len(lines):
        lines[row + 1 :] = ["  " + each for each in lines[row + 1 :]]
    else:
        return followed(text, problem)
    return "\n".join(lines) + "\n"


def test_there_are_many() -> None:
    """As many as were collected."""
    assert len(MISTAKES) == 108


@pytest.mark.parametrize("file", MISTAKES, ids=lambda file: file.stem)
def test_each_hint_works(tmp_path: Path, file: Path) -> None:
    """All hints of one round are followed, the last first; then the file is valid."""
    text = file.read_text(encoding="utf-8")
    found = problems(tmp_path, text)
    assert found
    at = [problem for problem in reversed(found) if not problem.message.endswith("there is no field `twitter` here")]
    for problem in at:
        text = follow(text, problem)
    assert not has_errors(problems(tmp_path, text)), text


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("20/12/2026 09:00", "write `2026-12-20 09:00`"),
        ("12/20/2026 09:00", "write `2026-12-20 09:00`"),
        ("10/12/2026 09:00", "write year-month-day hour:minute; an offset such as +01:00 may follow"),
        ("20/13/2026 09:00", "write year-month-day hour:minute; an offset such as +01:00 may follow"),
    ],
)
def test_a_date_with_slashes(tmp_path: Path, written: str, hint: str) -> None:
    """The day is proposed where only one number can be the month."""
    (problem,) = problems(
        tmp_path, f"posts:\n  - key: a\n    channels: [twitter]\n    text: Hello\n    due_at: {written}\n"
    )
    assert problem.hint == hint


@pytest.mark.parametrize(("written", "meant"), WITHOUT_YEAR)
def test_a_day_without_its_year(tmp_path: Path, written: str, meant: str) -> None:
    """The next such day is proposed."""
    text = f"posts:\n  - key: a\n    channels: [twitter]\n    text: Hello\n    due_at: {written}\n"
    (problem,) = problems(tmp_path, text)
    assert problem.hint == f"write `{meant}`"
    assert not has_errors(problems(tmp_path, follow(text, problem)))


ALT = "posts:\n  - key: a\n    channels: [twitter]\n    text: Hello\n    image: console.jpg\n    alt: {}\n"
ASSETS = (
    "posts:\n  - key: a\n    channels: [twitter]\n    text: Hello\n"
    "    assets: [{{image: {{url: https://acme.example/a.jpg, alt_text: {}}}}}]\n"
)


@pytest.mark.parametrize("form", [ALT, ASSETS], ids=["alt", "in braces"])
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("\u201cA harbour\u201d", "A harbour"),
        ("\u201eA harbour\u201c", "A harbour"),
        ("\u201cA harbour, at night\u201d", "A harbour, at night"),
        ("\u201cA harbour: at night\u201d", "A harbour: at night"),
        ("\u201cHarbour #1\u201d", "Harbour #1"),
        ('\u201cA harbour"', "A harbour"),
        ('"A harbour\u201d', "A harbour"),
    ],
)
def test_quotes_of_a_word_processor(tmp_path: Path, form: str, written: str, meant: str) -> None:
    """What its one hint says to write is the description without them, wherever it stands."""
    (problem,) = problems(tmp_path, form.format(written))
    assert "YAML only knows straight quotes" in problem.message
    (line, *_) = re.findall(r"write `(alt\w*: .*?)`", problem.hint)
    assert line.partition(": ")[2] == json.dumps(meant)
    assert problems(tmp_path, form.format(json.dumps(meant))) == ()


def test_such_quotes_that_belong_to_it(tmp_path: Path) -> None:
    """In braces, where no block may be, the hint puts them between straight ones."""
    (problem,) = problems(tmp_path, ASSETS.format("\u201cA harbour\u201d"))
    assert problem.hint.endswith('if they belong to the text, write `alt_text: "\u201cA harbour\u201d"`')
    assert problems(tmp_path, ASSETS.format('"\u201cA harbour\u201d"')) == ()


def test_a_url_in_such_quotes(tmp_path: Path) -> None:
    """The hint is the URL without them."""
    text = ALT.format("A harbour").replace("console.jpg", "\u201chttps://acme.example/a.jpg\u201d")
    (problem,) = problems(tmp_path, text)
    assert problem.hint == "write `https://acme.example/a.jpg`"
