"""Find out what happened to writes whose answer was lost: wait, list, judge (design: Applying).

An object in a list is evidence at once. A missing object proves that the write was not carried out only if the list is
late enough (`absent_at`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from bufferctl.apply.journal import FileJournal
from bufferctl.apply.ports import Buffer, Timer, Watcher
from bufferctl.errors import InterruptError, PartWayError
from bufferctl.limits import MAX_WAIT, landing_time
from bufferctl.model import (
    IDEAS,
    Binding,
    Create,
    Fate,
    Fit,
    Intent,
    Live,
    LiveIdea,
    LivePost,
    Modify,
    Origin,
    PostStatus,
    Slot,
    content_of_desired,
    content_of_live,
    dates,
    instant,
)
from bufferctl.model.comparable import Content, contents_match, linkless
from bufferctl.model.live import ids_by_home
from bufferctl.value import value

#: How far creation times may be from the times of intents, which are those of Buffer's answers.
MARGIN = timedelta(minutes=1)
#: The same where Buffer's answers carry no Date, so that intents are dated by this machine's clock. Lists go back so
#: far, too, until a confirmed create has shown how far apart the two are.
MARGIN_WITHOUT_DATE = timedelta(days=1)
#: How many times a list is read if it lacks an acknowledged create.
STALE_READS = 5
#: Up to this many edited or deleted posts are read one by one; more are listed, because each read is a request.
FEW = 3


@value()
class Written:
    """The write was carried out; `live` is the object now, None after a delete.

    `by_person`: a person has meanwhile made an equal object in Buffer, which takes its place.
    """

    live: LivePost | LiveIdea | None
    by_person: bool = False

    @property
    def origin(self) -> Origin:
        """Where a created object came from."""
        return Origin.ADOPTED if self.by_person else Origin.CREATED


@value()
class NotWritten:
    """The write was not carried out and may be sent again."""


@value()
class Alike:
    """An edit of which Buffer shows nothing, carried out or not. It may be sent again, which gives the same post."""


@value()
class Ambiguous:
    """The outcome cannot be decided; `candidates` are the ids of objects that it may have made."""

    candidates: tuple[str, ...] = ()


@value()
class TooEarly:
    """No list shows that it was carried out, and none is late enough to show that it was not."""


Verdict = Written | NotWritten | Alike | Ambiguous | TooEarly


@value()
class Judge:
    """Judges lost writes by what Buffer has afterwards. Pure.

    `landing` is how long after the end of sending a write may still arrive. `margin` is how far apart Buffer's times
    may be. `shortening` are ids of channels that shorten links.
    """

    landing: timedelta
    margin: timedelta
    shortening: Collection[str] = ()

    def verdicts(
        self,
        intents: Iterable[Intent],
        listed: Iterable[LivePost | LiveIdea],
        before: Callable[[Intent], Collection[str]],
        find: Callable[[str], LivePost | None],
    ) -> dict[int, Verdict]:
        """A verdict for each intent, by its number.

        `listed` is everything that the homes of creates have now, in every status. `before` are ids from before a
        create, or of other entries. `find` looks up a post by its id and may return None.
        """
        verdicts: dict[int, Verdict] = {}
        creates: dict[str, list[_Create]] = defaultdict(list)
        for intent in sorted(intents, key=lambda each: each.number):
            if isinstance(intent.write, Create):
                creates[intent.write.home].append(_Create(intent, intent.write, before(intent), self))
            else:
                verdicts[intent.number] = self._modified(intent, intent.write, find(intent.write.target))
        there: dict[str, list[_Candidate]] = defaultdict(list)
        for item in sorted(listed, key=lambda item: (item.created_at, item.id)):
            there[item.home].append(_Candidate(item))
        for home, waiting in creates.items():
            verdicts |= _Pairing(waiting, there[home], shortens=home in self.shortening).verdicts()
        return verdicts

    def _modified(self, intent: Intent, write: Modify, live: LivePost | None) -> Verdict:
        match write.fate(live, intent.before, links_may_differ=write.home in self.shortening):
            case Fate.DONE:
                return Written(live)
            case Fate.NOT_DONE:
                return NotWritten()
            case Fate.ALIKE:
                return Alike()
            case Fate.UNCLEAR:
                return Ambiguous((live.id,) if live else ())


@value()
class _Candidate:
    """A live object that a create may have made."""

    live: LivePost | LiveIdea

    @cached_property
    def content(self) -> Content:
        return content_of_live(self.live)

    @property
    def is_sent(self) -> bool:
        """Whether it is published, so that what was there before need not have been read."""
        return isinstance(self.live, LivePost) and self.live.status is PostStatus.SENT

    @property
    def by_person(self) -> bool:
        """Whether Buffer says that it was made in its own app."""
        return isinstance(self.live, LivePost) and self.live.via == "buffer"


@value()
class _Create:
    """A create whose outcome is unknown. `before`: ids that it cannot have made."""

    intent: Intent
    write: Create
    before: Collection[str]
    judge: Judge

    @cached_property
    def content(self) -> Content:
        return content_of_desired(self.write.item)

    def is_new(self, candidate: _Candidate) -> bool:
        """Whether the candidate was not there before this write."""
        return candidate.live.id not in self.before

    def is_in_time(self, candidate: _Candidate) -> bool:
        """Whether the candidate was created while this write could have arrived."""
        first = self.intent.at - self.judge.margin
        last = self.intent.until + self.judge.landing + self.judge.margin
        return first <= candidate.live.created_at <= last

    def may_be(self, candidate: _Candidate) -> bool:
        """Whether an equal candidate is this write's.

        All unsent posts were listed before the write, so a new one is, whenever it was created; for published posts,
        the time of creation decides.
        """
        return self.is_new(candidate) and (not candidate.is_sent or self.is_in_time(candidate))

    def is_by_person(self, candidate: _Candidate) -> bool:
        """Whether a person must have made it. Drafts made through the API say `via: buffer` too (notes: via)."""
        return candidate.by_person and not self.write.item.draft

    def may_have_become(self, candidate: _Candidate) -> bool:
        """Whether this write may have made the candidate, and a person has edited it since, or its time is odd."""
        if not self.is_new(candidate):
            return False
        if self.write.fit(candidate.live) is not Fit.NONE and self.has_content_of(candidate):
            return True
        may_be_ours = not candidate.by_person or self.write.item.draft or self.write.item.needs_approval
        return may_be_ours and self.is_in_time(candidate)

    def has_content_of(self, candidate: _Candidate) -> bool:
        """Whether both have the same content. It is the same post even if Buffer lost a detail."""
        return contents_match(self.content.plain, candidate.content.plain)

    def fit_but_for_links(self, candidate: _Candidate) -> Fit:
        """How a candidate fits that has the content of this write, except for rewritten links."""
        equal = self.may_be(candidate) and contents_match(
            self.content.plain, candidate.content.plain, links_may_differ=True
        )
        return self.write.fit(candidate.live) if equal else Fit.NONE

    @property
    def but_for_links(self) -> tuple[object, ...]:
        """The content without its links: equal for creates that differ only in links."""
        due = instant(self.write.item.due_at)
        return linkless(self.content), due, self.write.item.draft, self.write.item.needs_approval

    def kinship(self, candidate: _Candidate) -> tuple[bool, bool]:
        """How likely the candidate is this write's, edited by a person since: by text, then by time."""
        item, live = self.write.item, candidate.live
        due = isinstance(live, LivePost) and instant(item.due_at) == instant(live.due_at)
        return self.content.text == candidate.content.text, due


class _Pairing:
    """Pairs the creates of one home, in the order they were sent, with candidates in the order they were created."""

    def __init__(self, creates: Sequence[_Create], there: Sequence[_Candidate], *, shortens: bool) -> None:
        # Later intents choose first: more was there before they were sent, so they have fewer candidates.
        self._unpaired = sorted(creates, key=lambda create: -len(create.before))
        self._left = [each for each in there if any(create.is_new(each) for create in creates)]
        self._shortens = shortens
        self._verdicts: dict[int, Verdict] = {}

    def verdicts(self) -> dict[int, Verdict]:
        """By number of the intent. Certain pairs come first; an intent without a pair was not written."""
        for by_person in (False, True):
            for fit in (Fit.AS_SENT, Fit.MOVED_ON):
                self._pair_equal(fit, by_person=by_person)
        if self._shortens:
            self._pair_rewritten()
        self._ask_about_strangers()
        return self._verdicts | {create.intent.number: NotWritten() for create in self._unpaired}

    def _pair_equal(self, fit: Fit, *, by_person: bool) -> None:
        """Pair equal contents, links included."""
        for create in tuple(self._unpaired):
            for candidate in self._left:
                right_kind = create.write.fit(candidate.live) is fit and create.is_by_person(candidate) is by_person
                if right_kind and create.may_be(candidate) and create.has_content_of(candidate):
                    self._pair(create, candidate)
                    break

    def _pair_rewritten(self) -> None:
        """Pair contents that are equal except for rewritten links, which no longer show which link was sent."""
        groups: dict[tuple[object, ...], list[_Create]] = defaultdict(list)
        for create in self._unpaired:
            groups[create.but_for_links].append(create)
        for creates in groups.values():
            found = [each for each in self._left if any(self._is_rewritten(create, each) for create in creates)]
            all_equal = all(contents_match(creates[0].content, each.content) for each in creates)
            if len(found) < len(creates) and not all_equal:
                self._ask(creates if found else (), found)
                continue
            for create in creates:
                if candidate := next((each for each in self._left if self._is_rewritten(create, each)), None):
                    self._pair(create, candidate)

    def _is_rewritten(self, create: _Create, candidate: _Candidate) -> bool:
        """Whether the candidate fits this create, links apart, and none of the others better."""
        fit = create.fit_but_for_links(candidate)
        return fit is not Fit.NONE and fit == max(each.fit_but_for_links(candidate) for each in self._unpaired)

    def _ask_about_strangers(self) -> None:
        """Hold an intent for each candidate without a match: probably a person's post, possibly ours, edited."""
        for candidate in tuple(self._left):
            possible = [create for create in self._unpaired if create.may_have_become(candidate)]
            if possible:
                self._ask([max(possible, key=lambda create: create.kinship(candidate))], [candidate])

    def _pair(self, create: _Create, candidate: _Candidate) -> None:
        self._verdicts[create.intent.number] = Written(candidate.live, create.is_by_person(candidate))
        self._unpaired.remove(create)
        self._left.remove(candidate)

    def _ask(self, creates: Iterable[_Create], candidates: Sequence[_Candidate]) -> None:
        ids = tuple(candidate.live.id for candidate in candidates)
        for create in creates:
            self._verdicts[create.intent.number] = Ambiguous(ids)
            self._unpaired.remove(create)
        self._left = [candidate for candidate in self._left if candidate not in candidates]


@dataclass
class Settler:
    """Settles intents."""

    buffer: Buffer  # the account
    journal: FileJournal  # where the results are written
    clock: Timer  # to wait by
    watcher: Watcher  # who hears of waits
    settle: float  # seconds until lists show a write, as given
    shortening: Collection[str] = ()  # ids of channels that shorten links
    max_wait: float = MAX_WAIT  # the longest wait for proof, in seconds
    skew: timedelta | None = None  # how far `createdAt` was from Date at confirmed creates; None before the first

    def measure(self, intent: Intent, created_at: datetime) -> None:
        """Note how far Buffer's creation time is from its Date, for a create that it confirmed at `intent.until`."""
        apart = max(intent.at - created_at, created_at - intent.until, timedelta())
        self.skew = max(apart, self.skew or apart)

    @property
    def margin(self) -> timedelta:
        """How far apart Buffer's times may be."""
        return MARGIN + (self.skew or timedelta()) if self.buffer.tells_time else MARGIN_WITHOUT_DATE

    def since(self, intents: Iterable[Intent]) -> datetime:
        """The earliest creation time that Buffer may give to anything that these intents wrote."""
        margin = MARGIN_WITHOUT_DATE if self.skew is None else self.margin
        return min(intent.at for intent in intents) - margin

    def judge(
        self, intents: Sequence[Intent], bindings: Mapping[Slot, Binding], acknowledged: Mapping[str, str] | None = None
    ) -> dict[int, Verdict]:
        """A verdict for each intent, by number, as soon as lists should show them all.

        `acknowledged` are the ids of the last creates that Buffer confirmed, by home; a list without them is stale and
        is read again. Raises ApiError, or PartWayError if the lists stay stale; the intents then stay open for the next
        run.
        """
        self._wait_until_shown(intents)
        creates = [intent for intent in intents if isinstance(intent.write, Create)]
        at = self.buffer.server_time()
        listed = self._list(creates, acknowledged or {}).items if creates else ()
        bound = {binding.id for binding in bindings.values()}
        find = self.finder([(each.slot, each.write) for each in intents if isinstance(each.write, Modify)])
        landing = landing_time(self.buffer.timeout, self.settle)
        judge = Judge(timedelta(seconds=landing), self.margin, self.shortening)
        verdicts = judge.verdicts(intents, listed, lambda intent: bound.union(self.journal.ruled_out(intent)), find)
        verdicts |= self._still_ambiguous(creates, verdicts, bound, {item.id for item in listed})
        early = [
            each.number for each in creates if at < each.absent_at and not isinstance(verdicts[each.number], Written)
        ]
        verdicts |= dict.fromkeys(early, TooEarly())
        # What is listed now existed before anything sent later; open intents keep what was there when they were sent.
        for home, ids in ids_by_home(listed).items():
            self.journal.note_present(home, ids)
        questions = {}
        for intent in creates:
            verdict = verdicts[intent.number]
            if isinstance(verdict, Ambiguous) and intent.number not in self.journal.asked:
                questions[intent.number] = verdict.candidates
        self.journal.ask(questions)
        return verdicts

    def _wait_until_shown(self, intents: Iterable[Intent]) -> None:
        """Wait until lists should show what these wrote; reading earlier would only give an answer too early."""
        seconds = (max(intent.shown_at for intent in intents) - self.buffer.server_time()).total_seconds()
        if seconds > 0:
            self.watcher.waiting(seconds, "An answer was lost, so Buffer is asked what it did")
            self.clock.sleep(seconds)

    def wait_for_proof(self, intents: Iterable[Intent]) -> None:
        """Wait until a list is late enough to prove absence; returns early if somebody asks to stop.

        Raises PartWayError if that takes longer than `max_wait`.
        """
        until = max(intent.absent_at for intent in intents)
        seconds = (until - self.buffer.server_time()).total_seconds()
        if seconds > self.max_wait:
            here = dates.clock(until.astimezone(), seconds=True)
            raise PartWayError(
                "Buffer may still be carrying out writes whose answer was lost, and waiting for them takes longer than "
                "--max-wait",
                hint=f"Run apply again after {here}: it checks again before it sends anything.",
            )
        if seconds > 0:
            self.watcher.waiting(seconds, "Buffer may still be carrying out a write, so it is asked again")
            self.clock.wait(seconds)
        if self.clock.asked():
            raise InterruptError("Stopped as requested, before Buffer showed what happened to the last writes")

    def finder(self, changes: Sequence[tuple[Slot, Modify]]) -> Callable[[str], LivePost | None]:
        """A function that looks up posts: many at once in a list of their channels, the rest one by one by id."""
        if len(changes) <= FEW:
            return self.buffer.post
        channels: dict[str, set[str]] = {}
        for slot, write in changes:
            channels.setdefault(slot.organization_id, set()).add(write.home)
        there = {post.id: post for post in self.buffer.unsent(channels).posts}
        return lambda post_id: there.get(post_id) or self.buffer.post(post_id)

    def _still_ambiguous(
        self,
        creates: Sequence[Intent],
        verdicts: Mapping[int, Verdict],
        bound: Collection[str],
        listed: Collection[str],
    ) -> dict[int, Verdict]:
        """Keep creates that a person was asked about ambiguous until they are found, or every candidate is gone.

        A candidate also counts as gone once it is bound to another address.
        """
        ambiguous: dict[int, Verdict] = {}
        for intent in creates:
            if intent.number not in self.journal.asked or not isinstance(verdicts[intent.number], NotWritten):
                continue
            candidates = self.journal.asked[intent.number]
            left = [each for each in candidates if each not in bound and (each in listed or self._exists(intent, each))]
            if left or not candidates:
                ambiguous[intent.number] = Ambiguous(tuple(left))
        return ambiguous

    def _exists(self, intent: Intent, live_id: str) -> bool:
        """Whether an object exists that the list did not show. Ideas are always listed in full."""
        return intent.slot.channel_id != IDEAS and self.buffer.post(live_id) is not None

    def _list(self, creates: Sequence[Intent], acknowledged: Mapping[str, str]) -> Live:
        channels: dict[str, set[str]] = {}
        ideas: set[str] = set()
        for intent in creates:
            if intent.slot.channel_id == IDEAS:
                ideas.add(intent.slot.organization_id)
            else:
                channels.setdefault(intent.slot.organization_id, set()).add(intent.write.home)
        since = self.since(creates)
        homes = acknowledged.keys() & {intent.write.home for intent in creates}
        confirmed = {acknowledged[home] for home in homes}
        confirmed_ideas = {acknowledged[home] for home in homes & ideas}
        for attempt in range(STALE_READS):
            live = self.buffer.recent(channels, ideas, since)
            missing = confirmed - {item.id for item in live.items}
            # A missing post may have been deleted in the meantime; an idea cannot be read by its id.
            if not any(each in confirmed_ideas or self.buffer.post(each) for each in missing):
                return live
            pause = max(1.0, self.settle) * (attempt + 1)
            self.watcher.waiting(pause, "Buffer's list is out of date, so it is read again")
            self.clock.wait(pause)
        raise PartWayError(
            "Buffer's list still lacks posts that Buffer confirmed, so the outcome of the last writes is unknown",
            hint="Run apply again in a few minutes: it checks again before it sends anything.",
        )
