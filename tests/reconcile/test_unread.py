"""What was not read is never concluded from (design: the reads of a plan)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bufferctl.diagnostics import Place
from bufferctl.model import (
    Address,
    Binding,
    Channel,
    Desired,
    Live,
    LiveChannel,
    LiveOrganization,
    Organization,
    Origin,
    Post,
    Service,
    ShareMode,
    Slot,
    State,
)
from bufferctl.plan import Action, Change, Reason
from bufferctl.reconcile import Options, Targets, reconcile

NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
PLACE = Place("buffer.yaml", 9, 18)
POST = Post(Address("Acme", "twitter:acme", "weekly"), Service.TWITTER, PLACE, text="Every week")
CHANNEL = LiveChannel("c1", "o1", Service.TWITTER, "acme")
ACME = LiveOrganization("o1", "Acme", (CHANNEL,))
OURS = State({Slot("o1", "c1", "other"): Binding("p9", Origin.CREATED, status="sent")})


def decided(post: Post, since: datetime | None, state: State, *, recreate: bool = False) -> Change:
    """What becomes of `post` where of Acme's sent posts those before `since` were not read."""
    desired = Desired(
        organizations=(Organization("Acme", "Acme", None, PLACE),),
        channels=(Channel("Acme", "twitter:acme", Service.TWITTER, "acme", None, PLACE),),
        posts=(post,),
    )
    live = Live(NOW, (ACME,), sent_since={"o1": since} if since else {})
    targets = Targets({"Acme": ACME}, {("Acme", "twitter:acme"): CHANNEL})
    options = Options(recreate=frozenset({str(post.address)} if recreate else ()))
    plan = reconcile(desired, live, state, targets, endpoint="https://x.example", options=options)
    return next(change for change in plan.changes if change.address == post.address)


def test_a_queue_post_may_be_among_what_was_not_read() -> None:
    """Held: sent posts of last week are unread, and state tells nothing of the channel."""
    change = decided(POST, NOW - timedelta(days=7), State())
    assert (change.action, change.reason) == (Action.HOLD, Reason.UNREAD)
    assert change.hint.endswith("--recreate Acme/twitter:acme/weekly.")


@pytest.mark.parametrize(
    ("post", "since", "state", "recreate"),
    [
        (POST, None, State(), False),
        (POST, NOW - timedelta(days=31), State(), False),
        (POST, NOW - timedelta(days=7), OURS, False),
        (POST, NOW - timedelta(days=7), State(), True),
        (
            replace(POST, mode=ShareMode.CUSTOM_SCHEDULED, due_at=NOW + timedelta(days=1)),
            NOW - timedelta(days=7),
            State(),
            False,
        ),
    ],
    ids=["all read", "read back 31 days", "known channel", "a person's word", "due tomorrow"],
)
def test_where_nothing_is_left_open_it_is_created(
    post: Post, since: datetime | None, state: State, recreate: bool
) -> None:
    """Created."""
    assert decided(post, since, state, recreate=recreate).action is Action.CREATE
