"""A plan from files and state only: the same rules, with the state in place of the account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bufferctl.choices import Choices
from bufferctl.diagnostics import Place
from bufferctl.model import (
    IDEAS,
    Address,
    Binding,
    Channel,
    Desired,
    Home,
    Idea,
    Organization,
    Origin,
    Post,
    Service,
    Settings,
    ShareMode,
    Slot,
    State,
    content_of_desired,
    fingerprint,
)
from bufferctl.model.comparable import text_digest
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.plan import Action, Cause, Change, Difference, Plan, Reason
from bufferctl.reconcile import offline

NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DUE = datetime(2029, 12, 10, 9, tzinfo=BERLIN)
PLACE = Place("buffer.yaml", 9, 18)
POST = Post(
    Address("Acme", "twitter:acme", "launch"),
    Service.TWITTER,
    PLACE,
    text="We are live",
    mode=ShareMode.CUSTOM_SCHEDULED,
    due_at=DUE,
    tags=("launch",),
)
IDEA = Idea(Address("Acme", IDEAS, "hiring"), PLACE, title="How we hire")
SLOT, IDEA_SLOT = Slot("o1", "c1", "launch"), Slot("o1", IDEAS, "hiring")


def desired(*items: Post | Idea, settings: Settings | None = None) -> Desired:
    """Files that declare Acme, its channel and `items`."""
    return Desired(
        settings=settings or Settings(),
        organizations=(Organization("Acme", "Acme", None, PLACE),),
        channels=(Channel("Acme", "twitter:acme", Service.TWITTER, "acme", None, PLACE, "Europe/Berlin"),),
        posts=tuple(item for item in items if isinstance(item, Post)),
        ideas=tuple(item for item in items if isinstance(item, Idea)),
    )


def applied(item: Post | Idea, **changed: object) -> Binding:
    """The state of `item` after it was applied, except for the `changed` fields."""
    known = Binding(
        id="i1" if isinstance(item, Idea) else "p1",
        origin=Origin.CREATED,
        applied=str(fingerprint(item, content_of_desired(item))),
        text=text_digest(content_of_desired(item)),
        seen="as Buffer had it",
        due_at="2029-12-10T08:00:00Z" if isinstance(item, Post) else "",
        status="scheduled" if isinstance(item, Post) else "",
        created_at="2029-12-01T08:00:00.000+00:00",
        address=str(item.address),
        file="buffer.yaml",
    )
    return replace(known, **changed)  # type: ignore[arg-type]  # each test names a field of it


def planned(files: Desired, state: State, max_deletes: int | None = None) -> Plan:
    """The plan, from which nothing can be sent."""
    plan = offline(files, state, endpoint="https://x.example", now=NOW, choices=Choices(max_deletes=max_deletes))
    assert all(change.write is None for change in plan.changes)
    assert plan.read_requests == 0
    return plan


def one(files: Desired, state: State) -> Change:
    """The only change of the plan."""
    (change,) = planned(files, state).changes
    return change


def test_what_state_does_not_know_is_created() -> None:
    """Created, although only Buffer could confirm its tag; the channel's name and zone are known."""
    plan = planned(desired(POST), State())
    (change,) = plan.changes
    assert (change.action, change.cause) == (Action.CREATE, Cause.NEW)
    assert change.slot == Slot("Acme", "Acme/twitter:acme", "launch"), "by names, since nobody knows the ids"
    channel = plan.channels[change.slot.channel_id]
    assert (channel.service, channel.name, channel.timezone) == (Service.TWITTER, "acme", "Europe/Berlin")


def test_a_channel_without_a_zone_is_shown_in_utc() -> None:
    """As one that Buffer has in no zone."""
    files = desired(POST)
    bare = replace(files, channels=tuple(replace(each, timezone=None) for each in files.channels))
    plan = planned(bare, State())
    assert [each.timezone for each in plan.channels.values()] == ["UTC"]


def test_what_existing_names_is_assumed_to_be_there() -> None:
    """Taken over by an address that the state does not know."""
    change = one(desired(replace(POST, existing="p1")), State())
    assert (change.action, change.reason, change.hint) == (Action.ADOPT, None, "")


def test_what_existing_names_is_held_if_another_entry_has_it() -> None:
    """By its id in the state."""
    other = replace(POST, address=Address("Acme", "twitter:acme", "other"), text="Another")
    state = State(bindings={Slot("o1", "c1", "other"): applied(other)})
    changes = planned(desired(replace(POST, existing="p1"), other), state).changes
    assert [each.reason for each in changes if each.address == POST.address] == [Reason.AMBIGUOUS]


def test_an_edit_of_what_was_adopted_is_held_whatever_existing_names() -> None:
    """As without it."""
    adopted = State({SLOT: applied(POST, origin=Origin.ADOPTED)})
    assert one(desired(replace(POST, text="Edited", existing="p7")), adopted).reason is Reason.ADOPTED


def test_the_text_of_what_is_called_off_does_not_count() -> None:
    """Deleted, and no edit, whatever its entry says by now."""
    change = one(desired(replace(POST, text="Edited", cancelled=True)), State(bindings={SLOT: applied(POST)}))
    assert (change.action, change.differences) == (Action.DELETE, ())


def test_a_post_to_be_published_at_once_is_said_to_be() -> None:
    """Created, with a clear warning, while the real plan asks for confirmation first."""
    assert one(desired(replace(POST, mode=ShareMode.SHARE_NOW, due_at=None)), State()).action is Action.CREATE


@pytest.mark.parametrize("late", [timedelta(minutes=1), timedelta(hours=25), timedelta(days=400)])
def test_what_is_late_is_not_created(late: timedelta) -> None:
    """Past before the state begins; held as missed, at any age, once it has begun."""
    files = desired(replace(POST, due_at=NOW - late))
    assert one(files, State()).action is Action.PAST
    change = one(files, State(homes={"c1": Home("o1", "c1", NOW)}, complete_at=NOW))
    assert (change.action, change.reason) == (Action.HOLD, Reason.MISSED)


@pytest.mark.parametrize(("item", "slot"), [(POST, SLOT), (IDEA, IDEA_SLOT)])
def test_what_was_applied_stays(item: Post | Idea, slot: Slot) -> None:
    """Unchanged, and under the ids in the state."""
    change = one(desired(item), State({slot: applied(item)}))
    assert (change.action, change.slot, change.binding) == (Action.NO_OP, slot, applied(item))


def test_a_draft_whose_time_is_over_is_still_a_draft() -> None:
    """Changed: it was not published."""
    draft = replace(POST, draft=True, due_at=NOW - timedelta(minutes=1))
    was = applied(draft, status="draft", due_at="2029-12-03T08:59:00Z")
    assert one(desired(replace(draft, text="Edited")), State({SLOT: was})).action is Action.UPDATE


def test_what_waits_in_a_queue_stays_there() -> None:
    """Unchanged: the state has no time at which it would be out."""
    item = replace(POST, mode=ShareMode.ADD_TO_QUEUE, due_at=None)
    change = one(desired(item), State({SLOT: applied(item, due_at="")}))
    assert (change.action, change.cause) == (Action.NO_OP, Cause.UNCHANGED)


def test_an_edit_tells_the_new_text_and_both_times() -> None:
    """Changed; the old text is not known and not invented."""
    later = replace(POST, text="We are live now", due_at=DUE + timedelta(days=1))
    change = one(desired(later), State({SLOT: applied(POST)}))
    assert (change.action, change.cause) == (Action.UPDATE, Cause.EDITED)
    assert change.differences == (
        Difference("text", None, "We are live now"),
        Difference("due_at", "2029-12-10T08:00:00Z", "2029-12-11T08:00:00Z"),
    )
    assert (change.live, change.live_id) == (None, "p1")


def test_a_new_time_says_nothing_of_the_text() -> None:
    """Only the times are shown as different."""
    state = State({SLOT: applied(POST)})
    for item, after in (
        (replace(POST, due_at=DUE + timedelta(days=1)), "2029-12-11T08:00:00Z"),
        (replace(POST, mode=ShareMode.ADD_TO_QUEUE, due_at=None), None),
    ):
        assert one(desired(item), state).differences == (Difference("due_at", "2029-12-10T08:00:00Z", after),)
    queued = State({SLOT: applied(replace(POST, mode=ShareMode.ADD_TO_QUEUE, due_at=None), due_at="")})
    assert one(desired(POST), queued).differences == (Difference("due_at", None, "2029-12-10T08:00:00Z"),)


@pytest.mark.parametrize(
    "known",
    [
        applied(POST, status="sent"),
        applied(POST, due_at="2029-12-03T08:59:00Z"),
        applied(POST, due_at="2029-12-03T09:00:00Z"),
    ],
    ids=["seen sent", "its time is over", "its time is now"],
)
def test_an_edit_of_what_is_out_is_held(known: Binding) -> None:
    """Held as published, whether state recorded that or only its time shows it."""
    change = one(desired(replace(POST, text="Too late")), State({SLOT: known}))
    assert (change.action, change.reason) == (Action.HOLD, Reason.SENT)


def test_a_new_key_with_a_published_text_is_a_question() -> None:
    """Held, as in every plan: only `was` or `repeat_of` says which is meant."""
    out = State({SLOT: applied(POST, status="sent")})
    again = replace(POST, address=Address("Acme", "twitter:acme", "again"), due_at=DUE + timedelta(days=1))
    change = one(desired(again), out)
    assert (change.action, change.reason) == (Action.HOLD, Reason.AMBIGUOUS)


def test_an_edit_of_what_a_person_made_is_held() -> None:
    """Held, as in every plan."""
    change = one(desired(replace(POST, text="Mine now")), State({SLOT: applied(POST, origin=Origin.ADOPTED)}))
    assert (change.action, change.reason) == (Action.HOLD, Reason.ADOPTED)


def test_a_new_key_with_the_old_text_is_a_rename() -> None:
    """Renamed, with nothing to send."""
    renamed = replace(POST, address=Address("Acme", "twitter:acme", "start"))
    change = one(desired(renamed), State({SLOT: applied(POST)}))
    assert (change.action, change.moved_from) == (Action.MOVE, SLOT)


def test_what_left_the_files_is_deleted() -> None:
    """Deleted, if the file still declares others; with its time, and the address from the state."""
    other = replace(POST, address=Address("Acme", "twitter:acme", "other"), text="Other")
    state = State({SLOT: applied(POST), Slot("o1", "c1", "other"): applied(other, id="p2")})
    change = next(c for c in planned(desired(other), state).changes if c.slot == SLOT)
    assert (change.action, change.cause, change.address) == (Action.DELETE, Cause.REMOVED, POST.address)
    assert change.due_at == DUE


def test_what_is_cancelled_is_deleted() -> None:
    """Deleted, with the line of `cancelled`."""
    change = one(desired(replace(POST, cancelled=True)), State({SLOT: applied(POST)}))
    assert (change.action, change.cause, change.place) == (Action.DELETE, Cause.CANCELLED, PLACE)


@pytest.mark.parametrize(
    ("known", "action"),
    [
        (applied(POST, status="sent"), Action.FORGET),
        (applied(POST, due_at="2029-12-03T08:59:00Z"), Action.FORGET),
        (applied(POST, origin=Origin.ADOPTED), Action.FORGET),
        (applied(POST, protect=True), Action.HOLD),
        (applied(POST), Action.HOLD),
    ],
    ids=["sent", "its time is over", "made by a person", "protected", "its file is empty now"],
)
def test_the_guards_of_deleting_hold(known: Binding, action: Action) -> None:
    """Published or adopted posts are forgotten; protected posts, or all posts of a file, are held."""
    assert one(desired(), State({SLOT: known})).action is action


def test_max_deletes_says_that_deleting_is_meant() -> None:
    """Deleted, although its file is empty now."""
    (change,) = planned(desired(), State({SLOT: applied(POST)}), max_deletes=1).changes
    assert change.action is Action.DELETE


OF_THE_FILES = Channel("Acme", "twitter:acme", Service.TWITTER, "acme", "c2", PLACE)


def test_the_id_of_a_channel_in_the_files_comes_first() -> None:
    """State under another id was removed from the files: here the post is new."""
    files = replace(desired(POST), channels=(OF_THE_FILES,))
    plan = planned(files, State({SLOT: applied(POST)}), max_deletes=1)
    found = {change.slot: change.action for change in plan.changes}
    assert found == {Slot("o1", "c2", "launch"): Action.CREATE, SLOT: Action.DELETE}


def test_the_id_of_an_organization_in_the_files_comes_first() -> None:
    """Its idea is new there."""
    other = replace(desired(IDEA), organizations=(Organization("Acme", "Acme", "o2", PLACE),))
    (new,) = planned(other, State({IDEA_SLOT: applied(IDEA)})).of(Action.CREATE)
    assert new.slot.organization_id == "o2"


def test_a_channel_without_a_name_is_called_by_its_id() -> None:
    """As the files call it."""
    nameless = replace(desired(), channels=(replace(OF_THE_FILES, name=None, label="twitter:c2"),))
    assert [each.label for each in planned(nameless, State()).channels.values()] == ["twitter:c2"]


def test_state_without_addresses_does_no_harm() -> None:
    """An older state without an address does not count as the file's version; nothing fails."""
    plan = planned(desired(POST), State({SLOT: applied(POST, address="", status="scrapped", created_at="")}))
    assert sorted(change.action for change in plan.changes) == [Action.CREATE, Action.HOLD]


def test_a_board_is_assumed_to_be_there() -> None:
    """Only Buffer knows the boards of a channel."""
    pin = replace(
        POST,
        address=Address("Acme", "pinterest:acme", "pin"),
        service=Service.PINTEREST,
        metadata=PinterestMetadata(board="Ours"),
    )
    channel = Channel("Acme", "pinterest:acme", Service.PINTEREST, "acme", None, PLACE, "Europe/Berlin")
    change = one(replace(desired(pin), channels=(channel,)), State())
    assert (change.action, change.desired) == (Action.CREATE, pin)
