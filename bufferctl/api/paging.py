"""Reads lists page by page, many at once: each request advances every open list.

The API allows few requests but many aliases, so a long list is read from both ends, newest first and oldest first,
until they overlap. Only an exact mirror image of some length counts as an overlap: a service that ignored the
requested order, or ordered equal instants at random, would not produce one, and then the list is read until the
service reports its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bufferctl.api.failures import NoAnswerError

#: The page size to request (notes: Reading); the service may return less.
PAGE = 100
#: The smallest page size to try if even a single page is refused as too large: a service may count its objects.
LEAST_PAGE = 20
#: How many objects both ends must share, in opposite order, to count as overlapping.
MIRRORED = 20

_NEWEST_FIRST = [{"field": "createdAt", "direction": "desc"}]
_OLDEST_FIRST = [{"field": "createdAt", "direction": "asc"}]


@dataclass(eq=False, slots=True)
class End:
    """A list read from one end: `ids` so far, and the cursor `after` which the next page starts."""

    operation: str
    input: dict[str, Any]
    after: str | None = None
    ids: list[str] = field(default_factory=list)
    pages: int = 0
    open: bool = True

    def variables(self, first: int) -> dict[str, Any]:
        """The variables of `operations/posts.graphql` and `ideas.graphql`; `first`: the page size."""
        return {"input": self.input, "first": first, "after": self.after}


class Listing:
    """One list of posts or ideas. `items` by id; `complete` once all of it is read.

    `convert` reads a node and returns None to skip it; `most_pages` limits the pages read; `sorted_by_age`: the service
    accepts a `sort`, so that a list without such a limit may also be read from the other end.
    """

    def __init__(
        self,
        operation: str,
        wanted: Mapping[str, Any],
        convert: Callable[[Mapping[str, Any]], Any],
        *,
        most_pages: int | None = None,
        sorted_by_age: bool = True,
    ) -> None:
        self.items: dict[str, Any] = {}
        self.complete = False
        self._wanted = dict(wanted)
        self._convert = convert
        self._most_pages = most_pages
        self._both_ends = sorted_by_age and most_pages is None
        order = {"sort": _NEWEST_FIRST} if sorted_by_age else {}
        self._ends = [End(operation, {**self._wanted, **order})]

    @property
    def open_ends(self) -> list[End]:
        """The ends with a next page to read; empty once the list is complete or its page limit is reached."""
        return [] if self.complete else [end for end in self._ends if end.open]

    def take(self, end: End, page: Mapping[str, Any]) -> None:
        """Add a page read from one end. Raises NoAnswerError if the list does not advance."""
        nodes = [edge["node"] for edge in page.get("edges") or () if edge]
        for item in filter(None, map(self._convert, nodes)):
            self.items[item.id] = item
            end.ids.append(item.id)
        end.pages += 1
        info = page["pageInfo"]
        if not info["hasNextPage"]:
            self.complete = True
        elif not info.get("endCursor") or info["endCursor"] == end.after:
            raise NoAnswerError("a list in Buffer's answer does not advance to its next page", again=False)
        end.after = info.get("endCursor")
        if self._most_pages is not None and end.pages >= self._most_pages:
            end.open = False

    def check_ends(self) -> None:
        """After each round, mark the list complete if the ends have met; otherwise open the second end."""
        if self.complete or not self._both_ends:
            return
        if len(self._ends) == 1:
            self._ends.append(End(self._ends[0].operation, {**self._wanted, "sort": _OLDEST_FIRST}))
        else:
            self.complete = _mirrored(*(end.ids for end in self._ends))


def _mirrored(newest_first: list[str], oldest_first: list[str]) -> bool:
    """Whether both end with the same objects in opposite order, so that nothing is between them."""
    if not newest_first or newest_first[-1] not in oldest_first:
        return False
    common = oldest_first[oldest_first.index(newest_first[-1]) :]
    return len(common) >= MIRRORED and newest_first[-len(common) :] == common[::-1]


def due_next(listings: Iterable[Listing], most: int) -> list[tuple[Listing, End]]:
    """Up to `most` open ends, starting with those that have the fewest pages read."""
    waiting = [(listing, end) for listing in listings for end in listing.open_ends]
    return sorted(waiting, key=lambda pair: pair[1].pages)[:most]
