"""`bufferctl state pull|push|migrate|log|restore`: the whole state, and where it is. They need no key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.errors import ConfigError, UsageError

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
    from bufferctl.run.mending import find_state

    found, _ = find_state(file, state_file, Console.create())
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
    from bufferctl.cli.console import Console
    from bufferctl.run.mending import check_replaceable, find_state
    from bufferctl.state.document import parse

    stored, _ = find_state(file, state_file, Console.create())
    try:
        raw = new.read_bytes()
    except OSError as error:
        raise UsageError(f"{new} cannot be read: {error.strerror}", hint="Name a file from `state pull`.") from error
    document = parse(raw, f"the file {new}", None, remedy="Get a new one with `bufferctl state pull`.")
    if not force:
        check_replaceable(stored, document)
    _restore(stored, document, "state push")


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
    from bufferctl.run.mending import find_state

    console = Console.create()
    stored, _ = find_state(file, None, console)
    revisions = _history(stored).log()
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
    from bufferctl.cli.console import Console
    from bufferctl.run.mending import find_state
    from bufferctl.state.document import parse

    stored, _ = find_state(file, None, Console.create())
    raw = _history(stored).read_at(revision)
    old = parse(raw, f"{stored.place} at {revision}", None, remedy="Choose another revision: bufferctl state log")
    _restore(stored, old, f"state restore {revision}")


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
    from bufferctl.run.mending import find_state
    from bufferctl.run.mending import migrate as move
    from bufferctl.state import StateFile

    console = Console.create()
    target, root = find_state(file, None, console, is_meant=True)
    is_beside = target.is_shared and _is_root_file(source)
    old = StateFile(_source(source, endpoint, root, target.store), None)
    number = move(old, target, root, is_beside=is_beside, listener=console)
    places = (old.store.address, target.store.address) if is_beside else (old.place, target.place)
    console.data(f"Moved {number} entries from {' to '.join(places)}.")


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


def _restore(stored: StateFile, old: Document, message: str) -> None:
    from bufferctl.cli.console import Console
    from bufferctl.run.mending import restore

    console = Console.create()
    document = restore(stored, old, message, console)
    number = len(document.state.bindings)
    console.data(f"Stored serial {document.state.serial} with {number} entries in {stored.place}.")
