"""A project with its own Buffer, as in the tests of the command line, and a Buffer to write to directly."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest

from tests.cli.conftest import environment, open_account, parameter, project
from tests.networks.direct import Direct

__all__ = ["direct", "environment", "project"]  # fixtures, used here by name


@pytest.fixture
def services(request: pytest.FixtureRequest) -> Collection[str]:
    """The network that a test is about, if it is one of several."""
    service = parameter(request, "service")
    return [service] if service else []


@pytest.fixture(scope="module")
def direct() -> Iterator[Direct]:
    """Another account with the same channels, at the same time."""
    with open_account() as sandbox:
        asked = Direct(sandbox)
        yield asked
        asked.close()
