"""Where a plan may look for the state: in the place that the published branch names, never in one that a request names.

Whoever opens a request could otherwise send this job's credentials elsewhere, or have a forged state reviewed.
"""

from __future__ import annotations

from bufferctl.ci.job import Job, shared_state_of
from bufferctl.model import StateSettings
from bufferctl.render.markdown import Note


def moved_state(job: Job, branch: str) -> Note | None:
    """Why this plan is made without the state, for a comment; None if it may use it.

    `branch` is the one that apply publishes. If that branch does not name a place, only a request's `state: git`
    counts, which is in the same repository. Raises ForgeError if the branch cannot be read.
    """
    here = job.state_settings
    if not job.is_readable:  # no plan is made of these files
        return None
    there = shared_state_of(job.root_file_at(job.forge.newest(branch)))
    if here == there or (there is None and here == StateSettings()):
        return None
    noun, published = job.forge.noun, f"`{branch}`"
    return Note(
        "This plan does not use the state.",
        f"This {noun} keeps it {_name(here)}; {published} keeps it {_name(there)}, and only what {published} says "
        f"counts. So merging this publishes nothing by itself. After the merge, run `{_migrate(there)}` in a checkout "
        f"of {published}. Put posts into another {noun}.",
    )


def _name(settings: StateSettings | None) -> str:
    if settings is None:
        return "in no shared place"
    return f"in `{settings.store}`" if settings.store else f"on `{settings.remote}:{settings.branch}`"


def _migrate(there: StateSettings | None) -> str:
    source = (there.store or f"git:{there.branch}") if there else ""
    return f"bufferctl state migrate{f' --from {source}' if source else ''}"
