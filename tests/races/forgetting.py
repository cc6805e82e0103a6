"""Stores that lose data: a promise depends on each part that they drop, so the suite must notice."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from bufferctl.state import Store, Stored


class Forgetting:
    """A store that drops parts of every document before saving it."""

    is_shared = True

    def __init__(self, store: Store, forgets: Collection[str]) -> None:
        self._store, self._forgets = store, forgets
        self.place, self.address = store.place, store.address

    def check_writable(self) -> None:
        """As `Store`."""

    def others(self) -> Mapping[str, bytes]:
        """As `Store`."""
        return self._store.others()

    def beside(self, path: str) -> Store:
        """As `Store`, with the same losses."""
        return Forgetting(self._store.beside(path), self._forgets)

    def read(self) -> Stored:
        """As `Store`."""
        return self._store.read()

    def swap(self, document: bytes, version: str, message: str, *, squash: bool = False) -> str:
        """As `Store`, except for the dropped parts."""
        kept = {name: value for name, value in json.loads(document).items() if name not in self._forgets}
        return self._store.swap(json.dumps(kept).encode(), version, message, squash=squash)
