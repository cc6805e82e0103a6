"""A report as one HTML file: an agenda for a phone, and a month and a week where there is room for them.

Only pictures with an address are fetched: styles and scripts are inline, and the page's Content-Security-Policy lets
nothing else run or load. Everything that comes from files or from Buffer goes through jinja2's autoescape, and
addresses are http or https. Each picture is in the page once, as a style of those that show it, so that a network's
crop is a rule of the style. Everything is readable without JavaScript, which adds tabs, filters, month and week; only
in a page of more than 400 items it also shows what is below a row, which is packed there to keep the page light.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import IntEnum
from functools import cache, partial
from hashlib import sha1, sha256
from importlib.resources import files
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote
from zlib import compress

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from pydantic_core import to_json

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic, Place, has_errors
from bufferctl.model import NETWORKS, dates, instant, visible
from bufferctl.model.networks import ANY_CROP
from bufferctl.render import meaning, summary, words
from bufferctl.render.cards import Aspect, Moment, ShownChannel
from bufferctl.render.counted import posts_counted
from bufferctl.render.diagnostics import summary_text
from bufferctl.render.grouped import Grouped, PlanItem, Version, grouped, monday_of
from bufferctl.render.lines import count, sentence, steps
from bufferctl.render.pieces import Piece, web
from bufferctl.render.report import LOOKS, Report
from bufferctl.render.since import since
from bufferctl.render.suspended import opening_of
from bufferctl.value import value

#: The kinds of items that a reviewer filters by, and how they are called.
_KINDS = {
    "hold": "Need you",
    "bad": "Need you",
    "delete": "Deleted",
    "update": "Changed",
    "create": "New",
    "late": "Not sent",
    "good": "Done",
    "note": "Noted",
    "quiet": "Unchanged",
}
#: What differs on a network without its content being another.
_BESIDE_CONTENT = frozenset({Aspect.TIME, Aspect.ACTION})
#: What is on the branch already and not in Buffer.
_FROM_BEFORE = "Also waiting from before; merging publishes these, too"
#: How much of a first line a row has.
_LINE = 110
#: With more items than this, what is below a row comes packed, and is shown by the page's script, which also builds
#: the rows of a week only when they are needed.
_UNPACKED = 400
#: With no more items than this, a page opens as an agenda.
_FEW = 3


class Theirs(NamedTuple):
    """Somebody else's post: its time and channel only, since not everybody who reads a page may read its text."""

    when: Moment
    channel: ShownChannel


@value()
class Panel:
    """One version of an item. `texts`: by part, its text with the words marked that the main one has differently.

    `notes`: the other fields that differ. `is_same`: its content is that of the main version.
    """

    version: Version
    texts: Mapping[int, tuple[Piece, ...]]
    notes: tuple[Any, ...]
    is_same: bool

    def length(self, part: int) -> str:
        """How long a part of its thread is, counted as its networks do: `31 characters`, `31 to 40 characters`."""
        parts = len(self.version.shown.parts)
        lengths = [(card.length.used, *card.length.thread) for card in self.version.cards if card.length]
        used = {each[part - parts] for each in lengths if len(each) >= parts}
        from_least = f"{min(used):,} to " if len(used) > 1 else ""
        return f"{from_least}{count(max(used), 'character')}" if used else ""


@value()
class AgendaSection:
    """Rows below their heading. `monday`: of its week, None if its rows have no time."""

    title: str
    monday: date | None
    rows: tuple[AgendaRow | Theirs, ...]

    def shown(self, *, with_quiet: bool) -> int:
        """How many rows the page shows before anything is filtered."""
        return sum(with_quiet or not isinstance(row, AgendaRow) or row.item.kind != "quiet" for row in self.rows)


class Bodies:
    """The bodies below the rows, by the number of the item: in their places, or packed at the end of a large page."""

    def __init__(self, number: int) -> None:
        self.is_packed = number > _UNPACKED
        self._found: dict[int, str] = {}

    def put(self, row: AgendaRow, body: str) -> str:
        """The body below a row, or nothing if it is packed."""
        if not self.is_packed:
            return body
        self._found[row.number] = body
        return ""

    @property
    def packed(self) -> str:
        """A list of all bodies in order: JSON, deflated, in base64."""
        bodies = [str(self._found.get(number, "")) for number in range(max(self._found, default=-1) + 1)]
        return b64encode(compress(to_json(bodies), 9)).decode()


@value()
class AgendaRow:
    """A line of the agenda.

    `is_new`: it differs from the report that a reader saw before. `looks` are its lines that are worth a look.
    `with_zone`: its time has its zone.
    """

    item: PlanItem
    number: int
    is_new: bool
    looks: tuple[str, ...] = ()
    with_zone: bool = False

    @property
    def where(self) -> str:
        """`acme, EST`: its channels where their icons do not say which, and its zone where others have another."""
        channels = [card.channel for card in self.item.cards]
        zone = self.item.when.due.tzname() if self.with_zone and self.item.when else None
        return ", ".join(filter(None, [*(each.name for each in channels if not each.is_alone), zone]))

    @property
    def anchor(self) -> str:
        return f"i{self.number}"

    @property
    def first_line(self) -> str:
        """The beginning of the text, to recognize it."""
        text = self.item.main.shown.title or self.item.main.text
        return next((line.strip() for line in text.splitlines() if line.strip()), "")[:_LINE]

    @property
    def does(self) -> str:
        """What happens to it, in the comment's words, if its sign does not say that: `save as a draft`."""
        card = self.item.main.cards[0]
        if self.item.kind in {"create", "update", "plain"} and not card.is_usual:
            return words.without_will(card.what)
        return ", ".join(meaning.deciding(self.item)) if self.item.kind == "update" else ""

    @property
    def about(self) -> str:
        """Details that its sign does not show: which fields change, or what happened."""
        if self.item.kind in {"hold", "create", "plain"}:
            return ""
        if self.item.kind != "update" or not self.item.changes:
            return "" if self.does else self.item.what
        fields = [each for _, changed in self.item.changes for each in changed]
        return ", ".join(dict.fromkeys(each.name for each in fields if not (self.does and each.path == "draft")))

    @property
    def said(self) -> Mapping[str, Mapping[str, None]]:
        """The hints, each with the messages that it answers; only one if that answers for all posts of the item."""
        hints = self.item.hints
        found: dict[str, dict[str, None]] = {}
        for card in self.item.cards:
            if card.message:
                found.setdefault(hints[0] if len(hints) == 1 else card.hint, {})[card.message] = None
        return found

    @property
    def panels(self) -> Iterator[Panel]:
        """The versions, the main one first."""
        for version in self.item.versions:
            texts = {each.part: each.words for each in version.differs if each.part is not None and each.words}
            notes = tuple(each for each in version.differs if each.aspect in _BESIDE_CONTENT)
            yield Panel(version, texts, notes, is_same=bool(notes) and len(notes) == len(version.differs))


def report_html(report: Report) -> str:
    """A plan, the problems of files that cannot be planned, or the receipt after an apply, as one HTML document."""
    form = "plan" if report.outcomes is None else "receipt"
    return _document(grouped(report, with_thumbnails=True), form if report.is_planned else "problems")


def preview_html(report: Report) -> str:
    """The posts in the files alone, in the same form: nothing is new, changed or deleted."""
    return _document(grouped(report, is_preview=True, with_thumbnails=True), "preview")


def _page(found: Grouped, form: str) -> dict[str, Any]:
    """What the template shows beside the items and their plan. `form` is plan, problems, receipt or preview."""
    earlier = since(found, found.report.earlier) if form == "plan" else None
    seen_since = {id(item) for item in earlier.items} if earlier else set()
    looks = _looks_by_address(found.report.worth_a_look) if form == "plan" else {}
    rows = [
        AgendaRow(item, number, id(item) in seen_since, _looks_of(item, looks), with_zone=found.has_several_zones)
        for number, item in enumerate(found.items)
    ]
    with_quiet = all(row.item.kind == "quiet" for row in rows)
    kinds = Counter(_KINDS[row.item.kind] for row in rows if row.item.kind in _KINDS)
    return {
        "form": form,
        "title": _title(found),
        "organizations": " and ".join(dict.fromkeys(item.occurrence.organization for item in found.items)),
        "lines": list(filter(None, _lines(found, form))),
        "anchors": {id(row.item): row.anchor for row in rows},
        "by_address": {str(card.change.address): row.anchor for row in rows for card in row.item.cards},
        "bodies": Bodies(len(rows)),
        "line_at": partial(_line_at, found.report.line_url, folder=found.report.folder),
        "diff_at": partial(_line_at, found.report.diff_url, folder=found.report.folder),
        "called": " ".join(f"{kind}:{name.replace(' ', '_')}" for kind, name in _KINDS.items()),
        "since": earlier,
        "opening": opening_of(found.report) if form != "preview" else None,
        "buffer": words.IN_BROWSER,
        "problems": found.report.problems,
        "kinds": {name: kinds[name] for name in dict.fromkeys(_KINDS.values()) if kinds[name]},
        "networks": dict(
            sorted((card.channel.service, card.channel.network) for item in found.items for card in item.cards)
        ),
        "sections": list(_sections(rows, found)),
        "with_quiet": with_quiet,
        "day": _day_of_most(row.item for row in rows if row.item.kind != "quiet" and not row.item.is_waiting),
        "pictures": _pictures(found),
        "folds": " ".join(f"{service}:{row.fold}" for service, row in NETWORKS.items() if row.fold),
    }


def _looks_by_address(looks: Iterable[Diagnostic]) -> Mapping[str, Sequence[str]]:
    """What is worth a look about each post."""
    found: dict[str, list[str]] = {}
    for look in looks:
        for address in look.addresses:
            found.setdefault(address, []).append(look.message)
    return found


def _looks_of(item: PlanItem, looks: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What is worth a look about any of its posts, each line once; without the name, which its row has."""
    lines = (line for card in item.cards for line in looks.get(str(card.change.address), ()))
    return tuple(dict.fromkeys(line.partition("`: ")[2] for line in lines))


def _line_at(template: str, place: Place | None, folder: str) -> str:
    """The address of a place, by a template of `Report`; empty if there is none. An address has no quotes."""
    if not template or place is None:
        return ""
    path = place.below(folder).file
    encoded = path.encode("utf-8", "replace")
    digests = {"sha256": sha256(encoded).hexdigest(), "sha1": sha1(encoded, usedforsecurity=False).hexdigest()}
    return web(template.format(path=quote(path, errors="replace"), line=max(1, place.line), **digests))


def _title(found: Grouped) -> str:
    """The file that it is about, with how many more there are."""
    shown = [item for item in found.items if item.kind != "quiet"] or found.items
    names = list(dict.fromkeys(item.occurrence.place.file for item in shown if item.occurrence.place))
    if not names:
        return "Buffer"
    more = f" and {count(len(names) - 1, 'more file')}" if names[1:] else ""
    return f"{visible(names[0])}{more}"


def _lines(found: Grouped, form: str) -> Iterator[str]:
    """The report in numbers: items, then posts by network."""
    report, own = found.report, found.own
    if form == "preview":
        cards = [card for item in found.items for card in item.cards]
        ideas = sum(card.change.address.is_idea for card in cards)
        changes = [card.change for card in cards if not card.change.address.is_idea]
        posts = posts_counted((each.address, each.desired) for each in changes)
        yield f"{posts}, {count(ideas, 'idea')}" if ideas else posts
    elif form == "problems":
        yield f"No plan: the files have {summary_text(report.problems)}"
    elif form == "receipt":
        yield summary.applied(report.outcomes or ())
        yield summary.left_over(report.left, report.outcomes or ()) if report.left else ""
    else:
        yield summary.headline(own)
        does, still = summary.does(own), summary.all_the_same(own)
        sends = "; ".join(filter(None, [does or ("sends nothing new" if still else "sends nothing"), still]))
        yield summary.no_changes(report) if report.plan.is_empty else f"Apply {sends}."
        if found.waiting.items:
            yield f"Also waiting from before: apply {summary.does(found.waiting)}."


def _day_of_most(items: Iterable[PlanItem]) -> str:
    """The day on which the calendar opens: the first one of the month with most items, empty if an agenda will do."""
    days = sorted(item.when.day for item in items if item.when)
    months = Counter(day[:7] for day in days)
    busiest = max(months, key=months.__getitem__, default="")
    return next(day for day in days if day.startswith(busiest)) if len(days) > _FEW else ""


class _SectionKind(IntEnum):
    """What a section has, in their order on the page."""

    AT_ONCE = 0
    WEEK = 1
    WITHOUT_TIME = 2
    IDEAS = 3


_TITLES = {_SectionKind.AT_ONCE: "At once", _SectionKind.WITHOUT_TIME: "Without a time", _SectionKind.IDEAS: "Ideas"}


def _sections(rows: list[AgendaRow], found: Grouped) -> Iterator[AgendaSection]:
    """Rows below their headings: posts published at once, weeks in the channels' zones, posts without a time, ideas.

    Among them are the posts of others on those channels. What a request does not change comes last.
    """
    every: list[AgendaRow | Theirs] = [*(row for row in rows if not row.item.is_waiting), *_theirs(found)]
    for (kind, monday), group in groupby(sorted(every, key=_by_time), key=_by_week):
        today = found.report.plan.at.date()
        week = summary.days_between(monday, monday + timedelta(days=6), today) if monday else ""
        yield AgendaSection(week or _TITLES[kind], monday, tuple(group))
    waiting = [row for row in rows if row.item.is_waiting]
    if waiting:
        yield AgendaSection(_FROM_BEFORE, None, tuple(waiting))


def _theirs(found: Grouped) -> Iterator[Theirs]:
    """The posts of others that go out on the channels and days of the plan; a receipt has none."""
    plan = found.report.plan
    if found.report.outcomes is not None:
        return
    channels = {card.change.slot.channel_id: card.channel for item in found.items for card in item.cards}
    for each in plan.beside:
        if each.channel_id in channels:
            zone = plan.channels[each.channel_id].timezone
            moment = Moment(dates.in_zone(each.due_at, zone), zone, plan.at, is_slot=False)
            yield Theirs(moment, channels[each.channel_id])


def _by_time(row: AgendaRow | Theirs) -> tuple[_SectionKind, str, str]:
    """Sort key: the kind of its section, then its day and time."""
    if isinstance(row, AgendaRow):
        card, when = row.item.main.cards[0], row.item.when
        if card.at_once:
            return _SectionKind.AT_ONCE, "", ""
        if card.channel.service == "ideas":
            return _SectionKind.IDEAS, "", ""
    else:
        when = row.when
    return (_SectionKind.WEEK, when.day, when.at) if when else (_SectionKind.WITHOUT_TIME, "", "")


def _by_week(row: AgendaRow | Theirs) -> tuple[_SectionKind, date | None]:
    """The kind of its section, and the Monday of its week."""
    kind, day, _ = _by_time(row)
    return kind, monday_of(date.fromisoformat(day)) if day else None


def _pictures(found: Grouped) -> dict[str, tuple[str, float]]:
    """Each picture's address with the name of its style and its width divided by its height, 0 if unknown."""
    media = (each for item in found.items for version in item.versions for each in version.media if each.src)
    ratios: dict[str, float] = {}
    for each in media:
        ratios.setdefault(each.src, each.ratio)
    return {src: (f"p{number}", ratio) for number, (src, ratio) in enumerate(ratios.items())}


def _picture_styles(pictures: Mapping[str, tuple[str, float]]) -> Iterator[str]:
    """A rule for each picture, and how each network crops them; an address has no quotes or brackets."""
    if not pictures:
        return
    for src, (name, ratio) in pictures.items():
        size = f";--r:{ratio:.3f}" if ratio else ""
        yield f'.{name}{{background-image:url("{quote(src, safe=":/?#[]@!$&*+,;=%~")}"){size}}}'
    for service, row in NETWORKS.items():
        if row.crop != ANY_CROP:
            yield f".{service} .post .pic{{aspect-ratio:clamp({row.crop[0]:.3f},var(--r),{row.crop[1]:.3f})}}"


def _document(found: Grouped, form: str) -> str:
    page = _page(found, form)
    style = "\n".join([_read("report.css"), *_picture_styles(page["pictures"])])
    script = _read("report.js")
    policy = (
        f"default-src 'none'; img-src http: https: data:; style-src {_hashed(style)}; "
        f"script-src {_hashed(script)}; base-uri 'none'; form-action 'none'"
    )
    # Our own style and script: they are inserted unescaped, and the policy allows them by digest.
    own = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 - files of this package, quoted addresses
    made = {"page": page, "found": found, "report": found.report, "plan": found.report.plan, "policy": policy}
    return _environment().get_template("report.html").render(**made, **own) + "\n"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals |= {"count": count, "instant": instant, "local": dates.local, "steps": steps}
    made.globals |= {
        "is_row": lambda row: isinstance(row, AgendaRow),
        "id_of": id,
        "looks": LOOKS,
        "version": __version__,
    }
    made.globals |= {"counts": summary_text, "has_errors": has_errors, "not_checked": summary.NOT_CHECKED_WHY}
    made.globals |= {"requests": summary.requests}
    made.filters |= {"sentence": sentence, "visible": visible}
    return made


@cache
def _read(name: str) -> str:
    return (files("bufferctl.render") / "templates" / name).read_text(encoding="utf-8").strip()


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
