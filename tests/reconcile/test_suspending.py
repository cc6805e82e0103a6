"""Suspensions and freezes in a plan: what goes back, what is let out, what goes out all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bufferctl.model import (
    DraftPost,
    EditPost,
    Freeze,
    LivePost,
    Origin,
    Policy,
    Post,
    PostStatus,
    Settings,
    ShareMode,
    Slot,
    Suspended,
    bind,
    instant,
)
from bufferctl.plan import Action, Cause, Change, Reason
from bufferctl.reconcile import Options, Targets, holds, reconcile
from bufferctl.reconcile.repeats import hold_replacements

from .builders import (
    DUE,
    LATER,
    LINKEDIN,
    NO_RECORD,
    NOW,
    OVER,
    TWITTER,
    YOUNG,
    World,
    bindings,
    in_buffer,
    post,
    published,
    record,
    slot,
    verdict,
    warnings,
)

ITEM = post()
BEGAN = NOW - timedelta(days=1)
SLOT = slot(ITEM)


def taken_off(item: Post = ITEM, origin: Origin = Origin.CREATED, suspended: Suspended | None = None) -> World:
    """A post that a suspension took off the schedule."""
    there = in_buffer(item)
    known = record((item, there), origin=origin)
    bound = {key: replace(each, taken_from=instant(item.due_at) or "queue") for key, each in known.bindings.items()}
    draft = replace(there, status=PostStatus.DRAFT)
    suspensions = {SLOT: suspended} if suspended else {}
    return World(live=[draft], state=replace(known, bindings=bound, suspended=suspensions))


@pytest.mark.parametrize(
    ("origin", "expected"),
    [(Origin.CREATED, Action.UPDATE), (Origin.IMPORTED, Action.UPDATE), (Origin.ADOPTED, Reason.ADOPTED)],
)
def test_what_a_suspension_took_off_goes_back(origin: Origin, expected: Action | Reason) -> None:
    """As a draft it may be a person's where the object is not ours."""
    change = taken_off(origin=origin).change(ITEM)
    assert verdict(change) is expected
    assert change.cause is Cause.RESUMED


@pytest.mark.parametrize(
    ("item", "said", "back_to"),
    [
        (ITEM, "", ""),
        (replace(ITEM, due_at=None, mode=ShareMode.ADD_TO_QUEUE), "It goes to the end of its queue", "queue"),
        (replace(ITEM, needs_approval=True), "It had been approved; approval is asked for again", ""),
    ],
    ids=["at its time", "in its queue", "to be approved"],
)
def test_where_a_post_goes_back_to_after_a_suspension(item: Post, said: str, back_to: str) -> None:
    """On the schedule, as its file says; no word of what was taken off, but of what happens otherwise than before."""
    change = taken_off(item).change(item)
    assert isinstance(change.write, EditPost)
    assert (change.write.reschedule, change.write.back_to, change.message) == (True, back_to, said)


def test_a_post_that_was_edited_while_suspended_goes_back_edited() -> None:
    """The plan says what Buffer does not show of the edit, and nothing of its way back."""
    item = replace(ITEM, due_at=None, mode=ShareMode.ADD_TO_QUEUE)
    change = taken_off(item).change(replace(item, source="a newsletter"))
    assert change.cause is Cause.RESUMED
    assert change.message == "Buffer does not show `source`, so only the new version is shown here"


@pytest.mark.parametrize(
    ("suspended", "hold"),
    [
        (None, holds.MISSED_WHILE_SUSPENDED),
        (Suspended(BEGAN), holds.MISSED_WHILE_SUSPENDED),
        (Suspended(BEGAN, is_over=True), holds.MISSED_AFTERWARDS),
    ],
    ids=["unknown", "suspended", "over"],
)
def test_when_a_suspended_post_missed_its_time(suspended: Suspended | None, hold: holds.Hold) -> None:
    """While it was suspended, or after that, before it was scheduled."""
    item = replace(ITEM, due_at=OVER)
    change = taken_off(item, suspended=suspended).change(item)
    assert (change.reason, change.message) == (Reason.MISSED, str(hold.message))


def test_a_channel_that_is_no_longer_suspended() -> None:
    """Its suspension stays known, and is over."""
    channel = SLOT._replace(key="")
    plan = World(state=record(suspended={channel: Suspended(BEGAN, reason="News")})).plan()
    assert dict(plan.recording.suspended) == {channel: Suspended(BEGAN, is_over=True, reason="News")}


def test_what_is_let_out_of_a_suspension() -> None:
    """By its own line, and not what is suspended itself, or published."""
    world = World(settings=Settings(suspended="News"))
    out, kept = post("out", let_out=True), post("kept", "Other", suspended="News")
    suspension = world.plan(out, kept).suspension
    assert suspension
    assert suspension.let_out == (out.address,)


def test_what_another_organization_suspends_lets_nothing_out() -> None:
    """Nothing around the post is suspended."""
    world = World()
    desired = world.desired(ITEM)
    suspended = {"Acme": "", "Beta": "News"}
    organizations = tuple(replace(each, suspended=suspended[each.label]) for each in desired.organizations)
    desired = replace(desired, organizations=organizations)
    plan = reconcile(desired, world.reading, world.state, world.targets, endpoint="https://x.example")
    assert plan.suspension
    assert plan.suspension.let_out == ()


FREEZE = Freeze(DUE - timedelta(hours=1), LATER, "Mourning")
FROZEN = Settings(policy=Policy(freeze=(FREEZE,)))


def test_a_suspended_post_that_the_file_moves_into_a_freeze() -> None:
    """Nobody is asked about the freeze while nothing is sent; that comes back with the post."""
    before = replace(ITEM, due_at=LATER, needs_approval=True)
    world = World(live=[in_buffer(before)], state=record((before, in_buffer(before))), settings=FROZEN)
    moved = replace(before, due_at=DUE)
    assert world.verdict(moved) is Reason.INTO_FREEZE
    suspended = world.change(replace(moved, suspended="News"))
    assert (suspended.action, suspended.reason) == (Action.NO_OP, Reason.SUSPENDED)


def test_unmanaged_posts_in_a_freeze() -> None:
    """In order of time; without those that a paused queue keeps, those after it, and those without a time."""
    there = [
        in_buffer(post("b", "Second", DUE + timedelta(hours=2)), "p2"),
        in_buffer(post("a", "First", DUE), "p1"),
        in_buffer(post("c", "Queued", DUE), "p3", is_custom_scheduled=False),
        in_buffer(post("d", "After it", LATER), "p4"),
        in_buffer(post("e", "To be approved", None, needs_approval=True), "p5"),
    ]
    said = warnings(World(live=there, settings=FROZEN).plan())
    assert "3 unmanaged posts go out during a freeze that your team agreed on (Mourning)" in said
    assert said.index("First") < said.index("Second")
    paused = replace(TWITTER, is_queue_paused=True)
    said = warnings(World(live=there, settings=FROZEN, channels=(paused,)).plan())
    assert "2 unmanaged posts go out during a freeze" in said
    assert "Queued" not in said


def test_an_unmanaged_post_of_a_channel_that_no_file_names_meets_no_freeze() -> None:
    """The channel is read for what the state has there; which freezes count on it, only its line in the files says."""
    unmanaged = in_buffer(post("b", "Of nobody"), "p2")
    world = World(live=[in_buffer(ITEM), unmanaged], state=record((ITEM, in_buffer(ITEM))), settings=FROZEN)
    targets = Targets(world.targets.organizations, {("Acme", "linkedin:acme-inc"): LINKEDIN})
    plan = reconcile(world.desired(), world.reading, world.state, targets, endpoint="https://x.example")
    assert "Of nobody" not in warnings(plan)
    assert "Of nobody" in warnings(world.plan())


@pytest.mark.parametrize(("only_suspends", "ended"), [(False, {SLOT}), (True, set())])
def test_an_exemption_of_an_entry_that_is_gone(only_suspends: bool, ended: set[Slot]) -> None:
    """It ends, unless the files have errors: the entry may be in one that cannot be read."""
    known = record((ITEM, in_buffer(ITEM)))
    exempt = {key: replace(each, exempt=(FREEZE,)) for key, each in known.bindings.items()}
    world = World(
        live=[in_buffer(ITEM)], state=replace(known, bindings=exempt), options=Options(only_suspends=only_suspends)
    )
    assert world.plan().recording.not_exempt == ended


def test_a_delete_of_what_nobody_has_read_holds_nothing_else() -> None:
    """Which text stays in its place is not known."""
    gone = Change(ITEM.address, Action.HOLD, Cause.REMOVED, SLOT, reason=Reason.DELETES)
    new = World().change(post("b"))
    assert hold_replacements([gone, new]) == [gone, new]
    there = replace(gone, live=in_buffer(ITEM))
    assert [each.action for each in hold_replacements([there, new])] == [Action.HOLD, Action.HOLD]


def test_what_is_like_a_new_post_that_is_held_stays_in_question() -> None:
    """The state does not forget the removed post, so the question comes up once the new one is sent."""
    there = in_buffer(ITEM)
    gone = Change(
        ITEM.address, Action.FORGET, Cause.REMOVED, SLOT, live=there, binding=bind(ITEM, there, Origin.CREATED)
    )
    new = holds.IN_ERROR.on(World().change(post("b")))
    assert [each.action for each in hold_replacements([gone, new])] == [Action.KEEP, Action.HOLD]
    edit = replace(new, live=in_buffer(post("b"), "p2"))
    assert [each.action for each in hold_replacements([gone, edit])] == [Action.FORGET, Action.HOLD]


@pytest.mark.parametrize(("due", "taken_from"), [(DUE, instant(DUE)), (None, "queue")])
def test_a_draft_that_is_found_again_while_suspended_goes_back(due: datetime | None, taken_from: str) -> None:
    """The state was lost: its entry is no draft, so the suspension made it one. Others are as they are declared."""
    item = post(due=due, suspended="News")
    there = in_buffer(item, created=YOUNG)
    draft = replace(there, status=PostStatus.DRAFT)
    cases = ((item, draft), (replace(item, draft=True), draft), (item, there))
    found = [World(live=[live], state=NO_RECORD).change(declared).binding for declared, live in cases]
    assert [each and each.taken_from for each in found] == [taken_from, "", ""]


@pytest.mark.parametrize(
    ("fields", "is_ours", "expected"),
    [
        ({}, False, Action.HOLD),
        ({}, True, Action.UPDATE),
        ({"status": PostStatus.SENT, "sent_at": NOW}, True, Action.HOLD),
        ({"status": PostStatus.DRAFT}, False, Action.UPDATE),
    ],
    ids=["somebody's", "of another entry", "published", "a draft"],
)
def test_what_has_the_same_text_while_a_post_is_off(fields: dict[str, Any], is_ours: bool, expected: Action) -> None:
    """What is out, or is somebody's and will be, keeps it off; another entry says what it is itself."""
    world, item = taken_off(suspended=Suspended(BEGAN)), post("b", due=LATER)
    other = in_buffer(item, "p9", NOW, **fields)
    known = {**world.state.bindings, **bindings((item, other))} if is_ours else world.state.bindings
    world = replace(world, live=[*world.live, other], state=replace(world.state, bindings=known))
    assert world.change(ITEM, *([item] if is_ours else [])).action is expected


MOVED_BY_A_PERSON = in_buffer(ITEM, text="Theirs")


@pytest.mark.parametrize(
    ("live", "origin", "level", "is_said"),
    [
        (MOVED_BY_A_PERSON, Origin.CREATED, "error", True),
        (in_buffer(ITEM), Origin.ADOPTED, "error", True),
        (in_buffer(ITEM), Origin.CREATED, "error", False),
        (MOVED_BY_A_PERSON, Origin.CREATED, "off", False),
    ],
    ids=["held for another reason", "not ours", "held for the freeze", "the rule is off"],
)
def test_what_a_freeze_does_not_hold_is_warned_of(live: LivePost, origin: Origin, level: str, is_said: bool) -> None:
    """A post in Buffer for a time during it; what is held for the freeze says so itself."""
    settings = replace(FROZEN, rules={"BC201": level})
    world = World(live=[live], state=record((ITEM, in_buffer(ITEM)), origin=origin), settings=settings)
    said = f"{ITEM.address} is in Buffer for a time during a freeze that your team agreed on (Mourning)"
    assert (said in warnings(world.plan(ITEM))) is is_said


def test_a_new_post_that_goes_out_during_a_freeze_says_so() -> None:
    """In the change, for reviewers, and in a warning that counts them; not of one that goes out after it."""
    let_out, after = post(freeze=False), post("b", "Second", LATER + timedelta(hours=1), freeze=False)
    plan = World(settings=FROZEN).plan(let_out, after)
    words = "goes out during a freeze that your team agreed on (Mourning), as `freeze: false` says"
    assert {each.address.key: words in each.message for each in plan.changes} == {"a": True, "b": False}
    assert f"1 post {words}: {let_out.address}" in warnings(plan)


@pytest.mark.parametrize(
    ("item", "options", "ended"),
    [
        (replace(ITEM, freeze=False), Options(), set()),
        (ITEM, Options(), {SLOT}),
        (replace(ITEM, freeze=False), Options(ended=frozenset({ITEM.address})), {SLOT}),
    ],
    ids=["still let out", "no longer", "merged without it"],
)
def test_when_an_exemption_ends(item: Post, options: Options, ended: set[Slot]) -> None:
    """Once the file, or a merged request, no longer lets the post out."""
    known = record((ITEM, in_buffer(ITEM)))
    exempt = {key: replace(each, exempt=(FREEZE,)) for key, each in known.bindings.items()}
    world = World(live=[in_buffer(ITEM)], state=replace(known, bindings=exempt), options=options)
    assert world.plan(item).recording.not_exempt == ended


def test_a_suspended_post_becomes_a_draft_with_what_buffer_has() -> None:
    """So the words of a person are not lost."""
    change = World(live=[MOVED_BY_A_PERSON], state=record((ITEM, in_buffer(ITEM)))).change(
        replace(ITEM, suspended="News")
    )
    assert isinstance(change.write, DraftPost)
    assert (change.takes_off, change.write.item.text) == (True, "Theirs")


def test_what_somebody_scheduled_while_it_is_suspended_is_asked_about() -> None:
    """With the reason of the suspension."""
    item = replace(ITEM, suspended="News")
    change = replace(taken_off(), live=[in_buffer(ITEM)]).change(item)
    assert change.message == "Suspended (News), and somebody scheduled it in Buffer since, so it goes out"


OUT = published(ITEM, due_at=DUE, sent_at=NOW, shared_now=True)


@pytest.mark.parametrize(
    ("live", "action", "recorded"),
    [
        (replace(in_buffer(ITEM), status=PostStatus.DRAFT), Action.UPDATE, {SLOT: Suspended(BEGAN, is_over=True)}),
        (in_buffer(ITEM), Action.NO_OP, {}),
        (OUT, Action.DONE, {}),
    ],
    ids=["put back", "scheduled", "published"],
)
def test_how_long_a_suspension_of_an_entry_stays_known(
    live: LivePost, action: Action, recorded: dict[Slot, Suspended]
) -> None:
    """After its end, until nothing of the entry is left to be sent."""
    off = taken_off(suspended=Suspended(BEGAN))
    there = off.state if live.status is PostStatus.DRAFT else replace(off.state, bindings=bindings((ITEM, live)))
    plan = replace(off, live=[live], state=there).plan(ITEM)
    assert [each.action for each in plan.changes] == [action]
    assert plan.recording.suspended == recorded


def test_where_nothing_is_suspended_nothing_is_recorded() -> None:
    """No entry has a suspension."""
    assert World().plan(ITEM).recording.suspended == {}
