"""Each change of a plan as a card: what happens to which post, where, when and why, and what it will look like."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC

from bufferctl.model import Address, Post, Service
from bufferctl.model.content import TextLength
from bufferctl.model.invisible import visible
from bufferctl.plan import Action, Change, Difference, Outcome, Plan, Status
from bufferctl.render import words
from bufferctl.render.paint import sentence
from bufferctl.render.pieces import Piece, changed_words, web
from bufferctl.render.shown import Shown, shown
from bufferctl.render.times import in_zone

#: What people call each network, and the sign that stands for it.
NETWORKS = {
    Service.BLUESKY: ("Bluesky", "Bs"),
    Service.FACEBOOK: ("Facebook", "f"),
    Service.GOOGLEBUSINESS: ("Google Business", "G"),
    Service.INSTAGRAM: ("Instagram", "Ig"),
    Service.LINKEDIN: ("LinkedIn", "in"),
    Service.MASTODON: ("Mastodon", "M"),
    Service.PINTEREST: ("Pinterest", "P"),
    Service.STARTPAGE: ("Start Page", "SP"),
    Service.SUBSTACK: ("Substack", "S"),
    Service.THREADS: ("Threads", "@"),
    Service.TIKTOK: ("TikTok", "Tt"),
    Service.TWITTER: ("X", "X"),
    Service.WHATSAPP: ("WhatsApp", "W"),
    Service.YOUTUBE: ("YouTube", "Yt"),
}
#: How a card is marked: the four that a reviewer looks for, what else is told, and the quiet rest.
_KINDS = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DELETE: "delete",
    Action.HOLD: "hold",
    **dict.fromkeys((Action.ADOPT, Action.MOVE, Action.FORGET, Action.WAITING), "note"),
}
#: What became of changes that a later apply may still do.
_LATE = frozenset({Status.NOT_SENT, Status.WAITING})
#: Characters of a text that tell which post it is.
_EXCERPT = 90


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a card belongs. `key` tells channels apart within the page; ideas of an organization are one, too."""

    key: str
    name: str
    network: str
    glyph: str
    service: str
    organization: str

    @property
    def called(self) -> str:
        """`X, acme`, or `idea`."""
        return "idea" if self.service == "ideas" else f"{self.network}, {self.name}"


@dataclass(frozen=True, slots=True)
class Moment:
    """When it goes out. `day` and `clock` are the channel's; `at` is ISO 8601 in UTC."""

    at: str
    day: str
    clock: str
    said: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that changes: its words for a text, else what was and what will be."""

    path: str
    words: tuple[Piece, ...] = ()
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """All that is shown of one change; its text is visible, not yet escaped. `id`, `link`, `at`: of its outcome."""

    address: str
    channel: Channel
    kind: str
    sign: str
    what: str
    why: str
    when: Moment | None
    shown: Shown
    length: TextLength | None
    changed: tuple[Changed, ...]
    message: str
    hint: str
    place: str
    at_once: bool
    id: str = ""
    link: str = ""
    at: str = ""

    @property
    def anchor(self) -> str:
        """Its name within the page: the address, which links from elsewhere can name."""
        return re.sub(r"\s", "_", self.address)

    @property
    def excerpt(self) -> str:
        """How its text begins, to know it by."""
        words = [*"".join(piece.text for part in self.shown.parts[:1] for piece in part.text).split()]
        return textwrap.shorten(self.shown.title or " ".join(words), _EXCERPT, placeholder=" …")

    @property
    def over(self) -> int:
        """By how much the text is too long, 0 where it is not."""
        if self.length is None or self.length.limit is None:
            return 0
        return max(0, self.length.used - self.length.limit)

    @property
    def part(self) -> int:
        """How much of the limit is used, in hundredths."""
        if self.length is None or not self.length.limit:
            return 0
        return min(100, self.length.used * 100 // self.length.limit)


def card_of(
    change: Change, plan: Plan, lengths: Mapping[Address, TextLength], outcome: Outcome | None, *, is_preview: bool
) -> Card:
    """The card of one change, with what became of it where it was applied."""
    item = change.live if change.action is Action.DELETE and change.live is not None else change.desired or change.live
    kind, sign, what, why = _said(change, outcome, is_preview=is_preview)
    return Card(
        address=visible(str(change.address)),
        channel=channel_of(change, plan),
        kind=kind,
        sign=sign,
        what=what,
        why=why,
        when=_moment(change, plan),
        shown=shown(item),
        length=lengths.get(change.address),
        changed=() if is_preview else tuple(_changed(each, words.zone_of(change, plan)) for each in change.differences),
        message="" if is_preview else visible(sentence(outcome.message if outcome else change.message)),
        hint="" if is_preview else visible(outcome.hint if outcome else change.hint),
        place=visible(str(change.place)) if change.place else "",
        at_once=outcome is None and words.is_at_once(change),
        id=visible(outcome.id or "") if outcome else "",
        link=web(outcome.link) if outcome else "",
        at=f"{outcome.at.astimezone(UTC):%H:%M:%S} UTC" if outcome and outcome.at else "",
    )


def _said(change: Change, outcome: Outcome | None, *, is_preview: bool) -> tuple[str, str, str, str]:
    """The kind of a card, its sign, what happens or happened, and why."""
    sign = words.SIGNS[change.action].strip().replace("-", "\N{MINUS SIGN}")
    if is_preview:
        as_made = change if change.action is Action.PAST else replace(change, action=Action.CREATE)
        return "plain", "", words.what(as_made).removeprefix("will "), ""
    if outcome is None:
        return _KINDS.get(change.action, "quiet"), sign, words.what(change), words.why(change)
    if outcome.status is Status.DONE:
        return "good", sign, words.done(change), words.why(change)
    kind, sign = ("late", "…") if outcome.status in _LATE else ("bad", "!")
    return kind, sign, words.OUTCOMES[outcome.status], ""


def channel_of(change: Change, plan: Plan) -> Channel:
    """Where a change belongs, by the names that people know."""
    organization, label = visible(change.address.organization), visible(change.address.channel)
    if change.address.is_idea:
        return Channel(f"{organization}/ideas", "Ideas", "Ideas", "i", "ideas", organization)
    live = plan.channels.get(change.slot.channel_id)
    service, _, name = label.partition(":")
    network, glyph = NETWORKS.get(Service(service), (service, "?")) if service in set(Service) else (service, "?")
    name = visible(live.name) if live else name
    return Channel(f"{organization}/{label}", name, network, glyph, service.lower(), organization)


def _moment(change: Change, plan: Plan) -> Moment | None:
    if change.due_at is None:
        return None
    due = in_zone(change.due_at, words.zone_of(change, plan))
    utc = f"{due.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    return Moment(utc, f"{due:%Y-%m-%d}", f"{due:%H:%M}", words.local(due, ""))


def _changed(difference: Difference, zone: str) -> Changed:
    before, after = difference.before, difference.after
    name, field = visible(words.field(difference.path)), difference.path.rpartition(".")[2]
    if isinstance(before, str) and isinstance(after, str) and not words.is_instant(field):
        return Changed(name, changed_words(before, after))
    return Changed(name, (), words.value(before, zone, field), words.value(after, zone, field))


def first_out(plan: Plan) -> tuple[Change, str] | None:
    """What goes out first of all that the plan writes, and when.

    At once, else in the next free slot of a queue (Buffer does not say when that is), else at the earliest time.
    """
    public = [each for each in plan.of(Action.CREATE, Action.UPDATE) if _goes_out(each.desired)]
    if at_once := next(filter(words.is_at_once, public), None):
        return at_once, "immediately on apply"
    timed = min((each for each in public if each.due_at), key=lambda each: each.due_at or plan.at, default=None)
    queued = next((each for each in public if each.due_at is None), None)
    then = words.when(timed, plan) if timed else ""
    if queued:
        return queued, f"in the next free slot of its queue{f' (the first with a time: {then})' if then else ''}"
    return (timed, then) if timed else None


def _goes_out(item: object) -> bool:
    return isinstance(item, Post) and not item.draft and not item.needs_approval


def is_trouble(card: Card) -> bool:
    """Whether a person has to look at it before all else."""
    return card.at_once or card.kind in {"hold", "delete", "bad"}
