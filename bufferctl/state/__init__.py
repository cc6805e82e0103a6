"""Stores the record between runs, with a lock that lets one run at a time change it."""

from __future__ import annotations

from bufferctl.state.file import StateFile, state_path_of
from bufferctl.state.local import LocalStore
from bufferctl.state.lock import Holder, Lock
from bufferctl.state.store import Store, Stored

__all__ = ["Holder", "LocalStore", "Lock", "StateFile", "Store", "Stored", "state_path_of"]
