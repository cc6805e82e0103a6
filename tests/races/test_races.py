"""Machines race for one state, are killed or fall asleep, and each declared object is created exactly once.

One race here; in `make test-all` 30 for each kind of store (`RACES` sets the number). One seed again:
`python -m tests.races KIND SEED`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import long
from tests.races.conftest import joining
from tests.races.forgetting import Forgetting
from tests.races.race import Broken, Joins, run
from tests.races.stage import Stage
from tests.stores import buckets
from tests.stores.places import PLACES, SERVED, Open, Place

RACES, TOGETHER = int(os.environ.get("RACES", "30")), 10
KINDS = [*PLACES, *SERVED]
BLOCKS = [(kind, range(first, min(first + TOGETHER, RACES))) for kind in KINDS for first in range(0, RACES, TOGETHER)]
QUICK = [("git", range(1007, 1008))]


@pytest.mark.parametrize(
    ("kind", "seeds"),
    [*QUICK, *(pytest.param(*each, marks=pytest.mark.long) for each in BLOCKS)],
    ids=lambda each: f"{each.start}-{each.stop - 1}" if isinstance(each, range) else each,
)
def test_in_a_race_everything_is_made_once(kind: str, seeds: range) -> None:
    """In the end no machine has anything to do, every binding is recorded, and no lock or intent is left."""
    if kind == "az":
        buckets.azurite()  # or skip it
    # A separate process: its forks do not work once this one has used a client of buckets.
    command = [sys.executable, "-m", "tests.races", kind, str(seeds.start), str(seeds.stop - 1)]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


# Seeds known to break come first, so this is quick as long as races are drawn in the same way.
@pytest.mark.parametrize(
    ("forgets", "first"),
    [(("lock",), 7), *long((("intents", "listed"), 3))],
    ids=["lock", "intents"],
)
def test_without_the_lock_or_the_intents_races_break(
    forgets: tuple[str, ...], first: int, stage: Stage, place_of: Callable[[str], Place], tmp_path: Path
) -> None:
    """A promise breaks within a few dozen races, so they do test what it depends on."""
    for number, seed in enumerate((first, *range(60))):
        folder = tmp_path / str(number)
        with joining("local", place_of("local"), folder / "place") as joins:
            try:
                run(seed, stage, folder, _forgetting(joins(), forgets))
            except Broken:
                return
    pytest.fail("nothing noticed it")


def _forgetting(opens: Open, forgets: tuple[str, ...]) -> Joins:
    return lambda: lambda: Forgetting(opens(), forgets)
