"""Run one seed again: `python -m tests.lives SEED [--obeying] [--shrink] [--steps 0,3,7]`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from functools import partial
from typing import Any

from tests.lives import life, obeying_lives
from tests.lives.endpoint import Server
from tests.lives.shrink import broken_by, shrunk


def say(text: str) -> None:
    """Print and flush."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Print the events of each life; returns 1 if a promise broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.lives", description=__doc__)
    parser.add_argument("seed", type=int, nargs="+")
    parser.add_argument("--obeying", action="store_true", help="a life in which people give the answers of plans")
    parser.add_argument("--shrink", action="store_true", help="leave out every step that the failure does not need")
    parser.add_argument("--steps", help="only these steps, by number")
    parser.add_argument("--short", action="store_true", help="a line a seed")
    asked = parser.parse_args()
    kind = obeying_lives if asked.obeying else life
    failed = False
    for seed in asked.seed if len(asked.seed) != 2 or not asked.short else range(*asked.seed):
        script: Any = kind.draw(seed)
        if asked.steps:
            script = replace(script, steps=tuple(script.steps[int(each)] for each in asked.steps.split(",")))
        live = partial(kind.live, server=Server())
        failure = broken_by(script, live)
        failed |= failure is not None
        if failure and asked.shrink:
            shorter = shrunk(script, live, failure)
            numbers = ",".join(str(script.steps.index(each)) for each in shorter.steps)
            say(f"python -m tests.lives {seed}{' --obeying' * asked.obeying} --steps {numbers}")
            failure = broken_by(shorter, live)
        whole = str(failure or "kept")
        say(f"{seed}: {whole.splitlines()[0]}" if asked.short else whole)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
