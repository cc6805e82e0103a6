"""The kinds of store under test: each makes a fresh place, and opens stores on it as separate machines would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bufferctl.state import LocalStore, Store
from tests.stores import git

#: Opens another store on the same place.
Open = Callable[[], Store]


@contextmanager
def local(folder: Path) -> Iterator[Open]:
    """A file in a folder that does not exist yet."""
    yield lambda: LocalStore(folder / ".bufferctl" / "state.json")


@contextmanager
def git_by_path(folder: Path) -> Iterator[Open]:
    """A bare repository on this machine, without any branch yet; each store is of another clone."""
    bare, numbers = git.remote(folder / "remote.git"), count()
    yield lambda: git.store(git.clone(str(bare), folder / f"clone-{next(numbers)}"))


@contextmanager
def git_by_http(folder: Path) -> Iterator[Open]:
    """The same behind `git http-backend`."""
    git.remote(folder / "remotes" / "acme.git")
    numbers = count()
    with git.served(folder / "remotes") as server:
        yield lambda: git.store(git.clone(f"{server.address}/acme.git", folder / f"clone-{next(numbers)}"))


#: By name: how to make a fresh place below a folder of the test's own.
PLACES = {"local": local, "git": git_by_path, "git-http": git_by_http}
