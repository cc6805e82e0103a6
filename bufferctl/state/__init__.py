"""Keeps the state between runs, with a lock that allows one run at a time to change it."""

from __future__ import annotations

from bufferctl.state.document import SavedState
from bufferctl.state.local import LocalStore, state_path_of
from bufferctl.state.location import claimed_elsewhere, open_shared, open_store
from bufferctl.state.lock import Lease, Lock
from bufferctl.state.state_file import StateFile
from bufferctl.state.store import History, Store, Stored
