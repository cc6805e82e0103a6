"""`bufferctl import ADDRESS ID`: from now on that live object is the declared one, and ours to change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import options
from bufferctl.errors import ApiError, UsageError

if TYPE_CHECKING:
    from bufferctl.cli.session import Session
    from bufferctl.model import Binding, Idea, LiveIdea, LivePost, Post, Slot


@click.command(name="import", short_help="Hand a post or idea that exists in Buffer over to the files.")
@click.argument("address")
@click.argument("live_id", metavar="ID")
@options.root_option
@options.state_option
@options.lock_option
@options.connection_options
@options.no_color_option
def import_(
    address: str,
    live_id: str,
    file: Path | None,
    state_file: Path | None,
    lock_timeout: float,
    connection: options.Connection,
    no_color: bool,
) -> int:
    """Say that the post or idea ID in Buffer is the one declared as ADDRESS.

    Only the state file changes. Where the two differ, the next plan shows it and apply makes Buffer as the file says.
    """
    from bufferctl.cli import connecting, planning, session
    from bufferctl.cli.console import Console
    from bufferctl.cli.files import load_files
    from bufferctl.model import State
    from bufferctl.render.paint import safe

    console = Console.create(no_color=no_color)
    files = load_files(file, (), console)
    item = next((each for each in files.desired.items if str(each.address) == address), None)
    if item is None:
        near = planning.nearest(address, [str(each.address) for each in files.desired.items])
        raise UsageError(
            f"No file declares {address}", hint=near or "Write it first; `bufferctl plan` shows addresses."
        )
    with (
        connecting.connected(connection, console) as buffer,
        session.opened_for_change(files, buffer, state_file, console, lock_timeout=lock_timeout) as opened,
    ):
        slot, live = _find(opened, item, live_id)
        _refuse_taken(opened, slot, live_id, address)
        opened.store.save(State({**opened.state.bindings, slot: _binding(item, live)}))
    console.data(f"{safe(address)} is now {live_id}. `bufferctl plan` shows whether they differ.")
    return 0


def _find(opened: Session, item: Post | Idea, live_id: str) -> tuple[Slot, LivePost | LiveIdea]:
    """The slot of the declared object and the live one. Raises ApiError where it is not on that channel."""
    from bufferctl.model import IDEAS, Idea, Slot

    found = opened.find()
    organization = found.targets.organizations[item.address.organization]
    if isinstance(item, Idea):
        ideas = opened.buffer.read(found.account, {}, ideas=[organization.id]).ideas
        idea = next((each for each in ideas if each.id == live_id), None)
        if idea is None:
            raise ApiError(f"{organization.name} has no idea {live_id}", hint="Copy the id from Buffer.")
        return Slot(organization.id, IDEAS, item.address.key), idea
    channel = found.targets.channels[item.address.organization, item.address.channel]
    post = opened.buffer.post(live_id)
    if post is None or post.channel_id != channel.id:
        where = "in Buffer" if post is None else f"on {item.address.channel}; it is on another channel"
        raise ApiError(f"There is no post {live_id} {where}", hint="Copy the id from Buffer.")
    return Slot(organization.id, channel.id, item.address.key), post


def _refuse_taken(opened: Session, slot: Slot, live_id: str, address: str) -> None:
    """An id has at most one address (design: State), and an address at most one id."""
    for other, binding in opened.state.bindings.items():
        if binding.id == live_id and other != slot:
            raise UsageError(
                f"{live_id} is already {binding.address}",
                hint=f"Rename it with `was: {other.key}` in the file, or `bufferctl state rm {binding.address}` first.",
            )
    old = opened.state.bindings.get(slot)
    if old and old.id != live_id:
        raise UsageError(
            f"{address} is already {old.id}", hint=f"If that is wrong, `bufferctl state rm {address}` first."
        )


def _binding(item: Post | Idea, live: LivePost | LiveIdea) -> Binding:
    from dataclasses import replace

    from bufferctl.model import Origin
    from bufferctl.model.comparable import bind, of_desired, of_live, same
    from bufferctl.reconcile import schedule_differences

    binding = bind(item, live, Origin.IMPORTED)
    as_declared = same(of_desired(item), of_live(live)) and not schedule_differences(item, live)
    return binding if as_declared else replace(binding, applied="")
