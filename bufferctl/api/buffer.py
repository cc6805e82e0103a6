"""The account behind the API: reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

import httpx2

from bufferctl import machine
from bufferctl.api.answers import results
from bufferctl.api.endpoint import BUFFER, check_key, check_url
from bufferctl.api.failures import NoAnswerError
from bufferctl.api.reads import Reader, understood
from bufferctl.api.requests import Request, merged, numbered
from bufferctl.api.wire_forms import operation_and_input
from bufferctl.limits import MOST_ALIASES, TIMEOUT
from bufferctl.model import Result, Unknown, Write


class Buffer(Reader):
    """A connection to one account; a context manager, made by `connect`.

    Every method raises ApiError, with a message for people. Reads are retried after timeouts, broken connections and
    5xx; writes never are: one without an answer counts as unanswered.
    """

    def __repr__(self) -> str:
        return f"<Buffer at {self.host}>"

    def schema_differences(self, published: str) -> tuple[str, ...]:
        """Parts of the `published` schema that bufferctl's operations need and the service lacks. Takes one request."""
        from bufferctl.api.introspection import INTROSPECTION, schema_differences

        data = self._data(INTROSPECTION)
        with understood():
            return schema_differences(published, dict(data))

    def send(self, writes: Sequence[Write]) -> tuple[Result, ...]:
        """Carry out 1 to 30 writes in one request, in order; a result for each. Never retries.

        Raises, only if none of them was carried out: KeyRefusedError, RateLimitedError, TooLargeError (fewer
        writes may succeed), UnreachableError (nothing was sent) and ApiError (the request was not understood).
        """
        if not 1 <= len(writes) <= MOST_ALIASES:
            raise ValueError(f"{len(writes)} writes do not fit one request")
        names, inputs = zip(*map(operation_and_input, writes), strict=True)
        variables = numbered([{"input": each} for each in inputs])
        self.writes += 1
        try:
            answer = self.call(Request(merged("Write", names), "Write", variables))
        except NoAnswerError as error:
            return (Unknown(error.message, answered=False),) * len(writes)
        return results(answer, writes)


def connect(
    url: str | None,
    key: str | None,
    *,
    timeout: float = TIMEOUT,
    transport: httpx2.BaseTransport | None = None,
    debug: Callable[[str], None] | None = None,
    now: Callable[[], datetime] = machine.now,
    answering: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Buffer:
    """A connection to the API at `url` (None: Buffer's own). Nothing is sent before the first method is called.

    `timeout` is in seconds, for connecting and for each wait for data. `transport` replaces the network in tests.
    `debug` is called with one line for each request, never with the key. `now` is this machine's clock and returns
    aware instants. `answering` is entered while a request waits for its answer. Raises UsageError for a URL that must
    not get the key, KeyRefusedError for a missing or malformed key.
    """
    log = debug or (lambda _: None)
    endpoint = check_url(url or BUFFER)
    return Buffer(
        endpoint, check_key(key), timeout=timeout, transport=transport, debug=log, now=now, answering=answering
    )
