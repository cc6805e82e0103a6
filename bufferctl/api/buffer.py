"""The account behind the API: reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx2
import stamina
from stamina.instrumentation import set_on_retry_hooks

from bufferctl import clock
from bufferctl.api import failures
from bufferctl.api.answers import Answer, results
from bufferctl.api.endpoint import BUFFER, check_key, check_url
from bufferctl.api.failures import NoAnswerError, NotSentError
from bufferctl.api.parsing import live_post
from bufferctl.api.reads import SENT, read_account, read_daily_room, read_matching, read_posts, understood
from bufferctl.api.requests import Request, numbered, operation, together
from bufferctl.api.wire import Wire
from bufferctl.api.wire_forms import moment, operation_and_input
from bufferctl.errors import RateLimitedError
from bufferctl.limits import MOST_ALIASES, TIMEOUT
from bufferctl.model import Account, Live, LivePost, Result, Unknown, Write

#: The most times a read is sent.
READ_ATTEMPTS = 3
#: The longest `Retry-After`, in seconds, that a read waits for; above that, the read fails.
LONGEST_WAIT = 30.0

set_on_retry_hooks(())  # stamina would log each retry; the debug lines show every request


class Buffer(Wire):
    """A connection to one account; a context manager, made by `connect`.

    Every method raises ApiError, with a message for people. Reads are retried after timeouts, broken connections and
    5xx; writes never are: one without an answer counts as unanswered.
    """

    def __repr__(self) -> str:
        return f"<Buffer at {self.host}>"

    def account(self, organizations: Collection[str] | None = None) -> Account:
        """Every organization that the key reaches; two requests up to 30 organizations.

        Channels are read only for those whose id or name (in any case) is in `organizations`; None means all.
        Channels of networks unknown to bufferctl are left out, since no file can name them.
        """
        return read_account(self._data, organizations, self._debug)

    def schema_differences(self, published: str) -> tuple[str, ...]:
        """What bufferctl's operations need of the `published` schema and the service lacks; one request."""
        from bufferctl.api.introspection import INTROSPECTION, schema_differences

        data = self._data(INTROSPECTION)
        with understood():
            return schema_differences(published, dict(data))

    def read(
        self,
        account: Account,
        channels: Mapping[str, Collection[str]],
        *,
        ideas: Collection[str] = (),
        since: Mapping[str, datetime] | None = None,
        sent_pages: int = 10,
        created: Mapping[str, Sequence[datetime]] | None = None,
    ) -> Live:
        """The posts of some channels and the ideas of some organizations, together in as few requests as possible.

        `account`: from an earlier read. `channels`: channel ids by organization id; ids that the account does not have
        are skipped. `ideas`: organization ids. Unsent posts and ideas are read in full. Sent posts are read newest
        first: those created or due since the channel's instant in `since` (all if it has none), at most
        `sent_pages` (1 or more) pages for each list (see `Live.unread`). `created`: when unsent posts of a channel were
        created, as far as is known; the more is known, the fewer requests it takes.
        """
        named = [each for each in account.organizations if each.id in channels or each.id in ideas]
        within = {
            each.id: [channel.id for channel in each.channels if channel.id in channels[each.id]]
            for each in named
            if each.id in channels
        }
        with_ideas = [each.id for each in named if each.id in ideas]
        began = self.server_time()
        posts, found, unread = read_posts(
            self._data, within, with_ideas, since or {}, sent_pages, created=created or {}, began=began
        )
        return Live(self.server_time(), tuple(named), posts, found, unread, began=began)

    def recent(self, channels: Mapping[str, Collection[str]], ideas: Collection[str], since: datetime) -> Live:
        """Posts of channels (ids by organization id) created since then, in every status, and all of these ideas.

        For settling. `organizations` and `unread` of the result are empty: the lists are complete.
        """
        posts, found = read_matching(self._data, channels, [{"created": (since, None)}], ideas)
        return Live(self.server_time(), posts=posts, ideas=found)

    def unsent(self, channels: Mapping[str, Collection[str]]) -> Live:
        """All unsent posts of channels (ids by organization id), and one page of sent posts."""
        posts, _, unread = read_posts(self._data, channels, (), {}, 1, created={}, began=self.server_time())
        return Live(self.server_time(), posts=posts, unread=unread)

    def created(self, channels: Mapping[str, Collection[str]], start: datetime, end: datetime) -> tuple[LivePost, ...]:
        """Posts of channels (ids by organization id) that were created between two instants, in every status."""
        posts, _ = read_matching(self._data, channels, [{"created": (start, end)}])
        return posts

    def sent(self, channels: Mapping[str, Collection[str]], since: datetime) -> tuple[LivePost, ...]:
        """Posts of channels (ids by organization id) published since then.

        They are due since then or, if shared immediately, created since then.
        """
        filters: list[dict[str, Any]] = [
            {"status": SENT, "dueAt": {"start": moment(since)}},
            {"status": SENT, "created": (since, None)},
        ]
        posts, _ = read_matching(self._data, channels, filters)
        return tuple(post for post in posts if (post.sent_at or post.due_at or post.created_at) >= since)

    def daily_room(self, days: Mapping[datetime, Collection[str]]) -> dict[tuple[str, datetime], int]:
        """How many more posts channels take on certain days (each given as an instant); only channels with a limit.

        One request covers up to 30 days.
        """
        return read_daily_room(self._data, days)

    def post(self, post_id: str) -> LivePost | None:
        """One post by its id, None if Buffer has none; one request each, as a missing id nulls the whole answer."""
        answer = self._ask(Request(operation("post"), "Post", {"input": {"id": post_id}}))
        if failures.is_missing(answer):
            return None
        with understood():
            return live_post(_data(answer)["post"])

    def send(self, writes: Sequence[Write]) -> tuple[Result, ...]:
        """Carry out 1 to 30 writes in one request, in order; a result for each. Never retries.

        Raises, only if none of them was carried out: KeyRefusedError, RateLimitedError, TooLargeError (fewer
        writes may succeed), UnreachableError (nothing was sent) and ApiError (the request was not understood).
        """
        if not 1 <= len(writes) <= MOST_ALIASES:
            raise ValueError(f"{len(writes)} writes do not fit one request")
        names, inputs = zip(*map(operation_and_input, writes), strict=True)
        variables = numbered([{"input": each} for each in inputs])
        try:
            answer = self.call(Request(together("Write", names), "Write", variables))
        except NoAnswerError as error:
            return (Unknown(error.message, answered=False),) * len(writes)
        return results(answer, writes)

    def _data(self, request: Request) -> Mapping[str, Any]:
        return _data(self._ask(request))

    def _ask(self, request: Request) -> Answer:
        """Send a read, retrying if that may help."""
        for attempt in stamina.retry_context(
            _retry, attempts=READ_ATTEMPTS, timeout=2 * self.timeout + LONGEST_WAIT, wait_initial=0.2, wait_jitter=0.2
        ):
            with attempt:
                answer = self.call(request)
                if not failures.is_missing(answer) and (error := failures.read_problem(answer)):
                    raise error
        return answer


def connect(
    url: str | None,
    key: str | None,
    *,
    timeout: float = TIMEOUT,
    transport: httpx2.BaseTransport | None = None,
    debug: Callable[[str], None] | None = None,
    now: Callable[[], datetime] = clock.now,
) -> Buffer:
    """A connection to the API at `url` (None: Buffer's own). Nothing is sent before the first method is called.

    `timeout` in seconds, for connecting and for each wait on the answer. `transport` replaces the network in tests.
    `debug` is called with one line for each request, never with the key. `now`: this machine's clock, aware.
    Raises UsageError for an address that must not get the key, KeyRefusedError for a missing or malformed key.
    """
    log = debug or (lambda _: None)
    endpoint = check_url(url or BUFFER)
    return Buffer(endpoint, check_key(key), timeout=timeout, transport=transport, debug=log, now=now)


def _data(answer: Answer) -> Mapping[str, Any]:
    if answer.data is None:  # the organization or channel of a list does not exist
        raise failures.read_problem(answer) or NoAnswerError("Buffer's answer holds no data")
    return answer.data


def _retry(error: Exception) -> bool | float:
    """Whether to retry a read after this error, or after how many seconds."""
    if isinstance(error, NoAnswerError | RateLimitedError) and error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_WAIT else False
    return isinstance(error, NotSentError) or (isinstance(error, NoAnswerError) and error.again)
