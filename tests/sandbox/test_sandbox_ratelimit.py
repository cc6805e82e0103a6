"""Quotas: which requests count, the headers in each form, and when requests are accepted again."""

from __future__ import annotations

import pytest

from bufferctl.sandbox import Clock
from bufferctl.sandbox.clock import parse_time
from bufferctl.sandbox.exchange import Quota
from tests.sandbox.asking import Answer, Asker
from tests.sandbox.conftest import Make


def _ask(buffer: Asker, times: int = 1) -> Answer:
    return [buffer.ask("{ account { id } }") for _ in range(times)][-1]


def test_a_hundred_in_a_quarter_of_an_hour(make: Make) -> None:
    """The 101st is a 429 with the time to come back; it does not count; then one more is accepted."""
    buffer = make(rate_limit="free")
    first = _ask(buffer)
    assert first.headers["ratelimit"] == (
        '"100-in-15min"; r=99; t=900, "250-in-1day"; r=249; t=86400, "3000-in-30days"; r=2999; t=2592000'
    )
    assert '"100-in-15min"; q=100; w=900; pk=:' in first.headers["ratelimit-policy"]
    buffer.sandbox.clock.advance(60)
    assert _ask(buffer, 99).status == 200
    refused = _ask(buffer)
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "RATE_LIMIT_EXCEEDED", "840")
    assert refused.message == "Too many requests from this client. Please try again later."
    assert refused.json["errors"][0]["extensions"]["window"] == "15m"
    assert refused.headers["ratelimit"] == '"100-in-15min"; r=0; t=840, "250-in-1day"; r=150; t=86340'
    buffer.sandbox.clock.advance(840)
    assert _ask(buffer).status == 200
    assert _ask(buffer).status == 429


def test_failed_requests_count_and_strangers_do_not(make: Make) -> None:
    """A 400 takes one of the hundred; a 401 and a 403 (no client) and a 404 do not, and have no headers."""
    buffer = make(rate_limit="team")
    assert buffer.send("{").status == 400
    stranger = buffer.send("{", Authorization="Bearer wrong")
    elsewhere = buffer.send("{", path="/elsewhere")
    assert [each.status for each in (stranger, elsewhere)] == [401, 404]
    assert not any("ratelimit" in each.headers for each in (stranger, elsewhere))
    assert _ask(buffer).headers["ratelimit"].startswith('"100-in-15min"; r=98;')


def test_the_day_is_a_window_of_its_own(make: Make) -> None:
    """250 a day on the free plan, at any times; the 429 names the day."""
    buffer = make(rate_limit="free")
    for _ in range(5):
        assert _ask(buffer, 50).status == 200
        buffer.sandbox.clock.advance(minutes=16)
    refused = _ask(buffer)
    assert (refused.json["errors"][0]["extensions"]["window"], refused.headers["retry-after"]) == ("1d", "81600")


def test_repeated_headers(make: Make) -> None:
    """One header per window, without spaces."""
    headers = _ask(make(rate_limit="free", rate_headers="repeated")).headers
    assert headers.get_list("ratelimit")[0] == '"100-in-15min";r=99;t=900'
    assert len(headers.get_list("ratelimit-policy")) == 3


def test_old_headers(make: Make) -> None:
    """RateLimit-Limit, -Remaining and -Reset (ISO) of the tightest window; retryAfter in the 429."""
    buffer = make(rate_limit="free", rate_headers="old")
    headers = _ask(buffer).headers
    assert (headers["ratelimit-limit"], headers["ratelimit-remaining"]) == ("100", "99")
    assert headers["ratelimit-reset"] == "2026-11-02T08:45:00.000Z"
    refused = _ask(buffer, 100)
    assert (refused.status, refused.json["errors"][0]["extensions"]["retryAfter"]) == (429, 900)


def test_no_limits_unless_asked(buffer: Asker) -> None:
    """By default nothing is counted in a test, and no headers are sent."""
    assert "ratelimit" not in _ask(buffer, 120).headers


@pytest.mark.parametrize(
    ("plan", "day", "month"), [("free", 250, 3000), ("essentials", 250, 7500), ("team", 500, 15_000)]
)
def test_plans(plan: str, day: int, month: int) -> None:
    """A day and thirty days by plan; the quarter of an hour is the same for all."""
    assert [window.quota for window in Quota(plan).windows] == [100, day, month]


def test_windows_roll() -> None:
    """Each request leaves its window separately: half of the hundred a minute later, the other half after that."""
    quota, clock = Quota("team"), Clock.at("2026-11-02T08:00:00Z")
    for moment in ("2026-11-02T08:00:00Z", "2026-11-02T08:01:00Z"):
        clock.set(moment)
        assert [quota.take(clock.now()) for _ in range(50)] == [None] * 50
    assert quota.take(parse_time("2026-11-02T08:14:59Z")) is not None
    clock.set("2026-11-02T08:15:00Z")
    assert [quota.take(clock.now()) for _ in range(50)] == [None] * 50
    assert quota.take(clock.now()) is not None
