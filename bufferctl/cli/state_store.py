"""`bufferctl state pull|push|migrate|log|restore`: the whole state, and where it is. They need no key."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.errors import ConfigError, StateError, UsageError

if TYPE_CHECKING:
    from bufferctl.state import Document, History, StateFile, Store


@click.command(
    short_help="Print the state as it is stored.",
    epilog=examples(("bufferctl state pull > state.json", "a copy"), ("bufferctl state pull | jq .serial", "")),
)
@options.root_option
@options.state_option
def pull(file: Path | None, state_file: Path | None) -> None:
    """Print the whole state, as JSON."""
    from bufferctl.cli.console import Console

    found, _ = find_state(file, state_file)
    raw = found.store.read().document  # as it is, also where it cannot be used
    if raw is None:
        raise ConfigError(f"There is no state yet: {found.place}", hint="`bufferctl apply` writes it.")
    Console.create().data(raw.decode(errors="replace").rstrip("\n"))


@click.command(
    short_help="Replace the state with a file.",
    epilog=examples(
        ("bufferctl state push state.json", "a corrected copy from `state pull`"),
        ("bufferctl state push --force state.json", "even if it is older"),
    ),
)
@click.argument("new", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--force",
    is_flag=True,
    help="Replace it even if FILE is older or of another lineage, or another run holds the lock.",
)
@options.root_option
@options.state_option
def push(new: Path, force: bool, file: Path | None, state_file: Path | None) -> None:
    """Replace the stored state with FILE.

    FILE must have the same lineage as the stored state and must not be older, unless you pass --force. The lock and
    unfinished writes stay. The next plan searches Buffer for posts that either state may lack.
    """
    from bufferctl.state.document import parse, replacing

    stored, _ = find_state(file, state_file)
    try:
        raw = new.read_bytes()
    except OSError as error:
        raise UsageError(f"{new} cannot be read: {error.strerror}", hint="Name a file from `state pull`.") from error
    document = parse(raw, f"the file {new}", None, remedy="Get a new one with `bufferctl state pull`.")
    current = _current(stored, document) if force else _replaceable(stored, document)
    _put(stored, replacing(current, document), "state push")


def _replaceable(stored: StateFile, new: Document) -> Document:
    """The stored document. Raises StateError if `new` must not replace it without --force."""
    from bufferctl.state.lock import locked_by

    stored.load()
    state, other = stored.saved, new.state
    hint = "If you mean it: bufferctl state push --force FILE"
    if stored.exists and stored.endpoint != new.endpoint:
        raise StateError(
            f"The file belongs to {new.endpoint}, and the state in {stored.place} to {stored.endpoint}", hint=hint
        )
    if stored.document.lease:
        raise locked_by(stored.document.lease, tells_time=True)
    if stored.exists and state.lineage != other.lineage:
        raise StateError(
            f"The file has another lineage ({other.lineage or 'none'}) than the state in {stored.place} "
            f"({state.lineage or 'none'}), so it belongs to another project, or to a state that was started again",
            hint=hint,
        )
    if other.serial < state.serial:
        raise StateError(
            f"The file is older (serial {other.serial}) than the state in {stored.place} (serial {state.serial}); "
            "bufferctl would no longer know what it has created since",
            hint=hint,
        )
    return stored.document


@click.command(
    short_help="List earlier versions of the state.",
    epilog=examples(("bufferctl state log", "newest first"), ("bufferctl state log --json", "for a program")),
)
@options.root_option
@options.json_option
def log(file: Path | None, as_json: bool) -> None:
    """List the versions that the store keeps: a branch's commits, or a bucket's versions if it has versioning."""
    from bufferctl.cli.console import Console
    from bufferctl.model.plain_text import visible

    stored, _ = find_state(file, None)
    revisions = _history(stored).log()
    console = Console.create()
    if as_json:
        from bufferctl.render.json import document

        listed = [{"revision": each.id, "at": each.at.isoformat(), "message": each.message} for each in revisions]
        console.data(document({"kind": "state-log", "revisions": listed}))
        return
    for each in revisions:
        console.data(f"{each.id}  {each.at:%Y-%m-%d %H:%M:%S %Z}  {visible(each.message)}".rstrip())


@click.command(
    short_help="Restore an earlier version of the state.",
    epilog=examples(("bufferctl state restore 4f0c1b2a3d4e", "a revision from `state log`")),
)
@click.argument("revision")
@options.root_option
def restore(revision: str, file: Path | None) -> None:
    """Replace the state with an earlier version: a REVISION that `bufferctl state log` lists.

    The lock and unfinished writes stay. The next plan searches Buffer for posts that either version may lack.
    """
    from bufferctl.state.document import parse, replacing

    stored, _ = find_state(file, None)
    raw = _history(stored).read_at(revision)
    old = parse(raw, f"{stored.place} at {revision}", None, remedy="Choose another revision: bufferctl state log")
    current = _current(stored, old)
    _put(stored, replacing(current, old), f"state restore {revision}")


def _history(stored: StateFile) -> History:
    from bufferctl.state import History

    if not isinstance(stored.store, History):
        raise ConfigError(
            f"A state file keeps no history: {stored.place}",
            hint="The previous version is beside it, as ….backup. With `state: git` each apply is a commit.",
        )
    return stored.store


@click.command(
    short_help="Move the state to the store named in buffer.yaml.",
    epilog=examples(
        ("bufferctl state migrate", "from .bufferctl/, after adding `state: git`"),
        ("bufferctl state migrate --from git", "from the branch bufferctl-state"),
        ("bufferctl state migrate --from s3://acme-state/social", "from a bucket"),
        ("bufferctl state migrate --from old/buffer.yaml", "after moving the root file"),
    ),
)
@click.option(
    "--from",
    "source",
    metavar="PLACE",
    default="",
    help="Where the state is now: a state file, `git`, git:BRANCH, a bucket, or an old root file.",
)
@click.option("--from-endpoint", "endpoint", metavar="URL", default="", help="Endpoint of that bucket's store.")
@options.root_option
def migrate(source: str, endpoint: str, file: Path | None) -> None:
    """Move the state from PLACE to the store that `state` in buffer.yaml names.

    Without --from, PLACE is .bufferctl/ beside the root file. A root file that was moved or renamed stands for its
    state in the same store. Unfinished writes move too. An old state file is renamed to ….migrated; in a shared store a
    note is left behind, so that older checkouts do not continue with the old state.
    """
    from bufferctl.cli.console import Console
    from bufferctl.machine import state_folder
    from bufferctl.run.opening import hold_lock
    from bufferctl.state import Document, LocalStore, StateFile
    from bufferctl.state.document import dump
    from bufferctl.state.succession import hand_over

    target, root = find_state(file, None, is_meant=True)
    is_beside = target.is_shared and _is_root_file(source)
    old = StateFile(_source(source, endpoint, root, target.store), None)
    if old.store.address == target.store.address:
        raise UsageError(
            f"The state is already in {target.place}",
            hint="Set `state` in buffer.yaml to the new place, and name the old one with --from.",
        )
    _read_both(old, target)
    if not old.exists:
        raise ConfigError(f"There is no state to move: {old.place}", hint="Name where it is with --from PLACE.")
    console = Console.create()
    with hold_lock(old.endpoint, 0.0, console):
        _read_both(old, target)
        document = _whole(old, root, state_folder())
        if is_beside:
            hand_over(old, target)
        else:
            target.replace(
                replace(document, state=target.with_next_serial(document.state)), f"state migrate from {old.place}"
            )
            if isinstance(old.store, LocalStore):
                old.store.path.replace(old.store.path.with_name(old.store.path.name + ".migrated"))
            else:
                note = Document(old.endpoint, moved_to=target.store.address)
                old.store.swap(dump(note), old.version, f"state migrate to {target.place}")
    places = (old.store.address, target.store.address) if is_beside else (old.place, target.place)
    console.data(f"Moved {len(target.saved.bindings)} entries from {' to '.join(places)}.")


def find_state(file: Path | None, state_file: Path | None, *, is_meant: bool = False) -> tuple[StateFile, Path]:
    """The state that the files name, of whichever endpoint it is, and the root file. Raises ConfigError, StateError.

    `state_file`: another one, which needs no root file. `is_meant`: as for `open_state`.
    """
    from bufferctl.cli.console import Console
    from bufferctl.config import find_root, load
    from bufferctl.diagnostics import has_errors
    from bufferctl.run.places import open_state
    from bufferctl.state import StateFile, open_store

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
    return StateFile(open_state(desired.settings.state, root, Console.create(), is_meant=is_meant), None), root


def find_existing(file: Path | None, state_file: Path | None) -> tuple[StateFile, Path]:
    """The same, read. Raises ConfigError if there is none yet."""
    stored, root = find_state(file, state_file)
    stored.load()
    if not stored.exists:
        raise ConfigError(f"There is no state yet: {stored.place}", hint="`bufferctl apply` writes it.")
    return stored, root


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


def _is_root_file(source: str) -> bool:
    return source.endswith((".yaml", ".yml"))


def _source(source: str, endpoint: str, root: Path, target: Store) -> Store:
    """The store that `--from` names. `target`: of `root`."""
    from bufferctl.model import StateSettings
    from bufferctl.state import open_store
    from bufferctl.state.location import document_path, repository_of

    if _is_root_file(source):
        old = Path(source)
        return target.beside(document_path(old, repository_of(old))) if target.is_shared else open_store(None, old)
    settings = None
    if source.partition("://")[0] in {"s3", "gs", "az"} and "://" in source:
        settings = StateSettings(source.rstrip("/"), endpoint.rstrip("/"))
    elif source == "git" or source.startswith("git:"):
        settings = StateSettings(branch=source.partition(":")[2] or StateSettings().branch)
    named = Path(source) if source and settings is None else None
    return open_store(settings, root, named=named)


def _whole(old: StateFile, root: Path, folder: Path) -> Document:
    """The document to move, with what this machine's journal knows beyond it. Raises LockedError."""
    from bufferctl.apply import FileJournal
    from bufferctl.run.session import with_unsaved_results
    from bufferctl.state.lock import locked_by

    if old.document.lease:
        raise locked_by(old.document.lease, tells_time=True)
    if old.is_shared:
        return old.document
    journal = FileJournal(folder, old.endpoint, root, old.saved.lineage)
    try:
        journal.limit_to_homes()
        run = uuid.uuid4().hex  # an id for a run that needed none, since the state was its machine's own
        intents = [replace(each, intent=replace(each.intent, run=each.intent.run or run)) for each in journal.unsettled]
        return replace(old.document, state=with_unsaved_results(old.saved, journal), intents=tuple(intents))
    finally:
        journal.close()


def _current(stored: StateFile, new: Document) -> Document:
    """The stored document; if it cannot be used, `new` with nothing counted as complete."""
    from bufferctl.cli.console import Console

    try:
        stored.load()
    except StateError as error:  # which may be why somebody replaces it
        Console.create().note(f"{error.message}; it is replaced.")
        return replace(new, state=new.state.unrecorded(), lease=None, intents=())
    return stored.document


def _put(stored: StateFile, document: Document, message: str) -> None:
    from bufferctl.cli.console import Console
    from bufferctl.state.document import dump

    stored.store.swap(dump(document), stored.version, message)
    count = len(document.state.bindings)
    Console.create().data(f"Stored serial {document.state.serial} with {count} entries in {stored.place}.")
