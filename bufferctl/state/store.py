"""Where the state is kept: one document, only replaced by compare and swap (design: The state).

A store moves bytes and does not know their meaning; `document.py` does. Three classes implement `Store`: a local file
(`local.py`), a branch of a git remote, and an object in a bucket. One test suite, `tests/stores`, runs for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from bufferctl.value import value


@value()
class Stored:
    """A document as a store holds it, None if there is none yet.

    `version`: opaque, for `swap`; a missing document has one too, and equal documents may have equal ones.
    """

    document: bytes | None
    version: str


def at_start(place: str) -> str:
    """A place's name at the start of a sentence; a URL stays as it is."""
    return place if "://" in place.partition(" ")[0] else place[:1].upper() + place[1:]


class Store(Protocol):
    """A place for one document. Not thread-safe."""

    @property
    def place(self) -> str:
        """Its name in messages: `the state file acme/.bufferctl/state.json`, `the branch bufferctl-state of origin`."""

    @property
    def address(self) -> str:
        """Its name in other documents: `social/state.json on the branch bufferctl-state of origin`."""
        return self.place

    @property
    def is_shared(self) -> bool:
        """Whether other machines use it too, so that a run takes its lock in the document."""

    def read(self) -> Stored:
        """The newest document, including what another machine wrote a moment ago. Raises StateError."""

    def swap(self, document: bytes, version: str, message: str, *, squash: bool = False) -> str:
        """Replace the document of that `version`, from `read` or `swap`. Returns the version of the new one.

        Raises OvertakenError if the store holds another version by now: nothing was written, read again. Raises
        StateError if the document could not be written, or if it is unknown whether it was: after a lost answer, the
        document is read back first, so that this happens only if the store cannot be reached at all.

        `message` says what happened, if the store keeps a history ("apply: 4 created, 1 changed"). `squash`: this ends
        a run, and the history may show as one all swaps since the version that this object first swapped, if nobody
        else wrote meanwhile. If the document is the one from before the run, no swap stays.
        """

    def others(self) -> Mapping[str, bytes]:
        """The documents of other root files, by their paths, as of the last reading. Raises StateError."""

    def beside(self, path: str) -> Store:
        """The store of one of `others`, by its path; nothing is read yet."""

    def check_writable(self) -> None:
        """Check, before anything is sent, that a local document can be written. Raises StateError.

        Does nothing if `is_shared`: taking the lock shows it.
        """
        return  # not abstract: shared stores inherit this


@value()
class PastDocument:
    """An earlier version of a document: its name in the store, when it was written (aware), and what happened."""

    id: str
    at: datetime
    message: str


@runtime_checkable
class History(Protocol):
    """A store that keeps earlier documents."""

    def log(self) -> Sequence[PastDocument]:
        """The document's revisions, newest first. Raises StateError."""

    def read_at(self, revision: str) -> bytes:
        """The document of a revision. Raises StateError if there is none."""
