"""What was merged and is still not sent after an hour is told: in an issue, and on each request.

A run on a schedule notices it, also where the run of the merge never started or was lost.
"""

from __future__ import annotations

from datetime import timedelta

from bufferctl.ci.applied import End
from bufferctl.ci.job import Job, name_of

#: How long after the merge.
_PATIENCE = timedelta(hours=1)
_TITLE = "Merged posts are not published"
_OVER = "**Resolved.** Everything that was merged is published."


def tell_unsent(job: Job, end: End) -> None:
    """Open or update the issue about requests that were merged an hour ago, and close it once all is sent.

    Raises ForgeError.
    """
    now = job.forge.now()
    late = [each for each in end.unsent if each.merged_at and now - each.merged_at >= _PATIENCE]
    if end.code and not late:
        return
    names = ", ".join(name_of(each, job.forge) for each in late)
    said = f"**Not published** an hour after the merge: {names}. The newest comment of each says why."
    if job.keep_issue("unsent", _TITLE, said if late else _OVER, is_open=bool(late)):
        for each in late:
            job.comment("unsent", each, f"Not everything in it is published, an hour after the merge. {_ASK}")


_ASK = "The receipt says what is left; while something is, there is an open issue about it."
