"""What a run does first about the writes that an earlier one left open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bufferctl.apply import FileJournal, Settler, recover
from bufferctl.model import Binding, CreatePost, EditPost, Intent, LivePost, Origin, Post, PostStatus, Slot
from bufferctl.model.comparable import bind, standing
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


def test_an_edit_that_was_carried_out_leaves_whose_it_is(tmp_path: Path) -> None:
    """An imported post stays one; nothing is taken for created by an edit."""
    journal, settler = left_open(tmp_path)
    before = live("p1", replace(A, text="Before"))
    edit = EditPost("p1", A, "c0", was_scheduled=True)
    journal.intend([Intent(1, slot(A), edit, START, START, standing(before))])
    bindings = {slot(A): bind(A, before, Origin.IMPORTED)}
    assert recover(journal, settler, bindings).written == 1
    assert bindings[slot(A)].origin is Origin.IMPORTED


def test_a_binding_of_unknown_age_is_expected_in_no_list(tmp_path: Path) -> None:
    """Buffer's lists are compared with what was created since: two of which nobody knows when are none."""
    journal, settler = left_open(tmp_path, (A, ""))
    bound = {each: bind(each, live(each.address.key, each), Origin.ADOPTED) for each in (B, C)}
    bindings = {slot(each): replace(binding, created_at="") for each, binding in bound.items()}
    assert recover(journal, settler, bindings).written == 1


def test_lists_go_back_as_far_as_clocks_may_be_apart(tmp_path: Path) -> None:
    """A day before the first intent; once a create has shown how far Buffer's times are apart, that and a minute."""
    journal, settler = left_open(tmp_path, (A, ""), (B, ""))
    first, second = journal.open
    second = replace(second, at=START + timedelta(hours=1))
    assert settler.since([second, first]) == START - timedelta(days=1)
    settler.measure(first, START - timedelta(seconds=10))
    assert settler.since([second, first]) == START - timedelta(seconds=70)
