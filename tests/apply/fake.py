"""A Buffer in memory, as the notes describe it, with faults on request and a clock that moves only when told to.

It implements the protocols of `bufferctl/apply/ports.py`, so that these tests need neither `api` nor HTTP. The sandbox
would not make them plainer: here a run dies between any two of its steps, not only at a request, and an example of
`test_exactly_once` with its ten runs takes 0.1 seconds instead of one or two. `tests/faults` has the same promises with
the sandbox and the real client, `tests/lives` with an account of its own as the oracle.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

from bufferctl.diagnostics import Place
from bufferctl.errors import ApiError, KeyRefusedError, RateLimitedError, TooLargeError, UnreachableError
from bufferctl.model import (
    Address,
    CreateIdea,
    CreatePost,
    DeletePost,
    Done,
    Doubtful,
    DraftPost,
    EditPost,
    Idea,
    Live,
    LiveAsset,
    LiveChannel,
    LiveIdea,
    LiveOrganization,
    LivePost,
    Post,
    PostStatus,
    Quota,
    Refusal,
    Refused,
    Result,
    SchedulingType,
    Service,
    ShareMode,
    Unknown,
    Write,
)

#: Seconds until a write whose answer was lost has landed and every list shows it.
SETTLE = 30.0
START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
CHANNELS = tuple(LiveChannel(f"c{n}", "org", Service.TWITTER, f"acme{n}") for n in range(3))
PLACE = Place("buffer.yaml", 1, 1)
ACME = LiveOrganization("org", "Acme", CHANNELS)

_T = TypeVar("_T", LivePost, LiveIdea)

FaultKind = Literal[
    "none", "cut-before", "cut-after", "null-after", "late", "refused", "unknown-written", "unknown-not-written",
    "repeated", "empty-success", "empty-not-written", "slow", "rate-limited", "unreachable", "not-understood",
    "key-refused", "kill-before", "kill-after", "kill-late",
]  # fmt: skip
_ANSWERED = {
    "none",
    "refused",
    "unknown-written",
    "unknown-not-written",
    "repeated",
    "empty-success",
    "empty-not-written",
}


class Killed(BaseException):
    """kill -9 or a power failure: none of our code runs any more."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one request.

    `count`: how many of its writes are carried out (`null-after`, kills), or the index of the affected one. `delay`:
    seconds until a late write lands, or until requests are allowed again. `why`: the reason of a refusal.
    """

    kind: FaultKind = "none"
    count: int = 0
    delay: float = 0.0
    why: Refusal = Refusal.INVALID


_ERRORS: dict[FaultKind, Callable[[Fault], ApiError]] = {
    "rate-limited": lambda fault: RateLimitedError("Too many requests", retry_after=fault.delay),
    "unreachable": lambda _: UnreachableError("The service could not be reached"),
    "not-understood": lambda _: ApiError("Buffer does not understand the request", hint="Update bufferctl."),
    "key-refused": lambda _: KeyRefusedError("Buffer does not accept the API key"),
}


_TOUCHES: dict[str, Callable[[LivePost], LivePost]] = {
    "edit": lambda post: replace(post, text=f"{post.text} (as somebody likes it better)"),
    "requeue": lambda post: replace(post, due_at=(post.due_at or START) + timedelta(hours=5)),
    "schedule": lambda post: replace(post, status=PostStatus.SCHEDULED),
}


@dataclass
class Mortal:
    """Counts the steps of a run, and dies at one of them. After that it touches neither disk nor network."""

    at: int | None = None
    steps: int = 0
    dead: bool = False

    def step(self) -> None:
        """Continue, or die here."""
        self.steps += 1
        if self.dead or self.steps == self.at:
            self.die()

    def die(self) -> None:
        """Die here."""
        self.dead = True
        raise Killed


@dataclass
class FakeBuffer:
    """An account with one organization; also the caller's clock (`now`, `wait`, `sleep`).

    `lag`: seconds until lists show new objects. `skew`: the server clock's offset from ours. `created_skew`: how far
    creation times are from that. `most`: the largest request that it accepts. `persons`: what people do in Buffer, one
    action per wait. `landed`: address and id of every create that was carried out. `poison`: the key of a post that
    makes Buffer fail. `away`: reads fail.
    `cuts_waits`: a stop was requested, so waits for the quota and the like return at once.
    `rewrites`: texts come back changed. `equal_by_person`: while an answer is lost, somebody makes the same posts.
    `dateless`: answers carry no time. `dies_on`: `save` or `compact`, once an object was created. `asked`: whether
    somebody asked to stop. `on_pace` and `on_send` are called before a request may leave, and after it was carried out.
    `quota`: what its answers say of one, nothing here.
    """

    faults: list[Fault] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    lag: float = 0.0
    skew: timedelta = timedelta()
    created_skew: timedelta = timedelta()
    most: int = 30
    poison: str = ""
    away: bool = False
    cuts_waits: bool = False
    rewrites: bool = False
    equal_by_person: bool = False
    dateless: bool = False
    dies_on: str = ""
    asked: Callable[[], bool] = lambda: False
    on_pace: Callable[[], object] = lambda: None
    on_send: Callable[[], object] = lambda: None
    mortal: Mortal = field(default_factory=Mortal)
    time: float = 1000.0
    posts: dict[str, LivePost] = field(default_factory=dict)
    ideas: dict[str, LiveIdea] = field(default_factory=dict)
    landed: list[tuple[str, str]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    sent: list[tuple[Write, ...]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    reads: int = 0
    quota: Quota = field(default_factory=Quota)
    _born: dict[str, float] = field(default_factory=dict)
    _late: list[tuple[float, tuple[Write, ...]]] = field(default_factory=list)
    _ids: int = 0

    # --- the account ---

    def send(self, writes: Sequence[Write]) -> tuple[Result, ...]:
        """Carry out writes, unless there is a fault."""
        self.mortal.step()
        self.sent.append(tuple(writes))
        self.pass_time(0.2)
        if len(writes) > self.most:
            raise TooLargeError(f"at most {self.most} aliases are allowed")
        fault = self.faults.pop(0) if self.faults else Fault()
        broken = [n for n, w in enumerate(writes) if isinstance(w, CreatePost) and w.item.address.key == self.poison]
        if broken:
            fault = Fault("null-after", broken[0])
        results = self._answer(tuple(writes), fault)
        self.on_send()
        self.mortal.step()
        return results

    def _answer(self, writes: tuple[Write, ...], fault: Fault) -> tuple[Result, ...]:
        if error := _ERRORS.get(fault.kind):
            raise error(fault)
        if fault.kind in _ANSWERED:
            return self._answered(writes, fault)
        if fault.kind in {"late", "kill-late"}:
            self._late.append((self.time + fault.delay, writes))
        elif fault.kind == "slow":
            self.pass_time(fault.delay)
            self._carry_out(writes)
        elif fault.kind == "cut-after":
            self._carry_out(writes)
        elif fault.kind in {"null-after", "kill-after"}:
            self._carry_out(writes[: fault.count])
        if self.equal_by_person:
            self._made_by_person(writes)
        if fault.kind.startswith("kill"):
            self.mortal.die()
        return (Unknown(fault.kind, answered=fault.kind == "null-after"),) * len(writes)

    def _made_by_person(self, writes: Sequence[Write]) -> None:
        for write in writes:
            if isinstance(write, CreatePost):
                live = replace(self._live(self._id(), write.item, write.channel_id, None), via="buffer")
                self.posts[live.id] = live

    def _answered(self, writes: tuple[Write, ...], fault: Fault) -> tuple[Result, ...]:
        """The request is answered; one of its writes may have a fault."""
        which = fault.count % len(writes) if fault.kind != "none" else None
        results: list[Result] = []
        for number, write in enumerate(writes):
            if number != which:
                results.append(self._one(write))
            else:
                results.append(self._odd_one(write, fault))
        return tuple(results)

    def _odd_one(self, write: Write, fault: Fault) -> Result:
        if fault.kind == "refused":
            if isinstance(write, DeletePost) and fault.why is Refusal.NOT_FOUND:
                self.posts.pop(write.id, None)  # somebody was faster
            is_doubtful = fault.why in {Refusal.REPEAT, Refusal.KEPT}
            return Doubtful(fault.why, "No") if is_doubtful else Refused(fault.why, "No")
        if fault.kind == "unknown-not-written":
            return Unknown("UnexpectedError")
        if fault.kind == "empty-not-written":
            return Done(None)
        self._one(write)
        match fault.kind:
            case "repeated":
                return Doubtful(Refusal.REPEAT, "You've already got this one scheduled")
            case "empty-success":
                return Done(None)
        return Unknown("UnexpectedError")

    def post(self, post_id: str) -> LivePost | None:
        """One post by its id."""
        self.mortal.step()
        self.reads += 1
        self.pass_time(0.1)
        return self.posts.get(post_id)

    def recent(self, channels: Mapping[str, Collection[str]], ideas: Collection[str], since: datetime) -> Live:
        """The lists of some channels and ideas."""
        self.mortal.step()
        self.reads += 1
        self.pass_time(0.1)
        if self.away:
            raise UnreachableError("The service could not be reached")
        wanted = {channel for group in channels.values() for channel in group}
        posts = [p for p in self._shown(self.posts) if p.channel_id in wanted and p.created_at >= since]
        return Live(self.server_time(), posts=tuple(posts), ideas=self._shown(self.ideas) if ideas else ())

    def unsent(self, channels: Mapping[str, Collection[str]]) -> Live:
        """The lists of some channels, without sent posts."""
        shown = self.recent(channels, (), START - timedelta(days=10_000))
        return replace(shown, posts=tuple(p for p in shown.posts if p.status is not PostStatus.SENT))

    def server_time(self) -> datetime:
        """Now, by the server's clock."""
        return START + timedelta(seconds=self.time) + self.skew

    @property
    def timeout(self) -> float:
        """Seconds after which a write counts as unanswered."""
        return 30.0

    @property
    def tells_time(self) -> bool:
        """Whether its answers include a date."""
        return not self.dateless

    def pace(self) -> None:
        """Requests are free here; test_pacing covers a quota."""
        self.mortal.step()
        self.on_pace()

    def read(self) -> Live:
        """Everything that the lists show."""
        self.pass_time(0.3)
        return Live(self.server_time(), (ACME,), self._shown(self.posts), self._shown(self.ideas))

    # --- the clock ---

    def now(self) -> float:
        """Seconds that only increase."""
        return self.time

    def wait(self, seconds: float) -> None:
        """Let time pass, unless a stop was requested."""
        if not self.cuts_waits:
            self.sleep(seconds)

    def sleep(self, seconds: float) -> None:
        """Let time pass, and let a person act during it."""
        self.mortal.step()
        self.waits.append(seconds)
        self.pass_time(seconds / 2)
        if self.persons:
            self.person(self.persons.pop(0))
        self.pass_time(seconds / 2)
        self.mortal.step()

    def pass_time(self, seconds: float) -> None:
        """Advance the clock, and let late writes land."""
        end = self.time + seconds
        while due := [each for each in self._late if each[0] <= end]:
            self._late.remove(due[0])
            self.time = due[0][0]
            self._carry_out(due[0][1])
        self.time = end

    def die_on(self, what: str) -> None:
        """Die here, if the test asked for it."""
        if self.dies_on == what and self.landed:
            self.mortal.die()

    # --- people ---

    def person(self, what: str) -> None:
        """What a person does: write a `stranger`; `edit`, `delete`, `requeue` or `schedule` our newest post."""
        if what == "stranger":
            channel = CHANNELS[self._ids % len(CHANNELS)].id
            text = f"Somebody's own words, number {self._ids}"
            live = LivePost(self._id(), channel, PostStatus.SCHEDULED, text, self.server_time())
            self.posts[live.id] = live
        elif what in _TOUCHES and (ours := [i for _, i in self.landed if i in self.posts]):
            self.touched.add(ours[-1])
            self.posts[ours[-1]] = _TOUCHES[what](self.posts[ours[-1]])
        elif what == "delete" and (ours := [i for _, i in self.landed if i in self.posts]):
            self.touched.add(ours[-1])
            del self.posts[ours[-1]]

    # --- how Buffer works ---

    def _shown(self, items: Mapping[str, _T]) -> tuple[_T, ...]:
        return tuple(item for each, item in items.items() if self.time - self._born[each] >= self.lag)

    def _id(self) -> str:
        self._ids += 1
        made = f"{self._ids:04d}"
        self._born[made] = self.time
        return made

    def _carry_out(self, writes: Sequence[Write]) -> tuple[Result, ...]:
        return tuple(map(self._one, writes))

    def _one(self, write: Write) -> Result:
        match write:
            case CreatePost():
                live = self._live(self._id(), write.item, write.channel_id, write.idea_id)
                self.posts[live.id] = live
                self.landed.append((str(write.item.address), live.id))
                return Done(live)
            case CreateIdea():
                idea, at = write.item, self.server_time() + self.created_skew
                made = LiveIdea(self._id(), "org", at, idea.title or "", idea.text or "")
                self.ideas[made.id] = made
                self.landed.append((str(idea.address), made.id))
                return Done(made)
            case EditPost():
                if (old := self.posts.get(write.id)) is None:
                    return Refused(Refusal.NOT_FOUND, "Document not found")
                new = self._live(old.id, write.item, old.channel_id, write.idea_id)
                if not write.reschedule:
                    new = replace(new, due_at=old.due_at, is_custom_scheduled=old.is_custom_scheduled)
                self.posts[old.id] = replace(new, created_at=old.created_at)
                return Done(self.posts[old.id])
            case DraftPost():
                if (old := self.posts.get(write.id)) is None:
                    return Refused(Refusal.NOT_FOUND, "Document not found")
                self.posts[old.id] = replace(old, status=PostStatus.DRAFT)
                return Done(self.posts[old.id])
            case DeletePost():
                self.posts.pop(write.id, None)
                return Done(None)

    def _live(self, post_id: str, post: Post, channel_id: str, idea_id: str | None) -> LivePost:
        now = self.server_time()
        if post.due_at is not None and not post.draft and post.due_at - now < timedelta(minutes=1):
            raise AssertionError(f"{post.address} would be published at once")
        return LivePost(
            id=post_id,
            channel_id=channel_id,
            status=PostStatus.DRAFT if post.draft else PostStatus.SCHEDULED,
            text=f"{post.text}!" if self.rewrites else post.text,
            created_at=now + self.created_skew,
            due_at=post.due_at or now + timedelta(days=1 + len(self.posts)),
            is_custom_scheduled=post.due_at is not None,
            idea_id=idea_id,
            assets=tuple(LiveAsset("image") for each in post.assets if each.image),  # as Buffer, not where from
        )


def post(key: str, text: str = "", *, channel: int = 0, due: datetime | None = None, **others: object) -> Post:
    """A declared post of `acme<channel>`; timed if `due` is given."""
    mode = ShareMode.CUSTOM_SCHEDULED if due else ShareMode.ADD_TO_QUEUE
    made = Post(
        Address("Acme", f"twitter:acme{channel}", key),
        Service.TWITTER,
        PLACE,
        text or f"The declared text of {key}, long enough to be told from others",
        mode,
        due,
        SchedulingType.AUTOMATIC,
    )
    return replace(made, **others)  # type: ignore[arg-type]  # fields by name, as in the tests


def idea(key: str, title: str = "", **others: object) -> Idea:
    """A declared idea."""
    made = Idea(Address("Acme", "ideas", key), PLACE, title or f"Idea {key}", f"What {key} is about")
    return replace(made, **others)  # type: ignore[arg-type]  # fields by name, as in the tests
