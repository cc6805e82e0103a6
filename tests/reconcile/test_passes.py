"""The passes after the table: each one separately, and which one applies if several would hold a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.model import (
    Expansion,
    Freeze,
    Limits,
    LivePost,
    Origin,
    Policy,
    Post,
    PostStatus,
    Settings,
    ThreadItem,
    content_of_desired,
    fingerprint,
)
from bufferctl.model.desired import FREEZE, MINIMUM_LEAD
from bufferctl.model.metadata import TwitterMetadata
from bufferctl.plan import WRITING, Action, Change, Plan, Reason
from bufferctl.reconcile import Divergence, Options, hold_repeats, holds, planning
from bufferctl.reconcile.matches import Matches
from bufferctl.reconcile.matching import match
from bufferctl.reconcile.scene import Scene
from bufferctl.reconcile.sending import in_order

from .builders import (
    DUE,
    LATER,
    NO_RECORD,
    NOW,
    OVER,
    TWITTER,
    YOUNG,
    Verdict,
    World,
    at_once,
    bindings,
    idea,
    in_buffer,
    on_linkedin,
    picture,
    post,
    published,
    queued,
    record,
    slot,
    verdict,
    warnings,
)

SOON = NOW + timedelta(hours=1)
FROZEN = Policy(freeze=(Freeze(NOW - timedelta(hours=1), NOW + timedelta(days=30), "election"),))
LEAD = Policy(minimum_lead=timedelta(hours=2))
DISCONNECTED = (replace(TWITTER, is_disconnected=True),)


def nothing_reviewed(change: Change, _now: datetime) -> Change:
    """Hold every write, as for a plan without a review."""
    if change.action not in WRITING:
        return change
    return replace(change, action=Action.HOLD, reason=Reason.NOT_REVIEWED, write=None)


OUTDATED = Options(diverged=Divergence(outdated_files=frozenset({"posts.yaml"})))
UNREVIEWED = Options(review=nothing_reviewed)


def bound(*items: Post, origin: Origin = Origin.CREATED, **fields: Any) -> World:
    """A world with each of `items` in Buffer as applied, `p1`, `p2`, …"""
    live = [in_buffer(item, f"p{n}") for n, item in enumerate(items, 1)]
    return World(live=live, state=record(*zip(items, live, strict=True), origin=origin), **fields)


# -- removals and their limit


MANY, KEPT = [post(f"k{n}", f"Number {n}") for n in range(6)], post("keep", "Keep", LATER)


@pytest.mark.parametrize(
    ("number", "options", "of_the_rest"),
    [
        (6, Options(), Reason.DELETES),
        (5, Options(), Action.DELETE),
        (6, Options(max_deletes=6), Action.DELETE),
        (2, Options(max_deletes=1), Reason.DELETES),
    ],
)
def test_more_deletes_than_max_deletes_are_held_together(
    number: int, options: Options, of_the_rest: Action | Reason
) -> None:
    """Six are held, five deleted; the command line's number overrides the file's."""
    verdicts = bound(*MANY[:number], KEPT, options=options).verdicts(KEPT)
    assert set(verdicts.values()) == {Action.NO_OP, of_the_rest}


#: The ids of six posts.
ALL = tuple(f"p{number}" for number in range(1, 7))


@pytest.mark.parametrize(
    ("new", "options", "expected"),
    [
        (post("new", "We are live: the new console, number 2!", LATER), Options(), Reason.AMBIGUOUS),
        (post("new", "We are live: the new console, number 2!", LATER), Options(max_deletes=6), Action.CREATE),
        (post("new", "Something else altogether", LATER), Options(), Action.CREATE),
        (post("new", "We are live: the new console, number 2!", LATER, repeat_of=ALL), Options(), Action.CREATE),
        (on_linkedin(post("new", "We are live: the new console, number 2!", LATER)), Options(), Action.CREATE),
    ],
    ids=["corrected", "the deletes are made", "another text", "meant", "on another channel"],
)
def test_a_correction_waits_for_the_delete_of_what_it_replaces(new: Post, options: Options, expected: Verdict) -> None:
    """Held while that delete is, as both would be published; it names the most alike, and its answer all of them."""
    many = [post(f"k{n}", f"We are live: the new console, number {n}") for n in range(6)]
    world = bound(*many, KEPT, options=options)
    change = next(each for each in world.plan(KEPT, new).changes if each.address == new.address)
    assert verdict(change) is expected
    if expected is Reason.AMBIGUOUS:
        assert "like that of a post (`k2`)" in change.message
        assert "add `was: k2`. If both are intended, add `repeat_of: {twitter: [p3, " in change.hint
        assert sorted(change.candidates) == sorted(ALL)


def test_what_is_forgotten_does_not_count_as_a_delete() -> None:
    """Five deletes and three published posts."""
    out = [published(queued(f"out{n}", f"Out {n}"), f"s{n}") for n in range(3)]
    sent = record(*((queued(f"out{n}", f"Out {n}"), each) for n, each in enumerate(out)))
    world = bound(*MANY[1:], KEPT)
    state = replace(world.state, bindings={**world.state.bindings, **sent.bindings})
    verdicts = replace(world, live=[*world.live, *out], state=state).verdicts(KEPT)
    assert set(verdicts.values()) == {Action.NO_OP, Action.DELETE, Action.FORGET}


@pytest.mark.parametrize("was", ["tip", "hint"])
def test_a_series_that_was_shortened_says_from_how_many(was: str) -> None:
    """From eight to two, under its key or the one that it had."""
    eight = [post(f"{was}-{n}", f"Number {n}") for n in range(1, 9)]
    made = [Expansion(number=n, times=2) for n in (1, 2)]
    two = [replace(post(f"tip-{e.number}", f"Number {e.number}"), expansion=e, was=f"{was}-{e.number}") for e in made]
    two = [replace(each, was=None) for each in two] if was == "tip" else two
    last = post(f"{was}-last", "Of no series")
    for removed in ([*eight, last], [*reversed(eight), last]):
        held = bound(*removed).plan(*two).of(Action.HOLD)
        assert {(c.reason, c.message.partition(", and")[0]) for c in held} == {
            (Reason.DELETES, f"7 posts disappeared from the files (`{was}` was shortened from 8 to 2)")
        }


def test_a_series_that_lost_an_occurrence_was_not_shortened() -> None:
    """Of two occurrences one is still there; and an entry that only has variables is no series."""
    posts = [post("ad-1", "Ad 1"), *(post(f"k{n}", f"Number {n}") for n in range(4))]
    for lost, number in (("tip-1", 2), ("tip-2", 1)):
        still = post(f"tip-{number}", f"Tip {number}", expansion=Expansion(number=number, times=2))
        kept = still, post("ad-9", "Ad 9", expansion=Expansion())
        plan = bound(*posts, post(lost, "Lost"), *kept).plan(*kept)
        (message,) = {change.message.partition(", and")[0] for change in plan.of(Action.HOLD)}
        assert message == "6 posts disappeared from the files"


def test_what_is_cancelled_does_not_count() -> None:
    """Six are deleted."""
    posts = [post(f"k{n}", f"Number {n}", cancelled=True) for n in range(6)]
    assert set(bound(*posts).verdicts(*posts).values()) == {Action.DELETE}


@pytest.mark.parametrize(
    ("world", "items", "expected"),
    [
        (bound(post()), [], Reason.DELETES),
        (bound(post(), post("b", "b")), [post("b", "b")], Action.DELETE),
        (
            bound(post(), post("moved", "Moved")),
            [replace(post("moved", "Moved"), place=replace(post().place, file="other.yaml"))],
            Action.DELETE,
        ),
        (bound(post(), options=Options(max_deletes=1)), [], Action.DELETE),
    ],
    ids=["all", "not all", "one moved", "with the number"],
)
def test_a_file_that_lost_all_its_posts_deletes_nothing(world: World, items: list[Post], expected: Verdict) -> None:
    """Held, unless the file keeps another entry, the entry moved, or the command line gives the number."""
    assert world.verdicts(*items)["a"] is expected


def test_what_is_said_of_a_file_that_lost_all_its_posts() -> None:
    """Its name, and what happens to its posts."""
    (change,) = bound(post()).plan().changes
    assert "posts.yaml is gone or no longer has any posts; its post is not deleted" in change.message


KEEP = post("keep", "Keep")
MANY = [post(f"k{n}", f"Number {n}") for n in range(6)]
NUMBER_GIVEN = "run with --max-deletes 6."


@pytest.mark.parametrize(
    ("kept", "hint"),
    [
        ([], f"If this is intended, {NUMBER_GIVEN}"),
        ([KEEP], f"If this is intended, set `max_deletes: 6` in the root file, or {NUMBER_GIVEN}"),
    ],
    ids=["a whole file", "six entries of a file"],
)
def test_what_a_hint_about_deletes_says(kept: list[Post], hint: str) -> None:
    """A number in the files does not confirm that a whole file is gone, so the hint then does not propose one."""
    assert {change.hint for change in bound(*MANY, *kept).plan(*kept).of(Action.HOLD)} == {hint}


@pytest.mark.parametrize(
    ("kept", "fields", "expected"),
    [
        ([], {"settings": Settings(max_deletes=6)}, Reason.DELETES),
        ([], {"options": Options(max_deletes=6)}, Action.DELETE),
        ([KEEP], {"settings": Settings(max_deletes=6)}, Action.DELETE),
    ],
    ids=["a whole file, in the files", "a whole file, on the command line", "six entries, in the files"],
)
def test_what_a_hint_about_deletes_says_is_enough(kept: list[Post], fields: dict[str, Any], expected: Verdict) -> None:
    """The number, where it is proposed."""
    assert bound(*MANY, *kept, **fields).verdicts(*kept)["k0"] is expected


# -- policy


def agreed(policy: Policy, **fields: Any) -> World:
    return World(settings=Settings(policy=policy), **fields)


@pytest.mark.parametrize(
    ("item", "policy", "expected"),
    [
        (at_once(), FROZEN, Reason.INTO_FREEZE),
        (at_once(draft=True), FROZEN, Action.CREATE),
        (at_once(freeze=False), FROZEN, Action.CREATE),
        (queued(), FROZEN, Action.CREATE),
        (post(), FROZEN, Reason.INTO_FREEZE),
        (post(freeze=False), FROZEN, Action.CREATE),
        (post(due=SOON), LEAD, Reason.POLICY),
        (post(due=NOW + timedelta(hours=2)), LEAD, Action.CREATE),
        (post(due=SOON, draft=True), LEAD, Action.CREATE),
        (queued(), LEAD, Action.CREATE),
        (at_once(), LEAD, Reason.POLICY),
        (idea(), LEAD, Action.CREATE),
        (at_once(), Policy(freeze=(replace(FROZEN.freeze[0], channels=("linkedin",)),)), Action.CREATE),
        (at_once(), Policy(), Action.CREATE),
    ],
)  # fmt: skip
def test_policy_holds_what_plan_alone_can_judge(item: Post, policy: Policy, expected: Action | Reason) -> None:
    """A post that would go out in a freeze, and one planned too late; the rest is judged from the files."""
    assert agreed(policy).verdict(item) is expected


@pytest.mark.parametrize(
    ("item", "here"),
    [
        (post(due=SOON), "here it is 1 hour"),
        (post(due=NOW + timedelta(minutes=10)), "here it is 10 minutes"),
        (at_once(), "this would be published at once"),
    ],
)
def test_how_short_a_notice_is(item: Post, here: str) -> None:
    """As against the one that the team agreed on."""
    assert agreed(LEAD).change(item).message == (
        f"Your team agreed on 2 hours between planning and publishing, and {here}"
    )


def test_an_edit_is_held_by_policy_and_a_version_sent_again_is_not() -> None:
    """Held, with the consequence; sent with `--reapply`, since it is neither new nor edited."""
    soon = post(due=SOON)
    world = replace(bound(soon), settings=Settings(policy=LEAD))
    edited = world.change(replace(soon, text="Edited"))
    assert verdict(edited) is Reason.POLICY
    assert "the edit is not sent, and Buffer's version will be published as it is" in edited.message
    again = replace(world, options=Options(reapply=frozenset({"Acme/twitter:acme/a"})))
    assert again.verdict(replace(soon, text="Edited")) is Action.UPDATE


def test_the_lead_is_measured_from_the_planning_that_was_reviewed() -> None:
    """Created: it had been planned two hours earlier."""
    earlier = Options(planned_at=SOON - timedelta(hours=2))
    assert agreed(LEAD, options=earlier).verdict(post(due=SOON)) is Action.CREATE


@pytest.mark.parametrize(("severity", "expected"), [("warning", 1), ("off", 0)])
def test_a_rule_may_only_warn(severity: str, expected: int) -> None:
    """Created, with or without a warning."""
    rules = {FREEZE: severity, MINIMUM_LEAD: severity}
    world = World(settings=Settings(policy=replace(FROZEN, minimum_lead=LEAD.minimum_lead), rules=rules))
    plan = world.plan(at_once())
    assert [verdict(c) for c in plan.changes] == [Action.CREATE]
    assert warnings(plan).count("Acme/twitter:acme/a: it goes out during a freeze") == expected
    assert warnings(plan).count("Acme/twitter:acme/a: your team agreed on 2 hours") == expected


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (in_buffer(queued()), Reason.FREEZE),
        (in_buffer(post()), Reason.FREEZE),
        (in_buffer(queued(), due_at=NOW + timedelta(days=60)), Action.NO_OP),
        (in_buffer(queued(draft=True)), Action.NO_OP),
        (in_buffer(post(), status=PostStatus.NEEDS_APPROVAL), Reason.FREEZE),
        (in_buffer(queued(), due_at=None), Action.NO_OP),
    ],
    ids=["queued in the freeze", "in the freeze", "after it", "a draft", "to be approved", "without a slot"],
)
def test_what_is_in_buffer_for_a_time_in_a_freeze_is_held(live: LivePost, expected: Action | Reason) -> None:
    """As far as it goes out."""
    item = post() if live.is_custom_scheduled else queued(draft=live.status is PostStatus.DRAFT)
    world = World(live=[live], state=record((item, live)), settings=Settings(policy=FROZEN))
    assert world.verdict(item) is expected
    let_out = Action.UPDATE if expected is Reason.FREEZE else Action.NO_OP
    assert world.verdict(replace(item, freeze=False)) is let_out
    off = replace(world, settings=Settings(policy=FROZEN, rules={FREEZE: "off"}))
    assert off.verdict(item) is Action.NO_OP


# -- repeats


FREES, FREED = post("old"), post(due=LATER)


def test_a_create_waits_for_the_delete_that_frees_its_text() -> None:
    """Created if the delete is part of the run."""
    verdicts = bound(FREES, KEPT).verdicts(FREED, KEPT)
    assert verdicts == {"a": Action.CREATE, "keep": Action.NO_OP, "old": Action.DELETE}


def test_a_create_is_held_where_the_delete_that_frees_its_text_is_not_allowed() -> None:
    """By `protect`; it names that post and how to say that it is the same. `repeat_of` sends it."""
    world = bound(replace(FREES, protect=True), KEPT)
    held = world.change(FREED, KEPT)
    assert (verdict(held), held.candidates) == (Reason.AMBIGUOUS, ("p1",))
    assert "If it is the same, add `was: old`" in held.hint
    assert world.verdict(replace(FREED, repeat_of=("old",)), KEPT) is Action.CREATE


def test_a_create_is_held_where_the_delete_that_frees_its_text_is_held() -> None:
    """As of a file that is gone."""
    elsewhere = replace(FREED, place=replace(FREED.place, file="other.yaml"))
    assert bound(FREES).verdicts(elsewhere) == {"a": Reason.AMBIGUOUS, "old": Reason.DELETES}


def test_a_create_is_held_where_the_delete_that_frees_its_text_is_excluded() -> None:
    """As of a run that is narrowed to the create."""
    changes = bound(FREES, KEPT).plan(FREED, KEPT).changes
    (held,) = (c for c in hold_repeats(changes, {}, doing={slot(FREED)}) if c.slot == slot(FREED))
    assert verdict(held) is Reason.AMBIGUOUS


def test_a_create_does_not_repeat_what_stays_in_buffer() -> None:
    """Held with all posts that keep its text, as Buffer has it: also a text that a person wrote there."""
    twins = [post("one", protect=True), post("two", due=LATER, protect=True)]
    assert bound(*twins).change(post(due=SOON)).candidates == ("p1", "p2")
    theirs = replace(bound(post("b", "Ours")), live=[in_buffer(post("b", "Theirs"), "p1")])
    assert theirs.verdicts(post("b", "Ours"), post(text="Theirs", due=LATER)) == {
        "b": Reason.CHANGED,
        "a": Reason.AMBIGUOUS,
    }


def test_a_create_is_held_where_the_delete_of_a_cancelled_entry_is_excluded() -> None:
    """Though both entries say the same in the files: the new one replaces the other."""
    changes = bound(FREES).plan(FREED, replace(FREES, cancelled=True)).changes
    held = {c.slot: verdict(c) for c in hold_repeats(changes, {}, doing={slot(FREED)})}
    assert held[slot(FREED)] is Reason.AMBIGUOUS


@pytest.mark.parametrize(
    ("item", "live", "new", "expected"),
    [
        (FREES, in_buffer(FREES, due_at=LATER), FREED, Reason.AMBIGUOUS),
        (FREES, in_buffer(FREES, due_at=LATER), post(due=SOON), Action.CREATE),
        (FREES, in_buffer(FREES, due_at=None, status=PostStatus.DRAFT), queued(), Action.CREATE),
        (FREES, published(FREES, due_at=LATER, sent_at=NOW), FREED, Action.CREATE),
        (queued("old"), in_buffer(queued("old"), due_at=LATER), FREED, Action.CREATE),
    ],
    ids=["moved", "at another time", "without a time", "shared early", "in a queue"],
)
def test_a_create_is_held_at_the_time_to_which_somebody_moved_its_text(
    item: Post, live: LivePost, new: Post, expected: Verdict
) -> None:
    """Both entries may have one text, but not at one time: else the moved post would go out beside the new one."""
    assert World(live=[live], state=record((item, in_buffer(item)))).verdict(new, item) is expected


def test_a_text_that_another_entry_still_has_may_be_written_again() -> None:
    """Created, as the files say it or as Buffer does, which shortened its link."""
    item = post("b", "See https://acme.example/a", LATER)
    short = in_buffer(item, "p1", text="See https://buff.ly/1")
    world = World(live=[short], state=record((item, short)))
    for text in (item.text, short.text):
        assert world.verdicts(post(text=text), item) == {"a": Action.CREATE, "b": Action.NO_OP}


def test_a_create_waits_for_the_edit_that_frees_its_text() -> None:
    """Created next to the edit, which is sent first; held if the edit is held."""
    first, edited, again = post("first"), post("first", "Edited"), post(due=LATER)
    changes = bound(first).plan(edited, again).changes
    assert [(c.address.key, c.action) for c in changes] == [("first", Action.UPDATE), ("a", Action.CREATE)]
    assert bound(first, origin=Origin.ADOPTED).verdicts(edited, again) == {
        "first": Reason.ADOPTED,
        "a": Reason.AMBIGUOUS,
    }
    assert "keep Buffer's version under `first`" in bound(first, origin=Origin.ADOPTED).change(again, edited).hint


THEIRS = in_buffer(post("x", "Theirs", LATER), "p9", via="buffer")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (post(text="Theirs"), Reason.AMBIGUOUS),
        (post(text="Theirs", repeat_of=("p9",)), Action.UPDATE),
        (post(text="Another"), Action.UPDATE),
        (post(due=LATER), Action.UPDATE),
    ],
    ids=["equal", "answered", "another text", "time only"],
)
def test_an_edit_does_not_say_what_another_one_says(item: Post, expected: Verdict) -> None:
    """Held next to an equal unclaimed text, ours or not; sent with `repeat_of`, or if only the time changes."""
    world = bound(post())
    assert replace(world, live=[*world.live, THEIRS]).verdict(item) is expected


def test_an_edit_that_says_what_another_one_says_can_be_answered() -> None:
    """With its id."""
    world = bound(post())
    change = replace(world, live=[*world.live, THEIRS]).change(post(text="Theirs"))
    assert (change.candidates, "add `repeat_of: {twitter: p9}`" in change.hint) == (("p9",), True)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (post(due=DUE - timedelta(hours=1)), Action.UPDATE),
        (post(due=LATER + timedelta(days=1)), Action.UPDATE),
        (post(due=DUE + timedelta(hours=1)), Reason.AMBIGUOUS),
        (queued(), Reason.AMBIGUOUS),
        (post(due=LATER, repeat_of=("p9",)), Action.UPDATE),
        (post(due=LATER, draft=True), Action.UPDATE),
        (post(due=LATER, suspended="Earthquake"), Action.UPDATE),
    ],
    ids=["further", "as far", "closer", "nobody knows", "answered", "a draft", "suspended"],
)
def test_another_time_beside_an_equal_text(item: Post, expected: Verdict) -> None:
    """Sent if it says nothing new; held if it comes closer to that one."""
    world = bound(post())
    assert replace(world, live=[*world.live, replace(THEIRS, text="We are live")]).verdict(item) is expected


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (replace(THEIRS, text="We are live"), Reason.AMBIGUOUS),
        (replace(published(post("x", due=OVER), "p9"), text="We are live"), Reason.AMBIGUOUS),
        (replace(THEIRS, text="We are live", status=PostStatus.DRAFT), Action.UPDATE),
    ],
    ids=["scheduled", "published", "a draft"],
)
def test_a_draft_to_be_scheduled_beside_an_equal_text(theirs: LivePost, expected: Verdict) -> None:
    """Held if that one went out or will, since the text goes out by this edit."""
    draft = post(draft=True)
    live = [in_buffer(draft, status=PostStatus.DRAFT)]
    world = World(live=[*live, theirs], state=record((draft, live[0])))
    assert world.verdict(post()) is expected


def test_texts_that_are_passed_on_are_held_together() -> None:
    """Both of two that swap are sent; if one is held, so is the other."""
    a, b = post("a", "One"), post("b", "Two", LATER)
    swapped = post("a", "Two"), post("b", "One", LATER)
    assert bound(a, b).verdicts(*swapped) == {"a": Action.UPDATE, "b": Action.UPDATE}
    by_hand = bindings((b, in_buffer(b, "p2")), origin=Origin.ADOPTED)
    world = bound(a, b)
    adopted = replace(world, state=replace(world.state, bindings={**world.state.bindings, **by_hand}))
    assert adopted.verdicts(*swapped) == {"a": Reason.AMBIGUOUS, "b": Reason.ADOPTED}


def test_a_hold_holds_what_needed_the_text() -> None:
    """Both: the second edit would repeat a stranger's text, so the first would repeat the second's."""
    world = bound(post("a", "One"), post("b", "Two", LATER))
    theirs = in_buffer(post("x", "Three", SOON), "p9", via="buffer")
    world = replace(world, live=[*world.live, theirs])
    assert world.verdicts(post("a", "Two"), post("b", "Three", LATER)) == {"a": Reason.AMBIGUOUS, "b": Reason.AMBIGUOUS}


def repeating(*, is_read: bool) -> World:
    """`out` is published, and `b` is scheduled with another text."""
    out, edited = post("out", "Out now", OVER), post("b", "Something", LATER)
    live = [in_buffer(edited, "p2"), *([published(out)] if is_read else [])]
    return World(live=live, state=record((out, published(out)), (edited, live[0])))


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize(
    ("others", "first"),
    [([post("out", "Reworded", OVER)], "out"), ([], "{twitter: p1}")],
    ids=["declared", "not declared"],
)
def test_an_edit_that_repeats_what_was_published_is_held(is_read: bool, others: list[Post], first: str) -> None:
    """Under another address with another text by now, or one that left the files; also if Buffer lists it no more."""
    change = repeating(is_read=is_read).change(post("b", "Out now", LATER), *others)
    assert (verdict(change), change.candidates) == (Reason.AMBIGUOUS, ("p1",))
    assert change.hint.startswith(f"If both are intended, add `repeat_of: {first}`; ")


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize("others", [[post("out", "Reworded", OVER)], []], ids=["declared", "not declared"])
@pytest.mark.parametrize(
    "item",
    [post("b", "Out now", LATER, repeat_of=("p1",)), post("b", "Something else", LATER)],
    ids=["answered", "another text"],
)
def test_an_edit_beside_what_was_published_is_sent(is_read: bool, others: list[Post], item: Post) -> None:
    """Where both are intended, or where it repeats nothing."""
    assert repeating(is_read=is_read).verdict(item, *others) is Action.UPDATE


def test_an_edit_that_repeats_a_persons_post_is_held_and_a_post_created_again_is_not() -> None:
    """A person's equal post is theirs: it keeps nobody from creating again what was deleted, by name."""
    theirs, edited = in_buffer(post("x", "By hand"), "p9", via="buffer"), post("b", "Something", LATER)
    state = record(
        (post("a", "By hand", LATER), in_buffer(post("a", "By hand", LATER))), (edited, in_buffer(edited, "p2"))
    )
    world = World(live=[theirs, in_buffer(edited, "p2")], state=state, gone=["p1"])
    assert world.verdict(post("b", "By hand", LATER)) is Reason.AMBIGUOUS
    again = replace(world, options=Options(recreate=frozenset({"Acme/twitter:acme/a"})))
    items = post("a", "By hand", LATER), post("b", "Something else", LATER)
    assert again.verdicts(*items) == {"a": Action.CREATE, "b": Action.UPDATE}


def test_what_is_created_again_does_not_repeat_what_was_published() -> None:
    """Held with `--recreate`, since another entry published that text; created with `repeat_of`."""
    out, gone = queued("out", "Said"), post("a", "Said", LATER)
    state = record((out, published(out)), (gone, in_buffer(gone, "p2")))
    again = Options(recreate=frozenset({"Acme/twitter:acme/a"}))
    world = World(live=[published(out)], state=state, gone=["p2"], options=again)
    change = world.change(gone, replace(out, text="Reworded"))
    assert (verdict(change), change.candidates) == (Reason.AMBIGUOUS, ("p1",))
    assert world.verdict(replace(gone, repeat_of=("out",)), replace(out, text="Reworded")) is Action.CREATE


def test_what_has_no_text_is_told_by_its_pictures() -> None:
    """Held next to a remaining post with the same picture, created with another one."""
    first = post("first", "", LATER, assets=(picture("a"),), protect=True)
    assert bound(first).verdict(post("b", "", assets=(picture("a"),))) is Reason.AMBIGUOUS
    assert bound(first).verdict(post("b", "", assets=(picture("b"),))) is Action.CREATE


STORY = post(
    "story",
    "How we built the new console",
    OVER,
    metadata=TwitterMetadata(
        thread=(
            ThreadItem(text="How we built the new console"),
            ThreadItem(text="Then we built what they asked for"),
        )
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Then we built what they asked for", Reason.AMBIGUOUS), ("Then we built something else", Action.UPDATE)],
    ids=["equal", "another text"],
)
def test_an_edit_does_not_say_what_a_part_of_a_published_thread_says(text: str, expected: Verdict) -> None:
    """Held, though the thread's entry is gone: readers would see that part again."""
    world = bound(post())
    state = replace(world.state, bindings={**world.state.bindings, **bindings((STORY, published(STORY, "p9")))})
    assert replace(world, state=state).verdict(post(text=text)) is expected


# -- room in Buffer's plan, and order


OF_ALL_KINDS = bound(
    post("kept", "Kept"), post("gone", "Gone"), post("off", "Off", cancelled=True), post("same", "Same")
)


def planned_in_order() -> Plan:
    """A plan with a change of each kind."""
    new = (queued("q1", "q1"), post("late", "late", LATER), queued("q2", "q2"), post("soon", "soon", SOON))
    cancelled, edited = post("off", "Off", cancelled=True), post("kept", "Edited")
    return OF_ALL_KINDS.plan(cancelled, edited, *new, post("same", "Same"), idea())


def test_changes_leave_in_order() -> None:
    """Ideas, timed by due time, the queue in file order, what is not sent, updates, deletes."""
    keys = [c.address.key for c in planned_in_order().changes]
    assert keys == ["hiring", "soon", "late", "q1", "q2", "same", "kept", "off", "gone"]


def test_a_repeat_leaves_before_what_is_not_sent() -> None:
    """Though the files name what it repeats first."""
    kept = post("kept", "Kept")
    plan = bound(kept).plan(kept, post("again", "Kept", LATER, repeat_of=("kept",)))
    assert [c.address.key for c in plan.changes] == ["again", "kept"]


def test_the_order_of_changes_is_that_of_their_kinds_and_times() -> None:
    """Whatever order they come in; equal ones stay as they are."""
    by_key = sorted(planned_in_order().changes, key=lambda c: c.address.key)
    keys = [c.address.key for c in in_order(by_key, OF_ALL_KINDS.reading)]
    assert keys == ["hiring", "soon", "late", "q1", "q2", "same", "kept", "gone", "off"]


def order_of(before: Sequence[Post], *after: Post) -> list[str]:
    """The keys of what is sent, in order."""
    return [change.address.key for change in bound(*before).plan(*after).writes]


def test_edits_leave_by_when_their_posts_are_due() -> None:
    """By the old time or the new one, whichever is earlier, and not by their places in the files."""
    before = post("later", "Later", LATER), post("soon", "Soon", SOON), post("moved", "Moved", LATER)
    after = (
        post("later", "later", LATER),
        post("soon", "soon", SOON),
        post("moved", "Moved", SOON - timedelta(minutes=30)),
    )
    assert order_of(before, *after) == ["moved", "soon", "later"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": "A", "b": "B"}, {"a": "B", "b": "A"}, ["a", "b"]),
        ({"b": "B", "a": "A"}, {"b": "A", "a": "B"}, ["b", "a"]),
        ({"a": "A", "b": "B", "c": "C"}, {"a": "B", "b": "C", "c": "D"}, ["c", "b", "a"]),
        ({"a": "A", "b": "B", "c": "C"}, {"a": "B", "b": "C", "c": "A"}, ["a", "c", "b"]),
        ({"a": "A", "b": "B"}, {"a": "B"}, ["b", "a"]),
        ({"a": "A", "b": "B", "c": "C"}, {"a": "B", "b": "A", "c": "C", "n": "D"}, ["a", "b", "n"]),
    ],
    ids=["exchanged", "exchanged, in another order", "in a row", "in a circle", "of a removed one", "beside a new one"],
)
def test_what_frees_a_text_leaves_before_what_takes_it(
    before: dict[str, str], after: dict[str, str], expected: list[str]
) -> None:
    """Of a circle, the post that is due first: the others are due later than the rest of an apply that is cut off."""
    names = [*before, *after]
    made = {key: SOON + timedelta(hours=names.index(key)) for key in names}
    items = [[post(key, f"Text {text}", made[key]) for key, text in each.items()] for each in (before, after)]
    assert order_of(items[0], *items[1]) == expected


def test_a_delete_does_not_leave_first_for_what_is_held() -> None:
    """Though it frees nearly the text of that: it is not sent, whatever is deleted."""
    old = post("old", "We are live: the new console, number 1")
    held = post("new", "We are live: the new console, number 2", tags=("nowhere",))
    plan = bound(old, KEEP).plan(held, post("keep", "Edited"))
    assert [(c.address.key, verdict(c)) for c in plan.changes] == [
        ("new", Reason.UNRESOLVED),
        ("keep", Action.UPDATE),
        ("old", Action.DELETE),
    ]


def test_deletes_leave_first_where_creates_need_their_room() -> None:
    """First, and the create fits; last if there is room anyway."""
    keep = post("keep", "Keep", LATER)
    full = bound(post("old", "Old"), keep, limit=2).plan(post(), keep)
    assert [c.action for c in full.changes] == [Action.DELETE, Action.CREATE, Action.NO_OP]
    free = bound(post("old", "Old"), keep, limit=3).plan(post(), keep)
    assert [c.action for c in free.changes] == [Action.CREATE, Action.NO_OP, Action.DELETE]


def test_other_organizations_and_drafts_take_no_room() -> None:
    """One fits; deleting a draft makes no room."""
    draft, keep = post("draft", "Draft", draft=True), post("keep", "Keep", LATER)
    verdicts = bound(draft, keep, limit=1).verdicts(post(), keep, post("n", "n", needs_approval=True))
    assert verdicts == {
        "a": Action.WAITING,
        "n": Action.CREATE,
        "keep": Action.NO_OP,
        "draft": Action.DELETE,
    }


def test_a_post_is_not_sent_without_its_idea() -> None:
    """Held if the idea was not reviewed; not if it is added with it, or waits for room with it."""
    items = (post(idea="hiring"), idea())

    def agreed_post(change: Change, _now: datetime) -> Change:
        return holds.IDEA_EDITED.on(change) if change.address.key == "hiring" else change

    assert World().verdict(*items) is Action.CREATE
    held = World(options=Options(review=agreed_post)).change(*items)
    assert (held.action, held.reason) == (Action.HOLD, Reason.UNRESOLVED)
    assert World(limits=Limits(ideas=0)).verdict(*items) is Action.WAITING


def test_each_channel_has_the_plans_room() -> None:
    """The limit of scheduled posts is per channel (notes: Limits): a full X leaves room on LinkedIn."""
    keep, there = post("keep", "Keep", LATER), on_linkedin(post("there", "There", LATER))
    assert bound(keep, limit=1).verdicts(post(), keep, there) == {
        "a": Action.WAITING,
        "keep": Action.NO_OP,
        "there": Action.CREATE,
    }


# -- precedence

PROTECTED = bound(post("old", protect=True), post("keep", "Keep"))
ASKED = World(live=[in_buffer(queued(text="We are live!"), created=YOUNG)])


@pytest.mark.parametrize(
    ("wins", "over", "world", "items"),
    [
        # the table, by its rows
        (Reason.UNSETTLED, Reason.AMBIGUOUS, replace(ASKED, options=Options(unsettled={slot(queued()): ()})),
         [at_once()]),
        (Reason.AMBIGUOUS, Reason.CHANNEL, replace(ASKED, channels=DISCONNECTED), [at_once()]),
        (Reason.AMBIGUOUS, Reason.UNREAD, replace(ASKED, unread=["c1"]), [at_once()]),
        (Reason.MISSED, Reason.AMBIGUOUS, World(live=[in_buffer(post(due=LATER))]),
         [post(due=NOW + timedelta(seconds=30))]),
        (Reason.UNREAD, Reason.CHANNEL, World(unread=["c1"], channels=DISCONNECTED), [queued()]),
        (Reason.UNREAD, Reason.MISSED, World(unread=["c1"], state=NO_RECORD, since=NOW), [post(due=NOW)]),
        (Reason.CHANNEL, Reason.MISSED, World(channels=DISCONNECTED), [post(due=NOW)]),
        (Reason.CHANNEL, Reason.UNRESOLVED, World(channels=DISCONNECTED), [post(tags=("nowhere",))]),
        (Reason.CHANNEL, Reason.CONFLICT,
         replace(bound(post()), live=[in_buffer(post(text="Theirs"))], channels=DISCONNECTED), [post(text="Ours")]),
        (Reason.MISSED, Reason.UNRESOLVED, World(), [post(due=NOW, tags=("nowhere",))]),
        (Reason.CONFLICT, Reason.MISSED, replace(bound(post()), live=[in_buffer(post(text="Theirs"))]),
         [post(due=NOW)]),
        # the table before every pass
        (Reason.MISSED, Reason.DIVERGED, World(options=OUTDATED), [post(due=NOW)]),
        (Reason.AMBIGUOUS, Reason.INTO_FREEZE, replace(ASKED, settings=Settings(policy=FROZEN)), [at_once()]),
        (Reason.UNREAD, Reason.INTO_FREEZE, World(unread=["c1"], settings=Settings(policy=FROZEN)), [at_once()]),
        (Reason.MISSED, Reason.POLICY, agreed(LEAD), [post(due=NOW)]),
        (Reason.AMBIGUOUS, Reason.NOT_REVIEWED, replace(ASKED, options=UNREVIEWED), [at_once()]),
        (Reason.UNRESOLVED, Reason.NOT_REVIEWED, World(options=UNREVIEWED), [post(tags=("nowhere",))]),
        (Reason.PROTECTED, Reason.DELETES, bound(post(protect=True)), [KEEP]),
        (Reason.MISSED, Action.WAITING, World(limit=0), [post(due=NOW)]),
        # the passes, by their order
        (Reason.DIVERGED, Reason.DELETES, bound(*MANY, KEEP, options=Options(diverged=Divergence())), [KEEP]),
        (Reason.DIVERGED, Reason.INTO_FREEZE, agreed(FROZEN, options=OUTDATED), [at_once()]),
        (Reason.DIVERGED, Action.WAITING, World(limit=0, options=OUTDATED), [post()]),
        (Reason.DELETES, Reason.NOT_REVIEWED, bound(*MANY, KEEP, options=replace(UNREVIEWED, max_deletes=1)), [KEEP]),
        (Reason.INTO_FREEZE, Reason.NOT_REVIEWED, agreed(FROZEN, options=UNREVIEWED), [at_once()]),
        (Reason.POLICY, Reason.AMBIGUOUS, replace(PROTECTED, settings=Settings(policy=LEAD)), [post(due=SOON), KEEP]),
        (Reason.POLICY, Action.WAITING, agreed(LEAD, limit=0), [post(due=SOON)]),
        (Reason.NOT_REVIEWED, Reason.AMBIGUOUS, replace(PROTECTED, options=UNREVIEWED), [post(due=SOON), KEEP]),
        (Reason.NOT_REVIEWED, Action.WAITING, World(limit=0, options=UNREVIEWED), [post()]),
        (Reason.NOT_REVIEWED, Reason.UNRESOLVED, World(options=UNREVIEWED), [post(idea="hiring"), idea()]),
        (Reason.AMBIGUOUS, Action.WAITING, replace(PROTECTED, limit=0), [post(due=SOON), KEEP]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_which_hold_wins(wins: Reason, over: Reason | Action, world: World, items: list[Post]) -> None:
    """The first of two that would hold the same change."""
    held = world.plan(*items).changes
    found = {verdict(c) for c in held if c.desired is None or c.slot == slot(items[0])}
    assert wins in found
    assert over not in found


# -- each pass is pure, gives the same result twice, and lifts no hold

KEYS = ("a", "b", "c", "d")
TEXTS = ("One", "Two", "")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, list[Post]]:
    """Some applied posts, and later changes of each in the files and in Buffer."""
    before, live, items = [], [], []
    for n, key in enumerate(KEYS):
        due = draw(st.sampled_from((None, NOW, SOON, DUE, LATER)))
        was = post(key, draw(st.sampled_from(TEXTS)), due, protect=draw(st.booleans()))
        now = replace(was, text=draw(st.sampled_from(TEXTS)), cancelled=draw(st.booleans()))
        there = in_buffer(was, f"p{n}", text=draw(st.sampled_from((was.text, *TEXTS))))
        if draw(st.booleans()):
            there = published(was, f"p{n}")
        if draw(st.booleans()):
            before.append((was, in_buffer(was, f"p{n}")))
        if draw(st.booleans()):
            live.append(there)
        if draw(st.booleans()):
            items.append(now)
    policy = draw(st.sampled_from((Policy(), LEAD, FROZEN)))
    settings = Settings(policy=policy, max_deletes=draw(st.integers(0, 2)), prune=draw(st.booleans()))
    review = draw(st.sampled_from((None, nothing_reviewed)))
    world = World(
        live=live,
        state=record(*before, origin=draw(st.sampled_from((Origin.CREATED, Origin.ADOPTED)))),
        settings=settings,
        limit=draw(st.sampled_from((None, 0, 1, 2))),
        gone=draw(st.sets(st.sampled_from([f"p{n}" for n in range(len(KEYS))]))) - {each.id for each in live},
        unread=draw(st.sets(st.just("c1"))),
        options=Options(review=review, max_deletes=draw(st.sampled_from((None, 1)))),
    )
    return world, items


def table_of(world: World, items: list[Post]) -> tuple[list[Change], Scene, Matches]:
    """The changes from the table, and the input of the passes."""
    scene = Scene(world.desired(*items), world.reading, world.state, world.targets, world.options)
    matches = match(map(scene.declared, scene.desired.items), scene)
    return [*planning._decided(scene, matches), *planning._removed(scene, matches)], scene, matches


@given(worlds())
def test_a_pass_is_pure_and_lifts_no_hold(drawn: tuple[World, list[Post]]) -> None:
    """The same result twice, nothing lost; only writes are held or wait, and holds stay word for word."""
    changes, scene, matches = table_of(*drawn)
    for each in planning.PASSES.values():
        before = tuple(changes)
        after = each(changes, scene, matches)
        assert tuple(changes) == before
        assert each(after, scene, matches) == after
        was = {change.slot: change for change in before}
        assert was.keys() == {change.slot for change in after}
        for change in after:
            old = was[change.slot]
            assert change == old or (old.action in WRITING and change.action in {Action.HOLD, Action.WAITING})
            assert (change.write is not None) == (change.action in WRITING | {Action.WAITING})
        changes = after
    assert tuple(changes) == drawn[0].plan(*drawn[1]).changes


def on_both(number: int) -> list[Post]:
    """The posts of so many entries, each on two channels."""
    entries = [post(f"k{n}", f"Number {n}") for n in range(number)]
    return [each for entry in entries for each in (entry, on_linkedin(entry))]


BOTH_KEPT = [KEEP, on_linkedin(KEEP)]


def test_an_entry_counts_once_for_all_its_channels() -> None:
    """Five entries with ten posts are deleted, six are held."""
    assert {verdict(c) for c in bound(*on_both(5), *BOTH_KEPT).plan(*BOTH_KEPT).writes} == {Action.DELETE}
    held = bound(*on_both(6), *BOTH_KEPT).plan(*BOTH_KEPT).of(Action.HOLD)
    assert {(c.reason, c.message.partition(" disappeared")[0]) for c in held} == {
        (Reason.DELETES, "6 entries with 12 posts")
    }


def test_an_entry_that_is_confirmed_by_name_does_not_count() -> None:
    """The other five are deleted with it."""
    held = bound(*on_both(6), *BOTH_KEPT).plan(*BOTH_KEPT).of(Action.HOLD)
    confirmed = frozenset(str(c.address) for c in held if c.slot.key == "k0")
    plan = bound(*on_both(6), *BOTH_KEPT, options=Options(confirmed=confirmed)).plan(*BOTH_KEPT)
    assert len(plan.writes) == 12


def test_a_channel_that_entries_no_longer_go_to_is_named() -> None:
    """Their entries are still there; where some are not, they disappeared."""
    entries = [post(f"k{n}", f"Number {n}") for n in range(7)]
    world = bound(*on_both(7))
    for kept, says in (
        (entries, "7 posts no longer go to linkedin, and"),
        (entries[1:], "7 entries with 8 posts disappeared from the files, and"),
    ):
        assert {c.message.partition(" at most")[0] for c in world.plan(*kept).of(Action.HOLD)} == {says}


def test_only_what_a_checkout_lacks_is_held() -> None:
    """Of two removed posts, that of a commit which the checkout does not contain; the other is deleted."""
    world = bound(post("old", "Old"), post("new", "New"), KEEP)
    commits = {"old": "0" * 40, "new": "1" * 40}
    bindings = {s: replace(b, commit=commits.get(s.key, "")) for s, b in world.state.bindings.items()}
    diverged = Divergence("1" * 40, contained=frozenset({"0" * 40}))
    world = replace(world, state=replace(world.state, bindings=bindings), options=Options(diverged=diverged))
    assert world.verdicts(KEEP) == {"old": Action.DELETE, "new": Reason.DIVERGED, "keep": Action.NO_OP}


@pytest.mark.parametrize(
    ("known", "says"), [(False, "cannot be fetched"), (True, "changed posts.yaml, and this checkout")]
)
def test_what_a_commit_wrote_that_is_not_here(known: bool, says: str) -> None:
    """Held whatever the edit where the commit cannot be had; else only a version from before it."""
    world = bound(post(text="Corrected"), KEEP)
    before = str(fingerprint(post(), content_of_desired(post())))
    bindings = {s: replace(b, commit="1" * 40, before=(before,)) for s, b in world.state.bindings.items()}
    options = Options(diverged=Divergence("1" * 40, known=known))
    world = replace(world, state=replace(world.state, bindings=bindings), options=options)
    (change,) = (c for c in world.plan(post(), KEEP).changes if c.slot.key == "a")
    assert (change.reason, says in change.message) == (Reason.DIVERGED, True)
    (change,) = (c for c in world.plan(post(text="Another"), KEEP).changes if c.slot.key == "a")
    assert change.action is (Action.UPDATE if known else Action.HOLD)


def test_a_checkout_that_has_the_last_edit_may_take_it_back() -> None:
    """Made: whoever reverts a commit knows it."""
    before = str(fingerprint(post(), content_of_desired(post())))
    world = bound(post(text="Corrected"), KEEP)
    bindings = {s: replace(b, commit="0" * 40, before=(before,)) for s, b in world.state.bindings.items()}
    options = Options(diverged=Divergence("1" * 40, contained=frozenset({"0" * 40})))
    world = replace(world, state=replace(world.state, bindings=bindings), options=options)
    assert world.verdicts(post(), KEEP)["a"] is Action.UPDATE


def test_what_is_called_off_brings_no_version_back() -> None:
    """Deleted, though the checkout lacks the commit that corrected it: whatever it says, it is not to go out."""
    before = str(fingerprint(post(), content_of_desired(post())))
    world = bound(post(text="Corrected"), KEEP)
    bindings = {s: replace(b, commit="1" * 40, before=(before,)) for s, b in world.state.bindings.items()}
    options = Options(diverged=Divergence("1" * 40))
    world = replace(world, state=replace(world.state, bindings=bindings), options=options)
    assert world.verdicts(post(cancelled=True), KEEP)["a"] is Action.DELETE


@pytest.mark.parametrize(("due", "verdicts"), [(LATER, Action.UPDATE), (DUE, Reason.DIVERGED)])
def test_an_edit_does_not_bring_back_the_time_that_another_checkout_changed(
    due: datetime, verdicts: Action | Reason
) -> None:
    """Held with the old time, whatever else it edits; made with the new one."""
    before = str(fingerprint(post(), content_of_desired(post())))
    world = bound(post(due=LATER), KEEP)
    bindings = {s: replace(b, commit="1" * 40, before=(before,)) for s, b in world.state.bindings.items()}
    options = Options(diverged=Divergence("1" * 40))
    world = replace(world, state=replace(world.state, bindings=bindings), options=options)
    assert world.verdicts(post(text="Another", due=due), KEEP)["a"] == verdicts


def test_what_goes_out_beside_a_new_post_is_named() -> None:
    """A person's posts of the same channel and day, by time: published, or to be; no draft, and no other day."""
    at = {hours: DUE + timedelta(hours=hours) for hours in (-3, -2, 1, 2, 3, 30)}
    theirs = [
        in_buffer(post("x", "Later", at[2]), "p1", via="buffer"),
        published(post("x", "Out", at[-3]), "p2", via="buffer"),
        in_buffer(post("x", "Going", at[-2]), "p3", via="buffer", status=PostStatus.SENDING),
        in_buffer(post("x", "A draft", draft=True), "p4", via="buffer", due_at=at[1]),
        in_buffer(post("x", "Refused", at[3]), "p5", via="buffer", status=PostStatus.ERROR),
        in_buffer(post("x", "Another day", at[30]), "p6", via="buffer"),
        in_buffer(on_linkedin(post("x", "Elsewhere", at[1])), "p7", via="buffer"),
    ]
    assert [each.id for each in World(live=theirs).plan(post()).beside] == ["p2", "p3", "p1"]
    assert World(live=theirs).plan().beside == ()
    ours = in_buffer(post(), "p0")
    edited = World(live=[*theirs, ours], state=record((post(), ours)))
    assert [each.id for each in edited.plan(post(text="Edited")).beside] == ["p2", "p3", "p1"]
    assert edited.plan(post()).beside == ()


def test_what_is_cancelled_and_not_deleted_keeps_its_text() -> None:
    """A new post with that text is held while the delete is; it is created once the delete is part of the run."""
    off = post("off", cancelled=True)
    assert bound(post("off")).verdicts(replace(off, protect=True), post("b", due=LATER)) == {
        "off": Reason.PROTECTED,
        "b": Reason.AMBIGUOUS,
    }
    assert bound(post("off")).verdicts(off, post("b", due=LATER)) == {"off": Action.DELETE, "b": Action.CREATE}


def test_the_passes_in_their_order() -> None:
    """The later wins, but for what stops at a hold; what is suspended leaves the schedule in spite of any."""
    assert list(planning.PASSES) == [
        "hold what diverged",
        "guard deletes",
        "hold against policy",
        "hold unreviewed",
        "hold repeats",
        "hold replacements",
        "hold without idea",
        "suspend",
        "order",
        "wait for room",
        "name what is let out",
        "end exemptions",
    ]
