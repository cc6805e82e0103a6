"""Finds out what media URLs return: the file, a web page, a login, or nothing.

Buffer fetches each file when the post is created and again when it is published, weeks later (notes: Writing). Each
address gets a request for its first bytes, whose answer shows the file's length and real type. The request does not
carry the API key, and several addresses are probed at once. Media of imported posts are downloaded with similar limits.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, TypeVar

import httpx2
import stamina
from stamina.instrumentation import set_on_retry_hooks

from bufferctl import __version__
from bufferctl.machine import opening_connections
from bufferctl.media.reach import NotPublicError, PublicOnly
from bufferctl.media.reading import header_of
from bufferctl.model import visible
from bufferctl.model.content import A_FILE, AssetKind
from bufferctl.model.media_file import size_words
from bufferctl.value import replace, value

T = TypeVar("T")

#: How many addresses are probed at the same time, and how many in total.
AT_ONCE, MOST = 8, 2000
#: Seconds for one part of an answer, for one address with its retries, and for all addresses together.
TIMEOUT, PATIENCE, WITHIN = 10.0, 45.0, 60.0
#: How often to try an address that does not answer.
ATTEMPTS = 3
#: How many redirects to follow.
_REDIRECTS = 10
#: How many bytes are enough to recognize a file type.
_FIRST = 1024
#: Size limit in bytes if the caller gives none: the most that any network accepts (docs/reference/networks.md).
MOST_BYTES: Mapping[AssetKind, int] = {"image": 50_000_000, "video": 10_000_000_000, "document": 100_000_000}

#: The types that networks accept as images, videos and documents, named as in `MediaFile.type`.
TYPES: Mapping[AssetKind, frozenset[str]] = {
    "image": frozenset({"jpg", "png", "gif", "webp", "avif"}),
    "video": frozenset({"mp4", "mov", "webm"}),
    "document": frozenset({"pdf"}),
}

_AGENT = f"bufferctl/{__version__}"
_UNKNOWN_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_TOO_MANY, _SERVER_ERROR = 429, 500
_OK, _PART = 200, 206
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_PRIVATE = frozenset({401, 403, 407})
#: Image types that no network accepts.
_NO_PICTURES = frozenset({"image/svg+xml", "image/heic", "image/heif", "image/tiff", "image/x-icon"})
_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(r"(?:^|[/._-])(?:log-?in|sign-?in|accounts?|auth|oauth2?|sso|saml)(?:[/._-]|$)", re.IGNORECASE)
_PASSWORD = re.compile(rb"type=[\"']?password", re.IGNORECASE)

set_on_retry_hooks(())  # stamina would log each retry to stderr


class Reachability(StrEnum):
    """The result for an address. `UNREACHABLE` may be temporary; `UNASKED`: there was no time left to ask."""

    FINE = "fine"
    DEAD = "dead"
    PAGE = "page"
    LOGIN = "login"
    TOO_LARGE = "too-large"
    WRONG_TYPE = "wrong-type"
    CHANGED = "changed"
    NOT_PUBLIC = "not-public"
    UNREACHABLE = "unreachable"
    UNASKED = "unasked"


@value()
class Asked:
    """An address and the file it should return.

    `most`: limit in bytes, None for the most that any network accepts.
    `type`, `size`, `digest`: for a known file, its media type, its size in bytes, and the beginning of its SHA-256 in
    hex; with a digest, the whole file is read.
    """

    url: str
    kind: AssetKind
    most: int | None = None
    type: str = ""
    size: int | None = None
    digest: str = ""


@value()
class Response:
    """The answer of an address.

    `message`: a predicate, such as `returns 404 Not Found`; empty if all is well. `type`: the media type. `size`: in
    bytes, None if not given.
    """

    verdict: Reachability
    message: str = ""
    type: str = ""
    size: int | None = None

    @property
    def is_fine(self) -> bool:
        """Whether Buffer can fetch it."""
        return self.verdict is Reachability.FINE

    @property
    def is_certain(self) -> bool:
        """Whether asking again would give the same answer."""
        return self.verdict not in {Reachability.UNREACHABLE, Reachability.UNASKED}


def probe(
    wanted: Iterable[Asked],
    *,
    loopback: bool = False,
    within: float = WITHIN,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> dict[Asked, Response]:
    """Probe each address once; the answers are in the same order.

    `loopback`: addresses on this machine are allowed, as for a local endpoint. `within`: seconds for all together;
    addresses not reached by then, or beyond `MOST`, are UNASKED. `transport` replaces the network in tests.
    """
    unique = list(dict.fromkeys(wanted))
    unasked = Response(Reachability.UNASKED, "was not requested, because there was no time left")
    client = open_client(loopback=loopback, transport=transport)
    answers = asyncio.run(for_each(client, unique[:MOST], answer_of, unasked, within)) if unique else {}
    rest = Response(Reachability.UNASKED, f"was not requested: at most {MOST:,} URLs are")
    return answers | dict.fromkeys(unique[MOST:], rest)


class _Response(NamedTuple):
    """The response after all redirects. `content`: the first bytes; `digest`: of the whole file, if it was read."""

    head: httpx2.Response
    content: bytes
    size: int | None
    digest: str


class PassingError(Exception):
    """A failure that may be temporary; the text is a predicate."""


def open_client(*, loopback: bool, transport: httpx2.AsyncBaseTransport | None) -> httpx2.AsyncClient:
    """A client that reaches public hosts only. `transport` replaces the network in tests."""
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
    with opening_connections():
        transport = transport or PublicOnly(loopback=loopback)
        return httpx2.AsyncClient(transport=transport, headers=headers, timeout=TIMEOUT, trust_env=False)


async def for_each(
    client: httpx2.AsyncClient,
    wanted: list[Asked],
    work: Callable[[httpx2.AsyncClient, Asked], Awaitable[T]],
    unasked: T,
    within: float,
) -> dict[Asked, T]:
    """Run `work` for each address, several at once; the result is `unasked` for those not done in time."""
    answers = dict.fromkeys(wanted, unasked)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(each: Asked) -> None:
        async with turns:
            answers[each] = await work(client, each)

    async with client:
        tasks = [asyncio.create_task(one(each)) for each in wanted]
        done, late = await asyncio.wait(tasks, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for task in done:
            task.result()
    return answers


async def answer_of(client: httpx2.AsyncClient, wanted: Asked) -> Response:
    """The answer of one address; failures on the way become answers too. Text from servers is escaped."""
    answer = await _answer(client, wanted)
    return replace(answer, message=visible(" ".join(answer.message.split())[:200]), type=visible(answer.type))


async def _answer(client: httpx2.AsyncClient, wanted: Asked) -> Response:
    try:
        async with asyncio.timeout(PATIENCE):
            async for attempt in stamina.retry_context(
                PassingError, attempts=ATTEMPTS, timeout=PATIENCE, wait_initial=0.5, wait_max=5.0
            ):
                with attempt:
                    return await _once(client, wanted)
    except NotPublicError as error:
        return Response(Reachability.NOT_PUBLIC, str(error))
    except httpx2.ConnectError as error:
        return Response(Reachability.DEAD, f"cannot be reached ({error})")
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        return Response(Reachability.DEAD, "is not a URL, or redirects to something that is not one")
    except PassingError as error:
        return Response(Reachability.UNREACHABLE, str(error))
    except TimeoutError:
        return Response(Reachability.UNREACHABLE, f"did not answer within {PATIENCE:.0f} seconds")
    raise AssertionError("the last attempt returns or raises")


async def _once(client: httpx2.AsyncClient, wanted: Asked) -> Response:
    headers = {} if wanted.digest else {"Range": f"bytes=0-{_FIRST - 1}"}
    async with following(client, wanted.url, headers) as response:
        if response.status_code == _TOO_MANY or response.status_code >= _SERVER_ERROR:
            raise PassingError(f"returns {_status(response)}")
        got = await _read(response, wanted)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    found, message = _refused(wanted, got, kind) or _differs(wanted, got) or (Reachability.FINE, "")
    return Response(found, message, kind, got.size)


def _refused(wanted: Asked, got: _Response, kind: str) -> tuple[Reachability, str] | None:
    a_file = A_FILE[wanted.kind]
    status, url = got.head.status_code, got.head.url
    if status in _PRIVATE:
        return Reachability.LOGIN, f"is not public: it returns {_status(got.head)}"
    if status not in {_OK, _PART}:
        return Reachability.DEAD, f"returns {_status(got.head)}"
    if kind in _PAGES or _PAGE.match(got.content):
        if _LOGIN.search(url.host) or _LOGIN.search(url.path) or _PASSWORD.search(got.content):
            return Reachability.LOGIN, f"is not public: {url.host} asks for a login"
        return Reachability.PAGE, f"is a web page instead of {a_file}"
    if not _is_kind(kind, wanted):
        return Reachability.WRONG_TYPE, f"is {kind or 'without a type'} instead of {wanted.type or a_file}"
    signed = header_of(BytesIO(got.content), len(got.content)).type  # what it is, whatever Content-Type says
    if signed and signed not in TYPES[wanted.kind]:
        return Reachability.WRONG_TYPE, f"is {signed.upper()} instead of {a_file}"
    return None


def _differs(wanted: Asked, got: _Response) -> tuple[Reachability, str] | None:
    size = got.size
    if not got.content:
        return Reachability.WRONG_TYPE, "is empty"
    most = wanted.most or MOST_BYTES[wanted.kind]
    if size is not None and size > most:
        return Reachability.TOO_LARGE, f"has {size_words(size)}, and at most {size_words(most)} are allowed"
    if wanted.size is not None and size is not None and size != wanted.size:
        return Reachability.CHANGED, f"has {size_words(size)}, and the file has {size_words(wanted.size)}"
    if wanted.digest and not got.digest.startswith(wanted.digest):
        return Reachability.CHANGED, "differs from the file"
    return None


def _is_kind(found: str, wanted: Asked) -> bool:
    if wanted.type:
        return found == wanted.type
    if found in _UNKNOWN_TYPES:
        return True
    if wanted.kind == "document":
        return found.startswith("application/")
    return found.startswith(f"{wanted.kind}/") and found not in _NO_PICTURES


def _status(response: httpx2.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".rstrip()


@asynccontextmanager
async def following(
    client: httpx2.AsyncClient, address: str, headers: Mapping[str, str]
) -> AsyncIterator[httpx2.Response]:
    """The final response after all redirects, its body not read yet.

    Raises PassingError, NotPublicError, ConnectError and InvalidURL.
    """
    url = first = httpx2.URL(address)
    try:
        for _ in range(_REDIRECTS + 1):
            async with client.stream("GET", url, headers=headers) as answer:
                if not answer.has_redirect_location:
                    yield answer
                    return
                url = url.join(answer.headers["Location"])
    except NotPublicError as error:
        raise NotPublicError(f"redirects to a URL that {error}" if url != first else str(error)) from error
    except (httpx2.ConnectError, httpx2.UnsupportedProtocol):
        raise
    except httpx2.TimeoutException as error:
        raise PassingError(f"did not answer within {TIMEOUT:.0f} seconds") from error
    except httpx2.TransportError as error:
        raise PassingError(f"did not answer ({str(error) or type(error).__name__})") from error
    raise httpx2.InvalidURL("redirects in a circle")


async def _read(answer: httpx2.Response, wanted: Asked) -> _Response:
    """The first bytes; where a digest is wanted, also that of the whole file, read until it is larger than expected."""
    is_whole = bool(wanted.digest)
    enough = (wanted.size or MOST_BYTES[wanted.kind]) + 1 if is_whole else _FIRST
    content, seen, digest = bytearray(), 0, sha256()
    async with aclosing(answer.aiter_bytes()) as chunks:
        async for chunk in chunks:
            seen += len(chunk)
            content += chunk[: max(0, _FIRST - len(content))]
            digest.update(chunk)
            if seen >= enough:
                break
    size = _size(answer)
    if is_whole:
        size = max(size or 0, seen)
    return _Response(answer, bytes(content), size, digest.hexdigest())


def _size(answer: httpx2.Response) -> int | None:
    """The size of the whole file, from Content-Range or Content-Length."""
    if "Content-Encoding" in answer.headers:  # then the length is that of the compressed body
        return None
    if answer.status_code == _PART:
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        return int(total) if total.isdecimal() else None
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


#: Of downloads: the most bytes for one file and for all files, and the seconds for all files.
LARGEST, MOST_IN_ALL, DOWNLOADED_WITHIN = 500_000_000, 5_000_000_000, 1800.0


@value()
class Download:
    """A downloaded file, or `why` the download failed: a predicate of the address. `type`: as in `MediaFile.type`."""

    path: Path | None = None
    type: str = ""
    why: str = ""


def download(
    wanted: Iterable[tuple[str, AssetKind]],
    folder: Path,
    *,
    loopback: bool = False,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> dict[str, Download]:
    """Download each address, of that kind, into `folder`, under an arbitrary name.

    `loopback`: addresses on this machine are allowed, as for a local endpoint. `transport` replaces the network.
    """
    wishes = [Asked(url, kind, LARGEST) for url, kind in dict(wanted).items()]
    if not wishes:
        return {}
    numbers = {wish: str(number) for number, wish in enumerate(wishes)}
    room = _Room(MOST_IN_ALL)

    async def one(client: httpx2.AsyncClient, wish: Asked) -> Download:
        answer = await answer_of(client, wish)
        if not answer.is_fine:
            return Download(why=answer.message)
        return await _saved(client, wish, answer, folder / numbers[wish], room)

    client = open_client(loopback=loopback, transport=transport)
    late = Download(why="was not downloaded, because there was no time left")
    found = asyncio.run(for_each(client, wishes, one, late, DOWNLOADED_WITHIN))
    return {wish.url: each for wish, each in found.items()}


@dataclass
class _Room:
    """How many bytes may still be downloaded."""

    left: int


async def _saved(client: httpx2.AsyncClient, wish: Asked, answer: Response, path: Path, room: _Room) -> Download:
    size = 0
    try:
        async with following(client, wish.url, {}) as response:
            with path.open("xb") as file:
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    room.left -= len(chunk)
                    if size > LARGEST or room.left < 0:
                        return Download(why=f"is too large: at most {size_words(LARGEST)} are downloaded")
                    file.write(chunk)
    except (PassingError, httpx2.TransportError, httpx2.InvalidURL, OSError) as error:
        return Download(why=str(error) or "could not be downloaded")
    if answer.size is not None and size != answer.size:
        return Download(why="was cut short")
    with path.open("rb") as file:
        header = header_of(file, size)
    if header.type not in TYPES[wish.kind]:
        return Download(why=f"is not a usable {wish.kind}")
    if header.cut_short:
        return Download(why="is cut short")
    return Download(path, header.type)
