"""Changes that people make to the state by hand: begin it, correct it, replace it, move it to another store.

Only `begin` contacts Buffer: it settles, reads, binds matching objects, lets the others go with a person's consent, and
moves the horizons.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from shlex import quote

from bufferctl.api import Buffer, endpoint_of
from bufferctl.apply import FileJournal, save_state, with_unsaved_results
from bufferctl.config import find_root, load
from bufferctl.config.write import FileChanges, Text, root_with
from bufferctl.diagnostics import all_of, has_errors, nearest
from bufferctl.errors import ApiError, BufferctlError, ConfigError, StateError, UsageError
from bufferctl.intake import starter_text
from bufferctl.limits import SETTLE
from bufferctl.machine import state_folder
from bufferctl.model import IDEAS, Address, Binding, LiveIdea, LivePost, Slot, State, StateSettings
from bufferctl.plan import Plan
from bufferctl.reconcile import begin as begin_state
from bufferctl.reconcile import begin_anew, release
from bufferctl.run.applying import Applying
from bufferctl.run.compare import first_creation
from bufferctl.run.listener import Listener
from bufferctl.run.places import open_state
from bufferctl.run.relation import MOVE, find_unmoved
from bufferctl.run.session import Session, hold_lock
from bufferctl.run.sources import PlanSource
from bufferctl.state import History, LocalStore, Lock, SavedState, StateFile, Store, open_store
from bufferctl.state.document import dump, parse, replacing
from bufferctl.state.local import repository_of
from bufferctl.state.location import document_path
from bufferctl.state.lock import holders, locked_by
from bufferctl.state.store import PastDocument
from bufferctl.state.succession import hand_over
from bufferctl.value import replace, value


@value()
class FoundLock:
    """The locks that keep other runs away: `holders` in words, empty if there are none."""

    local: Lock
    shared: StateFile | None
    holders: tuple[str, ...]

    def remove(self) -> None:
        """Remove the locks of a run that crashed."""
        if self.shared and self.shared.document.lease:
            self.shared.replace(replace(self.shared.document, lease=None), "state unlock")
        self.local.break_()


@value()
class Moved:
    """A state that was moved from the place `old` to `new`. `left`: local files that no run uses any more."""

    entries: int
    old: str
    new: str
    is_shared: bool  # the new place
    left: tuple[Path, ...] = ()


@value()
class NamedState:
    """The state that a root file names, or the one in `state_file`, for any endpoint.

    Each method raises ConfigError if the files cannot tell where it is, and StateError.
    """

    file: Path | None
    state_file: Path | None
    listener: Listener

    @property
    def root(self) -> Path:
        """The root file; a named state file stands for it, since the one in this folder may have another state."""
        return Path.cwd() / self.state_file if self.state_file else find_root(self.file, Path.cwd())

    def find(self, *, is_meant: bool = False) -> StateFile:
        """The state's file, not read yet. `is_meant` is that of `open_state`."""
        root = self.root
        if self.state_file:
            return StateFile(open_store(None, root, named=self.state_file), None)
        loaded = load(self.file, Path.cwd())
        wrong = [each for each in loaded.diagnostics if each.place and each.place.file == loaded.files[0]]
        if loaded.sound is None or has_errors(wrong):
            raise ConfigError(
                f"{loaded.files[0]} has errors, so bufferctl cannot tell where the state is",
                hint="Run `bufferctl validate` to see them.",
            )
        return StateFile(open_state(loaded.sound.settings.state, root, self.listener, is_meant=is_meant), None)

    def read(self) -> StateFile:
        """The state's file after reading. Raises ConfigError if there is no state yet."""
        stored = self.find()
        stored.load()
        if not stored.exists:
            raise self._no_state(stored)
        return stored

    def raw(self) -> bytes:
        """The document as it is stored, even if it cannot be used. Raises ConfigError if there is none yet."""
        stored = self.find()
        if (raw := stored.store.read().document) is None:
            raise self._no_state(stored)
        return raw

    def _no_state(self, stored: StateFile) -> BufferctlError:
        if unmoved := find_unmoved(self.root, stored):
            return StateError(unmoved, hint=MOVE)
        return ConfigError(f"There is no state yet: {stored.place}", hint="`bufferctl apply` writes it.")

    def change(self, change: Callable[[State], State], message: str) -> State:
        """Change the state while no other run works on it.

        Returns the earlier state. Raises LockedError. Results that a killed run left in the journal are added first, so
        that they do not undo the change later.
        """
        stored = self.read()  # tells the endpoint, and so which lock
        with hold_lock(stored.endpoint, 0.0, self.listener):
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
            with closing(FileJournal(state_folder(), stored.endpoint, self.root, state.lineage)) as journal:
                journal.limit_to_homes()
                state = save_state(state, journal, stored)
                save_state(change(state), journal, stored)
                return state

    def remove(self, addresses: Sequence[str]) -> dict[str, Binding]:
        """Remove the entries of these addresses. Returns the entries. Raises UsageError if any of them has none."""

        def without(state: State) -> State:
            for slot in find_slots(state.bindings, addresses).values():
                state = release(state, slot)
            return state

        before = self.change(without, f"state rm {' '.join(addresses)}")
        slots = find_slots(before.bindings, addresses)
        return {address: before.bindings[slot] for address, slot in slots.items()}

    def rename(self, address: str, new_address: str) -> None:
        """Move an entry to another address on the same channel. Raises UsageError if that cannot be."""
        self.change(lambda state: _renamed(state, address, new_address), f"state mv {address} {new_address}")

    def find_lock(self, api_url: str | None) -> FoundLock:
        """The lock of this machine and that of a shared state. Without files, the lock of this machine alone."""
        lock, shared = Lock(state_folder(), endpoint_of(api_url)), None
        try:
            shared = self.find()
        except ConfigError:
            if self.file is not None:
                raise
        if shared and shared.is_shared:
            shared.load()
        else:
            shared = None
        return FoundLock(lock, shared, holders(lock, shared.document.lease if shared else None))

    def push(self, new: Path, *, force: bool) -> StateFile:
        """Replace the state by the one in a file. Raises UsageError if that cannot be read.

        Without `force` it must be of the same lineage, and not be older.
        """
        stored = self.find()
        try:
            raw = new.read_bytes()
        except OSError as error:
            raise UsageError(
                f"{new} cannot be read: {error.strerror}", hint="Name a file from `state pull`."
            ) from error
        document = parse(raw, f"the file {new}", None, remedy="Get a new one with `bufferctl state pull`.")
        if not force:
            _check_replaceable(stored, document, new)
        return self._restored(stored, document, "state push")

    def log(self) -> Sequence[PastDocument]:
        """The earlier versions, newest first. Raises ConfigError if the store keeps none."""
        return _history(self.find()).log()

    def restore(self, revision: str) -> StateFile:
        """Replace the state by an earlier version."""
        stored = self.find()
        raw = _history(stored).read_at(revision)
        remedy = "Choose another revision: bufferctl state log"
        old = parse(raw, f"{stored.place} at {revision}", None, remedy=remedy)
        return self._restored(stored, old, f"state restore {revision}")

    def _restored(self, stored: StateFile, old: SavedState, message: str) -> StateFile:
        """Replace the stored state by that of `old`.

        The lock and what is open stay. If the stored document cannot be used, nothing counts as complete.
        """
        try:
            stored.load()
            current = stored.document
        except StateError as error:  # which may be why somebody replaces it
            self.listener.note(f"{error.message}; it is replaced.")
            current = replace(old, state=old.state.unrecorded(), lease=None, intents=())
        stored.replace(replacing(current, old), message)
        return stored

    def migrate(self, source: str) -> Moved:
        """Move the state here from `source`.

        Raises UsageError and LockedError, with nothing moved.
        """
        root, target = self.root, self.find(is_meant=True)
        is_beside = target.is_shared and _is_root_file(source)
        old = StateFile(_source(source, root, target.store), None)
        if old.store.address == target.store.address:
            raise UsageError(
                f"The state is already in {target.place}",
                hint="Set `state` in buffer.yaml to the new place, and name the old one with --from.",
            )
        old.read()
        if not old.exists:
            raise ConfigError(f"There is no state to move: {old.place}", hint="Name where it is with --from PLACE.")
        _read_both(old, target)
        with hold_lock(old.endpoint, 0.0, self.listener):
            _read_both(old, target)
            document = _with_journal(old, root)
            if is_beside:  # it only moves to another document of the same store, after its root file moved
                hand_over(old, target)
                return Moved(len(target.saved.bindings), old.store.address, target.store.address, target.is_shared)
            document = replace(document, state=target.with_next_serial(document.state))
            target.replace(document, f"state migrate from {old.place}")
            left: list[Path] = []
            if isinstance(old.store, LocalStore):
                kept = old.store.path.with_name(old.store.path.name + ".migrated")
                old.store.path.replace(kept)
                left = [each for each in (kept, old.store.backup) if each.exists()]
            else:
                note = SavedState(old.endpoint, moved_to=target.store.address)
                old.store.swap(dump(note), old.version, f"state migrate to {target.place}")
        return Moved(len(target.saved.bindings), old.place, target.place, target.is_shared, tuple(left))


def find_slot(bindings: Mapping[Slot, Binding], address: str) -> Slot:
    """The slot that an address has in the state. Raises UsageError if it has none."""
    return find_slots(bindings, [address])[address]


def find_slots(bindings: Mapping[Slot, Binding], addresses: Iterable[str]) -> dict[str, Slot]:
    """The slots that addresses have in the state, each once. Raises UsageError, which names all that have none."""
    names = {str(binding.address_in(slot)): slot for slot, binding in bindings.items()}
    unknown = [address for address in dict.fromkeys(addresses) if address not in names]
    if unknown:
        similar = nearest(unknown[0], names) if len(unknown) == 1 else ""
        raise UsageError(
            f"The state has no entry for {all_of(unknown)}",
            hint=similar or "`bufferctl state list` shows what there is.",
        )
    return {address: names[address] for address in addresses}


def _history(stored: StateFile) -> History:
    if isinstance(stored.store, History):
        return stored.store
    backup = stored.store.backup if isinstance(stored.store, LocalStore) else None
    raise ConfigError(
        f"A state file keeps no history: {stored.place}",
        hint="With `state: git` each apply is a commit. The version before the last one is beside it; to restore that, "
        f"run `bufferctl state push --force {_path(backup)}`."
        if backup and backup.exists()
        else "With `state: git` each apply is a commit.",
    )


def _path(file: Path) -> str:
    """As it stands in a command that is run here."""
    return quote(os.path.relpath(file))


def _renamed(state: State, address: str, new_address: str) -> State:
    """The state with an entry at another address. Raises UsageError if that cannot be."""
    bindings = dict(state.bindings)
    slot = find_slot(bindings, address)
    old = bindings[slot].address_in(slot)
    try:
        new = Address.parse(new_address)
    except ValueError as error:
        key = "KEY" if "/" in new_address else new_address
        raise UsageError(str(error), hint=f"Write it whole: {replace(old, key=key)}") from error
    target = slot._replace(key=new.key)
    if (old.organization, old.channel) != (new.organization, new.channel):
        raise UsageError(
            "A post stays on its channel, so only the last part of an address can change",
            hint=f"Name it {replace(old, key=new.key)}."
            if new.key != old.key
            else "For another channel, declare it there in the files: that makes another post.",
        )
    if target in bindings:
        raise UsageError(
            f"The state already has an entry for {new_address}",
            hint=f"Remove that one first: bufferctl state rm {new_address}",
        )
    bindings[target] = replace(bindings.pop(slot), address=str(new))
    return replace(state, bindings=bindings)


def _is_root_file(source: str) -> bool:
    return source.endswith((".yaml", ".yml"))


def _source(source: str, root: Path, target: Store) -> Store:
    """The store that `--from` names. `target`: of `root`."""
    if _is_root_file(source):
        old = Path(source)
        return target.beside(document_path(old, repository_of(old))) if target.is_shared else open_store(None, old)
    settings = None
    if source.partition("://")[0] in {"s3", "gs", "az"} and "://" in source:
        settings = StateSettings(source.rstrip("/"))
    elif source == "git" or source.startswith("git:"):
        settings = StateSettings(branch=source.partition(":")[2] or StateSettings().branch)
    named = Path(source) if source and settings is None else None
    return open_store(settings, root, named=named)


def _check_replaceable(stored: StateFile, new: SavedState, file: Path) -> None:
    """Raises StateError if `new`, from `file`, must not replace the stored document without --force."""
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
    raise StateError(wrong, hint=f"If this is intended, run `bufferctl state push --force {_path(file)}`.")


def _read_both(old: StateFile, target: StateFile) -> None:
    """Raises StateError if `target` has a state, unless that was moved to `old`, or `old` has none."""
    target.read()
    if target.exists and target.document.moved_to not in {old.store.address, old.place}:
        target.refuse_moved()
        path = old.store.path if isinstance(old.store, LocalStore) else None
        raise StateError(
            f"{target.name} already has a state (serial {target.saved.serial}), so nothing was moved",
            hint=f"Compare them: `bufferctl state pull` prints it. To replace it by {old.place}, run "
            f"`bufferctl state push --force {_path(path)}`."
            if path
            else "`bufferctl state pull` prints it.",
        )
    old.read()
    if old.document.moved_to != target.store.address or not old.saved.bindings:  # else that was cut off
        old.refuse_moved()


def _with_journal(old: StateFile, root: Path) -> SavedState:
    """The document to move, with what this machine's journal knows beyond it. Raises LockedError."""
    if old.document.lease:
        raise locked_by(old.document.lease, tells_time=True)
    if old.is_shared:
        return old.document
    with closing(FileJournal(state_folder(), old.endpoint, root, old.saved.lineage)) as journal:
        journal.limit_to_homes()
        run = uuid.uuid4().hex  # an id for a run that needed none, since the state was its machine's own
        intents = [replace(each, run=each.run or run) for each in journal.unsettled]
        return replace(old.document, state=with_unsaved_results(old.saved, journal), intents=tuple(intents))


@value()
class FirstRoot:
    """A first root file, with the number of its channels, and its state, with whether that begins now.

    `scheduled`: how many posts Buffer has that no file has, and whether there are more; None if that was not read.
    """

    channels: int
    stored: StateFile
    begun: bool
    scheduled: tuple[int, bool] | None = None


def start(
    path: Path,
    buffer: Buffer,
    propose: Callable[[], StateSettings | None],
    listener: Listener,
    *,
    with_example: bool = True,
) -> FirstRoot:
    """Write a first root file for the account.

    `propose` returns the shared state, if there is to be one; if it cannot be reached, the first apply begins it.
    Raises ConfigError, ApiError, StateError.
    """
    account = buffer.account()
    managed_since = buffer.server_time() - timedelta(seconds=SETTLE)
    if not account.organizations:
        raise ConfigError(
            "This API key has no organizations, so nothing was written",
            hint="Create one in Buffer, or use the key of another account.",
        )
    settings = propose()
    stored = StateFile(open_store(settings, path), buffer.endpoint)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(starter_text(account, managed_since, in_git=settings is not None, with_example=with_example))
        stored.load()
        is_new = not stored.exists
        if is_new:
            state = stored.with_next_serial(begin_anew(account, managed_since))
            stored.replace(replace(stored.document, state=state), "init")
        begun = True
    except StateError as error:
        if not stored.is_shared:
            raise
        listener.notice(f"the first apply will start the state. {error.message}")
        begun = is_new = False
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}", hint="Choose another name with -f FILE."
        ) from error
    scheduled = None
    if is_new:  # else some may be tracked, and the next plan shows what becomes of those
        with suppress(ApiError):  # only to say it
            scheduled = buffer.scheduled(account)
    channels = sum(len(organization.channels) for organization in account.organizations)
    return FirstRoot(channels, stored, begun, scheduled)


def begin(
    session: Session, confirm: Callable[[Sequence[LivePost | LiveIdea]], bool], channels: Sequence[str] = ()
) -> bool:
    """Begin the state of `channels` (labels; all declared ones if empty).

    Returns False, with nothing done, without consent. `confirm`: whether a person agrees that these objects, which no
    file declares, are not bufferctl's. Raises UsageError for a channel that no file declares.
    """
    applying = Applying(session, PlanSource(session.files))
    plan = applying.plan()
    homes = _homes(plan, channels)
    if not confirm([item for item in plan.recording.unexplained if item.home in homes]):
        return False
    settle = timedelta(seconds=session.settle)
    session.state = begin_state(session.state, plan, applying.live, homes=homes, settle=settle)
    if session.files.desired.settings.managed_since is None:
        since = min(filter(None, [first_creation(session.state), applying.live.at - settle]))
        text, changes = Text.read(session.files.root_file), FileChanges()
        edited = root_with(text, (), managed_since=since)
        changes.put(session.files.root_file, text.data, text.with_text(edited))
        with changes.attempt():
            pass
    session.save(session.state)
    return True


def _homes(plan: Plan, channels: Sequence[str]) -> frozenset[str]:
    if not channels:
        return frozenset(home.id for home in plan.recording.homes)
    ids = {f"{home.service}:{home.handle}": home.id for home in plan.recording.homes if home.channel_id != IDEAS}
    ids |= {change.address.channel: change.slot.home for change in plan.changes if change.desired}
    if unknown := [channel for channel in channels if channel not in ids]:
        raise UsageError(
            f"No file declares the channel {unknown[0]}", hint=f"The files declare: {', '.join(sorted(ids))}."
        )
    return frozenset(ids[channel] for channel in channels)
