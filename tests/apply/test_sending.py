"""The writes that are sent, in which requests, and the ways a run ends (design: Applying)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bufferctl.apply.queue import Queue
from bufferctl.errors import InterruptError, KeyRefusedError, PartWayError, RateLimitedError, StateError
from bufferctl.model import (
    Asset,
    CreateIdea,
    CreatePost,
    DeletePost,
    DraftPost,
    EditPost,
    Idea,
    Image,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Refusal,
    Result,
    Video,
    Write,
)
from bufferctl.plan import Action, Cause, Change, Outcome, Plan, Status, write_requests
from tests.apply.disk import fill, make_room
from tests.apply.fake import START, FakeBuffer, Fault, FaultKind, Killed, Mortal, idea, post
from tests.apply.machine import ENDPOINT, Machine, Told, binding, slot

A, B, C = post("a"), post("b"), post("c")
MANY = [post(f"k{n:02d}") for n in range(65)]


def name(write: Write) -> str:
    """The subject of a write."""
    match write:
        case CreatePost(item=item) | EditPost(item=item) | DraftPost(item=item) | CreateIdea(item=item):
            return item.address.key
        case DeletePost():
            return f"delete {write.id}"


def test_thirty_writes_a_request(machine: Machine, buffer: FakeBuffer) -> None:
    """65 posts: 30, 30, 5."""
    machine.apply(*MANY)
    assert [len(request) for request in buffer.sent] == [30, 30, 5]


IMAGE = Asset(image=Image(url="https://acme.example/a.png"))
VIDEO = Asset(video=Video(url="https://acme.example/a.mp4"))


def with_assets(number: int, *assets: Asset) -> list[Post]:
    """So many posts, each with these assets."""
    return [replace(each, assets=assets) for each in MANY[:number]]


@pytest.mark.parametrize(
    ("posts", "sizes"),
    [
        (with_assets(5, *[IMAGE] * 4), [3, 2]),
        (with_assets(14, IMAGE), [12, 2]),
        (with_assets(6, VIDEO), [4, 2]),
        ([MANY[10], *with_assets(1, *[IMAGE] * 13), MANY[11], MANY[12]], [1, 1, 2]),
        ([MANY[10], *with_assets(1, *[VIDEO] * 5), MANY[11], MANY[12]], [1, 1, 2]),
    ],
    ids=["four images each", "an image each", "a video each", "too many images", "too many videos"],
)
def test_twelve_assets_a_request_four_of_them_videos(
    machine: Machine, buffer: FakeBuffer, posts: list[Post], sizes: list[int]
) -> None:
    """Buffer fetches them while it writes. A post that has more goes alone; the order stays, and the plan knew it."""
    plan = machine.apply(*posts).plan
    assert [len(request) for request in buffer.sent] == sizes
    assert plan is not None
    assert write_requests(plan) == len(sizes)
    assert [name(write) for request in buffer.sent for write in request] == [each.address.key for each in posts]


def test_the_order(machine: Machine, buffer: FakeBuffer) -> None:
    """Ideas, timed creates by due time, queue creates in file order, updates, deletes last."""
    old, gone = post("old"), post("gone", "What no other post says")
    machine.apply(old, gone)
    later, sooner = START + timedelta(days=5), START + timedelta(days=4)
    items: list[Post | Idea] = [post("z"), post("y"), post("later", due=later), post("sooner", due=sooner), idea("i")]
    machine.apply(replace(old, text="Words of another day"), *items)
    assert [name(w) for w in buffer.sent[-1]] == ["i", "sooner", "later", "z", "y", "old", "delete 0002"]


def test_what_must_wait_for_its_idea_lets_nothing_pass_it(machine: Machine, buffer: FakeBuffer) -> None:
    """A queue keeps the order of the files: the idea, then its post, then the next one."""
    machine.apply(idea("i"), post("a", idea="i"), B)
    assert [[name(write) for write in request] for request in buffer.sent] == [["i"], ["a", "b"]]


def test_what_may_not_leave_any_more_splits_no_request(machine: Machine, buffer: FakeBuffer) -> None:
    """Its time has come too near: the ones before and after it go together."""
    days = [post(f"d{n}", due=START + timedelta(days=n)) for n in (1, 2)]
    near = post("near", due=buffer.server_time() + timedelta(minutes=10))
    buffer.faults = [Fault("rate-limited", delay=900)]
    machine.apply(near, *days)
    assert [[name(write) for write in request] for request in buffer.sent[1:]] == [["d1", "d2"]]


@pytest.mark.parametrize(("seconds", "sent"), [(119.999, False), (120, True)])
def test_the_least_time_before_a_post_goes_out(seconds: float, sent: bool) -> None:
    """Two minutes, as the request leaves, are enough."""
    near = post("near", due=START + timedelta(seconds=seconds))
    write = CreatePost(near, "c0")
    queue = Queue(timedelta(minutes=2))
    queue.fill(Plan(START, ENDPOINT, (Change(near.address, Action.CREATE, Cause.NEW, slot(near), write=write),)))
    batch, unfit = queue.next_batch(START, {})
    assert ([each.write for each in batch], len(unfit)) == ([write] if sent else [], 0 if sent else 1)


@pytest.mark.parametrize("most", [1, 3, 16])
def test_a_refused_size_is_halved(machine: Machine, buffer: FakeBuffer, most: int) -> None:
    """Down to 1 if necessary; everything is created once, and no request exceeds the size known to pass."""
    buffer.most = most
    attempt = machine.apply(*MANY)
    assert attempt.error is None
    assert len(buffer.landed) == len(MANY)
    sizes = [len(request) for request in buffer.sent]
    refused = [size for size in sizes if size > most]
    assert sizes[: len(refused)] == [30, 15, 7, 3][: len(refused)]


def test_one_write_that_is_too_large_alone_is_refused(machine: Machine, buffer: FakeBuffer) -> None:
    """The others are sent."""
    buffer.most = 0
    attempt = machine.apply(A)
    assert attempt.error is None
    assert [o.status for o in attempt.outcomes] == [Status.REFUSED]


@pytest.mark.parametrize(
    ("why", "status"),
    [
        (Refusal.INVALID, Status.REFUSED),
        (Refusal.NOT_FOUND, Status.REFUSED),
        (Refusal.UNAUTHORIZED, Status.REFUSED),
        (Refusal.LIMIT, Status.WAITING),
    ],
)
def test_a_definite_no_is_final_and_nobody_waits(
    machine: Machine, buffer: FakeBuffer, why: Refusal, status: Status
) -> None:
    """Reported with Buffer's words; the other writes of the request stay done."""
    buffer.faults = [Fault("refused", 1, why=why)]
    attempt = machine.apply(A, B, C)
    assert [(o.change.address.key, o.status) for o in attempt.outcomes] == [
        ("a", Status.DONE),
        ("c", Status.DONE),
        ("b", status),
    ]
    assert attempt.outcomes[2].message == "No"
    assert buffer.waits == []
    assert not machine.journal().open


def test_a_429_is_waited_out(machine: Machine, buffer: FakeBuffer) -> None:
    """16 minutes, the most that --max-wait allows, then a retry: it is said, nothing is read, and nothing left open."""
    buffer.faults, told = [Fault("rate-limited", delay=960)], Told()
    attempt = machine.apply(A, told=told)
    assert attempt.error is None
    assert (buffer.waits, told.waits, buffer.reads) == ([960], [(960, "Too many requests")], 0)
    assert len(buffer.landed) == 1
    assert not machine.journal().open


def test_a_429_that_takes_too_long_stops_the_run(machine: Machine, buffer: FakeBuffer) -> None:
    """Exit 5, nothing sent; the unsent writes are reported."""
    buffer.faults = [Fault("rate-limited", delay=3600)]
    attempt = machine.apply(A)
    assert isinstance(attempt.error, RateLimitedError)
    assert attempt.error.exit_code == 5
    assert [o.status for o in attempt.outcomes] == [Status.NOT_SENT]


def test_a_service_that_only_says_429_stops_the_run(machine: Machine, buffer: FakeBuffer) -> None:
    """Even if it asks to come back immediately each time."""
    buffer.faults = [Fault("rate-limited", delay=0)] * 100
    attempt = machine.apply(A)
    assert isinstance(attempt.error, RateLimitedError)
    assert len(buffer.sent) == 6


def test_a_refused_key_stops_the_run(machine: Machine, buffer: FakeBuffer) -> None:
    """Exit 4, even halfway; finished writes stay recorded, unsent ones are reported."""
    buffer.faults = [Fault(), Fault("key-refused")]
    attempt = machine.apply(*MANY)
    assert isinstance(attempt.error, KeyRefusedError)
    assert [o.status for o in attempt.outcomes] == [Status.DONE] * 30 + [Status.NOT_SENT] * 35
    assert len(machine.state().bindings) == 30
    assert machine.apply(*MANY).error is None
    assert len(buffer.landed) == len(MANY)


@pytest.mark.parametrize(
    ("kind", "hint"), [("unreachable", "Run apply again to go on."), ("not-understood", "Update bufferctl.")]
)
def test_an_error_in_the_middle_is_a_half_way_stop(
    machine: Machine, buffer: FakeBuffer, kind: FaultKind, hint: str
) -> None:
    """Exit 5: run it again to continue, or do first what the error says."""
    buffer.faults = [Fault(), Fault(kind)]
    attempt = machine.apply(*MANY)
    assert isinstance(attempt.error, PartWayError)
    assert attempt.error.hint == hint
    assert len(machine.state().bindings) == 30
    assert not machine.journal().open


def test_failures_count_only_in_a_row(machine: Machine, buffer: FakeBuffer) -> None:
    """Five, then one that achieves something, then five again: also where that something was found by looking."""
    five = [Fault("rate-limited")] * 5
    buffer.faults = [*five, Fault("null-after", 1), *five, Fault(), *five]
    buffer.most = 2
    attempt = machine.apply(A, B, C, post("d"))
    assert attempt.error is None
    assert sorted(address for address, _ in buffer.landed) == [f"Acme/twitter:acme0/{key}" for key in "abcd"]


class Locked(FakeBuffer):
    """An account whose run has lost the lock of the state, as it finds out right before a request."""

    def send(self, writes: Sequence[Write]) -> tuple[Result, ...]:
        raise PartWayError("Another run took over the lock", hint="Run apply again.")


def test_who_has_lost_the_lock_sends_nothing(tmp_path: Path) -> None:
    """Exit 5 with that reason: reported as not sent, and closed, so that no later run looks for it."""
    machine = Machine(tmp_path, Locked())
    attempt = machine.apply(A)
    assert isinstance(attempt.error, PartWayError)
    assert attempt.error.message == "Another run took over the lock"
    assert [o.status for o in attempt.outcomes] == [Status.NOT_SENT]
    assert not machine.journal().open


def test_ctrl_c_finishes_the_request_in_flight(machine: Machine, buffer: FakeBuffer) -> None:
    """Exit 130; the first batch is done and recorded, the rest reported as not sent."""
    attempt = machine.apply(*MANY, told=Told(patience=1))
    assert isinstance(attempt.error, InterruptError)
    assert [o.status for o in attempt.outcomes] == [Status.DONE] * 30 + [Status.NOT_SENT] * 35
    assert len(machine.state().bindings) == 30


def test_ctrl_c_while_waiting_for_the_quota_sends_nothing_more(machine: Machine, buffer: FakeBuffer) -> None:
    """The stop cuts that wait short, and a request at that point would get a 429."""
    told = Told()
    buffer.on_pace = lambda: setattr(told, "patience", 0)
    attempt = machine.apply(A, told=told)
    assert isinstance(attempt.error, InterruptError)
    assert buffer.sent == []


def interrupt() -> None:
    """A second Ctrl-C."""
    raise KeyboardInterrupt


class _Plug(Told):
    """A listener that raises at the second outcome."""

    def outcome(self, outcome: Outcome) -> None:
        super().outcome(outcome)
        if len(self.outcomes) == 2:
            raise KeyboardInterrupt


def test_ctrl_c_twice_loses_nothing_that_is_recorded(machine: Machine, buffer: FakeBuffer) -> None:
    """Between journal and report: all three are bound as created, none is adopted or created again."""
    with pytest.raises(KeyboardInterrupt):
        machine.apply(A, B, C, told=_Plug())
    assert {b.origin for b in machine.state().bindings.values()} == {Origin.CREATED}
    assert machine.apply(A, B, C).writes == 0
    assert len(buffer.landed) == 3


def test_ctrl_c_twice_in_the_middle_of_a_request_leaves_it_to_the_journal(machine: Machine, buffer: FakeBuffer) -> None:
    """Reported as unanswered; the next run checks."""
    told = Told()
    buffer.on_send = interrupt
    with pytest.raises(KeyboardInterrupt):
        machine.apply(A, told=told)
    assert [o.status for o in told.outcomes] == [Status.HELD]
    assert "it checks first" in told.outcomes[0].hint
    assert len(machine.journal().open) == 1


def test_an_unwritable_state_is_found_before_anything_is_sent(machine: Machine, buffer: FakeBuffer) -> None:
    """StateError, and no request."""
    machine.state_path.parent.write_text("a file where the folder should be", encoding="utf-8")
    attempt = machine.apply(A)
    assert isinstance(attempt.error, StateError)
    assert "cannot be" in attempt.error.message
    assert buffer.sent == []


def test_a_full_disk_before_the_request_sends_nothing(machine: Machine, buffer: FakeBuffer) -> None:
    """A write that cannot be recorded is not sent: exit 5, with a hint."""
    buffer.on_pace = fill
    attempt = machine.apply(A)
    assert isinstance(attempt.error, PartWayError)
    assert attempt.error.hint.startswith("Make room")
    assert buffer.sent == []
    assert [o.status for o in attempt.outcomes] == [Status.NOT_SENT]


def test_a_full_disk_after_the_request_stops_the_run(machine: Machine, buffer: FakeBuffer) -> None:
    """One request was sent; its posts are created once when there is room again."""
    buffer.on_send = fill
    attempt = machine.apply(*MANY)
    assert isinstance(attempt.error, PartWayError)
    assert len(buffer.sent) == 1
    buffer.on_send = lambda: None
    assert machine.apply(*MANY).error is None
    assert len(buffer.landed) == len(MANY)


def test_the_lead_time_is_judged_as_each_batch_leaves(machine: Machine, buffer: FakeBuffer) -> None:
    """A wait of 15 minutes brings a post too close to its time: held, not published at once."""
    soon = post("soon", due=buffer.server_time() + timedelta(minutes=10))
    buffer.faults = [Fault("rate-limited", delay=900)]
    attempt = machine.apply(soon, post("later", due=START + timedelta(days=1)))
    assert [(o.change.address.key, o.status) for o in attempt.outcomes] == [
        ("soon", Status.HELD),
        ("later", Status.DONE),
    ]
    assert len(buffer.landed) == 1


def test_the_lead_time_counts_for_every_edit_of_a_timed_post(machine: Machine, buffer: FakeBuffer) -> None:
    """Even if only the words change: the write keeps it scheduled."""
    soon = post("soon", due=buffer.server_time() + timedelta(minutes=10))
    machine.apply(soon)
    buffer.faults = [Fault("rate-limited", delay=500)]
    attempt = machine.apply(replace(soon, text="Other words for the same moment"))
    assert [o.status for o in attempt.outcomes] == [Status.HELD]
    assert len(buffer.sent) == 2


def test_the_lead_time_counts_for_an_edit_of_a_queue_post(machine: Machine, buffer: FakeBuffer) -> None:
    """Its slot is a minute away, and the edit would keep it there."""
    machine.apply(A)
    near = buffer.server_time() + timedelta(minutes=1)
    buffer.posts["0001"] = replace(buffer.posts["0001"], due_at=near)
    attempt = machine.apply(replace(A, text="The words that it is to have now"))
    assert [(o.status, o.hint) for o in attempt.outcomes] == [
        (Status.HELD, "Change it in Buffer, or wait until it is published.")
    ]
    assert len(buffer.sent) == 1


NEAR = START + timedelta(seconds=30)
SCHEDULED = LivePost("1", "c0", PostStatus.SCHEDULED, "x", START, due_at=NEAR)


@pytest.mark.parametrize(
    ("write", "at"),
    [
        (CreatePost(A, "c0"), None),
        (CreatePost(replace(A, due_at=NEAR), "c0"), NEAR),
        (CreatePost(replace(A, due_at=NEAR, draft=True), "c0"), None),
        (CreateIdea(idea("i"), "org"), None),
        (EditPost("1", replace(A, due_at=NEAR), "c0"), NEAR),
        (EditPost("1", A, "c0"), NEAR),
        (EditPost("1", A, "c0", reschedule=True), None),
        (EditPost("1", replace(A, draft=True), "c0"), None),
        (EditPost("1", replace(A, draft=True), "c0", was_scheduled=True), NEAR),
        (EditPost("1", replace(A, draft=True), "c0", reschedule=True, was_scheduled=True), None),
        (DeletePost("1", "c0"), None),
    ],
)
def test_when_a_write_goes_out(write: Write, at: datetime | None) -> None:
    """The time at which the result is published: the file's, or Buffer's if the edit does not change it."""
    assert write.goes_out_at(SCHEDULED) == at


def test_a_draft_has_no_lead_time(machine: Machine, buffer: FakeBuffer) -> None:
    """Its date does not schedule it."""
    attempt = machine.apply(post("soon", due=buffer.server_time() + timedelta(seconds=30), draft=True))
    assert [o.status for o in attempt.outcomes] == [Status.DONE]


def test_what_comes_back_different_is_said_and_is_no_baseline(machine: Machine, buffer: FakeBuffer) -> None:
    """Reported as different; the next plan shows it as changed in Buffer, without naming a person."""
    buffer.rewrites = True
    attempt = machine.apply(A)
    assert [o.status for o in attempt.outcomes] == [Status.DIFFERS]
    assert "text" in attempt.outcomes[0].message
    bound = binding(machine, A)
    assert bound
    assert bound.seen == ""
    plan = machine.apply(A).plan
    assert plan
    assert [c.reason.value for c in plan.changes if c.reason] == ["changed-in-buffer"]
    assert "Buffer changed it when it was sent" in plan.changes[0].message


def test_what_slips_past_approval_is_said(machine: Machine, buffer: FakeBuffer) -> None:
    """A post that needs approval comes back scheduled, as in this fake: reported as different."""
    attempt = machine.apply(post("asks", due=buffer.server_time() + timedelta(days=1), needs_approval=True))
    assert [o.status for o in attempt.outcomes] == [Status.DIFFERS]
    assert "needs_approval" in attempt.outcomes[0].message


def test_a_post_whose_idea_was_refused_is_held(machine: Machine, buffer: FakeBuffer) -> None:
    """It is not created without its idea."""
    buffer.faults = [Fault("refused", 0)]
    attempt = machine.apply(idea("i"), replace(A, idea="i"))
    assert [o.status for o in attempt.outcomes] == [Status.REFUSED, Status.HELD]
    assert buffer.landed == []


@pytest.mark.parametrize("dies_on", ["save", "compact"])
def test_what_the_journal_holds_is_saved_before_anything_else(
    machine: Machine, buffer: FakeBuffer, dies_on: str
) -> None:
    """Killed around the save; then the key is renamed, and the run killed again: one binding, under the new key."""
    buffer.dies_on = dies_on
    renamed = replace(post("new"), text=A.text, was="a")
    for items in ([A], [renamed], [renamed]):
        with pytest.raises(Killed):
            machine.apply(*items)
        buffer.mortal = Mortal()
    buffer.dies_on = ""
    machine.apply(renamed)
    assert {s.key: b.id for s, b in machine.state().bindings.items()} == {"new": "0001"}


def test_what_the_journal_holds_of_an_old_key_does_not_come_back(machine: Machine, buffer: FakeBuffer) -> None:
    """An edit, killed before it was saved; then the key is renamed: one binding, under the new key."""
    machine.apply(A)
    edited = replace(A, text="The words that it is to have now")
    buffer.dies_on = "save"
    with pytest.raises(Killed):
        machine.apply(edited)
    buffer.dies_on, buffer.mortal = "", Mortal()
    machine.apply(replace(post("new"), text=edited.text, was="a"))
    assert {s.key: b.id for s, b in machine.state().bindings.items()} == {"new": "0001"}


def test_a_full_disk_while_compacting_costs_nothing(machine: Machine, buffer: FakeBuffer) -> None:
    """State is saved; the next run forgets the rest of the journal."""
    machine.apply(A)
    journal = machine.journal()
    fill()
    try:
        journal.compact()
    finally:
        make_room()
    assert machine.apply(A).writes == 0


TEXT, DUE = "The same text, long enough to be told from others", START + timedelta(days=5)
#: What frees the text of the first post: another text, another time, or its delete.
FREEING: dict[str, tuple[Post, ...]] = {
    "edited": (post("a", "Other words, as long as those that it had before", due=DUE),),
    "moved": (post("a", TEXT, due=DUE + timedelta(days=1)),),
    "deleted": (post("a", TEXT, due=DUE, cancelled=True),),
}


@pytest.mark.parametrize("freeing", FREEING.values(), ids=FREEING)
def test_a_text_is_not_sent_where_the_write_that_frees_it_is_refused(
    machine: Machine, buffer: FakeBuffer, freeing: tuple[Post, ...]
) -> None:
    """Both would go out at that time. Once it was made, the new one follows."""
    machine.apply(post("a", TEXT, due=DUE), C)
    buffer.faults = [Fault("refused")]
    attempt = machine.apply(*freeing, post("b", TEXT, due=DUE), replace(C, text="Another one"))
    assert sorted(each.text for each in buffer.posts.values()) == sorted([TEXT, "Another one"])
    (held,) = (each for each in attempt.outcomes if each.status is Status.HELD)
    assert "`a` still has its text, or nearly, in Buffer" in held.message
    assert machine.apply(*freeing, post("b", TEXT, due=DUE), replace(C, text="Another one")).error is None
    assert [each.due_at for each in buffer.posts.values() if each.text == TEXT].count(DUE) == 1
    assert not machine.apply(*freeing, post("b", TEXT, due=DUE), replace(C, text="Another one")).writes


def test_nearly_a_text_is_not_sent_where_the_old_delete_is_refused(machine: Machine, buffer: FakeBuffer) -> None:
    """An entry gets another key and other words, and its old post goes out before it is deleted: that one alone."""
    machine.apply(post("a", TEXT, due=DUE), C)
    buffer.faults = [Fault("refused")]
    attempt = machine.apply(post("b", f"{TEXT}, in short", due=DUE), replace(C, text="Another one"))
    assert sorted(each.text for each in buffer.posts.values()) == sorted([TEXT, "Another one"])
    (held,) = (each for each in attempt.outcomes if each.status is Status.HELD)
    assert "`a` still has its text, or nearly, in Buffer" in held.message


def test_a_text_follows_the_edit_that_frees_it_in_the_next_request(machine: Machine, buffer: FakeBuffer) -> None:
    """Also where two posts exchange their texts: one of them goes first."""
    machine.apply(post("a", TEXT, due=DUE), post("b", "Other words", due=DUE))
    attempt = machine.apply(post("a", "Other words", due=DUE), post("b", TEXT, due=DUE))
    assert [len(each) for each in buffer.sent[1:]] == [1, 1]
    assert [each.status for each in attempt.outcomes] == [Status.DONE] * 2
