"""Any value of an answer replaced by another: a plan, or a message; never a traceback (issue 11: Crashes and costs)."""

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
from bufferctl.cli.planning import report_of
from bufferctl.errors import BufferctlError
from bufferctl.model import Account, Address, Desired, Live, LivePost, Origin, Post, Slot, State
from bufferctl.model.comparable import bind
from bufferctl.model.from_live import NotExpressibleError, post_from_live
from bufferctl.plan import Plan
from bufferctl.reconcile import Targets, reconcile
from bufferctl.render.html import report_html
from bufferctl.render.json import report_json
from bufferctl.render.markdown import report_markdown
from bufferctl.render.paint import Paint
from bufferctl.render.report import Report
from bufferctl.render.text import plan_text
from bufferctl.sandbox import Sandbox
from bufferctl.sandbox.clock import Clock
from tests.cli.account import fill

Path = tuple[str | int, ...]

NOW = datetime.fromisoformat("2029-12-03T09:00:00+00:00")
URL = "https://api.buffer.example"
KEY = "a-key-of-the-tests"

ODD: list[Any] = [
    None, True, 0, -1, 7, 2**63, 1.5, float("nan"), float("inf"), "", "x", "\x07", "\ud7ff\ufffe", "x" * 10_000,
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2029-13-45T99:99:99Z",
    "2029-12-20T09:00:00Z", 253402300799, 1e300, [], [None], [[]], ["x"], {}, {"x": 1}, {"id": None}, "Mars/Olympus",
]  # fmt: skip


@dataclass
class Recorded:
    """The answers to reading one account, in the order in which they came, and the path of each value in them."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    organization: str = ""


def read(transport: httpx2.BaseTransport, url: str, organization: str, key: str = KEY) -> tuple[Account, Live]:
    """What a plan reads, in its order. Raises ApiError."""
    with api.connect(url, key, transport=transport, now=lambda: NOW) as buffer:
        account = buffer.account()
        channels = {o.id: [each.id for each in o.channels] for o in account.organizations if o.id == organization}
        live = buffer.read(account, channels, ideas=[organization])
        buffer.daily_room({NOW: [post.channel_id for post in live.posts]})
    return account, live


def replaying(answers: Sequence[Mapping[str, Any]]) -> httpx2.BaseTransport:
    """Answers again what was recorded; 404 after that."""
    left = iter(answers)

    def answer(_: httpx2.Request) -> httpx2.Response:
        body = next(left, None)
        return httpx2.Response(404 if body is None else 200, text=json.dumps(body))

    return httpx2.MockTransport(answer)


def paths_of(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value in there."""
    yield path
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from paths_of(inner, (*path, key))


def with_value(data: Any, path: Path, value: Any) -> Any:
    """The same data with another value at a path; what is not on the path is shared."""
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, Mapping) else list(data)
    copy[path[0]] = with_value(data[path[0]], path[1:], value)
    return copy


@cache
def recorded() -> Recorded:
    """The answers of an account in which there is one of everything."""
    found = Recorded()

    def record(request: httpx2.Request) -> httpx2.Response:
        with httpx2.HTTPTransport() as real:
            response = real.handle_request(request)
            response.read()
        found.answers.append(json.loads(response.content))
        return httpx2.Response(response.status_code, json=found.answers[-1])

    with Sandbox(clock=Clock(NOW, stopped=True)) as sandbox:
        fill(sandbox)
        found.organization = sandbox.organization()["id"]
        read(httpx2.MockTransport(record), sandbox.url, found.organization, sandbox.key)
    found.paths = [(n, *path) for n, data in enumerate(found.answers) for path in paths_of(data) if len(path) > 1]
    return found


def declared(account: Account, live: Live) -> tuple[Desired, Targets, State]:
    """Every post as files would declare it, one word changed in every second; what files cannot hold left out."""
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
    plan_text(plan, Paint(False), report.lengths)
    for form in (report_json, report_markdown, report_html):
        form(report).encode()


def check(index: int, value: Any) -> None:
    """Read, plan and show with one value replaced."""
    found = recorded()
    number, *path = found.paths[index % len(found.paths)]
    answers = list(found.answers)
    answers[int(number)] = with_value(answers[int(number)], tuple(path), value)
    with suppress(BufferctlError):
        account, live = read(replaying(answers), URL, found.organization)
        desired, targets, state = declared(account, live)
        show(reconcile(desired, live, state, targets, endpoint=""), desired)


mutations = given(index=st.integers(min_value=0, max_value=1 << 30), value=st.sampled_from(ODD))


def test_what_was_recorded_plans() -> None:
    """Without a mutation there is a plan with edits, so that the cases below try what they mean to."""
    account, live = read(replaying(recorded().answers), URL, recorded().organization)
    desired, targets, state = declared(account, live)
    plan = reconcile(desired, live, state, targets, endpoint="")
    assert len(plan.writes) > 10
    assert any(isinstance(post, LivePost) and post.thread for post in live.posts)
    assert isinstance(desired.posts[0], Post)
    assert timedelta() < max(post.due_at for post in live.posts if post.due_at) - NOW


@settings(max_examples=300, deadline=None)
@mutations
def test_a_plan_or_a_message(index: int, value: Any) -> None:
    """Some hundred cases."""
    check(index, value)


@pytest.mark.long
@pytest.mark.timeout(1200)
@settings(max_examples=10_000, deadline=None)
@mutations
def test_a_plan_or_a_message_10_000_times(index: int, value: Any) -> None:
    """Ten thousand."""
    check(index, value)
