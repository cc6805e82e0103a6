"""A plan or a receipt as a comment for a pull request: what goes out first, what needs somebody, then every post.

Made to be read on a phone, and to fit into one comment: what needs a person, and what is deleted, is kept before all
else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.digests import SHORT, change_digest
from bufferctl.plan import STATE_ONLY, WRITING, Action, Change, Outcome, Plan, Status
from bufferctl.render.cards import Card, card_of, channel_of, first_out
from bufferctl.render.diagnostics import summary_text
from bufferctl.render.markdown_fit import Section, fitted
from bufferctl.render.markdown_items import Item, change_item, outcome_item, problem_item, prose
from bufferctl.render.markdown_text import clipped, code, plain, size
from bufferctl.render.paint import Paint, sentence
from bufferctl.render.report import Report
from bufferctl.render.text import no_changes, quiet_counts
from bufferctl.render.text_outcomes import applied_text, left_said
from bufferctl.render.words import is_at_once, need_you

#: UTF-16 units of a report; GitHub takes 65,536 characters in a comment, and `bufferctl ci` adds a few lines.
LIMIT = 63_500
#: First in every comment, so that a later run finds the one to replace. No text of people can contain it.
PLAN_MARK, RECEIPT_MARK = "<!-- bufferctl:plan -->", "<!-- bufferctl:receipt -->"
PROBLEMS_MARK = "<!-- bufferctl:problems -->"

_NAME = 60
#: So many problems of files and plan stand before the changes; each is at its line, too.
_PROBLEMS = 10
_PROBLEMS_TITLE = "Problems"
#: Room for the line that says how many changes are not shown in full.
_CUT_ROOM = 160
_MORE_PROBLEMS = "problems; `bufferctl validate` shows all of the files"
_NOT_CHECKED = (
    "**Not checked against Buffer.** This was made from the files and the last record alone; what people did in Buffer "
    "since is not in it."
)


def report_markdown(report: Report) -> str:
    """The report as GitHub's Markdown, at most `LIMIT` long, ending in a newline; its first line is its mark."""
    head = "\n\n".join(_plan_head(report) if report.outcomes is None else _receipt_head(report, report.outcomes))
    sections = list(_planned(report) if report.outcomes is None else _applied(report, report.outcomes))
    foot = _foot(report)
    shown = list(fitted(sections, LIMIT - size(head) - size(foot) - _CUT_ROOM - 5))
    cut = sum(each.cut for each in shown if each.section.title != _PROBLEMS_TITLE)
    changes = "1 change is" if cut == 1 else f"{cut:,} changes are"
    more = f"**{changes} not shown in full here; {_all(report)}.**" if cut else ""
    return "\n\n".join(filter(None, [head, more, *(each.text for each in shown), foot])) + "\n"


def problems_markdown(report: Report) -> str:
    """The problems of the files alone, in the same way."""
    found = _by_severity(report.diagnostics)
    counted = plain(summary_text(found)) or "No problems"
    head = f"{PROBLEMS_MARK}\n\n**{counted}.**"
    section = Section(_PROBLEMS_TITLE, len(found), map(problem_item, found), _MORE_PROBLEMS)
    room = LIMIT - size(head) - 5
    return "\n\n".join([head, *(each.text for each in fitted([section], room))]) + "\n"


def _all(report: Report) -> str:
    """Where everything is shown that does not fit."""
    if report.page:
        return f"{code(report.page)} shows all"
    return "`bufferctl plan` shows all" if report.outcomes is None else "the log of the run shows all"


def _by_severity(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    return sorted(problems, key=lambda each: each.severity is not Severity.ERROR)


def _plan_head(report: Report) -> Iterator[str]:
    plan, counts = report.plan, report.plan.count()
    yield PLAN_MARK
    rest = quiet_counts(plan)
    if plan.is_empty:
        about = no_changes(plan, is_offline=report.is_offline)
        yield f"**No changes.** {about}{f': {rest}' if rest else ''}."
    else:
        needs = f"; {need_you(counts[Action.HOLD])}"
        yield (
            f"**{counts[Action.CREATE]:,} to create, {counts[Action.UPDATE]:,} to change, "
            f"{counts[Action.DELETE]:,} to delete{needs if counts[Action.HOLD] else ''}.**{_first_out(report)}"
        )
        yield from [f"Also: {rest}."] if rest else []
        yield from ["Limited to the selected posts."] if plan.narrowed else []
    if report.is_offline:
        yield _NOT_CHECKED


def _foot(report: Report) -> str:
    parts = [f"Digest {code(report.digest[:SHORT])}"] if report.digest else []
    if report.expires_at:
        parts.append(f"may be applied until {report.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return f"<sub>{' · '.join(parts)}</sub>" if parts else ""


def _first_out(report: Report) -> str:
    """What goes out first of what the plan writes, and when."""
    first = first_out(report.plan)
    if first is None:
        return ""
    change, when = first
    return f" First post: **{when}**, {plain(clipped(channel_of(change, report.plan).called, _NAME))}."


def _planned(report: Report) -> Iterator[Section]:
    """In the order in which they are needed, and kept where not all fit."""
    plan = report.plan
    problems = _by_severity((*report.diagnostics, *plan.warnings))
    at_once = [each for each in plan.of(Action.CREATE, Action.UPDATE) if is_at_once(each)]
    updates, creates = ([e for e in plan.of(action) if not is_at_once(e)] for action in (Action.UPDATE, Action.CREATE))
    holds, deletes, waiting = (plan.of(action) for action in (Action.HOLD, Action.DELETE, Action.WAITING))
    quiet = plan.of(*STATE_ONLY)

    def items(changes: Sequence[Change]) -> tuple[int, Iterator[Item]]:
        many = _is_of_many(plan)
        return len(changes), (
            change_item(_card(each, report), with_organization=many, digest=change_digest(each)[:SHORT])
            for each in sorted(changes, key=_by_time)
        )

    yield Section("Needs you", *items(holds), f"that need you; {_all(report)}", must=True)
    yield Section(
        "Will be published at once", *items(at_once), f"that will be published at once; {_all(report)}", must=True
    )
    yield Section("Will be deleted", *items(deletes), f"to delete; {_all(report)}", must=True)
    yield Section(_PROBLEMS_TITLE, len(problems), map(problem_item, problems[:_PROBLEMS]), _MORE_PROBLEMS)
    yield Section("Will change", *items(updates), f"to change; {_all(report)}")
    yield Section("Will be new", *items(creates), f"to create; {_all(report)}")
    yield Section("Waiting", *items(waiting), f"that wait; {_all(report)}", is_folded=True)
    yield Section(
        "Nothing to do in Buffer",
        *items(quiet),
        f"with nothing to do in Buffer; {_all(report)}",
        is_folded=True,
        is_brief=True,
    )


def _is_of_many(plan: Plan) -> bool:
    return len({each.address.organization for each in plan.changes}) > 1


def _receipt_head(report: Report, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    yield RECEIPT_MARK
    yield f"**{plain(applied_text(outcomes, Paint()).strip())}**"
    if report.stopped:
        yield f"Stopped early: {prose(sentence(clipped(report.stopped, 500)))}"
    if report.left is not None:
        yield left_said(report.left, outcomes)


def _applied(report: Report, outcomes: tuple[Outcome, ...]) -> Iterator[Section]:
    by_time = sorted(outcomes, key=lambda each: _by_time(each.change))
    by_status = {status: [each for each in by_time if each.status is status] for status in Status}
    done = by_status[Status.DONE]
    trouble = [each for status in (Status.REFUSED, Status.DIFFERS, Status.HELD) for each in by_status[status]]
    quiet = [each for each in done if each.change.action not in WRITING]

    def items(found: Sequence[Outcome]) -> tuple[int, Iterator[Item]]:
        many = _is_of_many(report.plan)
        return len(found), (outcome_item(_card(each.change, report, each), with_organization=many) for each in found)

    yield Section("Needs you", *items(trouble), f"that need you; {_all(report)}", must=True)
    for action, title in ((Action.DELETE, "Deleted"), (Action.CREATE, "Created"), (Action.UPDATE, "Changed")):
        yield Section(
            title, *items([each for each in done if each.change.action is action]), f"{title.lower()}; {_all(report)}"
        )
    yield Section("Not sent", *items(by_status[Status.NOT_SENT]), f"not sent; {_all(report)}")
    yield Section("Waiting", *items(by_status[Status.WAITING]), f"that wait; {_all(report)}")
    yield Section(
        "Nothing done in Buffer",
        *items(quiet),
        f"with nothing done in Buffer; {_all(report)}",
        is_folded=True,
        is_brief=True,
    )


def _card(change: Change, report: Report, outcome: Outcome | None = None) -> Card:
    return card_of(change, report.plan, report.lengths, outcome, is_preview=False)


def _by_time(change: Change) -> tuple[bool, float, str]:
    """By the time it goes out, what has none last."""
    return change.due_at is None, change.due_at.timestamp() if change.due_at else 0.0, str(change.address)
