"""How a checkout relates to the state: older than the applied commit, diverged from it, without its state, or moved.

A root file without a state may continue that of one that is gone, if git proves it or a person says so.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from bufferctl.diagnostics import Diagnostic, Severity, some_of
from bufferctl.errors import StateError
from bufferctl.reconcile import find_targets
from bufferctl.render.lines import capitalized
from bufferctl.run.files import Files
from bufferctl.run.listener import Listener
from bufferctl.state import LocalStore, StateFile, state_path_of
from bufferctl.state.checkout import Relation, relation, uncommitted_files
from bufferctl.state.local import repository_of
from bufferctl.state.state_file import LockedState
from bufferctl.state.succession import Predecessor, name_of, predecessors, proves

if TYPE_CHECKING:
    from bufferctl.api import Buffer

MOVE = "Move it there: bufferctl state migrate"
#: Digits of a commit in messages.
_SHORT = 10
#: Files in a message.
_NAMED = 3
_LEFT = "Posts that that commit wrote, or that these files lack, are not changed or deleted"


def find_relation(files: Files, stored: StateFile) -> tuple[Relation, tuple[Diagnostic, ...]]:
    """How the checkout relates to the last applied commit, and the plan's warnings about it.

    They are about a state that was not moved, and a checkout that lacks commits that were applied elsewhere.
    """
    if wrong := find_unmoved(files.root_file, stored):
        return Relation.SAME, (Diagnostic(Severity.WARNING, f"{wrong}, and apply will refuse", hint=MOVE),)
    here, applied = files.commit, stored.document.commit
    if not applied or not (here or repository_of(files.root_file)):
        return Relation.SAME, ()
    if not here:
        why = f"git does not say which commit is checked out, so it may be older than {applied[:_SHORT]}, which was "
        why += f"applied last. {_LEFT}"
        return Relation.UNKNOWN, (Diagnostic(Severity.WARNING, why, hint="To see why, run `git log -1` here."),)
    found = relation(files.root, here, applied, remote=files.remote)
    if found in {Relation.SAME, Relation.NEWER}:
        return found, ()
    this, last = f"this checkout ({here[:_SHORT]})", f"the last applied commit ({applied[:_SHORT]})"
    if found is Relation.UNKNOWN:
        why = f"The history between {this} and {last} is not here, so this checkout may be older. {_LEFT}"
        hint = "Fetch that commit, or check out with more history."
    elif found is Relation.OLDER:
        why, hint = capitalized(f"{this} is older than {last}, so apply will refuse it"), "git pull"
    else:
        why = capitalized(f"{this} and {last} have diverged, so what these files lack is not deleted, or reversed")
        hint = "Merge or rebase onto it before you apply."
    return found, (Diagnostic(Severity.WARNING, why, hint=hint),)


def warn_of_uncommitted(files: Files, stored: StateFile) -> tuple[Diagnostic, ...]:
    """The warning of an apply by which a shared state gets to know what no commit has; none if there is nothing."""
    if not (stored.is_shared and files.commit):
        return ()
    edited = sorted(uncommitted_files(files.root) & files.read)
    if not edited:
        return ()
    why = f"Other checkouts do not have the changes to {some_of(edited, _NAMED)}, which are not committed. The next "
    why += "apply from one of them may delete, or change back, what this one sends"
    return (Diagnostic(Severity.WARNING, why, hint="Commit and push them, too."),)


def find_unmoved(root_file: Path, stored: StateFile) -> str:
    """The message if a shared state is still in a file beside the root file; empty if not. Raises StateError."""
    own = StateFile(LocalStore(state_path_of(root_file)), None)
    if stored.exists or not stored.is_shared or not own.store.read().document:
        return ""
    own.load()
    if stored.endpoint and own.endpoint != stored.endpoint:
        return ""
    where = f"buffer.yaml keeps the state in {stored.place}, which is empty, but there is {own.place}"
    return f"{where}; without it bufferctl does not know what it created"


def refuse_older(files: Files, stored: LockedState) -> None:
    """Raises StateError if the checkout is known to be older than the last applied commit."""
    here, applied = stored.commit, stored.document.commit
    if here and applied and relation(files.root, here, applied, remote=files.remote) is Relation.OLDER:
        raise StateError(
            f"This checkout ({here[:_SHORT]}) is older than the last applied commit ({applied[:_SHORT]}), so "
            "applying it would undo later merges; nothing was done",
            hint="Run `git pull`, or merge that commit. If it was dropped on purpose, add a commit of your own.",
        )


def find_predecessor(
    files: Files, stored: StateFile, buffer: Buffer, listener: Listener, *, afresh: bool = False
) -> Predecessor | None:
    """The document that this root file continues, None if it has its own or is new; `stored` was read.

    Raises ApiError; StateError if it cannot be known which one, unless `afresh`, and, where there is none, if the state
    of this root file was moved away.
    """
    if stored.exists and not stored.document.moved_to:
        return None
    found = predecessors(stored, files.root_file)
    if len(found) == 1 and found[0].document.moved_to == stored.store.address:  # a run was cut off on the way
        old: Predecessor | None = found[0]
    else:
        old = _chosen(files, stored, _relevant(files, found, buffer), afresh=afresh)
    if old is None:
        return None
    listener.notice(f"{name_of(old.root_file)} was moved to {name_of(files.root_file)}, so its state is used")
    return old


def _relevant(files: Files, found: Collection[Predecessor], buffer: Buffer) -> list[tuple[Predecessor, frozenset[str]]]:
    """Those that have objects in homes of these files, and in which; the account is asked only if there are any."""
    if not found:
        return []
    desired = files.desired
    account = buffer.account({each.id or each.name or "" for each in desired.organizations})
    targets, _ = find_targets(desired, account)
    with_ideas = {item.address.organization for item in desired.ideas}
    organizations = {each.id for label, each in targets.organizations.items() if label in with_ideas}
    homes = ((each, each.homes(targets.channels.values(), organizations)) for each in found)
    return [(each, ids) for each, ids in homes if ids]


def _chosen(
    files: Files, stored: StateFile, relevant: Sequence[tuple[Predecessor, frozenset[str]]], *, afresh: bool
) -> Predecessor | None:
    """The one that is proved and has all that the others have.

    Raises StateError if that cannot be known, or if there is none and the state of this root file was moved away.
    """
    proved = [each for each in relevant if proves(each[0], files.root_file, files.desired.files, remote=files.remote)]
    if len(proved) == 1 and all(homes <= proved[0][1] for _, homes in relevant):
        return proved[0][0]
    stored.refuse_moved()
    if afresh or not relevant:
        return None
    here, there = name_of(files.root_file), " and ".join(name_of(each.root_file) for each, _ in relevant)
    path, old = os.path.relpath(files.root_file), os.path.relpath(relevant[0][0].root_file)
    file = "" if path == "buffer.yaml" else f" --file {quote(path)}"
    raise StateError(
        f"There is no state for {here} yet. There is one for {there}, which no longer exists, with posts on the same "
        f"channels, and git does not show that it became {here}. Without its state, posts could be published again, so "
        "nothing was done",
        hint=f"If it is the same project:\nbufferctl state migrate --from {quote(old)}{file}\n"
        f"If it is a new one:\nbufferctl state begin{file}",
    )
