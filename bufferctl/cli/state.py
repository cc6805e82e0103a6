"""`bufferctl state`: what is remembered of each declared object, and mending it by hand. Asks nobody, needs no key.

`state_store.py` has the commands about the whole state and where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import completing, examples, options, state_store
from bufferctl.diagnostics import nearest
from bufferctl.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from bufferctl.model import Binding, LiveIdea, LivePost, Slot, State
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
@options.root_option
@options.state_option
@options.json_option
def list_(file: Path | None, state_file: Path | None, as_json: bool) -> None:
    """List every address with its id in Buffer and its origin."""
    from bufferctl.model.plain_text import visible

    bindings = _bindings(file, state_file)
    if as_json:
        from bufferctl.render.json import document

        objects = [_values(slot, binding) for slot, binding in sorted(bindings.items())]
        _print(document({"kind": "state", "objects": objects}))
        return
    rows = sorted((name(slot, binding), binding) for slot, binding in bindings.items())
    width = max((len(address) for address, _ in rows), default=0)
    if rows:
        _print(
            "\n".join(f"{visible(address):{width}}  {binding.id}  {binding.origin.value}" for address, binding in rows)
        )


@state.command(
    short_help="Show one entry in full.",
    epilog=examples(("bufferctl state show Acme/twitter:acme/launch", "its id and digests")),
)
@click.argument("address", shell_complete=completing.addresses)
@options.root_option
@options.state_option
def show(address: str, file: Path | None, state_file: Path | None) -> None:
    """Show the entry of ADDRESS, as JSON."""
    from bufferctl.render.json import document

    bindings = _bindings(file, state_file)
    slot = _slot(bindings, address)
    _print(document({"kind": "object", **_values(slot, bindings[slot])}))


@state.command(
    short_help="Remove a stale lock.",
    epilog=examples(
        ("bufferctl state unlock", "asks first"), ("bufferctl state unlock --auto-approve", "without asking")
    ),
)
@options.root_option
@options.state_option
@options.api_url_option
@options.auto_approve_option
def unlock(file: Path | None, state_file: Path | None, api_url: str | None, auto_approve: bool) -> int:
    """Remove the lock of a run that crashed, on this machine and in a shared state.

    Never do this while that run is still working. The next apply first checks what that run was sending.
    """
    from bufferctl.api import endpoint_of
    from bufferctl.cli.console import Console
    from bufferctl.machine import state_folder
    from bufferctl.state import Lock
    from bufferctl.state.lock import holders

    console = Console.create()
    lock, stored = Lock(state_folder(), endpoint_of(api_url)), _shared(file, state_file)
    held = holders(lock, stored.document.lease if stored else None)
    if not held:
        _print("The lock is free.")
        return 0
    if not auto_approve:
        console.notice(f"The lock is held by {' and by '.join(held)}.")
        hint = "If that run crashed, remove its lock:\nbufferctl state unlock --auto-approve"
        if not console.confirm("Has that run crashed?", nothing_was="unlocked", hint=hint):
            return 1
    if stored and stored.document.lease:
        stored.replace(replace(stored.document, lease=None), "state unlock")
    lock.break_()
    _print("Unlocked.")
    return 0


def _shared(file: Path | None, state_file: Path | None) -> StateFile | None:
    """The state that machines share, read; None if the files name none, or there are no files here."""
    from bufferctl.cli.console import Console
    from bufferctl.run.mending import find_state

    try:
        stored, _ = find_state(file, state_file, Console.create())
    except ConfigError:
        if file is not None:
            raise
        return None
    if not stored.is_shared:
        return None
    stored.load()
    return stored


@state.command(
    short_help="Remove an entry; its post stays in Buffer.",
    epilog=examples(("bufferctl state rm Acme/twitter:acme/launch", "found again by its content")),
)
@click.argument("address", shell_complete=completing.addresses)
@options.root_option
@options.state_option
def rm(address: str, file: Path | None, state_file: Path | None) -> None:
    """Remove the entry of ADDRESS. Nothing changes in Buffer; the next plan looks for the post by its content."""
    from bufferctl.reconcile import release

    before = _mend(
        file, state_file, lambda state: release(state, _slot(state.bindings, address)), f"state rm {address}"
    )
    _print(f"Removed {address} ({before.bindings[_slot(before.bindings, address)].id}); it stays in Buffer.")


@state.command(
    short_help="Move an entry to another address.",
    epilog=examples(("bufferctl state mv Acme/twitter:acme/launch Acme/twitter:acme/start", "")),
)
@click.argument("address", shell_complete=completing.addresses)
@click.argument("new_address")
@options.root_option
@options.state_option
def mv(address: str, new_address: str, file: Path | None, state_file: Path | None) -> None:
    """Move the entry of ADDRESS to NEW_ADDRESS on the same channel, as `was:` in the file does."""
    _mend(file, state_file, lambda state: _moved(state, address, new_address), f"state mv {address} {new_address}")
    _print(f"{address} is now {new_address}.")


def _moved(state: State, address: str, new_address: str) -> State:
    """The state with an entry at another address. Raises UsageError if that cannot be."""
    from bufferctl.model import Address

    bindings = dict(state.bindings)
    slot = _slot(bindings, address)
    try:
        old, new = Address.parse(name(slot, bindings[slot])), Address.parse(new_address)
    except ValueError as error:
        raise UsageError(str(error), hint=f"{address} is one.") from error
    target = slot._replace(key=new.key)
    if (old.organization, old.channel) != (new.organization, new.channel):
        raise UsageError(
            "A post stays on its channel, so only the last part of an address can change",
            hint=f"Name it {replace(old, key=new.key)}.",
        )
    if target in bindings:
        raise UsageError(
            f"The state already has an entry for {new_address}",
            hint=f"Remove that one first: bufferctl state rm {new_address}",
        )
    bindings[target] = replace(bindings.pop(slot), address=str(new))
    return replace(state, bindings=bindings)


@state.command(
    short_help="Confirm that unmanaged posts were not created by bufferctl.",
    epilog=examples(
        ("bufferctl state begin", "every declared channel"),
        ("bufferctl state begin twitter:acme", "one of them"),
        ("bufferctl state begin --auto-approve", "without asking"),
    ),
)
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...", shell_complete=completing.channels)
@options.lock_option
@options.auto_approve_option
@options.setup_options
def begin(channels: tuple[str, ...], lock_timeout: float, auto_approve: bool, setup: options.Setup) -> int:
    """Confirm that bufferctl did not create the posts in Buffer that no file declares.

    Use it when you start bufferctl on an account that is already in use. Posts that match the files are added to the
    state; the others are listed before you confirm. If the state was lost instead, restore it from a backup.
    """
    from bufferctl.run.begin import begin as begin_state

    files, console = setup.open_project(), setup.console
    with setup.changing(files, lock_timeout, message="state begin", afresh=True) as session:

        def agreed(let_go: Sequence[LivePost | LiveIdea]) -> bool:
            _show(let_go, console)
            hint = "Read the list above, then run it again with --auto-approve."
            with session.store.keeping_lock():
                return auto_approve or console.confirm("Treat these as unmanaged?", nothing_was="changed", hint=hint)

        if not begin_state(session, agreed, channels):
            return 1
        console.data("Started the state. Run `bufferctl plan` to see what is left to do.")
    return 0


def _show(let_go: Sequence[LivePost | LiveIdea], console: options.Console) -> None:
    """What `begin` asks about."""
    from bufferctl.model import LiveIdea
    from bufferctl.model.plain_text import visible
    from bufferctl.render.lines import posts_and_ideas

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


for _command in (state_store.pull, state_store.push, state_store.migrate, state_store.log, state_store.restore):
    state.add_command(_command)


def name(slot: Slot, binding: Binding) -> str:
    """The address as last declared; made of ids if it is unknown."""
    return binding.address or f"{slot.organization_id}/{slot.channel_id}/{slot.key}"


def _slot(bindings: Mapping[Slot, Binding], address: str) -> Slot:
    names = {name(slot, binding): slot for slot, binding in bindings.items()}
    if address in names:
        return names[address]
    raise UsageError(
        f"The state has no entry for {address}",
        hint=nearest(address, names) or "`bufferctl state list` shows what there is.",
    )


def _bindings(file: Path | None, state_file: Path | None) -> Mapping[Slot, Binding]:
    from bufferctl.cli.console import Console
    from bufferctl.run.mending import find_existing

    return find_existing(file, state_file, Console.create())[0].saved.bindings


def _mend(file: Path | None, state_file: Path | None, change: Callable[[State], State], message: str) -> State:
    from bufferctl.cli.console import Console
    from bufferctl.run.mending import mend

    return mend(file, state_file, change, message, Console.create())


def _values(slot: Slot, binding: Binding) -> dict[str, object]:
    return {**slot._asdict(), **asdict(binding)}


def _print(text: str) -> None:
    from bufferctl.cli.console import Console

    Console.create().data(text)
