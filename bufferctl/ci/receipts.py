"""The receipt on each merged request: the results of the apply that had its plan, or why there was none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bufferctl.ci.agreements import Agreement
from bufferctl.ci.applied import End
from bufferctl.ci.commits import SHORT
from bufferctl.ci.forge import CommentKind, marker, title
from bufferctl.ci.job import Job
from bufferctl.ci.merged import KEPT, MergedSince, left_over
from bufferctl.diagnostics import some_of
from bufferctl.errors import ForgeError
from bufferctl.plan import Change, Plan, Reason
from bufferctl.planfile import Receipt
from bufferctl.render.decisions import APPROVE, EVERYTHING
from bufferctl.render.lines import count
from bufferctl.render.markdown import Context, Note, comment, without_report
from bufferctl.render.report import Report
from bufferctl.render.suspended import StillOut, not_as_declared
from bufferctl.value import replace, value


@value()
class Attempt:
    """One apply. `printed`: by it. `receipt`: None if nothing was applied. `plan`: what it began with, if known."""

    end: End
    printed: str
    receipt: Receipt | None
    plan: Plan | None = None


def receipts_due(found: Iterable[Agreement], ran: Attempt, last: End) -> list[Agreement]:
    """The requests that get a receipt: of those that waited since an earlier run, only where something happened now."""
    if ran.receipt is None:
        return list(found)
    again = {each.number for each in left_over(last)}
    done = {outcome.change.address for outcome in ran.receipt.outcomes}
    return [each for each in found if each.request.number not in again or each.addresses & done]


def add_receipt(job: Job, one: Agreement, found: Sequence[Agreement], ran: Attempt, gone: Note | None) -> None:
    """The receipt of a request: of the apply that had its plan, or why there was none. `gone`: of `gone_note`."""
    if not job.options.comment:
        return
    context = Context(
        mark=marker(CommentKind.RECEIPT, job.about),
        title=title(CommentKind.RECEIPT, job.about),
        commit=job.commit,
        run=job.forge.run_url,
        files=job.forge.files_at(job.commit),
    )
    notes = [gone] if gone else []
    try:
        if one.file:
            others = [each.merged.name for each in found if each.file and each is not one]
            notes += [Note(markdown=f"Applied together with {', '.join(others)}.")] if others else []
            text = _receipt(job, replace(context, notes=(*notes, *_unreviewed(job, one, ran))), ran)
        elif _may_be_elsewhere(job, one, ran) and job.find_comment(CommentKind.PLAN, one.request) is None:
            return  # it was never about these files
        else:
            said = replace(context, notes=(*notes, _not_applied(job, one, ran)), still_out=_still_out(one, ran))
            text = without_report(said)
        job.post(CommentKind.RECEIPT, one.request, text)
    except ForgeError as error:  # what is done is done, and the log shows it
        job.annotate("warning", f"The receipt could not be added to {one.merged.name}: {error.message}")


def _may_be_elsewhere(job: Job, one: Agreement, ran: Attempt) -> bool:
    """Whether a request without a plan may be about other files: nothing failed, or it changes nothing in these."""
    return ran.end.exit_code == 0 or (one.merged.changed == frozenset() and job.is_readable)


def _receipt(job: Job, context: Context, ran: Attempt) -> str:
    """The results of an apply; what was printed if there are none."""
    receipt = ran.receipt
    if receipt is None:
        notes = (*context.notes, Note("Not applied."))
        return without_report(replace(context, notes=notes, printed=ran.printed))
    report = Report(
        receipt.plan,
        outcomes=receipt.outcomes,
        left=receipt.left,
        stopped=receipt.stopped,
        folder=job.options.directory,
    )
    with job.naming():
        return comment(report, replace(context, decide=job.forge.decide(), decides_for=job.decides_for))


def _not_applied(job: Job, one: Agreement, ran: Attempt) -> Note:
    """Why the plan of a request was not applied, what it stops all the same, and the one thing to do."""
    keys = [f"`{change.address.key}`" for change in _not_reviewed(ran) if change.address in one.addresses]
    stops = f" So {some_of(list(dict.fromkeys(keys)))} was not sent." if keys else ""
    point, why = "Its plan was not applied", f": {one.why}.{stops}"
    if ran.end.exit_code == 0:
        return Note(point, f"{why} Buffer matches the files anyway.")
    if one.lacks_approvals:
        other = f"somebody who wrote none of it can {job.forge.decide(f'{APPROVE} {one.request.number}')}"
        return Note(point, why, f"To apply it anyway, {other}.")
    return Note(point, why, f"To apply it anyway, {job.decide(EVERYTHING)}.")


def _still_out(one: Agreement, ran: Attempt) -> tuple[StillOut, ...]:
    """What Buffer publishes although the request says otherwise."""
    if ran.plan is None:
        return ()
    done = {each.change.slot for each in ran.receipt.outcomes if each.was_done} if ran.receipt else set()
    left = [change for change in ran.plan.changes if change.slot not in done]
    is_known = one.merged.changed is not None
    return not_as_declared(ran.plan, [each for each in left if not is_known or each.address in one.addresses])


def _not_reviewed(ran: Attempt) -> list[Change]:
    changes = ran.receipt.plan.changes if ran.receipt else ()
    return [change for change in changes if change.reason is Reason.NOT_REVIEWED]


def _unreviewed(job: Job, one: Agreement, ran: Attempt) -> Iterator[Note]:
    """A sentence about what the request changes and its plan does not agree to, and one about the rest of the files."""
    held, own = _not_reviewed(ran), one.addresses
    mine = [change for change in held if change.address in own]
    rest = [change for change in held if change.address not in own]
    if mine:
        verb = "was" if len(mine) == 1 else "were"
        yield Note(
            f"{count(len(mine), 'change')} of this {job.forge.noun} {verb} not sent",
            ", because no plan that counts shows what the files say now. Each says below why.",
        )
    if rest:
        verb = "was" if len(rest) == 1 else "were"
        yield Note(
            f"{count(len(rest), 'change')} from elsewhere {verb} not sent",
            f": no plan that counts has {'it' if len(rest) == 1 else 'them'}.",
            f"To apply everything in the files, {job.decide(EVERYTHING)}.",
        )


def gone_note(job: Job, branch: str, since: MergedSince) -> Note:
    """A note for receipts that the branch lost the commit that was applied last."""
    noun = job.forge.noun
    return Note(
        f"`{branch}` no longer has `{since.gone[:SHORT]}`, the commit that was applied last.",
        f"So the plans count of all {noun}s that were merged in the last {KEPT.days} days and that `{branch}` still "
        "has.",
    )
