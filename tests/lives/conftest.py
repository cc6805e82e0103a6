"""The server that every life of a test process talks to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lives.endpoint import Server


@pytest.fixture(scope="session", name="server")
def serving() -> Iterator[Server]:
    """One address for all; each life puts its own account behind it."""
    server = Server()
    yield server
    server.stop()
