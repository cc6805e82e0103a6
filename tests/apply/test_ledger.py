"""What a change does to the state alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bufferctl.apply import FileJournal, Ledger
from bufferctl.model import Binding, Origin, State
from bufferctl.plan import Action, Cause, Change, Plan, Status
from bufferctl.state import LocalStore, StateFile
from tests.apply.fake import START, post
from tests.apply.machine import ENDPOINT, Told, slot

A = post("a")
BOUND = Binding("p1", Origin.CREATED, "1:x:y:z", "seen", address=str(A.address))


@pytest.mark.parametrize("retired", [True, False])
def test_what_is_forgotten_leaves_the_state_unless_it_is_out(tmp_path: Path, retired: bool) -> None:
    """A published one stays as retired, so that nothing creates it again."""
    journal, told = FileJournal(tmp_path, ENDPOINT, tmp_path / "buffer.yaml"), Told()
    store = StateFile(LocalStore(tmp_path / "state.json"), ENDPOINT)
    ledger = Ledger(journal, store, told, {slot(A): BOUND}, State())
    kept = replace(BOUND, retired=retired)
    ledger.record_only(Plan(START, ENDPOINT, (Change(A.address, Action.FORGET, Cause.REMOVED, slot(A), binding=kept),)))
    assert ledger.bindings == ({slot(A): kept} if retired else {})
    assert [outcome.status for outcome in told.outcomes] == [Status.DONE]
