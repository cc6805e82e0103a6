"""`bufferctl ci apply`: after a merge, apply the reviewed changes, and comment on each request with the receipt.

One run applies the plans of all requests that were merged since the last one, so that the changes of one request never
count as unreviewed in another's run. A plan file only selects; options that overrule a hold come from a run by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from bufferctl.ci.applied import AppliedFile, End
from bufferctl.ci.approvals import Needed, lacking, needed
from bufferctl.ci.decision import Decision, read_decision
from bufferctl.ci.forge import PLAN, Authors, ChangeRequest, CommentKind, marker, title
from bufferctl.ci.issues import tell_history, watch
from bufferctl.ci.job import SHORT, Job, name_of
from bufferctl.ci.log import say
from bufferctl.ci.merged import KEPT, MergedSince, changed_by, left_over, merged_since
from bufferctl.ci.report_file import load_report
from bufferctl.diagnostics import some_of
from bufferctl.errors import PENDING, BufferctlError, ForgeError, UsageError
from bufferctl.model import Address
from bufferctl.plan import WRITING, Action, Change, Plan, Reason
from bufferctl.planfile import Merged, MergedFile, Receipt, Reviewed, dump_merged, load_receipt, load_shown
from bufferctl.reconcile import shows_edit
from bufferctl.render.decisions import APPROVE, EVERYTHING, with_root_file
from bufferctl.render.lines import count
from bufferctl.render.markdown import Context, Note, comment, without_report
from bufferctl.render.markdown_text import code, plain
from bufferctl.render.report import Report
from bufferctl.render.suspended import StillOut, not_as_declared
from bufferctl.said import Overrule
from bufferctl.value import replace, value

#: Reasons for which nothing that was agreed to can be sent any more.
_LOST = frozenset({Reason.NOT_REVIEWED, Reason.MISSED, Reason.SENT})
#: Reasons that may pass without another merge or a decision.
_PASSING = frozenset({Reason.CHANNEL, Reason.LAG, Reason.UNSETTLED, Reason.UNREAD, Reason.POLICY, Reason.INTO_FREEZE})
#: How many entries a sentence names; the rest is counted.
_NAMED = 5
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
        _check_unreviewed(job, branch, commit, last)
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
            hint=f"Nothing was done. Start a new run with one of {some_of(forms, _NAMED)}.",
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


@value()
class _Found:
    """What a merged request agrees to.

    `file`: of its plan, None if none counts, and then `why`. `base`: the commit that the plan compared it with.
    `authors`: of one that is not approved, though it has to be; None if it is, or need not be. `lacks_approvals`: that
    alone is why its plan does not count.
    """

    request: ChangeRequest
    merged: Merged
    file: Path | None = None
    why: str = ""
    base: str = ""
    authors: Authors | None = None
    lacks_approvals: bool = False


@value()
class _Ran:
    """One apply. `printed`: by it. `receipt`: None if nothing was applied. `plan`: what it began with, if known."""

    end: End
    printed: str
    receipt: Receipt | None
    plan: Plan | None = None


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
    since = _released(job, merged_since(job, branch, commit, last), decided.approved)
    found = _approved(job, _with_changes(job, [_read(job, each) for each in since.requests]))
    # an exemption that was merged away and written again leaves the files as they were, and was not agreed to; and what
    # was merged and taken back may have been sent meanwhile, by hand or by a run that was cut off
    is_undone = not is_as_left and any(each.merged.changed != frozenset() for each in found)
    if is_same and not is_undone and not any(map(_ended, found)):
        return _unchanged(job)
    gone = _gone(job, branch, since) if since.gone else None
    if gone:
        job.annotate("warning", gone.words)
    # what only takes away needs no plan, and no review
    counts = any(each.file for each in found) or job.suspends or job.ends_exemptions or job.has_open_writes
    ran = _run_plans(job, found, decided.options) if counts else _without_review(job, found)
    for each in _to_comment(found, ran, last):
        _comment(job, each, found, ran, gone)
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


def _ended(found: _Found) -> frozenset[Address]:
    """The entries that a request changes, and that its files let out of no freeze."""
    return found.merged.ended & (found.merged.changed or frozenset())


def _to_comment(found: Iterable[_Found], ran: _Ran, last: End) -> list[_Found]:
    """The requests that get a receipt: of those that waited since an earlier run, only where something happened now."""
    if ran.receipt is None:
        return list(found)
    again = {each.number for each in left_over(last)}
    done = {outcome.change.address for outcome in ran.receipt.outcomes}
    return [each for each in found if each.request.number not in again or _addresses(each) & done]


def _read(job: Job, request: ChangeRequest) -> _Found:
    """The plan that reviewers of the request saw; the log explains which do not count."""
    name = name_of(request, job.forge)
    merged = Merged(f"the plan of {name}", None, merged_at=request.merged_at, name=name)
    found = job.forge.reviewed_plan(request, job.artifact)
    why = [*found.ignored]
    kept: _Found | None = None
    if found.content is not None:
        file = job.work / f"plan-{request.number}.json"
        file.write_bytes(found.content)
        try:  # here, so that one that is damaged or was altered does not stop the others
            plan = load_shown(found.content, f"{PLAN} of {name}", shows_edit)
        except BufferctlError as error:
            why.append(error.message)
        else:
            ended = (plan.changed or frozenset()) - plan.desired.exempt
            merged = replace(merged, plan=plan, changed=plan.changed, made_at=found.made_at, ended=ended)
            kept = _Found(request, merged, file, base=found.base)
    for reason in why:
        say(f"{name}: {reason}.")
    if kept:
        return kept
    say(f"There is no reviewed plan for {name} (any more), so it is not applied.")
    return _Found(request, merged, why="; ".join(why) or "no plan was made before the merge")


def _with_changes(job: Job, found: Sequence[_Found]) -> list[_Found]:
    """The same, each with what it changes on the branch where its plan does not say so, or another one changes it, too.

    A request that was merged after another one with the same commits, for example, changes nothing there any more.
    """
    placed: list[_Found] = []
    before: dict[Address, list[ChangeRequest]] = {}
    for each in found:
        changed = each.merged.changed
        if each.merged.plan is None:
            changed = changed_by(job, each.request)
        elif changed and (both := changed & before.keys()):
            there = changed_by(job, each.request)
            changed = changed if there is None else (changed - both) | (both & there)
        others = each.merged.agreed() - (changed or frozenset())
        beside = frozenset(other for other in others if _knew(job, each, before.get(other, ())))
        placed.append(replace(each, merged=replace(each.merged, changed=changed, beside=beside)))
        for address in _addresses(placed[-1]):
            before.setdefault(address, []).append(each.request)
    return placed


def _approved(job: Job, found: Sequence[_Found]) -> list[_Found]:
    """The same, without the plans of requests that lack approvals.

    A plan may also show what an earlier request left unpublished; then no author of that one approves it either.
    """
    checked: list[_Found] = []
    for each in found:
        without = [one for one in checked if one.authors is not None]
        checked.append(each if each.request.released_by else _with_approvals(job, each, without))
    return checked


def _with_approvals(job: Job, one: _Found, without: Sequence[_Found]) -> _Found:
    """A request, without its plan if it lacks approvals. `without`: earlier requests that lack approvals."""
    number = needed(job, one.request, {*_addresses(one), *one.merged.agreed()}, one.base)
    if not number:
        return one
    own = job.forge.authors(one.request)
    if one.merged.plan is None:
        return replace(one, authors=own)
    shown = [each for each in without if each.merged.changed is None or each.merged.changed & one.merged.agreed()]
    ids = own.ids.union(*(each.authors.ids for each in shown if each.authors))
    why = lacking(job, one.request, Needed(number, one.merged.plan), Authors(ids, own.unknown))
    if not why:
        return one
    say(f"{name_of(one.request, job.forge)} is not applied: {why}.")
    merged = replace(one.merged, plan=None, made_at=None, changed=changed_by(job, one.request), beside=frozenset())
    return _Found(one.request, merged, why=why, authors=own, lacks_approvals=True)


def _released(job: Job, since: MergedSince, numbers: Collection[int]) -> MergedSince:
    """The same, where requests count though they lack approvals: a person who wrote none of them decided that.

    Raises UsageError if that is not so. A number that does not wait is a warning, as it may be about other files.
    """
    waiting = {each.number for each in since.requests}
    for number in sorted(set(numbers) - waiting):
        others = some_of([f"{job.forge.sign}{each}" for each in sorted(waiting)], _NAMED) if waiting else "nothing"
        job.annotate("warning", f"{job.forge.sign}{number} is not what {job.name} waits for ({others}).")
    requests = []
    for each in since.requests:
        if each.number in numbers:
            _check_is_other(job, each, job.forge.authors(each))
            requests.append(replace(each, released_by=job.forge.actor))
        else:
            requests.append(each)
    return replace(since, requests=tuple(requests))


def _check_is_other(job: Job, request: ChangeRequest, authors: Authors) -> None:
    """Raises UsageError unless a person started this run who wrote nothing of the request."""
    name = name_of(request, job.forge)
    if not job.forge.starter or job.forge.starter in authors.ids:
        raise UsageError(
            f"{name} lacks approvals, and the person who started this run opened it, wrote some of it, or is unknown",
            hint=f"Somebody who wrote none of {name} has to start a new run.",
        )


def _check_unreviewed(job: Job, branch: str, commit: str, last: End) -> None:
    """Raises UsageError if this run would publish what lacks approvals, and not by the hand of somebody else.

    Such a run looks at no plan, so what it publishes cannot be told apart by request.
    """
    since = merged_since(job, branch, commit, last)
    for each in _approved(job, _with_changes(job, [_read(job, each) for each in since.requests])):
        if each.authors is None:
            continue
        if not job.forge.is_by_hand(branch):
            raise UsageError(
                f"{name_of(each.request, job.forge)} lacks approvals, so nothing is published unreviewed",
                hint="A person who wrote none of it can start a run by hand.",
            )
        _check_is_other(job, each.request, each.authors)


def _knew(job: Job, one: _Found, merged: Sequence[ChangeRequest]) -> bool:
    """Whether the plan of a request was made of files that have what was merged."""
    return not merged or bool(one.base and all(each.after and job.forge.has(one.base, each.after) for each in merged))


def _run_plans(job: Job, found: Sequence[_Found], options: Sequence[str]) -> _Ran:
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
    listed.write_bytes(dump_merged(_listed(each) for each in found))
    return _run(job, "--merged", str(listed), *options)


def _listed(found: _Found) -> MergedFile:
    merged = found.merged
    return MergedFile(
        name=merged.name,
        plan=found.file,
        changed=None if merged.changed is None else tuple(sorted(map(str, merged.changed))),
        beside=tuple(sorted(map(str, merged.beside))),
        ended=tuple(sorted(map(str, _ended(found)))),
        made_at=merged.made_at,
        merged_at=merged.merged_at,
    )


def _addresses(found: _Found) -> frozenset[Address]:
    """The entries that a request is about: those that it changes, or, if nobody knows, all that its plan shows."""
    if found.merged.changed is not None:
        return found.merged.changed
    return frozenset(change.address for change in found.merged.plan.plan.changes) if found.merged.plan else frozenset()


def _still_open(job: Job, one: _Found, found: Sequence[_Found], ran: _Ran) -> list[Change]:
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


def _is_unsent(one: _Found, ran: _Ran) -> bool:
    """Whether something that a request changes was not sent, or nobody knows; waiting for room is no failure."""
    if ran.receipt is None:
        return True
    not_sent = _not_sent(ran.receipt)
    return any(not not_sent[each].waits_for_room for each in _addresses(one) & not_sent.keys())


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


def _gone(job: Job, branch: str, since: MergedSince) -> Note:
    """A note for receipts that the branch lost the commit that was applied last."""
    noun = job.forge.noun
    return Note(
        f"`{branch}` no longer has `{since.gone[:SHORT]}`, the commit that was applied last.",
        f"So the plans count of all {noun}s that were merged in the last {KEPT.days} days and that `{branch}` still "
        "has.",
    )


def _run(job: Job, *options: str) -> _Ran:
    """Run one apply."""
    file = job.work / "receipt.json"
    ran = job.run("apply", *_OPTIONS, *options, "--receipt", str(file))
    found = load_receipt(file.read_bytes(), file.name) if file.exists() else None
    end = End(ran.code, is_over=found is not None and _is_over(found))
    return _Ran(end, ran.printed, found, found.plan if found else None)


def _is_over(receipt: Receipt) -> bool:
    """Whether another try would not help. What is suspended and still scheduled is tried again until it goes out.

    A part is applied where the files have errors: then only what is suspended counts, and the next run begins here.
    """
    scheduled = any(each.change.takes_off and not each.was_done for each in receipt.outcomes)
    return not (receipt.stopped or receipt.plan.narrowed or scheduled)


def _comment(job: Job, one: _Found, found: Sequence[_Found], ran: _Ran, gone: Note | None) -> None:
    """The receipt of a request: of the apply that had its plan, or why there was none. `gone`: as `_gone` says."""
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


def _may_be_elsewhere(job: Job, one: _Found, ran: _Ran) -> bool:
    """Whether a request without a plan may be about other files: nothing failed, or it changes nothing in these."""
    return ran.end.exit_code == 0 or (one.merged.changed == frozenset() and job.is_readable)


def _receipt(job: Job, context: Context, ran: _Ran) -> str:
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


def _not_applied(job: Job, one: _Found, ran: _Ran) -> Note:
    """Why the plan of a request was not applied, what it stops all the same, and the one thing to do."""
    keys = [f"`{change.address.key}`" for change in _not_reviewed(ran) if change.address in _addresses(one)]
    stops = f" So {some_of(list(dict.fromkeys(keys)), _NAMED)} was not sent." if keys else ""
    point, why = "Its plan was not applied", f": {one.why}.{stops}"
    if ran.end.exit_code == 0:
        return Note(point, f"{why} Buffer matches the files anyway.")
    if one.lacks_approvals:
        other = f"somebody who wrote none of it can {job.forge.decide(f'{APPROVE} {one.request.number}')}"
        return Note(point, why, f"To apply it anyway, {other}.")
    return Note(point, why, f"To apply it anyway, {job.decide(EVERYTHING)}.")


def _still_out(one: _Found, ran: _Ran) -> tuple[StillOut, ...]:
    """What Buffer publishes although the request says otherwise."""
    if ran.plan is None:
        return ()
    done = {each.change.slot for each in ran.receipt.outcomes if each.was_done} if ran.receipt else set()
    left = [change for change in ran.plan.changes if change.slot not in done]
    is_known = one.merged.changed is not None
    return not_as_declared(ran.plan, [each for each in left if not is_known or each.address in _addresses(one)])


def _not_reviewed(ran: _Ran) -> list[Change]:
    changes = ran.receipt.plan.changes if ran.receipt else ()
    return [change for change in changes if change.reason is Reason.NOT_REVIEWED]


def _unreviewed(job: Job, one: _Found, ran: _Ran) -> Iterator[Note]:
    """A sentence about what the request changes and its plan does not agree to, and one about the rest of the files."""
    held, own = _not_reviewed(ran), _addresses(one)
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


def _without_review(job: Job, found: Iterable[_Found]) -> _Ran:
    """The outcome if nothing was reviewed: fine if there is nothing to do, otherwise an error that a person sees.

    What a request changes and the plan holds is to be done, too.
    """
    data = job.work / "unreviewed.data"
    ran = job.run("plan", "--detailed-exitcode", "--data", str(data))
    plan = load_report(data).plan if data.exists() else None
    own = frozenset[Address]().union(*map(_addresses, found))
    is_held = plan is not None and any(change.address in own for change in plan.of(Action.HOLD))
    if ran.code != PENDING and not (ran.code == 0 and is_held):
        return _Ran(End(ran.code, is_over=ran.code == 0), "", None, plan)
    job.annotate(
        "error",
        "Nothing of this was reviewed, so nothing was sent. Apply it with a pull or merge request that changes these "
        f"files, or {job.decide(EVERYTHING)}.",
    )
    return _Ran(End(1), "", None, plan)
