"""The page as a whole: what it is called and made from, what comes first, and the cards by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import NamedTuple

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic, Severity, has_errors
from bufferctl.model.invisible import visible
from bufferctl.plan import Plan, Status
from bufferctl.render.cards import Card, Channel, card_of, channel_of, first_out, is_trouble
from bufferctl.render.paint import count, sentence
from bufferctl.render.report import Report
from bufferctl.render.text import no_changes, requests_said
from bufferctl.render.text_outcomes import left_said

#: What a reviewer filters by: its name in the page, what it is called, and its sign.
_KINDS = (
    ("hold", "needs you", "!"),
    ("delete", "delete", "\N{MINUS SIGN}"),
    ("update", "change", "~"),
    ("create", "create", "+"),
    ("bad", "needs you", "!"),
    ("late", "not sent yet", "…"),
    ("good", "done", "✓"),
    ("note", "noted", "="),
    ("quiet", "unchanged", "·"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Cards of one kind, and how many."""

    name: str
    called: str
    sign: str
    number: int

    @property
    def counted(self) -> str:
        """What follows their number."""
        if self.name in {"delete", "update", "create"}:
            return f"to {self.called}"
        return "need you" if self.name in {"hold", "bad"} and self.number > 1 else self.called


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of the files, worded."""

    kind: str
    place: str
    message: str
    hint: str
    code: str


@dataclass(frozen=True, slots=True)
class Section:
    """Cards under one heading; `day` is empty for what is unscheduled."""

    title: str
    day: str
    cards: tuple[Card, ...]


class Stamp(NamedTuple):
    """An instant, for machines and for people."""

    at: str
    said: str


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template shows. `form` is plan, receipt or preview."""

    form: str
    title: str
    made: Stamp
    until: Stamp | None
    digest: str
    endpoint: str
    version: str
    is_offline: bool
    narrowed: bool
    verdict: str
    also: str
    first: str
    requests: str
    kinds: tuple[Kind, ...]
    problems: tuple[Problem, ...]
    problems_said: str
    problems_open: bool
    trouble: tuple[Card, ...]
    sections: tuple[Section, ...]
    channels: tuple[Channel, ...]
    left: str
    stopped: str


def page_of(report: Report, *, is_preview: bool = False) -> Page:
    """The page of a report."""
    plan = report.plan
    cards = list(_cards(report, is_preview=is_preview))
    channels = {card.channel.key: card.channel for card in cards}
    organizations = list(dict.fromkeys(channel.organization for channel in channels.values()))
    form = "preview" if is_preview else "plan" if report.outcomes is None else "receipt"
    about = " and ".join(organizations) if len(organizations) < 3 else count(len(organizations), "organization")  # noqa: PLR2004 - what fits a title
    problems = sorted((*plan.warnings, *report.diagnostics), key=_severity)
    return Page(
        form=form,
        title=f"{form.capitalize()}{f' for {about}' if about else ''}",
        made=_stamp(plan.at),
        until=_stamp(report.expires_at) if report.expires_at and report.outcomes is None else None,
        digest="" if is_preview else report.digest,
        endpoint=visible(plan.endpoint),
        version=__version__,
        is_offline=report.is_offline and not is_preview,
        narrowed=plan.narrowed,
        verdict=_preview_verdict(cards) if is_preview else _verdict(plan, report),
        also="" if is_preview else _also(plan),
        first=_first(report) if form == "plan" else "",
        requests=""
        if is_preview or report.outcomes is not None or not plan.writes or report.is_offline
        else f"{requests_said(plan)}.",
        kinds=() if is_preview else tuple(_kinds(cards)),
        problems=tuple(map(_problem, problems)),
        problems_said=_counted(problems),
        problems_open=bool(plan.warnings) or has_errors(problems),
        trouble=() if is_preview else tuple(sorted(filter(is_trouble, cards), key=_urgency)),
        sections=tuple(_sections(cards)),
        channels=tuple(sorted(channels.values(), key=lambda c: (c.organization, c.service == "ideas", c.key))),
        left=left_said(report.left, report.outcomes or ()) if report.left else "",
        stopped=visible(sentence(report.stopped)),
    )


def _cards(report: Report, *, is_preview: bool) -> Iterator[Card]:
    """Each change with its outcome, in time order; then outcomes of changes that the plan does not name."""
    outcomes = {(o.change.slot, o.change.address): o for o in report.outcomes or ()}
    for change in report.plan.changes:
        if is_preview and (change.desired is None or change.desired.cancelled):
            continue
        outcome = outcomes.pop((change.slot, change.address), None)
        yield card_of(change, report.plan, report.lengths, outcome, is_preview=is_preview)
    for outcome in outcomes.values():
        yield card_of(outcome.change, report.plan, report.lengths, outcome, is_preview=False)


def _sections(cards: Iterable[Card]) -> Iterator[Section]:
    """A section a day in the channels' own time, then what has no time, then ideas."""

    def home(card: Card) -> tuple[bool, str, str]:
        return card.channel.service == "ideas", card.when.day if card.when else "~", card.when.at if card.when else ""

    for (is_idea, day), found in groupby(sorted(cards, key=home), key=lambda card: home(card)[:2]):
        if is_idea:
            yield Section("Ideas", "", tuple(found))
        elif day == "~":
            yield Section("Unscheduled", "", tuple(found))
        else:
            told = date.fromisoformat(day)
            yield Section(f"{told:%A} {told.day} {told:%B %Y}", day, tuple(found))


def _kinds(cards: Iterable[Card]) -> Iterator[Kind]:
    found = [card.kind for card in cards]
    return (Kind(name, called, sign, number) for name, called, sign in _KINDS if (number := found.count(name)))


def _stamp(moment: datetime) -> Stamp:
    moment = moment.astimezone(UTC)
    return Stamp(f"{moment:%Y-%m-%dT%H:%M:%SZ}", f"{moment:%a} {moment.day} {moment:%b %Y %H:%M} UTC")


def _problem(diagnostic: Diagnostic) -> Problem:
    place = visible(str(diagnostic.place)) if diagnostic.place else ""
    message, hint = visible(sentence(diagnostic.message)), visible(diagnostic.hint)
    return Problem(diagnostic.severity.value, place, message, hint, diagnostic.code)


def _counted(diagnostics: list[Diagnostic]) -> str:
    """`1 error, 2 warnings`."""
    errors = sum(each.severity is Severity.ERROR for each in diagnostics)
    both = (errors, "error"), (len(diagnostics) - errors, "warning")
    return ", ".join(count(number, what) for number, what in both if number)


def _severity(diagnostic: Diagnostic) -> bool:
    return diagnostic.severity is not Severity.ERROR


def _urgency(card: Card) -> tuple[int, str]:
    """What went wrong or needs a person first, then what is published at once, then deletes; each in time order."""
    return 0 if card.kind in {"hold", "bad"} else 1 if card.at_once else 2, card.when.at if card.when else ""


def _verdict(plan: Plan, report: Report) -> str:
    outcomes = report.outcomes
    if outcomes is None:
        if not plan.is_empty:
            return ""
        return f"No changes. {no_changes(plan, is_offline=report.is_offline)}."
    done = sum(outcome.status is Status.DONE for outcome in outcomes)
    return f"{done:,} of {count(len(outcomes), 'change')} done." if outcomes else "Nothing was to be done."


def _preview_verdict(cards: list[Card]) -> str:
    ideas = sum(card.channel.service == "ideas" for card in cards)
    channels = {card.channel.key for card in cards if card.channel.service != "ideas"}
    said = f"{count(len(cards) - ideas, 'post')} on {count(len(channels), 'channel')}"
    return f"{said}, {count(ideas, 'idea')}." if ideas else f"{said}."


def _also(plan: Plan) -> str:
    return f"{count(plan.unmanaged, 'unmanaged post')} in Buffer, left alone." if plan.unmanaged else ""


def _first(report: Report) -> str:
    """When the first of it goes out."""
    first = first_out(report.plan)
    if first is None:
        return ""
    change, when = first
    return f"First post: {when}, {channel_of(change, report.plan).called}."
