"""A plan and its results as text for a terminal: plain words, readable at 80 columns and without color.

A plan is ordered by channel and time, each change with the digest that a review can refer to; then come the counts and
the cost of applying; what needs you is last, where it is easiest to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from bufferctl.digests import REVIEWED, SHORT, change_digest, digest_of
from bufferctl.model import Address, Idea, Post
from bufferctl.model.content import TextLength
from bufferctl.model.plain_text import visible
from bufferctl.plan import STATE_ONLY, WRITING, Action, Change, Outcome, Plan, Reason, Status, ready_at
from bufferctl.render import summary, words
from bufferctl.render.cards import Card, Changed, by_time, card_of, mark, moment_of
from bufferctl.render.lines import INDENT, Paint, cells, count, hint_lines, indented, sentence, wrapped
from bufferctl.render.pieces import marked_lines, pieces
from bufferctl.render.report import Report
from bufferctl.render.shown import Media, Shown

#: How many lines of a text are shown before it is folded.
FOLD = 12

_SHOWN = WRITING | STATE_ONLY | {Action.HOLD, Action.WAITING}
#: Actions that send a declared object, now or later.
_SENT = frozenset({Action.CREATE, Action.UPDATE, Action.WAITING})
#: Shown instead of a message and a hint that are the same as in the change above.
_SAME = "same reason as above"
_HOUR = 3600


def plan_text(
    plan: Plan,
    paint: Paint,
    lengths: Mapping[Address, TextLength] | None = None,
    *,
    is_offline: bool = False,
    selection: str = "",
) -> str:
    """The whole plan, ending in a newline. `lengths`: text lengths by address. The rest is as in `Report`."""
    digests = {change.slot: change_digest(change) for change in plan.changes if change.action in REVIEWED}

    def cards_text(cards: Iterable[Card]) -> Iterator[str]:
        above = None
        for card in cards:
            yield from _card(card, above, digests.get(card.change.slot, ""), paint)
            above = card

    moved = () if paint.full or paint.verbose else summary.moved_together(plan)
    blocked = () if paint.full or paint.verbose else summary.of_one_channel(plan.changes)
    together = {change.slot for changes in (*(each.changes for each in moved), *blocked) for change in changes}
    shown = [change for change in plan.changes if change.action in _SHOWN and change.slot not in together]
    shown.sort(key=lambda each: by_time(each, plan))
    cards = [card_of(change, plan, lengths) for change in shown]
    by_home = sorted((card for card in cards if card.kind != "hold"), key=lambda card: card.channel.home)
    lines = [line for each in moved for line in _moved(each, plan, paint)]
    for home, group in groupby(by_home, key=lambda card: card.channel.home):
        lines += ["", paint.strong(home), *cards_text(group)]
    lines += [""]
    if selection and not plan.is_empty:
        lines += wrapped(f"{summary.NARROWED} ({selection}).", paint.width)
    lines += _summary(plan, paint, is_offline=is_offline)
    if digests:
        lines.append(f"Digest {digest_of(digests.values())[:SHORT]}.")
    holds = [card for card in cards if card.kind == "hold"]
    if holds or blocked:
        channels = (line for each in blocked for line in _blocked(each, paint))
        lines += ["", paint.strong(paint.bad("Needs you")), *channels, *cards_text(holds)]
    return "\n".join(lines).lstrip("\n") + "\n"


def differences_text(change: Change, plan: Plan, paint: Paint) -> str:
    """The address of a change and how Buffer and the file differ, ending in a newline."""
    card = card_of(change, plan)
    lines = [line for changed in card.changed for line in _changed(changed, paint, is_held=True)]
    return "\n".join([paint.strong(card.address), *lines]) + "\n"


def _moved(moved: summary.Moved, plan: Plan, paint: Paint) -> Iterator[str]:
    """Posts that move together: how many, by how much, and the first and last of them."""
    yield f"  {paint.change('~')} {paint.strong(visible(moved.file))}: {moved.label}"
    for name, change in (("first", moved.changes[0]), ("last", moved.changes[-1])):
        moment = moment_of(change, plan)
        address = visible(str(change.address))
        yield from indented(f"{name}: {moment.local}, {address}" if moment else f"{name}: {address}", paint)
    yield f"{INDENT}{paint.faint('--full shows each')}"


def _blocked(changes: Sequence[Change], paint: Paint) -> Iterator[str]:
    """A channel that holds several posts: why, and what to do, once."""
    channel, held = visible(changes[0].address.channel), count(len(changes), "post")
    yield f"  {paint.bad('!')} {paint.strong(channel)}: {held} held"
    yield from indented(f"{visible(changes[0].message)}.", paint)
    yield from indented(f"→ {visible(changes[0].hint)}", paint)
    yield f"{INDENT}{paint.faint('--full shows each')}"


def _summary(plan: Plan, paint: Paint, *, is_offline: bool) -> Iterator[str]:
    quiet = summary.quiet_counts(plan)
    not_checked = wrapped(f"{summary.NOT_CHECKED} {summary.NOT_CHECKED_WHY}", paint.width) if is_offline else []
    if plan.is_empty:
        yield paint.strong(paint.good("No changes."))
        about = summary.no_changes(plan, is_offline=is_offline)
        yield from wrapped(f"{about}{': ' + quiet if quiet else ''}.", paint.width)
        yield from not_checked
        return
    yield paint.strong(f"Plan: {summary.counts(plan)}.")
    if new := summary.new_posts(plan):
        first = summary.first_post(plan)
        where = f" First: {first[0]}, {first[1].label}." if first else ""
        yield from wrapped(new + where, paint.width)
    if at_once := sum(map(words.is_at_once, plan.writes)):
        yield paint.bad(f"{count(at_once, 'post')} will be PUBLISHED AT ONCE when this is applied.")
    if plan.uploads:
        yield from wrapped(summary.uploads(plan), paint.width)
    if quiet:
        yield from wrapped(f"Also: {quiet}.", paint.width)
    yield from not_checked
    if plan.writes and not is_offline:
        yield from wrapped(_requests(plan), paint.width)


def _requests(plan: Plan) -> str:
    """The number of requests that apply will use, and when Buffer allows them."""
    text = summary.requests(plan)
    tightest, end = plan.quota.tightest, ready_at(plan)
    if tightest is None or end is None:
        return text
    seconds = tightest.window_seconds
    span = f"{seconds // 60} minutes" if seconds < _HOUR else count(round(seconds / _HOUR), "hour")
    text += f" Buffer allows {tightest.left} more within {span}"
    return text + (f", so it would be done at about {words.local(end, '')}." if end > plan.at else ".")


def _card(card: Card, above: Card | None, digest: str, paint: Paint) -> Iterator[str]:
    """One change. A message that is the same as in the change above is not repeated, unless there is more to show."""
    address = card.address
    if card.change.action in STATE_ONLY and not card.message:
        about = ", ".join(filter(None, [card.what, card.why]))
        yield f"  {paint.faint(card.sign)} {address}  {about}"
        return
    yield f"  {_painter(card.kind, paint)(card.sign)} {paint.strong(address)}  {paint.faint(digest[:SHORT])}".rstrip()
    if about := ", ".join(filter(None, _heading(card))):
        yield from indented(about, paint)
    alike = above is not None and card.message != "" and _messages(above) == _messages(card)
    is_said_above = alike and not card.changed and card.change.reason is not Reason.NOT_REVIEWED
    yield from _details(card, paint, is_said_above=is_said_above)


def _messages(card: Card) -> tuple[str, str, bool]:
    return card.message, card.hint, bool(card.changed)


def _painter(kind: str, paint: Paint) -> Callable[[str], str]:
    bad = dict.fromkeys(("delete", "hold", "bad"), paint.bad)
    return {"create": paint.good, "good": paint.good, "update": paint.change, **bad}.get(kind, paint.faint)


def _heading(card: Card) -> Iterator[str]:
    """What happens, when and why, and how long the text is."""
    yield "" if card.kind == "hold" else card.what
    yield f"{card.when.local} ({card.when.away})" if card.when else ""
    yield card.why
    if card.change.action in _SENT and card.length and card.length.used and card.length.limit is not None:
        yield f"length {card.length.used:,} of {card.length.limit:,}{f', {card.over:,} too many' if card.over else ''}"


def _details(card: Card, paint: Paint, *, is_said_above: bool) -> Iterator[str]:
    """Its messages, its content or how that changes, and one thing to do."""
    if card.message and not is_said_above:
        yield from indented(card.message, paint)
    action = card.change.action
    unseen = card.change.reason is Reason.NOT_REVIEWED or action is Action.UPDATE
    is_new_to_readers = action is Action.CREATE or words.goes_public(card.change)
    if is_new_to_readers or action in {Action.DELETE, Action.WAITING} or (unseen and not card.changed):
        yield from _content(card.shown, paint)
    for changed in card.changed:
        yield from _changed(changed, paint, is_held=action is Action.HOLD)
    for line in _expansion_lines(card.change.desired) if paint.verbose else ():
        yield from indented(line, paint)
    if card.hint:
        yield from hint_lines(": ".join(filter(None, [card.place, _SAME if is_said_above else card.hint])), paint)


def _content(shown: Shown, paint: Paint) -> Iterator[str]:
    if shown.title:
        yield from indented(f"title: {shown.title}", paint)
    if shown.warning:
        yield from indented(f"spoiler_text: {shown.warning}", paint)
    for number, part in enumerate(shown.parts, 1):
        if number > 1:
            yield f"{INDENT}{paint.faint(f'├ {number} of {len(shown.parts)}')}"
        yield from _quoted(part.text, paint)
        for media in part.media:
            yield from indented(_media(media), paint)
    if shown.comment:
        yield from indented(f"first_comment: {''.join(piece.text for piece in shown.comment)}", paint)
    for fact in shown.facts:
        yield from indented(f"{fact.name}: {fact.value}", paint)
    if shown.tags:
        yield from indented(f"tags: {', '.join(shown.tags)}", paint)


def _media(media: Media) -> str:
    """The kind of an attachment, its address, and its description or title."""
    about = " · ".join(filter(None, [media.about, media.alt, media.title, media.text]))
    return " ".join(filter(None, [f"with {media.kind}", media.address, f"({about})" if about else ""]))


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


def _changed(changed: Changed, paint: Paint, *, is_held: bool) -> Iterator[str]:
    """One field: on one line if it is short, word by word if it is text, else one value above the other."""
    name = f"{changed.name} (Buffer → file)" if is_held else changed.name
    if not changed.before or not changed.after:
        sign, value = (paint.good("+"), changed.after) if changed.after else (paint.bad("-"), changed.before)
        yield from _marked(name, [(sign, value)], paint)
        return
    line = f"{name}: {changed.before} → {changed.after}"
    if "\n" not in line and not changed.is_text and cells(line) <= paint.width - len(INDENT):
        yield f"{INDENT}{line}"
        return
    both = marked_lines(changed.words, paint, paint.width - 8) if changed.is_mixed else []
    if not both:
        yield from _marked(name, [(paint.bad("-"), changed.before), (paint.good("+"), changed.after)], paint)
        return
    yield f"{INDENT}{name}:"
    yield from (f"{INDENT}{paint.change('│')} {part}".rstrip() for part in both)


def _marked(name: str, values: Iterable[tuple[str, str]], paint: Paint) -> Iterator[str]:
    yield f"{INDENT}{name}:"
    for sign, value in values:
        for line in value.splitlines():
            yield from (f"{INDENT}{sign} {part}".rstrip() for part in wrapped(line, paint.width - 8))


def outcome_text(outcome: Outcome, paint: Paint) -> str:
    """One outcome: symbol, address, result, id and link; then Buffer's message, and what a person should do."""
    kind, sign = mark(outcome)
    parts = [visible(str(outcome.change.address)), words.result(outcome), visible(outcome.id or "")]
    line = f"{_painter(kind, paint)(sign)} {'  '.join(filter(None, [*parts, visible(outcome.link or '')]))}"
    message = indented(sentence(outcome.message), paint) if outcome.message else ()
    hint = hint_lines(outcome.hint, paint) if outcome.hint else ()
    return "\n".join([line, *message, *hint])


def applied_text(outcomes: Sequence[Outcome], paint: Paint) -> str:
    """The results of an apply in a sentence."""
    return "".join(f"{paint.strong(line)}\n" for line in wrapped(summary.applied(outcomes), paint.width))


def left_text(left: Plan, planned: Plan, outcomes: Sequence[Outcome], paint: Paint) -> str:
    """The plan that is left after an apply: one line if it is empty or was shown before."""
    total = summary.left_over(left, outcomes)
    if left.is_empty:
        return f"{paint.good(total)}\n"
    unsent = summary.unsent(left, outcomes)
    shown = {(change.slot, change.message) for change in planned.of(Action.HOLD)}
    if unsent.writes or any((c.slot, c.message) not in shown for c in left.of(Action.HOLD)):
        return f"Read again after applying; this is left:\n{plan_text(unsent, paint)}"
    return f"{total}\n"


def receipt_text(report: Report, finished_at: datetime, paint: Paint) -> str:
    """The results of an apply: each outcome, failures last; the counts, why it stopped, and what was left."""
    outcomes = sorted(report.outcomes or (), key=lambda outcome: outcome.status is not Status.DONE)
    lines = [outcome_text(outcome, paint) for outcome in outcomes]
    if report.stopped:
        why = wrapped(visible(sentence(f"It stopped early: {report.stopped}")), paint.width)
        lines += ["", *map(paint.bad, why)]
    lines += ["", applied_text(outcomes, paint).rstrip("\n")]
    if report.left and any(outcome.change.action in WRITING for outcome in outcomes):
        lines.append(left_text(report.left, report.plan, outcomes, paint).rstrip("\n"))
    lines.append(f"At {visible(report.plan.endpoint)}, finished {words.local(finished_at, 'UTC')}.")
    return "\n".join(lines).lstrip("\n") + "\n"


def _expansion_lines(item: Post | Idea | None) -> Iterator[str]:
    """How a post was made from a shorthand or repeated entry, one line per step; nothing for other posts."""
    made = item.expansion if isinstance(item, Post) else None
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
