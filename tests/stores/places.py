"""The kinds of store under test: each makes a fresh place, and opens stores on it as separate machines would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bufferctl.state import LocalStore, Store

#: Opens another store on the same place.
Open = Callable[[], Store]


def local(folder: Path) -> Open:
    """A file in a folder that does not exist yet."""
    return lambda: LocalStore(folder / ".bufferctl" / "state.json")


#: By name: how to make a fresh place below a folder of the test's own.
PLACES: dict[str, Callable[[Path], Open]] = {"local": local}
