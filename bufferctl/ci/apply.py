"""`bufferctl ci apply`: after a merge, apply the reviewed changes, and comment on each request with the receipt.

One run applies the plans of all requests that were merged since the last one, so that the changes of one request never
count as unreviewed in another's run. A plan file only selects; options that overrule a hold come from a run by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bufferctl.ci.agreements import Agreement, agreements, check_unreviewed, released
from bufferctl.ci.applied import AppliedFile, End
from bufferctl.ci.commits import SHORT
from bufferctl.ci.decision import Decision, read_decision
from bufferctl.ci.forge import ChangeRequest
from bufferctl.ci.issues import tell_history, watch
from bufferctl.ci.job import Job
from bufferctl.ci.log import say
from bufferctl.ci.merged import KEPT, left_over, merged_since
from bufferctl.ci.receipts import Attempt, add_receipt, gone_note, receipts_due
from bufferctl.ci.report_file import load_report
from bufferctl.diagnostics import some_of
from bufferctl.errors import PENDING, ForgeError, UsageError
from bufferctl.model import Address
from bufferctl.plan import WRITING, Action, Change, Reason
from bufferctl.planfile import Receipt, Reviewed, dump_merged, load_receipt
from bufferctl.render.decisions import EVERYTHING, with_root_file
from bufferctl.render.markdown_text import code, plain
from bufferctl.said import Overrule
from bufferctl.value import replace

#: Reasons for which nothing that was agreed to can be sent any more.
_LOST = frozenset({Reason.NOT_REVIEWED, Reason.MISSED, Reason.SENT})
#: Reasons that may pass without another merge or a decision.
_PASSING = frozenset({Reason.CHANNEL, Reason.LAG, Reason.UNSETTLED, Reason.UNREAD, Reason.POLICY, Reason.INTO_FREEZE})
#: Nobody can answer a question here, and on a shared runner the last run may still hold the lock.
_OPTIONS = ("--auto-approve", "--lock-timeout", "600")


def apply(job: Job, *, branch: str, decision: str = "") -> int:
    """Apply the requests merged into `branch`, and keep the issue about problems; returns the exit code of the apply.

    `decision` is a person's decision in the form that `read_decision` reads. Every decision but `everything` needs a
    run that a person started on the branch, and addresses limit the run to them. Raises ForgeError if the checkout is
    not the newest commit of the branch, and UsageError.
    """
    decided = read_decision(decision, job.root_files if decision else ())
    _check_is_for_one(job, decision, decided)
    commit = job.commit
    newest = job.forge.newest(branch)
    if commit != newest:
        raise ForgeError(
            f"{branch} is at {newest[:SHORT]} and the checkout at {commit[:SHORT]}; older files are not applied",
            hint="Check out the branch itself (`ref:` of actions/checkout), so that every run takes its newest commit.",
        )
    job.check_state_is_kept()
    decided = _checked(job, branch, decision, decided)
    file = AppliedFile(job.store("applied"))
    last = file.read()
    if decided.targets or decided.everything:
        check_unreviewed(job, branch, commit, last)
    if decided.targets and not decided.everything:
        selected = _run(job, *decided.targets, *decided.options)
        return _finish(job, last, exit_code=selected.end.exit_code)
    is_again = job.forge.is_scheduled and last.commit == commit
    # otherwise what is left waits for a person or a merge
    if is_again and not (last.soon or job.suspends or job.has_open_writes):
        return _finish(job, last)
    if decided.everything:
        end, requests = _apply_everything(job, last, decided)
    else:
        end, requests = _apply_reviewed(job, branch, commit, last, decided)
    file.write(commit, replace(end, serial=job.read_state().state.serial))
    tell_history(job, last, end)
    is_known = is_again and end.is_over and end.unsent == last.unsent  # a run every hour does not fail every hour
    return _finish(job, end, requests, exit_code=0 if is_known else end.exit_code)


def _finish(job: Job, end: End, requests: Sequence[ChangeRequest] = (), *, exit_code: int = 0) -> int:
    """Keep the issue about problems, and set the output; returns the exit code of the apply, or else of the watching.

    `end` and `requests`: as for `watch`.
    """
    watched = watch(job, end, requests)
    job.output(exit_code=str(exit_code or watched))
    return exit_code or watched


def _check_is_for_one(job: Job, text: str, decided: Decision) -> None:
    """Raises UsageError if each root file's job would obey the decision, though its person saw the posts of one."""
    if decided.is_for_any_files and len(job.root_files) > 1:
        word = EVERYTHING if decided.everything else f"{Overrule.MAX_DELETES} {decided.max_deletes}"
        forms = [f"`{with_root_file(word, each)}`" for each in job.root_files]
        raise UsageError(
            f"The decision {text} does not say for which of {len(job.root_files)} root files it is",
            hint=f"Nothing was done. Start a new run with one of {some_of(forms)}.",
        )


def _checked(job: Job, branch: str, text: str, decided: Decision) -> Decision:
    """The decision as far as it is about these files, which the summary of the run then says. Raises UsageError."""
    if decided == Decision():
        return decided
    is_by_hand = job.forge.is_by_hand(branch)
    if (decided.options or decided.approved) and not is_by_hand:
        raise UsageError(
            f"The decision {text} is for runs that a person starts on {branch}",
            hint="Start such a run by hand: Run workflow, or a new pipeline.",
        )
    organizations = {each.label for each in job.loaded.sound.organizations} if job.loaded and job.loaded.sound else ()
    if not decided.concerns(job.name, organizations):
        job.annotate("warning", f"The decision {text} is not about {job.name}, so this run does nothing of it.")
        return Decision()
    who = f"**By hand**, {plain(job.forge.actor)}" if is_by_hand else "**Decided in the workflow**"
    job.summarize(f"{who}: {code(text)}")
    return decided


def _apply_everything(job: Job, last: End, decided: Decision) -> tuple[End, Sequence[ChangeRequest]]:
    """Apply everything in the files; the requests that the last apply left."""
    return _run(job, *decided.options).end, left_over(last)


def _apply_reviewed(
    job: Job, branch: str, commit: str, last: End, decided: Decision
) -> tuple[End, Sequence[ChangeRequest]]:
    """Apply what was merged since the last apply, in the order of the merges, after what that one left; the requests.

    GitHub drops all but the newest of several waiting runs; that run applies the others' plans.
    """
    is_done = last.exit_code == 0 and not (last.waiting or job.suspends or job.has_open_writes)
    if last.commit == commit and is_done:
        say(f"Commit {commit[:SHORT]} is already applied.")
        return End(), []
    is_same = bool(last.commit) and is_done and not job.is_touched(last.commit)
    is_as_left = job.is_state_of(last.serial)
    if is_same and is_as_left and not job.lets_out:
        return _unchanged(job)
    since = released(job, merged_since(job, branch, commit, last), decided.approved)
    found = agreements(job, since.requests)
    # an exemption that was merged away and written again leaves the files as they were, and was not agreed to; and what
    # was merged and taken back may have been sent meanwhile, by hand or by a run that was cut off
    is_undone = not is_as_left and any(each.merged.changed != frozenset() for each in found)
    if is_same and not is_undone and not any(each.ended for each in found):
        return _unchanged(job)
    gone = gone_note(job, branch, since) if since.gone else None
    if gone:
        job.annotate("warning", gone.words)
    # what only takes away needs no plan, and no review
    counts = any(each.file for each in found) or job.suspends or job.ends_exemptions or job.has_open_writes
    ran = _run_plans(job, found, decided.options) if counts else _without_review(job, found)
    for each in receipts_due(found, ran, last):
        add_receipt(job, each, found, ran, gone)
    left = {each.request: _still_open(job, each, found, ran) for each in found}
    end = replace(
        ran.end,
        waiting=_from_first(list(since.requests), [request for request, changes in left.items() if changes]),
        soon=any(_may_pass(change) for changes in left.values() for change in changes),
        unsent=tuple(each.request for each in found if ran.end.exit_code and _is_unsent(each, ran)),
        gone=str(gone or ""),
    )
    return end, since.requests


def _unchanged(job: Job) -> tuple[End, Sequence[ChangeRequest]]:
    say(f"None of the files of {job.name} changed since the last apply.")
    return End(), []


def _run_plans(job: Job, found: Sequence[Agreement], options: Sequence[str]) -> Attempt:
    """Apply the plans together, with what each request changes."""
    names = [each.merged.name for each in found if each.file]
    if names:
        say(f"Applying the {'plan' if len(names) == 1 else 'plans'} of {', '.join(names)}.")
    elif job.suspends:
        say("Taking off the schedule what is suspended.")
    elif job.has_open_writes:
        say("Looking for what a run sent that was cut off.")
    else:
        say("Recording that a `freeze: false` is gone.")
    listed = job.work / "merged.json"
    listed.write_bytes(dump_merged(each.listed() for each in found))
    return _run(job, "--merged", str(listed), *options)


def _still_open(job: Job, one: Agreement, found: Sequence[Agreement], ran: Attempt) -> list[Change]:
    """What the plan of a request agrees to, was not sent, and could be sent by a later run."""
    merged_at = one.request.merged_at
    if one.file is None or ran.receipt is None or (merged_at and job.forge.now() - merged_at > KEPT):
        return []
    agreed = Reviewed([each.merged for each in found]).still_agreed(one.merged)
    not_sent = _not_sent(ran.receipt)
    return [not_sent[each] for each in agreed & not_sent.keys() if not_sent[each].reason not in _LOST]


def _may_pass(change: Change) -> bool:
    """Whether the next run may send what this one did not, without another merge or a decision."""
    return change.action in WRITING or change.waits_for_room or change.reason in _PASSING


def _is_unsent(one: Agreement, ran: Attempt) -> bool:
    """Whether something that a request changes was not sent, or nobody knows; waiting for room is no failure."""
    if ran.receipt is None:
        return True
    not_sent = _not_sent(ran.receipt)
    return any(not not_sent[each].waits_for_room for each in one.addresses & not_sent.keys())


def _not_sent(receipt: Receipt) -> dict[Address, Change]:
    """The changes that an apply held, left waiting, or did not carry out."""
    done = {outcome.change.address for outcome in receipt.outcomes if outcome.was_done}
    return {
        change.address: change
        for change in receipt.plan.changes
        if change.action in {Action.HOLD, Action.WAITING} or (change.action in WRITING and change.address not in done)
    }


def _from_first(requests: Sequence[ChangeRequest], wanted: Sequence[ChangeRequest]) -> tuple[ChangeRequest, ...]:
    """The requests from the first of the wanted ones on."""
    return tuple(requests[requests.index(wanted[0]) :]) if wanted else ()


def _run(job: Job, *options: str) -> Attempt:
    """Run one apply."""
    file = job.work / "receipt.json"
    ran = job.run("apply", *_OPTIONS, *options, "--receipt", str(file))
    found = load_receipt(file.read_bytes(), file.name) if file.exists() else None
    end = End(ran.code, is_over=found is not None and _is_over(found))
    return Attempt(end, ran.printed, found, found.plan if found else None)


def _is_over(receipt: Receipt) -> bool:
    """Whether another try would not help. What is suspended and still scheduled is tried again until it goes out.

    A part is applied where the files have errors: then only what is suspended counts, and the next run begins here.
    """
    scheduled = any(each.change.takes_off and not each.was_done for each in receipt.outcomes)
    return not (receipt.stopped or receipt.plan.narrowed or scheduled)


def _without_review(job: Job, found: Iterable[Agreement]) -> Attempt:
    """The outcome if nothing was reviewed: fine if there is nothing to do, otherwise an error that a person sees.

    What a request changes and the plan holds is to be done, too.
    """
    data = job.work / "unreviewed.data"
    ran = job.run("plan", "--detailed-exitcode", "--data", str(data))
    plan = load_report(data).plan if data.exists() else None
    own = frozenset[Address]().union(*(each.addresses for each in found))
    is_held = plan is not None and any(change.address in own for change in plan.of(Action.HOLD))
    if ran.code != PENDING and not (ran.code == 0 and is_held):
        return Attempt(End(ran.code, is_over=ran.code == 0), "", None, plan)
    job.annotate(
        "error",
        "Nothing of this was reviewed, so nothing was sent. Apply it with a pull or merge request that changes these "
        f"files, or {job.decide(EVERYTHING)}.",
    )
    return Attempt(End(1), "", None, plan)
