"""The server that every life of a test process talks to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lives.endpoint import Server


@pytest.fixture(scope="session", name="server")
def serving() -> Iterator[Server]:
    """One address for all; each life puts its own account behind it."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def prints(update: bool) -> Callable[[str, str], None]:
    """Hold what was printed against tests/cases/lives/NAME.txt, ids and addresses the same in every run."""

    def check(name: str, printed: str) -> None:
        seen: dict[str, str] = {}
        printed = re.sub(r"\b[0-9a-f]{24}\b", lambda found: seen.setdefault(found[0], f"<id{len(seen) + 1}>"), printed)
        printed = re.sub(r"127\.0\.0\.1:\d+", "BUFFER", printed)
        expected = Path(__file__).parents[1] / "cases" / "lives" / f"{name}.txt"
        if update:
            expected.parent.mkdir(parents=True, exist_ok=True)
            expected.write_text(printed, encoding="utf-8")
        assert printed == expected.read_text(encoding="utf-8")

    return check
