"""`bufferctl sandbox`: a local Buffer to try things on."""

from __future__ import annotations

import signal
import sqlite3
import threading
from pathlib import Path

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4141, show_default=True, help="0 takes a free one.")
@click.option("--db", type=click.Path(dir_okay=False), default=":memory:", help="Keep the account in this file.")
@click.option(
    "--fixture", type=click.Path(dir_okay=False), help="Start from this account (JSON) instead of Acme and Globex."
)
def sandbox(port: int, db: str, fixture: str | None) -> None:
    """Run a local Buffer to try things on.

    It speaks Buffer's whole GraphQL schema on 127.0.0.1, keeps Buffer's rules, and posts nothing anywhere. Point
    bufferctl at it with the two lines that it prints first. Ctrl-C ends it.
    """
    try:
        from bufferctl.sandbox import FixtureError, Sandbox
    except ImportError as error:
        raise click.ClickException(
            f"The sandbox needs packages that are not installed ({error.name}): pip install 'bufferctl[sandbox]'"
        ) from None
    try:
        running = Sandbox(Path(fixture) if fixture else None, db=db, port=port)
    except FixtureError as error:
        raise click.ClickException(f"The account cannot be loaded: {error}") from None
    except sqlite3.Error as error:
        raise click.ClickException(f"{db} cannot be used as the sandbox's file: {error}") from None
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        running.start()
    except OSError as error:
        running.stop()
        raise click.ClickException(f"Port {port} cannot be used: {error.strerror}. Try --port 0.") from None
    click.echo(f"export BUFFER_API_URL={running.url}\nexport BUFFER_API_KEY={running.key}")
    try:
        stop.wait()
    finally:
        running.stop()
