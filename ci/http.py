"""The API of a forge over HTTP: JSON in and out, pages followed, the token sent to the API alone."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

#: Seconds to wait for an answer.
TIMEOUT = 60
#: An artifact that is larger is none of ours.
MOST_BYTES = 64 * 1024 * 1024
_PAGE = 100
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class ForgeError(Exception):
    """The forge did not do what it was asked; the text says what and why, for people. `status`: HTTP's, or 0."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Answers that lead elsewhere are given back: the token must not go there."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


class Api:
    """`base`: the address that paths are below; `headers` go with each request to it. All methods raise ForgeError."""

    def __init__(self, base: str, headers: Mapping[str, str]) -> None:
        self._base = base.rstrip("/")
        self._headers = {"User-Agent": "bufferctl-ci", **headers}

    def get(self, path: str, **query: Any) -> Any:
        """What is at `path`."""
        return self._json("GET", path, query=query)

    def pages(self, path: str, key: str = "", **query: Any) -> Iterator[Any]:
        """Every entry of a list that comes in pages; `key`: where in the answer the list is."""
        page = 1
        while True:
            answer = self.get(path, **query, per_page=_PAGE, page=page)
            entries = answer[key] if key else answer
            yield from entries
            if len(entries) < _PAGE:
                return
            page += 1

    def send(self, method: str, path: str, **values: Any) -> Any:
        """Write `values` there."""
        return self._json(method, path, values=values)

    def download(self, path: str) -> bytes:
        """The bytes at `path`, or where it leads: there without the token."""
        answer = self._open(self._request("GET", path))
        if answer.status in _REDIRECTS:
            where = urllib.parse.urljoin(self._base, answer.headers["Location"])
            answer.close()
            answer = self._open(urllib.request.Request(where, headers={"User-Agent": "bufferctl-ci"}))
        return _read(answer)

    def _json(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, values: Mapping[str, Any] | None = None
    ) -> Any:
        request = self._request(method, path, query)
        if values is not None:
            request.data = json.dumps(values).encode()
            request.add_header("Content-Type", "application/json")
        answer = self._open(request)
        if answer.status in _REDIRECTS:
            answer.close()
            raise ForgeError(f"{method} {path} leads elsewhere (HTTP {answer.status})")
        body = _read(answer)
        try:
            return json.loads(body) if body else None
        except ValueError as error:
            raise ForgeError(f"{method} {path}: the answer is not JSON") from error

    def _request(self, method: str, path: str, query: Mapping[str, Any] | None = None) -> urllib.request.Request:
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return urllib.request.Request(f"{self._base}/{path}{asked}", method=method, headers=dict(self._headers))

    def _open(self, request: urllib.request.Request) -> Any:
        what = f"{request.get_method()} {urllib.parse.urlsplit(request.full_url).path}"
        try:
            return _OPENER.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            if error.code in _REDIRECTS:
                return error
            raise ForgeError(f"{what}: HTTP {error.code} {_reason(error)}".rstrip(), error.code) from None
        except (OSError, ValueError) as error:
            raise ForgeError(f"{what}: {error}") from None


def _read(answer: Any) -> bytes:
    with answer:
        data: bytes = answer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ForgeError(f"the answer is larger than {MOST_BYTES} bytes")
    return data


def _reason(error: urllib.error.HTTPError) -> str:
    """What a refusal says, in one line."""
    try:
        with error:
            said = json.loads(error.read(10_000))["message"]
    except (OSError, ValueError, KeyError, TypeError):
        said = error.reason
    return " ".join(str(said).split())[:300]
