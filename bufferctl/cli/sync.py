"""`bufferctl drift`, `pull` and `import`: differences that exist only in Buffer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.choices import Choices
from bufferctl.cli import examples, options, outputs
from bufferctl.cli.console import Console
from bufferctl.diagnostics import all_of
from bufferctl.errors import PENDING, UsageError
from bufferctl.model import visible
from bufferctl.render.lines import count, posts_and_ideas, sentence

if TYPE_CHECKING:
    from bufferctl.config.write import FileChanges
    from bufferctl.intake import Downloads, Intake, Pulled
    from bufferctl.model import Address
    from bufferctl.plan import Plan
    from bufferctl.state import StateFile

#: The files declare posts, and there is no state: it was lost, or nothing was applied yet.
NOTHING_TO_COMPARE = 1


@click.command(
    epilog=examples(
        ("bufferctl drift", "exit code 2 if there is drift"), ("bufferctl drift posts/2030-w03.yaml", "only that file")
    )
)
@options.paths_argument
@options.json_option
@options.data_option
@options.setup_options
def drift(paths: tuple[Path, ...], as_json: bool, data: Path | None, setup: options.Setup) -> int:
    """Show what changed in Buffer since the last apply, and what to do about it.

    A post has drifted if somebody changed or deleted it in Buffer, if the network refused it, or if its channel is
    disconnected. Posts that people approved, scheduled or published are listed separately. Nothing is changed.

    It also checks the media URLs of unpublished posts, because Buffer fetches the files again when it publishes. The
    exit code is 2 if there is drift, or media that Buffer can no longer fetch; 1 if the files have posts and there is
    no state to compare with.

    PATHs limit it to those files or folders.
    """
    from bufferctl.render.drift import Drift, drift_text
    from bufferctl.render.report import Report
    from bufferctl.run.compare import compare
    from bufferctl.run.files import folder_of
    from bufferctl.run.reachable import lost_media
    from bufferctl.run.selection import narrow

    with outputs.keeping_problems(data):
        files, console = setup.open_files(paths, by_rules=False), setup.console
    with setup.reading(files) as session:
        shown = narrow(compare(session).plan, files, Choices())
        session.note_leftovers()
    recorded, store = len(session.state.bindings), session.store
    lost = lost_media(shown, files.desired.settings.media, api_url=setup.api_url)
    missing = None
    if files.desired.items and not store.exists and not recorded:
        missing = store.place if store.is_shared else ""
    found = Drift(shown, recorded, lost, missing)
    outputs.write_data(data, Report(shown, found.problems, folder=folder_of(files.root)), ())
    if as_json:
        from bufferctl.render.json_documents import document

        console.data(document("drift", found))
    else:
        console.data(drift_text(found, console.out))
    if found.is_found:
        return PENDING
    return NOTHING_TO_COMPARE if missing is not None else 0


def _media_option(help_text: str) -> Callable[[options.F], options.F]:
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option("--media-dir", "media_folder", type=kind, metavar="DIR", help=help_text)


@click.command(
    epilog=examples(
        ("bufferctl pull", "everything that people changed"),
        ("bufferctl pull --dry-run", "only show what would change"),
        ("bufferctl pull Acme/twitter:acme/launch", "one post"),
    )
)
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...", shell_complete=options.complete_addresses)
@click.option("--dry-run", is_flag=True, help="Only show what would change in the files.")
@_media_option("Folder for media that people added in Buffer; default: media, if the root file has `media`.")
@options.lock_option
@options.setup_options
def pull(
    addresses: tuple[str, ...], dry_run: bool, media_folder: Path | None, lock_timeout: float, setup: options.Setup
) -> int:
    """Copy changes that people made in Buffer into the files: all of them, or only those of ADDRESSes.

    Only changed values are rewritten; comments, order and quotes stay. Posts that were deleted in Buffer get
    `cancelled: true`. What Buffer does not show stays as the files have it, and so does a field that only the file
    changed, if bufferctl can tell. Nothing changes in Buffer.

    Images, videos and documents that people added in Buffer are downloaded, if the root file has `media`.
    """
    from bufferctl.run.from_buffer import pull as take

    files, console = setup.open_files(), setup.console
    show = partial(_show, root=files.root, console=console)
    with setup.changing(files, lock_timeout, message="pull") as session:
        pulled, changes, downloads = take(session, addresses, media_folder, show, dry_run=dry_run)
    code = _report_pulled(pulled, changes, console, dry_run=dry_run)
    return max(code, _note_downloads(downloads, console))


def _show(pulled: Pulled, changes: FileChanges, plan: Plan, root: Path, console: Console) -> None:
    """Print the changes, by post and by line; then the differences whose version in Buffer cannot be written."""
    from bufferctl.render.text import differences_text

    for address, (_, fields) in pulled.taken.items():
        if fields:
            console.data(f"{console.out.strong(visible(str(address)))}: {', '.join(fields)}")
    console.edits(changes, root)
    for change in pulled.made:
        console.data(differences_text(change, plan, console.out))


def _report_pulled(pulled: Pulled, changes: FileChanges, console: Console, *, dry_run: bool) -> int:
    for address, why in pulled.left_out:
        console.note(f"{console.err.bad('not pulled:')} {visible(str(address))}: {visible(sentence(why))}")
    for address in pulled.equal:
        console.data(f"{visible(str(address))} already matches Buffer.")
    for address, paths in pulled.kept.items():
        names = dict.fromkeys(path.rpartition(".")[2] for path in paths)
        console.data(_stays(address, names, "Buffer does not show", dry_run=dry_run))
    for address, paths in pulled.edits.items():
        names = dict.fromkeys(path.removeprefix("metadata.") for path in paths)
        console.data(_stays(address, names, "only the file changed", dry_run=dry_run))
    for address, paths in pulled.following.items():
        verb = "change" if len(paths) > 1 else "changes"
        console.data(f"{visible(str(address))}: {_quoted(paths)} {verb} with it, so the next plan shows an edit.")
    written = [address for address, (_, fields) in pulled.taken.items() if fields]
    if written:
        done = "Would pull" if dry_run else "Pulled"
        pulled_ones = posts_and_ideas(address.is_idea for address in written)
        console.data(f"{done} {pulled_ones} from Buffer into {count(len(changes.wanted), 'file')}.")
    elif not pulled.taken and not pulled.left_out and not pulled.equal:
        console.data("Nothing to pull: nothing that the files declare was changed in Buffer.")
    return 1 if pulled.left_out else 0


def _stays(address: Address, names: Collection[str], because: str, *, dry_run: bool) -> str:
    """The sentence about fields that pull leaves as the file has them. `because`: who did what to it, or to them."""
    several = len(names) > 1
    stay = "would stay" if dry_run else "stay" if several else "stays"
    why = f"since {because} {'them' if several else 'it'}"
    then = "" if dry_run else f"; the next plan shows {'those edits' if several else 'that edit'}"
    return f"{visible(str(address))}: {_quoted(names)} {stay} as in the file, {why}{then}."


def _quoted(names: Iterable[str]) -> str:
    return all_of(f"`{name}`" for name in names)


@click.command(
    name="import",
    epilog=examples(
        ("bufferctl import", "every unpublished post"),
        ("bufferctl import --since 2026-11-01", "also posts published since then"),
        ("bufferctl import --dry-run", "only show what would be written"),
        ("bufferctl import --media-dir media", "also download the media"),
        ("bufferctl import Acme/twitter:acme/a 6540…", "one post"),
    ),
)
@click.argument("address", required=False, shell_complete=options.complete_addresses)
@click.argument("live_id", metavar="[ID]", required=False)
@click.option("--organization", metavar="NAME", help="Only this organization, by name or id.")
@options.channels_option("Only this channel: twitter, or twitter:acme.")
@click.option("--since", type=options.day, metavar="DAY", help="Also posts published since this day.")
@click.option(
    "--layout",
    type=click.Choice(["per-channel", "one-file"]),
    help="A file for each channel (the default), or one for all.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would change in the files.")
@_media_option(
    "Download images, videos and documents into this folder and name the files; needs `media` in the root file."
)
@options.lock_option
@options.setup_options
def import_(
    address: str | None,
    live_id: str | None,
    organization: str | None,
    channels: tuple[str, ...],
    since: datetime | None,
    layout: str | None,
    dry_run: bool,
    media_folder: Path | None,
    lock_timeout: float,
    setup: options.Setup,
) -> int:
    """Write posts and ideas that are in Buffer but in no file as YAML. The next plan is then empty.

    Published posts are left out, unless you pass --since. Existing files are added to, never overwritten. A new
    buffer.yaml in a repository with the remote `origin` keeps the state on a branch there, as with `bufferctl init`.

    With ADDRESS and ID, it links the declared ADDRESS to the post or idea ID in Buffer. Only the state changes; the
    next plan shows any differences, and apply updates Buffer.

    With --media-dir, images, videos and documents are downloaded too: Buffer's copy, which it may have re-encoded.
    Files that cannot be downloaded are listed and keep their URL.
    """
    from bufferctl.cli.setup import propose_state
    from bufferctl.model import Desired, Settings
    from bufferctl.run.files import Files, find_root_file
    from bufferctl.run.from_buffer import import_everything, import_one

    _check_usage(
        address, live_id, narrowed=bool(organization or channels or since or layout or media_folder or dry_run)
    )
    root, console = find_root_file(setup.file), setup.console
    if address or root.exists():
        files = setup.open_files()
    else:
        state = None if setup.state_file else propose_state(root, console)
        files = Files(root.parent, Desired(Settings(state=state)), root_name=root.name)
    since = since and since.replace(tzinfo=UTC)
    if dry_run:
        show = partial(console.edits, root=files.root)
        with setup.reading(files) as session:
            found, names, _ = import_everything(
                session, organization, channels, since, None, one_file=layout == "one-file", show=show
            )
        return _report_dry_run(found, names, console)
    with setup.changing(files, lock_timeout, message="import") as session:
        if address and live_id:
            import_one(session, address, live_id)
            console.say(f"{visible(address)} is now {live_id}. `bufferctl plan` shows whether they differ.")
            return 0
        found, names, downloads = import_everything(
            session, organization, channels, since, media_folder, one_file=layout == "one-file"
        )
        return max(_report_imported(found, names, session.store, console), _note_downloads(downloads, console))


def _check_usage(address: str | None, live_id: str | None, *, narrowed: bool) -> None:
    if address and live_id is None:
        raise UsageError(
            "ADDRESS goes with the ID of the post or idea in Buffer", hint="Without both, everything is imported."
        )
    if address and narrowed:
        raise UsageError(
            "--organization, --channel, --since, --layout, --dry-run and --media-dir are for importing everything,"
            " not one ADDRESS"
        )


def _note_left_out(intake: Intake, console: Console) -> None:
    for what, why in intake.left_out:
        console.note(f"{console.err.bad('left out:')} {visible(what)}: {visible(sentence(why))}")


def _report_dry_run(intake: Intake, names: list[str], console: Console) -> int:
    _note_left_out(intake, console)
    if names:
        into = f" into {count(len(names), 'file')}" if intake.entries else ""
        console.data(f"Would write {_what_is_written(intake)}{into}.")
    else:
        console.data("Nothing would be written." if intake.left_out else _ALL_DECLARED)
    return 1 if intake.left_out else 0


def _what_is_written(intake: Intake) -> str:
    from bufferctl.model import IDEAS

    if not intake.entries:
        return "the channels; there are no posts to import"
    return posts_and_ideas(entry.slot.channel_id == IDEAS for entry in intake.entries)


_ALL_DECLARED = "The files already declare everything."


def _report_imported(intake: Intake, names: list[str], store: StateFile, console: Console) -> int:
    from bufferctl.model import IDEAS

    _note_left_out(intake, console)
    if names:
        console.data(f"Wrote {_what_is_written(intake)}:")
        for name in names:
            console.data(f"  {visible(name)}")
        place = visible(store.place.replace(f"{Path.cwd()}/", "")) if store.exists else ""
        if place:
            console.data(f"Posts are tracked in {place}.")
        console.data(f"Commit these files and {place}." if place and not store.is_shared else "Commit these files.")
    elif not intake.claimed:
        console.data("Nothing was written." if intake.left_out else _ALL_DECLARED)
    if intake.claimed:
        claimed = posts_and_ideas(slot.channel_id == IDEAS for slot in intake.claimed)
        console.data(f"Already in Buffer as the files declare it, and managed from now on: {claimed}.")
    return 1 if intake.left_out else 0


def _note_downloads(downloads: Downloads | None, console: Console) -> int:
    """Report what was downloaded and what kept its address; the exit code."""
    if downloads is None:
        return 0
    if downloads.made:
        number = count(len(downloads.made), "media file")
        console.data(f"Downloaded {number} into {visible(downloads.folder.name)}; commit them too.")
    for address, url, why in downloads.kept:
        text = f"{visible(str(address))} keeps its URL {visible(url)}: it {visible(why)}"
        console.note(f"{console.err.bad('not downloaded:')} {text}")
    return 1 if downloads.kept else 0
