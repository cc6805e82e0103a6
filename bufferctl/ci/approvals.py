"""`policy: {approvals: N}`: how many people must approve a request before merging it publishes anything, and who did.

The forge's data on reviews, accounts and commits count, and the policy of the branch before the merge. Anything unknown
counts as not approved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bufferctl.ci.forge import PLAN, Authors, ChangeRequest, Review
from bufferctl.ci.job import Job
from bufferctl.config import Loaded
from bufferctl.diagnostics import some_of
from bufferctl.digests import plan_digest
from bufferctl.errors import BufferctlError, ForgeError
from bufferctl.model import Address, Desired
from bufferctl.planfile import SavedPlan, load_shown
from bufferctl.reconcile import shows_edit
from bufferctl.render.lines import count
from bufferctl.render.markdown import Note
from bufferctl.value import value

#: How many people or addresses a sentence names; the rest is counted.
_NAMED = 3


@value()
class Needed:
    """How many approvals a request needs, and for which `plan`."""

    number: int
    plan: SavedPlan


def needed(job: Job, request: ChangeRequest, addresses: Iterable[Address], base: str = "") -> int:
    """How many approvals a merged request needs to publish something at these addresses.

    The policy of the branch before the merge decides, so that no request lowers its own number. If a commit from before
    the merge has no readable root file, the merged root file counts too. `base` is the commit that the request's plan
    compared it with.
    """
    found = [_root_file(job, each) for each in _before(job, request, base)]
    declared = [each.sound for each in found if each and each.sound]
    merged = job.loaded.sound if job.loaded else None
    if not found or any(each is None or each.desired is None for each in found):
        declared += [merged] if merged else []
    organizations = {each.organization for each in addresses}
    return max((approvals_of(each, organizations, merged or each) for each in declared), default=0)


def _before(job: Job, request: ChangeRequest, base: str) -> list[str]:
    """The commits of the branch of which one is the first parent of the merge, as far as anybody knows.

    A rebase makes several commits, and others may have pushed before it: so if the commit before `after` is not the one
    where the last request ended, all of them count, and the strictest decides. Before the first apply, nobody knows
    where that is, and the base of the plan stands for it.
    """
    parent = job.commits.first_parent(request.after)
    before = request.before or base
    if not request.before or parent == before:
        return [each for each in dict.fromkeys([parent, before]) if each]
    try:
        line = job.forge.history(request.before, request.after)
    except ForgeError:  # the branch lost it
        line = [parent, request.after]
    return [request.before, *(each for each in line[:-1] if each)]


def _root_file(job: Job, commit: str) -> Loaded | None:
    try:
        return job.root_file_at(commit)
    except ForgeError:
        return None


def approvals_of(declared: Desired, organizations: Iterable[str], merged: Desired) -> int:
    """The largest number that the files require, for everything or for posts of these organizations.

    `merged` are the files that name the organizations. An organization that `declared` lacks, or has with another id,
    may be one of its organizations under another name, so the strictest number counts.
    """
    strictest = max((each.approvals or 0 for each in declared.organizations), default=0)
    ids = {each.label: each.id for each in merged.organizations}
    known = {
        each.label: each.approvals or 0 for each in declared.organizations if ids.get(each.label, each.id) == each.id
    }
    own = [known.get(each, strictest) for each in organizations]
    return max([declared.settings.policy.approvals or 0, *own])


def lacking(job: Job, request: ChangeRequest, wanted: Needed, authors: Authors) -> str:
    """Why a merged request is not approved; empty if it is. Approvals of its `authors` do not count.

    Raises ForgeError.
    """
    if authors.unknown:
        return f"not all of its authors are known: {some_of(authors.unknown, _NAMED)}"
    merged_at = request.merged_at
    if merged_at is None:
        return f"{job.forge.brand} does not say when it was merged, so nobody knows who approved before that"
    reviews = job.forge.reviews(request)
    before = _last([each for each in reviews if each.at is None or each.at <= merged_at])
    now = _last(reviews)
    objections = [each for each in (*before, *now) if each.approves is False and not _outsider(job, each)]
    if objections:
        names = dict.fromkeys(f"`{each.name}`" for each in objections)
        return f"{some_of(list(names), _NAMED)} requested changes"
    approving = {each.person for each in now if each.approves}
    given = [each for each in before if each.approves and each.person in approving]
    in_time = {each.person for each in given}
    late = [each for each in now if each.approves and each.person not in in_time]
    judged = [_why_not(job, request, wanted.plan, each, authors) for each in given]
    approved = judged.count("")
    reasons = [*(f"`{each.name}` approved after the merge" for each in late), *filter(None, judged)]
    if approved >= wanted.number:
        return ""
    details = f" ({'; '.join(reasons[:_NAMED])})" if reasons else ""
    return f"it needs {count(wanted.number, 'approval')} and has {approved or 'none'}{details}"


def _last(reviews: Iterable[Review]) -> list[Review]:
    """The last word of each person; those of accounts that are gone are kept apart."""
    found = {each.person or f"gone {number}": each for number, each in enumerate(reviews)}
    return list(found.values())


def _why_not(job: Job, request: ChangeRequest, plan: SavedPlan, review: Review, authors: Authors) -> str:
    """Why an approval does not count; empty if it does."""
    name = f"`{review.name}`"
    if review.at is None:
        return f"{job.forge.brand} does not say when {name} approved"
    if review.person in authors.ids:
        return f"{name} opened it or wrote some of it"
    if outsider := _outsider(job, review):
        return outsider
    if not review.commit:
        return f"{name} approved before the last push"
    return "" if _is_about(job, request, plan, review) else f"{name} approved another plan, or none"


def _outsider(job: Job, review: Review) -> str:
    """Why somebody has no say; empty if they have."""
    if review.is_robot:
        return f"`{review.name}` is a bot"
    if not review.person or not job.forge.may_write(review):
        return f"`{review.name}` may not write to this repository"
    return ""


def _is_about(job: Job, request: ChangeRequest, plan: SavedPlan, review: Review) -> bool:
    """Whether the newest plan of the reviewed commit, at that time, has the digest of what would be applied."""
    then = job.forge.reviewed_plan(request.seen_at(review.commit, review.at), job.artifact)
    if then.content is None:
        return False
    try:
        seen = load_shown(then.content, PLAN, shows_edit)
    except BufferctlError:
        return False
    return plan_digest(seen.plan) == plan_digest(plan.plan)


def notes(job: Job, request: ChangeRequest, branch: str, addresses: Iterable[Address]) -> Iterator[Note]:
    """Notes about approvals for the comment on a plan, so that people know them before the merge.

    Raises ForgeError.
    """
    published = job.root_file_at(job.forge.newest(branch))
    declared = published.sound if published else None
    if declared is None:
        return
    organizations = {each.organization for each in addresses}
    merged = job.loaded.sound if job.loaded else None
    number = approvals_of(declared, organizations, merged or declared)
    later = approvals_of(merged, organizations, merged) if merged else number
    if number:
        yield Note(f"Merging publishes nothing before {count(number, 'approval')}.")
        if unknown := job.forge.authors(request).unknown:
            yield Note(
                "No approval of this counts",
                f", because not all of its authors are known: {some_of(unknown, _NAMED)}. Whoever has that address can "
                "add it to their account, and then plan this again.",
            )
    if later < number:
        after = f"publishes with {count(later, 'approval')}" if later else "needs no approval"
        yield Note(f"This lowers `approvals` from {number} to {later}.", f"What is merged after it {after}.")
