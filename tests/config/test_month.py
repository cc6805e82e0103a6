"""A month of posts, with the mistakes that people make in it: each hint, followed, says what was meant.

`mistakes.txt` has, for each, the lines of the month, the lines with the mistake, and what they mean if not the former.
They were written from docs/write and docs/start alone, before the rules that they try.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine

from bufferctl.config import load
from bufferctl.diagnostics import Diagnostic, Kind
from bufferctl.model import Post
from bufferctl.run.files import judge_files
from bufferctl.value import replace
from tests.config.test_writers import follow

CASE = Path(__file__).parents[1] / "cases/month"
NOW = datetime(2029, 12, 3, tzinfo=UTC)
#: What is no mistake after all, so that nothing is reported.
FINE = {
    "block-without-bar",  # one line is the same text with and without `|`
    "draft-in-quotes",
    "category-by-its-name",  # names are taken, too
    "category-with-and",
    "key-twice",  # a key is unique on its channel
    "picture-in-a-thread",
}
#: Hints that leave to a person what to do, who then does what was meant.
BY_HAND = {
    "text-twice": "remove one of them",
    "picture-on-google-drive": "download it, and write its path instead of the link",
}
#: What a person writes for each `…` of the hints, and in place of an example.
BLANKS = {
    "picture-missing-on-instagram": ["team.jpg", "Five people at a table"],
    "channels-forgotten": ["[mastodon]"],
    "board-forgotten": ["Ideas"],
    "metadata-with-its-network-alone": ["Ideas"],
    "too-long-for-one-network": ["Happy new year from all of us!", "Happy new year from all of us!"],
    "two-pictures-with-a-comma": ["The console with three charts"],
    "two-pictures-with-dashes": ["The console with three charts"],
    "title-forgotten-on-youtube": ["The new console in one minute"],
    "document-as-a-field": ["What we learned in two years", "https://media.acme.example/slides.jpg"],
}


class Mistake(NamedTuple):
    """Lines of the month, the same with the mistake, and what they mean."""

    name: str
    right: str
    wrong: str
    meant: str


def mistakes() -> Iterator[Mistake]:
    """All of them."""
    for record in re.split(r"(?m)^## ", (CASE / "mistakes.txt").read_text(encoding="utf-8"))[1:]:
        name, _, body = record.partition("\n")
        right, wrong, *meant = (part.strip("\n") for part in re.split(r"(?m)^==(?:\n|$)", body))
        yield Mistake(name, right, wrong, meant[0] if meant else right)


def written(folder: Path, right: str, instead: str) -> Path:
    """The month with other lines, of its files of posts only the one that has them, which is returned."""
    shutil.copytree(CASE, folder, ignore=shutil.ignore_patterns("posts", "mistakes.txt"))
    (folder / "posts").mkdir()
    for original in sorted((CASE / "posts").iterdir()):
        text = original.read_text(encoding="utf-8")
        if right in text:
            file = folder / "posts" / original.name
            file.write_text(text.replace(right, instead, 1), encoding="utf-8")
            return file
    raise LookupError(right)


def read(folder: Path) -> tuple[tuple[Diagnostic, ...], dict[str, Post]]:
    """The problems, and the posts by address without their places."""
    loaded = load(None, folder, today=date(2029, 12, 3))
    with time_machine.travel(NOW):
        problems = judge_files(loaded)
    posts = loaded.desired.posts if loaded.desired else ()
    bare = {
        str(post.address): replace(post, place=replace(post.place, line=0, column=0), expansion=None) for post in posts
    }
    return problems, bare


@cache
def as_it_is(name: str) -> dict[str, Post]:
    """The posts of a file of the month without a mistake."""
    _, posts = read(CASE)
    return {address: post for address, post in posts.items() if post.place.file == f"posts/{name}"}


def followed(file: Path, problems: tuple[Diagnostic, ...], blanks: list[str]) -> None:
    """Follow the hints for a file, the last first. `blanks`: what a person writes for each `…`, used up in order."""
    text = file.read_text(encoding="utf-8")
    first = {(each.place.line, each.place.column): each for each in reversed(problems) if each.place}
    for problem in first.values():
        if problem.place and problem.place.file.endswith(file.name):
            text = one_followed(text, replace(problem, hint=_filled(problem.hint, blanks)))
    file.write_text(text, encoding="utf-8")


def _filled(hint: str, blanks: list[str]) -> str:
    """The hint with what a person writes for its blanks and examples."""
    if hint.startswith("add `channels: "):
        return f"add `channels: {blanks.pop(0)}`"
    hint = hint.replace("write in `alt` what the image shows", "add `alt: …`")
    while "…" in hint and blanks:
        hint = hint.replace("…", blanks.pop(0), 1)
    return hint


def one_followed(text: str, problem: Diagnostic) -> str:  # noqa: C901, PLR0912, PLR0915 - a list of the forms of hints
    """The file with the hint followed, and nothing else changed."""
    assert problem.place
    lines, row, hint = text.splitlines(), problem.place.line - 1, problem.hint
    line, column = lines[row], problem.place.column - 1
    written = re.findall(r"`(.+?)`(?!`)", hint)[:1]
    if found := re.match(r"write `((\w+):.*?)` in line (\d+), and all of the text below it", hint):
        return _as_block(lines, int(found[3]) - 1, found[1])
    if found := re.match(r"shorten it by .*: `overrides: \{(\w+: \{.+?\})\}`", hint):
        key = next(number for number in range(row, -1, -1) if re.match(r" *- key:", lines[number]))
        group = next((n for n in range(key, row) if lines[n].startswith("    overrides: {")), None)
        if group is None:
            lines.insert(key + 1, f"    overrides: {{{found[1]}}}")
        else:
            lines[group] = f"{lines[group][:-1]}, {found[1]}}}"
    elif found := re.match(r"add `(alt: .+)`,", hint):
        lines.insert(row + 1, f"    {found[1]}")
    elif found := re.match(r"write `(- .*)` in line (\d+)", hint):
        at = int(found[2]) - 1
        lines[at] = lines[at][: lines[at].index("- ")] + found[1]
    elif (
        (found := re.match(r"(?:write |.*: )`((\w+): [^|].*?)`(?=[ ;,]|$)(?!.*below)", hint))
        and problem.kind is not Kind.UNKNOWN_FIELD
        and (there := _row_of(lines, row, "image" if "instead of `image`" in hint else found[2])) is not None
    ):
        before = re.split(rf"(?<!\w)(?:{found[2]}|image):", lines[there])[0]
        lines[there : _end_of(lines, there, len(before))] = [before + found[1]]
    elif " below" not in hint and re.match(r" *- key:", line) and re.search(r"`\w+: .+?`", hint):
        given = re.findall(r"`(\w+: .+?)`(?!`)", hint)[0]
        key = next(number for number in range(row, -1, -1) if re.match(r" *- key:", lines[number]))
        lines.insert(key + 1, f"    {given}")
    elif found := re.match(r"write `(\w+: .*?)` below `(\w+):` in `metadata`", hint):
        at = next(number for number in range(row, -1, -1) if lines[number].strip() == f"{found[2]}:")
        lines.insert(at + 1, f"        {found[1]}")
    elif found := re.match(r"delete it, and put the hashtags into the text: `(.*)`", hint):
        lines[row] = f"\n      {found[1]}"
    elif found := re.match(r"write it once for each: (.*)", hint):
        end = _end(lines, row)
        names = re.findall(r"`(.*?)`", found[1])
        lines[row:end] = [each for name in names for each in (line[:column] + name, *lines[row + 1 : end])]
    elif hint.startswith("delete this line, and write what is below it below the first"):
        first = next(number for number, each in enumerate(lines) if each == line)
        below = lines[row + 1 : _end(lines, row)]
        del lines[row : _end(lines, row)]
        lines[first + 1 : first + 1] = below
    elif found := re.match(r"put the file .* and write `(.*)`", hint):
        lines[row] = line[:column] + found[1]
    elif re.match(r"(?:put it in quotes, or )?write `\w+: \|` and the text", hint) and (
        found := re.match(r"(?P<start> *)(?P<name>\w+): *[|>]? *(?P<value>.+)", line)
    ):
        lines[row] = f"{found['start']}{found['name']}: |\n{found['start']}  {found['value']}"
    elif hint.startswith("write `- key:`, with the `-`"):
        lines[row] = f"{line[: column - 2]}- {line[column:]}"
    elif (
        hint.startswith(("delete this line", "delete the line")) or hint == "delete it, and put the link into the text"
    ):
        del lines[row]
    elif hint == "delete the `- `":
        lines[row] = line.replace("- ", "", 1)
    elif hint.startswith("leave out the `#`"):
        lines[row] = f"{line[:column]}{line[column + 1 :]}"
    elif hint.endswith("` below"):
        before = line[: len(line) - len(line.lstrip())]
        lines[row : row + 1] = [f"{before}{each}" for each in re.findall(r"`(\w+: [^`]+)`", hint)]
    elif hint.startswith("add `overrides: "):
        lines.insert(row, line[:column] + written[0])
    elif hint.startswith(("write what belongs to it on the lines below", "delete it, and write `metadata")):
        return text if "lines below" in hint else "\n".join([*lines[:row], *lines[row + 1 :], ""])
    elif hint.startswith("write it two spaces further in, with what is below"):
        lines[row : _end(lines, row)] = [f"  {each}" for each in lines[row : _end(lines, row)]]
    elif hint.startswith("write the line"):
        lines.insert(row, written[0])
    elif hint.startswith("write `thread:`, and below it"):
        return _parts(lines, row)
    elif found := re.match(r"write (\d+) spaces before its `-`, like", hint):
        lines[row] = " " * int(found[1]) + line.lstrip()
    elif found := re.match(r"indent it by (\d+) spaces, like", hint):
        lines[row] = " " * int(found[1]) + line
    elif found := re.match(r"write `(\w+):` above it, and this and the lines below it", hint):
        end = _end(lines, row)
        lines[row:end] = [f"{' ' * column}{found[1]}:", *(f"  {each}" for each in lines[row:end])]
    elif hint.startswith("put a comma between them"):
        lines[row] = line[:column] + written[0] + line[column + problem.width :]
    elif hint.startswith("write a space before the link"):
        lines[row] = line[:column] + re.sub("(?=https?://)", " ", line[column:], count=1)
    elif hint.startswith("delete the space"):
        lines[row] = line[: column + problem.width] + line[column + problem.width :].lstrip()
    elif hint.startswith("write `image: ") and " beside the text" in hint:
        lines[row] = ""
        inside = len(line) - len(line.lstrip())
        lines[row + 1 : row + 1] = [f"{' ' * (inside - 2)}{each}" for each in re.findall(r"`(\w+: [^`]+)`", hint)]
    elif hint.startswith("write `1:`, `2:`"):
        dashes = [n for n, each in enumerate(lines) if each.startswith(f"{line[:column]}- ")]
        for number, at in enumerate(dashes, 1):
            lines[at] = f"{line[:column]}{number}: {{{lines[at][column + 2 :]}}}"
    elif hint.startswith("write `") and re.match(r"[\w-]+: ", written[0]) and re.match(r"[\w -]+:", line[column:]):
        lines[row : _end(lines, row)] = [line[:column] + written[0]]
    elif hint.startswith("write `") and (name := re.match(r"(\w+): [\[{]", written[0])):
        first = row if f"{name[1]}:" in line else row - 1
        lines[first : _end(lines, first)] = [re.sub(rf"{name[1]}:.*", lambda _: written[0], lines[first])]
    elif re.search("; if (they|it) belong", hint):
        start = len(line) - len(line.lstrip())
        lines[row] = line[:start] + written[0]
    else:
        return follow(text, problem)
    return "\n".join(lines) + "\n"


def _row_of(lines: list[str], row: int, name: str) -> int | None:
    """The row of a field of that name: this one, or one above in the same entry; None if it is not there."""
    for number in range(row, -1, -1):
        if re.search(rf"(?:^|[ {{,-]){name}:(?: |$)", lines[number]):
            return number
        if re.match(r" *- key:", lines[number]):
            return None
    return None


def _end_of(lines: list[str], row: int, column: int) -> int:
    """The row behind a field at that column of a row, and what is below it."""
    below = range(row + 1, len(lines))
    return next((n for n in below if lines[n][: column + 1].strip() or not lines[n].strip()), len(lines))


def _as_block(lines: list[str], row: int, header: str) -> str:
    """The file with the text that begins at `row`, or below it, as a block."""
    inside = len(lines[row]) - len(lines[row].lstrip())
    first = lines[row].partition(":")[2].strip()
    is_field = re.compile(rf" {{0,{inside}}}(?:- )?\w+:(?: |$)")
    end = next((n for n in range(row + 1, len(lines)) if is_field.match(lines[n])), len(lines))
    below = [*([first] if first else []), *(each.strip() for each in lines[row + 1 : end])]
    lines[row:end] = [f"{' ' * inside}{header}", *(f"{' ' * inside}  {each}".rstrip() for each in below)]
    return "\n".join(lines) + "\n"


def _end(lines: list[str], row: int) -> int:
    """The row behind the field at `row`, and what is further in below it."""
    inside = len(lines[row]) - len(lines[row].lstrip()) + 1
    return next((n for n in range(row + 1, len(lines)) if lines[n][:inside].strip() or not lines[n]), len(lines))


def _parts(lines: list[str], row: int) -> str:
    """The file with each line of a text below `thread:`, at `row` or the one above, as a part."""
    start = row if lines[row].lstrip().startswith("thread:") else row - 1
    inside = len(lines[start]) - len(lines[start].lstrip()) + 2
    end = next((n for n in range(start + 1, len(lines)) if lines[n].strip() and lines[n][:inside].strip()), len(lines))
    parts = [re.sub(r"^(?:\d+\.|\u2022) *", "", each.strip()) for each in lines[start + 1 : end] if each.strip()]
    lines[start:end] = [f"{' ' * (inside - 2)}thread:", *(f"{' ' * inside}- {each}" for each in parts), ""]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("mistake", list(mistakes()), ids=lambda mistake: mistake.name)
def test_each_ends_right(tmp_path: Path, mistake: Mistake) -> None:
    """After at most three rounds of hints the files are valid, and say what was meant."""
    file = written(tmp_path / "wrong", mistake.right, mistake.wrong)
    if mistake.meant == mistake.right:
        meant = as_it_is(file.name)
    else:
        written(tmp_path / "meant", mistake.right, mistake.meant)
        _, meant = read(tmp_path / "meant")
    problems, posts = read(tmp_path / "wrong")
    assert bool(problems) != (mistake.name in FINE)
    if mistake.name in BY_HAND:
        assert any(problem.hint.startswith(BY_HAND[mistake.name]) for problem in problems), problems
        return
    blanks = [*BLANKS.get(mistake.name, [])]
    for _ in range(3):
        if not problems:
            break
        followed(file, problems, blanks)
        problems, posts = read(tmp_path / "wrong")
    assert not problems, (problems[0], file.read_text(encoding="utf-8"))
    assert posts == meant
