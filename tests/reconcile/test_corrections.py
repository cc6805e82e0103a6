"""Guessed claims, what corrects them, and what waits for another address (design: Matching)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bufferctl.model import Expansion, LetGo, Likeness, LivePost, Post, PostStatus, State
from bufferctl.model.state import ANY
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.reconcile import begin_run, move_on

from .builders import (
    LATER,
    NO_RECORD,
    NOW,
    OLD,
    OVER,
    YOUNG,
    World,
    by_key,
    in_buffer,
    post,
    published,
    record,
    slot,
    verdict,
)

SINCE = OLD - timedelta(days=30)
#: Two entries whose posts were found by their time alone, and these posts, under other texts.
ONE, TWO = post("one", "New words", OVER), post("two", "Newer words", OVER - timedelta(hours=1))
FIRST, SECOND = published(post(text="About branches", due=OVER), "p1"), published(post(text="About commits"), "p2")


def guessed(*pairs: tuple[Post, LivePost]) -> State:
    """The state in which these are bound by a guess."""
    state = record(*pairs)
    return replace(state, bindings={at: replace(b, guessed=True) for at, b in state.bindings.items()})


def applied(world: World, plan: Plan) -> State:
    """The state after a plan that only changes the state."""
    state = begin_run(world.state, plan)
    bound = {c.slot: c.binding for c in plan.of(Action.ADOPT, Action.MOVE, Action.DONE) if c.binding}
    state = replace(state, bindings={**state.bindings, **bound})
    return move_on(state, plan, world.reading, settle=timedelta())


GUESSED = World(live=[FIRST, SECOND], state=guessed((ONE, FIRST), (TWO, SECOND)))


def test_entries_exchange_what_was_guessed() -> None:
    """Each has the other's post, and no claim is a guess any more."""
    plan = GUESSED.plan(replace(ONE, existing="p2"), replace(TWO, existing="p1"))
    after = applied(GUESSED, plan)
    assert by_key(after) == {"one": "p2", "two": "p1"}
    assert not any(binding.guessed for binding in after.bindings.values())
    assert not after.let_go


def test_a_guess_is_confirmed_by_existing() -> None:
    """The same claim, and no guess."""
    after = applied(GUESSED, GUESSED.plan(replace(ONE, existing="p1"), TWO))
    assert {at.key: b.guessed for at, b in after.bindings.items()} == {"one": False, "two": True}


@pytest.mark.parametrize("named", ["p3", "p9"])
def test_an_id_that_is_not_there_or_anothers_changes_nothing(named: str) -> None:
    """The guess stays, with a warning: p9 does not exist, p3 is another entry's with certainty."""
    sure = post("sure", "Certain", OVER)
    certain = record((sure, published(sure, "p3"))).bindings
    world = replace(
        GUESSED,
        live=[FIRST, SECOND, published(sure, "p3")],
        state=replace(GUESSED.state, bindings={**GUESSED.state.bindings, **certain}),
    )
    plan = world.plan(replace(ONE, existing=named), TWO, sure)
    assert by_key(applied(world, plan)) == {"one": "p1", "two": "p2", "sure": "p3"}


def test_an_address_that_loses_its_post_is_asked_about() -> None:
    """Never new, though nothing else in Buffer may be it, until a person says that it was never published."""
    taker = post("a", "About branches", LATER, existing="p1")
    after = applied(GUESSED, GUESSED.plan(taker, ONE, TWO))
    assert by_key(after) == {"a": "p1", "two": "p2"}
    world, later = replace(GUESSED, state=after), replace(ONE, due_at=LATER)
    for _ in range(2):
        plan = world.plan(later, taker, TWO)
        change = next(c for c in plan.changes if c.slot == slot(later))
        assert (change.reason, plan.recording.questions[slot(later)].rule) == (Reason.AMBIGUOUS, Likeness.LOST)
        world = replace(world, state=applied(world, plan))
    assert change.hint == (
        "If another post in Buffer is this one, add `existing: {twitter: ID}` with its id. If it was never "
        "published, add `repeat_of: {twitter: p1}`."
    )
    assert world.verdict(replace(later, repeat_of=("p1",)), taker, TWO) is Action.CREATE


THEIRS = published(post(text="Something else", due=OVER - timedelta(hours=3)), "p5")


@pytest.fixture
def freed() -> World:
    """The first entry has another post now; the one that it had belongs to any address."""
    world = replace(GUESSED, live=[FIRST, SECOND, THEIRS])
    after = applied(world, world.plan(replace(ONE, existing="p5"), TWO))
    assert after.let_go == {"p1": LetGo("c1", OLD, ANY)}
    return replace(world, state=after)


def test_what_a_correction_frees_stays_in_question(freed: World) -> None:
    """Past the horizon, for every address; it is read by its id meanwhile."""
    assert freed.verdict(post("new", "About branches", LATER), ONE, TWO) is Reason.AMBIGUOUS
    assert freed.plan(ONE, TWO).recording.unexplained == (FIRST,)


def test_what_a_correction_frees_is_taken_by_an_answer(freed: World) -> None:
    """Then it is in question no longer."""
    taken = applied(freed, freed.plan(post("new", "About branches", LATER, existing="p1"), ONE, TWO))
    assert taken.let_go == {}
    assert by_key(taken) == {"new": "p1", "one": "p5", "two": "p2"}


def test_what_a_correction_freed_may_be_gone(freed: World) -> None:
    """Then it is in question no longer."""
    gone = replace(freed, live=[SECOND, THEIRS], gone=["p1"])
    assert applied(gone, gone.plan(ONE, TWO)).let_go == {}


def test_a_guess_is_offered_by_its_id() -> None:
    """A text that was published under a guess may be the new entry's: neither key nor `was` of the other is named."""
    change = GUESSED.change(post("a", "About branches", LATER), ONE, TWO)
    assert change.hint == (
        "If it is the same, add `existing: {twitter: p1}`. If both are intended, add `repeat_of: {twitter: p1}`."
    )


def test_a_question_about_a_guess_outlives_an_edit() -> None:
    """The entry is another one by now, and may still be what was published."""
    new = post("a", "About branches", LATER)
    world = replace(GUESSED, state=applied(GUESSED, GUESSED.plan(new, ONE, TWO)))
    assert world.verdict(replace(new, text="About trees"), ONE, TWO) is Reason.AMBIGUOUS


# -- another address is asked first

LOST = World(state=NO_RECORD, since=SINCE)
AT = post("b", "Its own words", LATER)


def first(world: World, *items: Post) -> str:
    """What the first of the entries is told to do."""
    return world.change(*items).hint


def test_what_has_the_text_of_another_entry_is_asked_about_there() -> None:
    """An equal instant waits for the entry with the text, unless that one has answered."""
    there = in_buffer(post(text="We are live", due=LATER), "p1")
    world, owner = replace(LOST, live=[there]), post("a", due=LATER + timedelta(days=1))
    assert first(world, AT, owner) == "Answer `a` first, which has that text."
    assert first(world, owner, AT).startswith("If it is the same, add `existing: {twitter: p1}`.")
    answered = replace(owner, repeat_of=("p1",))
    assert first(world, AT, answered).startswith("If it is the same, add `existing: {twitter: p1}`.")


def test_its_own_text_says_more_than_its_time() -> None:
    """Only the post with its text is offered, not the one of another entry at its time."""
    own = published(replace(AT, due_at=OVER), "p1", YOUNG)
    others = in_buffer(post(text="We are live", due=LATER), "p2")
    change = replace(LOST, live=[others, own]).change(AT, post("a", due=LATER + timedelta(days=1)))
    assert change.candidates == ("p1",)


def test_a_siblings_post_is_not_offered_to_a_new_occurrence() -> None:
    """It may be one that was edited; which one it is, the siblings with these texts say first."""

    def tip(number: int, text: str, weeks: int) -> Post:
        expansion = Expansion(number=number, times=3)
        return post(f"tip-{number}", text, LATER + timedelta(weeks=weeks), expansion=expansion)

    there = in_buffer(post("x", "Tip one", LATER), "p1")
    world = replace(LOST, live=[there, in_buffer(tip(2, "Tip two", 1), "p2")])
    occurrences = [tip(1, "Tip one", 5), tip(2, "Tip two", 1), tip(3, "Tip three", 2)]
    assert first(world, occurrences[2], *occurrences[:2]) == "Answer `tip-1` first, which has that text."


def test_others_are_let_go_once_nothing_else_is_asked() -> None:
    """`state begin` answers every question: it is proposed only where it cannot answer that of another entry."""
    unknown = [in_buffer(post(text=f"Unknown {n}", due=LATER + timedelta(days=n)), f"u{n}") for n in (5, 6)]
    matched, asks = in_buffer(post("m", "Matched"), "p0"), in_buffer(post("x"), "p1")
    new, m, a = post("n", "Brand new", LATER), post("m", "Matched"), post("a", due=LATER + timedelta(days=1))
    world = replace(LOST, live=[*unknown, matched, asks])
    assert first(world, new, m, a).endswith("If it is none of them, add `repeat_of: {twitter: [u5, u6, p1]}`.")
    world = replace(LOST, live=[*unknown, matched])
    assert first(world, new, m).endswith(
        "`repeat_of: {twitter: [u5, u6]}`. If none of them is in the files, run `bufferctl state begin`: that answers "
        "for every entry."
    )


# -- what is late


LATE, OWNER = post("late", "Never sent", OVER), post("a", due=LATER)
EARLIER = published(post(due=OVER - timedelta(hours=1)), "p1", YOUNG)


def test_a_later_time_is_not_proposed_while_another_entry_is_in_question() -> None:
    """That is answered first; it has the candidate, so that nobody suggests a later day."""
    change = World(live=[EARLIER]).change(LATE, OWNER)
    assert (change.reason, change.hint, change.candidates) == (Reason.MISSED, "Answer `a` first.", ("p1",))


@pytest.mark.parametrize(
    ("world", "others"),
    [(World(live=[EARLIER]), [replace(OWNER, repeat_of=("p1",))]), (World(), [])],
    ids=["answered", "alone"],
)
def test_a_later_time_is_proposed_where_nothing_is_in_question(world: World, others: list[Post]) -> None:
    """Once the other entry is answered, or where there is none."""
    assert "later `due_at`" in first(world, LATE, *others)


def test_a_later_time_is_not_proposed_before_what_is_published_was_read() -> None:
    """It may be among that."""
    unread = World(unread=["c1"]).change(LATE)
    assert unread.reason is Reason.UNREAD
    assert "later" not in unread.hint


def test_a_later_time_is_proposed_beside_a_question_that_shows_nothing() -> None:
    """As that of an entry which is over."""
    past = replace(OWNER, due_at=SINCE - timedelta(days=1))
    lost = replace(LOST, live=[EARLIER])
    assert lost.verdicts(past, LATE) == {"a": Action.PAST, "late": Reason.MISSED}
    assert "later `due_at`" in first(lost, LATE, past)


EARLY = published(post(due=OVER - timedelta(hours=1)), "p1", YOUNG)
STOPPED = YOUNG - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("live", "item", "expected"),
    [
        (EARLY, post(due=OVER), STOPPED),
        (EARLY, post("renamed", due=OVER), STOPPED),
        (EARLY, post(due=OVER, repeat_of=("p1",)), NOW),
        (EARLY, post(text="Other words", due=OVER), NOW),
        (replace(EARLY, via="buffer"), post(due=OVER), NOW),
        (replace(EARLY, status=PostStatus.SCHEDULED), post(due=OVER), NOW),
        (replace(EARLY, created_at=OLD), post(due=OVER), NOW),
        (published(post(due=OVER), "p1", YOUNG), post(due=OVER), NOW),
    ],
    ids=[
        "same text",
        "another key",
        "answered",
        "other words",
        "by a person",
        "not published",
        "the state accounts for it",
        "it is adopted",
    ],
)
def test_the_horizon_stops_before_what_may_be_a_declared_post(live: LivePost, item: Post, expected: datetime) -> None:
    """A published one that came by the API and has the text of an entry without a claim, until it is answered."""
    world = World(live=[live])
    assert applied(world, world.plan(item)).homes["c1"].horizon == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (post(draft=True), STOPPED),
        (post(needs_approval=True), STOPPED),
        (post(), NOW),
        (post(draft=True, repeat_of=("p9",)), NOW),
    ],
    ids=["a draft", "to be approved", "scheduled", "answered"],
)
def test_the_horizon_stops_before_what_a_draft_would_repeat(item: Post, expected: datetime) -> None:
    """Somebody's published post, until the draft is scheduled: the question about it needs both."""
    theirs = published(post("x", due=OVER - timedelta(hours=1)), "p9", YOUNG, via="buffer", due_at=YOUNG)
    world = World(live=[in_buffer(item), theirs], state=record((item, in_buffer(item))))
    assert applied(world, world.plan(item)).homes["c1"].horizon == expected


# -- equal texts of a series


def tips(*weeks: int) -> list[Post]:
    """Occurrences with one text, so many weeks from now."""
    return [
        post(f"tip-{n}", "A tip", NOW + timedelta(weeks=each), expansion=Expansion(number=n, times=len(weeks)))
        for n, each in enumerate(weeks, 1)
    ]


def tips_there(*weeks: int) -> list[LivePost]:
    """Posts with this text: published ones, and scheduled ones."""
    made = [
        (published if each <= 0 else in_buffer)(post(text="A tip", due=NOW + timedelta(weeks=each)), f"p{each}", YOUNG)
        for each in weeks
    ]
    return sorted(made, key=lambda each: each.id)


def counted(there: list[LivePost], declared: list[Post], *others: Post) -> dict[str, str | None]:
    """The post of each occurrence."""
    plan = replace(LOST, live=there).plan(*declared, *others)
    changes: list[Change] = [c for c in plan.changes if c.address.key.startswith("tip-")]
    return {c.address.key: c.live_id if verdict(c) is not Reason.AMBIGUOUS else "asked" for c in changes}


def test_equal_texts_of_a_series_match_by_count() -> None:
    """Where some posts and some occurrences have no equal time, the oldest post is the first occurrence's."""
    moved = tips(0, 1, 2)
    assert counted(tips_there(-1, 0, 2), moved) == {"tip-1": "p-1", "tip-2": "p0", "tip-3": "p2"}
    assert counted(tips_there(-1, 0), moved) == {"tip-1": "p-1", "tip-2": "p0", "tip-3": None}


def test_equal_texts_of_a_series_go_by_their_times_where_these_tell() -> None:
    """Where all posts, or all occurrences, have an equal time."""
    assert counted(tips_there(0, 2), tips(0, 1, 2)) == {"tip-1": "p0", "tip-2": None, "tip-3": "p2"}
    assert counted(tips_there(-1, 0, 1), tips(0, 1)) == {"tip-1": "p0", "tip-2": "p1"}


MOVED = tips(0, 1, 2)


@pytest.mark.parametrize(
    ("there", "declared"),
    [
        (tips_there(-1, 0), [*MOVED, post("x", "A tip", LATER)]),
        (tips_there(-2, -1, 0, 2), MOVED),
        (tips_there(-1, 0), [*MOVED[:2], replace(MOVED[2], cancelled=True)]),
        ([replace(each, via="buffer") for each in tips_there(-1, 0)], MOVED),
        (tips_there(-1), [replace(MOVED[0], text="Another tip"), *MOVED[1:]]),
    ],
    ids=["another entry", "more posts", "a cancelled one", "a person's", "another text of the first"],
)
def test_equal_texts_of_a_series_are_not_counted_where_others_may_have_some(
    there: list[LivePost], declared: list[Post]
) -> None:
    """Another entry with this text, more posts than occurrences, a cancelled one, a person's: a question."""
    assert counted(there, declared)["tip-2"] == "asked"


def test_equal_texts_of_a_series_are_not_counted_on_a_recorded_home() -> None:
    """The state would have them."""
    world = replace(LOST, live=tips_there(-1, 0), state=record())
    assert world.verdict(MOVED[1], MOVED[0]) is Reason.AMBIGUOUS


def test_a_counted_post_that_is_not_out_gets_its_new_time() -> None:
    """An update of what is ours, as after any edit."""
    world = replace(LOST, live=tips_there(-1, 1))
    assert world.verdicts(*tips(0, 2)) == {"tip-1": Action.ADOPT, "tip-2": Action.UPDATE}


def test_what_a_correction_frees_of_unknown_age_counts_as_old() -> None:
    """Whatever the state knows of when it was created: it stays in question."""
    state = GUESSED.state
    bound = {at: replace(binding, created_at="") for at, binding in state.bindings.items()}
    world = replace(GUESSED, state=replace(state, bindings=bound))
    freed = world.plan(replace(ONE, existing="p2"), TWO).recording.freed
    assert freed == {"p1": LetGo("c1", datetime(1970, 1, 1, tzinfo=UTC), key=ANY)}
