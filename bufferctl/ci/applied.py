"""`applied.json`, beside the state: the commit that `bufferctl ci apply` applied last, and how that ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from bufferctl.ci.forge import ChangeRequest
from bufferctl.ci.job import SHORT
from bufferctl.errors import StateError
from bufferctl.state import Store, Stored


@dataclass(frozen=True)
class End:
    """How an apply ended.

    `is_over`: what it left needs a person or another plan, and another try would not help. `waiting`: the requests
    whose posts wait for room in Buffer's plan; a later run applies their plans again. `unsent`: the requests that were
    merged and of which not everything was sent.
    """

    code: int
    is_over: bool
    waiting: tuple[ChangeRequest, ...] = ()
    unsent: tuple[ChangeRequest, ...] = ()


@dataclass(frozen=True)
class Applied:
    """The content of the file; all empty before the first apply."""

    commit: str = ""
    exit_code: int = 0
    waiting: tuple[ChangeRequest, ...] = ()
    unsent: tuple[ChangeRequest, ...] = ()


class AppliedFile:
    """The file; `store` is None if the state is not shared, and then nothing is kept."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._stored = store.read() if store else Stored(None, "")

    def read(self) -> Applied:
        """The last apply. Raises StateError if the file is damaged."""
        if self._stored.document is None:
            return Applied()
        try:
            return TypeAdapter(Applied).validate_json(self._stored.document)
        except ValidationError as error:
            raise StateError(
                "applied.json beside the state is damaged, so bufferctl does not know which merges were applied",
                hint="Restore it from the store's history, or delete it: then only the newest merge is applied.",
            ) from error

    def write(self, commit: str, end: End) -> None:
        """Keep how it ended, if it is over; otherwise the next run starts where this one did. Raises StateError."""
        if self._store is None or not end.is_over:
            return
        values = asdict(Applied(commit, end.code, end.waiting, end.unsent))
        document = to_json({name: value for name, value in values.items() if value or name == "exit_code"}) + b"\n"
        if document != self._stored.document:
            self._store.swap(document, self._stored.version, f"ci apply: merges up to {commit[:SHORT]}")
