"""`bufferctl drift`: what changed in Buffer since the last apply. It writes nothing."""

from __future__ import annotations

from pathlib import Path

import click

from bufferctl.choices import Choices
from bufferctl.cli import examples, options

#: There is drift (design: Contracts, as `plan --detailed-exitcode`).
DRIFT = 2
#: The files declare posts, and there is no state: it was lost, or nothing was applied yet.
NOTHING_TO_COMPARE = 1


@click.command(
    epilog=examples(
        ("bufferctl drift", "exit code 2 if there is drift"), ("bufferctl drift posts/2030-w03.yaml", "only that file")
    )
)
@options.paths_argument
@options.json_option
@options.setup_options
def drift(paths: tuple[Path, ...], as_json: bool, setup: options.Setup) -> int:
    """Show what changed in Buffer since the last apply, and what to do about it.

    A post has drifted if somebody changed or deleted it in Buffer, if the network refused it, or if its channel is
    disconnected. Posts that people approved, scheduled or published are listed separately. Nothing is changed.

    It also checks the media URLs of unpublished posts, because Buffer fetches the files again when it publishes. The
    exit code is 2 if there is drift, or media that Buffer can no longer fetch; 1 if the files have posts and there is
    no state to compare with.

    PATHs limit it to those files or folders.
    """
    from bufferctl.render.drift import Drift, drift_json, drift_text
    from bufferctl.run.compare import plan
    from bufferctl.run.narrowing import narrow
    from bufferctl.run.reachable import lost_media

    files, console = setup.open_project(paths, by_rules=False), setup.console
    with setup.reading(files) as session:
        shown = narrow(plan(session), files, Choices())
        session.note_leftovers()
    recorded, store = len(session.state.bindings), session.store
    lost = lost_media(shown, files.desired.settings.media, api_url=setup.connection.api_url)
    is_lost = files.desired.items and not store.exists and not recorded
    missing = (store.place if store.is_shared else "") if is_lost else None
    found = Drift(shown, recorded, lost, missing)
    console.data(drift_json(found) if as_json else drift_text(found, console.out))
    if shown.drift or any(change.awaits_approval for change in shown.changes) or any(each.is_certain for each in lost):
        return DRIFT
    return NOTHING_TO_COMPARE if missing is not None else 0
