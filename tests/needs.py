"""Programs that a few tests need. Where one is missing, the test is skipped, but not in CI, which installs them all."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest


def program(name: str, *, where: Path | None = None, get: str) -> str:
    """The path of a program, in a folder or on PATH. `get`: how to install it."""
    found = shutil.which(name, path=str(where) if where else None)
    if found is None:
        missing = pytest.fail if os.environ.get("CI") == "true" and sys.platform == "linux" else pytest.skip
        missing(f"{name} is not installed ({get})")
    return found
