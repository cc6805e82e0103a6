"""`bufferctl init`: a first buffer.yaml from what the account has. Never over a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.errors import ConfigError, StateError
from bufferctl.limits import SETTLE

if TYPE_CHECKING:
    from bufferctl.cli.api_key import Connection
    from bufferctl.model import Account, StateSettings
    from bufferctl.state import StateFile


@click.command(
    epilog=examples(
        ("bufferctl init", "write buffer.yaml here"), ("bufferctl init -f acme.yaml", "write acme.yaml instead")
    )
)
@click.option(
    "-f", "--file", "file", type=click.Path(path_type=Path), metavar="FILE", help="File to write; default: buffer.yaml."
)
@click.option("--agents/--no-agents", default=None, help="Write an AGENTS.md for coding agents; default: it asks.")
@options.connection_options
@options.console_options
def init(file: Path | None, agents: bool | None, connection: Connection, console: options.Console) -> int:
    """Write a first buffer.yaml with your organizations and channels, and one example post as a draft.

    An existing file is never overwritten. In a git repository with a remote, it offers to keep the state on a branch
    there (`state: git`). It also offers an AGENTS.md: coding agents then propose posts in pull requests, and never
    apply.
    """
    from bufferctl.cli.api_key import connected
    from bufferctl.intake import starter_text
    from bufferctl.model.plain_text import visible
    from bufferctl.render.lines import count
    from bufferctl.run.reachable import is_local
    from bufferctl.state import StateFile, open_store

    path = file or Path("buffer.yaml")
    if path.exists():
        raise ConfigError(f"{path} already exists, so nothing was written", hint="Choose another name with -f FILE.")
    with connected(connection, console) as buffer:
        account = buffer.account()
        managed_since = buffer.server_time().astimezone(UTC) - timedelta(seconds=SETTLE)
        endpoint = buffer.endpoint
    if not account.organizations:
        raise ConfigError(
            "This API key has no organizations, so nothing was written",
            hint="Create one in Buffer, or use the key of another account.",
        )
    state = propose_state(path, console)
    stored = StateFile(open_store(state, path), endpoint)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(starter_text(account, managed_since, in_git=state is not None))
        begun = _begin(stored, account, managed_since, console)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}", hint="Choose another name with -f FILE."
        ) from error
    channels = sum(len(organization.channels) for organization in account.organizations)
    console.data(f"Wrote {visible(str(path))} with {count(channels, 'channel')} and an example draft.")
    _offer_agents(path.with_name("AGENTS.md"), agents, console)
    if begun:
        console.data(f"Posts are tracked in {visible(stored.place)}.")
    console.data(f"Commit {'it' if state or not begun else 'both'}, then run:")
    console.data("  bufferctl plan")
    if is_local(endpoint):
        console.data("This file is for the sandbox. For your own account, use another folder and unset BUFFER_API_URL:")
        console.data("  bufferctl init")
    return 0


def _offer_agents(path: Path, wanted: bool | None, console: options.Console) -> None:
    """Write what coding agents may do here, unless it is there; `wanted`: None to ask, where there is somebody."""
    from importlib.resources import files

    if path.exists() or wanted is False:
        return
    question = "Write AGENTS.md, so that coding agents propose posts and never apply?"
    if wanted or (console.can_ask and click.confirm(question, default=True, err=True)):
        path.write_text(files("bufferctl.intake").joinpath("agents.md").read_text(encoding="utf-8"), encoding="utf-8")
        console.data("Wrote AGENTS.md: coding agents propose posts in pull requests, and never apply.")


def propose_state(path: Path, console: options.Console) -> StateSettings | None:
    """A branch for the state if the files are in a git repository with a remote, unless the user declines."""
    from bufferctl.model import StateSettings
    from bufferctl.state.location import has_remote

    settings = StateSettings()
    if not has_remote(path):
        return None
    question = f"Keep the state on the branch {settings.branch} of {settings.remote}, for CI and every machine?"
    if console.can_ask and not click.confirm(question, default=True, err=True):
        return None
    return settings


def _begin(stored: StateFile, account: Account, managed_since: datetime, console: options.Console) -> bool:
    """Begin the state if there is none. False if it cannot be reached; the first apply then begins it."""
    from bufferctl.reconcile import begin_anew

    try:
        stored.load()
        if not stored.exists:
            stored.replace(
                replace(stored.document, state=stored.with_next_serial(begin_anew(account, managed_since))), "init"
            )
    except StateError as error:
        if not stored.is_shared:
            raise
        console.notice(f"the first apply will start the state. {error.message}")
        return False
    return True
