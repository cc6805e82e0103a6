"""Ways in which something was once published twice, driven as a user would: the command line on the sandbox."""

from __future__ import annotations

from tests.cli.conftest import environment, project, services

__all__ = ["environment", "project", "services"]
