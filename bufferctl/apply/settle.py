"""Finding out what became of writes whose answer was lost: wait, list, judge (design: Applying)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bufferctl.apply.ports import Account, Clock, Intent, Journal, Watcher
from bufferctl.apply.settling import MARGIN, Ambiguous, Verdict, Written, home, judge
from bufferctl.errors import PartWayError
from bufferctl.model import Binding, CreateIdea, CreatePost, LiveIdea, LivePost, Slot

#: How often a list that lacks a create that was acknowledged is read again.
STALE_READS = 5


@dataclass
class Settler:
    """Settles intents. `settle`: seconds from sending a write to the moment when Buffer's lists surely show it."""

    account: Account
    journal: Journal
    clock: Clock
    watcher: Watcher
    settle: float
    _held: set[str] = field(default_factory=set)

    def judge(
        self, intents: Sequence[Intent], bindings: Mapping[Slot, Binding], wait: float, acknowledged: Sequence[str] = ()
    ) -> dict[int, Verdict]:
        """A verdict for each intent, by number, after `wait` seconds.

        `acknowledged`: ids of the last creates that Buffer confirmed; a list without them is stale and read again.
        Raises ApiError, or PartWayError where the lists stay stale; the intents then stay open for the next run.
        """
        if wait > 0:
            self.watcher.waiting(wait, "An answer was lost; waiting before looking what Buffer did")
            self.clock.wait(wait)
        listed = self._list(intents, acknowledged)
        known = {binding.id for binding in bindings.values()} | self._held
        homes = {home(intent.write) for intent in intents}
        before = {h: known | set(self.journal.before.get(h, ())) for h in homes}
        verdicts = judge(intents, listed, before, self.account.post)
        self._note(listed, verdicts)
        return verdicts

    def _list(self, intents: Sequence[Intent], acknowledged: Sequence[str]) -> tuple[LivePost | LiveIdea, ...]:
        """What the homes of the creates among `intents` hold now."""
        creates = [intent for intent in intents if isinstance(intent.write, CreatePost | CreateIdea)]
        if not creates:
            return ()
        channels: dict[str, set[str]] = {}
        ideas = {i.slot.organization_id for i in creates if isinstance(i.write, CreateIdea)}
        for intent in creates:
            if isinstance(intent.write, CreatePost):
                channels.setdefault(intent.slot.organization_id, set()).add(intent.write.channel_id)
        since = min(intent.at for intent in creates) - MARGIN
        for attempt in range(STALE_READS):
            listed = self.account.recent(channels, ideas, since).items
            missing = set(acknowledged) - {item.id for item in listed}
            if not any(self._is_there(each, channels) for each in missing):
                return listed
            pause = max(1.0, self.settle) * (attempt + 1)
            self.watcher.waiting(pause, "Buffer's list is behind; reading it again")
            self.clock.wait(pause)
        raise PartWayError(
            "Buffer's list stays behind what it confirmed, so what became of the last writes cannot be told yet",
            hint="Run apply again in some minutes: it looks again before it sends anything.",
        )

    def _is_there(self, post_id: str, channels: Mapping[str, Collection[str]]) -> bool:
        """Whether a post that no list shows exists in one of the channels, so that the list is behind."""
        post = self.account.post(post_id)
        return post is not None and any(post.channel_id in ids for ids in channels.values())

    def _note(self, listed: Sequence[LivePost | LiveIdea], verdicts: Mapping[int, Verdict]) -> None:
        """From now on everything listed was there before, but for what an intent is held against."""
        held = {c for v in verdicts.values() if isinstance(v, Ambiguous) for c in v.candidates}
        found = {v.live.id for v in verdicts.values() if isinstance(v, Written) and v.live}
        self._held |= held
        homes: dict[str, set[str]] = {}
        for item in listed:
            if item.id not in held | found:
                where = item.channel_id if isinstance(item, LivePost) else item.organization_id
                homes.setdefault(where, set()).add(item.id)
        for where, ids in homes.items():
            self.journal.listed(where, ids)
