"""The REST API of a forge: typed JSON in and out, pages followed, retries, and a token that only the API gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2
import stamina
from pydantic import ValidationError
from pydantic_core import from_json, to_json
from stamina.instrumentation import set_on_retry_hooks

from bufferctl import __version__
from bufferctl.errors import ForgeError
from bufferctl.machine import clock_ahead, opening_connections
from bufferctl.model.serial import adapter

T = TypeVar("T")

#: Seconds to wait for each part of an answer.
TIMEOUT = 60.0
#: Attempts at a request that may be repeated; the last error is raised.
ATTEMPTS = 4
#: The longest wait that the forge may ask for before the next attempt, in seconds.
LONGEST_WAIT = 60.0
#: The largest answer, unpacked. A plan is smaller by far.
MAX_BYTES = 64 * 1024 * 1024
_PAGE = 100
_USER_AGENT = f"bufferctl/{__version__}"
#: GitHub names permissions as its API does (`pull_requests=write`), and workflows write them otherwise.
_AS_WRITTEN = str.maketrans({"=": ": ", "_": "-"})
_TOO_MANY, _SERVER_ERROR = 429, 500


set_on_retry_hooks(())  # stamina would log each retry to stderr


class _TransientError(ForgeError):
    """A request that failed and may be sent again. `wait`: after how many seconds, True for a growing wait."""

    def __init__(self, message: str, *, status: int = 0, hint: str = "", wait: float | bool = True) -> None:
        super().__init__(message, hint=hint, status=status)
        self.wait = wait


class Api:
    """A REST API. All methods raise ForgeError.

    Paths are relative to the URL `base`, and `headers` are sent with each request to it and to no other host. `hint` is
    the advice for answers 401 and 403. `transport` replaces the network in tests.
    """

    def __init__(
        self, base: str, headers: Mapping[str, str], *, hint: str = "", transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._base = f"{base.rstrip('/')}/"
        self._headers = dict(headers)
        self._hint = hint
        self.answered_at = datetime.now(UTC)
        """The server's time, as of its last answer with a `Date`; before that, this machine's."""
        with opening_connections():
            self._client = httpx2.Client(headers={"User-Agent": _USER_AGENT}, timeout=TIMEOUT, transport=transport)

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, shape: type[T], **query: Any) -> T:
        """Read the answer at `path` as a `shape`."""
        content = self._send("GET", path, query=query)
        try:
            return _parsed(f"GET {path}", from_json(content), shape)
        except ValueError as error:
            raise ForgeError(f"GET {path}: the answer is not JSON") from error

    def pages(self, path: str, shape: type[T], *, key: str = "", **query: Any) -> Iterator[T]:
        """Read every entry of a list that comes in pages. `key`: the field of the answer that holds the list."""
        page, count, what = 1, _PAGE, f"GET {path}"
        while count == _PAGE:
            answer = self.get(path, object, **query, per_page=_PAGE, page=page)
            entries = _parsed(what, answer, dict[str, Any]).get(key) if key else answer
            found = _parsed(what, entries, list[Any])
            yield from (_parsed(what, each, shape) for each in found)
            page, count = page + 1, len(found)

    def ask(self, address: str, query: str, shape: type[T], **variables: Any) -> T:
        """Read the `data` of the answer to a GraphQL query at an address of the same server."""
        what, body = f"POST {urlsplit(address).path}", to_json({"query": query, "variables": variables})
        content = self._send("POST", address, body=body, changes=False)
        try:
            answer = _parsed(what, from_json(content), dict[str, Any])
        except ValueError as error:
            raise ForgeError(f"{what}: the answer is not JSON") from error
        if answer.get("errors"):
            first = _parsed(what, answer["errors"], list[dict[str, Any]])[0]
            raise ForgeError(
                f"{what}: {_one_line(str(first.get('message', 'the query was refused')))}", hint=self._hint
            )
        return _parsed(what, answer.get("data"), shape)

    def write(self, method: str, path: str, /, **values: Any) -> None:
        """Send `values` as JSON. A POST is repeated only where the forge cannot have carried it out."""
        self._send(method, path, body=to_json(values))

    def download(self, path: str) -> bytes:
        """Read the bytes at `path`, or where it redirects to; the token is not sent there."""
        return self._send("GET", path, follow=True)

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        follow: bool = False,
        changes: bool = True,
    ) -> bytes:
        """`changes`: whether a POST would do something twice if it were repeated."""
        headers = {**self._headers, **({"Content-Type": "application/json"} if body is not None else {})}
        request = self._client.build_request(
            method, urljoin(self._base, path), params=query or None, content=body, headers=headers
        )
        for attempt in stamina.retry_context(
            _wait, attempts=ATTEMPTS, timeout=ATTEMPTS * (TIMEOUT + LONGEST_WAIT), wait_initial=1.0, wait_max=20.0
        ):
            with attempt:
                answer, content = self._once(request, may_repeat=method != "POST" or not changes)
                if not answer.has_redirect_location:
                    return content
                if not follow:
                    raise ForgeError(f"{_name(request)} redirects elsewhere (HTTP {answer.status_code})")
                elsewhere = urljoin(str(request.url), answer.headers["Location"])
                return self._once(self._client.build_request("GET", elsewhere), may_repeat=True)[1]
        raise AssertionError("the last attempt returns or raises")

    def _once(self, request: httpx2.Request, *, may_repeat: bool) -> tuple[httpx2.Response, bytes]:
        """Send a request once, and read its answer up to the limit."""
        what = _name(request)
        try:
            with closing(self._client.send(request, stream=True)) as answer:
                content = _limited(what, answer)
        except httpx2.TransportError as error:
            message = f"{request.url.host} did not answer {what}: {_one_line(str(error)) or type(error).__name__}"
            if may_repeat or isinstance(error, httpx2.ConnectError):
                raise _TransientError(message) from error
            raise ForgeError(message) from error
        now = datetime.now(UTC)
        if (ahead := clock_ahead(answer.headers.get("Date", ""), now)) is not None:
            self.answered_at = now + ahead
        if answer.is_error:
            raise self._refusal(what, answer, content, may_repeat=may_repeat)
        return answer, content

    def _refusal(self, what: str, answer: httpx2.Response, content: bytes, *, may_repeat: bool) -> ForgeError:
        status = answer.status_code
        message = f"{what}: HTTP {status} {_reason(answer, content)}".rstrip()
        hint = self._hint if status in {401, 403} else ""
        needed = _one_line(answer.headers.get("X-Accepted-GitHub-Permissions", "")).translate(_AS_WRITTEN)
        if hint and needed:
            hint = f"This needs the permission `{needed}`. {hint}"
        given = answer.headers.get("Retry-After", "")
        asked = float(given) if given.isdecimal() else None
        if asked is not None or status == _TOO_MANY:  # refused without being carried out, a POST too
            if asked is not None and asked > LONGEST_WAIT:
                return ForgeError(message, hint=f"Run the job again in {asked:,.0f} seconds.", status=status)
            return _TransientError(message, status=status, hint=hint, wait=True if asked is None else asked)
        if status >= _SERVER_ERROR and may_repeat:
            return _TransientError(message, status=status)
        return ForgeError(message, hint=hint, status=status)


def _parsed(what: str, value: Any, shape: type[T]) -> T:
    try:
        return adapter(shape).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise ForgeError(f"{what}: the answer is not in the documented form ({reason})") from error


def _limited(what: str, answer: httpx2.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > MAX_BYTES:
            raise ForgeError(f"{what}: the answer is larger than {MAX_BYTES:,} bytes")
    return bytes(content)


def _wait(error: Exception) -> bool | float:
    return error.wait if isinstance(error, _TransientError) else False


def _name(request: httpx2.Request) -> str:
    return f"{request.method} {urlsplit(str(request.url)).path}"


def _reason(answer: httpx2.Response, content: bytes) -> str:
    """The forge's own words for a refusal, in one line."""
    try:
        message = from_json(content[:10_000])["message"]
    except (ValueError, KeyError, TypeError):
        message = answer.reason_phrase
    return _one_line(str(message))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
