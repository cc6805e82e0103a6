"""What a run does first about the writes that an earlier one left open."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bufferctl.apply import FileJournal, Settler, recover
from bufferctl.model import Binding, CreatePost, Intent, LivePost, Origin, Post, PostStatus, Slot
from bufferctl.model.comparable import bind
from tests.apply.fake import SETTLE, START, FakeBuffer, post
from tests.apply.machine import ENDPOINT, Told, slot

A, B, C = post("a"), post("b"), post("c")


def live(live_id: str, item: Post) -> LivePost:
    return LivePost(live_id, "c0", PostStatus.SCHEDULED, item.text, START, START, due_at=START, via="api")


def left_open(folder: Path, *creates: tuple[Post, str]) -> tuple[FileJournal, Settler]:
    """A journal with creates, each with the id that it replaces; Buffer has what came of that of A."""
    journal = FileJournal(folder, ENDPOINT, folder / "buffer.yaml")
    journal.limit_to_homes()
    until = START + timedelta(seconds=15)
    journal.intend(
        [
            Intent(number, slot(item), CreatePost(item, "c0"), START, until, before)
            for number, (item, before) in enumerate(creates, 1)
        ]
    )
    buffer = FakeBuffer(time=0, posts={"p1": live("p1", A)})
    buffer._born["p1"] = 0
    buffer.pass_time(1000)
    return journal, Settler(buffer, journal, buffer, Told(), SETTLE)


def test_what_was_written_is_bound_and_the_rest_is_closed(tmp_path: Path) -> None:
    """One written; one not; one that a person has answered since by an import, which stays as it is."""
    journal, settler = left_open(tmp_path, (A, ""), (B, ""), (C, ""))
    imported = bind(C, live("p3", C), Origin.IMPORTED)
    bindings: dict[Slot, Binding] = {slot(C): imported}
    found = recover(journal, settler, bindings)
    assert (found.written, found.not_written, found.unsettled, found.differing) == (1, 2, {}, {})
    assert {each.key: binding.id for each, binding in bindings.items()} == {"a": "p1", "c": "p3"}
    assert bindings[slot(C)] == imported
    assert journal.open == ()


def test_what_a_create_replaces_does_not_answer_for_it(tmp_path: Path) -> None:
    """The state still has the deleted post that it was to replace: the new one takes its place."""
    journal, settler = left_open(tmp_path, (A, "p0"))
    bindings = {slot(A): bind(A, live("p0", A), Origin.CREATED)}
    assert recover(journal, settler, bindings).written == 1
    assert bindings[slot(A)].id == "p1"
