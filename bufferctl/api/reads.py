"""Reads what a plan needs from the account, in as few requests as the API allows (notes: Reading and Limits).

First the organizations, then the channels of the relevant ones, one alias each; then all their posts and ideas
together. If the caller expects certain organizations and channels, for example from the state, one request reads all of
this (`overview`). Unsent posts are read in full, in windows of creation time (`paging`); sent posts newest first, up to
a limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import stamina
from stamina.instrumentation import set_on_retry_hooks

from bufferctl.api import failures
from bufferctl.api.answers import WriteAnswer, brief
from bufferctl.api.failures import NoAnswerError, NotSentError
from bufferctl.api.paging import FILLED, LEAST_PAGE, PAGE, Listing, Page, due_next
from bufferctl.api.parsing import (
    UNREADABLE,
    FormError,
    live_channel,
    live_idea,
    live_post,
    read_account_form,
    read_limits_form,
)
from bufferctl.api.requests import Request, merged, numbered, operation
from bufferctl.api.wire import Wire
from bufferctl.api.wire_forms import moment
from bufferctl.errors import ApiError, RateLimitedError, TooLargeError
from bufferctl.limits import MOST_ALIASES, ROUNDING
from bufferctl.machine import awake
from bufferctl.model import Account, Live, LiveChannel, LiveIdea, LivePost, PostStatus, Wanted
from bufferctl.value import replace

#: The most times a read is sent.
READ_ATTEMPTS = 3
#: The longest `Retry-After`, in seconds, that a read waits for; above that, the read fails.
LONGEST_WAIT = 30.0
#: How many pages one request reads.
LISTS_AT_ONCE = 24

_UNSENT = [status.value for status in PostStatus if status is not PostStatus.SENT]
_SENT = [PostStatus.SENT.value]
#: Posts due this long before a reading may be published while it lasts.
_LATE = timedelta(hours=1)

set_on_retry_hooks(())  # stamina would log each retry; the debug lines show every request


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


class ListReading:
    """The lists of a reading that is under way.

    `began` is an instant before its first request, by the server's clock; None if no answer had that clock's time.
    """

    def __init__(self, channels: Mapping[str, Collection[str]], ideas: Collection[str], wanted: Wanted) -> None:
        """`channels`: those of `wanted` that the account has; `ideas`: likewise."""
        self.wanted = wanted
        self.began: datetime | None = None
        self.writes = 0  # that were sent before it began
        self.is_done = False
        self.channels = {organization: sorted(ids) for organization, ids in sorted(channels.items())}
        self.organizations = {*channels, *ideas}
        self.unsent = [_unsent(org, ids, wanted.created) for org, ids in self.channels.items()]
        self.sent: list[tuple[Listing, Collection[str]]] = [
            (listing, ids)
            for (org, instant), ids in _by_instant(self.channels, wanted.since).items()
            for listing in _sent_since(org, ids, instant, wanted.sent_pages)
        ]
        self.ideas = [_ideas(organization) for organization in sorted(ideas)]

    @classmethod
    def of(cls, account: Account, wanted: Wanted) -> ListReading:
        """The lists to read from an account; nothing is read yet."""
        channels = {
            each.id: [channel.id for channel in each.channels if channel.id in wanted.channels[each.id]]
            for each in account.organizations
            if each.id in wanted.channels
        }
        return cls(channels, [each.id for each in account.organizations if each.id in wanted.ideas], wanted)

    def is_same(self, other: ListReading) -> bool:
        """Whether both read the same lists."""
        return (self.wanted, self.channels, self.organizations) == (other.wanted, other.channels, other.organizations)

    @property
    def lists(self) -> list[Listing]:
        """All lists, those of posts first, in the order in which they count."""
        return [*self.unsent, *(listing for listing, _ in self.sent), *self.ideas]


@dataclass
class Overview:
    """The account, and the first answer of a reading, which `read` uses if it covers the account's lists."""

    account: Account
    reading: ListReading


class Reader(Wire):
    """A connection to one account, for reading. Each method raises ApiError."""

    def account(self, organizations: Collection[str] | None = None) -> Account:
        """Every organization that the key reaches; two requests up to 30 organizations.

        Channels are read only for those whose id or name (in any case) is in `organizations`; None means all.
        Channels of networks unknown to bufferctl are left out, since no file can name them.
        """
        data = self._data(Request(operation("account"), "Account", {}))
        with understood():
            account = _account(data["account"])
        within = _relevant(account, organizations)
        channels: dict[str, tuple[LiveChannel, ...]] = {}
        for start in range(0, len(within), MOST_ALIASES):
            channels |= self._channels(within[start : start + MOST_ALIASES])
        return _with_channels(account, channels)

    def _channels(self, organizations: Sequence[str]) -> dict[str, tuple[LiveChannel, ...]]:
        names = ("channels",) * len(organizations)
        inputs = numbered([{"input": {"organizationId": each}} for each in organizations])
        data = self._data(Request(merged("Channels", names), "Channels", inputs))
        with understood():
            return {each: self._channels_of(each, data[f"a{number}"]) for number, each in enumerate(organizations)}

    def _channels_of(self, organization: str, raw: Sequence[Any]) -> tuple[LiveChannel, ...]:
        channels = [live_channel(each, organization) for each in raw]
        known = tuple(each for each in channels if each is not None)
        if left := len(channels) - len(known):
            self._debug(f"left out, since bufferctl does not know their networks: {left} of {len(channels)} channels")
        return known

    def overview(self, organizations: Collection[str], expected: Account, wanted: Wanted) -> Overview | None:
        """The account as `account` reads it, and the first pages of `wanted`, in one request that is sent once.

        `expected` lists the channels that the account should have; it only decides what is requested, and the answer
        shows what the account has. Returns None if this does not fit into one request, if Buffer refuses it (one id
        that is gone nulls the whole answer), or if the account has other organizations.
        """
        asked, reading = _relevant(expected, organizations), ListReading.of(expected, wanted)
        room = MOST_ALIASES - 1 - len(asked)
        if not asked or room < 0:
            return None
        pages = due_next(reading.lists, min(room, LISTS_AT_ONCE))
        names = ("account", *("channels" for _ in asked), *(listing.operation for listing, _ in pages))
        inputs: list[Mapping[str, Any]] = [{}, *({"input": {"organizationId": each}} for each in asked)]
        inputs += [listing.variables(part, PAGE) for listing, part in pages]
        started, reading.writes = awake(), self.writes
        try:
            answer = self.call(Request(merged("Overview", names), "Overview", numbered(inputs)))
            if answer.data is None or answer.errors:
                return None
            with understood():
                account, *channels = (answer.data.pop(f"a{number}") for number in range(1 + len(asked)))
                there = _account(account)
                found = {each: self._channels_of(each, raw) for each, raw in zip(asked, channels, strict=True)}
            _take(pages, (answer.data.pop(f"a{number}") for number in range(1 + len(asked), len(names))))
        except ApiError:
            return None
        within = _relevant(there, organizations)
        if not set(within) <= set(asked):
            return None
        if self.tells_time:  # the time of the answer less its duration: it has what was there before
            reading.began = self.server_time() - timedelta(seconds=awake() - started) - ROUNDING
        return Overview(_with_channels(there, {each: found[each] for each in within}), reading)

    def read(self, account: Account, wanted: Wanted, begun: ListReading | None = None) -> Live:
        """The posts and ideas in as few requests as possible.

        `account` comes from an earlier read. `begun` has first pages that were read together with the account; they are
        used once, if they are the pages that the account calls for, and if nothing was written since.
        """
        reading = ListReading.of(account, wanted)
        if begun and begun.is_same(reading) and not begun.is_done and begun.writes == self.writes:
            reading = begun
        elif self.tells_time:
            reading.began = self.server_time()
        posts, ideas, unread = self._finish(reading)
        organizations = tuple(each for each in account.organizations if each.id in reading.organizations)
        return Live(self.server_time(), organizations, posts, ideas, unread, began=reading.began)

    def unsent(self, channels: Mapping[str, Collection[str]]) -> Live:
        """All unsent posts of channels (ids by organization id), and one page of sent posts."""
        posts, _, unread = self._finish(ListReading(channels, (), Wanted(sent_pages=1)))
        return Live(self.server_time(), posts=posts, unread=unread)

    def _finish(self, reading: ListReading) -> tuple[tuple[LivePost, ...], tuple[LiveIdea, ...], frozenset[str]]:
        """Posts, ideas, and the channels with unread sent posts.

        If a post's status changed during the read, the later result counts: one that was published since it began, and
        may be in no list, is read at the end.
        """
        began, channels = reading.began or self.server_time(), reading.channels
        sent, lists = reading.sent, [*reading.unsent, *(listing for listing, _ in reading.sent)]
        reading.is_done = True
        self._read_all(reading.lists)
        if any(each.requests > 1 for each in reading.unsent):
            due, pages = {"start": moment(began - _LATE)}, reading.wanted.sent_pages
            meanwhile = [(_posts(org, ids, pages, status=_SENT, dueAt=due), ids) for org, ids in channels.items()]
            self._read_all([listing for listing, _ in meanwhile])
            lists += [listing for listing, _ in meanwhile]
            sent = [*sent, *meanwhile]
        unread = frozenset(channel for listing, ids in sent if listing.is_cut_off for channel in ids)
        return _items(lists), _items(reading.ideas), unread

    def scheduled(self, account: Account) -> tuple[int, bool]:
        """How many posts are scheduled, and whether there are more: the newest of each organization, in one request."""
        wanted = {each.id: [channel.id for channel in each.channels] for each in account.organizations if each.channels}
        lists = [_posts(org, ids, 1, status=[PostStatus.SCHEDULED.value]) for org, ids in wanted.items()]
        self._read_all(lists[:LISTS_AT_ONCE])
        has_more = any(each.is_cut_off for each in lists) or len(lists) > LISTS_AT_ONCE
        return len(_items(lists)), has_more

    def recent(self, channels: Mapping[str, Collection[str]], ideas: Collection[str], since: datetime) -> Live:
        """Posts of channels (ids by organization id) created since then, in every status, and all of these ideas.

        This is for settling. The lists are complete, so `organizations` and `unread` of the result are empty.
        """
        idea_lists = [_ideas(org) for org in ideas]  # which cannot be filtered by date
        posts = self._matching(channels, {"created": (since, None)}, beside=idea_lists)
        return Live(self.server_time(), posts=posts, ideas=_items(idea_lists))

    def created(self, channels: Mapping[str, Collection[str]], start: datetime, end: datetime) -> tuple[LivePost, ...]:
        """Posts of channels (ids by organization id) that were created between two instants, in every status."""
        return self._matching(channels, {"created": (start, end)})

    def sent(self, channels: Mapping[str, Collection[str]], since: datetime) -> tuple[LivePost, ...]:
        """Posts of channels (ids by organization id) published since then.

        A post counts if it was due since then or, if it was shared immediately, created since then.
        """
        due, created = {"dueAt": {"start": moment(since)}}, {"created": (since, None)}
        posts = self._matching(channels, {"status": _SENT, **due}, {"status": _SENT, **created})
        return tuple(post for post in posts if (post.sent_at or post.due_at or post.created_at) >= since)

    def _matching(
        self, channels: Mapping[str, Collection[str]], *filters: Mapping[str, Any], beside: Sequence[Listing] = ()
    ) -> tuple[LivePost, ...]:
        """Posts of the channels that pass at least one of the filters (see `_posts`). `beside`: lists to read, too."""
        posts = [_posts(org, ids, **each) for each in filters for org, ids in channels.items() if ids]
        self._read_all([*posts, *beside])
        return _items(posts)

    def daily_room(self, days: Mapping[datetime, Collection[str]]) -> dict[tuple[str, datetime], int]:
        """How many more posts channels accept on certain days (each given as an instant), for channels with a limit.

        One request covers up to 30 days.
        """
        room: dict[tuple[str, datetime], int] = {}
        moments = sorted(days)
        for start in range(0, len(moments), MOST_ALIASES):
            part = moments[start : start + MOST_ALIASES]
            inputs = [{"input": {"channelIds": sorted(days[moment]), "date": moment.isoformat()}} for moment in part]
            names = ("daily_limits",) * len(part)
            data = self._data(Request(merged("DailyLimits", names), "DailyLimits", numbered(inputs)))
            with understood():
                for number, moment in enumerate(part):
                    for status in read_limits_form(data[f"a{number}"]):
                        limit, place = status.get("limit"), (status["channel_id"], moment)
                        if status.get("is_at_limit"):
                            room[place] = 0
                        elif limit is not None:
                            room[place] = max(0, limit - status["scheduled"] - status["sent"])
        return room

    def post(self, post_id: str) -> LivePost | None:
        """One post by its id, or None. It takes one request, since a missing id nulls the whole answer."""
        answer = self._ask(Request(operation("post"), "Post", {"input": {"id": post_id}}))
        if failures.is_missing(answer):
            return None
        with understood():
            return live_post(_data(answer)["post"])

    def _read_all(self, listings: Sequence[Listing]) -> None:
        """Read every list to its end; if a request is too large, use fewer lists, then smaller pages."""
        at_once, first = LISTS_AT_ONCE, PAGE
        while chosen := due_next(listings, at_once):
            try:
                data = self._data(_pages(chosen, first))
            except TooLargeError:
                if len(chosen) > 1:
                    at_once = len(chosen) // 2
                elif first > LEAST_PAGE:
                    first //= 2
                else:
                    raise
                continue
            _take(chosen, (data.pop(f"a{number}") for number in range(len(chosen))))  # only one page is there twice

    def _data(self, request: Request) -> dict[str, Any]:
        return _data(self._ask(request))

    def _ask(self, request: Request) -> WriteAnswer:
        """Send a read, retrying if that may help."""
        for attempt in stamina.retry_context(
            _retry, attempts=READ_ATTEMPTS, timeout=2 * self.timeout + LONGEST_WAIT, wait_initial=0.2, wait_jitter=0.2
        ):
            with attempt:
                answer = self.call(request)
                if not failures.is_missing(answer) and (error := failures.read_problem(answer)):
                    raise error
        return answer


def _take(pages: Sequence[tuple[Listing, Page]], answers: Iterable[Any]) -> None:
    """Add one answer's pages to their lists."""
    for listing in {id(listing): listing for listing, _ in pages}.values():
        listing.requests += 1
    with understood():
        for (listing, part), page in zip(pages, answers, strict=True):
            listing.take(part, page)


def _account(raw: Any) -> Account:
    """The account without channels."""
    fields = read_account_form(raw)
    return Account(tuple(fields["organizations"]), fields.get("timezone"))


def _relevant(account: Account, organizations: Collection[str] | None) -> list[str]:
    """The ids of those whose id or name (in any case) is in `organizations`; None means all."""
    if organizations is None:
        return [each.id for each in account.organizations]
    names = {name.strip().casefold() for name in organizations}
    return [each.id for each in account.organizations if {each.id.casefold(), each.name.strip().casefold()} & names]


def _with_channels(account: Account, channels: Mapping[str, tuple[LiveChannel, ...]]) -> Account:
    found = tuple(replace(each, channels=channels.get(each.id, ())) for each in account.organizations)
    return replace(account, organizations=found)


def _data(answer: WriteAnswer) -> dict[str, Any]:
    if answer.data is None:  # the organization or channel of a list does not exist
        raise failures.read_problem(answer) or NoAnswerError("Buffer's answer holds no data")
    return answer.data


def _retry(error: Exception) -> bool | float:
    """Whether to retry a read after this error, or after how many seconds."""
    if isinstance(error, NoAnswerError | RateLimitedError) and error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_WAIT else False
    return isinstance(error, NotSentError) or (isinstance(error, NoAnswerError) and error.again)


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
        return [_posts(organization, channels, most_pages, status=_SENT)]
    return [
        _posts(organization, channels, most_pages, status=_SENT, created=(since, None)),
        _posts(organization, channels, most_pages, status=_SENT, dueAt={"start": moment(since)}),
    ]


def _unsent(organization: str, channels: Collection[str], created: Mapping[str, Sequence[datetime]]) -> Listing:
    """The list of all unsent posts, cut where `created` says that it is long."""
    return _posts(organization, channels, status=_UNSENT, cuts=_cuts(channels, created))


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


def _pages(chosen: Sequence[tuple[Listing, Page]], first: int) -> Request:
    names = tuple(listing.operation for listing, _ in chosen)
    inputs = [listing.variables(part, first) for listing, part in chosen]
    return Request(merged("Read", names), "Read", numbered(inputs))
