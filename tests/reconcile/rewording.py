"""A copy of the package in which every sentence that objects has other words: its blanks stay, in their order."""

from __future__ import annotations

import ast
import random
import re
import shutil
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLANK = re.compile(r"\{[\w.]+\}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def reword(folder: Path, seed: int) -> int:
    """Make the copy in `folder`; how many templates it rewords."""
    chance, number = random.Random(seed), 0  # noqa: S311 - no secret
    for each in ROOT.iterdir():
        if each.name not in {"bufferctl", ".git", ".venv"}:
            (folder / each.name).symlink_to(each)  # for tests to run there
    shutil.copytree(ROOT / "bufferctl", folder / "bufferctl")  # with what is compiled already: that takes seconds
    for path in sorted((folder / "bufferctl").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found = list(_templates(ast.parse(text))) if "Said(" in text else []
        if not found:
            continue
        lines = text.encode().splitlines(keepends=True)
        for template in reversed(found):  # from the end, so that the rest stays where it is
            _replace(lines, template, repr(other_words(str(template.value), chance)))
        path.write_bytes(b"".join(lines))
        Path(cache_from_source(path)).unlink(missing_ok=True)
        number += len(found)
    return number


def other_words(template: str, chance: random.Random) -> str:
    """Random letters in place of all words and signs, as long as they were, between the same blanks."""

    def other(word: re.Match[str]) -> str:
        return "".join(chance.choices(_LETTERS, k=len(word[0])))

    parts = [re.sub(r"\S+", other, part) for part in _BLANK.split(template)]
    blanks = [*_BLANK.findall(template), ""]
    return "".join(text + blank for text, blank in zip(parts, blanks, strict=True))


def _templates(tree: ast.AST) -> Iterator[ast.Constant]:
    """The template of each `Said`, in the order of the file; one that is only blanks has no words."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Said"), args=[ast.Constant(value=str(text)) as template, *_]):
                if _BLANK.sub("", text).strip():
                    found.append(template)
    yield from sorted(found, key=lambda each: (each.lineno, each.col_offset))


def _replace(lines: list[bytes], node: ast.Constant, text: str) -> None:
    """Put another text in place of a node; its columns count bytes."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    first, last = node.lineno - 1, node.end_lineno - 1
    before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
    lines[first : last + 1] = [before + text.encode() + after, *[b""] * (last - first)]
