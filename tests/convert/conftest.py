"""A project with a Buffer of its own, as the tests of the command line have it."""

from __future__ import annotations

from tests.cli.conftest import environment, project

__all__ = ["environment", "project"]  # fixtures, known here by their names
