"""What became of changes, as text: each as it comes, a sum, what is left, and the whole of a receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from bufferctl.model import Slot
from bufferctl.model.invisible import visible
from bufferctl.plan import WRITING, Action, Outcome, Plan, Status
from bufferctl.render import words
from bufferctl.render.columns import wrapped
from bufferctl.render.hints import hint_lines, indented
from bufferctl.render.paint import Paint, count, sentence
from bufferctl.render.report import Report
from bufferctl.render.text import plan_text

_TROUBLE = (Status.DIFFERS, Status.REFUSED, Status.HELD, Status.WAITING, Status.NOT_SENT)


def outcome_line(outcome: Outcome, paint: Paint) -> str:
    """One outcome: sign, address, what became of it, id; a second line for what a person is to do."""
    change = outcome.change
    good = outcome.status is Status.DONE
    said = words.done(change) if good else words.OUTCOMES[outcome.status]
    painter = paint.good if good else paint.faint if outcome.status is Status.NOT_SENT else paint.bad
    sign = words.SIGNS[change.action] if good else "!" if outcome.status is not Status.NOT_SENT else "."
    line = f"{painter(sign)} {visible(str(change.address))}  {said}{'  ' + visible(outcome.id) if outcome.id else ''}"
    if outcome.link:
        line += f"  {visible(outcome.link)}"
    message = indented(sentence(outcome.message), paint) if outcome.message else ()
    hint = hint_lines(outcome.hint, paint) if outcome.hint else ()
    return "\n".join([line, *message, *hint])


def applied_text(outcomes: Iterable[Outcome], paint: Paint) -> str:
    """What an apply did, in a sentence."""
    return "".join(f"{paint.strong(line)}\n" for line in wrapped(_applied(list(outcomes)), paint.width))


def _applied(outcomes: Sequence[Outcome]) -> str:
    done = [o for o in outcomes if o.status in {Status.DONE, Status.DIFFERS}]

    def of(action: Action) -> int:
        return sum(o.change.action is action for o in done)

    written = any(o.change.action in WRITING for o in done)
    parts = [f"{of(Action.CREATE)} created", f"{of(Action.UPDATE)} changed", f"{of(Action.DELETE)} deleted"]
    parts = parts if written else ["nothing sent"]
    quiet = (Action.ADOPT, "already there"), (Action.MOVE, "renamed")
    parts += [f"{of(action)} {name}" for action, name in quiet if of(action)]
    counts = Counter(o.status for o in outcomes)
    parts += [_counted(status, counts[status]) for status in _TROUBLE if counts[status]]
    return f"Applied: {', '.join(parts)}."


def _counted(status: Status, number: int) -> str:
    return words.need_you(number) if status is Status.HELD else f"{number:,} {words.OUTCOMES[status]}"


def left_text(left: Plan, planned: Plan, outcomes: Iterable[Outcome], paint: Paint) -> str:
    """What is left after an apply: in a line where nothing is, or nothing but what was shown before."""
    if left.is_empty:
        return f"{paint.good(left_said(left, ()))}\n"
    shown = {(change.slot, change.message) for change in planned.of(Action.HOLD)}
    unsent = _unsent(left, outcomes)
    if not unsent and all((change.slot, change.message) in shown for change in left.of(Action.HOLD)):
        return f"{left_said(left, outcomes)}\n"
    return f"Read again after applying; this is left:\n{plan_text(left, paint)}"


def left_said(left: Plan, outcomes: Iterable[Outcome]) -> str:
    """What is left after an apply, in a sentence."""
    if left.is_empty:
        return "Verified: Buffer matches your files."
    unsent, holds = _unsent(left, outcomes), len(left.of(Action.HOLD))
    said = f"{count(len(unsent), 'change')} still to send" if unsent else "nothing more to send"
    said += " but what was refused" if left.writes and not unsent else ""
    said += f"; {holds:,} still need{'s' if holds == 1 else ''} you" if holds else ""
    return f"Read again after applying: {said}."


def _unsent(left: Plan, outcomes: Iterable[Outcome]) -> set[Slot]:
    """What another apply would send, but for what Buffer has refused."""
    refused = {outcome.change.slot for outcome in outcomes if outcome.status is Status.REFUSED}
    return {change.slot for change in left.writes} - refused


def receipt_text(report: Report, finished_at: datetime, paint: Paint) -> str:
    """What an apply did: each outcome, what did not go as planned last; the sum, why it stopped, what was left."""
    outcomes = sorted(report.outcomes or (), key=lambda outcome: outcome.status is not Status.DONE)
    lines = [outcome_line(outcome, paint) for outcome in outcomes]
    if report.stopped:
        why = wrapped(visible(sentence(f"It stopped early: {report.stopped}")), paint.width)
        lines += ["", *map(paint.bad, why)]
    lines += ["", applied_text(outcomes, paint).rstrip("\n")]
    if report.left and any(outcome.change.action in WRITING for outcome in outcomes):
        lines.append(left_text(report.left, report.plan, outcomes, paint).rstrip("\n"))
    lines.append(f"At {visible(report.plan.endpoint)}, finished {words.local(finished_at, 'UTC')}.")
    return "\n".join(lines).lstrip("\n") + "\n"
