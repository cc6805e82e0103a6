"""Drawn lives of suspensions: nothing of ours leaves meanwhile, and each comes back exactly once.

Four here, 100 in `make test-all`.
"""

from __future__ import annotations

import os

import pytest

from tests.lives import silence
from tests.lives.endpoint import Server

SEEDS = range(max(1, int(os.environ.get("LIVES", "0")) // 3))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_silence_keeps_its_promises(seed: int, server: Server) -> None:
    """After every run, and at the end."""
    silence.live(seed, server)
