"""The objects that the state accounts for, and how it moves on (design: The state)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bufferctl.limits import LEAD
from bufferctl.model import (
    IDEAS,
    Account,
    Address,
    Binding,
    Home,
    Horizon,
    LetGo,
    Likeness,
    LiveChannel,
    LiveIdea,
    LiveOrganization,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Service,
    Slot,
    State,
)
from bufferctl.plan import Action, Reason
from bufferctl.reconcile import (
    Targets,
    answer,
    begin,
    begin_anew,
    begin_homes,
    begin_run,
    move_on,
    reconcile,
    release,
)
from bufferctl.reconcile.horizons import declared_alike, follow_reconnected, sought
from bufferctl.reconcile.planning import by_slot

from .builders import (
    DUE,
    HOMES,
    HORIZON,
    LATER,
    LINKEDIN,
    NO_RECORD,
    NOW,
    OLD,
    OVER,
    TWITTER,
    YOUNG,
    World,
    asked,
    bindings,
    by_key,
    idea,
    idea_in_buffer,
    in_buffer,
    let_go,
    on_linkedin,
    post,
    published,
    queued,
    record,
    scene,
    slot,
    warnings,
)

SETTLE = timedelta(minutes=1)
REACHED = NOW - SETTLE
SINCE = NOW - timedelta(days=30)
A = slot(post())


# -- horizons


def test_an_older_record_keeps_what_it_knows_but_no_horizon() -> None:
    """Every home is unrecorded, listed or not; bindings, questions and released objects stay."""
    whole = record((post(), in_buffer(post())), questions={A: asked(Likeness.SAME_TIME, in_buffer(post()))})
    older = whole.unrecorded()
    assert {older.horizon(home, None).recorded for home in ("c1", "c2", "elsewhere")} == {False}
    assert (older.bindings, older.questions, older.let_go) == (whole.bindings, whole.questions, whole.let_go)
    assert (whole.has_begun, older.has_begun, NO_RECORD.has_begun) == (True, False, False)


LIVE = in_buffer(post(), created=OLD)


@pytest.mark.parametrize(
    ("live", "state", "since", "expected"),
    [
        (LIVE, record(), None, True),
        (in_buffer(post(), created=HORIZON), record(), None, True),
        (in_buffer(post(), created=YOUNG), record(), None, False),
        (LIVE, record(questions={A: asked(Likeness.SAME_TIME, LIVE)}), None, False),
        (LIVE, record(questions={A: asked(Likeness.SAME_TEXT, LIVE, may_be_ours=False)}), None, True),
        (in_buffer(post(), created=YOUNG), record(let_go=let_go(LIVE)), None, True),
        (LIVE, record(let_go=let_go(LIVE), questions={A: asked(Likeness.SAME_TIME, LIVE)}), None, False),
        (LIVE, NO_RECORD, None, False),
        (LIVE, NO_RECORD, NOW, True),
        (LIVE, NO_RECORD, SINCE, False),
        (published(post(due=OVER)), NO_RECORD, NOW - timedelta(minutes=1), True),
        (published(post(due=OVER)), NO_RECORD, OVER - timedelta(seconds=1), False),
        (published(post(due=OVER)), NO_RECORD, OVER, True),
        (published(post(due=OVER)), record(), None, True),
        (published(queued(), due_at=None), NO_RECORD, HORIZON, True),
        (idea_in_buffer(idea()), NO_RECORD, NOW, True),
        (idea_in_buffer(idea(), created=YOUNG), record(), None, False),
        (in_buffer(post(), created=YOUNG), record().unrecorded(), None, False),
    ],
    ids=[
        "before the horizon",
        "at the horizon",
        "after the horizon",
        "in question",
        "asked about, a stranger's",
        "let go",
        "let go, in question",
        "nothing recorded",
        "before managed_since",
        "after managed_since",
        "sent and due before managed_since",
        "sent, due after managed_since",
        "sent, due at managed_since",
        "sent on a recorded home, due after the horizon",
        "sent without a time",
        "an idea before",
        "an idea after",
        "an older state",
    ],
)
def test_what_the_record_accounts_for(
    live: LivePost | LiveIdea, state: State, since: datetime | None, expected: bool
) -> None:
    """Explained, or not."""
    assert scene(state, since).is_explained(live) == expected


@pytest.mark.parametrize(
    ("since", "state", "is_missing"),
    [(None, NO_RECORD, True), (SINCE, NO_RECORD, False), (None, record(), False), (None, record().unrecorded(), True)],
)
def test_a_missing_managed_since_is_warned_about_before_the_record_begins(
    since: datetime | None, state: State, is_missing: bool
) -> None:
    """Once, in a warning with its name."""
    plan = World(state=state, since=since).plan(post())
    assert warnings(plan).count("`managed_since` is not set") == int(is_missing)


TWELVE = [in_buffer(post(f"k{n}", f"Number {n}", DUE + timedelta(days=n)), f"p{11 - n:02}") for n in range(12)]


def named(*live: LivePost, files: Collection[Post] = ()) -> str:
    """The warnings of a plan without a state, with these posts in Buffer."""
    return warnings(World(live=live, state=NO_RECORD).plan(*files))


def test_what_may_have_been_removed_from_the_files_is_named_on_unrecorded_homes() -> None:
    """Ten by name in order of time, then a count; none of a person."""
    said = named(*TWELVE, in_buffer(post("x", "By hand", LATER), "p99", via="buffer"))
    assert "12 unsent posts created through the API that no file declares: 'Number 0' (p11)" in said
    assert "'Number 9' (p02) and 2 more" in said
    assert "p99" not in said


def test_what_has_no_time_is_named_first() -> None:
    """As a post that waits for approval."""
    waits = in_buffer(queued("d", "Some day"), "p12", status=PostStatus.NEEDS_APPROVAL, due_at=None)
    assert "'Some day' (p12), 'Number 0' (p11)." in named(*TWELVE[:1], waits)


@pytest.mark.parametrize(
    ("live", "files"),
    [
        (TWELVE[:1], [post("k0", "Edited", DUE)]),
        ([in_buffer(queued("d", "Some day", draft=True), "p12")], []),
    ],
    ids=["in question", "a draft"],
)
def test_what_was_not_removed_from_the_files_is_not_named(live: list[LivePost], files: list[Post]) -> None:
    """What is in question, or a draft."""
    assert "no file declares" not in named(*live, files=files)


def test_what_is_young_on_a_recorded_home_is_not_named() -> None:
    """The state would have it."""
    young = [replace(each, created_at=YOUNG) for each in TWELVE]
    assert "no file declares" not in warnings(World(live=young).plan())


def test_what_a_late_entry_may_be_is_named_all_the_same() -> None:
    """It will be published, and its question waits until the entry has another time."""
    plan = World(live=[in_buffer(post(due=LATER))], state=NO_RECORD, since=SINCE).plan(post(due=OVER))
    assert plan.recording.questions[A].postponed
    assert "1 unsent post created through the API that no file declares: 'We are live' (p1)" in warnings(plan)


def test_channels_that_were_not_read_far_enough_are_named() -> None:
    """Those of the files."""
    said = warnings(World(unread=["c1", "c9"]).plan(post()))
    assert "Not all published posts of twitter:acme could be read" in said
    assert "Not all published posts" not in warnings(World(unread=["c9"]).plan(post()))


# -- let go, until the horizon passes it


FREED = in_buffer(post(), created=YOUNG)
RELEASED = release(record((post(), FREED)), A)


def test_what_leaves_the_record_by_name_is_let_go_with_its_address() -> None:
    """No longer bound, but accounted for."""
    assert A not in RELEASED.bindings
    assert RELEASED.let_go == {"p1": LetGo("c1", YOUNG, "a")}
    assert scene(RELEASED).is_explained(FREED)


def test_what_was_let_go_stays_so_until_it_is_gone() -> None:
    """While other posts are planned."""
    assert moved(World(state=RELEASED), post("b", "b")).let_go == RELEASED.let_go
    assert moved(World(state=RELEASED, gone=["p1"]), post("b", "b")).let_go == {}


def test_what_was_let_go_stays_so_until_its_address_has_a_post_again() -> None:
    """Another one than it had."""
    other = in_buffer(post(), "p2")
    again = replace(RELEASED, bindings=bindings((post(), other)))
    assert moved(World(live=[other], state=again), post()).let_go == {}


@pytest.mark.parametrize(
    ("let_go", "unread", "stays"),
    [
        (LetGo("c1", YOUNG), ["c1"], True),
        (LetGo("c1", YOUNG), [], False),
        (LetGo("c7", OLD), [], True),
        (LetGo("c1", REACHED), [], False),
    ],
    ids=["not read", "read", "of a home that is not read", "just reached"],
)
def test_what_has_no_address_stays_let_go_until_the_horizon_passes_it(
    let_go: LetGo, unread: list[str], stays: bool
) -> None:
    """Where its home is read whole."""
    state = replace(RELEASED, let_go={"p1": let_go})
    found = moved(World(state=state, unread=unread), post("b", "b")).let_go
    assert found == ({"p1": let_go} if stays else {})


def test_what_has_no_address_stays_let_go_on_an_unrecorded_home() -> None:
    """If that is not read, either."""
    unrecorded = State(let_go={"p1": LetGo("c1", YOUNG)})
    assert moved(World(state=unrecorded, unread=["c1"]), post("b", "b")).let_go == unrecorded.let_go


def test_a_binding_without_a_creation_is_let_go_as_an_old_one() -> None:
    """No longer bound, and kept for its address alone."""
    state = release(State(bindings={A: Binding("p1", Origin.CREATED)}), A)
    assert (state.bindings, state.let_go) == ({}, {"p1": LetGo("c1", datetime(1970, 1, 1, tzinfo=UTC), "a")})


STAYS = in_buffer(post())
ADOPTED = World(live=[STAYS], state=record((post(), STAYS), origin=Origin.ADOPTED))


def removed(world: World) -> State:
    """The state of `ADOPTED` after its entry was removed, and then what this world shows."""
    plan = ADOPTED.plan(post("b", "b", LATER))
    (change,) = (change for change in plan.changes if change.address.key == "a")
    assert change.binding is not None
    kept = replace(world, state=replace(ADOPTED.state, bindings={A: change.binding}))
    return move_on(kept.state, kept.plan(post("b", "b", LATER)), kept.reading, settle=SETTLE)


def test_what_stays_in_buffer_is_kept() -> None:
    """An adopted post whose entry was removed is retired, not released."""
    plan = ADOPTED.plan(post("b", "b", LATER))
    (change,) = (change for change in plan.changes if change.address.key == "a")
    assert change.binding is not None
    assert (change.action, change.binding.retired) == (Action.FORGET, True)
    assert begin_run(ADOPTED.state, plan).let_go == {}


def test_the_publication_of_what_stays_in_buffer_is_recorded() -> None:
    """So that it stays after the post is gone: its text is not new."""
    after = removed(replace(ADOPTED, live=[replace(STAYS, status=PostStatus.SENT)]))
    assert after.bindings[A].status == PostStatus.SENT
    gone = replace(ADOPTED, state=after, live=[], gone=["p1"])
    once = move_on(after, gone.plan(post("b", "b", LATER)), gone.reading, settle=SETTLE)
    assert once.bindings == after.bindings


def test_what_stayed_in_buffer_is_forgotten_once_it_is_gone() -> None:
    """Before it was published."""
    assert A not in removed(replace(ADOPTED, live=[], gone=["p1"])).bindings


def test_what_is_tracked_is_recorded_by_its_own_change_alone() -> None:
    """Still scheduled in the state after a run that left it out; still tracked, and held, once it is gone."""
    world = World(live=[published(post())], state=record((post(), in_buffer(post()))))
    after = move_on(world.state, world.plan(post()), world.reading, settle=SETTLE)
    assert after.bindings[A].status == PostStatus.SCHEDULED
    gone = replace(world, live=[], gone=["p1"])
    kept = move_on(gone.state, gone.plan(post()), gone.reading, settle=SETTLE)
    assert replace(gone, state=kept).verdict(post()) is Reason.GONE


def test_a_renamed_object_keeps_its_former_slots() -> None:
    """Until another object is declared there, or no entry has the object any more."""
    live = in_buffer(post())
    state = record((post(), live))
    renamed = post("b", was="a")
    plan = World(live=[live], state=state).plan(renamed)
    begun = begin_run(state, plan)
    assert begun.former == {A: "p1"}
    moved = replace(begun, bindings={slot(renamed): state.bindings[A]})
    other = World(live=[live], state=moved).plan(renamed, post("a", "Another", LATER))
    assert begin_run(moved, other).former == {}
    assert begin_run(replace(moved, bindings={}), World().plan()).former == {}


# -- reconnected channels

NEW_TWITTER = replace(TWITTER, id="c9")


def account(*channels: LiveChannel) -> Account:
    return Account((LiveOrganization("o1", "Acme", channels),))


def test_claims_pass_to_a_channel_that_was_reconnected() -> None:
    """Everything under the old id moves to the new one: bindings, horizon, questions, released and past objects."""
    there = in_buffer(post(), created=YOUNG)
    b = slot(post("b"))
    state = record(
        (post(), there),
        questions={b: asked(Likeness.SAME_TIME, there)},
        let_go=let_go(there),
        past=frozenset({b}),
    )
    moved = follow_reconnected(state, account(NEW_TWITTER, LINKEDIN))
    now = [each._replace(channel_id="c9") for each in (A, b)]
    assert (list(moved.bindings), list(moved.questions), moved.past) == ([now[0]], [now[1]], frozenset({now[1]}))
    assert moved.homes["c9"] == replace(HOMES[0], channel_id="c9")
    assert "c1" not in moved.homes
    assert moved.let_go["p1"].home == "c9"


def test_one_of_several_channels_was_reconnected() -> None:
    """Its claims pass on, whatever is listed before it; those of the others stay as they are."""
    item = on_linkedin(post())
    out = on_linkedin(post("out", "Out", OVER))
    state = record((post(), in_buffer(post())), (item, in_buffer(item, "p2")), (out, published(out, "p3")))
    moved = follow_reconnected(state, account(TWITTER, replace(LINKEDIN, id="c8")))
    there, then = (slot(each)._replace(channel_id="c8") for each in (item, out))
    assert moved.bindings == {
        A: state.bindings[A],
        there: replace(state.bindings[slot(item)], reconnected=True),
        then: state.bindings[slot(out)],
    }
    assert moved.homes.keys() == {"c1", "c8", "o1"}


@pytest.mark.parametrize(
    "channels",
    [
        (TWITTER, LINKEDIN),
        (LINKEDIN,),
        (replace(NEW_TWITTER, name="acme_jobs"), LINKEDIN),
        (replace(NEW_TWITTER, service=Service.BLUESKY), LINKEDIN),
        (NEW_TWITTER, replace(NEW_TWITTER, id="c8"), LINKEDIN),
        (replace(NEW_TWITTER, is_disconnected=True), LINKEDIN),
    ],
    ids=["still there", "no other", "another handle", "another service", "two of them", "the new one is disconnected"],
)
def test_claims_stay_where_no_channel_took_the_place(channels: tuple[LiveChannel, ...]) -> None:
    """The same record."""
    state = record((post(), in_buffer(post())))
    assert follow_reconnected(state, account(*channels)) is state


ON_OLD = record((post(), in_buffer(post())))


def test_a_disconnected_channel_gives_way_to_a_connected_one() -> None:
    """What it has goes on there."""
    moved = follow_reconnected(ON_OLD, account(replace(TWITTER, is_disconnected=True), NEW_TWITTER))
    assert list(moved.bindings) == [A._replace(channel_id="c9")]


def test_what_the_reconnected_channel_has_already_stays() -> None:
    """It is not replaced by what the earlier one had."""
    new = {A._replace(channel_id="c9"): Binding("p7", Origin.CREATED)}
    both = replace(ON_OLD, bindings={**ON_OLD.bindings, **new})
    assert follow_reconnected(both, account(NEW_TWITTER)).bindings == new


def test_the_channel_of_another_organization_is_never_used() -> None:
    """The state stays as it is."""
    elsewhere = Account((LiveOrganization("o2", "Beta", (replace(NEW_TWITTER, organization_id="o2"),)),))
    assert follow_reconnected(ON_OLD, elsewhere) is ON_OLD


def test_sent_stays_done_and_unsent_holds_as_deleted_after_a_reconnect() -> None:
    """Done and held, whether the old channel is still listed or its posts are no longer shown."""
    over = post("over", "Over", OVER)
    old = [in_buffer(post()), published(over, "p2")]
    state = record((post(), old[0]), (over, old[1]))
    channels = (replace(TWITTER, is_disconnected=True), LINKEDIN)
    moved = follow_reconnected(state, account(*channels, NEW_TWITTER))
    for live, gone in ((old, []), ([], ["p1"])):
        world = World(live=live, state=moved, gone=gone, channels=(NEW_TWITTER, LINKEDIN))
        verdicts = {c.address.key: c.reason or c.action for c in world.plan(post(), over).changes}
        assert verdicts == {"a": Reason.GONE, "over": Action.DONE}


def test_what_the_earlier_connection_published_is_done() -> None:
    """Also if that is not recorded yet, and Buffer still lists it on the old channel."""
    state = record((queued(), in_buffer(queued())))
    moved = follow_reconnected(state, account(NEW_TWITTER, LINKEDIN))
    for live, expected in ((published(queued()), Action.DONE), (in_buffer(queued()), Reason.GONE)):
        world = World(live=[live], state=moved, channels=(NEW_TWITTER, LINKEDIN))
        assert [each.reason or each.action for each in world.plan(queued()).changes] == [expected]


def test_what_was_due_before_a_reconnect_may_be_published() -> None:
    """A queue post of the old connection; a draft and a post that is not due yet can only have been deleted."""
    over, draft = queued("q", "In the queue"), queued("d", "A draft", draft=True)
    state = record((over, in_buffer(over, "p1")), (draft, in_buffer(draft, "p2")), (post(), in_buffer(post(), "p3")))
    moved = follow_reconnected(state, account(NEW_TWITTER, LINKEDIN))
    world = World(state=moved, gone=["p1", "p2", "p3"], channels=(NEW_TWITTER, LINKEDIN))
    messages = {c.address.key: "may have been published" in c.message for c in world.plan(over, draft, post()).changes}
    assert messages == {"q": True, "d": False, "a": False}


# -- begin_run: before anything is sent


def test_a_run_lists_its_homes_first() -> None:
    """Without a horizon if it had none; with it if it had one. Listed homes stay."""
    plan = World(state=NO_RECORD).plan(post(), idea())
    begun = begin_run(NO_RECORD, plan)
    assert {home.id: home.horizon for home in begun.homes.values()} == {"c1": None, "c2": None, "o1": None}
    assert (begun.homes["c1"].service, begun.homes["c1"].handle) == ("twitter", "acme")
    gone = Home("o1", "c7", HORIZON)
    state = replace(record(), homes={**record().homes, "c7": gone})
    assert begin_run(state, plan).homes == state.homes


def test_a_home_that_a_whole_record_did_not_list_starts_from_there_once_it_is_listed() -> None:
    """From the last whole apply, whether a run or an answer lists it: none of our objects existed there before."""
    state = State(homes={"c1": HOMES[0]}, complete_at=HORIZON)
    item = on_linkedin(post())
    begun = begin_run(state, World(state=state).plan(item))
    answered = answer(state, slot(item), bindings((item, in_buffer(item)))[slot(item)])
    for after in (begun, answered):
        assert after.horizon("c2", None) == state.horizon("c2", None) == Horizon(HORIZON, recorded=True)


def test_homes_that_only_the_record_has_are_covered_too() -> None:
    """The channel and the ideas of bound objects; not a channel that was not read."""
    a_post, an_idea = in_buffer(post()), idea_in_buffer(idea())
    state = record((post(), a_post), (idea(), an_idea))
    state = replace(state, bindings={**state.bindings, Slot("o1", "c7", "x"): Binding("p7", Origin.CREATED)})
    homes = World(live=[a_post, an_idea], state=state).plan().recording.homes
    assert {home.id for home in homes} == {"c1", "c2", "o1"}


def test_a_channel_that_only_the_record_has_is_covered_too() -> None:
    """With the service and handle that Buffer shows, and the declared channel."""
    world = World(state=record((post(), in_buffer(post()))))
    targets = Targets(world.targets.organizations, {("Acme", "linkedin:acme-inc"): LINKEDIN})
    plan = reconcile(world.desired(), world.reading, world.state, targets, endpoint="https://x.example")
    assert {(home.id, home.service, home.handle) for home in plan.recording.homes} == {
        ("c1", "twitter", "acme"),
        ("c2", "linkedin", "acme-inc"),
    }


B, GONE, ELSEWHERE = slot(post("b")), slot(post("removed")), Slot("o1", "c7", "a")
NINTH = in_buffer(post("x"), "p9")
OPEN = asked(Likeness.SAME_TIME, NINTH)


@pytest.mark.parametrize(
    ("before", "of", "after"),
    [
        ({B, GONE}, {A, B}, {A}),
        ({B, GONE}, {A}, {A, B, GONE}),
        ({B, GONE}, {B}, {GONE}),
        ({GONE, ELSEWHERE}, {A, B}, {A, ELSEWHERE}),
    ],
    ids=["whole", "narrowed to the new question", "narrowed to the answered one", "of a home that it left out"],
)
def test_a_run_keeps_the_questions_of_its_plan(before: set[Slot], of: set[Slot], after: set[Slot]) -> None:
    """New ones are added, answered ones removed; those outside a narrowed plan stay, or on a home that it left out."""
    state = replace(record(questions={B: OPEN, GONE: OPEN}), let_go=let_go(NINTH))
    plan = World(live=[in_buffer(post(text="Other"), created=YOUNG)], state=state).plan(post(), post("b", "b", LATER))
    narrowed = plan if of == {A, B} else plan.narrow(lambda change: change.slot in of)
    assert begin_run(replace(state, questions=dict.fromkeys(before, OPEN)), narrowed).questions.keys() == after


def test_a_run_lets_go_of_no_candidate_that_nobody_ruled_out() -> None:
    """Of a post that is gone: its question stays, with all of them."""
    other = in_buffer(post("x", "Other"), "p2", YOUNG)
    world = World(live=[other], state=record((post(), in_buffer(post()))), gone=["p1"])
    asks = replace(world.state, questions=world.plan(post()).recording.questions)
    after = begin_run(asks, replace(world, state=asks).plan(post()))
    assert (after.let_go, after.questions[A].candidates) == ({}, {"p2": YOUNG})


def test_a_plan_of_no_home_completes_nothing() -> None:
    """The state is as complete as before."""
    plan = World().plan(post())
    nothing = replace(plan, recording=replace(plan.recording, homes=()))
    assert move_on(record(), nothing, World().reading, settle=SETTLE).complete_at == HORIZON


def test_a_run_remembers_what_is_past() -> None:
    """The address, added to the earlier ones."""
    over, other = post(due=OVER), slot(post("b"))
    plan = World(state=NO_RECORD).plan(over)
    assert begin_run(State(past=frozenset({other})), plan).past == {A, other}


# -- move_on: after it


def moved(world: World, *items: Post, state: State | None = None, open_homes: Collection[str] = ()) -> State:
    """The state after the plan for `items` was carried out."""
    return move_on(state or world.state, world.plan(*items), world.reading, settle=SETTLE, open_homes=open_homes)


def horizons(state: State) -> dict[str, datetime | None]:
    return {home.id: home.horizon for home in state.homes.values()}


def test_horizons_move_to_the_last_reading() -> None:
    """Minus the settle time, on every home in the plan; a whole state begins."""
    after = moved(World(state=NO_RECORD), post())
    assert horizons(after) == {"c1": REACHED, "c2": REACHED}
    assert after.complete_at == REACHED
    assert after.horizon("not declared then", None) == Horizon(REACHED, recorded=True)


def test_a_horizon_never_moves_back() -> None:
    """Stays where it is."""
    assert horizons(moved(World(state=record(horizon=NOW)), post()))["c1"] == NOW


@pytest.mark.parametrize(
    ("world", "item", "open_homes"),
    [
        (World(unread=["c1"]), post(), ()),
        (World(), post(), ("c1",)),
        (World(unread=["c1"]), queued(), ()),
        (World(state=record((post(), in_buffer(post())))), post(text="Edited"), ()),
        (World(live=[in_buffer(post(), created=YOUNG)]), post(), ()),
        (World(live=[in_buffer(post("b"))], state=record((post("b"), in_buffer(post("b"))))), post(was="b"), ()),
    ],
    ids=["not read", "an open intent", "held as unread", "an edit held as unread", "not adopted yet", "not moved yet"],
)
def test_a_horizon_stays_where_something_of_ours_may_be_unbound(
    world: World, item: Post, open_homes: tuple[str, ...]
) -> None:
    """On that home only; the state is not whole then."""
    after = moved(world, item, open_homes=open_homes)
    assert horizons(after) | {"o1": HORIZON} == {"c1": HORIZON, "c2": REACHED, "o1": HORIZON}
    assert after.complete_at == HORIZON


def test_once_it_is_recorded_a_match_holds_nothing_back() -> None:
    """Moved on."""
    world = World(live=[in_buffer(post(), created=YOUNG)])
    change = world.change(post())
    assert change.binding is not None
    bound = replace(world.state, bindings={A: change.binding})
    assert horizons(moved(world, post(), state=bound))["c1"] == REACHED


def test_a_question_holds_no_horizon_back() -> None:
    """Moved on, with the question in the state; the candidate stays in question though the horizon passed it."""
    live = in_buffer(post(text="Other"), created=YOUNG)
    after = moved(World(live=[live]), post())
    assert horizons(after)["c1"] == REACHED
    assert not scene(after).is_explained(live)
    assert World(live=[live], state=after).verdict(post(due=LATER)) is Reason.AMBIGUOUS


def test_without_a_date_from_buffer_the_youngest_creation_is_as_far_as_it_goes() -> None:
    """Each home up to its own youngest object; unchanged if nothing was read."""
    world = World(live=[in_buffer(post(), created=YOUNG), in_buffer(post("b"), "p2", OLD)], state=record(horizon=None))
    reading = replace(world.reading, began=None)
    plan = World(state=record()).plan()
    after = move_on(record(horizon=None), plan, reading, settle=SETTLE)
    assert horizons(after) == {"c1": YOUNG, "c2": None, "o1": None}
    assert after.complete_at is None
    assert horizons(move_on(record(), plan, reading, settle=SETTLE)) == {"c1": YOUNG, "c2": HORIZON, "o1": HORIZON}


# -- begin: a person's word


def begun(world: World, *items: Post, homes: tuple[str, ...] = ("c1", "c2"), state: State | None = None) -> State:
    return begin(state or world.state, world.plan(*items), world.reading, homes=homes, settle=SETTLE)


def test_begin_binds_what_matches_and_moves_the_horizons() -> None:
    """Bound, and accounted for from then on."""
    other = in_buffer(post("x", "Other", LATER), "p9")
    world = World(live=[in_buffer(post()), other], state=NO_RECORD)
    after = begun(world, post())
    assert by_key(after) == {"a": "p1"}
    assert (horizons(after), after.complete_at, after.let_go) == ({"c1": REACHED, "c2": REACHED}, REACHED, {})
    assert scene(after).is_explained(other)


def test_begin_lets_go_of_what_it_named() -> None:
    """Only these are created, next to an unclaimed object younger than the new horizon, on the selected homes."""
    young, at_horizon = in_buffer(post("x", "Other"), "p9", NOW), in_buffer(post("y", "Then"), "p8", REACHED)
    world = World(live=[young, at_horizon], state=NO_RECORD)
    after = begun(world, post())
    assert after.let_go == let_go(young)
    assert replace(world, state=after).verdict(post()) is Action.CREATE
    assert begun(world, post(), homes=("c2",)).let_go == {}


def test_begin_answers_what_was_asked_there() -> None:
    """Closed on the selected home, and its candidate is released; kept on the other one."""
    live = in_buffer(post(text="Other"), "p9", OLD)
    question = asked(Likeness.SAME_TIME, live)
    state = record(questions={A: question, slot(on_linkedin(post())): question})
    after = begun(World(live=[live], state=state), post(), homes=("c1",))
    assert after.questions == {slot(on_linkedin(post())): question}
    assert World(live=[live], state=replace(after, questions={})).verdict(post()) is Action.CREATE


ON_TWITTER, ON_LINKEDIN = in_buffer(post()), in_buffer(on_linkedin(post()), "p2")
ON_BOTH = World(
    live=[ON_TWITTER, ON_LINKEDIN],
    state=replace(record(), let_go={"p1": LetGo("c1", OLD, "a"), "p2": LetGo("c2", OLD, "a")}),
)


def test_what_was_let_go_may_be_of_its_entry_before_begin() -> None:
    """On both homes."""
    edited = post(text="Edited")
    assert ON_BOTH.verdict(edited) is ON_BOTH.verdict(on_linkedin(edited)) is Reason.AMBIGUOUS


def test_begin_says_that_what_was_let_go_is_of_no_entry_there() -> None:
    """Created; on the other home its address may still be the one that it had."""
    edited = post(text="Edited")
    after = begun(ON_BOTH, edited, on_linkedin(edited), homes=("c1",))
    assert after.let_go == {"p1": LetGo("c1", OLD), "p2": LetGo("c2", OLD, "a")}
    again = replace(ON_BOTH, state=after)
    assert (again.verdict(edited), again.verdict(on_linkedin(edited))) == (Action.CREATE, Reason.AMBIGUOUS)


def test_begin_on_some_homes_leaves_the_others() -> None:
    """No binding and no move there; the state is not whole."""
    there = [in_buffer(post()), in_buffer(on_linkedin(post()), "p2")]
    after = begun(World(live=there, state=NO_RECORD), post(), on_linkedin(post()), homes=("c1",))
    assert [place.channel_id for place in after.bindings] == ["c1"]
    assert horizons(after) == {"c1": REACHED}
    assert after.complete_at is None
    past = post(due=OVER)
    assert begun(World(state=NO_RECORD), past, on_linkedin(past), homes=("c1",)).past == {A}


def test_begin_takes_a_move_and_remembers_what_is_past() -> None:
    """Only the new key is bound."""
    old = post("old")
    world = World(live=[in_buffer(old)], state=record((old, in_buffer(old))))
    assert by_key(begun(world, post(was="old"))) == {"a": "p1"}
    assert begun(World(state=NO_RECORD), post(due=OVER)).past == {A}


def test_begin_without_a_date_from_buffer() -> None:
    """Up to the youngest creation; unchanged if nothing was read."""
    world = World(live=[in_buffer(post())], state=NO_RECORD)
    reading = replace(world.reading, began=None)
    after = begin(NO_RECORD, world.plan(post()), reading, homes=("c1", "c2"), settle=SETTLE)
    assert horizons(after) == {"c1": OLD}


def test_homes_begin_only_once() -> None:
    """Those without a horizon get one, listed or not; the others keep theirs."""
    state = State(homes={"c1": HOMES[0], "c2": replace(HOMES[1], horizon=None)})
    after = begin_homes(state, HOMES, REACHED)
    assert horizons(after) == {"c1": HORIZON, "c2": REACHED, "o1": REACHED}


def test_a_new_record_lists_everything() -> None:
    """Each channel and each organization's ideas, complete up to now."""
    new = begin_anew(account(TWITTER, LINKEDIN), REACHED)
    assert horizons(new) == {"c1": REACHED, "c2": REACHED, "o1": REACHED}
    assert (new.complete_at, new.homes["o1"].channel_id) == (REACHED, IDEAS)


# -- answer, and what is asked for by id


def test_an_answer_binds_one_and_lets_the_others_go() -> None:
    """The question is closed, the home is listed without a horizon; the chosen object is not released."""
    it, another = in_buffer(post(), "p1", YOUNG), in_buffer(post("x"), "p2", YOUNG)
    binding = bindings((post(), it))[A]
    question, other_slot = asked(Likeness.SAME_TIME, it, another), slot(post("b"))
    others = {other_slot: asked(Likeness.SAME_TIME, it)}
    state = State(questions={A: question, **others}, let_go=let_go(it))
    after = answer(state, A, binding)
    assert after.bindings == {A: binding}
    assert after.questions == others
    assert after.let_go == {"p2": LetGo("c1", YOUNG)}
    both = answer(replace(state, questions={A: question, other_slot: question}), A, binding)
    assert both.let_go == {}, "the other question is about it, too"
    assert horizons(after) == {"c1": None}
    assert horizons(answer(record(), A, binding)) == horizons(record())


def test_an_answer_where_nothing_was_asked() -> None:
    """Bound."""
    assert by_key(answer(record(), A, bindings((post(), in_buffer(post())))[A])) == {"a": "p1"}


@pytest.mark.parametrize(
    ("items", "more"),
    [
        ([post("q")], {"p5": OLD}),
        ([post("q", due=OVER)], {}),
        ([post("x", existing="p8")], {"p8": None}),
        ([post(existing="p8")], {"p8": None}),
        ([post("b", existing="p8")], {}),
        ([post("r")], {"p9": OLD}),
        ([post("r", due=OVER), post("s", was="r")], {"p9": OLD}),
    ],
    ids=["asked", "asked, over", "named", "named in place of p1", "named, bound", "let go", "let go, renamed"],
)
def test_what_no_list_shows_is_asked_for_by_id(items: list[Post], more: dict[str, datetime | None]) -> None:
    """Bound objects not seen as published, candidates, and what an entry names; no ideas."""
    desired = by_slot(SCARCE.desired(*items), SCARCE.targets)
    assert sought(SCARCE.reading, SCARCE.state, desired, lead=LEAD) == {**UNSEEN, **more}


def test_no_id_is_asked_for_on_a_channel_that_was_not_read() -> None:
    """Whatever an entry there names."""
    elsewhere = {slot(post("q"))._replace(channel_id="c7"): post("q", existing="p8")}
    assert sought(SCARCE.reading, SCARCE.state, elsewhere, lead=LEAD) == UNSEEN


def scarce() -> World:
    """One bound post in the reading, many of which only the state knows."""
    over, claimed = post("over", due=OVER), post("claimed", due=OVER)
    state = record(
        (post(), in_buffer(post())),
        (post("b"), in_buffer(post("b"), "p2")),
        (over, published(over, "p3")),
        (claimed, published(claimed, "p4")),
        (idea(), idea_in_buffer(idea())),
        questions={
            slot(post("q")): asked(Likeness.SAME_TIME, in_buffer(post("q"), "p5"), in_buffer(post("q"), "p2")),
            Slot("o1", "c7", "q"): asked(Likeness.SAME_TIME, in_buffer(post("q"), "p6")),
        },
        let_go={"p9": LetGo("c1", OLD, "r"), "p10": LetGo("c1", OLD)},
    )
    held = {slot(claimed): replace(state.bindings[slot(claimed)], applied="")}
    unknown = {slot(post("u")): Binding("p7", Origin.CREATED, applied="x")}
    return World(
        live=[in_buffer(post("b"), "p2")], state=replace(state, bindings={**state.bindings, **held, **unknown})
    )


SCARCE = scarce()
#: What is bound there, but neither read nor seen as published.
UNSEEN: dict[str, datetime | None] = {"p1": OLD, "p4": OLD, "p7": None}


def test_the_address_of_a_binding() -> None:
    """As last declared, otherwise by ids."""
    binding = bindings((post(), in_buffer(post())))[A]
    assert binding.address_in(A) == Address("Acme", "twitter:acme", "a")
    assert replace(binding, address="").address_in(A) == Address("o1", "c1", "a")


def test_other_organizations_of_a_record_are_left_alone() -> None:
    """No changes for organizations that were not read."""
    there = replace(bindings((post(), in_buffer(post())))[A], id="p7")
    state = replace(record(), bindings={Slot("o9", "c9", "a"): there})
    assert World(state=state).plan(post("b", "b", LATER)).changes[0].address.key == "b"
    assert len(World(state=state).plan(post("b", "b", LATER)).changes) == 1


TWIN = in_buffer(post(), "p2", YOUNG)


def warned(ours: LivePost, *live: LivePost, of: Post) -> bool:
    """Whether a plan for what we have warns about a twin of it."""
    said = warnings(World(live=[ours, *live], state=record((of, ours))).plan(of))
    return "p2, which equals Acme/twitter:acme/a (p1)" in said


@pytest.mark.parametrize(
    ("twin", "expected"),
    [
        (TWIN, True),
        (replace(TWIN, due_at=LATER), False),
        (replace(TWIN, status=PostStatus.SENT), False),
        (replace(TWIN, text="Other"), False),
    ],
    ids=["unsent", "at another time", "published", "another text"],
)
def test_surplus_twins_are_warned_about(twin: LivePost, expected: bool) -> None:
    """An unsent, undeclared equal of one of ours; not a published one, or one at another time."""
    assert warned(in_buffer(post()), twin, of=post()) is expected


def test_surplus_twins_in_a_queue_are_warned_about() -> None:
    """At any time, as long as ours is unsent."""
    twin = in_buffer(queued(), "p2", YOUNG)
    assert warned(in_buffer(queued()), twin, of=queued())
    out = published(queued())
    said = warnings(World(live=[out, twin], state=record((queued(), out))).plan(queued()))
    assert "which equals" not in said


def test_what_was_let_go_is_not_ours_again() -> None:
    """Adopted at most: a person has said that it is not managed here."""
    young = in_buffer(post(), created=YOUNG)
    record_lost = scene(State(), YOUNG - timedelta(days=1))
    assert record_lost.is_managed(young)
    assert not scene(State(let_go={"p1": LetGo("c1", YOUNG)}), YOUNG - timedelta(days=1)).is_managed(young)


def test_what_was_past_is_not_once_it_got_a_time_to_come() -> None:
    """Forgotten, so it is missed, not past, when that time passes, too."""
    state = replace(record(), past=frozenset({A}))
    assert begin_run(state, World(state=state).plan(post(due=LATER))).past == frozenset()


def test_entries_that_another_checkout_declares_alike() -> None:
    """They are that one's from now on; not what it declares otherwise, and not what it does not declare."""
    items = [post(key, f"Text of {key}") for key in ("alike", "other", "gone")]
    live = [in_buffer(each, f"p-{each.address.key}") for each in items]
    known = record(*zip(items, live, strict=True))
    state = replace(known, bindings={each: replace(was, commit="c1") for each, was in known.bindings.items()})
    plan = World(live=live, state=state).plan(items[0], replace(items[1], text="Other words"))
    kept = replace(plan, changes=tuple(replace(each, action=Action.NO_OP) for each in plan.changes))
    for contained, expected in (([], {"alike"}), (["c1"], set())):
        after = declared_alike(state, kept, "c2", contained)
        assert {each.key for each, binding in after.bindings.items() if binding.is_in({"c2"})} == expected


def test_what_does_not_exist_is_not_sought() -> None:
    """Buffer said so before."""
    gone = World(state=record((post(), in_buffer(post()))), gone=["p1"])
    assert sought(gone.reading, gone.state, {}, lead=LEAD) == {}
    assert sought(replace(gone, gone=[]).reading, gone.state, {}, lead=LEAD).keys() == {"p1"}
