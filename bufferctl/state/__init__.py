"""Stores the record between runs, with a lock that lets one run at a time change it."""

from __future__ import annotations

from bufferctl.state.file import StateFile, state_path_of
from bufferctl.state.lock import Holder, Lock

__all__ = ["Holder", "Lock", "StateFile", "state_path_of"]
