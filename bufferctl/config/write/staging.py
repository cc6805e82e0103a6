"""Additions read back before they are written: what the files would say, and what would be wrong with which of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bufferctl.config.load import Loaded, load
from bufferctl.config.write.project import Addition, NewOrganization, new_file, new_root
from bufferctl.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Staged:
    """`loaded`: a project of the additions alone. `refused`: what is wrong, by the index of the addition."""

    loaded: Loaded
    refused: dict[int, str]


def staged(timezone: str, organizations: Iterable[NewOrganization], additions: Sequence[Addition]) -> Staged:
    """Read a project of these additions, each in a file of its own, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bufferctl-") as name:
        folder = Path(name)
        root = folder / "buffer.yaml"
        root.write_text(new_root(timezone, organizations), encoding="utf-8")
        (folder / "posts").mkdir()
        for index, addition in enumerate(additions):
            text = new_file([addition], addition.item.address.organization)
            (folder / "posts" / f"{index}.yaml").write_text(text, encoding="utf-8")
        loaded = load(root, folder)
    refused: dict[int, str] = {}
    for problem in loaded.diagnostics:
        if problem.severity is Severity.ERROR and problem.place and problem.place.file != "buffer.yaml":
            refused.setdefault(int(Path(problem.place.file).stem), problem.message)
    return Staged(loaded, refused)
