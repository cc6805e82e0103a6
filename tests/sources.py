"""The files of this repository that tests read; a test that found none would pass, and check nothing."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]


def files(folder: str, pattern: str = "*.py") -> list[Path]:
    """The files below a folder of the repository, at least one."""
    found = sorted((ROOT / folder).rglob(pattern))
    assert found, f"there is no {pattern} below {folder}/"
    return found
