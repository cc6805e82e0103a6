"""A plan as plain data for rendering, saving and applying; nothing here decides or prints.

JSON uses Terraform's words (`create`, `update`, `delete`, `no-op`, `forget`); render has plain words for people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from bufferctl.diagnostics import Diagnostic, Place
from bufferctl.limits import MOST_ALIASES, MOST_ASSETS, MOST_VIDEOS
from bufferctl.model import (
    IDEAS,
    Address,
    Binding,
    DraftPost,
    EditPost,
    Freeze,
    Home,
    Item,
    LetGo,
    LiveChannel,
    LiveItem,
    LivePost,
    MediaFile,
    Post,
    PostStatus,
    Question,
    Quota,
    Slot,
    Suspended,
    Write,
)
from bufferctl.model.attached import attached, files_of
from bufferctl.model.base import Aware
from bufferctl.model.state import back_at
from bufferctl.model.unsaid import Then
from bufferctl.said import Said
from bufferctl.value import field, replace, value


class Action(StrEnum):
    """What happens to one address."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADOPT = "adopt"
    MOVE = "move"
    FORGET = "forget"
    HOLD = "hold"
    WAITING = "waiting"
    DONE = "done"
    PAST = "past"
    KEEP = "keep"
    NO_OP = "no-op"


#: Actions that write to Buffer: the pending changes of `--detailed-exitcode`.
WRITING = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})
#: Actions that leave another version of a post in Buffer until they are carried out, or a person decides.
_LEAVES = frozenset({Action.UPDATE, Action.DELETE, Action.HOLD})
#: Actions that change the state file and nothing else.
STATE_ONLY = frozenset({Action.ADOPT, Action.MOVE, Action.FORGET})


class Cause(StrEnum):
    """Why the action happens."""

    NEW = "new"
    EDITED = "edited"
    MOVED = "moved"
    DRIFT = "drift"
    EXPIRED = "expired"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    UNCHANGED = "unchanged"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXEMPTED = "exempted"


class Reason(StrEnum):
    """Why a change is held, as a code; `message` and `hint` of the change explain it to people.

    The last four are not holds: three ways in which a person moved a post forward in Buffer, and a reviewed change that
    came too late, because its post was published first.
    """

    CHANNEL = "channel-unavailable"
    ERROR = "error"
    SENT = "sent"
    GONE = "deleted-in-buffer"
    LAG = "lag"
    CHANGED = "changed-in-buffer"
    CONFLICT = "conflict"
    MISSED = "missed"
    AMBIGUOUS = "ambiguous"
    UNSETTLED = "unsettled"
    ADOPTED = "adopted"
    IDEA = "idea-edited"
    PROTECTED = "protected"
    UNRESOLVED = "unresolved"
    UNREAD = "unread"
    DELETES = "deletes"
    DIVERGED = "diverged"
    POLICY = "policy"
    FREEZE = "freeze"
    INTO_FREEZE = "into-freeze"
    LEGAL = "legal-statement"
    NOT_REVIEWED = "not-reviewed"
    SUSPENDED = "suspended"
    APPROVED = "approved"
    SCHEDULED = "scheduled-by-a-person"
    SHARED = "shared-now-by-a-person"
    OVERTAKEN = "overtaken"


#: Changes in Buffer since the last apply. An unavailable channel counts if something was applied there.
_DRIFT = frozenset({Reason.CHANGED, Reason.CONFLICT, Reason.GONE, Reason.ERROR, Reason.CHANNEL})
#: Progress that a person made in Buffer, which is not drift (design: Actions).
_PROGRESS = frozenset({Reason.APPROVED, Reason.SCHEDULED, Reason.SHARED})


@value()
class Difference:
    """One field that differs: its path in the file, the value in Buffer, and the value in the file.

    `then`: the file has no value; `after` is Buffer's default, if known. `is_recorded`: Buffer does not return the
    field, so `before` is the last applied value. `is_reviewed`: `before` is the value that reviewers of the post's last
    plan agreed to.
    """

    path: str
    before: Any
    after: Any
    then: Then | None = None
    is_recorded: bool = False
    is_reviewed: bool = False


class _Explained:
    """A change or an outcome, which may have two sentences for people."""

    __slots__ = ()
    why: Said | None  # the reason, or what else there is to know
    todo: Said | None  # one thing to do about it, with the answers

    @property
    def message(self) -> str:
        """`why` in words."""
        return str(self.why or "")

    @property
    def hint(self) -> str:
        """`todo` in words."""
        return str(self.todo or "")


@value()
class Change(_Explained):
    """One step of a plan."""

    address: Address  # the name of what changes
    action: Action  # what happens
    cause: Cause  # why
    slot: Slot  # where its binding is, or will be
    place: Place | None = None  # of its key in the files
    desired: Item | None = None  # as the files have it, None if they do not
    live: LiveItem | None = None  # as Buffer has it, None if it does not
    write: Write | None = None  # what apply sends, for actions that write
    binding: Binding | None = None  # what the state will hold; None if a write decides it, or nothing
    moved_from: Slot | None = None  # the slot that the binding leaves
    differences: tuple[Difference, ...] = ()  # between Buffer and the files
    reason: Reason | None = None  # why it is held, as a code
    why: Said | None = None  # the same for people, or what else there is to know
    todo: Said | None = None  # one thing to do about it, with the answers
    candidates: tuple[str, ...] = ()  # live ids that an ambiguous object may correspond to
    exempt: tuple[Freeze, ...] = ()  # the freezes during which its file lets it go out

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Where its binding may be: under its key, and under those that it may have had before."""
        before = self.desired.previous_keys if self.desired else ()
        return (self.slot, *(self.slot._replace(key=key) for key in before))

    @property
    def live_id(self) -> str | None:
        """The id of the live object."""
        if self.live is not None:
            return self.live.id
        return self.binding.id if self.binding else None

    @property
    def due_at(self) -> datetime | None:
        """When it will be published, if known; None for a place in the queue and for immediate posts."""
        if isinstance(self.write, EditPost) and self.write.back_to:
            return back_at(self.write.back_to)
        live = self.live if isinstance(self.live, LivePost) else None
        is_called_off = isinstance(self.desired, Post) and self.desired.cancelled
        if live and live.due_at and (is_called_off or (self.goes_out_as_it_is and live.is_custom_scheduled)):
            return live.due_at  # whatever the file says, that is when it goes out
        if isinstance(self.desired, Post) and self.desired.due_at:
            return self.desired.due_at
        if isinstance(self.write, EditPost) and self.write.reschedule:
            return None
        return live.due_at if live else None

    @property
    def is_ours(self) -> bool:
        """Whether the state has its object as one that bufferctl may edit, suspend and delete."""
        return self.binding is not None and self.binding.is_ours

    @property
    def is_off(self) -> bool:
        """Whether a suspension took its post off the schedule, by the state."""
        return self.binding is not None and bool(self.binding.taken_from)

    @property
    def goes_out(self) -> bool:
        """Whether Buffer will publish the live post unless somebody intervenes."""
        live = self.live
        return isinstance(live, LivePost) and live.is_scheduled and not live.reminds

    @property
    def goes_out_as_it_is(self) -> bool:
        """Whether Buffer publishes its version, whatever the file says."""
        return self.goes_out and self.action in {Action.HOLD, Action.KEEP}

    @property
    def still_goes_out(self) -> bool:
        """Whether Buffer publishes what the files no longer have until somebody acts: the post, or a version of it."""
        return self.goes_out and self.action in _LEAVES and not self.lets_out

    @property
    def awaits_approval(self) -> bool:
        """Whether the live post waits for an approval that its channel requires and its file does not ask for."""
        post, live = self.desired, self.live
        waits = isinstance(live, LivePost) and live.status is PostStatus.NEEDS_APPROVAL
        if not waits or not isinstance(post, Post) or self.action in {Action.HOLD, Action.UPDATE}:
            return False
        return not (post.needs_approval or post.draft)

    @property
    def takes_off(self) -> bool:
        """Whether it takes a post off the schedule because it is suspended."""
        return self.cause is Cause.SUSPENDED and self.action is Action.UPDATE

    @property
    def waits_for_room(self) -> bool:
        """Whether it is sent as soon as the Buffer plan has room; what waits for another reason says which."""
        return self.action is Action.WAITING and self.reason is None

    @property
    def is_never_left_out(self) -> bool:
        """Whether no selection and no saved plan leaves it out: it is suspended, and scheduled in Buffer."""
        goes_out = self.action is Action.HOLD and self.reason is Reason.SUSPENDED and self.goes_out
        return self.takes_off or goes_out

    @property
    def puts_back(self) -> bool:
        """Whether it puts a post back on the schedule that a suspension took off."""
        return self.cause is Cause.RESUMED and self.action is Action.UPDATE

    @property
    def lets_out(self) -> bool:
        """Whether it only records that a post in Buffer goes out during a freeze; nothing is sent (design: Freezes)."""
        return self.cause is Cause.EXEMPTED and self.action is Action.UPDATE

    @property
    def was_draft(self) -> bool:
        """Whether its edit ends a post's status as a draft, so that it is published or submitted for approval."""
        write, live = self.write, self.live
        if not isinstance(write, EditPost) or not isinstance(live, LivePost):
            return False
        return write.reschedule and live.status is PostStatus.DRAFT and (bool(write.back_to) or not write.item.draft)

    @property
    def is_refused(self) -> bool:
        """Whether the files may not ask for it: an error of theirs that only a plan can tell from what is there."""
        return self.reason is Reason.INTO_FREEZE

    @property
    def stays(self) -> str:
        """What happens to the live object if it is not deleted: drafts and posts to approve are not published."""
        return "will be published" if self.goes_out else "stays in Buffer"


@value()
class Recording:
    """The data that apply records besides bindings: the homes that the plan covers, and its questions.

    `unexplained` are live objects that no address claims and that may be ours; only `state begin` lets them go.
    `corrected` are ids of guessed claims that end, by slot, and `freed` are objects that no address has taken since.
    `unanswered` has, by home, the instant of the oldest published post that may be a declared object without a claim,
    or that an edit would repeat; the horizon stops before it. `suspended` is as in `State`. `off` takes suspended posts
    off the schedule that the plan deletes, by slot, for a run that leaves their deletes out. `not_exempt` are slots of
    the state's exemptions from freezes that the files no longer have.
    """

    homes: tuple[Home, ...] = ()
    questions: Mapping[Slot, Question] = field(default_factory=dict)
    unexplained: tuple[LiveItem, ...] = ()
    corrected: Mapping[Slot, str] = field(default_factory=dict)
    freed: Mapping[str, LetGo] = field(default_factory=dict)
    unanswered: Mapping[str, datetime] = field(default_factory=dict)
    suspended: Mapping[Slot, Suspended] = field(default_factory=dict)
    off: Mapping[Slot, Change] = field(default_factory=dict)
    not_exempt: frozenset[Slot] = frozenset()


class Beside(NamedTuple):
    """An unmanaged post in Buffer, on a channel and day on which the plan sends something."""

    id: str
    channel_id: str
    due_at: Aware
    text: str


class GoesOut(NamedTuple):
    """A post that Buffer publishes although its entry, channel or organization is suspended.

    `address`: its entry's; empty if bufferctl did not make it. `due_at`: None if its queue has no free slot for it.
    `awaits_approval`: only once somebody approves it in Buffer. `perhaps`: the address of the entry that it may be.
    """

    id: str
    channel_id: str
    due_at: Aware | None
    text: str
    address: str = ""
    awaits_approval: bool = False
    perhaps: str = ""


class TakenOver(NamedTuple):
    """A post that another root file suspended, and that goes out because its entry is here now."""

    address: Address
    root_file: str  # its path from this one


@value()
class Suspension:
    """The part of a plan about suspensions, which comes first (design: Suspended)."""

    reasons: tuple[str, ...] = ()  # each once
    let_out: tuple[Address, ...] = ()  # what `suspended: false` lets out and is not published yet
    going_out: tuple[GoesOut, ...] = ()  # what goes out all the same: ours that cannot be stopped first, then by time
    unread: tuple[str, ...] = ()  # labels of channels, with their organization, of which nobody knows what goes out
    taken_over: tuple[TakenOver, ...] = ()  # what another root file suspended, and this plan puts back


@value()
class Plan:
    """The changes, and the data they are based on."""

    at: Aware  # the server's clock when the account was read
    endpoint: str  # the address of the API
    changes: tuple[Change, ...] = ()  # in the order in which they are sent
    warnings: tuple[Diagnostic, ...] = ()  # what planning found
    channels: Mapping[str, LiveChannel] = field(default_factory=dict)  # by id, for names and time zones
    unmanaged: int = 0  # how many live unsent objects are in neither files nor state
    beside: tuple[Beside, ...] = ()  # those near what is sent, by time
    suspension: Suspension | None = None  # None: nothing is suspended
    read_requests: int = 0  # those that an apply takes to read, before and after it writes
    quota: Quota = field(default_factory=Quota)  # the requests left at that time
    narrowed: bool = False  # limited to some changes
    public: frozenset[str] = frozenset()  # addresses of files already uploaded, according to the state
    recording: Recording = field(default_factory=Recording)  # what an apply records besides its changes
    queue_times: Mapping[Slot, datetime] = field(default_factory=dict)  # roughly; people's own changes shift them
    #: By slot, the writes that free its text in Buffer: it is sent only once those were made that are sent earlier. A
    #: later one is of a post that exchanges its text with it.
    freed_by: Mapping[Slot, tuple[Slot, ...]] = field(default_factory=dict)

    def count(self) -> Counter[Action]:
        """The number of changes of each action."""
        return Counter(change.action for change in self.changes)

    def of(self, *actions: Action) -> tuple[Change, ...]:
        """The changes with one of `actions`, in plan order."""
        return tuple(change for change in self.changes if change.action in actions)

    @property
    def writes(self) -> tuple[Change, ...]:
        """The writes that apply will send, in order."""
        return tuple(change for change in self.changes if change.action in WRITING)

    @property
    def files(self) -> dict[str, MediaFile]:
        """The files of the posts and ideas that apply will send, by URL, in plan order."""
        made = (change.write for change in self.writes)  # what becomes a draft has its files in Buffer already
        items = (write.item for write in made if write and not isinstance(write, DraftPost))
        return {each.file.url: each.file for item in items if item for each in files_of(item) if each.file}

    @property
    def uploads(self) -> tuple[MediaFile, ...]:
        """The files that apply will upload first."""
        return tuple(file for url, file in self.files.items() if file.stored and url not in self.public)

    @property
    def drift(self) -> tuple[Change, ...]:
        """Objects that changed in Buffer since the last apply, in plan order."""
        return tuple(
            each for each in self.changes if each.reason in _DRIFT and each.binding and each.action is Action.HOLD
        )

    @property
    def progress(self) -> tuple[Change, ...]:
        """Progress that people made in Buffer since the last apply, in plan order."""
        return tuple(each for each in self.changes if each.reason in _PROGRESS)

    @property
    def is_empty(self) -> bool:
        """Whether apply would do nothing, state included, and no change needs a person."""
        acting = WRITING | STATE_ONLY | {Action.HOLD}
        return not any(each.action in acting or each.reason is Reason.OVERTAKEN for each in self.changes)

    def narrow(self, keep: Callable[[Change], bool]) -> Plan:
        """The plan with only the changes for which `keep` returns true; posts move up in their queues."""
        changes = tuple(filter(keep, self.changes))
        times: dict[str, Iterator[datetime]] = {
            channel: iter([at for slot, at in self.queue_times.items() if slot.channel_id == channel])
            for channel in {slot.channel_id for slot in self.queue_times}
        }
        queue_times = {
            each.slot: next(times[each.slot.channel_id]) for each in changes if each.slot in self.queue_times
        }
        return replace(self, changes=changes, narrowed=True, queue_times=queue_times)


def files_fetched(write: Write) -> list[str]:
    """The kinds of the files that Buffer has to fetch for a write."""
    return [each.kind for each in attached(write.item)] if write.item else []


def batches_of(
    changes: Iterable[Change], freed_by: Mapping[Slot, Collection[Slot]], size: int = MOST_ALIASES
) -> list[list[Slot]]:
    """The writes of each request, by slot: at most `size`, and not more files and videos than Buffer fetches at once.

    What needs the id of an idea, or takes a text that another write frees, goes into a later request than that.
    """
    batches: list[list[Slot]] = []
    files: list[str] = []
    for change in changes:
        if change.write is None:
            continue
        own = files_fetched(change.write)
        first = {idea_of(change), *freed_by.get(change.slot, ())}
        has_room = bool(batches) and len(batches[-1]) < size and is_fetched_at_once([*files, *own])
        if not has_room or not first.isdisjoint(batches[-1]):
            batches.append([])
            files = []
        batches[-1].append(change.slot)
        files += own
    return batches


def is_fetched_at_once(files: Collection[str]) -> bool:
    """Whether Buffer fetches files of these kinds within one request (notes: Batches)."""
    return len(files) <= MOST_ASSETS and sum(kind == "video" for kind in files) <= MOST_VIDEOS


def write_requests(plan: Plan) -> int:
    """The number of requests to send the plan, if Buffer takes each of them at first."""
    return len(batches_of(plan.writes, plan.freed_by))


def idea_of(change: Change) -> Slot | None:
    """The idea of a post, if it is not in Buffer yet."""
    key = change.write.missing_idea if change.write else None
    return change.slot._replace(channel_id=IDEAS, key=key) if key else None


def requests_needed(plan: Plan) -> int:
    """The number of requests for an apply: to read again (besides plan's own read), to write, to read afterwards."""
    return write_requests(plan) + plan.read_requests


def ready_at(plan: Plan) -> datetime | None:
    """When apply would end, by the server's clock, if it started at `plan.at`; None if the quota is unknown.

    In each window, the remaining requests are used immediately, then the whole quota each time the window refills.
    """
    if not plan.quota.windows:
        return None
    ends = [plan.at]
    for window in plan.quota.windows:
        short = requests_needed(plan) - window.left
        if short > 0:
            rounds = -(-short // max(1, window.quota or short))
            ends.append(window.resets_at + (rounds - 1) * timedelta(seconds=window.window_seconds))
    return max(ends)


class Status(StrEnum):
    """The result of applying a change."""

    DONE = "done"
    DIFFERS = "differs"
    REFUSED = "refused"
    HELD = "held"
    WAITING = "waiting"
    NOT_SENT = "not-sent"


class Trouble(StrEnum):
    """Why a change was not made as planned, as a code, if it was neither held nor refused."""

    MEDIA = "media-not-public"
    BY_PERSON = "created-by-a-person"
    LOST = "not-kept"
    DIFFERS = "came-back-different"
    GIVEN_UP = "given-up"
    TOO_LARGE = "too-large"


@value()
class Outcome(_Explained):
    """The result of one change."""

    change: Change  # as planned
    status: Status  # what became of it
    id: str | None = None  # of the object in Buffer
    code: str = ""  # why it was not simply done: the reason of a hold, or of a refusal; else empty
    why: Said | None = None  # the same for people: Buffer's message, or what differs
    todo: Said | None = None  # one thing to do about it, with the answers
    link: str | None = None  # the published post, if there is one
    at: Aware | None = None  # by Buffer's clock

    @property
    def was_done(self) -> bool:
        """Whether Buffer carried it out, or the state has it."""
        return self.status in {Status.DONE, Status.DIFFERS}

    @property
    def is_unanswered(self) -> bool:
        """Whether it was sent, and no answer said what Buffer did."""
        return self.code == Reason.UNSETTLED and self.change.action in WRITING
