"""The layout of people's files: its form, that formatting twice changes nothing, and that the content stays."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from bufferctl.config.read import Source, parse
from bufferctl.config.write import UnusualError, formatted
from bufferctl.diagnostics import has_errors
from tests.conftest import Expect
from tests.fuzzing import examples

CASES = Path(__file__).parents[1] / "cases" / "fmt"
REPOSITORY = Path(__file__).parents[2]


def meaning(text: str) -> Any:
    """The content of a file; images without further options are the same in both forms."""
    tree, problems = parse(Source("", text, Path()))
    assert not has_errors(problems), (text, problems)
    return _with_images(tree.data)


def _with_images(value: object) -> object:
    if isinstance(value, list):
        return [_with_images(each) for each in value]
    if not isinstance(value, dict):
        return value
    images, alts = ([value[n]] if isinstance(value.get(n), str) else value.get(n, []) for n in ("image", "alt"))
    found = {name: _with_images(each) for name, each in value.items() if name not in {"image", "alt"}}
    if isinstance(images, dict):  # an asset
        names = {"file": "source", "url": "source"}
        return {"image": {names.get(name, name): each for name, each in images.items()}}
    if images:
        alts = [{"alt_text": each} for each in alts] or [{}] * len(images)
        found["assets"] = [{"image": {"source": i, **alt}} for i, alt in zip(images, alts, strict=True)]
    return found


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case(case: Path, expect: Expect) -> None:
    """`before.yaml` becomes `after.yaml`, which formatting leaves unchanged."""
    after = formatted((case / "before.yaml").read_bytes().decode())
    expect(case / "after.yaml", after)
    assert formatted(after) == after


EXAMPLES = [*REPOSITORY.glob("examples/**/*.yaml"), *REPOSITORY.glob("tests/cases/networks/**/*.yaml")]


@pytest.mark.parametrize("file", sorted(EXAMPLES), ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_files_of_this_repository(file: Path) -> None:
    """Every file in the repository that people read has the same content afterwards, in a stable layout."""
    text = file.read_text(encoding="utf-8")
    after = formatted(text)
    assert meaning(after) == meaning(text)
    assert formatted(after) == after


def test_left_alone() -> None:
    """A text with its own indentation marker is not touched, since its layout would be ambiguous."""
    with pytest.raises(UnusualError):
        formatted("posts:\n  - text: |2\n        two further in\n      than this\n    key: a\n")


def test_line_ends_that_a_text_keeps() -> None:
    """`|+` keeps the empty lines below it, so it is left alone; without any it has the same content as `|`."""
    with pytest.raises(UnusualError):
        formatted("text: |+\n  a\n\nkey: b\n")
    assert formatted("text: |+\n  a\nx:\n   b\n") == "text: |\n  a\nx: b\n"


@given(st.integers(0, 1 << 32))
@settings(max_examples=examples(200))
def test_any_way_of_writing(seed: int) -> None:
    """Any indentation, styles and comments: the same content, every comment stays, a second run changes nothing."""
    text = Writer(Random(seed)).file()  # noqa: S311 - not a secret
    note(text)
    after = formatted(text)
    assert meaning(after) == meaning(text)
    assert sorted(re.findall(r"# c\d+", after)) == sorted(re.findall(r"# c\d+", text))
    assert formatted(after) == after
    assert after.endswith("\n")
    assert not after.endswith("\n\n")
    assert "\r" not in after
    outside = re.sub(r"(?m)^( *).*[|>][-+]*(?: +#.*)?\n(?:\1 +.*\n| *\n)*", "", after)  # without the texts
    assert not re.search(r"[ \t]$", outside, re.MULTILINE)


class Writer:
    """Writes the same kind of file in as many styles as people do.

    No field is a `key`: where no entry can be, the reader takes it for one in the wrong column, which is an error.
    """

    NAMES = ("notes", "text", "due_at", "channels", "tags", "name", "alt_text", "posts", "assets", "service", "x")
    WORDS = ("live", "now", "https://acme.example/?a=b", "twitter:acme", "2029-12-01", "no", "a", "it's", '"so"', "12")
    PLAIN = re.compile(r"[a-z0-9][^\s:#,\[\]{}'\"]*(?: [a-z0-9][^\s:#,\[\]{}'\"]*)*")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._comments = 0

    def file(self) -> str:
        """A whole file."""
        head = [self._comment(), ""] if self._chance(3) else []
        tail = [self._comment()] if self._chance(3) else []
        return "\n".join([*head, *self._mapping(0, 4), *tail]) + self._random.choice(["\n", "", "\n\n"])

    def _chance(self, of: int) -> bool:
        return self._random.randrange(of) == 0

    def _comment(self) -> str:
        self._comments += 1
        return f"# c{self._comments}"

    def _between(self, indent: int) -> list[str]:
        """Comments and empty lines above an entry."""
        lines = [self._random.choice(["", "  "]) for _ in range(self._random.choice([0, 0, 0, 1, 2]))]
        if self._chance(5):
            lines += [" " * indent + self._comment()]
        return lines

    def _beside(self) -> str:
        return self._random.choice([" ", "  ", "     "]) + self._comment() if self._chance(5) else ""

    def _mapping(self, indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for name in self._random.sample(self.NAMES, self._random.randint(1, 4)):
            key = self._random.choice([name, name, name, f'"{name}"'])
            lines += [*self._between(indent), *self._value(" " * indent + key + ":", indent, depth)]
        return lines

    def _value(self, start: str, indent: int, depth: int) -> list[str]:
        kind = self._random.randrange(6) if depth else 0
        if kind in {0, 1, 2}:
            return self._scalar(start, indent)
        if kind == 3:
            return [f"{start} {self._flow(depth)}{self._beside()}"]
        if kind == 4:
            return [start + self._beside(), *self._mapping(indent + self._random.randint(1, 4), depth - 1)]
        return [start + self._beside(), *self._list(indent + self._random.randint(0, 3), depth - 1)]

    def _list(self, indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self._random.randint(1, 3)):
            lines += self._between(indent)
            dash = "-" + " " * self._random.randint(1, 3)
            if depth and self._chance(2):
                inner = self._mapping(indent + len(dash), depth - 1)
                at = next(
                    index for index, line in enumerate(inner) if line.strip() and not line.lstrip().startswith("#")
                )
                above = [line for line in inner[:at] if line.strip()]
                lines += [*above, " " * indent + dash + inner[at].lstrip(), *inner[at + 1 :]]
            else:
                lines += self._scalar(" " * indent + dash.rstrip(), indent)
        return lines

    def _words(self) -> str:
        return " ".join(self._random.choices(self.WORDS, k=self._random.choice([1, 2, 3, 40])))

    def _scalar(self, start: str, indent: int) -> list[str]:
        style, words, pad = self._random.randrange(6), self._words(), " " * (indent + self._random.randint(1, 4))
        if style == 0 and self.PLAIN.fullmatch(words):
            return [f"{start} {words}{self._beside()}"]
        if style == 1:
            return [f"{start} '{words.replace(chr(39), 2 * chr(39))}'{self._beside()}"]
        if style == 2:
            texts = [self._words() for _ in range(self._random.randint(1, 3))]
            lines = [self._random.choice([pad + each, "", pad + each + " "]) for each in texts]
            marks = self._random.choice(["", "-"])
            return [f"{start} {self._random.choice('|>')}{marks}{self._beside()}", f"{pad}{words}", *lines]
        if style == 3 and " " in words:
            first, _, rest = json.dumps(words).partition(" ")
            return [f"{start} {first}", f"{pad}{rest}{self._beside()}"]
        if style == 4:
            return [f"{start} {json.dumps(words + chr(10) + self._words())}{self._beside()}"]
        return [f"{start} {json.dumps(words)}{self._beside()}"]

    def _flow(self, depth: int) -> str:
        if not depth or self._chance(2):
            return json.dumps(self._words())
        gap = self._random.choice(["", " ", "\n" + " " * 30])
        inner = [self._flow(depth - 1) for _ in range(self._random.randint(0, 3))]
        if self._chance(2):
            return f"[{gap}{(',' + (gap or ' ')).join(inner)}]"
        pairs = [f"{name}: {value}" for name, value in zip(self.NAMES, inner, strict=False)]
        return f"{{{gap}{(',' + (gap or ' ')).join(pairs)}}}"
