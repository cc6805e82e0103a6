"""A plan or a receipt as a pull request comment: the first post to go out, what needs a person, then every post.

It is made for reading on a phone, and fits into one comment: items that need a person and deletes are kept before
anything else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from itertools import chain

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.digests import SHORT, change_digest
from bufferctl.model.plain_text import visible
from bufferctl.plan import STATE_ONLY, WRITING, Action, Change, Outcome, Plan, Status
from bufferctl.render import summary
from bufferctl.render.cards import Card, Changed, by_time, card_of
from bufferctl.render.diagnostics import summary_text
from bufferctl.render.lines import count, sentence, steps
from bufferctl.render.markdown_text import (
    Item,
    Section,
    clipped,
    code,
    fitted,
    link,
    marked,
    picture,
    plain,
    quoted,
    size,
)
from bufferctl.render.pieces import Piece
from bufferctl.render.report import Report, by_severity
from bufferctl.render.shown import Media, Pictures
from bufferctl.render.words import is_at_once, was_draft

#: UTF-16 units of a report; GitHub takes 65,536 characters in a comment, and `bufferctl ci` adds a few lines.
LIMIT = 63_500
#: The first line of every comment, by which a later run finds the comment to replace. User text cannot contain it.
PLAN_MARK, RECEIPT_MARK = "<!-- bufferctl:plan -->", "<!-- bufferctl:receipt -->"
PROBLEMS_MARK = "<!-- bufferctl:problems -->"

#: How many characters of a name and of a message are shown on one line.
_NAME, _MESSAGE = 60, 200
_CODE = re.compile(r"`([^`]+)`")
#: How many problems of files and plan are listed before the changes; each is annotated at its line, too.
_PROBLEMS = 10
_PROBLEMS_TITLE = "Problems"
#: Room for the line that says how many changes are not shown in full.
_CUT_ROOM = 160
_MORE_PROBLEMS = "problems; `bufferctl validate` shows all of the files"


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
    """The problems in the files alone, in the same form."""
    found = by_severity(report.diagnostics)
    counted = plain(summary_text(found)) or "No problems"
    head = f"{PROBLEMS_MARK}\n\n**{counted}.**"
    section = Section(_PROBLEMS_TITLE, len(found), map(problem_item, found), _MORE_PROBLEMS)
    room = LIMIT - size(head) - 5
    return "\n\n".join([head, *(each.text for each in fitted([section], room))]) + "\n"


def _all(report: Report) -> str:
    """Where to see everything if it does not fit."""
    if report.page:
        return f"{code(report.page)} shows all"
    return "`bufferctl plan` shows all" if report.outcomes is None else "the log of the run shows all"


def _plan_head(report: Report) -> Iterator[str]:
    plan = report.plan
    yield PLAN_MARK
    rest = summary.quiet_counts(plan)
    if plan.is_empty:
        about = summary.no_changes(plan, is_offline=report.is_offline)
        yield f"**No changes.** {about}{f': {rest}' if rest else ''}."
    else:
        yield f"**{summary.counts(plan)}.**{_first_post(plan)}"
        yield from [summary.uploads(plan)] if plan.uploads else []
        yield from [f"Also: {rest}."] if rest else []
        yield from [f"{summary.NARROWED}."] if plan.narrowed else []
    if report.is_offline:
        yield f"**{summary.NOT_CHECKED}** {summary.NOT_CHECKED_WHY}"


def _foot(report: Report) -> str:
    parts = [f"Digest {code(report.digest[:SHORT])}"]
    if report.expires_at:
        parts.append(f"may be applied until {report.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return f"<sub>{' · '.join(parts)}</sub>"


def _first_post(plan: Plan) -> str:
    first = summary.first_post(plan)
    where = f" First: **{first[0]}**, {plain(clipped(first[1].called, _NAME))}." if first else ""
    return f" {summary.new_posts(plan)}{where}".rstrip()


def _planned(report: Report) -> Iterator[Section]:
    """Sections in order of importance, which also decides what to keep if not everything fits."""
    plan = report.plan
    problems = by_severity((*report.diagnostics, *plan.warnings))
    at_once = [each for each in plan.of(Action.CREATE, Action.UPDATE) if is_at_once(each)]
    live = [each for each in plan.of(Action.UPDATE) if was_draft(each) and not is_at_once(each)]
    updates, creates = ([e for e in plan.of(action) if not is_at_once(e)] for action in (Action.UPDATE, Action.CREATE))
    holds, deletes, waiting = (plan.of(action) for action in (Action.HOLD, Action.DELETE, Action.WAITING))
    quiet = plan.of(*STATE_ONLY)

    many = _is_of_many(plan)

    def section(title: str, changes: Sequence[Change], more: str, **how: bool) -> Section:
        items = (
            _change_item(_card(each, report), with_organization=many, digest=change_digest(each)[:SHORT])
            for each in sorted(changes, key=lambda each: by_time(each, plan))
        )
        return Section(title, len(changes), items, f"{more}; {_all(report)}", **how)

    blocked = summary.of_one_channel(holds)
    in_blocked = {change.slot for changes in blocked for change in changes}
    single = [each for each in holds if each.slot not in in_blocked]
    yield _below_channels(blocked, section("Needs you", single, "that need you", must=True))
    yield section("Will be published at once", at_once, "that will be published at once", must=True)
    yield section("Will go live (was a draft)", live, "that will go live")
    yield section("Will be deleted", deletes, "to delete", must=True)
    yield Section(_PROBLEMS_TITLE, len(problems), map(problem_item, problems[:_PROBLEMS]), _MORE_PROBLEMS)
    updates = [each for each in updates if each not in live]
    moved = summary.moved_together(plan, updates)
    together = {each.slot for move in moved for each in move.changes}
    others = section("Will change", [each for each in updates if each.slot not in together], "to change")
    changed = chain((_moved_item(move, plan) for move in moved), others.items)
    yield replace(others, number=len(moved) + others.number, items=changed)
    yield section("Will be created", creates, "to create")
    yield section("Waiting", waiting, "that wait", is_folded=True)
    yield section("Nothing to do in Buffer", quiet, "with nothing to do in Buffer", is_folded=True, is_brief=True)


def _is_of_many(plan: Plan) -> bool:
    return len({each.address.organization for each in plan.changes}) > 1


def _receipt_head(report: Report, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    yield RECEIPT_MARK
    yield f"**{plain(summary.applied(outcomes))}**"
    if report.stopped:
        yield f"Stopped early: {_prose(sentence(clipped(report.stopped, 500)))}"
    if report.left is not None:
        yield summary.left_over(report.left, outcomes)


def _applied(report: Report, outcomes: tuple[Outcome, ...]) -> Iterator[Section]:
    in_time = sorted(outcomes, key=lambda each: by_time(each.change, report.plan))
    by_status = {status: [each for each in in_time if each.status is status] for status in Status}
    done = by_status[Status.DONE]
    trouble = [each for status in (Status.REFUSED, Status.DIFFERS, Status.HELD) for each in by_status[status]]
    quiet = [each for each in done if each.change.action not in WRITING]

    many = _is_of_many(report.plan)

    def section(title: str, found: Sequence[Outcome], more: str, **how: bool) -> Section:
        items = (_outcome_item(_card(each.change, report, each), with_organization=many) for each in found)
        return Section(title, len(found), items, f"{more}; {_all(report)}", **how)

    blocked = summary.of_one_channel(each.change for each in trouble)
    in_blocked = {change.slot for changes in blocked for change in changes}
    others = [each for each in trouble if each.change.slot not in in_blocked]
    yield _below_channels(blocked, section("Needs you", others, "that need you", must=True))
    for action, title in ((Action.DELETE, "Deleted"), (Action.CREATE, "Created"), (Action.UPDATE, "Changed")):
        yield section(title, [each for each in done if each.change.action is action], title.lower())
    yield section("Not sent", by_status[Status.NOT_SENT], "not sent")
    yield section("Waiting", by_status[Status.WAITING], "that wait")
    yield section("Nothing done in Buffer", quiet, "with nothing done in Buffer", is_folded=True, is_brief=True)


def _card(change: Change, report: Report, outcome: Outcome | None = None) -> Card:
    return card_of(change, report.plan, report.lengths, outcome, pictures=Pictures(report.public))


def _change_item(card: Card, *, with_organization: bool, digest: str) -> Item:
    """A planned change: what happens where and when, and what readers will see.

    `digest`: that of the change that a reviewer agrees to; empty if there is nothing to agree to.
    """
    head = _head(f"{card.sign} {card.what}", card, with_organization=with_organization)

    def full() -> str:
        hint = _hint(card.hint, f"{code(card.place)}: " if card.place else "")
        body = [*_paragraphs([_prose(card.message), *hint]), *_changed(card), *_content(card), *_details(card, digest)]
        return _listed(head, body)

    return Item(_brief(head, card), full)


def _moved_item(moved: summary.Moved, plan: Plan) -> Item:
    """Posts that move together as one item; below, folded, each with its old and new time."""
    head = f"**~ {moved.label}** · {code(moved.file)}"

    def full() -> str:
        times = [
            f"- {code(visible(str(change.address)))}: {_values(changed)}"
            for change in moved.changes
            for changed in card_of(change, plan).changed
        ]
        return _listed(head, ["", "<details><summary>Each post</summary>", "", *times, "", "</details>"])

    return Item(f"- {head}", full)


def _below_channels(blocked: Sequence[Sequence[Change]], section: Section) -> Section:
    """The section, with the channels that hold several posts before its items."""
    return replace(
        section, number=len(blocked) + section.number, items=chain(map(_blocked_item, blocked), section.items)
    )


def _blocked_item(changes: Sequence[Change]) -> Item:
    """A channel that holds several posts as one item; below, folded, their addresses."""
    first = changes[0]
    head = f"**! {count(len(changes), 'post')} held** · {code(first.address.channel)}"

    def full() -> str:
        posts = [f"- {code(visible(str(change.address)))}" for change in changes]
        why = _paragraphs([_prose(f"{first.message}."), *_hint(first.hint, "")])
        return _listed(head, [*why, "", "<details><summary>Each post</summary>", "", *posts, "", "</details>"])

    return Item(f"- {head}", full)


def _outcome_item(card: Card, *, with_organization: bool) -> Item:
    """What happened to a change, with its id in Buffer and where it can be seen."""
    head = _head(f"{card.sign} {card.what}", card, with_organization=with_organization)
    head += f" · {link(card.link, 'see it')}" if card.link else ""

    def full() -> str:
        names = [code(card.address), *([code(card.id)] if card.id else [])]
        quote = quoted([plain(card.excerpt)]) if card.excerpt else ()
        return _listed(head, [*quote, *_paragraphs([_prose(card.message), *_hint(card.hint)]), "", " · ".join(names)])

    return Item(_brief(head, card), full)


def problem_item(diagnostic: Diagnostic) -> Item:
    """A problem in the files or in the plan, with its place."""
    sign = "error" if diagnostic.severity is Severity.ERROR else "warning"
    place = f" {code(clipped(str(diagnostic.place), _MESSAGE))}" if diagnostic.place else ""

    def full() -> str:
        rule = f" ({code(diagnostic.code)})" if diagnostic.code else ""
        more = _hint(diagnostic.hint)
        more += [f"{code(str(each.place))}: {_prose(each.note)}" for each in diagnostic.related]
        return _listed(f"**{sign}**{place}: {_prose(sentence(diagnostic.message))}{rule}", _paragraphs(more))

    return Item(f"- **{sign}**{place}: {_prose(clipped(diagnostic.message, _MESSAGE))}", full)


def _prose(text: str) -> str:
    """One of bufferctl's messages; text between backticks is code."""
    return "".join(code(part) if number % 2 else plain(part) for number, part in enumerate(_CODE.split(text)))


def _hint(hint: str, place: str = "") -> list[str]:
    """One paragraph per step, so that each command can be copied separately."""
    first, *rest = [_prose(f"`{part.text}`" if part.is_command else part.text) for part in steps(hint)] or [""]
    return [f"→ {place}{first}", *rest] if first else []


def _head(what: str, card: Card, *, with_organization: bool) -> str:
    parts = [plain(clipped(card.channel.called, _NAME))]
    parts += [plain(clipped(card.channel.organization, _NAME))] if with_organization else []
    if card.length and card.length.limit and card.kind in {"create", "update", "hold"}:
        used = f"{card.length.used:,} of {card.length.limit:,}"
        parts.append(f"**{used}, {card.over:,} too many**" if card.over else used)
    when = f", {card.when.local}" if card.when else ""
    return " · ".join([f"**{plain(what + when)}**", *parts])


def _content(card: Card) -> Iterator[str]:
    """The content as readers of the network see it, unless the difference above shows it."""
    shown, first = card.shown, card.shown.parts[:1]
    if shown.title.strip():
        yield from ("", *quoted([f"**{plain(shown.title.strip())}**"]))
    if shown.warning.strip():
        yield from ("", f"Behind the warning {plain(shown.warning)}:")
    if not any(changed.name == "text" and changed.words for changed in card.changed):
        yield from _text(part.pieces for part in first)
    yield from _pictures(first[0].media if first else ())
    for number, part in enumerate(shown.parts[1:], 2):
        yield from ("", f"{number} of {len(shown.parts)}:", *_text([part.pieces]), *_pictures(part.media))
    if shown.comment:
        yield from ("", "First comment:", *_text([shown.comment]))


def _text(texts: Iterable[tuple[Piece, ...]]) -> Iterator[str]:
    for pieces in texts:
        if lines := marked(pieces):
            yield from ("", *quoted(lines))


def _pictures(media: Sequence[Media]) -> Iterator[str]:
    """The first image that can be shown, and the other attachments."""
    kinds, first = Counter(each.kind for each in media), ""
    for each in media:
        if first := picture(each.src, each.alt):
            kinds[each.kind] -= 1
            break
    rest = ", ".join(count(number, kind) for kind, number in kinds.items() if number)
    names = [code(each.address) for each in media if each.about and not picture(each.src, each.alt)]
    rest += f" ({', '.join(names)})" if names else ""
    yield from ("", first) if first else ()
    yield from ("", f"and {rest}" if first else f"with {rest}") if rest else ()


def _changed(card: Card) -> Iterator[str]:
    """Both values of each field that differs: the old and the new one; for a hold, Buffer's and the file's."""
    if card.kind == "hold" and card.changed:
        yield from ("", "Struck out: Buffer's version. Underlined: the file's version.")
    for changed in card.changed:
        if not changed.words:
            yield from ("", f"{code(changed.name)}: {_values(changed)}")
            continue
        if changed.name != "text":
            yield from ("", f"{code(changed.name)}:")
        yield from _text([changed.words] if changed.is_mixed else [(piece,) for piece in changed.words])


def _values(changed: Changed) -> str:
    before, after = f"<del>{plain(changed.before)}</del>", f"<ins>{plain(changed.after)}</ins>"
    return " → ".join([*([before] if changed.before else []), after if changed.after else "nothing"])


def _details(card: Card, digest: str) -> Iterator[str]:
    """The folded part: the address, the place, and every field that is not text."""
    shown = card.shown
    yield from ("", "<details><summary>Details</summary>", "")
    yield f"- {code(card.address)}{f' in {code(card.place)}' if card.place else ''}"
    if digest:
        yield f"- digest {code(digest)}"
    if card.why:
        yield f"- {plain(card.why)}"
    if shown.tags:
        yield f"- tags: {', '.join(map(plain, shown.tags))}"
    yield from (f"- {code(fact.name)}: {plain(fact.value)}" for fact in shown.facts)
    for media in (media for part in shown.parts for media in part.media):
        where = link(media.href, media.href) if media.href else plain(media.address)
        about = (plain(each) for each in (media.about, media.alt, media.title, media.text))
        yield f"- {plain(media.kind)}: {' · '.join(filter(None, [where, *about]))}"
    yield from ("", "</details>")


def _brief(head: str, card: Card) -> str:
    about = clipped(card.message, _MESSAGE) or card.excerpt
    return f"- {head}: {_prose(about)}" if about else f"- {head}"


def _paragraphs(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in ("", line)]


def _listed(head: str, body: Iterable[str]) -> str:
    """An item of a list: everything below its first line is indented, and no two empty lines follow each other."""
    kept = [f"- {head}"]
    for line in body:
        if line or kept[-1]:
            kept.append(f"  {line}" if line else "")
    while not kept[-1]:
        kept.pop()
    return "\n".join(kept)
