"""Saved plans: complete, unaltered, and only applied while their basis is unchanged (issue 3: Saved plans)."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl import planfile
from bufferctl.choices import Choices
from bufferctl.digests import facts
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model import CreatePost, Desired, Idea, LiveIdea, Origin, Post, PostStatus, Slot, State, bind
from bufferctl.plan import STATE_ONLY, WRITING, Action, Cause, Change, Plan, Reason
from bufferctl.planfile import SavedPlan, Verified
from bufferctl.reconcile import Options
from bufferctl.run.sources import still_to_do
from tests.apply.fake import START, FakeBuffer, idea, post
from tests.apply.machine import Machine, desired, look, slot
from tests.fuzzing import examples, places
from tests.planfile.forging import forged

A, B, C = post("a"), post("b"), post("c")
DUE = START + timedelta(days=3)
EDITED = replace(A, text="The words that it is to have now")
CHOICES = Choices()


def saved_from(plan: Plan, items: tuple[Post | Idea, ...] = (), *, days: float = 7) -> SavedPlan:
    """The plan as read from its file."""
    raw = planfile.dump(plan, desired(items), CHOICES, expires_at=plan.at + timedelta(days=days))
    return planfile.load(raw, "plan.json")


class Review:
    """Between the plan and its apply: the saved plan, and the current one."""

    def __init__(self, machine: Machine, buffer: FakeBuffer) -> None:
        self.machine, self.buffer = machine, buffer
        self.items: tuple[Post | Idea, ...] = ()
        self.saved: SavedPlan | None = None

    def plan(self) -> Plan:
        """The plan for the current inputs."""
        return look(self.buffer, self.items, self.machine.state(), Options(max_deletes=100))[0]

    def save(self, *items: Post | Idea) -> SavedPlan:
        """Plan these and save it."""
        self.items = items
        self.saved = saved_from(self.plan(), items)
        return self.saved

    def verify(self) -> Verified:
        """Check it against the current situation."""
        assert self.saved
        return planfile.verify(self.saved, self.plan(), self.machine.state())


@pytest.fixture
def buffer() -> FakeBuffer:
    """An empty account."""
    return FakeBuffer()


@pytest.fixture
def review(tmp_path: Path, buffer: FakeBuffer) -> Review:
    """An account in which `a` and `b` were created, and no saved plan yet."""
    machine = Machine(tmp_path, buffer)
    assert machine.apply(A, B).error is None
    return Review(machine, buffer)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, tuple[Post | Idea, ...]]:
    """Plans for posts, some of them existing, edited on either side, or removed from the files."""
    buffer, items, bound = FakeBuffer(), [], {}
    for number in range(draw(st.integers(0, 5))):
        text = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
        item: Post | Idea = post(f"k{number}", text, due=draw(st.sampled_from([None, DUE])))
        item = draw(st.sampled_from([item, idea(f"k{number}", text)]))
        fate = draw(st.sampled_from(["new", "there", "edited", "drifted", "gone", "removed"]))
        if fate != "new" and isinstance(item, Post):
            buffer.send([CreatePost(item, "c0")])
            live = list(buffer.posts.values())[-1]
            bound[slot(item)] = bind(item, live, draw(st.sampled_from(Origin)))
            if fate == "drifted":
                buffer.posts[live.id] = replace(live, text=f"{live.text}!")
            if fate == "gone":
                del buffer.posts[live.id]
        if fate == "edited":
            item = replace(item, text=f"{item.text}?")
        if fate != "removed":
            items.append(item)
    return look(buffer, items, State(bound))[0], tuple(items)


@given(plans())
def test_what_is_saved_is_read_back(drawn: tuple[Plan, tuple[Post | Idea, ...]]) -> None:
    """Inputs, changes with their writes and the facts behind them, times: all equal; saved again, the same bytes."""
    plan, items = drawn
    raw = planfile.dump(plan, desired(items), CHOICES, expires_at=plan.at + timedelta(days=7))
    saved = planfile.load(raw, "plan.json")
    shown = [change for change in plan.changes if change.action is not Action.NO_OP]
    assert saved.desired == desired(items)
    assert [(c.slot, c.action, c.write, c.binding, c.live) for c in saved.plan.changes] == [
        (c.slot, c.action, c.write, c.binding, c.live) for c in shown
    ]
    assert list(map(facts, saved.plan.changes)) == list(map(facts, shown))
    assert (saved.plan.at, saved.plan.endpoint) == (plan.at, plan.endpoint)
    assert planfile.dump(saved.plan, saved.desired, saved.choices, expires_at=saved.expires_at) == raw
    assert planfile.verify(saved, plan, State()).moved == ()


def test_what_a_plan_says_of_a_place(review: Review) -> None:
    """By name, as everything in the file: of the organization, the channel and the key."""
    plan = review.plan() if review.save(A) else None
    assert plan
    raw = planfile.dump(plan, desired((A,)), CHOICES, expires_at=plan.at + timedelta(days=7))
    places = [each["change"]["slot"] for each in json.loads(raw)["plan"]["changes"]]
    assert {frozenset(place) for place in places} == {frozenset(Slot._fields)}


def test_an_idea_in_buffer_is_read_back_as_one() -> None:
    """With its title; what has no channel is no post."""
    item = idea("hiring")
    live = LiveIdea("i1", "o", START, title="How we hire")
    known = bind(item, live, Origin.CREATED)
    held = Change(item.address, Action.HOLD, Cause.EDITED, slot(item), desired=item, live=live, binding=known)
    (read,) = saved_from(Plan(START, "", (held,)), (item,)).plan.changes
    assert (read.live, read.desired) == (live, item)


@given(plans().filter(lambda drawn: bool(drawn[0].writes)), st.data())
@settings(max_examples=examples(40, quick=8))
def test_an_altered_file_is_refused(drawn: tuple[Plan, tuple[Post | Idea, ...]], data: st.DataObject) -> None:
    """Any single changed value in the reviewed content is refused."""
    raw = planfile.dump(drawn[0], desired(drawn[1]), CHOICES, expires_at=drawn[0].at + timedelta(days=7))
    values = json.loads(raw)
    at, key = data.draw(st.sampled_from(leaves(values)))
    at[key] = "something else" if at[key] != "something else" else "again"
    with pytest.raises((StalePlanError, UsageError)):
        planfile.load(json.dumps(values).encode(), "plan.json")


def leaves(values: object) -> list[tuple[Any, Any]]:
    """The places of all plain values of a file, except for its author."""
    plain = [(at, key) for at, key in places(values) if not isinstance(at[key], dict | list)]
    return [(at, key) for at, key in plain if key != "bufferctl_version"]


def test_a_file_that_only_looks_different_is_not_altered(review: Review) -> None:
    """The same JSON in another layout."""
    plan = review.plan()
    raw = planfile.dump(plan, Desired(), CHOICES, expires_at=plan.at + timedelta(days=7))
    assert planfile.load(json.dumps(json.loads(raw)).encode(), "plan.json").plan.at == plan.at


NO_PLANS = [b"", b"{}", b"[]", b"version: 1", b'{"kind": "saved-plan"}', b"\xff\xfe"]


@pytest.mark.parametrize("raw", [*NO_PLANS, b'{"kind": "saved-plan", "format_version": 3}'])
def test_what_is_no_saved_plan_is_refused(raw: bytes) -> None:
    """With the name of the file, and how to make a saved plan."""
    with pytest.raises(UsageError, match=r"plan\.json") as raised:
        planfile.load(raw, "plan.json")
    assert "plan -o" in raised.value.hint


def test_a_newer_file_is_refused(review: Review) -> None:
    """Its meaning is not known to this version."""
    plan = review.plan()
    raw = planfile.dump(plan, Desired(), CHOICES, expires_at=plan.at)
    with pytest.raises(StalePlanError, match="newer bufferctl"):
        planfile.load(raw.replace(b'"format_version": "3.2"', b'"format_version": "4.0"'), "p")


def test_it_expires(review: Review) -> None:
    """Valid until its last moment; after that, exit 3, with the day of its expiry."""
    saved = review.save(A, B, C)
    now = replace(review.plan(), at=saved.expires_at)
    assert still_to_do(saved, Path("plan.json"), now, State()).writes
    with pytest.raises(StalePlanError, match=f"expired on Tue {saved.expires_at:%-d %b %Y}"):
        still_to_do(saved, Path("plan.json"), replace(now, at=now.at + timedelta(seconds=1)), State())


def test_another_endpoint_is_refused(review: Review) -> None:
    """The sandbox's plan is not applied to the real account."""
    saved = review.save(A, B, C)
    with pytest.raises(StalePlanError, match="and this run talks to https://api"):
        still_to_do(saved, Path("plan.json"), replace(review.plan(), endpoint="https://api.buffer.com"), State())


def test_while_nothing_moved_it_is_what_was_reviewed(review: Review) -> None:
    """Create, update and delete, unchanged."""
    saved = review.save(EDITED, C)
    verified = review.verify()
    assert verified.moved == ()
    assert [(c.address, c.action, c.write) for c in verified.plan.writes] == [
        (c.address, c.action, c.write) for c in saved.plan.writes
    ]


def changed(buffer: FakeBuffer, **values: object) -> None:
    """Somebody changes `a` in Buffer."""
    buffer.posts["0001"] = replace(buffer.posts["0001"], **values)  # type: ignore[arg-type]  # fields by name


MOVES: dict[str, Callable[[FakeBuffer], object]] = {
    "text": lambda buffer: changed(buffer, text="Somebody's words"),
    "time": lambda buffer: changed(buffer, is_custom_scheduled=True),
    "delete": lambda buffer: buffer.posts.pop("0001"),
}


@pytest.mark.parametrize("move", MOVES)
def test_what_moved_is_named(review: Review, buffer: FakeBuffer, move: str) -> None:
    """Somebody changed or deleted a post that was to be edited: the address, and the reason."""
    review.save(EDITED, B)
    MOVES[move](buffer)
    if move == "delete":
        buffer.pass_time(7200)
    (moved,) = review.verify().moved
    assert moved.startswith("Acme/twitter:acme0/a: ")
    with pytest.raises(StalePlanError, match=r"(?s)is out of date.*Acme/twitter:acme0/a"):
        still_to_do(review.saved or pytest.fail("saved"), Path("plan.json"), review.plan(), State())


def test_a_deletion_of_what_somebody_changed_is_stale(review: Review, buffer: FakeBuffer) -> None:
    """The reviewed delete was of a different text."""
    review.save(B)
    changed(buffer, text="Somebody's words")
    assert [line.partition(": ")[0] for line in review.verify().moved] == ["Acme/twitter:acme0/a"]


def test_a_create_that_somebody_made_much_alike_is_stale(review: Review, buffer: FakeBuffer) -> None:
    """It would be held now, so it differs from the reviewed plan."""
    review.save(A, B, replace(C, due_at=DUE))
    buffer.send([CreatePost(C, "c0")])
    (moved,) = review.verify().moved
    assert moved.startswith("Acme/twitter:acme0/c: Buffer already has this text")


def test_what_needed_a_person_and_no_longer_does_is_not_sent(review: Review, buffer: FakeBuffer) -> None:
    """Nobody agreed to the create that the plan of now has in place of the hold; as long as it is held, it is shown."""
    buffer.send([CreatePost(C, "c0")])
    saved = review.save(EDITED, B, replace(C, due_at=DUE))
    held = {each.address.key: each.action for each in saved.plan.changes}
    assert held == {"a": Action.UPDATE, "c": Action.HOLD}
    assert held.items() <= {each.address.key: each.action for each in review.verify().plan.changes}.items()
    del buffer.posts["0003"]
    buffer.pass_time(7200)
    assert [c.address.key for c in review.plan().writes] == ["c", "a"]
    found = review.verify().plan.changes
    assert {c.address.key: c.action for c in found} == {"a": Action.UPDATE, "c": Action.HOLD}
    assert {c.reason for c in found} == {None, Reason.NOT_REVIEWED}


def test_nothing_unrelated_makes_it_stale(review: Review, buffer: FakeBuffer) -> None:
    """People's own posts, a change of another post, queue times, and the passage of time."""
    review.save(EDITED, B, C)
    buffer.person("stranger")
    buffer.posts["0002"] = replace(buffer.posts["0002"], text="Somebody's words")
    changed(buffer, due_at=START + timedelta(days=9))
    buffer.pass_time(3 * 86_400)
    verified = review.verify()
    assert verified.moved == ()
    assert [c.address.key for c in verified.plan.writes] == ["c", "a"]


def test_its_own_first_half_is_skipped(review: Review) -> None:
    """The idea and the edit are done; the post with the idea now has its id, and is still the reviewed one."""
    named = replace(C, idea="i")
    review.save(EDITED, B, idea("i"), named)
    assert review.machine.apply(EDITED, B, idea("i")).error is None
    verified = review.verify()
    assert verified.moved == ()
    assert [c.address.key for c in verified.plan.writes] == ["c"]
    assert review.machine.apply(EDITED, B, idea("i"), named).error is None
    verified = review.verify()
    assert (verified.moved, verified.plan.writes) == ((), ())


def to_do(plan: Plan) -> list[Action]:
    """The actions of a plan that change anything, in order."""
    return [each.action for each in plan.of(*WRITING, *STATE_ONLY)]


@pytest.mark.parametrize("whole", [True, False], ids=["all", "a part"])
def test_a_plan_of_everything_stays_whole(review: Review, *, whole: bool) -> None:
    """Where nothing else is to be done, it is the plan of the files: the state notes how far Buffer was read."""
    review.save(B)
    if not whole:
        review.items = (B, post("soon", due=DUE))
    plan = review.verify().plan
    assert plan.narrowed is not whole
    assert ("b" in {each.address.key for each in plan.changes}) is whole


def test_its_own_deletes_are_skipped(review: Review) -> None:
    """Deleted and forgotten."""
    review.save(B)
    assert review.machine.apply(B).error is None
    verified = review.verify()
    assert (verified.moved, to_do(verified.plan)) == ((), [])


def test_its_first_delete_done_leaves_the_second(review: Review) -> None:
    """It was interrupted after the first: the other one is still to be made."""
    review.save()
    assert review.machine.apply(B).error is None
    verified = review.verify()
    assert (verified.moved, [c.address.key for c in verified.plan.writes]) == ((), ["b"])


def test_what_it_created_is_adopted_where_the_state_is_gone(review: Review) -> None:
    """Found by content; nothing to send, and the plan is not stale."""
    review.save(A, B, C)
    review.machine.apply(A, B, C)
    review.machine.forget_project()
    verified = review.verify()
    assert (verified.moved, verified.plan.writes) == ((), ())
    assert [c.action for c in verified.plan.changes] == [Action.ADOPT]


@pytest.mark.parametrize("items", [(EDITED, B), (B,)], ids=["edit", "delete"])
def test_what_was_sent_meanwhile_is_reported_and_not_stale(
    review: Review, buffer: FakeBuffer, items: tuple[Post | Idea, ...]
) -> None:
    """It was overtaken: nobody changed anything, and nothing is sent for it."""
    review.save(*items)
    changed(buffer, status=PostStatus.SENT, sent_at=buffer.server_time())
    verified = review.verify()
    assert (verified.moved, verified.plan.writes) == ((), ())
    (change,) = (each for each in verified.plan.changes if each.address.key == "a")
    expected = Action.DONE if EDITED in items else Action.FORGET
    assert (change.action, change.reason) == (expected, Reason.OVERTAKEN)


def test_what_became_too_late_is_not_sent_and_not_stale(review: Review, buffer: FakeBuffer) -> None:
    """Its time came during the review; the others are sent."""
    review.save(A, B, post("soon", due=buffer.server_time() + timedelta(hours=1)), C)
    buffer.pass_time(3600)
    verified = review.verify()
    assert verified.moved == ()
    assert [c.address.key for c in verified.plan.writes] == ["c"]


def test_nothing_is_done_that_was_not_reviewed(review: Review, buffer: FakeBuffer) -> None:
    """A change that only the current account requires (here a forgotten post) is left out."""
    review.save(A, B, C)
    buffer.posts.clear()
    verified = review.verify()
    assert [c.address.key for c in verified.plan.changes] == ["c"]


MISSING = {
    "changes": lambda v: v["plan"].pop("changes"),
    "declared object": lambda v: v["inputs"].update(items=[]),
    "digests": lambda v: v["plan"]["changes"][0].pop("digest"),
    "time": lambda v: v.update(created_at="yesterday"),
    "settings": lambda v: v["inputs"].update(settings=7),
    "write of a kind": lambda v: v["plan"]["changes"][0].update(write={"kind": "burn"}),
}


@pytest.mark.parametrize("what", MISSING)
def test_a_damaged_file_is_refused(review: Review, what: str) -> None:
    """Its checksum matches, and part of it is missing or is something else: never a traceback."""
    review.items = (A, B, C)
    raw = planfile.dump(review.plan(), desired(review.items), CHOICES, expires_at=START)
    with pytest.raises(UsageError, match=r"The saved plan p\.json is damaged"):
        planfile.load(forged(raw, MISSING[what]), "p.json")


FORGED = {
    "text": lambda v: v["inputs"]["items"][1]["post"].update(text="Words that nobody reviewed"),
    "title": lambda v: v["inputs"]["items"][0]["idea"].update(title="A title that nobody reviewed"),
    "digest of a change": lambda v: v["plan"]["changes"][0].update(digest="0" * 20),
    "digest of the plan": lambda v: v.update(digest="0" * 20),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_file_that_would_send_something_else_is_refused(review: Review, what: str) -> None:
    """Its checksum matches, but not the digests that reviewers saw."""
    review.items = (C, idea("i"), A, B)
    raw = planfile.dump(review.plan(), desired(review.items), CHOICES, expires_at=START)
    with pytest.raises(StalePlanError, match="would send something other than its digests cover"):
        planfile.load(forged(raw, FORGED[what]), "p.json")


@pytest.mark.parametrize("offline", [False, True])
def test_a_file_that_hides_what_it_would_send_is_refused(review: Review, *, offline: bool) -> None:
    """Its checksum and digests match, but an edit does not list what it changes; a plan without Buffer has no edits."""
    review.items = (EDITED, B)
    plan = review.plan()
    edits = plan.of(Action.UPDATE)
    raw = planfile.dump(plan, desired(review.items), CHOICES, expires_at=START, offline=offline)
    assert planfile.load_shown(raw, "p.json", lambda _: True).plan.of(Action.UPDATE) == edits != ()
    with nullcontext() if offline else pytest.raises(StalePlanError, match="does not show what it would send"):
        planfile.load_shown(raw, "p.json", lambda change: change.action is not Action.UPDATE)


def test_what_only_a_run_records_is_in_no_file(review: Review) -> None:
    """Neither horizons and questions of today, nor the times of a queue, which has moved on by then."""
    review.items = (A, B, C)
    raw = planfile.dump(review.plan(), desired(review.items), CHOICES, expires_at=START)
    about = json.loads(raw)["plan"]["plan"]
    assert "recording" not in about
    assert (about["queue_times"], about["changes"]) == ({}, [])


def test_what_is_sent_is_in_a_file_once(review: Review) -> None:
    """As the files declare it, so that no edit of the file shows one text and sends another."""
    review.items = (C, idea("i", "A title of its own"))
    raw = planfile.dump(review.plan(), desired(review.items), CHOICES, expires_at=START).decode()
    assert (raw.count(str(C.text)), raw.count("A title of its own")) == (1, 1)


def test_an_older_file_is_refused(review: Review) -> None:
    """Plan again: what it agrees to was defined otherwise."""
    raw = planfile.dump(review.plan(), Desired(), CHOICES, expires_at=START)
    with pytest.raises(StalePlanError, match="an older bufferctl") as raised:
        planfile.load(raw.replace(b'"format_version": "3.2"', b'"format_version": "2.0"'), "p")
    assert "Plan again" in raised.value.hint


def test_bookkeeping_alone(review: Review, buffer: FakeBuffer) -> None:
    """Adopting, renaming and forgetting are part of a plan: done again, skipped once done, stale once it differs."""
    found = post("found", "Found in Buffer", due=DUE)
    buffer.send([CreatePost(found, "c0")])
    saved = review.save(A, found)
    assert {c.address.key: c.action for c in saved.plan.changes} == {"b": Action.DELETE, "found": Action.ADOPT}
    verified = review.verify()
    assert (verified.moved, to_do(verified.plan)) == ((), [Action.ADOPT, Action.DELETE])
    assert review.machine.apply(A, found).error is None
    assert (review.verify().moved, to_do(review.verify().plan)) == ((), [])
    review.save(replace(A, address=replace(A.address, key="z"), was="a"), found)
    assert to_do(review.verify().plan) == [Action.MOVE]
    review.items = (A, found)
    assert review.verify().moved == ("Acme/twitter:acme0/z: the files no longer declare it",)
