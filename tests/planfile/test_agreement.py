"""What reviewed plans agree to, rule by rule: each test fails without its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bufferctl import planfile
from bufferctl.diagnostics import Place
from bufferctl.digests import change_digest
from bufferctl.model import (
    Address,
    Channel,
    CreatePost,
    DeletePost,
    Desired,
    EditPost,
    Home,
    LivePost,
    Organization,
    Origin,
    Post,
    PostStatus,
    Service,
    Slot,
    State,
    Tag,
    bind,
)
from bufferctl.plan import Action, Cause, Change, Plan, Reason
from bufferctl.planfile import Reviewed, SavedPlan
from tests.apply.fake import START
from tests.planfile.test_planfile import CHOICES

PLACE = Place("a.yaml", 1, 1)
POST = Post(Address("Acme", "twitter:acme", "launch"), Service.TWITTER, PLACE, "We are live", due_at=START)
OLD = replace(POST, text="We will be live")
SLOT = Slot("o", "c", "launch")
LATER = START + timedelta(hours=1)
FILES = Desired(
    organizations=(Organization("Acme", "Acme", None, PLACE),),
    channels=(Channel("Acme", "twitter:acme", Service.TWITTER, "acme", None, PLACE),),
    posts=(POST,),
)
NOTHING = State()


def in_buffer(item: Post, id_: str = "p1", **more: Any) -> LivePost:
    """A post as Buffer has it."""
    status = PostStatus.DRAFT if item.draft else PostStatus.SCHEDULED
    live = LivePost(id_, "c", status, item.text or "", START, due_at=item.due_at, is_custom_scheduled=True)
    return replace(live, **more)


def create(item: Post = POST, **more: Any) -> Change:
    """Its creation."""
    return replace(
        Change(item.address, Action.CREATE, Cause.NEW, SLOT, desired=item, write=CreatePost(item, "c")), **more
    )


def update(item: Post = POST, origin: Origin = Origin.CREATED, old: Post = OLD, **more: Any) -> Change:
    """Its change, from `old` as bufferctl left it; `more`: fields of the live post."""
    live = in_buffer(old)
    now = replace(live, **more)
    write = EditPost(live.id, item, "c")
    return Change(item.address, Action.UPDATE, Cause.EDITED, SLOT, None, item, now, write, bind(old, live, origin))


def delete(**more: Any) -> Change:
    """Its delete; `more`: fields of the live post."""
    live = in_buffer(OLD)
    binding = bind(OLD, live, Origin.CREATED)
    now = replace(live, **more)
    return Change(
        POST.address, Action.DELETE, Cause.REMOVED, SLOT, live=now, write=DeletePost(now.id, "c"), binding=binding
    )


def saved(*changes: Change, files: Desired = FILES, at: datetime = START, **more: Any) -> SavedPlan:
    """A plan with these changes, as read from its file."""
    offline = more.pop("offline", False)
    items = {change.desired.address: change.desired for change in changes if isinstance(change.desired, Post)}
    files = replace(files, posts=tuple({**{each.address: each for each in files.posts}, **items}.values()))
    plan = Plan(at, "http://127.0.0.1:1/graphql", changes, **more)
    raw = planfile.dump(plan, files, CHOICES, expires_at=at + timedelta(days=7), offline=offline)
    return planfile.load(raw, "plan.json")


def agreed(change: Change, *plans: SavedPlan, state: State = NOTHING, files: Desired = FILES) -> bool:
    """Whether the plans, in this order, agree to the change."""
    review = Reviewed.by_hand({f"plan-{number}.json": each for number, each in enumerate(plans, 1)})
    after = review.hold(change, START, state=state, declared=files)
    assert after == change or (after.action, after.reason) == (Action.HOLD, Reason.NOT_REVIEWED)
    return after == change


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (create(), create()),
        (create(), create(action=Action.WAITING, write=CreatePost(POST, "c"))),
        (update(), create()),
        (update(), update()),
    ],
)
def test_a_result_is_agreed_to(now: Change, then: Change) -> None:
    """The create that was shown, and the update of our own untouched post to the same."""
    assert agreed(now, saved(then))


@pytest.mark.parametrize(
    "change",
    [
        update(origin=Origin.IMPORTED),
        update(origin=Origin.RECOVERED),
        update(text="Somebody's"),
        update(status=PostStatus.DRAFT),
        update(due_at=LATER),
        create(OLD),
        create(slot=SLOT._replace(channel_id="other"), write=CreatePost(POST, "other")),
        create(slot=SLOT._replace(organization_id="other")),
        create(write=CreatePost(POST, "c", ("tag",))),
        create(binding=bind(OLD, in_buffer(OLD), Origin.CREATED)),
        delete(),
    ],
)
def test_what_a_create_does_not_agree_to(change: Change) -> None:
    """A post that is not ours or not as we left it, other content, another channel or tag, its return, its delete."""
    assert not agreed(change, saved(create()))


@pytest.mark.parametrize(
    "change",
    [
        update(status=PostStatus.DRAFT),
        update(id="p2"),
        create(),
        create(binding=bind(OLD, in_buffer(OLD), Origin.CREATED)),
        update(replace(POST, draft=True)),
    ],
    ids=["progress", "another post", "create", "the return of what somebody deleted", "content"],
)
def test_what_an_update_does_not_agree_to(change: Change) -> None:
    """The edit of a post that somebody moved on meanwhile, or of another one; any creation; other content."""
    assert not agreed(change, saved(update()))


def test_an_overwrite_agrees_to_what_it_showed() -> None:
    """`--reapply` is agreed to for the version that was seen to be overwritten."""
    over = replace(update(text="Somebody's"), cause=Cause.DRIFT)
    assert agreed(over, saved(over))
    assert not agreed(replace(update(text="Somebody else's"), cause=Cause.DRIFT), saved(over))


def test_a_delete() -> None:
    """Of the version that was shown, or of the one that bufferctl left; not a person's later one, or another post's."""
    assert agreed(delete(text="Somebody's"), saved(delete(text="Somebody's")))
    assert agreed(delete(), saved(delete(text="Somebody's")))
    assert not agreed(delete(text="Somebody's"), saved(delete()))
    assert not agreed(delete(id="p2"), saved(delete()))


def test_canceling_is_a_delete_like_any_other() -> None:
    """The entry was to be removed when the plan was made, and now it stays in the files as canceled."""
    assert agreed(replace(delete(), desired=replace(POST, cancelled=True)), saved(delete()))


@pytest.mark.parametrize("action", [Action.HOLD, Action.ADOPT, Action.PAST, Action.DONE, Action.FORGET])
def test_only_writes_agree(action: Action) -> None:
    """What was shown as anything but new, changed or deleted agrees to nothing."""
    assert not agreed(create(), saved(create(action=action, write=None)))


def test_the_last_plan_that_shows_it_decides() -> None:
    """Also where it has nothing to do; one that does not show it decides nothing, nor does a narrowed one."""
    without = replace(FILES, posts=())
    assert agreed(create(), saved(create()), saved(files=without))
    assert agreed(create(), saved(create()), saved(narrowed=True))
    assert not agreed(create(), saved(create()), saved())
    assert not agreed(create(), saved(create()), saved(create(OLD)))
    assert agreed(create(), saved(create(OLD)), saved(create()))


def test_a_digest_is_spent_once_sent() -> None:
    """By a run after the plan was made; a plan made after that agrees anew."""
    spent = State(spent={change_digest(create()): LATER})
    assert not agreed(create(), saved(create()), state=spent)
    assert not agreed(create(), saved(create(), at=LATER), state=spent)
    assert agreed(create(), saved(create(), at=LATER + timedelta(minutes=1)), state=spent)
    assert agreed(delete(), saved(delete()), state=State(spent={change_digest(delete()): LATER}))


DIGEST = change_digest(create())
DONE = State({SLOT: bind(POST, in_buffer(POST), Origin.CREATED)})
NOTED = replace(DONE, spent={DIGEST: START, "old": START})


@pytest.mark.parametrize(
    ("state", "sent", "now", "spent"),
    [
        (DONE, {POST.address}, LATER, {DIGEST: LATER}),
        (DONE, set(), LATER, {DIGEST: LATER}),
        (NOTED, set(), LATER, {DIGEST: START, "old": START}),
        (NOTED, {POST.address}, LATER, {DIGEST: LATER, "old": START}),
        (State(), set(), START, {}),
        (NOTED, set(), START + timedelta(days=91), {DIGEST: START + timedelta(days=91)}),
    ],
    ids=["by this run", "by an earlier run", "noted before", "again", "nothing", "old ones"],
)
def test_what_was_sent_is_noted(state: State, sent: set[Address], now: datetime, spent: dict[str, datetime]) -> None:
    """What this run sent; what an earlier one sent and did not note; nothing else, and nothing for ever."""
    assert Reviewed.by_hand({"plan.json": saved(create())}).spend(state, sent, now).spent == spent


def test_what_was_not_sent_again_is_not_noted() -> None:
    """The edit of what somebody changed, which no run made."""
    again = Reviewed.by_hand({"plan.json": saved(replace(update(old=POST, text="Somebody's"), cause=Cause.DRIFT))})
    assert again.spend(DONE, set(), LATER).spent == {}


RECORDED = State(homes={"c": Home("o", "c", START)})


def test_an_offline_plan() -> None:
    """It agrees to new posts on a channel of the state, and to edits of our own untouched ones; ids do not count."""
    bare = saved(create(slot=Slot("Acme", "Acme/twitter:acme", "launch"), write=None), offline=True)
    assert agreed(create(write=CreatePost(POST, "c", ("tag",))), bare, state=RECORDED)
    assert not agreed(create(), bare)
    assert agreed(update(), bare)
    assert not agreed(update(text="Somebody's"), bare)
    assert not agreed(update(origin=Origin.IMPORTED), bare)
    assert not agreed(create(OLD), bare, state=RECORDED)
    assert not agreed(delete(), saved(delete(), offline=True), state=RECORDED)


@pytest.mark.parametrize(
    "now",
    [
        replace(FILES, channels=(replace(FILES.channels[0], id="c"),)),
        replace(FILES, channels=(replace(FILES.channels[0], name="other"),)),
        replace(FILES, organizations=(replace(FILES.organizations[0], id="o"),)),
        replace(FILES, organizations=(replace(FILES.organizations[0], tags=(Tag("t", "launch"),)),)),
    ],
)
def test_an_offline_plan_and_other_declarations(now: Desired) -> None:
    """Held: the organization, the channel or a tag is declared otherwise than it was."""
    bare = saved(create(write=None), offline=True)
    assert agreed(create(), bare, state=RECORDED)
    assert not agreed(create(), bare, state=RECORDED, files=now)


@pytest.mark.parametrize("action", Action)
def test_what_else_there_is_may_have_nothing_to_do(action: Action) -> None:
    """A saved plan of all files then stays whole: the rest is done, past, unchanged, kept, or waits for room."""
    other = replace(create(), address=replace(POST.address, key="other"), slot=SLOT._replace(key="other"))
    now = Plan(START, "http://127.0.0.1:1/graphql", (create(), replace(other, action=action)))
    verified = planfile.verify(saved(create()), now, State())
    is_whole = action in {Action.NO_OP, Action.KEEP, Action.DONE, Action.PAST, Action.WAITING}
    assert (verified.moved, verified.plan.narrowed) == ((), not is_whole)
    assert [each.address.key for each in verified.plan.changes] == (["launch", "other"] if is_whole else ["launch"])


def test_a_saved_plan_of_a_part_stays_one() -> None:
    """Even if all else has nothing to do: its apply records nothing of the rest."""
    other = replace(create(), address=replace(POST.address, key="other"), slot=SLOT._replace(key="other"))
    now = Plan(START, "http://127.0.0.1:1/graphql", (create(), replace(other, action=Action.NO_OP)))
    verified = planfile.verify(saved(create(), narrowed=True), now, State())
    assert verified.plan.narrowed
    assert [each.address.key for each in verified.plan.changes] == ["launch"]
