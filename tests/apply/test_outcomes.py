"""What is said of a write, by its result: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bufferctl.apply import outcomes
from bufferctl.apply.settling import Written
from bufferctl.model import (
    CreatePost,
    DraftPost,
    EditPost,
    Freeze,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Refusal,
    Refused,
    SchedulingType,
    Service,
    Unknown,
    bind,
)
from bufferctl.model.metadata import InstagramMetadata
from bufferctl.model.state import QUEUE
from bufferctl.plan import Action, Cause, Change, Difference, Outcome, Status
from bufferctl.said import Way
from tests.apply.fake import START, post
from tests.apply.machine import slot

DUE = START + timedelta(days=1)
A = post("a", due=DUE)
LIVE = LivePost("p1", "c0", PostStatus.SCHEDULED, A.text, START, due_at=A.due_at, is_custom_scheduled=True)
AS_IT_SAYS = "Fix it in the file as Buffer's message says."
EDIT = Change(
    A.address, Action.UPDATE, Cause.EDITED, slot(A), desired=A, live=LIVE, write=EditPost("p1", A, "c0"),
    differences=(Difference("text", "before", "after"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("live", "declared", "fields"),
    [
        (SchedulingType.AUTOMATIC, SchedulingType.AUTOMATIC, ()),
        (SchedulingType.NOTIFICATION, SchedulingType.AUTOMATIC, ("scheduling_type",)),
        (SchedulingType.NOTIFICATION, SchedulingType.NOTIFICATION, ()),
    ],
)
def test_a_post_that_came_back_as_a_reminder_differs(
    live: SchedulingType, declared: SchedulingType, fields: tuple[str, ...]
) -> None:
    """Unless it was declared as one."""
    item, there = replace(A, scheduling_type=declared), replace(LIVE, scheduling_type=live.value)
    _, found = outcomes.bound(CreatePost(item, "c0"), there, Origin.CREATED, links_may_differ=False)
    assert found == fields


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        (
            "Invalid post: Twitter / X posts cannot exceed 280 characters.",
            AS_IT_SAYS,
        ),
        ("Invalid post: Instagram posts require a type (post, story, or reel).", "This edit leaves `type` as it is"),
        (
            "Invalid post: YouTube posts require a title., a category.",
            "`category_id` and `title`",
        ),
        ("Invalid post: Something else.", AS_IT_SAYS),
    ],
)
def test_a_refused_edit_names_what_it_left_as_it_is(message: str, hint: str) -> None:
    """Buffer checks the whole post again; where the message names what was edited, it says enough."""
    outcome = outcomes.refused(EDIT, Refused(Refusal.INVALID, message), START)
    assert (outcome.status, outcome.message) == (Status.REFUSED, message)
    assert hint in outcome.hint


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("text", "Invalid post: Twitter / X posts cannot exceed 280 characters."),
        ("text", "Invalid post: Post must have either text or media."),
        ("assets", "Invalid post: Image could not be read from its URL."),
        ("assets", "Invalid post: Post must have either text or media."),
        ("title", "Invalid post: YouTube posts require a title."),
        ("category_id", "Invalid post: YouTube posts require a category."),
        ("board", "Invalid post: Pinterest posts require a board."),
        ("first_comment", "Invalid post: First comment requires a paid plan. Please upgrade to use this feature."),
        ("type", "Invalid post: Facebook posts require a type (post, story, or reel)."),
        ("tags", "Invalid post: tag not found."),
        ("scheduling_type", "Invalid post: notification scheduling is not available for this channel."),
    ],
)
@pytest.mark.parametrize("path", ["{}", "metadata.{}", "metadata.{}.0.url"])
def test_a_refused_edit_of_what_the_message_names_needs_no_more(field: str, message: str, path: str) -> None:
    """The message is about what the edit changed, however deep in the file; about another field, it says which."""
    edited = replace(EDIT, differences=(Difference(path.format(field), "before", "after"),))
    assert outcomes.refused(edited, Refused(Refusal.INVALID, message), START).hint == AS_IT_SAYS
    other = replace(EDIT, differences=(Difference("due_at", "before", "after"),))
    assert f"`{field}`" in outcomes.refused(other, Refused(Refusal.INVALID, message), START).hint


@pytest.mark.parametrize(
    ("change", "why", "hint"),
    [
        (replace(EDIT, differences=()), Refusal.INVALID, AS_IT_SAYS),
        (EDIT, Refusal.PAST, "Give it a later `due_at`."),
    ],
    ids=["a new post", "another reason"],
)
def test_only_an_edit_leaves_anything_as_it_is(change: Change, why: Refusal, hint: str) -> None:
    """Of a new post everything is new, and another reason has a hint of its own."""
    message = "Invalid post: Instagram posts require a type (post, story, or reel)."
    assert outcomes.refused(change, Refused(why, message), START).hint == hint


@pytest.mark.parametrize(
    ("times", "fields"),
    [
        ({"due_at": DUE}, ()),
        ({"due_at": DUE, "sent_at": DUE + timedelta(seconds=3)}, ()),
        ({"due_at": None, "sent_at": DUE}, ()),
        ({"due_at": None, "sent_at": DUE + timedelta(minutes=1)}, ("due_at",)),
        ({"due_at": DUE + timedelta(minutes=1), "sent_at": DUE}, ("due_at",)),
    ],
)
def test_a_time_differs_by_when_it_is_due_or_else_by_when_it_was_sent(
    times: dict[str, datetime | None], fields: tuple[str, ...]
) -> None:
    """What is published may have no time any more but that; a few seconds late is no difference."""
    there = replace(LIVE, **times)  # type: ignore[arg-type]  # by name
    _, found = outcomes.bound(CreatePost(A, "c0"), there, Origin.CREATED, links_may_differ=False)
    assert found == fields


def created(item: Post, live: LivePost, **change: object) -> Outcome:
    """What is said of a create that came back as `live`."""
    write = CreatePost(item, "c0")
    made = Change(item.address, Action.CREATE, Cause.NEW, slot(item), desired=item, write=write)
    changed = replace(made, **change)  # type: ignore[arg-type]  # by name
    return outcomes.written(changed, write, live, START, links=False).outcome


def test_what_was_created_is_shown_with_its_link() -> None:
    """Its id, and its URL once it is published; nothing is said of it."""
    out = replace(LIVE, external_link="https://x.com/acme/status/1")
    assert created(A, out) == Outcome(
        replace(EDIT, action=Action.CREATE, cause=Cause.NEW, live=None, write=CreatePost(A, "c0"), differences=()),
        Status.DONE, "p1", link="https://x.com/acme/status/1", at=START,
    )  # fmt: skip


def test_all_that_came_back_different_is_named() -> None:
    """The text, and that it does not wait for an approval."""
    outcome = created(replace(A, needs_approval=True), replace(LIVE, text="Other words"))
    assert outcome.status is Status.DIFFERS
    assert outcome.message == "Buffer took it, but its text and needs_approval came back different"


def test_what_buffer_did_not_keep_is_said() -> None:
    """A first comment that is not there is not published with the post: done, and it must be added by hand."""
    commented = replace(A, service=Service.INSTAGRAM, metadata=InstagramMetadata(first_comment="More at acme.example"))
    there = replace(LIVE, metadata={"type": "post", "should_share_to_feed": True})
    outcome = created(commented, there)
    assert (outcome.status, outcome.hint) == (Status.DONE, "Add it by hand once the post is published.")
    assert outcome.message == "Buffer did not keep its first_comment, so that is not published with it"
    kept = replace(there, metadata={**there.metadata, "first_comment": "More at acme.example"})
    assert created(commented, kept).message == ""


def test_what_replaces_a_deleted_post_is_created() -> None:
    """The state had an imported one in its place: the new one is ours, and an edit leaves whose it is."""
    old = bind(A, LIVE, Origin.IMPORTED)
    write = CreatePost(A, "c0")
    again = Change(A.address, Action.CREATE, Cause.DRIFT, slot(A), desired=A, write=write, binding=old)
    new = outcomes.written(again, write, replace(LIVE, id="p2"), START, links=False)
    assert new.binding
    assert (new.binding.id, new.binding.origin) == ("p2", Origin.CREATED)
    edit = EditPost("p1", A, "c0")
    edited = outcomes.written(replace(EDIT, binding=old), edit, LIVE, START, links=False)
    assert edited.binding
    assert edited.binding.origin is Origin.IMPORTED


def test_a_person_s_equal_post_that_differs_is_said_to_differ() -> None:
    """Adopted, but a link of it was rewritten into another: what differs matters more than who made it."""
    write = CreatePost(A, "c0")
    change = replace(EDIT, action=Action.CREATE, live=None, write=write)
    for text, status in ((A.text, Status.DONE), ("Other words", Status.DIFFERS)):
        verdict = Written(replace(LIVE, text=text), by_person=True)
        outcome = outcomes.found(change, write, verdict, START, links=False).outcome
        assert outcome.status is status
        assert ("Somebody created an equal post" in outcome.message) is (status is Status.DONE)
        assert ("bufferctl import Acme/twitter:acme0/a p1" in outcome.hint) is (status is Status.DONE)


def test_a_write_that_always_fails_is_given_up_with_the_last_reason() -> None:
    """In Buffer's words."""
    outcome = outcomes.given_up(EDIT, Unknown("503 Service Unavailable"), START)
    assert outcome.message == ("Buffer failed on it each time and did not carry it out (503 Service Unavailable)")
    assert (outcome.status, outcome.id) == (Status.REFUSED, "p1")


@pytest.mark.parametrize(
    ("there", "taken_from"),
    [
        (replace(LIVE, status=PostStatus.DRAFT), "2030-01-01T09:00:00+00:00"),
        (LIVE, ""),
        (replace(LIVE, status=PostStatus.SENT), ""),
        (LiveIdea("i1", "o", START), ""),
    ],
    ids=["a draft", "still scheduled", "published", "an idea"],
)
def test_only_a_draft_is_taken_off_the_schedule(there: LivePost | LiveIdea, taken_from: str) -> None:
    """Then its binding says from where; the rest of it stays as it was."""
    old = bind(A, LIVE, Origin.CREATED)
    write = DraftPost("p1", replace(A, draft=True), "c0", taken_from="2030-01-01T09:00:00+00:00")
    assert outcomes.taken_off(old, write, there) == replace(old, taken_from=taken_from)


@pytest.mark.parametrize(
    ("write", "is_kept"),
    [
        (EditPost("p1", post("a", due=None), "c0", reschedule=True), True),
        (EditPost("p1", post("a", due=None), "c0"), False),
        (EditPost("p1", A, "c0", reschedule=True), False),
        (CreatePost(post("a", due=None), "c0"), False),
    ],
    ids=["to a place in the queue", "where it is", "to a time", "a create"],
)
def test_a_freeze_that_a_queued_post_was_let_out_of_stays(write: EditPost | CreatePost, is_kept: bool) -> None:
    """No plan shows when it goes out, so what was agreed to before still counts."""
    freeze = Freeze(START, DUE, "Mourning")
    old = replace(bind(A, LIVE, Origin.CREATED), exempt=(freeze,))
    binding, _ = outcomes.bound(write, LIVE, Origin.CREATED, links_may_differ=False, old=old)
    assert binding.exempt == ((freeze,) if is_kept else ())
    first, _ = outcomes.bound(write, LIVE, Origin.CREATED, links_may_differ=False)
    assert first.exempt == ()


@pytest.mark.parametrize(
    ("edit", "status", "taken_from"),
    [
        (EditPost("p1", A, "c0", reschedule=True), PostStatus.DRAFT, "2026-12-02T08:00:00Z"),
        (EditPost("p1", replace(A, draft=True), "c0", reschedule=True, back_to=QUEUE), PostStatus.DRAFT, QUEUE),
        (EditPost("p1", A, "c0", reschedule=True), PostStatus.SCHEDULED, ""),
        (EditPost("p1", A, "c0"), PostStatus.DRAFT, ""),
        (EditPost("p1", replace(A, draft=True), "c0", reschedule=True), PostStatus.DRAFT, ""),
        (EditPost("p1", replace(A, needs_approval=True), "c0", reschedule=True), PostStatus.DRAFT, ""),
    ],
    ids=["to its time", "back to the queue", "it worked", "only its content", "a draft's time", "for an approval"],
)
def test_what_was_to_go_back_and_stayed_a_draft_is_still_off(
    edit: EditPost, status: PostStatus, taken_from: str
) -> None:
    """It differs, and the next plan puts it back on the schedule; what was to stay a draft is none of those."""
    there = replace(LIVE, status=status)
    binding, fields = outcomes.bound(edit, there, Origin.CREATED, links_may_differ=False)
    assert (binding.taken_from, "draft" in fields) == (taken_from, bool(taken_from))


def test_a_post_without_its_idea_says_which_to_fix() -> None:
    """By its key; the field to edit is that of the post."""
    outcome = outcomes.without_idea(EDIT, "launch")
    assert (outcome.status, outcome.message) == (Status.HELD, "Its idea `launch` was not created")
    assert outcome.todo
    assert [(each.way, each.field) for each in outcome.todo.answers] == [(Way.EDIT, "idea")]


def test_what_was_published_meanwhile_names_the_command_that_shows_it() -> None:
    """As an answer that programs read."""
    outcome = outcomes.refused(EDIT, Refused(Refusal.SENT, "Post was already sent."), START)
    assert outcome.todo
    assert [each.command for each in outcome.todo.answers] == [("bufferctl", "plan")]


@pytest.mark.parametrize(
    ("candidates", "message", "commands"),
    [
        ((), "The answer was lost, and it is unknown whether Buffer carried it out", [("apply", "--recreate")]),
        (
            ("p8", "p9"),
            "The answer was lost; it may be p8 or p9 in Buffer, but that is not certain",
            [("import",), ("apply", "--recreate")],
        ),
    ],
)
def test_a_create_of_which_nobody_knows(
    candidates: tuple[str, ...], message: str, commands: list[tuple[str, ...]]
) -> None:
    """What it may have become, and the commands that say so."""
    outcome = outcomes.held(replace(EDIT, action=Action.CREATE, write=CreatePost(A, "c0")), candidates, START)
    assert outcome.message == message
    assert outcome.todo
    assert [each.start[: len(of) + 1] for each, of in zip(outcome.todo.answers, commands, strict=True)] == [
        ("bufferctl", *of) for of in commands
    ]
    assert all(f"`bufferctl {' '.join(each)} {A.address}" in outcome.hint for each in commands)
