"""Matching of declared and live objects (design: Matching), clause by clause."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.diagnostics import Place
from bufferctl.digests import change_digest
from bufferctl.model import (
    Claim,
    Expansion,
    Idea,
    LetGo,
    Likeness,
    LiveAsset,
    LiveIdea,
    LivePost,
    LiveThreadItem,
    Origin,
    Post,
    PostStatus,
    Question,
    Settings,
    ShareMode,
    Slot,
    State,
    Tag,
    content_of_desired,
    fingerprint,
)
from bufferctl.model.metadata import TwitterMetadata
from bufferctl.plan import Action, Cause, Plan, Reason
from bufferctl.reconcile import Options, begin_run
from tests.fuzzing import examples

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
    asked,
    at_once,
    bindings,
    idea,
    idea_in_buffer,
    in_buffer,
    let_go,
    on_linkedin,
    picture,
    post,
    published,
    queued,
    record,
    slot,
    unnamed,
    verdict,
    warnings,
)

SHORTENING = (replace(TWITTER, link_shortening=True),)


def ids(world: World, *items: Post | Idea) -> dict[str, str]:
    """The live object found for each key."""
    return {c.address.key: c.live.id for c in world.plan(*items).changes if c.live and c.desired}


def rule_of(world: World, *items: Post | Idea) -> Likeness | None:
    """The rule behind the question about the first of `items`, if there is one."""
    question = world.plan(*items).recording.questions.get(slot(items[0]))
    return question.rule if question else None


# -- 1. known


def lost(*others: LivePost, **fields: object) -> World:
    """A bound post that is gone, and the other posts in Buffer."""
    state = record((post(), in_buffer(post())))
    return World(live=others, state=state, gone=["p1"], **fields)  # type: ignore[arg-type]  # fields of World


AGAIN = in_buffer(post(), "p2", YOUNG)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([AGAIN], Action.ADOPT),
        ([AGAIN, in_buffer(post(due=LATER), "p3", YOUNG)], Action.ADOPT),
        ([in_buffer(post("x", "Other"), "p2", YOUNG)], Reason.AMBIGUOUS),
        ([in_buffer(post(due=LATER), "p2", YOUNG)], Reason.AMBIGUOUS),
    ],
    ids=["equal", "equal beside a similar one", "same time", "same text"],
)
def test_a_known_one_that_is_gone_is_matched_against_what_may_be_ours(there: list[LivePost], expected: Verdict) -> None:
    """Adopted; a question if the other post is only similar."""
    assert lost(*there).verdict(post()) is expected


def test_a_known_one_that_is_gone_is_adopted_under_its_new_id() -> None:
    """That of the equal post."""
    assert lost(AGAIN).change(post()).live_id == "p2"


def test_a_known_one_that_is_gone_is_asked_about_by_its_text() -> None:
    """Where the other post has another time."""
    assert rule_of(lost(in_buffer(post(due=LATER), "p2", YOUNG)), post()) is Likeness.SAME_TEXT


def test_a_known_one_that_is_gone_takes_nothing_that_is_explained() -> None:
    """Held as deleted next to a person's equal post."""
    assert lost(in_buffer(post(), "p2", OLD)).verdict(post()) is Reason.GONE


def test_a_known_idea_that_is_gone_is_matched_likewise() -> None:
    """Adopted under its new id: with an older state, the idea that `--recreate` made is there."""
    state = record((idea(), idea_in_buffer(idea())))
    again = idea_in_buffer(idea(), "i2", created=YOUNG)
    change = World(live=[again], state=state).change(idea())
    assert (change.action, change.live_id) == (Action.ADOPT, "i2")
    assert World(state=state).verdict(idea()) is Reason.GONE


def test_a_known_one_that_was_seen_published_is_done_though_it_is_gone() -> None:
    """Done, and no equal post takes its place."""
    over = post(due=OVER)
    world = World(live=[published(over, "p2", YOUNG)], state=record((over, published(over))), gone=["p1"])
    assert world.verdict(over) is Action.DONE


def test_recreate_never_passes_over_an_equal_that_may_be_ours() -> None:
    """Adopted, or a question; created only if no live post may be ours."""
    again = Options(recreate=frozenset({"Acme/twitter:acme/a"}))
    assert lost(in_buffer(post(), "p2", YOUNG), options=again).verdict(post()) is Action.ADOPT
    assert lost(in_buffer(post("x", "Other"), "p2", YOUNG), options=again).verdict(post()) is Reason.AMBIGUOUS
    assert lost(in_buffer(post(), "p2", OLD), options=again).verdict(post()) is Action.CREATE


# -- 2. released


def removed(old: Post, live: LivePost | None = None, *others: LivePost) -> World:
    """The state has `old` under its key; Buffer shows it if `live` is given."""
    there = live or in_buffer(old)
    return World(live=[there, *others] if live else list(others), state=record((old, there)))


OLD_UNSENT, OLD_SENT = post("old"), queued("old")
UNSENT, SENT = in_buffer(OLD_UNSENT), published(OLD_SENT)


def test_was_takes_the_claim_of_the_old_key() -> None:
    """Moved if nothing else changed; otherwise updated, done or held as its row says, with the claim in each case."""
    moved = removed(OLD_UNSENT, UNSENT).change(post(was="old"))
    updated = removed(OLD_UNSENT, UNSENT).change(post(was="old", text="Edited"))
    done = removed(OLD_SENT, SENT).change(queued(was="old"))
    noted = removed(OLD_SENT, SENT).change(queued(was="old", text="Edited"))
    changes = (moved, updated, done, noted)
    assert [verdict(c) for c in changes] == [Action.MOVE, Action.UPDATE, Action.DONE, Action.DONE]
    assert {c.moved_from for c in changes} == {slot(OLD_UNSENT)}
    assert [c.cause for c in changes] == [Cause.MOVED, Cause.EDITED, Cause.MOVED, Cause.EDITED]
    assert {c.binding.id for c in changes if c.binding} == {"p1"}


def test_was_with_a_new_time_of_a_published_post_is_held() -> None:
    """Held, and the claim stays where it is, so that the next plan holds it, too; done with its time."""
    world = removed(OLD_SENT, SENT)
    change = world.change(post(was="old"))
    assert (verdict(change), change.moved_from, change.binding) == (Reason.SENT, None, None)
    assert change.message.startswith("`old` is already published, and `was: old` makes this the same post")
    timed = post("old")
    early = published(timed, sent_at=NOW, shared_now=True)
    assert removed(timed, early).verdict(post(was="old")) is Action.DONE


def test_a_published_post_that_gets_its_former_key_back_is_the_same() -> None:
    """Done without `was`: the state has where it was before."""
    again = queued("first")
    state = replace(removed(OLD_SENT, SENT).state, former={slot(again): "p1"})
    change = World(live=[SENT], state=state).change(again)
    assert (change.action, change.moved_from) == (Action.DONE, slot(OLD_SENT))
    assert removed(OLD_SENT, SENT).verdict(again) is Reason.AMBIGUOUS


def test_was_of_what_was_deleted_in_buffer_is_held() -> None:
    """As under its old key; beside an `existing` that is not there, that is asked about."""
    world, item = World(state=removed(OLD_UNSENT).state, gone=["p1"]), post(text="Edited", was="old")
    assert world.verdict(item) is Reason.GONE
    assert world.change(replace(item, existing="p7")).message.startswith("`existing` names p7")


def test_was_comes_before_existing_while_its_post_is_there() -> None:
    """Moved: the post that `existing` names stays a person's, and a warning says so."""
    world = removed(OLD_UNSENT, UNSENT, in_buffer(post(text="Other", due=LATER), "p9", OLD, via="buffer"))
    item = post(was="old", existing="p9")
    assert [(each.action, each.live_id) for each in world.plan(item).changes] == [(Action.MOVE, "p1")]
    assert warnings(world.plan(item)).startswith("`existing` names p9, but ")


def test_existing_comes_before_was_once_its_post_is_gone() -> None:
    """Moved from the other entry that was removed, and nothing is left of the one that `was` names."""
    there = in_buffer(post("x", due=LATER), "p9")
    state = record((OLD_UNSENT, UNSENT), (post("x", due=LATER), there))
    change = World(live=[there], state=state, gone=["p1"]).change(post(due=LATER, was="old", existing="p9"))
    assert (change.action, change.live_id, change.moved_from) == (Action.MOVE, "p9", slot(post("x")))


def test_an_unsent_claim_goes_to_an_exact_equal() -> None:
    """Moved without `was`; created and deleted if the text or the channel differs."""
    assert removed(OLD_UNSENT, UNSENT).verdicts(post()) == {"a": Action.MOVE}
    world = removed(OLD_UNSENT, UNSENT)
    assert world.verdicts(post(text="Edited"), post("b", "b", LATER))["a"] is Action.CREATE
    assert world.verdict(on_linkedin(post())) is Action.CREATE


def test_a_claim_that_was_published_since_the_last_apply_is_a_sent_one() -> None:
    """A question, although the state has it as scheduled; `was` takes it."""
    world = World(live=[published(OLD_SENT)], state=record((OLD_SENT, in_buffer(OLD_SENT))))
    assert world.verdict(queued()) is Reason.AMBIGUOUS
    assert world.verdict(queued(was="old")) is Action.DONE


def test_one_of_two_equal_claims_is_taken() -> None:
    """The post that failed, although the time is past and an equal one is published; that one is forgotten."""
    failed, out = post("failed", due=OVER), post("out", due=OVER)
    live = [in_buffer(failed, "p1", status=PostStatus.ERROR), published(out, "p2")]
    plan = World(live=live, state=record((failed, live[0]), (out, live[1]))).plan(post(due=OVER))
    assert {each.address.key: each.live_id for each in plan.changes} == {"a": "p1", "out": "p2"}


def test_an_unsent_claim_is_not_taken_by_what_is_meant_again() -> None:
    """Created, with `repeat_of` naming its key or its id."""
    for named in ("old", "p1"):
        assert removed(OLD_UNSENT, UNSENT).verdict(post(repeat_of=(named,)), post("b", "b")) is Action.CREATE


def test_an_unsent_claim_goes_to_what_is_wanted_before_what_is_cancelled() -> None:
    """The second one, since the first is canceled."""
    verdicts = removed(OLD_UNSENT, UNSENT).verdicts(post(cancelled=True), post("b"))
    assert verdicts == {"a": Action.NO_OP, "b": Action.MOVE}


def test_an_idea_is_not_moved_to_another_organization() -> None:
    """Created in Beta, though Acme has an equal one that was removed from the files."""
    old = idea()
    world = World(live=[idea_in_buffer(old)], state=record((old, idea_in_buffer(old))))
    assert world.verdicts(idea("b", of="Beta")) == {"b": Action.CREATE, "hiring": Action.FORGET}
    assert world.verdicts(idea("b")) == {"b": Action.MOVE}


@pytest.mark.parametrize("is_read", [True, False])
def test_a_sent_claim_goes_by_was_only(is_read: bool) -> None:
    """Held as ambiguous while its claim is kept; the hint names both answers."""
    world = removed(OLD_SENT, SENT) if is_read else World(state=record((OLD_SENT, SENT)))
    plan = world.plan(queued())
    (change,) = plan.changes  # nothing is forgotten
    assert (verdict(change), change.candidates) == (Reason.AMBIGUOUS, ("p1",))
    assert "add `was: old`" in change.hint
    assert "add `repeat_of: {twitter: p1}`" in change.hint


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("tip-2", "`was: tip`"),
        ("tip-1", "`existing: {twitter: p1}` under `each` (occurrence 2)"),
        ("tip", "`existing: {twitter: p1}` under `each` (occurrence 2)"),
    ],
)
def test_the_hint_for_a_post_of_a_renamed_series_names_the_series(key: str, hint: str) -> None:
    """`was` of the entry if the numbers agree, since it adds them by itself; else the id, under `each`."""
    new = queued("advice-2", expansion=Expansion(number=2, times=3))
    change = World(state=record((queued(key), published(queued(key))))).change(new)
    assert f"add {hint}" in change.hint


@pytest.mark.parametrize("is_read", [True, False])
def test_a_sent_claim_is_forgotten_once_it_is_clear_that_another_is_meant(is_read: bool) -> None:
    """Created, with `repeat_of` naming the old key or its id, or with another text."""
    world = removed(OLD_SENT, SENT) if is_read else World(state=record((OLD_SENT, SENT)))
    for item in (queued(repeat_of=("old",)), queued(repeat_of=("p1",)), queued(text="Something new")):
        assert world.verdicts(item) == {"a": Action.CREATE, "old": Action.FORGET}


def test_a_sent_claim_is_known_by_a_link_that_was_shortened() -> None:
    """A question, whose hint names the id, since its key is gone."""
    old = queued("old", "We are live: https://acme.example/a")
    short = replace(published(old), text="We are live: https://buff.ly/x")
    change = removed(old, short).change(replace(old, address=queued().address))
    assert (change.reason, change.candidates) == (Reason.AMBIGUOUS, ("p1",))
    assert "add `repeat_of: {twitter: p1}`" in change.hint


def test_a_renamed_entry_whose_new_key_is_kept_is_held_and_not_deleted() -> None:
    """By `was`, or by equal content; the state keeps the key for another post, which is published."""
    out, old = post("a", "Long ago", OVER), post("old")
    state = record((out, published(out)), (old, in_buffer(old, "p2")))
    kept = {at: replace(b, retired=at.key == "a") for at, b in state.bindings.items()}
    world = World(live=[published(out), in_buffer(old, "p2")], state=replace(state, bindings=kept))
    for item in (post(text="Edited", was="old"), post()):
        assert world.verdicts(item) == {"a": Reason.AMBIGUOUS, "old": Action.KEEP}
        assert world.change(item).message.startswith("Another post had the key `a` (p1)")
        assert world.change(item).candidates == ("p2",)
    other = post("b", "b", LATER)  # whatever else is declared before it
    more = {**bindings((other, in_buffer(other, "p3"))), **kept}
    there = World(live=[*world.live, in_buffer(other, "p3")], state=replace(state, bindings=more))
    found = there.verdicts(other, post(text="Edited", was="old"))
    assert found == {"b": Action.NO_OP, "a": Reason.AMBIGUOUS, "old": Action.KEEP}


def test_an_entry_may_take_over_the_text_of_one_that_is_removed() -> None:
    """An edit and a delete: its key is its own, and the state keeps it for nothing else."""
    one, old = post("a", "One"), post("old", "Of old")
    there = [in_buffer(one, "p1"), in_buffer(old, "p2")]
    world = World(live=there, state=record((one, there[0]), (old, there[1])))
    assert world.verdicts(post("a", "Of old")) == {"a": Action.UPDATE, "old": Action.DELETE}


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "declared"])
def test_a_key_of_a_published_post_is_its_own_whatever_else_is_removed(is_kept: bool) -> None:
    """Held as published, and the removed post, which has nothing to do with it, is deleted."""
    out, old = post("a", "Long ago", OVER), post("old", "Of old")
    state = record((out, published(out)), (old, in_buffer(old, "p2")))
    kept = {at: replace(b, retired=is_kept and at.key == "a") for at, b in state.bindings.items()}
    world = World(live=[published(out), in_buffer(old, "p2")], state=replace(state, bindings=kept))
    verdicts = world.verdicts(post("a", "New words", LATER), post("keep", "Keep"))
    assert verdicts == {"a": Reason.SENT, "keep": Action.CREATE, "old": Action.DELETE}


@pytest.mark.parametrize(
    ("live", "gone", "expected"),
    [
        ([in_buffer(post())], [], Action.NO_OP),
        ([], [], Action.DONE),
        ([], ["p1"], Action.CREATE),
    ],
    ids=["there", "not read", "gone"],
)
def test_what_was_let_be_is_not_created_again_when_it_is_declared_again(
    live: list[LivePost], gone: list[str], expected: Action
) -> None:
    """A person's post whose entry had been removed: known again; created only once it is gone."""
    state = record((post(), in_buffer(post())), origin=Origin.ADOPTED)
    kept = replace(state, bindings={at: replace(b, retired=True) for at, b in state.bindings.items()})
    world = World(live=live, state=kept, gone=gone)
    assert world.verdict(post()) is expected
    assert world.plan(post("b", "b", LATER)).changes[0].address.key == "b"
    assert len(world.plan(post("b", "b", LATER)).changes) == 1


def test_what_was_let_be_once_published_is_done_though_it_is_gone() -> None:
    """The same as if its entry had never been removed: it is not published a second time."""
    state = record((queued(), published(queued())))
    kept = replace(state, bindings={at: replace(b, retired=True) for at, b in state.bindings.items()})
    assert World(state=kept, gone=["p1"]).verdict(queued()) is Action.DONE


def test_what_was_let_be_is_not_deleted_when_it_is_declared_as_cancelled() -> None:
    """A person's post is held, since it will be published; a published one needs nothing."""
    out = queued()
    for item, live, expected in (
        (post(), in_buffer(post()), Reason.AMBIGUOUS),
        (out, published(out), Action.NO_OP),
    ):
        state = record((item, live), origin=Origin.ADOPTED)
        kept = replace(state, bindings={at: replace(b, retired=True) for at, b in state.bindings.items()})
        assert World(live=[live], state=kept).verdict(replace(item, cancelled=True)) is expected


def test_a_picture_of_an_imported_post_is_not_known() -> None:
    """Without a text, nothing tells whether it is the same; the plan is made all the same."""
    old = queued("old", "", assets=(picture("a"),))
    state = record((old, published(old)))
    unknown = {at: replace(b, applied="") for at, b in state.bindings.items()}
    world = World(live=[published(old)], state=replace(state, bindings=unknown))
    assert world.verdicts(queued("a", "", assets=(picture("a"),)), old)["a"] is Action.CREATE


def test_a_sent_claim_is_known_by_its_text_in_buffer() -> None:
    """A new entry with the shortened link is asked about too, while the old one is declared."""
    old = queued("old", "We are live: https://acme.example/a")
    short = replace(published(old), text="We are live: https://buff.ly/x")
    world = removed(old, short)
    assert world.verdicts(queued(text=short.text), old) == {"a": Reason.AMBIGUOUS, "old": Action.DONE}
    assert world.verdicts(queued(text="Something new"), old) == {"a": Action.CREATE, "old": Action.DONE}
    late = world.change(post(text=short.text, due=OVER), old)
    assert (late.reason, late.candidates, "later `due_at`" in late.hint) == (Reason.MISSED, ("p1",), False)


def test_what_stays_in_buffer_unsent_is_asked_about_by_matching() -> None:
    """A person's, whose entry is gone: kept in the state, and its text counts; no question about another text."""
    old = post("old")
    state = record((old, in_buffer(old)), origin=Origin.ADOPTED)
    kept = replace(state, bindings={at: replace(b, retired=True) for at, b in state.bindings.items()})
    world = World(live=[in_buffer(old)], state=kept)
    change = world.change(post(due=LATER))
    assert (verdict(change), change.candidates) == (Reason.AMBIGUOUS, ("p1",))
    assert world.plan(post(due=LATER)).recording.questions[slot(post())].rule is Likeness.SAME_TEXT
    assert world.verdict(post(text="Something new", due=LATER)) is Action.CREATE


def test_a_repeat_is_not_asked_about_posts_that_are_long_gone() -> None:
    """Only about those that are declared: the author knows that the text was published before."""
    gone, said = queued("gone"), queued("said")
    out = [published(gone, "p1"), published(said, "p2")]
    state = record((gone, out[0]), (said, out[1]))
    retired = {at: replace(b, retired=at.key == "gone") for at, b in state.bindings.items()}
    world = World(live=out, state=replace(state, bindings=retired))
    assert world.verdict(queued(repeat_of=("said",)), said) is Action.CREATE
    assert world.verdict(queued(), said) is Reason.AMBIGUOUS


@pytest.mark.parametrize(("live", "created"), [([SENT], OLD), ([], datetime(1970, 1, 1, tzinfo=UTC))])
def test_a_candidate_is_as_old_as_buffer_says(live: list[LivePost], created: datetime) -> None:
    """Where the state has no creation time; older than everything if it was not read either."""
    state = record((OLD_SENT, SENT))
    undated = {at: replace(b, created_at="") for at, b in state.bindings.items()}
    plan = World(live=live, state=replace(state, bindings=undated)).plan(queued())
    assert plan.recording.questions[slot(queued())].candidates == {"p1": created}


def test_a_sent_claim_without_text_is_told_by_its_picture() -> None:
    """A question for the same picture, while its claim is kept; created with another picture."""
    old = queued("old", "", assets=(picture("a"),))
    world = removed(old, published(old))
    assert world.verdicts(queued("a", "", assets=(picture("a"),))) == {"a": Reason.AMBIGUOUS}
    assert world.verdict(queued("a", "", assets=(picture("b"),))) is Action.CREATE


# -- 3. exact

STAGES = {
    "draft": queued(draft=True),
    "approval": queued(needs_approval=True),
    "scheduled": queued(),
    "now": at_once(),
}
REACHED = (
    (PostStatus.DRAFT, 0),
    (PostStatus.NEEDS_APPROVAL, 1),
    (PostStatus.SCHEDULED, 2),
    (PostStatus.SENDING, 3),
    (PostStatus.SENT, 3),
    (PostStatus.ERROR, 3),
)


@pytest.mark.parametrize("explained", [False, True], ids=["may be ours", "explained"])
@pytest.mark.parametrize(("status", "reached"), REACHED)
@pytest.mark.parametrize("declared", STAGES)
def test_the_stage_of_an_equal(declared: str, status: PostStatus, reached: int, explained: bool) -> None:
    """Adopted at the declared stage or, if it may be ours, a later one; explained ones only if unsent; else asked."""
    item, wanted = STAGES[declared], list(STAGES).index(declared)
    live = in_buffer(item, created=OLD if explained else YOUNG, status=status)
    fits = reached == wanted < 3 if explained else reached >= wanted
    assert World(live=[live]).verdict(item) is (Action.ADOPT if fits else Reason.AMBIGUOUS)


@pytest.mark.parametrize(
    ("declared", "text"),
    [("one\ntwo", "one\r\ntwo"), ("one", "  one\n"), ("café", "cafe\N{COMBINING ACUTE ACCENT}")],
    ids=["line ends", "outer white space", "NFC"],
)
def test_texts_are_equal_once_normalised(declared: str, text: str) -> None:
    """Adopted."""
    live = in_buffer(post(), created=YOUNG, text=text)
    assert World(live=[live]).verdict(post(text=declared)) is Action.ADOPT


@pytest.mark.parametrize(
    ("item", "live"),
    [
        (post(), in_buffer(post(), tags=(Tag("t", "theirs"),))),
        (post(tags=("a", "b")), in_buffer(post(tags=("a",)))),
        (post(), in_buffer(post(), assets=(LiveAsset("image", "alt"),))),
        (post(assets=(picture(),)), in_buffer(post(assets=(picture(alt="Another"),)))),
        (post(assets=(picture(),)), in_buffer(post(), assets=(LiveAsset("video", "The console"),))),
        (post(), in_buffer(post(), thread=(LiveThreadItem("We are live"), LiveThreadItem("more")))),
        (post(), in_buffer(post(), metadata={"retweet": "123"})),
        (post(), in_buffer(post(), due_at=LATER)),
    ],
    ids=["tags", "fewer tags", "number of assets", "alt text", "kind of asset", "thread", "metadata", "time"],
)
def test_one_of_the_same_text_that_differs_otherwise_is_asked_about(item: Post, live: LivePost) -> None:
    """Held as ambiguous because of its text, explained or not."""
    for created in (OLD, YOUNG):
        world = World(live=[replace(live, created_at=created)])
        assert world.verdict(item) is Reason.AMBIGUOUS
        assert rule_of(world, item) is Likeness.SAME_TEXT


def test_what_buffer_fills_in_and_how_it_writes_tags_is_no_difference() -> None:
    """Adopted."""
    live = in_buffer(post(), created=YOUNG, metadata={"is_ai_generated": False}, tags=(Tag("t", "Launch"),))
    tagged = post(tags=("launch",), metadata=TwitterMetadata())
    assert World(live=[live]).verdict(tagged) is Action.ADOPT


@pytest.mark.parametrize(
    ("live", "item"),
    [
        (in_buffer(queued(), created=YOUNG, due_at=LATER), queued()),
        (in_buffer(post(), due_at=DUE.astimezone()), post()),
        (published(post(due=OVER), created=YOUNG, due_at=None), post(due=OVER)),
    ],
    ids=["queued", "timed", "published"],
)
def test_a_queue_post_has_no_time_to_compare(live: LivePost, item: Post) -> None:
    """Adopted at any place in the queue; timed posts by their instant, in any zone."""
    assert World(live=[live]).verdict(item) is Action.ADOPT


def test_queue_posts_without_text_never_match() -> None:
    """A question if it may be ours, otherwise created; timed posts match by their instant."""
    item = queued(text="", assets=(picture(),))
    assert World(live=[in_buffer(item, created=YOUNG)]).verdict(item) is Reason.AMBIGUOUS
    assert World(live=[in_buffer(item, created=OLD)]).verdict(item) is Action.CREATE
    timed = post(text="", assets=(picture(),))
    assert World(live=[in_buffer(timed, created=OLD)]).verdict(timed) is Action.ADOPT


_SINCE = NOW - timedelta(days=60)
_LONG_AGO = NOW - timedelta(days=90)


@pytest.mark.parametrize("form", ["created then", "waited in the queue", "retried"])
@pytest.mark.parametrize(
    ("days", "since", "expected"),
    [(30, None, Action.ADOPT), (31, None, Reason.AMBIGUOUS), (31, _SINCE, Action.ADOPT)],
)
def test_an_equal_that_was_published_long_ago(
    form: str, days: int, since: datetime | None, expected: Action | Reason
) -> None:
    """A question if it is more than 30 days ago and `managed_since` is missing, otherwise adopted."""
    at = NOW - timedelta(days=days)
    live = {
        "created then": published(queued(), created=at, sent_at=at),
        "waited in the queue": published(queued(), created=_LONG_AGO, due_at=at, sent_at=None),
        "retried": published(queued(), created=_LONG_AGO, due_at=_LONG_AGO, sent_at=at),
    }[form]
    before = since and min(since, live.created_at - timedelta(days=1))
    assert World(live=[live], state=NO_RECORD, since=before).verdict(queued()) is expected


def test_a_draft_of_any_age_is_no_repeat() -> None:
    """Adopted without `managed_since`, too: it was never published."""
    live = in_buffer(queued(draft=True), created=NOW - timedelta(days=60))
    assert World(live=[live], state=NO_RECORD).verdict(queued(draft=True)) is Action.ADOPT


def test_equals_match_as_a_multiset() -> None:
    """Two of three: the first two in file order; the third is created."""
    live = [in_buffer(queued(), "p1", YOUNG), in_buffer(queued(), "p2", YOUNG)]
    items = [queued("a"), queued("b"), queued("c")]
    assert World(live=live).verdicts(*items) == {"a": Action.ADOPT, "b": Action.ADOPT, "c": Action.CREATE}
    assert ids(World(live=live), *items) == {"a": "p1", "b": "p2"}


def test_sent_ones_are_taken_first_then_the_oldest() -> None:
    """The published one, though younger; then the older of the waiting ones."""
    waiting = [in_buffer(queued(), "1-young", YOUNG + timedelta(minutes=2)), in_buffer(queued(), "2-old", YOUNG)]
    out = published(queued(), "3-out", YOUNG + timedelta(minutes=5))
    world = World(live=[*waiting, out])
    assert ids(world, queued("a"), queued("b"), queued("c")) == {"a": "3-out", "b": "2-old", "c": "1-young"}
    twins = [in_buffer(queued(), name, YOUNG) for name in ("p2", "p1")]
    assert ids(World(live=twins), queued("a"), queued("b")) == {"a": "p1", "b": "p2"}, "in whatever order they are read"


def test_cancelled_addresses_are_served_last() -> None:
    """The wanted one takes it; the canceled one has nothing to delete."""
    world = World(live=[in_buffer(queued(), created=YOUNG)])
    verdicts = world.verdicts(queued("a", cancelled=True), queued("b"))
    assert verdicts == {"a": Action.NO_OP, "b": Action.ADOPT}


def test_a_queue_post_takes_no_timed_posts_match() -> None:
    """The timed one takes it, though later in the file; if alone, a queue post prefers a queue match to a timed one."""
    timed = in_buffer(post(), "timed", YOUNG)
    assert ids(World(live=[timed]), queued("q"), post("t")) == {"t": "timed"}
    own = in_buffer(queued(), "queue", YOUNG + timedelta(minutes=1))
    assert ids(World(live=[timed, own]), queued("q")) == {"q": "queue"}


def test_what_is_to_be_further_on_is_served_first() -> None:
    """The published one goes to the post to be published at once, not to the draft."""
    world = World(live=[in_buffer(queued(draft=True), "draft", YOUNG), published(queued(), "out", YOUNG)])
    assert ids(world, queued("d", draft=True), at_once("n")) == {"d": "draft", "n": "out"}


DECLARED, REWRITTEN = "See https://acme.example/launch", "See https://buff.ly/x"


@pytest.mark.parametrize(
    ("item", "text", "shortens", "created", "expected"),
    [
        (post(text=DECLARED), REWRITTEN, True, YOUNG, Action.ADOPT),
        (post(text=DECLARED), REWRITTEN, True, OLD, Action.ADOPT),
        (post(text=DECLARED), "See https://acme.example/other", True, OLD, Action.CREATE),
        (post(text=DECLARED), REWRITTEN, False, OLD, Action.CREATE),
        (post(text=DECLARED), REWRITTEN, False, YOUNG, Reason.AMBIGUOUS),
        (queued(text=DECLARED), REWRITTEN, True, YOUNG, Reason.AMBIGUOUS),
        (queued(text=DECLARED), REWRITTEN, True, OLD, Action.CREATE),
        (post(text=DECLARED), "See https://theirs.example/x", True, YOUNG, Reason.AMBIGUOUS),
        (post(text=DECLARED), "See https://go.acme.example/x", True, YOUNG, Action.ADOPT),
        (post(text=DECLARED), "See https://lnkd.in/x", False, YOUNG, Action.ADOPT),
    ],
    ids=[
        "timed",
        "timed, explained",
        "same host",
        "no shortening",
        "no shortening, ours?",
        "queue",
        "queue, explained",
        "another site",
        "a shortener of one's own",
        "by LinkedIn itself",
    ],
)
def test_a_link_counts_as_equal_only_where_it_looks_rewritten(
    item: Post, text: str, shortens: bool, created: datetime, expected: Action | Reason
) -> None:
    """Adopted at the same instant on a channel that shortens links; otherwise a question if it may be ours."""
    live = in_buffer(item, created=created, text=text)
    channels = SHORTENING if shortens else (TWITTER,)
    own = Settings(link_shorteners=("go.acme.example",)) if "go." in text else Settings()
    assert World(live=[live], channels=channels, settings=own).verdict(item) is expected


def test_rewritten_links_are_a_rule_of_their_own() -> None:
    """Matched by rewritten links, not by the text."""
    live = in_buffer(queued(), created=YOUNG, text=REWRITTEN)
    assert rule_of(World(live=[live], channels=SHORTENING), queued(text=DECLARED)) is Likeness.REWRITTEN_LINKS


SINCE = NOW - timedelta(days=30)


@pytest.mark.parametrize(
    ("live", "since", "state", "origin"),
    [
        (in_buffer(post(), created=OLD), SINCE, NO_RECORD, Origin.RECOVERED),
        (in_buffer(post(), created=OLD, via="buffer"), SINCE, NO_RECORD, Origin.ADOPTED),
        (in_buffer(post(), created=SINCE), SINCE, NO_RECORD, Origin.ADOPTED),
        (in_buffer(post(), created=OLD), None, NO_RECORD, Origin.ADOPTED),
        (in_buffer(post(), created=YOUNG), SINCE, record(), Origin.ADOPTED),
        (in_buffer(post(), created=YOUNG), SINCE, record().unrecorded(), Origin.RECOVERED),
    ],
    ids=["lost", "by hand", "before managed_since", "no managed_since", "recorded", "an older state"],
)
def test_recovered_or_adopted(live: LivePost, since: datetime | None, state: State, origin: Origin) -> None:
    """Managed again if the state was lost and it came by the API since `managed_since`; otherwise adopted."""
    change = World(live=[live], state=state, since=since).change(post())
    assert change.action is Action.ADOPT
    assert change.binding is not None
    assert change.binding.origin is origin


def test_what_is_recovered_is_deleted_where_it_is_cancelled() -> None:
    """Deleted at once; an adopted post is held."""
    cancelled = post(cancelled=True)
    assert World(live=[in_buffer(post())], state=NO_RECORD, since=SINCE).verdict(cancelled) is Action.DELETE
    assert World(live=[in_buffer(post())], state=NO_RECORD).verdict(cancelled) is Reason.AMBIGUOUS


def test_what_another_root_file_manages_is_not_deleted_where_it_is_cancelled() -> None:
    """Held, with or without a text: this entry never had it."""
    for item in (post(), post(text="", assets=(picture(),))):
        theirs = record((item, in_buffer(item))).bindings[slot(item)]
        elsewhere = Options(elsewhere=(Claim("other.yaml", slot(item), theirs),))
        world = World(live=[in_buffer(item)], options=elsewhere)
        assert world.verdicts(replace(item, cancelled=True), post("b", due=LATER))["a"] is Reason.AMBIGUOUS


def test_ideas_match_without_saying_where_they_came_from() -> None:
    """Recovered on an unrecorded home, otherwise adopted; a different text does not match."""
    there = idea_in_buffer(idea(), created=OLD)
    change = World(live=[there], state=NO_RECORD, since=SINCE).change(idea())
    assert (change.action, change.binding and change.binding.origin) == (Action.ADOPT, Origin.RECOVERED)
    change = World(live=[there]).change(idea())
    assert (change.action, change.binding and change.binding.origin) == (Action.ADOPT, Origin.ADOPTED)


def test_an_idea_that_differs_in_its_networks_is_no_match() -> None:
    """A question, as its title and text are the same."""
    assert World(live=[idea_in_buffer(idea(), services=("twitter",))]).verdict(idea()) is Reason.AMBIGUOUS


def test_an_equal_on_another_home_is_no_match() -> None:
    """Created."""
    assert World(live=[in_buffer(on_linkedin(post()), created=YOUNG)]).verdict(post()) is Action.CREATE


# -- 4. near

LONG = "We are live with the new console, and it is twice as fast as the old one was"
ALIKE = LONG.replace("twice", "three times")
UNLIKE = LONG[: len(LONG) // 2] + " " + LONG[len(LONG) // 2 :].upper()


@pytest.mark.parametrize(
    ("item", "live", "rule"),
    [
        (post(), in_buffer(post(text="Other")), Likeness.SAME_TIME),
        (post(), in_buffer(post(text="Other"), via="buffer"), None),
        (post(), in_buffer(post(text="Other"), due_at=LATER), None),
        (post(text=""), in_buffer(post(text="Other")), Likeness.SAME_TIME),
        (queued(text=LONG), in_buffer(queued(text=ALIKE)), Likeness.SIMILAR_TEXT),
        (at_once(text=LONG), published(at_once(text=ALIKE)), Likeness.SIMILAR_TEXT),
        (queued(text=LONG, mode=ShareMode.SHARE_NEXT), in_buffer(queued(text=ALIKE)), Likeness.SIMILAR_TEXT),
        (queued(text=LONG), in_buffer(queued(text=ALIKE), via="buffer"), Likeness.SIMILAR_TEXT),
        (queued(text=LONG), in_buffer(queued(text=UNLIKE)), None),
        (queued(text=LONG), in_buffer(post(text=ALIKE)), None),
        (post(text=LONG), in_buffer(post(text=ALIKE), due_at=LATER), None),
        (queued(text=""), in_buffer(queued(text="")), Likeness.NO_TEXT),
        (queued(text=""), in_buffer(queued(text="Other")), None),
        (queued(text="Other"), in_buffer(queued(text="")), None),
        (post(), in_buffer(post(), due_at=LATER), Likeness.SAME_TEXT),
    ],
    ids=[
        "same time",
        "same time by hand",
        "another time",
        "same time without text",
        "queue four fifths alike",
        "now four fifths alike",
        "next four fifths alike",
        "alike by hand",
        "less alike",
        "alike with a time of its own",
        "timed and alike",
        "no text",
        "text where none is declared",
        "no text where one is declared",
        "same text",
    ],
)
def test_near(item: Post, live: LivePost, rule: Likeness | None) -> None:
    """The rule behind the question about a post that may be ours; explained posts only by their text."""
    world = World(live=[replace(live, created_at=YOUNG)])
    assert rule_of(world, item) is rule
    assert world.verdict(item) is (Reason.AMBIGUOUS if rule else Action.CREATE)
    explained = World(live=[replace(live, created_at=OLD)])
    assert rule_of(explained, item) is (Likeness.SAME_TEXT if rule is Likeness.SAME_TEXT else None)


def test_four_fifths_is_the_bound() -> None:
    """A question at 0.8, created just below."""
    text = "".join(chr(0x100 + i) for i in range(100))
    at, below = (in_buffer(queued(text=text[:n] + "-" * (100 - n)), created=YOUNG) for n in (80, 79))
    assert World(live=[at]).verdict(queued(text=text)) is Reason.AMBIGUOUS
    assert World(live=[below]).verdict(queued(text=text)) is Action.CREATE


def test_an_idea_with_the_same_title_is_near() -> None:
    """A question if it may be ours."""
    edited = idea(text="Over a coffee")
    assert rule_of(World(live=[idea_in_buffer(edited, created=YOUNG)]), idea()) is Likeness.SAME_TITLE


@pytest.mark.parametrize(
    ("live", "declared"),
    [
        (idea_in_buffer(idea(text="Over a coffee"), created=OLD), idea()),
        (idea_in_buffer(idea(title="Another", text="x"), created=YOUNG), idea()),
        (idea_in_buffer(idea(title="", text="x"), created=YOUNG), idea(title="", text="y")),
    ],
    ids=["explained", "another title", "without a title"],
)
def test_an_idea_beside_one_that_is_not_near_is_created(live: LiveIdea, declared: Idea) -> None:
    """Beside an explained idea, another title, or one without a title."""
    assert World(live=[live]).verdict(declared) is Action.CREATE


def test_a_text_that_an_address_claims_by_right_is_not_near() -> None:
    """Created: the first declares that text and has it; a question if the first now declares another text."""
    first = queued("first")
    world = World(live=[published(first)], state=record((first, published(first))))
    assert world.verdict(queued(), first) is Action.CREATE
    change = world.change(queued(), queued("first", "Edited"))
    assert verdict(change) is Reason.AMBIGUOUS
    assert "keep Buffer's version under `first`" in change.hint
    assert world.verdict(queued(repeat_of=("first",)), queued("first", "Edited")) is Action.CREATE


def test_what_an_address_claims_by_right_need_not_be_read() -> None:
    """Created: the first one's post is older than the reading, and the first still declares the text."""
    first = queued("first")
    assert World(state=record((first, published(first)))).verdict(queued(), first) is Action.CREATE


def test_a_cancelled_one_is_asked_about_while_an_equal_is_there() -> None:
    """Held with a question, matched or near, new or known and gone; so a canceled post is never published."""
    cancelled = post(cancelled=True)
    for live in (in_buffer(post(), "p2"), in_buffer(post(due=LATER), "p2")):
        for world in (World(live=[live]), lost(live)):
            assert world.verdict(cancelled) is Reason.AMBIGUOUS
            assert rule_of(world, cancelled) is Likeness.SAME_TEXT


@pytest.mark.parametrize(
    ("due", "expected"), [(NOW + timedelta(seconds=30), Reason.AMBIGUOUS), (NOW, Action.NO_OP), (OVER, Action.NO_OP)]
)
def test_a_cancelled_one_is_asked_about_until_its_time_is_over(due: datetime, expected: Action | Reason) -> None:
    """Held inside the lead time, too, in which it can still be deleted; nothing to do once it is over."""
    there = in_buffer(post(due=LATER), "p2")
    assert World(live=[there]).verdict(post(due=due, cancelled=True)) is expected


def test_what_this_plan_deletes_is_not_near() -> None:
    """Created at another time, and the old one deleted before it is sent."""
    world = removed(OLD_UNSENT, UNSENT)
    changes = world.plan(post(due=LATER), post("b", "b")).changes
    assert [(c.address.key, c.action) for c in changes][:2] == [("old", Action.DELETE), ("b", Action.CREATE)]
    assert {c.address.key: c.action for c in changes}["a"] is Action.CREATE


def test_all_that_it_may_be_are_candidates() -> None:
    """Both, by the first matching rule."""
    live = [in_buffer(post(text="Other"), "p2", YOUNG), in_buffer(post(due=LATER), "p1", YOUNG)]
    change = World(live=live).change(post())
    assert change.candidates == ("p1", "p2")
    assert change.hint.startswith("If it is the same, add `existing: {twitter: p1}`. If both are intended, ")


# -- repeat_of


@pytest.mark.parametrize(
    ("named", "created", "expected"),
    [
        ("p1", YOUNG, Action.CREATE),
        ("p1", OLD, Action.CREATE),
        ("first", OLD, Action.CREATE),
        ("first", YOUNG, Reason.AMBIGUOUS),
    ],
    ids=["its id", "its id, explained", "a key, explained", "a key, ours?"],
)
def test_repeat_of_speaks_for_what_it_names(named: str, created: datetime, expected: Action | Reason) -> None:
    """Created, but never next to another equal post that may be ours."""
    world = World(live=[in_buffer(post(), created=created)])
    assert world.verdict(post(due=LATER, repeat_of=(named,))) is expected


@pytest.mark.parametrize("is_declared", [True, False])
def test_repeat_of_one_entry_does_not_speak_for_another_one(is_declared: bool) -> None:
    """A question: another entry published that text, and it has another text or is gone."""
    world, others = removed(OLD_SENT, SENT), [queued("b", "Other words altogether")]
    others += [replace(OLD_SENT, text="Reworded")] if is_declared else []
    assert world.verdict(queued(repeat_of=("b",)), *others) is Reason.AMBIGUOUS
    assert world.verdict(queued(repeat_of=("old",) if is_declared else ("p1",)), *others) is Action.CREATE


def test_repeat_of_an_id_keeps_an_exact_match_from_being_taken() -> None:
    """Created."""
    assert World(live=[in_buffer(post(), created=YOUNG)]).verdict(post(repeat_of=("p1",))) is Action.CREATE


def test_repeat_of_a_key_that_matched_in_the_same_plan() -> None:
    """Adopted and created: the first has the match."""
    world = World(live=[in_buffer(queued(), created=YOUNG)])
    verdicts = world.verdicts(queued("first"), queued("again", repeat_of=("first",)))
    assert verdicts == {"first": Action.ADOPT, "again": Action.CREATE}


# -- questions are kept until they are answered

CANDIDATE = in_buffer(post(text="Other"), "p9", OLD)
QUESTION = asked(Likeness.SAME_TIME, CANDIDATE)


def questioned(item: Post | Idea = post(), question: Question = QUESTION, **fields: object) -> World:  # noqa: B008 - frozen
    """A state with a question about `item`, and Buffer with the candidate."""
    fields.setdefault("live", [CANDIDATE])
    return World(state=record(questions={slot(item): question}), **fields)  # type: ignore[arg-type]  # fields of World


@pytest.mark.parametrize(
    "item",
    [post(), post(text="Edited"), post(due=LATER), queued(text="Edited"), post(repeat_of=("first",))],
    ids=["as it was", "another text", "another time", "for the queue", "repeat_of a key"],
)
@pytest.mark.parametrize("is_listed", [True, False])
def test_a_question_is_kept_whatever_its_entry_has_become(item: Post, is_listed: bool) -> None:
    """Held as ambiguous by the old rule, read or not, and the question stays."""
    world = questioned(live=[CANDIDATE] if is_listed else [])
    plan = world.plan(item)
    assert [verdict(c) for c in plan.changes] == [Reason.AMBIGUOUS]
    kept = plan.recording.questions[slot(item)]
    assert (kept.rule, kept.candidates, kept.may_be_ours) == (Likeness.SAME_TIME, QUESTION.candidates, True)


def test_a_question_holds_its_address_alone() -> None:
    """The other one is created."""
    assert questioned().verdicts(post(), post("b", "b", LATER))["b"] is Action.CREATE


def test_a_candidate_may_be_ours_for_others_too() -> None:
    """A question: it is older than the horizon, and nobody has answered yet whose it is."""
    assert questioned().verdict(post("b", "b")) is Reason.AMBIGUOUS
    assert World(live=[CANDIDATE]).verdict(post("b", "b")) is Action.CREATE


@pytest.mark.parametrize(
    ("world", "items"),
    [
        (questioned(live=[], gone=["p9"]), [post()]),
        (questioned(), [post(repeat_of=("p9",))]),
        (questioned(), [post(), post("b", "Other")]),
        (
            replace(
                questioned(), state=replace(questioned().state, bindings=bindings((post("b", "Other"), CANDIDATE)))
            ),
            [post(), post("b", "Other")],
        ),
    ],
    ids=["the candidate is gone", "repeat_of its id", "matched by another address", "claimed by another address"],
)
def test_an_answered_question_is_closed(world: World, items: list[Post]) -> None:
    """Created, and the question is closed."""
    plan = world.plan(*items)
    assert next(verdict(c) for c in plan.changes if c.address.key == "a") is Action.CREATE
    assert plan.recording.questions == {}


def test_repeat_of_a_candidate_leaves_the_equal_one() -> None:
    """Adopted: the other candidate is said to be another post."""
    world = questioned(live=[CANDIDATE, in_buffer(post(), "p2", YOUNG)])
    assert ids(world, post(repeat_of=("p9",))) == {"a": "p2"}


def test_a_candidate_that_another_entry_has_asks_nothing_more() -> None:
    """The equal post, which may be ours, is adopted and not created a second time."""
    other = post("b", "Other")
    world = questioned(live=[CANDIDATE, in_buffer(post(), "p2", YOUNG)])
    claimed = replace(world.state, bindings=bindings((other, CANDIDATE)))
    assert ids(replace(world, state=claimed), post(), other) == {"a": "p2", "b": "p9"}


def test_candidates_that_were_let_go_answer_even_an_open_question() -> None:
    """Created."""
    state = replace(questioned().state, let_go=let_go(CANDIDATE))
    assert World(state=state).verdict(post()) is Action.CREATE


@pytest.mark.parametrize(
    ("candidates", "equal", "expected"),
    [
        (("p9",), in_buffer(post(), "p2", YOUNG), Reason.AMBIGUOUS),
        (("p2",), in_buffer(post(), "p2", YOUNG), Action.ADOPT),
        (("p2", "p9"), in_buffer(post(), "p2", YOUNG), Action.ADOPT),
        (("p2", "p9"), in_buffer(post(), "p2", YOUNG, via="buffer"), Reason.AMBIGUOUS),
        (("p2",), in_buffer(post(), "p2", YOUNG, via="buffer"), Action.ADOPT),
    ],
    ids=["another object", "the candidate", "one of two", "one of two, by hand", "the candidate, by hand"],
)
def test_an_equal_answers_only_a_question_about_itself(
    candidates: tuple[str, ...], equal: LivePost, expected: Action | Reason
) -> None:
    """Adopted if it is a candidate that came by the API, or the only one; otherwise the question comes first."""
    question = Question(Likeness.SAME_TIME, dict.fromkeys(candidates, OLD))
    assert questioned(question=question, live=[CANDIDATE, equal]).verdict(post()) is expected


def asked_about_a_stranger() -> World:
    """A question about a person's post with the text of the entry, which is gone by now."""
    question = World(live=[in_buffer(post(due=LATER), "p9", OLD)]).plan(post()).recording.questions[slot(post())]
    assert not question.may_be_ours
    return questioned(post(), question, live=[])


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (post(), Reason.AMBIGUOUS),
        (post(text="Edited"), Action.CREATE),
        (post(repeat_of=("x",)), Action.CREATE),
    ],
    ids=["unchanged", "edited", "answered"],
)
def test_a_question_about_a_strangers_post_ends_with_an_edit(item: Post, expected: Verdict) -> None:
    """Held while the text is the one in question; created with another text, or `repeat_of`."""
    assert asked_about_a_stranger().verdict(item) is expected


def test_a_question_about_a_strangers_post_is_kept() -> None:
    """As long as the text is the one in question."""
    world = asked_about_a_stranger()
    assert world.plan(post()).recording.questions == world.state.questions


def test_a_question_about_a_strangers_post_stays_one_once_that_is_published() -> None:
    """It is not adopted as published."""
    out = published(queued(), "p9", via="buffer")
    question = World(live=[out]).plan(queued()).recording.questions[slot(queued())]
    assert questioned(queued(), question, live=[out]).verdict(queued()) is Reason.AMBIGUOUS


_THEIRS = in_buffer(post(due=LATER), "p9", OLD, via="buffer")


def test_a_question_about_a_strangers_post_does_not_make_it_ours() -> None:
    """Created once only the time is the stranger's."""
    question = World(live=[_THEIRS]).plan(post()).recording.questions[slot(post())]
    assert questioned(post(), question, live=[_THEIRS]).verdict(post(text="Edited", due=LATER)) is Action.CREATE


def test_an_equal_beside_the_strangers_post_in_question_is_adopted() -> None:
    """If it may be ours."""
    question = World(live=[_THEIRS]).plan(post()).recording.questions[slot(post())]
    equal = in_buffer(post(), "p2", YOUNG)
    assert ids(questioned(post(), question, live=[_THEIRS, equal]), post()) == {"a": "p2"}


def test_a_question_waits_while_its_time_is_over() -> None:
    """Missed, as its row says; a question again once it has another time."""
    over = questioned().plan(post(due=OVER))
    assert [verdict(c) for c in over.changes] == [Reason.MISSED]
    kept = replace(record(), questions=over.recording.questions)
    assert World(live=[CANDIDATE], state=kept).verdict(post(due=LATER)) is Reason.AMBIGUOUS


def test_a_question_outlives_that_its_post_is_cancelled() -> None:
    """Nothing to do while no candidate was read; held while one would be published."""
    world = questioned(live=[])
    plan = world.plan(post(cancelled=True))
    assert [verdict(c) for c in plan.changes] == [Action.NO_OP]
    assert list(plan.recording.questions) == [slot(post())]
    assert questioned().verdict(post(cancelled=True)) is Reason.AMBIGUOUS


# -- one question a project, where a state was lost


def rebuilt(*items: Post, since: datetime | None = SINCE, state: State = NO_RECORD, **fields: object) -> World:
    """Nothing is recorded: `m` matches, and `p9` came by the API and matches nothing."""
    match, edited = in_buffer(post("m", "Matched"), "p1"), in_buffer(queued(text="Whatever it said"), "p9")
    fields.setdefault("live", [match, edited])
    return World(state=state, since=since, **fields)  # type: ignore[arg-type]  # fields of World


M = post("m", "Matched")
#: Created before `managed_since`, published later: nothing explains it, and it is not ours.
EARLIER = published(queued(text="x"), "p9", SINCE - timedelta(minutes=30))
AT_SINCE = published(queued(text="x"), "p9", SINCE)


def test_where_one_matched_what_is_new_may_be_edited() -> None:
    """A question, with every object that matched nothing."""
    world = rebuilt()
    change = world.change(queued(text="New"), M)
    assert (verdict(change), change.candidates) == (Reason.AMBIGUOUS, ("p9",))
    assert rule_of(world, queued(text="New"), M) is Likeness.EDITED
    assert "The state does not say what bufferctl created here" in change.message


def test_each_that_it_may_be_is_named() -> None:
    """With its id, first words, status and time: all are equally likely."""
    others = [in_buffer(queued(text=f"Whatever {n}"), f"p{n}") for n in (8, 9)]
    hint = rebuilt(live=[in_buffer(M, "p1"), *others]).change(queued(text="New"), M).hint
    when = "scheduled, Fri 18 Jan 2030 12:00 UTC"
    assert f"p8 (“Whatever 8”, {when}), p9 (“Whatever 9”, {when})" in hint


def test_what_a_late_entry_may_be_shows_nothing() -> None:
    """Created: nobody is asked about that entry until it has another time."""
    soon = post("m", "Matched", NOW + timedelta(seconds=30))
    live = [in_buffer(replace(soon, text="Another"), "p1"), in_buffer(queued(text="Whatever it said"), "p9")]
    assert rebuilt(live=live).verdicts(queued(text="New"), soon) == {"a": Action.CREATE, "m": Reason.MISSED}


def test_the_question_is_the_projects() -> None:
    """A question on linkedin, where nothing matched."""
    edited = in_buffer(on_linkedin(queued(text="Whatever")), "p9")
    world = rebuilt(live=[in_buffer(M, "p1"), edited])
    assert world.verdict(on_linkedin(queued(text="New")), M) is Reason.AMBIGUOUS


def test_a_near_one_that_came_by_the_api_shows_it_as_well() -> None:
    """A question, though nothing matched exactly."""
    world = rebuilt(live=[in_buffer(post("m", "Edited"), "p1"), in_buffer(queued(text="Whatever it said"), "p9")])
    assert world.verdicts(queued("n", "New"), M) == {"m": Reason.AMBIGUOUS, "n": Reason.AMBIGUOUS}
    assert (rule_of(world, M, queued("n", "New")), rule_of(world, queued("n", "New"), M)) == (
        Likeness.SAME_TIME,
        Likeness.EDITED,
    )


@pytest.mark.parametrize(
    ("world", "item"),
    [
        (rebuilt(live=[in_buffer(queued(text="Whatever it said"), "p9")]), queued(text="New")),
        (rebuilt(live=[in_buffer(M, "p1", via="buffer"), in_buffer(queued(text="x"), "p9")]), queued(text="New")),
        (rebuilt(live=[in_buffer(M, "p1"), in_buffer(queued(text="x"), "p9", via="buffer")]), queued(text="New")),
        (
            rebuilt(live=[in_buffer(M, "p1", via="buffer", due_at=LATER), in_buffer(queued(text="x"), "p9")]),
            queued(text="New"),
        ),
        (rebuilt(live=[in_buffer(M, "p1"), EARLIER]), queued(text="New")),
        (rebuilt(live=[in_buffer(M, "p1"), AT_SINCE]), queued(text="New")),
        (rebuilt(state=record()), queued(text="New")),
        (rebuilt(), queued(text="New", repeat_of=("p9",))),
        (rebuilt(), on_linkedin(queued(text="New"))),
    ],
    ids=[
        "nothing matched",
        "what matched was made by hand",
        "what is left was made by hand",
        "what is near was made by hand",
        "made before managed_since",
        "made at managed_since",
        "recorded",
        "repeat_of its id",
        "another home has none left",
    ],
)
def test_otherwise_what_is_new_is_new(world: World, item: Post) -> None:
    """Created."""
    assert world.verdict(item, M) is Action.CREATE


def test_on_a_recorded_home_what_is_new_is_new_though_another_lost_its_record() -> None:
    """Created, next to newer posts that came by the API."""
    homes = record().homes
    state = State(homes={**homes, "c1": replace(homes["c1"], horizon=None)})
    young = in_buffer(on_linkedin(queued(text="Whatever it said")), "p9", YOUNG)
    world = rebuilt(live=[in_buffer(M, "p1"), young], state=state)
    assert world.verdict(on_linkedin(queued(text="New")), M) is Action.CREATE


def test_without_managed_since_all_that_came_by_the_api_counts() -> None:
    """A question, for objects of any age."""
    live = [in_buffer(M, "p1"), in_buffer(queued(text="x"), "p9", NOW - timedelta(days=300))]
    assert rebuilt(since=None, live=live).verdict(queued(text="New"), M) is Reason.AMBIGUOUS


def test_an_older_record_counts_by_what_it_still_knows() -> None:
    """A question: the state has a post that came by the API, and is known to be older."""
    state = record((M, in_buffer(M, "p1"))).unrecorded()
    assert rebuilt(state=state).verdict(queued(text="New"), M) is Reason.AMBIGUOUS


def test_what_is_cancelled_or_over_is_not_asked_about() -> None:
    """Nothing to do, and missed."""
    off, over = queued("off", "Off", cancelled=True), post("over", "New", OVER)
    assert rebuilt().verdicts(off, over, queued(text="New"), M) == {
        "off": Action.NO_OP,
        "over": Reason.MISSED,
        "a": Reason.AMBIGUOUS,
        "m": Action.ADOPT,
    }


def test_a_known_one_that_is_gone_may_be_edited_too() -> None:
    """A question under an older state, not held as deleted."""
    item = queued(text="New")
    state = record((M, in_buffer(M, "p1")), (item, in_buffer(item, "p5"))).unrecorded()
    world = rebuilt(state=state, gone=["p5"])
    assert rule_of(world, item, M) is Likeness.EDITED


# -- a timed address whose time is past


def test_an_exact_match_of_any_age_is_adopted_by_what_is_past() -> None:
    """Though it is young, or published long ago and nothing was recorded."""
    over, long_ago = post(due=OVER), post(due=NOW - timedelta(days=300))
    assert World(live=[published(over, created=YOUNG)]).verdict(over) is Action.ADOPT
    live = published(long_ago, created=NOW - timedelta(days=310))
    assert World(live=[live], state=NO_RECORD).verdict(long_ago) is Action.ADOPT


@pytest.mark.parametrize(
    ("live", "state", "expected"),
    [
        (published(post(text="Other", due=OVER), created=YOUNG), record(), Reason.MISSED),
        (published(post(due=LATER)), record(), Reason.MISSED),
        (published(post(due=LATER)), NO_RECORD, Action.PAST),
    ],
    ids=["same time", "same text", "same text without a state"],
)
def test_what_is_past_keeps_its_row_and_names_what_it_may_be(live: LivePost, state: State, expected: Verdict) -> None:
    """Past or missed, with a postponed question."""
    over = post(due=OVER)
    plan = World(live=[live], state=state).plan(over)
    assert [(verdict(c), c.candidates) for c in plan.changes] == [(expected, ("p1",))]
    assert plan.recording.questions[slot(over)].postponed
    assert "later `due_at`" not in plan.changes[0].hint
    assert "Buffer has no equal post" not in warnings(plan)


@pytest.mark.parametrize("again", [post(due=LATER), post(due=OVER, draft=True)], ids=["another time", "a draft"])
@pytest.mark.parametrize("is_listed", [True, False])
def test_what_makes_it_writable_raises_a_postponed_question(again: Post, is_listed: bool) -> None:
    """Held, although the horizon is past the candidate, whether it was read or not."""
    out = published(post(due=NOW - timedelta(days=2)), created=OLD)
    questions = World(live=[out]).plan(post(due=OVER)).recording.questions
    world = World(live=[out] if is_listed else [], state=record(questions=questions))
    change = world.change(again)
    assert (verdict(change), change.candidates) == (Reason.AMBIGUOUS, ("p1",))


def test_the_time_of_its_candidate_answers_a_postponed_question() -> None:
    """Adopted, since it may be ours for its entry, though the horizon is past it."""
    then = NOW - timedelta(days=2)
    out = published(post(due=then), created=OLD)
    question = replace(asked(Likeness.SAME_TEXT, out), postponed=True)
    world = World(live=[out], state=record(questions={slot(post()): question}))
    assert world.verdict(post(due=OVER)) is Reason.MISSED
    assert world.verdict(post(due=then)) is Action.ADOPT


def test_a_postponed_question_holds_its_address_alone() -> None:
    """Created: what it may be is explained for every other address."""
    theirs = published(post(text=ALIKE, due=OVER), created=OLD)
    question = replace(asked(Likeness.SAME_TIME, theirs), postponed=True)
    world = World(live=[theirs], state=record(questions={slot(post()): question}))
    assert world.verdicts(post(due=OVER), queued("q", LONG))["q"] is Action.CREATE


# -- a person's post at the same time, where the state was lost


@pytest.mark.parametrize(
    ("live", "state", "expected"),
    [
        (in_buffer(post(text="Other"), created=YOUNG, via="buffer"), NO_RECORD, Reason.AMBIGUOUS),
        (in_buffer(queued(text="Other"), created=YOUNG, via="buffer", due_at=DUE), NO_RECORD, Action.CREATE),
        (in_buffer(post(text="Other"), created=YOUNG, via="buffer"), record(), Action.CREATE),
    ],
    ids=["its own time", "a slot of the queue", "recorded"],
)
def test_a_persons_post_at_the_same_time(live: LivePost, state: State, expected: Action | Reason) -> None:
    """A question on an unrecorded home, since it may have been imported; the slots of a queue do not count."""
    assert World(live=[live], state=state).verdict(post()) is expected


# -- let go from an address


@pytest.mark.parametrize(
    ("item", "live", "expected"),
    [
        (post(text="Edited"), in_buffer(post()), Reason.AMBIGUOUS),
        (post(text="Edited"), in_buffer(post(), via="buffer"), Reason.AMBIGUOUS),
        (queued(text=ALIKE), in_buffer(queued(text=LONG)), Reason.AMBIGUOUS),
        (post(text=DECLARED), in_buffer(post(), text=REWRITTEN), Reason.AMBIGUOUS),
        (post(due=OVER), published(post(due=OVER)), Action.ADOPT),
        (post("b", "Edited", was="a"), in_buffer(post()), Reason.AMBIGUOUS),
        (post("b", "Edited"), in_buffer(post()), Action.CREATE),
    ],
    ids=["edited", "a person's, edited", "queued, edited", "another link", "published", "renamed", "another address"],
)
def test_what_was_let_go_may_be_ours_for_its_address(item: Post, live: LivePost, expected: Action | Reason) -> None:
    """Asked about or adopted as if it were younger than the horizon, for that address alone."""
    gone = {"p1": replace(let_go(live)["p1"], key="a")}
    assert World(live=[live], state=replace(record(), let_go=gone)).verdict(item) is expected
    if expected is Reason.AMBIGUOUS:  # until it is deleted in Buffer
        assert World(gone=["p1"], state=replace(record(), let_go=gone)).verdict(item) is Action.CREATE


@pytest.mark.parametrize("is_declared", [True, False])
def test_what_was_let_go_is_of_no_address_but_the_one_that_claims_it_now(is_declared: bool) -> None:
    """Created, whether the other entry is still there or is being removed."""
    other = post("b", "Another", LATER)
    live = in_buffer(other)
    state = replace(record((other, live)), let_go={"p1": replace(let_go(live)["p1"], key="a")})
    declared = [other] if is_declared else [post("keep", "Keep")]
    assert World(live=[live], state=state).verdict(post(), *declared) is Action.CREATE


@pytest.mark.parametrize(
    ("item", "live", "rule"),
    [
        (post(text="Edited"), in_buffer(post()), Likeness.SAME_TIME),
        (queued(text=ALIKE), in_buffer(queued(text=LONG)), Likeness.SIMILAR_TEXT),
        (queued(text="Edited"), in_buffer(queued()), Likeness.LET_GO),
    ],
    ids=["same time", "alike", "neither"],
)
def test_what_was_let_go_is_compared_with_its_address(item: Post, live: LivePost, rule: Likeness) -> None:
    """The question says what it has in common with its address."""
    gone = {"p1": replace(let_go(live)["p1"], key="a")}
    assert rule_of(World(live=[live], state=replace(record(), let_go=gone)), item) is rule


def test_what_was_let_go_and_not_read_is_named_by_what_is_too_late() -> None:
    """Missed, with a question instead of the proposal of another time."""
    gone = {"p1": replace(let_go(in_buffer(post()))["p1"], key="a")}
    change = World(state=replace(record(), let_go=gone)).change(post(due=OVER))
    assert (verdict(change), change.candidates) == (Reason.MISSED, ("p1",))
    assert "later `due_at`" not in change.hint


# -- existing


THEIRS = in_buffer(post(text="Other", due=LATER), "p9", OLD, via="buffer")


def test_existing_binds_what_it_names_as_imported() -> None:
    """Adopted if it is equal, otherwise updated; the state has it in both cases."""
    equal = in_buffer(post(), "p9", OLD, via="buffer")
    for live, expected in ((equal, Action.ADOPT), (THEIRS, Action.UPDATE)):
        change = World(live=[live]).change(post(existing="p9"))
        assert (change.action, change.live_id) == (expected, "p9")
        assert change.binding is not None
        assert (change.binding.id, change.binding.origin) == ("p9", Origin.IMPORTED)


def test_existing_lets_a_persons_post_be_called_off() -> None:
    """Deleted, by its id or under the key that it had; without it, held."""
    live = in_buffer(post(), "p9", OLD, via="buffer")
    assert World(live=[live]).verdict(post(cancelled=True, existing="p9")) is Action.DELETE
    assert World(live=[live]).verdict(post(cancelled=True)) is Reason.AMBIGUOUS
    assert removed(OLD_UNSENT, UNSENT).verdicts(post(was="old", cancelled=True)) == {"a": Action.DELETE}


def test_existing_may_stay_or_go_once_it_is_bound() -> None:
    """No changes with the id, without it, and with an id that is gone; the last gets a warning."""
    item = post(existing="p1")
    world = World(live=[in_buffer(item)], state=record((item, in_buffer(item))), gone=["p0"])
    assert world.verdict(item) is world.verdict(post()) is world.verdict(post(existing="p0")) is Action.NO_OP
    assert (warnings(world.plan(item)), warnings(world.plan(post()))) == ("", "")
    assert warnings(world.plan(post(existing="p0"))).startswith("`existing` names p0, but ")


def test_existing_claims_an_adopted_post() -> None:
    """Updated, since it now counts as imported."""
    live = in_buffer(post(), via="buffer")
    state = record((post(), live), origin=Origin.ADOPTED)
    assert World(live=[live], state=state).verdict(post(text="Edited")) is Reason.ADOPTED
    change = World(live=[live], state=state).change(post(text="Edited", existing="p1"))
    assert (change.action, change.binding and change.binding.origin) == (Action.UPDATE, Origin.IMPORTED)


@pytest.mark.parametrize(
    "world",
    [
        World(gone=["p9"]),
        World(live=[in_buffer(on_linkedin(post()), "p9")]),
        World(live=[in_buffer(post("b", "b"), "p9")], state=record((post("b", "b"), in_buffer(post("b", "b"), "p9")))),
    ],
    ids=["gone", "on another channel", "the post of another entry"],
)
def test_existing_that_names_nothing_to_bind_is_held(world: World) -> None:
    """Held with the id, not created."""
    change = world.change(post(existing="p9"), post("b", "b"))
    assert (change.reason, change.message.partition(",")[0]) == (Reason.AMBIGUOUS, "`existing` names p9")


def test_existing_of_what_was_deleted_in_buffer_is_held() -> None:
    """As deleted with the id of its own post; with one that is not there, with that id."""
    assert lost().verdict(post(existing="p1")) is Reason.GONE
    change = lost().change(post(existing="p7"))
    assert (change.reason, change.message.partition(",")[0]) == (Reason.AMBIGUOUS, "`existing` names p7")


def test_existing_takes_the_claim_of_an_address_that_was_removed() -> None:
    """Updated under its new address, and the old one is forgotten; done if it is published, whatever its time."""
    change = removed(OLD_UNSENT, UNSENT).change(post(text="Edited", existing="p1"))
    assert (change.action, change.moved_from) == (Action.UPDATE, slot(OLD_UNSENT))
    out = removed(OLD_SENT, SENT).change(post(existing="p1"))
    assert (out.action, out.moved_from) == (Action.DONE, slot(OLD_SENT))


def test_existing_binds_what_takes_the_place_of_one_that_is_gone() -> None:
    """Adopted under its new id, explained or not."""
    change = lost(in_buffer(post(), "p9", OLD, via="buffer")).change(post(existing="p9"))
    assert (change.action, change.live_id) == (Action.ADOPT, "p9")


def test_existing_is_reviewed_until_it_was_applied() -> None:
    """A create does not agree to an edit of what it names; later, the digest is the same with it and without it."""
    named, created = World(live=[THEIRS]).change(post(existing="p9")), World().change(post())
    assert (named.action, created.action) == (Action.UPDATE, Action.CREATE)
    assert change_digest(named) != change_digest(created)
    world = World(live=[in_buffer(post())], state=record((post(), in_buffer(post()))))
    edits = [world.change(post(text="Edited", existing=existing)) for existing in ("p1", None)]
    assert len({change_digest(each) for each in edits}) == 1


def test_existing_answers_a_question_and_lets_the_other_candidates_go() -> None:
    """Bound; the other candidate no longer may be ours."""
    others = [CANDIDATE, in_buffer(post(text="Another"), "p8", OLD)]
    world = questioned(post(), asked(Likeness.SAME_TIME, *others), live=others)
    plan = world.plan(post(existing="p9"))
    assert [c.live_id for c in plan.changes] == ["p9"]
    after = begin_run(world.state, plan)
    assert (dict(after.questions), set(after.let_go)) == ({}, {"p8"})


def test_existing_answers_what_an_interrupted_apply_could_not_settle() -> None:
    """Adopted instead of held."""
    item = post(existing="p9")
    world = World(live=[in_buffer(item, "p9")], options=Options(unsettled={slot(item): ("p9",)}))
    assert world.verdict(item) is Action.ADOPT
    assert world.verdict(post()) is Reason.UNSETTLED


# -- on an unrecorded home: a past address and the one published API post at its instant


def reworded(*live: LivePost) -> World:
    """The state is lost; Buffer shows what was published."""
    return World(live=live, state=NO_RECORD, since=OLD - timedelta(days=30))


WAS, REWORDED = post(due=OVER), post(text="Reworded", due=OVER)


def test_a_past_post_that_was_reworded_is_bound_as_published() -> None:
    """Already there, with the warning that the edit changes nothing."""
    world = reworded(published(WAS))
    change = world.change(REWORDED)
    assert (change.action, change.cause) == (Action.ADOPT, Cause.EDITED)
    assert "`a` is already published on X; this edit (text) changes nothing there" in warnings(world.plan(REWORDED))


@pytest.mark.parametrize(
    "live", [published(WAS, sent_at=OVER + timedelta(seconds=3)), published(WAS, due_at=None)], ids=["late", "once"]
)
def test_a_past_post_that_was_reworded_is_found_by_either_time(live: LivePost) -> None:
    """A few seconds late, or by the time of its publication alone."""
    assert reworded(live).verdict(REWORDED) is Action.ADOPT


def test_a_past_post_that_was_reworded_is_done_afterwards() -> None:
    """The state has it, and the warning does not come back."""
    world = reworded(published(WAS))
    binding = world.change(REWORDED).binding
    assert binding is not None
    after = replace(world, state=replace(record(), bindings={slot(REWORDED): binding}))
    assert (after.verdict(REWORDED), warnings(after.plan(REWORDED))) == (Action.DONE, "")


def test_a_past_post_that_was_reworded_is_asked_about_nothing_else() -> None:
    """A new entry is created, and one that is past and was never sent is missed."""
    world = reworded(published(WAS))
    never = post("0", "Never sent", OVER - timedelta(days=1))
    assert world.verdicts(REWORDED, post("b", "New"))["b"] is Action.CREATE
    assert world.verdicts(never, REWORDED) == {"0": Reason.MISSED, "a": Action.ADOPT}


_OUT = published(WAS)


@pytest.mark.parametrize(
    "world",
    [
        reworded(_OUT, published(post(text="Other", due=OVER), "p2")),
        reworded(replace(_OUT, via="buffer")),
        reworded(replace(_OUT, status=PostStatus.SENDING)),
        World(live=[published(WAS, created=YOUNG)]),
        replace(
            reworded(_OUT),
            state=State(questions={slot(REWORDED): asked(Likeness.SAME_TIME, in_buffer(post("x", "Another"), "p9"))}),
        ),
        replace(reworded(_OUT), state=State(let_go=let_go(_OUT))),
        reworded(_OUT, in_buffer(post("x", "Reworded", LATER), "p2")),
    ],
    ids=["two at that minute", "a person's", "not published", "with a state", "in question", "let go", "its own text"],
)
def test_a_reworded_past_post_is_not_bound_where_that_is_not_certain(world: World) -> None:
    """Missed: Buffer or the state has something that speaks against it."""
    assert world.verdict(REWORDED) is Reason.MISSED


@pytest.mark.parametrize("beside", [post("b", "Another", OVER), post("b", due=LATER)], ids=["its time", "its text"])
def test_a_reworded_past_post_is_not_bound_where_another_entry_may_be_it(beside: Post) -> None:
    """One with that time, or with the text of the published post."""
    assert reworded(_OUT).verdict(REWORDED, beside) is Reason.MISSED


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (replace(REWORDED, repeat_of=("p1",)), Reason.MISSED),
        (replace(REWORDED, cancelled=True), Action.NO_OP),
    ],
)
def test_a_reworded_past_post_is_not_bound_where_its_entry_says_otherwise(item: Post, expected: Verdict) -> None:
    """By `repeat_of` or `cancelled`."""
    assert reworded(_OUT).verdict(item) is expected


def test_a_post_that_was_shared_early_is_not_that_of_a_reworded_entry_to_come() -> None:
    """The time of the entry is to come."""
    early = published(post(due=LATER), sent_at=OVER, shared_now=True)
    assert reworded(early).change(post(text="Reworded", due=LATER)).live is None


def test_what_is_out_is_named_by_the_key_that_it_has_now() -> None:
    """In the hint, and in the `repeat_of` that answers it."""
    was = queued("old", "We are live")
    world = World(live=[published(was)], state=record((was, published(was))))
    renamed, new = queued("b", "Other words altogether", was="old"), queued("c", "We are live")
    assert world.change(new, renamed).hint.startswith(
        "If it is the same, add `cancelled: [twitter:acme]` and keep Buffer's version under `b`."
    )
    assert world.verdict(replace(new, repeat_of=("b",)), renamed) is Action.CREATE


@pytest.mark.parametrize("is_read", [True, False])
def test_publishing_again_comes_first_where_an_entry_was_replaced(*, is_read: bool) -> None:
    """`repeat_of`, then `was`: the old entry is gone and its post published, whether or not Buffer lists it."""
    was = queued("old", "We are live")
    world = World(live=[published(was)] if is_read else [], state=record((was, published(was))))
    expected = "To publish it again, add `repeat_of: {twitter: p1}`. If it was only renamed, add `was: old`."
    assert world.change(post("new", due=LATER)).hint == expected


# -- entries that were imported, and are gone before the first apply


def imported_and_gone(*entries: Post) -> World:
    """Imported posts, `p1` and so on, whose entries were never applied."""
    bound = [(was, in_buffer(was, f"p{number}")) for number, was in enumerate(entries or [post("old", "Imported")], 1)]
    state = record(*bound, origin=Origin.IMPORTED)
    unmerged = {s: replace(b, unmerged=True) for s, b in state.bindings.items()}
    return World(live=[live for _, live in bound], state=replace(state, bindings=unmerged))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (post(), {"a": Reason.AMBIGUOUS}),
        (post(was="old"), {"a": Action.UPDATE}),
        (post(repeat_of=("old",)), {"a": Action.CREATE}),
        (replace(post(), place=Place("other.yaml", 1, 1)), {"a": Action.CREATE}),
    ],
    ids=["new", "the same", "another", "in another file"],
)
def test_what_is_new_beside_imported_entries_that_are_gone_may_be_one_of_them(
    item: Post, expected: dict[str, Verdict]
) -> None:
    """A question in their file alone; `was` takes the post, and `repeat_of` says that it is another."""
    found = imported_and_gone().verdicts(item)
    assert {key: verdict for key, verdict in found.items() if key == "a"} == expected


def test_what_is_asked_beside_imported_entries_that_are_gone() -> None:
    """Which of them it is, in one question."""
    world = imported_and_gone()
    change = world.change(post())
    assert (change.candidates, list(world.verdicts(post()))) == (("p1",), ["a", "old"])
    assert warnings(world.plan(post())) == ""
    assert change.message.startswith("Other entries are gone (`old`) whose posts stay in Buffer and will ")
    assert change.hint == "If it is, write `was: old`. If it is not, write `repeat_of: {twitter: p1}`."


FIRST, SECOND = post("first", "Imported"), post("second", "Imported, too", LATER)
ALSO_DUE = replace(SECOND, due_at=DUE)


@pytest.mark.parametrize(
    ("gone", "items", "expected"),
    [
        ([FIRST], [post(due=LATER)], {"a": (["p1"], "first")}),
        ([FIRST, SECOND], [post(due=LATER), post("b")], {"a": (["p2", "p1"], "second"), "b": (["p1", "p2"], "first")}),
        ([FIRST, SECOND], [post(), post("b")], {"a": (["p1", "p2"], None), "b": (["p1", "p2"], None)}),
        ([FIRST], [post(due=LATER), post("b", due=LATER)], {"a": (["p1"], None), "b": (["p1"], None)}),
        ([FIRST, ALSO_DUE], [post()], {"a": (["p1", "p2"], None)}),
        ([FIRST, ALSO_DUE], [post(due=LATER)], {"a": (["p1", "p2"], None)}),
    ],
    ids=["the only one", "by its time", "two of that time", "of two entries", "both have its time", "neither has it"],
)
def test_which_entry_that_is_gone_is_offered(
    gone: list[Post], items: list[Post], expected: dict[str, tuple[list[str], str | None]]
) -> None:
    """The only one, or the one that has its time, if no other new entry may be it as well; otherwise any of them."""
    held = imported_and_gone(*gone).plan(*items).of(Action.HOLD)
    offered = {each.address.key: re.search(r"was: (\w+)", each.hint) for each in held}
    assert {c.address.key: ([*c.candidates], (was := offered[c.address.key]) and was[1]) for c in held} == expected


_OTHERS = post("old", "Of another key")
_GONE = World(live=[in_buffer(_OTHERS)], state=record((_OTHERS, in_buffer(_OTHERS))))


def test_a_key_that_was_never_applied_may_be_that_of_any_entry_that_is_gone() -> None:
    """A question about the entries that are gone, which names the key."""
    change = _GONE.change(post(was="typo"))
    assert (change.reason, change.candidates) == (Reason.AMBIGUOUS, ("p1",))
    assert change.message == (
        "Other entries are gone (`old`) whose posts stay in Buffer and will be published, and this may be one of them "
        "(the state has no `typo`, which this was)"
    )
    draft = replace(_OTHERS, draft=True)
    there = in_buffer(draft)
    message = World(live=[there], state=record((draft, there))).change(post(was="typo")).message
    assert message.startswith("Other entries are gone (`old`) whose posts stay in Buffer, and this may be one of them")


def test_a_key_that_was_used_up_before_its_entry_got_another_channel() -> None:
    """Still a question, since nothing tells when `was` was written; it says so, and deleting that line answers it."""
    first = on_linkedin(post())
    there = in_buffer(first, "p3")
    world = replace(_GONE, live=[*_GONE.live, there], state=record((_OTHERS, in_buffer(_OTHERS)), (first, there)))
    change = world.change(post(was="typo"), replace(first, was="typo"))
    assert change.message == (
        "Other entries are gone (`old`) whose posts stay in Buffer and will be published, and this may be one of them "
        "(the state has no `typo`, which this was, but has this entry on another channel, so `was: typo` may be used "
        "up)"
    )
    assert change.hint == (
        "If it is, write `was: old`. If it is not, write `repeat_of: {twitter: p1}` or delete `was: typo`."
    )
    assert [each.action for each in world.plan(post(), first).changes] == [Action.CREATE, Action.NO_OP, Action.DELETE]
    unmerged = {at: replace(each, unmerged=True) for at, each in world.state.bindings.items()}
    imported = replace(world, state=replace(world.state, bindings=unmerged))
    assert "delete" not in imported.change(post(was="typo"), replace(first, was="typo")).hint  # it would ask on
    assert imported.verdict(post()) is Reason.AMBIGUOUS


@given(
    st.lists(
        st.builds(
            post,
            st.sampled_from(["a", "b", "old"]),
            st.sampled_from(["Of old", "Another"]),
            st.sampled_from([DUE, LATER, OVER]),
            was=st.sampled_from([None, "old", "unknown"]),
            cancelled=st.booleans(),
            repeat_of=st.sampled_from([(), ("p1",)]),
            suspended=st.sampled_from(["", "Earthquake"]),
        ),
        max_size=3,
        unique_by=lambda item: item.address,
    ),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=examples(400))
def test_what_is_removed_is_in_the_plan_whatever_is_declared(items: list[Post], prune: bool, unmerged: bool) -> None:
    """Deleted, held, named by a hold or a warning: it does not go out in silence."""
    gone = post("gone", "Take this back")
    there = [in_buffer(_OTHERS), in_buffer(gone, "p2")]
    state = record((_OTHERS, there[0]), (gone, there[1]))
    bound = {at: replace(binding, unmerged=unmerged) for at, binding in state.bindings.items()}
    world = World(live=there, state=replace(state, bindings=bound), settings=Settings(prune=prune))
    plan = world.plan(*items)
    assert unnamed(plan, world.reading, world.state) == []


def test_a_key_that_was_never_applied_may_be_that_of_an_imported_post_first() -> None:
    """One that was imported into its file."""
    unmerged = record((post("new", "Imported"), in_buffer(post("new", "Imported"), "p2")), origin=Origin.IMPORTED)
    imported = {at: replace(b, unmerged=True) for at, b in unmerged.bindings.items()}
    both = replace(_GONE, state=replace(_GONE.state, bindings={**_GONE.state.bindings, **imported}))
    assert both.change(post(was="typo")).candidates == ("p2",)


def test_a_key_of_a_series_that_was_never_applied_is_no_question() -> None:
    """Its occurrence is new."""
    series = post("b-2", was="typo-2", expansion=Expansion(number=2, times=3))
    assert _GONE.verdict(series) is Action.CREATE


_RENAMED, _OLD = post(was="x"), on_linkedin(post("old", "Of another key"))
_KNOWN = record((_RENAMED, in_buffer(_RENAMED)), (_OLD, in_buffer(_OLD, "p2")))
_ADDED = on_linkedin(_RENAMED)


def with_former(former: dict[Slot, str]) -> Plan:
    """A plan where the renamed entry gets another channel. `former`: the renames that were applied."""
    world = World(live=[in_buffer(_RENAMED), in_buffer(_OLD, "p2")], state=replace(_KNOWN, former=former))
    return world.plan(_RENAMED, _ADDED)


def test_a_rename_that_was_applied_elsewhere_asks_nothing_where_its_post_is_new() -> None:
    """`was` may stay after a rename: an entry that gets another channel then is new there, whatever else is gone."""
    plan = with_former({slot(post("x")): "p1"})
    assert [each.address for each in plan.of(Action.CREATE)] == [_ADDED.address]


@pytest.mark.parametrize("former", [{}, {slot(post("x")): "p3"}], ids=["none", "of another post"])
def test_a_rename_that_was_not_applied_elsewhere_is_asked_about(former: dict[Slot, str]) -> None:
    """It may be any of those that are gone."""
    assert [each.candidates for each in with_former(former).of(Action.HOLD)] == [("p2",)]


# -- what a question says


@pytest.mark.parametrize(
    ("live", "seen"),
    [
        ([in_buffer(post(), due_at=LATER)], "(“We are live”, scheduled, Wed 23 Jan 2030 12:00 UTC)"),
        *(
            ([in_buffer(post(), due_at=None, status=status)], f"(“We are live”, {words})")
            for status, words in {
                PostStatus.DRAFT: "draft",
                PostStatus.NEEDS_APPROVAL: "awaiting approval",
                PostStatus.SENDING: "being published",
                PostStatus.SENT: "published",
                PostStatus.ERROR: "not published",
            }.items()
        ),
        ([in_buffer(post(), due_at=LATER), in_buffer(post(), "p2", due_at=LATER)], "* 12:00 UTC) and 1 more"),
    ],
)
def test_a_question_shows_what_it_is_about(live: list[LivePost], seen: str) -> None:
    """The text, status and time of the first, and how many more there are."""
    message = World(live=live).change(post()).message
    assert fnmatchcase(message, f"Buffer already has this text {seen}, so it may be there already"), message


def test_a_question_about_the_same_time_is_kept_when_the_other_post_loses_its_time() -> None:
    """A draft by now, so the message says no time of day."""
    draft = replace(CANDIDATE, status=PostStatus.DRAFT, due_at=None)
    assert questioned(live=[draft]).change(post()).message == (
        "Buffer already has a post on this channel at this time (“Other”, draft), so it may be there already"
    )


def test_a_question_names_what_was_not_read_by_its_id() -> None:
    """`p1`, since its text is not known."""
    was = queued("b", "We are live")
    unread = World(state=record((was, published(was)))).change(queued(), queued("b", "Other words altogether"))
    assert unread.message.startswith("Buffer already has this text (p1), so it may be ")


def test_a_question_names_an_idea_by_its_title() -> None:
    """In quotes."""
    near = World(live=[idea_in_buffer(idea(text=""), created=YOUNG)]).change(idea(text="Over a coffee"))
    assert near.message.startswith("Buffer already has an idea with this title (“How we hire”), so it may be ")


def test_a_question_names_40_characters_of_a_long_text() -> None:
    """One that has no more is whole."""
    cut = World(live=[in_buffer(queued(text=LONG), created=YOUNG)]).change(queued(text=ALIKE))
    assert f"(“{LONG[:40]}…”, scheduled, " in cut.message
    whole = queued(text=LONG[:40])
    assert f"(“{LONG[:40]}”, scheduled, " in World(live=[in_buffer(whole)]).change(replace(whole, draft=True)).message


# -- an idea that was renamed


_OF_IDEA, _IDEA = post(idea="hiring"), idea()
_WITH_IDEA = World(
    live=[in_buffer(_OF_IDEA), idea_in_buffer(_IDEA)],
    state=record((_OF_IDEA, in_buffer(_OF_IDEA)), (_IDEA, idea_in_buffer(_IDEA))),
)


def test_a_post_whose_idea_was_renamed_is_unchanged() -> None:
    """No edit of nothing: only the name of its idea has changed, which is recorded."""
    renamed, now = idea("jobs", was="hiring"), post(idea="jobs")
    assert _WITH_IDEA.verdicts(now, renamed) == {"a": Action.NO_OP, "jobs": Action.MOVE}
    binding = _WITH_IDEA.change(now, renamed).binding
    assert binding is not None
    after = replace(_WITH_IDEA.state, bindings={**_WITH_IDEA.state.bindings, slot(now): binding})
    assert replace(_WITH_IDEA, state=after).verdict(now, idea("jobs")) is Action.NO_OP


def test_a_post_that_gets_another_idea_is_changed() -> None:
    """It is an edit."""
    assert _WITH_IDEA.verdict(post(idea="other"), _IDEA, idea("other", "Another")) is not Action.NO_OP


@pytest.mark.parametrize(
    ("noted", "expected"),
    [("as edited", Reason.AMBIGUOUS), ("otherwise", Action.CREATE), ("0:of another version", Action.CREATE)],
)
def test_a_published_post_that_was_edited_and_got_another_key(noted: str, expected: Verdict) -> None:
    """It may be that one if it says what the entry of that said when it was last seen."""
    new = post("new", "Edited words", LATER)
    texts = {"as edited": new, "otherwise": replace(new, text="Other words")}
    seen = str(fingerprint(texts[noted], content_of_desired(texts[noted]))) if noted in texts else noted
    world = removed(OLD_SENT, SENT)
    bound = {each: replace(was, noted=seen) for each, was in world.state.bindings.items()}
    assert replace(world, state=replace(world.state, bindings=bound)).verdict(new) is expected


PERHAPS = in_buffer(post("x", "Something", LATER), "p9", YOUNG)
CLAIMED = Claim("other.yaml", slot(post("x")), record((post("x"), PERHAPS)).bindings[slot(post("x"))])


@pytest.mark.parametrize(
    ("released", "options", "expected"),
    [
        ({}, Options(), Reason.AMBIGUOUS),
        ({"p9": LetGo("c1", YOUNG)}, Options(), Action.CREATE),
        ({"p9": LetGo("c1", YOUNG, key="gone")}, Options(), Reason.AMBIGUOUS),
        ({}, Options(elsewhere=(CLAIMED,), declared_elsewhere={"p9": "other.yaml"}), Action.CREATE),
        ({}, Options(elsewhere=(CLAIMED,)), Reason.AMBIGUOUS),
    ],
    ids=["open", "let go by `state rm`", "let go from its key", "declared elsewhere", "no longer declared elsewhere"],
)
def test_a_question_about_an_entry_that_is_gone(
    released: dict[str, LetGo], options: Options, expected: Verdict
) -> None:
    """A new entry may be that one, renamed, as long as one of the candidates is nobody else's."""
    questions = {slot(post("gone")): asked(Likeness.SAME_TIME, PERHAPS)}
    world = World(live=[PERHAPS], state=record(questions=questions, let_go=released), options=options)
    assert world.verdict(post("new", "Quite other words")) is expected
