"""The shortest story of a life that breaks a promise: steps are left out as long as the same promise is broken."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from tests.lives.judge import Broken

S = TypeVar("S")


class Script(Protocol):
    """The steps of a life, in a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def steps(self) -> tuple[object, ...]:
        """What happens, in order."""


K = TypeVar("K", bound=Script)


def shortest(steps: Sequence[S], fails: Callable[[Sequence[S]], bool]) -> list[S]:
    """Fewer steps that still fail, none of which can be left out alone. Long runs of steps are tried first."""
    kept, size = list(steps), len(steps) // 2
    while size:
        before, at = len(kept), 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if fails(fewer):
                kept = fewer
            else:
                at += size
        if size > 1:
            size //= 2
        elif len(kept) == before:
            break
    return kept


def promise(broken: Broken) -> tuple[str, int]:
    """Where the oracle noticed it, which tells one broken promise from another."""
    first = broken.__cause__ or broken
    place = traceback.extract_tb(first.__traceback__)[-1]
    return place.filename, place.lineno or 0


def broken_by(script: K, live: Callable[[K], object]) -> Broken | None:
    """What a life breaks first, if anything."""
    try:
        live(script)
    except Broken as broken:
        return broken
    return None


def shrunk(script: K, live: Callable[[K], object], broken: Broken) -> K:
    """The script with the shortest steps that break what `broken` did."""

    def fails(steps: Sequence[object]) -> bool:
        found = broken_by(replace(script, steps=tuple(steps)), live)
        return found is not None and promise(found) == promise(broken)

    return replace(script, steps=tuple(shortest(script.steps, fails)))


def lived(script: K, live: Callable[[K], object]) -> None:
    """Run a life; where it breaks a promise, raise Broken with the shortest story of that."""
    broken = broken_by(script, live)
    if broken is None:
        return
    shorter = shrunk(script, live, broken)
    numbers = ",".join(str(script.steps.index(each)) for each in shorter.steps)
    raise Broken(f"{broken_by(shorter, live) or broken}\nthe same: python -m tests.lives … --steps {numbers}")
