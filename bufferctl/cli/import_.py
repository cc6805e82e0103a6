"""`bufferctl import`: take over what exists in Buffer into the files, all of it or one post or idea."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import completing, examples, options
from bufferctl.errors import ConfigError, UsageError
from bufferctl.limits import SETTLE

if TYPE_CHECKING:
    from bufferctl.intake import Baseline, Downloads, Intake, Wanted
    from bufferctl.intake.media import Fetch
    from bufferctl.run.session import Session


@click.command(
    name="import",
    epilog=examples(
        ("bufferctl import", "every unpublished post"),
        ("bufferctl import --since 2026-11-01", "also posts published since then"),
        ("bufferctl import --media-dir media", "also download the media"),
        ("bufferctl import Acme/twitter:acme/a 6540…", "one post"),
    ),
)
@click.argument("address", required=False, shell_complete=completing.addresses)
@click.argument("live_id", metavar="[ID]", required=False)
@click.option("--organization", metavar="NAME", help="Only this organization, by name or id.")
@options.channels_option("Only this channel: twitter, or twitter:acme.")
@click.option("--since", type=options.day, metavar="DAY", help="Also posts published since this day.")
@click.option(
    "--layout",
    type=click.Choice(["per-channel", "one-file"]),
    default="per-channel",
    show_default=True,
    help="A file for each channel, or one for all.",
)
@click.option(
    "--media-dir",
    "media_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Download images, videos and documents into this folder and name the files; needs `media` in the root file.",
)
@options.lock_option
@options.setup_options
def import_(
    address: str | None,
    live_id: str | None,
    organization: str | None,
    channels: tuple[str, ...],
    since: datetime | None,
    layout: str,
    media_folder: Path | None,
    lock_timeout: float,
    setup: options.Setup,
) -> int:
    """Write posts and ideas that are in Buffer but in no file as YAML. The next plan is then empty.

    Published posts are left out, unless you pass --since. Existing files are added to, never overwritten. A new
    buffer.yaml in a git repository with a remote keeps the state on a branch there, as with `bufferctl init`.

    With ADDRESS and ID, it links the declared ADDRESS to the post or idea ID in Buffer. Only the state changes; the
    next plan shows any differences, and apply updates Buffer.

    With --media-dir, images, videos and documents are downloaded too: Buffer's copy, which it may have re-encoded.
    Files that cannot be downloaded are listed and keep their URL.
    """
    from bufferctl.cli.init import propose_state
    from bufferctl.intake import Downloads, Wanted
    from bufferctl.model import Desired, Settings
    from bufferctl.run.files import Files, find_root_file
    from bufferctl.run.reachable import fetcher

    _check_usage(address, live_id, narrowed=bool(organization or channels or since or media_folder))
    root, console = find_root_file(setup.file), setup.console
    if address or root.exists():
        files = setup.open_project()
    else:
        state = None if setup.state_file else propose_state(root, console)
        files = Files(root.parent, Desired(Settings(state=state)), root_name=root.name)
    with setup.changing(files, lock_timeout, message="import") as session:
        if address and live_id:
            return _one(session, console, address, live_id)
        wanted = Wanted(organization, channels, since and since.replace(tzinfo=UTC))
        downloads = Downloads(media_folder, files.root, files.desired) if media_folder else None
        fetch = fetcher(setup.connection.api_url)
        return _everything(session, console, wanted, fetch, downloads, one_file=layout == "one-file")


def _check_usage(address: str | None, live_id: str | None, *, narrowed: bool) -> None:
    if address and live_id is None:
        raise UsageError(
            "ADDRESS goes with the ID of the post or idea in Buffer", hint="Without both, everything is imported."
        )
    if address and narrowed:
        raise UsageError(
            "--organization, --channel, --since and --media-dir are for importing everything, not one ADDRESS"
        )


def _everything(
    session: Session,
    console: options.Console,
    wanted: Wanted,
    fetch: Fetch,
    downloads: Downloads | None,
    *,
    one_file: bool,
) -> int:
    from bufferctl.cli.outputs import note_downloads
    from bufferctl.intake import Writing, importable
    from bufferctl.run.files import read_again

    root, baseline = session.files.root_file, _baseline(session)
    intake = importable(session.buffer, baseline, wanted)
    session.note_leftovers()
    if downloads:
        items = downloads.take([each.addition.item for each in intake.entries], fetch)
        entries = [each.with_item(item) for each, item in zip(intake.entries, items, strict=True)]
        intake = replace(intake, entries=entries)
    begins = session.buffer.server_time() - timedelta(seconds=SETTLE)
    try:
        writing = Writing(intake, baseline, root, begins, one_file, whole=wanted.since is None)
        names = writing.write(session.save, lambda: read_again(root, console))
    except BaseException:
        if downloads:
            downloads.undo()
        raise
    code = _report(intake, names, session, console)
    return max(code, note_downloads(downloads, console)) if downloads else code


def _baseline(session: Session) -> Baseline:
    """What is declared and recorded. Raises ApiError, and ConfigError if an apply was cut off."""
    from bufferctl.intake import Baseline
    from bufferctl.run.compare import find_homes, plan

    homes, desired = find_homes(session), session.files.desired
    session.listener.diagnostics(homes.warnings)
    found = plan(session, homes=homes) if desired.organizations else None
    if session.journal.open:
        raise ConfigError(
            "An earlier apply was cut off, and bufferctl does not know yet whether its last writes arrived",
            hint="Run `bufferctl apply` first, then import again.",
        )
    return Baseline(desired, session.state, homes.targets, homes.slots, found, session.live)


def _report(intake: Intake, names: list[str], session: Session, console: options.Console) -> int:
    from bufferctl.model import IDEAS
    from bufferctl.model.plain_text import visible
    from bufferctl.render.lines import posts_and_ideas, sentence

    store = session.store
    for what, why in intake.left_out:
        console.note(f"{console.err.bad('left out:')} {visible(what)}: {visible(sentence(why))}")
    if names:
        written = posts_and_ideas(entry.slot.channel_id == IDEAS for entry in intake.entries)
        console.data(f"Wrote {written if intake.entries else 'the channels; there are no posts to import'}:")
        for name in names:
            console.data(f"  {visible(name)}")
        place = visible(store.place.replace(f"{Path.cwd()}/", "")) if store.exists else ""
        if place:
            console.data(f"Posts are tracked in {place}.")
        console.data(f"Commit these files and {place}." if place and not store.is_shared else "Commit these files.")
    elif not intake.claimed:
        console.data("Nothing was written." if intake.left_out else "The files already declare everything.")
    if intake.claimed:
        claimed = posts_and_ideas(slot.channel_id == IDEAS for slot in intake.claimed)
        console.data(f"Already in Buffer as the files declare it, and managed from now on: {claimed}.")
    return 1 if intake.left_out else 0


def _one(session: Session, console: options.Console, address: str, live_id: str) -> int:
    """Bind one declared object to the live one of that id; the exit code."""
    from bufferctl.diagnostics import nearest
    from bufferctl.intake import claim
    from bufferctl.model.plain_text import visible
    from bufferctl.reconcile import answer
    from bufferctl.run.compare import find_homes

    items = {str(item.address): item for item in session.files.desired.items}
    if address not in items:
        raise UsageError(
            f"No file declares {address}",
            hint=nearest(address, items) or "Write it first; run `bufferctl plan` to see addresses.",
        )
    homes = find_homes(session)
    slot, binding = claim(session.buffer, homes.account, homes.targets, session.state.bindings, items[address], live_id)
    session.save(answer(session.state, slot, binding))
    console.data(f"{visible(address)} is now {live_id}. `bufferctl plan` shows whether they differ.")
    return 0
