"""Digests and reviewed plans: in any situation, nothing is sent that was not in the reviewed plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl import planfile
from bufferctl.diagnostics import Place
from bufferctl.digests import REVIEWED, change_digest, plan_digest
from bufferctl.model import Address, Asset, Desired, Idea, Metadata, Post, Service, ShareMode, Slot, State
from bufferctl.plan import WRITING, Action, Cause, Change, Plan, Reason
from bufferctl.planfile import Reviewed
from bufferctl.said import prose
from tests.apply.fake import START
from tests.apply.machine import desired
from tests.model.samples import ideas, posts
from tests.planfile.test_planfile import CHOICES, plans, saved_from

EMPTY = State()

POST = Post(
    Address("Acme", "twitter:acme", "launch"), Service.TWITTER, Place("a.yaml", 1, 1), "We are live", due_at=START
)
IMAGE = Asset.model_validate({"image": {"url": "https://acme.example/a.png", "alt_text": "A"}})


def created(item: Post | Idea, **more: Any) -> Change:
    """The creation of a declared object."""
    slot = Slot("o", "ideas" if isinstance(item, Idea) else "c", item.address.key)
    return replace(Change(item.address, Action.CREATE, Cause.NEW, slot, desired=item), **more)


PUBLIC: dict[str, Any] = {
    "text": "We are LIVE",
    "due_at": START + timedelta(minutes=1),
    "mode": ShareMode.SHARE_NEXT,
    "draft": True,
    "needs_approval": True,
    "assets": (IMAGE,),
    "metadata": Metadata.model_validate({"twitter": {"is_ai_generated": True}}).twitter,
    "tags": ("launch",),
    "idea": "hiring",
    "address": Address("Acme", "twitter:acme", "other"),
}
PRIVATE: dict[str, Any] = {
    "place": Place("b.yaml", 7, 9),
    "was": "lunch",
    "repeat_of": ("lunch",),
    "protect": True,
    "due_at": START.astimezone(),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_public_parts_count(name: str) -> None:
    """A post with another text or time has another digest."""
    other = replace(POST, **{name: PUBLIC[name]})
    assert change_digest(created(other)) != change_digest(created(POST))


@pytest.mark.parametrize("name", PRIVATE)
def test_private_parts_do_not_count(name: str) -> None:
    """Its place in the files, its earlier key, the notation of its instant: the same digest."""
    other = replace(POST, **{name: PRIVATE[name]})
    assert change_digest(created(other)) == change_digest(created(POST))


def test_alt_text_and_address_of_a_picture_count() -> None:
    """Values that Buffer does not return count too."""
    pictures = [
        {"url": "https://acme.example/a.png", "alt_text": "A"},
        {"url": "https://acme.example/b.png", "alt_text": "A"},
        {"url": "https://acme.example/a.png", "alt_text": "B"},
    ]
    assets = [(Asset.model_validate({"image": picture}),) for picture in pictures]
    assert len({change_digest(created(replace(POST, assets=each))) for each in assets}) == 3


CREATED = created(POST)


@pytest.mark.parametrize(
    ("change", "is_the_same"),
    [
        (replace(CREATED, action=Action.HOLD), False),
        (replace(CREATED, slot=Slot("other", "c", "launch")), False),
        (replace(CREATED, slot=Slot("o", "other", "launch")), False),
        (replace(CREATED, why=prose("a"), todo=prose("b"), cause=Cause.EXPIRED, reason=Reason.LAG), True),
    ],
    ids=["a hold", "another organization", "another channel", "other words"],
)
def test_action_counts_and_words_do_not(change: Change, is_the_same: bool) -> None:
    """A hold differs from a create, another channel from this one; a message needs no approval."""
    assert (change_digest(change) == change_digest(CREATED)) is is_the_same


def test_waiting_is_a_creation_to_come() -> None:
    """A waiting post was shown in the plan, so it has the digest of its creation."""
    assert change_digest(created(POST, action=Action.WAITING)) == change_digest(created(POST))


@pytest.mark.parametrize("action", [Action.NO_OP, Action.DONE, Action.PAST])
def test_nothing_to_agree_to(action: Action) -> None:
    """A change without effect has no digest."""
    assert change_digest(created(POST, action=action)) == ""


def test_order_of_tags_does_not_count() -> None:
    """Tags are a set."""
    assert len({change_digest(created(replace(POST, tags=tags))) for tags in (("a", "b"), ("b", "a"))}) == 1


def test_digest_is_the_same_everywhere() -> None:
    """Reviews contain these digits: another Python or another machine must compute the same."""
    assert change_digest(created(replace(POST, tags=("b", "a"), assets=(IMAGE,)))) == "a2aa6fcf6ef09a71ab61"


@given(st.one_of(posts, ideas))
def test_any_object_has_a_digest(item: Post | Idea) -> None:
    """For any content; and its place in the files does not count."""
    assert len(change_digest(created(item))) == 20
    assert change_digest(created(replace(item, place=Place("elsewhere.yaml", 3, 3)))) == change_digest(created(item))


@given(plans())
def test_saving_keeps_digests(drawn: tuple[Plan, tuple[Post | Idea, ...]]) -> None:
    """A plan read from a file has the digests of the saved plan."""
    plan, items = drawn
    saved = planfile.load(
        planfile.dump(plan, desired(items), CHOICES, expires_at=plan.at + timedelta(days=7)), "plan.json"
    )
    shown = [change for change in plan.changes if change.action is not Action.NO_OP]
    assert plan_digest(saved.plan) == plan_digest(plan)
    assert [change_digest(c) for c in saved.plan.changes] == [change_digest(c) for c in shown]


def reviewed(*drawn: tuple[Plan, tuple[Post | Idea, ...]]) -> Reviewed:
    """These plans, as reviewed in this order."""
    return Reviewed.by_hand({f"plan-{n}.json": saved_from(plan, items) for n, (plan, items) in enumerate(drawn, 1)})


def after(review: Reviewed, change: Change, state: State = EMPTY) -> Change:
    """The change as far as the plans agree to it."""
    return review.hold(change, START, state=state, declared=Desired())


@given(plans(), plans())
def test_nothing_else_is_written(
    then: tuple[Plan, tuple[Post | Idea, ...]], now: tuple[Plan, tuple[Post | Idea, ...]]
) -> None:
    """For any plan, each remaining write has its address and digest in the reviewed plan; other changes are held."""
    agreed = {(c.address, change_digest(c)) for c in then[0].changes if c.action in REVIEWED}
    review = reviewed(then)
    for change in now[0].changes:
        kept = after(review, change)
        if change.action not in WRITING:
            assert kept == change
        elif kept.action is Action.HOLD:
            assert (kept.reason, kept.write, kept.binding) == (Reason.NOT_REVIEWED, None, change.binding)
            assert kept.message.startswith("Not reviewed: ")
        else:
            assert kept == change
            assert (change.address, change_digest(change)) in agreed


@given(plans())
def test_what_was_reviewed_passes(drawn: tuple[Plan, tuple[Post | Idea, ...]]) -> None:
    """The plan itself is done in full, with nothing missing."""
    review = reviewed(drawn)
    assert [after(review, change) for change in drawn[0].changes] == list(drawn[0].changes)
    assert list(review.undone(drawn[0], EMPTY)) == []
