"""`bufferctl ci drift`: every night, check for changes in Buffer; an issue is open while there are some."""

from __future__ import annotations

from bufferctl.ci.forge import fenced, marker, same_text, with_marker
from bufferctl.ci.job import Job

_DRIFT = 2
_TITLE = "Buffer no longer matches your files"
_FOUND = (
    "Somebody changed posts in Buffer, publishing failed there, or media of unpublished posts are gone from their URL. "
    "Each line says what to do."
)
_OVER = "**Resolved.** Buffer matches your files again."


def drift(job: Job) -> int:
    """Look for drift and open, update or close the issue. Exit code 0 with an issue or without, else bufferctl's."""
    job.check_state_is_kept()
    ran = job.run("drift")
    if ran.code not in {0, _DRIFT}:
        return ran.code
    first = marker("drift", job.about)
    issue = job.forge.open_issue(first)
    is_drift = ran.code == _DRIFT
    said = f"{_FOUND}\n\n{fenced(ran.printed)}" if is_drift else _OVER
    body = with_marker(first, f"{said}\n\n{job.footer(job.commit())}")
    if issue is None:
        if is_drift:
            job.forge.add_issue(f"{_TITLE} ({job.about})" if job.about else _TITLE, body)
    elif not is_drift or not same_text(issue.body, body):
        job.forge.edit_issue(issue.number, body, close=not is_drift)
    return 0
