"""`bufferctl ci drift`: every night, check for changes in Buffer; an issue is open while there are some."""

from __future__ import annotations

from bufferctl.ci.forge import fenced
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
    is_drift = ran.code == _DRIFT
    job.keep_issue("drift", _TITLE, f"{_FOUND}\n\n{fenced(ran.printed)}" if is_drift else _OVER, is_open=is_drift)
    return 0
