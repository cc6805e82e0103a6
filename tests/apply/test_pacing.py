"""No request is sent beyond the quota, and no wait is longer than allowed (notes: Limits)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.apply import Pacer
from bufferctl.apply.queue import Queue
from bufferctl.errors import PartWayError
from bufferctl.model import EditPost, LivePost, PostStatus, Quota, Window, dates
from bufferctl.plan import Action, Cause, Change, Plan
from tests.apply.fake import START, FakeBuffer, post
from tests.apply.machine import Told, slot


@dataclass
class Limited(FakeBuffer):
    """A Buffer with windows: (seconds, quota). Each is full again when its time is over."""

    windows: tuple[tuple[int, int], ...] = ()
    used: dict[int, int] = field(default_factory=dict)
    quota: Quota = field(default_factory=Quota)
    lowest: int = 0

    def request(self, *, answered: bool) -> None:
        """Take one request from every window, and report the remaining quota, unless the answer is lost."""
        told = []
        for seconds, quota in self.windows:
            period = int(self.time // seconds)
            if self.used.get(-seconds) != period:
                self.used[-seconds], self.used[seconds] = period, 0
            self.used[seconds] += 1
            left = quota - self.used[seconds]
            self.lowest = min(self.lowest, left)
            reset = float(int(seconds - self.time % seconds))
            told.append(Window(seconds, max(left, 0), reset, self.server_time(), quota))
        self.quota = self.quota.spent()
        if answered:
            self.quota = self.quota.updated(Quota(tuple(told)))

    def fills_anew(self) -> bool:
        """Whether the last report on some window is from an earlier period."""
        return not self.quota.windows or any(w.resets_at <= self.server_time() for w in self.quota.windows)

    def pacer(self, max_wait: float = 1e9) -> Pacer:
        """A pacer that uses the reported quota."""
        return Pacer(lambda: self.quota, self.server_time, self, Told(), max_wait)


@given(
    windows=st.lists(
        st.tuples(st.sampled_from([10, 60, 900, 3600]), st.integers(1, 8)),
        min_size=1,
        max_size=3,
        unique_by=lambda w: w[0],
    ),
    requests=st.lists(st.tuples(st.floats(0, 30), st.booleans()), min_size=1, max_size=40),
)
def test_no_window_ever_goes_below_zero(windows: list[tuple[int, int]], requests: list[tuple[float, bool]]) -> None:
    """With any windows and pace, even while answers are lost (a window that fills then is reported again first)."""
    buffer = Limited(windows=tuple(windows))
    pacer = buffer.pacer()
    for pause, answered in requests:
        pacer.pace()
        buffer.request(answered=answered or buffer.fills_anew())
        buffer.pass_time(pause)
    assert buffer.lowest == 0


def paced(*windows: Window, max_wait: float = 960) -> tuple[FakeBuffer, Pacer]:
    """A pacer with these reported windows, and its clock."""
    buffer = FakeBuffer(time=0.0)
    return buffer, Pacer(lambda: Quota(windows), buffer.server_time, buffer, Told(), max_wait)


def test_while_something_is_left_nobody_waits() -> None:
    """One request left in each window."""
    buffer, pacer = paced(Window(900, 1, 900, START), Window(86_400, 1, 86_400, START))
    pacer.pace()
    assert buffer.waits == []


def test_before_anything_was_told_nobody_waits() -> None:
    """The first request reports the quota."""
    buffer, pacer = paced()
    pacer.pace()
    assert buffer.waits == []


def test_a_used_up_window_is_waited_for() -> None:
    """Until it is full again, plus two seconds for rounding; it is said, and not waited for twice."""
    buffer, pacer = paced(Window(900, 0, 600, START))
    pacer.pace()
    assert buffer.waits == [602]
    assert isinstance(pacer.watcher, Told)
    assert pacer.watcher.waits == [(602, "Buffer's quota is used up for now")]
    pacer.pace()
    assert buffer.waits == [602]


def test_a_window_that_filled_just_now_may_not_have() -> None:
    """A second ago: Buffer tells its times in whole seconds."""
    buffer, pacer = paced(Window(900, 0, 60, START - timedelta(seconds=61)))
    pacer.pace()
    assert buffer.waits == [1]


def test_of_several_the_last_to_fill_counts() -> None:
    """600 s, not 5."""
    buffer, pacer = paced(Window(900, 0, 5, START), Window(86_400, 0, 600, START))
    pacer.pace()
    assert buffer.waits == [602]


def test_a_window_that_filled_meanwhile_is_no_reason() -> None:
    """The last report is old; by two seconds, for rounding."""
    buffer, pacer = paced(Window(900, 0, 60, START - timedelta(seconds=62)))
    pacer.pace()
    assert buffer.waits == []


def test_too_long_a_wait_stops_and_says_when_to_come_back() -> None:
    """PartWayError with the time, in the local zone; no waiting."""
    buffer, pacer = paced(Window(86_400, 0, 7200, START))
    back = (START + timedelta(seconds=7202)).astimezone()
    with pytest.raises(PartWayError, match=dates.moment(back)) as raised:
        pacer.pace()
    assert "--max-wait" in raised.value.hint
    assert "rest" not in raised.value.message  # there may be none: verifying needs requests, too
    assert buffer.waits == []


def test_a_wait_that_just_fits_is_waited() -> None:
    """The default of 960 s covers a quarter of an hour; 902 s are no longer than 902 s."""
    buffer, pacer = paced(Window(900, 0, 900, START), max_wait=902)
    pacer.pace()
    assert buffer.waits == [902]


@pytest.mark.parametrize(("left", "minutes", "sent"), [(1, 13, []), (2, 13, ["a"]), (1, 60, ["a"])])
def test_an_exchange_of_texts_begins_only_if_the_quota_lets_it_end(left: int, minutes: int, sent: list[str]) -> None:
    """Else the later post goes out with the text that the earlier one got; unless it is due after the quota returns."""
    batch, unfit = exchanged({"a": timedelta(minutes=12), "b": timedelta(minutes=minutes)}, left)
    assert (batch, unfit) == (sent, [] if sent else ["a", "b"])


@pytest.mark.parametrize(
    ("seconds", "sent"),
    [
        ((120, 301), []),
        ((120, 302), ["a"]),
        ((302, 302), ["a"]),
        ((120, 302, 483), []),
        ((120, 301, 484), []),
        ((120, 302, 484), ["a"]),
    ],
)
def test_an_exchange_of_texts_begins_only_if_its_time_lets_it_end(seconds: Sequence[int], sent: list[str]) -> None:
    """Each request may take 182 seconds, and each post leaves two minutes before it goes out; of three, too."""
    due = {"abc"[number]: timedelta(seconds=each) for number, each in enumerate(seconds)}
    assert exchanged(due, 100) == (sent, [] if sent else list(due))


def test_an_exchange_of_texts_that_has_begun_goes_on() -> None:
    """Once the first one is sent, nothing but its own time holds the second, even if that of the third is near."""
    queue = exchanging({"a": timedelta(seconds=120), "b": timedelta(seconds=310), "c": timedelta(seconds=484)})
    assert next_keys(queue) == (["a"], [])
    assert next_keys(queue, START + timedelta(seconds=185)) == (["b"], [])


def test_an_exchange_of_texts_with_what_becomes_a_draft_goes_by_when_that_is_out() -> None:
    """It is published at its time in Buffer until it is one: too soon to be taken off after the other."""
    soon, later = timedelta(seconds=301), timedelta(seconds=302)
    assert next_keys(exchanging({"a": timedelta(minutes=9), "b": soon}, drafts={"b"})) == ([], ["a", "b"])
    assert next_keys(exchanging({"a": timedelta(minutes=9), "b": later}, drafts={"b"})) == (["a"], [])


def exchanged(due: Mapping[str, timedelta], left: int) -> tuple[list[str], list[str]]:
    """The keys of the first batch, and of what is held. `left`: requests of the quota."""
    return next_keys(exchanging(due), left=left)


def next_keys(queue: Queue, now: datetime = START, left: int = 100) -> tuple[list[str], list[str]]:
    """The keys of the next batch, and of what is held."""
    batch, unfit = queue.next_batch(now, {}, quota=Quota((Window(900, left, 900.0, START, 100),)))
    return [each.change.address.key for each in batch], [each.change.address.key for each in unfit]


def exchanging(due: Mapping[str, timedelta], drafts: Collection[str] = ()) -> Queue:
    """Posts that each take the text of the one before, and the first that of the last, by when they are due."""
    changes = []
    for key, at in due.items():
        item = replace(post(key), draft=key in drafts)
        live = LivePost(key, "c0", PostStatus.SCHEDULED, "", START, due_at=START + at)
        write = EditPost(key, item, "c0")
        changes.append(
            Change(item.address, Action.UPDATE, Cause.EDITED, slot(item), desired=item, live=live, write=write)
        )
    freed_by = {each.slot: (changes[number - 1].slot,) for number, each in enumerate(changes)}
    queue = Queue(timedelta(minutes=2))
    queue.fill(Plan(START, "", tuple(changes), freed_by=freed_by))
    return queue
