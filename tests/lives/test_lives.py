"""Every life of a project keeps the promises: nothing twice, nothing lost, no unmanaged post touched, no surprises.

One life here; `LIVES=300` in `make test-all`. One that fails is told as its shortest story: every step that the
failure does not need is left out. One seed again: `python -m tests.lives SEED`, with `--shrink`.
"""

from __future__ import annotations

import os
from functools import partial

import pytest

from tests.lives.endpoint import Server
from tests.lives.life import draw, live
from tests.lives.shrink import lived

#: In each run also the life in which a saved plan that counted as a whole apply lost a question (229).
SEEDS = sorted({*range(int(os.environ.get("LIVES", "0"))), 229})


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawn_life_keeps_the_promises(seed: int, server: Server) -> None:
    """After every run, the account and the next plan match the oracle's own bookkeeping."""
    lived(draw(seed), partial(live, server=server))
