"""The occurrences of an entry with `repeat`: `KEY-1` to `KEY-n`, each moved by its number (design: Campaigns)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bufferctl.config.expand.layers import Layer
from bufferctl.config.format import OccurrenceEntry, PostEntry, Repeat
from bufferctl.config.names import LONGEST
from bufferctl.config.reading import Reading
from bufferctl.config.tree import Spot


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of a repeated entry: its number from 1, of how many, and how much later it is than the first.

    `layer`: what `each` says of it. `every`: the interval as it is written.
    """

    number: int
    repeat: Repeat
    every: str
    layer: Layer | None = None

    @property
    def later(self) -> timedelta:
        """From the first occurrence to this one, in local time."""
        return (self.number - 1) * self.repeat.every

    def key(self, key: str) -> str:
        """The key of the occurrence."""
        return f"{key}-{self.number}"


def occurrences(entry: PostEntry, spot: Spot, reading: Reading) -> Sequence[Occurrence | None]:
    """The occurrences of an entry in order, None for one that is published once."""
    repeat = entry.repeat
    if repeat is None:
        return (None,)
    each = spot.down("repeat", "each")
    for number in repeat.each:
        if number > repeat.times:
            message = f"there is no occurrence {number}, since `times` is {repeat.times}, so this changes nothing"
            reading.problems.append(each.at_key(str(number), message, hint="delete it, or raise `times`"))
    if len(f"{entry.key}-{repeat.times}") > LONGEST:
        message = f"with the number of an occurrence this key is longer than {LONGEST} characters"
        reading.problems.append(spot.at("key", message, hint="shorten it"))
    every = str(spot.down("repeat").child("every"))
    numbers = range(1, repeat.times + 1)
    return [Occurrence(number, repeat, every, _layer(repeat.each.get(number), each, number)) for number in numbers]


def _layer(fields: OccurrenceEntry | None, each: Spot, number: int) -> Layer | None:
    return Layer(fields, each.down(str(number)), of_occurrence=True) if fields else None
