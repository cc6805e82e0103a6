"""Keeps the record between runs, with a lock that allows one run at a time to change it."""

from __future__ import annotations

from bufferctl.state.document import Document
from bufferctl.state.local import LocalStore, state_path_of
from bufferctl.state.lock import Lease, Lock
from bufferctl.state.opening import claimed_elsewhere, open_shared, open_store
from bufferctl.state.record import StoredRecord
from bufferctl.state.store import History, Store, Stored

__all__ = [
    "Document",
    "History",
    "Lease",
    "LocalStore",
    "Lock",
    "Store",
    "Stored",
    "StoredRecord",
    "claimed_elsewhere",
    "open_shared",
    "open_store",
    "state_path_of",
]
