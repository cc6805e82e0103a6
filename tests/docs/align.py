"""Which written line a printed line takes the place of, so that a page changes no more than the output did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

#: A written line that stands for any number of printed ones.
ANY = "…"
_REMOVED, _ADDED = 2.0, 1.0


def aligned(
    written: Sequence[str], printed: Sequence[str], alike: Callable[[str], str] = str
) -> Iterator[tuple[str | None, str]]:
    """The lines that should be written: each with the one that it replaces, if any.

    The cheapest way from `written` to `printed`: lines that are equal after `alike` cost nothing, nor does what
    an `…` stands for, which stays. So a line is changed rather than removed and its successor hidden.
    """
    last = (len(written), len(printed))
    cost: dict[tuple[int, int], float] = {last: 0.0}
    step: dict[tuple[int, int], tuple[int, int]] = {last: (0, 0)}
    for i in range(last[0], -1, -1):
        for j in range(last[1], -1, -1):
            ways: dict[tuple[int, int], float] = {}
            if j < last[1]:
                ways[0, 1] = cost[i, j + 1] + (0.0 if ANY in written[i : i + 1] else _ADDED)
            if i < last[0]:
                ways[1, 0] = cost[i + 1, j] + (0.0 if written[i] == ANY else _REMOVED)
            if i < last[0] and j < last[1] and written[i] != ANY:
                ways[1, 1] = cost[i + 1, j + 1] + _change(alike(written[i]), alike(printed[j]))
            if ways:
                step[i, j], cost[i, j] = min(ways.items(), key=lambda way: way[1])
    i = j = 0
    while (i, j) != last:
        (down, along), hidden = step[i, j], ANY in written[i : i + 1]
        if hidden and down:
            yield ANY, ANY
        elif along and not hidden:
            yield (written[i] if down else None), printed[j]
        i, j = i + down, j + along


def _change(before: str, after: str) -> float:
    """What replacing a line costs: nothing if both are equal, as much as removing one if nothing is alike."""
    return 0.0 if before == after else _REMOVED * (1 - SequenceMatcher(None, before, after).ratio())
