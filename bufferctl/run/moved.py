"""Whether a root file without a state continues that of one that is gone: by proof, by a person, or not at all."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from shlex import quote
from typing import TYPE_CHECKING

from bufferctl.errors import StateError
from bufferctl.reconcile import find_targets
from bufferctl.run.files import Files
from bufferctl.run.listener import Listener
from bufferctl.state import StateFile
from bufferctl.state.succession import Predecessor, name_of, predecessors, proves

if TYPE_CHECKING:
    from bufferctl.api import Buffer


def find_predecessor(
    files: Files, stored: StateFile, buffer: Buffer, listener: Listener, *, afresh: bool = False
) -> Predecessor | None:
    """The document that this root file goes on with, None if it has its own or is new; `stored` was read.

    `afresh`: what nothing proves is no reason to stop. Raises StateError if it may be one, and if the state was
    moved away; ApiError.
    """
    if stored.exists and not stored.document.moved_to:
        return None
    found = predecessors(stored, files.root_file)
    if len(found) == 1 and found[0].document.moved_to == stored.store.address:  # a run was cut off on the way
        old: Predecessor | None = found[0]
    else:
        old = _chosen(files, stored, _relevant(files, found, buffer), afresh=afresh)
    if old is None:
        stored.refuse_moved()
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
    """The one that is proved and has all that the others have. Raises StateError if that cannot be known."""
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
