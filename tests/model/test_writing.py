"""Writes: whether one that got no answer was carried out, and when what it leaves is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bufferctl.model import (
    Address,
    CreateIdea,
    CreatePost,
    DeletePost,
    DraftPost,
    EditPost,
    Fate,
    Fit,
    Idea,
    Intent,
    LiveIdea,
    LivePost,
    Post,
    PostStatus,
    Refusal,
    Service,
    ShareMode,
    Slot,
    Write,
    instant,
    standing,
)
from bufferctl.model.state import QUEUE
from tests.model.samples import PLACE

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
QUEUED = Post(Address("Acme", "twitter:acme", "a"), Service.TWITTER, PLACE, "Hello", mode=ShareMode.ADD_TO_QUEUE)
TIMED = replace(QUEUED, mode=ShareMode.CUSTOM_SCHEDULED, due_at=NOW)
DRAFT, APPROVAL = replace(TIMED, draft=True), replace(TIMED, needs_approval=True)
IDEA = Idea(Address("Acme", "ideas", "i"), PLACE, title="An idea")
LIVE = LivePost("1", "c", PostStatus.SCHEDULED, "Hello", NOW, due_at=NOW)
OF_PERSON = replace(LIVE, is_custom_scheduled=True)
LIVE_IDEA = LiveIdea("2", "o", NOW, "An idea")


def live(status: PostStatus, **fields: Any) -> LivePost:
    """The live post in another status."""
    return replace(LIVE, status=status, **fields)


@pytest.mark.parametrize(
    ("fit", "post", "there"),
    [
        (Fit.AS_SENT, QUEUED, LIVE),
        (Fit.AS_SENT, QUEUED, live(PostStatus.SENT)),
        (Fit.MOVED_ON, QUEUED, OF_PERSON),
        (Fit.MOVED_ON, QUEUED, live(PostStatus.NEEDS_APPROVAL)),
        (Fit.NONE, QUEUED, live(PostStatus.DRAFT)),
        (Fit.NONE, QUEUED, LIVE_IDEA),
        (Fit.AS_SENT, TIMED, LIVE),
        (Fit.AS_SENT, TIMED, OF_PERSON),
        (Fit.NONE, TIMED, replace(LIVE, due_at=LATER)),
        (Fit.AS_SENT, TIMED, live(PostStatus.SENT, due_at=None, sent_at=NOW)),
        (Fit.NONE, TIMED, live(PostStatus.SENT, due_at=None, sent_at=LATER)),
        (Fit.AS_SENT, TIMED, live(PostStatus.SENT, sent_at=LATER)),
        (Fit.AS_SENT, DRAFT, live(PostStatus.DRAFT, due_at=LATER)),
        (Fit.MOVED_ON, DRAFT, LIVE),
        (Fit.MOVED_ON, DRAFT, replace(LIVE, due_at=LATER)),
        (Fit.AS_SENT, APPROVAL, live(PostStatus.NEEDS_APPROVAL)),
        (Fit.MOVED_ON, APPROVAL, LIVE),
    ],
)
def test_fit(fit: Fit, post: Post, there: LivePost | LiveIdea) -> None:
    """Status and time as sent; as a person may have changed them since; or those of something else."""
    assert CreatePost(post, "c").fit(there) is fit


def test_fit_of_an_idea() -> None:
    """An idea fits one, a post never."""
    assert CreateIdea(IDEA, "o").fit(LIVE_IDEA) is Fit.AS_SENT
    assert CreateIdea(IDEA, "o").fit(LIVE) is Fit.NONE


OLD = replace(LIVE, text="Before")
EDIT, MOVE = EditPost("1", QUEUED, "c"), EditPost("1", TIMED, "c", reschedule=True)
OFF = live(PostStatus.DRAFT, text="Before")
BACK = replace(MOVE, back_to=instant(LATER))


@pytest.mark.parametrize(
    ("fate", "write", "before", "there"),
    [
        (Fate.DONE, EDIT, OLD, LIVE),
        (Fate.DONE, EDIT, OLD, replace(LIVE, due_at=LATER)),
        (Fate.NOT_DONE, EDIT, OLD, OLD),
        (Fate.ALIKE, EDIT, LIVE, LIVE),
        (Fate.ALIKE, MOVE, LIVE, LIVE),
        (Fate.UNCLEAR, EDIT, OLD, replace(LIVE, text="By a person")),
        (Fate.UNCLEAR, EDIT, LIVE, live(PostStatus.SENT)),
        (Fate.UNCLEAR, EDIT, OLD, None),
        (Fate.UNCLEAR, EDIT, OLD, LIVE_IDEA),
        (Fate.DONE, MOVE, OLD, LIVE),
        (Fate.DONE, MOVE, replace(OF_PERSON, due_at=LATER), OF_PERSON),
        (Fate.UNCLEAR, MOVE, OLD, replace(LIVE, due_at=LATER)),
        (Fate.DONE, replace(MOVE, item=QUEUED), OF_PERSON, replace(LIVE, due_at=LATER)),
        (Fate.UNCLEAR, MOVE, OLD, live(PostStatus.DRAFT)),
        (Fate.DONE, replace(MOVE, item=DRAFT), OLD, live(PostStatus.DRAFT)),
        (Fate.UNCLEAR, replace(MOVE, item=DRAFT), OLD, LIVE),
        (Fate.DONE, replace(MOVE, item=APPROVAL), OLD, live(PostStatus.NEEDS_APPROVAL)),
        (Fate.UNCLEAR, replace(MOVE, item=APPROVAL), OLD, LIVE),
        (Fate.DONE, replace(EDIT, item=DRAFT), OLD, LIVE),
        (Fate.DONE, BACK, OFF, replace(LIVE, due_at=LATER)),
        (Fate.UNCLEAR, BACK, OFF, LIVE),
        (Fate.UNCLEAR, BACK, OFF, live(PostStatus.DRAFT, due_at=LATER)),
        (Fate.DONE, replace(BACK, back_to=QUEUE), OFF, replace(LIVE, due_at=LATER)),
        (Fate.UNCLEAR, replace(BACK, back_to=QUEUE), OFF, live(PostStatus.DRAFT, due_at=LATER)),
    ],
)
def test_fate_of_an_edit(fate: Fate, write: EditPost, before: LivePost, there: LivePost | LiveIdea | None) -> None:
    """Done: it is as declared. Not done: it stands as before. Alike: both. Unclear: neither, or it is gone."""
    assert write.fate(there, standing(before), links_may_differ=False) is fate


@pytest.mark.parametrize(
    ("fate", "before", "there"),
    [
        (Fate.DONE, LIVE, live(PostStatus.DRAFT)),
        (Fate.DONE, LIVE, live(PostStatus.DRAFT, text="By a person")),
        (Fate.NOT_DONE, LIVE, LIVE),
        (Fate.UNCLEAR, LIVE, replace(LIVE, text="By a person")),
        (Fate.UNCLEAR, LIVE, live(PostStatus.SENT)),
        (Fate.UNCLEAR, LIVE, LIVE_IDEA),
        (Fate.UNCLEAR, LIVE, None),
    ],
)
def test_fate_of_taking_a_post_off_the_schedule(
    fate: Fate, before: LivePost, there: LivePost | LiveIdea | None
) -> None:
    """Done: it is a draft, whatever it says. Unclear: it is neither that nor as before, or it is gone."""
    assert DraftPost("1", QUEUED, "c").fate(there, standing(before), links_may_differ=False) is fate


def test_fate_where_links_are_shortened() -> None:
    """A shortened link is the one that was sent, but only on a channel that shortens."""
    edit = EditPost("1", replace(QUEUED, text="Now https://acme.example/a"), "c")
    there = replace(LIVE, text="Now https://buff.ly/1")
    assert edit.fate(there, standing(OLD), links_may_differ=True) is Fate.DONE
    assert edit.fate(there, standing(OLD), links_may_differ=False) is Fate.UNCLEAR


def test_fate_of_a_delete() -> None:
    """What is still there was not deleted."""
    assert DeletePost("1", "c").fate(LIVE, "", links_may_differ=False) is Fate.NOT_DONE
    assert DeletePost("1", "c").fate(None, "", links_may_differ=False) is Fate.DONE


@pytest.mark.parametrize(
    ("at", "write", "there"),
    [
        (NOW, CreatePost(TIMED, "c"), None),
        (None, CreatePost(QUEUED, "c"), None),
        (None, CreatePost(DRAFT, "c"), None),
        (NOW, CreatePost(APPROVAL, "c"), None),
        (None, CreateIdea(IDEA, "o"), None),
        (None, DeletePost("1", "c"), LIVE),
        (NOW, MOVE, replace(LIVE, due_at=LATER)),
        (NOW, replace(EDIT, item=TIMED), replace(LIVE, due_at=LATER)),
        (LATER, EDIT, replace(LIVE, due_at=LATER)),
        (None, EDIT, live(PostStatus.DRAFT)),
        (None, EDIT, None),
        (None, EDIT, LIVE_IDEA),
        (None, replace(EDIT, reschedule=True), LIVE),
        (None, replace(EDIT, item=DRAFT), LIVE),
        (NOW, replace(EDIT, item=DRAFT, was_scheduled=True), LIVE),
        (None, replace(EDIT, item=DRAFT, was_scheduled=True, reschedule=True), LIVE),
    ],
)
def test_when_it_goes_out(at: datetime | None, write: Write, there: LivePost | LiveIdea | None) -> None:
    """The time in the file, or where that has none Buffer's; a draft has none, unless a person scheduled it."""
    assert write.goes_out_at(there) == at


@pytest.mark.parametrize(
    ("field", "write", "there"),
    [
        ("", CreatePost(TIMED, "c"), LIVE),
        ("draft", CreatePost(DRAFT, "c"), LIVE),
        ("draft", CreatePost(DRAFT, "c"), live(PostStatus.SENT)),
        ("", CreatePost(DRAFT, "c"), live(PostStatus.DRAFT)),
        ("", CreatePost(DRAFT, "c"), LIVE_IDEA),
        ("needs_approval", CreatePost(APPROVAL, "c"), LIVE),
        ("", CreatePost(APPROVAL, "c"), live(PostStatus.NEEDS_APPROVAL)),
        ("draft", replace(EDIT, item=DRAFT), LIVE),
        ("", replace(EDIT, item=DRAFT, was_scheduled=True), LIVE),
        ("draft", replace(EDIT, item=DRAFT, was_scheduled=True, reschedule=True), LIVE),
        ("", CreateIdea(IDEA, "o"), LIVE_IDEA),
        ("", DeletePost("1", "c"), LIVE),
    ],
)
def test_what_goes_out_though_it_should_wait(field: str, write: Write, there: LivePost | LiveIdea) -> None:
    """The field that should have kept it."""
    assert write.goes_out_early(there) == field


def test_what_each_write_is_about() -> None:
    """Its name, home, object and target."""
    post, edit, delete, idea = (
        CreatePost(TIMED, "c"),
        EditPost("1", QUEUED, "c"),
        DeletePost("1", "c"),
        CreateIdea(IDEA, "o"),
    )
    assert [each.kind for each in (post, edit, delete, idea)] == [
        "create-post",
        "edit-post",
        "delete-post",
        "create-idea",
    ]
    assert [each.home for each in (post, edit, delete, idea)] == ["c", "c", "c", "o"]
    assert [each.target for each in (post, edit, delete, idea)] == [None, "1", "1", None]
    assert [each.item for each in (post, edit, delete, idea)] == [TIMED, QUEUED, None, IDEA]


@pytest.mark.parametrize(
    "write", [CreatePost(replace(QUEUED, idea="i"), "c"), EditPost("1", replace(QUEUED, idea="i"), "c")]
)
def test_a_post_of_an_idea(write: CreatePost | EditPost) -> None:
    """It misses the idea until that has an id; other writes miss none."""
    assert write.missing_idea == "i"
    assert replace(write, idea_id="9").missing_idea is None
    assert (EDIT.missing_idea, DeletePost("1", "c").missing_idea, CreateIdea(IDEA, "o").missing_idea) == (
        None,
        None,
        None,
    )


def test_the_codes_of_refusals() -> None:
    """Programs read them."""
    known = "invalid not-found unauthorized limit past sent repeat kept"
    assert [each.value for each in Refusal] == known.split()


def test_when_an_intent_is_certain() -> None:
    """One settle time after its end it is shown, and what is not shown is absent after five; one if Buffer answered."""
    intent = Intent(1, Slot("o", "c", "a"), EDIT, NOW, LATER, settle=30)
    assert intent.shown_at == LATER + timedelta(seconds=30)
    assert intent.absent_at == LATER + timedelta(seconds=152)  # Buffer tells its clock in whole seconds
    assert replace(intent, answered=True).absent_at == LATER + timedelta(seconds=30)
    assert replace(intent, settle=0).absent_at == LATER  # nothing is waited for
    assert replace(intent, run="r").key == ("r", intent.slot)
