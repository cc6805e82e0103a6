"""What people do to the state by hand: correct it, replace it, move it to another store. It asks nobody in Buffer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bufferctl.apply import FileJournal, save_state
from bufferctl.config import find_root, load
from bufferctl.diagnostics import has_errors
from bufferctl.errors import ConfigError, StateError, UsageError
from bufferctl.machine import state_folder
from bufferctl.model import State
from bufferctl.run.listener import SILENT, Listener
from bufferctl.run.opening import hold_lock
from bufferctl.run.places import open_state
from bufferctl.run.session import with_unsaved_results
from bufferctl.state import Document, LocalStore, StateFile, open_store
from bufferctl.state.document import dump, replacing
from bufferctl.state.lock import locked_by
from bufferctl.state.succession import hand_over


def find_state(
    file: Path | None, state_file: Path | None, listener: Listener = SILENT, *, is_meant: bool = False
) -> tuple[StateFile, Path]:
    """The state that the files name, of whichever endpoint it is, and the root file. Raises ConfigError, StateError.

    `state_file`: another one, which needs no root file. `is_meant`: as for `open_state`.
    """
    if state_file:
        root = file or Path("buffer.yaml")
        return StateFile(open_store(None, root, named=state_file), None), Path.cwd() / root
    root = find_root(file, Path.cwd())
    loaded = load(file, Path.cwd())
    desired = loaded.desired or loaded.sound
    wrong = [each for each in loaded.diagnostics if each.place and each.place.file == loaded.files[0]]
    if desired is None or has_errors(wrong):
        raise ConfigError(
            f"{loaded.files[0]} has errors, so bufferctl cannot tell where the state is",
            hint="Run `bufferctl validate` to see them.",
        )
    return StateFile(open_state(desired.settings.state, root, listener, is_meant=is_meant), None), root


def find_existing(file: Path | None, state_file: Path | None, listener: Listener = SILENT) -> tuple[StateFile, Path]:
    """The same, read. Raises ConfigError if there is none yet."""
    stored, root = find_state(file, state_file, listener)
    stored.load()
    if not stored.exists:
        raise ConfigError(f"There is no state yet: {stored.place}", hint="`bufferctl apply` writes it.")
    return stored, root


def mend(
    file: Path | None, state_file: Path | None, change: Callable[[State], State], message: str, listener: Listener
) -> State:
    """Change the state, while no other run works on it; what it was before. Raises LockedError, StateError.

    What a killed run left in the journal is brought in first, so that it does not undo the change later.
    """
    stored, root = find_existing(file, state_file, listener)  # tells the endpoint, and so which lock
    with hold_lock(stored.endpoint, 0.0, listener):
        state = stored.load()
        if stored.is_shared:  # one swap, so that no lock is needed: it fails if any run began meanwhile
            if stored.document.lease:
                raise locked_by(stored.document.lease, tells_time=True)
            if number := len(stored.document.intents):
                raise StateError(
                    f"A run was cut off, and what it sent is not settled yet ({number} open)",
                    hint="Run `bufferctl apply` first: it finds out what happened to it.",
                )
            stored.replace(replace(stored.document, state=stored.with_next_serial(change(state))), message)
            return state
        with closing(FileJournal(state_folder(), stored.endpoint, root, state.lineage)) as journal:
            journal.limit_to_homes()
            state = save_state(state, journal, stored)
            save_state(change(state), journal, stored)
            return state


def restore(stored: StateFile, old: Document, message: str, listener: Listener) -> Document:
    """Replace the state in its store by that of `old`; the document that is stored now.

    The lock and what is open stay. If the stored document cannot be used, nothing counts as complete.
    """
    try:
        stored.load()
        current = stored.document
    except StateError as error:  # which may be why somebody replaces it
        listener.note(f"{error.message}; it is replaced.")
        current = replace(old, state=old.state.unrecorded(), lease=None, intents=())
    document = replacing(current, old)
    stored.store.swap(dump(document), stored.version, message)
    return document


def check_replaceable(stored: StateFile, new: Document) -> None:
    """Raises StateError if `new` must not replace the stored document without --force."""
    stored.load()
    state, other = stored.saved, new.state
    if stored.exists and stored.endpoint != new.endpoint:
        wrong = f"The file belongs to {new.endpoint}, and the state in {stored.place} to {stored.endpoint}"
    elif stored.document.lease:
        raise locked_by(stored.document.lease, tells_time=True)
    elif stored.exists and state.lineage != other.lineage:
        wrong = (
            f"The file has another lineage ({other.lineage or 'none'}) than the state in {stored.place} "
            f"({state.lineage or 'none'}), so it belongs to another project, or to a state that was started again"
        )
    elif other.serial < state.serial:
        wrong = (
            f"The file is older (serial {other.serial}) than the state in {stored.place} (serial {state.serial}); "
            "bufferctl would no longer know what it has created since"
        )
    else:
        return
    raise StateError(wrong, hint="If you mean it: bufferctl state push --force FILE")


def migrate(old: StateFile, target: StateFile, root: Path, *, is_beside: bool, listener: Listener = SILENT) -> int:
    """Move the state of the root file from one store to another one; how many entries it has.

    `is_beside`: it only moves to another document of the same store, after its root file moved. Raises UsageError,
    ConfigError, StateError and LockedError, with nothing moved.
    """
    if old.store.address == target.store.address:
        raise UsageError(
            f"The state is already in {target.place}",
            hint="Set `state` in buffer.yaml to the new place, and name the old one with --from.",
        )
    _read_both(old, target)
    if not old.exists:
        raise ConfigError(f"There is no state to move: {old.place}", hint="Name where it is with --from PLACE.")
    with hold_lock(old.endpoint, 0.0, listener):
        _read_both(old, target)
        document = _with_journal(old, root)
        if is_beside:
            hand_over(old, target)
        else:
            document = replace(document, state=target.with_next_serial(document.state))
            target.replace(document, f"state migrate from {old.place}")
            if isinstance(old.store, LocalStore):
                old.store.path.replace(old.store.path.with_name(old.store.path.name + ".migrated"))
            else:
                note = Document(old.endpoint, moved_to=target.store.address)
                old.store.swap(dump(note), old.version, f"state migrate to {target.place}")
    return len(target.saved.bindings)


def _read_both(old: StateFile, target: StateFile) -> None:
    """Raises StateError if `target` has a state, unless that was moved to `old`, or `old` has none."""
    target.read()
    if target.exists and target.document.moved_to not in {old.store.address, old.place}:
        target.refuse_moved()
        raise StateError(
            f"{target.name} already has a state (serial {target.saved.serial}), so nothing was moved",
            hint="To replace it: bufferctl state pull > state.json, compare, and bufferctl state push --force FILE",
        )
    old.read()
    if old.document.moved_to != target.store.address or not old.saved.bindings:  # else that was cut off
        old.refuse_moved()


def _with_journal(old: StateFile, root: Path) -> Document:
    """The document to move, with what this machine's journal knows beyond it. Raises LockedError."""
    if old.document.lease:
        raise locked_by(old.document.lease, tells_time=True)
    if old.is_shared:
        return old.document
    with closing(FileJournal(state_folder(), old.endpoint, root, old.saved.lineage)) as journal:
        journal.limit_to_homes()
        run = uuid.uuid4().hex  # an id for a run that needed none, since the state was its machine's own
        intents = [replace(each, intent=replace(each.intent, run=each.intent.run or run)) for each in journal.unsettled]
        return replace(old.document, state=with_unsaved_results(old.saved, journal), intents=tuple(intents))
