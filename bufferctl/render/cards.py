"""Each change of a plan as a card: what happens to which post, where, when and why, and how it will look.

Text, Markdown, HTML, drift and receipts are made from cards, so that all of them describe a change in the same words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import Enum, auto
from functools import cached_property

from bufferctl.digests import SHORT, change_digest
from bufferctl.model import IDEAS, NETWORKS, Address, LivePost, Post, PostStatus, ShareMode, TextLength, dates, visible
from bufferctl.plan import Action, Change, Difference, Outcome, Plan, Reason, Status
from bufferctl.render import words
from bufferctl.render.lines import sentence
from bufferctl.render.pieces import Piece, compared, web
from bufferctl.render.report import Report
from bufferctl.render.shown import Pictures, Shown, shown, with_address
from bufferctl.said import Said
from bufferctl.value import replace, value

#: Results of changes that were tried and failed; they are the codes of their cards.
FAILED = frozenset({Status.REFUSED, Status.DIFFERS})


@value()
class ShownChannel:
    """The channel of a card; an organization's ideas count as a channel.

    `is_alone`: its network has no other channel in the plan.
    """

    organization: str
    name: str
    network: str
    glyph: str
    service: str
    is_alone: bool = True

    @property
    def label(self) -> str:
        """`X`, or `X acme` if the plan has several channels of X."""
        return self.network if self.is_alone else f"{self.network} {self.name}"

    @property
    def called(self) -> str:
        """`X, acme`, or `idea`."""
        return "idea" if self.service == "ideas" else f"{self.network}, {self.name}"


@value()
class Moment:
    """When a post goes out, or went out.

    `due` is in the channel's `zone`; `now` is the plan's. `is_slot`: the queue sets the time. `written` is the time in
    the file's zone, if the local time differs.
    """

    due: datetime
    zone: str
    now: datetime
    is_slot: bool
    written: datetime | None = None

    @property
    def at(self) -> str:
        """ISO 8601 in UTC."""
        return self.due.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")

    @property
    def day(self) -> str:
        """`2026-12-01`, in the channel's zone."""
        return self.due.date().isoformat()

    @property
    def clock(self) -> str:
        """`09:00`, in the channel's zone."""
        return dates.clock(self.due)

    @property
    def short(self) -> str:
        """`Tue 1`, in the channel's zone."""
        return f"{dates.weekday(self.due)} {self.due.day}"

    @property
    def local(self) -> str:
        """`Tue 1 Dec 2026 09:00 CET`; `about` before the time of a slot."""
        local = dates.moment(self.due)
        return f"about {local}" if self.is_slot else local

    @property
    def away(self) -> str:
        """`in 3 days`."""
        return words.away(self.due, self.now, self.zone)


class Aspect(Enum):
    """What of a post a difference is about."""

    TEXT = auto()  # a text of it, its title, or something of its thread
    COMMENT = auto()  # its first comment
    LINKS = auto()  # only the parameters of its links
    SETTING = auto()  # any other field
    TIME = auto()  # when it goes out, between networks
    ACTION = auto()  # what happens to it, between networks


@value()
class Changed:
    """A field that differs, with both values as people write them, empty for no value. `words`: both texts combined.

    `path` is the field's in the file (`Difference`), empty for differences between networks; then `part` is that of the
    thread whose text differs, from 0. `is_reviewed`: `before` is the reviewed value, and not Buffer's.
    """

    name: str
    aspect: Aspect
    before: str
    after: str
    words: tuple[Piece, ...] = ()
    path: str = ""
    is_reviewed: bool = False
    part: int | None = None

    @property
    def is_text(self) -> bool:
        """Whether it is a text or a title of the post rather than a setting."""
        return self.aspect is Aspect.TEXT

    @property
    def in_words(self) -> str:
        """How one network differs from others: `own text`, `no media`, `schedule as a reminder`."""
        if self.aspect is Aspect.ACTION:
            return words.without_will(self.after)
        if self.is_text:
            return "own text"
        return f"own {self.name}" if self.after else f"no {self.name}"

    @property
    def is_mixed(self) -> bool:
        """Whether both texts combined are readable; if not, `words` has one after the other."""
        return any(piece.kind == "same" for piece in self.words)


@value()
class Card:
    """Everything shown for one change, safe to print but not yet escaped."""

    change: Change  # as planned
    address: str  # its name
    channel: ShownChannel  # where
    kind: str  # which color and section it has
    sign: str  # `+`, `~`, `-`
    what: str  # what happens, in a few words
    is_usual: bool  # its kind says all of that
    why: str  # the cause, in a few words
    when: Moment | None  # None without a time
    pictures: Pictures  # of files stored with the posts
    length: TextLength | None  # of its text
    changed: tuple[Changed, ...]  # old and new
    code: str  # why it needs a person
    said: Said | None  # the same for people, or what else there is to know; `message` is it in words
    todo: Said | None  # one thing to do; `hint` is it in words
    place: str  # in the files
    at_once: bool  # published as soon as it is sent
    id: str = ""  # from its outcome
    link: str = ""  # to the published post
    at: str = ""  # from its outcome

    @cached_property
    def shown(self) -> Shown:
        """The content to show; computed on demand, since no form shows it for every change."""
        change = self.change
        is_deleted = change.action is Action.DELETE and change.live is not None
        item = change.live if is_deleted else change.desired or change.live
        return shown(item, self.pictures, self.when.zone if self.when else "")

    @cached_property
    def message(self) -> str:
        """Why it needs a person, or another note, as a sentence."""
        return visible(sentence(str(self.said or "")))

    @cached_property
    def hint(self) -> str:
        """One thing to do."""
        return visible(str(self.todo or ""))

    @cached_property
    def digest(self) -> str:
        """The digest as people see it, empty if nothing changes; computed once, since that takes a while."""
        return change_digest(self.change)[:SHORT]

    @property
    def anchor(self) -> str:
        """Its anchor within the page: the address, so that other pages can link to it."""
        return re.sub(r"\s", "_", self.address)

    @property
    def over(self) -> int:
        """By how much the text is too long, or 0."""
        if self.length is None or self.length.limit is None:
            return 0
        return max(0, self.length.used - self.length.limit)


def cards_of(
    report: Report,
    *,
    is_preview: bool = False,
    with_thumbnails: bool = False,
    with_quiet: bool = True,
    among: Iterable[Change] = (),
) -> Iterator[Card]:
    """Each change with its outcome, as planned; then outcomes of changes that are not in the plan.

    `is_preview`: the cards show only the files. `with_quiet`: also unchanged posts, which are most of a plan. `among`:
    changes of which the report is a part, whose channels are told apart.
    """
    tried = [outcome.change for outcome in report.outcomes or ()]
    several = _networks_with_several((*report.plan.changes, *tried, *among))
    pictures = Pictures(report.public, report.pictures if with_thumbnails else None)
    outcomes = {(each.change.slot, each.change.address): each for each in report.outcomes or ()}
    for change in report.plan.changes:
        if is_preview and (change.desired is None or change.desired.cancelled):
            continue
        outcome = outcomes.pop((change.slot, change.address), None) if outcomes else None
        if with_quiet or outcome or words.ACTIONS[change.action].kind != "quiet":
            yield _card(change, report, outcome, pictures, several, is_preview=is_preview)
    for outcome in outcomes.values():
        yield _card(outcome.change, report, outcome, pictures, several)


def _networks_with_several(changes: Iterable[Change]) -> frozenset[str]:
    """The networks of which these changes have several channels."""
    channels = {(_service_of(change), change.slot.channel_id) for change in changes if not change.address.is_idea}
    return frozenset(service for service, number in Counter(each for each, _ in channels).items() if number > 1)


def _service_of(change: Change) -> str:
    return change.address.channel.partition(":")[0]


def _card(
    change: Change,
    report: Report,
    outcome: Outcome | None,
    pictures: Pictures,
    several: frozenset[str],
    *,
    is_preview: bool = False,
) -> Card:
    plan, address = report.plan, change.address
    live = plan.channels.get(change.slot.channel_id)
    kind, sign, what, why = _action(change, outcome, is_preview=is_preview)
    differences = () if is_preview else change.differences
    said, todo = (None, None) if is_preview else ((outcome or change).why, (outcome or change).todo)
    code: Status | Reason | Action = change.reason or Action.HOLD
    if outcome and outcome.status in FAILED:
        code = outcome.status
    link = outcome.link if outcome else getattr(change.live, "external_link", None)
    is_alone = _service_of(change) not in several
    return Card(
        change=change,
        address=visible(str(address)),
        channel=_shown_channel(address, live.name if live else None, is_alone=is_alone),
        kind=kind,
        sign=sign,
        what=what,
        is_usual=outcome.status is Status.HELD if outcome else words.is_usual(_made(change) if is_preview else change),
        why=why,
        when=moment_of(change, plan),
        pictures=pictures,
        length=report.lengths(address),
        changed=tuple(_changed(each, change, _zone(change, plan)) for each in differences),
        code=str(code),
        said=said,
        todo=todo,
        place=visible(str(change.place)) if change.place else "",
        at_once=outcome is None and words.is_at_once(change),
        id=visible(outcome.id or "") if outcome else "",
        link=visible(web(link)),
        at=dates.clock_of_machine(outcome.at) if outcome and outcome.at else "",
    )


def _action(change: Change, outcome: Outcome | None, *, is_preview: bool) -> tuple[str, str, str, str]:
    """The kind of a card, its symbol, what happens or happened, and why."""
    if is_preview:
        return "plain", "", words.without_will(words.describe_action(_made(change))), ""
    presented = words.ACTIONS[change.action]
    if outcome is None:
        return presented.kind, presented.sign, words.describe_action(change), words.describe_cause(change)
    if outcome.status is Status.DONE:
        return "good", presented.sign, words.describe_done(change), words.describe_cause(change)
    is_late = outcome.status in {Status.NOT_SENT, Status.WAITING}
    kind, like = ("late", Action.WAITING) if is_late else ("bad", Action.HOLD)
    return kind, words.ACTIONS[like].sign, words.OUTCOMES[outcome.status], ""


def _made(change: Change) -> Change:
    """The change that makes a post of the files, whatever Buffer has of it; none for a post that is past."""
    return change if change.action is Action.PAST else replace(change, action=Action.CREATE)


def _shown_channel(address: Address, live_name: str | None, *, is_alone: bool) -> ShownChannel:
    """A channel with the names that people know; `live_name`: Buffer's for it, if it was read."""
    organization, label = visible(address.organization), visible(address.channel)
    if label == IDEAS:
        return ShownChannel(organization, "Ideas", "Ideas", "i", "ideas")
    service, _, name = label.partition(":")
    row = NETWORKS.get(service)  # type: ignore[call-overload]  # a StrEnum equals its text
    network, glyph = (row.label, row.glyph) if row else (service, "?")
    name = name if live_name is None else visible(live_name)
    return ShownChannel(organization, name, network, glyph, service.lower(), is_alone)


def moment_of(change: Change, plan: Plan) -> Moment | None:
    """When a change goes out, for a queue post by the channel's slots; None if it has no time.

    For a published post, when it went out, even if the file has changed since.
    """
    post = change.desired
    zone = _zone(change, plan)
    published_at = _published_at(change)
    at = published_at or change.due_at or plan.queue_times.get(change.slot)
    if at is None:
        return None
    due = dates.in_zone(at, zone)
    written = post.due_at if isinstance(post, Post) else None
    is_elsewhere = written is not None and dates.in_zone(written, zone).utcoffset() != written.utcoffset()
    return Moment(due, zone, plan.at, not published_at and is_in_queue(change), written if is_elsewhere else None)


def is_in_queue(change: Change) -> bool:
    """Whether the queue decides when it is published."""
    if isinstance(change.desired, Post):
        return change.desired.mode in {ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT}
    return isinstance(change.live, LivePost) and not change.live.is_custom_scheduled


def waits_in_queue(change: Change) -> bool:
    """Whether the queue publishes it without further action, now or once this is applied."""
    post = change.desired
    is_draft = isinstance(post, Post) and (post.draft or post.needs_approval)
    is_sent = change.action in {Action.CREATE, Action.UPDATE} and not change.takes_off
    return is_in_queue(change) and not is_draft and (is_sent or words.status_of(change) is PostStatus.SCHEDULED)


def _published_at(change: Change) -> datetime | None:
    if words.status_of(change) is not PostStatus.SENT:
        return None
    if isinstance(change.live, LivePost):
        return change.live.sent_at or change.live.due_at
    return datetime.fromisoformat(change.binding.due_at) if change.binding and change.binding.due_at else None


def _zone(change: Change, plan: Plan) -> str:
    """The time zone of its channel, empty for ideas."""
    channel = plan.channels.get(change.slot.channel_id)
    return channel.timezone if channel else ""


def _changed(difference: Difference, change: Change, zone: str) -> Changed:
    path, field = difference.path, difference.path.rpartition(".")[2]
    both = with_address(difference.before, path, change.live), with_address(difference.after, path, change.desired)
    before, after = (words.value(value, zone, field) for value in both)
    is_value = words.is_instant(field) or field in {"file", "url", "thumbnail_file", "thumbnail_url"}
    is_text = isinstance(difference.before, str) and isinstance(difference.after, str) and not is_value
    name = visible(words.field(difference.path))
    aspect = Aspect.TEXT if words.is_of_text(difference.path) else Aspect.SETTING
    if difference.is_recorded:
        name = f"{name} (which Buffer does not show)"
    if difference.is_reviewed:
        name = f"{name} (reviewed → file)"
    if difference.then is not None:
        return Changed(name, aspect, before, words.left_to_buffer(difference.then, after), (), difference.path)
    if path == "freeze" and difference.after is False:  # nobody wrote what it was before
        before, after = "", "false (goes out during freezes)"
    words_of_both = compared(before, after) if is_text else ()
    return Changed(name, aspect, before, after, words_of_both, difference.path, difference.is_reviewed)


def by_time(change: Change, moment: Moment | None) -> tuple[int, str, str]:
    """Sort key: posts published at once, then by day and time; then those in queues, then those without a time."""
    if words.is_at_once(change):
        return 0, "", ""
    return (1, moment.day, moment.at) if moment else (2 if waits_in_queue(change) else 3, "", "")
