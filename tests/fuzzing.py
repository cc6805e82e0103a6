"""Number of examples per property (few in `make test`, all in `make test-all`), and damage to JSON values."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import strategies as st


def examples(thorough: int, quick: int | None = None) -> int:
    """The number: `thorough` if `THOROUGH` is set, as in `make test-all`, otherwise `quick`, or a tenth of it."""
    return thorough if os.environ.get("THOROUGH") else quick or max(2, thorough // 10)


#: Where the damage is, for `damaged`.
seeds = st.integers(0, 2**32)

#: Values that do not occur in our files: other types, extremes, strings like an instant or a path.
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    "",
    "x",
    "\u202e\x00\ud800",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "2030-13-45T99:99:99Z",
    "2030-01-01T00:00:00",
    "../../etc/passwd",
    "https://[",
    [],
    {},
    [None],
    {"x": None},
    [[[[]]]],
)


def places(values: object) -> list[tuple[Any, Any]]:
    """Each place in JSON values: its container and its key, outer containers first."""
    if not isinstance(values, dict | list):
        return []
    found = []
    for key in list(values) if isinstance(values, dict) else range(len(values)):
        found += [(values, key), *places(values[key])]
    return found


def damaged(raw: str, seed: int) -> Any:
    """JSON values with one to three places replaced by an odd value, a value from elsewhere, or removed."""
    values, chance = json.loads(raw), Random(seed)  # noqa: S311 - not a secret
    for _ in range(chance.randint(1, 3)):
        there = places(values)
        if not there:
            break
        (at, key), (other, name) = chance.choice(there), chance.choice(there)
        match chance.choice(("odd", "elsewhere", "nothing")):
            case "odd":
                at[key] = deepcopy(chance.choice(ODD))
            case "elsewhere":
                at[key] = deepcopy(other[name])
            case "nothing":
                del at[key]
    return values
