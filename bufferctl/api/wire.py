"""One HTTP connection to the API: requests out, answers in with their status, headers and quota (gql over httpx2).

Nothing is retried here: callers retry reads, and writes are never retried (design: Applying).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any, Self

import httpx2
from gql.transport.exceptions import TransportError
from gql.transport.httpx import HTTPXTransport
from pydantic_core import from_json

from bufferctl import __version__
from bufferctl.api import failures
from bufferctl.api.answers import WriteAnswer
from bufferctl.api.endpoint import is_loopback
from bufferctl.api.ratelimit import read_quota
from bufferctl.api.requests import Request
from bufferctl.errors import UnreachableError
from bufferctl.machine import clock_ahead, opening_connections
from bufferctl.model import Quota

_HIDDEN = "[key]"
#: Shorter keys are words (like the sandbox's key), not secrets.
_SECRET_FROM = 8
_START = 500
#: The most bytes of a decompressed answer. A page of 100 posts is about 200 kB, and a request has at most 16 pages.
LARGEST_ANSWER = 32 << 20


class _Key(httpx2.Auth):
    """Adds the key to each request, and is the only one to know it, so that it is not in what might get printed."""

    def __init__(self, key: str) -> None:
        self._value = f"Bearer {key}"
        self._secret = key if len(key) >= _SECRET_FROM else ""

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = self._value
        yield request

    def is_in(self, content: bytes) -> bool:
        return bool(self._secret) and self._secret.encode() in content

    def hide(self, text: str) -> str:
        """The text without the key, in case the service repeats it."""
        return text.replace(self._secret, _HIDDEN) if self._secret else text


class _Unpacked(httpx2.SyncByteStream):
    """The body of an answer, decompressed as it arrives, limited in size and by a deadline.

    Raises OversizeError and ReadTimeout. A compressed chunk is a few kilobytes, so a single one cannot expand too far.
    """

    def __init__(self, packed: httpx2.Response, deadline: float) -> None:
        self._packed = packed
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._packed.iter_bytes():
            size += len(chunk)
            if size > LARGEST_ANSWER:
                raise failures.OversizeError(f"the answer is larger than {LARGEST_ANSWER >> 20} MB")
            if time.monotonic() > self._deadline:
                raise httpx2.ReadTimeout("the answer did not end in time")
            yield chunk

    def close(self) -> None:
        self._packed.close()


class Wire:
    """The connection; use it as a context manager.

    `endpoint`: the URL of the API; state is kept separately for each. `timeout`: seconds to wait for an answer. `quota`
    (the requests left), `server_time()` and `tells_time` (whether an answer has shown the server's clock) come from the
    latest answers. `requests` counts those sent, `writes` those of them that may change the account.
    """

    def __init__(
        self,
        url: httpx2.URL,
        key: str,
        *,
        timeout: float,
        transport: httpx2.BaseTransport | None,
        debug: Callable[[str], None],
        now: Callable[[], datetime],
        answering: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.host = url.host
        self.endpoint = str(url).rstrip("/")
        self.timeout = timeout
        self.quota = Quota()
        self.requests = self.writes = 0
        self._pacers: list[Callable[[], None]] = []
        self._key = _Key(key)
        self._debug = debug
        self._now = now
        self._answering = answering
        self._ahead = timedelta()
        self.tells_time = False
        self._response: httpx2.Response | None = None
        self._content = b""
        self._body: dict[str, Any] | None = None
        self._transport = HTTPXTransport(
            url,
            json_deserialize=self._read,
            auth=self._key,
            headers={"User-Agent": f"bufferctl/{__version__}", "Accept": "application/json"},
            timeout=timeout,
            event_hooks={"response": [self._notice]},
            follow_redirects=False,
            # environment proxies are for the internet, and .netrc must not replace the key
            trust_env=not is_loopback(url.host),
            verify=url.scheme == "https",  # without TLS, loading certificates would waste 10 ms
            transport=transport,
        )

    def __enter__(self) -> Self:
        with opening_connections():
            self._transport.connect()  # type: ignore[no-untyped-call]  # gql leaves it unannotated
        return self

    def __exit__(self, *exception: object) -> None:
        self._transport.close()  # type: ignore[no-untyped-call]  # gql leaves it unannotated

    def server_time(self) -> datetime:
        """The current time by the server's clock, to the second; by this machine's clock before the first answer."""
        return self._now() + self._ahead

    def paced_by(self, *pacers: Callable[[], None]) -> None:
        """From now on, call these before each request: they may wait, or raise to send nothing."""
        self._pacers = [*pacers]

    def pace(self) -> None:
        """Wait until a request may leave. Raises what the pacers raise."""
        for each in self._pacers:
            each()

    def call(self, request: Request) -> WriteAnswer:
        """Send one request, once. Raises ApiError if the answer as a whole is an error (see `failures`)."""
        self.pace()
        self.requests += 1
        self.quota = self.quota.spent()  # it counts even if its answer is lost
        self._response, self._body, self._content = None, None, b""
        started = time.monotonic()
        outcome = "interrupted"
        try:
            with self._answering():
                self._send(request)
            answer = self._answer()
            outcome = str(answer.status)
        except UnreachableError as error:
            outcome = error.message
            raise
        finally:
            self._log(request, outcome, time.monotonic() - started)
        if found := failures.problem(answer, self.host):
            raise found
        return answer

    def _send(self, request: Request) -> None:
        try:
            self._transport.execute(request)
        except TransportError as error:
            # an answer that gql cannot read is judged by its status; without an answer, the exception says why
            if self._response is None or isinstance(error.__cause__, httpx2.RequestError):
                raise failures.no_connection(error.__cause__ or error, self.host, self.timeout) from None

    def _answer(self) -> WriteAnswer:
        response, self._response = self._response, None  # it keeps the whole text of the answer
        if response is None:  # gql returned, so the hook has run
            raise AssertionError
        text = "" if self._body is not None else self._key.hide(self._content.decode("utf-8", "replace"))[:_START]
        self._content = b""
        at = self.server_time()
        self.quota = self.quota.updated(read_quota(response.headers, at))
        return WriteAnswer(response.status_code, response.headers, self._body, text, at)

    def _notice(self, response: httpx2.Response) -> None:
        """A hook called for every answer before its body is read, since gql usually drops status and headers.

        The body has `timeout` seconds from here on: timeouts per chunk could add up without limit.
        """
        self._response = response
        packed = httpx2.Response(response.status_code, headers=response.headers.copy(), stream=response.stream)
        response.stream = _Unpacked(packed, time.monotonic() + self.timeout)
        response.headers.pop("content-encoding", None)
        ahead = clock_ahead(response.headers.get("date", ""), self._now())
        if ahead is not None:
            self._ahead, self.tells_time = ahead, True

    def _read(self, content: bytes) -> dict[str, Any]:
        self._content = content
        body = _parsed(content)
        if self._key.is_in(content):
            body = json.loads(json.dumps(body), object_hook=self._without_key)
        if not isinstance(body, dict):
            raise TypeError("a GraphQL answer is an object")
        self._body = body
        return body

    def _without_key(self, entry: dict[str, Any]) -> dict[str, Any]:
        """An object of the answer, with the key removed from its message."""
        if isinstance(message := entry.get("message"), str):
            entry["message"] = self._key.hide(message)
        return entry

    def _log(self, request: Request, outcome: str, elapsed: float) -> None:
        window = self.quota.tightest
        left = "" if window is None else f", {window.left} requests left in {window.window_seconds // 60} minutes"
        self._debug(f"{request.operation_name}: {outcome}, {elapsed * 1000:.0f} ms{left}")


def _parsed(content: bytes) -> Any:
    """An answer's JSON. Lone surrogates, which JSON can escape but no file can hold, become U+FFFD."""
    try:
        return from_json(content)
    except ValueError:  # it rejects lone surrogates, and Python's parser has better messages for invalid JSON
        text = json.dumps(json.loads(content), ensure_ascii=False)
        return json.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
