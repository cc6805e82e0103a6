"""`bufferctl sandbox`: a local Buffer to try things on."""

from __future__ import annotations

import gc
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bufferctl.cli import examples
from bufferctl.machine import STOPS

if TYPE_CHECKING:
    from bufferctl.sandbox import Sandbox

_PLANS = ("off", "free", "essentials", "team")


@click.command(
    epilog=examples(
        ("bufferctl sandbox", "two example organizations"),
        ("bufferctl sandbox --db acme.db", "keep the account between runs"),
        ("bufferctl sandbox --faults cut-after=0.2", "lose one answer in five"),
    )
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    default=4141,
    show_default=True,
    help="Port; 0 takes a free one.",
)
@click.option("--db", default=":memory:", metavar="FILE", help="Keep the account in this file between runs.")
@click.option("--fixture", metavar="FILE", help="Start from this account (JSON) instead of Acme and Globex.")
@click.option(
    "--rate-limit", type=click.Choice(_PLANS), metavar="PLAN", default="off", show_default=True,
    help="Count requests as Buffer does on this plan: off, free, essentials or team.",
)  # fmt: skip
@click.option(
    "--faults", default="", metavar="RULES", help="Faults to simulate, such as cut-after=0.2,late=0.1:3s; or a file."
)
@click.option(
    "--seed", type=int, metavar="N", default=0, show_default=True, help="The same seed gives the same faults."
)
@click.option(
    "--media-root", "media_roots", multiple=True, metavar="URL",
    help="Fetch media below this URL as Buffer does, and refuse dead ones; local URLs work too. Repeatable.",
)  # fmt: skip
def sandbox(**settings: Any) -> None:
    """Run a local Buffer to try things out.

    It serves Buffer's whole GraphQL schema on 127.0.0.1, follows Buffer's rules, and publishes nothing. Paste the two
    lines that it prints into another terminal to use it there, and open the URL in a browser to watch posts
    arrive. Press Ctrl-C to stop it.
    """
    running = _started(**settings)
    gc.enable()  # unlike other commands (see `main`) this one stays
    stop = threading.Event()
    for number in STOPS:
        signal.signal(number, lambda *_: stop.set())
    try:
        click.echo(_settings(running.url, running.key))
        click.echo(f"Watch posts arrive at {running.url}", err=True)
        while not stop.wait(1):  # Windows hears Ctrl-C only in between
            pass
        if running.fault_log:
            happened = ", ".join(f"{count} {name}" for name, count in running.service.faults.counts.items())
            click.echo(f"Faults: {happened}", err=True)
    finally:
        running.stop()


def _settings(url: str, key: str, platform: str = sys.platform) -> str:
    """The two lines to paste into another terminal, on Windows into PowerShell."""
    line = '$env:{}="{}"' if platform == "win32" else "export {}={}"
    return "\n".join(line.format(*each) for each in (("BUFFER_API_URL", url), ("BUFFER_API_KEY", key)))


def _started(
    *, port: int, db: str, fixture: str | None, rate_limit: str, faults: str, seed: int, media_roots: tuple[str, ...]
) -> Sandbox:
    """Start a sandbox; every way in which it can fail to start is a message."""
    try:
        from bufferctl.sandbox import FaultError, FixtureError, Sandbox, read_rules
    except ImportError as error:
        raise click.ClickException(
            f"The sandbox needs packages that are not installed ({error.name}): pip install 'bufferctl[sandbox]'"
        ) from None
    try:
        running = Sandbox(
            Path(fixture) if fixture else None,
            db=db,
            port=port,
            faults=read_rules(faults),
            seed=seed,
            rate_limit=None if rate_limit == "off" else rate_limit,
            media_roots=media_roots,
        )
    except FaultError as error:
        raise click.BadParameter(str(error), param_hint="--faults") from None
    except FixtureError as error:
        raise click.ClickException(f"The account cannot be loaded: {error}") from None
    except sqlite3.Error as error:
        raise click.ClickException(f"{db} cannot keep the account: {error}") from None
    try:
        return running.start()
    except OSError as error:
        running.stop()
        raise click.ClickException(
            f"Port {port} cannot be used: {error.strerror}. --port 0 takes a free one."
        ) from None
