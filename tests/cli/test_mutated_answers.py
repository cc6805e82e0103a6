"""Any value in an answer is replaced: a plan, or a message; never a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl import api
from bufferctl.apply.outcomes import bound
from bufferctl.cli.outputs import report_of
from bufferctl.diagnostics import Place
from bufferctl.errors import ApiError, BufferctlError, RateLimitedError
from bufferctl.model import (
    Account,
    Address,
    CreateIdea,
    CreatePost,
    DeletePost,
    Desired,
    Done,
    EditPost,
    Idea,
    Live,
    LivePost,
    Origin,
    Post,
    Result,
    Service,
    ShareMode,
    Slot,
    State,
    Wanted,
    Write,
    bind,
)
from bufferctl.model.from_live import NotExpressibleError, post_from_live
from bufferctl.plan import Plan
from bufferctl.reconcile import Targets, reconcile
from bufferctl.render.html import report_html
from bufferctl.render.json_documents import report_json
from bufferctl.render.lines import Paint
from bufferctl.render.markdown import report_markdown
from bufferctl.render.report import Report
from bufferctl.render.text import plan_text
from bufferctl.sandbox import Clock
from tests.cli.account import fill
from tests.fuzzing import examples
from tests.sandbox.near import Near

Path = tuple[str | int, ...]

NOW = datetime.fromisoformat("2029-12-03T09:00:00+00:00")
URL = "https://api.buffer.example"
KEY = "a-key-of-the-tests"
PLACE = Place("buffer.yaml", 1, 1)
POST = Post(Address("Acme", "twitter:acme", "launch"), Service.TWITTER, PLACE, "We are live")

ODD: list[Any] = [
    None, True, 0, -1, 7, 2**63, 1.5, float("nan"), float("inf"), "", "x", "\x07", "\ud7ff\ufffe", "x" * 10_000,
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2029-13-45T99:99:99Z",
    "2029-12-20T09:00:00Z", 253402300799, 1e300, [], [None], [[]], ["x"], {}, {"x": 1}, {"id": None}, "Mars/Olympus",
]  # fmt: skip


@dataclass
class Recorded:
    """The answers for reading one account, in order, and the path of each value in them."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    organization: str = ""


@dataclass(frozen=True)
class Written:
    """Writes, the answer to all of them in one request, and the path of each value in it."""

    writes: tuple[Write, ...]
    answer: dict[str, Any]
    paths: list[Path]


def read(transport: httpx2.BaseTransport, url: str, organization: str, key: str = KEY) -> tuple[Account, Live]:
    """The reads of a plan, in its order. Raises ApiError."""
    with api.connect(url, key, transport=transport, now=lambda: NOW) as buffer:
        account = buffer.account()
        channels = {o.id: [each.id for each in o.channels] for o in account.organizations if o.id == organization}
        live = buffer.read(account, Wanted(channels, [organization]))
        buffer.daily_room({NOW: [post.channel_id for post in live.posts]})
    return account, live


def replaying(answers: Sequence[Mapping[str, Any]]) -> httpx2.BaseTransport:
    """Replays the recorded answers; 404 after that."""
    left = iter(answers)

    def answer(_: httpx2.Request) -> httpx2.Response:
        body = next(left, None)
        return httpx2.Response(404 if body is None else 200, text=json.dumps(body))

    return httpx2.MockTransport(answer)


def recording(answers: list[dict[str, Any]]) -> httpx2.BaseTransport:
    """Asks the sandbox, and records its answers."""

    def record(request: httpx2.Request) -> httpx2.Response:
        with httpx2.HTTPTransport() as real:
            response = real.handle_request(request)
            response.read()
        answers.append(json.loads(response.content))
        return httpx2.Response(response.status_code, json=answers[-1])

    return httpx2.MockTransport(record)


def paths_of(value: object, path: Path = ()) -> Iterator[Path]:
    """The path of every value in the data."""
    yield path
    if not isinstance(value, Mapping | list):
        return
    for key in value if isinstance(value, Mapping) else range(len(value)):
        yield from paths_of(value[key], (*path, key))


def with_value(data: Any, path: Path, value: object) -> Any:
    """The same data with another value at a path; what is not on the path is shared."""
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, Mapping) else list(data)
    copy[path[0]] = with_value(data[path[0]], path[1:], value)
    return copy


@cache
def recorded() -> Recorded:
    """The answers for an account with one object of every kind."""
    found = Recorded()

    with Near(clock=Clock(NOW, stopped=True)) as sandbox:
        fill(sandbox)
        found.organization = sandbox.organization()["id"]
        read(recording(found.answers), sandbox.url, found.organization, sandbox.key)
    found.paths = [(n, *path) for n, data in enumerate(found.answers) for path in paths_of(data) if len(path) > 1]
    return found


def declared(account: Account, live: Live) -> tuple[Desired, Targets, State]:
    """Every post as files would declare it, with every second one edited, without posts that files cannot express."""
    organizations = {each.id: each for each in account.organizations}
    channels = {channel.id: channel for each in account.organizations for channel in each.channels}
    posts, bindings, targets = [], {}, {}
    for number, post in enumerate(live.posts):
        if (channel := channels.get(post.channel_id)) is None:
            continue
        organization = organizations[channel.organization_id]
        address = Address("Acme", f"{channel.service.value}:{channel.id}", f"p{number}")
        with suppress(NotExpressibleError):
            item = post_from_live(post, channel, address)
            posts.append(replace(item, text=f"{item.text}!") if number % 2 else item)
            targets["Acme", address.channel] = channel
            bindings[Slot(organization.id, channel.id, address.key)] = bind(item, post, Origin.CREATED)
    return Desired(posts=tuple(posts)), Targets({"Acme": account.organizations[0]}, targets), State(bindings)


def show(plan: Plan, desired: Desired) -> None:
    """Every form of a plan."""
    report: Report = report_of(plan, desired)
    plan_text(report, Paint(False))
    for form in (report_json, report_markdown, report_html):
        form(report).encode()


def check(index: int, value: object) -> None:
    """Read, plan and show with one value replaced."""
    found = recorded()
    number, *path = found.paths[index % len(found.paths)]
    answers = list(found.answers)
    answers[int(number)] = with_value(answers[int(number)], tuple(path), value)
    with suppress(BufferctlError):
        account, live = read(replaying(answers), URL, found.organization)
        desired, targets, state = declared(account, live)
        show(reconcile(desired, live, state, targets, endpoint=""), desired)


@cache
def sent() -> Written:
    """The answer to a request with one write of each kind, two of them refused."""
    answers: list[dict[str, Any]] = []
    with Near(clock=Clock(NOW, stopped=True)) as sandbox:
        channel = sandbox.channel("twitter")["id"]
        there = [sandbox.person.create_post(channel, text, dueAt="2029-12-20T09:00:00Z")["id"] for text in ("A", "B")]
        due = NOW + timedelta(days=9)
        post = replace(POST, due_at=due, mode=ShareMode.CUSTOM_SCHEDULED)
        writes = (
            CreatePost(post, channel),
            CreatePost(replace(post, text="x" * 300), channel),
            CreateIdea(
                Idea(Address("Acme", "ideas", "hiring"), PLACE, title="How we hire"), sandbox.organization()["id"]
            ),
            EditPost(there[0], replace(post, text="Edited"), channel, reschedule=True),
            DeletePost(there[1], channel),
            DeletePost("f" * 24, channel),
        )
        with api.connect(sandbox.url, sandbox.key, transport=recording(answers), now=lambda: NOW) as buffer:
            assert [type(each).__name__ for each in buffer.send(writes)] == ["Done", "Refused", *["Done"] * 4]
    return Written(writes, answers[0], list(paths_of(answers[0])))


def check_write(index: int, value: object) -> None:
    """A result for each write with one value of the answer replaced; a success always belongs to that write."""
    written = sent()
    body = with_value(written.answer, written.paths[index % len(written.paths)], value)
    results: tuple[Result, ...] = ()
    with (
        api.connect(URL, KEY, transport=replaying([body]), now=lambda: NOW) as buffer,
        suppress(RateLimitedError, ApiError),
    ):
        results = buffer.send(written.writes)
    if not results:  # refused as a whole
        return
    assert len(results) == len(written.writes)
    for write, result in zip(written.writes, results, strict=True):
        live = result.live if isinstance(result, Done) else None
        if isinstance(result, Done):
            assert (live is None) == (write.item is None)
        if live and write.item:
            assert write.target in {None, live.id}
            bound(write, live, Origin.CREATED, links_may_differ=True, early=write.goes_out_early(live))


mutations = given(index=st.integers(min_value=0, max_value=1 << 30), value=st.sampled_from(ODD))


def test_what_was_recorded_plans() -> None:
    """Without a mutation there is a plan with edits, so the cases below test what they should."""
    account, live = read(replaying(recorded().answers), URL, recorded().organization)
    desired, targets, state = declared(account, live)
    plan = reconcile(desired, live, state, targets, endpoint="")
    assert len(plan.writes) > 10
    assert any(isinstance(post, LivePost) and post.thread for post in live.posts)
    assert isinstance(desired.posts[0], Post)
    assert timedelta() < max(post.due_at for post in live.posts if post.due_at) - NOW


@settings(max_examples=examples(300), deadline=None)
@mutations
def test_a_plan_or_a_message(index: int, value: object) -> None:
    """A few hundred cases."""
    check(index, value)


#: Ten thousand in four parts, each with its own paths, so that no worker is left alone with them.
PARTS = 4
in_parts = pytest.mark.parametrize("part", range(PARTS))


@pytest.mark.long
@pytest.mark.timeout(1200)
@in_parts
@settings(max_examples=10_000 // PARTS, deadline=None)
@mutations
def test_a_plan_or_a_message_10_000_times(part: int, index: int, value: object) -> None:
    """Ten thousand."""
    check(index * PARTS + part, value)


@settings(max_examples=examples(300), deadline=None)
@mutations
def test_a_result_for_each_write(index: int, value: object) -> None:
    """A few hundred cases."""
    check_write(index, value)


@pytest.mark.long
@pytest.mark.timeout(1200)
@in_parts
@settings(max_examples=10_000 // PARTS, deadline=None)
@mutations
def test_a_result_for_each_write_10_000_times(part: int, index: int, value: object) -> None:
    """Ten thousand."""
    check_write(index * PARTS + part, value)
