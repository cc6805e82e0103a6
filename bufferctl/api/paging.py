"""Reads lists in parts, many at once: each request advances as many parts as it has room for.

The API allows few requests but many aliases, so a long list is read in windows of creation time, which never changes. A
window counts as read only if one answer holds all of it; otherwise it is split into narrower ones. So posts that people
create, publish or delete in the meantime cannot hide others, as they could between two pages. If an answer contains an
object that was created outside its window, the service ignored the filter, and the list is read page by page.

The first of the narrower windows is the page that was just read; read again, it is complete if the page was the newest.
A few windows below it are as dense as the page; more become ever wider, since posts are created in bursts, days apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from bufferctl.api.failures import NoAnswerError
from bufferctl.api.wire_forms import moment
from bufferctl.value import replace

#: The page size to request (notes: Reading); the service may return less.
PAGE = 100
#: The smallest page size to try if even a single page is refused as too large: a service may count its objects.
LEAST_PAGE = 20
#: How many objects a window should hold, so that it still fits a page if there are a few more.
FILLED = 90
#: By how much windows overlap, whether or not a service includes their limits; also the narrowest window.
OVERLAP = timedelta(milliseconds=1)

#: The most parts of equal width that a window is split into; the factor by which more of them become ever wider.
_EQUAL, _WIDER = 10, 3
_START = datetime(2010, 1, 1, tzinfo=UTC)  # before Buffer existed

_NEWEST_FIRST = [{"field": "createdAt", "direction": "desc"}]


@dataclass(eq=False, slots=True)
class Page:
    """The objects of a list that were created from `start` to `end`, both included; None means no limit.

    `after`: the cursor after which its next page starts. `depth`: how many answers it took to get here.
    """

    start: datetime | None = None
    end: datetime | None = None
    after: str | None = None
    depth: int = 0

    @property
    def created(self) -> dict[str, str]:
        """Its limits as a filter of the API (schema: DateTimeComparator)."""
        limits = {"start": self.start, "end": self.end}
        return {name: moment(at) for name, at in limits.items() if at is not None}

    def holds(self, item: Any) -> bool:
        """Whether an object was created within its limits."""
        return not (self.start and item.created_at < self.start) and not (self.end and item.created_at > self.end)

    def cut(self, cuts: Iterable[datetime]) -> list[Page]:
        """The page cut at these instants, newest part first; those outside it or too close to another are ignored."""
        parts, end = [], self.end
        for cut in sorted({_to_millisecond(at) for at in cuts}, reverse=True):
            if (end is None or cut + OVERLAP < end) and (self.start is None or cut > self.start):
                parts.append(Page(cut, end, depth=self.depth))
                end = cut + OVERLAP
        return [*parts, Page(self.start, end, depth=self.depth)]


class Listing:
    """One list of posts or ideas. `items` by id; `open`: the parts still to be read; `requests`: how many it took.

    `is_cut_off`: it has more pages than `most_pages`.

    `convert` reads a node and returns None to skip it. `created` limits the time of creation. `most_pages` is the most
    pages to read one after the other. `cuts` are instants at which the list is cut into windows; None if it can be
    neither filtered nor sorted by creation.
    """

    def __init__(
        self,
        operation: str,
        wanted: Mapping[str, Any],
        convert: Callable[[Mapping[str, Any]], Any],
        *,
        created: tuple[datetime | None, datetime | None] = (None, None),
        most_pages: int | None = None,
        cuts: Sequence[datetime] | None = (),
    ) -> None:
        self.operation = operation
        self.items: dict[str, Any] = {}
        self.is_cut_off = False
        self.requests = 0
        self._wanted = wanted if cuts is None else {**wanted, "sort": _NEWEST_FIRST}
        self._convert = convert
        self._most_pages = most_pages
        self._has_windows = most_pages is None and cuts is not None
        start, end = created
        # both are sent in milliseconds: with a finer start, `holds` would be false of what was created then
        self._whole = Page(start and _to_millisecond(start), end)
        self.open = self._whole.cut(cuts or ())

    def variables(self, part: Page, first: int) -> dict[str, Any]:
        """The variables of `operations/posts.graphql` and `ideas.graphql`; `first`: the page size."""
        wanted = self._wanted
        if created := part.created:
            wanted = {**wanted, "filter": {**wanted["filter"], "createdAt": created}}
        return {"input": wanted, "first": first, "after": part.after}

    def take(self, part: Page, page: Mapping[str, Any]) -> None:
        """Add a page of a part, which is then complete or continues.

        Raises NoAnswerError if the part does not advance.
        """
        converted = [self._convert(edge["node"]) for edge in page.get("edges") or () if edge]
        items = [item for item in converted if item]
        self.items |= {item.id: item for item in items}
        part.depth += 1
        info = page["pageInfo"]
        if self._has_windows and not all(map(part.holds, items)):
            self._has_windows = False
            self.open = [replace(self._whole, depth=part.depth)]
        elif not info["hasNextPage"]:
            self._close(part)
        elif not info.get("endCursor") or info["endCursor"] == part.after:
            raise NoAnswerError("a list in Buffer's answer does not advance to its next page", again=False)
        elif self._most_pages is not None and part.depth >= self._most_pages:
            self.is_cut_off = True
            self._close(part)
        elif self._has_windows and items and not part.after and len(narrower := part.cut(_cuts(part, items))) > 1:
            self._close(part, *narrower)
        else:
            part.after = info["endCursor"]

    def _close(self, part: Page, *narrower: Page) -> None:
        if part in self.open:
            self.open.remove(part)
            self.open += narrower


def _cuts(part: Page, page: Sequence[Any]) -> Iterator[datetime]:
    """Where to cut a part of which a page came: below the page, and further down by how dense it is."""
    dates = [item.created_at for item in page]
    at, start = min(dates), part.start or _START
    yield at + OVERLAP
    width = max(OVERLAP, ((part.end or max(dates)) - at) * FILLED / PAGE)
    number = ceil((at - start) / width)
    if number <= _EQUAL:
        yield from (at - (at - start) / number * each for each in range(1, number))
    while number > _EQUAL and width < at - start:
        at -= width
        yield at
        width *= _WIDER


def _to_millisecond(at: datetime) -> datetime:
    """The millisecond of an instant, since the API has no finer ones."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def due_next(listings: Iterable[Listing], most: int) -> list[tuple[Listing, Page]]:
    """Up to `most` open parts, starting with those that took the fewest answers."""
    waiting = [(listing, part) for listing in listings for part in listing.open]
    return sorted(waiting, key=lambda pair: pair[1].depth)[:most]
