"""`bufferctl init`: a first buffer.yaml from what the account has. Never over a file."""

from __future__ import annotations

from pathlib import Path

import click

from bufferctl.cli import options
from bufferctl.cli.examples import examples
from bufferctl.errors import ConfigError


@click.command(
    short_help="Write a first buffer.yaml from what the account has.",
    epilog=examples(
        ("bufferctl init", "buffer.yaml, here"),
        ("bufferctl init -f acme.yaml", "under another name"),
    ),
)
@click.option(
    "-f", "--file", "file", type=click.Path(path_type=Path), metavar="FILE", help="Another name than buffer.yaml."
)
@options.connection_options
@options.no_color_option
def init(file: Path | None, connection: options.Connection, no_color: bool) -> int:
    """Ask the account for its organizations and channels and write a first buffer.yaml.

    It holds the channels and one example post, as a draft. A file that is there is never written over.
    """
    from bufferctl.cli import connecting
    from bufferctl.cli.console import Console
    from bufferctl.config import starter_text

    console = Console.create(no_color=no_color)
    path = file or Path("buffer.yaml")
    if path.exists():
        raise ConfigError(f"{path} is there already, and it is not written over", hint="Name another with -f FILE.")
    with connecting.connected(connection, console) as buffer:
        account = buffer.account()
    if not account.organizations:
        raise ConfigError(
            "This API key reaches no organization, so there is nothing to write",
            hint="Make one in Buffer, or use the key of another account.",
        )
    text = starter_text(account)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", hint="Name another with -f FILE.") from error
    channels = sum(len(organization.channels) for organization in account.organizations)
    console.data(f"Wrote {path} with {channels} channels and an example draft. Next: bufferctl plan")
    return 0
