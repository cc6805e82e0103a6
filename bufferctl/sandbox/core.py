"""What every part of the sandbox shares: the rows, the clock, what was chosen at the start, and the typed answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bufferctl.sandbox import life
from bufferctl.sandbox.choices import AUTOMATIC_READS_NULL, IDEA_ANSWERS_RESPONSE, PAGE_MAX
from bufferctl.sandbox.clock import Clock
from bufferctl.sandbox.store import Doc, Store


@dataclass
class Options:
    """What may differ from run to run.

    `key_code`: how the 401 names what is wrong; the guides say UNAUTHORIZED.
    `page_max`: most nodes of a page.
    `automatic_reads_null`: the `schedulingType` of an automatic post does, as often seen.
    `idea_response`: createIdea answers IdeaResponse (else Idea).
    `refuse_duplicates`: the service's own refusal of equal posts.
    `shorten_links`: in texts on channels with linkShortening, which is open (NOTES: Reading).
    `edits_keep`: what of the content an edit omits stays, as the reference says (else it is gone, as was seen).
    `refuse_past`: a time in the past is refused (else published at once).
    `sending_seconds`: how long a due post is `sending` before it is `sent`.
    `sends_date`: answers carry a Date header, by the sandbox's clock.
    """

    key_code: str = "UNAUTHENTICATED"
    page_max: int = PAGE_MAX
    automatic_reads_null: bool = AUTOMATIC_READS_NULL
    idea_response: bool = IDEA_ANSWERS_RESPONSE
    refuse_duplicates: bool = False
    shorten_links: bool = False
    edits_keep: bool = False
    refuse_past: bool = False
    sending_seconds: float = 0
    sends_date: bool = True


@dataclass
class Core:
    """The account behind the endpoint. `now` is the clock's time, off by `skew`, or the moment that `at` pins.

    `later` holds what is to happen at a moment. Nobody can look without `settle`, so nothing has to run meanwhile.
    """

    store: Store
    clock: Clock = field(default_factory=Clock)
    options: Options = field(default_factory=Options)
    skew: timedelta = timedelta()
    later: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    _pinned: datetime | None = None

    def now(self) -> datetime:
        """Return the present as the service sees it."""
        return self._pinned or self.clock.now() + self.skew

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Make everything inside happen at one moment: a request is one instant, and late writes have their own."""
        before, self._pinned = self._pinned, moment
        try:
            yield
        finally:
            self._pinned = before

    def settle(self) -> None:
        """Let everything happen that should have by now: writes that land late, each at its moment, and publishing."""
        now = self.now()
        self.later.sort(key=lambda entry: entry[0])
        while self.later and self.later[0][0] <= now:
            moment, happen = self.later.pop(0)
            with self.at(moment):
                happen()
        life.settle(self.store, self.now(), self.options.sending_seconds)


def answer(typename: str, **fields: object) -> Doc:
    """Build a member of a payload union: its type and its fields, such as the message of an error."""
    return {"__typename": typename, **fields}
