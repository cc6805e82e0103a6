"""How a checkout stands to the state: older than what was applied last, diverged from it, or without its state."""

from __future__ import annotations

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.errors import StateError
from bufferctl.render.lines import capitalized
from bufferctl.run.files import Files
from bufferctl.state import LocalStore, StateFile, state_path_of
from bufferctl.state.checkout import Relation, head, relation
from bufferctl.state.state_file import LockedState

MOVE = "Move it there: bufferctl state migrate"
#: Digits of a commit in messages.
_SHORT = 10


def find_standing(files: Files, stored: StateFile) -> tuple[Relation, tuple[Diagnostic, ...]]:
    """How the checkout relates to what was applied last, and the plan's warnings about it.

    That is: state that was not moved, and a checkout that does not have all that was applied elsewhere.
    """
    if wrong := find_unmoved(files, stored):
        return Relation.SAME, (Diagnostic(Severity.WARNING, f"{wrong}, and apply will refuse", hint=MOVE),)
    here, applied = head(files.root), stored.document.commit
    found = relation(files.root, here, applied, remote=files.remote) if here and applied else Relation.SAME
    if found in {Relation.SAME, Relation.NEWER}:
        return found, ()
    this, last = f"this checkout ({here[:_SHORT]})", f"the last applied commit ({applied[:_SHORT]})"
    if found is Relation.UNKNOWN:
        why = f"Whether {this} is older than {last} cannot be known: the history between them is not here. What that "
        why += "commit wrote, and what these files lack, is not changed or deleted"
        hint = "Fetch that commit, or check out with more history."
    elif found is Relation.OLDER:
        why, hint = capitalized(f"{this} is older than {last}, so apply will refuse it"), "git pull"
    else:
        why = capitalized(f"{this} and {last} have diverged, so what these files lack is not deleted, or reversed")
        hint = "Merge or rebase onto it before you apply."
    return found, (Diagnostic(Severity.WARNING, why, hint=hint),)


def find_unmoved(files: Files, stored: StateFile) -> str:
    """The message if the state is still in a file beside the root file; empty if not. Raises StateError."""
    own = StateFile(LocalStore(state_path_of(files.root_file)), None)
    if stored.exists or not own.store.read().document:
        return ""
    own.load()
    if own.endpoint != stored.endpoint:
        return ""
    where = f"buffer.yaml keeps the state in {stored.place}, which is empty, but there is {own.place}"
    return f"{where}; without it bufferctl does not know what it created"


def refuse_older(files: Files, stored: LockedState) -> None:
    """Raises StateError if the checkout is known to be older than what was applied last."""
    here, applied = stored.commit, stored.document.commit
    if not here or not applied:
        return
    if relation(files.root, here, applied, remote=files.remote) is Relation.OLDER:
        raise StateError(
            f"This checkout ({here[:_SHORT]}) is older than the last applied commit ({applied[:_SHORT]}), so "
            "applying it would undo later merges; nothing was done",
            hint="Run `git pull`; or if that commit is on a branch that was applied and not merged, merge it.",
        )
