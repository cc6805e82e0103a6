"""Turns connection errors and failed answers into bufferctl's exceptions, with messages for people.

One distinction matters for writes: every error raised here means that the request was not carried out, except
`NoAnswerError`, which leaves that open (design: Applying; notes: Errors).
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import isfinite

import httpx2
from httpx2 import codes

from bufferctl.api.answers import WriteAnswer, brief
from bufferctl.api.ratelimit import read_quota
from bufferctl.errors import ApiError, KeyRefusedError, RateLimitedError, TooLargeError, UnreachableError

#: Both error codes for a missing or unknown key (notes: Endpoint).
_NO_KEY = {"UNAUTHENTICATED", "UNAUTHORIZED"}
#: The service's names for its windows, in words.
_WINDOWS = {"15m": "15 minutes", "1d": "day", "24h": "day", "30d": "30 days"}
_DAY = 86_400
#: Codes for a document or variables refused before anything ran (notes: Errors; graphql-js servers use these codes).
_NOT_RUN = {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT", "BAD_REQUEST"}
#: Codes for a failure while the request was being carried out, whatever the message says.
_BROKE = {"UNEXPECTED", "INTERNAL_SERVER_ERROR"}
_LIMIT_NAMES = r"(?:alias(?:es)?|tokens?|depth|complexity|cost|directives?)"
_TOO_LARGE = re.compile(
    rf"\b{_LIMIT_NAMES}\b.*\b(?:limit|exceed|maximum|too)|\b(?:limit|exceed|maximum|too)\w*\b.*\b{_LIMIT_NAMES}\b",
    flags=re.IGNORECASE | re.DOTALL,
)
#: Errors that the HTTP client raises before it sends a request.
_NEVER_LEFT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    UnicodeEncodeError,
)


class OversizeError(httpx2.RequestError):
    """An answer is larger than any real one; the rest is not read."""


class NotSentError(UnreachableError):
    """The service could not be reached: nothing was sent."""


class NoAnswerError(UnreachableError):
    """Something was sent and no readable answer came back; a write may have been carried out.

    `again`: a retry may help. `retry_after`: seconds that the service asks to wait first, None if it does not.
    """

    def __init__(self, message: str, *, hint: str = "", again: bool = True, retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.again = again
        self.retry_after = retry_after


def no_connection(error: BaseException, host: str, timeout: float) -> UnreachableError:
    """The HTTP client's exception as one of ours; `timeout` in seconds."""
    hint = "Check the network, and BUFFER_API_URL if it is set; then run the same command again."
    if isinstance(error, OversizeError):
        what = f"{host} sent more than any account holds: {error}"
        return NoAnswerError(what, hint="Check BUFFER_API_URL, and any proxy in between.", again=False)
    if isinstance(error, httpx2.TimeoutException):
        what = f"{host} did not answer within {timeout:g} second{'s' * (timeout != 1)}"
    elif isinstance(error, httpx2.ConnectError):
        reason = re.sub(r"^\[Errno -?\d+\] ", "", brief(str(error)))
        what = f"{host} cannot be reached: {reason or 'no connection'}"
    else:
        what = f"the connection to {host} broke: {brief(str(error)) or type(error).__name__}"
    return NotSentError(what, hint=hint) if isinstance(error, _NEVER_LEFT) else NoAnswerError(what, hint=hint)


def problem(answer: WriteAnswer, host: str) -> ApiError | None:
    """The error of the answer as a whole; None if its `data` and `errors` are usable."""
    status, code = answer.status, answer.code
    if codes.is_redirect(status):
        return _redirected(answer, host)
    if status == codes.UNAUTHORIZED or (code in _NO_KEY and answer.refused_whole):
        return _key_refused(answer)
    if status == codes.FORBIDDEN or (code == "FORBIDDEN" and answer.refused_whole):
        return _forbidden(answer)
    if status == codes.TOO_MANY_REQUESTS or (code == "RATE_LIMIT_EXCEEDED" and answer.refused_whole):
        return _rate_limited(answer)
    if status == codes.CONTENT_TOO_LARGE:
        return TooLargeError("the request is too large for Buffer (HTTP 413)", hint=_REPORT)
    if status >= codes.INTERNAL_SERVER_ERROR:
        return _broken(answer, host)
    if status == codes.NOT_FOUND:
        return NoAnswerError(
            f"{host} has no API at this URL (HTTP 404)",
            hint="Check BUFFER_API_URL, including its path; then run the same command again.",
            again=False,
        )
    if answer.body is None or not answer.body.keys() & {"data", "errors"}:
        return _not_graphql(answer, host)
    if "data" not in answer.body and answer.refused_whole:
        return _request_refused(answer)
    return None


def read_problem(answer: WriteAnswer) -> ApiError | None:
    """The exception for the `errors` of a read (in a write, they belong to individual aliases)."""
    if not answer.errors:
        return None if answer.data is not None else NoAnswerError("Buffer's answer holds no data", hint=_AGAIN)
    code, message = answer.code, answer.message
    if code in _NO_KEY:
        return _key_refused(answer)
    if code == "FORBIDDEN":
        return _forbidden(answer)
    if code in _BROKE:
        return NoAnswerError(f"Buffer could not answer: {message}", hint=_AGAIN)
    if answer.refused_whole and _TOO_LARGE.search(message):  # `data: null` is enough here: a read changes nothing
        return _too_large(message)
    return ApiError(f"Buffer refused the request: {message}", hint="Run with --debug to see which request it was.")


def is_missing(answer: WriteAnswer) -> bool:
    """Whether the requested object does not exist (notes: Reading)."""
    return answer.data is None and answer.code == "NOT_FOUND"


_REPORT = "Run with --debug to see which request it was, and report it."
_AGAIN = "This is usually temporary: run the same command again in a few minutes."


def _redirected(answer: WriteAnswer, host: str) -> NoAnswerError:
    try:
        where = httpx2.URL(answer.headers.get("location", "")).host
    except httpx2.InvalidURL:
        where = ""
    return NoAnswerError(
        f"{host} redirects to {where or 'another address'}; the key was not sent there",
        hint="Set BUFFER_API_URL to the endpoint itself, or unset it.",
        again=False,
    )


def _key_refused(answer: WriteAnswer) -> KeyRefusedError:
    return KeyRefusedError(
        f"Buffer does not accept the API key: {answer.message}".removesuffix(": "),
        hint="Keys expire: create a new one in Buffer (Settings, API) and set BUFFER_API_KEY.",
    )


def _forbidden(answer: WriteAnswer) -> KeyRefusedError:
    if answer.body is None:
        return KeyRefusedError(
            f"Buffer's firewall rejected the request (HTTP 403: {brief(answer.text) or 'no reason given'})",
            hint="It rejects unknown programs before the key is checked: check whether a proxy rewrites User-Agent.",
        )
    return KeyRefusedError(
        f"the API key is not allowed to do this: {answer.message or 'HTTP 403'}",
        hint="Set BUFFER_API_KEY to the key of an account that may manage the organization.",
    )


def _rate_limited(answer: WriteAnswer) -> RateLimitedError:
    full = [each for each in read_quota(answer.headers, answer.at).windows if each.left <= 0]
    asked = [answer.headers.get("retry-after"), answer.extensions.get("retryAfter")]
    waits = [*(seconds(each, answer.at) for each in asked), max((each.reset_seconds for each in full), default=None)]
    wait = next((each for each in waits if each is not None), None)
    window = str(answer.extensions.get("window") or "")
    if wait and wait > max([_DAY, *(each.window_seconds for each in full)]) and window != "30d":
        return RateLimitedError(
            f"Buffer answers no requests with this API key for {_span(wait)}; it did not carry out this one",
            hint="No quota lasts that long: check your subscription and your API key in Buffer (Settings).",
            retry_after=wait,
            window=window,
        )
    span = f"of the last {_WINDOWS.get(window, window)} " if window else ""
    return RateLimitedError(
        f"all requests {span}are used up; Buffer did not carry out this one",
        hint=f"Run the same command again in {_span(wait) if wait else '15 minutes'}.",
        retry_after=wait,
        window=window,
    )


def _broken(answer: WriteAnswer, host: str) -> NoAnswerError:
    reason = f": {answer.message}" if answer.message else ""
    return NoAnswerError(
        f"{host} has a problem (HTTP {answer.status}{reason})",
        hint=_AGAIN,
        retry_after=seconds(answer.headers.get("retry-after"), answer.at),
    )


def _not_graphql(answer: WriteAnswer, host: str) -> NoAnswerError:
    if answer.text.lstrip().startswith("<"):
        what = "a web page"
    elif answer.body is None:
        what = "text that is not JSON"
    else:
        what = "unknown JSON"
    return NoAnswerError(
        f"{host} answered with {what} instead of data (HTTP {answer.status})",
        hint="Check BUFFER_API_URL, and whether a proxy or a login page is in between; then run it again.",
        again=False,
    )


def _request_refused(answer: WriteAnswer) -> ApiError:
    message = answer.message
    if _TOO_LARGE.search(message) and answer.code not in _BROKE:
        return _too_large(message)
    if (answer.status == codes.BAD_REQUEST and answer.code not in _BROKE) or answer.code in _NOT_RUN:
        return ApiError(
            f"Buffer does not understand the request: {message}",
            hint="Its API may have changed: install the newest bufferctl and run the same command again.",
        )
    return NoAnswerError(f"Buffer could not answer: {message or f'HTTP {answer.status}'}", hint=_AGAIN)


def _too_large(message: str) -> TooLargeError:
    return TooLargeError(f"the request is too large for Buffer: {message}", hint=_REPORT)


def seconds(value: object, at: datetime) -> float | None:
    """The value of `Retry-After` in seconds from `at`: a number or an HTTP date. None if it is neither."""
    if value is None or isinstance(value, bool):
        return None
    with suppress(ValueError):
        number = float(str(value))
        return max(0.0, number) if isfinite(number) else None
    try:
        return max(0.0, (parsedate_to_datetime(str(value)) - at).total_seconds())
    except (ValueError, TypeError):
        return None


def _span(wait: float) -> str:
    minutes = -(-int(wait) // 60)
    if wait > 2 * _DAY:
        return f"{-(-int(wait) // _DAY)} days"
    if minutes > 2 * 60:
        return f"{-(-minutes // 60)} hours"
    return f"{minutes} minutes" if minutes > 1 else "a minute"
