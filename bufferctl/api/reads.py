"""Reads what a plan needs from the account, in as few requests as the API allows (notes: Reading and Limits).

First the organizations, then the channels of the relevant ones, one alias each; then all their posts and ideas
together. Unsent posts are read in full, in windows of creation time (`paging`); sent posts newest first, up to a limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from bufferctl.api.answers import brief
from bufferctl.api.failures import NoAnswerError
from bufferctl.api.paging import FILLED, LEAST_PAGE, PAGE, Listing, Part, due_next
from bufferctl.api.parsing import (
    UNREADABLE,
    FormError,
    live_channel,
    live_idea,
    live_post,
    read_account_form,
    read_limits_form,
)
from bufferctl.api.requests import Request, numbered, operation, together
from bufferctl.api.wire_forms import moment
from bufferctl.errors import TooLargeError
from bufferctl.limits import MOST_ALIASES
from bufferctl.model import Account, LiveChannel, LiveIdea, LivePost, PostStatus

#: How many pages one request reads.
LISTS_AT_ONCE = 24

_UNSENT = [status.value for status in PostStatus if status is not PostStatus.SENT]
SENT = [PostStatus.SENT.value]
#: Posts due this long before a reading may be published while it lasts.
_LATE = timedelta(hours=1)

#: Sends a request and returns its `data`; raises ApiError.
Ask = Callable[[Request], Mapping[str, Any]]


@contextmanager
def understood() -> Iterator[None]:
    """Turn data that does not fit the published schema into an error for people."""
    try:
        yield
    except UNREADABLE as error:
        reason = str(error) if isinstance(error, FormError) else f"{type(error).__name__}: {error}"
        raise NoAnswerError(
            f"bufferctl cannot read Buffer's answer ({brief(reason)})",
            hint="Its API may have changed: install the newest bufferctl and run the same command again.",
            again=False,
        ) from error


def read_account(ask: Ask, wanted: Collection[str] | None, debug: Callable[[str], None]) -> Account:
    """Every organization; channels only of those whose id or name (in any case) is in `wanted`; None means all."""
    data = ask(Request(operation("account"), "Account", {}))
    with understood():
        account = read_account_form(data["account"])
    organizations, timezone = account["organizations"], account.get("timezone")
    names = None if wanted is None else {name.strip().casefold() for name in wanted}
    within = [
        each.id for each in organizations if names is None or {each.id.casefold(), each.name.strip().casefold()} & names
    ]
    channels: dict[str, tuple[LiveChannel, ...]] = {}
    for start in range(0, len(within), MOST_ALIASES):
        channels |= _channels(ask, within[start : start + MOST_ALIASES], debug)
    return Account(tuple(replace(each, channels=channels.get(each.id, ())) for each in organizations), timezone)


def read_posts(
    ask: Ask,
    channels: Mapping[str, Collection[str]],
    ideas: Collection[str],
    since: Mapping[str, datetime],
    sent_pages: int,
    *,
    created: Mapping[str, Sequence[datetime]],
    began: datetime,
) -> tuple[tuple[LivePost, ...], tuple[LiveIdea, ...], frozenset[str]]:
    """Posts of the channels by organization id, ideas of the organizations, and the channels with unread sent posts.

    Unsent posts and ideas are read in full; sent posts newest first, up to `sent_pages` pages for each list: those
    created or due after the channel's instant in `since`, all if it has none. `created`: when unsent posts of a channel
    were created, as far as is known. If a post's status changed during the read, the later result counts: one that was
    published since `began`, and may be in no list, is read at the end.
    """
    unsent = [_posts(org, ids, status=_UNSENT, cuts=_cuts(ids, created)) for org, ids in channels.items()]
    sent: list[tuple[Listing, Collection[str]]] = [
        (listing, ids)
        for (org, instant), ids in _by_instant(channels, since).items()
        for listing in _sent_since(org, ids, instant, sent_pages)
    ]
    idea_lists = [_ideas(org) for org in ideas]
    lists = [*unsent, *(listing for listing, _ in sent)]
    _read_all(ask, [*lists, *idea_lists])
    if any(each.requests > 1 for each in unsent):
        due = {"start": moment(began - _LATE)}
        meanwhile = [(_posts(org, ids, sent_pages, status=SENT, dueAt=due), ids) for org, ids in channels.items()]
        _read_all(ask, [listing for listing, _ in meanwhile])
        lists += [listing for listing, _ in meanwhile]
        sent += meanwhile
    unread = frozenset(channel for listing, ids in sent if listing.is_cut_off for channel in ids)
    return _items(lists), _items(idea_lists), unread


def _cuts(channels: Iterable[str], created: Mapping[str, Sequence[datetime]]) -> list[datetime]:
    """Where to cut a list of these channels' posts: between instants, so that each window fits a page."""
    numbers = Counter(at for channel in channels for at in created.get(channel, ()))
    cuts, held = [], 0
    for before, at in pairwise(sorted(numbers)):
        held += numbers[before]
        if held + numbers[at] > FILLED:
            cuts.append(before + (at - before) / 2)
            held = 0
    return cuts


def _by_instant(
    channels: Mapping[str, Collection[str]], since: Mapping[str, datetime]
) -> dict[tuple[str, datetime | None], list[str]]:
    """The channels grouped by organization id and by the instant from which to read."""
    groups: dict[tuple[str, datetime | None], list[str]] = {}
    for organization, ids in channels.items():
        for channel in ids:
            groups.setdefault((organization, since.get(channel)), []).append(channel)
    return groups


def _sent_since(organization: str, channels: Sequence[str], since: datetime | None, most_pages: int) -> list[Listing]:
    """Lists of the sent posts that were created or due after an instant; None for all of them."""
    if since is None:
        return [_posts(organization, channels, most_pages, status=SENT)]
    return [
        _posts(organization, channels, most_pages, status=SENT, created=(since, None)),
        _posts(organization, channels, most_pages, status=SENT, dueAt={"start": moment(since)}),
    ]


def read_matching(
    ask: Ask, channels: Mapping[str, Collection[str]], filters: Iterable[Mapping[str, Any]], ideas: Collection[str] = ()
) -> tuple[tuple[LivePost, ...], tuple[LiveIdea, ...]]:
    """Posts of the channels by organization id, and all ideas of the organizations, which cannot be filtered by date.

    `filters`: each post passes at least one of them (see `_posts`).
    """
    posts = [_posts(org, ids, **each) for each in filters for org, ids in channels.items() if ids]
    idea_lists = [_ideas(org) for org in ideas]
    _read_all(ask, [*posts, *idea_lists])
    return _items(posts), _items(idea_lists)


def read_daily_room(ask: Ask, days: Mapping[datetime, Collection[str]]) -> dict[tuple[str, datetime], int]:
    """How many more posts each channel takes on the day of an instant; channels without a limit are left out.

    `days`: channel ids by instant; the result is by channel id and that instant.
    """
    room: dict[tuple[str, datetime], int] = {}
    moments = sorted(days)
    for start in range(0, len(moments), MOST_ALIASES):
        part = moments[start : start + MOST_ALIASES]
        inputs = [{"input": {"channelIds": sorted(days[moment]), "date": moment.isoformat()}} for moment in part]
        names = ("daily_limits",) * len(part)
        data = ask(Request(together("DailyLimits", names), "DailyLimits", numbered(inputs)))
        with understood():
            for number, moment in enumerate(part):
                for status in read_limits_form(data[f"a{number}"]):
                    limit, is_full = status.get("limit"), status.get("is_at_limit")
                    if limit is not None or is_full:
                        left = (limit or 0) - status["scheduled"] - status["sent"]
                        room[status["channel_id"], moment] = 0 if is_full else max(0, left)
    return room


def _channels(
    ask: Ask, organizations: Sequence[str], debug: Callable[[str], None]
) -> dict[str, tuple[LiveChannel, ...]]:
    names = ("channels",) * len(organizations)
    inputs = numbered([{"input": {"organizationId": each}} for each in organizations])
    data = ask(Request(together("Channels", names), "Channels", inputs))
    found = {}
    with understood():
        for number, organization in enumerate(organizations):
            raw = data[f"a{number}"]
            supported = [channel for each in raw if (channel := live_channel(each, organization))]
            if len(supported) < len(raw):
                debug(f"{len(raw) - len(supported)} channels of networks that bufferctl does not know are left out")
            found[organization] = tuple(supported)
    return found


def _posts(
    organization: str,
    channels: Collection[str],
    most_pages: int | None = None,
    *,
    created: tuple[datetime | None, datetime | None] = (None, None),
    cuts: Sequence[datetime] = (),
    **more: Any,
) -> Listing:
    """A list of posts; `created` (from, to) and `more` narrow it further (schema: PostsFiltersInput)."""
    wanted = {"organizationId": organization, "filter": {"channelIds": list(channels), **more}}
    ids = frozenset(channels)

    def of_these(raw: Any) -> LivePost | None:
        """None for a post of another channel, in case the filter lets one through: it must not reach a plan."""
        post = live_post(raw)
        return post if post.channel_id in ids else None

    return Listing("posts", wanted, of_these, created=created, most_pages=most_pages, cuts=cuts)


def _ideas(organization: str) -> Listing:
    def of_this(raw: Any) -> LiveIdea | None:
        idea = live_idea(raw)
        return idea if idea.organization_id == organization else None

    return Listing("ideas", {"organizationId": organization}, of_this, cuts=None)


def _items(listings: Iterable[Listing]) -> tuple[Any, ...]:
    """The objects of all lists, each once; what a later list says of it counts."""
    return tuple({id_: item for each in listings for id_, item in each.items.items()}.values())


def _read_all(ask: Ask, listings: Sequence[Listing]) -> None:
    """Read every list to its end; if a request is too large, use fewer lists, then smaller pages."""
    at_once, first = LISTS_AT_ONCE, PAGE
    while chosen := due_next(listings, at_once):
        try:
            data = ask(_pages(chosen, first))
        except TooLargeError:
            if len(chosen) > 1:
                at_once = len(chosen) // 2
            elif first > LEAST_PAGE:
                first //= 2
            else:
                raise
            continue
        for listing in {id(listing): listing for listing, _ in chosen}.values():
            listing.requests += 1
        with understood():
            for number, (listing, part) in enumerate(chosen):
                listing.take(part, data[f"a{number}"])
        going_on = [(listing, part) for listing, part in chosen if part.dates]
        for listing, part in going_on:
            listing.narrow(part, max(2 ** (part.depth + 1), at_once // len(going_on)))


def _pages(chosen: Sequence[tuple[Listing, Part]], first: int) -> Request:
    names = tuple(listing.operation for listing, _ in chosen)
    inputs = [listing.variables(part, first) for listing, part in chosen]
    return Request(together("Read", names), "Read", numbered(inputs))
