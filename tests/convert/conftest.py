"""A project with a Buffer of its own, as the tests of the command line have it."""

from __future__ import annotations

from tests.cli.conftest import environment, project, services

__all__ = ["environment", "project", "services"]  # fixtures, known here by their names
