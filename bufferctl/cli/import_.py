"""`bufferctl import`: hand what exists in Buffer over to the files, all of it or one post or idea."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import options
from bufferctl.cli.examples import examples
from bufferctl.errors import ApiError, UsageError

if TYPE_CHECKING:
    from bufferctl.cli.console import Console
    from bufferctl.cli.import_check import Taken
    from bufferctl.cli.importing import Wanted
    from bufferctl.cli.session import Session
    from bufferctl.model import Binding, Idea, LiveIdea, LivePost, Post, Slot


@click.command(
    name="import",
    short_help="Write what Buffer holds into the files, to manage it there.",
    epilog=examples(
        ("bufferctl import", "all that is not published yet"),
        ("bufferctl import --since 2026-11-01", "what is out since, too"),
        ("bufferctl import Acme/twitter:acme/a 6540…", "one post"),
    ),
)
@click.argument("address", required=False)
@click.argument("live_id", metavar="[ID]", required=False)
@click.option("--organization", metavar="NAME", help="Only this organization, by name or id.")
@click.option(
    "--channel", "channels", multiple=True, metavar="CHANNEL", help="Only this channel: twitter, or twitter:acme."
)
@click.option(
    "--since",
    type=options.Day(),
    metavar="DATE",
    help="Also what was published since that day, such as 2026-12-01.",
)
@click.option(
    "--layout",
    type=click.Choice(["per-channel", "one-file"]),
    default="per-channel",
    show_default=True,
    help="A file for each channel, or one for all.",
)
@options.root_option
@options.state_option
@options.lock_option
@options.connection_options
@options.no_color_option
def import_(
    address: str | None,
    live_id: str | None,
    organization: str | None,
    channels: tuple[str, ...],
    since: datetime | None,
    layout: str,
    file: Path | None,
    state_file: Path | None,
    lock_timeout: float,
    connection: options.Connection,
    no_color: bool,
) -> int:
    """Take over what is in Buffer and in no file: write it as YAML and remember it, so that nothing changes.

    Everything that is not published yet, and ideas; files that are there get more in them and are never written over.

    With ADDRESS and ID: say that the post or idea ID in Buffer is the one declared as ADDRESS. Only the state file
    changes. Where the two differ, the next plan shows it and apply makes Buffer as the file says.
    """
    from bufferctl.cli.console import Console

    console = Console.create(no_color=no_color)
    if address is None:
        from bufferctl.cli.importing import Wanted

        wanted = Wanted(organization, channels, since and since.replace(tzinfo=UTC), layout == "one-file")
        return _account(wanted, file, state_file, lock_timeout, connection, console)
    if live_id is None:
        raise UsageError(
            "ADDRESS goes with the ID of the post or idea in Buffer", hint="Without both, everything is imported."
        )
    if organization or channels or since:
        raise UsageError("--organization, --channel and --since choose among everything, and ADDRESS names one")
    return _one(address, live_id, file, state_file, lock_timeout, connection, console)


def _account(
    wanted: Wanted,
    file: Path | None,
    state_file: Path | None,
    lock_timeout: float,
    connection: options.Connection,
    console: Console,
) -> int:
    from bufferctl.cli import connecting, planning, session
    from bufferctl.cli.files import Files, load_files
    from bufferctl.cli.import_writing import Importing
    from bufferctl.cli.importing import look_through, root_file
    from bufferctl.model import Desired

    root = root_file(file, Path.cwd())
    files = load_files(root, (), console) if root.exists() else Files(root.parent, Desired())
    with (
        connecting.connected(connection, console) as buffer,
        session.opened_for_change(files, buffer, state_file, console, lock_timeout=lock_timeout) as opened,
    ):
        taken = look_through(opened, wanted, planning.planning_options(options.Choices(), connection))
        planning.note_leftovers(opened, console)
        names = Importing(opened, taken, root, one_file=wanted.one_file).write()
    return _report(taken, names, console)


def _report(taken: Taken, names: list[str], console: Console) -> int:
    """Say what was written and what not; the exit code."""
    from bufferctl.model import IDEAS
    from bufferctl.render.paint import posts_and_ideas, safe, sentence

    for what, why in taken.left_out:
        console.note(f"{console.err.bad('left out:')} {safe(what)}: {safe(sentence(why))}")
    if names:
        said = posts_and_ideas(taking.slot.channel_id == IDEAS for taking in taken.takings)
        console.data(f"Wrote {said if taken.takings else 'the channels; there are no posts to take over'}:")
        for name in names:
            console.data(f"  {safe(name)}")
    elif not taken.already:
        console.data("Nothing was written." if taken.left_out else "The files declare all that is there already.")
    if taken.already:
        said = posts_and_ideas(slot.channel_id == IDEAS for slot in taken.already)
        console.data(f"Found in Buffer as the files declare it, and ours to change from now on: {said}.")
    return 1 if taken.left_out else 0


def _one(
    address: str,
    live_id: str,
    file: Path | None,
    state_file: Path | None,
    lock_timeout: float,
    connection: options.Connection,
    console: Console,
) -> int:
    from bufferctl.cli import connecting, planning, session
    from bufferctl.cli.files import load_files
    from bufferctl.render.paint import safe

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
        opened.store.save(replace(opened.state, bindings={**opened.state.bindings, slot: _binding(item, live)}))
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
