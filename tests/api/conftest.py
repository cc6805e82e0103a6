"""Shared by the tests of the API client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import stamina

from bufferctl import api
from tests.api.scripted import KEY, NOW


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def connected() -> Iterator[Callable[..., api.Buffer]]:
    """`connected(script, …)`: a Buffer with scripted answers, closed after the test."""
    opened: list[api.Buffer] = []

    def connect(script: Callable[[httpx2.Request], httpx2.Response], **more: Any) -> api.Buffer:
        transport = httpx2.MockTransport(script)
        buffer = api.connect("https://api.example", KEY, transport=transport, now=lambda: NOW, **more)
        opened.append(buffer)
        return buffer.__enter__()

    yield connect
    for buffer in opened:
        buffer.__exit__(None, None, None)
