"""Shared by the tests of apply: a Buffer in memory, and a machine that applies to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apply.fake import FakeBuffer
from tests.apply.machine import Machine


@pytest.fixture
def buffer() -> FakeBuffer:
    """An empty account without faults."""
    return FakeBuffer()


@pytest.fixture
def machine(tmp_path: Path, buffer: FakeBuffer) -> Machine:
    """A machine with neither state nor journal."""
    return Machine(tmp_path, buffer)
