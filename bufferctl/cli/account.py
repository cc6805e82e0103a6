"""What commands begin with: the project's files, and a session on its account and state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bufferctl.cli.annotating import tell_problems
from bufferctl.cli.api_key import connected
from bufferctl.cli.console import Console
from bufferctl.cli.options import Connection
from bufferctl.cli.watching import Watching
from bufferctl.run.files import Files, FilesError, open_project
from bufferctl.run.opening import open_to_change, open_to_read
from bufferctl.run.session import Session


@contextmanager
def showing_problems(console: Console) -> Iterator[None]:
    """Show the errors of files where CI shows them."""
    try:
        yield
    except FilesError as error:
        tell_problems(error.problems, error.root, console)
        raise


def read_files(file: Path | None, paths: tuple[Path, ...], console: Console, *, by_rules: bool = True) -> Files:
    """The project as `open_project` opens it, with the problems of its files shown."""
    with showing_problems(console):
        return open_project(file, paths, console, by_rules=by_rules)


@contextmanager
def reading(files: Files, state_file: Path | None, connection: Connection, console: Console) -> Iterator[Session]:
    """A session for reading only, as `open_to_read`."""
    with (
        connected(connection, console) as buffer,
        open_to_read(files, buffer, state=state_file, listener=console) as session,
    ):
        yield session


@contextmanager
def changing(
    files: Files,
    state_file: Path | None,
    connection: Connection,
    console: Console,
    *,
    quiet: bool = True,
    **options: Any,
) -> Iterator[Session]:
    """A session that holds the locks. `quiet`: outcomes are not printed. `options`: as for `open_to_change`."""
    watching = Watching(console, quiet=quiet)
    with (
        connected(connection, console) as buffer,
        open_to_change(
            files, buffer, state=state_file, listener=watching, stop=watching.stopping, **options
        ) as session,
    ):
        yield session
