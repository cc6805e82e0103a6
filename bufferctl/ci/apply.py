"""`bufferctl ci apply`: after a merge, do what was reviewed, and comment on each request with the receipt.

One apply does the plans of all requests that were merged since the last one, so what one of them brought is never
taken for something that nobody reviewed. A plan file only selects: what overrules a hold is an option of a run by hand.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from glob import escape
from pathlib import Path

from bufferctl.ci.applied import AppliedFile, End
from bufferctl.ci.child import renamed
from bufferctl.ci.forge import ChangeRequest, fenced, without_marker
from bufferctl.ci.issues import tell_unsent
from bufferctl.ci.job import SHORT, Job, name_of
from bufferctl.ci.plan import PENDING
from bufferctl.errors import BufferctlError, ForgeError, StalePlanError, UsageError
from bufferctl.model import Address
from bufferctl.plan import Action, Reason
from bufferctl.planfile import Receipt, SavedPlan, load_receipt, load_shown
from bufferctl.reconcile import shows_edit
from bufferctl.render.lines import count
from bufferctl.render.markdown_text import code, plain
from bufferctl.value import field, replace, value

#: Nobody can answer a question here, and on a shared runner the last run may still hold the lock.
_OPTIONS = ("--auto-approve", "--lock-timeout", "600")


@value()
class ByHand:
    """What a person decides in a run by hand: addresses as in a shell, and a number; empty for nothing."""

    reapply: str = ""
    recreate: str = ""
    max_deletes: str = ""

    def options(self) -> list[str]:
        """The options of apply. Raises UsageError."""
        options = []
        for name, addresses in (("--reapply", self.reapply), ("--recreate", self.recreate)):
            options += [part for address in _split(addresses) for part in (name, address)]
        return [*options, *(["--max-deletes", self.max_deletes] if self.max_deletes else [])]

    def targets(self) -> list[str]:
        """The options that limit apply to the addresses; empty if there are none."""
        addresses = dict.fromkeys([*_split(self.reapply), *_split(self.recreate)])
        return [part for address in addresses for part in ("--target", escape(address))]


_NOTHING = ByHand()


def _split(addresses: str) -> list[str]:
    try:
        return shlex.split(addresses)
    except ValueError as error:
        raise UsageError(f"{addresses} is not a list of addresses: {error}", hint="Separate them by spaces.") from error


def apply(job: Job, *, branch: str, reviewed: bool = True, by_hand: ByHand = _NOTHING) -> int:
    """Apply what was merged into `branch`; the exit code is that of bufferctl's apply.

    `reviewed`: only what the plans of the merged requests have; else everything that the files say. `by_hand`: only in
    a run that a person started on the branch; addresses in it limit the run to them. Raises ForgeError where the
    checkout is not the newest commit of the branch, UsageError.
    """
    commit = job.commit()
    newest = job.forge.newest(branch)
    if commit != newest:
        raise ForgeError(
            f"{branch} is at {newest[:SHORT]} and the checkout at {commit[:SHORT]}; older files are not applied",
            hint="Check out the branch itself (`ref:` of actions/checkout), so that every run takes its newest commit.",
        )
    job.check_state_is_kept()
    if options := by_hand.options():
        if not job.forge.is_by_hand(branch):
            raise UsageError(
                f"{options[0]} is for runs that a person starts on {branch}", hint="Use Run workflow on that branch."
            )
        job.summarize(f"**By hand**, {plain(job.forge.actor)}: {code(shlex.join(options))}")
    if reviewed and (targets := by_hand.targets()):
        end = _run(job, *targets, *options).end
        job.output(exit_code=str(end.exit_code))
        return end.exit_code
    file = AppliedFile(job.store("applied"))
    last = file.read()
    if job.forge.is_scheduled and last.commit == commit:  # it only watches: what is left waits for a person or a merge
        tell_unsent(job, last)
        return 0
    end = _apply_reviewed(job, branch, commit, last, options) if reviewed else _run(job, *options).end
    file.write(commit, end)
    tell_unsent(job, end)
    job.output(exit_code=str(end.exit_code))
    return end.exit_code


@value()
class _Kept:
    """A reviewed plan and its file. `made_at`: by the forge's clock, empty if it does not say."""

    file: Path
    saved: SavedPlan
    made_at: str

    @property
    def addresses(self) -> frozenset[Address]:
        return frozenset(change.address for change in self.saved.plan.changes)


@value()
class _Plans:
    """The plans of merged requests, in the order of the merges, and why others have none that counts."""

    kept: dict[ChangeRequest, _Kept] = field(default_factory=dict)
    missing: dict[ChangeRequest, str] = field(default_factory=dict)


@value()
class _Ran:
    """One apply. `page`: its report for people. `receipt`: None if nothing was applied."""

    end: End
    page: str
    receipt: Receipt | None


def _apply_reviewed(job: Job, branch: str, commit: str, last: End, options: Sequence[str]) -> End:
    """Apply the plans of everything merged since the last apply, in the order of the merges; those that wait go first.

    GitHub drops all but the newest of several waiting runs; that run applies the others' plans.
    """
    is_done = last.commit == commit and last.exit_code == 0
    if is_done and not last.waiting:
        print(f"Commit {commit[:SHORT]} is already applied.")
        return End()
    if last.commit and last.exit_code == 0 and not last.waiting and not job.is_touched(last.commit):
        print("None of the files changed since the last apply.")
        return End()
    commits = job.forge.history(last.commit, commit) if last.commit not in {"", commit} else []
    merged = [] if is_done else [each for one in commits or [commit] for each in job.forge.merged(one, branch)]
    waiting = [replace(each, branch=branch) for each in last.waiting]
    requests = list(dict.fromkeys([*waiting, *merged]))
    plans = _read_plans(job, requests)
    ran = _run_plans(job, plans, options) if plans.kept else _without_review(job)
    done = {outcome.change.address for outcome in ran.receipt.outcomes} if ran.receipt else set()
    for request in requests:
        plan = plans.kept.get(request)
        is_again = request in waiting and ran.receipt  # it has a receipt already
        if not (is_again and plan and plan.addresses.isdisjoint(done)):
            _comment(job, request, plans, ran)
    waits = ran.receipt.plan.of(Action.WAITING) if ran.receipt and not ran.receipt.stopped else ()
    still = tuple(each for each, plan in plans.kept.items() if plan.addresses & {change.address for change in waits})
    unsent = tuple(requests) if ran.end.exit_code else ()
    return replace(ran.end, waiting=still, unsent=unsent)


def _read_plans(job: Job, requests: Sequence[ChangeRequest]) -> _Plans:
    """The plans that reviewers of the requests saw; the log explains which do not count."""
    plans = _Plans()
    for request in requests:
        name = name_of(request, job.forge)
        found = job.forge.reviewed_plan(request, job.artifact)
        why = [*found.ignored]
        if found.content is not None:
            file = job.work / f"plan-{request.number}.json"
            file.write_bytes(found.content)
            made_at = found.made_at.isoformat() if found.made_at else ""
            try:  # here, so that one that is damaged or was altered does not stop the others
                plans.kept[request] = _Kept(file, load_shown(found.content, str(file), shows_edit), made_at)
            except BufferctlError as error:
                why.append(renamed(error.message, _called(file, name)))
        for reason in why:
            print(f"{name}: {reason}.")
        if request not in plans.kept:
            plans.missing[request] = "; ".join(why) or "no plan was made before the merge"
            print(f"There is no reviewed plan for {name} (any more), so it is not applied.")
    return plans


def _run_plans(job: Job, plans: _Plans, options: Sequence[str]) -> _Ran:
    """Apply the plans together. One that is out of date is left out, the oldest first, so that the others are done."""
    while True:
        names = [name_of(each, job.forge) for each in plans.kept]
        print(f"Applying the {'plan' if len(names) == 1 else 'plans'} of {', '.join(names)}.", flush=True)
        files = [plan.file for plan in plans.kept.values()]
        given = [part for file in files for part in ("--reviewed", str(file))]
        at = max(plan.made_at for plan in plans.kept.values())
        called: dict[str, str] = {}
        for file, name in zip(files, names, strict=True):
            called |= _called(file, name)
        ran = _run(job, *given, *(["--reviewed-at", at] if at else []), *options, called=called)
        if ran.end.exit_code != StalePlanError.exit_code or len(names) == 1:
            return ran
        oldest = next(iter(plans.kept))
        del plans.kept[oldest]
        plans.missing[oldest] = "it is out of date, as the log of the run says"


def _called(file: Path, name: str) -> dict[str, str]:
    """What people call the file of a request's plan, at the start of a sentence and within it."""
    return {f"The saved plan {file}": f"The plan of {name}", str(file): f"the plan of {name}"}


def _run(job: Job, *options: str, called: Mapping[str, str] | None = None) -> _Ran:
    """Run one apply. `called`: what people call files, in place of their paths on this machine."""
    page, file = job.work / "receipt.md", job.work / "receipt.json"
    for each in (page, file):
        each.unlink(missing_ok=True)
    ran = job.run("apply", *_OPTIONS, *options, "--report", str(page), "--receipt", str(file), called=called)
    found = load_receipt(file.read_bytes(), file.name) if file.exists() else None
    text = page.read_text(encoding="utf-8") if page.exists() else f"**Not applied.**\n\n{fenced(ran.printed)}"
    as_text = {plain(f"a{path}")[1:]: name for path, name in (called or {}).items()}  # within a sentence, else as code
    text = renamed(renamed(text, as_text), called)
    is_finished = found is not None and not found.stopped
    return _Ran(End(ran.code, is_over=is_finished or ran.code == StalePlanError.exit_code), text, found)


def _comment(job: Job, request: ChangeRequest, plans: _Plans, ran: _Ran) -> None:
    """The receipt of a request: of the apply that had its plan, or why there was none."""
    if not job.options.comment:
        return
    try:
        if request in plans.kept:
            others = [name_of(each, job.forge) for each in plans.kept if each != request]
            together = f"Applied together with {', '.join(others)}." if others else ""
            overrules = "`bufferctl apply --re" in ran.page  # --reapply, --recreate
            by_hand = f"Without a command line, {job.forge.by_hand()}." if overrules else ""
            parts = [together, _unreviewed(job, ran), without_marker(ran.page), by_hand]
        elif ran.end.exit_code == 0 and job.find_comment("plan", request) is None:
            return  # it was never about these files
        else:
            matches = "Buffer matches the files anyway."
            result = (
                matches if ran.end.exit_code == 0 else f"To publish it anyway, {job.forge.by_hand(everything=True)}."
            )
            parts = [f"**Its plan was not applied**: {plain(plans.missing[request])}. {result}"]
        job.comment("receipt", request, *parts, job.footer(job.commit()))
    except ForgeError as error:  # what is done is done, and the log shows it
        name = name_of(request, job.forge)
        job.annotate("warning", f"The receipt could not be added to {name}: {error.message}")


def _unreviewed(job: Job, ran: _Ran) -> str:
    """One sentence about everything that is in the files and in none of the plans; empty if there is nothing."""
    changes = ran.receipt.plan.changes if ran.receipt else ()
    found = [change for change in changes if change.reason is Reason.NOT_REVIEWED]
    if not found:
        return ""
    verb = "was" if len(found) == 1 else "were"
    return (
        f"**{count(len(found), 'change')} {verb} not in this plan**, so {verb} not sent: in the files from before this "
        f"{job.forge.noun}, or changed after its plan. To publish everything in the files, "
        f"{job.forge.by_hand(everything=True)}."
    )


def _without_review(job: Job) -> _Ran:
    """Nothing was reviewed: fine where there is nothing to do, else an error that a person sees."""
    ran = job.run("plan", "--detailed-exitcode")
    if ran.code != PENDING:
        return _Ran(End(ran.code, is_over=ran.code == 0), "", None)
    job.annotate(
        "error",
        "Nothing of this was reviewed, so nothing was sent. Publish it with a pull or merge request that changes these "
        f"files, or {job.forge.by_hand(everything=True)}.",
    )
    return _Ran(End(1), "", None)
