"""Whether a change in the repository is about these files: the check runs on every request, and most need no plan."""

from __future__ import annotations

from pathlib import PurePosixPath

from bufferctl.ci.job import Job
from bufferctl.git import git

_ENTRIES = frozenset({".yaml", ".yml"})


def is_touched(job: Job, base: str) -> bool:
    """Whether the files differ from those at the commit `base`, or may: also where they have errors, or nobody knows.

    YAML in the folder counts even if nothing includes it (yet), and so does every file that was deleted there.
    """
    files = job.files
    if not base or files is None or job.fetch(base):
        return True
    only = ("--name-status", "--no-renames", "--no-ext-diff", "--relative", "-z")
    ran = git(job.folder, "diff", *only, operands=[base, "--"], environment=job.environment)
    if ran.returncode:
        return True
    parts = ran.stdout.split("\0")
    return any(
        status == "D" or path in files or PurePosixPath(path).suffix in _ENTRIES
        for status, path in zip(parts[::2], parts[1::2], strict=False)
        if not any(part.startswith(".") for part in PurePosixPath(path).parts)
    )
