"""Which changes need a person because of a request, and which needed one before it.

A held change counts as the request's unless planning the base commit holds it in the same way. So if anything is held,
the run that plans the request plans the base too, from the same reading.
"""

from __future__ import annotations

from collections.abc import Iterable

from bufferctl.ci.forge import ChangeRequest
from bufferctl.ci.job import Job
from bufferctl.errors import ForgeError
from bufferctl.plan import Action, Change, Reason
from bufferctl.render.report import HoldIdentity, Report, hold_identity
from bufferctl.value import value

#: Held since the request's branch is behind, which is nothing that it brings.
_BEHIND = Reason.DIVERGED


@value()
class Held:
    """The keys of entries that need a person because of the request, and of those that did before it.

    `uncompared`: why the base could not be compared, so that all of them count as the request's; empty if it was
    compared. `is_refused`: the request brings something that the files may not ask for.
    """

    by_request: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    uncompared: str = ""
    is_refused: bool = False


def held(job: Job, request: ChangeRequest, report: Report) -> Held:
    """Compare the holds of a plan with those of the request's base, which the same run planned."""
    found = report.plan.of(Action.HOLD)
    behind = [change for change in found if change.reason is _BEHIND]
    now = [change for change in found if change.reason is not _BEHIND]
    known, uncompared = frozenset[HoldIdentity](), ""
    try:
        known = _held_at_base(job, request, report) if now else known
    except ForgeError as error:
        uncompared = error.message
    before = [*behind, *(change for change in now if hold_identity(change) in known)]
    brought = [change for change in now if hold_identity(change) not in known]
    return Held(_entries(brought), _entries(before), uncompared, any(change.is_refused for change in brought))


def _entries(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.address.key for change in changes))


def _held_at_base(job: Job, request: ChangeRequest, report: Report) -> frozenset[HoldIdentity]:
    """What planning the base holds. Raises ForgeError if it could not be planned."""
    base = job.base_of(request)
    if not base:
        raise ForgeError("the base commit cannot be fetched: the forge names none")
    job.commits.unpacked(base)
    if report.held_before is None:
        raise ForgeError("the files of the base commit cannot be planned")
    return report.held_before
