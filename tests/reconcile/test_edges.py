"""The edges of single rules: each case lies beside one of another test, and comes out otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from bufferctl.model import (
    EditPost,
    Expansion,
    Idea,
    Likeness,
    LiveAsset,
    LiveThreadItem,
    Origin,
    Post,
    PostStatus,
    Slot,
    content_of_desired,
    content_of_live,
    fingerprint,
)
from bufferctl.model.comparable import text_digest
from bufferctl.model.desired import Variable
from bufferctl.plan import Action, Reason
from bufferctl.reconcile import Divergence, Options, imported, slots_of

from .builders import (
    DUE,
    LATER,
    LINKEDIN,
    OLD,
    TWITTER,
    YOUNG,
    World,
    idea,
    in_buffer,
    on_linkedin,
    picture,
    post,
    published,
    queued,
    record,
    slot,
)

KEEP = post("keep", "Stays")


def bound(*items: Post, **fields: object) -> World:
    """Everything is there as it was applied."""
    pairs = [(each, in_buffer(each, f"id-{each.address.key}-{each.service}")) for each in items]
    return World(live=[live for _, live in pairs], state=record(*pairs), **fields)  # type: ignore[arg-type]  # of World


def test_a_post_that_is_gone_is_not_taken_for_an_equal_one_of_another_entry() -> None:
    """Deleted in Buffer: what another entry has is explained, whatever that says by now."""
    other = post("b")
    state = record((post(), in_buffer(post())), (other, in_buffer(other, "p2")))
    world = World(live=[in_buffer(other, "p2")], state=state, gone=["p1"])
    assert world.verdict(post(), other) is Reason.GONE
    assert world.verdict(post(), post("b", "Something else")) is Reason.GONE
    out = published(queued("b"), "p2")
    state = record((queued(), in_buffer(queued())), (queued("b"), out))
    world = World(live=[out], state=state, gone=["p1"])
    assert world.verdict(queued(), queued("b", "Something else")) is Reason.GONE


def test_what_came_back_into_the_files_says_what_it_is_to_say() -> None:
    """It had been removed and left in Buffer; now it is there again with another text, and a new entry has the old."""
    was = post("back", "We are live")
    state = record((was, in_buffer(was)))
    retired = {s: replace(b, retired=True) for s, b in state.bindings.items()}
    world = World(live=[in_buffer(was)], state=replace(state, bindings=retired))
    again = post("back", "Other words altogether")
    assert world.verdicts(again, post("new", "We are live", LATER)) == {"back": Action.UPDATE, "new": Action.CREATE}


def test_an_edit_of_what_is_out_is_no_renaming_to_what_else_is_out() -> None:
    """Done, though another published post, which left the files, has that text."""
    one, other = queued("x", "Text of x"), queued("y", "Another text")
    there = (published(one, "p1"), published(other, "p2"))
    state = record((one, there[0]), (other, there[1]))
    retired = {s: replace(b, retired=True) for s, b in state.bindings.items()}
    world = World(live=there, state=replace(state, bindings=retired))
    assert world.verdict(queued("x", "Another text")) is Action.DONE


def test_what_is_out_and_says_something_else_by_now_is_asked_about() -> None:
    """A question that stays, under the address that has its text now; also of a post too old to be read."""
    was, now = queued("a", "We are live"), queued("b", "We are live")
    state = record((was, published(was)))
    for live in ([published(was)], []):
        plan = World(live=live, state=state).plan(queued("a", "Other words altogether"), now)
        question = plan.recording.questions[slot(now)]
        assert (question.rule, set(question.candidates), question.may_be_ours) == (Likeness.SAME_TEXT, {"p1"}, False)


def test_each_object_is_named_once_in_a_question() -> None:
    """With one text and another time, and one whose link was rewritten."""
    here = post(text="See https://acme.example/launch")
    same = in_buffer(here, "p2", YOUNG, due_at=LATER)
    rewritten = in_buffer(post(text="See https://buff.ly/1"), "p3", YOUNG, due_at=LATER)
    question = World(live=[same, rewritten]).change(here)
    assert (question.reason, question.candidates) == (Reason.AMBIGUOUS, ("p2", "p3"))


def test_an_edit_says_whether_buffer_would_have_published_the_post() -> None:
    """A scheduled one, and no draft."""
    for item, scheduled in ((post(), True), (post(draft=True), False)):
        write = bound(item).change(replace(item, text="Edited")).write
        assert isinstance(write, EditPost)
        assert write.was_scheduled is scheduled


def test_an_adopted_post_that_the_files_name_was_imported() -> None:
    """A person says so; one that we created stays ours."""
    for origin, then in ((Origin.ADOPTED, Origin.IMPORTED), (Origin.CREATED, Origin.CREATED)):
        state = record((post(), in_buffer(post())), origin=origin)
        change = World(live=[in_buffer(post())], state=state).change(post(existing="p1"))
        assert change.binding
        assert change.binding.origin is then


def test_an_automatic_post_stays_on_a_channel_that_became_a_personal_profile() -> None:
    """Its text can be edited, since nobody is asked again who publishes it; another time is held."""
    world = bound(post(), channels=(replace(TWITTER, only_reminds=True),))
    assert world.verdict(post(text="Edited")) is Action.UPDATE
    assert world.verdict(post(due=LATER)) is not Action.UPDATE


def test_what_a_person_named_counts_as_applied_if_it_is_equal() -> None:
    """Else its differences are shown, as those of the file."""
    live = in_buffer(post())
    assert imported(post(), live).applied
    for other in (post(text="Other"), post(due=LATER)):
        binding = imported(other, live)
        assert (binding.applied, binding.text, binding.origin) == (
            "",
            text_digest(content_of_live(live)),
            Origin.IMPORTED,
        )


def test_pull_is_not_offered_for_a_text_that_variables_make() -> None:
    """By hand; for its time, and for a text without variables, pull does it."""
    made = Expansion(variables=(Variable("price", "9"),))
    by_hand: tuple[dict[str, Any], ...] = (
        {"text": "Theirs"},
        {"assets": (LiveAsset("image", "Theirs"),)},
        {"thread": (LiveThreadItem("We are live"), LiveThreadItem("Theirs"))},
        {"metadata": {"retweet": "Theirs"}},
    )
    for expansion, fields, says in (
        *((made, each, "into the file by hand.") for each in by_hand),
        (Expansion(parameters=("utm_source=x",)), {"text": "Theirs"}, "into the file by hand."),
        (made, {"due_at": LATER}, "`bufferctl pull "),
        (Expansion(), {"text": "Theirs"}, "`bufferctl pull "),
        (None, {"text": "Theirs"}, "`bufferctl pull "),
    ):
        item = post(expansion=expansion)
        world = World(live=[in_buffer(item, **fields)], state=record((item, in_buffer(item))))
        change = world.change(item)
        assert (change.reason, says in change.hint) == (Reason.CHANGED, True), change.hint


WEEKLY = tuple((day, time(hour)) for day in range(5) for hour in (9, 17))


def test_each_queue_is_its_own() -> None:
    """What leaves the queue of another channel makes no room in this one, and what joins it there takes none."""
    channels = tuple(replace(each, timezone="UTC", posting_times=WEEKLY) for each in (TWITTER, LINKEDIN))
    at = datetime(2030, 1, 15, 17, tzinfo=UTC)
    theirs = on_linkedin(queued("gone", "Text of gone"))
    live = in_buffer(theirs, "p1", due_at=at, is_custom_scheduled=False)
    world = World(live=[live], state=record((theirs, live)), channels=channels)
    timed = on_linkedin(post("c", "At that time", at))
    found = world.plan(queued(), on_linkedin(queued("b", "Next")), timed).queue_times
    assert found == {slot(queued()): at, slot(on_linkedin(queued("b"))): datetime(2030, 1, 16, 9, tzinfo=UTC)}


def test_the_slots_of_what_is_declared() -> None:
    """Its own, and those that it had under earlier keys."""
    items: tuple[Post | Idea, ...] = (post(was="b"), idea())
    world = World()
    assert slots_of(world.desired(*items), world.targets) == {
        Slot("o1", "c1", "a"),
        Slot("o1", "c1", "b"),
        slot(idea()),
    }


def test_why_a_checkout_that_diverged_holds_a_change() -> None:
    """A removed post may have been added elsewhere; an edit of what was added elsewhere is another post's."""
    commits = {"new": "1" * 40}
    world = bound(post("new", "New"), KEEP)
    bindings = {s: replace(b, commit=commits.get(s.key, "")) for s, b in world.state.bindings.items()}
    diverged = Divergence("1" * 40, contained=frozenset({"", "0" * 40}))
    world = replace(world, state=replace(world.state, bindings=bindings), options=Options(diverged=diverged))
    (removed,) = (c for c in world.plan(KEEP).changes if c.slot.key == "new")
    assert removed.message.startswith("The files do not have it, but this checkout may lack the commit"), (
        removed.message
    )
    edited = world.change(post("new", "Ours"), KEEP)
    assert edited.message.startswith("The post under this key comes from a commit that this checkout lacks")


def diverged(world: World, commits: Mapping[str, str], *, confirmed: str = "", **fields: Any) -> World:
    """The world where bindings were last written by these commits (by key), of which the checkout has none.

    `confirmed`: the key whose change a person confirms.
    """
    bindings = {s: replace(b, commit=commits.get(s.key, "")) for s, b in world.state.bindings.items()}
    options = Options(
        diverged=Divergence("1" * 40, contained=frozenset({""}), **fields),
        confirmed=frozenset({str(post(confirmed).address)} if confirmed else ()),
    )
    return replace(world, state=replace(world.state, bindings=bindings), options=options)


def test_a_version_that_another_checkout_replaced_does_not_come_back_under_another_key() -> None:
    """It would be created beside the corrected post; another text is new."""
    world = bound(corrected := post(text="Corrected"))
    before = (str(fingerprint(post(), content_of_desired(post()))),)
    world = diverged(world, {"a": "1" * 40})
    bindings = {s: replace(b, before=before) for s, b in world.state.bindings.items()}
    world = replace(world, state=replace(world.state, bindings=bindings))
    assert world.verdicts(corrected, post("b"))["b"] is Reason.DIVERGED
    assert world.verdicts(corrected, post("b", "Another"))["b"] is Action.CREATE


@pytest.mark.parametrize(
    ("before", "item"),
    [
        ("- key: a", post()),
        ("- {key: 'a', text: Other}", post()),
        ("- key: a", post("a-2", "Of a series")),
        ("- key: a-2", post("a-2", "Of no series")),
        ("- key: old", post(was="old")),
        ("text: We\n  are live", post("b")),
    ],
)
def test_what_is_not_new_in_a_checkout_is_not_created(before: str, item: Post) -> None:
    """The commit that it lacks may have called it off: found by its key, an earlier one, or its text."""
    change = diverged(World(), {}, text_before=before).change(item)
    assert (change.reason, change.message.partition(",")[0]) == (
        Reason.DIVERGED, "It is not new in this checkout",
    )  # fmt: skip
    assert diverged(World(), {}, text_before="- key: another").verdict(item) is Action.CREATE


def test_what_is_called_off_brings_no_version_back() -> None:
    """Deleted, though another entry had its text before a commit that the checkout lacks."""
    world = diverged(bound(post("x", "Corrected", LATER), post()), {"x": "1" * 40})
    before = (str(fingerprint(post(), content_of_desired(post()))),)
    bindings = {s: replace(b, before=before if s.key == "x" else ()) for s, b in world.state.bindings.items()}
    world = replace(world, state=replace(world.state, bindings=bindings))
    assert world.verdicts(post("x", "Corrected", LATER), post(cancelled=True))["a"] is Action.DELETE


def test_a_version_that_cannot_be_read_is_brought_back_by_nothing() -> None:
    """Updated, if the state is of another version of bufferctl."""
    world = diverged(bound(post(), KEEP), {"a": "1" * 40})
    before = (str(fingerprint(post(text="Ours"), content_of_desired(post(text="Ours")))),)
    state = world.state
    old = {s: replace(b, applied="0:x", before=before) if s.key == "a" else b for s, b in state.bindings.items()}
    world = replace(world, state=replace(state, bindings=old))
    assert world.verdicts(post(text="Ours"), KEEP)["a"] is Action.UPDATE


def test_what_undoes_a_commit_goes_out_meanwhile_and_the_hold_says_so() -> None:
    """A scheduled post, and no draft."""
    for item, goes_out in ((post(), ", and Buffer's version will be published as it is"), (post(draft=True), "")):
        world = diverged(bound(item, KEEP), {"a": "1" * 40}, known=False)
        assert world.change(replace(item, text="Ours"), KEEP).message == (
            "The commit that was applied last wrote it. That commit is not here and cannot be fetched, so this may "
            f"undo it and is not sent{goes_out}"
        )


def test_an_edit_is_no_new_post_in_a_checkout() -> None:
    """Sent, though a file that the commit changed has its key: what it edits comes from a commit that is here."""
    world = diverged(bound(post(), KEEP), {}, text_before="- key: a")
    assert world.verdicts(post(text="Edited"), KEEP) == {"a": Action.UPDATE, "keep": Action.NO_OP}


def test_a_post_without_text_is_new_in_a_checkout_whatever_texts_it_lacks() -> None:
    """Created: it has nothing in common with them. So is an idea that has a title alone."""
    for item in (post(text="", assets=(picture(),)), replace(idea(), text=None)):
        assert diverged(World(), {}, text_before="text: We").verdict(item) is Action.CREATE


def test_a_checkout_that_diverged_creates_again_what_was_deleted_in_buffer() -> None:
    """By name, with `--recreate`."""
    world = diverged(bound(post(), KEEP), {"a": "1" * 40})
    again = replace(world.options, recreate=frozenset({"Acme/twitter:acme/a"}))
    world = replace(world, live=[each for each in world.live if each.text == "Stays"], options=again)
    world = replace(world, gone=["id-a-twitter"])
    assert world.verdicts(post(), KEEP) == {"a": Action.CREATE, "keep": Action.NO_OP}


DIVERGED = bound(post(), post("b", "Other", LATER), KEEP)
BOTH_APPLIED = {"a": "1" * 40, "b": "1" * 40}


def test_a_create_of_a_checkout_that_diverged_is_confirmed_by_name() -> None:
    """`--confirm-removed ADDRESS`: it is made, and that of no other address."""
    old = diverged(World(), {}, text_before="- key: a\n- key: b", confirmed="a")
    assert old.verdicts(post(), post("b", "Other")) == {"a": Action.CREATE, "b": Reason.DIVERGED}


@pytest.mark.parametrize(
    ("items", "action"),
    [([KEEP], Action.DELETE), ([post(text="Ours"), post("b", "Ours, too", LATER), KEEP], Action.UPDATE)],
)
def test_a_change_of_a_checkout_that_diverged_is_confirmed_by_name(items: list[Post], action: Action) -> None:
    """Likewise its delete or edit."""
    theirs = diverged(DIVERGED, BOTH_APPLIED, confirmed="a")
    assert theirs.verdicts(*items) == {"a": action, "b": Reason.DIVERGED, "keep": Action.NO_OP}


def test_a_post_that_is_out_is_no_scheduled_one() -> None:
    """It takes no room of the plan's limit."""
    there = post("b", "There", DUE)
    for status, verdict in ((PostStatus.SCHEDULED, Action.WAITING), (PostStatus.SENT, Action.CREATE)):
        world = World(live=[in_buffer(there, "p9", OLD, status=status)], limit=1)
        assert world.verdict(post("c", "Something else entirely")) is verdict
