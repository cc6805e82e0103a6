"""Edits of people's files as they are shown: the lines that change, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from bufferctl.cli.console import Console
from bufferctl.config.write.document import FileChanges
from bufferctl.model.invisible import visible


def show_edits(changes: FileChanges, root: Path, console: Console) -> None:
    """Print what changes in each file below `root`, as a diff."""
    for path, (before, after) in changes.wanted.items():
        for line in _diff(path.relative_to(root).as_posix(), (before or b"").decode(), after.decode()):
            paint = {"+": console.out.good, "-": console.out.bad, "@": console.out.faint}.get(line[:1])
            console.data(paint(visible(line)) if paint else visible(line))


def _diff(name: str, before: str, after: str) -> Iterator[str]:
    old, new = (text.removesuffix("\n").split("\n") for text in (before, after))
    return (line.rstrip("\r") for line in unified_diff(old, new, name, name, n=2, lineterm=""))
