"""Fixtures of the fault suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import stamina

from bufferctl.sandbox import Clock, Sandbox
from tests.faults.world import NOW, World

Make = Callable[..., World]


@pytest.fixture
def make_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make worlds, each with its own folder and account; reads are retried without real waiting."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))
    monkeypatch.setenv("BUFFER_API_KEY", "sandbox")
    made = 0
    with ExitStack() as stack, stamina.set_testing(True, attempts=3):

        def make(faults: str = "", seed: int = 0) -> World:
            nonlocal made
            made += 1
            folder = tmp_path / f"project-{made}"
            folder.mkdir()
            sandbox = stack.enter_context(Sandbox(clock=Clock.at(NOW), faults=faults, seed=seed))
            return World(folder, sandbox)

        yield make
