"""Issues that are open while somebody is needed: posts differ in Buffer, or what was merged is not sent after an hour.

A run on a schedule looks; so what was merged is noticed, too, where the run of the merge never started or was lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bufferctl.ci.applied import End
from bufferctl.ci.forge import ChangeRequest
from bufferctl.ci.job import Job, name_of
from bufferctl.render.markdown_text import fenced

#: bufferctl's exit code where there is drift.
_DRIFT = 2
_TITLE = "Buffer no longer matches your files"
_FOUND = (
    "Somebody changed posts in Buffer, publishing failed there, or media of unpublished posts are gone from their URL. "
    "Each line says what to do."
)
_OVER = "**Resolved.** Buffer matches your files again."
_HISTORY = (
    "What was merged before, and not sent, waits until a later pull or merge request shows it in its plan, or somebody "
    "publishes everything in the files by hand. Do not force-push to this branch."
)
_AGAIN = "**Resolved.** A later apply found the commit that was applied before it."
#: How long after the merge.
_PATIENCE = timedelta(hours=1)
_ALL_SENT = "**Resolved.** Everything that was merged is published."
_SENT = (
    "Buffer now has everything that this request and the files still say. The receipt lists what was sent, and when."
)
_ASK = "The receipt says what is left now; while anything is, there is an open issue about it."


def drift(job: Job) -> int:
    """Look for drift and open, update or close the issue. Exit code 0 with an issue or without, else bufferctl's."""
    job.check_state_is_kept()
    ran = job.run("drift")
    if ran.code not in {0, _DRIFT}:
        return ran.code
    is_drift = ran.code == _DRIFT
    job.keep_issue("drift", _TITLE, f"{_FOUND}\n\n{fenced(ran.printed)}" if is_drift else _OVER, is_open=is_drift)
    return 0


def tell_history(job: Job, last: End, end: End) -> None:
    """Open an issue about a branch that lost the commit that was applied last, and close it with the next apply.

    Raises ForgeError.
    """
    if end.gone or last.gone:
        said = f"{end.gone}\n\n{_HISTORY}" if end.gone else _AGAIN
        job.keep_issue("history", "The history of the published branch was replaced", said, is_open=bool(end.gone))


def tell_unsent(job: Job, end: End, requests: Iterable[ChangeRequest] = ()) -> None:
    """Open or update the issue about requests that were merged an hour ago, and close it once all is sent.

    `requests`: those of this run; one that was told that it waits hears of the end, too. Raises ForgeError.
    """
    now = job.forge.now()

    def is_late(request: ChangeRequest) -> bool:
        return request.merged_at is not None and now - request.merged_at >= _PATIENCE

    late, still = list(filter(is_late, end.unsent)), {each.number for each in end.unsent}
    for each in filter(is_late, requests):
        if each.number not in still and job.find_comment("unsent", each):
            job.comment("unsent", each, _SENT, job.footer(job.commit()), heading="sent")
    if end.exit_code and not late:
        return
    names = ", ".join(name_of(each, job.forge) for each in late)
    said = f"**Not published** an hour after the merge: {names}. The newest comment of each says why."
    if job.keep_issue("unsent", "Merged posts are not published", said if late else _ALL_SENT, is_open=bool(late)):
        for each in late:
            job.comment("unsent", each, f"Not everything in it was published an hour after the merge. {_ASK}")
