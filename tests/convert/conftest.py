"""A project with its own Buffer, as in the tests of the command line."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.cli.conftest import environment, program, project

__all__ = ["environment", "program", "project"]  # fixtures, used here by name


@pytest.fixture
def services() -> Collection[str]:
    """All: the cases name their own."""
    return ()
