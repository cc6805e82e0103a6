"""`applied.json`, beside the state: the commit that `bufferctl ci apply` applied last, and how that ended."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from bufferctl.ci.commits import SHORT
from bufferctl.ci.forge import ChangeRequest
from bufferctl.errors import StateError
from bufferctl.state import Store, Stored
from bufferctl.value import value


@value()
class End:
    """How an apply ended; the file has the last end, or nothing before the first apply.

    `is_over`: the rest needs a person or another plan, so another try would not help. `waiting` are the requests whose
    plans a later run applies again, from the first one with something that may still be sent. `unsent` are merged
    requests of which not everything was sent. `soon`: whether a run on a schedule should try them, because the obstacle
    may pass without a person. `commit` is the applied commit, and `serial` that of the state after it. `gone` says in
    Markdown that the branch lost the commit that was applied before; otherwise it is empty.
    """

    exit_code: int = 0
    is_over: bool = True
    waiting: tuple[ChangeRequest, ...] = ()
    unsent: tuple[ChangeRequest, ...] = ()
    soon: bool = False
    commit: str = ""
    serial: int = 0
    gone: str = ""


class AppliedFile:
    """The file `applied.json`. `store` is None if the state is not shared; then nothing is kept."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._stored = store.read() if store else Stored(None, "")

    def read(self) -> End:
        """The last apply. Raises StateError if the file is damaged."""
        if self._stored.document is None:
            return End()
        try:
            return TypeAdapter(End).validate_json(self._stored.document)
        except ValidationError as error:
            raise StateError(
                "applied.json beside the state is damaged, so bufferctl does not know which merges were applied",
                hint="Restore it from the store's history, or delete it: then only the newest merge is applied.",
            ) from error

    def write(self, commit: str, end: End) -> None:
        """Keep how it ended, if it is over; otherwise the next run starts where this one did. Raises StateError."""
        if self._store is None or not end.is_over:
            return
        values = {**asdict(end), "commit": commit, "is_over": None}
        kept = {name: value for name, value in sorted(values.items()) if value or name == "exit_code"}
        document = to_json(kept) + b"\n"
        if document != self._stored.document:
            self._store.read()  # the state is beside it, and this run replaced that: a swap on the old tip would race
            self._store.swap(document, self._stored.version, f"ci apply: merges up to {commit[:SHORT]}")
