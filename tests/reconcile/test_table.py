"""The action table (design: Actions), one row at a time: the change for one declared object."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bufferctl.diagnostics import Place
from bufferctl.model import (
    Claim,
    CreateIdea,
    CreatePost,
    EditPost,
    Expansion,
    Idea,
    Limits,
    LiveChannel,
    LiveIdea,
    LivePost,
    LiveThreadItem,
    Origin,
    Post,
    PostStatus,
    Service,
    Settings,
    Tag,
    ThreadItem,
    instant,
)
from bufferctl.model.metadata import InstagramMetadata, PinterestMetadata, PostType, TwitterMetadata
from bufferctl.plan import Action, Cause, Reason
from bufferctl.reconcile import Options, holds, reconcile
from bufferctl.reconcile.table import LAG
from bufferctl.said import Way

from .builders import (
    DUE,
    LATER,
    NO_RECORD,
    NOW,
    OLD,
    OVER,
    TWITTER,
    YOUNG,
    Verdict,
    World,
    at_once,
    bindings,
    idea,
    idea_in_buffer,
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

APPLIED = post()
THERE = in_buffer(APPLIED)
OVERDUE = post(due=OVER)
OUT = published(OVERDUE)
ADDRESS = "Acme/twitter:acme/a"


def known(live: LivePost = THERE, was: Post = APPLIED, origin: Origin = Origin.CREATED, **fields: Any) -> World:
    """Buffer has `live`; the state has `was`, as scheduled."""
    return World(live=[live], state=record((was, in_buffer(was)), origin=origin), **fields)


def sent(was: Post, live: LivePost | None = None, **fields: Any) -> World:
    """`was` was applied and published; Buffer shows `live`."""
    return World(live=[live or published(was)], state=record((was, published(was))), **fields)


# -- not sent | channel disconnected or locked | hold, but for deletes; queue paused: warn


@pytest.mark.parametrize("channel", [replace(TWITTER, is_disconnected=True), replace(TWITTER, is_locked=True)])
@pytest.mark.parametrize(
    ("world", "item"),
    [(World(), post()), (known(), APPLIED), (known(), replace(APPLIED, text="Edited"))],
    ids=["new", "known", "edited"],
)
def test_a_channel_that_does_not_publish_holds_what_is_not_sent(channel: LiveChannel, world: World, item: Post) -> None:
    """Held because of the channel, with or without something to send."""
    assert replace(world, channels=(channel,)).verdict(item) is Reason.CHANNEL


def test_a_disconnected_channel_holds_neither_what_is_out_nor_deletes() -> None:
    """Done, and deleted."""
    channel = replace(TWITTER, is_disconnected=True)
    over = post(due=OVER)
    assert sent(over, channels=(channel,)).verdict(over) is Action.DONE
    assert known(channels=(channel,)).verdict(replace(APPLIED, cancelled=True)) is Action.DELETE


@pytest.mark.parametrize(("paused", "expected"), [(True, True), (False, False)])
def test_a_paused_queue_warns(paused: bool, expected: bool) -> None:
    """Created anyway, with a warning."""
    plan = World(channels=(replace(TWITTER, is_queue_paused=paused),)).plan(queued())
    assert [verdict(c) for c in plan.changes] == [Action.CREATE]
    assert ("twitter:acme is paused" in warnings(plan)) == expected


# -- any | live in `error` | hold with the network's message


def test_what_the_network_refused_is_held_with_its_message() -> None:
    """Held with the message, edited or not, even on a disconnected channel."""
    disconnected = replace(TWITTER, is_disconnected=True)
    for error, why in ((" It is too big, see appendix. ", "It is too big, see appendix"), ("", "no reason given")):
        refused = replace(THERE, status=PostStatus.ERROR, error=error)
        for item in (APPLIED, replace(APPLIED, text="Edited")):
            assert known(refused, channels=(disconnected,)).verdict(item) is Reason.ERROR
            assert known(refused).change(item).message == (
                f"Buffer accepted it, but publishing failed: {why}. bufferctl does not create it a second time"
            )


# -- known or matched, unedited | sent | done


@pytest.mark.parametrize(
    "world",
    [
        sent(OVERDUE),
        World(state=record((OVERDUE, published(OVERDUE)))),
        sent(OVERDUE, published(OVERDUE, text="By hand")),
    ],
    ids=["read", "older than the reading", "edited by hand"],
)
def test_what_is_out_is_done(world: World) -> None:
    """Also if it is older than the reading, or a person edited it; without a warning or a difference."""
    change = world.change(OVERDUE)
    assert (change.action, change.differences, warnings(world.plan(OVERDUE))) == (Action.DONE, (), "")


def test_what_is_out_is_recorded_as_published() -> None:
    """With the time that it was due."""
    binding = known(published(APPLIED)).change(APPLIED).binding
    assert binding is not None
    assert (binding.status, binding.due_at) == ("sent", "2030-01-22T12:00:00Z")


def test_what_was_published_by_hand_is_done() -> None:
    """That is progress, which the reason names."""
    change = known(published(APPLIED, sent_at=NOW, shared_now=True)).change(APPLIED)
    assert (change.action, change.reason) == (Action.DONE, Reason.SHARED)


# -- known | sending | nothing is recorded; an edit is held


SENDING = replace(THERE, status=PostStatus.SENDING)


@pytest.mark.parametrize(
    ("live", "items", "expected"),
    [
        (SENDING, [APPLIED], {"a": Action.NO_OP}),
        (SENDING, [replace(APPLIED, text="Edited")], {"a": Reason.SENT}),
        (SENDING, [replace(APPLIED, cancelled=True)], {"a": Reason.SENT}),
        (SENDING, [], {"a": Reason.SENT}),
        (SENDING, [post("renamed", was="a")], {"renamed": Action.MOVE}),
        (replace(SENDING, text="Edited"), [replace(APPLIED, text="Edited")], {"a": Action.NO_OP}),
        (replace(SENDING, text="By hand"), [APPLIED], {"a": Action.NO_OP}),
    ],
    ids=["unchanged", "edited", "cancelled", "removed", "renamed", "the same edit by hand", "edited by hand"],
)
def test_what_is_being_sent_is_left_alone(live: LivePost, items: list[Post], expected: dict[str, Verdict]) -> None:
    """Nothing to do, since it may still fail; an edit or a delete is held."""
    assert known(live).verdicts(*items) == expected


def test_nothing_is_recorded_of_what_is_being_sent() -> None:
    """Its record stays."""
    world = known(SENDING)
    assert world.change(APPLIED).binding == world.state.bindings[slot(APPLIED)]


def test_what_is_being_sent_says_nothing_of_another_entry() -> None:
    """It is not held for that reason."""
    assert known(SENDING).verdict(post("other")) is not Reason.SENT


# -- known, edited | sent | done, with one warning an entry, kept as `noted`


def noted(world: World, item: Post) -> World:
    """After an apply."""
    binding = world.change(item).binding
    assert binding is not None
    return replace(world, state=replace(world.state, bindings={slot(item): binding}))


@pytest.mark.parametrize(
    ("was", "now", "fields"),
    [
        (queued(), queued(text="Edited"), "text"),
        (post(due=OVER), post(due=LATER), "due_at"),
        (post(due=OVER), post(text="Edited", due=OVER - timedelta(days=1)), "text and due_at"),
        (queued(), queued(tags=("launch",)), "tags"),
        (queued(assets=(picture("a"),)), queued(assets=(picture("b"),)), "assets"),
    ],
    ids=["text", "time", "text and time, past", "tags", "another picture"],
)
def test_an_edit_of_a_published_post_is_done_and_said_once(was: Post, now: Post, fields: str) -> None:
    """Done, with one warning; what was applied stays, and the next plan is quiet until the file changes again."""
    world = sent(was)
    change = world.change(now)
    assert (change.action, change.cause) == (Action.DONE, Cause.EDITED)
    said = f"`a` is already published on X; this edit ({fields}) changes nothing there"
    assert said in warnings(world.plan(now))
    old, after = world.state.bindings[slot(was)], noted(world, now)
    kept = after.state.bindings[slot(now)]
    assert (kept.applied, kept.text, kept.media) == (old.applied, old.text, old.media)
    assert (after.change(now).cause, warnings(after.plan(now))) == (Cause.UNCHANGED, "")
    assert "already published" in warnings(after.plan(replace(now, text="Edited again", due_at=was.due_at)))
    assert noted(after, was).state.bindings == world.state.bindings


@pytest.mark.parametrize(
    ("after", "hint"),
    [
        (queued(draft=True), ""),
        (queued(tags=("launch",)), ""),
        (queued(text="Edited"), "To change what people see, edit it on X."),
        (queued(text="Edited", tags=("launch",)), "To change what people see, edit it on X."),
        (queued(source="a newsletter"), "To change what people see, edit it on X."),
    ],
    ids=["draft", "tags", "text", "text and tags", "what Buffer does not show"],
)
def test_where_to_edit_a_published_post_is_said_if_readers_see_the_edit(after: Post, hint: str) -> None:
    """Of a text, but not of what only Buffer shows."""
    (warning,) = sent(queued()).plan(after).warnings
    assert warning.hint == hint


def test_an_edit_that_buffer_shows_is_done_without_a_word() -> None:
    """The post was changed in Buffer to the same before it was published."""
    edited = queued(text="Edited")
    assert warnings(sent(queued(), published(edited)).plan(edited)) == ""


def test_a_published_post_that_was_not_read_is_done_as_well() -> None:
    """With the fields that the state can tell."""
    was = post(due=OVER)
    world = World(state=record((was, published(was))))
    assert world.verdict(replace(was, text="Edited")) is Action.DONE
    assert "this edit (text) changes" in warnings(world.plan(replace(was, text="Edited")))
    assert "this edit (due_at) changes" in warnings(world.plan(replace(was, due_at=LATER)))


def test_an_entry_has_one_warning_with_its_networks_and_links() -> None:
    """One for all channels; entries of a file that are edited alike share it; another edit has its own."""
    items = [post("a", due=OVER), post("b", "Second", OVER - timedelta(days=1)), post("c", "Third", OVER)]
    items = [replace(each, place=Place("posts.yaml", line, 3)) for line, each in enumerate(items, 1)]
    items += [on_linkedin(each) for each in items]
    out = [published(each, f"p{n}", external_link=f"https://net.example/{n}") for n, each in enumerate(items)]
    world = World(live=out, state=record(*zip(items, out, strict=True)))
    edited = [replace(each, **({"due_at": LATER} if each.address.key != "c" else {"text": "New"})) for each in items]
    later, reworded = world.plan(*edited).warnings
    assert (
        later.message == "`a` and `b` are already published on X and LinkedIn; this edit (due_at) changes nothing there"
    )
    assert (later.place, later.hint) == (items[0].place, "")
    assert reworded.message == "`c` is already published on X and LinkedIn; this edit (text) changes nothing there"
    links = "X (https://net.example/2) and LinkedIn (https://net.example/5)"
    assert reworded.hint == f"To change what people see, edit them on {links}."


# -- known, text edited, with a `due_at` of its own in the future | sent | hold


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Reason.SENT),
        ({"expansion": Expansion(starts=LATER.date())}, Action.DONE),
        ({"due_at": NOW}, Action.DONE),
    ],
    ids=["later", "later because the campaign moved", "that time has come"],
)
def test_another_text_for_a_time_to_come_is_held(fields: dict[str, Any], expected: Verdict) -> None:
    """Held, since it would not be sent; not where the time counts from `starts`, which moves with the campaign."""
    now = replace(post(text="Edited", due=LATER), **fields)
    assert sent(post(due=OVER)).verdict(now) is expected


def test_another_text_for_a_time_to_come_is_held_where_nothing_is_read() -> None:
    """The state knows what was published."""
    was = post(due=OVER)
    assert World(state=record((was, published(was)))).verdict(post(text="Edited", due=LATER)) is Reason.SENT


def test_another_text_for_a_time_to_come_is_held_after_a_warning() -> None:
    """An edit that was noted before changes nothing about it."""
    was = post(due=OVER)
    after = noted(sent(was), replace(was, text="Edited"))
    assert after.verdict(post(text="Edited", due=LATER)) is Reason.SENT


def test_one_post_of_a_series_has_no_key_to_change() -> None:
    """Its text goes into an entry of its own; that of a single post takes a new key."""
    for expansion, says in ((None, "give this one a new key"), (Expansion(number=2, times=3), "an entry of its own")):
        was = post(expansion=expansion)
        assert (
            says
            in World(live=[published(was)], state=record((was, published(was))))
            .change(replace(was, text="Edited", due_at=NOW + timedelta(days=9)))
            .hint
        )


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (post(due=OVER), post("b", due=LATER, was="a"), Reason.SENT),
        (post(due=OVER), post("b", due=OVER - timedelta(days=1), was="a"), Action.DONE),
        (post(due=LATER), post("b", due=LATER, was="a", tags=("launch",)), Action.DONE),
    ],
    ids=["another time to come", "another time that is over", "its time, before which somebody published it"],
)
def test_a_new_key_for_a_time_to_come_is_held(was: Post, now: Post, expected: Action | Reason) -> None:
    """Renamed once it was published, to be published at another time: it is probably another post."""
    live = published(was, sent_at=OVER, shared_now=True)
    assert sent(was, live).verdict(now) is expected


# -- known | gone | hold: deleted in Buffer, until --recreate; created within the hour: lag


def gone(created: datetime = OLD, **fields: Any) -> World:
    live = in_buffer(APPLIED, created=created)
    return World(state=record((APPLIED, live)), gone=["p1"], **fields)


@pytest.mark.parametrize(
    ("created", "expected"),
    [(OLD, Reason.GONE), (NOW - LAG + timedelta(seconds=1), Reason.LAG), (NOW - LAG, Reason.GONE)],
)
def test_what_was_deleted_in_buffer_is_held(created: datetime, expected: Reason) -> None:
    """Held as deleted; within an hour of its creation Buffer may be behind."""
    assert gone(created).verdict(APPLIED) is expected


def test_what_was_deleted_in_buffer_is_held_where_nobody_knows_when_it_was_created() -> None:
    """As deleted."""
    state = record((APPLIED, THERE))
    undated = replace(state, bindings={slot(APPLIED): replace(state.bindings[slot(APPLIED)], created_at="")})
    assert World(state=undated, gone=["p1"]).verdict(APPLIED) is Reason.GONE


@pytest.mark.parametrize(
    ("due", "said"),
    [(OVER, "Its channel was connected"), (None, "Its channel was connected"), (LATER, "Somebody deleted")],
)
def test_what_a_new_connection_removed_may_have_been_published(due: datetime | None, said: str) -> None:
    """If its time has passed, or it had none; otherwise, and without a new connection, somebody deleted it."""
    item = post(due=due) if due else queued()
    state = record((item, in_buffer(item)))
    state = replace(state, bindings={at: replace(b, reconnected=True) for at, b in state.bindings.items()})
    change = World(state=state, gone=["p1"]).change(item)
    assert (change.reason, change.message.startswith(said)) == (Reason.GONE, True)
    as_ever = World(state=record((item, in_buffer(item))), gone=["p1"]).change(item)
    assert as_ever.message.startswith("Somebody deleted"), "on a channel that is still the same one"


def test_a_post_that_is_not_shown_yet_says_until_when() -> None:
    """The hint is to plan again after that hour, in which Buffer may be behind."""
    hold = gone(NOW - LAG + timedelta(minutes=10)).plan(APPLIED).changes[0]
    assert f"after {NOW + timedelta(minutes=10):%H:%M} UTC" in hold.hint


def test_recreate_creates_what_was_deleted() -> None:
    """Created; not if its time is past, and not for another address."""
    again = Options(recreate=frozenset({ADDRESS}))
    assert gone(options=again).verdict(APPLIED) is Action.CREATE
    assert gone(options=Options(recreate=frozenset({"Acme/twitter:acme/b"}))).verdict(APPLIED) is Reason.GONE
    late = gone(options=again).change(replace(APPLIED, due_at=OVER))
    assert (verdict(late), late.message.endswith("at once, so it is not sent")) == (Reason.MISSED, True)


def test_an_idea_that_is_gone_is_held_and_created_again_on_request() -> None:
    """Held as deleted, though ideas cannot be requested one by one: all of them are read."""
    hiring = idea()
    state = record((hiring, idea_in_buffer(hiring)))
    assert World(state=state).verdict(hiring) is Reason.GONE
    options = Options(recreate=frozenset({"Acme/ideas/hiring"}))
    assert World(state=state, options=options).verdict(hiring) is Action.CREATE


def test_an_idea_that_is_declared_again_after_it_was_deleted_in_buffer_is_new() -> None:
    """Created: it had left the files, and all ideas were read."""
    hiring = idea()
    state = record((hiring, idea_in_buffer(hiring)))
    retired = replace(state, bindings={at: replace(b, retired=True) for at, b in state.bindings.items()})
    assert World(state=retired).verdict(hiring) is Action.CREATE
    assert World(live=[idea_in_buffer(hiring)], state=retired).verdict(hiring) is Action.NO_OP


def test_what_no_list_shows_and_nobody_sought_is_not_gone() -> None:
    """Done as before; an edit of it is held as unread."""
    world = World(state=record((APPLIED, THERE)))
    assert world.verdict(APPLIED) is Action.DONE
    assert world.verdict(replace(APPLIED, text="Edited")) is Reason.UNREAD


# -- known, unedited | changed by a person | hold: changed; both: conflict


@pytest.mark.parametrize(
    "changed",
    [
        replace(THERE, text="Theirs"),
        replace(THERE, due_at=LATER),
        replace(THERE, status=PostStatus.DRAFT, due_at=None),
        replace(THERE, status=PostStatus.DRAFT),
        replace(THERE, status=PostStatus.NEEDS_APPROVAL),
        replace(THERE, tags=(Tag("t", "theirs"),)),
    ],
    ids=["text", "time", "back to draft", "back to draft, with its time", "back to approval", "tags"],
)
def test_what_a_person_changed_is_held_with_both_sides(changed: LivePost) -> None:
    """Held as changed, or as a conflict if the file changed, too; both sides are shown."""
    change = known(changed).change(APPLIED)
    assert verdict(change) is Reason.CHANGED
    assert change.message.startswith(str(holds.CHANGED.message))
    assert change.differences
    conflict = known(changed).change(replace(APPLIED, text="Ours"))
    assert verdict(conflict) is Reason.CONFLICT
    assert "text" in {each.path for each in conflict.differences}


def test_a_version_of_buffers_that_pull_wrote_counts_as_applied() -> None:
    """Nothing to do; an edit of another field since then is sent, and the old version held as changed.

    Another text is an edit, too, unless the state is shared: then it may be one of the old version, in a checkout that
    lacks what pull wrote, so it is a conflict.
    """
    theirs = replace(THERE, text="Theirs")
    pulled = post(text="Theirs")
    now = bindings((pulled, theirs))[slot(pulled)]
    state = known().state
    wrote = replace(state.bindings[slot(APPLIED)], pulled=(now.applied, now.applied, now.seen, now.due_at, "text"))
    world = World(live=[theirs], state=replace(state, bindings={slot(APPLIED): wrote}))
    change = world.change(pulled)
    assert (change.action, change.binding) == (Action.NO_OP, now)
    assert world.verdict(APPLIED) is Reason.CHANGED
    assert world.verdict(post(text="Edited since")) is Action.UPDATE
    shared = replace(world, options=Options(is_state_shared=True))
    assert shared.verdict(post(text="Edited since")) is Reason.CONFLICT
    since = TwitterMetadata(is_ai_generated=True)
    for each in (world, shared):
        assert each.verdict(post(text="Theirs", metadata=since)) is Action.UPDATE
        assert each.verdict(replace(APPLIED, metadata=since)) is Reason.CONFLICT


def test_what_was_refused_and_is_scheduled_again_is_as_it_was() -> None:
    """Nothing to do: a person retried it in Buffer."""
    state = record((APPLIED, replace(THERE, status=PostStatus.ERROR)))
    assert World(live=[THERE], state=state).verdict(APPLIED) is Action.NO_OP


def test_an_edit_that_a_person_made_too_shows_no_difference() -> None:
    """Nothing to do, also on a channel that lets every post wait for approval."""
    waits = in_buffer(post(), status=PostStatus.NEEDS_APPROVAL)
    world = World(live=[replace(waits, text="New")], state=record((post(), waits)))
    change = world.change(post(text="New"))
    assert (change.action, change.differences) == (Action.NO_OP, ())


def test_reapply_sends_the_files_version() -> None:
    """Updated, for drift; an adopted post stays held."""
    again = Options(reapply=frozenset({ADDRESS}))
    theirs = replace(THERE, text="Theirs")
    for item in (APPLIED, replace(APPLIED, text="Ours")):
        change = known(theirs, options=again).change(item)
        assert (change.action, change.cause) == (Action.UPDATE, Cause.DRIFT)
        assert isinstance(change.write, EditPost)
        assert change.write.reschedule
    assert known(theirs, origin=Origin.ADOPTED, options=again).verdict(APPLIED) is Reason.CHANGED


def test_reapply_of_a_post_to_approve_says_nothing_of_a_suspension() -> None:
    """Updated without a word: it waits for its approval as before."""
    item = replace(APPLIED, needs_approval=True)
    change = known(in_buffer(item, text="Theirs"), item, options=Options(reapply=frozenset({ADDRESS}))).change(item)
    assert (change.action, change.message) == (Action.UPDATE, "")


def test_a_hold_offers_reapply_only_for_posts_that_are_ours() -> None:
    """For ours, not for an adopted post."""
    theirs = replace(THERE, text="Theirs")
    hints = [known(theirs, origin=origin).change(APPLIED).hint for origin in (Origin.CREATED, Origin.ADOPTED)]
    assert ["--reapply" in hint for hint in hints] == [True, False]
    assert hints[1].startswith("Change it in Buffer.")


@pytest.mark.parametrize(
    ("here", "there", "named"), [((), (), True), (("b",), (), False), ((), ("a",), False), (("c",), ("c",), True)]
)
def test_a_twin_is_cancelled_before_its_text_is_pulled(
    here: tuple[str, ...], there: tuple[str, ...], named: bool
) -> None:
    """A person wrote what another entry says for that time; unless one of the two says that both are meant."""
    other = post("b", "Second")
    live = [replace(THERE, text="Second"), in_buffer(other, "p2")]
    world = World(live=live, state=record((APPLIED, THERE), (other, live[1])))
    hint = world.change(replace(APPLIED, repeat_of=here), replace(other, repeat_of=there)).hint
    assert ("first cancel `b`, which says the same at that time" in hint) is named


def test_reapply_beside_an_equal_post_of_nobody_needs_an_answer_first() -> None:
    """It would be held again; the hint has the id."""
    live = [replace(THERE, text="Theirs"), in_buffer(APPLIED, "p7")]
    hint = World(live=live, state=record((APPLIED, THERE))).change(APPLIED).hint
    assert (
        "Another post in Buffer has the file's text: to send that all the same, first add `repeat_of: {twitter: p7}`"
        in hint
    )


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"made_for_kids": True}, Reason.LEGAL),
        ({"made_for_kids": False}, Action.UPDATE),
        ({"is_ai_generated": True}, Action.UPDATE),
    ],
)
def test_a_statement_by_law_that_the_file_leaves_out_holds_an_edit(field: dict[str, Any], expected: Verdict) -> None:
    """Where Buffer has it: no default may take its place. Nothing else that is left out holds anything."""
    there = replace(THERE, metadata=field)
    assert World(live=[there], state=record((APPLIED, there))).verdict(replace(APPLIED, text="New")) is expected


def test_what_came_back_different_is_no_ones_edit() -> None:
    """Held as changed, by Buffer."""
    state = record((APPLIED, THERE))
    binding = replace(state.bindings[slot(APPLIED)], seen="")
    shortened = replace(THERE, text="We are li")
    change = World(live=[shortened], state=replace(state, bindings={slot(APPLIED): binding})).change(APPLIED)
    assert verdict(change) is Reason.CHANGED
    assert "Buffer changed it when it was sent" in change.message


def test_a_scheduled_version_that_is_not_the_files_will_go_out_and_the_hold_says_so() -> None:
    """For a scheduled post, not for a draft."""
    scheduled = known(replace(THERE, text="Theirs")).change(APPLIED)
    draft = known(replace(THERE, status=PostStatus.DRAFT, due_at=None)).change(APPLIED)
    assert [("will be published as it is" in c.message) for c in (scheduled, draft)] == [True, False]


def test_file_and_buffer_that_came_to_say_the_same_are_in_agreement() -> None:
    """Nothing to do, and the common version counts as applied."""
    both = replace(APPLIED, text="Both")
    change = known(replace(THERE, text="Both")).change(both)
    assert change.action is Action.NO_OP
    assert change.binding == bindings((both, in_buffer(both)))[slot(both)]


# -- known, edited | not sent, ours | update; known or matched, unedited | not sent | no-op


@pytest.mark.parametrize("origin", [Origin.CREATED, Origin.RECOVERED, Origin.IMPORTED])
def test_an_edit_of_ours_is_sent(origin: Origin) -> None:
    """Updated, without the schedule; an unedited post needs nothing."""
    change = known(origin=origin).change(replace(APPLIED, text="Edited"))
    assert (change.action, change.cause) == (Action.UPDATE, Cause.EDITED)
    assert isinstance(change.write, EditPost)
    assert not change.write.reschedule
    assert known(origin=origin).verdict(APPLIED) is Action.NO_OP


def test_an_edit_of_the_time_sends_the_schedule() -> None:
    """Updated, with the time among the differences."""
    change = known().change(replace(APPLIED, due_at=LATER))
    assert isinstance(change.write, EditPost)
    assert change.write.reschedule
    assert ([each.path for each in change.differences], change.message) == (["due_at"], "")


_NOT_SHOWN = "Buffer does not show `source`, so only the new version is shown here"


def test_an_edit_that_buffer_does_not_show_says_so() -> None:
    """Updated, with a message in place of differences."""
    change = known().change(replace(APPLIED, source="a newsletter"))
    assert (change.action, change.differences, change.message) == (Action.UPDATE, (), _NOT_SHOWN)


def test_a_post_that_loses_its_idea_stays_linked_and_says_so() -> None:
    """Not one that keeps it."""
    of_idea = post(idea="hiring")
    world = known(in_buffer(of_idea, idea_id="i1"), of_idea)
    assert "stays linked to its idea" in world.change(post()).message
    assert world.change(replace(of_idea, source="a newsletter"), idea()).message == _NOT_SHOWN


def test_another_address_of_an_image_is_shown() -> None:
    """Updated, with the last applied address next to the new one: Buffer shows neither."""
    was = post(assets=(picture("a"),))
    change = known(in_buffer(was), was).change(post(assets=(picture("b"),)))
    (difference,) = change.differences
    assert (change.action, difference.path) == (Action.UPDATE, "assets.0.image.url")
    assert (difference.before, difference.after) == ("https://acme.example/a.png", "https://acme.example/b.png")


def test_an_edit_of_what_a_person_made_is_held() -> None:
    """Held as adopted."""
    assert known(origin=Origin.ADOPTED).verdict(replace(APPLIED, text="Edited")) is Reason.ADOPTED


@pytest.mark.parametrize(
    ("was", "live", "reason"),
    [
        (post(draft=True), in_buffer(post()), Reason.SCHEDULED),
        (post(needs_approval=True), in_buffer(post()), Reason.APPROVED),
        (queued(draft=True), in_buffer(post()), Reason.SCHEDULED),
    ],
    ids=["scheduled a draft", "approved", "scheduled a draft without a time"],
)
def test_progress_is_not_drift(was: Post, live: LivePost, reason: Reason) -> None:
    """Nothing to do, with the person's action."""
    change = known(live, was).change(was)
    assert (change.action, change.reason) == (Action.NO_OP, reason)


WAITS = post(needs_approval=True)
APPROVED = in_buffer(WAITS, status=PostStatus.SCHEDULED)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (APPROVED, Action.NO_OP),
        (replace(APPROVED, due_at=LATER), Reason.CHANGED),
        (published(WAITS, due_at=NOW, sent_at=NOW), Action.DONE),
    ],
    ids=["approved", "approved and moved", "out early"],
)
def test_progress_at_another_time_is_a_change(live: LivePost, expected: Verdict) -> None:
    """Held: a person approved it and moved it; not if it went out early."""
    assert World(live=[live], state=record((WAITS, in_buffer(WAITS)))).verdict(WAITS) is expected


def test_a_draft_without_a_time_that_got_one_is_no_change() -> None:
    """A person scheduled it."""
    draft = queued(draft=True)
    scheduled = in_buffer(draft, status=PostStatus.SCHEDULED, due_at=LATER)
    assert World(live=[scheduled], state=record((draft, in_buffer(draft)))).verdict(draft) is Action.NO_OP


def test_a_place_in_the_queue_is_no_time() -> None:
    """Nothing to do if the queue moved; held if a person gave it a time."""
    was = queued()
    moved = in_buffer(was, due_at=LATER)
    assert known(moved, was).verdict(was) is Action.NO_OP
    own_time = replace(moved, share_mode="customScheduled", is_custom_scheduled=True)
    assert known(own_time, was).verdict(was) is Reason.CHANGED


@pytest.mark.parametrize(
    ("live", "item", "expected"),
    [
        ([THERE], APPLIED, Action.NO_OP),
        ([THERE], replace(APPLIED, text="Edited"), Action.UPDATE),
        ([THERE], replace(APPLIED, due_at=LATER), Action.UPDATE),
        ([replace(THERE, scheduling_type="notification")], APPLIED, Action.NO_OP),
        ([], APPLIED, Action.DONE),
    ],
    ids=["equal", "text", "time", "published by a person", "not read, so nothing shows an edit"],
)
def test_a_record_of_another_version_is_compared_by_content(live: list[LivePost], item: Post, expected: Action) -> None:
    """Nothing to do if file and Buffer agree; otherwise updated."""
    state = record((APPLIED, THERE))
    binding = replace(state.bindings[slot(APPLIED)], applied="0:x")
    world = World(live=live, state=replace(state, bindings={slot(APPLIED): binding}))
    assert world.verdict(item) is expected


# -- new, due before managed_since (or now), its home unrecorded: past; else missed


@pytest.mark.parametrize(
    ("since", "due", "expected"),
    [
        (None, OVER, Action.PAST),
        (NOW - timedelta(hours=1), OVER, Action.PAST),
        (NOW - timedelta(hours=3), OVER, Reason.MISSED),
        (None, NOW + timedelta(seconds=1), Reason.MISSED),
    ],
    ids=["no managed_since", "due before managed_since", "due after managed_since", "inside the lead time"],
)
def test_history_in_the_files_is_past_where_nothing_is_recorded(
    since: datetime | None, due: datetime, expected: Action | Reason
) -> None:
    """Past if it was due before `managed_since`, otherwise missed."""
    assert World(state=NO_RECORD, since=since).verdict(post(due=due)) is expected


def test_what_is_past_stays_quiet() -> None:
    """Still past once its home is recorded, if it was remembered; otherwise missed."""
    over = post(due=OVER)
    assert World(state=record(past=frozenset({slot(over)}))).verdict(over) is Action.PAST
    assert World().verdict(over) is Reason.MISSED
    assert World(state=record(past=frozenset({slot(over)}))).verdict(post()) is Action.CREATE


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize(
    ("due", "is_missed"),
    [
        (NOW - timedelta(days=400), True),
        (NOW + timedelta(minutes=2) - timedelta(seconds=1), True),
        (NOW + timedelta(minutes=2), False),
    ],
    ids=["over a year ago", "inside the lead time", "at the lead time"],
)
def test_what_would_be_late_is_missed(edited: bool, due: datetime, is_missed: bool) -> None:
    """Held as missed at any age, new or edited; a draft is never late."""
    world = known() if edited else World()
    expected = Reason.MISSED if is_missed else Action.UPDATE if edited else Action.CREATE
    assert world.verdict(post(due=due)) is expected
    assert World().verdict(post(due=due, draft=True)) is Action.CREATE


# -- new | create; over the limit | waiting; unread


def test_what_is_new_is_created() -> None:
    """Created, with every field of its creation."""
    tagged_post = post(tags=("launch",), idea="hiring")
    seen = in_buffer(post("b", "Another", tags=("Launch",)), "p9")
    change = World(live=[seen]).change(tagged_post, idea())
    assert change.action is Action.CREATE
    assert change.write == CreatePost(tagged_post, "c1", ("Launch",), None)
    assert isinstance(World().change(idea()).write, CreateIdea)


def test_over_the_plans_limit_the_earliest_due_go_first() -> None:
    """The earliest is created; the later one and the queue wait. Drafts and posts published at once take no room."""
    items = (queued("q", "q"), post("later", "later", LATER), post("first", "first"), at_once("now", "now"))
    draft = post("draft", "draft", draft=True)
    theirs = in_buffer(post("x", "Theirs"), "p9")
    assert World(live=[theirs], limit=2).verdicts(*items, draft) == {
        "first": Action.CREATE,
        "now": Action.CREATE,
        "draft": Action.CREATE,
        "later": Action.WAITING,
        "q": Action.WAITING,
    }


@pytest.mark.parametrize(
    ("due_at", "passes"), [(DUE - timedelta(days=1), False), (DUE, False), (LATER, True), (None, True)]
)
def test_what_waits_says_whether_room_comes_in_time(due_at: datetime | None, passes: bool) -> None:
    """A post that is due before any scheduled one is published waits in vain, and says what to do."""
    theirs = in_buffer(post("x", "Theirs", DUE), "p9")
    item = post("a", "a", due_at) if due_at else queued("a", "a")
    change = World(live=[theirs], limit=1).change(item)
    assert change.action is Action.WAITING
    assert ("is sent once earlier ones are published" in change.message) == passes
    assert ("has no room for more scheduled posts before Tue 22 Jan 2030 12:00 UTC" in change.message) != passes
    assert ("Move it to a later time, or make room" in change.hint) != passes


def test_room_comes_when_what_is_sent_before_is_published() -> None:
    """The earlier of two new posts takes the last room, and leaves it in time for the later one."""
    theirs = in_buffer(post("x", "Theirs", LATER + timedelta(days=9)), "p9")
    changes = World(live=[theirs], limit=2).plan(post("a", "a", DUE), post("b", "b", LATER)).changes
    (waiting,) = [each for each in changes if each.action is Action.WAITING]
    assert "is sent once earlier ones are published" in waiting.message


def thread(key: str, **fields: Any) -> Post:
    """A thread of two posts on twitter."""
    items = (ThreadItem(text=key), ThreadItem(text="more"))
    return post(key, key, metadata=TwitterMetadata(thread=items), **fields)


ONE_THREAD = Limits(threads=1)
_THREAD = in_buffer(thread("x"), thread=(LiveThreadItem("x"), LiveThreadItem("more")))


def test_threads_have_a_limit_of_their_own() -> None:
    """The second thread waits, a plain post and a draft of a thread do not."""
    items = thread("a"), thread("b"), post("c", "c"), thread("d", draft=True)
    verdicts = World(limits=ONE_THREAD).verdicts(*items)
    assert verdicts == {"a": Action.CREATE, "b": Action.WAITING, "c": Action.CREATE, "d": Action.CREATE}


def test_a_thread_in_buffer_counts_for_the_limit_of_threads() -> None:
    """Whoever made it."""
    change = World(live=[_THREAD], limits=ONE_THREAD).change(thread("a"))
    assert (change.action, "no room for more scheduled threads" in change.message) == (Action.WAITING, True)


def test_deleting_a_thread_makes_room_for_another() -> None:
    """In the same run, the delete first."""
    known = World(live=[_THREAD], state=record((thread("x"), _THREAD)), limits=ONE_THREAD)
    assert [verdict(each) for each in known.plan(thread("a")).changes] == [Action.DELETE, Action.CREATE]


def test_stories_have_a_limit_of_their_own() -> None:
    """The second story waits; an ordinary post does not."""
    kinds: dict[str, PostType] = {"a": "story", "b": "story", "c": "post"}
    items = [post(key, key, metadata=InstagramMetadata(type=kind)) for key, kind in kinds.items()]
    verdicts = World(limits=Limits(stories=1)).verdicts(*items)
    assert verdicts == {"a": Action.CREATE, "b": Action.WAITING, "c": Action.CREATE}
    there = in_buffer(post("x", "x"), "p9", metadata={"type": "story"})
    assert World(live=[there], limits=Limits(stories=1)).verdict(items[0]) is Action.WAITING


def test_ideas_have_a_limit_and_their_posts_wait_with_them() -> None:
    """The second idea waits, and so does the post that belongs to it; deleting ideas is a person's work."""
    items = (idea("first", "First"), idea("second", "Second"))
    posts = (post("a", "A", idea="first"), post("b", "B", LATER, idea="second"))
    world = World(limits=Limits(ideas=1))
    assert world.verdicts(*items, *posts) == {
        "first": Action.CREATE,
        "second": Action.WAITING,
        "a": Action.CREATE,
        "b": Action.WAITING,
    }
    full = World(live=[idea_in_buffer(idea("x", "X"))], limits=Limits(ideas=1)).change(items[0])
    assert full.action is Action.WAITING
    assert full.message == ("Your Buffer plan has no room for more ideas; it is sent once some are deleted in Buffer")


@pytest.mark.parametrize(
    ("item", "world", "expected"),
    [
        (queued(), World(unread=["c1"]), Reason.UNREAD),
        (at_once(), World(unread=["c1"]), Reason.UNREAD),
        (queued(), World(unread=["c2"]), Action.CREATE),
        (post(), World(unread=["c1"]), Action.CREATE),
        (post(), World(unread=["c1"], state=NO_RECORD), Reason.UNREAD),
        (post(due=OVER), World(unread=["c1"]), Reason.UNREAD),
        (post(due=NOW), World(unread=["c1"], state=NO_RECORD, since=NOW), Reason.UNREAD),
        (queued(), World(unread=["c1"], state=record((queued(), in_buffer(queued()))), live=[in_buffer(queued())]),
         Action.NO_OP),
    ],
    ids=["queue", "now", "another channel", "timed", "timed, unrecorded", "late", "late, unrecorded", "known"],
)  # fmt: skip
def test_only_what_is_proved_absent_is_sent(item: Post, world: World, expected: Action | Reason) -> None:
    """Held as unread if the reading did not go far enough, by kind of post and home."""
    assert world.verdict(item) is expected


# -- known idea, edited | hold


IDEA, REWORDED = idea(), idea(text="Over a coffee")


@pytest.mark.parametrize(
    ("live", "item", "expected"),
    [
        (idea_in_buffer(IDEA), IDEA, Action.NO_OP),
        (idea_in_buffer(IDEA), REWORDED, Reason.IDEA),
        (idea_in_buffer(REWORDED), REWORDED, Action.NO_OP),
        (idea_in_buffer(REWORDED), IDEA, Reason.CHANGED),
        (idea_in_buffer(IDEA, text="Theirs"), REWORDED, Reason.CONFLICT),
    ],
    ids=["unchanged", "in the file", "in both", "in Buffer", "otherwise in both"],
)
def test_ideas_are_not_edited(live: LiveIdea, item: Idea, expected: Verdict) -> None:
    """Held as an edit of an idea; nothing to do if Buffer's has the edit; held as changed if a person changed it."""
    assert World(live=[live], state=record((IDEA, idea_in_buffer(IDEA)))).verdict(item) is expected


def test_an_edit_of_an_idea_shows_what_buffer_does_not_return() -> None:
    """As it was applied, and as the file has it now."""
    applied = replace(IDEA, cta="Stop")
    known_ = record((applied, idea_in_buffer(applied)))
    bound = {each: replace(was, given={"cta": "Stop"}) for each, was in known_.bindings.items()}
    change = World(live=[idea_in_buffer(IDEA)], state=replace(known_, bindings=bound)).change(replace(IDEA, cta="Go"))
    assert verdict(change) is Reason.IDEA
    assert [(each.path, each.before, each.after) for each in change.differences] == [("cta", "Stop", "Go")]


def test_an_idea_cannot_be_reapplied() -> None:
    """It stays held, and a person changes it."""
    state = record((IDEA, idea_in_buffer(IDEA)))
    again = Options(reapply=frozenset({"Acme/ideas/hiring"}))
    change = World(live=[idea_in_buffer(IDEA, text="Theirs")], state=state, options=again).change(IDEA)
    assert (verdict(change), change.hint.startswith("Change it in Buffer. ")) == (Reason.CHANGED, True)


# -- cancelled | ours, unsent | delete


@pytest.mark.parametrize("origin", [Origin.CREATED, Origin.RECOVERED, Origin.IMPORTED])
def test_what_is_cancelled_is_deleted(origin: Origin) -> None:
    """Deleted despite `prune` and `max_deletes`, on one line; a person's post stays held."""
    settings = Settings(prune=False, max_deletes=0)
    change = known(origin=origin, settings=settings).change(replace(APPLIED, cancelled=True))
    assert (change.action, change.cause) == (Action.DELETE, Cause.CANCELLED)


_CHANGED = replace(THERE, text="Theirs")


def test_the_deletion_of_what_a_person_changed_says_so() -> None:
    """Where its entry is cancelled, and where it is removed."""
    removed = known(_CHANGED).plan(other()).changes
    assert "Somebody changed it" in known(_CHANGED).change(replace(APPLIED, cancelled=True)).message
    assert "Somebody changed it" in next(c for c in removed if c.action is Action.DELETE).message


def test_the_deletion_of_what_nobody_changed_says_nothing() -> None:
    """Nor of what Buffer itself changed when it was sent."""
    cancelled, state = replace(APPLIED, cancelled=True), record((APPLIED, THERE))
    by_buffer = replace(state, bindings={slot(APPLIED): replace(state.bindings[slot(APPLIED)], seen="")})
    assert known().change(cancelled).message == ""
    assert World(live=[replace(THERE, text="We are li")], state=by_buffer).change(cancelled).message == ""


@pytest.mark.parametrize(("draft", "goes_out"), [(False, True), (True, False)])
def test_what_is_cancelled_and_may_be_a_persons_is_held(draft: bool, goes_out: bool) -> None:
    """It says so if that post will be published, as no draft will."""
    item = post(cancelled=True, draft=draft)
    change = World(live=[in_buffer(item)]).change(item)
    assert verdict(change) is Reason.AMBIGUOUS
    assert ("that one will be published" in change.message) is goes_out


@pytest.mark.parametrize(
    ("world", "item", "expected"),
    [
        (known(origin=Origin.ADOPTED), APPLIED, Reason.ADOPTED),
        (World(), APPLIED, Action.NO_OP),
        (World(live=[published(OVERDUE, created=YOUNG)]), OVERDUE, Action.NO_OP),
        (sent(OVERDUE), OVERDUE, Action.FORGET),
    ],
    ids=["adopted", "never there", "a published one", "published by us"],
)
def test_what_is_cancelled_and_not_ours_is_not_deleted(world: World, item: Post, expected: Action | Reason) -> None:
    """Held if it was adopted; nothing to do if it never existed, or is already published."""
    assert world.verdict(replace(item, cancelled=True)) is expected


def test_what_is_cancelled_and_published_says_so() -> None:
    """Where it is cancelled, not where its entry is removed."""
    message = "It is already published, which cannot be undone"
    assert sent(OVERDUE).change(replace(OVERDUE, cancelled=True)).message == message
    assert not sent(OVERDUE).plan(other()).changes[0].message


def test_what_is_protected_is_not_deleted() -> None:
    """Held, whether it is canceled or removed from the file."""
    protected = replace(APPLIED, protect=True)
    assert known().verdict(replace(protected, cancelled=True)) is Reason.PROTECTED
    assert known(was=protected).verdicts() == {"a": Reason.PROTECTED}


# -- removed from the files


def other(**fields: Any) -> Post:
    """Another post of the same file, so that the file is not empty."""
    return post("other", "Another", **fields)


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (known(), Action.DELETE),
        (known(origin=Origin.RECOVERED), Action.DELETE),
        (known(settings=Settings(prune=False)), Action.KEEP),
        (known(origin=Origin.ADOPTED), Action.FORGET),
        (sent(post(due=OVER)), Action.FORGET),
        (World(state=record((APPLIED, THERE)), gone=["p1"]), Action.FORGET),
        (World(state=record((APPLIED, THERE))), Reason.UNREAD),
        (World(state=record((post(due=OVER), published(post(due=OVER))))), Action.FORGET),
    ],
    ids=["ours", "recovered", "prune off", "adopted", "sent", "gone", "not read", "sent and no longer read"],
)
def test_what_left_the_files(world: World, expected: Action | Reason) -> None:
    """Deleted if ours and unsent, otherwise forgotten; unread ones are held, since they may be either."""
    assert world.verdicts(other())["a"] is expected


def test_with_prune_off_the_plan_says_what_will_still_be_published() -> None:
    """A warning with the address."""
    plan = known(settings=Settings(prune=False)).plan(other())
    assert f"{ADDRESS} was removed from the files but is still in Buffer and will be published" in warnings(plan)


def test_deletes_say_where_an_object_comes_from() -> None:
    """Imported, or matched by content; what the state only knows from Buffer is a person's if Buffer says so."""
    api = "It was created through the API, perhaps by bufferctl"
    draft, by_hand = post(draft=True), replace(THERE, via="buffer")
    for origin, live, was, says in (
        (Origin.IMPORTED, THERE, APPLIED, f"It was imported. {api}"),
        (Origin.IMPORTED, by_hand, APPLIED, "It was imported. A person created it in Buffer"),
        (Origin.RECOVERED, THERE, APPLIED, "It was matched by its content, so another tool may have created it"),
        (Origin.ADOPTED, THERE, APPLIED, f"{api}, so it stays there and will be published"),
        (Origin.ADOPTED, by_hand, APPLIED, "A person created it in Buffer, so it stays there and will be published"),
        (Origin.ADOPTED, in_buffer(draft, via="buffer"), draft, "bufferctl found it in Buffer, so it stays there"),
    ):
        change = next(c for c in known(live, was, origin).plan(other()).changes if c.address.key == "a")
        assert change.message == says


@pytest.mark.parametrize("wanted", [other(), replace(APPLIED, cancelled=True)], ids=["removed", "canceled"])
@pytest.mark.parametrize(
    ("theirs", "is_said"),
    [
        ({}, False),
        ({"text": "Their words"}, True),
        ({"due_at": LATER}, True),
        ({"status": PostStatus.DRAFT}, True),
        ({"status": PostStatus.ERROR}, False),
    ],
    ids=["as it was", "another text", "another time", "made a draft", "refused by the network"],
)
def test_deletes_say_that_a_person_changed_the_post(wanted: Post, theirs: dict[str, Any], *, is_said: bool) -> None:
    """Its text, its time, or that it is no longer scheduled; nobody changes what a network refuses."""
    change = next(c for c in known(replace(THERE, **theirs)).plan(wanted).changes if c.address.key == "a")
    said = "Somebody changed it in Buffer since the last apply; that version is deleted"
    assert (change.action, change.message) == (Action.DELETE, said if is_said else "")


def test_what_is_canceled_has_the_time_that_buffer_has() -> None:
    """Not that of the file: a protected post is held, and goes out then."""
    wanted = replace(APPLIED, cancelled=True, protect=True, due_at=LATER)
    change = next(c for c in known().plan(wanted).changes if c.address.key == "a")
    assert (change.reason, change.due_at) == (Reason.PROTECTED, THERE.due_at)


def test_a_delete_does_not_take_a_suspension_for_a_persons_change() -> None:
    """It was bufferctl that made it a draft."""
    known_ = record((APPLIED, THERE))
    off = {slot: replace(each, taken_from=instant(APPLIED.due_at)) for slot, each in known_.bindings.items()}
    world = World(live=[replace(THERE, status=PostStatus.DRAFT)], state=replace(known_, bindings=off))
    change = next(c for c in world.plan(other()).changes if c.address.key == "a")
    assert (change.action, change.message) == (Action.DELETE, "")


def test_an_idea_that_left_the_files_stays_in_buffer() -> None:
    """Forgotten, with a note if it still exists."""
    state = record((idea(), idea_in_buffer(idea())))
    (there,) = World(live=[idea_in_buffer(idea())], state=state).plan().changes
    (away,) = World(state=state).plan().changes
    assert (there.action, away.action) == (Action.FORGET, Action.FORGET)
    assert "cannot delete ideas" in there.message
    assert not away.message


# -- live, in no state | unmanaged: counted


def test_what_nobody_declares_is_counted() -> None:
    """Two: published posts are not counted."""
    theirs = (in_buffer(post("x", "x"), "p1"), idea_in_buffer(idea()), published(post("y", "y", OVER), "p3"))
    assert World(live=theirs).plan().unmanaged == 2


# -- an open intent, and names that stand for nothing


def test_a_write_without_an_outcome_is_held_before_anything_else() -> None:
    """Held as unsettled, canceled or not, with any match."""
    options = Options(unsettled={slot(APPLIED): ("p1",)})
    for item in (APPLIED, replace(APPLIED, cancelled=True)):
        change = World(live=[in_buffer(APPLIED, created=YOUNG)], options=options).change(item)
        assert (verdict(change), change.candidates) == (Reason.UNSETTLED, ("p1",))
    assert World(options=Options(unsettled={slot(APPLIED): ()})).verdict(APPLIED) is Reason.UNSETTLED


def test_a_write_without_an_outcome_shows_what_it_may_have_become() -> None:
    """How the object that it may be differs from the file, as a person needs to see to decide."""
    there = in_buffer(APPLIED, text="Other words", created=YOUNG)
    change = World(live=[there], options=Options(unsettled={slot(APPLIED): (there.id,)})).change(APPLIED)
    assert [(each.path, each.before, each.after) for each in change.differences] == [
        ("text", "Other words", APPLIED.text)
    ]


def test_a_tag_that_buffer_does_not_have_is_held() -> None:
    """As unresolved: add it to a post in Buffer, or correct the file."""
    change = World().change(post(tags=("nowhere",)))
    assert verdict(change) is Reason.UNRESOLVED
    assert change.todo
    assert [each.way for each in change.todo.answers] == [Way.IN_BUFFER, Way.EDIT]


def test_an_idea_that_is_held_holds_its_post() -> None:
    """As unresolved."""
    same_title = idea_in_buffer(idea(text="Edited by hand"), created=YOUNG)
    assert World(live=[same_title]).verdict(post(idea="hiring"), idea()) is Reason.UNRESOLVED


def pin(board: str) -> Post:
    """A post for this board."""
    made = replace(post(), service=Service.PINTEREST, metadata=PinterestMetadata(board=board))
    return replace(made, address=replace(made.address, channel="pinterest:acme"))


def test_a_board_is_found_by_its_name() -> None:
    """Its id is sent; held as unresolved where Buffer does not have it."""
    world = World(channels=(replace(TWITTER, service=Service.PINTEREST, boards={"Ours": "b1"}),))
    assert world.verdict(pin("Theirs")) is Reason.UNRESOLVED
    write = world.change(pin("Ours")).write
    assert isinstance(write, CreatePost)
    assert write.item.metadata == PinterestMetadata(board="Ours", board_service_id="b1")


def test_a_post_waits_for_no_idea_that_is_cancelled() -> None:
    """Held, with what to delete: the idea will not be created, or was deleted in Buffer. One that is there is taken."""
    cancelled, known = idea(cancelled=True), record((idea(), idea_in_buffer(idea())))
    for world in (World(), World(state=known, gone=["i1"])):
        change = world.change(post(idea="hiring"), cancelled)
        assert change.message == "Its idea `hiring` is not in Buffer, and this run does not add it, so this is not sent"
        assert change.hint == "Resolve the hold on the idea, or select the idea too. Or delete `idea: hiring`."
    there = World(live=[idea_in_buffer(idea())], state=known)
    assert there.verdict(post(idea="hiring"), cancelled) is Action.CREATE


def test_a_post_of_a_known_idea_has_its_id() -> None:
    """`i1`."""
    state = record((idea(), idea_in_buffer(idea())))
    write = World(live=[idea_in_buffer(idea())], state=state).change(post(idea="hiring"), idea()).write
    assert isinstance(write, CreatePost)
    assert write.idea_id == "i1"


def tagged(*tags: Tag) -> World:
    """Buffer has another post with these tags."""
    return World(live=[in_buffer(post("x", "Theirs", LATER), "p9", tags=tags)])


HIRING, UPPER, LOWER = Tag("t1", "Hiring"), Tag("t2", "Launch"), Tag("t3", "launch")


@pytest.mark.parametrize(("tags", "expected"), [([HIRING, UPPER], "t2"), ([HIRING, UPPER, LOWER], "t3")])
def test_a_tag_is_found_in_any_case_and_no_other_is_taken_for_it(tags: list[Tag], expected: str) -> None:
    """The id of `Launch` for `launch`, but that of `launch` if there are both."""
    write = tagged(*tags).change(post(tags=("launch",))).write
    assert isinstance(write, CreatePost)
    assert write.tag_ids == (expected,)


def test_a_tag_that_is_not_there_is_held_with_those_that_are() -> None:
    """By name, in alphabetical order."""
    held = tagged(HIRING, UPPER, LOWER).change(post(tags=("nowhere",)))
    assert "has the tag “nowhere” (seen: Hiring, Launch, launch)" in held.message


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        (Tag("t9", "launch"), Tag("t9", "launch", "#fff")),
        (Tag("t9", "launch", "#000"), Tag("t9", "launch", "#000")),
        (Tag("t9", "other"), Tag("t1", "launch", "#fff")),
    ],
    ids=["without a color", "with a color", "another tag"],
)
def test_a_tag_that_the_files_map_comes_first(declared: Tag, sent: Tag) -> None:
    """By its id, in the color that it has in Buffer if the files give none."""
    world = World(live=[in_buffer(post("x", "Theirs", LATER), "p9", tags=(Tag("t1", "launch", "#fff"),))])
    files = world.desired(idea(tags=("launch",)))
    acme, beta = files.organizations
    files = replace(files, organizations=(replace(acme, tags=(declared,)), beta))
    plan = reconcile(files, world.reading, world.state, world.targets, endpoint="https://x.example")
    (write,) = (each.write for each in plan.writes)
    assert isinstance(write, CreateIdea)
    assert write.tags == (sent,)


def test_tags_are_those_of_ideas_too() -> None:
    """The id from an idea in Buffer."""
    write = World(live=[idea_in_buffer(idea(), tags=(Tag("t7", "launch"),))]).change(post(tags=("launch",))).write
    assert isinstance(write, CreatePost)
    assert write.tag_ids == ("t7",)


# -- a past occurrence on a channel that its running entry was added to | | past


def occurrence(number: int, due: datetime) -> Post:
    return post(f"tip-{number}", f"Tip {number}", due, expansion=Expansion(number=number, times=2))


@pytest.mark.parametrize("is_running", [True, False])
def test_a_past_occurrence_on_a_channel_that_was_added_is_past(*, is_running: bool) -> None:
    """Past while the entry still runs; missed once it is over, and where no other channel has it."""
    first, second = occurrence(1, OVER), occurrence(2, LATER if is_running else OVER + timedelta(hours=1))
    world = World(live=[published(first)], state=record((first, published(first))))
    added = on_linkedin(first)
    expected = Action.PAST if is_running else Reason.MISSED
    assert world.verdict(added, first, second, on_linkedin(second)) is expected
    assert World().verdict(added, first, second, on_linkedin(second)) is Reason.MISSED
    nowhere = occurrence(3, OVER + timedelta(minutes=1))
    assert world.verdict(nowhere, first, second) is Reason.MISSED, "this one was on no channel"


# -- another root file


THEIRS = record((APPLIED, THERE)).bindings[slot(APPLIED)]
ELSEWHERE = Options(elsewhere=(Claim("other.yaml", slot(APPLIED), THEIRS),))
ONCE_ELSEWHERE = Options(elsewhere=(Claim("other.yaml", slot(APPLIED), replace(THEIRS, retired=True)),))


def test_what_two_root_files_have_is_said_to_be_the_others_too() -> None:
    """Already there."""
    change = World(live=[THERE], options=ELSEWHERE).change(APPLIED)
    assert (change.action, change.message) == (Action.ADOPT, "other.yaml manages it too.")
    assert change.binding == THEIRS


def test_what_another_root_file_has_stays_when_it_is_removed_here() -> None:
    """As long as the other one declares it."""
    plan = known(options=ELSEWHERE).plan(other())
    assert "in no file any more" not in warnings(plan)
    left = next(c for c in plan.changes if c.slot == slot(APPLIED))
    assert (left.action, left.message) == (Action.FORGET, "other.yaml declares it now, so it stays in Buffer")
    assert left.binding is not None
    assert left.binding.retired


def test_what_another_root_file_declares_and_does_not_track_yet_is_kept() -> None:
    """Until that one has taken it over; what is published, or what it has, is no longer tracked here."""
    declared = {THERE.id: "other.yaml"}
    for live, options, expected in (
        (THERE, Options(declared_elsewhere=declared), Action.KEEP),
        (THERE, replace(ELSEWHERE, declared_elsewhere=declared), Action.FORGET),
        (published(APPLIED), Options(declared_elsewhere=declared), Action.FORGET),
    ):
        world = World(live=[live], state=record((APPLIED, THERE)), options=options)
        assert world.verdicts(other())["a"] is expected


def test_what_another_root_file_no_longer_declares_is_this_ones() -> None:
    """Nothing is said of the other one, and it is deleted when it is removed here."""
    assert World(live=[THERE], options=ONCE_ELSEWHERE).change(APPLIED).message == ""
    assert known(options=ONCE_ELSEWHERE).verdicts(other())["a"] is Action.DELETE


def test_what_was_published_in_another_root_file_and_moved_here_is_already_there() -> None:
    """As that one had it, whatever is declared before it, and read or not; not with another text before its time."""
    out = queued("b", "Said there")
    theirs = record((out, published(out))).bindings[slot(out)]
    options = Options(elsewhere=(Claim("other.yaml", slot(out), replace(theirs, retired=True)),))
    for live in ([published(out)], []):
        world = World(live=live, options=options)
        assert world.verdicts(queued("a", "New"), out) == {"a": Action.CREATE, "b": Action.ADOPT}
        assert world.verdict(queued("b", "Other words altogether")) is Reason.AMBIGUOUS
        assert world.verdict(post("b", "Other words altogether", OVER)) is Action.ADOPT


def test_a_new_entry_under_a_key_of_another_root_file_is_held() -> None:
    """It may have been moved here and edited; `repeat_of` with the id says that it is another post."""
    theirs = record((APPLIED, THERE)).bindings[slot(APPLIED)]
    world = World(live=[THERE], options=Options(elsewhere=(Claim("other.yaml", slot(APPLIED), theirs),)))
    held = world.change(post(text="Edited", due=LATER))
    assert (held.reason, held.hint) == (
        Reason.AMBIGUOUS,
        (
            "If it was moved, add `existing: {twitter: p1}`. If both are intended, add `repeat_of: {twitter: p1}` and "
            "keep the entry in other.yaml."
        ),
    )
    assert held.message.startswith("other.yaml has a post with this key on this channel (p1). If")
    assert world.verdict(post(text="Edited", due=LATER, repeat_of=("p1",))) is Action.CREATE


@pytest.mark.parametrize(
    ("world", "edited", "reason"),
    [
        (sent(post(due=OVER)), post(text="Edited"), Reason.SENT),
        (known(replace(THERE, status=PostStatus.SENDING)), post(text="Edited"), Reason.SENT),
        (known(), post(text="Edited", due=OVER), Reason.MISSED),
        (known(origin=Origin.ADOPTED), post(text="Edited"), Reason.ADOPTED),
        (known(replace(THERE, text="By hand")), APPLIED, Reason.CHANGED),
        (known(replace(THERE, text="By hand")), post(text="Edited"), Reason.CONFLICT),
        (
            World(live=[idea_in_buffer(idea())], state=record((idea(), idea_in_buffer(idea())))),
            idea(text="Edited"),
            Reason.IDEA,
        ),
    ],
    ids=["published", "being published", "missed", "adopted", "changed", "conflict", "idea"],
)
def test_a_hold_of_an_edit_shows_what_differs(world: World, edited: Post | Idea, reason: Reason) -> None:
    """The text, before and after."""
    change = world.change(edited)
    assert (verdict(change), change.differences[0].path) == (reason, "text")
    assert change.differences[0].after == edited.text
    locked = replace(world, channels=tuple(replace(each, is_locked=True) for each in world.channels))
    if reason is Reason.ADOPTED:
        assert (locked.verdict(edited), locked.change(edited).differences) == (Reason.CHANNEL, ())


def a_draft(item: Post, id_: str, **fields: Any) -> tuple[LivePost, tuple[Post, LivePost]]:
    """Our own draft of a post, as Buffer has it, and how the state knows it."""
    live = in_buffer(item, id_, status=PostStatus.DRAFT, **fields)
    return live, (replace(item, draft=True), live)


@pytest.mark.parametrize(
    ("due", "of_new", "expected"),
    [
        (DUE, LATER, {"draft": Action.UPDATE, "new": Action.WAITING}),
        (LATER, DUE, {"draft": Action.WAITING, "new": Action.CREATE}),
    ],
    ids=["the draft first", "the new one first"],
)
def test_a_draft_that_is_to_be_scheduled_counts_for_the_limit_like_a_new_post(
    due: datetime, of_new: datetime, expected: dict[str, Verdict]
) -> None:
    """The earliest due goes first, whichever of the two it is; the other one waits."""
    draft, known = a_draft(post("draft", "draft", due), "p1")
    world = World(live=[draft], state=record(known), limit=1)
    assert world.verdicts(post("draft", "draft", due), post("new", "new", of_new)) == expected


def test_a_draft_that_is_to_be_scheduled_waits_for_room() -> None:
    """Also if nothing is new."""
    draft, known = a_draft(post("draft", "draft", LATER), "p1")
    world = World(live=[draft, in_buffer(post("x", "Theirs"), "p9")], state=record(known), limit=1)
    change = world.change(post("draft", "draft", LATER))
    assert (change.action, "no room for more scheduled posts" in change.message) == (Action.WAITING, True)
    assert change.binding


def test_an_edit_of_a_draft_or_of_a_scheduled_post_needs_no_room() -> None:
    """One that stays a draft takes none, and what is scheduled already has its own."""
    draft, known = a_draft(post("draft", "draft"), "p1")
    there = in_buffer(post("x", "There"), "p9")
    world = World(live=[draft, there], state=record(known, (post("x", "There"), there)), limit=1)
    items = post("draft", "Another", draft=True), post("x", "Another one")
    assert world.verdicts(*items) == {"draft": Action.UPDATE, "x": Action.UPDATE}


def test_what_leaves_the_schedule_makes_room_in_the_same_run() -> None:
    """A post that is suspended becomes a draft before anything is created."""
    there = in_buffer(post("x", "There"), "p9")
    world = World(live=[there], state=record((post("x", "There"), there)), limit=1)
    suspended = post("x", "There", suspended="Quake")
    assert [(c.address.key, c.action) for c in world.plan(post("new", "new"), suspended).changes] == [
        ("x", Action.UPDATE),
        ("new", Action.CREATE),
    ]
