"""Compares a checkout with the last applied commit: an older one must not undo what a newer one did.

A checkout that was not pulled lacks the commit, and a shallow one, as CI has it, the history that answers this. Both
are fetched, the history only a little deeper; beyond that the answer is unknown, which is not an error.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from enum import StrEnum, auto
from mimetypes import guess_type
from pathlib import Path
from subprocess import TimeoutExpired
from typing import NamedTuple

from bufferctl.errors import StateError
from bufferctl.git import DIFF, DIFF_OF_COMMITS, git, git_bytes, protocols_of
from bufferctl.model.desired import GIT_REMOTE

#: By how many commits a shallow checkout is deepened, and how many seconds that may take.
_DEEPEN, _PATIENCE = 50, 60
#: What commits deleted and did not move.
_RENAMES = ("--find-renames", "-l5000")
_DELETED = ("log", "--format=", "--name-only", "--diff-filter=D", *_RENAMES, f"-O{os.devnull}", "--relative", "-z")
#: The mode of a submodule, whose object is a commit of its own repository.
_SUBMODULE = "160000"


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
    """The `files` that a commit since `applied` deleted, though they may be back; none if that is unknown.

    `files`: paths below `folder`, of what is no longer read. A moved file does not count as deleted: perhaps nobody
    noticed that it is no longer read. Nor does a file that only a merge lost, for which git lists no files, or that
    only another branch ever had: no commit shows that this was intended.
    """
    if not applied or not files:
        return frozenset()
    if _is_shallow(folder):  # what its oldest commits deleted cannot be seen
        _fetch(folder, head(folder), applied, remote)
    deleted = _output(folder, *_DELETED, operands=[f"{applied}..HEAD", "--"], protocols=protocols_of(folder, remote))
    return frozenset(deleted.split("\0")) & frozenset(files)


def deleted_before(folder: Path, written: str, applied: str, files: Collection[str], *, remote: str) -> frozenset[str]:
    """Like `deleted_since`, for files that a commit after `written` had already deleted in `applied`, and still are.

    This is needed since a run that held the deletes of a file's posts was complete all the same.
    """
    if not (written and applied and files) or written == applied:
        return frozenset()
    if _is_shallow(folder):
        _fetch(folder, head(folder), written, remote)
    protocols = protocols_of(folder, remote)
    deleted = _output(folder, *_DELETED, operands=[f"{written}..{applied}", "--"], protocols=protocols)
    there = _output(folder, "ls-tree", "-r", "-z", "--name-only", operands=[applied], protocols=protocols)
    return (frozenset(deleted.split("\0")) & frozenset(files)) - frozenset(there.split("\0"))


def uncommitted_files(folder: Path) -> frozenset[str]:
    """Files below `folder` that differ from the checked-out commit, or are new and not ignored."""
    new = _output(folder, "ls-files", "--others", "--exclude-standard", "-z")
    return _edited_since(folder, "HEAD") | frozenset(new.split("\0"))


def contained(folder: Path, commits: Collection[str]) -> frozenset[str]:
    """The `commits` that the checkout contains, as far as its history is here."""
    return frozenset(_output(folder, "rev-list", "HEAD").split()) & frozenset(commits) if commits else frozenset()


def outdated_files(folder: Path, applied: str, *, remote: str) -> frozenset[str]:
    """Files below `folder` that `applied` changed since it and this checkout diverged, and this checkout did not.

    Those of a submodule count as changed together. Empty if the checkout has `applied`, or the history is unknown. What
    a partial clone lacks is fetched from `remote`. Raises StateError if git cannot tell.
    """
    base = _base(folder, applied)
    there = _changed_there(folder, base, applied, remote)
    if not there:
        return frozenset()
    outdated = {each.name for each in there} - _edited_since(folder, base, protocols_of(folder, remote))
    modules = [folder / each.name for each in there if each.mode == _SUBMODULE]
    inside = {path.relative_to(folder).as_posix() for module in modules for path in module.rglob("*")}
    return frozenset(outdated | inside)


def _edited_since(folder: Path, commit: str, protocols: str = "") -> frozenset[str]:
    """The tracked files below `folder` that differ from those of a commit."""
    only = ("--name-only", "--no-renames", "--relative", "-z")
    return frozenset(_output(folder, *DIFF, *only, operands=[commit, "--"], protocols=protocols).split("\0"))


def text_before(folder: Path, applied: str, *, remote: str) -> str:
    """The earlier text of the files that `applied` changed since it and this checkout diverged; empty as above.

    It is what a checkout would have, whatever git shows as a diff of such files. Raises StateError as above.
    """
    there = _changed_there(folder, _base(folder, applied), applied, remote)
    texts = [_texts(folder, there, remote)]
    for each in there:
        if each.mode == _SUBMODULE:
            module = folder / each.name
            texts.append(_texts(module, _tree(module, each.object), remote))
    return "\n".join(texts)


class _Entry(NamedTuple):
    """A file of a commit, or a submodule, whose object is a commit of its own."""

    name: str
    mode: str
    object: str


def _base(folder: Path, applied: str) -> str:
    """Where `applied` and this checkout parted; empty if that is unknown."""
    return _output(folder, "merge-base", operands=["HEAD", applied]) if applied else ""


def _changed_there(folder: Path, base: str, applied: str, remote: str) -> list[_Entry]:
    """The files below `folder` that `applied` changed since `base`, as they were there. Raises StateError."""
    if not base or base == applied:
        return []
    printed = _told(folder, *DIFF_OF_COMMITS, "--relative", operands=[base, applied, "--"], remote=remote).split("\0")
    changes = [change.removeprefix(":").split() for change in printed[::2]]  # its modes, its objects, its status
    return [_Entry(name, old[0], old[2]) for old, name in zip(changes, printed[1::2], strict=False)]


def _tree(folder: Path, commit: str) -> list[_Entry]:
    """The files of a commit of the submodule in `folder`, which need not be there. Raises StateError."""
    if not (folder / ".git").exists():
        return []
    printed = _told(folder, "ls-tree", "-r", "-z", operands=[commit], remote=GIT_REMOTE)
    entries: list[_Entry] = []
    for line in filter(None, printed.split("\0")):
        about, _, name = line.partition("\t")
        mode, _, id_ = about.split()
        entries.append(_Entry(name, mode, id_))
    return entries


def _texts(folder: Path, entries: Sequence[_Entry], remote: str) -> str:
    """What the files say, without images and videos, among lines of git's own. Raises StateError."""
    wanted = [each for each in entries if each.mode.startswith("100") and not _is_media(each.name)]
    if not wanted:
        return ""
    top = Path(_output(folder, "rev-parse", "--show-prefix"))
    asked = ""
    for each in wanted:
        path = "-" if "\n" in each.name else (top / each.name).as_posix()  # git's question is one line
        asked += f"{each.object} {path}\n"
    data = asked.encode(errors="surrogateescape")
    found = _told(folder, "cat-file", "--batch", "--filters", data=data, remote=remote)
    lines = set(found.splitlines())
    for each in wanted:
        answer = f"{each.object} missing"
        if answer in lines:
            raise _untold("cat-file", answer)
    return found


def _is_media(name: str) -> bool:
    kind = guess_type(name)[0] or ""
    return kind.startswith(("image/", "video/", "audio/")) or kind == "application/pdf"


def _told(folder: Path, *options: str, operands: Sequence[str] = (), data: bytes = b"", remote: str) -> str:
    """What a git command prints. Raises StateError if it fails, since nothing else shows what another commit did."""
    try:
        protocols = protocols_of(folder, remote)
        ran = git_bytes(folder, *options, operands=operands, data=data, protocols=protocols, timeout=_PATIENCE)
        reason = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2] or f"exit code {ran.returncode}"
    except OSError as error:
        raise _untold(options[0], error.strerror or "it cannot be run") from error
    except TimeoutExpired as error:
        raise _untold(options[0], f"no answer within {_PATIENCE} seconds") from error
    if ran.returncode:
        raise _untold(options[0], reason)
    return ran.stdout.decode(errors="replace")


def _untold(command: str, reason: str) -> StateError:
    return StateError(
        "This checkout and the last applied commit have diverged, and git cannot show what that commit changed "
        f"(`git {command}`: {reason}), so posts that it removed could be sent again; nothing was done",
        hint="Merge or rebase onto that commit, or let git fetch what it lacks, then run the command again.",
    )


def _fetch(folder: Path, here: str, applied: str, remote: str) -> None:
    """Fetch `applied`, or more history if the checkout is shallow, as far as it is available.

    History goes on from where it ends here: that came from the remote, and `here` may never have been pushed.
    """
    protocols = protocols_of(folder, remote)
    if not protocols:
        return
    depth, wanted = [], [remote, applied]
    if _is_shallow(folder):
        known = int(_output(folder, "rev-list", "--count", operands=[here]) or 0)
        ends = _output(folder, "rev-list", "--max-parents=0", operands=[here]).split()
        depth, wanted = [f"--depth={known + _DEEPEN}"], [remote, *ends, applied]
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", *depth)
    _output(folder, "fetch", *options, operands=wanted, protocols=protocols)


def _is_shallow(folder: Path) -> bool:
    return _output(folder, "rev-parse", "--is-shallow-repository") == "true"


def renamed_since(folder: Path, applied: str, *, remote: str) -> dict[str, str]:
    """The names that files had in the commit `applied`, from the top of the repository, and those they have now.

    Staged changes count. A partial clone gets the files that it lacks from `remote`.
    """
    parts = _differing(folder, applied, "--name-status", "--diff-filter=R", remote=remote)
    return dict(zip(parts[1::3], parts[2::3], strict=False))


def gone_since(folder: Path, commit: str, *, remote: str) -> list[str]:
    """The names that files had in a commit, from the top of the repository, if they are gone under any name."""
    return [name for name in _differing(folder, commit, "--name-only", "--diff-filter=D", remote=remote) if name]


def _differing(folder: Path, commit: str, *only: str, remote: str) -> list[str]:
    """What git lists of the files that differ from a commit."""
    options = (*only, *_RENAMES, "--no-relative", "-z")
    return _output(folder, *DIFF, *options, operands=[commit, "--"], protocols=protocols_of(folder, remote)).split("\0")


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
