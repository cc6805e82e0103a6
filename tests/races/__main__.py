"""Run races again: `python -m tests.races KIND SEED [LAST]`, one for each seed from SEED to LAST."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.races.conftest import joining
from tests.races.race import Broken, run, warmed
from tests.stores import buckets, git
from tests.stores.places import PLACES, SERVED, place_in


def main(kind: str, first: int, last: int) -> int:
    """Print the log of each race that broke a promise; returns 1 if any did."""
    os.environ.update({**git.ENVIRONMENT, **buckets.ENVIRONMENT})
    failed = 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        stage = warmed(Path(folder) / "warm")
        place = PLACES[kind] if kind in PLACES else place_in(kind, running.enter_context(SERVED[kind][0]()))
        for seed in range(first, last + 1):
            try:
                with joining(kind, place, Path(folder) / str(seed) / "place") as joins:
                    log = run(seed, stage, Path(folder) / str(seed), joins)
                if first == last:
                    sys.stdout.write("\n".join(filter(None, log)) + "\n")
            except Broken as broken:
                failed += 1
                sys.stdout.write(f"{broken}\n")
    sys.stdout.write(f"{last + 1 - first} races, {failed} broken\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[-1])))
