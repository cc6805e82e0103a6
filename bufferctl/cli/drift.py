"""`bufferctl drift`: what changed in Buffer since the last apply. It writes nothing."""

from __future__ import annotations

from pathlib import Path

import click

from bufferctl.cli import examples, options

#: There is drift (design: Contracts, as `plan --detailed-exitcode`).
DRIFT = 2
#: The files declare posts, and there is no state: it was lost, or nothing was applied yet.
NOTHING_TO_COMPARE = 1


@click.command(
    epilog=examples(
        ("bufferctl drift", "exit code 2 if there is drift"),
        ("bufferctl drift posts/2030-w03.yaml", "only that file"),
    ),
)
@options.paths_argument
@options.root_option
@options.state_option
@options.json_option
@options.connection_options
@options.console_options
def drift(
    paths: tuple[Path, ...],
    file: Path | None,
    state_file: Path | None,
    as_json: bool,
    connection: options.Connection,
    console: options.Console,
) -> int:
    """Show what changed in Buffer since the last apply, and what to do about it.

    A post has drifted if somebody changed or deleted it in Buffer, if the network refused it, or if its channel is
    disconnected. Posts that people approved, scheduled or published are listed separately. Nothing is changed.

    It also checks the media URLs of unpublished posts, because Buffer fetches the files again when it publishes. The
    exit code is 2 if there is drift, or media that Buffer can no longer fetch; 1 if the files have posts and there is
    no state to compare with.

    PATHs limit it to those files or folders.
    """
    from bufferctl.cli import api_key, plan_options, session
    from bufferctl.cli.attachments import lost_media
    from bufferctl.cli.files import load_files
    from bufferctl.render.drift import drift_json, drift_text

    files = load_files(file, paths, console, by_rules=False, as_json=as_json)
    choices = options.Choices()
    with (
        api_key.connected(connection, console) as buffer,
        session.opened(files, buffer, state_file, console) as opened,
    ):
        plan = opened.plan(plan_options.planning_options(choices, connection))
        opened.note_leftovers()
    shown, recorded = plan_options.narrowed(plan, files, choices), len(opened.state.bindings)
    lost = lost_media(shown, files.desired.settings.media, api_url=connection.api_url)
    store, is_lost = opened.store, files.desired.items and not opened.store.exists and not recorded
    missing = (store.place if store.is_shared else "") if is_lost else None
    if as_json:
        console.data(drift_json(shown, recorded, lost))
    else:
        console.data(drift_text(shown, recorded, console.out, lost, missing=missing))
    if shown.drift or any(change.awaits_approval for change in shown.changes) or any(each.is_certain for each in lost):
        return DRIFT
    return NOTHING_TO_COMPARE if missing is not None else 0
