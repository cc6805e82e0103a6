"""The folders of tests/cases: a case is a folder with an `expected.txt`, and beside it the files that it is about.

What several cases have in common is in a folder above them: a case has each file from there of which it has none
itself. So tests/cases/validate/buffer.yaml is the root file of every case below tests/cases/validate without its own.
A variation of a case can be in that case's folder.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

CASES = Path(__file__).parent / "cases"


@cache
def cases_of(kind: str) -> dict[str, Path]:
    """The cases of `tests/cases/KIND`, at any depth, by their names."""
    found = sorted((path.parent for path in (CASES / kind).rglob("expected.txt")), key=lambda case: case.name)
    named = {case.name: case for case in found}
    assert found, f"no case in {kind}"
    assert len(found) == len(named), f"two cases of one name in {kind}"
    return named


def files_of(case: Path) -> dict[Path, Path]:
    """Where each file of a case is, by its path in the project: in the case's folder, or in one above it."""
    found: dict[Path, Path] = {}
    for folder in (case, *case.parents):
        if folder == CASES:
            break
        for path in _there(folder):
            found.setdefault(path.relative_to(folder), path)
    return found


def root_file_of(case: Path) -> Path:
    """Where its `buffer.yaml` is."""
    return files_of(case)[Path("buffer.yaml")]


def lay_out(case: Path, folder: Path) -> None:
    """Copy the files of a case into a folder; a link stays one."""
    for name, path in files_of(case).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name, follow_symlinks=False)


@cache
def _there(folder: Path) -> list[Path]:
    """The files of a folder that are no other case's, neither expected output nor about the cases."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        is_folder = path.is_dir() and not path.is_symlink()
        if not is_folder:
            found += [path] if path.name not in {"expected.txt", "README.md"} else []
        elif not any(path.rglob("expected.txt")):
            found += [each for each in sorted(path.rglob("*")) if each.is_symlink() or each.is_file()]
    return found
