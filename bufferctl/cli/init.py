"""`bufferctl init`: a first buffer.yaml from what the account has. Never over a file."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

import click

from bufferctl.cli import options
from bufferctl.cli.examples import examples
from bufferctl.errors import ConfigError
from bufferctl.limits import SETTLE


@click.command(
    short_help="Create a first buffer.yaml from your account.",
    epilog=examples(
        ("bufferctl init", "buffer.yaml, here"),
        ("bufferctl init -f acme.yaml", "under another name"),
    ),
)
@click.option(
    "-f",
    "--file",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Name of the file instead of buffer.yaml.",
)
@options.connection_options
@options.no_color_option
def init(file: Path | None, connection: options.Connection, no_color: bool) -> int:
    """Write a first buffer.yaml with the organizations and channels of the account.

    It also holds one example post, as a draft. An existing file is never overwritten.
    """
    from bufferctl.cli import connecting
    from bufferctl.cli.console import Console
    from bufferctl.intake import starter_text
    from bufferctl.model.invisible import visible
    from bufferctl.reconcile import begin_anew
    from bufferctl.render.paint import count
    from bufferctl.state import LocalStore, StoredRecord, state_path_of

    console = Console.create(no_color=no_color)
    path = file or Path("buffer.yaml")
    if path.exists():
        raise ConfigError(f"{path} already exists, so nothing was written", hint="Choose another name with -f FILE.")
    with connecting.connected(connection, console) as buffer:
        account = buffer.account()
        managed_since = buffer.server_time().astimezone(UTC) - timedelta(seconds=SETTLE)
        endpoint = buffer.endpoint
    if not account.organizations:
        raise ConfigError(
            "This API key reaches no organization, so there is nothing to write",
            hint="Create one in Buffer, or use the key of another account.",
        )
    state_path = state_path_of(path)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(starter_text(account, managed_since))
        if not state_path.exists():
            StoredRecord(LocalStore(state_path), endpoint).save(begin_anew(account, managed_since))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}", hint="Choose another name with -f FILE."
        ) from error
    channels = sum(len(organization.channels) for organization in account.organizations)
    console.data(
        f"Wrote {visible(str(path))} with {count(channels, 'channel')} and an example draft, and began the record in "
        f"{visible(str(state_path))}. Commit both, then run:"
    )
    console.data("  bufferctl plan")
    return 0
