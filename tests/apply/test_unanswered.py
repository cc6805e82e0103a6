"""Writes whose answer was lost are settled by reading Buffer, before anything else is sent (design: Applying)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bufferctl.apply import MARGIN
from bufferctl.apply.settling import Judge, NotWritten, Written
from bufferctl.errors import ApiError, InterruptError, PartWayError
from bufferctl.model import Asset, CreatePost, Image, Intent, LivePost, Origin, Post, PostStatus, Refusal
from bufferctl.plan import Action, Reason, Status
from bufferctl.reconcile import Options
from tests.apply.fake import CHANNELS, SETTLE, START, FakeBuffer, Fault, FaultKind, Killed, Mortal, idea, post
from tests.apply.machine import Machine, Told, binding, slot

A, B, C = post("a"), post("b"), post("c")
IMAGE = Asset(image=Image(url="https://acme.example/a.png"))
OTHER = Asset(image=Image(url="https://acme.example/b.png"))
DUE = START + timedelta(days=3)


def addresses(buffer: FakeBuffer) -> list[str]:
    """The keys of the created posts, in order."""
    return [address.rpartition("/")[2] for address, _ in buffer.landed]


def dies(machine: Machine, *items: object, options: Options | None = None) -> None:
    """Apply on a machine that loses power; then power is back."""
    with pytest.raises(Killed):
        machine.apply(*items, options=options)  # type: ignore[arg-type]  # posts and ideas
    machine.buffer.mortal = Mortal()


@pytest.mark.parametrize(
    "fault",
    [Fault("cut-before"), Fault("cut-after"), Fault("null-after", 2), Fault("late", delay=14), Fault("unknown-written")]
    + [Fault("unknown-not-written", n) for n in range(3)],
    ids=lambda fault: f"{fault.kind}-{fault.count}",
)
def test_a_lost_answer_is_settled_in_the_same_run(machine: Machine, buffer: FakeBuffer, fault: Fault) -> None:
    """Each post once, bound as created, reported done; unwritten posts are sent again."""
    buffer.faults = [fault]
    attempt = machine.apply(A, B, C)
    assert attempt.error is None
    assert sorted(addresses(buffer)) == ["a", "b", "c"]
    assert [o.status for o in attempt.outcomes] == [Status.DONE] * 3
    assert {b.origin for b in machine.state().bindings.values()} == {Origin.CREATED}
    assert machine.apply(A, B, C).writes == 0


@pytest.mark.parametrize("kind", ["kill-before", "kill-after", "kill-late"])
@pytest.mark.parametrize("forgets", [False, True], ids=["state", "no state"])
def test_a_kill_is_settled_by_the_next_run(
    machine: Machine, buffer: FakeBuffer, kind: FaultKind, forgets: bool
) -> None:
    """Each post once, and bound as created, even without `.bufferctl`: the journal is stored elsewhere."""
    buffer.faults = [Fault(kind, 2, 14)]
    dies(machine, A, B, C)
    if forgets:
        machine.forget_project()
    assert machine.apply(A, B, C).error is None
    assert sorted(addresses(buffer)) == ["a", "b", "c"]
    assert {b.origin for b in machine.state().bindings.values()} == {Origin.CREATED}


@pytest.mark.parametrize(("images", "waits"), [(0, [30]), (1, [35]), (4, [50]), (12, [90]), (13, [95])])
def test_the_settle_time_counts_from_the_end_of_sending(
    machine: Machine, buffer: FakeBuffer, images: int, waits: list[int]
) -> None:
    """30 s, however long sending took, and a sixth of it for each image of the request."""
    buffer.faults = [Fault("slow", delay=20)]
    machine.apply(A)
    buffer.faults = [Fault("refused", why=Refusal.REPEAT)]
    machine.apply(A, replace(B, assets=(IMAGE,) * images))
    assert buffer.waits == [30, *waits]


@pytest.mark.parametrize("delay", [14, 45, 80, 149])
def test_a_write_that_lands_long_after_the_settle_time_is_not_sent_again(
    machine: Machine, buffer: FakeBuffer, delay: int
) -> None:
    """It is found by the second list, 152 s after sending, if not by the first."""
    buffer.faults = [Fault("late", delay=delay)]
    attempt = machine.apply(A, B)
    assert attempt.error is None
    assert addresses(buffer) == ["a", "b"]
    assert buffer.waits == ([30] if delay < 30 else [30, pytest.approx(122, abs=1)])
    assert machine.apply(A, B).writes == 0


@pytest.mark.parametrize("delay", [45, 80, 149])
def test_a_later_run_does_not_send_it_again_either(machine: Machine, buffer: FakeBuffer, delay: int) -> None:
    """Killed while it was on its way: the next run waits for the second list before it plans."""
    buffer.faults = [Fault("kill-late", delay=delay)]
    dies(machine, A, B)
    buffer.pass_time(20)
    assert machine.apply(A, B).writes == 0
    assert addresses(buffer) == ["a", "b"]


@pytest.mark.parametrize("minutes", [-3, 3])
@pytest.mark.parametrize("kind", ["cut-after", "kill-after"])
def test_creation_times_that_are_apart_from_the_clock_hide_nothing(
    machine: Machine, buffer: FakeBuffer, kind: FaultKind, minutes: int
) -> None:
    """Each post once, though Buffer dates it minutes before or after its own Date."""
    buffer.created_skew = timedelta(minutes=minutes)
    buffer.faults = [Fault(kind, 2)]
    if kind == "kill-after":
        dies(machine, A, B)
    machine.apply(A, B)
    assert addresses(buffer) == ["a", "b"]
    assert machine.apply(A, B).writes == 0


@pytest.mark.parametrize(("confirmed", "held"), [(True, True), (False, False)])
def test_a_confirmed_create_shows_how_much_wider_the_window_is(
    machine: Machine, buffer: FakeBuffer, confirmed: bool, held: bool
) -> None:
    """A stranger dated three minutes ago may be ours, edited, where Buffer has just dated another that way."""
    buffer.most = 1
    buffer.created_skew = timedelta(minutes=-3)
    buffer.faults, buffer.persons = [*([Fault()] if confirmed else []), Fault("cut-after")], ["edit"]
    attempt = machine.apply(*([A, B] if confirmed else [B]))
    assert (attempt.outcomes[-1].status is Status.HELD) is held


@pytest.mark.parametrize(("kind", "waits"), [("null-after", 1), ("unknown-not-written", 1), ("cut-before", 2)])
def test_absence_is_proved_twice_unless_buffer_answered(
    machine: Machine, buffer: FakeBuffer, kind: FaultKind, waits: int
) -> None:
    """After `data: null` or an UnexpectedError the request is over, so one settle time is enough."""
    buffer.faults = [Fault(kind)]
    attempt = machine.apply(A)
    assert attempt.error is None
    assert len(buffer.waits) == waits
    assert addresses(buffer) == ["a"]
    assert not machine.journal().open


def test_a_success_without_a_post_proves_nothing(machine: Machine, buffer: FakeBuffer) -> None:
    """Buffer is read, and what is not there is sent again; five times, and then somebody has to look."""
    buffer.faults = [Fault("empty-not-written")] * 5
    (outcome,) = machine.apply(A).outcomes
    assert (outcome.status, buffer.landed) == (Status.REFUSED, [])
    assert "Buffer's answer does not show what it made" in outcome.message
    machine.apply(A)
    assert addresses(buffer) == ["a"]


def test_writes_of_two_channels_are_proved_together(machine: Machine, buffer: FakeBuffer) -> None:
    """Both were lost, one after the other, and landed late: each is found, and none is sent again."""
    buffer.most, buffer.faults = 1, [Fault("late", delay=140), Fault("late", delay=140)]
    attempt = machine.apply(A, post("b", channel=1))
    assert attempt.error is None
    assert [o.status for o in attempt.outcomes] == [Status.DONE] * 2
    assert (addresses(buffer), len(buffer.sent)) == (["a", "b"], 3)  # the first was refused: two at once


def test_meanwhile_only_other_channels_go_on(machine: Machine, buffer: FakeBuffer) -> None:
    """While a write may still land on one channel, nothing else is sent there; the other channel's posts leave."""
    others = [post(f"k{n}", channel=n % 2) for n in range(40)]
    buffer.most, buffer.faults = 1, [Fault("late", delay=100)]
    attempt = machine.apply(*others)
    assert attempt.error is None
    sent = [write.home for request in buffer.sent if len(request) == 1 for write in request]
    assert sent == ["c0"] + ["c1"] * 20 + ["c0"] * 19
    assert len(buffer.landed) == 40


def test_a_post_waits_for_its_idea(machine: Machine, buffer: FakeBuffer) -> None:
    """The idea may still be on its way: the post is sent once, with the idea's id, and others do not wait for it."""
    named, other = post("a", idea="one"), post("b", channel=1)
    buffer.most, buffer.faults = 1, [Fault("late", delay=100)]
    attempt = machine.apply(idea("one"), named, other)
    assert [o.status for o in attempt.outcomes] == [Status.DONE] * 3
    sent = [write.item for request in buffer.sent for write in request if len(request) == 1]
    assert [item.address.key for item in sent if item] == ["one", "b", "a"]
    assert {p.idea_id for p in buffer.posts.values()} == {None, machine.state().bindings[slot(idea("one"))].id}


def test_a_retry_that_comes_into_the_lead_time_is_missed(machine: Machine, buffer: FakeBuffer) -> None:
    """Its time was four minutes away; after the proof that it was not sent, it is too near."""
    near = post("near", due=buffer.server_time() + timedelta(minutes=4))
    buffer.faults = [Fault("cut-before")]
    attempt = machine.apply(near)
    assert [(o.status, "too near" in o.message) for o in attempt.outcomes] == [(Status.HELD, True)]
    assert attempt.outcomes[0].hint == "Give it a later `due_at`."
    assert buffer.landed == []


def test_a_run_that_cannot_wait_ends_with_5(machine: Machine, buffer: FakeBuffer) -> None:
    """--max-wait is shorter than the proof takes: the writes stay open, and the next run finds them."""
    buffer.faults = [Fault("late", delay=100)]
    attempt = machine.apply(A, max_wait=60)
    assert isinstance(attempt.error, PartWayError)
    assert attempt.error.exit_code == 5
    assert [o.status for o in attempt.outcomes] == [Status.HELD]
    assert isinstance(machine.apply(A, max_wait=60).error, PartWayError)
    assert machine.apply(A).error is None
    assert addresses(buffer) == ["a"]


def test_a_run_that_is_stopped_while_it_waits_for_proof_leaves_it_open(machine: Machine, buffer: FakeBuffer) -> None:
    """Ctrl-C ends the wait: nothing is sent again, and the next run finds the write."""
    buffer.faults, told = [Fault("late", delay=100)], Told()
    buffer.cuts_waits, buffer.on_send = True, lambda: setattr(told, "patience", 0)
    attempt = machine.apply(A, post("b", channel=1), told=told)
    assert isinstance(attempt.error, InterruptError)
    assert [(o.change.address.key, o.status) for o in attempt.outcomes] == [("a", Status.HELD), ("b", Status.HELD)]
    buffer.cuts_waits = False
    machine.apply(A, post("b", channel=1))
    assert sorted(addresses(buffer)) == ["a", "b"]


@pytest.mark.parametrize("minutes", [-20, 20])
def test_clocks_that_differ_change_nothing(machine: Machine, buffer: FakeBuffer, minutes: int) -> None:
    """After a kill the whole settle time passes by the server's clock, which dates the intent."""
    buffer.skew = timedelta(minutes=minutes)
    buffer.faults = [Fault("kill-late", delay=25)]
    dies(machine, A)
    machine.apply(A)
    assert addresses(buffer) == ["a"]
    assert SETTLE - 1 < buffer.waits[0] <= SETTLE


def test_a_clock_that_was_put_back_does_not_make_anybody_wait_longer(machine: Machine, buffer: FakeBuffer) -> None:
    """The settle time and no more, though the intent is dated tomorrow."""
    buffer.faults = [Fault("kill-after", 1)]
    dies(machine, A)
    buffer.skew = timedelta(days=-1, minutes=10)
    machine.apply(A)
    assert buffer.waits == [SETTLE]
    assert addresses(buffer) == ["a"]


def test_long_after_a_kill_nobody_waits(machine: Machine, buffer: FakeBuffer) -> None:
    """No wait if the intent is older than the settle time."""
    buffer.faults = [Fault("kill-after", 1)]
    dies(machine, A)
    buffer.pass_time(3600)
    machine.apply(A)
    assert buffer.waits == []


def test_asked_to_stop_the_whole_settle_time_passes_all_the_same(machine: Machine, buffer: FakeBuffer) -> None:
    """Ctrl-C while an answer is lost: finish, settle, record, stop. Reading early would send a late write twice."""
    buffer.faults = [Fault("late", delay=20)]
    buffer.cuts_waits = True
    attempt = machine.apply(A, *(post(f"k{n}") for n in range(40)), told=Told(patience=1))
    assert isinstance(attempt.error, InterruptError)
    assert buffer.waits[0] == SETTLE
    assert len(buffer.landed) == 30
    assert len(machine.state().bindings) == 30


def test_equal_twins_pair_in_creation_order(machine: Machine, buffer: FakeBuffer) -> None:
    """The first one declared is the first one created."""
    twins = [post("one", "Twice"), post("two", "Twice", repeat_of=("one",))]
    buffer.faults = [Fault("cut-after")]
    machine.apply(*twins)
    assert [binding(machine, each) and machine.state().bindings[slot(each)].id for each in twins] == ["0001", "0002"]


def test_of_twins_of_which_one_was_written_one_is_sent_again(machine: Machine, buffer: FakeBuffer) -> None:
    """Two in total."""
    buffer.faults = [Fault("null-after", 1)]
    machine.apply(post("one", "Twice"), post("two", "Twice", repeat_of=("one",)))
    assert len(buffer.posts) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (post("queue", "Twice"), post("timed", "Twice", due=DUE, repeat_of=("queue",))),
        (post("draft", "Twice", draft=True), post("queue", "Twice", repeat_of=("draft",))),
        (post("approve", "Twice", needs_approval=True), post("queue", "Twice", repeat_of=("approve",))),
        (post("queue", "Twice"), post("draft", "Twice", draft=True, repeat_of=("queue",))),
    ],
    ids=["queue and timed", "draft and queue", "approval and queue", "queue and draft"],
)
def test_equal_texts_are_told_apart_by_how_they_go_out(buffer: FakeBuffer, first: Post, second: Post) -> None:
    """The second was written and the first was not, though their text reads back the same."""
    writes = [CreatePost(each, "c0") for each in (first, second)]
    at = buffer.server_time()
    intents = [Intent(n, slot(each.item), each, at, at) for n, each in enumerate(writes, 1)]
    buffer.faults = [Fault("cut-after")]
    buffer.send(writes[1:])
    listed = list(buffer.posts.values())
    judge = Judge(timedelta(seconds=SETTLE), MARGIN)
    assert judge.verdicts(intents, listed, lambda _: (), buffer.post) == {1: NotWritten(), 2: Written(listed[0])}


def test_what_was_there_before_is_no_candidate(machine: Machine, buffer: FakeBuffer) -> None:
    """A person's posts, listed before the batch was sent, are neither matched nor in the way."""
    for _ in range(3):
        buffer.person("stranger")
    buffer.faults = [Fault("cut-before")]
    attempt = machine.apply(A, post("b", channel=1), post("c", channel=2))
    assert [o.status for o in attempt.outcomes] == [Status.DONE] * 3
    assert len(buffer.landed) == 3


def test_a_stranger_in_the_channel_holds_one_intent(machine: Machine, buffer: FakeBuffer) -> None:
    """Somebody wrote a post while the answer was lost: one of ours needs an answer, the others are sent."""
    buffer.faults, buffer.persons = [Fault("cut-before")], ["stranger"]
    attempt = machine.apply(A, B)
    assert sorted(o.status for o in attempt.outcomes) == [Status.DONE, Status.HELD]
    assert len(buffer.landed) == 1
    plan = machine.apply(A, B).plan
    assert plan
    assert [c.reason for c in plan.of(Action.HOLD)] == [Reason.UNSETTLED]


def test_a_stranger_in_another_channel_holds_nothing(machine: Machine, buffer: FakeBuffer) -> None:
    """Only candidates of the intent's own channel count."""
    buffer.faults, buffer.persons = [Fault("cut-before")], ["stranger"]
    attempt = machine.apply(post("a", channel=2))
    assert [o.status for o in attempt.outcomes] == [Status.DONE]


def held_by_an_edit(machine: Machine, buffer: FakeBuffer) -> str:
    """A post whose answer was lost and that was then edited, so it cannot be recognized; returns its id."""
    buffer.faults, buffer.persons = [Fault("cut-after")], ["edit"]
    attempt = machine.apply(A)
    assert [o.status for o in attempt.outcomes] == [Status.HELD]
    assert "`bufferctl import Acme/twitter:acme0/a 0001`" in attempt.outcomes[0].hint
    return "0001"


def test_a_person_who_edits_the_new_post_makes_it_a_question(machine: Machine, buffer: FakeBuffer) -> None:
    """Held with its candidate in every later run and never sent again, even while others are created there."""
    held_by_an_edit(machine, buffer)
    for items in ([A], [A, B], [A, B], [A, B, C]):
        plan = machine.apply(*items).plan
        assert plan
        holds = {(c.reason, c.candidates) for c in plan.of(Action.HOLD)}
        assert holds == {(Reason.UNSETTLED, ("0001",))}
    assert addresses(buffer) == ["a", "b", "c"]


def test_a_question_does_not_take_what_a_later_equal_became(machine: Machine, buffer: FakeBuffer) -> None:
    """Twins: a person edited the first, which is held; the second, written in a killed run, matches the second."""
    twins = [post("one", "Twice"), post("two", "Twice", repeat_of=("one",))]
    buffer.most, buffer.faults, buffer.persons = 1, [Fault("cut-after"), Fault("kill-after", 1)], ["edit"]
    dies(machine, *twins)
    machine.apply(*twins)
    assert list(buffer.posts) == ["0001", "0002"]
    assert {s.key: b.id for s, b in machine.state().bindings.items()} == {"two": "0002"}


def test_it_stays_a_question_when_the_project_forgets(machine: Machine, buffer: FakeBuffer) -> None:
    """The same without `.bufferctl`."""
    held_by_an_edit(machine, buffer)
    machine.apply(A, B)
    machine.forget_project()
    machine.apply(A, B)
    assert addresses(buffer) == ["a", "b"]


def test_it_is_answered_by_an_import(machine: Machine, buffer: FakeBuffer) -> None:
    """Bound to the post that the person named; nothing is sent."""
    held_by_an_edit(machine, buffer)
    machine.import_(A, "0001")
    machine.apply(A)
    assert addresses(buffer) == ["a"]
    assert machine.state().bindings[slot(A)].id == "0001"
    assert not machine.journal().open


def test_it_is_answered_by_recreate(machine: Machine, buffer: FakeBuffer) -> None:
    """Sent again once, as the person asked."""
    held_by_an_edit(machine, buffer)
    machine.apply(A, options=Options(recreate=frozenset({str(A.address)})))
    machine.apply(A)
    assert addresses(buffer) == ["a", "a"]


def test_it_is_answered_by_undoing_the_edit(machine: Machine, buffer: FakeBuffer) -> None:
    """An exact match is ours."""
    held_by_an_edit(machine, buffer)
    buffer.posts["0001"] = replace(buffer.posts["0001"], text=A.text)
    machine.apply(A)
    assert machine.state().bindings[slot(A)].id == "0001"


def test_it_is_answered_by_deleting_the_candidate(machine: Machine, buffer: FakeBuffer) -> None:
    """A person was asked and deleted it: none of ours is left, and the plan decides what follows."""
    del buffer.posts[held_by_an_edit(machine, buffer)]
    machine.apply(A)
    assert [p.text for p in buffer.posts.values()] == [A.text]


def test_one_of_two_candidates_left_stays_a_question(machine: Machine, buffer: FakeBuffer) -> None:
    """The journal names two, and one is still there."""
    other = held_by_an_edit(machine, buffer)
    machine.journal().ask({machine.journal().open[0].number: (other, "gone")})
    machine.apply(A)
    assert [(i.slot, machine.journal().asked[i.number]) for i in machine.journal().open] == [(slot(A), (other, "gone"))]


def test_two_that_were_asked_about_one_candidate_both_stay_asked(machine: Machine, buffer: FakeBuffer) -> None:
    """As a stranger it would hold one of them; the journal still lists it for the other."""
    buffer.faults = [Fault("kill-before")]
    dies(machine, A, B)
    buffer.person("stranger")
    journal = machine.journal()
    journal.ask(dict.fromkeys([intent.number for intent in journal.open], tuple(buffer.posts)))
    machine.apply(A, B)
    assert [i.slot for i in machine.journal().open] == [slot(A), slot(B)]
    assert buffer.landed == []


def test_a_person_who_deletes_the_new_post_is_not_noticed(machine: Machine, buffer: FakeBuffer) -> None:
    """Deleted before the next read: treated as not written, so it is created once."""
    buffer.faults, buffer.persons = [Fault("cut-after")], ["delete"]
    machine.apply(A)
    assert list(buffer.posts) == ["0002"]


RECREATE = Options(recreate=frozenset({str(A.address)}))


def recreating_dies(machine: Machine, buffer: FakeBuffer) -> None:
    """A post was created, deleted by somebody, and `--recreate` for it is killed after it was written."""
    machine.apply(A)
    buffer.person("delete")
    buffer.pass_time(7200)
    buffer.faults = [Fault("kill-after", 1)]
    dies(machine, A, options=RECREATE)
    assert list(buffer.posts) == ["0002"]


@pytest.mark.parametrize("options", [None, RECREATE], ids=["apply", "apply --recreate again"])
def test_a_killed_recreate_is_settled_like_any_create(
    machine: Machine, buffer: FakeBuffer, options: Options | None
) -> None:
    """Found and bound; running the same command again makes no second one."""
    recreating_dies(machine, buffer)
    machine.apply(A, options=options)
    assert list(buffer.posts) == ["0002"]
    assert machine.state().bindings[slot(A)].id == "0002"


def test_a_late_recreate_given_again_makes_no_second_one(machine: Machine, buffer: FakeBuffer) -> None:
    """--recreate only answers a question that was already asked."""
    buffer.faults = [Fault("kill-after", 1)]
    dies(machine, A, options=RECREATE)
    machine.apply(A, options=RECREATE)
    assert addresses(buffer) == ["a"]


def test_recreate_answers_no_question_that_was_not_asked(machine: Machine, buffer: FakeBuffer) -> None:
    """Killed, edited by somebody, and the same command again: the person may not have seen the edit."""
    buffer.faults = [Fault("kill-after", 1)]
    dies(machine, A, options=RECREATE)
    buffer.person("edit")
    attempt = machine.apply(A, options=RECREATE)
    assert [(o.status, o.change.reason) for o in attempt.outcomes] == [(Status.HELD, Reason.UNSETTLED)]
    assert addresses(buffer) == ["a"]


def test_a_list_without_the_last_confirmed_create_is_read_again(machine: Machine, buffer: FakeBuffer) -> None:
    """The list lags longer than expected; it is read until it shows the post that Buffer confirmed."""
    buffer.lag, buffer.most = 100.0, 1
    buffer.faults = [Fault(), Fault("cut-after")]
    attempt = machine.apply(A, B)
    assert attempt.error is None
    assert addresses(buffer) == ["a", "b"]


def test_after_a_kill_too(machine: Machine, buffer: FakeBuffer) -> None:
    """The last create in the journal must be in the list before anything is concluded from it."""
    buffer.lag, buffer.most = 100.0, 1
    buffer.faults = [Fault(), Fault("kill-after", 1)]
    dies(machine, A, B)
    machine.apply(A, B)
    assert addresses(buffer) == ["a", "b"]


def test_a_list_that_stays_behind_stops_the_run(machine: Machine, buffer: FakeBuffer) -> None:
    """Nothing is sent again, exit 5; the next run continues."""
    buffer.lag, buffer.most = 4000.0, 1
    buffer.faults = [Fault(), Fault("cut-after")]
    attempt = machine.apply(A, B)
    assert isinstance(attempt.error, PartWayError)
    assert [o.status for o in attempt.outcomes] == [Status.DONE, Status.HELD]
    buffer.pass_time(4000)
    machine.apply(A, B)
    assert addresses(buffer) == ["a", "b"]


def test_a_confirmed_create_that_somebody_deleted_makes_no_list_stale(machine: Machine, buffer: FakeBuffer) -> None:
    """It is requested by id, and is gone."""
    buffer.most, buffer.faults, buffer.persons = 1, [Fault(), Fault("cut-before")], ["delete"]
    attempt = machine.apply(A, B)
    assert attempt.error is None
    assert len(buffer.waits) == 2  # for the list, and for the proof that the second was not written


def test_settling_that_cannot_look_leaves_all_open(machine: Machine, buffer: FakeBuffer) -> None:
    """Buffer is down during the read: exit 5, reported as unanswered; the next run finds it."""
    buffer.faults, buffer.away = [Fault("cut-after")], True
    attempt = machine.apply(A)
    assert isinstance(attempt.error, PartWayError)
    assert [o.status for o in attempt.outcomes] == [Status.HELD]
    buffer.away = False
    machine.apply(A)
    assert addresses(buffer) == ["a"]


def test_the_repeat_refusal_is_evidence_to_look(machine: Machine, buffer: FakeBuffer) -> None:
    """If Buffer says "You've posted that one recently" and there is no new post, it is a refusal."""
    buffer.faults = [Fault("refused", 0, why=Refusal.REPEAT)]
    attempt = machine.apply(A)
    assert [o.status for o in attempt.outcomes] == [Status.REFUSED]
    assert buffer.waits
    assert buffer.landed == []


def test_a_refused_delete_is_looked_into_once(machine: Machine, buffer: FakeBuffer) -> None:
    """If Buffer says "Sent posts cannot be deleted" and the post exists, it is a refusal, in Buffer's words."""
    machine.apply(A, B)
    buffer.faults = [Fault("refused", 0, why=Refusal.KEPT)]
    attempt = machine.apply(B)
    assert [(o.status, o.message) for o in attempt.outcomes] == [(Status.REFUSED, "No")]
    assert len(buffer.waits) == 1
    assert addresses(buffer) == ["a", "b"]


def test_the_repeat_refusal_of_what_landed_late_is_a_success(machine: Machine, buffer: FakeBuffer) -> None:
    """It had landed by the time of the read."""
    buffer.faults = [Fault("repeated", 0)]
    attempt = machine.apply(A)
    assert [o.status for o in attempt.outcomes] == [Status.DONE]
    assert addresses(buffer) == ["a"]


def test_ideas_are_settled_in_full(machine: Machine, buffer: FakeBuffer) -> None:
    """One written, one not: each exists once, and the post with an idea is sent with its id."""
    ideas = [idea("one"), idea("two")]
    named = post("a", idea="two")
    buffer.faults = [Fault("null-after", 1)]
    machine.apply(*ideas, named)
    assert sorted(i.title for i in buffer.ideas.values()) == ["Idea one", "Idea two"]
    assert [p.idea_id for p in buffer.posts.values()] == [machine.state().bindings[slot(ideas[1])].id]


@pytest.mark.parametrize("kind", ["cut-before", "cut-after", "late"])
@pytest.mark.parametrize("due", [None, DUE], ids=["queue", "timed"])
def test_an_edit_is_done_or_sent_again(
    machine: Machine, buffer: FakeBuffer, kind: FaultKind, due: datetime | None
) -> None:
    """Live equals desired: done; equals the old version: sent again."""
    old = replace(A, due_at=due)
    machine.apply(old)
    buffer.faults = [Fault(kind, delay=10)]
    attempt = machine.apply(replace(old, text="The words that it is to have now"))
    assert [o.status for o in attempt.outcomes] == [Status.DONE]
    assert [p.text for p in buffer.posts.values()] == ["The words that it is to have now"]
    assert len(buffer.sent) == (3 if kind == "cut-before" else 2)


@pytest.mark.parametrize("kind", ["kill-before", "kill-after"])
@pytest.mark.parametrize("images", ["another", "order"])
def test_an_edit_that_cannot_be_read_back_is_sent_again(
    machine: Machine, buffer: FakeBuffer, kind: FaultKind, images: str
) -> None:
    """The file's images, also if it has the earlier ones again: Buffer may have either, and then has the file's."""
    machine.apply(replace(A, assets=(IMAGE, OTHER)))
    buffer.faults = [Fault(kind)]
    dies(machine, replace(A, assets=(OTHER, IMAGE) if images == "order" else (OTHER, OTHER)))
    attempt = machine.apply(replace(A, assets=(IMAGE, OTHER)))
    assert [(o.change.action, o.status) for o in attempt.outcomes] == [(Action.UPDATE, Status.DONE)]
    assert machine.apply(replace(A, assets=(IMAGE, OTHER))).writes == 0


def test_a_run_that_stops_leaves_an_edit_that_cannot_be_read_back_unclear(machine: Machine, buffer: FakeBuffer) -> None:
    """It had been sent, and was to be sent again: the next run sends the file's version, though that is the old one."""
    machine.apply(replace(A, assets=(IMAGE,)))
    buffer.faults = [Fault("cut-after"), Fault("unreachable")]
    machine.apply(replace(A, assets=(OTHER,)))
    assert machine.apply(replace(A, assets=(IMAGE,))).writes == 1


def test_an_edit_is_sent_again_though_its_queue_time_moved(machine: Machine, buffer: FakeBuffer) -> None:
    """Queue times are not compared."""
    machine.apply(A)
    buffer.faults, buffer.persons = [Fault("cut-before")], ["requeue"]
    attempt = machine.apply(replace(A, text="The words that it is to have now"))
    assert [o.status for o in attempt.outcomes] == [Status.DONE]


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_an_edit_of_what_somebody_changed_is_held(machine: Machine, buffer: FakeBuffer, what: str) -> None:
    """Equal to neither version: held now and by later plans, which show both."""
    machine.apply(A)
    edited = replace(A, text="The words that it is to have now")
    buffer.faults, buffer.persons = [Fault("cut-before")], [what]
    attempt = machine.apply(edited)
    assert [o.status for o in attempt.outcomes] == [Status.HELD]
    assert not machine.journal().open
    plan = machine.apply(edited).plan
    assert plan
    assert {c.reason for c in plan.of(Action.HOLD)} <= {Reason.CONFLICT, Reason.LAG}
    assert len(buffer.sent) == 2


def test_a_killed_edit_of_what_somebody_changed_is_held_by_the_plan(machine: Machine, buffer: FakeBuffer) -> None:
    """As a conflict that `--reapply` resolves, and not as an unanswered write forever."""
    machine.apply(A)
    edited = replace(A, text="The words that it is to have now")
    buffer.faults = [Fault("kill-before")]
    dies(machine, edited)
    buffer.person("edit")
    plan = machine.apply(edited).plan
    assert plan
    assert [c.reason for c in plan.of(Action.HOLD)] == [Reason.CONFLICT]
    machine.apply(edited, options=Options(reapply=frozenset({str(A.address)})))
    assert [p.text for p in buffer.posts.values()] == [edited.text]


@pytest.mark.parametrize("kind", ["cut-before", "cut-after", "kill-before", "kill-after", "late"])
def test_a_delete_is_done_when_it_is_not_found(machine: Machine, buffer: FakeBuffer, kind: FaultKind) -> None:
    """Gone from Buffer, and forgotten."""
    machine.apply(A, B)
    buffer.faults = [Fault(kind, 1, 10)]
    if kind.startswith("kill"):
        dies(machine, A)
    machine.apply(A)
    machine.apply(A)
    assert list(buffer.posts) == ["0001"]
    assert set(machine.state().bindings) == {slot(A)}


def test_a_delete_that_is_answered_with_not_found_is_done(machine: Machine, buffer: FakeBuffer) -> None:
    """Whoever deleted it, it is gone and forgotten."""
    machine.apply(A)
    buffer.faults = [Fault("refused", 0, why=Refusal.NOT_FOUND)]
    attempt = machine.apply()
    assert [o.status for o in attempt.outcomes] == [Status.DONE]
    assert not machine.state().bindings


def test_a_success_that_names_nothing_is_no_success(machine: Machine, buffer: FakeBuffer) -> None:
    """A create whose answer lacks the post is looked up."""
    buffer.faults = [Fault("empty-success")]
    attempt = machine.apply(A)
    assert attempt.error is None
    assert buffer.waits
    assert addresses(buffer) == ["a"]
    assert machine.state().bindings[slot(A)].id == "0001"


def test_one_write_that_breaks_buffer_down_does_not_stop_the_others(machine: Machine, buffer: FakeBuffer) -> None:
    """It is refused in the end, with the reason; all others are created once."""
    buffer.poison = "b"
    attempt = machine.apply(A, B, C)
    assert attempt.error is None
    assert sorted(addresses(buffer)) == ["a", "c"]
    assert [len(request) for request in buffer.sent] == [3, 1, 1, 1, 1, 1]  # alone, so that it blocks no others again
    refused = [o for o in attempt.outcomes if o.status is Status.REFUSED]
    assert [o.change.address.key for o in refused] == ["b"]
    assert "failed on it each time" in refused[0].message


def test_a_buffer_that_carries_nothing_out_stops_the_run(machine: Machine, buffer: FakeBuffer) -> None:
    """After a few requests without effect: exit 5."""
    buffer.faults = [Fault("cut-before")] * 50
    attempt = machine.apply(A, B, C)
    assert isinstance(attempt.error, PartWayError)
    assert len(buffer.sent) == 6
    assert buffer.landed == []


def test_a_draft_that_somebody_schedules_meanwhile_is_ours(machine: Machine, buffer: FakeBuffer) -> None:
    """A person's progress does not make it a stranger."""
    buffer.faults, buffer.persons = [Fault("cut-after")], ["schedule"]
    attempt = machine.apply(replace(A, draft=True))
    assert [o.status for o in attempt.outcomes] == [Status.DONE]
    assert [p.status for p in buffer.posts.values()] == [PostStatus.SCHEDULED]


def test_intents_are_on_disk_before_anything_is_sent(machine: Machine, buffer: FakeBuffer) -> None:
    """Killed before the request is sent: the journal has the intent, with the time by the server's clock."""
    buffer.faults = [Fault("kill-before")]
    dies(machine, A)
    (intent,) = machine.journal().open
    assert isinstance(intent.write, CreatePost)
    assert (intent.slot, intent.write.item) == (slot(A), A)
    assert abs(intent.at - buffer.server_time()) < timedelta(seconds=1)
    assert intent.until == intent.at + timedelta(seconds=30)  # the timeout
    assert CHANNELS[0].id == intent.write.channel_id


def test_the_first_failure_is_told_as_it_is(machine: Machine, buffer: FakeBuffer) -> None:
    """Nothing was done, so it is not reported as stopped partway."""
    buffer.faults = [Fault("unreachable")]
    error = machine.apply(A).error
    assert isinstance(error, ApiError)
    assert error.exit_code == 1


def test_a_person_s_equal_post_is_adopted_and_nothing_is_sent(machine: Machine, buffer: FakeBuffer) -> None:
    """Made in Buffer's own app while the answer was lost: bound as adopted, reported as such, and only once."""
    buffer.faults, buffer.equal_by_person = [Fault("cut-before")], True
    attempt = machine.apply(A)
    assert [o.status for o in attempt.outcomes] == [Status.DONE]
    assert "Somebody created an equal post" in attempt.outcomes[0].message
    assert machine.state().bindings[slot(A)].origin is Origin.ADOPTED
    assert len(buffer.posts) == 1


def test_after_a_kill_it_is_adopted_too(machine: Machine, buffer: FakeBuffer) -> None:
    """A person's post is never bound as created."""
    buffer.faults, buffer.equal_by_person = [Fault("kill-before")], True
    dies(machine, A)
    machine.apply(A)
    assert machine.state().bindings[slot(A)].origin is Origin.ADOPTED
    assert len(buffer.posts) == 1


@pytest.mark.parametrize("kind", ["cut-after", "kill-after"])
def test_what_came_back_different_is_no_baseline(machine: Machine, buffer: FakeBuffer, kind: FaultKind) -> None:
    """The words were edited and a person moved the post: this run or the next reports the difference."""
    timed = replace(A, due_at=DUE)
    machine.apply(timed)
    edited = replace(timed, text="The words that it is to have now")
    buffer.faults, buffer.persons = [Fault(kind, 1)], ["requeue"]
    if kind == "kill-after":
        dies(machine, edited)
        attempt = machine.apply(edited)
        assert attempt.differing == {slot(A): ("due_at",)}
    else:
        attempt = machine.apply(edited)
        assert [o.status for o in attempt.outcomes] == [Status.DIFFERS]
    assert machine.state().bindings[slot(A)].seen == ""
    assert buffer.posts["0001"].text == edited.text


def test_a_later_run_only_closes_what_was_not_written(machine: Machine, buffer: FakeBuffer) -> None:
    """Killed before it was sent, then the entry is removed from the files: nothing is sent or left open."""
    buffer.faults = [Fault("kill-before")]
    dies(machine, A)
    assert machine.apply().writes == 0
    assert buffer.landed == []
    assert not machine.journal().open


def test_a_slow_answer_widens_the_window(machine: Machine, buffer: FakeBuffer) -> None:
    """The end of sending counts, not its start: a request that hung for five minutes may have landed at its end."""
    buffer.faults = [Fault("slow", delay=300)]
    machine.apply(A)
    assert addresses(buffer) == ["a"]
    assert machine.state().bindings[slot(A)].origin is Origin.CREATED


def test_an_edit_says_nothing_about_the_clocks(machine: Machine, buffer: FakeBuffer) -> None:
    """A post of yesterday was edited while a create was lost: a person's post of an hour ago is not that create."""
    old = post("old", channel=1, due=DUE)
    machine.apply(old)
    buffer.pass_time(86_400)
    hour_ago = buffer.server_time() - timedelta(hours=1)
    theirs = LivePost("9999", "c0", PostStatus.SCHEDULED, "Somebody's words", hour_ago, via="api")
    buffer.on_send, buffer._born["9999"] = (lambda: buffer.posts.update({"9999": theirs})), 0
    buffer.most, buffer.faults = 1, [Fault("cut-before")]
    attempt = machine.apply(post("new"), replace(old, text="The words that it is to have now"))
    assert [o.status for o in attempt.outcomes] == [Status.DONE] * 2


def test_without_a_date_a_clock_that_is_set_right_loses_nothing(machine: Machine, buffer: FakeBuffer) -> None:
    """Intents are then dated by this machine's clock, which was two hours ahead when the run was killed."""
    buffer.dateless = True
    buffer.faults = [Fault("kill-late", delay=5)]
    dies(machine, A)
    (intent,) = machine.journal().open
    ahead = replace(intent, at=intent.at + timedelta(hours=2), until=intent.until + timedelta(hours=2))
    journal = machine.journal()
    journal.intend([ahead])
    machine.apply(A)
    assert addresses(buffer) == ["a"]
    assert machine.state().bindings[slot(A)].origin is Origin.CREATED


class Shortening(FakeBuffer):
    """An account whose channels shorten links."""

    def _live(self, post_id: str, post: Post, channel_id: str, idea_id: str | None) -> LivePost:
        made = super()._live(post_id, post, channel_id, idea_id)
        return replace(made, text=made.text.replace("https://acme.example/long", f"https://buff.ly/{post_id}"))


@pytest.mark.parametrize("kind", ["none", "cut-after", "kill-after"])
def test_a_channel_that_shortens_links_takes_what_was_sent(tmp_path: Path, kind: FaultKind) -> None:
    """Done, once, and nothing is left to do; on a channel that shortens none, the text differs."""
    linked = [post("a", "See https://acme.example/long"), post("b", "See https://acme.example/long", channel=1)]
    machine = Machine(tmp_path, Shortening(), shortening={"c0"})
    machine.buffer.faults = [Fault(kind, 2)]
    if kind == "kill-after":
        dies(machine, linked[0])
    attempt = machine.apply(linked[0])
    assert (attempt.error, attempt.differing) == (None, {})
    assert {o.status for o in attempt.outcomes} <= {Status.DONE}
    assert addresses(machine.buffer) == ["a"]
    assert machine.apply(linked[0]).writes == 0
    if kind == "none":
        assert [o.status for o in machine.apply(*linked).outcomes] == [Status.DIFFERS]
