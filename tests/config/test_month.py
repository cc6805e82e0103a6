"""A month of posts, with the mistakes that people make in it: each hint, followed, says what was meant.

`mistakes.txt` has, for each, the lines of the month, the lines with the mistake, and what they mean if not the former.
They were written from docs/write and docs/start alone, before the rules that they try.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from bufferctl.config import load
from bufferctl.diagnostics import Diagnostic
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
    "key-twice",  # a key is unique on its channel
    "picture-in-a-thread",
}
#: Hints that leave something to the person who follows them, who then writes what was meant.
BY_HAND = {
    "picture-missing-on-instagram": "write `image:` with the name of a file in `media/` or a URL, or add a video",
    "channels-forgotten": "add `channels: [twitter, linkedin]` here",
    "text-on-two-lines": "if it belongs to a text, put it below `text: |`, two spaces further in, as every line",
    "text-on-two-lines-further-in": "if it belongs to a text, put it below `text: |`, two spaces further in",
    "text-behind-the-bar": "write `text: |` and the text on the lines below, two spaces further in",
    "link-as-markdown": "write plain text, and the bare URL of a link",
    "bold-as-markdown": "write plain text",
    "text-begins-with-stars": "put it in quotes, or write `text: |`",
    "text-twice": "remove one of them",
    "thread-of-one": "write `thread:`, and below it each part on a line of its own that begins with `- `",
    "override-of-another-channel": "delete it, or add the channel to `channels`",
    "board-forgotten": 'write `metadata: {pinterest: {board: "…"}}`',
    "metadata-with-its-network-alone": 'write `metadata: {pinterest: {board: "…"}}`',
    "variable-in-double-braces": "write the text that belongs there; a variable of `vars` is written `$(name)`",
    "day-in-words": "write the form of the date, such as `$(start+3d | d MMMM)` or `$(due_at | EEEE)`",
    "too-long-for-one-network": "shorten it by 21, or give this network a text of its own under `overrides`",
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
    """The month with other lines, and the file that has them."""
    shutil.copytree(CASE, folder, dirs_exist_ok=True)
    for file in sorted((folder / "posts").iterdir()):
        text = file.read_text(encoding="utf-8")
        if right in text:
            file.write_text(text.replace(right, instead, 1), encoding="utf-8")
            return file
    raise LookupError(right)


def read(folder: Path) -> tuple[tuple[Diagnostic, ...], dict[str, Post]]:
    """The problems, and the posts by address without their places."""
    loaded = load(None, folder, today=date(2029, 12, 3))
    problems = judge_files(loaded, now=NOW)
    posts = loaded.desired.posts if loaded.desired else ()
    bare = {
        str(post.address): replace(post, place=replace(post.place, line=0, column=0), expansion=None) for post in posts
    }
    return problems, bare


def followed(file: Path, problems: tuple[Diagnostic, ...]) -> None:
    """Follow the hints for a file, the last first."""
    text = file.read_text(encoding="utf-8")
    for problem in reversed(problems):
        if problem.place and problem.place.file.endswith(file.name):
            text = one_followed(text, problem)
    file.write_text(text, encoding="utf-8")


def one_followed(text: str, problem: Diagnostic) -> str:  # noqa: C901, PLR0912, PLR0915 - a list of the forms of hints
    """The file with the hint followed, and nothing else changed."""
    assert problem.place
    lines, row, hint = text.splitlines(), problem.place.line - 1, problem.hint
    line, column = lines[row], problem.place.column - 1
    written = re.findall(r"`(.+?)`(?!`)", hint)[:1]
    if hint.startswith("write `- key:`, with the `-`"):
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
    written(tmp_path / "meant", mistake.right, mistake.meant)
    _, meant = read(tmp_path / "meant")
    file = written(tmp_path / "wrong", mistake.right, mistake.wrong)
    problems, posts = read(tmp_path / "wrong")
    assert bool(problems) != (mistake.name in FINE)
    if mistake.name in BY_HAND:
        assert any(problem.hint.startswith(BY_HAND[mistake.name]) for problem in problems), problems
        return
    for _ in range(3):
        if not problems:
            break
        followed(file, problems)
        problems, posts = read(tmp_path / "wrong")
    assert not problems, (problems[0], file.read_text(encoding="utf-8"))
    assert posts == meant
