"""The account and the posts in one request: what it asks, when it counts, and by which clock it is dated."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from bufferctl import api
from bufferctl.api.reads import Overview
from bufferctl.limits import ROUNDING
from bufferctl.model import Account, DeletePost, Live, LiveChannel, LiveOrganization, Service, Wanted
from tests.api.scripted import KEY, NOW
from tests.api.test_api_paging import Lists, idea, post

Answers = Callable[[httpx2.Request], httpx2.Response]
WANTED = Wanted({"o1": frozenset({"c1"})}, frozenset({"o1"}))


SMALL = {"o1": [post(1, "c1")]}


def account(*organizations: str) -> Account:
    """What somebody expects: a channel in each, by its ids."""
    channels = {each: LiveChannel(f"c{each[1:]}", each, Service.TWITTER, "x") for each in organizations}
    return Account(tuple(LiveOrganization(each, each.upper(), (channels[each],)) for each in organizations))


class Joined(Lists):
    """The Buffer of `Lists`, which also answers everything in one request. `date`: of its answers, none if empty."""

    date = "Tue, 01 Dec 2026 12:00:00 GMT"

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.content)
        response = super().__call__(request) if asked["operationName"] != "Overview" else self.overview(asked)
        return httpx2.Response(
            response.status_code, json=response.json(), headers={"Date": self.date} if self.date else {}
        )

    def overview(self, asked: dict[str, Any]) -> httpx2.Response:
        """Account, channels and lists, as the aliases of the document say."""
        self.operations.append("Overview")
        variables, found = asked["variables"], [{"id": each, "name": each.upper()} for each in self.posts]
        data: dict[str, Any] = {"a0": {"organizations": found}}
        for name in [each for each in variables if each.startswith("input")]:
            number = name.removeprefix("input")
            is_list = f"first{number}" in variables
            answer = self.list_page if is_list else self.channels
            data[f"a{number}"] = answer(variables[name], variables.get(f"after{number}"))
        return self.data(data)


def connected(answers: Answers) -> api.Buffer:
    return api.connect("https://api.example", KEY, transport=httpx2.MockTransport(answers), now=lambda: NOW).__enter__()


def overview(buffer: api.Buffer, expected: Account | None = None, wanted: Wanted = WANTED) -> Overview | None:
    return buffer.overview(["O1"], expected or account("o1"), wanted)


def read(buffer: api.Buffer, found: Overview | None, wanted: Wanted = WANTED) -> Live:
    assert found
    return buffer.read(found.account, wanted, found.reading)


def test_one_request_reads_what_three_do() -> None:
    """The same account, posts and ideas, in one request instead of three."""
    lists = Joined({"o1": [post(n, "c1", "sent" if n % 2 else "draft") for n in range(9)]}, {"o1": [idea(1, "o1")]})
    one = connected(lists)
    found = overview(one)
    assert found
    live = read(one, found)
    assert lists.operations == ["Overview"]
    three = connected(lists)
    there = three.account(["O1"])
    again = three.read(there, WANTED)
    assert found.account == there
    assert (live.posts, live.ideas, live.organizations) == (again.posts, again.ideas, again.organizations)


def test_a_long_list_goes_on_after_the_first_request() -> None:
    """All 300 posts: the other pages are read as ever."""
    lists = Joined({"o1": [post(n, "c1") for n in range(300)]})
    buffer = connected(lists)
    assert len(read(buffer, overview(buffer)).posts) == 300
    assert set(lists.operations[1:]) == {"Read"}


def test_it_counts_only_if_the_account_calls_for_the_same() -> None:
    """Another channel than was expected: its posts are read anew, and the expected one's are not in the result."""
    lists = Joined({"o1": [post(1, "c1"), post(2, "c2")]})
    buffer = connected(lists)
    live = read(buffer, overview(buffer), replaced := Wanted({"o1": frozenset({"c2"})}, frozenset({"o1"})))
    assert replaced != WANTED
    assert ([each.id for each in live.posts], lists.operations) == (["p00002"], ["Overview", "Read"])


def test_it_serves_once() -> None:
    """A second reading is a new one, though it is of the same."""
    lists = Joined({"o1": [post(1, "c1")]})
    buffer = connected(lists)
    found = overview(buffer)
    read(buffer, found)
    read(buffer, found)
    assert lists.operations == ["Overview", "Read"]


def test_it_counts_no_more_once_something_was_written() -> None:
    """A write between it and its use, whatever came of it: everything is read anew."""
    lists = Joined({"o1": [post(1, "c1")]})
    buffer = connected(lists)
    found = overview(buffer)
    buffer.send([DeletePost("p00001", "c1")])
    read(buffer, found)
    assert lists.operations == ["Overview", "Write", "Read"]


@pytest.mark.parametrize(
    "refusal",
    [
        httpx2.Response(400, json={"errors": [{"message": "Aliases limit of 1 exceeded, found 5."}]}),
        httpx2.Response(413),
        httpx2.Response(401, json={"errors": [{"message": "no", "extensions": {"code": "UNAUTHENTICATED"}}]}),
        httpx2.Response(429, headers={"Retry-After": "1"}, json={}),
        httpx2.Response(503),
        httpx2.Response(200, text="<html>"),
        httpx2.Response(200, json={"data": None, "errors": [{"message": "x", "extensions": {"code": "NOT_FOUND"}}]}),
        httpx2.Response(200, json={"data": None, "errors": [{"message": "x", "extensions": {"code": "FORBIDDEN"}}]}),
        httpx2.Response(200, json={"data": {"a0": {"organizations": []}}}),
        httpx2.Response(200, json={"data": {"a0": {}, "a1": [], "a2": None, "a3": None, "a4": None}}),
    ],
    ids=["aliases", "413", "401", "429", "503", "html", "not-found", "forbidden", "less", "null"],
)
def test_any_refusal_is_no_answer(refusal: httpx2.Response) -> None:
    """None after one request, never repeated: what follows is as if it had not been tried."""
    seen: list[httpx2.Request] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return refusal

    assert overview(connected(refuse)) is None
    assert len(seen) == 1


def test_an_account_with_another_organization_of_that_name_is_no_answer() -> None:
    """None: its channels were not asked for."""
    lists = Joined({"o1": [post(1, "c1")], "o2": []})
    assert connected(lists).overview(["O1", "O2"], account("o1"), WANTED) is None


@pytest.mark.parametrize(("number", "asks"), [(0, 0), (29, 1), (30, 0)])
def test_more_organizations_than_fit_are_not_tried(number: int, asks: int) -> None:
    """29 organizations fit beside the account, without a list; 30 do not, and nothing is sent; nor without any."""
    names = [f"o{each}" for each in range(number)]
    lists = Joined({each: [post(1, f"c{each[1:]}")] for each in names})
    wanted = Wanted({each: frozenset({f"c{each[1:]}"}) for each in names})
    buffer = connected(lists)
    found = buffer.overview(names, account(*names), wanted)
    assert (found is not None, len(lists.operations)) == (bool(asks), asks)
    if found:
        assert len(read(buffer, found, wanted).posts) == 1  # all of them have one id


def began(answers: Answers) -> datetime | None:
    buffer = connected(answers)
    return read(buffer, overview(buffer)).began


def test_it_is_dated_by_the_answer() -> None:
    """The answer's Date less rounding, whatever this machine's clock shows (here four hours earlier)."""
    found = began(Joined(SMALL))
    assert found
    there = NOW + timedelta(hours=4) - ROUNDING
    assert there - timedelta(seconds=30) < found <= there


def test_all_that_it_took_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour from the request to its answer, asleep or not: what was created meanwhile may not be in it."""
    slept, real = [0.0], time.clock_gettime
    monkeypatch.setattr(time, "clock_gettime", lambda clock: real(clock) + slept[0])
    lists = Joined(SMALL)

    def slowly(request: httpx2.Request) -> httpx2.Response:
        slept[0] += 3600
        return lists(request)

    found = began(slowly)
    assert found
    there = NOW + timedelta(hours=3) - ROUNDING
    assert there - timedelta(seconds=30) < found <= there


def test_without_a_date_there_is_no_instant() -> None:
    """None: this machine's clock proves nothing."""
    lists = Joined(SMALL)
    lists.date = ""
    assert began(lists) is None


def test_a_reading_of_its_own_is_dated_by_the_answer_before_it() -> None:
    """Buffer's clock, too; None if no answer told it."""
    lists = Joined({"o1": []})
    for date, expected in ((lists.date, NOW + timedelta(hours=4)), ("", None)):
        lists.date = date
        buffer = connected(lists)
        assert buffer.read(buffer.account(["O1"]), WANTED).began == expected
