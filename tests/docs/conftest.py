"""Documents that run have a folder and a local Buffer, as the command line's tests have."""

from __future__ import annotations

from tests.cli.conftest import environment, project, services

__all__ = ["environment", "project", "services"]
