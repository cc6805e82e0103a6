"""What was merged and is still not sent after an hour is told: in an issue, and on each request.

A run on a schedule notices it, also where the run of the merge never started or was lost.
"""

from __future__ import annotations

from datetime import timedelta

from bufferctl.ci.applied import End
from bufferctl.ci.forge import marker, same_text, with_marker
from bufferctl.ci.job import Job, name_of

#: How long after the merge.
_PATIENCE = timedelta(hours=1)
_TITLE = "Merged posts are not published"
_OVER = "**Resolved.** Everything that was merged is published."


def tell_unsent(job: Job, end: End) -> None:
    """Open or update the issue about requests that were merged an hour ago, and close it once all is sent.

    Raises ForgeError.
    """
    first, forge = marker("unsent", job.about), job.forge
    late = [each for each in end.unsent if each.merged_at and forge.now() - each.merged_at >= _PATIENCE]
    if end.code and not late:
        return
    issue = forge.open_issue(first)
    if not late and issue is None:
        return
    names = ", ".join(name_of(each, forge) for each in late)
    said = (
        f"**Not published** an hour after the merge: {names}. The newest comment of each says why." if late else _OVER
    )
    body = with_marker(first, f"{said}\n\n{job.footer(job.commit())}")
    if issue is None:
        forge.add_issue(f"{_TITLE} ({job.about})" if job.about else _TITLE, body)
        for each in late:
            job.comment("unsent", each, f"Not everything in it is published, an hour after the merge. {_ASK}")
    elif not late or not same_text(issue.body, body):
        forge.edit_issue(issue.number, body, close=not late)


_ASK = "The receipt says what is left; while something is, there is an open issue about it."
