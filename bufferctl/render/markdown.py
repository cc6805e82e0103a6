"""A plan or a receipt as a comment on a pull request, made for a phone: what needs a person, then what is worth a look.

It is short while its folds are closed. The last fold has everything that reviewers agree to, with every address and
full text. It is the first to be cut if a comment would be too long; the weeks are the second.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from math import inf
from typing import Any

from bufferctl.diagnostics import Diagnostic, Place, Severity, all_of
from bufferctl.digests import SHORT
from bufferctl.model import dates
from bufferctl.plan import Action
from bufferctl.render import meaning, summary, words
from bufferctl.render.cards import Card
from bufferctl.render.decisions import decisions_of
from bufferctl.render.diagnostics import counts_text, summary_text
from bufferctl.render.grouped import Grouped, Move, NeedsYou, PlanItem, Week, causes_of, grouped, months_of
from bufferctl.render.lines import capitalized, count, sentence, steps
from bufferctl.render.markdown_posts import EXCERPT, MESSAGE, Above, FileLinks, PostForms, above, ids, moved, paragraphs
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
    plain,
    prose,
)
from bufferctl.render.report import LOOKS, Report, by_severity
from bufferctl.render.since import seen_line, since
from bufferctl.render.suspended import StillOut, not_as_declared, not_as_declared_head, opening_of
from bufferctl.said import Way, pasted
from bufferctl.value import field, replace, value

#: The first line of every comment, by which a later run finds the comment to replace. User text cannot contain it.
PLAN_MARK, RECEIPT_MARK = "<!-- bufferctl:plan -->", "<!-- bufferctl:receipt -->"
PROBLEMS_MARK = "<!-- bufferctl:problems -->"

#: Up to how many posts each has a line before anything is unfolded, and up to how many items a plan is shown whole.
_LISTED, _FEW = 40, 3
#: How many causes are open of more posts than that; the rest is counted beside a fold.
_OPEN = 5
#: Up to how many items have their pictures on their lines, open and in a fold.
_PICTURED, _PICTURED_FOLDED = 8, 60
#: How many characters of a text a line has, by how many items there are at most; then as few as possible.
_LENGTHS, _SHORTEST = ((8, EXCERPT), (20, 60)), 40
#: How high a post that is published at once is shown whole.
_TALL = 250
#: Up to how many weeks the calendar has a line for each, then for each month; pixels of such a line, and around them.
_WEEKS, _WEEK, _STRIP = 12, 18, 88
#: How many characters of a title there are on a fold, and if there is little room.
_TITLE, _SHORT_TITLE = 70, 30
#: How many characters of a command are shown.
_COMMAND = 6_000
#: How many things that are worth a look, and how many problems, are open in any case; how many errors of a file are
#: open where there is no plan; how many values a link parameter has before the rest is counted.
_LOOK, _PROBLEMS, _ERRORS, _VALUES = 2, 2, 20, 4
_DAYS = ("", "MTWTFSS")
#: The space in `8 Jan`, where a line of the heading does not break.
_DAY = re.compile(r"(?<=\d) (?=[A-Z][a-z]{2}\b)")


@value()
class Note:
    """A message from a job: its point in bold, then the rest; text between backticks is code.

    `markdown` is the forge's own text with a link, at the end.
    """

    point: str = ""
    text: str = ""
    markdown: str = ""

    @property
    def line(self) -> str:
        """Point and text in one line, as they are written."""
        space = "" if self.text[:1] in {":", ","} else " "
        return f"{self.point}{space}{self.text}"

    @property
    def words(self) -> str:
        """Point and text without any marks."""
        return self.line.replace("`", "")

    def __str__(self) -> str:
        point = f"**{prose(self.point)}**" if self.point else ""
        sign = self.text[:1] if self.text[:1] in {":", ","} else ""  # which ends the point
        return " ".join(filter(None, [f"{point}{sign}", prose(self.text.removeprefix(sign).lstrip()), self.markdown]))


@value()
class Context:
    """The parts of a comment that are not in its report, and that only the job knows."""

    mark: str = ""  # the first line, by which a later run finds the comment; without it the report's own
    title: str = ""  # of the files, where a repository has several
    commit: str = ""  # the one that it is about
    run: str = ""  # the address of the run
    page: str = ""  # the address of the page
    publishes: str = ""  # the branch that posts are published from, if the request goes elsewhere
    into: str = ""  # the branch that the request goes into
    notes: tuple[Note, ...] = ()
    still_out: tuple[StillOut, ...] = ()  # what Buffer publishes although the files no longer have it as it is
    again: str = ""  # how to plan again: part of a sentence in Markdown
    decide: str = ""  # how a person decides without a command line, likewise; decisions follow
    decides_for: str = ""  # the root file that decisions name, where a repository has several
    files: FileLinks = FileLinks()  # where the forge shows the files of that commit
    new_post: str = ""  # the address where another post is written in a browser
    lines: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)  # that answer, by the place of their entry
    printed: str = ""  # what was printed instead of a plan or a receipt


@value()
class _Page:
    """A comment that is being filled. `few`: of so few posts that each is shown whole; `listed`: that each has a line.

    `found`: what the request changes. `waiting`: what is sent besides. `whole`: both.
    """

    sheet: Sheet
    found: Grouped
    waiting: Grouped
    whole: Grouped
    context: Context
    few: bool
    listed: bool

    @property
    def report(self) -> Report:
        return self.found.report

    @property
    def posts(self) -> PostForms:
        return PostForms(self.context.files, with_zone=self.whole.has_several_zones)

    def line(self, item: PlanItem, shared: Above = Above()) -> str:  # noqa: B008 - a value that nobody changes
        """An item on a line: the more there are, the shorter. `shared`: what is said above it."""
        number = len(self.whole.items)
        length = next((length for most, length in _LENGTHS if number <= most), _SHORTEST)
        return self.posts.line(item, length=length, pictures=number <= _PICTURED, shared=shared)

    def form(self, item: PlanItem) -> str:
        """An item as it is shown above the folds."""
        return self.posts.whole(item) if self.few else self.line(item)

    @property
    def gap(self) -> str:
        """The separator between items above the folds."""
        return "\n\n" if self.few else "\n"

    @cached_property
    def errors(self) -> list[Section[Diagnostic]]:
        errors = [each for each in self.report.problems if each.severity is Severity.ERROR]
        return self._of_files(errors, _PROBLEMS if self.report.is_planned else _ERRORS)

    @cached_property
    def changes(self) -> tuple[Section[Any], ...]:
        """What is sent, the weightiest changes first if not all are shown; new posts only if each has a line."""
        found, gap = self.found, self.gap
        changed = [item for item in found.changed if not item.takes_off]
        deciding = [] if self.listed else [item for item in changed if meaning.deciding(item)][:_LISTED]
        others = [item for item in changed if item not in deciding]
        others = others if self.listed else sorted(others, key=meaning.weight)
        edits: list[PlanItem | Move] = [*deciding, *found.moves, *others]
        shared = above(changed) if self.listed and not self.few else Above()
        total = f" ({meaning.counts(changed)})" if len(changed) > 1 else ""
        kept = len(deciding) + len(found.moves)
        sections: list[Section[Any]] = [
            Section("At once", found.at_once, self._in_short, least=1),
            Section("Deleted", found.of("delete"), self.form, least=1, gap=gap),
            Section(
                f"Changed{shared.words}{total}",
                edits,
                partial(self._change, shared=shared),
                f"{len(edits):,} changed{total}",
                least=len(deciding) or bool(found.moves),
                most=max(_OPEN, kept),
                keeps=kept,
                gap=gap,
            ),
        ]  # fmt: skip - one argument per line would take a page
        if self.listed:
            shared = above(found.new, with_links=True)
            form = self.form if self.few else partial(self.line, shared=shared)
            sections.append(Section(f"New{shared.words}", found.new, form, gap=gap))
            sections = [replace(each, most=len(each.items)) for each in sections]
        sections += [self._waiting(cause) for cause in causes_of(found.new_waiting)]
        return tuple(sections)

    def _waiting(self, cause: NeedsYou) -> Section[PlanItem]:
        """New posts that wait for the same reason, which is said above them, with what to do about it."""
        todo = f" {prose(cause.hint)}" if cause.hint else ""
        title = f"Waiting: {prose(clipped(cause.message, MESSAGE))}{todo}"
        return Section(title, cause.items, self.line, least=1, most=_LISTED if self.listed else _OPEN, gap="\n")

    def _change(self, change: PlanItem | Move, shared: Above) -> str:
        if isinstance(change, Move):
            return moved(change)
        return self.posts.changed(change) if self.few else self.line(change, shared)

    def _in_short(self, item: PlanItem) -> str:
        """An item in full, or in short if it would be too high beside everything else that is open."""
        whole = self.posts.whole(item)
        return whole if self.few or height(whole) <= _TALL else self.line(item)

    @cached_property
    def look(self) -> Section[str]:
        look = [f"- {prose(each.message)} ({plain(each.code)})" for each in self.report.worth_a_look[:LOOKS]]
        left = len(self.report.worth_a_look) - LOOKS
        look += [f"- and {left:,} more; {_all(self.report)}"] if left > 0 else []
        return Section("Worth a look", look, str, least=_LOOK, most=len(look), keeps=len(look), gap="\n")

    @cached_property
    def already(self) -> Section[PlanItem]:
        """The changes that are on the branch already and not in Buffer."""
        name = f"Also waiting on {plain(self.context.into)}" if self.context.into else "Also waiting from before"
        does = "these wait" if self.context.publishes else "merging publishes these, too"
        items = self.waiting.items
        most = len(items) if self.listed else _OPEN
        return Section(f"{name}; {does}", items, self.line, least=1, most=most, gap="\n")

    @cached_property
    def problems(self) -> list[Section[Diagnostic]]:
        """The warnings."""
        warnings = [each for each in self.report.problems if each.severity is not Severity.ERROR]
        return self._of_files(warnings, _PROBLEMS)

    def _of_files(self, problems: Sequence[Diagnostic], most: int) -> list[Section[Diagnostic]]:
        return list(_of_files(problems, self.context.files, most))

    @cached_property
    def beside(self) -> list[tuple[str, list[PlanItem]]]:
        return list(_beside(self.found))


def report_markdown(report: Report) -> str:
    """The report as Markdown for GitHub and GitLab, at most `LIMIT` long, ending in a newline; first is its mark."""
    return comment(report, Context())


def comment(report: Report, context: Context) -> str:
    """The whole comment on a request: a report with the job's context. Nothing is added to it later."""
    context = replace(context, files=replace(context.files, folder=report.folder))
    report = report.in_repository
    whole = grouped(report)
    foot = paragraphs([_foot(whole) if report.is_planned else "", _run_line(context)])
    if report.outcomes is not None:
        sheet = Sheet(context.mark or RECEIPT_MARK, _all(report), foot)
        page = _Page(sheet, whole, whole, whole, context, few=False, listed=True)
        _put_context(page)
        _receipt(page)
        return sheet.text
    mark = "\n".join(filter(None, [context.mark or PLAN_MARK, seen_line(whole, context.commit)]))
    shown = [item for item in whole.items if item.kind != "quiet"]
    few, listed = len(shown) <= _FEW, sum(len(item.cards) for item in shown) <= _LISTED
    sheet = Sheet(mark, _all(report), foot, inf if few or listed else SCREENS)
    page = _Page(sheet, whole.own, whole.waiting, whole, context, few, few or listed)
    sections = (*page.errors, *page.changes, page.look, page.already, *page.problems)
    page.sheet.keep(sum(each.kept for each in sections) + FOLD * (len(page.beside) + bool(page.found.new)))
    for part in _PARTS if report.is_planned else _WITHOUT_PLAN:
        part(page)
    return page.sheet.text


def without_report(context: Context) -> str:
    """The comment without a plan or a receipt: its notes, and the printed output."""
    sheet = Sheet(context.mark, _LOG, _run_line(context))
    printed = fenced(context.printed) if context.printed else ""
    if context.title:
        sheet.put(context.title)
    _not_as_declared(sheet, context.still_out)
    for each in filter(None, [*map(str, context.notes), printed]):
        sheet.put(each)
    return sheet.text


def issue(report: Report, context: Context) -> str:
    """The issue that is open while something needs a person: notes, what goes out, causes, unsent changes, problems."""
    context = replace(context, files=replace(context.files, folder=report.folder))
    report = report.in_repository
    found = grouped(report)
    sheet = Sheet(context.mark, _LOG, _run_line(context))
    page = _Page(sheet, found, found, found, context, few=False, listed=True)
    _put_context(page)
    _not_as_declared(sheet, not_as_declared(report.plan, report.plan.writes))
    _causes(page, len(found.causes))
    _decisions(page)
    sheet.fill(Section("Not in Buffer yet", found.of("create", "update"), page.line, gap="\n"))
    kept = [item for item in found.of("delete") if not all(card.change.still_goes_out for card in item.cards)]
    sheet.fill(Section("Still in Buffer", kept, page.line, gap="\n"))
    for section in _of_files(report.problems, context.files, _ERRORS):
        sheet.fill(section)
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
    sheet = Sheet(PROBLEMS_MARK, "`bufferctl validate` shows all")
    sheet.put(f"<b>{plain(summary_text(found)) or 'No problems'}.</b>")
    for section in _of_files(found, FileLinks(), len(found)):
        sheet.fill(section)
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
    for section in page.errors:
        page.sheet.fill(section)


def _suspended(page: _Page) -> None:
    """What is suspended or comes back, and right below it what goes out all the same."""
    sheet, opening = page.sheet, opening_of(page.whole.report)
    if opening is None:
        return
    heads = "<br>".join(f"<b>{prose(each)}</b>" for each in opening.heads)
    sheet.put(heads)
    if opening.out:
        _put_still_out(sheet, opening.out_head, opening.out)
        sheet.put(f"To stop these, pause their channels [in Buffer]({words.IN_BROWSER}).")
    if opening.also:
        sheet.put(paragraphs(map(prose, opening.also)))


def _put_still_out(sheet: Sheet, head: str, out: Sequence[StillOut]) -> None:
    """Posts that go out all the same, the first ones open."""
    sheet.put(f"<b>{html(head)}</b>")
    sheet.put("\n".join(map(_still_out, out[:_OPEN])))
    sheet.fold(f"{len(out) - _OPEN:,} more", out[_OPEN:], _still_out)


def _not_as_declared(sheet: Sheet, out: Sequence[StillOut]) -> None:
    """Posts that Buffer publishes although what was merged says otherwise."""
    if out:
        _put_still_out(sheet, not_as_declared_head(len(out)), out)


def _still_out(each: StillOut) -> str:
    return f"- [{plain(each.when)}, {plain(each.channel)}]({words.IN_BROWSER}): {plain(clipped(each.what, EXCERPT))}"


def _first(page: _Page) -> None:
    """What is deleted or taken over of a person, or still goes out though no file says so."""
    _put_notices(page, page.report.first)


def _put_notices(page: _Page, notices: Iterable[Diagnostic]) -> None:
    """Warnings that nobody may overlook, each with its answer."""
    for each in notices:
        page.sheet.put(paragraphs([f"<b>{prose(sentence(each.message))}</b>", *_answer(each.hint)]))


def _not_checked(page: _Page) -> None:
    if page.report.is_offline:
        page.sheet.put(f"<b>{summary.NOT_CHECKED}</b> {summary.NOT_CHECKED_WHY}")


def _since_last_look(page: _Page) -> None:
    """What changed since the comment that this one replaces."""
    earlier = since(page.whole, page.whole.report.earlier)
    if earlier is None:
        return
    told = html(earlier.told(page.whole.report.plan.at))
    if earlier.items:
        page.sheet.fold(told, earlier.items, page.line, gap="\n")
    else:
        page.sheet.put(f"{told}.")


def _needs_you(page: _Page) -> None:
    """By cause, with answers."""
    _causes(page, len(page.found.causes) if page.listed else _OPEN)
    _decisions(page)


def _sent(page: _Page) -> None:
    """The changes: a line each, or the weightiest of them, and the rest in folds."""
    for section in page.changes:
        page.sheet.fill(section)


def _worth_a_look(page: _Page) -> None:
    page.sheet.fill(page.look)


def _already(page: _Page) -> None:
    page.sheet.fill(page.already)


def _problems(page: _Page) -> None:
    for section in page.problems:
        page.sheet.fill(section)


def _calendar(page: _Page) -> None:
    """When more new posts go out than have a line: how many on which day; then, in one fold, a line each by week."""
    found, sheet = page.found, page.sheet
    if page.listed or not found.new:
        return
    today = found.report.plan.at.date()
    spans = [(summary.days_between(week.days[0][0], week.days[-1][0], today), week) for week in found.weeks]
    if len(spans) > _WEEKS:
        spans = [(dates.month(month.monday, in_full=True), month) for month in months_of(found.weeks)]
    if spans:
        with sheet.folded("When", is_open=sheet.shows(_STRIP + _WEEK * len(spans) - FOLD)):
            _strip(sheet, found, spans)
    form = partial(page.posts.line, pictures=len(found.new) <= _PICTURED_FOLDED)
    by_week = [(title, week.items) for title, week in spans]
    by_week.append(("Without a time", tuple(item for item in found.new if item.when is None)))
    rows = [row for title, items in by_week if items for row in _rows(title, items, form)]
    title = f"{count(len(found.new), 'new post')}: the first words of each"
    sheet.fold(title, rows, str, reserved=RESERVED, gap="\n")


def _strip(sheet: Sheet, found: Grouped, spans: Sequence[tuple[str, Week]]) -> None:
    zones = {item.when.zone for item in found.new if item.when}
    where = f" ({plain(zones.pop())})" if len(zones) == 1 and "" not in zones else ""
    sheet.put(f"#### When{where}")
    are_many = len(found.weeks) > _WEEKS
    rows = [(_start(week.monday, are_many=are_many), week.counts) for _, week in spans]
    wide = max(len(name) for name, _ in rows)
    lines = [f"{name:>{wide}} {' '.join(f'{each or chr(183):>2}' for each in days)}" for name, days in [_DAYS, *rows]]
    sheet.put("\n".join(["```text", *lines, "```"]))
    kept = Counter(item.kept_back for item in found.new if item.when and item.kept_back)
    drafts, others = kept["draft"], kept["to approve"]
    not_counted = [count(drafts, "draft")] if drafts else []
    not_counted += [f"{count(others, 'post')} to approve"] if others else []
    if not_counted:
        sheet.put(f"Not counted: {all_of(not_counted)}.")


def _start(monday: date, *, are_many: bool) -> str:
    """Where a row of weeks begins: `1 Dec`, or the month if there are many."""
    return dates.month(monday) if are_many else dates.day(monday, weekday=False, year=False)


def _rows(title: str, items: Sequence[PlanItem], form: Callable[[PlanItem], str]) -> Iterator[str]:
    """The lines of a week's items, the first one below the week's title."""
    networks = len({card.channel.network for item in items for card in item.cards})
    said = f"{title} · {count(len(items), 'post')} · {count(networks, 'network')}"
    for number, item in enumerate(items):
        yield form(item) if number else f"\n<b>{plain(said)}</b>\n\n{form(item)}"


def _folded(page: _Page) -> None:
    """What waits, what changes nothing, and everything that is agreed to."""
    for title, items in page.beside:
        page.sheet.fold(title, items, page.posts.line, gap="\n")
    reviewed = [item for item in page.whole.items if item.digests or item.kind == "hold"]
    title = "Every address, digest, file and full text"
    page.sheet.fold(title, reviewed, page.posts.everything)


#: The parts of a comment on a plan, in their order. Each puts what it has, and nothing else is added to a comment.
_PARTS: tuple[Callable[[_Page], None], ...] = (
    _put_context,
    _headline,
    _errors,
    _suspended,
    _first,
    _not_checked,
    _since_last_look,
    _needs_you,
    _sent,
    _worth_a_look,
    _already,
    _problems,
    _calendar,
    _folded,
)
#: The same where the files have errors, so that there is no plan.
_WITHOUT_PLAN: tuple[Callable[[_Page], None], ...] = (_put_context, _no_plan, _errors, _problems)


def _beside(found: Grouped) -> Iterator[tuple[str, list[PlanItem]]]:
    """What becomes a draft, what waits, by why it does, and what changes nothing in Buffer."""
    off = [item for item in found.changed if item.takes_off]
    if off:
        yield f"{len(off):,} {'becomes a draft' if len(off) == 1 else 'become drafts'}", off
    shown = {id(item) for item in found.new_waiting}
    waiting = [item for item in found.of("note") if item.main.cards[0].change.action is Action.WAITING]
    for cause in causes_of(waiting):
        items = [item for item in cause.items if id(item) not in shown]
        if items:
            yield f"{len(items):,} waiting: {html(clipped(cause.message, MESSAGE))}", items
    noted = [item for item in found.of("note") if item not in waiting]
    if noted:
        yield f"{len(noted):,} without changes in Buffer", noted


def _receipt(page: _Page) -> None:
    sheet, found, report = page.sheet, page.found, page.report
    outcomes = report.outcomes or ()
    _suspended(page)
    sheet.put(f"### {plain(summary.applied(outcomes))}")
    if report.stopped:
        sheet.put(f"Stopped early: {prose(sentence(clipped(report.stopped, 500)))}")
    if report.left is not None:
        sheet.put(prose(summary.left_over(report.left, outcomes)))
    _put_notices(page, report.undeclared)
    _causes(page, len(found.causes))
    _decisions(page)
    for title in ("Not sent", "Waiting"):
        those = [item for item in found.of("late") if item.what == title.lower()]
        sheet.fill(Section(title, those, page.line, gap="\n"))
    for action, title in (("delete", "Deleted"), ("create", "Created"), ("update", "Changed")):
        those = [each for each in found.of("good") if each.main.cards[0].change.action == action]
        sheet.fill(Section(title, those, page.line, gap="\n"))
    sheet.fold("Every address and id", found.items, ids)


#: Where everything is that a job printed.
_LOG = "the log of the run shows all"


def _all(report: Report) -> str:
    """Where to see everything if it does not fit."""
    if report.page:
        return f"{code(report.page)} shows all"
    return f"{code(pasted('bufferctl plan'))} shows all" if report.outcomes is None else _LOG


def _second_line(page: _Page) -> str:
    """What needs a person, and what merging does: posts are counted here, by network."""
    found, context = page.found, page.context
    plan = found.report.plan
    if plan.is_empty and not page.waiting.items:
        return summary.no_changes(found.report)
    held, does = len(found.of("hold")), summary.does(found)
    needs = f"<b>{words.need_you(held)}.</b>" if held else "Nothing needs you."
    into = f"into {code(context.publishes)} " if context.publishes else ""
    still = summary.all_the_same(found)
    sends = plain(does) if does else "sends nothing new" if still else "sends nothing"
    parts = [needs if does else "", f"Merging {into}{sends}{f'; {still}' if still else ''}."]
    parts += [summary.uploads(plan)]
    parts += [f"{summary.NARROWED}."] if plan.narrowed else []
    return f"{' '.join(filter(None, parts))}{_page_link(context.page) if found.report.page else ''}"


def _causes(page: _Page, most: int) -> None:
    """Why posts need a person: `most` causes open, each with what to do, and its posts."""
    sheet, found = page.sheet, page.found
    if found.causes:
        sheet.put("#### Needs you")
    titles = [_title(cause, _TITLE) for cause in found.causes[:most]]
    if not sheet.shows(sum(map(height, titles))):
        titles = [_title(cause, _SHORT_TITLE) for cause in found.causes[:most]]
    for number, (cause, title) in enumerate(zip(found.causes, titles, strict=False), 1):
        others = sum(height(each) for each in titles[number:])
        with sheet.folded(title, is_open=sheet.shows(height(_cause(cause)) + others)):
            _put_cause(page, cause, others)
    sheet.fold(f"{len(found.causes) - most:,} more", found.causes[most:], _cause, reserved=RESERVED)


def _decisions(page: _Page) -> None:
    """The answers that are commands, for people without a command line."""
    cards = [card for item in page.found.of("hold", "bad") for card in item.cards]
    answers = [answer for card in cards if card.todo for answer in card.todo.answers]
    lines = list(decisions_of(answers, page.context.decides_for))
    if page.context.decide and lines:
        text = f"Without a command line, {page.context.decide}:\n\n{fenced(chr(10).join(lines))}"
        with page.sheet.folded("Without a command line", is_open=page.sheet.shows(height(text))):
            page.sheet.put(text)


def _title(cause: NeedsYou, length: int) -> str:
    return f"<b>{html(cause.name)}:</b> {html(clipped(cause.message, length))}"


def _put_cause(page: _Page, cause: NeedsYou, others: int) -> None:
    """A cause with its posts: a few posts in full with their answers, more in a list or below a fold."""
    sheet = page.sheet
    sheet.put(_cause(cause))
    form = partial(_held, page, with_hint=cause.own_hints)
    is_few = sum(len(item.cards) for item in cause.items) <= _FEW
    if is_few and sheet.shows(sum(height(form(item)) for item in cause.items) + others):
        sheet.items(cause.items, form)
    else:
        if page.listed:
            sheet.items(cause.items, page.line, "\n")
        if not page.listed or cause.own_hints or any(page.context.lines.values()):
            title = f"{count(len(cause.items), 'post')}{', each with its answer' if cause.own_hints else ''}"
            sheet.fold(title, cause.items, form, reserved=RESERVED)
    commands = [code(clipped(each, _COMMAND)) for each in _commands(cause)]
    sheet.fold("The command for all of them", commands, str)


def _cause(cause: NeedsYou) -> str:
    """What is wrong with which posts, and one thing to do."""
    commands = {code(each) for each in _commands(cause)}
    answer = [each for each in _answer(cause.hint) if each not in commands]
    return paragraphs([f"<b>{plain(cause.name)}:</b> {prose(clipped(cause.message, MESSAGE))}", *answer])


def _commands(cause: NeedsYou) -> list[str]:
    """The commands of a cause with so many addresses that they do not fit on a screen."""
    return [step.text for step in steps(cause.hint) if step.is_command and len(step.text) > MESSAGE]


def _held(page: _Page, item: PlanItem, *, with_hint: bool) -> str:
    """An item that is held: where it is in the files, how Buffer's version differs, and its own answer."""
    places = sorted({card.change.place for card in item.cards if card.change.place})
    place = f" · {page.context.files.place(places[0])}" if places else ""
    legend = "Struck out: Buffer's. Underlined: the file's." if item.has_both_sides else ""
    hints = [part for hint in item.hints for part in _hint(hint)] if with_hint else []
    written = dict.fromkeys(line for card in item.cards for line in _lines_for(card, page.context.lines))
    answers = [f"```yaml\n{each}\n```" for each in written]
    return paragraphs([page.posts.line(item, beside=place), legend, *answers, *dict.fromkeys(hints)])


def _lines_for(card: Card, lines: Mapping[Place, tuple[str, ...]]) -> tuple[str, ...]:
    """The lines that answer for the entry of a card."""
    return lines.get(card.change.place, ()) if card.change.place else ()


def _of_files(problems: Iterable[Diagnostic], files: FileLinks, most: int) -> Iterator[Section[Diagnostic]]:
    """A section for each file with problems, `8 errors in posts/bad.yaml`; those without a file come first."""
    by_file: dict[str, list[Diagnostic]] = {}
    for each in problems:
        by_file.setdefault(each.place.file if each.place else "", []).append(each)
    for file, found in sorted(by_file.items(), key=lambda each: each[0] != ""):
        number = counts_text(found)
        title = f"{number} in {files.place(Place(file))}" if file else capitalized(number)
        closed = html(f"{number} in {file}" if file else number)
        form = partial(_problem, files=files)
        yield Section(title, found, form, closed, least=min(most, _PROBLEMS), most=most, gap="\n")


def _problem(diagnostic: Diagnostic, files: FileLinks) -> str:
    """A problem on a line of a list: its line as a link, what is wrong, what to do, and the other places."""
    place = diagnostic.place
    where = f"{files.place(place, f'line {place.line}')}: " if place and place.line else ""
    rule = f" ({code(diagnostic.code)})" if diagnostic.code else ""
    lines = [f"{where}{prose(sentence(diagnostic.message))}{rule}", *_answer(diagnostic.hint)]
    lines += [f"{files.place(each.place)}: {prose(each.note)}" for each in diagnostic.related]
    return "\n".join(["- " + "\\\n  ".join(lines), *map(_within, _lines_to_write(diagnostic))])


def _lines_to_write(diagnostic: Diagnostic) -> Iterator[str]:
    """The lines to write into a file to fix a problem."""
    for answer in diagnostic.answers:
        if answer.way is Way.EDIT and not answer.field and isinstance(answer.content, str):
            yield answer.content


def _within(text: str) -> str:
    """A block of code to copy that belongs to the line of a list above it."""
    return "\n".join(f"  {line}" for line in fenced(text).split("\n"))


def _foot(found: Grouped) -> str:
    report = found.report
    parts = [f"Digest {code(report.digest[:SHORT])}"]
    if report.expires_at:
        parts.append(f"may be applied until {dates.local(report.expires_at, 'UTC')}")
    quiet = summary.quiet_counts(report.plan)
    parts += [f"Also: {quiet}"] if quiet and not report.plan.is_empty and report.outcomes is None else []
    links = found.parameters_with_values(_VALUES)
    parts += [f"Links get {plain(all_of(links))}, and are shown without"] if links else []
    parts += [f"Mentions {plain(all_of(found.mentions))}"] if found.mentions else []
    return f"<sub>{' · '.join(parts)}</sub>"


def _hint(hint: str) -> list[str]:
    """One paragraph per step, so that each command can be copied separately."""
    return [prose(f"`{part.text}`" if part.is_command else part.text) for part in steps(hint)]


def _answer(hint: str) -> list[str]:
    return [f"→ {step}" if not number else step for number, step in enumerate(_hint(hint))]
