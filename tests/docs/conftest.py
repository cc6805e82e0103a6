"""Executable documents get a folder and a local Buffer, as in the tests of the command line."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.cli.conftest import environment, project

__all__ = ["environment", "project"]


@pytest.fixture
def services() -> Collection[str]:
    """All: pages show a whole account."""
    return ()
