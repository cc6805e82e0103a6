"""Carrying out a plan, exactly once."""

from __future__ import annotations

from bufferctl.apply.journal import FileJournal
from bufferctl.apply.ledger import Ledger, save_state, with_unclear_edits, with_unsaved_results
from bufferctl.apply.ports import Publisher, Revision, Timer
from bufferctl.apply.publishing import Published, publish
from bufferctl.apply.queue import Pacer, pending_of
from bufferctl.apply.recover import Recovered, close_answered, recover
from bufferctl.apply.run import Run, announced
from bufferctl.apply.settling import MARGIN, Settler
