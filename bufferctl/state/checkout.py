"""Compares a checkout with the last applied commit: an older one must not undo what a newer one did.

A checkout that was not pulled lacks the commit, and a shallow one, as CI has it, the history that answers this. Both
are fetched, the history only a little deeper; beyond that the answer is unknown, which is not an error.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum, auto
from pathlib import Path
from subprocess import TimeoutExpired

from bufferctl.git import DIFF, git, protocols_of

#: By how many commits a shallow checkout is deepened, and how many seconds that may take.
_DEEPEN, _PATIENCE = 50, 60


class Relation(StrEnum):
    """How the checked-out commit relates to another one."""

    SAME = auto()
    NEWER = auto()
    OLDER = auto()
    DIVERGED = auto()
    UNKNOWN = auto()


def head(folder: Path) -> str:
    """The id of the checked-out commit; empty without git or outside a repository."""
    return _output(folder, "rev-parse", "--verify", operands=["HEAD^{commit}"])


def relation(folder: Path, here: str, applied: str, *, remote: str) -> Relation:
    """How the commit `here` relates to `applied`, in the repository of `folder`. Both are full ids.

    Missing history is fetched from `remote`; nothing else changes in the checkout.
    """
    if here == applied:
        return Relation.SAME
    found = _relation(folder, here, applied)
    if found is Relation.UNKNOWN:
        _fetch(folder, here, applied, remote)
        found = _relation(folder, here, applied)
    return found


def deleted_since(folder: Path, applied: str, files: Collection[str], *, remote: str) -> frozenset[str]:
    """The `files` (paths below `folder`) that a commit since `applied` deleted; none if that is unknown.

    A moved file does not count as deleted: perhaps nobody noticed that it is no longer read. Nor does a file that only
    a merge lost, for which git lists no files, or that another branch has: no commit shows that this was intended.
    """
    if not applied or not files:
        return frozenset()
    if _is_shallow(folder):  # what its oldest commits deleted cannot be seen
        _fetch(folder, head(folder), applied, remote)
    only = ("--format=", "--name-only", "--diff-filter=D", "--find-renames", "--relative", "-z")
    deleted = _output(folder, "log", *only, operands=[f"{applied}..HEAD", "--"], protocols=protocols_of(folder, remote))
    return frozenset(deleted.split("\0")) & frozenset(files)


def deleted_before(folder: Path, written: str, applied: str, files: Collection[str], *, remote: str) -> frozenset[str]:
    """Like `deleted_since`, for files that a commit after `written` had already deleted in `applied`, and still are.

    This is needed since a run that held the deletes of a file's posts was complete all the same.
    """
    if not (written and applied and files) or written == applied:
        return frozenset()
    if _is_shallow(folder):
        _fetch(folder, head(folder), written, remote)
    only = ("--format=", "--name-only", "--diff-filter=D", "--find-renames", "--relative", "-z")
    protocols = protocols_of(folder, remote)
    deleted = _output(folder, "log", *only, operands=[f"{written}..{applied}", "--"], protocols=protocols)
    there = _output(folder, "ls-tree", "-r", "-z", "--name-only", operands=[applied])
    return (frozenset(deleted.split("\0")) & frozenset(files)) - frozenset(there.split("\0"))


def contained(folder: Path, commits: Collection[str]) -> frozenset[str]:
    """The `commits` that the checkout contains, as far as its history is here."""
    return frozenset(_output(folder, "rev-list", "HEAD").split()) & frozenset(commits) if commits else frozenset()


def outdated_files(folder: Path, applied: str) -> frozenset[str]:
    """Files below `folder` that `applied` changed since it and this checkout diverged, and this checkout did not.

    Empty if the checkout has `applied`, or the history is unknown.
    """
    base = _output(folder, "merge-base", operands=["HEAD", applied]) if applied else ""
    if not base:
        return frozenset()
    changed_there, changed_here = _changed(folder, base, applied), _changed(folder, base)
    return changed_there - changed_here


def text_before(folder: Path, applied: str) -> str:
    """The earlier text of the files that `applied` changed since it and this checkout diverged; empty as above."""
    base = _output(folder, "merge-base", operands=["HEAD", applied]) if applied else ""
    options = ("--no-renames", "--relative", "--unified=100000")
    lines = _output(folder, *DIFF, *options, operands=[base, applied, "--"]).splitlines() if base else []
    return "\n".join(line[1:] for line in lines if not line.startswith("+"))


def _changed(folder: Path, *commits: str) -> frozenset[str]:
    """The files that differ between two commits, or one and what is checked out."""
    only = ("--name-only", "--no-renames", "--relative", "-z")
    return frozenset(_output(folder, *DIFF, *only, operands=[*commits, "--"]).split("\0")) - {""}


def _fetch(folder: Path, here: str, applied: str, remote: str) -> None:
    """Fetch `applied`, or more history if the checkout is shallow, as far as it is available."""
    protocols = protocols_of(folder, remote)
    if not protocols:
        return
    depth, wanted = [], [remote, applied]
    if _is_shallow(folder):
        known = int(_output(folder, "rev-list", "--count", operands=[here]) or 0)
        depth, wanted = [f"--depth={known + _DEEPEN}"], [remote, here, applied]
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", *depth)
    _output(folder, "fetch", *options, operands=wanted, protocols=protocols)


def _is_shallow(folder: Path) -> bool:
    return _output(folder, "rev-parse", "--is-shallow-repository") == "true"


def renamed_since(folder: Path, applied: str, *, remote: str) -> dict[str, str]:
    """The names that files had in the commit `applied`, from the top of the repository, and those they have now.

    Staged changes count. A partial clone gets the files that it lacks from `remote`.
    """
    only = ("--name-status", "--diff-filter=R", "--find-renames", "-l5000", "--no-relative", "-z")
    ran = _output(folder, *DIFF, *only, operands=[applied, "--"], protocols=protocols_of(folder, remote))
    parts = ran.split("\0")
    return dict(zip(parts[1::3], parts[2::3], strict=False))


def _relation(folder: Path, here: str, applied: str) -> Relation:
    if not _output(folder, "cat-file", "-t", operands=[applied]):
        return Relation.UNKNOWN
    bases = _output(folder, "merge-base", operands=[here, applied])
    if bases == applied:
        return Relation.NEWER
    if bases == here:
        return Relation.OLDER
    if bases or not _is_shallow(folder):
        return Relation.DIVERGED
    return Relation.UNKNOWN


def _output(folder: Path, *options: str, operands: Sequence[str] = (), protocols: str = "") -> str:
    """What a git command prints; empty if it fails, or there is no git."""
    try:
        ran = git(folder, *options, operands=operands, protocols=protocols, timeout=_PATIENCE)
    except (OSError, TimeoutExpired):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
