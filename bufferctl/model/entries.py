"""Entries of the files and their occurrences, as people name them: `launch`, `tip 3`, `tip 2 to 9`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from bufferctl.diagnostics import Place, all_of, some_of
from bufferctl.model.address import Address
from bufferctl.model.desired import Item


class Occurrence(NamedTuple):
    """One occurrence of an entry, which may be a post on each of several channels.

    `key`: the entry's, without the occurrence's number. `place`: where the entry is, None if the files lack it.
    `number`: 0 if the entry is not repeated.
    """

    organization: str
    key: str
    place: Place | None = None
    number: int = 0

    @property
    def name(self) -> str:
        """`launch`, `tip 3`."""
        return f"{self.key} {self.number}" if self.number else self.key


def occurrence_of(address: Address, item: Item | None) -> Occurrence:
    """The occurrence that an object belongs to. `item`: None if the files lack it, so each key is its own entry."""
    if item is None:
        return Occurrence(address.organization, address.key)
    key = address.key.removesuffix(f"-{item.number}") if item.number else address.key
    return Occurrence(address.organization, key, item.place, item.number)


def named(occurrences: Iterable[Occurrence], most: int = 3) -> str:
    """The first `most` entries with their numbers: `launch, tip 2 to 5 and 9`, and how many more entries there are."""
    numbers: dict[tuple[str, str], set[int]] = {}
    for each in occurrences:
        numbers.setdefault((each.organization, each.key), set()).add(each.number)
    names = [f"{key} {all_of(_spans(sorted(found)))}".removesuffix(" ") for (_, key), found in numbers.items()]
    return some_of(names, most)


def _spans(numbers: list[int]) -> list[str]:
    """Runs of numbers: `2 to 5`, `9`; empty for an entry that is not repeated."""
    starts = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    runs = zip(starts, ends, strict=True)
    return [f"{first} to {last}" if last > first else str(first or "") for first, last in runs]
