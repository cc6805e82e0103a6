"""Drawn lives of suspensions: nothing of ours leaves meanwhile, and each comes back exactly once.

Twelve here; `LIVES=300` in `make test-all`.
"""

from __future__ import annotations

import os

import pytest

from tests.lives import silence
from tests.lives.endpoint import Server

SEEDS = range(max(12, int(os.environ.get("LIVES", "0"))))
_LOST = pytest.mark.xfail(
    reason="with the state lost, an edited post is not known to be ours: it is asked about instead"
)
OPEN = {227: _LOST}


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=OPEN.get(seed, ())) for seed in SEEDS])
def test_a_silence_keeps_its_promises(seed: int, server: Server) -> None:
    """After every run, and at the end."""
    silence.live(seed, server)
