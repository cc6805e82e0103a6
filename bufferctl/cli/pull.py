"""`bufferctl pull`: take what people changed in Buffer into the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import completing, examples, options

if TYPE_CHECKING:
    from bufferctl.config.write.yaml_files import FileChanges
    from bufferctl.intake import Downloads, Pulled
    from bufferctl.plan import Plan
    from bufferctl.run.files import Files


@click.command(
    epilog=examples(
        ("bufferctl pull", "everything that people changed"),
        ("bufferctl pull --dry-run", "only show what would change"),
        ("bufferctl pull Acme/twitter:acme/launch", "one post"),
    )
)
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...", shell_complete=completing.addresses)
@click.option("--dry-run", is_flag=True, help="Only show what would change in the files.")
@click.option(
    "--media-dir",
    "media_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for media that people added in Buffer; default: media, if the root file has `media`.",
)
@options.lock_option
@options.setup_options
def pull(
    addresses: tuple[str, ...], dry_run: bool, media_folder: Path | None, lock_timeout: float, setup: options.Setup
) -> int:
    """Copy changes that people made in Buffer into the files: all of them, or only those of ADDRESSes.

    Only changed values are rewritten; comments, order and quotes stay. Posts that were deleted in Buffer get
    `cancelled: true`. Nothing changes in Buffer.

    Images, videos and documents that people added there are downloaded, if the root file has `media`.
    """
    from bufferctl.cli.outputs import note_downloads
    from bufferctl.config.write.project import Project
    from bufferctl.intake import changed_files, choose, with_downloads, write_pulled
    from bufferctl.run.compare import find_homes, plan
    from bufferctl.run.files import read_again
    from bufferctl.run.reachable import fetcher

    files, console = setup.open_project(), setup.console
    project = Project(files.root, files.desired)
    with setup.changing(files, lock_timeout, message="pull") as session:
        homes = find_homes(session)
        found = plan(session, homes=homes)
        session.note_leftovers()
        pulled = choose(found, addresses)
        downloads = None if dry_run else _downloads(media_folder, files)
        if downloads:
            with_downloads(pulled, downloads, fetcher(setup.connection.api_url))
        changes = changed_files(project, pulled)
        _show(pulled, changes, found, files.root, console)
        if pulled.taken and not dry_run:
            try:
                write_pulled(
                    pulled, changes, files.desired, found, session.state, session.save,
                    lambda: read_again(files.root_file, console, homes.targets.channels),
                )  # fmt: skip
            except BaseException:
                if downloads:
                    downloads.undo()
                raise
    code = _report(pulled, changes, console, dry_run=dry_run)
    return max(code, note_downloads(downloads, console)) if downloads else code


def _downloads(folder: Path | None, files: Files) -> Downloads | None:
    """Where media go; None if files have no addresses and nobody asked. What the files name already is kept."""
    from bufferctl.intake import Downloads
    from bufferctl.model.attached import attached

    if folder is None and files.desired.settings.media is None:
        return None
    declared = frozenset(each.url for item in files.desired.items for each in attached(item) if each.url)
    return Downloads(folder or files.root / "media", files.root, files.desired, declared)


def _show(pulled: Pulled, changes: FileChanges, plan: Plan, root: Path, console: options.Console) -> None:
    """What changes, post by post and line by line; then the differences whose version in Buffer cannot be written."""
    from bufferctl.model.plain_text import visible
    from bufferctl.render.text import differences_text

    for address, (_, fields) in pulled.taken.items():
        console.data(f"{console.out.strong(visible(str(address)))}: {', '.join(fields)}")
    console.edits(changes, root)
    for change in pulled.made:
        console.data(differences_text(change, plan, console.out))


def _report(pulled: Pulled, changes: FileChanges, console: options.Console, *, dry_run: bool) -> int:
    from bufferctl.model.plain_text import visible
    from bufferctl.render.lines import count, posts_and_ideas, sentence

    for address, why in pulled.left_out:
        console.note(f"{console.err.bad('not pulled:')} {visible(str(address))}: {visible(sentence(why))}")
    for address in pulled.equal:
        console.data(f"{visible(str(address))} already matches Buffer.")
    if pulled.taken:
        done = "Would pull" if dry_run else "Pulled"
        pulled_ones = posts_and_ideas(address.is_idea for address in pulled.taken)
        console.data(f"{done} {pulled_ones} from Buffer into {count(len(changes.wanted), 'file')}.")
    elif not pulled.left_out and not pulled.equal:
        console.data("Nothing to pull: nothing that the files declare was changed in Buffer.")
    return 1 if pulled.left_out else 0
