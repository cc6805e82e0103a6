"""The server used by every life in a test process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Expect
from tests.lives.endpoint import Server


@pytest.fixture(scope="session", name="server")
def serving() -> Iterator[Server]:
    """One address for all; each life connects its own account."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def prints(expect: Expect) -> Callable[[str, str], None]:
    """Compare output with tests/cases/lives/NAME.txt, with ids and addresses made stable."""

    def check(name: str, printed: str) -> None:
        seen: dict[str, str] = {}
        printed = re.sub(r"\b[0-9a-f]{24}\b", lambda found: seen.setdefault(found[0], f"<id{len(seen) + 1}>"), printed)
        printed = re.sub(r"127\.0\.0\.1:\d+", "BUFFER", printed)
        expect(Path(__file__).parents[1] / "cases" / "lives" / f"{name}.txt", printed)

    return check
