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
#: Makes a fresh place below a folder of the test's own.
Place = Callable[[Path], AbstractContextManager[Open]]


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


@contextmanager
def google(folder: Path) -> Iterator[Open]:
    """An object in the stub of Google's."""
    with buckets.google() as server:
        yield lambda: ObjectStore("gs://acme-state/social", "state.json", endpoint=server.address)


@contextmanager
def s3(folder: Path, *, address: str) -> Iterator[Open]:
    """An object in a bucket of moto's, named after the folder."""
    url = buckets.s3_bucket(address, _name_for(folder))
    yield lambda: ObjectStore(f"{url}/social", "blog/state.json", endpoint=address)


@contextmanager
def azure(folder: Path, *, address: str) -> Iterator[Open]:
    """An object in a container of Azurite, named after the folder."""
    url = buckets.azure_container(address, _name_for(folder))
    yield lambda: ObjectStore(f"{url}/social", "blog/state.json", endpoint=address)


_numbers = count()


def _name_for(folder: Path) -> str:
    return f"acme-{next(_numbers)}-{abs(hash(folder)) % 10**8}"


#: By name: how to make a fresh place.
PLACES: dict[str, Place] = {"local": local, "git": git_by_path, "git-http": git_by_http, "gs": google}
#: The same for places in a service that takes long to start: its address, and the place there.
SERVED: dict[str, tuple[Callable[[], AbstractContextManager[str]], Callable[..., AbstractContextManager[Open]]]] = {
    "s3": (buckets.s3, s3),
    "az": (buckets.azure, azure),
}


def place_in(kind: str, address: str) -> Place:
    """How to make a fresh place in a service that runs at `address`."""
    return partial(SERVED[kind][1], address=address)
