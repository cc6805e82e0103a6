"""What an intent and its outcome say, in memory and on disk: by that a later run tells what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bufferctl.apply import FileJournal
from bufferctl.apply.queue import Pending
from bufferctl.model import (
    Binding,
    CreatePost,
    DeletePost,
    EditPost,
    Intent,
    LivePost,
    Origin,
    PostStatus,
    Settled,
    bind,
    standing,
)
from bufferctl.plan import Action, Cause, Change
from tests.apply.fake import START, post
from tests.apply.machine import ENDPOINT, slot

A = post("a")
LIVE = LivePost("p1", "c0", PostStatus.SCHEDULED, "Before", START)


def open_journal(folder: Path) -> FileJournal:
    """The journal of Acme's project, as a new run reads it."""
    journal = FileJournal(folder, ENDPOINT, Path("/projects/acme/buffer.yaml"))
    journal.limit_to_homes()
    return journal


def test_what_is_changed_has_its_standing_then() -> None:
    """An edit and a delete: as it stood when they were planned."""
    change = Change(A.address, Action.UPDATE, Cause.EDITED, slot(A), desired=A, live=LIVE)
    for write in (EditPost("p1", A, "c0"), DeletePost("p1", "c0")):
        assert Pending(change, write).before == standing(LIVE)
        assert Pending(replace(change, live=None), write).before == ""


def test_what_a_create_replaces_is_named() -> None:
    """The post that the state had in its place, which an import would not bring back."""
    change = Change(A.address, Action.CREATE, Cause.DRIFT, slot(A), desired=A, binding=bind(A, LIVE, Origin.CREATED))
    assert Pending(change, CreatePost(A, "c0")).before == "p1"
    assert Pending(replace(change, binding=None), CreatePost(A, "c0")).before == ""


@pytest.mark.parametrize("run", ["", "r1"])
@pytest.mark.parametrize("binding", [None, bind(A, LIVE, Origin.CREATED)])
def test_an_outcome_is_read_back(tmp_path: Path, run: str, binding: Binding | None) -> None:
    """With its binding, and the run that sent it; of this machine's own state, none is named."""
    journal = open_journal(tmp_path)
    journal.intend([Intent(7, slot(A), EditPost("p1", A, "c0"), START, START + timedelta(seconds=30), run=run)])
    settled = Settled(7, slot(A), done=True, binding=binding)
    journal.settle([settled])
    assert open_journal(tmp_path).results == (replace(settled, run=run),)
    (file,) = tmp_path.rglob("*.journal")
    assert (b'"run":' in file.read_bytes()) is bool(run)


def test_a_run_that_may_hold_the_lock_is_known(tmp_path: Path) -> None:
    """To itself and to the next one, until it has ended."""
    journal = open_journal(tmp_path)
    journal.begin("r1")
    assert journal.runs == {"r1"}
    assert open_journal(tmp_path).runs == {"r1"}
    journal.end("r1")
    assert journal.runs == frozenset()
