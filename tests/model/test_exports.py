"""What `bufferctl.model` offers, which is written twice: for mypy, and for the import on first use."""

from __future__ import annotations

import ast
from pathlib import Path

import bufferctl.model


def test_each_name_is_imported_from_where_mypy_finds_it() -> None:
    """The same names of the same modules."""
    tree = ast.parse(Path(bufferctl.model.__file__).read_text(encoding="utf-8"))
    for_mypy = next(node for node in tree.body if isinstance(node, ast.If))
    found = {
        node.module.rpartition(".")[2]: tuple(each.name for each in node.names)
        for node in for_mypy.body
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert found == bufferctl.model._NAMES
    assert all(getattr(bufferctl.model, name) for names in found.values() for name in names)
