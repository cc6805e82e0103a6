"""The state of a root file that was moved or renamed: its document still has the old path.

If git shows that the old root file became this one, the state continues at the new path by itself. Everything else is
left to a person, since a new root file that does not know the old one's posts would publish them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from posixpath import join, normpath

from bufferctl.errors import StateError
from bufferctl.model import LiveChannel
from bufferctl.state.checkout import Relation, head, relation, renamed_since
from bufferctl.state.document import SavedState, read
from bufferctl.state.local import repository_of
from bufferctl.state.location import root_files_of, top_of
from bufferctl.state.state_file import StateFile
from bufferctl.value import replace, value


@value()
class Predecessor:
    """A document whose root file is gone from this checkout.

    `path` is the document's; `root_files` are the possible root files.
    """

    path: str
    root_files: tuple[Path, ...]
    document: SavedState

    @property
    def root_file(self) -> Path:
        """The old root file, as its document names it."""
        return self.root_files[0]

    def homes(self, channels: Iterable[LiveChannel], organizations: Collection[str]) -> frozenset[str]:
        """The ids of these channels, and of the organizations with ideas, whose objects it has.

        A channel that was reconnected counts under its present id.
        """
        state = self.document.state
        used = {slot.home for slot in state.bindings} | {each.slot.home for each in self.document.intents}
        names = {(home.service, home.handle) for home in state.homes.values() if home.id in used and home.handle}
        found = {each.id for each in channels if each.id in used or (each.service.value, each.name) in names}
        return frozenset(found | (used & set(organizations)))


def predecessors(stored: StateFile, root_file: Path) -> list[Predecessor]:
    """The documents beside this one that have a state and whose root file is gone.

    If one of them was being moved here when a run was cut off, only that one. One that was being moved elsewhere is
    among them, though git proves nothing about it. Raises StateError if the store cannot be read.
    """
    found: list[Predecessor] = []
    for path, raw in stored.store.others().items():
        root_files = root_files_of(top_of(root_file) / path)
        with suppress(StateError):  # damaged, or another endpoint's
            each = Predecessor(path, root_files, read(raw, path, stored.endpoint, remedy=""))
            if not each.document.state.bindings and not each.document.intents:
                continue
            if each.document.moved_to == stored.store.address:
                return [each]
            if not any(name.is_file() for name in root_files):
                found.append(each)
    return found


def proves(old: Predecessor, root_file: Path, files: Collection[str], *, remote: str) -> bool:
    """Whether git shows that the old root file, or if it was rewritten, most of its files, moved to this root file.

    `files` are all files that this root file reads, below its folder. Missing history is fetched from `remote`.
    """
    top, applied, here = repository_of(root_file), old.document.commit, head(root_file.parent)
    if top is None or not applied or not here or old.document.moved_to:
        return False
    if relation(top, here, applied, remote=remote) not in {Relation.SAME, Relation.NEWER}:
        return False
    renamed = renamed_since(top, applied, remote=remote)
    before = [name_of(name) for name in old.root_files]
    now = next((renamed[name] for name in before if name in renamed), "")
    mine = name_of(root_file)
    if now:
        return now == mine
    recorded = {normpath(join(before[0], "..", each.file)) for each in old.document.state.tracked.values() if each.file}
    declared = {normpath(join(mine, "..", name)) for name in files}
    return 2 * sum(renamed.get(each, each) in declared for each in recorded) > len(recorded)


def name_of(root_file: Path) -> str:
    """A root file, which may be gone, by its path in the repository."""
    return root_file.absolute().resolve().relative_to(top_of(root_file)).as_posix()


def hand_over(old: StateFile, new: StateFile) -> None:
    """Move the state from one document to another one in the same store, with its open intents, but without the lock.

    The old one is closed first, and keeps the state until the new one is written: wherever this is cut off, exactly one
    root file can go on with it. Nothing happens if another run was faster. Raises OvertakenError, StateError.
    """
    new.read()
    if new.exists and not new.document.moved_to:
        return
    address, document = new.store.address, replace(old.document, lease=None, moved_to="")
    if old.document.moved_to != address:
        old.refuse_moved()
        old.replace(replace(document, moved_to=address), f"state: moving to {address}")
    new.replace(replace(document, state=new.with_next_serial(document.state)), f"state: moved from {old.store.address}")
    old.replace(SavedState(old.endpoint, moved_to=address), f"state: moved to {address}")
