"""The writes that are still to be sent, which of them share the next request, and when the quota lets it leave."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from bufferctl.apply import outcomes
from bufferctl.apply.ports import Timer, Watcher
from bufferctl.errors import PartWayError
from bufferctl.limits import MOST_ALIASES, MOST_ASSETS, ROUNDING, SETTLE, TIMEOUT, certain_after
from bufferctl.model import IDEAS, Binding, CreatePost, EditPost, LivePost, Modify, Quota, Slot, Write, dates, standing
from bufferctl.plan import Change, Outcome, Plan, batches_of, files_fetched, is_fetched_at_once
from bufferctl.value import replace, value


@value()
class Pacer:
    """Waits until a request may leave. `max_wait`: the longest wait at a time, in seconds."""

    quota: Callable[[], Quota]
    server_time: Callable[[], datetime]
    clock: Timer
    watcher: Watcher
    max_wait: float

    def pace(self) -> None:
        """Return once every window has a request left. Raises PartWayError if that takes longer than `max_wait`."""
        now = self.server_time()
        full = [each for each in self.quota().windows if each.left <= 0 and each.resets_at + ROUNDING > now]
        if not full:
            return
        until = max(window.resets_at for window in full) + ROUNDING
        seconds = (until - now).total_seconds()
        if seconds > self.max_wait:
            raise PartWayError(
                f"Buffer's quota is used up until {dates.moment(until.astimezone())}",
                hint="What was sent so far is saved. Run apply again then, or let it wait with a longer --max-wait.",
            )
        self.watcher.waiting(seconds, "Buffer's quota is used up for now")
        self.clock.wait(seconds)


@value()
class Pending:
    """A change on its way, with its write and how often Buffer failed on it. After the first failure it goes alone."""

    change: Change
    write: Write
    tries: int = 0

    @property
    def before(self) -> str:
        """What `Intent.before` holds: the standing of what is modified; the id that a create replaces."""
        if isinstance(self.write, Modify):
            return standing(self.change.live) if self.change.live else ""
        return self.change.binding.id if self.change.binding else ""


class Queue:
    """Changes in the order in which they are sent.

    `lead` is that of `Run`, `timeout` and `settle` are seconds; `size` is the most that share a request. `seen` has
    posts that were read again, by id.
    """

    def __init__(self, lead: timedelta, *, timeout: float = TIMEOUT, settle: float = SETTLE) -> None:
        self._lead, self._timeout, self._settle = lead, timeout, settle
        self._left: deque[Pending] = deque()
        self._freed_by: Mapping[Slot, Collection[Slot]] = {}
        self.size = MOST_ALIASES
        self.seen: Mapping[str, LivePost | None] = {}

    def fill(self, plan: Plan) -> None:
        self._left.extend(pending_of(plan))
        self._freed_by = plan.freed_by

    def __bool__(self) -> bool:
        return bool(self._left)

    def __iter__(self) -> Iterator[Pending]:
        return iter(self._left)

    @property
    def changes(self) -> list[tuple[Slot, Modify]]:
        """The remaining edits and deletes, each with its slot."""
        return [(each.change.slot, each.write) for each in self._left if isinstance(each.write, Modify)]

    def put_back(self, pending: Sequence[Pending]) -> None:
        """Put writes that were not carried out at the front again."""
        self._left.extendleft(reversed(pending))

    def next_batch(
        self,
        now: datetime,
        bindings: Mapping[Slot, Binding],
        waiting: Collection[str] = (),
        not_done: Collection[Slot] = (),
        quota: Quota | None = None,
    ) -> tuple[list[Pending], list[Outcome]]:
        """The writes for the next request, and the outcomes of those that may no longer leave.

        `now` is by the server's clock, which decides the lead time. `waiting` are homes to which nothing may be sent
        yet, and `not_done` are changes that were not made. `quota`: what is left of it.
        """
        not_done = set(not_done)
        batch: list[Pending] = []
        unfit: list[Outcome] = []
        later: list[Pending] = []
        files: list[str] = []
        while self._left and len(batch) < self.size:
            pending = self._left.popleft()
            if any(home in waiting for home in _homes(pending)):
                later.append(pending)
                continue
            ready = _with_idea(pending, batch, bindings)
            files += files_fetched(pending.write)
            is_alone = pending.tries or not is_fetched_at_once(files)
            if ready is None or (batch and is_alone):  # its idea is created by this batch, or it goes with no others
                later.append(pending)
                break
            freed_by = self._freed_by.get(pending.change.slot, ())
            if any(other.change.slot in freed_by for other in (*batch, *later)):  # it may be refused
                later.append(pending)
                break
            outcome = self._unfit(ready, now, [slot for slot in freed_by if slot in not_done])
            outcome = outcome or self._cut_short(ready, now, quota or Quota())
            if outcome:
                not_done.add(pending.change.slot)
                unfit.append(outcome)
                continue
            batch.append(ready)
            if is_alone:
                break
        self.put_back(later)
        return batch, unfit

    def _unfit(self, pending: Pending, now: datetime, not_freed: Sequence[Slot]) -> Outcome | None:
        """Why a write may no longer be sent: its post was changed, its time is near, or its idea was not created.

        `not_freed`: changes that were to free its text, and were not made.
        """
        write = pending.write
        if not_freed:
            return outcomes.not_freed(pending.change, not_freed[0].key)
        by_now = self.seen.get(write.target) if write.target else None
        if by_now and standing(by_now) != pending.before:
            return outcomes.moved_on(pending.change)
        if write.missing_idea:
            return outcomes.without_idea(pending.change, write.missing_idea)
        goes_out_at = write.goes_out_at(by_now or pending.change.live)
        if goes_out_at is not None and goes_out_at - now < self._lead:
            return outcomes.missed(pending.change)
        return None

    def _cut_short(self, pending: Pending, now: datetime, quota: Quota) -> Outcome | None:
        """Why it may not be sent before posts that give it its text, and get its own: one of them goes out too soon.

        It may take long until it is certain what became of a request, and the quota may be used up in between. Then two
        of them would go out with one text.
        """
        freed_by = self._freed_by.get(pending.change.slot, ())
        if not freed_by or not any(each.change.slot in freed_by for each in self._left):
            return None  # once the first one is sent, the others follow as long as their own time lets them
        circle = self._freeing(pending.change.slot)
        for number, each in enumerate(self._left):
            other, live = each.change, each.change.live
            if other.slot not in circle or not isinstance(live, LivePost) or not live.due_at or not other.goes_out:
                continue
            earlier = [pending, *islice(self._left, number)]
            before = len(batches_of((one.change for one in [*earlier, each]), self._freed_by, self.size)) - 1
            assets = min(MOST_ASSETS, sum(len(files_fetched(one.write)) for one in earlier))
            certain = now + before * certain_after(self._timeout, self._settle, assets)
            resets = [window.resets_at for window in quota.windows if window.left <= before]
            leaves = max([certain, *resets])
            goes_out = min(live.due_at, each.write.goes_out_at(live) or live.due_at)
            if goes_out - leaves < self._lead:
                return outcomes.cut_short(pending.change, other.address.key, by_quota=leaves > certain)
        return None

    def _freeing(self, slot: Slot) -> set[Slot]:
        """The changes that have to be made before its text is free everywhere: those that free it, and theirs."""
        found: set[Slot] = set()
        left = [slot]
        while left:
            new = set(self._freed_by.get(left.pop(), ())) - found
            found |= new
            left += new
        return found


def pending_of(plan: Plan) -> list[Pending]:
    """The writes of a plan, in order."""
    return [Pending(change, change.write) for change in plan.writes if change.write]


def _homes(pending: Pending) -> set[str]:
    """The homes that a write depends on: its own, and that of its idea."""
    idea = {pending.change.slot.organization_id} if pending.write.missing_idea else set[str]()
    return {pending.write.home, *idea}


def _with_idea(pending: Pending, batch: Iterable[Pending], bindings: Mapping[Slot, Binding]) -> Pending | None:
    """The write with the id of its idea, where that was created by this plan; None while it is in `batch`."""
    write = pending.write
    if not isinstance(write, CreatePost | EditPost) or not write.missing_idea:
        return pending
    slot = pending.change.slot._replace(channel_id=IDEAS, key=write.missing_idea)
    if any(other.change.slot == slot for other in batch):
        return None
    binding = bindings.get(slot)
    return replace(pending, write=replace(write, idea_id=binding.id)) if binding else pending
