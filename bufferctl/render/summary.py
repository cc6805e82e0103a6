"""Summaries of a plan, an apply, and the changes left after it, in sentences that every form uses.

Posts of a campaign that move together are listed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from bufferctl.diagnostics import Kind, all_of
from bufferctl.model import LivePost, dates
from bufferctl.model.media_file import size_words
from bufferctl.model.metadata import LOSABLE
from bufferctl.model.unsaid import given_of, is_hidden
from bufferctl.plan import WRITING, Action, Change, Outcome, Plan, Reason, Status, Trouble, requests_needed
from bufferctl.render import words
from bufferctl.render.cards import ShownChannel
from bufferctl.render.counted import changes_counted
from bufferctl.render.grouped import Grouped
from bufferctl.render.lines import count
from bufferctl.render.report import Report
from bufferctl.value import replace

#: The note on a plan made with --offline.
NOT_CHECKED = "Not checked against Buffer."
NOT_CHECKED_WHY = "Made from the files and the state alone, so it does not show what people changed in Buffer since."

#: The note on a plan made with PATH, --target or --exclude, without a full stop.
NARROWED = "Limited to the selected posts"

_MATCHES, _HAS_MORE = "Buffer matches your files", "Buffer has everything in your files and will publish more"
#: The same of a part of them, and what follows.
_MATCHES_PART, _HAS_MORE_PART = "Buffer matches what was applied", "Buffer has what was applied and will publish more"
_REST = " The rest was not part of this run."
#: Of changes that are not in Buffer.
_NOT_MADE = frozenset({Status.REFUSED, Status.HELD, Status.NOT_SENT})
_TROUBLE = (Status.DIFFERS, Status.REFUSED, Status.HELD, Status.WAITING, Status.NOT_SENT)


def headline(found: Grouped) -> str:
    """`38 new posts on 4 networks, 8 Jan to 8 Mar`, with what else there is; a post on four networks counts once."""
    plan = found.report.plan
    if plan.is_empty:
        if new := found.new_waiting:
            return f"{count(len(new), 'new post')} wait{'s' * (len(new) == 1)} for room in Buffer"
        return "Nothing to send" if _has_more(plan) else "No changes"
    there = _posts(found)
    ideas = count(sum(item.is_idea for item in found.changing), "idea")
    if not there:
        held = len(found.of("hold"))
        needs = f"{count(held, 'post')} need{'s' * (held == 1)} you" if held else "nothing to send"
        return ideas if found.changing else needs
    (number, name), *others = there
    first = f"{number:,} {name}" if others else f"{number:,} {name} post{'s' * (number > 1)}"
    counts = ", ".join([first, *(f"{number:,} {name}" for number, name in others)])
    networks = found.networks
    on = next(iter(networks)) if len(networks) == 1 else count(len(networks), "network")
    days = [item.when.due.date() for item in found.changing if item.when and (item.takes_off or not item.kept_back)]
    span = f", {days_between(min(days), max(days), plan.at.date())}" if days else ""
    besides = f", and {ideas}" if any(item.is_idea for item in found.changing) else ""
    waiting = len(found.new_waiting)
    waits = f"; {waiting:,} more wait{'s' * (waiting == 1)} for room in Buffer" if waiting else ""
    return f"{counts} on {on}{span}{besides}{waits}"


def _posts(found: Grouped) -> list[tuple[int, str]]:
    """How many posts change in each way, and the way in a word; those without any are left out."""
    updated = found.of("update")
    kinds = {
        "suspended": [item for item in updated if item.takes_off],
        "new": found.of("create"),
        "resumed": [item for item in updated if item.puts_back],
        "changed": [item for item in updated if not (item.takes_off or item.puts_back)],
        "deleted": found.of("delete"),
    }
    numbers = {name: sum(not item.is_idea for item in items) for name, items in kinds.items()}
    return [(number, name) for name, number in numbers.items() if number]


def quiet_counts(plan: Plan) -> str:
    """Counts of the objects that nobody needs to look at."""
    of = plan.count()
    suspended = [each for each in plan.changes if each.reason is Reason.SUSPENDED and each.action is not Action.HOLD]
    of -= Counter(change.action for change in suspended)
    found = [
        (len(suspended), "suspended"),
        (of[Action.NO_OP], "unchanged"),
        (of[Action.KEEP], "kept"),
        (of[Action.ADOPT], "already there"),
        (of[Action.MOVE], "renamed"),
        (of[Action.DONE], "published"),
        (of[Action.PAST], "past"),
        (of[Action.WAITING], "waiting"),
        (plan.unmanaged, "unmanaged"),
    ]
    return ", ".join(f"{number:,} {name}" for number, name in found if number)


def no_changes(report: Report) -> str:
    """The meaning of a plan without changes, and what there is."""
    plan = report.plan
    verified = f"{_verified(plan, is_part=False)}{_not_compared(plan)}"
    about = "The files match what was last applied" if report.is_offline else verified
    return ": ".join(filter(None, [NARROWED if plan.narrowed else about, quiet_counts(plan)])) + "."


def _verified(plan: Plan, *, is_part: bool) -> str:
    """What a plan without changes shows of Buffer, without a full stop.

    `is_part`: not all that the files say was to be applied, or could be.
    """
    if waiting := _for_room(plan):
        posts, is_one = changes_counted(waiting)
        return f"{posts} still wait{'s' * is_one} for room in Buffer"
    if _has_more(plan):
        return _HAS_MORE_PART if is_part else _HAS_MORE
    return _MATCHES_PART if is_part else _MATCHES


def _has_more(plan: Plan) -> bool:
    """Whether Buffer will publish posts that no file has any more, so that it does not match the files."""
    return any(each.kind is Kind.STILL_PUBLISHED for each in plan.warnings)


def _not_compared(plan: Plan) -> str:
    """The fields that unpublished posts have in the files and Buffer does not show, or did not keep.

    As the end of a sentence.
    """
    hidden, lost = set(), set()
    for change in plan.of(Action.NO_OP):
        given = (change.binding and change.binding.given) or {}
        declared = given_of(change.desired) if change.desired and given else {}
        for path in given.keys() & declared.keys():
            name = path.rpartition(".")[2]
            if is_hidden(path):
                hidden.add(name)
            elif path in _LOSABLE and isinstance(change.live, LivePost) and not change.live.metadata.get(name):
                lost.add(name)
    return _except(hidden, lost)


_LOSABLE = frozenset(f"metadata.{name}" for names in LOSABLE.values() for name in names)


def _for_room(plan: Plan) -> list[Change]:
    return [change for change in plan.changes if change.waits_for_room]


def _exceptions(outcomes: Iterable[Outcome]) -> str:
    """What was sent and cannot be verified, or was not kept, as the end of a sentence."""
    sent = [each for each in outcomes if each.status is Status.DONE and each.change.write is not None]
    items = (each.change.desired for each in sent)
    paths = (path for item in items if item is not None for path in given_of(item) if is_hidden(path))
    hidden = {path.rpartition(".")[2] for path in paths}
    lost = [each.why.facts.get("fields", "") for each in sent if each.code == Trouble.LOST and each.why]
    return _except(hidden, {str(each) for each in lost})


def _except(hidden: set[str], lost: set[str]) -> str:
    """`, except `first_comment`, which Buffer did not keep`; empty without names."""
    parts = [_which(hidden, "does not show"), _which(lost, "did not keep")]
    said = ", and ".join(filter(None, parts))
    return f", except {said}" if said else ""


def _which(names: set[str], what: str) -> str:
    """`first_comment, which Buffer did not keep`; empty without names."""
    named = all_of(f"`{name}`" for name in sorted(names) if name)
    return f"{named}, which Buffer {what}" if named else ""


def does(found: Grouped) -> str:
    """`schedules 4: X 2, LinkedIn 2`: what an apply does, in numbers of posts; empty if it sends nothing."""
    numbers = ", ".join(f"{network}\u00a0{number:,}" for network, number in found.networks.items())
    verbs = words.verbs(found.report.plan)
    return f"{verbs}: {numbers}" if verbs and len(found.networks) > 1 else verbs


def all_the_same(found: Grouped) -> str:
    """`2 of those that need you are scheduled already and go out all the same`; empty if Buffer publishes none."""
    held = [*found.of("hold")]
    out = sum(any(card.change.goes_out for card in item.cards) for item in held)
    if not out:
        return ""
    which = f"{out:,} of those that need you {'is' if out == 1 else 'are'}"
    if out == len(held):
        all_of_them = "both" if out == 2 else f"all {out:,}"  # noqa: PLR2004 - both is two
        which = "the one that needs you is" if out == 1 else f"{all_of_them} that need you are"
    return f"{which} scheduled already and {'goes' if out == 1 else 'go'} out all the same"


def days_between(first: date, last: date, today: date) -> str:
    """`4 to 10 Mar`, `8 Jan to 8 Mar`, `3 Mar`; with the year, or both, if one of them is not that of `today`."""
    has_year = {first.year, last.year} != {today.year}
    end = dates.day(last, weekday=False, year=has_year)
    if first == last:
        return end
    is_one_month = (first.year, first.month) == (last.year, last.month)
    start = (
        str(first.day) if is_one_month else dates.day(first, weekday=False, year=has_year and first.year != last.year)
    )
    return f"{start} to {end}"


def first_post(found: Grouped) -> tuple[str, ShownChannel] | None:
    """When and where the first of the posts goes out that an apply creates, changes or resumes.

    At once, else in the next free slot of a queue if its time is unknown, else at the earliest time.
    """
    public = [card for item in found.items for card in item.cards if words.is_published_after(card.change)]
    if at_once := next((card for card in public if card.at_once), None):
        return "immediately on apply", at_once.channel
    moments = [(card.when, card) for card in public if card.when]
    moment, timed = min(moments, key=lambda each: each[0].due, default=(None, None))
    queued = [card for card in public if card.when is None and not _keeps_its_slot(card.change)]
    if queued:
        then = f" (first timed post: {moment.local})" if moment else ""
        return f"in the next free slot of the queue{then}", queued[0].channel
    return (moment.local, timed.channel) if timed and moment else None


def _keeps_its_slot(change: Change) -> bool:
    """Whether it edits a post and leaves it in its place in the queue, whose time only Buffer knows."""
    is_moved = any(each.path in {"mode", "due_at"} for each in change.differences)
    return not is_moved and not words.goes_public(change)


def requests(plan: Plan) -> str:
    """How many requests an apply will use, including those for reading before and after."""
    return f"Apply will use {count(requests_needed(plan), 'API request')}."


def uploads(plan: Plan) -> str:
    """How many files an apply uploads, and their size; empty if none."""
    size = size_words(sum(file.size for file in plan.uploads))
    return f"{count(len(plan.uploads), 'file')} to upload ({size}) before anything is sent." if plan.uploads else ""


def applied(outcomes: Sequence[Outcome]) -> str:
    """The results of an apply in a sentence."""
    made = [each.change for each in outcomes if each.status in {Status.DONE, Status.DIFFERS}]
    done = Counter(change.action for change in made)
    moved = (
        (sum(change.takes_off for change in made), "suspended"),
        (sum(change.puts_back for change in made), "resumed"),
        (sum(change.lets_out for change in made), "let out"),
    )
    changed = done[Action.UPDATE] - sum(number for number, _ in moved)
    parts = [f"{number} {name}" for number, name in moved if number]
    parts += [f"{done[Action.CREATE]} created", f"{changed} changed", f"{done[Action.DELETE]} deleted"]
    unanswered = sum(each.is_unanswered for each in outcomes)
    if not any(done[action] for action in WRITING):
        parts = [] if unanswered else ["nothing sent"]
    if unanswered:
        parts.append(f"{unanswered:,} sent without an answer")
    quiet = (Action.ADOPT, "already there"), (Action.MOVE, "renamed")
    parts += [f"{done[action]} {name}" for action, name in quiet if done[action]]
    statuses = Counter(each.status for each in outcomes if not each.is_unanswered)
    words_of = words.OUTCOMES | {Status.HELD: words.need_you(statuses[Status.HELD]).partition(" ")[2]}
    parts += [f"{statuses[status]:,} {words_of[status]}" for status in _TROUBLE if statuses[status]]
    return f"Applied: {', '.join(parts)}."


def left_over(left: Plan, outcomes: Sequence[Outcome]) -> str:
    """The changes left after an apply, in a sentence."""
    late = sum(outcome.change.reason is Reason.OVERTAKEN for outcome in outcomes)
    if left.is_empty and late:
        return f"Read again after applying: nothing more to send; {count(late, 'reviewed change')} came too late."
    if left.is_empty:
        to_approve = [change for change in left.changes if change.awaits_approval]
        if to_approve:
            return f"Read again after applying: {changes_counted(to_approve)[0]} in Buffer still to be approved."
        statuses = {outcome.status for outcome in outcomes}
        if statuses and statuses <= _NOT_MADE:
            return "Read again after applying: nothing more to send."
        matches = _verified(left, is_part=left.narrowed or not statuses.isdisjoint(_NOT_MADE))
        return f"Verified: {matches}{_exceptions(outcomes)}.{_REST if left.narrowed else ''}"
    after = unsent(left, outcomes)
    number = len(after.writes)
    tried = {change.slot for change in left.writes}
    holds = len(left.of(Action.HOLD)) + sum(
        each.status is Status.HELD and each.change.slot in tried for each in outcomes
    )
    text = f"{count(number, 'change')} still to send" if number else "nothing more to send"
    refused = any(each.status is Status.REFUSED and each.change.slot in tried for each in outcomes)
    text += " except what was refused" if refused and not number else ""
    if waiting := _for_room(after):
        posts, is_one = changes_counted(waiting)
        text += f"; {posts} wait{'s' * is_one} for room in Buffer"
    if holds:
        text += f"; {holds:,} still need{'s' * (holds == 1)} you"
    return f"Read again after applying: {text}."


def unsent(left: Plan, outcomes: Iterable[Outcome]) -> Plan:
    """The plan that is left, without changes that this apply could not make: Buffer refused them, or they were held.

    Posts that Buffer had no room for are left out, too, since another apply could not send them either.
    """
    statuses = {outcome.change.slot: outcome for outcome in outcomes}

    def after(change: Change) -> Change | None:
        outcome = statuses.get(change.slot) if change.action in WRITING else None
        if outcome is None or outcome.status not in {Status.REFUSED, Status.HELD, Status.WAITING}:
            return change
        is_full = outcome.status is Status.WAITING
        return replace(change, action=Action.WAITING, why=outcome.why, todo=outcome.todo) if is_full else None

    return replace(left, changes=tuple(filter(None, map(after, left.changes))))
