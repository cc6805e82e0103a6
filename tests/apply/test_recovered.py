"""What a run does first about the writes that an earlier one left open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bufferctl.apply import FileJournal, Settler, close_answered, recover
from bufferctl.model import (
    Binding,
    CreatePost,
    DeletePost,
    EditPost,
    Intent,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Settled,
    Slot,
    bind,
    standing,
)
from tests.apply.fake import SETTLE, START, FakeBuffer, post
from tests.apply.machine import ENDPOINT, Told, slot

A, B, C = post("a"), post("b"), post("c")


def live(live_id: str, item: Post) -> LivePost:
    return LivePost(live_id, "c0", PostStatus.SCHEDULED, item.text, START, due_at=START, via="api")


def left_open(folder: Path, *creates: tuple[Post, str]) -> tuple[FileJournal, Settler]:
    """A journal with creates, each with the id that it replaces; Buffer has what came of that of A."""
    journal = FileJournal(folder, ENDPOINT, folder / "buffer.yaml")
    journal.limit_to_homes()
    until = START + timedelta(seconds=15)
    for number, (item, before) in enumerate(creates, 1):
        journal.intend([Intent(number, slot(item), CreatePost(item, "c0"), START, until, before)])
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


def test_a_delete_that_was_carried_out_leaves_nothing_bound(tmp_path: Path) -> None:
    """The post is not there: what the run sent before it died was done, and the journal says so from then on."""
    journal, settler = left_open(tmp_path)
    there = live("p0", A)
    journal.intend([Intent(1, slot(A), DeletePost("p0", "c0"), START, START, standing(there))])
    bindings = {slot(A): bind(A, there, Origin.CREATED)}
    found = recover(journal, settler, bindings)
    assert (found.written, found.not_written, bindings) == (1, 0, {})
    assert [(each.slot, each.done) for each in journal.results] == [(slot(A), True)]


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


def test_what_people_answered_alone_needs_no_reading(tmp_path: Path) -> None:
    """Closed as not written; the import stays as it is, also for who saves what the journal has."""
    journal, settler = left_open(tmp_path, (C, ""))
    bindings = {slot(C): bind(C, live("p3", C), Origin.IMPORTED)}
    found = recover(journal, settler, bindings)
    assert (found.written, found.not_written, journal.open, journal.results) == (0, 1, (), ())
    assert (bindings[slot(C)].id, settler.buffer.reads) == ("p3", 0)  # type: ignore[attr-defined]  # the fake


def test_a_create_whose_channel_is_gone_is_closed_by_an_answer(tmp_path: Path) -> None:
    """By its address, or because another post is bound in its place; what nobody has answered stays open."""
    journal, _ = left_open(tmp_path, (A, ""), (B, ""), (C, ""))
    journal.limit_to_homes({"c9"})
    now = {number: Slot("org", "c9", item.address.key) for number, item in enumerate((A, B, C), 1)}
    journal.follow(now)
    close_answered(journal, {now[2]: bind(B, live("p2", B), Origin.IMPORTED)}, {str(A.address)})
    assert [each.slot for each in journal.stranded] == [now[3]]


def test_a_question_about_one_leaves_no_other_open(tmp_path: Path) -> None:
    """The first may have become a stranger; the second was written, and is bound."""
    journal, settler = left_open(tmp_path, (B, ""), (A, ""))
    put(settler, live("p2", replace(C, text="Somebody's words")))
    bindings: dict[Slot, Binding] = {}
    found = recover(journal, settler, bindings)
    assert (found.written, found.not_written, found.unsettled) == (1, 0, {slot(B): ("p2",)})
    assert [intent.slot for intent in journal.open] == [slot(B)]
    assert {each.key: binding.id for each, binding in bindings.items()} == {"a": "p1"}


def put(settler: Settler, item: LivePost, *, shown_after: float = 0) -> FakeBuffer:
    """Let a post be in the account, and in lists so many seconds after START."""
    buffer = settler.buffer
    assert isinstance(buffer, FakeBuffer)
    buffer.posts[item.id], buffer._born[item.id] = item, shown_after
    return buffer


def test_proof_is_waited_for_and_not_asked_for(tmp_path: Path) -> None:
    """Two readings, 120 s apart: each is a request. Sending ended with the run, whatever it had planned."""
    journal, settler = left_open(tmp_path, (B, ""))
    buffer = settler.buffer
    assert isinstance(buffer, FakeBuffer)
    (intent,) = journal.open
    journal.settle([Settled(1, slot(B), done=False)])
    journal.intend([replace(intent, at=buffer.server_time(), until=buffer.server_time() + timedelta(hours=1))])
    buffer.pass_time(10)
    assert recover(journal, settler, {}).not_written == 1
    assert (buffer.reads, len(buffer.waits)) == (2, 2)


@pytest.mark.parametrize(("age", "waits"), [(timedelta(days=1), [30]), (timedelta(days=1, seconds=1), [])])
def test_a_list_must_show_the_newest_tracked_post_as_far_as_it_goes_back(
    tmp_path: Path, age: timedelta, waits: list[float]
) -> None:
    """A day: one that it lacks is behind, and is read again; of an older one it says nothing."""
    journal, settler = left_open(tmp_path, (A, ""))
    tracked = replace(live("p2", B), created_at=START - age)
    buffer = put(settler, tracked, shown_after=1010)
    buffer.lag = 1e-9
    assert recover(journal, settler, {slot(B): bind(B, tracked, Origin.CREATED)}).written == 1
    assert buffer.waits == waits


@pytest.mark.parametrize(
    ("write", "old", "origin"),
    [
        (CreatePost(A, "c0"), Origin.IMPORTED, Origin.CREATED),
        (EditPost("p1", A, "c0"), Origin.IMPORTED, Origin.IMPORTED),
        (EditPost("p1", A, "c0"), None, Origin.CREATED),
    ],
    ids=["replaced", "edited", "edited, and the state is lost"],
)
def test_whose_a_recovered_post_is(
    tmp_path: Path, write: CreatePost | EditPost, old: Origin | None, origin: Origin
) -> None:
    """What a create made is ours, in whose place it may be; an edit changes nothing of that."""
    journal, settler = left_open(tmp_path)
    before = live("p1" if isinstance(write, EditPost) else "p0", replace(A, text="Before"))
    held = standing(before) if isinstance(write, EditPost) else "p0"
    journal.intend([Intent(1, slot(A), write, START, START, held)])
    bindings = {slot(A): bind(A, before, old)} if old else {}
    assert recover(journal, settler, bindings).written == 1
    assert (bindings[slot(A)].id, bindings[slot(A)].origin) == ("p1", origin)


def test_a_link_that_the_channel_shortened_is_no_difference(tmp_path: Path) -> None:
    """An edit that was carried out: the next plan has nothing to do."""
    journal, settler = left_open(tmp_path)
    settler.shortening = {"c0"}
    linked = replace(A, text="See https://acme.example/long")
    put(settler, live("p1", replace(A, text="See https://buff.ly/x")))
    edit = EditPost("p1", linked, "c0")
    journal.intend([Intent(1, slot(A), edit, START, START, standing(live("p1", A)))])
    found = recover(journal, settler, {slot(A): bind(A, live("p1", A), Origin.CREATED)})
    assert (found.written, found.differing) == (1, {})
