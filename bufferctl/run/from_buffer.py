"""Import and pull: take objects from Buffer into the files and the state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

from bufferctl import intake
from bufferctl.config.write import FileChanges, SourceFiles
from bufferctl.diagnostics import check_declared
from bufferctl.errors import ConfigError
from bufferctl.limits import SETTLE
from bufferctl.model.attached import attached
from bufferctl.plan import Action, Plan
from bufferctl.reconcile import answer, not_compared, slots_of
from bufferctl.run.compare import compare, find_homes
from bufferctl.run.files import read_imported, read_pulled
from bufferctl.run.reachable import is_local
from bufferctl.run.session import Session
from bufferctl.value import replace


def import_everything(
    session: Session,
    organization: str | None,
    channels: tuple[str, ...],
    since: datetime | None,
    media_folder: Path | None,
    *,
    one_file: bool,
    show: Callable[[FileChanges], None] | None = None,
) -> tuple[intake.Intake, list[str], intake.Downloads | None]:
    """Write the objects that are in Buffer and in no file.

    Returns the names of the files, and the downloads into `media_folder`. With `show`, nothing is written or
    downloaded, and `show` gets the edits. Raises ApiError, ConfigError, StateError, UsageError, with nothing written.
    """
    media_folder = None if show else media_folder
    files, loopback = session.files, is_local(session.buffer.endpoint)
    downloads = intake.Downloads(media_folder, files.root, files.desired, loopback) if media_folder else None
    baseline = _baseline(session)
    found = intake.importable(session.buffer, baseline, organization, channels, since)
    session.note_leftovers()
    with downloads or nullcontext():
        if downloads:
            items = downloads.take([each.addition.item for each in found.entries])
            pairs = zip(found.entries, items, strict=True)
            entries = [replace(each, addition=replace(each.addition, item=item)) for each, item in pairs]
            found = replace(found, entries=entries)
        begins = session.buffer.server_time() - timedelta(seconds=SETTLE)
        writing = intake.Writing(found, baseline, files.root_file, begins, one_file, whole=since is None)
        if show:
            changes, names = writing.changes()
            show(changes)
        else:
            names = writing.write(session.save, lambda: read_imported(files.root_file, session.listener))
    taken_over = baseline.plan.of(Action.ADOPT) if baseline.plan else ()
    session.listener.diagnostics(
        not_compared(each.desired for each in taken_over if each.desired and each.slot in found.claimed)
    )
    return found, names, downloads


def _baseline(session: Session) -> intake.Baseline:
    """What is declared and recorded. Raises ApiError, and ConfigError if an apply was cut off."""
    homes, desired = find_homes(session), session.files.desired
    session.listener.diagnostics(homes.warnings)
    compared = compare(session, homes=homes) if desired.organizations else None
    if session.journal.open:  # of this account: `find_homes` has left out what is not
        raise ConfigError(
            "An earlier apply was cut off, and bufferctl does not know yet whether its last writes arrived",
            hint="Run `bufferctl apply` first, then import again.",
        )
    slots = slots_of(desired, homes.targets)
    plan, live = (compared.plan, compared.live) if compared else (None, None)
    return intake.Baseline(desired, session.state, homes.targets, slots, plan, live)


def import_one(session: Session, address: str, live_id: str) -> None:
    """Bind one declared object to the live one of that id. Raises UsageError, ApiError."""
    items = {str(item.address): item for item in session.files.desired.items}
    check_declared([address], items)
    homes = find_homes(session, begins_reading=False)
    bindings = session.state.bindings
    slot, binding = intake.claim(session.buffer, homes.account, homes.targets, bindings, items[address], live_id)
    session.save(answer(session.state, slot, binding))
    if binding.applied:  # else they differ, and the next apply sends the media, too
        session.listener.diagnostics(not_compared([items[address]]))


def pull(
    session: Session,
    addresses: Sequence[str],
    media_folder: Path | None,
    show: Callable[[intake.Pulled, FileChanges, Plan], None],
    *,
    dry_run: bool,
) -> tuple[intake.Pulled, FileChanges, intake.Downloads | None]:
    """Write people's changes in Buffer into the files, all of them or those of `addresses`.

    Returns what was pulled, written and downloaded. `show` gets the edits before they are made, and `dry_run` makes
    none. Raises the errors of `import_everything`.
    """
    files = session.files
    source_files = SourceFiles(files.root, files.desired)  # reads the files, before anybody is asked
    homes = find_homes(session)
    found = compare(session, homes=homes).plan
    session.note_leftovers()
    pulled = intake.choose(found, addresses)
    downloads = None if dry_run else _downloads(media_folder, session)
    with downloads or nullcontext():
        if downloads:
            intake.with_downloads(pulled, downloads)
        changes = intake.changed_files(source_files, pulled)
        show(pulled, changes, found)
        if pulled.taken and not dry_run:
            channels = homes.targets.channels
            intake.write_pulled(
                pulled, changes, files.desired, found, session.state, session.save,
                lambda: read_pulled(files.root_file, session.listener, channels),
            )  # fmt: skip
    return pulled, changes, downloads


def _downloads(folder: Path | None, session: Session) -> intake.Downloads | None:
    """Where media go; None if files have no addresses and nobody asked. What the files name already is kept."""
    files, loopback = session.files, is_local(session.buffer.endpoint)
    if folder is None and files.desired.settings.media is None:
        return None
    declared = frozenset(each.url for item in files.desired.items for each in attached(item) if each.url)
    return intake.Downloads(folder or files.root / "media", files.root, files.desired, loopback, declared)
