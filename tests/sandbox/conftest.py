"""A sandbox at a fixed time, and a client for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from bufferctl.sandbox import Clock, Sandbox
from tests.sandbox.asking import NOW, Asker

Make = Callable[..., Asker]


@pytest.fixture
def make() -> Iterator[Make]:
    """Start sandboxes, each with a client, at NOW on a stopped clock."""
    with ExitStack() as stack:

        def start(fixture: dict[str, Any] | None = None, timeout: float | None = None, **options: Any) -> Asker:
            options.setdefault("clock", Clock.at(NOW))
            sandbox = stack.enter_context(Sandbox(fixture, **options))
            return stack.enter_context(closing(Asker(sandbox, timeout)))

        yield start


@pytest.fixture
def buffer(make: Make) -> Asker:
    """A client for a sandbox with the default account."""
    return make()


@pytest.fixture
def sandbox(buffer: Asker) -> Sandbox:
    """The sandbox behind `buffer`."""
    return buffer.sandbox
