"""Ways in which something was once published twice, driven as a user would: the command line on the sandbox."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.cli.conftest import environment, project

__all__ = ["environment", "project"]


@pytest.fixture
def services() -> Collection[str]:
    """One channel, which is enough for most of these stories."""
    return ("twitter",)
