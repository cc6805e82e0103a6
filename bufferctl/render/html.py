"""A report as one HTML file: a calendar, and each post as a card that looks much like it does on its network.

Only the pictures of the posts are fetched: styles and scripts are inline, and the page's Content-Security-Policy lets
nothing else run or load. Everything that comes from files or from Buffer goes through jinja2's autoescape, and
addresses in `href` and `src` are http or https. All cards are readable without JavaScript, which adds the calendar and
the filters.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from bufferctl import __version__
from bufferctl.diagnostics import has_errors
from bufferctl.model.comparable import instant
from bufferctl.model.plain_text import visible
from bufferctl.plan import Action, Plan, Status
from bufferctl.render import summary, words
from bufferctl.render.cards import Card, cards_of, is_trouble
from bufferctl.render.diagnostics import summary_text
from bufferctl.render.grouped import grouped
from bufferctl.render.lines import count, sentence, steps
from bufferctl.render.report import Report, by_severity

_TEMPLATES = files("bufferctl.render") / "templates"
#: The kinds of cards that a reviewer filters by: name in the page, label and sign.
_KINDS = (
    ("hold", "needs you", words.ACTIONS[Action.HOLD].sign),
    ("delete", "delete", words.ACTIONS[Action.DELETE].sign),
    ("update", "change", words.ACTIONS[Action.UPDATE].sign),
    ("create", "create", words.ACTIONS[Action.CREATE].sign),
    ("bad", "needs you", words.ACTIONS[Action.HOLD].sign),
    ("late", "not sent yet", words.ACTIONS[Action.WAITING].sign),
    ("good", "done", "✓"),
    ("note", "noted", "="),
    ("quiet", "unchanged", "·"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of card, and how many there are."""

    name: str
    called: str
    sign: str
    number: int

    @property
    def counted(self) -> str:
        """The words after the number."""
        if self.name in {"delete", "update", "create"}:
            return f"to {self.called}"
        return "need you" if self.name in {"hold", "bad"} and self.number > 1 else self.called


@dataclass(frozen=True, slots=True)
class Section:
    """Cards under one heading; `day` is empty for unscheduled cards."""

    title: str
    day: str
    cards: tuple[Card, ...]


def report_html(report: Report) -> str:
    """A plan, or the receipt after an apply, as one HTML document."""
    return _document(_page(report, is_preview=False))


def preview_html(report: Report) -> str:
    """The posts in the files alone, in the same form: nothing is new, changed or deleted."""
    return _document(_page(report, is_preview=True))


def _page(report: Report, *, is_preview: bool) -> dict[str, Any]:
    """Everything that the template shows. `form` is plan, receipt or preview."""
    plan = report.plan
    cards = list(cards_of(report, is_preview=is_preview, with_thumbnails=True))
    channels = {card.channel.key: card.channel for card in cards}
    organizations = list(dict.fromkeys(channel.organization for channel in channels.values()))
    form = "preview" if is_preview else "plan" if report.outcomes is None else "receipt"
    about = " and ".join(organizations) if len(organizations) < 3 else count(len(organizations), "organization")  # noqa: PLR2004 - what fits a title
    problems = by_severity((*plan.warnings, *report.diagnostics))
    return {
        "form": form,
        "title": f"{form.capitalize()}{f' for {about}' if about else ''}",
        "made": plan.at,
        "until": report.expires_at if report.outcomes is None else None,
        "digest": "" if is_preview else report.digest,
        "endpoint": visible(plan.endpoint),
        "version": __version__,
        "not_checked": summary.NOT_CHECKED_WHY if report.is_offline and not is_preview else "",
        "narrowed": plan.narrowed,
        "verdict": _preview_verdict(cards) if is_preview else _verdict(plan, report),
        "unmanaged": 0 if is_preview else plan.unmanaged,
        "first": _first(plan) if form == "plan" else "",
        "moved": grouped(report).moves if form == "plan" else (),
        "requests": summary.requests(plan) if form == "plan" and plan.writes and not report.is_offline else "",
        "kinds": () if is_preview else _kinds(cards),
        "problems": problems,
        "problem_counts": summary_text(problems),
        "problems_open": bool(plan.warnings) or has_errors(problems),
        "trouble": () if is_preview else sorted(filter(is_trouble, cards), key=_urgency),
        "sections": list(_sections(cards)),
        "channels": sorted(channels.values(), key=lambda c: (c.organization, c.service == "ideas", c.key)),
        "left": summary.left_over(report.left, report.outcomes or ()) if report.left else "",
        "stopped": visible(sentence(report.stopped)),
    }


def _sections(cards: Iterable[Card]) -> Iterator[Section]:
    """Posts published at once, one section per day in the channels' zones, then posts without a time, then ideas."""

    def home(card: Card) -> tuple[bool, str, str]:
        day, at = (card.when.day, card.when.at) if card.when else ("~", "")
        return card.channel.service == "ideas", "" if card.at_once else day, at

    for (is_idea, day), found in groupby(sorted(cards, key=home), key=lambda card: home(card)[:2]):
        if is_idea:
            yield Section("Ideas", "", tuple(found))
        elif not day:
            yield Section("Now", "", tuple(found))
        elif day == "~":
            yield Section("Unscheduled", "", tuple(found))
        else:
            on = date.fromisoformat(day)
            yield Section(f"{on:%A} {on.day} {on:%B %Y}", day, tuple(found))


def _kinds(cards: Iterable[Card]) -> list[Kind]:
    found = Counter(card.kind for card in cards)
    return [Kind(name, called, sign, found[name]) for name, called, sign in _KINDS if found[name]]


def _urgency(card: Card) -> tuple[int, str]:
    """Failures and holds first, then posts that are published at once, then deletes; each in time order."""
    return 0 if card.kind in {"hold", "bad"} else 1 if card.at_once else 2, card.when.at if card.when else ""


def _verdict(plan: Plan, report: Report) -> str:
    outcomes = report.outcomes
    if outcomes is None:
        if not plan.is_empty:
            return ""
        return f"No changes. {summary.no_changes(plan, is_offline=report.is_offline)}."
    done = sum(outcome.status is Status.DONE for outcome in outcomes)
    return f"{done:,} of {count(len(outcomes), 'change')} done." if outcomes else "There was nothing to do."


def _preview_verdict(cards: list[Card]) -> str:
    ideas = sum(card.channel.service == "ideas" for card in cards)
    channels = {card.channel.key for card in cards if card.channel.service != "ideas"}
    posts = f"{count(len(cards) - ideas, 'post')} on {count(len(channels), 'channel')}"
    return f"{posts}, {count(ideas, 'idea')}." if ideas else f"{posts}."


def _first(plan: Plan) -> str:
    first = summary.first_post(plan)
    return f"{summary.new_posts(plan)} First: {first[0]}, {first[1].called}." if first else summary.new_posts(plan)


def _document(page: dict[str, Any]) -> str:
    style, script, first = (_read(name) for name in ("report.css", "report.js", "report_first.js"))
    policy = (
        f"default-src 'none'; img-src http: https: data:; style-src {_hashed(style)}; "
        f"script-src {_hashed(script)} {_hashed(first)}; base-uri 'none'; form-action 'none'"
    )
    # Our own style and script: they are inserted unescaped, and the policy allows them by digest.
    own = {"style": Markup(style), "script": Markup(script), "first": Markup(first)}  # noqa: S704 - files of this package
    return _environment().get_template("report.html").render(page=page, policy=policy, **own) + "\n"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals |= {"count": count, "instant": instant, "local": words.local, "steps": steps}
    made.filters |= {"sentence": sentence, "visible": visible}
    return made


@cache
def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8").strip()


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
