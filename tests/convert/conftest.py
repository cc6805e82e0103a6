"""A project with its own Buffer, as in the tests of the command line."""

from __future__ import annotations

from tests.cli.conftest import environment, program, project, services

__all__ = ["environment", "program", "project", "services"]  # fixtures, used here by name
