"""The kinds of store under test: each makes a fresh place, and opens stores on it as separate machines would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

from bufferctl.state import LocalStore, Store
from bufferctl.state.object_store import ObjectStore
from tests.stores import buckets, git

#: Opens another store on the same place.
Open = Callable[[], Store]
#: Makes a fresh place below the test's folder.
Place = Callable[[Path], AbstractContextManager[Open]]


@contextmanager
def local(folder: Path) -> Iterator[Open]:
    """A file in a folder that does not exist yet."""
    yield lambda: LocalStore(folder / ".bufferctl" / "state.json")


@contextmanager
def git_by_path(folder: Path) -> Iterator[Open]:
    """A bare repository on this machine, with no branch yet; each store has its own clone."""
    bare, numbers = git.remote(folder / "remote.git"), count()
    yield lambda: git.store(git.clone(str(bare), folder / f"clone-{next(numbers)}"))


@contextmanager
def git_by_http(folder: Path) -> Iterator[Open]:
    """The same behind `git http-backend`."""
    git.remote(folder / "remotes" / "acme.git")
    numbers = count()
    with git.served(folder / "remotes") as server:
        yield lambda: git.store(git.clone(f"{server.address}/acme.git", folder / f"clone-{next(numbers)}"))


@contextmanager
def google(folder: Path) -> Iterator[Open]:
    """An object in the stub of Google's API."""
    with buckets.google() as server:
        yield lambda: ObjectStore("gs://acme-state/social", "state.json", endpoint=server.address)


@contextmanager
def s3(folder: Path, *, address: str) -> Iterator[Open]:
    """An object in a moto bucket named after the folder."""
    url = buckets.s3_bucket(address, _name_for(folder))
    yield lambda: ObjectStore(f"{url}/social", "blog/state.json", endpoint=address)


@contextmanager
def azure(folder: Path, *, address: str) -> Iterator[Open]:
    """An object in an Azurite container named after the folder."""
    url = buckets.azure_container(address, _name_for(folder))
    yield lambda: ObjectStore(f"{url}/social", "blog/state.json", endpoint=address)


_numbers = count()


def _name_for(folder: Path) -> str:
    return f"acme-{next(_numbers)}-{abs(hash(folder)) % 10**8}"


#: Functions that make a fresh place, by name.
PLACES: dict[str, Place] = {"local": local, "git": git_by_path, "git-http": git_by_http, "gs": google}
#: The same for services that are slow to start: the service's address, and the place there.
SERVED: dict[str, tuple[Callable[[], AbstractContextManager[str]], Callable[..., AbstractContextManager[Open]]]] = {
    "s3": (buckets.s3, s3),
    "az": (buckets.azure, azure),
}


def place_in(kind: str, address: str) -> Place:
    """A function that makes a fresh place in a service at `address`."""
    return partial(SERVED[kind][1], address=address)
