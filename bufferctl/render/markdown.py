"""A plan or a receipt as a comment on a pull request, made for a phone: what needs a person, then what is worth a look.

It is short while it is closed. What is agreed to, every address and full text, is in the last fold, which is the first
to be cut if a comment would be too long; then the weeks are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from functools import cached_property, partial
from math import inf
from typing import Any

from bufferctl.diagnostics import Diagnostic, Place, Severity, all_of
from bufferctl.digests import REVIEWED, SHORT
from bufferctl.plan import Action
from bufferctl.render import summary, words
from bufferctl.render.cards import Card, Changed, Moment
from bufferctl.render.decisions import decisions_of
from bufferctl.render.diagnostics import summary_text
from bufferctl.render.grouped import Cause, Grouped, Item, Move, Version, Week, causes_of, grouped, months_of
from bufferctl.render.lines import capitalized, count, sentence, steps
from bufferctl.render.markdown_text import (
    FOLD,
    PAGE_MARK,
    RESERVED,
    SCREENS,
    Section,
    Sheet,
    clipped,
    code,
    fenced,
    height,
    html,
    link,
    marked,
    outside_links,
    picture,
    plain,
    quoted,
)
from bufferctl.render.pieces import Piece
from bufferctl.render.report import LOOKS, Report, by_severity
from bufferctl.render.shown import Fact, Media
from bufferctl.render.since import seen_line, since
from bufferctl.value import field, value

#: The first line of every comment, by which a later run finds the comment to replace. User text cannot contain it.
PLAN_MARK, RECEIPT_MARK = "<!-- bufferctl:plan -->", "<!-- bufferctl:receipt -->"
PROBLEMS_MARK = "<!-- bufferctl:problems -->"

#: How many items of a kind, and causes, are open; the rest is counted beside a fold.
_OPEN = 5
#: How many posts of a cause are open, and up to how many a plan is shown whole.
_FEW = 3
#: Up to how many weeks the calendar has a line for each, then for each month.
_WEEKS = 12
#: How many characters are shown of a text, a message, one on a fold (if there is little room), unchanged text beside a
#: change.
_EXCERPT, _MESSAGE, _TITLE, _SHORT_TITLE, _BESIDE = 140, 300, 70, 30, 60
#: How high a post that is published at once is shown whole.
_TALL = 250
#: Pixels of a folded week with its line of the calendar, and around the weeks.
_WEEK, _STRIP = FOLD + 18, 88
#: How many characters of a command are shown.
_COMMAND = 6_000
#: How many things that are worth a look, and how many problems, are open in any case.
_LOOK, _PROBLEMS = 2, 2
_DAYS = ("", "MTWTFSS")
#: The room of a fold in which nothing fits any more.
_FOLD = 250
_CODE = re.compile(r"`([^`]+)`")
#: The space in `8 Jan`, where a line of the heading does not break.
_DAY = re.compile(r"(?<=\d) (?=[A-Z][a-z]{2}\b)")


@value()
class Note:
    """What a job has to say: its point in bold, then the rest; text between backticks is code.

    `markdown`: what the forge words with a link, after all else.
    """

    point: str = ""
    text: str = ""
    markdown: str = ""

    @property
    def words(self) -> str:
        """Point and text without any marks."""
        space = "" if self.text[:1] in {":", ","} else " "
        return f"{self.point}{space}{self.text}".replace("`", "")

    def __str__(self) -> str:
        point = f"**{_prose(self.point)}**" if self.point else ""
        sign = self.text[:1] if self.text[:1] in {":", ","} else ""  # which ends the point
        return " ".join(filter(None, [f"{point}{sign}", _prose(self.text.removeprefix(sign).lstrip()), self.markdown]))


@value()
class Context:
    """What a comment says that is not in its report: only the job that comments knows it."""

    mark: str = ""  # the first line, by which a later run finds the comment; without it the report's own
    title: str = ""  # of the files, where a repository has several
    commit: str = ""  # the one that it is about
    run: str = ""  # the address of the run
    page: str = ""  # the address of the page
    publishes: str = ""  # the branch that posts are published from, if the request goes elsewhere
    into: str = ""  # the branch that the request goes into
    notes: tuple[Note, ...] = ()
    again: str = ""  # how to plan again: part of a sentence in Markdown
    decide: str = ""  # how a person decides without a command line, likewise; decisions follow
    new_post: str = ""  # the address where another post is written in a browser
    lines: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)  # that answer, by the place of their entry
    printed: str = ""  # what was printed instead of a plan or a receipt


@value()
class _Page:
    """A comment that is being filled. `few`: of so few posts that each is shown whole.

    `found`: what the request changes. `waiting`: what is sent besides. `whole`: both.
    """

    sheet: Sheet
    found: Grouped
    waiting: Grouped
    whole: Grouped
    context: Context
    few: bool

    @property
    def report(self) -> Report:
        return self.found.report

    @property
    def everything(self) -> str:
        """Where to see everything if it does not fit."""
        return _all(self.report)

    @cached_property
    def errors(self) -> Section[Diagnostic]:
        errors = [each for each in self.report.problems if each.severity is Severity.ERROR]
        return Section("Errors", errors, _problem, "errors", least=_PROBLEMS, most=_PROBLEMS)

    @cached_property
    def changes(self) -> tuple[Section[Any], ...]:
        """What is sent besides new posts."""
        found, more = self.found, self.everything
        changed: list[Item | Move] = [*found.moves, *found.changed]
        deleted = _whole if self.few else _brief
        moves = len(found.moves)
        return (
            Section("At once", found.at_once, _in_short, f"at once; {more}", least=1),
            Section("Deleted", found.of("delete"), deleted, f"deleted; {more}", least=1),
            Section("Changed", changed, _change, f"changed; {more}", least=bool(moves), keeps=moves),
        )

    @cached_property
    def look(self) -> Section[str]:
        look = [f"- {_prose(each.message)} ({plain(each.code)})" for each in self.report.worth_a_look[:LOOKS]]
        left = len(self.report.worth_a_look) - LOOKS
        look += [f"- and {left:,} more; {self.everything}"] if left > 0 else []
        return Section("Worth a look", look, str, least=_LOOK, most=len(look), keeps=len(look), gap="\n")

    @cached_property
    def already(self) -> Section[Item]:
        """What is on the branch already and not in Buffer."""
        name = f"Also waiting on {plain(self.context.into)}" if self.context.into else "Also waiting from before"
        does = "these wait" if self.context.publishes else "merging publishes these, too"
        return Section(f"{name}; {does}", self.waiting.items, _brief, f"waiting; {self.everything}", least=1)

    @cached_property
    def problems(self) -> Section[Diagnostic]:
        """The warnings."""
        warnings = [each for each in self.report.problems if each.severity is not Severity.ERROR]
        return Section("Problems", warnings, _problem, "problems", least=_PROBLEMS, most=_PROBLEMS)

    @cached_property
    def beside(self) -> list[tuple[str, list[Item]]]:
        return list(_beside(self.found))


def report_markdown(report: Report) -> str:
    """The report as Markdown for GitHub and GitLab, at most `LIMIT` long, ending in a newline; first is its mark."""
    return comment(report, Context())


def comment(report: Report, context: Context) -> str:
    """The comment on a request: a report with what only the job knows. This is all of it; nobody adds to it."""
    report = report.in_repository
    whole = grouped(report)
    foot = "\n\n".join(filter(None, [_foot(whole), _run_line(context)]))
    if report.outcomes is not None:
        sheet = Sheet(context.mark or RECEIPT_MARK, foot)
        _put_context(_Page(sheet, whole, whole, whole, context, few=False))
        _receipt(sheet, whole, context)
        return sheet.text
    found, waiting = whole, grouped(report.waiting)
    if waiting.items:
        found = grouped(report.own)
    mark = "\n".join(filter(None, [context.mark or PLAN_MARK, seen_line(whole, context.commit)]))
    few = len(whole.items) - len(whole.of("quiet")) <= _FEW
    page = _Page(Sheet(mark, foot, inf if few else SCREENS), found, waiting, whole, context, few)
    sections = (page.errors, *page.changes, page.look, page.already, page.problems)
    page.sheet.keep(sum(each.kept for each in sections) + FOLD * (len(page.beside) + bool(found.new)))
    for part in _PARTS if report.is_planned else _WITHOUT_PLAN:
        part(page)
    return page.sheet.text


def without_report(context: Context) -> str:
    """The comment where there is neither a plan nor a receipt: its notes, and what was printed."""
    sheet = Sheet(context.mark, _run_line(context))
    printed = fenced(context.printed) if context.printed else ""
    for each in filter(None, [context.title, *map(str, context.notes), printed]):
        sheet.put(each)
    return sheet.text


def issue(report: Report, context: Context) -> str:
    """The issue that is open while something of this needs a person: notes, causes, what is not sent, problems."""
    report = report.in_repository
    found, everything = grouped(report), _all(report)
    sheet = Sheet(context.mark, _run_line(context))
    for each in filter(None, [context.title, *map(str, context.notes)]):
        sheet.put(each)
    _causes(sheet, found, len(found.causes), {})
    _decisions(sheet, found, context)
    sheet.fill(Section("Not in Buffer yet", found.of("create", "update", "delete"), _brief, everything))
    sheet.fill(Section("Problems", report.problems, _problem, "problems; the log of the run shows all"))
    return sheet.text


def with_page(text: str, address: str) -> str:
    """A comment on a plan with the address of its page, in place of an earlier one."""
    return _PAGE_LINK.sub(lambda _: _page_link(address), text, count=1)


def is_about(text: str, commit: str) -> bool:
    """Whether a comment is about this commit."""
    return _COMMIT.format(commit[:_SHORT_COMMIT]) in text


#: How the last line names the commit, and with how many of its digits.
_COMMIT, _SHORT_COMMIT = "<sub>Commit {} ", 7
_PAGE_LINK = re.compile(re.escape(PAGE_MARK) + r"(?: · \[the page\]\([^()\s]*\))?")


def _page_link(address: str) -> str:
    return f"{PAGE_MARK} · [the page]({address})" if address else PAGE_MARK


def _run_line(context: Context) -> str:
    """The last line: the commit and its run, and how to plan again."""
    if not context.commit:
        return ""
    about = _COMMIT.format(context.commit[:_SHORT_COMMIT]).rstrip()
    another = f"[write another post]({context.new_post})" if context.new_post else ""
    parts = [about, f"[run]({context.run})" if context.run else "", context.again, another]
    return f"{' · '.join(filter(None, parts))}</sub>"


def problems_markdown(report: Report) -> str:
    """The problems in the files alone, in the same form."""
    found = by_severity(report.in_repository.diagnostics)
    sheet = Sheet(PROBLEMS_MARK)
    sheet.put(f"<b>{plain(summary_text(found)) or 'No problems'}.</b>")
    sheet.fill(Section("Problems", found, _problem, "problems; `bufferctl validate` shows all", most=len(found)))
    return sheet.text


def _put_context(page: _Page) -> None:
    """What the job has to say before anything else."""
    if page.context.title:
        page.sheet.put(page.context.title)
    for note in page.context.notes:
        page.sheet.put(str(note))


def _headline(page: _Page) -> None:
    """What changes in numbers; what needs a person, and what merging does."""
    page.sheet.put(_DAY.sub("\u00a0", f"### {plain(capitalized(summary.headline(page.found)))}"))
    page.sheet.put(_second_line(page))


def _no_plan(page: _Page) -> None:
    page.sheet.put("**No plan.** The files have errors, so nothing in it can be published yet.")


def _errors(page: _Page) -> None:
    page.sheet.fill(page.errors)


def _first(page: _Page) -> None:
    """What is deleted of a person, or still goes out though no file says so."""
    for each in page.report.first:
        page.sheet.put(_paragraphs([f"<b>{_prose(sentence(each.message))}</b>", *_answer(each.hint)]))


def _not_checked(page: _Page) -> None:
    if page.report.is_offline:
        page.sheet.put(f"<b>{summary.NOT_CHECKED}</b> {summary.NOT_CHECKED_WHY}")


def _since_last_look(page: _Page) -> None:
    _since(page.sheet, page.whole)


def _needs_you(page: _Page) -> None:
    """By cause, with answers."""
    _causes(page.sheet, page.found, _OPEN, page.context.lines)
    _decisions(page.sheet, page.found, page.context)


def _sent(page: _Page) -> None:
    """What is sent besides new posts."""
    for section in page.changes:
        page.sheet.fill(section)


def _worth_a_look(page: _Page) -> None:
    page.sheet.fill(page.look)


def _already(page: _Page) -> None:
    page.sheet.fill(page.already)


def _problems(page: _Page) -> None:
    page.sheet.fill(page.problems)


def _new(page: _Page) -> None:
    """The calendar, or what is new in full if it is little."""
    if page.few:
        page.sheet.fill(Section("New", page.found.new, _whole, page.everything))
    else:
        _calendar(page.sheet, page.found)


def _folded(page: _Page) -> None:
    """What waits, what changes nothing, and everything that is agreed to."""
    for title, items in page.beside:
        page.sheet.fold(title, items, _brief, page.everything)
    reviewed = [item for item in page.whole.items if item.digests or item.kind == "hold"]
    page.sheet.fold("Every address, digest, file and full text", reviewed, _everything, page.everything)


#: The parts of a comment on a plan, in their order. Each puts what it has, and nothing else is added to a comment.
_PARTS: tuple[Callable[[_Page], None], ...] = (
    _put_context,
    _headline,
    _errors,
    _first,
    _not_checked,
    _since_last_look,
    _needs_you,
    _sent,
    _worth_a_look,
    _already,
    _problems,
    _new,
    _folded,
)
#: The same where the files have errors, so that there is no plan.
_WITHOUT_PLAN: tuple[Callable[[_Page], None], ...] = (_put_context, _no_plan, _errors, _problems)


def _beside(found: Grouped) -> Iterator[tuple[str, list[Item]]]:
    """What waits, by why it does, and what changes nothing in Buffer."""
    waiting = [item for item in found.of("note") if item.main.cards[0].change.action is Action.WAITING]
    for cause in causes_of(waiting):
        yield f"{len(cause.items):,} waiting: {html(clipped(cause.message, _MESSAGE))}", list(cause.items)
    noted = [item for item in found.of("note") if item not in waiting]
    if noted:
        yield f"{len(noted):,} without changes in Buffer", noted


def _receipt(sheet: Sheet, found: Grouped, context: Context) -> None:
    report, outcomes = found.report, found.report.outcomes or ()
    everything = _all(report)
    sheet.put(f"### {plain(summary.applied(outcomes))}")
    if report.stopped:
        sheet.put(f"Stopped early: {_prose(sentence(clipped(report.stopped, 500)))}")
    if report.left is not None:
        sheet.put(summary.left_over(report.left, outcomes))
    _causes(sheet, found, len(found.causes), {})
    _decisions(sheet, found, context)
    for title in ("Not sent", "Waiting"):
        those = [item for item in found.of("late") if item.what == title.lower()]
        sheet.fill(Section(title, those, _brief, f"{title.lower()}; {everything}"))
    for action, title in (("delete", "Deleted"), ("create", "Created"), ("update", "Changed")):
        those = [i for i in found.of("good") if i.main.cards[0].change.action == action]
        sheet.fill(Section(title, those, _brief, f"{title.lower()}; {everything}"))
    sheet.fold("Every address and id", found.items, _ids, everything)


def _all(report: Report) -> str:
    """Where to see everything if it does not fit."""
    if report.page:
        return f"{code(report.page)} shows all"
    return "`bufferctl plan` shows all" if report.outcomes is None else "the log of the run shows all"


def _second_line(page: _Page) -> str:
    """What needs a person, and what merging does: posts are counted here, by network."""
    found, context = page.found, page.context
    plan = found.report.plan
    if plan.is_empty and not page.waiting.items:
        return summary.no_changes(found.report)
    held, does = len(found.of("hold")), summary.does(found)
    needs = f"<b>{words.need_you(held)}.</b>" if held else "Nothing needs you."
    into = f"into {code(context.publishes)} " if context.publishes else ""
    parts = [needs, f"Merging {into}{plain(does)}."] if does else [f"Merging {into}sends nothing."]
    parts += [summary.uploads(plan)]
    parts += [f"{summary.NARROWED}."] if plan.narrowed else []
    return f"{' '.join(filter(None, parts))}{_page_link(context.page) if found.report.page else ''}"


def _since(sheet: Sheet, found: Grouped) -> None:
    """What changed since the comment that this one replaces."""
    earlier = since(found, found.report.earlier)
    if earlier is None:
        return
    told = html(earlier.told(found.report.plan.at))
    if earlier.items:
        sheet.fold(told, earlier.items, _brief, _all(found.report))
    else:
        sheet.put(f"{told}.")


def _calendar(sheet: Sheet, found: Grouped) -> None:
    """When the new items go out: how many on which day, then the items of each week, or of each month."""
    weeks = found.weeks
    spans = [(summary.days_between(week.days[0][0], week.days[-1][0]), week) for week in weeks]
    if len(weeks) > _WEEKS:
        spans = [(f"{month.monday:%B %Y}", month) for month in months_of(weeks)]
    first = sum(height(_brief(item)) for item in spans[0][1].items) if spans and len(spans[0][1].items) <= _OPEN else 0
    closed = _STRIP + _WEEK * len(spans) - FOLD
    with sheet.folded(f"{len(found.new):,} new", is_open=not found.new or sheet.shows(closed)):
        _weeks(sheet, found, spans, is_open=sheet.shows(closed + first))


def _weeks(sheet: Sheet, found: Grouped, spans: Sequence[tuple[str, Week]], *, is_open: bool) -> None:
    """The calendar of these weeks or months, and the items of each; the first one `is_open` if it has few."""
    if spans:
        zones = {item.when.zone for item in found.new if item.when}
        where = f" ({plain(zones.pop())})" if len(zones) == 1 and "" not in zones else ""
        sheet.put(f"#### When{where}")
        start = "%b %y" if len(found.weeks) > _WEEKS else "%d %b"
        rows = [(f"{week.monday:{start}}".lstrip("0"), week.counts) for _, week in spans]
        lines = [f"{name:>6} {' '.join(f'{each or chr(183):>2}' for each in days)}" for name, days in [_DAYS, *rows]]
        sheet.put("\n".join(["```text", *lines, "```"]))
    more = _all(found.report)
    for number, (title, week) in enumerate(spans):
        posts, networks = count(len(week.items), "post"), len({c.channel.network for i in week.items for c in i.cards})
        said = html(f"{title} · {posts} · {count(networks, 'network')}")
        opens, left = is_open and number == 0 and len(week.items) <= _OPEN, len(spans) - number
        sheet.fold(said, week.items, _brief, more, is_open=opens, reserved=_FOLD * (left + 3))
    sheet.fold("Without a time", [item for item in found.new if item.when is None], _brief, more)


def _causes(sheet: Sheet, found: Grouped, most: int, lines: Mapping[Place, tuple[str, ...]]) -> None:
    """Why posts need a person: `most` causes open, each with what to do, and its posts in a fold from four on."""
    more = _all(found.report)
    if found.causes:
        sheet.put("#### Needs you")
    titles = [_title(cause, _TITLE) for cause in found.causes[:most]]
    if not sheet.shows(sum(map(height, titles))):
        titles = [_title(cause, _SHORT_TITLE) for cause in found.causes[:most]]
    for number, (cause, title) in enumerate(zip(found.causes, titles, strict=False), 1):
        others = sum(height(each) for each in titles[number:])
        with sheet.folded(title, is_open=sheet.shows(height(_cause(cause)) + others)):
            _put_cause(sheet, cause, more, others, lines)
    sheet.fold(f"{len(found.causes) - most:,} more", found.causes[most:], _cause, more, reserved=RESERVED)


def _decisions(sheet: Sheet, found: Grouped, context: Context) -> None:
    """The answers that are commands, for people without a command line."""
    cards = [card for item in found.of("hold", "bad") for card in item.cards]
    lines = list(decisions_of(answer for card in cards if card.todo for answer in card.todo.answers))
    if context.decide and lines:
        sheet.put(f"Without a command line, {context.decide}:\n\n{fenced(chr(10).join(lines))}")


def _title(cause: Cause, length: int) -> str:
    return f"<b>{html(cause.name)}:</b> {html(clipped(cause.message, length))}"


def _put_cause(sheet: Sheet, cause: Cause, more: str, others: int, lines: Mapping[Place, tuple[str, ...]]) -> None:
    sheet.put(_cause(cause))
    form = partial(_held, with_hint=cause.own_hints, lines=lines)
    is_few = sum(len(item.cards) for item in cause.items) <= _FEW
    if is_few and sheet.shows(sum(height(form(item)) for item in cause.items) + others):
        sheet.items(cause.items, form, more)
    else:
        sheet.fold(count(len(cause.items), "post"), cause.items, form, more, reserved=RESERVED)
    commands = [code(clipped(each, _COMMAND)) for each in _commands(cause)]
    sheet.fold("The command for all of them", commands, str, more)


def _cause(cause: Cause) -> str:
    """What is wrong with which posts, and one thing to do."""
    commands = {code(each) for each in _commands(cause)}
    answer = [each for each in _answer(cause.hint) if each not in commands]
    return _paragraphs([f"<b>{plain(cause.name)}:</b> {_prose(clipped(cause.message, _MESSAGE))}", *answer])


def _commands(cause: Cause) -> list[str]:
    """The commands of a cause with so many addresses that they do not fit on a screen."""
    return [step.text for step in steps(cause.hint) if step.is_command and len(step.text) > _MESSAGE]


def _held(item: Item, *, with_hint: bool, lines: Mapping[Place, tuple[str, ...]]) -> str:
    """An item that is held: where it is in the files, how Buffer's version differs, and its own answer."""
    changed = list(_differences(item))
    if changed:
        changed = ["Struck out: Buffer's. Underlined: the file's.", *changed]
    places = sorted({card.place for card in item.cards if card.place})
    hints = [part for hint in item.hints for part in _hint(hint)] if with_hint else []
    written = dict.fromkeys(line for card in item.cards for line in _lines_for(card, lines))
    place = f" · {code(places[0])}" if places else ""
    answers = [f"```yaml\n{each}\n```" for each in written]
    return _paragraphs([f"{_brief(item)}{place}", *answers, *changed, *dict.fromkeys(hints)])


def _lines_for(card: Card, lines: Mapping[Place, tuple[str, ...]]) -> tuple[str, ...]:
    """The lines that answer for the entry of a card."""
    return lines.get(card.change.place, ()) if card.change.place else ()


def _problem(diagnostic: Diagnostic) -> str:
    """A problem in the files or in the plan, with its place."""
    sign = "error" if diagnostic.severity is Severity.ERROR else "warning"
    place = f" {code(clipped(str(diagnostic.place), _MESSAGE))}" if diagnostic.place else ""
    rule = f" ({code(diagnostic.code)})" if diagnostic.code else ""
    more = _answer(diagnostic.hint)
    more += [f"{code(str(each.place))}: {_prose(each.note)}" for each in diagnostic.related]
    return _paragraphs([f"<b>{sign}</b>{place}: {_prose(sentence(diagnostic.message))}{rule}", *more])


def _change(change: Item | Move) -> str:
    if isinstance(change, Item):
        body = list(_differences(change))
        return _paragraphs([_head(change), _prose(clipped(change.message, _MESSAGE)), *(body or _full(change))])
    first, last = change.items[0], change.items[-1]
    ends = dict.fromkeys(f"{plain(item.name)}: {_values(item.main.changed[0])}" for item in (first, last))
    days = change.weekdays
    weekdays = [f"Days of the week: {', '.join(f'{way} {number:,}' for way, number in days.items())}"] if days else []
    head = f"<b>{plain(change.label)}</b> · {code(change.file)}"
    return "\\\n".join([head, *ends, *weekdays])


def _head(item: Item) -> str:
    card = item.main.cards[0]
    what = "" if card.what in {"will schedule", "will change"} else f"{card.what.removeprefix('will ')} · "
    when = f"<b>{_when(item.when)}</b> " if item.when else ""
    return f"{when}{plain(what)}{plain(item.networks)} · {plain(item.name)}"


def _when(moment: Moment) -> str:
    about = "about " if moment.is_slot else ""
    return f"{about}{moment.due:%a} {moment.due.day} {moment.due:%b %H:%M}"


def _brief(item: Item) -> str:
    """An item in three short lines: when and where, how its text begins, and what else there is to know."""
    text = clipped(item.main.text, _EXCERPT)
    about = plain(" · ".join(_about(item)))
    first = " ".join(filter(None, [f"<b>{_when(item.when)}</b>" if item.when else "", plain(item.networks)]))
    said = _prose(clipped(item.message, _MESSAGE)) if item.kind in {"create", "update", "delete"} else ""
    return "\\\n".join(filter(None, [first, plain(text), f"<sub>{about}</sub>", said]))


def _about(item: Item) -> Iterator[str]:
    """Its name, its media, what is not as usual, and what some networks have of their own."""
    card = item.main.cards[0]
    yield item.name
    if card.what not in {"will schedule", "will delete", "needs you"}:
        yield card.what.removeprefix("will ")
    kinds = Counter(media.kind for media in item.main.media)
    yield from (count(number, kind) for kind, number in kinds.items())
    if len(item.main.shown.parts) > 1:
        yield f"thread of {len(item.main.shown.parts)}"
    yield from (f"{what}: {', '.join(networks)}" for what, networks in item.own.items())
    yield from (f"{each.over} too many on {each.channel.network}" for each in item.cards if each.over)


def _whole(item: Item) -> str:
    """An item with its text, its first public picture, and how it differs by network."""
    return _paragraphs([_head(item), _prose(clipped(item.message, _MESSAGE)), *_full(item)])


def _in_short(item: Item) -> str:
    """The same, unless that is too high to be open beside everything else."""
    whole = _whole(item)
    return whole if height(whole) <= _TALL else _brief(item)


def _full(item: Item) -> Iterator[str]:
    yield from _content(item.main)
    for version in item.others:
        yield from _own(version)


def _own(version: Version) -> Iterator[str]:
    """What a version has instead of the item's main one: its own text as it will be posted."""
    for changed in version.differs:
        name = f"{plain(version.networks)}, {plain(changed.name)}"
        if changed.words:
            yield f"{name}:"
            yield from _quote(changed.words)
        else:
            yield f"{name}: {plain(changed.after) or 'nothing'}"


def _content(version: Version) -> Iterator[str]:
    """The content as readers of the network see it."""
    shown = version.shown
    if shown.title.strip():
        yield from _quote([Piece("text", shown.title.strip())])
    if shown.warning.strip():
        yield f"Behind the content warning {plain(shown.warning)}:"
    for number, part in enumerate(shown.parts, 1):
        if number > 1:
            yield f"{number} of {len(shown.parts)}:"
        yield from _quote(part.pieces)
        yield from _pictures(part.media)
    if shown.comment:
        yield "First comment:"
        yield from _quote(shown.comment)


def _quote(pieces: Iterable[Piece]) -> Iterator[str]:
    if lines := marked(pieces):
        yield "\n".join(quoted(lines))


def _pictures(media: Sequence[Media]) -> Iterator[str]:
    """The first image that can be shown, and what else is attached."""
    kinds, first = Counter(each.kind for each in media), ""
    for each in media:
        if first := picture(each.src, each.alt):
            kinds[each.kind] -= 1
            break
    rest = ", ".join(count(number, kind) for kind, number in kinds.items() if number)
    names = [code(each.address) for each in media if each.about and not picture(each.src, each.alt)]
    rest += f" ({', '.join(names)})" if names else ""
    yield from [first] if first else []
    yield from [f"and {rest}" if first else f"with {rest}"] if rest else []


def _differences(item: Item) -> Iterator[str]:
    """Old and new of each field of a change; the networks are named where it differs by network."""
    for networks, changes in item.changes:
        yield from _changes(plain(networks), changes)


def _changes(networks: str, changes: Iterable[Changed]) -> Iterator[str]:
    for changed in changes:
        name = ", ".join(filter(None, [networks, (plain if changed.words else code)(changed.name)]))
        if changed.words:
            yield from [f"{name}:"] if networks or changed.name != "text" else []
            both = [_shortened(changed.words)] if changed.is_mixed else [[piece] for piece in changed.words]
            yield from (part for pieces in both for part in _quote(pieces))
        else:
            yield f"{name}: {_values(changed)}"


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces of a comparison; of long unchanged text what is next to a change."""
    for number, piece in enumerate(pieces):
        before, after = number > 0, number < len(pieces) - 1
        if piece.kind != "same" or len(piece.text) <= 3 * _BESIDE:
            yield piece
            continue
        start = piece.text[: outside_links(piece.text, _BESIDE)[0]] if before else ""
        end = piece.text[outside_links(piece.text, len(piece.text) - _BESIDE)[1] :] if after else ""
        yield piece._replace(text=f"{start}…{end}")


def _values(changed: Changed) -> str:
    before, after = f"<del>{plain(changed.before)}</del>", f"<ins>{plain(changed.after)}</ins>"
    return " → ".join([*([before] if changed.before else []), after if changed.after else "nothing"])


def _everything(item: Item) -> str:
    """What is agreed to: each post with its digest and its place; then the texts in full, with their links."""
    lines = [f"<b>{plain(item.name)}</b>{f' · {_when(item.when)}' if item.when else ''}"]
    for card in item.cards:
        digest = f" {code(card.digest)}" if card.change.action in REVIEWED else ""
        lines.append(f"{code(card.address)}{digest}{f' {code(card.place)}' if card.place else ''}")
    about = [_fact(fact) for version in item.versions for fact in version.shown.facts]
    about += [f"tags: {', '.join(map(plain, item.main.shown.tags))}"] if item.main.shown.tags else []
    for media in dict.fromkeys(media for version in item.versions for media in version.media):
        where = link(media.href, media.href) if media.href else plain(media.address)
        said = [where, *map(plain, media.words), *map(_fact, media.more)]
        about.append(f"{plain(media.kind)}: {' · '.join(filter(None, said))}")
    texts = [
        part for each in item.versions for part in (f"{plain(each.networks)}:" if item.others else "", *_content(each))
    ]
    return _paragraphs(["\\\n".join([*lines, *dict.fromkeys(about)]), *texts])


def _fact(fact: Fact) -> str:
    return f"{code(fact.name)}: {' '.join(marked(fact.pieces))}"


def _ids(item: Item) -> str:
    return "\\\n".join(
        " ".join(filter(None, [code(card.address), code(card.id), link(card.link, "see it") if card.link else ""]))
        for card in item.cards
    )


def _foot(found: Grouped) -> str:
    report = found.report
    parts = [f"Digest {code(report.digest[:SHORT])}"]
    if report.expires_at:
        parts.append(f"may be applied until {report.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    quiet = summary.quiet_counts(report.plan)
    parts += [f"Also: {quiet}"] if quiet and not report.plan.is_empty and report.outcomes is None else []
    parts += [f"Links get {plain(all_of(found.parameters))}, and are shown without"] if found.parameters else []
    parts += [f"Mentions {plain(all_of(found.mentions))}"] if found.mentions else []
    return f"<sub>{' · '.join(parts)}</sub>"


def _prose(text: str) -> str:
    """One of bufferctl's messages; text between backticks is code."""
    return "".join(code(part) if number % 2 else plain(part) for number, part in enumerate(_CODE.split(text)))


def _hint(hint: str) -> list[str]:
    """One paragraph per step, so that each command can be copied separately."""
    return [_prose(f"`{part.text}`" if part.is_command else part.text) for part in steps(hint)]


def _answer(hint: str) -> list[str]:
    return [f"→ {step}" if not number else step for number, step in enumerate(_hint(hint))]


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, parts))
