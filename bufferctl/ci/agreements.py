"""What merged requests agree to: the plans that reviewers saw, if they count, and what each request changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from bufferctl.ci.applied import End
from bufferctl.ci.approvals import Needed, lacking, needed
from bufferctl.ci.forge import PLAN, Authors, ChangeRequest
from bufferctl.ci.job import Job, name_of
from bufferctl.ci.log import say
from bufferctl.ci.merged import MergedSince, changed_by, merged_since
from bufferctl.diagnostics import some_of
from bufferctl.errors import BufferctlError, UsageError
from bufferctl.model import Address
from bufferctl.planfile import Merged, MergedFile, load_shown
from bufferctl.reconcile import shows_edit
from bufferctl.value import replace, value


@value()
class Agreement:
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

    @property
    def addresses(self) -> frozenset[Address]:
        """The entries that it is about: those that it changes, or, if nobody knows, all that its plan shows."""
        if self.merged.changed is not None:
            return self.merged.changed
        return frozenset(each.address for each in self.merged.plan.plan.changes) if self.merged.plan else frozenset()

    @property
    def ended(self) -> frozenset[Address]:
        """The entries that it changes, and that its files let out of no freeze."""
        return self.merged.ended & (self.merged.changed or frozenset())

    def listed(self) -> MergedFile:
        """As the apply reads it (`--merged`)."""
        merged = self.merged
        return MergedFile(
            name=merged.name,
            plan=self.file,
            changed=None if merged.changed is None else tuple(sorted(map(str, merged.changed))),
            beside=tuple(sorted(map(str, merged.beside))),
            ended=tuple(sorted(map(str, self.ended))),
            made_at=merged.made_at,
            merged_at=merged.merged_at,
        )


def agreements(job: Job, requests: Iterable[ChangeRequest]) -> list[Agreement]:
    """What requests agree to, in the order of the merges. The log says which plans do not count, and why."""
    return _approved(job, _with_changes(job, [_read(job, each) for each in requests]))


def _read(job: Job, request: ChangeRequest) -> Agreement:
    """The plan that reviewers of the request saw; the log explains which do not count."""
    name = name_of(request, job.forge)
    merged = Merged(f"the plan of {name}", None, merged_at=request.merged_at, name=name)
    found = job.forge.reviewed_plan(request, job.artifact)
    why = [*found.ignored]
    kept: Agreement | None = None
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
            kept = Agreement(request, merged, file, base=found.base)
    for reason in why:
        say(f"{name}: {reason}.")
    if kept:
        return kept
    say(f"There is no reviewed plan for {name} (any more), so it is not applied.")
    return Agreement(request, merged, why="; ".join(why) or "no plan was made before the merge")


def _with_changes(job: Job, found: Sequence[Agreement]) -> list[Agreement]:
    """The same, each with what it changes on the branch where its plan does not say so, or another one changes it, too.

    A request that was merged after another one with the same commits, for example, changes nothing there any more.
    """
    placed: list[Agreement] = []
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
        for address in placed[-1].addresses:
            before.setdefault(address, []).append(each.request)
    return placed


def _knew(job: Job, one: Agreement, merged: Sequence[ChangeRequest]) -> bool:
    """Whether the plan of a request was made of files that have what was merged."""
    return not merged or bool(one.base and all(each.after and job.forge.has(one.base, each.after) for each in merged))


def _approved(job: Job, found: Sequence[Agreement]) -> list[Agreement]:
    """The same, without the plans of requests that lack approvals.

    A plan may also show what an earlier request left unpublished; then no author of that one approves it either.
    """
    checked: list[Agreement] = []
    for each in found:
        without = [one for one in checked if one.authors is not None]
        checked.append(each if each.request.released_by else _with_approvals(job, each, without))
    return checked


def _with_approvals(job: Job, one: Agreement, without: Sequence[Agreement]) -> Agreement:
    """A request, without its plan if it lacks approvals. `without`: earlier requests that lack approvals."""
    number = needed(job, one.request, {*one.addresses, *one.merged.agreed()}, one.base)
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
    return Agreement(one.request, merged, why=why, authors=own, lacks_approvals=True)


def released(job: Job, since: MergedSince, numbers: Collection[int]) -> MergedSince:
    """The same, where requests count though they lack approvals: a person who wrote none of them decided that.

    Raises UsageError if that is not so. A number that does not wait is a warning, as it may be about other files.
    """
    waiting = {each.number for each in since.requests}
    for number in sorted(set(numbers) - waiting):
        others = some_of([f"{job.forge.sign}{each}" for each in sorted(waiting)]) if waiting else "nothing"
        job.annotate("warning", f"{job.forge.sign}{number} is not what {job.name} waits for ({others}).")
    requests = []
    for each in since.requests:
        if each.number in numbers:
            _check_starter_is_no_author(job, each, job.forge.authors(each))
            requests.append(replace(each, released_by=job.forge.actor))
        else:
            requests.append(each)
    return replace(since, requests=tuple(requests))


def _check_starter_is_no_author(job: Job, request: ChangeRequest, authors: Authors) -> None:
    """Raises UsageError unless a person started this run who wrote nothing of the request.

    That a person started it by hand is checked before. If somebody else ran it again, nobody knows who decided.
    """
    name = name_of(request, job.forge)
    if not job.forge.starter or job.forge.starter in authors.ids:
        raise UsageError(
            f"{name} lacks approvals, and the person who started this run opened it, wrote some of it, or is unknown",
            hint=f"Somebody who wrote none of {name} has to start a new run.",
        )


def check_unreviewed(job: Job, branch: str, commit: str, last: End) -> None:
    """Raises UsageError if this run would publish what lacks approvals, and not by the hand of somebody else.

    Such a run looks at no plan, so what it publishes cannot be told apart by request.
    """
    since = merged_since(job, branch, commit, last)
    for each in agreements(job, since.requests):
        if each.authors is None:
            continue
        if not job.forge.is_by_hand(branch):
            raise UsageError(
                f"{name_of(each.request, job.forge)} lacks approvals, so nothing is published unreviewed",
                hint="A person who wrote none of it can start a run by hand.",
            )
        _check_starter_is_no_author(job, each.request, each.authors)
