"""Whatever happens during the runs, every declared object is created exactly once (design: Never twice)."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.model import Idea, LiveIdea, LivePost, Post, PostStatus, Refusal, content_of_desired
from bufferctl.plan import Action, Reason
from tests.apply.fake import SETTLE, START, FakeBuffer, Fault, FaultKind, Killed, Mortal, idea, post
from tests.apply.machine import Attempt, Machine, look, slot
from tests.fuzzing import examples

DUE = START + timedelta(days=20)


@dataclass(frozen=True)
class Round:
    """What happens in one apply: it dies at a step, `.bufferctl` is deleted before it, a person acts."""

    dies_at: int | None
    forgets: bool
    person: str


faults = st.builds(
    Fault,
    st.sampled_from(get_args(FaultKind)),
    st.integers(0, 4),
    st.integers(1, 14) | st.sampled_from([45, 80, 134]),  # with the longest lag, five settle times
    st.sampled_from([Refusal.INVALID, Refusal.LIMIT, Refusal.REPEAT, Refusal.NOT_FOUND, Refusal.KEPT]),
)
persons = st.sampled_from(["nothing", "nothing", "nothing", "edit", "delete", "stranger"])
rounds = st.builds(Round, st.none() | st.integers(1, 40), st.sampled_from([False, False, False, True]), persons)


@st.composite
def declarations(draw: st.DrawFn) -> list[Post | Idea]:
    """Posts and ideas, including equal twins (the later one has `repeat_of`)."""
    items: list[Post | Idea] = []
    seen: dict[tuple[int, str], str] = {}
    for number in range(draw(st.integers(1, 6))):
        channel, text = draw(st.integers(0, 1)), draw(st.sampled_from("abc"))
        words = f"The declared words of {text * 30}, said only by those who mean them"
        due = draw(st.none() | st.sampled_from([DUE, DUE + timedelta(hours=1)]))
        first = seen.setdefault((channel, text), f"k{number}")
        repeats = first if first != f"k{number}" else None
        items.append(post(f"k{number}", words, channel=channel, due=due, repeat_of=(repeats,) if repeats else ()))
    items.extend(idea(f"i{number}") for number in range(draw(st.integers(0, 2))))
    return items


@given(
    items=declarations(),
    faults=st.lists(faults, max_size=6),
    rounds=st.lists(rounds, max_size=6),
    people=st.lists(persons, max_size=4),
    lag=st.sampled_from([0.0, 5.0, 15.0]),
    skew=st.sampled_from([-7, 0, 7]),
    apart=st.sampled_from([0, 0, -150, -90, 90, 150]),
    tear=st.booleans(),
    most=st.sampled_from([1, 2, 30]),
    after=st.lists(st.tuples(st.sampled_from(["keep", "edit", "remove"]), faults, st.integers(1, 40)), max_size=6),
)
@settings(max_examples=examples(250), report_multiple_bugs=False)
def test_each_declared_object_comes_into_being_exactly_once(
    items: list[Post | Idea],
    faults: list[Fault],
    rounds: list[Round],
    people: list[str],
    lag: float,
    skew: int,
    apart: int,
    tear: bool,
    most: int,
    after: list[tuple[str, Fault, int]],
) -> None:
    """One landed create per address; state agrees; nothing is left to write. Held if a person interfered.

    `after`: the later change of each declared object (edited, removed), with that round's faults and deaths.
    """
    buffer = FakeBuffer(list(faults), list(people), lag=lag, skew=timedelta(minutes=skew), most=most)
    buffer.created_skew = timedelta(seconds=apart)
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder), buffer, tear=tear)
        forgot = run_to_the_end(machine, items, rounds)
        check(machine, items, forgot=forgot)
        if not forgot and not buffer.touched and not machine.journal().open:
            change(machine, items, after)


def change(machine: Machine, items: list[Post | Idea], after: list[tuple[str, Fault, int]]) -> None:
    """Edit and remove some of the objects, with faults: in the end everything matches the files, created once."""
    buffer = machine.buffer
    buffer.faults = [fault for _, fault, _ in after]
    buffer.persons = []
    landed = list(buffer.landed)
    what: dict[Post | Idea, str] = dict(
        zip((i for i in items if isinstance(i, Post)), (each[0] for each in after), strict=False)
    )
    kept = [replace(i, text=f"{i.text} (edited)") if what.get(i) == "edit" else i for i in items]
    kept = [i for i, old in zip(kept, items, strict=True) if what.get(old) != "remove"]
    run_to_the_end(machine, kept, [Round(dies_at, forgets=False, person="nothing") for *_, dies_at in after])
    assert buffer.landed == landed
    assert len(buffer.posts) == sum(isinstance(i, Post) for i in kept) + strangers(buffer)
    check(machine, kept, forgot=False)


def strangers(buffer: FakeBuffer) -> int:
    """The number of posts that people wrote in Buffer."""
    return sum(post.text.startswith("Somebody's own") for post in buffer.posts.values())


def run_to_the_end(machine: Machine, items: list[Post | Idea], rounds: list[Round]) -> bool:
    """Apply again and again until it ends clean; returns whether `.bufferctl` was ever deleted."""
    buffer, forgot = machine.buffer, False
    for each in rounds:
        if each.forgets:  # lost state is found again by content, once the lists show it
            buffer.pass_time(SETTLE)
            machine.forget_project()
            forgot = True
        buffer.mortal = Mortal(each.dies_at)
        apply_once(machine, items)
        buffer.mortal = Mortal()
        buffer.person(each.person)
    for _ in range(40):
        attempt = apply_once(machine, items)
        if attempt and attempt.error is None and not attempt.writes:
            return forgot
    raise AssertionError("It never ends")


def apply_once(machine: Machine, items: list[Post | Idea]) -> Attempt | None:
    """One apply, None if it died."""
    try:
        return machine.apply(*items)
    except Killed:
        machine.buffer.mortal = Mortal()
        return None


def says(item: Post | Idea | LivePost | LiveIdea) -> tuple[object, ...]:
    """What an object says, and when: declared or in Buffer, in a form of this test's own."""
    match item:
        case Post():
            return item.text, item.due_at, item.draft, item.tags
        case LivePost():
            due_at = item.due_at if item.is_custom_scheduled else None
            return item.text, due_at, item.status is PostStatus.DRAFT, tuple(each.name for each in item.tags)
        case Idea() | LiveIdea():
            return item.title, item.text


def check(machine: Machine, items: list[Post | Idea], *, forgot: bool) -> None:
    """Check the account and the state against the declarations."""
    buffer = machine.buffer
    buffer.pass_time(SETTLE + 7200)
    state = machine.state()
    plan, _ = look(buffer, items, state)
    assert len({b.id for b in state.bindings.values()}) == len(state.bindings)
    undecided = {i.slot for i in machine.journal().open}
    if buffer.touched:  # an edited post may be mistaken for any similar one, which then waits for a person's answer
        undecided |= {c.slot for c in plan.of(Action.HOLD) if c.reason is Reason.AMBIGUOUS}
    twins: dict[object, list[Post | Idea]] = defaultdict(
        list
    )  # it does not matter which of several equal posts became which
    for item in items:
        twins[(slot(item).channel_id, content_of_desired(item).text, getattr(item, "due_at", None))].append(item)
    for group in twins.values():
        addresses = {str(item.address) for item in group}
        made = {each for address, each in buffer.landed if address in addresses}
        if made & buffer.touched or undecided & {slot(item) for item in group}:
            # a post that a person deleted before it was recorded may be created again
            gone = made - buffer.posts.keys() - buffer.ideas.keys()
            assert len(made) <= len(group) + len(gone) + (len(buffer.touched) if forgot else 0)
            continue
        holds = [(str(c.address), c.reason, c.candidates) for c in plan.of(Action.HOLD)]
        assert len(made) == len(group), (addresses, holds)
        for item in group:
            bound = state.bindings[slot(item)].id
            live: LivePost | LiveIdea = buffer.posts[bound] if isinstance(item, Post) else buffer.ideas[bound]
            assert says(live) == says(item), (says(live), says(item))
    writes = [c for c in plan.writes if c.slot not in undecided]
    assert not writes
    assert {c.reason for c in plan.of(Action.HOLD)} <= {Reason.CHANGED, Reason.GONE, Reason.AMBIGUOUS, None}
