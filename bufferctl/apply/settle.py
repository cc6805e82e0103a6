"""Finding out what became of writes whose answer was lost: wait, list, judge (design: Applying)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bufferctl.apply.ports import Account, Clock, Intent, Journal, Watcher
from bufferctl.apply.settling import MARGIN, Ambiguous, NotWritten, Verdict, home, judge
from bufferctl.errors import PartWayError
from bufferctl.model import Binding, CreateIdea, CreatePost, DeletePost, EditPost, Live, LiveIdea, LivePost, Slot

#: How often a list that lacks a create that was acknowledged is read again.
STALE_READS = 5


#: So many edited or deleted posts are looked up one by one; more are listed, since a request each is dear.
FEW = 3


@dataclass
class Settler:
    """Settles intents. `settle`: seconds from sending a write to the moment when Buffer's lists surely show it."""

    account: Account
    journal: Journal
    clock: Clock
    watcher: Watcher
    settle: float

    def judge(
        self,
        intents: Sequence[Intent],
        bindings: Mapping[Slot, Binding],
        wait: float,
        acknowledged: Mapping[str, str] | None = None,
    ) -> dict[int, Verdict]:
        """A verdict for each intent, by number, after `wait` seconds.

        `acknowledged`: ids of the last creates that Buffer confirmed, by home; a list without them is stale and read
        again. A create that a person was asked about stays ambiguous unless it is found. Raises ApiError, or
        PartWayError where the lists stay stale; the intents then stay open for the next run.
        """
        if wait > 0:
            self.watcher.waiting(wait, "An answer was lost, or does not tell; waiting before looking what Buffer did")
            self.clock.sleep(wait)
        creates = [intent for intent in intents if isinstance(intent.write, CreatePost | CreateIdea)]
        listed = self._list(creates, acknowledged or {}).items if creates else ()
        known = {binding.id for binding in bindings.values()}
        find = self.finder([(i.slot, i.write) for i in intents if isinstance(i.write, EditPost | DeletePost)])
        verdicts = judge(intents, listed, lambda intent: known.union(self.journal.known(intent)), find)
        asked = {i.number for i in creates if i.number in self.journal.held}
        verdicts |= {n: Ambiguous() for n in asked if isinstance(verdicts[n], NotWritten)}
        # For writes yet to come all of this was there before; what is open goes by what was there when it was sent.
        for where, ids in _by_home(listed).items():
            self.journal.listed(where, ids)
        if told := [i for i in creates if isinstance(verdicts[i.number], Ambiguous) and i.number not in asked]:
            self.journal.hold(told)
        return verdicts

    def finder(self, changes: Sequence[tuple[Slot, EditPost | DeletePost]]) -> Callable[[str], LivePost | None]:
        """A way to look posts up: many at once by a list of their channels, what that does not show by its id."""
        if len(changes) <= FEW:
            return self.account.post
        channels: dict[str, set[str]] = {}
        for slot, write in changes:
            channels.setdefault(slot.organization_id, set()).add(home(write))
        there = {post.id: post for post in self.account.unsent(channels).posts}
        return lambda post_id: there.get(post_id) or self.account.post(post_id)

    def _list(self, creates: Sequence[Intent], acknowledged: Mapping[str, str]) -> Live:
        """What the homes of `creates` hold now."""
        channels: dict[str, set[str]] = {}
        ideas = {i.slot.organization_id for i in creates if isinstance(i.write, CreateIdea)}
        for intent in creates:
            if isinstance(intent.write, CreatePost):
                channels.setdefault(intent.slot.organization_id, set()).add(intent.write.channel_id)
        since = min(intent.at for intent in creates) - MARGIN
        expected = {acknowledged[h] for h in {home(intent.write) for intent in creates} if h in acknowledged}
        for attempt in range(STALE_READS):
            live = self.account.recent(channels, ideas, since)
            missing = expected - {item.id for item in live.items}
            if not any(self.account.post(each) for each in missing):  # deleted meanwhile
                return live
            pause = max(1.0, self.settle) * (attempt + 1)
            self.watcher.waiting(pause, "Buffer's list is behind; reading it again")
            self.clock.wait(pause)
        raise PartWayError(
            "Buffer's list stays behind what it confirmed, so what became of the last writes cannot be told yet",
            hint="Run apply again in some minutes: it looks again before it sends anything.",
        )


def _by_home(items: Sequence[LivePost | LiveIdea]) -> dict[str, set[str]]:
    homes: dict[str, set[str]] = {}
    for item in items:
        homes.setdefault(item.channel_id if isinstance(item, LivePost) else item.organization_id, set()).add(item.id)
    return homes
