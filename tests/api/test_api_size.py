"""An answer is read up to a maximum size and time, whatever the server sends (a gzip of 1.5 MB took 6.2 GB)."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import httpx2
import pytest

from bufferctl import api
from bufferctl.errors import UnreachableError
from tests.api.scripted import KEY, NOW


def bomb(megabytes: int) -> Iterator[bytes]:
    """Spaces, compressed to a thousandth, in chunks as from a network."""
    packer = zlib.compressobj(1, wbits=31)
    packed = b"".join([packer.compress(b" " * (1 << 20)) for _ in range(megabytes)] + [packer.flush()])
    return (packed[start : start + 16384] for start in range(0, len(packed), 16384))


class Dripping(httpx2.SyncByteStream):
    """A body that never ends, one byte at a time: no single wait is long."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield b" "


def test_a_bomb_is_not_unpacked() -> None:
    """Read up to 32 MB, requested once, and reported; memory stays at a few answers."""
    asked = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=Pieces(bomb(256)))

    tracemalloc.start()
    with (
        api.connect("https://api.example", KEY, transport=httpx2.MockTransport(answer), now=lambda: NOW) as buffer,
        pytest.raises(UnreachableError, match="larger than 32 MB"),
    ):
        buffer.account()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 << 20
    assert len(asked) == 1


class Pieces(httpx2.SyncByteStream):
    """A body in pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def test_a_body_that_drips_ends_at_the_deadline() -> None:
    """Not answered within the timeout, though no single byte was late."""
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=Dripping()))
    with (
        api.connect("https://api.example", KEY, timeout=0.1, transport=transport, now=lambda: NOW) as buffer,
        pytest.raises(UnreachableError, match=r"did not answer within 0\.1 seconds"),
    ):
        buffer.account()


def test_a_packed_answer_is_read() -> None:
    """Decompressed, as by any HTTP client."""
    body = gzip.compress(b'{"data": {"account": {"organizations": [{"id": "o1", "name": "Acme"}]}}}')
    response = httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=Pieces(iter([body])))
    transport = httpx2.MockTransport(lambda _: response)
    with api.connect("https://api.example", KEY, transport=transport, now=lambda: NOW) as buffer:
        assert [each.name for each in buffer.account([]).organizations] == ["Acme"]
