"""The record as a run reads and writes it, in whichever store: a file of its own, or one that machines share.

A record of its own is written whenever something is to be kept. A shared one is written as seldom as safety allows:
the lock before anything is read, what is about to be sent before any of it is, and in the end what came of it, with
the lock released (`shared_record.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from bufferctl.model import OpenIntent, State
from bufferctl.state import document as documents
from bufferctl.state.document import Document, by_day
from bufferctl.state.store import Store, Stored


class StoredRecord:
    """The record in `store`.

    `endpoint` is the API's URL that it is of; None uses the one in the document, for commands that work offline.
    """

    def __init__(self, store: Store, endpoint: str | None) -> None:
        self.store = store
        self.endpoint = endpoint or ""
        self._any_endpoint = endpoint is None
        self._stored: Stored | None = None
        #: The document as last read or written.
        self.document = Document(self.endpoint)
        #: Its digest, without what belongs to runs; empty where there is none.
        self.digest = ""

    @property
    def place(self) -> str:
        """How messages name it."""
        return self.store.place

    @property
    def name(self) -> str:
        """The same, to begin a sentence with."""
        return self.place[:1].upper() + self.place[1:]

    @property
    def is_shared(self) -> bool:
        """Whether other machines use it too."""
        return self.store.is_shared

    @property
    def exists(self) -> bool:
        """Whether there is a document, as of the last reading or writing."""
        return self._stored is not None and self._stored.document is not None

    @property
    def version(self) -> str:
        """The store's version of the document, as of the last reading or writing."""
        return self._stored.version if self._stored else ""

    @property
    def saved(self) -> State:
        """The state in the store, as last read or written."""
        return self.document.state

    def load(self) -> State:
        """Read the state; an empty one if there is none yet.

        Raises StateError if it is damaged, newer than this bufferctl, another endpoint's, or was moved away.
        """
        self.read()
        self.refuse_moved()
        return self.document.state

    def read(self) -> None:
        """Read the document, also one whose record was moved away. Raises StateError."""
        self._take(self.store.read())

    def refuse_moved(self) -> None:
        """Raises StateError where the record was moved away."""
        documents.refuse_moved(self.document, self.place)

    def stand_in(self, document: Document) -> None:
        """Go on with the record of another document, for looking only."""
        self.document = replace(document, state=self.next(document.state), moved_to="")

    def save(self, state: State) -> bool:
        """Replace the state under the next serial; True: it is stored now.

        Nothing is written if only the time of day of a horizon changed. Raises StateError if it cannot be written; the
        document then stays as it was.
        """
        if self.exists and by_day(state) == by_day(self.saved):
            return True
        self.put(replace(self.document, state=self.next(state)), "save")
        return True

    def begin(self, state: State, intents: Sequence[OpenIntent]) -> bool:  # noqa: ARG002 - the journal has them
        """Before `intents` are sent: as `save`."""
        return self.save(state)

    def check_writable(self) -> None:
        """Check, before anything is sent, that the state can be recorded. Raises StateError."""
        self.store.check_writable()

    def next(self, state: State) -> State:
        """`state` with the lineage of the stored one, or a new one, and a serial above both."""
        lineage = state.lineage or self.saved.lineage or uuid.uuid4().hex
        return replace(state, lineage=lineage, serial=max(state.serial, self.saved.serial) + 1)

    def put(self, document: Document, message: str) -> None:
        """Replace the document that was last read or written. Raises OvertakenError, StateError."""
        if self._stored is None:
            self.load()
        self._swap(documents.dump(document), document, message)

    def _swap(self, raw: bytes, document: Document, message: str, *, squash: bool = False) -> None:
        self._stored = Stored(raw, self.store.swap(raw, self.version, message, squash=squash))
        self.document, self.digest = document, documents.digest(raw)

    def _take(self, stored: Stored) -> None:
        self._stored = stored
        document, digest = Document(self.endpoint), ""
        if stored.document is not None:
            endpoint = None if self._any_endpoint else self.endpoint
            document = documents.read(stored.document, self.place, endpoint, remedy=self._remedy)
            digest = documents.digest(stored.document)
        self.document, self.digest = document, digest
        self.endpoint = document.endpoint

    @property
    def _remedy(self) -> str:
        if self.is_shared:
            return "`bufferctl state log` lists earlier versions, and `bufferctl state restore` puts one back."
        backup = PurePath(self.place).name + ".backup"
        return f"Replace it with {backup}; or move it away, and plan matches posts by their content."
