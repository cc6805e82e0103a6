"""Reading lists: every object once, in few requests, and no conclusions about unread parts."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl import api
from bufferctl.errors import ApiError, TooLargeError
from bufferctl.model import Live, PostStatus, Wanted
from tests.api.scripted import KEY, NOW
from tests.conftest import long
from tests.fuzzing import examples

START = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS = ["mirrored", "stable", "ignored"]
UNSENT = ["draft", "needs_approval", "scheduled", "sending", "error"]


def post(number: int, channel: str, status: str = "scheduled", age: int | None = None) -> dict[str, Any]:
    created = START + timedelta(seconds=number if age is None else age)
    return {"id": f"p{number:05}", "channelId": channel, "status": status, "text": "", "createdAt": created.isoformat()}


def idea(number: int, organization: str) -> dict[str, Any]:
    return {"id": f"i{number}", "organizationId": organization, "createdAt": number, "content": {"title": "x"}}


class Lists:
    """A Buffer with lists: `page` objects per page, and `aliases` per request.

    `order`: its handling of `sort`; `mirrored` reverses exactly, `stable` keeps the order of equal instants, `ignored`
    is always newest first. `refusal`: the answer to too many aliases, besides its error.
    """

    def __init__(
        self,
        posts: Mapping[str, Sequence[dict[str, Any]]],
        ideas: Mapping[str, Sequence[dict[str, Any]]] | None = None,
        *,
        page: int = 100,
        order: str = "mirrored",
        aliases: int = 30,
        refusal: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.posts, self.ideas, self.page, self.order, self.aliases = posts, ideas or {}, page, order, aliases
        self.refusal = refusal
        self.filters, self.excludes = True, False
        self.largest = 100 * 30
        self.operations: list[str] = []
        self.pages_of_sent = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.content)
        variables, name = asked["variables"], asked["operationName"]
        self.operations.append(name)
        if name == "Account":
            found = [{"id": each, "name": each.upper()} for each in self.posts]
            return self.data({"account": {"organizations": found}})
        count = len([each for each in variables if each.startswith("input")])
        if count > self.aliases:
            message = f"Aliases limit of {self.aliases} exceeded, found {count}."
            return httpx2.Response(400, json={**self.refusal, "errors": [{"message": message}]})
        if count * variables.get("first0", 0) > self.largest:
            message = "The query exceeds the maximum complexity of 175000"
            return httpx2.Response(400, json={**self.refusal, "errors": [{"message": message}]})
        answer = self.channels if name == "Channels" else self.list_page
        return self.data({f"a{n}": answer(variables[f"input{n}"], variables.get(f"after{n}")) for n in range(count)})

    @staticmethod
    def data(data: dict[str, Any]) -> httpx2.Response:
        return httpx2.Response(200, json={"data": data})

    def channels(self, wanted: dict[str, Any], _: None) -> list[dict[str, Any]]:
        ids = sorted({each["channelId"] for each in self.posts[wanted["organizationId"]]})
        return [{"id": each, "service": "twitter", "name": each} for each in ids]

    def list_page(self, wanted: dict[str, Any], after: str | None) -> dict[str, Any]:
        found = self.found(wanted)
        start = int(after or 0)
        stop = start + self.page
        info = {"hasNextPage": stop < len(found), "endCursor": str(stop)}
        return {"edges": [{"node": each} for each in found[start:stop]], "pageInfo": info}

    def found(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        organization = wanted["organizationId"]
        if "filter" not in wanted:
            return list(self.ideas.get(organization, ()))
        kept = wanted["filter"]
        statuses = kept.get("status", [*UNSENT, "sent"])
        window = kept.get("createdAt", {}) if self.filters else {}
        since = datetime.fromisoformat(window.get("start", "2000-01-01T00:00:00Z"))
        until = datetime.fromisoformat(window.get("end", "2100-01-01T00:00:00Z"))
        self.pages_of_sent += statuses == ["sent"]
        posts = [
            p
            for p in self.posts[organization]
            if p["channelId"] in kept["channelIds"]
            and p["status"] in statuses
            and since <= datetime.fromisoformat(p["createdAt"]) <= until
            and not (self.excludes and p["createdAt"] in {since.isoformat(), until.isoformat()})
        ]
        newest_first = self.order == "ignored" or wanted["sort"] == [{"field": "createdAt", "direction": "desc"}]
        if self.order == "mirrored":
            return sorted(posts, key=lambda each: (each["createdAt"], each["id"]), reverse=newest_first)
        return sorted(posts, key=lambda each: str(each["createdAt"]), reverse=newest_first)


def read(lists: Callable[[httpx2.Request], httpx2.Response], *, ideas: bool = False, **more: Any) -> Live:
    with api.connect("https://api.example", KEY, transport=httpx2.MockTransport(lists), now=lambda: NOW) as buffer:
        account = buffer.account()
        channels = {each.id: [channel.id for channel in each.channels] for each in account.organizations}
        return buffer.read(account, Wanted(channels, list(channels) if ideas else (), **more))


def ids(live: Live) -> list[str]:
    return sorted(each.id for each in live.posts)


@settings(max_examples=examples(80))
@given(
    count=st.integers(0, 300),
    channels=st.integers(1, 3),
    together=st.sampled_from([1, 7, 50, 1000]),
    page=st.integers(3, 60),
    order=st.sampled_from(ORDERS),
    aliases=st.integers(2, 30),
    shuffled=st.randoms(use_true_random=False),
)
def test_every_post_is_read_whatever_the_service_makes_of_pages(
    count: int, channels: int, together: int, page: int, order: str, aliases: int, shuffled: random.Random
) -> None:
    """Exactly the existing posts: any page size, many with one instant, an inconsistent order, few aliases allowed."""
    statuses = [*UNSENT, "sent", *["scheduled"] * 10]
    posts = [post(n, f"c{n % channels}", statuses[n // 7 % len(statuses)], n // together) for n in range(count)]
    shuffled.shuffle(posts)
    live = read(Lists({"o1": posts}, page=page, order=order, aliases=aliases), sent_pages=1000)
    assert ids(live) == [f"p{number:05}" for number in range(count)]
    assert live.unread == frozenset()


@pytest.mark.parametrize(("count", "page"), [(100, 20), (100, 30), (120, 40)])
def test_ends_that_share_objects_in_the_same_order_have_not_met(count: int, page: int) -> None:
    """Exactly the existing posts: fifty with one instant come in the same order from both ends, and prove nothing."""
    posts = [post(number, "c1", "scheduled", number // 50) for number in range(count)]
    assert len(ids(read(Lists({"o1": posts}, page=page, order="stable")))) == count


def spread(count: int, share: int) -> dict[str, list[dict[str, Any]]]:
    """`count` posts: `share` percent on the first organization's one channel, the rest on the other's four."""
    here = count * share // 100
    return {
        "o1": [post(number, "c0") for number in range(here)],
        "o2": [post(number, f"c{number % 4 + 1}") for number in range(here, count)],
    }


@pytest.mark.parametrize("share", [100, *long(90), 50, *long(20, 0)])
@pytest.mark.parametrize("apart", [timedelta(seconds=1), timedelta(milliseconds=1)])
def test_a_thousand_posts_take_at_most_eight_requests(share: int, apart: timedelta) -> None:
    """All 1,000 ids in at most 8 requests, for any distribution, created in a quarter of an hour or in a second."""
    posts = {
        org: [{**each, "createdAt": (START + number * apart).isoformat()} for number, each in enumerate(some)]
        for org, some in spread(1000, share).items()
    }
    lists = Lists(posts)
    assert len(ids(read(lists, ideas=True))) == 1000
    assert len(lists.operations) <= 8


def test_a_small_account_takes_three_requests() -> None:
    """Account, channels, and everything else together."""
    lists = Lists(spread(90, 50), {"o1": [idea(1, "o1")], "o2": [idea(2, "o2")]})
    live = read(lists, ideas=True)
    assert lists.operations == ["Account", "Channels", "Read"]
    assert [each.id for each in live.ideas] == ["i1", "i2"]
    assert live.at == NOW


BURSTS = [(1, 1, 8), (1, 2, 14), (1, 10_000, 16), (30, 1, 8), (30, 10_000, 16), (1000, 1, 8), (1000, 2, 24)]


@pytest.mark.parametrize(
    ("burst", "known", "requests", "channels"),
    long((30, 2, 14, 10), (30, 2, 14, 1), *((*each, channels) for each in BURSTS for channels in (1, 10))),
)
def test_ten_thousand_posts_take_few_requests(known: int, requests: int, channels: int, burst: int) -> None:
    """8 if the state has all, 14 if it has half, 16 if none; 24 with half and bursts of a thousand."""
    posts = [post(n, f"c{n % channels}", age=n // burst * burst * 100) for n in range(10_000)]
    for number, each in enumerate(posts):
        apart = timedelta(milliseconds=50 if burst > 30 else 0)  # the writes of a request may have one instant
        at = datetime.fromisoformat(each["createdAt"]) + number % burst * apart
        each["createdAt"] = at.isoformat()
    created: dict[str, list[datetime]] = {f"c{number}": [] for number in range(channels)}
    for each in posts[::known]:
        created[each["channelId"]].append(datetime.fromisoformat(each["createdAt"]))
    lists = Lists({"o1": posts})
    assert len(ids(read(lists, created=created))) == 10_000
    assert len(lists.operations) <= requests


def test_posts_that_were_created_together_are_read_together() -> None:
    """900 posts, of which the state has all, 30 at an instant: three such bursts fit a page, so one request has all."""
    posts = [post(number, "c1", age=number // 30 * 100) for number in range(900)]
    lists = Lists({"o1": posts})
    created = [datetime.fromisoformat(each["createdAt"]) for each in posts]
    assert len(ids(read(lists, created={"c1": created}))) == 900
    assert lists.operations == ["Account", "Channels", "Read"]


@pytest.mark.parametrize(
    ("runs", "pause"), long((2, timedelta(days=3)), (1, timedelta()), (2, timedelta(seconds=20)), (4, timedelta(9)))
)
def test_posts_of_several_runs_take_at_most_sixteen_requests(runs: int, pause: timedelta) -> None:
    """All 10,000, of which the state has none: 30 at an instant, now fast, now slowly, and nothing between the runs."""
    drawn, at, posts = random.Random(1), START, []  # noqa: S311 - the same each time
    for number in range(10_000):
        if number % 30 == 0:
            at += timedelta(seconds=round(0.12 * drawn.lognormvariate(0, 0.5), 3))
        if number % (10_000 // runs) == 0:
            at += pause
        posts.append({**post(number, "c1"), "createdAt": at.isoformat()})
    lists = Lists({"o1": posts})
    assert len(ids(read(lists))) == 10_000
    assert len(lists.operations) <= 16


class Busy(Lists):
    """A Buffer in which, after each answer, somebody does something; its cursors count from the newest post."""

    def __init__(self, posts: Sequence[dict[str, Any]], page: int, random: random.Random) -> None:
        super().__init__({"o1": list(posts)}, page=page)
        self.random = random
        self.deleted: set[str] = set()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        answer = super().__call__(request)
        posts = self.posts["o1"]
        if not isinstance(posts, list):
            raise TypeError
        for _ in range(self.random.randrange(4)):
            one = self.random.choice(posts)
            match self.random.randrange(4):
                case 0:
                    posts.append(post(len(posts) + len(self.deleted), "c1", age=10_000 + len(self.operations)))
                case 1:
                    posts.remove(one)
                    self.deleted.add(one["id"])
                    posts.append(post(len(posts) + len(self.deleted), "c1", age=20_000 + len(self.operations)))
                case 2:
                    one["status"] = "sent"
                case _ if one["status"] != "sent":
                    one["status"] = self.random.choice(UNSENT)
        return answer


@settings(max_examples=examples(150))
@given(
    count=st.integers(2, 120),
    page=st.integers(3, 12),
    together=st.integers(1, 2),
    known=st.integers(1, 4),
    changes=st.randoms(use_true_random=False),
)
def test_what_is_there_all_the_time_is_read_whatever_happens_meanwhile(
    count: int, page: int, together: int, known: int, changes: random.Random
) -> None:
    """Every post that existed and was not deleted, while others are created, published and deleted between requests."""
    posts = [post(number, "c1", changes.choice(UNSENT), number // together) for number in range(count)]
    created = {"c1": [START + timedelta(seconds=number // together) for number in range(0, count, known)] * 20}
    busy = Busy(posts, page, changes)
    found = set(ids(read(busy, sent_pages=1000, created=created)))
    assert {f"p{number:05}" for number in range(count)} - busy.deleted <= found


def test_windows_overlap() -> None:
    """All 1,000, though the service leaves out what was created at the very limits of a window."""
    lists = Lists({"o1": [post(number, "c1") for number in range(1000)]})
    lists.excludes = True
    assert len(ids(read(lists, created={"c1": [START + timedelta(seconds=n) for n in range(1000)]}))) == 1000


def test_a_service_that_ignores_the_filter_is_read_page_by_page() -> None:
    """All 1,000, though each window comes back with what was created outside it."""
    lists = Lists({"o1": [post(number, "c1") for number in range(1000)]})
    lists.filters = False
    assert len(ids(read(lists, created={"c1": [START + timedelta(seconds=n) for n in range(1000)]}))) == 1000
    assert len(ids(read(lists))) == 1000


def test_only_what_is_named_is_asked_for() -> None:
    """The posts of one channel of two; no ideas; an unknown channel is skipped."""
    lists = Lists({"o1": [post(1, "c1"), post(2, "c2")], "o2": [post(3, "c3")]}, {"o1": [idea(1, "o1")]})
    with api.connect("https://api.example", KEY, transport=httpx2.MockTransport(lists)) as buffer:
        live = buffer.read(buffer.account(["O1"]), Wanted({"o1": ["c2", "gone"]}))
    assert ids(live) == ["p00002"]
    assert live.ideas == ()
    assert [each.id for each in live.organizations] == ["o1"]


def test_channels_are_read_of_the_organizations_that_matter() -> None:
    """Named in upper or lower case, or by id; the others are listed without their channels."""
    lists = Lists({"o1": [post(1, "c1")], "o2": [post(2, "c2")], "o3": [post(3, "c3")]})
    with api.connect("https://api.example", KEY, transport=httpx2.MockTransport(lists)) as buffer:
        account = buffer.account(["O1", "o2"])
        nothing = buffer.account([])
    assert [(each.id, len(each.channels)) for each in account.organizations] == [("o1", 1), ("o2", 1), ("o3", 0)]
    assert [len(each.channels) for each in nothing.organizations] == [0, 0, 0]
    assert lists.operations == ["Account", "Channels", "Account"]


def test_an_organization_without_channels_to_read_is_asked_for_its_ideas_alone() -> None:
    """The idea; no list of posts is requested."""
    lists = Lists({"o1": [post(1, "c1")]}, {"o1": [idea(1, "o1")]})
    with api.connect("https://api.example", KEY, transport=httpx2.MockTransport(lists)) as buffer:
        live = buffer.read(buffer.account(), Wanted(ideas=["o1"]))
    assert ([each.id for each in live.ideas], live.posts) == (["i1"], ())


def test_sent_posts_are_read_newest_first_and_only_so_far() -> None:
    """The newest 20 of 35 in two pages of 10; that channel's older posts count as unread."""
    lists = Lists({"o1": [post(number, "c1", "sent") for number in range(35)]}, page=10)
    live = read(lists, sent_pages=2)
    assert ids(live) == [f"p{number:05}" for number in range(15, 35)]
    assert live.unread == {"c1"}
    assert lists.pages_of_sent == 2


def test_sent_posts_read_to_the_end_leave_nothing_open() -> None:
    """All 20 in the two allowed pages, and nothing is `unread`."""
    live = read(Lists({"o1": [post(number, "c1", "sent") for number in range(20)]}, page=10), sent_pages=2)
    assert (len(live.posts), live.unread) == (20, frozenset())


def test_sent_pages_are_counted_by_organization() -> None:
    """Ten of each, by default."""
    lists = Lists({org: [post(n, f"c{org}", "sent") for n in range(50)] for org in ("o1", "o2")}, page=2)
    live = read(lists)
    assert len([each for each in live.posts if each.status is PostStatus.SENT]) == 20
    assert lists.pages_of_sent == 20


@pytest.mark.parametrize("refusal", [{}, {"data": None}])
def test_a_refused_size_is_halved_until_it_passes(refusal: dict[str, Any]) -> None:
    """All posts, though the service accepts two aliases per request; the channels needed only one."""
    posts = [post(number, f"c{number % 9}") for number in range(90)]
    lists = Lists({"o1": posts}, aliases=2, refusal=refusal)
    assert len(ids(read(lists))) == 90


def test_a_page_that_is_refused_for_its_size_is_halved() -> None:
    """All posts, though the service limits the objects of a page to 30."""
    lists = Lists({"o1": [post(number, f"c{number % 9}") for number in range(90)]})
    lists.largest = 30
    assert len(ids(read(lists))) == 90


def test_a_size_refused_to_the_last_is_an_error() -> None:
    """TooLargeError, if even a single list is too large."""
    lists = Lists({"o1": [post(1, "c1")]})
    with api.connect("https://api.example", KEY, transport=httpx2.MockTransport(lists)) as buffer:
        account = buffer.account()
        lists.aliases = 0
        with pytest.raises(TooLargeError):
            buffer.read(account, Wanted({"o1": ["c1"]}))


def test_recent_posts_are_read_in_every_status_and_ideas_in_full() -> None:
    """Those created since, including sent ones, on the selected channels; and both ideas, which have no such filter."""
    posts = [post(number, f"c{number % 2}", status) for number, status in enumerate([*UNSENT, "sent"] * 5)]
    lists = Lists({"o1": posts}, {"o1": [idea(1, "o1"), idea(2, "o1")]}, page=4)
    with api.connect("https://api.example", KEY, transport=httpx2.MockTransport(lists)) as buffer:
        live = buffer.recent({"o1": ["c1"], "o2": []}, ["o1"], START + timedelta(seconds=10))
    assert ids(live) == [f"p{number:05}" for number in range(11, 30, 2)]
    assert {each.status for each in live.posts} == {PostStatus.NEEDS_APPROVAL, PostStatus.SENDING, PostStatus.SENT}
    assert [each.id for each in live.ideas] == ["i1", "i2"]
    assert set(lists.operations) == {"Read"}


def test_sent_posts_of_which_none_came_leave_everything_open() -> None:
    """The channel is `unread`: pages were empty, with more to come."""

    class Withheld(Lists):
        def list_page(self, wanted: dict[str, Any], after: str | None) -> dict[str, Any]:
            sent = wanted["filter"]["status"] == ["sent"]
            return {"edges": [], "pageInfo": {"hasNextPage": sent, "endCursor": str(int(after or 0) + 1)}}

    assert read(Withheld({"o1": [post(1, "c1")]})).unread == {"c1"}


@pytest.mark.parametrize("cursor", [None, "same"])
def test_a_list_that_does_not_move_on_is_an_error(cursor: str | None) -> None:
    """ApiError instead of an endless loop, and the list never counts as complete."""

    class Stuck(Lists):
        def list_page(self, wanted: dict[str, Any], after: str | None) -> dict[str, Any]:
            return {"edges": [], "pageInfo": {"hasNextPage": True, "endCursor": cursor}}

    with pytest.raises(ApiError, match="does not advance"):
        read(Stuck({"o1": [post(1, "c1")]}))


def test_empty_pages_on_the_way_are_passed() -> None:
    """The post on the third page: pages may be empty, hasNextPage decides."""

    class Sparse(Lists):
        def list_page(self, wanted: dict[str, Any], after: str | None) -> dict[str, Any]:
            page = int(after or 0) + 1
            edges = [{"node": each} for each in self.found(wanted)] if page == 3 else None
            return {"edges": edges, "pageInfo": {"hasNextPage": page < 3, "endCursor": str(page)}}

    assert ids(read(Sparse({"o1": [post(1, "c1")]}))) == ["p00001"]
