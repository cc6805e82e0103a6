"""A plan and its results as text for a terminal: by day and item, readable at 80 columns and without color.

Each text is there once with its networks; `--full` adds addresses, digests and everything that is folded. After the
items come the counts and the cost of applying; what needs you is last, where it is easiest to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, starmap

from bufferctl.diagnostics import Diagnostic, all_of
from bufferctl.digests import SHORT
from bufferctl.model import Idea, Post, dates, visible
from bufferctl.model.entries import named, occurrence_of
from bufferctl.plan import STATE_ONLY, WRITING, Action, Change, Outcome, Plan, Reason, ready_at
from bufferctl.render import summary, words
from bufferctl.render.cards import Changed, cards_of, waits_in_queue
from bufferctl.render.counted import changes_counted
from bufferctl.render.grouped import Grouped, Move, NeedsYou, PlanItem, Version, duration, grouped
from bufferctl.render.lines import (
    INDENT,
    Paint,
    capitalized,
    cells,
    clipped,
    count,
    hint_lines,
    indented,
    sentence,
    wrapped,
)
from bufferctl.render.pieces import marked_lines, pieces
from bufferctl.render.report import LOOKS, Report
from bufferctl.render.shown import Media
from bufferctl.render.suspended import opening_of
from bufferctl.value import replace

#: How many lines of a text, and posts of a cause, are shown before they are folded.
FOLD, _POSTS = 12, 3
#: How many posts are shown that go out although they are suspended.
_OUT = 10


def plan_text(report: Report, paint: Paint) -> str:
    """The whole plan, ending in a newline."""
    found = grouped(report, with_quiet=False)
    moves = () if paint.full else found.moves
    moved = {id(item) for move in moves for item in move.items}
    lines = [*opening_lines(report, paint), *(line for move in moves for line in _move(move, paint))]
    items = [item for item in found.items if item.kind != "hold" and id(item) not in moved]
    if not paint.full:  # they are what was there before, and the opening counts them
        items = [item for item in items if not item.takes_off]
    said: set[str] = set()
    for day, group in groupby(items, key=day_of):
        lines += ["", paint.strong(day), *(line for item in group for line in _item(item, found, said, paint))]
    lines += ["", *_summary(found, paint)]
    if report.worth_a_look:
        lines += ["", paint.strong("Worth a look"), *_looks(report.worth_a_look, paint)]
    if found.causes:
        lines += ["", paint.strong(paint.bad("Needs you"))]
        lines += [line for cause in found.causes for line in cause_lines(cause, paint, addresses=paint.full)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _looks(looks: Sequence[Diagnostic], paint: Paint) -> Iterator[str]:
    """The first of what is worth a look, and how many more there are."""
    for each in looks[:LOOKS]:
        first, *more = wrapped(visible(f"{each.message} ({each.code})"), paint.width - 4)
        yield f"  ? {first}"
        yield from (f"    {line}" for line in more)
    left = len(looks) - LOOKS
    if left > 0:
        yield f"  ? and {left:,} more; `--json` has them all"


def opening_lines(report: Report, paint: Paint) -> Iterator[str]:
    """The first lines if something is suspended or comes back, and the posts that still go out."""
    opening = opening_of(report)
    if opening is None:
        return
    for head in opening.heads:
        yield from map(paint.strong, wrapped(head, paint.width))
    if opening.out:
        yield paint.bad(opening.out_head)
    shown = opening.out if paint.full else opening.out[:_OUT]
    for each in shown:
        first, *more = wrapped(f"{each.when}  {each.channel}  {each.what}", paint.width - 4)
        yield f"  {paint.bad('!')} {first}"
        yield from (f"    {line}" for line in (more if paint.full else more[:1]))
    if left := len(opening.out) - len(shown):
        yield f"    {paint.faint(f'… and {left:,} more (--full shows all)')}"
    if opening.out:
        yield from wrapped(f"To stop these, pause their channels in Buffer: {words.IN_BROWSER}", paint.width)
    for sentence_ in opening.also:
        yield from wrapped(sentence_, paint.width)


def differences_text(change: Change, plan: Plan, paint: Paint) -> str:
    """The address of a change and how Buffer and the file differ, ending in a newline."""
    (card,) = cards_of(Report(replace(plan, changes=(change,))))
    lines = [line for changed in card.changed for line in changed_lines(changed, paint, is_held=True)]
    return "\n".join([paint.strong(card.address), *lines]) + "\n"


def day_of(item: PlanItem) -> str:
    """The heading above an item."""
    if item.main.cards[0].at_once:
        return "At once"
    if item.when:
        return dates.day(item.when.due)
    return "In the queue" if waits_in_queue(item.main.cards[0].change) else "Unscheduled"


def _move(move: Move, paint: Paint) -> Iterator[str]:
    """Items that move together: how many, by how much, and the first and last of them."""
    yield f"  {paint.change('~')} {paint.strong(visible(move.file))}: {move.label}"
    yield from indented(move.message, paint) if move.message else ()
    for name, item in (("first", move.items[0]), ("last", move.items[-1])):
        yield from indented(f"{name}: {item.main.changed[0].before} → {item.main.changed[0].after}, {item.name}", paint)
    if days := move.weekdays:
        yield from indented(
            f"days of the week: {', '.join(f'{way} {number:,}' for way, number in days.items())}", paint
        )
    yield f"{INDENT}{paint.faint('--full shows each')}"


def head_lines(item: PlanItem, found: Grouped, paint: Paint, *more_about: str) -> Iterator[str]:
    """When and where an item goes out, and what happens to it, unless its sign says that."""
    card, when = item.main.cards[0], item.when
    is_said = card.is_usual and card.kind in {"create", "update"}
    about = [item.networks, *filter(None, ["" if is_said else card.what, card.why])]
    about += [card.channel.organization] if found.organizations > 1 else []
    about += [f"{each.over:,} too many on {each.channel.network}" for each in item.cards if each.over]
    about += [f"{dates.moment(when.written, year=False)} in the file"] if when and when.written else []
    about += more_about
    name = visible(item.name)
    clock = f"{'about ' if when.is_slot else ''}{when.clock} {when.due.tzname()}  " if when else ""
    first, *more = wrapped(f"{clock}{name}  {', '.join(about)}", paint.width - len(INDENT))
    yield f"  {_painter(card.kind, paint)(card.sign or ' ')} {first.replace(name, paint.strong(name), 1)}"
    yield from (f"{INDENT}{line}" for line in more)


def _item(item: PlanItem, found: Grouped, said: set[str], paint: Paint) -> Iterator[str]:
    """Its head, its text once, how that differs by network, and how it changes.

    `said`: the messages that were shown before; this one's is added. What goes out in spite of a freeze always says so.
    """
    card, action = item.main.cards[0], item.main.cards[0].change.action
    yield from head_lines(item, found, paint)
    if paint.full:
        yield from _addresses(item, paint)
    if action in STATE_ONLY and not paint.full:
        return
    if item.message and (item.is_let_out or item.message not in said):
        said.add(item.message)
        yield from indented(item.message, paint)
        if action is Action.WAITING:
            yield from (line for hint in item.hints for line in hint_lines(hint, paint))
    if item.changes:
        yield from _changes(item, paint)
        if not words.goes_public(card.change):
            return
    yield from _content(item.main, paint)
    for version in item.others:
        yield from _own(version, paint)


def _addresses(item: PlanItem, paint: Paint) -> Iterator[str]:
    for card in item.cards:
        used = card.length
        length = f"  {used.used:,} of {used.limit:,}" if used and used.limit is not None and used.used else ""
        yield f"{INDENT}{card.address}  {paint.faint(card.digest)}{length}".rstrip()
    main = item.main.cards[0]
    made = [tuple(_expansion_lines(card.change.desired)) for card in item.cards]
    for line in _expansion_lines(main.change.desired):
        is_everywhere = all(line in each for each in made)
        yield from indented(line if is_everywhere else f"{main.channel.network}: {line}", paint)


def _changes(item: PlanItem, paint: Paint, *, is_held: bool = False) -> Iterator[str]:
    """Each field that changes; the networks are named if it differs by network."""
    for networks, changes in item.changes:
        if networks:
            yield f"{INDENT}{networks}:"
        for changed in changes:
            yield from changed_lines(changed, paint, is_held=is_held)


def _content(version: Version, paint: Paint) -> Iterator[str]:
    shown = version.shown
    if shown.title:
        yield from indented(f"title: {shown.title}", paint)
    if shown.warning:
        yield from indented(f"content warning: {shown.warning}", paint)
    for number, part in enumerate(shown.parts, 1):
        if number > 1:
            yield f"{INDENT}{paint.faint(f'├ {number} of {len(shown.parts)}')}"
        yield from _quoted(part.text, paint)
        yield from (f"{INDENT}{_media(media, paint)}" for media in part.media)
    if shown.comment:
        yield from indented(f"first comment: {''.join(piece.text for piece in shown.comment)}", paint)
    facts = [f"{fact.name}: {fact.value}" for fact in shown.facts] + (
        [f"tags: {', '.join(shown.tags)}"] * bool(shown.tags)
    )
    for fact in facts:
        yield from indented(fact, paint)


def _own(version: Version, paint: Paint) -> Iterator[str]:
    """What a version has instead of the item's main one: its own text as it will be posted."""
    for changed in version.differs:
        name = f"{version.networks}, {changed.name}"
        if "\n" in changed.after or cells(changed.after) > paint.width // 2:
            yield f"{INDENT}{name}:"
            yield from _quoted(changed.after, paint)
        else:
            yield from indented(f"{name}: {changed.after or 'nothing'}", paint)


def _media(media: Media, paint: Paint) -> str:
    """The kind of an attachment, its address, and what it shows; on one line if it is not shown in full."""
    about, is_whole = f"({' · '.join(media.said)})" if media.said else "", paint.full
    address = media.address or (media.href if is_whole else "")
    line = " ".join(filter(None, [f"with {media.kind}", address, about]))
    return line if is_whole else clipped(line, paint.width - len(INDENT))


def _quoted(text: str, paint: Paint) -> Iterator[str]:
    """The text after a bar, folded if it is long; links in the folded part are shown."""
    bar = paint.faint("│")
    lines = [part for line in text.splitlines() for part in wrapped(line, paint.width - 8)]
    # a single further line takes as much room as saying that there is one
    first = lines if paint.full or len(lines) <= FOLD + 1 else lines[:FOLD]
    for line in first:
        yield f"{INDENT}{bar} {line}".rstrip()
    if more := len(lines) - len(first):
        links = [piece.text for piece in pieces("\n".join(lines[len(first) :])) if piece.kind == "link"]
        folded = f"… {count(more, 'more line')} (--full shows all){', with ' if links else ''}"
        yield f"{INDENT}{bar} {paint.faint(folded)}"
        yield from (f"{INDENT}{bar}   {link}" for link in dict.fromkeys(links))


def changed_lines(changed: Changed, paint: Paint, *, is_held: bool) -> Iterator[str]:
    """One field: on one line if it is short, word by word if it is text, else one value above the other."""
    name = f"{changed.name} (Buffer → file)" if is_held and not changed.is_reviewed else changed.name
    if not changed.before or not changed.after:
        sign, value = (paint.good("+"), changed.after) if changed.after else (paint.bad("-"), changed.before)
        yield from _marked(name, [(sign, value)], paint)
        return
    line = f"{name}: {changed.before} → {changed.after}"
    if "\n" not in line and not changed.is_text and cells(line) <= paint.width - len(INDENT):
        yield f"{INDENT}{line}"
        return
    values = (paint.bad("-"), changed.before), (paint.good("+"), changed.after)
    yield from _mixed(name, changed, paint) or _marked(name, values, paint)


def _mixed(name: str, changed: Changed, paint: Paint) -> list[str]:
    """Both texts combined, below the name; empty if that is not readable."""
    both = marked_lines(changed.words, paint, paint.width - 8) if changed.is_mixed else []
    return [f"{INDENT}{name}:", *(f"{INDENT}{paint.change('│')} {part}".rstrip() for part in both)] if both else []


def _marked(name: str, values: Iterable[tuple[str, str]], paint: Paint) -> Iterator[str]:
    yield f"{INDENT}{name}:"
    for sign, value in values:
        for line in value.splitlines():
            yield from (f"{INDENT}{sign} {part}".rstrip() for part in wrapped(line, paint.width - 8))


def cause_lines(cause: NeedsYou, paint: Paint, *, addresses: bool = False) -> Iterator[str]:
    """Why posts need a person, once; which posts, with how Buffer differs; and one thing to do for all of them.

    `addresses`: also the address and the digest of each post.
    """
    is_one = len(cause.items) == 1
    name = _where(cause.items[0]) if is_one else f"{count(len(cause.items), 'post')}: {cause.name}"
    first, *more = wrapped(name, paint.width - 4)
    yield f"  {paint.bad('!')} {paint.strong(first)}"
    yield from (f"{INDENT}{line}" for line in more)
    yield from indented(cause.message, paint)
    shown = cause.items if paint.full or len(cause.items) <= _POSTS + 1 else cause.items[:_POSTS]
    for item in shown:
        yield from indented(_where(item), paint) if not is_one else ()
        yield from _addresses(item, paint) if addresses else ()
        yield from _changes(item, paint, is_held=True)
        if not item.changes and item.main.cards[0].change.reason is Reason.NOT_REVIEWED:
            yield from _content(item.main, paint)
        if cause.own_hints:
            yield from (line for hint in item.hints for line in hint_lines(hint, paint))
    if left := len(cause.items) - len(shown):
        yield f"{INDENT}{paint.faint(f'… and {left:,} more (--full shows all)')}"
    if cause.hint and not (cause.own_hints and not left):
        yield from hint_lines(cause.hint, paint)


def _where(item: PlanItem) -> str:
    when = f"{item.when.local} ({item.when.away})" if item.when else ""
    return visible(f"{item.name}  {', '.join(filter(None, [item.networks, when, item.main.cards[0].place]))}")


def _summary(found: Grouped, paint: Paint) -> Iterator[str]:
    report, plan = found.report, found.report.plan
    quiet = summary.quiet_counts(plan)
    if plan.is_empty:
        yield paint.strong(paint.good(f"{summary.headline(found)}."))
        yield from wrapped(summary.no_changes(report), paint.width)
    else:
        if report.selection:
            yield from wrapped(f"{summary.NARROWED} ({report.selection}).", paint.width)
        held = len(found.of("hold"))
        needs = f"; {words.need_you(held)}" if held and found.changing else ""
        yield from map(paint.strong, wrapped(f"Plan: {summary.headline(found)}{needs}.", paint.width))
        if at_once := list(filter(words.is_at_once, plan.writes)):
            posts, _ = changes_counted(at_once)
            yield from map(paint.bad, wrapped(f"{posts} will be PUBLISHED AT ONCE when this is applied.", paint.width))
        still = summary.all_the_same(found)
        ends = [f"{capitalized(still)}." if still else "", summary.uploads(plan), f"Also: {quiet}." if quiet else ""]
        for said in filter(None, [_does(found, paint), *ends]):
            yield from wrapped(said, paint.width)
    if report.is_offline:
        yield from wrapped(f"{summary.NOT_CHECKED} {summary.NOT_CHECKED_WHY}", paint.width)
    elif plan.writes:
        yield from wrapped(_requests(plan), paint.width)
    if any(item.digests for item in found.items):
        yield f"Digest {report.digest[:SHORT]}."


def _does(found: Grouped, paint: Paint) -> str:
    """What an apply does, in numbers of posts by network, and when the first one goes out."""
    plan = found.report.plan
    if not plan.writes:
        return ""
    text = f"Apply {summary.does(found)}.".replace("\u00a0", " ")
    if first := summary.first_post(found):
        text += f" The first one goes out {first[0]}, on {first[1].called}."
    text += _parameters(found, with_values=paint.full)
    return text + (f" Mentions {all_of(found.mentions)}." if found.mentions else "")


def _parameters(found: Grouped, *, with_values: bool) -> str:
    """What links get that is not shown, and in which posts, unless it is all of them; empty for nothing."""
    posts = [(card.change.address, card.change.desired) for item in found.items for card in item.cards]
    getting = [(address, post) for address, post in posts if post and post.expansion and post.expansion.parameters]
    if not getting:
        return ""
    where = f" in {named(starmap(occurrence_of, getting))}" if len(getting) < len(posts) else ""
    parameters = found.parameters_with_values() if with_values else found.parameters
    return f" Links{where} get {all_of(list(parameters))}, and are shown without."


def _requests(plan: Plan) -> str:
    """The number of requests that apply will use, and when Buffer allows them."""
    text = summary.requests(plan)
    tightest, end = plan.quota.tightest, ready_at(plan)
    if tightest is None or end is None:
        return text
    text += f" Buffer allows {tightest.left} more within {duration(timedelta(seconds=tightest.window_seconds))}"
    return text + (f", so it would be done at about {dates.local(end, '')}." if end > plan.at else ".")


def _painter(kind: str, paint: Paint) -> Callable[[str], str]:
    painters = {"create": paint.good, "good": paint.good, "update": paint.change}
    return paint.bad if kind in {"delete", "hold", "bad"} else painters.get(kind, paint.faint)


def outcomes_text(report: Report, paint: Paint) -> str:
    """Its outcomes by item: the result, links and ids to import; then Buffer's message, and what a person should do."""
    return "\n".join(line for item in _by_result(report) for line in _result(item, paint))


def _by_result(report: Report) -> list[PlanItem]:
    """The items, failures last."""
    return sorted(grouped(report).items, key=lambda item: ("good", "late", "bad").index(item.kind))


def _result_with_changes(item: PlanItem, paint: Paint) -> Iterator[str]:
    """A result, and old and new of each field that changed."""
    yield from _result(item, paint)
    if item.kind == "good" and item.main.cards[0].change.action is Action.UPDATE:
        yield from _changes(item, paint)


def _result(item: PlanItem, paint: Paint) -> Iterator[str]:
    card = item.main.cards[0]
    yield f"{_painter(card.kind, paint)(card.sign)} {paint.strong(visible(item.name))}  {item.networks}, {item.what}"
    ids = [card.id if card.change.action is Action.ADOPT else card.link for card in item.cards if card.id]
    yield from (f"{INDENT}{each}" for each in ids if each)
    yield from indented(item.message, paint) if item.message else ()
    for hint in item.hints:
        yield from hint_lines(hint, paint)


def applied_text(outcomes: Sequence[Outcome], paint: Paint) -> str:
    """The results of an apply in a sentence."""
    return "".join(f"{paint.strong(line)}\n" for line in wrapped(summary.applied(outcomes), paint.width))


def left_text(left: Plan, planned: Plan, outcomes: Sequence[Outcome], paint: Paint) -> str:
    """The plan that is left after an apply: one line if it is empty or was shown before."""
    total = summary.left_over(left, outcomes)
    if left.is_empty:
        return f"{paint.good(total)}\n"
    unsent = summary.unsent(left, outcomes)
    shown = {(change.slot, change.reason, change.why and change.why.cause) for change in planned.of(Action.HOLD)}
    if unsent.writes or any(
        (each.slot, each.reason, each.why and each.why.cause) not in shown for each in left.of(Action.HOLD)
    ):
        return f"Read again after applying; this is left:\n{plan_text(Report(unsent), paint)}"
    return f"{total}\n"


def receipt_text(report: Report, finished_at: datetime, paint: Paint) -> str:
    """The results of an apply: each item, failures last; the counts, why it stopped, and what was left."""
    outcomes = report.outcomes or ()
    items = _by_result(replace(report, plan=replace(report.plan, changes=())))
    lines = [*opening_lines(report, paint), *(line for item in items for line in _result_with_changes(item, paint))]
    if report.stopped:
        why = wrapped(visible(sentence(f"It stopped early: {report.stopped}")), paint.width)
        lines += ["", *map(paint.bad, why)]
    lines += ["", applied_text(outcomes, paint).rstrip("\n")]
    if report.left and any(outcome.change.action in WRITING for outcome in outcomes):
        lines.append(left_text(report.left, report.plan, outcomes, paint).rstrip("\n"))
    lines.append(f"At {visible(report.plan.endpoint)}, finished {dates.local(finished_at, 'UTC')}.")
    return "\n".join(lines).lstrip("\n") + "\n"


def _expansion_lines(item: Post | Idea | None) -> Iterator[str]:
    """How a post was made from a shorthand or repeated entry, one line per step; nothing for other posts."""
    made = item.expansion if item else None
    if item is None or made is None:
        return
    if made.number:
        repeats = f", same text as `{made.repeats}`" if made.repeats else ""
        yield f"occurrence {made.number} of {made.times}, every {visible(made.every)}{repeats} ({item.place})"
    if made.starts:
        yield f"its time counts from `starts`, {made.starts}"
    for each in made.variables:
        value = visible(" ".join(each.value.split()))
        yield f"$({each.name}) is {value}{f' ({each.place})' if each.place else ''}"
    if made.parameters:
        yield f"links get {', '.join(map(visible, made.parameters))}"
