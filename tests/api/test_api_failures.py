"""Every failure between bufferctl and Buffer: one clear message, the right class, the right exit code."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from bufferctl import api
from bufferctl.errors import ApiError, KeyRefusedError, RateLimitedError, TooLargeError, UnreachableError, UsageError
from bufferctl.model import DeletePost, Unknown
from tests.api.scripted import KEY, Reply, Scripted

Connected = Callable[..., api.Buffer]
WRITE = DeletePost("p1", "c1")


def errors(message: str, code: str | None = None, status: int = 200, **more: Any) -> httpx2.Response:
    entry: dict[str, Any] = {"message": message, **({"extensions": {"code": code}} if code else {})}
    return httpx2.Response(status, json={"errors": [entry], **more})


NO_KEY = "An authentication JWT or Access Token is required"
TOO_MANY = "Too many requests from this client. Please try again later."

#: The answer, and the error for both a read and a write: definite, so a write was not carried out.
DEFINITE: dict[str, tuple[Reply, type[ApiError], int, str]] = {
    "no key": (errors(NO_KEY, "UNAUTHENTICATED", 401), KeyRefusedError, 4, "does not accept the API key"),
    "no key, as the guides name it": (errors(NO_KEY, "UNAUTHORIZED", 401), KeyRefusedError, 4, NO_KEY),
    "no key, with status 200": (errors(NO_KEY, "UNAUTHENTICATED"), KeyRefusedError, 4, "does not accept the API key"),
    "no key, not JSON": (httpx2.Response(401, text="nope"), KeyRefusedError, 4, "does not accept the API key"),
    "forbidden": (errors("Not yours", "FORBIDDEN", 403), KeyRefusedError, 4, "is not allowed to do this: Not yours"),
    "firewall": (httpx2.Response(403, text="error code: 1010"), KeyRefusedError, 4, "error code: 1010"),
    "429": (errors(TOO_MANY, "RATE_LIMIT_EXCEEDED", 429), RateLimitedError, 5, "all requests are used up"),
    "429, not JSON": (httpx2.Response(429, text="slow down"), RateLimitedError, 5, "all requests are used up"),
    "aliases": (errors("Aliases limit of 30 exceeded, found 31.", None, 400), TooLargeError, 1, "Aliases limit of 30"),
    "tokens": (
        errors("Syntax Error: Token limit of 15000 exceeded.", "GRAPHQL_PARSE_FAILED", 400),
        TooLargeError,
        1,
        "Token",
    ),
    "depth": (errors("Query depth limit of 25 exceeded, found 26.", None, 400), TooLargeError, 1, "depth"),
    "complexity": (errors("The query exceeds the maximum complexity of 175000"), TooLargeError, 1, "complexity"),
    "413": (httpx2.Response(413, text="<html>"), TooLargeError, 1, "too large for Buffer"),
    "not valid": (
        errors('Cannot query field "x" on type "Post".', "GRAPHQL_VALIDATION_FAILED", 400),
        ApiError,
        1,
        "field",
    ),
    "not valid, without a code": (errors('Unknown type "X".', None, 400), ApiError, 1, "does not understand"),
    "refused": (httpx2.ConnectError("[Errno 111] Connection refused"), UnreachableError, 1, "Connection refused"),
    "no route": (httpx2.ConnectTimeout("timed out"), UnreachableError, 1, "within 30 seconds"),
}

#: The answer, and the message for a read; a write may have been carried out.
OPEN: dict[str, tuple[Reply, str]] = {
    "timeout": (httpx2.ReadTimeout("timed out"), "api.example did not answer within 30 seconds"),
    "cut": (httpx2.RemoteProtocolError("peer closed connection"), "the connection to api.example broke: peer closed"),
    "cut while sending": (httpx2.WriteError("broken pipe"), "the connection to api.example broke: broken pipe"),
    "500": (httpx2.Response(500, text="<html>oops"), "api.example has a problem (HTTP 500)"),
    "503 with words": (errors("down", "UNEXPECTED", 503), "api.example has a problem (HTTP 503: down)"),
    "web page": (httpx2.Response(200, text="<!doctype html><p>Log in"), "answered with a web page instead of data"),
    "broken JSON": (httpx2.Response(200, text='{"data": {"acc'), "text that is not JSON"),
    "empty": (httpx2.Response(200, text=""), "text that is not JSON"),
    "not an object": (httpx2.Response(200, json=["data"]), "text that is not JSON"),
    "deep": (httpx2.Response(200, text="[" * 100_000), "text that is not JSON"),
    "other JSON": (httpx2.Response(200, json={"hello": 1}), "unknown JSON"),
    "404": (httpx2.Response(404, text="<html>"), "has no API at this URL (HTTP 404)"),
    "404 in GraphQL": (httpx2.Response(404, json={"errors": [{"message": "There is nothing"}]}), "has no API at this"),
    "redirect": (httpx2.Response(307, headers={"location": "https://evil.example/x"}), "redirects to evil.example"),
    "unexpected": (errors("Something broke", "UNEXPECTED", 200, data=None), "Something broke"),
    "unexpected, without data": (errors("Something broke", "UNEXPECTED"), "Something broke"),
    "unexpected, in a limit's words": (errors("Token limit exceeded upstream", "UNEXPECTED"), "Token limit exceeded"),
    "unexpected, with status 400": (errors("Something broke", "INTERNAL_SERVER_ERROR", 400), "Something broke"),
    "odd errors": (httpx2.Response(200, json={"errors": "no", "data": None}), "no"),
    "null": (httpx2.Response(200, json={"data": None}), "no data"),
}


@pytest.mark.parametrize("name", DEFINITE)
def test_a_definite_no_is_an_error_in_words_for_a_read(name: str, connected: Connected) -> None:
    """Class, exit code and message, and one hint."""
    reply, kind, exit_code, words = DEFINITE[name]
    with pytest.raises(kind) as caught:
        connected(Scripted(reply)).account()
    assert words in caught.value.message
    assert caught.value.exit_code == exit_code
    assert caught.value.hint or isinstance(caught.value, TooLargeError)


@pytest.mark.parametrize("name", DEFINITE)
def test_a_definite_no_stops_a_write(name: str, connected: Connected) -> None:
    """The same error, raised: nothing was carried out, so there is nothing to settle. One request."""
    reply, kind, _, words = DEFINITE[name]
    script = Scripted(reply)
    with pytest.raises(kind) as caught:
        connected(script).send([WRITE])
    assert words in caught.value.message
    assert len(script.requests) == 1


@pytest.mark.parametrize("name", OPEN)
def test_an_answer_that_cannot_be_read_is_an_error_in_words_for_a_read(name: str, connected: Connected) -> None:
    """UnreachableError or ApiError, exit 1, its message, one hint."""
    reply, words = OPEN[name]
    with pytest.raises(ApiError) as caught:
        connected(Scripted(reply)).account()
    assert words in caught.value.message
    assert caught.value.exit_code == 1
    assert caught.value.hint


@pytest.mark.parametrize("name", OPEN)
def test_an_answer_that_cannot_be_read_leaves_every_write_open(name: str, connected: Connected) -> None:
    """Unknown for each alias, with a description; never sent again."""
    script = Scripted(OPEN[name][0])
    outcome = connected(script).send([WRITE, WRITE])
    assert [type(each) for each in outcome] == [Unknown, Unknown]
    assert all(isinstance(each, Unknown) and each.why for each in outcome)
    assert len(script.requests) == 1


@pytest.mark.parametrize("name", ["timeout", "cut", "500", "503 with words", "unexpected"])
def test_a_read_is_tried_again_where_that_may_help(name: str, connected: Connected) -> None:
    """Two failures, then the account: three requests."""
    script = Scripted(OPEN[name][0], OPEN[name][0], lambda _: {"account": {"organizations": []}})
    assert connected(script).account().organizations == ()
    assert len(script.requests) == 3


@pytest.mark.parametrize("name", ["no key", "firewall", "429", "not valid", "web page", "broken JSON", "redirect"])
def test_a_read_is_not_tried_again_where_that_cannot_help(name: str, connected: Connected) -> None:
    """One request."""
    script = Scripted((DEFINITE | OPEN)[name][0])
    with pytest.raises(ApiError):
        connected(script).account()
    assert len(script.requests) == 1


def test_a_read_waits_out_a_short_lack_of_requests(connected: Connected) -> None:
    """The account, at the second try: the service asked for a wait of seconds."""
    busy = httpx2.Response(429, headers={"retry-after": "2"}, json={"errors": [{"message": TOO_MANY}]})
    script = Scripted(busy, lambda _: {"account": {"organizations": []}})
    assert connected(script).account().organizations == ()
    assert len(script.requests) == 2


def test_a_service_that_asks_for_a_long_wait_is_not_asked_again(connected: Connected) -> None:
    """One request: an hour is longer than a read waits."""
    script = Scripted(httpx2.Response(503, headers={"retry-after": "3600"}, text="later"))
    with pytest.raises(UnreachableError):
        connected(script).account()
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("headers", "extensions", "wait"),
    [
        ({"retry-after": "120"}, {}, 120.0),
        ({"retry-after": "7200"}, {"retryAfter": 3}, 7200.0),
        ({}, {"retryAfter": 61}, 61.0),
        ({"date": "Tue, 01 Dec 2026 08:00:00 GMT", "retry-after": "Tue, 01 Dec 2026 08:01:00 GMT"}, {}, 60.0),
        ({"ratelimit": '"a"; r=0; t=300, "b"; r=7; t=900', "ratelimit-policy": '"a"; w=900, "b"; w=60'}, {}, 300.0),
        ({"ratelimit": '"a"; r=1; t=300', "ratelimit-policy": '"a"; w=900'}, {}, None),
        ({"retry-after": "soon"}, {}, None),
        ({"retry-after": "inf"}, {}, None),
        ({"retry-after": "nan"}, {}, None),
        ({"retry-after": "-5"}, {"retryAfter": 61}, 0.0),
    ],
)
def test_a_429_tells_when_to_come_back(
    headers: dict[str, str], extensions: dict[str, Any], wait: float | None, connected: Connected
) -> None:
    """Seconds from the header or the body, or until a used-up window is full again; the message names the window."""
    body = {
        "errors": [{"message": TOO_MANY, "extensions": {"code": "RATE_LIMIT_EXCEEDED", "window": "15m", **extensions}}]
    }
    with pytest.raises(RateLimitedError) as caught:
        connected(Scripted(httpx2.Response(429, headers=headers, json=body))).account()
    assert caught.value.retry_after == wait
    assert caught.value.window == "15m"
    assert "Run the same command again in" in caught.value.hint


SIXTEEN_DAYS = str(16 * 86_400)
TWO_WINDOWS = '"100-in-15min"; r=80; t=900, "250-in-1day"; r=9; t=32871'


@pytest.mark.parametrize(
    ("window", "headers", "said"),
    [
        ("15m", {"retry-after": SIXTEEN_DAYS}, "check your subscription and your API key"),
        ("1d", {"retry-after": SIXTEEN_DAYS, "ratelimit": TWO_WINDOWS}, "check your subscription and your API key"),
        ("30d", {"retry-after": SIXTEEN_DAYS, "ratelimit": TWO_WINDOWS}, "in 16 days"),
        ("1d", {"retry-after": SIXTEEN_DAYS, "ratelimit": '"3000-in-30days"; r=0; t=1382400'}, "in 16 days"),
        ("1d", {"retry-after": "86000"}, "in 24 hours"),
    ],
    ids=["no headers", "windows with room", "the month by name", "the month by its header", "a day"],
)
def test_a_wait_that_no_quota_explains_is_about_the_subscription(
    window: str, headers: dict[str, str], said: str, connected: Connected
) -> None:
    """Days are a month's quota if the answer says so, else the subscription or the key; the command ends either way."""
    body = {"errors": [{"message": TOO_MANY, "extensions": {"code": "RATE_LIMIT_EXCEEDED", "window": window}}]}
    script = Scripted(httpx2.Response(429, headers=headers, json=body))
    with pytest.raises(RateLimitedError) as caught:
        connected(script).account()
    assert said in caught.value.hint
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("key", [None, "", "  \n", "two words", "line\nbreak", "schlüssel", "tab\there"])
def test_without_a_key_that_can_be_one_nothing_is_sent(key: str | None) -> None:
    """KeyRefusedError, exit 4, before any connection; a key with odd characters is not repeated."""
    with pytest.raises(KeyRefusedError) as caught:
        api.connect("https://api.example", key)
    assert caught.value.exit_code == 4
    assert not key or not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize("url", ["http://api.buffer.com", "http://10.0.0.1:8080/", "http://localhost.evil.example/"])
def test_plain_http_goes_to_this_machine_only(url: str) -> None:
    """UsageError, exit 64, before anything is sent, with the scheme, host and port that were given."""
    with pytest.raises(UsageError, match="plain http") as caught:
        api.connect(url, KEY)
    assert (caught.value.exit_code, f"({url.rstrip('/')})" in str(caught.value)) == (64, True)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://api.example",
        "api.buffer.com",
        "https://",
        "https://me:secret@api.example",
        "http://127.0.0.1@evil.example",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """UsageError, without repeating the password."""
    with pytest.raises(UsageError) as caught:
        api.connect(url, KEY)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", [None, ""])
def test_no_address_is_buffers_own(url: str | None) -> None:
    """api.buffer.com (notes: Endpoint)."""
    assert repr(api.connect(url, KEY)) == "<Buffer at api.buffer.com>"


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1:8080/graphql", "http://[::1]:1/"])
def test_plain_http_to_this_machine_works(url: str) -> None:
    """A connection is made."""
    assert "Buffer at" in repr(api.connect(url, KEY))


def test_the_key_goes_out_once_and_shows_nowhere(connected: Connected) -> None:
    """Only in the Authorization header; if the service repeats it, it is replaced in messages."""
    lines: list[str] = []
    script = Scripted(errors(f"bad token {KEY}!", "UNAUTHENTICATED", 401))
    buffer = connected(script, debug=lines.append)
    with pytest.raises(KeyRefusedError, match=r"bad token \[key\]!") as caught:
        buffer.account()
    assert script.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in script.requests[0].content.decode() + str(script.requests[0].url)
    shown = "".join([*lines, repr(buffer), repr(vars(buffer)), *traceback.format_exception(caught.value)])
    assert KEY not in shown


def test_the_key_is_not_shown_when_a_page_repeats_it(connected: Connected) -> None:
    """Replaced in quotes of an answer that is not JSON."""
    with pytest.raises(KeyRefusedError, match=r"HTTP 403: \[key\] is banned"):
        connected(Scripted(httpx2.Response(403, text=f"{KEY} is banned"))).account()


def test_a_key_that_is_a_word_hides_nothing() -> None:
    """The sandbox's key is `sandbox`: messages keep that word."""
    page = httpx2.MockTransport(Scripted(httpx2.Response(403, text="this sandbox is closed")))
    with (
        api.connect("https://api.example", "sandbox", transport=page) as buffer,
        pytest.raises(KeyRefusedError, match="this sandbox is closed"),
    ):
        buffer.account()


def test_a_long_message_of_the_service_is_cut(connected: Connected) -> None:
    """After 300 characters, of which the last is an ellipsis."""
    with pytest.raises(KeyRefusedError) as caught:
        connected(Scripted(httpx2.Response(403, text="x" * 1000))).account()
    assert f": {'x' * 299}…)" in str(caught.value)


def test_a_redirect_is_not_followed(connected: Connected) -> None:
    """One request: the key stays with its own address."""
    script = Scripted(OPEN["redirect"][0])
    with pytest.raises(ApiError):
        connected(script).account()
    assert [str(request.url.host) for request in script.requests] == ["api.example"]


def test_requests_say_who_they_come_from(connected: Connected) -> None:
    """`bufferctl/…`: the library's own name is answered 403 (notes: Endpoint)."""
    script = Scripted(lambda _: {"account": {"organizations": []}})
    connected(script).account()
    assert script.requests[0].headers["user-agent"].startswith("bufferctl/")
    assert script.asked[0].keys() == {"query", "variables", "operationName"}


def test_debug_is_one_line_a_request(connected: Connected) -> None:
    """Operation, status, time, and the remainder of the tightest window."""
    headers = {"ratelimit": '"100-in-15min"; r=87; t=900', "ratelimit-policy": '"100-in-15min"; q=100; w=900'}
    lines: list[str] = []
    account = httpx2.Response(200, headers=headers, json={"data": {"account": {"organizations": []}}})
    buffer = connected(Scripted(account, httpx2.ReadTimeout("late")), debug=lines.append)
    buffer.account()
    buffer.send([WRITE])
    assert len(lines) == 2
    assert lines[0].startswith("Account: 200, ")
    assert lines[0].endswith(" ms, 87 requests left in 15 minutes")
    assert lines[1].startswith("Write: api.example did not answer within 30 seconds, ")
    assert buffer.quota.windows[0].left == 86  # the request without an answer counts, too


def test_the_servers_clock_is_known_from_its_answers(connected: Connected) -> None:
    """Ours before the first answer, then the server's, half an hour behind."""
    date = {"date": "Tue, 01 Dec 2026 07:30:00 GMT"}
    script = Scripted(httpx2.Response(200, headers=date, json={"data": {"account": {"organizations": []}}}))
    buffer = connected(script)
    assert buffer.server_time() == datetime(2026, 12, 1, 8, tzinfo=UTC)
    buffer.account()
    assert buffer.server_time() == datetime(2026, 12, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Dec 2026 07:30:00 GMT"])
def test_an_odd_date_leaves_our_own_clock(date: str, connected: Connected) -> None:
    """Ours."""
    script = Scripted(httpx2.Response(200, headers={"date": date}, json={"data": {"account": {"organizations": []}}}))
    buffer = connected(script)
    buffer.account()
    assert buffer.server_time() == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_post_that_is_not_there_is_none(connected: Connected) -> None:
    """None for NOT_FOUND with `data: null` (notes: Reading)."""
    missing = errors("Post not found", "NOT_FOUND", 200, data=None)
    assert connected(Scripted(missing)).post("p1") is None


def test_an_organization_that_is_not_there_is_an_error(connected: Connected) -> None:
    """Buffer's words, exit 1: only a post may be missing."""
    with pytest.raises(ApiError, match="Organization not found"):
        connected(Scripted(errors("Organization not found", "NOT_FOUND", 200, data=None))).account()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"account": None},
        {"account": {}},
        {"account": {"organizations": [{"name": "x"}]}},
        {"account": {"organizations": 3}},
    ],
)
def test_data_in_another_form_is_an_error_in_words(data: dict[str, Any], connected: Connected) -> None:
    """`cannot read Buffer's answer`, and a hint to update."""
    with pytest.raises(UnreachableError, match="cannot read Buffer's answer") as caught:
        connected(Scripted(lambda _: data)).account()
    assert "newest bufferctl" in caught.value.hint


@pytest.mark.parametrize("count", [0, 31])
def test_a_request_holds_one_to_thirty_writes(count: int, connected: Connected) -> None:
    """ValueError: a bug in the caller, raised before anything is sent."""
    script = Scripted(lambda _: {})
    with pytest.raises(ValueError, match="do not fit"):
        connected(script).send([WRITE] * count)
    assert script.requests == []
