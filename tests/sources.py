"""The files of this repository that tests read; a test that found none would pass, and check nothing."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from graphql import GraphQLSchema, build_schema

ROOT = Path(__file__).parents[1]


@cache
def published() -> GraphQLSchema:
    """Buffer's published schema; that it is valid is the sandbox's own business."""
    text = (ROOT / "bufferctl" / "sandbox" / "schema.graphql").read_text(encoding="utf-8")
    return build_schema(text, assume_valid=True)


def files(folder: str, pattern: str = "*.py") -> list[Path]:
    """The files below a folder of the repository, at least one."""
    found = sorted((ROOT / folder).rglob(pattern))
    assert found, f"there is no {pattern} below {folder}/"
    return found


def mentioning(folder: str, *words: str) -> list[Path]:
    """Those whose text has one of the words, at least one: to parse all of ours takes two seconds."""
    found = [path for path in files(folder) if any(word in path.read_text(encoding="utf-8") for word in words)]
    assert found, f"no file below {folder}/ has {' or '.join(words)}"
    return found


@cache
def parsed(path: Path) -> ast.Module:
    """A Python file's tree, which several tests read, and none changes."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of that tree; to walk through all of our files takes a second."""
    return tuple(ast.walk(parsed(path)))
