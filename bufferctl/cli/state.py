"""`bufferctl state`: inspect and correct which post in Buffer each entry became. Only `begin` contacts Buffer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.cli.console import Console
from bufferctl.model import visible
from bufferctl.render.lines import posts_and_ideas

if TYPE_CHECKING:
    from bufferctl.model import Binding, LiveIdea, LivePost, Slot
    from bufferctl.state import StateFile

#: How many objects `begin` names before the rest is counted.
_NAMED = 10


@click.group(
    epilog=examples(
        ("bufferctl state list", "every address, with its id"),
        ("bufferctl state show Acme/twitter:acme/launch", "one entry in full"),
    )
)
def state() -> None:
    """Inspect or correct the state: which post in Buffer each entry became, and what was last applied."""


@state.command(
    name="list",
    short_help="List the entries.",
    epilog=examples(("bufferctl state list", "a line each"), ("bufferctl state list --json", "for a program")),
)
@options.state_options
@options.json_option
def list_(setup: options.Setup, as_json: bool) -> None:
    """List every address with its id in Buffer and its origin."""
    from bufferctl.render.json_documents import document

    bindings = setup.state.read().saved.bindings
    if as_json:
        objects = [_values(slot, binding) for slot, binding in sorted(bindings.items())]
        setup.console.data(document("state", {"objects": objects}))
        return
    rows = sorted((visible(str(binding.address_in(slot))), binding) for slot, binding in bindings.items())
    width = max((len(address) for address, _ in rows), default=0)
    for address, binding in rows:
        setup.console.data(f"{address:{width}}  {binding.id}  {binding.origin.value}")


@state.command(
    short_help="Show one entry in full.",
    epilog=examples(("bufferctl state show Acme/twitter:acme/launch", "its id and digests")),
)
@click.argument("address", shell_complete=options.complete_tracked_addresses)
@options.state_options
def show(setup: options.Setup, address: str) -> None:
    """Show the entry of ADDRESS, as JSON."""
    from bufferctl.render.json_documents import document
    from bufferctl.run.mending import find_slot

    bindings = setup.state.read().saved.bindings
    slot = find_slot(bindings, address)
    setup.console.data(document("object", _values(slot, bindings[slot])))


@state.command(
    short_help="Remove a stale lock.",
    epilog=examples(
        ("bufferctl state unlock", "asks first"), ("bufferctl state unlock --auto-approve", "without asking")
    ),
)
@options.state_options
@options.api_url_option
@options.auto_approve_option
def unlock(setup: options.Setup, auto_approve: bool) -> int:
    """Remove the lock of a run that crashed, on this machine and in a shared state.

    Never do this while that run is still working. The next apply first checks what that run was sending.
    """
    lock = setup.state.find_lock(setup.api_url)
    if not lock.holders:
        setup.console.data("The lock is free.")
        return 0
    if not auto_approve:
        setup.console.notice(f"The lock is held by {' and by '.join(lock.holders)}.")
        hint = "If that run crashed, remove its lock:\nbufferctl state unlock --auto-approve"
        if not setup.console.confirm("Has that run crashed?", nothing_was="unlocked", hint=hint):
            return 1
    lock.remove()
    setup.console.data("Unlocked.")
    return 0


@state.command(
    short_help="Remove entries; their posts stay in Buffer.",
    epilog=examples(
        ("bufferctl state rm Acme/twitter:acme/launch", "found again by its content"),
        ("bufferctl state rm Acme/ideas/a Acme/ideas/b", "both, or neither"),
    ),
)
@click.argument(
    "addresses", nargs=-1, required=True, metavar="ADDRESS...", shell_complete=options.complete_tracked_addresses
)
@options.state_options
def rm(setup: options.Setup, addresses: tuple[str, ...]) -> None:
    """Remove the entry of each ADDRESS. Nothing changes in Buffer; the next plan looks for the post by its content."""
    for address, binding in setup.state.remove(addresses).items():
        setup.console.data(f"Removed {address} ({binding.id}); it stays in Buffer.")


@state.command(
    short_help="Move an entry to another address.",
    epilog=examples(("bufferctl state mv Acme/twitter:acme/launch Acme/twitter:acme/start", "")),
)
@click.argument("address", shell_complete=options.complete_tracked_addresses)
@click.argument("new_address")
@options.state_options
def mv(setup: options.Setup, address: str, new_address: str) -> None:
    """Move the entry of ADDRESS to NEW_ADDRESS on the same channel, as `was:` in the file does."""
    setup.state.rename(address, new_address)
    setup.console.data(f"{address} is now {new_address}.")


@state.command(
    short_help="Confirm that unmanaged posts were not created by bufferctl.",
    epilog=examples(
        ("bufferctl state begin", "every declared channel"),
        ("bufferctl state begin twitter:acme", "one of them"),
        ("bufferctl state begin --auto-approve", "without asking"),
    ),
)
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...", shell_complete=options.complete_channels)
@options.lock_option
@options.auto_approve_option
@options.setup_options
def begin(channels: tuple[str, ...], lock_timeout: float, auto_approve: bool, setup: options.Setup) -> int:
    """Confirm that bufferctl did not create the posts in Buffer that no file declares.

    Use it when you start bufferctl on an account that is already in use. Posts that match the files are added to the
    state; the others are listed before you confirm. If the state was lost instead, restore it from a backup.
    """
    from bufferctl.run.mending import begin as begin_state

    files, console = setup.open_files(), setup.console
    with setup.changing(files, lock_timeout, message="state begin", afresh=True) as session:

        def agreed(let_go: Sequence[LivePost | LiveIdea]) -> bool:
            _show(let_go, console)
            hint = "Read the list above, then run it again with --auto-approve."
            with session.store.keeping_lock():
                return auto_approve or console.confirm("Treat these as unmanaged?", nothing_was="changed", hint=hint)

        if not begin_state(session, agreed, channels):
            return 1
        console.say("Started the state. Run `bufferctl plan` to see what is left to do.")
    return 0


def _show(let_go: Sequence[LivePost | LiveIdea], console: Console) -> None:
    from bufferctl.model import LiveIdea

    if not let_go:
        console.data("Everything in Buffer that no file declares is already unmanaged.")
        return
    what = posts_and_ideas(isinstance(item, LiveIdea) for item in let_go)
    console.data(f"Buffer has {what} that no file declares:")
    for item in let_go[:_NAMED]:
        text = item.text or (item.title if isinstance(item, LiveIdea) else "")
        console.data(f"  {item.id}  {visible(' '.join(text.split())[:60])}")
    if len(let_go) > _NAMED:
        console.data(f"  and {len(let_go) - _NAMED} more")


@state.command(
    short_help="Print the state as it is stored.",
    epilog=examples(("bufferctl state pull > state.json", "a copy"), ("bufferctl state pull | jq .serial", "")),
)
@options.state_options
def pull(setup: options.Setup) -> None:
    """Print the whole state, as JSON."""
    setup.console.data(setup.state.raw().decode(errors="replace").rstrip("\n"))


@state.command(
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
@options.state_options
def push(setup: options.Setup, new: Path, force: bool) -> None:
    """Replace the stored state with FILE.

    FILE must have the same lineage as the stored state and must not be older, unless you pass --force. The lock and
    unfinished writes stay. The next plan searches Buffer for posts that either state may lack.
    """
    setup.console.data(_stored(setup.state.push(new, force=force)))


def _stored(found: StateFile) -> str:
    from bufferctl.render.lines import count

    entries = count(len(found.saved.bindings), "entry", "entries")
    return f"Stored serial {found.saved.serial} with {entries} in {found.place}."


@state.command(
    short_help="Move the state to the store named in buffer.yaml.",
    epilog=examples(
        ("bufferctl state migrate", "from .bufferctl/"),
        ("bufferctl state migrate --from git", "from its branch"),
        ("bufferctl state migrate --from s3://acme/social", "from a bucket"),
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
@options.root_option
@options.in_setup
def migrate(setup: options.Setup, source: str) -> None:
    """Move the state from PLACE to the store that `state` in buffer.yaml names.

    Without --from, PLACE is .bufferctl/ beside the root file. If the root file was moved or renamed, PLACE is its old
    path, and the state is in the same store. Unfinished writes move too. An old state file is renamed to ….migrated; in
    a shared store a note is left behind, so that older checkouts do not continue with the old state.
    """
    from bufferctl.render.lines import count

    moved = setup.state.migrate(source)
    setup.console.data(f"Moved {count(moved.entries, 'entry', 'entries')} from {moved.old} to {moved.new}.")
    if moved.is_shared:
        setup.console.data(f"Next: commit and push {setup.state.root.name}, so that every machine uses that state.")
    if moved.left:
        names = " and ".join(each.name for each in moved.left)
        verb = "is" if len(moved.left) == 1 else "are"
        setup.console.data(f"{names} in {moved.left[0].parent.name} {verb} not used any more and can be deleted.")


@state.command(
    short_help="List earlier versions of the state.",
    epilog=examples(("bufferctl state log", "newest first"), ("bufferctl state log --json", "for a program")),
)
@options.root_option
@options.in_setup
@options.json_option
def log(setup: options.Setup, as_json: bool) -> None:
    """List the versions that the store keeps: a branch's commits, or a bucket's versions if it has versioning."""
    from bufferctl.render.json_documents import document

    revisions = setup.state.log()
    if as_json:
        setup.console.data(document("state-log", {"revisions": revisions}))
        return
    for each in revisions:
        setup.console.data(f"{each.id}  {each.at:%Y-%m-%d %H:%M:%S %Z}  {visible(each.message)}".rstrip())


@state.command(
    short_help="Restore an earlier version of the state.",
    epilog=examples(("bufferctl state restore 4f0c1b2a3d4e", "a revision from `state log`")),
)
@click.argument("revision")
@options.root_option
@options.in_setup
def restore(setup: options.Setup, revision: str) -> None:
    """Replace the state with an earlier version: a REVISION that `bufferctl state log` lists.

    The lock and unfinished writes stay. The next plan searches Buffer for posts that either version may lack.
    """
    setup.console.data(_stored(setup.state.restore(revision)))


def _values(slot: Slot, binding: Binding) -> dict[str, object]:
    return {**slot._asdict(), **asdict(binding)}
